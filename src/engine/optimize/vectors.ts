/** Vectors of plain numbers, as the methods need them. */

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

/** The 2-norm (of a part), scaled so that no square overflows or vanishes; NaN where an element is. */
export function norm(x: Vector, from = 0, to = x.length): number {
  if (to - from === 1) return Math.abs(x[from]!);
  let scale = 0;
  for (let i = from; i < to; i++) {
    const size = Math.abs(x[i]!);
    if (!(size <= scale)) scale = size;
    if (Number.isNaN(size)) return size;
  }
  if (scale === 0 || scale === Infinity) return scale;
  let total = 0;
  for (let i = from; i < to; i++) total += (x[i]! / scale) ** 2;
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
