/**
 * Hovers on numbers, arrays, Variables and tensors by their names: value, kind, history, what was asked of tapes about
 * them; and at an assignment the expression with its derivatives.
 */
import * as l10n from "@vscode/l10n";
import type { VariableFound } from "../../analysis/cursor/variable";
import { shortName } from "../../analysis/definitions";
import type { History } from "../../analysis/script";
import { type CommandArgument, commands, type ScriptArgument } from "../../protocol/lsp";
import { formatNumber } from "../../render";
import { type Card, commandLink, jsonPoint, subjectLinks } from "./card";
import { lookLines, lookPlot } from "./look";

/** So many derivatives of one Variable are told, the last ones. */
const MOST_ASKED = 6;
/** So many elements of it have a curve. */
const MOST_CURVES = 3;

export function variableHover(card: Card, uri: string, found: VariableFound): string {
  const { name, value, kind, history, asked, look, moment } = found;
  const lines = [
    card.equation(name, value),
    ...(moment === "end of run" ? [card.rich.text(l10n.t("at the end of the run"))] : []),
    ...(typeof moment === "object" && moment.times > 1
      ? [card.rich.text(l10n.t("the last of {0} times", moment.times))]
      : []),
    ...(kind ? [card.rich.text(kindText(kind))] : []),
    ...(history ? historyLines(card, history) : []),
    ...asked.slice(-MOST_ASKED).map((one) => card.rich.text(askedText(one))),
  ];
  const script: ScriptArgument = { document: uri };
  const showScript =
    history && kind?.what === "Variable" ? [commandLink(l10n.t("Show script"), commands.showScript, script)] : [];
  if (!look || !card.settings.hover.expressions) return card.compose(lines, [], showScript);
  const subject = { kind: "expression", text: look.title, language: "python", uri } as const;
  const argument: CommandArgument = { subject, point: jsonPoint(look) };
  const expression = card.part(() => lookLines(card, look, shortName(name)));
  return card.compose([...expression, ...lines], lookPlot(card, look), [
    ...subjectLinks(argument, look, false),
    ...showScript,
  ]);
}

function kindText({ what, shape, dtype, trainable }: NonNullable<VariableFound["kind"]>): string {
  const sizes = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  if (what === "array") return l10n.t("array, shape {0}, {1}", sizes, dtype);
  if (what === "tensor") return l10n.t("tensor, shape {0}, {1}", sizes, dtype);
  return trainable
    ? l10n.t("Variable, shape {0}, {1}, trainable", sizes, dtype)
    : l10n.t("Variable, shape {0}, {1}, not trainable: tapes do not watch it by themselves", sizes, dtype);
}

/** A curve for each of a few elements. */
export function historyLines(card: Card, { labels, values, updates }: History): string[] {
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
