/** Minimising a subject with a method of the engine. */
import * as l10n from "@vscode/l10n";
import type { Bounds, End, LearningRate, Method, Optimizer, Rows, Schedule } from "../engine";
import * as engine from "../engine";
import { schedules } from "../engine";
import { type Look, Problem } from "./subject";

export type { Bounds, End, LearningRate, Rows, Schedule } from "../engine";

/** What rules at a learning rate can be told; each takes its own part. Absent: the engine's defaults. */
export interface RuleOptions {
  readonly like?: engine.Like;
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly initialAccumulator?: number;
  readonly epsilon?: number;
  readonly rho?: number;
  readonly centered?: boolean;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly momentumDecay?: number;
}

/** The same of methods that find their steps. */
export interface SearchOptions {
  readonly search?: "armijo" | "wolfe";
  readonly memory?: number;
  readonly radius?: number;
  readonly simplexTolerance?: number;
}

type Rule = (options: RuleOptions & { readonly learningRate?: LearningRate }) => Optimizer;

/** Every method by the name that requests and the command line use; rules take a learning rate, the others find their steps. */
const RULES: { readonly [name: string]: Rule } = {
  sgd: ({ learningRate = 0.01, ...options }) => engine.sgd(learningRate, options),
  momentum: engine.momentum,
  nesterov: engine.nesterov,
  adagrad: engine.adagrad,
  adadelta: engine.adadelta,
  rmsprop: engine.rmsprop,
  adam: engine.adam,
  amsgrad: engine.amsgrad,
  adamw: engine.adamw,
  adamax: engine.adamax,
  nadam: engine.nadam,
  radam: engine.radam,
  lion: engine.lion,
};
const SEARCHES: { readonly [name: string]: (options: SearchOptions) => Method } = {
  "gradient-descent": engine.gradientDescent,
  "conjugate-gradient": engine.conjugateGradient,
  bfgs: engine.bfgs,
  lbfgs: engine.lbfgs,
  newton: engine.newton,
  "trust-region": engine.trustRegion,
  "nelder-mead": (options) => engine.nelderMead({ simplexTolerance: TOLERANCE, ...options }),
};
/** For functions that return residuals. */
const SQUARES: { readonly [name: string]: () => Method } = {
  "gauss-newton": engine.gaussNewton,
  "levenberg-marquardt": engine.levenbergMarquardt,
};

/** A method that finds its own steps has converged when the gradient's norm, or the simplex, is this small. */
const TOLERANCE = 1e-8;

/** In the order of the protocol's list. */
export const optimizerNames: readonly string[] = [RULES, SEARCHES, SQUARES].flatMap(Object.keys);

/** What learning rates follow that change, by name, from the first or highest rate; `options` as the engine's own. */
const SCHEDULES: { readonly [name: string]: (learningRate: number, options: ScheduleOptions) => Schedule } = {
  step: (learningRate, options) => schedules.step({ learningRate, ...options }),
  exponential: (learningRate, options) => schedules.exponential({ learningRate, ...options }),
  "inverse-time": (learningRate, options) => schedules.inverseTime({ learningRate, ...options }),
  polynomial: (learningRate, options) => schedules.polynomial({ learningRate, ...options }),
  piecewise: (_, { boundaries, values }) => schedules.piecewiseConstant(boundaries, values),
  // A warm-up rises from 0 to the rate.
  cosine: (learningRate, options) =>
    schedules.cosine(
      options.warmupSteps > 0
        ? { ...options, learningRate: 0, warmupTarget: learningRate }
        : { ...options, learningRate },
    ),
  "one-cycle": (maxLearningRate, options) => schedules.oneCycle({ maxLearningRate, ...options }),
};

/** All that any of them needs: each takes its own part, which the caller has checked. */
export interface ScheduleOptions {
  readonly stepSize: number;
  readonly gamma: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;
  readonly endLearningRate: number;
  readonly power: number;
  readonly cycle: boolean;
  readonly boundaries: readonly number[];
  readonly values: readonly number[];
  readonly alpha: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly pctStart: number;
  readonly divFactor: number;
  readonly finalDivFactor: number;
  readonly anneal: "cos" | "linear";
  readonly threePhase: boolean;
}

/** @throws Problem for options that make no sense together */
export function scheduleOf(name: string, learningRate: number, options: ScheduleOptions): Schedule {
  return explained(() => SCHEDULES[name]!(learningRate, options));
}

export interface MinimizationOptions {
  readonly optimizer: string;
  readonly learningRate?: LearningRate;
  /** Of the optimizer; the caller has checked that it takes them. */
  readonly options?: RuleOptions & SearchOptions;
  readonly steps: number;
  /** Converged when the gradient's norm is at most this; absent: 1e-8, or never for rules. */
  readonly tolerance?: number;
  readonly bounds?: Bounds;
  /** Half the sum of squares of the result is minimised. */
  readonly squares?: boolean;
}

/** A run under way, of which nothing has happened before the first `advance`. */
export interface Run {
  /**
   * Goes on by so many rows, fewer where it ends. `pause` is asked now and then whether to stop here for now.
   * @returns why it ended, if it did
   * @throws Problem where the function raises an error at the start, or a budget ended; the rows before it stay
   */
  advance(most: number, pause: () => boolean): End | undefined;
  /** The rows so far, which the next `advance` writes over. */
  take(): Rows;
  /** How often the function has been asked for the rows so far. */
  evaluations(): number;
  /** It uses no gradient: there are no norms. */
  readonly derivativeFree: boolean;
}

/** The last row of a run so far. */
export interface LastRow {
  readonly step: number;
  readonly parameters: Float64Array;
  readonly value: number;
  readonly gradientNorm: number;
}

/** The last of some rows of so many parameters; undefined where there are none. */
export function lastOf({ first, length, parameters, values, gradientNorms }: Rows, width: number): LastRow | undefined {
  if (length === 0) return undefined;
  const row = length - 1;
  return {
    step: first + row,
    parameters: parameters.slice(row * width, length * width),
    value: values[row]!,
    gradientNorm: gradientNorms[row]!,
  };
}

/** Rows that are waited for at a time, and numbers. */
const MOST_PENDING = 4096;
const MOST_PENDING_NUMBERS = 1_000_000;

/** How many rows of so many parameters to go on by at a time: what is pending takes little memory. */
export const rowsAtOnce = (width: number): number =>
  Math.max(1, Math.min(MOST_PENDING, Math.floor(MOST_PENDING_NUMBERS / Math.max(width, 1))));

/**
 * Runs of a method from any start, which share what is compiled for them. Where the function raises an error a run ends,
 * or its step becomes shorter.
 * @throws Problem for an unknown optimizer, a learning rate that is none or that the method does not take, bounds that
 *   it does not take, or a function that does not return what the method needs
 */
export function minimization(
  look: Look,
  { optimizer, learningRate, options = {}, steps, tolerance, bounds, squares = false }: MinimizationOptions,
): (start: ArrayLike<number>) => Run {
  if (!optimizerNames.includes(optimizer))
    throw new Problem(l10n.t("unknown optimizer {0}: choose {1}", optimizer, optimizerNames.join(", ")));
  if (look.labels.length === 0) throw new Problem(l10n.t("{0} has no parameter to vary", look.title));
  const rule = RULES[optimizer];
  const stopping = {
    steps,
    ...(tolerance !== undefined || !rule ? { gradientTolerance: tolerance ?? TOLERANCE } : {}),
    ...(bounds ? { bounds } : {}),
  };
  const target = squares ? look.halfSquares() : look;
  if (rule) {
    if (typeof learningRate === "number" && !(learningRate > 0 && learningRate < Number.POSITIVE_INFINITY))
      throw new Problem(l10n.t("the learning rate must be a positive number, not {0}", learningRate));
    const method = explained(() => rule({ ...options, ...(learningRate === undefined ? {} : { learningRate }) }));
    return runs(problemOf(target), method, stopping);
  }
  if (learningRate !== undefined)
    throw new Problem(l10n.t("{0} finds its own steps: it takes no learning rate", optimizer));
  const search = SEARCHES[optimizer] ?? SQUARES[optimizer]!;
  const method = explained(() => search(options));
  if (bounds && !method.bounded) throw new Problem(l10n.t("{0} takes no bounds", optimizer));
  if (!SQUARES[optimizer]) return runs(problemOf(target), method, stopping);
  if (look.result().shape.length === 0)
    throw new Problem(l10n.t("{0} minimizes a sum of squares: the function must return its residuals", optimizer));
  const residuals = engine.leastSquares({ jacobian: (point) => within(() => look.jacobianAt(point)) });
  return runs(residuals, method, stopping);
}

const problemOf = (look: Look): engine.Problem => ({
  value: (point) => within(() => look.valueAt(point)),
  gradient: (point) => within(() => look.gradientAt(point)),
  prepare: () => {
    const prepared = within(() => look.prepare());
    return {
      value: (point) => within(() => prepared.value(point)),
      gradient: (point, out) => within(() => prepared.gradient(point, out)),
      valueAndGradient: (point, out) => within(() => prepared.valueAndGradient(point, out)),
    };
  },
  gradientAndValueGraph: (point) => within(() => look.gradientAndValueGraphAt(point)),
  hessian: (point) => within(() => look.hessianAt(point)),
});

/** An error that the function raises puts the point outside its domain; a budget that ended does not. */
function within<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Problem && !error.stopped) throw new RangeError(error.message);
    throw error;
  }
}

function runs(problem: engine.Problem, method: Method | Optimizer, stopping: Parameters<typeof engine.record>[3]) {
  return (start: ArrayLike<number>): Run => {
    const recording = explained(() => engine.record(problem, start, method, stopping));
    return {
      advance: (most, pause) => explained(() => recording.advance(most, pause)),
      take: () => recording.take(),
      evaluations: () => recording.evaluations,
      derivativeFree: "derivativeFree" in method && method.derivativeFree === true,
    };
  };
}

/** What the engine says of numbers that make no sense is for the user. */
const inWords = (error: unknown): unknown => (error instanceof RangeError ? new Problem(error.message) : error);

function explained<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    throw inWords(error);
  }
}

/** Why a run ended, in one line. */
export function endText(end: End, labels: readonly string[]): string {
  const { step } = end;
  switch (end.reason) {
    case "steps":
      return l10n.t("{0} steps", step);
    case "evaluations":
      return l10n.t("stopped after {0} steps: as many evaluations as allowed", step);
    case "converged":
      return convergence(end.test, step);
    case "diverged":
      return l10n.t("diverged at step {0}", step);
    case "not-finite":
      if (end.what === "value") return l10n.t("the value is not a finite number at step {0}", step);
      return end.what === "gradient"
        ? l10n.t("the derivative along {0} is not a finite number at step {1}", labels[end.coordinate]!, step)
        : l10n.t("{0} is not a finite number at step {1}", labels[end.coordinate]!, step);
    case "line-search":
      return l10n.t("the line search failed after {0} steps: no step along the line lowers the value", step);
    case "trust-region":
      return l10n.t("stopped after {0} steps: no step lowers the value, however short", step);
    case "failed":
      return l10n.t("failed at step {0}: {1}", step + 1, end.message);
  }
}

function convergence(test: (End & { reason: "converged" })["test"], step: number): string {
  switch (test) {
    case "gradient":
      return l10n.t("converged after {0} steps", step);
    case "step":
      return l10n.t("converged after {0} steps: the last one was short", step);
    case "decrease":
      return l10n.t("converged after {0} steps: the value hardly changed", step);
    case "target":
      return l10n.t("converged after {0} steps: the target is reached", step);
    case "rounding":
      return l10n.t("converged after {0} steps: a further decrease would be lost in rounding", step);
    case "simplex":
      return l10n.t("converged after {0} steps: the simplex is small", step);
  }
}
