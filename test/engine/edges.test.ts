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

/** Where we do not follow a framework, why, and the gradients that we give. */
const OWN: { readonly [row: string]: { readonly why: string; readonly gradients: Numbers[] } } = {
  "jax hypot 0,0": {
    why: "halves come from how JAX scales, not from a convention",
    gradients: ["nan", "nan"],
  },
  "tensorflow cumprod [0,2,3]": {
    why: "TensorFlow divides by the factor, and answers 0: ours is exact",
    gradients: [[9, 0, 0]],
  },
  "tensorflow logaddexp 1,1": {
    why: "an experimental function that takes the derivative of its own scaling",
    gradients: [0.5, 0.5],
  },
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

const labelOf = (name: string, op: string, at: readonly Numbers[]) =>
  `${name} ${op} ${at.map((x) => (Array.isArray(x) ? `[${x}]` : x)).join()}`;

describe("derivatives at the edges", () => {
  for (const [name, rows] of Object.entries({ tensorflow, torch, jax }))
    for (const { name: op, at, value, gradients } of rows as Row[]) {
      const row = labelOf(name, op, at);
      const f = OPERATIONS[op] ?? (engine as unknown as { [name: string]: (...inputs: Value[]) => Value })[op];
      const expected = OWN[row]?.gradients ?? gradients;
      it(OWN[row] ? `${row}, our own answer: ${OWN[row].why}` : row, () => {
        assert.ok(f);
        withDialect((dialects as { [name: string]: Dialect })[name]!, () => {
          const inputs = at.map((x) => (Array.isArray(x) ? tensor(list(x)!) : scalar(number(x!))));
          const { tape, out } = taped(inputs, () => f(...inputs));
          same(numbers(out), list(value), row);
          tape.gradient([out], inputs).forEach((gradient, k) => {
            const own = plain(gradient);
            same(typeof own === "number" ? [own] : own, list(expected[k]!), `${row}, ∂${k}`);
          });
        });
      });
    }

  it("every answer of our own has its row", () => {
    const rows = Object.entries({ tensorflow, torch, jax }).flatMap(([name, of]) =>
      (of as Row[]).map(({ name: op, at }) => labelOf(name, op, at)),
    );
    assert.deepEqual(
      Object.keys(OWN).filter((row) => !rows.includes(row)),
      [],
    );
  });

  const slopes = (dialect: Dialect, inputs: readonly Value[], f: () => Value) =>
    withDialect(dialect, () => {
      const { tape, out } = taped(inputs, f);
      return tape.gradient([out], inputs).map(plain);
    });

  it("the power of a whole exponent 0 is constant, that of a float one is the dialect's 0/0", () => {
    const zero = scalar(0);
    const of = (dialect: Dialect, exponent: Value) => slopes(dialect, [zero], () => engine.pow(zero, exponent));
    assert.deepEqual(of(dialects.jax, scalar(0, "int64")), [0]);
    assert.deepEqual(of(dialects.jax, scalar(0)), [Number.NaN]);
    assert.deepEqual(of(dialects.tensorflow, scalar(0)), [Number.NaN]);
    assert.deepEqual(of(dialects.torch, scalar(0)), [0]);
  });

  it("the gradient of det [[1,2],[2,4]] is that of its cofactors, in every dialect (TensorFlow throws, PyTorch says 0)", () => {
    const singular = tensor([1, 2, 2, 4], "float64", [2, 2]);
    for (const dialect of Object.values(dialects) as Dialect[])
      assert.deepEqual(
        slopes(dialect, [singular], () => engine.det(singular)),
        [[4, -2, -2, 1]],
      );
  });

  it("steps have no gradient in TensorFlow and a gradient of zero elsewhere", () => {
    const [x, y] = [scalar(7.5), scalar(2)];
    for (const f of [() => engine.floor(x), () => engine.round(x), () => engine.floordiv(x, y)]) {
      assert.deepEqual(slopes(dialects.tensorflow, [x], f), [null]);
      for (const dialect of [dialects.torch, dialects.jax, dialects.python])
        assert.deepEqual(slopes(dialect, [x], f), [0]);
    }
  });

  it("the plain dialect answers by convention: ½ at ties, 0 for |x| and relu, slopes at the edges of clip", () => {
    const at = (f: (...xs: Value[]) => Value, ...xs: number[]) => {
      const inputs = xs.map((x) => scalar(x));
      return slopes(dialects.python, inputs, () => f(...inputs));
    };
    assert.deepEqual(at(engine.abs as (x: Value) => Value, 0), [0]);
    assert.deepEqual(at(engine.relu as (x: Value) => Value, 0), [0]);
    assert.deepEqual(
      at((x) => engine.relu6(x!), 6),
      [0],
    );
    assert.deepEqual(
      at((x) => engine.sqrt(x!), 0),
      [Infinity],
    );
    assert.deepEqual(
      at((x, y) => engine.maximum(x!, y!), 1, 1),
      [0.5, 0.5],
    );
    assert.deepEqual(
      at((x, y) => engine.minimum(x!, y!), 1, 1),
      [0.5, 0.5],
    );
    assert.deepEqual(
      at((x) => engine.clip(x!, 0, 1), 1),
      [1],
    );
    assert.deepEqual(
      at((x, y) => engine.pow(x!, y!), 0, 0),
      [Number.NaN, 0],
    );
    assert.deepEqual(
      at((x, y) => engine.pow(x!, y!), 0, 0.5),
      [Infinity, 0],
    );
    assert.deepEqual(
      at((x, y) => engine.pow(x!, y!), -2, 3),
      [12, Number.NaN],
    );
    assert.deepEqual(
      at((y, x) => engine.atan2(y!, x!), 0, 0),
      [Number.NaN, Number.NaN],
    );
    assert.deepEqual(
      at((x) => guarded(engine.sqrt)(x!), 0),
      [Number.NaN],
    );
    assert.deepEqual(
      at((x) => engine.leakyRelu(x!, 0.2), 0),
      [0.2],
    );
    const [pair, factors] = [tensor([1, 1]), tensor([0, 2, 3])];
    assert.deepEqual(
      slopes(dialects.python, [pair], () => engine.std(pair)),
      [[Number.NaN, Number.NaN]],
    );
    assert.deepEqual(
      slopes(dialects.python, [pair], () => engine.max(pair)),
      [[0.5, 0.5]],
    );
    assert.deepEqual(
      slopes(dialects.python, [factors], () => engine.prod(factors)),
      [[6, 0, 0]],
    );
    assert.deepEqual(
      slopes(dialects.python, [factors], () => engine.sum(engine.cumprod(factors))),
      [[9, 0, 0]],
    );
    const origin = tensor([0, 0]);
    assert.deepEqual(
      slopes(dialects.python, [origin], () => engine.norm(origin)),
      [[Number.NaN, Number.NaN]],
    );
  });
});
