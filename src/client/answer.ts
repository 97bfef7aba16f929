/** A derivative as one line of text: `∇g = (9, 42) at (2, 3)`. Nothing here knows VS Code. */
import type { Cell, View } from "../protocol/lsp";

/** The line as it is shown, and in full for the clipboard. */
export interface Answer {
  short: string;
  full: string;
}

/** How many numbers a notification shows before it says how many more there are. */
const SHOWN = 8;
const SHOWN_TEXT = 60;

const cut = (text: string) => (text.length > SHOWN_TEXT ? text.slice(0, SHOWN_TEXT - 1) + "…" : text);

const list = (items: string[], limit: number) =>
  items.length > limit ? [...items.slice(0, limit), `… +${items.length - limit}`].join(", ") : items.join(", ");

/** `g` of `g(x1, x2)`; an expression in parentheses. */
function nameOf(view: View): string {
  const call = /^([\p{L}_][\p{L}\p{N}_.]*)\([^()]*\)$/u.exec(view.title)?.[1];
  if (view.subject.kind === "function") return call ?? view.title;
  const text = view.subject.text.replace(/\s+/g, " ").trim();
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text) || enclosed(text) ? text : `(${text})`;
}

/** Whether the first parenthesis is closed by the last. */
function enclosed(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")") depth--;
    if (depth === 0) return text[0] === "(" && i === text.length - 1;
  }
  return false;
}

/** A missing gradient is a dash; the reason of the first that is missing follows in words. */
export function gradientAnswer(view: View): Answer | undefined {
  const rows = view.gradient;
  if (rows.length === 0) return undefined;
  const name = nameOf(view);
  const expression = view.subject.kind === "expression";
  const reason = rows.find((row) => row.reason && !row.automatic);
  const line = (limit: number, shorten: (text: string) => string) => {
    const values = rows.map((row) => row.automatic?.text ?? "—");
    const left =
      rows.length > 1 ? `∇${shorten(name)}` : expression ? `∂${shorten(name)}/∂${rows[0]!.name}` : `${shorten(name)}′`;
    const right = rows.length > 1 ? `(${list(values, limit)})` : values[0];
    return `${left} = ${right} ${view.where}${reason ? ` · ${reason.name}: ${reason.reason}` : ""}`;
  };
  return { short: line(SHOWN, cut), full: line(Number.POSITIVE_INFINITY, (text) => text) };
}

/** `∇²g = [[0, 6], [6, 4]] at (2, 3)`; `f″ = 6 at x = 1` where there is one argument. */
export function hessianAnswer(view: View): Answer | undefined {
  const rows = view.hessian?.rows;
  if (!rows?.length) return undefined;
  const name = nameOf(view);
  const line = (limit: number, shorten: (text: string) => string) => {
    const row = (cells: Cell[]) =>
      `[${list(
        cells.map((cell) => cell.text),
        limit,
      )}]`;
    if (rows.length === 1) {
      const left =
        view.subject.kind === "expression" ? `∂²${shorten(name)}/∂${view.hessian!.labels[0]}²` : `${shorten(name)}″`;
      return `${left} = ${rows[0]![0]!.text} ${view.where}`;
    }
    return `∇²${shorten(name)} = [${list(rows.map(row), limit)}] ${view.where}`;
  };
  return { short: line(4, cut), full: line(Number.POSITIVE_INFINITY, (text) => text) };
}
