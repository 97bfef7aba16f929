/** Derivatives at the edges as TensorFlow, PyTorch and JAX answer them (test/oracles/edges.py). */
import assert from "node:assert/strict";
import * as engine from "../../src/engine";
import { type Dialect, dialects, scalar, tensor, type Value, withDialect } from "../../src/engine";
import jax from "../fixtures/engine/edges-jax.json";
import tensorflow from "../fixtures/engine/edges-tensorflow.json";
import torch from "../fixtures/engine/edges-torch.json";
import { numbers, plain, taped } from "./support";

type Numbers = number | string | null | (number | string)[];
interface Row {
  name: string;
  at: Numbers[];
  value: Numbers;
  gradients: Numbers[];
}

const guarded = (f: (x: Value) => Value) => (x: Value) => engine.where(engine.greater(x, 0), f(x), 0);

const OPERATIONS: { readonly [name: string]: (...inputs: Value[]) => Value } = {
  leaky_relu: (x) => engine.leakyRelu(x!, 0.2),
  elu: (x) => engine.elu(x!, 1),
  hard_sigmoid: (x) => engine.hardSigmoid(x!),
  cumprod: (x) => engine.sum(engine.cumprod(x!)),
  norm1: (x) => engine.norm(x!, 1),
  norm_inf: (x) => engine.norm(x!, Infinity),
  // PyTorch divides by n − 1, the others by n.
  std: (x) => engine.std(x!, [0], false, engine.currentDialect().name === "torch" ? 1 : 0),
  where_sqrt: (x) => guarded(engine.sqrt)(x!),
  where_rsqrt: (x) => guarded(engine.rsqrt)(x!),
  where_log: (x) => guarded(engine.log)(x!),
};

/** Where we do not follow a framework, and why. */
const OWN: { readonly [row: string]: string } = {
  "jax hypot 0,0": "halves come from how JAX scales, not from a convention",
  "tensorflow cumprod [0,2,3]": "TensorFlow divides by the factor, and answers 0: ours is exact",
  "tensorflow logaddexp 1,1": "an experimental function that takes the derivative of its own scaling",
};

const number = (x: number | string) => Number(String(x).replace("inf", "Infinity"));
const list = (x: Numbers) => (Array.isArray(x) ? x.map(number) : x === null ? null : [number(x)]);

/** Equal but for rounding; the sign of a zero is not held to. */
function same(actual: readonly number[] | null, expected: readonly number[] | null, label: string): void {
  if (actual === null || expected === null) {
    assert.equal(actual, expected, label);
    return;
  }
  const near = (x: number, y: number) => Object.is(x, y) || x === y || Math.abs(x - y) <= 1e-7 * Math.abs(y);
  assert.ok(
    actual.length === expected.length && actual.every((x, k) => near(x, expected[k]!)),
    `${label}: [${actual}] is not [${expected}]`,
  );
}

describe("derivatives at the edges", () => {
  for (const [name, rows] of Object.entries({ tensorflow, torch, jax }))
    for (const { name: op, at, value, gradients } of rows as Row[]) {
      const row = `${name} ${op} ${at.map((x) => (Array.isArray(x) ? `[${x}]` : x)).join()}`;
      const f = OPERATIONS[op] ?? (engine as unknown as { [name: string]: (...inputs: Value[]) => Value })[op];
      (OWN[row] ? it.skip : it)(row, () => {
        assert.ok(f);
        withDialect((dialects as { [name: string]: Dialect })[name]!, () => {
          const inputs = at.map((x) => (Array.isArray(x) ? tensor(list(x)!) : scalar(number(x!))));
          const { tape, out } = taped(inputs, () => f(...inputs));
          same(numbers(out), list(value), row);
          tape.gradient([out], inputs).forEach((gradient, k) => {
            const own = plain(gradient);
            same(typeof own === "number" ? [own] : own, list(gradients[k]!), `${row}, ∂${k}`);
          });
        });
      });
    }
});
