/** Functions whose derivative the user gives, or that are computed again when it is needed. */
import { type Application, addRecorder, bind, removeRecorder, withoutRecorders } from "../bind";
import { isFloat } from "../dtype";
import { Input, Node, Stage } from "../interpreters/stage";
import { Tape } from "../interpreters/tape";
import { add, cast, concat, customOp, mul, type Rule, reshape, sum, take, zeros } from "../ops";
import { full, sizeOf, Tensor, type Value } from "../tensor";
import { type ValueFunction, vjp } from "./derivatives";

/** A rule for reverse mode gave too few or too many gradients; languages word it as their framework does. */
export class WrongGradientCount extends TypeError {
  constructor(
    readonly expected: number,
    readonly given: number,
  ) {
    super(`a custom gradient gave ${given} gradients for ${expected} inputs`);
  }
}

/** What a function with a gradient of its own gives: its results, and vᵀ·J for each input from a cotangent for each result. */
export interface WithPullback {
  readonly outputs: readonly Value[];
  readonly pullback: (...cotangents: Value[]) => readonly (Value | null)[];
}

/**
 * A function with a gradient of its own, as tf.custom_gradient, jax.custom_vjp and torch.autograd.Function take it. `f`
 * runs once at each call, in the open: what it computes for the pullback has derivatives of its own, so second order is
 * that of the pullback's operations. Results that are not floats have none. The pullback runs when a tape sweeps; where
 * a graph is made or forward mode is at work, it runs once on unknown cotangents. Forward mode is its transpose, which is
 * right where it is linear in the cotangents.
 * @throws WrongGradientCount when the pullback gives not one gradient (or null: none) for each input
 * @throws RangeError where a graph is made and the pullback looks at the number of a cotangent
 */
export function customGradient(f: (...inputs: Value[]) => WithPullback): (...inputs: Value[]) => Value[] {
  return (...inputs) => {
    const { outputs, pullback } = f(...inputs);
    const counted = (...cotangents: Value[]) => {
      const gradients = pullback(...cotangents);
      if (gradients.length !== inputs.length) throw new WrongGradientCount(inputs.length, gradients.length);
      return gradients;
    };
    return joined(outputs, (value, split) => {
      const reverse = (cotangent: Value) => counted(...split(cotangent));
      const concrete = [value, ...inputs].every((input) => input instanceof Tensor);
      const { rule, closed } = concrete
        ? { rule: { reverse, forward: transposed(reverse, value) }, closed: [] }
        : followed(reverse, value, inputs.length);
      return bind(customOp, [value, ...inputs, ...closed], rule);
    });
  };
}

/**
 * A function with a rule for forward mode of its own, as jax.custom_jvp takes it: `rule` gives J·v for each result from
 * the inputs and a tangent for each (zeros where there is none), linear in the tangents. Reverse mode is its transpose.
 * Neither may close over values that have derivatives.
 */
export function customJvp(
  f: (...inputs: Value[]) => readonly Value[],
  rule: (primals: readonly Value[], tangents: readonly Value[]) => readonly Value[],
): (...inputs: Value[]) => Value[] {
  return (...inputs) =>
    joined(f(...inputs), (value, split) => {
      const forward = (tangents: readonly Value[], primals: readonly Value[]): Value => {
        const given = rule(primals, tangents);
        // Through the same door as the results; the shape of each is that of its result.
        return join(split(value).map((part, k) => given[k] ?? zeros(part)));
      };
      const reverse = (cotangent: Value, primals: readonly Value[]) =>
        vjp((...tangents) => forward(tangents, primals), primals.map(zeros)).pullback(cotangent);
      return bind(customOp, [value, ...inputs], { forward, reverse });
    });
}

/**
 * The same function, but a tape keeps only its inputs and result: the derivative computes it again. As jax.checkpoint,
 * torch.utils.checkpoint and tf.recompute_grad; values that `f` closes over have their derivatives too.
 */
export function checkpoint(f: ValueFunction): ValueFunction {
  return (...inputs) => {
    // A graph keeps every operation anyway, and forward mode keeps none.
    if (!inputs.every((input) => input instanceof Tensor)) return f(...inputs);
    const free = new Set<Value>(inputs.filter(({ dtype }) => isFloat(dtype)));
    const made = new Set<Value>();
    const listener = {
      record({ inputs: taken, out }: Application) {
        for (const value of taken) if (!made.has(value) && isFloat(value.dtype)) free.add(value);
        made.add(out);
      },
    };
    const value = withoutRecorders(() => {
      addRecorder(listener);
      try {
        return f(...inputs);
      } finally {
        removeRecorder(listener);
      }
    });
    if (!(value instanceof Tensor)) return f(...inputs);
    const sources = [...free];
    const reverse = (cotangent: Value): (Value | null)[] => {
      const tape = new Tape();
      tape.start();
      for (const source of sources) tape.watch(source);
      let again: Value;
      try {
        again = f(...inputs);
      } finally {
        tape.stop();
      }
      return tape
        .gradient([again], sources, [cotangent])
        .map((gradient) => ("value" in gradient ? gradient.value : null));
    };
    return bind(customOp, [value, ...sources], { reverse, forward: transposed(reverse, value) });
  };
}

/** J·v from vᵀ·J: the derivative of ⟨v, Jᵀ·u⟩ in u, at u = 0. */
function transposed(reverse: Rule["reverse"], value: Value): Rule["forward"] {
  return (tangents, inputs) => {
    const product = (u: Value): Value =>
      reverse(u, inputs)
        .flatMap((gradient, k) => (gradient ? [sum(mul(gradient, tangents[k]!))] : []))
        .reduce((a, b) => add(a, b), full([], 0, value.dtype));
    const { pullback } = vjp(product, [zeros(value)]);
    return pullback(full([], 1, value.dtype))[0]!;
  };
}

/**
 * The rule of a pullback that closes over values being followed: it runs once on unknown cotangents, and what it closes
 * over become further inputs, so that the rule serves wherever the operation is applied again.
 */
function followed(
  reverse: (cotangent: Value) => readonly (Value | null)[],
  value: Value,
  count: number,
): { rule: Rule; closed: readonly Value[] } {
  const stage = new Stage();
  const unknown = stage.input("cotangent", full(value.shape, 1, value.dtype));
  // In the open: what it computes apart from the cotangents may be on a tape.
  const gradients = reverse(unknown);
  if (stage.guards.length > 0)
    throw new RangeError("a custom gradient that looks at the number of a cotangent is not followed");
  const own = (x: Value) => x instanceof Node && x.interpreter === stage;
  const used = [...stage.nodes.flatMap((node) => node.inputs), ...gradients];
  const closed = [...new Set(used.filter((x): x is Value => x !== null && !(x instanceof Tensor) && !own(x)))];
  const again: Rule["reverse"] = (cotangent, inputs) => {
    const values = new Map<Value, Value>([[unknown, cotangent]]);
    closed.forEach((x, k) => {
      values.set(x, inputs[count + k]!);
    });
    const at = (x: Value) => values.get(x) ?? x;
    for (const node of stage.nodes)
      if (!(node instanceof Input)) values.set(node, bind(node.op, node.inputs.map(at), node.attributes));
    return [...gradients.map((x) => x && at(x)), ...closed.map(() => null)];
  };
  return { rule: { reverse: again, forward: transposed(again, value) }, closed };
}

// ── several results as one ──────────────────────────────────────────────────

/** An operation has one result: several floats pass through it laid end to end, in the widest of their types. */
function joined(
  outputs: readonly Value[],
  through: (value: Value, split: (value: Value) => Value[]) => Value,
): Value[] {
  const floats = outputs.filter(({ dtype }) => isFloat(dtype));
  if (floats.length === 0) return [...outputs];
  const split = (value: Value): Value[] => {
    if (floats.length === 1) return [value];
    let start = 0;
    return floats.map(({ shape, dtype }) => {
      const first = start;
      start += sizeOf(shape);
      const offsets = Int32Array.from({ length: start - first }, (_, i) => first + i);
      return cast(take(value, offsets, shape), dtype);
    });
  };
  const parts = split(through(join(floats), split));
  return outputs.map((output) => (isFloat(output.dtype) ? parts.shift()! : output));
}

function join(values: readonly Value[]): Value {
  return values.length === 1 ? values[0]! : concat(values.map((value) => reshape(value, [sizeOf(value.shape)])));
}
