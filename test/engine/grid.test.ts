/** Functions at many points at once, in WebAssembly: the same as at each point alone. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  add,
  atPoints,
  cast,
  concretize,
  cos,
  Differentiable,
  div,
  exp,
  greater,
  Input,
  lowerGrid,
  mul,
  type Node,
  nodesOf,
  onGrid,
  pow,
  type Role,
  roundTo,
  scalar,
  sin,
  stage,
  sub,
  sum,
  Tensor,
  tensor,
  type Value,
} from "../../src/engine";
import { ulps } from "./support";
import { build, coordinate, trees } from "./trees";

const SPECIAL = [Number.NaN, Infinity, -Infinity, -0, 0, 5e-324, -1e-310, 1e300, 1, -2, 0.5, 3];
const axis = fc.array(fc.oneof(coordinate, fc.constantFrom(...SPECIAL)), { minLength: 1, maxLength: 7 });
const roles = fc.array(fc.constantFrom<Role>("fixed", "inner", "outer"), { minLength: 3, maxLength: 3 });

/** What a node is, of the values that its inputs have. */
function expected({ op, dtype }: Node, inputs: readonly number[]): number {
  const [x, y = 0, z = 0] = inputs as [number, number?, number?];
  return roundTo[dtype](op.kind === "elementwise" ? op.evaluate(x, y, z) : x);
}

describe("kernels on grids", () => {
  for (const dtype of ["float64", "float32"] as const)
    it(`every operation of a random graph is its eager one to 2 ulp, ${dtype}`, () =>
      fc.assert(
        fc.property(trees(3, "steps"), roles, axis, axis, (tree, roles, xs, ys) => {
          const parameters = ["x", "y", "z"].map((name) => ({ name, primal: scalar(0.7, dtype) }));
          const staged = stage(parameters, (inputs) => [build(tree, inputs)]);
          const nodes = nodesOf(staged.outputs);
          const graph = { ...staged, outputs: nodes };
          const [along, across] = [xs, ys].map((numbers) => numbers.map((x) => roundTo[dtype](x))) as [
            number[],
            number[],
          ];
          const kernel = lowerGrid(graph, roles);
          assert.ok(kernel);
          const numbers = { inner: along, outer: across, fixed: along[0]! };
          const values = roles.map((role) => numbers[role]);
          const { outputs } = kernel(values, along.length, across.length);
          for (let point = 0; point < along.length * across.length; point++) {
            const at = (value: Value): number =>
              value instanceof Tensor ? value.item() : outputs[nodes.indexOf(value as Node)]![point]!;
            for (const node of nodes) {
              const role = node instanceof Input ? roles[graph.inputs.indexOf(node)]! : undefined;
              const place = role === "inner" ? point % along.length : Math.floor(point / along.length);
              const own = role === "fixed" ? along[0]! : role ? (role === "inner" ? along : across)[place]! : undefined;
              const exact = own ?? expected(node, node.inputs.map(at));
              // A step of float32 is 2²⁹ of float64.
              const steps = dtype === "float32" ? 2 ** 29 : 2;
              assert.ok(
                Object.is(at(node), exact) || (exact !== 0 && ulps(at(node), exact) <= steps),
                `${node.op.name}(${node.inputs.map(at)}) is ${at(node)}, not ${exact}`,
              );
            }
          }
        }),
        { numRuns: 150 },
      ));

  it("says where guards hold, to the last point of odd rows", () => {
    const graph = stage(
      [
        { name: "x", primal: scalar(1) },
        { name: "y", primal: scalar(1) },
      ],
      ([x, y]) => {
        concretize(greater(x!, y!));
        return [mul(x!, y!)];
      },
    );
    const kernel = lowerGrid(graph, ["inner", "outer"])!;
    const [xs, ys] = [
      [0, 1, Number.NaN, 3, 4],
      [2, 3.5, -1],
    ];
    const { outputs, holds } = kernel([xs, ys], 5, 3);
    ys.forEach((y, j) => {
      xs.forEach((x, i) => {
        assert.equal(holds!(5 * j + i), !(x > y), `${x}, ${y}`);
        assert.ok(Object.is(outputs[0]![5 * j + i], x * y));
      });
    });
  });

  it("calls what has no instructions for each number alone", () => {
    const kernel = lowerGrid(
      stage([{ name: "x", primal: scalar(1) }], ([x]) => [cast(mul(x!, 300), "int8")]),
      ["inner"],
    )!;
    assert.deepEqual([...kernel([[0.5, 1, -2]], 3, 1).outputs[0]!], [-106, 44, -88]);
  });

  it("is not to be had where WebAssembly is forbidden, and then points are taken one by one", () => {
    const { Module } = WebAssembly;
    const f = new Differentiable([{ name: "x", shape: [] }], ([x]) => sin(mul(x!, 1.0625)));
    const numbers = Float64Array.from({ length: 30_000 }, (_, i) => i / 1000);
    try {
      // As a content security policy without wasm-unsafe-eval has it.
      WebAssembly.Module = class {
        constructor() {
          throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder");
        }
      } as unknown as typeof WebAssembly.Module;
      const { values } = onGrid(f, [0], [{ place: 0, numbers }]);
      numbers.forEach((x, i) => {
        assert.equal(values[i], Math.sin(x * 1.0625));
      });
    } finally {
      WebAssembly.Module = Module;
    }
  });
});

/** Around f, at so many points that a kernel pays. */
const line = (n: number, from: number, to: number) =>
  Float64Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));

describe("a function on a grid", () => {
  const parameters = ["x", "y", "z"].map((name) => ({ name, shape: [] }));
  const wavy = new Differentiable(parameters, ([x, y, z]) =>
    add(mul(exp(sub(0, pow(x!, 2))), cos(mul(y!, z!))), div(x!, z!)),
  );

  it("has the values and partials of its points", () => {
    const [xs, ys] = [line(91, -3, 3), line(64, -2, 5)];
    const axes = [
      { place: 1, numbers: ys },
      { place: 0, numbers: xs },
    ] as const;
    const { values, partials } = onGrid(wavy, [9, 9, 1.5], axes, { partials: [0, 1, 2] });
    xs.forEach((x, j) => {
      ys.forEach((y, i) => {
        const { value, gradient } = wavy.gradient([x, y, 1.5]);
        const near = (a: number, b: number) => assert.ok(Math.abs(a - b) <= 1e-14 * (1 + Math.abs(b)), `${a} ${b}`);
        near(values[64 * j + i]!, value);
        gradient.forEach((slope, k) => {
          near(partials[k]![64 * j + i]!, slope);
        });
      });
    });
  });

  it("follows every branch", () => {
    let runs = 0;
    const steps = new Differentiable(parameters.slice(0, 2), ([x, y]) => {
      runs++;
      if (concretize(greater(x!, 0)).item() === 0) return mul(x!, y!);
      if (concretize(greater(x!, y!)).item() === 0) return add(mul(x!, x!), 1);
      return sub(x!, mul(y!, 3));
    });
    const [xs, ys] = [line(201, -4, 4), line(200, -4, 4)];
    const axes = [
      { place: 0, numbers: xs },
      { place: 1, numbers: ys },
    ] as const;
    const { values, partials } = onGrid(steps, [-1, -1], axes, { partials: [1] });
    assert.ok(runs <= 3, `${runs} runs`);
    ys.forEach((y, j) => {
      xs.forEach((x, i) => {
        const [value, slope] = !(x > 0) ? [x * y, x] : x > y ? [x - 3 * y, -3] : [x * x + 1, 0];
        assert.equal(values[201 * j + i], value);
        assert.equal(partials[0]![201 * j + i], slope);
      });
    });
  });

  it("writes to the caller's arrays, or lends the memory that it has", () => {
    const branching = new Differentiable(parameters, ([x, y, z]) =>
      concretize(greater(x!, y!)).item() === 0 ? mul(x!, z!) : sub(exp(x!), y!),
    );
    const size = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(size, size, fc.constantFrom(wavy, branching), fc.boolean(), (columns, rows, f, slopes) => {
        const axes = [
          { place: 0, numbers: line(columns + 1, -2, 3) },
          { place: 1, numbers: line(rows + 1, -1, 2) },
        ] as const;
        const partials = slopes ? [1, 0] : [];
        const copied = onGrid(f, [1, 1, 0.7], axes, { partials });
        const arrays = () => new Float64Array((columns + 1) * (rows + 1)).fill(-1);
        const out = { values: arrays(), partials: partials.map(arrays) };
        assert.equal(onGrid(f, [1, 1, 0.7], axes, { partials, out }), out);
        assert.deepEqual(out, copied);
        const lent = onGrid(f, [1, 1, 0.7], axes, { partials, borrow: true });
        assert.deepEqual({ values: lent.values.slice(), partials: lent.partials.map((own) => own.slice()) }, copied);
        const short = { values: arrays().subarray(1), partials: partials.map(arrays) };
        assert.throws(() => onGrid(f, [1, 1, 0.7], axes, { partials, out: short }), RangeError);
      }),
      { numRuns: 40 },
    );
  });

  it("has gaps where the function raises an error that is one", () => {
    class Domain extends Error {}
    const f = new Differentiable(parameters.slice(0, 1), ([x]) => {
      if (concretize(greater(x!, 2)).item() !== 0) throw new Domain();
      return mul(x!, x!);
    });
    const numbers = line(40_001, 0, 4);
    const axes = [{ place: 0, numbers }] as const;
    const { values } = onGrid(f, [1], axes, { gap: (error) => error instanceof Domain });
    numbers.forEach((x, i) => {
      assert.ok(Object.is(values[i], x > 2 ? Number.NaN : x * x));
    });
    assert.throws(() => onGrid(f, [1], axes), Domain);
  });

  it("of arrays too, and at a list of points", () => {
    const norm = new Differentiable([{ name: "w", shape: [3] }], ([w]) => {
      const scaled = mul(w!, tensor([1, 2, 3]));
      return sum(mul(scaled, scaled));
    });
    const numbers = line(20_000, -1, 1);
    const { values, partials } = atPoints(norm, [numbers, 0.5, numbers], { partials: [2] });
    numbers.forEach((x, i) => {
      assert.ok(Math.abs(values[i]! - (10 * x * x + 1)) < 1e-13);
      assert.ok(Math.abs(partials[0]![i]! - 18 * x) < 1e-13);
    });
  });
});
