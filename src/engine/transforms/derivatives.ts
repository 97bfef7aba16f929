/**
 * Derivatives of functions of values. Each transform gives values again, made with operations, so they nest to any
 * order and run inside tapes, staging and each other. Unconnected inputs give zeros.
 */
import { isFloat } from "../dtype";
import { jvp } from "../interpreters/forward";
import { Tape } from "../interpreters/tape";
import { read, reshape, stack, take, zeros } from "../ops";
import { full, type Shape, sizeOf, type Tensor, tensor, type Value } from "../tensor";

export { jvp };

/** A function of values with one value as result. */
export type ValueFunction = (...inputs: Value[]) => Value;

/**
 * f at `inputs`, and the map from a cotangent shaped like the result to vᵀ·J, one value for each input. The map may be
 * called any number of times.
 * @throws TypeError when an input is not of a float type.
 */
export function vjp(
  f: ValueFunction,
  inputs: readonly Value[],
): { value: Value; pullback: (cotangent: Value) => Value[] } {
  const integer = inputs.find((input) => !isFloat(input.dtype));
  if (integer) throw new TypeError(`derivatives are of real inputs, not of ${integer.dtype}`);
  // Each input by an identity of its own: the same value may be given twice.
  const own = inputs.map((input) => read(input));
  const tape = new Tape();
  tape.start();
  for (const input of own) tape.watch(input);
  let value: Value;
  try {
    value = f(...own);
  } finally {
    tape.stop();
  }
  return {
    value,
    pullback: (cotangent) =>
      tape
        .gradient([value], own, [cotangent])
        .map((gradient, k) => ("value" in gradient ? gradient.value : zeros(own[k]!))),
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

/** Zeros, and a one at row-major index `i`. */
export function unit(i: number, { shape, dtype }: { shape: Shape; dtype: Value["dtype"] }): Tensor {
  const size = sizeOf(shape);
  return tensor(
    Array.from({ length: size }, (_, k) => Number(k === i)),
    dtype,
    shape,
  );
}

/**
 * ∂f/∂x, of shape [...f(x).shape, ...x.shape]. Forward, one pass for each element of x, or in reverse, one for each
 * of f(x): whichever are fewer, unless `mode` says.
 */
export function jacobian(f: (x: Value) => Value, mode?: "forward" | "reverse"): (x: Value) => Value {
  return (x) => {
    const { value, pullback } = vjp(f, [x]);
    const [rows, columns] = [sizeOf(value.shape), sizeOf(x.shape)];
    const shape = [...value.shape, ...x.shape];
    if (rows === 0 || columns === 0) return full(shape, 0, value.dtype);
    if ((mode ?? (columns < rows ? "forward" : "reverse")) === "reverse") {
      const gradients = Array.from({ length: rows }, (_, i) => pullback(unit(i, value))[0]!);
      return reshape(stack(gradients), shape);
    }
    const tangents = Array.from({ length: columns }, (_, i) => jvp(f, [x], [unit(i, x)]).tangent);
    const flat = stack(tangents.map((tangent) => reshape(tangent, [rows])));
    return take(
      flat,
      Int32Array.from({ length: rows * columns }, (_, k) => (k % columns) * rows + Math.floor(k / columns)),
      shape,
    );
  };
}

/** ∂²f/∂x², of shape [...x.shape, ...x.shape], forward over reverse. @throws RangeError unless f(x) is one number. */
export function hessian(f: (x: Value) => Value): (x: Value) => Value {
  return jacobian((x) => gradient(f)(x)[0]!, "forward");
}

/** The Hessian times `v` (shaped like x), in one pass forward over reverse. @throws RangeError unless f(x) is one number. */
export function hvp(f: (x: Value) => Value, x: Value, v: Value): Value {
  return jvp((y) => gradient(f)(y)[0]!, [x], [v]).tangent;
}
