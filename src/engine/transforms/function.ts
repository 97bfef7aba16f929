/** Functions of named parameters: values and derivatives at any point, from graphs staged where they are needed. */
import { withoutRecorders } from "../bind";
import { type Dialect, dialects, withDialect } from "../dialect";
import type { DType } from "../dtype";
import { type Graph, gradientNodes, indexText, NotScalarizable, scalarize, stage } from "../graph/graph";
import { jacobianPattern, type SparsityPattern } from "../graph/sparsity";
import { reverseSweep, type SweepStep } from "../graph/sweep";
import { type Input, peek, TooManyOperations } from "../interpreters/stage";
import type { Kernel, Numbers } from "../lower/javascript";
import { full, type Shape, sizeOf, type Value } from "../tensor";
import { type CheckedDerivative, type CheckOptions, checkGradient } from "./check";
import { type Branch, type Compiled, overArrays, overScalars, type Part, unflatten } from "./compiled";

export type { Branch } from "./compiled";

export interface ParameterType {
  readonly name: string;
  readonly shape: Shape;
}

/** Graphs of a function beyond this many branches are not kept: it is then run anew at every point. */
const MOST_BRANCHES = 64;

/** A {@link Differentiable} ready at very many points: see its `prepare`. Nothing is allocated by a call. */
export class Prepared {
  private readonly kernels: { [P in Part]?: Kernel } = {};

  constructor(private readonly make: (part: Part) => Kernel) {}

  /** The function's value at a point. */
  get value(): (point: ArrayLike<number>) => number {
    // A value writes nothing.
    return this.kernel("value") as (point: ArrayLike<number>) => number;
  }

  /** Writes the gradient, 0 where the result does not depend on a scalar. */
  get gradient(): (point: ArrayLike<number>, out: Float64Array) => void {
    return this.kernel("gradient");
  }

  /** Writes the gradient, and returns the value. */
  get valueAndGradient(): Kernel {
    return this.kernel("valueAndGradient");
  }

  /** Writes the Hessian, row by row. */
  get hessian(): (point: ArrayLike<number>, out: Float64Array) => void {
    return this.kernel("hessian");
  }

  private kernel(part: Part): Kernel {
    this.kernels[part] ??= this.make(part);
    return this.kernels[part];
  }
}

/**
 * A function that is followed by staging. Points are flat: the scalars of all
 * parameters in their order, arrays row-major.
 */
export class Differentiable {
  /** `x1`, `w[0]`: one for each scalar. */
  readonly labels: readonly string[];
  private readonly branches: Compiled[] = [];

  /**
   * @param call runs the function once: on tracers shaped as `parameters` say. It may throw; the error passes through.
   * @param dialect whose conventions hold at kinks
   */
  constructor(
    readonly parameters: readonly ParameterType[],
    readonly call: (inputs: readonly Value[]) => Value,
    readonly dialect: Dialect = dialects.python,
  ) {
    this.labels = parameters.flatMap(({ name, shape }) =>
      Array.from({ length: sizeOf(shape) }, (_, i) => name + indexText(i, shape)),
    );
  }

  /** The shape of the function's result at `point`. */
  outputShape(point: ArrayLike<number>): Shape {
    return this.compiled(point).shape;
  }

  /** For each element of the result and each scalar, whether the one does not depend on the other at `point`. */
  missing(point: ArrayLike<number>): readonly (readonly boolean[])[] {
    return this.compiled(point).missing();
  }

  /** The result's elements. */
  values(point: ArrayLike<number>): number[] {
    return this.evaluate("value", point).out;
  }

  /** The result, which must be one number. @throws NotScalar where it is an array. */
  value(point: ArrayLike<number>): number {
    const { branch, out } = this.evaluate("value", point);
    mustBeScalar(branch.shape);
    return out[0]!;
  }

  /** Value and gradient. `missing[i]`: the result does not depend on scalar i; its gradient is then 0. */
  gradient(point: ArrayLike<number>): { value: number; gradient: number[]; missing: readonly boolean[] } {
    const { branch, out } = this.evaluate("both", point);
    mustBeScalar(branch.shape);
    return { value: out[0]!, gradient: out.slice(1), missing: branch.missing()[0]! };
  }

  /**
   * The function ready to be asked at very many points, of which `point` is one; answers are the same as those of
   * `value` and `gradient`. @throws NotScalar where the result is an array.
   */
  prepare(point: ArrayLike<number>): Prepared {
    const branch = this.compiled(point);
    mustBeScalar(branch.shape);
    return new Prepared((part) => branch.kernel(part, (at, out) => this.search(part, at, out)));
  }

  /**
   * The gradient's elements as a graph over scalars that holds at `point`, 0 where there is no derivative; undefined
   * where the function is not followed into the elements of its arrays.
   * @throws NotScalar where the result is an array
   */
  gradientGraph(point: ArrayLike<number>): Graph | undefined {
    const compiled = this.compiled(point);
    mustBeScalar(compiled.shape);
    return compiled.gradientGraph?.();
  }

  /** As {@link gradientGraph}, with the value behind the gradient's elements. @throws NotScalar where the result is an array */
  gradientAndValueGraph(point: ArrayLike<number>): Graph | undefined {
    const compiled = this.compiled(point);
    mustBeScalar(compiled.shape);
    return compiled.gradientAndValueGraph?.();
  }

  /** Runs the kernel of the branch whose guards hold, the one that held last first; the function itself where none does. */
  private search(part: Part, point: ArrayLike<number>, out: Numbers): number {
    const { branches } = this;
    for (let k = 0; k < branches.length; k++) {
      const branch = branches[k]!;
      mustBeScalar(branch.shape);
      this.missed = false;
      branch.kernels[part] ??= branch.kernel(part, this.miss);
      const value = branch.kernels[part](point, out);
      if (this.missed) continue;
      [branches[0], branches[k]] = [branch, branches[0]!];
      return value;
    }
    if (part === "hessian") {
      const rows = this.hessian(point);
      rows.forEach((row, i) => {
        for (let j = 0; j < row.length; j++) out[i * row.length + j] = row[j]!;
      });
      return 1;
    }
    const { out: all } = this.evaluate("both", point);
    if (part !== "value") for (let i = 1; i < all.length; i++) out[i - 1] = all[i]!;
    return all[0]!;
  }

  private missed = false;
  private readonly miss: Kernel = () => {
    this.missed = true;
    return Number.NaN;
  };

  /** Result and Jacobian, a row for each element of the result. */
  jacobian(point: ArrayLike<number>): {
    values: number[];
    rows: number[][];
    missing: readonly (readonly boolean[])[];
  } {
    const { branch, out } = this.evaluate("both", point);
    const outputs = sizeOf(branch.shape);
    const n = this.labels.length;
    return {
      values: out.slice(0, outputs),
      rows: Array.from({ length: outputs }, (_, k) => out.slice(outputs + k * n, outputs + (k + 1) * n)),
      missing: branch.missing(),
    };
  }

  /**
   * The Hessian, forward over reverse. `proceed` is called now and then; what it throws ends the work.
   * @throws NotScalar where the result is an array.
   */
  hessian(point: ArrayLike<number>, proceed: () => void = () => {}): number[][] {
    const { shape, hessian } = this.compiled(point);
    mustBeScalar(shape);
    return withDialect(this.dialect, () => withoutRecorders(() => hessian(point, proceed)));
  }

  /**
   * The operations on whole arrays at `point`, with what reverse mode passes through each: see {@link reverseSweep}.
   * @throws NotScalar where the result is an array.
   */
  sweep(point: ArrayLike<number>): SweepStep[] {
    return withDialect(this.dialect, () =>
      withoutRecorders(() => {
        const graph = this.staged(point);
        mustBeScalar(graph.outputs[0]!.shape);
        return reverseSweep(graph, this.dialect);
      }),
    );
  }

  /** Where the Jacobian can differ from 0 on the branch that is taken at `point`: see {@link jacobianPattern}. */
  pattern(point: ArrayLike<number>): SparsityPattern {
    const { inputs, outputs } = withoutRecorders(() => this.staged(point));
    return jacobianPattern(outputs, inputs);
  }

  /**
   * The gradient held against the complex step and differences, a row for each scalar: see {@link checkGradient}.
   * @throws NotScalar where the result is an array.
   */
  check(point: ArrayLike<number>, options: CheckOptions = {}): CheckedDerivative[] {
    const { gradient } = this.gradient(point);
    const primals = unflatten(this.parameters, point);
    return withDialect(this.dialect, () =>
      checkGradient(
        (...inputs) => this.call(inputs),
        this.parameters.map(({ name }, k) => ({ name, primal: primals[k]! })),
        gradient,
        options,
      ),
    );
  }

  /**
   * The gradient as float32 has it: the point and every result rounded to it; null where there is none.
   * @throws NotScalar where the result is an array.
   */
  singleGradient(point: ArrayLike<number>): (number | null)[] {
    return withDialect(this.dialect, () =>
      withoutRecorders(() => {
        const { inputs, outputs } = this.staged(point, "float32");
        mustBeScalar(outputs[0]!.shape);
        return numbersOf(gradientNodes(outputs[0]!, inputs, this.dialect), inputs);
      }),
    );
  }

  /**
   * The gradient with the conventions of each of these dialects; null where there is none.
   * @throws NotScalar where the result is an array.
   */
  gradientsIn(point: ArrayLike<number>, dialects: readonly Dialect[]): (number | null)[][] {
    return withoutRecorders(() => {
      const { inputs, outputs } = this.staged(point);
      mustBeScalar(outputs[0]!.shape);
      return dialects.map((dialect) =>
        withDialect(dialect, () => numbersOf(gradientNodes(outputs[0]!, inputs, dialect), inputs)),
      );
    });
  }

  /** Column `k` of the Hessian: how the gradient changes with one scalar. @throws NotScalar where the result is an array. */
  hessianColumn(point: ArrayLike<number>, k: number): number[] {
    const { shape, column } = this.compiled(point);
    mustBeScalar(shape);
    return withDialect(this.dialect, () => withoutRecorders(() => column(point, k)));
  }

  /** Second derivatives as graph nodes, for formulas; null where the result does not depend on a scalar. */
  secondDerivatives(point: ArrayLike<number>): (Value | null)[][] {
    const { shape, branch } = this.compiled(point);
    mustBeScalar(shape);
    const { graph, gradients } = branch();
    return gradients[0]!.map((entry) =>
      entry ? gradientNodes(entry, graph.inputs, this.dialect) : graph.inputs.map(() => null),
    );
  }

  /**
   * The graph that holds at `point`, with its derivatives: for formulas.
   * @throws RangeError where the function is not followed into the elements of its arrays.
   */
  branchAt(point: ArrayLike<number>): Branch {
    return this.compiled(point).branch();
  }

  /** The graph over whole arrays that holds at `point`, for programs; in float32, the point is rounded to it. */
  arraysAt(point: ArrayLike<number>, dtype: DType = "float64"): Graph {
    return withoutRecorders(() => this.staged(point, dtype));
  }

  /** The gradient over whole arrays that holds at `point`, one array for each parameter, 0 where there is none. */
  gradientArrays(point: ArrayLike<number>): Graph {
    return withoutRecorders(() => {
      const graph = this.staged(point);
      const gradient = gradientNodes(graph.outputs[0]!, graph.inputs, this.dialect);
      return { ...graph, outputs: gradient.map((entry, k) => entry ?? full(graph.inputs[k]!.shape, 0)) };
    });
  }

  /** Whether the branch that is taken at one point is known to be taken at another: the function itself is not run. */
  branchHolds(at: ArrayLike<number>, elsewhere: ArrayLike<number>): boolean {
    const out: number[] = [];
    const branchAt = (point: ArrayLike<number>) => this.branches.find((branch) => branch.value(point, out));
    const branch = branchAt(at);
    return branch !== undefined && branch === branchAt(elsewhere);
  }

  private compiled(point: ArrayLike<number>): Compiled {
    return this.evaluate("value", point).branch;
  }

  /** Runs the first branch whose guards hold; where none does, the function itself is run once more. */
  private evaluate(what: "value" | "both", point: ArrayLike<number>): { branch: Compiled; out: number[] } {
    const out: number[] = [];
    for (const branch of this.branches) if (branch[what](point, out)) return { branch, out };
    const branch = this.trace(point);
    if (branch.first) return { branch, out: branch.first(what) };
    branch[what](point, out);
    return { branch, out };
  }

  private trace(point: ArrayLike<number>): Compiled {
    const branch = this.compile(point);
    if (this.branches.length < MOST_BRANCHES) this.branches.push(branch);
    return branch;
  }

  /** The function as operations on whole arrays, each with its value at the point. */
  private staged(point: ArrayLike<number>, dtype: DType = "float64"): Graph {
    const primals = unflatten(
      this.parameters.map(({ shape }) => ({ shape, dtype })),
      point,
    );
    return stage(
      this.parameters.map(({ name }, k) => ({ name, primal: primals[k]! })),
      (inputs) => [this.call(inputs)],
    );
  }

  private compile(point: ArrayLike<number>): Compiled {
    return withoutRecorders(() => {
      const staged = this.staged(point);
      try {
        return overScalars(scalarize(staged), staged, this.dialect);
      } catch (error) {
        if (!(error instanceof NotScalarizable || error instanceof TooManyOperations)) throw error;
        return overArrays(staged, this.dialect, error);
      }
    });
  }
}

/** The entries of a gradient one after the other; null where there is none. */
function numbersOf(entries: readonly (Value | null)[], inputs: readonly Input[]): (number | null)[] {
  return entries.flatMap((entry, k) =>
    entry ? Array.from(peek(entry).data) : new Array<null>(sizeOf(inputs[k]!.shape)).fill(null),
  );
}

/** A result that was asked for as one number is an array. */
export class NotScalar extends RangeError {
  constructor(readonly shape: Shape) {
    super(`the result has shape (${shape.join(", ")}${shape.length === 1 ? "," : ""}), it is not a single number`);
  }
}

function mustBeScalar(shape: Shape): void {
  if (sizeOf(shape) !== 1) throw new NotScalar(shape);
}

/**
 * Central differences, (f(x + h) − f(x − h)) / 2h in each coordinate: error O(h²) + O(ε/h).
 * The default step is that of the document that the project began from.
 */
export function centralDifferences(
  f: (point: readonly number[]) => number,
  point: ArrayLike<number>,
  h = 1e-3,
): number[] {
  return Array.from({ length: point.length }, (_, i) => {
    const moved = Array.from(point);
    moved[i] = point[i]! + h;
    const above = f(moved);
    moved[i] = point[i]! - h;
    return (above - f(moved)) / (2 * h);
  });
}
