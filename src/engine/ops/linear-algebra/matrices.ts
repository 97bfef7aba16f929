/** What the operations on matrices share. Matrices stand on the last two axes, axes before them are a batch, as in NumPy. */
import { isFloat } from "../../dtype";
import type { Type } from "../../op";
import { type Shape, sizeOf, type Tensor, tensor, type Value } from "../../tensor";
import { broadcastTo, cast, reshape, transpose } from "../structure";

/** Exchanges the last two axes. */
export function transposeMatrices(x: Value): Value {
  const rank = x.shape.length;
  const order = x.shape.map((_, axis) => (axis === rank - 1 ? rank - 2 : axis === rank - 2 ? rank - 1 : axis));
  return transpose(x, order);
}

/** Rows and columns. @throws RangeError for a scalar or a vector. */
export function sizesOf({ shape }: Type, name: string): readonly [rows: number, columns: number] {
  if (shape.length < 2) throw new RangeError(`${name} of shape (${shape}), which is not a matrix`);
  return shape.slice(-2) as [number, number];
}

/** The number of rows and columns. @throws RangeError where they differ. */
export function square(x: Type, name: string): number {
  const n = x.shape.at(-1);
  if (x.shape.length < 2 || n !== x.shape.at(-2))
    throw new RangeError(`${name} of shape (${x.shape}), which is not square`);
  return n!;
}

/** Of integers, float64. */
export function floating(x: Value): Value {
  return isFloat(x.dtype) ? x : cast(x, "float64");
}

/** @throws RangeError for an infinite element or NaN, and for a matrix without elements. */
export function checkFinite(x: Tensor, name: string): void {
  if (x.data.length === 0) throw new RangeError(`${name} of an empty matrix`);
  if (!Array.prototype.every.call(x.data, Number.isFinite))
    throw new RangeError(`${name} of a matrix that is not finite`);
}

/** A power of two near the largest element, by which iterations neither overflow nor lose digits to underflow; else 1. */
export function scaleOf(elements: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < elements.length; i++) largest = Math.max(largest, Math.abs(elements[i]!));
  return largest > 0 && largest < Infinity ? 2 ** Math.floor(Math.log2(largest)) : 1;
}

export const batchOf = ({ shape }: Type): Shape => shape.slice(0, -2);

/** Runs `body` on each matrix of a batch, row-major, which it may overwrite. */
export function eachMatrix(x: Tensor, body: (matrix: Float64Array, batch: number) => void): void {
  const size = sizeOf(x.shape.slice(-2));
  for (let batch = 0; batch < sizeOf(batchOf(x)); batch++)
    body(Float64Array.from(x.data.slice(batch * size, (batch + 1) * size)), batch);
}

export function identity(n: number, batch: Shape, like: Type): Value {
  return broadcastTo(eye(n, like), [...batch, n, n]);
}

/** Of zeros and ones. */
export function eye(n: number, { dtype }: Pick<Type, "dtype">): Tensor {
  return tensor(
    Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0)),
    dtype,
    [n, n],
  );
}

/** Numbers as matrices of one element. */
export const matrixOf = (x: Value): Value => reshape(x, [...x.shape, 1, 1]);
/** Vectors as matrices of one row. */
export const rowOf = (x: Value): Value => reshape(x, [...x.shape.slice(0, -1), 1, x.shape.at(-1)!]);
/** Vectors as matrices of one column. */
export const columnOf = (x: Value): Value => reshape(x, [...x.shape, 1]);

/**
 * Remembers what was computed of a tensor as long as the tensor lives: the factors of a matrix are operations of their
 * own, each with its own derivative, and one factorisation serves them all.
 */
export function remembered<T>(compute: (x: Tensor) => T): (x: Tensor) => T {
  const known = new WeakMap<Tensor, T>();
  return (x) => {
    let found = known.get(x);
    if (found === undefined) {
      found = compute(x);
      known.set(x, found);
    }
    return found;
  };
}

// On elements, one by one: what graphs of scalars are made of.

export type Rows = readonly (readonly Value[])[];

/** The matrices of a batch as rows of elements. */
export function matricesOf(elements: readonly Value[], type: Type): Rows[] {
  const [m, n] = type.shape.slice(-2) as [number, number];
  return Array.from({ length: sizeOf(batchOf(type)) }, (_, batch) =>
    Array.from({ length: m }, (_, i) => elements.slice((batch * m + i) * n, (batch * m + i + 1) * n)),
  );
}
