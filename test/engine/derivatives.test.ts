/** Matrices of derivatives: against JAX, forward against reverse, in batches against one by one. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  add,
  batchJacobian,
  cast,
  Differentiable,
  exp,
  gradient,
  hessian,
  hessians,
  hvp,
  jacobian,
  jacobians,
  jvp,
  matmul,
  mul,
  ones,
  peek,
  prod,
  scalar,
  sin,
  square,
  stack,
  stopGradient,
  sub,
  sum,
  tanh,
  tensor,
  tensordot,
  transpose,
  type Value,
  vjp,
  vmap,
} from "../../src/engine";
import reference from "../fixtures/engine/transforms.json";
import { close, numbers, withLargest } from "./support";
import { build, coordinate, trees } from "./trees";

interface Array_ {
  shape: number[];
  data: number[];
}

const from = ({ shape, data }: Array_) => tensor(data, "float64", shape);

function same(actual: Value, { shape, data }: Array_, label = ""): void {
  assert.deepEqual(actual.shape, shape, label);
  numbers(actual).forEach((x, i) => {
    close(x, data[i]!, 1e-13, `${label}[${i}]`);
  });
}

const like = (value: Value): Array_ => ({ shape: [...value.shape], data: numbers(value) });

const { inputs, blocks, hessian: expectedHessian, rows, batch } = reference.jacobians;
const [w, x, y] = inputs.map(from) as Value[] as [Value, Value, Value];
/** A layer with two results under names. */
const layer = (...[w, x, y]: Value[]) => ({
  out: mul(tanh(matmul(w!, x!)), y!),
  norm: mul(sum(square(x!)), prod(y!)),
});
const loss = (...[w, x, y]: Value[]) => add(sum(exp(mul(sin(matmul(w!, x!)), y!))), prod(x!));

describe("Jacobians, against JAX", () => {
  for (const mode of ["forward", "reverse", undefined] as const)
    it(`of several inputs and a structured result, ${mode ?? "whichever is cheaper"}`, () => {
      const found = jacobians(layer, mode)(w, x, y);
      for (const name of ["out", "norm"] as const)
        found[name].forEach((block, k) => {
          same(block, blocks[name][k]!, `${name}, input ${k}`);
        });
    });

  it("Hessians in blocks", () => {
    hessians(loss)(w, x, y).forEach((row, i) => {
      row.forEach((block, j) => {
        same(block, expectedHessian[i]![j]!, `block ${i}, ${j}`);
      });
    });
  });

  for (const mode of ["forward", "reverse", undefined] as const)
    it(`of each row by itself, ${mode ?? "whichever is cheaper"}`, () => {
      const f = vmap((row) => stack([sum(sin(row!)), prod(row!)]));
      const r = from(rows);
      same(batchJacobian(f, mode)(r), batch);
      assert.throws(
        () => batchJacobian((all) => transpose(f(all)), mode)(r),
        /a batch Jacobian of shape \(2,4\) with respect to shape \(4,3\)/,
      );
    });
});

describe("Jacobians", () => {
  it("of large functions go through in several batches", () => {
    const n = 600;
    const z = tensor(Array.from({ length: n }, (_, i) => i / n));
    for (const mode of ["forward", "reverse"] as const) {
      const { shape, data } = like(jacobian((v) => mul(square(v), v), mode)(z));
      assert.deepEqual(shape, [n, n]);
      const wrong = data.findIndex((entry, k) => {
        const [i, j] = [Math.floor(k / n), k % n];
        return Math.abs(entry - (i === j ? 3 * (i / n) ** 2 : 0)) > 1e-14;
      });
      assert.equal(wrong, -1);
    }
  });

  it("are the same forward and in reverse, one by one and in batches, for random functions", () => {
    fc.assert(
      fc.property(trees(3), fc.array(coordinate, { minLength: 3, maxLength: 3 }), (tree, point) => {
        const at = point.map((value) => scalar(value));
        // As many results as make a batch, and as few as do not.
        for (const count of [1, 2, 6]) {
          const f = (...xs: Value[]) =>
            stack(Array.from({ length: count }, (_, k) => mul(add(k, xs[k % 3]!), cast(build(tree, xs), "float64"))));
          const [forward, reverse] = (["forward", "reverse"] as const).map((mode) => jacobians(f, mode)(...at));
          const { value, pullback } = vjp(f, at);
          const all = new Float64Array(count).fill(1);
          const { largest } = withLargest(() => pullback(tensor(all, "float64", value.shape)));
          at.forEach((_, k) => {
            const single = Array.from({ length: count }, (_, row) =>
              pullback(
                tensor(
                  Array.from({ length: count }, (_, i) => Number(i === row)),
                  "float64",
                  value.shape,
                ),
              ),
            ).map((row) => peek(row[k]!).item());
            const [a, b] = [numbers(forward![k]!), numbers(reverse![k]!)];
            single.forEach((entry, row) => {
              if (!Number.isFinite(entry)) return;
              close(a[row]!, entry, 1e-12, "forward", largest);
              close(b[row]!, entry, 1e-12, "reverse", largest);
            });
          });
        }
      }),
      { numRuns: 100 },
    );
  });

  it("nest: the Jacobian of a Jacobian is every second derivative, in a batch as well", () => {
    const f = (v: Value) => mul(exp(v), sum(square(v)));
    const v = tensor([0.3, -0.2, 0.5, 0.1]);
    const twice = (["forward", "reverse"] as const).flatMap((outer) =>
      (["forward", "reverse"] as const).map((inner) => jacobian(jacobian(f, inner), outer)(v)),
    );
    for (const other of twice) same(other, like(twice[0]!));
    assert.deepEqual(twice[0]!.shape, [4, 4, 4]);
    const many = tensor([0.3, -0.2, 0.5, 0.1, 1, 2, 3, 4], "float64", [2, 4]);
    const each = vmap((own) => jacobian(f)(own!))(many);
    same(each, like(stack([jacobian(f)(v), jacobian(f)(tensor([1, 2, 3, 4]))])));
    same(batchJacobian(vmap((own) => f(own!)))(many), like(each));
    // The gradient of a number made of a Jacobian.
    const g = (u: Value) => sum(square(jacobian(f)(u)));
    const h = jvp(g, [v], [ones(v)]).tangent;
    close(peek(sum(gradient((u) => g(u!))(v)[0]!)).item(), peek(h).item(), 1e-12);
  });

  it("of nothing and of what is not connected are there, and empty or zero", () => {
    const none = tensor([], "float64", [0]);
    for (const mode of ["forward", "reverse", undefined] as const) {
      assert.deepEqual(jacobian((v) => v, mode)(none).shape, [0, 0]);
      assert.deepEqual(jacobian((v) => stack([sum(v), sum(v)]), mode)(none).shape, [2, 0]);
      assert.deepEqual(like(jacobian((v) => stopGradient(v), mode)(x)), { shape: [2, 2], data: [0, 0, 0, 0] });
      const [first, second] = jacobians((a) => a!, mode)(x, y) as Value[];
      assert.deepEqual([like(first!).data, like(second!)], [[1, 0, 0, 1], { shape: [2, 3], data: [0, 0, 0, 0, 0, 0] }]);
      assert.throws(
        () => jacobian((v) => v, mode)(tensor([1], "int64")),
        /derivatives are of real inputs, not of int64/,
      );
    }
    assert.deepEqual(like(batchJacobian((v) => stopGradient(v))(from(rows))).shape, [4, 3, 3]);
  });

  it("keep the element type", () => {
    const z = tensor([1, 2, 3, 4, 5], "float32");
    for (const mode of ["forward", "reverse"] as const) assert.equal(jacobian(sin, mode)(z).dtype, "float32");
  });
});

describe("gradients of several inputs, and structured results", () => {
  it("pull structured cotangents back, and push structured tangents forward", () => {
    const { value, pullback } = vjp(layer, [w, x, y]);
    const one = { out: ones(value.out), norm: scalar(2) };
    const total = (...xs: Value[]) => {
      const { out, norm } = layer(...xs);
      return add(sum(out), mul(2, norm));
    };
    gradient(total)(w, x, y).forEach((expected, k) => {
      same(pullback(one)[k]!, like(expected));
    });
    const { tangent } = jvp(layer, [w, x, y], [w, null, y]);
    same(tangent.norm, like(jvp((...xs) => layer(...xs).norm, [w, x, y], [w, null, y]).tangent));
    assert.deepEqual(tangent.out.shape, [3]);
  });

  it("multiply the Hessian by vectors, for one input and for all", () => {
    const products = hvp(loss, [w, x, y], [w, x, y]);
    hessians(loss)(w, x, y).forEach((row, i) => {
      const expected = row.map((block, j) => {
        const v = [w, x, y][j]!;
        return tensordot(block, v, v.shape.length);
      });
      same(products[i]!, like(expected.reduce((a, b) => add(a, b))));
    });
    const f = (v: Value) => loss(w, v, y);
    same(hvp(f, x, x), like(matmul(hessian(f)(x), x)));
  });
});

describe("the Hessian of a differentiable function", () => {
  it("is that of the engine, over scalars and over whole arrays, at any point", () => {
    const f = (v: Value) => add(sum(exp(mul(0.1, sub(v, mul(v, v))))), square(sum(sin(v))));
    for (const n of [3, 300]) {
      const d = new Differentiable([{ name: "v", shape: [n] }], ([v]) => f(v!));
      for (const shift of [0, 0.5]) {
        const point = Array.from({ length: n }, (_, i) => Math.sin(i) + shift);
        const expected = numbers(hessian(f)(tensor(point)));
        const found = d.hessian(point);
        assert.deepEqual([found.length, found[0]!.length], [n, n]);
        found.flat().forEach((entry, i) => {
          close(entry, expected[i]!, 1e-12);
        });
      }
    }
  });

  it("leaves zeros where the result does not depend on a parameter", () => {
    const names = ["a", "b", "c"].map((name) => ({ name, shape: [] }));
    const d = new Differentiable(names, ([a, , c]) => mul(square(a!), c!));
    assert.deepEqual(d.hessian([2, 5, 3]), [
      [6, 0, 4],
      [0, 0, 0],
      [4, 0, 0],
    ]);
  });
});
