/** Products of large matrices in WebAssembly: the same as of small ones, to the last bit. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type DType, matmul, peek, tensor } from "../../src/engine";
import { random } from "./support";

const SPECIAL = [Number.NaN, Infinity, -Infinity, -0, 0, 5e-324, 1e300, -1e300];

/** Sums in the order of the inner index. */
function plain(a: ArrayLike<number>, b: ArrayLike<number>, [m, k, n]: readonly [number, number, number]): number[] {
  return Array.from({ length: m * n }, (_, place) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum += a[Math.floor(place / n) * k + p]! * b[p * n + (place % n)]!;
    return sum;
  });
}

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
          assert.deepEqual([...product.data], [...tensor(plain(a.data, b.data, [m, k, n]), dtype, [m, n]).data]);
        }),
        { numRuns: 25 },
      ));

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
