/** Linear algebra against JAX and PyTorch (test/oracles/linear_algebra.py), and against itself. */
import assert from "node:assert/strict";
import fc from "fast-check";
import * as engine from "../../src/engine";
import { add, jvp, lower, mul, peek, scalarize, sin, stage, sum, tensor, type Value } from "../../src/engine";
import reference from "../fixtures/engine/linear_algebra.json";
import jax from "../fixtures/engine/linear_algebra-edges-jax.json";
import tensorflow from "../fixtures/engine/linear_algebra-edges-tensorflow.json";
import torch from "../fixtures/engine/linear_algebra-edges-torch.json";
import { close, dot, matrix, numbers, random, richardson, taped } from "./support";

interface Case {
  what: string;
  inputs: { shape: number[]; data: number[] }[];
  outputs: { shape: number[]; data: number[] }[];
  gradients: number[][];
  tangents: number[][];
  tolerance?: number;
}

type Operation = (inputs: readonly Value[], option: string) => readonly Value[];

const number = (text: string) => Number(text.replace("inf", "Infinity"));
const orderOf = (text: string) => (text === "fro" || text === "nuc" ? text : number(text));

const OPERATIONS: { readonly [name: string]: Operation } = {
  cross: ([a, b], axis) => [engine.cross(a!, b!, axis ? number(axis) : -1)],
  kron: ([a, b]) => [engine.kron(a!, b!)],
  trace: ([a], k) => [engine.trace(a!, number(k))],
  qr: ([a]) => Object.values(engine.qr(a!)),
  eigh: ([a]) => Object.values(engine.eigh(a!)),
  eigvalsh: ([a]) => [engine.eigvalsh(a!)],
  svd: ([a]) => {
    const { u, s, vh } = engine.svd(a!);
    return [u, s, vh];
  },
  svdvals: ([a]) => [engine.svdvals(a!)],
  pinv: ([a]) => [engine.pinv(a!, 1e-12)],
  lstsq: ([a, b]) => [engine.lstsq(a!, b!)],
  triangularSolve: ([a, b], bits) => {
    const [lower, transposed, unitDiagonal] = [...bits].map((bit) => bit === "1");
    return [engine.triangularSolve(a!, b!, { lower: lower!, transposed: transposed!, unitDiagonal: unitDiagonal! })];
  },
  matrixPower: ([a], n) => [engine.matrixPower(a!, number(n))],
  expm: ([a]) => [engine.expm(a!)],
  slogdet: ([a]) => {
    const { sign, logdet } = engine.slogdet(a!);
    return [sign, logdet];
  },
  det: ([a]) => [engine.det(a!)],
  matrixNorm: ([a], order) => [engine.matrixNorm(a!, orderOf(order))],
  cond: ([a], order) => [engine.cond(a!, orderOf(order))],
  solve: ([a, b]) => [engine.solve(a!, b!)],
  cholesky: ([a]) => [engine.cholesky(a!)],
  inv: ([a]) => [engine.inv(a!)],
};

/** The numbers by which the fixture weights outputs (first = 1) and moves inputs (first = ½). */
function weights(shapes: readonly (readonly number[])[], first: number): Value[] {
  let at = first;
  return shapes.map((shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    at += size;
    return tensor(
      Array.from({ length: size }, (_, i) => Math.cos(at - size + i)),
      "float64",
      shape,
    );
  });
}

const weighted = (values: readonly Value[], by: readonly Value[]): Value =>
  values.map((value, k) => sum(mul(value, by[k]!))).reduce((a, b) => add(a, b));

function closeTo(actual: Value, expected: readonly number[], tolerance: number, label: string): void {
  const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  const own = numbers(actual);
  assert.equal(own.length, expected.length, label);
  own.forEach((x, i) => {
    close(x, expected[i]!, tolerance, `${label}[${i}]`, scale);
  });
}

/** Which cases fall apart into elements: as the operations say, by their size. */
function fallsApart(what: string, { shape }: { shape: number[] }): boolean {
  const [m, n] = shape.slice(-2) as [number, number];
  if (what === "eigh" || what === "eigvalsh") return n <= 2;
  if (what === "svdvals" || what === "matrixNorm nuc" || what === "matrixNorm 2" || what === "matrixNorm -2")
    return Math.min(m, n) <= 2;
  if (what === "expm") return n === 1;
  return !["svd", "pinv", "lstsq", "cond 2", "cond -2"].includes(what);
}

describe("linear algebra, against JAX and PyTorch", function () {
  this.timeout(60_000);

  (reference as Case[]).forEach(({ what, inputs, outputs, gradients, tangents, tolerance = 1e-12 }, index) => {
    const [name, option = ""] = what.split(" ") as [string, string?];
    const f = (args: readonly Value[]) => OPERATIONS[name]!(args, option);
    const tensors = inputs.map(({ shape, data }) => tensor(data, "float64", shape));
    const by = weights(
      outputs.map(({ shape }) => shape),
      1,
    );
    const moves = weights(
      inputs.map(({ shape }) => shape),
      0.5,
    );
    const title = `${index}: ${what} of ${inputs.map(({ shape }) => `(${shape})`).join(", ")}`;

    it(`${title}: value, gradient, derivative along a direction`, () => {
      const { tape, out } = taped(tensors, () => f(tensors));
      out.forEach((value, k) => {
        assert.deepEqual(value.shape, outputs[k]!.shape);
        closeTo(value, outputs[k]!.data, Math.min(tolerance, 1e-11), `${what}, output ${k}`);
      });
      tape.gradient(out, tensors, by).forEach((gradient, k) => {
        // A⁰ has nothing to do with A: no gradient, which JAX and PyTorch write as zeros.
        if (what === "matrixPower 0") {
          assert.ok("missing" in gradient && gradients[k]!.every((x) => x === 0));
          return;
        }
        assert.ok("value" in gradient, `${what} has a gradient`);
        closeTo(gradient.value, gradients[k]!, tolerance, `${what}, gradient ${k}`);
      });
      out.forEach((_, k) => {
        const { tangent } = jvp((...args) => f(args)[k]!, tensors, moves);
        closeTo(tangent, tangents[k]!, tolerance, `${what}, tangent of output ${k}`);
      });
    });

    if (fallsApart(what, inputs[0]!))
      it(`${title}: element by element`, () => {
        const parameters = tensors.map((primal, k) => ({ name: `x${k}`, primal }));
        const graph = scalarize(
          stage(parameters, (args) => [weighted(f(args), by)]),
          1000,
        );
        const answer = [0];
        const point = tensors.flatMap(numbers);
        assert.ok(lower(graph)(point, answer), "the graph holds at its own point");
        const expected = numbers(weighted(f(tensors), by))[0]!;
        close(answer[0]!, expected, Math.max(tolerance, 1e-10), what, Math.max(1, ...outputs.flatMap((o) => o.data)));
      });
  });
});

// ── the edges, as each framework answers them ───────────────────────────────

type Number = number | string;
interface Edge {
  name: string;
  at: number[][];
  value?: Number[];
  weights?: Number[];
  gradient?: Number[];
  error?: string;
}

const EDGES: { readonly [name: string]: (a: Value) => Value } = {
  eigenvectors: (a) => engine.eigh(a).vectors,
  svd_u: (a) => engine.svd(a).u,
  svd_vh: (a) => engine.svd(a).vh,
  nuclear: (a) => engine.matrixNorm(a, "nuc"),
  spectral: (a) => engine.matrixNorm(a, 2),
  slogdet: (a) => engine.slogdet(a).logdet,
  eigvalsh: engine.eigvalsh,
  svdvals: engine.svdvals,
  det: engine.det,
  cholesky: engine.cholesky,
  inv: engine.inv,
  pinv: (a) => engine.pinv(a),
  expm: engine.expm,
};

/** Where we do not follow a framework, and why; the gradient of the sum that is ours, none where we refuse. */
const OWN_EDGES: { readonly [row: string]: { readonly why: string; readonly gradient?: readonly number[] } } = {
  "torch det 1,2,2,4": { why: "PyTorch's 0 is wrong: a determinant is a polynomial", gradient: [4, -2, -2, 1] },
  "tensorflow det 1,2,2,4": { why: "TensorFlow refuses: a determinant is a polynomial", gradient: [4, -2, -2, 1] },
  "jax slogdet 1,2,2,4": { why: "JAX answers infinities of arbitrary sign" },
  "torch slogdet 1,2,2,4": { why: "PyTorch answers infinities of arbitrary sign" },
  "jax inv 1,2,2,4": { why: "JAX answers infinities of arbitrary sign" },
};

describe("linear algebra at its edges", () => {
  for (const [framework, rows] of Object.entries({ tensorflow, torch, jax }))
    for (const { name, at, value, weights: given, gradient, error } of rows as Edge[]) {
      const row = `${framework} ${name} ${at}`;
      const ours = OWN_EDGES[row];
      it(ours ? `${row}: ${ours.why}` : row, () => {
        engine.withDialect(engine.dialects[framework as "jax"], () => {
          const a = matrix(at);
          if (ours || error) {
            const run = () => numbers(engine.gradient((x) => sum(EDGES[name]!(x)))(a)[0]!);
            if (ours?.gradient) assert.deepEqual(run(), ours.gradient);
            else assert.throws(run, RangeError);
            return;
          }
          const { tape, out } = taped([a], () => EDGES[name]!(a));
          const expected = value!.map((x) => number(String(x)));
          const own = numbers(out);
          // A framework may have chosen the opposite of a vector, which is a column of V and U, and a row of Vᵀ.
          const lines = (k: number) => (name === "svd_vh" ? Math.floor(k / at.length) : k % at.length);
          const signs = own.map((_, k) => {
            if (!["eigenvectors", "svd_u", "svd_vh"].includes(name)) return 1;
            return Math.sign(own.reduce((d, x, l) => (lines(l) === lines(k) ? d + x * expected[l]! : d), 0));
          });
          own.forEach((x, k) => {
            close(x, signs[k]! * expected[k]!, 1e-12, row);
          });
          const seed = tensor(
            given!.map((x, k) => signs[k]! * Number(x)),
            "float64",
            out.shape,
          );
          const [answer] = tape.gradient([out], [a], [seed]);
          assert.ok("value" in answer!);
          numbers(answer.value).forEach((x, k) => {
            close(x, number(String(gradient![k])), 1e-11, `${row}, gradient`);
          });
        });
      });
    }

  it("the gradient of a determinant is the matrix of cofactors, for singular matrices of any size and rank", () => {
    const next = random(3);
    for (const [n, rank] of [
      [4, 3],
      [4, 1],
      [5, 4],
      [6, 4],
      [7, 6],
      [10, 9],
      [12, 10],
    ] as const) {
      const factor = (rows: number, columns: number) =>
        matrix(Array.from({ length: rows }, () => Array.from({ length: columns }, () => Math.round(6 * next() - 3))));
      const a = engine.matmul(factor(n, rank), factor(rank, n));
      const { tape, out } = taped([a], () => engine.det(a));
      const [gradient] = tape.gradient([out], [a]);
      assert.ok("value" in gradient!);
      const data = numbers(a);
      numbers(gradient.value).forEach((x, k) => {
        // det is linear in each element: the difference over a step of any length is its derivative.
        const moved = (step: number) =>
          engine.det(
            tensor(
              data.map((y, l) => (l === k ? y + step : y)),
              "float64",
              [n, n],
            ),
          );
        const scale = Math.max(...data.map(Math.abs)) ** (n - 1);
        close(x, (numbers(moved(4))[0]! - numbers(moved(-4))[0]!) / 8, 1e-9, `${n}×${n} of rank ${rank}`, scale);
      });
    }
  });

  it("the Hessian of a determinant is that of a polynomial, where the matrix is singular too", () => {
    for (const rank of [1, 2, 4]) {
      const next = random(rank);
      const line = (n: number, m: number) =>
        tensor(
          Array.from({ length: n * m }, () => next() - 0.5),
          "float64",
          [n, m],
        );
      const a = engine.matmul(line(4, rank), line(rank, 4));
      const along = line(4, 4);
      const second = engine.hvp(engine.det, a, along);
      const data = numbers(a);
      const direction = numbers(along);
      numbers(second).forEach((x, k) => {
        const slope = (t: number) => {
          const at = tensor(
            data.map((y, l) => y + t * direction[l]!),
            "float64",
            [4, 4],
          );
          return numbers(engine.gradient(engine.det)(at)[0]!)[k]!;
        };
        close(x, richardson(slope, 0), 1e-10, `rank ${rank}`);
      });
    }
  });

  it("a formula of eigenvalues or singular values ends where they are equal; the gradient does not", () => {
    const both = (f: (a: Value) => Value) =>
      new engine.Differentiable(
        [{ name: "a", shape: [2, 2] }],
        ([a]) => sum(mul(f(a!), tensor([1, 3]))),
        engine.dialects.python,
      );
    const [values, singular] = [both(engine.eigvalsh), both(engine.svdvals)];
    assert.ok(values.gradient([1, 2, 2, 5]).gradient.every(Number.isFinite));
    assert.deepEqual(Array.from(values.gradient([2, 0, 0, 2]).gradient), [1, 0, 0, 3]);
    assert.ok(singular.gradient([1, 2, 3, 5]).gradient.every(Number.isFinite));
    assert.deepEqual(Array.from(singular.gradient([2, 0, 0, 2]).gradient), [1, 0, 0, 3]);
    assert.deepEqual(Array.from(singular.gradient([2, 0, 0, 0]).gradient), [1, 0, 0, 3]);
  });

  it("logarithms of determinants that overflow or vanish", () => {
    for (const factor of [1e3, 1e-3]) {
      const a = tensor(
        Array.from({ length: 40_000 }, (_, k) => (k % 201 === 0 ? factor : 0)),
        "float64",
        [200, 200],
      );
      const { sign, logdet } = engine.slogdet(a);
      assert.deepEqual(numbers(sign), [1]);
      close(numbers(logdet)[0]!, 200 * Math.log(factor), 1e-14);
      const { tape, out } = taped([a], () => engine.slogdet(a).logdet);
      const [gradient] = tape.gradient([out], [a]);
      assert.ok("value" in gradient!);
      close(numbers(gradient.value)[0]!, 1 / factor, 1e-14);
    }
  });
});

// ── laws ────────────────────────────────────────────────────────────────────

/** A matrix of numbers in [−1, 1] and a multiple of the identity. */
const matrices = (rows: number, columns: number, batch: number, shift = 0) =>
  fc.integer({ min: 1, max: 2 ** 30 }).map((seed) => {
    const next = random(seed);
    return tensor(
      Array.from({ length: batch * rows * columns }, (_, k) => {
        const [i, j] = [Math.floor(k / columns) % rows, k % columns];
        return 2 * next() - 1 + (i === j ? shift * (i + 1) : 0);
      }),
      "float64",
      [batch, rows, columns],
    );
  });

/** Operations of one matrix at random shapes: with what is added to the diagonal so that they are smooth. */
const SMOOTH: { readonly [name: string]: { f: (a: Value) => readonly Value[]; square?: boolean; shift: number } } = {
  qr: { f: (a) => Object.values(engine.qr(a)), shift: 4 },
  eigh: { f: (a) => Object.values(engine.eigh(add(a, engine.transposeMatrices(a)))), square: true, shift: 10 },
  svd: { f: (a) => Object.values(engine.svd(a)), shift: 10 },
  pinv: { f: (a) => [engine.pinv(a)], shift: 6 },
  expm: { f: (a) => [engine.expm(a)], square: true, shift: 0 },
  det: { f: (a) => [engine.det(a)], square: true, shift: 0 },
  slogdet: { f: (a) => [engine.slogdet(a).logdet], square: true, shift: 6 },
  inv: { f: (a) => [engine.inv(a)], square: true, shift: 6 },
  "matrixPower 3": { f: (a) => [engine.matrixPower(a, 3)], square: true, shift: 0 },
  triangularSolve: { f: (a) => [engine.triangularSolve(a, sin(a), { lower: false })], square: true, shift: 3 },
  "nuclear norm": { f: (a) => [engine.matrixNorm(a, "nuc")], shift: 10 },
};

describe("laws of linear algebra", function () {
  this.timeout(60_000);
  const shapes = fc.tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 2 }),
  );

  for (const [name, { f, square, shift }] of Object.entries(SMOOTH)) {
    const point = shapes.chain(([m, n, batch]) => {
      const own = [m, square ? m : n, batch] as const;
      return fc.tuple(matrices(...own, shift), matrices(...own), matrices(...own));
    });
    const g = (a: Value) =>
      weighted(
        f(a),
        weights(
          f(a).map(({ shape }) => shape),
          1,
        ),
      );

    it(`${name}: ⟨v̄, J·v⟩ = ⟨Jᵀ·v̄, v⟩`, () => {
      fc.assert(
        fc.property(point, ([a, v]) => {
          const { tangent } = jvp(g, [a], [v]);
          const gradient = engine.gradient(g)(a)[0]!;
          close(numbers(tangent)[0]!, dot(gradient, v), 1e-9, name, 1 + Math.max(...numbers(gradient).map(Math.abs)));
        }),
        { numRuns: 30 },
      );
    });

    it(`${name}: second derivatives are those of differences, and symmetric`, () => {
      fc.assert(
        fc.property(point, ([a, v, w]) => {
          const along = engine.hvp(g, a, v);
          const slope = (t: number) => dot(engine.gradient(g)(peek(add(a, mul(t, v))))[0]!, w);
          const size = 1 + Math.abs(dot(along, along));
          close(dot(along, w), richardson(slope, 0, 1e-3), 1e-6, `${name}, differences`, size);
          close(dot(along, w), dot(engine.hvp(g, a, w), v), 1e-8, `${name}, symmetry`, size);
        }),
        { numRuns: 15 },
      );
    });
  }

  it("factors multiply to the matrix, with orthonormal columns, ordered values and the largest component positive", () => {
    fc.assert(
      fc.property(
        shapes.chain(([m, n, batch]) =>
          fc.tuple(matrices(m, n, batch), fc.constantFrom(1e-300, 1e-9, 1, 1e150, 1e300)),
        ),
        ([plain, size]) => {
          const a = peek(mul(plain, size));
          const same = (x: Value, y: Value, label: string) =>
            closeTo(engine.div(x, size), numbers(engine.div(y, size)), 1e-14, label);
          const orthonormal = (x: Value, label: string) => {
            const product = engine.matmul(engine.transposeMatrices(x), x);
            const n = x.shape.at(-1)!;
            closeTo(
              product,
              numbers(product).map((_, k) => Number((k % (n * n)) % (n + 1) === 0)),
              1e-14,
              label,
            );
          };
          const { q, r } = engine.qr(a);
          same(engine.matmul(q, r), a, "qr");
          orthonormal(q, "q");
          assert.deepEqual(numbers(engine.triu(r)), numbers(r));
          const { u, s, vh } = engine.svd(a);
          same(engine.matmul(mul(u, engine.expandDims(s, -2)), vh), a, "svd");
          orthonormal(u, "u");
          orthonormal(engine.transposeMatrices(vh), "v");
          assert.deepEqual(numbers(engine.sort(s, -1, true)), numbers(s));
          assert.ok(numbers(engine.max(u, [-2])).every((x, k) => x >= -numbers(engine.min(u, [-2]))[k]! * (1 - 1e-8)));
          const gram = engine.matmul(plain, engine.transposeMatrices(plain));
          const { values, vectors } = engine.eigh(gram);
          closeTo(
            engine.matmul(mul(vectors, engine.expandDims(values, -2)), engine.transposeMatrices(vectors)),
            numbers(gram),
            2e-14,
            "eigh",
          );
          orthonormal(vectors, "eigenvectors");
          assert.deepEqual(numbers(engine.sort(values)), numbers(values));
        },
      ),
      { numRuns: 100 },
    );
  });

  it("a batch is its matrices one by one", () => {
    const a = fc.sample(matrices(3, 3, 2, 2), { numRuns: 1, seed: 5 })[0]!;
    const one = (k: number) => tensor(numbers(a).slice(9 * k, 9 * k + 9), "float64", [3, 3]);
    for (const [name, { f }] of Object.entries(SMOOTH)) {
      if (name === "triangularSolve") continue;
      f(a).forEach((whole, k) => {
        assert.deepEqual(
          numbers(whole),
          [0, 1].flatMap((member) => numbers(f(one(member))[k]!)),
          name,
        );
      });
    }
  });

  it("float32 is computed in double precision and rounded once", () => {
    const a = fc.sample(matrices(4, 4, 1, 2), { numRuns: 1, seed: 7 })[0]!;
    const single = engine.cast(a, "float32");
    const exact = engine.cast(single, "float64");
    for (const [name, { f }] of Object.entries(SMOOTH)) {
      if (["eigh", "triangularSolve", "nuclear norm", "matrixPower 3"].includes(name)) continue;
      f(single).forEach((out, k) => {
        assert.equal(out.dtype, "float32", name);
        assert.deepEqual(numbers(out), numbers(f(exact)[k]!).map(Math.fround), name);
      });
      const [gradient] = taped([single], () => f(single)).tape.gradient(f(single), [single]);
      if ("value" in gradient!) assert.equal(gradient.value.dtype, "float32");
    }
  });

  it("one factorisation serves values, vectors and their derivatives", () => {
    const a = matrix([
      [2, 1],
      [1, 3],
    ]);
    const applied: string[] = [];
    const recorder = { record: ({ op }: { op: { name: string } }) => applied.push(op.name) };
    engine.addRecorder(recorder);
    try {
      engine.eigh(a);
    } finally {
      engine.removeRecorder(recorder);
    }
    assert.deepEqual(applied, ["eigvalsh", "eigenvectors"]);
    // In a graph, what the derivative needs is the node that the function made.
    const graph = stage([{ name: "a", primal: a }], ([x]) => {
      const { values, vectors } = engine.eigh(x!);
      const out = sum(mul(vectors, values));
      return [out, ...(engine.gradientNodes(out, [x as engine.Node]) as Value[])];
    });
    const made = engine.nodesOf(graph.outputs).map((node) => node.op.name);
    assert.equal(made.filter((op) => op === "eigvalsh").length, 1);
    assert.equal(made.filter((op) => op === "eigenvectors").length, 1);
  });
});

describe("arguments that linear algebra does not take", () => {
  const empty = tensor([], "float64", [0, 0]);
  const wide = matrix([[1, 2, 3]]);
  const nan = matrix([
    [Number.NaN, 1],
    [1, 2],
  ]);
  const singular = matrix([
    [1, 2],
    [2, 4],
  ]);
  const vector = tensor([1, 2]);
  const cases: { readonly [what: string]: [run: () => unknown, message: RegExp] } = {
    "eigh of a wide matrix": [() => engine.eigh(wide), /eigh of shape \(1,3\), which is not square/],
    "eigh of NaN": [() => engine.eigh(nan), /eigh of a matrix that is not finite/],
    "eigh of nothing": [() => engine.eigh(empty), /eigh of an empty matrix/],
    "svd of NaN": [() => engine.svd(nan), /svd of a matrix that is not finite/],
    "svd of nothing": [() => engine.svd(tensor([], "float64", [0, 3])), /svd of an empty matrix/],
    "svd of a vector": [() => engine.svd(vector), /svd of shape \(2\), which is not a matrix/],
    "qr of infinity": [() => engine.qr(matrix([[Infinity]])), /qr of a matrix that is not finite/],
    "pinv of NaN": [() => engine.pinv(nan), /svd of a matrix that is not finite/],
    "expm of a wide matrix": [() => engine.expm(wide), /expm of shape \(1,3\), which is not square/],
    "expm of NaN": [() => engine.expm(nan), /expm of a matrix that is not finite/],
    "expm of a norm that overflows": [
      () =>
        engine.expm(
          matrix([
            [1e308, 0],
            [1e308, 1],
          ]),
        ),
      /whose norm overflows/,
    ],
    "a power that is no integer": [
      () => engine.matrixPower(singular, 0.5),
      /to the power of 0.5, which is not an integer/,
    ],
    "an inverse power of a singular matrix": [() => engine.matrixPower(singular, -1), /the matrix is singular/],
    "the gradient of logdet of a singular matrix": [
      () => engine.gradient((a) => engine.slogdet(a).logdet)(singular),
      /the matrix is singular/,
    ],
    "a triangle with a zero on its diagonal": [
      () =>
        engine.triangularSolve(
          matrix([
            [0, 1],
            [1, 1],
          ]),
          vector,
        ),
      /the matrix is singular/,
    ],
    "a triangle and a vector too long": [
      () => engine.triangularSolve(singular, tensor([1, 2, 3])),
      /triangular solve of shapes \(2,2\) and \(3\)/,
    ],
    "lstsq of other lengths": [() => engine.lstsq(wide, vector), /lstsq of shapes \(1,3\) and \(2\)/],
    "cross of other lengths": [() => engine.cross(vector, vector), /cross of shapes \(2\) and \(2\) along axis -1/],
    "an unknown norm": [() => engine.matrixNorm(singular, 3), /there is no matrix norm of order 3/],
    "a norm over one axis": [() => engine.matrixNorm(singular, 2, [0, -2]), /a matrix norm over axis 0 twice/],
    "det of a vector": [() => engine.det(vector), /det of shape \(2\), which is not square/],
  };
  for (const [what, [run, message]] of Object.entries(cases))
    it(what, () => {
      assert.throws(run, (error: unknown) => error instanceof RangeError && message.test(error.message));
    });

  it("empty matrices where there is an answer", () => {
    assert.equal(numbers(engine.det(empty))[0], 1);
    assert.equal(numbers(engine.slogdet(empty).logdet)[0], 0);
    assert.deepEqual(engine.inv(empty).shape, [0, 0]);
    assert.deepEqual(engine.cholesky(empty).shape, [0, 0]);
    assert.deepEqual(engine.matrixPower(empty, 2).shape, [0, 0]);
  });

  it("ranks and what counts as zero", () => {
    const a = matrix([
      [1, 2],
      [2, 4.0000001],
    ]);
    assert.deepEqual(
      [singular, a].map((x) => numbers(engine.matrixRank(x))[0]),
      [1, 2],
    );
    assert.deepEqual(numbers(engine.matrixRank(a, 1e-3)), [1]);
    assert.deepEqual(numbers(engine.matrixRank(matrix([[0, 0]]))), [0]);
    assert.equal(
      numbers(
        engine.cond(
          matrix([
            [1, 0],
            [0, 0],
          ]),
        ),
      )[0],
      Infinity,
    );
    assert.deepEqual(
      numbers(engine.pinv(a, 1e-3)).map((x) => Math.round(x * 25)),
      [1, 2, 2, 4],
    );
  });

  it("integers count as float64", () => {
    const a = tensor([2, 1, 1, 3], "int64", [2, 2]);
    for (const f of [engine.inv, engine.det, engine.svdvals, engine.eigvalsh, engine.expm, engine.cholesky])
      assert.equal(f(a).dtype, "float64");
    assert.deepEqual(numbers(engine.matrixPower(a, 2)), [5, 5, 5, 10]);
    assert.equal(engine.matrixPower(a, 2).dtype, "int64");
  });
});
