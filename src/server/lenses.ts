/** Code lenses over each function, positions at once and the gradient's title when it is asked for; and where figures end. */
import * as l10n from "@vscode/l10n";
import type { CodeLens } from "vscode-languageserver";
import { type DocumentAnalysis, returnsValue } from "../analysis/document";
import type { Finding } from "../analysis/findings";
import { Problem } from "../analysis/subject";
import { type CommandArgument, commands, type ScriptArgument } from "../protocol/lsp";
import type { Session } from "./session";
import { rangeOf } from "./text";
import { gradientText } from "./words";

type Span = Finding["span"];

interface LensData {
  uri: string;
  name: string;
}

export function lenses(session: Session, uri: string): CodeLens[] {
  const settings = session.settingsOf(uri);
  const analysis = session.analysis(uri);
  if (!settings.enable || !settings.codeLens.enabled || !analysis) return [];
  return [...functionLenses(analysis, uri), ...figureLenses(analysis, uri)];
}

/** `Show figure` over the call that shows it: one lens for a place, however many figures end there. */
function figureLenses({ script, syntax }: DocumentAnalysis, uri: string): CodeLens[] {
  const places = new Map<number, { first: number; count: number; span: Span }>();
  for (const [k, { span }] of script.figures.entries()) {
    const place = places.get(span.from);
    if (place) place.count++;
    else places.set(span.from, { first: k, count: 1, span });
  }
  return [...places.values()].map(({ first, count, span }) => {
    const argument: ScriptArgument = { document: uri, figure: first };
    const title = count === 1 ? l10n.t("Show figure") : l10n.t("Show {0} figures", count);
    return { range: rangeOf(syntax, span), command: { title, command: commands.showScript, arguments: [argument] } };
  });
}

function functionLenses(analysis: DocumentAnalysis, uri: string): CodeLens[] {
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
