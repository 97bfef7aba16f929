import assert from "node:assert/strict";
import { isCommandArgument, isPanelState, isScriptArgument, isToHost, sameSubject } from "../../src/client/validate";

const subject = { kind: "function", uri: "file:///a.py", name: "g" } as const;
const expression = { kind: "expression", text: "x**2", language: "python" } as const;

describe("what comes from outside", () => {
  it("lets every message of the page in", () => {
    const messages = [
      { type: "ready" },
      { type: "state", state: { subject, point: { x1: 2, w: [1, [2, "NaN"]] }, section: "minimize", locked: true } },
      { type: "state", state: { subject: expression, minimize: { optimizer: "sgd", learningRate: 0.1, steps: 100 } } },
      { type: "state", state: { document: "file:///a.py", tab: "script", locked: false } },
      { type: "state", state: { subject, document: "file:///a.py", tab: "function" } },
      { type: "cancel", id: 3 },
      { type: "call", id: 0, method: "view", params: { subject } },
      { type: "call", id: 0, method: "check", params: { subject, point: { x: 1 } } },
      { type: "call", id: 0, method: "slices", params: { subject } },
      { type: "call", id: 0, method: "tape", params: { subject, point: { x: 1 } } },
      { type: "call", id: 0, method: "highlight", params: { uri: "file:///a.py" } },
      {
        type: "call",
        id: 0,
        method: "highlight",
        params: { uri: "file:///a.py", range: { start: { line: 0, character: 1 }, end: { line: 0, character: 2 } } },
      },
      { type: "state", state: { subject, layers: ["field", "second"] } },
      { type: "call", id: 1, method: "plot", params: { subject, point: { x: 1 }, axes: ["x"], window: [[-1, 1]] } },
      { type: "call", id: 2, method: "minimize", params: { subject, optimizer: "sgd", learningRate: 0.1, steps: 10 } },
      { type: "call", id: 2, method: "minimize", params: { subject, optimizer: "bfgs", steps: 10 } },
      { type: "state", state: { subject, minimize: { optimizer: "nelder-mead", steps: 100 } } },
      { type: "call", id: 3, method: "script", params: { uri: "file:///a.py" } },
      { type: "call", id: 4, method: "pin", params: { subject, point: { x: "Infinity" } } },
      { type: "call", id: 5, method: "reveal", params: { uri: "file:///a.py", line: 1, character: 0 } },
      { type: "call", id: 6, method: "copy", params: { text: "" } },
      { type: "call", id: 7, method: "save", params: { name: "g.csv", data: "x\r\n" } },
      { type: "call", id: 8, method: "save", params: { name: "g.png", data: new Uint8Array(8) } },
      { type: "state", state: { subject, pinned: true, axes: ["x1", "x2"], window: [[-1, 1.5]] } },
    ];
    for (const message of messages) assert(isToHost(message), JSON.stringify(message));
  });

  it("keeps everything else out", () => {
    const messages: unknown[] = [
      null,
      "ready",
      [],
      {},
      { type: "state", state: null },
      { type: "state", state: { subject, section: "other" } },
      { type: "state", state: { subject, layers: ["everything"] } },
      { type: "call", id: 1, method: "highlight", params: { uri: "file:///a.py", range: { start: { line: 0 } } } },
      { type: "state", state: { tab: "script" } },
      { type: "state", state: { document: "file:///a.py", tab: "other" } },
      { type: "state", state: { document: "file:///a.py", figure: -1 } },
      { type: "cancel", id: "3" },
      { type: "call", id: 1, method: "constructor", params: {} },
      { type: "call", id: 1, method: "__proto__", params: {} },
      { type: "call", id: 1, method: "view", params: { subject: { kind: "function", name: "g" } } },
      { type: "call", id: 1, method: "view", params: { subject, point: { x: "1" } } },
      { type: "call", id: 1, method: "view", params: { subject, point: [1] } },
      { type: "call", id: 1, method: "minimize", params: { subject, optimizer: "magic", learningRate: 1, steps: 1 } },
      { type: "call", id: 1, method: "minimize", params: { subject, optimizer: "sgd", learningRate: 1, steps: -1 } },
      { type: "call", id: 1, method: "minimize", params: { subject, optimizer: "sgd", learningRate: "1", steps: 1 } },
      { type: "call", id: 1, method: "reveal", params: { uri: "file:///a.py", line: -1, character: 0 } },
      { type: "call", id: -1, method: "copy", params: { text: "a" } },
      { type: "call", id: 7, method: "save", params: { name: "../g.csv", data: "x" } },
      { type: "call", id: 7, method: "save", params: { name: "g.csv", data: [1, 2] } },
      { type: "state", state: { subject, window: [[0, Number.NaN]] } },
      { type: "call", id: 1, method: "copy", params: { text: 1 } },
    ];
    for (const message of messages) assert(!isToHost(message), JSON.stringify(message));
  });

  it("tells a command's argument from what a context menu passes", () => {
    assert(isCommandArgument({ subject, point: { x1: 2 } }));
    assert(!isCommandArgument({ scheme: "file", path: "/a.py" }));
    assert(!isCommandArgument(undefined));
    assert(isScriptArgument({ document: "file:///a.py", figure: 1 }));
    assert(!isScriptArgument({ scheme: "file", path: "/a.py" }));
    assert(!isPanelState({}));
  });

  it("compares subjects", () => {
    assert(sameSubject(subject, { ...subject }));
    assert(!sameSubject(subject, { ...subject, name: "f" }));
    assert(!sameSubject(subject, expression));
    assert(!sameSubject(expression, { ...expression, language: "mathjs" }));
    assert(!sameSubject(undefined, undefined));
  });
});
