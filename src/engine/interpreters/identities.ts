/** When two applications are the same: the same operation, with the same attributes, on the same values. */
import type { Op } from "../op";
import { sameNumbers, Tensor, type Value } from "../tensor";

/** Attributes with longer lists are not compared, but for offsets. */
const MOST_COMPARED = 256;

export class Identities {
  private readonly ids = new Map<Value | Op, number>();
  /** Long lists of offsets by a hash. */
  private readonly offsets = new Map<number, Int32Array[]>();

  /**
   * A text that is the same for the same operation on the same values with attributes that mean the same; undefined where
   * that cannot be told (functions, long lists).
   */
  keyOf(op: Op, inputs: readonly Value[], attributes?: unknown): string | undefined {
    const meaning = attributes === undefined ? "" : this.meaningOf(attributes);
    if (meaning === undefined) return undefined;
    return `${this.number(op)}(${inputs.map((input) => this.of(input)).join()})${meaning}`;
  }

  private of(value: Value): string {
    // Scalars are the same when their numbers are (−0 is not 0); others when they are one object.
    if (value instanceof Tensor && value.shape.length === 0) {
      const number = value.data[0]!;
      return `${Object.is(number, -0) ? "-0" : number}:${value.dtype}`;
    }
    return `v${this.number(value)}`;
  }

  private number(thing: Value | Op): number {
    const number = this.ids.get(thing) ?? this.ids.size;
    this.ids.set(thing, number);
    return number;
  }

  private meaningOf(attributes: unknown): string | undefined {
    if (typeof attributes === "function") return undefined;
    if (typeof attributes !== "object" || attributes === null)
      return Object.is(attributes, -0) ? "-0" : `${attributes}:${typeof attributes}`;
    if (Array.isArray(attributes) || ArrayBuffer.isView(attributes)) {
      const list = attributes as unknown as ArrayLike<unknown>;
      if (list.length > MOST_COMPARED) return list instanceof Int32Array ? this.meaningOfOffsets(list) : undefined;
      return together(Array.from(list, (one) => this.meaningOf(one)));
    }
    if (Object.getPrototypeOf(attributes) !== Object.prototype) return undefined;
    return together([...Object.keys(attributes), ...Object.values(attributes).map((one) => this.meaningOf(one))]);
  }

  private meaningOfOffsets(offsets: Int32Array): string {
    let hash = offsets.length;
    for (let i = 0; i < offsets.length; i++) hash = Math.imul(hash ^ offsets[i]!, 0x01000193);
    const alike = this.offsets.get(hash) ?? [];
    this.offsets.set(hash, alike);
    const known = alike.findIndex((other) => sameNumbers(offsets, other));
    return `${hash}.${known >= 0 ? known : alike.push(offsets) - 1}`;
  }
}

function together(meanings: readonly (string | undefined)[]): string | undefined {
  return meanings.includes(undefined) ? undefined : `{${meanings.join()}}`;
}
