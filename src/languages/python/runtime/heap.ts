/**
 * What the objects of a run hold, one object at a time, so that any of them can be put back into an earlier state and
 * two states can be compared. Objects are followed by the fields that JavaScript sees; whatever those do not tell (a
 * function of ours that closes over something, a generator halfway) is `Unseen`.
 */
import { isValue } from "../../../engine";
import { PyDict } from "./containers";
import { PyFunction } from "./function";
import { PyGetter, PyModule, PyNative, PyObject, PyType } from "./object";
import { Vm } from "./vm";
import { Cell } from "./watch";

/** What one object held at some time. It stands for that time: two states are the same only if they are one object. */
export interface State {
  readonly values: ArrayLike<unknown>;
}

/** Thrown where an object cannot be followed. */
export class Unseen {}

/** Objects and what they hold, of one statement; more would take longer to follow than to make again. */
const MOST_VALUES = 1_000_000;

/** States kept of one object. */
const MOST_KNOWN = 8;

/** Given when first asked for, and in no program's hands. */
const IDENTITY = "identity";

const isSpan = (x: object): boolean => typeof (x as { from?: unknown }).from === "number" && "to" in x;
const isApplication = (x: object): boolean => "op" in x && "out" in x;

/** Whether a value can change, or can hold one that does. */
function isNode(x: unknown): x is object {
  if (typeof x === "function") {
    if (!("holds" in x)) throw new Unseen();
    return true;
  }
  if (typeof x !== "object" || x === null || isValue(x)) return false;
  if (x instanceof PyObject) {
    if (x instanceof PyNative) {
      return x.isMade && !x.method;
    }
    if (x instanceof PyModule || x instanceof PyGetter) return false;
    return !(x instanceof PyType) || x.heap;
  }
  if (x instanceof Vm || x instanceof Date || x instanceof RegExp) return false;
  if (Array.isArray(x) || x instanceof Map || x instanceof Set || x instanceof Cell || ArrayBuffer.isView(x))
    return true;
  // A generator, a WeakMap, a promise: it has no fields.
  if (Object.prototype.toString.call(x) !== "[object Object]") throw new Unseen();
  return !isSpan(x) && !isApplication(x);
}

/** What an object holds now. */
function read(x: object): ArrayLike<unknown> {
  if (x instanceof Cell) return [x.value];
  if (typeof x === "function") return (x as unknown as { holds: unknown[] }).holds;
  if (x instanceof PyNative) return [x.run];
  if (Array.isArray(x)) return x.slice();
  if (ArrayBuffer.isView(x)) return (x as Float64Array).slice();
  if (x instanceof Map || x instanceof Set) return flat(x);
  if (x instanceof PyFunction) return [x.name, x.qualname, x.dict, x.classCell, ...x.free, ...x.defaults];
  if (x instanceof PyType) return [x.name, x.qualname, x.module, x.dict, x.attributes, ...x.bases];
  if (x instanceof PyObject && x.held) return x.held();
  const values: unknown[] = [];
  if (x instanceof PyDict) {
    values.push(x.map.size);
    for (const [at, { key, value }] of x.map) values.push(at, key, value);
  }
  for (const [name, value] of Object.entries(x)) if (isField(x, name)) values.push(name, value);
  return values;
}

/** The entries of a dictionary are read one by one. */
const isField = (x: object, name: string): boolean => name !== IDENTITY && !(name === "map" && x instanceof PyDict);

function flat(x: Map<unknown, unknown> | Set<unknown>): unknown[] {
  if (x instanceof Set) return [...x];
  const values: unknown[] = [];
  for (const [key, value] of x) values.push(key, value);
  return values;
}

/** Makes an object hold what `read` gave. */
function write(x: object, state: State): void {
  if (typeof x === "function" || x instanceof PyNative) return;
  if (ArrayBuffer.isView(x)) {
    (x as Float64Array).set(state.values as Float64Array);
    return;
  }
  const values = state.values as readonly unknown[];
  if (x instanceof Cell) x.value = values[0] as Cell["value"];
  else if (Array.isArray(x)) {
    x.length = values.length;
    for (let k = 0; k < values.length; k++) x[k] = values[k];
  } else if (x instanceof Set) {
    x.clear();
    for (const value of values) x.add(value);
  } else if (x instanceof Map) {
    x.clear();
    for (let k = 0; k < values.length; k += 2) x.set(values[k], values[k + 1]);
  } else if (x instanceof PyFunction) [x.name, x.qualname, x.dict] = values as [string, string, PyFunction["dict"]];
  else if (x instanceof PyType) [, x.qualname, x.module, x.dict] = values as [string, string, string, PyType["dict"]];
  else if (x instanceof PyObject && x.hold) x.hold(values);
  else {
    let k = 0;
    if (x instanceof PyDict) {
      const end = 1 + 3 * (values[0] as number);
      x.map.clear();
      for (k = 1; k < end; k += 3) x.map.set(values[k] as never, { key: values[k + 1], value: values[k + 2] } as never);
    }
    const fields = x as Record<string, unknown>;
    const gone = new Set(Object.keys(fields).filter((name) => isField(x, name)));
    for (; k < values.length; k += 2) {
      const name = values[k] as string;
      gone.delete(name);
      fields[name] = values[k + 1];
    }
    for (const name of gone) delete fields[name];
  }
}

/**
 * Goes from object to object, each at most once.
 * @param visit gives the state whose objects come next; undefined: the way ends here
 * @throws Unseen
 */
function walk(from: Iterable<unknown>, visit: (x: object) => State | undefined): void {
  const open = [...from];
  const seen = new Set<object>();
  let count = 0;
  while (open.length > 0) {
    const x = open.pop();
    if (!isNode(x) || seen.has(x)) continue;
    seen.add(x);
    const values = visit(x)?.values ?? [];
    count += 1 + values.length;
    if (count > MOST_VALUES) throw new Unseen();
    if (ArrayBuffer.isView(values)) continue;
    for (let k = 0; k < values.length; k++) {
      const value = values[k];
      if (typeof value === "object" || typeof value === "function") open.push(value);
    }
  }
}

function same(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let k = 0; k < a.length; k++) if (!Object.is(a[k], b[k])) return false;
  return true;
}

/**
 * The objects of a run in time. A run goes from statement to statement; `at` says in which state an object is between
 * two of them. Replaying a statement only notes the states that it left; `sync` then makes it true.
 */
export class Heap {
  /** States of what was there before the first statement that used it. */
  private readonly initial = new Map<object, State>();
  /** States that statements left since the run began. */
  private readonly left = new Map<object, State>();
  /** Objects that may not be in the state that `at` says. */
  private readonly late = new Set<object>();
  /** The states that were seen of each last, of whatever time: what comes to the same again is the same. */
  private readonly known = new WeakMap<object, State[]>();

  /** The run begins anew. */
  begin(): void {
    this.left.clear();
    for (const x of this.initial.keys()) this.late.add(x);
  }

  at(x: object): State | undefined {
    return this.left.get(x) ?? this.initial.get(x);
  }

  /** A statement left these states, without being run. */
  replay(writes: ReadonlyMap<object, State>): void {
    for (const [x, state] of writes) {
      this.left.set(x, state);
      this.late.add(x);
    }
  }

  /** Puts every object into the state that it is said to be in. */
  sync(): void {
    for (const x of this.late) {
      const state = this.at(x)!;
      if (!same(read(x), state.values)) write(x, state);
    }
    if (this.late.size > 0) PyType.changes++;
    this.late.clear();
  }

  /** The present state: one that is known, if it is the same. @throws Unseen */
  private now(x: object): State {
    const values = read(x);
    const present = this.at(x);
    if (present && same(present.values, values)) return present;
    const known = this.known.get(x) ?? [];
    const found = known.find((state) => same(state.values, values));
    if (found) return found;
    const state = { values };
    this.known.set(x, [state, ...known.slice(0, MOST_KNOWN - 1)]);
    return state;
  }

  /** Objects that a statement is about to use: those that no statement made were there before. @throws Unseen */
  found(x: object): void {
    walk([x], (next) => {
      if (this.at(next)) return undefined;
      const state = this.now(next);
      this.initial.set(next, state);
      return state;
    });
  }

  /** A variable that is written before it was read: only itself was there before. */
  foundName(x: Cell): void {
    if (!this.at(x)) this.initial.set(x, this.now(x));
  }

  /** Says what was there before the first statement. */
  preset(x: Cell): void {
    this.initial.set(x, this.now(x));
  }

  /**
   * What a statement may have read and what it wrote, when it has run.
   * @param used the objects that it got hold of: everything that they reach counts as read
   * @param written the variables that it wrote without reading them
   * @throws Unseen
   */
  finish(used: Iterable<object>, written: Iterable<Cell>): { reads: Map<object, State>; writes: Map<object, State> } {
    const reads = new Map<object, State>();
    walk(used, (x) => {
      const before = this.at(x);
      // Otherwise this statement made it.
      if (before) reads.set(x, before);
      return before;
    });
    const writes = new Map<object, State>();
    const names = new Set<object>(written);
    walk([...names, ...used, ...reads.keys()], (x) => {
      const after = this.now(x);
      if (after !== this.at(x) || names.has(x)) writes.set(x, after);
      return after;
    });
    for (const [x, state] of writes) this.left.set(x, state);
    return { reads, writes };
  }

  /** Whether everything is in these states. */
  holds(reads: ReadonlyMap<object, State>): boolean {
    for (const [x, state] of reads) if (this.at(x) !== state) return false;
    return true;
  }
}
