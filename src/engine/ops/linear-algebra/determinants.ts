/** Determinants, with derivatives of singular matrices too, and their logarithms, which do not overflow. */
import { bind } from "../../bind";
import type { Nonlinear, Type } from "../../op";
import { scalar, sizeOf, type Tensor, tensor, type Value } from "../../tensor";
import { abs, log, mul, neg, sign, sub } from "../elementwise";
import { addAll, scatterAdd, sum, take, zeros } from "../structure";
import {
  detScalars,
  type Elimination,
  eliminate,
  eliminated,
  eliminateScalars,
  inv,
  solve,
  substitute,
} from "./equations";
import { singularOf } from "./factorizations";
import {
  batchOf,
  eachMatrix,
  eye,
  floating,
  matricesOf,
  matrixOf,
  type Rows,
  square,
  transposeMatrices,
} from "./matrices";
import { matmul, trace } from "./products";

/** A number for each matrix of a batch, from its elimination. */
function fromPivots(a: Tensor, number: (pivots: readonly number[], elimination: Elimination) => number): Tensor {
  const numbers = eliminated(a).map((elimination) => number(pivotsOf(elimination), elimination));
  return tensor(numbers, a.dtype, batchOf(a));
}

const numberType = ([a]: readonly Type[]): Type => ({ shape: batchOf(a!), dtype: a!.dtype });

const product = (pivots: readonly number[], { sign }: Elimination): number =>
  sign === 0 ? 0 : pivots.reduce((total, pivot) => total * pivot, sign);

const pivotsOf = ({ lu, rows }: Elimination): number[] => Array.from(rows, (_, k) => lu[k * (rows.length + 1)]!);

/** Row-major offsets into an n×n matrix: for each of its elements, what is left without its row and column. */
function minorOffsets(n: number): number[][] {
  const others = (k: number) => Array.from({ length: n - 1 }, (_, i) => (i < k ? i : i + 1));
  return Array.from({ length: n * n }, (_, at) =>
    others(Math.floor(at / n)).flatMap((row) => others(at % n).map((column) => row * n + column)),
  );
}

const chessboard = (at: number, n: number): number => ((Math.floor(at / n) + (at % n)) % 2 === 0 ? 1 : -1);

/** Up to this size cofactors are determinants of minors, exact for numbers that are. */
const SMALL = 4;

/**
 * Of a small matrix the determinants of minors, of a large one det(A)·A⁻ᵀ, or, if it is singular, from A = U·S·Vᵀ:
 * ±U·adj(S)·Vᵀ.
 */
function cofactorsOf(a: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  if (n <= SMALL) {
    minorOffsets(n).forEach((offsets, at) => {
      const minor = eliminate(
        Float64Array.from(offsets, (offset) => a[offset]!),
        n - 1,
      );
      out[at] = chessboard(at, n) * product(pivotsOf(minor), minor);
    });
    return out;
  }
  const elimination = eliminate(a.slice(), n);
  const determinant = product(pivotsOf(elimination), elimination);
  if (determinant !== 0) {
    const inverse = substitute(elimination, eye(n, FLOAT).data, n);
    return out.map((_, at) => determinant * inverse[(at % n) * n + Math.floor(at / n)]!);
  }
  const { u, s, vh } = singularOf(tensor(a, "float64", [n, n]));
  const orientation = [u, vh].reduce((sign, x) => {
    const side = eliminate(x.slice(), n);
    return sign * Math.sign(product(pivotsOf(side), side));
  }, 1);
  for (let k = 0; k < n; k++) {
    const others = s.reduce((total, x, i) => (i === k ? total : total * x), orientation);
    for (let at = 0; at < out.length; at++) out[at]! += others * u[Math.floor(at / n) * n + k]! * vh[k * n + (at % n)]!;
  }
  return out;
}

const FLOAT = { dtype: "float64" } as const;

/** Up to this size the derivative of cofactors is that of minors, right for singular matrices too. */
const DIFFERENTIATED_BY_MINORS = 8;

/** What is left of each matrix without each row and column, [b, n, n] → [b, n, n, n − 1, n − 1], and the signs of the places. */
function minorsOf(a: Value): { minors: Value; offsets: Int32Array; signs: Tensor } {
  const n = a.shape.at(-1)!;
  const one = minorOffsets(n).flat();
  const batch = batchOf(a);
  const offsets = Int32Array.from(
    { length: sizeOf(batch) * one.length },
    (_, at) => Math.floor(at / one.length) * n * n + one[at % one.length]!,
  );
  const signs = tensor(
    Array.from({ length: n * n }, (_, at) => chessboard(at, n)),
    a.dtype,
    [n, n],
  );
  return { minors: take(a, offsets, [...batch, n, n, n - 1, n - 1]), offsets, signs };
}

/** ∂det(A)/∂A: [b, n, n]. Its own derivative takes a matrix larger than 8×8 to be regular. */
export const cofactorOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "cofactor",
  arity: 1,
  type: ([a]) => a!,
  evaluate([a]) {
    const out = new Float64Array(a!.data.length);
    eachMatrix(a!, (matrix, batch) => {
      out.set(cofactorsOf(matrix, a!.shape.at(-1)!), batch * matrix.length);
    });
    return tensor(out, a!.dtype, a!.shape);
  },
  reverse(cotangent, [a], out) {
    if (a!.shape.at(-1)! <= DIFFERENTIATED_BY_MINORS) {
      const { minors, offsets, signs } = minorsOf(a!);
      return [scatterAdd(mul(matrixOf(mul(signs, cotangent)), cofactors(minors)), offsets, a!.shape)];
    }
    // C = det(A)·A⁻ᵀ
    const inverse = transposeMatrices(inv(a!));
    const along = matmul(matmul(out, transposeMatrices(cotangent)), inverse);
    return [sub(mul(matrixOf(sum(mul(cotangent, out), [-2, -1])), inverse), along)];
  },
  forward([da], [a], out) {
    if (a!.shape.at(-1)! <= DIFFERENTIATED_BY_MINORS) {
      const { minors, signs } = minorsOf(a!);
      return mul(signs, sum(mul(cofactors(minors), minorsOf(da!).minors), [-2, -1]));
    }
    const moved = solve(a!, da!);
    return sub(mul(matrixOf(trace(moved)), out), matmul(out, transposeMatrices(moved)));
  },
  scalars: ([a], [type]) =>
    matricesOf(a!, type!).flatMap((rows) => {
      const elements = rows.flat();
      const n = rows.length;
      return minorOffsets(n).map((offsets, at) => {
        const minor = Array.from({ length: n - 1 }, (_, i) =>
          offsets.slice(i * (n - 1), (i + 1) * (n - 1)).map((offset) => elements[offset]!),
        );
        const determinant = detScalars(minor, scalar(1, type!.dtype));
        return chessboard(at, n) < 0 ? neg(determinant) : determinant;
      });
    }),
  batch: ([a]) => cofactors(a!),
};

function cofactors(a: Value): Value {
  return bind(cofactorOp, [a], undefined);
}

/** By elimination: [b, n, n] → [b]. Its derivative is the matrix of cofactors. */
export const detOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "det",
  arity: 1,
  type: numberType,
  evaluate: ([a]) => fromPivots(a!, product),
  reverse: (cotangent, [a]) => [mul(matrixOf(cotangent), cofactors(a!))],
  forward: ([da], [a]) => sum(mul(cofactors(a!), da!), [-2, -1]),
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
