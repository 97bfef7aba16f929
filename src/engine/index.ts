/** The engine's public face. */
export {
  type Application,
  addRecorder,
  bind,
  currentSource,
  type Recorder,
  removeRecorder,
  type Source,
  setSource,
  withoutRecorders,
} from "./bind";
export { currentDialect, type Dialect, dialects, withDialect } from "./dialect";
export { type DType, isFloat, layoutOf, promote, roundTo } from "./dtype";
export {
  type Graph,
  gradientNodes,
  indexText,
  NotScalarizable,
  nodesOf,
  type Parameter,
  replay,
  scalarize,
  stage,
} from "./graph/graph";
export { colourColumns, colourSymmetric, jacobianPattern, type SparsityPattern } from "./graph/sparsity";
export { reverseSweep, type SweepStep } from "./graph/sweep";
export { type Axis, Batch, Batched, vmap } from "./interpreters/batch";
export { Dual, jvp, pushforward } from "./interpreters/forward";
export { Expansion, Series } from "./interpreters/series";
export { concretize, type Guard, Input, Node, peek, Stage, TooManyOperations } from "./interpreters/stage";
export { type Gradient, type Missing, Tape } from "./interpreters/tape";
export { interpret, javascriptOf, type Kernel, type Lowered, lower } from "./lower/javascript";
export { type GridKernel, lowerGrid, type Planes, type Role } from "./lower/wasm/grid";
export { dismiss, employ, type Thread } from "./lower/wasm/second";
export type { Elementwise, Op, ProgramTarget } from "./op";
export * from "./ops";
export type { Operand } from "./ops/define";
export {
  allocate,
  broadcastShapes,
  type Data,
  full,
  type Shape,
  sameShape,
  scalar,
  sizeOf,
  Tensor,
  tensor,
  Value,
} from "./tensor";

import { Value } from "./tensor";

/** The special functions of single numbers. */
export * as special from "./ops/special";
/** Learning rates that change over the steps. */
export * as schedules from "./optimize/schedules";

export function isValue(x: unknown): x is Value {
  return x instanceof Value;
}

export {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  amsgrad,
  lion,
  nadam,
  radam,
  rmsprop,
} from "./optimize/adaptive";
export { type Descent, type Descents, descend, descendFromEach } from "./optimize/descend";
export { conjugateGradient, gradientDescent } from "./optimize/descent";
export { gaussNewton, levenbergMarquardt } from "./optimize/least-squares";
export { type End, type Method, minimize, type Progress, type Stopping } from "./optimize/minimize";
export { nelderMead } from "./optimize/nelder-mead";
export { newton, trustRegion } from "./optimize/newton";
export type { LearningRate, Like, Optimizer, Rule, Schedule } from "./optimize/optimizer";
export { type Bounds, leastSquares, type Problem, type Residuals } from "./optimize/problem";
export { bfgs, lbfgs } from "./optimize/quasi-newton";
export { Recording, type Rows, record } from "./optimize/record";
export { momentum, nesterov, sgd } from "./optimize/sgd";
export {
  array2string,
  arrayRepr,
  arrayText,
  floatFormat,
  itemText,
  jaxRepr,
  layOut,
  type PrintOptions,
  printDefaults,
  scalarText,
  shapeText,
  shownPlaces,
  tensorflowRepr,
  tensorflowText,
  tensorflowVariable,
  withExtras,
} from "./print/array";
export {
  arrayCode,
  type Code,
  type CodeOptions,
  codeOf,
  floatCode,
  NotWritable,
  nestedCode,
  templateOf,
} from "./print/code";
export { type Conditions, conditionsOf } from "./print/condition";
export { exponentText, toExponent, toFixed } from "./print/digits";
export { derivativeExpression, type Expression, expressionOf, writtenSize } from "./print/expression";
export { type Formula, type FormulaOptions, formulaOf } from "./print/formula";
export { type BodyOptions, bodyCode, type Case, MOST_DECISIONS } from "./print/function";
export { latex, latexNumber, latexSymbol } from "./print/latex";
export { taylorPolynomial } from "./print/taylor";
export { text } from "./print/text";
export { type TorchPrintOptions, type TorchSuffixes, torchPrintDefaults, torchRepr } from "./print/torch";
export {
  type CheckedDerivative,
  type CheckOptions,
  checkGradient,
  checkHessian,
  checkJacobian,
  type Verdict,
} from "./transforms/check";
export { checkpoint, customGradient, customJvp, type WithPullback, WrongGradientCount } from "./transforms/custom";
export { gradient, hvp, type ValueFunction, valueAndGradient, vjp } from "./transforms/derivatives";
export {
  type Branch,
  centralDifferences,
  Differentiable,
  NotScalar,
  type ParameterType,
  type Prepared,
} from "./transforms/function";
export { atPoints, type GridAxis, type GridOptions, type OnGrid, onGrid } from "./transforms/grid";
export {
  batchJacobian,
  batchJacobianFrom,
  hessian,
  hessians,
  jacobian,
  jacobians,
  jacobiansFrom,
  type Mode,
} from "./transforms/jacobian";
export { leavesOf, type Mapped, mapLeaves, type Structure } from "./transforms/leaves";
export { firstNotFinite, type NotFinite } from "./transforms/not-finite";
export { type SparseDerivative, SparseMatrix, sparseHessian, sparseJacobian } from "./transforms/sparse";
export { nthDerivative, type Term, taylor, taylorTerms } from "./transforms/taylor";
