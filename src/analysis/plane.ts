/** Samples of a function along a line or in a plane through a point, in any direction. */
import type { Look } from "./subject";

export interface Plane {
  /** A point on it. */
  readonly origin: ArrayLike<number>;
  /** One or two. */
  readonly directions: readonly ArrayLike<number>[];
}

/** Points are made so many numbers at a time. */
const MOST_NUMBERS = 1 << 20;

/**
 * The values over a grid of `n` positions along each direction, the first direction's fastest; NaN where there is none.
 * @param proceed called now and then; throws to end the work
 */
export function samplePlane(
  look: Look,
  { origin, directions }: Plane,
  window: readonly (readonly [number, number])[],
  n: number,
  proceed: () => void,
): { grid: Float64Array[]; values: Float64Array } {
  const grid = window.map(([low, high]) =>
    Float64Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1)),
  );
  const axes = directions.map((direction, k) => {
    const [place, ...others] = look.labels.flatMap((_, i) => (direction[i] === 0 ? [] : [i]));
    const along = (i: number) => grid[k]!.map((length) => origin[i]! + length * direction[i]!);
    return place === undefined || others.length > 0 ? undefined : { place, numbers: along(place) };
  });
  const [across, up] = axes;
  if (across && directions.length === 1) return { grid, values: look.onGrid(origin, [across], { proceed }).values };
  if (across && up && across.place !== up.place)
    return { grid, values: look.onGrid(origin, [across, up], { proceed }).values };
  const values = new Float64Array(n ** directions.length);
  const most = Math.max(1, Math.floor(MOST_NUMBERS / look.labels.length));
  for (let first = 0; first < values.length; first += most) {
    const out = values.subarray(first, first + most);
    const points = look.labels.map((_, i) => {
      const [u, v] = directions.map((direction) => direction[i]!);
      return Float64Array.from(out, (_, k) => {
        const [column, row] = [(first + k) % n, Math.floor((first + k) / n)];
        return origin[i]! + grid[0]![column]! * u! + (v === undefined ? 0 : grid[1]![row]! * v);
      });
    });
    look.atPoints(points, { proceed, out: { values: out, partials: [] } });
  }
  return { grid, values };
}
