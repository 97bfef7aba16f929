/**
 * A second thread for large work: calls of functions of WebAssembly over a shared memory, dealt out in parts. Whoever has
 * the work begins at once and takes part after part; the other thread takes parts too, as soon as it has woken, so that
 * nothing waits for a thread that is slow or not there. Which thread computes what changes no bit of the result.
 */

/** A call of an export of a module, with integers. */
export type Call = readonly [name: string, numbers: readonly number[]];
/** Calls in order. Parts of one piece of work do not read what another writes. */
export type Part = readonly Call[];

/** A module's functions over a memory. */
export interface Instance {
  readonly exports: { readonly [name: string]: (...numbers: number[]) => unknown };
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Whether another thread can have the same: the memory is shared, and JavaScript's functions are called rarely. */
  readonly shareable: boolean;
  /** How many functions of JavaScript it imports, by their numbers. */
  readonly imports: number;
}

/** What the other thread is told; in this order, the first at its beginning. */
export type Message =
  | { readonly control: SharedArrayBuffer }
  | ({ readonly id: number } & Pick<Instance, "module" | "memory" | "imports">)
  | { readonly forget: number }
  | "work";

/** The other thread, which gives every message to what {@link serve} returned. */
export interface Thread {
  readonly post: (message: Message) => void;
  readonly end: () => void;
}

// ── what both threads see ───────────────────────────────────────────────────

/**
 * What is left of the work: its number, the next part, and how many parts were taken from the end, {@link PLACES} apart;
 * {@link NONE} in between. The second thread begins at the end, so that a part is in most cases where its memory was last
 * in a cache.
 */
export const TICKET = 0;
const NONE = -1;
/** How many of its parts are finished. */
const DONE = 1;
const PARTS = 2;
/** The number of the module. */
const INSTANCE = 3;
/** 0 once a call answered 0. */
const HELD = 4;
/** 1 while the second thread looks out for work without being told. */
const AWAKE = 5;
const PLACES = 2 ** 10;
export const MOST_PARTS = PLACES - 1;
const WORKS = 2 ** 11;
/** From here on for each part 1 where it is to be done again. */
export const AGAIN = 8;
/** From here on where the calls of each part begin, and then these: a function's place among the exports, how many numbers, the numbers. */
const CALLS = AGAIN + MOST_PARTS;
const CONTROL_BYTES = 2 ** 18;

/** How many parts of the work were taken from the beginning, and from the end. */
const takenOf = (ticket: number): [number, number] => [Math.floor(ticket / PLACES) % PLACES, ticket % PLACES];

/** Whether there is a part that nobody took. */
function isLeft(control: Int32Array, ticket: number): boolean {
  const [first, last] = takenOf(ticket);
  return ticket !== NONE && first + last < control[PARTS]!;
}

type Functions = readonly ((...numbers: number[]) => unknown)[];

/** Runs the calls of a part. */
function runPart(control: Int32Array, part: number, functions: Functions): void {
  let at = control[CALLS + part]!;
  const end = control[CALLS + part + 1]!;
  while (at < end) {
    const count = control[at + 1]!;
    const answer = functions[control[at]!]!(...control.subarray(at + 2, at + 2 + count));
    if (answer === 0) Atomics.store(control, HELD, 0);
    at += 2 + count;
  }
}

function finishPart(control: Int32Array): void {
  Atomics.add(control, DONE, 1);
  Atomics.notify(control, DONE);
}

const functionsOf = (exports: Instance["exports"]): Functions => Object.values(exports);

// ── the second thread ───────────────────────────────────────────────────────

/** How long it looks out for more after its last part, in milliseconds: the work of one program follows closely. */
const LOOKING_OUT = 0.2;

/** What the second thread does with every message that it gets. */
export function serve(): (message: Message) => void {
  let control = new Int32Array(new SharedArrayBuffer(0));
  const known = new Map<number, Functions>();
  // The functions of JavaScript are not here: where one would be called the part is left to the first thread.
  let isWrong = false;
  const call = () => {
    isWrong = true;
    return 0;
  };
  const ownFunctions = () => known.get(control[INSTANCE]!);
  const take = (ticket: number) => {
    if (Atomics.compareExchange(control, TICKET, ticket, ticket + 1) !== ticket) return;
    const part = control[PARTS]! - 1 - takenOf(ticket)[1];
    const functions = ownFunctions();
    isWrong = !functions;
    if (functions) runPart(control, part, functions);
    if (isWrong) control[AGAIN + part] = 1;
    finishPart(control);
  };
  const work = () => {
    Atomics.store(control, AWAKE, 1);
    for (let until = performance.now() + LOOKING_OUT; performance.now() < until; ) {
      const ticket = Atomics.load(control, TICKET);
      if (!isLeft(control, ticket)) continue;
      // It is told about them in a message.
      if (!ownFunctions()) break;
      take(ticket);
      until = performance.now() + LOOKING_OUT;
    }
    Atomics.store(control, AWAKE, 0);
  };
  return (message) => {
    if (message === "work") work();
    else if ("control" in message) control = new Int32Array(message.control);
    else if ("forget" in message) known.delete(message.forget);
    else {
      const imports = Object.fromEntries(Array.from({ length: message.imports }, (_, k) => [String(k), call]));
      const { exports } = new WebAssembly.Instance(message.module, { env: { memory: message.memory, ...imports } });
      known.set(message.id, functionsOf(exports as Instance["exports"]));
    }
  };
}

// ── the first thread ────────────────────────────────────────────────────────

/** Work of fewer operations on numbers is done before another thread has woken. */
const FEWEST_OPERATIONS = 4_000_000;
/** A thread that finishes no part for so long, in milliseconds, is dismissed; its parts are done anew. */
const PATIENCE = 5000;
/** How long one turns round until the last part is finished, in milliseconds, before one sleeps. */
const TURNING = 0.1;

let start: (() => Thread) | undefined;
let patience = PATIENCE;
let second: Second | undefined;

/**
 * Lets a second thread help with large work from now on. It is started when there is some.
 * @param begin starts a thread; absent, or if it throws, there is none
 * @param wait how long a part may take, in milliseconds
 */
export function employ(begin: (() => Thread) | undefined, wait = PATIENCE): void {
  dismiss();
  if (typeof SharedArrayBuffer !== "undefined") start = begin;
  patience = wait;
}

/** No second thread from now on. */
export function dismiss(): void {
  second?.thread.end();
  second = undefined;
  start = undefined;
}

/** Whether memories are to be such that a second thread can see them. */
export const hasSecond = (): boolean => start !== undefined;

/** Whether a second thread would help with work of so many operations on numbers. */
export const isWorthSharing = (operations: number): boolean => operations >= FEWEST_OPERATIONS && hasSecond();

/** Runs all parts here, one after the other. @returns whether no call answered 0 */
export function runAlone({ exports }: Instance, parts: Iterable<Part>): boolean {
  let held = true;
  for (const part of parts) for (const [name, numbers] of part) if (exports[name]!(...numbers) === 0) held = false;
  return held;
}

/** Runs all parts, in any order, some of them on the second thread. @returns whether no call answered 0 */
export function runTogether(instance: Instance, parts: readonly Part[]): boolean {
  try {
    if (start) second ??= new Second(start());
  } catch {
    dismiss();
  }
  return second?.run(instance, parts) ?? runAlone(instance, parts);
}

class Second {
  private readonly control = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES));
  private readonly known = new WeakMap<Instance, { readonly id: number; readonly places: Map<string, number> }>();
  private readonly gone = new FinalizationRegistry<number>((id) => this.thread.post({ forget: id }));
  private instances = 0;
  private works = 0;

  constructor(readonly thread: Thread) {
    this.control[TICKET] = NONE;
    thread.post({ control: this.control.buffer });
  }

  /** Undefined where it was not to be done together. */
  run(instance: Instance, parts: readonly Part[]): boolean | undefined {
    const { control } = this;
    const known = this.known.get(instance);
    const { id, places } = known ?? this.introduce(instance);
    if (!this.write(parts, places)) return undefined;
    control[PARTS] = parts.length;
    control[INSTANCE] = id;
    control[HELD] = 1;
    Atomics.store(control, DONE, 0);
    this.works = (this.works + 1) % WORKS;
    Atomics.store(control, TICKET, this.works * PLACES * PLACES);
    if (!known || Atomics.load(control, AWAKE) === 0) this.thread.post("work");
    const functions = functionsOf(instance.exports);
    for (let ticket = Atomics.load(control, TICKET); isLeft(control, ticket); ticket = Atomics.load(control, TICKET)) {
      if (Atomics.compareExchange(control, TICKET, ticket, ticket + PLACES) !== ticket) continue;
      runPart(control, takenOf(ticket)[0], functions);
      finishPart(control);
    }
    const finished = this.wait(parts.length);
    Atomics.store(control, TICKET, NONE);
    if (!finished) {
      // What it may still write is what is written now.
      dismiss();
      return undefined;
    }
    const again = parts.filter((_, part) => control[AGAIN + part] === 1);
    return runAlone(instance, again) && Atomics.load(control, HELD) === 1;
  }

  private introduce(instance: Instance) {
    const { exports, module, memory, imports } = instance;
    const id = ++this.instances;
    const known = { id, places: new Map(Object.keys(exports).map((name, place) => [name, place])) };
    this.known.set(instance, known);
    this.gone.register(instance, id);
    this.thread.post({ id, module, memory, imports });
    return known;
  }

  /** Whether there is room for so many calls. */
  private write(parts: readonly Part[], places: ReadonlyMap<string, number>): boolean {
    const { control } = this;
    const length = parts.reduce((sum, part) => part.reduce((all, [, numbers]) => all + 2 + numbers.length, sum), 0);
    let at = CALLS + parts.length + 1;
    if (parts.length > MOST_PARTS || at + length > control.length) return false;
    control.fill(0, AGAIN, AGAIN + parts.length);
    parts.forEach((part, k) => {
      control[CALLS + k] = at;
      for (const [name, numbers] of part) {
        control[at] = places.get(name)!;
        control[at + 1] = numbers.length;
        control.set(numbers, at + 2);
        at += 2 + numbers.length;
      }
    });
    control[CALLS + parts.length] = at;
    return true;
  }

  /** Until all parts are finished; false where the other thread does not finish its own. */
  private wait(parts: number): boolean {
    const { control } = this;
    const turning = performance.now() + TURNING;
    for (;;) {
      const done = Atomics.load(control, DONE);
      if (done === parts) return true;
      if (performance.now() < turning) continue;
      if (Atomics.wait(control, DONE, done, patience) === "timed-out") return false;
    }
  }
}
