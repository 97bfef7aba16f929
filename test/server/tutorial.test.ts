/** A file as tutorials have it, and files in the middle of being written: what stands in the editor is short, true, and where it belongs. */
import assert from "node:assert/strict";
import type { CodeLens, InlayHint, MarkupContent } from "vscode-languageserver/node";
import { find, hoverText, startClient, type TestClient } from "./client";

const URI = "file:///tutorial.py";

const TUTORIAL = [
  "import tensorflow as tf",
  "from tensorflow import keras",
  "x = tf.reshape(tf.linspace(-2.0, 2.0, 40), (-1, 1))",
  "def f(x):",
  "    return 3.0 * x + 2.0",
  "y = f(x)",
  "def loss(target, predicted):",
  "    return tf.reduce_mean(tf.square(target - predicted))",
  "w = tf.Variable(5.0)",
  "b = tf.Variable(0.0)",
  "print('first:', (w, b))",
  "loss(y, w * x + b)",
  "with tf.GradientTape() as tape:",
  "    error = loss(y, w * x + b)",
  "keras.optimizers.SGD(0.1).apply_gradients(zip(tape.gradient(error, [w, b]), [w, b]))",
  "net = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2), keras.layers.Dense(1)])",
  "net.compile(optimizer='adam', loss='mse')",
  "net.fit(x, y, epochs=1, verbose=0)",
  "def report(loss):",
  "    return f'loss = {loss:.2f}'",
  "report(1.0)",
  "",
].join("\n");

describe("a tutorial in the editor", function () {
  this.timeout(60_000);
  let client: TestClient;
  beforeEach(async () => {
    client = await startClient({ html: false, settings: { budget: { evaluation: 20_000 } } });
  });
  afterEach(() => client.stop());

  const hints = async () =>
    (await client.connection.sendRequest("textDocument/inlayHint", {
      textDocument: { uri: URI },
      range: { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } },
    })) as InlayHint[];
  const lensOf = async (text: string, name: string) => {
    const lenses = (await client.connection.sendRequest("textDocument/codeLens", {
      textDocument: { uri: URI },
    })) as CodeLens[];
    const { line } = find(text, `def ${name}`);
    const lens = lenses.find(({ range, command }) => range.start.line === line && !command)!;
    return ((await client.connection.sendRequest("codeLens/resolve", lens)) as CodeLens).command!.title;
  };

  it("has no finding", async () => {
    assert.deepEqual(await client.open(URI, TUTORIAL), []);
  });

  it("tells what a network's training changed where the file calls it, in one hint", async () => {
    await client.open(URI, TUTORIAL);
    const found = await hints();
    const at = (part: string) => found.filter(({ position }) => position.line === find(TUTORIAL, part).line);
    assert.deepEqual(
      found.filter(({ position }) => position.line < 10),
      [],
    );
    const [fit, ...others] = at("net.fit");
    assert.match(fit!.label as string, /^→ \d+ Variables$/);
    assert.match((fit!.tooltip as MarkupContent).value, /→ \(1, 2\) \[/);
    assert.deepEqual(others, []);
    const [step, ...more] = at("apply_gradients").filter(({ label }) => /→/.test(label as string));
    assert.match(step!.label as string, /^w → [\d.]+, b → [\d.]+$/);
    assert.deepEqual(more, []);
  });

  it("shows what was printed as it was then", async () => {
    await client.open(URI, TUTORIAL);
    assert.ok((await hints()).some(({ label }) => label === "first: (5.0, 0.0)"));
  });

  it("tells arrays by their shape in lenses and hovers", async () => {
    await client.open(URI, TUTORIAL);
    assert.equal(await lensOf(TUTORIAL, "f"), "J (40 × 40) at x (40 × 1)");
    const loss = await lensOf(TUTORIAL, "loss");
    assert.match(loss, /^∇loss = \([^,]+, [^,]+, [^,]+, … \(80\)\) at target \(40 × 1\), predicted \(40 × 1\)$/);
    const hover = await hoverText(client, URI, find(TUTORIAL, "f(x)"));
    assert.ok(hover!.length < 2000, `${hover!.length} characters`);
    assert.match(hover!, /… \(40\)/);
  });

  it("says once what a function of no number gives", async () => {
    await client.open(URI, TUTORIAL);
    assert.equal(await lensOf(TUTORIAL, "report"), "report(loss) gives 'loss = 1.00', not a number");
  });

  it("marks the head of a loop that does not end", async () => {
    await client.stop();
    client = await startClient({ html: false, settings: { budget: { evaluation: 50 } } });
    const [stopped] = await client.open(URI, "while True:\n    x = 1.0\n    y = 2.0\n");
    assert.equal(stopped!.code, "stopped");
    assert.equal(stopped!.range.start.line, stopped!.range.end.line);
  });

  it("marks the bracket that was not closed, and nothing behind it", async () => {
    const text = [
      "def f(x):",
      "    return x ** 2",
      "def g(x, y:",
      "    return ')' # )",
      "def h(x):",
      "    return f(x) +",
      "print(f(2.0))",
      "",
    ].join("\n");
    const found = (await client.open(URI, text)).map(({ message, range }) => [message, range.start]);
    assert.deepEqual(found, [["'(' was never closed", { line: 2, character: 5 }]]);
    assert.equal(await lensOf(text, "f"), "f′ = 4 at x = 2");
  });

  it("keeps numbers and links above formulas that are many", async () => {
    const text = [
      "from math import exp, sin, sqrt",
      "def hard(a, b, c, d):",
      "    return exp(-(a - b) ** 2 / (2 * c ** 2)) * sin(d * a) / sqrt(1 + a ** 2 + b ** 2)",
      "hard(1.0, 0.5, 2.0, 3.0)",
      "def easy(x, y):",
      "    return x * y",
      "easy(1.0, 2.0)",
      "",
    ].join("\n");
    await client.open(URI, text);
    const order = async (name: string) => {
      const hover = (await hoverText(client, URI, find(text, `${name}(`)))!;
      return [`![${name}(`, `**∇${name}**`, "∂"].map((part) => hover.indexOf(part));
    };
    const [formula, numbers, derivatives] = await order("hard");
    assert.ok(0 <= formula! && formula! < numbers! && numbers! < derivatives!);
    const easy = await order("easy");
    assert.ok(easy[2]! < easy[1]!);
  });
});
