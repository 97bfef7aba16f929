/**
 * The elementwise operations. An entry is complete: evaluation, partials,
 * domain, kinks, notation. Formulas: NIST Digital Library of Mathematical
 * Functions, chapter 4.
 */
import * as complex from "../complex";
import { currentDialect, type Dialect } from "../dialect";
import { isFloat, promote } from "../dtype";
import * as lanes from "../lower/wasm/lanes";
import * as vector from "../lower/wasm/vector-math";
import type { Code, Elementwise } from "../op";
import { Tensor, type Value } from "../tensor";
import { type Binary, binary, lift, type Operand, type Ternary, ternary, type Unary, unary } from "./define";

const POSITIVE: readonly [number, number] = [0.1, 4];
const INSIDE: readonly [number, number] = [-0.9, 0.9];
const bool = () => "bool" as const;
/** A template for NumPy and JAX, whose names are the same. */
export const arrays = (template: string) => ({ numpy: template, jax: template });

// ── arithmetic ──────────────────────────────────────────────────────────────

export const neg: Unary = unary("neg", {
  evaluate: (x) => -x,
  partials: [() => -1],
  algebra: "linear",
  complex: complex.neg,
  javascript: "(-#1)",
  simd: lanes.neg,
  code: "-#1",
});

export const add: Binary = binary("add", {
  evaluate: (x, y) => x + y,
  partials: [() => 1, () => 1],
  algebra: "linear",
  complex: complex.add,
  javascript: "(#1 + #2)",
  simd: lanes.add,
  code: "#1 + #2",
});

export const sub: Binary = binary("sub", {
  evaluate: (x, y) => x - y,
  partials: [() => 1, () => -1],
  algebra: "linear",
  complex: complex.sub,
  javascript: "(#1 - #2)",
  simd: lanes.sub,
  code: "#1 - #2",
});

export const mul: Binary = binary("mul", {
  evaluate: (x, y) => x * y,
  partials: [([, y]) => y!, ([x]) => x!],
  algebra: "bilinear",
  complex: complex.mul,
  javascript: "(#1 * #2)",
  simd: lanes.mul,
  code: "#1 * #2",
});

export const div: Binary = binary("div", {
  evaluate: (x, y) => x / y,
  partials: [([, y]) => div(1, y!), ([, y], out) => neg(div(out, y!))],
  domain: [[-3, 3], POSITIVE],
  complex: complex.div,
  javascript: "(#1 / #2)",
  simd: lanes.div,
  code: "#1 / #2",
});

/** x to the power y, as C's pow: JavaScript's `**` but 1**nan = 1 and (±1)**±inf = 1. */
export function power(x: number, y: number): number {
  return x === 1 || (x === -1 && (y === Infinity || y === -Infinity)) ? 1 : x ** y;
}

export const pow: Binary = binary("pow", {
  evaluate: power,
  partials: [
    ([x, y], _, { zeroOverZero }) => {
      const partial = mul(y!, pow(x!, sub(y!, 1)));
      // A whole exponent 0 makes a constant; of a float one it is a 0/0.
      const asIs = zeroOverZero === "nan" && isFloat(y!.dtype);
      return asIs || isNonzero(y!) ? partial : where(equal(y!, 0), 0, partial);
    },
    ([x, y], out, dialect) => mul(out, logOfBase(x!, y!, dialect)),
  ],
  domain: [POSITIVE, [-3, 3]],
  kinks: [
    [0, 0],
    [0, -1],
    [-2, 3],
  ],
  complex: complex.pow,
  javascript: "power(#1, #2)",
  simd: (x, y) => powerOf(x, y),
  code: { python: "#1 ** #2", javascript: "#1 ** #2" },
});

/** A small whole power as products, which are exact to 2 ulp; any other by logarithm. */
function powerOf(x: lanes.Lanes, y: lanes.Lanes): lanes.Lanes {
  switch (y.constant) {
    case 2:
      return lanes.mul(x, x);
    case 3:
      return lanes.mul(lanes.mul(x, x), x);
    case -1:
      return lanes.div(1, x);
    default:
      return vector.pow(x, y, power);
  }
}

const isNonzero = (y: Value) => y instanceof Tensor && y.shape.length === 0 && y.data[0] !== 0;

/** log x in d(x^y)/dy. At x = 0 the limit of x^y·log x is 0 for y > 0: the frameworks answer 0, not 0·(−inf). */
function logOfBase(x: Value, y: Value, { powerOfNegative, logOfZeroBase }: Dialect): Value {
  if (powerOfNegative === "zero") return log(where(greater(x, 0), x, 1));
  if (logOfZeroBase === "zero") return log(where(equal(x, 0), 1, x));
  return log(where(logicalAnd(equal(x, 0), greaterEqual(y, 0)), 1, x));
}

const floordivision: Binary = binary("floordiv", {
  evaluate: floorQuotient,
  partials: [null, null],
  none: "// is piecewise constant",
  domain: [[-3, 3], POSITIVE],
  latex: "\\left\\lfloor \\frac{#1}{#2} \\right\\rfloor",
  javascript: "floorQuotient(#1, #2)",
  simd: (x, y) => vector.floorQuotient(x, y, floorQuotient),
  code: "#1 // #2",
  definition: ([x, y]) => floor(div(x!, y!)),
});

/** x // y; of floats as the dialect that is current rounds it. */
export const floordiv: Binary = Object.assign(
  (x: Operand, y: Operand): Value => {
    const quotient = currentDialect().floorDivision === "quotient";
    const floats = isFloat(lift(x, [y]).dtype) || isFloat(lift(y, [x]).dtype);
    return quotient && floats ? floor(div(x, y)) : floordivision(x, y);
  },
  { op: floordivision.op },
);

/** The remainder with the divisor's sign (that of a zero too), as Python's and NumPy's %. */
export function modulo(x: number, y: number): number {
  const remainder = x % y;
  if (remainder === 0) return y < 0 ? -0 : 0;
  return remainder < 0 !== y < 0 ? remainder + y : remainder;
}

/** Python's and NumPy's //: the quotient that goes with {@link modulo}, so 1 // 0.1 is 9, not floor(10.000…). */
export function floorQuotient(x: number, y: number): number {
  if (y === 0) return x / y;
  const remainder = x % y;
  const below = remainder !== 0 && remainder < 0 !== y < 0 ? 1 : 0;
  const quotient = Math.round((x - remainder) / y - below);
  return quotient === 0 ? 0 * (x / y) : quotient;
}

export const mod: Binary = binary("mod", {
  evaluate: modulo,
  partials: [() => 1, ([x, y]) => neg(floordiv(x!, y!))],
  domain: [
    [0.1, 0.9],
    [1, 3],
  ],
  latex: "#1 \\bmod #2",
  javascript: "modulo(#1, #2)",
  simd: (x, y) => vector.mod(x, y, modulo),
  code: "#1 % #2",
  definition: ([x, y]) => sub(x!, mul(y!, floor(div(x!, y!)))),
});

/** x·x: exactly rounded, where a power of 2 need not be. */
export function times(x: number): number {
  return x * x;
}

/** x·y, but 0 where x is 0, whatever y: for cotangents. */
export const multiplyNoNan: Binary = binary("multiply_no_nan", {
  evaluate: productNoNan,
  partials: [([, y]) => y!, ([x]) => x!],
  domain: [
    [0.1, 3],
    [-3, 3],
  ],
  kinks: [[0, 0]],
  complex: complex.mul,
  latex: "#1 \\cdot #2",
  javascript: "productNoNan(#1, #2)",
  simd: (x, y) => lanes.select(lanes.eq(x, 0), 0, lanes.mul(x, y)),
  code: { tensorflow: "@math.multiply_no_nan(#2, #1)" },
  definition: ([x, y]) => where(equal(x!, 0), 0, mul(x!, y!)),
});

export function productNoNan(x: number, y: number): number {
  return x === 0 ? 0 : x * y;
}

/** x/y, but 0 where y is 0. */
export const divNoNan: Binary = binary("div_no_nan", {
  evaluate: quotientNoNan,
  partials: [([, y]) => divNoNan(1, y!), ([, y], out) => neg(divNoNan(out, y!))],
  domain: [[-3, 3], POSITIVE],
  kinks: [[0, 0]],
  complex: complex.div,
  latex: "\\frac{#1}{#2}",
  javascript: "quotientNoNan(#1, #2)",
  simd: (x, y) => lanes.select(lanes.eq(y, 0), 0, lanes.div(x, y)),
  code: { tensorflow: "@math.divide_no_nan(#1, #2)" },
  definition: ([x, y]) => where(equal(y!, 0), 0, div(x!, where(equal(y!, 0), 1, y!))),
});

export function quotientNoNan(x: number, y: number): number {
  return y === 0 ? 0 : x / y;
}

export const square: Unary = unary("square", {
  evaluate: times,
  partials: [([x]) => mul(2, x!)],
  complex: complex.square,
  latex: "#1^{2}",
  javascript: "times(#1)",
  simd: (x) => lanes.mul(x, x),
  code: { python: "#1 ** 2", javascript: "#1 ** 2" },
});

export const reciprocal: Unary = unary("reciprocal", {
  evaluate: (x) => 1 / x,
  partials: [(_, out) => neg(mul(out, out))],
  domain: [POSITIVE],
  complex: complex.reciprocal,
  latex: "\\frac{1}{#1}",
  javascript: "(1 / #1)",
  simd: (x) => lanes.div(1, x),
  code: "1 / #1",
});

export const sqrt: Unary = unary("sqrt", {
  evaluate: Math.sqrt,
  partials: [(_, out) => div(0.5, out)],
  absorbsZero: true,
  domain: [POSITIVE],
  kinks: [[0]],
  complex: complex.sqrt,
  latex: "\\sqrt{#1}",
  javascript: "Math.sqrt(#1)",
  simd: lanes.sqrt,
  code: "@sqrt(#1)",
});

export const cbrt: Unary = unary("cbrt", {
  evaluate: Math.cbrt,
  partials: [(_, out) => div(1, mul(3, square(out)))],
  domain: [POSITIVE],
  kinks: [[0]],
  complex: complex.cbrt,
  latex: "\\sqrt[3]{#1}",
  javascript: "Math.cbrt(#1)",
  simd: vector.cbrt,
  code: { math: "@cbrt(#1)", ...arrays("@cbrt(#1)") },
  definition: ([x]) => mul(sign(x!), pow(abs(x!), 1 / 3)),
});

// ── exponentials and logarithms ─────────────────────────────────────────────

export const exp: Unary = unary("exp", {
  evaluate: Math.exp,
  partials: [(_, out) => out],
  complex: complex.exp,
  latex: "e^{#1}",
  javascript: "Math.exp(#1)",
  simd: vector.exp,
  code: "@exp(#1)",
});

export const expm1: Unary = unary("expm1", {
  evaluate: Math.expm1,
  partials: [([x]) => exp(x!)],
  complex: complex.expm1,
  latex: "\\operatorname{expm1}",
  javascript: "Math.expm1(#1)",
  simd: vector.expm1,
  code: { python: "@expm1(#1)", tensorflow: "@math.expm1(#1)" },
});

export const exp2: Unary = unary("exp2", {
  evaluate: (x) => 2 ** x,
  partials: [(_, out) => mul(out, Math.LN2)],
  complex: (z) => complex.exp(complex.scale(z, Math.LN2)),
  latex: "2^{#1}",
  javascript: "power(2, #1)",
  simd: vector.exp2,
  code: { python: "2 ** #1", javascript: "2 ** #1" },
});

export const log: Unary = unary("log", {
  evaluate: Math.log,
  partials: [([x]) => div(1, x!)],
  domain: [POSITIVE],
  complex: complex.log,
  latex: "\\ln",
  javascript: "Math.log(#1)",
  simd: vector.log,
  code: { python: "@log(#1)", tensorflow: "@math.log(#1)" },
});

export const log2: Unary = unary("log2", {
  evaluate: Math.log2,
  partials: [([x]) => div(1, mul(x!, Math.LN2))],
  domain: [POSITIVE],
  complex: (z) => complex.scale(complex.log(z), Math.LOG2E),
  latex: "\\log_{2}",
  javascript: "Math.log2(#1)",
  simd: vector.log2,
  code: { math: "@log2(#1)", torch: "@log2(#1)", ...arrays("@log2(#1)") },
  definition: ([x]) => div(log(x!), Math.LN2),
});

export const log10: Unary = unary("log10", {
  evaluate: Math.log10,
  partials: [([x]) => div(1, mul(x!, Math.LN10))],
  domain: [POSITIVE],
  complex: (z) => complex.scale(complex.log(z), Math.LOG10E),
  latex: "\\log_{10}",
  javascript: "Math.log10(#1)",
  simd: vector.log10,
  code: { math: "@log10(#1)", torch: "@log10(#1)", ...arrays("@log10(#1)") },
  definition: ([x]) => div(log(x!), Math.LN10),
});

export const log1p: Unary = unary("log1p", {
  evaluate: Math.log1p,
  partials: [([x]) => div(1, add(1, x!))],
  domain: [[-0.8, 3]],
  complex: complex.log1p,
  latex: "\\operatorname{log1p}",
  javascript: "Math.log1p(#1)",
  simd: vector.log1p,
  code: { python: "@log1p(#1)", tensorflow: "@math.log1p(#1)" },
});

// ── trigonometric and hyperbolic ────────────────────────────────────────────

export const sin: Unary = unary("sin", {
  evaluate: Math.sin,
  partials: [([x]) => cos(x!)],
  complex: complex.sin,
  javascript: "Math.sin(#1)",
  simd: vector.sin,
  code: "@sin(#1)",
});

export const cos: Unary = unary("cos", {
  evaluate: Math.cos,
  partials: [([x]) => neg(sin(x!))],
  complex: complex.cos,
  javascript: "Math.cos(#1)",
  simd: vector.cos,
  code: "@cos(#1)",
});

export const tan: Unary = unary("tan", {
  evaluate: Math.tan,
  partials: [(_, out) => add(1, square(out))],
  domain: [[-1.2, 1.2]],
  complex: complex.tan,
  javascript: "Math.tan(#1)",
  simd: vector.tan,
  code: "@tan(#1)",
});

export const asin: Unary = unary("asin", {
  evaluate: Math.asin,
  partials: [([x]) => div(1, sqrt(sub(1, square(x!))))],
  domain: [INSIDE],
  complex: complex.asin,
  latex: "\\arcsin",
  javascript: "Math.asin(#1)",
  simd: vector.asin,
  code: { python: "@asin(#1)", ...arrays("@arcsin(#1)") },
});

export const acos: Unary = unary("acos", {
  evaluate: Math.acos,
  partials: [([x]) => neg(div(1, sqrt(sub(1, square(x!)))))],
  domain: [INSIDE],
  complex: complex.acos,
  latex: "\\arccos",
  javascript: "Math.acos(#1)",
  simd: vector.acos,
  code: { python: "@acos(#1)", ...arrays("@arccos(#1)") },
});

export const atan: Unary = unary("atan", {
  evaluate: Math.atan,
  partials: [([x]) => div(1, add(1, square(x!)))],
  complex: complex.atan,
  latex: "\\arctan",
  javascript: "Math.atan(#1)",
  simd: vector.atan,
  code: { python: "@atan(#1)", ...arrays("@arctan(#1)") },
});

export const sinh: Unary = unary("sinh", {
  evaluate: Math.sinh,
  partials: [([x]) => cosh(x!)],
  complex: complex.sinh,
  javascript: "Math.sinh(#1)",
  simd: vector.sinh,
  code: "@sinh(#1)",
});

export const cosh: Unary = unary("cosh", {
  evaluate: Math.cosh,
  partials: [([x]) => sinh(x!)],
  complex: complex.cosh,
  javascript: "Math.cosh(#1)",
  simd: vector.cosh,
  code: "@cosh(#1)",
});

export const tanh: Unary = unary("tanh", {
  evaluate: Math.tanh,
  partials: [([x], out, { flat }) => (flat === "exact" ? square(sech(x!)) : sub(1, square(out)))],
  complex: complex.tanh,
  javascript: "Math.tanh(#1)",
  simd: vector.tanh,
  code: "@tanh(#1)",
});

/** 1/cosh. */
export const sech: Unary = unary("sech", {
  evaluate: (x) => 1 / Math.cosh(x),
  partials: [([x], out) => neg(mul(out, tanh(x!)))],
  complex: (z) => complex.reciprocal(complex.cosh(z)),
  latex: "\\operatorname{sech}",
  javascript: "(1 / Math.cosh(#1))",
  simd: (x) => lanes.div(1, vector.cosh(x)),
  definition: ([x]) => div(1, cosh(x!)),
});

export const asinh: Unary = unary("asinh", {
  evaluate: Math.asinh,
  partials: [([x]) => div(1, sqrt(add(square(x!), 1)))],
  complex: complex.asinh,
  latex: "\\operatorname{arsinh}",
  javascript: "Math.asinh(#1)",
  simd: vector.asinh,
  code: { python: "@asinh(#1)", ...arrays("@arcsinh(#1)") },
});

export const acosh: Unary = unary("acosh", {
  evaluate: Math.acosh,
  partials: [([x]) => div(1, mul(sqrt(sub(x!, 1)), sqrt(add(x!, 1))))],
  domain: [[1.2, 4]],
  complex: complex.acosh,
  latex: "\\operatorname{arcosh}",
  javascript: "Math.acosh(#1)",
  simd: vector.acosh,
  code: { python: "@acosh(#1)", ...arrays("@arccosh(#1)") },
});

export const atanh: Unary = unary("atanh", {
  evaluate: Math.atanh,
  partials: [([x]) => div(1, sub(1, square(x!)))],
  domain: [INSIDE],
  complex: complex.atanh,
  latex: "\\operatorname{artanh}",
  javascript: "Math.atanh(#1)",
  simd: vector.atanh,
  code: { python: "@atanh(#1)", ...arrays("@arctanh(#1)") },
});

export const atan2: Binary = binary("atan2", {
  evaluate: Math.atan2,
  partials: [
    ([y, x], _, dialect) => quotient(x!, add(square(x!), square(y!)), dialect),
    ([y, x], _, dialect) => neg(quotient(y!, add(square(x!), square(y!)), dialect)),
  ],
  domain: [POSITIVE, POSITIVE],
  kinks: [[0, 0]],
  complex: complex.atan2,
  latex: "\\operatorname{atan2}",
  javascript: "Math.atan2(#1, #2)",
  simd: vector.atan2,
  code: { python: "@atan2(#1, #2)", ...arrays("@arctan2(#1, #2)") },
});

/** x/y in a derivative, with the dialect's 0/0. */
export function quotient(x: Value, y: Value, { zeroOverZero }: Dialect): Value {
  return zeroOverZero === "zero" ? divNoNan(x, y) : div(x, y);
}

export const hypot: Binary = binary("hypot", {
  evaluate: (x, y) => Math.hypot(x, y),
  partials: [([x], out) => div(x!, out), ([, y], out) => div(y!, out)],
  domain: [POSITIVE, POSITIVE],
  kinks: [[0, 0]],
  complex: complex.hypot,
  latex: "\\sqrt{#1^{2} + #2^{2}}",
  javascript: "Math.hypot(#1, #2)",
  simd: vector.hypot,
  code: { math: "@hypot(#1, #2)", torch: "@hypot(#1, #2)", ...arrays("@hypot(#1, #2)") },
  definition: ([x, y]) => sqrt(add(square(x!), square(y!))),
});

// ── activations ─────────────────────────────────────────────────────────────

/** 1/(1+e^−x), from the side on which the exponential does not overflow. */
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

export const sigmoid: Unary = unary("sigmoid", {
  evaluate: logistic,
  partials: [([x], out, { flat }) => mul(out, flat === "exact" ? sigmoid(neg(x!)) : sub(1, out))],
  complex: complex.sigmoid,
  latex: "\\sigma",
  javascript: "logistic(#1)",
  simd: vector.sigmoid,
  code: { tensorflow: "@sigmoid(#1)", torch: "@sigmoid(#1)", jax: "jax.nn.sigmoid(#1)" },
  definition: ([x]) => div(1, add(1, exp(neg(x!)))),
});

/** log(1+e^x), without overflow. */
export function logOnePlusExp(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

export const softplus: Unary = unary("softplus", {
  evaluate: logOnePlusExp,
  partials: [([x]) => sigmoid(x!)],
  complex: complex.softplus,
  latex: "\\operatorname{softplus}",
  javascript: "logOnePlusExp(#1)",
  simd: vector.softplus,
  code: { tensorflow: "@nn.softplus(#1)", jax: "jax.nn.softplus(#1)", numpy: "@logaddexp(0, #1)" },
  definition: ([x]) => add(maximum(x!, 0), log1p(exp(neg(abs(x!))))),
});

export const relu: Unary = unary("relu", {
  // NaN stays NaN.
  evaluate: (x) => (x > 0 || Number.isNaN(x) ? x : 0),
  partials: [([x]) => where(greater(x!, 0), 1, 0)],
  domain: [[0.1, 3]],
  kinks: [[0]],
  latex: "\\operatorname{ReLU}",
  javascript: "Math.max(#1, 0)",
  simd: (x) => lanes.max(x, 0),
  code: { tensorflow: "@nn.relu(#1)", torch: "@relu(#1)", jax: "jax.nn.relu(#1)" },
  definition: ([x]) => maximum(x!, 0),
});

// ── piecewise ───────────────────────────────────────────────────────────────

export const abs: Unary = unary("abs", {
  evaluate: Math.abs,
  partials: [([x], _, dialect) => (dialect.absAtZero === 0 ? sign(x!) : where(greaterEqual(x!, 0), 1, -1))],
  kinks: [[0]],
  latex: "\\left|#1\\right|",
  javascript: "Math.abs(#1)",
  simd: lanes.abs,
  code: "abs(#1)",
});

export const sign: Unary = unary("sign", {
  evaluate: Math.sign,
  partials: [() => 0],
  kinks: [[0]],
  latex: "\\operatorname{sign}",
  javascript: "Math.sign(#1)",
  simd: (x) => lanes.select(lanes.or(lanes.gt(x, 0), lanes.lt(x, 0)), lanes.turned(1, x), x),
  code: { tensorflow: "@sign(#1)", torch: "@sign(#1)", ...arrays("@sign(#1)") },
  definition: ([x]) => where(greater(x!, 0), 1, where(less(x!, 0), -1, 0)),
});

function stepFunction(
  name: string,
  evaluate: (x: number) => number,
  notation: Pick<Elementwise, "latex" | "javascript" | "simd" | "code" | "definition">,
): Unary {
  return unary(name, { evaluate, partials: [null], none: `${name} is piecewise constant`, ...notation });
}

/** To the nearest integer, halves to the even one. */
export function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

export const floor = stepFunction("floor", Math.floor, {
  latex: "\\left\\lfloor #1 \\right\\rfloor",
  javascript: "Math.floor(#1)",
  simd: lanes.floor,
  code: "@floor(#1)",
});
export const ceil = stepFunction("ceil", Math.ceil, {
  latex: "\\left\\lceil #1 \\right\\rceil",
  javascript: "Math.ceil(#1)",
  simd: lanes.ceil,
  code: { python: "@ceil(#1)", tensorflow: "@math.ceil(#1)" },
});
export const trunc = stepFunction("trunc", Math.trunc, {
  latex: "\\operatorname{trunc}",
  javascript: "Math.trunc(#1)",
  simd: lanes.trunc,
  code: { math: "@trunc(#1)", torch: "@trunc(#1)", ...arrays("@trunc(#1)") },
  definition: ([x]) => where(less(x!, 0), ceil(x!), floor(x!)),
});
export const round = stepFunction("round", roundHalfEven, {
  latex: "\\operatorname{round}",
  javascript: "roundHalfEven(#1)",
  simd: lanes.nearest,
  code: { python: "@round(#1)", math: "round(#1)", javascript: null },
});

export const maximum: Binary = binary("maximum", {
  // Not Math.max itself: it would take whatever else it is given as a number to compare.
  evaluate: (x, y) => Math.max(x, y),
  partials: [
    ([x, y], _, { tie }) => where(tie === "first" ? greaterEqual(x!, y!) : greater(x!, y!), 1, halfAt(x!, y!, tie)),
    ([x, y], _, { tie }) => where(greater(y!, x!), 1, halfAt(x!, y!, tie)),
  ],
  domain: [
    [0.1, 1],
    [2, 3],
  ],
  kinks: [[0, 0]],
  latex: "\\max",
  javascript: "Math.max(#1, #2)",
  simd: lanes.max,
  code: { math: "max(#1, #2)", tensorflow: "@maximum(#1, #2)", ...arrays("@maximum(#1, #2)") },
  definition: ([x, y]) => where(greaterEqual(x!, y!), x!, y!),
});

export const minimum: Binary = binary("minimum", {
  evaluate: (x, y) => Math.min(x, y),
  partials: [
    ([x, y], _, { tie }) => where(tie === "first" ? lessEqual(x!, y!) : less(x!, y!), 1, halfAt(x!, y!, tie)),
    ([x, y], _, { tie }) => where(less(y!, x!), 1, halfAt(x!, y!, tie)),
  ],
  domain: [
    [0.1, 1],
    [2, 3],
  ],
  kinks: [[0, 0]],
  latex: "\\min",
  javascript: "Math.min(#1, #2)",
  simd: lanes.min,
  code: { math: "min(#1, #2)", tensorflow: "@minimum(#1, #2)", ...arrays("@minimum(#1, #2)") },
  definition: ([x, y]) => where(lessEqual(x!, y!), x!, y!),
});

type Argument = Parameters<Unary>[0];
export const halfAt = (x: Argument, y: Argument, tie: "first" | "split") =>
  tie === "split" ? where(equal(x, y), 0.5, 0) : 0;

export const where: Ternary = ternary("where", {
  evaluate: (condition, x, y) => (condition !== 0 ? x : y),
  result: ([, x, y]) => promote(x!, y!),
  partials: [null, ([condition]) => where(condition!, 1, 0), ([condition]) => where(condition!, 0, 1)],
  none: "a condition has no derivative",
  latex: "\\begin{cases} #2 & #1 \\\\ #3 & \\text{otherwise} \\end{cases}",
  // NaN counts as true, as in the frameworks.
  javascript: "(#1 !== 0 ? #2 : #3)",
  simd: (condition, x, y) => lanes.select(lanes.holds(condition), x, y),
  code: { python: "@where(#1, #2, #3)", math: "#2 if #1 else #3", javascript: "#1 ? #2 : #3" },
});

// ── comparisons and logic ───────────────────────────────────────────────────

function test(
  name: string,
  evaluate: (x: number, y: number) => boolean,
  latex: string,
  none: string,
  javascript: string,
  simd: (x: lanes.Lanes, y: lanes.Lanes) => lanes.Lanes,
  code: Code,
): Binary {
  return binary(name, {
    evaluate: (x, y) => (evaluate(x, y) ? 1 : 0),
    result: bool,
    partials: [null, null],
    none,
    latex: `#1 ${latex} #2`,
    javascript: `(${javascript} ? 1 : 0)`,
    simd: (x, y) => lanes.flag(simd(x, y)),
    code,
  });
}

const comparison = (
  name: string,
  evaluate: (x: number, y: number) => boolean,
  latex: string,
  operator: string,
  simd: (x: lanes.Lanes, y: lanes.Lanes) => lanes.Lanes,
) =>
  test(name, evaluate, latex, "a comparison has no derivative", `#1 ${operator} #2`, simd, {
    python: `#1 ${operator.replace(/==$/, "=")} #2`,
    javascript: `#1 ${operator} #2`,
  });

const ofTruths = (combine: (x: lanes.Lanes, y: lanes.Lanes) => lanes.Lanes) => (x: lanes.Lanes, y: lanes.Lanes) =>
  combine(lanes.holds(x), lanes.holds(y));

const connective = (
  name: string,
  evaluate: (x: number, y: number) => boolean,
  latex: string,
  combine: (x: lanes.Lanes, y: lanes.Lanes) => lanes.Lanes,
  { javascript, ...python }: { javascript: string; python: string; math: string },
) =>
  test(name, evaluate, latex, "logic has no derivative", `#1 !== 0 ${javascript} #2 !== 0`, ofTruths(combine), {
    python: `#1 ${python.python} #2`,
    math: `#1 ${python.math} #2`,
    javascript: `#1 ${javascript} #2`,
  });

export const less = comparison("less", (x, y) => x < y, "<", "<", lanes.lt);
export const lessEqual = comparison("less_equal", (x, y) => x <= y, "\\le", "<=", lanes.le);
export const greater = comparison("greater", (x, y) => x > y, ">", ">", lanes.gt);
export const greaterEqual = comparison("greater_equal", (x, y) => x >= y, "\\ge", ">=", lanes.ge);
export const equal = comparison("equal", (x, y) => x === y, "=", "===", lanes.eq);
export const notEqual = comparison("not_equal", (x, y) => x !== y, "\\ne", "!==", lanes.ne);
export const logicalAnd = connective("logical_and", (x, y) => x !== 0 && y !== 0, "\\land", lanes.and, {
  javascript: "&&",
  python: "&",
  math: "and",
});
export const logicalOr = connective("logical_or", (x, y) => x !== 0 || y !== 0, "\\lor", lanes.or, {
  javascript: "||",
  python: "|",
  math: "or",
});

export const logicalXor = test(
  "logical_xor",
  (x, y) => (x !== 0) !== (y !== 0),
  "\\oplus",
  "logic has no derivative",
  "(#1 !== 0) !== (#2 !== 0)",
  ofTruths(lanes.xor),
  { python: "#1 ^ #2", math: "#1 != #2", javascript: "#1 !== #2" },
);

export const logicalNot: Unary = unary("logical_not", {
  evaluate: (x) => (x === 0 ? 1 : 0),
  result: bool,
  partials: [null],
  none: "logic has no derivative",
  latex: "\\lnot #1",
  javascript: "(#1 === 0 ? 1 : 0)",
  simd: (x) => lanes.flag(lanes.eq(x, 0)),
  code: { python: "~#1", math: "not #1", javascript: "!#1" },
});

export const isnan: Unary = unary("isnan", {
  evaluate: (x) => (Number.isNaN(x) ? 1 : 0),
  result: bool,
  partials: [null],
  none: "a test has no derivative",
  latex: "\\operatorname{isnan}",
  javascript: "(Number.isNaN(#1) ? 1 : 0)",
  simd: (x) => lanes.flag(lanes.ne(x, x)),
  code: { python: "@isnan(#1)", tensorflow: "@math.is_nan(#1)", javascript: "Number.isNaN(#1)" },
});

export const isinf: Unary = unary("isinf", {
  evaluate: (x) => (Math.abs(x) === Infinity ? 1 : 0),
  result: bool,
  partials: [null],
  none: "a test has no derivative",
  latex: "\\operatorname{isinf}",
  javascript: "(Math.abs(#1) === Infinity ? 1 : 0)",
  simd: (x) => lanes.flag(lanes.eq(lanes.abs(x), Infinity)),
  code: { python: "@isinf(#1)", tensorflow: "@math.is_inf(#1)", javascript: "Math.abs(#1) === Infinity" },
});

export const isfinite: Unary = unary("isfinite", {
  evaluate: (x) => (Number.isFinite(x) ? 1 : 0),
  result: bool,
  partials: [null],
  none: "a test has no derivative",
  latex: "\\operatorname{isfinite}",
  javascript: "(Number.isFinite(#1) ? 1 : 0)",
  simd: (x) => lanes.flag(lanes.lt(lanes.abs(x), Infinity)),
  code: { python: "@isfinite(#1)", tensorflow: "@math.is_finite(#1)", javascript: "Number.isFinite(#1)" },
});

/** Functions of this module that generated code calls by name. */
export const elementwiseHelpers = {
  power,
  productNoNan,
  quotientNoNan,
  times,
  modulo,
  floorQuotient,
  logistic,
  logOnePlusExp,
  roundHalfEven,
};
