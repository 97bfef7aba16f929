/** Forward mode: dual values, a primal with its tangent. */
import { bind, type Interpreter, nextLevel, type Tracer } from "../bind";
import { currentDialect } from "../dialect";
import type { DType } from "../dtype";
import type { Op } from "../op";
import { add, broadcastTo, cast, mul, zeros } from "../ops";
import { type Shape, Value } from "../tensor";
import { elementwisePartial } from "../transforms/backward";

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
    return new Dual(this, out, this.tangent(op, primals, tangents, attributes, out));
  }

  private tangent(
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
}

/** f at `primals` and its derivative along `tangents`: (f(x), J·v). */
export function jvp(
  f: (...inputs: Value[]) => Value,
  primals: readonly Value[],
  tangents: readonly (Value | null)[],
): { value: Value; tangent: Value } {
  const forward = new Forward();
  const out = f(...primals.map((primal, k) => new Dual(forward, primal, tangents[k] ?? null)));
  const dual = out instanceof Dual && out.interpreter === forward ? out : new Dual(forward, out, null);
  return { value: dual.primal, tangent: dual.tangent ?? zeros(dual.primal) };
}
