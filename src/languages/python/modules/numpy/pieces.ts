/** The module's smaller functions: windows, partial orders, pieces of numbers, what passes over NaN in order. */
import * as engine from "../../../../engine";
import { type DType, isFloat, peek, scalar, sizeOf, Tensor, tensor, type Value } from "../../../../engine";
import { toFloat, toInt } from "../../runtime/arguments";
import { listOf, PyList, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { nextAfter } from "../../runtime/numbers";
import { native, type PyValue } from "../../runtime/object";
import { call, getAttribute, truth } from "../../runtime/protocol";
import { PyArray } from "./array";
import { isComplex, toArray } from "./complex";
import { asValue, axesOf, axisOf, concat, floats, pick, range, shapeOf, wrap } from "./convert";
import { array, define, type Entry, linspace } from "./functions";
import { ObjectArray } from "./objects";
import { argsorted, cumulative, quantile, sorted } from "./reductions";
import { apply2, elementwise1, elementwise2 } from "./ufuncs";

const none = (x: PyValue | undefined): x is undefined | null => x === undefined || x === null;
const flat = (value: Value): Value => engine.reshape(value, [sizeOf(value.shape)]);
const numbersOf = (x: PyValue): number[] => Array.from(peek(asValue(x)).data);
const integers = (numbers: readonly number[]): PyArray => array(tensor(numbers, "int64"));

// ── windows ─────────────────────────────────────────────────────────────────

const window = (name: string, at: (k: number, last: number) => number): Entry =>
  define(name, ["M"], ([count]) => {
    const n = Number(toInt(count!));
    return array(tensor(range(n).map((k) => (n === 1 ? 1 : at(k, n - 1)))));
  });
const wave = (k: number, last: number, times = 1): number => Math.cos((2 * Math.PI * times * k) / last);

// ── orders ──────────────────────────────────────────────────────────────────

/** Where the rows of a matrix stand when they are sorted, and which of them differ from the one before. */
function uniqueRows(x: PyValue): PyValue {
  const now = peek(asValue(x));
  const width = sizeOf(now.shape.slice(1));
  const rows = range(now.shape[0]).map((k) => Array.from(now.data.slice(k * width, (k + 1) * width)));
  rows.sort((a, b) => {
    const at = a.findIndex((n, k) => n !== b[k]);
    return at < 0 ? 0 : a[at] - b[at];
  });
  const kept = rows.filter((row, k) => k === 0 || row.some((n, i) => n !== rows[k - 1][i]));
  return array(tensor(kept.flat(), now.dtype, [kept.length, ...now.shape.slice(1)]));
}

/** Sorted elements without repetition, with what is asked about them. */
const unique = define(
  "unique",
  ["ar", "return_index?", "return_inverse?", "return_counts?", "axis?", "equal_nan?", "sorted?"],
  ([x, index, inverse, counts, axis]) => {
    if (!none(axis)) {
      if (Number(toInt(axis)) !== 0 || [index, inverse, counts].some((flag) => truth(flag ?? false)))
        raiseError("NotImplementedError", "numpy.unique along an axis gives rows only");
      return uniqueRows(x!);
    }
    const text = x instanceof PyList && x.items.some((item) => typeof item === "string");
    const objects = x instanceof ObjectArray ? x : text ? new ObjectArray(x.items, [x.items.length]) : undefined;
    const now = objects ? undefined : engine.concretize(asValue(x!));
    const all = objects ? objects.items : Array.from(now!.data);
    const order = objects
      ? objects.order()
      : range(all.length).sort((i, j) => {
          const [a, b] = [all[i] as number, all[j] as number];
          return Number.isNaN(a) || Number.isNaN(b)
            ? Number(Number.isNaN(a)) - Number(Number.isNaN(b))
            : a - b || i - j;
        });
    const firsts: number[] = [];
    const groups = new Array<number>(all.length).fill(0);
    const sizes: number[] = [];
    for (const at of order) {
      const last = firsts.length ? all[firsts[firsts.length - 1]] : undefined;
      if (!(Object.is(all[at], last) || all[at] === last)) {
        firsts.push(at);
        sizes.push(0);
      }
      groups[at] = firsts.length - 1;
      sizes[firsts.length - 1]++;
    }
    const values = objects
      ? objects.pick(Int32Array.from(firsts), [firsts.length])
      : array(
          tensor(
            firsts.map((at) => all[at] as number),
            now!.dtype,
          ),
        );
    const out: PyValue[] = [values];
    if (truth(index ?? false)) out.push(integers(firsts));
    if (truth(inverse ?? false)) out.push(array(tensor(groups, "int64", objects ? objects.shape : now!.shape)));
    if (truth(counts ?? false)) out.push(integers(sizes));
    return out.length === 1 ? out[0] : new PyTuple(out);
  },
);

// ── histograms ──────────────────────────────────────────────────────────────

function edgesOf(numbers: readonly number[], bins: PyValue | undefined, limits: PyValue | undefined): Tensor {
  if (
    !none(bins) &&
    typeof bins !== "bigint" &&
    typeof bins !== "number" &&
    typeof bins !== "string" &&
    !(bins instanceof PyArray && bins.shape.length === 0)
  )
    return peek(asValue(bins));
  let [low, high] = none(limits)
    ? numbers.length
      ? [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))]
      : [0, 1]
    : listOf(limits).map(toFloat);
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const count = none(bins) ? 10 : typeof bins === "string" ? binsOf(numbers, bins) : Number(toInt(bins));
  return peek(linspace(scalar(low), scalar(high), count + 1, true).value);
}

/** The number of bins by a rule's name. */
function binsOf(numbers: readonly number[], rule: string): number {
  const n = numbers.length;
  const span = numbers.reduce((a, b) => Math.max(a, b)) - numbers.reduce((a, b) => Math.min(a, b));
  const quartile = (q: number): number => peek(quantile(tensor(numbers), q, [0], false)).item();
  const sturges = span / (Math.log2(n) + 1);
  const fd = (2 * (quartile(0.75) - quartile(0.25))) / Math.cbrt(n);
  const width =
    rule === "sqrt"
      ? span / Math.sqrt(n)
      : rule === "sturges"
        ? sturges
        : rule === "rice"
          ? span / (2 * Math.cbrt(n))
          : rule === "fd"
            ? fd
            : rule === "auto"
              ? fd > 0
                ? Math.min(fd, sturges)
                : sturges
              : raiseError("NotImplementedError", `numpy.histogram with bins='${rule}' is not supported`);
  return width > 0 ? Math.ceil(span / width) : 1;
}

const binOf = (x: number, edges: ArrayLike<number>): number => {
  const last = edges.length - 1;
  if (!(x >= edges[0] && x <= edges[last])) return -1;
  if (x === edges[last]) return last - 1;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= x) low = middle;
    else high = middle;
  }
  return low;
};

const histograms: Entry[] = [
  define("histogram", ["a", "bins?", "range?", "density?", "weights?"], ([x, bins, limits, density, weights]) => {
    const numbers = numbersOf(x!);
    const edges = edgesOf(numbers, bins, limits);
    const by = none(weights) ? undefined : numbersOf(weights);
    const counts = new Array<number>(edges.data.length - 1).fill(0);
    numbers.forEach((n, k) => {
      const at = binOf(n, edges.data);
      if (at >= 0) counts[at] += by ? by[k] : 1;
    });
    const total = counts.reduce((a, b) => a + b, 0);
    const share = (count: number, k: number): number => count / (edges.data[k + 1] - edges.data[k]) / total;
    return new PyTuple([
      truth(density ?? false)
        ? array(tensor(counts.map(share)))
        : array(tensor(counts, by && isFloat(asValue(weights!).dtype) ? "float64" : "int64")),
      array(edges),
    ]);
  }),
  define("histogram_bin_edges", ["a", "bins?", "range?"], ([x, bins, limits]) =>
    array(edgesOf(numbersOf(x!), bins, limits)),
  ),
  define("histogram2d", ["x", "y", "bins?", "range?", "density?"], ([x, y, bins, limits, density]) => {
    const own = !none(bins) && (bins instanceof PyList || bins instanceof PyTuple) ? bins.items : [bins, bins];
    const ranges = none(limits) ? [undefined, undefined] : listOf(limits);
    const [xs, ys] = [numbersOf(x!), numbersOf(y!)];
    const [p, q] = [edgesOf(xs, own[0], ranges[0]), edgesOf(ys, own[1], ranges[1])];
    const [m, n] = [p.data.length - 1, q.data.length - 1];
    const counts = new Array<number>(m * n).fill(0);
    xs.forEach((own_, k) => {
      const [i, j] = [binOf(own_, p.data), binOf(ys[k], q.data)];
      if (i >= 0 && j >= 0) counts[i * n + j]++;
    });
    if (truth(density ?? false)) {
      const total = counts.reduce((a, b) => a + b, 0);
      counts.forEach((count, k) => {
        const [i, j] = [Math.floor(k / n), k % n];
        counts[k] = count / total / (p.data[i + 1] - p.data[i]) / (q.data[j + 1] - q.data[j]);
      });
    }
    return new PyTuple([array(tensor(counts, "float64", [m, n])), array(p), array(q)]);
  }),
];

// ── NaN passed over ─────────────────────────────────────────────────────────

const nanQuantile = (name: string, scale: number): Entry =>
  define(name, ["a", ...(scale ? ["q"] : []), "axis?", "out?", "keepdims?"], (args) => {
    const [x, q, axis] = scale ? args : [args[0], 0.5, args[1]];
    const value = peek(floats(x!));
    const at = none(axis) ? undefined : axisOf(axis, value.shape.length);
    const order = at === undefined ? [] : [...range(value.shape.length).filter((k) => k !== at), at];
    const turned = at === undefined ? flat(value) : engine.transpose(value, order);
    const outer = turned.shape.slice(0, -1);
    const width = turned.shape[turned.shape.length - 1];
    const lines = peek(engine.reshape(turned, [sizeOf(outer), width])).data;
    const results = (p: number): Value =>
      tensor(
        range(sizeOf(outer)).map((row) => {
          const kept = Array.from(lines.slice(row * width, (row + 1) * width)).filter((n) => !Number.isNaN(n));
          return peek(quantile(tensor(kept), p, [0], false)).item();
        }),
        "float64",
        outer,
      );
    const wanted = asValue(q!);
    if (wanted.shape.length === 0) return wrap(results(toFloat(q!) / (scale || 1)));
    return array(engine.stack(Array.from(peek(wanted).data, (p) => results(p / scale))));
  });

const nanRunning = (name: string, neutral: number, run: (a: Value, b: Value) => Value): Entry =>
  define(name, ["a", "axis?"], ([x, axis]) => {
    const value = floats(x!);
    const clean = engine.where(engine.isnan(value), neutral, value);
    return none(axis)
      ? array(cumulative(flat(clean), 0, run))
      : array(cumulative(clean, axisOf(axis, value.shape.length), run));
  });

// ── everything else ─────────────────────────────────────────────────────────

/** Elements named along an axis, for `take_along_axis` and `put_along_axis`. */
function alongAxis(shape: readonly number[], places: Tensor, axis: number): Int32Array {
  const strides = shape.map((_, k) => sizeOf(shape.slice(k + 1)));
  return Int32Array.from({ length: places.data.length }, (_, k) => {
    let rest = k;
    let at = 0;
    for (let d = shape.length - 1; d >= 0; d--) {
      const length = places.shape[d];
      const own = rest % length;
      rest = Math.floor(rest / length);
      const place = places.data[k] < 0 ? places.data[k] + shape[axis] : places.data[k];
      at += (d === axis ? place : own) * strides[d];
    }
    return at;
  });
}

/** Exponent and mantissa: x = m·2^e with ½ ≤ |m| < 1. */
function parts(x: number): [number, number] {
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  let exponent = Math.floor(Math.log2(Math.abs(x))) + 1;
  let mantissa = x / 2 ** exponent;
  if (Math.abs(mantissa) >= 1) {
    mantissa /= 2;
    exponent++;
  } else if (Math.abs(mantissa) < 0.5) {
    mantissa *= 2;
    exponent--;
  }
  return [mantissa, exponent];
}

/** Modified Bessel function of order zero, by its series. */
function i0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 500 && term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

const test = (name: string, run: (x: number) => boolean): Entry =>
  define(name, ["x"], ([x]) => wrap(elementwise1(floats(x!), "bool", (n) => (run(n) ? 1 : 0))));

function correlate(a: Value, v: Value, mode: string): Value {
  const [n, m] = [a.shape[0], v.shape[0]];
  const turned = pick(v, range(m).reverse(), 0);
  const offsets = Int32Array.from({ length: n * m }, (_, k) => Math.floor(k / m) + (k % m));
  const all = engine.scatterAdd(engine.mul(engine.reshape(a, [n, 1]), engine.reshape(turned, [1, m])), offsets, [
    n + m - 1,
  ]);
  if (mode === "full") return all;
  const length = mode === "same" ? Math.max(n, m) : Math.abs(n - m) + 1;
  const start = mode === "same" ? Math.floor((Math.min(n, m) - 1) / 2) : Math.min(n, m) - 1;
  return pick(
    all,
    range(length).map((k) => k + start),
    0,
  );
}

/** Rows of blocks, joined along the last axes. */
function block(x: PyValue, depth: number): Value {
  if (!(x instanceof PyList)) {
    const value = asValue(x);
    return value.shape.length >= depth
      ? value
      : engine.reshape(value, [...new Array<number>(depth - value.shape.length).fill(1), ...value.shape]);
  }
  const inner = x.items.map((item) => block(item, depth));
  const nesting = (item: PyValue): number => (item instanceof PyList ? 1 + nesting(item.items[0]) : 0);
  return concat(inner, inner[0].shape.length - nesting(x));
}

const depthOf = (x: PyValue): number => (x instanceof PyList ? 1 + depthOf(x.items[0]) : 0);

export const pieces: Entry[] = [
  window("hamming", (k, last) => 0.54 - 0.46 * wave(k, last)),
  window("hanning", (k, last) => 0.5 - 0.5 * wave(k, last)),
  window("blackman", (k, last) => 0.42 - 0.5 * wave(k, last) + 0.08 * wave(k, last, 2)),
  window("bartlett", (k, last) => 1 - Math.abs((2 * k) / last - 1)),
  define("kaiser", ["M", "beta"], ([count, beta]) => {
    const n = Number(toInt(count!));
    const b = toFloat(beta!);
    const at = (k: number): number => (2 * k) / (n - 1) - 1;
    return array(tensor(range(n).map((k) => (n === 1 ? 1 : i0(b * Math.sqrt(1 - at(k) ** 2)) / i0(b)))));
  }),
  define("i0", ["x"], ([x]) => wrap(elementwise1(floats(x!), "float64", i0))),
  unique,
  define("unique_values", ["x"], ([x]) => call(unique[1], [x!])),
  // A sorted array is partitioned at every place.
  ...(["partition", "argpartition"] as const).map((name) =>
    define(name, ["a", "kth", "axis?"], ([x, , axis]) => {
      const value = asValue(x!);
      const run = name === "partition" ? sorted : argsorted;
      return array(run(value, axisOf(none(axis) ? -1n : axis, value.shape.length)));
    }),
  ),
  ...histograms,
  nanQuantile("nanmedian", 0),
  nanQuantile("nanquantile", 1),
  nanQuantile("nanpercentile", 100),
  nanRunning("nancumsum", 0, engine.add),
  nanRunning("nancumprod", 1, engine.mul),
  define("correlate", ["a", "v", "mode?"], ([a, v, mode]) =>
    array(correlate(asValue(a!), asValue(v!), none(mode) ? "valid" : String(mode))),
  ),
  define("rollaxis", ["a", "axis", "start?"], ([x, axis, start]) => {
    const rank = asValue(x!).shape.length;
    const from = axisOf(axis!, rank);
    let to = none(start) ? 0 : Number(toInt(start));
    if (to < 0) to += rank;
    const order = range(rank).filter((k) => k !== from);
    order.splice(to > from ? to - 1 : to, 0, from);
    return call(getAttribute(array(asValue(x!)), "transpose"), [new PyTuple(order.map(BigInt))]);
  }),
  define("setxor1d", ["ar1", "ar2"], ([x, y]) => {
    const [a, b] = [new Set(numbersOf(x!)), new Set(numbersOf(y!))];
    const kept = [...[...a].filter((n) => !b.has(n)), ...[...b].filter((n) => !a.has(n))];
    return array(
      tensor(
        kept.sort((m, n) => m - n),
        asValue(x!).dtype,
      ),
    );
  }),
  define("tri", ["N", "M?", "k?", "dtype?"], ([rows, columns, k]) => {
    const n = Number(toInt(rows!));
    const m = none(columns) ? n : Number(toInt(columns));
    const by = none(k) ? 0 : Number(toInt(k));
    return array(
      tensor(
        range(n * m).map((at) => ((at % m) - Math.floor(at / m) <= by ? 1 : 0)),
        "float64",
        [n, m],
      ),
    );
  }),
  define("diagflat", ["v", "k?"], ([x, k]) => {
    const value = flat(asValue(x!));
    const by = none(k) ? 0 : Number(toInt(k));
    const n = value.shape[0] + Math.abs(by);
    return array(
      engine.scatterAdd(
        value,
        Int32Array.from({ length: value.shape[0] }, (_, i) => (by >= 0 ? i * n + i + by : (i - by) * n + i)),
        [n, n],
      ),
    );
  }),
  define("diag_indices", ["n", "ndim?"], ([n, rank]) => {
    const places = integers(range(Number(toInt(n!))));
    return new PyTuple(range(none(rank) ? 2 : Number(toInt(rank))).map(() => places));
  }),
  define("diag_indices_from", ["arr"], ([x]) => {
    const { shape } = asValue(x!);
    return new PyTuple(shape.map(() => integers(range(shape[0]))));
  }),
  ...(["tril_indices_from", "triu_indices_from"] as const).map((name) =>
    define(name, ["arr", "k?"], ([x, k]) => {
      const [n, m] = asValue(x!).shape;
      const by = none(k) ? 0 : Number(toInt(k));
      const places = range(n * m).filter((at) => {
        const gap = (at % m) - Math.floor(at / m);
        return name === "tril_indices_from" ? gap <= by : gap >= by;
      });
      return new PyTuple([integers(places.map((at) => Math.floor(at / m))), integers(places.map((at) => at % m))]);
    }),
  ),
  define("block", ["arrays"], ([x]) => array(block(x!, Math.max(depthOf(x!), 1)))),
  define("compress", ["condition", "a", "axis?"], ([test_, x, axis]) => {
    const value = none(axis) ? flat(asValue(x!)) : asValue(x!);
    const on = numbersOf(test_!);
    return array(
      pick(
        value,
        range(on.length).filter((k) => on[k]),
        none(axis) ? 0 : axisOf(axis, value.shape.length),
      ),
    );
  }),
  define("extract", ["condition", "arr"], ([test_, x]) => {
    const on = numbersOf(test_!);
    return array(
      pick(
        flat(asValue(x!)),
        range(on.length).filter((k) => on[k]),
        0,
      ),
    );
  }),
  define("choose", ["a", "choices", "out?", "mode?"], ([which, choices]) => {
    const value = asValue(which!);
    const options = listOf(choices!).map((one) => engine.broadcastTo(asValue(one), value.shape));
    const picks = peek(value).data;
    const stacked = engine.stack(options);
    const size = sizeOf(value.shape);
    return array(
      engine.take(
        stacked,
        Int32Array.from({ length: size }, (_, k) => picks[k] * size + k),
        value.shape,
      ),
    );
  }),
  define("trim_zeros", ["filt", "trim?"], ([x, trim]) => {
    const numbers = numbersOf(x!);
    const sides = none(trim) ? "fb" : String(trim).toLowerCase();
    let [from, to] = [0, numbers.length];
    if (sides.includes("f")) while (from < to && numbers[from] === 0) from++;
    if (sides.includes("b")) while (to > from && numbers[to - 1] === 0) to--;
    const out = pick(
      asValue(x!),
      range(to - from).map((k) => k + from),
      0,
    );
    return x instanceof PyList ? new PyList(x.items.slice(from, to)) : array(out);
  }),
  define("resize", ["a", "new_shape"], ([x, shape]) => {
    const value = flat(asValue(x!));
    const wanted = shapeOf(shape!);
    return array(
      engine.take(
        value,
        Int32Array.from({ length: sizeOf(wanted) }, (_, k) => k % value.shape[0]),
        wanted,
      ),
    );
  }),
  define("array_equiv", ["a1", "a2"], ([a, b]) => {
    try {
      return Array.from(peek(engine.equal(asValue(a!), asValue(b!))).data).every((x) => x !== 0);
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }),
  define("copyto", ["dst", "src", "casting?", "where?"], ([target, source, , where]) => {
    const into = target as PyArray;
    const value = asValue(source!);
    into.assign(none(where) || where === true ? value : engine.where(asValue(where), value, into.value));
    return null;
  }),
  define("putmask", ["a", "mask", "values"], ([x, mask, values]) => {
    const into = x as PyArray;
    into.assign(engine.where(asValue(mask!), engine.cast(asValue(values!), into.dtype), into.value));
    return null;
  }),
  define("place", ["arr", "mask", "vals"], ([x, mask, values]) => {
    const into = x as PyArray;
    const places = numbersOf(mask!).flatMap((on, k) => (on ? [k] : []));
    const given = flat(asValue(values!));
    into.store(
      Int32Array.from(places),
      [places.length],
      pick(
        given,
        places.map((_, k) => k % given.shape[0]),
        0,
      ),
    );
    return null;
  }),
  define("take_along_axis", ["arr", "indices", "axis?"], ([x, places, axis]) => {
    const value = none(axis) ? flat(asValue(x!)) : asValue(x!);
    const wanted = peek(asValue(places!));
    const along = none(axis) ? 0 : axisOf(axis, value.shape.length);
    const whole = peek(
      engine.broadcastTo(
        wanted,
        wanted.shape.map((length, k) => (k === along ? length : value.shape[k])),
      ),
    );
    return array(engine.take(value, alongAxis(value.shape, whole, along), whole.shape));
  }),
  define("put_along_axis", ["arr", "indices", "values", "axis"], ([x, places, values, axis]) => {
    const into = x as PyArray;
    const wanted = peek(asValue(places!));
    const offsets = alongAxis(into.shape, wanted, axisOf(axis!, into.shape.length));
    into.store(offsets, wanted.shape, asValue(values!));
    return null;
  }),
  define("unwrap", ["p", "discont?", "axis?", "*", "period?"], ([x, , , period]) => {
    const value = peek(floats(x!));
    const whole = none(period) ? 2 * Math.PI : toFloat(period);
    const out = Float64Array.from(value.data);
    let shift = 0;
    for (let k = 1; k < out.length; k++) {
      const gap = value.data[k] - value.data[k - 1];
      const near = gap - whole * Math.floor((gap + whole / 2) / whole);
      const folded = near === -whole / 2 && gap > 0 ? whole / 2 : near;
      if (Math.abs(gap) >= whole / 2) shift += folded - gap;
      out[k] = value.data[k] + shift;
    }
    return array(new Tensor(out, value.shape, "float64"));
  }),
  test("isneginf", (x) => x === Number.NEGATIVE_INFINITY),
  test("isposinf", (x) => x === Number.POSITIVE_INFINITY),
  define("isreal", ["x"], ([x]) =>
    isComplex(x!) ? apply2("equal", toArray(x).imag(), 0n) : wrap(engine.full(asValue(x!).shape, 1, "bool")),
  ),
  define("iscomplex", ["x"], ([x]) =>
    isComplex(x!) ? apply2("not_equal", toArray(x).imag(), 0n) : wrap(engine.full(asValue(x!).shape, 0, "bool")),
  ),
  define("real_if_close", ["a", "tol?"], ([x]) => {
    if (!isComplex(x!)) return array(asValue(x!));
    const z = toArray(x);
    return z.im.every((part) => Math.abs(part) < 100 * Number.EPSILON) ? z.real() : z;
  }),
  define(
    "may_share_memory",
    ["a", "b"],
    ([a, b]) => a instanceof PyArray && b instanceof PyArray && (a.root ?? a) === (b.root ?? b),
  ),
  define("frexp", ["x"], ([x]) => {
    const value = floats(x!);
    return new PyTuple([
      wrap(elementwise1(value, value.dtype, (n) => parts(n)[0])),
      wrap(elementwise1(value, "int32", (n) => parts(n)[1])),
    ]);
  }),
  define("ldexp", ["x1", "x2"], ([x, e]) => wrap(engine.mul(floats(x!), engine.exp2(floats(e!))))),
  define("spacing", ["x"], ([x]) =>
    wrap(elementwise1(floats(x!), "float64", (n) => nextAfter(Math.abs(n), Number.POSITIVE_INFINITY) - Math.abs(n))),
  ),
  define("nextafter", ["x1", "x2"], ([a, b]) => wrap(elementwise2(floats(a!), floats(b!), "float64", nextAfter))),
  define("binary_repr", ["num", "width?"], ([x, width]) => {
    const n = toInt(x!);
    const bits = none(width) ? 0 : Number(toInt(width));
    if (n < 0n && bits > 0) return BigInt.asUintN(bits, n).toString(2).padStart(bits, "1");
    return n.toString(2).padStart(bits, "0");
  }),
  define("base_repr", ["number", "base?", "padding?"], ([x, base]) =>
    toInt(x!)
      .toString(none(base) ? 2 : Number(toInt(base)))
      .toUpperCase(),
  ),
  define("apply_over_axes", ["func", "a", "axes"], ([fn, x, axes]) => {
    const { shape } = asValue(x!);
    return axesOf(axes, shape.length).reduce<PyValue>((value, axis) => {
      const out = asValue(call(fn!, [value, BigInt(axis)]));
      const kept = asValue(value).shape.map((length, k) => (k === axis ? 1 : length));
      return array(out.shape.length === kept.length ? out : engine.reshape(out, kept));
    }, x!);
  }),
  define("frompyfunc", ["func", "nin", "nout"], ([fn]) =>
    native("frompyfunc", (args) => {
      const values = args.map(asValue);
      const shape = values.reduce<readonly number[]>((all, value) => engine.broadcastShapes(all, value.shape), []);
      const wide = values.map((value) => engine.broadcastTo(value, shape));
      const results = range(sizeOf(shape)).map((k) =>
        call(
          fn!,
          wide.map((value) => {
            const own = engine.take(value, Int32Array.of(k), []);
            return call(getAttribute(wrap(own), "item"), []);
          }),
        ),
      );
      return shape.length === 0 ? results[0] : new ObjectArray(results, shape, false);
    }),
  ),
  define("vecdot", ["x1", "x2", "axis?"], ([a, b]) => {
    const product = engine.mul(asValue(a!), asValue(b!));
    return wrap(engine.sum(product, [product.shape.length - 1]));
  }),
  define("unstack", ["x", "axis?"], ([x, axis]) => {
    const value = asValue(x!);
    const along = none(axis) ? 0 : axisOf(axis, value.shape.length);
    return new PyTuple(range(value.shape[along]).map((k) => wrap(pick(value, [k], along, true))));
  }),
  define("matrix_transpose", ["x"], ([x]) => call(getAttribute(array(asValue(x!)), "swapaxes"), [-1n, -2n])),
  define("require", ["a", "dtype?", "requirements?"], ([x]) => x!),
  define("min_scalar_type", ["a"], ([x]) => {
    const n = toFloat(x!);
    const fits: [DType, number, number][] = [
      ["uint8", 0, 255],
      ["int8", -128, 127],
      ["uint16", 0, 65535],
      ["int16", -32768, 32767],
      ["uint32", 0, 4294967295],
      ["int32", -2147483648, 2147483647],
      ["int64", Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    ];
    const dtype = Number.isInteger(n) ? fits.find(([, low, high]) => n >= low && n <= high)![0] : "float16";
    return getAttribute(array(tensor([0], dtype)), "dtype");
  }),
];
