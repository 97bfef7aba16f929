/**
 * Gradient descent that is written out, without a tape: `x = x - rate * df(x)` in a loop of the module or of a function,
 * with steps that are too long.
 */
import * as l10n from "@vscode/l10n";
import { tensor } from "../../engine";
import {
  type Binary,
  type Expr,
  type For,
  type FunctionDef,
  type PyValue,
  type Sequence,
  type Span,
  type Statement,
  visit,
  type While,
} from "../../languages/python";
import { argumentOf } from "../arguments";
import { type Definition, shortName } from "../definitions";
import type { DocumentAnalysis } from "../document";
import { spectrumOf } from "../spectrum";
import { type Look, Problem } from "../subject";
import { wordsIn } from "../words";
import { pairsOf } from "./derivatives";
import { type Finding, finding } from "./finding";
import { diverges, rateFix, shortest } from "./learning-rate";

/** `x = x - rate * slope`. */
interface Step {
  readonly name: string;
  readonly statement: Statement;
  /** What is evaluated at each step, before x changes. */
  readonly watched: Expr;
  readonly rate: Expr;
  readonly slope: string;
}

interface Path {
  /** The numbers of the names, one behind the other: at the start, and after each step. */
  readonly rows: readonly (readonly number[])[];
  /** What the names held at the start. */
  readonly values: ReadonlyMap<string, PyValue>;
}

/** So many rows are kept: where the steps are too long, it shows soon. */
const MOST_ROWS = 2000;
const MOST_NUMBERS = 64;
/** At so many rows the Hessian is looked at. */
const MOST_TRIED = 4;
/** Names are put in the place of what they were assigned to this depth, and up to so many characters. */
const MOST_DEPTH = 8;
const MOST_CHARACTERS = 2000;

const RATE = /^(?:lr|eta|alpha|gamma|step|η|α)\d*$|rate|step_?size|learning/i;
const DERIVATIVE = /^g(?:_|$)|grad|deriv|prime|slope|jac|^d(?:_|$)|^d[a-zA-Z]$|^d[a-z]_?d[a-z]$/i;

export function descentFindings(analysis: DocumentAnalysis): Finding[] {
  const found: Finding[] = [];
  let derivatives: ReadonlySet<string> | undefined;
  visit(analysis.syntax.body, (node) => {
    if (node.kind !== "for" && node.kind !== "while") return;
    derivatives ??= new Set(pairsOf(analysis.syntax, analysis.functions).map(({ derivative }) => derivative.name));
    const steps = stepsOf(analysis, node, derivatives);
    const one = steps.length > 0 ? attempt(() => descentFinding(analysis, node, steps)) : undefined;
    if (one) found.push(one);
  });
  return found;
}

// ── reading ─────────────────────────────────────────────────────────────────

/** The statements of a loop, with those of its branches, without those of inner loops and functions. */
function ownStatements(body: readonly Statement[]): Statement[] {
  return body.flatMap((one) =>
    one.kind === "if"
      ? [...ownStatements(one.body), ...ownStatements(one.orelse)]
      : one.kind === "with"
        ? ownStatements(one.body)
        : [one],
  );
}

/** @param derivatives names of functions that are derivatives of others */
function stepsOf(analysis: DocumentAnalysis, loop: For | While, derivatives: ReadonlySet<string>): Step[] {
  const { text } = analysis.syntax;
  const statements = ownStatements(loop.body);
  const changes = statements.flatMap((statement) => changesIn(statement));
  const names = new Set(changes.map(({ name }) => name));
  return changes.flatMap(({ name, statement, watched, change }): Step[] => {
    const split = splitRate(text, change, isRateName) ?? splitRate(text, change, isNumberLiteral);
    if (!split) return [];
    const before = statements.slice(0, statements.indexOf(statement));
    const used = wordsIn(split.rest);
    const told = isRateName(split.rate) || used.some((word) => DERIVATIVE.test(word) || derivatives.has(word));
    const slope = told ? inlined(analysis, split, before, names) : undefined;
    return slope === undefined || slope.includes("random")
      ? []
      : [{ name, statement, watched, rate: split.rate, slope }];
  });
}

/** `x = x - change`, `x -= change`, `x, y = x - …, y - …`. */
function changesIn(statement: Statement): { name: string; statement: Statement; watched: Expr; change: Expr }[] {
  if (statement.kind === "augmented")
    return statement.op === "-" && statement.target.kind === "name"
      ? [{ name: statement.target.id, statement, watched: statement.value, change: statement.value }]
      : [];
  if (statement.kind !== "assign" || statement.targets.length !== 1) return [];
  const { value } = statement;
  const target = statement.targets[0]!;
  const pairs: [Expr, Expr][] =
    target.kind === "tuple" && value.kind === "tuple" && target.items.length === value.items.length
      ? target.items.map((item, k) => [item, value.items[k]!])
      : [[target, value]];
  return pairs.flatMap(([to, from]) =>
    to.kind === "name" &&
    from.kind === "binary" &&
    from.op === "-" &&
    from.left.kind === "name" &&
    from.left.id === to.id
      ? [{ name: to.id, statement, watched: value, change: from.right }]
      : [],
  );
}

const isRateName = (one: Expr): boolean => one.kind === "name" && RATE.test(one.id);
const isNumberLiteral = (one: Expr): boolean => one.kind === "number" && !one.imaginary;

interface Split {
  readonly rate: Expr;
  /** What is left of the product, and the expressions of the text that it is made of. */
  readonly rest: string;
  readonly parts: readonly { readonly expression: Expr; readonly at: number }[];
}

/** A product as a rate times the rest; undefined where no factor is a rate. */
function splitRate(text: string, product: Expr, isRate: (one: Expr) => boolean): Split | undefined {
  if (isRate(product)) return { rate: product, rest: "1", parts: [] };
  if (product.kind !== "binary" || (product.op !== "*" && product.op !== "/")) return undefined;
  const join = (split: Split, other: Expr, op: Binary["op"]): Split => {
    const before = `(${split.rest}) ${op} (`;
    const own = text.slice(other.from, other.to);
    return {
      rate: split.rate,
      rest: `${before}${own})`,
      parts: [
        ...split.parts.map(({ expression, at }) => ({ expression, at: at + 1 })),
        { expression: other, at: before.length },
      ],
    };
  };
  const left = splitRate(text, product.left, isRate);
  if (left) return join(left, product.right, product.op);
  const right = product.op === "*" ? splitRate(text, product.right, isRate) : undefined;
  return right && join(right, product.left, "*");
}

/** The rest of a step with what its names were assigned in the loop before; undefined where it would be too long. */
function inlined(
  { text }: DocumentAnalysis,
  { rest, parts }: Split,
  before: readonly Statement[],
  kept: ReadonlySet<string>,
): string | undefined {
  const assigned = (name: string, until: number): { expression: Expr; item?: number } | undefined => {
    for (const one of before.filter(({ to }) => to <= until).reverse()) {
      if (one.kind !== "assign" || one.targets.length !== 1) continue;
      const target = one.targets[0]!;
      if (target.kind === "name" && target.id === name) return { expression: one.value };
      if (target.kind !== "tuple") continue;
      const item = target.items.findIndex((own) => own.kind === "name" && own.id === name);
      if (item >= 0) return { expression: one.value, item };
    }
    return undefined;
  };
  const written = (expression: Expr, depth: number): string => {
    const replaced: { from: number; to: number; by: string }[] = [];
    visit([expression], (node) => {
      if (node.kind !== "name" || kept.has(node.id) || depth >= MOST_DEPTH) return;
      const found = assigned(node.id, expression.from);
      if (!found) return;
      const own = `(${written(found.expression, depth + 1)})${found.item === undefined ? "" : `[${found.item}]`}`;
      replaced.push({ from: node.from, to: node.to, by: own });
    });
    return edited(text.slice(expression.from, expression.to), expression.from, replaced);
  };
  const made = edited(
    rest,
    0,
    parts.map(({ expression, at }) => ({
      from: at,
      to: at + expression.to - expression.from,
      by: written(expression, 0),
    })),
  );
  return made.length > MOST_CHARACTERS ? undefined : made;
}

function edited(text: string, from: number, edits: readonly { from: number; to: number; by: string }[]): string {
  return [...edits]
    .sort((a, b) => b.from - a.from)
    .reduce((made, edit) => made.slice(0, edit.from - from) + edit.by + made.slice(edit.to - from), text);
}

// ── following ───────────────────────────────────────────────────────────────

function descentFinding(analysis: DocumentAnalysis, loop: For | While, steps: readonly Step[]): Finding | undefined {
  const [{ rate: written, name }] = steps as [Step];
  const definition = analysis.definitionAround(loop.from);
  const path = definition ? pathIn(analysis, definition, steps) : pathOf(analysis, loop, steps);
  if (!path || path.rows.length < 4 || !diverges(lengths(path.rows))) return undefined;
  const names = steps.map((step) => step.name);
  const looks = steps.map(({ slope }) => analysis.lookOfText(slope, path.values, names, { kind: "module" }));
  const slopes = (point: readonly number[]) => looks.flatMap((look) => look.differentiable.values(point));
  const rate = rateOf(path.rows, slopes);
  if (rate === undefined) return undefined;
  const curvature = path.rows
    .slice(0, MOST_TRIED)
    .map((row) => largestCurvature(looks, row))
    .find((one) => one !== undefined && rate > 2 / one);
  if (curvature === undefined) return undefined;
  const place = placeOf(analysis, definition, loop, written, rate);
  const last = path.rows.findLast((row) => row.every(Number.isFinite))!;
  return finding(
    "learning-rate",
    place ?? written,
    l10n.t(
      "The learning rate {0} is too large: {1} runs away, from {2} to {3}. Gradient descent is stable here up to {4}, 2 divided by the largest eigenvalue of the Hessian.",
      shortest(rate),
      names.length > 1 ? names.join(", ") : name,
      vector(path.rows[0]!),
      vector(last),
      shortest(2 / curvature),
    ),
    {
      fixes: place ? [rateFix(place, 1 / curvature)] : [],
      related: [{ span: headOf(analysis, loop), message: l10n.t("the loop that diverges") }],
    },
  );
}

const vector = (numbers: readonly number[]): string =>
  numbers.length === 1
    ? shortest(numbers[0]!)
    : `(${numbers.slice(0, 3).map(shortest).join(", ")}${numbers.length > 3 ? ", …" : ""})`;

function headOf({ text }: DocumentAnalysis, { from, to }: Span): Span {
  const end = text.indexOf("\n", from);
  return { from, to: end < 0 ? to : end };
}

/** How far each step went; nan where it ends without a number. */
const lengths = (rows: readonly (readonly number[])[]): number[] =>
  rows.slice(1).map((row, k) => Math.hypot(...row.map((x, i) => x - rows[k]![i]!)));

function numbersOf(name: string, value: PyValue | undefined): readonly number[] | undefined {
  const { shape, numbers } = argumentOf(name, value ?? null, MOST_NUMBERS);
  return shape ? numbers : undefined;
}

/** Of a loop of the module: what its names were bound to. */
function pathOf({ script }: DocumentAnalysis, loop: Span, steps: readonly Step[]): Path | undefined {
  const columns = steps.map(({ name, statement }) => {
    const before = script.bindings.findLast((one) => one.name === name && one.span.to <= loop.from);
    const own = script.bindings.find((one) => one.name === name && one.span.from === statement.from);
    const start = before?.history.rows.at(-1);
    return start && own?.history.stride === 1
      ? { name, value: before!.value, rows: [start, ...own.history.rows] }
      : undefined;
  });
  if (!columns.every((column) => column !== undefined)) return undefined;
  const count = Math.min(...columns.map(({ rows }) => rows.length));
  const rows = Array.from({ length: count }, (_, k) => columns.flatMap((column) => column.rows[k]!));
  if (rows[0]!.length > MOST_NUMBERS || rows.some((row) => row.length !== rows[0]!.length)) return undefined;
  const values = new Map(columns.map(({ name, value, rows }) => [name, withNumbers(value, rows[0]!)]));
  return { rows, values };
}

/** A number, or an array of this form, with these numbers: the one that was bound may have changed since. */
function withNumbers(value: PyValue, numbers: readonly number[]): PyValue {
  const { shape, make } = argumentOf("", value);
  return shape && shape.length > 0 ? make(tensor(numbers, "float64", shape)) : numbers[0]!;
}

/** Of a loop in a function: what its names hold at each step, at the point at which the function is looked at. */
function pathIn(analysis: DocumentAnalysis, definition: Definition, steps: readonly Step[]): Path | undefined {
  const look = attempt(
    () => analysis.look(definition.name),
    (problem) => problem.look,
  );
  if (!look) return undefined;
  const states = steps.map(({ name }) => name);
  const names = [...new Set([...states, ...steps.flatMap(({ slope }) => wordsIn(slope))])];
  const rows: number[][] = [];
  let values: ReadonlyMap<string, PyValue> | undefined;
  attempt(() =>
    analysis.watch(definition.name, look, look.inputs(), steps[0]!.watched, {
      names,
      see: (held) => {
        if (rows.length >= MOST_ROWS) return;
        const row = states.map((name, k) => numbersOf(name, held[k]));
        if (row.some((numbers) => numbers === undefined)) return;
        rows.push(row.flatMap((numbers) => numbers!));
        values ??= new Map(
          names.flatMap((name, k): [string, PyValue][] => {
            const value = held[k];
            const own = states.includes(name) && value !== undefined ? withNumbers(value, row[k]!) : value;
            return own === undefined ? [] : [[name, own]];
          }),
        );
      },
    }),
  );
  return values && rows[0]!.length <= MOST_NUMBERS ? { rows, values } : undefined;
}

/** The rate at which the first steps follow the slopes; undefined where they do not, or where it changes. */
function rateOf(
  rows: readonly (readonly number[])[],
  slopes: (point: readonly number[]) => readonly number[],
): number | undefined {
  const rates = [0, 1].flatMap((k) =>
    slopes(rows[k]!).flatMap((slope, i) => (slope === 0 ? [] : [(rows[k]![i]! - rows[k + 1]![i]!) / slope])),
  );
  const [rate] = rates;
  return rate !== undefined && rate > 0 && rates.every((other) => Math.abs(other - rate) < 1e-3 * rate)
    ? rate
    : undefined;
}

/** The largest eigenvalue of the slopes' Jacobian, which is the Hessian if it is symmetric; undefined where it is not, or negative. */
function largestCurvature(looks: readonly Look[], point: readonly number[]): number | undefined {
  const rows = attempt(() => looks.flatMap((look) => look.jacobianAt(point).rows));
  if (!rows || rows.length !== point.length || !rows.flat().every(Number.isFinite)) return undefined;
  const scale = Math.max(...rows.flat().map(Math.abs));
  if (rows.some((row, i) => row.some((x, j) => Math.abs(x - rows[j]![i]!) > 1e-3 * scale))) return undefined;
  const largest = spectrumOf(rows, [0], 1)?.values.at(-1);
  return largest !== undefined && largest > 0 ? largest : undefined;
}

/** The literal that is the rate: in the step, where its name is assigned, or where it is passed to the function. */
function placeOf(
  { syntax }: DocumentAnalysis,
  definition: FunctionDef | undefined,
  loop: Span,
  written: Expr,
  rate: number,
): Span | undefined {
  const literal = (one: Expr | null | undefined): Span | undefined =>
    one?.kind === "number" && Math.abs(Number(one.value) - rate) <= 1e-3 * rate
      ? { from: one.from, to: one.to }
      : undefined;
  if (written.kind !== "name") return literal(written);
  const { id } = written;
  const found: Span[] = [];
  const add = (span: Span | undefined) => {
    if (span) found.push(span);
  };
  const at = definition?.params.list.findIndex(({ name }) => name === id) ?? -1;
  if (definition && at >= 0) {
    add(literal(definition.params.list[at]!.default));
    visit(syntax.body, (node) => {
      if (node.kind !== "call") return;
      const { callee, args } = node;
      const name = callee.kind === "name" ? callee.id : callee.kind === "attribute" ? callee.name : undefined;
      if (name !== shortName(definition.name)) return;
      const passed = args.find((one) => one.kind === "keyword" && one.name === id) ?? args[at];
      if (passed && (passed.kind === "positional" || passed.name === id)) add(literal(passed.value));
    });
  } else
    visit(syntax.body, (node) => {
      if (node.kind !== "assign" || node.to > loop.from) return;
      for (const target of node.targets) for (const value of assignedTo(id, target, node.value)) add(literal(value));
    });
  // Where there are several, nobody knows which one is meant.
  return found.length === 1 ? found[0] : undefined;
}

/** What `x = 1` or `x, y = 1, 2` gives a name. */
function assignedTo(id: string, target: Expr, value: Expr): Expr[] {
  if (target.kind === "name") return target.id === id ? [value] : [];
  const items = target.kind === "tuple" && value.kind === "tuple" ? (value as Sequence).items : [];
  return items.flatMap((item, k) => assignedTo(id, (target as Sequence).items[k] ?? value, item));
}

function attempt<T>(compute: () => T, otherwise?: (problem: Problem) => T | undefined): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Problem) return otherwise?.(error);
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
