/** A point that is dragged: what is kept from one question to the next changes no answer. */
import assert from "node:assert/strict";
import { TextDocument } from "vscode-languageserver-textdocument";
import { defaultSettings, type Point, type View, type ViewParams } from "../../src/protocol/lsp";
import { Session } from "../../src/server/session";
import { view } from "../../src/server/view";

const uri = "file:///moved.py";
const program = `import math
import numpy as np

def branches(x, n=3):
    if x > 0.5:
        return x * n
    return math.log(x + 1) if x > -1 else 0.0 * n + x

def loop(x, y):
    while x * x + y * y > 2:
        x, y = x / 2, y / 2
    return math.sin(x) * y

def column(a, x):
    return np.array([np.cos(a) * x, x**2 if a > 0 else x])

def arrays(w, b):
    return np.sum(np.tanh(np.array(w) * b)**2)

def fails(x):
    return math.sqrt(x)

def counts(n, x):
    return sum(x**k for k in range(n))

for k in range(3):
    branches(0.25)
counts(3, 2.0)
arrays([0.5, -1.0, 2.0], 0.3)
`;
const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => {} }) };
const steps = Array.from({ length: 21 }, (_, k) => -1.5 + (k * 3) / 20);

function session(): Session {
  const made = new Session(new Map([[uri, TextDocument.create(uri, "python", 1, program)]]));
  made.settings.set(uri, { ...defaultSettings, budget: { evaluation: 5000, command: 20_000 } });
  return made;
}

const comparable = ({ milliseconds: _, standing: __, ...rest }: View) => rest;

describe("a point that moves", function () {
  this.timeout(60_000);

  const cases: [ViewParams["subject"], (t: number) => Point, Partial<ViewParams>?][] = [
    [{ kind: "function", uri, name: "branches" }, (x) => ({ x })],
    [{ kind: "function", uri, name: "branches" }, (x) => ({ x, n: 2 + x })],
    [{ kind: "function", uri, name: "loop" }, (x) => ({ x: 4 * x, y: 1 - x })],
    [{ kind: "function", uri, name: "column" }, (a) => ({ a, x: 2 - a }), { component: 1 }],
    [{ kind: "function", uri, name: "column" }, (a) => ({ a, x: 2 - a }), { component: "squares" }],
    [{ kind: "function", uri, name: "arrays" }, (b) => ({ w: [b, 2, -b], b })],
    [{ kind: "function", uri, name: "arrays" }, (b) => ({ w: b > 0 ? [b, 2] : [b, 2, 1], b })],
    [{ kind: "function", uri, name: "fails" }, (x) => ({ x })],
    [{ kind: "function", uri, name: "counts" }, (x) => ({ x })],
    [{ kind: "expression", uri, text: "abs(x) * y", language: "python" }, (x) => ({ x, y: 2 })],
  ];
  for (const [subject, point, more] of cases) {
    const name = subject.kind === "function" ? subject.name : subject.text;
    it(`has the answers of one that stands still: ${name} at ${JSON.stringify(point(0.3))}`, async () => {
      const dragged = session();
      for (const t of steps) {
        const params = { subject, point: point(t), ...more };
        const [moved, anew] = [await view(dragged, params, token), await view(session(), params, token)];
        assert.deepEqual(comparable(moved), comparable(anew), `at ${t}`);
      }
    });
  }

  it("is told what stays only once, and anew on another branch, at another width, of another element, after an edit", async () => {
    const documents = new Map([[uri, TextDocument.create(uri, "python", 1, program)]]);
    const server = new Session(documents);
    const subject = { kind: "function", uri, name: "branches" } as const;
    const ask = (x: number, standing?: string, width = 500) =>
      view(server, { subject, point: { x, n: 3 }, width, ...(standing ? { standing } : {}) }, token);
    const first = await ask(0);
    assert.ok(first.standing && first.formula && first.derivatives.length > 0);
    const second = await ask(0.25, first.standing);
    assert.deepEqual([second.standing, second.formula, second.derivatives], [first.standing, undefined, []]);
    assert.ok(second.gradient.length > 0 && second.hessian);
    for (const view of [await ask(0.75, first.standing), await ask(0, first.standing, 800)])
      assert.ok(view.formula && view.standing !== first.standing);
    documents.set(uri, TextDocument.create(uri, "python", 2, program.replace("x + 1", "x + 2")));
    const edited = await ask(0, first.standing);
    assert.match(edited.formula!.text, /x \+ 2/);
    assert.equal((await ask(-0.5, undefined)).standing, edited.standing);
  });
});
