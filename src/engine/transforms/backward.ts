/** Reverse mode: one sweep over recorded applications, from targets to sources. */
import { type Application, setSource } from "../bind";
import { currentDialect, type Dialect } from "../dialect";
import { isFloat } from "../dtype";
import type { Op } from "../op";
import { add, cast, mul, multiplyNoNan, unbroadcast, zeros } from "../ops";
import { Tensor, type Value } from "../tensor";

/**
 * Cotangents of whatever the targets depend on.
 *
 * @param applications in the order in which they happened
 * @param cotangents of the targets; grows to those of everything reached
 * @param follows which values to carry cotangents to; the others need none
 */
export function backward(
  applications: readonly Application[],
  cotangents: Map<Value, Value>,
  follows: (value: Value) => boolean,
  dialect: Dialect = currentDialect(),
): Map<Value, Value> {
  for (let i = applications.length - 1; i >= 0; i--) {
    const { op, inputs, attributes, out, source } = applications[i]!;
    const cotangent = cotangents.get(out);
    if (!cotangent) continue;
    const needed = inputs.map(follows);
    // What the sweep does for an operation belongs to that operation's text.
    const before = setSource(source);
    try {
      vjp(op, inputs, attributes, out, cotangent, needed, dialect).forEach((contribution, k) => {
        if (!contribution) return;
        const sum = cotangents.get(inputs[k]!);
        cotangents.set(inputs[k]!, sum ? add(sum, contribution) : contribution);
      });
    } finally {
      setSource(before);
    }
  }
  return cotangents;
}

/** vᵀ·∂out/∂input for each input that is needed; null where there is no derivative. */
export function vjp(
  op: Op,
  inputs: readonly Value[],
  attributes: unknown,
  out: Value,
  cotangent: Value,
  needed: readonly boolean[],
  dialect: Dialect,
): (Value | null)[] {
  switch (op.kind) {
    case "elementwise":
      return inputs.map((input, k) => {
        const partial = needed[k] ? elementwisePartial(op, k, inputs, out, dialect) : null;
        if (partial === null) return null;
        // Zero even where the cotangent is not finite, as in the frameworks.
        if (partial === 0) return zeros(input);
        const product = partial === 1 ? cotangent : times(cotangent, partial, op, dialect);
        return inTypeOf(input, unbroadcast(product, input.shape));
      });
    case "linear": {
      const transposed = op.transpose(cotangent, inputs, attributes);
      return transposed.map((value, k) => (needed[k] ? value : null));
    }
    case "nonlinear":
      return op
        .reverse(cotangent, inputs, out, attributes, dialect)
        .map((value, k) => (value && needed[k] ? inTypeOf(inputs[k]!, value) : null));
    case "bilinear":
      return op.transposes.map((transpose, k) =>
        needed[k] ? inTypeOf(inputs[k]!, transpose(cotangent, inputs, attributes)) : null,
      );
    case "constant":
      return inputs.map(() => null);
  }
}

function times(cotangent: Value, partial: Value | number, op: Op & { kind: "elementwise" }, dialect: Dialect): Value {
  if (!op.absorbsZero || dialect.zeroCotangent === "multiplies") return mul(cotangent, partial);
  // Numbers that are not zero need no test, and the formula stays free of it.
  const nonzero = cotangent instanceof Tensor && Array.prototype.every.call(cotangent.data, (x: number) => x !== 0);
  return nonzero ? mul(cotangent, partial) : multiplyNoNan(cotangent, partial);
}

const inTypeOf = (input: Value, cotangent: Value) => (isFloat(input.dtype) ? cast(cotangent, input.dtype) : cotangent);

/** ∂out/∂inputs[k]; null: none in this dialect. */
export function elementwisePartial(
  op: Op & { kind: "elementwise" },
  k: number,
  inputs: readonly Value[],
  out: Value,
  dialect: Dialect,
): Value | number | null {
  const partial = op.partials[k];
  if (partial) return partial(inputs, out, dialect);
  // A step function: TensorFlow has no gradient, the others have zero.
  return dialect.steps === "zero" && isFloat(out.dtype) && op.name !== "where" ? 0 : null;
}

/** Whether a derivative passes from input `k` to the output; if not, why. */
export function cutAt(op: Op, k: number, inputs: readonly Value[], out: Value, dialect: Dialect): string | undefined {
  if (op.kind === "constant") return op.none;
  if (!isFloat(out.dtype)) return op.kind === "elementwise" && op.none ? op.none : `the result is of type ${out.dtype}`;
  if (!isFloat(inputs[k]!.dtype)) return `it is of type ${inputs[k]!.dtype}`;
  if (op.kind === "elementwise" && !op.partials[k] && (dialect.steps === "none" || op.name === "where"))
    return op.none ?? "it has no derivative";
  return undefined;
}
