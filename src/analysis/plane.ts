/** Samples of a function along a line or in a plane through a point, in any direction. */
import { type Look, Problem } from "./subject";

export interface Plane {
  /** A point on it. */
  readonly origin: ArrayLike<number>;
  /** One or two. */
  readonly directions: readonly ArrayLike<number>[];
}

/** The point at so many lengths along each direction. */
export function pointIn({ origin, directions }: Plane, along: readonly number[]): number[] {
  return Array.from(origin, (x, i) => directions.reduce((sum, direction, k) => sum + along[k]! * direction[i]!, x));
}

/**
 * The values over a grid of `n` positions along each direction, the first direction's fastest; NaN where there is none.
 * @param proceed called between values; throws to end the work
 */
export function samplePlane(
  look: Look,
  plane: Plane,
  window: readonly (readonly [number, number])[],
  n: number,
  proceed: () => void,
): { grid: Float64Array[]; values: Float64Array } {
  const grid = window.map(([low, high]) =>
    Float64Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1)),
  );
  const valueAt = (along: readonly number[]) => {
    proceed();
    try {
      return look.valueAt(pointIn(plane, along));
    } catch (error) {
      if (error instanceof Problem) return Number.NaN;
      throw error;
    }
  };
  const [across, up] = grid;
  const values = up
    ? Array.from(up, (y) => Array.from(across!, (x) => valueAt([x, y]))).flat()
    : Array.from(across!, (x) => valueAt([x]));
  return { grid, values: Float64Array.from(values) };
}
