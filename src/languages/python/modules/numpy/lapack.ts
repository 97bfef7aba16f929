/**
 * The signs that LAPACK gives to eigenvectors of symmetric matrices and to singular vectors: they follow from the way its
 * algorithms go, so small matrices go that way here (Anderson et al., LAPACK Users' Guide; dsytd2, dsteqr, dgebd2, dbdsqr
 * and what these call). Only the signs are taken: the numbers are the engine's.
 */
import { ComplexArray } from "./complex";
import { tridiagonalize } from "./complex-linalg";

/** Larger matrices are split by LAPACK; their signs are the engine's. */
const MOST = 25;
const EPSILON = Number.EPSILON / 2;
const SAFE = 2 ** -1022;

export const sign = (size: number, of: number): number =>
  of < 0 || Object.is(of, -0) ? -Math.abs(size) : Math.abs(size);

/** A rotation with c f + s g = r. */
export function rotation(f: number, g: number): { c: number; s: number; r: number } {
  if (g === 0) return { c: 1, s: 0, r: f };
  if (f === 0) return { c: 0, s: sign(1, g), r: Math.abs(g) };
  const d = Math.sqrt(f * f + g * g);
  const r = sign(d, f);
  return { c: Math.abs(f) / d, s: g / r, r };
}

/** Columns of a matrix, each an array: rotations mix two that stand side by side. */
type Columns = Float64Array[];
interface Turn {
  c: number;
  s: number;
}

const unit = (n: number): Columns =>
  Array.from({ length: n }, (_, k) => Float64Array.from({ length: n }, (_x, i) => (i === k ? 1 : 0)));

function turn(columns: Columns, at: number, { c, s }: Turn): void {
  const [a, b] = [columns[at]!, columns[at + 1]!];
  for (let i = 0; i < a.length; i++) {
    const x = b[i]!;
    b[i] = c * x - s * a[i]!;
    a[i] = s * x + c * a[i]!;
  }
}

/** Rotations of the columns from `start` on, from the first to the last or the other way round. */
function turnAll(columns: Columns, start: number, turns: readonly Turn[], backwards: boolean): void {
  for (let k = 0; k < turns.length; k++) {
    const at = backwards ? turns.length - 1 - k : k;
    turn(columns, start + at, turns[at]!);
  }
}

/** Eigenvalue of larger size and rotation of [[a, b], [b, c]]. */
function twoByTwo(a: number, b: number, c: number): { rt1: number; rt2: number; c: number; s: number } {
  const [sum, gap, twice] = [a + c, a - c, b + b];
  const root = Math.hypot(gap, twice);
  const [most, least] = Math.abs(a) > Math.abs(c) ? [a, c] : [c, a];
  const first = sum < 0 ? -1 : 1;
  const rt1 = sum === 0 ? root / 2 : (sum + first * root) / 2;
  const rt2 = sum === 0 ? -root / 2 : (most / rt1) * least - (b / rt1) * b;
  const second = gap >= 0 ? 1 : -1;
  const cs = gap + second * root;
  let [cosine, sine] = [1, 0];
  if (Math.abs(cs) > Math.abs(twice)) {
    const t = -twice / cs;
    sine = 1 / Math.sqrt(1 + t * t);
    cosine = t * sine;
  } else if (twice !== 0) {
    const t = -cs / twice;
    cosine = 1 / Math.sqrt(1 + t * t);
    sine = t * cosine;
  }
  return first === second ? { rt1, rt2, c: -sine, s: cosine } : { rt1, rt2, c: cosine, s: sine };
}

/** Eigenvectors of a tridiagonal matrix by implicit QL and QR steps; undefined where they do not end. */
function tridiagonalVectors(d: Float64Array, e: Float64Array): Columns | undefined {
  const n = d.length;
  const z = unit(n);
  let steps = 30 * n;
  for (let next = 0; next < n; ) {
    if (next > 0) e[next - 1] = 0;
    let end = next;
    while (end < n - 1) {
      const size = Math.abs(e[end]!);
      if (size === 0) break;
      if (size <= Math.sqrt(Math.abs(d[end]!)) * Math.sqrt(Math.abs(d[end + 1]!)) * EPSILON) {
        e[end] = 0;
        break;
      }
      end++;
    }
    let [l, last] = [next, end];
    next = end + 1;
    if (last === l) continue;
    if (Math.abs(d[last]!) < Math.abs(d[l]!)) [l, last] = [last, l];
    // From here on `way` is 1 where it goes up (QL) and -1 where it goes down (QR).
    const way = last > l ? 1 : -1;
    const off = (k: number): number => (way > 0 ? k : k - 1);
    while ((last - l) * way >= 0) {
      let m = l;
      while (m !== last) {
        const size = e[off(m)]! ** 2;
        if (size <= EPSILON ** 2 * Math.abs(d[m]!) * Math.abs(d[m + way]!) + SAFE) break;
        m += way;
      }
      if (m !== last) e[off(m)] = 0;
      if (m === l) {
        l += way;
        continue;
      }
      if (m === l + way) {
        const low = Math.min(l, m);
        const both = twoByTwo(d[low]!, e[low]!, d[low + 1]!);
        turn(z, low, both);
        [d[low], d[low + 1]] = [both.rt1, both.rt2];
        e[low] = 0;
        l += 2 * way;
        continue;
      }
      if (steps-- === 0) return undefined;
      let p = d[l]!;
      let g = (d[l + way]! - p) / (2 * e[off(l)]!);
      g = d[m]! - p + e[off(l)]! / (g + sign(Math.hypot(g, 1), g));
      let [s, c] = [1, 1];
      p = 0;
      const turns: Turn[] = [];
      for (let i = m - way; (i - l) * way >= 0; i -= way) {
        const between = off(i);
        const f = s * e[between]!;
        const b = c * e[between]!;
        const rotated = rotation(g, f);
        [c, s] = [rotated.c, rotated.s];
        if (i !== m - way) e[between + way] = rotated.r;
        g = d[i + way]! - p;
        const r = (d[i]! - g) * s + 2 * c * b;
        p = s * r;
        d[i + way] = g + p;
        g = c * r - b;
        turns.push({ c, s: way > 0 ? -s : s });
      }
      if (way > 0) turnAll(z, l, turns.reverse(), true);
      else turnAll(z, m, turns, false);
      d[l] = d[l]! - p;
      e[off(l)] = g;
    }
  }
  return z;
}

/** The values in their order, with the places they had. */
const ordered = (values: Float64Array, descending: boolean): number[] =>
  Array.from(values, (_, k) => k).sort((a, b) => (descending ? values[b]! - values[a]! : values[a]! - values[b]!));

/** 1 or -1 for each column: whether it goes the way of `wanted`'s. */
const signsLike = (own: (row: number, column: number) => number, wanted: Columns): number[] =>
  wanted.map((column, k) => (column.reduce((sum, x, i) => sum + x * own(i, k), 0) < 0 ? -1 : 1));

/** What the columns of eigenvectors (n × n, row by row) are to be multiplied by. */
export function eigenSigns(a: Float64Array, vectors: ArrayLike<number>, n: number): number[] {
  const plain = new Array<number>(n).fill(1);
  if (n > MOST || n === 0) return plain;
  const { t, q } = tridiagonalize(new ComplexArray(a, new Float64Array(n * n), [n, n]));
  const d = Float64Array.from({ length: n }, (_, k) => t[k * (n + 1)]!);
  const e = Float64Array.from({ length: n }, (_, k) => (k + 1 < n ? t[k * (n + 1) + n]! : 0));
  const z = tridiagonalVectors(d, e);
  if (!z) return plain;
  const turned = ordered(d, false).map((k) =>
    Float64Array.from({ length: n }, (_, i) => z[k]!.reduce((sum, x, j) => sum + q.re[i * n + j]! * x, 0)),
  );
  return signsLike((row, column) => vectors[row * n + column]!, turned);
}

// ── singular vectors ────────────────────────────────────────────────────────

/** A reflector 1 - tau v v^T that takes x to (beta, 0, …). */
function reflector(x: Float64Array): { v: Float64Array; tau: number; beta: number } {
  const rest = Math.hypot(...x.subarray(1));
  const v = x.slice();
  v[0] = 1;
  if (rest === 0) return { v, tau: 0, beta: x[0]! };
  const beta = -sign(Math.hypot(x[0]!, rest), x[0]!);
  for (let k = 1; k < v.length; k++) v[k] = x[k]! / (x[0]! - beta);
  return { v, tau: (beta - x[0]!) / beta, beta };
}

/** The same, of rows and columns from `from` on, applied to columns of a matrix. */
function reflect(columns: Columns, from: number, v: Float64Array, tau: number): void {
  for (const column of columns) {
    let sum = 0;
    for (let k = 0; k < v.length; k++) sum += v[k]! * column[from + k]!;
    for (let k = 0; k < v.length; k++) column[from + k] = column[from + k]! - tau * sum * v[k]!;
  }
}

const transposed = (columns: Columns): Columns =>
  Array.from({ length: columns[0]!.length }, (_, i) => Float64Array.from(columns, (column) => column[i]!));

interface Bidiagonal {
  d: Float64Array;
  e: Float64Array;
  /** Columns of the orthogonal matrices on both sides. */
  q: Columns;
  p: Columns;
}

/** A = Q B P^T with B bidiagonal, upper for at least as many rows as columns. */
function bidiagonalize(a: Columns, rows: number, columns: number): Bidiagonal {
  const count = Math.min(rows, columns);
  const wide = rows < columns;
  // Of a wide matrix the transpose is taken, and the sides are changed.
  const m = wide ? transposed(a) : a.map((column) => column.slice());
  const [tall, narrow] = wide ? [columns, rows] : [rows, columns];
  const left = unit(tall);
  const right = unit(narrow);
  const d = new Float64Array(count);
  const e = new Float64Array(Math.max(count - 1, 0));
  for (let i = 0; i < narrow; i++) {
    const down = reflector(m[i]!.slice(i));
    d[i] = down.beta;
    reflect(m, i, down.v, down.tau);
    accumulate(left, i, down.v, down.tau);
    if (i + 1 >= narrow) continue;
    const across = reflector(Float64Array.from(m.slice(i + 1), (column) => column[i]!));
    e[i] = across.beta;
    const flipped = transposed(m);
    reflect(flipped, i + 1, across.v, across.tau);
    transposed(flipped).forEach((column, k) => {
      m[k]!.set(column);
    });
    accumulate(right, i + 1, across.v, across.tau);
  }
  return wide ? { d, e, q: right, p: left } : { d, e, q: left, p: right };
}

/** Q := Q H. */
function accumulate(q: Columns, from: number, v: Float64Array, tau: number): void {
  const n = q[0]!.length;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let k = 0; k < v.length; k++) sum += q[from + k]![i]! * v[k]!;
    for (let k = 0; k < v.length; k++) q[from + k]![i] = q[from + k]![i]! - tau * sum * v[k]!;
  }
}

/** The SVD of [[f, g], [0, h]]. */
function triangle(f: number, g: number, h: number): { most: number; least: number; right: Turn; left: Turn } {
  let [ft, fa, ht, ha] = [f, Math.abs(f), h, Math.abs(h)];
  const swapped = ha > fa;
  if (swapped) [ft, fa, ht, ha] = [ht, ha, ft, fa];
  const ga = Math.abs(g);
  let [clt, crt, slt, srt] = [1, 1, 0, 0];
  let [least, most] = [ha, fa];
  let kind = swapped ? 3 : 1;
  if (ga !== 0) {
    let small = true;
    if (ga > fa) {
      kind = 2;
      if (fa / ga < EPSILON) {
        small = false;
        most = ga;
        least = ha > 1 ? fa / (ga / ha) : (fa / ga) * ha;
        [clt, slt, srt, crt] = [1, ht / g, 1, ft / g];
      }
    }
    if (small) {
      const gap = fa - ha;
      const l = gap === fa ? 1 : gap / fa;
      const m = g / ft;
      let t = 2 - l;
      const [mm, tt] = [m * m, t * t];
      const s = Math.sqrt(tt + mm);
      const r = l === 0 ? Math.abs(m) : Math.sqrt(l * l + mm);
      const a = 0.5 * (s + r);
      [least, most] = [ha / a, fa * a];
      if (mm === 0) t = l === 0 ? sign(2, ft) * sign(1, g) : g / sign(gap, ft) + m / t;
      else t = (m / (s + t) + m / (r + l)) * (1 + a);
      const root = Math.sqrt(t * t + 4);
      crt = 2 / root;
      srt = t / root;
      clt = (crt + srt * m) / a;
      slt = ((ht / ft) * srt) / a;
    }
  }
  const [csl, snl, csr, snr] = swapped ? [srt, crt, slt, clt] : [clt, slt, crt, srt];
  const whole =
    kind === 1
      ? sign(1, csr) * sign(1, csl) * sign(1, f)
      : kind === 2
        ? sign(1, snr) * sign(1, csl) * sign(1, g)
        : sign(1, snr) * sign(1, snl) * sign(1, h);
  return {
    most: sign(most, whole),
    least: sign(least, whole * sign(1, f) * sign(1, h)),
    right: { c: csr, s: snr },
    left: { c: csl, s: snl },
  };
}

/** The smaller singular value of [[f, g], [0, h]]. */
function smaller(f: number, g: number, h: number): number {
  const [fa, ga, ha] = [Math.abs(f), Math.abs(g), Math.abs(h)];
  const [low, high] = [Math.min(fa, ha), Math.max(fa, ha)];
  if (low === 0) return 0;
  const as = 1 + low / high;
  const at = (high - low) / high;
  if (ga < high) {
    const au = (ga / high) ** 2;
    return low * (2 / (Math.sqrt(as * as + au) + Math.sqrt(at * at + au)));
  }
  const au = high / ga;
  if (au === 0) return (low * high) / ga;
  return 2 * (low * (1 / (Math.sqrt(1 + (as * au) ** 2) + Math.sqrt(1 + (at * au) ** 2))) * au);
}

/** Singular vectors of an upper bidiagonal matrix by implicit QR steps, in the order of `d`, which becomes the values. */
function bidiagonalVectors(d: Float64Array, e: Float64Array): { u: Columns; v: Columns } | undefined {
  const n = d.length;
  const u = unit(n);
  const v = unit(n);
  const tol = Math.max(10, Math.min(100, EPSILON ** -0.125)) * EPSILON;
  let mu = Math.abs(d[0]!);
  let floor = mu;
  for (let i = 1; i < n && floor !== 0; i++) {
    mu = Math.abs(d[i]!) * (mu / (mu + Math.abs(e[i - 1]!)));
    floor = Math.min(floor, mu);
  }
  const threshold = Math.max((tol * floor) / Math.sqrt(n), 6 * n * n * SAFE);
  let [oldLow, oldHigh, upwards] = [-1, -1, false];
  let m = n - 1;
  for (let steps = 6 * n * n; m > 0; ) {
    if (steps <= 0) return undefined;
    let most = Math.abs(d[m]!);
    let low = m;
    while (low > 0) {
      if (Math.abs(e[low - 1]!) <= threshold) break;
      most = Math.max(most, Math.abs(d[low - 1]!), Math.abs(e[low - 1]!));
      low--;
    }
    if (low > 0) e[low - 1] = 0;
    if (low === m) {
      m--;
      continue;
    }
    if (low === m - 1) {
      const both = triangle(d[low]!, e[low]!, d[m]!);
      [d[low], e[low], d[m]] = [both.most, 0, both.least];
      turn(v, low, both.right);
      turn(u, low, both.left);
      m -= 2;
      continue;
    }
    if (low > oldHigh || m < oldLow) upwards = Math.abs(d[low]!) < Math.abs(d[m]!);
    // Whether an element beside the diagonal is as good as 0.
    const [tip, beside] = upwards ? [low, low] : [m, m - 1];
    if (Math.abs(e[beside]!) <= tol * Math.abs(d[tip]!)) {
      e[beside] = 0;
      continue;
    }
    mu = Math.abs(d[upwards ? m : low]!);
    let least = mu;
    let split = false;
    for (let k = 0; k < m - low && !split; k++) {
      const at = upwards ? m - 1 - k : low + k;
      if (Math.abs(e[at]!) <= tol * mu) {
        e[at] = 0;
        split = true;
      } else {
        mu = Math.abs(d[upwards ? at : at + 1]!) * (mu / (mu + Math.abs(e[at]!)));
        least = Math.min(least, mu);
      }
    }
    if (split) continue;
    [oldLow, oldHigh] = [low, m];
    let shift = 0;
    if (n * tol * (least / most) > Math.max(EPSILON, 0.01 * tol)) {
      const size = Math.abs(d[upwards ? m : low]!);
      shift = upwards ? smaller(d[low]!, e[low]!, d[low + 1]!) : smaller(d[m - 1]!, e[m - 1]!, d[m]!);
      if (size > 0 && (shift / size) ** 2 < EPSILON) shift = 0;
    }
    steps -= m - low;
    chase(d, e, low, m, shift, upwards, u, v);
    const last = upwards ? low : m - 1;
    if (Math.abs(e[last]!) <= threshold) e[last] = 0;
  }
  // Of a single number the left side takes the sign.
  for (let k = 0; k < n && n > 1; k++) {
    if (d[k]! >= 0 && !Object.is(d[k], -0)) continue;
    d[k] = -d[k]!;
    v[k] = v[k]!.map((x) => -x);
  }
  return { u, v };
}

/** One QR step between `low` and `high`, from the top down or upwards. */
function chase(
  d: Float64Array,
  e: Float64Array,
  low: number,
  high: number,
  shift: number,
  upwards: boolean,
  u: Columns,
  v: Columns,
): void {
  const first: Turn[] = [];
  const second: Turn[] = [];
  const way = upwards ? -1 : 1;
  const [from, to] = upwards ? [high, low] : [low, high];
  const off = (k: number): number => (upwards ? k - 1 : k);
  if (shift === 0) {
    let [cs, oldCs, oldSn] = [1, 1, 0];
    let sn = 0;
    for (let i = from; i !== to; i += way) {
      const one = rotation(d[i]! * cs, e[off(i)]!);
      [cs, sn] = [one.c, one.s];
      if (i !== from) e[off(i) - way] = oldSn * one.r;
      const two = rotation(oldCs * one.r, d[i + way]! * sn);
      [oldCs, oldSn] = [two.c, two.s];
      d[i] = two.r;
      first.push({ c: cs, s: sn });
      second.push({ c: oldCs, s: oldSn });
    }
    const h = d[to]! * cs;
    d[to] = h * oldCs;
    e[off(to - way)] = h * oldSn;
  } else {
    let f = (Math.abs(d[from]!) - shift) * (sign(1, d[from]!) + shift / d[from]!);
    let g = e[off(from)]!;
    for (let i = from; i !== to; i += way) {
      const one = rotation(f, g);
      if (i !== from) e[off(i) - way] = one.r;
      const at = off(i);
      f = one.c * d[i]! + one.s * e[at]!;
      e[at] = one.c * e[at]! - one.s * d[i]!;
      g = one.s * d[i + way]!;
      d[i + way] = one.c * d[i + way]!;
      const two = rotation(f, g);
      d[i] = two.r;
      f = two.c * e[at]! + two.s * d[i + way]!;
      d[i + way] = two.c * d[i + way]! - two.s * e[at]!;
      if (i + way !== to) {
        g = two.s * e[at + way]!;
        e[at + way] = two.c * e[at + way]!;
      }
      first.push(one);
      second.push(two);
    }
    e[off(to - way)] = f;
  }
  if (upwards) {
    const back = (turns: Turn[]): Turn[] => turns.map(({ c, s }) => ({ c, s: -s })).reverse();
    turnAll(v, low, back(second), true);
    turnAll(u, low, back(first), true);
  } else {
    turnAll(v, low, first, false);
    turnAll(u, low, second, false);
  }
}

/** What the pairs of singular vectors are to be multiplied by. */
export function singularSigns(a: ArrayLike<number>, vh: ArrayLike<number>, rows: number, columns: number): number[] {
  const count = Math.min(rows, columns);
  const plain = new Array<number>(count).fill(1);
  if (count === 0 || count > MOST) return plain;
  let work: Columns = Array.from({ length: columns }, (_, j) =>
    Float64Array.from({ length: rows }, (_x, i) => a[i * columns + j]!),
  );
  // Much longer than wide: a triangle first. Of a long row the same, of the transpose.
  const much = Math.floor((count * 11) / 6);
  let before: Columns | undefined;
  if (rows >= much && rows > columns) work = triangular(work, rows).r;
  else if (columns >= much && columns > rows) {
    const turned = triangular(transposed(work), columns);
    before = turned.q;
    work = transposed(turned.r);
  }
  const { d, e, p } = bidiagonalize(work, work[0]!.length, work.length);
  const lower = work[0]!.length < work.length;
  if (lower)
    for (let i = 0; i + 1 < count; i++) {
      const one = rotation(d[i]!, e[i]!);
      d[i] = one.r;
      e[i] = one.s * d[i + 1]!;
      d[i + 1] = one.c * d[i + 1]!;
    }
  const found = bidiagonalVectors(d, e);
  if (!found) return plain;
  const turned = ordered(d, true).map((k) => {
    const inner = found.v[k]!;
    const own = Float64Array.from({ length: p[0]!.length }, (_, i) =>
      inner.reduce((sum, x, j) => sum + p[j]![i]! * x, 0),
    );
    if (!before) return own;
    return Float64Array.from({ length: columns }, (_, i) => own.reduce((sum, x, j) => sum + before![j]![i]! * x, 0));
  });
  return signsLike((row, column) => vh[column * columns + row]!, turned);
}

/** A = Q R by reflectors. */
function triangular(a: Columns, rows: number): { q: Columns; r: Columns } {
  const m = a.map((column) => column.slice());
  const q = unit(rows);
  for (let i = 0; i < m.length; i++) {
    const { v, tau } = reflector(m[i]!.slice(i));
    reflect(m, i, v, tau);
    accumulate(q, i, v, tau);
  }
  const r = m.map((column, j) => column.slice(0, m.length).map((x, i) => (i > j ? 0 : x)));
  return { q, r };
}

/** a·b + c, rounded once: the product's error is added to the sum's (Dekker). */
function fused(a: number, b: number, c: number): number {
  const product = a * b;
  const total = product + c;
  if (!Number.isFinite(total)) return total;
  const [highA, highB] = [high(a), high(b)];
  const [lowA, lowB] = [a - highA, b - highB];
  const lost = lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
  const part = total - product;
  return total + (product - (total - part) + (c - part) + lost);
}
/** The upper half of a number's digits. */
function high(x: number): number {
  const wide = 134217729 * x;
  return wide - (wide - x);
}

const BITS = 128;
const ONE = 1n << BigInt(BITS);
const fixed = (x: number) => BigInt(Math.trunc(x * 2 ** 127)) << 1n;
const unfixed = (x: bigint) => Number(x) / 2 ** BITS;
/** 2 artanh(p / q), in units of 1 / ONE. */
function logOfRatio(p: bigint, q: bigint): bigint {
  const s = (p * ONE) / q;
  const square = (s * s) >> BigInt(BITS);
  let [power, sum] = [s, 0n];
  for (let k = 1n; power !== 0n && k < 200n; k += 2n) {
    sum += power / k;
    power = (power * square) >> BigInt(BITS);
  }
  return 2n * sum;
}
const LN2 = logOfRatio(1n, 3n);

/** log(x) of a positive number, rounded as by a good C library; `Math.log` may be a digit off. */
function logarithm(x: number): number {
  const exponent = Math.floor(Math.log2(x));
  const part = x / 2 ** exponent;
  if (!Number.isFinite(part) || part < 0.5 || part > 4) return Math.log(x);
  const m = fixed(part);
  return unfixed(logOfRatio(m - ONE, m + ONE) + BigInt(exponent) * LN2);
}
/** exp(x), rounded likewise. */
export function exponential(x: number): number {
  if (!(Math.abs(x) < 700)) return Math.exp(x);
  const exponent = Math.round(x / Math.LN2);
  const rest = fixed(x) - BigInt(exponent) * LN2;
  let [term, sum] = [ONE, 0n];
  for (let k = 1n; term !== 0n && k < 100n; k++) {
    sum += term;
    term = ((term * rest) >> BigInt(BITS)) / k;
    if (term === -1n) break;
  }
  return unfixed(sum) * 2 ** exponent;
}

/**
 * Sign and logarithm of a determinant (n × n, row by row), rounded as NumPy's: columns from the left, by fused products
 * of rows and columns (OpenBLAS, getrf).
 */
export function logDeterminant(matrix: ArrayLike<number>, n: number): { sign: number; log: number } {
  const a = Float64Array.from(matrix);
  const at = (i: number, j: number) => i * n + j;
  const swap = (i: number, j: number) => {
    [a[i], a[j]] = [a[j]!, a[i]!];
  };
  const pivots: number[] = [];
  let [sign, log] = [1, 0];
  for (let j = 0; j < n; j++) {
    for (const [k, row] of pivots.entries()) swap(at(k, j), at(row, j));
    for (let i = 1; i < n; i++) {
      let total = 0;
      for (let k = 0; k < Math.min(i, j); k++) total = fused(a[at(i, k)]!, a[at(k, j)]!, total);
      a[at(i, j)]! -= total;
    }
    let best = j;
    for (let i = j + 1; i < n; i++) if (Math.abs(a[at(i, j)]!) > Math.abs(a[at(best, j)]!)) best = i;
    pivots.push(best);
    if (best !== j) {
      sign = -sign;
      for (let k = 0; k <= j; k++) swap(at(best, k), at(j, k));
    }
    const pivot = a[at(j, j)]!;
    if (pivot === 0) return { sign: 0, log: Number.NEGATIVE_INFINITY };
    if (pivot < 0) sign = -sign;
    log += logarithm(Math.abs(pivot));
    for (let i = j + 1; i < n; i++) a[at(i, j)]! *= 1 / pivot;
  }
  return { sign, log };
}
