/** A number at the cursor that a name or an attribute holds, how it came about, and what became of it. */
import {
  type Assign,
  type Attribute,
  type AugmentedAssign,
  type Expr,
  freeNames,
  type Name,
  PyTfTensor,
  PyTfVariable,
  type PyValue,
  pathAt,
  type Span,
  type Statement,
  toValue,
} from "../../languages/python";
import { argumentOf } from "../arguments";
import { shortText } from "../display";
import type { DocumentAnalysis } from "../document";
import { reasonText } from "../findings";
import type { Asked, Binding, History } from "../script";
import type { Look } from "../subject";
import { sequenceItems } from "../values";
import { attempt, lookOfText } from "./expression";
import { isNumber, type Surroundings, surroundings } from "./surroundings";

/** So many elements of a value are written out. */
const MOST_ELEMENTS = 24;
/** So many values of an attribute are kept, of so many numbers. */
const MOST_ROWS = 2000;
const MOST_ROW = 12;

export interface VariableFound {
  /** `x`, `self.w`. */
  readonly name: string;
  readonly value: string;
  /** undefined: a plain number, or a list. */
  readonly kind?: {
    readonly what: "Variable" | "tensor" | "array";
    readonly shape: readonly number[];
    readonly dtype: string;
    readonly trainable: boolean;
  };
  readonly history?: History;
  /** What tapes were asked about it. */
  readonly asked: readonly {
    readonly lineName: string;
    readonly what: Asked["event"]["asked"];
    readonly count: number;
    readonly value?: string;
    readonly reason?: string;
  }[];
  /** Where it is assigned an expression of other numbers: that expression. */
  readonly look?: Look;
  /** Of an attribute, which others may change: when it is that. */
  readonly moment?: Moment;
}

/** The line was reached so often, and the value is that of the last time; or nobody knows what it was there. */
type Moment = { readonly times: number } | "end of run";

/** What a name holds, and the numbers that it held one after the other. */
interface Held {
  readonly value: PyValue;
  readonly rows?: readonly (readonly number[])[];
  readonly stride?: number;
  readonly updates?: number;
  readonly look?: Look;
  /** The value in words, where that is no more what it was. */
  readonly text?: string;
  readonly moment?: Moment;
}

export function variableUnder(analysis: DocumentAnalysis, word: Span): VariableFound | undefined {
  const path = pathAt(analysis.syntax, (word.from + word.to) / 2);
  const at = path.at(-1);
  const own = at?.kind === "name" ? at : at?.kind === "attribute" ? at.nameSpan : undefined;
  if (!at || own?.from !== word.from || (at.kind !== "name" && at.kind !== "attribute")) return undefined;
  const name = analysis.text.slice(at.from, at.to);
  const held = attempt(() => heldAt(analysis, at, assignmentOf(at, path)));
  if (!held || !isNumeric(held.value)) return undefined;
  const { value, look, moment, text = shortText(value, MOST_ELEMENTS) } = held;
  const history = analysis.script.historyOf.get(value) ?? historyOf(name, held, at);
  const kind = kindOf(value);
  return {
    name,
    value: text,
    ...(kind ? { kind } : {}),
    ...(history ? { history } : {}),
    asked: askedOf(analysis, value),
    ...(look ? { look } : {}),
    ...(moment ? { moment } : {}),
  };
}

/** Numbers, and whatever holds nothing else, however many. */
function isNumeric(value: PyValue): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return false;
  return sequenceItems(value) ? isNumber(value) : toValue(value) !== undefined;
}

function kindOf(value: PyValue): VariableFound["kind"] {
  const number = typeof value === "object" && value !== null && !sequenceItems(value) ? toValue(value) : undefined;
  if (!number) return undefined;
  const what = value instanceof PyTfVariable ? "Variable" : value instanceof PyTfTensor ? "tensor" : "array";
  if (what === "array" && number.shape.length === 0) return undefined;
  const trainable = value instanceof PyTfVariable && value.trainable;
  return { what, shape: number.shape, dtype: number.dtype, trainable };
}

function historyOf(name: string, { rows, stride = 1, updates }: Held, { from, to }: Span): History | undefined {
  const [first] = rows ?? [];
  if (!rows || !first || rows.length < 2 || rows.some((row) => row.length !== first.length)) return undefined;
  // What never moved has no history.
  if (rows.every((row) => row.every((x, k) => Object.is(x, first[k])))) return undefined;
  const labels = first.length === 1 ? [name] : first.map((_, k) => `${name}[${k}]`);
  return { name, span: { from, to }, labels, values: rows.flat(), updates: updates ?? rows.length, stride };
}

// ── what it holds ───────────────────────────────────────────────────────────

interface Assignment {
  readonly statement: Assign | AugmentedAssign;
  /** What it is assigned, as an expression; and the part of the statement that is evaluated for it. */
  readonly text: (text: string) => string;
  readonly watched: Expr;
}

/** The assignment of which a name or attribute is a target. */
function assignmentOf(at: Name | Attribute, path: readonly (Statement | Expr)[]): Assignment | undefined {
  const statement = path.findLast((node) => node.kind === "assign" || node.kind === "augmented");
  const slice =
    ({ from, to }: Span) =>
    (text: string) =>
      text.slice(from, to);
  if (statement?.kind === "augmented") {
    if (statement.target !== at) return undefined;
    const { op, value } = statement;
    return { statement, watched: value, text: (text) => `${slice(at)(text)} ${op} (${slice(value)(text)})` };
  }
  if (statement?.kind !== "assign") return undefined;
  const { value } = statement;
  for (const target of statement.targets) {
    if (target === at) return { statement, watched: value, text: slice(value) };
    if (target.kind !== "tuple" && target.kind !== "list") continue;
    const place = target.items.indexOf(at);
    if (place < 0) continue;
    const item = value.kind === "tuple" || value.kind === "list" ? value.items[place] : undefined;
    return item
      ? { statement, watched: item, text: slice(item) }
      : { statement, watched: value, text: (text) => `(${slice(value)(text)})[${place}]` };
  }
  return undefined;
}

/** @throws Problem where the function around does not come by */
function heldAt(
  analysis: DocumentAnalysis,
  at: Name | Attribute,
  assignment: Assignment | undefined,
): Held | undefined {
  const { script } = analysis;
  const local = at.kind === "name" && analysis.isLocal(at);
  if (at.kind === "name" && !local) {
    const here = script.bindings.find(({ name, span }) => name === at.id && span.from === assignment?.statement.from);
    const bound = here ?? script.bindings.findLast(({ name, span }) => name === at.id && span.to <= at.from);
    const value = bound?.value ?? script.globals.get(at.id);
    if (value === undefined) return undefined;
    const { rows, stride, count } = (here ?? movedBy(analysis, at, bound) ?? bound)?.history ?? {};
    const found = assignment && attempt(() => surroundings(analysis, assignment.watched, alsoIn(assignment)));
    return { value, rows, stride, updates: count, ...lookOf(analysis, assignment, found) };
  }
  const around = attempt(() => surroundings(analysis, assignment?.watched ?? at, assignment && alsoIn(assignment)));
  if (!around) return ofObject(analysis, at, assignment);
  const { values, within } = around;
  if (!within && at.kind === "attribute") {
    const value = analysis.valueWhere(at, values);
    return { value, ...inLine(analysis, at, assignment), ...lookOf(analysis, assignment, around) };
  }
  if (!assignment) return { value: within ? within.result : analysis.valueWhere(at, values), rows: within?.results };
  const text = assignment.text(analysis.text);
  const { from, to } = assignment.watched;
  const plain = text === analysis.text.slice(from, to);
  const value = plain && within ? within.result : analysis.valueOfText(text, values);
  return { value, ...(plain ? { rows: within?.results } : {}), ...lookOf(analysis, assignment, around) };
}

/** The statement that moved a number in a loop tells its history: not one that gives its name to something else. */
function movedBy({ script, syntax }: DocumentAnalysis, { id }: Name, bound: Binding | undefined): Binding | undefined {
  const moved = script.bindings.findLast(({ name, history }) => name === id && history.count > 1);
  if (!moved || moved === bound) return moved;
  const statement = pathAt(syntax, moved.span.from).find((node) => node.kind === "assign" || node.kind === "augmented");
  const carries =
    statement?.kind === "augmented" || (statement?.kind === "assign" && freeNames(statement.value).has(id));
  return carries ? moved : undefined;
}

/** What an attribute was in this line: the file runs once more, and is watched there. */
function inLine(
  analysis: DocumentAnalysis,
  at: Name | Attribute,
  assignment: Assignment | undefined,
): Pick<Held, "text" | "moment" | "rows"> {
  const { from, to } = assignment?.watched ?? at;
  if (assignment && assignment.text(analysis.text) !== analysis.text.slice(from, to)) return { moment: "end of run" };
  let text: string | undefined;
  let times = 0;
  const rows: (readonly number[])[] = [];
  analysis.watchRun(assignment?.watched ?? at, (result) => {
    times++;
    text = shortText(result, MOST_ELEMENTS);
    const { shape, numbers } = argumentOf("", result, MOST_ROW);
    if (shape && rows.length < MOST_ROWS) rows.push(numbers);
  });
  if (text === undefined) return { moment: "end of run" };
  return { text, moment: { times }, ...(times === rows.length ? { rows } : {}) };
}

/** `self.w` in a method that gives no number, as `__init__`: what it is in an object of the file. */
function ofObject(
  analysis: DocumentAnalysis,
  at: Name | Attribute,
  assignment: Assignment | undefined,
): Held | undefined {
  const definition = analysis.definitionAround(at.from);
  const self = definition?.level === "method" ? definition.node.params.list[0]?.name : undefined;
  const object = self !== undefined && rootsOf(at)[0] === self ? analysis.objectOf(definition!) : undefined;
  if (object === undefined || at.kind === "name") return undefined;
  return { value: analysis.valueWhere(at, new Map([[self!, object]])), ...inLine(analysis, at, assignment) };
}

/** The names that `x -= 1` reads besides those behind the sign. */
const alsoIn = ({ statement }: Assignment): string[] =>
  statement.kind === "augmented" ? rootsOf(statement.target) : [];

const rootsOf = (at: Expr): string[] =>
  at.kind === "name" ? [at.id] : at.kind === "attribute" ? rootsOf(at.object) : [];

/** The expression that is assigned, where it varies with other numbers. */
function lookOf(
  analysis: DocumentAnalysis,
  assignment: Assignment | undefined,
  found: Surroundings | undefined,
): { look?: Look } {
  if (!assignment || !found) return {};
  const look = attempt(() => {
    const made = lookOfText(analysis, assignment.text(analysis.text).replace(/\s*\n\s*/g, " "), found);
    return made.labels.length > 0 && made.result().values.length > 0 ? made : undefined;
  });
  return look ? { look } : {};
}

// ── tapes ───────────────────────────────────────────────────────────────────

function askedOf(analysis: DocumentAnalysis, value: PyValue): VariableFound["asked"] {
  // A plain number is no object: others are equal to it.
  if (typeof value !== "object") return [];
  return [...analysis.script.gradients.values()].flatMap(({ event, count }) =>
    event.sources.flatMap((source, k) => {
      if (source !== value) return [];
      const reason = event.reasons[k];
      const answer = reason ? { reason: reasonText(reason) } : { value: shortText(event.results[k]!) };
      return [{ lineName: analysis.lineName(event.span.from), what: event.asked, count, ...answer }];
    }),
  );
}
