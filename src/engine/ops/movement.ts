/**
 * Operations that move, repeat and choose elements. All but concat are a choice of elements (take), its transpose
 * (scatter_add) or a `where` with a constant mask, and have their derivatives from these.
 */
import { bind } from "../bind";
import { promote } from "../dtype";
import { concretize, glance } from "../interpreters/concretize";
import type { Bilinear, Constant, Linear, Type } from "../op";
import { allocate, type Shape, sameShape, scalar, sizeOf, Tensor, tensor, type Value } from "../tensor";
import { add, equal, greaterEqual, less, lessEqual, mul, where } from "./elementwise";
import { along, normalAxis } from "./reduce";
import {
  broadcastTo,
  cast,
  everyMember,
  reshape,
  scatterAdd,
  scatterAddOp,
  take,
  takeOp,
  transpose,
  zeros,
} from "./structure";

const stridesOf = (shape: Shape): number[] => shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));

/** Offsets into `from` for every index of `shape`, row-major. */
function offsetsOf(shape: Shape, from: Shape, map: (index: readonly number[]) => readonly number[]): Int32Array {
  const strides = stridesOf(from);
  const index: number[] = new Array(shape.length).fill(0);
  const offsets = new Int32Array(sizeOf(shape));
  for (let i = 0; i < offsets.length; i++) {
    const source = map(index);
    let offset = 0;
    for (let k = 0; k < strides.length; k++) offset += source[k]! * strides[k]!;
    offsets[i] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return offsets;
}

/** A new axis of length 1; negative ones count from the end of the result. */
export function expandDims(x: Value, axis: number): Value {
  const at = normalAxis(axis, x.shape.length + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** Without the axes of length 1, or without those named. @throws RangeError where one is longer. */
export function squeeze(x: Value, axes?: readonly number[]): Value {
  const gone = axes?.map((axis) => normalAxis(axis, x.shape.length)) ?? x.shape.flatMap((n, k) => (n === 1 ? [k] : []));
  const long = gone.find((axis) => x.shape[axis] !== 1);
  if (long !== undefined) throw new RangeError(`axis ${long} has length ${x.shape[long]}, it cannot be squeezed`);
  return reshape(
    x,
    x.shape.filter((_, axis) => !gone.includes(axis)),
  );
}

/** Moves one axis to another place. */
export function moveAxis(x: Value, from: number, to: number): Value {
  if (normalAxis(from, x.shape.length) === normalAxis(to, x.shape.length)) return x;
  const order = x.shape.map((_, axis) => axis);
  const [axis] = order.splice(normalAxis(from, x.shape.length), 1);
  order.splice(normalAxis(to, x.shape.length), 0, axis!);
  return transpose(x, order);
}

/** Exchanges two axes. */
export function swapAxes(x: Value, a: number, b: number): Value {
  const rank = x.shape.length;
  const [first, second] = [normalAxis(a, rank), normalAxis(b, rank)];
  return transpose(
    x,
    x.shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis)),
  );
}

/** Vectors one after the other. */
export const concatOp: Linear<undefined> = {
  kind: "linear",
  name: "concat",
  arity: Number.POSITIVE_INFINITY,
  type: (inputs) => ({ shape: [inputs.reduce((n, input) => n + input.shape[0]!, 0)], dtype: inputs[0]!.dtype }),
  evaluate(inputs) {
    const data = allocate(
      inputs[0]!.dtype,
      inputs.reduce((n, input) => n + input.data.length, 0),
    );
    let at = 0;
    for (const input of inputs) for (let i = 0; i < input.data.length; i++) data[at++] = input.data[i]!;
    return new Tensor(data, [data.length], inputs[0]!.dtype);
  },
  movement: () => ({ kind: "join" }),
  code: (_, inputs, target) => {
    const all = `[${inputs.map((_, k) => `#${k + 1}`).join(", ")}]`;
    return target === "tensorflow"
      ? `@concat(${all}, axis=0)`
      : target === "torch"
        ? `@cat(${all})`
        : `@concatenate(${all})`;
  },
  transpose(cotangent, inputs) {
    let start = 0;
    return inputs.map(({ shape }) => {
      const first = start;
      start += shape[0]!;
      return take(
        cotangent,
        Int32Array.from({ length: shape[0]! }, (_, i) => first + i),
        shape,
      );
    });
  },
  scalars: (elements) => elements.flat(),
  batch: (inputs, batched) => concat(everyMember(inputs, batched), 1),
};

/**
 * Joins values along an existing axis, in the widest of their types.
 * @throws RangeError if there are none or other axes differ.
 */
export function concat(values: readonly Value[], axis = 0): Value {
  const first = values[0];
  if (!first) throw new RangeError("nothing to concatenate");
  const at = normalAxis(axis, first.shape.length);
  for (const { shape } of values)
    if (shape.length !== first.shape.length || shape.some((n, k) => k !== at && n !== first.shape[k]))
      throw new RangeError(`shapes (${first.shape}) and (${shape}) do not concatenate along axis ${at}`);
  const dtype = values.map((value) => value.dtype).reduce(promote);
  // Along the first axis, rows follow each other as they lie; another axis is brought there and back.
  const flat = values.map((value) => {
    const leading = at === 0 ? value : moveAxis(value, at, 0);
    return reshape(cast(leading, dtype), [sizeOf(value.shape)]);
  });
  const length = values.reduce((n, { shape }) => n + shape[at]!, 0);
  const joined = reshape(bind(concatOp, flat, undefined), [length, ...first.shape.filter((_, k) => k !== at)]);
  return at === 0 ? joined : moveAxis(joined, 0, at);
}

/** Parts along `axis`: so many equal ones, or of the given lengths. @throws RangeError if they do not fill the axis. */
export function split(x: Value, parts: number | readonly number[], axis = 0): Value[] {
  const at = normalAxis(axis, x.shape.length);
  const length = x.shape[at]!;
  const sizes = typeof parts === "number" ? new Array<number>(parts).fill(length / parts) : parts;
  if (sizes.some((n) => !Number.isInteger(n) || n < 0) || sizes.reduce((a, b) => a + b, 0) !== length)
    throw new RangeError(`an axis of length ${length} does not split into (${parts})`);
  let start = 0;
  return sizes.map((size) => {
    const first = start;
    start += size;
    return along(x, at, size, (i) => first + i);
  });
}

/** The whole, `repeats` times along each axis (missing ones in front count as 1). */
export function tile(x: Value, repeats: readonly number[]): Value {
  const rank = Math.max(repeats.length, x.shape.length);
  const from = [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape];
  const times = [...new Array<number>(rank - repeats.length).fill(1), ...repeats];
  const shape = from.map((n, k) => n * times[k]!);
  return take(
    x,
    offsetsOf(shape, from, (index) => index.map((i, k) => i % from[k]!)),
    shape,
  );
}

/** Each element along `axis`, `count` times in a row: one number, or one for each. @throws RangeError for another number of them. */
export function repeat(x: Value, count: number | readonly number[], axis = 0): Value {
  const at = normalAxis(axis, x.shape.length);
  const length = x.shape[at]!;
  if (typeof count === "number") return along(x, at, length * count, (i) => Math.floor(i / count));
  if (count.length !== length) throw new RangeError(`${count.length} counts for an axis of length ${length}`);
  const chosen = count.flatMap((n, i) => new Array<number>(n).fill(i));
  return along(x, at, chosen.length, (i) => chosen[i]!);
}

export function flip(x: Value, axes: readonly number[] = x.shape.map((_, axis) => axis)): Value {
  return axes.reduce<Value>((value, axis) => {
    const at = normalAxis(axis, x.shape.length);
    const length = x.shape[at]!;
    return along(value, at, length, (i) => length - 1 - i);
  }, x);
}

/** Moves elements on by `shift` along `axis`; those pushed out come in at the other end. */
export function roll(x: Value, shift: number, axis = 0): Value {
  const at = normalAxis(axis, x.shape.length);
  const length = x.shape[at]!;
  return along(x, at, length, (i) => (((i - shift) % length) + length) % length);
}

export interface Range {
  readonly start?: number;
  readonly stop?: number;
  readonly step?: number;
}

/** Python's x[start:stop:step] along the first axes. @throws RangeError for a step of 0 or too many ranges. */
export function slice(x: Value, ranges: readonly Range[]): Value {
  return ranges.reduce<Value>((value, { start, stop, step = 1 }, axis) => {
    const length = value.shape[normalAxis(axis, x.shape.length)]!;
    if (step === 0) throw new RangeError("slice step cannot be zero");
    const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
    const bound = (i: number) => Math.min(Math.max(i < 0 ? i + length : i, low), high);
    const first = start === undefined ? (step > 0 ? low : high) : bound(start);
    const end = stop === undefined ? (step > 0 ? high : low) : bound(stop);
    return along(value, axis, Math.max(0, Math.ceil((end - first) / step)), (i) => first + i * step);
  }, x);
}

/** Row-major offsets of what `indices` name along the last axis, of `length`. @throws RangeError outside, naming `axis`. */
function offsetsAlong(indices: Tensor, length: number, axis = indices.shape.length - 1): Int32Array {
  const width = indices.shape.at(-1)!;
  return Int32Array.from(indices.data, (index, k) => {
    if (index < -length || index >= length)
      throw new RangeError(`index ${index} is out of bounds for axis ${axis} with size ${length}`);
    return Math.floor(k / width) * length + (index < 0 ? index + length : index);
  });
}

/**
 * The elements along the last axis that integers name which are computed themselves: […, n], […, m] → […, m]. Constant
 * ones are a {@link take}. Linear in both: integers have no derivative.
 */
export const takeAlongOp: Bilinear<undefined> = {
  kind: "bilinear",
  name: "take_along",
  arity: 2,
  type: ([x, indices]) => ({ shape: indices!.shape, dtype: x!.dtype }),
  evaluate: ([x, indices]) =>
    takeOp.evaluate([x!], { offsets: offsetsAlong(indices!, x!.shape.at(-1)!), shape: indices!.shape }),
  transposes: [
    (cotangent, [x, indices]) => bind(addAlongOp, [cotangent, indices!], x!.shape.at(-1)!),
    (_, [, indices]) => zeros(indices!),
  ],
  scalars: ([x, indices], [type, named]) =>
    Array.from(offsetsAlong(numbersOf(indices!, named!), type!.shape.at(-1)!), (offset) => x![offset]!),
  batch: (inputs, batched) => bind(takeAlongOp, everyMember(inputs, batched), undefined),
};

/** Each element added to the place along the last axis, of the given length, that an integer names: take_along's transpose. */
export const addAlongOp: Bilinear<number> = {
  kind: "bilinear",
  name: "add_along",
  arity: 2,
  type: ([x], length) => ({ shape: [...x!.shape.slice(0, -1), length], dtype: x!.dtype }),
  evaluate: ([x, indices], length) =>
    scatterAddOp.evaluate([x!], {
      offsets: offsetsAlong(indices!, length),
      shape: [...x!.shape.slice(0, -1), length],
    }),
  transposes: [
    (cotangent, [, indices]) => bind(takeAlongOp, [cotangent, indices!], undefined),
    (_, [, indices]) => zeros(indices!),
  ],
  scalars: ([x, indices], [type, named], length) =>
    scatterAddOp.scalars!([x!], [type!], {
      offsets: offsetsAlong(numbersOf(indices!, named!), length),
      shape: [...type!.shape.slice(0, -1), length],
    }),
  batch: (inputs, batched, length) => bind(addAlongOp, everyMember(inputs, batched), length),
};

/** Elements as numbers: a graph of scalars holds where these indices are what they were. */
function numbersOf(elements: readonly Value[], { shape, dtype }: Type): Tensor {
  return tensor(
    elements.map((element) => concretize(element).item()),
    dtype,
    shape,
  );
}

/** NumPy's take_along_axis: along `axis` the elements that `indices`, shaped like `x` elsewhere, name. @throws RangeError outside. */
export function takeAlong(x: Value, indices: Value, axis = -1): Value {
  const at = normalAxis(axis, x.shape.length);
  const last = x.shape.length - 1;
  const [values, named] = [moveAxis(x, at, last), moveAxis(indices, at, last)];
  if (!sameShape(values.shape.slice(0, -1), named.shape.slice(0, -1)))
    throw new RangeError(`indices of shape (${indices.shape}) along axis ${at} of a value of shape (${x.shape})`);
  const taken =
    named instanceof Tensor
      ? take(values, offsetsAlong(named, x.shape[at]!, at), named.shape)
      : bind(takeAlongOp, [values, named], undefined);
  return moveAxis(taken, last, at);
}

/** Along `axis` the elements that the integers `indices` name; their shape takes the axis' place. @throws RangeError outside. */
export function gather(x: Value, indices: Value, axis = 0): Value {
  const at = normalAxis(axis, x.shape.length);
  const [before, after] = [x.shape.slice(0, at), x.shape.slice(at + 1)];
  const size = sizeOf(indices.shape);
  const line = reshape(indices, [...before.map(() => 1), size, ...after.map(() => 1)]);
  return reshape(takeAlong(x, broadcastTo(line, [...before, size, ...after]), at), [
    ...before,
    ...indices.shape,
    ...after,
  ]);
}

/** The elements (over the first axes) at which `mask` is true. @throws RangeError where its shape does not begin x's. */
export function booleanMask(x: Value, mask: Value): Value {
  if (!sameShape(mask.shape, x.shape.slice(0, mask.shape.length)))
    throw new RangeError(`a mask of shape (${mask.shape}) for a value of shape (${x.shape})`);
  const flat = reshape(x, [sizeOf(mask.shape), ...x.shape.slice(mask.shape.length)]);
  const chosen = Array.from(concretize(mask).data).flatMap((hit, i) => (hit ? [i] : []));
  return along(flat, 0, chosen.length, (i) => chosen[i]!);
}

/** The indices at which x is not 0, one for each axis of x (NumPy's nonzero): int64 vectors of one length. */
export function nonzero(x: Value): Value[] {
  const hits = Array.from(concretize(x).data).flatMap((value, i) => (value !== 0 ? [i] : []));
  return stridesOf(x.shape).map((stride, axis) =>
    tensor(
      hits.map((i) => Math.floor(i / stride) % x.shape[axis]!),
      "int64",
    ),
  );
}

/**
 * NumPy's advanced indexing x[i, j, …]: integer arrays, broadcast together, over the first axes; negative ones count from
 * the end. Their shape stands before the axes that are left. @throws RangeError outside, or for too many indices.
 */
export function indexArrays(x: Value, indices: readonly Value[]): Value {
  if (indices.length > x.shape.length)
    throw new RangeError(`${indices.length} indices for a value of ${x.shape.length} dimensions`);
  const lead = x.shape.slice(0, indices.length);
  // One index into the first axes taken as one.
  const flat = indices.reduce<Value>(
    (total, index, axis) => {
      const length = lead[axis]!;
      const known = index instanceof Tensor ? Array.from(index.data) : [];
      const outside = known.find((i) => i < -length || i >= length);
      if (outside !== undefined)
        throw new RangeError(`index ${outside} is out of bounds for axis ${axis} with size ${length}`);
      return add(mul(total, length), where(less(index, 0), add(index, length), index));
    },
    scalar(0, "int64"),
  );
  return gather(reshape(x, [sizeOf(lead), ...x.shape.slice(indices.length)]), flat);
}

/** x with `values` added at row-major `offsets`; repeated ones add up. */
export function scatterInto(x: Value, offsets: Int32Array, values: Value): Value {
  return add(x, scatterAdd(values, offsets, x.shape));
}

/** x with `values` in place of the elements at row-major `offsets`; of repeated ones the last counts. */
export function scatterSet(x: Value, offsets: Int32Array, values: Value): Value {
  const last = new Map(Array.from(offsets, (offset, k) => [offset, k]));
  const chosen = take(reshape(values, [offsets.length]), Int32Array.from(last.values()), [last.size]);
  const mask = new Uint8Array(sizeOf(x.shape));
  for (const offset of last.keys()) mask[offset] = 1;
  const placed = scatterAdd(chosen, Int32Array.from(last.keys()), x.shape);
  return where(tensor(mask, "bool", x.shape), placed, x);
}

/**
 * Room around x: `widths` before and after each axis. `constant` fills it with `value`, `edge` repeats the border,
 * `reflect` mirrors without it, `symmetric` with it, `wrap` goes round.
 */
export function pad(
  x: Value,
  widths: readonly (readonly [before: number, after: number])[],
  mode: "constant" | "edge" | "reflect" | "symmetric" | "wrap" = "constant",
  value = 0,
): Value {
  const shape = x.shape.map((n, k) => n + widths[k]![0] + widths[k]![1]);
  if (mode === "constant") {
    const inside = offsetsOf(x.shape, shape, (index) => index.map((i, k) => i + widths[k]![0]));
    const room = scatterAdd(x, inside, shape);
    if (value === 0) return room;
    const mask = new Uint8Array(sizeOf(shape));
    for (const offset of inside) mask[offset] = 1;
    return where(tensor(mask, "bool", shape), room, value);
  }
  const turn = (i: number, n: number): number => {
    const period = mode === "reflect" ? Math.max(2 * n - 2, 1) : mode === "symmetric" ? 2 * n : n;
    if (mode === "edge") return Math.min(Math.max(i, 0), n - 1);
    const at = ((i % period) + period) % period;
    return at < n ? at : period - at - (mode === "symmetric" ? 1 : 0);
  };
  return take(
    x,
    offsetsOf(shape, x.shape, (index) => index.map((i, k) => turn(i - widths[k]![0], x.shape[k]!))),
    shape,
  );
}

/** A vector on the k-th diagonal of a matrix of zeros; of a matrix, the k-th diagonal. */
export function diag(x: Value, k = 0): Value {
  if (x.shape.length === 1) {
    const n = x.shape[0]! + Math.abs(k);
    const offsets = Int32Array.from({ length: x.shape[0]! }, (_, i) => (i + Math.max(-k, 0)) * n + i + Math.max(k, 0));
    return scatterAdd(x, offsets, [n, n]);
  }
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const length = Math.max(0, Math.min(rows - Math.max(-k, 0), columns - Math.max(k, 0)));
  const shape = [...x.shape.slice(0, -2), length];
  const down = Math.max(-k, 0);
  return take(
    x,
    offsetsOf(shape, x.shape, (index) => [...index.slice(0, -1), index.at(-1)! + down, index.at(-1)! + down + k]),
    shape,
  );
}

function triangle(x: Value, keep: (row: number, column: number) => boolean): Value {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const mask = Array.from({ length: rows * columns }, (_, i) => Number(keep(Math.floor(i / columns), i % columns)));
  return where(tensor(mask, "bool", [rows, columns]), x, 0);
}

/** The matrix with zeros above the k-th diagonal. */
export function tril(x: Value, k = 0): Value {
  return triangle(x, (row, column) => column - row <= k);
}

/** The matrix with zeros below the k-th diagonal. */
export function triu(x: Value, k = 0): Value {
  return triangle(x, (row, column) => column - row >= k);
}

/** A row of zeros with a one at each index; an index outside gives zeros only. */
export function oneHot(indices: Value, depth: number, dtype: Value["dtype"] = "float64"): Value {
  const places = tensor(
    Array.from({ length: depth }, (_, k) => k),
    "int64",
  );
  return cast(equal(expandDims(indices, -1), places), dtype);
}

/** The indices that sort each row of `length` elements, stably; NaN is the largest. */
function orderOf(data: ArrayLike<number>, length: number, descending: boolean): Int32Array {
  const order = new Int32Array(data.length);
  const ascending = (a: number, b: number) =>
    Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a < b ? -1 : Number(a > b);
  const compare = descending ? (a: number, b: number) => ascending(b, a) : ascending;
  for (let row = 0; row < data.length; row += length) {
    const indices = Array.from({ length }, (_, i) => i);
    order.set(
      indices.sort((i, j) => compare(data[row + i]!, data[row + j]!) || i - j),
      row,
    );
  }
  return order;
}

/** The indices that sort along the last axis. A graph of scalars holds where the order does. */
export const argsortOp: Constant<{ readonly descending: boolean }> = {
  kind: "constant",
  name: "argsort",
  arity: 1,
  type: ([x]) => ({ shape: x!.shape, dtype: "int64" }),
  evaluate: ([x], { descending }) => tensor(orderOf(x!.data, x!.shape.at(-1)!, descending), "int64", x!.shape),
  scalars: ([x], [type], { descending }) => {
    const length = type!.shape.at(-1)!;
    const order = orderOf(
      x!.map((element) => glance(element).item()),
      length,
      descending,
    );
    order.forEach((i, k) => {
      const row = k - (k % length);
      if (k > row) concretize((descending ? greaterEqual : lessEqual)(x![row + order[k - 1]!]!, x![row + i]!));
    });
    return Array.from(order, (i) => scalar(i, "int64"));
  },
  batch: ([x], _, attributes) => bind(argsortOp, [x!], attributes),
  // Equal elements change places on either side.
  kinked: ([x]) => {
    const { shape, data } = x!;
    const length = shape.at(-1)!;
    const order = orderOf(data, length, false);
    return order.some(
      (i, k) => k % length > 0 && data[k - (k % length) + i] === data[k - (k % length) + order[k - 1]!],
    );
  },
  none: "an order has no derivative",
};

/** The indices (int64) that sort `x` along `axis`, equal elements in their order, NaN as the largest. */
export function argsort(x: Value, axis = -1, descending = false): Value {
  const at = normalAxis(axis, x.shape.length);
  const last = x.shape.length - 1;
  return moveAxis(bind(argsortOp, [moveAxis(x, at, last)], { descending }), last, at);
}

/** Sorted along `axis`, NaN as the largest. Its derivative moves with the elements. */
export function sort(x: Value, axis = -1, descending = false): Value {
  return takeAlong(x, argsort(x, axis, descending), axis);
}

/** The `k` largest along the last axis, in descending order, and their indices. @throws RangeError if there are fewer. */
export function topK(x: Value, k: number): { values: Value; indices: Value } {
  const axis = x.shape.length - 1;
  if (k > (x.shape[axis] ?? 0)) throw new RangeError(`the ${k} largest of ${x.shape[axis] ?? 0} elements`);
  const indices = along(argsort(x, -1, true), axis, k, (i) => i);
  return { values: takeAlong(x, indices), indices };
}

/** Vectors spread over a grid; `xy`: the first two axes are exchanged, NumPy's default. */
export function meshgrid(vectors: readonly Value[], indexing: "xy" | "ij" = "xy"): Value[] {
  const exchanged = indexing === "xy" && vectors.length > 1;
  const axes = vectors.map((_, k) => (exchanged && k < 2 ? 1 - k : k));
  const shape: number[] = new Array(vectors.length);
  vectors.forEach((vector, k) => {
    shape[axes[k]!] = vector.shape[0]!;
  });
  return vectors.map((vector, k) =>
    broadcastTo(
      reshape(
        vector,
        shape.map((n, axis) => (axis === axes[k] ? n : 1)),
      ),
      shape,
    ),
  );
}
