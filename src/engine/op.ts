/**
 * What an operation is: one entry, all about it in one place. The tables
 * themselves are in ops/.
 */
import type { Complex } from "./complex";
import type { Dialect } from "./dialect";
import type { DType } from "./dtype";
import type { Shape, Tensor, Value } from "./tensor";

/** Shape and element type: what is known of a value without its numbers. */
export interface Type {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** How an operation is written. Names of functions are LaTeX without the backslash where `latex` is absent. */
export interface Notation {
  /** `\sin`, or a template in which #1, #2 stand for the arguments: `\left|#1\right|`. */
  latex?: string;
  /** A JavaScript expression in which #1, #2 stand for the arguments; never evaluates an argument twice. */
  javascript: string;
}

interface Named {
  readonly name: string;
  /** How many values it takes. */
  readonly arity: number;
}

/**
 * Applied to each element, with broadcasting. It gives only its partials:
 * forward mode, reverse mode, formulas and generated code all follow from them.
 */
export interface Elementwise extends Named, Notation {
  readonly kind: "elementwise";
  readonly evaluate: (x: number, y: number, z: number) => number;
  /** The element type of the result; absent: the promoted type of the arguments. */
  readonly result?: (dtypes: readonly DType[]) => DType;
  /**
   * ∂out/∂argument, one for each argument, built of operations; `null`: piecewise constant or
   * not defined, so the gradient is missing (`none` says why).
   */
  readonly partials: readonly (((args: readonly Value[], out: Value, dialect: Dialect) => Value | number) | null)[];
  /** Why there is no derivative, where `partials` has null. */
  readonly none?: string;
  /** For each argument the interval in which tests sample; where the operation is defined and smooth but for `kinks`. */
  readonly domain: readonly (readonly [number, number])[];
  /** Arguments at which the derivative jumps, is infinite, or is a matter of convention. */
  readonly kinks?: readonly (readonly number[])[];
  /** A zero cotangent gives zero though the partial is infinite, in dialects whose kernels do so. */
  readonly absorbsZero?: boolean;
  /**
   * Linear in the arguments together, or in each of two separately, as the structural kinds of these names: power
   * series pass coefficient by coefficient, or by Cauchy's product.
   */
  readonly algebra?: "linear" | "bilinear";
  /**
   * The analytic continuation beside the real axis, by a formula of its own: the complex step holds the partials to it.
   * Absent: not analytic, or no formula is known that does not begin from the derivative.
   */
  readonly complex?: (x: Complex, y: Complex, z: Complex) => Complex;
}

/** What every operation on whole arrays says of itself. */
interface Structural<A> extends Named {
  readonly type: (inputs: readonly Type[], attributes: A) => Type;
  readonly evaluate: (inputs: readonly Tensor[], attributes: A) => Tensor;
  /**
   * The elements of the result, row-major, made with operations from those of each input. Formulas, generated code and
   * sparsity come from this; an operation without it, or that gives nothing, is not followed into its elements.
   */
  readonly scalars?: (
    elements: readonly (readonly Value[])[],
    inputs: readonly Type[],
    attributes: A,
  ) => readonly Value[] | undefined;
  /**
   * The operation on every member of a batch at once: inputs that are `batched` have one more axis, the first, and so
   * has the result. Absent: the batch goes through the operation one by one.
   */
  readonly batch?: (inputs: readonly Value[], batched: readonly boolean[], attributes: A) => Value;
  /** A LaTeX template, where the operation shows in formulas at all; absent: `\operatorname{name}(…)`. */
  readonly latex?: string;
  /** For scalars: a JavaScript expression in which #1 stands for the first of them. Absent: it is not lowered. */
  readonly javascript?: string;
}

/** Linear in each of its arguments taken together: it gives its transpose. */
export interface Linear<A> extends Structural<A> {
  readonly kind: "linear";
  /** The cotangent of each input, given that of the output. */
  readonly transpose: (cotangent: Value, inputs: readonly Type[], attributes: A) => readonly Value[];
}

/** Linear in each of its two arguments separately (a product): it gives the transpose in each. */
export interface Bilinear<A> extends Structural<A> {
  readonly kind: "bilinear";
  readonly transposes: readonly [Transpose<A>, Transpose<A>];
}

type Transpose<A> = (cotangent: Value, inputs: readonly Value[], attributes: A) => Value;

/** Neither linear nor elementwise: it says itself how derivatives pass, in both directions, with operations. */
export interface Nonlinear<A> extends Structural<A> {
  readonly kind: "nonlinear";
  /** vᵀ·∂out/∂input for each input; null: none passes through it. */
  readonly reverse: (
    cotangent: Value,
    inputs: readonly Value[],
    out: Value,
    attributes: A,
    dialect: Dialect,
  ) => readonly (Value | null)[];
  /** ∂out/∂inputs·tangents; a missing tangent is given as zeros. */
  readonly forward: (
    tangents: readonly Value[],
    inputs: readonly Value[],
    out: Value,
    attributes: A,
    dialect: Dialect,
  ) => Value;
}

/** No derivative at all: comparisons of shapes, stop_gradient, conversion to integers. */
export interface Constant<A> extends Structural<A> {
  readonly kind: "constant";
  readonly none: string;
}

/** An operation with attributes of type `A` (`undefined` for elementwise ones). */
export type Op<A = unknown> = Elementwise | Linear<A> | Bilinear<A> | Nonlinear<A> | Constant<A>;
