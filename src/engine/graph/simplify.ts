/**
 * Rewritings that keep every value, NaN and infinities and the sign of zero included, and what derivatives are there.
 * Not among them: x + 0 (−0 + 0 is 0), 0 − x, x − x, x/x, −(x − y); a choice between x and x (an infinite cotangent times
 * 0 is NaN); and x·x for pow(x, 2), which an engine of JavaScript may round otherwise.
 */
import { type DType, isFloat } from "../dtype";
import type { Op } from "../op";
import { add, div, mul, neg, square, sub } from "../ops/elementwise";
import { broadcastTo, cast, reshape, take } from "../ops/structure";
import { broadcastOffsets, type Shape, scalar, sizeOf, Tensor, type Value } from "../tensor";

/** A value that equals op(inputs): one already there, or made with fewer operations. */
export function simplify(op: Op, inputs: readonly Value[], attributes: unknown): Value | undefined {
  const [x, y] = inputs as [Value, Value];
  switch (op.name) {
    case "add": {
      if (!sameFloat(x, y)) return undefined;
      const [a, b] = [negated(x), negated(y)];
      return b ? sub(x, b) : a && sub(y, a);
    }
    case "sub": {
      if (isNumber(y, 0, x)) return x;
      const b = sameFloat(x, y) ? negated(y) : undefined;
      return b && add(x, b);
    }
    case "mul":
      if (isNumber(y, 1, x)) return x;
      if (isNumber(x, 1, y)) return y;
      if (isNumber(y, -1, x)) return neg(x);
      if (isNumber(x, -1, y)) return neg(y);
      if (x === y && x.dtype !== "bool") return square(x);
      return withSigns(mul, x, y) ?? doubled(x, y);
    case "div":
      if (isNumber(y, 1, x)) return x;
      if (isNumber(y, -1, x) && isFloat(x.dtype)) return neg(x);
      return withSigns(div, x, y);
    case "pow":
      return isNumber(y, 1, x) ? x : undefined;
    case "neg":
      return isFloat(x.dtype) ? (negated(x) ?? negatedConstant(x)) : undefined;
    case "square": {
      const inner = isFloat(x.dtype) ? negated(x) : undefined;
      return inner && square(inner);
    }
    case "where":
      return choice(x, y, inputs[2]!);
    case "cast":
      return castOfCast(x, attributes as DType);
    case "reshape":
      return reshaped(x, attributes as Shape);
    case "broadcast_to":
      return isApplied(x, "broadcast_to") ? broadcastTo(x.inputs[0]!, attributes as Shape) : undefined;
    case "take":
      return taken(x, attributes as Selection);
    case "stack":
    case "concat":
      return joined(op, inputs);
    default:
      return undefined;
  }
}

// ── signs ───────────────────────────────────────────────────────────────────

const sameFloat = (x: Value, y: Value) => x.dtype === y.dtype && isFloat(x.dtype);

/** y where x is −y. */
const negated = (x: Value): Value | undefined => (isApplied(x, "neg") ? x.inputs[0] : undefined);

/** Signs of a product or quotient come out, or go into a constant: rounding is symmetric. */
function withSigns(op: typeof mul | typeof div, x: Value, y: Value): Value | undefined {
  if (!sameFloat(x, y)) return undefined;
  const [a, b] = [negated(x), negated(y)];
  if (a && b) return op(a, b);
  const [other, inner] = a ? [y, a] : [x, b];
  if (!inner) return undefined;
  const minus = opposite(other);
  if (minus) return a ? op(inner, minus) : op(minus, inner);
  // The sign of a larger array would cost more than it saves.
  if (sizeOf(inner.shape) < sizeOf(other.shape)) return undefined;
  return neg(a ? op(inner, y) : op(x, inner));
}

/**
 * c·(±2ᵏ·x) is (±2ᵏc)·x for k ≥ 1 and |c| ≥ 1: a doubling is exact, and where it overflows, so does the product.
 */
function doubled(x: Value, y: Value): Value | undefined {
  const [c, other] = isConstant(x) ? [x, y] : [y, x];
  if (!isConstant(c) || !isApplied(other, "mul") || !sameFloat(c, other)) return undefined;
  const [a, b] = other.inputs as [Value, Value];
  const [factor, inner] = isConstant(a) ? [a, b] : [b, a];
  if (!isConstant(factor) || !sameFloat(factor, inner)) return undefined;
  const product = c.data[0]! * factor.data[0]!;
  const exact = Math.abs(factor.data[0]!) >= 2 && Number.isInteger(Math.log2(Math.abs(factor.data[0]!)));
  return exact && Math.abs(c.data[0]!) >= 1 && Number.isFinite(product)
    ? mul(scalar(product, c.dtype), inner)
    : undefined;
}

const isConstant = (x: Value): x is Tensor => x instanceof Tensor && x.shape.length === 0;

/** −(c·x) is (−c)·x, −(c/x) is (−c)/x, −(x/c) is x/(−c). */
function negatedConstant(x: Value): Value | undefined {
  const op = isApplied(x, "mul") ? mul : isApplied(x, "div") ? div : undefined;
  if (!op) return undefined;
  const [a, b] = (x as Applied).inputs as [Value, Value];
  if (!sameFloat(a, b)) return undefined;
  const [first, second] = [opposite(a), opposite(b)];
  return first ? op(first, b) : second && op(a, second);
}

/** −c of a scalar constant c. */
function opposite(x: Value): Value | undefined {
  return x instanceof Tensor && x.shape.length === 0 ? scalar(-x.data[0]!, x.dtype) : undefined;
}

// ── choices and types ───────────────────────────────────────────────────────

/** A choice that is made already, against a constant: anything else would lose its gradient of zeros. */
function choice(condition: Value, x: Value, y: Value): Value | undefined {
  if (!(condition instanceof Tensor)) return undefined;
  const holds = condition.data[0] !== 0;
  for (const c of condition.data) if ((c !== 0) !== holds) return undefined;
  const [chosen, other] = holds ? [x, y] : [y, x];
  const keepsType =
    chosen.dtype === other.dtype && fits(other.shape, chosen.shape) && fits(condition.shape, chosen.shape);
  return keepsType && other instanceof Tensor ? chosen : undefined;
}

/** Whether broadcasting with `small` leaves `shape` as it is. */
function fits(small: Shape, shape: Shape): boolean {
  const added = shape.length - small.length;
  return added >= 0 && small.every((length, k) => length === 1 || length === shape[added + k]);
}

/** The types that hold every number of a type; 64-bit integers are held as float64. */
const WIDER: { readonly [D in DType]: readonly DType[] } = {
  bool: ["uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "float32", "float64"],
  uint8: ["uint16", "uint32", "uint64", "int16", "int32", "int64", "float16", "float32", "float64"],
  uint16: ["uint32", "uint64", "int32", "int64", "float32", "float64"],
  uint32: ["uint64", "int64", "float64"],
  uint64: ["float64"],
  int8: ["int16", "int32", "int64", "float16", "float32", "float64"],
  int16: ["int32", "int64", "float32", "float64"],
  int32: ["int64", "float64"],
  int64: ["float64"],
  float16: ["float32", "float64"],
  float32: ["float64"],
  float64: [],
};

/** A type in between that holds every number changes none. */
function castOfCast(x: Value, dtype: DType): Value | undefined {
  if (!isApplied(x, "cast")) return undefined;
  const inner = x.inputs[0]!;
  return WIDER[inner.dtype].includes(x.dtype) ? cast(inner, dtype) : undefined;
}

// ── moving elements ─────────────────────────────────────────────────────────

interface Selection {
  readonly offsets: Int32Array;
  readonly shape: Shape;
}

function reshaped(x: Value, shape: Shape): Value | undefined {
  if (isApplied(x, "reshape")) return reshape(x.inputs[0]!, shape);
  return isApplied(x, "take") ? take(x.inputs[0]!, (x.attributes as Selection).offsets, shape) : undefined;
}

/** Elements of moved elements are elements of what was moved. */
function taken(x: Value, { offsets, shape }: Selection): Value | undefined {
  if (offsets.length === sizeOf(x.shape) && offsets.every((offset, i) => offset === i)) return reshape(x, shape);
  if (!isApplied(x)) return undefined;
  const of = (inner: Value, map: (offset: number) => number) => take(inner, offsets.map(map), shape);
  const inner = x.inputs[0]!;
  switch (x.op.name) {
    case "reshape":
      return take(inner, offsets, shape);
    case "take": {
      const before = (x.attributes as Selection).offsets;
      return of(inner, (offset) => before[offset]!);
    }
    case "broadcast_to": {
      const before = broadcastOffsets(inner.shape, x.shape);
      return of(inner, (offset) => before[offset]!);
    }
    case "stack":
    case "concat": {
      // All of one part.
      let start = 0;
      for (const part of x.inputs) {
        const first = start;
        const end = start + sizeOf(part.shape);
        if (offsets.length > 0 && offsets.every((offset) => offset >= first && offset < end))
          return part.dtype === x.dtype ? of(part, (offset) => offset - first) : undefined;
        start = end;
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

/** Parts of one value, side by side, are one choice of its elements. */
function joined(op: Op, parts: readonly Value[]): Value | undefined {
  const [first] = parts;
  if (!first || !isApplied(first, "take")) return undefined;
  const whole = first.inputs[0]!;
  const offsets = new Int32Array(parts.reduce((size, part) => size + sizeOf(part.shape), 0));
  let start = 0;
  for (const part of parts) {
    if (!isApplied(part, "take") || part.inputs[0] !== whole) return undefined;
    offsets.set((part.attributes as Selection).offsets, start);
    start += sizeOf(part.shape);
  }
  return take(whole, offsets, op.name === "stack" ? [parts.length, ...first.shape] : [offsets.length]);
}

// ── what a value is ─────────────────────────────────────────────────────────

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
type Applied = Value & { readonly op: Op; readonly inputs: readonly Value[]; readonly attributes: unknown };

function isApplied(value: Value, name?: string): value is Applied {
  return !(value instanceof Tensor) && "op" in value && (name === undefined || (value as Applied).op.name === name);
}
