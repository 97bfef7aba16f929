/**
 * Systems of equations. Derivatives after Giles, "Collected matrix derivative results" (2008), and Murray,
 * "Differentiation of the Cholesky decomposition" (2016). Every loop is bounded by the matrix' size.
 */
import { bind } from "../../bind";
import { promote } from "../../dtype";
import { concretize, glance } from "../../interpreters/concretize";
import type { Nonlinear } from "../../op";
import { broadcastShapes, scalar, sizeOf, tensor, type Value } from "../../tensor";
import { abs, add, div, greaterEqual, mul, neg, sqrt, sub } from "../elementwise";
import { tril, triu } from "../movement";
import { broadcastTo, reshape } from "../structure";
import {
  batchOf,
  eachMatrix,
  floating,
  identity,
  matricesOf,
  type Rows,
  remembered,
  square,
  transposeMatrices,
} from "./matrices";
import { matmul, sideBySide } from "./products";

// ── elimination ─────────────────────────────────────────────────────────────

/** A = P·L·U: L and U in one matrix, the order of the rows, and its sign (0: singular). */
export interface Elimination {
  readonly lu: Float64Array;
  readonly rows: Int32Array;
  readonly sign: number;
}

/** Elimination with partial pivoting, in place. */
export function eliminate(a: Float64Array, n: number): Elimination {
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  let sign = 1;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]!) > Math.abs(a[best * n + k]!)) best = i;
    if (best !== k) {
      sign = -sign;
      [rows[k], rows[best]] = [rows[best]!, rows[k]!];
      for (let j = 0; j < n; j++) [a[k * n + j], a[best * n + j]] = [a[best * n + j]!, a[k * n + j]!];
    }
    const pivot = a[k * n + k]!;
    if (pivot === 0) return { lu: a, rows, sign: 0 };
    for (let i = k + 1; i < n; i++) {
      a[i * n + k]! /= pivot;
      const factor = a[i * n + k]!;
      for (let j = k + 1; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!;
    }
  }
  return { lu: a, rows, sign };
}

/** Of each matrix of a batch. */
export const eliminated = remembered((a) => {
  const found: Elimination[] = [];
  eachMatrix(a, (matrix) => found.push(eliminate(matrix, a.shape.at(-1)!)));
  return found;
});

/** X of A·X = B, which has `width` columns, row-major. @throws RangeError for a singular A. */
export function substitute({ lu, rows, sign }: Elimination, b: ArrayLike<number>, width: number): Float64Array {
  if (sign === 0) throw new RangeError("the matrix is singular");
  const n = rows.length;
  const x = new Float64Array(n * width);
  for (let c = 0; c < width; c++) {
    for (let i = 0; i < n; i++) {
      let total = b[rows[i]! * width + c]!;
      for (let j = 0; j < i; j++) total -= lu[i * n + j]! * x[j * width + c]!;
      x[i * width + c] = total;
    }
    for (let i = n - 1; i >= 0; i--) {
      let total = x[i * width + c]!;
      for (let j = i + 1; j < n; j++) total -= lu[i * n + j]! * x[j * width + c]!;
      x[i * width + c] = total / lu[i * n + i]!;
    }
  }
  return x;
}

/** X of A·X = B for two n×n matrices, row-major; overwrites A. @throws RangeError for a singular A. */
export function solveMatrix(a: Float64Array, b: Float64Array, n: number): Float64Array {
  return substitute(eliminate(a, n), b, n);
}

/**
 * Elimination on the rows of a table whose first columns are a square matrix. The order of pivots is the best one at
 * the point of staging; guards hold it as long as no other pivot would be ten times as large.
 * @returns the sign of the rows' permutation
 */
export function eliminateScalars(table: Value[][]): number {
  const n = table.length;
  let sign = 1;
  for (let k = 0; k < n; k++) {
    const size = (i: number) => Math.abs(glance(table[i]![k]!).item());
    let best = k;
    for (let i = k + 1; i < n; i++) if (size(i) > size(best)) best = i;
    if (best !== k) {
      [table[k], table[best]] = [table[best]!, table[k]!];
      sign = -sign;
    }
    const pivot = table[k]![k]!;
    for (let i = k + 1; i < n; i++) {
      concretize(greaterEqual(abs(pivot), mul(0.1, abs(table[i]![k]!))));
      const factor = div(table[i]![k]!, pivot);
      table[i] = table[i]!.map((element, j) => (j <= k ? element : sub(element, mul(factor, table[k]![j]!))));
    }
  }
  return sign;
}

/** The determinant: a polynomial up to 3×3, by elimination beyond; of no rows 1. */
export function detScalars(rows: Rows, one: Value): Value {
  const n = rows.length;
  const at = (i: number, j: number) => rows[i]![j]!;
  const minor = (i: number, j: number, k: number) => sub(mul(at(i, j), at(i + 1, k)), mul(at(i, k), at(i + 1, j)));
  if (n === 0) return one;
  if (n === 1) return at(0, 0);
  if (n === 2) return minor(0, 0, 1);
  if (n === 3)
    return add(sub(mul(at(0, 0), minor(1, 1, 2)), mul(at(0, 1), minor(1, 0, 2))), mul(at(0, 2), minor(1, 0, 1)));
  const table = rows.map((row) => [...row]);
  const sign = eliminateScalars(table);
  const product = table.map((row, k) => row[k]!).reduce((a, b) => mul(a, b));
  return sign < 0 ? neg(product) : product;
}

/** Row-major elements of x with A·x = b: Cramer's rule up to 3×3, elimination beyond. */
function solveScalars(a: Rows, b: Rows, one: Value): readonly Value[] {
  const n = a.length;
  if (n === 0) return [];
  const width = b[0]!.length;
  if (n <= 3) {
    const determinant = detScalars(a, one);
    const replaced = (column: number, c: number) =>
      a.map((row, i) => row.map((element, j) => (j === column ? b[i]![c]! : element)));
    return a.flatMap((_, i) => b[0]!.map((_, c) => div(detScalars(replaced(i, c), one), determinant)));
  }
  const table = a.map((row, i) => [...row, ...b[i]!]);
  eliminateScalars(table);
  for (let i = n - 1; i >= 0; i--)
    for (let c = n; c < n + width; c++) {
      let total = table[i]![c]!;
      for (let j = i + 1; j < n; j++) total = sub(total, mul(table[i]![j]!, table[j]![c]!));
      table[i]![c] = div(total, table[i]![i]!);
    }
  return table.flatMap((row) => row.slice(n));
}

/** A·x = b for x: [b, n, n], [b, n, k] → [b, n, k]. */
export const solveOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "solve",
  arity: 2,
  type: ([a, b]) => ({ shape: b!.shape, dtype: promote(a!.dtype, b!.dtype) }),
  evaluate([a, b]) {
    const width = b!.shape.at(-1)!;
    const out = new Float64Array(b!.data.length);
    const factors = eliminated(a!);
    eachMatrix(b!, (columns, batch) => {
      out.set(substitute(factors[batch]!, columns, width), batch * columns.length);
    });
    return tensor(out, promote(a!.dtype, b!.dtype), b!.shape);
  },
  reverse(cotangent, [a], out) {
    const right = bind(solveOp, [transposeMatrices(a!), cotangent], undefined);
    return [neg(matmul(right, transposeMatrices(out))), right];
  },
  forward: ([da, db], [a], out) => bind(solveOp, [a!, sub(db!, matmul(da!, out))], undefined),
  scalars: ([a, b], [left, right]) => {
    const rows = matricesOf(a!, left!);
    return matricesOf(b!, right!).flatMap((columns, batch) =>
      solveScalars(rows[batch]!, columns, scalar(1, left!.dtype)),
    );
  },
  batch([a, b], [left]) {
    if (left || a!.shape.length > 2) return solve(a!, b!);
    return sideBySide(b!, (columns) => solve(a!, columns));
  },
};

/** The two sides of a system, brought to one batch; a vector [n] on the right as one column. */
function sides(a: Value, b: Value, name: string): readonly [Value, Value] {
  const n = square(a, name);
  const right = b.shape.length === 1 ? reshape(b, [b.shape[0]!, 1]) : b;
  if (right.shape.at(-2) !== n) throw new RangeError(`${name} of shapes (${a.shape}) and (${b.shape})`);
  const batch = broadcastShapes(batchOf(a), batchOf(right));
  return [broadcastTo(floating(a), [...batch, n, n]), broadcastTo(floating(right), [...batch, n, right.shape.at(-1)!])];
}

const asGiven = (x: Value, b: Value): Value => (b.shape.length === 1 ? reshape(x, x.shape.slice(0, -1)) : x);

/** x with A·x = b; b a vector [n] or matrices […, n, k], batches broadcast. @throws RangeError: not square, singular. */
export function solve(a: Value, b: Value): Value {
  return asGiven(bind(solveOp, sides(a, b, "solve"), undefined), b);
}

/** @throws RangeError: not square, singular. */
export function inv(a: Value): Value {
  return solve(a, identity(square(a, "inv"), batchOf(a), floating(a)));
}

// ── triangular systems ──────────────────────────────────────────────────────

export interface Triangle {
  /** Which triangle is read; the other may hold anything. */
  readonly lower: boolean;
  /** Aᵀ·x = b instead. */
  readonly transposed: boolean;
  /** Ones on the diagonal, whatever stands there. */
  readonly unitDiagonal: boolean;
}

/** What the operation reads of a matrix. */
const readPart = (x: Value, { lower, unitDiagonal }: Triangle): Value =>
  lower ? tril(x, unitDiagonal ? -1 : 0) : triu(x, unitDiagonal ? 1 : 0);

/** The order in which unknowns are found. */
const stepsOf = (n: number, { lower, transposed }: Triangle): number[] =>
  Array.from({ length: n }, (_, k) => (lower === transposed ? n - 1 - k : k));

/** A·x = b for x, A triangular: [b, n, n], [b, n, k] → [b, n, k]. */
export const triangularSolveOp: Nonlinear<Triangle> = {
  kind: "nonlinear",
  name: "triangular_solve",
  arity: 2,
  type: ([a, b]) => ({ shape: b!.shape, dtype: promote(a!.dtype, b!.dtype) }),
  evaluate([a, b], triangle) {
    const [n, width] = b!.shape.slice(-2) as [number, number];
    const out = new Float64Array(b!.data);
    const steps = stepsOf(n, triangle);
    eachMatrix(a!, (matrix, batch) => {
      const at = (i: number, j: number) => matrix[triangle.transposed ? j * n + i : i * n + j]!;
      const start = batch * n * width;
      steps.forEach((i, k) => {
        const pivot = triangle.unitDiagonal ? 1 : at(i, i);
        if (pivot === 0) throw new RangeError("the matrix is singular");
        for (let c = 0; c < width; c++) {
          let total = out[start + i * width + c]!;
          for (let p = 0; p < k; p++) total -= at(i, steps[p]!) * out[start + steps[p]! * width + c]!;
          out[start + i * width + c] = total / pivot;
        }
      });
    });
    return tensor(out, promote(a!.dtype, b!.dtype), b!.shape);
  },
  reverse(cotangent, [a], out, triangle) {
    const right = bind(triangularSolveOp, [a!, cotangent], { ...triangle, transposed: !triangle.transposed });
    const [left, above] = triangle.transposed ? [out, right] : [right, out];
    return [neg(readPart(matmul(left, transposeMatrices(above)), triangle)), right];
  },
  forward([da, db], [a], out, triangle) {
    const part = readPart(da!, triangle);
    const moved = matmul(triangle.transposed ? transposeMatrices(part) : part, out);
    return bind(triangularSolveOp, [a!, sub(db!, moved)], triangle);
  },
  scalars: ([a, b], [left, right], triangle) => {
    const matrices = matricesOf(a!, left!);
    return matricesOf(b!, right!).flatMap((columns, batch) => {
      const x = columns.map((row) => [...row]);
      const steps = stepsOf(x.length, triangle);
      const at = (i: number, j: number) => (triangle.transposed ? matrices[batch]![j]![i]! : matrices[batch]![i]![j]!);
      steps.forEach((i, k) => {
        x[i] = x[i]!.map((element, c) => {
          const total = steps.slice(0, k).reduce((rest, j) => sub(rest, mul(at(i, j), x[j]![c]!)), element);
          return triangle.unitDiagonal ? total : div(total, at(i, i));
        });
      });
      return x.flat();
    });
  },
  batch([a, b], [left], triangle) {
    if (left || a!.shape.length > 2) return triangularSolve(a!, b!, triangle);
    return sideBySide(b!, (columns) => triangularSolve(a!, columns, triangle));
  },
};

/**
 * x with A·x = b (or Aᵀ·x = b), by substitution, reading one triangle of A (default: the lower one); b a vector [n] or
 * matrices […, n, k], batches broadcast. @throws RangeError: not square, or a zero on the diagonal.
 */
export function triangularSolve(
  a: Value,
  b: Value,
  { lower = true, transposed = false, unitDiagonal = false }: Partial<Triangle> = {},
): Value {
  const triangle = { lower, transposed, unitDiagonal };
  return asGiven(bind(triangularSolveOp, sides(a, b, "triangular solve"), triangle), b);
}

// ── Cholesky ────────────────────────────────────────────────────────────────

function choleskyScalars(rows: Rows, zero: Value): readonly Value[] {
  const l: Value[][] = rows.map((row) => row.map(() => zero));
  for (let j = 0; j < rows.length; j++)
    for (let i = j; i < rows.length; i++) {
      // Both triangles count alike, as in the derivative of the whole.
      let total: Value = i === j ? rows[i]![j]! : mul(0.5, add(rows[i]![j]!, rows[j]![i]!));
      for (let k = 0; k < j; k++) total = sub(total, mul(l[i]![k]!, l[j]![k]!));
      l[i]![j] = i === j ? sqrt(total) : div(total, l[j]![j]!);
    }
  return l.flat();
}

/** The lower triangle L with A = L·Lᵀ; reads the lower triangle of A only. */
export const choleskyOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "cholesky",
  arity: 1,
  type: ([a]) => a!,
  evaluate([a]) {
    const n = a!.shape.at(-1)!;
    const out = new Float64Array(sizeOf(a!.shape));
    eachMatrix(a!, (matrix, batch) => {
      const at = (i: number, j: number) => batch * n * n + i * n + j;
      for (let j = 0; j < n; j++)
        for (let i = j; i < n; i++) {
          let total = matrix[i * n + j]!;
          for (let k = 0; k < j; k++) total -= out[at(i, k)]! * out[at(j, k)]!;
          if (i === j && !(total > 0)) throw new RangeError("the matrix is not positive definite");
          out[at(i, j)] = i === j ? Math.sqrt(total) : total / out[at(j, j)]!;
        }
    });
    return tensor(out, a!.dtype, a!.shape);
  },
  // Ā = L⁻ᵀ Φ(Lᵀ L̄) L⁻¹, made symmetric; Φ: the lower triangle with half of the diagonal.
  reverse(cotangent, _, l) {
    const middle = halfDiagonal(matmul(transposeMatrices(l), cotangent));
    const right = backwards(l, transposeMatrices(backwards(l, middle)));
    return [mul(0.5, add(right, transposeMatrices(right)))];
  },
  // L̇ = L Φ(L⁻¹ Ȧ L⁻ᵀ), Ȧ made symmetric.
  forward([da], _, l) {
    const symmetric = mul(0.5, add(da!, transposeMatrices(da!)));
    return matmul(l, halfDiagonal(triangularSolve(l, transposeMatrices(triangularSolve(l, symmetric)))));
  },
  scalars: ([a], [type]) => matricesOf(a!, type!).flatMap((rows) => choleskyScalars(rows, scalar(0, type!.dtype))),
  batch: ([a]) => cholesky(a!),
};

/** Lᵀ·x = b. */
const backwards = (l: Value, b: Value): Value => triangularSolve(l, b, { transposed: true });

function halfDiagonal(x: Value): Value {
  return mul(0.5, add(tril(x), tril(x, -1)));
}

/** @throws RangeError: not square, or not positive definite. */
export function cholesky(a: Value): Value {
  square(a, "cholesky");
  return bind(choleskyOp, [floating(a)], undefined);
}
