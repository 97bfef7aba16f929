/** Linear operations that move, repeat or sum elements, and those that cut the derivative. */
import { bind } from "../bind";
import { type DType, isFloat, promote, roundTo } from "../dtype";
import type { Constant, Linear, ProgramTarget, Type } from "../op";
import {
  allocate,
  broadcastOffsets,
  full,
  type Shape,
  sameShape,
  scalar,
  sizeOf,
  Tensor,
  tensor,
  type Value,
} from "../tensor";
import { add } from "./elementwise";

// ── in programs ─────────────────────────────────────────────────────────────

/** A shape or axes as Python writes a tuple: `(2,)`. */
const tupleText = (numbers: readonly number[]) => `(${numbers.join(", ")}${numbers.length === 1 ? "," : ""})`;

/** `@sum(#1, axis=0)`, in the words of each library. */
export function reductionCode(
  name: string,
  axes: readonly number[],
  keepdims: boolean,
  rank: number,
  target: ProgramTarget,
): string {
  const torch = target === "torch";
  const all = axes.length === rank && !(torch && keepdims);
  const one = axes.length === 1 ? String(axes[0]) : tupleText(axes);
  const options = [
    all ? "" : `, ${torch ? "dim" : "axis"}=${one}`,
    keepdims ? `, keepdim${torch ? "" : "s"}=True` : "",
  ];
  const prefix = target === "tensorflow" ? "reduce_" : torch && name !== "sum" && axes.length > 0 ? "a" : "";
  return `@${prefix}${name}(#1${options.join("")})`;
}

function castCode(dtype: DType, [x]: readonly Type[], target: ProgramTarget): string | undefined {
  if (!isFloat(dtype)) return undefined;
  if (x!.dtype === "bool")
    return target === "math" ? "1.0 if #1 else 0.0" : target === "javascript" ? "Number(#1)" : "@where(#1, 1.0, 0.0)";
  return isFloat(x!.dtype) || target === "math" || target === "javascript" ? "#1" : "1.0 * #1";
}

/** Elements one by one are written out up to this many. */
const MOST_WRITTEN = 64;

/** One element, one slice of the first axis, a transposition of a matrix, or elements one by one. */
function takeCode({ offsets, shape }: Selection, [x]: readonly Type[], target: ProgramTarget): string | undefined {
  const from = x!.shape;
  const first = offsets[0];
  if (shape.length === 0) {
    const index = from.map((length, axis) => Math.floor(first! / sizeOf(from.slice(axis + 1))) % length);
    return `#1[${index.join(", ")}]`;
  }
  if (isTransposition({ offsets, shape }, from)) return target === "torch" ? "@t(#1)" : "@transpose(#1)";
  const row = sizeOf(from.slice(1));
  const consecutive = offsets.every((offset, i) => offset === first! + i);
  if (consecutive && first! % row === 0 && sameShape(shape, from.slice(1))) return `#1[${first! / row}]`;
  if (consecutive && first! % row === 0 && sameShape(shape.slice(1), from.slice(1)) && shape.length === from.length)
    return `#1[${first! / row}:${first! / row + shape[0]!}]`;
  if (offsets.length > MOST_WRITTEN) return undefined;
  const flat = from.length === 1 ? "#1" : "@reshape(#1, (-1,))";
  const indices = `[${offsets.join(", ")}]`;
  const taken =
    target === "tensorflow"
      ? `@gather(${flat}, ${indices})`
      : target === "jax"
        ? `@take(${flat}, @array(${indices}))`
        : `${flat}[${indices}]`;
  return shape.length === 1 ? taken : `@reshape(${taken}, ${tupleText(shape)})`;
}

function isTransposition({ offsets, shape }: Selection, from: Shape): boolean {
  const [m, n] = from;
  return (
    from.length === 2 &&
    sameShape(shape, [n!, m!]) &&
    offsets.every((offset, i) => offset === (i % m!) * n! + Math.floor(i / m!))
  );
}

// ── sum and broadcast: each the other's transpose ───────────────────────────

interface Axes {
  /** Axes summed over, ascending, none negative. */
  readonly axes: readonly number[];
  readonly keepdims: boolean;
}

function reducedShape(shape: Shape, { axes, keepdims }: Axes): Shape {
  return keepdims
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.includes(axis));
}

const kept = (axes: readonly number[]): Axes => ({ axes, keepdims: true });

export const sumOp: Linear<Axes> = {
  kind: "linear",
  name: "sum",
  arity: 1,
  type: ([x], attributes) => ({
    shape: reducedShape(x!.shape, attributes),
    dtype: x!.dtype === "bool" ? "int64" : x!.dtype,
  }),
  evaluate([x], attributes) {
    const small = reducedShape(x!.shape, kept(attributes.axes));
    const offsets = broadcastOffsets(small, x!.shape);
    const dtype = x!.dtype === "bool" ? "int64" : x!.dtype;
    // Accumulated in float64 and rounded once: at least as exact as the frameworks' pairwise float32 sums.
    const sums = new Float64Array(sizeOf(small));
    for (let i = 0; i < offsets.length; i++) sums[offsets[i]!]! += x!.data[i]!;
    return tensor(sums, dtype, reducedShape(x!.shape, attributes));
  },
  transpose: (cotangent, [x], { axes }) => [
    broadcastTo(reshape(cotangent, reducedShape(x!.shape, kept(axes))), x!.shape),
  ],
  scalars: ([x], [type], { axes }) => {
    const small = reducedShape(type!.shape, kept(axes));
    return addUp(x!, broadcastOffsets(small, type!.shape), sizeOf(small), type!);
  },
  movement: ({ axes }) => ({ kind: "reduce", axes, how: "add" }),
  code: ({ axes, keepdims }, [x], target) => reductionCode("sum", axes, keepdims, x!.shape.length, target),
  latex: "\\sum #1",
  batch: ([x], _, { axes, keepdims }) => bind(sumOp, [x!], { axes: axes.map((axis) => axis + 1), keepdims }),
};

/** Elements added up at the places that `offsets` names. */
function addUp(elements: readonly Value[], offsets: Int32Array, size: number, { dtype }: Type): Value[] {
  const sums = new Array<Value | undefined>(size).fill(undefined);
  elements.forEach((element, i) => {
    const sum = sums[offsets[i]!];
    sums[offsets[i]!] = sum ? add(sum, element) : element;
  });
  return sums.map((sum) => sum ?? scalar(0, dtype));
}

/** Sums over `axes` (default: all). */
export function sum(x: Value, axes: readonly number[] = x.shape.map((_, axis) => axis), keepdims = false): Value {
  const rank = x.shape.length;
  const normal = [...new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)))].sort((a, b) => a - b);
  const outside = normal.find((axis) => axis < 0 || axis >= rank);
  if (outside !== undefined) throw new RangeError(`axis ${outside} is out of bounds for a value of ${rank} dimensions`);
  return bind(sumOp, [x], { axes: normal, keepdims });
}

export const broadcastOp: Linear<Shape> = {
  kind: "linear",
  name: "broadcast_to",
  arity: 1,
  type: ([x], shape) => ({ shape, dtype: x!.dtype }),
  evaluate([x], shape) {
    if (x!.data.length === 1) return full(shape, x!.data[0]!, x!.dtype);
    const offsets = broadcastOffsets(x!.shape, shape);
    const data = allocate(x!.dtype, offsets.length);
    for (let i = 0; i < data.length; i++) data[i] = x!.data[offsets[i]!]!;
    return new Tensor(data, shape, x!.dtype);
  },
  transpose: (cotangent, [x]) => [unbroadcast(cotangent, x!.shape)],
  scalars: ([x], [type], shape) => Array.from(broadcastOffsets(type!.shape, shape), (offset) => x![offset]!),
  movement: () => ({ kind: "broadcast" }),
  code: (shape) => `@broadcast_to(#1, ${tupleText(shape)})`,
  latex: "#1",
  batch: ([x], _, shape) => {
    const [n, ...own] = x!.shape as [number, ...number[]];
    const added = new Array<number>(shape.length - own.length).fill(1);
    return broadcastTo(reshape(x!, [n, ...added, ...own]), [n, ...shape]);
  },
};

/** @throws RangeError where an axis would have to shrink or change its length. */
export function broadcastTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const fits =
    x.shape.length <= shape.length &&
    x.shape.every((length, k) => length === 1 || length === shape[shape.length - x.shape.length + k]);
  if (!fits) throw new RangeError(`cannot broadcast (${x.shape}) to (${shape})`);
  return bind(broadcastOp, [x], shape);
}

/** The transpose of broadcasting: sums over the axes that were stretched or added. */
export function unbroadcast(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const added = x.shape.length - shape.length;
  const stretched = x.shape.map((_, axis) => axis).filter((axis) => axis < added || shape[axis - added] === 1);
  return reshape(sum(x, stretched, true), shape);
}

// ── movement ────────────────────────────────────────────────────────────────

export const reshapeOp: Linear<Shape> = {
  kind: "linear",
  name: "reshape",
  arity: 1,
  type: ([x], shape) => ({ shape, dtype: x!.dtype }),
  evaluate: ([x], shape) => new Tensor(x!.data, shape, x!.dtype),
  transpose: (cotangent, [x]) => [reshape(cotangent, x!.shape)],
  scalars: ([x]) => x!,
  movement: () => ({ kind: "same" }),
  code: (shape) => `@reshape(#1, ${tupleText(shape)})`,
  latex: "#1",
  batch: ([x], _, shape) => reshape(x!, [x!.shape[0]!, ...shape]),
};

/** @throws RangeError if the sizes differ. */
export function reshape(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  if (sizeOf(x.shape) !== sizeOf(shape)) throw new RangeError(`cannot reshape (${x.shape}) to (${shape})`);
  return bind(reshapeOp, [x], shape);
}

/** Which elements, row-major, and the shape in which they are laid out. */
interface Selection {
  readonly offsets: Int32Array;
  readonly shape: Shape;
}

/** Offsets into one member of a batch, into all `n` of them, each of `size` elements. */
function forEachMember(offsets: Int32Array, n: number, size: number): Int32Array {
  const all = new Int32Array(n * offsets.length);
  for (let member = 0, at = 0; member < n; member++) for (const offset of offsets) all[at++] = member * size + offset;
  return all;
}

/** Basic and advanced indexing, transposition, flips, repeats: all are a choice of elements. */
export const takeOp: Linear<Selection> = {
  kind: "linear",
  name: "take",
  arity: 1,
  type: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
  evaluate([x], { offsets, shape }) {
    if (shape.length === 0) return new Tensor([x!.data[offsets[0]!]!], shape, x!.dtype);
    const data = allocate(x!.dtype, offsets.length);
    for (let i = 0; i < data.length; i++) data[i] = x!.data[offsets[i]!]!;
    return new Tensor(data, shape, x!.dtype);
  },
  transpose: (cotangent, [x], { offsets }) => [scatterAdd(cotangent, offsets, x!.shape)],
  scalars: ([x], _, { offsets }) => Array.from(offsets, (offset) => x![offset]!),
  movement: ({ offsets }) => ({ kind: "choose", offsets }),
  code: takeCode,
  batch: ([x], _, { offsets, shape }) => {
    const [n, ...own] = x!.shape as [number, ...number[]];
    return take(x!, forEachMember(offsets, n, sizeOf(own)), [n, ...shape]);
  },
};

export function take(x: Value, offsets: Int32Array, shape: Shape): Value {
  return bind(takeOp, [x], { offsets, shape });
}

/** Adds each element of the input to the place that `offsets` names in zeros of `shape`: the transpose of take. */
export const scatterAddOp: Linear<Selection> = {
  kind: "linear",
  name: "scatter_add",
  arity: 1,
  type: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
  evaluate([x], { offsets, shape }) {
    const data = new Float64Array(sizeOf(shape));
    for (let i = 0; i < offsets.length; i++) data[offsets[i]!]! += x!.data[i]!;
    return tensor(data, x!.dtype, shape);
  },
  transpose: (cotangent, [x], { offsets }) => [take(cotangent, offsets, x!.shape)],
  scalars: ([x], [type], { offsets, shape }) => addUp(x!, offsets, sizeOf(shape), type!),
  movement: ({ offsets }) => ({ kind: "scatter", offsets }),
  code: (selection, [x], target) =>
    isTransposition(selection, x!.shape) ? takeCode(selection, [x!], target) : undefined,
  batch: ([x], _, { offsets, shape }) => {
    const n = x!.shape[0]!;
    return scatterAdd(x!, forEachMember(offsets, n, sizeOf(shape)), [n, ...shape]);
  },
};

export function scatterAdd(x: Value, offsets: Int32Array, shape: Shape): Value {
  return bind(scatterAddOp, [x], { offsets, shape });
}

/** Permutes the axes; default: reverses them. */
export function transpose(x: Value, order: readonly number[] = x.shape.map((_, axis) => axis).reverse()): Value {
  const strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  const shape = order.map((axis) => x.shape[axis]!);
  const offsets = new Int32Array(sizeOf(shape));
  for (let i = 0; i < offsets.length; i++) {
    let rest = i;
    for (let k = shape.length - 1; k >= 0; k--) {
      offsets[i]! += (rest % shape[k]!) * strides[order[k]!]!;
      rest = Math.floor(rest / shape[k]!);
    }
  }
  return take(x, offsets, shape);
}

/** Inputs that all have the batch's axis: the same for every member where they had none. */
export function everyMember(inputs: readonly Value[], batched: readonly boolean[]): Value[] {
  const n = inputs[batched.indexOf(true)]!.shape[0]!;
  return inputs.map((input, k) => (batched[k] ? input : broadcastTo(input, [n, ...input.shape])));
}

/** Scalars and arrays of one shape, laid one after the other along a new first axis. */
export const stackOp: Linear<undefined> = {
  kind: "linear",
  name: "stack",
  arity: Number.POSITIVE_INFINITY,
  type: (inputs) => ({ shape: [inputs.length, ...inputs[0]!.shape], dtype: inputs[0]!.dtype }),
  evaluate(inputs) {
    const size = inputs[0]!.data.length;
    const data = allocate(inputs[0]!.dtype, size * inputs.length);
    inputs.forEach((input, k) => {
      for (let i = 0; i < size; i++) data[k * size + i] = input.data[i]!;
    });
    return new Tensor(data, [inputs.length, ...inputs[0]!.shape], inputs[0]!.dtype);
  },
  transpose: (cotangent, inputs) =>
    inputs.map((input, k) => {
      const size = sizeOf(input.shape);
      return take(
        cotangent,
        Int32Array.from({ length: size }, (_, i) => k * size + i),
        input.shape,
      );
    }),
  scalars: (elements) => elements.flat(),
  movement: () => ({ kind: "join" }),
  code: (_, inputs) => `@stack([${inputs.map((_, k) => `#${k + 1}`).join(", ")}])`,
  batch: (inputs, batched) => {
    const stacked = stack(everyMember(inputs, batched));
    return transpose(stacked, [1, 0, ...stacked.shape.slice(2).map((_, axis) => axis + 2)]);
  },
};

/** In the widest of the values' types. @throws RangeError if there is nothing to stack or the shapes differ. */
export function stack(values: readonly Value[]): Value {
  if (values.length === 0) throw new RangeError("nothing to stack");
  const different = values.find((value) => !sameShape(value.shape, values[0]!.shape));
  if (different) throw new RangeError(`shapes (${values[0]!.shape}) and (${different.shape}) do not stack`);
  const dtype = values.map((value) => value.dtype).reduce(promote);
  return bind(
    stackOp,
    values.map((value) => cast(value, dtype)),
    undefined,
  );
}

/** Another element type; between floats it is linear, anything else cuts the derivative. */
export const castOp: Linear<DType> = {
  kind: "linear",
  name: "cast",
  arity: 1,
  type: ([x], dtype) => ({ shape: x!.shape, dtype }),
  evaluate([x], dtype) {
    if (x!.shape.length === 0) return scalar(x!.data[0]!, dtype);
    const round = dtype === "bool" || isFloat(dtype) ? roundTo[dtype] : (n: number) => roundTo[dtype](Math.trunc(n));
    return tensor(Array.from(x!.data, round), dtype, x!.shape);
  },
  transpose: (cotangent, [x]) => [cast(cotangent, x!.dtype)],
  scalars: ([x], _, dtype) => x!.map((element) => cast(element, dtype)),
  movement: () => ({ kind: "same" }),
  code: castCode,
  latex: "#1",
  batch: ([x], _, dtype) => cast(x!, dtype),
};

const castAwayOp: Constant<DType> = {
  kind: "constant",
  name: "cast",
  arity: 1,
  type: castOp.type,
  evaluate: castOp.evaluate,
  scalars: castOp.scalars!,
  none: "converted to an integer",
  movement: castOp.movement!,
  code: castCode,
  latex: "#1",
  batch: castOp.batch!,
};

export function cast(x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x;
  return isFloat(x.dtype) && isFloat(dtype) ? bind(castOp, [x], dtype) : bind(castAwayOp, [x], dtype);
}

/** A value of its own with the same numbers: each read of a variable is one. */
export const readOp: Linear<undefined> = {
  kind: "linear",
  name: "read",
  arity: 1,
  type: ([x]) => x!,
  evaluate: ([x]) => new Tensor(x!.data, x!.shape, x!.dtype),
  transpose: (cotangent) => [cotangent],
  scalars: ([x]) => x!,
  movement: () => ({ kind: "same" }),
  latex: "#1",
  javascript: "#1",
  code: () => "#1",
  batch: ([x]) => read(x!),
};

export function read(x: Value): Value {
  return bind(readOp, [x], undefined);
}

export const stopGradientOp: Constant<undefined> = {
  kind: "constant",
  name: "stop_gradient",
  arity: 1,
  type: ([x]) => x!,
  evaluate: ([x]) => new Tensor(x!.data, x!.shape, x!.dtype),
  scalars: ([x]) => x!.map(stopGradient),
  none: "stopped by stop_gradient",
  movement: () => ({ kind: "same" }),
  latex: "#1",
  javascript: "#1",
  code: (_, _inputs, target) =>
    ({ tensorflow: "@stop_gradient(#1)", torch: "#1.detach()", jax: "jax.lax.stop_gradient(#1)" })[target as string] ??
    "#1",
  batch: ([x]) => stopGradient(x!),
};

export function stopGradient(x: Value): Value {
  return bind(stopGradientOp, [x], undefined);
}

export function ones(like: Type): Tensor {
  return full(like.shape, 1, like.dtype);
}

export function zeros(like: Type): Tensor {
  return full(like.shape, 0, like.dtype);
}

/** Sum of several values of one type. */
export function addAll(values: readonly Value[]): Value {
  return values.reduce((total, value) => add(total, value));
}
