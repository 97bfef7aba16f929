/**
 * Matrices of derivatives. All unit tangents or cotangents go through as one batch, unless they are few. Unconnected
 * inputs give zeros.
 */
import { Batch, Batched } from "../interpreters/batch";
import { jvp } from "../interpreters/forward";
import type { Type } from "../op";
import { concat, reshape, split, stack, transpose, zeros } from "../ops";
import { sizeOf, type Tensor, tensor, type Value } from "../tensor";
import { gradient, mustBeReal, recorded, type ValueFunction } from "./derivatives";
import { leavesOf, type Mapped, mapLeaves, type Structure } from "./leaves";

/** Which way derivatives are carried; absent: from inputs or from results, whichever have fewer elements. */
export type Mode = "forward" | "reverse";

/** Fewer units than this go one by one: a batch would cost more than it saves. */
const FEWEST_BATCHED = 4;
/** Elements of one batch of units, so that large Jacobians do not fill the memory. */
const MOST_BATCHED = 1 << 18;

const sizes = (values: readonly Type[]) => values.map(({ shape }) => sizeOf(shape));
const total = (values: readonly Type[]) => sizes(values).reduce((sum, size) => sum + size, 0);

/** Row-major places, counted through several values one after the other, at which a unit has ones; zeros elsewhere. */
type Places = readonly number[];

const eachPlace = (values: readonly Type[]): Places[] => Array.from({ length: total(values) }, (_, i) => [i]);

/** For each value its part of every unit, along a new first axis; null where all of it is zero. */
function unitsOf(units: readonly Places[], values: readonly Type[]): (Tensor | null)[] {
  let start = 0;
  return values.map(({ shape, dtype }) => {
    const size = sizeOf(shape);
    let data: Float64Array | undefined;
    units.forEach((places, row) => {
      for (const place of places) {
        if (place < start || place >= start + size) continue;
        data ??= new Float64Array(units.length * size);
        data[row * size + place - start] = 1;
      }
    });
    start += size;
    return data ? tensor(data, dtype, [units.length, ...shape]) : null;
  });
}

/**
 * What a linear map makes of every unit, along a new first axis; null where it has null.
 * @param values those that the units are shaped like
 * @param width the elements of a result, as far as they are known
 */
function ofUnits(
  units: readonly Places[],
  values: readonly Type[],
  width: number,
  map: (unit: readonly (Value | null)[]) => readonly (Value | null)[],
): (Value | null)[] {
  if (units.length === 0)
    return map(values.map(zeros)).map((out) => out && zeros({ shape: [0, ...out.shape], dtype: out.dtype }));
  if (units.length < FEWEST_BATCHED) {
    const parts = units.map((unit) =>
      map(unitsOf([unit], values).map((part, k) => part && reshape(part, values[k]!.shape))),
    );
    return parts[0]!.map(
      (first, k) =>
        first && (parts.length > 1 ? stack(parts.map((part) => part[k]!)) : reshape(first, [1, ...first.shape])),
    );
  }
  const atOnce = Math.max(1, Math.floor(MOST_BATCHED / Math.max(width, total(values))));
  const parts: (readonly (Value | null)[])[] = [];
  for (let start = 0; start < units.length; start += atOnce) {
    const some = units.slice(start, start + atOnce);
    const batch = new Batch(some.length);
    const out = map(unitsOf(some, values).map((part) => part && new Batched(batch, part)));
    parts.push(out.map((value) => value && batch.unwrap(value)));
  }
  return parts[0]!.map((first, k) => (parts.length === 1 ? first : first && concat(parts.map((part) => part[k]!))));
}

/** Parts along the first axis, so many for each of the values. */
const partsOf = (x: Value, values: readonly Type[]) => (values.length === 1 ? [x] : split(x, sizes(values)));

/** The axes of a value, taken as of the given lengths, in another order, and then as of `shape`. */
const turned = (x: Value, lengths: readonly number[], order: readonly number[], shape: readonly number[]) =>
  reshape(transpose(reshape(x, lengths), order), shape);

/**
 * The Jacobians of values with respect to sources, given how cotangents are pulled back: at [k][l] that of value k by
 * source l, of shape […value.shape, …source.shape]; null where `pull` has null for the source.
 * @param pull cotangents of the values (null: zero) to cotangents of the sources
 */
export function jacobiansFrom(
  values: readonly Type[],
  sources: readonly Type[],
  pull: (cotangents: readonly (Value | null)[]) => readonly (Value | null)[],
): (Value | null)[][] {
  const rows = ofUnits(eachPlace(values), values, total(sources), pull).map((row) => row && partsOf(row, values));
  return values.map(({ shape }, k) =>
    sources.map((source, l) => rows[l] && reshape(rows[l][k]!, [...shape, ...source.shape])),
  );
}

/**
 * For every value of the result the list of its Jacobians with respect to each input, of the shape
 * […value.shape, …input.shape].
 * @throws TypeError when an input is not of a float type
 */
export function jacobians<R extends Structure>(
  f: (...inputs: Value[]) => R,
  mode?: Mode,
): (...inputs: Value[]) => Mapped<R, Value[]> {
  return (...inputs) => {
    if (mode === "forward" || (!mode && total(inputs) === 1)) return forward(f, inputs);
    const { value, pull } = recorded(f, inputs);
    const leaves = leavesOf(value);
    if (!mode && total(inputs) < total(leaves)) return forward(f, inputs);
    const blocks = jacobiansFrom(leaves, inputs, pull);
    return mapLeaves(value, (leaf, k) =>
      blocks[k]!.map(
        (block, l) => block ?? zeros({ shape: [...leaf.shape, ...inputs[l]!.shape], dtype: inputs[l]!.dtype }),
      ),
    );
  };
}

function forward<R extends Structure>(f: (...inputs: Value[]) => R, inputs: readonly Value[]): Mapped<R, Value[]> {
  mustBeReal(inputs);
  let value: R | undefined;
  const columns = ofUnits(eachPlace(inputs), inputs, total(inputs), (unit) => {
    const out = jvp(f, inputs, unit);
    value = out.value;
    return leavesOf(out.tangent);
  }).map((column) => partsOf(column!, inputs));
  return mapLeaves(value!, (leaf, i) =>
    inputs.map(({ shape }, k) =>
      turned(columns[i]![k]!, [sizeOf(shape), sizeOf(leaf.shape)], [1, 0], [...leaf.shape, ...shape]),
    ),
  );
}

/** ∂f/∂x, of shape […f(x).shape, …x.shape]. @throws TypeError when x is not of a float type */
export function jacobian(f: (x: Value) => Value, mode?: Mode): (x: Value) => Value {
  const blocks = jacobians(f as ValueFunction, mode);
  return (x) => blocks(x)[0]!;
}

/** ∂²f/∂x², of shape […x.shape, …x.shape], forward over reverse. @throws RangeError unless f(x) is one number. */
export function hessian(f: (x: Value) => Value): (x: Value) => Value {
  return (x) => hessians(f as ValueFunction)(x)[0]![0]!;
}

/**
 * The blocks of the Hessian of a function of several inputs: ∂²f/∂xᵢ∂xⱼ at [i][j], of shape […xᵢ.shape, …xⱼ.shape].
 * @throws RangeError unless the result is one number
 */
export function hessians(f: ValueFunction): (...inputs: Value[]) => readonly (readonly Value[])[] {
  return jacobians(gradient(f), "forward");
}

/**
 * For a function whose every row depends on the same row of x only, the Jacobian of each row: [b, …out] by [b, …in]
 * gives [b, …out, …in], TensorFlow's batch_jacobian. Each unit goes through in all rows at once.
 * @throws RangeError unless f(x) has as many rows as x
 */
export function batchJacobian(f: (x: Value) => Value, mode?: Mode): (x: Value) => Value {
  return (x) => {
    const { value, pull } = recorded(f as ValueFunction, [x]);
    const { rows, out, own, shape } = rowwise(value, x);
    if ((mode ?? (own < out ? "forward" : "reverse")) === "reverse")
      return batchJacobianFrom(value, x, (cotangent) => pull([cotangent])[0]!) ?? zeros({ shape, dtype: x.dtype });
    const [columns] = ofUnits(inEveryRow(rows, own), [x], sizeOf(value.shape), (unit) => [jvp(f, [x], unit).tangent]);
    return turned(columns!, [own, rows, out], [1, 2, 0], shape);
  };
}

/** {@link batchJacobian} in reverse, given how cotangents are pulled back to the source; null where `pull` has null. */
export function batchJacobianFrom(like: Type, source: Type, pull: (cotangent: Value) => Value | null): Value | null {
  const { rows, out, own, shape } = rowwise(like, source);
  const [units] = ofUnits(inEveryRow(rows, out), [like], sizeOf(source.shape), ([cotangent]) => [pull(cotangent!)]);
  return units ? turned(units, [out, rows, own], [1, 0, 2], shape) : null;
}

function rowwise(value: Type, x: Type) {
  const [rows] = value.shape;
  if (rows === undefined || rows !== x.shape[0])
    throw new RangeError(`a batch Jacobian of shape (${value.shape}) with respect to shape (${x.shape})`);
  const [out, own] = [sizeOf(value.shape.slice(1)), sizeOf(x.shape.slice(1))];
  return { rows, out, own, shape: [...value.shape, ...x.shape.slice(1)] };
}

/** For each column the places that it has in every row. */
const inEveryRow = (rows: number, width: number) =>
  Array.from({ length: width }, (_, column) => Array.from({ length: rows }, (_, row) => row * width + column));
