/** Values: what operations take and give. */
import { type DType, roundTo } from "./dtype";

/** Lengths of the axes, outermost first; [] is a scalar. */
export type Shape = readonly number[];

/**
 * Anything an operation accepts: a concrete {@link Tensor}, or a tracer of one
 * of the interpreters. Values are immutable and have identity: tapes know them
 * by it.
 */
export abstract class Value {
  abstract readonly dtype: DType;
  abstract readonly shape: Shape;
}

/** Row-major elements. Scalars sit in a plain array, which is far cheaper to make than a typed one. */
export type Data = readonly number[] | Elements;

/** What {@link allocate} gives. */
export type Elements =
  | Float64Array
  | Float32Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

/** A concrete n-dimensional array. Never written to after it is made. */
export class Tensor extends Value {
  constructor(
    readonly data: Data,
    readonly shape: Shape,
    readonly dtype: DType,
  ) {
    super();
  }

  /** The number of a tensor with one element. @throws RangeError for any other size. */
  item(): number {
    if (this.data.length !== 1) throw new RangeError(`a tensor of shape (${this.shape}) is not a single number`);
    return this.data[0]!;
  }
}

export const SCALAR: Shape = [];

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** Whether both hold the same numbers: NaN is NaN, −0 is not 0. */
export function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

export function scalar(value: number, dtype: DType = "float64"): Tensor {
  return new Tensor([roundTo[dtype](value)], SCALAR, dtype);
}

/** An array of zeros that holds elements of `dtype`; for filling before it becomes a tensor. */
export function allocate(dtype: DType, size: number): Elements {
  switch (dtype) {
    case "float32":
    case "float16":
      return new Float32Array(size);
    case "int32":
      return new Int32Array(size);
    case "int16":
      return new Int16Array(size);
    case "int8":
      return new Int8Array(size);
    case "uint32":
      return new Uint32Array(size);
    case "uint16":
      return new Uint16Array(size);
    case "bool":
    case "uint8":
      return new Uint8Array(size);
    default:
      return new Float64Array(size);
  }
}

/** Makes a tensor from row-major numbers, rounding each to `dtype`. @throws RangeError if the count does not fit the shape. */
export function tensor(values: ArrayLike<number>, dtype: DType = "float64", shape: Shape = [values.length]): Tensor {
  if (values.length !== sizeOf(shape))
    throw new RangeError(`${values.length} numbers do not fill the shape (${shape})`);
  if (shape.length === 0) return scalar(values[0]!, dtype);
  const data = allocate(dtype, values.length);
  const round = roundTo[dtype];
  for (let i = 0; i < values.length; i++) data[i] = round(values[i]!);
  return new Tensor(data, shape, dtype);
}

export function full(shape: Shape, value: number, dtype: DType = "float64"): Tensor {
  if (shape.length === 0) return scalar(value, dtype);
  return new Tensor(allocate(dtype, sizeOf(shape)).fill(roundTo[dtype](value)), shape, dtype);
}

/**
 * The shape of two broadcast together (NumPy's rule: axes align at the right, a length of 1 stretches).
 * @throws RangeError naming both shapes where they do not fit.
 */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  if (a.length === 0) return b;
  if (b.length === 0 || sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const shape: number[] = new Array(rank);
  for (let k = 1; k <= rank; k++) {
    const m = a[a.length - k] ?? 1;
    const n = b[b.length - k] ?? 1;
    if (m !== n && m !== 1 && n !== 1) throw new RangeError(`shapes (${a}) and (${b}) do not broadcast`);
    shape[rank - k] = m === 1 ? n : m;
  }
  return shape;
}

/** For each element of `to`, row-major, the offset of the element of `from` that it reads when `from` is broadcast. */
export function broadcastOffsets(from: Shape, to: Shape): Int32Array {
  const offsets = new Int32Array(sizeOf(to));
  let stride = 1;
  let block = 1;
  for (let k = 1; k <= to.length; k++) {
    const length = to[to.length - k]!;
    const own = from[from.length - k] ?? 1;
    if (own !== 1) for (let i = 0; i < offsets.length; i++) offsets[i]! += (Math.floor(i / block) % length) * stride;
    block *= length;
    stride *= own;
  }
  return offsets;
}
