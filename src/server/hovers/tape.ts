/** Hovers on tapes: what they watched and recorded, what they were asked, and whether they can be asked again. */
import * as l10n from "@vscode/l10n";
import { type TapeFound, tapeUnder } from "../../analysis/cursor/tape";
import type { DocumentAnalysis } from "../../analysis/document";
import type { Card, Span } from "./card";

/** So many watched values, operations and questions are told. */
const MOST = 8;

/** undefined where the word is no tape. */
export function tapeHover(card: Card, analysis: DocumentAnalysis, word: Span): string | undefined {
  const found = tapeUnder(analysis, word);
  if (!found) return undefined;
  const { state, count, watched, length, recorded, questions } = found;
  const texts = [
    ...(count > 1 ? [l10n.t("the last of {0} times", count)] : []),
    watched.length === 0 ? l10n.t("watched nothing") : l10n.t("watched {0}", first(watched).join(", ")),
    l10n.t("recorded {0} operations", length),
    ...first(recorded.map(({ code, value }) => `${code} = ${value}`)),
    ...questions.slice(-MOST).map(({ lineName, answers }) => {
      const told = answers.map(({ name, value, reason }) => `${name}: ${value ?? l10n.t("None: {0}", reason ?? "")}`);
      return l10n.t("line {0} asked for {1}", lineName, told.join(", "));
    }),
  ];
  const heading = `${card.rich.strong("GradientTape")} ${card.rich.text(stateText(state))}`;
  return card.compose([heading, ...texts.map((text) => card.rich.text(text))]);
}

function first(texts: readonly string[]): string[] {
  const more = texts.length - MOST;
  return more > 0 ? [...texts.slice(0, MOST), l10n.t("and {0} more", more)] : [...texts];
}

function stateText(state: TapeFound["state"]): string {
  switch (state) {
    case "deleted":
      return l10n.t("deleted in the end");
    case "persistent":
      return l10n.t("persistent: it can be asked again");
    case "used":
      return l10n.t("used: it cannot be asked again");
    case "fresh":
      return l10n.t("not yet asked: it answers once");
  }
}
