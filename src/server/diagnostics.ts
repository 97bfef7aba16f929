/** Findings as diagnostics, and their mends as quick fixes. */
import * as l10n from "@vscode/l10n";
import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  DiagnosticSeverity,
  type Range,
} from "vscode-languageserver";
import type { Finding, Severity } from "../analysis/findings";
import type { Session } from "./session";
import { rangeOf } from "./text";

const SEVERITY: { [S in Severity]: DiagnosticSeverity } = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

export function diagnostics(session: Session, uri: string): Diagnostic[] {
  const settings = session.settingsOf(uri);
  const analysis = session.analysis(uri);
  if (!settings.enable || !settings.diagnostics.enabled || !analysis) return [];
  return analysis.findings().map((finding) => diagnosticOf(analysis.syntax, uri, finding));
}

function diagnosticOf(lines: Parameters<typeof rangeOf>[0], uri: string, finding: Finding): Diagnostic {
  return {
    range: rangeOf(lines, finding.span),
    severity: SEVERITY[finding.severity],
    source: "Gradlens",
    code: finding.code,
    message: finding.message,
    ...(finding.related
      ? {
          relatedInformation: finding.related.map(({ span, message }) => ({
            location: { uri, range: rangeOf(lines, span) },
            message,
          })),
        }
      : {}),
  };
}

/** The quick fixes of the findings that touch `range`. */
export function codeActions(session: Session, uri: string, range: Range): CodeAction[] {
  const analysis = session.analysis(uri);
  if (!analysis || !session.settingsOf(uri).diagnostics.enabled) return [];
  return analysis.findings().flatMap((finding) => {
    const place = rangeOf(analysis.syntax, finding.span);
    if (place.end.line < range.start.line || place.start.line > range.end.line) return [];
    return finding.fixes.map(
      (fix): CodeAction => ({
        title: l10n.t("Gradlens: {0}", fix.title),
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnosticOf(analysis.syntax, uri, finding)],
        isPreferred: true,
        edit: {
          changes: {
            [uri]: fix.edits.map((edit) => ({ range: rangeOf(analysis.syntax, edit), newText: edit.text })),
          },
        },
      }),
    );
  });
}
