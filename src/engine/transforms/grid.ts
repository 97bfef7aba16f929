/** A function at many points at once: along one axis, on the grid of two, or at any list of points. */
import { type Graph, nodesOf } from "../graph/graph";
import { type GridKernel, lowerGrid, type Planes, type Role } from "../lower/wasm/grid";
import { scalar } from "../tensor";
import type { Branch, Differentiable } from "./function";

/** One of the function's scalars, and the numbers that it takes. */
export interface GridAxis {
  readonly place: number;
  readonly numbers: ArrayLike<number>;
}

export interface GridOptions {
  /** The scalars whose partial derivatives are wanted; by default none. */
  readonly partials?: readonly number[];
  /** Whether what was thrown at a point is a gap, NaN in the result; by default everything thrown passes through. */
  readonly gap?: (error: unknown) => boolean;
  /** Called now and then; what it throws ends the work. */
  readonly proceed?: () => void;
  /** Arrays of the caller's own to write to; by default new ones. */
  readonly out?: OnGrid;
  /**
   * The answer is read before the next question: it may lie in a memory that is used again, which saves the copy. Not
   * with `out`.
   */
  readonly borrow?: boolean;
}

export interface OnGrid {
  /** Row by row: the first axis is the inner one. */
  readonly values: Float64Array;
  /** For each scalar of `partials` its derivative at every point; 0 where the function does not depend on it. */
  readonly partials: readonly Float64Array[];
}

/**
 * The value, and partial derivatives, of a function of one number where its scalars along `axes` take all their numbers,
 * the others being as in `point`. Equal to the values at each point alone within 2 units in the last place of every
 * operation.
 *
 * @param axes the inner one first; one or two
 * @throws NotScalar where the result is an array, and whatever the function throws, unless `gap` says that it is one;
 *   RangeError where an array of `out` is missing or has not one number for each point
 */
export function onGrid(
  f: Differentiable,
  point: ArrayLike<number>,
  axes: readonly [GridAxis] | readonly [GridAxis, GridAxis],
  options: GridOptions = {},
): OnGrid {
  const [inner, outer] = axes;
  const columns = inner.numbers.length;
  const rows = outer ? outer.numbers.length : 1;
  const moved = Array.from(point);
  const moveTo = (index: number) => {
    moved[inner.place] = inner.numbers[index % columns]!;
    if (outer) moved[outer.place] = outer.numbers[Math.floor(index / columns)]!;
    return moved;
  };
  const work = new Work(f, columns * rows, moveTo, options);
  const kernel = work.kernelAt(
    point,
    f.labels.map((_, k) => (k === inner.place ? "inner" : k === outer?.place ? "outer" : "fixed")),
    columns * rows,
  );
  if (!kernel) return work.onePerOne();
  const values = Array.from(point, (x, k) =>
    k === inner.place ? inner.numbers : k === outer?.place ? outer.numbers : x,
  );
  return work.finish(kernel(values, columns, rows));
}

/**
 * As {@link onGrid}, at a list of points.
 * @param points for each scalar its number at every point, or one number for all
 */
export function atPoints(
  f: Differentiable,
  points: readonly (number | ArrayLike<number>)[],
  options: GridOptions = {},
): OnGrid {
  const count = Math.max(1, ...points.map((own) => (typeof own === "number" ? 1 : own.length)));
  const moved = points.map(Number);
  const moveTo = (index: number) => {
    points.forEach((own, k) => {
      moved[k] = typeof own === "number" ? own : own[index]!;
    });
    return moved;
  };
  return new Work(f, count, moveTo, options).everywhere();
}

/** A kernel pays from about so many operations on, those of earlier calls among them: bench/grid.bench.ts measures it. */
const FEWEST_OPERATIONS = 80_000;
/** Points for which a further branch's kernel is made. */
const FEWEST_LEFT = 256;
/** Further branches that get one. */
const MOST_FURTHER = 16;

/** For branches by what they compute: their kernel, null where there is none, or how many operations were done so far. */
const known = new WeakMap<Graph, Map<string, GridKernel | null | number>>();

class Work {
  private own: OnGrid | undefined;
  private readonly wanted: readonly number[];

  constructor(
    private readonly f: Differentiable,
    private readonly count: number,
    /** The point of this index, in an array that is used again and again. */
    private readonly moveTo: (index: number) => number[],
    private readonly options: GridOptions,
  ) {
    this.wanted = options.partials ?? [];
    if (options.out) {
      const arrays = [options.out.values, ...options.out.partials];
      if (arrays.length !== 1 + this.wanted.length || arrays.some((array) => array.length !== count))
        throw new RangeError(`${1 + this.wanted.length} arrays of ${count} numbers are needed to write to`);
      this.own = options.out;
    }
  }

  private get result(): OnGrid {
    this.own ??= {
      values: new Float64Array(this.count),
      partials: this.wanted.map(() => new Float64Array(this.count)),
    };
    return this.own;
  }

  /** The kernel of the branch at a point; undefined where there is none, or where it would not pay. */
  kernelAt(point: ArrayLike<number>, roles: readonly Role[], count: number): GridKernel | undefined {
    const branch = this.branchAt(point);
    if (branch?.graph.outputs.length !== 1) return undefined;
    const own = known.get(branch.graph) ?? new Map<string, GridKernel | null | number>();
    known.set(branch.graph, own);
    const key = `${roles} ${this.wanted}`;
    const before = own.get(key) ?? 0;
    if (typeof before !== "number") return before ?? undefined;
    const partials = this.wanted.map((place) => branch.gradients[0]![place] ?? scalar(0));
    const graph = { ...branch.graph, outputs: [...branch.graph.outputs, ...partials] };
    const operations = before + count * nodesOf(graph.outputs).length;
    const kernel = operations < FEWEST_OPERATIONS ? undefined : (lowerGrid(graph, roles) ?? null);
    own.set(key, kernel === undefined ? operations : kernel);
    return kernel ?? undefined;
  }

  /** Undefined where the function is not followed into scalars, or does not run there. */
  private branchAt(point: ArrayLike<number>): Branch | undefined {
    try {
      return this.f.branchAt(point);
    } catch (error) {
      if (error instanceof RangeError || this.options.gap?.(error)) return undefined;
      throw error;
    }
  }

  /** What a kernel gave for all points, and the rest where its guards did not hold. */
  finish({ outputs, holds }: Planes): OnGrid {
    const [first, ...others] = outputs as [Float64Array, ...Float64Array[]];
    if (this.own) {
      // Where the work ends early, what does not hold must not be there.
      const copy = (own: Float64Array, found: Float64Array) => {
        if (!holds) own.set(found);
        else for (let index = 0; index < this.count; index++) if (holds(index)) own[index] = found[index]!;
      };
      copy(this.own.values, first);
      this.own.partials.forEach((partial, k) => {
        copy(partial, others[k]!);
      });
    } else {
      // Further kernels write over the memory.
      const lent = this.options.borrow && !holds;
      this.own = lent
        ? { values: first, partials: others }
        : { values: first.slice(), partials: others.map((partial) => partial.slice()) };
    }
    if (!holds) return this.own;
    const left: number[] = [];
    for (let index = 0; index < this.count; index++) if (!holds(index)) left.push(index);
    return this.rest(left);
  }

  everywhere(): OnGrid {
    return this.rest(Array.from({ length: this.count }, (_, index) => index));
  }

  onePerOne(): OnGrid {
    for (let index = 0; index < this.count; index++) this.one(index);
    return this.result;
  }

  /** Each of `left` by the kernel of its branch, as long as there are many; then one after the other. */
  private rest(left: readonly number[]): OnGrid {
    const roles = this.f.labels.map((): Role => "inner");
    for (let round = 0; round < MOST_FURTHER && left.length >= FEWEST_LEFT; round++) {
      this.options.proceed?.();
      const kernel = this.kernelAt(this.moveTo(left[0]!), roles, left.length);
      if (!kernel) break;
      const columns = roles.map(() => new Float64Array(left.length));
      left.forEach((index, k) => {
        this.moveTo(index).forEach((x, place) => {
          columns[place]![k] = x;
        });
      });
      const { outputs, holds } = kernel(columns, left.length, 1);
      const next: number[] = [];
      const { values, partials } = this.result;
      left.forEach((index, k) => {
        if (holds && !holds(k)) {
          next.push(index);
          return;
        }
        values[index] = outputs[0]![k]!;
        partials.forEach((partial, p) => {
          partial[index] = outputs[p + 1]![k]!;
        });
      });
      if (next.length === left.length) break;
      left = next;
    }
    for (const index of left) this.one(index);
    return this.result;
  }

  private one(index: number): void {
    this.options.proceed?.();
    const point = this.moveTo(index);
    const { values, partials } = this.result;
    try {
      if (this.wanted.length === 0) {
        values[index] = this.f.value(point);
        return;
      }
      const { value, gradient } = this.f.gradient(point);
      values[index] = value;
      this.wanted.forEach((place, k) => {
        partials[k]![index] = gradient[place]!;
      });
    } catch (error) {
      if (!this.options.gap?.(error)) throw error;
      for (const own of [values, ...partials]) own[index] = Number.NaN;
    }
  }
}
