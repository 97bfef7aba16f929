/** Sparse Jacobians and Hessians from few passes: the columns of one colour share a direction. */
import { withoutRecorders } from "../bind";
import { type Graph, gradientNodes, guardsOver, replay, stage } from "../graph/graph";
import {
  type Colouring,
  colourColumns,
  colourSymmetric,
  fewestColours,
  jacobianPattern,
  type SparsityPattern,
  symmetrized,
  transposed,
} from "../graph/sparsity";
import { peek } from "../interpreters/stage";
import { fuse } from "../lower/fuse";
import { lowerLoops } from "../lower/lower-loops";
import { concat, reshape, take, zeros } from "../ops";
import { type Shape, sameNumbers, sizeOf, type Tensor, tensor, type Value } from "../tensor";
import { jvp, vjp } from "./derivatives";

/** A matrix in compressed sparse rows. */
export class SparseMatrix {
  constructor(
    readonly pattern: SparsityPattern,
    /** One for each place of the pattern. */
    readonly values: Float64Array,
  ) {}

  get shape(): readonly [rows: number, columns: number] {
    return this.pattern.shape;
  }

  /** The row of each value. */
  get rows(): Int32Array {
    const { starts, shape } = this.pattern;
    const rows = new Int32Array(this.values.length);
    for (let i = 0; i < shape[0]; i++) rows.fill(i, starts[i], starts[i + 1]);
    return rows;
  }

  /** The column of each value. */
  get columns(): Int32Array {
    return this.pattern.columns;
  }

  /** Rows of numbers, zeros included. */
  toDense(): number[][] {
    const { shape, starts, columns } = this.pattern;
    return Array.from({ length: shape[0] }, (_, i) => {
      const row = new Array<number>(shape[1]).fill(0);
      for (let k = starts[i]!; k < starts[i + 1]!; k++) row[columns[k]!] = this.values[k]!;
      return row;
    });
  }
}

/** A derivative prepared for many points. */
export interface SparseDerivative {
  readonly pattern: SparsityPattern;
  /** Passes that one evaluation takes. */
  readonly passes: number;
  /** `hessian`: Hessian-vector products. */
  readonly mode: "forward" | "reverse" | "hessian";
  /**
   * At another point of the same shape. Where control flow takes another branch there, pattern and colouring are made
   * anew for it, and returned with the matrix.
   * @param values where to write the values, where there is such an array already
   */
  at(x: Value, values?: Float64Array): SparseMatrix;
}

interface Prepared {
  readonly graph: Graph;
  readonly pattern: SparsityPattern;
  readonly colouring: Colouring;
  readonly mode: SparseDerivative["mode"];
  /** Place k is the element `elements[k]` of the pass of colour `passes[k]`. */
  readonly elements: Int32Array;
  readonly passes: Int32Array;
}

/**
 * ∂f/∂x at `x` and wherever control flow takes the same branch: rows are the elements of f(x), columns those of x, both
 * row-major. Columns are grouped in forward mode or rows in reverse, whichever needs fewer passes (Curtis, Powell and
 * Reid, 1974).
 * @throws RangeError for more than 20 million places.
 */
export function sparseJacobian(f: (x: Value) => Value, x: Value): SparseDerivative {
  return sparse(
    (at) => {
      const graph = staged(f, at);
      const pattern = jacobianPattern(graph.outputs, graph.inputs);
      const turned = transposed(pattern);
      // The side that could do with fewer colours goes first; the other is tried only if it still may win.
      const columnsFirst = fewestColours(pattern) <= fewestColours(turned);
      const first = colourColumns(columnsFirst ? pattern : turned);
      const other = columnsFirst ? turned : pattern;
      const second = fewestColours(other) < first.count ? colourColumns(other) : undefined;
      const forward = columnsFirst === !(second && second.count < first.count);
      const colouring = second && second.count < first.count ? second : first;
      const rows = new SparseMatrix(pattern, new Float64Array(pattern.columns.length)).rows;
      const [elements, grouped] = forward ? [rows, pattern.columns] : [pattern.columns, rows];
      const passes = grouped.map((column) => colouring.colours[column]!);
      return { graph, pattern, colouring, mode: forward ? "forward" : "reverse", elements, passes };
    },
    ({ mode, colouring, graph }, at) => {
      const own = (x: Value) => replay(graph.outputs, new Map([[graph.inputs[0]!, x]]))[0]!;
      if (mode === "forward") return directions(colouring, at).map((v) => jvp(own, [at], [v]).tangent);
      const { value, pullback } = vjp(own, [at]);
      return directions(colouring, value).map((v) => pullback(v)[0]!);
    },
    x,
  );
}

/**
 * ∂²f/∂x² at `x` and wherever control flow takes the same branch, from Hessian-vector products: rows and columns are the
 * elements of x, row-major. A star colouring tells the entries apart directly (Coleman and Moré, 1984).
 * @throws RangeError unless f(x) is one number, or for more than 20 million places.
 */
export function sparseHessian(f: (x: Value) => Value, x: Value): SparseDerivative {
  return sparse(
    (at) => {
      const graph = staged(f, at);
      const [output] = graph.outputs as [Value];
      if (sizeOf(output.shape) !== 1)
        throw new RangeError(`a Hessian is of one number, not of shape (${output.shape})`);
      const entry = gradientNodes(output, graph.inputs)[0] ?? zeros(at);
      const pattern = symmetrized(jacobianPattern([entry], graph.inputs));
      const colouring = colourSymmetric(pattern);
      const slope = { ...graph, outputs: [entry] };
      return { graph: slope, pattern, colouring, mode: "hessian", ...direct(pattern, colouring) };
    },
    ({ colouring, graph }, at) => {
      const slope = (x: Value) => replay(graph.outputs, new Map([[graph.inputs[0]!, x]]))[0]!;
      return directions(colouring, at).map((v) => jvp(slope, [at], [v]).tangent);
    },
    x,
  );
}

/** Where each entry stands in the compressed matrix: alone in its own row, or its mirror image is in the other. */
function direct({ starts, columns, shape }: SparsityPattern, { colours, count }: Colouring) {
  const elements = new Int32Array(columns.length);
  const passes = new Int32Array(columns.length);
  const met = new Int32Array(count);
  for (let i = 0; i < shape[0]; i++) {
    for (let k = starts[i]!; k < starts[i + 1]!; k++) met[colours[columns[k]!]!] = 0;
    for (let k = starts[i]!; k < starts[i + 1]!; k++) met[colours[columns[k]!]!]!++;
    for (let k = starts[i]!; k < starts[i + 1]!; k++) {
      const j = columns[k]!;
      const alone = met[colours[j]!] === 1;
      elements[k] = alone ? i : j;
      passes[k] = alone ? colours[j]! : colours[i]!;
    }
  }
  return { elements, passes };
}

function staged(f: (x: Value) => Value, x: Tensor): Graph {
  return withoutRecorders(() => stage([{ name: "x", primal: x }], ([input]) => [f(input!)]));
}

/** For each colour ones at its elements, shaped like `like`. */
function directions({ colours, count }: Colouring, like: { shape: Shape; dtype: Value["dtype"] }): Tensor[] {
  const masks = Array.from({ length: count }, () => new Float64Array(colours.length));
  colours.forEach((colour, i) => {
    masks[colour]![i] = 1;
  });
  return masks.map((mask) => tensor(mask, like.dtype, like.shape));
}

/** Evaluations that are followed operation by operation before loops are compiled. */
const FOLLOWED = 1;

function sparse(
  prepare: (x: Tensor) => Prepared,
  compressed: (prepared: Prepared, x: Value) => Value[],
  start: Value,
): SparseDerivative {
  const first = prepare(peek(start));
  let current = first;
  let count = 0;
  let run: Run | undefined;
  return {
    pattern: first.pattern,
    passes: first.colouring.count,
    mode: first.mode,
    at(x, own) {
      const point = peek(x);
      if (count++ === FOLLOWED) run = compiled(current, compressed);
      const values = own?.length === current.elements.length ? own : new Float64Array(current.elements.length);
      if (run?.(point.data, values)) return new SparseMatrix(current.pattern, values);
      if (!holds(current.graph, point)) {
        current = prepare(point);
        count = 0;
        run = undefined;
      }
      const columns = compressed(current, point).map((value) => peek(value).data);
      const { pattern, elements, passes } = current;
      return new SparseMatrix(
        pattern,
        Float64Array.from(elements, (element, k) => columns[passes[k]!]![element]!),
      );
    },
  };
}

/** Writes the values at a point; false where a guard does not hold. */
type Run = (point: ArrayLike<number>, values: Float64Array) => boolean;

/** All passes as loops; undefined where code generation is forbidden. */
function compiled(prepared: Prepared, compressed: (prepared: Prepared, x: Value) => Value[]): Run | undefined {
  const { graph, elements, passes } = prepared;
  const x = graph.inputs[0]!.primal;
  let guards: Graph["guards"] = [];
  const all = withoutRecorders(() =>
    stage([{ name: "x", primal: x }], ([input]) => {
      guards = guardsOver(graph.guards, new Map([[graph.inputs[0]!, input!]]));
      const columns = compressed(prepared, input!).map((value) => reshape(value, [sizeOf(value.shape)]));
      const length = columns.length === 0 ? 0 : sizeOf(columns[0]!.shape);
      const places = Int32Array.from(elements, (element, k) => passes[k]! * length + element);
      return columns.length === 0 ? [] : [take(concat(columns), places, [places.length])];
    }),
  );
  const run = lowerLoops(fuse({ ...all, guards }), () => Number.NaN, true);
  return run && ((point, values) => !Number.isNaN(run(point, values)));
}

/** Whether every guard of the graph is at `x` what it was where it was staged. */
function holds({ guards, inputs }: Graph, x: Tensor): boolean {
  if (guards.length === 0) return true;
  const values = withoutRecorders(() =>
    replay(
      guards.map(({ node }) => node),
      new Map(inputs.map((input) => [input, x])),
    ),
  );
  return guards.every(({ node }, k) => sameNumbers(peek(values[k]!).data, node.primal.data));
}
