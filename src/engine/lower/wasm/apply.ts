/** Operations of the table on two lanes. */
import { type DType, roundTo } from "../../dtype";
import type { Elementwise } from "../../op";
import { call, flag, holds, type Lanes, single, trunc } from "./lanes";

const byCall = (dtype: DType) => (x: Lanes) => call(roundTo[dtype], [x]);
const ROUND: { readonly [D in DType]: (x: Lanes) => Lanes } = {
  float64: (x) => x,
  float32: single,
  float16: byCall("float16"),
  int64: trunc,
  int32: byCall("int32"),
  int16: byCall("int16"),
  int8: byCall("int8"),
  uint64: byCall("uint64"),
  uint32: byCall("uint32"),
  uint16: byCall("uint16"),
  uint8: byCall("uint8"),
  bool: (x) => flag(holds(x)),
};

/** Rounded to an element type. */
export const rounded = (dtype: DType, x: Lanes): Lanes => ROUND[dtype](x);

/** The operation's value, rounded to its type; lane by lane in JavaScript where it has no rule. */
export function applied(op: Elementwise, dtype: DType, inputs: readonly Lanes[]): Lanes {
  const [x, y, z] = inputs as [Lanes, Lanes, Lanes];
  const value = op.simd ? op.simd(x, y, z) : call(op.evaluate, inputs);
  // Tests give 0 or 1 as they are.
  return op.result && dtype === "bool" ? value : rounded(dtype, value);
}
