/** Inlay hints by kind, and what their tooltips hold. */
import assert from "node:assert/strict";
import type { InlayHint, MarkupContent } from "vscode-languageserver/node";
import { startClient, type TestClient } from "./client";

const URI = "file:///hints.py";
const TEXT = [
  "import tensorflow as tf",
  "x = tf.Variable(4.0)",
  "3 * x + 1",
  "for _ in range(10):",
  "    with tf.GradientTape() as tape:",
  "        y = x ** 2",
  "    x.assign_sub(0.1 * tape.gradient(y, x))",
  "tf.range(100.0)",
  "with tf.GradientTape() as tape:",
  "    y = tf.stack([x, 2 * x])",
  "J = tape.jacobian(y, x)",
  "print('done', x.shape)",
  "",
].join("\n");

describe("inlay hints", function () {
  this.timeout(20_000);
  let client: TestClient | undefined;
  afterEach(() => client?.stop());

  const hintsWith = async (inlayHints: { [kind: string]: boolean }) => {
    client = await startClient({ settings: { inlayHints } });
    await client.open(URI, TEXT);
    const hints = (await client.connection.sendRequest("textDocument/inlayHint", {
      textDocument: { uri: URI },
      range: { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } },
    })) as InlayHint[];
    return hints.map(({ label, position, tooltip }) => ({
      line: position.line,
      label: label as string,
      tooltip: (tooltip as MarkupContent).value,
    }));
  };
  const lines = (hints: readonly { line: number }[]) => hints.map(({ line }) => line);

  it("stand at the lines that made them, shape first, the whole value in the tooltip", async () => {
    const hints = await hintsWith({});
    assert.deepEqual([...new Set(lines(hints))], [2, 6, 7, 10, 11]);
    assert.ok(hints.every(({ label }) => label.length <= 40));
    const range = hints.find(({ line }) => line === 7)!;
    assert.match(range.label, /^\(100,\) \[0\.0, 1\.0, 2\.0/);
    assert.match(range.tooltip, /98\.0, 99\.0\]/);
    assert.equal(hints.find(({ line }) => line === 10)!.label, "= (2,) [1.0, 2.0]");
  });

  it("can be switched off by their kind", async () => {
    const all = { values: false, gradients: false, prints: false, variables: false };
    const shown: { [kind: string]: number[] } = {};
    for (const kind of Object.keys(all)) {
      shown[kind] = lines(await hintsWith({ ...all, [kind]: true }));
      await client!.stop();
      client = undefined;
    }
    assert.deepEqual(shown, { values: [2, 7], gradients: [6, 10], prints: [11], variables: [6] });
  });

  it("draw a history in the tooltip, unless told otherwise", async () => {
    const history = (hints: Awaited<ReturnType<typeof hintsWith>>) =>
      hints.find(({ label }) => label.startsWith("x →"))!.tooltip;
    assert.match(history(await hintsWith({})), /data:image\/svg/);
    await client!.stop();
    const without = history(await hintsWith({ histories: false }));
    assert.doesNotMatch(without, /data:image/);
    assert.match(without, /after 10 updates/);
  });
});
