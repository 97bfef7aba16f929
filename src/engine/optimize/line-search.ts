/** How far to go along a direction: Nocedal and Wright, Numerical Optimization (2006), chapter 3. */
import type { WithGradient } from "./problem";
import { dot, plus, type Vector } from "./vectors";

/** A point at distance t along the direction, and the derivative along it. */
interface Trial {
  readonly t: number;
  readonly at: WithGradient;
  readonly slope: number;
}

/** Sufficient decrease: this part of what the slope promises. */
const DECREASE = 1e-4;
/** Trials of one phase; halving so often passes every double between 1 and the smallest that matters. */
const MOST_TRIALS = 60;

const isSound = ({ at, slope }: Trial) => Number.isFinite(at.value) && Number.isFinite(slope);

/**
 * Backtracking (algorithm 3.1) until the value falls by a part of what the gradient promises for the move that was
 * really made, so that it serves moves projected into bounds too. A value that is not finite counts as too high.
 * @returns undefined when no length will do
 */
export function armijo(
  from: WithGradient,
  along: (t: number) => WithGradient,
  first: number,
): WithGradient | undefined {
  let t = first;
  for (let i = 0; i < MOST_TRIALS; i++, t /= 2) {
    const trial = along(t);
    const promised = dot(from.gradient, plus(trial.parameters, -1, from.parameters));
    // No move at all is none that lowers the value.
    if (promised < 0 && trial.value <= from.value + DECREASE * promised && trial.gradient.every(Number.isFinite))
      return trial;
  }
  return undefined;
}

/**
 * The strong Wolfe conditions (algorithms 3.5 and 3.6): sufficient decrease, and a slope at most `curvature` times the
 * first. Where they cannot be met within bounded effort, the best point with sufficient decrease. A value or slope that
 * is not finite counts as too high.
 * @returns undefined when no length lowers the value
 */
export function strongWolfe(
  from: WithGradient,
  direction: Vector,
  along: (t: number) => WithGradient,
  first: number,
  curvature: number,
): WithGradient | undefined {
  const trialAt = (t: number, at = along(t)): Trial => ({ t, at, slope: dot(at.gradient, direction) });
  const start = trialAt(0, from);
  const tooHigh = (trial: Trial) =>
    !isSound(trial) || !(trial.at.value <= start.at.value + DECREASE * trial.t * start.slope);
  const flat = (trial: Trial) => Math.abs(trial.slope) <= -curvature * start.slope;

  let low = start;
  let high: Trial | undefined;
  for (let i = 0, t = first; i < MOST_TRIALS && !high; i++, t *= 2) {
    const trial = trialAt(t);
    // Equal values are no rise: a step may be lost in the rounding of large parameters.
    if (tooHigh(trial) || trial.at.value > low.at.value) high = trial;
    else if (flat(trial)) return trial.at;
    else {
      if (trial.slope >= 0) high = low;
      low = trial;
    }
  }
  // Still falling: the function has no lower bound along here.
  if (!high) return low.at;
  for (let i = 0; i < MOST_TRIALS; i++) {
    const t = between(low, high);
    if (t === low.t || t === high.t) break;
    const trial = trialAt(t);
    if (tooHigh(trial) || trial.at.value >= low.at.value) high = trial;
    else if (flat(trial)) return trial.at;
    else {
      if (trial.slope * (high.t - low.t) >= 0) high = low;
      low = trial;
    }
  }
  return low.t > 0 ? low.at : undefined;
}

/** The minimum of the cubic through both values and slopes (equation 3.59), kept off the ends; else the middle. */
function between(low: Trial, high: Trial): number {
  const width = high.t - low.t;
  const middle = low.t + width / 2;
  if (!isSound(high)) return middle;
  const d1 = low.slope + high.slope - (3 * (low.at.value - high.at.value)) / (low.t - high.t);
  const d2 = Math.sign(width) * Math.sqrt(d1 * d1 - low.slope * high.slope);
  const t = high.t - (width * (high.slope + d2 - d1)) / (high.slope - low.slope + 2 * d2);
  const part = (t - low.t) / width;
  return part > 0.1 && part < 0.9 ? t : middle;
}
