/** Cancellation: what nobody waits for ends soon, and nothing waits behind it. */
import assert from "node:assert/strict";
import { CancellationTokenSource, type Hover } from "vscode-languageserver/node";
import type { MinimizeResult } from "../../src/protocol/lsp";
import { decodeArray } from "../../src/protocol/values";
import { startClient, type TestClient } from "./client";

const LONG = "file:///long.py";
/** Of so many numbers that a million steps take a while, compiled or not. */
const MILLION = {
  subject: { kind: "function", uri: LONG, name: "f" },
  start: { x: Array.from({ length: 5000 }, (_, i) => i / 1000) },
  optimizer: "sgd",
  learningRate: 1e-6,
  steps: 1_000_000,
} as const;

describe("cancelling", function () {
  this.timeout(20_000);
  let client: TestClient;
  beforeEach(async () => {
    client = await startClient({ settings: { budget: { command: 600_000 } } });
    await client.open(LONG, "import numpy as np\n\ndef f(x):\n    return np.sum(np.sin(x) + x**2 / 10)\n");
  });

  it("a minimization of a million steps answers with the path so far", async () => {
    const source = new CancellationTokenSource();
    // The first reports may come before the second step.
    let reports = 0;
    const progress = new Promise<void>((resolve) =>
      client.connection.onNotification("$/progress", ({ value }: { value: { kind: string } }) => {
        if (value.kind === "report" && ++reports === 5) resolve();
      }),
    );
    const answer = client.connection.sendRequest<MinimizeResult>(
      "gradlens/minimize",
      { ...MILLION, workDoneToken: "million" },
      source.token,
    );
    await progress;
    source.cancel();
    const { end, path, values, message } = await answer;
    assert.equal(end, "cancelled");
    assert.match(message, /cancelled after \d+ steps/);
    const steps = decodeArray(values).length;
    assert.ok(steps > 1 && steps < 1_000_000, String(steps));
    assert.equal(decodeArray(path).length, 5000 * steps);
    await client.stop();
  });

  it("other requests are answered while one is under way, and a hover that nobody waits for holds up no other", async () => {
    const uri = "file:///script.py";
    await client.open(uri, "def f(x):\n    return x**2\n");
    const source = new CancellationTokenSource();
    let done = false;
    const long = client.connection
      .sendRequest<MinimizeResult>("gradlens/minimize", MILLION, source.token)
      .finally(() => {
        done = true;
      });
    const superseded = new CancellationTokenSource();
    const hover = (token = new CancellationTokenSource().token) =>
      client.connection.sendRequest<Hover | null>(
        "textDocument/hover",
        { textDocument: { uri }, position: { line: 0, character: 4 } },
        token,
      );
    const first = hover(superseded.token).catch(() => null);
    superseded.cancel();
    const second = await hover();
    assert.ok(second);
    assert.equal(done, false);
    await first;
    source.cancel();
    assert.equal((await long).end, "cancelled");
    await client.stop();
  });

  it("shutdown is answered while something is under way", async () => {
    const long = client.connection.sendRequest("gradlens/minimize", MILLION).catch(() => null);
    await client.stop();
    await Promise.race([long, Promise.resolve()]);
  });
});
