/** The language server over an in-memory connection: what a user of any editor gets. */
import assert from "node:assert/strict";
import type { CodeAction, CodeLens, Hover, InlayHint, MarkupContent } from "vscode-languageserver/node";
import { optimizerNames } from "../../src/analysis/minimize";
import { type OptimizerName, optimizers, rateOf } from "../../src/protocol/optimizers";
import { decodeArray } from "../../src/protocol/values";
import { example, find, patient, rangeOf, startClient, type TestClient, textAt } from "./client";

const URI = "file:///tf_diffs.py";
const TEXT = example("tf_diffs.py");
const everything = { start: { line: 0, character: 0 }, end: { line: 100_000, character: 0 } };

describe("language server", () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await startClient({ settings: patient });
  });
  afterEach(() => client.stop());

  const hoverAt = async (position: { line: number; character: number }, uri = URI) => {
    const hover = (await client.connection.sendRequest("textDocument/hover", {
      textDocument: { uri },
      position,
    })) as Hover | null;
    return hover && (hover.contents as MarkupContent).value;
  };
  const hintsOf = async (text: string, uri = URI) => {
    const hints = (await client.connection.sendRequest("textDocument/inlayHint", {
      textDocument: { uri },
      range: everything,
    })) as InlayHint[];
    const lines = text.split("\n");
    return hints.map((hint) => ({ ...hint, code: lines[hint.position.line]!.trim() }));
  };
  const actionsAt = async (text: string, part: string, n = 0, uri = URI) =>
    (await client.connection.sendRequest("textDocument/codeAction", {
      textDocument: { uri },
      range: rangeOf(text, part, n),
      context: { diagnostics: [] },
    })) as CodeAction[];
  const applied = (text: string, action: CodeAction, uri = URI) => {
    const [edit] = action.edit!.changes![uri]!;
    const lines = text.split("\n");
    const offset = ({ line, character }: { line: number; character: number }) =>
      lines.slice(0, line).reduce((total, one) => total + one.length + 1, 0) + character;
    return text.slice(0, offset(edit!.range.start)) + edit!.newText + text.slice(offset(edit!.range.end));
  };

  describe("the document's script", () => {
    it("hovers on f and g at their definitions and at their uses", async () => {
      await client.open(URI, TEXT);
      for (const position of [find(TEXT, "def g(", 0, 4), find(TEXT, "z = g(x1", 0, 4)]) {
        const text = await hoverAt(position);
        assert.match(text!, /∇g<\/strong> = \(9, 42\)/);
        assert.match(text!, /at \(2, 3\)/);
        assert.match(text!, /g\(x1, x2\)<\/strong> = 63/);
        assert.match(text!, /H<\/strong> = \[\[0, 6\], \[6, 14\]\]/);
        assert.equal(text!.match(/data:image\/svg\+xml/g)?.length, 4, "formula, two derivatives, plot");
        assert.match(text!, /command:gradlens\.openPanel/);
      }
      const f = await hoverAt(find(TEXT, "def f(", 0, 4));
      assert.match(f!, /f′<\/strong> = 8/);
      assert.match(f!, /line 10/);
    });

    it("hovers without HTML where the editor shows none", async () => {
      await client.stop();
      client = await startClient({ html: false });
      await client.open(URI, TEXT);
      const text = await hoverAt(find(TEXT, "def g(", 0, 4));
      assert.match(text!, /\*\*∇g\*\* = \(9, 42\)/);
      assert.equal(text!.match(/!\[[^\]]*\]\(data:image\/svg\+xml/g)?.length, 4);
      assert.doesNotMatch(text!, /<(?:img|table|br)/);
    });

    it("hovers on a loss over a data set: gradient and Hessian, and why there is no formula", async () => {
      const text = [
        "import numpy as np",
        "X = np.linspace(-1, 1, 600).reshape(300, 2)",
        "y = X @ np.array([1.0, -2.0])",
        "def loss(w):",
        "    return np.mean((X @ w - y) ** 2)",
        "w = np.array([1.0, -2.0])",
        "",
      ].join("\n");
      await client.open(URI, text);
      const hover = (await hoverAt(find(text, "def loss", 0, 4)))!;
      assert.match(hover, /loss\(w\)<\/strong> = 0/);
      assert.match(hover, /∇loss<\/strong> = \(0, 0\)/);
      assert.match(hover, /H<\/strong> = /);
      assert.equal(hover.match(/no formula: an array of 300 elements/g)?.length, 1);
    });

    it("does not hover in comments, strings and on other words", async () => {
      await client.open(URI, TEXT);
      assert.equal(await hoverAt(find(TEXT, "Hover over f or g", 0, 11)), null);
      assert.equal(await hoverAt(find(TEXT, "range(", 0, 2)), null);
    });

    it("puts the gradient over each function", async () => {
      await client.open(URI, TEXT);
      const lenses = (await client.connection.sendRequest("textDocument/codeLens", {
        textDocument: { uri: URI },
      })) as CodeLens[];
      const titles = await Promise.all(
        lenses.map(async (lens) =>
          lens.command
            ? lens.command.title
            : ((await client.connection.sendRequest("codeLens/resolve", lens)) as CodeLens).command!.title,
        ),
      );
      assert.ok(titles.includes("∇g = (9, 42) at (2, 3)"), titles.join("\n"));
      assert.ok(titles.includes("f′ = 8 at x = 1"), titles.join("\n"));
      assert.equal(titles.filter((title) => title === "Open panel").length, 4);
      assert.equal(titles.filter((title) => title === "Minimize").length, 4);
    });

    it("shows results at the lines that make them", async () => {
      await client.open(URI, TEXT);
      const hints = await hintsOf(TEXT);
      const label = (code: string, n = 0) => hints.filter((hint) => hint.code === code)[n]?.label;
      assert.equal(label("print(approximate_derivative(f, 1.))"), "7.999999999999119");
      assert.equal(label("print(approximate_gradient(g, 2., 3.))"), "(8.999999999993236, 41.999999999994486)");
      assert.equal(label("dz_x1 = tape.gradient(z, x1)"), "= 9.0");
      assert.equal(label("dz_x2 = tape.gradient(z, x2)"), "= 42.0");
      assert.equal(label("dz_x1x2 = tape.gradient(z, [x1, x2])"), "= [9.0, 42.0]");
      assert.equal(label("dz_x1x2 = tape.gradient(z, [x1, x2])", 1), "= [None, None]");
      assert.equal(label("dz_x = tape.gradient([z1, z2], x)"), "= 13.0");
      assert.equal(label("print(outer_grads)"), "[[None, 6.0], [6.0, 14.0]]");
      assert.equal(label("print(ex)"), "A non-persistent GradientTape can only …");
      assert.equal(label("print(x)"), "-0.3333333");
      assert.equal(label("print(x)", 1), "-0.3333333");
      const update = hints.find((hint) => hint.code === "x.assign_sub(learning_rate * dz_dx)")!;
      assert.equal(update.label, "x → -0.3333333");
      assert.match((update.tooltip as MarkupContent).value, /100 updates/);
      assert.match((update.tooltip as MarkupContent).value, /data:image\/svg/);
      assert.ok(hints.every((hint) => (hint.label as string).length <= 40));
    });

    it("follows imports into open documents, and their edits", async () => {
      const [library, main] = ["file:///folder/library.py", "file:///folder/main.py"];
      const text = "from library import f\nprint(f(2))\n";
      await client.open(library, "def f(x):\n    return x + 3\n");
      await client.open(main, text);
      assert.deepEqual(
        (await hintsOf(text, main)).map((hint) => hint.label),
        ["5"],
      );
      await client.change(library, "def f(x):\n    return x + 5\n");
      assert.deepEqual(
        (await hintsOf(text, main)).map((hint) => hint.label),
        ["7"],
      );
    });

    it("marks the second use of a tape in TensorFlow's words, and makes it persistent", async () => {
      const diagnostics = await client.open(URI, TEXT);
      const twice = diagnostics.find((diagnostic) => diagnostic.code === "tape-used-twice")!;
      assert.equal(textAt(TEXT, twice.range), "tape.gradient(z, x2)");
      assert.equal(
        twice.message,
        "A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)",
      );
      const action = (await actionsAt(TEXT, "tape.gradient(z, x2)")).find(({ title }) => title.includes("persistent"))!;
      const mended = applied(TEXT, action);
      const after = await client.change(URI, mended);
      assert.equal(
        after.find((diagnostic) => diagnostic.code === "tape-used-twice"),
        undefined,
      );
      assert.match(mended, /with tf\.GradientTape\(persistent=True\) as tape:\n {4}z = g\(x1, x2\)\n\ndz_x1 = tape/);
    });

    it("tells of constants that are not watched, and watches them", async () => {
      const diagnostics = await client.open(URI, TEXT);
      const constants = diagnostics.filter((diagnostic) => diagnostic.code === "not-watched");
      assert.deepEqual(
        constants.map((diagnostic) => diagnostic.message),
        [
          "The gradient with respect to x1 is None: the tape does not watch x1.",
          "The gradient with respect to x2 is None: the tape does not watch x2.",
        ],
      );
      const [action] = await actionsAt(TEXT, "dz_x1x2 = tape.gradient(z, [x1, x2])", 1);
      const mended = applied(TEXT, action!);
      assert.match(mended, /as tape:\n {4}tape\.watch\(x1\)\n {4}tape\.watch\(x2\)\n {4}z = g/);
      const after = await client.change(URI, mended);
      assert.equal(after.filter((diagnostic) => diagnostic.code === "not-watched").length, 0);
    });

    it("finds nothing else wrong", async () => {
      const diagnostics = await client.open(URI, TEXT);
      assert.deepEqual([...new Set(diagnostics.map((diagnostic) => diagnostic.code))].sort(), [
        "not-watched",
        "tape-used-twice",
      ]);
    });

    it("answers in Chinese", async () => {
      const bundle = JSON.parse(example("../l10n/bundle.l10n.zh-cn.json")) as Record<string, string>;
      await client.stop();
      client = await startClient({ l10n: bundle });
      const diagnostics = await client.open(URI, example("tf_diffs.zh-cn.py"));
      const watched = diagnostics.find((diagnostic) => diagnostic.code === "not-watched")!;
      assert.match(String(watched.message), /x1.*None/);
      assert.match(String(watched.message), /\p{Script=Han}/u);
    });
  });

  describe("views", () => {
    const g = { kind: "function", uri: URI, name: "g" } as const;

    it("tells all about a function", async () => {
      await client.open(URI, TEXT);
      const view = await client.request("gradlens/view", { subject: g });
      assert.equal(view.title, "g(x1, x2)");
      assert.equal(view.where, "at (2, 3)");
      assert.equal(view.value?.value, 63);
      assert.deepEqual(
        view.gradient.map(({ name, automatic, central }) => [name, automatic?.value, central?.text]),
        [
          ["x1", 9, "8.999999999993236"],
          ["x2", 42, "41.999999999994486"],
        ],
      );
      assert.deepEqual(
        view.hessian?.rows.map((row) => row.map((cell) => cell.value)),
        [
          [0, 6],
          [6, 14],
        ],
      );
      assert.match(view.formula!.svg, /^<svg/);
      assert.equal(view.formula!.text, "g(x1, x2) = (x1 + 5)·x2²");
      assert.deepEqual(
        view.derivatives.map(({ formula }) => formula.text),
        ["∂g/∂x1 = x2²", "∂g/∂x2 = 2·x2·(x1 + 5)"],
      );
      assert.equal(textAt(TEXT, view.location!.range), "g");
      assert.equal(view.problem, undefined);
    });

    it("checks a gradient, and shows float32 where it differs", async () => {
      const uri = "file:///check.py";
      const lines = ["import math", "def f(x, y, z):", "    return abs(x) + y * y + 1e39 * z", "f(0.0, 1.5, 0.0)"];
      await client.open(uri, lines.join("\n"));
      const { rows, problem } = await client.request("gradlens/check", {
        subject: { kind: "function", uri, name: "f" },
      });
      assert.equal(problem, undefined);
      assert.deepEqual(
        rows.map(({ name, verdict, single, differs }) => [name, verdict, single?.value, differs]),
        [
          ["x", "not differentiable", 0, false],
          ["y", "right", 3, false],
          ["z", "right", "Infinity", true],
        ],
      );
      assert.equal(rows[1]!.method, "complex step");
      assert.ok(Math.abs(Number(rows[1]!.reference!.value) - 3) <= Number(rows[1]!.error!.value) + 1e-14);
      const missing = await client.request("gradlens/check", { subject: { kind: "function", uri, name: "h" } });
      assert.match(missing.problem!, /no function h/);
    });

    it("says what kind of point it is, by the Hessian's eigenvalues", async () => {
      const uri = "file:///kinds.py";
      const lines = [
        "def rosenbrock(x, y):\n    return (1 - x)**2 + 100 * (y - x**2)**2",
        "def saddle(x, y):\n    return x**2 - y**2",
        "def top(x):\n    return 3 - 2 * x**2",
        "def flat(x):\n    return x**4",
        "def trough(x, y):\n    return (x + y)**2",
      ];
      await client.open(uri, lines.join("\n"));
      const kind = async (name: string, point: { [name: string]: number }) => {
        const { hessian } = await client.request("gradlens/view", { subject: { kind: "function", uri, name }, point });
        const { kind, definiteness, values, vectors, condition } = hessian!.spectrum!;
        // H·v = λ·v
        const entries = hessian!.rows.map((row) => row.map(({ value }) => Number(value)));
        vectors.forEach((vector, k) => {
          entries.forEach((row, i) => {
            const product = row.reduce((total, entry, j) => total + entry * vector[j]!, 0);
            assert.ok(Math.abs(product - Number(values[k]!.value) * vector[i]!) < 1e-9);
          });
        });
        return [kind, definiteness, Number(Number(condition.value).toPrecision(6))];
      };
      // SciPy: numpy.linalg.cond([[802, -400], [-400, 200]]) = 2508.0096
      assert.deepEqual(await kind("rosenbrock", { x: 1, y: 1 }), ["minimum", "positive definite", 2508.01]);
      assert.deepEqual((await kind("rosenbrock", { x: 0, y: 1 }))[0], "not stationary");
      assert.deepEqual(await kind("saddle", { x: 0, y: 0 }), ["saddle", "indefinite", 1]);
      assert.deepEqual(await kind("top", { x: 0 }), ["maximum", "negative definite", 1]);
      assert.deepEqual(await kind("flat", { x: 0 }), ["degenerate", "zero", Infinity]);
      assert.deepEqual(await kind("trough", { x: 1, y: -1 }), ["degenerate", "positive semidefinite", Infinity]);
    });

    it("gives a function of several results its Jacobian", async () => {
      const uri = "file:///several.py";
      const lines = ["import numpy as np", "def r(a, x):", "    return np.array([np.cos(a) * x, x**2])", "r(0.0, 3.0)"];
      await client.open(uri, lines.join("\n"));
      const view = await client.request("gradlens/view", { subject: { kind: "function", uri, name: "r" } });
      assert.equal(view.problem, undefined);
      assert.equal(view.result!.text, "[3, 9]");
      assert.equal(view.formula!.text, "r(a, x) = [cos(a)·x, x²]");
      assert.deepEqual(view.plottable, ["a", "x"]);
      const { rows, labels, values, pattern } = view.jacobian!;
      assert.deepEqual(
        [rows, labels, values.shape],
        [
          ["[0]", "[1]"],
          ["a", "x"],
          [2, 2],
        ],
      );
      assert.deepEqual([...decodeArray(values)].map(Math.abs), [0, 1, 0, 6]);
      assert.deepEqual(pattern, { starts: [0, 2, 3], columns: [0, 1, 1] });
    });

    it("samples what the layers of a plot show, and slices", async () => {
      const uri = "file:///layers.py";
      await client.open(uri, "def f(x, y):\n    return abs(x) + x * y**2\nf(1.0, 2.0)\ndef v(x):\n    return [x, x]\n");
      const subject = { kind: "function", uri, name: "f" } as const;
      const point = { x: 1, y: 2 };
      const along = await client.request("gradlens/plot", { subject, point, axes: ["y"], seconds: true });
      assert.ok(decodeArray(along.seconds!).every((second) => Math.abs(second - 2) < 1e-12));
      const across = await client.request("gradlens/plot", { subject, point, axes: ["x"] });
      assert.equal(across.seconds, undefined);
      assert.deepEqual(across.breaks, [
        { kind: "kink", at: 0, left: across.breaks![0]!.left, right: across.breaks![0]!.right },
      ]);
      const plane = await client.request("gradlens/plot", { subject, point, axes: ["x", "y"], field: true });
      assert.equal(plane.field!.shape[1], 4);
      const [x, y, u, v] = decodeArray(plane.field!);
      assert.deepEqual([u, v], [Math.sign(x!) + y! ** 2, 2 * x! * y!]);
      const slices = await client.request("gradlens/slices", { subject, point });
      assert.deepEqual([slices.labels, slices.count, slices.values.shape], [["x", "y"], 2, [2, 81]]);
      const [grid, values] = [decodeArray(slices.grid), decodeArray(slices.values)];
      assert.equal(values[0], Math.abs(grid[0]!) + grid[0]! * 4);
      const none = await client.request("gradlens/slices", { subject: { ...subject, name: "v" }, point: { x: 1 } });
      assert.deepEqual([none.problem, none.components!.labels], [undefined, ["[0]", "[1]"]]);
    });

    it("tells the operations with their values, adjoints and places in the text", async () => {
      await client.open(URI, TEXT);
      const { nodes, problem } = await client.request("gradlens/tape", { subject: g });
      assert.equal(problem, undefined);
      assert.deepEqual(
        nodes.map(({ name, formula, value, adjoint, from }) => [
          name,
          formula,
          value,
          adjoint,
          from.map((edge) => edge.passed),
        ]),
        [
          ["x1", "x1", [2], [9], []],
          ["x2", "x2", [3], [42], []],
          ["v1", "x1 + 5", [7], [9], [[9]]],
          ["v2", "x2²", [9], [7], [[42]]],
          ["v3", "v1·v2", [63], [1], [[9], [7]]],
        ],
      );
      assert.deepEqual(
        nodes.map(({ range }) => textAt(TEXT, range!).replaceAll(" ", "")),
        ["x1", "x2", "(x1+5)", "(x2**2)", "(x1+5)*(x2**2)"],
      );
      const uri = "file:///many.py";
      const lines = [
        "import math",
        "def v(v1):",
        "    for k in range(99):",
        "        v1 = math.sin(v1 + k)",
        "    return v1",
      ];
      await client.open(uri, lines.join("\n"));
      const many = await client.request("gradlens/tape", { subject: { kind: "function", uri, name: "v" } });
      assert.match(many.problem!, /^\d+ operations are too many to draw: at most 150$/);
    });

    it("names the parts of a long formula, and says where it holds", async () => {
      const uri = "file:///long.py";
      const lines = [
        "import math",
        "def f(x, y):",
        "    if x > 0 and y <= 9:",
        "        for k in range(3):",
        "            x = math.sin(x * y + k) * math.exp(x * y + k) + x * y",
        "        return x",
        "    return 0.0",
        "f(0.5, 0.25)",
      ];
      await client.open(uri, lines.join("\n"));
      const view = await client.request("gradlens/view", { subject: { kind: "function", uri, name: "f" } });
      assert.match(view.formula!.text, /^f\(x, y\) = .*, where u₁ = .*, u₂ = /);
      assert.match(view.formula!.latex, /= \\begin\{aligned\}\[t\] & .* \\\\ & \\text\{where\}\\quad u_\{1\} = /);
      assert.deepEqual(
        view.guards.map(({ text }) => text),
        ["x > 0 and y ≤ 9"],
      );
      for (const { formula } of view.derivatives) assert.match(formula.text, /^∂f\/∂[xy] = .*where/);
    });

    it("looks at the point that it is given, and at a pinned one", async () => {
      await client.open(URI, TEXT);
      const given = await client.request("gradlens/view", { subject: g, point: { x1: 0, x2: 1 } });
      assert.deepEqual([given.value?.value, given.origin.kind], [5, "given"]);
      await client.connection.sendNotification("gradlens/pin", { subject: g, point: { x1: 1, x2: 1 } });
      const pinned = await client.request("gradlens/view", { subject: g });
      assert.deepEqual([pinned.value?.value, pinned.origin.kind], [6, "pinned"]);
    });

    it("samples contours", async () => {
      await client.open(URI, TEXT);
      const data = await client.request("gradlens/plot", {
        subject: g,
        point: { x1: 2, x2: 3 },
        axes: ["x1", "x2"],
        samples: 11,
      });
      assert.deepEqual(data.values.shape, [11, 11]);
      const [x1, x2] = data.grid.map(decodeArray);
      assert.equal(decodeArray(data.values)[3 * 11 + 2], (x1![2]! + 5) * x2![3]! ** 2);
    });

    it("lists the optimizers that there are", () => {
      assert.deepEqual(
        optimizers.map(({ name }) => name),
        optimizerNames,
      );
    });

    it("minimizes by SGD", async () => {
      await client.open(URI, TEXT);
      const result = await client.request("gradlens/minimize", {
        subject: { ...g, name: "f" },
        start: { x: 0 },
        optimizer: "sgd",
        learningRate: 0.1,
        steps: 100,
      });
      assert.deepEqual(result.path.shape, [101, 1]);
      assert.ok(Math.abs((result.final.x as number) + 1 / 3) < 1e-12);
      assert.equal(result.end, "steps");
    });

    it("minimizes by a method that finds its own steps", async () => {
      const text =
        "import math\ndef f(x, y):\n    return 100*(y - x**2)**2 + (1 - x)**2\ndef r(x, y):\n    return 10*(y - x**2), 1 - x\n";
      await client.open(URI, text);
      const run = (name: string, optimizer: OptimizerName) =>
        client.request("gradlens/minimize", {
          subject: { kind: "function", uri: URI, name },
          start: { x: -1.2, y: 1 },
          optimizer,
          steps: 200,
        });
      for (const { name, learningRate, residuals } of optimizers) {
        if (learningRate !== undefined) continue;
        if (residuals) await assert.rejects(run("f", name), /the function must return its residuals/);
        const result = await run(residuals ? "r" : "f", name);
        assert.equal(decodeArray(result.values).length, result.path.shape[0]);
        // Steepest descent takes thousands of steps along this valley.
        if (name === "gradient-descent") continue;
        assert.equal(result.end, "converged", `${name}: ${result.message}`);
        assert.ok(Math.abs((result.final.x as number) - 1) < 1e-4, `${name}: ${result.final.x}`);
        assert.match(result.message, /^converged after \d+ steps/);
      }
      await assert.rejects(run("r", "bfgs"), /it gives 2 numbers/);
    });

    it("takes a learning rate by default from the list, and none where the method finds its steps", async () => {
      const ask = (optimizer: OptimizerName, learningRate?: number) =>
        client.request("gradlens/minimize", {
          subject: { kind: "expression", text: "x^2", language: "mathjs" },
          start: { x: 3 },
          optimizer,
          learningRate,
          steps: 7,
        });
      for (const { name, residuals } of optimizers) {
        const learningRate = rateOf(name);
        if (residuals) continue;
        if (learningRate === undefined) await assert.rejects(ask(name, 0.1), new RegExp(`${name} finds its own steps`));
        else assert.deepEqual((await ask(name)).final, (await ask(name, learningRate)).final, name);
      }
    });

    it("says where a run first met a number that is not finite", async () => {
      const messageOf = async (text: string, start: { [name: string]: number }) => {
        const subject = { kind: "expression", text, language: "mathjs" } as const;
        const { end, message } = await client.request("gradlens/minimize", {
          subject,
          start,
          optimizer: "sgd",
          steps: 9,
        });
        assert.equal(end, "not-finite");
        return message;
      };
      const slope = "the derivative along y is not a finite number at step 0";
      assert.equal(await messageOf("x^2 + sqrt(y)", { x: 1, y: 0 }), slope);
      assert.equal(await messageOf("sqrt(x)", { x: 0.01 }), "the value is not a finite number at step 1");
    });

    it("says where a run diverges", async () => {
      await client.open(URI, TEXT);
      const result = await client.request("gradlens/minimize", {
        subject: { ...g, name: "f" },
        start: { x: 0 },
        optimizer: "sgd",
        learningRate: 5,
        steps: 1000,
      });
      assert.equal(result.end, "diverged");
      assert.match(result.message, /diverged at step \d+/);
    });

    it("draws the path of the file's own loops", async () => {
      await client.open(URI, TEXT);
      const { loops } = await client.request("gradlens/script", { uri: URI });
      assert.equal(loops.length, 2);
      for (const loop of loops) {
        assert.deepEqual([loop.function, loop.variables], ["f", [{ name: "x", parameter: "x" }]]);
        assert.deepEqual(loop.path.shape, [101, 1]);
        const path = decodeArray(loop.path);
        assert.equal(path[0], 0);
        assert.equal(path[1], Math.fround(-0.2));
        assert.equal(path[100], Math.fround(-0.33333331));
        assert.equal(decodeArray(loop.losses)[0], -1);
      }
    });
  });

  describe("subjects", () => {
    const subjectAt = (text: string, part: string, n = 0, uri = URI) =>
      client.request("gradlens/subjectAt", { uri, range: rangeOf(text, part, n) });

    it("takes a selected expression with the file's values", async () => {
      const text = TEXT.replace("x1 = tf.constant(2.0)", "x1 = tf.constant(2.0) # (x1 + 5) * x2**2");
      await client.open(URI, text);
      const { subject, point, unknown } = await subjectAt(text, "(x1 + 5) * x2**2");
      assert.deepEqual(subject, { kind: "expression", text: "(x1 + 5) * x2**2", language: "python", uri: URI });
      assert.deepEqual(point, { x1: 2, x2: 3 });
      assert.equal(unknown, undefined);
      const view = await client.request("gradlens/view", { subject: subject!, point: point! });
      assert.deepEqual(
        view.gradient.map(({ automatic }) => automatic?.value),
        [9, 42],
      );
    });

    it("asks for unknown values in a file of any kind", async () => {
      for (const [text, language] of [
        ["(x1 + 5) * x2**2", "python"],
        ["(x1 + 5) x2^2", "mathjs"],
      ] as const) {
        const found = await client.request("gradlens/subjectAt", {
          uri: "file:///notes.md",
          range: everything,
          text,
          languageId: "markdown",
        });
        assert.deepEqual(found.unknown, ["x1", "x2"]);
        assert.equal(found.prefill, "x1=1, x2=1");
        assert.equal((found.subject as { language: string }).language, language);
        const view = await client.request("gradlens/view", { subject: found.subject!, point: { x1: 2, x2: 3 } });
        assert.deepEqual(
          view.gradient.map(({ automatic }) => automatic?.value),
          [9, 42],
        );
      }
    });

    it("leaves a notebook's cell alone, but takes what is selected in it", async () => {
      const cell = "vscode-notebook-cell:/notes.ipynb#1";
      assert.deepEqual(await client.open(cell, "y = x1**2 + elsewhere\n"), []);
      const { unknown } = await client.request("gradlens/subjectAt", {
        uri: cell,
        range: { start: { line: 0, character: 4 }, end: { line: 0, character: 9 } },
      });
      assert.deepEqual(unknown, ["x1"]);
    });

    it("takes the function at the cursor", async () => {
      await client.open(URI, TEXT);
      const cursor = find(TEXT, "return (x1 + 5)");
      const { subject } = await client.request("gradlens/subjectAt", {
        uri: URI,
        range: { start: cursor, end: cursor },
      });
      assert.deepEqual(subject, { kind: "function", uri: URI, name: "g" });
    });

    it("says in one line what is no subject", async () => {
      await client.open(URI, TEXT);
      const start = { line: 0, character: 0 };
      for (const [params, pattern] of [
        [{ uri: URI, range: { start, end: start } }, /Select an expression/],
        [{ uri: "file:///a.txt", range: everything, text: "   " }, /Nothing is selected/],
        [{ uri: "file:///a.txt", range: everything, text: "hello world" }, /not an expression/],
        [{ uri: "file:///a.txt", range: everything, text: "x +* 3" }, /not an expression/],
        [{ uri: "file:///a.txt", range: everything, text: "nosuchfunction(3)" }, /nosuchfunction/],
      ] as const) {
        const { problem, subject } = await client.request("gradlens/subjectAt", params);
        assert.equal(subject, undefined);
        assert.match(problem!, pattern);
        assert.ok(!problem!.includes("\n"));
      }
    });
  });

  describe("bad input", () => {
    beforeEach(async () => {
      await client.stop();
      client = await startClient();
    });

    const uri = "file:///bad.py";
    const lensTitle = async (name: string) => {
      const lenses = (await client.connection.sendRequest("textDocument/codeLens", {
        textDocument: { uri },
      })) as CodeLens[];
      const lens = lenses.find((one) => (one.data as { name: string } | undefined)?.name === name)!;
      return ((await client.connection.sendRequest("codeLens/resolve", lens)) as CodeLens).command!.title;
    };

    it("keeps the rest of a file that does not parse", async () => {
      const text = "def f(x):\n    return x**2\n\ny = f(3.)\nprint(y)\n\ndef broken(x:\n    return\n";
      const diagnostics = await client.open(uri, text);
      assert.ok(diagnostics.some((diagnostic) => diagnostic.code === "syntax" && diagnostic.range.start.line >= 6));
      assert.equal(await lensTitle("f"), "f′ = 6 at x = 3");
    });

    it("ends while True, and still answers the functions after it", async () => {
      const text = "while True:\n    pass\n\ndef f(x):\n    return x**2\n";
      const diagnostics = await client.open(uri, text);
      const stopped = diagnostics.find((diagnostic) => diagnostic.code === "stopped")!;
      assert.match(String(stopped.message), /stopped after 250 ms \(line [12]\)/);
      assert.equal(await lensTitle("f"), "f′ = 2 at x = 1");
    });

    it("ends a function that never ends", async () => {
      await client.open(
        uri,
        "def f(x):\n    while True:\n        x = x + 1\n    return x\n\ndef g(x):\n    return 2*x\n",
      );
      assert.match(await lensTitle("f"), /stopped after 250 ms/);
      assert.equal(await lensTitle("g"), "g′ = 2 at x = 1");
    });

    it("names a division by zero with its line", async () => {
      const text = "def f(x):\n    return 1/(x - x)\n\nprint(1/0)\nprint(2)\n";
      const diagnostics = await client.open(uri, text);
      const uncaught = diagnostics.find((diagnostic) => diagnostic.code === "uncaught")!;
      assert.equal(uncaught.message, "ZeroDivisionError: division by zero");
      assert.equal(uncaught.range.start.line, 3);
      assert.match(await lensTitle("f"), /ZeroDivisionError: .*division by zero \(line 2\)/);
      assert.deepEqual(
        (await hintsOf(text, uri)).map(({ label }) => label),
        ["2"],
      );
    });

    it("names an unknown name", async () => {
      const diagnostics = await client.open(uri, "def f(x):\n    return x * nowhere\nprint(elsewhere)\n");
      assert.ok(diagnostics.some(({ message }) => message === "NameError: name 'elsewhere' is not defined"));
      assert.match(await lensTitle("f"), /name 'nowhere' is not defined \(line 2\)/);
    });

    it("takes a function with 200 arguments", async () => {
      const names = Array.from({ length: 200 }, (_, i) => `a${i}`);
      await client.open(
        uri,
        `def f(${names.join(", ")}):\n    return ${names.map((name) => `${name}**2`).join(" + ")}\n`,
      );
      assert.match(await lensTitle("f"), /^∇f = \(2, 2, 2, .*…/);
      const view = await client.request("gradlens/view", { subject: { kind: "function", uri, name: "f" } });
      assert.equal(view.gradient.length, 200);
      assert.match((await hoverAt({ line: 0, character: 4 }, uri))!, /∇f/);
    });

    it("says what a function returns that is no number", async () => {
      await client.open(uri, "def f(x):\n    return 'text'\ndef g(x):\n    if x > 5:\n        return x\n");
      assert.match(await lensTitle("f"), /'text', not a number/);
      assert.match(await lensTitle("g"), /returns None, not a number/);
    });

    it("stands over functions that have a value only, and holds whole numbers that are counted with", async () => {
      const text =
        "def rec(x, n=5):\n    return x if n == 0 else rec(x * x / 2, n - 1)\n\ndef main():\n    def inner():\n        return 1\n    print(rec(1.0))\n";
      await client.open(uri, text);
      const lenses = (await client.connection.sendRequest("textDocument/codeLens", {
        textDocument: { uri },
      })) as CodeLens[];
      assert.equal(lenses.length, 3);
      const view = await client.request("gradlens/view", { subject: { kind: "function", uri, name: "rec" } });
      assert.doesNotMatch(view.problem ?? "", /RecursionError/);
      assert.deepEqual(
        view.gradient.map(({ name, reason }) => [name, reason]),
        [
          ["x", undefined],
          ["n", "a whole number that the function counts with"],
        ],
      );
    });

    it("says what is wrong with a point comment", async () => {
      const diagnostics = await client.open(uri, "# gradlens: x=abc\ndef f(x):\n    return x\n");
      const [point] = diagnostics.filter((diagnostic) => diagnostic.code === "point");
      assert.match(String(point!.message), /expected a number/);
      assert.equal(point!.range.start.line, 0);
    });

    it("answers a request about a document that is not open in one line", async () => {
      const view = await client.request("gradlens/view", {
        subject: { kind: "function", uri: "file:///no.py", name: "f" },
      });
      assert.match(view.problem!, /not open/);
      await assert.rejects(
        client.request("gradlens/minimize", {
          subject: { kind: "expression", text: "x^2", language: "mathjs" },
          optimizer: "sgd",
          learningRate: -1,
          steps: 10,
        }),
        /learning rate must be a positive number/,
      );
    });
  });

  it("computes only the function that an edit touches", async () => {
    const uri = "file:///edit.py";
    const functions = Array.from({ length: 10 }, (_, i) => `def f${i}(x):\n    return x**2 + ${i}\n`);
    await client.open(uri, functions.join("\n"));
    const { analysisOf } = await import("./inside");
    const before = analysisOf(functions.join("\n"));
    for (let i = 0; i < 10; i++) before.look(`f${i}`);
    assert.equal(before.computed, 10);
    const after = analysisOf(functions.join("\n").replace("x**2 + 4", "x**3 + 4"), before);
    for (let i = 0; i < 10; i++) after.look(`f${i}`);
    assert.equal(after.computed, 1);
    assert.equal(after.look("f4").gradient().gradient[0], 3);
  });

  it("obeys settings", async () => {
    await client.stop();
    client = await startClient({
      settings: { inlayHints: { prints: false }, codeLens: { enabled: false }, diagnostics: { enabled: false } },
    });
    assert.deepEqual(await client.open(URI, TEXT), []);
    assert.ok((await hintsOf(TEXT)).every((hint) => !hint.code.startsWith("print")));
    assert.deepEqual(await client.connection.sendRequest("textDocument/codeLens", { textDocument: { uri: URI } }), []);
  });
});
