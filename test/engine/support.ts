/** What the tests of the engine share: reproducible numbers, differences, distances. */
import assert from "node:assert/strict";
import {
  addRecorder,
  bind,
  type Gradient,
  type Op,
  peek,
  type Recorder,
  removeRecorder,
  scalar,
  Tape,
  tensor,
  type Value,
} from "../../src/engine";

/** Mulberry32: numbers in [0, 1), the same in every run. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed that belongs to a name, so that a new entry does not move the points of the others. */
export function seedOf(name: string): number {
  return [...name].reduce((seed, letter) => Math.imul(seed, 31) + letter.charCodeAt(0), 7);
}

/** f′(x) by central differences with Richardson extrapolation (Ridders): of the tableau, the entry that moved least. */
export function richardson(f: (x: number) => number, x: number, h = 0.02): number {
  const rows: number[][] = [];
  let best = Number.NaN;
  let least = Infinity;
  for (let i = 0; i < 8; i++) {
    const step = h / 2 ** i;
    const row = [(f(x + step) - f(x - step)) / (x + step - (x - step))];
    for (let k = 1; k <= i; k++) {
      const fine = row[k - 1]!;
      const coarse = rows[i - 1]![k - 1]!;
      row.push(fine + (fine - coarse) / (4 ** k - 1));
      const moved = Math.max(Math.abs(row[k]! - fine), Math.abs(row[k]! - coarse));
      if (moved < least) {
        least = moved;
        best = row[k]!;
      }
    }
    rows.push(row);
  }
  return best;
}

/** Asserts |actual − expected| ≤ tolerance · max(|expected|, scale). */
export function close(actual: number, expected: number, tolerance: number, label = "", scale = 1): void {
  if (Object.is(actual, expected)) return;
  const bound = tolerance * Math.max(Math.abs(expected), scale);
  assert.ok(Math.abs(actual - expected) <= bound, `${label}: ${actual} is not ${expected}`);
}

const bits = new DataView(new ArrayBuffer(8));

/** Where a double stands among all doubles in their order; −0 and 0 apart. */
function position(x: number): bigint {
  bits.setFloat64(0, x);
  const n = bits.getBigInt64(0);
  return n < 0n ? -(n & 0x7fff_ffff_ffff_ffffn) - 1n : n;
}

/** How many doubles lie between two numbers; NaN is 0 from NaN. */
export function ulps(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) === Number.isNaN(b) ? 0 : Infinity;
  const distance = position(a) - position(b);
  return Number(distance < 0n ? -distance : distance);
}

/** The elements of a value. */
export function numbers(value: Value): number[] {
  return Array.from(peek(value).data);
}

/** The gradient that a tape gives, as numbers; `null` where it is missing. */
export function plain(gradient: Gradient): number | number[] | null {
  if (!("value" in gradient)) return null;
  return gradient.value.shape.length === 0 ? peek(gradient.value).item() : numbers(gradient.value);
}

/** A tape that recorded `body` with `watched` on it. */
export function taped<T>(watched: readonly Value[], body: () => T, tape = new Tape()): { tape: Tape; out: T } {
  tape.start();
  for (const value of watched) tape.watch(value);
  try {
    return { tape, out: body() };
  } finally {
    tape.stop();
  }
}

/** Applies an operation of the table, known only as an entry. */
export function apply(op: Op<never>, inputs: readonly Value[], attributes?: unknown): Value {
  return bind(op as Op, inputs, attributes);
}

/** Σ aᵢ·bᵢ. */
export function dot(a: Value, b: Value): number {
  const right = numbers(b);
  return numbers(a).reduce((total, x, i) => total + x * right[i]!, 0);
}

export const scalars = (...values: number[]) => values.map((value) => scalar(value));

export const matrix = (rows: readonly (readonly number[])[]) =>
  tensor(rows.flat(), "float64", [rows.length, rows[0]!.length]);

/** What `body` gives, and the largest finite number on the way (at least 1): what rounding is measured by. */
export function withLargest<T>(body: () => T): { result: T; largest: number } {
  let largest = 1;
  const recorder: Recorder = {
    record({ out }) {
      for (const x of peek(out).data) if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x));
    },
  };
  addRecorder(recorder);
  try {
    const result = body();
    return { result, largest };
  } finally {
    removeRecorder(recorder);
  }
}
