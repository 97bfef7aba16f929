/** Batches: what vmap makes of a function is what the function makes of each member, and what JAX's vmap makes of it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import * as engine from "../../src/engine";
import {
  add,
  bind,
  concretize,
  cos,
  type DType,
  elementwiseOps,
  gradient,
  greater,
  jvp,
  lower,
  mul,
  type Op,
  peek,
  scalar,
  scalarize,
  sin,
  stack,
  stage,
  structuralOps,
  sum,
  tensor,
  type Value,
  vmap,
} from "../../src/engine";
import reference from "../fixtures/engine/transforms.json";
import { apply, close, numbers, random, seedOf, taped } from "./support";
import { build, coordinate, trees } from "./trees";

interface Array_ {
  shape: number[];
  data: number[];
}
interface Case {
  inputs: (Array_ & { integer: boolean })[];
  axes: (number | null)[];
  out: number;
  value: Array_;
  gradient?: Array_;
}

const FUNCTIONS: { readonly [name: string]: (...inputs: Value[]) => Value } = {
  affine: (a, x) => engine.tanh(engine.matmul(a!, x!)),
  "affine shared": (a, x) => engine.tanh(engine.matmul(a!, x!)),
  products: (a, b) => engine.matmul(a!, b!),
  "products left": (a, b) => engine.matmul(a!, b!),
  einsum: (a, b) => engine.einsum("ij,jk->ki", a!, b!),
  broadcast: (x, y) => add(mul(x!, y!), 1),
  softmax: (x) => engine.softmax(x!),
  statistics: (x) => stack([sum(x!), engine.max(x!), engine.min(x!), engine.prod(x!), engine.std(x!)]),
  reduce: (x) => add(engine.sub(engine.max(x!, [0]), engine.min(x!, [1])), sum(x!, [0])),
  cumulative: (x) => mul(engine.cumsum(x!, 1), engine.cumprod(x!, 0)),
  moves: (x) =>
    engine.concat([engine.flip(x!, [0]), engine.reshape(engine.transpose(x!), [2, 3]), engine.roll(x!, 1, 1)], 1),
  pad: (x) => engine.pad(x!, [[1, 2]], "constant", 7),
  choice: (x) => engine.where(greater(x!, 0), engine.sqrt(engine.abs(x!)), mul(2, x!)),
  sort: (x) => engine.sort(x!),
  argsort: (x) => engine.argsort(x!, 0),
  argmax: (x) => engine.argmax(x!, 1),
  gather: (x, i) => engine.gather(x!, i!, 1),
  "gather both": (x, i) => engine.gather(x!, i!),
  "at its largest": (x) => engine.square(engine.gather(x!, engine.argmax(x!))),
  "one hot": (i) => engine.oneHot(i!, 3),
  solve: (a, b) => engine.solve(a!, b!),
  "solve shared": (a, b) => engine.solve(a!, b!),
  determinant: (a) => engine.det(a!),
  "determinant small": (a) => engine.det(a!),
  cholesky: (a) => engine.cholesky(a!),
  constant: () => engine.ones({ shape: [2], dtype: "float64" }),
};

const arrays = ({ inputs }: Case) =>
  inputs.map(({ shape, data, integer }) => tensor(data, integer ? "int64" : "float64", shape));

function same(actual: Value, { shape, data }: Array_, label: string): void {
  assert.deepEqual(actual.shape, shape, label);
  numbers(actual).forEach((x, i) => {
    close(x, data[i]!, 1e-13, `${label}[${i}]`);
  });
}

/** f on each member, the results along a new first axis. */
function oneByOne(f: (...inputs: Value[]) => Value, inputs: readonly Value[], batched: readonly boolean[]): Value {
  const size = inputs[batched.indexOf(true)]!.shape[0]!;
  const member = (x: Value, i: number) => engine.reshape(engine.gather(x, tensor([i], "int64")), x.shape.slice(1));
  return stack(Array.from({ length: size }, (_, i) => f(...inputs.map((x, k) => (batched[k] ? member(x, i) : x)))));
}

/** Every choice of which inputs are batched, but for none. */
const choices = (count: number) =>
  Array.from({ length: 2 ** count - 1 }, (_, bits) =>
    Array.from({ length: count }, (_, k) => ((bits + 1) >> k) % 2 === 1),
  );

/** Windows of two, one after the other, over four elements of two channels. */
const TAPS = { x: Int32Array.of(0, 1, 2, 3), kernel: Int32Array.of(0, 1, 0, 1), y: Int32Array.of(0, 0, 1, 1) };
const CONV = { shapes: { x: [1, 2, 4], kernel: [3, 2, 2], y: [1, 3, 2] }, groups: 1, taps: TAPS };
const POOL = { shapes: { x: [2, 4], y: [2, 2] }, rank: 1, taps: TAPS, nan: "wins" };

/** A member's inputs and the attributes, for each operation on arrays. */
const SAMPLES: { readonly [op: string]: { shapes: number[][]; attributes?: unknown; integers?: number } } = {
  sum: { shapes: [[2, 3]], attributes: { axes: [0], keepdims: true } },
  broadcast_to: { shapes: [[2, 1]], attributes: [3, 2, 2] },
  reshape: { shapes: [[2, 3]], attributes: [3, 2] },
  take: { shapes: [[2, 3]], attributes: { offsets: Int32Array.of(5, 0, 0, 2), shape: [2, 2] } },
  scatter_add: { shapes: [[2, 2]], attributes: { offsets: Int32Array.of(4, 0, 0, 2), shape: [5] } },
  stack: { shapes: [[2], [2], [2]] },
  cast: { shapes: [[2, 2]], attributes: "float32" },
  read: { shapes: [[2]] },
  stop_gradient: { shapes: [[2]] },
  matmul: {
    shapes: [
      [2, 3],
      [3, 4],
    ],
  },
  solve: {
    shapes: [
      [3, 3],
      [3, 2],
    ],
  },
  triangular_solve: {
    shapes: [
      [3, 3],
      [3, 2],
    ],
    attributes: { lower: true, transposed: true, unitDiagonal: false },
  },
  det: { shapes: [[4, 4]] },
  cofactor: { shapes: [[4, 4]] },
  det_sign: { shapes: [[3, 3]] },
  log_abs_det: { shapes: [[3, 3]] },
  qr_q: { shapes: [[4, 3]] },
  qr_r: { shapes: [[4, 3]] },
  eigvalsh: { shapes: [[3, 3]] },
  eigenvectors: { shapes: [[3, 3]] },
  svdvals: { shapes: [[2, 3]] },
  svd_u: { shapes: [[4, 3]] },
  svd_vh: { shapes: [[2, 3]] },
  pinv: { shapes: [[3, 2]], attributes: { rcond: 1e-15 } },
  matrix_rank: { shapes: [[3, 2]], attributes: { tolerance: undefined } },
  expm: { shapes: [[3, 3]] },
  expm_along: {
    shapes: [
      [2, 2],
      [2, 2],
    ],
  },
  cholesky: { shapes: [[3, 3]] },
  max: { shapes: [[2, 3]], attributes: { axes: [1], keepdims: false } },
  min: { shapes: [[2, 3]], attributes: { axes: [0, 1], keepdims: true } },
  cumsum: { shapes: [[2, 3]], attributes: { axis: 1, reverse: true } },
  concat: { shapes: [[2], [3]] },
  take_along: {
    shapes: [
      [2, 4],
      [2, 3],
    ],
    integers: 1,
  },
  add_along: {
    shapes: [
      [2, 3],
      [2, 3],
    ],
    attributes: 4,
    integers: 1,
  },
  argsort: { shapes: [[2, 4]], attributes: { descending: true } },
  conv: { shapes: [CONV.shapes.x, CONV.shapes.kernel], attributes: CONV },
  conv_input: { shapes: [CONV.shapes.y, CONV.shapes.kernel], attributes: CONV },
  conv_kernel: { shapes: [CONV.shapes.x, CONV.shapes.y], attributes: CONV },
  max_pool: { shapes: [POOL.shapes.x], attributes: POOL },
  pool_select: { shapes: [POOL.shapes.x, POOL.shapes.x], attributes: POOL },
  pool_scatter: { shapes: [POOL.shapes.x, POOL.shapes.y], attributes: POOL },
  custom_derivative: {
    shapes: [[2], [2]],
    attributes: {
      reverse: (cotangent: Value, [x]: Value[]) => [mul(cotangent, cos(x!))],
      forward: ([tangent]: Value[], [x]: Value[]) => mul(tangent!, cos(x!)),
    },
  },
};

function sample(op: Op<never>, k: number, shape: number[], batched: boolean): Value {
  const next = random(seedOf(op.name) + k);
  const own = batched ? [3, ...shape] : shape;
  const integer = SAMPLES[op.name]!.integers === k;
  const x = tensor(
    Array.from({ length: own.reduce((a, b) => a * b, 1) }, () => (integer ? Math.floor(4 * next()) : next() - 0.5)),
    integer ? "int64" : "float64",
    own,
  );
  // Positive definite, as cholesky wants it.
  if (op.name !== "cholesky") return x;
  return add(engine.matmul(x, engine.transposeMatrices(x)), tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], "float64", [3, 3]));
}

describe("vmap, against JAX", () => {
  for (const [name, row] of Object.entries(reference.vmap as unknown as { [name: string]: Case }))
    it(name, () => {
      const f = vmap(FUNCTIONS[name]!, row.axes, row.out);
      const inputs = arrays(row);
      same(f(...inputs), row.value, name);
      if (!row.gradient) return;
      const weights = tensor(
        row.value.data.map((_, i) => Math.cos(1 + i)),
        "float64",
        row.value.shape,
      );
      const [first, ...others] = inputs;
      same(gradient((x) => sum(mul(weights, f(x!, ...others))))(first!)[0]!, row.gradient, `gradient of ${name}`);
    });
});

describe("vmap", () => {
  for (const op of structuralOps)
    it(`${op.name}: the rule for a batch is the operation on each member, and so are its derivatives`, () => {
      const { shapes, attributes } = SAMPLES[op.name]!;
      // A derivative that the user gives is one for a member.
      if (op.name !== "custom_derivative") assert.ok((op as { batch?: unknown }).batch, "has a rule");
      for (const batched of choices(shapes.length)) {
        const inputs = shapes.map((shape, k) => sample(op, k, shape, batched[k]!));
        const f = (...xs: Value[]) => apply(op, xs, attributes);
        const axes = batched.map((on) => (on ? 0 : null));
        const both = [vmap(f, axes), (...xs: Value[]) => oneByOne(f, xs, batched)] as const;
        const [left, right] = both.map((g) => g(...inputs));
        assert.equal(left!.dtype, right!.dtype);
        same(left!, { shape: [...right!.shape], data: numbers(right!) }, op.name);
        if (!engine.isFloat(left!.dtype)) continue;
        const directions = inputs.map((x) => (engine.isFloat(x.dtype) ? cos(x) : null));
        const [a, b] = both.map((g) => jvp(g, inputs, directions).tangent);
        same(a!, { shape: [...b!.shape], data: numbers(b!) }, `${op.name}, forward`);
        const [c, d] = both.map((g) => {
          const { tape, out } = taped(inputs, () => g(...inputs));
          return tape.gradient([out], inputs, [sin(out)]).map((one) => ("value" in one ? numbers(one.value) : null));
        });
        c!.forEach((one, k) => {
          assert.equal(one === null, d![k] === null, op.name);
          one?.forEach((x, i) => {
            close(x, d![k]![i]!, 1e-12, `${op.name}, in reverse`);
          });
        });
      }
    });

  it("elementwise operations of members of different rank", () => {
    for (const op of elementwiseOps) {
      const next = random(seedOf(op.name));
      const shapes = [[2, 2], [2], []];
      for (const batched of choices(op.arity)) {
        const inputs = op.domain.map(([low, high], k) => {
          const shape = batched[k] ? [3, ...shapes[k]!] : shapes[k]!;
          const size = shape.reduce((a, b) => a * b, 1);
          return tensor(
            Array.from({ length: size }, () => low + (high - low) * next()),
            "float64",
            shape,
          );
        });
        const f = (...xs: Value[]) => apply(op, xs);
        const [one, all] = [
          oneByOne(f, inputs, batched),
          vmap(
            f,
            batched.map((on) => (on ? 0 : null)),
          )(...inputs),
        ];
        assert.deepEqual([all.shape, all.dtype, numbers(all)], [one.shape, one.dtype, numbers(one)], op.name);
      }
    }
  });

  it("takes an operation without a rule member by member, and a batch of none", () => {
    const backwards: Op = {
      kind: "linear",
      name: "backwards",
      arity: 1,
      type: ([x]) => x!,
      evaluate: ([x]) => tensor(Array.from(x!.data).reverse(), x!.dtype, x!.shape),
      transpose: (cotangent) => [bind(backwards, [cotangent], undefined)],
    };
    const f = vmap((x) => bind(backwards, [x!], undefined));
    assert.deepEqual(numbers(f(tensor([1, 2, 3, 4], "float64", [2, 2]))), [2, 1, 4, 3]);
    for (const g of [f, vmap((x) => sum(x!, [0], true)), vmap(sin)]) {
      const none = g(tensor([], "float64", [0, 2]));
      assert.equal(none.shape[0], 0);
    }
  });

  it("puts axes where it is told, also from the end, and keeps the structure of results", () => {
    const x = tensor([1, 2, 3, 4, 5, 6], "float64", [2, 3]);
    const f = vmap((row) => ({ twice: mul(row!, 2), parts: [sum(row!), scalar(7)] as const }), -1, [-1, 0, null]);
    const { twice, parts } = f(x);
    assert.deepEqual(
      [twice.shape, numbers(twice)],
      [
        [2, 3],
        [2, 4, 6, 8, 10, 12],
      ],
    );
    assert.deepEqual([numbers(parts[0]), parts[1].shape], [[5, 7, 9], []]);
  });

  it("says what is wrong in a line", () => {
    const [x, y] = [tensor([1, 2]), tensor([1, 2, 3])];
    assert.throws(() => vmap((a, b) => add(a!, b!))(x, y), /^RangeError: vmap of batches of different sizes: 2, 3$/);
    assert.throws(() => vmap((a) => a!, null)(x), /^RangeError: vmap needs an input with a batch's axis$/);
    assert.throws(() => vmap((a) => a!, [0, 0])(x), /^RangeError: vmap: 2 axes for 1 inputs$/);
    assert.throws(() => vmap((a) => a!, 1)(x), /^RangeError: axis 1 is out of bounds/);
    assert.throws(() => vmap((a) => a!, 0, null)(x), /^TypeError: vmap: a result without a batch's axis depends on/);
    assert.throws(
      () => vmap((a) => (concretize(greater(a!, 0)).item() ? a! : mul(a!, 2)))(x),
      /^TypeError: a branch depends on a batched value; use where$/,
    );
    // Through other interpreters too; a branch on what is the same for all is none of the batch's business.
    assert.throws(
      () => vmap((a) => jvp((b) => scalar(concretize(b!).item()), [a!], [a!]).tangent)(x),
      /a branch depends/,
    );
    assert.throws(() => peek(new engine.Batched(new engine.Batch(2), x)), /a batched value has no single number/);
    assert.deepEqual(
      numbers(vmap((a, b) => (concretize(b!).item() > 0 ? a! : mul(a!, 2)), [0, null])(x, scalar(1))),
      [1, 2],
    );
  });

  it("nests: a table of products, whichever axis is outside", () => {
    const [a, b] = [tensor([1, 2, 3]), tensor([10, 20])];
    const product = (x: Value, y: Value) => mul(x, y);
    const rows = vmap((x) => vmap((y) => product(x!, y!))(b))(a);
    const columns = vmap((y) => vmap((x) => product(x!, y!))(a))(b);
    assert.deepEqual(
      [rows.shape, numbers(rows)],
      [
        [3, 2],
        [10, 20, 20, 40, 30, 60],
      ],
    );
    assert.deepEqual(numbers(engine.transpose(columns)), numbers(rows));
    const deep = vmap(vmap(vmap((x) => engine.sort(x!))))(tensor([3, 1, 2, 0, 9, 8, 7, 6], "float64", [2, 1, 1, 4]));
    assert.deepEqual(
      [deep.shape, numbers(deep)],
      [
        [2, 1, 1, 4],
        [0, 1, 2, 3, 6, 7, 8, 9],
      ],
    );
  });

  it("composes with forward and reverse in every order, for random functions", () => {
    const points = fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(trees(2, "kinks"), points, (tree, at) => {
        const xs = tensor(at.flat(), "float64", [at.length, 2]);
        const f = (p: Value) => {
          const [x, y] = [0, 1].map((i) => engine.take(p, Int32Array.of(i), []));
          return engine.cast(build(tree, [x!, y!]), "float64");
        };
        const g = (p: Value) => gradient(f as engine.ValueFunction)(p)[0]!;
        const h = (p: Value) => jvp(g, [p], [cos(p)]).tangent;
        const all = (e: (p: Value) => Value) => vmap((p) => e(p!));
        // Gradients in a batch, the gradient of a batch's sum, and second derivatives either way.
        const pairs: [Value, Value][] = [
          [all(f)(xs), oneByOne((p) => f(p!), [xs], [true])],
          [all(g)(xs), oneByOne((p) => g(p!), [xs], [true])],
          [all(g)(xs), gradient((p) => sum(all(f)(p!)))(xs)[0]!],
          [all(h)(xs), jvp((p) => gradient((q) => sum(all(f)(q!)))(p!)[0]!, [xs], [cos(xs)]).tangent],
          [all(h)(xs), oneByOne((p) => h(p!), [xs], [true])],
        ];
        for (const [left, right] of pairs) {
          assert.deepEqual(left.shape, right.shape);
          const expected = numbers(right);
          numbers(left).forEach((x, i) => {
            if (Number.isFinite(x) || Number.isFinite(expected[i]!)) close(x, expected[i]!, 1e-9);
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  it("takes derivatives that the user gives, which may speak of the batch", () => {
    const clipped = engine.customGradient((x) => {
      const scale = engine.exp(x!);
      return { outputs: [sum(mul(scale, x!))], pullback: (cotangent) => [mul(cotangent, mul(2, scale))] };
    });
    const x = tensor([0.1, 0.2, -1, 0.5, 2, 1], "float64", [3, 2]);
    const g = vmap((row) => gradient((v) => clipped(v!)[0]!)(row!)[0]!);
    same(g(x), { shape: [3, 2], data: numbers(x).map((n) => 2 * Math.exp(n)) }, "in the batch");
    const whole = gradient((v) => sum(vmap((row) => clipped(row!)[0]!)(v!)))(x)[0]!;
    same(whole, { shape: [3, 2], data: numbers(x).map((n) => 2 * Math.exp(n)) }, "around the batch");
  });

  it("is staged and falls apart into scalars as any function", () => {
    const f = vmap((x) => engine.softmax(mul(engine.sort(x!), x!)));
    const x = tensor([0.3, -1, 2, 0.5, 0.1, -0.2], "float64", [2, 3]);
    const graph = scalarize(stage([{ name: "x", primal: x }], ([y]) => [f(y!)]));
    const out: number[] = [];
    assert.ok(lower(graph)(numbers(x), out));
    assert.deepEqual(out, numbers(f(x)));
    // In another order the graph does not hold.
    assert.equal(lower(graph)([1, 2, 3, 4, 5, 6], out), false);
  });

  it("keeps element types", () => {
    for (const dtype of ["float32", "int64", "bool"] as DType[])
      assert.equal(vmap((x) => engine.reshape(x!, [2, 1]))(engine.full([3, 2], 1, dtype)).dtype, dtype);
  });
});

describe("indices that are computed", () => {
  it("are followed by the derivative of what they choose, and graphs of scalars hold where they do", () => {
    const f = (x: Value) => engine.square(engine.gather(x, engine.argmax(x)));
    const x = new engine.Differentiable([{ name: "x", shape: [3] }], ([v]) => f(v!));
    assert.deepEqual(x.gradient([1, 3, 2]), { value: 9, gradient: [0, 6, 0], missing: [true, false, true] });
    assert.deepEqual(x.gradient([5, 3, 2]).gradient, [10, 0, 0]);
  });

  it("of NaN: the first, as NumPy has it", () => {
    assert.deepEqual(numbers(engine.argmax(tensor([1, Number.NaN, 3, Number.NaN]))), [1]);
    assert.deepEqual(numbers(engine.argmin(tensor([1, Number.NaN, -3]))), [1]);
  });

  it("must fit", () => {
    const x = tensor([1, 2, 3, 4], "float64", [2, 2]);
    assert.throws(() => engine.takeAlong(x, tensor([0], "int64", [1, 1])), /indices of shape \(1,1\) along axis 1/);
    assert.deepEqual(numbers(engine.takeAlong(x, tensor([1, 0], "int64", [1, 2]), 0)), [3, 2]);
    assert.throws(() => vmap((i) => engine.gather(x, i!))(tensor([0, 2], "int64")), /index 2 is out of bounds/);
  });

  it("pivots: another order of rows makes another graph", () => {
    const f = new engine.Differentiable([{ name: "a", shape: [4, 4] }], ([a]) => engine.det(a!));
    const next = random(3);
    const at = Array.from({ length: 16 }, () => next() - 0.5);
    // At zero in place of the pivot that was best at the first point.
    const other = at.map((x, i) => (i % 4 === 0 && i < 12 ? 0 : x));
    for (const point of [at, other])
      close(f.value(point), peek(engine.det(tensor(point, "float64", [4, 4]))).item(), 1e-13);
  });
});
