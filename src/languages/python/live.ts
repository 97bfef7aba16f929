/**
 * A module that is run again and again while it is edited. Each of its statements keeps what it did; in the next
 * version only those run whose text is new or for which anything that they read has changed. The decisions and their
 * reasons are in docs/0008.
 */
import { builtins } from "./builtins";
import { Compiler, report } from "./compile";
import { Globals } from "./compile/expressions";
import { analyze } from "./compile/scope";
import type { PyEvent } from "./events";
import { SourceModule } from "./imports";
import { keepMain } from "./modules/registry";
import { PyException } from "./runtime/errors";
import { Frame, toPython } from "./runtime/function";
import { Heap, type State, Unseen } from "./runtime/heap";
import type { PyValue } from "./runtime/object";
import { BudgetExceeded, locate, Vm, withVm } from "./runtime/vm";
import { type Cell, type Name, type Watcher, watch } from "./runtime/watch";
import { move } from "./sources";
import { lineAt, type PyModuleSyntax, type Span, type Statement } from "./syntax/ast";
import { STATEMENTS_START } from "./syntax/span";
import { type RunError, type Uncaught, uncaught, type Where, worded } from "./traces";

export interface LiveOptions<T> {
  readonly fileName: string;
  readonly budget: ConstructorParameters<typeof Vm>[0];
  readonly now: () => number;
  readonly read?: (fileName: string) => string | undefined;
  /** Makes what hears the events of one run of one statement. */
  readonly listen: () => T;
}

export interface LiveRun<T> {
  globals: Map<string, PyValue>;
  output: string;
  /** What was heard, in the order of the statements; of those that told nothing there is nothing. */
  told: T[];
  errors: RunError[];
  stopped?: { message: string; from: number; to: number };
  /** How many statements were run for this version. */
  ran: number;
  /** Where what ran at a place stands in this version of the text; a place in a module is what it is. */
  place: (span: Span) => Span;
}

/** What a statement did when it ran. */
interface Record<T> {
  /** As it ran, with its spans; undefined for what is done behind the last statement. */
  readonly node: Statement | undefined;
  readonly text: string;
  readonly reads: ReadonlyMap<object, State>;
  readonly writes: ReadonlyMap<object, State>;
  readonly told: T | undefined;
  readonly output: string;
  readonly error: Uncaught | undefined;
  /** Why and where the run ended in it. */
  readonly stopped: { readonly reason: string; readonly span: Span } | undefined;
  /** Steps of the run before it, and its own. */
  readonly before: number;
  readonly steps: number;
  readonly milliseconds: number;
  /** It did what cannot be followed. */
  readonly lost: boolean;
  /** Where an offset of `node` stands in the newest text. */
  place: (offset: number) => number;
}

const END = "";

/** @typeParam T what hears the events of a statement */
export class LiveModule<T extends { hear(event: PyEvent): void }> {
  private machine!: Vm;
  private globals!: Globals;
  private heap!: Heap;
  private records: readonly Record<T>[] = [];
  /** Of the last version that could be read and came to its end, what the versions since had no use for. */
  private spare: readonly Record<T>[] = [];
  private wasBroken = false;
  private hadErrors = false;
  /** Whether all that the statements of this pass did could be followed. */
  private followed = true;
  /** Where the next statement's spans begin. */
  private space = STATEMENTS_START;

  constructor(private readonly options: LiveOptions<T>) {
    this.forget();
  }

  private forget(): void {
    const { budget, now, fileName, read } = this.options;
    this.machine = new Vm(budget ?? {}, now);
    Object.assign(this.machine, { fileName, read, watched: true, wantsValues: true, wantsCalls: true });
    this.heap = new Heap();
    this.records = [];
    this.spare = [];
    withVm(this.machine, () => {
      this.globals = new Globals(builtins);
      keepMain(new SourceModule("__main__", this.globals));
    });
    this.preset("__name__", "__main__");
    this.preset("__file__", fileName);
    this.preset("__builtins__", null);
  }

  private preset(name: string, value: PyValue): void {
    const cell = this.globals.cell(name);
    cell.value = value;
    this.heap.preset(cell);
  }

  /** Runs a version of the module: what it left is as if all of it had run. Never throws. */
  run(syntax: PyModuleSyntax): LiveRun<T> {
    let known = this.match(syntax);
    const unchanged =
      this.records.every((record, k) => record === (record.node ? known[k] : known.at(-1))) &&
      (known.length === this.records.length || this.records.some(({ stopped }) => stopped));
    // What was not followed cannot be taken back.
    if (!unchanged && this.records.some(({ lost }) => lost)) {
      this.forget();
      known = known.map(() => undefined);
    }
    this.hadErrors = syntax.errors.length > 0;
    const ran = unchanged ? 0 : withVm(this.machine, () => this.pass(syntax, known));
    this.records.forEach((record, k) => {
      const node = syntax.body[k];
      if (record.node) record.place = placing(record.node, record.text, node, textOf(syntax, node));
    });
    return { ...this.results(syntax), ran };
  }

  /** Goes from statement to statement, and gives how many of them were run. */
  private pass(syntax: PyModuleSyntax, known: readonly (Record<T> | undefined)[]): number {
    const { machine, heap } = this;
    const fresh = this.records.length === 0;
    const records: Record<T>[] = [];
    let ran = 0;
    let spent = 0;
    this.followed = true;
    const take = (before: Record<T> | undefined, make: () => Record<T>): Record<T> => {
      let record = before;
      if (record && this.followed && heap.holds(record.reads) && this.affords(record, spent)) {
        heap.replay(record.writes);
        machine.ticks += record.steps;
        machine.outputLength += record.output.length;
      } else {
        heap.sync();
        machine.begin(spent);
        record = make();
        ran++;
      }
      spent += record.milliseconds;
      this.followed &&= !record.lost;
      records.push(record);
      return record;
    };
    machine.ticks = 0;
    machine.outputLength = 0;
    this.preset("__doc__", syntax.docstring);
    heap.begin();
    for (let k = 0; k < syntax.body.length; k++) {
      const node = syntax.body[k];
      const { stopped } = take(known[k], () => this.execute(fresh ? node : this.apart(node), textOf(syntax, node)));
      if (stopped) break;
    }
    take(known.at(-1), () => this.finish());
    heap.sync();
    const used = new Set(records);
    const broken = syntax.errors.length > 0 || records.some(({ stopped }) => stopped);
    const before = this.wasBroken ? this.spare : this.records;
    this.spare = broken ? before.filter((record) => !used.has(record)) : [];
    this.wasBroken = broken;
    this.records = records;
    return ran;
  }

  private results(syntax: PyModuleSyntax): Omit<LiveRun<T>, "ran"> {
    const { records } = this;
    const place = placesOf(records);
    const where: Where = { syntax, fileName: this.options.fileName, place };
    const stop = records.find(({ stopped }) => stopped)?.stopped;
    const stopped = stop && place(stop.span);
    return {
      globals: this.globals.toMap(),
      output: records.map(({ output }) => output).join(""),
      told: records.flatMap(({ told }) => told ?? []),
      errors: records.flatMap(({ error }) => (error ? worded(error, where) : [])),
      place,
      ...(stopped ? { stopped: { message: `${stop.reason} (line ${lineAt(syntax, stopped.from)})`, ...stopped } } : {}),
    };
  }

  /** A record can only stand for a run that has as much left to spend as its own had. */
  private affords(record: Record<T>, spent: number): boolean {
    const { ticks } = this.machine;
    if (!record.node) return true;
    if (record.stopped) return ticks === record.before;
    return this.machine.affords(spent + record.milliseconds, ticks + record.steps);
  }

  // ── running a statement ───────────────────────────────────────────────────

  /** A copy whose spans are like no other's. */
  private apart(node: Statement): Statement {
    const copy = structuredClone(node);
    move(copy, this.space - node.from);
    this.space += node.to - node.from + 1;
    return copy;
  }

  private execute(node: Statement, text: string): Record<T> {
    return this.watched(node, text, () => {
      const { module, scopes } = analyze([node]);
      const step = new Compiler(this.globals, scopes, module, "").statement(node);
      locate(node);
      step(new Frame(new Array(module.slots).fill(undefined), [], undefined));
    });
  }

  /** What modules do at the end. */
  private finish(): Record<T> {
    return this.watched(undefined, END, () => this.machine.end());
  }

  private watched(node: Statement | undefined, text: string, body: () => void): Record<T> {
    const { machine, heap } = this;
    const notes = new Notes(heap, !this.followed);
    let told: T | undefined;
    let error: Uncaught | undefined;
    let stopped: Record<T>["stopped"];
    machine.listener = (event) => {
      told ??= this.options.listen();
      told.hear(event);
    };
    machine.output = [];
    const before = machine.ticks;
    const started = this.options.now();
    const failed = (raw: unknown): void => {
      const failure = toPython(raw);
      machine.depth = 0;
      machine.handling.length = 0;
      if (failure instanceof BudgetExceeded) stopped = { reason: failure.reason, span: failure.span };
      else if (failure instanceof PyException) {
        // In the editor the rest of the document keeps its answers.
        if (failure.type.name === "SystemExit") return;
        report(failure, false);
        error = uncaught(failure);
      } else if (failure instanceof Error) {
        // A mistake of ours must not take the editor along.
        const message = `internal error: ${failure.message}`;
        error = {
          type: "SystemError",
          fullType: "SystemError",
          message,
          notes: [],
          span: machine.home(machine.at),
          trace: [],
        };
        notes.lost();
      } else throw failure;
    };
    watch(notes, () => {
      try {
        body();
      } catch (raw) {
        failed(raw);
      }
    });
    const milliseconds = this.options.now() - started;
    const { reads, writes } = notes.finish();
    const open = machine.loaded.get("open tapes") as Set<{ release(): void }> | undefined;
    if (open?.size) notes.lost();
    if (stopped || !node) for (const tape of open ?? []) tape.release();
    return {
      node,
      text,
      reads,
      writes,
      told,
      output: machine.output.join(""),
      error,
      stopped,
      before,
      steps: machine.ticks - before,
      milliseconds,
      lost: notes.isLost,
      place: (offset) => offset,
    };
  }

  // ── what is the same as before ────────────────────────────────────────────

  /** For each statement, and for the end, a record of the same code. */
  private match({ text, body, errors }: PyModuleSyntax): (Record<T> | undefined)[] {
    const old = this.records.filter(({ node }) => node);
    const texts = body.map((node) => text.slice(node.from, node.to));
    const found = new Array<Record<T> | undefined>(body.length + 1).fill(undefined);
    found[body.length] = this.records.find(({ node }) => !node);
    // How a text with a mistake is read depends on what is around it.
    const doubtful = errors.length > 0 || this.hadErrors;
    const isSame = (record: Record<T> | undefined, k: number): boolean =>
      record?.text === texts[k] && (!doubtful || sameCode(record.node, body[k]));
    const shorter = Math.min(body.length, old.length);
    let start = 0;
    while (start < shorter && isSame(old[start], start)) found[start] = old[start++];
    let tail = 0;
    while (start + tail < shorter && isSame(old.at(-1 - tail), body.length - 1 - tail))
      found[body.length - 1 - tail] = old.at(-1 - tail++);
    // In between: the same text, else the same code with other comments or spaces.
    const free = [...old.slice(start, old.length - tail), ...this.spare.filter(({ node }) => node)];
    const takeFirst = (k: number, fits: (record: Record<T>) => boolean): void => {
      const at = found[k] ? -1 : free.findIndex(fits);
      if (at >= 0) [found[k]] = free.splice(at, 1);
    };
    for (let k = start; k < body.length - tail; k++) takeFirst(k, (record) => isSame(record, k));
    for (let k = start; k < body.length - tail; k++) takeFirst(k, ({ node }) => sameCode(node, body[k]));
    return found;
  }
}

const textOf = ({ text }: PyModuleSyntax, { from, to }: Span): string => text.slice(from, to);

/** What a statement gets hold of. */
class Notes implements Watcher {
  private readonly used = new Set<object>();
  private readonly written = new Set<Cell>();

  /** @param isLost whether something was done already that cannot be followed */
  constructor(
    private readonly heap: Heap,
    public isLost: boolean,
  ) {}

  noticed(name: Name, written: boolean): void {
    if (written) {
      this.written.add(name);
      this.seen(() => this.heap.foundName(name));
    } else this.touched(name);
  }
  touched(x: object): void {
    this.used.add(x);
    this.seen(() => this.heap.found(x));
  }
  lost(): void {
    this.isLost = true;
  }
  finish(): Pick<Record<unknown>, "reads" | "writes"> {
    const none = { reads: new Map<object, State>(), writes: new Map<object, State>() };
    return this.seen(() => this.heap.finish(this.used, this.written)) ?? none;
  }
  private seen<R>(body: () => R): R | undefined {
    if (this.isLost) return undefined;
    try {
      return body();
    } catch (error) {
      if (!(error instanceof Unseen)) throw error;
      this.lost();
      return undefined;
    }
  }
}

/** Whether two trees differ in nothing but their spans; `pairs` gets the offsets that belong together. */
function sameCode(a: unknown, b: unknown, pairs?: Map<number, number>): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
  const [one, two] = [a, b] as [{ [key: string]: unknown }, { [key: string]: unknown }];
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(two).length) return false;
  return keys.every((key) => {
    const [x, y] = [one[key], two[key]];
    if (key !== "from" && key !== "to") return sameCode(x, y, pairs);
    pairs?.set(x as number, y as number);
    return true;
  });
}

/** Stays what it is for this version when the records are placed in the next. */
function placesOf(records: readonly Record<unknown>[]): (span: Span) => Span {
  const places = records
    .flatMap(({ node, place }) => (node ? { from: node.from, to: node.to, place } : []))
    .sort((a, b) => a.from - b.from);
  return ({ from, to }) => {
    let low = 0;
    let high = places.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (places[middle].from <= from) low = middle;
      else high = middle - 1;
    }
    const found = places[low];
    // What is told of no place is told of the empty one at 0.
    return found && to > 0 && found.from <= from && to <= found.to
      ? { from: found.place(from), to: found.place(to) }
      : { from, to };
  };
}

/** Where the offsets of a statement that ran stand in another version of it, of the same code. */
function placing(ran: Statement, text: string, node: Statement, newText: string): (offset: number) => number {
  const by = node.from - ran.from;
  if (text === newText) return (offset) => offset + by;
  const pairs = new Map<number, number>();
  sameCode(ran, node, pairs);
  return (offset) => pairs.get(offset) ?? offset + by;
}
