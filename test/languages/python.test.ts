/** The Python evaluator: places of errors, budgets, events, calls from outside, nonsense. What scripts print is in conformance.test.ts. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { centralDifferences, Differentiable, dialects, type Value } from "../../src/engine";
import {
  boundNames,
  callFunction,
  callsOf,
  evaluateExpression,
  expressionAt,
  freeNames,
  functionAt,
  functionsOf,
  PyCallError,
  type PyEvent,
  PyList,
  parametersOf,
  parse,
  type RunOptions,
  reprOf,
  run,
  toValue,
} from "../../src/languages/python";

function evaluate(text: string, options: RunOptions = {}): ReturnType<typeof run> {
  return run(parse(text), options);
}

function output(text: string): string {
  const result = evaluate(text);
  assert.equal(result.error?.text, undefined);
  return result.output;
}

function events(text: string, options: RunOptions = {}): PyEvent[] {
  const out: PyEvent[] = [];
  evaluate(text, { ...options, onEvent: (event) => out.push(event) });
  return out;
}

const at = (text: string, span: { from: number; to: number }): string => text.slice(span.from, span.to);

describe("python: reading", () => {
  it("keeps the rest of a file with mistakes", () => {
    const text = "x = 1\ny = (1 +\nprint(x)\n";
    assert.ok(parse(text).errors.length > 0);
    const good = "x = 1\nif x = 2:\n    pass\nz = 5\n";
    const syntax = parse(good);
    assert.match(syntax.errors[0]!.message, /Maybe you meant '=='/);
    assert.equal(run(syntax, { resumeAfterError: true }).globals.get("z"), 5n);
  });

  const problems: [string, RegExp, string][] = [
    ["print 'a'\n", /Missing parentheses in call to 'print'/, "print 'a'"],
    ["return 5\n", /'return' outside function/, "return 5"],
    ["break\n", /'break' outside loop/, "break"],
    ["for i in range(3)\n    pass\n", /expected ':'/, ""],
    ["f(1) = 2\n", /cannot assign to function call/, "f(1)"],
    ["x = 08\n", /leading zeros/, "08"],
    ["s = 'abc\n", /unterminated string literal/, "'abc"],
    ["def f(a, a): pass\n", /duplicate argument 'a'/, "a"],
    ["def f(a=1, b): pass\n", /non-default argument follows default/, "b"],
    ["f(a=1, 2)\n", /positional argument follows keyword/, "2"],
    ["x = 5 5\n", /invalid syntax/, ""],
    ["1 if 2\n", /expected 'else'/, "1 if 2"],
    ["def f():\nx = 1\n", /expected an indented block after function definition on line 1/, ""],
    ["if 1:\nx = 1\n", /expected an indented block after 'if' statement on line 1/, ""],
  ];
  for (const [text, message, place] of problems) {
    it(`names the mistake in ${JSON.stringify(text)}`, () => {
      const [problem] = parse(text).errors;
      assert.match(problem!.message, message);
      if (place) assert.equal(at(text, problem!), place);
      const result = evaluate(text);
      assert.equal(result.ended, "error");
      assert.match(result.error!.text, /File "<string>", line 1/);
    });
  }

  it("names what is not supported, where it is executed", () => {
    const text = "x = 1\nasync def f():\n    pass\ny = 2\n";
    assert.deepEqual(parse(text).errors, []);
    const result = evaluate(text, { resumeAfterError: true });
    assert.equal(result.error!.message, "`async def` is not supported");
    assert.equal(result.globals.get("y"), 2n);
  });

  it("skips the magics of notebooks", () => {
    const syntax = parse("%matplotlib inline\n!pip install x\nx = 3\n");
    assert.equal(syntax.skipped.length, 2);
    assert.equal(run(syntax).globals.get("x"), 3n);
  });

  it("reads numbers and not as Python does", () => {
    assert.equal(output("x = 5\nprint(3. * x, .5, 1.e2, 2.)"), "15.0 0.5 100.0 2.0\n");
    assert.equal(output("print(not False and False, not True or True)"), "False True\n");
  });

  it("rounds whole powers once, as C does", () => {
    const text = [
      "print(1.05 ** 10, 1.07 ** -12, 0.999 ** 365, 1.1 ** 30, (-1.5) ** 33, 1e-300 ** 1, 10.0 ** -22)",
      "print(2.0 ** 1023, 2.0 ** -1074, 1e150 ** 2, float('inf') ** 3, 0.0 ** 3)",
    ];
    const expected = [
      "1.628894626777442 0.444011959240735 0.6940698870404745 17.44940226888645 -647159.8249109838 1e-300 1e-22",
      "8.98846567431158e+307 5e-324 9.999999999999999e+299 inf 0.0",
    ];
    assert.equal(output(text.join("\n")), `${expected.join("\n")}\n`);
  });

  it("takes files with Windows line ends and a byte order mark", () => {
    assert.equal(run(parse("\ufeffx = 1\r\nif x:\r\n    print('a\\\r\nb')\r\n")).output, "ab\n");
  });
});

describe("python: errors", () => {
  it("words an uncaught error as Python does", () => {
    const text = "def f(x):\n    return 1 / x\n\n\ndef g():\n    return f(0)\n\n\ng()\n";
    const { error, ended } = evaluate(text, { fileName: "a.py" });
    assert.equal(ended, "error");
    assert.equal(
      error!.text,
      [
        "Traceback (most recent call last):",
        '  File "a.py", line 9, in <module>',
        "    g()",
        '  File "a.py", line 6, in g',
        "    return f(0)",
        '  File "a.py", line 2, in f',
        "    return 1 / x",
        "ZeroDivisionError: division by zero",
      ].join("\n"),
    );
    assert.equal(at(text, error!), "1 / x");
  });

  // CPython 3.12's own words.
  const meant: [string, string][] = [
    ["total = 3\nprint(totl)\n", "NameError: name 'totl' is not defined. Did you mean: 'total'?"],
    [
      "def f():\n    count = 2\n    return cuont\nf()\n",
      "NameError: name 'cuont' is not defined. Did you mean: 'count'?",
    ],
    ["Print(1)\n", "NameError: name 'Print' is not defined. Did you mean: 'print'?"],
    ["print(math.pi)\n", "NameError: name 'math' is not defined. Did you forget to import 'math'?"],
    [
      "maths = 1\nmath.pi\n",
      "NameError: name 'math' is not defined. Did you mean: 'maths'? Or did you forget to import 'math'?",
    ],
    [
      "class A:\n    def __init__(self):\n        self.value = 3\n    def f(self):\n        return value\nA().f()\n",
      "NameError: name 'value' is not defined. Did you mean: 'self.value'?",
    ],
    ["[1].appendd(2)\n", "AttributeError: 'list' object has no attribute 'appendd'. Did you mean: 'append'?"],
    ["import math\nmath.sqr(2)\n", "AttributeError: module 'math' has no attribute 'sqr'. Did you mean: 'sqrt'?"],
    ["'a'.foo\n", "AttributeError: 'str' object has no attribute 'foo'"],
  ];
  for (const [text, line] of meant)
    it(`says what was meant: ${line}`, () => {
      assert.equal(evaluate(text).error!.text.split("\n").at(-1), line);
      const words = output(`try:\n${text.replace(/^/gm, "    ").trimEnd()}\nexcept Exception as e:\n    print(e)\n`);
      assert.equal(words.trimEnd(), line.replace(/^\w+: /, "").replace(/\. Did.*$/, ""));
    });

  it("says in which module an uncaught exception's type is defined", () => {
    const last = (text: string): string => evaluate(text).error!.text.split("\n").at(-1)!;
    const singular = "import numpy as np\nnp.linalg.inv(np.ones((2, 2)))\n";
    assert.equal(last(singular), "numpy.linalg.LinAlgError: Singular matrix");
    assert.match(last("import json\njson.loads('{')\n"), /^json\.decoder\.JSONDecodeError: Expecting/);
    const own = "class Model:\n    class Failed(Exception): pass\nraise Model.Failed('late')\n";
    assert.equal(last(own), "Model.Failed: late");
    assert.equal(evaluate(singular).error!.type, "LinAlgError");
  });

  it("goes on with the next statement when asked", () => {
    const result = evaluate("a = 1\nb = a / 0\nc = a + 1\nd = b\ne = 5\n", { resumeAfterError: true });
    assert.deepEqual(
      result.errors.map((error) => error.type),
      ["ZeroDivisionError", "NameError"],
    );
    assert.equal(result.globals.get("c"), 2n);
    assert.equal(result.globals.get("e"), 5n);
  });

  it("lets code catch a recursion that is too deep", () => {
    const text = "def f(n):\n    return f(n + 1)\ntry:\n    f(0)\nexcept RecursionError as e:\n    print(e)\n";
    assert.equal(output(text), "maximum recursion depth exceeded\n");
    assert.equal(output("def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\nprint(f(900))\n"), "900\n");
  });

  it("forgives an import until it is used", () => {
    const text = "import nowhere\nfrom nowhere.else_ import thing\nx = 1\nnowhere.f(x)\n";
    const seen = events(text);
    const warnings = seen.filter((event) => event.kind === "warning");
    assert.deepEqual(
      warnings.map((event) => [event.code, at(text, event.span)]),
      [
        ["unknown-import", "nowhere"],
        ["unknown-import", "thing"],
      ],
    );
    const { error } = evaluate(text);
    assert.equal(`${error!.type}: ${error!.message}`, "ModuleNotFoundError: No module named 'nowhere'");
    assert.equal(
      output("try:\n    import nowhere\nexcept ImportError as e:\n    print(e)\n"),
      "No module named 'nowhere'\n",
    );
  });

  it("has arrays of objects with views, and tells a list among the elements from an axis", () => {
    const text = [
      "import numpy as np",
      "from fractions import Fraction",
      "m = np.array([[Fraction(2), Fraction(4)], [Fraction(3), Fraction(6)]], dtype=object)",
      "for i in range(2):",
      "    m[i] /= m[i][0]",
      "    m[i][1] = str(m[i][1])",
      "copy = m[[0]]",
      "copy[0][0] = None",
      "print(m.shape, m.tolist())",
      "print(np.array([[1, 2], [3]], dtype=object))",
      "",
    ];
    assert.equal(
      output(text.join("\n")),
      "(2, 2) [[Fraction(1, 1), '2'], [Fraction(1, 1), '2']]\n[list([1, 2]) list([3])]\n",
    );
  });

  it("says which part of a library is missing", () => {
    assert.match(evaluate("import numpy as np\nnp.fft.hfft(1)\n").error!.message, /numpy\.fft\.hfft is not supported/);
    assert.match(evaluate("import tensorflow as tf\ntf.audio\n").error!.message, /tf\.audio is not supported/);
  });
});

describe("python: budget", () => {
  const clock = (): (() => number) => {
    let now = 0;
    return () => (now += 1);
  };
  const endless: string[] = [
    "while True: pass",
    "x = 0\nwhile True:\n    x += 1",
    "def f():\n    while True:\n        try:\n            while True: pass\n        finally:\n            pass\nf()",
    "try:\n    while True: pass\nexcept BaseException:\n    pass",
    "import itertools\nsum(itertools.count())",
    "[i for i in iter(int, 1)]",
    "def g():\n    while True: yield 1\nlist(g())",
  ];
  for (const text of endless) {
    it(`ends ${JSON.stringify(text)}`, () => {
      const result = evaluate(text, { budget: { milliseconds: 250 }, now: clock() });
      if (result.ended === "budget") assert.match(result.stopped!.message, /^stopped after 250 ms \(line \d+\)$/);
      else assert.equal(result.error!.type, "MemoryError");
    });
  }

  it("counts steps", () => {
    const result = evaluate("while True: pass", { budget: { maxSteps: 1000 } });
    assert.equal(result.ended, "budget");
    assert.match(result.stopped!.message, /stopped after 1000 steps \(line 1\)/);
  });

  for (const text of [
    "10**10**9",
    "'a' * 10**12",
    "[0] * 10**10",
    "list(range(10**12))",
    "1 << 10**12",
    "bytes(10**12)",
  ]) {
    it(`refuses ${text}`, () => {
      assert.match(evaluate(`x = ${text}`).error!.type, /MemoryError|OverflowError/);
    });
  }
});

describe("python: events", () => {
  it("tells values, prints, loops and calls with their places", () => {
    const text = "def f(x):\n    return x * 2\na = f(3)\nfor i in range(2):\n    a += 1\nprint(a)\n";
    const seen = events(text);
    const call = seen.find((event) => event.kind === "call")!;
    assert.equal(at(text, call.span), "f(3)");
    assert.deepEqual([...call.args], [["x", 3n]]);
    assert.equal(call.result, 6n);
    assert.deepEqual(
      seen.flatMap((event) => (event.kind === "value" ? [[event.names.join(), event.value]] : [])),
      [
        ["a", 6n],
        ["a", 7n],
        ["a", 8n],
        ["", null],
      ],
    );
    const loops = seen.flatMap((event) => (event.kind === "loop" ? [[event.phase, event.iterations]] : []));
    assert.deepEqual(loops, [
      ["enter", 0],
      ["exit", 2],
    ]);
    const print = seen.find((event) => event.kind === "print")!;
    assert.equal(print.text, "8\n");
    assert.equal(at(text, print.span), "print(a)");
  });

  it("tells of tapes, gradients, updates and what was raised", () => {
    const text = [
      "import tensorflow as tf",
      "x = tf.Variable(2.0)",
      "c = tf.constant(3.0)",
      "with tf.GradientTape() as tape:",
      "    y = x * x * (2.0 * c)",
      "g = tape.gradient(y, [x, c])",
      "x.assign_sub(0.5)",
      "try:",
      "    tape.gradient(y, x)",
      "except RuntimeError:",
      "    pass",
    ].join("\n");
    const seen = events(text);
    const gradient = seen.find((event) => event.kind === "gradient")!;
    assert.deepEqual(gradient.sourceNames, ["x", "c"]);
    assert.equal(reprOf(gradient.results[0]!), "<tf.Tensor: shape=(), dtype=float32, numpy=24.0>");
    assert.equal(gradient.results[1], null);
    assert.equal(gradient.reasons[1]!.kind, "not-watched");
    const update = seen.find((event) => event.kind === "update")!;
    assert.deepEqual([update.before.item(), update.value.item()], [2, 1.5]);
    const raised = seen.find((event) => event.kind === "raise")!;
    assert.equal(raised.caught, true);
    assert.equal(at(text, raised.span), "tape.gradient(y, x)");
    assert.deepEqual(
      seen.flatMap((event) => (event.kind === "tape" ? [event.phase] : [])),
      ["open", "close"],
    );
  });

  it("leaves no tape listening after an error", () => {
    const text = "import tensorflow as tf\nwith tf.GradientTape() as t:\n    1 / 0\n";
    evaluate(text);
    assert.equal(
      output("import tensorflow as tf\nprint(tf.constant(1.0) + 1)"),
      "tf.Tensor(2.0, shape=(), dtype=float32)\n",
    );
  });
});

describe("python: from outside", () => {
  const syntax = parse(
    "import math\nimport numpy as np\nk = 3.0\ndef f(x, y=2.0, *, z=1):\n    '''Doc.'''\n    return k * x ** 2 * math.sin(y) if x > 0 else -x\ndef g(v):\n    return np.exp(v[0]) + abs(v[1]) + max(v)\nclass C:\n    def m(self, a): return a\n",
  );
  const { globals } = run(syntax);

  it("calls a function at numbers, by position and by name", () => {
    assert.equal(callFunction(globals.get("f")!, [2]), 12 * Math.sin(2));
    assert.equal(callFunction(globals.get("f")!, { y: 1, x: 2 }), 12 * Math.sin(1));
    assert.throws(() => callFunction(globals.get("f")!, []), PyCallError);
    assert.deepEqual(
      parametersOf(globals.get("f")!).map(({ name, kind }) => [name, kind]),
      [
        ["x", "normal"],
        ["y", "normal"],
        ["z", "keyword-only"],
      ],
    );
  });

  it("leaves what the run left as it was", () => {
    const { globals } = evaluate(
      `import random
import numpy as np
import tensorflow as tf
v = tf.Variable(1.0)
seen, table, kept, count = [1], {"a": [2]}, np.zeros(2), 0
class Box:
    total = 0
box = Box()
box.n = 0
rng = np.random.default_rng(1)
opt = tf.keras.optimizers.SGD(0.1)
def counter():
    n = 0
    def step():
        nonlocal n
        n += 1
        return n
    return step
step = counter()
def f(x):
    global count
    count += 1
    seen.append(x)
    table["a"].append(3)
    table["b"] = 1
    kept[0] += x
    box.n += 1
    Box.total += 1
    v.assign_add(1.0)
    opt.apply_gradients([(tf.constant(1.0), v)])
    print("never seen")
    return x + step() + random.random() + rng.random() + count + len(seen)
def state():
    return (count, seen, table, kept.tolist(), box.n, Box.total, v.numpy(), step())
`,
    );
    const seenEvents: PyEvent[] = [];
    const call = (): unknown => callFunction(globals.get("f")!, [2], { onEvent: (event) => seenEvents.push(event) });
    const first = call();
    assert.equal(call(), first);
    assert.deepEqual(seenEvents, []);
    assert.equal(
      reprOf(callFunction(globals.get("state")!, [])),
      "(0, [1], {'a': [2]}, [0.0, 0.0], 0, 0, np.float32(1.0), 1)",
    );
    callFunction(globals.get("f")!, [2], { isolated: false });
    assert.equal(
      reprOf(callFunction(globals.get("state")!, [])),
      "(1, [1, 2.0], {'a': [2, 3], 'b': 1}, [2.0, 0.0], 1, 1, np.float32(1.9), 2)",
    );
  });

  it("gives a function of NumPy arrays an array where a list is written", () => {
    const { globals } = evaluate("import numpy as np\ndef f(x): return np.sum(x[1:] - x[:-1] ** 2)\n");
    const list = globals.get("f")!;
    assert.equal(reprOf(callFunction(list, [new PyList([1, 2, 3])])), "np.float64(0.0)");
    assert.throws(() => callFunction(list, [new PyList(["a"])]), /unsupported operand/);
  });

  it("differentiates functions of NumPy arrays, assignments into them included", () => {
    const { globals } = evaluate(
      `import numpy as np
X = np.array([[1.0, 2.0], [3.0, 4.0], [0.5, -1.0]])
y = np.array([1.0, 2.0, 3.0])
w = np.array([0.5, -1.25])
def loss(w): return np.sum((X @ w - y) ** 2)
def assigned(w):
    g = np.zeros_like(w)
    g[0] = w[0] * w[1]
    g[1:] += w[1:] ** 2
    g[-1] *= 3
    return np.sum(g * np.arange(1, 3))
def solved(w): return np.linalg.solve(np.outer(w, w) + np.eye(2), w)[0] + np.linalg.norm(w) + np.max(w)
def plain(w): return float(np.sum(w ** 2)) + np.sort(w)[0].item() * 3
def matrix(w): return np.outer(w, w) + np.diag(w) + np.array([[3.0, 0.5], [0.5, 1.0]])
def wide(w): return np.stack([w, w ** 2, np.sin(w)]).T
def eigen(w):
    values, vectors = np.linalg.eigh(np.kron(matrix(w), np.array([[2.0, 1.0], [1.0, 3.0]])))
    return values[1] * vectors[0, 1] ** 2
def factors(w):
    q, r = np.linalg.qr(wide(w).T)
    u, s, vh = np.linalg.svd(wide(w), full_matrices=False)
    return q[1, 1] * r[0, 1] + s[1] * (u[0, 0] * vh[0, 2]) + np.linalg.norm(wide(w), "nuc") + np.linalg.cond(wide(w))
def fitted(w):
    x, _, rank, s = np.linalg.lstsq(X * w, y, rcond=None)
    return x[0] * rank + s[0] + np.linalg.pinv(wide(w))[1, 0] + np.polyfit(y, y * w[0] + w[1] ** 2, 1)[0]
def sized(w): return np.linalg.slogdet(matrix(w))[1] * np.linalg.det(matrix(w)) + np.linalg.matrix_power(matrix(w), -2)[0, 1]
`,
    );
    const model = globals.get("w") as unknown as { like(x: Value): never };
    for (const name of ["loss", "assigned", "solved", "plain", "eigen", "factors", "fitted", "sized"]) {
      const differentiable = new Differentiable(
        [{ name: "w", shape: [2] }],
        ([w]) => toValue(callFunction(globals.get(name)!, [model.like(w!)]))!,
        dialects.python,
      );
      const point = [0.5, -1.25];
      const { gradient } = differentiable.gradient(point);
      const central = centralDifferences((at) => differentiable.value(at), point, 1e-4);
      for (const [k, slope] of gradient.entries())
        assert.ok(Math.abs(slope - central[k]!) < 1e-6 * (1 + Math.abs(slope)), `${name}: ${gradient} for ${central}`);
    }
  });

  it("is differentiated by being called with tracers", () => {
    const call = (inputs: readonly Value[]): Value => toValue(callFunction(globals.get("f")!, [...inputs]))!;
    const f = new Differentiable(
      [
        { name: "x", shape: [] },
        { name: "y", shape: [] },
      ],
      call,
      dialects.python,
    );
    const { value, gradient } = f.gradient([2, 1]);
    assert.ok(Math.abs(value - 12 * Math.sin(1)) < 1e-12);
    assert.ok(Math.abs(gradient[0]! - 12 * Math.sin(1)) < 1e-12);
    assert.ok(Math.abs(gradient[1]! - 12 * Math.cos(1)) < 1e-12);
    // The other side of the branch is another graph.
    assert.deepEqual(f.gradient([-1, 1]).gradient, [-1, 0]);
  });

  it("evaluates expressions with the module's names", () => {
    assert.equal(evaluateExpression("k * 2 + sum(i for i in [1, 2])", globals), 9);
    assert.equal(evaluateExpression("(x +\n 1)", new Map([["x", 1n]])), 2n);
    assert.throws(() => evaluateExpression("1 +", globals), /SyntaxError/);
    assert.throws(() => evaluateExpression("", globals), /there is no expression here/);
    assert.throws(() => evaluateExpression("x = 1", globals), /SyntaxError/);
    assert.throws(() => evaluateExpression("nothing", globals), /NameError: name 'nothing' is not defined/);
  });

  it("reads a form feed between functions, as Python does", () => {
    const text = "def f(x):\n    return x\n\f\n\fdef g(x):\n    return f(x) + 1\nprint(g(1))\n";
    assert.deepEqual(parse(text).errors, []);
    assert.equal(run(parse(text)).output, "2\n");
  });

  it("answers questions about the text", () => {
    assert.deepEqual(
      functionsOf(syntax).map(({ name, level }) => [name, level]),
      [
        ["f", "module"],
        ["g", "module"],
        ["C.m", "method"],
      ],
    );
    const [f] = functionsOf(syntax);
    assert.equal(f!.docstring, "Doc.");
    assert.equal(at(syntax.text, f!.nameSpan), "f");
    assert.deepEqual(
      f!.parameters.map((parameter) => [parameter.name, parameter.default]),
      [
        ["x", undefined],
        ["y", "2.0"],
        ["z", "1"],
      ],
    );
    assert.equal(functionAt(syntax, syntax.text.indexOf("sin"))!.name, "f");
    assert.equal(at(syntax.text, expressionAt(syntax, syntax.text.indexOf("sin(y)") + 4)!), "y");
    const calls = parse("g(f(1)) + f(f(2))\n");
    assert.deepEqual(
      callsOf(calls, "f").map((call) => at(calls.text, call)),
      ["f(1)", "f(f(2))", "f(2)"],
    );
    const [first] = parse("a, b = c + len([d for d in e]), f(lambda q: q + r)\n").body;
    assert.deepEqual([...boundNames(first!)], ["a", "b"]);
    assert.deepEqual([...freeNames(first!)].sort(), ["c", "e", "f", "len", "r"]);
  });
});

describe("python: nonsense", () => {
  const pieces = [
    "def f(x):",
    "    return x",
    "if",
    "x",
    "=",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    "\n",
    "  ",
    "lambda",
    "yield",
    "f'{",
    "'''",
    '"',
    "1.",
    "**",
    "for i in range(3):",
    "class A:",
    "try:",
    "except",
    "import math",
    "@",
    "match x:",
    "    case",
    "not",
    "with",
    "\\",
    "#",
    "\t",
    "é",
    "😀",
    "print(",
    "del x",
    "return",
    "else:",
    "0x",
    "1e",
    "...",
    ":=",
    "->",
    "async",
    "await",
    "global x",
    "*a",
    "x[",
    "%",
    "!",
    "$",
  ];
  const torn = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), { maxLength: 25 });

  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(torn, (parts) => {
        for (const text of [parts.join(""), parts.join(" "), parts.join("\n")]) {
          const syntax = parse(text);
          for (const problem of syntax.errors) {
            assert.ok(problem.from >= 0 && problem.to >= problem.from, JSON.stringify(problem));
            assert.ok(!problem.message.includes("\n"));
          }
          const result = run(syntax, { resumeAfterError: true, budget: { maxSteps: 2000 } });
          for (const error of result.errors) assert.notEqual(error.type, "SystemError", `${text}: ${error.message}`);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("never throws on a real file cut anywhere", () => {
    const text =
      "import math\ndef f(x, *a, k=1):\n    '''doc'''\n    for i in range(3):\n        try:\n            x += [j for j in a if j][i]\n        except (IndexError, TypeError) as e:\n            pass\n        finally:\n            k = f'{x:>{k}} {k!r}'\n    return lambda y=x: (y, *a)\nclass A(object):\n    x: int = 3\n    @property\n    def p(self): return self.x\nprint(f(1.5)(), A().p)\n";
    for (let cut = 0; cut <= text.length; cut++) {
      const result = run(parse(text.slice(0, cut)), { resumeAfterError: true, budget: { maxSteps: 2000 } });
      for (const error of result.errors) assert.notEqual(error.type, "SystemError", error.message);
    }
  });

  it("reads long sums", () => {
    const { errors, body } = parse("def f(x):\n    return x ** 2" + " + 1.5 * x".repeat(600) + "\n\nprint(f(2.0))\n");
    assert.deepEqual(errors, []);
    assert.equal(body.length, 2);
    assert.equal(output("print(" + "1 + ".repeat(600) + "1)"), "601\n");
  });

  it("names a character that stands in no name", () => {
    for (const [text, character] of [
      ["d😀u", "'😀' (U+1F600)"],
      ["a²", "'²' (U+00B2)"],
      ["€", "'€' (U+20AC)"],
    ])
      assert.equal(parse(`print(${text})\n`).errors[0]?.message, `invalid character ${character}`);
    for (const name of ["é·x", "x‿y", "Δ_1"]) assert.deepEqual(parse(`${name} = 1\n`).errors, []);
  });

  it("takes deep nesting", () => {
    for (const text of [
      "(".repeat(5000),
      "[".repeat(3000) + "]".repeat(3000),
      "-".repeat(5000) + "1",
      "x = " + "1 + ".repeat(20000) + "1",
    ]) {
      run(parse(text), { resumeAfterError: true });
    }
  });
});
