/**
 * Hovers on a part of the code that is no function: a selected expression, or a name in one, with the derivative of the
 * whole with respect to what is under the cursor.
 */
import * as l10n from "@vscode/l10n";
import { type NameFound, nameUnder, type ResultBy, selectionUnder } from "../../analysis/cursor/expression";
import { shortName } from "../../analysis/definitions";
import type { DocumentAnalysis } from "../../analysis/document";
import type { History } from "../../analysis/script";
import { Problem } from "../../analysis/subject";
import type { CommandArgument } from "../../protocol/lsp";
import { formatNumber, formatVector } from "../../render";
import { partialDerivative } from "../formulas";
import { namedWhereText, whereText } from "../words";
import { type Card, copyLink, jsonPoint, openLink, type Span, subjectLinks } from "./card";
import { lookLines, lookPlot } from "./look";
import { historyLines } from "./variable";

/** The card of a selected expression; undefined where only space is selected. */
export function selectionHover(
  card: Card,
  analysis: DocumentAnalysis,
  uri: string,
  selected: Span,
): string | undefined {
  const text = analysis.text.slice(selected.from, selected.to).trim();
  if (text === "") return undefined;
  try {
    const { look, result } = selectionUnder(analysis, selected);
    const subject = { kind: "expression", text: look.title, language: "python", uri } as const;
    const argument: CommandArgument = { subject, point: jsonPoint(look) };
    const lines = lookLines(card, look, "f");
    if (result && result.times > 1) lines.push(lastOf(card, result));
    return card.compose(lines, lookPlot(card, look), subjectLinks(argument, look, look.labels.length > 0));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return card.problem(text, error.message);
  }
}

/** The card of a name that is used in an expression; undefined where there is no derivative to tell of. */
export function nameHover(
  card: Card,
  analysis: DocumentAnalysis,
  uri: string,
  word: Span,
  history?: History,
): string | undefined {
  const found = nameUnder(analysis, word);
  if (!found) return undefined;
  const { name, value, whole, result } = found;
  const around = [...(result ? resultLines(card, result, name) : []), ...(history ? historyLines(card, history) : [])];
  if (!whole) return card.compose([card.equation(name, value), ...around]);
  const subject = { kind: "expression", text: whole.look.title, language: "python", uri } as const;
  const argument: CommandArgument = { subject, point: jsonPoint(whole.look) };
  return card.compose(
    [...partialLines(card, name, whole), ...around],
    [],
    [openLink(argument), ...copyLink(argument, whole.look)],
  );
}

/** ∂(whole)/∂name as a formula and a number, and the whole's value. */
function partialLines(card: Card, name: string, { look, places }: NonNullable<NameFound["whole"]>): string[] {
  const { digits } = card;
  const { gradient } = look.gradient();
  const [place] = places as [number];
  const single = places.length === 1;
  const formula =
    single && card.settings.hover.formulas
      ? card.part(() => {
          const derivative = look.derivatives()[place];
          return derivative ? [card.formula(partialDerivative(look, look.labels[place]!, derivative))] : [];
        })
      : [];
  const numbers = places.map((k) => gradient[k]!);
  const text = single ? formatNumber(numbers[0]!, digits) : formatVector(numbers, digits, 8);
  const whole = shorten(look.title);
  return [
    ...formula,
    `${card.equation(`∂(${whole})/∂${name}`, text)} ${card.rich.text(namedWhereText(look, digits))}`,
    card.equation(whole, formatNumber(look.value(), digits)),
  ];
}

/** ∂(the function's result)/∂name */
function resultLines(card: Card, result: ResultBy, name: string): string[] {
  const where = card.rich.text(whereText(result.look, card.digits));
  const title = `∂${shortName(result.function)}/∂${name}`;
  const line = result.derivative === undefined ? [] : [`${card.equation(title, result.derivative)} ${where}`];
  return result.times > 1 ? [...line, lastOf(card, result)] : line;
}

const lastOf = (card: Card, { times }: ResultBy): string => card.rich.text(l10n.t("the last of {0} times", times));

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
