/**
 * Graphs of whole arrays as loops over flat arrays: what every backend for arrays starts from (docs/0009-lowering.md).
 * Shapes are static, elements row-major; nothing here knows the language that the loops are written in.
 */
import type { DType } from "../dtype";
import type { Elementwise, Op } from "../op";
import type { Shape } from "../tensor";

/** Steps in order. They read the inputs' elements from one flat point, and write the outputs into one flat array. */
export interface Program {
  readonly buffers: readonly Buffer[];
  /** Offsets that no stride describes: see {@link Place}. */
  readonly tables: readonly Int32Array[];
  readonly steps: readonly Step[];
  /** How many temporaries are alive at once, and how long each is: see {@link Buffer}. */
  readonly slots: readonly number[];
  /** The elements of all outputs together. */
  readonly size: number;
  /** A buffer of one number, which the program returns besides what it writes. */
  readonly returned?: number;
}

/**
 * Numbers that lie one behind the other. An input is a part of the point, an output a part of the result, from `start`
 * on. Temporaries whose lives do not overlap share a slot. Every number in a buffer is rounded to `dtype` already, but
 * for sums on the way.
 */
export type Buffer = { readonly size: number; readonly dtype: DType } & (
  | { readonly kind: "input"; readonly start: number }
  | { readonly kind: "output"; readonly start: number }
  | { readonly kind: "temporary"; readonly slot: number }
  | { readonly kind: "constant"; readonly data: ArrayLike<number> }
);

export type Step = Loop | Fill | Product | Call | Check;

/** Nested loops, the outermost first; none: the body runs once. */
export interface Loop {
  readonly kind: "loop";
  readonly extents: readonly number[];
  /** An operand is the place of an earlier instruction in this list. */
  readonly body: readonly Instruction[];
  readonly stores: readonly Store[];
}

export type Instruction =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "load"; readonly buffer: number; readonly at: Place }
  /** The operation's value, rounded to `dtype`. */
  | { readonly kind: "apply"; readonly op: Elementwise; readonly inputs: readonly number[]; readonly dtype: DType }
  | { readonly kind: "round"; readonly input: number; readonly dtype: DType };

/** The numbers in its body of what an instruction takes. */
export const inputsOf = (one: Instruction): readonly number[] =>
  one.kind === "apply" ? one.inputs : one.kind === "round" ? [one.input] : [];

/**
 * offset + Σ strides[k] · index[k], of the indices of the loops around. With a table that number is a place in the table,
 * and what stands there is the place in the buffer; −1 stands for an element that is 0.
 */
export interface Place {
  readonly offset: number;
  readonly strides: readonly number[];
  readonly table?: number;
}

export const samePlace = (a: Place, b: Place): boolean =>
  a.offset === b.offset && a.table === b.table && String(a.strides) === String(b.strides);

/** Places in a buffer that a place goes through: from `low` to `high`, each so many times `step` beyond `low`. */
export interface Reach {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** Without what a table says. */
export function reachOf({ offset, strides }: Place, extents: readonly number[]): Reach {
  let [low, high, step] = [offset, offset, 0];
  strides.forEach((stride, k) => {
    const length = stride * (extents[k]! - 1);
    if (length < 0) low += length;
    else high += length;
    if (length !== 0) step = greatestCommonDivisor(step, Math.abs(stride));
  });
  return { low, high, step };
}

/** Whether both may go through one place. */
export function meet(a: Reach, b: Reach): boolean {
  const step = greatestCommonDivisor(a.step, b.step);
  return a.low <= b.high && b.low <= a.high && (step === 0 || (a.low - b.low) % step === 0);
}

export function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** What becomes of the element at a place: `value`, their sum, or the larger or smaller of both (NaN, if one is; of equals the old). */
export interface Store {
  readonly buffer: number;
  readonly at: Place;
  readonly value: number;
  readonly how: "set" | "add" | "max" | "min";
}

/** Every element becomes `value`. */
export interface Fill {
  readonly kind: "fill";
  readonly buffer: number;
  readonly value: number;
}

/** out[b, i, j] = Σ left[b, i, p] · right[b, p, j], summed in this order in float64, then rounded. */
export interface Product {
  readonly kind: "product";
  readonly batches: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly left: Operand;
  readonly right: Operand;
  /** Row-major, of batches × rows × columns elements. */
  readonly out: number;
}

/** A batch of matrices in a buffer: strides from batch to batch, row to row, column to column. */
export interface Operand {
  readonly buffer: number;
  readonly offset: number;
  readonly strides: readonly [batch: number, row: number, column: number];
}

/** Anything else: the operation's own evaluation. */
export interface Call {
  readonly kind: "call";
  readonly op: Op;
  readonly attributes: unknown;
  readonly inputs: readonly { readonly buffer: number; readonly shape: Shape }[];
  readonly out: number;
}

/** The program holds only where the buffer has these numbers (−0 is not 0); otherwise it ends here, and says so. */
export interface Check {
  readonly kind: "check";
  readonly buffer: number;
  readonly data: ArrayLike<number>;
}

/** What a turn of an innermost loop takes over from the turn before. */
export interface Carried {
  /** The instructions that have the value which another one had at the turn before, with that other one. */
  readonly from: ReadonlyMap<number, number>;
  /** Those that are computed at all, given these, and these. */
  readonly needed: ReadonlySet<number>;
}

/**
 * The instructions of a loop's body that have the value which another one had at the turn of the innermost loop before.
 * @param worth of which that is wanted
 */
export function carriedOver(
  { body, stores, extents }: Pick<Loop, "body" | "stores" | "extents">,
  worth: (one: Instruction) => boolean = () => true,
): Carried | undefined {
  const inner = extents.length - 1;
  const written = new Set(stores.map(({ buffer }) => buffer));
  /** A text that is the same for the same number; `turn` −1: at the turn before. Absent: not known. */
  const keysAt = (turn: number): (number | undefined)[] => {
    const keys: (number | undefined)[] = [];
    for (const one of body) {
      const inputs = inputsOf(one).map((input) => keys[input]);
      let text: string | undefined;
      if (one.kind === "constant") text = Object.is(one.value, -0) ? "-0" : String(one.value);
      else if (one.kind === "load") {
        const { offset, strides, table } = one.at;
        const known = table === undefined && !written.has(one.buffer);
        text = known ? `${one.buffer}[${offset + turn * strides[inner]!}:${strides}]` : undefined;
      } else if (!inputs.includes(undefined))
        text = `${one.kind === "apply" ? one.op.name : ""}:${one.dtype}(${inputs})`;
      if (text !== undefined && !numbers.has(text)) numbers.set(text, numbers.size);
      keys.push(text === undefined ? undefined : numbers.get(text)!);
    }
    return keys;
  };
  const numbers = new Map<string, number>();
  const now = keysAt(0);
  const before = new Map<number, number>();
  keysAt(-1).forEach((key, k) => {
    // What does not change from turn to turn is no matter.
    if (key !== undefined && key !== now[k]) before.set(key, k);
  });
  const from = new Map<number, number>();
  const needed = new Set<number>();
  const pending = stores.map(({ value }) => value);
  for (let k = pending.pop(); k !== undefined; k = pending.pop()) {
    if (needed.has(k)) continue;
    needed.add(k);
    const key = now[k];
    const source = key === undefined || !worth(body[k]!) ? undefined : before.get(key);
    if (source === undefined) pending.push(...inputsOf(body[k]!));
    else {
      from.set(k, source);
      pending.push(source);
    }
  }
  return from.size > 0 ? { from, needed } : undefined;
}

/** The numbers of the point, up to the last that is an input's. */
export const sizeOfInputs = ({ buffers }: Program): number =>
  Math.max(0, ...buffers.map((buffer) => (buffer.kind === "input" ? buffer.start + buffer.size : 0)));

/** About how many operations on numbers a program takes; starting a loop counts as a few. */
export function operationsOf({ steps, buffers }: Program): number {
  return steps.reduce((total, step) => {
    switch (step.kind) {
      case "loop":
        return total + STARTING + step.extents.reduce((turns, length) => turns * length, step.body.length);
      case "product":
        return total + STARTING + 2 * step.batches * step.rows * step.inner * step.columns;
      case "call":
        return total + CALLING;
      default:
        return total + buffers[step.buffer]!.size;
    }
  }, 0);
}

const STARTING = 8;
const CALLING = 200;
