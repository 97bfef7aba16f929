/** The operation behind derivatives that a user gives. What makes them is in transforms/custom.ts. */
import { bind } from "../bind";
import type { Nonlinear } from "../op";
import { Tensor, type Value } from "../tensor";

/** How derivatives pass through a function, both ways; each is made of operations, and neither looks at the other. */
export interface Rule {
  /** vᵀ·J for each input; null: none. */
  readonly reverse: (cotangent: Value, inputs: readonly Value[]) => readonly (Value | null)[];
  /** J·v. */
  readonly forward: (tangents: readonly Value[], inputs: readonly Value[]) => Value;
}

/** (value, ...inputs): the value as it is, with a derivative in the inputs that the rule gives; none in the value itself. */
export const customOp: Nonlinear<Rule> = {
  kind: "nonlinear",
  name: "custom_derivative",
  arity: Number.POSITIVE_INFINITY,
  type: ([value]) => value!,
  // A value of its own: tapes tell values apart by identity.
  evaluate: ([value]) => new Tensor(value!.data, value!.shape, value!.dtype),
  reverse: (cotangent, [, ...inputs], _, rule) => [null, ...rule.reverse(cotangent, inputs)],
  forward: ([, ...tangents], [, ...inputs], _, rule) => rule.forward(tangents, inputs),
  // A rule for arrays need not be one for their elements.
  scalars: (elements, inputs, rule) =>
    inputs.every(({ shape }) => shape.length === 0) ? [bind(customOp, elements.flat(), rule)] : undefined,
  latex: "#1",
  javascript: "#1",
};
