/** Batching: a function written for one member, run for all members of a batch at once. */
import { bind, type Interpreter, nextLevel, type Tracer, withoutRecorders } from "../bind";
import type { DType } from "../dtype";
import type { Op } from "../op";
import { broadcastTo, moveAxis, normalAxis, reshape, stack, take, zeros } from "../ops";
import { type Shape, sizeOf, Value } from "../tensor";
import { leavesOf, mapLeaves, type Structure } from "../transforms/leaves";

/** One member of a batch, any of them: its shape is a member's. */
export class Batched extends Value implements Tracer {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly primal = null;

  constructor(
    readonly interpreter: Batch,
    /** All members along the first axis. */
    readonly members: Value,
  ) {
    super();
    this.dtype = members.dtype;
    this.shape = members.shape.slice(1);
  }

  /** One of the members; zeros where there are none. */
  example(): Value {
    return withoutRecorders(() => (this.members.shape[0] === 0 ? zeros(this) : memberOf(this.members, 0)));
  }
}

export class Batch implements Interpreter {
  readonly level = nextLevel();

  /** @param size how many members there are */
  constructor(readonly size: number) {}

  apply(op: Op, inputs: readonly Value[], attributes: unknown): Value {
    const batched = inputs.map((input) => input instanceof Batched && input.interpreter === this);
    const whole = inputs.map((input, k) => (batched[k] ? (input as Batched).members : input));
    return new Batched(this, this.applyToAll(op, inputs, whole, batched, attributes));
  }

  private applyToAll(
    op: Op,
    inputs: readonly Value[],
    whole: readonly Value[],
    batched: readonly boolean[],
    attributes: unknown,
  ): Value {
    if (op.kind === "elementwise") return bind(op as Op, alignRight(inputs, whole, batched), attributes);
    if (op.batch) return op.batch(whole, batched, attributes);
    if (this.size === 0) {
      const { shape, dtype } = op.type(inputs, attributes);
      return zeros({ shape: [0, ...shape], dtype });
    }
    return stack(
      Array.from({ length: this.size }, (_, i) =>
        bind(
          op as Op,
          whole.map((value, k) => (batched[k] ? memberOf(value, i) : value)),
          attributes,
        ),
      ),
    );
  }

  /** All members of a value along a new first axis: the same ones where it does not depend on the batch. */
  unwrap(value: Value): Value {
    if (value instanceof Batched && value.interpreter === this) return value.members;
    return broadcastTo(value, [this.size, ...value.shape]);
  }
}

/** Broadcasting aligns at the right: axes of length 1 keep the batch the first of all. */
function alignRight(inputs: readonly Value[], whole: readonly Value[], batched: readonly boolean[]): Value[] {
  const rank = Math.max(...inputs.map((input) => input.shape.length));
  return whole.map((value, k) => {
    const own = inputs[k]!.shape;
    if (!batched[k] || own.length === rank) return value;
    return reshape(value, [value.shape[0]!, ...new Array<number>(rank - own.length).fill(1), ...own]);
  });
}

function memberOf(members: Value, i: number): Value {
  const shape = members.shape.slice(1);
  const size = sizeOf(shape);
  return take(
    members,
    Int32Array.from({ length: size }, (_, k) => i * size + k),
    shape,
  );
}

/** Which axis is the batch's; null: the value is the same for every member. */
export type Axis = number | null;

/**
 * `f`, written for one member of a batch, for whole batches: JAX's vmap. A branch in `f` on a batched value is a
 * TypeError.
 * @param inAxes for all inputs or for each: the axis along which its members lie
 * @param outAxes for all results or for each (in order): where the members' axis goes; null asks for one result for all
 * @throws RangeError where no input has a batch's axis, or their lengths differ; TypeError for `null` of a batched result.
 */
export function vmap<R extends Structure>(
  f: (...inputs: Value[]) => R,
  inAxes: Axis | readonly Axis[] = 0,
  outAxes: Axis | readonly Axis[] = 0,
): (...inputs: Value[]) => R {
  return (...inputs) => {
    const axes = spread(inAxes, inputs.length, "inputs").map((axis, k) =>
      axis === null ? null : normalAxis(axis, inputs[k]!.shape.length),
    );
    const sizes = inputs.flatMap(({ shape }, k) => (axes[k] === null ? [] : [shape[axes[k]!]!]));
    if (sizes.length === 0) throw new RangeError("vmap needs an input with a batch's axis");
    if (sizes.some((size) => size !== sizes[0]))
      throw new RangeError(`vmap of batches of different sizes: ${sizes.join(", ")}`);
    const batch = new Batch(sizes[0]!);
    const out = f(
      ...inputs.map((input, k) => (axes[k] === null ? input : new Batched(batch, moveAxis(input, axes[k]!, 0)))),
    );
    const places = spread(outAxes, leavesOf(out).length, "results");
    return mapLeaves(out, (leaf, k) => {
      const place = places[k]!;
      if (place !== null) return moveAxis(batch.unwrap(leaf), 0, normalAxis(place, leaf.shape.length + 1));
      if (leaf instanceof Batched && leaf.interpreter === batch)
        throw new TypeError("vmap: a result without a batch's axis depends on the batch");
      return leaf;
    });
  };
}

function spread(axes: Axis | readonly Axis[], count: number, what: string): readonly Axis[] {
  if (axes === null || typeof axes === "number") return new Array<Axis>(count).fill(axes);
  if (axes.length !== count) throw new RangeError(`vmap: ${axes.length} axes for ${count} ${what}`);
  return axes;
}
