/** Findings about tapes and gradients that are None: when they are told, when not, and what their fixes make. */
import assert from "node:assert/strict";
import { Findings, lines, printed } from "./findings";

const HEAD = ["import numpy as np", "import tensorflow as tf"];

describe("findings about tapes", function () {
  this.timeout(60_000);
  let findings: Findings;
  before(async () => {
    findings = await Findings.start();
  });
  after(() => findings.stop());

  describe("tape-used-twice", () => {
    const text = lines(
      ...HEAD,
      "x = tf.Variable(3.0)",
      "with tf.GradientTape() as tape:",
      "    y = x * x",
      "print(tape.gradient(y, x).numpy())",
      "print(tape.gradient(y, x).numpy())",
    );
    it("marks the second question, with the tape as related place", async () => {
      const [one, ...more] = await findings.of(text);
      assert.deepEqual(more, []);
      assert.deepEqual(
        [one!.code, one!.severity, one!.line, one!.marked],
        ["tape-used-twice", "error", 7, "tape.gradient(y, x)"],
      );
      assert.equal(one!.diagnostic.relatedInformation?.[0]?.location.range.start.line, 3);
    });
    it("is mended by a persistent tape", async () => {
      assert.equal(printed(await findings.fixed(text, "tape-used-twice")), "6.0\n6.0\n");
    });
    it("is not told of a persistent tape, nor as an error where the program catches it", async () => {
      assert.deepEqual(await findings.of(text.replace("GradientTape()", "GradientTape(persistent=True)")), []);
      const caught = text.replace(
        /print\(tape.gradient\(y, x\).numpy\(\)\)\n$/,
        "try:\n    tape.gradient(y, x)\nexcept RuntimeError: pass\n",
      );
      assert.equal((await findings.of(caught))[0]!.severity, "warning");
    });
  });

  describe("gradient-inside-tape", () => {
    const text = lines(
      ...HEAD,
      "w = tf.Variable(3.0)",
      "with tf.GradientTape() as tape:",
      "    z = w * w",
      "    dz = tape.gradient(z, w)",
      "print(dz.numpy())",
    );
    it("is told as a hint, and the question moves behind the block", async () => {
      const [one] = await findings.of(text);
      assert.deepEqual([one!.code, one!.severity, one!.line], ["gradient-inside-tape", "hint", 6]);
      const fixed = await findings.fixed(text, "gradient-inside-tape");
      assert.match(fixed, /\n {4}z = w \* w\ndz = tape\.gradient\(z, w\)\nprint/);
      assert.equal(printed(fixed), "6.0\n");
      assert.deepEqual(await findings.of(fixed), []);
    });
    it("is told of a persistent tape only where no gradient of the gradient is asked for", async () => {
      const persistent = text.replace("()", "(persistent=True)");
      assert.deepEqual(
        (await findings.of(persistent)).map(({ code }) => code),
        ["gradient-inside-tape"],
      );
      const second = `${persistent}print(tape.gradient(dz, w).numpy())\n`;
      assert.deepEqual(await findings.of(second), []);
    });
    it("is not told of an inner tape that is asked in the outer one's block", async () => {
      const nested = lines(
        ...HEAD,
        "x = tf.Variable(3.0)",
        "with tf.GradientTape() as outer:",
        "    with tf.GradientTape() as inner:",
        "        y = x ** 3",
        "    dy = inner.gradient(y, x)",
        "print(outer.gradient(dy, x).numpy())",
      );
      assert.deepEqual(await findings.of(nested), []);
    });
  });

  describe("not-watched", () => {
    it("watches a constant where the tape begins, or where it is made", async () => {
      const outside = lines(
        ...HEAD,
        "c = tf.constant(2.0)",
        "with tf.GradientTape() as tape:",
        "    y = c ** 3",
        "print(tape.gradient(y, c))",
      );
      const [one] = await findings.of(outside);
      assert.deepEqual([one!.code, one!.severity], ["not-watched", "hint"]);
      assert.match(printed(await findings.fixed(outside, "not-watched")), /^tf\.Tensor\(12\.0/);
      const inside = outside
        .replace("c = tf.constant(2.0)\n", "")
        .replace("    y =", "    c = tf.constant(2.0)\n    y =");
      const fixed = await findings.fixed(inside, "not-watched");
      assert.match(fixed, /c = tf\.constant\(2\.0\)\n {4}tape\.watch\(c\)\n {4}y/);
      assert.match(printed(fixed), /^tf\.Tensor\(12\.0/);
    });
    it("says of a Variable that nothing reads it", async () => {
      const [one, ...more] = await findings.of(
        lines(
          ...HEAD,
          "v, w = tf.Variable(2.0), tf.Variable(1.0)",
          "with tf.GradientTape() as tape:",
          "    y = v * v",
          "print(tape.gradient(y, [v, w]))",
        ),
      );
      assert.deepEqual(more, []);
      assert.equal(one!.message, "The gradient with respect to w is None: nothing inside the tape reads w.");
    });
    it("is not told where zeros are asked for", async () => {
      const text = lines(
        ...HEAD,
        "c = tf.constant(2.0)",
        "with tf.GradientTape() as tape:",
        "    y = c ** 3",
        "tape.gradient(y, c, unconnected_gradients='zero')",
      );
      assert.deepEqual(await findings.of(text), []);
    });
  });

  describe("outside-tape", () => {
    it("moves what was computed behind the block into it", async () => {
      const text = lines(
        ...HEAD,
        "x = tf.Variable(3.0)",
        "with tf.GradientTape() as tape:",
        "    half = x / 2",
        "z = x + half",
        "y = z * x",
        "print(tape.gradient(y, x))",
      );
      const [one] = await findings.of(text);
      assert.deepEqual([one!.code, one!.severity, one!.line], ["outside-tape", "warning", 8]);
      const fixed = await findings.fixed(text, "outside-tape");
      assert.match(fixed, /\n {4}half = x \/ 2\n {4}z = x \+ half\n {4}y = z \* x\nprint/);
      assert.match(printed(fixed), /^tf\.Tensor\(9\.0/);
    });
    it("moves what was computed before the block into it", async () => {
      const text = lines(
        ...HEAD,
        "x = tf.Variable(3.0)",
        "y = x * x",
        "with tf.GradientTape() as tape:",
        "    tape.watch(x)",
        "print(tape.gradient(y, x))",
      );
      const fixed = await findings.fixed(text, "outside-tape");
      assert.match(fixed, /tape\.watch\(x\)\n {4}y = x \* x\nprint/);
      assert.match(printed(fixed), /^tf\.Tensor\(6\.0/);
    });
    it("is not told of a target that is computed inside", async () => {
      const text = lines(
        ...HEAD,
        "x = tf.Variable(3.0)",
        "with tf.GradientTape() as tape:",
        "    y = x * x",
        "z = y + 1",
        "print(tape.gradient(y, x))",
      );
      assert.deepEqual(await findings.of(text), []);
    });
  });

  describe("chain-cut", () => {
    const program = (expression: string) =>
      lines(
        ...HEAD,
        "x = tf.Variable(2.0)",
        "with tf.GradientTape() as tape:",
        `    y = ${expression}`,
        "print(tape.gradient(y, x))",
      );
    it("through .numpy(): marks the place, and stays in TensorFlow", async () => {
      const text = program("tf.constant(np.square(x.numpy())) * 2.0");
      const [one] = await findings.of(text);
      assert.deepEqual([one!.code, one!.severity, one!.line], ["chain-cut", "warning", 6]);
      assert.match(one!.message, /x\.numpy\(\) makes a plain number of it/);
      assert.equal(one!.diagnostic.relatedInformation?.[0]?.location.range.start.line, 4);
      const fixed = await findings.fixed(text, "chain-cut");
      assert.match(fixed, /tf\.constant\(tf\.square\(x\)\)/);
    });
    it("float(x): the number is x itself", async () => {
      const text = program("tf.square(float(x)) + 0.0 * tf.ones(())");
      assert.match(await findings.fixed(text, "chain-cut"), /y = tf\.square\(x\)/);
      assert.match(printed(await findings.fixed(text, "chain-cut")), /^tf\.Tensor\(4\.0/);
    });
    it("through integers and steps, with the operation's own words", async () => {
      const messages = [];
      for (const expression of ["tf.cast(tf.cast(x, tf.int32), tf.float32)", "tf.floor(x) * 2.0", "tf.round(x)"])
        messages.push((await findings.coded(program(expression), "chain-cut"))[0]?.message);
      assert.deepEqual(messages, [
        "The gradient with respect to x is None: the chain was cut, converted to an integer.",
        "The gradient with respect to x is None: the chain was cut, floor is piecewise constant.",
        "The gradient with respect to x is None: the chain was cut, round is piecewise constant.",
      ]);
    });
    it("is a hint where the gradient is stopped on purpose, and nothing where another way leads to the target", async () => {
      assert.equal((await findings.coded(program("tf.stop_gradient(x) * 2.0"), "chain-cut"))[0]!.severity, "hint");
      assert.deepEqual(await findings.of(program("x * tf.floor(x)")), []);
    });
  });

  describe("integer-gradient", () => {
    it("makes the whole numbers of a Variable, of a list, of a watched constant floats", async () => {
      for (const [made, expected] of [
        ["tf.Variable(3)", "tf.Variable(3.0)"],
        ["tf.Variable([1, -2])", "tf.Variable([1.0, -2.0])"],
      ]) {
        const text = lines(
          ...HEAD,
          `n = ${made}`,
          "with tf.GradientTape() as tape:",
          "    y = tf.cast(n, tf.float32) ** 2",
          "print(tape.gradient(y, n))",
        );
        const [one] = await findings.of(text);
        assert.deepEqual([one!.code, one!.severity], ["integer-gradient", "warning"]);
        const fixed = await findings.fixed(text, "integer-gradient");
        assert.ok(fixed.includes(`n = ${expected}`), fixed);
        assert.match(printed(fixed), /^tf\.Tensor\(/);
      }
      const watched = lines(
        ...HEAD,
        "c = tf.constant(3)",
        "with tf.GradientTape() as tape:",
        "    tape.watch(c)",
        "    y = c * c",
        "print(tape.gradient(y, c))",
      );
      assert.deepEqual(
        (await findings.of(watched)).map(({ code, line }) => [code, line]),
        [
          ["integer-gradient", 5],
          ["integer-gradient", 7],
        ],
      );
      assert.match(printed(await findings.fixed(watched, "integer-gradient")), /^tf\.Tensor\(6\.0/);
    });
    it("leaves a type alone that is said", async () => {
      const text = lines(
        ...HEAD,
        "n = tf.Variable(3, dtype=tf.int64)",
        "with tf.GradientTape() as tape:",
        "    y = tf.cast(n, tf.float32) ** 2",
        "print(tape.gradient(y, n))",
      );
      await assert.rejects(findings.fixed(text, "integer-gradient"), /has no fix/);
    });
    it("3 becomes 3.0 where a whole number met a fraction", async () => {
      const tensor = lines(...HEAD, "n = tf.Variable(3)", "print((n * 1.5).numpy())");
      assert.equal(printed(await findings.fixed(tensor, "uncaught")), "4.5\n");
      const array = lines(...HEAD, "a = np.array([1, 2])", "a -= 0.5 * a", "print(a)");
      assert.equal(printed(await findings.fixed(array, "uncaught")), "[0.5 1. ]\n");
    });
  });

  describe("variable-reassigned", () => {
    const step = (change: string) =>
      lines(
        ...HEAD,
        "x = tf.Variable(3.0)",
        "for step in range(3):",
        "    with tf.GradientTape() as tape:",
        "        loss = x ** 2",
        "    g = tape.gradient(loss, x)",
        "    if g is None: break",
        `    ${change}`,
        "print(x.numpy())",
      );
    it("marks the assignment that makes a tensor of a Variable, with both places", async () => {
      const [one, ...more] = await findings.of(step("x = x - 0.1 * g"));
      assert.deepEqual(more, []);
      assert.deepEqual(
        [one!.code, one!.severity, one!.line, one!.marked],
        ["variable-reassigned", "warning", 9, "x = x - 0.1 * g"],
      );
      assert.deepEqual(
        one!.diagnostic.relatedInformation!.map(({ location }) => location.range.start.line + 1),
        [3, 7],
      );
    });
    it("assigns to the Variable", async () => {
      for (const [change, expected] of [
        ["x = x - 0.1 * g", "x.assign_sub(0.1 * g)"],
        ["x = x + (-0.1) * g", "x.assign_add((-0.1) * g)"],
        ["x = 0.8 * x", "x.assign(0.8 * x)"],
      ]) {
        const fixed = await findings.fixed(step(change!), "variable-reassigned");
        assert.ok(fixed.includes(`    ${expected}\n`), fixed);
        assert.match(printed(fixed), /^1\.536/);
        assert.deepEqual(await findings.of(fixed), []);
      }
    });
    it("an operator in place, which a Variable does not take, becomes an assignment", async () => {
      const text = step("x -= 0.1 * g");
      const [one] = await findings.of(text);
      assert.match(one!.message, /^RuntimeError: `variable -= value` with `tf\.Variable`s is not supported/);
      assert.match(printed(await findings.fixed(text, "uncaught")), /^1\.536/);
    });
    it("is not told of a name that only now becomes a tensor, and is asked no more", async () => {
      assert.deepEqual(await findings.of(lines(...HEAD, "x = tf.Variable(3.0)", "x = x + 1.0", "print(x)")), []);
    });
  });

  describe("none-gradient", () => {
    const text = lines(
      ...HEAD,
      "v, w = tf.Variable(2.0), tf.Variable(1.0)",
      "optimizer = tf.keras.optimizers.SGD(0.1)",
      "with tf.GradientTape() as tape:",
      "    loss = v * v",
      "gradients = tape.gradient(loss, [v, w])",
      "optimizer.apply_gradients(zip(gradients, [v, w]))",
      "print(v.numpy(), w.numpy())",
    );
    it("marks the call in the framework's words, and says where the gradient was None and why", async () => {
      const [one] = await findings.coded(text, "none-gradient");
      assert.deepEqual([one!.severity, one!.line], ["warning", 8]);
      assert.match(one!.message, /^Gradients do not exist for variables/);
      const [related] = one!.diagnostic.relatedInformation!;
      assert.equal(related!.location.range.start.line, 6);
      assert.match(related!.message, /nothing inside the tape reads w/);
    });
    it("leaves out Variables without a gradient", async () => {
      const fixed = await findings.fixed(text, "none-gradient");
      assert.match(printed(fixed), /^1\.6 1\.0\n/);
      assert.deepEqual(await findings.coded(fixed, "none-gradient"), []);
    });
    it("is an error where there is no gradient at all, and a reason where None is multiplied", async () => {
      const none = text.replace("loss = v * v", "loss = tf.constant(1.0)");
      const [one] = await findings.coded(none, "none-gradient");
      assert.deepEqual([one!.severity, one!.message], ["error", "No gradients provided for any variable."]);
      const product = text.replace(/optimizer.apply.*\n/, "w.assign_sub(0.1 * gradients[1])\n");
      const [error] = await findings.coded(product, "uncaught");
      assert.match(error!.message, /NoneType/);
      assert.match(error!.diagnostic.relatedInformation![0]!.message, /nothing inside the tape reads w/);
    });
    it("is not told where every Variable has one", async () => {
      assert.deepEqual(await findings.of(text.replace("loss = v * v", "loss = v * v * w")), []);
    });
  });
});
