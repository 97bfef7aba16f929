/**
 * Eigenvalues and right eigenvectors of a real matrix the way LAPACK's dgeev finds them, so that their order, signs and
 * phases are NumPy's: dgebal, dgehd2, dorghr, dlahqr, dlanv2, dtrevc, dgebak (Anderson et al., LAPACK Users' Guide).
 */
import { rotation, sign } from "./lapack";

/** Row by row; the pair of a complex eigenvalue with a positive imaginary part stands in two columns, re and im. */
export interface Eigen {
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly vectors: Float64Array;
}

const ULP = Number.EPSILON;
const SAFE = 2 ** -1022;

/** @param a n × n, row by row. @returns undefined where the iteration does not converge */
export function geev(a: ArrayLike<number>, n: number): Eigen | undefined {
  const h = Float64Array.from(a);
  const { low, high, scale } = balance(h, n);
  const z = hessenberg(h, n, low, high);
  const values = schur(h, z, n, low, high);
  if (!values) return undefined;
  triangularVectors(h, z, n, values);
  unbalance(z, n, low, high, scale);
  normalize(z, n, values.im);
  return { ...values, vectors: z };
}

function swapRows(m: Float64Array, n: number, i: number, k: number, from = 0): void {
  for (let j = from; j < n; j++) [m[i * n + j], m[k * n + j]] = [m[k * n + j]!, m[i * n + j]!];
}
function swapColumns(m: Float64Array, n: number, i: number, k: number, end: number): void {
  for (let j = 0; j < end; j++) [m[j * n + i], m[j * n + k]] = [m[j * n + k]!, m[j * n + i]!];
}

/** Rows and columns that isolate an eigenvalue go to the ends; what is between is scaled by powers of two. */
function balance(a: Float64Array, n: number): { low: number; high: number; scale: Float64Array } {
  const scale = new Float64Array(n).fill(1);
  let [low, high] = [0, n - 1];
  const alone = (i: number, entry: (j: number) => number, from: number): boolean => {
    for (let j = from; j <= high; j++) if (j !== i && entry(j) !== 0) return false;
    return true;
  };
  const exchange = (i: number, end: number): void => {
    scale[end] = i;
    if (i === end) return;
    swapColumns(a, n, i, end, high + 1);
    swapRows(a, n, i, end, low);
  };
  for (let again = true; again; ) {
    again = false;
    for (let i = high; i >= 0; i--) {
      if (!alone(i, (j) => a[i * n + j]!, 0)) continue;
      exchange(i, high);
      again = true;
      if (high === 0) return { low: 0, high: 0, scale };
      high--;
    }
  }
  for (let again = true; again; ) {
    again = false;
    for (let j = low; j <= high; j++) {
      if (!alone(j, (i) => a[i * n + j]!, low)) continue;
      exchange(j, low);
      again = true;
      low++;
    }
  }
  const [least, most] = [(SAFE / ULP) * 2, ULP / SAFE / 2];
  for (let again = true; again; ) {
    again = false;
    for (let i = low; i <= high; i++) {
      let [c, r, ca, ra] = [0, 0, 0, 0];
      for (let j = low; j <= high; j++) {
        c = Math.hypot(c, a[j * n + i]!);
        r = Math.hypot(r, a[i * n + j]!);
      }
      for (let j = 0; j <= high; j++) ca = Math.max(ca, Math.abs(a[j * n + i]!));
      for (let j = low; j < n; j++) ra = Math.max(ra, Math.abs(a[i * n + j]!));
      if (c === 0 || r === 0) continue;
      const before = c + r;
      let f = 1;
      for (; c < r / 2 && Math.max(f, c, ca) < most && Math.min(r / 2, ra) > least; f *= 2) {
        c *= 2;
        ca *= 2;
        r /= 2;
        ra /= 2;
      }
      for (; c / 2 >= r && Math.max(r, ra) < most && Math.min(f, c / 2, ca) > least; f /= 2) {
        c /= 2;
        ca /= 2;
        r *= 2;
        ra *= 2;
      }
      if (c + r >= 0.95 * before || scale[i]! * f <= SAFE / ULP || scale[i]! * f >= ULP / SAFE) continue;
      scale[i]! *= f;
      again = true;
      for (let j = low; j < n; j++) a[i * n + j]! /= f;
      for (let j = 0; j <= high; j++) a[j * n + i]! *= f;
    }
  }
  return { low, high, scale };
}

function unbalance(v: Float64Array, n: number, low: number, high: number, scale: Float64Array): void {
  if (low < high) for (let i = low; i <= high; i++) for (let j = 0; j < n; j++) v[i * n + j]! *= scale[i]!;
  for (let i = low - 1; i >= 0; i--) swapRows(v, n, i, scale[i]!);
  for (let i = high + 1; i < n; i++) swapRows(v, n, i, scale[i]!);
}

/** The reflection I − τ v vᵀ with v[0] = 1 that makes of x a multiple β of the first unit vector; x becomes v. */
function reflector(x: number[]): { tau: number; beta: number } {
  const [alpha = 0, ...rest] = x;
  const norm = Math.hypot(...rest);
  if (norm === 0) return { tau: 0, beta: alpha };
  const beta = -sign(Math.hypot(alpha, norm), alpha);
  for (let k = 1; k < x.length; k++) x[k]! /= alpha - beta;
  x[0] = 1;
  return { tau: (beta - alpha) / beta, beta };
}

/** Rows from `at` on, from column `from` on, times the reflection. */
function reflectRows(m: Float64Array, n: number, v: readonly number[], tau: number, at: number, from: number): void {
  for (let j = from; j < n; j++) {
    let sum = 0;
    for (let k = 0; k < v.length; k++) sum += v[k]! * m[(at + k) * n + j]!;
    sum *= tau;
    for (let k = 0; k < v.length; k++) m[(at + k) * n + j]! -= sum * v[k]!;
  }
}
function reflectColumns(m: Float64Array, n: number, v: readonly number[], tau: number, at: number, end: number): void {
  for (let i = 0; i < end; i++) {
    let sum = 0;
    for (let k = 0; k < v.length; k++) sum += m[i * n + at + k]! * v[k]!;
    sum *= tau;
    for (let k = 0; k < v.length; k++) m[i * n + at + k]! -= sum * v[k]!;
  }
}

/** Makes a matrix Hessenberg, in its place; the result is the orthogonal matrix that does it. */
function hessenberg(a: Float64Array, n: number, low: number, high: number): Float64Array {
  const reflections: { at: number; v: number[]; tau: number }[] = [];
  for (let i = low; i < high; i++) {
    const v = Array.from({ length: high - i }, (_, k) => a[(i + 1 + k) * n + i]!);
    const { tau, beta } = reflector(v);
    if (tau === 0) continue;
    reflectColumns(a, n, v, tau, i + 1, high + 1);
    reflectRows(a, n, v, tau, i + 1, i + 1);
    a[(i + 1) * n + i] = beta;
    for (let k = i + 2; k <= high; k++) a[k * n + i] = 0;
    reflections.push({ at: i + 1, v, tau });
  }
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * (n + 1)] = 1;
  for (const { at, v, tau } of reflections.reverse()) reflectRows(q, n, v, tau, at, at);
  return q;
}

/** The real Schur form of a Hessenberg matrix by double-shift QR steps, in its place, with the vectors in z. */
function schur(
  h: Float64Array,
  z: Float64Array,
  n: number,
  low: number,
  high: number,
): { re: Float64Array; im: Float64Array } | undefined {
  const re = Float64Array.from({ length: n }, (_, i) => h[i * (n + 1)]!);
  const im = new Float64Array(n);
  const at = (i: number, j: number): number => h[i * n + j]!;
  const small = SAFE * ((high - low + 1) / ULP);
  const most = 30 * Math.max(10, high - low + 1);
  for (let i = high; i >= low; ) {
    let l = low;
    let steps = 0;
    for (; ; steps++) {
      let k = i;
      for (; k > l && !negligible(k); k--);
      l = k;
      if (l > low) h[l * n + l - 1] = 0;
      if (l >= i - 1) break;
      if (steps >= most) return undefined;
      qrStep(l, i, steps + 1);
    }
    if (l === i) re[i] = at(i, i);
    else standardize(i);
    i = l - 1;
  }
  return { re, im };

  function negligible(k: number): boolean {
    const below = Math.abs(at(k, k - 1));
    if (below <= small) return true;
    const [first, second] = [at(k - 1, k - 1), at(k, k)];
    let near = Math.abs(first) + Math.abs(second);
    if (near === 0) {
      if (k - 2 >= low) near += Math.abs(at(k - 1, k - 2));
      if (k + 1 <= high) near += Math.abs(at(k + 1, k));
    }
    if (below > ULP * near) return false;
    const above = Math.abs(at(k - 1, k));
    const [ab, ba] = [Math.max(below, above), Math.min(below, above)];
    const [one, other] = [Math.abs(second), Math.abs(first - second)];
    const [aa, bb] = [Math.max(one, other), Math.min(one, other)];
    return ba * (ab / (aa + ab)) <= Math.max(small, ULP * (bb * (aa / (aa + ab))));
  }

  /** The eigenvalues of the lower right block, or of one out of the ordinary where the iteration stands still. */
  function shifts(l: number, i: number, turn: number): [re1: number, im1: number, re2: number, im2: number] {
    let [h11, h21, h12, h22] = [at(i - 1, i - 1), at(i, i - 1), at(i - 1, i), at(i, i)];
    if (turn % 10 === 0) {
      const end = turn % 20 === 0;
      h21 = end
        ? Math.abs(at(i, i - 1)) + Math.abs(at(i - 1, i - 2))
        : Math.abs(at(l + 1, l)) + Math.abs(at(l + 2, l + 1));
      h11 = 0.75 * h21 + (end ? at(i, i) : at(l, l));
      h12 = -0.4375 * h21;
      h22 = h11;
    }
    const s = Math.abs(h11) + Math.abs(h12) + Math.abs(h21) + Math.abs(h22);
    if (s === 0) return [0, 0, 0, 0];
    const middle = (h11 / s + h22 / s) / 2;
    const det = (h11 / s - middle) * (h22 / s - middle) - (h12 / s) * (h21 / s);
    const root = Math.sqrt(Math.abs(det));
    if (det >= 0) return [middle * s, root * s, middle * s, -root * s];
    const [plus, minus] = [middle + root, middle - root];
    const nearer = (Math.abs(plus - h22 / s) <= Math.abs(minus - h22 / s) ? plus : minus) * s;
    return [nearer, 0, nearer, 0];
  }

  function qrStep(l: number, i: number, turn: number): void {
    const [re1, im1, re2, im2] = shifts(l, i, turn);
    let m = i - 2;
    let v: number[];
    for (; ; m--) {
      const here = at(m, m);
      let s = Math.abs(here - re2) + Math.abs(im2) + Math.abs(at(m + 1, m));
      const h21 = at(m + 1, m) / s;
      v = [
        h21 * at(m, m + 1) + (here - re1) * ((here - re2) / s) - im1 * (im2 / s),
        h21 * (here + at(m + 1, m + 1) - re1 - re2),
        h21 * at(m + 2, m + 1),
      ];
      s = Math.abs(v[0]!) + Math.abs(v[1]!) + Math.abs(v[2]!);
      v = v.map((x) => x / s);
      if (m === l) break;
      const around = Math.abs(at(m - 1, m - 1)) + Math.abs(here) + Math.abs(at(m + 1, m + 1));
      if (Math.abs(at(m, m - 1)) * (Math.abs(v[1]!) + Math.abs(v[2]!)) <= ULP * Math.abs(v[0]!) * around) break;
    }
    for (let k = m; k < i; k++) {
      const size = Math.min(3, i - k + 1);
      v = k > m ? Array.from({ length: size }, (_, j) => at(k + j, k - 1)) : v.slice(0, size);
      const { tau, beta } = reflector(v);
      if (k > m) {
        h[k * n + k - 1] = beta;
        for (let j = 1; j < size; j++) h[(k + j) * n + k - 1] = 0;
      } else if (m > l) h[k * n + k - 1]! *= 1 - tau;
      if (tau === 0) continue;
      reflectRows(h, n, v, tau, k, k);
      reflectColumns(h, n, v, tau, k, Math.min(k + 3, i) + 1);
      reflectColumns(z, n, v, tau, k, n);
    }
  }

  /** Makes the block of rows i − 1 and i triangular, or its diagonal equal. */
  function standardize(i: number): void {
    const block = standard(at(i - 1, i - 1), at(i - 1, i), at(i, i - 1), at(i, i));
    const { a, b, c, d, cs, sn } = block;
    [h[(i - 1) * n + i - 1], h[(i - 1) * n + i], h[i * n + i - 1], h[i * n + i]] = [a, b, c, d];
    for (let j = i + 1; j < n; j++) {
      const [x, y] = [at(i - 1, j), at(i, j)];
      h[(i - 1) * n + j] = cs * x + sn * y;
      h[i * n + j] = cs * y - sn * x;
    }
    turnColumns(h, n, i - 1, i - 1, cs, sn);
    turnColumns(z, n, i - 1, n, cs, sn);
    re[i - 1] = a;
    re[i] = d;
    im[i - 1] = Math.sqrt(Math.abs(b)) * Math.sqrt(Math.abs(c));
    im[i] = -im[i - 1]!;
  }
}

/** A rotation of columns `at` and `at + 1`, of the rows before `end`. */
function turnColumns(m: Float64Array, n: number, at: number, end: number, cs: number, sn: number): void {
  for (let i = 0; i < end; i++) {
    const [x, y] = [m[i * n + at]!, m[i * n + at + 1]!];
    m[i * n + at] = cs * x + sn * y;
    m[i * n + at + 1] = cs * y - sn * x;
  }
}

/** The Schur form of [[a, b], [c, d]] and its rotation: c = 0, or a = d and b c < 0 (dlanv2). */
function standard(
  a: number,
  b: number,
  c: number,
  d: number,
): { a: number; b: number; c: number; d: number; cs: number; sn: number } {
  if (c === 0) return { a, b, c, d, cs: 1, sn: 0 };
  if (b === 0) return { a: d, b: -c, c: 0, d: a, cs: 0, sn: 1 };
  const gap = a - d;
  if (gap === 0 && Math.sign(b) !== Math.sign(c)) return { a, b, c, d, cs: 1, sn: 0 };
  const p = gap / 2;
  const most = Math.max(Math.abs(b), Math.abs(c));
  const least = Math.min(Math.abs(b), Math.abs(c)) * Math.sign(b) * Math.sign(c);
  const scale = Math.max(Math.abs(p), most);
  const disc = (p / scale) * p + (most / scale) * least;
  if (disc >= 4 * ULP) {
    const root = p + sign(Math.sqrt(scale) * Math.sqrt(disc), p);
    const tau = Math.hypot(c, root);
    return { a: d + root, b: b - c, c: 0, d: d - (most / root) * least, cs: root / tau, sn: c / tau };
  }
  const sigma = b + c;
  const tau = Math.hypot(sigma, gap);
  const cs = Math.sqrt((1 + Math.abs(sigma) / tau) / 2);
  const sn = -(p / (tau * cs)) * sign(1, sigma);
  const [aa, bb, cc, dd] = [a * cs + b * sn, -a * sn + b * cs, c * cs + d * sn, -c * sn + d * cs];
  const [top, bottom] = [bb * cs + dd * sn, -aa * sn + cc * cs];
  const middle = (aa * cs + cc * sn + (-bb * sn + dd * cs)) / 2;
  if (bottom === 0) return { a: middle, b: top, c: 0, d: middle, cs, sn };
  if (top === 0) return { a: middle, b: -bottom, c: 0, d: middle, cs: -sn, sn: cs };
  if (Math.sign(top) !== Math.sign(bottom)) return { a: middle, b: top, c: bottom, d: middle, cs, sn };
  const [sab, sac] = [Math.sqrt(Math.abs(top)), Math.sqrt(Math.abs(bottom))];
  const half = sign(sab * sac, bottom);
  const by = 1 / Math.sqrt(Math.abs(top + bottom));
  const [cs1, sn1] = [sab * by, sac * by];
  return {
    a: middle + half,
    b: top - bottom,
    c: 0,
    d: middle - half,
    cs: cs * cs1 - sn * sn1,
    sn: cs * sn1 + sn * cs1,
  };
}

/** Complex numbers as pairs. */
type Complex = readonly [re: number, im: number];
const times = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c];
function over([a, b]: Complex, [c, d]: Complex): Complex {
  const scale = Math.max(Math.abs(c), Math.abs(d));
  const [x, y] = [c / scale, d / scale];
  const size = (x * x + y * y) * scale;
  return [(a * x + b * y) / size, (b * x - a * y) / size];
}

/** The eigenvectors of a Schur form t by back substitution, turned by z: they take the place of z. */
function triangularVectors(
  t: Float64Array,
  z: Float64Array,
  n: number,
  { re, im }: { re: Float64Array; im: Float64Array },
): void {
  const at = (i: number, j: number): number => t[i * n + j]!;
  for (let k = n - 1; k >= 0; k--) {
    const pair = im[k] !== 0;
    const lambda: Complex = [re[k]!, Math.abs(im[k]!)];
    const least = Math.max(ULP * (Math.abs(lambda[0]) + Math.abs(lambda[1])), SAFE * (n / ULP));
    const x: Complex[] = Array.from({ length: n }, () => [0, 0]);
    const first = pair ? k - 1 : k;
    if (pair) {
      const [above, below] = [at(k - 1, k), at(k, k - 1)];
      const over = Math.abs(above) >= Math.abs(below);
      x[k - 1] = [over ? 1 : -lambda[1] / below, 0];
      x[k] = [0, over ? lambda[1] / above : 1];
    } else x[k] = [1, 0];
    const rest = (i: number, from: number): Complex => {
      let [r, s] = [0, 0];
      for (let j = from; j <= k; j++) {
        r -= at(i, j) * x[j]![0];
        s -= at(i, j) * x[j]![1];
      }
      return [r, s];
    };
    const shifted = (i: number): Complex => {
      const own: Complex = [at(i, i) - lambda[0], -lambda[1]];
      return Math.abs(own[0]) + Math.abs(own[1]) < least ? [least, 0] : own;
    };
    for (let i = first - 1; i >= 0; i--) {
      if (im[i] === 0) {
        x[i] = over(rest(i, i + 1), shifted(i));
        continue;
      }
      // A block of two rows, by Cramer's rule.
      const [b, c] = [at(i - 1, i), at(i, i - 1)];
      const [p, q] = [shifted(i - 1), shifted(i)];
      const [r, s] = [rest(i - 1, i + 1), rest(i, i + 1)];
      const [diagonal, upper, lower] = [times(p, q), times(r, q), times(p, s)];
      const det: Complex = [diagonal[0] - b * c, diagonal[1]];
      x[i - 1] = over([upper[0] - b * s[0], upper[1] - b * s[1]], det);
      x[i] = over([lower[0] - c * r[0], lower[1] - c * r[1]], det);
      i--;
    }
    const largest = x.reduce((most, [r, s]) => Math.max(most, Math.abs(r) + Math.abs(s)), 0);
    for (let i = 0; i < n; i++) {
      let [r, s] = [0, 0];
      for (let j = 0; j <= k; j++) {
        r += z[i * n + j]! * (x[j]![0] / largest);
        s += z[i * n + j]! * (x[j]![1] / largest);
      }
      z[i * n + first] = r;
      if (pair) z[i * n + k] = s;
    }
    if (pair) k--;
  }
}

/** Length 1; of complex ones the largest component is made real. */
function normalize(z: Float64Array, n: number, im: Float64Array): void {
  for (let k = 0; k < n; k++) {
    const width = im[k] !== 0 ? 2 : 1;
    let size = 0;
    for (let i = 0; i < n; i++) for (let j = k; j < k + width; j++) size = Math.hypot(size, z[i * n + j]!);
    for (let i = 0; i < n; i++) for (let j = k; j < k + width; j++) z[i * n + j]! /= size;
    if (width === 1) continue;
    let best = 0;
    const squared = (i: number): number => z[i * n + k]! ** 2 + z[i * n + k + 1]! ** 2;
    for (let i = 1; i < n; i++) if (squared(i) > squared(best)) best = i;
    const { c, s } = rotation(z[best * n + k]!, z[best * n + k + 1]!);
    turnColumns(z, n, k, n, c, s);
    z[best * n + k + 1] = 0;
    k++;
  }
}
