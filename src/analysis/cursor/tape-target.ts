/** The target of `tape.gradient` as a function of its sources: what the tape recorded, run again. */
import { add, bind, dialects, peek, readOp, sizeOf, type Tensor, type Value } from "../../engine";
import { PyTape } from "../../languages/python";
import type { Argument } from "../arguments";
import type { Asked } from "../script";
import { Look } from "../subject";

/** A longer tape has no formula that anybody would read. */
const MOST_RECORDS = 400;
const MOST_NUMBERS = 64;

/**
 * The sum of the targets at the values that the tape saw; undefined where the tape is too long, or a source is no float
 * or has held several values.
 */
export function tapeTarget({ event }: Asked, title: string): Look | undefined {
  const { tape, targets, sources, sourceNames } = event;
  if (!(tape instanceof PyTape) || tape.records.length > MOST_RECORDS || targets.length === 0) return undefined;
  const { records } = tape;
  const keys = sources.map((source) => PyTape.key(source, "source"));
  const ends = targets.map((target) => PyTape.key(target));
  const reads = records.filter(({ op }) => op === readOp);
  const points = keys.map((key) => {
    // A Variable's value is that which the tape read, whatever it holds now.
    const [first, ...others] = reads.filter(({ inputs }) => inputs[0] === key).map(({ out }) => peek(out));
    return others.every((other) => other.data.every((x, i) => Object.is(x, first!.data[i])))
      ? (first ?? peek(key))
      : null;
  });
  if (new Set(keys).size < keys.length || !points.every(isFloats)) return undefined;
  if (points.reduce((total, { shape }) => total + sizeOf(shape), 0) > MOST_NUMBERS) return undefined;
  const parameters = points.map(({ data, shape }, k): Argument => {
    const name = sourceNames[k] ?? `s${k + 1}`;
    return { name, shape, numbers: Array.from(data), make: (value) => value, original: null };
  });
  const call = (inputs: readonly Value[]) => {
    const values = new Map<Value, Value>(keys.map((key, k) => [key, inputs[k]!]));
    const at = (value: Value) => values.get(value) ?? value;
    for (const { op, inputs: from, attributes, out } of records) {
      if (op === readOp) values.set(out, at(from[0]!));
      else if (!values.has(out) && from.some((value) => values.has(value)))
        values.set(out, bind(op, from.map(at), attributes));
    }
    return ends.map(at).reduce((sum, value) => add(sum, value));
  };
  return new Look(
    title,
    parameters,
    parameters.flatMap(({ numbers }) => numbers),
    { kind: "given" },
    call,
    dialects.tensorflow,
  );
}

const isFloats = (point: Tensor | null): point is Tensor => point?.dtype.startsWith("float") ?? false;
