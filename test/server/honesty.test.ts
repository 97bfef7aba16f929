/** Findings about scripts as people write them: what the evaluator merely cannot do is never an error. */
import assert from "node:assert/strict";
import { DiagnosticSeverity } from "vscode-languageserver/node";
import { patient, startClient, type TestClient } from "./client";

const URI = "file:///script.py";

describe("findings tell only of the user's code", function () {
  this.timeout(20_000);
  let client: TestClient;
  beforeEach(async () => {
    client = await startClient({ settings: patient });
  });
  afterEach(() => client.stop());

  const errors = async (text: string) =>
    (await client.open(URI, text))
      .filter(({ severity }) => severity === DiagnosticSeverity.Error || severity === DiagnosticSeverity.Warning)
      .map(({ range, message }) => `${range.start.line + 1}: ${message}`);

  it("has no errors for libraries that are not provided, nor for what follows from them", async () => {
    const text = [
      "import sys, os, random",
      "import pandas as pd",
      "import matplotlib.pyplot as plt",
      "from scipy.optimize import minimize",
      "from .sibling import *",
      'df = pd.read_csv("a.csv")',
      "print(df.head())",
      "for row in df: print(row)",
      "def total(): return df.sum()",
      "y = total() + 1",
      "print(y)",
      "res = minimize(lambda x: x**2, 1)",
      "print(res.x, helper(3))",
      "plt.plot([1, 2, 3]); plt.show()",
      "n = int(sys.argv[1])",
      'print(os.environ["HOME"])',
      "assert n > 3",
      'text = open("x.txt").read()',
      "class Frame(pd.DataFrame): pass",
      "f = Frame()",
      "",
    ].join("\n");
    assert.deepEqual(await errors(text), []);
  });

  it("still has the errors that are the user's", async () => {
    const text = [
      "import pandas as pd",
      "df = pd.DataFrame()",
      "a = 1 / 0",
      "print(a)",
      "print(nowhere)",
      "def f(x): return x",
      "f(1, 2)",
      "[1, 2][5]",
      "",
    ].join("\n");
    assert.deepEqual(await errors(text), [
      "3: ZeroDivisionError: division by zero",
      "5: NameError: name 'nowhere' is not defined",
      "7: TypeError: f() takes 1 positional argument but 2 were given",
      "8: IndexError: list index out of range",
    ]);
  });

  it("marks what is wrong in a point's comment, and nothing else", async () => {
    const text = [
      "# gradlens： x＝2，y=3",
      "def fine(x, y): return x * y",
      "# gradlens: x=1, z=2",
      "def odd(x): return x",
      "# gradlens: x=1/2",
      "def half(x): return x",
      "",
    ].join("\n");
    const points = (await client.open(URI, text)).filter(({ code }) => code === "point");
    assert.deepEqual(
      points.map(({ range: { start }, message }) => [start.line, start.character, message]),
      [
        [2, 17, "The point of odd cannot be read: odd has no parameter z"],
        [4, 15, 'The point of half cannot be read: expected ","'],
      ],
    );
  });
});
