/** Programs whose outputs are their next inputs, written over the state that they start from. */
import {
  type Buffer,
  type Loop,
  meet,
  type Place,
  type Program,
  reachOf,
  type Step,
  samePlace,
  sizeOfInputs,
} from "./loops";
import { accesses } from "./merge";

/** A program that goes a step from its inputs to its outputs, which lie where the inputs do. */
export interface Repeated extends Program {
  /** Two steps, the second with numbers behind those of the first; absent where one step after the other is as good. */
  readonly twice?: readonly Step[];
}

/**
 * The same program with its outputs in place of the inputs of the same start and size: it writes there at once where
 * nobody wants the old numbers any more. Others are copied at the end; two steps need no copies, for the second writes
 * where the first has read.
 * @param width of the inputs are numbers of the step: the last ones
 */
export function inPlace(program: Program, width: number): Repeated {
  const buffers = program.buffers.slice();
  const slots = program.slots.slice();
  const copies: Loop[] = [];
  const first = buffers.map((_, k) => k);
  const second = first.slice();
  const size = sizeOfInputs(program) - width;
  program.buffers.forEach((buffer, k) => {
    if (buffer.kind === "input" && buffer.start >= size)
      second[k] = buffers.push({ ...buffer, start: buffer.start + width }) - 1;
    if (buffer.kind !== "output" || buffer.size === 0) return;
    const { size: length, start, dtype } = buffer;
    const isOld = (old: Buffer) =>
      old.kind === "input" && old.start === start && old.size === length && old.dtype === dtype;
    const known = program.buffers.findIndex(isOld);
    const old = known >= 0 ? known : buffers.push({ kind: "input", size: length, start, dtype }) - 1;
    if (known >= 0 && mayOverwrite(program.steps, k, old)) {
      first[k] = second[k] = old;
      return;
    }
    buffers[k] = { kind: "temporary", size: length, dtype, slot: slots.push(length) - 1 };
    [second[k], second[old]] = [old, k];
    const at = { offset: 0, strides: [1] };
    copies.push({
      kind: "loop",
      extents: [length],
      body: [{ kind: "load", buffer: k, at }],
      stores: [{ buffer: old, at, value: 0, how: "set" }],
    });
  });
  const [one, other] = [first, second].map((to) => program.steps.map((step) => moved(step, (k) => to[k] ?? k)));
  return {
    ...program,
    buffers,
    slots,
    steps: [...one!, ...copies],
    size: 0,
    ...(copies.length > 0 && { twice: [...one!, ...other!] }),
  };
}

/** Whether no number of `old` is read after `out` has one there, but in the turn that computes it. */
function mayOverwrite(steps: readonly Step[], out: number, old: number): boolean {
  return steps.every((step, k) => {
    const reads = accesses(step).filter(({ buffer, writes }) => buffer === old && !writes);
    const met = (other: Step) =>
      accesses(other).some((store) => store.buffer === out && store.writes && reads.some((read) => meet(read, store)));
    if (reads.length === 0) return true;
    if (steps.slice(0, k).some(met)) return false;
    return !met(step) || (step.kind === "loop" && eachInItsTurn(step, out, old));
  });
}

function eachInItsTurn({ body, stores, extents }: Loop, out: number, old: number): boolean {
  const loads = body.flatMap((one) => (one.kind === "load" && one.buffer === old ? [one.at] : []));
  const own = stores.flatMap(({ buffer, at }) => (buffer === out ? [at] : []));
  return own.every((at) => once(at, extents) && loads.every((load) => samePlace(load, at) || apart(load, at, extents)));
}

/** Whether every turn has an element of its own. */
function once({ strides, table }: Place, extents: readonly number[]): boolean {
  let inner = 0;
  const own = (k: number) => {
    const wide = Math.abs(strides[k]!) > inner || extents[k]! <= 1;
    inner += Math.abs(strides[k]!) * (extents[k]! - 1);
    return wide;
  };
  return table === undefined && extents.map((_, k) => extents.length - 1 - k).every(own);
}

const apart = (a: Place, b: Place, extents: readonly number[]) =>
  a.table === undefined && b.table === undefined && !meet(reachOf(a, extents), reachOf(b, extents));

/** The step with other buffers. */
function moved(step: Step, to: (buffer: number) => number): Step {
  switch (step.kind) {
    case "loop":
      return {
        ...step,
        body: step.body.map((one) => (one.kind === "load" ? { ...one, buffer: to(one.buffer) } : one)),
        stores: step.stores.map((store) => ({ ...store, buffer: to(store.buffer) })),
      };
    case "product": {
      const [left, right] = [step.left, step.right].map((operand) => ({ ...operand, buffer: to(operand.buffer) }));
      return { ...step, left: left!, right: right!, out: to(step.out) };
    }
    case "call": {
      const inputs = step.inputs.map((input) => ({ ...input, buffer: to(input.buffer) }));
      return { ...step, inputs, out: to(step.out) };
    }
    default:
      return { ...step, buffer: to(step.buffer) };
  }
}
