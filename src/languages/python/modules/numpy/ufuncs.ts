/** Universal functions: element by element, with broadcasting, `out`, `where`, `reduce`, `outer`. */
import * as engine from "../../../../engine";
import { type DType, isFloat, isValue, peek, scalar, sizeOf, Tensor, tensor, type Value } from "../../../../engine";
import { PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { PyComplex } from "../../runtime/numbers";
import { type Kwargs, makeType, native, PyObject, type PyValue } from "../../runtime/object";
import { isNumber, typeName } from "../../runtime/protocol";
import { vm } from "../../runtime/vm";
import { arrayHooks, arrayType, PyArray, promoteTypes, shapeText } from "./array";
import { complexBinary, complexCompare, complexUnary, isComplex } from "./complex";
import { asValue, axisOf, dtypeOfArgument, isSequence, pick, wrap } from "./convert";
import { ObjectArray } from "./objects";
import { select } from "./select";

// ── warnings ────────────────────────────────────────────────────────────────

/** What `errstate` and `seterr` say of each kind of trouble. */
export function errorState(): ReadonlyMap<string, string> {
  return (vm.state.get("numpy errstate") as ReadonlyMap<string, string> | undefined) ?? usualErrors;
}
export function setErrorState(state: ReadonlyMap<string, string>): void {
  vm.state.set("numpy errstate", state);
}
const usualErrors: ReadonlyMap<string, string> = new Map([
  ["divide", "warn"],
  ["over", "warn"],
  ["under", "ignore"],
  ["invalid", "warn"],
]);

const WORDS: Record<string, string> = {
  divide: "divide by zero encountered in",
  over: "overflow encountered in",
  invalid: "invalid value encountered in",
};

function trouble(kind: string, name: string): void {
  const wanted = errorState().get(kind) ?? "warn";
  if (wanted === "ignore") return;
  const message = `${WORDS[kind]} ${name}`;
  if (wanted === "raise") raiseError("FloatingPointError" as "ValueError", message);
  vm.emit({
    kind: "warning",
    code: "numpy",
    message: `RuntimeWarning: ${message}`,
    span: { from: vm.at.from, to: vm.at.to },
  });
}

/** Compares results with arguments: infinities and NaNs that are new. */
function watch(name: string, inputs: readonly Value[], out: Value): void {
  if (!isFloat(out.dtype)) return;
  const now = peek(out).data;
  let nan = false;
  let infinite = false;
  for (let k = 0; k < now.length; k++) {
    const x = now[k];
    if (Number.isNaN(x)) nan = true;
    else if (x === Number.POSITIVE_INFINITY || x === Number.NEGATIVE_INFINITY) infinite = true;
  }
  if (!nan && !infinite) return;
  const states = errorState();
  if (!vm.listener && ![...states.values()].includes("raise")) return;
  let given = false;
  let givenNan = false;
  let zero = false;
  for (const input of inputs) {
    const data = peek(input).data;
    for (let k = 0; k < data.length; k++) {
      if (Number.isNaN(data[k])) givenNan = true;
      else if (!Number.isFinite(data[k])) given = true;
    }
  }
  const divisor = inputs[inputs.length - 1];
  if (name === "divide" || name === "floor_divide" || name === "remainder" || name === "reciprocal")
    zero = Array.from(peek(divisor).data).includes(0);
  if (nan && !givenNan) trouble("invalid", name);
  if (infinite && !given) {
    const pole =
      zero ||
      name.startsWith("log") ||
      name === "arctanh" ||
      (name === "power" && Array.from(peek(inputs[0]).data).includes(0));
    trouble(pole ? "divide" : "over", name);
  }
}

// ── operands ────────────────────────────────────────────────────────────────

/** Python's own numbers take the type of the arrays beside them. */
type Weak = "float" | "int" | "bool" | undefined;
const weakKind = (x: PyValue): Weak =>
  typeof x === "number"
    ? "float"
    : typeof x === "bigint"
      ? "int"
      : typeof x === "boolean"
        ? "bool"
        : isValue(x) && x.shape.length === 0
          ? "float"
          : undefined;

export function commonType(args: readonly PyValue[], values: readonly Value[]): DType {
  let dtype: DType | undefined;
  let weak: Weak;
  args.forEach((arg, k) => {
    const kind = weakKind(arg);
    if (kind === undefined) dtype = dtype === undefined ? values[k].dtype : promoteTypes(dtype, values[k].dtype);
    else if (kind === "float" || weak === undefined || (kind === "int" && weak === "bool")) weak = kind;
  });
  if (dtype === undefined) return weak === "float" ? "float64" : weak === "int" ? "int64" : "bool";
  if (weak === "float" && !isFloat(dtype)) return "float64";
  if (weak === "int" && dtype === "bool") return "int64";
  return dtype;
}

function broadcasting<T>(values: readonly Value[], body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof RangeError && /broadcast/.test(error.message)) {
      raiseError(
        "ValueError",
        `operands could not be broadcast together with shapes ${values.map((value) => shapeText(value.shape)).join(" ")} `,
      );
    }
    throw error;
  }
}

const opaque = (name: string): never =>
  raiseError(
    "TypeError",
    `ufunc '${name}' not supported for the input types, and the inputs could not be safely coerced to any supported types according to the casting rule ''safe''`,
  );

/** The least and the most that an integer type holds. */
export function integerLimits(dtype: DType): [bigint, bigint] {
  const { kind, bits } = engine.layoutOf[dtype];
  return kind === "uint" ? [0n, (1n << BigInt(bits)) - 1n] : [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n];
}

/** Python's integers must fit the type of the arrays beside them. */
export function checkFit(args: readonly PyValue[], dtype: DType): void {
  if (isFloat(dtype) || dtype === "bool" || dtype === "int64") return;
  for (const arg of args) {
    if (typeof arg !== "bigint") continue;
    const [least, most] = integerLimits(dtype);
    if (arg < least || arg > most) raiseError("OverflowError", `Python integer ${arg} out of bounds for ${dtype}`);
  }
}

/** The floats that functions of small integers give. */
const floatFor = (dtype: DType): DType => {
  const { kind, bits } = engine.layoutOf[dtype];
  return kind === "float" ? dtype : bits === 8 ? "float16" : bits === 16 ? "float32" : "float64";
};

// ── binary operations ───────────────────────────────────────────────────────

type Run2 = (x: Value, y: Value, dtype: DType) => Value;

const bits =
  (name: string, bool: ((x: Value, y: Value) => Value) | undefined, run: (x: bigint, y: bigint) => bigint): Run2 =>
  (x, y, dtype) => {
    if (dtype === "bool" && bool) return bool(x, y);
    if (isFloat(dtype)) return opaque(name);
    return elementwise2(x, y, dtype === "bool" ? "int64" : dtype, (a, b) =>
      Number(BigInt.asIntN(64, run(BigInt(a), BigInt(b)))),
    );
  };

/** A function of numbers, element by element, without a derivative. */
export function elementwise2(x: Value, y: Value, dtype: DType, run: (x: number, y: number) => number): Value {
  const a = engine.concretize(x);
  const b = engine.concretize(y);
  const shape = engine.broadcastShapes(a.shape, b.shape);
  const left = peek(engine.broadcastTo(a, shape)).data;
  const right = peek(engine.broadcastTo(b, shape)).data;
  return tensor(
    Array.from({ length: sizeOf(shape) }, (_, k) => run(left[k], right[k])),
    dtype,
    shape,
  );
}
export function elementwise1(x: Value, dtype: DType, run: (x: number) => number): Value {
  const now = engine.concretize(x);
  return tensor(Array.from(now.data, run), dtype, now.shape);
}

const gcd = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y) [x, y] = [y, x % y];
  return x;
};

/** Integer division by zero is 0 with a warning. */
const wholeDivision =
  (name: string, run: (x: Value, y: Value) => Value): Run2 =>
  (x, y, dtype) => {
    if (!isFloat(dtype)) {
      const zero = Array.from(peek(y).data).includes(0);
      if (zero) {
        if (vm.listener) trouble("divide", name);
        return elementwise2(x, y, dtype, (a, b) =>
          b === 0 ? 0 : peek(run(scalar(a, dtype), scalar(b, dtype))).item(),
        );
      }
      if (dtype === "bool") return run(engine.cast(x, "int64"), engine.cast(y, "int64"));
      return run(x, y);
    }
    if (Array.from(peek(y).data).includes(0)) {
      return name === "floor_divide"
        ? engine.floor(engine.div(x, y))
        : elementwise2(x, y, dtype, (a, b) => (b === 0 ? Number.NaN : peek(run(scalar(a), scalar(b))).item()));
    }
    return run(x, y);
  };

interface Binary {
  readonly run: Run2;
  /** The arguments become floats first. */
  readonly float?: boolean;
  readonly identity?: number;
  /** The result is bool whatever the arguments are. */
  readonly test?: boolean;
}

const ofTruth =
  (run: (x: Value, y: Value) => Value): Run2 =>
  (x, y) =>
    run(engine.cast(x, "bool"), engine.cast(y, "bool"));

const xorBool = (x: Value, y: Value): Value => engine.notEqual(x, y);

export const binaries: Record<string, Binary> = {
  add: { run: (x, y, dtype) => (dtype === "bool" ? engine.logicalOr(x, y) : engine.add(x, y)), identity: 0 },
  subtract: {
    run: (x, y, dtype) =>
      dtype === "bool"
        ? raiseError(
            "TypeError",
            "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or the logical_xor function instead.",
          )
        : engine.sub(x, y),
  },
  multiply: { run: (x, y, dtype) => (dtype === "bool" ? engine.logicalAnd(x, y) : engine.mul(x, y)), identity: 1 },
  divide: { run: engine.div, float: true },
  floor_divide: { run: wholeDivision("floor_divide", engine.floordiv) },
  remainder: { run: wholeDivision("remainder", engine.mod) },
  fmod: {
    run: (x, y, dtype) => engine.cast(engine.sub(x, engine.mul(engine.trunc(engine.div(x, y)), y)), dtype),
  },
  power: {
    run: (x, y, dtype) => {
      if (!isFloat(dtype)) {
        if (Array.from(peek(y).data).some((n) => n < 0))
          raiseError("ValueError", "Integers to negative integer powers are not allowed.");
        if (dtype === "bool") return engine.pow(engine.cast(x, "int64"), engine.cast(y, "int64"));
      }
      return engine.pow(x, y);
    },
  },
  float_power: { run: engine.pow, float: true },
  arctan2: { run: engine.atan2, float: true },
  hypot: { run: engine.hypot, float: true },
  maximum: { run: engine.maximum },
  minimum: { run: engine.minimum },
  fmax: { run: (x, y) => engine.where(engine.isnan(x), y, engine.where(engine.isnan(y), x, engine.maximum(x, y))) },
  fmin: { run: (x, y) => engine.where(engine.isnan(x), y, engine.where(engine.isnan(y), x, engine.minimum(x, y))) },
  copysign: {
    run: (x, y) =>
      engine.mul(
        engine.abs(x),
        elementwise1(y, "float64", (n) => (n < 0 || Object.is(n, -0) ? -1 : 1)),
      ),
    float: true,
  },
  heaviside: {
    run: (x, y) => engine.where(engine.equal(x, 0), y, engine.cast(engine.greater(x, 0), "float64")),
    float: true,
  },
  logaddexp: {
    run: (x, y) => {
      const most = engine.maximum(x, y);
      return engine.add(most, engine.log1p(engine.exp(engine.neg(engine.abs(engine.sub(x, y))))));
    },
    float: true,
    identity: Number.NEGATIVE_INFINITY,
  },
  logaddexp2: {
    run: (x, y) =>
      engine.add(
        engine.maximum(x, y),
        engine.log2(engine.add(1, engine.exp2(engine.neg(engine.abs(engine.sub(x, y)))))),
      ),
    float: true,
  },
  bitwise_and: { run: bits("bitwise_and", engine.logicalAnd, (a, b) => a & b) },
  bitwise_or: { run: bits("bitwise_or", engine.logicalOr, (a, b) => a | b) },
  bitwise_xor: { run: bits("bitwise_xor", xorBool, (a, b) => a ^ b) },
  left_shift: { run: bits("left_shift", undefined, (a, b) => a << b) },
  right_shift: { run: bits("right_shift", undefined, (a, b) => a >> b) },
  gcd: { run: bits("gcd", undefined, gcd) },
  lcm: {
    run: bits("lcm", undefined, (a, b) => (a === 0n || b === 0n ? 0n : (a * b < 0n ? -(a * b) : a * b) / gcd(a, b))),
  },
  logical_and: { run: ofTruth(engine.logicalAnd), test: true, identity: 1 },
  logical_or: { run: ofTruth(engine.logicalOr), test: true, identity: 0 },
  logical_xor: { run: ofTruth(xorBool), test: true },
  equal: { run: engine.equal, test: true },
  not_equal: { run: engine.notEqual, test: true },
  less: { run: engine.less, test: true },
  less_equal: { run: engine.lessEqual, test: true },
  greater: { run: engine.greater, test: true },
  greater_equal: { run: engine.greaterEqual, test: true },
};

const OPERATORS: Record<string, string> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "//": "floor_divide",
  "%": "remainder",
  "**": "power",
  "&": "bitwise_and",
  "|": "bitwise_or",
  "^": "bitwise_xor",
  "<<": "left_shift",
  ">>": "right_shift",
  "==": "equal",
  "!=": "not_equal",
  "<": "less",
  "<=": "less_equal",
  ">": "greater",
  ">=": "greater_equal",
};

/** Applies a binary ufunc to anything. */
export function apply2(name: string, a: PyValue, b: PyValue): PyValue {
  if (isComplex(a) || isComplex(b)) return complexBinary(name, a, b);
  if (a instanceof ObjectArray || b instanceof ObjectArray) return ObjectArray.combine(name, a, b);
  const entry = binaries[name];
  const x = asValue(a);
  const y = asValue(b);
  return wrap(run2(name, entry, [a, b], x, y));
}
function run2(name: string, entry: Binary, args: readonly PyValue[], x: Value, y: Value): Value {
  let dtype = commonType(args, [x, y]);
  if (entry.float && !isFloat(dtype)) dtype = name === "divide" ? "float64" : floatFor(dtype);
  else if (!entry.test) checkFit(args, dtype);
  const left = engine.cast(x, dtype);
  const right = engine.cast(y, dtype);
  const out = broadcasting([x, y], () => entry.run(left, right, dtype));
  watch(name, [left, right], out);
  return out;
}

const operandFits = (x: PyValue): boolean => isNumber(x) || isValue(x) || isArrayLike(x);

const isArrayLike = (x: PyValue): boolean =>
  x instanceof PyArray ||
  x instanceof ObjectArray ||
  isComplex(x) ||
  isSequence(x) ||
  (x instanceof PyObject &&
    (x as { engineValue?: unknown }).engineValue !== undefined &&
    typeName(x) !== "EagerTensor" &&
    typeName(x) !== "ResourceVariable");

arrayHooks.binary = (op, a, b) => {
  const left = a instanceof PyArray ? a : undefined;
  const other = left ? b : a;
  if (!operandFits(other)) return undefined;
  if (op === "@") return matmul(a, b);
  if (op === "divmod") return new PyTuple([apply2("floor_divide", a, b), apply2("remainder", a, b)]);
  const name = OPERATORS[op];
  return name === undefined ? undefined : apply2(name, a, b);
};
arrayHooks.compare = (op, a, b) => {
  if (!operandFits(b)) {
    if (op !== "==" && op !== "!=") return undefined;
    const own = asValue(a);
    return wrap(engine.full(own.shape, op === "==" ? 0 : 1, "bool"));
  }
  if (isComplex(b)) return complexCompare(op, a, b);
  return apply2(OPERATORS[op], a, b);
};

// ── products ────────────────────────────────────────────────────────────────

/** `a @ b`, stacks of matrices included. */
export function matmul(a: PyValue, b: PyValue, name = "matmul"): PyValue {
  if (isComplex(a) || isComplex(b)) return complexBinary("matmul", a, b);
  return wrap(product(asValue(a), asValue(b), name));
}
export function product(x: Value, y: Value, name = "matmul"): Value {
  const dtype = promoteTypes(x.dtype, y.dtype);
  const bool = dtype === "bool";
  const left = engine.cast(x, bool ? "int64" : dtype);
  const right = engine.cast(y, bool ? "int64" : dtype);
  if (name === "matmul" && (left.shape.length === 0 || right.shape.length === 0))
    raiseError(
      "ValueError",
      `matmul: Input operand ${left.shape.length === 0 ? 0 : 1} does not have enough dimensions (has 0, gufunc core with signature (n?,k),(k,m?)->(n?,m?) requires 1)`,
    );
  if (name === "dot" && (left.shape.length === 0 || right.shape.length === 0)) return engine.mul(left, right);
  const inner = left.shape[left.shape.length - 1];
  const outer = right.shape[Math.max(0, right.shape.length - 2)];
  if (inner !== outer) {
    if (name === "dot")
      raiseError(
        "ValueError",
        `shapes ${shapeText(left.shape)} and ${shapeText(right.shape)} not aligned: ${inner} (dim ${left.shape.length - 1}) != ${outer} (dim ${Math.max(0, right.shape.length - 2)})`,
      );
    raiseError(
      "ValueError",
      `matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) (size ${outer} is different from ${inner})`,
    );
  }
  if (left.shape.length <= 2 && right.shape.length <= 2) {
    const out = engine.matmul(left, right);
    return bool ? engine.cast(out, "bool") : out;
  }
  if (name === "dot") {
    // The last axis of the first with the second-to-last of the second: as one product of matrices.
    const n = right.shape.length;
    const order = [n - 2, ...Array.from({ length: n }, (_, k) => k).filter((k) => k !== n - 2)];
    const turned = n > 1 ? engine.transpose(right, order) : right;
    const flat = engine.matmul(
      engine.reshape(left, [sizeOf(left.shape) / inner, inner]),
      engine.reshape(turned, [inner, sizeOf(right.shape) / inner]),
    );
    return engine.reshape(flat, [...left.shape.slice(0, -1), ...turned.shape.slice(1)]);
  }
  const a = left.shape.length === 1 ? engine.reshape(left, [1, inner]) : left;
  const b = right.shape.length === 1 ? engine.reshape(right, [inner, 1]) : right;
  const stretched = engine.mul(
    engine.reshape(a, [...a.shape, 1]),
    engine.reshape(b, [...b.shape.slice(0, -2), 1, ...b.shape.slice(-2)]),
  );
  const out = engine.sum(stretched, [stretched.shape.length - 2]);
  const shape = [...out.shape];
  if (right.shape.length === 1) shape.pop();
  if (left.shape.length === 1) shape.splice(shape.length - (right.shape.length === 1 ? 1 : 2), 1);
  return engine.reshape(out, shape);
}

// ── unary functions ─────────────────────────────────────────────────────────

interface Unary {
  readonly run: (x: Value) => Value;
  /** Integers become floats first. */
  readonly float?: boolean;
}

const same = (run: (x: Value) => Value): Unary => ({ run: (x) => (isFloat(x.dtype) ? run(x) : x) });
const float = (run: (x: Value) => Value): Unary => ({ run, float: true });
const test = (run: (x: number) => boolean): Unary => ({ run: (x) => elementwise1(x, "bool", (n) => (run(n) ? 1 : 0)) });
const isinf = (x: Value): Value => engine.equal(engine.abs(x), Number.POSITIVE_INFINITY);

export const unaries: Record<string, Unary> = {
  sin: float(engine.sin),
  cos: float(engine.cos),
  tan: float(engine.tan),
  arcsin: float(engine.asin),
  arccos: float(engine.acos),
  arctan: float(engine.atan),
  sinh: float(engine.sinh),
  cosh: float(engine.cosh),
  tanh: float(engine.tanh),
  arcsinh: float(engine.asinh),
  arccosh: float(engine.acosh),
  arctanh: float(engine.atanh),
  exp: float(engine.exp),
  exp2: float(engine.exp2),
  expm1: float(engine.expm1),
  log: float(engine.log),
  log2: float(engine.log2),
  log10: float(engine.log10),
  log1p: float(engine.log1p),
  sqrt: float(engine.sqrt),
  cbrt: float(engine.cbrt),
  square: { run: engine.square },
  reciprocal: float(engine.reciprocal),
  absolute: { run: (x) => (x.dtype === "bool" ? x : engine.abs(x)) },
  fabs: float(engine.abs),
  negative: { run: engine.neg },
  positive: { run: (x) => x },
  sign: { run: engine.sign },
  floor: same(engine.floor),
  ceil: same(engine.ceil),
  trunc: same(engine.trunc),
  rint: same(engine.round),
  deg2rad: float((x) => engine.mul(x, Math.PI / 180)),
  radians: float((x) => engine.mul(x, Math.PI / 180)),
  rad2deg: float((x) => engine.mul(x, 180 / Math.PI)),
  degrees: float((x) => engine.mul(x, 180 / Math.PI)),
  isnan: { run: engine.isnan },
  isinf: { run: isinf },
  isfinite: { run: engine.isfinite },
  signbit: test((x) => x < 0 || Object.is(x, -0)),
  logical_not: { run: (x) => engine.logicalNot(engine.cast(x, "bool")) },
  invert: {
    run: (x) =>
      x.dtype === "bool" ? engine.logicalNot(x) : isFloat(x.dtype) ? opaque("invert") : engine.sub(engine.neg(x), 1),
  },
  conjugate: { run: (x) => x },
};

export function apply1(name: string, a: PyValue): PyValue {
  if (isComplex(a)) return complexUnary(name, a);
  const entry = unaries[name];
  if (typeof a === "string" || a === null || a instanceof ObjectArray) opaque(name);
  const x = asValue(a);
  const given = entry.float ? engine.cast(x, floatFor(x.dtype)) : x;
  const out = entry.run(given);
  watch(name, [given], out);
  return wrap(out);
}

// ── the objects ─────────────────────────────────────────────────────────────

export const ufuncType = makeType("ufunc");
ufuncType.module = "numpy";

export class Ufunc extends PyObject {
  constructor(
    readonly name: string,
    readonly inputs: 1 | 2,
  ) {
    super(ufuncType);
  }
  override pyRepr(): string {
    return `<ufunc '${this.name}'>`;
  }
  override pyKey(): object {
    return this;
  }
  override pyCall(args: PyValue[], kwargs: Kwargs | undefined): PyValue {
    const { inputs, name } = this;
    if (args.length < inputs || args.length > inputs + 1)
      raiseError(
        "TypeError",
        `${name}() takes from ${inputs} to ${inputs + 1} positional arguments but ${args.length} were given`,
      );
    let result = inputs === 1 ? apply1(name, args[0]) : apply2(name, args[0], args[1]);
    if (kwargs === undefined && args.length === inputs) return result;
    const dtype = dtypeOfArgument(kwargs?.get("dtype"));
    if (dtype !== undefined && result instanceof PyArray) result = wrap(engine.cast(result.value, dtype));
    const given = args[inputs] ?? kwargs?.get("out");
    const out = given instanceof PyTuple ? given.items[0] : given;
    const mask = kwargs?.get("where");
    if (out instanceof PyArray && result instanceof PyArray) {
      const next =
        mask === undefined || mask === true
          ? result.value
          : engine.where(asValue(mask), result.value, engine.cast(out.value, result.value.dtype));
      if (out.type !== arrayType) raiseError("TypeError", "return arrays must be of ArrayType");
      out.assign(next);
      return out;
    }
    if (mask !== undefined && mask !== true && result instanceof PyArray)
      return wrap(engine.where(asValue(mask), result.value, engine.cast(scalar(0), result.value.dtype)));
    return result;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "__name__":
        return this.name;
      case "nin":
        return BigInt(this.inputs);
      case "nout":
        return 1n;
      case "nargs":
        return BigInt(this.inputs + 1);
      case "outer":
        return native(name, ([a, b]) => {
          const x = asValue(a);
          const y = asValue(b);
          return apply2(this.name, wrap(engine.reshape(x, [...x.shape, ...y.shape.map(() => 1)])), wrap(y));
        });
      case "reduce":
        return native(name, ([a, axis], kwargs) => {
          const value = asValue(a);
          const along = axis ?? kwargs?.get("axis");
          const flat = along === null;
          const x = flat ? engine.reshape(value, [sizeOf(value.shape)]) : value;
          const at = flat ? 0 : axisOf(along ?? 0n, x.shape.length);
          const keep = kwargs?.get("keepdims") === true;
          const shape = x.shape.filter((_, k) => k !== at);
          const start = kwargs?.get("initial");
          let total: PyValue | undefined = start;
          for (let k = 0; k < x.shape[at]; k++) {
            const part = wrap(pick(x, [k], at, true));
            total = total === undefined ? part : apply2(this.name, total, part);
          }
          if (total === undefined) {
            const { identity } = binaries[this.name];
            if (identity === undefined)
              raiseError("ValueError", `zero-size array to reduction operation ${this.name} which has no identity`);
            total = wrap(engine.full(shape, identity, x.dtype));
          }
          if (!keep) return total;
          return wrap(
            engine.reshape(
              asValue(total),
              x.shape.map((length, k) => (k === at ? 1 : length)),
            ),
          );
        });
      case "accumulate":
        return native(name, ([a, axis], kwargs) => {
          const x = asValue(a);
          const at = axisOf(axis ?? kwargs?.get("axis") ?? 0n, x.shape.length);
          return wrap(accumulate(x, at, (p, q) => asValue(apply2(this.name, wrap(p), wrap(q)))));
        });
      case "reduceat":
        return native(name, ([a, places]) => {
          const x = asValue(a);
          const starts = Array.from(peek(asValue(places)).data);
          const reduce = this.pyGetAttribute("reduce") as PyObject;
          const parts = starts.map((from, k) => {
            const to = Math.max(starts[k + 1] ?? x.shape[0], from + 1);
            const places_ = Array.from({ length: to - from }, (_, i) => from + i);
            return asValue(reduce.pyCall!([wrap(pick(x, places_, 0))], undefined));
          });
          return wrap(engine.stack(parts));
        });
      case "at":
        return native(name, ([a, places, b]) => {
          if (!(a instanceof PyArray)) raiseError("TypeError", "first operand must be array");
          const { offsets, shape } = select(a.shape, places!);
          const given = b === undefined ? undefined : engine.broadcastTo(asValue(b), shape);
          const item = (x: Value, at: number): PyArray => wrap(engine.take(x, Int32Array.of(at), []));
          // One after the other: an element may be there several times.
          offsets.forEach((offset, k) => {
            const old = item(a.value, offset);
            const now = given === undefined ? apply1(this.name, old) : apply2(this.name, old, item(given, k));
            a.store(Int32Array.of(offset), [], asValue(now));
          });
          return null;
        });
    }
    return undefined;
  }
}

/** Running totals along an axis. */
export function accumulate(x: Value, axis: number, run: (a: Value, b: Value) => Value): Value {
  const parts: Value[] = [];
  for (let k = 0; k < x.shape[axis]; k++) {
    const part = pick(x, [k], axis, true);
    parts.push(k === 0 ? part : run(parts[k - 1], part));
  }
  if (parts.length === 0) return x;
  const stacked = engine.stack(parts);
  if (axis === 0) return stacked;
  const rank = x.shape.length;
  const order = Array.from({ length: rank }, (_, k) => (k < axis ? k + 1 : k === axis ? 0 : k));
  return engine.transpose(stacked, order);
}

/** Other names of the same functions, those of the array API and of `math` among them. */
export const ALIASES: Readonly<Record<string, string>> = {
  abs: "absolute",
  true_divide: "divide",
  mod: "remainder",
  pow: "power",
  conj: "conjugate",
  asin: "arcsin",
  acos: "arccos",
  atan: "arctan",
  asinh: "arcsinh",
  acosh: "arccosh",
  atanh: "arctanh",
  atan2: "arctan2",
  bitwise_not: "invert",
};

/** Every ufunc by its names. */
export function ufuncEntries(): [string, PyValue][] {
  const out: [string, PyValue][] = [];
  for (const name of Object.keys(unaries)) out.push([name, new Ufunc(name, 1)]);
  for (const name of Object.keys(binaries)) out.push([name, new Ufunc(name, 2)]);
  const known = new Map(out);
  for (const [alias, name] of Object.entries(ALIASES)) out.push([alias, known.get(name)!]);
  return out;
}

export { PyComplex, Tensor };
