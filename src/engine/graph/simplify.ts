/** Rewritings that keep every value, NaN and infinities and the sign of zero included. */
import type { Op } from "../op";
import { Tensor, type Value } from "../tensor";

/** A value already there that equals op(inputs), or undefined. */
export function simplify(op: Op, inputs: readonly Value[], attributes: unknown): Value | undefined {
  const [x, y] = inputs as [Value, Value?];
  switch (op.name) {
    case "mul":
      return isNumber(y!, 1, x) ? x : isNumber(x, 1, y!) ? y : undefined;
    case "div":
    case "pow":
      return isNumber(y!, 1, x) ? x : undefined;
    case "sub":
      return isNumber(y!, 0, x) ? x : undefined;
    case "neg":
      return hasApplication(x) && x.op.name === "neg" ? x.inputs[0] : undefined;
    case "take": {
      // An element of scalars laid side by side is that scalar.
      const { offsets, shape } = attributes as { offsets: Int32Array; shape: readonly number[] };
      if (shape.length > 0 || !hasApplication(x) || x.op.name !== "stack") return undefined;
      const element = x.inputs[offsets[0]!];
      return element?.shape.length === 0 && element.dtype === x.dtype ? element : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether `value` is the scalar constant `number` and does not change the type or the shape of `other`. */
function isNumber(value: Value, number: number, other: Value): boolean {
  return (
    value instanceof Tensor &&
    value.shape.length === 0 &&
    Object.is(value.data[0], number) &&
    value.dtype === other.dtype
  );
}

/** A node of a graph, seen without knowing staging (which imports this). */
function hasApplication(value: Value): value is Value & { op: Op; inputs: readonly Value[] } {
  return !(value instanceof Tensor) && "op" in value;
}
