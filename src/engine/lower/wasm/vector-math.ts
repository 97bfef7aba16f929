// biome-ignore-all lint/correctness/noPrecisionLoss: coefficients as published
/**
 * Elementary functions of two lanes, without fused multiply-add (WebAssembly has none that is the same everywhere).
 * Unless a function says otherwise its formula and coefficients are those of fdlibm (Sun Microsystems, 1993) as FreeBSD's
 * msun keeps them, made free of branches. `test/engine/vector-math.test.ts` holds each to its error against mpmath.
 */
import { ERF_ONE, EXP, LN2_HI, LN2_LO, LN2_MORE, LOG_COSH, shaw } from "../../ops/special";
import {
  abs,
  add,
  addBits,
  and,
  bits,
  div,
  eq,
  floor,
  ge,
  gt,
  horner,
  type Lanes,
  type LanesOr,
  lt,
  max,
  min,
  mul,
  ne,
  nearest,
  neg,
  not,
  or,
  polynomial,
  rarely,
  select,
  shiftLeft,
  shiftRight,
  signOf,
  splat,
  sqrt,
  sub,
  subBits,
  turned,
  without,
  xor,
} from "./lanes";

/** 1.5·2⁵²: a sum with it has the rounded number in its lowest bits. */
const ROUNDER = 6755399441055744;
const HIGH = bits(0xffffffff00000000n);
/** Its upper 32 bits: products of two such numbers of 21 bits are exact. */
const high = (x: Lanes): Lanes => and(x, HIGH);
const TINY = 2 ** -54;

/** 2ᵏ for a whole k from −1022 to 1023. */
const powerOfTwo = (k: Lanes): Lanes => shiftLeft(addBits(add(k, ROUNDER), bits(1023n)), 52);

/** x·2ᵏ for a whole k from −2044 to 2046, rounded once. */
function scaled(x: Lanes, k: Lanes): Lanes {
  const half = nearest(mul(k, 0.5));
  return mul(mul(x, powerOfTwo(half)), powerOfTwo(sub(k, half)));
}

// ── exponentials ────────────────────────────────────────────────────────────

/** k and r + low with x = k·ln 2 + r + low, and eʳ⁺ˡᵒʷ = 1 + r + rest. */
function reduced(x: Lanes): { k: Lanes; r: Lanes; rest: Lanes } {
  const k = nearest(mul(x, Math.LOG2E));
  const hi = sub(x, mul(k, LN2_HI));
  const lo = mul(k, LN2_LO);
  const r = sub(hi, lo);
  const low = sub(sub(hi, r), lo);
  return { k, r, rest: add(mul(mul(r, r), polynomial(EXP, r)), add(low, mul(low, r))) };
}

/** Beyond these eˣ is 0 or infinite; NaN stays. */
const clamped = (x: Lanes): Lanes => max(min(x, 710), -746);

export function exp(x: Lanes): Lanes {
  const { k, r, rest } = reduced(clamped(x));
  return scaled(add(1, add(r, rest)), k);
}

/** e^(x + more), of a small `more`. */
function expOfSum(x: Lanes, more: Lanes): Lanes {
  const { k, r, rest } = reduced(clamped(x));
  return scaled(add(1, add(r, add(rest, mul(more, add(1, add(r, rest)))))), k);
}

/** 2ˣ: as {@link exp}, of the fraction times ln 2 in two parts. */
export function exp2(x: Lanes): Lanes {
  const inside = max(min(x, 1025), -1076);
  const k = nearest(inside);
  const f = sub(inside, k);
  const fHigh = high(f);
  const hi = mul(fHigh, LN2_21);
  const r = add(hi, add(mul(sub(f, fHigh), LN2_21), mul(f, LN2_REST)));
  const low = add(sub(hi, r), add(mul(sub(f, fHigh), LN2_21), mul(f, LN2_REST)));
  return scaled(add(1, add(r, add(mul(mul(r, r), polynomial(EXP, r)), low))), k);
}
/** ln 2 = its first bits + the rest. */
const LN2_21 = 6.93147182464599609375e-1;
const LN2_REST = -1.90465429995776804525e-9;

/** eˣ − 1. With 2ᵏ − 1 exact, and the sum's error added back, nothing cancels. */
export function expm1(x: Lanes): Lanes {
  const { k, r, rest } = reduced(max(min(x, 710), -60));
  const unit = powerOfTwo(sub(k, 1));
  const base = sub(unit, 0.5);
  const step = mul(unit, r);
  const sum = add(base, step);
  const low = add(sub(step, sub(sum, base)), mul(unit, rest));
  // Halved till here, since 2¹⁰²⁴ is infinite; a small x would lose its bits to that.
  return select(lt(abs(x), TINY), x, mul(2, add(sum, low)));
}

/** A quarter of e^|x| and of e^−|x|, each as head + tail: for sums and differences of both. */
function bothExponentials(x: Lanes): { up: [Lanes, Lanes]; down: [Lanes, Lanes] } {
  const side = (y: Lanes): [Lanes, Lanes] => {
    const { k, r, rest } = reduced(y);
    const head = add(1, r);
    const unit = powerOfTwo(sub(k, 2));
    return [mul(unit, head), mul(unit, add(sub(r, sub(head, 1)), rest))];
  };
  const size = min(abs(x), 710.5);
  // Below e^−60 it is nothing beside the other.
  return { up: side(size), down: side(max(neg(size), -60)) };
}

/** (sinh x − x)/x³ in x² on [0, 1]: minimax by Remez' exchange, error 2⁻⁶³. */
const SINH = [
  0.16666666666666669, 0.00833333333333318, 0.00019841269841414208, 2.7557319161706283e-6, 2.505212250530253e-8,
  1.6057302880833768e-10, 7.757582148870562e-13,
];

export function sinh(x: Lanes): Lanes {
  const { up, down } = bothExponentials(x);
  const head = sub(up[0], down[0]);
  const lost = sub(sub(up[0], head), down[0]);
  const far = mul(2, add(head, add(lost, sub(up[1], down[1]))));
  const square = mul(x, x);
  const near = add(x, mul(mul(x, square), polynomial(SINH, square)));
  return select(lt(abs(x), 1), near, turned(far, x));
}

export function cosh(x: Lanes): Lanes {
  const { up, down } = bothExponentials(x);
  const head = add(up[0], down[0]);
  const lost = sub(down[0], sub(head, up[0]));
  return mul(2, add(head, add(lost, add(up[1], down[1]))));
}

/** Cephes (Moshier, 1995): x + x³P/Q below 0.625, 1 − 2/(e²ˣ + 1) from there on. */
export function tanh(x: Lanes): Lanes {
  const size = abs(x);
  const square = mul(x, x);
  const top = polynomial([-1.61468768441708447952e3, -9.92877231001918586564e1, -9.64399179425052238628e-1], square);
  const bottom = polynomial([4.84406305325125486048e3, 2.23548839060100448583e3, 1.12811678491632931402e2, 1], square);
  const near = add(x, mul(mul(x, square), div(top, bottom)));
  const { k, r, rest } = reduced(mul(2, min(size, 30)));
  const unit = powerOfTwo(k);
  const head = add(unit, 1);
  // 1 − 2/(head + tail), the quotient's error by the tail with it.
  const tail = add(mul(unit, add(r, rest)), sub(unit, sub(head, 1)));
  const whole = add(head, tail);
  const far = sub(1, div(2, whole));
  // A correction of the other sign would make 0 of −0.
  return select(lt(size, 0.625), or(near, signOf(x)), turned(far, x));
}

/** 1/(1 + e^−x), from the side on which the exponential does not overflow. */
export function sigmoid(x: Lanes): Lanes {
  const e = exp(neg(abs(x)));
  return div(select(lt(x, 0), e, 1), add(1, e));
}

/** log(1 + eˣ). */
export function softplus(x: Lanes): Lanes {
  return add(max(x, 0), log1p(exp(neg(abs(x)))));
}

// ── logarithms ──────────────────────────────────────────────────────────────

const LOG = [
  6.66666666666673513e-1, 3.999999999940941908e-1, 2.857142874366239149e-1, 2.222219843214978396e-1,
  1.818357216161805012e-1, 1.531383769920937332e-1, 1.479819860511658591e-1,
];

/** A positive normal x as 2ᵏ·m with m in [√½, √2): k as a float64. */
function split(x: Lanes): { k: Lanes; m: Lanes } {
  const shifted = shiftRight(addBits(x, bits(0x3ff0000000000000n - 0x3fe6a09e667f3bcdn)), 52);
  const k = sub(or(shifted, splat(2 ** 52)), 2 ** 52 + 1023);
  return { k, m: subBits(x, shiftLeft(subBits(shifted, bits(1023n)), 52)) };
}

/** As {@link split}, of subnormal numbers too. */
function splitAny(x: Lanes): { k: Lanes; m: Lanes } {
  const small = lt(x, 2 ** -1022);
  const { k, m } = split(select(small, mul(x, 2 ** 54), x));
  return { k: sub(k, and(small, 54)), m };
}

/** log(1 + f) = f − (½f² − s·(½f² + R)): s·(½f² + R), and ½f². */
function logParts(f: Lanes): { half: Lanes; product: Lanes } {
  const s = div(f, add(2, f));
  const z = mul(s, s);
  const half = mul(mul(0.5, f), f);
  return { half, product: mul(s, add(half, mul(z, polynomial(LOG, z)))) };
}

/** `value`, but as the logarithm of 0, of infinity, of a negative number and of NaN must be. */
function ofLogarithm(x: Lanes, value: Lanes): Lanes {
  const usual = and(gt(x, 0), lt(x, Infinity));
  // x/0·… is wanted only beside the usual: −∞ at 0, else x itself, or NaN.
  const other = select(eq(x, 0), -Infinity, select(lt(x, 0), NaN, x));
  return select(usual, value, other);
}

export function log(x: Lanes): Lanes {
  const { k, m } = splitAny(x);
  const f = sub(m, 1);
  const { half, product } = logParts(f);
  const value = sub(mul(k, LN2_HI), sub(sub(half, add(product, mul(k, LN2_LO))), f));
  return ofLogarithm(x, value);
}

/** log(1 + x): what 1 + x loses is added to first order. */
export function log1p(x: Lanes): Lanes {
  const sum = add(1, x);
  const lost = select(gt(x, 1), sub(1, sub(sum, x)), sub(x, sub(sum, 1)));
  const { k, m } = split(sum);
  const f = sub(m, 1);
  const { half, product } = logParts(f);
  const low = add(mul(k, LN2_LO), div(lost, sum));
  const value = sub(mul(k, LN2_HI), sub(sub(half, add(product, low)), f));
  return select(lt(abs(x), TINY), x, ofLogarithm(sum, value));
}

/** log x / log base: k·step + log m·inverse, each constant in two parts. */
function logOfBase(x: Lanes, inverse: readonly [number, number], step: readonly [number, number]): Lanes {
  const { k, m } = splitAny(x);
  const f = sub(m, 1);
  const { half, product } = logParts(f);
  const hi = high(sub(f, half));
  const lo = add(sub(sub(f, hi), half), product);
  const head = mul(hi, inverse[0]);
  const tail = add(mul(add(lo, hi), inverse[1]), mul(lo, inverse[0]));
  const whole = mul(k, step[0]);
  const sum = add(whole, head);
  const value = add(sum, add(add(sub(whole, sum), head), add(tail, mul(k, step[1]))));
  return ofLogarithm(x, value);
}

export function log2(x: Lanes): Lanes {
  return logOfBase(x, [1.44269504072144627571, 1.67517131648865118353e-10], [1, 0]);
}

export function log10(x: Lanes): Lanes {
  return logOfBase(
    x,
    [4.34294481878168880939e-1, 2.50829467116452752298e-11],
    [3.01029995663611771306e-1, 3.69423907715893078616e-13],
  );
}

// ── circular functions ──────────────────────────────────────────────────────

/** Up to here the quotient by ½π has 20 bits: its products with the parts of ½π are exact. */
const MOST_ANGLE = 2 ** 19;
/** ½π in three parts of 33 bits, and the rest. */
const HALF_PI = [
  1.5707963267341256142, 6.0771005063039659766e-11, 2.0222662487111664558e-21, 8.47842766036889956997e-32,
] as const;

/** x less the nearest multiple of ½π, in two parts; the lowest bits of `quadrant` count the multiple. */
function lessQuadrants(x: Lanes): { quadrant: Lanes; head: Lanes; tail: Lanes } {
  const quadrant = add(mul(x, 2 / Math.PI), ROUNDER);
  const n = sub(quadrant, ROUNDER);
  let rest = sub(x, mul(n, HALF_PI[0]));
  let lost: Lanes | undefined;
  for (const part of [HALF_PI[1], HALF_PI[2]]) {
    const step = mul(n, part);
    const next = sub(rest, step);
    const error = sub(sub(rest, next), step);
    lost = lost ? add(lost, error) : error;
    rest = next;
  }
  const low = sub(lost!, mul(n, HALF_PI[3]));
  const head = add(rest, low);
  return { quadrant, head, tail: add(sub(rest, head), low) };
}

const tooLarge = (x: Lanes): Lanes => and(gt(abs(x), MOST_ANGLE), lt(abs(x), Infinity));

const SIN = [
  8.33333333332248946124e-3, -1.98412698298579493134e-4, 2.75573137070700676789e-6, -2.50507602534068634195e-8,
  1.58969099521155010221e-10,
];
const COS = [
  4.16666666666666019037e-2, -1.38888888888741095749e-3, 2.48015872894767294178e-5, -2.75573143513906633035e-7,
  2.0875723212981748279e-9, -1.13596475577881948265e-11,
];

/** Sine and cosine of head + tail, |head| ≤ ¼π. */
function onQuadrant(head: Lanes, tail: Lanes): { sine: Lanes; cosine: Lanes } {
  const z = mul(head, head);
  const v = mul(z, head);
  const r = polynomial(SIN, z);
  const sine = sub(head, sub(sub(mul(z, sub(mul(0.5, tail), mul(v, r))), tail), mul(v, -1.66666666666666324348e-1)));
  const half = mul(0.5, z);
  const w = sub(1, half);
  const cosine = add(w, add(sub(sub(1, w), half), sub(mul(mul(z, z), polynomial(COS, z)), mul(head, tail))));
  return { sine, cosine };
}

const bit = (x: Lanes, k: bigint): Lanes => and(x, bits(1n << k));

/** The sine of x moved by so many quadrants. */
function sineAfter(x: Lanes, quadrants: bigint): Lanes {
  const { quadrant, head, tail } = lessQuadrants(x);
  const { sine, cosine } = onQuadrant(head, tail);
  const count = quadrants === 0n ? quadrant : addBits(quadrant, bits(quadrants));
  // An odd quadrant takes the cosine, the last two of four turn the sign.
  const odd = subBits(bits(0n), bit(count, 0n));
  return xor(select(odd, cosine, sine), shiftLeft(bit(count, 1n), 62));
}

/** Angles beyond 2¹⁹, whose reduction needs more bits of π, go to the engine of JavaScript. */
export function sin(x: Lanes): Lanes {
  // The reduction would make 0 of −0.
  const value = select(lt(abs(x), 2 ** -27), x, sineAfter(x, 0n));
  return rarely(tooLarge(x), value, Math.sin, [x]);
}

export function cos(x: Lanes): Lanes {
  return rarely(tooLarge(x), sineAfter(x, 1n), Math.cos, [x]);
}

const TAN_ODD = [
  1.33333333333201242699e-1, 2.18694882948595424599e-2, 3.59207910759131235356e-3, 5.88041240820264096874e-4,
  7.817944429395570923e-5, -1.85586374855275456654e-5,
];
const TAN_EVEN = [
  5.39682539762260521377e-2, 8.86323982359930005737e-3, 1.45620945432529025516e-3, 2.46463134818469906812e-4,
  7.14072491382608190305e-5, 2.59073051863633712884e-5,
];

export function tan(x: Lanes): Lanes {
  const { quadrant, head, tail } = lessQuadrants(x);
  // Near ¼π by its distance from there.
  const far = ge(abs(head), 0.67434);
  const sign = and(far, signOf(head));
  const [h, t] = [xor(head, sign), xor(tail, sign)];
  const beyond = add(sub(7.85398163397448278999e-1, h), sub(3.06161699786838301793e-17, t));
  const y = select(far, beyond, head);
  const low = without(tail, far);
  const z = mul(y, y);
  const w = mul(z, z);
  const r = polynomial(TAN_ODD, w);
  const v = mul(z, polynomial(TAN_EVEN, w));
  const s = mul(z, y);
  const cubic = add(add(low, mul(z, add(mul(s, add(r, v)), low))), mul(3.33333333333334091986e-1, s));
  const near = add(y, cubic);
  const odd = subBits(bits(0n), bit(quadrant, 0n));
  // v − 2(y − (near²/(near + v) − cubic)), v = 1, or −1 for a cotangent.
  const one = select(odd, -1, 1);
  const atQuarter = xor(sub(one, mul(2, sub(y, sub(div(mul(near, near), add(near, one)), cubic)))), sign);
  // −1/near to the last bit.
  const top = high(near);
  const rest = sub(cubic, sub(top, y));
  const inverse = div(-1, near);
  const cut = high(inverse);
  const cotangent = add(cut, mul(inverse, add(add(1, mul(cut, top)), mul(cut, rest))));
  const value = select(far, atQuarter, select(odd, cotangent, near));
  return rarely(tooLarge(x), select(lt(abs(x), 2 ** -27), x, value), Math.tan, [x]);
}

const ATAN = [
  3.33333333333329318027e-1, -1.99999999998764832476e-1, 1.42857142725034663711e-1, -1.1111110405462355788e-1,
  9.09088713343650656196e-2, -7.69187620504482999495e-2, 6.66107313738753120669e-2, -5.83357013379057348645e-2,
  4.97687799461593236017e-2, -3.6531572744216915527e-2, 1.62858201153657823623e-2,
];

export function atan(x: Lanes): Lanes {
  const size = abs(x);
  const from = [7 / 16, 11 / 16, 19 / 16, 39 / 16].map((low) => ge(size, low));
  /** The last of the values whose range has begun. */
  const choose = (first: LanesOr, ...others: readonly LanesOr[]) =>
    others.reduce<LanesOr>((value, other, k) => select(from[k]!, other, value), first) as Lanes;
  const top = choose(size, sub(mul(2, size), 1), sub(size, 1), sub(size, 1.5), -1);
  const bottom = choose(1, add(2, size), add(size, 1), add(1, mul(1.5, size)), size);
  const t = div(top, bottom);
  const hi = choose(
    0,
    4.63647609000806093515e-1,
    7.85398163397448278999e-1,
    9.82793723247329054082e-1,
    1.570796326794896558,
  );
  const lo = choose(
    0,
    2.26987774529616870924e-17,
    3.06161699786838301793e-17,
    1.39033110312309984516e-17,
    6.12323399573676603587e-17,
  );
  const z = mul(t, t);
  const product = mul(mul(t, z), polynomial(ATAN, z));
  return turned(sub(hi, sub(sub(product, lo), t)), x);
}

/** Of two zeros, or with an infinity, by the engine of JavaScript. */
export function atan2(y: Lanes, x: Lanes): Lanes {
  const size = atan(abs(div(y, x)));
  const left = signOf(x);
  const value = select(
    subBits(bits(0n), shiftRight(left, 63)),
    sub(Math.PI, sub(size, 1.2246467991473531772e-16)),
    size,
  );
  const infinite = or(eq(abs(x), Infinity), eq(abs(y), Infinity));
  const rare = or(infinite, and(eq(x, 0), eq(y, 0)));
  return rarely(rare, turned(value, y), Math.atan2, [y, x]);
}

const ASIN_TOP = [
  1.66666666666666657415e-1, -3.25565818622400915405e-1, 2.01212532134862925881e-1, -4.00555345006794114027e-2,
  7.91534994289814532176e-4, 3.4793310759602116757e-5,
];
const ASIN_BOTTOM = [
  1, -2.40339491173441421878, 2.02094576023350569471, -6.8828397160545329303e-1, 7.70381505559019352791e-2,
];
const HALF_PI_HI = 1.570796326794896558;
const HALF_PI_LO = 6.12323399573676603587e-17;

/** arcsin's series (arcsin t − t)/t in t², near 0 of x itself, else at √((1 − |x|)/2): that root in two parts. */
function arcParts(x: Lanes): { inner: Lanes; ratio: Lanes; root: Lanes; top: Lanes; rest: Lanes } {
  const size = abs(x);
  const inner = lt(size, 0.5);
  const z = select(inner, mul(x, x), mul(sub(1, size), 0.5));
  const ratio = div(mul(z, polynomial(ASIN_TOP, z)), polynomial(ASIN_BOTTOM, z));
  const root = sqrt(z);
  const top = high(root);
  const rest = select(eq(root, 0), 0, div(sub(z, mul(top, top)), add(root, top)));
  return { inner, ratio, root, top, rest };
}

export function asin(x: Lanes): Lanes {
  const { inner, ratio, root, top, rest } = arcParts(x);
  const near = add(x, mul(x, ratio));
  const p = sub(mul(mul(2, root), ratio), sub(HALF_PI_LO, mul(2, rest)));
  const q = sub(0.25 * Math.PI, mul(2, top));
  const far = sub(0.25 * Math.PI, sub(p, q));
  return select(inner, near, turned(far, x));
}

export function acos(x: Lanes): Lanes {
  const { inner, ratio, root, top, rest } = arcParts(x);
  const near = sub(HALF_PI_HI, sub(x, sub(HALF_PI_LO, mul(x, ratio))));
  const left = sub(Math.PI, mul(2, add(root, sub(mul(ratio, root), HALF_PI_LO))));
  const right = mul(2, add(top, add(mul(ratio, root), rest)));
  return select(inner, near, select(lt(x, 0), left, right));
}

// ── their hyperbolic inverses ───────────────────────────────────────────────

export function asinh(x: Lanes): Lanes {
  const size = abs(x);
  const square = mul(size, size);
  const root = sqrt(add(square, 1));
  const near = log1p(add(size, div(square, add(1, root))));
  const far = log(add(mul(2, size), div(1, add(root, size))));
  const huge = add(log(size), Math.LN2);
  return turned(select(gt(size, 2 ** 28), huge, select(gt(size, 2), far, near)), x);
}

export function acosh(x: Lanes): Lanes {
  const t = sub(x, 1);
  const near = log1p(add(t, sqrt(add(mul(2, t), mul(t, t)))));
  const far = log(sub(mul(2, x), div(1, add(x, sqrt(sub(mul(x, x), 1))))));
  const huge = add(log(x), Math.LN2);
  return select(lt(x, 1), NaN, select(gt(x, 2 ** 28), huge, select(gt(x, 2), far, near)));
}

export function atanh(x: Lanes): Lanes {
  const size = abs(x);
  const twice = add(size, size);
  const small = add(twice, div(mul(twice, size), sub(1, size)));
  const large = div(twice, sub(1, size));
  return select(lt(size, TINY), x, turned(mul(0.5, log1p(select(lt(size, 0.5), small, large))), x));
}

// ── roots and powers ────────────────────────────────────────────────────────

export function cbrt(x: Lanes): Lanes {
  const size = abs(x);
  const small = lt(size, 2 ** -1022);
  const y = select(small, mul(size, 2 ** 54), size);
  // A third of the exponent, with 5 bits of the root from its fraction.
  const word = sub(or(shiftRight(y, 32), splat(2 ** 52)), 2 ** 52);
  const third = add(floor(mul(word, 1 / 3)), 715094163);
  const first = shiftLeft(add(third, 2 ** 52), 32);
  const r = mul(mul(first, first), div(first, y));
  const better = mul(
    first,
    polynomial(
      [
        1.87595182427177009643, -1.88497979543377169875, 1.62142972010535446614, -0.758397934778766047437,
        0.145996192886612446982,
      ],
      r,
    ),
  );
  // To 23 bits, so that its square is exact; then Newton's method.
  const t = and(addBits(better, bits(0x80000000n)), bits(0xffffffffc0000000n));
  const quotient = div(y, mul(t, t));
  const root = add(t, mul(t, div(sub(quotient, t), add(add(t, t), quotient))));
  const usual = and(gt(size, 0), lt(size, Infinity));
  return select(usual, turned(select(small, mul(root, 2 ** -18), root), x), x);
}

/** √(x² + y²); where a square could overflow or vanish, by the engine of JavaScript. */
export function hypot(x: Lanes, y: Lanes): Lanes {
  const [a, b] = [abs(x), abs(y)];
  const large = or(gt(a, 2 ** 500), gt(b, 2 ** 500));
  const both = add(a, b);
  const rare = or(large, and(gt(both, 0), lt(both, 2 ** -450)));
  return rarely(rare, sqrt(add(mul(x, x), mul(y, y))), Math.hypot, [x, y]);
}

const POW_LOG = [
  5.99999999999994648725e-1, 4.28571428578550184252e-1, 3.33333329818377432918e-1, 2.72728123808534006489e-1,
  2.30660745775561754067e-1, 2.06975017800338417784e-1,
];
const POW_EXP = [
  1.66666666666666019037e-1, -2.77777777770155933842e-3, 6.61375632143793436117e-5, -1.6533902205465251539e-6,
  4.13813679705723846039e-8,
];

/**
 * xʸ. Zeros, infinities, subnormal bases, and powers beyond the normal numbers go to `evaluate`, which also says what
 * 1 to the power NaN is.
 */
export function pow(x: Lanes, y: Lanes, evaluate: (x: number, y: number) => number): Lanes {
  const size = abs(x);
  // The base as 2ᵏ·m with m in [√¾, √3), and then 1 or 1.5 nearest to it.
  const shifted = shiftRight(addBits(size, bits(0x3ff0000000000000n - 0x3febb67ae8584caan)), 52);
  const k = sub(or(shifted, splat(2 ** 52)), 2 ** 52 + 1023);
  const m = subBits(size, shiftLeft(subBits(shifted, bits(1023n)), 52));
  const upper = gt(m, 1.224744871391589);
  const base = select(upper, 1.5, 1);
  // s = (m − base)/(m + base) in two parts.
  const u = sub(m, base);
  const v = div(1, add(m, base));
  const s = mul(u, v);
  const sHigh = high(s);
  const sum = high(add(m, base));
  const sumLow = sub(m, sub(sum, base));
  const sLow = mul(v, sub(sub(u, mul(sHigh, sum)), mul(sHigh, sumLow)));
  // log m = 2s + ⅔s³ + …, the first terms in two parts.
  const s2 = mul(s, s);
  const r = add(mul(mul(s2, s2), polynomial(POW_LOG, s2)), mul(sLow, add(sHigh, s)));
  const squareHigh = mul(sHigh, sHigh);
  const tHigh = high(add(add(3, squareHigh), r));
  const tLow = sub(r, sub(sub(tHigh, 3), squareHigh));
  const productHigh = mul(sHigh, tHigh);
  const productLow = add(mul(sLow, tHigh), mul(tLow, s));
  const pHigh = high(add(productHigh, productLow));
  const pLow = sub(productLow, sub(pHigh, productHigh));
  // Times 2/(3 ln 2): log₂ |x| in two parts.
  const zHigh = mul(9.61796700954437255859e-1, pHigh);
  const zLow = add(
    add(mul(-7.02846165095275826516e-9, pHigh), mul(pLow, 9.61796693925975554329e-1)),
    and(upper, 1.35003920212974897128e-8),
  );
  const shift = and(upper, 5.84962487220764160156e-1);
  const logHigh = high(add(add(add(zHigh, zLow), shift), k));
  const logLow = sub(zLow, sub(sub(sub(logHigh, k), shift), zHigh));
  // y·log₂ |x|, in two parts too.
  const yHigh = high(y);
  const low = add(mul(sub(y, yHigh), logHigh), mul(y, logLow));
  const main = mul(yHigh, logHigh);
  const z = add(low, main);
  const n = nearest(z);
  const fraction = sub(main, n);
  const t = high(add(low, fraction));
  const a = mul(t, 6.93147182464599609375e-1);
  const b = add(mul(sub(low, sub(t, fraction)), Math.LN2), mul(t, -1.90465429995776804525e-9));
  const e = add(a, b);
  const w = sub(b, sub(e, a));
  const square = mul(e, e);
  const c = sub(e, mul(square, polynomial(POW_EXP, square)));
  const ratio = sub(div(mul(e, c), sub(c, 2)), add(w, mul(e, w)));
  const value = mul(sub(1, sub(ratio, e)), powerOfTwo(n));
  // A negative base: an odd power keeps its sign, one that is not whole has none.
  const negative = lt(x, 0);
  const odd = ne(mul(nearest(mul(y, 0.5)), 2), y);
  const signed = xor(value, and(negative, and(odd, signOf(x))));
  const whole = eq(nearest(y), y);
  const result = select(without(negative, whole), NaN, signed);
  const usual = and(and(ge(size, 2 ** -1022), lt(size, Infinity)), lt(abs(z), 1021));
  return rarely(not(usual), result, evaluate, [x, y]);
}

// ── the error function ──────────────────────────────────────────────────────

/** Σ of top[k]·xᵏ over 1 + x·Σ bottom[k]·xᵏ. */
const ratio = (top: readonly number[], bottom: readonly number[], x: Lanes): Lanes =>
  div(horner(top, x), horner([1, ...bottom], x));

/** The parts of erf x: (erf x − x)/x near 0, erf |x| − {@link ERF_ONE} near 1, and 1 − erf |x| beyond. */
function errorParts(x: Lanes): { size: Lanes; near: Lanes; middle: Lanes; tail: Lanes } {
  const size = abs(x);
  const near = ratio(shaw.pp, shaw.qq, mul(x, x));
  const middle = ratio(shaw.pa, shaw.qa, sub(size, 1));
  const s = div(1, mul(size, size));
  const rational = select(lt(size, 1 / 0.35), ratio(shaw.ra, shaw.sa, s), ratio(shaw.rb, shaw.sb, s));
  const z = high(size);
  // e^(−z² − 9/16), exact, and what is left of the exponent: their sum in two parts, for one exponential.
  const main = sub(neg(mul(z, z)), 0.5625);
  const more = add(mul(sub(z, size), add(z, size)), rational);
  const sum = add(main, more);
  return { size, near, middle, tail: div(expOfSum(sum, sub(more, sub(sum, main))), size) };
}

export function erf(x: Lanes): Lanes {
  const { size, near, middle, tail } = errorParts(x);
  const far = select(lt(size, 1.25), add(ERF_ONE, middle), select(ge(size, 6), 1, sub(1, tail)));
  return select(lt(size, 0.84375), add(x, mul(x, near)), turned(far, x));
}

export function erfc(x: Lanes): Lanes {
  const { size, near, middle, tail } = errorParts(x);
  const step = mul(x, near);
  const inner = select(lt(x, 0.25), sub(1, add(x, step)), sub(0.5, add(sub(x, 0.5), step)));
  const left = lt(x, 0);
  const beside = select(left, add(1, add(ERF_ONE, middle)), sub(1 - ERF_ONE, middle));
  const beyond = select(ge(size, 28), select(left, 2, 0), select(lt(x, -6), 2, select(left, sub(2, tail), tail)));
  return select(lt(size, 0.84375), inner, select(lt(size, 1.25), beside, beyond));
}

/** ln cosh x. */
export function logCosh(x: Lanes): Lanes {
  const size = abs(x);
  const square = mul(x, x);
  const far = add(sub(size, Math.LN2), sub(log1p(exp(mul(-2, size))), LN2_MORE));
  const near = add(mul(0.5, square), mul(mul(square, square), polynomial(LOG_COSH, square)));
  return select(lt(size, 1), near, far);
}

// ── remainders ──────────────────────────────────────────────────────────────

/**
 * The whole number nearest to x/y and what it leaves of x, exactly: products of 20 bits with either half of y are exact,
 * and so are the differences (Sterbenz, 1974). `rare`: beyond that, or with an infinity, NaN or zero.
 */
function divided(x: Lanes, y: Lanes): { whole: Lanes; rest: Lanes; rare: Lanes } {
  const whole = nearest(div(x, y));
  const top = high(y);
  const rest = sub(sub(x, mul(whole, top)), mul(whole, sub(y, top)));
  const size = abs(y);
  const usual = and(and(lt(abs(whole), 2 ** 20), gt(size, 2 ** -900)), and(lt(size, 2 ** 900), lt(abs(x), 2 ** 920)));
  return { whole, rest, rare: not(usual) };
}

/** Whether the rest lies on the other side of zero than y: then the whole number is one too many. */
const beyondFloor = (rest: Lanes, y: Lanes): Lanes => or(and(gt(rest, 0), lt(y, 0)), and(lt(rest, 0), gt(y, 0)));

/** x − y·⌊x/y⌋, with the sign of y. */
export function mod(x: Lanes, y: Lanes, evaluate: (x: number, y: number) => number): Lanes {
  const { rest, rare } = divided(x, y);
  const value = select(eq(rest, 0), signOf(y), select(beyondFloor(rest, y), add(rest, y), rest));
  return rarely(rare, value, evaluate, [x, y]);
}

/** x − y·trunc(x/y), with the sign of x. */
export function fmod(x: Lanes, y: Lanes, evaluate: (x: number, y: number) => number): Lanes {
  const { rest, rare } = divided(x, y);
  const value = select(eq(rest, 0), signOf(x), select(beyondFloor(rest, x), add(rest, turned(abs(y), x)), rest));
  return rarely(rare, value, evaluate, [x, y]);
}

/** ⌊x/y⌋; a zero has the sign of x/y. */
export function floorQuotient(x: Lanes, y: Lanes, evaluate: (x: number, y: number) => number): Lanes {
  const { whole, rest, rare } = divided(x, y);
  const value = sub(whole, and(beyondFloor(rest, y), 1));
  return rarely(rare, select(eq(value, 0), signOf(div(x, y)), value), evaluate, [x, y]);
}
