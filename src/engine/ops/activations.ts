/**
 * Elementwise operations beyond the elementary ones: special functions (NIST DLMF, chapters 5 and 7), activations as
 * the frameworks define them, and bitwise operations. An entry is complete, as in elementwise.ts.
 */
import * as complex from "../complex";
import * as lanes from "../lower/wasm/lanes";
import * as vector from "../lower/wasm/vector-math";
import type { Value } from "../tensor";
import { type Binary, binary, lift, type Operand, type Ternary, ternary, type Unary, unary } from "./define";
import {
  abs,
  add,
  arrays,
  div,
  equal,
  exp,
  expm1,
  greater,
  greaterEqual,
  halfAt,
  less,
  lessEqual,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logistic,
  logOnePlusExp,
  maximum,
  minimum,
  mul,
  neg,
  sech,
  sigmoid,
  sin,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
  trunc,
  where,
} from "./elementwise";
import * as special from "./special";

const POSITIVE: readonly [number, number] = [0.5, 4];
/** 2/√π. */
const SLOPE = 2 / Math.sqrt(Math.PI);

// ── special functions ───────────────────────────────────────────────────────

export const erf: Unary = unary("erf", {
  evaluate: special.erf,
  partials: [([x]) => mul(SLOPE, exp(neg(square(x!))))],
  complex: complex.erf,
  latex: "\\operatorname{erf}",
  javascript: "erf(#1)",
  simd: vector.erf,
  code: {
    python: "@erf(#1)",
    tensorflow: "@math.erf(#1)",
    numpy: "special.erf(#1)",
    jax: "jax.scipy.special.erf(#1)",
    javascript: null,
  },
});

export const erfc: Unary = unary("erfc", {
  evaluate: special.erfc,
  partials: [([x]) => mul(-SLOPE, exp(neg(square(x!))))],
  complex: complex.erfc,
  latex: "\\operatorname{erfc}",
  javascript: "erfc(#1)",
  simd: vector.erfc,
  code: {
    python: "@erfc(#1)",
    tensorflow: "@math.erfc(#1)",
    numpy: "special.erfc(#1)",
    jax: "jax.scipy.special.erfc(#1)",
    javascript: null,
  },
});

export const erfinv: Unary = unary("erfinv", {
  evaluate: special.erfinv,
  partials: [(_, out) => mul(1 / SLOPE, exp(square(out)))],
  domain: [[-0.8, 0.8]],
  kinks: [[1], [-1]],
  latex: "\\operatorname{erf}^{-1}",
  javascript: "erfinv(#1)",
  code: {
    python: "special.erfinv(#1)",
    tensorflow: "@math.erfinv(#1)",
    torch: "@erfinv(#1)",
    jax: "jax.scipy.special.erfinv(#1)",
    javascript: null,
  },
});

export const gamma: Unary = unary("gamma", {
  evaluate: special.gamma,
  partials: [([x], out) => mul(out, digamma(x!))],
  domain: [POSITIVE],
  complex: complex.gamma,
  latex: "\\Gamma",
  javascript: "gamma(#1)",
  code: { math: "@gamma(#1)", numpy: "special.gamma(#1)", jax: "jax.scipy.special.gamma(#1)", javascript: null },
  definition: ([x]) => exp(lgamma(x!)),
});

/** log|Γ(x)|. */
export const lgamma: Unary = unary("lgamma", {
  evaluate: special.lgamma,
  partials: [([x]) => digamma(x!)],
  domain: [POSITIVE],
  complex: complex.lgamma,
  latex: "\\ln \\Gamma",
  javascript: "lgamma(#1)",
  code: {
    python: "@lgamma(#1)",
    tensorflow: "@math.lgamma(#1)",
    numpy: "special.gammaln(#1)",
    jax: "jax.scipy.special.gammaln(#1)",
    javascript: null,
  },
});

export const digamma: Unary = unary("digamma", {
  evaluate: special.digamma,
  partials: [([x]) => polygamma(1, x!)],
  domain: [POSITIVE],
  latex: "\\psi",
  javascript: "digamma(#1)",
  code: {
    python: "special.digamma(#1)",
    tensorflow: "@math.digamma(#1)",
    torch: "@digamma(#1)",
    jax: "jax.scipy.special.digamma(#1)",
    javascript: null,
  },
});

/** ψ⁽ⁿ⁾(x), n the whole part of the first argument. */
export const polygamma: Binary = binary("polygamma", {
  evaluate: special.polygamma,
  partials: [() => 0, ([n, x]) => polygamma(add(n!, 1), x!)],
  domain: [
    [2.1, 2.9],
    [1, 5],
  ],
  latex: "\\psi^{(#1)}\\left(#2\\right)",
  javascript: "polygamma(#1, #2)",
  code: {
    python: "special.polygamma(#1, #2)",
    tensorflow: "@math.polygamma(#1, #2)",
    torch: "@special.polygamma(#1, #2)",
    jax: "jax.scipy.special.polygamma(#1, #2)",
    javascript: null,
  },
});

export function trigamma(x: Operand): Value {
  return polygamma(1, x);
}

export const beta: Binary = binary("beta", {
  evaluate: special.beta,
  partials: [
    ([a, b], out) => mul(out, sub(digamma(a!), digamma(add(a!, b!)))),
    ([a, b], out) => mul(out, sub(digamma(b!), digamma(add(a!, b!)))),
  ],
  domain: [POSITIVE, POSITIVE],
  complex: complex.beta,
  latex: "\\mathrm{B}",
  javascript: "beta(#1, #2)",
  code: { numpy: "special.beta(#1, #2)", javascript: null },
  definition: ([a, b]) => exp(sub(add(lgamma(a!), lgamma(b!)), lgamma(add(a!, b!)))),
});

/** sin(πx)/(πx), as NumPy and the frameworks normalise it. */
export const sinc: Unary = unary("sinc", {
  evaluate: (x) => special.sincDerivative(0, x),
  partials: [([x]) => sincDerivative(1, x!)],
  complex: complex.sinc,
  latex: "\\operatorname{sinc}",
  javascript: "sincDerivative(0, #1)",
  code: { torch: "@sinc(#1)", ...arrays("@sinc(#1)") },
  definition: ([x]) => {
    const angle = mul(Math.PI, where(equal(x!, 0), 1, x!));
    return where(equal(x!, 0), 1, div(sin(angle), angle));
  },
});

/** The derivative of sinc of order n, the whole part of the first argument: its closed form cancels near 0. */
export const sincDerivative: Binary = binary("sinc_derivative", {
  evaluate: special.sincDerivative,
  partials: [() => 0, ([n, x]) => sincDerivative(add(n!, 1), x!)],
  domain: [
    [1.1, 1.9],
    [-2, 2],
  ],
  latex: "\\operatorname{sinc}^{(#1)}\\left(#2\\right)",
  javascript: "sincDerivative(#1, #2)",
  code: { python: null, javascript: null },
});

export const rsqrt: Unary = unary("rsqrt", {
  evaluate: (x) => 1 / Math.sqrt(x),
  partials: [([x], out) => mul(-0.5, div(out, x!))],
  absorbsZero: true,
  domain: [[0.1, 4]],
  kinks: [[0]],
  complex: (z) => complex.reciprocal(complex.sqrt(z)),
  latex: "\\frac{1}{\\sqrt{#1}}",
  javascript: "(1 / Math.sqrt(#1))",
  simd: (x) => lanes.div(1, lanes.sqrt(x)),
  code: { tensorflow: "@math.rsqrt(#1)", torch: "@rsqrt(#1)" },
  definition: ([x]) => div(1, sqrt(x!)),
});

/** x·log y, and 0 where x is 0. */
export const xlogy: Binary = binary("xlogy", {
  evaluate: productWithLog,
  partials: [
    ([x, y], _, { xlogyAtZero }) => {
      if (xlogyAtZero === "log") return log(y!);
      const zero = equal(x!, 0);
      return where(xlogyAtZero === "zero" ? zero : logicalAnd(zero, lessEqual(y!, 0)), 0, log(y!));
    },
    ([x, y], _, { xlogyAtZero }) => (xlogyAtZero === "zero" ? where(equal(x!, 0), 0, div(x!, y!)) : div(x!, y!)),
  ],
  domain: [
    [0.1, 3],
    [0.1, 4],
  ],
  kinks: [
    [0, 0],
    [0, 2],
  ],
  complex: (x, y) => complex.mul(x, complex.log(y)),
  latex: "#1 \\ln \\left(#2\\right)",
  javascript: "productWithLog(#1, #2)",
  simd: (x, y) => lanes.select(lanes.and(lanes.eq(x, 0), lanes.eq(y, y)), 0, lanes.mul(x, vector.log(y))),
  code: {
    tensorflow: "@math.xlogy(#1, #2)",
    torch: "@xlogy(#1, #2)",
    numpy: "special.xlogy(#1, #2)",
    jax: "jax.scipy.special.xlogy(#1, #2)",
  },
  definition: ([x, y]) => where(equal(x!, 0), 0, mul(x!, log(y!))),
});

function productWithLog(x: number, y: number): number {
  return x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y);
}

/** log(eˣ + eʸ), without overflow. */
export const logaddexp: Binary = binary("logaddexp", {
  evaluate: logOfSum,
  partials: [([x, y]) => sigmoid(sub(x!, y!)), ([x, y]) => sigmoid(sub(y!, x!))],
  complex: complex.logaddexp,
  latex: "\\operatorname{logaddexp}",
  javascript: "logOfSum(#1, #2)",
  simd: (x, y) => {
    const below = lanes.lt(x, y);
    const [low, high] = [lanes.select(below, x, y), lanes.select(below, y, x)];
    const sum = lanes.add(high, vector.log1p(vector.exp(lanes.sub(low, high))));
    // Where it cancels, errors of the terms would be seen.
    const cancels = lanes.and(lanes.lt(lanes.abs(high), 2), lanes.lt(low, 0));
    return lanes.rarely(
      lanes.without(cancels, lanes.eq(x, y)),
      lanes.select(lanes.eq(x, y), lanes.add(x, Math.LN2), sum),
      logOfSum,
      [x, y],
    );
  },
  code: { torch: "@logaddexp(#1, #2)", ...arrays("@logaddexp(#1, #2)") },
  definition: ([x, y]) => add(maximum(x!, y!), log1p(exp(neg(abs(sub(x!, y!)))))),
});

function logOfSum(x: number, y: number): number {
  // Equal infinities have no difference.
  if (x === y) return x + Math.LN2;
  const [low, high] = x < y ? [x, y] : [y, x];
  // Around 0 the sum of two terms of opposite sign would cancel.
  const rest = Math.exp(low - high);
  return Math.abs(high) < 1 && low < 0 ? Math.log1p(Math.expm1(high) + Math.exp(low)) : high + Math.log1p(rest);
}

/** The remainder with the dividend's sign, as C's fmod. */
export const fmod: Binary = binary("fmod", {
  evaluate: remainder,
  partials: [() => 1, ([x, y]) => neg(trunc(div(x!, y!)))],
  domain: [
    [2.3, 2.6],
    [1, 1.1],
  ],
  kinks: [[2, 1]],
  latex: "\\operatorname{fmod}",
  javascript: "(#1 % #2)",
  simd: (x, y) => vector.fmod(x, y, remainder),
  code: { python: "@fmod(#1, #2)", tensorflow: "@truncatemod(#1, #2)" },
});

function remainder(x: number, y: number): number {
  return x % y;
}

/** min(max(x, low), high). */
export const clip: Ternary = ternary("clip", {
  evaluate: (x, low, high) => Math.min(Math.max(x, low), high),
  partials: [
    ([x, low, high], _, { edge }) =>
      edge === "all"
        ? where(logicalAnd(greaterEqual(x!, low!), lessEqual(x!, high!)), 1, 0)
        : mul(
            where(greater(x!, low!), 1, halfAt(x!, low!, "split")),
            where(less(x!, high!), 1, halfAt(x!, high!, "split")),
          ),
    ([x, low], _, { edge }) => where(less(x!, low!), 1, edge === "all" ? 0 : halfAt(x!, low!, "split")),
    ([x, , high], _, { edge }) => where(greater(x!, high!), 1, edge === "all" ? 0 : halfAt(x!, high!, "split")),
  ],
  domain: [
    [0.2, 0.8],
    [-1, 0.1],
    [0.9, 2],
  ],
  kinks: [
    [0, 0, 1],
    [1, 0, 1],
  ],
  latex: "\\operatorname{clip}",
  javascript: "Math.min(Math.max(#1, #2), #3)",
  simd: (x, low, high) => lanes.min(lanes.max(x, low), high),
  code: { tensorflow: "@clip_by_value(#1, #2, #3)", ...arrays("@clip(#1, #2, #3)") },
  definition: ([x, low, high]) => minimum(maximum(x!, low!), high!),
});

// ── activations ─────────────────────────────────────────────────────────────

export const logsigmoid: Unary = unary("logsigmoid", {
  evaluate: logLogistic,
  partials: [([x]) => sigmoid(neg(x!))],
  complex: (z) => complex.neg(complex.softplus(complex.neg(z))),
  latex: "\\ln \\sigma",
  javascript: "logLogistic(#1)",
  simd: (x) => lanes.neg(vector.softplus(lanes.neg(x))),
  code: { tensorflow: "@math.log_sigmoid(#1)", torch: "@nn.functional.logsigmoid(#1)", jax: "jax.nn.log_sigmoid(#1)" },
  definition: ([x]) => neg(softplus(neg(x!))),
});

function logLogistic(x: number): number {
  return -logOnePlusExp(-x);
}

/** x/(1 + |x|). Its first derivative has no jump, its second has. */
export const softsign: Unary = unary("softsign", {
  evaluate: softSign,
  partials: [([x]) => div(1, square(add(1, abs(x!))))],
  kinks: [[0]],
  latex: "\\operatorname{softsign}",
  javascript: "softSign(#1)",
  simd: (x) => lanes.div(x, lanes.add(1, lanes.abs(x))),
  definition: ([x]) => div(x!, add(1, abs(x!))),
});

function softSign(x: number): number {
  return x / (1 + Math.abs(x));
}

export const relu6: Unary = unary("relu6", {
  evaluate: (x) => Math.min(Math.max(x, 0), 6),
  partials: [([x]) => where(logicalAnd(greater(x!, 0), less(x!, 6)), 1, 0)],
  domain: [[0.1, 5.9]],
  kinks: [[0], [6]],
  latex: "\\operatorname{ReLU6}",
  javascript: "Math.min(Math.max(#1, 0), 6)",
  simd: (x) => lanes.min(lanes.max(x, 0), 6),
  definition: ([x]) => minimum(maximum(x!, 0), 6),
});

/** x for positive x, else the second argument times x. */
export const leakyRelu: Binary = binary("leaky_relu", {
  evaluate: leaky,
  partials: [
    ([x, slope], _, { leakyAtZero }) => where((leakyAtZero === "one" ? greaterEqual : greater)(x!, 0), 1, slope!),
    ([x]) => where(greater(x!, 0), 0, x!),
  ],
  domain: [
    [-3, -0.1],
    [0.1, 0.9],
  ],
  kinks: [[0, 0.2]],
  latex: "\\operatorname{LeakyReLU}",
  javascript: "leaky(#1, #2)",
  simd: (x, slope) => lanes.select(lanes.gt(x, 0), x, lanes.mul(slope, x)),
  definition: ([x, slope]) => where(greater(x!, 0), x!, mul(slope!, x!)),
});

function leaky(x: number, slope: number): number {
  return x > 0 ? x : slope * x;
}

/** x for positive x, else α(eˣ − 1). */
export const elu: Binary = binary("elu", {
  evaluate: exponentialLinear,
  partials: [
    // The exponential of the branch not taken must not overflow.
    ([x, alpha]) => where(greater(x!, 0), 1, mul(alpha!, exp(minimum(x!, 0)))),
    ([x]) => where(greater(x!, 0), 0, expm1(minimum(x!, 0))),
  ],
  domain: [
    [-3, -0.1],
    [0.5, 1.5],
  ],
  kinks: [[0, 1]],
  latex: "\\operatorname{ELU}",
  javascript: "exponentialLinear(#1, #2)",
  simd: (x, alpha) => lanes.select(lanes.gt(x, 0), x, lanes.mul(alpha, vector.expm1(x))),
  definition: ([x, alpha]) => where(greater(x!, 0), x!, mul(alpha!, expm1(minimum(x!, 0)))),
});

function exponentialLinear(x: number, alpha: number): number {
  return x > 0 ? x : alpha * Math.expm1(x);
}

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** Klambauer et al. (2017): scale times elu with its α. */
export const selu: Unary = unary("selu", {
  evaluate: scaledExponentialLinear,
  partials: [
    ([x], _, { seluAtZero }) =>
      where(
        (seluAtZero === "right" ? greaterEqual : greater)(x!, 0),
        SELU_SCALE,
        mul(SELU_SCALE * SELU_ALPHA, exp(minimum(x!, 0))),
      ),
  ],
  kinks: [[0]],
  latex: "\\operatorname{SELU}",
  javascript: "scaledExponentialLinear(#1)",
  simd: (x) =>
    lanes.select(lanes.gt(x, 0), lanes.mul(SELU_SCALE, x), lanes.mul(SELU_SCALE * SELU_ALPHA, vector.expm1(x))),
  definition: ([x]) => mul(SELU_SCALE, where(greater(x!, 0), x!, mul(SELU_ALPHA, expm1(minimum(x!, 0))))),
});

function scaledExponentialLinear(x: number): number {
  return x > 0 ? SELU_SCALE * x : SELU_SCALE * SELU_ALPHA * Math.expm1(x);
}

/** x·Φ(x), Φ the distribution function of the standard normal. */
export const gelu: Unary = unary("gelu", {
  evaluate: gaussianLinear,
  partials: [
    ([x]) =>
      add(mul(0.5, erfc(mul(-Math.SQRT1_2, x!))), mul(x!, mul(1 / Math.sqrt(2 * Math.PI), exp(mul(-0.5, square(x!)))))),
  ],
  complex: (z) => complex.scale(complex.mul(z, complex.erfc(complex.scale(z, -Math.SQRT1_2))), 0.5),
  latex: "\\operatorname{GELU}",
  javascript: "gaussianLinear(#1)",
  simd: (x) => lanes.mul(lanes.mul(0.5, x), vector.erfc(lanes.mul(-Math.SQRT1_2, x))),
  definition: ([x]) => mul(0.5, mul(x!, erfc(mul(-Math.SQRT1_2, x!)))),
});

function gaussianLinear(x: number): number {
  return 0.5 * x * special.erfc(-Math.SQRT1_2 * x);
}

const ROOT = Math.sqrt(2 / Math.PI);

/** The approximation x/2·(1 + tanh(√(2/π)(x + 0.044715x³))) of {@link gelu}, Hendrycks and Gimpel (2016). */
export const geluTanh: Unary = unary("gelu_tanh", {
  evaluate: gaussianLinearTanh,
  partials: [
    ([x]) => {
      // ½(1 + tanh u) is σ(2u), which keeps its precision where u is very negative.
      const twice = mul(x!, mul(2 * ROOT, add(1, mul(0.044715, square(x!)))));
      const slope = mul(2 * ROOT, add(1, mul(3 * 0.044715, square(x!))));
      const up = sigmoid(twice);
      return mul(up, add(1, mul(mul(x!, slope), sigmoid(neg(twice)))));
    },
  ],
  complex: (z) =>
    complex.mul(
      z,
      complex.sigmoid(
        complex.add(complex.scale(z, 2 * ROOT), complex.scale(complex.pow(z, complex.complex(3)), 2 * ROOT * 0.044715)),
      ),
    ),
  latex: "\\operatorname{GELU}_{\\tanh}",
  javascript: "gaussianLinearTanh(#1)",
  simd: (x) =>
    lanes.mul(x, vector.sigmoid(lanes.mul(lanes.mul(2 * ROOT, x), lanes.add(1, lanes.mul(lanes.mul(0.044715, x), x))))),
  definition: ([x]) => mul(x!, sigmoid(mul(mul(2 * ROOT, x!), add(1, mul(0.044715, square(x!)))))),
});

function gaussianLinearTanh(x: number): number {
  return x * logistic(2 * ROOT * x * (1 + 0.044715 * x * x));
}

/** x·σ(x), also called swish. */
export const silu: Unary = unary("silu", {
  evaluate: (x) => x * logistic(x),
  partials: [([x]) => mul(sigmoid(x!), add(1, mul(x!, sigmoid(neg(x!)))))],
  complex: (z) => complex.mul(z, complex.sigmoid(z)),
  latex: "\\operatorname{SiLU}",
  javascript: "sigmoidLinear(#1)",
  simd: (x) => lanes.mul(x, vector.sigmoid(x)),
  definition: ([x]) => mul(x!, sigmoid(x!)),
});

function sigmoidLinear(x: number): number {
  return x * logistic(x);
}

/** x·tanh(log(1 + eˣ)), Misra (2019). */
export const mish: Unary = unary("mish", {
  evaluate: tanhSoftplus,
  partials: [
    ([x]) => {
      const soft = softplus(x!);
      return add(tanh(soft), mul(mul(x!, sigmoid(x!)), square(sech(soft))));
    },
  ],
  complex: (z) => complex.mul(z, complex.tanh(complex.softplus(z))),
  latex: "\\operatorname{Mish}",
  javascript: "tanhSoftplus(#1)",
  simd: (x) => lanes.mul(x, vector.tanh(vector.softplus(x))),
  definition: ([x]) => mul(x!, tanh(softplus(x!))),
});

function tanhSoftplus(x: number): number {
  return x * Math.tanh(logOnePlusExp(x));
}

/** ReLU6(x + 3)/6, as Keras 3 and PyTorch define it. */
export const hardSigmoid: Unary = unary("hard_sigmoid", {
  evaluate: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  partials: [([x]) => where(logicalAnd(greater(x!, -3), less(x!, 3)), 1 / 6, 0)],
  domain: [[-2.9, 2.9]],
  kinks: [[-3], [3]],
  latex: "\\operatorname{hardsigmoid}",
  javascript: "(Math.min(Math.max(#1 + 3, 0), 6) / 6)",
  simd: (x) => lanes.div(lanes.min(lanes.max(lanes.add(x, 3), 0), 6), 6),
  definition: ([x]) => div(minimum(maximum(add(x!, 3), 0), 6), 6),
});

// ── integers ────────────────────────────────────────────────────────────────

/** Of 64 bits; a fraction, which has no bits, gives NaN. */
function bits(
  x: number,
  y: number,
  small: (x: number, y: number) => number,
  large: (x: bigint, y: bigint) => number,
): number {
  if ((x | 0) === x && (y | 0) === y) return small(x, y);
  return Number.isInteger(x) && Number.isInteger(y) ? large(BigInt(x), BigInt(y)) : Number.NaN;
}

const signed = (x: bigint) => Number(BigInt.asIntN(64, x));

function bitAnd(x: number, y: number): number {
  return bits(
    x,
    y,
    (a, b) => a & b,
    (a, b) => signed(a & b),
  );
}

function bitOr(x: number, y: number): number {
  return bits(
    x,
    y,
    (a, b) => a | b,
    (a, b) => signed(a | b),
  );
}

function bitXor(x: number, y: number): number {
  return bits(
    x,
    y,
    (a, b) => a ^ b,
    (a, b) => signed(a ^ b),
  );
}

const complement: Unary = unary("bitwise_not", {
  evaluate: bitNot,
  partials: [null],
  none: "an operation on bits has no derivative",
  latex: "\\operatorname{bitnot}",
  javascript: "bitNot(#1)",
  code: { python: "~#1", javascript: "~#1" },
});

/** Of integers; of booleans their contrary. */
export const bitwiseNot: Unary = Object.assign(
  (x: Operand): Value => (lift(x, []).dtype === "bool" ? logicalNot(x) : complement(x)),
  { op: complement.op },
);

/** Of two's complement; a fraction, which has no bits, gives NaN. */
function bitNot(x: number): number {
  return Number.isInteger(x) ? -x - 1 : Number.NaN;
}

/** A shift by a negative count, or by 64 or more, moves every bit out. */
function shiftLeft(x: number, y: number): number {
  if (!Number.isInteger(x) || !Number.isInteger(y)) return Number.NaN;
  return y < 0 || y >= 64 ? 0 : signed(BigInt(x) << BigInt(y));
}

function shiftRight(x: number, y: number): number {
  if (!Number.isInteger(x) || !Number.isInteger(y)) return Number.NaN;
  return Math.floor(x / 2 ** (y < 0 || y > 63 ? 63 : y));
}

function bitwise(
  name: string,
  latex: string,
  operator: string,
  helper: string,
  evaluate: (x: number, y: number) => number,
): Binary {
  return binary(name, {
    evaluate,
    partials: [null, null],
    none: "an operation on bits has no derivative",
    latex: `\\operatorname{${latex}}`,
    javascript: `${helper}(#1, #2)`,
    code: { python: `#1 ${operator} #2`, javascript: `#1 ${operator} #2` },
  });
}

export const bitwiseAnd = bitwise("bitwise_and", "bitand", "&", "bitAnd", bitAnd);
export const bitwiseOr = bitwise("bitwise_or", "bitor", "|", "bitOr", bitOr);
export const bitwiseXor = bitwise("bitwise_xor", "bitxor", "^", "bitXor", bitXor);
export const leftShift = bitwise("left_shift", "shl", "<<", "shiftLeft", shiftLeft);
export const rightShift = bitwise("right_shift", "shr", ">>", "shiftRight", shiftRight);

/** Functions of this module and of special.ts that generated code calls by name. */
export const activationHelpers = {
  ...special,
  productWithLog,
  logOfSum,
  logLogistic,
  softSign,
  leaky,
  exponentialLinear,
  scaledExponentialLinear,
  gaussianLinear,
  gaussianLinearTanh,
  sigmoidLinear,
  tanhSoftplus,
  bitAnd,
  bitOr,
  bitXor,
  bitNot,
  shiftLeft,
  shiftRight,
};
