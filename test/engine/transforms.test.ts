/** Derivatives of functions of values: they nest, and agree with each other and with closed forms. */
import assert from "node:assert/strict";
import {
  add,
  exp,
  gradient,
  hessian,
  hvp,
  jacobian,
  jvp,
  matmul,
  mul,
  pow,
  scalar,
  sin,
  solve,
  sum,
  tensor,
  type Value,
  valueAndGradient,
  vjp,
} from "../../src/engine";
import { close, matrix, numbers } from "./support";

const A = matrix([
  [2, 1],
  [1, 3],
]);
const x = tensor([0.5, -1]);
const quadratic = (v: Value) => mul(0.5, matmul(v, matmul(A, v)));

describe("transforms", () => {
  it("gradient and Hessian of a quadratic form", () => {
    const { value, gradient: g } = valueAndGradient(quadratic)(x);
    assert.deepEqual([numbers(value), numbers(g[0]!)], [[1.25], [0, -2.5]]);
    assert.deepEqual(numbers(hessian(quadratic)(x)), [2, 1, 1, 3]);
    assert.deepEqual(numbers(hvp(quadratic, x, tensor([1, 2]))), [4, 7]);
  });

  it("the n-th derivative, gradients in gradients", () => {
    let f = (y: Value): Value => pow(y, 5);
    for (let n = 0; n < 4; n++) {
      const before = f;
      f = (y) => gradient(before)(y)[0]!;
    }
    assert.deepEqual(numbers(f(scalar(2))), [240]);
  });

  it("Jacobians, forward and in reverse, have the shape of the result and then of the input", () => {
    const f = (y: Value) => sin(mul(A, y));
    for (const mode of ["forward", "reverse", undefined] as const) {
      const j = jacobian(f, mode)(x);
      assert.deepEqual(j.shape, [2, 2, 2]);
      const expected = [2 * Math.cos(1), 0, 0, Math.cos(-1), Math.cos(0.5), 0, 0, 3 * Math.cos(-3)];
      numbers(j).forEach((entry, i) => {
        close(entry, expected[i]!, 1e-15);
      });
    }
    assert.deepEqual(jacobian((y) => sum(y))(x).shape, [2]);
    assert.deepEqual(jacobian((y) => y)(tensor([], "float64", [0])).shape, [0, 0]);
  });

  it("a Hessian through a solved system is symmetric and is the Jacobian of the gradient", () => {
    const f = (y: Value) => sum(exp(solve(add(A, mul(0.1, mul(A, y))), y)));
    const h = numbers(hessian(f)(x));
    close(h[1]!, h[2]!, 1e-14);
    const other = numbers(jacobian((y) => gradient(f)(y)[0]!, "reverse")(x));
    h.forEach((entry, i) => {
      close(entry, other[i]!, 1e-13);
    });
  });

  it("a pullback serves many cotangents, and the same value given twice counts twice", () => {
    const { pullback } = vjp((a, b) => mul(a!, b!), [x, x]);
    for (const c of [1, 2])
      assert.deepEqual(
        pullback(tensor([c, c])).map((v) => numbers(v)),
        [
          [0.5 * c, -c],
          [0.5 * c, -c],
        ],
      );
  });

  it("unconnected inputs give zeros; integers and arrays are refused", () => {
    assert.deepEqual(numbers(gradient((_, b) => sum(b!))(x, x)[0]!), [0, 0]);
    assert.deepEqual(numbers(jvp(() => x, [x], [x]).tangent), [0, 0]);
    assert.throws(() => gradient((y) => y)(x), /a gradient is of one number, not of shape \(2\)/);
    assert.throws(() => gradient((y) => y)(scalar(1, "int64")), /not of int64/);
  });
});
