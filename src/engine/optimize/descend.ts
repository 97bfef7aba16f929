/** First-order optimizers run to their end with nothing recorded on the way: steps in place, as one loop where they are small. */
import { type Graph, nodesOf } from "../graph/graph";
import { fuse } from "../lower/fuse";
import { type Iteration, iteration } from "../lower/iterate";
import { compileSteps, type StepsKernel } from "../lower/wasm/loops";
import { type End, minimize, TOO_LARGE } from "./minimize";
import type { Optimizer, Rule } from "./optimizer";
import type { PreparedProblem, Problem } from "./problem";
import { MOST_OPERATIONS, MOST_VARIABLES, STEPS_AT_ONCE, StepNumbers, stepGraph } from "./steps";
import type { Vector } from "./vectors";

/** Where a run ended. */
export interface Descent {
  readonly parameters: Float64Array;
  readonly value: number;
  readonly end: End;
}

/** Where runs from many starts ended: a row of `parameters` and a value for each. */
export interface Descents {
  readonly parameters: Float64Array;
  readonly values: Float64Array;
}

/** Numbers of all steps together from which a program over arrays pays. */
const FEWEST_BY_LOOPS = 20_000;
/** Other branches of the function for which a loop of their own is made. */
const MOST_BRANCHES = 16;

/**
 * The same answer as the last of {@link minimize} without bounds and tolerances, at a small part of the cost.
 * @throws RangeError outside the problem's domain at the start, or for steps that are no number from 0
 */
export function descend<State>(
  problem: Problem,
  start: Vector,
  optimizer: Optimizer<State>,
  { steps }: { readonly steps: number },
): Descent {
  return descending(problem, optimizer).from(Float64Array.from(start), steps);
}

/**
 * Runs from many starts, which lie in `starts` one behind the other, `size` numbers each: for maps of basins. A run that
 * leaves the numbers ends where it did, with the value NaN or infinite.
 * @throws RangeError where a start is outside the problem's domain, or `starts` does not hold whole points
 */
export function descendFromEach<State>(
  problem: Problem,
  starts: Float64Array,
  size: number,
  optimizer: Optimizer<State>,
  { steps }: { readonly steps: number },
): Descents {
  if (!(size >= 1) || starts.length % size !== 0)
    throw new RangeError(`${starts.length} numbers are no whole points of ${size}`);
  const runs = descending(problem, optimizer);
  const parameters = new Float64Array(starts.length);
  const values = new Float64Array(starts.length / size);
  for (let k = 0; k < values.length; k++) {
    const { parameters: end, value } = runs.from(starts.slice(k * size, (k + 1) * size), steps);
    parameters.set(end, k * size);
    values[k] = value;
  }
  return { parameters, values };
}

/** What was compiled for the last optimizer of a problem. */
const known = new WeakMap<Problem, { readonly optimizer: unknown; readonly runs: unknown }>();

function descending<State>(problem: Problem, optimizer: Optimizer<State>): Descending<State> {
  const before = known.get(problem);
  if (before?.optimizer === optimizer) return before.runs as Descending<State>;
  const runs = new Descending(problem, optimizer);
  known.set(problem, { optimizer, runs });
  return runs;
}

/** A problem with an optimizer; what is compiled for it serves every start. */
class Descending<State> {
  private readonly loops: { readonly graph: Graph; readonly run: Iteration | undefined }[] = [];
  private latest: Iteration | undefined;
  private prepared: PreparedProblem | undefined;
  private program: StepsKernel | null | undefined;
  private readonly numbers: StepNumbers | undefined;

  constructor(
    private readonly problem: Problem,
    private readonly optimizer: Optimizer<State>,
  ) {
    this.numbers = optimizer.rule && new StepNumbers(optimizer.rule);
  }

  from(start: Float64Array, steps: number): Descent {
    if (!(steps >= 0)) throw new RangeError("the steps and evaluations must be numbers from 0");
    const end = this.problem.prepare && this.inPlace(start, steps);
    if (end?.every(Number.isFinite)) {
      const value = this.prepared!.value(end);
      if (Math.abs(value) <= TOO_LARGE) return { parameters: end, value, end: { reason: "steps", step: steps } };
    }
    // Where it went astray is found step by step.
    return this.stepByStep(start, steps);
  }

  /** Undefined where the run leaves the finite numbers. */
  private inPlace(start: Float64Array, steps: number): Float64Array | undefined {
    const { rule } = this.optimizer;
    this.prepared ??= this.problem.prepare!(start);
    const size = start.length;
    const width = 1 + (rule?.slots.length ?? 0);
    if (!rule) return this.byCalls(start, steps);
    if (size * width > MOST_VARIABLES) return this.byLoops(start, steps, rule) ?? this.byCalls(start, steps);
    const state = new Float64Array(size * width);
    state.set(start);
    const parameters = state.subarray(0, size);
    for (let step = 0; step < steps; ) {
      const count = Math.min(STEPS_AT_ONCE, steps - step);
      const numbers = this.numbers!.ofGraph(step, count);
      // Most often the branch is the same as before.
      let done = this.latest?.(state, numbers, count) ?? 0;
      if (done === 0) {
        this.latest = this.loopAt(parameters, rule);
        done = this.latest?.(state, numbers, count) ?? 0;
      }
      if (!state.every(Number.isFinite)) return undefined;
      if (done === 0) return this.byCalls(start, steps);
      step += done;
    }
    return parameters.slice();
  }

  /** A gradient and a step of the optimizer as one program over arrays; undefined where it is not to be had, or ends early. */
  private byLoops(start: Float64Array, steps: number, rule: Rule): Float64Array | undefined {
    if (steps * start.length < FEWEST_BY_LOOPS || !this.problem.gradientArrays) return undefined;
    if (this.program === undefined) {
      const step = stepGraph(this.problem.gradientArrays(start), rule);
      const width = rule.constant ? 0 : rule.at(1).length;
      this.program = compileSteps(fuse(step), width, STEPS_AT_ONCE) ?? null;
    }
    if (!this.program) return undefined;
    const { run, state } = this.program;
    state.fill(0);
    state.set(start);
    for (let first = 0; first < steps; first += STEPS_AT_ONCE) {
      const count = Math.min(STEPS_AT_ONCE, steps - first);
      if (!run(this.numbers!.ofGraph(first, count), count) || !state.every(Number.isFinite)) return undefined;
    }
    return state.slice(0, start.length);
  }

  /** A gradient and a step of the optimizer in turn, in the same arrays. */
  private byCalls(start: Float64Array, steps: number): Float64Array | undefined {
    const { optimizer } = this;
    const { rule } = optimizer;
    const { gradient } = this.prepared!;
    const parameters = start.slice();
    const slope = new Float64Array(start.length);
    const state = optimizer.start(start.length);
    const slots = rule?.slots.map(() => new Float64Array(start.length)) ?? [];
    const [from, to] = [
      [parameters, slope, ...slots],
      [parameters, ...slots],
    ];
    for (let first = 0; first < steps; first += STEPS_AT_ONCE) {
      const count = Math.min(STEPS_AT_ONCE, steps - first);
      const numbers = this.numbers?.of(first, count) ?? [];
      const width = numbers.length / count;
      for (let step = 0; step < count; step++) {
        gradient(parameters, slope);
        if (rule) rule.update(from, numbers, step * width, to);
        else optimizer.step(parameters, slope, state);
      }
      if (!parameters.every(Number.isFinite)) return undefined;
    }
    return parameters;
  }

  /** As `minimize` does. */
  private stepByStep(start: Float64Array, steps: number): Descent {
    const run = minimize(this.problem, start, this.optimizer, { steps });
    let parameters = start;
    let value = Number.NaN;
    for (;;) {
      const next = run.next();
      if (next.done) return { parameters, value, end: next.value };
      ({ parameters, value } = next.value);
    }
  }

  /** The loop for the branch of the function that holds at a point. */
  private loopAt(point: Float64Array, rule: Rule): Iteration | undefined {
    const graph = this.problem.gradientGraph?.(point);
    if (!graph) return undefined;
    const known = this.loops.find((loop) => loop.graph === graph);
    if (known) return known.run;
    if (this.loops.length >= MOST_BRANCHES) return undefined;
    const run = nodesOf(graph.outputs).length > MOST_OPERATIONS ? undefined : iteration(stepGraph(graph, rule));
    this.loops.push({ graph, run });
    return run;
  }
}
