/** Functions of named parameters: values and derivatives at any point, from graphs staged where they are needed. */
import { withoutRecorders } from "../bind";
import { type Dialect, dialects, withDialect } from "../dialect";
import { type Graph, gradientNodes, indexText, replay, scalarize, stage } from "../graph/graph";
import { Dual, Forward } from "../interpreters/forward";
import { type Input, peek } from "../interpreters/stage";
import { type Lowered, lower } from "../lower/javascript";
import { type Shape, scalar, sizeOf, type Tensor, tensor, type Value } from "../tensor";

export interface ParameterType {
  readonly name: string;
  readonly shape: Shape;
}

/** Graphs of a function beyond this many branches are not kept: it is then run anew at every point. */
const MOST_BRANCHES = 64;

/** A graph over scalars that holds where its guards do, with its derivatives. */
export interface Branch {
  /** Its inputs are the scalars of the parameters in order. */
  readonly graph: Graph;
  /** For each output the derivative with respect to each scalar; null where there is none. */
  readonly gradients: readonly (readonly (Value | null)[])[];
}

interface Compiled extends Branch {
  /** Of the result before it fell apart into scalars. */
  readonly shape: Shape;
  readonly value: Lowered;
  /** Outputs first, then their gradients. */
  readonly both: Lowered;
  /** Where `gradients` has null. */
  readonly missing: readonly (readonly boolean[])[];
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
    private readonly call: (inputs: readonly Value[]) => Value,
    private readonly dialect: Dialect = dialects.python,
  ) {
    this.labels = parameters.flatMap(({ name, shape }) =>
      Array.from({ length: sizeOf(shape) }, (_, i) => name + indexText(i, shape)),
    );
  }

  /** The shape of the function's result at `point`. */
  outputShape(point: ArrayLike<number>): Shape {
    return this.branch(point).shape;
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
    return { value: out[0]!, gradient: out.slice(1), missing: branch.missing[0]! };
  }

  /** Result and Jacobian, a row for each element of the result. */
  jacobian(point: ArrayLike<number>): {
    values: number[];
    rows: number[][];
    missing: readonly (readonly boolean[])[];
  } {
    const { branch, out } = this.evaluate("both", point);
    const outputs = branch.graph.outputs.length;
    const n = this.labels.length;
    return {
      values: out.slice(0, outputs),
      rows: Array.from({ length: outputs }, (_, k) => out.slice(outputs + k * n, outputs + (k + 1) * n)),
      missing: branch.missing,
    };
  }

  /** The Hessian, by forward over reverse: one pass for each scalar. @throws NotScalar where the result is an array. */
  hessian(point: ArrayLike<number>, proceed: () => void = () => {}): number[][] {
    const { graph, gradients, shape } = this.branch(point);
    mustBeScalar(shape);
    const gradient = gradients[0]!;
    const present = gradient.filter((entry): entry is Value => entry !== null);
    const columns = () =>
      graph.inputs.map((_, i) => {
        proceed();
        const forward = new Forward();
        const inputs = graph.inputs.map((input, k): [Input, Value] => [
          input,
          new Dual(forward, scalar(point[k]!, input.dtype), k === i ? scalar(1, input.dtype) : null),
        ]);
        const tangents = replay(present, new Map(inputs)).map((value) =>
          value instanceof Dual && value.tangent ? peek(value.tangent).item() : 0,
        );
        let next = 0;
        return gradient.map((entry) => (entry === null ? 0 : tangents[next++]!));
      });
    return withDialect(this.dialect, () => withoutRecorders(columns));
  }

  /** Second derivatives as graph nodes, for formulas; null where the result does not depend on a scalar. */
  secondDerivatives(point: ArrayLike<number>): (Value | null)[][] {
    const { graph, gradients, shape } = this.branch(point);
    mustBeScalar(shape);
    return gradients[0]!.map((entry) =>
      entry ? gradientNodes(entry, graph.inputs, this.dialect) : graph.inputs.map(() => null),
    );
  }

  /** The graph that holds at `point`, with its derivatives: for formulas. */
  branchAt(point: ArrayLike<number>): Branch {
    return this.branch(point);
  }

  private branch(point: ArrayLike<number>): Compiled {
    return this.evaluate("value", point).branch;
  }

  /** Runs the first branch whose guards hold; where none does, the function itself is run once more. */
  private evaluate(what: "value" | "both", point: ArrayLike<number>): { branch: Compiled; out: number[] } {
    const out: number[] = [];
    for (const branch of this.branches) if (branch[what](point, out)) return { branch, out };
    const branch = this.trace(point);
    branch[what](point, out);
    return { branch, out };
  }

  private trace(point: ArrayLike<number>): Compiled {
    const branch = this.compile(point);
    if (this.branches.length < MOST_BRANCHES) this.branches.push(branch);
    return branch;
  }

  private compile(point: ArrayLike<number>): Compiled {
    const staged = withoutRecorders(() =>
      stage(
        this.parameters.map((parameter, k) => ({ name: parameter.name, primal: this.slice(k, point) })),
        (inputs) => [this.call(inputs)],
      ),
    );
    const graph = withoutRecorders(() => scalarize(staged));
    const gradients = graph.outputs.map((output) => gradientNodes(output, graph.inputs, this.dialect));
    const zero = scalar(0);
    return {
      shape: staged.outputs[0]!.shape,
      graph,
      gradients,
      missing: gradients.map((row) => row.map((entry) => entry === null)),
      value: lower(graph),
      both: lower({ ...graph, outputs: [...graph.outputs, ...gradients.flat().map((entry) => entry ?? zero)] }),
    };
  }

  private slice(k: number, point: ArrayLike<number>): Tensor {
    let start = 0;
    for (const { shape } of this.parameters.slice(0, k)) start += sizeOf(shape);
    const { shape } = this.parameters[k]!;
    return tensor(Array.prototype.slice.call(point, start, start + sizeOf(shape)), "float64", shape);
  }
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
