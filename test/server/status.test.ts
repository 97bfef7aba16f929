import assert from "node:assert/strict";
import type { DocumentStatus } from "../../src/protocol/lsp";
import { startClient } from "./client";

describe("gradlens/status", () => {
  const statusOf = async (text: string, settings?: object): Promise<DocumentStatus> => {
    const client = await startClient({ settings });
    const told = new Promise<DocumentStatus>((resolve) => client.connection.onNotification("gradlens/status", resolve));
    await client.open("file:///a.py", text);
    const status = await told;
    await client.stop();
    return status;
  };

  it("says what was evaluated", async () => {
    const { milliseconds, ...rest } = await statusOf("def f(x):\n    return x * x\n\nprint(f(3.0), missing)\n");
    assert.deepEqual(rest, { uri: "file:///a.py", functions: 1, findings: 1 });
    assert.ok(milliseconds > 0);
  });

  it("says why a file was not evaluated to its end", async () => {
    const { problem } = await statusOf("while True:\n    pass\n");
    assert.match(problem!, /250 ms.*line 1/);
  });

  it("says that it is switched off", async () => {
    assert.equal((await statusOf("a = 1\n", { enable: false })).problem, "switched off in the settings");
  });
});
