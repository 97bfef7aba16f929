/** The distributions that `numpy.random` draws from uniform, normal and exponential numbers, step by step as NumPy does. */
import { special } from "../../../../engine";
import { raiseError } from "../../runtime/errors";

/** Where the numbers come from; `modern` for the ways of `default_rng`, which differ here and there. */
export interface Draws {
  readonly modern: boolean;
  double(): number;
  normal(): number;
  exponential(): number;
}

export interface Distribution {
  /** The parameters' names; one with a default may be left out. */
  readonly parameters: readonly (readonly [name: string, otherwise?: number])[];
  readonly integer?: boolean;
  draw(from: Draws, a: number, b: number, c: number): number;
}

/** Marsaglia and Tsang (2000); below 1 by rejection. */
function standardGamma(from: Draws, shape: number): number {
  if (shape === 1) return from.exponential();
  if (shape === 0) return 0;
  if (shape < 1) {
    for (;;) {
      const u = from.double();
      const v = from.exponential();
      if (u <= 1 - shape) {
        const x = u ** (1 / shape);
        if (x <= v) return x;
      } else {
        const y = -Math.log((1 - u) / shape);
        const x = (1 - shape + shape * y) ** (1 / shape);
        if (x <= v + y) return x;
      }
    }
  }
  const b = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * b);
  for (;;) {
    let x: number;
    let v: number;
    do {
      x = from.normal();
      v = 1 + c * x;
    } while (v <= 0);
    v = v * v * v;
    const u = from.double();
    if (u < 1 - 0.0331 * (x * x) * (x * x)) return b * v;
    if (Math.log(u) < 0.5 * x * x + b * (1 - v + Math.log(v))) return b * v;
  }
}

/** Jöhnk's method where both are at most 1, else through gamma numbers. */
function beta(from: Draws, a: number, b: number): number {
  if (a > 1 || b > 1) {
    const x = standardGamma(from, a);
    const y = standardGamma(from, b);
    return x / (x + y);
  }
  for (;;) {
    const u = from.double();
    const v = from.double();
    const x = u ** (1 / a);
    const y = v ** (1 / b);
    if (x + y > 1 || (from.modern && u + v <= 0)) continue;
    if (x + y > 0) return x / (x + y);
    const [p, q] = [Math.log(u) / a, Math.log(v) / b];
    const most = Math.max(p, q);
    return Math.exp(p - most - Math.log(Math.exp(p - most) + Math.exp(q - most)));
  }
}

/** Products of uniform numbers for small means, else Hörmann's PTRS (1993). */
function poisson(from: Draws, mean: number): number {
  if (mean === 0) return 0;
  if (mean < 10) {
    const limit = Math.exp(-mean);
    let count = 0;
    let product = 1;
    for (;;) {
      product *= from.double();
      if (product <= limit) return count;
      count++;
    }
  }
  const root = Math.sqrt(mean);
  const b = 0.931 + 2.53 * root;
  const a = -0.059 + 0.02483 * b;
  const inverse = 1.1239 + 1.1328 / (b - 3.4);
  const vr = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = from.double() - 0.5;
    const v = from.double();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const left = Math.log(v) + Math.log(inverse) - Math.log(a / (us * us) + b);
    if (left <= -mean + k * Math.log(mean) - special.lgamma(k + 1)) return k;
  }
}

function binomialInversion(from: Draws, n: number, p: number): number {
  const q = 1 - p;
  const start = Math.exp(n * (from.modern ? Math.log1p(-p) : Math.log(q)));
  const bound = Math.floor(Math.min(n, n * p + 10 * Math.sqrt(n * p * q + 1)));
  let x = 0;
  let px = start;
  let u = from.double();
  while (u > px) {
    x++;
    if (x > bound) {
      x = 0;
      px = start;
      u = from.double();
    } else {
      u -= px;
      px = ((n - x + 1) * p * px) / (x * q);
    }
  }
  return x;
}

/** Kachitvichyanukul and Schmeiser's BTPE (1988). */
function binomialBtpe(from: Draws, n: number, p: number): number {
  const r = Math.min(p, 1 - p);
  const q = 1 - r;
  const fm = n * r + r;
  const m = Math.floor(fm);
  const p1 = Math.floor(2.195 * Math.sqrt(n * r * q) - 4.6 * q) + 0.5;
  const xm = m + 0.5;
  const xl = xm - p1;
  const xr = xm + p1;
  const c = 0.134 + 20.5 / (15.3 + m);
  let a = (fm - xl) / (fm - xl * r);
  const left = a * (1 + a / 2);
  a = (xr - fm) / (xr * q);
  const right = a * (1 + a / 2);
  const p2 = p1 * (1 + 2 * c);
  const p3 = p2 + c / left;
  const p4 = p3 + c / right;
  const nrq = n * r * q;
  for (;;) {
    const u = from.double() * p4;
    let v = from.double();
    let y: number;
    if (u <= p1) return Math.floor(xm - p1 * v + u);
    if (u <= p2) {
      const x = xl + (u - p1) / c;
      v = v * c + 1 - Math.abs(m - x + 0.5) / p1;
      if (v > 1) continue;
      y = Math.floor(x);
    } else if (u <= p3) {
      y = Math.floor(xl + Math.log(v) / left);
      if (y < 0 || v === 0) continue;
      v *= (u - p2) * left;
    } else {
      y = Math.floor(xr - Math.log(v) / right);
      if (y > n || v === 0) continue;
      v *= (u - p3) * right;
    }
    const k = Math.abs(y - m);
    if (!(k > 20 && k < nrq / 2 - 1)) {
      const s = r / q;
      const t = s * (n + 1);
      let f = 1;
      if (m < y) for (let i = m + 1; i <= y; i++) f *= t / i - s;
      else for (let i = y + 1; i <= m; i++) f /= t / i - s;
      if (v > f) continue;
      return y;
    }
    const rho = (k / nrq) * ((k * (k / 3 + 0.625) + 0.16666666666666666) / nrq + 0.5);
    const t = (-k * k) / (2 * nrq);
    const log = Math.log(v);
    if (log < t - rho) return y;
    if (log > t + rho) continue;
    const [x1, f1, z, w] = [y + 1, m + 1, n + 1 - m, n - y + 1];
    const tail = (s: number): number => {
      const s2 = s * s;
      return (13680 - (462 - (132 - (99 - 140 / s2) / s2) / s2) / s2) / s / 166320;
    };
    const limit =
      xm * Math.log(f1 / x1) +
      (n - m + 0.5) * Math.log(z / w) +
      (y - m) * Math.log((w * r) / (x1 * q)) +
      tail(f1) +
      tail(z) +
      tail(x1) +
      tail(w);
    if (log <= limit) return y;
  }
}

export function binomial(from: Draws, n: number, p: number): number {
  if (n < 0) raiseError("ValueError", "n < 0");
  if (!(p >= 0 && p <= 1)) raiseError("ValueError", "p < 0, p > 1 or p is NaN");
  if (n === 0 || p === 0) return 0;
  if (p > 0.5) {
    const q = 1 - p;
    if (q * n <= 30) return n - binomialInversion(from, n, q);
    return n - binomialBtpe(from, n, q);
  }
  return p * n <= 30 ? binomialInversion(from, n, p) : binomialBtpe(from, n, p);
}

function geometric(from: Draws, p: number): number {
  if (p >= 1 / 3) {
    let x = 1;
    let sum = p;
    let product = p;
    const u = from.double();
    while (u > sum) {
      product *= 1 - p;
      sum += product;
      x++;
    }
    return x;
  }
  return from.modern
    ? Math.ceil(-from.exponential() / Math.log1p(-p))
    : Math.ceil(Math.log(1 - from.double()) / Math.log(1 - p));
}

/** Best and Fisher (1979). */
function vonmises(from: Draws, mu: number, kappa: number): number {
  if (kappa < 1e-8) return Math.PI * (2 * from.double() - 1);
  let s: number;
  if (kappa < 1e-5) s = 1 / kappa + kappa;
  else {
    const r = 1 + Math.sqrt(1 + 4 * kappa * kappa);
    const rho = (r - Math.sqrt(2 * r)) / (2 * kappa);
    s = (1 + rho * rho) / (2 * rho);
  }
  let w: number;
  for (;;) {
    const z = Math.cos(Math.PI * from.double());
    w = (1 + s * z) / (s + z);
    const y = kappa * (s - w);
    const v = from.double();
    if (y * (2 - y) - v >= 0 || Math.log(y / v) + 1 - y >= 0) break;
  }
  const angle = (from.double() < 0.5 ? -1 : 1) * Math.acos(w) + mu;
  const size = ((Math.abs(angle) + Math.PI) % (2 * Math.PI)) - Math.PI;
  return angle < 0 ? -size : size;
}

const again = (draw: () => number | undefined): number => {
  for (;;) {
    const x = draw();
    if (x !== undefined) return x;
  }
};

const one = (name: string, otherwise?: number): Distribution["parameters"][number] => [name, otherwise];

export const distributions: Record<string, Distribution> = {
  standard_exponential: { parameters: [], draw: (from) => from.exponential() },
  exponential: { parameters: [one("scale", 1)], draw: (from, scale) => scale * from.exponential() },
  standard_gamma: { parameters: [one("shape")], draw: standardGamma },
  gamma: { parameters: [one("shape"), one("scale", 1)], draw: (from, a, b) => b * standardGamma(from, a) },
  beta: { parameters: [one("a"), one("b")], draw: beta },
  chisquare: { parameters: [one("df")], draw: (from, df) => 2 * standardGamma(from, df / 2) },
  f: {
    parameters: [one("dfnum"), one("dfden")],
    draw: (from, m, n) => {
      const top = 2 * standardGamma(from, m / 2) * n;
      return top / (2 * standardGamma(from, n / 2) * m);
    },
  },
  standard_cauchy: {
    parameters: [],
    draw: (from) => {
      const top = from.normal();
      return top / from.normal();
    },
  },
  standard_t: {
    parameters: [one("df")],
    draw: (from, df) => {
      const top = from.normal();
      return (Math.sqrt(df / 2) * top) / Math.sqrt(standardGamma(from, df / 2));
    },
  },
  pareto: {
    parameters: [one("a")],
    draw: (from, a) => (from.modern ? Math.expm1(from.exponential() / a) : Math.exp(from.exponential() / a) - 1),
  },
  weibull: { parameters: [one("a")], draw: (from, a) => (a === 0 ? 0 : from.exponential() ** (1 / a)) },
  power: {
    parameters: [one("a")],
    draw: (from, a) => (from.modern ? -Math.expm1(-from.exponential()) : 1 - Math.exp(-from.exponential())) ** (1 / a),
  },
  laplace: {
    parameters: [one("loc", 0), one("scale", 1)],
    draw: (from, loc, scale) =>
      again(() => {
        const u = from.double();
        if (u >= 0.5) return loc - scale * Math.log(2 - u - u);
        return u > 0 ? loc + scale * Math.log(u + u) : undefined;
      }),
  },
  gumbel: {
    parameters: [one("loc", 0), one("scale", 1)],
    draw: (from, loc, scale) =>
      again(() => {
        const u = 1 - from.double();
        return u < 1 ? loc - scale * Math.log(-Math.log(u)) : undefined;
      }),
  },
  logistic: {
    parameters: [one("loc", 0), one("scale", 1)],
    draw: (from, loc, scale) =>
      again(() => {
        const u = from.double();
        return u > 0 ? loc + scale * Math.log(u / (1 - u)) : undefined;
      }),
  },
  rayleigh: {
    parameters: [one("scale", 1)],
    draw: (from, scale) =>
      from.modern ? scale * Math.sqrt(2 * from.exponential()) : scale * Math.sqrt(-2 * Math.log(1 - from.double())),
  },
  wald: {
    parameters: [one("mean"), one("scale")],
    draw: (from, mean, scale) => {
      const half = mean / (2 * scale);
      const z = from.normal();
      const y = mean * z * z;
      const x = mean + half * (y - Math.sqrt(4 * scale * y + y * y));
      return from.double() <= mean / (mean + x) ? x : (mean * mean) / x;
    },
  },
  triangular: {
    parameters: [one("left"), one("mode"), one("right")],
    draw: (from, left, mode, right) => {
      const base = right - left;
      const u = from.double();
      if (u <= (mode - left) / base) return left + Math.sqrt(u * (mode - left) * base);
      return right - Math.sqrt((1 - u) * (right - mode) * base);
    },
  },
  vonmises: { parameters: [one("mu"), one("kappa")], draw: vonmises },
  poisson: { parameters: [one("lam", 1)], integer: true, draw: poisson },
  binomial: { parameters: [one("n"), one("p")], integer: true, draw: binomial },
  geometric: { parameters: [one("p")], integer: true, draw: geometric },
  negative_binomial: {
    parameters: [one("n"), one("p")],
    integer: true,
    draw: (from, n, p) => poisson(from, ((1 - p) / p) * standardGamma(from, n)),
  },
};

export { standardGamma };
