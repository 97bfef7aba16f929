/** Products of large matrices in WebAssembly: the same as of small ones, to the last bit unless products and sums are fused. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { abs, type DType, matmul, peek, stage, tensor, transpose, type Value } from "../../src/engine";
import { fuse } from "../../src/engine/lower/fuse";
import type { Program } from "../../src/engine/lower/loops";
import { compileLoops } from "../../src/engine/lower/loops-javascript";
import { compileInWasm } from "../../src/engine/lower/wasm/loops";
import { canFuse } from "../../src/engine/lower/wasm/matmul";
import { random } from "./support";

const SPECIAL = [Number.NaN, Infinity, -Infinity, -0, 0, 5e-324, 1e300, -1e300];

/** Sums in the order of the inner index; `single`: rounded to float32 after every operation. */
function plain(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [m, k, n]: readonly [number, number, number],
  single = false,
): number[] {
  const round = single ? Math.fround : (x: number) => x;
  return Array.from({ length: m * n }, (_, place) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum = round(sum + round(a[Math.floor(place / n) * k + p]! * b[p * n + (place % n)]!));
    return sum;
  });
}

/** Large products of float32 are summed in float32, with rows and columns enough for tiles. */
const isSingle = (dtype: DType, [m, k, n]: readonly [number, number, number]) =>
  dtype === "float32" && m * k * n >= 100_000 && n >= 8;

describe("products of large matrices", () => {
  const length = fc.integer({ min: 4, max: 40 });
  for (const dtype of ["float64", "float32", "int32"] as const satisfies readonly DType[])
    it(`are sums in the order of the inner index, ${dtype}`, () =>
      fc.assert(
        fc.property(length, fc.integer({ min: 60, max: 700 }), length, fc.nat(), fc.boolean(), (m, k, n, seed, odd) => {
          const next = random(seed);
          const make = (size: number) =>
            Array.from({ length: size }, () =>
              odd && next() < 0.002 && dtype !== "int32"
                ? SPECIAL[Math.floor(next() * SPECIAL.length)]!
                : dtype === "int32"
                  ? Math.floor(200 * next() - 100)
                  : 2 * next() - 1,
            );
          const [a, b] = [tensor(make(m * k), dtype, [m, k]), tensor(make(k * n), dtype, [k, n])];
          const product = peek(matmul(a, b));
          assert.deepEqual(product.shape, [m, n]);
          const expected = plain(a.data, b.data, [m, k, n], isSingle(dtype, [m, k, n]));
          assert.deepEqual([...product.data], [...tensor(expected, dtype, [m, n]).data]);
        }),
        { numRuns: 25 },
      ));

  for (const [backend, compile, fused] of [
    ["WebAssembly", (program: Program) => compileInWasm(program)!.run, canFuse()],
    ["JavaScript", (program: Program) => compileLoops(program, () => Number.NaN)!, false],
  ] as const)
    for (const dtype of ["float64", "float32"] as const)
      it(`are the same as loops of ${backend}, also of transposes and in batches, ${dtype}`, () => {
        const size = fc.integer({ min: 4, max: 60 });
        fc.assert(
          fc.property(
            size,
            size,
            size,
            fc.integer({ min: 1, max: 2 }),
            fc.nat(),
            fc.boolean(),
            (m, k, n, batches, seed, odd) => {
              const next = random(seed);
              const make = (...shape: number[]) =>
                tensor(
                  Array.from({ length: shape.reduce((x, y) => x * y) }, () =>
                    odd && next() < 0.002 ? SPECIAL[Math.floor(next() * SPECIAL.length)]! : 2 * next() - 1,
                  ),
                  dtype,
                  shape,
                );
              const matrices = [make(batches, k, m), make(batches, n, k)];
              const product = (a: Value, b: Value) => matmul(transpose(a, [0, 2, 1]), transpose(b, [0, 2, 1]));
              const graph = stage(
                matrices.map((primal, i) => ({ name: `x${i}`, primal })),
                ([a, b]) => [product(a!, b!)],
              );
              const point = Float64Array.from(matrices.flatMap(({ data }) => [...data]));
              const out = new Float64Array(batches * m * n);
              compile(fuse(graph))(point, out);
              const expected = peek(graph.outputs[0]!).data;
              if (!fused) {
                assert.deepEqual([...out], [...expected]);
                return;
              }
              // Each of both is off by k roundings of the sum of all sizes.
              const sizes = peek(product(abs(matrices[0]!), abs(matrices[1]!))).data;
              const rounding = k * (dtype === "float32" ? 2 ** -24 : 2 ** -53);
              out.forEach((x, i) => {
                const near = Math.abs(x - expected[i]!) <= 2 * rounding * sizes[i]!;
                assert.ok(Object.is(x, expected[i]) || near, `${i}: ${x} is not ${expected[i]}`);
              });
            },
          ),
          { numRuns: 15 },
        );
      });

  it("in batches", () => {
    const next = random(5);
    const [a, b] = [
      [3, 20, 30],
      [3, 30, 17],
    ].map((shape) => tensor(Array.from({ length: shape.reduce((x, y) => x * y) }, next), "float64", shape));
    const product = peek(matmul(a!, b!)).data;
    for (let k = 0; k < 3; k++)
      assert.deepEqual(
        [...product.slice(340 * k, 340 * (k + 1))],
        plain(a!.data.slice(600 * k, 600 * (k + 1)), b!.data.slice(510 * k, 510 * (k + 1)), [20, 30, 17]),
      );
  });
});
