import * as vscode from "vscode";
import { equal, match, ok } from "./assert";
import { file, until } from "./workspace";

const openDocument = async (name: string) => {
  const document = await vscode.workspace.openTextDocument(file(name));
  await vscode.window.showTextDocument(document);
  return document;
};

const hoverText = async (document: vscode.TextDocument, part: string, offset: number) => {
  const position = document.positionAt(document.getText().indexOf(part) + offset);
  return until(async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      document.uri,
      position,
    );
    const text = hovers
      .flatMap((hover) => hover.contents.map((content) => (content as vscode.MarkdownString).value))
      .join("\n");
    return text.includes("data:image") && text;
  });
};

/** The code of a finding, without its link. */
const codeOf = ({ code }: vscode.Diagnostic) => (typeof code === "object" ? code.value : code);

const diagnosticsOf = (document: vscode.TextDocument, code: string) =>
  until(() => {
    const found = vscode.languages.getDiagnostics(document.uri).filter((diagnostic) => codeOf(diagnostic) === code);
    return found.length > 0 && found;
  });

/** Applies the first quick fix at a range whose title contains `words`. */
const fix = async (document: vscode.TextDocument, range: vscode.Range, words: string) => {
  const { edit } = await until(async () => {
    // A request that another overtook is cancelled, or answered with nothing: then it is asked again.
    const actions = await Promise.resolve(
      vscode.commands.executeCommand<vscode.CodeAction[]>(
        "vscode.executeCodeActionProvider",
        document.uri,
        range,
        vscode.CodeActionKind.QuickFix.value,
      ),
    ).catch(() => []);
    return actions.find(({ title }) => title.includes(words));
  }, `a quick fix that says "${words}"`);
  ok(edit && (await vscode.workspace.applyEdit(edit)));
};

for (const name of ["tf_diffs.py", "tf_diffs.zh-cn.py"])
  describe(`examples/${name}`, () => {
    let document: vscode.TextDocument;
    before(async () => {
      document = await openDocument(name);
    });
    after(() => vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor"));

    it("hovers on g at its definition and at a use, and on f", async () => {
      for (const part of ["def g(", "z = g(x1"]) {
        const text = await hoverText(document, part, 4);
        match(text, /\(9, 42\)/);
        match(text, /\(2, 3\)/);
      }
      match(await hoverText(document, "def f(", 4), /′<\/strong> = 8/);
    });

    it("has lenses over each function", async () => {
      const titles = await until(async () => {
        const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          "vscode.executeCodeLensProvider",
          document.uri,
          20,
        );
        const titles = lenses.map((lens) => lens.command?.title);
        return titles.length === 12 && titles.every(Boolean) && titles;
      });
      ok(titles.includes("∇g = (9, 42) at (2, 3)"), titles.join("\n"));
    });

    it("shows results at the ends of lines", async () => {
      const range = new vscode.Range(0, 0, document.lineCount, 0);
      const labels = await until(async () => {
        const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
          "vscode.executeInlayHintProvider",
          document.uri,
          range,
        );
        return hints.length > 0 && hints.map((hint) => hint.label as string);
      });
      for (const label of ["7.999999999999119", "= 9.0", "= 42.0", "= [None, None]", "= 13.0", "x → -0.3333333"])
        ok(labels.includes(label), `${label} is not among ${labels.join(" | ")}`);
    });

    it("makes the tape persistent that is used twice", async () => {
      const [twice] = await diagnosticsOf(document, "tape-used-twice");
      equal(document.getText(twice!.range), "tape.gradient(z, x2)");
      await fix(document, twice!.range, "persistent");
      await until(() =>
        vscode.languages.getDiagnostics(document.uri).every((one) => codeOf(one) !== "tape-used-twice"),
      );
    });

    it("links a finding's code to its section of the page that comes with the extension", async () => {
      const [constant] = await diagnosticsOf(document, "not-watched");
      const { target } = constant!.code as { target: vscode.Uri };
      ok(target.path.endsWith("/docs/findings.md"));
      const line = Number(/^L(\d+)$/.exec(target.fragment)![1]);
      const page = await vscode.workspace.openTextDocument(target.with({ fragment: "" }));
      equal(page.lineAt(line - 1).text, "## not-watched");
    });

    it("watches the constants that are not watched", async () => {
      const [constant] = await diagnosticsOf(document, "not-watched");
      await fix(document, constant!.range, "x1, x2");
      await until(() => vscode.languages.getDiagnostics(document.uri).every((one) => codeOf(one) !== "not-watched"));
      ok(document.getText().includes("tape.watch(x1)\n    tape.watch(x2)\n    z = g(x1, x2)\n\ndz_x1x2"));
    });
  });

describe("documents of other schemes", () => {
  it("are analysed too: an untitled file", async () => {
    const document = await vscode.workspace.openTextDocument({
      language: "python",
      content: "def square(x):\n    return x * x\n\nprint(square(3.0))\n",
    });
    await vscode.window.showTextDocument(document);
    match(await hoverText(document, "square", 2), /′<\/strong> = 6/);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });
});

describe("what Gradlens writes", () => {
  const open = async (content: string) => {
    const document = await vscode.workspace.openTextDocument({ language: "python", content });
    const editor = await vscode.window.showTextDocument(document);
    return { document, editor };
  };
  after(() => vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor"));

  it("inserts the gradient of the function at the cursor", async () => {
    const { document, editor } = await open("def cube(x):\n    return x ** 3\n\nprint(cube(2.0))\n");
    editor.selection = new vscode.Selection(0, 5, 0, 5);
    await hoverText(document, "cube", 2);
    await vscode.commands.executeCommand("gradlens.insertGradient");
    const text = await until(() => document.getText().includes("def cube_gradient(x):") && document.getText());
    match(text, /"""Gradient of cube with respect to x\."""/);
  });

  it("offers to write the point above the function", async () => {
    const { document } = await open("def square(x):\n    return x * x\n\nprint(square(3.0))\n");
    await hoverText(document, "square", 2);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      new vscode.Range(0, 5, 0, 5),
    );
    const titles = actions.map(({ title }) => title);
    const point = actions.find(({ edit }) =>
      edit?.get(document.uri).some(({ newText }) => /# gradlens: x=3/.test(newText)),
    );
    ok(point, titles.join(" | "));
  });
});

describe("the panel", () => {
  it("opens beside the editor for the function at the cursor", async () => {
    const document = await openDocument("tf_diffs.py");
    const at = document.positionAt(document.getText().indexOf("return (x1 + 5)"));
    vscode.window.activeTextEditor!.selection = new vscode.Selection(at, at);
    await vscode.commands.executeCommand("gradlens.openPanel");
    await until(() =>
      vscode.window.tabGroups.all.some((group) =>
        group.tabs.some(
          (tab) => tab.input instanceof vscode.TabInputWebview && tab.input.viewType.includes("gradlens.panel"),
        ),
      ),
    );
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });
});
