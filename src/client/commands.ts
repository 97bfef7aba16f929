/** The commands: for what an argument names, else the selection, else the function at the cursor. */
import {
  type Disposable,
  type ExtensionContext,
  env,
  InputBoxValidationSeverity,
  type LogOutputChannel,
  l10n,
  Range,
  type TextDocument,
  Uri,
  commands as vscode,
  window,
  workspace,
} from "vscode";
import {
  type CheckRow,
  type CommandArgument,
  commands,
  type Point,
  type SubjectAtResult,
  type View,
} from "../protocol/lsp";
import { formatPoint, PointError, parsePoint } from "../protocol/point";
import { type Answer, gradientAnswer, hessianAnswer } from "./answer";
import { isPython, subjectAt } from "./cursor";
import { wholeOf } from "./notebooks";
import type { Panels } from "./panel";
import { reportIssue } from "./report";
import { Cancelled, type Server, UserError, withLateProgress } from "./server";
import type { Status } from "./status";
import { isCommandArgument, isExampleArgument, isScriptArgument } from "./validate";

/** Registers commands whose failures show as one line. */
export const registrar =
  (log: LogOutputChannel) =>
  (name: string, run: (argument: unknown) => Promise<void> | void): Disposable =>
    vscode.registerCommand(name, async (argument: unknown) => {
      try {
        await run(argument);
      } catch (error) {
        if (error instanceof Cancelled) return;
        if (!(error instanceof UserError)) log.error(error instanceof Error ? error : String(error));
        const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
        void window.showErrorMessage(line ?? "");
      }
    });

export function registerCommands(
  context: ExtensionContext,
  server: Server,
  panels: Panels,
  status: Status,
  log: LogOutputChannel,
): Disposable[] {
  const register = registrar(log);
  const openExample = exampleOf(context.extensionUri);

  /** A command that the walkthrough runs on a place of the example, which it opens. */
  const registerLive = (name: string, run: (argument: unknown) => Promise<void>) =>
    register(name, async (argument) => {
      if (!isExampleArgument(argument)) return run(argument);
      await openExample(argument);
      return run(undefined);
    });

  /** Asks for the view and shows one line of it. */
  const answer = async (
    argument: unknown,
    compose: (view: View) => Answer | undefined,
    missing: (title: string) => string,
  ) => {
    const target = await targetOf(server, panels, argument);
    if (!target) return;
    const view = await withLateProgress(l10n.t("Differentiating"), undefined, (token) =>
      server.request("gradlens/view", target, token),
    );
    const line = compose(view);
    if (!line) {
      void window.showWarningMessage(view.problem ?? missing(view.title));
      return;
    }
    const copy = l10n.t("Copy");
    const open = l10n.t("Open Panel");
    const chosen = await window.showInformationMessage(line.short, copy, open);
    if (chosen === copy) await env.clipboard.writeText(line.full);
    if (chosen === open)
      panels.show({ ...target, tab: "function", section: compose === hessianAnswer ? "hessian" : "function" });
  };

  return [
    registerLive(commands.showGradient, (argument) =>
      answer(argument, gradientAnswer, (title) => l10n.t("{0} has no parameter to differentiate by.", title)),
    ),
    register(commands.showHessian, (argument) =>
      answer(argument, hessianAnswer, (title) => l10n.t("{0} has no Hessian here.", title)),
    ),
    register(commands.checkGradient, async (argument) => {
      const target = await targetOf(server, panels, argument);
      if (!target) return;
      const { rows, problem } = await withLateProgress(l10n.t("Differentiating"), undefined, (token) =>
        server.request("gradlens/check", target, token),
      );
      const open = l10n.t("Open Panel");
      const say =
        rows.length === 0 || rows.some(({ verdict }) => verdict === "wrong")
          ? "showWarningMessage"
          : "showInformationMessage";
      if ((await window[say](checkText(rows, problem), open)) === open)
        panels.show({ ...target, tab: "function", section: "function" });
    }),
    registerLive(commands.minimize, async (argument) => {
      const target = await targetOf(server, panels, argument);
      if (target) panels.show({ ...target, tab: "optimize", run: true });
    }),
    registerLive(commands.openPanel, async (argument) => {
      const editor = window.activeTextEditor;
      // With nothing at the cursor the panel opens all the same, and follows the cursor.
      if (!isCommandArgument(argument) && editor && isPython(editor.document) && editor.selection.isEmpty) {
        const { subject, point } = await subjectAt(server, editor);
        panels.show(subject ? { subject, point, tab: "function" } : null);
        return;
      }
      const target = await targetOf(server, panels, argument);
      if (target) panels.show({ ...target, tab: "function", section: "function" });
    }),
    register(commands.showScript, (argument) => {
      if (isScriptArgument(argument)) {
        panels.show({ ...argument, tab: "script" });
        return;
      }
      const editor = window.activeTextEditor;
      if (editor && isPython(editor.document)) panels.show({ document: wholeOf(editor.document).uri, tab: "script" });
      else void window.showWarningMessage(l10n.t("Open a Python file first: its run is shown."));
    }),
    register("gradlens.showOutput", () => log.show(true)),
    register("gradlens.reportIssue", () => reportIssue(context, status.current)),
    register("gradlens.openWalkthrough", async () => {
      await vscode.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#start`, false);
    }),
    registerLive("gradlens.openExample", () => openExample()),
  ];
}

/** `The gradient is right: complex step`, or each scalar with what the check says of it. */
function checkText(rows: readonly CheckRow[], problem: string | undefined): string {
  if (rows.length === 0) return problem ?? l10n.t("There is no gradient to check.");
  if (rows.every(({ verdict }) => verdict === "right"))
    return l10n.t("The gradient is right: {0}", [...new Set(rows.map(({ method }) => method))].join(", "));
  return rows.map(({ name, words, method }) => `${name}: ${words} (${method})`).join(" · ");
}

/** What was answered when last asked for values of these names. */
const answers = new Map<string, string>();

/**
 * What to look at: what the argument names, what the focused panel shows, or what is at the cursor. Asks for values that
 * no place gives; undefined if the user was told why not, or let go.
 */
export async function targetOf(
  server: Server,
  panels: Panels,
  argument: unknown,
): Promise<CommandArgument | undefined> {
  if (isCommandArgument(argument)) return { subject: argument.subject, point: argument.point };
  const editor = window.activeTextEditor;
  if (!editor) {
    const shown = panels.focused;
    if (shown) return shown;
    void window.showWarningMessage(l10n.t("Open a file, then select an expression or put the cursor in a function."));
    return undefined;
  }
  if (!isPython(editor.document) && editor.selection.isEmpty) {
    void window.showWarningMessage(l10n.t("Select an expression first, such as (x1 + 5) * x2**2."));
    return undefined;
  }
  const found = await subjectAt(server, editor);
  if (!found.subject || found.problem) {
    void window.showWarningMessage(
      found.problem ?? l10n.t("There is no function here: put the cursor in one, or select an expression."),
    );
    return undefined;
  }
  if (!found.unknown?.length) return { subject: found.subject, point: found.point };
  const names = found.unknown.join();
  const given = await askForPoint(found.unknown, { prefill: answers.get(names) ?? found.prefill });
  if (!given) return undefined;
  answers.set(names, formatPoint(given));
  return { subject: found.subject, point: { ...found.point, ...given } };
}

/** One input box for all values that are not known. */
export async function askForPoint(
  names: string[],
  { prefill }: Pick<SubjectAtResult, "prefill">,
): Promise<Point | undefined> {
  const value = prefill ?? names.map((name) => `${name}=1`).join(", ");
  const first = value.indexOf("=") + 1;
  const comma = value.slice(first).search(/[,;]/);
  const text = await window.showInputBox({
    title: "Gradlens",
    prompt: l10n.t("At which point? {0}", names.join(", ")),
    value,
    valueSelection: [first, comma < 0 ? value.length : first + comma],
    ignoreFocusOut: true,
    validateInput: (input) => {
      const message = problemOf(input, names);
      return message && { message, severity: InputBoxValidationSeverity.Error };
    },
  });
  return text === undefined ? undefined : parsePoint(text);
}

function problemOf(input: string, names: string[]): string | undefined {
  try {
    const point = parsePoint(input);
    const missing = names.filter((name) => !Object.hasOwn(point, name));
    return missing.length > 0 ? l10n.t("No value for {0}", missing.join(", ")) : undefined;
  } catch (error) {
    if (!(error instanceof PointError)) throw error;
    const what = l10n.t(error.template, ...error.values);
    return l10n.t("Character {0}: {1}", error.offset + 1, what);
  }
}

/**
 * Shows the example as a document of the user's own, in the display language where there is one; the one that is open
 * is shown again. With an argument, the cursor goes to a place in it.
 */
function exampleOf(extensionUri: Uri): (at?: { example: string; select?: boolean }) => Promise<void> {
  let opened: TextDocument | undefined;
  const open = async (): Promise<TextDocument> => {
    const names = env.language.startsWith("zh") ? ["tf_diffs.zh-cn.py", "tf_diffs.py"] : ["tf_diffs.py"];
    for (const name of names) {
      const bytes = await Promise.resolve(workspace.fs.readFile(Uri.joinPath(extensionUri, "examples", name))).catch(
        () => undefined,
      );
      if (bytes) return workspace.openTextDocument({ language: "python", content: new TextDecoder().decode(bytes) });
    }
    throw new UserError(l10n.t("The example is missing from this installation."));
  };
  return async (at) => {
    if (!opened || opened.isClosed) opened = await open();
    const offset = at ? opened.getText().indexOf(at.example) : -1;
    if (!at || offset < 0) {
      await window.showTextDocument(opened);
      return;
    }
    const start = opened.positionAt(offset);
    const end = at.select ? opened.positionAt(offset + at.example.length) : start;
    await window.showTextDocument(opened, { selection: new Range(start, end) });
  };
}
