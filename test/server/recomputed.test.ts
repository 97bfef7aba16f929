/** What an edit makes to be computed anew: the function that is edited, and whatever depends on what was edited. */
import assert from "node:assert/strict";
import { find, hoverText, patient, startClient } from "./client";
import { lines } from "./findings";
import { analysisOf } from "./inside";

const TEXT = lines(
  "import numpy as np",
  "import tensorflow as tf",
  "scale = 2.0",
  "w = tf.Variable(3.0)",
  "table = {'k': 1.0}",
  "np.random.seed(1)",
  "def f(x):",
  "    for k in range(3):",
  "        x = x * scale",
  "    print(x)",
  "    return x",
  "def g(x):",
  "    for k in range(2):",
  "        x = x + np.sin(x)",
  "    return x",
  "def h(x, w):",
  "    return tf.sin(x) * w",
  "def t(x):",
  "    return x * table['k']",
  "print(f(2.0), g(3.0))",
  "print(g(f(1.0)), tf.constant(h(2.0, w)))",
  "for k in range(2):",
  "    print(t(1.0), k)",
  "table['k'] = 2.0",
);
const NAMES = ["f", "g", "h", "t"];

describe("what is computed after an edit", () => {
  /** The functions that are computed anew when a part of the text is replaced by another. */
  const computed = (part: string, by: string): string[] => {
    assert.ok(TEXT.includes(part), part);
    const before = analysisOf(TEXT);
    for (const name of NAMES) before.look(name);
    const after = analysisOf(TEXT.replace(part, by), before);
    return NAMES.filter((name) => {
      const already = after.computed;
      after.look(name);
      return after.computed > already;
    });
  };

  it("in one function is that function, though print, tf and a loop stand between it and others", () => {
    assert.deepEqual(computed("np.sin(x)", "np.cos(x)"), ["g"]);
    assert.deepEqual(computed("x * scale", "x + scale"), ["f"]);
    assert.deepEqual(computed("tf.sin(x)", "tf.cos(x)"), ["h"]);
    assert.deepEqual(computed("x * table", "x + table"), ["t"]);
  });
  it("in what functions read is those that read it", () => {
    assert.deepEqual(computed("scale = 2.0", "scale = 3.0"), ["f"]);
    assert.deepEqual(computed("Variable(3.0)", "Variable(4.0)"), ["h"]);
    assert.deepEqual(computed("seed(1)", "seed(2)"), ["g"]);
    assert.deepEqual(computed("'k': 1.0", "'k': 5.0"), ["t"]);
    assert.deepEqual(computed("['k'] = 2.0", "['k'] = 3.0"), ["t"]);
    assert.deepEqual(computed("scale = 2.0", "# more\nscale = 2.0"), []);
  });

  it("is the function whose point another function gives", async () => {
    const client = await startClient({ html: false, settings: patient });
    try {
      const uri = "file:///inner.py";
      const text = lines("def f(x):", "    return x ** 2", "def outer(y):", "    return f(y)", "print(outer(2.0))");
      await client.open(uri, text);
      assert.match((await hoverText(client, uri, find(text, "f(x)")))!, /at x = 2 /);
      await client.change(uri, text.replace("outer(2.0)", "outer(5.0)"));
      assert.match((await hoverText(client, uri, find(text, "f(x)")))!, /at x = 5 /);
    } finally {
      await client.stop();
    }
  });

  it("is nothing where lines only move, and the line of the point moves with them", async () => {
    const client = await startClient({ html: false, settings: patient });
    try {
      const uri = "file:///moved.py";
      const texts = [lines("import math", "def f(x):", "    return x ** 2", "def g(x):", "    return x", "f(2.0)")];
      texts.push(texts[0]!.replace("def g", "# more\n\ndef g"));
      texts.push(texts[1]!.replace("# more", "# more\n# of it"));
      await client.open(uri, texts[0]!);
      for (const [k, text] of texts.entries()) {
        if (k > 0) await client.change(uri, text);
        assert.match(
          (await hoverText(client, uri, find(text, "f(x)")))!,
          new RegExp(`the call in line ${[6, 8, 9][k]}`),
        );
      }
    } finally {
      await client.stop();
    }
  });
});
