/** Loops that turn equally often become one, so that what they share is loaded and computed once. */
import {
  type Buffer,
  type Instruction,
  inputsOf,
  type Loop,
  meet,
  type Place,
  type Reach,
  reachOf,
  type Step,
  type Store,
  samePlace,
} from "./loops";

/** A loop's body holds about this many operations at most. */
const MOST_MERGED = 250;
/** Turns that a loop may have more than another and yet be merged with it: they are done apart. */
const MOST_APART = 2;

/** Elements of a buffer that a step reads or writes. */
export interface Access extends Reach {
  readonly buffer: number;
  readonly writes: boolean;
}

const EVERYWHERE: Reach = { low: 0, high: Infinity, step: 1 };

export function accesses(step: Step): Access[] {
  const whole = (buffer: number, writes: boolean) => ({ buffer, writes, ...EVERYWHERE });
  switch (step.kind) {
    case "loop":
      return [
        ...step.body.flatMap((one) => (one.kind === "load" ? [reach(one.buffer, false, one.at, step.extents)] : [])),
        ...step.stores.map(({ buffer, at }) => reach(buffer, true, at, step.extents)),
      ];
    case "fill":
      return [whole(step.buffer, true)];
    case "check":
      return [whole(step.buffer, false)];
    case "product":
      return [whole(step.left.buffer, false), whole(step.right.buffer, false), whole(step.out, true)];
    case "call":
      return [...step.inputs.map(({ buffer }) => whole(buffer, false)), whole(step.out, true)];
  }
}

function reach(buffer: number, writes: boolean, at: Place, extents: readonly number[]): Access {
  return { buffer, writes, ...(at.table === undefined ? reachOf(at, extents) : EVERYWHERE) };
}

/** Whether two steps touch the same elements, and one of them writes. */
function conflict(a: readonly Access[], b: readonly Access[]): boolean {
  return a.some((x) => b.some((y) => x.buffer === y.buffer && (x.writes || y.writes) && meet(x, y)));
}

/** A loop over one axis from turn `start` on, `turns` times. */
function part(loop: Loop, start: number, turns: number): Loop {
  if (start === 0 && turns === loop.extents[0]) return loop;
  const moved = (at: Place): Place => ({
    ...at,
    offset: at.offset + start * at.strides[0]!,
    strides: turns === 1 ? [] : at.strides,
  });
  return {
    ...loop,
    extents: turns === 1 ? [] : [turns],
    body: loop.body.map((one) => (one.kind === "load" ? { ...one, at: moved(one.at) } : one)),
    stores: loop.stores.map((store) => ({ ...store, at: moved(store.at) })),
  };
}

/** The places that a loop loads from and stores to. */
function placeKeys({ body, stores }: Loop): string[] {
  const keyOf = ({ buffer, at }: { readonly buffer: number; readonly at: Place }) =>
    `${buffer}:${at.offset}:${at.strides}:${at.table}`;
  return [...body.flatMap((one) => (one.kind === "load" ? [keyOf(one)] : [])), ...stores.map(keyOf)];
}

/** Both bodies in one loop; undefined where the second needs other turns of the first than its own. */
function together(first: Loop, second: Loop): Loop | undefined {
  if (first.body.length + second.body.length > MOST_MERGED) return undefined;
  const reads = accesses(first);
  const writes = second.stores.map(({ buffer, at }) => reach(buffer, true, at, second.extents));
  if (conflict(reads, writes)) return undefined;
  const body: Instruction[] = [];
  const known = new Map<string, number>();
  const numbersIn = (loop: Loop): number[] | undefined => {
    const numbers: number[] = [];
    for (const one of loop.body) {
      if (one.kind === "load") {
        const store = first.stores.find(({ buffer }) => loop === second && buffer === one.buffer);
        if (store) {
          if (store.how !== "set" || !samePlace(store.at, one.at)) {
            const own = [reach(one.buffer, false, one.at, second.extents)];
            if (conflict(own, [reach(store.buffer, true, store.at, first.extents)])) return undefined;
          } else {
            numbers.push(store.value);
            continue;
          }
        }
      }
      const moved = renumbered(one, numbers);
      const key = keyOf(moved);
      let number = known.get(key);
      if (number === undefined) {
        number = body.push(moved) - 1;
        known.set(key, number);
      }
      numbers.push(number);
    }
    return numbers;
  };
  const storesOf = (loop: Loop, numbers: readonly number[]): Store[] =>
    loop.stores.map((store) => ({ ...store, value: numbers[store.value]! }));
  const own = numbersIn(first)!;
  const stored = { ...first, body, stores: storesOf(first, own) };
  first = stored;
  const others = numbersIn(second);
  return (
    others && { kind: "loop", extents: first.extents, body, stores: [...stored.stores, ...storesOf(second, others)] }
  );
}

function keyOf(one: Instruction): string {
  switch (one.kind) {
    case "constant":
      return Object.is(one.value, -0) ? "-0" : String(one.value);
    case "load":
      return `${one.buffer}[${one.at.offset}:${one.at.strides}:${one.at.table}]`;
    case "apply":
      return `${one.op.name}:${one.dtype}(${one.inputs})`;
    case "round":
      return `${one.dtype}(${one.input})`;
  }
}

/** Two loops as one, with the turns that only the longer has before and after; undefined where they do not go together. */
function merged(first: Loop, second: Loop): Loop[] | undefined {
  if (first.extents.length !== second.extents.length) return undefined;
  if (first.extents.every((length, k) => length === second.extents[k])) {
    const loop = together(first, second);
    return loop && [loop];
  }
  if (first.extents.length !== 1) return undefined;
  const apart = first.extents[0]! - second.extents[0]!;
  if (Math.abs(apart) > MOST_APART || Math.min(first.extents[0]!, second.extents[0]!) < 2) return undefined;
  const [long, short] = apart > 0 ? [first, second] : [second, first];
  const turns = short.extents[0]!;
  const rest = Math.abs(apart);
  // Where they load the same numbers, or the one loads what the other stores.
  const keys = new Set(placeKeys(short));
  const shared = Array.from({ length: rest + 1 }, (_, start) => {
    const own = placeKeys(part(long, start, turns));
    return own.filter((key) => keys.has(key)).length;
  });
  const start = shared.lastIndexOf(Math.max(...shared));
  const middle = part(long, start, turns);
  const loop = apart > 0 ? together(middle, short) : together(short, middle);
  if (!loop) return undefined;
  const before = Array.from({ length: start }, (_, turn) => part(long, turn, 1));
  const after = Array.from({ length: rest - start }, (_, turn) => part(long, start + turns + turn, 1));
  // What is done apart must not meet what it has overtaken.
  const overtaken = accesses(short);
  if ([...before, ...after].some((one) => conflict(accesses(one), overtaken))) return undefined;
  return [...before, loop, ...after];
}

/** The same program in fewer loops, without temporaries that nobody reads any more. */
export function merge(steps: readonly Step[], buffers: readonly Buffer[], returned: number | undefined): Step[] {
  const out: Step[] = [];
  for (const step of steps) {
    if (step.kind !== "loop" || step.extents.length === 0 || !intoEarlier(out, step)) out.push(step);
  }
  return withoutIdle(out, buffers, returned);
}

/** Merges a loop into one before it, if nothing in between stands in the way. */
function intoEarlier(out: Step[], loop: Loop): boolean {
  const own = accesses(loop);
  /** What it waits for, and yet may be done before the other: fills, and turns done apart. */
  const early: number[] = [];
  for (let k = out.length - 1; k >= 0 && k >= out.length - 12; k--) {
    const before = out[k]!;
    if (before.kind === "loop" && before.extents.length > 0) {
      const both = merged(before, loop);
      if (!both) return false;
      const passed = out.slice(k).map(accesses);
      const isEarly = (i: number) => early.includes(k + i);
      const conflicts = (i: number) => passed.slice(0, i).some((step, m) => !isEarly(m) && conflict(step, passed[i]!));
      if (passed.some((_, i) => isEarly(i) && conflicts(i))) return false;
      const between = out.slice(k + 1).filter((_, i) => !isEarly(1 + i));
      out.splice(k, out.length - k, ...early.map((at) => out[at]!), ...both, ...between);
      return true;
    }
    // Nothing is written before every guard was looked at.
    if (before.kind === "check") return false;
    if (!conflict(accesses(before), own)) continue;
    if (before.kind !== "fill" && before.kind !== "loop") return false;
    early.unshift(k);
  }
  return false;
}

/** Without stores to elements of temporaries that are not read, and what was computed for them alone. */
function withoutIdle(steps: readonly Step[], buffers: readonly Buffer[], returned: number | undefined): Step[] {
  const reads = new Map<number, Access[]>();
  for (const access of steps.flatMap(accesses))
    if (!access.writes) reads.set(access.buffer, [...(reads.get(access.buffer) ?? []), access]);
  const idle = (store: Access) =>
    buffers[store.buffer]!.kind === "temporary" &&
    store.buffer !== returned &&
    !reads.get(store.buffer)?.some((read) => meet(read, store));
  return steps.flatMap((step): Step[] => {
    if (step.kind === "fill") return accesses(step).some(idle) ? [] : [step];
    if (step.kind !== "loop") return [step];
    const stores = step.stores.filter(({ buffer, at }) => !idle(reach(buffer, true, at, step.extents)));
    return stores.length === step.stores.length ? [step] : stores.length === 0 ? [] : [needed({ ...step, stores })];
  });
}

/** An instruction in a body in which what it takes has other numbers. */
function renumbered(one: Instruction, numbers: readonly number[]): Instruction {
  if (one.kind === "apply") return { ...one, inputs: one.inputs.map((input) => numbers[input]!) };
  return one.kind === "round" ? { ...one, input: numbers[one.input]! } : one;
}

/** Without instructions that no store needs. */
export function needed(loop: Loop): Loop {
  const wanted = new Set(loop.stores.map(({ value }) => value));
  for (let k = loop.body.length - 1; k >= 0; k--) {
    const one = loop.body[k]!;
    if (!wanted.has(k)) continue;
    for (const input of inputsOf(one)) wanted.add(input);
  }
  const numbers: number[] = [];
  const body: Instruction[] = [];
  loop.body.forEach((one, k) => {
    if (!wanted.has(k)) return;
    numbers[k] = body.push(renumbered(one, numbers)) - 1;
  });
  return { ...loop, body, stores: loop.stores.map((store) => ({ ...store, value: numbers[store.value]! })) };
}
