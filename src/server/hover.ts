/** Hovers: what stands under the cursor is asked of each kind in turn, the first that knows it answers. */
import type { CancellationToken, Hover, Position, Range } from "vscode-languageserver";
import { operatorAt } from "../analysis/cursor/operator";
import { variableUnder } from "../analysis/cursor/variable";
import type { DocumentAnalysis } from "../analysis/document";
import type { Settings } from "../protocol/lsp";
import { loadTypesetter } from "../render";
import { Card, type Span } from "./hovers/card";
import { nameHover, selectionHover } from "./hovers/expression";
import { functionHover } from "./hovers/function";
import { gradientHover } from "./hovers/gradient";
import { isMath, mathHover } from "./hovers/math";
import { operatorHover } from "./hovers/operator";
import { tapeHover } from "./hovers/tape";
import { variableHover } from "./hovers/variable";
import type { Session } from "./session";
import { rangeOf } from "./text";

/** The hovers of a document's version: settings and pins make a new one. */
const answers = new WeakMap<DocumentAnalysis, Map<string, string | undefined>>();
/** A hover takes up to 100 kB. */
const MOST_KNOWN = 50;

function knownOf(analysis: DocumentAnalysis): Map<string, string | undefined> {
  let known = answers.get(analysis);
  if (!known || known.size >= MOST_KNOWN) {
    known = new Map();
    answers.set(analysis, known);
  }
  return known;
}

/** @param selection what is selected in the editor, where it tells */
export async function hover(
  session: Session,
  uri: string,
  position: Position,
  token: CancellationToken,
  selection?: Range,
): Promise<Hover | null> {
  const settings = session.settingsOf(uri);
  const document = session.documents.get(uri);
  if (!settings.enable || !settings.hover.enabled || !document) return null;
  if (isMath(document.languageId)) return mathHover(session, settings, { text: document.getText(), position }, token);
  const analysis = document.languageId === "python" ? session.analysis(uri) : undefined;
  if (!analysis) return null;
  const offset = document.offsetAt(position);
  const selected = selection && { from: document.offsetAt(selection.start), to: document.offsetAt(selection.end) };
  const inside = selected && selected.from <= offset && offset <= selected.to && selected.from < selected.to;
  const operator = inside || !settings.hover.expressions ? undefined : operatorAt(analysis, offset);
  const span = inside ? selected : (operator?.span ?? analysis.wordAt(offset));
  if (!span) return null;
  await loadTypesetter();
  const known = knownOf(analysis);
  const key = `${span.from}:${span.to}:${inside}:${session.theme}`;
  let value = known.get(key);
  if (value === undefined && !known.has(key)) {
    const card = new Card(session, settings, token);
    value = inside
      ? selectionHover(card, analysis, uri, span)
      : operator
        ? operatorHover(card, analysis, operator.operation)
        : wordHover(card, analysis, uri, span, settings);
    if (!card.partial) known.set(key, value);
  }
  if (value === undefined) return null;
  return { contents: { kind: session.rich.kind, value }, range: rangeOf(analysis.syntax, span) };
}

function wordHover(
  card: Card,
  analysis: DocumentAnalysis,
  uri: string,
  word: Span,
  { hover }: Settings,
): string | undefined {
  const known =
    (hover.functions ? functionHover(card, analysis, uri, word) : undefined) ??
    (hover.tapes ? (gradientHover(card, analysis, word) ?? tapeHover(card, analysis, word)) : undefined);
  if (known !== undefined) return known;
  const found = hover.variables ? variableUnder(analysis, word) : undefined;
  // A Variable has more to tell than the expression that it stands in, but for what a function does with it.
  const { what } = found?.kind ?? {};
  const own = found && (what === "Variable" || what === "tensor") && !analysis.definitionAround(word.from);
  return (
    (hover.expressions && !own ? nameHover(card, analysis, uri, word, found?.history) : undefined) ??
    (found ? variableHover(card, uri, found) : undefined)
  );
}
