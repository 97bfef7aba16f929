/** The script view's data: figures, losses, Variables, tapes and output with their places, and the lens that leads there. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { CodeLens, InlayHint } from "vscode-languageserver/node";
import { results } from "../../src/panel/check";
import { decodeArray } from "../../src/protocol/values";
import { find, startClient, type TestClient } from "./client";

const URI = "file:///training.py";
const TEXT = readFileSync("test/fixtures/scripts/training.py", "utf8");
const PLOTS = readFileSync("test/fixtures/scripts/plots.py", "utf8");

describe("gradlens/script", function () {
  this.timeout(20_000);
  let client: TestClient;
  beforeEach(async () => {
    client = await startClient({ settings: { budget: { evaluation: 10_000 } } });
  });
  afterEach(() => client.stop());

  const lineOf = (part: string) => find(TEXT, part).line;

  it("tells what a training script did", async () => {
    await client.open(URI, TEXT);
    const view = await client.request("gradlens/script", { uri: URI });
    assert.ok(results.script(view), "the page takes it");
    assert.equal(view.title, "training.py");
    assert.deepEqual(
      view.printed.map(({ range }) => range.start.line),
      [...new Array(4).fill(lineOf("print(f")), lineOf("print(second"), lineOf('print("done")')],
    );
    const [training] = view.trainings;
    assert.equal(training!.range.start.line, lineOf("for step"));
    assert.equal(training!.function, "loss");
    const losses = decodeArray(training!.losses);
    assert.deepEqual([losses.length, losses[0]], [40, 14]);
    assert.deepEqual(
      view.variables.map(({ name, labels, updates, range }) => [name, labels.join(), updates, range.start.line]),
      [
        ["x", "x", 40, lineOf("x.assign_sub")],
        ["w", "w[0],w[1]", 40, lineOf("w.assign_sub")],
      ],
    );
    assert.deepEqual(view.variables[1]!.values.shape, [41, 2]);
    assert.deepEqual(Array.from(decodeArray(view.variables[1]!.values).slice(0, 2)), [1, -2]);
    const [each, second] = view.tapes;
    assert.deepEqual([each!.count, each!.persistent, each!.questions[0]!.count], [40, false, 40]);
    assert.deepEqual(
      second!.questions.flatMap(({ answers }) => answers),
      [
        { name: "c", reason: "the tape does not watch it" },
        { name: "x", value: "2.0" },
      ],
    );
    const [{ figure, range }] = view.figures as [(typeof view.figures)[number]];
    assert.equal(range.start.line, lineOf("plt.show()"));
    assert.equal(figure.axes[0]!.title, "Descent");
    const [line] = figure.axes[0]!.series;
    assert.ok(line!.kind === "line" && decodeArray(line.y).length === 40);
  });

  it("gives each kind of figure a form that the page takes", async () => {
    assert.deepEqual(
      (await client.open(URI, PLOTS)).map(({ message }) => message),
      ["no file is written: the figure is shown in the panel"],
    );
    const view = await client.request("gradlens/script", { uri: URI });
    assert.ok(results.script(JSON.parse(JSON.stringify(view))));
    const kinds = new Set(
      view.figures.flatMap(({ figure }) => figure.axes.flatMap(({ series }) => series.map(({ kind }) => kind))),
    );
    assert.deepEqual([...kinds].sort(), [
      "area",
      "arrows",
      "bars",
      "cells",
      "contour",
      "line",
      "rule",
      "scatter",
      "surface",
      "text",
    ]);
  });

  it("follows edits, and says what went wrong where", async () => {
    await client.open(URI, "print(1)\n");
    assert.equal((await client.request("gradlens/script", { uri: URI })).output, "1\n");
    await client.change(URI, "import matplotlib.pyplot as plt\nplt.plot([1, 2], [1])\nprint(2)\n");
    const view = await client.request("gradlens/script", { uri: URI });
    assert.deepEqual(
      view.errors.map(({ message, range }) => [range.start.line, message]),
      [[1, "ValueError: x and y must have same first dimension, but have shapes (2,) and (1,)"]],
    );
    assert.deepEqual([view.output, view.figures.length], ["2\n", 0]);
    const closed = await client.request("gradlens/script", { uri: "file:///other.py" });
    assert.ok(results.script(closed));
    assert.equal(closed.output, "");
  });

  it("thins very long histories evenly, from the first step to the last", async () => {
    const text = [
      "import tensorflow as tf",
      "x = tf.Variable(0.0)",
      "for k in range(30000):",
      "    with tf.GradientTape() as tape:",
      "        y = x * 1.0",
      "    g = tape.gradient(y, x)",
      "    x.assign_add(1.0)",
      "",
    ].join("\n");
    await client.open(URI, text);
    const { trainings, variables } = await client.request("gradlens/script", { uri: URI });
    const [training, variable] = [trainings[0]!, variables[0]!];
    assert.deepEqual([training.steps, training.stride, variable.updates, variable.stride], [30_000, 2, 30_000, 2]);
    for (const [values, length] of [
      [decodeArray(training.losses), 15_000],
      [decodeArray(variable.values), 15_001],
    ] as const) {
      assert.equal(values.length, length);
      assert.ok(values.every((value, k) => value === 2 * k));
    }
  });

  it("keeps the ends of very long output", async () => {
    await client.open(URI, "for k in range(3000):\n    print(k)\n");
    const { printed, leftOut } = await client.request("gradlens/script", { uri: URI });
    assert.deepEqual([printed.length, leftOut, printed[999]!.text], [1000, 2000, "2999\n"]);
  });

  it("puts a lens over the calls that show figures", async () => {
    const text =
      "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\nplt.figure()\nplt.plot([2])\nplt.figure()\nplt.plot([3])\nplt.xlim(0, 1)\nplt.show()\n";
    await client.open(URI, text);
    const lenses = (await client.connection.sendRequest("textDocument/codeLens", {
      textDocument: { uri: URI },
    })) as CodeLens[];
    assert.deepEqual(
      lenses.map(({ range, command }) => [range.start.line, command!.title, command!.arguments]),
      [
        [2, "Show figure", [{ document: URI, figure: 0 }]],
        [8, "Show 2 figures", [{ document: URI, figure: 1 }]],
      ],
    );
    const hints = (await client.connection.sendRequest("textDocument/inlayHint", {
      textDocument: { uri: URI },
      range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } },
    })) as InlayHint[];
    assert.deepEqual(
      hints.map(({ position }) => position.line),
      [],
      "a plotting call has no result worth a hint",
    );
  });
});
