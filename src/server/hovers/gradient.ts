/** Hovers on `tape.gradient(…)` and its like: the target's formula, each answer, and why one is missing. */
import * as l10n from "@vscode/l10n";
import { type GradientFound, gradientUnder } from "../../analysis/cursor/gradient";
import type { DocumentAnalysis } from "../../analysis/document";
import type { Card, Span } from "./card";
import { formulaLines, lookPlot } from "./look";

/** undefined where the word is no such call, or one that was not reached. */
export function gradientHover(card: Card, analysis: DocumentAnalysis, word: Span): string | undefined {
  const found = gradientUnder(analysis, word);
  if (!found) return undefined;
  const { look, target, count } = found;
  const formulas = look ? card.part(() => formulaLines(card, look, target)) : [];
  const last = count > 1 ? [card.rich.text(l10n.t("the last of {0} times", count))] : [];
  const lines = [...formulas, ...answerLines(card, found), ...last];
  return card.compose(lines, look ? card.part(() => lookPlot(card, look)) : []);
}

function answerLines(card: Card, { asked, target, answers }: GradientFound): string[] {
  return answers.map(({ source, value, reason, lineName }) => {
    const title = asked === "gradient" ? `∂${target}/∂${source}` : `J(${target}, ${source})`;
    if (reason === undefined) return card.equation(title, value);
    const where = lineName === undefined ? "" : ` (${l10n.t("line {0}", lineName)})`;
    return card.equation(title, `${value}: ${reason}${where}`);
  });
}
