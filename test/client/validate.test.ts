import assert from "node:assert/strict";
import {
  isCommandArgument,
  isExampleArgument,
  isPanelState,
  isScriptArgument,
  isToHost,
  sameSubject,
} from "../../src/client/validate";

const subject = { kind: "function", uri: "file:///a.py", name: "g" } as const;
const expression = { kind: "expression", text: "x**2", language: "python" } as const;

describe("what comes from outside", () => {
  it("lets every message of the page in", () => {
    const messages = [
      { type: "ready" },
      {
        type: "state",
        state: { subject, point: { x1: 2, w: [1, [2, "NaN"]] }, section: "hessian", tab: "optimize", locked: true },
      },
      {
        type: "state",
        state: {
          subject: expression,
          optimize: {
            choices: [
              { optimizer: "sgd", learningRate: 0.1, schedule: { name: "cosine", options: { warmupSteps: 5 } } },
              { optimizer: "adam", like: "torch", options: { beta1: 0.5 } },
              { optimizer: "nelder-mead" },
            ],
            steps: 100,
            tolerance: 1e-6,
            starts: [{ x: 1 }],
            bounds: { x: ["-Infinity", 2] },
          },
        },
      },
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
      {
        type: "call",
        id: 2,
        method: "basins",
        params: { subject, squares: true, optimizer: "bfgs", steps: 10, starts: { shape: [1, 2], data: "" } },
      },
      {
        type: "call",
        id: 2,
        method: "plane",
        params: {
          subject,
          origin: { shape: [1], data: "" },
          directions: { shape: [1, 1], data: "" },
          window: [[0, 1]],
        },
      },
      { type: "call", id: 2, method: "save", params: { name: "a.csv", data: "" } },
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
      {
        type: "call",
        id: 1,
        method: "minimize",
        params: { subject, optimizer: "adam", options: { beta1: 1 }, steps: 1 },
      },
      {
        type: "call",
        id: 1,
        method: "minimize",
        params: { subject, optimizer: "adam", options: { beta3: 0 }, steps: 1 },
      },
      { type: "call", id: 1, method: "minimize", params: { subject, optimizer: "lion", like: "torch", steps: 1 } },
      { type: "call", id: 1, method: "minimize", params: { subject, optimizer: "sgd", bounds: { x: [1] }, steps: 1 } },
      { type: "call", id: 1, method: "basins", params: { subject, optimizer: "sgd", steps: 1, starts: [1, 2] } },
      { type: "call", id: 1, method: "plane", params: { subject, window: [[0, 1]] } },
      { type: "call", id: 1, method: "save", params: { name: "../a.csv", data: "" } },
      { type: "state", state: { subject, optimize: { choices: [], steps: 1 } } },
      { type: "state", state: { subject, optimize: { choices: [{ optimizer: "toString" }], steps: 1 } } },
      { type: "state", state: { subject, optimize: { choices: [{ optimizer: "sgd", schedule: {} }], steps: 1 } } },
      { type: "state", state: { subject, section: "minimize" } },
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

  it("knows the argument of a command of the walkthrough", () => {
    assert.ok(isExampleArgument({ example: "g(x1, x2)" }) && isExampleArgument({ example: "x", select: true }));
    for (const other of [undefined, "g", {}, { example: 1 }, { example: "x", select: 1 }, { subject }])
      assert.ok(!isExampleArgument(other), JSON.stringify(other));
  });
});
