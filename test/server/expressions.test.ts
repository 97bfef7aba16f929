/** Expressions as people select and type them, in a file of any kind. */
import assert from "node:assert/strict";
import { startClient, type TestClient } from "./client";

const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

describe("expressions", function () {
  this.timeout(20_000);
  let client: TestClient;
  before(async () => {
    client = await startClient();
  });
  after(() => client.stop());

  const subjectOf = (text: string) =>
    client.request("gradlens/subjectAt", { uri: "file:///notes.txt", range, text, languageId: "plaintext" });
  /** The value and the gradient at 2, 3, 4, … for the unknown names in their order. */
  const looked = async (text: string) => {
    const { subject, problem, unknown } = await subjectOf(text);
    assert.equal(problem, undefined, `${text}: ${problem}`);
    const point = Object.fromEntries((unknown ?? []).map((name, k) => [name, k + 2]));
    const view = await client.request("gradlens/view", { subject: subject!, point });
    assert.equal(view.problem, undefined, `${text}: ${view.problem}`);
    return [view.value?.value, ...view.gradient.map(({ automatic }) => automatic?.value)];
  };

  it("reads them as they are written", async () => {
    const cases: [text: string, answer: (number | undefined)[]][] = [
      ["z = (x1 + 5)*x2**2", [63, 9, 42]],
      ["2x^2 + 3y", [17, 8, 3]],
      ["x_1^2", [4, 4]],
      ["α*β", [6, 3, 2]],
      ["2·x² − y÷3", [7, 8, -1 / 3]],
      ["$x^2$", [4, 4]],
      ["x^2 // the square", [4, 4]],
      ["x**2  # the square", [4, 4]],
      ["x**2 +\n  y**2", [13, 4, 6]],
      ["x if x > 0 else -x", [2, 1]],
      ["Math.PI * r ** 2", [4 * Math.PI, 4 * Math.PI]],
      ["const f = (x: number) => Math.pow(x, 3) / Math.max(1, y);", [8 / 3, 4, -8 / 9]],
      ["x => x**3", [8, 12]],
      ["lambda x, y: x**2 * y", [12, 12, 4]],
      ["loss += x**2", [4, 4]],
      ["a = b = x**2;", [4, 4]],
      ["1_000 * x", [2000, 1000]],
      ["constructor * toString", [6, 3, 2]],
      ["__proto__^2", [4, 4]],
    ];
    for (const [text, answer] of cases) {
      const found = await looked(text);
      assert.deepEqual(
        found.map((value) => Number((value as number).toFixed(9))),
        answer.map((value) => Number(value!.toFixed(9))),
        text,
      );
    }
  });

  it("says in one line what is none", async () => {
    const deep = (open: string, close: string, n: number) => `${open.repeat(n)}x${close.repeat(n)}`;
    const texts = [
      "import os",
      "True and",
      "sin x",
      "sin^2(x)",
      "x ≤ y",
      "√x",
      "x; y",
      '{"a": 1}',
      "__import__('os').remove('f')",
      "open('f').read()",
      "9**9**9**9",
      '"a" * 10**10',
      "sum(i for i in range(10**9))",
      deep("(", ")", 10_000),
      deep("(", ")", 2000),
      deep("-", "", 4500),
      deep("x+", "", 50_000),
      "prose ".repeat(20_000),
    ];
    for (const text of texts) {
      const { subject, problem } = await subjectOf(text);
      const name = text.slice(0, 40);
      assert.equal(subject, undefined, name);
      assert.ok(problem && problem.length < 250 && !problem.includes("\n"), `${name}: ${problem}`);
      assert.doesNotMatch(problem, /call stack|0x[0-9a-f]{6}|\(line/, name);
    }
  });

  it("takes a function of which the whole definition is selected", async () => {
    const text = "def f(x):\n    return x**2\n";
    await client.open("file:///f.py", text);
    const { subject } = await client.request("gradlens/subjectAt", {
      uri: "file:///f.py",
      range: { start: { line: 0, character: 0 }, end: { line: 2, character: 0 } },
    });
    assert.deepEqual(subject, { kind: "function", uri: "file:///f.py", name: "f" });
  });
});
