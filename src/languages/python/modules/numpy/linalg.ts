/** `numpy.linalg`: by elimination where the result is differentiable, by iteration on numbers for eigenvalues. */
import * as engine from "../../../../engine";
import { concretize, peek, scalar, sizeOf, Tensor, tensor, type Value } from "../../../../engine";
import { toInt } from "../../runtime/arguments";
import { PyTuple } from "../../runtime/containers";
import { exceptionTypes, PyException, raiseError } from "../../runtime/errors";
import { makeType, type PyObject, type PyValue } from "../../runtime/object";
import { isNumber, repr, truth } from "../../runtime/protocol";
import { vm } from "../../runtime/vm";
import { PyArray } from "./array";
import { ComplexArray } from "./complex";
import { asValue, axesOf, axisOf, concat, floats, pick, range, wrap } from "./convert";
import { array, define, type Entry } from "./functions";
import { diagonalOf } from "./methods";
import { extreme, sum } from "./reductions";
import { product } from "./ufuncs";

export const linAlgErrorType = makeType("LinAlgError", exceptionTypes.get("ValueError")!);
linAlgErrorType.module = "numpy.linalg";

function fail(message: string): never {
  const error = new PyException(linAlgErrorType, [message]);
  error.span = vm.at;
  throw error;
}

function square(value: Value): number {
  if (value.shape.length < 2)
    fail(`${value.shape.length}-dimensional array given. Array must be at least two-dimensional`);
  if (value.shape.length > 2) raiseError("NotImplementedError", "stacks of matrices are not supported in numpy.linalg");
  if (value.shape[0] !== value.shape[1]) fail("Last 2 dimensions of the array must be square");
  return value.shape[0];
}

const row = (value: Value, k: number): Value => pick(value, [k], 0, true);
const at = (line: Value, k: number): Value => pick(line, [k], 0, true);

/** Elimination with partial pivoting on [A | B]; pivots are chosen by the numbers now. */
function eliminate(
  a: Value,
  b: Value | undefined,
): { rows: Value[]; pivots: Value[]; sign: number; singular: boolean } {
  const n = a.shape[0];
  const whole = b ? concat([a, b], 1) : a;
  const rows = range(n).map((k) => row(whole, k));
  const pivots: Value[] = [];
  let sign = 1;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(peek(rows[i]).data[k]) > Math.abs(peek(rows[best]).data[k])) best = i;
    if (best !== k) {
      [rows[k], rows[best]] = [rows[best], rows[k]];
      sign = -sign;
    }
    const pivot = at(rows[k], k);
    pivots.push(pivot);
    if (peek(pivot).item() === 0) return { rows, pivots, sign, singular: true };
    for (let i = k + 1; i < n; i++) {
      if (rows[i] instanceof Tensor && (rows[i] as Tensor).data[k] === 0) continue;
      rows[i] = engine.sub(rows[i], engine.mul(engine.div(at(rows[i], k), pivot), rows[k]));
    }
  }
  return { rows, pivots, sign, singular: false };
}

export function solve(a: Value, b: Value): Value {
  const n = square(a);
  const right = b.shape.length === 1 ? engine.reshape(b, [b.shape[0], 1]) : b;
  if (right.shape[0] !== n)
    raiseError(
      "ValueError",
      `solve${b.shape.length === 1 ? "1" : ""}: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (m,m),(m${b.shape.length === 1 ? "" : ",n"})->(m${b.shape.length === 1 ? "" : ",n"}) (size ${right.shape[0]} is different from ${n})`,
    );
  const m = right.shape[1];
  const { rows, pivots, singular } = eliminate(a, right);
  if (singular) fail("Singular matrix");
  const tail = range(m).map((k) => n + k);
  const x: Value[] = new Array(n);
  for (let k = n - 1; k >= 0; k--) {
    let line = pick(rows[k], tail, 0);
    for (let j = k + 1; j < n; j++) line = engine.sub(line, engine.mul(at(rows[k], j), x[j]));
    x[k] = engine.div(line, pivots[k]);
  }
  const out = engine.stack(x);
  return b.shape.length === 1 ? engine.reshape(out, [n]) : out;
}

const eye = (n: number): Tensor =>
  tensor(
    range(n * n).map((k) => (k % (n + 1) === 0 ? 1 : 0)),
    "float64",
    [n, n],
  );

export const inverse = (a: Value): Value => solve(a, eye(square(a)));

function determinant(a: Value): Value {
  const n = square(a);
  if (n === 0) return scalar(1);
  const { pivots, sign, singular } = eliminate(a, undefined);
  if (singular) return scalar(0);
  const out = pivots.reduce((p, q) => engine.mul(p, q));
  return sign < 0 ? engine.neg(out) : out;
}

function cholesky(a: Value): Value {
  const n = square(a);
  const cell = (i: number, j: number): Value => engine.take(a, Int32Array.of(i * n + j), []);
  const l: Value[][] = range(n).map(() => []);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let value = cell(i, j);
      for (let k = 0; k < j; k++) value = engine.sub(value, engine.mul(l[i][k], l[j][k]));
      if (i === j) {
        if (!(peek(value).item() > 0)) fail("Matrix is not positive definite");
        l[i][j] = engine.sqrt(value);
      } else l[i][j] = engine.div(value, l[j][j]);
    }
  return engine.reshape(engine.stack(range(n * n).map((k) => l[Math.floor(k / n)][k % n] ?? scalar(0))), [n, n]);
}

/** Jacobi's rotations on a symmetric matrix: eigenvalues ascending, eigenvectors in columns. */
export function symmetric(a: Tensor): { values: number[]; vectors: number[][] } {
  const n = a.shape[0];
  const m = range(n).map((i) => range(n).map((j) => a.data[Math.max(i, j) * n + Math.min(i, j)]));
  const v = range(n).map((i) => range(n).map((j): number => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 100; sweep++) {
    let off = 0;
    let on = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        if (i === j) on += m[i][j] ** 2;
        else off += m[i][j] ** 2;
    if (off <= 1e-34 * on || off === 0) break;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (m[p][q] === 0) continue;
        const theta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [x, y] = [m[k][p], m[k][q]];
          m[k][p] = c * x - s * y;
          m[k][q] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [m[p][k], m[q][k]];
          m[p][k] = c * x - s * y;
          m[q][k] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [v[k][p], v[k][q]];
          v[k][p] = c * x - s * y;
          v[k][q] = s * x + c * y;
        }
      }
  }
  const order = range(n).sort((i, j) => m[i][i] - m[j][j]);
  return { values: order.map((k) => m[k][k]), vectors: range(n).map((i) => order.map((k) => v[i][k])) };
}

const constant = (value: Value, what: string): Tensor => {
  if (!(value instanceof Tensor))
    raiseError("NotImplementedError", `the derivative of numpy.linalg.${what} is not supported`);
  return value;
};

const matrix = (rows: number[][]): Tensor => tensor(rows.flat(), "float64", [rows.length, rows[0]?.length ?? 0]);

/** Eigenvalues of a symmetric matrix as values: differentiable through vᵀ A v at fixed eigenvectors. */
function eigenvaluesOf(a: Value): Value {
  const { vectors } = symmetric(peek(a));
  if (a instanceof Tensor) return tensor(symmetric(a).values);
  // First derivatives only would be right: named, rather than wrong in the second.
  void vectors;
  return constant(a, "eigvalsh");
}

/** Eigenvalues of any real matrix: QR iterations with shifts on the Hessenberg form, by deflation. */
export function eigenvalues(a: Tensor): { re: number[]; im: number[] } {
  const n = a.shape[0];
  const h = range(n).map((i) => range(n).map((j) => a.data[i * n + j]));
  // Hessenberg form by elimination with pivoting.
  for (let m = 1; m < n - 1; m++) {
    let best = m;
    for (let i = m; i < n; i++) if (Math.abs(h[i][m - 1]) > Math.abs(h[best][m - 1])) best = i;
    const pivot = h[best][m - 1];
    if (pivot === 0) continue;
    if (best !== m) {
      for (let j = m - 1; j < n; j++) [h[best][j], h[m][j]] = [h[m][j], h[best][j]];
      for (let i = 0; i < n; i++) [h[i][best], h[i][m]] = [h[i][m], h[i][best]];
    }
    for (let i = m + 1; i < n; i++) {
      const y = h[i][m - 1] / pivot;
      if (y === 0) continue;
      h[i][m - 1] = 0;
      for (let j = m; j < n; j++) h[i][j] -= y * h[m][j];
      for (let k = 0; k < n; k++) h[k][m] += y * h[k][i];
    }
  }
  const re = new Array<number>(n).fill(0);
  const im = new Array<number>(n).fill(0);
  let norm = 0;
  for (let i = 0; i < n; i++) for (let j = Math.max(i - 1, 0); j < n; j++) norm += Math.abs(h[i][j]);
  let nn = n - 1;
  let t = 0;
  let p = 0;
  let q = 0;
  let r = 0;
  while (nn >= 0) {
    let its = 0;
    let l = 0;
    do {
      for (l = nn; l >= 1; l--) {
        const s = Math.abs(h[l - 1][l - 1]) + Math.abs(h[l][l]) || norm;
        if (Math.abs(h[l][l - 1]) <= Number.EPSILON * s) {
          h[l][l - 1] = 0;
          break;
        }
      }
      let x = h[nn][nn];
      if (l === nn) {
        re[nn] = x + t;
        im[nn--] = 0;
      } else {
        let y = h[nn - 1][nn - 1];
        let w = h[nn][nn - 1] * h[nn - 1][nn];
        if (l === nn - 1) {
          p = 0.5 * (y - x);
          q = p * p + w;
          const z = Math.sqrt(Math.abs(q));
          x += t;
          if (q >= 0) {
            const u = p + (p >= 0 ? z : -z);
            re[nn - 1] = x + u;
            re[nn] = u !== 0 ? x - w / u : x + u;
            im[nn - 1] = 0;
            im[nn] = 0;
          } else {
            re[nn] = x + p;
            re[nn - 1] = re[nn];
            im[nn - 1] = z;
            im[nn] = -z;
          }
          nn -= 2;
        } else {
          if (its >= 60) fail("Eigenvalues did not converge");
          if (its === 10 || its === 20) {
            t += x;
            for (let i = 0; i <= nn; i++) h[i][i] -= x;
            const s = Math.abs(h[nn][nn - 1]) + Math.abs(h[nn - 1][nn - 2]);
            x = 0.75 * s;
            y = x;
            w = -0.4375 * s * s;
          }
          its++;
          let m = nn - 2;
          for (; m >= l; m--) {
            const z = h[m][m];
            const rr = x - z;
            const ss = y - z;
            p = (rr * ss - w) / h[m + 1][m] + h[m][m + 1];
            q = h[m + 1][m + 1] - z - rr - ss;
            r = h[m + 2][m + 1];
            const s = Math.abs(p) + Math.abs(q) + Math.abs(r);
            p /= s;
            q /= s;
            r /= s;
            if (m === l) break;
            const u = Math.abs(h[m][m - 1]) * (Math.abs(q) + Math.abs(r));
            const v = Math.abs(p) * (Math.abs(h[m - 1][m - 1]) + Math.abs(z) + Math.abs(h[m + 1][m + 1]));
            if (u <= Number.EPSILON * v) break;
          }
          for (let i = m + 2; i <= nn; i++) {
            h[i][i - 2] = 0;
            if (i !== m + 2) h[i][i - 3] = 0;
          }
          for (let k = m; k <= nn - 1; k++) {
            if (k !== m) {
              p = h[k][k - 1];
              q = h[k + 1][k - 1];
              r = k !== nn - 1 ? h[k + 2][k - 1] : 0;
              x = Math.abs(p) + Math.abs(q) + Math.abs(r);
              if (x !== 0) {
                p /= x;
                q /= x;
                r /= x;
              }
            }
            const s = Math.sqrt(p * p + q * q + r * r) * (p >= 0 ? 1 : -1);
            if (s === 0) continue;
            if (k === m) {
              if (l !== m) h[k][k - 1] = -h[k][k - 1];
            } else h[k][k - 1] = -s * x;
            p += s;
            x = p / s;
            y = q / s;
            const z = r / s;
            q /= p;
            r /= p;
            for (let j = k; j <= nn; j++) {
              p = h[k][j] + q * h[k + 1][j];
              if (k !== nn - 1) {
                p += r * h[k + 2][j];
                h[k + 2][j] -= p * z;
              }
              h[k + 1][j] -= p * y;
              h[k][j] -= p * x;
            }
            const most = nn < k + 3 ? nn : k + 3;
            for (let i = l; i <= most; i++) {
              p = x * h[i][k] + y * h[i][k + 1];
              if (k !== nn - 1) {
                p += z * h[i][k + 2];
                h[i][k + 2] -= p * r;
              }
              h[i][k + 1] -= p * q;
              h[i][k] -= p;
            }
          }
        }
      }
    } while (nn >= 0 && l < nn - 1);
  }
  return { re, im };
}

export function complexOrReal(re: number[], im: number[]): PyValue {
  return im.every((x) => x === 0)
    ? array(tensor(re))
    : new ComplexArray(Float64Array.from(re), Float64Array.from(im), [re.length]);
}

/** Householder's QR with the signs that LAPACK gives. */
function qr(a: Tensor): { q: Tensor; r: Tensor } {
  const [m, n] = a.shape;
  const r = range(m).map((i) => range(n).map((j) => a.data[i * n + j]));
  const q = range(m).map((i) => range(m).map((j): number => (i === j ? 1 : 0)));
  for (let k = 0; k < Math.min(m - 1, n); k++) {
    let size = 0;
    for (let i = k; i < m; i++) size = Math.hypot(size, r[i][k]);
    if (size === 0) continue;
    const alpha = r[k][k] >= 0 ? -size : size;
    const v = range(m).map((i) => (i < k ? 0 : i === k ? r[k][k] - alpha : r[i][k]));
    const length = v.reduce((sum_, x) => sum_ + x * x, 0);
    if (length === 0) continue;
    for (let j = 0; j < n; j++) {
      let dot = 0;
      for (let i = k; i < m; i++) dot += v[i] * r[i][j];
      for (let i = k; i < m; i++) r[i][j] -= (2 * dot * v[i]) / length;
    }
    for (let i = 0; i < m; i++) {
      let dot = 0;
      for (let j = k; j < m; j++) dot += q[i][j] * v[j];
      for (let j = k; j < m; j++) q[i][j] -= (2 * dot * v[j]) / length;
    }
  }
  const rank = Math.min(m, n);
  return {
    q: matrix(q.map((line) => line.slice(0, rank))),
    r: matrix(r.slice(0, rank).map((line, i) => line.map((x, j) => (j < i ? 0 : x)))),
  };
}

/** One-sided Jacobi: singular values descending, u and v in columns. */
export function svd(a: Tensor): { u: number[][]; s: number[]; v: number[][] } {
  const [m, n] = a.shape;
  if (m < n) {
    const { u, s, v } = svd(peek(engine.transpose(a)));
    return { u: v, s, v: u };
  }
  const w = range(n).map((j) => range(m).map((i) => a.data[i * n + j]));
  const v = range(n).map((j) => range(n).map((i): number => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let turned = false;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        let alpha = 0;
        let beta = 0;
        let gamma = 0;
        for (let i = 0; i < m; i++) {
          alpha += w[p][i] ** 2;
          beta += w[q][i] ** 2;
          gamma += w[p][i] * w[q][i];
        }
        if (Math.abs(gamma) <= 1e-16 * Math.sqrt(alpha * beta) || gamma === 0) continue;
        turned = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        const s = c * t;
        for (const columns of [w, v])
          for (let i = 0; i < columns[p].length; i++) {
            const [x, y] = [columns[p][i], columns[q][i]];
            columns[p][i] = c * x - s * y;
            columns[q][i] = s * x + c * y;
          }
      }
    if (!turned) break;
  }
  const sizes = w.map((column) => Math.hypot(...column));
  const order = range(n).sort((i, j) => sizes[j] - sizes[i]);
  return {
    u: range(m).map((i) => order.map((k) => (sizes[k] > 0 ? w[k][i] / sizes[k] : 0))),
    s: order.map((k) => sizes[k]),
    v: range(n).map((i) => order.map((k) => v[k][i])),
  };
}

function norm(value: Value, order: PyValue | undefined, axis: PyValue | undefined, keep: boolean): Value {
  const rank = value.shape.length;
  const kind =
    order === undefined || order === null ? undefined : typeof order === "string" ? order : peek(asValue(order)).item();
  if (axis === undefined || axis === null) {
    if (kind === undefined || ((kind === "fro" || kind === 2) && (rank === 1 || (kind === "fro" && rank === 2)))) {
      const flat = engine.reshape(value, [sizeOf(value.shape)]);
      const out = engine.sqrt(sum(engine.square(flat), [0], false));
      return keep
        ? engine.reshape(
            out,
            value.shape.map(() => 1),
          )
        : out;
    }
  }
  const axes = axis === undefined || axis === null ? range(rank) : axesOf(axis, rank);
  const size = engine.abs(value);
  if (axes.length === 1) {
    if (kind === undefined || kind === 2) return engine.sqrt(sum(engine.square(value), axes, keep));
    if (kind === 1) return sum(size, axes, keep);
    if (kind === Number.POSITIVE_INFINITY) return extreme(true)(size, axes, keep);
    if (kind === Number.NEGATIVE_INFINITY) return extreme(false)(size, axes, keep);
    if (kind === 0) return sum(engine.cast(engine.notEqual(value, 0), "float64"), axes, keep);
    if (typeof kind === "string") raiseError("ValueError", `Invalid norm order '${kind}' for vectors`);
    return engine.pow(sum(engine.pow(size, kind), axes, keep), 1 / kind);
  }
  if (axes.length !== 2) raiseError("ValueError", "Improper number of dimensions to norm.");
  if (kind === undefined || kind === "fro") return engine.sqrt(sum(engine.square(value), axes, keep));
  const [rows, columns] = axes;
  const largest = kind === 1 || kind === Number.POSITIVE_INFINITY;
  if (kind === 1 || kind === -1) {
    const sums = sum(size, [rows], false);
    return extreme(largest)(sums, range(sums.shape.length), false);
  }
  if (kind === Number.POSITIVE_INFINITY || kind === Number.NEGATIVE_INFINITY) {
    const sums = sum(size, [columns], false);
    return extreme(largest)(sums, range(sums.shape.length), false);
  }
  const { s } = svd(constant(value, "norm"));
  if (kind === 2) return scalar(s[0]);
  if (kind === -2) return scalar(s[s.length - 1]);
  if (kind === "nuc") return scalar(s.reduce((a, b) => a + b, 0));
  raiseError("ValueError", "Invalid norm order for matrices.");
}

class Result extends PyTuple {
  constructor(
    readonly result: string,
    readonly names: string[],
    items: PyValue[],
  ) {
    super(items);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    const k = this.names.indexOf(name);
    return k < 0 ? undefined : this.items[k];
  }
  override pyRepr(): string {
    return `${this.result}(${this.items.map((item, k) => `${this.names[k]}=${repr(item)}`).join(", ")})`;
  }
}

function pseudoInverse(a: Tensor, cutoff: number): Tensor {
  const { u, s, v } = svd(a);
  const [m, n] = a.shape;
  const out = range(n).map(() => new Array<number>(m).fill(0));
  s.forEach((size, k) => {
    if (size <= cutoff * s[0]) return;
    for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[i][j] += (v[i][k] * u[j][k]) / size;
  });
  return matrix(out);
}

export function leastSquares(a: Value, b: Value): Value {
  const turned = engine.transpose(a);
  return solve(product(turned, a), product(turned, b));
}

export const linalg: Entry[] = [
  ["LinAlgError", linAlgErrorType],
  define("norm", ["x", "ord?", "axis?", "keepdims?"], ([x, order, axis, keep]) =>
    wrap(norm(floats(x!), order, axis, truth(keep ?? false))),
  ),
  define("solve", ["a", "b"], ([a, b]) => wrap(solve(floats(a!), floats(b!)))),
  define("inv", ["a"], ([a]) => wrap(inverse(floats(a!)))),
  define("det", ["a"], ([a]) => wrap(determinant(floats(a!)))),
  define("slogdet", ["a"], ([a]) => {
    const d = determinant(floats(a!));
    return new Result("SlogdetResult", ["sign", "logabsdet"], [wrap(engine.sign(d)), wrap(engine.log(engine.abs(d)))]);
  }),
  define("cholesky", ["a", "upper?"], ([a]) => wrap(cholesky(floats(a!)))),
  define("trace", ["x"], ([x]) => wrap(sum(diagonalOf(asValue(x!), 0), [0], false))),
  define("diagonal", ["x"], ([x]) => wrap(diagonalOf(asValue(x!), 0))),
  define("eigvalsh", ["a", "UPLO?"], ([a]) => {
    const value = floats(a!);
    square(value);
    return array(eigenvaluesOf(value));
  }),
  define("eigh", ["a", "UPLO?"], ([a]) => {
    const value = constant(floats(a!), "eigh");
    square(value);
    const { values, vectors } = symmetric(value);
    return new Result("EighResult", ["eigenvalues", "eigenvectors"], [array(tensor(values)), array(matrix(vectors))]);
  }),
  define("eigvals", ["a"], ([a]) => {
    const value = constant(floats(a!), "eigvals");
    square(value);
    const { re, im } = eigenvalues(value);
    return complexOrReal(re, im);
  }),
  define("eig", ["a"], ([a]) => {
    const value = constant(floats(a!), "eig");
    const n = square(value);
    const { re, im } = eigenvalues(value);
    if (im.some((x) => x !== 0))
      raiseError("NotImplementedError", "numpy.linalg.eig with complex eigenvalues is not supported");
    // Inverse iteration for each eigenvalue.
    const columns = re.map((lambda, which) => {
      const shifted = tensor(
        Array.from(value.data, (x, k) => (k % (n + 1) === 0 ? x - lambda - 1e-10 * (Math.abs(lambda) + 1) : x)),
        "float64",
        [n, n],
      );
      let v = range(n).map((k) => 1 + ((k + which) % 3) / 7);
      for (let k = 0; k < 6; k++) {
        v = Array.from(peek(solve(shifted, tensor(v))).data);
        const size = Math.hypot(...v);
        v = v.map((x) => x / size);
      }
      return v;
    });
    return new Result(
      "EigResult",
      ["eigenvalues", "eigenvectors"],
      [array(tensor(re)), array(engine.transpose(matrix(columns)))],
    );
  }),
  define("svd", ["a", "full_matrices?", "compute_uv?", "hermitian?"], ([a, , uv]) => {
    const { u, s, v } = svd(constant(floats(a!), "svd"));
    if (uv !== undefined && !truth(uv)) return array(tensor(s));
    return new Result(
      "SVDResult",
      ["U", "S", "Vh"],
      [array(matrix(u)), array(tensor(s)), array(engine.transpose(matrix(v)))],
    );
  }),
  define("svdvals", ["x"], ([a]) => array(tensor(svd(constant(floats(a!), "svdvals")).s))),
  define("qr", ["a", "mode?"], ([a, mode]) => {
    const { q, r } = qr(constant(floats(a!), "qr"));
    return mode === "r" ? array(r) : new Result("QRResult", ["Q", "R"], [array(q), array(r)]);
  }),
  define("cond", ["x", "p?"], ([x, p]) => {
    const value = floats(x!);
    if (p === undefined || p === null || (isNumber(p) && Number(p) === 2)) {
      const { s } = svd(constant(value, "cond"));
      return wrap(scalar(s[0] / s[s.length - 1]));
    }
    return wrap(engine.mul(norm(value, p, undefined, false), norm(inverse(value), p, undefined, false)));
  }),
  define("matrix_rank", ["A", "tol?"], ([a, tol]) => {
    const value = constant(floats(a!), "matrix_rank");
    if (value.shape.length < 2) return BigInt(Array.from(value.data).some((x) => x !== 0) ? 1 : 0);
    const { s } = svd(value);
    const limit = tol === undefined || tol === null ? s[0] * Math.max(...value.shape) * Number.EPSILON : Number(tol);
    return wrap(scalar(s.filter((x) => x > limit).length, "int64"));
  }),
  define("matrix_power", ["a", "n"], ([a, n]) => {
    let power = Number(toInt(n!));
    let base = asValue(a!);
    const size = square(base);
    if (power < 0) {
      base = inverse(engine.cast(base, "float64"));
      power = -power;
    }
    let out: Value = engine.cast(eye(size), base.dtype);
    for (; power > 0; power = Math.floor(power / 2)) {
      if (power % 2 === 1) out = engine.matmul(out, base);
      base = engine.matmul(base, base);
    }
    return wrap(out);
  }),
  define("pinv", ["a", "rcond?"], ([a, rcond]) => {
    const value = floats(a!);
    if (!(value instanceof Tensor)) {
      const turned = engine.transpose(value);
      return wrap(
        value.shape[0] >= value.shape[1]
          ? product(inverse(product(turned, value)), turned)
          : product(turned, inverse(product(value, turned))),
      );
    }
    return wrap(pseudoInverse(value, rcond === undefined || rcond === null ? 1e-15 : Number(rcond)));
  }),
  define("lstsq", ["a", "b", "rcond?"], ([a, b]) => {
    const [left, right] = [floats(a!), floats(b!)];
    const [m, n] = left.shape;
    const { s } = svd(peek(left));
    const rank = s.filter((x) => x > s[0] * Math.max(m, n) * Number.EPSILON).length;
    const x =
      left instanceof Tensor && right instanceof Tensor
        ? product(pseudoInverse(left, Math.max(m, n) * Number.EPSILON), right)
        : leastSquares(left, right);
    const gap = engine.sub(product(left, x), right);
    const squares = sum(engine.square(gap), [0], false);
    const residual =
      rank === n && m > n ? engine.reshape(squares, [sizeOf(squares.shape)]) : tensor([], "float64", [0]);
    return new PyTuple([wrap(x), array(residual), BigInt(rank), array(tensor(s))]);
  }),
  define("multi_dot", ["arrays"], ([x]) =>
    wrap((x as PyObject & { items: PyValue[] }).items.map(asValue).reduce((p, q) => product(p, q))),
  ),
];

export { axisOf, concretize, PyArray };
