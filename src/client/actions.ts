/** Commands that change a document, copy, export and run. */
import {
  type Disposable,
  env,
  type LogOutputChannel,
  l10n,
  type OutputChannel,
  Range,
  type TextEditor,
  window,
  workspace,
} from "vscode";
import {
  type CopyFormat,
  commands,
  type EditAction,
  type Framework,
  frameworks,
  type Point,
  type Subject,
} from "../protocol/lsp";
import { optimizers, rateOf } from "../protocol/optimizers";
import { formatPoint } from "../protocol/point";
import { askForPoint, registrar, targetOf } from "./commands";
import { isPython, place, subjectAt } from "./cursor";
import { cellAt, revealCell, wholeOf } from "./notebooks";
import type { Panels } from "./panel";
import { type Server, UserError, withLateProgress } from "./server";
import { isCommandArgument } from "./validate";

/** Steps of an exported loop: a start, to be changed in the program. */
const STEPS = 100;

export function registerActions(server: Server, panels: Panels, log: LogOutputChannel): Disposable[] {
  const register = registrar(log);
  let output: OutputChannel | undefined;
  const edits: { readonly [command: string]: EditAction } = {
    "gradlens.insertGradient": "gradient",
    "gradlens.insertHessian": "hessian",
    "gradlens.insertTest": "check",
    "gradlens.replaceByValue": "value",
  };
  const formats: { readonly [command: string]: CopyFormat } = {
    "gradlens.copyLatex": "latex",
    "gradlens.copyMathml": "mathml",
    "gradlens.copyPython": "python",
    "gradlens.copyJavascript": "javascript",
  };
  return [
    ...Object.entries(edits).map(([command, action]) =>
      register(command, (argument) => change(server, argument, action)),
    ),
    ...Object.entries(formats).map(([command, format]) =>
      register(command, (argument) => copy(server, panels, argument, format)),
    ),
    register("gradlens.setPoint", async () => {
      const point = await pointOf(server, await functionAt(server, pythonEditor()));
      const given = await askForPoint(Object.keys(point), { prefill: formatPoint(point) });
      if (given) await change(server, undefined, "point", given);
    }),
    register(commands.pin, async (argument) => {
      const target = await targetOf(server, panels, argument);
      if (!target) return;
      const point = target.point ?? (await pointOf(server, target.subject));
      const given = await askForPoint(Object.keys(point), { prefill: formatPoint(point) });
      if (given) server.pin({ subject: target.subject, point: given });
    }),
    register(commands.unpin, async (argument) => {
      const target = await targetOf(server, panels, argument);
      if (target) server.pin({ subject: target.subject });
    }),
    register("gradlens.exportProgram", (argument) => exportProgram(server, panels, argument)),
    register("gradlens.runFile", () => {
      output ??= window.createOutputChannel("Gradlens Run");
      return run(server, pythonEditor(), output);
    }),
    { dispose: () => output?.dispose() },
  ];
}

function pythonEditor(): TextEditor {
  const editor = window.activeTextEditor;
  if (!editor || !isPython(editor.document)) throw new UserError(l10n.t("Open a Python file first."));
  return editor;
}

async function functionAt(server: Server, editor: TextEditor): Promise<Subject> {
  const { subject, problem } = await subjectAt(server, editor);
  if (subject?.kind !== "function")
    throw new UserError(problem ?? l10n.t("There is no function here: put the cursor in one."));
  return subject;
}

/** The numbers at which a subject is looked at where none are given. */
async function pointOf(server: Server, subject: Subject): Promise<Point> {
  const view = await server.request("gradlens/view", { subject });
  if (view.parameters.length === 0 && view.problem) throw new UserError(view.problem);
  const numbers = view.parameters.filter(({ reason }) => reason === undefined);
  return Object.fromEntries(numbers.map(({ name, value }) => [name, value]));
}

async function change(server: Server, argument: unknown, action: EditAction, point?: Point): Promise<void> {
  const { document, selection } = pythonEditor();
  const range = { start: place(selection.start), end: place(selection.end) };
  // A link of a hover names its function; one over a selection means the selection.
  const named = isCommandArgument(argument) && argument.subject.kind === "function" ? argument.subject : undefined;
  const { edit, problem } = await server.request("gradlens/edit", {
    uri: named?.uri ?? document.uri.toString(),
    range,
    action,
    ...(named ? { name: named.name } : {}),
    ...(point ? { point } : {}),
  });
  if (!edit) throw new UserError(problem ?? l10n.t("There is nothing to change."));
  await workspace.applyEdit(await server.asWorkspaceEdit(edit));
}

async function copy(server: Server, panels: Panels, argument: unknown, format: CopyFormat): Promise<void> {
  const target = await targetOf(server, panels, argument);
  if (!target) return;
  const { items, problem } = await withLateProgress(l10n.t("Differentiating"), undefined, (token) =>
    server.request("gradlens/copy", { subject: target.subject, point: target.point, format }, token),
  );
  if (items.length === 0) throw new UserError(problem ?? l10n.t("There is nothing to copy."));
  const chosen =
    items.length === 1
      ? items[0]
      : await window.showQuickPick(
          items.map((item) => ({ ...item, detail: item.text.replace(/\s+/g, " ") })),
          { placeHolder: problem ?? l10n.t("What is to be copied?") },
        );
  if (!chosen) return;
  await env.clipboard.writeText(chosen.text);
  window.setStatusBarMessage(l10n.t("Copied: {0}", chosen.label), 3000);
}

async function exportProgram(server: Server, panels: Panels, argument: unknown): Promise<void> {
  const target = await targetOf(server, panels, argument);
  if (!target) return;
  const framework = await window.showQuickPick(
    (Object.keys(frameworks) as Framework[]).map((name) => ({ label: frameworks[name], name })),
    { placeHolder: l10n.t("In which framework?") },
  );
  if (!framework) return;
  const names = await server.request("gradlens/exportOptimizers", { framework: framework.name });
  const optimizer = await window.showQuickPick(
    names.map((name) => ({ label: optimizers.find((one) => one.name === name)?.label ?? name, name })),
    { placeHolder: l10n.t("With which optimizer?") },
  );
  if (!optimizer) return;
  const known = optimizers.find((one) => one.name === optimizer.name);
  const rate = known && rateOf(known.name, framework.name === "torch" ? "torch" : "keras");
  const { text } = await server.request("gradlens/export", {
    ...target,
    framework: framework.name,
    optimizer: optimizer.name,
    ...(rate === undefined ? {} : { learningRate: rate }),
    steps: STEPS,
  });
  await window.showTextDocument(await workspace.openTextDocument({ language: "python", content: text }));
}

async function run(server: Server, { document }: TextEditor, output: OutputChannel): Promise<void> {
  const uri = document.uri.toString();
  const whole = wholeOf(document).uri;
  // The answer to a run that was cancelled has what was printed until then.
  const result = await withLateProgress(l10n.t("Running"), undefined, (token) =>
    server.request("gradlens/run", { uri }, token),
  );
  const name = document.uri.path.slice(document.uri.path.lastIndexOf("/") + 1);
  output.clear();
  output.append(result.output);
  if (result.output !== "" && !result.output.endsWith("\n")) output.append("\n");
  if (result.error) output.appendLine(result.error.text);
  if (result.error?.range && whole === uri) {
    const { line, character } = result.error.range.start;
    output.appendLine(`${document.uri.fsPath}:${line + 1}:${character + 1}`);
  }
  if (result.stopped) output.appendLine(result.stopped);
  output.appendLine(l10n.t("{0} ended after {1} ms.", name, Math.round(result.milliseconds)));
  output.show(true);
  if (!result.error) return;
  const show = l10n.t("Show Line");
  const last = result.error.text.trimEnd().split("\n").at(-1)!;
  void window.showErrorMessage(last, show).then(async (chosen) => {
    const range = result.error?.range;
    if (chosen !== show || !range) return;
    const found = cellAt(whole, range.start.line);
    const first = found?.firstLine ?? 0;
    const { start, end } = range;
    const selection = new Range(start.line - first, start.character, end.line - first, end.character);
    if (found) await revealCell(found.cell, selection);
    else await window.showTextDocument(document, { selection });
  });
}
