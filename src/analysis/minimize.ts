/** Minimising a subject with a method of the engine. */
import * as l10n from "@vscode/l10n";
import type { End, Method, Optimizer, Progress } from "../engine";
import * as engine from "../engine";
import { type Look, Problem } from "./subject";

export type { End, Progress } from "../engine";

type Rule = (options: { readonly learningRate?: number }) => Optimizer;

/** Every method by the name that requests and the command line use; rules take a learning rate, the others find their steps. */
const RULES: { readonly [name: string]: Rule } = {
  sgd: ({ learningRate = 0.1 }) => engine.sgd(learningRate),
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
const SEARCHES: { readonly [name: string]: () => Method } = {
  "gradient-descent": () => engine.gradientDescent(),
  "conjugate-gradient": engine.conjugateGradient,
  bfgs: engine.bfgs,
  lbfgs: () => engine.lbfgs(),
  newton: engine.newton,
  "trust-region": () => engine.trustRegion(),
  "nelder-mead": () => engine.nelderMead({ simplexTolerance: TOLERANCE }),
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

/**
 * Runs a method from the point of `look`. Where the function raises an error the run ends, or its step becomes shorter.
 * @throws Problem for an unknown optimizer, a learning rate that is none or that the method does not take, a function
 *   that does not return what the method needs, or an error of the function at the start
 */
export function minimization(
  look: Look,
  { optimizer, learningRate, steps }: { optimizer: string; learningRate?: number; steps: number },
): Generator<Progress, End> {
  if (!optimizerNames.includes(optimizer))
    throw new Problem(l10n.t("unknown optimizer {0}: choose {1}", optimizer, optimizerNames.join(", ")));
  if (look.labels.length === 0) throw new Problem(l10n.t("{0} has no parameter to vary", look.title));
  const rule = RULES[optimizer];
  if (rule) {
    if (learningRate !== undefined && !(learningRate > 0 && learningRate < Number.POSITIVE_INFINITY))
      throw new Problem(l10n.t("the learning rate must be a positive number, not {0}", learningRate));
    return run(problemOf(look), look.point, rule({ learningRate }), { steps });
  }
  if (learningRate !== undefined)
    throw new Problem(l10n.t("{0} finds its own steps: it takes no learning rate", optimizer));
  const stopping = { steps, gradientTolerance: TOLERANCE };
  const search = SEARCHES[optimizer];
  if (search) return run(problemOf(look), look.point, search(), stopping);
  if (look.result().shape.length === 0)
    throw new Problem(l10n.t("{0} minimizes a sum of squares: the function must return its residuals", optimizer));
  const residuals = engine.leastSquares({ jacobian: (point) => within(() => look.jacobianAt(point)) });
  return run(residuals, look.point, SQUARES[optimizer]!(), stopping);
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

function* run(...[problem, start, method, stopping]: Parameters<typeof engine.minimize>): Generator<Progress, End> {
  try {
    return yield* engine.minimize(problem, start, method, stopping);
  } catch (error) {
    if (error instanceof RangeError) throw new Problem(error.message);
    throw error;
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
