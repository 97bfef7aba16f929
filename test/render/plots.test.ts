import assert from "node:assert/strict";
import {
  contourLevels,
  contourPlot,
  curvePlot,
  type PlotInput,
  plotThemes,
  segments,
  sparkline,
  svgUri,
  visibleRange,
} from "../../src/render";
import { checkXml } from "./xml";

const range = (low: number, high: number, n: number) =>
  Float64Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));

function curve(
  f: (x: number) => number,
  slope: (x: number) => number,
  window: [number, number],
  at: number,
): PlotInput {
  const x = range(...window, 201);
  return {
    axes: ["x"],
    window: [window],
    grid: [x],
    values: x.map(f),
    slopes: x.map(slope),
    point: [at],
    value: f(at),
    gradient: [slope(at)],
  };
}

function surface(f: (x: number, y: number) => number, gradient: [number, number]): PlotInput {
  const x = range(-3, 3, 48);
  const y = range(-2, 4, 48);
  return {
    axes: ["x1", "x2"],
    window: [
      [-3, 3],
      [-2, 4],
    ],
    grid: [x, y],
    values: Float64Array.from({ length: 48 * 48 }, (_, k) => f(x[k % 48]!, y[Math.floor(k / 48)]!)),
    point: [1, 1],
    value: f(1, 1),
    gradient,
  };
}

const parabola = curve(
  (x) => 3 * x * x + 2 * x - 1,
  (x) => 6 * x + 2,
  [-4, 4],
  1,
);
const g = surface((x, y) => (x + 5) * y * y, [1, 12]);

describe("render: plots", () => {
  it("are well-formed documents with title and description, in the theme's colours", () => {
    for (const theme of Object.values(plotThemes)) {
      const options = { theme, title: "f & g <x>", description: 'at "1"' };
      for (const plot of [curvePlot(parabola, options), contourPlot(g, options)]) {
        const elements = checkXml(plot.svg);
        assert.deepEqual([elements[0], elements[1], elements[2]], ["svg", "title", "desc"]);
        assert.ok(plot.svg.includes(theme.tangent) || plot.svg.includes(theme.gradient));
        assert.ok(plot.svg.includes("f &amp; g &lt;x&gt;"));
        assert.doesNotMatch(plot.svg, /NaN|Infinity|undefined|currentColor/);
        assert.ok(svgUri(plot.svg).length < 30_000, `${svgUri(plot.svg).length}`);
      }
      checkXml(sparkline([3, 2, Number.NaN, 1], { theme }).svg);
    }
  });

  it("draw a curve in one piece, and its tangent", () => {
    const { svg } = curvePlot(parabola, { theme: plotThemes.light });
    assert.equal(pathOf(svg, plotThemes.light.curve).match(/M/g)?.length, 1);
    assert.match(pathOf(svg, plotThemes.light.tangent), /^M[-\d. ]+L/);
  });

  it("do not join what lies on two sides of a pole, of a jump or of a gap", () => {
    const pieces = (f: (x: number) => number, slope: (x: number) => number, window: [number, number]) => {
      const { grid, values, slopes } = curve(f, slope, window, 1);
      return segments(grid[0]!, values, slopes).length;
    };
    assert.equal(
      pieces(
        (x) => 1 / x,
        (x) => -1 / x ** 2,
        [-1, 2],
      ),
      2,
    );
    assert.equal(
      pieces(Math.tan, (x) => 1 + Math.tan(x) ** 2, [-6, 6]),
      5,
    );
    assert.equal(
      pieces(Math.floor, () => 0, [0.5, 4.5]),
      5,
    );
    assert.equal(
      pieces(Math.log, (x) => 1 / x, [-1, 2]),
      1,
    );
    assert.equal(pieces(Math.abs, Math.sign, [-1, 1]), 1);
    assert.equal(
      pieces(
        (x) => 1 / (1 + Math.exp(-20 * x)),
        (x) => (20 * Math.exp(-20 * x)) / (1 + Math.exp(-20 * x)) ** 2,
        [-3, 3],
      ),
      1,
    );
    assert.equal(segments([0, 1, 2], [Number.NaN, Number.NaN, Number.NaN]).length, 0);
  });

  it("are drawn where there is no value at all", () => {
    const nowhere = curve(
      () => Number.NaN,
      () => Number.NaN,
      [0, 1],
      0.5,
    );
    const { svg } = curvePlot(nowhere, { theme: plotThemes.dark });
    checkXml(svg);
    assert.doesNotMatch(svg, /NaN/);
    const { svg: contours } = contourPlot(
      surface(() => Number.NaN, [Number.NaN, Number.NaN]),
      { theme: plotThemes.dark },
    );
    checkXml(contours);
    assert.doesNotMatch(contours, /NaN/);
    checkXml(
      contourPlot(
        surface(() => 7, [0, 0]),
        { theme: plotThemes.dark },
      ).svg,
    );
    checkXml(sparkline([], { theme: plotThemes.dark }).svg);
  });

  it("hatch the part of a plane where there is no value", () => {
    const { svg } = contourPlot(
      surface((x, y) => Math.log(x) * y, [1, 0]),
      { theme: plotThemes.light },
    );
    assert.match(svg, /<pattern /);
    assert.doesNotMatch(contourPlot(g, { theme: plotThemes.light }).svg, /<pattern /);
  });

  it("point the arrow where the values grow on the picture", () => {
    const tip = (gradient: [number, number]) => {
      const { svg } = contourPlot(
        surface((x, y) => x + y, gradient),
        { theme: plotThemes.light },
      );
      const shaft = /d="M([-\d.]+) ([-\d.]+)L([-\d.]+) ([-\d.]+)" stroke="#c4320b"/.exec(svg)?.slice(1).map(Number);
      return shaft && [Math.sign(shaft[2]! - shaft[0]!), Math.sign(shaft[3]! - shaft[1]!)];
    };
    assert.deepEqual(tip([1, 0]), [1, 0]);
    assert.deepEqual(tip([0, 1e300]), [0, -1]);
    assert.deepEqual(tip([-1e-12, -1e-12]), [-1, 1]);
    assert.equal(tip([0, 0]), undefined);
    assert.equal(tip([Number.NaN, 1]), undefined);
  });

  it("draw the paths of loops, thinned out", () => {
    const path = { label: "line 12", x: range(-2, 1, 5000), y: range(3, 1, 5000) };
    const { svg } = contourPlot(g, { theme: plotThemes.light, paths: [path] });
    assert.match(svg, /<title>line 12<\/title>/);
    assert.ok(svg.length < 40_000);
    const far = { label: "away", x: [0, 1e308, Number.NaN], y: [0, -1e308, 1] };
    assert.doesNotMatch(contourPlot(g, { theme: plotThemes.light, paths: [far] }).svg, /NaN|e\+/);
  });

  it("show the part of the values that says something", () => {
    const values = range(-1, 1, 101).map((x) => 1 / x ** 3);
    const [low, high] = visibleRange(values)!;
    assert.ok(high < 1e5 && low > -1e5);
    assert.deepEqual(visibleRange([1, 2, 3], [10]), [1, 10]);
    assert.equal(visibleRange([Number.NaN]), undefined);
  });

  it("place levels closer in a valley with high walls", () => {
    const rosenbrock = surface((x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2, [0, 0]);
    const levels = contourLevels(rosenbrock.values);
    assert.ok(levels.length >= 5 && levels[1]! - levels[0]! < (levels[8]! - levels[7]!) / 20);
    assert.deepEqual(contourLevels([5, 5]), []);
  });
});

function pathOf(svg: string, color: string): string {
  return new RegExp(`d="([^"]*)"[^>]* stroke="${color}"`).exec(svg)?.[1] ?? "";
}
