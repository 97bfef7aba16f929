/** matplotlib.pyplot: the figures that scripts make, and matplotlib's words for mistakes. What it gives back is in conformance/matplotlib. */
import assert from "node:assert/strict";
import { type figures, type PyEvent, parse, run } from "../../src/languages/python";

const IMPORTS = "import numpy as np\nimport matplotlib.pyplot as plt\n";

function eventsOf(text: string): { events: PyEvent[]; error: string | undefined } {
  const events: PyEvent[] = [];
  const { error } = run(parse(IMPORTS + text), { onEvent: (event) => events.push(event) });
  return { events, error: error && `${error.type}: ${error.message}` };
}

function figuresOf(text: string): figures.Figure[] {
  const { events, error } = eventsOf(text);
  assert.equal(error, undefined);
  return events.flatMap((event) => (event.kind === "figure" ? [event.figure] : []));
}

/** The first axes of the first figure. */
function axesOf(text: string): figures.Axes {
  return figuresOf(text)[0]!.axes[0]!;
}

function seriesOf<K extends figures.Series["kind"]>(text: string, kind: K): figures.Series & { kind: K } {
  const found = axesOf(text).series.find((series): series is figures.Series & { kind: K } => series.kind === kind);
  assert.ok(found, `a series of kind ${kind}`);
  return found;
}

const notes = (text: string): string[] =>
  eventsOf(text).events.flatMap((event) => (event.kind === "warning" ? [`${event.code}: ${event.message}`] : []));

describe("matplotlib: figures", () => {
  it("ends figures at show, at the end, and when a saved one is closed", () => {
    const text = "plt.plot([1])\nplt.show()\nplt.plot([2])\nplt.savefig('a.png')\nplt.close()\nplt.plot([3])\n";
    const places = eventsOf(text).events.flatMap((event) =>
      event.kind === "figure" ? [(IMPORTS + text).slice(event.span.from, event.span.to)] : [],
    );
    assert.deepEqual(places, ["plt.show()", "plt.savefig('a.png')", "plt.plot([3])"]);
    assert.equal(figuresOf("plt.plot([1])\nplt.close()\n").length, 0, "thrown away");
    assert.equal(figuresOf("plt.figure()\nplt.show()\n").length, 0, "nothing is drawn in it");
    assert.equal(figuresOf("plt.figure()\nplt.plot([1])\nplt.figure()\nplt.plot([2])\nplt.show()\n").length, 2);
    assert.equal(figuresOf("plt.plot([1])\nimport sys\nsys.exit(0)\n").length, 1);
    assert.equal(figuresOf(`for k in range(70):\n    plt.plot([k])\n    plt.show()\n`).length, 64);
  });

  it("reads what is plotted: lists, arrays, ranges, tensors, Variables, names", () => {
    const points = (text: string) => {
      const { x, y } = seriesOf(text, "line");
      return [Array.from(x), Array.from(y)];
    };
    assert.deepEqual(points("plt.plot([1, None, 3])"), [
      [0, 1, 2],
      [1, Number.NaN, 3],
    ]);
    assert.deepEqual(points("plt.plot(range(2), np.array([4, 5]))"), [
      [0, 1],
      [4, 5],
    ]);
    assert.deepEqual(
      points("import tensorflow as tf\nplt.plot([tf.Variable(1.0), tf.constant(2.0)], tf.constant([3.0, 4.0]))"),
      [
        [1, 2],
        [3, 4],
      ],
    );
    const bars = axesOf("plt.bar({'a': 1, 'b': 2}.keys(), {'a': 1, 'b': 2}.values())");
    assert.deepEqual(bars.x.ticks, { at: [0, 1], labels: ["a", "b"] });
  });

  it("reads format strings and keywords", () => {
    const styleOf = (rest: string) => {
      const { stroke, marker } = seriesOf(`plt.plot([1, 2], ${rest})`, "line");
      return [stroke.color, stroke.dash, marker];
    };
    assert.deepEqual(styleOf("'r--o'"), ["red", "dash", "o"]);
    assert.deepEqual(styleOf("'ko'"), ["black", "none", "o"]);
    assert.deepEqual(styleOf("'C3-.'"), ["C3", "dashdot", ""]);
    assert.deepEqual(styleOf("color='tab:green', ls=':', marker='s'"), ["#2ca02c", "dot", "s"]);
    assert.deepEqual(styleOf("c=(1, 0.5, 0), linestyle='None'"), ["#ff8000", "none", ""]);
    assert.deepEqual(styleOf("'0.5'"), ["#808080", "solid", ""]);
    const { alpha, label, stroke } = seriesOf("plt.plot([1], lw=3, alpha=0.5, label='a', zorder=3)", "line");
    assert.deepEqual([alpha, label, stroke.width], [0.5, "a", 3]);
  });

  it("goes through the colour cycle, lines and areas each for themselves", () => {
    const { series } = axesOf(
      "plt.plot([1])\nplt.plot([2])\nplt.bar([1], [2])\nplt.axhline(1)\nplt.plot([3], 'k')\nplt.plot([4])\n",
    );
    const colors = series.map((one) => ("stroke" in one ? one.stroke.color : one.kind === "bars" ? one.colors[0] : ""));
    assert.deepEqual(colors, ["C0", "C1", "C0", "C0", "black", "C2"]);
  });

  it("lays axes out, shares them, and sets them as plt and as ax", () => {
    const [figure] = figuresOf(
      "fig, ((a, b), (c, d)) = plt.subplots(2, 2, figsize=(8, 6), sharex=True)\nfig.suptitle('all')\na.plot([1, 2, 3])\nd.set(title='last', xlabel='x', ylabel='y', xlim=(0, 9), yscale='log')\nd.grid(True)\n",
    );
    assert.deepEqual([figure!.rows, figure!.columns, figure!.title, figure!.size], [2, 2, "all", [8, 6]]);
    assert.deepEqual(
      figure!.axes.map(({ cell }) => cell.join()),
      ["0,0,1,1", "0,1,1,1", "1,0,1,1", "1,1,1,1"],
    );
    assert.deepEqual(figure!.axes[0]!.x.limits, [0, 9], "shared");
    const { title, x, y, grid } = figure!.axes[3]!;
    assert.deepEqual([title, x.label, y.label, y.scale, grid], ["last", "x", "y", "log", true]);
    const [uneven] = figuresOf(
      "plt.subplot(2, 2, 1)\nplt.plot([1])\nplt.subplot(2, 2, 2)\nplt.subplot(2, 1, 2)\nplt.plot([2])\n",
    );
    assert.deepEqual(
      uneven!.axes.map(({ cell }) => cell.join()),
      ["0,0,1,1", "0,1,1,1", "1,0,1,2"],
    );
    const twins = figuresOf("fig, ax = plt.subplots()\nax.plot([1, 2])\nax.twinx().plot([10, 20])\n")[0]!.axes;
    assert.deepEqual(twins[1]!.over, { index: 0, own: "y" });
  });

  it("chooses limits as matplotlib does", () => {
    const limits = (text: string) => {
      const { x, y } = axesOf(text);
      return [...x.limits, ...y.limits].map((end) => Number(end.toPrecision(6)));
    };
    assert.deepEqual(limits("plt.plot([0, 10], [2, 4])"), [-0.5, 10.5, 1.9, 4.1]);
    assert.deepEqual(limits("plt.bar([1, 2], [3, 4])"), [0.51, 2.49, 0, 4.2]);
    assert.deepEqual(limits("plt.plot([1, 2])\nplt.axhline(5)"), [-0.05, 1.05, 0.8, 5.2]);
    assert.deepEqual(limits("plt.imshow(np.zeros((2, 4)))"), [-0.5, 3.5, 1.5, -0.5]);
    assert.deepEqual(limits("plt.semilogy([1, 100])"), [-0.05, 1.05, 0.794328, 125.893]);
    assert.deepEqual(limits("plt.plot([1, 2])\nplt.gca().invert_yaxis()"), [-0.05, 1.05, 2.05, 0.95]);
  });

  it("has grids, contours and surfaces as vectors and rows", () => {
    const grid = "X, Y = np.meshgrid([0.0, 1, 2], [5.0, 6])\nZ = X + 10 * Y\n";
    const contour = seriesOf(`${grid}plt.contourf(X, Y, Z, levels=[50, 55, 60], cmap='plasma')`, "contour");
    assert.deepEqual([...contour.x, ...contour.y], [0, 1, 2, 5, 6]);
    assert.deepEqual([...contour.z], [50, 51, 52, 60, 61, 62]);
    assert.deepEqual([[...contour.levels], contour.filled, contour.map?.name], [[50, 55, 60], true, "plasma"]);
    const turned = "X, Y = np.meshgrid([0.0, 1, 2], [5.0, 6], indexing='ij')\n";
    assert.deepEqual(
      Array.from(seriesOf(`${turned}plt.contour(X, Y, X + 10 * Y)`, "contour").z),
      [50, 51, 52, 60, 61, 62],
    );
    const image = seriesOf("plt.imshow([[1, 2], [3, 4]])", "cells");
    assert.deepEqual(
      [[...image.z], [...image.y]],
      [
        [3, 4, 1, 2],
        [1.5, 0.5, -0.5],
      ],
      "the first row is on top",
    );
    const surface = seriesOf(
      `${grid}ax = plt.figure().add_subplot(projection='3d')\nax.plot_surface(X, Y, Z)`,
      "surface",
    );
    assert.deepEqual([surface.rows, surface.columns, surface.z.length], [2, 3, 6]);
  });

  it("thins very long series, and says so", () => {
    const line = seriesOf("plt.plot(np.zeros(100_001))", "line");
    assert.equal(line.stride, 6);
    assert.equal(line.x.length, Math.ceil(100_001 / 6));
    const cells = seriesOf("plt.imshow(np.zeros((1000, 900)))", "cells");
    assert.equal(cells.z.length, Math.ceil(1000 / 3) * Math.ceil(900 / 3));
  });

  it("passes over looks, and notes what it does not draw", () => {
    assert.deepEqual(
      notes("plt.plot([1], antialiased=True)\nplt.gca().spines['top'].set_visible(False)\nplt.tight_layout()\n"),
      [],
    );
    assert.deepEqual(notes("plt.savefig('a.png')"), ["plot: no file is written: the figure is shown in the panel"]);
    assert.deepEqual(notes("plt.violinplot([[1, 2]])"), ["plot: pyplot.violinplot is not drawn"]);
    assert.match(notes("plt.legend()")[0]!, /^matplotlib: UserWarning: No artists with labels/);
  });

  // As matplotlib 3.11 words them.
  const mistakes: [string, string][] = [
    ["plt.plot([1, 2], [1])", "ValueError: x and y must have same first dimension, but have shapes (2,) and (1,)"],
    ["plt.scatter([1, 2], [1])", "ValueError: x and y must be the same size"],
    ["plt.plot([1], [1], 'r--q')", "ValueError: 'r--q' is not a valid format string (unrecognized character 'q')"],
    ["plt.plot([1], foo=3)", "AttributeError: Line2D.set() got an unexpected keyword argument 'foo'"],
    ["plt.gca().xlabel('a')", "AttributeError: 'Axes' object has no attribute 'xlabel'"],
    ["plt.xlabl('a')", "AttributeError: module 'matplotlib.pyplot' has no attribute 'xlabl'. Did you mean: 'xlabel'?"],
    ["plt.bar([1])", "TypeError: bar() missing 1 required positional argument: 'height'"],
    ["plt.contour([1, 2])", "TypeError: Input z must be 2D, not 1D"],
    ["plt.imshow([1, 2])", "TypeError: Invalid shape (2,) for image data"],
    ["plt.subplot(2, 2, 5)", "ValueError: num must be an integer with 1 <= num <= 4, not 5"],
    ["plt.xscale('foo')", "ValueError: 'foo' is not a valid value for scale."],
    ["plt.plot([1], marker='foo')", "ValueError: Unrecognized marker style 'foo'"],
    ["plt.text(1, 2)", "TypeError: text() missing 1 required positional argument: 's'"],
  ];
  for (const [text, message] of mistakes) {
    it(`words the mistake in ${text}`, () => assert.equal(eventsOf(`${text}\n`).error, message));
  }
});
