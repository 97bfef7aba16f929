/** A run of a whole document: what each line printed and made, the loops and their paths, the findings. */
import { peek, type Tensor } from "../engine";
import {
  type Budget,
  type figures,
  isDrawn,
  type PyEvent,
  PyFunction,
  PyList,
  type PyModuleSyntax,
  PyTape,
  PyTuple,
  type PyValue,
  parse,
  run,
  type Span,
  toValue,
} from "../languages/python";
import { shortPrinted, shortText } from "./display";
import { type Finding, findingsOf, reasonText, syntaxFindings } from "./findings";

/** A result shown at the end of the statement that made it. */
export interface Hint {
  readonly kind: "value" | "gradient" | "print" | "variable";
  /** The statement. */
  readonly span: Span;
  readonly label: string;
  /** The full value. */
  readonly tooltip: string;
  /** How many times the statement ran. */
  readonly count: number;
  /** A Variable's values, one for each update, where it is a scalar. */
  readonly history?: readonly number[];
}

/** The path that one run of a loop took. */
export interface Loop {
  readonly span: Span;
  readonly variables: readonly { readonly name: string; readonly parameter?: string }[];
  /** The file's function whose value the tape differentiated. */
  readonly function?: string;
  /** `x`, `w[0]`. */
  readonly labels: readonly string[];
  /** Rows: before the first update, and after each. */
  readonly path: readonly (readonly number[])[];
  readonly losses: readonly number[];
}

/** A loop in which a tape was asked: the loss at each step. */
export interface Training {
  readonly span: Span;
  /** The file's function whose value the tape differentiated. */
  readonly function?: string;
  /** NaN where the target was no scalar. */
  readonly losses: readonly number[];
  readonly steps: number;
  /** Every so many-th step has its loss here. */
  readonly stride: number;
}

/** What became of a Variable. */
export interface History {
  readonly name: string;
  /** Where it was last updated. */
  readonly span: Span;
  /** One for each element; a single one, the norm, where there are many elements. */
  readonly labels: readonly string[];
  /** Rows: before the first update, and after each that was kept. */
  readonly values: readonly number[];
  readonly updates: number;
  /** Every so many-th update is a row. */
  readonly stride: number;
}

/** A tape of the file, by the place where it was made, and what it was last asked there. */
export interface TapeUse {
  readonly span: Span;
  readonly persistent: boolean;
  /** How many tapes were made there. */
  readonly count: number;
  /** The last of them. */
  readonly tape: PyTape;
  /** The last of them was deleted. */
  readonly deleted: boolean;
  readonly questions: readonly TapeQuestion[];
}
export interface TapeQuestion {
  readonly span: Span;
  readonly count: number;
  readonly answers: readonly { readonly name: string; readonly value?: string; readonly reason?: string }[];
}

/** What a name was bound to by one of the module's own statements, the last time that it ran. */
export interface Binding {
  readonly name: string;
  readonly span: Span;
  readonly value: PyValue;
}

/** A derivative that was asked for: the last answer at its place. */
export interface Asked {
  readonly event: PyEvent & { kind: "gradient" };
  readonly count: number;
}

export interface Figure {
  readonly figure: figures.Figure;
  readonly span: Span;
}

export interface Printed {
  readonly text: string;
  readonly span: Span;
}

export interface Script {
  readonly output: string;
  readonly printed: readonly Printed[];
  readonly figures: readonly Figure[];
  readonly trainings: readonly Training[];
  readonly histories: readonly History[];
  readonly tapes: readonly TapeUse[];
  readonly hints: readonly Hint[];
  readonly loops: readonly Loop[];
  readonly findings: readonly Finding[];
  readonly globals: ReadonlyMap<string, PyValue>;
  /** What each call of `tape.gradient` and its like was asked and gave, by {@link spanKey}. */
  readonly gradients: ReadonlyMap<string, Asked>;
  /** In the order of the text. */
  readonly bindings: readonly Binding[];
  /** The history of each Variable that was updated. */
  readonly historyOf: ReadonlyMap<PyValue, History>;
  /** What each function of the file was first called with, by its definition; and the last function object made of it. */
  readonly calls: ReadonlyMap<object, { readonly args: ReadonlyMap<string, PyValue>; readonly fn: PyValue }>;
  /** Why the run did not reach the end. */
  readonly problem: string | undefined;
  readonly milliseconds: number;
}

/** Hints are for reading at a glance: the tooltip has the rest. */
const LABEL_LENGTH = 40;
/** Path points kept of one loop. */
const MOST_POINTS = 20_000;
/** Of a Variable with more elements than this, the norm is followed. */
const MOST_ELEMENTS = 12;
/** Pieces of output that are kept with their place. */
const MOST_PRINTED = 10_000;

export interface ScriptOptions {
  readonly fileName: string;
  readonly budget: Budget;
  readonly now: () => number;
  /** The text of a file beside this one; undefined where there is none. */
  readonly read?: (fileName: string) => string | undefined;
}

export function runScript(syntax: PyModuleSyntax, options: ScriptOptions): Script {
  const { fileName, budget, now, read } = options;
  const started = now();
  const collector = new Collector();
  const result = run(syntax, {
    fileName,
    budget,
    now,
    read,
    resumeAfterError: true,
    onEvent: (event) => collector.hear(event),
  });
  const { names } = collector;
  return {
    output: result.output,
    printed: collector.printed,
    figures: collector.figures,
    trainings: collector.loops.map((loop) => loop.training).filter(({ losses }) => losses.length > 1),
    histories: [...collector.histories(names).values()],
    historyOf: collector.histories(names),
    bindings: collector.bound(),
    tapes: collector.tapeUses(),
    hints: collector.hints(syntax, names),
    loops: collector.loops.flatMap((loop) => loop.finish(names)),
    findings: [...syntaxFindings(syntax), ...findingsOf(syntax, collector.events, result)],
    globals: result.globals,
    gradients: collector.gradients,
    calls: collector.calls,
    problem: result.stopped?.message,
    milliseconds: now() - started,
  };
}

export const spanKey = ({ from, to }: Span): string => `${from}:${to}`;

interface Result {
  kind: "gradient" | "print" | "value";
  text: string;
  values: readonly PyValue[];
  count: number;
  span: Span;
}

class Collector {
  /** Those that findings are made of. */
  readonly events: PyEvent[] = [];
  readonly calls = new Map<object, { readonly args: ReadonlyMap<string, PyValue>; readonly fn: PyValue }>();
  readonly gradients = new Map<string, Asked>();
  private readonly bindings = new Map<string, Binding>();
  readonly loops: LoopRecord[] = [];
  readonly printed: Printed[] = [];
  readonly figures: Figure[] = [];
  private readonly tapes = new TapeRecords();
  private readonly variables = new Map<PyValue, VariableRecord>();
  private readonly open: LoopRecord[] = [];
  private readonly results = new Map<string, Result>();
  private readonly updates = new Map<string, { span: Span; variable: PyValue; values: Tensor[] }>();
  private gradientAt: Span | undefined;
  /** The name that an object was last assigned to. */
  readonly names = new Map<PyValue, string>();

  hear(event: PyEvent): void {
    switch (event.kind) {
      case "print":
        this.result("print", event.span, event.text, event.values);
        if (this.printed.length < MOST_PRINTED) this.printed.push({ text: event.text, span: event.span });
        break;
      case "figure":
        this.figures.push({ figure: event.figure, span: event.span });
        break;
      case "tape":
        this.tapes.opened(event);
        this.events.push(event);
        break;
      case "gradient":
        this.gradientAt = event.span;
        this.tapes.asked(event);
        this.gradients.set(spanKey(event.span), {
          event,
          count: (this.gradients.get(spanKey(event.span))?.count ?? 0) + 1,
        });
        this.events.push(event);
        for (const loop of this.open) loop.gradient(event.targets);
        break;
      case "value": {
        this.bind(event);
        if (event.names.length === 1 && typeof event.value === "object" && event.value !== null)
          this.names.set(event.value, event.names[0]!);
        const inside =
          this.gradientAt && this.gradientAt.from >= event.span.from && this.gradientAt.to <= event.span.to;
        if (event.names.length === 0 ? event.value !== null && !isDrawn(event.value) : inside)
          this.result(inside ? "gradient" : "value", event.span, "", [event.value]);
        this.gradientAt = undefined;
        break;
      }
      case "update": {
        const key = `${event.span.from}:${event.variable.id}`;
        const entry = this.updates.get(key) ?? { span: event.span, variable: event.variable, values: [event.before] };
        if (entry.values.length < MOST_POINTS) entry.values.push(event.value);
        this.updates.set(key, entry);
        const record = this.variables.get(event.variable) ?? new VariableRecord(event.before);
        record.add(event.value, event.span);
        this.variables.set(event.variable, record);
        for (const loop of this.open) loop.update(event.variable, event.before, event.value);
        break;
      }
      case "call":
        if (event.fn instanceof PyFunction && event.fn.code.node) {
          const { node } = event.fn.code;
          this.calls.set(node, { args: this.calls.get(node)?.args ?? event.args, fn: event.fn });
        }
        for (const loop of this.open) loop.call(event.name, event.args);
        break;
      case "loop":
        if (event.phase === "enter") {
          const loop = new LoopRecord(event.span);
          this.open.push(loop);
        } else {
          const loop = this.open.pop();
          // A loop around the loop that trains tells the same path again.
          if (loop?.trained && !this.loops.some((known) => known.startedIn(loop))) this.loops.push(loop);
        }
        break;
      default:
        this.events.push(event);
    }
  }

  private bind({ names, value, span }: PyEvent & { kind: "value" }): void {
    // `a = b = 1` names one value twice; `a, b = 1, 2` takes a sequence apart.
    const parts = value instanceof PyTuple || value instanceof PyList ? value.items : undefined;
    names.forEach((name, k) => {
      const part = names.length > 1 && parts?.length === names.length ? parts[k]! : value;
      this.bindings.set(`${name}:${span.from}`, { name, span, value: part });
    });
  }

  private result(kind: Result["kind"], span: Span, text: string, values: readonly PyValue[]): void {
    const key = `${kind}:${span.from}`;
    const before = this.results.get(key);
    this.results.set(key, { kind, text, values, span, count: (before?.count ?? 0) + 1 });
  }

  histories(names: ReadonlyMap<PyValue, string>): Map<PyValue, History> {
    return new Map(
      [...this.variables].map(([variable, record], k) => [
        variable,
        record.history(names.get(variable) ?? `v${k + 1}`),
      ]),
    );
  }

  bound(): Binding[] {
    return [...this.bindings.values()].sort((a, b) => a.span.from - b.span.from);
  }

  tapeUses(): TapeUse[] {
    return this.tapes.uses();
  }

  hints(syntax: PyModuleSyntax, names: ReadonlyMap<PyValue, string>): Hint[] {
    const hints: Hint[] = [];
    const updated = [...this.updates.values()].map((update) => update.span);
    for (const { kind, span, text, values, count } of this.results.values()) {
      // `x.assign_sub(…)` has the Variable as its value: the update tells that, with its history.
      if (kind === "value" && updated.some((update) => update.from >= span.from && update.to <= span.to)) continue;
      const show = kind === "print" ? shortPrinted : (value: PyValue) => shortText(value);
      const short = values.map(show).join(" ");
      const label = kind === "gradient" ? `= ${short}` : short;
      const tooltip =
        kind === "print"
          ? text.replace(/\n$/, "")
          : values.map((value) => shortText(value, Number.POSITIVE_INFINITY)).join("\n");
      hints.push({ kind, span, label: cut(label), tooltip, count });
    }
    for (const { span, variable, values } of this.updates.values()) {
      const last = values[values.length - 1]!;
      const scalar = values.every((value) => value.shape.length === 0);
      const name = names.get(variable);
      hints.push({
        kind: "variable",
        span,
        label: cut(`${name ? `${name} ` : ""}→ ${shortText(last)}`),
        tooltip: shortText(last, Number.POSITIVE_INFINITY),
        count: values.length - 1,
        ...(scalar && values.length > 2 ? { history: values.map((value) => value.item()) } : {}),
      });
    }
    return hints.sort((a, b) => a.span.to - b.span.to).filter(({ span }) => span.to <= syntax.text.length);
  }
}

function cut(label: string): string {
  const line = label.replace(/\s+/g, " ");
  return line.length <= LABEL_LENGTH ? line : `${line.slice(0, LABEL_LENGTH - 1)}…`;
}

/** Rows of numbers, thinned evenly while they become very many. */
class Rows {
  rows: number[][] = [];
  /** Every so many-th row is kept. */
  stride = 1;
  count = 0;

  add(row: number[]): void {
    if (this.count++ % this.stride !== 0) return;
    this.rows.push(row);
    if (this.rows.length <= MOST_POINTS) return;
    this.rows = this.rows.filter((_, k) => k % 2 === 0);
    this.stride *= 2;
  }
}

/** The values of one Variable. */
class VariableRecord {
  private readonly shape: readonly number[];
  private readonly width: number;
  private readonly kept = new Rows();
  private span: Span = { from: 0, to: 0 };

  constructor(before: Tensor) {
    this.shape = before.shape;
    this.width = before.data.length;
    this.kept.add(this.row(before));
  }

  private row({ data }: Tensor): number[] {
    return data.length <= MOST_ELEMENTS
      ? Array.from(data)
      : [Math.sqrt((data as Float64Array).reduce((sum, x) => sum + x * x, 0))];
  }

  add(value: Tensor, span: Span): void {
    this.span = span;
    this.kept.add(this.row(value));
  }

  history(name: string): History {
    const { width, shape } = this;
    const { rows, stride, count } = this.kept;
    const labels =
      width > MOST_ELEMENTS
        ? [`‖${name}‖`]
        : shape.length === 0
          ? [name]
          : Array.from({ length: width }, (_, k) => `${name}${placeIn(shape, k)}`);
    return { name, span: this.span, labels, values: rows.flat(), updates: count - 1, stride };
  }
}

/** `[1, 2]`: where the k-th element of an array stands. */
function placeIn(shape: readonly number[], k: number): string {
  const place: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place.unshift(k % shape[axis]!);
    k = Math.floor(k / shape[axis]!);
  }
  return `[${place.join(", ")}]`;
}

/** Tapes by the place where they were made: a loop makes one in every step. */
class TapeRecords {
  private readonly places = new Map<
    number,
    { span: Span; persistent: boolean; count: number; tape: PyTape; deleted: boolean }
  >();
  private readonly placeOf = new WeakMap<object, number>();
  private readonly questions = new Map<string, { at: number; count: number; last: PyEvent & { kind: "gradient" } }>();

  opened({ tape, phase, span, persistent }: PyEvent & { kind: "tape" }): void {
    if (!(tape instanceof PyTape)) return;
    if (phase === "del") {
      const place = this.places.get(this.placeOf.get(tape) ?? -1);
      if (place?.tape === tape) place.deleted = true;
    }
    if (phase !== "open") return;
    this.placeOf.set(tape, span.from);
    const count = (this.places.get(span.from)?.count ?? 0) + 1;
    this.places.set(span.from, { span, persistent, count, tape, deleted: false });
  }

  asked(event: PyEvent & { kind: "gradient" }): void {
    const at = this.placeOf.get(event.tape);
    if (at === undefined) return;
    const key = `${at}:${event.span.from}`;
    this.questions.set(key, { at, count: (this.questions.get(key)?.count ?? 0) + 1, last: event });
  }

  uses(): TapeUse[] {
    const questions = [...this.questions.values()];
    return [...this.places].map(([at, place]) => ({
      ...place,
      questions: questions
        .filter((question) => question.at === at)
        .map(({ count, last }) => ({ span: last.span, count, answers: answersOf(last) })),
    }));
  }
}

function answersOf({ results, reasons, sourceNames }: PyEvent & { kind: "gradient" }): TapeQuestion["answers"] {
  return results.map((result, k) => {
    const name = sourceNames[k] ?? `${k + 1}`;
    const reason = reasons[k];
    return reason ? { name, reason: reasonText(reason) } : { name, value: shortText(result) };
  });
}

/** What happened to Variables between a loop's start and its end. */
class LoopRecord {
  private readonly variables: PyValue[] = [];
  private current: (Tensor | undefined)[] = [];
  private readonly starts: Tensor[] = [];
  private readonly rows: number[][] = [];
  private readonly moved = new Set<PyValue>();
  private readonly losses: number[] = [];
  private lastCall: { name: string; args: ReadonlyMap<string, PyValue> } | undefined;
  private target: { name: string; args: ReadonlyMap<string, PyValue> } | undefined;
  private differentiated = false;
  private readonly all = new Rows();

  constructor(readonly span: Span) {}

  /** Whether a tape was asked and a Variable moved. */
  get trained(): boolean {
    return this.differentiated && this.variables.length > 0;
  }

  get training(): Training {
    const name = this.target?.name;
    const { rows, count, stride } = this.all;
    return { span: this.span, ...(name ? { function: name } : {}), losses: rows.flat(), steps: count, stride };
  }

  startedIn(outer: LoopRecord): boolean {
    return (
      this !== outer &&
      this.span.from >= outer.span.from &&
      this.span.to <= outer.span.to &&
      this.rows.length === outer.rows.length
    );
  }

  call(name: string, args: ReadonlyMap<string, PyValue>): void {
    this.lastCall = { name, args };
  }

  gradient(targets: readonly PyValue[]): void {
    this.differentiated = true;
    this.target ??= this.lastCall;
    const value = targets.map(toValue)[0];
    const number = value && peek(value);
    const loss = number && number.data.length === 1 ? number.item() : Number.NaN;
    this.all.add([loss]);
    if (this.losses.length < MOST_POINTS) this.losses.push(loss);
  }

  update(variable: PyValue, before: Tensor, value: Tensor): void {
    let at = this.variables.indexOf(variable);
    if (at < 0) {
      at = this.variables.push(variable) - 1;
      this.starts.push(before);
    }
    // A Variable that moves for the second time begins the next step.
    if (this.moved.has(variable)) this.close();
    this.moved.add(variable);
    this.current[at] = value;
  }

  private close(): void {
    if (this.rows.length < MOST_POINTS)
      this.rows.push(this.starts.flatMap((start, k) => Array.from((this.current[k] ?? start).data)));
    this.moved.clear();
  }

  finish(names: ReadonlyMap<PyValue, string>): Loop[] {
    if (this.moved.size > 0) this.close();
    const width = this.starts.reduce((total, start) => total + start.data.length, 0);
    // Large networks have no path that one could look at.
    if (width > 64) return [];
    const parameterOf = (variable: PyValue) =>
      [...(this.target?.args ?? [])].find(([, argument]) => argument === variable)?.[0];
    const variables = this.variables.map((variable, k) => {
      const parameter = parameterOf(variable);
      return { name: names.get(variable) ?? parameter ?? `v${k + 1}`, ...(parameter ? { parameter } : {}) };
    });
    const labels = variables.flatMap(({ name }, k) => {
      const size = this.starts[k]!.data.length;
      return this.starts[k]!.shape.length === 0 ? [name] : Array.from({ length: size }, (_, i) => `${name}[${i}]`);
    });
    const first = this.starts.flatMap((start) => Array.from(start.data));
    return [
      {
        span: this.span,
        variables,
        ...(this.target && variables.some(({ parameter }) => parameter) ? { function: this.target.name } : {}),
        labels,
        // A Variable that joined later was where it started until then.
        path: [first, ...this.rows.map((row) => first.map((start, i) => row[i] ?? start))],
        losses: this.losses,
      },
    ];
  }
}

/**
 * Runs a script to its end, as the command line does: what it prints goes to `write` at once.
 * @returns the status with which Python would end, and what it would print on stderr
 */
export function runToEnd(
  text: string,
  fileName: string,
  write: (text: string, stream: "stdout" | "stderr") => void,
  read?: (fileName: string) => string | undefined,
): { code: number; message?: string } {
  const { error, exit } = run(parse(text), {
    fileName,
    read,
    budget: {},
    values: false,
    calls: false,
    onEvent: (event) => {
      if (event.kind === "print") write(event.text, event.stream ?? "stdout");
    },
  });
  return error ? { code: 1, message: error.text } : (exit ?? { code: 0 });
}
