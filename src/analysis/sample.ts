/** Samples of a function along one or two of its scalars, for plots. */
import { type Look, Problem } from "./subject";

export interface Samples {
  readonly axes: readonly string[];
  readonly window: readonly (readonly [number, number])[];
  readonly grid: readonly Float64Array[];
  /** [n], or [ny, nx] row by row; NaN where there is no value. */
  readonly values: Float64Array;
  /** Along a curve. */
  readonly slopes?: Float64Array;
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
  options: { window?: readonly (readonly [number, number])[]; samples?: number; proceed?: () => void } = {},
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
  if (axes.length === 1) {
    const values = new Float64Array(n);
    const slopes = new Float64Array(n);
    grid[0]!.forEach((x, i) => {
      options.proceed?.();
      moved[places[0]!] = x;
      const there = orNaN(() => look.gradientAt(moved));
      values[i] = there?.value ?? Number.NaN;
      slopes[i] = there?.gradient[places[0]!] ?? Number.NaN;
    });
    return { ...at, values, slopes };
  }
  const values = new Float64Array(n * n);
  grid[1]!.forEach((y, j) => {
    moved[places[1]!] = y;
    grid[0]!.forEach((x, i) => {
      // One value may take as long as a whole row: where the function raises an error, or its branch is a new one.
      options.proceed?.();
      moved[places[0]!] = x;
      values[j * n + i] = orNaN(() => look.valueAt(moved)) ?? Number.NaN;
    });
  });
  return { ...at, values };
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
