/** Findings about derivatives written by hand, and about learning rates: told, not told, mended. */
import assert from "node:assert/strict";
import { Findings, lines, printed } from "./findings";

describe("findings about what is built on derivatives", function () {
  this.timeout(60_000);
  let findings: Findings;
  before(async () => {
    findings = await Findings.start();
  });
  after(() => findings.stop());

  describe("wrong-derivative", () => {
    it("names the coordinate, the point and both numbers, and writes the right one", async () => {
      const text = lines(
        "import math",
        "",
        "def f(x):",
        "    return x ** 3 + math.sin(x)",
        "",
        "def f_prime(x):",
        '    """By hand."""',
        "    return 3 * x + math.cos(x)",
        "",
        "print(f(2.0), round(f_prime(2.0), 6))",
      );
      const [one, ...more] = await findings.of(text);
      assert.deepEqual(more, []);
      assert.deepEqual(
        [one!.code, one!.severity, one!.line, one!.marked],
        ["wrong-derivative", "warning", 6, "f_prime"],
      );
      assert.equal(
        one!.message,
        "f_prime is not the derivative of f: at x = 2.0 it gives 5.583853 for ∂f/∂x, which is 11.58385.",
      );
      assert.equal(one!.diagnostic.relatedInformation![0]!.location.range.start.line, 2);
      const fixed = await findings.fixed(text, "wrong-derivative");
      assert.match(fixed, /def f_prime\(x\):\n {4}"""By hand\."""\n {4}return/);
      assert.equal(printed(fixed).split(" ")[1], `${(12 + Math.cos(2)).toFixed(6)}\n`);
      assert.deepEqual(await findings.of(fixed), []);
    });

    it("knows pairs by their names", async () => {
      for (const name of [
        "df",
        "d_f",
        "f_prime",
        "f_grad",
        "grad_f",
        "f_gradient",
        "f_derivative",
        "f_jac",
        "jac_f",
        "fprime",
        "jac",
        "grad",
        "gradient",
        "fGradient",
      ]) {
        const pair = (body: string) => lines("def f(x): return x ** 3", `def ${name}(x): return ${body}`, "f(2.0)");
        assert.deepEqual(
          (await findings.of(pair("x ** 2"))).map(({ code }) => code),
          ["wrong-derivative"],
          name,
        );
        assert.deepEqual(await findings.of(pair("3 * x ** 2")), [], name);
      }
      for (const name of ["hess", "f_hess", "hess_f", "d2f", "f_hessian"]) {
        const pair = (body: string) => lines("def f(x): return x ** 3", `def ${name}(x): return ${body}`, "f(2.0)");
        assert.match((await findings.of(pair("x ** 2")))[0]!.message, /∂²f\/∂x∂x, which is 12\.0\.$/, name);
        assert.deepEqual(await findings.of(pair("6 * x")), [], name);
      }
    });

    it("knows pairs by calls and by comments, which are no points", async () => {
      const call = lines(
        "from scipy.optimize import minimize",
        "def energy(x): return (x[0] - 1) ** 2 + x[0] * x[1] ** 2",
        "def slope(x): return [2 * (x[0] - 1) + x[1] ** 2, x[0] * x[1]]",
        "def bend(x): return [[2, 2 * x[1]], [2 * x[1], 2 * x[0]]]",
        "minimize(energy, [0.5, 2.0], jac=slope, hess=bend)",
      );
      const [one, ...more] = await findings.of(call);
      assert.deepEqual(more, []);
      assert.match(one!.message, /^slope is not the derivative of energy: .* for ∂energy\/∂x\[1\]/);
      for (const said of ["# gradlens: slope is the derivative of energy", "# gradlens：slope 是 energy 的导数"]) {
        const comment = lines("def energy(x): return x ** 2", said, "def slope(x): return 3 * x", "energy(2.0)");
        assert.deepEqual(
          (await findings.of(comment)).map(({ code }) => code),
          ["wrong-derivative"],
          said,
        );
        assert.deepEqual(await findings.of(comment.replace("3 * x", "2 * x")), [], said);
      }
    });

    it("compares methods of one class, and functions in one function", async () => {
      const model = (slope: string) =>
        lines(
          "import numpy as np",
          "class Ridge:",
          "    def __init__(self, k): self.k = k",
          "    def loss(self, w): return np.sum((w - 1) ** 2) + self.k * np.sum(w ** 2)",
          `    def gradient(self, w): return ${slope}`,
          "    def step(self, w): return w - 0.1 * self.gradient(w)",
          "class Other:",
          "    def f(self, x): return x ** 2",
          "    @staticmethod",
          "    def cost(x): return x ** 3",
          "    @staticmethod",
          "    def cost_grad(x): return 3 * x ** 2",
          "model = Ridge(0.5)",
          "print(model.loss(np.array([2.0, 3.0])), Other().f(2.0))",
        );
      const [one, ...more] = await findings.of(model("2 * (w - 1) + self.k * w"));
      assert.deepEqual(more, []);
      assert.deepEqual([one!.code, one!.line, one!.marked], ["wrong-derivative", 5, "gradient"]);
      assert.match(
        one!.message,
        /^Ridge\.gradient is not the derivative of Ridge\.loss: .* 3\.0 for ∂loss\/∂w\[0\], which is 4\.0\.$/,
      );
      assert.equal(one!.diagnostic.relatedInformation![0]!.location.range.start.line, 3);
      assert.deepEqual(await findings.of(model("2 * (w - 1) + 2 * self.k * w")), []);

      const inside = (slope: string) =>
        lines(
          "from scipy.optimize import minimize",
          "def solve(a):",
          "    def objective(x): return (x[0] - a) ** 4",
          `    def slope(x): return [${slope}]`,
          "    return minimize(objective, [a + 1.5], jac=slope).x[0]",
          "def f_prime(x): return 7.0",
          "print(round(solve(2.0), 1))",
        );
      assert.deepEqual(
        (await findings.of(inside("4 * (x[0] - a)"))).map(({ code, line, marked }) => [code, line, marked]),
        [["wrong-derivative", 4, "slope"]],
      );
      assert.deepEqual(await findings.of(inside("4 * (x[0] - a) ** 3")), []);
    });

    it("compares methods that an object is asked for", async () => {
      const text = (slope: string) =>
        lines(
          "from scipy.optimize import minimize",
          "class Well:",
          "    def energy(self, x): return (x[0] - 1) ** 2",
          `    def force(self, x): return [${slope}]`,
          "well = Well()",
          "minimize(well.energy, [3.0], jac=well.force)",
        );
      assert.deepEqual(
        (await findings.of(text("-2 * (x[0] - 1)"))).map(({ code, marked }) => [code, marked]),
        [["wrong-derivative", "force"]],
      );
      assert.deepEqual(await findings.of(text("2 * (x[0] - 1)")), []);
    });

    it("says where the written one is the true one times a number", async () => {
      const text = lines(
        "import numpy as np",
        "X = np.array([[1.0, 2.0], [3.0, 4.0]])",
        "y = np.array([1.0, 2.0])",
        "def loss(w): return np.sum((X @ w - y) ** 2)",
        "def loss_grad(w): return X.T @ (X @ w - y)",
        "print(loss(np.array([0.5, -1.0])))",
      );
      const [one] = await findings.of(text);
      assert.match(one!.message, / It is 0\.5 times the derivative everywhere\.$/);
      const fixed = await findings.fixed(text, "wrong-derivative");
      assert.deepEqual(await findings.of(fixed), [], fixed);
    });

    it("writes gradients of several parameters in the form that they had", async () => {
      const text = lines(
        "def loss(w, b): return (2 * w + b - 3) ** 2",
        "def grad_loss(w, b): return 2 * (2 * w + b - 3), 2 * (2 * w + b - 3)",
        "print(loss(1.0, 3.0), grad_loss(1.0, 3.0))",
      );
      assert.match((await findings.of(text))[0]!.message, /gives 4\.0 for ∂loss\/∂w, which is 8\.0\.$/);
      const fixed = await findings.fixed(text, "wrong-derivative");
      assert.equal(printed(fixed), "4.0 (8.0, 4.0)\n");
    });

    it("is right in terms of the output, element by element, transposed, and by differences", async () => {
      for (const text of [
        lines(
          "import numpy as np",
          "def sigmoid(x): return 1 / (1 + np.exp(-x))",
          "def sigmoid_derivative(s): return s * (1 - s)",
          "print(sigmoid(np.array([0.5, -1.0])))",
        ),
        lines(
          "import math",
          "def tanh(x): return math.tanh(x)",
          "def tanh_prime(y): return 1 - y ** 2",
          "print(tanh(0.5))",
        ),
        lines(
          "import numpy as np",
          "def relu(x): return np.maximum(x, 0)",
          "def relu_derivative(x): return (x > 0).astype(float)",
          "print(relu(np.array([0.0, -1.0, 2.0])))",
        ),
        lines("def f(x): return x ** 3", "def df(x, h=1e-3): return (f(x + h) - f(x)) / h", "print(f(2.0), df(2.0))"),
        lines(
          "def g(x, y): return [x * y, x + y ** 2]",
          "def g_jac(x, y): return [[y, 1], [x, 2 * y]]",
          "print(g(2.0, 3.0))",
        ),
      ])
        assert.deepEqual(await findings.of(text), [], text);
    });

    it("says nothing where nothing can be said", async () => {
      for (const text of [
        // Another function that only happens to be called so.
        lines("def f(x): return x ** 2", "def grad(x, y, z): return x + y + z", "f(1.0)"),
        // One that cannot be followed.
        lines("def f(x): return x ** 2", "def df(x): return input(x)", "f(1.0)"),
        // Of a parameter that is not differentiated by.
        lines("def dist(a, b): return abs(a - b)", "def ist(a): return a", "dist(1.0, 3.0)"),
        // One partial derivative of two.
        lines("def f(x, y): return x * y", "def df(x, y): return y", "f(1.0, 2.0)"),
      ])
        assert.deepEqual(await findings.of(text), [], text);
    });
  });

  describe("learning-rate", () => {
    const program = (rate: string, optimizer: string, step: string) =>
      lines(
        "import tensorflow as tf",
        `rate = ${rate}`,
        "def loss(w): return tf.reduce_sum(w ** 2 * [1.0, 10.0])",
        "w = tf.Variable([1.0, 1.0])",
        ...(optimizer ? [`optimizer = ${optimizer}`] : []),
        "for step in range(12):",
        "    with tf.GradientTape() as tape:",
        "        value = loss(w)",
        `    ${step}`,
        "print(float(loss(w)) < 11.0)",
      );
    const SGD = program("0", "tf.keras.optimizers.SGD(0.3)", "optimizer.minimize(value, [w], tape=tape)");
    const OWN = program("0.3", "", "w.assign_sub(rate * tape.gradient(value, w))");

    it("tells the largest stable rate, 2 divided by the largest eigenvalue, at the number itself", async () => {
      for (const text of [SGD, OWN]) {
        const [one, ...more] = await findings.of(text);
        assert.deepEqual(more, []);
        assert.deepEqual([one!.code, one!.severity, one!.marked], ["learning-rate", "warning", "0.3"]);
        assert.match(one!.message, /^The learning rate 0\.3 is too large: the loss grows from 11\.0 to /);
        assert.match(one!.message, /stable here up to 0\.1, 2 divided by the largest eigenvalue of the Hessian\.$/);
      }
    });
    it("is mended by a rate at which the loss falls", async () => {
      for (const text of [SGD, OWN]) {
        const fixed = await findings.fixed(text, "learning-rate");
        assert.match(fixed, /SGD\(0\.05\)|rate = 0\.05/);
        assert.equal(printed(fixed), "True\n");
        assert.deepEqual(await findings.of(fixed), []);
      }
    });
    it("is not told where the loss falls, nor where the steps are not along the gradient", async () => {
      assert.deepEqual(await findings.of(OWN.replace("0.3", "0.09")), []);
      assert.deepEqual(await findings.of(SGD.replace("SGD(0.3)", "Adam(5.0)")), []);
    });
  });
});
