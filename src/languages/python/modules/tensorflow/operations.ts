/** The functions `tf.*`, `tf.math.*`, `tf.nn.*`, … over the engine's operations. */
import * as engine from "../../../../engine";
import {
  full,
  isFloat,
  peek,
  promote,
  roundTo,
  sameShape,
  sizeOf,
  Tensor,
  tensor,
  type Value,
} from "../../../../engine";
import { bindArguments, toInt } from "../../runtime/arguments";
import { listOf, PyList, PyTuple } from "../../runtime/containers";
import { PyException, raiseError } from "../../runtime/errors";
import { type Kwargs, native, type PyValue } from "../../runtime/object";
import { binary, compare } from "../../runtime/operators";
import { call, getItem, isNumber, truth } from "../../runtime/protocol";
import { fillShape, indexValue, PyArray } from "../numpy/array";
import { Result } from "../numpy/linalg";
import { PyDecorated } from "./function";
import { flatten } from "./tape";
import {
  asDtype,
  attempt,
  dtypeOf,
  errors,
  invalidArgument,
  matched,
  PyTensorLike,
  PyTextTensor,
  PyTfTensor,
  PyTfVariable,
  refuse,
  tensorArithmetic,
  textsOf,
  together,
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
/** A tensor of floats; one of integers becomes one. */
export const floats = (x: PyValue | undefined): Value => {
  const value = toTensor(x!);
  return isFloat(value.dtype) ? value : engine.cast(value, "float32");
};
/** The same where TensorFlow has no such operation of integers, and says so. */
function onlyFloats(op: string, x: PyValue | undefined): Value {
  const value = toTensor(x!);
  if (isFloat(value.dtype)) return value;
  const words =
    op === "Softmax" || op === "LogSoftmax"
      ? ["half, bfloat16, float, double", "logits:T -> softmax:T", "DT_HALF, DT_BFLOAT16, DT_FLOAT, DT_DOUBLE"]
      : [
          "bfloat16, half, float, double, complex64, complex128",
          "x:T -> y:T",
          "DT_BFLOAT16, DT_HALF, DT_FLOAT, DT_DOUBLE, DT_COMPLEX64, DT_COMPLEX128",
        ];
  invalidArgument(
    `Value for attr 'T' of ${value.dtype} is not in the list of allowed values: ${words[0]}\n\t; NodeDef: {{node ${op}}}; Op<name=${op}; signature=${words[1]}; attr=T:type,allowed=[${words[2]}]> [Op:${op}] name: `,
  );
}

const present = (x: PyValue | undefined): x is PyValue => x !== undefined && x !== null;

/** Two operands: a Python number takes the other's type. */
export function pair(x: PyValue, y: PyValue): [Value, Value] {
  if (x instanceof PyTensorLike) return [x.engineValue(), toTensor(y, y instanceof PyTensorLike ? undefined : x.dtype)];
  if (y instanceof PyTensorLike) return [toTensor(x, y.dtype), y.engineValue()];
  const a = toTensor(x);
  return [a, toTensor(y, engine.isValue(y) ? undefined : a.dtype)];
}

export const axesOf = (axis: PyValue | undefined, rank: number, op = "Sum"): number[] => {
  const all = Array.from({ length: rank }, (_, k) => k);
  if (axis === undefined || axis === null) return all;
  return numbersOf(isNumber(axis) ? toInt(axis) : axis).map((at) => {
    if (at < -rank || at >= rank) refuse(op, `Invalid reduction dimension (${at} for input with ${rank} dimension(s)`);
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
  if (x instanceof PyArray || engine.isValue(x)) return Array.from(peek(toTensor(x)).data);
  return listOf(x).map((item) => (isNumber(item) ? Number(item) : peek(toTensor(item)).item()));
};
/** A shape that is asked for. */
export const shapeOf = (x: PyValue): number[] => {
  const lengths = numbersOf(x);
  const fraction = lengths.find((length) => !Number.isInteger(length));
  if (fraction !== undefined) raiseError("TypeError", `Cannot convert ${fraction} to EagerTensor of dtype int32`);
  const negative = lengths.find((length) => length < 0);
  if (negative !== undefined) refuse("Fill", `Dimension ${negative} must be >= 0`);
  return lengths;
};

// ── elementwise ─────────────────────────────────────────────────────────────

const unaries: Record<string, (x: Value) => Value> = {
  exp: engine.exp,
  log: engine.log,
  log1p: engine.log1p,
  expm1: engine.expm1,
  sqrt: engine.sqrt,
  rsqrt: engine.rsqrt,
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
  silu: engine.silu,
  swish: engine.silu,
  softsign: engine.softsign,
  relu6: engine.relu6,
  elu: (x) => engine.elu(x, 1),
  selu: engine.selu,
  erf: engine.erf,
  erfc: engine.erfc,
  erfinv: engine.erfinv,
  lgamma: engine.lgamma,
  digamma: engine.digamma,
  is_nan: engine.isnan,
  is_finite: engine.isfinite,
};
/** Of floats alone, with the names that TensorFlow's errors give them. */
const FLOAT_OPS = "Exp Log Log1p Expm1 Sqrt Rsqrt Sin Cos Sinh Cosh Tanh Asinh Acosh Atanh Sigmoid Asin Acos Atan";
const floatOps = new Map(FLOAT_OPS.split(" ").map((op) => [op.toLowerCase(), op]));
for (const [name, run] of Object.entries(unaries)) {
  const op = floatOps.get(name);
  const keepsIntegers = name === "relu" || name === "relu6" || name === "floor" || name === "ceil";
  define(name, ["x", "name?"], ([x]) => {
    const value = op ? onlyFloats(op, x) : keepsIntegers ? toTensor(x!) : floats(x);
    return wrap(run(value));
  });
}
for (const [name, run] of Object.entries({
  negative: engine.neg,
  abs: engine.abs,
  square: engine.square,
  sign: engine.sign,
  round: engine.round,
})) {
  define(name, ["x", "name?"], ([x]) => wrap(run(toTensor(x!))));
}
define("leaky_relu", ["features", "alpha?", "name?"], ([x, alpha]) =>
  wrap(engine.leakyRelu(floats(x), present(alpha) ? Number(alpha) : 0.2)));
define("gelu", ["features", "approximate?", "name?"], ([x, approximate]) =>
  wrap((truth(approximate ?? false) ? engine.geluTanh : engine.gelu)(floats(x))));

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
    if (isText(x!) || isText(y!)) return binary(op, isText(x!) ? x! : wrap(toTensor(x!)), y!);
    return wrap(tensorArithmetic(op, ...pair(x!, y!)));
  });
}
const isText = (x: PyValue): boolean => x instanceof PyTextTensor;
/** What TensorFlow's errors call them, where it is not the name in capitals. */
const OP_NAMES: Record<string, string> = { divide_no_nan: "DivNoNan" };
const opName = (name: string): string =>
  OP_NAMES[name] ?? name.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
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
    if (isText(x!)) return compare(name === "equal" ? "==" : "!=", x!, y!);
    return wrap(together(opName(name), ...pair(x!, y!), run));
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
/** √Σx², over all of several values. */
const lengthOf = (values: readonly Value[]): Value =>
  engine.sqrt(values.map((x) => engine.sum(engine.square(x))).reduce((a, b) => engine.add(a, b)));
define("clip_by_norm", ["t", "clip_norm", "axes?", "name?"], ([x, norm, axes]) => {
  const value = toTensor(x!);
  const most = toTensor(norm!, value.dtype);
  const length = engine.sqrt(engine.sum(engine.square(value), axesOf(axes, value.shape.length), true));
  return wrap(engine.div(engine.mul(value, most), engine.maximum(length, most)));
});
const listed = (items: PyValue): PyValue[] => listOf(items).filter((x) => x !== null);
define("global_norm", ["t_list", "name?"], ([items]) => wrap(lengthOf(listed(items!).map((x) => toTensor(x)))));
define("clip_by_global_norm", ["t_list", "clip_norm", "use_norm?", "name?"], ([items, norm, known]) => {
  const length = present(known) ? toTensor(known) : lengthOf(listed(items!).map((x) => toTensor(x)));
  const most = toTensor(norm!, length.dtype);
  // As TensorFlow computes it: the norm times the smaller of the two reciprocals.
  const one = engine.scalar(1, length.dtype);
  const scale = engine.mul(most, engine.minimum(engine.div(one, length), engine.div(one, most)));
  const clipped = listOf(items!).map((x) => (x === null ? null : wrap(engine.mul(toTensor(x), scale))));
  return new PyTuple([new PyList(clipped), wrap(length)]);
});
define("where", ["condition", "x?", "y?", "name?"], ([test, x, y]) => {
  const condition = toTensor(test!, undefined);
  if (!present(x) || !present(y)) return wrap(placesOf(peek(condition)));
  const [a, b] = pair(x, y);
  return wrap(attempt(() => engine.where(condition, ...matched(a, b, "SelectV2"))));
});
/** The indices of what is not zero: one row for each. */
function placesOf({ data, shape }: Tensor): Value {
  const rows = Array.from(data).flatMap((x, at) => {
    if (x === 0) return [];
    let rest = at;
    const index = new Array<number>(shape.length);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return [index];
  });
  return tensor(rows.flat(), "int64", [rows.length, shape.length]);
}
define("cast", ["x", "dtype", "name?"], ([x, dtype]) => {
  if (typeof x === "string" || isText(x!)) {
    const error = new PyException(errors.get("UnimplementedError")!, [
      "{{function_node __wrapped__Cast_device_/job:localhost/replica:0/task:0/device:CPU:0}} Cast string to float is not supported [Op:Cast] name: ",
    ]);
    throw error;
  }
  return wrap(engine.cast(toTensor(x!), dtypeOf(dtype)!));
});
define("stop_gradient", ["input", "name?"], ([x]) => wrap(engine.stopGradient(toTensor(x!))));
define("identity", ["input", "name?"], ([x]) => wrap(engine.read(toTensor(x!))));

// ── making tensors ──────────────────────────────────────────────────────────

define("constant", ["value", "dtype?", "shape?", "name?"], ([x, dtype, shape]) => {
  const texts = dtype === undefined || asDtype(dtype ?? "string").name === "string" ? textsOf(x!) : undefined;
  if (texts) return texts;
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
define("convert_to_tensor", ["value", "dtype?", "dtype_hint?", "name?"], ([x, dtype]) => {
  const texts = !present(dtype) || asDtype(dtype).name === "string" ? textsOf(x!) : undefined;
  return texts ?? wrap(toTensor(x!, dtypeOf(dtype)));
});
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
define("eye", ["num_rows", "num_columns?", "batch_shape?", "dtype?", "name?"], ([rows, columns, batch, dtype]) => {
  const n = Number(toInt(rows!));
  const m = present(columns) ? Number(toInt(columns)) : n;
  const eye = tensor(
    Array.from({ length: n * m }, (_, k) => (Math.floor(k / m) === k % m ? 1 : 0)),
    dtypeOf(dtype) ?? "float32",
    [n, m],
  );
  return wrap(present(batch) ? engine.broadcastTo(eye, [...shapeOf(batch), n, m]) : eye);
});
define("range", ["start", "limit?", "delta?", "dtype?", "name?"], ([a, b, c, dtype]) => {
  const given = [a, b, c].map((x) => (present(x) ? toTensor(x) : undefined));
  const numbers = given.map((x) => (x ? peek(x).item() : undefined));
  const [start, stop] = numbers[1] === undefined ? [0, numbers[0]!] : [numbers[0]!, numbers[1]];
  const step = numbers[2] ?? 1;
  if (step === 0) refuse("Range", "Requires delta != 0: 0");
  const types = given.flatMap((x) => (x ? [x.dtype] : []));
  const type = dtypeOf(dtype) ?? types.reduce(promote);
  const round = roundTo[type];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  const data = Array.from({ length: count }, (_, k) => round(round(start) + round(round(step) * k)));
  return wrap(tensor(data, type, [count]));
});
define("linspace", ["start", "stop", "num", "name?", "axis?"], ([a, b, n]) => {
  const [from, to] = [floats(a), floats(b)];
  const count = numbersOf(n!)[0]!;
  const type = isFloat(toTensor(a!).dtype) ? from.dtype : "float64";
  const [start, stop] = [peek(from).item(), peek(to).item()];
  const round = roundTo[type];
  const step = count > 1 ? round(round(stop - start) / (count - 1)) : 0;
  const at = (k: number) => (k === 0 ? start : k === count - 1 ? stop : round(start + round(step * k)));
  return wrap(
    tensor(
      Array.from({ length: count }, (_, k) => at(k)),
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
  axis,
  dtype,
]) => {
  const at = toTensor(indices!);
  if (isFloat(at.dtype))
    invalidArgument(
      `Value for attr 'TI' of ${at.dtype === "float64" ? "double" : "float"} is not in the list of allowed values: uint8, int8, int32, int64\n\t; NodeDef: {{node OneHot}}; Op<name=OneHot; signature=indices:TI, depth:int32, on_value:T, off_value:T -> output:T; attr=axis:int,default=-1; attr=T:type; attr=TI:type,default=DT_INT64,allowed=[DT_UINT8, DT_INT8, DT_INT32, DT_INT64]> [Op:OneHot] name: `,
    );
  const [yes, no] = [present(on) ? toTensor(on) : undefined, present(off) ? toTensor(off) : undefined];
  const type = dtypeOf(dtype) ?? yes?.dtype ?? no?.dtype ?? "float32";
  const hot = engine.oneHot(at, numbersOf(depth!)[0]!, yes || no ? "bool" : type);
  const rows =
    yes || no ? engine.cast(engine.where(hot, yes ?? engine.scalar(1, type), no ?? engine.scalar(0, type)), type) : hot;
  const along = oneAxis(axis, rows.shape.length, -1);
  return wrap(engine.moveAxis(rows, -1, along));
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
  const [lengths, size] = [numbersOf(shape!), sizeOf(value.shape)];
  const known = lengths.reduce((all, n) => (n === -1 ? all : all * n), 1);
  const told = `Input to reshape is a tensor with ${size} values, but the requested shape`;
  if (lengths.includes(-1) && size % Math.max(known, 1) !== 0)
    refuse("Reshape", `${told} requires a multiple of ${known}`, "");
  const wanted = fillShape(lengths, size);
  if (sizeOf(wanted) !== size) refuse("Reshape", `${told} has ${sizeOf(wanted)}`, "");
  return wrap(engine.reshape(value, wanted));
});
define("broadcast_to", ["input", "shape", "name?"], ([x, shape]) => {
  const [value, wanted] = [toTensor(x!), shapeOf(shape!)];
  try {
    return wrap(engine.broadcastTo(value, wanted));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    refuse("BroadcastTo", `Incompatible shapes: [${value.shape}] vs. [${wanted}]`, "");
  }
});
define("transpose", ["a", "perm?", "conjugate?", "name?"], ([x, perm]) => {
  const value = toTensor(x!);
  if (!present(perm)) return wrap(engine.transpose(value));
  const rank = value.shape.length;
  const order = numbersOf(perm).map((axis) => (axis < 0 ? axis + rank : axis));
  if (order.length !== rank)
    refuse(
      "Transpose",
      `transpose expects a vector of size ${rank}. But input(1) is a vector of size ${order.length}`,
      "",
    );
  const gone = order.findIndex((_, k) => !order.includes(k));
  if (gone >= 0) refuse("Transpose", `${gone} is missing from {${order}}.`, "");
  return wrap(engine.transpose(value, order));
});
define("expand_dims", ["input", "axis", "name?"], ([x, axis]) => {
  const value = toTensor(x!);
  const [at, rank] = [numbersOf(axis!)[0]!, value.shape.length];
  if (at > rank || at < -rank - 1)
    refuse("ExpandDims", `Tried to expand dim index ${at} for tensor with ${rank} dimensions.`);
  return wrap(engine.expandDims(value, at));
});
define("squeeze", ["input", "axis?", "name?"], ([x, axis]) => {
  const value = toTensor(x!);
  if (!present(axis) || numbersOf(axis).length === 0) return wrap(engine.squeeze(value));
  const gone = axesOf(axis, value.shape.length, "Squeeze");
  const long = gone.find((k) => value.shape[k] !== 1);
  if (long !== undefined)
    refuse("Squeeze", `Can not squeeze dim[${long}], expected a dimension of 1, got ${value.shape[long]}`);
  return wrap(engine.squeeze(value, gone));
});
define("stack", ["values", "axis?", "name?"], ([items, axis]) => {
  const values = valuesOf(items!);
  const odd = values.findIndex(({ shape }) => !sameShape(shape, values[0]!.shape));
  if (odd > 0)
    refuse(
      "Pack",
      `Shapes of all inputs must match: values[0].shape = [${values[0]!.shape}] != values[${odd}].shape = [${values[odd]!.shape}]`,
      " name: stack",
      `Pack_N_${values.length}`,
    );
  const at = oneAxis(axis, values[0]!.shape.length + 1, 0);
  return wrap(engine.moveAxis(engine.stack(values), 0, at));
});
/** The members of a list, in the type of the first tensor among them. */
function valuesOf(items: PyValue): Value[] {
  const list = listOf(items);
  const typed = list.find((x) => x instanceof PyTensorLike) as PyTensorLike | undefined;
  const type = typed?.dtype ?? (list.length > 0 ? list.map((x) => toTensor(x).dtype).reduce(promote) : undefined);
  return list.map((x) => (x instanceof PyTensorLike ? toTensor(x) : toTensor(x, type)));
}
define("concat", ["values", "axis", "name?"], ([items, axis]) => {
  const values = valuesOf(items!);
  const first = values[0]!;
  const at = oneAxis(axis, first.shape.length, 0);
  const wrapper = `ConcatV2_N_${values.length}`;
  values.forEach(({ shape }, k) => {
    if (shape.length !== first.shape.length)
      refuse(
        "ConcatV2",
        `ConcatOp : Ranks of all input tensors should match: shape[0] = [${first.shape}] vs. shape[${k}] = [${shape}]`,
        " name: concat",
        wrapper,
      );
    const other = shape.findIndex((n, along) => along !== at && n !== first.shape[along]);
    if (other >= 0)
      refuse(
        "ConcatV2",
        `ConcatOp : Dimension ${other} in both shapes must be equal: shape[0] = [${first.shape}] vs. shape[${k}] = [${shape}]`,
        " name: concat",
        wrapper,
      );
  });
  for (const value of values) matched(first, value, "ConcatV2");
  return wrap(engine.concat(values, at));
});
define("gather", ["params", "indices", "validate_indices?", "axis?", "batch_dims?", "name?"], ([
  x,
  indices,
  ,
  axis,
  batch,
]) => {
  if (isText(x!)) return getItem(x!, indices!);
  const [value, at] = [toTensor(x!), toTensor(indices!)];
  const together = present(batch) ? Number(toInt(batch)) : 0;
  const along = oneAxis(axis, value.shape.length, together);
  const length = value.shape[along]!;
  const numbers = Array.from(peek(at).data);
  const bad = numbers.findIndex((place) => place < 0 || place >= length);
  if (bad >= 0) {
    const index: number[] = [];
    for (let rest = bad, k = at.shape.length - 1; k >= 0; rest = Math.floor(rest / at.shape[k]!), k--)
      index.unshift(rest % at.shape[k]!);
    refuse("GatherV2", `indices${index.length > 0 ? `[${index}]` : ""} = ${numbers[bad]} is not in [0, ${length})`, "");
  }
  if (together > 0) {
    const batches = at.shape.slice(0, together);
    const members = (v: Value) => engine.reshape(v, [sizeOf(batches), ...v.shape.slice(together)]);
    const [rows, places] = [members(value), members(at)];
    const one = (v: Value, k: number) => engine.take(v, offsetsOfMember(v, k), v.shape.slice(1));
    const parts = Array.from({ length: sizeOf(batches) }, (_, k) =>
      engine.gather(one(rows, k), one(places, k), along - together),
    );
    const all = engine.stack(parts);
    return wrap(engine.reshape(all, [...batches, ...all.shape.slice(1)]));
  }
  return wrap(engine.gather(value, at, along));
});
const offsetsOfMember = (value: Value, k: number): Int32Array => {
  const width = sizeOf(value.shape.slice(1));
  return Int32Array.from({ length: width }, (_, i) => k * width + i);
};
define("split", ["value", "num_or_size_splits", "axis?", "num?", "name?"], ([x, parts, axis]) => {
  const value = toTensor(x!);
  const along = oneAxis(axis, value.shape.length, 0);
  const length = value.shape[along]!;
  const sizes = isNumber(parts!) ? Number(parts) : numbersOf(parts!);
  if (typeof sizes === "number" && length % sizes !== 0)
    refuse(
      "Split",
      `Number of ways to split should evenly divide the split dimension, but got split_dim ${along} (size = ${length}) and num_split ${sizes}`,
      " name: split",
      `Split_num_split_${sizes}`,
    );
  if (typeof sizes !== "number" && sizes.includes(-1))
    sizes[sizes.indexOf(-1)] = length - sizes.reduce((sum, n) => sum + Math.max(n, 0), 0);
  return new PyList(engine.split(value, sizes, along).map(wrap));
});
define("unstack", ["value", "num?", "axis?", "name?"], ([x, , axis]) => {
  const value = toTensor(x!);
  const along = oneAxis(axis, value.shape.length, 0);
  return new PyList(engine.split(value, value.shape[along]!, along).map((part) => wrap(engine.squeeze(part, [along]))));
});
define("reverse", ["tensor", "axis", "name?"], ([x, axis]) => {
  const value = toTensor(x!);
  return wrap(engine.flip(value, axesOf(axis, value.shape.length)));
});
define("tile", ["input", "multiples", "name?"], ([x, times]) => {
  const [value, counts] = [toTensor(x!), numbersOf(times!)];
  if (counts.length !== value.shape.length)
    refuse(
      "Tile",
      `Expected multiples argument to be a vector of length ${value.shape.length} but got length ${counts.length}`,
      "",
    );
  return wrap(engine.tile(value, counts));
});
define("pad", ["tensor", "paddings", "mode?", "constant_values?", "name?"], ([x, paddings, mode, level]) => {
  const kind = present(mode) ? String(mode).toLowerCase() : "constant";
  if (kind !== "constant" && kind !== "reflect" && kind !== "symmetric")
    raiseError(
      "ValueError",
      `Value of argument \`mode\` expected to be one of "CONSTANT", "REFLECT", or "SYMMETRIC". Received \`mode\` = ${kind.toUpperCase()}`,
    );
  const widths = listOf(paddings!).map((pair) => numbersOf(pair) as [number, number]);
  return wrap(engine.pad(toTensor(x!), widths, kind, present(level) ? numbersOf(level)[0] : 0));
});
define("boolean_mask", ["tensor", "mask", "axis?", "name?"], ([x, mask, axis]) => {
  const [value, test] = [toTensor(x!), toTensor(mask!)];
  const along = oneAxis(axis, value.shape.length, 0);
  if (along === 0) return wrap(engine.booleanMask(value, test));
  const places = Array.from(peek(test).data).flatMap((on, k) => (on ? [k] : []));
  return wrap(engine.gather(value, tensor(places, "int64"), along));
});
for (const [name, run] of [
  ["sort", engine.sort],
  ["argsort", (...args: Parameters<typeof engine.argsort>) => engine.cast(engine.argsort(...args), "int32")],
] as const) {
  const parameters = ["values", "axis?", "direction?", ...(name === "argsort" ? ["stable?"] : []), "name?"];
  define(name, parameters, ([x, axis, direction]) => {
    const value = toTensor(x!);
    return wrap(run(value, oneAxis(axis, value.shape.length, -1), direction === "DESCENDING"));
  });
}

// ── reductions ──────────────────────────────────────────────────────────────

type Reduce = (value: Value, axes: number[], keep: boolean) => Value;

/** Reductions, with the names that TensorFlow's errors give them. */
function reduction(name: string, op: string, run: Reduce): void {
  define(name, ["input_tensor", "axis?", "keepdims?", "name?"], ([x, axis, keep]) => {
    const value = toTensor(x!);
    return wrap(run(value, axesOf(axis, value.shape.length, op), truth(keep ?? false)));
  });
}
/** Of integers the quotient of the sum, of which the rest is dropped. */
const mean: Reduce = (value, axes, keep) => {
  if (isFloat(value.dtype)) return engine.mean(value, axes, keep);
  return engine.cast(engine.mean(value, axes, keep), value.dtype);
};
/** The extreme of nothing is the least, or the largest, of the type. */
const extreme =
  (largest: boolean): Reduce =>
  (value, axes, keep) => {
    const empty = axes.some((axis) => value.shape[axis] === 0);
    if (!empty) return (largest ? engine.max : engine.min)(value, axes, keep);
    const shape = value.shape.flatMap((n, k) => (axes.includes(k) ? (keep ? [1] : []) : [n]));
    return full(shape, largest ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY, value.dtype);
  };
reduction("reduce_sum", "Sum", (value, axes, keep) => engine.sum(value, axes, keep));
reduction("reduce_mean", "Mean", mean);
reduction("reduce_max", "Max", extreme(true));
reduction("reduce_min", "Min", extreme(false));
reduction("reduce_prod", "Prod", engine.prod);
reduction("reduce_variance", "Mean", (value, axes, keep) => {
  if (!isFloat(value.dtype)) raiseError("TypeError", "Input must be either real or complex");
  return engine.variance(value, axes, keep);
});
reduction("reduce_std", "Mean", (value, axes, keep) => {
  if (!isFloat(value.dtype)) raiseError("TypeError", "Input must be either real or complex");
  return engine.std(value, axes, keep);
});
reduction("reduce_logsumexp", "LogSumExp", engine.logsumexp);
reduction("reduce_euclidean_norm", "EuclideanNorm", (value, axes, keep) => engine.norm(value, 2, axes, keep));
reduction("reduce_any", "Any", engine.any);
reduction("reduce_all", "All", engine.all);
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
for (const [name, run] of [
  ["argmax", engine.argmax],
  ["argmin", engine.argmin],
] as const) {
  define(name, ["input", "axis?", "output_type?", "name?"], ([x, axis, type]) => {
    const value = toTensor(x!);
    const at = present(axis) ? numbersOf(axis)[0]! : 0;
    if (at >= value.shape.length || at < -value.shape.length)
      refuse(
        name === "argmax" ? "ArgMax" : "ArgMin",
        `Expected dimension in the range [${-value.shape.length}, ${value.shape.length}), but got ${at}`,
      );
    return wrap(engine.cast(run(value, at), dtypeOf(type) ?? "int64"));
  });
}
/** Running results: of those before alone where `exclusive`, from the end where `reverse`. */
for (const [name, run, none] of [
  ["cumsum", engine.cumsum, 0],
  ["cumprod", engine.cumprod, 1],
] as const) {
  define(name, ["x", "axis?", "exclusive?", "reverse?", "name?"], ([x, axis, exclusive, reverse]) => {
    const value = toTensor(x!);
    const along = oneAxis(axis, value.shape.length, 0);
    const length = value.shape[along]!;
    const flip = (v: Value) => (truth(reverse ?? false) ? engine.flip(v, [along]) : v);
    const all = run(flip(value), along);
    if (!truth(exclusive ?? false)) return wrap(flip(all));
    const widths = value.shape.map((_, k) => [k === along ? 1 : 0, 0] as const);
    const [before] = engine.split(engine.pad(all, widths, "constant", none), [length, 1], along);
    return wrap(flip(before!));
  });
}

// ── softmax ────────────────────────────────────────────

for (const [name, op, run] of [
  ["softmax", "Softmax", engine.softmax],
  ["log_softmax", "LogSoftmax", engine.logSoftmax],
] as const)
  define(name, ["logits", "axis?", "name?"], ([x, axis]) => {
    const value = onlyFloats(op, x);
    return wrap(run(value, [oneAxis(axis, value.shape.length, -1)]));
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
  return wrap(tensorArithmetic("@", turned(x, flipA), turned(y, flipB)));
});
define("matvec", ["a", "b", "transpose_a?", "name?"], ([a, b, flip]) =>
  wrap(engine.matmul(turned(toTensor(a!), flip), toTensor(b!))));
define("trace", ["x", "name?"], ([x]) => wrap(engine.trace(toTensor(x!))));
define("solve", ["matrix", "rhs", "adjoint?", "name?"], ([matrix, rhs, flip]) => {
  const [a, b] = pair(matrix!, rhs!);
  if (a.shape.at(-1) !== b.shape.at(-2)) refuse("MatrixSolve", "Input matrix and rhs are incompatible.");
  return wrap(inverting("MatrixSolve", "Input matrix is not invertible.", () => engine.solve(turned(a, flip), b)));
});
/** A square matrix, or a stack of them. */
function square(op: string, x: PyValue): Value {
  const value = toTensor(x);
  const [m, n] = value.shape.slice(-2);
  if (n === undefined) refuse(op, `Input tensor 0 must have rank >= 2, got ${value.shape.length}`);
  if (m !== n) refuse(op, "Input matrix must be square.");
  return value;
}
function inverting(op: string, message: string, run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError && /singular/.test(error.message)) refuse(op, message);
    throw error;
  }
}
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
define("det", ["input", "name?"], ([input]) => wrap(engine.det(square("MatrixDeterminant", input!))));
define("cholesky", ["input", "name?"], ([input]) => wrap(engine.cholesky(square("Cholesky", input!))));
for (const [name, run] of Object.entries({
  eigvalsh: engine.eigvalsh,
  expm: engine.expm,
  matrix_transpose: engine.transposeMatrices,
})) {
  define(name, ["input", "name?"], ([input]) => wrap(run(toTensor(input!))));
}
define("inv", ["input", "adjoint?", "name?"], ([input, flip]) => {
  const value = turned(square("MatrixInverse", input!), flip);
  return wrap(inverting("MatrixInverse", "Input is not invertible.", () => engine.inv(value)));
});
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
  native(
    "custom_gradient",
    ([fn]) =>
      new PyDecorated(fn!, (args: PyValue[], kwargs: Kwargs | undefined) => {
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
  native(
    "recompute_grad",
    ([fn]) =>
      new PyDecorated(fn!, (args: PyValue[], kwargs: Kwargs | undefined) => {
        const { values, around } = tensorArguments(args);
        return attempt(() =>
          wrap(engine.checkpoint((...inputs) => toTensor(call(fn, around(inputs), kwargs)))(...values)),
        );
      }),
  ),
);

export { indexValue, PyTfVariable };
