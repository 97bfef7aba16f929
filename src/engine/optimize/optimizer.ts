/** What an optimizer is, and running one. */

/** A first-order method. Its state is its own; parameters are changed in place. */
export interface Optimizer<State = unknown> {
  readonly name: string;
  start(size: number): State;
  step(parameters: Float64Array, gradient: ArrayLike<number>, state: State): void;
}

/** Value and gradient at a point. May throw: the run then ends there. */
export type Problem = (point: Float64Array) => { value: number; gradient: ArrayLike<number> };

/** Where a run stands: before the first step (step 0), and after each. */
export interface Progress {
  readonly step: number;
  readonly parameters: Float64Array;
  readonly value: number;
  readonly gradientNorm: number;
}

export type End = "steps" | "converged" | "diverged" | "not-finite";

/** Beyond this a value counts as diverged: squaring it overflows. */
const TOO_LARGE = 1e150;

/** The 2-norm, scaled so that no square overflows or vanishes. */
function norm(x: ArrayLike<number>): number {
  let scale = 0;
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i])) return Number.NaN;
    scale = Math.max(scale, Math.abs(x[i]!));
  }
  if (scale === 0 || scale === Infinity) return scale;
  let total = 0;
  for (let i = 0; i < x.length; i++) total += (x[i]! / scale) ** 2;
  return scale * Math.sqrt(total);
}

/**
 * Runs an optimizer, one yield a step, so that the caller can pause, draw or stop.
 *
 * @param steps at most this many
 * @param tolerance ends as `converged` when the gradient's 2-norm is at most this; absent: all steps are taken
 * @returns why it ended
 */
export function* minimize<State>(
  problem: Problem,
  start: ArrayLike<number>,
  optimizer: Optimizer<State>,
  { steps, tolerance }: { steps: number; tolerance?: number },
): Generator<Progress, End> {
  const parameters = Float64Array.from(start);
  const state = optimizer.start(parameters.length);
  for (let step = 0; ; step++) {
    const { value, gradient } = problem(parameters);
    const gradientNorm = norm(gradient);
    yield { step, parameters: parameters.slice(), value, gradientNorm };
    if (!Number.isFinite(value) || Number.isNaN(gradientNorm)) return "not-finite";
    if (Math.abs(value) > TOO_LARGE || gradientNorm > TOO_LARGE) return "diverged";
    if (tolerance !== undefined && gradientNorm <= tolerance) return "converged";
    if (step >= steps) return "steps";
    optimizer.step(parameters, gradient, state);
  }
}
