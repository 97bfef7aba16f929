/** Samples of a function along one or two of its scalars, for plots. */
import { type Break, breaksOf } from "./breaks";
import { sampleCoarseFirst } from "./coarse-first";
import { type Component, type Look, Problem } from "./subject";

export interface Samples {
  readonly axes: readonly string[];
  readonly window: readonly (readonly [number, number])[];
  readonly grid: readonly Float64Array[];
  /** [n], or [ny, nx] row by row; NaN where there is no value. */
  readonly values: Float64Array;
  /** Along a curve. */
  readonly slopes?: Float64Array;
  /** Second derivatives along a curve, where asked for. */
  readonly seconds?: Float64Array;
  /** Where a curve breaks, where asked for. */
  readonly breaks?: readonly Break[];
  /** Over a plane, where asked for: the gradient along the axes on a coarser grid, [rows × columns, 4] of x, y, u, v. */
  readonly field?: Float64Array;
  /** Time was up: these are the samples by then, spread over the window. */
  readonly partial?: boolean;
  readonly point: readonly number[];
  readonly value: number;
  readonly gradient: readonly number[];
}

/** The range around a number in which a plot or slider moves: as wide as the number is large. */
export function rangeAround(value: number): [number, number] {
  const centre = Number.isFinite(value) ? value : 0;
  const radius = Math.max(3, 2 * Math.abs(centre));
  return [centre - radius, centre + radius];
}

export interface SampleOptions {
  readonly window?: readonly (readonly [number, number])[];
  /** Along each axis. */
  readonly samples?: number;
  readonly seconds?: boolean;
  readonly breaks?: boolean;
  readonly field?: boolean;
  readonly proceed?: () => void;
  /** The point may have no value: it is one gap more then. */
  readonly gaps?: boolean;
  /** Whether what `proceed` threw means that time is up: what was sampled by then is the answer. */
  readonly spent?: (error: unknown) => boolean;
}

/** Arrows of a field along each axis. */
const ARROWS = 13;

/**
 * Samples `look` around `point` along one or two of its labels.
 *
 * @param proceed called between values; throws to end the work
 * @throws Problem where the function has no single value at the point, unless there may be `gaps`
 */
export function sample(
  look: Look,
  point: readonly number[],
  axes: readonly string[],
  options: SampleOptions = {},
): Samples {
  const places = axes.map((axis) => look.labels.indexOf(axis));
  const centre = places.map((place) => point[place]!);
  const window = axes.map((_, k) => options.window?.[k] ?? rangeAround(centre[k]!));
  const n = options.samples ?? (axes.length === 1 ? 241 : 49);
  const grid = window.map(([low, high]) =>
    Float64Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1)),
  );
  const { value, gradient } = options.gaps
    ? (orNaN(() => look.gradientAt(point)) ?? { value: Number.NaN, gradient: point.map(() => Number.NaN) })
    : look.gradientAt(point);
  const moved = [...point];
  const at = {
    axes,
    window,
    grid,
    point: centre,
    value,
    gradient: places.map((place) => gradient[place]!),
  };
  const { proceed, spent } = options;
  const axis = (k: number, numbers: ArrayLike<number> = grid[k]!) => ({ place: places[k]!, numbers });
  let partial = false;
  const whileTime = <T>(compute: () => T): T | undefined => {
    try {
      return partial ? undefined : compute();
    } catch (error) {
      if (!spent?.(error)) throw error;
      partial = true;
      return undefined;
    }
  };
  const last = axes.length - 1;
  const sampled = sampleCoarseFirst(look, point, last === 0 ? [axis(0)] : [axis(0), axis(1)], {
    slopes: last === 0,
    proceed,
    spent,
  });
  grid[last] = sampled.numbers;
  partial = sampled.partial;
  const { values } = sampled;
  if (axes.length === 1) {
    const slopes = sampled.partials[0]!;
    const along = (x: number) => {
      options.proceed?.();
      moved[places[0]!] = x;
      const there = orNaN(() => look.gradientAt(moved));
      return { value: there?.value ?? Number.NaN, slope: there?.gradient[places[0]!] ?? Number.NaN };
    };
    const seconds = () =>
      grid[0]!.map((x) => {
        options.proceed?.();
        moved[places[0]!] = x;
        return orNaN(() => look.curvatureAt(moved, places[0]!)) ?? Number.NaN;
      });
    const more = {
      ...(options.seconds ? { seconds: whileTime(seconds) } : {}),
      ...(options.breaks ? { breaks: whileTime(() => breaksOf(along, grid[0]!, values, slopes)) } : {}),
    };
    return { ...at, values, slopes, ...more, partial };
  }
  const [xs, ys] = window.map(([low, high]) =>
    Float64Array.from({ length: ARROWS }, (_, i) => low + ((high - low) * (i + 0.5)) / ARROWS),
  );
  const field = () => {
    const { partials } = look.onGrid(point, [axis(0, xs), axis(1, ys)], { slopes: true, proceed, borrow: true });
    return Float64Array.from({ length: 4 * ARROWS * ARROWS }, (_, i) => {
      const arrow = i >> 2;
      return [xs![arrow % ARROWS], ys![Math.floor(arrow / ARROWS)], ...partials.map((own) => own[arrow])][i & 3]!;
    });
  };
  const arrows = options.field ? whileTime(field) : undefined;
  return { ...at, values, ...(arrows ? { field: arrows } : {}), partial };
}

/** Curves of more elements nobody can tell apart. */
const MOST_CURVES = 8;

/** The first few elements of the result of a function of several, each along `place`: one row for each. */
export function sampleComponents(
  look: Look,
  point: ArrayLike<number>,
  axis: { place: number; numbers: ArrayLike<number> },
  proceed: () => void,
  spent: (error: unknown) => boolean,
): { labels: readonly string[]; values: Float64Array; slopes: Float64Array; partial: boolean } {
  const labels = look.outputs().slice(0, MOST_CURVES);
  const n = axis.numbers.length;
  const [values, slopes] = [0, 1].map(() => new Float64Array(labels.length * n).fill(Number.NaN)) as [
    Float64Array,
    Float64Array,
  ];
  try {
    labels.forEach((_, k) => {
      const row = (array: Float64Array) => array.subarray(k * n, (k + 1) * n);
      const out = { values: row(values), partials: [row(slopes)] };
      look.component(k).onGrid(point, [axis], { slopes: true, proceed, out });
    });
  } catch (error) {
    if (!spent(error)) throw error;
    return { labels, values, slopes, partial: true };
  }
  return { labels, values, slopes, partial: false };
}

/** More slices than a page has use for are not sampled. */
const MOST_SLICES = 24;
const SLICE = 81;

/**
 * `look` along each of its first scalars, the others held: positions and values, one row for each; NaN for what there is
 * no time for.
 * @param looks of a function of several results more than one: their values stand one after the other
 */
export function sampleSlices(
  looks: readonly Look[],
  proceed: () => void,
  spent: (error: unknown) => boolean,
): { labels: readonly string[]; grid: Float64Array; values: Float64Array[]; partial: boolean } {
  const [first] = looks as [Look];
  first.value();
  const labels = first.labels.slice(0, MOST_SLICES);
  const grid = new Float64Array(labels.length * SLICE);
  const values = looks.map(() => new Float64Array(grid.length).fill(Number.NaN));
  labels.forEach((_, k) => {
    const [low, high] = rangeAround(first.point[k]!);
    for (let i = 0; i < SLICE; i++) grid[k * SLICE + i] = low + ((high - low) * i) / (SLICE - 1);
  });
  const row = (array: Float64Array, k: number) => array.subarray(k * SLICE, (k + 1) * SLICE);
  try {
    looks.forEach((look, j) => {
      labels.forEach((_, k) => {
        const out = { values: row(values[j]!, k), partials: [] };
        look.onGrid(look.point, [{ place: k, numbers: row(grid, k) }], { proceed, out });
      });
    });
  } catch (error) {
    if (!spent(error)) throw error;
    return { labels, grid, values, partial: true };
  }
  return { labels, grid, values, partial: false };
}

/** The function's own looks for {@link sampleSlices}: the number that is looked at, then the first few elements. */
export function componentsOf(look: Look, component: Component | undefined): Look[] {
  const { length } = look.result().values;
  const several = length > 1 ? Array.from({ length: Math.min(length, MOST_CURVES) }, (_, k) => look.component(k)) : [];
  return [look.component(component), ...several];
}

/** A function may have no value somewhere (an error it raises there): that is a gap in the plot. */
function orNaN<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
