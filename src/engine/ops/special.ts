// biome-ignore-all lint/correctness/noPrecisionLoss: coefficients as published
/**
 * Special functions of real numbers, in float64. erf and erfc after fdlibm (Sun Microsystems, s_erf.c); gamma by
 * Lanczos' approximation with CPython's coefficients; polygammas after NIST DLMF 5.11 and 5.15; erfinv by Halley's
 * method on erf and erfc. Their errors against mpmath are what `test/engine/special.test.ts` holds them to.
 */

// What vector-math.ts computes of two lanes, the functions here compute by the same operations in the same order.

/** (eʳ − 1 − r)/r² on |r| ≤ ½ ln 2: minimax by Remez' exchange, error 2⁻⁶¹ (test/oracles/vector_math.py). */
export const EXP = [
  0.5, 0.16666666666666677, 0.0416666666666667, 0.008333333333322186, 0.0013888888888867895, 0.00019841269884849475,
  2.480158735887534e-5, 2.7557245399770075e-6, 2.7557243970698704e-7, 2.5108647923994043e-8, 2.0924117827037787e-9,
];
/** ln 2 in two parts. */
export const LN2_HI = 6.9314718036912381649e-1;
export const LN2_LO = 1.90821492927058770002e-10;

/** 1.5·2⁵²: a sum with it is rounded to a whole number. */
const ROUNDER = 6755399441055744;
const nearest = (x: number): number => x + ROUNDER - ROUNDER;

/** Terms of a polynomial; the longest has 16. */
const terms = new Float64Array(16);

/** Σ coefficients[k]·xᵏ by Estrin's scheme. */
export function polynomial(coefficients: readonly number[], x: number): number {
  let count = coefficients.length;
  for (let k = 0; k < count; k++) terms[k] = coefficients[k]!;
  for (let power = x; count > 1; power *= power) {
    const odd = count % 2;
    for (let k = 0; k < count - odd; k += 2) terms[k / 2] = terms[k]! + terms[k + 1]! * power;
    if (odd) terms[(count - 1) / 2] = terms[count - 1]!;
    count = (count + odd) / 2;
  }
  return terms[0]!;
}

/** e^(sum + more), of a small `more`. */
function exponential(sum: number, more: number): number {
  const inside = Math.max(Math.min(sum, 710), -746);
  const k = nearest(inside * Math.LOG2E);
  const hi = inside - k * LN2_HI;
  const lo = k * LN2_LO;
  const r = hi - lo;
  const low = hi - r - lo;
  const rest = r * r * polynomial(EXP, r) + (low + low * r);
  const half = nearest(k * 0.5);
  return (1 + (r + (rest + more * (1 + (r + rest))))) * 2 ** half * 2 ** (k - half);
}

/** erf 1, about: what is left of the function near it has less bits to lose. */
export const ERF_ONE = 0.845062911510467529297;

/** Numerators and denominators of fdlibm's rational functions. */
export const shaw = {
  pp: [
    0.128379167095512558561, -0.32504210724700149937, -0.0284817495755985104766, -0.00577027029648944159157,
    -0.0000237630166566501626084,
  ],
  qq: [
    0.397917223959155352819, 0.0650222499887672944485, 0.00508130628187576562776, 0.000132494738004321644526,
    -0.0000039602282787753681232,
  ],
  pa: [
    -0.00236211856075265944077, 0.414856118683748331666, -0.372207876035701323847, 0.318346619901161753674,
    -0.110894694282396677476, 0.0354783043256182359371, -0.002166375594868790843,
  ],
  qa: [
    0.106420880400844228286, 0.540397917702171048937, 0.0718286544141962662868, 0.126171219808761642112,
    0.0136370839120290507362, 0.011984499846799107417,
  ],
  ra: [
    -0.00986494403484714822705, -0.693858572707181764372, -10.5586262253232909814, -62.3753324503260060396,
    -162.396669462573470355, -184.605092906711035994, -81.2874355063065934246, -9.81432934416914548592,
  ],
  sa: [
    19.6512716674392571292, 137.6577541435190426, 434.565877475229228821, 645.387271733267880336,
    429.008140027567833386, 108.635005541779435134, 6.57024977031928170135, -0.0604244152148580987438,
  ],
  rb: [
    -0.00986494292470009928597, -0.799283237680523006574, -17.7579549177547519889, -160.636384855821916062,
    -637.566443368389627722, -1025.09513161107724954, -483.519191608651397019,
  ],
  sb: [
    30.3380607434824582924, 325.792512996573918826, 1536.72958608443695994, 3199.85821950859553908,
    2553.05040643316442583, 474.528541206955367215, -22.4409524465858183362,
  ],
};

const poly = (coefficients: readonly number[], x: number, start = 0): number => {
  let sum = start;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * x + coefficients[k]!;
  return sum;
};

/** Σ of top[k]·xᵏ over 1 + x·Σ bottom[k]·xᵏ. */
const ratio = (top: readonly number[], bottom: readonly number[], x: number): number =>
  poly(top, x) / (1 + x * poly(bottom, x));

const bits = new DataView(new ArrayBuffer(8));

/** 1 − erf of a size from 1.25 on: e^(−x² − 9/16 + R/S)/x, the exponent split as in fdlibm. */
function tail(size: number): number {
  const s = 1 / (size * size);
  const rational = size < 1 / 0.35 ? ratio(shaw.ra, shaw.sa, s) : ratio(shaw.rb, shaw.sb, s);
  bits.setFloat64(0, size);
  bits.setUint32(4, 0);
  const z = bits.getFloat64(0);
  // −z² − 9/16 is exact; with what is left of the exponent its sum is one in two parts, for one exponential.
  const main = -(z * z) - 0.5625;
  const more = (z - size) * (z + size) + rational;
  const sum = main + more;
  return exponential(sum, more - (sum - main)) / size;
}

export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  const sign = x < 0 ? -1 : 1;
  if (size < 0.84375) return x + x * ratio(shaw.pp, shaw.qq, x * x);
  if (size < 1.25) return sign * (ERF_ONE + ratio(shaw.pa, shaw.qa, size - 1));
  return size >= 6 ? sign : sign * (1 - tail(size));
}

export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size < 0.84375) {
    const step = x * ratio(shaw.pp, shaw.qq, x * x);
    return x < 0.25 ? 1 - (x + step) : 0.5 - (x - 0.5 + step);
  }
  if (size < 1.25) {
    const part = ratio(shaw.pa, shaw.qa, size - 1);
    return x >= 0 ? 1 - ERF_ONE - part : 1 + (ERF_ONE + part);
  }
  if (x < -6) return 2;
  if (size >= 28) return 0;
  return x > 0 ? tail(size) : 2 - tail(size);
}

/** (ln cosh x − x²/2)/x⁴ in x² on [0, 1]: minimax by Remez' exchange (test/oracles/vector_math.py). */
export const LOG_COSH = [
  -0.08333333333333304, 0.0222222222221697, -0.006746031743774856, 0.002186948809905009, -0.0007386024840349317,
  0.00025657729441205736, -9.097445408845611e-5, 3.272991405908577e-5, -1.18409935184987e-5, 4.208307324029743e-6,
  -1.3899255765174525e-6, 3.8490826173948244e-7, -7.558892558297141e-8, 7.550147453979688e-9,
];
/** ln 2 beyond its nearest number. */
export const LN2_MORE = 2.319046813846299558e-17;

export function logCosh(x: number): number {
  const size = Math.abs(x);
  const square = x * x;
  if (size < 1) return 0.5 * square + square * square * polynomial(LOG_COSH, square);
  // ln cosh x = |x| − ln 2 + ln(1 + e^(−2|x|)): nothing is lost where the first two cancel.
  return size - Math.LN2 + (Math.log1p(Math.exp(-2 * size)) - LN2_MORE);
}

// Lanczos' approximation, with the coefficients that CPython uses.
const lanczosG = 6.024680040776729583740234375;
const numerator = [
  23531376880.41075968857200767445163675473484680494, 42919803642.649098768957899047001988850926355848959,
  35711959237.355668049440185451547166705960488635843, 17921034426.03720969991975575445893111267140326539,
  6039542586.3520280050642916443072979210699388420708, 1439720407.3117216736632230727949123939715485786372,
  248874557.86205415651146038641322942321632125127801, 31426415.58540019438061423162831820536287468498764,
  2876370.6289353724412254090516208496135991145378768, 186056.26539522349504029498971604569928220784236328,
  8071.6720023658162106380029022722506138218516325024, 210.82427775157934587250973392071336271166969580291,
  2.5066282746310002701649081771338373386264310793408,
];
const denominator = [
  0, 39916800, 120543840, 150917976, 105258076, 45995730, 13339535, 2637558, 357423, 32670, 1925, 66, 1,
];

function lanczosSum(x: number): number {
  let top = 0;
  let bottom = 0;
  if (x < 5) {
    for (let k = 12; k >= 0; k--) {
      top = top * x + numerator[k]!;
      bottom = bottom * x + denominator[k]!;
    }
  } else {
    for (let k = 0; k <= 12; k++) {
      top = top / x + numerator[k]!;
      bottom = bottom / x + denominator[k]!;
    }
  }
  return top / bottom;
}

function sinPi(x: number): number {
  const y = Math.abs(x) % 2;
  const n = Math.round(2 * y);
  const r = [
    Math.sin(Math.PI * y),
    Math.cos(Math.PI * (y - 0.5)),
    Math.sin(Math.PI * (1 - y)),
    -Math.cos(Math.PI * (y - 1.5)),
    Math.sin(Math.PI * (y - 2)),
  ][n]!;
  return x < 0 ? -r : r;
}

export function gamma(x: number): number {
  if (!Number.isFinite(x)) return x > 0 || Number.isNaN(x) ? x : Number.NaN;
  if (Number.isInteger(x) && x > 0 && x <= 23) {
    let result = 1;
    for (let k = 2; k < x; k++) result *= k;
    return result;
  }
  const size = Math.abs(x);
  if (size < 1e-20) return 1 / x;
  if (size > 200) return x < 0 ? 0 / sinPi(x) : Number.POSITIVE_INFINITY;
  const y = size + lanczosG - 0.5;
  let z: number;
  if (size > lanczosG - 0.5) z = y - size - (lanczosG - 0.5);
  else z = y - (lanczosG - 0.5) - size;
  z = (z * lanczosG) / y;
  if (x < 0) {
    let r = ((-Math.PI / sinPi(size) / size) * Math.exp(y)) / lanczosSum(size);
    r -= z * r;
    return size < 140 ? r / y ** (size - 0.5) : r / y ** (size / 2 - 0.25) / y ** (size / 2 - 0.25);
  }
  let r = lanczosSum(size) / Math.exp(y);
  r += z * r;
  return size < 140 ? r * y ** (size - 0.5) : r * y ** (size / 2 - 0.25) * y ** (size / 2 - 0.25);
}

/** Taylor coefficients of ψ at its positive root, from the second on: ψ⁽ⁿ⁾(x₀)/n!. */
const PSI_AT_ROOT = [
  0.9676722454476212, -0.4427631689835921, 0.258499760955651, -0.16394270544240652, 0.10782405069126237,
  -0.07219956125645471, 0.04880428816414311, -0.03316112647484736, 0.022597648232218104, -0.01542476590494896,
  0.010538791616612175, -0.007204534386356869, 0.004926781395729853, -0.003369801655439328, 0.002305126326734928,
  -0.0015769367714301972, 0.0010788252019162967, -0.0007380709389960052, 0.000504953265834602, -0.0003454680251063077,
  0.00023635601564027053, -0.00016170622091974803, 0.0001106337276874741, -7.569179582195066e-5, 5.178575795222081e-5,
  -3.5430070947659604e-5, 2.424006611860132e-5, -1.6584242271854135e-5, 1.134638458466385e-5,
];
const PSI_ROOT = 1.4616321449683622;
const PSI_ROOT_REST = 9.549995429965697e-17;
/** (−1)ᵏ(ζ(k) − 1)/k from k = 2: log Γ(2 + w) less w(1 − γ), NIST DLMF 5.7.3. */
const ZETA_LESS_ONE = [
  0.3224670334241132, -0.0673523010531981, 0.020580808427784546, -0.007385551028673986, 0.0028905103307415234,
  -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939, 9.945751278180853e-5, -4.492623673813314e-5,
  2.050721277567069e-5, -9.439488275268397e-6, 4.374866789907488e-6, -2.039215753801366e-6, 9.55141213040742e-7,
  -4.492469198764566e-7, 2.1207184805554665e-7, -1.0043224823968099e-7, 4.7698101693639804e-8, -2.2711094608943164e-8,
  1.0838659214896955e-8, -5.183475041970047e-9, 2.4836745438024785e-9, -1.1921401405860912e-9, 5.731367241678862e-10,
  -2.7595228851242334e-10, 1.330476437424449e-10, -6.4229645638381e-11, 3.1044247747322276e-11, -1.5021384080754142e-11,
  7.275974480239079e-12, -3.527742476575915e-12, 1.711991790559618e-12, -8.315385841420285e-13, 4.04220052528944e-13,
  -1.9664756310966165e-13, 9.573630387838556e-14, -4.6640760264283744e-14, 2.2737369600659724e-14,
  -1.1091399470834522e-14,
];
const ONE_LESS_EULER = 0.42278433509846713;
/** B₂ₖ from k = 1. */
const BERNOULLI = [
  0.16666666666666666, -0.03333333333333333, 0.023809523809523808, -0.03333333333333333, 0.07575757575757576,
  -0.2531135531135531, 1.1666666666666667, -7.092156862745098, 54.971177944862156, -529.1242424242424,
  6192.123188405797, -86580.25311355312, 1425517.1666666667, -27298231.067816094, 601580873.9006424,
];

/** The highest order of a derivative: (n − 1)! must be finite, and loops short. */
const MOST_ORDERS = 150;

/** log|Γ(x)|; near its zeros at 1 and 2 by series, so that it keeps its relative precision there. */
export function lgamma(x: number): number {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? x : Number.POSITIVE_INFINITY;
  if (x <= 0) {
    if (Number.isInteger(x)) return Number.POSITIVE_INFINITY;
    if (x > -1e-20) return -Math.log(-x);
    return Math.log(Math.PI / Math.abs(sinPi(x) * x)) - lgamma(-x);
  }
  if (x < 0.5) return lgamma(1 + x) - Math.log(x);
  // 1 + z loses bits of a small z, but x − 1 is exact.
  if (x <= 1.5) return series(x - 1) - Math.log1p(x - 1);
  if (x <= 2.75) return series(x - 2);
  if (x < 12) {
    let product = 1;
    while (x > 2.75) {
      x -= 1;
      product *= x;
    }
    return Math.log(product) + series(x - 2);
  }
  if (x > 1e17) return x * (Math.log(x) - 1);
  const square = x * x;
  let sum = 0;
  let below = x;
  for (let k = 1; k <= 11; k++) {
    sum += BERNOULLI[k - 1]! / (2 * k * (2 * k - 1) * below);
    below *= square;
  }
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + sum;
}

/** log Γ(2 + w) for |w| ≤ ¾. */
function series(w: number): number {
  return w * (ONE_LESS_EULER + w * poly(ZETA_LESS_ONE, w));
}

/** x less the nearest integer: exact. */
const fraction = (x: number): number => x - Math.round(x);

/** cot(πx), accurate near its zeros and poles. */
function cotPi(x: number): number {
  const r = fraction(x);
  return Math.sin(Math.PI * (0.5 - Math.abs(r))) / Math.sin(Math.PI * r);
}

/** ψ(x) = Γ′(x)/Γ(x). NaN at the poles but 0, where it is ∓∞ as the sign of the zero says. */
export function digamma(x: number): number {
  if (Number.isNaN(x) || x === Number.POSITIVE_INFINITY) return x;
  if (x === 0) return -1 / x;
  if (x < 0) {
    if (Number.isInteger(x) || x === Number.NEGATIVE_INFINITY) return Number.NaN;
    return digamma(1 - x) - Math.PI * cotPi(x);
  }
  const h = x - PSI_ROOT - PSI_ROOT_REST;
  if (Math.abs(h) < 0.3) return h * poly(PSI_AT_ROOT, h);
  let shifted = 0;
  while (x < 12) {
    shifted += 1 / x;
    x += 1;
  }
  const inverse = 1 / (x * x);
  let sum = 0;
  for (let k = 10; k >= 1; k--) sum = (sum + BERNOULLI[k - 1]! / (2 * k)) * inverse;
  return Math.log(x) - 0.5 / x - sum - shifted;
}

/** The derivative of ψ of order n (its whole part), NIST DLMF 5.15. NaN for a negative order. */
export function polygamma(order: number, x: number): number {
  const n = Math.floor(order);
  if (!(n >= 0 && n <= MOST_ORDERS) || Number.isNaN(x)) return Number.NaN;
  if (n === 0) return digamma(x);
  const sign = n % 2 === 0 ? -1 : 1;
  if (x === Number.POSITIVE_INFINITY) return sign * 0;
  if (x <= 0) {
    if (Number.isInteger(x)) return n % 2 === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
    if (x === Number.NEGATIVE_INFINITY || n > 60) return Number.NaN;
    // (−1)ⁿψ⁽ⁿ⁾(1 − x) − ψ⁽ⁿ⁾(x) = π dⁿ/dxⁿ cot πx, a polynomial in the cotangent.
    let coefficients = [0, 1];
    for (let k = 0; k < n; k++) {
      const next: number[] = new Array(coefficients.length + 1).fill(0);
      coefficients.forEach((c, power) => {
        if (power === 0) return;
        next[power - 1]! -= c * power;
        next[power + 1]! -= c * power;
      });
      coefficients = next;
    }
    return -sign * polygamma(n, 1 - x) - Math.PI ** (n + 1) * poly(coefficients, cotPi(x));
  }
  let factorial = 1;
  for (let k = 2; k < n; k++) factorial *= k;
  let shifted = 0;
  while (x < n + 14) {
    shifted += x ** -(n + 1);
    x += 1;
  }
  // (n − 1)!/xⁿ + n!/2xⁿ⁺¹ + Σ B₂ₖ (2k + n − 1)!/((2k)! x²ᵏ⁺ⁿ), all over (n − 1)!/xⁿ.
  let term = 1;
  let sum = 1 + n / (2 * x);
  for (let k = 1; k <= 12; k++) {
    term *= ((2 * k + n - 2) * (2 * k + n - 1)) / ((2 * k - 1) * (2 * k) * x * x);
    sum += BERNOULLI[k - 1]! * term;
  }
  return sign * factorial * (sum * x ** -n + n * shifted);
}

/** Γ(a)Γ(b)/Γ(a + b). */
export function beta(a: number, b: number): number {
  const direct = (gamma(a) * gamma(b)) / gamma(a + b);
  if (Number.isFinite(direct) && direct !== 0) return direct;
  // Γ overflows long before B vanishes.
  return a > 0 && b > 0 ? Math.exp(lgamma(a) + lgamma(b) - lgamma(a + b)) : direct;
}

/** The inverse of erf on (−1, 1): Giles' approximation (GPU Computing Gems, 2012), then Halley's method. */
export function erfinv(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x) || size > 1) return Number.NaN;
  if (size === 1) return x * Number.POSITIVE_INFINITY;
  if (size < 1e-8) return (x * Math.sqrt(Math.PI)) / 2;
  const w = -Math.log1p(-size * size);
  let y: number;
  if (w < 5)
    y =
      size *
      poly(
        [
          1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6, -3.5233877e-6,
          3.43273939e-7, 2.81022636e-8,
        ],
        w - 2.5,
      );
  else y = Math.sqrt(Math.max(w - Math.log(Math.sqrt(Math.PI * w)), 1));
  for (let step = 0; step < (w < 5 ? 2 : 4); step++) {
    // 1 − |x| is exact from ½ on: the error stays relative to the small tail.
    const off = size < 0.5 ? erf(y) - size : 1 - size - erfc(y);
    const newton = (off * Math.sqrt(Math.PI)) / 2 / Math.exp(-y * y);
    y -= newton / (1 + y * newton);
  }
  return x < 0 ? -y : y;
}

/** dⁿ/dxⁿ of sin(πx)/(πx), for n its whole part: by the series near 0, by recurrence elsewhere. */
export function sincDerivative(order: number, x: number): number {
  const n = Math.floor(order);
  if (!(n >= 0 && n <= MOST_ORDERS) || Number.isNaN(x)) return Number.NaN;
  if (!Number.isFinite(x)) return Number.NaN;
  const t = Math.PI * x;
  if (Math.abs(t) <= 1 + 0.75 * n) {
    // Σ over even powers m ≥ n of (−1)^(m/2) tᵐ⁻ⁿ/((m + 1)(m − n)!).
    let power = 1;
    let sum = 0;
    for (let m = n, k = 0; k < 60 + 4 * n; m++, k++) {
      if (k > 0) power *= t / k;
      if (m % 2 === 0) sum += ((m / 2) % 2 === 0 ? 1 : -1) * (power / (m + 1));
    }
    return sum * Math.PI ** n;
  }
  const sine = sinPi(x);
  const cosine = sinPi(x + 0.5);
  const derivatives = [sine, cosine, -sine, -cosine];
  let f = sine / t;
  for (let k = 1; k <= n; k++) f = (derivatives[k % 4]! - k * f) / t;
  return f * Math.PI ** n;
}
