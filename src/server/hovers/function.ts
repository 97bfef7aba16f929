/** Hovers on functions: at their definitions, at their uses, and at a call with that call's own arguments. */
import { functionUnder } from "../../analysis/cursor/function";
import { shortName } from "../../analysis/definitions";
import type { DocumentAnalysis } from "../../analysis/document";
import { Problem } from "../../analysis/subject";
import type { CommandArgument } from "../../protocol/lsp";
import { type Card, jsonPoint, type Span, subjectLinks } from "./card";
import { lookLines, lookPlot } from "./look";

/** undefined where the word is no function's name. */
export function functionHover(card: Card, analysis: DocumentAnalysis, uri: string, word: Span): string | undefined {
  const found = functionUnder(analysis, word);
  if (!found) return undefined;
  const { name, call } = found;
  try {
    const look = call ?? analysis.look(name);
    const subject = { kind: "function", uri, name } as const;
    const argument: CommandArgument = call ? { subject, point: jsonPoint(call) } : { subject };
    const lines = lookLines(card, look, shortName(name));
    return card.compose(lines, lookPlot(card, look), subjectLinks(argument, look, analysis.canInsert(name)));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return card.problem(name, error.message);
  }
}
