/** Programs over arrays (../loops) in WebAssembly. All numbers lie in one memory of the program's own, as float64. */
import { evaluate } from "../../interpreters/eager";
import { Tensor } from "../../tensor";
import { inBlocks } from "../blocks";
import { inPlace, type Repeated } from "../in-place";
import { type Product, type Program, type Step, sizeOfInputs } from "../loops";
import { instantiate } from "./emit";
import { Layout } from "./layout";
import { isShared, MOST_BEYOND, productsIn, roomFor, type Sizes, summedInSingle } from "./matmul";
import { MOST_BYTES, memoryOf } from "./memory";
import { bytesOfStep, type Repeat, type Simple, Writer } from "./writer";

/** A program ready to run. Nothing is copied where it is given its own `point` and `out`. */
export interface LoopKernel {
  readonly point: Float64Array;
  readonly out: Float64Array;
  /** @returns the number that the program names, or 1; undefined where a check does not hold. */
  readonly run: (point: ArrayLike<number>, out: Float64Array | number[]) => number | undefined;
}

/** More numbers than this are not copied as a whole: the caches would not hold them. */
const MOST_COPIED = 4096;
/** Steps of one call: from call to call faster code may have been compiled. */
const STEPS_OF_A_CALL = 64;
/** A program whose outputs are its next inputs, but for some last inputs, which are numbers of each step. */
export interface StepsKernel {
  /** The inputs that are outputs too. */
  readonly state: Float64Array;
  /**
   * Goes so many steps, in place, with the numbers of each step one behind the other.
   * @returns false where a check does not hold; the state is then of no meaning
   */
  readonly run: (numbers: Float64Array, count: number) => boolean;
}

/**
 * Compiles a program. @returns undefined where WebAssembly is not to be had, or the program is too large for it
 */
export function compileInWasm(program: Program): LoopKernel | undefined {
  const made = assemble(program);
  if (!made) return undefined;
  const { places, numbers, point, parts } = made;
  const out = numbers.subarray(places.out / 8, places.out / 8 + program.size);
  const returned = program.returned === undefined ? undefined : places.buffers[program.returned]! / 8;
  let byBlocks: BlocksKernel | null | undefined;
  return {
    point,
    out,
    run: (at, into) => {
      if (
        point.length + out.length > MOST_COPIED &&
        at instanceof Float64Array &&
        into instanceof Float64Array &&
        at.buffer !== into.buffer &&
        at !== point &&
        into !== out
      ) {
        byBlocks ??= compileBlocks(program) ?? null;
        if (byBlocks) return byBlocks(at, into);
      }
      if (at !== point) point.set(at);
      for (const part of parts) if (part() === false) return undefined;
      if (into instanceof Float64Array) {
        if (into !== out) into.set(out);
      } else for (let k = 0; k < out.length; k++) into[k] = out[k]!;
      return returned === undefined ? 1 : numbers[returned]!;
    },
  };
}

type BlocksKernel = (at: Float64Array, into: Float64Array) => number;

/** Undefined where the program does not fall into blocks; see {@link inBlocks}. */
function compileBlocks(program: Program): BlocksKernel | undefined {
  const blocks = inBlocks(program);
  if (!blocks) return undefined;
  const { count, inputs, outputs, taken, given } = blocks;
  const groups = [blocks.before, [blocks.block], blocks.rest ? [blocks.rest] : [], blocks.after];
  const made = assemble(blocks.program, { groups });
  if (!made) return undefined;
  const { places, numbers, point, parts } = made;
  const [before, block, rest, after] = parts as [() => void, () => void, () => void, () => void];
  const out = places.out / 8;
  const wholes = outputs.map(({ at, length }) => numbers.subarray(out + at, out + at + length));
  const rests = outputs.map(({ at, rest }) => numbers.subarray(out + at, out + at + rest));
  const returned = program.returned === undefined ? undefined : places.buffers[program.returned]! / 8;
  // Of the point that was given last: most often it is the same array again, and nothing is allocated.
  let last: Float64Array | undefined;
  let views: Float64Array[] = [];
  return (from, into) => {
    if (from !== last) {
      last = from;
      views = Array.from({ length: (count + 1) * inputs.length }, (_, v) => {
        const { start, step, length, rest } = inputs[v % inputs.length]!;
        const k = Math.floor(v / inputs.length);
        return from.subarray(start + k * step, start + k * step + (k === count ? rest : length));
      });
    }
    for (const { whole, at } of taken) point[at] = from[whole]!;
    before();
    for (let k = 0; k <= count; k++) {
      const end = k === count;
      if (end && !blocks.rest) break;
      for (let w = 0; w < inputs.length; w++) point.set(views[k * inputs.length + w]!, inputs[w]!.at);
      if (end) rest();
      else block();
      for (let w = 0; w < outputs.length; w++) {
        const { start, step } = outputs[w]!;
        into.set(end ? rests[w]! : wholes[w]!, start + k * step);
      }
    }
    after();
    for (const { whole, at } of given) into[whole] = numbers[out + at]!;
    return returned === undefined ? 1 : numbers[returned]!;
  };
}

/**
 * Compiles a program to be repeated: where it is nothing but loops, the steps are one more loop around them.
 * @param width of its inputs are numbers of the step: the last ones
 * @param most steps of one run
 * @returns as {@link compileInWasm}
 */
export function compileSteps(program: Program, width: number, most: number): StepsKernel | undefined {
  const size = sizeOfInputs(program) - width;
  const made = assemble(inPlace(program, width), { repeat: { size, width, most } });
  if (!made) return undefined;
  const { places, numbers, point, parts, repeated } = made;
  const state = point.subarray(0, size);
  if (!repeated)
    return {
      state,
      run: (own, count) => {
        for (let step = 0; step < count; step++) {
          for (let k = 0; k < width; k++) point[size + k] = own[step * width + k]!;
          for (const part of parts) if (part() === false) return false;
        }
        return true;
      },
    };
  const [once, twice] = repeated;
  const bytes = bytesOfStep(width);
  return {
    state,
    run: (own, count) => {
      numbers.set(own, places.numbers / 8);
      for (let done = 0; done < count; ) {
        const left = Math.min(count - done, STEPS_OF_A_CALL);
        const inPairs = twice && left > 1;
        const steps = inPairs ? left - (left % 2) : left;
        const from = places.numbers + bytes * done;
        (inPairs ? twice : once)(from, from + bytes * steps);
        done += steps;
      }
      return true;
    },
  };
}

/** A program in a memory of its own. */
interface Assembled {
  readonly places: Layout;
  readonly numbers: Float64Array;
  readonly point: Float64Array;
  /** In order; one that answers false ends the program. */
  readonly parts: readonly (() => unknown)[];
  /** Step after step, or two together, for numbers of steps from one place to before another: at least one. */
  readonly repeated?: readonly [once: Steps, twice?: Steps];
}

type Steps = (from: number, end: number) => void;

/** @param groups what is one function each, or a step that is none */
function assemble(
  program: Repeated,
  { groups = grouped(program.steps), repeat }: { readonly groups?: readonly Group[]; readonly repeat?: Repeat } = {},
): Assembled | undefined {
  if (typeof WebAssembly === "undefined") return undefined;
  const places = new Layout(program, repeat && repeat.width * repeat.most);
  const writer = new Writer(program, places);
  const whole = repeat && groups.length === 1 && "length" in groups[0]!;
  const steps = whole ? [...groups, ...(program.twice ? grouped(program.twice) : [])] : [];
  steps.forEach((own, times) => {
    writer.repeat(own as readonly Simple[], repeat!, 1 + times);
  });
  const parts = whole ? [] : groups.map((group) => ("length" in group ? writer.function(group) : group));
  const scratch = places.room(
    Math.max(
      0,
      ...program.steps.map((step) => {
        if (step.kind !== "product") return 0;
        const { packed, out } = roomFor(sizesOf(step));
        return packed + out;
      }),
    ),
  );
  // The last panels of a product read beyond their matrices.
  const widest = Math.max(0, ...program.steps.map((step) => (step.kind === "product" ? beyond(step) : 0)));
  places.room(widest);
  if (places.end > MOST_BYTES) return undefined;
  const shared = program.steps.some((step) => step.kind === "product" && isShared(sizesOf(step)));
  const memory = memoryWith(places.end, shared);
  if (!memory) return undefined;
  const numbers = new Float64Array(memory.buffer);
  program.buffers.forEach((buffer, k) => {
    if (buffer.kind === "constant") numbers.set(buffer.data, places.buffers[k]! / 8);
  });
  writer.writeTables(memory.buffer as ArrayBuffer);
  const instance = instantiate(
    writer.bodies.map((body, k) => ({ name: String(k), body, results: [] })),
    writer.shared,
    memory,
  );
  const multiply = program.steps.some(({ kind }) => kind === "product") ? productsIn(memory) : undefined;
  if (!instance) return undefined;
  const { exports } = instance;
  return {
    places,
    numbers,
    point: numbers.subarray(places.point / 8, places.point / 8 + places.inputs),
    parts: parts.map((part): (() => unknown) =>
      typeof part === "number"
        ? exports[String(part)]!
        : stepOf(part, program, places, numbers, (left, right, sizes, out, single) =>
            multiply!(left, right, sizes, out, scratch, single),
          ),
    ),
    ...(whole && { repeated: steps.map((_, k) => exports[String(k)]) as unknown as [Steps, Steps?] }),
  };
}

type Other = Exclude<Step, Simple>;
type Group = readonly Simple[] | Other;

/** The steps in order, those together that are one function. */
function grouped(steps: readonly Step[]): Group[] {
  const groups: (Simple[] | Other)[] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (step.kind !== "loop" && step.kind !== "fill") groups.push(step);
    else if (Array.isArray(last)) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

/** Undefined where there is no more. */
function memoryWith(bytes: number, shared: boolean): WebAssembly.Memory | undefined {
  try {
    return memoryOf(bytes, { shared });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Numbers between the beginning of a matrix's last panel and its end, at most. */
function beyond({ left, right, rows, inner, columns }: Product): number {
  const reach = (strides: Product["left"]["strides"], rows: number, columns: number) =>
    Math.abs(strides[1]) * (rows + MOST_BEYOND) + Math.abs(strides[2]) * (columns + MOST_BEYOND);
  return Math.max(reach(left.strides, rows, inner), reach(right.strides, inner, columns));
}

type PlacedOperand = { readonly at: number; readonly row: number; readonly column: number };
type Multiply = (left: PlacedOperand, right: PlacedOperand, sizes: Sizes, out: number, single: boolean) => void;

/** What is not a loop, from JavaScript; false where a check does not hold. */
function stepOf(
  step: Other,
  program: Program,
  places: Layout,
  numbers: Float64Array,
  multiply: Multiply,
): () => unknown {
  switch (step.kind) {
    case "product":
      return multiplying(step, program, places, numbers, multiply);
    case "check": {
      const start = places.buffers[step.buffer]! / 8;
      const { data } = step;
      return () => {
        for (let i = 0; i < data.length; i++) if (!Object.is(numbers[start + i], data[i])) return false;
        return true;
      };
    }
    case "call":
      return () => {
        const inputs = step.inputs.map(({ buffer, shape }) => {
          const start = places.buffers[buffer]! / 8;
          const { size, dtype } = program.buffers[buffer]!;
          const data = numbers.slice(start, start + size);
          return new Tensor(shape.length === 0 ? [data[0]!] : data, shape, dtype);
        });
        numbers.set(evaluate(step.op, inputs, step.attributes).data, places.buffers[step.out]! / 8);
      };
  }
}

const sizesOf = ({ rows, inner, columns }: Product): Sizes => [rows, inner, columns];

function multiplying(
  product: Product,
  program: Program,
  places: Layout,
  numbers: Float64Array,
  multiply: Multiply,
): () => void {
  const { batches, rows, inner, columns, left, right, out } = product;
  const start = places.buffers[out]!;
  const round = program.buffers[out]!.dtype === "float32";
  const sizes = sizesOf(product);
  const single =
    [left, right].every(({ buffer }) => program.buffers[buffer]!.dtype === "float32") && summedInSingle(sizes);
  const of = ({ buffer, offset, strides }: Product["left"], batch: number) => ({
    at: places.buffers[buffer]! + 8 * (offset + batch * strides[0]),
    row: 8 * strides[1],
    column: 8 * strides[2],
  });
  const size = rows * columns;
  return () => {
    for (let batch = 0; batch < batches; batch++) {
      const at = start + 8 * batch * size;
      if (inner === 0) numbers.fill(0, at / 8, at / 8 + size);
      else multiply(of(left, batch), of(right, batch), sizes, at, single);
    }
    if (round && !single)
      for (let i = start / 8; i < start / 8 + batches * size; i++) numbers[i] = Math.fround(numbers[i]!);
  };
}
