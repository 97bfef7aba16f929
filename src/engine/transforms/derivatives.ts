/**
 * Derivatives of functions of values. Each transform gives values again, made with operations, so they nest to any
 * order and run inside tapes, staging, batches and each other. Unconnected inputs give zeros.
 */
import { isFloat } from "../dtype";
import { jvp } from "../interpreters/forward";
import { Tape } from "../interpreters/tape";
import { read, zeros } from "../ops";
import { full, sizeOf, type Value } from "../tensor";
import { leavesOf, type Structure } from "./leaves";

export { jvp };

/** A function of values with one value as result. */
export type ValueFunction = (...inputs: Value[]) => Value;

/** What a function did, on a tape. */
export interface Recorded<R extends Structure> {
  readonly value: R;
  /** vᵀ·J for each input, of a cotangent for each leaf of the value (null: zero); null where nothing connects them. */
  readonly pull: (cotangents: readonly (Value | null)[]) => (Value | null)[];
}

/** @throws TypeError when an input is not of a float type. */
export function mustBeReal(inputs: readonly Value[]): void {
  const integer = inputs.find((input) => !isFloat(input.dtype));
  if (integer) throw new TypeError(`derivatives are of real inputs, not of ${integer.dtype}`);
}

/** Runs f once and keeps what reverse mode needs. @throws TypeError when an input is not of a float type. */
export function recorded<R extends Structure>(f: (...inputs: Value[]) => R, inputs: readonly Value[]): Recorded<R> {
  mustBeReal(inputs);
  // Each input by an identity of its own: the same value may be given twice.
  const own = inputs.map((input) => read(input));
  const tape = new Tape();
  tape.start();
  for (const input of own) tape.watch(input);
  let value: R;
  try {
    value = f(...own);
  } finally {
    tape.stop();
  }
  const leaves = leavesOf(value);
  return {
    value,
    pull: (cotangents) => {
      const seeds = cotangents.filter((cotangent) => cotangent !== null);
      const targets = leaves.filter((_, k) => cotangents[k]);
      return tape.gradient(targets, own, seeds).map((gradient) => ("value" in gradient ? gradient.value : null));
    },
  };
}

/**
 * f at `inputs`, and the map from cotangents with the structure of the result to vᵀ·J, one value for each input. The
 * map may be called any number of times.
 * @throws TypeError when an input is not of a float type.
 */
export function vjp<R extends Structure>(
  f: (...inputs: Value[]) => R,
  inputs: readonly Value[],
): { value: R; pullback: (cotangent: R) => Value[] } {
  const { value, pull } = recorded(f, inputs);
  return {
    value,
    pullback: (cotangent) => pull(leavesOf(cotangent)).map((gradient, k) => gradient ?? zeros(inputs[k]!)),
  };
}

/** The gradient with respect to each input. @throws RangeError unless the result is one number. */
export function gradient(f: ValueFunction): (...inputs: Value[]) => Value[] {
  return (...inputs) => valueAndGradient(f)(...inputs).gradient;
}

/** Both at the price of one. @throws RangeError unless the result is one number. */
export function valueAndGradient(f: ValueFunction): (...inputs: Value[]) => { value: Value; gradient: Value[] } {
  return (...inputs) => {
    const { value, pullback } = vjp(f, inputs);
    if (sizeOf(value.shape) !== 1) throw new RangeError(`a gradient is of one number, not of shape (${value.shape})`);
    return { value, gradient: pullback(full(value.shape, 1, value.dtype)) };
  };
}

/**
 * The Hessian times `v` (shaped like x), in one pass forward over reverse; of several inputs, all of them at once.
 * @throws RangeError unless f(x) is one number.
 */
export function hvp(f: ValueFunction, x: Value, v: Value): Value;
export function hvp(f: ValueFunction, x: readonly Value[], v: readonly Value[]): Value[];
export function hvp(f: ValueFunction, x: Value | readonly Value[], v: Value | readonly Value[]): Value | Value[] {
  const products = jvp(gradient(f), leavesOf(x), leavesOf(v)).tangent;
  return Array.isArray(x) ? products : products[0]!;
}
