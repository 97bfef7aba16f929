import assert from "node:assert/strict";
import { TextDocument } from "vscode-languageserver-textdocument";
import { defaultSettings, type Point } from "../../src/protocol/lsp";
import { Session } from "../../src/server/session";
import { tape } from "../../src/server/tape";

const uri = "file:///tape.py";
const program = `import numpy as np

def layer(W, x):
    return np.sum(np.tanh(W @ x), axis=0)

def rows(W):
    return (W.reshape(3, 2).sum(axis=1) ** 2).sum() + W.T.max() + W[0, 1]
`;

describe("the computation graph's labels", () => {
  const session = new Session(new Map([[uri, TextDocument.create(uri, "python", 1, program)]]));
  session.settings.set(uri, { ...defaultSettings, budget: { evaluation: 5000, command: 20_000 } });
  const labels = (name: string, point: Point) => {
    const { nodes, problem } = tape(session, { subject: { kind: "function", uri, name }, point });
    assert.equal(problem, undefined);
    return nodes.filter(({ input }) => !input).map(({ name, formula }) => `${name} = ${formula}`);
  };

  it("name axes and shapes", () => {
    const found = labels("rows", {
      W: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    });
    for (const formula of ["reshape(W, (3, 2))", "W[0, 1]"])
      assert.ok(
        found.some((label) => label.endsWith(` = ${formula}`)),
        `${formula} in ${found}`,
      );
    assert.ok(
      found.some((label) => /= sum\(v\d, axis=1\)$/.test(label)),
      String(found),
    );
  });

  it("write products as they are written", () => {
    const found = labels("layer", { W: [[1, 2, 3]], x: [1, 2, 3] });
    assert.ok(
      found.some((label) => /= W @ v\d$/.test(label)),
      String(found),
    );
  });
});
