/** Hovers on TensorFlow's Variables and tensors: value, kind, history, and what was asked of tapes about them. */
import * as l10n from "@vscode/l10n";
import { type VariableFound, variableUnder } from "../../analysis/cursor/variable";
import type { DocumentAnalysis } from "../../analysis/document";
import type { History } from "../../analysis/script";
import { commands, type ScriptArgument } from "../../protocol/lsp";
import { formatNumber } from "../../render";
import { type Card, commandLink, type Span } from "./card";

/** So many derivatives of one Variable are told, the last ones. */
const MOST_ASKED = 6;
/** So many elements of it have a curve. */
const MOST_CURVES = 3;

/** undefined where the word is none, or that of a function's local. */
export function variableHover(card: Card, analysis: DocumentAnalysis, uri: string, word: Span): string | undefined {
  const found = variableUnder(analysis, word);
  if (!found) return undefined;
  const { name, value, history, asked } = found;
  const lines = [
    card.equation(name, value),
    card.rich.text(kindText(found)),
    ...(history ? historyLines(card, history) : []),
    ...asked.slice(-MOST_ASKED).map((one) => card.rich.text(askedText(one))),
  ];
  const argument: ScriptArgument = { document: uri };
  return card.compose(lines, [], history ? [commandLink(l10n.t("Show script"), commands.showScript, argument)] : []);
}

function kindText({ shape, dtype, trainable }: VariableFound): string {
  const sizes = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  if (trainable === undefined) return l10n.t("tensor, shape {0}, {1}", sizes, dtype);
  return trainable
    ? l10n.t("Variable, shape {0}, {1}, trainable", sizes, dtype)
    : l10n.t("Variable, shape {0}, {1}, not trainable: tapes do not watch it by themselves", sizes, dtype);
}

/** A curve for each of a few elements. */
function historyLines(card: Card, { labels, values, updates }: History): string[] {
  const width = labels.length;
  const count = values.length / width;
  const text = (value: number) => formatNumber(value, card.digits);
  const curves = labels.slice(0, MOST_CURVES).flatMap((label, k) => {
    const own = Array.from({ length: count }, (_, row) => values[row * width + k]!);
    if (own.length < 3) return [];
    const alt = l10n.t("{0} from {1} to {2}", label, text(own[0]!), text(own[own.length - 1]!));
    return [`${width > 1 ? card.rich.text(`${label} `) : ""}${card.sparkline(own, alt)}`];
  });
  return [card.rich.text(l10n.t("after {0} updates", updates)), ...curves];
}

function askedText({ lineName, what, count, value, reason }: VariableFound["asked"][number]): string {
  const answer = value ?? l10n.t("None: {0}", reason ?? "");
  const last = count > 1 ? ` (${l10n.t("the last of {0} times", count)})` : "";
  return l10n.t("line {0}: {1} → {2}", lineName, what, answer) + last;
}
