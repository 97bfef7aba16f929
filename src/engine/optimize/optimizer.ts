/** What a first-order optimizer is, and what all of them share. */
import { withoutRecorders } from "../bind";
import { type Graph, stage } from "../graph/graph";
import { type EachElement, eachElement } from "../lower/iterate";
import { scalar, type Value } from "../tensor";

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
  /** The same as operations, where it can be compiled together with a gradient. */
  readonly rule?: Rule;
}

/** A rule as operations on one coordinate, which are the same for all of them. */
export interface Rule {
  /** The names of what it keeps for each coordinate, 0 at first. */
  readonly slots: readonly string[];
  /** What it needs besides, the same for all coordinates, at step `t`, counted from 1. */
  readonly numbers: (rate: number, t: number) => readonly number[];
  /** Whether these numbers change with t though the rate does not. */
  readonly varies: boolean;
  /** The coordinate after the step, and then its slots. */
  readonly step: (w: Value, g: Value, slots: readonly Value[], numbers: readonly Value[]) => readonly Value[];
  /** The numbers of step `t`. @throws RangeError for a rate of a schedule that is negative or none */
  readonly at: (t: number) => readonly number[];
  /** The numbers are the same at every step. */
  readonly constant: boolean;
  /** A step of arrays: parameters, gradient and slots, with the numbers from `first` on. */
  readonly update: EachElement;
}

export interface Taken<Slots> {
  steps: number;
  readonly slots: Slots;
}

/** The rate at each step, counted from 0. @throws RangeError for a rate that is not a positive number */
function rates(learningRate: LearningRate): Schedule {
  if (typeof learningRate !== "number")
    return (step) => {
      const rate = learningRate(step);
      if (!(rate >= 0 && rate < Infinity)) throw new RangeError(`the learning rate of step ${step} is ${rate}`);
      return rate;
    };
  if (!(learningRate > 0 && learningRate < Infinity))
    throw new RangeError(`the learning rate must be a positive number, not ${learningRate}`);
  return () => learningRate;
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
  const rateAt = rates(learningRate);
  return {
    name,
    start: (size) => ({ steps: 0, slots: slots(size) }),
    step(parameters, gradient, state) {
      const rate = rateAt(state.steps++);
      update(parameters, gradient, state.slots, rate, state.steps);
    },
  };
}

/**
 * An optimizer from its rule as operations.
 * @throws RangeError for a learning rate that is not a positive number, or one of a schedule that is negative or none
 */
export function ruled(
  name: string,
  learningRate: LearningRate,
  own: Pick<Rule, "slots" | "numbers" | "varies" | "step">,
): Optimizer<Taken<readonly Float64Array[]>> {
  const rateAt = rates(learningRate);
  let update: EachElement | undefined;
  const rule: Rule = {
    ...own,
    at: (t) => own.numbers(rateAt(t - 1), t),
    constant: typeof learningRate === "number" && !own.varies,
    update(arrays, numbers, first, out) {
      update ??= eachElement(graphOf(own, own.numbers(1, 1).length), 2 + own.slots.length);
      update(arrays, numbers, first, out);
    },
  };
  return {
    name,
    rule,
    start: (size) => ({ steps: 0, slots: own.slots.map(() => new Float64Array(size)) }),
    step(parameters, gradient, state) {
      const numbers = rule.at(++state.steps);
      rule.update([parameters, gradient, ...state.slots], numbers, 0, [parameters, ...state.slots]);
    },
  };
}

/** The rule as a graph: of the coordinate, its derivative, the slots and the numbers. */
function graphOf({ slots, step }: Pick<Rule, "slots" | "step">, numbers: number): Graph {
  const names = ["w", "g", ...slots, ...Array.from({ length: numbers }, (_, k) => `c${k}`)];
  return withoutRecorders(() =>
    stage(
      names.map((name) => ({ name, primal: scalar(1) })),
      ([w, g, ...rest]) => step(w!, g!, rest.slice(0, slots.length), rest.slice(slots.length)),
    ),
  );
}

/** @throws RangeError for a rate of decay outside [0, 1). */
export function checkDecays(...decays: readonly number[]): void {
  const wrong = decays.find((decay) => !(decay >= 0 && decay < 1));
  if (wrong !== undefined) throw new RangeError(`a rate of decay must be at least 0 and less than 1, not ${wrong}`);
}
