/** Breaks of a curve: found between samples, confirmed by bisection. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { breaksOf } from "../../src/analysis/breaks";

type Curve = (x: number) => { value: number; slope: number };

function breaks(f: Curve, low = -3, high = 3, n = 241): [string, number][] {
  const grid = Float64Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));
  const found = breaksOf(
    f,
    grid,
    grid.map((x) => f(x).value),
    grid.map((x) => f(x).slope),
  );
  return found.map(({ kind, at }) => [kind, at]);
}

describe("breaks of a curve", () => {
  it("are poles, on a sample and between two", () => {
    const pole =
      (p: number): Curve =>
      (x) => ({ value: 1 / (x - p), slope: -1 / (x - p) ** 2 });
    assert.deepEqual(breaks(pole(0)), [["pole", 0]]);
    assert.deepEqual(breaks(pole(0.37)), [["pole", 0.37]]);
    assert.deepEqual(
      breaks((x) => ({ value: 1 / x ** 2, slope: -2 / x ** 3 })),
      [["pole", 0]],
    );
    const tan: Curve = (x) => ({ value: Math.tan(x), slope: 1 / Math.cos(x) ** 2 });
    assert.deepEqual(
      breaks(tan).map(([kind, at]) => [kind, at.toFixed(9)]),
      [
        ["pole", (-Math.PI / 2).toFixed(9)],
        ["pole", (Math.PI / 2).toFixed(9)],
      ],
    );
  });

  it("are kinks, jumps and edges", () => {
    assert.deepEqual(
      breaks((x) => ({ value: Math.abs(x), slope: Math.sign(x) })),
      [["kink", 0]],
    );
    assert.deepEqual(
      breaks((x) => ({ value: Math.max(0, x - 0.31), slope: x > 0.31 ? 1 : 0 })),
      [["kink", 0.31]],
    );
    assert.deepEqual(
      breaks((x) => ({ value: Math.floor(x + 0.5) + x, slope: 1 }), -1, 1),
      [
        ["jump", -0.5],
        ["jump", 0.5],
      ],
    );
    assert.deepEqual(
      breaks((x) => ({ value: Math.sqrt(x - 1), slope: 0.5 / Math.sqrt(x - 1) })),
      [["edge", 1]],
    );
    assert.deepEqual(
      breaks((x) => ({ value: Math.log(x), slope: 1 / x })),
      [["pole", 0]],
    );
  });

  it("are none where a curve is merely steep or sharply bent", () => {
    const smooth: Curve[] = [
      (x) => ({ value: Math.tanh(300 * x), slope: 300 / Math.cosh(300 * x) ** 2 }),
      (x) => ({ value: Math.sqrt(x * x + 1e-8), slope: x / Math.sqrt(x * x + 1e-8) }),
      (x) => ({ value: Math.exp(8 * x), slope: 8 * Math.exp(8 * x) }),
      (x) => ({ value: 1 / (1 + 1e4 * x * x), slope: (-2e4 * x) / (1 + 1e4 * x * x) ** 2 }),
      (x) => ({ value: Math.sin(40 * x), slope: 40 * Math.cos(40 * x) }),
      () => ({ value: 3, slope: 0 }),
      () => ({ value: Number.NaN, slope: Number.NaN }),
    ];
    for (const f of smooth) assert.deepEqual(breaks(f), []);
  });

  it("polynomials have none, their absolute values kinks where they cross 0", () => {
    const number = fc.integer({ min: -300, max: 300 }).map((hundredths) => hundredths / 100);
    fc.assert(
      fc.property(number, number, number, (a, b, c) => {
        const value = (x: number) => a * x * x + b * x + c;
        const slope = (x: number) => 2 * a * x + b;
        assert.deepEqual(
          breaks((x) => ({ value: value(x), slope: slope(x) })),
          [],
        );
        const crossed = breaks((x) => ({ value: Math.abs(value(x)), slope: Math.sign(value(x)) * slope(x) }));
        for (const [kind, at] of crossed) {
          assert.equal(kind, "kink");
          assert.ok(Math.abs(value(at)) < 1e-6, `${at}`);
        }
      }),
      { numRuns: 200 },
    );
  });
});
