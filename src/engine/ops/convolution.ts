/**
 * Convolution (the frameworks' name for cross-correlation) and pooling, over any number of spatial axes.
 *
 * Inside, the layout is PyTorch's: values [n, channels, …space], kernels [out, in / groups, …window]. TensorFlow's
 * values with the channels last are an option of each function; its kernels go through {@link fromHWIO} or
 * {@link fromDepthwise}. After Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016); what
 * TensorFlow 2.21 and PyTorch 2.13 answer is measured in test/oracles/convolution.py.
 */
import { bind } from "../bind";
import { promote } from "../dtype";
import * as lanes from "../lower/wasm/lanes";
import type { Bilinear, Nonlinear } from "../op";
import { full, type Shape, sameShape, scalar, sizeOf, tensor, type Value } from "../tensor";
import { type Binary, binary } from "./define";
import { div, greater, isnan, logicalOr, maximum, mul, where } from "./elementwise";
import { moveAxis } from "./movement";
import { addAll, broadcastTo, everyMember, reshape, transpose } from "./structure";

// ── windows ─────────────────────────────────────────────────────────────────

/** Room around the values: for each spatial axis as much on both sides, or [before, after]; TensorFlow's words for it. */
export type Padding = "valid" | "same" | number | readonly (number | readonly [before: number, after: number])[];

export interface WindowOptions {
  /** For all spatial axes, or for each. */
  readonly stride?: number | readonly number[];
  readonly dilation?: number | readonly number[];
  readonly padding?: Padding;
  /** Where the axis of channels stands: the second ("first") or the last. */
  readonly channels?: "first" | "last";
}

/** How windows lie on each spatial axis. */
interface Placement {
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly positions: readonly number[];
}

/**
 * Which element of the values meets which of the window at which position: row-major offsets over the spatial axes.
 * For one position the window's elements come in row-major order.
 */
interface Taps {
  readonly x: Int32Array;
  readonly kernel: Int32Array;
  readonly y: Int32Array;
}

type Slot = keyof Taps;

/** More taps, or more elements along the spatial axes, than this would fill the memory. */
const MOST_TAPS = 1 << 24;

function perAxis(given: number | readonly number[] | undefined, rank: number, what: string): readonly number[] {
  const numbers = typeof given === "object" ? given : new Array<number>(rank).fill(given ?? 1);
  if (numbers.length !== rank || numbers.some((n) => !Number.isInteger(n) || n < 1))
    throw new RangeError(`a ${what} of (${numbers}) for ${rank} spatial axes`);
  return numbers;
}

/** @param ceil a last window that begins inside but ends outside counts (PyTorch's ceil_mode). */
function place(space: Shape, window: Shape, options: WindowOptions, ceil = false): Placement {
  const rank = window.length;
  const stride = perAxis(options.stride, rank, "stride");
  const dilation = perAxis(options.dilation, rank, "dilation");
  const reach = window.map((n, k) => dilation[k]! * (n - 1) + 1);
  const { padding = "valid" } = options;
  const pairs = space.map((n, k): readonly [number, number] => {
    if (padding === "valid") return [0, 0];
    if (padding === "same") {
      const total = Math.max((Math.ceil(n / stride[k]!) - 1) * stride[k]! + reach[k]! - n, 0);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    }
    const own = typeof padding === "number" ? padding : padding[k];
    return typeof own === "object" ? own : [own ?? Number.NaN, own ?? Number.NaN];
  });
  if (
    (typeof padding === "object" && padding.length !== rank) ||
    pairs.flat().some((n) => !Number.isInteger(n) || n < 0)
  )
    throw new RangeError(`a padding of (${padding}) for ${rank} spatial axes`);
  const positions = space.map((n, k) => {
    const [before, after] = pairs[k]!;
    const free = n + before + after - reach[k]!;
    const count = (ceil ? Math.ceil : Math.floor)(free / stride[k]!) + 1;
    // With ceil, a window may not begin beyond the values and the room before them.
    return Math.max(ceil && (count - 1) * stride[k]! >= n + before ? count - 1 : count, 0);
  });
  if (Math.max(sizeOf(space), sizeOf(positions)) > MOST_TAPS)
    throw new RangeError(`(${positions}) positions of windows over (${space}) elements are too many`);
  return {
    window,
    stride,
    dilation,
    before: pairs.map(([before]) => before),
    after: pairs.map(([, after]) => after),
    positions,
  };
}

function tapsOf(space: Shape, { window, stride, dilation, before, positions }: Placement): Taps {
  let taps: Taps = { x: Int32Array.of(0), kernel: Int32Array.of(0), y: Int32Array.of(0) };
  space.forEach((length, k) => {
    const [count, size] = [positions[k]!, window[k]!];
    if (Math.max(taps.x.length, 1) * count * size > MOST_TAPS)
      throw new RangeError(`windows of (${window}) at (${positions}) positions are too many`);
    const axis = { x: [] as number[], kernel: [] as number[], y: [] as number[] };
    for (let y = 0; y < count; y++)
      for (let kernel = 0; kernel < size; kernel++) {
        const x = y * stride[k]! + kernel * dilation[k]! - before[k]!;
        if (x < 0 || x >= length) continue;
        axis.x.push(x);
        axis.kernel.push(kernel);
        axis.y.push(y);
      }
    const cross = (slot: Slot, lengthOfAxis: number): Int32Array => {
      const out = new Int32Array(taps[slot].length * axis[slot].length);
      let at = 0;
      for (const outer of taps[slot]) for (const inner of axis[slot]) out[at++] = outer * lengthOfAxis + inner;
      return out;
    };
    taps = { x: cross("x", length), kernel: cross("kernel", size), y: cross("y", count) };
  });
  return taps;
}

function channelsFirst(x: Value, { channels }: WindowOptions): Value {
  return channels === "last" ? moveAxis(x, -1, 1) : x;
}

function channelsBack(y: Value, { channels }: WindowOptions): Value {
  return channels === "last" ? moveAxis(y, 1, -1) : y;
}

// ── convolution: one trilinear form, contracted to each of its three factors ─

interface Contraction {
  /** x: [n, groups·in, …space]; kernel: [groups·out, in, …window]; y: [n, groups·out, …positions]. */
  readonly shapes: { readonly [S in Slot]: Shape };
  readonly groups: number;
  readonly taps: Taps;
}

/** Which two factors each operation takes, in this order. */
const FACTORS = { y: ["x", "kernel"], x: ["y", "kernel"], kernel: ["x", "y"] } as const;

/** Where each pair of channels begins in each factor. */
function eachPair({ shapes, groups }: Contraction, visit: (start: { readonly [S in Slot]: number }) => void): void {
  const [outs, ins, ...window] = shapes.kernel as [number, number, ...number[]];
  const out = outs / groups;
  const size = { x: sizeOf(shapes.x.slice(2)), kernel: sizeOf(window), y: sizeOf(shapes.y.slice(2)) };
  for (let n = 0; n < shapes.x[0]!; n++)
    for (let o = 0; o < outs; o++)
      for (let i = 0; i < ins; i++)
        visit({
          x: ((n * groups + Math.floor(o / out)) * ins + i) * size.x,
          kernel: (o * ins + i) * size.kernel,
          y: (n * outs + o) * size.y,
        });
}

function contraction(name: string, into: Slot): Bilinear<Contraction> {
  const [first, second] = FACTORS[into];
  return {
    kind: "bilinear",
    name,
    arity: 2,
    type: ([a, b], { shapes }) => ({ shape: shapes[into], dtype: promote(a!.dtype, b!.dtype) }),
    evaluate([a, b], attributes) {
      const { shapes, taps } = attributes;
      const [to, left, right] = [taps[into], taps[first], taps[second]];
      // Accumulated in float64 and rounded once.
      const sums = new Float64Array(sizeOf(shapes[into]));
      eachPair(attributes, (start) => {
        const [at, i, j] = [start[into], start[first], start[second]];
        for (let t = 0; t < to.length; t++) sums[at + to[t]!]! += a!.data[i + left[t]!]! * b!.data[j + right[t]!]!;
      });
      return tensor(sums, promote(a!.dtype, b!.dtype), shapes[into]);
    },
    transposes: [
      (ct, [, b], attributes) => contract(first, { [into]: ct, [second]: b! }, attributes),
      (ct, [a], attributes) => contract(second, { [into]: ct, [first]: a! }, attributes),
    ],
    scalars: ([a, b], [left, right], attributes) => {
      const { shapes, taps } = attributes;
      const terms = Array.from({ length: sizeOf(shapes[into]) }, (): Value[] => []);
      eachPair(attributes, (start) => {
        taps[into].forEach((to, t) => {
          const x = a![start[first] + taps[first][t]!]!;
          terms[start[into] + to]!.push(mul(x, b![start[second] + taps[second][t]!]!));
        });
      });
      const zero = scalar(0, promote(left!.dtype, right!.dtype));
      return terms.map((own) => (own.length > 0 ? addAll(own) : zero));
    },
    batch: ([a, b], [inFirst, inSecond], attributes) =>
      batched(into, { [first]: a!, [second]: b! }, { [first]: inFirst!, [second]: inSecond! }, attributes),
    latex: name === "conv" ? "#1 * #2" : undefined,
  };
}

type Given = { readonly [S in Slot]?: Value };

function contract(into: Slot, given: Given, attributes: Contraction): Value {
  const [first, second] = FACTORS[into];
  return bind(CONTRACTIONS[into], [given[first]!, given[second]!], attributes);
}

/** A batch with one kernel for all joins n; with a kernel for each member it is so many more groups. */
function batched(
  into: Slot,
  given: Given,
  has: { readonly [S in Slot]?: boolean },
  { shapes, groups, taps }: Contraction,
): Value {
  const slots = FACTORS[into];
  const count = slots.map((slot) => (has[slot] ? given[slot]!.shape[0]! : 0)).find((n) => n > 0)!;
  const oneKernel = into !== "kernel" && !has.kernel;
  const joined = (slot: Slot): Shape => {
    const [n, c, ...rest] = shapes[slot] as [number, number, ...number[]];
    if (slot === "kernel") return oneKernel ? shapes.kernel : [count * n, c, ...rest];
    return oneKernel ? [count * n, c, ...rest] : [n, count * c, ...rest];
  };
  const bring = (slot: Slot): Value => {
    if (oneKernel && slot === "kernel") return given.kernel!;
    const whole = broadcastTo(given[slot]!, [count, ...shapes[slot]]);
    return reshape(oneKernel || slot === "kernel" ? whole : moveAxis(whole, 0, 1), joined(slot));
  };
  const out = contract(
    into,
    { [slots[0]]: bring(slots[0]), [slots[1]]: bring(slots[1]) },
    {
      shapes: { x: joined("x"), kernel: joined("kernel"), y: joined("y") },
      groups: oneKernel ? groups : groups * count,
      taps,
    },
  );
  if (oneKernel || into === "kernel") return reshape(out, [count, ...shapes[into]]);
  const [n, c, ...rest] = shapes[into] as [number, number, ...number[]];
  return moveAxis(reshape(out, [n, count, c, ...rest]), 1, 0);
}

/** (x, kernel) → y. */
export const convOp = contraction("conv", "y");
/** (y, kernel) → x: the transpose of convolution in its values. */
export const convInputOp = contraction("conv_input", "x");
/** (x, y) → kernel: the transpose of convolution in its kernel. */
export const convKernelOp = contraction("conv_kernel", "kernel");

const CONTRACTIONS: { readonly [S in Slot]: Bilinear<Contraction> } = {
  y: convOp,
  x: convInputOp,
  kernel: convKernelOp,
};

export interface ConvOptions extends WindowOptions {
  /** Channels fall into so many groups that do not see each other (default: as the kernel's shape asks). */
  readonly groups?: number;
}

/** Shapes of values and kernel that do not go together. */
function mustFit(x: Value, kernel: Value, fits: boolean, what: string): void {
  if (x.shape.length !== kernel.shape.length || x.shape.length < 3 || !fits)
    throw new RangeError(`${what} of shape (${x.shape}) with a kernel of shape (${kernel.shape})`);
}

/**
 * x [n, c, …space] (or with the channels last), kernel [o, c / groups, …window] → [n, o, …positions]: PyTorch's
 * convNd, and TensorFlow's with a kernel from {@link fromHWIO}. "same" gives ⌈space / stride⌉ positions, an odd rest of
 * the room after the values, as in both. A window larger than the values has no position.
 * @throws RangeError where channels, groups or the numbers of axes do not fit.
 */
export function conv(x: Value, kernel: Value, options: ConvOptions = {}): Value {
  const values = channelsFirst(x, options);
  const [n, c, ...space] = values.shape as [number, number, ...number[]];
  const [outs, ins, ...window] = kernel.shape as [number, number, ...number[]];
  const groups = options.groups ?? c / ins;
  mustFit(x, kernel, ins * groups === c && Number.isInteger(groups) && outs % groups === 0, "a convolution");
  const placement = place(space, window, options);
  const y = contract(
    "y",
    { x: values, kernel },
    {
      shapes: { x: values.shape, kernel: kernel.shape, y: [n, outs, ...placement.positions] },
      groups,
      taps: tapsOf(space, placement),
    },
  );
  return channelsBack(y, options);
}

export interface ConvTransposeOptions extends ConvOptions {
  /** Added to the length of each axis of the result, at its end (PyTorch's output_padding). */
  readonly outputPadding?: number | readonly number[];
  /** The lengths of the result's spatial axes (TensorFlow's output_shape) in place of `outputPadding`; "same" needs them. */
  readonly size?: readonly number[];
}

/**
 * The transpose of {@link conv} in its values: y [n, o, …positions], kernel [o, c / groups, …window] → [n, c, …space].
 * PyTorch's conv_transposeNd; TensorFlow's with a kernel from {@link fromHWIO} and a `size`.
 * @throws RangeError where channels, groups or lengths do not fit.
 */
export function convTranspose(y: Value, kernel: Value, options: ConvTransposeOptions = {}): Value {
  const values = channelsFirst(y, options);
  const [n, outs, ...positions] = values.shape as [number, number, ...number[]];
  const [own, ins, ...window] = kernel.shape as [number, number, ...number[]];
  const { groups = 1, outputPadding = 0 } = options;
  mustFit(y, kernel, own === outs && outs % groups === 0, "a transposed convolution");
  // As long as the windows reach, less the room that the convolution had.
  const { stride, dilation, before, after } = place(positions, window, options);
  const space = options.size
    ? perAxis(options.size, window.length, "size")
    : positions.map((n, k) => {
        const extra = typeof outputPadding === "object" ? outputPadding[k]! : outputPadding;
        return (n - 1) * stride[k]! + dilation[k]! * (window[k]! - 1) + 1 - before[k]! - after[k]! + extra;
      });
  const placement = place(space, window, options);
  if (!sameShape(placement.positions, positions))
    throw new RangeError(`(${positions}) positions of a transposed convolution do not make (${space})`);
  const x = contract(
    "x",
    { y: values, kernel },
    {
      shapes: { x: [n, ins * groups, ...space], kernel: kernel.shape, y: values.shape },
      groups,
      taps: tapsOf(space, placement),
    },
  );
  return channelsBack(x, options);
}

/** TensorFlow's order of a kernel's axes […window, in, out] as [out, in, …window]. */
export function fromHWIO(kernel: Value): Value {
  const rank = kernel.shape.length;
  return transpose(kernel, [rank - 1, rank - 2, ...Array.from({ length: rank - 2 }, (_, k) => k)]);
}

/** TensorFlow's depthwise kernel […window, in, multiplier] as [in · multiplier, 1, …window], for a group for each channel. */
export function fromDepthwise(kernel: Value): Value {
  const window = kernel.shape.slice(0, -2);
  const rank = window.length;
  const leading = transpose(kernel, [rank, rank + 1, ...window.map((_, k) => k)]);
  return reshape(leading, [kernel.shape.at(-2)! * kernel.shape.at(-1)!, 1, ...window]);
}

// ── pooling ─────────────────────────────────────────────────────────────────

export interface PoolOptions extends WindowOptions {
  readonly window: readonly number[];
  /** A last window that begins inside but ends outside counts: PyTorch's ceil_mode. */
  readonly ceil?: boolean;
}

interface Pool {
  /** The batch, row-major, in front of the spatial axes. */
  readonly shapes: { readonly x: Shape; readonly y: Shape };
  readonly rank: number;
  readonly taps: Taps;
  /** Whether a NaN is the largest of its window (PyTorch: the last one) or is passed over (TensorFlow). */
  readonly nan: "wins" | "loses";
}

const beats = {
  wins: (x: number, best: number) => x > best || Number.isNaN(x),
  loses: (x: number, best: number) => x > best || (Number.isNaN(best) && !Number.isNaN(x)),
};

const beatsValue = (x: Value, best: Value, nan: Pool["nan"]): Value =>
  logicalOr(greater(x, best), nan === "wins" ? isnan(x) : greater(isnan(best), isnan(x)));

/** The greater of two as a pool takes it: the first at a tie. */
function leading(name: string, nan: Pool["nan"], javascript: string): Binary {
  return binary(name, {
    evaluate: (x, y) => (beats[nan](y, x) ? y : x),
    simd: (x, y) => {
      const unordered = nan === "wins" ? lanes.ne(y, y) : lanes.and(lanes.ne(x, x), lanes.eq(y, y));
      return lanes.select(lanes.or(lanes.gt(y, x), unordered), y, x);
    },
    partials: [([x, y]) => where(beatsValue(y!, x!, nan), 0, 1), ([x, y]) => where(beatsValue(y!, x!, nan), 1, 0)],
    domain: [
      [0.1, 1],
      [2, 3],
    ],
    kinks: [[0, 0]],
    latex: "\\max",
    javascript,
    definition: ([x, y]) => maximum(x!, y!),
  });
}

export const poolMax: Binary = leading("pool_max", "wins", "Math.max(#1, #2)");
export const poolMaxWithoutNaN: Binary = leading("pool_max_without_nan", "loses", "largerNumber(#1, #2)");

function largerNumber(x: number, y: number): number {
  return beats.loses(y, x) ? y : x;
}

/** Functions of this module that generated code calls by name. */
export const convolutionHelpers = { largerNumber };

/** For each element of the result the offset of the first largest of its window; −1 where a window is empty. */
function winners(keys: ArrayLike<number>, { shapes, rank, taps, nan }: Pool): Int32Array {
  const [size, positions] = [sizeOf(shapes.x.slice(-rank)), sizeOf(shapes.y.slice(-rank))];
  const found = new Int32Array(sizeOf(shapes.y)).fill(-1);
  const better = beats[nan];
  for (let x = 0, y = 0; y < found.length; x += size, y += positions)
    for (let t = 0; t < taps.y.length; t++) {
      const at = y + taps.y[t]!;
      const candidate = x + taps.x[t]!;
      if (found[at]! < 0 || better(keys[candidate]!, keys[found[at]!]!)) found[at] = candidate;
    }
  return found;
}

/** For each element of the result the offsets of its window. */
function windowsOf({ shapes, rank, taps }: Pool): number[][] {
  const [size, positions] = [sizeOf(shapes.x.slice(-rank)), sizeOf(shapes.y.slice(-rank))];
  const windows = Array.from({ length: sizeOf(shapes.y) }, (): number[] => []);
  for (let x = 0, y = 0; y < windows.length; x += size, y += positions)
    taps.y.forEach((at, t) => {
      windows[y + at]!.push(x + taps.x[t]!);
    });
  return windows;
}

/** Axes in front of the spatial ones are a batch already. */
function poolBatch(op: Nonlinear<Pool>, inputs: readonly Value[], batched: readonly boolean[], pool: Pool): Value {
  const all = everyMember(inputs, batched);
  const n = all[0]!.shape[0]!;
  return bind(op, all, { ...pool, shapes: { x: [n, ...pool.shapes.x], y: [n, ...pool.shapes.y] } });
}

export const maxPoolOp: Nonlinear<Pool> = {
  kind: "nonlinear",
  name: "max_pool",
  arity: 1,
  type: ([x], { shapes }) => ({ shape: shapes.y, dtype: x!.dtype }),
  evaluate: ([x], pool) =>
    tensor(
      Array.from(winners(x!.data, pool), (at) => (at < 0 ? -Infinity : x!.data[at]!)),
      x!.dtype,
      pool.shapes.y,
    ),
  reverse: (cotangent, [x], _, pool) => [bind(poolScatterOp, [x!, cotangent], pool)],
  forward: ([tangent], [x], _, pool) => bind(poolSelectOp, [x!, tangent!], pool),
  scalars: ([x], [type], pool) =>
    windowsOf(pool).map((offsets) =>
      offsets.length > 0
        ? offsets.map((offset) => x![offset]!).reduce(pool.nan === "wins" ? poolMax : poolMaxWithoutNaN)
        : scalar(-Infinity, type!.dtype),
    ),
  batch: (inputs, batched, pool) => poolBatch(maxPoolOp, inputs, batched, pool),
};

/** (keys, values): at each position the value whose key is the window's largest. Constant in the keys, linear in the values. */
export const poolSelectOp: Nonlinear<Pool> = {
  kind: "nonlinear",
  name: "pool_select",
  arity: 2,
  type: ([, values], { shapes }) => ({ shape: shapes.y, dtype: values!.dtype }),
  evaluate: ([keys, values], pool) =>
    tensor(
      Array.from(winners(keys!.data, pool), (at) => (at < 0 ? 0 : values!.data[at]!)),
      values!.dtype,
      pool.shapes.y,
    ),
  reverse: (cotangent, [keys], _, pool) => [null, bind(poolScatterOp, [keys!, cotangent], pool)],
  forward: ([, tangent], [keys], _, pool) => bind(poolSelectOp, [keys!, tangent!], pool),
  scalars: ([keys, values], [, type], pool) =>
    windowsOf(pool).map((offsets) => {
      let best: { key: Value; value: Value } | undefined;
      for (const offset of offsets) {
        const [key, value] = [keys![offset]!, values![offset]!];
        const hit = best && beatsValue(key, best.key, pool.nan);
        best = best && hit ? { key: where(hit, key, best.key), value: where(hit, value, best.value) } : { key, value };
      }
      return best?.value ?? scalar(0, type!.dtype);
    }),
  batch: (inputs, batched, pool) => poolBatch(poolSelectOp, inputs, batched, pool),
};

/** (keys, values at the positions): each value at the place of its window's largest key, added up. The transpose of the above. */
export const poolScatterOp: Nonlinear<Pool> = {
  kind: "nonlinear",
  name: "pool_scatter",
  arity: 2,
  type: ([, values], { shapes }) => ({ shape: shapes.x, dtype: values!.dtype }),
  evaluate: ([keys, values], pool) => {
    const sums = new Float64Array(sizeOf(pool.shapes.x));
    winners(keys!.data, pool).forEach((at, position) => {
      if (at >= 0) sums[at]! += values!.data[position]!;
    });
    return tensor(sums, values!.dtype, pool.shapes.x);
  },
  reverse: (cotangent, [keys], _, pool) => [null, bind(poolSelectOp, [keys!, cotangent], pool)],
  forward: ([, tangent], [keys], _, pool) => bind(poolScatterOp, [keys!, tangent!], pool),
  scalars: ([keys, values], [, type], pool) => {
    const terms = Array.from({ length: sizeOf(pool.shapes.x) }, (): Value[] => []);
    windowsOf(pool).forEach((offsets, position) => {
      const own = offsets.map((): Value => values![position]!);
      let best = keys![offsets[0]!]!;
      for (let i = 1; i < offsets.length; i++) {
        const key = keys![offsets[i]!]!;
        const hit = beatsValue(key, best, pool.nan);
        for (let j = 0; j < i; j++) own[j] = where(hit, 0, own[j]!);
        own[i] = where(hit, own[i]!, 0);
        best = where(hit, key, best);
      }
      offsets.forEach((offset, i) => {
        terms[offset]!.push(own[i]!);
      });
    });
    return terms.map((own) => (own.length > 0 ? addAll(own) : scalar(0, type!.dtype)));
  },
  batch: (inputs, batched, pool) => poolBatch(poolScatterOp, inputs, batched, pool),
};

/** The values with the channels first, and how the windows lie on their last axes. */
function placePool(x: Value, options: PoolOptions): { values: Value; lead: Shape; space: Shape; placement: Placement } {
  const { window, ceil } = options;
  if (x.shape.length <= window.length || window.some((n) => !Number.isInteger(n) || n < 1))
    throw new RangeError(`a pool of windows of (${window}) over a value of shape (${x.shape})`);
  const values = channelsFirst(x, options);
  const space = values.shape.slice(-window.length);
  const lead = values.shape.slice(0, -window.length);
  // A pool goes on by whole windows unless told otherwise.
  return { values, lead, space, placement: place(space, window, { stride: window, ...options }, ceil) };
}

export interface MaxPoolOptions extends PoolOptions {
  /** Whether a NaN is the largest of its window (PyTorch) or is passed over (TensorFlow). */
  readonly nan?: "wins" | "loses";
}

/**
 * The largest element of each window over the last spatial axes; the derivative goes to the first of equal ones, as in
 * TensorFlow, PyTorch and JAX. Padding is never the largest; the default stride is the window.
 * @throws RangeError where windows and axes do not fit.
 */
export function maxPool(x: Value, options: MaxPoolOptions): Value {
  const { values, lead, space, placement } = placePool(x, options);
  const pool: Pool = {
    shapes: { x: values.shape, y: [...lead, ...placement.positions] },
    rank: space.length,
    taps: tapsOf(space, placement),
    nan: options.nan ?? "wins",
  };
  return channelsBack(bind(maxPoolOp, [values], pool), options);
}

export interface AveragePoolOptions extends PoolOptions {
  /**
   * What the sum of a window is divided by: how many of its elements are values (TensorFlow), are values or padding
   * (PyTorch's count_include_pad), or a number (PyTorch's divisor_override).
   */
  readonly count?: "values" | "padded" | number;
}

/**
 * The mean of each window over the last spatial axes; the default stride is the window.
 * @throws RangeError where windows and axes do not fit.
 */
export function averagePool(x: Value, options: AveragePoolOptions): Value {
  const { values, lead, space, placement } = placePool(x, options);
  const { window, stride, before, after, positions } = placement;
  const batch = sizeOf(lead);
  const taps = tapsOf(space, placement);
  const sums = contract(
    "y",
    { x: reshape(values, [batch, 1, ...space]), kernel: full([1, 1, ...window], 1, x.dtype) },
    {
      shapes: { x: [batch, 1, ...space], kernel: [1, 1, ...window], y: [batch, 1, ...positions] },
      groups: 1,
      taps,
    },
  );
  const { count = "values" } = options;
  const counts = new Float64Array(sizeOf(positions));
  if (typeof count === "number") counts.fill(count);
  else if (count === "values") for (const at of taps.y) counts[at]!++;
  else
    counts.forEach((_, i) => {
      let rest = i;
      counts[i] = 1;
      for (let k = positions.length - 1; k >= 0; k--) {
        const start = (rest % positions[k]!) * stride[k]! - before[k]!;
        counts[i]! *= Math.min(start + window[k]!, space[k]! + after[k]!) - start;
        rest = Math.floor(rest / positions[k]!);
      }
    });
  // Windows that are all alike share one number: a formula then shows it once.
  const divisor = counts.every((n) => n === counts[0]) ? (counts[0] ?? 1) : tensor(counts, x.dtype, positions);
  return channelsBack(div(reshape(sums, [...lead, ...positions]), divisor), options);
}
