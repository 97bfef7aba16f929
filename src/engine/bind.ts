/**
 * The one door: whoever applies an operation comes through `bind`. The topmost
 * interpreter among the arguments answers; then every recorder (tape) that is
 * listening is told.
 */
import { evaluate } from "./interpreters/eager";
import type { Op } from "./op";
import { Tensor, type Value } from "./tensor";

/** The text that made an operation: offsets in the document being evaluated. */
export interface Source {
  readonly from: number;
  readonly to: number;
}

/** One application of an operation. */
export interface Application {
  readonly op: Op;
  readonly inputs: readonly Value[];
  readonly attributes: unknown;
  readonly out: Value;
  readonly source: Source | undefined;
}

/** Hears of every application, in order. */
export interface Recorder {
  record(application: Application): void;
}

/** Answers operations on its own tracers. */
export interface Interpreter {
  /** Nesting depth: the deepest interpreter among the arguments answers first. */
  readonly level: number;
  apply(op: Op, inputs: readonly Value[], attributes: unknown): Value;
}

/** A value that an interpreter follows. */
export interface Tracer extends Value {
  readonly interpreter: Interpreter;
  /** The value at which it stands, for control flow; null: it stands for many. */
  readonly primal: Value | null;
}

const recorders: Recorder[] = [];
let source: Source | undefined;
let depth = 0;

/** A level above every interpreter in use. */
export function nextLevel(): number {
  return ++depth;
}

export function addRecorder(recorder: Recorder): void {
  recorders.push(recorder);
}

export function removeRecorder(recorder: Recorder): void {
  const at = recorders.lastIndexOf(recorder);
  if (at >= 0) recorders.splice(at, 1);
}

export function isRecording(): boolean {
  return recorders.length > 0;
}

/** Runs `body` with no recorder listening, whatever it does. */
export function withoutRecorders<T>(body: () => T): T {
  const paused = recorders.splice(0);
  try {
    return body();
  } finally {
    recorders.splice(0, recorders.length, ...paused);
  }
}

/** Sets the text range to which the next operations belong; returns the one before, to be put back. */
export function setSource(next: Source | undefined): Source | undefined {
  const before = source;
  source = next;
  return before;
}

export function currentSource(): Source | undefined {
  return source;
}

/** Applies `op`. @throws RangeError when shapes do not fit. */
export function bind<A>(op: Op<A>, inputs: readonly Value[], attributes: A): Value {
  let top: Interpreter | undefined;
  for (const input of inputs) {
    if (input instanceof Tensor) continue;
    const { interpreter } = input as Tracer;
    if (!top || interpreter.level > top.level) top = interpreter;
  }
  // Attributes are opaque to interpreters: they hand them back to the operation that they came with.
  const opaque = op as Op;
  const out = top ? top.apply(opaque, inputs, attributes) : evaluate(opaque, inputs as readonly Tensor[], attributes);
  if (recorders.length > 0) {
    const application: Application = { op: opaque, inputs, attributes, out, source };
    // A copy: a recorder may stop listening while it is told.
    for (const recorder of recorders.length === 1 ? recorders : [...recorders]) recorder.record(application);
  }
  return out;
}
