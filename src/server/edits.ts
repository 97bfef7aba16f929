/** Changes of a document that Gradlens makes: as code actions where the cursor is, and for commands. */
import * as l10n from "@vscode/l10n";
import { type CodeAction, CodeActionKind, type Range, type WorkspaceEdit } from "vscode-languageserver";
import type { DocumentAnalysis } from "../analysis/document";
import type { Edit } from "../analysis/findings";
import { insertCheck, insertDerivative, insertExpressionDerivative } from "../analysis/insert";
import { pointEdit } from "../analysis/point-comment";
import { replaceByValue, selectedCall } from "../analysis/replace";
import { Problem } from "../analysis/subject";
import { commands, type EditParams, type EditResult, type Point } from "../protocol/lsp";
import { formatPoint } from "../protocol/point";
import { toJsonTree } from "../protocol/values";
import type { Session } from "./session";
import { rangeOf } from "./text";

/** The actions on a function's definition, where its first line is, and on a selected call. */
export function refactorings(session: Session, uri: string, range: Range): CodeAction[] {
  const analysis = session.analysis(uri);
  const document = session.documents.get(uri);
  if (!analysis || !document || !session.settingsOf(uri).enable) return [];
  const from = document.offsetAt(range.start);
  const to = document.offsetAt(range.end);
  const action = (title: string, make: () => readonly Edit[]): CodeAction => {
    const made = attempt(make);
    return {
      title: l10n.t("Gradlens: {0}", title),
      kind: CodeActionKind.Refactor,
      ...(made.problem === undefined
        ? { edit: workspaceEdit(analysis, uri, made.edits) }
        : { disabled: { reason: made.problem } }),
    };
  };
  const call = selectedCall(analysis, from, to);
  const replacement = call && attempt(() => [replaceByValue(analysis, call)]);
  const definition = call ? undefined : definitionAt(analysis, from, to);
  if (!definition) {
    const gradient =
      from < to ? attempt(() => insertExpressionDerivative(analysis, { from, to }, "gradient")) : undefined;
    // Most selections are no expression, most calls have no number as their value: nothing to be said about them.
    return [
      ...(replacement?.edits ?? []).map((edit) =>
        action(l10n.t("Replace by its value {0}", shorten(edit.text)), () => [edit]),
      ),
      ...(gradient && gradient.problem === undefined
        ? [action(l10n.t("Insert the gradient of the selected expression as a function"), () => gradient.edits)]
        : []),
    ];
  }
  const { name } = definition;
  const actions = [
    action(l10n.t("Insert the gradient of {0} as a function", name), () =>
      insertDerivative(analysis, name, "gradient"),
    ),
    action(l10n.t("Insert the Hessian of {0} as a function", name), () => insertDerivative(analysis, name, "hessian")),
    action(l10n.t("Insert a test of the gradient of {0}", name), () => insertCheck(analysis, name)),
  ];
  // One that is no function of numbers has none of these.
  if (actions.every(({ disabled }) => disabled)) return actions.slice(0, 1);
  const text = formatPoint(presentPoint(analysis, name));
  const point = attempt(() => [pointEdit(analysis, definition, text)]);
  const written = analysis.pointSpan(definition);
  if (point.problem === undefined && !(written && analysis.text.slice(written.from, written.to) === text))
    actions.push(action(l10n.t("Write the point {0} above {1}", shorten(text), name), () => point.edits));
  if (session.isPinned(uri, name)) {
    const subject = { kind: "function", uri, name } as const;
    actions.push({
      title: l10n.t("Gradlens: {0}", l10n.t("Unpin the point of {0}", name)),
      kind: CodeActionKind.Refactor,
      command: { title: l10n.t("Unpin the point of {0}", name), command: commands.unpin, arguments: [{ subject }] },
    });
  }
  return actions;
}

/** What a code action would do, for a command. */
export function edit(session: Session, { uri, range, action, name: given, point }: EditParams): EditResult {
  const analysis = session.analysis(uri);
  const document = session.documents.get(uri);
  if (!analysis || !document) return { problem: l10n.t("the document is not open") };
  const from = document.offsetAt(range.start);
  const to = document.offsetAt(range.end);
  const { edits, problem } = attempt(() => {
    if (action === "value") {
      const call = selectedCall(analysis, from, to);
      if (!call) throw new Problem(l10n.t("Select a call first, such as tape.gradient(z, x1)."));
      return [replaceByValue(analysis, call)];
    }
    const definition =
      given === undefined
        ? (definitionAt(analysis, from, to) ?? functionAround(analysis, from, to))
        : analysis.functionNamed(given);
    if (from < to && given === undefined && (action === "gradient" || action === "hessian")) {
      const made = attempt(() => insertExpressionDerivative(analysis, { from, to }, action));
      if (made.problem === undefined) return made.edits;
    }
    if (!definition) throw new Problem(l10n.t("There is no function here: put the cursor in one."));
    const { name } = definition;
    switch (action) {
      case "gradient":
      case "hessian":
        return insertDerivative(analysis, name, action);
      case "check":
        return insertCheck(analysis, name);
      case "point":
        return [pointEdit(analysis, definition, formatPoint(point ?? presentPoint(analysis, name)))];
    }
  });
  return problem === undefined ? { edit: workspaceEdit(analysis, uri, edits) } : { problem };
}

/** The function whose first line is touched. */
function definitionAt(analysis: DocumentAnalysis, from: number, to: number) {
  return analysis.functions.findLast(
    (one) => one.from <= to && from <= analysis.headerEnd(one) && analysis.functionNamed(one.name) === one,
  );
}

function functionAround(analysis: DocumentAnalysis, from: number, to: number) {
  const found = analysis.subjectAt(from, to);
  return found.kind === "function" ? analysis.functionNamed(found.name) : undefined;
}

function presentPoint(analysis: DocumentAnalysis, name: string): Point {
  return Object.fromEntries(
    Object.entries(analysis.look(name).pointTree()).map(([parameter, tree]) => [parameter, toJsonTree(tree)]),
  );
}

function attempt(make: () => readonly Edit[]): { edits: readonly Edit[]; problem?: string } {
  try {
    return { edits: make() };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { edits: [], problem: error.message };
  }
}

function workspaceEdit({ syntax }: DocumentAnalysis, uri: string, edits: readonly Edit[]): WorkspaceEdit {
  return { changes: { [uri]: edits.map((one) => ({ range: rangeOf(syntax, one), newText: one.text })) } };
}

const shorten = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
