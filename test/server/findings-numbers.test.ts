/** Findings about numbers: not finite, the where-NaN trap, kinks, float32, dropped fractions; told, not told, mended. */
import assert from "node:assert/strict";
import { Findings, lines, printed } from "./findings";

const HEAD = ["import numpy as np", "import tensorflow as tf"];

describe("findings about numbers", function () {
  this.timeout(60_000);
  let findings: Findings;
  before(async () => {
    findings = await Findings.start();
  });
  after(() => findings.stop());

  const brief = async (text: string) => (await findings.of(text)).map(({ code, line, marked }) => [code, line, marked]);

  describe("not-finite", () => {
    it("marks the operation that made the first value that is not finite on a tape, with its argument", async () => {
      const text = lines(
        ...HEAD,
        "x = tf.Variable(-1.0)",
        "with tf.GradientTape() as tape:",
        "    y = tf.math.log(x) * 2.0",
        "    z = y + tf.exp(x)",
        "print(tape.gradient(z, x))",
      );
      const [one, ...more] = await findings.of(text);
      assert.deepEqual(more, []);
      assert.deepEqual(
        [one!.code, one!.severity, one!.line, one!.marked],
        ["not-finite", "warning", 5, "tf.math.log(x)"],
      );
      assert.equal(one!.message, "log(-1.0) = nan is the first value that is not finite.");
      assert.equal(one!.diagnostic.relatedInformation![0]!.location.range.start.line, 6);
    });
    it("tells it once of a loop, and of an element of an array", async () => {
      const text = lines(
        ...HEAD,
        "w = tf.Variable([1.0, 0.0])",
        "for step in range(5):",
        "    with tf.GradientTape() as tape:",
        "        y = tf.reduce_sum(1.0 / w)",
        "    w.assign_sub(0.1 * tape.gradient(y, w))",
      );
      const found = await findings.coded(text, "not-finite");
      assert.deepEqual(
        found.map(({ line, message }) => [line, message]),
        [[6, "1.0 / 0.0 = inf is the first value that is not finite."]],
      );
    });
    it("of a function at the point of its call", async () => {
      const text = lines("import math", "def f(x):", "    return 1e200 * x * 1e200", "f(10.0)");
      const [one] = await findings.of(text);
      assert.deepEqual([one!.code, one!.line], ["not-finite", 3]);
      assert.match(one!.message, /= inf is the first value that is not finite in f at x = 10\.0\.$/);
    });
    it("NumPy's own warning is enough; where nobody calls it, nothing is said; nor where all is finite", async () => {
      assert.deepEqual(await brief(lines(...HEAD, "def f(x): return np.log(x)", "f(-1.0)")), [
        ["framework-warning", 3, "np.log(x)"],
      ]);
      assert.deepEqual(await brief(lines("def f(x): return 1e200 * x * 1e200")), []);
      assert.deepEqual(await brief(lines(...HEAD, "def f(x): return np.log(x)", "f(2.0)")), []);
    });
  });

  describe("gradient-not-finite", () => {
    it("marks the operation at which the sweep back becomes infinite", async () => {
      const text = lines(
        ...HEAD,
        "x = tf.Variable(0.0)",
        "with tf.GradientTape() as tape:",
        "    r = tf.sqrt(x)",
        "    y = r + x",
        "print(tape.gradient(y, x))",
      );
      const [one, ...more] = await findings.of(text);
      assert.deepEqual(more, []);
      assert.deepEqual(
        [one!.code, one!.severity, one!.line, one!.marked],
        ["gradient-not-finite", "warning", 5, "tf.sqrt(x)"],
      );
      assert.equal(one!.message, "The gradient becomes inf here, at the derivative of sqrt(0.0).");
    });
    it("of a function at its point, and not beside it", async () => {
      const f = "def f(x, y): return (x * x + y * y) ** 0.5";
      const [one] = await findings.of(lines(f, "f(0.0, 0.0)"));
      assert.deepEqual([one!.code, one!.marked], ["gradient-not-finite", "(x * x + y * y) ** 0.5"]);
      assert.match(one!.message, /of f at x = 0\.0, y = 0\.0 becomes/);
      assert.deepEqual(await brief(lines(f, "f(3.0, 4.0)")), []);
    });
  });

  describe("where-nan", () => {
    const program = (body: string, at = "0.0") =>
      lines(
        ...HEAD,
        "def f(x):",
        `    return ${body}`,
        `v = tf.Variable(${at})`,
        "with tf.GradientTape() as tape:",
        "    y = f(v)",
        "print(tape.gradient(y, v).numpy())",
      );
    it("marks the operation in the branch that is not taken, and where where chooses", async () => {
      const text = program("tf.where(x > 0, tf.math.log(x), 0.0)");
      const [one] = await findings.coded(text, "where-nan");
      assert.deepEqual([one!.severity, one!.line, one!.marked], ["warning", 4, "tf.math.log(x)"]);
      assert.match(one!.message, /0 times the derivative of log\(0\.0\)/);
      assert.deepEqual(
        one!.diagnostic.relatedInformation!.map(({ location }) => location.range.start.line + 1),
        [4, 8],
      );
    });
    it("is mended by the double where, in either branch and for any operation", async () => {
      for (const [body, expected] of [
        ["tf.where(x > 0, tf.math.log(x), 0.0)", "tf.where(x > 0, tf.math.log(tf.where(x > 0, x, 1.0)), 0.0)"],
        ["tf.where(x <= 0, 0.0, 1.0 / x)", "tf.where(x <= 0, 0.0, 1.0 / tf.where(x <= 0, 1.0, x))"],
        [
          "tf.where(x > 0, tf.sin(x) / (2.0 * x), 0.5)",
          "tf.where(x > 0, tf.sin(x) / tf.where(x > 0, 2.0 * x, 1.0), 0.5)",
        ],
      ]) {
        const text = program(body!);
        assert.match(printed(text), /nan/);
        const fixed = await findings.fixed(text, "where-nan");
        assert.ok(fixed.includes(expected!), fixed);
        assert.match(printed(fixed), /^-?0\.0\n$/);
        assert.deepEqual(await findings.coded(fixed, "where-nan"), []);
        // Where the branch is taken nothing changes.
        const taken = (one: string) => printed(one.replace("Variable(0.0)", "Variable(2.0)"));
        assert.equal(taken(fixed), taken(text));
      }
    });
    it("is told of NumPy's functions too, and not where the branch is harmless", async () => {
      const [one] = await findings.coded(
        lines(...HEAD, "def f(x): return np.where(x > 0, np.log(np.abs(x)), 0.0) + x", "f(0.0)"),
        "where-nan",
      );
      assert.equal(one, undefined, "NumPy itself warns of log(0) there");
      assert.deepEqual(await findings.of(program("tf.where(x > 0, tf.math.log(x), 0.0)", "2.0")), []);
      assert.deepEqual(await findings.of(program("tf.where(x > 0, x * x, 0.0)")), []);
    });
  });

  describe("kink", () => {
    it("tells the slopes on both sides and what each framework answers", async () => {
      const text = lines("def f(x):", "    return 3 * abs(x - 1) + x", "f(1.0)");
      const [one] = await findings.of(text);
      assert.deepEqual([one!.code, one!.severity, one!.line], ["kink", "hint", 2]);
      assert.equal(
        one!.message,
        "f has a kink at x = 1.0: its slope is -2 before and 4 behind. The gradient there is a matter of convention: TensorFlow 1, PyTorch 1, JAX 4.",
      );
    });
    it("of max at a tie and of relu at 0, and not of what is smooth, or elsewhere, or where nobody calls it", async () => {
      assert.equal((await findings.of(lines("def f(x, y): return max(x * 2, y)", "f(1.0, 2.0)")))[0]!.code, "kink");
      const relu = lines(...HEAD, "def f(x): return tf.nn.relu(x) * 2.0", "f(tf.constant(0.0))");
      assert.equal((await findings.of(relu))[0]!.code, "kink");
      for (const text of [
        lines("def f(x): return abs(x) ** 2", "f(0.0)"),
        lines("def f(x): return abs(x)", "f(0.5)"),
        lines("def f(x): return abs(x - 1)"),
        lines("def f(x, y): return max(x, y)", "f(1.0, 2.0)"),
      ])
        assert.deepEqual(await findings.of(text), [], text);
    });
    it("of the largest of an array at a tie, in NumPy and in TensorFlow, and how frameworks share it", async () => {
      for (const [text, at] of [
        [lines(...HEAD, "def f(x): return np.max(x) * 2", "f(np.array([3.0, 1.0, 3.0]))"), "x[0] = 3.0"],
        [lines(...HEAD, "def f(x): return tf.reduce_max(x) * 2", "f(tf.constant([3.0, 1.0, 3.0]))"), "x[0] = 3.0"],
        [
          lines(...HEAD, "def f(x): return 2 * np.linalg.norm(x, np.inf)", "f(np.array([-1.0, 3.0, 3.0]))"),
          "x[1] = 3.0",
        ],
      ]) {
        const [one, ...more] = await findings.of(text!);
        assert.deepEqual(more, [], text);
        assert.equal(
          one!.message,
          `f has a kink at ${at}: its slope is 0 before and 2 behind. The gradient there is a matter of convention: TensorFlow 1, PyTorch 1, JAX 1. PyTorch's max and min along an axis give all of it to one element.`,
        );
      }
      for (const body of [
        "np.max(x)",
        "np.min(x) + np.sum(np.exp(x - np.max(x)))",
        "np.log(np.sum(np.exp(x - np.max(x)))) + np.max(x)",
      ])
        assert.deepEqual(
          await findings.of(lines(...HEAD, `def f(x): return ${body}`, "f(np.array([3.0, 1.0, 2.0]))")),
          [],
          body,
        );
      // The shift by the largest is no kink of the whole.
      const shifted = lines(
        ...HEAD,
        "def f(x): return np.log(np.sum(np.exp(x - np.max(x)))) + np.max(x)",
        "f(np.array([3.0, 1.0, 3.0]))",
      );
      assert.deepEqual(await findings.of(shifted), []);
    });
    it("of what is chosen by its order, at a tie: sorted, the median, the largest few", async () => {
      for (const [body, at, slopes] of [
        ["np.median(x)", "x[1] = 2.0", "1 before and 0 behind"],
        ["np.sort(x)[1] * 3", "x[1] = 2.0", "3 before and 0 behind"],
        ["np.quantile(x, 0.5)", "x[1] = 2.0", "1 before and 0 behind"],
        ["tf.sort(x)[2]", "x[1] = 2.0", "0 before and 1 behind"],
        ["tf.math.top_k(x, 1).values[0]", "x[1] = 2.0", "0 before and 1 behind"],
        ["sorted(x)[1]", "x[1] = 2.0", "1 before and 0 behind"],
      ] as const) {
        const point = body.startsWith("tf") ? "tf.constant([1.0, 2.0, 2.0])" : "np.array([1.0, 2.0, 2.0])";
        const [one, ...more] = await findings.of(lines(...HEAD, `def f(x): return ${body}`, `f(${point})`));
        assert.deepEqual(more, [], body);
        assert.ok(
          one?.message.startsWith(`f has a kink at ${at}: its slope is ${slopes}.`),
          `${body}: ${one?.message}`,
        );
      }
      for (const [body, point] of [
        ["np.median(x)", "[1.0, 2.0, 3.0]"],
        ["np.sum(np.sort(x))", "[1.0, 2.0, 2.0]"],
        ["np.sort(x)[0]", "[1.0, 2.0, 2.0]"],
        ["np.sum(np.sort(x)[1:])", "[1.0, 2.0, 2.0]"],
      ] as const)
        assert.deepEqual(
          await findings.of(lines(...HEAD, `def f(x): return ${body}`, `f(np.array(${point}))`)),
          [],
          body,
        );
    });
    it("of a branch at its edge, unless the branches meet smoothly, or do not meet", async () => {
      const f = (yes: string) =>
        lines("def f(x):", "    if x > 0:", `        return ${yes}`, "    return -x", "f(0.0)");
      const [one] = await findings.of(f("2 * x"));
      assert.equal(
        one!.message,
        "f has a kink at x = 0.0: its slope is -1 before and 2 behind. The gradient is that of the branch that is taken: -1.",
      );
      assert.deepEqual([one!.code, one!.line], ["kink", 2]);
      const factorial = lines("def factorial(n):", "    return 1 if n <= 1 else n * factorial(n - 1)", "factorial(5)");
      assert.deepEqual(await findings.of(factorial), []);
      for (const yes of ["-x + x ** 2", "x + 1"]) assert.deepEqual(await findings.of(f(yes)), [], yes);
    });
  });

  describe("float32-cancellation", () => {
    it("marks the subtraction, with both results", async () => {
      const text = lines(...HEAD, "def f(x):", "    return (1.0 - tf.cos(x)) / x ** 2", "print(f(tf.constant(1e-4)))");
      const [one, ...more] = await findings.of(text);
      assert.deepEqual(more, []);
      assert.deepEqual(
        [one!.code, one!.severity, one!.line, one!.marked],
        ["float32-cancellation", "warning", 4, "(1.0 - tf.cos(x))"],
      );
      assert.match(one!.message, /f is 0\.0 in float32, 0\.5 in float64\.$/);
    });
    it("is not told in float64, nor of the usual rounding, nor of what overflows", async () => {
      for (const [f, call] of [
        ["(1.0 - tf.cos(x)) / x ** 2", "f(tf.constant(1e-4, dtype=tf.float64))"],
        ["tf.sin(x) ** 2 + tf.exp(x) / 3.0", "f(tf.constant(0.7))"],
        ["(x - 0.1) ** 2", "f(tf.constant(0.1))"],
      ])
        assert.deepEqual(await findings.of(lines(...HEAD, `def f(x): return ${f}`, call!)), [], f);
    });
  });

  describe("fraction-dropped", () => {
    const text = lines(
      ...HEAD,
      "def f(x): return float(x[0] ** 2 + x[1])",
      "x = np.array([3, 4])",
      "before = f(x)",
      "x[0] += 1e-3",
      "print(round((f(x) - before) / 1e-3, 2))",
    );
    it("marks the statement, and makes the array one of floats", async () => {
      assert.equal(printed(text), "0.0\n");
      const [one] = await findings.coded(text, "fraction-dropped");
      assert.deepEqual([one!.severity, one!.line, one!.marked], ["warning", 6, "x[0] += 1e-3"]);
      const fixed = await findings.fixed(text, "fraction-dropped");
      assert.equal(printed(fixed), "6.0\n");
      assert.deepEqual(await findings.coded(fixed, "fraction-dropped"), []);
    });
    it("is not told where nothing is lost", async () => {
      assert.deepEqual(await findings.coded(text.replace("1e-3\nprint", "2.0\nprint"), "fraction-dropped"), []);
    });
  });
});
