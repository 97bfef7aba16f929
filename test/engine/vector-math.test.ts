/** The SIMD rules of the table: against mpmath over their domains, and against the eager rules at special values. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { bind, type Elementwise, elementwiseOps, lowerGrid, scalar, stage } from "../../src/engine";
import reference from "../fixtures/engine/vector-math.json";
import { random, ulps } from "./support";

/** The errors measured at 6,000 points of each function, in units in the last place, rounded up. */
const ERRORS: { readonly [name: string]: number } = {
  exp: 0.8,
  expm1: 0.8,
  exp2: 0.9,
  log: 0.8,
  log2: 0.8,
  log10: 0.7,
  log1p: 0.8,
  sin: 0.8,
  cos: 0.8,
  tan: 0.9,
  asin: 0.9,
  acos: 0.9,
  atan: 0.8,
  sinh: 0.8,
  cosh: 0.8,
  tanh: 1.1,
  asinh: 1.6,
  acosh: 1.3,
  atanh: 1.6,
  cbrt: 0.7,
  sigmoid: 1.9,
  softplus: 1.4,
  log_cosh: 1.3,
  sech: 1.5,
  erf: 0.9,
  erfc: 2,
  atan2: 1.2,
  hypot: 1.2,
  pow: 0.8,
};

const SPECIAL = [
  ...[Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1e-9, -1e-9, 7, 1.5, -1.5, 2.5],
  ...[5e-324, -5e-324, 1e-310, -1e-310, 2 ** -1022, 2 ** -55, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 53, 1e300],
  ...[710, -710, 709.782712893384, -745.2, 1e6, -1e22, 355 / 113, Math.PI / 2, -Math.PI, 1023.5, 1e-200, 1e200],
];

/** The operation at many points; `arguments_[k]` are the numbers of argument k. */
function vectorized(op: Elementwise, arguments_: readonly (readonly number[])[]): Float64Array {
  const parameters = arguments_.map((_, k) => ({ name: `x${k}`, primal: scalar(0.5) }));
  const graph = stage(parameters, (inputs) => [bind<unknown>(op, inputs, undefined)]);
  const kernel = lowerGrid(
    graph,
    arguments_.map(() => "inner"),
  );
  assert.ok(kernel);
  return kernel(arguments_, arguments_[0]!.length, 1).outputs[0]!;
}

const unit = (x: number): number => {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(x));
  bits.setBigInt64(0, bits.getBigInt64(0) + 1n);
  return bits.getFloat64(0) - Math.abs(x);
};

describe("SIMD rules, against mpmath", () => {
  const cases = reference as unknown as { readonly [name: string]: readonly number[][] };
  for (const [name, rows] of Object.entries(cases))
    it(`${name}, to ${ERRORS[name]} ulp`, () => {
      const op = elementwiseOps.find((entry) => entry.name === name)!;
      const columns = Array.from({ length: op.arity }, (_, k) => rows.map((row) => row[k]!));
      const values = vectorized(op, columns);
      rows.forEach((row, i) => {
        const [nearest, beyond] = row.slice(-2) as [number, number];
        const error = Math.abs((values[i]! - nearest) / unit(nearest) - beyond);
        assert.ok(error <= ERRORS[name]!, `${name}(${row.slice(0, -2)}) is ${values[i]}, ${error} ulp off`);
      });
    });
});

describe("SIMD rules, against the eager ones", () => {
  for (const op of elementwiseOps)
    it(`${op.name} at special values, to 2 ulp`, () => {
      let points: number[][] = [[]];
      const values = op.arity < 3 ? SPECIAL : SPECIAL.slice(0, 12);
      for (let k = 0; k < op.arity; k++) points = points.flatMap((point) => values.map((x) => [...point, x]));
      const columns = Array.from({ length: op.arity }, (_, k) => points.map((point) => point[k]!));
      const answers = vectorized(op, columns);
      points.forEach(([x, y, z], i) => {
        const expected = op.evaluate(x!, y ?? 0, z ?? 0);
        const same = Object.is(answers[i], expected) || (expected !== 0 && ulps(answers[i]!, expected) <= 2);
        assert.ok(same, `${op.name}(${points[i]}) is ${answers[i]}, not ${expected}`);
      });
    });

  it("all but the rarest have one", () => {
    const without = elementwiseOps.filter(({ simd }) => !simd).map(({ name }) => name);
    const rare = /^(bitwise_.*|.*_shift|erfinv|erf.*inv|.*gamma|beta|sinc.*|logaddexp|pool_max.*)$/;
    assert.deepEqual(
      without.filter((name) => !rare.test(name)),
      [],
    );
  });
});

describe("SIMD rules by the same operations in the same order as the eager ones", () => {
  for (const [name, most] of [
    ["erf", 0],
    ["erfc", 0],
    ["gelu", 0],
    // Beyond 1, of log1p and exp.
    ["log_cosh", 1],
  ] as const)
    it(`${name}, to ${most} ulp`, () => {
      const op = elementwiseOps.find((entry) => entry.name === name)!;
      assert.ok(op.simd);
      const next = random(7);
      const points = Array.from({ length: 20_000 }, (_, i) => (i % 2 ? 4 : 70) * (next() - 0.5));
      vectorized(op, [points]).forEach((value, i) => {
        const exact = op.evaluate(points[i]!, 0, 0);
        assert.ok(
          Object.is(value, exact) || ulps(value, exact) <= most,
          `${name}(${points[i]}): ${value}, not ${exact}`,
        );
      });
    });
});

describe("SIMD rules of two arguments, against the eager ones", () => {
  const number = fc.oneof(
    fc.double({ min: -3, max: 3, noNaN: true }),
    fc.double({ min: -800, max: 800 }),
    fc.constantFrom(...SPECIAL),
  );
  for (const name of ["logaddexp", "pool_max", "pool_max_without_nan", "mod", "fmod", "floordiv"])
    it(`${name}, to 2 ulp`, () => {
      const op = elementwiseOps.find((entry) => entry.name === name)!;
      assert.ok(op.simd);
      fc.assert(
        fc.property(fc.array(fc.tuple(number, number), { minLength: 200, maxLength: 200 }), (points) => {
          const columns = [0, 1].map((k) => points.map((point) => point[k]!));
          vectorized(op, columns).forEach((value, i) => {
            const [x, y] = points[i]!;
            const exact = op.evaluate(x, y, 0);
            assert.ok(
              Object.is(value, exact) || ulps(value, exact) <= 2,
              `${name}(${x}, ${y}): ${value}, not ${exact}`,
            );
          });
        }),
        { numRuns: 100 },
      );
    });
});
