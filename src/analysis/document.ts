/** One version of a document, analysed on demand; answers that an edit does not touch pass to the next version. */
import * as l10n from "@vscode/l10n";
import { concat, type Dialect, dialects, reshape, scalar, sizeOf, stack, tensor, type Value } from "../engine";
import { ExpressionError, isJavascript, parseExpression } from "../languages/expression";
import {
  type Budget,
  boundNames,
  type Call,
  callFunction,
  callsOf,
  type Expr,
  evaluateExpression,
  type FunctionDef,
  type Lambda,
  lineAt,
  freeNames as namesReadBy,
  type Observed,
  PyCallError,
  PyList,
  type PyModuleSyntax,
  PyObject,
  type PyValue,
  parametersOf,
  parse,
  pathAt,
  type RunResult,
  reprOf,
  run,
  type Span,
  toValue,
  typeName,
  usesTensorFlow,
  visit,
} from "../languages/python";
import { type Argument, argumentOf, MOST_GIVEN } from "./arguments";
import { touched } from "./consequences";
import { type Definition, definitionsOf } from "./definitions";
import { shortText } from "./display";
import {
  type Disagreement,
  descentFindings,
  disagreementOf,
  type Edit,
  type Finding,
  functionFindings,
  type Looked,
  pairsOf,
  pointFinding,
  rateFindings,
  wrongDerivative,
} from "./findings";
import { isLatex, readLatex } from "./latex";
import { type Literal, literalCalls, literalOf, numbersIn, pointComment, type Tree } from "./point";
import { type LiveScript, liveScript, runScript, type Script, spanKey } from "./script";
import { firstThatWorks, Look, type Origin, Problem } from "./subject";
import { withoutDecoration, withoutDollars } from "./typed";
import { bodyOf, freeNames, fromTree, inSingle, isFunction, rebuild, sequenceItems } from "./values";
import { wordsIn } from "./words";

/** Parameter name → number or nested lists of numbers. */
export type PointTree = { readonly [name: string]: Tree };

/** Reads the text of a point; throws an Error with `offset`. */
export type ReadPoint = (text: string) => PointTree;

export interface Options {
  readonly fileName: string;
  /** For a run of the script, and for each function looked at. */
  readonly budget: Budget;
  readonly now: () => number;
  readonly readPoint: ReadPoint;
  /** The text of a file beside this one, by its path relative to this one's folder; undefined where there is none. */
  readonly read?: (fileName: string) => string | undefined;
  /** Points pinned by the user, by function name. */
  readonly pins?: ReadonlyMap<string, PointTree>;
  /** Where the cells of a notebook begin in the text. */
  readonly parts?: readonly number[];
}

/** What an expression outside of any Python file may use without saying so. */
export const PRELUDE = "import math\nimport numpy as np\nfrom math import *\n";

/** A longer text is no expression that anybody would look at. */
const MOST_CHARACTERS = 5000;

export type ExpressionLanguage = "python" | "mathjs";

export type SubjectFound =
  | { kind: "function"; name: string }
  | { kind: "expression"; text: string; language: ExpressionLanguage; unknown: string[]; look: Look };

interface CommentProblem {
  readonly message: string;
  readonly offset: number;
  readonly length: number;
}

/** The arguments of one call. */
export interface CallPoint {
  readonly args: ReadonlyMap<string, PyValue>;
  readonly call: Span;
  /** The object whose method is called. */
  readonly receiver?: PyValue;
}

interface Known {
  readonly key: string;
  readonly look?: Look;
  readonly problem?: Problem;
  /** The version in which it was looked at, and where in it the function's text and the line of its point stand. */
  readonly at: Looked & { readonly places: readonly Span[]; readonly line?: number };
  /** What the function tells by itself, with places in that version. */
  findings?: readonly Finding[];
}

interface Compared {
  readonly key: string;
  readonly disagreement: Disagreement | undefined;
}

/** So many elements of an argument tell one call from another. */
const MOST_COMPARED = 256;
/** Functions are looked at for findings for so many times the budget of one, all together. */
const FINDING_BUDGETS = 4;

export class DocumentAnalysis {
  readonly syntax: PyModuleSyntax;
  readonly functions: readonly Definition[];
  private scriptRun: Script | undefined;
  /** Passed from version to version: only the newest may run it. */
  private readonly live: LiveScript;
  private superseded = false;
  private definitionRun: RunResult | undefined;
  private readonly known = new Map<string, Known>();
  /** The last look at a function, or at an expression, where its point was given. */
  private readonly atGiven = new Map<string, Look>();
  /** Derivatives written by hand, by their names. */
  private readonly compared = new Map<string, Compared>();
  private foundList: readonly Finding[] | undefined;
  /** How many functions this version had to compute itself: one edit should make this one. */
  computed = 0;

  constructor(
    readonly text: string,
    readonly options: Options,
    private previous?: DocumentAnalysis,
  ) {
    this.syntax = parse(text, options.parts, previous?.syntax);
    this.functions = definitionsOf(this.syntax);
    this.live = previous?.live ?? liveScript(options);
    // One version back is enough, and keeps no chain of them alive.
    if (previous) Object.assign(previous, { previous: undefined, superseded: true });
  }

  get script(): Script {
    this.scriptRun ??= runScript(this.syntax, this.options, this.superseded ? undefined : this.live);
    return this.scriptRun;
  }

  get dialect(): Dialect {
    const imported = /^\s*(?:import|from)\s+(tensorflow|torch|jax)\b/m.exec(this.text)?.[1];
    return dialects[(imported as "tensorflow" | "torch" | "jax" | undefined) ?? "python"];
  }

  /** Zero-based line and character of an offset. */
  positionOf(offset: number): { line: number; character: number } {
    const line = lineAt(this.syntax, offset) - 1;
    return { line, character: offset - this.syntax.lineStarts[line]! };
  }

  /** The line of an offset in words: `12`, in a notebook `3 of cell 2`. */
  lineName(offset: number): string {
    const line = lineAt(this.syntax, offset);
    const { parts } = this.options;
    if (!parts) return String(line);
    const cell = parts.findLastIndex((from) => from <= offset);
    return l10n.t("{0} of cell {1}", line - lineAt(this.syntax, parts[cell] ?? 0) + 1, cell + 1);
  }

  private lineOf(span: Span | undefined): Pick<Origin, "line" | "lineName"> {
    return span ? { line: lineAt(this.syntax, span.from) - 1, lineName: this.lineName(span.from) } : {};
  }

  /** All of them. The work is done in pieces where {@link findingWork} goes before. */
  findings(): readonly Finding[] {
    if (!this.foundList) for (const _ of this.findingWork());
    return this.foundList!;
  }

  /** Computes the findings piece by piece, a function or a pair of them at a time; whoever has enough may stop. */
  *findingWork(): Generator<void> {
    if (this.foundList) return;
    const { now, budget } = this.options;
    const found = [...this.script.findings];
    for (const definition of this.functions) {
      const problem = this.commentOf(definition)?.problem;
      if (problem) found.push(pointFinding(definition, problem.offset, problem.length, problem.message));
    }
    yield;
    const deadline = now() + FINDING_BUDGETS * (budget.milliseconds ?? Number.POSITIVE_INFINITY);
    const standing = this.functions.filter((one) => this.functionNamed(one.name) === one && returnsValue(one));
    const pieces = [
      ...standing.map((definition) => () => this.findingsOf(definition)),
      ...pairsOf(this.syntax, standing).map((pair) => () => {
        const disagreement = this.compare(pair);
        return disagreement ? [wrongDerivative(this, pair, disagreement)] : [];
      }),
      () => rateFindings(this, this.script.loops),
      () => descentFindings(this),
    ];
    for (const piece of pieces) {
      if (now() > deadline) break;
      found.push(...piece().filter((one) => !isKnown(one, this.script.findings)));
      yield;
    }
    this.foundList = found;
  }

  private findingsOf(definition: FunctionDef): Finding[] {
    let look: Look;
    try {
      look = this.look(definition.name);
    } catch (error) {
      if (error instanceof Problem) return [];
      throw error;
    }
    const known = this.known.get(definition.name)!;
    const { at } = known;
    known.findings ??= functionFindings(at, look);
    if (known.findings.length === 0) return [];
    const now = this.movedFrom(definition.name, at);
    return known.findings.map((one) => moved(one, now));
  }

  private compare(pair: Parameters<typeof disagreementOf>[1]): Disagreement | undefined {
    const [name, of] = [pair.derivative.name, pair.of.name];
    const pin = JSON.stringify(this.options.pins?.get(of) ?? null);
    const key = [name, of, pair.order, this.behind(name).text, this.behind(of).text, pin].join("\u0000");
    const before = this.compared.get(name) ?? this.previous?.compared.get(name);
    const compared = before?.key === key ? before : { key, disagreement: disagreementOf(this, pair) };
    this.compared.set(name, compared);
    return compared.disagreement;
  }

  /** The same document after a change. */
  edited(edits: readonly Edit[]): DocumentAnalysis {
    const text = [...edits]
      .sort((a, b) => b.from - a.from)
      .reduce((text, edit) => text.slice(0, edit.from) + edit.text + text.slice(edit.to), this.text);
    return new DocumentAnalysis(text, this.options);
  }

  functionNamed(name: string): Definition | undefined {
    // The last definition of a name is the one that stands.
    return this.functions.findLast((definition) => definition.name === name);
  }

  /** @throws Problem with one clear line. */
  look(name: string, given?: PointTree): Look {
    const definition = this.definitionOf(name);
    if (given) return this.lookAnew(definition, given);
    const pin = JSON.stringify(this.options.pins?.get(name) ?? null);
    const key = [this.behind(name).text, this.calledWith(definition), pin].join("\u0000");
    let known = this.known.get(name);
    if (known?.key !== key) {
      const before = this.previous?.known.get(name);
      known = before?.key === key ? this.passedOn(name, before) : this.remember(definition, key);
      this.known.set(name, known);
    }
    if (known.problem) throw known.problem;
    return known.look!;
  }

  /** Whether the file gives a function numbers in float32: in calls, or as its point. */
  worksInSingle(name: string): boolean {
    const definition = this.functionNamed(name);
    if (!definition) return false;
    if (this.script.calls.get(spanKey(definition.node))?.single) return true;
    try {
      return this.look(name).parameters.some(({ original }) => inSingle(original));
    } catch (error) {
      if (error instanceof Problem) return false;
      throw error;
    }
  }

  /** What the run called a function with, wherever: it may be the point. */
  private calledWith({ node }: Definition): string {
    const args = this.script.calls.get(spanKey(node))?.args ?? [];
    return [...args]
      .map(([name, value]) => `${name}=${isNumeric(value) ? exactText(value) : shortText(value, MOST_COMPARED)}`)
      .join();
  }

  private definitionOf(name: string): Definition {
    const definition = this.functionNamed(name);
    if (!definition) throw new Problem(l10n.t("there is no function {0} in this document", name));
    return definition;
  }

  /** A function at the arguments of one call: by name, whatever they are. @throws Problem with one clear line. */
  lookAtCall(name: string, call: CallPoint): Look {
    return this.lookAnew(this.definitionOf(name), undefined, call);
  }

  /** Runs a function once at the point of `look`, with one of its expressions watched. @throws Problem where it fails. */
  watch(
    name: string,
    look: Look,
    inputs: readonly Value[],
    expression: Expr,
    { names, see }: Pick<Observed, "names" | "see">,
  ): Value {
    const definition = this.definitionOf(name);
    const place = this.placeOfCode(definition);
    const key = spanKey(expression);
    const is = (node: Expr) => node.kind === expression.kind && spanKey(place(node)) === key;
    const observed = { is, names, see };
    return this.invoke(look.title, definition, this.functionValue(definition), look.parameters, inputs, observed);
  }

  /** Runs the file once more, and tells what one of its expressions gives each time, while objects are as they are then. */
  watchRun(expression: Expr, see: (result: PyValue) => void): void {
    const key = spanKey(expression);
    const is = (node: Expr) => node.kind === expression.kind && spanKey(node) === key;
    const { budget, now, read, fileName } = this.options;
    const observed: Observed = { is, names: [], see: (_, result) => see(result) };
    run(this.syntax, { budget, now, read, fileName, resumeAfterError: true, observed });
  }

  private remember(definition: Definition, key: string): Known {
    this.computed++;
    const place = this.placeOfCode(definition);
    const at = { syntax: this.syntax, definition, place, places: this.behind(definition.name).places };
    try {
      return { key, at, look: this.lookAnew(definition) };
    } catch (error) {
      if (error instanceof Problem) return { key, at, problem: error };
      throw error;
    }
  }

  /** What an earlier version knows of a function; the line that gave its point may stand elsewhere now. */
  private passedOn(name: string, known: Known): Known {
    const { look, at } = known;
    const { line } = look?.origin ?? {};
    if (!look || line === undefined || at.syntax === this.syntax) return known;
    const from = at.syntax.lineStarts[at.line ?? line]!;
    const now = this.movedFrom(name, at)({ from, to: from });
    return { ...known, at: { ...at, line: at.line ?? line }, look: look.from({ ...look.origin, ...this.lineOf(now) }) };
  }

  private lookAnew(definition: Definition, given?: PointTree, call?: CallPoint): Look {
    const fn = this.functionValue(definition, call);
    const { values, origin } = this.pointOf(definition, fn, given, call);
    const title = `${definition.name}(${definition.params.list.map((parameter) => (parameter.kind === "star" ? "*" : parameter.kind === "doublestar" ? "**" : "") + parameter.name).join(", ")})`;
    const parameters = [...values].map(([name, value]) => {
      const tree = valueIn(given, name);
      if (tree === undefined) return argumentOf(name, value);
      const argument = argumentOf(name, value, MOST_GIVEN);
      // As they were written: in float32 they may be others.
      const numbers = numbersIn(tree);
      return numbers.length === argument.numbers.length ? { ...argument, numbers } : argument;
    });
    const look = (attempt: readonly Argument[]) => {
      const call = (inputs: readonly Value[]) => this.invoke(title, definition, fn, attempt, inputs);
      return new Look(title, attempt, numbersOf(attempt), origin, call, this.dialect);
    };
    const anew = () => firstThatWorks(parameters, look, usesTensorFlow(fn));
    return given ? this.moved(definition.name, parameters, origin, anew) : anew();
  }

  /** The last look moves on to the next point: while a point is dragged, nothing runs again. */
  private moved(subject: string, parameters: readonly Argument[], origin: Origin, anew: () => Look): Look {
    const look = this.atGiven.get(subject)?.movedTo(parameters, origin) ?? anew();
    this.atGiven.set(subject, look);
    return look;
  }

  private invoke(
    title: string,
    definition: Definition,
    fn: PyValue,
    parameters: readonly Argument[],
    inputs: readonly Value[],
    observed?: Observed,
  ): Value {
    return this.result(title, () => {
      const named = argumentsOf(parameters, inputs);
      const args = isWrapper(definition, fn) ? Object.values(named) : named;
      const place = this.placeOfCode(definition);
      return callFunction(fn, args, { ...this.callOptions(), place, ...(observed ? { observed } : {}) });
    });
  }

  private callOptions() {
    const { budget, now, read, fileName } = this.options;
    return { budget, now, read, syntax: this.syntax, fileName };
  }

  /** Runs user code and makes one line of whatever it raises or returns that is no number. */
  private result(what: string, compute: () => PyValue, withLines = true): Value {
    try {
      return this.numberFrom(what, compute());
    } catch (error) {
      if (error instanceof PyCallError)
        throw Object.assign(new Problem(this.errorLine(error, withLines)), { stopped: error.stopped });
      throw error;
    }
  }

  private numberFrom(what: string, result: PyValue): Value {
    const value = numberOf(result);
    if (value) return value;
    if (isFunction(result)) throw new Problem(l10n.t("{0} returns a function, not a number", what));
    if (result === null) throw new Problem(l10n.t("{0} returns None, not a number", what));
    throw new Problem(l10n.t("{0} gives {1}, not a number", what, shorten(reprOf(result))));
  }

  private errorLine(error: PyCallError, withLines: boolean): string {
    // An expression by itself is in no line of the document.
    if (!withLines) return shorten(error.message.replace(/\s+\(line \d+\)$/, ""), 200);
    // The budget's message names its line already.
    const message = shorten(error.message, 200);
    return error.stopped ? message : l10n.t("{0} (line {1})", message, this.lineName(error.from));
  }

  /** Where in the text stands what a look at a function says of its places. */
  placing(name: string, look: Look): (span: Span) => Span {
    const known = this.known.get(name);
    if (known?.look !== look) return this.placeOfCode(this.definitionOf(name));
    const now = this.movedFrom(name, known.at);
    return (span) => now(known.at.place(span));
  }

  /** Where in the text stands what the code of a function says of its places. */
  private placeOfCode({ name, level }: Definition): (span: Span) => Span {
    // What the definitions alone made was read in this version.
    const ran = level !== "module" || isFunction(this.script.globals.get(name) ?? null);
    return ran ? this.script.place : (span) => span;
  }

  /** Where in this text stands what stood at a place in the version in which a function was looked at. */
  private movedFrom(name: string, { syntax, places }: Known["at"]): (span: Span) => Span {
    if (syntax === this.syntax) return (span) => span;
    const now = this.behind(name).places;
    return ({ from, to }) => ({ from: movedOffset(from, places, now), to: movedOffset(to, places, now) });
  }

  /** The function object, from the run; where the run did not get so far, from the definitions alone. */
  private functionValue(definition: Definition, call?: CallPoint): PyValue {
    const { name, level, node } = definition;
    if (level === "nested") {
      const made = this.script.calls.get(spanKey(node))?.fn;
      if (made === undefined) throw new Problem(l10n.t("{0} was not called when the file ran", name));
      return made;
    }
    if (level === "method") return this.methodValue(definition, call);
    const found = this.script.globals.get(name);
    if (found !== undefined && isFunction(found)) return found;
    if (!this.definitionRun) {
      const kinds = new Set(["function", "class", "import", "importfrom"]);
      const body = this.syntax.body.filter(
        (statement) =>
          kinds.has(statement.kind) || (statement.kind === "assign" && !/[([]/.test(this.slice(statement))),
      );
      this.definitionRun = run(
        { ...this.syntax, body },
        {
          fileName: this.options.fileName,
          budget: this.options.budget,
          now: this.options.now,
          read: this.options.read,
          resumeAfterError: true,
        },
      );
    }
    const defined = this.definitionRun.globals.get(name);
    if (defined !== undefined && isFunction(defined)) return defined;
    throw new Problem(l10n.t("{0} is not defined when the file has run", name));
  }

  /** The object of its class on which the file first called a method, else the last that has a name. */
  objectOf({ name, node }: Definition): PyValue | undefined {
    const owner = name.slice(0, name.indexOf("."));
    const { globals, bindings, calls } = this.script;
    const self = calls.get(spanKey(node))?.args.get(node.params.list[0]?.name ?? "");
    if (self !== undefined && isObjectOf(self, owner)) return self;
    // Those that no statement names (`with … as`, `global`) come first.
    const names = [...globals.keys(), ...bindings.map((binding) => binding.name)];
    const last = names.findLast((one) => isObjectOf(globals.get(one) ?? null, owner));
    return last === undefined ? undefined : globals.get(last);
  }

  /** A method, bound to the object on which it is called, or to a new one. */
  private methodValue(definition: Definition, call?: CallPoint): PyValue {
    const { name, receiver } = definition;
    const dot = name.indexOf(".");
    const [owner, path] = [name.slice(0, dot), name.slice(dot + 1)];
    const self = receiver === "instance" ? (call?.receiver ?? this.objectOf(definition)) : undefined;
    const on = self !== undefined ? "self" : receiver === "instance" ? `${owner}()` : owner;
    const scope = self === undefined ? this.script.globals : new Map([["self", self]]);
    try {
      return evaluateExpression(`${on}.${path}`, scope, this.callOptions());
    } catch (error) {
      if (!(error instanceof PyCallError)) throw error;
      if (self !== undefined) throw new Problem(this.errorLine(error, false));
      throw new Problem(l10n.t("{0} needs an object of {1}, and the file makes none", name, owner));
    }
  }

  private slice({ from, to }: Span): string {
    return this.text.slice(from, to);
  }

  // ── points ────────────────────────────────────────────────────────────────

  private commentOf(
    definition: FunctionDef,
  ): { values: PointTree; span: Span; problem?: CommentProblem } | { problem: CommentProblem } | undefined {
    const span = this.pointSpan(definition);
    if (!span) return undefined;
    const offset = span.from;
    const text = this.slice(span);
    try {
      const values = this.options.readPoint(text);
      const unknown = Object.keys(values).find((name) => !definition.params.list.some((one) => one.name === name));
      if (unknown === undefined) return { values, span };
      const message = l10n.t("{0} has no parameter {1}", definition.name, unknown);
      const at = new RegExp(`(?<![\\p{L}\\p{N}_])${unknown}(?![\\p{L}\\p{N}_])`, "u").exec(text)?.index ?? 0;
      return { values, span, problem: { message, offset: offset + at, length: unknown.length } };
    } catch (error) {
      const at = Math.min((error as { offset?: number }).offset ?? 0, Math.max(0, text.length - 1));
      return { problem: { message: (error as Error).message, offset: offset + at, length: text.length - at } };
    }
  }

  /** The value of every parameter that is passed, by the design's rule; the origin is that of the first one found. */
  private pointOf(
    definition: Definition,
    fn: PyValue,
    given: PointTree | undefined,
    call: CallPoint | undefined,
  ): { values: Map<string, PyValue>; origin: Origin } {
    const pinned = this.options.pins?.get(definition.name);
    const comment = this.commentOf(definition);
    const written = comment && "values" in comment ? comment : undefined;
    const literal = literalCalls(this.syntax, definition);
    const called = this.script.calls.get(spanKey(definition.node))?.args;
    const sources: { origin: Origin; value: (name: string) => PyValue | Tree | undefined }[] = [
      { origin: { kind: "call", ...this.lineOf(call?.call) }, value: (name) => call?.args.get(name) },
      { origin: { kind: "given" }, value: (name) => valueIn(given, name) },
      { origin: { kind: "pinned" }, value: (name) => valueIn(pinned, name) },
      { origin: { kind: "comment", ...this.lineOf(written?.span) }, value: (name) => valueIn(written?.values, name) },
      {
        origin: { kind: "call", ...this.lineOf(literal?.call) },
        value: (name) => literalValue(literal?.values.get(name)),
      },
      { origin: { kind: "module" }, value: (name) => this.numericGlobal(name) },
      { origin: { kind: "call" }, value: (name) => called?.get(name) },
    ];
    const values = new Map<string, PyValue>();
    let origin: Origin | undefined;
    for (const { name, kind, default: otherwise } of isWrapper(definition, fn)
      ? writtenParameters(definition)
      : parametersOf(fn)) {
      if (kind === "doublestar") continue;
      let value: PyValue | undefined = this.functionPassed(definition, name, called?.get(name));
      for (const source of value === undefined ? sources : []) {
        const found = source.value(name);
        if (found === undefined) continue;
        value = typeof found === "number" || Array.isArray(found) ? this.inForm(name, found, called?.get(name)) : found;
        // A default beside a literal argument is part of that call.
        origin ??= source.origin;
        break;
      }
      if (value === undefined) {
        if (kind === "star") continue;
        value = otherwise !== undefined ? otherwise : 1;
        if (values.size === 0) origin ??= { kind: otherwise !== undefined ? "default" : "ones" };
      }
      values.set(name, value);
    }
    return { values, origin: origin ?? { kind: "ones" } };
  }

  /**
   * The function that is passed for a parameter that is called: in the run, else as the calls in the text have it;
   * undefined where the parameter is not called, or has a default.
   * @throws Problem where nothing tells which function it is
   */
  private functionPassed(definition: Definition, name: string, called: PyValue | undefined): PyValue | undefined {
    const { list } = definition.params;
    const parameter = list.find((one) => one.name === name);
    if (!parameter || parameter.default || !callsParameter(definition, name)) return undefined;
    if (called !== undefined) return called;
    for (const { args } of callsOf(this.syntax, definition.name)) {
      const value = args.find((one) => one.kind === "keyword" && one.name === name) ?? args[list.indexOf(parameter)];
      if (value?.kind !== "keyword" && value?.kind !== "positional") continue;
      const passed = this.functionWritten(value.value);
      if (passed !== undefined) return passed;
    }
    throw new Problem(
      l10n.t("{0} is called, and no call of {1} in the file says which function it is", name, definition.name),
    );
  }

  private functionWritten(expression: Expr): PyValue | undefined {
    const named = expression.kind === "name" ? this.functionNamed(expression.id) : undefined;
    try {
      if (named) return this.functionValue(named);
      const value = evaluateExpression(this.slice(expression), this.script.globals, this.callOptions());
      return isNumeric(value) || value === null ? undefined : value;
    } catch (error) {
      if (error instanceof Problem || error instanceof PyCallError) return undefined;
      throw error;
    }
  }

  private numericGlobal(name: string): PyValue | undefined {
    const value = this.script.globals.get(name);
    return value !== undefined && isNumeric(value) ? value : undefined;
  }

  /** The module's single numbers that a function, or one that it calls, reads: name and value. */
  numbersReadBy(definition: FunctionDef): [name: string, value: string][] {
    const found = new Map<string, string>();
    const seen = new Set<FunctionDef>();
    const visitFunction = (one: FunctionDef): void => {
      if (seen.has(one)) return;
      seen.add(one);
      for (const name of namesReadBy(one)) {
        const value = this.script.globals.get(name);
        const called = this.functionNamed(name);
        if (called) visitFunction(called);
        else if (value !== undefined && !this.constants.has(name) && argumentOf(name, value).shape?.length === 0)
          found.set(name, shortText(value));
      }
    };
    visitFunction(definition);
    return [...found];
  }

  /** The value that a call of the module's own statements gave, or would give now. @throws Problem where it has none. */
  valueOfCall(call: Call): PyValue {
    const ran = this.script.gradients.get(spanKey(call));
    if (ran) {
      if (ran.count > 1) throw new Problem(l10n.t("it ran {0} times, so it has no one value", ran.count));
      const { results } = ran.event;
      const sources = call.args[1]?.value;
      if (sources?.kind === "list" || sources?.kind === "tuple") return new PyList([...results]);
      if (results.length === 1) return results[0]!;
    }
    if (this.functions.some((definition) => definition.from <= call.from && call.to <= definition.to))
      throw new Problem(l10n.t("it depends on variables of the function around it"));
    try {
      return evaluateExpression(this.slice(call), this.script.globals, this.callOptions());
    } catch (error) {
      if (error instanceof PyCallError) throw new Problem(this.errorLine(error, false));
      throw error;
    }
  }

  /** Where the point of a function is written as a comment, if it is. */
  pointSpan(definition: FunctionDef): Span | undefined {
    const comment = pointComment(this.text, { from: definition.from, lineEnd: this.headerEnd(definition) });
    return comment && { from: comment.offset, to: comment.offset + comment.text.length };
  }

  /** Numbers written by the user, in the form (list, array, tensor) in which the parameter is otherwise passed. */
  private inForm(name: string, tree: Tree, passed: PyValue | undefined): PyValue {
    const model = this.script.globals.get(name) ?? passed;
    if (typeof tree === "number") {
      const boxed = model instanceof PyObject && argumentOf(name, model).shape?.length === 0;
      return boxed ? rebuild(model, scalar(tree)) : tree;
    }
    const list = fromTree(tree);
    const shaped = argumentOf(name, list);
    if (model === undefined || !isNumeric(model) || sequenceItems(model) || !shaped.shape) return list;
    return rebuild(model, tensor(shaped.numbers, "float64", shaped.shape));
  }

  // ── expressions ───────────────────────────────────────────────────────────

  /** A selected or typed expression. @throws Problem when it is none, in either syntax. */
  expression(
    text: string,
    given?: PointTree,
    language?: ExpressionLanguage,
    origin: Origin = { kind: "given" },
  ): SubjectFound & { kind: "expression" } {
    if (text.length > MOST_CHARACTERS)
      throw new Problem(l10n.t("this is too long for an expression: {0} characters", text.length));
    if (!language && isLatex(text)) {
      try {
        return this.pythonExpression(readLatex(withoutDollars(text.trim())).python, given, origin);
      } catch (error) {
        // In Python there are backslashes too.
        if (!(error instanceof Problem) || !this.isPython) throw error;
      }
    }
    const bare = withoutDecoration(text);
    if (bare === "") throw new Problem(l10n.t("Nothing is selected."));
    const languages: ExpressionLanguage[] = language
      ? [language]
      : this.isPython || (!isJavascript(bare) && /\*\*|\/\/|\b(and|or|not|lambda)\b|\bmath\.|\bnp\./.test(bare))
        ? ["python", "mathjs"]
        : ["mathjs", "python"];
    let first: Problem | undefined;
    for (const language of languages) {
      try {
        return language === "python"
          ? this.pythonExpression(bare, given, origin)
          : this.plainExpression(bare, given, origin);
      } catch (error) {
        if (error instanceof RangeError) first ??= new Problem(l10n.t("this expression is nested too deeply"));
        else if (error instanceof Problem) first ??= error;
        else throw error;
      }
    }
    throw first!;
  }

  private get isPython(): boolean {
    return !this.options.fileName.startsWith("<");
  }

  /** Imported numbers, such as pi: they do not vary. */
  get constants(): ReadonlySet<string> {
    const names = this.syntax.body.flatMap((statement) =>
      statement.kind === "importfrom"
        ? (statement.names?.map((alias) => alias.asname ?? alias.name) ?? ["pi", "e", "tau", "inf", "nan"])
        : [],
    );
    return new Set(names);
  }

  private pythonExpression(
    written: string,
    given: PointTree | undefined,
    from: Origin,
  ): SubjectFound & { kind: "expression" } {
    const text = bodyOf(written);
    const free = freeNames(text);
    if ("problem" in free) throw new Problem(l10n.t("this is not an expression: {0}", free.problem));
    const { globals } = this.script;
    const names = free.names.filter(
      (name) =>
        valueIn(given, name) !== undefined ||
        !globals.has(name) ||
        (isNumeric(globals.get(name)!) && !this.constants.has(name)),
    );
    const unknown = names.filter((name) => valueIn(given, name) === undefined && !globals.has(name));
    const parameters = this.expressionParameters(names, given);
    const origin: Origin = given ? from : { kind: unknown.length > 0 ? "ones" : "module" };
    const anew = () => this.expressionLook(text, parameters, globals, origin);
    const look = given ? this.moved(`= ${text}`, parameters, origin, anew) : anew();
    return { kind: "expression", text, language: "python", unknown, look };
  }

  private expressionLook(
    text: string,
    parameters: readonly Argument[],
    scope: ReadonlyMap<string, PyValue>,
    origin: Origin,
  ): Look {
    const call = (attempt: readonly Argument[]) => (inputs: readonly Value[]) =>
      this.result(
        text,
        () =>
          evaluateExpression(
            text,
            new Map([...scope, ...Object.entries(argumentsOf(attempt, inputs))]),
            this.callOptions(),
          ),
        false,
      );
    return firstThatWorks(
      parameters,
      (attempt) => new Look(text, attempt, numbersOf(attempt), origin, call(attempt), this.dialect),
    );
  }

  /**
   * An expression where its names have these values; those in `varied` are followed.
   * @throws Problem where it gives no number.
   */
  lookOfText(text: string, values: ReadonlyMap<string, PyValue>, varied: readonly string[], origin: Origin): Look {
    const parameters = varied.map((name) => argumentOf(name, values.get(name)!));
    return this.expressionLook(text, parameters, new Map([...this.script.globals, ...values]), origin);
  }

  /** What an expression of the text gives where its names have these values. @throws Problem where it fails. */
  valueWhere(expression: Span, values: ReadonlyMap<string, PyValue>): PyValue {
    return this.valueOfText(this.slice(expression).replace(/\s*\n\s*/g, " "), values);
  }

  /** The same of an expression that is made of parts of the text. @throws Problem where it fails. */
  valueOfText(text: string, values: ReadonlyMap<string, PyValue>): PyValue {
    try {
      const scope = new Map([...this.script.globals, ...values]);
      return evaluateExpression(text, scope, this.callOptions());
    } catch (error) {
      if (error instanceof PyCallError) throw new Problem(this.errorLine(error, false));
      throw error;
    }
  }

  private plainExpression(
    text: string,
    given: PointTree | undefined,
    from: Origin,
  ): SubjectFound & { kind: "expression" } {
    try {
      const expression = parseExpression(text);
      const names = expression.names;
      const known = (name: string) => valueIn(given, name) !== undefined || this.numericGlobal(name) !== undefined;
      const parameters = this.expressionParameters(names, given);
      const look = new Look(
        text,
        parameters,
        numbersOf(parameters),
        given ? from : { kind: names.every(known) && names.length > 0 ? "module" : "ones" },
        (inputs) => expression.evaluate(new Map(names.map((name, k) => [name, inputs[k]!]))),
        dialects.python,
      );
      look.result();
      return { kind: "expression", text, language: "mathjs", unknown: names.filter((name) => !known(name)), look };
    } catch (error) {
      if (error instanceof ExpressionError) {
        const why = shorten(error.message, 160);
        throw new Problem(l10n.t("this is not an expression: {0} (character {1})", why, error.offset + 1));
      }
      throw error;
    }
  }

  private expressionParameters(names: readonly string[], given?: PointTree): Argument[] {
    return names.map((name) => {
      const tree = valueIn(given, name);
      if (tree !== undefined) return argumentOf(name, this.inForm(name, tree, undefined), MOST_GIVEN);
      return argumentOf(name, this.numericGlobal(name) ?? 1);
    });
  }

  /**
   * What stands at the cursor or in the selection.
   * @throws Problem when there is nothing to look at.
   */
  subjectAt(from: number, to: number): SubjectFound {
    const selected = this.text.slice(from, to);
    if (selected.trim() !== "") {
      const whole = this.functions.find(({ nameSpan }) => from < nameSpan.from && nameSpan.to < to);
      if (whole) return { kind: "function", name: whole.name };
      return this.functionNamed(selected.trim())
        ? { kind: "function", name: selected.trim() }
        : this.expression(selected);
    }
    const word = this.wordAt(from);
    const named = word && (this.definitionAt(word) ?? this.functionNamed(this.slice(word)));
    if (named) return { kind: "function", name: named.name };
    const around = this.definitionAround(from);
    if (around) return { kind: "function", name: around.name };
    throw new Problem(l10n.t("Select an expression, or put the cursor in a function."));
  }

  /** The innermost definition around an offset of which there is a function object. */
  definitionAround(offset: number): Definition | undefined {
    return this.functions.findLast(
      (one) =>
        one.from <= offset &&
        offset <= this.endOf(one) &&
        (one.level !== "nested" || this.script.calls.has(spanKey(one.node))) &&
        this.functionNamed(one.name) === one,
    );
  }

  /** The definition whose name stands there. */
  definitionAt({ from, to }: Span): Definition | undefined {
    return this.functions.find(({ nameSpan }) => nameSpan.from === from && nameSpan.to === to);
  }

  /** The end of the line on which a definition's parameters end. */
  headerEnd(definition: FunctionDef): number {
    const end = this.text.indexOf("\n", definition.paramSpan.to);
    return end < 0 ? this.text.length : end;
  }

  /** The end of the last line of a definition. */
  private endOf(definition: FunctionDef): number {
    const end = this.text.indexOf("\n", definition.to);
    return end < 0 ? this.text.length : end;
  }

  wordAt(offset: number): Span | undefined {
    const word = /[\p{L}\p{N}_]/u;
    let from = offset;
    let to = offset;
    while (from > 0 && word.test(this.text[from - 1]!)) from--;
    while (to < this.text.length && word.test(this.text[to]!)) to++;
    return from < to && !/^\d/.test(this.text.slice(from, to)) ? { from, to } : undefined;
  }

  /** Whether a function's derivative can stand beside it: that of a function of the module itself. */
  canInsert(name: string): boolean {
    return this.functionNamed(name)?.level === "module";
  }

  /** Whether a name is a variable of a function. */
  isLocal(word: Span): boolean {
    const name = this.slice(word);
    return pathAt(this.syntax, (word.from + word.to) / 2).some(
      (node) => (node.kind === "function" || node.kind === "lambda") && bindsLocally(node, name),
    );
  }

  /** Whether a word is a name of the module: not part of a comment or a string, no attribute, and no local variable. */
  isCode(word: Span): boolean {
    const same = (span: Span) => span.from === word.from && span.to === word.to;
    if (this.functions.some(({ nameSpan }) => same(nameSpan))) return true;
    const at = pathAt(this.syntax, (word.from + word.to) / 2).at(-1);
    return at?.kind === "name" && same(at) && !this.isLocal(word);
  }

  /**
   * That on which a function's answer depends: its own text, those of what makes a name it uses and of the calls that
   * give its point, where a single number or a small array is told by its value; and where these texts stand.
   */
  private behind(whole: string): { text: string; places: Span[] } {
    // A method's answer is that of its class, a function's in a function that of the one around it.
    const [name] = whole.split(".") as [string];
    const wanted = new Set<string>([name]);
    const numbers = new Map<string, string>();
    const taken = new Set<number>();
    const statements = this.statements();
    for (let grown = true; grown; ) {
      const before = taken.size;
      statements.forEach((statement, k) => {
        if (taken.has(k)) return;
        const makes = statement.makes.some((made) => wanted.has(made) && !numbers.has(made));
        if (!makes && !(statement.sets !== undefined && wanted.has(statement.sets))) return;
        taken.add(k);
        if (!makes) return;
        for (const used of statement.uses) {
          if (wanted.has(used)) continue;
          wanted.add(used);
          const number = this.numberHeld(used);
          if (number !== undefined) numbers.set(used, number);
        }
      });
      grown = taken.size > before;
    }
    // Calls of the function give its point; a comment above it stands in the gap before the definition.
    const calls = statements.filter((statement, k) => !taken.has(k) && statement.uses.has(name));
    const parts = [...[...taken].sort((a, b) => a - b).map((k) => statements[k]!), ...calls];
    return {
      text: [...parts.map((statement) => statement.text), ...[...numbers].map((pair) => pair.join("="))].join("\u0001"),
      places: parts.map(({ from, text }) => ({ from, to: from + text.length })),
    };
  }

  /** The value of one of the module's numbers, or of a small array of them, to the last digit. */
  private numberHeld(name: string): string | undefined {
    const value = this.script.globals.get(name);
    return value === undefined || !isNumeric(value) ? undefined : exactText(value);
  }

  private statementList: readonly StatementText[] | undefined;

  private statements(): readonly StatementText[] {
    if (this.statementList) return this.statementList;
    const { body } = this.syntax;
    const { globals } = this.script;
    const isModule = (name: string): boolean => typeName(globals.get(name) ?? null) === "module";
    /** Whether a statement that speaks of a name may change what it holds: an object of the file's own. */
    const changes = (name: string): boolean =>
      globals.has(name) && !this.functionNamed(name) && !isModule(name) && !isFunction(globals.get(name)!);
    this.statementList = body.map((statement, k): StatementText => {
      const from = body[k - 1]?.to ?? 0;
      const text = this.text.slice(from, statement.to);
      if (statement.kind === "import" || statement.kind === "importfrom")
        return { from, text, makes: [...boundNames(statement)], uses: new Set() };
      const uses = new Set(wordsIn(text));
      const defines = statement.kind === "function" || statement.kind === "class";
      const makes = defines
        ? [statement.name]
        : [
            ...boundNames(statement),
            ...[...touched(statement)].filter((name) => !isModule(name)),
            ...[...uses].filter(changes),
          ];
      // `np.random.seed(0)`
      const root = statement.kind === "expression" && statement.value.kind === "call" && rootOf(statement.value.callee);
      return { from, text, makes, uses, ...(root && isModule(root) ? { sets: root } : {}) };
    });
    return this.statementList;
  }
}

interface StatementText {
  readonly from: number;
  readonly text: string;
  /** The names that it gives a value, or whose value it may change. */
  readonly makes: readonly string[];
  readonly uses: ReadonlySet<string>;
  /** The imported module that it may set. */
  readonly sets?: string;
}

/** A number in the form in which it is held. */
function exactText(value: PyValue): string {
  const dtype = sequenceItems(value) ? "" : (toValue(value)?.dtype ?? "");
  return `${typeName(value)} ${dtype} ${shortText(value, MOST_COMPARED)}`;
}

function rootOf(expression: Expr): string | undefined {
  if (expression.kind === "attribute") return rootOf(expression.object);
  return expression.kind === "name" ? expression.id : undefined;
}

/** Where an offset stands now that the parts of the text around it have moved; what is in none of them stays. */
function movedOffset(offset: number, before: readonly Span[], now: readonly Span[]): number {
  const part = before.findIndex(({ from, to }) => from <= offset && offset <= to);
  return part < 0 ? offset : offset - before[part]!.from + now[part]!.from;
}

function moved(one: Finding, now: (span: Span) => Span): Finding {
  const span = <S extends Span>(place: S): S => ({ ...place, ...now(place) });
  return {
    ...one,
    span: span(one.span),
    fixes: one.fixes.map((fix) => ({ ...fix, edits: fix.edits.map(span) })),
    ...(one.related ? { related: one.related.map((other) => ({ ...other, span: span(other.span) })) } : {}),
  };
}

/** What the run tells of the same place: NumPy's own warning, the same number on a tape. */
function isKnown({ code, span }: Finding, found: readonly Finding[]): boolean {
  return (
    /finite|nan/.test(code) &&
    found.some(
      (other) =>
        (/finite|nan/.test(other.code) || other.code === "framework-warning") &&
        other.span.from <= span.to &&
        span.from <= other.span.to,
    )
  );
}

function argumentsOf(parameters: readonly Argument[], inputs: readonly Value[]): { [name: string]: PyValue } {
  let next = 0;
  return Object.fromEntries(
    parameters.map(({ name, shape, make, original }) => [name, shape ? make(inputs[next++]!) : original]),
  );
}

function numbersOf(parameters: readonly Argument[]): number[] {
  return parameters.flatMap(({ numbers }) => [...numbers]);
}

/** Whether a value is an object of a class by this name, or of one derived from it. */
function isObjectOf(value: PyValue, name: string): boolean {
  return value instanceof PyObject && value.type.heap && value.type.mro.some((type) => type.heap && type.name === name);
}

/** A result as one value: a number, an array, a list of numbers, or all numbers of several arrays in a row. */
function numberOf(result: PyValue): Value | undefined {
  if (typeof result === "boolean") return scalar(result ? 1 : 0);
  const direct = toValue(result);
  if (direct) return direct;
  const items = sequenceItems(result);
  const values = items?.values.map(numberOf);
  if (!values || values.length === 0 || !values.every((value) => value !== undefined)) return undefined;
  const alike = values.every(({ shape }) => shape.join() === values[0]!.shape.join());
  return alike ? stack(values) : concat(values.map((value) => reshape(value, [sizeOf(value.shape)])));
}

function isNumeric(value: PyValue): boolean {
  return argumentOf("", value).shape !== undefined;
}

function literalValue(literal: Literal | undefined): PyValue | Tree | undefined {
  if (!literal) return undefined;
  // An integer stays one: the function may count with it.
  return typeof literal.tree === "number" && literal.integer ? BigInt(literal.tree) : literal.tree;
}

/** One line, and no longer than `most` characters. */
function shorten(text: string, most = 60): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

/** Whether a decorator put a `wrapper(*args)` in the place of the function that is written. */
function isWrapper({ params }: FunctionDef, fn: PyValue): boolean {
  const own = parametersOf(fn);
  return (
    own.some(({ kind }) => kind === "star") && !params.list.every(({ name }) => own.some((one) => one.name === name))
  );
}

/** The positional parameters as they are written, up to the first whose default is not a literal. */
function writtenParameters({ params }: FunctionDef): ReturnType<typeof parametersOf> {
  const found: ReturnType<typeof parametersOf> = [];
  for (const { name, kind, default: otherwise } of params.list) {
    if (kind !== "normal" && kind !== "positional-only") break;
    const literal = otherwise ? literalValue(literalOf(otherwise)) : undefined;
    if (otherwise && literal === undefined) break;
    found.push({ name, kind, default: Array.isArray(literal) ? fromTree(literal) : literal });
  }
  return found;
}

/** Whether a function can have a value at all: `main()` and its like only do things. */
export function returnsValue(definition: FunctionDef): boolean {
  const inner: Span[] = [];
  const returns: Span[] = [];
  visit(definition.body, (node) => {
    if (node.kind === "function") inner.push(node);
    if (node.kind === "return" && node.value) returns.push(node);
  });
  return returns.some((own) => !inner.some(({ from, to }) => from <= own.from && own.to <= to));
}

/** Whether a function calls one of its parameters. */
function callsParameter({ body }: FunctionDef, name: string): boolean {
  let found = false;
  visit(body, (node) => {
    found ||= node.kind === "call" && node.callee.kind === "name" && node.callee.id === name;
  });
  return found;
}

/** Whether a function has a parameter or variable of its own by this name. */
function bindsLocally(node: FunctionDef | Lambda, name: string): boolean {
  if (node.params.list.some((parameter) => parameter.name === name)) return true;
  return node.kind === "function" && node.body.some((statement) => boundNames(statement).has(name));
}

/** A parameter may be called `constructor`. */
function valueIn(point: PointTree | undefined, name: string): Tree | undefined {
  return point && Object.hasOwn(point, name) ? point[name] : undefined;
}
