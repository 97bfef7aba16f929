/** Code lenses over each function, positions at once and the gradient's title when it is asked for; and where figures end. */
import * as l10n from "@vscode/l10n";
import type { CodeLens } from "vscode-languageserver";
import { shortName } from "../analysis/definitions";
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
  return [...functionLenses(session, analysis, uri), ...figureLenses(analysis, uri)];
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

function functionLenses(session: Session, analysis: DocumentAnalysis, uri: string): CodeLens[] {
  return placesOf(session, analysis, uri).flatMap(({ name, span }): CodeLens[] => {
    const range = rangeOf(analysis.syntax, span);
    const argument: CommandArgument = { subject: { kind: "function", uri, name } };
    const data: LensData = { uri, name };
    return [
      { range, data },
      { range, command: { title: l10n.t("Open panel"), command: commands.openPanel, arguments: [argument] } },
      { range, command: { title: l10n.t("Minimize"), command: commands.minimize, arguments: [argument] } },
    ];
  });
}

/** Where functions are; while the document does not parse, those that it had stay where their names stand. */
function placesOf(session: Session, { functions, syntax, text }: DocumentAnalysis, uri: string) {
  const places = functions
    .filter((one) => one.level !== "nested" && !isSpecial(one.name) && returnsValue(one))
    .map(({ name, nameSpan }) => ({ name, span: nameSpan }));
  const known = session.lensTitles.get(uri);
  if (syntax.errors.length === 0) {
    session.lensTitles.set(uri, new Map(places.map(({ name }) => [name, known?.get(name)])));
    return places;
  }
  for (const name of known?.keys() ?? []) {
    const short = shortName(name);
    const found = new RegExp(`^[ \\t]*(?:\\w+[ \\t]+)?(?=${short}(?![\\p{L}\\p{N}_]))`, "mu").exec(text);
    if (!found || places.some((place) => place.name === name)) continue;
    const from = found.index + found[0].length;
    places.push({ name, span: { from, to: from + short.length } });
  }
  return places;
}

/** `__repr__` and its like give no numbers; `__call__` does. */
const isSpecial = (name: string): boolean => /(?:^|\.)__(?!call__$)\w+__$/.test(name);

export function resolveLens(session: Session, lens: CodeLens): CodeLens {
  const { uri, name } = lens.data as LensData;
  const argument: CommandArgument = { subject: { kind: "function", uri, name } };
  return {
    ...lens,
    command: { title: title(session, uri, name), command: commands.showGradient, arguments: [argument] },
  };
}

function title(session: Session, uri: string, name: string): string {
  const known = session.lensTitles.get(uri);
  const analysis = session.analysis(uri);
  try {
    const look = analysis?.look(name);
    const found = look ? gradientText(look, name, session.settingsOf(uri).digits) : name;
    known?.set(name, found);
    return found;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // What does not parse will in a moment: what it said before may stand until then.
    const before = analysis && analysis.syntax.errors.length > 0 ? known?.get(name) : undefined;
    if (before) return before;
    // Names that the file gives after the place where its run stopped are not known.
    const stopped = analysis?.script.problem;
    const message = stopped && error.message.startsWith("NameError") ? stopped : error.message;
    // `report(x) gives 'x = 1', not a number` has the name already.
    return message.startsWith(`${shortName(name)}(`) ? message : `∇${shortName(name)}: ${message}`;
  }
}
