/** `gradlens/status`: how the evaluation of a document went, in one line. */
import * as l10n from "@vscode/l10n";
import type { DocumentStatus } from "../protocol/lsp";
import { diagnostics } from "./diagnostics";
import type { Session } from "./session";

export function status(session: Session, uri: string): DocumentStatus {
  const analysis = session.analysis(uri);
  if (!analysis || !session.settingsOf(uri).enable)
    return { uri, problem: l10n.t("switched off in the settings"), milliseconds: 0, functions: 0, findings: 0 };
  const { problem, milliseconds } = analysis.script;
  const functions = analysis.functions.length;
  return { uri, problem, milliseconds, functions, findings: diagnostics(session, uri).length };
}
