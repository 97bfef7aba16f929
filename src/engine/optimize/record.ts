/** Runs of which every step is kept, in arrays that grow: for charts and tables of whole runs. */
import { type Graph, nodesOf } from "../graph/graph";
import { type Iteration, iteration } from "../lower/iterate";
import { check, type End, type Method, minimize, type Progress, type Stopping, whyStop } from "./minimize";
import type { Optimizer, Rule } from "./optimizer";
import { type Bounds, Evaluations, type Problem } from "./problem";
import { MOST_OPERATIONS, MOST_VARIABLES, STEPS_AT_ONCE, StepNumbers, stepGraph } from "./steps";
import { norm, type Vector } from "./vectors";

/** Runs of fewer steps end before a loop for them would be compiled. */
const FEWEST_BY_LOOP = 200;

/** Rows for which there is room before they are there. */
const MOST_RESERVED = 100_000;

/** Numbers one behind the other, as many as there will be. */
class Column {
  private data = new Float64Array(64);

  /** The array with room for so many; another one than before, perhaps. */
  room(length: number): Float64Array {
    if (length <= this.data.length) return this.data;
    const more = new Float64Array(Math.max(length, 2 * this.data.length));
    more.set(this.data);
    this.data = more;
    return more;
  }

  first(length: number): Float64Array {
    return this.data.subarray(0, length);
  }
}

/** What was recorded so far: a row for the start and one for each step, views that the next `advance` may leave behind. */
export class Recording {
  /** Rows. */
  length = 0;
  /** Why the run ended; undefined while it can go on. */
  end: End | undefined;
  /** How often the problem has been asked so far, for the steps that were taken. */
  evaluations = 0;
  private readonly columns = { parameters: new Column(), values: new Column(), norms: new Column() };

  constructor(
    /** Numbers of a row of `parameters`. */
    readonly size: number,
    private readonly forward: (rows: Recording, most: number) => End | undefined,
  ) {}

  /** A row of parameters behind the other. */
  get parameters(): Float64Array {
    return this.columns.parameters.first(this.length * this.size);
  }

  get values(): Float64Array {
    return this.columns.values.first(this.length);
  }

  /** As of {@link Progress}; NaN where the method uses no gradient. */
  get gradientNorms(): Float64Array {
    return this.columns.norms.first(this.length);
  }

  /** How far each step went, ‖Δx‖₂; 0 for the start. */
  stepLengths(): Float64Array {
    const { parameters, size } = this;
    const difference = new Float64Array(size);
    return Float64Array.from({ length: this.length }, (_, row) => {
      if (row === 0) return 0;
      for (let i = 0; i < size; i++) difference[i] = parameters[row * size + i]! - parameters[(row - 1) * size + i]!;
      return norm(difference);
    });
  }

  /**
   * Goes on by so many rows, fewer where the run ends.
   * @returns why it ended, if it did
   * @throws what the problem throws, unless it is the RangeError of a point outside its domain after the start; what was
   *   recorded before stays
   */
  advance(most: number): End | undefined {
    if (this.end === undefined && most > 0) this.end = this.forward(this, most);
    return this.end;
  }

  /** Room for so many rows more, for who records. */
  room(more: number): { [C in keyof Recording["columns"]]: Float64Array } {
    const rows = this.length + more;
    const { parameters, values, norms } = this.columns;
    return {
      parameters: parameters.room(rows * this.size),
      values: values.room(rows),
      norms: norms.room(rows),
    };
  }
}

/**
 * Runs a method as {@link minimize} does, keeping every step in arrays: nothing is allocated for one, and a rule on a
 * small function is one compiled loop. Nothing runs before the first `advance`.
 *
 * @throws as `minimize`: here for options that make no sense, in `advance` for the rest
 */
export function record<State>(
  problem: Problem,
  start: Vector,
  method: Method | Optimizer<State>,
  options: Stopping & { readonly bounds?: Bounds },
): Recording {
  check(options);
  if ("step" in method && !options.bounds) {
    const run = new OptimizerRun(problem, Float64Array.from(start), method, options);
    return new Recording(start.length, (rows, most) => run.forward(rows, most));
  }
  const run = minimize(problem, start, method, options);
  return new Recording(start.length, (rows, most) => {
    for (let k = 0; k < most; k++) {
      const next = run.next();
      if (next.done) return next.value;
      append(rows, next.value);
    }
    return undefined;
  });
}

function append(rows: Recording, { parameters, value, gradientNorm, evaluations }: Progress): void {
  const row = rows.length;
  const to = rows.room(1);
  to.parameters.set(parameters, row * rows.size);
  to.values[row] = value;
  to.norms[row] = gradientNorm ?? Number.NaN;
  rows.evaluations = evaluations;
  rows.length++;
}

/** For the branches of a function, by their graphs; undefined where there is none. */
type Loops = Map<Graph, Iteration | undefined>;

/** What was compiled for the last optimizer of a problem. */
const known = new WeakMap<Problem, { readonly optimizer: unknown; readonly loops: Loops }>();

/** A first-order optimizer without bounds: parameters and its state change in place. */
class OptimizerRun<State> {
  private readonly size: number;
  /** Parameters, and a part for each slot of a rule. */
  private readonly state: Float64Array;
  /** Of an optimizer without a rule. */
  private readonly own: State | undefined;
  /** Of each row its parameters, gradient and value. */
  private records: Float64Array;
  private readonly rowLength: number;
  private readonly evaluations: Evaluations;
  private readonly numbers: StepNumbers | undefined;
  /** The row at which the run ends at the latest. */
  private readonly last: number;
  private readonly from: readonly Float64Array[];
  private readonly to: readonly Float64Array[];
  private readonly parameters: Float64Array;
  private readonly gradient: Float64Array;
  /** Parameters of the row before. */
  private readonly before: Float64Array;
  private readonly loops: Loops;
  private latest: Iteration | undefined;

  constructor(
    problem: Problem,
    start: Float64Array,
    private readonly optimizer: Optimizer<State>,
    private readonly stopping: Stopping,
  ) {
    const { length: size } = start;
    const { rule } = optimizer;
    const width = 1 + (rule?.slots.length ?? 0);
    this.size = size;
    this.state = new Float64Array(size * width);
    this.state.set(start);
    const parts = Array.from({ length: width }, (_, k) => this.state.subarray(k * size, (k + 1) * size));
    [this.parameters] = parts as [Float64Array];
    this.gradient = new Float64Array(size);
    this.before = new Float64Array(size);
    this.to = parts;
    this.from = [this.parameters, this.gradient, ...parts.slice(1)];
    this.rowLength = 2 * size + 1;
    this.records = new Float64Array(this.rowLength);
    this.evaluations = new Evaluations(problem);
    const before = known.get(problem);
    this.loops = before?.optimizer === optimizer ? before.loops : new Map();
    known.set(problem, { optimizer, loops: this.loops });
    this.numbers = rule && new StepNumbers(rule);
    this.own = rule ? undefined : optimizer.start(size);
    this.last = Math.max(0, Math.min(Math.ceil(stopping.steps), Math.ceil(stopping.evaluations ?? Infinity) - 1));
  }

  forward(rows: Recording, most: number): End | undefined {
    const until = rows.length + most;
    // What is not written to takes no memory, and what is large enough is not copied.
    rows.room(Math.min(until, this.last + 1, rows.length + MOST_RESERVED) - rows.length);
    while (rows.length < until) {
      // The first row says whether the function is there at all.
      const count = Math.min(until, this.last) - rows.length;
      if (rows.length === 0 || this.byLoop(rows, Math.min(count, STEPS_AT_ONCE)) === 0) {
        const end = this.byCall(rows);
        if (end) return end;
      }
      if (rows.end) return rows.end;
    }
    return undefined;
  }

  /** So many rows, fewer where another branch begins or the run ends; how many. */
  private byLoop(rows: Recording, count: number): number {
    const { rowLength } = this;
    const { rule } = this.optimizer;
    if (count <= 0 || !rule || this.state.length > MOST_VARIABLES || this.last < FEWEST_BY_LOOP) return 0;
    let numbers: Float64Array;
    try {
      numbers = this.numbers!.ofGraph(rows.length, count);
    } catch {
      // A schedule's rate is wrong: the step that comes to it says so.
      return 0;
    }
    if (this.records.length < count * rowLength) this.records = new Float64Array(count * rowLength);
    let done = this.latest?.(this.state, numbers, count, this.records) ?? 0;
    if (done === 0) {
      this.latest = this.loopHere(rule);
      done = this.latest?.(this.state, numbers, count, this.records) ?? 0;
    }
    if (done > 0) this.keep(rows, done);
    return done;
  }

  private loopHere(rule: Rule): Iteration | undefined {
    const graph = this.evaluations.problem.gradientAndValueGraph?.(this.parameters);
    if (!graph) return undefined;
    const known = this.loops.get(graph);
    if (known || this.loops.has(graph)) return known;
    const recorded = { ...graph, outputs: [...graph.outputs.slice(0, this.size), ...graph.inputs, ...graph.outputs] };
    const run =
      nodesOf(graph.outputs).length > MOST_OPERATIONS
        ? undefined
        : iteration(stepGraph(recorded, rule), this.state.length);
    this.loops.set(graph, run);
    return run;
  }

  /** One row, and the step after it. */
  private byCall(rows: Recording): End | undefined {
    const { evaluations, parameters, gradient, size, records } = this;
    const step = rows.length;
    let value: number;
    try {
      value = evaluations.valueAndGradient(parameters, gradient);
    } catch (error) {
      if (!(error instanceof RangeError) || step === 0) throw error;
      return { step: step - 1, reason: "failed", message: error.message };
    }
    records.set(parameters);
    records.set(gradient, size);
    records[2 * size] = value;
    this.keep(rows, 1);
    if (rows.end) return rows.end;
    if (step >= this.stopping.steps) return { step, reason: "steps" };
    if (step + 1 >= (this.stopping.evaluations ?? Infinity)) return { step, reason: "evaluations" };
    const { rule } = this.optimizer;
    if (rule) rule.update(this.from, rule.at(step + 1), 0, this.to);
    else this.optimizer.step(parameters, gradient, this.own!);
    return undefined;
  }

  /** Moves rows from the records, up to the one at which the run ends. */
  private keep(rows: Recording, count: number): void {
    const { size, records, rowLength, before, stopping } = this;
    const { parameters, values, norms } = rows.room(count);
    const first = rows.length;
    const watched = hasTests(stopping);
    for (let k = 0; k < count; k++) {
      const row = first + k;
      const at = k * rowLength;
      const value = records[at + 2 * size]!;
      const steepness = norm(records, at + size, at + 2 * size);
      for (let i = 0; i < size; i++) {
        const x = records[at + i]!;
        parameters[row * size + i] = x;
        before[i] = x - before[i]!;
      }
      const length = row === 0 ? 0 : norm(before);
      for (let i = 0; i < size; i++) before[i] = records[at + i]!;
      values[row] = value;
      norms[row] = steepness;
      rows.length = row + 1;
      rows.evaluations = row + 1;
      // A parameter that is not finite makes its step so; the start is looked at more closely.
      const suspect = !(Math.abs(value) < MODERATE && steepness < MODERATE && length < MODERATE) || row === 0;
      if (!suspect && !watched) continue;
      const reason = whyStop(
        { parameters: records.subarray(at, at + size), value, gradient: records.subarray(at + size, at + 2 * size) },
        steepness,
        row === 0 ? undefined : { parameters: before, value: values[row - 1]! },
        length,
        stopping,
      );
      if (reason) {
        rows.end = { step: row, ...reason };
        return;
      }
    }
  }
}

/** Numbers below this are finite, and no sign of a divergence. */
const MODERATE = 1e100;

function hasTests({ gradientTolerance, stepTolerance, decreaseTolerance, target }: Stopping): boolean {
  return [gradientTolerance, stepTolerance, decreaseTolerance, target].some((test) => test !== undefined);
}
