/** The functions of the module: creation, joining, searching, statistics. */
import * as engine from "../../../../engine";
import {
  type DType,
  isFloat,
  type PrintOptions,
  peek,
  scalar,
  sizeOf,
  Tensor,
  tensor,
  type Value,
} from "../../../../engine";
import { bindArguments, toFloat, toInt } from "../../runtime/arguments";
import { LazyIterator, listOf, PyDict, PyList, PyTuple } from "../../runtime/containers";
import { PyException, raiseError } from "../../runtime/errors";
import { PyComplex } from "../../runtime/numbers";
import {
  ellipsis,
  type Kwargs,
  makeType,
  native,
  PyInstance,
  PyIterator,
  PyObject,
  type PyValue,
} from "../../runtime/object";
import { call, getAttribute, isNumber, iterate, repr, str, truth, typeName } from "../../runtime/protocol";
import { arrayHooks, arrayType, nested, PyArray, promoteTypes, roundValue, shapeText } from "./array";
import { ComplexArray, type ComplexKind, complexBinary, isComplex, roundComplex, toArray, unwrap } from "./complex";
import {
  asValue,
  axesOf,
  axisOf,
  concat,
  dtypeOfArgument,
  floating,
  floats,
  fromLeaves,
  isSequence,
  kindOf,
  nestOf,
  pick,
  range,
  shapeOf,
  wrap,
} from "./convert";
import { movesAnything } from "./lift";
import { copied, diagonalOf, dtypeObject, permuted, reshaped, shared } from "./methods";
import { ObjectArray } from "./objects";
import { printOptions, setPrintOptions } from "./print";
import { cumulative, extreme, mean, place, product, quantile, type Reduce, sorted, sum, variance } from "./reductions";
import {
  apply2,
  checkFit,
  elementwise1,
  errorState,
  integerLimits,
  matmul,
  product as matrixProduct,
  setErrorState,
} from "./ufuncs";

export type Entry = [string, PyValue];
type Body = (args: (PyValue | undefined)[]) => PyValue;

/** A function with named parameters. */
export const define = (name: string, names: string[], body: Body): Entry => [
  name,
  native(name, (args, kwargs) => body(bindArguments(name, names, args, kwargs))),
];
export const array = (value: Value): PyArray => new PyArray(value, arrayType);
const none = (x: PyValue | undefined): x is undefined | null => x === undefined || x === null;

// ── creation ────────────────────────────────────────────────────────────────

export function makeArray(x: PyValue, dtype: PyValue | undefined, copy = true): PyValue {
  const kind = kindOf(dtype);
  if ((x instanceof ComplexArray || x instanceof ObjectArray) && kind !== undefined) return arrayHooks.cast(x, dtype!);
  if (x instanceof ComplexArray) return copy ? x.map((z) => z) : x;
  if (isComplex(x)) return toArray(x, kind as ComplexKind | undefined);
  if (x instanceof ObjectArray) return copy ? x.pick(Int32Array.from(range(x.items.length)), x.shape) : x;
  if (x instanceof PyArray && x.type === arrayType) {
    if (kind === "complex128" || kind === "complex64") return toArray(x, kind);
    if (kind === "object" || kind === "str") return ObjectArray.of(x, kind === "str");
    if (kind === undefined || kind === x.dtype) return copy ? copied(x) : x;
    return array(engine.cast(x.value, kind as DType));
  }
  if (typeof x === "string") return new ObjectArray([x], []);
  if (isSequence(x)) {
    if (kind === "object") return objectsOf(x);
    const nest = nestOf(x);
    if (nest.leaves.some((leaf) => typeof leaf === "string")) {
      if (kind === undefined || kind === "str")
        return new ObjectArray(
          nest.leaves.map((leaf) => str(leaf)),
          nest.shape,
        );
      nest.leaves.forEach((leaf, k) => {
        if (typeof leaf === "string") {
          const number = Number(leaf);
          if (Number.isNaN(number)) raiseError("ValueError", `could not convert string to float: '${leaf}'`);
          nest.leaves[k] = number;
        }
      });
    }
    if (nest.leaves.some(isComplex)) return toArray(x, kind as ComplexKind | undefined);
    if (kind === "complex128" || kind === "complex64") return toArray(array(fromLeaves(nest)), kind);
    if (
      nest.leaves.some(
        (leaf) =>
          leaf === null ||
          leaf instanceof PyDict ||
          leaf instanceof PyInstance ||
          (leaf instanceof PyObject && leaf.pyCall),
      )
    ) {
      if (kind === "float64" && nest.leaves.every((leaf) => leaf === null || isNumber(leaf)))
        return array(
          tensor(
            nest.leaves.map((leaf) => (leaf === null ? Number.NaN : Number(leaf))),
            "float64",
            nest.shape,
          ),
        );
      return new ObjectArray(nest.leaves, nest.shape);
    }
    if (kind !== undefined) checkFit(nest.leaves, kind as DType);
    const value = fromLeaves(nest);
    return array(kind === undefined ? value : engine.cast(value, kind as DType));
  }
  if (x === null || x instanceof PyDict || x instanceof PyInstance) return new ObjectArray([x], []);
  const value = array(asValue(x));
  return kind === undefined ? value : makeArray(value, dtype, false);
}

/** Nested lists as an array of objects; of different lengths: as an array of lists. */
function objectsOf(x: PyValue): ObjectArray {
  try {
    const { leaves, shape } = nestOf(x);
    return new ObjectArray(leaves, shape, false);
  } catch (error) {
    if (!(error instanceof PyException)) throw error;
    const items = listOf(x);
    return new ObjectArray(items, [items.length], false);
  }
}

/** The shape of anything that NumPy takes for an array, complex numbers and objects included. */
function shapeIn(x: PyValue): readonly number[] {
  if (x instanceof ComplexArray || x instanceof ObjectArray) return x.shape;
  const made = x instanceof PyArray ? x : makeArray(x, undefined, false);
  return made instanceof ComplexArray || made instanceof ObjectArray ? made.shape : asValue(made).shape;
}

const filled = (name: string, level: number): Entry =>
  define(name, ["shape", "dtype?", "order?"], ([shape, dtype]) => {
    const kind = kindOf(dtype);
    if (kind === "complex128" || kind === "complex64") return toArray(array(engine.full(shapeOf(shape!), level)), kind);
    if (kind === "object")
      return new ObjectArray(new Array<PyValue>(sizeOf(shapeOf(shape!))).fill(BigInt(level)), shapeOf(shape!), false);
    return array(engine.full(shapeOf(shape!), level, dtypeOfArgument(dtype) ?? "float64"));
  });
const filledLike = (name: string, level: number): Entry =>
  define(name, ["a", "dtype?", "order?", "subok?", "shape?"], ([x, dtype, , , shape]) => {
    const value = asValue(x!);
    return array(engine.full(none(shape) ? value.shape : shapeOf(shape), level, dtypeOfArgument(dtype) ?? value.dtype));
  });

const integral = (x: PyValue): boolean =>
  typeof x === "bigint" || typeof x === "boolean" || (x instanceof PyArray && !isFloat(x.dtype));

export function linspace(start: Value, stop: Value, count: number, endpoint: boolean): { value: Value; step: Value } {
  const gaps = endpoint ? count - 1 : count;
  const a = floating(start);
  const b = floating(stop);
  const step = engine.div(engine.sub(b, a), gaps);
  const shape = engine.broadcastShapes(a.shape, b.shape);
  const places = tensor(range(count), "float64", [count, ...shape.map(() => 1)]);
  let value = engine.add(engine.mul(places, step), a);
  if (endpoint && count > 1 && value instanceof Tensor && b instanceof Tensor) {
    const data = Float64Array.from(value.data);
    const inner = sizeOf(shape);
    const last = peek(engine.broadcastTo(b, shape)).data;
    for (let k = 0; k < inner; k++) data[(count - 1) * inner + k] = last[k];
    value = new Tensor(data, value.shape, "float64");
  }
  return { value, step };
}

const anyComplex = (x: PyValue): boolean =>
  isComplex(x) || ((x instanceof PyList || x instanceof PyTuple) && x.items.some(anyComplex));

/** The sum of products, with the conjugates of the first. */
function conjugateDot(a: ComplexArray, b: ComplexArray): PyValue {
  if (a.re.length !== b.re.length) raiseError("ValueError", "cannot reshape array into the size of the other");
  let [re, im] = [0, 0];
  for (let k = 0; k < a.re.length; k++) {
    re += a.re[k] * b.re[k] + a.im[k] * b.im[k];
    im += a.re[k] * b.im[k] - a.im[k] * b.re[k];
  }
  return unwrap(new ComplexArray(Float64Array.of(re), Float64Array.of(im), []));
}

/** Numbers on a line in the complex plane. */
function complexSpace(from: PyValue, to: PyValue, count: number, endpoint: boolean): PyValue {
  const [a, b] = [toArray(from), toArray(to)];
  if (a.shape.length > 0 || b.shape.length > 0)
    raiseError("NotImplementedError", "numpy.linspace between arrays of complex numbers is not supported");
  const part = (low: number, high: number): Float64Array =>
    Float64Array.from(peek(linspace(scalar(low), scalar(high), count, endpoint).value).data);
  return new ComplexArray(part(a.re[0], b.re[0]), part(a.im[0], b.im[0]), [count]);
}

const creation: Entry[] = [
  define(
    "array",
    ["object", "dtype?", "*", "copy?", "order?", "subok?", "ndmin?", "like?"],
    ([x, dtype, copy, , , ndmin]) => {
      const made = makeArray(x!, dtype, copy !== false);
      const least = none(ndmin) ? 0 : Number(ndmin);
      return made instanceof PyArray && made.shape.length < least
        ? reshaped(made, [...new Array<number>(least - made.shape.length).fill(1), ...made.shape])
        : made;
    },
  ),
  define("asarray", ["a", "dtype?", "order?"], ([x, dtype]) => makeArray(x!, dtype, false)),
  define("asanyarray", ["a", "dtype?", "order?"], ([x, dtype]) => makeArray(x!, dtype, false)),
  define("ascontiguousarray", ["a", "dtype?"], ([x, dtype]) => makeArray(x!, dtype, false)),
  define("asarray_chkfinite", ["a", "dtype?", "order?"], ([x, dtype]) => {
    const made = makeArray(x!, dtype, false);
    if (made instanceof PyArray && Array.from(peek(made.value).data).some((n) => !Number.isFinite(n)))
      raiseError("ValueError", "array must not contain infs or NaNs");
    return made;
  }),
  define("asfortranarray", ["a", "dtype?"], ([x, dtype]) => makeArray(x!, dtype, false)),
  define("copy", ["a"], ([x]) => makeArray(x!, undefined)),
  define("fromiter", ["iter", "dtype", "count?"], ([x, dtype]) => makeArray(new PyList(listOf(x!)), dtype)),
  define("fromfunction", ["function", "shape", "*", "dtype?"], ([fn, shape, dtype]) => {
    const lengths = shapeOf(shape!);
    const grids = lengths.map((length, axis) =>
      array(
        engine.broadcastTo(
          tensor(
            range(length),
            dtypeOfArgument(dtype) ?? "float64",
            lengths.map((_, k) => (k === axis ? length : 1)),
          ),
          lengths,
        ),
      ),
    );
    return call(fn!, grids);
  }),
  filled("zeros", 0),
  filled("ones", 1),
  filled("empty", 0),
  filledLike("zeros_like", 0),
  filledLike("ones_like", 1),
  filledLike("empty_like", 0),
  define("full", ["shape", "fill_value", "dtype?"], ([shape, level, dtype]) => {
    const size = shapeOf(shape!);
    const one = makeArray(level!, dtype);
    if (one instanceof ComplexArray) {
      const [re, im] = [one.re, one.im].map((part) => new Float64Array(sizeOf(size)).fill(part[0]!));
      return new ComplexArray(re!, im!, size, one.dtype);
    }
    return array(engine.broadcastTo(asValue(one), size));
  }),
  define("full_like", ["a", "fill_value", "dtype?"], ([x, level, dtype]) => {
    const value = asValue(x!);
    return array(engine.cast(engine.broadcastTo(asValue(level!), value.shape), dtypeOfArgument(dtype) ?? value.dtype));
  }),
  define("eye", ["N", "M?", "k?", "dtype?"], ([rows, columns, k, dtype]) => {
    const n = Number(toInt(rows!));
    const m = none(columns) ? n : Number(toInt(columns));
    const by = none(k) ? 0 : Number(toInt(k));
    return array(
      tensor(
        range(n * m).map((at) => ((at % m) - Math.floor(at / m) === by ? 1 : 0)),
        dtypeOfArgument(dtype) ?? "float64",
        [n, m],
      ),
    );
  }),
  define("identity", ["n", "dtype?"], ([rows, dtype]) => {
    const n = Number(toInt(rows!));
    return array(
      tensor(
        range(n * n).map((at) => (at % (n + 1) === 0 ? 1 : 0)),
        dtypeOfArgument(dtype) ?? "float64",
        [n, n],
      ),
    );
  }),
  define("arange", ["start", "stop?", "step?", "dtype?"], ([a, b, c, dtype]) => {
    const given = [a!, b, c].filter((x): x is PyValue => !none(x));
    const start = none(b) ? 0 : toFloat(a!);
    const stop = none(b) ? toFloat(a!) : toFloat(b);
    const step = none(c) ? 1 : toFloat(c);
    if (step === 0) raiseError("ZeroDivisionError", "division by zero");
    const count = Math.max(0, Math.ceil((stop - start) / step));
    shapeOf(BigInt(count));
    const data = new Float64Array(count);
    // NumPy's fill: the first two elements fix the step.
    const delta = start + step - start;
    for (let k = 0; k < count; k++) data[k] = start + k * delta;
    return array(tensor(data, dtypeOfArgument(dtype) ?? (given.every(integral) ? "int64" : "float64")));
  }),
  define(
    "linspace",
    ["start", "stop", "num?", "endpoint?", "retstep?", "dtype?", "axis?"],
    ([a, b, num, endpoint, retstep, dtype]) => {
      const count = none(num) ? 50 : Number(toInt(num));
      if (count < 0) raiseError("ValueError", `Number of samples, ${count}, must be non-negative.`);
      if (isComplex(a!) || isComplex(b!)) return complexSpace(a!, b!, count, truth(endpoint ?? true));
      const { value, step } = linspace(asValue(a!), asValue(b!), count, truth(endpoint ?? true));
      const kind = dtypeOfArgument(dtype);
      const out = array(kind ? engine.cast(isFloat(kind) ? value : engine.floor(value), kind) : value);
      return truth(retstep ?? false) ? new PyTuple([out, wrap(step)]) : out;
    },
  ),
  define("logspace", ["start", "stop", "num?", "endpoint?", "base?", "dtype?"], ([a, b, num, endpoint, base]) => {
    const { value } = linspace(asValue(a!), asValue(b!), none(num) ? 50 : Number(toInt(num)), truth(endpoint ?? true));
    return array(engine.pow(none(base) ? scalar(10) : floats(base), value));
  }),
  define("geomspace", ["start", "stop", "num?", "endpoint?"], ([a, b, num, endpoint]) => {
    const count = none(num) ? 50 : Number(toInt(num));
    const { value } = linspace(engine.log10(floats(a!)), engine.log10(floats(b!)), count, truth(endpoint ?? true));
    const data = Float64Array.from(peek(engine.pow(10, value)).data);
    if (count > 0) data[0] = toFloat(a!);
    if (count > 1 && truth(endpoint ?? true)) data[count - 1] = toFloat(b!);
    return array(tensor(data));
  }),
  [
    "meshgrid",
    native("meshgrid", (args, kwargs) => {
      const ij = kwargs?.get("indexing") === "ij";
      const sparse = truth(kwargs?.get("sparse") ?? false);
      const lines = args.map((x) => {
        const value = asValue(x);
        return engine.reshape(value, [sizeOf(value.shape)]);
      });
      const axisFor = (k: number): number => (!ij && k < 2 && lines.length > 1 ? 1 - k : k);
      const shape = new Array<number>(lines.length).fill(0);
      lines.forEach((line, k) => {
        shape[axisFor(k)] = line.shape[0];
      });
      return new PyTuple(
        lines.map((line, k) => {
          const own = engine.reshape(
            line,
            shape.map((_, axis) => (axis === axisFor(k) ? line.shape[0] : 1)),
          );
          return array(sparse ? own : engine.broadcastTo(own, shape));
        }),
      );
    }),
  ],
  define("indices", ["dimensions", "dtype?"], ([shape, dtype]) => {
    const lengths = shapeOf(shape!);
    return array(
      engine.stack(
        lengths.map((length, axis) =>
          engine.broadcastTo(
            tensor(
              range(length),
              dtypeOfArgument(dtype) ?? "int64",
              lengths.map((_, k) => (k === axis ? length : 1)),
            ),
            lengths,
          ),
        ),
      ),
    );
  }),
  define("diag", ["v", "k?"], ([x, k]) => {
    const value = asValue(x!);
    const by = none(k) ? 0 : Number(toInt(k));
    if (value.shape.length === 2) return array(diagonalOf(value, by));
    if (value.shape.length !== 1) raiseError("ValueError", "Input must be 1- or 2-d.");
    const n = value.shape[0] + Math.abs(by);
    const offsets = Int32Array.from({ length: value.shape[0] }, (_, i) =>
      by >= 0 ? i * n + i + by : (i - by) * n + i,
    );
    return array(engine.scatterAdd(value, offsets, [n, n]));
  }),
  ...(["tril", "triu"] as const).map((name) =>
    define(name, ["m", "k?"], ([x, k]) => {
      const value = asValue(x!);
      const by = none(k) ? 0 : Number(toInt(k));
      const [rows, columns] = value.shape.slice(-2);
      const mask = range(rows * columns).map((at) => {
        const gap = (at % columns) - Math.floor(at / columns);
        return (name === "tril" ? gap <= by : gap >= by) ? 1 : 0;
      });
      return array(engine.where(tensor(mask, "bool", [rows, columns]), value, engine.cast(scalar(0), value.dtype)));
    }),
  ),
  ...(["tril_indices", "triu_indices"] as const).map((name) =>
    define(name, ["n", "k?", "m?"], ([rows, k, columns]) => {
      const n = Number(toInt(rows!));
      const m = none(columns) ? n : Number(toInt(columns));
      const by = none(k) ? 0 : Number(toInt(k));
      const places = range(n * m).filter((at) => {
        const gap = (at % m) - Math.floor(at / m);
        return name === "tril_indices" ? gap <= by : gap >= by;
      });
      return new PyTuple([
        array(
          tensor(
            places.map((at) => Math.floor(at / m)),
            "int64",
          ),
        ),
        array(
          tensor(
            places.map((at) => at % m),
            "int64",
          ),
        ),
      ]);
    }),
  ),
  define("vander", ["x", "N?", "increasing?"], ([x, n, increasing]) => {
    const value = asValue(x!);
    const count = none(n) ? value.shape[0] : Number(toInt(n));
    const powers = range(count).map((k) => (truth(increasing ?? false) ? k : count - 1 - k));
    return array(
      engine.transpose(
        engine.stack(powers.map((k) => (k === 0 ? engine.full(value.shape, 1, value.dtype) : engine.pow(value, k)))),
      ),
    );
  }),
];

// ── joining and moving ──────────────────────────────────────────────────────

const partsOf = (x: PyValue): Value[] => listOf(x).map(asValue);

export function concatenate(values: Value[], axis: number): Value {
  if (values.length === 0) raiseError("ValueError", "need at least one array to concatenate");
  const first = values[0].shape;
  if (first.length === 0) raiseError("ValueError", "zero-dimensional arrays cannot be concatenated");
  values.forEach(({ shape }, k) => {
    if (shape.length !== first.length)
      raiseError(
        "ValueError",
        `all the input arrays must have same number of dimensions, but the array at index 0 has ${first.length} dimension(s) and the array at index ${k} has ${shape.length} dimension(s)`,
      );
    shape.forEach((length, d) => {
      if (d !== axis && length !== first[d])
        raiseError(
          "ValueError",
          `all the input array dimensions except for the concatenation axis must match exactly, but along dimension ${d}, the array at index 0 has size ${first[d]} and the array at index ${k} has size ${length}`,
        );
    });
  });
  return concat(values, axis);
}

function stackAlong(values: Value[], axis: number): Value {
  if (values.some((value) => value.shape.join() !== values[0].shape.join()))
    raiseError("ValueError", "all input arrays must have the same shape");
  const shape = values[0].shape;
  const wide = [...shape.slice(0, axis), 1, ...shape.slice(axis)];
  return concat(
    values.map((value) => engine.reshape(value, wide)),
    axis,
  );
}

const atLeast = (value: Value, rank: number): Value =>
  value.shape.length >= rank
    ? value
    : rank === 1
      ? engine.reshape(value, [1])
      : rank === 2
        ? engine.reshape(value, [1, sizeOf(value.shape)])
        : engine.reshape(value, value.shape.length === 2 ? [...value.shape, 1] : [1, sizeOf(value.shape), 1]);
const flat = (value: Value): Value => engine.reshape(value, [sizeOf(value.shape)]);

const turnedAround = (value: Value, axes: readonly number[]): Value =>
  axes.reduce((v, axis) => pick(v, range(v.shape[axis]).reverse(), axis), value);

const joining: Entry[] = [
  define("concatenate", ["arrays", "axis?", "out?", "*", "dtype?", "casting?"], ([x, axis]) => {
    const items = listOf(x!);
    const values = items.map(asValue);
    if (axis === null) return array(concatenate(values.map(flat), 0));
    return array(concatenate(values, none(axis) ? 0 : axisOf(axis, values[0]?.shape.length ?? 1)));
  }),
  define("stack", ["arrays", "axis?"], ([x, axis]) => {
    const values = partsOf(x!);
    return array(stackAlong(values, none(axis) ? 0 : axisOf(axis, values[0].shape.length + 1)));
  }),
  define("vstack", ["tup", "*", "dtype?"], ([x]) =>
    array(
      concatenate(
        partsOf(x!).map((v) => atLeast(v, 2)),
        0,
      ),
    ),
  ),
  define("row_stack", ["tup"], ([x]) =>
    array(
      concatenate(
        partsOf(x!).map((v) => atLeast(v, 2)),
        0,
      ),
    ),
  ),
  define("hstack", ["tup", "*", "dtype?"], ([x]) => {
    const values = partsOf(x!).map((v) => atLeast(v, 1));
    return array(concatenate(values, values[0]?.shape.length === 1 ? 0 : 1));
  }),
  define("dstack", ["tup"], ([x]) =>
    array(
      concatenate(
        partsOf(x!).map((v) => atLeast(v, 3)),
        2,
      ),
    ),
  ),
  define("column_stack", ["tup"], ([x]) =>
    array(
      concatenate(
        partsOf(x!).map((v) => (v.shape.length < 2 ? engine.reshape(v, [sizeOf(v.shape), 1]) : v)),
        1,
      ),
    ),
  ),
  define("append", ["arr", "values", "axis?"], ([x, more, axis]) => {
    const [a, b] = [asValue(x!), asValue(more!)];
    return none(axis)
      ? array(concatenate([flat(a), flat(b)], 0))
      : array(concatenate([a, b], axisOf(axis, a.shape.length)));
  }),
  define("insert", ["arr", "obj", "values", "axis?"], ([x, at, more, axis]) => {
    const value = none(axis) ? flat(asValue(x!)) : asValue(x!);
    const along = none(axis) ? 0 : axisOf(axis, value.shape.length);
    const place = Number(toInt(at!));
    const where = place < 0 ? place + value.shape[along] : place;
    const shape = value.shape.map((length, k) => (k === along ? 1 : length));
    const given = engine.cast(asValue(more!), value.dtype);
    const middle =
      value.shape.length === 1
        ? engine.reshape(given, [sizeOf(given.shape)])
        : engine.broadcastTo(
            given.shape.length < shape.length && given.shape.length > 0 ? engine.reshape(given, shape) : given,
            shape,
          );
    return array(
      concatenate(
        [
          pick(value, range(where), along),
          middle,
          pick(
            value,
            range(value.shape[along] - where).map((k) => k + where),
            along,
          ),
        ],
        along,
      ),
    );
  }),
  define("delete", ["arr", "obj", "axis?"], ([x, what, axis]) => {
    const value = none(axis) ? flat(asValue(x!)) : asValue(x!);
    const along = none(axis) ? 0 : axisOf(axis, value.shape.length);
    const length = value.shape[along];
    const all = array(tensor(range(length), "int64"));
    const gone = new Set(Array.from(peek(asValue(all.pyGetItem(what!))).data));
    return array(
      pick(
        value,
        range(length).filter((k) => !gone.has(k)),
        along,
      ),
    );
  }),
  define("tile", ["A", "reps"], ([x, reps]) => {
    let value = asValue(x!);
    let times = shapeOf(reps!);
    const rank = Math.max(times.length, value.shape.length);
    times = [...new Array<number>(rank - times.length).fill(1), ...times];
    value = engine.reshape(value, [...new Array<number>(rank - value.shape.length).fill(1), ...value.shape]);
    return array(
      times.reduce(
        (v, count, axis) =>
          pick(
            v,
            range(v.shape[axis] * count).map((k) => k % v.shape[axis]),
            axis,
          ),
        value,
      ),
    );
  }),
  define("flip", ["m", "axis?"], ([x, axis]) => {
    const value = asValue(x!);
    return array(turnedAround(value, axesOf(axis, value.shape.length)));
  }),
  define("flipud", ["m"], ([x]) => array(turnedAround(asValue(x!), [0]))),
  define("fliplr", ["m"], ([x]) => array(turnedAround(asValue(x!), [1]))),
  define("roll", ["a", "shift", "axis?"], ([x, shift, axis]) => {
    const value = asValue(x!);
    const moved = (v: Value, by: number, along: number): Value => {
      const n = v.shape[along];
      return pick(
        v,
        range(n).map((k) => (((k - by) % n) + n) % n),
        along,
      );
    };
    if (none(axis)) return array(engine.reshape(moved(flat(value), Number(toInt(shift!)), 0), value.shape));
    const axes = axesOf(axis, value.shape.length);
    const by = shapeOfInts(shift!);
    return array(axes.reduce((v, along, k) => moved(v, by[k] ?? by[0], along), value));
  }),
  define("rot90", ["m", "k?"], ([x, k]) => {
    let value = asValue(x!);
    for (let n = (((none(k) ? 1 : Number(toInt(k))) % 4) + 4) % 4; n > 0; n--)
      value = turnedAround(engine.transpose(value), [0]);
    return array(value);
  }),
  define("expand_dims", ["a", "axis"], ([x, axis]) => {
    const value = asValue(x!);
    const axes = axesOf(axis, value.shape.length + (axis instanceof PyTuple ? axis.items.length : 1));
    const shape = [...value.shape];
    for (const at of [...axes].sort((a, b) => a - b)) shape.splice(at, 0, 1);
    return reshaped(x instanceof PyArray ? x : array(value), shape);
  }),
  define("moveaxis", ["a", "source", "destination"], ([x, from, to]) => {
    const rank = asValue(x!).shape.length;
    const [sources, targets] = [axesOf(from, rank), axesOf(to, rank)];
    const order = range(rank).filter((k) => !sources.includes(k));
    for (const [target, source] of targets.map((t, k) => [t, sources[k]]).sort((a, b) => a[0] - b[0]))
      order.splice(target, 0, source);
    return permuted(x!, order);
  }),
  define("broadcast_to", ["array", "shape"], ([x, shape]) => {
    const value = asValue(x!);
    try {
      return array(engine.broadcastTo(value, shapeOf(shape!)));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      raiseError(
        "ValueError",
        `operands could not be broadcast together with remapped shapes [original->remapped]: ${shapeText(value.shape)}  and requested shape ${shapeText(shapeOf(shape!))}`,
      );
    }
  }),
  ...([1, 2, 3] as const).map((rank) => define(`atleast_${rank}d`, ["a"], ([x]) => array(atLeast(asValue(x!), rank)))),
  ...(["split", "array_split", "vsplit", "hsplit"] as const).map((name) =>
    define(name, ["ary", "indices_or_sections", "axis?"], ([x, sections, axis]) => {
      const value = asValue(x!);
      const along =
        name === "hsplit" ? (value.shape.length === 1 ? 0 : 1) : none(axis) ? 0 : axisOf(axis, value.shape.length);
      const length = value.shape[along];
      let cuts: number[];
      if (isNumber(sections!)) {
        const n = Number(sections);
        if (name !== "array_split" && length % n !== 0)
          raiseError("ValueError", "array split does not result in an equal division");
        cuts = range(n).map((k) => k * Math.floor(length / n) + Math.min(k, length % n));
      } else cuts = [0, ...shapeOfInts(sections!)];
      return new PyList(
        cuts.map((from, k) => {
          const to = cuts[k + 1] ?? length;
          return array(
            pick(
              value,
              range(Math.max(0, to - from)).map((at) => at + from),
              along,
            ),
          );
        }),
      );
    }),
  ),
  define("pad", ["array", "pad_width", "mode?", "constant_values?"], ([x, width, mode, level]) => {
    const value = asValue(x!);
    const given = nested(asValue(width!));
    const widths = value.shape.map((_, k): [number, number] => {
      if (isNumber(given)) return [Number(given), Number(given)];
      const items = listOf(given);
      const own = items.length === 1 ? items[0] : items[0] instanceof PyList ? items[k] : undefined;
      if (own === undefined) return [Number(items[0]), Number(items[1])];
      if (isNumber(own)) return [Number(own), Number(own)];
      const [a, b] = listOf(own);
      return [Number(a), Number(b ?? a)];
    });
    const kind = mode ?? "constant";
    if (kind === "constant") {
      const fill = engine.cast(none(level) ? scalar(0) : asValue(level), value.dtype);
      return array(
        widths.reduce((v, [before, after], axis) => {
          const side = (n: number): Value =>
            engine.broadcastTo(
              fill,
              v.shape.map((length, k) => (k === axis ? n : length)),
            );
          return concat([side(before), v, side(after)], axis);
        }, value as Value),
      );
    }
    return array(
      widths.reduce((v, [before, after], axis) => {
        const n = v.shape[axis];
        const at = (k: number): number => {
          if (kind === "edge") return Math.min(Math.max(k, 0), n - 1);
          if (kind === "wrap") return ((k % n) + n) % n;
          if (kind === "reflect") {
            const period = Math.max(1, 2 * (n - 1));
            const m = ((k % period) + period) % period;
            return m < n ? m : period - m;
          }
          if (kind === "symmetric") {
            const m = ((k % (2 * n)) + 2 * n) % (2 * n);
            return m < n ? m : 2 * n - 1 - m;
          }
          return raiseError("NotImplementedError", `numpy.pad with mode ${String(kind)} is not supported`);
        };
        return pick(
          v,
          range(n + before + after).map((k) => at(k - before)),
          axis,
        );
      }, value as Value),
    );
  }),
];

const shapeOfInts = (x: PyValue): number[] => Array.from(peek(asValue(x)).data);

// ── choosing and searching ──────────────────────────────────────────────────

const choose = (test: PyValue, x: PyValue, y: PyValue): PyValue => {
  if (isComplex(x) || isComplex(y)) {
    const [a, b, t] = [toArray(x), toArray(y), peek(asValue(test))];
    let k = 0;
    return new ComplexArray(Float64Array.from(t.data), new Float64Array(t.data.length), t.shape).map(() => {
      const from = t.data[k] ? a : b;
      const at = from.re.length === 1 ? 0 : k;
      k++;
      return new PyComplex(from.re[at], from.im[at]);
    });
  }
  const [a, b] = [asValue(x), asValue(y)];
  const weak = (v: PyValue): boolean => isNumber(v);
  const dtype =
    weak(x) && !weak(y) && (isFloat(b.dtype) || !isFloat(a.dtype))
      ? b.dtype === "bool"
        ? a.dtype
        : b.dtype
      : weak(y) && !weak(x) && (isFloat(a.dtype) || !isFloat(b.dtype))
        ? a.dtype === "bool"
          ? b.dtype
          : a.dtype
        : promoteTypes(a.dtype, b.dtype);
  const condition = engine.cast(asValue(test), "bool");
  try {
    const out = engine.where(condition, engine.cast(a, dtype), engine.cast(b, dtype));
    return array(out);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    raiseError(
      "ValueError",
      `operands could not be broadcast together with shapes ${[condition, a, b].map(({ shape }) => shapeText(shape)).join(" ")} `,
    );
  }
};

const nonzero = (x: PyValue): PyTuple => shared.nonzero(x, [], undefined) as PyTuple;

/** `np.nditer`: element by element, each a view that can be written to. */
class ElementIterator extends PyIterator {
  private at = 0;
  constructor(private readonly of: PyArray) {
    super(iteratorType);
  }
  private get size(): number {
    return sizeOf(this.of.shape);
  }
  private here(): PyValue {
    return PyArray.view(this.of, Int32Array.of(this.at), []);
  }
  override next(): PyValue | undefined {
    if (this.at >= this.size) return undefined;
    const element = this.here();
    this.at++;
    return element;
  }
  override pyGetItem(): PyValue {
    return this.here();
  }
  override pyEnter(): PyValue {
    return this;
  }
  override pyExit(): boolean {
    return false;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "finished":
        return this.at >= this.size;
      case "iternext":
        return native(name, () => ++this.at < this.size);
      case "multi_index":
        return new PyTuple(
          this.of.shape.map((length, axis) =>
            BigInt(Math.floor(this.at / sizeOf(this.of.shape.slice(axis + 1))) % length),
          ),
        );
      case "index":
      case "iterindex":
        return BigInt(this.at);
      case "value":
        return this.here();
    }
    return undefined;
  }
}
const iteratorType = makeType("nditer");

const searching: Entry[] = [
  define("where", ["condition", "x?", "y?"], ([test, x, y]) => {
    if (x === undefined || y === undefined) return nonzero(test!);
    return choose(test!, x, y);
  }),
  define("select", ["condlist", "choicelist", "default?"], ([tests, choices, other]) => {
    const options = listOf(choices!);
    return listOf(tests!).reduceRight<PyValue>((rest, test, k) => choose(test, options[k], rest), other ?? 0n);
  }),
  define("piecewise", ["x", "condlist", "funclist"], ([x, tests, functions]) => {
    const value = asValue(x!);
    const given = tests instanceof PyList || tests instanceof PyTuple ? tests.items : [tests!];
    const parts = listOf(functions!).map((fn) =>
      isNumber(fn) || fn instanceof PyArray ? fn : call(fn, [array(value)]),
    );
    const rest = parts.length > given.length ? parts[parts.length - 1] : 0n;
    return array(
      engine.cast(asValue(given.reduce<PyValue>((out, test, k) => choose(test, parts[k], out), rest)), value.dtype),
    );
  }),
  define("argwhere", ["a"], ([x]) => {
    const places = nonzero(x!).items.map((one) => asValue(one));
    return array(engine.transpose(engine.stack(places)));
  }),
  define("flatnonzero", ["a"], ([x]) => nonzero(reshaped(array(asValue(x!)), [-1])).items[0]),
  define("count_nonzero", ["a", "axis?"], ([x, axis]) => {
    const value = asValue(x!);
    const out = engine.sum(engine.cast(engine.notEqual(value, 0), "int64"), axesOf(axis, value.shape.length));
    return wrap(out);
  }),
  define("searchsorted", ["a", "v", "side?"], ([x, v, side]) => {
    const line = peek(asValue(x!)).data;
    return wrap(
      elementwise1(asValue(v!), "int64", (n) => {
        let at = 0;
        while (at < line.length && (side === "right" ? line[at] <= n : line[at] < n)) at++;
        return at;
      }),
    );
  }),
  define("digitize", ["x", "bins", "right?"], ([x, bins, right]) => {
    const line = peek(asValue(bins!)).data;
    return wrap(
      elementwise1(asValue(x!), "int64", (n) => {
        let at = 0;
        while (at < line.length && (truth(right ?? false) ? line[at] < n : line[at] <= n)) at++;
        return at;
      }),
    );
  }),
  ...(["intersect1d", "union1d", "setdiff1d"] as const).map((name) =>
    define(name, ["ar1", "ar2"], ([x, y]) => {
      const [a, b] = [peek(asValue(x!)), peek(asValue(y!))];
      const [p, q] = [new Set(Array.from(a.data)), new Set(Array.from(b.data))];
      const kept =
        name === "union1d"
          ? new Set([...p, ...q])
          : new Set([...p].filter((n) => q.has(n) === (name === "intersect1d")));
      return array(
        tensor(
          [...kept].sort((m, n) => m - n),
          promoteTypes(a.dtype, b.dtype),
        ),
      );
    }),
  ),
  ...(["isin", "in1d"] as const).map((name) =>
    define(name, ["element", "test_elements"], ([x, y]) => {
      const wanted = new Set(Array.from(peek(asValue(y!)).data));
      return wrap(elementwise1(asValue(x!), "bool", (n) => (wanted.has(n) ? 1 : 0)));
    }),
  ),
  define("unravel_index", ["indices", "shape"], ([x, shape]) => {
    const lengths = shapeOf(shape!);
    const value = asValue(x!);
    return new PyTuple(
      lengths.map((length, axis) => {
        const stride = sizeOf(lengths.slice(axis + 1));
        return wrap(elementwise1(value, "int64", (at) => Math.floor(at / stride) % length));
      }),
    );
  }),
  define("ravel_multi_index", ["multi_index", "dims"], ([x, shape]) => {
    const lengths = shapeOf(shape!);
    return wrap(
      listOf(x!)
        .map(asValue)
        .reduce((sum_, part, axis) => engine.add(engine.mul(sum_, lengths[axis]), part), scalar(0, "int64") as Value),
    );
  }),
  define("ndenumerate", ["arr"], ([x]) => {
    const source = x instanceof PyArray ? x : array(asValue(x!));
    const { shape } = source;
    let at = 0;
    return new LazyIterator(() => {
      if (at >= sizeOf(shape)) return undefined;
      const key = shape.map((length, axis) => BigInt(Math.floor(at / sizeOf(shape.slice(axis + 1))) % length));
      return new PyTuple([new PyTuple(key), wrap(source.pick(Int32Array.of(at++), []))]);
    });
  }),
  [
    "ndindex",
    native("ndindex", (args) => {
      const shape = args.length === 1 && isSequence(args[0]) ? shapeOf(args[0]) : args.map((x) => Number(toInt(x)));
      let at = 0;
      return new LazyIterator(() => {
        if (at >= sizeOf(shape)) return undefined;
        const now = at++;
        return new PyTuple(
          shape.map((length, axis) => BigInt(Math.floor(now / sizeOf(shape.slice(axis + 1))) % length)),
        );
      });
    }),
  ],
  define(
    "nditer",
    ["op", "flags?", "op_flags?", "order?"],
    ([x]) => new ElementIterator(x instanceof PyArray ? x : array(asValue(x!))),
  ),
  define("ix_", ["*"], () => null),
  define("put", ["a", "ind", "v"], ([x, places, v]) => {
    (reshaped(x!, [-1]) as PyArray).pySetItem(places!, v!);
    return null;
  }),
  define("fill_diagonal", ["a", "val"], ([x, v]) => {
    const target = x as PyArray | ComplexArray;
    const [rows, columns] = target.shape;
    const places = new PyList(Array.from({ length: Math.min(rows, columns) }, (_, k) => BigInt(k)));
    target.pySetItem(new PyTuple([places, places]), v!);
    return null;
  }),
  define("interp", ["x", "xp", "fp", "left?", "right?"], ([x, xp, fp, left, right]) => {
    const value = floats(x!);
    const [xs, ys] = [floats(xp!), floats(fp!)];
    if (sizeOf(xs.shape) !== sizeOf(ys.shape)) raiseError("ValueError", "fp and xp are not of the same length.");
    const [nodes, line] = [peek(xs).data, engine.reshape(value, [sizeOf(value.shape)])];
    const parts = Array.from(engine.concretize(line).data, (n, k) => {
      const own = pick(line, [k], 0, true);
      const y = (at: number): Value => pick(ys, [at], 0, true);
      const node = (at: number): Value => pick(xs, [at], 0, true);
      const last = nodes.length - 1;
      if (n < nodes[0]) return none(left) ? y(0) : floats(left);
      if (n > nodes[last]) return none(right) ? y(last) : floats(right);
      let at = 0;
      while (at < last - 1 && nodes[at + 1] <= n) at++;
      if (n === nodes[at] && line instanceof Tensor) return y(at);
      const slope = engine.div(engine.sub(y(at + 1), y(at)), engine.sub(node(at + 1), node(at)));
      return engine.add(engine.mul(slope, engine.sub(own, node(at))), y(at));
    });
    return wrap(engine.reshape(engine.stack(parts), value.shape));
  }),
];

// ── statistics ──────────────────────────────────────────────────────────────

const overAxes = (name: string, run: Reduce): Entry =>
  define(name, ["a", "axis?", "out?", "keepdims?"], ([x, axis, , keep]) => {
    const value = floats(x!);
    return wrap(run(value, axesOf(axis, value.shape.length), truth(keep ?? false)));
  });

/** Reductions that pass over NaN. */
const nanReduce = (name: string, run: (value: Value, nan: Value, axes: number[], keep: boolean) => Value): Entry =>
  define(name, ["a", "axis?", "dtype?", "out?", "keepdims?", "ddof?"], ([x, axis, , , keep]) => {
    const value = floats(x!);
    return wrap(run(value, engine.isnan(value), axesOf(axis, value.shape.length), truth(keep ?? false)));
  });
const counted = (nan: Value, axes: number[], keep: boolean): Value =>
  engine.cast(engine.sum(engine.cast(engine.logicalNot(nan), "int64"), axes, keep), "float64");
const nanMean = (value: Value, nan: Value, axes: number[], keep: boolean): Value =>
  engine.div(sum(engine.where(nan, 0, value), axes, keep), counted(nan, axes, keep));
const nanVariance = (value: Value, nan: Value, axes: number[], keep: boolean): Value => {
  const gap = engine.where(nan, 0, engine.sub(value, nanMean(value, nan, axes, true)));
  return engine.div(sum(engine.square(gap), axes, keep), counted(nan, axes, keep));
};

const qs = (name: string, scale: number): Entry =>
  define(
    name,
    ["a", "q", "axis?", "out?", "overwrite_input?", "method?", "keepdims?", "interpolation?"],
    ([x, q, axis, , , method, keep]) => {
      const value = floats(x!);
      const wanted = asValue(q!);
      const axes = axesOf(axis, value.shape.length);
      const parts = Array.from(peek(wanted).data, (n) => {
        if (n < 0 || n > scale)
          raiseError(
            "ValueError",
            scale === 1 ? "Quantiles must be in the range [0, 1]" : "Percentiles must be in the range [0, 100]",
          );
        return quantile(value, n / scale, axes, truth(keep ?? false), none(method) ? "linear" : String(method));
      });
      return wrap(wanted.shape.length === 0 ? parts[0] : engine.stack(parts));
    },
  );

const covariance = (x: PyValue, y: PyValue | undefined, rowvar: boolean, ddof: number, weightsBias = false): Value => {
  let value = floats(x);
  if (value.shape.length === 1) value = engine.reshape(value, [1, value.shape[0]]);
  else if (!rowvar) value = engine.transpose(value);
  if (!none(y)) {
    let other = floats(y);
    if (other.shape.length === 1) other = engine.reshape(other, [1, other.shape[0]]);
    else if (!rowvar) other = engine.transpose(other);
    value = concat([value, other], 0);
  }
  const n = value.shape[1];
  const gap = engine.sub(value, mean(value, [1], true));
  return engine.div(engine.matmul(gap, engine.transpose(gap)), n - (weightsBias ? 0 : ddof));
};

const squeezeOne = (value: Value): Value => (sizeOf(value.shape) === 1 ? engine.reshape(value, []) : value);

const statistics: Entry[] = [
  overAxes("median", (value, axes, keep) => {
    return quantile(value, 0.5, axes, keep);
  }),
  qs("quantile", 1),
  qs("percentile", 100),
  define("average", ["a", "axis?", "weights?", "returned?"], ([x, axis, weights, returned]) => {
    const value = floats(x!);
    const axes = axesOf(axis, value.shape.length);
    if (none(weights)) return wrap(mean(value, axes, false));
    let by = floats(weights);
    if (by.shape.length < value.shape.length && axes.length === 1)
      by = engine.reshape(
        by,
        value.shape.map((length, k) => (k === axes[0] ? length : 1)),
      );
    const total = sum(engine.broadcastTo(by, value.shape), axes, false);
    if (Array.from(peek(total).data).includes(0))
      raiseError("ZeroDivisionError", "Weights sum to zero, can't be normalized");
    const out = wrap(engine.div(sum(engine.mul(value, by), axes, false), total));
    return truth(returned ?? false) ? new PyTuple([out, wrap(total)]) : out;
  }),
  define("cov", ["m", "y?", "rowvar?", "bias?", "ddof?"], ([x, y, rowvar, bias, ddof]) =>
    wrap(
      squeezeOne(covariance(x!, y, truth(rowvar ?? true), none(ddof) ? (truth(bias ?? false) ? 0 : 1) : Number(ddof))),
    ),
  ),
  define("corrcoef", ["x", "y?", "rowvar?"], ([x, y, rowvar]) => {
    const c = covariance(x!, y, truth(rowvar ?? true), 1);
    const d = engine.sqrt(diagonalOf(c, 0));
    return wrap(
      squeezeOne(engine.div(engine.div(c, engine.reshape(d, [d.shape[0], 1])), engine.reshape(d, [1, d.shape[0]]))),
    );
  }),
  nanReduce("nansum", (v, nan, axes, keep) => sum(engine.where(nan, 0, v), axes, keep)),
  nanReduce("nanprod", (v, nan, axes, keep) => product(engine.where(nan, 1, v), axes, keep)),
  nanReduce("nanmean", nanMean),
  nanReduce("nanvar", nanVariance),
  nanReduce("nanstd", (v, nan, axes, keep) => engine.sqrt(nanVariance(v, nan, axes, keep))),
  nanReduce("nanmax", (v, nan, axes, keep) =>
    extreme(true)(engine.where(nan, Number.NEGATIVE_INFINITY, v), axes, keep),
  ),
  nanReduce("nanmin", (v, nan, axes, keep) =>
    extreme(false)(engine.where(nan, Number.POSITIVE_INFINITY, v), axes, keep),
  ),
  ...(["nanargmax", "nanargmin"] as const).map((name) =>
    define(name, ["a", "axis?"], ([x, axis]) => {
      const value = floats(x!);
      const largest = name === "nanargmax";
      const clean = engine.where(
        engine.isnan(value),
        largest ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
        value,
      );
      return wrap(place(clean, none(axis) ? undefined : axisOf(axis, value.shape.length), largest));
    }),
  ),
  define("bincount", ["x", "weights?", "minlength?"], ([x, weights, least]) => {
    const now = peek(asValue(x!)).data;
    const by = none(weights) ? undefined : peek(asValue(weights)).data;
    const size = Math.max(none(least) ? 0 : Number(least), ...Array.from(now, (n) => n + 1), 0);
    const out = new Array<number>(size).fill(0);
    Array.from(now).forEach((n, k) => {
      out[n] += by ? by[k] : 1;
    });
    return array(tensor(out, by ? "float64" : "int64"));
  }),
];

// ── differences, products, approximate equality ─────────────────────────────

const close = (
  a: PyValue,
  b: PyValue,
  rtol: PyValue | undefined,
  atol: PyValue | undefined,
  nan: PyValue | undefined,
): Value => {
  if (isComplex(a) || isComplex(b)) {
    const gap = apply2("subtract", a, b);
    const z = toArray(gap);
    const of = toArray(b);
    return tensor(
      Array.from(z.re, (re, k) =>
        Math.hypot(re, z.im[k]) <=
        1e-8 + 1e-5 * Math.hypot(of.re[of.re.length === 1 ? 0 : k], of.im[of.re.length === 1 ? 0 : k])
          ? 1
          : 0,
      ),
      "bool",
      z.shape,
    );
  }
  const [x, y] = [floats(a), floats(b)];
  const tolerance = engine.add(
    none(atol) ? 1e-8 : floats(atol),
    engine.mul(none(rtol) ? 1e-5 : floats(rtol), engine.abs(y)),
  );
  const near = engine.logicalAnd(engine.lessEqual(engine.abs(engine.sub(x, y)), tolerance), engine.isfinite(y));
  const same = engine.logicalOr(near, engine.equal(x, y));
  return truth(nan ?? false) ? engine.logicalOr(same, engine.logicalAnd(engine.isnan(x), engine.isnan(y))) : same;
};

/** A list with complex numbers in it as an array. */
const complexIn = (x: PyValue): PyValue => (isSequence(x) && nestOf(x).leaves.some(isComplex) ? toArray(x) : x);

const allTrue = (value: Value): boolean => Array.from(engine.concretize(value).data).every((x) => x !== 0);

/** np.gradient along one axis; uniform step or coordinates. */
function slope(value: Value, axis: number, step: Value, edge: number): Value {
  const n = value.shape[axis];
  const at = (places: number[]): Value => pick(value, places, axis);
  const shape = value.shape.map((_, k) => (k === axis ? -1 : 1));
  if (n < edge + 1)
    raiseError(
      "ValueError",
      "Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements are required.",
    );
  if (step.shape.length === 0) {
    const first =
      edge === 2
        ? engine.div(
            engine.sub(engine.sub(engine.mul(4, at([1])), engine.mul(3, at([0]))), at([2])),
            engine.mul(2, step),
          )
        : engine.div(engine.sub(at([1]), at([0])), step);
    const last =
      edge === 2
        ? engine.div(
            engine.add(engine.sub(engine.mul(3, at([n - 1])), engine.mul(4, at([n - 2]))), at([n - 3])),
            engine.mul(2, step),
          )
        : engine.div(engine.sub(at([n - 1]), at([n - 2])), step);
    const parts = [first];
    if (n > 2)
      parts.push(engine.div(engine.sub(at(range(n - 2).map((k) => k + 2)), at(range(n - 2))), engine.mul(2, step)));
    return concat([...parts, last], axis);
  }
  const h = engine.sub(
    pick(
      step,
      range(n - 1).map((k) => k + 1),
      0,
    ),
    pick(step, range(n - 1), 0),
  );
  const wide = (v: Value): Value =>
    engine.reshape(
      v,
      shape.map((length) => (length < 0 ? v.shape[0] : 1)),
    );
  const a = wide(pick(h, range(n - 2), 0));
  const b = wide(
    pick(
      h,
      range(n - 2).map((k) => k + 1),
      0,
    ),
  );
  const left = engine.div(engine.neg(b), engine.mul(a, engine.add(a, b)));
  const middle = engine.div(engine.sub(b, a), engine.mul(a, b));
  const right = engine.div(a, engine.mul(b, engine.add(a, b)));
  const inside = engine.add(
    engine.add(engine.mul(left, at(range(n - 2))), engine.mul(middle, at(range(n - 2).map((k) => k + 1)))),
    engine.mul(right, at(range(n - 2).map((k) => k + 2))),
  );
  const first = engine.div(engine.sub(at([1]), at([0])), wide(pick(h, [0], 0)));
  const last = engine.div(engine.sub(at([n - 1]), at([n - 2])), wide(pick(h, [n - 2], 0)));
  return concat([first, inside, last], axis);
}

function difference(value: Value, axis: number): Value {
  const n = value.shape[axis];
  const [a, b] = [
    pick(
      value,
      range(n - 1).map((k) => k + 1),
      axis,
    ),
    pick(value, range(n - 1), axis),
  ];
  return value.dtype === "bool" ? engine.notEqual(a, b) : engine.sub(a, b);
}

/** An ellipsis written out: letters of its own for the axes that it stands for. */
function withoutEllipsis(text: string, values: readonly Value[]): string {
  if (!text.includes("...")) return text;
  const [inputs, given] = text.split("->");
  const terms = inputs.split(",");
  const most = Math.max(
    ...terms.map((term, k) => (term.includes("...") ? values[k].shape.length - (term.length - 3) : 0)),
  );
  const letters = "ZYXWVUTS".slice(0, most);
  const written = terms.map((term, k) => {
    const own = values[k].shape.length - (term.length - 3);
    return term.replace("...", letters.slice(most - own));
  });
  const plain = [...new Set(terms.join("").replace(/\./g, ""))]
    .filter((c) => terms.join("").split(c).length === 2)
    .sort();
  return `${written.join(",")}->${given === undefined ? letters + plain.join("") : given.replace("...", letters)}`;
}

/** Einstein's summation, pair by pair over all letters at once. */
function einsum(text: string, values: Value[]): Value {
  const [inputs, given] = withoutEllipsis(text.replace(/\s/g, ""), values).split("->");
  const terms = inputs.split(",");
  const letters = [...new Set(terms.join(""))];
  const out =
    given ??
    letters
      .filter((c) => terms.join("").split(c).length === 2)
      .sort()
      .join("");
  const order = [...out, ...letters.filter((c) => !out.includes(c))];
  let total: Value | undefined;
  terms.forEach((term, k) => {
    let value = values[k];
    let names = [...term];
    // A letter twice in a term is a diagonal.
    for (;;) {
      const twice = names.findIndex((c, i) => names.indexOf(c) !== i);
      if (twice < 0) break;
      const first = names.indexOf(names[twice]);
      const n = value.shape[first];
      const shape = value.shape.filter((_, i) => i !== twice);
      const strides = value.shape.map((_, i) => sizeOf(value.shape.slice(i + 1)));
      const offsets = new Int32Array(sizeOf(shape));
      for (let at = 0; at < offsets.length; at++) {
        let rest = at;
        let offset = 0;
        for (let d = value.shape.length - 1, s = shape.length - 1; d >= 0; d--) {
          if (d === twice) continue;
          const i = rest % shape[s];
          rest = Math.floor(rest / shape[s]);
          s--;
          offset += i * strides[d] + (d === first ? i * strides[twice] : 0);
        }
        offsets[at] = offset;
      }
      void n;
      value = engine.take(value, offsets, shape);
      names = names.filter((_, i) => i !== twice);
    }
    const present = order.filter((c) => names.includes(c));
    const turned = engine.transpose(
      value,
      present.map((c) => names.indexOf(c)),
    );
    const spread = engine.reshape(
      turned,
      order.map((c) => (names.includes(c) ? value.shape[names.indexOf(c)] : 1)),
    );
    total = total ? engine.mul(total, spread) : spread;
  });
  const summed = range(order.length).slice(out.length);
  return summed.length > 0 ? engine.sum(total!, summed) : total!;
}

const cross = (a: Value, b: Value, axis: number): Value => {
  const lengths = [a, b].map((x) => x.shape.at(axis));
  if (lengths.every((n) => n === 2)) {
    const at = (v: Value, k: number): Value => pick(v, [k], normal(v, axis), true);
    return engine.sub(engine.mul(at(a, 0), at(b, 1)), engine.mul(at(a, 1), at(b, 0)));
  }
  if (lengths.some((n) => n !== 3))
    raiseError("ValueError", "incompatible dimensions for cross product\n(dimension must be 2 or 3)");
  return engine.cross(a, b, axis);
};
const normal = ({ shape }: Value, axis: number): number => (axis < 0 ? axis + shape.length : axis);

const calculus: Entry[] = [
  define("diff", ["a", "n?", "axis?", "prepend?", "append?"], ([x, n, axis, before, after]) => {
    let value = asValue(x!);
    const along = axisOf(none(axis) ? -1n : axis, value.shape.length);
    if (!none(before)) value = concat([atLeast(asValue(before), 1), value], along);
    if (!none(after)) value = concat([value, atLeast(asValue(after), 1)], along);
    for (let k = none(n) ? 1 : Number(toInt(n)); k > 0; k--) value = difference(value, along);
    return array(value);
  }),
  define("ediff1d", ["ary"], ([x]) => array(difference(flat(asValue(x!)), 0))),
  [
    "gradient",
    native("gradient", ([x, ...steps], kwargs) => {
      const value = floats(x);
      const axes = axesOf(kwargs?.get("axis"), value.shape.length);
      const edge = Number(kwargs?.get("edge_order") ?? 1);
      const out = axes.map((axis, k) =>
        array(slope(value, axis, steps.length === 0 ? scalar(1) : floats(steps[k] ?? steps[0]), edge)),
      );
      return out.length === 1 ? out[0] : new PyTuple(out);
    }),
  ],
  ...(["trapezoid", "trapz"] as const).map((name) =>
    define(name, ["y", "x?", "dx?", "axis?"], ([y, x, dx, axis]) => {
      const value = floats(y!);
      const along = axisOf(none(axis) ? -1n : axis, value.shape.length);
      const n = value.shape[along];
      const pairs = engine.add(
        pick(
          value,
          range(n - 1).map((k) => k + 1),
          along,
        ),
        pick(value, range(n - 1), along),
      );
      const width = none(x) ? (none(dx) ? scalar(1) : floats(dx)) : difference(floats(x), 0);
      return wrap(sum(engine.div(engine.mul(width, pairs), 2), [along], false));
    }),
  ),
  define("allclose", ["a", "b", "rtol?", "atol?", "equal_nan?"], ([a, b, rtol, atol, nan]) =>
    allTrue(close(a!, b!, rtol, atol, nan)),
  ),
  define("isclose", ["a", "b", "rtol?", "atol?", "equal_nan?"], ([a, b, rtol, atol, nan]) =>
    wrap(close(a!, b!, rtol, atol, nan)),
  ),
  define("array_equal", ["a1", "a2", "equal_nan?"], ([a, b]) => {
    if (isComplex(a!) || isComplex(b!)) {
      const [p, q] = [toArray(a!), toArray(b!)];
      return p.shape.join() === q.shape.join() && allTrue(asValue(complexBinary("equal", p, q)));
    }
    const [x, y] = [asValue(a!), asValue(b!)];
    return x.shape.join() === y.shape.join() && allTrue(engine.equal(x, y));
  }),
  define(
    "isscalar",
    ["element"],
    ([x]) =>
      isNumber(x!) || typeof x === "string" || (x instanceof PyArray && x.type !== arrayType) || x instanceof PyComplex,
  ),
  define("iscomplexobj", ["x"], ([x]) => isComplex(x!)),
  define("isrealobj", ["x"], ([x]) => !isComplex(x!)),
  define("real", ["val"], ([given]) => {
    const x = complexIn(given!);
    return getAttribute(isComplex(x) ? x : array(asValue(x)), "real");
  }),
  define("imag", ["val"], ([given]) => {
    const x = complexIn(given!);
    if (isComplex(x)) {
      const out = getAttribute(x, "imag");
      return typeof out === "number" ? wrap(scalar(out)) : out;
    }
    const value = asValue(x);
    return wrap(engine.full(value.shape, 0, value.dtype));
  }),
  define("angle", ["z", "deg?"], ([given, deg]) => {
    const x = complexIn(given!);
    const z = toArray(isComplex(x) ? x : array(asValue(x)));
    const unit = truth(deg ?? false) ? 180 / Math.PI : 1;
    return wrap(
      tensor(
        Array.from(z.re, (re, k) => Math.atan2(z.im[k], re) * unit),
        "float64",
        z.shape,
      ),
    );
  }),
  define("sinc", ["x"], ([x]) => wrap(engine.sinc(floats(x!)))),
  define("nan_to_num", ["x", "copy?", "nan?", "posinf?", "neginf?"], ([x, copy, nan, high, low]) => {
    if (isComplex(x!)) {
      const tidy = (part: number): number => {
        if (Number.isNaN(part)) return none(nan) ? 0 : toFloat(nan);
        if (part === Number.POSITIVE_INFINITY) return none(high) ? Number.MAX_VALUE : toFloat(high);
        return part === Number.NEGATIVE_INFINITY ? (none(low) ? -Number.MAX_VALUE : toFloat(low)) : part;
      };
      const out = toArray(x).map((z) => new PyComplex(tidy(z.re), tidy(z.im)));
      if (copy === false && x instanceof ComplexArray) x.pySetItem(ellipsis, out);
      return unwrap(out);
    }
    const value = floats(x!);
    const clean = engine.where(engine.isnan(value), none(nan) ? 0 : toFloat(nan), value);
    const most = Number.MAX_VALUE;
    const up = engine.where(engine.equal(clean, Number.POSITIVE_INFINITY), none(high) ? most : toFloat(high), clean);
    return wrap(engine.where(engine.equal(up, Number.NEGATIVE_INFINITY), none(low) ? -most : toFloat(low), up));
  }),
  ...(["round", "around", "round_"] as const).map((name) =>
    define(name, ["a", "decimals?", "out?"], ([x, digits]) => {
      const places = none(digits) ? 0 : Number(toInt(digits));
      if (isComplex(x!)) return roundComplex(x, places);
      return wrap(roundValue(asValue(x!), places));
    }),
  ),
  define("fix", ["x"], ([x]) => wrap(engine.trunc(floats(x!)))),
  define("modf", ["x"], ([x]) => {
    const value = floats(x!);
    const whole = engine.trunc(value);
    return new PyTuple([wrap(engine.sub(value, whole)), wrap(whole)]);
  }),
  define(
    "divmod",
    ["x1", "x2"],
    ([a, b]) => new PyTuple([apply2("floor_divide", a!, b!), apply2("remainder", a!, b!)]),
  ),
  ...(["dot", "matmul"] as const).map((name) =>
    define(name, ["a", "b", "out?"], ([a, b, out]) => {
      const result = matmul(a!, b!, name);
      if (!(out instanceof PyArray) || !(result instanceof PyArray)) return result;
      out.assign(result.value);
      return out;
    }),
  ),
  define("outer", ["a", "b", "out?"], ([a, b]) => {
    if (a instanceof ComplexArray || b instanceof ComplexArray) {
      const [x, y] = [toArray(a!), toArray(b!)];
      return complexBinary(
        "multiply",
        new ComplexArray(x.re, x.im, [x.re.length, 1]),
        new ComplexArray(y.re, y.im, [y.re.length]),
      );
    }
    const [x, y] = [flat(asValue(a!)), flat(asValue(b!))];
    return apply2("multiply", array(engine.reshape(x, [x.shape[0], 1])), array(y));
  }),
  define("inner", ["a", "b"], ([a, b]) => {
    const [x, y] = [asValue(a!), asValue(b!)];
    if (x.shape.length === 0 || y.shape.length === 0) return apply2("multiply", a!, b!);
    const turned =
      y.shape.length === 1
        ? y
        : engine.transpose(y, [...range(y.shape.length - 2), y.shape.length - 1, y.shape.length - 2]);
    return wrap(matrixProduct(x, turned, "dot"));
  }),
  define("vdot", ["a", "b"], ([a, b]) => {
    if (anyComplex(a!) || anyComplex(b!)) return conjugateDot(toArray(a!), toArray(b!));
    return wrap(matrixProduct(flat(asValue(a!)), flat(asValue(b!)), "dot"));
  }),
  define("kron", ["a", "b"], ([a, b]) => array(engine.kron(asValue(a!), asValue(b!)))),
  define("cross", ["a", "b", "axisa?", "axisb?", "axisc?", "axis?"], ([a, b, , , , axis]) =>
    wrap(cross(asValue(a!), asValue(b!), Number(toInt(axis ?? -1n)))),
  ),
  define("tensordot", ["a", "b", "axes?"], ([a, b, axes]) => {
    const [x, y] = [asValue(a!), asValue(b!)];
    let left: number[];
    let right: number[];
    if (none(axes) || isNumber(axes)) {
      const n = none(axes) ? 2 : Number(axes);
      left = range(n).map((k) => x.shape.length - n + k);
      right = range(n);
    } else [left, right] = listOf(axes).map((one, k) => axesOf(one, (k === 0 ? x : y).shape.length));
    const keepLeft = range(x.shape.length).filter((k) => !left.includes(k));
    const keepRight = range(y.shape.length).filter((k) => !right.includes(k));
    const inner = sizeOf(left.map((k) => x.shape[k]));
    const out = engine.matmul(
      engine.reshape(engine.transpose(x, [...keepLeft, ...left]), [sizeOf(x.shape) / inner, inner]),
      engine.reshape(engine.transpose(y, [...right, ...keepRight]), [inner, sizeOf(y.shape) / inner]),
    );
    return wrap(engine.reshape(out, [...keepLeft.map((k) => x.shape[k]), ...keepRight.map((k) => y.shape[k])]));
  }),
  [
    "einsum",
    native("einsum", ([text, ...operands]) => {
      if (typeof text !== "string")
        raiseError("NotImplementedError", "numpy.einsum without a text of subscripts is not supported");
      return wrap(einsum(text, operands.map(asValue)));
    }),
  ],
  define("convolve", ["a", "v", "mode?"], ([a, b, mode]) => {
    let [x, y] = [asValue(a!), asValue(b!)];
    if (y.shape[0] > x.shape[0]) [x, y] = [y, x];
    const [n, m] = [x.shape[0], y.shape[0]];
    const offsets = Int32Array.from({ length: n * m }, (_, k) => Math.floor(k / m) + (k % m));
    const all = engine.scatterAdd(engine.mul(engine.reshape(x, [n, 1]), engine.reshape(y, [1, m])), offsets, [
      n + m - 1,
    ]);
    if (mode === "valid")
      return array(
        pick(
          all,
          range(n - m + 1).map((k) => k + m - 1),
          0,
        ),
      );
    return array(
      mode === "same"
        ? pick(
            all,
            range(n).map((k) => k + Math.floor((m - 1) / 2)),
            0,
          )
        : all,
    );
  }),
];

// ── functions of functions, printing, state ─────────────────────────────────

const vectorizedType = makeType("vectorize");
vectorizedType.module = "numpy";

/** A function of numbers as a function of arrays: it is called for every element. */
class Vectorized extends PyObject {
  constructor(
    private readonly fn: PyValue,
    private readonly otypes: PyValue | undefined,
  ) {
    super(vectorizedType);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "pyfunc" || name === "__wrapped__") return this.fn;
    return name === "__name__" || name === "__doc__" ? getAttribute(this.fn, name) : undefined;
  }
  override pyCall(args: PyValue[], kwargs: Kwargs | undefined): PyValue {
    const { fn, otypes } = this;
    const values = args.map(asValue);
    const shape = values.map(({ shape: own }) => own).reduce((a, b) => engine.broadcastShapes(a, b), []);
    const wide = values.map((value) => engine.broadcastTo(value, shape));
    const results = range(sizeOf(shape)).map((k) =>
      call(
        fn,
        wide.map((value) => wrap(engine.take(value, Int32Array.of(k), []))),
        kwargs,
      ),
    );
    const stacked = (items: PyValue[]): Value => fromLeaves({ leaves: items, shape: [items.length] });
    if (results.length > 0 && results[0] instanceof PyTuple)
      return new PyTuple(
        results[0].items.map((_, j) =>
          wrap(engine.reshape(stacked(results.map((r) => (r as PyTuple).items[j])), shape)),
        ),
      );
    if (results.some((r) => typeof r === "string")) return new ObjectArray(results, shape);
    // The first result decides the element type.
    const dtype = none(otypes)
      ? asValue(results[0] ?? 0).dtype
      : (dtypeOfArgument(isSequence(otypes) ? listOf(otypes)[0] : otypes) ?? "float64");
    return wrap(engine.reshape(engine.cast(stacked(results), dtype), shape));
  }
}

class Context extends PyObject {
  constructor(
    private readonly enter: () => void,
    private readonly leave: () => void,
  ) {
    super(contextType);
  }
  override pyEnter(): PyValue {
    this.enter();
    return this;
  }
  override pyExit(): boolean {
    this.leave();
    return false;
  }
}
const contextType = makeType("context");

const optionsFrom = (kwargs: ReadonlyMap<string, PyValue | undefined> | undefined) => {
  const options: { -readonly [K in keyof PrintOptions]: PrintOptions[K] } = { ...printOptions() };
  const number = (name: string, key: "precision" | "threshold" | "edgeitems" | "linewidth"): void => {
    const x = kwargs?.get(name);
    if (!none(x)) options[key] = toFloat(x);
  };
  number("precision", "precision");
  number("threshold", "threshold");
  number("edgeitems", "edgeitems");
  number("linewidth", "linewidth");
  number("max_line_width", "linewidth");
  const suppress = kwargs?.get("suppress") ?? kwargs?.get("suppress_small");
  if (!none(suppress)) options.suppress = truth(suppress);
  for (const key of ["sign", "floatmode", "nanstr", "infstr"] as const) {
    const x = kwargs?.get(key);
    if (typeof x === "string") options[key] = x;
  }
  const formatter = kwargs?.get("formatter");
  if (formatter instanceof PyDict)
    options.formatter = new Map(
      [...formatter.map.values()].map(({ key, value }): [string, (x: number) => string] => [
        String(key),
        (x) => str(call(value, [wrap(scalar(x))])),
      ]),
    );
  else if (formatter === null) options.formatter = undefined;
  return options;
};

const finfoType = makeType("finfo");
const iinfoType = makeType("iinfo");
class IntegerInfo extends PyInstance {
  override pyRepr(): string {
    const [least, most, dtype] = ["min", "max", "dtype"].map((key) => str(this.dict.get(key)!));
    return `iinfo(min=${least}, max=${most}, dtype=${dtype})`;
  }
}

const floatLimits = (bits: number, most: number, least: number, digits: number): Record<string, number> => ({
  eps: 2 ** -bits,
  epsneg: 2 ** -(bits + 1),
  max: most,
  min: -most,
  tiny: 2 ** least,
  smallest_normal: 2 ** least,
  smallest_subnormal: 2 ** (least - bits),
  resolution: 10 ** -digits,
  precision: digits,
});
const FLOAT_LIMITS: Partial<Record<DType, Record<string, number>>> = {
  float64: floatLimits(52, Number.MAX_VALUE, -1022, 15),
  float32: floatLimits(23, 3.4028234663852886e38, -126, 6),
  float16: floatLimits(10, 65504, -14, 3),
};

const rest: Entry[] = [
  define("vectorize", ["pyfunc?", "otypes?", "doc?", "excluded?", "cache?", "signature?"], ([fn, otypes]) =>
    none(fn) ? native("vectorize", ([later]) => new Vectorized(later!, otypes)) : new Vectorized(fn, otypes),
  ),
  [
    "apply_along_axis",
    native("apply_along_axis", ([fn, axis, x, ...more], kwargs) => {
      const value = asValue(x);
      const along = axisOf(axis, value.shape.length);
      const order = [...range(value.shape.length).filter((k) => k !== along), along];
      const turned = engine.transpose(value, order);
      const outer = turned.shape.slice(0, -1);
      const lines = engine.reshape(turned, [sizeOf(outer), value.shape[along]]);
      const results = range(sizeOf(outer)).map((k) => call(fn, [array(pick(lines, [k], 0, true)), ...more], kwargs));
      const stacked = fromLeaves({ leaves: results, shape: [...outer] });
      const inner = stacked.shape.length - outer.length;
      if (inner === 0) return wrap(stacked);
      const back = range(stacked.shape.length).filter((k) => k < outer.length);
      back.splice(along, 0, outer.length);
      return wrap(engine.transpose(stacked, back));
    }),
  ],
  define(
    "array2string",
    [
      "a",
      "max_line_width?",
      "precision?",
      "suppress_small?",
      "separator?",
      "prefix?",
      "style?",
      "formatter?",
      "threshold?",
      "edgeitems?",
      "sign?",
      "floatmode?",
      "suffix?",
    ],
    ([x, width, precision, suppress, separator, prefix, , formatter, threshold, edge, sign, floatmode]) => {
      const options = optionsFrom(
        new Map([
          ["max_line_width", width],
          ["precision", precision],
          ["suppress_small", suppress],
          ["formatter", formatter],
          ["threshold", threshold],
          ["edgeitems", edge],
          ["sign", sign],
          ["floatmode", floatmode],
        ]),
      );
      if (isComplex(x!) || x instanceof ObjectArray) return str(x);
      return engine.array2string(
        peek(asValue(x!)),
        options,
        typeof separator === "string" ? separator : " ",
        typeof prefix === "string" ? prefix.length : 0,
      );
    },
  ),
  ...(["array_str", "array_repr"] as const).map((name) =>
    define(name, ["a", "max_line_width?", "precision?", "suppress_small?"], ([x, width, precision, suppress]) => {
      if (!(x instanceof PyArray)) return name === "array_str" ? str(x!) : repr(x!);
      const options = optionsFrom(
        new Map([
          ["max_line_width", width],
          ["precision", precision],
          ["suppress_small", suppress],
        ]),
      );
      return (name === "array_str" ? engine.arrayText : engine.arrayRepr)(peek(x.value), options);
    }),
  ),
  define(
    "format_float_positional",
    ["x", "precision?", "unique?", "fractional?", "trim?"],
    ([x, precision, , , trim]) => {
      const n = toFloat(x!);
      const text = none(precision) ? String(n) : String(Number(n.toFixed(Number(precision))));
      return text.includes(".") ? text : trim === "-" ? text : `${text}.`;
    },
  ),
  [
    "set_printoptions",
    native("set_printoptions", (_args, kwargs) => {
      setPrintOptions(optionsFrom(kwargs));
      return null;
    }),
  ],
  [
    "get_printoptions",
    native("get_printoptions", () => {
      const { formatter, ...options } = printOptions();
      void formatter;
      return PyDict.from(
        new Map(
          Object.entries(options).map(([key, value]): [string, PyValue] => [
            key,
            typeof value === "number" ? BigInt(value) : value,
          ]),
        ),
      );
    }),
  ],
  [
    "printoptions",
    native("printoptions", (_args, kwargs) => {
      let before = printOptions();
      return new Context(
        () => {
          before = printOptions();
          setPrintOptions(optionsFrom(kwargs));
        },
        () => setPrintOptions(before),
      );
    }),
  ],
  ...(["errstate", "seterr"] as const).map(
    (name): Entry => [
      name,
      native(name, (_args, kwargs) => {
        const before = errorState();
        const change = (): void => {
          const state = new Map(errorState());
          const all = kwargs?.get("all");
          if (typeof all === "string") for (const key of state.keys()) state.set(key, all);
          for (const [key, value] of kwargs ?? [])
            if (key !== "all" && typeof value === "string") state.set(key, value);
          setErrorState(state);
        };
        if (name === "seterr") {
          change();
          return PyDict.from(before);
        }
        return new Context(change, () => setErrorState(before));
      }),
    ],
  ),
  define("geterr", [], () => PyDict.from(errorState())),
  define("iterable", ["y"], ([x]) => {
    try {
      iterate(x!);
      return true;
    } catch {
      return false;
    }
  }),
  define("shape", ["a"], ([x]) => new PyTuple(shapeIn(x!).map(BigInt))),
  define("ndim", ["a"], ([x]) => BigInt(shapeIn(x!).length)),
  define("size", ["a", "axis?"], ([x, axis]) => {
    const { shape } = asValue(x!);
    return BigInt(none(axis) ? sizeOf(shape) : shape[axisOf(axis, shape.length)]);
  }),
  define("finfo", ["dtype?"], ([kind]) => {
    const given = kindOf(kind) ?? "float64";
    const dtype = given === "complex64" ? "float32" : given === "complex128" ? "float64" : (given as DType);
    const limits = FLOAT_LIMITS[dtype];
    if (!limits) raiseError("ValueError", `data type <class 'numpy.${given}'> not inexact`);
    const box = new PyInstance(finfoType);
    for (const [key, x] of Object.entries(limits)) box.dict.set(key, wrap(scalar(x, dtype)));
    box.dict.set("dtype", dtypeObject(dtype));
    box.dict.set("bits", BigInt(engine.layoutOf[dtype].bits));
    return box;
  }),
  define("iinfo", ["dtype?"], ([kind]) => {
    const dtype = (kindOf(kind instanceof PyArray ? dtypeObject(kind.dtype) : kind) ?? "int64") as DType;
    const [least, most] = integerLimits(dtype);
    const box = new IntegerInfo(iinfoType);
    box.dict.set("min", least);
    box.dict.set("max", most);
    box.dict.set("dtype", dtypeObject(dtype));
    box.dict.set("bits", BigInt(engine.layoutOf[dtype].bits));
    return box;
  }),
  define(
    "shares_memory",
    ["a", "b"],
    ([a, b]) => a instanceof PyArray && b instanceof PyArray && (a.root ?? a) === (b.root ?? b),
  ),
  define("sort_complex", ["a"], ([x]) => toArray(x!)),
  define("sort", ["a", "axis?", "kind?", "order?"], ([x, axis]) => {
    if (x instanceof ObjectArray) return new ObjectArray([...x.items].sort(), x.shape);
    if (x instanceof ComplexArray) {
      const order = range(x.re.length).sort((i, j) => x.re[i] - x.re[j] || x.im[i] - x.im[j]);
      return new ComplexArray(
        Float64Array.from(order, (k) => x.re[k]),
        Float64Array.from(order, (k) => x.im[k]),
        x.shape,
      );
    }
    const value = asValue(x!);
    if (axis === null) return array(sorted(flat(value), 0));
    return array(sorted(value, axisOf(axis ?? -1n, value.shape.length)));
  }),
  define("lexsort", ["keys"], ([keys]) => {
    const columns = partsOf(keys!).map((value) => peek(value).data);
    const n = columns[0].length;
    return array(
      tensor(
        range(n).sort((i, j) => {
          for (let k = columns.length - 1; k >= 0; k--)
            if (columns[k][i] !== columns[k][j]) return columns[k][i] - columns[k][j];
          return i - j;
        }),
        "int64",
      ),
    );
  }),
  define("cumulative_sum", ["x", "axis?"], ([x, axis]) => {
    const value = asValue(x!);
    return array(cumulative(value, none(axis) ? 0 : axisOf(axis, value.shape.length), engine.add));
  }),
];

/** Methods that the module has as functions of the array. */
const asFunctions: Entry[] = [
  ["amax", "max"],
  ["amin", "min"],
  ["product", "prod"],
  ["alltrue", "all"],
  ["sometrue", "any"],
  ...Object.keys(shared)
    .filter((name) => !["round", "conj", "conjugate", "dot"].includes(name))
    .map((name) => [name, name]),
].map(([name, method]): Entry => {
  const first = { reshape: "a", clip: "a" }[method] ?? "a";
  return [
    name,
    native(name, (args, kwargs) => {
      let self = args[0];
      let others = kwargs;
      if (self === undefined && kwargs?.has(first)) {
        self = kwargs.get(first)!;
        others = new Map(kwargs);
        others.delete(first);
      }
      if (self === undefined) raiseError("TypeError", `${name}() missing 1 required positional argument: 'a'`);
      if (self instanceof PyList && self.items.some(isComplex)) self = toArray(self);
      if (self instanceof ComplexArray || self instanceof ObjectArray)
        return call(getAttribute(self, method), args.slice(1), others);
      if (others?.has("newshape")) others = new Map([["shape", others.get("newshape")!]]);
      if (method === "squeeze" || method === "ravel" || method === "reshape") {
        if (!(self instanceof PyArray)) self = array(asValue(self));
      }
      return shared[method](self, args.slice(1), others);
    }),
  ];
});

const all: Entry[] = [
  ...creation,
  ...joining.filter(([name]) => name !== "ix_"),
  ...searching.filter(([name]) => name !== "ix_"),
  ...statistics,
  ...calculus,
  ...asFunctions,
  ...rest,
  [
    "ix_",
    native(
      "ix_",
      (args) =>
        new PyTuple(
          args.map((x, k) => {
            const line = flat(asValue(x));
            return array(
              engine.reshape(
                line,
                args.map((_, axis) => (axis === k ? line.shape[0] : 1)),
              ),
            );
          }),
        ),
    ),
  ],
  [
    "broadcast_arrays",
    native("broadcast_arrays", (args) => {
      const values = args.map(asValue);
      const shape = values.map((value) => value.shape).reduce((a, b) => engine.broadcastShapes(a, b));
      return new PyTuple(values.map((value) => array(engine.broadcastTo(value, shape))));
    }),
  ],
  [
    "broadcast_shapes",
    native(
      "broadcast_shapes",
      (args) =>
        new PyTuple(
          args
            .map(shapeOf)
            .reduce<readonly number[]>((a, b) => engine.broadcastShapes(a, b), [])
            .map(BigInt),
        ),
    ),
  ],
];

export const functions: Entry[] = all.map(([name, run]) => [name, movesAnything(name, run)]);

export { typeName, variance };
