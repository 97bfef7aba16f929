/** `numpy.linalg` over the operations of the engine. */
import * as engine from "../../../../engine";
import { peek, sizeOf, Tensor, tensor, type Value } from "../../../../engine";
import { toInt } from "../../runtime/arguments";
import { PyTuple } from "../../runtime/containers";
import { exceptionTypes, PyException, raiseError } from "../../runtime/errors";
import { makeType, type PyObject, type PyValue } from "../../runtime/object";
import { repr, truth } from "../../runtime/protocol";
import { vm } from "../../runtime/vm";
import { ComplexArray, complexUnary, isComplex, NpComplex, toArray } from "./complex";
import { complexIdentity, complexSolve, tridiagonalize } from "./complex-linalg";
import { asValue, axesOf, concat, floats, pick, range, wrap } from "./convert";
import { array, define, type Entry } from "./functions";
import { type Eigen, geev } from "./geev";
import { eigenSigns, exponential, logDeterminant, singularSigns } from "./lapack";
import { product } from "./ufuncs";

export const linAlgErrorType = makeType("LinAlgError", exceptionTypes.get("ValueError")!);
linAlgErrorType.module = "numpy.linalg";

function fail(message: string): never {
  const error = new PyException(linAlgErrorType, [message]);
  error.span = vm.at;
  throw error;
}

/** What NumPy says where the engine refuses. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/singular/, "Singular matrix"],
  [/positive definite/, "Matrix is not positive definite"],
  [/^eigh .* not finite/, "Eigenvalues did not converge"],
  [/^svd .* not finite/, "SVD did not converge"],
  [/^qr .* not finite/, "array must not contain infs or NaNs"],
];

/** Runs `body`; what the engine refuses is a LinAlgError. */
function attempt<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    fail(WORDS.find(([pattern]) => pattern.test(error.message))?.[1] ?? error.message);
  }
}

/** Stacks of matrices, as floats. */
function matrices(x: PyValue | undefined): Value {
  const value = floats(x!);
  if (value.shape.length < 2)
    fail(`${value.shape.length}-dimensional array given. Array must be at least two-dimensional`);
  return value;
}

function squares(x: PyValue | undefined): Value {
  const value = matrices(x);
  if (value.shape.at(-1) !== value.shape.at(-2)) fail("Last 2 dimensions of the array must be square");
  return value;
}

/** One square matrix, in numbers. */
function single(x: PyValue | undefined, name: string): Tensor {
  const value = squares(x);
  if (value.shape.length > 2)
    raiseError("NotImplementedError", `stacks of matrices are not supported in numpy.linalg.${name}`);
  if (!(value instanceof Tensor))
    raiseError("NotImplementedError", `the derivative of numpy.linalg.${name} is not supported`);
  if (!Array.prototype.every.call(value.data, Number.isFinite)) fail("Array must not contain infs or NaNs");
  return value;
}

function solve(a: Value, b: Value): Value {
  const vector = b.shape.length === 1;
  const n = a.shape.at(-1)!;
  const rows = b.shape.at(vector ? 0 : -2)!;
  if (rows !== n)
    raiseError(
      "ValueError",
      `solve${vector ? "1" : ""}: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (m,m),(m${vector ? "" : ",n"})->(m${vector ? "" : ",n"}) (size ${rows} is different from ${n})`,
    );
  return attempt(() => engine.solve(a, b));
}

/** Eigenvalues and eigenvectors of any real matrix. */
export function eigen(a: Tensor): Eigen {
  return geev(a.data, a.shape[0]) ?? fail("Eigenvalues did not converge");
}

export function complexOrReal(re: Float64Array, im: Float64Array): PyValue {
  return im.every((x) => x === 0) ? array(tensor(re)) : new ComplexArray(re, im, [re.length]);
}

/** Eigenvectors of which a pair of columns is the real and the imaginary part of two. */
function complexColumns(pairs: Float64Array, n: number, im: Float64Array): ComplexArray {
  const out = new ComplexArray(new Float64Array(n * n), new Float64Array(n * n), [n, n]);
  for (let i = 0; i < n; i++)
    im.forEach((part, k) => {
      const real = i * n + (part < 0 ? k - 1 : k);
      out.re[i * n + k] = pairs[real];
      if (part !== 0) out.im[i * n + k] = Math.sign(part) * pairs[real + 1];
    });
  return out;
}

const isNone = (x: PyValue | undefined): x is null | undefined => x === undefined || x === null;

/** Complex vectors, and complex matrices in Frobenius's norm, have the norm of their moduli. */
const modulus = (x: PyValue, order: PyValue | undefined): PyValue =>
  isComplex(x) && (isNone(order) || order === "fro" || toArray(x).shape.length === 1) ? complexUnary("absolute", x) : x;

/** A norm's order as the engine takes it; undefined: the default. */
function orderOf(order: PyValue | undefined): number | string | undefined {
  if (isNone(order)) return undefined;
  return typeof order === "string" ? order : peek(asValue(order)).item();
}

function norm(value: Value, order: PyValue | undefined, axis: PyValue | undefined, keep: boolean): Value {
  const rank = value.shape.length;
  const kind = orderOf(order);
  const axes = isNone(axis) ? range(rank) : axesOf(axis, rank);
  if (kind === undefined && (isNone(axis) || axes.length <= 2)) return engine.norm(value, 2, axes, keep);
  if (axes.length === 1) {
    if (typeof kind === "string") raiseError("ValueError", `Invalid norm order '${kind}' for vectors`);
    return engine.norm(value, kind, axes, keep);
  }
  if (axes.length !== 2) raiseError("ValueError", "Improper number of dimensions to norm.");
  return matrixNorm(value, kind!, [axes[0], axes[1]], keep);
}

function matrixNorm(value: Value, order: number | string, axes: readonly [number, number], keep: boolean): Value {
  if (!["fro", "nuc", 1, -1, 2, -2, Infinity, -Infinity].includes(order))
    raiseError("ValueError", "Invalid norm order for matrices.");
  return attempt(() => engine.matrixNorm(value, order, axes, keep));
}

/** A named tuple: what functions with several results give. */
export class Result extends PyTuple {
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

/** Columns that complete orthonormal ones to a basis. */
function completed(u: Value): Value {
  const [m, k] = u.shape.slice(-2);
  const rest = engine.sub(eye(m), engine.matmul(u, engine.transposeMatrices(u)));
  const { vectors } = engine.eigh(rest);
  return concat(
    [
      u,
      pick(
        vectors,
        range(m - k).map((j) => k + j),
        vectors.shape.length - 1,
      ),
    ],
    u.shape.length - 1,
  );
}

/** Eigenvalues and eigenvectors of a Hermitian matrix, of which the lower triangle is read. */
function hermitian(a: ComplexArray): { values: Value; vectors: ComplexArray } {
  const n = a.shape[0];
  if (a.shape.length !== 2 || a.shape[1] !== n) fail("Last 2 dimensions of the array must be square");
  const { t, q } = tridiagonalize(a);
  const { values, vectors } = eighOf(tensor(t, "float64", [n, n]));
  const part = (x: Float64Array): Float64Array =>
    Float64Array.from(peek(engine.matmul(tensor(x, "float64", [n, n]), vectors)).data);
  return { values, vectors: new ComplexArray(part(q.re), part(q.im), [n, n]) };
}

/** Eigenvalues and eigenvectors of symmetric matrices; of one matrix with LAPACK's signs. */
function eighOf(a: Value): { values: Value; vectors: Value } {
  const { values, vectors } = attempt(() => engine.eigh(a));
  if (a.shape.length !== 2) return { values, vectors };
  const n = a.shape[0];
  const signs = eigenSigns(Float64Array.from(peek(a).data), peek(vectors).data, n);
  return { values, vectors: engine.mul(vectors, tensor(signs, vectors.dtype, [1, n])) };
}

/** Singular values and vectors; of one matrix with LAPACK's signs. */
export function svdOf(a: Value): { u: Value; s: Value; vh: Value } {
  const { u, s, vh } = attempt(() => engine.svd(a));
  if (a.shape.length !== 2) return { u, s, vh };
  const [m, n] = a.shape;
  const signs = singularSigns(peek(a).data, peek(vh).data, m, n);
  return {
    u: engine.mul(u, tensor(signs, u.dtype, [1, signs.length])),
    s,
    vh: engine.mul(vh, tensor(signs, vh.dtype, [signs.length, 1])),
  };
}

function svd(a: Value, full: boolean): PyValue {
  const { u, s, vh } = svdOf(a);
  const [m, n] = a.shape.slice(-2);
  if (full && m !== n && !(a instanceof Tensor))
    raiseError("NotImplementedError", "the derivative of numpy.linalg.svd needs full_matrices=False");
  const left = full && m > n ? completed(u) : u;
  const right = full && n > m ? engine.transposeMatrices(completed(engine.transposeMatrices(vh))) : vh;
  return new Result("SVDResult", ["U", "S", "Vh"], [array(left), array(s), array(right)]);
}

const eye = (n: number): Tensor =>
  tensor(
    range(n * n).map((k) => (k % (n + 1) === 0 ? 1 : 0)),
    "float64",
    [n, n],
  );

/** `rcond` of an m×n matrix; for None what rounding leaves of zero, and if negative the precision itself. */
function cutoff(a: Value, rcond: PyValue | undefined): number {
  if (isNone(rcond)) return Math.max(...a.shape.slice(-2)) * Number.EPSILON;
  return Number(rcond) < 0 ? Number.EPSILON : Number(rcond);
}

/** Of every matrix, rounded as NumPy's. */
function determinants({ data, shape, dtype }: Tensor): Value {
  const n = shape.at(-1)!;
  const out = Array.from({ length: n === 0 ? sizeOf(shape.slice(0, -2)) : data.length / n ** 2 }, (_, k) => {
    const { sign, log } = logDeterminant(data.slice(k * n * n, (k + 1) * n * n), n);
    return sign * exponential(log);
  });
  return tensor(out, dtype, shape.slice(0, -2));
}

export const linalg: Entry[] = [
  ["LinAlgError", linAlgErrorType],
  define("norm", ["x", "ord?", "axis?", "keepdims?"], ([x, order, axis, keep]) =>
    wrap(norm(floats(modulus(x!, order)), order, axis, truth(keep ?? false))),
  ),
  define("vector_norm", ["x", "axis?", "keepdims?", "ord?"], ([x, axis, keep, order]) => {
    const value = floats(x!);
    const axes = isNone(axis) ? range(value.shape.length) : axesOf(axis, value.shape.length);
    return wrap(engine.norm(value, (orderOf(order) ?? 2) as number, axes, truth(keep ?? false)));
  }),
  define("matrix_norm", ["x", "keepdims?", "ord?"], ([x, keep, order]) =>
    wrap(matrixNorm(matrices(x), orderOf(order) ?? "fro", [-2, -1], truth(keep ?? false))),
  ),
  define("solve", ["a", "b"], ([a, b]) =>
    a instanceof ComplexArray || b instanceof ComplexArray
      ? (complexSolve(toArray(a!), toArray(b!)).x ?? fail("Singular matrix"))
      : wrap(solve(squares(a), floats(b!))),
  ),
  define("inv", ["a"], ([a]) =>
    a instanceof ComplexArray
      ? (complexSolve(a, complexIdentity(a.shape[0])).x ?? fail("Singular matrix"))
      : wrap(attempt(() => engine.inv(squares(a)))),
  ),
  define("det", ["a"], ([a]) => {
    if (!(a instanceof ComplexArray)) {
      const value = squares(a);
      return wrap(value instanceof Tensor ? determinants(value) : engine.det(value));
    }
    const { re, im } = complexSolve(a, complexIdentity(a.shape[0])).det;
    return new NpComplex(re, im);
  }),
  define("slogdet", ["a"], ([a]) => {
    const { sign, logdet } = engine.slogdet(squares(a));
    return new Result("SlogdetResult", ["sign", "logabsdet"], [wrap(sign), wrap(logdet)]);
  }),
  define("cholesky", ["a", "upper?"], ([a, upper]) => {
    const above = truth(upper ?? false);
    const value = squares(a);
    const lower = attempt(() => engine.cholesky(above ? engine.transposeMatrices(value) : value));
    return wrap(above ? engine.transposeMatrices(lower) : lower);
  }),
  define("trace", ["x", "offset?"], ([x, offset]) => wrap(engine.trace(asValue(x!), Number(toInt(offset ?? 0n))))),
  define("diagonal", ["x", "offset?"], ([x, offset]) => wrap(engine.diag(asValue(x!), Number(toInt(offset ?? 0n))))),
  define("matrix_transpose", ["x"], ([x]) => wrap(engine.transposeMatrices(asValue(x!)))),
  define("cross", ["x1", "x2", "axis?"], ([a, b, axis]) =>
    wrap(engine.cross(asValue(a!), asValue(b!), Number(toInt(axis ?? -1n)))),
  ),
  define("eigvalsh", ["a", "UPLO?"], ([a, triangle]) => {
    if (isComplex(a!)) return array(hermitian(toArray(a)).values);
    const value = squares(a);
    return array(attempt(() => engine.eigvalsh(triangle === "U" ? engine.transposeMatrices(value) : value)));
  }),
  define("eigh", ["a", "UPLO?"], ([a, triangle]) => {
    if (isComplex(a!)) {
      const { values, vectors } = hermitian(toArray(a));
      return new Result("EighResult", ["eigenvalues", "eigenvectors"], [array(values), vectors]);
    }
    const value = squares(a);
    const { values, vectors } = eighOf(triangle === "U" ? engine.transposeMatrices(value) : value);
    return new Result("EighResult", ["eigenvalues", "eigenvectors"], [array(values), array(vectors)]);
  }),
  define("eigvals", ["a"], ([a]) => {
    const { re, im } = eigen(single(a, "eigvals"));
    return complexOrReal(re, im);
  }),
  define("eig", ["a"], ([a]) => {
    const value = single(a, "eig");
    const n = value.shape[0];
    const { re, im, vectors } = eigen(value);
    const columns = im.some((x) => x !== 0)
      ? complexColumns(vectors, n, im)
      : array(tensor(vectors, "float64", [n, n]));
    return new Result("EigResult", ["eigenvalues", "eigenvectors"], [complexOrReal(re, im), columns]);
  }),
  define("svd", ["a", "full_matrices?", "compute_uv?", "hermitian?"], ([a, full, vectors]) =>
    truth(vectors ?? true) ? svd(matrices(a), truth(full ?? true)) : array(attempt(() => engine.svdvals(matrices(a)))),
  ),
  define("svdvals", ["x"], ([a]) => array(attempt(() => engine.svdvals(matrices(a))))),
  define("qr", ["a", "mode?"], ([a, mode]) => {
    const value = matrices(a);
    const [m, n] = value.shape.slice(-2);
    if (mode === "raw" || (mode === "complete" && m > n))
      raiseError("NotImplementedError", `numpy.linalg.qr with mode='${mode}' is not supported`);
    const { q, r } = attempt(() => engine.qr(value));
    return mode === "r" ? array(r) : new Result("QRResult", ["Q", "R"], [array(q), array(r)]);
  }),
  define("cond", ["x", "p?"], ([x, p]) => wrap(attempt(() => engine.cond(matrices(x), orderOf(p) ?? 2)))),
  define("matrix_rank", ["A", "tol?"], ([a, tol]) => {
    const value = floats(a!);
    if (value.shape.length < 2) return BigInt(Array.from(peek(value).data).some((x) => x !== 0) ? 1 : 0);
    return wrap(attempt(() => engine.matrixRank(value, isNone(tol) ? undefined : Number(tol))));
  }),
  define("matrix_power", ["a", "n"], ([a, n]) => {
    squares(a);
    return wrap(attempt(() => engine.matrixPower(asValue(a!), Number(toInt(n!)))));
  }),
  define("pinv", ["a", "rcond?", "hermitian?", "rtol?"], ([a, rcond, , rtol]) => {
    const given = rtol === undefined ? (rcond ?? undefined) : rtol;
    const value = matrices(a);
    return wrap(attempt(() => engine.pinv(value, given === undefined ? 1e-15 : cutoff(value, given))));
  }),
  define("lstsq", ["a", "b", "rcond?"], ([a, b, rcond]) => {
    const [left, right] = [matrices(a), floats(b!)];
    const [m, n] = left.shape;
    if (m !== right.shape[0]) fail("Incompatible dimensions");
    const part = cutoff(left, rcond);
    const x = attempt(() => engine.lstsq(left, right, part));
    const s = engine.svdvals(left);
    const rank = peek(engine.matrixRank(left, part * peek(s).data[0])).item();
    const squares = engine.sum(engine.square(engine.sub(product(left, x), right)), [0]);
    const residual =
      rank === n && m > n ? engine.reshape(squares, [sizeOf(squares.shape)]) : tensor([], "float64", [0]);
    return new PyTuple([wrap(x), array(residual), BigInt(rank), array(s)]);
  }),
  define("multi_dot", ["arrays"], ([x]) =>
    wrap((x as PyObject & { items: PyValue[] }).items.map(asValue).reduce((p, q) => product(p, q))),
  ),
];
