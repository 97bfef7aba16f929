/**
 * Learning rates that change over the steps, as Keras 3 (`keras.optimizers.schedules`) and PyTorch
 * (`torch.optim.lr_scheduler`) define them. Each gives the rate of a step, counted from 0, and is what every
 * first-order method takes in place of a number. All throw RangeError for a count of steps that is not positive.
 */
import type { Schedule } from "./optimizer";

function positive(name: string, count: number): void {
  if (!(count > 0 && count < Infinity)) throw new RangeError(`${name} must be a positive number, not ${count}`);
}

export function constant(learningRate: number): Schedule {
  return () => learningRate;
}

/** Times `gamma` after every `stepSize` steps: PyTorch's StepLR. */
export function step({
  learningRate,
  stepSize,
  gamma = 0.1,
}: {
  readonly learningRate: number;
  readonly stepSize: number;
  readonly gamma?: number;
}): Schedule {
  return exponential({ learningRate, decaySteps: stepSize, decayRate: gamma, staircase: true });
}

interface Decay {
  readonly learningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  /** Only whole multiples of decaySteps count. */
  readonly staircase?: boolean;
}

const fraction = (step: number, decaySteps: number, staircase: boolean) =>
  staircase ? Math.floor(step / decaySteps) : step / decaySteps;

/** learningRate · decayRate^(step / decaySteps): Keras's ExponentialDecay; with decaySteps = 1, PyTorch's ExponentialLR. */
export function exponential({ learningRate, decaySteps, decayRate, staircase = false }: Decay): Schedule {
  positive("decaySteps", decaySteps);
  return (step) => learningRate * decayRate ** fraction(step, decaySteps, staircase);
}

/** learningRate / (1 + decayRate · step / decaySteps): Keras's InverseTimeDecay. */
export function inverseTime({ learningRate, decaySteps, decayRate, staircase = false }: Decay): Schedule {
  positive("decaySteps", decaySteps);
  return (step) => learningRate / (1 + decayRate * fraction(step, decaySteps, staircase));
}

/**
 * From learningRate to endLearningRate over decaySteps, as (1 − step / decaySteps)^power; `cycle` starts again from
 * a stretched decaySteps. Keras's PolynomialDecay; PyTorch's PolynomialLR has endLearningRate = 0.
 */
export function polynomial({
  learningRate,
  decaySteps,
  endLearningRate = 0.0001,
  power = 1,
  cycle = false,
}: {
  readonly learningRate: number;
  readonly decaySteps: number;
  readonly endLearningRate?: number;
  readonly power?: number;
  readonly cycle?: boolean;
}): Schedule {
  positive("decaySteps", decaySteps);
  return (step) => {
    const length = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
    return (learningRate - endLearningRate) * (1 - Math.min(step, length) / length) ** power + endLearningRate;
  };
}

/** values[i] up to and with step boundaries[i]; the last one after that. Keras's PiecewiseConstantDecay. */
export function piecewiseConstant(boundaries: readonly number[], values: readonly number[]): Schedule {
  if (values.length !== boundaries.length + 1)
    throw new RangeError(`${boundaries.length} boundaries need ${boundaries.length + 1} values, not ${values.length}`);
  return (step) => {
    const piece = boundaries.findIndex((boundary) => step <= boundary);
    return values[piece < 0 ? boundaries.length : piece]!;
  };
}

/**
 * Half a cosine over decaySteps, down to the fraction `alpha`, Loshchilov and Hutter (2017); with warmupTarget it first
 * rises in a line to that over warmupSteps, and falls from there. Keras's CosineDecay; without warm-up, PyTorch's
 * CosineAnnealingLR up to T_max, with eta_min = alpha · learningRate.
 */
export function cosine({
  learningRate,
  decaySteps,
  alpha = 0,
  warmupTarget,
  warmupSteps = 0,
}: {
  readonly learningRate: number;
  readonly decaySteps: number;
  readonly alpha?: number;
  readonly warmupTarget?: number;
  readonly warmupSteps?: number;
}): Schedule {
  positive("decaySteps", decaySteps);
  const rise = warmupTarget === undefined ? 0 : warmupSteps;
  const top = warmupTarget ?? learningRate;
  return (step) => {
    if (step < rise) return learningRate + ((top - learningRate) * step) / rise;
    const done = Math.min(step - rise, decaySteps) / decaySteps;
    return top * ((1 - alpha) * 0.5 * (1 + Math.cos(Math.PI * done)) + alpha);
  };
}

/**
 * Up to maxLearningRate and down again, Smith and Topin (2019): PyTorch's OneCycleLR with its defaults. After
 * totalSteps, where PyTorch raises an error, the last rate stays.
 */
export function oneCycle({
  maxLearningRate,
  totalSteps,
  pctStart = 0.3,
  anneal = "cos",
  divFactor = 25,
  finalDivFactor = 1e4,
  threePhase = false,
}: {
  readonly maxLearningRate: number;
  readonly totalSteps: number;
  /** The part of the steps in which the rate rises. */
  readonly pctStart?: number;
  readonly anneal?: "cos" | "linear";
  /** The first rate is maxLearningRate / divFactor. */
  readonly divFactor?: number;
  /** The last rate is the first one / finalDivFactor. */
  readonly finalDivFactor?: number;
  /** Falls back to the first rate as fast as it rose, and then to the last one. */
  readonly threePhase?: boolean;
}): Schedule {
  positive("totalSteps", totalSteps);
  if (!(pctStart >= 0 && pctStart <= 1)) throw new RangeError(`pctStart must be from 0 to 1, not ${pctStart}`);
  const first = maxLearningRate / divFactor;
  const last = first / finalDivFactor;
  const phases = threePhase
    ? [
        { end: pctStart * totalSteps - 1, from: first, to: maxLearningRate },
        { end: 2 * pctStart * totalSteps - 2, from: maxLearningRate, to: first },
        { end: totalSteps - 1, from: first, to: last },
      ]
    : [
        { end: pctStart * totalSteps - 1, from: first, to: maxLearningRate },
        { end: totalSteps - 1, from: maxLearningRate, to: last },
      ];
  return (step) => {
    const found = phases.findIndex(({ end }) => step <= end);
    if (found < 0) return last;
    const { end, from, to } = phases[found]!;
    const start = phases[found - 1]?.end ?? 0;
    const part = end > start ? (step - start) / (end - start) : 1;
    return anneal === "cos" ? to + ((from - to) / 2) * (1 + Math.cos(Math.PI * part)) : from + (to - from) * part;
  };
}
