/** Makes operations that can be called: `sin(x)` binds, `sin.op` is the table's entry. */
import { bind } from "../bind";
import { type DType, isFloat } from "../dtype";
import type { Elementwise } from "../op";
import { scalar, Value } from "../tensor";

/** A value, or a plain number that takes the element type of the other arguments. */
export type Operand = Value | number;

export interface Unary {
  (x: Operand): Value;
  readonly op: Elementwise;
}
export interface Binary {
  (x: Operand, y: Operand): Value;
  readonly op: Elementwise;
}
export interface Ternary {
  (x: Operand, y: Operand, z: Operand): Value;
  readonly op: Elementwise;
}

type Spec = Omit<Elementwise, "kind" | "name" | "arity" | "domain"> & { domain?: Elementwise["domain"] };

const EVERYWHERE: readonly [number, number] = [-3, 3];

/** A plain number becomes a scalar of the first value's type; a fraction among integers becomes float64. */
export function lift(x: Operand, others: readonly Operand[]): Value {
  if (x instanceof Value) return x;
  let dtype: DType = "float64";
  for (const other of others) {
    if (other instanceof Value) {
      dtype = isFloat(other.dtype) || Number.isInteger(x) ? other.dtype : "float64";
      if (dtype === "bool") dtype = "int64";
      break;
    }
  }
  return scalar(x, dtype);
}

function define(name: string, arity: number, spec: Spec): Elementwise {
  return {
    kind: "elementwise",
    name,
    arity,
    domain: Array.from({ length: arity }, () => EVERYWHERE),
    ...spec,
  };
}

export function unary(name: string, spec: Spec): Unary {
  const op = define(name, 1, spec);
  return Object.assign((x: Operand) => bind<unknown>(op, [lift(x, [])], undefined), { op });
}

export function binary(name: string, spec: Spec): Binary {
  const op = define(name, 2, spec);
  return Object.assign((x: Operand, y: Operand) => bind<unknown>(op, [lift(x, [y]), lift(y, [x])], undefined), { op });
}

export function ternary(name: string, spec: Spec): Ternary {
  const op = define(name, 3, spec);
  return Object.assign(
    (x: Operand, y: Operand, z: Operand) =>
      bind<unknown>(op, [lift(x, [y, z]), lift(y, [z, x]), lift(z, [y, x])], undefined),
    { op },
  );
}
