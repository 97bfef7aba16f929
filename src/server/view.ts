/** `gradlens/view`: everything about a subject, for the panel. */
import * as l10n from "@vscode/l10n";
import type { CancellationToken } from "vscode-languageserver";
import { rangeAround } from "../analysis/sample";
import { type FormulaText, type Look, latexSymbol, MOST_ROWS, Problem } from "../analysis/subject";
import type {
  Cell,
  Component,
  Formula,
  GradientRow,
  LoopPath,
  Parameter,
  Subject,
  View,
  ViewParams,
} from "../protocol/lsp";
import { encodeArray, type NumberTree, toJsonNumber, toJsonTree } from "../protocol/values";
import { formatNumber, loadTypesetter, typeset } from "../render";
import { definition, derivatives, nameLatex, secondDerivatives, symbolOf } from "./formulas";
import { loopPaths } from "./script";
import { OutOfTime, proceedFor, type Session } from "./session";
import { rangeOf } from "./text";
import { whereText } from "./words";

/** All digits: the panel is the place for them. */
const DIGITS = 17;
/** Formulas are broken to this width in pixels where the page does not tell its own. */
const FORMULA_WIDTH = 560;

export async function view(session: Session, params: ViewParams, token: CancellationToken): Promise<View> {
  const { subject, point } = params;
  const started = session.now();
  await loadTypesetter();
  const answer: View = {
    subject,
    title: subject.kind === "function" ? subject.name : subject.text,
    symbol: subject.kind === "function" ? nameLatex(subject.name) : "f",
    parameters: [],
    origin: { kind: "ones" },
    where: "",
    derivatives: [],
    guards: [],
    gradient: [],
    plottable: [],
    paths: [],
    milliseconds: 0,
  };
  const proceed = proceedFor(session, params, token);
  try {
    locate(session, subject, answer);
    const look = session.look(subject, point);
    describe(look, answer);
    const standing = nameOfStanding(session, look, params);
    const known = standing === params.standing;
    if (subject.kind === "function" && !known) answer.paths = pathsThrough(session, subject);
    fill(look, answer, params, proceed, known);
    // What is not all there is asked for again.
    if (answer.problem === undefined) answer.standing = standing;
  } catch (error) {
    if (error instanceof OutOfTime) answer.partial = true;
    else if (error instanceof Problem) {
      if (error.look) describe(error.look, answer);
      answer.problem = error.message;
    } else throw error;
  }
  answer.milliseconds = session.now() - started;
  return answer;
}

function nameOfStanding(session: Session, look: Look, { subject, component = 0, width = 0 }: ViewParams): string {
  const document = session.analysis(subject.uri ?? "");
  return [look.branchIdentity, document]
    .map((part) => session.serialOf(part))
    .concat(`${component}`, `${width}`)
    .join(" ");
}

function locate(session: Session, subject: Subject, answer: View): void {
  if (subject.kind !== "function") return;
  const analysis = session.analysis(subject.uri);
  const definition = analysis?.functionNamed(subject.name);
  if (analysis?.worksInSingle(subject.name)) answer.single = true;
  if (definition) answer.location = { uri: subject.uri, range: rangeOf(analysis!.syntax, definition.nameSpan) };
}

function describe(look: Look, answer: View): void {
  answer.title = look.title;
  answer.origin = look.origin;
  answer.where = whereText(look);
  const tree = look.pointTree();
  answer.parameters = look.parameters.map((parameter): Parameter => {
    const latex = latexSymbol(parameter.name);
    if (!parameter.shape)
      return { name: parameter.name, latex, shape: [], value: "NaN", range: [0, 0], reason: parameter.reason };
    const value: NumberTree = tree[parameter.name]!;
    return {
      name: parameter.name,
      latex,
      shape: [...parameter.shape],
      value: toJsonTree(value),
      range: rangeAround(parameter.numbers.reduce((largest, x) => (Math.abs(x) > Math.abs(largest) ? x : largest), 0)),
    };
  });
  answer.plottable = [...look.labels];
}

/**
 * Adds what can be had, the cheapest first; a part that has a problem leaves the others as they are.
 * @param known the asker has the formulas
 */
function fill(
  whole: Look,
  answer: View,
  { component = 0, width }: ViewParams,
  proceed: () => void,
  known: boolean,
): void {
  const formula = formulasIn(width);
  const attempt = (part: () => void) => {
    proceed();
    try {
      part();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      answer.problem ??= error.message;
    }
  };
  const name = answer.subject.kind === "function" ? answer.subject.name : "f";
  const look = whole.component(component);
  const { values } = whole.result();
  const several = values.length !== 1;
  let symbol = symbolOf(name);
  if (several) {
    const shown = typeof component === "number" && component >= values.length ? 0 : component;
    attempt(() => fillResult(whole, answer, shown));
    if (values.length <= MOST_ROWS && !known) attempt(() => fillFormula(whole, answer, name, formula));
    if (values.length === 0) return;
    symbol = symbolOf(name, shown, typeof shown === "number" ? whole.outputs()[shown]! : "");
    answer.symbol = symbol.latex;
  }
  const { gradient, missing, value } = look.gradient();
  answer.value = cell(value);
  const central = look.central();
  answer.gradient = look.labels.map((name, i): GradientRow => {
    if (missing[i])
      return { name, central: cell(central[i]!), reason: l10n.t("the result does not depend on {0}", name) };
    return {
      name,
      automatic: cell(gradient[i]!),
      central: cell(central[i]!),
      difference: cell(gradient[i]! - central[i]!),
    };
  });
  answer.gradient.push(
    ...look.parameters.flatMap(({ name, shape, reason }) => (shape ? [] : [{ name, reason: reason ?? "" }])),
  );
  attempt(() => {
    const rows = look.hessian(proceed);
    if (look.labels.length === 0) return;
    answer.hessian = { labels: [...look.labels], rows: rows.map((row) => row.map(cell)) };
    // Where there is no value there is no kind of point.
    const spectrum = Number.isFinite(value) ? look.spectrum(proceed) : undefined;
    if (!spectrum) return;
    answer.hessian.spectrum = {
      ...spectrum,
      values: spectrum.values.map(cell),
      vectors: spectrum.vectors.map((vector) => [...vector]),
      condition: cell(spectrum.condition),
      slope: cell(spectrum.slope),
      tolerance: cell(spectrum.tolerance),
    };
  });
  if (known) return;
  attempt(() => {
    if (!several) fillFormula(look, answer, name, formula);
    answer.derivatives = derivatives(look, name, { symbol }).map((derivative) => ({
      name: derivative.name,
      formula: formula(derivative.formula),
    }));
    const hessian = secondDerivatives(look, name, symbol);
    if (hessian) answer.hessianFormula = formula(hessian);
  });
}

function fillFormula(look: Look, answer: View, name: string, formula: ReturnType<typeof formulasIn>): void {
  answer.formula = formula(definition(look, name));
  const condition = look.condition();
  if (condition) answer.guards = [formula(condition)];
}

/** A larger Jacobian is not sent. */
const MOST_ENTRIES = 250_000;
/** One of so many elements can be looked at by itself. */
const MOST_LABELS = 400;
/** The text of a result shows so many elements. */
const MOST_ELEMENTS = 64;

/** What a function of several results gives, and its Jacobian. */
function fillResult(look: Look, answer: View, component: Component): void {
  const { shape, values } = look.result();
  const shown = Array.from(values.slice(0, MOST_ELEMENTS), (x) => formatNumber(x));
  const more = values.length > MOST_ELEMENTS ? [`… (${values.length})`] : [];
  answer.result = {
    shape: [...shape],
    text: `[${[...shown, ...more].join(", ")}]`,
    symbol: answer.symbol,
    labels: look.outputs().slice(0, MOST_LABELS),
    component,
  };
  const [height, width] = [values.length, look.labels.length];
  if (width === 0 || height === 0) return;
  if (height * width > MOST_ENTRIES)
    throw new Problem(l10n.t("a Jacobian of {0} × {1} numbers is too large to show", height, width));
  const { starts, columns } = look.pattern();
  answer.jacobian = {
    rows: [...look.outputs()],
    labels: [...look.labels],
    values: encodeArray(look.jacobian().flat(), [height, width]),
    pattern: { starts: [...starts], columns: [...columns] },
  };
}

export function cell(value: number): Cell {
  return { value: toJsonNumber(value), text: formatNumber(value, DIGITS) };
}

/** Formulas broken to a width. */
const formulasIn =
  (maxWidth = FORMULA_WIDTH) =>
  ({ latex, text }: FormulaText): Formula => ({ latex, text, svg: typeset(latex, { maxWidth }).svg });

function pathsThrough(session: Session, subject: Subject & { kind: "function" }): LoopPath[] {
  return loopPaths(session, subject.uri).filter((path) => path.function === subject.name);
}
