/** Samples of a function along one or two of its scalars, for plots. */
import { type Break, breaksOf } from "./breaks";
import { type Look, Problem } from "./subject";

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
}

/** Arrows of a field along each axis. */
const ARROWS = 13;

/**
 * Samples `look` around `point` along one or two of its labels.
 *
 * @param proceed called between values; throws to end the work
 * @throws Problem where the function has no single value at the point
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
  const { value, gradient } = look.gradientAt(point);
  const moved = [...point];
  const at = {
    axes,
    window,
    grid,
    point: centre,
    value,
    gradient: places.map((place) => gradient[place]!),
  };
  const { proceed } = options;
  const axis = (k: number, numbers: ArrayLike<number> = grid[k]!) => ({ place: places[k]!, numbers });
  if (axes.length === 1) {
    const { values, partials } = look.onGrid(point, [axis(0)], { slopes: true, proceed });
    const slopes = partials[0]!;
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
    return {
      ...at,
      values,
      slopes,
      ...(options.seconds ? { seconds: seconds() } : {}),
      ...(options.breaks ? { breaks: breaksOf(along, grid[0]!, values, slopes) } : {}),
    };
  }
  const { values } = look.onGrid(point, [axis(0), axis(1)], { proceed });
  if (!options.field) return { ...at, values };
  const [xs, ys] = window.map(([low, high]) =>
    Float64Array.from({ length: ARROWS }, (_, i) => low + ((high - low) * (i + 0.5)) / ARROWS),
  );
  const { partials } = look.onGrid(point, [axis(0, xs), axis(1, ys)], { slopes: true, proceed, borrow: true });
  const field = Float64Array.from({ length: 4 * ARROWS * ARROWS }, (_, i) => {
    const arrow = i >> 2;
    return [xs![arrow % ARROWS], ys![Math.floor(arrow / ARROWS)], ...partials.map((partial) => partial[arrow])][i & 3]!;
  });
  return { ...at, values, field };
}

/** More slices than a page has use for are not sampled. */
const MOST_SLICES = 24;
const SLICE = 81;

/**
 * `look` along each of its first scalars, the others held: positions and values, one row for each.
 * @throws Problem where the function has no single value at the point
 */
export function sampleSlices(
  look: Look,
  proceed: () => void,
): { labels: readonly string[]; grid: Float64Array; values: Float64Array } {
  // Of several numbers there is no slice.
  look.value();
  const labels = look.labels.slice(0, MOST_SLICES);
  const grid = new Float64Array(labels.length * SLICE);
  const values = new Float64Array(grid.length);
  labels.forEach((_, k) => {
    const [low, high] = rangeAround(look.point[k]!);
    const numbers = grid.subarray(k * SLICE, (k + 1) * SLICE);
    for (let i = 0; i < SLICE; i++) numbers[i] = low + ((high - low) * i) / (SLICE - 1);
    const out = { values: values.subarray(k * SLICE, (k + 1) * SLICE), partials: [] };
    look.onGrid(look.point, [{ place: k, numbers }], { proceed, out });
  });
  return { labels, grid, values };
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
