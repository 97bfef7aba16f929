/** Differentiable functions: values, gradients, Jacobians, Hessians at any point. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  abs,
  add,
  centralDifferences,
  concretize,
  cos,
  type Dialect,
  Differentiable,
  dialects,
  exp,
  floor,
  full,
  less,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  NotScalarizable,
  neg,
  nodesOf,
  pow,
  relu,
  type Shape,
  sin,
  square,
  stack,
  stopGradient,
  sub,
  sum,
  take,
  tanh,
  tensor,
  type Value,
} from "../../src/engine";
import { close, random, richardson } from "./support";
import { build, coordinate, trees } from "./trees";

function define(names: string, f: (...inputs: Value[]) => Value, dialect?: Dialect): Differentiable {
  return new Differentiable(
    names.split(" ").map((name) => ({ name, shape: [] })),
    (inputs) => f(...inputs),
    dialect,
  );
}
const array = (name: string, shape: Shape, f: (x: Value) => Value) =>
  new Differentiable([{ name, shape }], ([x]) => f(x!));

describe("the functions of the document that the project began from", () => {
  // 3.*x**2 + 2.*x − 1 and (x1 + 5)·x2**2, operation by operation as Python does.
  const f = define("x", (x) => sub(add(mul(3, pow(x, 2)), mul(2, x)), 1));
  const g = define("x1 x2", (x1, x2) => mul(add(x1, 5), pow(x2, 2)));

  it("f at 1: value, derivative, second derivative", () => {
    assert.deepEqual(f.gradient([1]), { value: 4, gradient: [8], missing: [false] });
    assert.deepEqual(f.hessian([1]), [[6]]);
  });

  it("f by central differences has the document's digits", () => {
    assert.deepEqual(
      centralDifferences(([x]) => f.value([x!]), [1]),
      [7.999999999999119],
    );
  });

  it("g at (2, 3): value, gradient, Hessian", () => {
    assert.deepEqual(g.gradient([2, 3]), { value: 63, gradient: [9, 42], missing: [false, false] });
    assert.deepEqual(g.hessian([2, 3]), [
      [0, 6],
      [6, 14],
    ]);
  });

  it("g by central differences has the document's digits", () => {
    assert.deepEqual(
      centralDifferences((point) => g.value(point), [2, 3]),
      [8.999999999993236, 41.999999999994486],
    );
  });
});

describe("a differentiable function", function () {
  // Thousands of random functions, on a machine that may be busy.
  this.timeout(30_000);

  it("of Rosenbrock has its well-known derivatives", () => {
    const rosenbrock = define("x y", (x, y) => add(square(sub(1, x)), mul(100, square(sub(y, square(x))))));
    for (const entry of rosenbrock.gradient([1, 1]).gradient) assert.equal(Math.abs(entry), 0);
    const [x, y] = [-1.2, 1];
    const { gradient } = rosenbrock.gradient([x, y]);
    close(gradient[0]!, -215.6, 1e-14);
    close(gradient[1]!, -88, 1e-14);
    const hessian = rosenbrock.hessian([x, y]);
    close(hessian[0]![0]!, 1330, 1e-14);
    close(hessian[0]![1]!, 480, 1e-14);
    close(hessian[1]![0]!, 480, 1e-14);
    close(hessian[1]![1]!, 200, 1e-14);
  });

  it("labels the elements of its array parameters", () => {
    const f = new Differentiable(
      [
        { name: "w", shape: [2, 2] },
        { name: "b", shape: [2] },
        { name: "c", shape: [] },
      ],
      ([w, b, c]) => sum(mul(add(matmul(w!, b!), c!), 2)),
    );
    assert.deepEqual(f.labels, ["w[0, 0]", "w[0, 1]", "w[1, 0]", "w[1, 1]", "b[0]", "b[1]", "c"]);
    assert.deepEqual(f.gradient([1, 2, 3, 4, 5, 6, 7]).gradient, [10, 12, 10, 12, 8, 12, 4]);
    assert.equal(f.value([1, 2, 3, 4, 5, 6, 7]), 2 * (5 + 12 + 7 + 15 + 24 + 7));
  });

  describe("of arrays too large to fall apart", () => {
    const next = random(3);
    const numbers = (count: number) => Array.from({ length: count }, () => 2 * next() - 1);
    const X = tensor(numbers(1200), "float64", [400, 3]);
    const y = tensor(numbers(400));
    const model = (w: Value, b: Value) => tanh(add(matmul(X, w), b));
    const shapes = [
      { name: "w", shape: [3] },
      { name: "b", shape: [] },
    ];
    const point = [0.3, -0.2, 0.9, 0.1];
    const loss = new Differentiable(shapes, ([w, b]) => mean(square(sub(model(w!, b!), y))));

    it("has its gradient and Hessian, as differences have them", () => {
      const { value, gradient, missing } = loss.gradient(point);
      assert.equal(value, loss.value(point));
      assert.deepEqual(missing, [false, false, false, false]);
      const along = (k: number, f: (moved: number[]) => number) => (x: number) =>
        f(point.map((coordinate, i) => (i === k ? x : coordinate)));
      const hessian = loss.hessian(point);
      gradient.forEach((entry, k) => {
        close(
          entry,
          richardson(
            along(k, (moved) => loss.value(moved)),
            point[k]!,
          ),
          1e-10,
        );
        hessian[k]!.forEach((second, l) => {
          close(
            second,
            richardson(
              along(k, (moved) => loss.gradient(moved).gradient[l]!),
              point[k]!,
            ),
            1e-10,
          );
          close(second, hessian[l]![k]!, 1e-13);
        });
      });
    });

    it("has its Jacobian, with the same rows forward as in reverse", () => {
      const f = new Differentiable(shapes, ([w, b]) => model(w!, b!));
      const { values, rows } = f.jacobian(point);
      assert.equal(rows.length, 400);
      const single = new Differentiable(shapes, ([w, b]) => take(model(w!, b!), Int32Array.of(7), []));
      assert.equal(values[7], single.value(point));
      single.gradient(point).gradient.forEach((entry, k) => {
        close(entry, rows[7]![k]!, 1e-13);
      });
      assert.throws(
        () => new Differentiable([{ name: "x", shape: [3000] }], ([x]) => x!).jacobian(new Array(3000).fill(1)),
        /a Jacobian of 3000 × 3000 numbers/,
      );
    });

    it("keeps its guards, and has no formula", () => {
      const f = new Differentiable(shapes, ([w, b]) => {
        const large = mean(model(w!, b!));
        return concretize(less(large, 0)).item() !== 0 ? neg(large) : large;
      });
      const above = [0, 0, 0, 1];
      const below = [0, 0, 0, -1];
      for (const at of [above, below, above]) close(f.value(at), Math.tanh(1), 1e-14);
      close(f.gradient(below).gradient[3]!, -(1 - Math.tanh(1) ** 2), 1e-14);
      assert.throws(() => f.branchAt(above), NotScalarizable);
    });

    it("says which gradients are missing", () => {
      const f = new Differentiable(shapes, ([w, b]) => sum(mul(add(X, w!), stopGradient(b!))));
      assert.deepEqual(f.gradient(point).missing, [false, false, false, true]);
      assert.deepEqual(f.hessian(point), new Array(4).fill([0, 0, 0, 0]));
    });
  });

  it("has a Jacobian, a row for each element of the result", () => {
    const f = define("x y", (x, y) => stack([mul(x, y), sin(x), y]));
    const { values, rows, missing } = f.jacobian([2, 3]);
    assert.deepEqual(values, [6, Math.sin(2), 3]);
    assert.deepEqual(rows, [
      [3, 2],
      [Math.cos(2), 0],
      [0, 1],
    ]);
    assert.deepEqual(missing, [
      [false, false],
      [false, true],
      [true, false],
    ]);
    assert.deepEqual(f.outputShape([2, 3]), [3]);
  });

  it("says which gradients are missing, and counts them as 0", () => {
    const f = define("x y z", (x, _, z) => add(square(x), floor(z)), dialects.tensorflow);
    assert.deepEqual(f.gradient([3, 1, 2.5]), { value: 11, gradient: [6, 0, 0], missing: [false, true, true] });
    assert.deepEqual(f.hessian([3, 1, 2.5]), [
      [2, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    const constant = define("x", () => full([], 7));
    assert.deepEqual(constant.gradient([1]), { value: 7, gradient: [0], missing: [true] });
    assert.deepEqual(constant.hessian([1]), [[0]]);
  });

  it("refuses a gradient, a Hessian or a single value of an array", () => {
    const f = array("w", [2], (w) => mul(w, 2));
    const words = /the result has shape \(2,\), it is not a single number/;
    assert.throws(() => f.value([1, 2]), words);
    assert.throws(() => f.gradient([1, 2]), words);
    assert.throws(() => f.hessian([1, 2]), words);
    assert.deepEqual(f.values([1, 2]), [2, 4]);
    const matrix = array("w", [4], (w) => matmul(stack([w, w]), stack([w, w, w, w])));
    assert.throws(() => matrix.value([1, 2, 3, 4]), /shape \(2, 4\)/);
    const one = array("w", [2], (w) => sum(w, [0], true));
    assert.equal(one.value([1, 2]), 3);
  });

  it("keeps the shapes of its branches apart", () => {
    const f = define("x", (x) => (concretize(less(x, 0)).item() ? stack([x, x]) : x));
    assert.deepEqual(f.outputShape([1]), []);
    assert.deepEqual(f.outputShape([-1]), [2]);
    assert.equal(f.value([2]), 2);
    assert.throws(() => f.value([-2]), /shape \(2,\)/);
    assert.deepEqual(f.gradient([3]).gradient, [1]);
  });

  it("follows loops that end by a value", () => {
    // Newton's method for √a, until it stands.
    const root = define("a", (a) => {
      let x: Value = full([], 1);
      for (let i = 0; i < 50; i++) {
        const error = concretize(sub(square(x), a)).item();
        if (Math.abs(error) < 1e-13) break;
        x = sub(x, mul(sub(square(x), a), pow(mul(2, x), -1)));
      }
      return x;
    });
    for (const a of [2, 3, 10]) {
      const { value, gradient } = root.gradient([a]);
      close(value, Math.sqrt(a), 1e-12);
      close(gradient[0]!, 0.5 / Math.sqrt(a), 1e-10);
    }
  });

  it("passes on what the function throws, and works again after", () => {
    let broken = true;
    const f = define("x", (x) => {
      if (broken) throw new Error("ZeroDivisionError: division by zero");
      return square(x);
    });
    assert.throws(() => f.gradient([2]), /division by zero/);
    broken = false;
    assert.deepEqual(f.gradient([2]).gradient, [4]);
  });

  it("of more branches than are kept still answers", () => {
    const f = define("x", (x) => mul(x, concretize(floor(x)).item()));
    for (let x = 0; x < 100; x++) assert.deepEqual(f.gradient([x + 0.5]).gradient, [x]);
  });

  it("of 200 arguments: gradient and Hessian in a reasonable number of steps", () => {
    const names = Array.from({ length: 200 }, (_, i) => `x${i}`).join(" ");
    let proceeded = 0;
    const f = define(names, (...xs) =>
      xs.slice(1).reduce((total, x, i) => add(total, mul(square(x), xs[i]!)), square(xs[0]!)),
    );
    const point = Array.from({ length: 200 }, (_, i) => 1 + i / 100);
    const { gradient } = f.gradient(point);
    close(gradient[0]!, 2 * point[0]! + point[1]! ** 2, 1e-14);
    close(gradient[100]!, 2 * point[100]! * point[99]! + point[101]! ** 2, 1e-14);
    assert.ok(nodesOf(f.branchAt(point).graph.outputs).length < 1000);
    const hessian = f.hessian(point, () => proceeded++);
    assert.equal(proceeded, 200);
    close(hessian[5]![6]!, 2 * point[6]!, 1e-14);
    close(hessian[6]![5]!, 2 * point[6]!, 1e-14);
    assert.equal(hessian[5]![9], 0);
  });

  it("stops its Hessian where the caller says so", () => {
    const f = define("x y", (x, y) => mul(square(x), y));
    assert.throws(
      () =>
        f.hessian([1, 2], () => {
          throw new Error("cancelled");
        }),
      /cancelled/,
    );
  });

  it("has the gradient and the Hessian that differences give, the Hessian symmetric, for random expressions", () => {
    fc.assert(
      fc.property(trees(2), coordinate, coordinate, (tree, x, y) => {
        const f = define("x y", (a, b) => build(tree, [a, b]));
        const point = [x, y];
        const { value, gradient } = f.gradient(point);
        const hessian = f.hessian(point);
        const all = [value, ...gradient, ...hessian.flat()];
        // Where anything is enormous or undefined, differences say nothing.
        fc.pre(all.every((n) => Math.abs(n) < 1e4));
        close(hessian[0]![1]!, hessian[1]![0]!, 1e-9, "symmetry");
        point.forEach((_, i) => {
          const moved = (t: number) => point.map((c, k) => (k === i ? t : c));
          const near = [moved(point[i]! - 0.01), moved(point[i]! + 0.01)].map((p) => f.gradient(p));
          // A pole, an end of the domain or a steep place nearby: not a place for differences.
          if (
            !near.every((n) =>
              n.gradient.every((c, k) => Math.abs(c - gradient[k]!) < 0.1 * (1 + Math.abs(gradient[k]!))),
            )
          )
            return;
          close(
            gradient[i]!,
            richardson((t) => f.value(moved(t)), point[i]!, 0.01),
            1e-6,
            "gradient",
          );
          for (const k of [0, 1])
            close(
              hessian[i]![k]!,
              richardson((t) => f.gradient(moved(t)).gradient[k]!, point[i]!, 0.01),
              1e-4,
              "Hessian",
            );
        });
      }),
      { numRuns: 400 },
    );
  });

  it("of arrays has the derivatives of the same function of scalars", () => {
    const of = array("x", [3], (x) =>
      sum(mul(exp(take(x, Int32Array.of(0, 1), [2])), cos(take(x, Int32Array.of(1, 2), [2])))),
    );
    const by = define("a b c", (a, b, c) => add(mul(exp(a), cos(b)), mul(exp(b), cos(c))));
    const point = [0.3, -0.7, 1.1];
    assert.deepEqual(of.gradient(point), by.gradient(point));
    assert.deepEqual(of.hessian(point), by.hessian(point));
  });
});

describe("at kinks a function answers as its dialect does", () => {
  const gradients = (names: string, f: (...inputs: Value[]) => Value, point: number[]) =>
    Object.fromEntries(
      Object.values(dialects).map((dialect) => [dialect.name, define(names, f, dialect).gradient(point).gradient]),
    );

  it("|x| at 0", () => {
    assert.deepEqual(
      gradients("x", (x) => abs(x), [0]),
      { python: [0], tensorflow: [0], torch: [0], jax: [1] },
    );
  });

  it("relu at 0", () => {
    assert.deepEqual(
      gradients("x", (x) => relu(x), [0]),
      { python: [0], tensorflow: [0], torch: [0], jax: [0] },
    );
  });

  it("maximum and minimum at a tie, and off it", () => {
    const tie = { python: [0.5, 0.5], tensorflow: [1, 0], torch: [0.5, 0.5], jax: [0.5, 0.5] };
    assert.deepEqual(
      gradients("x y", (x, y) => maximum(x, y), [2, 2]),
      tie,
    );
    assert.deepEqual(
      gradients("x y", (x, y) => minimum(x, y), [2, 2]),
      tie,
    );
    for (const [x, y] of [
      [-1, -2],
      [-2, -1],
      [2, 1],
      [1, 2],
    ] as const) {
      assert.equal(define("x y", (a, b) => maximum(a, b)).value([x, y]), Math.max(x, y));
      assert.equal(define("x y", (a, b) => minimum(a, b)).value([x, y]), Math.min(x, y));
      for (const gradient of Object.values(gradients("x y", (a, b) => maximum(a, b), [x, y])))
        assert.deepEqual(gradient, [Number(x > y), Number(y > x)]);
    }
  });

  it("x·|x| at 0: the second derivative too", () => {
    const second = (dialect: Dialect) => define("x", (x) => mul(x, abs(x)), dialect).hessian([0]);
    assert.deepEqual(second(dialects.tensorflow), [[0]]);
    assert.deepEqual(second(dialects.jax), [[2]]);
  });

  it("steps: missing in TensorFlow, zero elsewhere", () => {
    const of = (dialect: Dialect) => define("x", (x) => floor(x), dialect).gradient([1.5]);
    assert.deepEqual(of(dialects.tensorflow), { value: 1, gradient: [0], missing: [true] });
    for (const dialect of [dialects.torch, dialects.jax]) assert.deepEqual(of(dialect).missing, [false]);
  });

  it("powers of 0", () => {
    const at = (x: number, y: number) => define("x y", (a, b) => pow(a, b)).gradient([x, y]).gradient;
    assert.deepEqual(at(0, 2), [0, 0]);
    assert.deepEqual(at(0, 0.5), [Infinity, 0]);
    assert.deepEqual(at(0, 0), [Number.NaN, 0]);
    const squared = define("x", (x) => pow(x, 2));
    assert.deepEqual(squared.gradient([0]).gradient, [0]);
    assert.deepEqual(squared.hessian([0]), [[2]]);
    assert.deepEqual(squared.hessian([-3]), [[2]]);
  });

  it("a point may be any array of numbers", () => {
    const f = define("x y", (x, y) => mul(x, y));
    assert.equal(f.value(Float64Array.of(2, 3)), 6);
    assert.equal(f.value(tensor([2, 3]).data), 6);
  });
});

describe("the reverse sweep, step by step", () => {
  it("has every operation's value, adjoint and what it passes on", () => {
    const g = define("x1 x2 unused", (x1, x2) => mul(add(x1, 5), square(x2)));
    const steps = g.sweep([2, 3, 1]);
    const told = steps.map(({ node, adjoint, contributions }) => [
      node.op.name,
      node.primal.item(),
      adjoint?.item() ?? null,
      contributions.map((value) => value?.item() ?? null),
    ]);
    assert.deepEqual(told, [
      ["input", 2, 9, []],
      ["input", 3, 42, []],
      ["input", 1, null, []],
      ["add", 7, 9, [9, null]],
      ["square", 9, 7, [42]],
      ["mul", 63, 1, [9, 7]],
    ]);
  });

  it("sums what several operations pass to the same value, on arrays too", () => {
    const f = array("w", [3], (w) => sum(mul(w, sin(w))));
    const point = [0.1, 0.2, 0.3];
    const steps = f.sweep(point);
    const { gradient } = f.gradient(point);
    steps[0]!.adjoint!.data.forEach((x: number, i: number) => {
      close(x, gradient[i]!, 1e-15);
    });
    const passed = steps.flatMap(({ node, contributions }) =>
      node.inputs.flatMap((input, k) => (input === steps[0]!.node ? [contributions[k]!] : [])),
    );
    assert.equal(passed.length, 2);
    close(passed[0]!.data[1]! + passed[1]!.data[1]!, gradient[1]!, 1e-15);
    assert.throws(() => array("w", [2], (w) => w).sweep([1, 2]), RangeError);
  });

  it("agrees with the gradient wherever a function goes", () => {
    fc.assert(
      fc.property(trees(2), coordinate, coordinate, (tree, x, y) => {
        const f = define("x y", (a, b) => build(tree, [a, b]));
        const { gradient, missing } = f.gradient([x, y]);
        f.sweep([x, y])
          .slice(0, 2)
          .forEach(({ adjoint }, i) => {
            assert.equal(adjoint === null, missing[i]);
            if (adjoint && Number.isFinite(gradient[i])) close(adjoint.item(), gradient[i]!, 1e-9);
          });
      }),
      { numRuns: 100 },
    );
  });
});

describe("one column of a Hessian", () => {
  it("is what the whole Hessian has there, over scalars and over arrays", () => {
    const f = define("x y", (x, y) => mul(sin(x), mul(y, exp(x))));
    const whole = f.hessian([0.3, 2]);
    for (const k of [0, 1])
      for (const [i, entry] of f.hessianColumn([0.3, 2], k).entries()) close(entry, whole[k]![i]!, 1e-12);
    const many = array("w", [300], (w) => sum(pow(w, 3)));
    const point = Array.from({ length: 300 }, (_, i) => i / 100);
    const column = many.hessianColumn(point, 7);
    close(column[7]!, 6 * 0.07, 1e-12);
    assert.equal(column[8], 0);
  });
});

describe("the check of a function's own gradient", () => {
  it("finds it right, and says where there is none", () => {
    const verdicts = (f: Differentiable, point: number[]) => f.check(point).map(({ verdict }) => verdict);
    const g = define("x1 x2", (x1, x2) => mul(add(x1, 5), pow(x2, 2)));
    assert.deepEqual(verdicts(g, [2, 3]), ["right", "right"]);
    const kinked = define("x y", (x, y) => add(abs(x), sin(y)));
    assert.deepEqual(verdicts(kinked, [0, 1]), ["not differentiable here", "right"]);
    assert.deepEqual(verdicts(kinked, [1, 1]), ["right", "right"]);
    assert.deepEqual(
      define("x", (x) => sin(stopGradient(x)))
        .check([1])
        .map(({ verdict, claimed }) => [verdict, claimed]),
      [["wrong", 0]],
    );
  });

  it("ends when it is told to, and knows arrays by their elements", () => {
    const norm = array("w", [2], (w) => sum(square(w)));
    assert.deepEqual(
      norm.check([1, 2]).map(({ label, claimed }) => [label, claimed]),
      [
        ["w[0]", 2],
        ["w[1]", 4],
      ],
    );
    const stop = new Error("stop");
    const proceed = () => {
      throw stop;
    };
    assert.throws(() => norm.check([1, 2], { proceed }), stop);
  });

  it("in float32 every result is rounded", () => {
    const cube = define("x y", (x) => pow(x, 3));
    const third = Math.fround(1 / 3);
    assert.deepEqual(cube.singleGradient([1 / 3, 1]), [Math.fround(3 * Math.fround(third * third)), null]);
    assert.deepEqual(define("x", (x) => exp(mul(x, 100))).singleGradient([1]), [Number.POSITIVE_INFINITY]);
  });
});
