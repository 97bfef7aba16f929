/** The functions `tf.*`, `tf.math.*`, `tf.nn.*`, … over the engine's operations. */
import * as engine from "../../../../engine";
import { type DType, full, isFloat, peek, sizeOf, Tensor, tensor, type Value } from "../../../../engine";
import { bindArguments, toInt } from "../../runtime/arguments";
import { listOf, PyList, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { type Kwargs, native, PyObject, type PyValue } from "../../runtime/object";
import { call, isNumber, truth } from "../../runtime/protocol";
import { fillShape, indexValue, PyArray } from "../numpy/array";
import { Result } from "../numpy/linalg";
import { flatten } from "./tape";
import {
  attempt,
  dtypeOf,
  invalidArgument,
  matched,
  PyTensorLike,
  PyTextTensor,
  PyTfTensor,
  PyTfVariable,
  tensorArithmetic,
  toTensor,
} from "./tensor";

export const operations = new Map<string, PyValue>();

type Given = (PyValue | undefined)[];

/** Makes functions of a module: their names, their parameters (`name?` may be left out), what they do. */
export const defineIn =
  (module: Map<string, PyValue>) =>
  (names: string, parameters: readonly string[], run: (given: Given) => PyValue): void => {
    for (const name of names.split(" ")) {
      module.set(
        name,
        native(name, (args, kwargs) => {
          const rest = kwargs && new Map([...kwargs].filter(([key]) => key !== "name" || parameters.includes("name?")));
          return attempt(() => run(bindArguments(name, parameters, args, rest)));
        }),
      );
    }
  };
const define = defineIn(operations);

export const wrap = (value: Value): PyTfTensor => new PyTfTensor(value);
/** A tensor of floats; integers are refused as TensorFlow does where it has no such operation. */
export const floats = (x: PyValue | undefined): Value => {
  const value = toTensor(x!);
  if (isFloat(value.dtype)) return value;
  return isNumber(x!) ? engine.cast(value, "float32") : engine.cast(value, "float32");
};

/** Two operands: a Python number takes the other's type. */
export function pair(x: PyValue, y: PyValue): [Value, Value] {
  if (x instanceof PyTensorLike) return [x.engineValue(), toTensor(y, y instanceof PyTensorLike ? undefined : x.dtype)];
  if (y instanceof PyTensorLike) return [toTensor(x, y.dtype), y.engineValue()];
  const a = toTensor(x);
  return [a, toTensor(y, engine.isValue(y) ? undefined : a.dtype)];
}

export const axesOf = (axis: PyValue | undefined, rank: number): number[] => {
  const all = Array.from({ length: rank }, (_, k) => k);
  if (axis === undefined || axis === null) return all;
  const given =
    axis instanceof PyList || axis instanceof PyTuple
      ? listOf(axis)
      : axis instanceof PyTensorLike
        ? Array.from(axis.now().data, BigInt)
        : [axis];
  return given.map((one) => {
    const at = Number(toInt(one));
    if (at < -rank || at >= rank)
      invalidArgument(`Invalid reduction dimension (${at} for input with ${rank} dimension(s)`);
    return at < 0 ? at + rank : at;
  });
};
export const oneAxis = (axis: PyValue | undefined, rank: number, otherwise: number): number => {
  const at = axis === undefined || axis === null ? otherwise : Number(toInt(axis));
  return at < 0 ? at + rank : at;
};
export const numbersOf = (x: PyValue): number[] => {
  if (x instanceof PyTensorLike) return Array.from(x.now().data);
  if (isNumber(x)) return [Number(x)];
  return listOf(x).map((item) => (item instanceof PyTensorLike ? item.now().item() : Number(item as bigint)));
};
export const shapeOf = (x: PyValue): number[] => numbersOf(x);

// ── elementwise ─────────────────────────────────────────────────────────────

const unaries: Record<string, (x: Value) => Value> = {
  exp: engine.exp,
  log: engine.log,
  log1p: engine.log1p,
  expm1: engine.expm1,
  sqrt: engine.sqrt,
  rsqrt: (x) => engine.reciprocal(engine.sqrt(x)),
  reciprocal: engine.reciprocal,
  sin: engine.sin,
  cos: engine.cos,
  tan: engine.tan,
  asin: engine.asin,
  acos: engine.acos,
  atan: engine.atan,
  sinh: engine.sinh,
  cosh: engine.cosh,
  tanh: engine.tanh,
  asinh: engine.asinh,
  acosh: engine.acosh,
  atanh: engine.atanh,
  sigmoid: engine.sigmoid,
  softplus: engine.softplus,
  relu: engine.relu,
  floor: engine.floor,
  ceil: engine.ceil,
  silu: (x) => engine.mul(x, engine.sigmoid(x)),
  swish: (x) => engine.mul(x, engine.sigmoid(x)),
  softsign: (x) => engine.div(x, engine.add(engine.abs(x), 1)),
  relu6: (x) => engine.minimum(engine.maximum(x, 0), 6),
  elu: (x) => engine.where(engine.greater(x, 0), x, engine.expm1(engine.minimum(x, 0))),
  selu: (x) =>
    engine.mul(
      engine.where(engine.greater(x, 0), x, engine.mul(engine.expm1(engine.minimum(x, 0)), 1.6732632423543772)),
      1.0507009873554805,
    ),
  is_nan: engine.isnan,
  is_finite: engine.isfinite,
};
for (const [name, run] of Object.entries(unaries)) define(name, ["x", "name?"], ([x]) => wrap(run(floats(x))));
for (const [name, run] of Object.entries({
  negative: engine.neg,
  abs: engine.abs,
  square: engine.square,
  sign: engine.sign,
  round: engine.round,
})) {
  define(name, ["x", "name?"], ([x]) => wrap(run(toTensor(x!))));
}
for (const name of ["erf", "erfc", "lgamma", "digamma"]) {
  const found = (engine as unknown as Record<string, unknown>)[name];
  if (typeof found === "function")
    define(name, ["x", "name?"], ([x]) => wrap((found as (x: Value) => Value)(floats(x))));
  else define(name, ["x", "name?"], () => raiseError("NotImplementedError", `tf.math.${name} is not supported`));
}
define("leaky_relu", ["features", "alpha?", "name?"], ([x, alpha]) => {
  const value = floats(x);
  return wrap(
    engine.where(engine.greater(value, 0), value, engine.mul(value, alpha === undefined ? 0.2 : Number(alpha))),
  );
});
define("gelu", ["features", "approximate?", "name?"], ([x, approximate]) => {
  const erf = (engine as unknown as Record<string, (x: Value) => Value>).erf;
  const value = floats(x);
  if (approximate === true) {
    const inner = engine.mul(engine.add(value, engine.mul(engine.pow(value, 3), 0.044715)), Math.sqrt(2 / Math.PI));
    return wrap(engine.mul(engine.mul(value, 0.5), engine.add(engine.tanh(inner), 1)));
  }
  if (!erf) raiseError("NotImplementedError", "tf.nn.gelu is not supported");
  return wrap(engine.mul(engine.mul(value, 0.5), engine.add(erf(engine.mul(value, Math.SQRT1_2)), 1)));
});

for (const [name, op] of Object.entries({
  add: "+",
  subtract: "-",
  multiply: "*",
  divide: "/",
  truediv: "/",
  pow: "**",
  floordiv: "//",
  floormod: "%",
  mod: "%",
})) {
  define(name, ["x", "y", "name?"], ([x, y]) => {
    const [a, b] = pair(x!, y!);
    return wrap(tensorArithmetic(op, a, b));
  });
}
const binaries: Record<string, (x: Value, y: Value) => Value> = {
  maximum: engine.maximum,
  minimum: engine.minimum,
  atan2: engine.atan2,
  squared_difference: (x, y) => engine.square(engine.sub(x, y)),
  divide_no_nan: (x, y) => engine.where(engine.equal(y, 0), 0, engine.div(x, engine.where(engine.equal(y, 0), 1, y))),
  less: engine.less,
  less_equal: engine.lessEqual,
  greater: engine.greater,
  greater_equal: engine.greaterEqual,
  equal: engine.equal,
  not_equal: engine.notEqual,
  logical_and: engine.logicalAnd,
  logical_or: engine.logicalOr,
};
for (const [name, run] of Object.entries(binaries)) {
  define(name, ["x", "y", "name?"], ([x, y]) => {
    const [a, b] = pair(x!, y!);
    return wrap(run(...matched(a, b, name)));
  });
}
define("logical_not", ["x", "name?"], ([x]) => wrap(engine.logicalNot(toTensor(x!))));
define("add_n", ["inputs", "name?"], ([items]) =>
  wrap(
    listOf(items!)
      .map((x) => toTensor(x))
      .reduce((a, b) => engine.add(a, b)),
  ));
define("clip_by_value", ["t", "clip_value_min", "clip_value_max", "name?"], ([x, low, high]) => {
  const value = toTensor(x!);
  const [a, b] = [toTensor(low!, value.dtype), toTensor(high!, value.dtype)];
  return wrap(engine.maximum(engine.minimum(value, b), a));
});
const lengthOf = (x: Value): Value => engine.sqrt(engine.sum(engine.square(x)));
define("clip_by_norm", ["t", "clip_norm", "axes?", "name?"], ([x, norm]) => {
  const value = toTensor(x!);
  const length = lengthOf(value);
  return wrap(
    engine.div(engine.mul(value, toTensor(norm!, value.dtype)), engine.maximum(length, toTensor(norm!, value.dtype))),
  );
});
define("global_norm", ["t_list", "name?"], ([items]) =>
  wrap(
    engine.sqrt(
      listOf(items!)
        .map((x) => engine.sum(engine.square(toTensor(x))))
        .reduce((a, b) => engine.add(a, b)),
    ),
  ));
define("clip_by_global_norm", ["t_list", "clip_norm", "use_norm?", "name?"], ([items, norm]) => {
  const values = listOf(items!).map((x) => toTensor(x));
  const length = engine.sqrt(values.map((x) => engine.sum(engine.square(x))).reduce((a, b) => engine.add(a, b)));
  const most = toTensor(norm!, length.dtype);
  const scale = engine.div(most, engine.maximum(length, most));
  return new PyTuple([new PyList(values.map((x) => wrap(engine.mul(x, scale)))), wrap(length)]);
});
define("where", ["condition", "x?", "y?", "name?"], ([test, x, y]) => {
  const condition = toTensor(test!, undefined);
  if (x === undefined || y === undefined || x === null || y === null) {
    raiseError("NotImplementedError", "tf.where with a condition alone is not supported");
  }
  const [a, b] = pair(x, y);
  return wrap(engine.where(condition, ...matched(a, b, "SelectV2")));
});
define("cast", ["x", "dtype", "name?"], ([x, dtype]) => wrap(engine.cast(toTensor(x!), dtypeOf(dtype)!)));
define("stop_gradient", ["input", "name?"], ([x]) => wrap(engine.stopGradient(toTensor(x!))));
define("identity", ["input", "name?"], ([x]) => wrap(engine.read(toTensor(x!))));

// ── making tensors ──────────────────────────────────────────────────────────

define("constant", ["value", "dtype?", "shape?", "name?"], ([x, dtype, shape]) => {
  if (typeof x === "string") return new PyTextTensor(x);
  let value = toTensor(x!, x instanceof PyTensorLike ? undefined : dtypeOf(dtype));
  if (dtype && value.dtype !== dtypeOf(dtype)) value = engine.cast(value, dtypeOf(dtype)!);
  if (shape !== undefined && shape !== null) {
    const wanted = shapeOf(shape);
    return wrap(value.shape.length === 0 ? engine.broadcastTo(value, wanted) : engine.reshape(value, wanted));
  }
  // Every constant is a value of its own to the tapes.
  const now = peek(value);
  return value instanceof Tensor ? wrap(new Tensor(now.data, now.shape, now.dtype)) : wrap(value);
});
define("convert_to_tensor", ["value", "dtype?", "dtype_hint?", "name?"], ([x, dtype]) =>
  wrap(toTensor(x!, dtypeOf(dtype))));
define("zeros", ["shape", "dtype?", "name?"], ([shape, dtype]) =>
  wrap(full(shapeOf(shape!), 0, dtypeOf(dtype) ?? "float32")));
define("ones", ["shape", "dtype?", "name?"], ([shape, dtype]) =>
  wrap(full(shapeOf(shape!), 1, dtypeOf(dtype) ?? "float32")));
define("fill", ["dims", "value", "name?"], ([shape, x]) => wrap(engine.broadcastTo(toTensor(x!), shapeOf(shape!))));
for (const [name, number] of [
  ["zeros_like", 0],
  ["ones_like", 1],
] as const) {
  define(name, ["input", "dtype?", "name?"], ([x, dtype]) => {
    const value = toTensor(x!);
    return wrap(full(value.shape, number, dtypeOf(dtype) ?? value.dtype));
  });
}
define("eye", ["num_rows", "num_columns?", "batch_shape?", "dtype?", "name?"], ([rows, columns, , dtype]) => {
  const n = Number(toInt(rows!));
  const m = columns === undefined || columns === null ? n : Number(toInt(columns));
  return wrap(
    tensor(
      Array.from({ length: n * m }, (_, k) => (Math.floor(k / m) === k % m ? 1 : 0)),
      dtypeOf(dtype) ?? "float32",
      [n, m],
    ),
  );
});
define("range", ["start", "limit?", "delta?", "dtype?", "name?"], ([a, b, c, dtype]) => {
  const given = [a, b, c].map((x) => (x === undefined || x === null ? undefined : toTensor(x)));
  const numbers = given.map((x) => (x ? peek(x).item() : undefined));
  const [start, stop] = numbers[1] === undefined ? [0, numbers[0]!] : [numbers[0]!, numbers[1]];
  const step = numbers[2] ?? 1;
  const type = dtypeOf(dtype) ?? (given.some((x) => x && isFloat(x.dtype)) ? "float32" : (given[0]!.dtype as DType));
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return wrap(
    tensor(
      Array.from({ length: count }, (_, k) => start + k * step),
      type,
      [count],
    ),
  );
});
define("linspace", ["start", "stop", "num", "name?"], ([a, b, n]) => {
  const [start, stop, count] = [peek(floats(a)).item(), peek(floats(b)).item(), Number(toInt(n!))];
  const type = floats(a).dtype;
  const step = count > 1 ? (stop - start) / (count - 1) : 0;
  const round = type === "float32" ? Math.fround : (x: number) => x;
  return wrap(
    tensor(
      Array.from({ length: count }, (_, k) => (k === count - 1 && count > 1 ? stop : start + k * round(step))),
      type,
      [count],
    ),
  );
});
define("one_hot", ["indices", "depth", "on_value?", "off_value?", "axis?", "dtype?", "name?"], ([
  indices,
  depth,
  on,
  off,
  ,
  dtype,
]) => {
  const at = peek(toTensor(indices!));
  const width = Number(toInt(depth!));
  const [yes, no] = [
    on === undefined || on === null ? 1 : Number(on),
    off === undefined || off === null ? 0 : Number(off),
  ];
  const data = Array.from(at.data).flatMap((k: number) =>
    Array.from({ length: width }, (_, j) => (j === k ? yes : no)),
  );
  return wrap(tensor(data, dtypeOf(dtype) ?? "float32", [...at.shape, width]));
});

// ── shapes ──────────────────────────────────────────────────────────────────

define("shape", ["input", "out_type?", "name?"], ([x]) => {
  const { shape } = toTensor(x!);
  return wrap(tensor(shape, "int32", [shape.length]));
});
define("size", ["input", "out_type?", "name?"], ([x]) => wrap(tensor([sizeOf(toTensor(x!).shape)], "int32", [])));
define("rank", ["input", "name?"], ([x]) => wrap(tensor([toTensor(x!).shape.length], "int32", [])));
define("reshape", ["tensor", "shape", "name?"], ([x, shape]) => {
  const value = toTensor(x!);
  const wanted = fillShape(shapeOf(shape!), sizeOf(value.shape));
  if (sizeOf(wanted) !== sizeOf(value.shape)) {
    invalidArgument(
      `{{function_node __wrapped__Reshape_device_/job:localhost/replica:0/task:0/device:CPU:0}} Input to reshape is a tensor with ${sizeOf(value.shape)} values, but the requested shape has ${sizeOf(wanted)} [Op:Reshape]`,
    );
  }
  return wrap(engine.reshape(value, wanted));
});
define("broadcast_to", ["input", "shape", "name?"], ([x, shape]) =>
  wrap(engine.broadcastTo(toTensor(x!), shapeOf(shape!))));
define("transpose", ["a", "perm?", "conjugate?", "name?"], ([x, order]) =>
  wrap(engine.transpose(toTensor(x!), order === undefined || order === null ? undefined : numbersOf(order))));
define("expand_dims", ["input", "axis", "name?"], ([x, axis]) => {
  const value = toTensor(x!);
  const at = oneAxis(axis, value.shape.length + 1, 0);
  return wrap(engine.reshape(value, [...value.shape.slice(0, at), 1, ...value.shape.slice(at)]));
});
define("squeeze", ["input", "axis?", "name?"], ([x, axis]) => {
  const value = toTensor(x!);
  const gone =
    axis === undefined || axis === null
      ? value.shape.flatMap((length, k) => (length === 1 ? [k] : []))
      : axesOf(axis, value.shape.length);
  return wrap(
    engine.reshape(
      value,
      value.shape.filter((_, k) => !gone.includes(k)),
    ),
  );
});
const stackAt = (values: Value[], axis: number): Value => {
  const stacked = engine.stack(values);
  if (axis === 0) return stacked;
  const rest = Array.from({ length: stacked.shape.length - 1 }, (_, k) => k + 1);
  rest.splice(axis, 0, 0);
  return engine.transpose(stacked, rest);
};
const deepStack = (x: PyValue): Value => {
  if (x instanceof PyList || x instanceof PyTuple) return toTensor(x);
  return toTensor(x);
};
define("stack", ["values", "axis?", "name?"], ([items, axis]) => {
  const values = listOf(items!).map(deepStack);
  return wrap(stackAt(values, oneAxis(axis, values[0].shape.length + 1, 0)));
});
/** One after the other along an axis: each is laid into zeros, and the parts are added. */
function concat(values: Value[], axis: number): Value {
  const shape = [...values[0].shape];
  shape[axis] = values.reduce((sum, value) => sum + value.shape[axis], 0);
  const inner = sizeOf(shape.slice(axis + 1));
  let start = 0;
  const parts = values.map((value) => {
    const row = value.shape[axis] * inner;
    const offsets = Int32Array.from(
      { length: sizeOf(value.shape) },
      (_, k) => Math.floor(k / row) * shape[axis] * inner + start * inner + (k % row),
    );
    start += value.shape[axis];
    return engine.scatterAdd(value, offsets, shape);
  });
  return parts.reduce((a, b) => engine.add(a, b));
}
define("concat", ["values", "axis", "name?"], ([items, axis]) => {
  const values = listOf(items!).map((x) => toTensor(x));
  return wrap(concat(values, oneAxis(axis, values[0].shape.length, 0)));
});
/** Chooses places along one axis. */
function pick(value: Value, places: number[], axis: number, shape: readonly number[] = [places.length]): Value {
  const length = value.shape[axis];
  const bad = places.find((at) => at < -length || at >= length);
  if (bad !== undefined) invalidArgument(`indices[${places.indexOf(bad)}] = ${bad} is not in [0, ${length})`);
  const outer = sizeOf(value.shape.slice(0, axis));
  const inner = sizeOf(value.shape.slice(axis + 1));
  const offsets = new Int32Array(outer * places.length * inner);
  let at = 0;
  for (let i = 0; i < outer; i++)
    for (const place of places)
      for (let k = 0; k < inner; k++) offsets[at++] = (i * length + (place < 0 ? place + length : place)) * inner + k;
  return engine.take(value, offsets, [...value.shape.slice(0, axis), ...shape, ...value.shape.slice(axis + 1)]);
}
define("gather", ["params", "indices", "validate_indices?", "axis?", "batch_dims?", "name?"], ([
  x,
  indices,
  ,
  axis,
]) => {
  const value = toTensor(x!);
  const at = peek(toTensor(indices!));
  return wrap(pick(value, Array.from(at.data), oneAxis(axis, value.shape.length, 0), at.shape));
});
define("split", ["value", "num_or_size_splits", "axis?", "num?", "name?"], ([x, parts, axis]) => {
  const value = toTensor(x!);
  const along = oneAxis(axis, value.shape.length, 0);
  const length = value.shape[along];
  const sizes = isNumber(parts!) ? new Array<number>(Number(parts)).fill(length / Number(parts)) : numbersOf(parts!);
  let start = 0;
  return new PyList(
    sizes.map((size) => {
      const places = Array.from({ length: size }, (_, k) => start + k);
      start += size;
      return wrap(pick(value, places, along));
    }),
  );
});
define("unstack", ["value", "num?", "axis?", "name?"], ([x, , axis]) => {
  const value = toTensor(x!);
  const along = oneAxis(axis, value.shape.length, 0);
  return new PyList(Array.from({ length: value.shape[along] }, (_, k) => wrap(pick(value, [k], along, []))));
});
define("reverse", ["tensor", "axis", "name?"], ([x, axis]) => {
  const value = toTensor(x!);
  return wrap(
    axesOf(axis, value.shape.length).reduce(
      (v, along) =>
        pick(
          v,
          Array.from({ length: v.shape[along] }, (_, k) => v.shape[along] - 1 - k),
          along,
        ),
      value,
    ),
  );
});
define("tile", ["input", "multiples", "name?"], ([x, times]) => {
  const value = toTensor(x!);
  return wrap(
    numbersOf(times!).reduce(
      (v, count, along) =>
        pick(
          v,
          Array.from({ length: v.shape[along] * count }, (_, k) => k % v.shape[along]),
          along,
        ),
      value,
    ),
  );
});
define("pad", ["tensor", "paddings", "mode?", "constant_values?", "name?"], ([x, paddings, mode, fill]) => {
  if (mode !== undefined && String(mode).toUpperCase() !== "CONSTANT")
    raiseError("NotImplementedError", `tf.pad with mode ${String(mode)} is not supported`);
  const value = toTensor(x!);
  const widths = (paddings instanceof PyTensorLike ? listOf(paddings) : listOf(paddings!)).map(numbersOf);
  const shape = value.shape.map((length, k) => widths[k][0] + length + widths[k][1]);
  const strides = shape.map((_, k) => sizeOf(shape.slice(k + 1)));
  const offsets = Int32Array.from({ length: sizeOf(value.shape) }, (_, at) => {
    let rest = at;
    let offset = 0;
    for (let k = shape.length - 1; k >= 0; k--) {
      offset += ((rest % value.shape[k]) + widths[k][0]) * strides[k];
      rest = Math.floor(rest / value.shape[k]);
    }
    return offset;
  });
  const padded = engine.scatterAdd(value, offsets, shape);
  const level = fill === undefined || fill === null ? 0 : Number(fill);
  if (level === 0) return wrap(padded);
  const data = new Array<number>(sizeOf(shape)).fill(level);
  for (const offset of offsets) data[offset] = 0;
  return wrap(engine.add(padded, tensor(data, value.dtype, shape)));
});
define("boolean_mask", ["tensor", "mask", "axis?", "name?"], ([x, mask]) => {
  const value = toTensor(x!);
  const test = peek(toTensor(mask!));
  const rows = engine.reshape(value, [sizeOf(test.shape), ...value.shape.slice(test.shape.length)]);
  const places = Array.from(test.data).flatMap((on: number, k: number) => (on ? [k] : []));
  return wrap(pick(rows, places, 0));
});
define("sort", ["values", "axis?", "direction?", "name?"], ([x, axis, direction]) =>
  wrap(sorted(toTensor(x!), axis, direction).value));
define("argsort", ["values", "axis?", "direction?", "stable?", "name?"], ([x, axis, direction]) =>
  wrap(sorted(toTensor(x!), axis, direction).order));
function sorted(
  value: Value,
  axis: PyValue | undefined,
  direction: PyValue | undefined,
): { value: Value; order: Value } {
  if (value.shape.length !== 1 || oneAxis(axis, 1, 0) !== 0)
    raiseError("NotImplementedError", "tf.sort is supported for vectors only");
  const now = peek(value);
  const sign = direction === "DESCENDING" ? -1 : 1;
  const order = Array.from(now.data, (_, k) => k).sort((i, j) => sign * (now.data[i] - now.data[j]) || i - j);
  return { value: pick(value, order, 0), order: tensor(order, "int32", [order.length]) };
}

// ── reductions ──────────────────────────────────────────────────────────────

type Reduce = (value: Value, axes: number[], keep: boolean) => Value;

function reduction(name: string, run: Reduce): void {
  define(name, ["input_tensor", "axis?", "keepdims?", "name?"], ([x, axis, keep]) => {
    const value = toTensor(x!);
    return wrap(run(value, axesOf(axis, value.shape.length), truth(keep ?? false)));
  });
}
const countOf = (value: Value, axes: number[]): number => axes.reduce((all, axis) => all * value.shape[axis], 1);
const mean: Reduce = (value, axes, keep) => {
  const total = engine.sum(value, axes, keep);
  const count = countOf(value, axes);
  return isFloat(value.dtype) ? engine.div(total, count) : engine.floordiv(total, count);
};
/** Largest or smallest elements; where several are, they share the gradient. */
const extreme =
  (largest: boolean): Reduce =>
  (value, axes, keep) => {
    const now = peek(value);
    const best = extremeOf(now, axes, largest);
    const chosen = engine.equal(now, best);
    const count = engine.sum(engine.cast(chosen, now.dtype), axes, keep);
    const total = engine.sum(engine.where(chosen, value, 0), axes, keep);
    return isFloat(value.dtype) ? engine.div(total, count) : engine.floordiv(total, count);
  };
function extremeOf(now: Tensor, axes: number[], largest: boolean): Tensor {
  const shape = now.shape.map((length, k) => (axes.includes(k) ? 1 : length));
  const data = new Array<number>(sizeOf(shape)).fill(largest ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
  eachPlace(now.shape, axes, (at, into) => {
    const x = now.data[at];
    if (Number.isNaN(x) || (largest ? x > data[into] : x < data[into])) data[into] = x;
  });
  return tensor(data, now.dtype, shape);
}
function eachPlace(shape: readonly number[], axes: number[], see: (at: number, into: number) => void): void {
  const kept = shape.map((length, k) => (axes.includes(k) ? 1 : length));
  const strides = kept.map((_, k) => sizeOf(kept.slice(k + 1)));
  const size = sizeOf(shape);
  for (let at = 0; at < size; at++) {
    let rest = at;
    let into = 0;
    for (let k = shape.length - 1; k >= 0; k--) {
      if (!axes.includes(k)) into += (rest % shape[k]) * strides[k];
      rest = Math.floor(rest / shape[k]);
    }
    see(at, into);
  }
}
const product: Reduce = (value, axes, keep) => {
  let out = value;
  for (const axis of axes) {
    const slices = Array.from({ length: out.shape[axis] }, (_, k) => pick(out, [k], axis));
    out = slices.reduce((a, b) => engine.mul(a, b));
  }
  return keep
    ? out
    : engine.reshape(
        out,
        out.shape.filter((_, k) => !axes.includes(k)),
      );
};
const variance: Reduce = (value, axes, keep) =>
  mean(engine.square(engine.sub(value, mean(value, axes, true))), axes, keep);
const logSumExp: Reduce = (value, axes, keep) => {
  const most = engine.stopGradient(extremeOf(peek(value), axes, true));
  const total = engine.log(engine.sum(engine.exp(engine.sub(value, most)), axes, true));
  const out = engine.add(total, most);
  return keep
    ? out
    : engine.reshape(
        out,
        out.shape.filter((_, k) => !axes.includes(k)),
      );
};
reduction("reduce_sum", (value, axes, keep) => engine.sum(value, axes, keep));
reduction("reduce_mean", mean);
reduction("reduce_max", extreme(true));
reduction("reduce_min", extreme(false));
reduction("reduce_prod", product);
reduction("reduce_variance", variance);
reduction("reduce_std", (value, axes, keep) => engine.sqrt(variance(value, axes, keep)));
reduction("reduce_logsumexp", logSumExp);
reduction("reduce_euclidean_norm", (value, axes, keep) => engine.sqrt(engine.sum(engine.square(value), axes, keep)));
reduction("reduce_any", (value, axes, keep) => engine.greater(engine.sum(engine.cast(value, "int32"), axes, keep), 0));
reduction("reduce_all", (value, axes, keep) =>
  engine.equal(engine.sum(engine.cast(value, "int32"), axes, keep), countOf(value, axes)),
);
define("norm", ["tensor", "ord?", "axis?", "keepdims?", "name?"], ([x, order, axis, keep]) => {
  const value = floats(x);
  const axes = axesOf(axis, value.shape.length);
  const kind = order === undefined || order === null || order === "euclidean" ? "fro" : order;
  if (kind !== "fro" && !isNumber(kind))
    raiseError("ValueError", `'ord' must be a supported vector norm, got ${String(kind)}`);
  const size = kind === "fro" ? kind : Number(kind);
  const keepdims = truth(keep ?? false);
  // Two axes, and only these, are those of matrices.
  return wrap(
    axis !== undefined && axis !== null && axes.length === 2
      ? engine.matrixNorm(value, size, [axes[0], axes[1]], keepdims)
      : engine.norm(value, size, axes, keepdims),
  );
});
for (const [name, largest] of [
  ["argmax", true],
  ["argmin", false],
] as const) {
  define(name, ["input", "axis?", "output_type?", "name?"], ([x, axis]) => {
    const now = peek(toTensor(x!));
    const along = oneAxis(axis, now.shape.length, 0);
    const best = extremeOf(now, [along], largest);
    const places = new Array<number>(best.data.length).fill(-1);
    const inner = sizeOf(now.shape.slice(along + 1));
    eachPlace(now.shape, [along], (at, into) => {
      if (places[into] < 0 && now.data[at] === best.data[into])
        places[into] = Math.floor(at / inner) % now.shape[along];
    });
    return wrap(
      tensor(
        places,
        "int64",
        now.shape.filter((_, k) => k !== along),
      ),
    );
  });
}
for (const [name, run] of [
  ["cumsum", engine.add],
  ["cumprod", engine.mul],
] as const) {
  define(name, ["x", "axis?", "exclusive?", "reverse?", "name?"], ([x, axis, exclusive, reverse]) => {
    if (truth(exclusive ?? false) || truth(reverse ?? false))
      raiseError("NotImplementedError", `tf.${name} with exclusive or reverse is not supported`);
    const value = toTensor(x!);
    const along = oneAxis(axis, value.shape.length, 0);
    const parts: Value[] = [];
    for (let k = 0; k < value.shape[along]; k++) {
      const part = pick(value, [k], along, []);
      parts.push(k === 0 ? part : run(parts[k - 1], part));
    }
    return wrap(stackAt(parts, along));
  });
}

// ── softmax ────────────────────────────────────────────

const softmax = (value: Value, axis: number): Value => {
  const shifted = engine.exp(engine.sub(value, engine.stopGradient(extremeOf(peek(value), [axis], true))));
  return engine.div(shifted, engine.sum(shifted, [axis], true));
};
define("softmax", ["logits", "axis?", "name?"], ([x, axis]) => {
  const value = floats(x);
  return wrap(softmax(value, oneAxis(axis, value.shape.length, value.shape.length - 1)));
});
const logSoftmax = (value: Value, axis: number): Value => engine.sub(value, logSumExp(value, [axis], true));
define("log_softmax", ["logits", "axis?", "name?"], ([x, axis]) => {
  const value = floats(x);
  return wrap(logSoftmax(value, oneAxis(axis, value.shape.length, value.shape.length - 1)));
});
// ── linear algebra ──────────────────────────────────────────────────────────

const turned = (value: Value, flip: PyValue | undefined): Value =>
  truth(flip ?? false) ? engine.transposeMatrices(value) : value;
define("matmul", ["a", "b", "transpose_a?", "transpose_b?", "adjoint_a?", "adjoint_b?", "name?"], ([
  a,
  b,
  flipA,
  flipB,
]) => {
  const [x, y] = pair(a!, b!);
  if (x.shape.length < 2 || y.shape.length < 2) {
    invalidArgument(
      `{{function_node __wrapped__MatMul_device_/job:localhost/replica:0/task:0/device:CPU:0}} In[0] and In[1] has different ndims: [${x.shape}] vs. [${y.shape}] [Op:MatMul] name: `,
    );
  }
  return wrap(tensorArithmetic("@", turned(x, flipA), turned(y, flipB)));
});
define("matvec", ["a", "b", "transpose_a?", "name?"], ([a, b, flip]) =>
  wrap(engine.matmul(turned(toTensor(a!), flip), toTensor(b!))));
define("trace", ["x", "name?"], ([x]) => wrap(engine.trace(toTensor(x!))));
define("solve", ["matrix", "rhs", "adjoint?", "name?"], ([matrix, rhs, flip]) => {
  const [a, b] = pair(matrix!, rhs!);
  return wrap(engine.solve(turned(a, flip), b));
});
define("triangular_solve", ["matrix", "rhs", "lower?", "adjoint?", "name?"], ([matrix, rhs, lower, flip]) => {
  const [a, b] = pair(matrix!, rhs!);
  return wrap(engine.triangularSolve(a, b, { lower: truth(lower ?? true), transposed: truth(flip ?? false) }));
});
define("lstsq", ["matrix", "rhs", "l2_regularizer?", "fast?", "name?"], ([matrix, rhs, weight]) => {
  const [a, b] = pair(matrix!, rhs!);
  if (weight !== undefined && Number(weight) !== 0)
    raiseError("NotImplementedError", "tf.linalg.lstsq with l2_regularizer is not supported");
  if (b.shape.length < 2) invalidArgument("In[1] ndims must be >= 2");
  return wrap(engine.lstsq(a, b));
});
for (const [name, run] of Object.entries({
  det: engine.det,
  cholesky: engine.cholesky,
  eigvalsh: engine.eigvalsh,
  expm: engine.expm,
  matrix_transpose: engine.transposeMatrices,
})) {
  define(name, ["input", "name?"], ([input]) => wrap(run(toTensor(input!))));
}
define("inv", ["input", "adjoint?", "name?"], ([input, flip]) => wrap(engine.inv(turned(toTensor(input!), flip))));
// Of a positive definite matrix, through its Cholesky factor, as TensorFlow.
define("logdet", ["matrix", "name?"], ([matrix]) => {
  const diagonal = engine.diag(engine.cholesky(toTensor(matrix!)));
  return wrap(engine.mul(engine.sum(engine.log(diagonal), [-1]), 2));
});
define("slogdet", ["input", "name?"], ([input]) => {
  const { sign, logdet } = engine.slogdet(toTensor(input!));
  return new Result("LogMatrixDeterminant", ["sign", "log_abs_determinant"], [wrap(sign), wrap(logdet)]);
});
define("cross", ["a", "b", "name?"], ([a, b]) => wrap(engine.cross(...pair(a!, b!))));
define("qr", ["input", "full_matrices?", "name?"], ([input, full]) => {
  reducedOnly("qr", full);
  const { q, r } = engine.qr(toTensor(input!));
  return new Result("Qr", ["q", "r"], [wrap(q), wrap(r)]);
});
define("eigh", ["tensor", "name?"], ([input]) => {
  const { values, vectors } = engine.eigh(toTensor(input!));
  return new PyTuple([wrap(values), wrap(vectors)]);
});
define("svd", ["tensor", "full_matrices?", "compute_uv?", "name?"], ([input, full, vectors]) => {
  const value = toTensor(input!);
  if (!truth(vectors ?? true)) return wrap(engine.svdvals(value));
  reducedOnly("svd", full);
  const { u, s, vh } = engine.svd(value);
  return new PyTuple([wrap(s), wrap(u), wrap(engine.transposeMatrices(vh))]);
});
function reducedOnly(name: string, full: PyValue | undefined): void {
  if (truth(full ?? false))
    raiseError("NotImplementedError", `tf.linalg.${name} with full_matrices=True is not supported`);
}
/** What TensorFlow takes for the precision of an m×n matrix, in parts of the largest singular value. */
const precision = (value: Value): number =>
  Math.max(...value.shape.slice(-2)) * (value.dtype === "float32" ? 2 ** -23 : Number.EPSILON);
define("pinv", ["a", "rcond?", "validate_args?", "name?"], ([a, rcond]) => {
  const value = toTensor(a!);
  return wrap(engine.pinv(value, rcond === undefined || rcond === null ? 10 * precision(value) : Number(rcond)));
});
define("matrix_rank", ["a", "tol?", "validate_args?", "name?"], ([a, tol]) =>
  wrap(
    engine.cast(engine.matrixRank(toTensor(a!), tol === undefined || tol === null ? undefined : Number(tol)), "int32"),
  ));
operations.set(
  "einsum",
  native("einsum", ([equation, ...inputs]) =>
    attempt(() => wrap(engine.einsum(String(equation), ...inputs.map((input) => toTensor(input))))),
  ),
);
define("tensordot", ["a", "b", "axes", "name?"], ([a, b, axes]) => {
  const [x, y] = pair(a!, b!);
  if (isNumber(axes!)) return wrap(engine.tensordot(x, y, Number(axes)));
  const [left, right] = listOf(axes!).map(numbersOf);
  return wrap(engine.tensordot(x, y, [left, right]));
});

// ── functions of functions ──────────────────────────────────────────────────

operations.set(
  "function",
  native("function", (args) => (args[0] instanceof PyObject ? args[0] : native("function", ([fn]) => fn))),
);

/** What is a tensor or a number in the arguments of a call, in lists too, and the arguments with tensors in its place. */
function tensorArguments(args: PyValue[]): { values: Value[]; around: (values: readonly Value[]) => PyValue[] } {
  const { leaves, pack } = flatten(new PyTuple(args));
  const places = leaves.flatMap((x, k) =>
    x instanceof PyTensorLike || x instanceof PyArray || engine.isValue(x) || isNumber(x) ? [k] : [],
  );
  return {
    values: places.map((k) => toTensor(leaves[k])),
    around: (values) => {
      const given = [...leaves];
      places.forEach((k, i) => {
        given[k] = wrap(values[i]);
      });
      return listOf(pack(given));
    },
  };
}

operations.set(
  "custom_gradient",
  native("custom_gradient", ([fn]) =>
    native("custom_gradient", (args: PyValue[], kwargs: Kwargs | undefined) => {
      const { values, around } = tensorArguments(args);
      let pack: (leaves: PyValue[]) => PyValue = ([only]) => only;
      const run = engine.customGradient((...inputs) => {
        const [result, backward] = listOf(call(fn, around(inputs), kwargs));
        const flat = flatten(result);
        pack = flat.pack;
        return {
          outputs: flat.leaves.map((leaf) => toTensor(leaf)),
          pullback: (...cotangents) => {
            const given = call(backward, cotangents.map(wrap));
            const gradients = given instanceof PyList || given instanceof PyTuple ? listOf(given) : [given];
            return gradients.map((gradient) => (gradient === null ? null : toTensor(gradient)));
          },
        };
      });
      const results = attempt(() => run(...values));
      return pack(results.map(wrap));
    }),
  ),
);

operations.set(
  "recompute_grad",
  native("recompute_grad", ([fn]) =>
    native("recompute_grad", (args: PyValue[], kwargs: Kwargs | undefined) => {
      const { values, around } = tensorArguments(args);
      return attempt(() =>
        wrap(engine.checkpoint((...inputs) => toTensor(call(fn, around(inputs), kwargs)))(...values)),
      );
    }),
  ),
);

export { indexValue, PyTfVariable };
