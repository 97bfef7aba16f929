/** Minimising a subject with an optimizer of the engine. */
import * as l10n from "@vscode/l10n";
import { type End, minimize, type Optimizer, type Progress, sgd } from "../engine";
import { type Look, Problem } from "./subject";

export type MinimizeEnd = End;

/** Every optimizer by the name that requests and the command line use. */
const OPTIMIZERS: { readonly [name: string]: (learningRate: number) => Optimizer<never> } = {
  sgd: (learningRate) => sgd(learningRate) as Optimizer<never>,
};

/** @throws Problem for an unknown optimizer or a learning rate that is none. */
export function minimization(
  look: Look,
  { optimizer, learningRate, steps }: { optimizer: string; learningRate: number; steps: number },
): Generator<Progress, End> {
  const make = OPTIMIZERS[optimizer];
  if (!make)
    throw new Problem(l10n.t("unknown optimizer {0}: choose {1}", optimizer, Object.keys(OPTIMIZERS).join(", ")));
  if (look.labels.length === 0) throw new Problem(l10n.t("{0} has no parameter to vary", look.title));
  if (!(learningRate > 0 && learningRate < Number.POSITIVE_INFINITY))
    throw new Problem(l10n.t("the learning rate must be a positive number, not {0}", learningRate));
  const method = make(learningRate);
  return minimize((point) => look.gradientAt(Array.from(point)), look.point, method, { steps });
}
