/**
 * Loops over arrays (../loops) in WebAssembly: the innermost loop takes two elements at once, and two such pairs in a turn.
 * All numbers lie in one memory of the program's own, as float64. Sums over the innermost loop are summed in four parts,
 * so that they may differ from those of one loop after the other in their last digits.
 */
import { evaluate } from "../../interpreters/eager";
import { Tensor } from "../../tensor";
import type { Instruction, Loop, Place, Product, Program, Step, Store } from "../loops";
import { applied, rounded } from "./apply";
import { Emitter, Imports, instantiate, type Numbered, Numbering } from "./emit";
import { Body } from "./encoder";
import { gt, input, type Lanes, ne, or, select, splat } from "./lanes";
import { MOST_BEYOND, productsIn, roomFor, summedInSingle } from "./matmul";
import { MOST_BYTES } from "./memory";

/** A program ready to run. Nothing is copied where it is given its own `point` and `out`. */
export interface LoopKernel {
  readonly point: Float64Array;
  readonly out: Float64Array;
  /** @returns the number that the program names, or 1; undefined where a check does not hold. */
  readonly run: (point: ArrayLike<number>, out: Float64Array | number[]) => number | undefined;
}

/** Pairs of elements in a turn of the innermost loop. */
const UNROLLED = 2;
const LANES = 2;

/** Where everything lies, in bytes. */
class Layout {
  readonly buffers: readonly number[];
  readonly point: number;
  readonly out: number;
  readonly inputs: number;
  /** A number that is 0. */
  readonly zero: number;
  end = 0;

  constructor(readonly program: Program) {
    this.inputs = sizeOfInputs(program);
    this.zero = this.room(1);
    this.point = this.room(this.inputs);
    this.out = this.room(program.size);
    const slots = program.slots.map((size) => this.room(size));
    this.buffers = program.buffers.map((buffer) => {
      if (buffer.kind === "input") return this.point + 8 * buffer.start;
      if (buffer.kind === "output") return this.out + 8 * buffer.start;
      if (buffer.kind === "constant") return this.room(buffer.data.length);
      return buffer.slot < 0 ? this.zero : slots[buffer.slot]!;
    });
  }

  /** Whether two buffers share a number. */
  overlap(a: number, b: number): boolean {
    const [p, q] = [this.buffers[a]!, this.buffers[b]!];
    const size = (k: number) => 8 * this.program.buffers[k]!.size;
    return p < q + size(b) && q < p + size(a);
  }

  /** Room for so many numbers. */
  room(numbers: number): number {
    const start = this.end;
    this.end += 64 * Math.ceil((8 * numbers) / 64);
    return start;
  }
}

const sizeOfInputs = ({ buffers }: Program): number =>
  Math.max(0, ...buffers.map((buffer) => (buffer.kind === "input" ? buffer.start + buffer.size : 0)));

/**
 * Compiles a program. @returns undefined where WebAssembly is not to be had, or the program is too large for it
 */
export function compileInWasm(program: Program): LoopKernel | undefined {
  if (typeof WebAssembly === "undefined") return undefined;
  const places = new Layout(program);
  const writer = new Writer(program, places);
  const parts: (number | Exclude<Step, { kind: "loop" | "fill" }>)[] = [];
  for (const step of program.steps) {
    if (step.kind !== "loop" && step.kind !== "fill") parts.push(step);
    else {
      if (typeof parts.at(-1) !== "number") parts.push(writer.begin());
      if (step.kind === "loop") writer.loop(step);
      else writer.fill(places.buffers[step.buffer]!, program.buffers[step.buffer]!.size, step.value);
    }
  }
  const scratch = places.room(
    Math.max(
      0,
      ...program.steps.map((step) => {
        if (step.kind !== "product") return 0;
        const { packed, out } = roomFor([step.rows, step.inner, step.columns]);
        return packed + out;
      }),
    ),
  );
  // The last panels of a product read beyond their matrices.
  const widest = Math.max(0, ...program.steps.map((step) => (step.kind === "product" ? beyond(step) : 0)));
  places.room(widest);
  if (places.end > MOST_BYTES) return undefined;
  const memory = memoryOf(places.end);
  if (!memory) return undefined;
  const numbers = new Float64Array(memory.buffer);
  program.buffers.forEach((buffer, k) => {
    if (buffer.kind === "constant") numbers.set(buffer.data, places.buffers[k]! / 8);
  });
  writer.writeTables(memory.buffer as ArrayBuffer);
  const exports = instantiate(
    writer.bodies.map((body, k) => ({ name: String(k), body, results: [] })),
    writer.imports,
    memory,
  );
  const multiply = program.steps.some(({ kind }) => kind === "product") ? productsIn(memory) : undefined;
  if (!exports) return undefined;
  const steps = parts.map((part): (() => unknown) =>
    typeof part === "number"
      ? (exports[String(part)] as () => void)
      : stepOf(part, program, places, numbers, (left, right, sizes, out, single) =>
          multiply!(left, right, sizes, out, scratch, single),
        ),
  );
  const point = numbers.subarray(places.point / 8, places.point / 8 + places.inputs);
  const out = numbers.subarray(places.out / 8, places.out / 8 + program.size);
  const returned = program.returned === undefined ? undefined : places.buffers[program.returned]! / 8;
  return {
    point,
    out,
    run: (at, into) => {
      if (at !== point) point.set(at);
      for (const step of steps) if (step() === false) return undefined;
      if (into instanceof Float64Array) {
        if (into !== out) into.set(out);
      } else for (let k = 0; k < out.length; k++) into[k] = out[k]!;
      return returned === undefined ? 1 : numbers[returned]!;
    },
  };
}

/** Undefined where there is no more. */
function memoryOf(bytes: number): WebAssembly.Memory | undefined {
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) });
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
type Multiply = (
  left: PlacedOperand,
  right: PlacedOperand,
  sizes: readonly [number, number, number],
  out: number,
  single: boolean,
) => void;

/** What is not a loop, from JavaScript; false where a check does not hold. */
function stepOf(
  step: Exclude<Step, { kind: "loop" | "fill" }>,
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

function multiplying(
  { batches, rows, inner, columns, left, right, out }: Product,
  program: Program,
  places: Layout,
  numbers: Float64Array,
  multiply: Multiply,
): () => void {
  const start = places.buffers[out]!;
  const round = program.buffers[out]!.dtype === "float32";
  const sizes = [rows, inner, columns] as const;
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

/** A number that a loop reads: a load of its body, so many elements further along the innermost axis. */
interface Read {
  readonly at: Place;
  readonly buffer: number;
  readonly further: number;
  /** One number in both lanes; the tail of an odd loop, and loops that go element by element. */
  readonly alone: boolean;
}

class Writer {
  readonly imports = new Imports();
  readonly bodies: Body[] = [];
  private readonly tables = new Map<string, { readonly at: number; readonly table: number; readonly base: number }>();

  constructor(
    private readonly program: Program,
    private readonly places: Layout,
  ) {}

  /** A further function; what is written from now on goes there. */
  begin(): number {
    return this.bodies.push(new Body([])) - 1;
  }

  private get body(): Body {
    return this.bodies.at(-1)!;
  }

  fill(at: number, size: number, value: number): void {
    if (size === 0) return;
    const { body } = this;
    const to = body.local("i32");
    body.i32(at);
    body.set(to);
    body.until(
      to,
      16,
      () => body.i32(at + 8 * (size & ~1)),
      () => this.storePair(to, value, size > 1),
    );
    if (size > 1 && size % 2 === 1) this.storePair(to, value, false);
  }

  private storePair(to: number, value: number, both: boolean): void {
    const { body } = this;
    body.get(to);
    body.f64(value);
    body.storeFloat(8, 0);
    if (!both) return;
    body.get(to);
    body.f64(value);
    body.storeFloat(8, 8);
  }

  loop(loop: Loop): void {
    const { body } = this;
    const { extents } = loop;
    if (extents.includes(0)) return;
    const indices = extents.map(() => body.local("i32"));
    const nest = (depth: number): void => {
      if (depth >= extents.length - 1) {
        this.innermost(loop, indices);
        return;
      }
      const index = indices[depth]!;
      body.i32(0);
      body.set(index);
      body.until(
        index,
        1,
        () => body.i32(extents[depth]!),
        () => nest(depth + 1),
      );
    };
    nest(0);
  }

  private innermost(loop: Loop, indices: readonly number[]): void {
    const { body } = this;
    const depth = indices.length - 1;
    const length = loop.extents[depth] ?? 1;
    const index = indices[depth];
    const along = ({ strides, table }: Place) => (table === undefined ? (strides[depth] ?? 0) : 1);
    // The byte that belongs to the element's index, from which neighbours are loaded.
    const byte = body.local("i32");
    body.i32(0);
    body.set(byte);
    const width = inPairs(loop, along, this.places) ? LANES * UNROLLED : 1;
    const turns = Math.floor(length / width);
    const sums = loop.stores.map((store) =>
      width > 1 && store.how !== "set" && along(store.at) === 0
        ? Array.from({ length: UNROLLED }, () => body.local("v128"))
        : undefined,
    );
    const addresses = new Map<string, number>();
    const prepare = (places: readonly { readonly at: Place }[]) => {
      for (const { at } of places) this.outerPart(at, indices.slice(0, -1), addresses);
    };
    prepare([...loop.stores, ...loop.body.flatMap((one) => (one.kind === "load" ? [one] : []))]);
    const place = { byte, addresses, depth };
    if (index !== undefined) {
      body.i32(0);
      body.set(index);
    }
    if (turns > 0) {
      const copies = width > 1 ? UNROLLED : 1;
      const { all, values, emitter } = this.expressions(loop, place, along, copies, width === 1);
      emitter.prepare(all, ({ depends }) => depends === 0);
      sums.forEach((own, k) => {
        if (own) this.startSums(loop.stores[k]!, own, place);
      });
      const turn = () => {
        emitter.prepare(all, ({ depends }) => depends !== 0);
        for (let copy = 0; copy < copies; copy++)
          loop.stores.forEach((store, k) => {
            const value = () => emitter.value(values[copy]![store.value]!);
            const own = sums[k];
            if (own) this.combine(store.how, own[copy]!, value);
            else if (width === 1) this.storeLane(store, place, value, 0, 0);
            else this.storePairOf(store, place, value, along(store.at), LANES * copy);
          });
        body.advance(byte, 8 * width);
      };
      if (turns === 1) turn();
      else if (index !== undefined) body.until(index, width, () => body.i32(turns * width), turn);
      sums.forEach((own, k) => {
        if (own) this.endSums(loop.stores[k]!, own, place);
      });
    }
    for (let rest = turns * width; rest < length; rest++) {
      const { all, values, emitter } = this.expressions(loop, place, along, 1, true);
      emitter.prepare(all, () => true);
      loop.stores.forEach((store) => {
        this.storeLane(store, place, () => emitter.value(values[0]![store.value]!), 0, 0);
      });
      body.advance(byte, 8);
    }
  }

  /** The body's values as expressions, for so many pairs side by side or for one element. */
  private expressions(
    { body: instructions, stores }: Loop,
    place: InnerPlace,
    along: (at: Place) => number,
    copies: number,
    alone: boolean,
  ): { all: readonly Numbered[]; values: readonly (readonly Numbered[])[]; emitter: Emitter } {
    const reads: Read[] = [];
    // What a store of the same loop may change is read anew in every turn.
    const changes = ({ buffer }: Read) => stores.some((store) => this.places.overlap(store.buffer, buffer));
    const numbering = new Numbering((k) => (along(reads[k]!.at) === 0 && !changes(reads[k]!) ? 0 : 1));
    const known = new Map<string, Lanes>();
    const read = (one: Read): Lanes => {
      const key = `${one.buffer} ${one.at.offset} ${one.at.strides} ${one.at.table} ${along(one.at) === 0 ? 0 : one.further}`;
      const lanes = known.get(key) ?? input(reads.push(one) - 1);
      known.set(key, lanes);
      return lanes;
    };
    const values = Array.from({ length: copies }, (_, copy) => {
      const lanes: Lanes[] = [];
      for (const one of instructions) {
        lanes.push(lanesOf(one, lanes, (load) => read({ ...load, further: LANES * copy, alone })));
        numbering.of(lanes.at(-1)!).named = true;
      }
      return lanes.map((own) => numbering.of(own));
    });
    for (const lanes of numbering.all)
      for (const arg of lanes.args) if (arg.depends !== lanes.depends) arg.named = true;
    const emitter = new Emitter(this.body, this.imports, ({ making }) => {
      if (making.kind !== "input") return false;
      this.load(reads[making.index]!, place, along(reads[making.index]!.at));
      return true;
    });
    return { all: numbering.all, values, emitter };
  }

  // ── places ──────────────────────────────────────────────────────────────────

  /** A local with the bytes that the outer indices add to a place; none where they add nothing. */
  private outerPart(at: Place, outer: readonly number[], known: Map<string, number>): void {
    const { body } = this;
    const key = keyOf(at, outer.length);
    if (known.has(key) || outer.every((_, k) => at.strides[k] === 0)) return;
    const local = body.local("i32");
    known.set(key, local);
    body.i32(0);
    outer.forEach((index, k) => {
      if (at.strides[k] === 0) return;
      body.get(index);
      body.i32(bytesOf(at) * at.strides[k]!);
      body.op("i32.mul");
      body.op("i32.add");
    });
    body.set(local);
  }

  /**
   * Leaves an address on the stack. @returns the constant part of it: what a load or store adds
   * @param further elements along the innermost axis
   */
  private address(buffer: number, at: Place, { byte, addresses, depth }: InnerPlace, further: number): number {
    const { body } = this;
    const stride = at.strides[depth] ?? 0;
    const unit = bytesOf(at);
    const outer = addresses.get(keyOf(at, Math.max(0, depth)));
    if (stride !== 0) {
      body.get(byte);
      if (stride * unit !== 8) {
        body.i32(stride * unit);
        body.op("i32.mul");
        body.i32(3);
        body.op("i32.shr_s");
      }
      if (outer !== undefined) {
        body.get(outer);
        body.op("i32.add");
      }
    } else if (outer !== undefined) body.get(outer);
    else body.i32(0);
    const base = at.table === undefined ? this.places.buffers[buffer]! : this.tableOf(at.table, buffer);
    let constant = base + unit * (at.offset + stride * further);
    if (at.strides.some((own) => own < 0)) {
      // An instruction adds its constant to an address that is not negative.
      body.i32(constant);
      body.op("i32.add");
      constant = 0;
    }
    if (at.table === undefined) return constant;
    body.loadInteger(constant);
    return 0;
  }

  /** A table of addresses of a buffer's elements; −1 is that of a zero. */
  private tableOf(table: number, buffer: number): number {
    const base = this.places.buffers[buffer]!;
    const key = `${table} ${base}`;
    const known = this.tables.get(key);
    if (known) return known.at;
    const at = this.places.room(this.program.tables[table]!.length / 2 + 1);
    this.tables.set(key, { at, table, base });
    return at;
  }

  writeTables(memory: ArrayBuffer): void {
    for (const { at, table, base } of this.tables.values()) {
      const offsets = this.program.tables[table]!;
      const addresses = new Int32Array(memory, at, offsets.length);
      for (let i = 0; i < offsets.length; i++)
        addresses[i] = offsets[i]! < 0 ? this.places.zero : base + 8 * offsets[i]!;
    }
  }

  private load({ buffer, at, further, alone }: Read, place: InnerPlace, stride: number): void {
    const { body } = this;
    if (stride === 1 && at.table === undefined && !alone) {
      const offset = this.address(buffer, at, place, further);
      body.memory("v128.load", offset);
      return;
    }
    const spread = alone ? undefined : this.spreadBy(at, place.depth);
    if (spread) {
      // One element for a pair.
      const from = () => {
        body.get(place.byte);
        body.i32(1);
        body.op("i32.shr_s");
        return this.places.buffers[buffer]! + 8 * (spread.first + further / LANES);
      };
      if (spread.lane === 0) body.memory("v128.load64_zero", from());
      else {
        body.v128(0n);
        body.loadFloat(8, from());
        body.lane("f64x2.replace_lane", 1);
      }
      return;
    }
    body.memory("v128.load64_splat", this.address(buffer, at, place, further));
    if (stride === 0 || alone) return;
    body.loadFloat(8, this.address(buffer, at, place, further + 1));
    body.lane("f64x2.replace_lane", 1);
  }

  /** Where a table says that every second element is 0 and the others lie one behind the other: which, and from where on. */
  private spreadBy(at: Place, depth: number): { readonly lane: number; readonly first: number } | undefined {
    if (at.table === undefined || depth !== 0 || at.strides[0] !== 1) return undefined;
    const entries = this.program.tables[at.table]!.subarray(at.offset);
    const lane = entries[0] === -1 ? 1 : 0;
    const first = entries[lane];
    if (first === undefined || first < 0) return undefined;
    const regular = entries.every((entry, i) => entry === (i % LANES === lane ? first + (i >> 1) : -1));
    return regular ? { lane, first } : undefined;
  }

  // ── stores ──────────────────────────────────────────────────────────────────

  /** One lane of a value to its element. */
  private storeLane(store: Store, place: InnerPlace, value: () => void, lane: number, further: number): void {
    const { body } = this;
    const { buffer, at, how } = store;
    const result = body.local("v128");
    if (how === "set") {
      value();
      body.set(result);
    } else {
      const own = body.local("v128");
      value();
      if (lane === 1) {
        body.lane("f64x2.extract_lane", 1);
        body.simd("f64x2.splat");
      }
      body.set(own);
      body.memory("v128.load64_splat", this.address(buffer, at, place, further));
      body.set(result);
      this.combine(how, result, () => body.get(own));
    }
    const offset = this.address(buffer, at, place, further);
    body.get(result);
    body.lane("f64x2.extract_lane", how === "set" ? lane : 0);
    body.storeFloat(8, offset);
  }

  private storePairOf(store: Store, place: InnerPlace, value: () => void, stride: number, further: number): void {
    const { body } = this;
    const { buffer, at, how } = store;
    if (stride !== 1 || at.table !== undefined) {
      for (let lane = 0; lane < LANES; lane++) this.storeLane(store, place, value, lane, further + lane);
      return;
    }
    const result = body.local("v128");
    if (how === "set") {
      value();
      body.set(result);
    } else {
      body.memory("v128.load", this.address(buffer, at, place, further));
      body.set(result);
      this.combine(how, result, value);
    }
    const offset = this.address(buffer, at, place, further);
    body.get(result);
    body.memory("v128.store", offset);
  }

  /** The local becomes the sum, or the larger or smaller, of itself and a value. */
  private combine(how: Store["how"], local: number, value: () => void): void {
    const { body } = this;
    if (how === "add") {
      body.get(local);
      value();
      body.simd("f64x2.add");
      body.set(local);
      return;
    }
    const own = body.local("v128");
    value();
    body.set(own);
    const [x, old] = [input(0), input(1)];
    const beats = how === "max" ? gt(x, old) : gt(old, x);
    const numbering = new Numbering(() => 0);
    const chosen = numbering.of(select(or(beats, ne(x, x)), x, old));
    const emitter = new Emitter(body, this.imports, ({ making }) => {
      if (making.kind !== "input") return false;
      body.get(making.index === 0 ? own : local);
      return true;
    });
    emitter.value(chosen);
    body.set(local);
  }

  /** The first part of a sum goes on from what is there; the others from what changes nothing. */
  private startSums({ buffer, at, how }: Store, own: readonly number[], place: InnerPlace): void {
    const { body } = this;
    own.forEach((local, k) => {
      if (how === "add" && k > 0) body.v128(MINUS_ZERO);
      else {
        if (how === "add") body.v128(MINUS_ZERO);
        const offset = this.address(buffer, at, place, 0);
        if (how === "add") {
          body.loadFloat(8, offset);
          body.lane("f64x2.replace_lane", 0);
        } else body.memory("v128.load64_splat", offset);
      }
      body.set(local);
    });
  }

  private endSums({ buffer, at, how }: Store, own: readonly number[], place: InnerPlace): void {
    const { body } = this;
    const [first, ...others] = own as [number, ...number[]];
    for (const other of others) this.combine(how, first, () => body.get(other));
    const upper = body.local("v128");
    body.get(first);
    body.lane("f64x2.extract_lane", 1);
    body.simd("f64x2.splat");
    body.set(upper);
    this.combine(how, first, () => body.get(upper));
    const offset = this.address(buffer, at, place, 0);
    body.get(first);
    body.lane("f64x2.extract_lane", 0);
    body.storeFloat(8, offset);
  }
}

const MINUS_ZERO = 1n << 63n;

interface InnerPlace {
  /** Eight times the innermost index. */
  readonly byte: number;
  readonly addresses: ReadonlyMap<string, number>;
  readonly depth: number;
}

/** Bytes of what a place counts: numbers, or entries of a table. */
const bytesOf = ({ table }: Place) => (table === undefined ? 8 : 4);
const keyOf = (at: Place, outer: number) => `${bytesOf(at)} ${at.strides.slice(0, outer)}`;

function lanesOf(
  one: Instruction,
  values: readonly Lanes[],
  read: (load: Extract<Instruction, { kind: "load" }>) => Lanes,
): Lanes {
  switch (one.kind) {
    case "constant":
      return splat(one.value);
    case "load":
      return read(one);
    case "apply":
      return applied(
        one.op,
        one.dtype,
        one.inputs.map((k) => values[k]!),
      );
    case "round":
      return rounded(one.dtype, values[one.input]!);
  }
}

/** Whether elements of the innermost loop may be computed together: none needs what another has stored. */
function inPairs({ body, stores, extents }: Loop, along: (at: Place) => number, places: Layout): boolean {
  const depth = extents.length - 1;
  if (depth < 0 || extents[depth]! < LANES * UNROLLED) return false;
  // The last of several values at one place.
  if (stores.some(({ how, at }) => how === "set" && along(at) === 0)) return false;
  const same = (a: Place, b: Place) =>
    a.offset === b.offset && a.table === b.table && String(a.strides) === String(b.strides);
  const loads = body.flatMap((one) => (one.kind === "load" ? [one] : []));
  return stores.every((store, k) => {
    const scattered = store.at.table !== undefined;
    const clashes = (other: { readonly buffer: number; readonly at: Place }) =>
      places.overlap(store.buffer, other.buffer) && (scattered || along(store.at) === 0 || !same(store.at, other.at));
    return !loads.some(clashes) && !stores.some((other, o) => o !== k && clashes(other));
  });
}
