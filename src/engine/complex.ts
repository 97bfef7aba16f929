/**
 * Functions of a complex argument beside the real axis, for the complex step: im f(x + ih)/h is f′(x) to the last digits
 * (Squire and Trapp, "Using complex variables to estimate derivatives of real functions", 1998), if no formula loses an
 * imaginary part of 1e-100 among real ones. That rules out the textbook formulas with logarithms for inverse functions,
 * which libraries use; those here are Kahan's ("Branch cuts for complex elementary functions", 1987). Where the real
 * function is not defined, they may have a value.
 */

export interface Complex {
  readonly re: number;
  readonly im: number;
}

export const complex = (re: number, im = 0): Complex => ({ re, im });

const NOT_A_NUMBER = complex(Number.NaN, Number.NaN);
const ONE = complex(1);

// ── arithmetic ──────────────────────────────────────────────────────────────

export const add = (x: Complex, y: Complex): Complex => complex(x.re + y.re, x.im + y.im);
export const sub = (x: Complex, y: Complex): Complex => complex(x.re - y.re, x.im - y.im);
export const neg = (z: Complex): Complex => complex(-z.re, -z.im);
const conj = (z: Complex): Complex => complex(z.re, -z.im);
export const mul = (x: Complex, y: Complex): Complex => complex(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re);
export const scale = (z: Complex, factor: number): Complex => complex(z.re * factor, z.im * factor);
export const square = (z: Complex): Complex => mul(z, z);

/** Smith's method: no square of the divisor overflows. */
export function div(x: Complex, y: Complex): Complex {
  if (Math.abs(y.re) >= Math.abs(y.im)) {
    const ratio = y.im / y.re;
    const size = y.re + y.im * ratio;
    return complex((x.re + x.im * ratio) / size, (x.im - x.re * ratio) / size);
  }
  const ratio = y.re / y.im;
  const size = y.re * ratio + y.im;
  return complex((x.re * ratio + x.im) / size, (x.im * ratio - x.re) / size);
}

export const reciprocal = (z: Complex): Complex => div(ONE, z);

export function sqrt(z: Complex): Complex {
  if (z.re === 0 && z.im === 0) return z;
  const root = Math.sqrt((Math.hypot(z.re, z.im) + Math.abs(z.re)) / 2);
  const other = z.im / (2 * root);
  return z.re >= 0 ? complex(root, other) : complex(Math.abs(other), z.im < 0 ? -root : root);
}

/** The branch that is real for negative numbers. */
export function cbrt(z: Complex): Complex {
  if (z.re < 0) return neg(cbrt(neg(z)));
  const angle = Math.atan2(z.im, z.re) / 3;
  const size = Math.cbrt(Math.hypot(z.re, z.im));
  return complex(size * Math.cos(angle), size * Math.sin(angle));
}

/** Whole powers of any number by squaring; others of positive numbers only. */
export function pow(x: Complex, y: Complex): Complex {
  if (y.im === 0 && Number.isInteger(y.re) && Math.abs(y.re) <= 2 ** 20) {
    let result = ONE;
    let factor = x;
    for (let rest = Math.abs(y.re); rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result = mul(result, factor);
      factor = square(factor);
    }
    return y.re < 0 ? reciprocal(result) : result;
  }
  return x.re < 0 ? NOT_A_NUMBER : exp(mul(y, log(x)));
}

export function hypot(x: Complex, y: Complex): Complex {
  const size = Math.max(Math.abs(x.re), Math.abs(y.re));
  if (size === 0) return NOT_A_NUMBER;
  return scale(sqrt(add(square(scale(x, 1 / size)), square(scale(y, 1 / size)))), size);
}

// ── exponentials and logarithms ─────────────────────────────────────────────

export function exp(z: Complex): Complex {
  const size = Math.exp(z.re);
  return complex(size * Math.cos(z.im), size * Math.sin(z.im));
}

export function expm1(z: Complex): Complex {
  const half = Math.sin(z.im / 2);
  return complex(Math.expm1(z.re) * Math.cos(z.im) - 2 * half * half, Math.exp(z.re) * Math.sin(z.im));
}

export const log = (z: Complex): Complex => complex(Math.log(Math.hypot(z.re, z.im)), Math.atan2(z.im, z.re));

export function log1p(z: Complex): Complex {
  if (Math.abs(z.re) > 0.5) return log(add(ONE, z));
  return complex(0.5 * Math.log1p(z.re * (2 + z.re) + z.im * z.im), Math.atan2(z.im, 1 + z.re));
}

// ── trigonometric and hyperbolic ────────────────────────────────────────────

export const sin = ({ re, im }: Complex): Complex =>
  complex(Math.sin(re) * Math.cosh(im), Math.cos(re) * Math.sinh(im));
export const cos = ({ re, im }: Complex): Complex =>
  complex(Math.cos(re) * Math.cosh(im), -Math.sin(re) * Math.sinh(im));
export const tan = (z: Complex): Complex => div(sin(z), cos(z));
export const sinh = ({ re, im }: Complex): Complex =>
  complex(Math.sinh(re) * Math.cos(im), Math.cosh(re) * Math.sin(im));
export const cosh = ({ re, im }: Complex): Complex =>
  complex(Math.cosh(re) * Math.cos(im), Math.sinh(re) * Math.sin(im));

export function tanh(z: Complex): Complex {
  if (z.re < 0) return neg(tanh(neg(z)));
  const twice = scale(z, -2);
  return neg(div(expm1(twice), add(ONE, exp(twice))));
}

export function asin(z: Complex): Complex {
  const below = sqrt(sub(ONE, z));
  const above = sqrt(add(ONE, z));
  return complex(Math.atan2(z.re, mul(below, above).re), Math.asinh(mul(conj(below), above).im));
}

export function acos(z: Complex): Complex {
  const below = sqrt(sub(ONE, z));
  const above = sqrt(add(ONE, z));
  return complex(2 * Math.atan2(below.re, above.re), Math.asinh(mul(conj(above), below).im));
}

export function atan({ re, im }: Complex): Complex {
  return complex(
    0.5 * Math.atan2(2 * re, (1 - re) * (1 + re) - im * im),
    0.25 * Math.log1p((4 * im) / (re * re + (1 - im) ** 2)),
  );
}

export function asinh({ re, im }: Complex): Complex {
  const { re: angle, im: size } = asin(complex(-im, re));
  return complex(size, -angle);
}

export function acosh(z: Complex): Complex {
  const below = sqrt(sub(z, ONE));
  const above = sqrt(add(z, ONE));
  return complex(Math.asinh(mul(conj(below), above).re), 2 * Math.atan2(below.im, above.re));
}

export function atanh({ re, im }: Complex): Complex {
  if (re < 0) return neg(atanh(complex(-re, -im)));
  return complex(
    0.25 * Math.log1p((4 * re) / ((1 - re) ** 2 + im * im)),
    0.5 * Math.atan2(2 * im, (1 - re) * (1 + re) - im * im),
  );
}

/** The angle of the point (x, y): y first, as everywhere. */
export function atan2(y: Complex, x: Complex): Complex {
  if (Math.abs(x.re) < Math.abs(y.re)) return sub(complex(y.re < 0 ? -Math.PI / 2 : Math.PI / 2), atan(div(x, y)));
  return add(atan(div(y, x)), complex(x.re >= 0 ? 0 : y.re < 0 ? -Math.PI : Math.PI));
}

// ── activations ─────────────────────────────────────────────────────────────

export function sigmoid(z: Complex): Complex {
  if (z.re >= 0) return reciprocal(add(ONE, exp(neg(z))));
  const power = exp(z);
  return div(power, add(ONE, power));
}

export const softplus = (z: Complex): Complex => (z.re >= 0 ? add(z, log1p(exp(neg(z)))) : log1p(exp(z)));

export const logaddexp = (x: Complex, y: Complex): Complex => add(x, softplus(sub(y, x)));

/** log cosh z, even; near 0 by its definition, which keeps the digits of a small slope. */
export function logCosh(z: Complex): Complex {
  if (z.re < 0) return logCosh(neg(z));
  return z.re < 20 ? log(cosh(z)) : add(sub(z, complex(Math.LN2)), log1p(exp(scale(z, -2))));
}

// ── special functions ───────────────────────────────────────────────────────

/** NIST DLMF 7.6.2 near 0, the continued fraction 7.9.4 beyond. */
export function erfc(z: Complex): Complex {
  if (z.re < 0) return sub(complex(2), erfc(neg(z)));
  if (z.re < 2) return sub(ONE, erfSeries(z));
  let fraction = z;
  for (let k = 120; k >= 1; k--) fraction = add(z, div(complex(k / 2), fraction));
  return scale(div(exp(neg(square(z))), fraction), 1 / Math.sqrt(Math.PI));
}

export const erf = (z: Complex): Complex => (Math.abs(z.re) < 2 ? erfSeries(z) : sub(ONE, erfc(z)));

function erfSeries(z: Complex): Complex {
  const twice = scale(square(z), 2);
  let term = z;
  let sum = z;
  for (let k = 1; k <= 60; k++) {
    term = scale(mul(term, twice), 1 / (2 * k + 1));
    sum = add(sum, term);
  }
  return scale(mul(exp(neg(square(z))), sum), 2 / Math.sqrt(Math.PI));
}

/** sin(πz)/(πz); NIST DLMF 4.19.1 near 0. */
export function sinc(z: Complex): Complex {
  const angle = scale(z, Math.PI);
  if (Math.abs(angle.re) > 1) return div(sin(angle), angle);
  const squared = square(angle);
  let term = ONE;
  let sum = ONE;
  for (let k = 1; k <= 10; k++) {
    term = scale(mul(term, squared), -1 / (2 * k * (2 * k + 1)));
    sum = add(sum, term);
  }
  return sum;
}

/** B₂ₖ/(2k(2k − 1)) from k = 1. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];

/** log Γ for a positive real part: Stirling's series (NIST DLMF 5.11.1) after a shift to where it is exact. */
export function lgamma(z: Complex): Complex {
  if (z.re <= 0) {
    // log|π/(sin πz · Γ(1 − z))|: of the logarithms of negative numbers the angle π is left out.
    const product = sin(scale(z, Math.PI));
    const size = log(product.re < 0 ? neg(product) : product);
    return sub(sub(complex(Math.log(Math.PI)), size), lgamma(sub(ONE, z)));
  }
  let shifted = z;
  let product = ONE;
  while (shifted.re < 8) {
    product = mul(product, shifted);
    shifted = add(shifted, ONE);
  }
  const inverse = reciprocal(shifted);
  const squared = square(inverse);
  let sum = complex(0);
  for (let k = STIRLING.length - 1; k >= 0; k--) sum = add(mul(sum, squared), complex(STIRLING[k]!));
  const half = complex(0.5);
  const main = sub(mul(sub(shifted, half), log(shifted)), sub(shifted, complex(0.5 * Math.log(2 * Math.PI))));
  return sub(add(main, mul(sum, inverse)), log(product));
}

/** By the reflection formula NIST DLMF 5.5.3 for a negative real part. */
export function gamma(z: Complex): Complex {
  if (z.re > 0) return exp(lgamma(z));
  return div(complex(Math.PI), mul(sin(scale(z, Math.PI)), gamma(sub(ONE, z))));
}

export const beta = (a: Complex, b: Complex): Complex => exp(sub(add(lgamma(a), lgamma(b)), lgamma(add(a, b))));
