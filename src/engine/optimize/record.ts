/** Runs of which every step is kept, in arrays that grow: for charts and tables of whole runs. */
import { type Graph, nodesOf } from "../graph/graph";
import { type RecordedIteration, recordedIteration } from "../lower/iterate";
import { check, type End, type Method, minimize, type Progress, type Stopping, whyStop } from "./minimize";
import type { Optimizer } from "./optimizer";
import { type Bounds, Box, Evaluations, gradientNorm, type Problem } from "./problem";
import { MOST_OPERATIONS, MOST_VARIABLES, STEPS_AT_ONCE, StepNumbers, stepGraph } from "./steps";
import { distance, norm, type Vector } from "./vectors";

/** Steps, those of earlier runs among them, from which a loop for them pays. */
const FEWEST_BY_LOOP = 200;
/** Other branches of the function for which a loop of their own is made. */
const MOST_BRANCHES = 16;
/** Numbers for which there is room before they are there. */
const MOST_RESERVED = 1 << 20;

const NONE = new Float64Array(0);

/** Numbers one behind the other, as many as there will be. */
class Column {
  private data = NONE;

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

/** Rows of a run, one behind the other: the start, and one for each step. */
export interface Rows {
  /** The step of the first of them; 0 is the start. */
  readonly first: number;
  readonly length: number;
  /** A row of parameters behind the other. */
  readonly parameters: Float64Array;
  readonly values: Float64Array;
  /** As of {@link Progress}; NaN where the method uses no gradient. */
  readonly gradientNorms: Float64Array;
}

/** What was recorded so far, views that the next `advance` may leave behind. */
export class Recording implements Rows {
  first = 0;
  length = 0;
  /** Why the run ended; undefined while it can go on. */
  end: End | undefined;
  /** How often the problem has been asked so far, for the steps that were taken. */
  evaluations = 0;
  private readonly columns = { parameters: new Column(), values: new Column(), norms: new Column() };

  constructor(
    /** Numbers of a row of `parameters`. */
    readonly size: number,
    private readonly forward: (rows: Recording, most: number, pause: () => boolean) => End | undefined,
  ) {}

  get parameters(): Float64Array {
    return this.columns.parameters.first(this.length * this.size);
  }

  get values(): Float64Array {
    return this.columns.values.first(this.length);
  }

  get gradientNorms(): Float64Array {
    return this.columns.norms.first(this.length);
  }

  /** How far each step went, ‖Δx‖₂; 0 for the first row. */
  stepLengths(): Float64Array {
    const { parameters, size } = this;
    const row = (k: number) => parameters.subarray(k * size, (k + 1) * size);
    return Float64Array.from({ length: this.length }, (_, k) => (k === 0 ? 0 : distance(row(k), row(k - 1))));
  }

  /**
   * Goes on by so many rows, fewer where the run ends.
   * @param pause asked now and then, at least after {@link STEPS_AT_ONCE} rows: whether to stop here for now
   * @returns why it ended, if it did
   * @throws what the problem throws, unless it is the RangeError of a point outside its domain after the start; what was
   *   recorded before stays
   */
  advance(most: number, pause: () => boolean = () => false): End | undefined {
    if (this.end === undefined && most > 0) this.end = this.forward(this, most, pause);
    return this.end;
  }

  /** The rows so far, which the next `advance` writes over: for runs too long to be kept. */
  take(): Rows {
    const { first, length, parameters, values, gradientNorms } = this;
    this.first += length;
    this.length = 0;
    return { first, length, parameters, values, gradientNorms };
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
 * small function is one compiled loop. Nothing runs before the first `advance`. Runs of one problem and one optimizer,
 * one after the other, share what was compiled.
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
  if ("step" in method) {
    const box = options.bounds && new Box(options.bounds, start.length);
    const run = new OptimizerRun(problem, start, method, options, box);
    return new Recording(start.length, (rows, most, pause) => run.forward(rows, most, pause));
  }
  const run = minimize(problem, start, method, options);
  return new Recording(start.length, (rows, most, pause) => {
    for (let k = 0; k < most; k++) {
      const next = run.next();
      if (next.done) return next.value;
      append(rows, next.value);
      if (pause()) break;
    }
    return undefined;
  });
}

function append(
  rows: Recording,
  { parameters, value, gradientNorm, evaluations }: Omit<Progress, "step" | "stepLength">,
) {
  const row = rows.length;
  const to = rows.room(1);
  to.parameters.set(parameters, row * rows.size);
  to.values[row] = value;
  to.norms[row] = gradientNorm ?? Number.NaN;
  rows.evaluations = evaluations;
  rows.length++;
}

/** What the runs of a problem by one optimizer share. */
class Shared {
  readonly evaluations: Evaluations;
  readonly numbers: StepNumbers | undefined;
  /** For the branches of the function; without one where it is too large. */
  readonly loops: { readonly graph: Graph; readonly run: RecordedIteration | undefined }[] = [];
  /** Steps that were taken one by one. */
  steps = 0;
  /** At which of them the next branch is looked for, and after how many more if that is in vain. */
  private next = 0;
  private pause = 1;

  constructor(
    readonly problem: Problem,
    readonly optimizer: Optimizer<unknown>,
    readonly bounded: boolean,
  ) {
    this.evaluations = new Evaluations(problem);
    this.numbers = optimizer.rule && new StepNumbers(optimizer.rule);
  }

  /** The loop for the branch that holds at a point, where there was none yet: asked in vain, more and more seldom. */
  loopAt(point: Float64Array): RecordedIteration | undefined {
    if (this.loops.length >= MOST_BRANCHES || this.steps < this.next) return undefined;
    const run = this.newLoopAt(point);
    this.pause = run ? 1 : 2 * this.pause;
    this.next = this.steps + this.pause;
    return run;
  }

  private newLoopAt(point: Float64Array): RecordedIteration | undefined {
    const { problem, optimizer, loops } = this;
    let graph: Graph | undefined;
    try {
      graph = problem.gradientAndValueGraph?.(point);
    } catch (error) {
      // Outside of the domain, as the next question says too.
      if (error instanceof RangeError) return undefined;
      throw error;
    }
    if (!graph || loops.some((loop) => loop.graph === graph)) return undefined;
    const size = point.length;
    const small = nodesOf(graph.outputs).length <= MOST_OPERATIONS;
    // The gradient is recorded too.
    const step = () =>
      stepGraph({ ...graph, outputs: [...graph.outputs.slice(0, size), ...graph.outputs] }, optimizer.rule!);
    const run = small ? recordedIteration(step(), size, this.bounded) : undefined;
    loops.push({ graph, run });
    return run;
  }
}

/** Those of the last optimizer of a problem. */
const known = new WeakMap<Problem, Shared>();

function sharedBy(problem: Problem, optimizer: Optimizer<unknown>, bounded: boolean): Shared {
  const before = known.get(problem);
  if (before?.optimizer === optimizer && before.bounded === bounded) return before;
  const shared = new Shared(problem, optimizer, bounded);
  known.set(problem, shared);
  return shared;
}

/** A first-order optimizer: parameters and its state change in place. */
class OptimizerRun<State> {
  private readonly shared: Shared;
  private readonly size: number;
  /** Parameters, and a part for each slot of a rule. */
  private readonly state: Float64Array;
  /** Of an optimizer without a rule. */
  private readonly own: State | undefined;
  /** The step of the next row. */
  private step = 0;
  /** The one at which the run ends at the latest. */
  private readonly last: number;
  private readonly from: readonly Float64Array[];
  private readonly to: readonly Float64Array[];
  private readonly parameters: Float64Array;
  private readonly gradient: Float64Array;
  private readonly room: Float64Array;
  /** The row before, where a test is about it. */
  private before: { readonly parameters: Float64Array; readonly value: number } | undefined;
  private readonly comparing: boolean;
  private latest: RecordedIteration | undefined;

  constructor(
    problem: Problem,
    start: Vector,
    private readonly optimizer: Optimizer<State>,
    private readonly stopping: Stopping,
    private readonly box: Box | undefined,
  ) {
    const { length: size } = start;
    const { rule } = optimizer;
    const width = 1 + (rule?.slots.length ?? 0);
    this.shared = sharedBy(problem, optimizer as Optimizer<unknown>, box !== undefined);
    this.size = size;
    this.state = new Float64Array(size * width);
    this.state.set(box?.project(start) ?? start);
    const parts = Array.from({ length: width }, (_, k) => this.state.subarray(k * size, (k + 1) * size));
    [this.parameters] = parts as [Float64Array];
    this.gradient = new Float64Array(size);
    this.room = new Float64Array(size);
    this.to = parts;
    this.from = [this.parameters, this.gradient, ...parts.slice(1)];
    this.own = rule ? undefined : optimizer.start(size);
    this.last = Math.max(0, Math.min(Math.ceil(stopping.steps), Math.ceil(stopping.evaluations ?? Infinity) - 1));
    this.comparing = stopping.stepTolerance !== undefined || stopping.decreaseTolerance !== undefined;
  }

  forward(rows: Recording, most: number, pause: () => boolean): End | undefined {
    const until = rows.length + most;
    // What is not written to takes no memory, and what is large enough is not copied.
    rows.room(Math.min(most, this.last + 1 - this.step, Math.ceil(MOST_RESERVED / Math.max(1, this.size))));
    while (rows.length < until) {
      // The first row says whether the function is there at all.
      const count = Math.min(until - rows.length, this.last - this.step, STEPS_AT_ONCE);
      const done = this.step === 0 ? 0 : this.byLoop(rows, count);
      const end = done > 0 ? this.compare(rows, done) : this.byCall(rows);
      if (end) return end;
      if (pause()) break;
    }
    return undefined;
  }

  /** So many rows, fewer where another branch begins or a row is to be looked at; how many. */
  private byLoop(rows: Recording, count: number): number {
    const { shared, state, size, box } = this;
    if (count <= 0 || !this.optimizer.rule || state.length > MOST_VARIABLES || size === 0) return 0;
    if (this.last + shared.steps < FEWEST_BY_LOOP) return 0;
    let numbers: Float64Array;
    try {
      numbers = shared.numbers!.ofGraph(this.step, count);
    } catch {
      // A schedule's rate is wrong: the step that comes to it says so.
      return 0;
    }
    const to = {
      ...rows.room(count),
      room: this.room,
      norm,
      ...(box && { lower: box.lower, upper: box.upper }),
      target: this.stopping.target ?? -Infinity,
      tolerance: this.stopping.gradientTolerance ?? -1,
    };
    const go = (run: RecordedIteration | undefined) => {
      const done = run?.(state, numbers, count, rows.length, to) ?? 0;
      if (done > 0) this.latest = run;
      return done;
    };
    let done = go(this.latest);
    for (let k = 0; done === 0 && k < shared.loops.length; k++) done = go(shared.loops[k]!.run);
    if (done === 0) done = go(shared.loopAt(this.parameters));
    this.step += done;
    rows.length += done;
    rows.evaluations = this.step;
    return done;
  }

  /** Of the last rows, whether one is too near to the one before it. */
  private compare(rows: Recording, count: number): End | undefined {
    if (!this.comparing) return undefined;
    const { parameters, values } = rows;
    const { size } = this;
    for (let row = rows.length - count; row < rows.length; row++) {
      const at = { parameters: parameters.subarray(row * size, (row + 1) * size), value: values[row]! };
      const reason = this.whyStop(at);
      if (!reason) continue;
      // The rows behind it were taken in vain.
      this.step -= rows.length - row - 1;
      rows.length = row + 1;
      rows.evaluations = this.step;
      return { step: this.step - 1, ...reason };
    }
    return undefined;
  }

  private whyStop(at: { parameters: Float64Array; value: number; gradient?: Float64Array }, steepness?: number) {
    const { before } = this;
    const length = before ? distance(at.parameters, before.parameters) : 0;
    if (this.comparing) this.before = { parameters: at.parameters.slice(), value: at.value };
    return whyStop(at, steepness, before, length, this.stopping);
  }

  /** One row, and the step after it. */
  private byCall(rows: Recording): End | undefined {
    const { shared, parameters, gradient, step, box } = this;
    let value: number;
    try {
      value = shared.evaluations.valueAndGradient(parameters, gradient);
    } catch (error) {
      if (!(error instanceof RangeError) || step === 0) throw error;
      return { step: step - 1, reason: "failed", message: error.message };
    }
    this.step++;
    shared.steps++;
    const at = { parameters, value, gradient };
    const steepness = gradientNorm(at, box);
    append(rows, { parameters, value, gradientNorm: steepness, evaluations: this.step });
    const reason = this.whyStop(at, steepness);
    if (reason) return { step, ...reason };
    if (step >= this.stopping.steps) return { step, reason: "steps" };
    if (this.step >= (this.stopping.evaluations ?? Infinity)) return { step, reason: "evaluations" };
    const { rule } = this.optimizer;
    if (rule) rule.update(this.from, rule.at(step + 1), 0, this.to);
    else this.optimizer.step(parameters, gradient, this.own!);
    box?.project(parameters, parameters);
    return undefined;
  }
}
