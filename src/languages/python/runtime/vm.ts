/**
 * The run in progress: where it is, what it may still spend, who listens.
 * Evaluation is synchronous and one at a time, so this is one object that a
 * nested run saves and restores.
 */
import { currentSource, setSource } from "../../../engine";
import type { PyEvent } from "../events";
import type { Expr, Span } from "../syntax/ast";
import { inMain } from "../syntax/span";
import type { PyValue } from "./object";
import { holding, Resources } from "./watch";

export interface Budget {
  /** Milliseconds for the whole run. */
  milliseconds?: number;
  /** Loop iterations and calls. */
  maxSteps?: number;
  /** Bytes (estimated) that a single object may take. */
  maxAllocation?: number;
  /** Python's recursion limit. */
  maxDepth?: number;
}

/** Ends a run; Python code cannot catch it. */
export class BudgetExceeded {
  constructor(
    readonly reason: string,
    readonly span: Span,
    line: number,
  ) {
    this.message = `${reason} (line ${line})`;
  }
  readonly message: string;
}

/** An expression that is watched while a function or a module runs; see `callFunction` and `run`. */
export interface Observed {
  /** Whether it is this one: the function that runs may have been read in an earlier version of the text. */
  readonly is: (node: Expr) => boolean;
  /** Those that the frame does not hold are undefined. */
  readonly names: readonly string[];
  readonly see: (values: readonly (PyValue | undefined)[], result: PyValue) => void;
}

const nowhere: Span = { from: 0, to: 0 };
const ENDS = "at end";

export class Vm {
  /** The node being evaluated: errors and recorded operations belong to it. */
  at: Span = nowhere;
  ticks = 0;
  depth = 0;
  output: string[] = [];
  outputLength = 0;
  handling: unknown[] = [];
  fileName = "<string>";
  lineOf: (offset: number) => number = () => 1;
  /** The text of a file beside the one that runs, by its path relative to that one's folder. */
  read: ((fileName: string) => string | undefined) | undefined;
  /** Where the file that runs called into another text. */
  outside: Span | undefined;
  listener: ((event: PyEvent) => void) | undefined;
  /** Told whenever this expression is evaluated: what the names around it held before, and what it gave. */
  observed: Observed | undefined;
  wantsValues = false;
  wantsCalls = false;
  /** Whether it is noticed what each statement uses (watch.ts). */
  watched = false;
  /** Per-run counters that modules keep (TensorFlow's names of variables, …). */
  readonly state = new Resources();
  /** Modules that are loaded, and tapes that are open. */
  readonly loaded = new Map<string, unknown>();
  private deadline = Number.POSITIVE_INFINITY;
  private readonly maxSteps: number;
  readonly maxAllocation: number;
  readonly maxDepth: number;
  private readonly milliseconds: number;

  constructor(
    budget: Budget,
    private readonly now: () => number,
  ) {
    this.milliseconds = budget.milliseconds ?? Number.POSITIVE_INFINITY;
    this.maxSteps = budget.maxSteps ?? Number.POSITIVE_INFINITY;
    this.maxAllocation = budget.maxAllocation ?? 1 << 28;
    this.maxDepth = budget.maxDepth ?? 1000;
    this.begin(0);
  }

  /** The time begins to count, with some of it spent already. */
  begin(spent: number): void {
    if (this.limited) this.deadline = this.now() + this.milliseconds - spent;
  }
  /** Whether so much more may still be spent, in all. */
  affords(milliseconds: number, steps: number): boolean {
    return milliseconds <= this.milliseconds && steps <= this.maxSteps;
  }

  /** What a module does when the script has ended, however it ended; `name` is that of what it keeps. */
  atEnd(name: string, run: () => void): void {
    this.state.set(ENDS, new Map(this.ends).set(name, holding(run)));
  }
  /** Does it. */
  end(): void {
    for (const run of this.ends.values()) run();
  }
  private get ends(): ReadonlyMap<string, () => void> {
    return (this.state.get(ENDS) as ReadonlyMap<string, () => void> | undefined) ?? new Map();
  }

  /** Whether the run must end within a time. */
  get limited(): boolean {
    return this.milliseconds !== Number.POSITIVE_INFINITY;
  }

  /** Called every 256 ticks, and before anything long. */
  check(): void {
    if (this.now() > this.deadline) this.stop(`stopped after ${formatMilliseconds(this.milliseconds)}`);
    if (this.ticks > this.maxSteps) this.stop(`stopped after ${this.maxSteps} steps`);
  }

  stop(reason: string): never {
    const at = this.home(this.at);
    throw new BudgetExceeded(reason, at, this.lineOf(at.from));
  }

  /** The place in the file that runs: for a place in another text, where that was called. */
  home(span: Span): Span {
    return inMain(span) ? span : (this.outside ?? nowhere);
  }

  emit(event: PyEvent): void {
    if (!this.listener) return;
    if (inMain(event.span)) this.listener(event);
    else if (event.kind !== "call" && event.kind !== "loop" && event.kind !== "value")
      this.listener({ ...event, span: this.home(event.span) });
  }
}

function formatMilliseconds(milliseconds: number): string {
  return milliseconds >= 10_000 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
}

export let vm = new Vm({}, () => 0);

/** Runs `body` with another machine in charge. */
export function withVm<T>(next: Vm, body: () => T): T {
  const before = vm;
  const source = currentSource();
  vm = next;
  try {
    return body();
  } finally {
    vm = before;
    setSource(source);
  }
}

/** One loop iteration or call. */
export function tick(): void {
  if ((++vm.ticks & 255) === 0) vm.check();
}

/** Says which text the next operation, or error, belongs to. */
export function locate(span: Span): void {
  vm.at = span;
  setSource(span);
}
