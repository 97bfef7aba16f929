/** Expressions at the cursor: one that is selected, or those around a name with their derivatives by it. */
import { type Expr, freeNames, isStatement, pathAt, type Span } from "../../languages/python";
import { shortText } from "../display";
import type { DocumentAnalysis } from "../document";
import { type Look, type Origin, Problem } from "../subject";
import { isNumber, type Surroundings, surroundings } from "./surroundings";

/** So many expressions around a name are tried for one that is a number. */
const MOST_AROUND = 6;

/** What a function gives, by what stands at the cursor. */
export interface ResultBy {
  /** The function around, by its whole name. */
  readonly function: string;
  readonly look: Look;
  /** How often the place was passed; the numbers are those of the last time. */
  readonly times: number;
  /** The derivative of its one result by the name, where there is one. */
  readonly derivative?: string;
}

export interface NameFound {
  readonly name: string;
  /** As it is written in short. */
  readonly value: string;
  /** The largest expression around that is one number and depends on the name; `places`: the name's among its labels. */
  readonly whole?: { readonly look: Look; readonly places: readonly number[] };
  readonly result?: ResultBy;
}

/** @throws Problem where what is selected is no expression */
export function selectionUnder(analysis: DocumentAnalysis, selected: Span): { look: Look; result?: ResultBy } {
  const node = expressionOver(analysis, selected);
  if (!node) return { look: analysis.expression(analysis.text.slice(selected.from, selected.to)).look };
  const found = surroundings(analysis, node);
  const look = lookAt(analysis, node, found);
  const result = resultBy(found);
  return result ? { look, result } : { look };
}

/** A name that is used, with a number as its value; undefined where there is no derivative to tell of. */
export function nameUnder(analysis: DocumentAnalysis, word: Span): NameFound | undefined {
  const around = expressionsAt(analysis, (word.from + word.to) / 2);
  const at = around.at(-1);
  if (at?.kind !== "name" || at.from !== word.from) return undefined;
  const name = at.id;
  const candidates = around
    .slice(0, -1)
    .flatMap((node) => (node.kind === "tuple" || node.kind === "list" ? [] : [node]))
    .filter((node) => freeNames(node).has(name));
  for (const node of candidates.slice(0, MOST_AROUND)) {
    const found = attempt(() => surroundings(analysis, node));
    if (!found || !isNumber(found.values.get(name))) continue;
    const look = attempt(() => dependent(lookAt(analysis, node, found, name), name));
    if (look) return { name, value: shortText(found.values.get(name)!), whole: look, ...resultIn(found, name) };
  }
  // The name is the whole: a function's result still has a derivative by it.
  const found = attempt(() => surroundings(analysis, at));
  const value = found?.values.get(name);
  if (!found || !isNumber(value)) return undefined;
  const { result } = resultIn(found, name);
  return result?.derivative === undefined ? undefined : { name, value: shortText(value!), result };
}

/** The places of a name among the labels, where the one result depends on it. */
function dependent(look: Look, name: string): NameFound["whole"] {
  if (look.result().shape.length > 0) return undefined;
  const { missing } = look.gradient();
  const places = look.labels.flatMap((label, k) => (label === name || label.startsWith(`${name}[`) ? [k] : []));
  return places.every((k) => missing[k]) ? undefined : { look, places };
}

const resultIn = (found: Surroundings, name: string): { result?: ResultBy } => {
  const result = resultBy(found, name);
  return result ? { result } : {};
};

function resultBy({ within }: Surroundings, name?: string): ResultBy | undefined {
  if (!within) return undefined;
  const value = name === undefined ? undefined : within.derivative(name);
  return {
    function: within.name,
    look: within.look,
    times: within.times,
    ...(value ? { derivative: shortText(value) } : {}),
  };
}

/** An expression where it stands: the locals (and `also`) vary, in the module every number. */
function lookAt(analysis: DocumentAnalysis, expression: Expr, found: Surroundings, also?: string): Look {
  const text = analysis.text.slice(expression.from, expression.to).replace(/\s*\n\s*/g, " ");
  return lookOfText(analysis, text, found, also);
}

/** The same of an expression that is made of parts of the text. */
export function lookOfText(analysis: DocumentAnalysis, text: string, found: Surroundings, also?: string): Look {
  const { globals } = analysis.script;
  const varied = [...found.values].flatMap(([name, value]) => {
    const local = !found.within || name === also || globals.get(name) !== value;
    return local && isNumber(value) && !analysis.constants.has(name) ? [name] : [];
  });
  const origin: Origin = found.within?.look.origin ?? { kind: "module" };
  return analysis.lookOfText(text, found.values, varied, origin);
}

export function attempt<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** The expression that is selected from its first to its last character; of a statement, what it assigns or returns. */
function expressionOver({ text, syntax }: DocumentAnalysis, { from, to }: Span): Expr | undefined {
  const selected = text.slice(from, to);
  const start = from + selected.length - selected.trimStart().length;
  const end = to - (selected.length - selected.trimEnd().length);
  const found = pathAt(syntax, (start + end) / 2).find((node) => node.from === start && node.to === end);
  if (!found || !isStatement(found)) return found as Expr | undefined;
  return found.kind === "return" || found.kind === "assign" || found.kind === "expression"
    ? (found.value ?? undefined)
    : undefined;
}

/** The expressions around an offset, the outermost first. */
function expressionsAt({ syntax }: DocumentAnalysis, offset: number): Expr[] {
  const path = pathAt(syntax, offset);
  return path.slice(path.findLastIndex(isStatement) + 1) as Expr[];
}
