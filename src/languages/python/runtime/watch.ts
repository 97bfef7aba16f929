/**
 * What a statement of a module reads and writes while it runs, so that it need not run again while nothing of that
 * has changed (docs/0008). Only the run of a `LiveModule` is watched; in every other the hooks cost a comparison.
 */
import type { PyValue } from "./object";

export class Cell {
  constructor(public value: PyValue | undefined) {}
}

/** A variable of a module. */
export class Name extends Cell {
  /** The turn in which it was last noticed. */
  turn = 0;
}

export interface Watcher {
  /** A variable is about to be read, or written, for the first time in this turn. */
  noticed(name: Name, written: boolean): void;
  /** An object that no variable holds is about to be used. */
  touched(x: object): void;
  /** Something is done whose effects nobody can tell. */
  lost(): void;
}

export let watcher: Watcher | undefined;
/** Grows with every statement that is watched. */
export let turn = 0;
let turns = 0;

/** Runs `body` with another watcher in charge, or none. */
export function watch<T>(next: Watcher | undefined, body: () => T): T {
  const before = watcher;
  const at = turn;
  watcher = next;
  turn = ++turns;
  try {
    return body();
  } finally {
    watcher = before;
    turn = at;
  }
}

/** For what every run would find the same, whoever asks first: modules that are loaded. */
export const unwatched = <T>(body: () => T): T => (watcher ? watch(undefined, body) : body());

/** Called where `name.turn` is not this turn. */
export function notice(name: Name, written: boolean): void {
  name.turn = turn;
  watcher?.noticed(name, written);
}

export function touch(x: unknown): void {
  if (watcher && typeof x === "object" && x !== null) watcher.touched(x);
}

/** A function of ours that closes over these objects (and over nothing else that can change), and says so (see heap.ts). */
export const holding = <F extends object>(fn: F, ...holds: readonly unknown[]): F => Object.assign(fn, { holds });

/** What modules keep for a run under a name of theirs: the random state, the current figure, … */
export class Resources {
  private readonly names = new Map<string, Name>();

  private name(key: string, written: boolean): Name {
    let name = this.names.get(key);
    if (!name) {
      name = new Name(undefined);
      this.names.set(key, name);
    }
    if (name.turn !== turn) notice(name, written);
    return name;
  }
  get(key: string): unknown {
    return this.name(key, false).value;
  }
  set(key: string, value: unknown): void {
    this.name(key, true).value = value as PyValue;
  }
}
