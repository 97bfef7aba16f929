/** Formulas in LaTeX as expressions that are looked at like any other. */
import * as l10n from "@vscode/l10n";
import { ExpressionError } from "../languages/expression";
import { type LatexFormula, parseLatex } from "../languages/expression/latex";
import { Problem } from "./subject";

/** @throws Problem for what is no formula, or has no one meaning */
export function readLatex(text: string): LatexFormula {
  try {
    return parseLatex(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new Problem(l10n.t("this is not an expression: {0} (character {1})", error.message, error.offset + 1));
  }
}

/** Whether a text is written as LaTeX: a command, or braces behind a power or an index. */
export const isLatex = (text: string): boolean => /\\[a-zA-Z]+|[\^_]\{/.test(text);
