/** Random edits of real scripts: whatever a file looks like while it is typed, every request is answered. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { CodeLens, InlayHint, MarkupContent } from "vscode-languageserver/node";
import { edited, generator } from "../edits";
import { example, startClient, type TestClient } from "./client";

const EDITS_PER_FILE = 60;
const SCRIPTS: { name: string; text: string }[] = [
  ...["tf_diffs.py", "curves.py"].map((name) => ({ name, text: example(name) })),
  ...["closures", "classes", "exceptions"].map((name) => ({
    name: `${name}.py`,
    text: readFileSync(`test/fixtures/conformance/python/${name}.py`, "utf8"),
  })),
];

describe("random edits", function () {
  this.timeout(60_000);
  let client: TestClient;
  const trouble: string[] = [];
  const onRejection = (error: unknown) => {
    trouble.push(`unhandled: ${error}`);
  };
  beforeEach(async () => {
    client = await startClient({ settings: { budget: { evaluation: 15, command: 15 } } });
    client.connection.onNotification("window/logMessage", ({ message }: { message: string }) => {
      trouble.push(message);
    });
    process.on("unhandledRejection", onRejection);
  });
  afterEach(async () => {
    process.off("unhandledRejection", onRejection);
    await client.stop();
  });

  for (const [n, { name, text }] of SCRIPTS.entries())
    it(`of ${name}`, async () => {
      const uri = `file:///${name}`;
      const random = generator(n + 1);
      let diagnostics = await client.open(uri, text);
      let now = text;
      const { connection } = client;
      for (let k = 0; k < EDITS_PER_FILE; k++) {
        // A few edits upon each other, then from the start again.
        now = edited(k % 4 === 0 ? text : now, random);
        await connection.sendNotification("textDocument/didChange", {
          textDocument: { uri, version: k + 2 },
          contentChanges: [{ text: now }],
        });
        const lines = now.split(/\r\n|\n|\r/);
        const line = random(lines.length);
        const position = { line, character: random(lines[line]!.length + 1) };
        const range = { start: { line: 0, character: 0 }, end: { line: lines.length, character: 0 } };
        const textDocument = { uri };
        const problem = `edit ${k} of ${name}:\n${now}`;
        try {
          await connection.sendRequest("textDocument/hover", { textDocument, position });
          const lenses = (await connection.sendRequest("textDocument/codeLens", { textDocument })) as CodeLens[];
          const open = lenses.filter((lens) => !lens.command);
          for (const lens of open.slice(0, 2)) {
            const resolved = (await connection.sendRequest("codeLens/resolve", lens)) as CodeLens;
            assert.doesNotMatch(resolved.command!.title, /internal error|\bundefined\b|\n/, problem);
            await connection.sendRequest("textDocument/hover", { textDocument, position: lens.range.start });
          }
          const hints = (await connection.sendRequest("textDocument/inlayHint", {
            textDocument,
            range,
          })) as InlayHint[];
          for (const hint of hints) {
            assert.ok(hint.position.line < lines.length && hint.label !== "", problem);
            assert.doesNotMatch((hint.tooltip as MarkupContent).value, /internal error/, problem);
          }
          await connection.sendRequest("textDocument/codeAction", {
            textDocument,
            range,
            context: { diagnostics: [] },
          });
          const found = await client.request("gradlens/subjectAt", { uri, range: { start: position, end: position } });
          assert.ok(found.subject || found.problem, problem);
          if (found.subject && k % 5 === 0) await client.request("gradlens/view", { subject: found.subject });
          await client.request("gradlens/subjectAt", {
            uri,
            range: { start: { line: 0, character: 0 }, end: position },
          });
        } catch (error) {
          assert.fail(`${error}\n${problem}`);
        }
        assert.deepEqual(trouble, [], problem);
      }
      // The untouched text is answered as at first.
      const version = EDITS_PER_FILE + 2;
      const published = new Promise<void>((resolve) => {
        connection.onNotification("textDocument/publishDiagnostics", (params) => {
          const { version: of, diagnostics: list } = params as { version?: number; diagnostics: typeof diagnostics };
          if (of !== version) return;
          assert.ok(list.every(({ message }) => !String(message).includes("internal error")));
          diagnostics = list;
          resolve();
        });
      });
      await connection.sendNotification("textDocument/didChange", {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      });
      await published;
      const fresh = await startClient();
      try {
        const expected = await fresh.open(uri, text);
        assert.deepEqual(
          diagnostics.filter(({ code }) => code !== "stopped"),
          expected,
        );
      } finally {
        await fresh.stop();
      }
    });
});
