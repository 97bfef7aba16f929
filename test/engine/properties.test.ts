/** What holds for every function made of operations: random expressions of scalars and arrays. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  add,
  cast,
  type Dialect,
  type DType,
  dialects,
  gradient,
  hessian,
  isFloat,
  jvp,
  lower,
  mul,
  replay,
  type Shape,
  scalarize,
  sizeOf,
  stage,
  sum,
  type Tensor,
  tensor,
  type Value,
  vjp,
  withDialect,
} from "../../src/engine";
import { dot, numbers, random, taped, ulps } from "./support";
import { build, coordinate, type Tree, trees } from "./trees";

/** They broadcast with each other. */
const SHAPES: readonly Shape[] = [[2, 3], [3], [2, 1]];
const SIZE = SHAPES.reduce((n, shape) => n + sizeOf(shape), 0);
const SPECIAL = [Number.NaN, Infinity, -Infinity, -0, 0, 5e-324, -1e-310, 1e300, 1, -2];

const point = fc.array(coordinate, { minLength: SIZE, maxLength: SIZE });
const extremes = fc.array(fc.constantFrom(...SPECIAL), { minLength: SIZE, maxLength: SIZE });

function inputsAt(coordinates: readonly number[], dtype: DType = "float64"): Tensor[] {
  let start = 0;
  return SHAPES.map((shape) => {
    const own = coordinates.slice(start, start + sizeOf(shape));
    start += own.length;
    return tensor(own, dtype, shape);
  });
}

/** The tree as a function that gives a float of `dtype`. */
const functionOf =
  (tree: Tree, dtype: DType = "float64") =>
  (...inputs: Value[]): Value => {
    const out = build(tree, inputs);
    return isFloat(out.dtype) ? out : cast(out, dtype);
  };

function like(x: Value, seed: number): Tensor {
  const next = random(seed);
  return tensor(
    Array.from({ length: sizeOf(x.shape) }, () => next() - 0.5),
    x.dtype,
    x.shape,
  );
}

/** One number from an array: no plain sum, which is constant of a softmax. */
const weighted = (x: Value) => sum(mul(x, like(x, 77)));

const finite = (...values: Value[]) => values.every((value) => numbers(value).every(Number.isFinite));
const sizeOfTerms = (a: Value, b: Value) => numbers(a).reduce((total, x, i) => total + Math.abs(x * numbers(b)[i]!), 0);

/** Equal but for rounding, beside terms as large as `scale`; those that cancel to nothing were not small themselves. */
function alike(x: number, y: number, scale: number, tolerance: number): void {
  assert.ok(Math.abs(x - y) <= tolerance * Math.max(scale, 1e-3), `${x} is not ${y}`);
}

// The same expressions in every run: where terms cancel, rounding alone would fail one now and then.
const runs = (numRuns: number) => ({ numRuns, seed: 4 });

describe("random functions of arrays", function () {
  // On a machine that may be busy.
  this.timeout(30_000);

  for (const dialect of Object.values(dialects) as Dialect[])
    for (const [dtype, tolerance] of [
      ["float64", 1e-10],
      ["float32", 1e-2],
    ] as const)
      it(`${dialect.name}, ${dtype}: forward and reverse are each other's transpose, at kinks too`, () => {
        withDialect(dialect, () =>
          fc.assert(
            fc.property(trees(SHAPES.length, "steps", true), point, fc.nat(), (tree, at, seed) => {
              const f = functionOf(tree, dtype);
              const inputs = inputsAt(at, dtype);
              const tangents = inputs.map((input, k) => like(input, seed + k));
              const { value, tangent } = jvp(f, inputs, tangents);
              const cotangent = like(value, seed + 9);
              const gradients = vjp(f, inputs).pullback(cotangent);
              if (!finite(value, tangent, ...gradients)) return;
              const right = gradients.reduce((total, own, k) => total + dot(own, tangents[k]!), 0);
              const scale = gradients.reduce((total, own, k) => total + sizeOfTerms(own, tangents[k]!), 0);
              alike(dot(cotangent, tangent), right, scale + sizeOfTerms(cotangent, tangent), tolerance);
              gradients.forEach((own, k) => {
                assert.deepEqual([own.shape, own.dtype], [inputs[k]!.shape, dtype]);
              });
            }),
            runs(60),
          ),
        );
      });

  it("have symmetric Hessians", () => {
    fc.assert(
      fc.property(trees(1, "smooth", true), fc.array(coordinate, { minLength: 6, maxLength: 6 }), (tree, at) => {
        const matrix = hessian((x) => weighted(functionOf(tree)(x)))(tensor(at, "float64", [2, 3]));
        if (!finite(matrix)) return;
        const entries = numbers(matrix);
        const scale = Math.max(...entries.map(Math.abs));
        entries.forEach((entry, i) => {
          alike(entry, entries[(i % 6) * 6 + Math.floor(i / 6)]!, scale, 1e-9);
        });
      }),
      runs(60),
    );
  });

  for (const [dtype, tolerance] of [
    ["float64", 1e-9],
    ["float32", 2e-2],
  ] as const)
    it(`${dtype}: tape over tape, forward over reverse and forward over forward are one second derivative`, () => {
      fc.assert(
        fc.property(trees(SHAPES.length, "smooth", true), point, fc.nat(), (tree, at, seed) => {
          const f = (...xs: Value[]) => weighted(functionOf(tree, dtype)(...xs));
          const inputs = inputsAt(at, dtype);
          const v = inputs.map((input, k) => like(input, seed + k));
          const slope = (...xs: Value[]) =>
            gradient(f)(...xs)
              .map((own, k) => sum(mul(own, v[k]!)))
              .reduce((a, b) => add(a, b));
          const { tape, out } = taped(inputs, () => slope(...inputs));
          const overTape = tape
            .gradient([out], inputs)
            .map((own, k) => ("value" in own ? own.value : mul(inputs[k]!, 0)));
          const twice = jvp((...xs) => jvp(f, xs, v).tangent, inputs, v).tangent;
          const forward = jvp(slope, inputs, v).tangent;
          if (!finite(twice, forward, ...overTape)) return;
          const total = overTape.reduce((all, own, k) => all + dot(own, v[k]!), 0);
          const scale = overTape.reduce((all, own, k) => all + sizeOfTerms(own, v[k]!), 0);
          alike(numbers(forward)[0]!, total, scale, tolerance);
          alike(numbers(twice)[0]!, total, scale, tolerance);
        }),
        runs(60),
      );
    });

  for (const dtype of ["float64", "float32"] as const)
    it(`${dtype}: a graph answers as the operations do, with NaN, infinities, −0 and subnormals`, () => {
      fc.assert(
        fc.property(trees(SHAPES.length, "kinks", true), extremes, point, (tree, bad, good) => {
          const f = functionOf(tree, dtype);
          for (const at of [bad, good]) {
            const inputs = inputsAt(at, dtype);
            const expected = f(...inputs);
            const graph = stage(
              inputs.map((primal, k) => ({ name: `x${k}`, primal })),
              (xs) => [f(...xs)],
            );
            const [again] = replay(
              graph.outputs,
              new Map(graph.inputs.map((input, k): [Value, Value] => [input, inputs[k]!])),
            );
            for (const own of [graph.outputs[0]!, again!]) {
              assert.deepEqual([own.shape, own.dtype], [expected.shape, expected.dtype]);
              // deepEqual tells −0 from 0 and takes NaN for itself.
              assert.deepEqual(numbers(own), numbers(expected));
            }
            if (dtype === "float32") continue;
            const out: number[] = [];
            assert.ok(lower(scalarize(graph))(inputs.flatMap(numbers), out));
            out.forEach((x, i) => {
              // A sum begins at 0: of nothing but −0 it is 0.
              const y = numbers(expected)[i]!;
              assert.ok(x === y || ulps(x, y) <= 4, `${x} is not ${y}`);
            });
          }
        }),
        runs(80),
      );
    });
});
