/** `numpy`, as far as functions of scalars need it; the rest is named as unsupported where it is used. */
import * as engine from "../../../../engine";
import { isValue, peek, type Value } from "../../../../engine";
import { toFloat } from "../../runtime/arguments";
import { listOf, PyList, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { floatType, intType, native, type PyObject, type PyValue } from "../../runtime/object";
import { binary } from "../../runtime/operators";
import { isNumber, truth } from "../../runtime/protocol";
import { PyLibrary, registerModule } from "../registry";
import { arrayFrom, comparison, dtypeNamed, PyArray, valueIn } from "./array";

const lists = (x: PyValue): boolean => x instanceof PyList || x instanceof PyTuple;

/** A ufunc of one argument: plain floats stay floats, so that plain functions stay plain. */
function unary(name: string, plain: (x: number) => number, traced: (x: Value) => Value): [string, PyValue] {
  return [
    name,
    native(name, ([x]) => {
      if (isNumber(x)) return plain(toFloat(x));
      if (isValue(x)) return traced(x);
      const value = lists(x) ? arrayFrom(x, "float64") : valueIn(x);
      if (value === undefined) return plain(toFloat(x));
      return new PyArray(traced(engine.isFloat(value.dtype) || name === "abs" ? value : engine.cast(value, "float64")));
    }),
  ];
}

const asOperand = (x: PyValue): Value | number => {
  if (isNumber(x)) return toFloat(x);
  const value = lists(x) ? arrayFrom(x, "float64") : valueIn(x);
  return value ?? toFloat(x);
};
/** A result is plain where every argument was. */
const result = (value: Value, args: PyValue[]): PyValue => {
  if (args.some((x) => isValue(x)) && !args.some((x) => x instanceof PyArray || lists(x))) return value;
  return args.every(isNumber) ? peek(value).item() : new PyArray(value);
};

function pair(name: string, run: (x: Value | number, y: Value | number) => Value): [string, PyValue] {
  return [name, native(name, ([a, b]) => result(run(asOperand(a), asOperand(b)), [a, b]))];
}

const infix = (name: string, op: string): [string, PyValue] => [
  name,
  native(name, ([a, b]) =>
    binary(
      op,
      lists(a) ? new PyArray(arrayFrom(a, "float64")) : a,
      lists(b) ? new PyArray(arrayFrom(b, "float64")) : b,
    ),
  ),
];

const reduce = (name: string): [string, PyValue] => [
  name,
  native(name, ([x, axis], kwargs) => {
    if ((axis !== undefined && axis !== null) || kwargs?.size)
      raiseError("NotImplementedError", `numpy.${name} with an axis is not supported`);
    if (isNumber(x) || isValue(x)) return x;
    const value = lists(x) ? arrayFrom(x, "float64") : valueIn(x);
    if (value === undefined) raiseError("TypeError", `numpy.${name} needs an array`);
    const method = new PyArray(value).pyGetAttribute(name) as PyObject;
    const reduced = method.pyCall!([], undefined);
    // A list of traced floats gives a traced float.
    return lists(x) && reduced instanceof PyArray && listOf(x).some(isValue) ? reduced.value : reduced;
  }),
];

const compare = (name: string, op: string): [string, PyValue] => [
  name,
  native(name, ([a, b]) => new PyArray(comparison(op, asOperand(a), asOperand(b)))),
];

const make = (name: string): [string, PyValue] => [
  name,
  native(name, ([x], kwargs) => {
    const dtype = kwargs?.get("dtype");
    const value = valueIn(x) ?? arrayFrom(x, "float64");
    return new PyArray(
      dtype === undefined || dtype === null
        ? value
        : engine.cast(value, dtypeNamed(dtype === floatType ? "float" : dtype === intType ? "int" : dtype)),
    );
  }),
];

registerModule("numpy", () => {
  const parts = ["linalg", "random", "fft", "polynomial", "ma", "testing"].map((name): [string, PyValue] => [
    name,
    new PyLibrary(`numpy.${name}`),
  ]);
  const entries: [string, PyValue][] = [
    ["pi", Math.PI],
    ["e", Math.E],
    ["inf", Number.POSITIVE_INFINITY],
    ["nan", Number.NaN],
    ["newaxis", null],
    ["euler_gamma", 0.5772156649015329],
    ["__version__", "2.4.6"],
    unary("sin", Math.sin, engine.sin),
    unary("cos", Math.cos, engine.cos),
    unary("tan", Math.tan, engine.tan),
    unary("arcsin", Math.asin, engine.asin),
    unary("arccos", Math.acos, engine.acos),
    unary("arctan", Math.atan, engine.atan),
    unary("sinh", Math.sinh, engine.sinh),
    unary("cosh", Math.cosh, engine.cosh),
    unary("tanh", Math.tanh, engine.tanh),
    unary("arcsinh", Math.asinh, engine.asinh),
    unary("arccosh", Math.acosh, engine.acosh),
    unary("arctanh", Math.atanh, engine.atanh),
    unary("exp", Math.exp, engine.exp),
    unary("exp2", (x) => 2 ** x, engine.exp2),
    unary("expm1", Math.expm1, engine.expm1),
    unary("log", Math.log, engine.log),
    unary("log2", Math.log2, engine.log2),
    unary("log10", Math.log10, engine.log10),
    unary("log1p", Math.log1p, engine.log1p),
    unary("sqrt", Math.sqrt, engine.sqrt),
    unary("cbrt", Math.cbrt, engine.cbrt),
    unary("square", (x) => x * x, engine.square),
    unary("reciprocal", (x) => 1 / x, engine.reciprocal),
    unary("abs", Math.abs, engine.abs),
    unary("absolute", Math.abs, engine.abs),
    unary("fabs", Math.abs, engine.abs),
    unary("negative", (x) => -x, engine.neg),
    unary("sign", Math.sign, engine.sign),
    unary("floor", Math.floor, engine.floor),
    unary("ceil", Math.ceil, engine.ceil),
    unary("trunc", Math.trunc, engine.trunc),
    unary(
      "deg2rad",
      (x) => (x * Math.PI) / 180,
      (x) => engine.mul(x, Math.PI / 180),
    ),
    unary(
      "radians",
      (x) => (x * Math.PI) / 180,
      (x) => engine.mul(x, Math.PI / 180),
    ),
    unary(
      "rad2deg",
      (x) => (x * 180) / Math.PI,
      (x) => engine.mul(x, 180 / Math.PI),
    ),
    pair("arctan2", engine.atan2),
    pair("hypot", engine.hypot),
    pair("maximum", engine.maximum),
    pair("minimum", engine.minimum),
    pair("power", engine.pow),
    pair("float_power", engine.pow),
    infix("add", "+"),
    infix("subtract", "-"),
    infix("multiply", "*"),
    infix("divide", "/"),
    infix("true_divide", "/"),
    infix("mod", "%"),
    infix("dot", "@"),
    infix("matmul", "@"),
    compare("equal", "=="),
    compare("less", "<"),
    compare("greater", ">"),
    reduce("sum"),
    reduce("mean"),
    reduce("max"),
    reduce("min"),
    reduce("all"),
    reduce("any"),
    make("array"),
    make("asarray"),
    [
      "where",
      native("where", ([test, x, y]) => {
        if (x === undefined || y === undefined)
          raiseError("NotImplementedError", "numpy.where with a condition alone is not supported");
        if (typeof test === "boolean") return test ? x : y;
        return result(engine.where(asOperand(test), asOperand(x), asOperand(y)), [test, x, y]);
      }),
    ],
    [
      "clip",
      native("clip", ([x, low, high]) => {
        const value = asOperand(x);
        const above = low === null || low === undefined ? value : engine.maximum(value, asOperand(low));
        const both = high === null || high === undefined ? above : engine.minimum(above, asOperand(high));
        return typeof both === "number" ? both : result(both, [x]);
      }),
    ],
    ["isclose", native("isclose", ([a, b]) => Math.abs(toFloat(a) - toFloat(b)) <= 1e-8 + 1e-5 * Math.abs(toFloat(b)))],
    ["isnan", native("isnan", ([x]) => Number.isNaN(toFloat(x)))],
    ["isfinite", native("isfinite", ([x]) => Number.isFinite(toFloat(x)))],
    ["float64", native("float64", ([x = 0]) => (isValue(x) ? x : toFloat(x)))],
    [
      "float32",
      native("float32", ([x = 0]) => new PyArray(engine.cast(valueIn(x) ?? engine.scalar(toFloat(x)), "float32"))),
    ],
    ["ndarray", new PyArray(engine.scalar(0)).type],
    ["set_printoptions", native("set_printoptions", () => null)],
    ["errstate", native("errstate", () => raiseError("NotImplementedError", "numpy.errstate is not supported"))],
    ...parts,
  ];
  return new Map(entries);
});

export { truth };
