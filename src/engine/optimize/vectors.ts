/** Vectors of plain numbers, as the methods need them. */
import { LEAST_SQUARE, MOST_SQUARE } from "../lower/iterate";

export type Vector = ArrayLike<number>;

export function dot(x: Vector, y: Vector): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i]! * y[i]!;
  return total;
}

/** x + t·y. */
export function plus(x: Vector, t: number, y: Vector): Float64Array<ArrayBuffer> {
  const sum = new Float64Array(x.length);
  for (let i = 0; i < sum.length; i++) sum[i] = x[i]! + t * y[i]!;
  return sum;
}

/** The 2-norm, scaled where a square would overflow or vanish; NaN where an element is. */
export function norm(x: Vector): number {
  if (x.length === 1) return Math.abs(x[0]!);
  const square = dot(x, x);
  if (square > LEAST_SQUARE && square < MOST_SQUARE) return Math.sqrt(square);
  let scale = 0;
  for (let i = 0; i < x.length; i++) {
    const size = Math.abs(x[i]!);
    if (!(size <= scale)) scale = size;
    if (Number.isNaN(size)) return size;
  }
  if (scale === 0 || scale === Infinity) return scale;
  let total = 0;
  for (let i = 0; i < x.length; i++) total += (x[i]! / scale) ** 2;
  return scale * Math.sqrt(total);
}

/** ‖x − y‖₂. */
export function distance(x: Vector, y: Vector): number {
  return x.length === 1 ? Math.abs(x[0]! - y[0]!) : norm(plus(x, -1, y));
}

/** The matrix with these rows, times x. */
export function times(rows: readonly Vector[], x: Vector): Float64Array<ArrayBuffer> {
  return Float64Array.from(rows, (row) => dot(row, x));
}
