/** Formulas in Markdown and LaTeX: where they stand, how they are read, what a hover says of them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { peek } from "../../../src/engine";
import { ExpressionError } from "../../../src/languages/expression";
import { parseLatex } from "../../../src/languages/expression/latex";
import { evaluateExpression, parse, parseExpression, run, toValue } from "../../../src/languages/python";
import { mathAt } from "../../../src/protocol/math";
import { find, hoverText, patient, plainHover, startClient, type TestClient } from "../client";

/** What a formula gives at a point, by Python with `from math import *`. */
function valueAt(latex: string, point: { [name: string]: number }): number {
  const { globals } = run(parse("from math import *"));
  const scope = new Map([...globals, ...Object.entries(point)]);
  return peek(toValue(evaluateExpression(parseLatex(latex).python, scope))!).item();
}

describe("formulas in LaTeX", () => {
  it("are read as a mathematician reads them", () => {
    const { sin, cos, exp, log, sqrt, abs, PI, E } = Math;
    const [x, y] = [1.3, 0.7];
    const expected: [string, number][] = [
      ["x^2 + 3xy - y", x ** 2 + 3 * x * y - y],
      [String.raw`\frac{x^2}{1+y}`, x ** 2 / (1 + y)],
      [String.raw`\frac12 x^2`, x ** 2 / 2],
      [String.raw`\dfrac xy`, x / y],
      ["-x^2", -(x ** 2)],
      ["x^{-y}", x ** -y],
      ["2^{x^y}", 2 ** (x ** y)],
      [String.raw`\sqrt{x} + \sqrt[3]{y}`, sqrt(x) + y ** (1 / 3)],
      [String.raw`\sin x \cos y`, sin(x) * cos(y)],
      [String.raw`\sin 2x + 1`, sin(2 * x) + 1],
      [String.raw`\sin xy`, sin(x * y)],
      [String.raw`\sin^2 x`, sin(x) ** 2],
      [String.raw`\sin^{-1} y`, Math.asin(y)],
      [String.raw`\ln x^2`, log(x ** 2)],
      [String.raw`\log_2 x + \log_{10}(y)`, Math.log2(x) + Math.log10(y)],
      ["e^{-x^2/2}", exp(-(x ** 2) / 2)],
      [String.raw`\exp\left(-\frac{(x-y)^2}{2}\right)`, exp(-((x - y) ** 2) / 2)],
      [String.raw`\left| x - 3 \right| \cdot y`, abs(x - 3) * y],
      ["|y - x|", abs(y - x)],
      [String.raw`x \times y \cdot -2`, x * y * -2],
      ["(x+1)(y+2)", (x + 1) * (y + 2)],
      ["x(x + y)", x * (x + y)],
      [String.raw`\pi x^{2}`, PI * x ** 2],
      ["e x", E * x],
      [String.raw`\sum_{k=1}^{3} k x^k + 1`, x + 2 * x ** 2 + 3 * x ** 3 + 1],
      [String.raw`\prod_{k=0}^{2} (x + k)`, x * (x + 1) * (x + 2)],
      [String.raw`\max(0, 1 - xy)`, Math.max(0, 1 - x * y)],
      [String.raw`\min\{x, y\}`, Math.min(x, y)],
      [String.raw`f(x, y) = x^2 \, y`, x ** 2 * y],
      [String.raw`z := x y \quad \label{eq:z}.`, x * y],
      ["f(x) = x(x+1) = x^2 + x", x * (x + 1)],
      [String.raw`\operatorname{erf}(0) + x`, x],
      [String.raw`\cot x + \sec y`, 1 / Math.tan(x) + 1 / cos(y)],
    ];
    for (const [latex, value] of expected)
      assert.ok(
        abs(valueAt(latex, { x, y }) - value) <= 1e-12 * (1 + abs(value)),
        `${latex}: ${valueAt(latex, { x, y })}`,
      );
  });

  it("have names with subscripts, Greek letters, and parameters", () => {
    assert.deepEqual(parseLatex("L_2(x) = x^2"), {
      name: "L2",
      parameters: ["x"],
      python: "x ** 2",
    });
    assert.equal(parseLatex(String.raw`x_1 x_{12} + x_{\text{max}}`).python, "x1 * x12 + x_max");
    assert.equal(parseLatex(String.raw`\lambda \theta^2`).python, "λ * θ ** 2");
  });

  it("that can be read in two ways, or are none, are not read", () => {
    for (const latex of [
      String.raw`\sin(x)^2`,
      "a/bc",
      "f(x) + 1",
      String.raw`\sigma(x)`,
      String.raw`\frac{dy}{dx}`,
      String.raw`\frac{\partial f}{\partial x}`,
      String.raw`\int x\,dx`,
      "e^{i x}",
      String.raw`\sum_i x_i`,
      String.raw`\sum_{i=1}^{n} x_i`,
      String.raw`\sum_{i=1}^{3} x_i`,
      String.raw`\lim_{x \to 0} x^2`,
      String.raw`\|w\|^2`,
      String.raw`\mathbf{A} x`,
      String.raw`\mathcal{L}(x) = x^2`,
      "x'",
      "n!",
      "x^10",
      "2x3",
      "x^2 + y^2 = 1",
      String.raw`a \le b`,
      String.raw`x \in \mathbb{R}`,
      "loss",
      "x",
      "42",
      "",
      "x^",
      String.raw`\frac{x}`,
      "(x + 1",
      "x^2^3",
      String.raw`\sin x (y + 1)`,
      String.raw`\begin{pmatrix} a \\ b \end{pmatrix}`,
      "(".repeat(3000),
      `${"{".repeat(900)}x${"}".repeat(900)}`.slice(0, 900),
    ])
      assert.throws(() => parseLatex(latex), { name: "Error" }, latex);
  });
});

describe("any text at all", () => {
  const pieces = String.raw`x y lpha 2 3.5 + - ^ _ { } ( ) [ ] | = , rac \sqrt \sin \log \sum \max \left( 
ight) \cdot / ' i d \operatorname{erf}`.split(" ");

  it("is a formula that Python reads, or is said to be none", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), fc.constantFrom("", " "), (parts, space) => {
        let python: string;
        try {
          python = parseLatex(parts.join(space)).python;
        } catch (error) {
          return error instanceof ExpressionError;
        }
        return parseExpression(python).errors.length === 0;
      }),
      { numRuns: 3000 },
    );
  });
});

describe("where formulas stand", () => {
  const latexAt = (text: string, part: string, n = 0) => {
    let at = -1;
    for (let k = 0; k <= n; k++) at = text.indexOf(part, at + 1);
    const found = mathAt(text, at);
    assert.ok(!found || text.slice(found.from, found.to) === found.latex);
    return found?.latex;
  };

  it("between dollars, parentheses and brackets, in environments row by row", () => {
    const text = String.raw`Costs $5 or $6. The $a^2$ and \(b^2\), \[ c^2 \] and $$
d^2
$$ then
\begin{align}
  e &= mc^2 \\
  f(x) &= x^3
\end{align}
and $$\begin{aligned} g &= u v \end{aligned}$$ end.`;
    assert.equal(latexAt(text, "a^2"), "a^2");
    assert.equal(latexAt(text, "b^2"), "b^2");
    assert.equal(latexAt(text, "c^2"), "c^2");
    assert.equal(latexAt(text, "d^2"), "d^2");
    assert.equal(latexAt(text, "mc^2"), "e &= mc^2");
    assert.equal(latexAt(text, "x^3"), "f(x) &= x^3");
    assert.equal(latexAt(text, "u v"), "g &= u v");
    for (const part of ["Costs", "or", "then", "end."]) assert.equal(latexAt(text, part), undefined, part);
  });

  it("not in code, and not between marks that are escaped or far apart", () => {
    const text = "`$a$` and\n\n```\n$b$\n```\n\n\\$c\\$ and $d\n\ne$ but $f^2$\n\n~~~py\n$g$\n~~~\n";
    for (const part of ["a", "b", "c", "d", "e$", "g$"])
      assert.equal(latexAt(text, part === "a" ? "a$" : part), undefined, part);
    assert.equal(latexAt(text, "f^2"), "f^2");
  });

  it("costs little in a long text of marks that nothing closes", () => {
    assert.equal(mathAt("$$ x ".repeat(1) + "\\( \\[ $a ".repeat(20_000), 150_000), undefined);
  });
});

describe("hovers on formulas", function () {
  this.timeout(20_000);
  let client: TestClient;
  beforeEach(async () => {
    client = await startClient({ html: false, settings: patient });
  });
  afterEach(() => client.stop());
  const open = (uri: string, languageId: string, text: string) => client.open(uri, text, languageId);

  it("typeset the derivatives; with a point, tell the numbers", async () => {
    const text =
      "The loss $f(x, y) = x^2 y$.\n\n<!-- gradlens: x=2, y=3 -->\n\nAgain $f(x, y) = x^2 y$, and $h(t) = t^3$.\n";
    await open("file:///notes.md", "markdown", text);
    const bare = (await hoverText(client, "file:///notes.md", find(text, "x^2")))!;
    assert.match(bare, /!\[f\(x, y\) = x²·y\]/);
    assert.match(bare, /!\[∂f\/∂x = 2x·y\]/);
    assert.doesNotMatch(bare, /∇f/);
    const told = (await hoverText(client, "file:///notes.md", find(text, "x^2", 1)))!;
    assert.match(told, /at \(2, 3\) — the comment in line 3/);
    assert.match(told, /\*\*f\(x, y\)\*\* = 12/);
    assert.match(told, /\*\*∇f\*\* = \(12, 4\)/);
    assert.match(told, /!\[Contours of f\(x, y\)/);
    // The comment has no value for t.
    assert.doesNotMatch((await hoverText(client, "file:///notes.md", find(text, "t^3")))!, /h′\*\* =/);
    for (const part of ["The", "Again", "<!--"])
      assert.equal(await hoverText(client, "file:///notes.md", find(text, part)), null);
  });

  it("take what stands in parentheses for the parameters, in that order, and other letters as they are", async () => {
    const text = "$g(y, x) = a x^2 + b y$, then\n\n<!-- gradlens: x=2, y=3, a=5, b=7 -->\n\n$g(y, x) = a x^2 + b y$\n";
    await open("file:///letters.md", "markdown", text);
    const bare = (await hoverText(client, "file:///letters.md", find(text, "a x^2")))!;
    assert.match(bare, /!\[g\(y, x\) = a·x² \+ b·y\]/);
    assert.match(bare, /!\[∂g\/∂x = 2a·x\]/);
    assert.doesNotMatch(bare, /∂g\/∂[ab]/);
    const told = (await hoverText(client, "file:///letters.md", find(text, "a x^2", 1)))!;
    assert.match(told, /!\[g\(y, x\) = a·x² \+ b·y\]/);
    assert.match(told, /at \(3, 2\) — the comment in line 3/);
    assert.match(told, /\*\*g\(y, x\)\*\* = 41/);
    assert.match(told, /\*\*∇g\*\* = \(7, 20\)/);
    assert.match(told, /with a = 5, b = 7/);
  });

  it("in a LaTeX document too, with a comment of its own kind", async () => {
    const text = "% gradlens: x=0\n\\begin{equation}\n  f(x) = |x| + \\sin x\n\\end{equation}\n";
    await open("file:///paper.tex", "latex", text);
    const hover = (await hoverText(client, "file:///paper.tex", find(text, "sin")))!;
    assert.match(hover, /the comment in line 1/);
    assert.match(hover, /disagree here on f′: TensorFlow 1, PyTorch 1, JAX 2/);
  });

  it("of documents that the server does not have: what VS Code asks for", async () => {
    const text = "See $x^3 + 1$.";
    const params = { uri: "file:///other.md", languageId: "markdown", text, position: find(text, "x^3") };
    assert.match(plainHover((await client.request("gradlens/mathHover", params))!), /3x²/);
    assert.equal(await client.request("gradlens/mathHover", { ...params, position: find(text, "See") }), null);
    await client.stop();
    client = await startClient({ settings: { hover: { math: false } } });
    assert.equal(await client.request("gradlens/mathHover", params), null);
  });

  it("are read by the commands on a selection, in a note and in a comment of Python", async () => {
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    for (const text of [String.raw`$\frac{x^2}{y}$`, String.raw`\(\frac{x^{2}}{y}\)`]) {
      const { subject, unknown } = await client.request("gradlens/subjectAt", { uri: "file:///n.md", range, text });
      assert.deepEqual(unknown, ["x", "y"]);
      const view = await client.request("gradlens/view", { subject: subject!, point: { x: 3, y: 2 } });
      assert.deepEqual(
        view.gradient.map(({ automatic }) => automatic?.value),
        [3, -2.25],
      );
    }
    const python = String.raw`# $\frac{x^2}{y}$`;
    await client.open("file:///c.py", python);
    const inside = { start: find(python, "$"), end: find(python, "$", 1, 1) };
    const found = await client.request("gradlens/subjectAt", { uri: "file:///c.py", range: inside });
    assert.equal(found.subject?.kind, "expression");
  });
});
