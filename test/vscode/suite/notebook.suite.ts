import * as vscode from "vscode";
import { equal, match, ok } from "./assert";
import { file, until } from "./workspace";

describe("examples/gradients.ipynb", () => {
  let cells: vscode.NotebookCell[];
  before(async () => {
    const notebook = await vscode.workspace.openNotebookDocument(file("gradients.ipynb"));
    await vscode.window.showNotebookDocument(notebook);
    cells = notebook.getCells().filter(({ kind }) => kind === vscode.NotebookCellKind.Code);
  });
  after(() => vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor"));

  const hints = async ({ document }: vscode.NotebookCell) =>
    vscode.commands.executeCommand<vscode.InlayHint[]>(
      "vscode.executeInlayHintProvider",
      document.uri,
      new vscode.Range(0, 0, document.lineCount, 0),
    );

  it("hovers on a use of what another cell defines", async () => {
    const { document } = cells[1]!;
    const position = document.positionAt(document.getText().indexOf("g(x1"));
    const text = await until(async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        "vscode.executeHoverProvider",
        document.uri,
        position,
      );
      return hovers
        .flatMap(({ contents }) => contents.map((content) => (content as vscode.MarkdownString).value))
        .join("\n");
    });
    match(text, /\(9, 42\)/);
  });

  it("shows results in the cells that made them", async () => {
    const labels = await until(async () => {
      const found = await hints(cells[1]!);
      return found.length > 0 && found.map(({ label }) => label as string);
    });
    ok(labels.includes("= [9.0, 42.0]"), labels.join(" | "));
    const [printed] = await hints(cells[3]!);
    equal(printed?.label, "-0.3333333");
    equal(printed?.position.line, 0);
  });

  it("has lenses in the cell of the function alone", async () => {
    const titles = (cell: vscode.NotebookCell) =>
      vscode.commands
        .executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", cell.document.uri, 20)
        .then((lenses) => lenses.map(({ command }) => command?.title));
    ok((await titles(cells[0]!)).includes("∇g = (9, 42) at (2, 3)"));
    ok(!(await titles(cells[1]!)).some((title) => title?.startsWith("∇")));
  });

  it("finds what is wrong in the cell where it is", async () => {
    const edit = new vscode.WorkspaceEdit();
    const last = cells[3]!.document;
    edit.insert(last.uri, new vscode.Position(0, 0), "tape.gradient(y, x)\n");
    ok(await vscode.workspace.applyEdit(edit));
    const [twice] = await until(() => {
      const found = vscode.languages
        .getDiagnostics(last.uri)
        .filter(({ code }) => String(code).includes("tape") || typeof code === "object");
      return found.length > 0 && found;
    });
    equal(last.getText(twice!.range), "tape.gradient(y, x)");
  });
});
