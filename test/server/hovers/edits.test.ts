/** After an edit, hovers and findings are those of a document that was just opened with the same text. */
import assert from "node:assert/strict";
import type { Diagnostic } from "vscode-languageserver/node";
import type { DocumentAnalysis } from "../../../src/analysis/document";
import { example, find, hoverText, startClient, type TestClient } from "../client";
import { analysisOf } from "../inside";

const EDITED = "file:///one.py";
const OPENED = "file:///two.py";

const NESTED = `import numpy as np
import tensorflow as tf


class Model:
    def __init__(self, k):
        self.k = k

    def loss(self, w):
        d = w - self.k
        return d * d


def outer(x):
    def inner(y):
        t = y * x
        return t + y
    return inner(3.0) ** 2


square = lambda u: u * (u + 1)
model = Model(2.0)
print(model.loss(5.0), outer(2.0), square(4.0))
x = tf.Variable(3.0)
c = tf.constant(1.0)
with tf.GradientTape(persistent=True) as tape:
    y = x * x + 2 * x
    s = tf.sqrt(x - 3)
dy = tape.gradient(y, x)
ds = tape.gradient(s, x)
no = tape.gradient(y, c)
x.assign_sub(0.5 * dy)
del tape


def kinked(v=0.0):
    return np.abs(v)


print(kinked(0.0))
`;

/** Words that show nothing. */
const PLAIN = new Set("import as def class return with for in range print del try except tf np self".split(" "));

/** Without the names of the files. */
const named = (found: readonly Diagnostic[]): unknown => JSON.parse(JSON.stringify(found).replaceAll(OPENED, EDITED));

describe("hovers after edits", function () {
  this.timeout(60_000);
  let client: TestClient;
  beforeEach(async () => {
    client = await startClient({ html: false, settings: { budget: { evaluation: 5000 } } });
  });
  afterEach(() => client.stop());

  /** What every word of the text shows. */
  const hovers = async (uri: string, text: string): Promise<string[]> => {
    const shown: string[] = [];
    for (const { index, 0: word } of text.matchAll(/[A-Za-z_]\w*/g)) {
      if (PLAIN.has(word)) continue;
      const line = text.slice(0, index).split("\n").length - 1;
      const character = index - text.lastIndexOf("\n", index - 1) - 1;
      const hover = await hoverText(client, uri, { line, character });
      shown.push(`${line}:${character} ${word}: ${hover}`);
    }
    return shown;
  };

  /** Goes through the versions, looking at all of each; the last one must be as if it had just been opened. */
  const follow = async (...versions: string[]): Promise<string[]> => {
    await client.open(EDITED, versions[0]!);
    let found: readonly Diagnostic[] = [];
    let shown = await hovers(EDITED, versions[0]!);
    for (const text of versions.slice(1)) {
      found = await client.change(EDITED, text);
      shown = await hovers(EDITED, text);
    }
    const last = versions.at(-1)!;
    assert.deepEqual(named(found), named(await client.open(OPENED, last)));
    assert.deepEqual(shown, await hovers(OPENED, last));
    return shown;
  };

  const edits: readonly [title: string, edit: (text: string) => string][] = [
    ["a comment above everything", (text) => `# a comment\n\n${text}`],
    ["a comment in a function", (text) => text.replace("        d = w", "        # the distance\n\n        d = w")],
    ["spaces in an expression", (text) => text.replace("y * x\n", "y   *   x\n").replace("x * x + 2", "x*x + 2")],
    ["a number of one function", (text) => text.replace("(u + 1)", "(u + 7)")],
    ["a number of a function in a function", (text) => text.replace("t + y", "t + 2 * y")],
    ["the Variable that a tape watches", (text) => text.replace("Variable(3.0)", "Variable(4.0)")],
    ["another object of the class above", (text) => text.replace("model =", "other = Model(1.0)\nmodel =")],
    [
      "a statement that is moved",
      (text) => text.replace("c = tf.constant(1.0)\n", "").replace("x = tf.V", "c = tf.constant(1.0)\nx = tf.V"),
    ],
  ];
  for (const [title, edit] of edits)
    it(`${title}: as in a document that was just opened`, async () => {
      assert.notEqual(edit(NESTED), NESTED);
      await follow(NESTED, edit(NESTED));
    });

  it("one edit after the other, with mistakes in between", async () => {
    const [first, second] = [edits[3]![1](NESTED), edits[0]![1](edits[3]![1](NESTED))];
    await follow(NESTED, first, `${second}print(`, `${second}print(x)\n`, `\n${NESTED}`);
  });

  it("where everything runs again, since what was done cannot be followed", async () => {
    const text = `exec("extra = 1")\n${NESTED}`;
    await follow(text, `# a comment\n${text}`, `# a comment\n${text}print(x)\n`, `${text}print(x + 1)\n`);
  });

  it("tf_diffs.py below two more lines", async () => {
    const text = example("tf_diffs.py");
    const shown = await follow(text, text.replace("import tensorflow", "# two more\n# lines\nimport tensorflow"));
    assert.ok(
      shown.some((one) => /: \*\*x\*\* = -0\.3333333[\s\S]*line 111: gradient → .*last of 100 times/.test(one)),
    );
    assert.ok(shown.some((one) => /line 42 asked for x1: 9\.0/.test(one)));
  });

  it("compute the function that was edited, and no other", () => {
    const text = `start = 0

class Model:
    k = 2.0
    def loss(self, w):
        return (w - self.k) ** 2

def outer(x):
    def inner(y):
        t = y * x
        return t + y
    return inner(3.0) ** 2

square = lambda u: u * (u + 1)
model = Model()
a = model.loss(5.0)
b = outer(2.0)
c = square(4.0)
`;
    const names = ["Model.loss", "outer", "outer.inner", "square"];
    const versions = [text, `# above\n${text}`, `# above\n${text.replace("t + y", "t + 2 * y")}`];
    versions.push(versions[2]!.replace("(u + 1)", "(u + 2)"));
    let before: DocumentAnalysis | undefined;
    const computed = versions.map((version) => {
      const analysis = analysisOf(version, before);
      for (const name of names) assert.equal(analysis.look(name).result().values.length, 1);
      before = analysis;
      return [analysis.computed, analysis.script.ran];
    });
    // The inner function and the one around it, then the lambda; each time its statement and the one that calls it.
    assert.deepEqual(computed.slice(1), [
      [0, 0],
      [2, 2],
      [1, 2],
    ]);
  });

  it("say where the tape is asked now, and what each part is", async () => {
    await client.open(EDITED, NESTED);
    await hovers(EDITED, NESTED);
    const text = `# a comment\n${NESTED}`;
    await client.change(EDITED, text);
    const at = async (part: string, offset = 0) => (await hoverText(client, EDITED, find(text, part, 0, offset))) ?? "";
    assert.match(await at("t + y"), /∂inner\/∂t\*\* = 1\.0/);
    assert.match(await at("d * d"), /∂loss\/∂d\*\* = 6\.0/);
    assert.match(await at("as tape", 3), /line 30 asked for x: 8\.0/);
  });
});
