/** The table: every operation that there is. */
import type { Op } from "../op";
import * as activations from "./activations";
import * as control from "./control";
import * as convolution from "./convolution";
import * as elementwise from "./elementwise";
import * as linearAlgebra from "./linear-algebra";
import * as losses from "./losses";
import * as movement from "./movement";
import * as reduce from "./reduce";
import * as structure from "./structure";

export * from "./activations";
export * from "./control";
export * from "./convolution";
export * from "./elementwise";
export * from "./linear-algebra";
export * from "./losses";
export * from "./movement";
export * from "./reduce";
export * from "./structure";

/** Every elementwise operation by name; the tests walk it. */
export const elementwiseOps = [
  ...Object.values(elementwise),
  ...Object.values(activations),
  reduce.root,
  reduce.larger,
  reduce.smaller,
  convolution.poolMax,
  convolution.poolMaxWithoutNaN,
  losses.clampedCrossEntropy,
  losses.huber,
  losses.logCosh,
].flatMap((item) => (typeof item === "function" && "op" in item ? [item.op] : []));

/** Functions that generated code calls by name. */
export const helpers = {
  ...elementwise.elementwiseHelpers,
  ...activations.activationHelpers,
  ...convolution.convolutionHelpers,
  ...losses.lossHelpers,
};

/** Every other operation. */
export const structuralOps: readonly Op<never>[] = [
  structure.sumOp,
  structure.broadcastOp,
  structure.reshapeOp,
  structure.takeOp,
  structure.scatterAddOp,
  structure.stackOp,
  structure.castOp,
  structure.readOp,
  structure.stopGradientOp,
  ...linearAlgebra.linearAlgebraOps,
  reduce.maxOp,
  reduce.minOp,
  reduce.cumsumOp,
  movement.concatOp,
  convolution.convOp,
  convolution.convInputOp,
  convolution.convKernelOp,
  convolution.maxPoolOp,
  convolution.poolSelectOp,
  convolution.poolScatterOp,
  control.customOp,
  movement.takeAlongOp,
  movement.addAlongOp,
  movement.argsortOp,
];
