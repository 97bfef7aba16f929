/** Looking at a number from within operations; stage.ts, which knows the tracers, fills it in (it imports operations itself). */
import { Tensor, type Value } from "../tensor";

type Look = (value: Value) => Tensor;

const none: Look = () => {
  throw new Error("no interpreter has been loaded");
};
let look = none;
let silent = none;

export function setConcretize(concretize: Look, peek: Look): void {
  look = concretize;
  silent = peek;
}

/** The number a value has now; a graph being staged records a guard. */
export function concretize(value: Value): Tensor {
  return value instanceof Tensor ? value : look(value);
}

/** The number a value has now, without a guard: for one that other guards cover. */
export function glance(value: Value): Tensor {
  return value instanceof Tensor ? value : silent(value);
}
