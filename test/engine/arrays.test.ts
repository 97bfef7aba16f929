/** Reductions, movements and linear algebra against NumPy and JAX (test/oracles/arrays.py): values and derivatives. */
import assert from "node:assert/strict";
import * as engine from "../../src/engine";
import { cos, jvp, lower, mul, scalarize, stage, sum, tensor, type Value } from "../../src/engine";
import reference from "../fixtures/engine/arrays.json";
import { close, dot, numbers, random, taped } from "./support";

interface Case {
  inputs: { shape: number[]; data: number[] }[];
  shape: number[];
  value: number[];
  gradients: number[][];
}

const OPERATIONS: { readonly [name: string]: (...inputs: Value[]) => Value } = {
  prod: (x) => engine.prod(x!, [0, 2]),
  "prod all": (x) => engine.prod(x!),
  max: (x) => engine.max(x!, [1]),
  "min keep": (x) => engine.min(x!, [0, 2], true),
  mean: (x) => engine.mean(x!, [-1]),
  logsumexp: (x) => engine.logsumexp(x!, [1]),
  var: (x) => engine.variance(x!, [1], false, 1),
  std: (x) => engine.std(x!, [0, 1]),
  norm: (x) => engine.norm(x!),
  "norm 1": (x) => engine.norm(x!, 1, [0]),
  "norm inf": (x) => engine.norm(x!, Infinity, [0]),
  "norm 3": (x) => engine.norm(x!, 3, [0]),
  cumsum: (x) => engine.cumsum(x!, 1),
  cumprod: (x) => engine.cumprod(x!, 2),
  softmax: (x) => engine.softmax(x!, [1]),
  log_softmax: (x) => engine.logSoftmax(x!),
  concat: (x, y) => engine.concat([x!, y!], 1),
  tile: (x) => engine.tile(x!, [2, 1, 3]),
  repeat: (x) => engine.repeat(x!, 2, 1),
  flip: (x) => engine.flip(x!, [0, 2]),
  roll: (x) => engine.roll(x!, 5, 2),
  slice: (x) => engine.slice(x!, [{ step: -1 }, { start: 2, stop: 0, step: -1 }, { start: -3 }]),
  pad: (x) =>
    engine.pad(
      x!,
      [
        [0, 1],
        [2, 0],
        [1, 1],
      ],
      "constant",
      7,
    ),
  "pad reflect": (x) =>
    engine.pad(
      x!,
      [
        [1, 1],
        [2, 1],
        [3, 2],
      ],
      "reflect",
    ),
  "pad symmetric": (x) =>
    engine.pad(
      x!,
      [
        [1, 1],
        [2, 1],
        [3, 2],
      ],
      "symmetric",
    ),
  gather: (x) => engine.gather(x!, tensor([2, 0, -1, 1], "int64", [2, 2]), 1),
  moveaxis: (x) => engine.moveAxis(x!, 0, 2),
  diag: (x) => engine.diag(x!, -1),
  diagonal: (x) => engine.diag(x!, 1),
  tril: (x) => engine.tril(x!, 1),
  triu: (x) => engine.triu(x!),
  sort: (x) => engine.sort(x!, 1),
  top_k: (x) => engine.topK(x!, 2).values,
  matmul: (a, b) => engine.matmul(a!, b!),
  "matmul vector": (a, b) => engine.matmul(a!, b!),
  dot: (a, b) => engine.dot(a!, b!),
  outer: (a, b) => engine.outer(a!, b!),
  inner: (a, b) => engine.inner(a!, b!),
  tensordot: (a, b) =>
    engine.tensordot(a!, b!, [
      [1, 0],
      [0, 1],
    ]),
  einsum: (a, b) => engine.einsum("bij,jk->bki", a!, b!),
  "einsum trace": (a) => engine.einsum("bii->b", a!),
  kron: (a, b) => engine.kron(a!, b!),
  trace: (a) => engine.trace(a!),
  solve: (a, b) => engine.solve(a!, b!),
  "solve vector": (a, b) => engine.solve(a!, b!),
  inv: (a) => engine.inv(a!),
  det: (a) => engine.det(a!),
  logdet: (a) => engine.slogdet(a!).logdet,
  cholesky: (a) => engine.cholesky(a!),
};

describe("arrays, against NumPy and JAX", () => {
  for (const [name, { inputs, shape, value, gradients }] of Object.entries(reference as { [name: string]: Case })) {
    const f = OPERATIONS[name];
    if (!f) continue;
    const tensors = inputs.map((input) => tensor(input.data, "float64", input.shape));

    it(`${name}: value and gradient`, () => {
      const { tape, out } = taped(tensors, () => f(...tensors));
      assert.deepEqual(out.shape, shape);
      numbers(out).forEach((x, i) => {
        close(x, value[i]!, 1e-13, `${name}[${i}]`);
      });
      const weights = cos(
        tensor(
          value.map((_, i) => 1 + i),
          "float64",
          shape,
        ),
      );
      tape.gradient([out], tensors, [weights]).forEach((gradient, k) => {
        assert.ok("value" in gradient);
        numbers(gradient.value).forEach((x, i) => {
          close(x, gradients[k]![i]!, 1e-12, `∂${name}, ${k}[${i}]`);
        });
      });
    });

    it(`${name}: forward is the transpose of reverse, twice`, () => {
      const next = random(5);
      const like = (x: Value) =>
        tensor(
          Array.from({ length: numbers(x).length }, () => next() - 0.5),
          "float64",
          x.shape,
        );
      const tangents = tensors.map(like);
      const check = (g: (...xs: Value[]) => Value) => {
        const forward = jvp(g, tensors, tangents);
        const { tape, out } = taped(tensors, () => g(...tensors));
        const cotangent = like(out);
        const right = tape
          .gradient([out], tensors, [cotangent])
          .reduce((total, gradient, k) => total + ("value" in gradient ? dot(gradient.value, tangents[k]!) : 0), 0);
        close(dot(cotangent, forward.tangent), right, 1e-11, name);
      };
      check(f);
      check((...xs) => jvp(f, xs, tangents).tangent);
    });

    it(`${name}: falls apart into scalars, guards and all`, () => {
      const graph = stage(
        tensors.map((primal, k) => ({ name: `x${k}`, primal })),
        (xs) => [f(...xs)],
      );
      const out: number[] = [];
      assert.ok(
        lower(scalarize(graph))(
          tensors.flatMap((x) => numbers(x)),
          out,
        ),
      );
      out.forEach((x, i) => {
        close(x, value[i]!, 1e-12, `${name}[${i}]`);
      });
    });
  }

  it("says what does not fit", () => {
    const x = tensor([1, 2, 3]);
    assert.throws(() => engine.max(tensor([])), /max of nothing/);
    assert.throws(() => engine.prod(x, [1]), /axis 1 is out of bounds for a value of 1 dimensions/);
    assert.throws(() => engine.concat([]), /nothing to concatenate/);
    assert.throws(() => engine.concat([x, tensor([1], "float64", [1, 1])]), /do not concatenate/);
    assert.throws(() => engine.split(x, 2), /does not split/);
    assert.throws(() => engine.slice(x, [{ step: 0 }]), /step cannot be zero/);
    assert.throws(() => engine.gather(x, tensor([3], "int64")), /index 3 is out of bounds for axis 0 with size 3/);
    assert.throws(() => engine.topK(x, 4), /the 4 largest of 3/);
    assert.throws(() => engine.squeeze(x, [0]), /cannot be squeezed/);
  });

  it("refuses matrices that have no answer", () => {
    const singular = tensor([1, 2, 2, 4], "float64", [2, 2]);
    assert.throws(() => engine.inv(singular), /singular/);
    assert.throws(() => engine.cholesky(singular), /not positive definite/);
    assert.throws(() => engine.det(tensor([1, 2])), /not square/);
    assert.throws(() => engine.einsum("ij,jk", singular), /of 1 values/);
    const { tape, out } = taped([singular], () => engine.det(singular));
    const [gradient] = tape.gradient([out], [singular]);
    assert.ok(gradient && "value" in gradient);
    assert.deepEqual(numbers(gradient.value), [4, -2, -2, 1]);
  });

  it("takes determinants of more than three rows", () => {
    const next = random(9);
    const a = tensor(
      Array.from({ length: 50 }, () => next() - 0.5),
      "float64",
      [2, 5, 5],
    );
    const b = tensor(
      Array.from({ length: 50 }, () => next() - 0.5),
      "float64",
      [2, 5, 5],
    );
    const [x, y] = [numbers(engine.det(a)), numbers(engine.det(b))];
    numbers(engine.det(engine.matmul(a, b))).forEach((z, i) => {
      close(z, x[i]! * y[i]!, 1e-12);
    });
    const { tape, out } = taped([a], () => engine.det(a));
    const [gradient] = tape.gradient([out], [a]);
    assert.ok(gradient && "value" in gradient);
    close(dot(gradient.value, b), numbers(sum(jvp(engine.det, [a], [b]).tangent))[0]!, 1e-12);
  });

  it("shares a tie of max as scalars too, whatever the dialect says of maximum", () => {
    const f = new engine.Differentiable(
      [{ name: "x", shape: [2] }],
      ([x]) => engine.max(x!),
      engine.dialects.tensorflow,
    );
    assert.deepEqual(f.gradient([1, 1]).gradient, [0.5, 0.5]);
  });

  it("chooses, places and counts", () => {
    const x = tensor([3, 1, 2, 1]);
    assert.deepEqual(numbers(engine.argsort(x)), [1, 3, 2, 0]);
    assert.deepEqual([numbers(engine.argmax(x)), numbers(engine.argmin(x))], [[0], [1]]);
    assert.deepEqual(numbers(engine.booleanMask(x, engine.greater(x, 1))), [3, 2]);
    const table = tensor([0, 1, 2, 3, 4, 5], "float64", [2, 3]);
    assert.deepEqual(numbers(engine.swapAxes(table, 0, -1)), [0, 3, 1, 4, 2, 5]);
    assert.deepEqual(engine.nonzero(table).map(numbers), [
      [0, 0, 1, 1, 1],
      [1, 2, 0, 1, 2],
    ]);
    const [rows, columns] = [tensor([1, -2], "int64", [2, 1]), tensor([0, -1], "int64")];
    const picked = engine.indexArrays(table, [rows, columns]);
    assert.deepEqual(
      [picked.shape, numbers(picked)],
      [
        [2, 2],
        [3, 5, 0, 2],
      ],
    );
    assert.deepEqual(numbers(engine.indexArrays(table, [tensor([1, 1], "int64")])), [3, 4, 5, 3, 4, 5]);
    const slopes = engine.gradient((t) => sum(engine.indexArrays(t, [tensor([1, 1], "int64")])))(table)[0]!;
    assert.deepEqual(numbers(slopes), [0, 0, 0, 2, 2, 2]);
    assert.throws(
      () => engine.indexArrays(table, [tensor([2], "int64")]),
      /index 2 is out of bounds for axis 0 with size 2/,
    );
    assert.deepEqual(numbers(engine.scatterSet(x, Int32Array.of(0, 2, 0), tensor([7, 8, 9]))), [9, 1, 8, 1]);
    assert.deepEqual(numbers(engine.scatterInto(x, Int32Array.of(0, 0), tensor([7, 8]))), [18, 1, 2, 1]);
    assert.deepEqual(numbers(engine.oneHot(tensor([1, 0, 5], "int64"), 2)), [0, 1, 1, 0, 0, 0]);
    assert.deepEqual([numbers(engine.any(x)), numbers(engine.all(tensor([1, 0])))], [[1], [0]]);
    assert.deepEqual(
      engine.meshgrid([x, tensor([1, 2])]).map((grid) => grid.shape),
      [
        [2, 4],
        [2, 4],
      ],
    );
    assert.deepEqual(
      engine.split(x, [1, 3]).map((part) => numbers(part)),
      [[3], [1, 2, 1]],
    );
    assert.deepEqual(numbers(engine.cumsum(x, 0, true)), [7, 4, 3, 1]);
    assert.deepEqual(numbers(engine.prod(tensor([], "float64", [0]))), [1]);
    assert.deepEqual(numbers(engine.sort(tensor([Number.NaN, 2, 1]))), [1, 2, Number.NaN]);
    assert.deepEqual(numbers(sum(mul(engine.softmax(tensor([1000, 1000])), 1))), [1]);
  });
});
