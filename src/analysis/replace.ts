/** A selected call and its value as source text. */
import * as l10n from "@vscode/l10n";
import { arrayCode, isFloat, peek, type Tensor } from "../engine";
import { type Call, type PyValue, toValue, visit } from "../languages/python";
import { shortText } from "./display";
import type { DocumentAnalysis } from "./document";
import type { Edit } from "./findings";
import { styleOf } from "./style";
import { Problem } from "./subject";
import { sequenceItems } from "./values";

/** More numbers are no replacement for a call. */
const MOST_NUMBERS = 64;

/** The call that is selected, without the spaces around it. */
export function selectedCall(analysis: DocumentAnalysis, from: number, to: number): Call | undefined {
  const selected = analysis.text.slice(from, to);
  const start = from + selected.length - selected.trimStart().length;
  const end = to - (selected.length - selected.trimEnd().length);
  let found: Call | undefined;
  if (start < end)
    visit(analysis.syntax.body, (node) => {
      if (node.kind === "call" && node.from === start && node.to === end) found = node;
    });
  return found;
}

/** The call replaced by what it gives. @throws Problem where that is no number, or not one number for all */
export function replaceByValue(analysis: DocumentAnalysis, call: Call): Edit {
  return { from: call.from, to: call.to, text: literalText(analysis, analysis.valueOfCall(call)) };
}

function literalText(analysis: DocumentAnalysis, value: PyValue): string {
  if (value === null) return "None";
  const items = sequenceItems(value);
  if (items) {
    const inside = items.values.map((item) => literalText(analysis, item));
    if (items.kind === "list") return `[${inside.join(", ")}]`;
    return `(${inside.join(", ")}${inside.length === 1 ? "," : ""})`;
  }
  const number = toValue(value);
  if (!number) throw new Problem(l10n.t("its value is not a number"));
  const numbers = peek(number);
  if (numbers.data.length > MOST_NUMBERS) throw new Problem(l10n.t("its value has {0} numbers", numbers.data.length));
  return numbers.shape.length === 0 ? scalarText(numbers, value) : arrayText(analysis, numbers);
}

/** As Python prints it; `nan` and `inf` are no names there. */
function scalarText(number: Tensor, value: PyValue): string {
  const written = typeof value === "object" ? shortText(number) : shortText(value);
  return isFloat(number.dtype) && !Number.isFinite(number.item()) ? `float("${written}")` : written;
}

function arrayText(analysis: DocumentAnalysis, numbers: Tensor): string {
  const { target, prefix } = styleOf(analysis);
  return arrayCode(numbers, target, prefix);
}
