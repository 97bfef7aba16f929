/** One branch of a function, staged and compiled: over scalars where it is small, over arrays where it is not. */
import { withoutRecorders } from "../bind";
import { type Dialect, withDialect } from "../dialect";
import type { DType } from "../dtype";
import { type Graph, gradientNodes, nodesOf, replay, stage } from "../graph/graph";
import { jvp } from "../interpreters/forward";
import { type Input, peek } from "../interpreters/stage";
import { fuse } from "../lower/fuse";
import { type Kernel, kernel, type Lowered, type Numbers, tiered } from "../lower/javascript";
import { operationsOf } from "../lower/loops";
import { lowerLoops } from "../lower/lower-loops";
import { concat, reshape } from "../ops";
import { full, type Shape, sameNumbers, scalar, sizeOf, type Tensor, tensor, type Value } from "../tensor";
import { jacobians } from "./jacobian";

/** A graph over scalars that holds where its guards do, with its derivatives. */
export interface Branch {
  /** Its inputs are the scalars of the parameters in order. */
  readonly graph: Graph;
  /** For each output the derivative with respect to each scalar; null where there is none. */
  readonly gradients: readonly (readonly (Value | null)[])[];
}

/** What a kernel computes of a function of one number: its value (returned), its gradient (written), both, or its Hessian (written). */
export type Part = "value" | "gradient" | "valueAndGradient" | "hessian";

export interface Compiled {
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
  /** The elements of the one output's gradient; absent where the function is not over scalars. */
  readonly gradientGraph?: () => Graph;
  /** The same and then the output. */
  readonly gradientAndValueGraph?: () => Graph;
  /** Those that were made for the search among branches. */
  readonly kernels: { [P in Part]?: Kernel };
  /** Of the one output. */
  readonly hessian: (point: ArrayLike<number>, proceed: () => void) => number[][];
  /** One column of it. */
  readonly column: (point: ArrayLike<number>, k: number) => number[];
}

/** Gradients of graphs up to this size cannot grow beyond what one graph may hold: they wait until they are wanted. */
const MOST_DEFERRED = 10_000;
/** Functions of arrays that take fewer operations on scalars than this are not looked at as loops. */
const FEWEST_LOOPED = 64;
/** An operation of straight code costs as much as so many in a loop, whose body the processor knows already. */
const STRAIGHT = 2;
/** A Hessian is written out element by element if that takes about this many operations at most. */
const MOST_WRITTEN_OUT = 6_000;

/**
 * Compiled: what small functions are made of.
 * @param arrays the graph from which the one over scalars was made
 */
export function overScalars(graph: Graph, arrays: Graph, dialect: Dialect): Compiled {
  const { inputs, outputs } = graph;
  const zero = scalar(0);
  const gradients = lazily(() => outputs.map((output) => gradientNodes(output, inputs, dialect)));
  const entries = lazily(() => gradients().flatMap((row) => row.map((entry) => entry ?? zero)));
  if (inputs[0] && outputs.length * inputs[0].interpreter.nodes.length > MOST_DEFERRED) gradients();
  const looped = lazily(() => arrayKernels(arrays, dialect));
  const product = lazily(() => tiered(hessianTimesVector(inputs, entries().slice(0, inputs.length))));
  const column = (point: ArrayLike<number>, k: number) => {
    const out: number[] = [];
    product()([...Array.from(point), ...inputs.map((_, i) => Number(i === k))], out);
    return out;
  };
  /** Undefined where it would be too long. */
  const hessian = lazily(() => {
    const cones = gradients()[0]!.reduce((total, entry) => total + (entry ? nodesOf([entry]).length : 0), 0);
    if (cones > MOST_WRITTEN_OUT) return undefined;
    // Symmetric: what stands above the diagonal is taken for below.
    const rows = gradients()[0]!.map((entry) => (entry ? gradientNodes(entry, inputs, dialect) : []));
    return inputs.flatMap((_, i) => inputs.map((_, j) => rows[Math.min(i, j)]![Math.max(i, j)] ?? zero));
  });
  const columns: Kernel = (point, out) => {
    inputs.forEach((_, k) => {
      write(column(point, k), out, k * inputs.length);
    });
    return 1;
  };
  return {
    shape: arrays.outputs[0]!.shape,
    branch: () => ({ graph, gradients: gradients() }),
    missing: lazily(() => gradients().map((row) => row.map((entry) => entry === null))),
    value: tiered(graph),
    both: deferred(() => tiered({ ...graph, outputs: [...outputs, ...entries()] })),
    first: (what) => [...outputs, ...(what === "both" ? entries() : [])].map((value) => peek(value).item()),
    gradientGraph: lazily(() => ({ ...graph, outputs: entries() })),
    gradientAndValueGraph: lazily(() => ({ ...graph, outputs: [...entries(), ...outputs] })),
    kernel: (part, otherwise) => {
      if (part === "hessian") {
        const written = hessian();
        if (written) return kernel(graph, written, undefined, otherwise);
        return guarded(kernel(graph, [], undefined, missing), looped()("hessian", missing) ?? columns, otherwise);
      }
      const written = part === "value" ? [] : entries();
      const length = nodesOf([...outputs, ...written]).length;
      const long =
        arrays !== graph && length > FEWEST_LOOPED ? looped()(part, otherwise, STRAIGHT * length) : undefined;
      return long ?? kernel(graph, written, part === "gradient" ? undefined : outputs[0], otherwise);
    },
    kernels: {},
    hessian: (point, proceed) =>
      inputs.map((_, k) => {
        proceed();
        return column(point, k);
      }),
    column,
  };
}

/** What a kernel answers where its guards do not hold and nobody else can. */
const missing: Kernel = () => Number.NaN;

/** `run` where `test` does not answer NaN. */
function guarded(test: Kernel, run: Kernel, otherwise: Kernel): Kernel {
  return (point, out) => (Number.isNaN(test(point, out)) ? otherwise(point, out) : run(point, out));
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

/** The tangents of a gradient's `entries`, at the point and then the direction that the graph is given. */
function hessianTimesVector(inputs: readonly Input[], entries: readonly Value[]): Graph {
  return stage(
    ["", "direction of "].flatMap((prefix) => inputs.map(({ name, primal }) => ({ name: prefix + name, primal }))),
    (values) => {
      const directions = values.slice(inputs.length);
      return jvp((...point) => replay(entries, pairs(inputs, point)), values.slice(0, inputs.length), directions)
        .tangent;
    },
    // As large as the gradient makes it, and no larger.
    Infinity,
  );
}

// ── over arrays ─────────────────────────────────────────────────────────────

/** A Jacobian of more numbers than this is not computed. */
const MOST_JACOBIAN = 4_000_000;
/** A Hessian's directions go through the loops all at once if that takes at most so many numbers for each array. */
const MOST_AT_ONCE = 2_000_000;

/** @param most operations beyond which there is none */
type ArrayKernels = (part: Part, otherwise: Kernel, most?: number) => Kernel | undefined;

/**
 * Loops for a function of one number; undefined where code generation is forbidden, or where the whole Hessian at once
 * would be too much.
 */
function arrayKernels(graph: Graph, dialect: Dialect): ArrayKernels {
  const { inputs, guards } = graph;
  const output = graph.outputs[0]!;
  const entries = lazily(() => gradientNodes(output, inputs, dialect));
  const gradient = lazily(() => entries().map((entry, k) => entry ?? full(inputs[k]!.shape, 0)));
  return (part, otherwise, most = Infinity) => {
    if (part === "hessian") {
      const columns = inputs.reduce((total, { shape }) => total + sizeOf(shape), 0);
      const largest = Math.max(...nodesOf(gradient()).map(({ shape }) => sizeOf(shape)));
      if (columns * largest > MOST_AT_ONCE) return undefined;
      const run = hessianLoops(graph, gradient(), dialect);
      return run && lowerLoops(fuse(run), otherwise, true);
    }
    const wanted = { inputs, guards, outputs: part === "value" ? [] : gradient() };
    const program = fuse(wanted, part === "gradient" ? undefined : output);
    return operationsOf(program) <= most ? lowerLoops(program, otherwise, true) : undefined;
  };
}

/** The rows of the Hessian as one graph: every direction goes through the gradient's operations at once. */
function hessianLoops({ inputs }: Graph, gradient: readonly Value[], dialect: Dialect): Graph | undefined {
  const nodes = nodesOf(gradient);
  const total = inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return withDialect(dialect, () =>
    withoutRecorders(() =>
      stage(
        inputs.map(({ name, primal }) => ({ name, primal })),
        (values) => {
          const blocks = jacobians((...point) => replay(gradient, pairs(inputs, point), nodes), "forward")(...values);
          const rows = gradient.map((entry, k) => {
            const size = sizeOf(entry.shape);
            const own = (blocks as Value[][])[k]!.map((block, i) => reshape(block, [size, sizeOf(inputs[i]!.shape)]));
            return own.length === 1 ? own[0]! : concat(own, 1);
          });
          return [reshape(rows.length === 1 ? rows[0]! : concat(rows, 0), [total * total])];
        },
        Infinity,
      ),
    ),
  );
}

/** Calls of a function of arrays that are followed operation by operation before its loops are compiled. */
const CALLS_FOLLOWED = 2;

/** On whole arrays: for what would be too many scalars. `reason` says why there is no formula. */
export function overArrays(graph: Graph, dialect: Dialect, reason: RangeError): Compiled {
  const { inputs, guards } = graph;
  const output = graph.outputs[0]!;
  const conditions = guards.map(({ node }) => node);
  const nodes = nodesOf([output, ...conditions]);
  const entries = gradientNodes(output, inputs, dialect);
  const present = entries.filter((entry): entry is Value => entry !== null);
  const slopes = nodesOf(present);
  const rows = sizeOf(output.shape);
  const columns = inputs.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const unconnected = inputs.flatMap(({ shape }, k) => new Array<boolean>(sizeOf(shape)).fill(entries[k] === null));

  const run = (values: readonly Value[]): { result: Value; holds: boolean } => {
    const [result, ...seen] = replay([output, ...conditions], pairs(inputs, values), nodes);
    return {
      result: result!,
      holds: seen.every((value, k) => sameNumbers(peek(value).data, conditions[k]!.primal.data)),
    };
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
  const gradient = entries.map((entry, k) => entry ?? full(inputs[k]!.shape, 0));
  const loops = (followed: Lowered, wanted: readonly Value[]): Lowered =>
    thenLoops(quietly(followed), { inputs, guards, outputs: wanted });
  const kernels = arrayKernels(graph, dialect);
  const product = lazily(() => {
    const wanted = hessianTimesVector(inputs, gradient);
    return lowerLoops(fuse(wanted), missing);
  });
  const column = (point: ArrayLike<number>, k: number): number[] => {
    const made = product();
    if (made) {
      const at = Float64Array.from({ length: 2 * columns }, (_, i) =>
        i < columns ? point[i]! : Number(i === columns + k),
      );
      const out = new Float64Array(columns);
      made(at, out);
      return Array.from(out);
    }
    const unit = unflatten(
      inputs,
      Array.from(point, (_, i) => Number(i === k)),
    );
    const { tangent } = jvp(
      (...values) => replay(gradient, pairs(inputs, values), slopes),
      unflatten(inputs, point),
      unit,
    );
    return tangent.flatMap((own) => Array.from(peek(own).data));
  };
  const hessian = (point: ArrayLike<number>, proceed: () => void): number[][] =>
    Array.from({ length: columns }, (_, k) => {
      proceed();
      return column(point, k);
    });
  return {
    shape: output.shape,
    branch: () => {
      throw reason;
    },
    missing: () => Array.from({ length: rows }, () => unconnected),
    value: loops(value, [output]),
    both: rows === 1 ? loops(both, [output, ...gradient]) : quietly(both),
    ...(rows === 1 && {
      first: (what) => [output, ...(what === "both" ? gradient : [])].flatMap((one) => Array.from(peek(one).data)),
    }),
    kernel: (part, otherwise) => {
      const made = kernels(part, otherwise);
      if (made) return made;
      if (part === "hessian")
        return (point, out) => {
          hessian(point, () => {}).forEach((row, k) => {
            write(row, out, k * columns);
          });
          return 1;
        };
      const all: number[] = [];
      const followed = quietly(part === "value" ? value : both);
      return (point, out) => {
        if (!followed(point, all)) return otherwise(point, out);
        if (part !== "value") for (let i = 0; i < columns; i++) out[i] = all[i + 1]!;
        return all[0]!;
      };
    },
    kernels: {},
    column,
    hessian,
  };
}

/** Follows the first calls, then compiles the graph's loops, where that is allowed. */
function thenLoops(followed: Lowered, graph: Graph): Lowered {
  let run = followed;
  let calls = 0;
  return (point, out) => {
    if (calls++ === CALLS_FOLLOWED) {
      const program = fuse(graph);
      const made = lowerLoops(program, missing);
      const room = new Float64Array(program.size);
      if (made)
        run = (at, numbers) => {
          if (Number.isNaN(made(at, room))) return false;
          write(room, numbers, 0);
          return true;
        };
    }
    return run(point, out);
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
function write(data: ArrayLike<number>, out: Numbers, at: number): void {
  for (let i = 0; i < data.length; i++) out[at + i] = data[i]!;
}

/** A flat point as the values of parameters or inputs. */
export function unflatten(
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
