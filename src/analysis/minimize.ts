/** Minimising a subject with an optimizer of the engine. */
import { type End, minimize, type Optimizer, type Progress, sgd } from "../engine";
import { type Look, Problem } from "./subject";

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
  if (!make) throw new Problem(`unknown optimizer ${optimizer}: choose ${Object.keys(OPTIMIZERS).join(", ")}`);
  if (look.labels.length === 0) throw new Problem(`${look.title} has no parameter to vary`);
  let method: Optimizer<never>;
  try {
    method = make(learningRate);
  } catch (error) {
    throw new Problem((error as Error).message);
  }
  return minimize((point) => look.gradientAt(Array.from(point)), look.point, method, { steps });
}
