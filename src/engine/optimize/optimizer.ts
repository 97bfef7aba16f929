/** What a first-order optimizer is, and what all of them share. */

/** The learning rate of each step; steps count from 0. Those of Keras and PyTorch are in schedules.ts. */
export type Schedule = (step: number) => number;
export type LearningRate = number | Schedule;

/** Whose definition and defaults hold where Keras 3 and PyTorch differ. */
export type Like = "keras" | "torch";

/** A first-order method. Its state is its own; parameters are changed in place. */
export interface Optimizer<State = unknown> {
  readonly name: string;
  start(size: number): State;
  step(parameters: Float64Array, gradient: ArrayLike<number>, state: State): void;
}

export interface Taken<Slots> {
  steps: number;
  readonly slots: Slots;
}

/**
 * An optimizer from its rule.
 *
 * @param slots what it remembers from step to step, for so many parameters
 * @param update changes the parameters in place; `t` counts the steps from 1
 * @throws RangeError for a learning rate that is not a positive number, or one of a schedule that is negative or none
 */
export function optimizer<Slots>(
  name: string,
  learningRate: LearningRate,
  slots: (size: number) => Slots,
  update: (parameters: Float64Array, gradient: ArrayLike<number>, slots: Slots, rate: number, t: number) => void,
): Optimizer<Taken<Slots>> {
  if (typeof learningRate === "number" && !(learningRate > 0 && learningRate < Infinity))
    throw new RangeError(`the learning rate must be a positive number, not ${learningRate}`);
  const rateAt = (step: number) => {
    if (typeof learningRate === "number") return learningRate;
    const rate = learningRate(step);
    if (!(rate >= 0 && rate < Infinity)) throw new RangeError(`the learning rate of step ${step} is ${rate}`);
    return rate;
  };
  return {
    name,
    start: (size) => ({ steps: 0, slots: slots(size) }),
    step(parameters, gradient, state) {
      const rate = rateAt(state.steps++);
      update(parameters, gradient, state.slots, rate, state.steps);
    },
  };
}

/** @throws RangeError for a rate of decay outside [0, 1). */
export function checkDecays(...decays: readonly number[]): void {
  const wrong = decays.find((decay) => !(decay >= 0 && decay < 1));
  if (wrong !== undefined) throw new RangeError(`a rate of decay must be at least 0 and less than 1, not ${wrong}`);
}
