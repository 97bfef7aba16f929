/** Derivatives that a file has by hand: which function belongs to which, and whether they agree. */
import * as l10n from "@vscode/l10n";
import { type Call, type Expr, type FunctionDef, type PyModuleSyntax, visit } from "../../languages/python";
import { shortName } from "../definitions";
import { floatText } from "../display";
import type { DocumentAnalysis, PointTree } from "../document";
import { rewriteDerivative } from "../insert";
import type { Tree } from "../point";
import { followed, type Look, Problem } from "../subject";
import { type Finding, type Fix, finding } from "./finding";

/** `derivative` is written as that of `of`. */
export interface Pair {
  readonly derivative: FunctionDef;
  readonly of: FunctionDef;
  readonly order: 1 | 2;
}

const FIRST = ["grad", "gradient", "derivative", "deriv", "der", "prime", "jac", "jacobian"];
const SECOND = ["hess", "hessian", "second_derivative", "double_prime", "prime2"];
/** What functions to be differentiated are called where their derivative has no name but `jac` or `hess`. */
const USUAL = /^(?:f|fn|fun|func|function|objective|loss|cost|value)$/;

/**
 * The pairs that names, calls such as `minimize(f, x0, jac=df)` and comments tell of: of one module, one class, or one
 * function around them.
 */
export function pairsOf(syntax: PyModuleSyntax, functions: readonly FunctionDef[]): Pair[] {
  const scopes = new Map<string, Map<string, FunctionDef>>();
  for (const definition of functions) {
    const own = shortName(definition.name);
    const scope = definition.name.slice(0, definition.name.length - own.length);
    scopes.set(scope, (scopes.get(scope) ?? new Map()).set(own, definition));
  }
  const said = saidIn(syntax.text);
  visit(syntax.body, (node) => {
    if (node.kind === "call") said.push(...passedIn(node));
  });
  return [...scopes.values()].flatMap((named) => pairsAmong(named, said));
}

function pairsAmong(named: ReadonlyMap<string, FunctionDef>, said: readonly Said[]): Pair[] {
  const found = new Map<FunctionDef, Pair>();
  const add = (derivative: string, of: string, order: 1 | 2) => {
    const [one, other] = [named.get(derivative), named.get(of)];
    if (one && other && one !== other && !found.has(one)) found.set(one, { derivative: one, of: other, order });
  };
  for (const { derivative, of, order } of said) add(derivative, of, order);
  const spelled = new Map<string, string[]>();
  for (const name of named.keys()) spelled.set(snakeOf(name), [...(spelled.get(snakeOf(name)) ?? []), name]);
  for (const of of named.keys())
    for (const [form, order] of formsOf(snakeOf(of))) for (const name of spelled.get(form) ?? []) add(name, of, order);
  return [...found.values()];
}

/** A pair by its names. */
interface Said {
  readonly derivative: string;
  readonly of: string;
  readonly order: 1 | 2;
}

const snakeOf = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, "$1_$2").toLowerCase();

/** What the derivatives of a function are called, and of which order they are. */
function* formsOf(base: string): Generator<[form: string, order: 1 | 2]> {
  const usual = USUAL.test(base);
  for (const [words, order] of [[FIRST, 1] as const, [SECOND, 2] as const])
    for (const word of words) {
      for (const form of [`${base}_${word}`, `${word}_${base}`, `${word}_of_${base}`]) yield [form, order];
      if (usual) yield [word, order];
    }
  for (const form of [`d${base}`, `d_${base}`, `${base}prime`]) yield [form, 1];
  for (const form of [`d2${base}`, `d2_${base}`, `dd${base}`]) yield [form, 2];
  if (!usual) return;
  yield ["fprime", 1];
  yield ["fprime2", 2];
}

/** `# gradlens: df is the derivative of f`. */
function saidIn(text: string): Said[] {
  const english = /#\s*gradlens\s*[:：]\s*(\w+)\s+is\s+the\s+(derivative|gradient|jacobian|hessian)\s+of\s+(\w+)/giu;
  const chinese = /#\s*gradlens\s*[:：]\s*(\w+)\s*是\s*(\w+)\s*的\s*(导数|梯度|雅可比|黑塞|海森)/gu;
  return [
    ...[...text.matchAll(english)].map(([, derivative, what, of]) => ({
      derivative: derivative!,
      of: of!,
      order: /hessian/i.test(what!) ? (2 as const) : (1 as const),
    })),
    ...[...text.matchAll(chinese)].map(([, derivative, of, what]) => ({
      derivative: derivative!,
      of: of!,
      order: /黑塞|海森/.test(what!) ? (2 as const) : (1 as const),
    })),
  ];
}

/** `minimize(f, x0, jac=df)`, `newton(f, x0, fprime=df)`, `minimize(model.loss, w, jac=model.gradient)`. */
function passedIn({ args }: Call): Said[] {
  const of = args[0]?.kind === "positional" ? nameOf(args[0].value) : undefined;
  if (of === undefined) return [];
  return args.flatMap(({ kind, name, value }) => {
    const derivative = kind === "keyword" ? nameOf(value) : undefined;
    const order = /^(?:jac|fprime|grad|gradient)$/.test(name)
      ? 1
      : /^(?:hess|fprime2|hessian)$/.test(name)
        ? 2
        : undefined;
    return derivative !== undefined && order ? [{ derivative, of, order: order as 1 | 2 }] : [];
  });
}

/** The name of a function, or of an object's method. */
function nameOf(expression: Expr): string | undefined {
  if (expression.kind === "name") return expression.id;
  return expression.kind === "attribute" ? expression.name : undefined;
}

// ── comparing ───────────────────────────────────────────────────────────────

/** Where the two disagree: plain data, which stays true while neither changes. */
export interface Disagreement {
  /** ∂f/∂x1, by the words of the function's parameters. */
  readonly entry: string;
  readonly where: string;
  readonly claimed: number;
  readonly truth: number;
  /** claimed / truth, where that is the same everywhere. */
  readonly factor?: number;
}

/** Formulas are the same up to rounding; constants may be rounded by hand. */
const TOLERANCE = 1e-4;
/** A derivative by differences is only near. */
const ROUGH = 5e-2;

interface Comparison {
  readonly claims: readonly number[];
  readonly truths: readonly number[];
  readonly labels: readonly string[];
  readonly look: Look;
  readonly point: readonly number[];
}

/** Compares at the point at which the function is looked at and beside it; undefined where they agree, or where nothing can be said. */
export function disagreementOf(analysis: DocumentAnalysis, pair: Pair): Disagreement | undefined {
  const look = lookOrNone(() => analysis.look(pair.of.name));
  // Loops and whole networks are looked at elsewhere.
  if (!look || look.labels.length === 0 || look.labels.length > 64) return undefined;
  const points = [look.point, ...[1, 2].map((k) => look.point.map((x, i) => x + (k === 1 ? 0.3 : -0.2) * (1 + i / 7)))];
  const compared = points.flatMap((point) => compare(analysis, pair, look, point) ?? []);
  if (compared.length === 0 || compared.every((one) => agrees(analysis, pair, one))) return undefined;
  if (ofOutput(analysis, pair, compared)) return undefined;
  for (const one of compared) {
    const { claims, truths, labels } = one;
    const place = truths.findIndex((truth, k) => !near(analysis, pair, claims[k]!, truth, scaleOf(one)));
    if (place < 0 || !isSure(one, pair.order)) continue;
    const factor = factorOf(compared);
    return {
      entry: labels[place]!,
      where: pointText(look, one.point),
      claimed: claims[place]!,
      truth: truths[place]!,
      ...(factor === undefined ? {} : { factor }),
    };
  }
  return undefined;
}

function compare(
  analysis: DocumentAnalysis,
  { derivative, of, order }: Pair,
  look: Look,
  point: readonly number[],
): Comparison | undefined {
  const claims = claimsAt(analysis, derivative, argumentsFor(derivative, of, look.pointTree(point)));
  if (!claims) return undefined;
  return lookOrNone(() => {
    const name = shortName(of.name);
    const { labels } = look;
    const n = labels.length;
    const partials = labels.map((label) => `∂${name}/∂${label}`);
    const comparison = (truths: readonly number[], names: readonly string[]): Comparison | undefined =>
      truths.length === claims.length && [...truths, ...claims].every(Number.isFinite)
        ? { claims, truths, labels: names, look, point }
        : undefined;
    if (order === 2)
      return comparison(
        look.hessianAt(point).flat(),
        labels.flatMap((a) => labels.map((b) => `∂²${name}/∂${a}∂${b}`)),
      );
    const { rows } = look.jacobianAt(point);
    if (rows.length === 1) return comparison(rows[0]!, partials);
    const diagonal = rows.length === n && rows.every((row, i) => row.every((x, j) => i === j || x === 0));
    // The derivative of a function of each element is taken element by element.
    if (diagonal && claims.length === n)
      return comparison(
        rows.map((row, i) => row[i]!),
        partials,
      );
    return comparison(
      rows.flat(),
      rows.flatMap((_, i) => labels.map((label) => `∂${name}[${i}]/∂${label}`)),
    );
  });
}

/** The arguments for the derivative: by name where it takes the same names, else in order. */
function argumentsFor(derivative: FunctionDef, of: FunctionDef, point: PointTree): PointTree | undefined {
  const names = derivative.params.list.map(({ name }) => name);
  const own = of.params.list.map(({ name }) => name).filter((name) => Object.hasOwn(point, name));
  const byName = own.every((name) => names.includes(name));
  // A parameter that the function has not makes another thing of it: a seed, a step, the output.
  if (names.length > of.params.list.length || (!byName && names.length < own.length)) return undefined;
  return Object.fromEntries(own.map((name, k) => [byName ? name : names[k]!, point[name]!]));
}

function claimsAt(
  analysis: DocumentAnalysis,
  { name }: FunctionDef,
  given: PointTree | undefined,
): readonly number[] | undefined {
  return given && lookOrNone(() => analysis.look(name, given).result().values);
}

const scaleOf = ({ truths, claims }: Comparison): number =>
  Math.max(...truths.map(Math.abs), ...claims.map(Math.abs), 1e-300);

function near(analysis: DocumentAnalysis, pair: Pair, claimed: number, truth: number, scale: number): boolean {
  const tolerance = isDifference(analysis, pair) ? ROUGH : TOLERANCE;
  return Math.abs(claimed - truth) <= tolerance * Math.max(Math.abs(claimed), Math.abs(truth), 1e-3 * scale);
}

/** Whether it computes (f(x + h) − f(x)) / h. */
function isDifference({ syntax: { text } }: DocumentAnalysis, { derivative, of }: Pair): boolean {
  const body = text.slice(derivative.bodySpan.from, derivative.to);
  return new RegExp(`\\b${shortName(of.name)}\\s*\\([^()]*[+-]`).test(body);
}

function agrees(analysis: DocumentAnalysis, pair: Pair, one: Comparison): boolean {
  const { claims, truths, look } = one;
  const scale = scaleOf(one);
  const same = (order: readonly number[]) => order.every((j, k) => near(analysis, pair, claims[k]!, truths[j]!, scale));
  const places = truths.map((_, k) => k);
  if (same(places)) return true;
  // A Jacobian may be written column by column.
  const n = look.labels.length;
  const m = truths.length / n;
  return m > 1 && Number.isInteger(m) && same(places.map((k) => (k % m) * n + Math.floor(k / m)));
}

/** Written in terms of the output, as σ′ = s (1 − s): right at f(x) rather than at x. */
function ofOutput(analysis: DocumentAnalysis, pair: Pair, compared: readonly Comparison[]): boolean {
  const [parameter, ...more] = pair.derivative.params.list;
  if (!parameter || more.length > 0 || pair.order === 2) return false;
  return compared.every((one) => {
    const claims = lookOrNone(() => {
      const { values, shape } = analysis.look(pair.of.name, one.look.pointTree(one.point)).result();
      return claimsAt(analysis, pair.derivative, { [parameter.name]: treeOf(values, shape) });
    });
    return claims?.length === one.truths.length && agrees(analysis, pair, { ...one, claims });
  });
}

function treeOf(values: readonly number[], shape: readonly number[]): Tree {
  if (shape.length === 0) return values[0]!;
  const step = values.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, i) => treeOf(values.slice(i * step, (i + 1) * step), shape.slice(1)));
}

/** Whether our own derivative stands beyond doubt: no kink, no rounding, no edge of a domain. */
function isSure({ look, point, truths }: Comparison, order: 1 | 2): boolean {
  // Of several results, and of second derivatives: the first ones have no jump beside the point.
  if (order === 2 || truths.length !== look.labels.length || look.result().values.length !== 1)
    return look.labels.every((_, k) => {
      const change = (step: number): number => {
        const moved = point.map((x, i) => (i === k ? x + step * Math.max(1, Math.abs(x)) : x));
        const [before, behind] = [point, moved].map((at) => lookOrNone(() => look.jacobianAt(at).rows.flat()));
        return before && behind ? Math.max(...behind.map((x, i) => Math.abs(x - before[i]!))) : Number.NaN;
      };
      return change(1e-7) <= 0.1 * change(1e-5) + 1e-12;
    });
  const rows = lookOrNone(() => look.differentiable.check(point, { most: 20 }));
  return rows?.every(({ verdict }) => verdict === "right") ?? false;
}

/** claimed / truth, where that is one number for all entries at all points. */
function factorOf(compared: readonly Comparison[]): number | undefined {
  const ratios = compared.flatMap(({ claims, truths }) =>
    truths.flatMap((truth, k) => (truth === 0 && claims[k] === 0 ? [] : [claims[k]! / truth])),
  );
  const [first] = ratios;
  return first !== undefined &&
    Number.isFinite(first) &&
    ratios.every((ratio) => Math.abs(ratio - first) < 1e-6 * Math.abs(first))
    ? Number(first.toPrecision(6))
    : undefined;
}

function pointText(look: Look, point: readonly number[]): string {
  return followed(look.parameters).length === 0
    ? ""
    : look.labels
        .slice(0, 4)
        .map((label, k) => `${label} = ${rounded(point[k]!)}`)
        .join(", ") + (look.labels.length > 4 ? ", …" : "");
}

const rounded = (x: number): string => floatText(Number(x.toPrecision(7)));

function lookOrNone<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Problem || error instanceof RangeError) return undefined;
    throw error;
  }
}

// ── telling ─────────────────────────────────────────────────────────────────

export function wrongDerivative(analysis: DocumentAnalysis, pair: Pair, disagreement: Disagreement): Finding {
  const { derivative, of } = pair;
  const { entry, where, claimed, truth, factor } = disagreement;
  const message = l10n.t(
    "{0} is not the derivative of {1}: at {2} it gives {3} for {4}, which is {5}.",
    derivative.name,
    of.name,
    where,
    rounded(claimed),
    entry,
    rounded(truth),
  );
  let fixes: readonly Fix[] | undefined;
  return {
    ...finding(
      "wrong-derivative",
      derivative.nameSpan,
      factor === undefined
        ? message
        : l10n.t("{0} It is {1} times the derivative everywhere.", message, rounded(factor)),
      { related: [{ span: of.nameSpan, message: l10n.t("its function") }] },
    ),
    // Writing it and trying what was written takes a run of the file: only for whoever asks for it.
    get fixes() {
      fixes ??= rewritten(analysis, pair);
      return fixes;
    },
  };
}

function rewritten(analysis: DocumentAnalysis, { derivative, of, order }: Pair): Fix[] {
  const edits = lookOrNone(() => rewriteDerivative(analysis, derivative.name, of.name, order));
  if (!edits) return [];
  const after = analysis.edited(edits);
  const again = pairsOf(after.syntax, after.functions).find(
    (pair) => pair.derivative.name === derivative.name && pair.of.name === of.name,
  );
  const right = again && after.syntax.errors.length === 0 && !disagreementOf(after, again);
  return right ? [{ title: l10n.t("Write the derivative of {0} here", of.name), edits }] : [];
}
