/** Hovers on plain values, attributes, targets of assignments and operators. */
import assert from "node:assert/strict";
import { find, hoverText, patient, startClient, type TestClient } from "../client";
import { lines } from "../findings";

const URI = "file:///values.py";
const TEXT = lines(
  "import numpy as np",
  "import tensorflow as tf",
  "moon = 7.35e22",
  "A = np.array([[1.0, 2.0], [3.0, 4.0]])",
  "pair = [1.0, 2.0]",
  "class Model:",
  "    def __init__(self, w):",
  "        self.w = w",
  "        self.t = tf.Variable(2.0)",
  "    def loss(self, x):",
  "        y = self.w * x",
  "        r = (y - 3.0) ** 2",
  "        r += 1.0",
  "        return r + self.w",
  "model = Model(1.5)",
  "print(model.loss(2.0), moon, A, pair, model.w)",
  "x1, x2 = 2.0, 3.0",
  "z = (x1 + 5) * x2 ** 2",
  "b = A @ np.array([1.0, 2.0])",
  "s = 0.0",
  "for k in range(5):",
  "    s = s + k * x1",
  "with tf.GradientTape() as tape:",
  "    q = model.t * model.t",
  "slope = tape.gradient(q, model.t)",
  "n = -x1 // 2",
  "text = 'a' + 'b'",
  "def descend(df, x, lr=0.1):",
  "    for k in range(20):",
  "        x = x - lr * df(x)",
  "    return x",
  "print(descend(lambda x: 2 * x, 3.0))",
  "def unreached(x):",
  "    if x > 9:",
  "        u = x * 7",
  "    return x",
  "print(unreached(1.0))",
);

describe("hovers on values", function () {
  this.timeout(20_000);
  let client: TestClient;
  before(async () => {
    client = await startClient({ html: false, settings: patient });
    await client.open(URI, TEXT);
  });
  after(() => client.stop());
  const shown = async (part: string, offset = 0, n = 0) =>
    (await hoverText(client, URI, find(TEXT, part, n, offset))) ?? "";

  it("tell a plain number, an array with its shape first, a list", async () => {
    for (const part of ["moon = ", "moon, A"]) assert.equal(await shown(part), "**moon** = 7.35e+22");
    for (const part of ["A = np", "A, pair"])
      assert.equal(await shown(part), "**A** = (2, 2) [1.0, 2.0, 3.0, 4.0]  \narray, shape (2, 2), float64");
    assert.equal(await shown("pair, model"), "**pair** = [1.0, 2.0]");
    assert.equal(await shown("x2 = 2"), "**x2** = 3.0");
  });

  it("tell attributes: of an object of the module, and of self in a method, called or not", async () => {
    assert.equal(await shown("model.w)", 6), "**model.w** = 1.5");
    assert.equal(await shown("self.w * x", 5), "**self.w** = 1.5");
    assert.equal(await shown("self.w = w", 5), "**self.w** = 1.5");
    const asked = await shown("model.t * model.t", 6);
    assert.match(asked, /^\*\*model\.t\*\* = 2\.0/);
    assert.match(asked, /Variable, shape \(\), float32, trainable/);
    assert.match(asked, /line 25: gradient → 4\.0/);
  });

  it("tell no history of another value of the same name, nor of what never moved", async () => {
    const uri = "file:///names.py";
    const text = lines(
      "z = 5.0 * 2",
      "print(z + 1)",
      "s = 1.0",
      "for k in range(4):",
      "    z = 3.0 * k",
      "    fixed = 2.0 * 4",
      "    s = s * 2",
      "print(z + 2, fixed + 1, s + 1)",
    );
    await client.open(uri, text);
    const at = async (part: string) => (await hoverText(client, uri, find(text, part))) ?? "";
    assert.doesNotMatch(await at("z + 1"), /updates/);
    assert.doesNotMatch(await at("fixed + 1"), /updates/);
    for (const part of ["z + 2", "s + 1"]) assert.match(await at(part), /after 4 updates/, part);
  });

  it("tell what an attribute is in this line, not what it became", async () => {
    const uri = "file:///attribute.py";
    const text = lines(
      "class Model:",
      "    def __init__(self, w):",
      "        self.w = w",
      "        self.n = 0",
      "    def step(self, g):",
      "        self.w = self.w - 0.1 * g",
      "model = Model(1.0)",
      "before = model.w * 2",
      "for k in range(4):",
      "    loss = model.w ** 2",
      "    model.step(2 * model.w)",
      "model.n += 5",
      "after = model.w * 2",
      "model.w = 7.0",
    );
    await client.open(uri, text);
    const at = async (part: string, n = 0) => (await hoverText(client, uri, find(text, part, n, 6))) ?? "";
    const value = async (part: string) => (await at(part)).split("\n").find((line) => line.startsWith("**")) ?? "";
    assert.match(await value("model.w * 2\nfor"), /= 1\b/);
    assert.match(await at("model.w ** 2"), /0\.512/);
    assert.match(await value("model.w * 2\nmodel"), /0\.4096/);
    assert.match(await at("model.w = 7.0"), /\*\*model\.w\*\* = 7\b/);
    assert.match(await at("model.n += 5"), /= 5\b.*\n.*at the end of the run/);
  });

  it("tell the expression that is assigned, with its derivatives", async () => {
    const z = await shown("z = (");
    assert.match(z, /!\[z\(x1, x2\) = \(x1 \+ 5\)·x2²\]/);
    assert.match(z, /!\[∂z\/∂x1 = x2²\]/);
    assert.match(z, /at \(2, 3\)/);
    assert.match(z, /\*\*∇z\*\* = \(9, 42\)/);
    assert.match(z, /\*\*z\*\* = 63\.0/);
    const r = await shown("r = (y");
    assert.match(r, /!\[r′\(y\) = 2\(y − 3\)\]/);
    assert.match(r, /\*\*r′\*\* = 0\s/);
    assert.match(await shown("r += 1"), /!\[r\(r\) = r \+ 1\]/);
  });

  it("tell how a number moved in a loop, of the module and of a function", async () => {
    const s = await shown("s = s");
    assert.match(s, /!\[∂s\/∂k = x1\]/);
    assert.match(s, /after 5 updates/);
    assert.match(s, /!\[s from 0 to 20\]/);
    // Where it is used, beside the derivative by it.
    const used = await shown("s + k");
    assert.match(used, /\*\*∂\(s \+ k \* x1\)\/∂s\*\* = 1/);
    assert.match(used, /!\[s from 0 to 20\]/);
    const x = await shown("x = x - lr");
    assert.match(x, /\*\*x\*\* = 0\.03458764513820541/);
    assert.match(x, /!\[x from 2\.4 to 0\.03458765\]/);
  });

  it("on an operator tell its partial derivatives by what it meets", async () => {
    assert.equal(await shown("+ 5"), "**x1 + 5** = 7.0  \n**∂(x1 + 5)/∂x1** = 1.0  \n**∂(x1 + 5)/∂5** = 1.0");
    const product = await shown("* x2 **");
    assert.match(product, /\*\*∂\(\(x1 \+ 5\) \* x2 \*\* 2\)\/∂\(x1 \+ 5\)\*\* = 9\.0/);
    assert.match(product, /\/∂\(x2 \*\* 2\)\*\* = 7\.0/);
    for (const offset of [3, 4]) assert.match(await shown("x2 ** 2", offset), /\*\*∂\(x2 \*\* 2\)\/∂x2\*\* = 6\.0/);
    assert.match(await shown("- 3.0)"), /\*\*∂\(y - 3\.0\)\/∂3\.0\*\* = -1\.0/);
    assert.match(await shown("A @ np", 2), /\/∂\(np\.array\(\[1\.0, 2\.0\]\)\)\*\* = \[\[1, 2\], \[3, 4\]\]/);
    assert.match(await shown("+= 1.0"), /\*\*∂\(r \+ \(1\.0\)\)\/∂r\*\* = 1\.0/);
    assert.match(await shown("-x1 //"), /\*\*∂\(-x1\)\/∂x1\*\* = -1\.0/);
    assert.match(await shown("// 2"), /\/∂\(-x1\)\*\* = None/);
    assert.match(await shown("- lr *"), /the last of 20 times/);
  });

  it("say nothing of texts, of lines that are not reached, and of what is no number", async () => {
    assert.equal(await shown("+ 'b'"), "");
    assert.equal(await shown("text = "), "");
    assert.equal(await shown("* 7"), "");
    assert.equal(await shown("u = x"), "");
    assert.equal(await shown("model = "), "");
    assert.equal(await shown("np\n"), "");
    assert.equal(await shown("for k"), "");
  });

  it("can be switched off", async () => {
    const quiet = await startClient({
      html: false,
      settings: { ...patient, hover: { variables: false, expressions: false } },
    });
    try {
      await quiet.open(URI, TEXT);
      for (const part of ["moon = ", "z = (", "+ 5", "s + k"])
        assert.equal(await hoverText(quiet, URI, find(TEXT, part)), null);
    } finally {
      await quiet.stop();
    }
  });
});
