/** Steps of rules as graphs, and their numbers ready for many steps at once. */
import { withoutRecorders } from "../bind";
import { type Graph, guardsOver, replay, stage } from "../graph/graph";
import { full, scalar, type Value } from "../tensor";
import type { Rule } from "./optimizer";

/** Numbers are looked at after so many steps, for whether they are finite. */
export const STEPS_AT_ONCE = 4096;
/** A state of more numbers is not kept in variables. */
export const MOST_VARIABLES = 64;
/** Nor is a step of more operations written as one loop. */
export const MOST_OPERATIONS = 1500;

const NONE = new Float64Array(0);

/** The numbers of a rule's steps, computed once. */
export class StepNumbers {
  /** Those of the first steps, one step behind the other. */
  private known = new Float64Array(0);

  constructor(private readonly rule: Rule) {}

  /**
   * Those of each step from `first` on, counted from 0, one step behind the other.
   * @throws RangeError for a rate of a schedule that is negative or none
   */
  of(first: number, count: number): Float64Array {
    const { rule } = this;
    const width = rule.at(1).length;
    const known = this.known.length / width;
    if (first + count > known) {
      const all = new Float64Array((first + count) * width);
      all.set(this.known);
      for (let step = known; step < first + count; step++) all.set(rule.at(step + 1), step * width);
      this.known = all;
    }
    return this.known.subarray(first * width, (first + count) * width);
  }

  /** The same for a graph of {@link stepGraph}, which holds those that never change. */
  ofGraph(first: number, count: number): Float64Array {
    return this.rule.constant ? NONE : this.of(first, count);
  }
}

/**
 * Parameters and slots after one step, from those before it and the step's numbers.
 * @param gradient its first outputs are the gradient; any others are those of the step too, after what is said above
 */
export function stepGraph(gradient: Graph, rule: Rule): Graph {
  const size = gradient.inputs.length;
  const numbers = rule.at(1);
  const names = [
    ...gradient.inputs.map(({ name, primal }) => ({ name, primal })),
    ...rule.slots.flatMap((slot) =>
      gradient.inputs.map(({ name, primal }) => ({ name: `${slot} of ${name}`, primal: full(primal.shape, 0) })),
    ),
    ...(rule.constant ? [] : numbers.map((_, k) => ({ name: `c${k}`, primal: scalar(1) }))),
  ];
  let guards: Graph["guards"] = [];
  const graph = withoutRecorders(() =>
    stage(
      names,
      (values) => {
        const own = new Map<Value, Value>(gradient.inputs.map((input, k) => [input, values[k]!]));
        guards = guardsOver(gradient.guards, own);
        const outputs = replay(gradient.outputs, own);
        const width = (1 + rule.slots.length) * size;
        const constants = rule.constant ? numbers.map((number) => scalar(number)) : values.slice(width);
        const stepped = gradient.inputs.map((_, k) =>
          rule.step(
            values[k]!,
            outputs[k]!,
            rule.slots.map((_, slot) => values[(1 + slot) * size + k]!),
            constants,
          ),
        );
        const after = Array.from({ length: 1 + rule.slots.length }, (_, part) => stepped.map((own) => own[part]!));
        return [...after.flat(), ...outputs.slice(size)];
      },
      Infinity,
    ),
  );
  return { ...graph, guards };
}
