/** Functions of named parameters: values and derivatives at any point, from graphs staged where they are needed. */
import { withoutRecorders } from "../bind";
import { type Dialect, dialects, withDialect } from "../dialect";
import type { DType } from "../dtype";
import {
  type Graph,
  gradientNodes,
  indexText,
  NotScalarizable,
  nodesOf,
  replay,
  scalarize,
  stage,
} from "../graph/graph";
import { jacobianPattern, type SparsityPattern } from "../graph/sparsity";
import { reverseSweep, type SweepStep } from "../graph/sweep";
import { jvp } from "../interpreters/forward";
import { type Input, peek, TooManyOperations } from "../interpreters/stage";
import { type Kernel, kernel, type Lowered, lower, type Numbers, tiered } from "../lower/javascript";
import { type Shape, scalar, sizeOf, type Tensor, tensor, type Value } from "../tensor";
import { type CheckedDerivative, type CheckOptions, checkGradient } from "./check";
import { jacobians } from "./jacobian";

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

/** What a kernel computes of a function of one number: its value (returned), its gradient (written), or both. */
type Part = "value" | "gradient" | "valueAndGradient";

interface Compiled {
  /** Of the result before it fell apart into scalars. */
  readonly shape: Shape;
  /** For formulas. @throws RangeError where the function is not followed into the elements of its arrays. */
  readonly branch: () => Branch;
  readonly value: Lowered;
  /** Outputs first, then their gradients. */
  readonly both: Lowered;
  /** What `value` or `both` writes at the point where the function was staged, without running it; absent: it must run. */
  readonly first?: (what: "value" | "both") => number[];
  /** For each output and each scalar, whether there is no derivative. */
  readonly missing: () => readonly (readonly boolean[])[];
  /** Made to be called very often; `otherwise` answers where a guard does not hold. */
  readonly kernel: (part: Part, otherwise: Kernel) => Kernel;
  /** Those that were made for the search among branches. */
  readonly kernels: { [P in Part]?: Kernel };
  /** Of the one output. */
  readonly hessian: (point: ArrayLike<number>, proceed: () => void) => number[][];
  /** One column of it. */
  readonly column: (point: ArrayLike<number>, k: number) => number[];
}

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
  get gradient(): (point: ArrayLike<number>, out: Numbers) => void {
    return this.kernel("gradient");
  }

  /** Writes the gradient, and returns the value. */
  get valueAndGradient(): Kernel {
    return this.kernel("valueAndGradient");
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
    private readonly call: (inputs: readonly Value[]) => Value,
    private readonly dialect: Dialect = dialects.python,
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
        return gradientNodes(outputs[0]!, inputs, this.dialect).flatMap((entry, k) =>
          entry ? Array.from(peek(entry).data) : new Array<null>(sizeOf(inputs[k]!.shape)).fill(null),
        );
      }),
    );
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

  /** The graph over whole arrays that holds at `point`, for programs. */
  arraysAt(point: ArrayLike<number>): Graph {
    return withoutRecorders(() => this.staged(point));
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
        return overScalars(scalarize(staged), staged.outputs[0]!.shape, this.dialect);
      } catch (error) {
        if (!(error instanceof NotScalarizable || error instanceof TooManyOperations)) throw error;
        return overArrays(staged, this.dialect, error);
      }
    });
  }
}

/** Gradients of graphs up to this size cannot grow beyond what one graph may hold: they wait until they are wanted. */
const MOST_DEFERRED = 10_000;

/** Compiled: what small functions are made of. */
function overScalars(graph: Graph, shape: Shape, dialect: Dialect): Compiled {
  const { inputs, outputs } = graph;
  const zero = scalar(0);
  const gradients = lazily(() => outputs.map((output) => gradientNodes(output, inputs, dialect)));
  const entries = lazily(() => gradients().flatMap((row) => row.map((entry) => entry ?? zero)));
  if (inputs[0] && outputs.length * inputs[0].interpreter.nodes.length > MOST_DEFERRED) gradients();
  const product = lazily(() => hessianTimesVector(inputs, entries().slice(0, inputs.length)));
  const column = (point: ArrayLike<number>, k: number) => {
    const out: number[] = [];
    product()([...Array.from(point), ...inputs.map((_, i) => Number(i === k))], out);
    return out;
  };
  return {
    shape,
    branch: () => ({ graph, gradients: gradients() }),
    missing: lazily(() => gradients().map((row) => row.map((entry) => entry === null))),
    value: tiered(graph),
    both: deferred(() => tiered({ ...graph, outputs: [...outputs, ...entries()] })),
    first: (what) => [...outputs, ...(what === "both" ? entries() : [])].map((value) => peek(value).item()),
    kernel: (part, otherwise) =>
      kernel(graph, part === "value" ? [] : entries(), part === "gradient" ? undefined : outputs[0], otherwise),
    kernels: {},
    hessian: (point, proceed) =>
      inputs.map((_, k) => {
        proceed();
        return column(point, k);
      }),
    column,
  };
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function deferred(make: () => Lowered): Lowered {
  const run = lazily(make);
  return (point, out) => run()(point, out);
}

/** Compiled: the tangents of a gradient's `entries`, at the point and then the direction that it is given. */
function hessianTimesVector(inputs: readonly Input[], entries: readonly Value[]): Lowered {
  const graph = stage(
    ["", "direction of "].flatMap((prefix) => inputs.map(({ name, primal }) => ({ name: prefix + name, primal }))),
    (values) => {
      const directions = values.slice(inputs.length);
      return jvp((...point) => replay(entries, pairs(inputs, point)), values.slice(0, inputs.length), directions)
        .tangent;
    },
    // As large as the gradient makes it, and no larger.
    Infinity,
  );
  return lower(graph);
}

/** A Jacobian of more numbers than this is not computed. */
const MOST_JACOBIAN = 4_000_000;

/** Operation by operation on whole arrays: for what would be too many scalars. `reason` says why there is no formula. */
function overArrays(graph: Graph, dialect: Dialect, reason: RangeError): Compiled {
  const { inputs, guards } = graph;
  const output = graph.outputs[0]!;
  const conditions = guards.map(({ node }) => node);
  const nodes = nodesOf([output, ...conditions]);
  const entries = gradientNodes(output, inputs, dialect);
  const present = entries.filter((entry): entry is Value => entry !== null);
  const slopes = nodesOf(present);
  const rows = sizeOf(output.shape);
  const columns = inputs.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const missing = inputs.flatMap(({ shape }, k) => new Array<boolean>(sizeOf(shape)).fill(entries[k] === null));

  const run = (values: readonly Value[]): { result: Value; holds: boolean } => {
    const [result, ...seen] = replay([output, ...conditions], pairs(inputs, values), nodes);
    return { result: result!, holds: seen.every((value, k) => sameData(peek(value), conditions[k]!.primal)) };
  };
  const value: Lowered = (point, out) => {
    const { result, holds } = run(unflatten(inputs, point));
    if (holds) write(peek(result).data, out, 0);
    return holds;
  };
  const both: Lowered = (point, out) => {
    if (rows * columns > MOST_JACOBIAN) throw new RangeError(`a Jacobian of ${rows} × ${columns} numbers`);
    if (!value(point, out)) return false;
    const blocks = jacobians((...values) => run(values).result)(...unflatten(inputs, point));
    rowsOf(blocks, rows).forEach((row, k) => {
      write(row, out, rows + k * columns);
    });
    return true;
  };
  const quietly =
    (body: Lowered): Lowered =>
    (point, out) =>
      withDialect(dialect, () => withoutRecorders(() => body(point, out)));
  return {
    shape: output.shape,
    branch: () => {
      throw reason;
    },
    missing: () => Array.from({ length: rows }, () => missing),
    value: quietly(value),
    both: quietly(both),
    kernel: (part, otherwise) => {
      const all: number[] = [];
      const run = part === "value" ? quietly(value) : quietly(both);
      return (point, out) => {
        if (!run(point, all)) return otherwise(point, out);
        if (part !== "value") for (let i = 0; i < columns; i++) out[i] = all[i + 1]!;
        return all[0]!;
      };
    },
    kernels: {},
    column: (point, k) => {
      const unit = unflatten(
        inputs,
        Array.from(point, (_, i) => Number(i === k)),
      );
      const { tangent } = jvp(
        (...values) => replay(present, pairs(inputs, values), slopes),
        unflatten(inputs, point),
        unit,
      );
      return inputs.flatMap(({ shape }, i) => {
        const own = tangent[present.indexOf(entries[i]!)];
        return own ? Array.from(peek(own).data) : new Array<number>(sizeOf(shape)).fill(0);
      });
    },
    hessian: (point, proceed) => {
      const gradient = (...values: Value[]) => {
        proceed();
        return replay(present, pairs(inputs, values), slopes);
      };
      const blocks = jacobians(gradient, "forward")(...unflatten(inputs, point));
      return inputs.flatMap(({ shape }, k) => {
        const own = blocks[present.indexOf(entries[k]!)];
        return own ? rowsOf(own, sizeOf(shape)) : Array.from({ length: sizeOf(shape) }, () => missing.map(() => 0));
      });
    },
  };
}

const pairs = (inputs: readonly Input[], values: readonly Value[]) =>
  new Map<Value, Value>(inputs.map((input, k) => [input, values[k]!]));

/** The rows of a Jacobian that is given by its blocks, one for each input. */
function rowsOf(blocks: readonly Value[], rows: number): number[][] {
  const parts = blocks.map((block) => peek(block).data);
  return Array.from({ length: rows }, (_, row) =>
    parts.flatMap((data) => Array.from(data.slice((row * data.length) / rows, ((row + 1) * data.length) / rows))),
  );
}

/** Writes `data` into `out` from `at` on. */
function write(data: ArrayLike<number>, out: Float64Array | number[], at: number): void {
  for (let i = 0; i < data.length; i++) out[at + i] = data[i]!;
}

const sameData = (a: Tensor, b: Tensor) =>
  a.data.length === b.data.length && a.data.every((x, i) => Object.is(x, b.data[i]));

/** A flat point as the values of parameters or inputs. */
function unflatten(
  parameters: readonly { readonly shape: Shape; readonly dtype?: DType }[],
  point: ArrayLike<number>,
): Tensor[] {
  let start = 0;
  return parameters.map(({ shape, dtype = "float64" }) => {
    const end = start + sizeOf(shape);
    const values = Array.prototype.slice.call(point, start, end);
    start = end;
    return tensor(values, dtype, shape);
  });
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
