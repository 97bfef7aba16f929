import assert from "node:assert/strict";
import fc from "fast-check";
import { formatMatrix, formatNumber, formatTree, formatVector, roundToStep } from "../../src/render";

describe("render: numbers", () => {
  const cases: [number, string][] = [
    [9, "9"],
    [-0, "0"],
    [0.1, "0.1"],
    [0.1 + 0.2, "0.3"],
    [1 / 3, "0.3333333"],
    [-2 / 3, "-0.6666667"],
    [1.2e-7, "1.2e-7"],
    [0.00001234, "0.00001234"],
    [1234567.891, "1234568"],
    [123456789, "123456789"],
    [123456789.5, "1.234568e8"],
    [1e21, "1e21"],
    [99999999.9, "1e8"],
    [5e-324, "5e-324"],
    [Number.NaN, "nan"],
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "-inf"],
  ];
  for (const [value, text] of cases) it(`${value} is ${text}`, () => assert.equal(formatNumber(value), text));

  it("reads back as the same number if all digits are allowed", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) =>
        Object.is(Number(formatNumber(x, 17)), x),
      ),
    );
  });

  it("stays close, and short, with few digits", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 1, max: 17 }), (x, digits) => {
        const back = Number(formatNumber(x, digits));
        // Rounded up, the largest numbers become infinite; and reading back rounds once more.
        const relative = 0.51 * 10 ** (1 - digits) + Number.EPSILON;
        return !Number.isFinite(back) || Math.abs(back - x) <= Math.abs(x) * relative + 5e-324;
      }),
    );
    fc.assert(fc.property(fc.double(), (x) => formatNumber(x).length <= 14));
  });

  it("writes vectors, trees and matrices", () => {
    assert.equal(formatVector([9, 42]), "(9, 42)");
    assert.equal(formatVector([1, 2, 3, 4], 7, 2), "(1, 2, … (4))");
    assert.equal(
      formatTree([
        [2, 6],
        [6, Number.NaN],
      ]),
      "[[2, 6], [6, nan]]",
    );
    assert.equal(
      formatMatrix([
        [0, 10],
        [-10, 0.5],
      ]),
      "[  0   10]\n[-10  0.5]",
    );
  });

  it("rounds to a step without noise", () => {
    assert.equal(roundToStep(0.30000000000000004, 0.1), 0.3);
    assert.equal(roundToStep(1234, 100), 1200);
    assert.equal(roundToStep(Number.NaN, 1), Number.NaN);
  });
});
