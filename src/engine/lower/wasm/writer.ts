/**
 * Loops over arrays as functions of WebAssembly: the innermost loop takes two elements at once, and several such pairs in a
 * turn. Sums over it are summed in as many parts, so that they may differ from those of one loop after the other in their last digits.
 */
import {
  type Carried,
  carriedOver,
  type Fill,
  type Instruction,
  type Loop,
  meet,
  type Place,
  type Program,
  reachOf,
  type Store,
  samePlace,
} from "../loops";
import { needed } from "../merge";
import { applied, rounded } from "./apply";
import { Emitter, type Numbered, Numbering, Shared } from "./emit";
import { Body } from "./encoder";
import { gt, input, type Lanes, ne, or, select, shuffle, splat } from "./lanes";
import type { Layout } from "./layout";

const LANES = 2;
/** An innermost loop of fewer turns goes element by element. */
const FEWEST_IN_PAIRS = 4;
/** A body of so many instructions at most goes four pairs at a turn, a longer one two. */
const FEW = 30;

/** What is one function in WebAssembly. */
export type Simple = Loop | Fill;

/** Numbers of the state, and of each step; and the most steps of a run. */
export interface Repeat {
  readonly size: number;
  readonly width: number;
  readonly most: number;
}

/** By so much the place of a step's numbers grows from step to step: though there are none, it counts the steps. */
export const bytesOfStep = (width: number) => 8 * Math.max(1, width);

/** Numbers that a loop reads: those of a load of its body, so many elements further along the innermost axis. */
interface Read {
  readonly at: Place;
  readonly buffer: number;
  readonly further: number;
  /** Two neighbours in the buffer, this one and the next; two elements of the loop; or one number in both lanes. */
  readonly lanes: "neighbours" | "elements" | "alone";
}

export class Writer {
  readonly shared = new Shared();
  readonly bodies: Body[] = [];
  private readonly tables = new Map<string, { readonly at: number; readonly table: number; readonly base: number }>();

  constructor(
    private readonly program: Program,
    private readonly places: Layout,
  ) {}

  /** A further function. @returns its number */
  function(steps: readonly Simple[]): number {
    const number = this.bodies.push(new Body([])) - 1;
    this.write(steps);
    return number;
  }

  /** A function of where numbers of steps begin and end: so often `steps`, each with the numbers of so many steps. */
  repeat(steps: readonly Simple[], { size, width }: Repeat, times: number): void {
    const body = new Body(["i32", "i32"]);
    this.bodies.push(body);
    const [from, end] = [0, 1];
    const first = this.places.point + 8 * size;
    body.until(
      from,
      bytesOfStep(width) * times,
      () => body.get(end),
      () => {
        for (let k = 0; k < width * times; k++) {
          body.i32(first + 8 * k);
          body.get(from);
          body.loadFloat(8, 8 * k);
          body.storeFloat(8, 0);
        }
        this.write(steps);
      },
    );
  }

  private write(steps: readonly Simple[]): void {
    for (let k = 0; k < steps.length; k++) {
      const [step, next] = [steps[k]!, steps[k + 1]];
      if (step.kind === "fill") this.fill(step);
      else if (next?.kind === "loop" && alternate(step, next, this.places)) {
        this.alternating(step, next);
        k++;
      } else this.loop(step);
    }
  }

  private get body(): Body {
    return this.bodies.at(-1)!;
  }

  private fill({ buffer, value }: Fill): void {
    const at = this.places.buffers[buffer]!;
    const { size } = this.program.buffers[buffer]!;
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

  private loop(loop: Loop): void {
    const { body } = this;
    const { extents } = loop;
    if (extents.includes(0)) return;
    const indices = extents.slice(0, -1).map(() => body.local("i32"));
    const nest = (depth: number): void => {
      if (depth >= indices.length) {
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

  private innermost(loop: Loop, outer: readonly number[]): void {
    const along = alongOf(outer.length);
    const length = loop.extents[outer.length] ?? 1;
    const place = this.start(loop, outer);
    if (inPairs(loop, along, this.places)) {
      const pairs = Math.floor(length / LANES);
      const together = Math.min(pairs, loop.body.length <= FEW ? 4 : 2);
      const rest = pairs % together;
      this.turns(loop, place, together, 0, LANES * (pairs - rest));
      if (rest > 0) this.turns(loop, place, rest, LANES * (pairs - rest), LANES * pairs);
      if (length % LANES > 0) this.turns(loop, place, 0, length - 1, length);
    } else this.turns(loop, place, 0, 0, length);
  }

  /** Before the first turn of an innermost loop. */
  private start({ body: instructions, stores }: Loop, outer: readonly number[]): InnerPlace {
    const { body } = this;
    const depth = outer.length;
    // Eight times the innermost index.
    const byte = body.local("i32");
    body.i32(0);
    body.set(byte);
    const places = [...stores, ...instructions.flatMap((one) => (one.kind === "load" ? [one] : []))];
    return { byte, depth, ...this.pointers(places, depth, byte, this.bases(places, outer)) };
  }

  /** The innermost loop from its index `first` to before `end`, so many pairs of elements at a turn; 0: one element. */
  private turns(loop: Loop, place: InnerPlace, pairs: number, first: number, end: number): void {
    const { body } = this;
    const width = Math.max(1, LANES * pairs);
    const { turn, finish } = this.turn(loop, place, pairs);
    if (end - first === width) {
      turn();
      body.advance(place.byte, 8 * width);
    } else body.until(place.byte, 8 * width, () => body.i32(8 * end), turn);
    finish();
  }

  /** Two loops of one axis whose turns alternate: see {@link alternate}. */
  private alternating(first: Loop, second: Loop): void {
    const { body } = this;
    const [length, times] = [first.extents[0]!, second.extents[0]! / first.extents[0]!];
    const pairs = times === 1 ? 2 : 1;
    const width = LANES * pairs;
    const whole = length - (length % width);
    const [a, b] = [this.start(first, []), this.start(second, [])];
    const [one, other] = [this.turn(first, a, pairs), this.turn(second, b, times * pairs)];
    body.until(
      a.byte,
      8 * width,
      () => body.i32(8 * whole),
      () => {
        one.turn();
        other.turn();
        body.advance(b.byte, 8 * times * width);
      },
    );
    one.finish();
    other.finish();
    if (whole === length) return;
    this.turns(first, a, 0, whole, length);
    this.turns(second, b, 0, times * whole, times * length);
  }

  /** Writes what is before the turns of a loop; what writes a turn, and what comes after all. */
  private turn(
    loop: Loop,
    place: InnerPlace,
    pairs: number,
  ): { readonly turn: () => void; readonly finish: () => void } {
    const { body } = this;
    const { stores } = loop;
    const along = alongOf(place.depth);
    const copies = Math.max(1, pairs);
    const carried = pairs > 0 ? carriedOver(loop, ({ kind }) => kind !== "load") : undefined;
    const last = new Map([...new Set(carried?.from.values())].map((source) => [source, body.local("v128")]));
    if (carried) this.startCarried(loop, place, carried, last);
    const { own, values, emitter } = this.expressions(loop, place, copies, pairs === 0, carried, last);
    emitter.prepare(own.flat(), ({ depends }) => depends === 0);
    const sums = stores.map((store) =>
      pairs > 0 && store.how !== "set" && along(store.at) === 0 ? values.map(() => body.local("v128")) : undefined,
    );
    sums.forEach((parts, k) => {
      if (parts) this.startSums(stores[k]!, parts, place);
    });
    const partners = pairs > 0 ? partnersOf(stores, along, this.places) : new Map<Store, Store>();
    const turn = () => {
      place.move();
      for (let copy = 0; copy < copies; copy++) {
        emitter.prepare(own[copy]!, ({ depends }) => depends !== 0);
        stores.forEach((store, k) => {
          const value = ({ value: number } = store) => emitter.value(values[copy]![number]!);
          const parts = sums[k];
          const partner = partners.get(store);
          if (parts) this.combine(store.how, parts[copy]!, value);
          else if (pairs === 0) this.storeLane(store, place, value, 0, 0);
          else if (partner) this.storeBoth([store, partner], place, value, LANES * copy);
          else if (![...partners.values()].includes(store))
            this.storePairOf(store, place, value, along(store.at), LANES * copy);
        });
      }
      const ends = [...last].map(([source, local]) => ({ value: values.at(-1)![source]!, local }));
      for (const { value } of ends) emitter.value(value);
      for (const { local } of ends.reverse()) body.set(local);
    };
    const finish = () =>
      sums.forEach((parts, k) => {
        if (parts) this.endSums(stores[k]!, parts, place);
      });
    return { turn, finish };
  }

  /** Values of the turn before the first that it takes over. */
  private startCarried(loop: Loop, place: InnerPlace, { from }: Carried, last: ReadonlyMap<number, number>): void {
    const [store] = loop.stores as [Store];
    const sources = [...from].map(([value]) => ({ ...store, value }));
    const { body, stores } = needed({ ...loop, stores: sources });
    place.move();
    const { own, values, emitter } = this.expressions({ ...loop, body, stores: [] }, place, 1, true);
    emitter.prepare(own[0]!, () => true);
    [...from.values()].forEach((source, k) => {
      emitter.value(values[0]![stores[k]!.value]!);
      this.body.set(last.get(source)!);
    });
  }

  /**
   * The body's values as expressions, for so many pairs side by side or for one element: those of each pair, and besides
   * `own`, what is computed for it and not for one before.
   * @param last the local variables with what is carried over from the turn before
   */
  private expressions(
    { body: instructions, stores }: Loop,
    place: InnerPlace,
    copies: number,
    alone: boolean,
    carried?: Carried,
    last: ReadonlyMap<number, number> = new Map(),
  ): { own: readonly (readonly Numbered[])[]; values: readonly (readonly Numbered[])[]; emitter: Emitter } {
    const along = alongOf(place.depth);
    /** A number: that of a local variable. */
    const reads: (Read | number)[] = [];
    // What a store of the same loop may change is read anew in every turn.
    const changes = ({ buffer }: Read) => stores.some((store) => this.places.overlap(store.buffer, buffer));
    const stays = (one: Read | number) => typeof one !== "number" && along(one.at) === 0 && !changes(one);
    const numbering = new Numbering((k) => (stays(reads[k]!) ? 0 : 1));
    const known = new Map<string, Lanes>();
    const read = (one: Read): Lanes => {
      const { offset, strides, table } = one.at;
      const key = `${one.buffer} ${offset} ${strides} ${table} ${along(one.at) === 0 ? 0 : one.further} ${one.lanes}`;
      const lanes = known.get(key) ?? input(reads.push(one) - 1);
      known.set(key, lanes);
      return lanes;
    };
    const loads = instructions.flatMap((one) => (one.kind === "load" ? [one] : []));
    /** Every second number, out of neighbours. */
    const everySecond = ({ buffer, at }: LoadOf, further: number): Lanes => {
      const moved = (by: number) => ({ ...at, offset: at.offset + by });
      const pair = (first: Place) => read({ buffer, at: first, further, lanes: "neighbours" });
      const has = (other: Place) => loads.some((load) => load.buffer === buffer && samePlace(load.at, other));
      if (has(moved(1))) return shuffle(pair(at), pair(moved(2)), [0, 2]);
      if (has(moved(-1))) return shuffle(pair(moved(-1)), pair(moved(1)), [1, 3]);
      return shuffle(pair(at), pair(moved(1)), [0, 3]);
    };
    const ends: number[] = [0];
    let before = new Map([...last].map(([source, local]) => [source, input(reads.push(local) - 1)]));
    const values = Array.from({ length: copies }, (_, copy) => {
      const further = LANES * copy;
      const load = (one: LoadOf): Lanes => {
        if (alone || along(one.at) === 0) return read({ ...one, further, lanes: "alone" });
        if (one.at.table === undefined && along(one.at) === 2) return everySecond(one, further);
        const neighbours = one.at.table === undefined && along(one.at) === 1;
        return read({ ...one, further, lanes: neighbours ? "neighbours" : "elements" });
      };
      const lanes: Lanes[] = [];
      const of = (k: number): Lanes => {
        const source = carried?.from.get(k);
        lanes[k] ??=
          source === undefined ? lanesOf(instructions[k]!, of, load) : shuffle(before.get(source)!, of(source), [1, 2]);
        return lanes[k];
      };
      const own: Numbered[] = [];
      instructions.forEach((_, k) => {
        if (carried && !carried.needed.has(k)) return;
        own[k] = numbering.of(of(k));
        own[k].named = true;
      });
      before = new Map([...last.keys()].map((source) => [source, of(source)]));
      ends.push(numbering.all.length);
      return own;
    });
    for (const lanes of numbering.all)
      for (const arg of lanes.args) if (arg.depends !== lanes.depends) arg.named = true;
    const emitter = new Emitter(this.body, this.shared, ({ making }) => {
      if (making.kind !== "input") return false;
      const from = reads[making.index]!;
      if (typeof from === "number") this.body.get(from);
      else this.load(from, place);
      return true;
    });
    return { own: values.map((_, copy) => numbering.all.slice(ends[copy], ends[copy + 1])), values, emitter };
  }

  // ── places ──────────────────────────────────────────────────────────────────

  /** Locals with the bytes that the outer indices add to places; none where they add nothing. */
  private bases(places: readonly { readonly at: Place }[], outer: readonly number[]): Map<string, number> {
    const { body } = this;
    const bases = new Map<string, number>();
    for (const { at } of places) {
      const key = keyOf(at, outer.length);
      if (bases.has(key) || outer.every((_, k) => at.strides[k] === 0)) continue;
      const local = body.local("i32");
      bases.set(key, local);
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
    return bases;
  }

  /** Locals with the bytes that all indices add to places, of which some are computed anew in every turn. */
  private pointers(
    places: readonly { readonly at: Place }[],
    depth: number,
    byte: number,
    bases: ReadonlyMap<string, number>,
  ): Pick<InnerPlace, "pointers" | "move"> {
    const { body } = this;
    const pointers = new Map<string, number>();
    const moves: (() => void)[] = [];
    for (const { at } of places) {
      const key = keyOf(at, depth + 1);
      const base = bases.get(keyOf(at, depth));
      const bytes = bytesOf(at) * (at.strides[depth] ?? 0);
      if (pointers.has(key) || (bytes === 0 && base === undefined)) continue;
      const known = bytes === 0 ? base : bytes === 8 && base === undefined ? byte : undefined;
      const pointer = known ?? body.local("i32");
      pointers.set(key, pointer);
      if (known !== undefined) continue;
      moves.push(() => {
        body.get(byte);
        if (bytes !== 8) {
          body.i32(bytes);
          body.op("i32.mul");
          body.i32(3);
          body.op("i32.shr_s");
        }
        if (base !== undefined) {
          body.get(base);
          body.op("i32.add");
        }
        body.set(pointer);
      });
    }
    return {
      pointers,
      move: () => {
        for (const move of moves) move();
      },
    };
  }

  /**
   * Leaves an address on the stack. @returns the constant part of it: what a load or store adds
   * @param further elements along the innermost axis
   */
  private address(buffer: number, at: Place, { depth, pointers }: InnerPlace, further: number): number {
    const { body } = this;
    const pointer = pointers.get(keyOf(at, depth + 1));
    if (pointer === undefined) body.i32(0);
    else body.get(pointer);
    const base = at.table === undefined ? this.places.buffers[buffer]! : this.tableOf(at.table, buffer);
    let constant = base + bytesOf(at) * (at.offset + (at.strides[depth] ?? 0) * further);
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

  private load({ buffer, at, further, lanes }: Read, place: InnerPlace): void {
    const { body } = this;
    if (lanes === "neighbours") body.memory("v128.load", this.address(buffer, at, place, further));
    else if (lanes === "alone") body.memory("v128.load64_splat", this.address(buffer, at, place, further));
    else {
      const offset = this.address(buffer, at, place, further + 1);
      body.memory("v128.load64_zero", this.address(buffer, at, place, further));
      body.half("v128.load64_lane", 1, offset);
    }
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
    body.half("v128.store64_lane", how === "set" ? lane : 0, offset);
  }

  /** Values of stores of which one comes before the other, everywhere. */
  private storeBoth(
    [first, second]: readonly [Store, Store],
    place: InnerPlace,
    value: (store: Store) => void,
    further: number,
  ): void {
    const { body } = this;
    const { buffer, at } = first;
    for (const lane of [0, 1] as const) {
      const offset = this.address(buffer, { ...at, offset: at.offset + LANES * lane }, place, further);
      value(first);
      value(second);
      body.shuffle([lane, LANES + lane]);
      body.memory("v128.store", offset);
    }
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
    const emitter = new Emitter(body, this.shared, ({ making }) => {
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
  readonly depth: number;
  /** What the indices add to places, by {@link keyOf}. */
  readonly pointers: ReadonlyMap<string, number>;
  /** Brings them to the index. */
  readonly move: () => void;
}

type LoadOf = Extract<Instruction, { kind: "load" }>;

/** How far the innermost index goes at a step, in elements or in a table. */
const alongOf =
  (depth: number) =>
  ({ strides }: Place): number =>
    strides[depth] ?? 0;

/** Bytes of what a place counts: numbers, or entries of a table. */
const bytesOf = ({ table }: Place) => (table === undefined ? 8 : 4);
const keyOf = (at: Place, loops: number) => `${bytesOf(at)} ${at.strides.slice(0, loops)}`;

function lanesOf(one: Instruction, of: (k: number) => Lanes, read: (load: LoadOf) => Lanes): Lanes {
  switch (one.kind) {
    case "constant":
      return splat(one.value);
    case "load":
      return read(one);
    case "apply":
      return applied(one.op, one.dtype, one.inputs.map(of));
    case "round":
      return rounded(one.dtype, of(one.input));
  }
}

/** Whether elements of the innermost loop may be computed together: none needs what another has stored. */
function inPairs({ body, stores, extents }: Loop, along: (at: Place) => number, places: Layout): boolean {
  const depth = extents.length - 1;
  if (depth < 0 || extents[depth]! < FEWEST_IN_PAIRS) return false;
  // The last of several values at one place.
  if (stores.some(({ how, at }) => how === "set" && along(at) === 0)) return false;
  const loads = body.flatMap((one) => (one.kind === "load" ? [one] : []));
  return stores.every((store, k) => {
    const clashes = (other: { readonly buffer: number; readonly at: Place }) => {
      if (!places.overlap(store.buffer, other.buffer)) return false;
      if (store.at.table !== undefined || other.at.table !== undefined || along(store.at) === 0) return true;
      const reach = ({ buffer, at }: typeof other) =>
        reachOf({ ...at, offset: at.offset + places.buffers[buffer]! / 8 }, extents);
      return !(store.buffer === other.buffer && samePlace(store.at, other.at)) && meet(reach(store), reach(other));
    };
    return !loads.some(clashes) && !stores.some((other, o) => o !== k && clashes(other));
  });
}

/** Loops of more instructions together do not alternate: their values would not find room. */
const MOST_ALTERNATING = 60;

/**
 * Whether turns of two loops of one axis may alternate, so many of the second after one of the first: what it shares with
 * the first, this has then done with. What one waits for, the other has time for.
 */
function alternate(first: Loop, second: Loop, places: Layout): boolean {
  const [length, other] = [first.extents[0]!, second.extents[0]!];
  const times = other / length;
  if (first.extents.length !== 1 || second.extents.length !== 1 || !(times === 1 || times === 2)) return false;
  if (length < FEWEST_IN_PAIRS * LANES || first.body.length + second.body.length > MOST_ALTERNATING) return false;
  if (![first, second].every((loop) => inPairs(loop, alongOf(0), places))) return false;
  const touched = ({ body, stores }: Loop) => [
    ...stores.map(({ buffer, at }) => ({ buffer, at, writes: true })),
    ...body.flatMap((one) => (one.kind === "load" ? [{ buffer: one.buffer, at: one.at, writes: false }] : [])),
  ];
  const placed = ({ buffer, at }: { readonly buffer: number; readonly at: Place }) => ({
    ...at,
    offset: at.offset + places.buffers[buffer]! / 8,
  });
  return touched(first).every((a) =>
    touched(second).every((b) => {
      if (!(a.writes || b.writes) || !places.overlap(a.buffer, b.buffer)) return true;
      if (a.at.table !== undefined || b.at.table !== undefined) return false;
      const [before, after] = [placed(a), placed(b)];
      if (!meet(reachOf(before, first.extents), reachOf(after, second.extents))) return true;
      const [stride, own] = [before.strides[0]!, after.strides[0]!];
      return own > 0 && stride === times * own && after.offset <= before.offset;
    }),
  );
}

/** Of stores to every second place of a buffer those that another follows, which fills the places between: with that. */
function partnersOf(stores: readonly Store[], along: (at: Place) => number, places: Layout): ReadonlyMap<Store, Store> {
  const partners = new Map<Store, Store>();
  for (const store of stores) {
    const { buffer, at, how } = store;
    if (how !== "set" || at.table !== undefined || along(at) !== 2) continue;
    const others = stores.filter((other) => other !== store && places.overlap(other.buffer, buffer));
    const [other] = others;
    if (others.length !== 1 || other!.how !== "set" || other!.buffer !== buffer) continue;
    if (samePlace({ ...at, offset: at.offset + 1 }, other!.at)) partners.set(store, other!);
  }
  return partners;
}
