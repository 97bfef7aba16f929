/** When two applications are the same: the same operation on the same values. */
import type { Op } from "../op";
import { Tensor, type Value } from "../tensor";

export class Identities {
  private readonly ids = new Map<Value, number>();

  /** A text that is the same for the same operation, without attributes, on the same values. */
  keyOf(op: Op, inputs: readonly Value[]): string {
    return `${op.name}(${inputs.map((input) => this.of(input)).join()})`;
  }

  private of(value: Value): string {
    // Scalars are the same when their numbers are (−0 is not 0); others when they are one object.
    if (value instanceof Tensor && value.shape.length === 0) {
      const number = value.data[0]!;
      return `${Object.is(number, -0) ? "-0" : number}:${value.dtype}`;
    }
    const id = this.ids.get(value) ?? this.ids.size;
    this.ids.set(value, id);
    return `v${id}`;
  }
}
