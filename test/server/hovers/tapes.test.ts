/** Hovers on Variables, tapes and `tape.gradient`. */
import assert from "node:assert/strict";
import { example, find, hoverText, patient, startClient, type TestClient } from "../client";

const URI = "file:///tapes.py";

describe("hovers on what TensorFlow records", function () {
  this.timeout(20_000);
  let client: TestClient;
  beforeEach(async () => {
    client = await startClient({ html: false, settings: patient });
  });
  afterEach(() => client.stop());
  const shown = async (text: string, part: string, n = 0, offset = 0) =>
    (await hoverText(client, URI, find(text, part, n, offset))) ?? "";

  describe("in the document's script", () => {
    const text = example("tf_diffs.py");
    beforeEach(() => client.open(URI, text));

    it("show the target's formula at the tape's values, and each answer", async () => {
      const both = await shown(text, "tape.gradient(z, [x1, x2])", 0, 6);
      assert.match(both, /!\[z\(x1, x2\) = \(x1 \+ 5\)·x2²\]/);
      assert.match(both, /\*\*∂z\/∂x1\*\* = 9\.0/);
      assert.match(both, /\*\*∂z\/∂x2\*\* = 42\.0/);
      const summed = await shown(text, "tape.gradient([z1, z2], x)", 0, 6);
      assert.match(summed, /!\[f\(x\) = 3x \+ x²\]/);
      assert.match(summed, /= 13\.0/);
    });

    it("say why a gradient is missing", async () => {
      const none = await shown(text, "tape.gradient(z, [x1, x2])", 1, 6);
      assert.match(none, /\*\*∂z\/∂x1\*\* = None: the tape does not watch it/);
      assert.doesNotMatch(none, /!\[/);
    });

    it("show a Variable's value, kind, history, and what was asked about it", async () => {
      const x = await shown(text, "x.assign_sub");
      assert.match(x, /\*\*x\*\* = -0\.3333333/);
      assert.match(x, /Variable, shape \(\), float32, trainable/);
      assert.match(x, /after 100 updates/);
      assert.match(x, /!\[x from 0 to -0.3333333\]/);
      assert.match(x, /line 109: gradient → .* \(the last of 100 times\)/);
      // The same name is a constant further down.
      assert.match(await shown(text, "x1 = tf.Variable"), /Variable, shape/);
      const constant = await shown(text, "x1 = tf.constant");
      assert.match(constant, /tensor, shape \(\), float32/);
      assert.match(constant, /line 71: gradient → None: the tape does not watch it/);
    });

    it("do not take the reading of a Variable for an operation of the text", async () => {
      const uri = "file:///reading.py";
      const text = [
        "import tensorflow as tf",
        "def g(a, b): return (a + 5.0) * b",
        "x, y = tf.Variable(2.0), tf.Variable(3.0)",
        "with tf.GradientTape() as tape:",
        "    z = g(x, y)",
        "print(tape.gradient(z, x))",
      ].join("\n");
      await client.open(uri, text);
      const shown = (await hoverText(client, uri, find(text, "as tape", 0, 4))) ?? "";
      assert.match(shown, /\(a \+ 5\.0\) \* b = 21\.0/);
      assert.doesNotMatch(shown, /g\(x, y\) =/);
    });

    it("show what a tape watched, recorded and was asked, and whether it is used up", async () => {
      const used = await shown(text, "as tape:", 0, 4);
      assert.match(used, /used: it cannot be asked again/);
      assert.match(used, /watched x1, x2/);
      assert.match(used, /\(x1 \+ 5\) \* \(x2 \*\* 2\) = 63\.0/);
      assert.match(used, /line 40 asked for x1: 9\.0/);
      assert.match(await shown(text, "as tape:", 1, 4), /deleted in the end/);
      assert.match(await shown(text, "GradientTape(persistent", 0, 3), /line 53 asked for x1: 9\.0/);
      assert.match(await shown(text, "tape.gradient(z, x2)", 0, 1), /line 40 asked/);
    });
  });

  it("show Jacobians, and where a chain was cut", async () => {
    const text = [
      "import tensorflow as tf",
      "x = tf.Variable([1.0, 2.0])",
      "k = tf.Variable(3.0, trainable=False)",
      "with tf.GradientTape(persistent=True) as tape:",
      "    y = x ** 2",
      "    c = tf.floor(x)",
      "    b = tf.stack([x, 2 * x])",
      "J = tape.jacobian(y, x)",
      "n = tape.gradient(c, x)",
      "m = tape.gradient(y, k)",
      "q = tape.jacobian(c, x)",
      "",
    ].join("\n");
    await client.open(URI, text);
    assert.match(await shown(text, "jacobian(y"), /\*\*J\(y, x\)\*\* = \(2, 2\) \[2\.0, 0\.0, 0\.0, 4\.0\]/);
    assert.match(await shown(text, "gradient(c"), /= None: the chain was cut.*\(line 6\)/);
    assert.match(await shown(text, "jacobian(c"), /= None: the chain was cut/);
    assert.match(await shown(text, "gradient(y, k"), /= None: the tape does not watch it/);
    assert.match(await shown(text, "k = tf"), /not trainable/);
    assert.match(await shown(text, "as tape", 0, 3), /persistent: it can be asked again/);
  });

  it("of a tape in a loop tell the last, and of a Variable that moved the values that the tape saw", async () => {
    const text = [
      "import tensorflow as tf",
      "w = tf.Variable([4.0, 1.0])",
      "for _ in range(5):",
      "    with tf.GradientTape() as tape:",
      "        loss = tf.reduce_sum(w ** 2)",
      "    w.assign_sub(0.25 * tape.gradient(loss, w))",
      "",
    ].join("\n");
    await client.open(URI, text);
    const gradient = await shown(text, "gradient(loss");
    // w was [0.25, 0.0625] in the last step; it moved afterwards.
    assert.match(gradient, /\*\*∂loss\/∂w\*\* = \(2,\) \[0\.5, 0\.125\]/);
    assert.match(gradient, /with the gradient at w = \[0\.25, 0\.0625\]/);
    assert.match(gradient, /the last of 5 times/);
    const w = await shown(text, "w = tf");
    assert.match(w, /after 5 updates/);
    assert.equal(w.match(/!\[w\[\d\] from/g)?.length, 2);
    assert.match(await shown(text, "as tape", 0, 3), /the last of 5 times/);
  });
});
