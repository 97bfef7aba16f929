/** Code actions and commands over an in-memory connection: the text before, and the text after. */
import assert from "node:assert/strict";
import { CancellationTokenSource, type CodeAction, type TextEdit } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse, run } from "../../src/languages/python";
import type { CopyFormat, EditAction, Framework, RunResult } from "../../src/protocol/lsp";
import { example, find, patient, rangeOf, startClient, type TestClient } from "./client";

const URI = "file:///script.py";

describe("code actions and commands", function () {
  this.timeout(20_000);
  let client: TestClient;
  beforeEach(async () => {
    client = await startClient({ settings: patient });
  });
  afterEach(() => client.stop());

  const applied = (text: string, edits: readonly TextEdit[]) =>
    TextDocument.applyEdits(TextDocument.create(URI, "python", 1, text), [...edits]);
  const actionsAt = async (range: ReturnType<typeof rangeOf>, only?: string[]) =>
    (await client.connection.sendRequest("textDocument/codeAction", {
      textDocument: { uri: URI },
      range,
      context: { diagnostics: [], ...(only ? { only } : {}) },
    })) as CodeAction[];
  /** The text after the action whose title begins so, at the first occurrence of `part`. */
  const changedBy = async (text: string, part: string, title: string) => {
    const actions = await actionsAt(rangeOf(text, part));
    const action = actions.find((one) => one.title.startsWith(`Gradlens: ${title}`));
    assert.ok(action?.edit, `${title}: ${JSON.stringify(actions.map((one) => [one.title, one.disabled?.reason]))}`);
    return applied(text, action.edit.changes![URI]!);
  };
  const change = (text: string, part: string, action: EditAction, point?: { [name: string]: number }) =>
    client.request("gradlens/edit", { uri: URI, range: rangeOf(text, part), action, ...(point ? { point } : {}) });
  let problems = 0;
  const problem = async (text: string, part: string, action: EditAction) => {
    const uri = `file:///problem${++problems}.py`;
    await client.open(uri, text);
    const answer = await client.request("gradlens/edit", { uri, range: rangeOf(text, part), action });
    assert.equal(answer.edit, undefined);
    assert.doesNotMatch(answer.problem!, /\n/);
    return answer.problem!;
  };
  /** What the script prints when our evaluator runs it. */
  const printed = (text: string) => {
    const { output, error } = run(parse(text));
    assert.equal(error, undefined, `${error?.text}\n${text}`);
    return output;
  };

  describe("a derivative as a function", () => {
    it("of plain floats, after the function, with a docstring and locals for what is shared", async () => {
      const text =
        "import math\n\n\ndef f(x, y):\n    return math.exp(x * y) / (1 + math.exp(x * y))\n\n\nprint(f(1.0, 2.0))\n";
      await client.open(URI, text);
      assert.equal(
        await changedBy(text, "f(x, y)", "Insert the gradient of f"),
        [
          "import math",
          "",
          "",
          "def f(x, y):",
          "    return math.exp(x * y) / (1 + math.exp(x * y))",
          "",
          "",
          "def f_gradient(x, y):",
          '    """Gradient of f with respect to x, y."""',
          "    t1 = math.exp(x * y)",
          "    t2 = t1 + 1",
          "    t3 = (1 / t2 - t1 / t2 / t2) * t1",
          "    return [t3 * y, t3 * x]",
          "",
          "",
          "print(f(1.0, 2.0))",
          "",
        ].join("\n"),
      );
    });

    it("with the import that it needs, in the file's indentation, under a name that is free", async () => {
      const text = "def g(x1, x2):\n  return (x1 + 5) * x2 ** 2 + x2 ** x1\ng_gradient = None\nprint(g(2.0, 3.0))\n";
      await client.open(URI, text);
      const changed = await changedBy(text, "def g", "Insert the gradient of g");
      assert.match(changed, /^import math\n\ndef g\(x1, x2\):\n {2}return/);
      assert.match(changed, /\n\n\ndef g_gradient_2\(x1, x2\):\n {2}"""Gradient of g with respect to x1, x2\."""\n/);
      assert.match(changed, /math\.log/);
      assert.match(changed, /\n\n\ng_gradient = None\n/);
      assert.equal(
        printed(`${changed}print(g_gradient_2(2.0, 3.0))`).split("\n")[1],
        "[18.887510597876485, 46.0]".replace("18.887510597876485", String(9 + 9 * Math.log(3))).replace("46.0", "48.0"),
      );
    });

    it("of NumPy's arrays, with the file's own data by its name", async () => {
      const text = [
        "import numpy as np",
        "X = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])",
        "y = np.array([1.0, 0.0, 2.0])",
        "",
        "def loss(w, b):",
        "    return np.mean((X @ w + b - y) ** 2)",
        "",
        "print(loss(np.array([0.5, -1.0]), 2.0))",
        "",
      ].join("\n");
      await client.open(URI, text);
      const changed = await changedBy(text, "def loss", "Insert the gradient of loss");
      assert.match(changed, /np\.transpose\(X\) @ t1, np\.sum\(t1\)\]/);
      assert.match(changed, /X @ w \+ b - y/);
      const got = printed(
        `${changed}print([np.round(g, 9).tolist() for g in loss_gradient(np.array([0.5, -1.0]), 2.0)])`,
      );
      const w = [0.5, -1.0];
      const r = [
        [1, 2, 1],
        [3, 4, 0],
        [5, 7, 2],
      ].map(([a, b, c]) => a! * w[0]! + b! * w[1]! + 2 - c!);
      const expected = [
        [r[0]! * 1 + r[1]! * 3 + r[2]! * 5, r[0]! * 2 + r[1]! * 4 + r[2]! * 7].map((v) => (2 * v) / 3),
        (2 * (r[0]! + r[1]! + r[2]!)) / 3,
      ];
      const numbers = (line: string) => line.match(/-?\d+\.\d+/g)!.map(Number);
      assert.deepEqual(
        numbers(got.trim().split("\n").at(-1)!),
        expected.flat().map((v) => Number(v.toFixed(9))),
      );
    });

    it("in TensorFlow's words where the function uses them", async () => {
      const text =
        "import tensorflow as tf\n\ndef f(x):\n    return tf.nn.relu(x) * tf.math.log(x)\n\nprint(f(tf.constant(2.0)))\n";
      await client.open(URI, text);
      const changed = await changedBy(text, "def f", "Insert the gradient of f");
      assert.match(changed, /tf\.where\(x > 0, .*tf\.math\.log\(x\), 0\)/);
      const [value] = printed(`${changed}print(float(f_gradient(tf.constant(2.0))))`)
        .trim()
        .split("\n")
        .slice(-1)
        .map(Number);
      assert.ok(Math.abs(value! - (Math.log(2) + 1)) < 1e-6);
    });

    it("of a function with branches: each that is found", async () => {
      const text = "def f(x):\n    if x > 0:\n        return x ** 2\n    return -3 * x\n";
      await client.open(URI, text);
      const changed = await changedBy(text, "def f", "Insert the gradient of f");
      assert.match(changed, /\n {4}if x > 0:\n {8}return 2 \* x\n {4}return -3\.0\n/);
    });

    it("holds what is no number, and says which numbers went into it", async () => {
      const text = "a = 2.5\n\ndef f(x, n=3):\n    r = a\n    for _ in range(n):\n        r = r * x\n    return r\n";
      await client.open(URI, text);
      const changed = await changedBy(text, "def f", "Insert the gradient of f");
      assert.match(
        changed,
        /if n != 3:\n {8}raise ValueError\("f_gradient is written for n = 3"\)\n {4}# Written for a = 2\.5\.\n {4}return 7\.5 \* x \*\* 2\n/,
      );
      assert.equal(printed(`${changed}print(f_gradient(2.0))`), "30.0\n");
    });

    it("of lists, in their shape; the Hessian as rows", async () => {
      const text = "def f(w):\n    return w[0] ** 2 * w[1]\n\nprint(f([2.0, 3.0]))\n";
      await client.open(URI, text);
      const gradient = await changedBy(text, "def f", "Insert the gradient of f");
      assert.match(
        gradient,
        /return \[2 \* w\[0\] \* w\[1\], w\[0\] \*\* 2\]|return \[2 \* w\[1\] \* w\[0\], w\[0\] \*\* 2\]/,
      );
      const hessian = await changedBy(text, "def f", "Insert the Hessian of f");
      assert.equal(printed(`${hessian}print(f_hessian([2.0, 3.0]))`), "12.0\n[[6.0, 4.0], [4.0, 0.0]]\n");
    });

    it("keeps the line ends of the file", async () => {
      const text = "def f(x):\r\n    return x ** 2\r\n";
      await client.open(URI, text);
      const changed = await changedBy(text, "def f", "Insert the gradient of f");
      assert.equal(
        changed,
        'def f(x):\r\n    return x ** 2\r\n\r\n\r\ndef f_gradient(x):\r\n    """Gradient of f with respect to x."""\r\n    return 2 * x\r\n',
      );
    });

    it("says why not, in one line, and in the action too", async () => {
      const loop = "def f(x):\n    while x > 1:\n        x = x * 0.9\n    return x\nf(50.0)\n";
      assert.match(
        await problem(loop, "def f", "gradient"),
        /^f\(x\) cannot be written out: it decides \d+ times here/,
      );
      await client.open(URI, loop);
      const [action] = await actionsAt(rangeOf(loop, "def f"), ["refactor"]);
      assert.match(action!.disabled!.reason, /it decides \d+ times/);
      assert.equal(await problem("def f(x):\n    return 'a'\n", "def f", "gradient"), "f(x) gives 'a', not a number");
      assert.equal(
        await problem("def f(x):\n    return [x, x**2]\n", "def f", "hessian"),
        "it gives 2 numbers: a Jacobian, no gradient",
      );
      assert.equal(await problem("x = 1\n", "x = 1", "gradient"), "There is no function here: put the cursor in one.");
      assert.match(await problem("def f(x:\n", "def f", "gradient"), /.+/);
    });

    it("is offered on the function's first line only, and not to who asks for quick fixes", async () => {
      const text = "def f(x):\n    return x ** 2\n";
      await client.open(URI, text);
      assert.ok((await actionsAt(rangeOf(text, "f(x)"))).length >= 4);
      assert.deepEqual(await actionsAt(rangeOf(text, "return")), []);
      assert.deepEqual(await actionsAt(rangeOf(text, "f(x)"), ["quickfix"]), []);
    });
  });

  describe("a test of the gradient", () => {
    for (const [name, text] of Object.entries({
      "of floats": "def f(x, y):\n    return x ** 2 * y\n\nf(2.0, 3.0)\n",
      "of a list": "def f(w):\n    return w[0] ** 2 * w[1]\n\nf([2.0, 3.0])\n",
      "of arrays":
        "import numpy as np\n\ndef f(w, M):\n    return np.sum(np.sin(w)) * M[1, 1] + np.sum(M ** 2)\n\nf(np.array([2.0, 3.0]), np.array([[1.0, 2.0], [3.0, 4.0]]))\n",
    }))
      it(`${name}, with the gradient itself, passes`, async () => {
        await client.open(URI, text);
        const changed = await changedBy(text, "def f", "Insert a test of the gradient of f");
        assert.match(changed, /def f_gradient\([\s\S]*def test_f_gradient\(\):/);
        assert.match(printed(`${changed}test_f_gradient()\nprint("passed")`), /passed/);
        const wrong = changed
          .replace(/(def f_gradient[\s\S]*?)\*\* 2/, "$1** 3")
          .replace(/(def f_gradient[\s\S]*?return \[)/, "$15 * ");
        assert.match(run(parse(`${wrong}test_f_gradient()\n`)).error!.text, /AssertionError|TypeError/);
      });

    it("of a gradient that the file has", async () => {
      const text = "def f(x):\n    return x ** 2\n\ndef f_gradient(x):\n    return 2 * x\n\nf(3.0)\n";
      await client.open(URI, text);
      const changed = await changedBy(text, "def f(", "Insert a test of the gradient of f");
      assert.equal(changed.match(/def f_gradient/g)!.length, 1);
      assert.match(printed(`${changed}test_f_gradient()\nprint("passed")`), /passed/);
    });
  });

  describe("a call replaced by its value", () => {
    const text = example("tf_diffs.py");

    it("of tape.gradient, as the run made it, and of a function", async () => {
      await client.open(URI, text);
      assert.match(await changedBy(text, "tape.gradient(z, x1)", "Replace by its value 9.0"), /= 9\.0/);
      assert.match(
        await changedBy(text, "approximate_derivative(f, 1.)", "Replace by its value"),
        /print\(7\.999999999999119\)/,
      );
    });

    it("says why not", async () => {
      assert.equal(await problem("x = 1\n", "x", "value"), "Select a call first, such as tape.gradient(z, x1).");
      assert.equal(await problem("x = str(1)\n", "str(1)", "value"), "its value is not a number");
      assert.match(
        await problem("def f(x):\n    return abs(x)\n", "abs(x)", "value"),
        /variables of the function around it/,
      );
      const loop =
        "import tensorflow as tf\nx = tf.Variable(3.0)\nfor i in range(3):\n    with tf.GradientTape() as tape:\n        y = x * x\n    x.assign_sub(0.1 * tape.gradient(y, x))\n";
      assert.equal(await problem(loop, "tape.gradient(y, x)", "value"), "it ran 3 times, so it has no one value");
      const missing = "x = unknown(1)\n";
      assert.match(await problem(missing, "unknown(1)", "value"), /NameError/);
      await client.open(URI, missing);
      assert.deepEqual(await actionsAt(rangeOf(missing, "unknown(1)"), ["refactor"]), []);
    });
  });

  describe("the point", () => {
    it("is written above the function, and into the comment that is there", async () => {
      const text = "def g(x1, x2):\n    return x1 * x2\n\ng(2, 3)\n";
      await client.open(URI, text);
      const changed = await changedBy(text, "def g", "Write the point x1=2, x2=3 above g");
      assert.equal(changed, `# gradlens: x1=2, x2=3\n${text}`);
      await client.change(URI, changed);
      const { edit } = await change(changed, "def g", "point", { x1: 4, x2: 0.5 });
      const again = applied(changed, edit!.changes![URI]!);
      assert.equal(again, `# gradlens: x1=4, x2=0.5\n${text}`);
      await client.change(URI, again);
      const view = await client.request("gradlens/view", { subject: { kind: "function", uri: URI, name: "g" } });
      assert.equal(view.origin.kind, "comment");
      assert.equal(view.value!.value, 2);
    });

    it("can be unpinned where it is pinned", async () => {
      const text = "def g(x):\n    return x ** 2\n";
      await client.open(URI, text);
      const subject = { kind: "function", uri: URI, name: "g" } as const;
      const unpin = async () =>
        (await actionsAt(rangeOf(text, "def g"))).find((one) => one.title === "Gradlens: Unpin the point of g");
      assert.equal(await unpin(), undefined);
      await client.connection.sendNotification("gradlens/pin", { subject, point: { x: 7 } });
      assert.deepEqual((await unpin())!.command, {
        title: "Unpin the point of g",
        command: "gradlens.unpin",
        arguments: [{ subject }],
      });
      assert.match(await changedBy(text, "def g", "Write the point"), /^# gradlens: x=7\n/);
    });
  });

  describe("copies", () => {
    const text = "def g(x1, x2):\n    return (x1 + 5) * x2 ** 2\n\ng(2., 3.)\n";
    const subject = { kind: "function", uri: URI, name: "g" } as const;
    const copies = async (format: CopyFormat) => {
      await client.open(URI, text);
      return client.request("gradlens/copy", { subject, format });
    };

    it("in LaTeX and MathML: the function, its derivatives, the Hessian", async () => {
      const latex = await copies("latex");
      assert.equal(latex.items.length, 4);
      assert.match(latex.items[0]!.text, /^g\\left\(x_\{1\}, x_\{2\}\\right\) = /);
      assert.match(latex.items[2]!.label, /^∂g\/∂x2 = /);
      const mathml = await client.request("gradlens/copy", { subject, format: "mathml" });
      assert.equal(mathml.items.length, 4);
      for (const item of mathml.items) {
        assert.match(item.text, /^<math xmlns="http:\/\/www\.w3\.org\/1998\/Math\/MathML"[^>]*>[\s\S]*<\/math>$/);
        assert.doesNotMatch(item.text, /data-|merror/);
      }
      assert.match(mathml.items[2]!.text, /<mfrac>/);
    });

    it("in Python, with the imports, and it runs", async () => {
      const { items } = await copies("python");
      assert.deepEqual(
        items.map(({ label }) => label),
        ["g itself", "the gradient of g", "the Hessian of g"],
      );
      assert.equal(printed(`${items[0]!.text}print(g(2., 3.))`), "63.0\n");
      assert.equal(printed(`${items[1]!.text}print(g_gradient(2., 3.))`), "[9.0, 42.0]\n");
      assert.equal(printed(`${items[2]!.text}print(g_hessian(2., 3.))`), "[[0.0, 6.0], [6.0, 14.0]]\n");
    });

    it("in JavaScript, and it runs", async () => {
      const { items } = await copies("javascript");
      const call = (k: number, name: string) => new Function(`${items[k]!.text}; return ${name}(2, 3);`)();
      assert.equal(call(0, "g"), 63);
      assert.deepEqual(call(1, "gGradient"), [9, 42]);
      assert.deepEqual(call(2, "gHessian"), [
        [0, 6],
        [6, 14],
      ]);
    });

    it("of an expression, and what cannot be copied says so", async () => {
      const expression = { kind: "expression", text: "sin(x) * x", language: "mathjs" } as const;
      const { items } = await client.request("gradlens/copy", { subject: expression, format: "python" });
      assert.equal(items[0]!.text, "import math\n\n\ndef f(x):\n    return math.sin(x) * x\n");
      const erf = { kind: "expression", text: "math.erf(x)", language: "python" } as const;
      const answer = await client.request("gradlens/copy", { subject: erf, format: "javascript" });
      assert.deepEqual(
        answer.items.map(({ label }) => label),
        ["the gradient of f", "the Hessian of f"],
      );
      assert.match(answer.problem!, /erf has no counterpart in JavaScript/);
    });
  });

  describe("exported programs", () => {
    const text =
      "import numpy as np\nX = np.array([[1.0, 2.0], [3.0, 4.0]])\ndef loss(w):\n    return np.sum((X @ w - 1) ** 2)\nw = np.array([0.5, -0.5])\n";
    const subject = { kind: "function", uri: URI, name: "loss" } as const;
    const program = async (framework: Framework, optimizer: string) => {
      await client.open(URI, text);
      return (await client.request("gradlens/export", { subject, framework, optimizer, learningRate: 0.01, steps: 5 }))
        .text;
    };

    it("in TensorFlow, and our evaluator runs it", async () => {
      const written = await program("tensorflow", "sgd");
      assert.match(written, /^"""Minimize loss\(w\)\. Exported from Gradlens\."""\nimport tensorflow as tf\n/);
      assert.match(written, /X = tf\.constant\(\[\[1\.0, 2\.0\], \[3\.0, 4\.0\]\], dtype=tf\.float64\)/);
      const [value] = printed(written).split(" ").map(Number);
      const { values } = await client.request("gradlens/minimize", {
        subject,
        optimizer: "sgd",
        learningRate: 0.01,
        steps: 5,
      });
      const path = Buffer.from(String(values.data), "base64");
      assert.ok(Math.abs(value! - path.readDoubleLE(path.length - 8)) < 1e-6);
    });

    it("in PyTorch, JAX and SciPy", async () => {
      const torch = await program("torch", "adam");
      assert.match(torch, /w = torch\.tensor\(\[0\.5, -0\.5\], dtype=torch\.float64, requires_grad=True\)/);
      assert.match(torch, /torch\.optim\.Adam\(parameters, lr=0\.01\)/);
      assert.match(torch, /torch\.sum\(\(X @ w - 1\) \*\* 2\)/);
      const jax = await program("jax", "bfgs");
      assert.match(jax, /import jax\.scipy\.optimize\n/);
      assert.match(jax, /jax\.config\.update\("jax_enable_x64", True\)/);
      const scipy = await program("scipy", "bfgs");
      assert.match(scipy, /jac=gradient, method="BFGS", options=\{"maxiter": 5\}/);
      assert.match(scipy, /def loss_gradient\(w\):/);
    });

    it("says which optimizers there are, and what cannot be exported", async () => {
      assert.deepEqual(await client.request("gradlens/exportOptimizers", { framework: "jax" }), [
        "sgd",
        "momentum",
        "adam",
        "bfgs",
      ]);
      await assert.rejects(program("scipy", "adam"), /scipy has no optimizer adam: choose conjugate-gradient, bfgs/);
      await client.change(URI, "def loss(x):\n    return [x, 2 * x]\n");
      await assert.rejects(
        client.request("gradlens/export", { subject, framework: "torch", optimizer: "sgd", steps: 5 }),
        /loss\(x\) gives an array of shape \(2\), not one number/,
      );
    });
  });

  describe("a run of the file", () => {
    it("gives what it prints", async () => {
      await client.open(URI, "for i in range(3):\n    print(i, end=' ')\nprint('done')\n");
      const { output, error, stopped } = await client.request("gradlens/run", { uri: URI });
      assert.deepEqual({ output, error, stopped }, { output: "0 1 2 done\n", error: undefined, stopped: undefined });
    });

    it("gives an error as Python words it, and its line", async () => {
      const text = "def f(x):\n    return 1 / x\nprint('before')\nf(0)\n";
      await client.open(URI, text);
      const { output, error } = await client.request("gradlens/run", { uri: URI });
      assert.equal(output, "before\n");
      assert.match(
        error!.text,
        /^Traceback \(most recent call last\):\n[\s\S]*line 2, in f\n[\s\S]*ZeroDivisionError: division by zero$/,
      );
      assert.deepEqual(error!.range!.start.line, find(text, "1 / x").line);
    });

    it("ends with its budget, and with a cancellation", async () => {
      await client.stop();
      client = await startClient({ settings: { budget: { command: 200 } } });
      await client.open(URI, "print('begun')\nwhile True:\n    pass\n");
      const { output, stopped } = await client.request("gradlens/run", { uri: URI });
      assert.equal(output, "begun\n");
      assert.match(stopped!, /^stopped after 200 ms/);
      const source = new CancellationTokenSource();
      const answer = client.connection.sendRequest<RunResult>("gradlens/run", { uri: URI }, source.token);
      source.cancel();
      assert.ok((await answer).stopped);
    });
  });
});
