/** Forward mode: dual values, a primal with its tangent. */
import { bind, type Interpreter, nextLevel, type Tracer } from "../bind";
import { currentDialect } from "../dialect";
import type { DType } from "../dtype";
import type { Op } from "../op";
import { add, broadcastTo, cast, mul, zeros } from "../ops";
import { type Shape, Value } from "../tensor";
import { elementwisePartial } from "../transforms/backward";
import { mapLeaves, type Structure } from "../transforms/leaves";

export class Dual extends Value implements Tracer {
  readonly dtype: DType;
  readonly shape: Shape;

  constructor(
    readonly interpreter: Forward,
    readonly primal: Value,
    /** null: zero, without the work. */
    readonly tangent: Value | null,
  ) {
    super();
    this.dtype = primal.dtype;
    this.shape = primal.shape;
  }
}

export class Forward implements Interpreter {
  readonly level = nextLevel();

  apply(op: Op, inputs: readonly Value[], attributes: unknown): Value {
    const duals = inputs.map((input) => (input instanceof Dual && input.interpreter === this ? input : null));
    const primals = inputs.map((input, k) => duals[k]?.primal ?? input);
    const tangents = duals.map((dual) => dual?.tangent ?? null);
    const out = bind(op, primals, attributes);
    if (tangents.every((tangent) => tangent === null)) return new Dual(this, out, null);
    return new Dual(this, out, pushforward(op, primals, tangents, attributes, out));
  }
}

/** ∂out/∂inputs · tangents of one operation; null is zero. */
export function pushforward(
  op: Op,
  primals: readonly Value[],
  tangents: readonly (Value | null)[],
  attributes: unknown,
  out: Value,
): Value | null {
  switch (op.kind) {
    case "elementwise": {
      const dialect = currentDialect();
      const terms = tangents.flatMap((tangent, k) => {
        const partial = tangent && elementwisePartial(op, k, primals, out, dialect);
        if (partial === null || partial === 0 || !tangent) return [];
        return [partial === 1 ? tangent : mul(partial, tangent)];
      });
      if (terms.length === 0) return null;
      return cast(
        broadcastTo(
          terms.reduce((a, b) => add(a, b)),
          out.shape,
        ),
        out.dtype,
      );
    }
    case "linear":
      return bind(
        op as Op,
        tangents.map((tangent, k) => tangent ?? zeros(primals[k]!)),
        attributes,
      );
    case "nonlinear":
      return op.forward(
        tangents.map((tangent, k) => tangent ?? zeros(primals[k]!)),
        primals,
        out,
        attributes,
        currentDialect(),
      );
    case "bilinear": {
      const [a, b] = primals as [Value, Value];
      const terms = [
        ...(tangents[0] ? [bind(op as Op, [tangents[0], b], attributes)] : []),
        ...(tangents[1] ? [bind(op as Op, [a, tangents[1]], attributes)] : []),
      ];
      return terms.reduce((x, y) => add(x, y));
    }
    case "constant":
      return null;
  }
}

/**
 * f at `primals` and its derivative along `tangents`: (f(x), J·v), each with the structure of f's result.
 * A missing or null tangent is zero.
 */
export function jvp<R extends Structure>(
  f: (...inputs: Value[]) => R,
  primals: readonly Value[],
  tangents: readonly (Value | null)[],
): { value: R; tangent: R } {
  const forward = new Forward();
  const out = f(...primals.map((primal, k) => new Dual(forward, primal, tangents[k] ?? null)));
  const own = (value: Value) => (value instanceof Dual && value.interpreter === forward ? value : null);
  return {
    value: mapLeaves(out, (leaf) => own(leaf)?.primal ?? leaf),
    tangent: mapLeaves(out, (leaf) => own(leaf)?.tangent ?? zeros(leaf)),
  };
}
