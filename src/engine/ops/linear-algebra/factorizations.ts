/**
 * QR, eigenvalues of symmetric matrices, singular values. Each factor is an operation of its own: an eigenvalue has a
 * derivative where its vector has none, so what nobody uses must not spoil what somebody does. The numbers of all the
 * factors come from one factorisation, remembered with the matrix.
 *
 * Derivatives after Townsend, "Differentiating the singular value decomposition" (2016), Giles, "Collected matrix
 * derivative results" (2008), Walter and Lehmann, "Algorithmic differentiation of linear algebra functions" (2010).
 */
import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from "ml-matrix";
import { bind } from "../../bind";
import type { Dialect } from "../../dialect";
import { concretize } from "../../interpreters/concretize";
import type { Nonlinear, Type } from "../../op";
import { scalar, sizeOf, tensor, type Value } from "../../tensor";
import {
  abs,
  add,
  div,
  equal,
  greater,
  greaterEqual,
  less,
  mul,
  neg,
  sqrt,
  square as squared,
  sub,
  where,
} from "../elementwise";
import { concat, tril } from "../movement";
import { along } from "../reduce";
import { addAll, sum } from "../structure";
import { triangularSolve } from "./equations";
import {
  batchOf,
  checkFinite,
  columnOf,
  eachMatrix,
  eye,
  floating,
  matricesOf,
  type Rows,
  remembered,
  rowOf,
  scaleOf,
  sizesOf,
  square,
  transposeMatrices,
} from "./matrices";
import { matmul } from "./products";

/**
 * The sign that makes the largest component of a column positive; of components as large but for rounding the last
 * counts. (After svd_flip of scikit-learn. LAPACK's signs follow no such rule.)
 */
function signOf(column: readonly number[]): number {
  const largest = column.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return column.findLast((x) => Math.abs(x) >= largest * (1 - 1e-9))! < 0 ? -1 : 1;
}

/** 1/(xⱼ − xᵢ) for i ≠ j where xᵢ and xⱼ differ; 0 for i = j. @param differences xⱼ − xᵢ */
function reciprocals(differences: Value, dialect: Dialect): Value {
  const diagonal = eye(differences.shape.at(-1)!, { dtype: "bool" });
  const apart = where(diagonal, 1, differences);
  return where(diagonal, 0, reciprocal(apart, dialect));
}

/** 1/x; TensorFlow's kernels of eigenvectors and singular vectors take 0 for 1/0. */
function reciprocal(x: Value, { equalEigenvalues }: Dialect): Value {
  return equalEigenvalues === "zero" ? div(x, add(squared(x), 1e-20)) : div(1, x);
}

const timesColumns = (x: Value, factors: Value): Value => mul(x, rowOf(factors));
const timesRows = (x: Value, factors: Value): Value => mul(x, columnOf(factors));
/** The diagonal of Xᵀ·Y. */
const inners = (x: Value, y: Value): Value => sum(mul(x, y), [-2]);

// ── QR ──────────────────────────────────────────────────────────────────────

/**
 * Householder's reflections with the signs of LAPACK (dgeqr2, dorg2r), of an m×n matrix, m ≥ n, row-major: a column that
 * has only zeros below the diagonal is not reflected, so R may have either sign there.
 */
function householder(a: Float64Array, m: number, n: number): { q: Float64Array; r: Float64Array } {
  const taus = new Float64Array(n);
  const reflect = (x: Float64Array, k: number, tau: number) => {
    for (let j = k + 1; j < n && tau !== 0; j++) {
      let total = x[k * n + j]!;
      for (let i = k + 1; i < m; i++) total += a[i * n + k]! * x[i * n + j]!;
      x[k * n + j]! -= tau * total;
      for (let i = k + 1; i < m; i++) x[i * n + j]! -= tau * a[i * n + k]! * total;
    }
  };
  for (let k = 0; k < n; k++) {
    const alpha = a[k * n + k]!;
    let below = 0;
    for (let i = k + 1; i < m; i++) below = Math.hypot(below, a[i * n + k]!);
    if (below === 0) continue;
    const beta = (alpha < 0 ? 1 : -1) * Math.hypot(alpha, below);
    taus[k] = (beta - alpha) / beta;
    for (let i = k + 1; i < m; i++) a[i * n + k]! /= alpha - beta;
    reflect(a, k, taus[k]!);
    a[k * n + k] = beta;
  }
  const q = new Float64Array(m * n);
  for (let k = n - 1; k >= 0; k--) {
    reflect(q, k, taus[k]!);
    q[k * n + k] = 1 - taus[k]!;
    for (let i = k + 1; i < m; i++) q[i * n + k] = -taus[k]! * a[i * n + k]!;
  }
  const r = a.slice(0, n * n).map((x, at) => (at % n < Math.floor(at / n) ? 0 : x));
  return { q, r };
}

const qrOf = remembered((a) => {
  checkFinite(a, "qr");
  const [m, n] = a.shape.slice(-2) as [number, number];
  const batches = sizeOf(batchOf(a));
  const out = { q: new Float64Array(batches * m * n), r: new Float64Array(batches * n * n) };
  eachMatrix(a, (matrix, batch) => {
    const { q, r } = householder(matrix, m, n);
    out.q.set(q, batch * m * n);
    out.r.set(r, batch * n * n);
  });
  return out;
});

/** The same reflections on elements; guards hold the signs as they are at the point of staging. */
function householderScalars(rows: Rows, dtype: Value["dtype"]): { q: Value[][]; r: Value[][] } {
  const [zero, one] = [scalar(0, dtype), scalar(1, dtype)];
  const n = rows[0]!.length;
  const r = rows.map((row) => [...row]);
  const q: Value[][] = rows.map((_, i) => Array.from({ length: n }, (_, j) => (i === j ? one : zero)));
  const reflections = Array.from({ length: n }, (_, k) => {
    const below = r.slice(k + 1).map((row) => row[k]!);
    const size = below.length > 0 ? addAll(below.map(squared)) : zero;
    if (concretize(equal(size, 0)).item()) return undefined;
    const alpha = r[k]![k]!;
    const length = sqrt(add(squared(alpha), size));
    const beta = concretize(less(alpha, 0)).item() ? length : neg(length);
    const reflection = { tau: div(sub(beta, alpha), beta), v: below.map((x) => div(x, sub(alpha, beta))) };
    for (let j = k + 1; j < n; j++) reflectScalars(r, k, j, reflection);
    r[k]![k] = beta;
    return reflection;
  });
  for (let k = n - 1; k >= 0; k--)
    if (reflections[k]) for (let j = k; j < n; j++) reflectScalars(q, k, j, reflections[k]!);
  return { q, r: r.slice(0, n).map((row, i) => row.map((x, j) => (j < i ? zero : x))) };
}

/** Applies I − τ·v·vᵀ to a column, v being 1 at row k and `v` below. */
function reflectScalars(
  x: Value[][],
  k: number,
  column: number,
  { tau, v }: { tau: Value; v: readonly Value[] },
): void {
  const total = addAll([x[k]![column]!, ...v.map((factor, i) => mul(factor, x[k + 1 + i]![column]!))]);
  const moved = mul(tau, total);
  x[k]![column] = sub(x[k]![column]!, moved);
  v.forEach((factor, i) => {
    x[k + 1 + i]![column] = sub(x[k + 1 + i]![column]!, mul(factor, moved));
  });
}

/** x·R⁻ᵀ */
const overTransposed = (x: Value, r: Value): Value =>
  transposeMatrices(triangularSolve(r, transposeMatrices(x), { lower: false }));
/** x·R⁻¹ */
const over = (x: Value, r: Value): Value =>
  transposeMatrices(triangularSolve(r, transposeMatrices(x), { lower: false, transposed: true }));
/** Strictly below the diagonal: X − Xᵀ, of X itself. */
const skewed = (x: Value): Value => {
  const below = tril(x, -1);
  return sub(below, transposeMatrices(below));
};

/** Q of A = Q·R, [b, m, n] with m ≥ n. */
export const qrQOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "qr_q",
  arity: 1,
  type: ([a]) => a!,
  evaluate: ([a]) => tensor(qrOf(a!).q, a!.dtype, a!.shape),
  reverse(cotangent, [a], q) {
    const m = matmul(transposeMatrices(q), cotangent);
    const inner = sub(tril(sub(m, transposeMatrices(m)), -1), m);
    return [overTransposed(add(cotangent, matmul(q, inner)), bind(qrROp, [a!], undefined))];
  },
  forward([da], [a], q) {
    const x = over(da!, bind(qrROp, [a!], undefined));
    const inner = matmul(transposeMatrices(q), x);
    return add(x, matmul(q, sub(skewed(inner), inner)));
  },
  scalars: ([a], [type]) => matricesOf(a!, type!).flatMap((rows) => householderScalars(rows, type!.dtype).q.flat()),
  batch: ([a]) => bind(qrQOp, [a!], undefined),
};

/** R of A = Q·R: [b, m, n] → [b, n, n], m ≥ n. */
export const qrROp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "qr_r",
  arity: 1,
  type: ([a]) => ({ shape: [...batchOf(a!), a!.shape.at(-1)!, a!.shape.at(-1)!], dtype: a!.dtype }),
  evaluate: ([a]) => tensor(qrOf(a!).r, a!.dtype, qrROp.type([a!], undefined).shape),
  reverse(cotangent, [a], r) {
    const n = matmul(cotangent, transposeMatrices(r));
    const inner = sub(n, tril(sub(n, transposeMatrices(n)), -1));
    return [overTransposed(matmul(bind(qrQOp, [a!], undefined), inner), r)];
  },
  forward([da], [a], r) {
    const inner = matmul(transposeMatrices(bind(qrQOp, [a!], undefined)), over(da!, r));
    return matmul(sub(inner, skewed(inner)), r);
  },
  scalars: ([a], [type]) => matricesOf(a!, type!).flatMap((rows) => householderScalars(rows, type!.dtype).r.flat()),
  batch: ([a]) => bind(qrROp, [a!], undefined),
};

/**
 * A = Q·R with orthonormal columns in Q and R an upper triangle: […, m, n] → […, m, k], […, k, n], k = min(m, n).
 * Signs as LAPACK's (NumPy's). Derivatives need independent columns (of a wide matrix: its first m).
 * @throws RangeError: empty or not finite; in derivatives, singular.
 */
export function qr(a: Value): { q: Value; r: Value } {
  const [m, n] = sizesOf(a, "qr");
  const x = floating(a);
  const head = n > m ? along(x, x.shape.length - 1, m, (i) => i) : x;
  const q = bind(qrQOp, [head], undefined);
  const r = bind(qrROp, [head], undefined);
  if (n <= m) return { q, r };
  const tail = along(x, x.shape.length - 1, n - m, (i) => m + i);
  return { q, r: concat([r, matmul(transposeMatrices(q), tail)], -1) };
}

// ── eigenvalues of symmetric matrices ───────────────────────────────────────

const eigenOf = remembered((a) => {
  checkFinite(a, "eigh");
  const n = a.shape.at(-1)!;
  const batches = sizeOf(batchOf(a));
  const out = { values: new Float64Array(batches * n), vectors: new Float64Array(batches * n * n) };
  eachMatrix(a, (matrix, batch) => {
    const scale = scaleOf(matrix);
    const lower = matrix.map((_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return matrix[Math.max(i, j) * n + Math.min(i, j)]! / scale;
    });
    const found = new EigenvalueDecomposition(Matrix.from1DArray(n, n, lower), { assumeSymmetric: true });
    out.values.set(
      found.realEigenvalues.map((value) => value * scale),
      batch * n,
    );
    for (let j = 0; j < n; j++) {
      const column = found.eigenvectorMatrix.getColumn(j);
      const sign = signOf(column);
      column.forEach((x, i) => {
        out.vectors[(batch * n + i) * n + j] = sign * x;
      });
    }
  });
  return out;
});

const symmetricPart = (x: Value): Value => mul(0.5, add(x, transposeMatrices(x)));

/** What an operation on symmetric matrices sees of a change of its argument. */
const symmetricChange = (x: Value, { symmetricInput }: Dialect): Value =>
  symmetricInput === "lower" ? add(tril(x), transposeMatrices(tril(x, -1))) : symmetricPart(x);

/** The transpose of {@link symmetricChange}. */
const symmetricCotangent = (x: Value, { symmetricInput }: Dialect): Value =>
  symmetricInput === "lower" ? add(tril(x), tril(transposeMatrices(x), -1)) : symmetricPart(x);

/**
 * The parts of a symmetric 2×2 matrix: the mean of its eigenvalues and half their distance, half that of the diagonal.
 * Nothing where eigenvalues are equal: the formulas have no derivative there, the eigenvalues have; a guard says so.
 */
function twoByTwo(rows: Rows): { b: Value; middle: Value; half: Value; radius: Value } | undefined {
  const [[a, above], [below, d]] = rows as [[Value, Value], [Value, Value]];
  const b = mul(0.5, add(above, below));
  const half = mul(0.5, sub(a, d));
  const radius = sqrt(add(squared(half), squared(b)));
  return isPositive(radius) ? { b, middle: mul(0.5, add(a, d)), half, radius } : undefined;
}

const isPositive = (x: Value): boolean => concretize(greater(x, 0)).item() !== 0;

/** The elements for every matrix; nothing if there is nothing for one. */
function forEach(
  matrices: readonly Rows[],
  elements: (rows: Rows) => readonly Value[] | undefined,
): Value[] | undefined {
  const all = matrices.map(elements);
  return all.every((own) => own !== undefined) ? all.flat() : undefined;
}

/** [b, n, n] → [b, n], ascending. */
export const eigenvaluesOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "eigvalsh",
  arity: 1,
  type: ([a]) => ({ shape: a!.shape.slice(0, -1), dtype: a!.dtype }),
  evaluate: ([a]) => tensor(eigenOf(a!).values, a!.dtype, a!.shape.slice(0, -1)),
  reverse(cotangent, [a], _, __, dialect) {
    const v = bind(eigenvectorsOp, [a!], undefined);
    return [symmetricCotangent(matmul(timesColumns(v, cotangent), transposeMatrices(v)), dialect)];
  },
  forward([da], [a], _, __, dialect) {
    const v = bind(eigenvectorsOp, [a!], undefined);
    return inners(v, matmul(symmetricChange(da!, dialect), v));
  },
  scalars: ([a], [type]) =>
    forEach(matricesOf(a!, type!), (rows) => {
      if (rows.length === 1) return rows[0]!;
      const parts = rows.length === 2 ? twoByTwo(rows) : undefined;
      return parts && [sub(parts.middle, parts.radius), add(parts.middle, parts.radius)];
    }),
  batch: ([a]) => bind(eigenvaluesOp, [a!], undefined),
};

/** Eigenvectors in columns, in the order of the eigenvalues: [b, n, n]. */
export const eigenvectorsOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "eigenvectors",
  arity: 1,
  type: ([a]) => a!,
  evaluate: ([a]) => tensor(eigenOf(a!).vectors, a!.dtype, a!.shape),
  reverse(cotangent, [a], v, _, dialect) {
    const vt = transposeMatrices(v);
    const inner = mul(gapsOf(a!, dialect), matmul(vt, cotangent));
    return [symmetricCotangent(matmul(v, matmul(inner, vt)), dialect)];
  },
  forward([da], [a], v, _, dialect) {
    const change = matmul(transposeMatrices(v), matmul(symmetricChange(da!, dialect), v));
    return matmul(v, mul(gapsOf(a!, dialect), change));
  },
  scalars: ([a], [type]) =>
    forEach(matricesOf(a!, type!), (rows) => {
      if (rows.length === 1) return [scalar(1, type!.dtype)];
      const parts = rows.length === 2 ? twoByTwo(rows) : undefined;
      if (!parts) return undefined;
      const { b, half, radius } = parts;
      // Both pairs are eigenvectors; the one that does not cancel has its largest component positive.
      const first = concretize(greaterEqual(half, 0)).item()
        ? [neg(b), add(half, radius)]
        : [sub(radius, half), neg(b)];
      const second = isPositive(half) ? [add(half, radius), b] : [b, sub(radius, half)];
      const unit = ([x, y]: Value[]) => {
        const length = sqrt(add(squared(x!), squared(y!)));
        return [div(x!, length), div(y!, length)];
      };
      const [low, high] = [unit(first), unit(second)];
      return [low[0]!, high[0]!, low[1]!, high[1]!];
    }),
  batch: ([a]) => bind(eigenvectorsOp, [a!], undefined),
};

/** 1/(λⱼ − λᵢ) */
function gapsOf(a: Value, dialect: Dialect): Value {
  const values = bind(eigenvaluesOp, [a], undefined);
  return reciprocals(sub(rowOf(values), columnOf(values)), dialect);
}

/** The eigenvalues of symmetric matrices, ascending: […, n, n] → […, n]; see {@link eigh}. */
export function eigvalsh(a: Value): Value {
  square(a, "eigvalsh");
  return bind(eigenvaluesOp, [floating(a)], undefined);
}

/**
 * A = V·diag(λ)·Vᵀ of symmetric matrices, of which the lower triangle is read: λ ascending […, n], V […, n, n] with the
 * eigenvectors in columns, the largest component of each positive (the last of those equally large). How the gradient
 * treats the two triangles, and what it is where eigenvalues are equal, is the dialect's.
 * @throws RangeError: not square, empty, not finite.
 */
export function eigh(a: Value): { values: Value; vectors: Value } {
  square(a, "eigh");
  const x = floating(a);
  return { values: bind(eigenvaluesOp, [x], undefined), vectors: bind(eigenvectorsOp, [x], undefined) };
}

// ── singular values ─────────────────────────────────────────────────────────

/** Singular values and vectors in numbers: u [b, m, k], s [b, k], vh [b, k, n], k = min(m, n). */
export const singularOf = remembered((a) => {
  checkFinite(a, "svd");
  const [m, n] = a.shape.slice(-2) as [number, number];
  const k = Math.min(m, n);
  const batches = sizeOf(batchOf(a));
  const out = {
    u: new Float64Array(batches * m * k),
    s: new Float64Array(batches * k),
    vh: new Float64Array(batches * k * n),
  };
  eachMatrix(a, (matrix, batch) => {
    const scale = scaleOf(matrix);
    const found = new SingularValueDecomposition(
      Matrix.from1DArray(
        m,
        n,
        matrix.map((x) => x / scale),
      ),
      { autoTranspose: true },
    );
    for (let j = 0; j < k; j++) {
      out.s[batch * k + j] = found.diagonal[j]! * scale;
      const left = found.leftSingularVectors.getColumn(j);
      const right = found.rightSingularVectors.getColumn(j);
      const sign = signOf(left);
      // Of a singular value that is 0, neither vector says what the other's sign is.
      const rightSign = found.diagonal[j] === 0 ? signOf(right) : sign;
      left.forEach((x, i) => {
        out.u[(batch * m + i) * k + j] = sign * x;
      });
      right.forEach((x, i) => {
        out.vh[(batch * k + j) * n + i] = rightSign * x;
      });
    }
  });
  return out;
});

const narrow = ([a]: readonly Type[]) => Math.min(...(a!.shape.slice(-2) as [number, number]));

/** [b, m, n] → [b, min(m, n)], descending. */
export const singularValuesOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "svdvals",
  arity: 1,
  type: ([a]) => ({ shape: [...batchOf(a!), narrow([a!])], dtype: a!.dtype }),
  evaluate: ([a]) => tensor(singularOf(a!).s, a!.dtype, [...batchOf(a!), narrow([a!])]),
  reverse(cotangent, [a]) {
    const { u, vh } = vectorsOf(a!);
    return [matmul(timesColumns(u, cotangent), vh)];
  },
  forward([da], [a]) {
    const { u, vh } = vectorsOf(a!);
    return inners(u, matmul(da!, transposeMatrices(vh)));
  },
  scalars: ([a], [type]) =>
    forEach(matricesOf(a!, type!), (rows) => {
      const wide = rows.length <= rows[0]!.length ? rows : rows[0]!.map((_, j) => rows.map((row) => row[j]!));
      const [x, y] = wide as [Rows[number], Rows[number]?];
      if (wide.length > 2) return undefined;
      if (!y) return isPositive(product(x, x)) ? [sqrt(product(x, x))] : undefined;
      const parts = twoByTwo(wide.map((one) => wide.map((other) => product(one, other))));
      // The product of both, from 2×2 determinants (Cauchy and Binet): what is left of a difference would be rounding.
      const areas = x.flatMap((_, i) => x.slice(i + 1).map((_, k) => detOfColumns(x, y, i, i + 1 + k)));
      const area = areas.length === 1 ? abs(areas[0]!) : sqrt(addAll(areas.map(squared)));
      if (!parts || !isPositive(area)) return undefined;
      const largest = sqrt(add(parts.middle, parts.radius));
      return [largest, div(area, largest)];
    }),
  batch: ([a]) => bind(singularValuesOp, [a!], undefined),
};

const product = (x: readonly Value[], y: readonly Value[]): Value => addAll(x.map((element, i) => mul(element, y[i]!)));
const detOfColumns = (x: readonly Value[], y: readonly Value[], i: number, j: number): Value =>
  sub(mul(x[i]!, y[j]!), mul(x[j]!, y[i]!));

const vectorsOf = (a: Value) => ({
  u: bind(leftSingularOp, [a], undefined),
  vh: bind(rightSingularOp, [a], undefined),
});

/** 1/(sⱼ² − sᵢ²) */
const squareGaps = (s: Value, dialect: Dialect): Value =>
  reciprocals(mul(add(rowOf(s), columnOf(s)), sub(rowOf(s), columnOf(s))), dialect);

const plusTransposed = (x: Value): Value => add(x, transposeMatrices(x));

/** What is left of x outside the space of the orthonormal columns of u. */
const outside = (x: Value, u: Value): Value => sub(x, matmul(u, matmul(transposeMatrices(u), x)));

/** U of A = U·diag(s)·Vᵀ: [b, m, min(m, n)]. */
export const leftSingularOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "svd_u",
  arity: 1,
  type: ([a]) => ({ shape: [...a!.shape.slice(0, -1), narrow([a!])], dtype: a!.dtype }),
  evaluate: ([a]) => tensor(singularOf(a!).u, a!.dtype, leftSingularOp.type([a!], undefined).shape),
  reverse(cotangent, [a], u, _, dialect) {
    const s = bind(singularValuesOp, [a!], undefined);
    const vh = bind(rightSingularOp, [a!], undefined);
    const inner = plusTransposed(mul(squareGaps(s, dialect), matmul(transposeMatrices(u), cotangent)));
    const within = matmul(u, timesColumns(inner, s));
    const [m, n] = sizesOf(a!, "svd");
    return [matmul(m > n ? add(within, timesColumns(outside(cotangent, u), reciprocal(s, dialect))) : within, vh)];
  },
  forward([da], [a], u, _, dialect) {
    const s = bind(singularValuesOp, [a!], undefined);
    const v = transposeMatrices(bind(rightSingularOp, [a!], undefined));
    const moved = matmul(da!, v);
    const inner = plusTransposed(timesColumns(matmul(transposeMatrices(u), moved), s));
    const within = matmul(u, mul(squareGaps(s, dialect), inner));
    const [m, n] = sizesOf(a!, "svd");
    return m > n ? add(within, timesColumns(outside(moved, u), reciprocal(s, dialect))) : within;
  },
  batch: ([a]) => bind(leftSingularOp, [a!], undefined),
};

/** Vᵀ of A = U·diag(s)·Vᵀ: [b, min(m, n), n]. */
export const rightSingularOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "svd_vh",
  arity: 1,
  type: ([a]) => ({ shape: [...batchOf(a!), narrow([a!]), a!.shape.at(-1)!], dtype: a!.dtype }),
  evaluate: ([a]) => tensor(singularOf(a!).vh, a!.dtype, rightSingularOp.type([a!], undefined).shape),
  reverse(cotangent, [a], vh, _, dialect) {
    const s = bind(singularValuesOp, [a!], undefined);
    const u = bind(leftSingularOp, [a!], undefined);
    const inner = plusTransposed(mul(squareGaps(s, dialect), matmul(vh, transposeMatrices(cotangent))));
    const within = matmul(timesRows(inner, s), vh);
    const [m, n] = sizesOf(a!, "svd");
    return [matmul(u, n > m ? add(within, timesRows(outsideRows(cotangent, vh), reciprocal(s, dialect))) : within)];
  },
  forward([da], [a], vh, _, dialect) {
    const s = bind(singularValuesOp, [a!], undefined);
    const ut = transposeMatrices(bind(leftSingularOp, [a!], undefined));
    const moved = matmul(ut, da!);
    const inner = plusTransposed(timesRows(matmul(moved, transposeMatrices(vh)), s));
    // Of Vᵀ, not V: the transpose of what U has, and the gaps change their sign with it.
    const within = neg(matmul(mul(squareGaps(s, dialect), inner), vh));
    const [m, n] = sizesOf(a!, "svd");
    return n > m ? add(within, timesRows(outsideRows(moved, vh), reciprocal(s, dialect))) : within;
  },
  batch: ([a]) => bind(rightSingularOp, [a!], undefined),
};

const outsideRows = (x: Value, vh: Value): Value =>
  transposeMatrices(outside(transposeMatrices(x), transposeMatrices(vh)));

/** Singular values, descending: […, m, n] → […, min(m, n)]; see {@link svd}. */
export function svdvals(a: Value): Value {
  sizesOf(a, "svdvals");
  return bind(singularValuesOp, [floating(a)], undefined);
}

/**
 * A = U·diag(s)·Vᵀ with s descending: […, m, n] → u […, m, k], s […, k], vh […, k, n], k = min(m, n). The largest
 * component of each column of U is positive (the last of those equally large). What the derivative of the vectors is
 * where singular values are equal or zero is the dialect's. @throws RangeError: empty, not finite.
 */
export function svd(a: Value): { u: Value; s: Value; vh: Value } {
  sizesOf(a, "svd");
  const x = floating(a);
  return { ...vectorsOf(x), s: bind(singularValuesOp, [x], undefined) };
}
