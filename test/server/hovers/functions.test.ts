/** Hovers on functions, methods, lambdas, functions in functions, and calls with their own arguments. */
import assert from "node:assert/strict";
import type { CodeLens, Hover, MarkupContent } from "vscode-languageserver/node";
import { find, hoverText, patient, startClient, type TestClient } from "../client";

const URI = "file:///functions.py";

describe("hovers on functions", function () {
  this.timeout(20_000);
  let client: TestClient;
  beforeEach(async () => {
    client = await startClient({ html: false, settings: patient });
  });
  afterEach(() => client.stop());
  const shown = async (text: string, part: string, n = 0) => (await hoverText(client, URI, find(text, part, n))) ?? "";

  it("at a call take that call's arguments", async () => {
    const text = [
      "def f(x, k=2):",
      "    return x ** k",
      "a = 1.5",
      "print(f(3.0), f(a + 0.5, 3), f(k=4, x=1.0))",
      "def outer(t):",
      "    s = 2 * t",
      "    return f(s + 1, k=2)",
      "print(outer(5.0))",
      "",
    ].join("\n");
    await client.open(URI, text);
    assert.match(await shown(text, "f(3.0)"), /\*\*f\(x, k\)\*\* = 9\b/);
    const second = await shown(text, "f(a +");
    assert.match(second, /at \(2, 3\) — the call in line 4/);
    assert.match(second, /\*\*f\(x, k\)\*\* = 8\b/);
    assert.match(await shown(text, "f(k=4"), /at \(1, 4\)/);
    // Inside a function the locals have the values of that function's own point: s = 10.
    assert.match(await shown(text, "f(s + 1"), /\*\*f\(x, k\)\*\* = 121\b/);
    // At the definition: the first call, as the lens has it.
    assert.match(await shown(text, "f(x, k"), /at \(3, 2\)/);
  });

  it("at a call that fails fall back on the function's own point", async () => {
    const text = "def f(x):\n    return x ** 2\nprint(f(3.0))\nprint(f(nothing))\n";
    await client.open(URI, text);
    assert.match(await shown(text, "f(nothing"), /\*\*f\(x\)\*\* = 9\b/);
  });

  const MODEL = [
    "class Model:",
    "    def __init__(self, k):",
    "        self.k = k",
    "    def loss(self, x):",
    "        return self.k * x ** 2",
    "    @staticmethod",
    "    def cube(x):",
    "        return x ** 3",
    "    @classmethod",
    "    def twice(cls, x):",
    "        return 2 * cls.cube(x)",
    "class Free:",
    "    def half(self, x):",
    "        return x / 2",
    "class Needy:",
    "    def __init__(self, a):",
    "        self.a = a",
    "    def lost(self, x):",
    "        return self.a * x",
    "m = Model(3.0)",
    "print(m.loss(2.0), Model.cube(4.0), Model.twice(1.0))",
    "",
  ].join("\n");

  it("know methods: of an object of the file, static ones, those of a class", async () => {
    await client.open(URI, MODEL);
    const loss = await shown(MODEL, "loss(self");
    assert.match(loss, /!\[loss\(x\) = 3x²\]/);
    assert.match(loss, /\*\*loss′\*\* = 12/);
    assert.doesNotMatch(loss, /Insert derivative/);
    assert.match(await shown(MODEL, "loss(2.0"), /the call in line 21/);
    assert.match(await shown(MODEL, "cube(4.0"), /\*\*cube′\*\* = 48/);
    assert.match(await shown(MODEL, "twice(cls"), /\*\*twice′\*\* = 6/);
    // A class that needs nothing has an object made for it.
    assert.match(await shown(MODEL, "half(self"), /\*\*half′\*\* = 0.5/);
    assert.match(await shown(MODEL, "lost(self"), /needs an object of Needy/);
  });

  it("look at a method on the object on which it was called", async () => {
    const text = [
      "import math",
      "class Point:",
      "    def __init__(self, x, y):",
      "        self.x, self.y = x, y",
      "    def distance(self, other):",
      "        return math.hypot(self.x - other.x, self.y - other.y)",
      "    def scaled(self, k):",
      "        return k * self.x",
      "p = Point(1.0, 2.0)",
      "q = Point(4.0, 6.0)",
      "print(p.distance(q), p.scaled(2.0))",
      "r = q.scaled(3.0)",
      "",
    ].join("\n");
    await client.open(URI, text);
    assert.match(await shown(text, "distance(self"), /\*\*Point.distance\(other\)\*\* = 5/);
    assert.match(await shown(text, "distance(q"), /\*\*Point.distance\(other\)\*\* = 5/);
    assert.match(await shown(text, "scaled(self"), /\*\*Point.scaled\(k\)\*\* = 2\s/);
    assert.match(await shown(text, "scaled(3"), /\*\*Point.scaled\(k\)\*\* = 12\s/);
  });

  it("take for a parameter that is called what the calls pass, ran they or not; else say so", async () => {
    const text = [
      "def loss(x):",
      "    return x ** 2",
      "def descend(f, grad, x, rate=0.25):",
      "    for k in range(2):",
      "        x = x - rate * grad(x)",
      "    return f(x)",
      "def apply(f, x):",
      "    return f(x)",
      "raise SystemError('no more')",
      "print(descend(loss, lambda x: 2 * x, 8.0))",
      "",
    ].join("\n");
    await client.open(URI, text);
    assert.match(await shown(text, "descend(f"), /\*\*descend\(f, grad, x, rate\)\*\* = 4\s/);
    const stopped = text.replace("raise SystemError('no more')", "while True: pass");
    await client.change(URI, stopped);
    assert.match(await shown(stopped, "descend(f"), /\*\*descend\(f, grad, x, rate\)\*\* = 4\s/);
    assert.equal(
      await shown(text, "apply(f"),
      "**apply** · f is called, and no call of apply in the file says which function it is",
    );
  });

  it("offer LaTeX where there is a formula to copy", async () => {
    const text = [
      "def short(x):",
      "    return x ** 2",
      "def long(x):",
      "    for k in range(300):",
      "        x = x * x - k * x ** 3",
      "    return x",
      "print(short(0.5), long(0.01))",
      "",
    ].join("\n");
    await client.open(URI, text);
    assert.match(await shown(text, "short(x"), /\[Copy LaTeX\]/);
    const long = await shown(text, "long(x");
    assert.match(long, /too long/);
    assert.doesNotMatch(long, /Copy LaTeX/);
    assert.match(long, /\[Open panel\]/);
  });

  it("know lambdas with a name, and functions in functions that were called", async () => {
    const text = [
      "f = lambda x, y=2: x ** 3 * y",
      "def outer(a):",
      "    def inner(x):",
      "        return a * x ** 2",
      "    return inner(3.0)",
      "print(f(1.0), outer(2.0))",
      "",
    ].join("\n");
    await client.open(URI, text);
    assert.match(await shown(text, "f = lambda"), /\*\*∇f\*\* = \(6, 1\)/);
    assert.match(await shown(text, "f(1.0"), /Insert derivative/);
    assert.match(await shown(text, "inner(x"), /!\[inner\(x\) = 2x²\]/);
    const { edit } = await client.request("gradlens/edit", {
      uri: URI,
      range: { start: find(text, "f = lambda"), end: find(text, "f = lambda") },
      action: "gradient",
      name: "f",
    });
    assert.match(edit!.changes![URI]![0]!.newText, /def f_gradient\(x, y=2\):/);
  });

  it("tell where frameworks disagree, from their dialects", async () => {
    const text = [
      "def kink(x):",
      "    return abs(x)",
      "def larger(x, y):",
      "    return max(x, y)",
      "def smooth(x):",
      "    return x ** 2",
      "print(kink(0.0), larger(1.0, 1.0), smooth(0.0))",
      "",
    ].join("\n");
    await client.open(URI, text);
    // shared/semantics: |x|′ at 0 is 0, 0 and 1; maximum at a tie (1, 0), (½, ½) and (½, ½).
    assert.match(await shown(text, "kink(x"), /disagree here on kink′: TensorFlow 0, PyTorch 0, JAX 1/);
    const larger = await shown(text, "larger(x");
    assert.match(larger, /∂larger\/∂x: TensorFlow 1, PyTorch 0.5, JAX 0.5/);
    assert.match(larger, /∂larger\/∂y: TensorFlow 0, PyTorch 0.5, JAX 0.5/);
    assert.doesNotMatch(await shown(text, "smooth(x"), /disagree/);
  });

  it("link to what can be done next; an address has no parentheses that would end it", async () => {
    const text = "def f(x):\n    return (x + 1) * (x - 2)\nprint(f(3.0))\n";
    await client.open(URI, text);
    for (const part of ["f(x)", "x + 1"]) {
      const hover = (await client.connection.sendRequest("textDocument/hover", {
        textDocument: { uri: URI },
        position: find(text, part),
      })) as Hover;
      const links = [...(hover.contents as MarkupContent).value.matchAll(/\]\(command:(gradlens\.\w+)\?([^)]*)\)/g)];
      assert.ok(links.length >= 2);
      for (const [, , query] of links) {
        const [argument] = JSON.parse(decodeURIComponent(query!)) as [{ subject: { kind: string } }];
        assert.match(argument.subject.kind, /function|expression/);
      }
    }
    assert.match(
      await shown(text, "f(x)"),
      /\[Open panel\] · \[Minimize\] · \[Check gradient\] · \[Insert derivative\] · \[Copy LaTeX\]/,
    );
  });

  describe("lenses", () => {
    const titles = async () => {
      const lenses = (await client.connection.sendRequest("textDocument/codeLens", {
        textDocument: { uri: URI },
      })) as CodeLens[];
      const own = lenses.filter(({ command }) => !command);
      return Promise.all(
        own.map(async (lens) => {
          const resolved = (await client.connection.sendRequest("codeLens/resolve", lens)) as CodeLens;
          return `${lens.range.start.line}: ${resolved.command!.title}`;
        }),
      );
    };

    it("stand over methods and lambdas, and not over what gives no number", async () => {
      await client.open(URI, `${MODEL}square = lambda x: x * x\n`);
      const found = await titles();
      assert.ok(found.includes("3: loss′ = 12 at x = 2"), found.join("\n"));
      assert.ok(found.includes("21: square′ = 2 at x = 1"), found.join("\n"));
      assert.ok(!found.some((title) => title.includes("__init__")));
    });

    it("stay, with what they said, while the document does not parse", async () => {
      const lines = [
        "def f(x):",
        "    return x ** 2",
        "",
        "def g(x1, x2):",
        "    return x1 * x2",
        "",
        "print(g(1.0, 2.0))",
      ];
      await client.open(URI, lines.join("\n"));
      const before = await titles();
      assert.deepEqual(before, ["0: f′ = 2 at x = 1", "3: ∇g = (2, 1) at (1, 2)"]);
      for (const [k, line] of [
        [3, "def g(x1, x2"],
        [3, "def g("],
        [4, "    return [x1 *"],
        [3, "deg g(x1, x2):"],
      ] as const) {
        await client.change(URI, lines.map((own, i) => (i === k ? line : own)).join("\n"));
        assert.deepEqual(
          (await titles()).map((title) => title.replace(/:.*/, "")),
          ["0", "3"],
          line,
        );
      }
      await client.change(URI, lines.map((own, i) => (i === 3 ? "def g(" : own)).join("\n"));
      assert.deepEqual(await titles(), before);
      // A function that is gone for good has none.
      await client.change(URI, lines.slice(0, 3).join("\n"));
      assert.deepEqual(await titles(), ["0: f′ = 2 at x = 1"]);
    });
  });

  it("stand in words where an editor shows no pictures, and without marks where it reads no Markdown", async () => {
    const text = "def g(x1, x2):\n    return (x1 + 5) * x2 ** 2\nprint(g(2.0, 3.0))\n";
    const contents = async (shows: "words" | "plain") => {
      await client.stop();
      client = await startClient({ shows });
      await client.open(URI, text);
      const hover = (await client.connection.sendRequest("textDocument/hover", {
        textDocument: { uri: URI },
        position: find(text, "g(x1"),
      })) as Hover;
      return hover.contents as MarkupContent;
    };
    const marked = await contents("words");
    assert.equal(marked.kind, "markdown");
    assert.match(marked.value, /^g\(x1, x2\) = \(x1 \+ 5\)·x2² {2}\n∂g\/∂x1 = x2²/);
    assert.match(marked.value, /\*\*∇g\*\* = \(9, 42\)/);
    assert.doesNotMatch(marked.value, /data:|command:/);
    const bare = await contents("plain");
    assert.equal(bare.kind, "plaintext");
    assert.match(bare.value, /^g\(x1, x2\) = \(x1 \+ 5\)·x2²\n/);
    assert.match(bare.value, /\n∇g = \(9, 42\)\nH = \[\[0, 6\], \[6, 14\]\]$/);
  });

  it("can be switched off, kind by kind", async () => {
    const text = [
      "import tensorflow as tf",
      "def f(x):",
      "    return x ** 2 + 1",
      "x = tf.Variable(3.0)",
      "with tf.GradientTape() as tape:",
      "    y = f(x)",
      "g = tape.gradient(y, x)",
      "",
    ].join("\n");
    const places = {
      functions: find(text, "f(x):"),
      expressions: find(text, "x ** 2"),
      variables: find(text, "x = tf"),
      tapes: find(text, "gradient(y"),
    };
    await client.open(URI, text);
    for (const [kind, place] of Object.entries(places))
      assert.notEqual(await hoverText(client, URI, place), null, kind);
    for (const [kind, place] of Object.entries(places)) {
      await client.stop();
      client = await startClient({ settings: { hover: { [kind]: false } } });
      await client.open(URI, text);
      const shown = await hoverText(client, URI, place);
      // The value of a name is another kind.
      if (kind === "expressions") assert.doesNotMatch(shown!, /∂/);
      else assert.equal(shown, null, kind);
    }
  });
});
