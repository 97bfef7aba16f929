/** Code lenses over each function: positions at once, the gradient's title when it is asked for. */
import * as l10n from "@vscode/l10n";
import type { CodeLens } from "vscode-languageserver";
import { returnsValue } from "../analysis/document";
import { Problem } from "../analysis/subject";
import { type CommandArgument, commands } from "../protocol/lsp";
import type { Session } from "./session";
import { rangeOf } from "./text";
import { gradientText } from "./words";

interface LensData {
  uri: string;
  name: string;
}

export function lenses(session: Session, uri: string): CodeLens[] {
  const settings = session.settingsOf(uri);
  const analysis = session.analysis(uri);
  if (!settings.enable || !settings.codeLens.enabled || !analysis) return [];
  return analysis.functions.filter(returnsValue).flatMap(({ name, nameSpan }): CodeLens[] => {
    const range = rangeOf(analysis.syntax, nameSpan);
    const argument: CommandArgument = { subject: { kind: "function", uri, name } };
    const data: LensData = { uri, name };
    return [
      { range, data },
      { range, command: { title: l10n.t("Open panel"), command: commands.openPanel, arguments: [argument] } },
      { range, command: { title: l10n.t("Minimize"), command: commands.minimize, arguments: [argument] } },
    ];
  });
}

export function resolveLens(session: Session, lens: CodeLens): CodeLens {
  const { uri, name } = lens.data as LensData;
  const argument: CommandArgument = { subject: { kind: "function", uri, name } };
  return {
    ...lens,
    command: { title: title(session, uri, name), command: commands.showGradient, arguments: [argument] },
  };
}

function title(session: Session, uri: string, name: string): string {
  try {
    const look = session.analysis(uri)?.look(name);
    return look ? gradientText(look, name, session.settingsOf(uri).digits) : name;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return `∇${name}: ${error.message}`;
  }
}
