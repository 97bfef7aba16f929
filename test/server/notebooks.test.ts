import assert from "node:assert/strict";
import type {
  CodeAction,
  CodeLens,
  Diagnostic,
  Hover,
  InlayHint,
  NotebookDocumentSyncRegistrationOptions,
} from "vscode-languageserver";
import { find, patient, startClient, type TestClient } from "./client";

const NOTEBOOK = "file:///n/tour.ipynb";
const cell = (k: number) => `vscode-notebook-cell:/n/tour.ipynb#${k}`;

describe("notebooks", () => {
  let client: TestClient;
  const texts = new Map<string, string>();
  let waiting = new Map<string, (list: Diagnostic[]) => void>();

  beforeEach(async () => {
    client = await startClient({ settings: patient });
    texts.clear();
    waiting = new Map();
    client.connection.onNotification("textDocument/publishDiagnostics", ({ uri, diagnostics }) =>
      waiting.get(uri)?.(diagnostics),
    );
  });
  afterEach(() => client.stop());

  const diagnosticsOf = (uri: string) => new Promise<Diagnostic[]>((resolve) => waiting.set(uri, resolve));

  /** Opens a notebook of these cells; gives the diagnostics of each. */
  const open = async (...cells: string[]): Promise<Diagnostic[][]> => {
    const lists = Promise.all(cells.map((_, k) => diagnosticsOf(cell(k))));
    for (const [k, text] of cells.entries()) texts.set(cell(k), text);
    await client.connection.sendNotification("notebookDocument/didOpen", {
      notebookDocument: {
        uri: NOTEBOOK,
        notebookType: "jupyter-notebook",
        version: 1,
        cells: cells.map((_, k) => ({ kind: 2, document: cell(k) })),
      },
      cellTextDocuments: cells.map((text, k) => ({ uri: cell(k), languageId: "python", version: 1, text })),
    });
    return lists;
  };

  const change = async (uri: string, text: string): Promise<Diagnostic[]> => {
    const list = diagnosticsOf(uri);
    await client.connection.sendNotification("notebookDocument/didChange", {
      notebookDocument: { uri: NOTEBOOK, version: 2 },
      change: { cells: { textContent: [{ document: { uri, version: 2 }, changes: [{ text }] }] } },
    });
    return list;
  };

  const hover = async (uri: string, part: string): Promise<Hover | null> =>
    client.connection.sendRequest("textDocument/hover", {
      textDocument: { uri },
      position: find(texts.get(uri)!, part, 0, 1),
    });

  const hints = async (uri: string): Promise<InlayHint[]> =>
    (await client.connection.sendRequest("textDocument/inlayHint", {
      textDocument: { uri },
      range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } },
    })) ?? [];

  const SETUP = "import tensorflow as tf\n\ndef g(x1, x2):\n    return (x1 + 5) * x2 ** 2";
  const TAPE = [
    "x1 = tf.Variable(2.0)",
    "x2 = tf.Variable(3.0)",
    "with tf.GradientTape() as tape:",
    "    z = g(x1, x2)",
    "dx1 = tape.gradient(z, x1)",
  ].join("\n");

  it("are announced", async () => {
    const second = await startClient();
    const { capabilities } = second;
    assert.deepEqual(capabilities.notebookDocumentSync as NotebookDocumentSyncRegistrationOptions, {
      notebookSelector: [{ notebook: "*", cells: [{ language: "python" }] }],
    });
    await second.stop();
  });

  it("share one session: what a cell defines, those after it use", async () => {
    const lists = await open(SETUP, TAPE, "dx2 = tape.gradient(z, x2)");
    const [first, second, third] = lists as [Diagnostic[], Diagnostic[], Diagnostic[]];
    assert.deepEqual([first, second], [[], []]);
    const [twice] = third;
    assert.equal(twice?.code, "tape-used-twice");
    // In the cell's own lines.
    assert.deepEqual(twice.range.start, { line: 0, character: "dx2 = ".length });
    assert.deepEqual(
      twice.relatedInformation?.map(({ location }) => location.uri),
      twice.relatedInformation?.map(() => cell(1)),
    );
    assert.ok(twice.relatedInformation?.every(({ location }) => location.range.start.line < 5));
  });

  it("hints, lenses and hovers stand in their cells", async () => {
    await open(SETUP, TAPE);
    assert.deepEqual(await hints(cell(0)), []);
    assert.deepEqual(
      (await hints(cell(1))).map(({ label, position }) => [label, position.line]),
      [["= 9.0", 4]],
    );
    const lenses: CodeLens[] =
      (await client.connection.sendRequest("textDocument/codeLens", { textDocument: { uri: cell(0) } })) ?? [];
    assert.deepEqual(
      lenses.map(({ range }) => range.start.line),
      [2, 2, 2],
    );
    const resolved: CodeLens = await client.connection.sendRequest("codeLens/resolve", lenses[0]);
    assert.equal(resolved.command?.title, "∇g = (9, 42) at (2, 3)");
    assert.deepEqual(
      await client.connection.sendRequest("textDocument/codeLens", { textDocument: { uri: cell(1) } }),
      [],
    );
    const found = await hover(cell(1), "g(x1");
    assert.match(JSON.stringify(found?.contents), /\(9, 42\)/);
    assert.equal(found?.range?.start.line, 3);
  });

  it("names lines by their cells", async () => {
    await open("def f(x):\n    return x * x", "a = 1.0\nprint(f(3.0))", "def h(x):\n    return x / 0\nh(1.0)");
    assert.match(JSON.stringify((await hover(cell(0), "f(x"))?.contents), /the call in line 2 of cell 2/);
    assert.match(JSON.stringify((await hover(cell(2), "h(x"))?.contents), /ZeroDivisionError.*line 2 of cell 3/);
    const { printed } = await client.request("gradlens/script", { uri: NOTEBOOK });
    assert.deepEqual(
      printed.map(({ lineName }) => lineName),
      ["2 of cell 2"],
    );
  });

  it("a fix changes the cell in which the mistake is", async () => {
    const [, , list] = await open(SETUP, TAPE, "dx2 = tape.gradient(z, x2)");
    const actions: CodeAction[] =
      (await client.connection.sendRequest("textDocument/codeAction", {
        textDocument: { uri: cell(2) },
        range: list![0]!.range,
        context: { diagnostics: list },
      })) ?? [];
    const fix = actions.find(({ title }) => title.includes("persistent"));
    const changes = fix?.edit?.changes ?? {};
    assert.deepEqual(Object.keys(changes), [cell(1)]);
    assert.deepEqual(
      changes[cell(1)]!.map(({ range, newText }) => [range.start.line, newText]),
      [[2, "persistent=True"]],
    );
  });

  it("a cell that cannot be read keeps to itself", async () => {
    const lists = await open("a = 3.0", "b = (1 +", "def f(x):\n    return a * x\nprint(f(2.0))");
    assert.deepEqual(lists[0], []);
    assert.deepEqual(
      lists[1]!.map(({ code }) => code),
      ["syntax"],
    );
    assert.deepEqual(lists[2], []);
    assert.deepEqual(
      (await hints(cell(2))).map(({ label, position }) => [label, position.line]),
      [["6.0", 2]],
    );
  });

  it("magics and cells of other languages are skipped", async () => {
    const lists = await open("%matplotlib inline\n!pip install x\na = 1.5", "%%bash\necho (((", "print(a)");
    assert.deepEqual(
      lists.map((list) => list.map(({ code }) => code)),
      [["skipped", "skipped"], ["skipped"], []],
    );
    assert.deepEqual(
      (await hints(cell(2))).map(({ label }) => label),
      ["1.5"],
    );
  });

  it("an edit of one cell reaches those after it", async () => {
    await open("a = 2.0", "print(a * a)");
    const list = diagnosticsOf(cell(1));
    await change(cell(0), "a = 3.0");
    await list;
    assert.deepEqual(
      (await hints(cell(1))).map(({ label }) => label),
      ["9.0"],
    );
  });

  it("cells that are moved or deleted take their findings along", async () => {
    await open("a = 2.0", "b = = 1", "print(a)");
    const cleared = diagnosticsOf(cell(1));
    await client.connection.sendNotification("notebookDocument/didChange", {
      notebookDocument: { uri: NOTEBOOK, version: 2 },
      change: { cells: { structure: { array: { start: 1, deleteCount: 1 }, didClose: [{ uri: cell(1) }] } } },
    });
    assert.deepEqual(await cleared, []);
    assert.deepEqual(
      (await hints(cell(2))).map(({ label, position }) => [label, position.line]),
      [["2.0", 0]],
    );
  });

  it("commands find what is selected in a cell, and change that cell", async () => {
    await open(SETUP, TAPE);
    const { subject } = await client.request("gradlens/subjectAt", {
      uri: cell(1),
      range: { start: { line: 3, character: 8 }, end: { line: 3, character: 17 } },
    });
    assert.deepEqual(subject, { kind: "expression", text: "g(x1, x2)", language: "python", uri: NOTEBOOK });
    const { edit } = await client.request("gradlens/edit", {
      uri: cell(0),
      range: { start: { line: 2, character: 5 }, end: { line: 2, character: 5 } },
      action: "gradient",
    });
    assert.deepEqual(Object.keys(edit?.changes ?? {}), [cell(0)]);
    const run = await client.request("gradlens/run", { uri: cell(1) });
    assert.equal(run.error, undefined);
  });
});
