/** `math`, on ints, floats and traced floats. */
import * as engine from "../../../engine";
import { peek, special, type Value } from "../../../engine";
import { bindArguments, toFloat, toInt } from "../runtime/arguments";
import { iterateAll, listOf, PyTuple } from "../runtime/containers";
import { raiseError } from "../runtime/errors";
import { bitLength, floatPower, floatToInt, nextAfter, rangeError, roundToInt } from "../runtime/numbers";
import { native, PyNative, PyObject, type PyValue } from "../runtime/object";
import { binary } from "../runtime/operators";
import { invoke, isNumber, truth, typeName } from "../runtime/protocol";
import { tracedScalar } from "../runtime/text";
import { vm } from "../runtime/vm";
import { registerModule } from "./registry";

const domainError = (): never => raiseError("ValueError", "math domain error");

/** A function of one float; `traced` is the engine's, for traced floats. */
function float1(
  name: string,
  run: (x: number) => number,
  traced?: (x: Value) => Value,
  allowed: (x: number) => boolean = () => true,
): [string, PyValue] {
  return [
    name,
    native(name, (args) => {
      if (args.length !== 1)
        raiseError("TypeError", `math.${name}() takes exactly one argument (${args.length} given)`);
      const [arg] = args;
      if (engine.isValue(arg)) {
        if (!allowed(peek(arg).item())) domainError();
        if (!traced) raiseError("NotImplementedError", `the derivative of math.${name} is not supported`);
        return traced(arg);
      }
      const x = toFloat(arg);
      if (!allowed(x)) domainError();
      const result = run(x);
      if (!Number.isFinite(result) && Number.isFinite(x)) {
        if (Number.isNaN(result)) domainError();
        raiseError("OverflowError", "math range error");
      }
      return result;
    }),
  ];
}

const real = (x: PyValue): number | Value => (engine.isValue(x) ? x : toFloat(x));
const either = (a: PyValue, b: PyValue): boolean => engine.isValue(a) || engine.isValue(b);

function fsum(values: number[]): number {
  // Shewchuk: partial sums that do not overlap.
  const partials: number[] = [];
  for (let x of values) {
    let used = 0;
    for (let y of partials) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (low !== 0) partials[used++] = low;
      x = high;
    }
    partials.length = used;
    partials.push(x);
  }
  let n = partials.length;
  if (n === 0) return 0;
  let high = partials[--n];
  let low = 0;
  while (n > 0) {
    const x = high;
    const y = partials[--n];
    high = x + y;
    low = y - (high - x);
    if (low !== 0) break;
  }
  if (n > 0 && ((low < 0 && partials[n - 1] < 0) || (low > 0 && partials[n - 1] > 0))) {
    const y = low * 2;
    const x = high + y;
    if (y === x - high) high = x;
  }
  return high;
}

function factorial(n: bigint): bigint {
  if (n < 0n) raiseError("ValueError", "factorial() not defined for negative values");
  if (n > 100000n) raiseError("MemoryError", "");
  let result = 1n;
  for (let k = 2n; k <= n; k++) {
    result *= k;
    if ((k & 255n) === 0n) vm.check();
  }
  return result;
}

const gcd = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y) [x, y] = [y, x % y];
  return x;
};

export function isqrt(n: bigint): bigint {
  if (n < 0n) raiseError("ValueError", "isqrt() argument must be nonnegative");
  if (n < 2n) return n;
  let x = 1n << BigInt((bitLength(n) + 1) >> 1);
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

const notInteger = (x: number): boolean => !(x <= 0 && Number.isInteger(x));

function combinations(n: bigint, k: bigint): bigint {
  if (n < 0n || k < 0n) raiseError("ValueError", `${n < 0n ? "n" : "k"} must be a non-negative integer`);
  if (k > n) return 0n;
  const m = k > n - k ? n - k : k;
  let result = 1n;
  for (let i = 0n; i < m; i++) result = (result * (n - i)) / (i + 1n);
  return result;
}

function logarithm(x: PyValue, base: PyValue | undefined): PyValue {
  const one = (value: PyValue): number | Value => {
    if (engine.isValue(value)) {
      if (!(peek(value).item() > 0)) domainError();
      return engine.log(value);
    }
    if (typeof value === "bigint" && value > 0n && bitLength(value) > 1000) {
      const shift = bitLength(value) - 60;
      return Math.log(Number(value >> BigInt(shift))) + shift * Math.LN2;
    }
    const number = toFloat(value);
    if (number <= 0) domainError();
    return Math.log(number);
  };
  const top = one(x);
  if (base === undefined) return top;
  const bottom = one(base);
  return binary("/", top, bottom);
}

function frexp(x: number): PyValue {
  if (x === 0 || !Number.isFinite(x)) return new PyTuple([x, 0n]);
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(x))) + 1);
  let mantissa = x * 2 ** -exponent;
  while (Math.abs(mantissa) < 0.5) {
    mantissa *= 2;
    exponent--;
  }
  while (Math.abs(mantissa) >= 1) {
    mantissa /= 2;
    exponent++;
  }
  return new PyTuple([mantissa, BigInt(exponent)]);
}

function remainder(x: number, y: number): number {
  if (y === 0 || !Number.isFinite(x)) domainError();
  if (!Number.isFinite(y)) return x;
  const size = Math.abs(y);
  const rest = Math.abs(x) % size;
  const other = size - rest;
  let result: number;
  if (rest < other) result = rest;
  else if (rest > other) result = -other;
  else result = rest - 2 * (((Math.abs(x) - rest) * 0.5) % size);
  return x < 0 ? -result : result;
}

function integral(name: string, dunder: string, run: (x: number) => number): [string, PyValue] {
  return [
    name,
    native(name, ([x]) => {
      if (typeof x === "bigint") return x;
      if (engine.isValue(x)) {
        return name === "floor" ? engine.floor(x) : name === "ceil" ? engine.ceil(x) : engine.trunc(x);
      }
      if (!isNumber(x)) {
        const own = invoke(x, dunder, []);
        if (own !== undefined) return own;
      }
      return floatToInt(run(toFloat(x)));
    }),
  ];
}

function distance(a: PyValue[], b: PyValue[]): PyValue {
  return hypotenuse(a.map((x, k) => binary("-", x, b[k])));
}

function hypotenuse(values: PyValue[]): PyValue {
  if (!values.some(engine.isValue)) return preciseHypot(values.map(toFloat));
  const squares = values.map((x) => binary("*", x, x)).reduce((a, b) => binary("+", a, b));
  return engine.isValue(squares) ? engine.sqrt(squares) : Math.sqrt(squares as number);
}

/** The root of a sum of squares, without overflow and to the last digit. */
function preciseHypot(values: number[]): number {
  const sizes = values.map(Math.abs);
  const most = Math.max(0, ...sizes);
  if (sizes.includes(Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
  if (sizes.some(Number.isNaN)) return Number.NaN;
  if (most === 0) return 0;
  const scale = 2 ** Math.floor(Math.log2(most));
  const squares = sizes.flatMap((x) => {
    const scaled = x / scale;
    const split = scaled * 134217729;
    const high = split - (split - scaled);
    const low = scaled - high;
    return [high * high, 2 * high * low, low * low];
  });
  const total = fsum(squares);
  let root = Math.sqrt(total);
  const split = root * 134217729;
  const high = split - (split - root);
  const low = root - high;
  root += fsum([...squares, -high * high, -2 * high * low, -low * low]) / (2 * root);
  return root * scale;
}

registerModule("math", () => {
  const entries: [string, PyValue][] = [
    ["pi", Math.PI],
    ["e", Math.E],
    ["tau", 2 * Math.PI],
    ["inf", Number.POSITIVE_INFINITY],
    ["nan", Number.NaN],
    ["nextafter", native("nextafter", ([x, y]) => nextAfter(toFloat(x), toFloat(y)))],
    ["ulp", native("ulp", ([x]) => nextAfter(Math.abs(toFloat(x)), Number.POSITIVE_INFINITY) - Math.abs(toFloat(x)))],
    [
      "sumprod",
      native("sumprod", ([p, q]) => {
        const [a, b] = [listOf(p), listOf(q)];
        if (a.length !== b.length) raiseError("ValueError", "Inputs are not the same length");
        return a.reduce<PyValue>((total, x, k) => binary("+", total, binary("*", x, b[k])), 0n);
      }),
    ],
    float1("sqrt", Math.sqrt, engine.sqrt, (x) => !(x < 0)),
    float1("cbrt", Math.cbrt, engine.cbrt),
    float1("exp", Math.exp, engine.exp),
    float1("exp2", (x) => 2 ** x, engine.exp2),
    float1("expm1", Math.expm1, engine.expm1),
    float1("log2", Math.log2, engine.log2, (x) => !(x <= 0)),
    float1("log10", Math.log10, engine.log10, (x) => !(x <= 0)),
    float1("log1p", Math.log1p, engine.log1p, (x) => !(x <= -1)),
    float1("sin", Math.sin, engine.sin, (x) => Number.isFinite(x) || Number.isNaN(x)),
    float1("cos", Math.cos, engine.cos, (x) => Number.isFinite(x) || Number.isNaN(x)),
    float1("tan", Math.tan, engine.tan, (x) => Number.isFinite(x) || Number.isNaN(x)),
    float1("asin", Math.asin, engine.asin, (x) => !(Math.abs(x) > 1)),
    float1("acos", Math.acos, engine.acos, (x) => !(Math.abs(x) > 1)),
    float1("atan", Math.atan, engine.atan),
    float1("sinh", Math.sinh, engine.sinh),
    float1("cosh", Math.cosh, engine.cosh),
    float1("tanh", Math.tanh, engine.tanh),
    float1("asinh", Math.asinh, engine.asinh),
    float1("acosh", Math.acosh, engine.acosh, (x) => !(x < 1)),
    float1("atanh", Math.atanh, engine.atanh, (x) => !(Math.abs(x) >= 1)),
    float1("fabs", Math.abs, engine.abs),
    float1(
      "degrees",
      (x) => x * (180 / Math.PI),
      (x) => engine.mul(x, 180 / Math.PI),
    ),
    float1(
      "radians",
      (x) => x * (Math.PI / 180),
      (x) => engine.mul(x, Math.PI / 180),
    ),
    float1("erf", special.erf, tracedSpecial("erf")),
    float1("erfc", special.erfc, tracedSpecial("erfc")),
    float1("gamma", special.gamma, tracedSpecial("gamma"), notInteger),
    float1("lgamma", special.lgamma, tracedSpecial("lgamma"), notInteger),
    ["log", native("log", ([x, base]) => logarithm(x, base))],
    [
      "pow",
      native("pow", ([a, b]) => {
        if (either(a, b)) return engine.pow(real(a), real(b));
        const [x, y] = [toFloat(a), toFloat(b)];
        if (x === 0 && y < 0) domainError();
        const result = floatPower(x, y);
        return typeof result === "number" ? result : domainError();
      }),
    ],
    [
      "atan2",
      native("atan2", ([a, b]) => (either(a, b) ? engine.atan2(real(a), real(b)) : Math.atan2(toFloat(a), toFloat(b)))),
    ],
    ["hypot", native("hypot", (args) => hypotenuse(args))],
    ["dist", native("dist", ([a, b]) => distance(listOf(a), listOf(b)))],
    integral("floor", "__floor__", Math.floor),
    integral("ceil", "__ceil__", Math.ceil),
    integral("trunc", "__trunc__", Math.trunc),
    [
      "copysign",
      native("copysign", ([a, b]) => {
        const y = engine.isValue(b) ? peek(b).item() : toFloat(b);
        const negative = y < 0 || Object.is(y, -0);
        if (engine.isValue(a)) return negative ? engine.neg(engine.abs(a)) : engine.abs(a);
        const size = Math.abs(toFloat(a));
        return negative ? -size : size;
      }),
    ],
    [
      "fmod",
      native("fmod", ([a, b]) => {
        if (either(a, b)) {
          const quotient = engine.trunc(engine.div(real(a), real(b)));
          return engine.sub(real(a), engine.mul(quotient, real(b)));
        }
        const [x, y] = [toFloat(a), toFloat(b)];
        if (y === 0 || !Number.isFinite(x)) domainError();
        return x % y;
      }),
    ],
    ["remainder", native("remainder", ([a, b]) => remainder(toFloat(a), toFloat(b)))],
    [
      "fsum",
      native("fsum", ([x]) => {
        const items = listOf(x);
        return items.some(engine.isValue) ? items.reduce((a, b) => binary("+", a, b)) : fsum(items.map(toFloat));
      }),
    ],
    [
      "prod",
      native("prod", (args, kwargs) => {
        const [x, start] = bindArguments("prod", ["iterable", "*", "start?"], args, kwargs);
        let product: PyValue = start ?? 1n;
        for (const item of iterateAll(x!)) product = binary("*", product, item);
        return product;
      }),
    ],
    [
      "factorial",
      native("factorial", ([x]) => {
        if (typeof x === "number") raiseError("TypeError", "'float' object cannot be interpreted as an integer");
        return factorial(toInt(x));
      }),
    ],
    ["gcd", native("gcd", (args) => args.map(toInt).reduce(gcd, 0n))],
    [
      "lcm",
      native("lcm", (args) =>
        args
          .map(toInt)
          .reduce(
            (a, b) =>
              a === 0n || b === 0n ? 0n : (a / gcd(a, b)) * b < 0n ? -((a / gcd(a, b)) * b) : (a / gcd(a, b)) * b,
            1n,
          ),
      ),
    ],
    ["comb", native("comb", ([n, k]) => combinations(toInt(n), toInt(k)))],
    [
      "perm",
      native("perm", ([n, k]) => {
        const top = toInt(n);
        const count = k === undefined || k === null ? top : toInt(k);
        if (count > top) return 0n;
        let result = 1n;
        for (let i = 0n; i < count; i++) result *= top - i;
        return result;
      }),
    ],
    ["isqrt", native("isqrt", ([n]) => isqrt(toInt(n)))],
    ["isnan", native("isnan", ([x]) => Number.isNaN(toFloat(x)))],
    ["isinf", native("isinf", ([x]) => Math.abs(toFloat(x)) === Number.POSITIVE_INFINITY)],
    ["isfinite", native("isfinite", ([x]) => Number.isFinite(toFloat(x)))],
    [
      "isclose",
      native("isclose", (args, kwargs) => {
        const [a, b, rel, abs] = bindArguments("isclose", ["a", "b", "*", "rel_tol?", "abs_tol?"], args, kwargs);
        const [x, y] = [toFloat(a!), toFloat(b!)];
        if (x === y) return true;
        if (!Number.isFinite(x) || !Number.isFinite(y)) return false;
        const size = Math.max(Math.abs(x), Math.abs(y));
        return Math.abs(x - y) <= Math.max(toFloat(rel ?? 1e-9) * size, toFloat(abs ?? 0));
      }),
    ],
    [
      "modf",
      native("modf", ([x]) => {
        const value = toFloat(x);
        const whole = Math.trunc(value);
        const part = Number.isFinite(value) ? value - whole : value < 0 ? -0 : 0;
        return new PyTuple([part === 0 && (value < 0 || Object.is(value, -0)) ? -0 : part, whole]);
      }),
    ],
    ["frexp", native("frexp", ([x]) => frexp(toFloat(x)))],
    [
      "ldexp",
      native("ldexp", ([x, n]) => {
        const result = toFloat(x) * 2 ** Number(toInt(n));
        if (!Number.isFinite(result)) throw rangeError();
        return result;
      }),
    ],
    [
      "ulp",
      native("ulp", ([x]) => {
        const size = Math.abs(toFloat(x));
        const bits = new DataView(new ArrayBuffer(8));
        bits.setFloat64(0, size);
        bits.setBigInt64(0, bits.getBigInt64(0) + 1n);
        return bits.getFloat64(0) - size;
      }),
    ],
  ];
  return new Map(entries.map(([name, entry]): [string, PyValue] => [name, withTracedScalars(entry)]));
});

/** NumPy's traced scalars are traced floats to `math`. */
function withTracedScalars(entry: PyValue): PyValue {
  if (!(entry instanceof PyNative)) return entry;
  return native(entry.name, (args, kwargs) =>
    entry.run(
      args.map((x) => tracedScalar(x) ?? x),
      kwargs,
    ),
  );
}

/** An engine operation that may not be there yet. */
function tracedSpecial(name: string): ((x: Value) => Value) | undefined {
  const found = (engine as unknown as Record<string, unknown>)[name];
  return typeof found === "function" && "op" in found ? (found as unknown as (x: Value) => Value) : undefined;
}

export { PyObject, roundToInt, truth, typeName };
