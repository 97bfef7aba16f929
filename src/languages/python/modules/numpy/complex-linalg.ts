/** Linear systems with complex numbers, and the tridiagonal form of Hermitian matrices. */
import { ComplexArray } from "./complex";

/** A row of the matrix beside its right sides: real and imaginary parts. */
interface Row {
  re: number[];
  im: number[];
}

/**
 * Solves `a x = b` by elimination with partial pivoting (Golub & Van Loan, algorithm 3.4.1); the determinant beside it.
 * @param a n × n
 * @param b n × m
 * @returns undefined for `x` where a pivot is exactly 0
 */
export function complexSolve(a: ComplexArray, b: ComplexArray): { x?: ComplexArray; det: { re: number; im: number } } {
  const n = a.shape[0];
  const m = b.shape.length === 1 ? 1 : b.shape[1];
  const rows: Row[] = Array.from({ length: n }, (_, i) => ({
    re: [...a.re.subarray(i * n, i * n + n), ...b.re.subarray(i * m, i * m + m)],
    im: [...a.im.subarray(i * n, i * n + n), ...b.im.subarray(i * m, i * m + m)],
  }));
  let det = { re: 1, im: 0 };
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++)
      if (Math.hypot(rows[i].re[k], rows[i].im[k]) > Math.hypot(rows[pivot].re[k], rows[pivot].im[k])) pivot = i;
    if (pivot !== k) {
      [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
      det = { re: -det.re, im: -det.im };
    }
    const [p, q] = [rows[k].re[k], rows[k].im[k]];
    det = { re: det.re * p - det.im * q, im: det.re * q + det.im * p };
    const size = p * p + q * q;
    if (size === 0) return { det: { re: 0, im: 0 } };
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const [u, v] = [rows[i].re[k], rows[i].im[k]];
      if (u === 0 && v === 0) continue;
      const [re, im] = [(u * p + v * q) / size, (v * p - u * q) / size];
      for (let j = k; j < n + m; j++) {
        rows[i].re[j] -= re * rows[k].re[j] - im * rows[k].im[j];
        rows[i].im[j] -= re * rows[k].im[j] + im * rows[k].re[j];
      }
    }
  }
  const x = new ComplexArray(new Float64Array(n * m), new Float64Array(n * m), b.shape);
  rows.forEach(({ re, im }, k) => {
    const size = re[k] * re[k] + im[k] * im[k];
    for (let j = 0; j < m; j++) {
      x.re[k * m + j] = (re[n + j] * re[k] + im[n + j] * im[k]) / size;
      x.im[k * m + j] = (im[n + j] * re[k] - re[n + j] * im[k]) / size;
    }
  });
  return { x, det };
}

/** The n × n matrix with ones on its diagonal. */
export function complexIdentity(n: number): ComplexArray {
  const out = new ComplexArray(new Float64Array(n * n), new Float64Array(n * n), [n, n]);
  for (let k = 0; k < n; k++) out.re[k * (n + 1)] = 1;
  return out;
}

/**
 * A Hermitian matrix as Q T Q^H with T real and tridiagonal, by Householder's reflectors as LAPACK's zhetd2 takes them
 * from the lower triangle, so that the eigenvectors have LAPACK's phases.
 */
export function tridiagonalize(a: ComplexArray): { t: Float64Array; q: ComplexArray } {
  const n = a.shape[0];
  const q = complexIdentity(n);
  const m = new ComplexArray(a.re.slice(), a.im.slice(), [n, n]);
  for (let i = 0; i < n; i++) {
    m.im[i * (n + 1)] = 0;
    for (let j = 0; j < i; j++) {
      m.re[j * n + i] = m.re[i * n + j];
      m.im[j * n + i] = -m.im[i * n + j];
    }
  }
  for (let i = 0; i + 1 < n; i++) {
    const [re, im] = [m.re[(i + 1) * n + i], m.im[(i + 1) * n + i]];
    let rest = 0;
    for (let k = i + 2; k < n; k++) rest = Math.hypot(rest, m.re[k * n + i], m.im[k * n + i]);
    if (rest === 0 && im === 0) continue;
    const beta = (re < 0 || Object.is(re, -0) ? 1 : -1) * Math.hypot(re, im, rest);
    const tau = { re: (beta - re) / beta, im: -im / beta };
    // The reflector's vector: 1, and what stands below, over re + i im - beta.
    const size = (re - beta) ** 2 + im * im;
    const v = { re: new Float64Array(n), im: new Float64Array(n) };
    v.re[i + 1] = 1;
    for (let k = i + 2; k < n; k++) {
      const [x, y] = [m.re[k * n + i], m.im[k * n + i]];
      v.re[k] = (x * (re - beta) + y * im) / size;
      v.im[k] = (y * (re - beta) - x * im) / size;
    }
    for (const target of [m, q]) times(target, v, tau, n);
    timesLeft(m, v, tau, n);
  }
  const t = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = Math.max(0, i - 1); j <= Math.min(n - 1, i + 1); j++) t[i * n + j] = m.re[i * n + j];
  return { t, q };
}

interface Parts {
  re: Float64Array;
  im: Float64Array;
}
interface Scalar {
  re: number;
  im: number;
}

/** `m := m (1 - tau v v^H)`. */
function times(m: ComplexArray, v: Parts, tau: Scalar, n: number): void {
  for (let i = 0; i < n; i++) {
    let [x, y] = [0, 0];
    for (let k = 0; k < n; k++) {
      x += m.re[i * n + k] * v.re[k] - m.im[i * n + k] * v.im[k];
      y += m.re[i * n + k] * v.im[k] + m.im[i * n + k] * v.re[k];
    }
    [x, y] = [x * tau.re - y * tau.im, x * tau.im + y * tau.re];
    for (let k = 0; k < n; k++) {
      m.re[i * n + k] -= x * v.re[k] + y * v.im[k];
      m.im[i * n + k] -= y * v.re[k] - x * v.im[k];
    }
  }
}

/** `m := (1 - tau v v^H)^H m`. */
function timesLeft(m: ComplexArray, v: Parts, tau: Scalar, n: number): void {
  for (let j = 0; j < n; j++) {
    let [x, y] = [0, 0];
    for (let k = 0; k < n; k++) {
      x += v.re[k] * m.re[k * n + j] + v.im[k] * m.im[k * n + j];
      y += v.re[k] * m.im[k * n + j] - v.im[k] * m.re[k * n + j];
    }
    [x, y] = [x * tau.re + y * tau.im, y * tau.re - x * tau.im];
    for (let k = 0; k < n; k++) {
      m.re[k * n + j] -= v.re[k] * x - v.im[k] * y;
      m.im[k * n + j] -= v.re[k] * y + v.im[k] * x;
    }
  }
}
