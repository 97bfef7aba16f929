/** Compiled ways beside eager evaluation: loops over arrays, prepared functions, optimizers as one loop. */
import assert from "node:assert/strict";
import fc from "fast-check";
import * as engine from "../../src/engine";
import {
  add,
  cast,
  concretize,
  cumsum,
  Differentiable,
  type DType,
  descend,
  descendFromEach,
  dialects,
  exp,
  type Graph,
  gradientNodes,
  greater,
  hessian,
  isFloat,
  matmul,
  maximum,
  minimize,
  mul,
  type Optimizer,
  peek,
  pow,
  replay,
  reshape,
  type Shape,
  scalar,
  sgd,
  sin,
  sizeOf,
  slice,
  sparseHessian,
  square,
  stack,
  stage,
  sub,
  sum,
  type Tensor,
  take,
  tanh,
  tensor,
  type Value,
} from "../../src/engine";
import { fuse } from "../../src/engine/lower/fuse";
import type { Program } from "../../src/engine/lower/loops";
import { compileLoops } from "../../src/engine/lower/loops-javascript";
import { close, numbers, random, ulps } from "./support";
import { build, coordinate, trees } from "./trees";

const SHAPES: readonly Shape[] = [[2, 3], [3], [2, 1]];
const SIZE = SHAPES.reduce((n, shape) => n + sizeOf(shape), 0);
const SPECIAL = [Number.NaN, Infinity, -Infinity, -0, 0, 5e-324, -1e-310, 1e300, 1, -2];
const finite = fc.array(coordinate, { minLength: SIZE, maxLength: SIZE });
const special = fc.array(fc.oneof(coordinate, fc.constantFrom(...SPECIAL)), { minLength: SIZE, maxLength: SIZE });

function inputsAt(coordinates: readonly number[], dtype: DType, shapes = SHAPES): Tensor[] {
  let start = 0;
  return shapes.map((shape) => {
    const own = coordinates.slice(start, start + sizeOf(shape));
    start += own.length;
    return tensor(own, dtype, shape);
  });
}

const stagedAt = (at: readonly Tensor[], f: (inputs: readonly Value[]) => Value) =>
  stage(
    at.map((primal, k) => ({ name: `x${k}`, primal })),
    (inputs) => [f(inputs)],
  );

/** The graph's result and its gradients. */
function withGradients(graph: Graph): Graph {
  const out = graph.outputs[0]!;
  const gradients = gradientNodes(isFloat(out.dtype) ? out : cast(out, "float64"), graph.inputs);
  return { ...graph, outputs: [out, ...gradients.filter((entry): entry is Value => entry !== null)] };
}

/** What the loops write at a point, and what operations one by one give; undefined where a guard does not hold, in both. */
function bothWays(graph: Graph, inputs: readonly Tensor[]): { loops?: Float64Array; eager?: number[] } {
  const program = fuse(graph);
  const run = compileLoops(program, () => Number.NaN)!;
  const loops = new Float64Array(program.size);
  const holds = !Number.isNaN(run(Float64Array.from(inputs.flatMap(numbers)), loops));
  const conditions = graph.guards.map(({ node }) => node);
  const pairs = new Map<Value, Value>(graph.inputs.map((input, k) => [input, inputs[k]!]));
  const values = replay([...graph.outputs, ...conditions], pairs);
  const same = conditions.every((node, k) =>
    numbers(values[graph.outputs.length + k]!).every((number, i) => Object.is(number, node.primal.data[i])),
  );
  const eager = values.slice(0, graph.outputs.length).flatMap(numbers);
  return { ...(holds && { loops }), ...(same && { eager }) };
}

function assertAlike({ loops, eager }: { loops?: Float64Array; eager?: number[] }): void {
  assert.equal(loops === undefined, eager === undefined, "guards");
  eager?.forEach((expected, i) => {
    const own = loops![i]!;
    assert.ok(ulps(own, expected) <= 2, `${i}: ${own} is not ${expected}`);
    assert.ok(expected !== 0 || Object.is(own, expected), `${i}: ${own} has another sign than ${expected}`);
  });
}

function alike(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  Array.from(expected, (number, i) => assert.ok(ulps(actual[i]!, number) <= 2, `${i}: ${actual[i]} is not ${number}`));
}

function allClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, scale = 1): void {
  assert.equal(actual.length, expected.length);
  Array.from(expected, (number, i) => close(actual[i]!, number, tolerance, `${i}`, scale));
}

const loopsOf = ({ steps }: Program) => steps.filter((step) => step.kind === "loop" && step.extents.length > 0);

const first = (x: Value) => slice(x, [{ stop: -1 }]);
const rest = (x: Value) => slice(x, [{ start: 1 }]);
const rosenbrock = (x: Value) =>
  add(sum(mul(100, square(sub(rest(x), square(first(x)))))), sum(square(sub(1, first(x)))));

describe("loops over arrays", function () {
  // Thousands of random functions, on a machine that may be busy.
  this.timeout(30_000);

  for (const dtype of ["float64", "float32"] as const)
    for (const kind of ["smooth", "steps"] as const)
      it(`${dtype}: answer as operations one by one, derivatives too, over random ${kind} functions and special numbers`, () => {
        fc.assert(
          fc.property(trees(SHAPES.length, kind, true), finite, special, (tree, at, other) => {
            const graph = withGradients(stagedAt(inputsAt(at, dtype), (inputs) => build(tree, inputs)));
            for (const point of [at, other]) assertAlike(bothWays(graph, inputsAt(point, dtype)));
          }),
          { numRuns: 400 },
        );
      });

  const next = random(5);
  const some = (shape: Shape) =>
    tensor(
      Array.from({ length: sizeOf(shape) }, () => next() - 0.5),
      "float64",
      shape,
    );
  const cases: readonly [title: string, shape: Shape, f: (x: Value) => Value][] = [
    ["slices of slices", [9], (x) => mul(rest(first(x)), first(rest(x)))],
    ["every second element", [9], (x) => sub(slice(x, [{ step: 2 }]), slice(x, [{ start: 8, step: -2 }]))],
    [
      "blocks of a matrix",
      [5, 6],
      (x) => exp(sub(slice(x, [{ start: 1 }, { stop: -2 }]), slice(x, [{ stop: -1 }, { start: 2 }]))),
    ],
    ["a five-point stencil", [6, 7], laplacian],
    ["places named twice", [4], (x) => square(take(x, Int32Array.of(3, 1, 3, 0, 0, 3), [6]))],
    ["places in another order", [6], (x) => sin(take(x, Int32Array.of(3, 1, 5, 0, 4, 2), [2, 3]))],
    [
      "elements one by one",
      [7],
      (x) => [0, 1, 2, 3, 4, 5].map((i) => mul(at(x, i), at(x, i + 1))).reduce((a, b) => add(a, b)),
    ],
    ["rows side by side", [3, 2], (x) => stack([slice(x, [{ stop: 2 }]), slice(x, [{ start: 1 }])])],
    ["an axis of length 1 that is repeated", [3, 1], (x) => mul(x, tensor([1, 2, 3, 4]))],
    ["products of matrices and their transposes", [4, 3], (x) => tanh(matmul(matmul(x, some([3, 4])), x))],
    ["a batch of matrices", [2, 3, 3], (x) => matmul(x, x)],
    ["sums over the first and the last axis", [3, 4], (x) => mul(sum(x, [0]), sum(sum(square(x), [1])))],
    ["an operation that loops do not know", [5], (x) => square(cumsum(sin(x)))],
    ["nothing at all", [0], (x) => sum(x)],
    ["numbers that no input moves", [2], (x) => add(mul(0, sum(x)), 3)],
  ];
  for (const [title, shape, f] of cases)
    it(`follow ${title}`, () => {
      const x = some(shape);
      assertAlike(bothWays(withGradients(stagedAt([x], ([input]) => f(input!))), [x]));
    });

  it("one loop for slices, their transposes and the sums, and no array in between", () => {
    const x = some([50]);
    const graph = stagedAt([x], ([input]) => rosenbrock(input!));
    const slope = gradientNodes(graph.outputs[0]!, graph.inputs)[0]!;
    const program = fuse({ ...graph, outputs: [slope] }, graph.outputs[0]);
    assert.equal(loopsOf(program).length, 1);
    assert.ok(program.slots.every((size) => size === 1));
    const out = new Float64Array(50);
    const value = compileLoops(program, () => Number.NaN)!(Float64Array.from(numbers(x)), out);
    close(value, numbers(graph.outputs[0]!)[0]!, 1e-14);
    numbers(slope).forEach((expected, i) => {
      assert.ok(ulps(out[i]!, expected) <= 2);
    });
  });

  it("transposed matrices are multiplied where they lie", () => {
    const graph = stagedAt([some([3, 4])], ([x]) => sum(matmul(engine.transpose(x!), x!)));
    const kinds = fuse(graph).steps.map((step) => step.kind);
    assert.deepEqual([...new Set(kinds)].sort(), ["fill", "loop", "product"]);
    assert.equal(kinds.filter((kind) => kind === "loop").length, 1);
  });

  it("end where a guard does not hold, without an answer", () => {
    const f = (x: Value) => (concretize(greater(sum(x), 0)).item() ? sum(square(x)) : sum(x));
    const graph = stagedAt([tensor([1, 2])], ([x]) => f(x!));
    const run = compileLoops(fuse(graph), (point) => -point[0]!)!;
    const out = new Float64Array(1);
    assert.equal(run(Float64Array.of(-3, 1), out), 3);
    assert.equal(out[0], 0);
    assert.equal(run([2, 1], out), 1);
    assert.equal(out[0], 5);
  });
});

function at(x: Value, i: number): Value {
  return take(x, Int32Array.of(i), []);
}

function laplacian(x: Value): Value {
  const [rows, columns] = x.shape as [number, number];
  const moved = (i: number, j: number) =>
    slice(x, [
      { start: 1 + i, stop: rows - 1 + i },
      { start: 1 + j, stop: columns - 1 + j },
    ]);
  const around = add(add(moved(-1, 0), moved(1, 0)), add(moved(0, -1), moved(0, 1)));
  return square(sub(around, mul(4, moved(0, 0))));
}

describe("a prepared function", function () {
  this.timeout(30_000);

  it("has the values, gradients and Hessians of the function, in whatever branch a point lies", () => {
    fc.assert(
      fc.property(
        trees(2, "kinks"),
        fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 4 }),
        (tree, points) => {
          const f = new Differentiable(
            ["x", "y"].map((name) => ({ name, shape: [] })),
            (inputs) => build(tree, inputs),
          );
          const prepared = f.prepare([0.5, 0.25]);
          const out = new Float64Array(2);
          for (const point of points) {
            const { value, gradient } = f.gradient(point);
            assert.ok(ulps(prepared.valueAndGradient(point, out), value) <= 2);
            alike(out, gradient);
            assert.ok(ulps(prepared.value(point), value) <= 2);
            out.fill(7);
            prepared.gradient(point, out);
            alike(out, gradient);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("goes through branches that a test of its arguments chooses", () => {
    const f = new Differentiable([{ name: "x", shape: [] }], ([x]) =>
      concretize(greater(x!, 0)).item() ? square(x!) : concretize(greater(x!, -1)).item() ? mul(3, x!) : exp(x!),
    );
    const { valueAndGradient, hessian } = f.prepare([2]);
    const out = new Float64Array(1);
    for (let round = 0; round < 3; round++)
      for (const [x, value, slope, curvature] of [
        [3, 9, 6, 2],
        [-0.5, -1.5, 3, 0],
        [-2, Math.exp(-2), Math.exp(-2), Math.exp(-2)],
      ] as const) {
        assert.equal(valueAndGradient([x], out), value);
        assert.equal(out[0], slope);
        hessian([x], out);
        assert.equal(out[0], curvature);
      }
  });

  for (const n of [2, 10, 60, 300])
    it(`of ${n} variables in slices: gradient and Hessian by loops or written out`, () => {
      const f = new Differentiable([{ name: "x", shape: [n] }], ([x]) => rosenbrock(x!));
      const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i));
      const prepared = f.prepare(x);
      const out = new Float64Array(n * n);
      const expected = peek(engine.gradient(rosenbrock)(tensor(x))[0]!).data;
      prepared.gradient(x, out);
      allClose(out.subarray(0, n), expected, 1e-14, 100);
      prepared.hessian(x, out);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          const [a, b] = [Math.min(i, j), Math.max(i, j)];
          const diagonal = (i < n - 1 ? 1200 * x[i]! ** 2 - 400 * x[i + 1]! + 2 : 0) + (i > 0 ? 200 : 0);
          close(out[i * n + j]!, a === b ? diagonal : b === a + 1 ? -400 * x[a]! : 0, 1e-13, `${i}, ${j}`, 1000);
        }
    });

  it("of a network: the Hessian of 50 weights, all directions at once", () => {
    const inputs = tensor([0.3, -0.5, 0.8]);
    const network = (w: Value) => {
      const hidden = tanh(
        add(matmul(reshape(slice(w, [{ stop: 30 }]), [10, 3]), inputs), slice(w, [{ start: 30, stop: 40 }])),
      );
      return square(sub(sum(mul(slice(w, [{ start: 40 }]), hidden)), 0.5));
    };
    const w = Float64Array.from({ length: 50 }, (_, i) => Math.sin(i));
    const out = new Float64Array(2500);
    new Differentiable([{ name: "w", shape: [50] }], ([own]) => network(own!)).prepare(w).hessian(w, out);
    allClose(out, numbers(hessian(network)(tensor(w))), 1e-13);
  });

  it("of a long loop over scalars, in several functions", () => {
    const n = 700;
    const chain = (x: Value) => {
      let total: Value = scalar(0);
      for (let i = 0; i + 1 < n; i++) total = add(total, pow(sub(at(x, i + 1), pow(at(x, i), 2)), 2));
      return total;
    };
    const f = new Differentiable([{ name: "x", shape: [n] }], ([x]) => chain(x!));
    const x = Float64Array.from({ length: n }, (_, i) => Math.cos(i));
    const out = new Float64Array(n);
    const value = f.prepare(x).valueAndGradient(x, out);
    close(value, f.value(x), 1e-13);
    for (let i = 0; i < n; i++) {
      const inner = i + 1 < n ? -4 * x[i]! * (x[i + 1]! - x[i]! ** 2) : 0;
      close(out[i]!, inner + (i > 0 ? 2 * (x[i]! - x[i - 1]! ** 2) : 0), 1e-13);
    }
  });

  it("keeps to its dialect", () => {
    for (const dialect of Object.values(dialects)) {
      const f = new Differentiable([{ name: "x", shape: [300] }], ([x]) => sum(maximum(x!, 0)), dialect);
      const x = new Float64Array(300);
      const out = new Float64Array(300);
      f.prepare(x).gradient(x, out);
      assert.deepEqual(Array.from(out), f.gradient(x).gradient);
      assert.equal(out[0], dialect.tie === "first" ? 1 : 0.5);
    }
  });

  it("refuses a result of several numbers", () => {
    const f = new Differentiable([{ name: "x", shape: [2] }], ([x]) => square(x!));
    assert.throws(() => f.prepare([1, 2]), engine.NotScalar);
  });
});

describe("descending without a record", () => {
  const optimizers: readonly [name: string, make: () => Optimizer][] = [
    ["sgd", () => sgd(0.01)],
    [
      "sgd with a schedule",
      () => sgd(engine.schedules.exponential({ learningRate: 0.02, decayRate: 0.9, decaySteps: 10 })),
    ],
    ["sgd with decay, PyTorch's", () => sgd(0.01, { like: "torch", weightDecay: 0.1 })],
    ["momentum", () => engine.momentum({ learningRate: 0.002 })],
    ["nesterov, PyTorch's", () => engine.nesterov({ like: "torch", learningRate: 0.002 })],
    ["adam", () => engine.adam({ learningRate: 0.05 })],
    ["adam, PyTorch's", () => engine.adam({ like: "torch", learningRate: 0.05 })],
    ["amsgrad", () => engine.amsgrad({ learningRate: 0.05 })],
    ["adamw", () => engine.adamw({ learningRate: 0.05 })],
    ["rmsprop, which is no rule of operations", () => engine.rmsprop({ learningRate: 0.01 })],
  ];
  const himmelblau = new Differentiable(
    ["x", "y"].map((name) => ({ name, shape: [] })),
    ([x, y]) => add(square(sub(add(square(x!), y!), 11)), square(sub(add(x!, square(y!)), 7))),
  );
  const slices = new Differentiable([{ name: "x", shape: [40] }], ([x]) => mul(0.01, rosenbrock(x!)));

  for (const [name, make] of optimizers)
    it(`${name} ends where minimize does`, () => {
      for (const [f, start] of [
        [himmelblau, [0.5, -1]],
        [slices, Array.from({ length: 40 }, (_, i) => Math.sin(i))],
      ] as const) {
        const path = [...minimize(f, start, make(), { steps: 60 })];
        const { parameters, value, end } = descend(f, start, make(), { steps: 60 });
        assert.deepEqual(end, { reason: "steps", step: 60 });
        allClose(parameters, path.at(-1)!.parameters, 1e-12);
        close(value, path.at(-1)!.value, 1e-12);
      }
    });

  it("goes on in the branch that it comes to", () => {
    const vee = new Differentiable([{ name: "x", shape: [] }], ([x]) =>
      concretize(greater(x!, 1)).item() ? mul(3, x!) : square(x!),
    );
    const path = [...minimize(vee, [4], sgd(0.1), { steps: 30 })];
    assert.deepEqual(descend(vee, [4], sgd(0.1), { steps: 30 }).parameters, path.at(-1)!.parameters);
  });

  it("says as minimize does where it leaves the numbers", () => {
    const steep = new Differentiable([{ name: "x", shape: [] }], ([x]) => exp(square(x!)));
    const run = minimize(steep, [1], sgd(1), { steps: 50 });
    let next = run.next();
    while (!next.done) next = run.next();
    assert.deepEqual(descend(steep, [1], sgd(1), { steps: 50 }).end, next.value);
    assert.notEqual(next.value.reason, "steps");
  });

  it("takes many starts: every one comes to one of Himmelblau's four minima", () => {
    const next = random(11);
    const starts = Float64Array.from({ length: 400 }, () => 10 * next() - 5);
    const { parameters, values } = descendFromEach(himmelblau, starts, 2, sgd(0.01), { steps: 2000 });
    const minima = new Set<string>();
    for (let k = 0; k < 200; k++) {
      assert.ok(values[k]! < 1e-20, `${values[k]}`);
      minima.add(`${parameters[2 * k]!.toFixed(3)} ${parameters[2 * k + 1]!.toFixed(3)}`);
    }
    assert.deepEqual([...minima].sort(), ["-2.805 3.131", "-3.779 -3.283", "3.000 2.000", "3.584 -1.848"]);
  });

  it("refuses what is no number of steps, and starts that are no whole points", () => {
    assert.throws(() => descend(himmelblau, [0, 0], sgd(0.1), { steps: -1 }), RangeError);
    assert.throws(() => descendFromEach(himmelblau, new Float64Array(3), 2, sgd(0.1), { steps: 1 }), RangeError);
  });
});

describe("where code generation is forbidden", () => {
  /** As a strict content security policy does. */
  function forbidding<T>(body: () => T): T {
    const original = globalThis.Function;
    globalThis.Function = function forbidden(): never {
      throw new EvalError("unsafe-eval is not allowed");
    } as unknown as FunctionConstructor;
    try {
      return body();
    } finally {
      globalThis.Function = original;
    }
  }
  // Constants of their own, so that nothing was compiled before.
  const shifted = (x: Value) => add(rosenbrock(x), sum(sin(mul(0.12345, x))));

  for (const n of [3, 300])
    it(`functions of ${n} variables have the same answers`, () => {
      const make = () => new Differentiable([{ name: "x", shape: [n] }], ([x]) => shifted(x!));
      const points = [1, 2, 3, 4].map((k) => Float64Array.from({ length: n }, (_, i) => Math.sin(k * i)));
      const forbidden = forbidding(() => {
        const f = make();
        const prepared = f.prepare(points[0]!);
        const out = new Float64Array(n);
        return points.map((x) => [
          prepared.valueAndGradient(x, out),
          ...out,
          ...f.gradient(x).gradient,
          ...f.hessianColumn(x, 1),
        ]);
      });
      const f = make();
      const prepared = f.prepare(points[0]!);
      const out = new Float64Array(n);
      points.forEach((x, k) => {
        const value = prepared.valueAndGradient(x, out);
        allClose(forbidden[k]!, [value, ...out, ...f.gradient(x).gradient, ...f.hessianColumn(x, 1)], 1e-13, 100);
      });
    });

  it("optimizers step the same way, and sparse Hessians are the same", () => {
    const f = () => new Differentiable([{ name: "x", shape: [3] }], ([x]) => mul(0.054321, shifted(x!)));
    const rate = { learningRate: 0.0123, beta1: 0.876 };
    const run = () => {
      const sparse = sparseHessian((x) => mul(0.054321, shifted(x)), tensor([1, 2, 3]));
      const matrices = [1, 2, 3].map((k) => Array.from(sparse.at(tensor([k, 0.5, -k])).values));
      return [Array.from(descend(f(), [1, 2, 3], engine.adam(rate), { steps: 20 }).parameters), ...matrices].flat();
    };
    allClose(forbidding(run), run(), 1e-13);
  });
});
