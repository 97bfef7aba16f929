/** Graphs: staging, guards, falling apart into scalars, lowering. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  add,
  addRecorder,
  broadcastTo,
  cast,
  concat,
  concretize,
  Differentiable,
  div,
  type Graph,
  gradientNodes,
  greater,
  Input,
  indexText,
  javascriptOf,
  lower,
  matmul,
  mul,
  Node,
  neg,
  nodesOf,
  peek,
  pow,
  removeRecorder,
  replay,
  reshape,
  Stage,
  scalar,
  scalarize,
  scatterAdd,
  setSource,
  sin,
  square,
  stack,
  stage,
  sub,
  sum,
  type Tensor,
  take,
  tensor,
  transpose,
  type Value,
  where,
} from "../../src/engine";
import { interpret } from "../../src/engine/lower/javascript";
import { numbers, plain, taped, ulps } from "./support";
import { build, coordinate, trees } from "./trees";

const SPECIAL = [Number.NaN, Infinity, -Infinity, -0, 0, 1, -1, 0.5, 2, 1e300];

function graphOf(f: (...inputs: Value[]) => Value, ...at: (number | Tensor)[]): Graph {
  const names = ["x", "y", "z"];
  return stage(
    at.map((primal, k) => ({ name: names[k]!, primal: typeof primal === "number" ? scalar(primal) : primal })),
    (inputs) => [f(...inputs)],
  );
}

/** What a graph of scalars answers at a point; undefined where a guard does not hold. */
function run(graph: Graph, point: readonly number[], make = lower): number[] | undefined {
  const out: number[] = [];
  return make(graph)(point, out) ? out : undefined;
}

describe("staging", () => {
  it("records a function once and answers at other points", () => {
    const graph = graphOf((x) => add(mul(x, x), sin(x)), 2);
    assert.deepEqual(
      graph.inputs.map((input) => input.name),
      ["x"],
    );
    assert.deepEqual(run(graph, [3]), [9 + Math.sin(3)]);
  });

  it("knows the number that each value had", () => {
    const graph = graphOf((x) => square(add(x, 1)), 2);
    assert.equal(peek(graph.outputs[0]!).item(), 9);
  });

  it("remembers the text that made each operation, also after it fell apart into scalars", () => {
    const graph = graphOf(
      (x) => {
        const before = setSource({ from: 4, to: 9 });
        const y = square(x);
        setSource({ from: 12, to: 20 });
        const z = sum(y);
        setSource(before);
        return z;
      },
      tensor([1, 2]),
    );
    const sources = (g: Graph) =>
      nodesOf(g.outputs)
        .filter((node) => !(node instanceof Input))
        .map((node) => node.source?.from);
    assert.deepEqual(sources(graph), [4, 12]);
    assert.deepEqual(sources(scalarize(graph)), [4, 4, 12]);
  });

  it("makes one node of one operation on the same values", () => {
    const graph = graphOf((x, y) => add(mul(sin(x), sin(x)), mul(sin(x), y)), 1, 2);
    assert.equal(nodesOf(graph.outputs).filter((node) => node.op.name === "sin").length, 1);
    const zeros = graphOf((x) => add(div(1, mul(x, 0)), div(1, mul(x, -0))), 1);
    assert.equal(nodesOf(zeros.outputs).filter((node) => node.op.name === "mul").length, 2, "−0 is not 0");
  });

  it("keeps apart the nodes of two stages", () => {
    const outer = graphOf((x) => {
      const inner = graphOf((y) => add(square(y), 1), 3);
      return add(square(x), peek(inner.outputs[0]!));
    }, 2);
    assert.deepEqual(run(outer, [5]), [35]);
  });

  it("ends with a clear error before the nodes fill the memory", () => {
    const small = new Stage(10);
    let x: Value = small.input("x", scalar(1));
    assert.throws(() => {
      for (let i = 0; i < 20; i++) x = sin(x);
    }, /more than 10 operations/);
  });

  it("takes long chains: no recursion over the graph", () => {
    const graph = graphOf((x) => {
      let y = x;
      for (let i = 0; i < 20_000; i++) y = add(y, x);
      return y;
    }, 1);
    assert.deepEqual(run(graph, [2]), [40_002]);
    const [gradient] = gradientNodes(graph.outputs[0]!, graph.inputs);
    assert.deepEqual(run({ ...graph, outputs: [gradient!] }, [2]), [20_001]);
  });
});

describe("guards", () => {
  /** x² for positive x, −x otherwise, by a branch that looks at the value. */
  const branching = (x: Value) => (concretize(greater(x, 0)).item() ? square(x) : neg(x));

  it("say where a graph holds", () => {
    const graph = graphOf(branching, 2);
    assert.equal(graph.guards.length, 1);
    assert.deepEqual(run(graph, [3]), [9]);
    assert.equal(run(graph, [-3]), undefined);
    assert.equal(run(graph, [-3], interpret), undefined);
  });

  it("are written once for one value", () => {
    const graph = graphOf((x) => {
      branching(x);
      return branching(x);
    }, 2);
    assert.equal(graph.guards.length, 1);
  });

  it("make a function trace another branch, each once", () => {
    let traced = 0;
    const f = new Differentiable([{ name: "x", shape: [] }], ([x]) => {
      traced++;
      return branching(x!);
    });
    assert.deepEqual(
      [2, 3, -2, -3, 4].map((x) => f.value([x])),
      [4, 9, 2, 3, 16],
    );
    assert.deepEqual(f.gradient([-5]).gradient, [-1]);
    assert.equal(traced, 2);
  });

  it("hold on a number itself, NaN included", () => {
    const graph = graphOf((x) => mul(x, concretize(x).item()), 2);
    assert.deepEqual(run(graph, [2]), [4]);
    assert.equal(run(graph, [3]), undefined);
    const nan = graphOf((x) => mul(x, concretize(x).item()), Number.NaN);
    assert.deepEqual(run(nan, [Number.NaN]), [Number.NaN]);
  });

  it("of arrays hold element by element", () => {
    const f = new Differentiable([{ name: "w", shape: [3] }], ([w]) => {
      const positive = concretize(greater(w!, 0)).data;
      return sum(mul(w!, tensor(Array.from(positive, (p) => (p ? 1 : -1)))));
    });
    assert.equal(f.value([1, -2, 3]), 6);
    assert.equal(f.value([-1, -2, 3]), 6);
    assert.deepEqual(f.gradient([-1, 2, 3]).gradient, [-1, 1, 1]);
  });

  it("allow loops that end by a value", () => {
    const f = new Differentiable([{ name: "x", shape: [] }], ([x]) => {
      let y = x!;
      while (concretize(greater(y, 1)).item()) y = div(y, 2);
      return y;
    });
    assert.deepEqual(
      [20, 3, 0.3].map((x) => f.gradient([x])).map(({ value, gradient }) => [value, gradient[0]]),
      [
        [0.625, 1 / 32],
        [0.75, 1 / 4],
        [0.3, 1],
      ],
    );
  });
});

describe("simplifications keep every value", () => {
  const cases: [string, (x: Value) => Value][] = [
    ["x·1", (x) => mul(x, 1)],
    ["1·x", (x) => mul(1, x)],
    ["x/1", (x) => div(x, 1)],
    ["x¹", (x) => pow(x, 1)],
    ["x − 0", (x) => sub(x, 0)],
    ["−(−x)", (x) => neg(neg(x))],
    ["x + 0", (x) => add(x, 0)],
    ["x·0", (x) => mul(x, 0)],
    ["x − x", (x) => sub(x, x)],
    ["x/x", (x) => div(x, x)],
    ["x⁰", (x) => pow(x, 0)],
    ["0 − x", (x) => sub(0, x)],
    ["x·(−1)", (x) => mul(x, -1)],
    ["−1·x", (x) => mul(-1, x)],
    ["x/(−1)", (x) => div(x, -1)],
    ["x·x", (x) => mul(x, x)],
    ["(−x)²", (x) => square(neg(x))],
    ["−(3x)", (x) => neg(mul(3, x))],
    ["−(3/x)", (x) => neg(div(3, x))],
    ["−(x/3)", (x) => neg(div(x, 3))],
    ["−x·0", (x) => mul(neg(x), 0)],
    ["3/(−x)", (x) => div(3, neg(x))],
    ["an element of a stack", (x) => take(stack([neg(x), x]), Int32Array.of(1), [])],
    ["a choice made already", (x) => where(tensor([1], "bool", []), x, scalar(0))],
    ["a choice between a value and itself", (x) => where(greater(x, 0), x, x)],
    ["a type in between", (x) => cast(cast(cast(cast(x, "float32"), "float64"), "float32"), "float64")],
    ["a type in between that cannot hold it", (x) => cast(cast(x, "int32"), "float64")],
  ];
  for (const [name, f] of cases)
    it(name, () => {
      const graph = graphOf(f, 0.5);
      for (const x of SPECIAL) {
        const expected = peek(f(scalar(x))).item();
        for (const make of [lower, interpret]) assert.ok(Object.is(run(graph, [x], make)![0], expected), `at ${x}`);
      }
    });

  const pairs: [string, (x: Value, y: Value) => Value, string][] = [
    ["x + (−y)", (x, y) => add(x, neg(y)), "sub"],
    ["(−x) + y", (x, y) => add(neg(x), y), "sub"],
    ["(−x) + (−y)", (x, y) => add(neg(x), neg(y)), "neg sub"],
    ["x − (−y)", (x, y) => sub(x, neg(y)), "add"],
    ["(−x) − y", (x, y) => sub(neg(x), y), "neg sub"],
    ["−(x − y)", (x, y) => neg(sub(x, y)), "sub neg"],
    ["(−x)·y", (x, y) => mul(neg(x), y), "mul neg"],
    ["x·(−y)", (x, y) => mul(x, neg(y)), "mul neg"],
    ["(−x)·(−y)", (x, y) => mul(neg(x), neg(y)), "mul"],
    ["(−x)/y", (x, y) => div(neg(x), y), "div neg"],
    ["x/(−y)", (x, y) => div(x, neg(y)), "div neg"],
    ["(−x)/(−y)", (x, y) => div(neg(x), neg(y)), "div"],
    ["(−x)·(−y) + (−(x/(−y)))", (x, y) => add(mul(neg(x), neg(y)), neg(div(x, neg(y)))), "mul div add"],
  ];
  for (const [name, f, expected] of pairs)
    it(`${name}: ${expected}`, () => {
      for (const dtype of ["float64", "float32", "int32", "int64"] as const) {
        const at = (x: number) => cast(scalar(x), dtype) as Tensor;
        const graph = graphOf(f, at(1), at(2));
        const made = nodesOf(graph.outputs).filter((node) => !(node instanceof Input));
        if (dtype === "float64") assert.equal(made.map((node) => node.op.name).join(" "), expected);
        for (const x of [...SPECIAL, 5e-324, 2 ** 31])
          for (const y of [...SPECIAL, 3e-310]) {
            const point = [at(x), at(y)] as const;
            const [value] = replay(graph.outputs, new Map(graph.inputs.map((input, k) => [input, point[k]!])));
            assert.ok(same(peek(value!), peek(f(...point))), `${dtype} at ${x}, ${y}`);
          }
      }
    });

  it("x·1 and −(−x) cost nothing", () => {
    assert.equal(nodesOf(graphOf((x) => neg(neg(mul(x, 1))), 2).outputs).length, 1);
  });

  it("a type that 1 would widen stays widened", () => {
    const graph = graphOf((x) => mul(x, scalar(1, "float64")), tensor([0.5], "float32", []));
    assert.equal(graph.outputs[0]!.dtype, "float64");
  });

  it("a choice that would broadcast keeps the wider shape", () => {
    const yes = tensor([1, 1], "bool");
    assert.deepEqual(graphOf((x) => where(yes, x, 0), 2).outputs[0]!.shape, [2]);
    assert.deepEqual(graphOf((x) => where(yes, x, 0), tensor([1, 2])).outputs[0] instanceof Input, true);
  });

  it("of elements that are moved, over random chains of moves", () => {
    const data = tensor([Number.NaN, -0, 0, Infinity, -Infinity, 1, 1 / 3, 1e300, -5e-324, 7, 8, 9], "float64", [3, 4]);
    const step = fc.tuple(fc.nat(9), fc.nat(1000));
    let smaller = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const f = (x: Value) => steps.reduce((value, [kind, k]) => move(value, kind, k), x);
        const graph = graphOf(f, data);
        const [value] = replay(graph.outputs, new Map([[graph.inputs[0]!, data]]));
        assert.ok(same(peek(value!), peek(f(data))));
        const [simplified, plain] = [nodesOf(graph.outputs).length, unsimplified(f, data)];
        assert.ok(simplified <= plain + 1);
        if (simplified < plain) smaller++;
      }),
      { numRuns: 400 },
    );
    assert.ok(smaller > 100, `${smaller} graphs became smaller`);
  });

  it("shares nodes whose attributes mean the same", () => {
    const graph = graphOf(
      (x) => add(sum(take(x, Int32Array.of(1, 2), [2])), sum(take(x, Int32Array.of(1, 2), [2]), [0])),
      tensor([1, 2, 3]),
    );
    assert.deepEqual(
      nodesOf(graph.outputs).map((node) => node.op.name),
      ["input", "take", "sum", "add"],
    );
    const apart = graphOf((x) => add(sum(x, [0], true), sum(x, [0])), tensor([1, 2, 3]));
    assert.equal(nodesOf(apart.outputs).filter((node) => node.op.name === "sum").length, 2);
    // Long lists too.
    const n = 1000;
    const from = (first: number) => Int32Array.from({ length: n - 1 }, (_, i) => first + i);
    const takes = (...firsts: number[]) =>
      nodesOf(
        graphOf(
          (x) => sum(firsts.map((first) => take(x, from(first), [n - 1])).reduce((a, b) => mul(a, b))),
          tensor(Array.from({ length: n }, (_, i) => i)),
        ).outputs,
      ).filter((node) => node.op.name === "take").length;
    assert.deepEqual([takes(0, 0), takes(0, 1), takes(1, 0, 1)], [1, 2, 2]);
  });
});

/** Same shape, type and bits; one NaN is as another. */
function same(a: Tensor, b: Tensor): boolean {
  return (
    a.dtype === b.dtype &&
    String(a.shape) === String(b.shape) &&
    Array.from(a.data).every((x, i) => Object.is(x, b.data[i]))
  );
}

/** One of the operations that move elements, or change a sign or type, fitted to the value's shape. */
function move(x: Value, kind: number, k: number): Value {
  const size = x.shape.reduce((a, b) => a * b, 1);
  if (size > 200) return sum(x, [], true);
  switch (kind) {
    case 0:
      return transpose(x);
    case 1:
      return reshape(x, [size]);
    case 2:
      return reshape(x, [1, size, 1]);
    case 3:
      return broadcastTo(x, [2, ...x.shape]);
    case 4:
      return take(
        x,
        Int32Array.from({ length: (k % 7) + 1 }, (_, i) => (i * k + i) % size),
        [(k % 7) + 1],
      );
    case 5:
      return stack([x, neg(x)]);
    case 6:
      return stack([take(x, Int32Array.of(k % size), []), take(x, Int32Array.of(0), [])]);
    case 7:
      return take(
        stack([neg(x), x]),
        Int32Array.from({ length: size }, (_, i) => size + i),
        x.shape,
      );
    case 8:
      return cast(cast(cast(x, "float32"), "float64"), "float32");
    default:
      return concat([reshape(x, [size]), take(x, Int32Array.of(k % size), [1])]);
  }
}

/** How many nodes the same function takes when every operation is recorded. */
function unsimplified(f: (x: Value) => Value, at: Tensor): number {
  const seen = new Set<Value>([at]);
  const recorder = { record: ({ out }: { out: Value }) => void seen.add(out) };
  addRecorder(recorder);
  try {
    f(at);
  } finally {
    removeRecorder(recorder);
  }
  return seen.size;
}

describe("lowering", function () {
  // Thousands of random functions, on a machine that may be busy.
  this.timeout(30_000);

  it("answers as eager evaluation does, over random expressions and special numbers", () => {
    fc.assert(
      fc.property(
        trees(2, "steps"),
        fc.array(fc.oneof(coordinate, fc.constantFrom(...SPECIAL)), { minLength: 2, maxLength: 2 }),
        (tree, point) => {
          const graph = graphOf((x, y) => build(tree, [x!, y!]), 0.5, 0.25);
          const expected = peek(
            build(
              tree,
              point.map((x) => scalar(x)),
            ),
          ).item();
          const compiled = run(graph, point)![0]!;
          assert.ok(ulps(compiled, expected) === 0, `${javascriptOf(graph)}\n${compiled} is not ${expected}`);
          assert.ok(Object.is(run(graph, point, interpret)![0], compiled));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("and so do its derivatives, within two units in the last place of the tape's", () => {
    fc.assert(
      fc.property(
        trees(2, "steps"),
        fc.array(fc.oneof(coordinate, fc.constantFrom(...SPECIAL)), { minLength: 2, maxLength: 2 }),
        (tree, point) => {
          const graph = graphOf((x, y) => build(tree, [x!, y!]), 0.5, 0.25);
          const gradients = gradientNodes(graph.outputs[0]!, graph.inputs);
          const out = run({ ...graph, outputs: gradients.map((entry) => entry ?? scalar(0)) }, point)!;
          const inputs = point.map((x) => scalar(x));
          const recorded = taped(inputs, () => build(tree, inputs));
          recorded.tape.gradient([recorded.out], inputs).forEach((gradient, k) => {
            const expected = plain(gradient);
            // A rewriting may leave the graph with no path where the tape has one of zeros.
            if (expected === null || gradients[k] === null) assert.ok(!expected, `${expected}`);
            else assert.ok(ulps(out[k]!, expected as number) <= 2, `∂${k}: ${out[k]} is not ${expected}`);
          });
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("rounds float32, truncates integers, and tests booleans", () => {
    const at = (dtype: "float32" | "int32" | "int64" | "bool") => graphOf((x) => cast(x, dtype), 2.5);
    for (const make of [lower, interpret]) {
      assert.deepEqual(run(at("float32"), [0.1], make), [Math.fround(0.1)]);
      assert.deepEqual(run(at("int32"), [-2.7], make), [-2]);
      assert.deepEqual(run(at("int64"), [-2.7], make), [-2]);
      assert.deepEqual(run(at("bool"), [-2.7], make), [1]);
      assert.deepEqual(run(at("bool"), [0], make), [0]);
      const quotient = graphOf((x) => div(cast(x, "int64"), 2), 3);
      assert.deepEqual(run(quotient, [7], make), [peek(div(scalar(7, "int64"), 2)).item()]);
    }
  });

  it("goes without code generation where that is forbidden", () => {
    const graph = graphOf((x, y) => where(greater(x, y), mul(x, sin(y)), pow(x, 2)), 2, 1);
    const original = globalThis.Function;
    const expected = run(graph, [3, 2]);
    try {
      // As a strict content security policy does.
      globalThis.Function = function forbidden(): never {
        throw new EvalError("unsafe-eval is not allowed");
      } as unknown as FunctionConstructor;
      assert.deepEqual(run(graph, [3, 2]), expected);
      assert.deepEqual(run(graph, [1, 2]), [1]);
    } finally {
      globalThis.Function = original;
    }
  });

  it("refuses arrays", () => {
    assert.throws(() => javascriptOf(graphOf((x) => square(x), tensor([1, 2]))), /only scalars are lowered/);
  });
});

describe("a graph of arrays falls apart into scalars", () => {
  const A = tensor([1, 2, 3, 4, 5, 6], "float64", [2, 3]);
  const cases: [string, (x: Value) => Value][] = [
    ["sum(x**2)", (x) => sum(pow(x, 2))],
    ["sums over an axis", (x) => sum(sin(x), [0])],
    ["sums with kept axes, broadcast", (x) => sub(x, sum(x, [1], true))],
    ["a product of matrices", (x) => matmul(x, transpose(x))],
    ["a product with a vector", (x) => matmul(x, tensor([1, -1, 2]))],
    ["an element", (x) => take(x, Int32Array.of(4), [])],
    ["repeated elements", (x) => take(x, Int32Array.of(4, 0, 4), [3])],
    ["elements put into zeros", (x) => scatterAdd(x, Int32Array.of(0, 1, 1, 3, 3, 3), [5])],
    ["another shape", (x) => mul(reshape(x, [3, 2]), tensor([1, 2]))],
    ["a stack", (x) => stack([x, square(x)])],
    ["an array stretched", (x) => mul(broadcastTo(x, [2, 2, 3]), 3)],
    ["a choice", (x) => where(greater(x, 3), x, neg(x))],
    ["an array that is a constant", () => tensor([1, 2])],
    ["float32", (x) => mul(cast(x, "float32"), 0.1)],
  ];
  for (const [name, f] of cases)
    it(`${name}: the same numbers as eager`, () => {
      const graph = scalarize(graphOf(f, A));
      assert.equal(graph.inputs.length, 6);
      const point = [0.5, -1, 2, 7, 0.25, -3];
      assert.deepEqual(run(graph, point), numbers(f(tensor(point, "float64", [2, 3]))));
    });

  it("and its gradient too", () => {
    const f = new Differentiable([{ name: "x", shape: [2, 2] }], ([x]) => sum(pow(matmul(x!, x!), 2)));
    const point = [1, 2, 3, 4];
    const { gradient } = f.gradient(point);
    // 2·(M Xᵀ + Xᵀ M) with M = X².
    assert.deepEqual(gradient, reference(point));
  });

  it("names the scalars after their places", () => {
    const graph = scalarize(graphOf((x) => sum(x), A));
    assert.deepEqual(
      graph.inputs.map((input) => input.name),
      ["x[0, 0]", "x[0, 1]", "x[0, 2]", "x[1, 0]", "x[1, 1]", "x[1, 2]"],
    );
    assert.equal(indexText(3, [5]), "[3]");
    assert.equal(indexText(0, []), "");
  });

  it("refuses arrays that are too large", () => {
    const large = tensor(new Array(300).fill(1));
    assert.throws(() => scalarize(graphOf((x) => sum(x), large)), /an array of 300 elements/);
    assert.throws(() => scalarize(graphOf((x) => broadcastTo(x, [300]), 1)), /an array of 300 elements/);
  });
});

/** 2·(M Xᵀ + Xᵀ M), M = X², for 2×2. */
function reference([a, b, c, d]: readonly number[]): number[] {
  const product = ([p, q, r, s]: number[], [t, u, v, w]: number[]) => [
    p! * t! + q! * v!,
    p! * u! + q! * w!,
    r! * t! + s! * v!,
    r! * u! + s! * w!,
  ];
  const x = [a!, b!, c!, d!];
  const transposed = [a!, c!, b!, d!];
  const m = product(x, x);
  const [left, right] = [product(m, transposed), product(transposed, m)];
  return left.map((n, i) => 2 * (n + right[i]!));
}

describe("replay", () => {
  it("applies a graph to other values, tensors or nodes of another graph", () => {
    const graph = graphOf((x, y) => mul(sin(x), y), 1, 2);
    const [x, y] = graph.inputs as [Input, Input];
    const [value] = replay(
      graph.outputs,
      new Map<Value, Value>([
        [x, scalar(0.5)],
        [y, scalar(4)],
      ]),
    );
    assert.equal(peek(value!).item(), Math.sin(0.5) * 4);
    const other = graphOf(
      (z) =>
        replay(
          graph.outputs,
          new Map<Value, Value>([
            [x, z],
            [y, square(z)],
          ]),
        )[0]!,
      1,
    );
    assert.deepEqual(run(other, [3]), [Math.sin(3) * 9]);
    assert.ok(other.outputs[0] instanceof Node);
  });

  it("gives constants back as they are", () => {
    const five = scalar(5);
    assert.deepEqual(replay([five], new Map()), [five]);
  });
});

describe("gradients of a graph", () => {
  it("are null where the output does not depend on an input", () => {
    const graph = graphOf((x) => square(x), 1, 2);
    const [dx, dy] = gradientNodes(graph.outputs[0]!, graph.inputs);
    assert.ok(dx);
    assert.equal(dy, null);
    assert.deepEqual(gradientNodes(scalar(3), graph.inputs), [null, null]);
  });

  it("are 1 for an input itself", () => {
    const graph = graphOf((x) => x, 4);
    assert.equal(peek(gradientNodes(graph.outputs[0]!, graph.inputs)[0]!).item(), 1);
  });
});

describe("values of large arrays in a graph", () => {
  const large = (f: (x: Value) => Value) =>
    stage([{ name: "x", primal: tensor(Float64Array.from({ length: 5000 }, (_, i) => i)) }], ([x]) => [f(x!)]);
  const nodes = ({ outputs }: Graph) => nodesOf(outputs).filter((node) => !(node instanceof Input));

  it("are computed when they are asked for", () => {
    const graph = large((x) => add(sum(mul(2, square(reshape(x, [50, 100])))), 1));
    assert.ok(nodes(graph).every(({ waits }) => waits));
    assert.deepEqual(graph.outputs[0]!.shape, []);
    assert.equal(peek(graph.outputs[0]!).item(), 2 * ((4999 * 5000 * 9999) / 6) + 1);
    assert.ok(nodes(graph).every(({ waits }) => !waits));
  });

  it("are there for branches, and for operations that look at numbers", () => {
    const graph = large((x) => (concretize(greater(sum(x), 0)).item() ? neg(x) : x));
    assert.equal(graph.guards.length, 1);
    assert.equal(graph.guards[0]!.node.primal.item(), 1);
    assert.ok((graph.outputs[0] as Node).waits);
    assert.throws(() => large((x) => add(x, tensor([1, 2]))), RangeError);
  });

  it("may stand at the end of a chain longer than the stack is deep", function () {
    this.timeout(60_000);
    let last: Value | undefined;
    const graph = large((x) => {
      last = x;
      for (let i = 0; i < 20_000; i++) last = add(last, i);
      return sum(last);
    });
    assert.equal(peek(graph.outputs[0]!).item(), (4999 * 5000) / 2 + 5000 * ((19_999 * 20_000) / 2));
  });
});
