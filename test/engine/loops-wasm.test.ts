/** Loops over arrays in WebAssembly: the same as those in JavaScript, but for the order of sums. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  adam,
  add,
  bind,
  concat,
  concretize,
  cumsum,
  Differentiable,
  type DType,
  descend,
  elementwiseOps,
  flip,
  type Graph,
  gradientNodes,
  greater,
  logsumexp,
  matmul,
  max,
  minimize,
  momentum,
  mul,
  type Optimizer,
  pow,
  relu,
  sgd,
  stage,
  sub,
  sum,
  type Tensor,
  take,
  tanh,
  tensor,
  transposeMatrices,
  type Value,
  where,
} from "../../src/engine";
import { fuse } from "../../src/engine/lower/fuse";
import { compileLoops } from "../../src/engine/lower/loops-javascript";
import { compileInWasm } from "../../src/engine/lower/wasm/loops";
import { numbers as numbersOf, random, ulps } from "./support";
import { build, trees } from "./trees";

const SPECIAL = [Number.NaN, Infinity, -Infinity, -0, 0, 5e-324, -1e-310, 1e300, 1, -2, 0.5, 3, -0.25];

function filled(shape: readonly number[], seed: number, dtype: DType = "float64"): Tensor {
  const next = random(seed);
  return tensor(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 4 * next() - 2),
    dtype,
    shape,
  );
}

/** Both backends at the inputs' own values; the last number is what is returned. */
function both(graph: Graph, returned?: Value): { javascript: Float64Array; wasm: Float64Array } {
  const program = fuse(graph, returned);
  const point = Float64Array.from(graph.inputs.flatMap((input) => numbersOf(input)));
  const [javascript, wasm] = [0, 1].map(() => new Float64Array(program.size + 1)) as [Float64Array, Float64Array];
  const missing = () => assert.fail("a guard");
  javascript[program.size] = compileLoops(program, missing)!(point, javascript.subarray(0, program.size));
  const loops = compileInWasm(program)!;
  const results = wasm.subarray(0, program.size);
  wasm[program.size] = loops.run(point, results)!;
  // The first call has found nothing of one before.
  const first = [...wasm];
  wasm[program.size] = loops.run(point, results)!;
  assert.deepEqual([...wasm], first);
  // In arrays of its own there is nothing to copy.
  loops.point.set(point);
  loops.run(loops.point, loops.out);
  assert.deepEqual([...loops.out], [...results]);
  return { javascript, wasm };
}

function same(graph: Graph, returned?: Value, tolerance = 1e-13): void {
  const { javascript, wasm } = both(graph, returned);
  javascript.forEach((x, i) => {
    const near = Math.abs(wasm[i]! - x) <= tolerance * (1 + Math.abs(x));
    assert.ok(Object.is(wasm[i], x) || near, `${i}: ${wasm[i]} is not ${x}`);
  });
}

/** With its gradient. */
function sameGradient(inputs: readonly Tensor[], f: (...inputs: Value[]) => Value, tolerance?: number): void {
  const graph = stage(
    inputs.map((primal, k) => ({ name: `x${k}`, primal })),
    (values) => [f(...values)],
  );
  const gradients = gradientNodes(graph.outputs[0]!, graph.inputs).map((entry, k) => entry ?? inputs[k]!);
  same({ ...graph, outputs: gradients }, graph.outputs[0], tolerance);
}

const range = (from: number, to: number, step = 1) =>
  Int32Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + step * i);

describe("loops in WebAssembly", () => {
  for (const op of elementwiseOps)
    it(`${op.name} over arrays, to 2 ulp`, () => {
      const points = SPECIAL.flatMap((x) => (op.arity < 2 ? [[x]] : SPECIAL.map((y) => [x, y])));
      const columns = Array.from({ length: op.arity }, (_, k) => tensor(points.map((point) => point[k] ?? point[0]!)));
      const graph = stage(
        columns.map((primal, k) => ({ name: `x${k}`, primal })),
        (inputs) => [bind<unknown>(op, inputs, undefined)],
      );
      const { wasm } = both(graph);
      points.forEach(([x, y, z], i) => {
        const exact = op.evaluate(x!, y ?? x!, z ?? x!);
        const near = Object.is(wasm[i], exact) || (exact !== 0 && ulps(wasm[i]!, exact) <= 2);
        assert.ok(near, `${points[i]}: ${wasm[i]}, not ${exact}`);
      });
    });

  it("random functions of arrays and their gradients", () =>
    fc.assert(
      fc.property(
        trees(3, "kinks", true),
        fc.nat(),
        fc.constantFrom<DType>("float64", "float32"),
        (tree, seed, dtype) => {
          const inputs = [[5, 7], [7], [5, 1]].map((shape, k) => filled(shape, seed + k, dtype));
          const graph = stage(
            inputs.map((primal, k) => ({ name: `x${k}`, primal })),
            (values) => [build(tree, values)],
          );
          const { javascript, wasm } = both(graph);
          // Sums that cancel differ by what their terms lose.
          const size = Math.max(1, ...javascript.map(Math.abs).filter(Number.isFinite));
          const most = (dtype === "float32" ? 1e-4 : 1e-10) * size;
          javascript.forEach((x, i) => {
            const near = Math.abs(wasm[i]! - x) <= most || size > 1e6;
            assert.ok(Object.is(wasm[i], x) || near, `${i}: ${wasm[i]} is not ${x}`);
          });
        },
      ),
      { numRuns: 120 },
    ));

  for (const n of [2, 3, 4, 5, 9, 100, 1001])
    it(`neighbours, every second and every third of ${n}`, () => {
      sameGradient([filled([n], n)], (x) => {
        const [a, b] = [take(x, range(0, n - 1), [n - 1]), take(x, range(1, n), [n - 1])];
        return sum(add(mul(100, pow(sub(b, pow(a, 2)), 2)), pow(sub(1, a), 2)));
      });
      sameGradient([filled([n], n)], (x) => sum(pow(take(x, range(0, n, 2), [Math.ceil(n / 2)]), 3)));
      sameGradient([filled([n], n)], (x) => sum(mul(flip(x), cumsum(x, 0))));
      sameGradient([filled([n], n)], (x) => sum(pow(concat([x, take(x, range(0, n, 3), [Math.ceil(n / 3)])], 0), 2)));
    });

  for (const [m, k, n] of [
    [1, 1, 1],
    [1, 9, 5],
    [6, 7, 1],
    [5, 1, 3],
    [7, 30, 9],
    [13, 600, 6],
  ] as const)
    it(`products of ${m} × ${k} and ${k} × ${n}`, () => {
      sameGradient([filled([m, k], 1), filled([k, n], 2)], (a, b) => sum(tanh(matmul(a, b))), 1e-12);
      // Sums of hundreds of products that are fused or not.
      sameGradient(
        [filled([k, m], 1), filled([n, k], 2)],
        (a, b) => sum(pow(matmul(transposeMatrices(a), transposeMatrices(b)), 2)),
        1e-12,
      );
    });

  for (const n of [2561, 5000, 10_241])
    it(`arrays of ${n} in blocks, from and to arrays of the caller's`, () => {
      const [x, y] = [filled([n], 1), filled([n], 2)];
      const next = (x: Value) => take(x, range(1, n), [n - 1]);
      const earlier = (x: Value) => take(x, range(0, n - 1), [n - 1]);
      sameGradient([x], (x) => sum(pow(sub(next(x), pow(earlier(x), 2)), 2)), 1e-12);
      sameGradient([x, y], (x, y) => sum(mul(pow(x, 2), tanh(y))), 1e-12);
      sameGradient([x, y], (x, y) => sum(mul(next(x), pow(earlier(y), 2))), 1e-12);
      // Not one loop through the arrays in their order, or with others.
      sameGradient([x], (x) => sum(pow(mul(x, flip(x)), 2)), 1e-12);
      sameGradient([x], (x) => sum(mul(pow(x, 2), y)), 1e-12);
      sameGradient([x], (x) => pow(sum(pow(x, 2)), 2), 1e-12);
      const half = Math.floor(n / 2);
      const every = (first: number) => (x: Value) => take(x, range(first, 2 * half, 2), [half]);
      sameGradient([x], (x) => sum(pow(sub(every(1)(x), pow(every(0)(x), 2)), 2)), 1e-12);
      const graph = stage([{ name: "x", primal: x }], ([x]) => [mul(x!, 2), sub(1, x!), every(1)(x!)]);
      same(graph, undefined, 0);
      // One array for both is read before it is written.
      const loops = compileInWasm(
        fuse({ ...graph, outputs: [mul(earlier(graph.inputs[0]!), next(graph.inputs[0]!))] }),
      )!;
      const own = Float64Array.from(x.data);
      loops.run(own, own.subarray(0, n - 1));
      own.subarray(0, n - 1).forEach((product, i) => {
        assert.equal(product, x.data[i]! * x.data[i + 1]!);
      });
    });

  for (const first of [0, 1, 2, 20, 39])
    it(`what one loop has stored, from ${first} on, in another that turns as often`, () => {
      const n = 40;
      const graph = stage([{ name: "x", primal: filled([n], 3) }], ([x]) => {
        const both = concat([pow(x!, 2), sub(1, x!)], 0);
        return [mul(x!, take(both, range(first, first + n), [n]))];
      });
      same(graph, undefined, 0);
    });

  it("gradients of slices with steps fill what they come from in one loop", () => {
    const n = 24;
    const slices = [0, 1].map((first) => range(first, n, 2));
    const graph = stage([{ name: "x", primal: filled([n], 3) }], ([x]) => {
      const [a, b] = slices.map((slice) => take(x!, slice, [n / 2])) as [Value, Value];
      return [sum(mul(pow(a, 2), pow(b, 3)))];
    });
    const outputs = gradientNodes(graph.outputs[0]!, graph.inputs) as Value[];
    const { steps, tables } = fuse({ ...graph, outputs });
    assert.deepEqual(
      steps.map((step) => step.kind === "loop" && [step.extents, step.stores.map(({ at }) => at)]),
      [[[n / 2], [0, 1].map((offset) => ({ offset, strides: [2] }))]],
    );
    assert.deepEqual(tables, []);
    same({ ...graph, outputs });
  });

  it("batches of products", () => {
    sameGradient([filled([3, 5, 6], 1), filled([3, 6, 4], 2)], (a, b) => sum(pow(matmul(a, b), 2)));
  });

  for (const dtype of ["float64", "float32"] as const)
    it(`a network, ${dtype}`, () => {
      const [x, labels] = [filled([9, 20], 5, dtype), filled([9, 4], 6, dtype)];
      sameGradient(
        [filled([20, 11], 1, dtype), filled([11], 2, dtype), filled([11, 4], 3, dtype), filled([4], 4, dtype)],
        (w1, b1, w2, b2) => {
          const logits = add(matmul(relu(add(matmul(x, w1), b1)), w2), b2);
          return sum(sub(logsumexp(logits, [-1]), sum(mul(logits, labels), [-1])));
        },
        dtype === "float32" ? 1e-5 : 1e-12,
      );
    });

  it("descends over large arrays as step by step", () => {
    const f = new Differentiable(
      [
        { name: "x", shape: [60] },
        { name: "b", shape: [] },
      ],
      ([x, b]) => {
        // A branch that changes on the way.
        const weight = concretize(greater(b!, 0.5)).item() === 0 ? 1 : 2;
        return add(sum(mul(weight, pow(sub(x!, tensor(Array.from({ length: 60 }, (_, i) => i / 30))), 2))), pow(b!, 2));
      },
    );
    const start = Float64Array.from({ length: 61 }, (_, i) => (i === 60 ? 0.4 : Math.sin(i)));
    const check = <State>(make: () => Optimizer<State>, from: number) => {
      start[60] = from;
      const ended = descend(f, start, make(), { steps: 500 });
      let last = ended.parameters;
      for (const { parameters } of minimize(f, start, make(), { steps: 500 })) last = Float64Array.from(parameters);
      assert.equal(ended.end.reason, "steps");
      last.forEach((x, i) => {
        assert.ok(Math.abs(ended.parameters[i]! - x) <= 1e-12, `${i}: ${ended.parameters[i]}, ${x}`);
      });
    };
    for (const from of [0.4, 3]) {
      check(() => sgd(0.02), from);
      check(() => adam({ learningRate: 0.01 }), from);
    }
  });

  const n = 101;
  const reach = (from: number, to: number) => (x: Value) => take(x, range(from, to), [to - from]);
  const shuffled = Int32Array.from({ length: n }, (_, i) => (37 * i) % n);
  const mixing = filled([n, n], 4);
  for (const [name, f] of Object.entries<(x: Value) => Value>({
    "each for itself": (x) => sum(pow(sub(x, 0.5), 4)),
    "with its neighbour": (x) => sum(pow(sub(reach(1, n)(x), pow(reach(0, n - 1)(x), 2)), 2)),
    "with the next but one and its own": (x) =>
      add(sum(pow(mul(reach(2, n)(x), reach(0, n - 2)(x)), 2)), sum(pow(x, 2))),
    "every second with the next": (x) => {
      const [a, b] = [0, 1].map((first) => take(x, range(first, n - 1, 2), [(n - 1) / 2])) as [Value, Value];
      return add(sum(pow(sub(b, pow(a, 2)), 2)), sum(pow(sub(1, a), 2)));
    },
    mirrored: (x) => sum(pow(sub(mul(x, flip(x)), 0.2), 2)),
    "all with all": (x) => add(pow(sum(x), 2), sum(pow(x, 2))),
    "by a table": (x) => sum(pow(sub(x, mul(0.5, take(x, shuffled, [n]))), 2)),
    "by a product": (x) => add(sum(pow(matmul(mixing, x), 2)), sum(pow(sub(x, 1), 2))),
  }))
    for (const steps of [1000, 1001])
      it(`${steps} steps over the state that they start from: ${name}`, () => {
        const problem = new Differentiable([{ name: "x", shape: [n] }], ([x]) => f(x!));
        const start = Float64Array.from(filled([n], 8).data);
        const check = <State>(make: () => Optimizer<State>) => {
          const { parameters } = descend(problem, start, make(), { steps });
          let last: ArrayLike<number> = start;
          for (const row of minimize(problem, start, make(), { steps })) last = row.parameters;
          parameters.forEach((x, i) => {
            assert.ok(Math.abs(x - last[i]!) <= 1e-11, `${i}: ${x}, not ${last[i]}`);
          });
        };
        check(() => sgd(1e-4));
        check(() => momentum({ learningRate: 1e-4 }));
        check(() => adam({ learningRate: 1e-3 }));
      });

  it("greatest elements, and choices, with NaN", () => {
    const x = tensor([1, Number.NaN, 3, -0, 0, 2, 5, 4, -1, 7, 8, 2], "float64", [3, 4]);
    sameGradient([x], (x) => sum(max(x, [1])));
    sameGradient([x], (x) => sum(where(greater(x, 1.5), pow(x, 2), x)));
  });
});
