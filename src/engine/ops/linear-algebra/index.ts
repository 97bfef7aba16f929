/** Products of matrices, equations, factorisations, functions of matrices; batched, as in NumPy, over the axes before the last two. */
import type { Op } from "../../op";
import { cofactorOp, detOp, detSignOp, logAbsDetOp } from "./determinants";
import { choleskyOp, solveOp, triangularSolveOp } from "./equations";
import {
  eigenvaluesOp,
  eigenvectorsOp,
  leftSingularOp,
  qrQOp,
  qrROp,
  rightSingularOp,
  singularValuesOp,
} from "./factorizations";
import { expmAlongOp, expmOp, matrixRankOp, pinvOp } from "./functions";
import { matmulOp } from "./products";

export { det, slogdet } from "./determinants";
export { cholesky, inv, solve, type Triangle, triangularSolve } from "./equations";
export { eigh, eigvalsh, qr, svd, svdvals } from "./factorizations";
export { cond, expm, lstsq, matrixNorm, matrixPower, matrixRank, pinv } from "./functions";
export { transposeMatrices } from "./matrices";
export { cross, dot, einsum, inner, kron, matmul, matmulOp, outer, tensordot, trace } from "./products";

export const linearAlgebraOps: readonly Op<never>[] = [
  matmulOp,
  solveOp,
  triangularSolveOp,
  choleskyOp,
  detOp,
  cofactorOp,
  detSignOp,
  logAbsDetOp,
  qrQOp,
  qrROp,
  eigenvaluesOp,
  eigenvectorsOp,
  singularValuesOp,
  leftSingularOp,
  rightSingularOp,
  pinvOp,
  matrixRankOp,
  expmOp,
  expmAlongOp,
];
