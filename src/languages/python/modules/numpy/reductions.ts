/** Reductions and orders: sums, means, extremes, cumulative sums, sorting, over axes. */
import * as engine from "../../../../engine";
import { concretize, type DType, isFloat, peek, scalar, sizeOf, Tensor, tensor, type Value } from "../../../../engine";
import { raiseError } from "../../runtime/errors";
import { floating, pick, range } from "./convert";
import { accumulate } from "./ufuncs";

export type Reduce = (value: Value, axes: number[], keep: boolean) => Value;

/** The axes in one: outer × reduced, with the reduced elements last. */
function arranged(value: Value, axes: readonly number[]): { flat: Value; kept: number[]; count: number } {
  const rank = value.shape.length;
  const rest = range(rank).filter((k) => !axes.includes(k));
  const kept = rest.map((k) => value.shape[k]);
  const count = axes.reduce((all, axis) => all * value.shape[axis], 1);
  const order = [...rest, ...[...axes].sort((a, b) => a - b)];
  const turned = order.every((k, at) => k === at) ? value : engine.transpose(value, order);
  return { flat: engine.reshape(turned, [sizeOf(kept), count]), kept, count };
}

const shaped = (value: Value, from: readonly number[], axes: readonly number[], keep: boolean): Value =>
  engine.reshape(
    value,
    keep ? from.map((length, k) => (axes.includes(k) ? 1 : length)) : from.filter((_, k) => !axes.includes(k)),
  );

/** NumPy's pairwise summation. */
function pairwise(data: ArrayLike<number>, start: number, count: number): number {
  if (count < 8) {
    let sum = count > 0 ? data[start] : 0;
    for (let k = 1; k < count; k++) sum += data[start + k];
    return sum;
  }
  if (count <= 128) {
    const r = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => data[start + k]);
    let k = 8;
    for (; k < count - (count % 8); k += 8) for (let j = 0; j < 8; j++) r[j] += data[start + k + j];
    let sum = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
    for (; k < count; k++) sum += data[start + k];
    return sum;
  }
  let half = Math.floor(count / 2);
  half -= half % 8;
  return pairwise(data, start, half) + pairwise(data, start + half, count - half);
}

/** Sums and products of small integers are wide ones. */
const totalType = (dtype: DType): DType => {
  const { kind } = engine.layoutOf[dtype];
  return kind === "uint" ? "uint64" : kind === "float" ? dtype : "int64";
};

export const sum: Reduce = (value, axes, keep) => {
  const dtype = totalType(value.dtype);
  if (!(value instanceof Tensor)) return engine.sum(engine.cast(value, dtype), axes, keep);
  const last = value.shape.length - 1;
  if (axes.length < value.shape.length && !(axes.length === 1 && axes[0] === last))
    return engine.sum(engine.cast(value, dtype), axes, keep);
  const { flat, count, kept } = arranged(value, axes);
  const { data } = flat as Tensor;
  return shaped(
    tensor(
      range(sizeOf(kept)).map((k) => pairwise(data, k * count, count)),
      dtype,
      kept,
    ),
    value.shape,
    axes,
    keep,
  );
};

export const mean: Reduce = (value, axes, keep) => {
  const count = axes.reduce((all, axis) => all * value.shape[axis], 1);
  return engine.div(sum(floating(value), axes, keep), count);
};

export const variance =
  (ddof: number): Reduce =>
  (value, axes, keep) => {
    const x = floating(value);
    const count = axes.reduce((all, axis) => all * value.shape[axis], 1);
    return engine.div(sum(engine.square(engine.sub(x, mean(x, axes, true))), axes, keep), Math.max(count - ddof, 0));
  };

/** Halves over the last axis until one is left: a tree of a two-argument operation. */
function tree(flat: Value, run: (a: Value, b: Value) => Value): Value {
  let value = flat;
  while (value.shape[1] > 1) {
    const n = value.shape[1];
    const half = Math.floor(n / 2);
    const folded = run(
      pick(
        value,
        range(half).map((k) => 2 * k),
        1,
      ),
      pick(
        value,
        range(half).map((k) => 2 * k + 1),
        1,
      ),
    );
    if (n % 2 === 0) value = folded;
    else {
      const last = pick(value, [n - 1], 1);
      const both = engine.stack([...range(half).map((k) => pick(folded, [k], 1, true)), pick(last, [0], 1, true)]);
      value = engine.transpose(both, [1, 0]);
    }
  }
  return value;
}

export const extreme =
  (largest: boolean): Reduce =>
  (value, axes, keep) => {
    const { flat, kept, count } = arranged(value, axes);
    if (count === 0)
      raiseError(
        "ValueError",
        `zero-size array to reduction operation ${largest ? "maximum" : "minimum"} which has no identity`,
      );
    if (!(flat instanceof Tensor)) {
      const found = (largest ? engine.max : engine.min)(flat, [1]);
      return shaped(engine.reshape(found, kept), value.shape, axes, keep);
    }
    const out = range(sizeOf(kept)).map((k) => {
      let best = flat.data[k * count];
      for (let j = 1; j < count; j++) {
        const x = flat.data[k * count + j];
        if (Number.isNaN(x)) return x;
        if (largest ? x > best : x < best) best = x;
      }
      return best;
    });
    return shaped(tensor(out, value.dtype, kept), value.shape, axes, keep);
  };

export const product: Reduce = (value, axes, keep) => {
  const dtype = totalType(value.dtype);
  const { flat, kept, count } = arranged(engine.cast(value, dtype), axes);
  if (flat instanceof Tensor) {
    const out = range(sizeOf(kept)).map((k) => {
      let all = 1;
      for (let j = 0; j < count; j++) all *= flat.data[k * count + j];
      return all;
    });
    return shaped(tensor(out, dtype, kept), value.shape, axes, keep);
  }
  if (count === 0) return shaped(engine.full(kept, 1, dtype), value.shape, axes, keep);
  return shaped(engine.reshape(tree(flat, engine.mul), kept), value.shape, axes, keep);
};

export const every: Reduce = (value, axes, keep) =>
  engine.equal(engine.sum(engine.cast(engine.equal(value, 0), "int64"), axes, keep), 0);
export const some: Reduce = (value, axes, keep) =>
  engine.greater(engine.sum(engine.cast(engine.notEqual(value, 0), "int64"), axes, keep), 0);

/** What decides the order of elements becomes a guard: the order holds wherever each is no larger than the next. */
export function orderOf(value: Value): { order: Int32Array; flat: Value; kept: number[] } {
  const axis = value.shape.length - 1;
  const { flat, kept, count } = arranged(value, [axis]);
  const now = peek(flat);
  const order = new Int32Array(now.data.length);
  for (let row = 0; row < sizeOf(kept); row++) {
    const places = range(count).sort((i, j) => {
      const [a, b] = [now.data[row * count + i], now.data[row * count + j]];
      if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || i - j;
      return a - b || i - j;
    });
    places.forEach((place, k) => {
      order[row * count + k] = row * count + place;
    });
  }
  if (!(flat instanceof Tensor) && count > 1) {
    const sorted = engine.take(flat, order, flat.shape);
    concretize(
      engine.lessEqual(
        pick(sorted, range(count - 1), 1),
        pick(
          sorted,
          range(count - 1).map((k) => k + 1),
          1,
        ),
      ),
    );
  }
  return { order, flat, kept };
}

const lastAxis = (value: Value, axis: number): { turned: Value; back: number[] } => {
  const rank = value.shape.length;
  const order = [...range(rank).filter((k) => k !== axis), axis];
  const back = range(rank).map((k) => order.indexOf(k));
  return { turned: axis === rank - 1 ? value : engine.transpose(value, order), back };
};

export function sorted(value: Value, axis: number): Value {
  const { turned, back } = lastAxis(value, axis);
  const { order, flat } = orderOf(turned);
  const out = engine.reshape(engine.take(flat, order, flat.shape), turned.shape);
  return axis === value.shape.length - 1 ? out : engine.transpose(out, back);
}

export function argsorted(value: Value, axis: number): Value {
  const { turned, back } = lastAxis(value, axis);
  const { order } = orderOf(turned);
  const count = turned.shape[turned.shape.length - 1];
  const out = tensor(
    Array.from(order, (at) => (count ? at % count : 0)),
    "int64",
    turned.shape,
  );
  return axis === value.shape.length - 1 ? out : engine.transpose(out, back);
}

/** The place of the largest or smallest element, first of equals. */
export function place(value: Value, axis: number | undefined, largest: boolean, keep = false): Value {
  const axes = axis === undefined ? range(value.shape.length) : [axis];
  const { flat, kept, count } = arranged(value, axes);
  if (count === 0) raiseError("ValueError", `attempt to get arg${largest ? "max" : "min"} of an empty sequence`);
  const now = peek(flat);
  const found = range(sizeOf(kept)).map((row) => {
    let best = 0;
    for (let k = 1; k < count; k++) {
      const [x, y] = [now.data[row * count + k], now.data[row * count + best]];
      if (Number.isNaN(y)) break;
      if (Number.isNaN(x) || (largest ? x > y : x < y)) best = k;
    }
    return best;
  });
  if (!(flat instanceof Tensor)) {
    const best = engine.take(
      flat,
      Int32Array.from(found, (k, row) => row * count + k),
      [found.length, 1],
    );
    concretize(largest ? engine.greaterEqual(best, flat) : engine.lessEqual(best, flat));
  }
  return shaped(tensor(found, "int64", kept), value.shape, axes, keep);
}

export function cumulative(value: Value, axis: number, run: (a: Value, b: Value) => Value): Value {
  const dtype = totalType(value.dtype);
  const x = engine.cast(value, dtype);
  if (!(x instanceof Tensor)) return accumulate(x, axis, run);
  const out = engine.allocate(dtype, x.data.length);
  const inner = sizeOf(x.shape.slice(axis + 1));
  const length = x.shape[axis];
  const add = run === engine.add;
  for (let k = 0; k < out.length; k++) {
    const at = Math.floor(k / inner) % length;
    out[k] = at === 0 ? x.data[k] : add ? out[k - inner] + x.data[k] : out[k - inner] * x.data[k];
  }
  return new Tensor(out, x.shape, dtype);
}

/** Quantiles by linear interpolation; `q` in [0, 1]. */
export function quantile(value: Value, q: number, axes: number[], keep: boolean, method = "linear"): Value {
  const { flat, kept, count } = arranged(floating(value), axes);
  if (count === 0) return shaped(engine.full(kept, Number.NaN), value.shape, axes, keep);
  const ordered = sorted(flat, 1);
  const virtual = q * (count - 1);
  const low =
    method === "higher"
      ? Math.ceil(virtual)
      : method === "nearest"
        ? engine.helpers.roundHalfEven(virtual)
        : Math.floor(virtual);
  const high = method === "linear" ? Math.min(low + 1, count - 1) : method === "midpoint" ? Math.ceil(virtual) : low;
  const t = method === "midpoint" ? (low === high ? 0 : 0.5) : method === "linear" ? virtual - low : 0;
  const a = pick(ordered, [low], 1, true);
  const b = pick(ordered, [high], 1, true);
  // As NumPy's _lerp: from the nearer end.
  const gap = engine.sub(b, a);
  const out = t === 0 ? a : t >= 0.5 ? engine.sub(b, engine.mul(gap, 1 - t)) : engine.add(a, engine.mul(gap, t));
  return shaped(engine.reshape(out, kept), value.shape, axes, keep);
}

export { isFloat, scalar };
