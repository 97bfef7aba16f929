/** Determinants, with derivatives of singular matrices too, and their logarithms, which do not overflow. */
import { bind } from "../../bind";
import { concretize } from "../../interpreters/concretize";
import type { Nonlinear, Type } from "../../op";
import { scalar, sizeOf, type Tensor, tensor, type Value } from "../../tensor";
import { abs, log, mul, notEqual, sign, where } from "../elementwise";
import { prod } from "../reduce";
import { addAll, sum, take, zeros } from "../structure";
import { detScalars, type Elimination, eliminated, eliminateScalars, inv, solve } from "./equations";
import { svd } from "./factorizations";
import { batchOf, eye, floating, matricesOf, matrixOf, type Rows, rowOf, square, transposeMatrices } from "./matrices";
import { matmul, trace } from "./products";

/** A number for each matrix of a batch, from its elimination. */
function fromPivots(a: Tensor, number: (pivots: readonly number[], elimination: Elimination) => number): Tensor {
  const n = a.shape.at(-1)!;
  const numbers = eliminated(a).map((elimination) =>
    number(
      Array.from({ length: n }, (_, k) => elimination.lu[k * (n + 1)]!),
      elimination,
    ),
  );
  return tensor(numbers, a.dtype, batchOf(a));
}

const numberType = ([a]: readonly Type[]): Type => ({ shape: batchOf(a!), dtype: a!.dtype });

/** Up to this size all cofactors are determinants of minors: polynomials, right everywhere in derivatives of any order. */
const ALWAYS_BY_MINORS = 4;
/** Up to this size those of singular matrices are. */
const SINGULAR_BY_MINORS = 8;

/**
 * ∂det(A)/∂A. Of a large matrix det(A)·A⁻ᵀ, or, if it is singular, from A = U·S·Vᵀ: ±U·adj(S)·Vᵀ, whose own
 * derivative needs singular values that differ. A graph holds where matrices are singular that were so at its point.
 */
function cofactors(a: Value, determinant: Value): Value {
  const n = a.shape.at(-1)!;
  if (n <= ALWAYS_BY_MINORS) return minors(a);
  if (concretize(notEqual(determinant, 0)).data.every((regular: number) => regular))
    return mul(matrixOf(determinant), transposeMatrices(inv(a)));
  if (n <= SINGULAR_BY_MINORS) return minors(a);
  const { u, s, vh } = svd(a);
  const others = prod(where(eye(n, { dtype: "bool" }), 1, rowOf(s)), [-1]);
  const orientation = mul(bind(detSignOp, [u], undefined), bind(detSignOp, [vh], undefined));
  return mul(matrixOf(orientation), matmul(mul(u, rowOf(others)), vh));
}

/** The determinants of what is left without row i and column j, with the signs of the chessboard. */
function minors(a: Value): Value {
  const n = a.shape.at(-1)!;
  const others = Array.from({ length: n }, (_, k) => Array.from({ length: n - 1 }, (_, i) => (i < k ? i : i + 1)));
  const offsets = others.flatMap((rows) =>
    others.flatMap((columns) => rows.flatMap((row) => columns.map((column) => row * n + column))),
  );
  const batch = batchOf(a);
  const all = Int32Array.from(
    { length: sizeOf(batch) * offsets.length },
    (_, at) => Math.floor(at / offsets.length) * n * n + offsets[at % offsets.length]!,
  );
  const signs = tensor(
    Array.from({ length: n * n }, (_, at) => ((Math.floor(at / n) + (at % n)) % 2 === 0 ? 1 : -1)),
    a.dtype,
    [n, n],
  );
  return mul(signs, det(take(a, all, [...batch, n, n, n - 1, n - 1])));
}

/** By elimination: [b, n, n] → [b]. Its derivative is the matrix of cofactors. */
export const detOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "det",
  arity: 1,
  type: numberType,
  evaluate: ([a]) =>
    fromPivots(a!, (pivots, { sign }) => (sign === 0 ? 0 : pivots.reduce((total, pivot) => total * pivot, sign))),
  reverse: (cotangent, [a], out) => [mul(matrixOf(cotangent), cofactors(a!, out))],
  forward: ([da], [a], out) => sum(mul(cofactors(a!, out), da!), [-2, -1]),
  scalars: ([a], [type]) => matricesOf(a!, type!).map((rows) => detScalars(rows, scalar(1, type!.dtype))),
  batch: ([a]) => det(a!),
  latex: "\\det",
};

/** The determinant; of a 0×0 matrix 1. @throws RangeError if not square. */
export function det(a: Value): Value {
  square(a, "det");
  return bind(detOp, [floating(a)], undefined);
}

/** −1, 0 or 1; constant but where it jumps. */
export const detSignOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "det_sign",
  arity: 1,
  type: numberType,
  evaluate: ([a]) =>
    fromPivots(a!, (pivots, elimination) =>
      pivots.reduce((total, pivot) => total * Math.sign(pivot), elimination.sign),
    ),
  reverse: (_, [a]) => [zeros(a!)],
  forward: (_, [a]) => zeros(numberType([a!])),
  scalars: ([a], [type]) => matricesOf(a!, type!).map((rows) => sign(detScalars(rows, scalar(1, type!.dtype)))),
  batch: ([a]) => bind(detSignOp, [a!], undefined),
};

function logDetScalars(rows: Rows, one: Value): Value {
  if (rows.length <= 3) return log(abs(detScalars(rows, one)));
  const table = rows.map((row) => [...row]);
  eliminateScalars(table);
  return addAll(table.map((row, k) => log(abs(row[k]!))));
}

/** log |det A|, of the pivots one by one: [b, n, n] → [b]. */
export const logAbsDetOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "log_abs_det",
  arity: 1,
  type: numberType,
  evaluate: ([a]) =>
    fromPivots(a!, (pivots, elimination) =>
      elimination.sign === 0 ? -Infinity : pivots.reduce((total, pivot) => total + Math.log(Math.abs(pivot)), 0),
    ),
  reverse: (cotangent, [a]) => [mul(matrixOf(cotangent), transposeMatrices(inv(a!)))],
  forward: ([da], [a]) => trace(solve(a!, da!)),
  scalars: ([a], [type]) => matricesOf(a!, type!).map((rows) => logDetScalars(rows, scalar(1, type!.dtype))),
  batch: ([a]) => bind(logAbsDetOp, [a!], undefined),
};

/**
 * The sign of the determinant, and the logarithm of its size: 0 and −∞ for a singular matrix, which has no derivative.
 * @throws RangeError: not square; in derivatives, singular.
 */
export function slogdet(a: Value): { sign: Value; logdet: Value } {
  square(a, "slogdet");
  const x = floating(a);
  return { sign: bind(detSignOp, [x], undefined), logdet: bind(logAbsDetOp, [x], undefined) };
}
