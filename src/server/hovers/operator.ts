/** Hovers on operators: the operation's value and its partial derivatives by the numbers that it meets there. */
import * as l10n from "@vscode/l10n";
import { type OperatorDerivative, operatorUnder } from "../../analysis/cursor/operator";
import type { DocumentAnalysis } from "../../analysis/document";
import { matrixText } from "../words";
import type { Card } from "./card";

/** A larger matrix is told by its shape. */
const MOST_WRITTEN = 16;

/** undefined where the operation meets no numbers. */
export function operatorHover(
  card: Card,
  analysis: DocumentAnalysis,
  operation: Parameters<typeof operatorUnder>[1],
): string | undefined {
  const found = operatorUnder(analysis, operation);
  if (!found) return undefined;
  const { text, value, operands, times } = found;
  const whole = shorten(text);
  return card.compose([
    card.equation(whole, value),
    ...operands.map((operand) =>
      card.equation(`∂(${whole})/∂${apart(shorten(operand.text))}`, derivativeText(card, operand.derivative)),
    ),
    ...(times > 1 ? [card.rich.text(l10n.t("the last of {0} times", times))] : []),
  ]);
}

function derivativeText({ digits }: Card, derivative: OperatorDerivative | undefined): string {
  if (derivative === undefined) return "None";
  if (typeof derivative === "string") return derivative;
  const { rows } = derivative;
  const [height, width] = [rows.length, rows[0]?.length ?? 0];
  return height * width <= MOST_WRITTEN ? matrixText(rows, digits) : `(${height} × ${width})`;
}

/** In parentheses, unless it is one name or number. */
const apart = (text: string): string => (/^[\p{L}\p{N}_.]+$/u.test(text) ? text : `(${text})`);

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
