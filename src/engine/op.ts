/**
 * What an operation is: one entry, all about it in one place. The tables
 * themselves are in ops/.
 */
import type { Complex } from "./complex";
import type { Dialect } from "./dialect";
import type { DType } from "./dtype";
import type { Lanes } from "./lower/wasm/lanes";
import type { Shape, Tensor, Value } from "./tensor";

/** Shape and element type: what is known of a value without its numbers. */
export interface Type {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What a program may be written in: Python with one of its libraries (`math`: plain floats), or JavaScript. */
export type ProgramTarget = "math" | "numpy" | "tensorflow" | "torch" | "jax" | "javascript";

/**
 * Templates in which #1, #2 stand for the arguments and @ for the library's module: `@sin(#1)`, `#1 ** 2`. One text is
 * for Python with every library; `python` is for those that are not named. null: there is no such function.
 */
export type Code = string | { readonly [T in ProgramTarget | "python"]?: string | null };

/** How an operation is written. Names of functions are LaTeX without the backslash where `latex` is absent. */
export interface Notation {
  /** `\sin`, or a template in which #1, #2 stand for the arguments: `\left|#1\right|`. */
  latex?: string;
  /** A JavaScript expression in which #1, #2 stand for the arguments; never evaluates an argument twice. */
  javascript: string;
  /** In programs for people to read and to go on with. JavaScript without one is as above, if it needs no helper. */
  code?: Code;
  /** The same value made of other operations: how it is written where it has no name. */
  definition?: (args: readonly Value[]) => Value;
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
  /** The same for two numbers at once in WebAssembly, to 2 ulp. Absent: `evaluate` is called for each of them. */
  readonly simd?: (x: Lanes, y: Lanes, z: Lanes) => Lanes;
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

/**
 * What becomes of elements, row-major, where an operation only moves, adds or multiplies them: lowering to loops follows
 * it (lower/loops.ts).
 */
export type Movement =
  /** The same elements, converted to the result's type. */
  | { readonly kind: "same" }
  /** Repeated as NumPy broadcasts. */
  | { readonly kind: "broadcast" }
  /** Element i of the result is element offsets[i] of the input. */
  | { readonly kind: "choose"; readonly offsets: Int32Array }
  /** Element i of the input is added to element offsets[i] of zeros. */
  | { readonly kind: "scatter"; readonly offsets: Int32Array }
  /** Along `axes`, in order: the sum from 0, the largest or the smallest, NaN if one is. */
  | { readonly kind: "reduce"; readonly axes: readonly number[]; readonly how: "add" | "max" | "min" }
  /** The inputs' elements, one input behind the other. */
  | { readonly kind: "join" }
  /** […, m, k] · […, k, n], with at most one axis in front that both have. */
  | { readonly kind: "product" };

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
  /** For lowering to loops; absent: loops call `evaluate`. */
  readonly movement?: (attributes: A) => Movement;
  /** A LaTeX template, where the operation shows in formulas at all; absent: `\operatorname{name}(…)`. */
  readonly latex?: string;
  /** For scalars: a JavaScript expression in which #1 stands for the first of them. Absent: it is not lowered. */
  readonly javascript?: string;
  /** Its template in a program, where it can be written in one expression; see {@link Code}. */
  readonly code?: (attributes: A, inputs: readonly Type[], target: ProgramTarget) => string | undefined;
  /** Whether the derivative, or that of what it chooses, jumps at these inputs. */
  readonly kinked?: (inputs: readonly Tensor[], attributes: A) => boolean;
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
