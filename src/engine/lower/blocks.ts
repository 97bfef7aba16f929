/** Programs over arrays that are longer than the caches, cut into blocks that are not: each number is fetched once. */
import type { Buffer, Fill, Instruction, Loop, Place, Program, Step, Store } from "./loops";

/** A part of an array, which moves on from block to block. */
export interface Window {
  /** Where the first one begins in the point or the result. */
  readonly start: number;
  /** How much further each next one begins. */
  readonly step: number;
  readonly length: number;
  /** Of the last one, which is shorter; 0: there is none. */
  readonly rest: number;
  /** Where it lies in the point or the result of the program over windows. */
  readonly at: number;
}

/** A number of the whole point or result, and where it lies in that of the program over windows. */
export interface Single {
  readonly whole: number;
  readonly at: number;
}

/** One long loop in blocks, with what is done before and after it. */
export interface Blocks {
  /** Its point and result are the windows and singles. */
  readonly program: Program;
  readonly before: readonly (Loop | Fill)[];
  readonly block: Loop;
  /** The turns that are no block any more; absent: there are none. */
  readonly rest: Loop | undefined;
  readonly after: readonly (Loop | Fill)[];
  readonly count: number;
  readonly inputs: readonly Window[];
  readonly outputs: readonly Window[];
  readonly taken: readonly Single[];
  readonly given: readonly Single[];
}

/** Numbers of an array in a block: two pages and a half, for arrays that begin alike in their pages wait for each other. */
const NUMBERS = 1280;
/** Loops of fewer blocks go as a whole. */
const FEWEST_BLOCKS = 2;

/** Undefined for a program that is not one loop through whole arrays, in their order, with single turns before and after. */
export function inBlocks(program: Program): Blocks | undefined {
  const isLong = (step: Step) => step.kind === "loop" && step.extents.length > 0;
  const main = program.steps.findIndex(isLong);
  const steps = program.steps.filter((step) => step.kind === "loop" || step.kind === "fill");
  const long = program.steps[main];
  if (long?.kind !== "loop" || long.extents.length !== 1 || program.steps.filter(isLong).length > 1) return undefined;
  if (steps.length < program.steps.length) return undefined;
  const cutting = new Cutting(program, long);
  const [before, [loop], after] = [steps.slice(0, main), [long], steps.slice(main + 1)].map((own) =>
    own.map((step) => cutting.moved(step)),
  ) as [(Loop | Fill)[], [Loop], (Loop | Fill)[]];
  return cutting.fits ? cutting.blocks(before, loop, after) : undefined;
}

const strideOf = ({ strides }: Place) => strides[0] ?? 0;

class Cutting {
  fits = true;
  private readonly buffers: Buffer[];
  private readonly turns: number;
  private readonly count: number;
  private readonly rest: number;
  private readonly inputs: Window[] = [];
  private readonly outputs: Window[] = [];
  private readonly taken: Single[] = [];
  private readonly given: Single[] = [];
  /** The number in a buffer where its window begins. */
  private readonly first = new Map<number, number>();
  /** Numbers of the point, and of the result, over windows. */
  private readonly sizes = { input: 0, output: 0 };

  constructor(
    private readonly program: Program,
    { body, stores, extents }: Loop,
  ) {
    const places = [...stores, ...body.flatMap((one) => (one.kind === "load" ? [one] : []))];
    const widest = Math.max(1, ...places.map(({ at }) => Math.abs(strideOf(at))));
    this.turns = Math.floor(NUMBERS / widest);
    this.count = Math.floor(extents[0]! / this.turns);
    this.rest = extents[0]! % this.turns;
    if (this.count < FEWEST_BLOCKS || places.some(({ at }) => at.table !== undefined)) this.fits = false;
    const nothing = { kind: "temporary", size: 0, dtype: "float64", slot: -1 } as const;
    this.buffers = program.buffers.map((buffer) =>
      buffer.kind === "input" || buffer.kind === "output" ? nothing : buffer,
    );
    program.buffers.forEach((buffer, k) => {
      if (buffer.kind !== "input" && buffer.kind !== "output") return;
      const own = places.filter((place) => place.buffer === k && strideOf(place.at) !== 0);
      if (own.length > 0) this.window(k, buffer, own);
    });
  }

  /** All places in a buffer go on by the same stride; those of an output leave nothing out. */
  private window(
    k: number,
    buffer: Extract<Buffer, { kind: "input" | "output" }>,
    places: readonly { readonly at: Place }[],
  ): void {
    const { kind, dtype, start } = buffer;
    const offsets = new Set(places.map(({ at }) => at.offset));
    const [low, high] = [Math.min(...offsets), Math.max(...offsets)];
    const stride = strideOf(places[0]!.at);
    const full = kind === "input" || (offsets.size === stride && high - low < stride);
    if (stride < 1 || !full || places.some(({ at }) => strideOf(at) !== stride)) this.fits = false;
    const lengthOf = (turns: number) => (turns === 0 ? 0 : high - low + 1 + stride * (turns - 1));
    const [length, rest] = [lengthOf(this.turns), lengthOf(this.rest)];
    const at = this.sizes[kind];
    // On lines of the cache.
    this.sizes[kind] += 8 * Math.ceil(length / 8);
    const window = { start: start + low, step: stride * this.turns, length, rest, at };
    (kind === "input" ? this.inputs : this.outputs).push(window);
    this.first.set(k, low);
    this.buffers[k] = { kind, dtype, size: length, start: at };
  }

  /** A step over windows and singles. */
  moved(step: Loop | Fill): Loop | Fill {
    if (step.kind === "fill") {
      if (this.program.buffers[step.buffer]!.kind !== "temporary") this.fits = false;
      return step;
    }
    const load = (one: Instruction) => (one.kind === "load" ? this.place(one) : one);
    const store = (one: Store) => {
      const isOutput = this.program.buffers[one.buffer]!.kind === "output";
      if (isOutput && (one.how !== "set" || (strideOf(one.at) === 0 && step.extents.length > 0))) this.fits = false;
      return this.place(one);
    };
    return { ...step, body: step.body.map(load), stores: step.stores.map(store) };
  }

  private place<One extends { readonly buffer: number; readonly at: Place }>(one: One): One {
    const { buffer, at } = one;
    const { kind } = this.program.buffers[buffer]!;
    const moving = strideOf(at) !== 0;
    if (kind === "temporary" || kind === "constant") {
      if (moving) this.fits = false;
      return one;
    }
    // What is written is not read again from there.
    if (kind === "output" && "kind" in one) this.fits = false;
    return moving
      ? { ...one, at: { ...at, offset: at.offset - this.first.get(buffer)! } }
      : { ...one, buffer: this.single(buffer, kind, at.offset), at: { ...at, offset: 0 } };
  }

  private readonly singles = new Map<string, number>();

  /** A buffer of one number. */
  private single(buffer: number, kind: "input" | "output", offset: number): number {
    const key = `${buffer} ${offset}`;
    const known = this.singles.get(key);
    if (known !== undefined) return known;
    const { start, dtype } = this.program.buffers[buffer] as Extract<Buffer, { kind: "input" | "output" }>;
    const at = this.sizes[kind]++;
    (kind === "input" ? this.taken : this.given).push({ whole: start + offset, at });
    const number = this.buffers.push({ kind, dtype, size: 1, start: at }) - 1;
    this.singles.set(key, number);
    return number;
  }

  blocks(before: readonly (Loop | Fill)[], loop: Loop, after: readonly (Loop | Fill)[]): Blocks {
    const { buffers, count, inputs, outputs, taken, given } = this;
    return {
      program: { ...this.program, buffers, steps: [], size: this.sizes.output },
      before,
      block: { ...loop, extents: [this.turns] },
      rest: this.rest > 0 ? { ...loop, extents: [this.rest] } : undefined,
      after,
      count,
      inputs,
      outputs,
      taken,
      given,
    };
  }
}
