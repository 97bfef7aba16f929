/** Ten thousand random edits of real scripts: whatever a file looks like while it is typed, what is asked is answered. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { CodeLens, InlayHint, MarkupContent, Range } from "vscode-languageserver/node";
import { edited, generator } from "../edits";
import { startClient, type TestClient } from "./client";

const EDITS = 10_000;
/** Most edits come too fast for questions: every so many-th is followed by them. */
const ASKED = 16;
const folders = ["examples", ...["python", "numpy", "tensorflow"].map((name) => `test/fixtures/conformance/${name}`)];
const scripts = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".py"))
    .map((name) => ({ name, text: readFileSync(`${folder}/${name}`, "utf8") })),
);
/** Edits upon each other before a script is as it was again. */
const TORN = 4;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** The edit that makes `after` of `before`, as an editor sends it. */
function changeBetween(before: string, after: string): { range: Range; text: string } {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let end = 0;
  while (end < shorter - from && before.at(-1 - end) === after.at(-1 - end)) end++;
  // Not between the two halves of a line break.
  if (before[from - 1] === "\r") from--;
  if (before[before.length - end] === "\n" && end > 0) end--;
  const position = (offset: number) => {
    const lines = before.slice(0, offset).split(/\r\n|\n|\r/);
    return { line: lines.length - 1, character: lines.at(-1)!.length };
  };
  const range = { start: position(from), end: position(before.length - end) };
  return { range, text: after.slice(from, after.length - end) };
}

describe("random edits", function () {
  this.timeout(600_000);
  let client: TestClient;
  const trouble: string[] = [];
  const onRejection = (error: unknown) => {
    trouble.push(`unhandled: ${error}`);
  };
  before(async () => {
    client = await startClient({ settings: { budget: { evaluation: 15, command: 15 } } });
    client.connection.onNotification("window/logMessage", ({ message }: { message: string }) => {
      trouble.push(message);
    });
    process.on("unhandledRejection", onRejection);
  });
  after(async () => {
    process.off("unhandledRejection", onRejection);
    await client.stop();
  });

  /** Asks everything that an editor asks, at a random place. */
  const ask = async (uri: string, text: string, random: (below: number) => number) => {
    const { connection } = client;
    const lines = text.split(/\r\n|\n|\r/);
    const line = random(lines.length);
    const position = { line, character: random(lines[line]!.length + 1) };
    const range = { start: { line: 0, character: 0 }, end: { line: lines.length, character: 0 } };
    const textDocument = { uri };
    await connection.sendRequest("textDocument/hover", { textDocument, position });
    const lenses = (await connection.sendRequest("textDocument/codeLens", { textDocument })) as CodeLens[];
    for (const lens of lenses.filter(({ command }) => !command).slice(0, 2)) {
      const resolved = (await connection.sendRequest("codeLens/resolve", lens)) as CodeLens;
      assert.doesNotMatch(resolved.command!.title, /internal error|\bundefined\b|\n/);
      await connection.sendRequest("textDocument/hover", { textDocument, position: lens.range.start });
    }
    const hints = (await connection.sendRequest("textDocument/inlayHint", { textDocument, range })) as InlayHint[];
    for (const hint of hints) {
      // An answer to an older text would stand where this one has no line.
      assert.ok(hint.position.line < lines.length && hint.label !== "");
      assert.ok(hint.position.character <= lines[hint.position.line]!.length);
      assert.doesNotMatch((hint.tooltip as MarkupContent).value, /internal error/);
    }
    await connection.sendRequest("textDocument/codeAction", { textDocument, range, context: { diagnostics: [] } });
    const cursor = { start: position, end: position };
    const found = await client.request("gradlens/subjectAt", { uri, range: cursor });
    assert.ok(found.subject || found.problem);
    if (found.subject && random(5) === 0) await client.request("gradlens/view", { subject: found.subject });
    await client.request("gradlens/subjectAt", { uri, range: { ...cursor, start: { line: 0, character: 0 } } });
  };

  it(`${EDITS} of ${scripts.length} scripts`, async () => {
    const random = generator(1);
    const heap: number[] = [];
    const each = Math.ceil(EDITS / scripts.length);
    for (const [n, { name, text: original }] of scripts.entries()) {
      const uri = `file:///${name}`;
      let text = original;
      let version = 1;
      const textDocument = { uri, languageId: "python", version, text };
      await client.connection.sendNotification("textDocument/didOpen", { textDocument });
      for (let k = 0; k < each; k++) {
        const next = edited(k % TORN === 0 ? original : text, random);
        await client.connection.sendNotification("textDocument/didChange", {
          textDocument: { uri, version: ++version },
          contentChanges: [changeBetween(text, next)],
        });
        text = next;
        if (k % ASKED === 0) {
          await ask(uri, text, random).catch((error) => assert.fail(`${error}\nedit ${k} of ${name}:\n${text}`));
          assert.deepEqual(trouble, [], `edit ${k} of ${name}:\n${text}`);
        }
      }
      await client.connection.sendNotification("textDocument/didClose", { textDocument: { uri } });
      if (n % 20 === 19) {
        collectGarbage();
        heap.push(process.memoryUsage().heapUsed / 2 ** 20);
      }
    }
    // What was needed for the first scripts is enough for all of them.
    const [first] = heap;
    assert.ok(heap.at(-1)! < first! + 40, `MiB after every 20 scripts: ${heap.map(Math.round).join(", ")}`);
  });

  it("are forgotten when the text is as it was", async () => {
    const { text } = scripts[0]!;
    const uri = "file:///again.py";
    const random = generator(2);
    await client.open(uri, text);
    for (let k = 0; k < 20; k++) await client.change(uri, edited(text, random));
    const diagnostics = await client.change(uri, text);
    const fresh = await startClient();
    const expected = await fresh.open(uri, text);
    await fresh.stop();
    assert.deepEqual(
      diagnostics.filter(({ code }) => code !== "stopped"),
      expected,
    );
  });
});
