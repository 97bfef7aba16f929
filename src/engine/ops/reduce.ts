/**
 * Reductions over axes. All but max and min are made of other operations, so their derivatives of any order follow.
 * Axes may be negative; the default is all. An axis that is not there throws RangeError.
 */
import { bind } from "../bind";
import * as complex from "../complex";
import { isFloat } from "../dtype";
import * as lanes from "../lower/wasm/lanes";
import type { Linear, Nonlinear } from "../op";
import { allocate, broadcastOffsets, type Shape, scalar, sizeOf, Tensor, tensor, type Value } from "../tensor";
import { type Binary, binary, type Unary, unary } from "./define";
import {
  abs,
  add,
  div,
  divNoNan,
  equal,
  exp,
  greater,
  halfAt,
  isfinite,
  isnan,
  less,
  log,
  logicalOr,
  maximum,
  minimum,
  mul,
  notEqual,
  pow,
  square,
  sub,
  where,
} from "./elementwise";
import { broadcastTo, cast, reductionCode, reshape, stopGradient, sum, take } from "./structure";

export type Axes = readonly number[];

const allAxes = (x: Value): Axes => x.shape.map((_, axis) => axis);

/** @throws RangeError for an axis that the value does not have. */
export function normalAxis(axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normal < 0 || normal >= rank)
    throw new RangeError(`axis ${axis} is out of bounds for a value of ${rank} dimensions`);
  return normal;
}

function normalAxes(axes: Axes, rank: number): number[] {
  return [...new Set(axes.map((axis) => normalAxis(axis, rank)))].sort((a, b) => a - b);
}

const keptShape = (shape: Shape, axes: Axes): Shape => shape.map((n, axis) => (axes.includes(axis) ? 1 : n));

function reducedShape(shape: Shape, { axes, keepdims }: Reduction): Shape {
  return keepdims ? keptShape(shape, axes) : shape.filter((_, axis) => !axes.includes(axis));
}

export interface Reduction {
  readonly axes: Axes;
  readonly keepdims: boolean;
}

// ── max and min ─────────────────────────────────────────────────────────────

function extreme(name: "max" | "min", better: (x: number, y: number) => boolean): Nonlinear<Reduction> {
  /** 1/k at each of the k elements that attain the extreme: every framework shares a tie so. */
  const weights = (x: Value, out: Value, { axes }: Reduction): Value => {
    const hit = cast(equal(x, reshape(out, keptShape(x.shape, axes))), asFloat(x).dtype);
    return div(hit, sum(hit, axes, true));
  };
  return {
    kind: "nonlinear",
    name,
    arity: 1,
    type: ([x], attributes) => ({ shape: reducedShape(x!.shape, attributes), dtype: x!.dtype }),
    evaluate([x], attributes) {
      const small = keptShape(x!.shape, attributes.axes);
      const offsets = broadcastOffsets(small, x!.shape);
      const found = new Float64Array(sizeOf(small)).fill(name === "max" ? -Infinity : Infinity);
      for (let i = 0; i < offsets.length; i++) {
        const at = offsets[i]!;
        const value = x!.data[i]!;
        if (better(value, found[at]!) || Number.isNaN(value)) found[at] = value;
      }
      return tensor(found, x!.dtype, reducedShape(x!.shape, attributes));
    },
    reverse: (cotangent, [x], out, attributes) => [
      mul(reshape(cotangent, keptShape(x!.shape, attributes.axes)), weights(x!, out, attributes)),
    ],
    forward: ([tangent], [x], out, attributes) =>
      sum(mul(tangent!, weights(x!, out, attributes)), attributes.axes, attributes.keepdims),
    kinked([x], attributes) {
      const { data } = this.evaluate([x!], attributes);
      const offsets = broadcastOffsets(keptShape(x!.shape, attributes.axes), x!.shape);
      const attained = new Uint32Array(data.length);
      return offsets.some((at, i) => x!.data[i] === data[at] && ++attained[at]! > 1);
    },
    scalars: ([x], [type], { axes }) => {
      const offsets = broadcastOffsets(keptShape(type!.shape, axes), type!.shape);
      const found: Value[] = [];
      x!.forEach((element, i) => {
        const before = found[offsets[i]!];
        found[offsets[i]!] = before ? (name === "max" ? larger : smaller)(before, element) : element;
      });
      return found;
    },
    batch: ([x], _, { axes, keepdims }) =>
      bindExtreme(
        name === "max" ? maxOp : minOp,
        x!,
        axes.map((axis) => axis + 1),
        keepdims,
      ),
    movement: ({ axes }) => ({ kind: "reduce", axes, how: name }),
    code: ({ axes, keepdims }, [x], target) => reductionCode(name, axes, keepdims, x!.shape.length, target),
    latex: `\\${name}`,
  };
}

/** The greater of two as a reduction takes it: a tie is shared in every dialect, unlike that of `maximum`. */
export const larger: Binary = binary("larger", {
  evaluate: (x, y) => Math.max(x, y),
  partials: [
    ([x, y]) => where(greater(x!, y!), 1, halfAt(x!, y!, "split")),
    ([x, y]) => where(greater(y!, x!), 1, halfAt(x!, y!, "split")),
  ],
  domain: [
    [0.1, 1],
    [2, 3],
  ],
  kinks: [[0, 0]],
  latex: "\\max",
  javascript: "Math.max(#1, #2)",
  simd: lanes.max,
  definition: ([x, y]) => maximum(x!, y!),
});

/** The smaller of two as a reduction takes it: a tie is shared in every dialect, unlike that of `minimum`. */
export const smaller: Binary = binary("smaller", {
  evaluate: (x, y) => Math.min(x, y),
  partials: [
    ([x, y]) => where(less(x!, y!), 1, halfAt(x!, y!, "split")),
    ([x, y]) => where(less(y!, x!), 1, halfAt(x!, y!, "split")),
  ],
  domain: [
    [0.1, 1],
    [2, 3],
  ],
  kinks: [[0, 0]],
  latex: "\\min",
  javascript: "Math.min(#1, #2)",
  simd: lanes.min,
  definition: ([x, y]) => minimum(x!, y!),
});

export const maxOp = extreme("max", (x, y) => x > y);
export const minOp = extreme("min", (x, y) => x < y);

function bindExtreme(op: Nonlinear<Reduction>, x: Value, axes: Axes, keepdims: boolean): Value {
  const normal = normalAxes(axes, x.shape.length);
  if (normal.some((axis) => x.shape[axis] === 0)) throw new RangeError(`${op.name} of nothing`);
  return bind(op, [x], { axes: normal, keepdims });
}

/** @throws RangeError over an axis of length 0. */
export function max(x: Value, axes: Axes = allAxes(x), keepdims = false): Value {
  return bindExtreme(maxOp, x, axes, keepdims);
}

/** @throws RangeError over an axis of length 0. */
export function min(x: Value, axes: Axes = allAxes(x), keepdims = false): Value {
  return bindExtreme(minOp, x, axes, keepdims);
}

// ── sums ────────────────────────────────────────────────────────────────────

const countOf = (x: Value, axes: Axes): number =>
  normalAxes(axes, x.shape.length).reduce((count, axis) => count * x.shape[axis]!, 1);

const asFloat = (x: Value): Value => (isFloat(x.dtype) ? x : cast(x, "float64"));

export function mean(x: Value, axes: Axes = allAxes(x), keepdims = false): Value {
  return div(sum(asFloat(x), axes, keepdims), countOf(x, axes));
}

/** The mean square distance from the mean, over n − `ddof`: 0 as NumPy, TensorFlow and JAX, 1 as PyTorch. */
export function variance(x: Value, axes: Axes = allAxes(x), keepdims = false, ddof = 0): Value {
  const distance = sub(asFloat(x), mean(x, axes, true));
  return div(sum(square(distance), axes, keepdims), countOf(x, axes) - ddof);
}

/** A square root whose derivative at 0 is the dialect's 0/0: that of norm and std. */
export const root: Unary = unary("root", {
  evaluate: Math.sqrt,
  partials: [(_, out, { zeroOverZero }) => (zeroOverZero === "zero" ? divNoNan(0.5, out) : div(0.5, out))],
  domain: [[0.1, 4]],
  kinks: [[0]],
  complex: complex.sqrt,
  latex: "\\sqrt{#1}",
  javascript: "Math.sqrt(#1)",
  simd: lanes.sqrt,
  code: "@sqrt(#1)",
});

export function std(x: Value, axes: Axes = allAxes(x), keepdims = false, ddof = 0): Value {
  return root(variance(x, axes, keepdims, ddof));
}

/** The vector norm over `axes` of order `order`: 1, 2 ("fro"), ±∞, 0 (how many are not 0) or any p. */
export function norm(x: Value, order: number | "fro" = 2, axes: Axes = allAxes(x), keepdims = false): Value {
  if (order === "fro" || order === 2) return root(sum(square(x), axes, keepdims));
  if (order === Infinity) return max(abs(x), axes, keepdims);
  if (order === -Infinity) return min(abs(x), axes, keepdims);
  if (order === 0) return cast(sum(notEqual(x, 0), axes, keepdims), x.dtype);
  if (order === 1) return sum(abs(x), axes, keepdims);
  return pow(sum(pow(abs(x), order), axes, keepdims), 1 / order);
}

export function any(x: Value, axes: Axes = allAxes(x), keepdims = false): Value {
  return notEqual(sum(notEqual(x, 0), axes, keepdims), 0);
}

export function all(x: Value, axes: Axes = allAxes(x), keepdims = false): Value {
  return equal(sum(equal(x, 0), axes, keepdims), 0);
}

// ── exponentials ────────────────────────────────────────────────────────────

/** The largest element, which keeps the exponentials finite as a shift; its derivative cancels. */
function shiftOf(x: Value, axes: Axes): Value {
  return sizeOf(x.shape) === 0 ? scalar(0, x.dtype) : stopGradient(max(x, axes, true));
}

/** log Σ eˣ; also where the largest element is infinite. */
export function logsumexp(x: Value, axes: Axes = allAxes(x), keepdims = false): Value {
  const largest = shiftOf(x, axes);
  const shift = where(isfinite(largest), largest, 0);
  const total = add(log(sum(exp(sub(x, shift)), axes, true)), shift);
  return reshape(total, reducedShape(x.shape, { axes: normalAxes(axes, x.shape.length), keepdims }));
}

/** eˣ/Σ eˣ; NaN throughout where the largest element is infinite, as in the frameworks. */
export function softmax(x: Value, axes: Axes = [-1]): Value {
  const powers = exp(sub(x, shiftOf(x, axes)));
  return div(powers, sum(powers, axes, true));
}

export function logSoftmax(x: Value, axes: Axes = [-1]): Value {
  const shifted = sub(x, shiftOf(x, axes));
  return sub(shifted, log(sum(exp(shifted), axes, true)));
}

// ── products and running totals ─────────────────────────────────────────────

/** Elements of `x` along `axis`: `choose` names the index that each of `length` new ones reads. */
export function along(x: Value, axis: number, length: number, choose: (i: number) => number): Value {
  const before = sizeOf(x.shape.slice(0, axis));
  const after = sizeOf(x.shape.slice(axis + 1));
  const old = x.shape[axis]!;
  const offsets = new Int32Array(before * length * after);
  for (let b = 0, at = 0; b < before; b++)
    for (let i = 0; i < length; i++) {
      const from = (b * old + choose(i)) * after;
      for (let a = 0; a < after; a++) offsets[at++] = from + a;
    }
  return take(x, offsets, [...x.shape.slice(0, axis), length, ...x.shape.slice(axis + 1)]);
}

/** The product, by halves: exact derivatives where factors are 0, and no division. */
export function prod(x: Value, axes: Axes = allAxes(x), keepdims = false): Value {
  const normal = normalAxes(axes, x.shape.length);
  let out = x.dtype === "bool" ? cast(x, "int64") : x;
  for (const axis of normal) {
    if (out.shape[axis] === 0) out = broadcastTo(tensor([1], out.dtype, []), keptShape(out.shape, [axis]));
    while (out.shape[axis]! > 1) {
      const length = out.shape[axis]!;
      const half = length >> 1;
      const first = along(out, axis, half, (i) => i);
      const second = along(out, axis, half, (i) => half + i);
      const product = mul(first, second);
      if (length % 2 === 0) out = product;
      else {
        // The one left over joins the last.
        const last = broadcastTo(
          along(out, axis, 1, () => length - 1),
          product.shape,
        );
        const at = product.shape.map((_, k) => (k === axis ? half : 1));
        const isLast = tensor(
          Array.from({ length: half }, (_, i) => (i === half - 1 ? 1 : 0)),
          "bool",
          at,
        );
        out = mul(product, where(isLast, last, 1));
      }
    }
  }
  return reshape(out, reducedShape(x.shape, { axes: normal, keepdims }));
}

interface Running {
  readonly axis: number;
  readonly reverse: boolean;
}

export const cumsumOp: Linear<Running> = {
  kind: "linear",
  name: "cumsum",
  arity: 1,
  type: ([x]) => x!,
  evaluate([x], { axis, reverse }) {
    const after = sizeOf(x!.shape.slice(axis + 1));
    const length = x!.shape[axis]!;
    const data = allocate(x!.dtype, x!.data.length);
    for (let k = 0; k < data.length; k++) {
      const i = Math.floor(k / after) % length;
      if (i !== 0) continue;
      let total = 0;
      for (let j = 0; j < length; j++) {
        const at = k + (reverse ? length - 1 - j : j) * after;
        total += x!.data[at]!;
        data[at] = total;
      }
    }
    return new Tensor(data, x!.shape, x!.dtype);
  },
  transpose: (cotangent, _, { axis, reverse }) => [bind(cumsumOp, [cotangent], { axis, reverse: !reverse })],
  scalars: ([x], [type], { axis, reverse }) => {
    const after = sizeOf(type!.shape.slice(axis + 1));
    const length = type!.shape[axis]!;
    const out = [...x!];
    for (let k = 0; k < out.length; k++) {
      const at = reverse ? out.length - 1 - k : k;
      const first = Math.floor(at / after) % length === (reverse ? length - 1 : 0);
      if (!first) out[at] = add(out[at + (reverse ? after : -after)]!, out[at]!);
    }
    return out;
  },
  code: ({ axis, reverse }, _, target) =>
    reverse ? undefined : `@cumsum(#1, ${target === "torch" ? "dim" : "axis"}=${axis})`,
  batch: ([x], _, { axis, reverse }) => bind(cumsumOp, [x!], { axis: axis + 1, reverse }),
};

/** Running sums along `axis`; `reverse`: from the end. */
export function cumsum(x: Value, axis = 0, reverse = false): Value {
  return bind(cumsumOp, [x.dtype === "bool" ? cast(x, "int64") : x], {
    axis: normalAxis(axis, x.shape.length),
    reverse,
  });
}

/** Running products along `axis`, by doubling: exact derivatives where factors are 0. */
export function cumprod(x: Value, axis = 0): Value {
  const normal = normalAxis(axis, x.shape.length);
  const length = x.shape[normal]!;
  const at = x.shape.map((_, k) => (k === normal ? length : 1));
  let out = x.dtype === "bool" ? cast(x, "int64") : x;
  for (let step = 1; step < length; step *= 2) {
    const moved = along(out, normal, length, (i) => Math.max(i - step, 0));
    const inside = tensor(
      Array.from({ length }, (_, i) => (i >= step ? 1 : 0)),
      "bool",
      at,
    );
    out = mul(out, where(inside, moved, 1));
  }
  return out;
}

// ── where the extreme is ────────────────────────────────────────────────────

function argExtreme(x: Value, axis: number | undefined, keepdims: boolean, largest: boolean): Value {
  const flat = axis === undefined ? reshape(x, [sizeOf(x.shape)]) : x;
  const normal = normalAxis(axis ?? 0, flat.shape.length);
  const length = flat.shape[normal]!;
  const found = (largest ? max : min)(flat, [normal], true);
  const places = tensor(
    Array.from({ length }, (_, i) => i),
    "int64",
    flat.shape.map((_, k) => (k === normal ? length : 1)),
  );
  // The first that attains the extreme; a NaN counts as one.
  return min(where(logicalOr(equal(flat, found), isnan(flat)), places, length), [normal], keepdims);
}

/** The index of the first largest element, or the first NaN, along `axis` (absent: of all, row-major). */
export function argmax(x: Value, axis?: number, keepdims = false): Value {
  return argExtreme(x, axis, keepdims, true);
}

/** The index of the first smallest element, or the first NaN, along `axis` (absent: of all, row-major). */
export function argmin(x: Value, axis?: number, keepdims = false): Value {
  return argExtreme(x, axis, keepdims, false);
}
