/** Vectors of plain numbers, as the methods need them. */

export type Vector = ArrayLike<number>;

export function dot(x: Vector, y: Vector): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i]! * y[i]!;
  return total;
}

/** x + t·y. */
export function plus(x: Vector, t: number, y: Vector): Float64Array<ArrayBuffer> {
  return Float64Array.from(x, (value, i) => value + t * y[i]!);
}

/** The 2-norm, scaled so that no square overflows or vanishes; NaN where an element is. */
export function norm(x: Vector): number {
  let scale = 0;
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i])) return Number.NaN;
    scale = Math.max(scale, Math.abs(x[i]!));
  }
  if (scale === 0 || scale === Infinity) return scale;
  let total = 0;
  for (let i = 0; i < x.length; i++) total += (x[i]! / scale) ** 2;
  return scale * Math.sqrt(total);
}

/** The matrix with these rows, times x. */
export function times(rows: readonly Vector[], x: Vector): Float64Array<ArrayBuffer> {
  return Float64Array.from(rows, (row) => dot(row, x));
}
