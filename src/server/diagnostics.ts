/** Findings as diagnostics, and their mends as quick fixes. */
import * as l10n from "@vscode/l10n";
import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  DiagnosticSeverity,
  type Range,
} from "vscode-languageserver";
import english from "../../docs/findings.md";
import chinese from "../../docs/findings.zh-cn.md";
import { FINDINGS, type Finding, type Severity } from "../analysis/findings";
import type { Settings } from "../protocol/lsp";
import type { Session } from "./session";
import { rangeOf } from "./text";

/** The page of the findings in each language that there is: its name in `docs`, and its lines. */
const PAGES = {
  en: { name: "findings.md", lines: english.split(/\r?\n/) },
  "zh-cn": { name: "findings.zh-cn.md", lines: chinese.split(/\r?\n/) },
};

/** The address of the section about a finding, of the page in the editor's language. */
function explanation({ findingsPage, locale }: Session, code: string): string | undefined {
  const { name, lines } = PAGES[/^zh(?:$|[-_](?:cn|hans|sg)\b)/i.test(locale) ? "zh-cn" : "en"];
  return findingsPage
    ?.replace(/findings\.md(?=#|$)/, name)
    .replaceAll("{code}", code)
    .replaceAll("{line}", String(lines.indexOf(`## ${code}`) + 1));
}

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
  return analysis.findings().flatMap((finding) => {
    const severity = severityOf(finding, settings);
    return severity ? [diagnosticOf(session, analysis.syntax, uri, finding, severity)] : [];
  });
}

/** As the user wants findings of this code, one that is milder than usual no stronger. Undefined: it is not wanted. */
function severityOf({ code, severity }: Finding, { diagnostics }: Settings): DiagnosticSeverity | undefined {
  const wanted = diagnostics.severity[code];
  if (wanted === "off") return undefined;
  const [own, usual] = [SEVERITY[severity], SEVERITY[FINDINGS[code]]];
  if (wanted === undefined) return own;
  // The protocol counts from error to hint.
  return own > usual && own > SEVERITY[wanted] ? own : SEVERITY[wanted];
}

function diagnosticOf(
  session: Session,
  lines: Parameters<typeof rangeOf>[0],
  uri: string,
  finding: Finding,
  severity: DiagnosticSeverity,
): Diagnostic {
  const href = explanation(session, finding.code);
  return {
    range: rangeOf(lines, finding.span),
    severity,
    source: "Gradlens",
    code: finding.code,
    ...(href === undefined ? {} : { codeDescription: { href } }),
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
  const settings = session.settingsOf(uri);
  if (!analysis || !settings.enable || !settings.diagnostics.enabled) return [];
  return analysis.findings().flatMap((finding) => {
    const place = rangeOf(analysis.syntax, finding.span);
    const severity = severityOf(finding, settings);
    if (!severity || place.end.line < range.start.line || place.start.line > range.end.line) return [];
    return finding.fixes.map(
      (fix): CodeAction => ({
        title: l10n.t("Gradlens: {0}", fix.title),
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnosticOf(session, analysis.syntax, uri, finding, severity)],
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
