// biome-ignore-all lint/correctness/noPrecisionLoss: coefficients as published
/** erf, erfc, gamma and lgamma, to the precision of the C library. */

const shaw = {
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

const poly = (coefficients: number[], x: number, start = 0): number => {
  let sum = start;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * x + coefficients[k];
  return sum;
};
const withOne = (coefficients: number[], x: number): number => 1 + x * poly(coefficients, x);

/** exp(-x²)·R/S of the tails, as fdlibm splits it. */
function tail(size: number): number {
  const s = 1 / (size * size);
  const near = size < 1 / 0.35;
  const r = near ? poly(shaw.ra, s) : poly(shaw.rb, s);
  const t = near ? withOne(shaw.sa, s) : withOne(shaw.sb, s);
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, size);
  bits.setUint32(4, 0);
  const z = bits.getFloat64(0);
  return (Math.exp(-z * z - 0.5625) * Math.exp((z - size) * (z + size) + r / t)) / size;
}

export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  const sign = x < 0 ? -1 : 1;
  if (size === Number.POSITIVE_INFINITY) return sign;
  if (size < 0.84375) {
    const z = x * x;
    return x + x * (poly(shaw.pp, z) / withOne(shaw.qq, z));
  }
  if (size < 1.25) {
    const s = size - 1;
    return sign * (0.845062911510467529297 + poly(shaw.pa, s) / withOne(shaw.qa, s));
  }
  if (size >= 6) return sign;
  return sign * (1 - tail(size));
}

export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size === Number.POSITIVE_INFINITY) return x < 0 ? 2 : 0;
  if (size < 0.84375) {
    const z = x * x;
    const y = poly(shaw.pp, z) / withOne(shaw.qq, z);
    return x < 0.25 ? 1 - (x + x * y) : 0.5 - (x - 0.5 + x * y);
  }
  if (size < 1.25) {
    const s = size - 1;
    const part = poly(shaw.pa, s) / withOne(shaw.qa, s);
    return x >= 0 ? 1 - 0.845062911510467529297 - part : 1 + (0.845062911510467529297 + part);
  }
  if (size < 28) {
    if (x < -6) return 2;
    return x > 0 ? tail(size) : 2 - tail(size);
  }
  return x > 0 ? 0 : 2;
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
      top = top * x + numerator[k];
      bottom = bottom * x + denominator[k];
    }
  } else {
    for (let k = 0; k <= 12; k++) {
      top = top / x + numerator[k];
      bottom = bottom / x + denominator[k];
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
  ][n];
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

export function lgamma(x: number): number {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? x : Number.POSITIVE_INFINITY;
  if (x === 1 || x === 2) return 0;
  const size = Math.abs(x);
  if (size < 1e-20) return -Math.log(size);
  let r = Math.log(lanczosSum(size)) - lanczosG;
  r += (size - 0.5) * (Math.log(size + lanczosG - 0.5) - 1);
  if (x < 0) r = Math.log(Math.PI) - Math.log(Math.abs(sinPi(size))) - Math.log(size) - r;
  return r;
}
