/** Gradient descent that is written out without a tape: told where its steps are too long, and mended. */
import assert from "node:assert/strict";
import { Findings, lines, printed } from "./findings";

/** [what it is, the program at a rate, the rate that is too large, the largest stable one, what is printed when it is mended] */
const PROGRAMS: [title: string, program: (rate: string) => string, rate: string, stable: RegExp][] = [
  [
    "a derivative by hand",
    (rate) =>
      lines(
        "def f(x): return (x - 3) ** 2",
        "def df(x): return 2 * (x - 3)",
        "x = 0.0",
        `lr = ${rate}`,
        "for i in range(30):",
        "    x = x - lr * df(x)",
        "print(abs(x - 3) < 0.1)",
      ),
    "1.1",
    /x runs away, from 0\.0 to -709\.1\. Gradient descent is stable here up to 1\.0, 2 divided by/,
  ],
  [
    "a slope in a name of the loop, and the rate as a literal",
    (rate) =>
      lines(
        "x = 0.0",
        "path = []",
        "for i in range(30):",
        "    grad = 2 * (x - 3)",
        `    x -= ${rate} * grad`,
        "    path.append(x)",
        "print(abs(x - 3) < 0.1)",
      ),
    "1.1",
    /up to 1\.0,/,
  ],
  [
    "central differences",
    (rate) =>
      lines(
        "def f(x): return (x - 3) ** 2",
        `x, h, rate = 0.0, 1e-5, ${rate}`,
        "for i in range(30):",
        "    x -= rate * (f(x + h) - f(x - h)) / (2 * h)",
        "print(abs(x - 3) < 0.1)",
      ),
    "1.1",
    /up to 1\.0,/,
  ],
  [
    "an array that is changed in place",
    (rate) =>
      lines(
        "import numpy as np",
        "A = np.array([[2.0, 0.0], [0.0, 10.0]])",
        "w = np.array([1.0, 1.0])",
        "for i in range(40):",
        "    g = A @ w",
        `    w -= ${rate} * g`,
        "print(np.abs(w).max() < 0.1)",
      ),
    "0.25",
    /w runs away, from \(1\.0, 1\.0\) to .*up to 0\.2,/,
  ],
  [
    "two parameters with one rate",
    (rate) =>
      lines(
        "import numpy as np",
        "X = np.array([1.0, 2.0, 3.0])",
        "y = 2 * X + 1",
        "w, b = 0.0, 0.0",
        `learning_rate = ${rate}`,
        "for epoch in range(300):",
        "    error = w * X + b - y",
        "    dw = 2 * np.mean(error * X)",
        "    db = 2 * np.mean(error)",
        "    w = w - learning_rate * dw",
        "    b = b - learning_rate * db",
        "print(abs(w - 2) < 0.2)",
      ),
    "0.5",
    /up to 0\.1803,/,
  ],
  [
    "a function with the rate as its default",
    (rate) =>
      lines(
        `def descend(df, x0, lr=${rate}, steps=40):`,
        "    x = x0",
        "    for k in range(steps):",
        "        x = x - lr * df(x)",
        "    return x",
        "print(abs(descend(lambda x: 2 * x, 3.0)) < 0.1)",
      ),
    "1.5",
    /x runs away, from 3\.0 to .*up to 1\.0,/,
  ],
  [
    "a function to which the rate is passed, with differences",
    (rate) =>
      lines(
        "def descend(f, x, rate, steps=40):",
        "    h = 1e-6",
        "    for k in range(steps):",
        "        slope = (f(x + h) - f(x)) / h",
        "        x -= rate * slope",
        "    return x",
        `print(abs(descend(lambda x: x ** 2, 3.0, ${rate})) < 0.1)`,
      ),
    "1.2",
    /up to 1\.0,/,
  ],
];

describe("the learning rate of descent without a tape", function () {
  this.timeout(60_000);
  let findings: Findings;
  before(async () => {
    findings = await Findings.start();
  });
  after(() => findings.stop());

  for (const [title, program, rate, stable] of PROGRAMS)
    it(`of ${title}: told at the number, with the largest stable one, and mended`, async () => {
      const text = program(rate);
      const [one, ...more] = await findings.of(text);
      assert.deepEqual(more, []);
      assert.deepEqual([one!.code, one!.severity, one!.marked], ["learning-rate", "warning", rate]);
      assert.match(one!.message, stable);
      const loop = one!.diagnostic.relatedInformation![0]!;
      assert.match(text.split("\n")[loop.location.range.start.line]!, /^\s*for /);
      const fixed = await findings.fixed(text, "learning-rate");
      assert.equal(printed(fixed), "True\n");
      assert.deepEqual(await findings.of(fixed), [], fixed);
    });

  it("of steps that grow until a number overflows", async () => {
    const text = lines("x = 0.0", "rate = 0.1", "while True:", "    x = x - rate * 4 * (x - 3) ** 3", "    print(x)");
    const found = await findings.of(text);
    assert.match(found.find(({ code }) => code === "learning-rate")!.message, /up to 0\.01852,/);
    assert.ok(found.some(({ code, message }) => code === "uncaught" && message.startsWith("OverflowError")));
  });

  it("is not told where x settles, where no rate would do, or where it is no descent", async () => {
    for (const text of [
      PROGRAMS[0]![1]("0.4"),
      // Downwards without end.
      lines("def df(x): return -2 * x", "x = 1.0", "lr = 0.4", "for i in range(30):", "    x = x - lr * df(x)"),
      // Growth, not descent.
      lines("x = 2.0", "for i in range(20):", "    x = x - 0.5 * x * (1 - x / 8)"),
      lines("total = 100.0", "for i in range(30):", "    total = total - 1.5 * i ** 2"),
      // Upwards.
      lines("def df(x): return 2 * x", "x = 1.0", "for i in range(30):", "    x = x + 0.1 * df(x)"),
      // Each step from numbers of its own.
      lines(
        "import numpy as np",
        "rng = np.random.default_rng(0)",
        "x = 0.0",
        "for i in range(30):",
        "    grad = x - rng.normal()",
        "    x -= 0.9 * grad",
      ),
      // A rate that grows.
      lines(
        "def df(x): return 2 * x",
        "x, lr = 1.0, 0.1",
        "for i in range(30):",
        "    x = x - lr * df(x)",
        "    lr = lr * 1.5",
      ),
      // A field that is no gradient.
      lines("x, y, rate = 1.0, 0.0, 3.0", "for i in range(30):", "    x, y = x - rate * y, y - rate * -x"),
      // What is never run.
      lines("def descend(df, x, lr=5.0):", "    for k in range(9):", "        x = x - lr * df(x)", "    return x"),
      // Newton's method.
      lines("x = 1.0", "for i in range(30):", "    x = x - 1.0 * (x ** 2 - 2) / (2 * x)"),
    ])
      assert.deepEqual(await findings.of(text), [], text);
  });
});
