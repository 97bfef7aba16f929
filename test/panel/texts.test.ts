import assert from "node:assert/strict";
import { gradientOf, matrixText, namedText } from "../../src/panel/copy-text";
import { csvOf } from "../../src/panel/csv";
import type { View } from "../../src/protocol/lsp";
import { decodeArray, encodeArray, withNumbers } from "../../src/protocol/values";

describe("what the panel copies and saves as text", () => {
  const point = [
    { name: "x1", latex: "x_{1}", value: 2 },
    {
      name: "W",
      latex: "W",
      value: [
        [1, 0.5],
        ["NaN", "-Infinity"],
      ],
    },
    { name: "n", latex: "n", value: null },
  ] as const;

  it("is Python that runs", () => {
    assert.equal(
      namedText(point as never, "python"),
      'x1 = 2.0\nW = [[1.0, 0.5], [float("nan"), float("-inf")]]\nn = None',
    );
    assert.equal(
      matrixText(
        "H",
        [
          [1e300, -2],
          [0, 1e-7],
        ],
        "python",
      ),
      "[[1e+300, -2.0], [0.0, 1e-7]]",
    );
  });

  it("is LaTeX", () => {
    assert.equal(
      namedText(point as never, "latex"),
      "x_{1} = 2,\\; W = \\begin{pmatrix} 1 & 0.5 \\\\ \\mathrm{nan} & -\\infty \\end{pmatrix},\\; n = \\text{none}",
    );
    assert.equal(
      matrixText("\\nabla^{2} g", [[1e-7]], "latex"),
      "\\nabla^{2} g = \\begin{pmatrix} 1 \\cdot 10^{-7} \\end{pmatrix}",
    );
  });

  it("is JSON with the protocol's words for what JSON has no numbers for", () => {
    assert.deepEqual(JSON.parse(namedText(point as never, "json")), {
      x1: 2,
      W: [
        [1, 0.5],
        ["NaN", "-Infinity"],
      ],
      n: null,
    });
  });

  it("has the gradient in the shapes of the parameters", () => {
    const row = (name: string, value: number) => ({ name, automatic: { value, text: "" } });
    const view = {
      symbol: "f",
      plottable: ["w[0]", "w[1]", "b"],
      parameters: [
        { name: "w", latex: "w", shape: [2], value: [1, 2], range: [0, 1] },
        { name: "s", latex: "s", shape: [], value: "NaN", range: [0, 0], reason: "a text has no derivative" },
        { name: "b", latex: "b", shape: [], value: 3, range: [0, 1] },
      ],
      gradient: [row("w[0]", 5), { name: "w[1]", reason: "cut" }, row("b", 7)],
    } as unknown as View;
    assert.deepEqual(
      gradientOf(view).map(({ name, latex, value }) => [name, latex, value]),
      [
        ["d_w", "\\frac{\\partial f}{\\partial w}", [5, null]],
        ["d_s", "\\frac{\\partial f}{\\partial s}", null],
        ["d_b", "\\frac{\\partial f}{\\partial b}", 7],
      ],
    );
  });

  it("is CSV as RFC 4180 has it", () => {
    assert.equal(
      csvOf([
        ["a", 'say "x"', "w[0, 1]"],
        [0.1, Number.NaN, -0],
        [Number.NEGATIVE_INFINITY, undefined, null],
      ]),
      'a,"say ""x""","w[0, 1]"\r\n0.1,nan,-0\r\n-inf,,\r\n',
    );
  });

  it("goes to the page as numbers, whatever is around them", () => {
    const values = [1, Number.NaN, -0, Number.POSITIVE_INFINITY];
    const answer = { axes: ["x"], grid: [encodeArray(values, [2, 2])], text: "shape" };
    const sent = withNumbers(answer);
    assert.ok(sent.grid[0]!.data instanceof Float64Array);
    assert.deepEqual([...decodeArray(sent.grid[0]!)], values);
    assert.deepEqual({ ...sent, grid: [] }, { ...answer, grid: [] });
    assert.deepEqual(sent.grid[0]!.shape, [2, 2]);
  });
});
