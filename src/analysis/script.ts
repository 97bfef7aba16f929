/** A run of a whole document: what each line printed and made, the loops and their paths, the findings. */
import * as l10n from "@vscode/l10n";
import { peek, type Tensor } from "../engine";
import {
  type Budget,
  type figures,
  isDrawn,
  LiveModule,
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
import {
  type Finding,
  findingsOf,
  type GradientEvent,
  hasNotFinite,
  MOST_SEARCHES,
  reasonText,
  syntaxFindings,
} from "./findings";
import { inSingle } from "./values";

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
  /** The numbers of each value that the statement gave the name, where there are few; every so many-th is a row. */
  readonly history: { readonly rows: readonly (readonly number[])[]; readonly stride: number; readonly count: number };
}

/** A derivative that was asked for: the last answer at its place. */
export interface Asked {
  readonly event: GradientEvent;
  readonly count: number;
}

/** What a function of the file was first called with, and the last function object made of it. */
export interface Called {
  readonly args: ReadonlyMap<string, PyValue>;
  readonly fn: PyValue;
  /** Whether it was ever called with numbers in float32. */
  readonly single: boolean;
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
  /** What each function of the file was first called with, by its definition's {@link spanKey}; and the last function object made of it. */
  readonly calls: ReadonlyMap<string, Called>;
  /** Why the run did not reach the end. */
  readonly problem: string | undefined;
  readonly milliseconds: number;
  /** Where in the text stands what ran at a place: code that ran may have been read in an earlier version. */
  readonly place: (span: Span) => Span;
  /** How many statements ran for this version. */
  readonly ran: number;
}

/** Hints are for reading at a glance: the tooltip has the rest. */
const LABEL_LENGTH = 40;
/** Path points kept of one loop. */
const MOST_POINTS = 20_000;
/** Of what a name was bound to. */
const MOST_KEPT = 2000;
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

/** What the statements of a document told; the next version of it runs only those that an edit touches. */
export type LiveScript = LiveModule<Collector>;

export function liveScript(options: ScriptOptions): LiveScript {
  return new LiveModule({ ...options, listen: () => new Collector() });
}

export function runScript(syntax: PyModuleSyntax, options: ScriptOptions, live = liveScript(options)): Script {
  const started = options.now();
  const { told, ...result } = live.run(syntax);
  const collector = new Collector();
  for (const part of told) collector.add(part);
  const { names } = collector;
  const { place } = result;
  const placed = <S extends { readonly span: Span }>(items: readonly S[]): S[] =>
    items.map((item) => ({ ...item, span: place(item.span) }));
  const byPlace = <S>(items: Iterable<readonly [Span, S]>): Map<string, S> =>
    new Map([...items].map(([span, item]) => [spanKey(place(span)), item]));
  const historyOf = new Map(
    [...collector.histories(names)].map(([variable, one]) => [variable, { ...one, span: place(one.span) }]),
  );
  return {
    output: result.output,
    printed: placed(collector.printed),
    figures: placed(collector.figures).map(({ figure, span }) => ({
      figure: { ...figure, drawnAt: place(figure.drawnAt) },
      span,
    })),
    trainings: placed(collector.loops.map((loop) => loop.training).filter(({ losses }) => losses.length > 1)),
    histories: [...historyOf.values()],
    historyOf,
    bindings: placed(collector.bindings).sort((a, b) => a.span.from - b.span.from),
    tapes: placed(collector.tapeUses()).map((use) => ({ ...use, questions: placed(use.questions) })),
    hints: placed(collector.hints(names))
      .sort((a, b) => a.span.to - b.span.to)
      .filter(({ span }) => span.to <= syntax.text.length),
    loops: placed(collector.loops.flatMap((loop) => loop.finish(names))),
    findings: [
      ...syntaxFindings(syntax),
      ...findingsOf(
        syntax,
        collector.events.map((event) => placedEvent(event, place)),
        result,
      ),
    ],
    globals: result.globals,
    gradients: byPlace(
      collector.gradients.map(({ event, count }) => [event.span, { event: placedEvent(event, place), count }]),
    ),
    calls: byPlace(collector.calls),
    problem: result.stopped?.message,
    milliseconds: options.now() - started,
    ran: result.ran,
    place,
  };
}

function placedEvent<E extends PyEvent>(event: E, place: (span: Span) => Span): E {
  const span = place(event.span);
  if (event.kind !== "gradient") return { ...event, span };
  const { opened } = event;
  const reasons = event.reasons.map((reason) => reason && { ...reason, source: reason.source && place(reason.source) });
  return { ...event, span, opened: opened && place(opened), reasons };
}

export const spanKey = ({ from, to }: Span): string => `${from}:${to}`;

interface Updates {
  readonly span: Span;
  readonly variable: PyValue;
  readonly values: Tensor[];
}

interface Result {
  kind: "gradient" | "print" | "value";
  text: string;
  values: readonly PyValue[];
  /** What a print wrote, in short: its Variables and lists may change later. */
  short?: string;
  count: number;
  span: Span;
}

/** What is heard of one statement, or of several, one after the other; places are those where it ran. */
class Collector {
  /** Those that findings are made of. */
  readonly events: PyEvent[] = [];
  private readonly called = new Map<Span, Called>();
  private readonly asked = new Map<string, Asked>();
  private readonly bound = new Map<string, Binding & { readonly history: Rows }>();
  readonly loops: LoopRecord[] = [];
  readonly printed: Printed[] = [];
  readonly figures: Figure[] = [];
  private readonly tapes = new TapeRecords();
  private readonly variables = new Map<PyValue, VariableRecord>();
  private readonly open: LoopRecord[] = [];
  private readonly results = new Map<string, Result>();
  private readonly updates = new Map<string, Updates>();
  private gradientAt: Span | undefined;
  /** Where a tape was asked inside its own block. */
  private readonly inside = new Set<string>();
  private lastMissing: GradientEvent | undefined;
  private notFinite = 0;
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
        this.tapes.told(event);
        break;
      case "gradient":
        this.gradientAt = event.span;
        this.tapes.asked(event);
        this.answered({ event, count: 1 });
        this.noteGradient(event);
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
        const { span, variable } = event;
        this.updated(`${span.from}:${variable.id}`, { span, variable, values: [event.before, event.value] });
        const record = this.variables.get(event.variable) ?? new VariableRecord(event.before);
        record.add(event.value, event.span);
        this.variables.set(event.variable, record);
        for (const loop of this.open) loop.update(event.variable, event.before, event.value);
        break;
      }
      case "call":
        if (event.fn instanceof PyFunction && event.fn.code.node) {
          this.note(event.fn.code.node, { ...event, single: false });
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

  /** What was heard after this. */
  add(next: Collector): void {
    this.events.push(...next.events);
    for (const [node, called] of next.called) this.note(node, called);
    for (const asked of next.asked.values()) this.answered(asked);
    for (const [key, binding] of next.bound) this.bound.set(key, binding);
    this.loops.push(...next.loops);
    this.printed.push(...next.printed.slice(0, MOST_PRINTED - this.printed.length));
    this.figures.push(...next.figures);
    this.tapes.add(next.tapes);
    for (const [variable, record] of next.variables) {
      const known = this.variables.get(variable);
      if (known) known.follow(record);
      else this.variables.set(variable, record.copy());
    }
    for (const result of next.results.values()) this.put(result);
    for (const [key, updates] of next.updates) this.updated(key, updates);
    for (const [value, name] of next.names) this.names.set(value, name);
  }

  /** What each function was first called with, and the last function object. */
  private note(definition: Span, { args, fn, single }: Called): void {
    const known = this.called.get(definition);
    const isSingle = known?.single || single || [...args.values()].some(inSingle);
    this.called.set(definition, { args: known?.args ?? args, fn, single: isSingle });
  }

  private bind({ names, value, span }: PyEvent & { kind: "value" }): void {
    // `a = b = 1` names one value twice; `a, b = 1, 2` takes a sequence apart.
    const parts = value instanceof PyTuple || value instanceof PyList ? value.items : undefined;
    names.forEach((name, k) => {
      const part = names.length > 1 && parts?.length === names.length ? parts[k]! : value;
      const key = `${name}:${span.from}`;
      const history = this.bound.get(key)?.history ?? new Rows(MOST_KEPT);
      const numbers = fewNumbers(part);
      if (numbers) history.add(numbers);
      this.bound.set(key, { name, span, value: part, history });
    });
  }

  private result(kind: Result["kind"], span: Span, text: string, values: readonly PyValue[]): void {
    const short = kind === "print" ? values.map(shortPrinted).join(" ") : undefined;
    this.put({ kind, text, values, short, span, count: 1 });
  }

  private put(result: Result): void {
    const key = `${result.kind}:${result.span.from}`;
    this.results.set(key, { ...result, count: result.count + (this.results.get(key)?.count ?? 0) });
  }

  private answered({ event, count }: Asked): void {
    const key = spanKey(event.span);
    this.asked.set(key, { event, count: count + (this.asked.get(key)?.count ?? 0) });
  }

  /** Tapes keep all that they recorded: of a loop that trains, those are kept that tell something. */
  private noteGradient(event: GradientEvent): void {
    const key = spanKey(event.span);
    const last = this.lastMissing;
    const missing = event.reasons.some(Boolean) && !(last && sameReasons(event, last));
    if (missing) this.lastMissing = event;
    const inside = event.inside && !this.inside.has(key);
    if (inside) this.inside.add(key);
    if (missing || inside || (hasNotFinite(event) && this.notFinite++ < MOST_SEARCHES)) this.events.push(event);
  }

  private updated(key: string, { span, variable, values: [before, ...after] }: Updates): void {
    const entry = this.updates.get(key) ?? { span, variable, values: [before!] };
    for (const value of after) if (entry.values.length < MOST_POINTS) entry.values.push(value);
    this.updates.set(key, entry);
  }

  histories(names: ReadonlyMap<PyValue, string>): Map<PyValue, History> {
    return new Map(
      [...this.variables].map(([variable, record], k) => [
        variable,
        record.history(names.get(variable) ?? `v${k + 1}`),
      ]),
    );
  }

  get bindings(): Binding[] {
    return [...this.bound.values()];
  }

  get calls(): [Span, Called][] {
    return [...this.called];
  }

  get gradients(): Asked[] {
    return [...this.asked.values()];
  }

  tapeUses(): TapeUse[] {
    return this.tapes.uses();
  }

  hints(names: ReadonlyMap<PyValue, string>): Hint[] {
    const hints: Hint[] = [];
    const updated = [...this.updates.values()].map((update) => update.span);
    for (const { kind, span, text, values, count, short: printed } of this.results.values()) {
      // `x.assign_sub(…)` has the Variable as its value: the update tells that, with its history.
      if (kind === "value" && updated.some((update) => update.from >= span.from && update.to <= span.to)) continue;
      const short = printed ?? values.map((value) => shortText(value)).join(" ");
      // `<History object at …>` tells nothing.
      if (kind !== "print" && short.startsWith("<")) continue;
      const label = kind === "gradient" ? `= ${short}` : short;
      const tooltip =
        kind === "print"
          ? text.replace(/\n$/, "")
          : values.map((value) => shortText(value, Number.POSITIVE_INFINITY)).join("\n");
      hints.push({ kind, span, label: cut(label), tooltip, count });
    }
    const places = new Map<string, Updates[]>();
    for (const update of this.updates.values()) {
      const place = places.get(spanKey(update.span));
      if (place) place.push(update);
      else places.set(spanKey(update.span), [update]);
    }
    for (const updates of places.values()) hints.push(updateHint(updates, names));
    return hints;
  }
}

/** Whether two derivatives that were asked for at one place are missing for the same reasons. */
function sameReasons(a: GradientEvent, b: GradientEvent): boolean {
  return (
    spanKey(a.span) === spanKey(b.span) &&
    a.reasons.length === b.reasons.length &&
    a.reasons.every((reason, k) => {
      const other = b.reasons[k];
      return (
        reason?.kind === other?.kind &&
        reason?.detail === other?.detail &&
        reason?.source?.from === other?.source?.from &&
        (a.results[k] === null) === (b.results[k] === null)
      );
    })
  );
}

/** `w → 3.17, b → 1.73`: one hint, however many Variables a call updates. */
function updateHint(updates: readonly Updates[], names: ReadonlyMap<PyValue, string>): Hint {
  const show = (most?: number) =>
    updates.map(({ variable, values }) => {
      const name = names.get(variable);
      return `${name ? `${name} ` : ""}→ ${shortText(values.at(-1)!, most)}`;
    });
  const [{ span, values }] = updates as [Updates];
  const single = updates.length === 1;
  const history = single && values.length > 2 && values.every(({ shape }) => shape.length === 0);
  const nameless = updates.every(({ variable }) => !names.has(variable));
  return {
    kind: "variable",
    span,
    label: cut(single || !nameless ? show().join(", ") : `→ ${l10n.t("{0} Variables", updates.length)}`),
    tooltip: single ? shortText(values.at(-1)!, Number.POSITIVE_INFINITY) : show(MOST_ELEMENTS).join("\n"),
    count: Math.max(...updates.map((update) => update.values.length)) - 1,
    ...(history ? { history: values.map((value) => value.item()) } : {}),
  };
}

function cut(label: string): string {
  const line = label.replace(/\s+/g, " ");
  return line.length <= LABEL_LENGTH ? line : `${line.slice(0, LABEL_LENGTH - 1)}…`;
}

/** A number, or the elements of a small array, as they are now. */
function fewNumbers(value: PyValue): number[] | undefined {
  if (typeof value === "number") return [value];
  if (typeof value === "bigint") return [Number(value)];
  const number = typeof value === "object" && value !== null ? toValue(value) : undefined;
  const data = number && peek(number).data;
  return data && data.length <= MOST_ELEMENTS ? Array.from(data) : undefined;
}

/** Rows of numbers, thinned evenly while they become very many. */
class Rows {
  rows: number[][] = [];
  /** Every so many-th row is kept. */
  stride = 1;
  count = 0;

  constructor(private readonly most = MOST_POINTS) {}

  add(row: number[]): void {
    if (this.count++ % this.stride !== 0) return;
    this.rows.push(row);
    if (this.rows.length <= this.most) return;
    this.rows = this.rows.filter((_, k) => k % 2 === 0);
    this.stride *= 2;
  }
}

/** The values of one Variable. */
class VariableRecord {
  private readonly rows: number[][] = [];
  private span: Span = { from: 0, to: 0 };

  constructor(private readonly before: Tensor) {}

  private row({ data }: Tensor): number[] {
    return data.length <= MOST_ELEMENTS
      ? Array.from(data)
      : [Math.sqrt((data as Float64Array).reduce((sum, x) => sum + x * x, 0))];
  }

  add(value: Tensor, span: Span): void {
    this.span = span;
    this.rows.push(this.row(value));
  }

  /** What became of it afterwards. */
  follow(next: VariableRecord): void {
    this.span = next.span;
    for (const row of next.rows) this.rows.push(row);
  }

  copy(): VariableRecord {
    const made = new VariableRecord(this.before);
    made.follow(this);
    return made;
  }

  history(name: string): History {
    const { shape, data } = this.before;
    const width = data.length;
    const kept = new Rows();
    for (const row of [this.row(this.before), ...this.rows]) kept.add(row);
    const { rows, stride, count } = kept;
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

interface TapePlace {
  readonly span: Span;
  readonly persistent: boolean;
  readonly count: number;
  /** The last one. */
  readonly tape: PyTape;
}

/** Tapes by the place where they were made: a loop makes one in every step. */
class TapeRecords {
  private readonly places = new Map<number, TapePlace>();
  private readonly deleted = new Set<PyTape>();
  private readonly questions = new Map<string, { at: number; count: number; last: GradientEvent }>();

  told({ tape, phase, span, persistent }: PyEvent & { kind: "tape" }): void {
    if (!(tape instanceof PyTape)) return;
    if (phase === "open") this.place({ span, persistent, count: 1, tape });
    else if (phase === "del") this.deleted.add(tape);
  }

  private place(place: TapePlace): void {
    const known = this.places.get(place.span.from);
    this.places.set(place.span.from, { ...place, count: place.count + (known?.count ?? 0) });
    // Of those made before, nothing is kept.
    if (known) this.deleted.delete(known.tape);
    this.deleted.delete(place.tape);
  }

  asked(event: GradientEvent): void {
    if (event.opened) this.question(event.opened.from, event, 1);
  }

  private question(at: number, last: GradientEvent, count: number): void {
    const key = `${at}:${last.span.from}`;
    this.questions.set(key, { at, count: (this.questions.get(key)?.count ?? 0) + count, last });
  }

  /** What was heard after this. */
  add(next: TapeRecords): void {
    for (const place of next.places.values()) this.place(place);
    for (const tape of next.deleted) this.deleted.add(tape);
    for (const { at, last, count } of next.questions.values()) this.question(at, last, count);
  }

  uses(): TapeUse[] {
    const questions = [...this.questions.values()];
    return [...this.places].map(([at, place]) => ({
      ...place,
      deleted: this.deleted.has(place.tape),
      questions: questions
        .filter((question) => question.at === at)
        .map(({ count, last }) => ({ span: last.span, count, answers: answersOf(last) })),
    }));
  }
}

function answersOf({ results, reasons, sourceNames }: GradientEvent): TapeQuestion["answers"] {
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
