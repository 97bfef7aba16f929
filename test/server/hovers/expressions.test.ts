/** Hovers on names in expressions and on selections: the derivative of the whole by what is under the cursor. */
import assert from "node:assert/strict";
import type { CodeAction } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse, run } from "../../../src/languages/python";
import { find, hoverText, patient, plainHover, rangeOf, startClient, type TestClient } from "../client";

const URI = "file:///expressions.py";

describe("hovers on expressions", function () {
  this.timeout(20_000);
  let client: TestClient;
  beforeEach(async () => {
    client = await startClient({ html: false, settings: patient });
  });
  afterEach(() => client.stop());
  const shown = async (text: string, part: string, n = 0, offset = 0) =>
    (await hoverText(client, URI, find(text, part, n, offset))) ?? "";
  const selected = async (text: string, part: string, n = 0) => {
    const selection = rangeOf(text, part, n);
    const hover = await client.request("gradlens/hover", { uri: URI, position: selection.start, selection });
    return hover ? plainHover(hover) : "";
  };

  it("give the partial derivative of the expression, and of the function's result", async () => {
    const text = ["def g(x1, x2):", "    y = (x1 + 5) * x2", "    return y * x2 + 1", "print(g(2.0, 3.0))", ""].join(
      "\n",
    );
    await client.open(URI, text);
    const x1 = await shown(text, "x1 + 5");
    assert.match(x1, /!\[∂\(\(x1 \+ 5\)·x2\)\/∂x1 = x2\]/);
    assert.match(x1, /\/∂x1\*\* = 3 at x1 = 2, x2 = 3/);
    assert.match(x1, /\*\*∂g\/∂x1\*\* = 9\.0 at \(2, 3\)/);
    // y is held by itself: ∂(y·x2 + 1)/∂x2 = y = 21, whereas ∂g/∂x2 = 2·7·3.
    const x2 = await shown(text, "x2 + 1");
    assert.match(x2, /\/∂x2\*\* = 21 at y = 21, x2 = 3/);
    assert.match(x2, /\*\*∂g\/∂x2\*\* = 42\.0/);
    assert.match(await shown(text, "y * x2"), /\*\*∂g\/∂y\*\* = 3\.0/);
  });

  it("tell values apart that are equal: y and z are both x², and the result depends on each by itself", async () => {
    const text = ["def f(x):", "    y = x * x", "    z = x * x", "    return 2 * y + 3 * z", "print(f(2.0))", ""].join(
      "\n",
    );
    await client.open(URI, text);
    assert.match(await shown(text, "y + 3"), /\*\*∂f\/∂y\*\* = 2\.0/);
    assert.match(await shown(text, "z\n"), /\*\*∂f\/∂z\*\* = 3\.0/);
  });

  it("of a name that is the whole tell the result's derivative", async () => {
    const text = "def f(x):\n    y = x ** 2\n    return y\nprint(f(3.0))\n";
    await client.open(URI, text);
    const hover = await shown(text, "y\n");
    assert.match(hover, /\*\*y\*\* = 9\.0/);
    assert.match(hover, /\*\*∂f\/∂y\*\* = 1\.0/);
  });

  it("in a loop tell the last time", async () => {
    const text = "def f(x):\n    s = 0.0\n    for k in range(4):\n        s = s + k * x\n    return s\nprint(f(2.0))\n";
    await client.open(URI, text);
    const hover = await shown(text, "x\n    return");
    assert.match(hover, /\/∂x\*\* = 3 at/);
    assert.match(hover, /the last of 4 times/);
    assert.match(hover, /\*\*∂f\/∂x\*\* = 6\.0/);
  });

  it("look into comprehensions, lambdas and functions inside", async () => {
    const text = [
      "def f(w):",
      "    return sum(c * w ** 2 for c in (1.0, 2.0))",
      "def outer(a):",
      "    h = lambda t: a * t ** 2",
      "    return h(3.0)",
      "print(f(3.0), outer(2.0))",
      "",
    ].join("\n");
    await client.open(URI, text);
    assert.match(await shown(text, "w ** 2"), /\*\*∂f\/∂w\*\* = 18\.0/);
    assert.match(await shown(text, "c * w"), /\/∂c\*\* = 9 at/);
    assert.match(await shown(text, "t ** 2"), /\/∂t\*\* = 12 at/);
  });

  it("of the module's own numbers take what they held there", async () => {
    const text = "a = 3.0\nb = a * a + 1\na = 5.0\nc = a * a\n";
    await client.open(URI, text);
    assert.match(await shown(text, "a * a"), /\/∂a\*\* = 6 at a = 3/);
    assert.match(await shown(text, "a * a", 1), /\/∂a\*\* = 10 at a = 5/);
  });

  it("say nothing of lines that are not reached, of texts, and of what does not matter", async () => {
    const text = [
      "def f(x, mode='a'):",
      "    if x < 0:",
      "        return x * 7",
      "    n = len(mode)",
      "    return x ** 2",
      "print(f(1.0))",
      "",
    ].join("\n");
    await client.open(URI, text);
    assert.equal(await shown(text, "x * 7"), "");
    assert.equal(await shown(text, "mode)"), "");
    assert.equal(await shown(text, "len("), "");
    assert.equal(await shown(text, "range", -1).catch(() => ""), "");
  });

  it("leave no trace of the look", async () => {
    const text = "seen = []\ndef f(x):\n    seen.append(1)\n    y = x * 2\n    return y * len(seen)\nprint(f(1.0))\n";
    await client.open(URI, text);
    for (let k = 0; k < 3; k++) assert.match(await shown(text, "y * len"), /\*\*∂f\/∂y\*\* = 2\.0/);
    assert.match(await shown(text, "f(x)"), /\*\*f\(x\)\*\* = 4/);
  });

  describe("that are selected", () => {
    const text = [
      "import math",
      "k = 2.0",
      "def f(x, y):",
      "    r = x * y",
      "    return math.sin(r) + k * x ** 2",
      "print(f(3.0, 0.5))",
      "z = (k + 1) * k",
      "",
    ].join("\n");
    beforeEach(() => client.open(URI, text));

    it("have formula, value and gradient where they stand", async () => {
      const part = await selected(text, "k * x ** 2");
      assert.match(part, /!\[f\(x\) = 2x²\]/);
      assert.match(part, /\*\*f′\*\* = 12/);
      assert.match(part, /Insert derivative/);
      // In the module every number varies.
      assert.match(await selected(text, "(k + 1) * k"), /\*\*f′\*\* = 5/);
      assert.match(await selected(text, "math.sin(r)"), /at r = 1.5/);
      // A whole statement means its expression.
      assert.match(await selected(text, "r = x * y"), /\*\*∇f\*\* = \(0\.5, 3\)/);
    });

    it("say in one line what they are not", async () => {
      assert.match(await selected(text, "y):\n    r"), /not an expression/);
      assert.equal(await selected(text, "    "), "");
    });

    it("elsewhere than under the mouse do not matter", async () => {
      const selection = rangeOf(text, "k * x ** 2");
      const hover = await client.request("gradlens/hover", { uri: URI, position: find(text, "f(x, y)"), selection });
      assert.match(plainHover(hover!), /\*\*f\(x, y\)\*\*/);
    });

    it("have their gradient inserted as a function", async () => {
      const insert = async (part: string) => {
        const actions = (await client.connection.sendRequest("textDocument/codeAction", {
          textDocument: { uri: URI },
          range: rangeOf(text, part),
          context: { diagnostics: [] },
        })) as CodeAction[];
        const action = actions.find(({ title }) => title.includes("selected expression"));
        return (
          action && TextDocument.applyEdits(TextDocument.create(URI, "python", 1, text), action.edit!.changes![URI]!)
        );
      };
      const inside = (await insert("math.sin(r) + k * x ** 2"))!;
      assert.match(
        inside,
        /\n\n\ndef expression_gradient\(r, x\):\n {4}"""Gradient of math.sin\(r\) \+ k \* x \*\* 2 with respect to r, x."""/,
      );
      assert.match(inside, /# Written for k = 2\.0\./);
      const { output, error } = run(parse(`${inside}\nprint(expression_gradient(0.0, 3.0))\n`));
      assert.equal(error, undefined, error?.text);
      assert.match(output, /\[1\.0, 12\.0\]|\(1\.0, 12\.0\)/);
      const before = (await insert("(k + 1) * k"))!;
      assert.match(before, /def z_gradient\(k\):[\s\S]*\n\n\nz = \(k \+ 1\) \* k\n/);
      assert.equal(await insert("print(f"), undefined);
    });
  });
});
