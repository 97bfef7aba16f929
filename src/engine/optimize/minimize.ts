/** Running a method: one history, one set of stopping tests and one list of ends for all of them. */
import type { Optimizer } from "./optimizer";
import {
  type Bounds,
  Box,
  Evaluations,
  gradientNorm,
  type Iterate,
  OutsideDomain,
  type Problem,
  type WithGradient,
} from "./problem";
import { distance, norm, type Vector } from "./vectors";

/** A method that chooses its own steps. A first-order `Optimizer`, whose steps are a rule's, runs as one too. */
export interface Method {
  readonly name: string;
  /** Whether it can keep to bounds. */
  readonly bounded: boolean;
  /** Absent: it uses gradients. */
  readonly derivativeFree?: true;
  /** Begins at `first`; the answer goes from one point to the next. */
  start(problem: Evaluations, first: Iterate, box: Box | undefined): (at: Iterate) => Iterate | Halt;
}

/** Why a method goes no further by itself. */
export type Halt =
  | { readonly reason: "line-search" | "trust-region" }
  | { readonly reason: "converged"; readonly test: "gradient" | "rounding" | "simplex" };

/** Where a run stands: before the first step (step 0), and after each. */
export interface Progress {
  readonly step: number;
  readonly parameters: Float64Array;
  readonly value: number;
  /** The 2-norm; with bounds, of the projected gradient P(x − g) − x. Absent where the method uses no gradient. */
  readonly gradientNorm?: number;
  /** How far the step went, ‖Δx‖₂. */
  readonly stepLength: number;
  /** How often the problem has been asked so far: for values, gradients (with the value: once), Hessians or Jacobians. */
  readonly evaluations: number;
}

/** When to stop. Without a test, all steps are taken. */
export interface Stopping {
  /** At most this many. */
  readonly steps: number;
  /** At most about this many questions to the problem: looked at after each step. */
  readonly evaluations?: number;
  /** Converged when the gradient's norm is at most this. */
  readonly gradientTolerance?: number;
  /** Converged when a step is at most this part of ‖x‖. */
  readonly stepTolerance?: number;
  /** Converged when a step lowers the value by at most this part of it. */
  readonly decreaseTolerance?: number;
  /** Converged when the value is at most this. */
  readonly target?: number;
}

/** Why a run ended. `step` counts the steps that were taken. */
export type End = { readonly step: number } & (
  | { readonly reason: "steps" | "evaluations" | "diverged" }
  | { readonly reason: "converged"; readonly test: "gradient" | "step" | "decrease" | "target" }
  | Halt
  /** What was NaN or infinite first: a parameter or an element of the gradient, by its place, or the value. */
  | { readonly reason: "not-finite"; readonly what: "parameter" | "gradient"; readonly coordinate: number }
  | { readonly reason: "not-finite"; readonly what: "value" }
  /** The next step left the problem's domain; `message` is the problem's own. */
  | { readonly reason: "failed"; readonly message: string }
);

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
type Reason = Without<End, "step">;

/** Beyond this a value counts as diverged: squaring it overflows. */
export const TOO_LARGE = 1e150;

/**
 * Runs a method, one yield a step, so that the caller can pause, draw or stop.
 *
 * @param options when to stop, and bounds: a start outside them is moved to the nearest point inside
 * @returns why it ended
 * @throws RangeError outside the problem's domain at the start, for bounds that make no sense or that the method cannot
 *   keep to, for tolerances that are no numbers from 0; TypeError when the problem lacks what the method needs
 */
export function* minimize<State>(
  problem: Problem,
  start: Vector,
  method: Method | Optimizer<State>,
  options: Stopping & { readonly bounds?: Bounds },
): Generator<Progress, End> {
  const chosen = "step" in method ? following(method) : method;
  check(options);
  if (options.bounds && !chosen.bounded) throw new RangeError(`${chosen.name} takes no bounds`);
  const box = options.bounds && new Box(options.bounds, start.length);
  const evaluations = new Evaluations(problem);
  const first = box?.project(start) ?? Float64Array.from(start);
  let at: Iterate = chosen.derivativeFree ? evaluations.valueAt(first) : evaluations.at(first);
  if (at.failure) throw at.failure;
  let advance: ReturnType<Method["start"]> | undefined;
  let before: Iterate | undefined;
  for (let step = 0; ; step++) {
    const steepness = hasGradient(at) ? gradientNorm(at, box) : undefined;
    const stepLength = before ? distance(at.parameters, before.parameters) : 0;
    const { parameters, value } = at;
    yield {
      step,
      parameters: parameters.slice(),
      value,
      gradientNorm: steepness,
      stepLength,
      evaluations: evaluations.count,
    };
    const reason = whyStop(at, steepness, before, stepLength, options);
    if (reason) return { step, ...reason };
    if (step >= options.steps) return { step, reason: "steps" };
    if (evaluations.count >= (options.evaluations ?? Infinity)) return { step, reason: "evaluations" };
    let next: Iterate | Halt;
    try {
      advance ??= chosen.start(evaluations, at, box);
      next = advance(at);
    } catch (error) {
      if (error instanceof OutsideDomain) return { step, reason: "failed", message: error.message };
      throw error;
    }
    if ("reason" in next) return { step, ...next };
    if (next.failure) return { step, reason: "failed", message: next.failure.message };
    before = at;
    at = next;
  }
}

function hasGradient(at: Iterate): at is WithGradient {
  return at.gradient !== undefined;
}

/** @throws RangeError for what makes no sense */
export function check({
  steps,
  evaluations = 0,
  bounds: _,
  ...tolerances
}: Stopping & { readonly bounds?: Bounds }): void {
  if (!(steps >= 0) || !(evaluations >= 0)) throw new RangeError("the steps and evaluations must be numbers from 0");
  for (const [name, tolerance] of Object.entries(tolerances))
    if (tolerance !== undefined && !(tolerance >= 0 || name === "target"))
      throw new RangeError(`${name} must be a number from 0, not ${tolerance}`);
}

/** Why a run goes no further from here, if it does not. */
export function whyStop(
  { parameters, value, gradient }: Iterate,
  steepness: number | undefined,
  before: Iterate | undefined,
  stepLength: number,
  { gradientTolerance = -1, stepTolerance = -1, decreaseTolerance = -1, target = -Infinity }: Stopping,
): Reason | undefined {
  const wrong = notFinite(parameters);
  if (wrong >= 0) return { reason: "not-finite", what: "parameter", coordinate: wrong };
  if (!Number.isFinite(value)) return { reason: "not-finite", what: "value" };
  const coordinate = gradient ? notFinite(gradient) : -1;
  if (coordinate >= 0) return { reason: "not-finite", what: "gradient", coordinate };
  if (Math.abs(value) > TOO_LARGE || (steepness ?? 0) > TOO_LARGE) return { reason: "diverged" };
  if (value <= target) return { reason: "converged", test: "target" };
  if (steepness !== undefined && steepness <= gradientTolerance) return { reason: "converged", test: "gradient" };
  if (!before || stepLength === 0) return undefined;
  if (stepLength <= stepTolerance * norm(parameters)) return { reason: "converged", test: "step" };
  const decrease = before.value - value;
  const least = decreaseTolerance * Math.max(Math.abs(before.value), Math.abs(value));
  if (decreaseTolerance >= 0 && decrease >= 0 && decrease <= least) return { reason: "converged", test: "decrease" };
  return undefined;
}

/** The place of the first number that is NaN or infinite, or −1. */
function notFinite(x: Float64Array): number {
  for (let i = 0; i < x.length; i++) if (!Number.isFinite(x[i]!)) return i;
  return -1;
}

/** A first-order rule as a method; each step is projected into the bounds. */
function following<State>(optimizer: Optimizer<State>): Method {
  return {
    name: optimizer.name,
    bounded: true,
    start(problem, first, box) {
      const state = optimizer.start(first.parameters.length);
      return ({ parameters, gradient }) => {
        const next = parameters.slice();
        optimizer.step(next, gradient!, state);
        return problem.at(box?.project(next) ?? next);
      };
    },
  };
}
