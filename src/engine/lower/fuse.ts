/** From a graph of whole arrays to loops: elementwise operations and movements are fused into the loops that want them. */
import { bind, withoutRecorders } from "../bind";
import { type Graph, nodesOf } from "../graph/graph";
import { Input, type Node, Stage } from "../interpreters/stage";
import type { Elementwise, Movement } from "../op";
import { add, cast } from "../ops";
import { type Shape, sameNumbers, sameShape, scalar, sizeOf, Tensor, type Value } from "../tensor";
import {
  type Buffer,
  greatestCommonDivisor,
  type Instruction,
  type Loop,
  type Operand,
  type Place,
  type Program,
  reachOf,
  type Step,
  type Store,
} from "./loops";
import { merge } from "./merge";

/** A value that more than one loop wants is computed once, if it takes more than this many operations. */
const MOST_REPEATED = 6;
/** A loop's body holds about this many operations at most. */
const MOST_FUSED = 120;
/** Into so many parts a loop is cut where slices begin and end; with more, slices are stored. */
const MOST_PARTS = 9;

/** Row-major strides. */
function stridesOf(shape: Shape): number[] {
  const strides: number[] = new Array(shape.length).fill(1);
  for (let k = shape.length - 2; k >= 0; k--) strides[k] = strides[k + 1]! * shape[k + 1]!;
  return strides;
}

/** offset + Σ strides[k] · index[k] of the loops around. */
interface Affine {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A loop nest's part: the indices origin[k] + steps[k] · i of the whole, i < extents[k]. */
interface Box {
  readonly origin: readonly number[];
  readonly steps: readonly number[];
  readonly extents: readonly number[];
}

/** The loop must be cut: along `axis` before its index `at`. */
class Cut {
  constructor(
    readonly axis: number,
    readonly at: number,
  ) {}

  parts({ origin, steps, extents }: Box): Box[] {
    const part = (start: number, length: number) => ({
      origin: origin.map((from, k) => (k === this.axis ? from + start * steps[k]! : from)),
      steps,
      extents: extents.map((n, k) => (k === this.axis ? length : n)),
    });
    return [part(0, this.at), part(this.at, extents[this.axis]! - this.at)];
  }
}

/** The loop must be dealt out: every `period`th turn along `axis` goes to one of as many loops. */
class Deal {
  constructor(
    readonly axis: number,
    readonly period: number,
  ) {}

  parts({ origin, steps, extents }: Box): Box[] {
    const turns = extents[this.axis]!;
    return Array.from({ length: Math.min(this.period, turns) }, (_, first) => ({
      origin: origin.map((from, k) => (k === this.axis ? from + first * steps[k]! : from)),
      steps: steps.map((step, k) => (k === this.axis ? step * this.period : step)),
      extents: extents.map((n, k) => (k === this.axis ? Math.ceil((turns - first) / this.period) : n)),
    }));
  }
}

/** What one loop computes for each index: a graph of scalars whose inputs are loads. */
class Body {
  readonly stage = new Stage();
  readonly loads: { readonly buffer: number; readonly at: Place; readonly node: Node }[] = [];
  private readonly loaded = new Map<string, Node>();
  private readonly pulled = new Map<Value, Map<string, Value>>();

  constructor(
    readonly extents: readonly number[],
    /** Whether slices of zeros may cut the loop along an axis. */
    readonly cuts: (axis: number) => boolean,
    /** Into so many loops it may be dealt out. */
    readonly hands: number,
  ) {}

  load(buffer: number, at: Place, dtype: Value["dtype"]): Node {
    const key = `${buffer}:${at.offset}:${at.strides}:${at.table ?? ""}`;
    let node = this.loaded.get(key);
    if (!node) {
      node = this.stage.input("", scalar(1, dtype));
      this.loaded.set(key, node);
      this.loads.push({ buffer, at, node });
    }
    return node;
  }

  remember(value: Value, at: Affine, make: () => Value): Value {
    const key = `${at.offset}:${at.strides}`;
    let own = this.pulled.get(value);
    if (!own) {
      own = new Map();
      this.pulled.set(value, own);
    }
    let result = own.get(key);
    if (!result) {
      result = make();
      own.set(key, result);
    }
    return result;
  }
}

/**
 * The index along each axis of `shape` of the element at a flat place, each as offset + Σ strides[k] · index[k];
 * undefined where the loops do not go along the axes.
 */
function indicesOf(at: Affine, extents: readonly number[], shape: Shape): Affine[] | undefined {
  const split = (flat: number) => {
    const index: number[] = new Array(shape.length);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = flat % shape[axis]!;
      flat = Math.floor(flat / shape[axis]!);
    }
    return index;
  };
  const first = split(at.offset);
  const steps = at.strides.map((stride, k) => {
    if (extents[k]! <= 1 || stride === 0) return undefined;
    const next = split(at.offset + stride);
    return next.map((index, axis) => index - first[axis]!);
  });
  const indices = first.map((offset, axis) => ({ offset, strides: steps.map((step) => step?.[axis] ?? 0) }));
  const inside = indices.every((index, axis) => {
    const { low, high } = reachOf(index, extents);
    return low >= 0 && high < shape[axis]!;
  });
  return inside ? indices : undefined;
}

/** Σ strides[axis] · indices[axis] + offset. */
function combine(indices: readonly Affine[], strides: readonly number[], offset: number, loops: number): Affine {
  const total = { offset, strides: new Array<number>(loops).fill(0) };
  indices.forEach((index, axis) => {
    total.offset += strides[axis]! * index.offset;
    for (let k = 0; k < loops; k++) total.strides[k]! += strides[axis]! * index.strides[k]!;
  });
  return total;
}

/** Offsets that are an offset and a stride for each axis of `shape`. */
function affineOf(offsets: Int32Array, shape: Shape): Affine | undefined {
  const offset = offsets[0] ?? 0;
  const own = stridesOf(shape);
  const strides = shape.map((length, axis) => (length > 1 ? offsets[own[axis]!]! - offset : 0));
  const index = new Array<number>(shape.length).fill(0);
  let expected = offset;
  for (let i = 0; i < offsets.length; i++) {
    if (offsets[i] !== expected) return undefined;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      expected += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      expected -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { offset, strides };
}

/**
 * Where a scatter's input lies in `shape`: on each axis at `start`, `start + step`, …, `length` times, and the stride of
 * the input's axis that lies there (0: none).
 */
interface Block {
  readonly axes: readonly {
    readonly start: number;
    readonly step: number;
    readonly length: number;
    readonly stride: number;
  }[];
}

function blockOf(offsets: Int32Array, from: Shape, shape: Shape): Block | undefined {
  const affine = affineOf(offsets, from);
  if (!affine || offsets.length === 0) return undefined;
  const own = stridesOf(from);
  const target = stridesOf(shape);
  let rest = affine.offset;
  const axes = shape.map((length, axis) => {
    const start = Math.floor(rest / target[axis]!);
    rest -= start * target[axis]!;
    const k = from.findIndex((n, k) => {
      const step = affine.strides[k]! / target[axis]!;
      return n > 1 && Number.isInteger(step) && step > 0 && start + step * (n - 1) < length;
    });
    return k < 0
      ? { start, step: 1, length: 1, stride: 0, k }
      : { start, step: affine.strides[k]! / target[axis]!, length: from[k]!, stride: own[k]!, k };
  });
  const all = from.every((n, k) => n <= 1 || axes.filter((axis) => axis.k === k).length === 1);
  return all ? { axes } : undefined;
}

/** What `make` makes for a key, once. */
function computed<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  if (!known.has(key)) known.set(key, make());
  return known.get(key)!;
}

class Fusion {
  readonly buffers: Buffer[] = [];
  readonly tables: Int32Array[] = [];
  readonly steps: Step[] = [];
  private readonly known = new Map<Value, number>();
  private readonly stored: Set<Value>;
  /** Scatters that are sums at several places, or whose slices would cut loops too often. */
  private readonly whole = new Set<Value>();

  constructor(
    readonly graph: Graph,
    nodes: readonly Node[],
    wanted: readonly Value[],
  ) {
    let start = 0;
    for (const input of graph.inputs) {
      const size = sizeOf(input.shape);
      this.known.set(input, this.buffers.push({ kind: "input", size, dtype: input.dtype, start }) - 1);
      start += size;
    }
    this.stored = storedNodes(nodes, wanted);
  }

  // ── buffers ─────────────────────────────────────────────────────────────────

  private temporary(size: number, dtype: Value["dtype"]): number {
    // Slots are shared out at the end.
    return this.buffers.push({ kind: "temporary", size, dtype, slot: -1 }) - 1;
  }

  output(value: Value, start: number): void {
    const size = sizeOf(value.shape);
    const out = this.buffers.push({ kind: "output", size, dtype: value.dtype, start }) - 1;
    if (size === 0) return;
    if (!this.known.has(value) && !(value instanceof Tensor)) this.compute(value as Node, out);
    else this.loop(value.shape, value, out);
  }

  /** The buffer in which a value lies row-major; computed first if need be. */
  bufferOf(value: Value): number {
    const known = this.known.get(value);
    if (known !== undefined) return known;
    if (value instanceof Tensor) {
      const { dtype, data } = value;
      const equal = this.buffers.findIndex(
        (other) => other.kind === "constant" && other.dtype === dtype && sameNumbers(other.data, data),
      );
      const constant = equal >= 0 ? equal : this.buffers.push({ kind: "constant", size: data.length, dtype, data }) - 1;
      this.known.set(value, constant);
      return constant;
    }
    return this.compute(value as Node, this.temporary(sizeOf(value.shape), value.dtype));
  }

  check({ node }: Graph["guards"][number]): void {
    this.steps.push({ kind: "check", buffer: this.bufferOf(node), data: node.primal.data });
  }

  isStored(value: Value): boolean {
    return this.stored.has(value);
  }

  /** Fills `out` with a node's elements. */
  private compute(node: Node, out: number): number {
    const { op, inputs, attributes } = node;
    const movement = movementOf(node);
    if (op.kind !== "elementwise" && !movement)
      this.steps.push({
        kind: "call",
        op,
        attributes,
        inputs: inputs.map((input) => ({ buffer: this.bufferOf(input), shape: input.shape })),
        out,
      });
    else if (movement?.kind === "reduce") this.reduce(node, movement, out);
    else if (movement?.kind === "product") this.product(node, out);
    else if (movement?.kind === "join") this.join(node, out);
    else if (movement?.kind === "scatter") this.scatter(node, movement.offsets, out);
    else if (this.accumulates(node)) this.accumulate(node, out);
    else this.loop(node.shape, node, out, { root: true });
    this.known.set(node, out);
    return out;
  }

  // ── loops ───────────────────────────────────────────────────────────────────

  /**
   * Stores `value` along the axes of `shape`, row-major or where offset and strides say. `ordered`: sums, which keep their
   * order; `root`: a node whose buffer this fills.
   */
  private loop(
    shape: Shape,
    value: Value,
    buffer: number,
    {
      offset = 0,
      strides = stridesOf(shape) as readonly number[],
      how = "set" as Store["how"],
      ordered = false,
      root = false,
    } = {},
  ): void {
    if (sizeOf(shape) === 0) return;
    const own = stridesOf(shape);
    const pending: Box[] = [{ origin: shape.map(() => 0), steps: shape.map(() => 1), extents: shape }];
    const made: Loop[] = [];
    // Sums keep their order: only whole turns of the outermost loop may be done apart.
    const cuts = (axis: number) => !ordered || axis === 0;
    for (let box = pending.pop(); box; box = pending.pop()) {
      const { origin, steps, extents } = box;
      const at = (by: readonly number[], first: number): Affine => ({
        offset: first + origin.reduce((total, start, k) => total + start * by[k]!, 0),
        strides: by.map((stride, k) => stride * steps[k]!),
      });
      const more = MOST_PARTS - made.length - pending.length;
      const body = new Body(extents, more > 0 ? cuts : () => false, ordered ? 0 : more);
      try {
        const result = root ? this.follow(value as Node, at(own, 0), body)! : this.pull(value, at(own, 0), body);
        made.push(loopOf(body, [{ value: result, buffer, at: at(strides, offset), how }]));
      } catch (cut) {
        if (!(cut instanceof Cut || cut instanceof Deal)) throw cut;
        pending.push(...cut.parts(box).reverse());
      }
    }
    this.steps.push(...made);
  }

  /** The value's element at a flat place, as a scalar of the loop's body. */
  private pull(value: Value, at: Affine, body: Body): Value {
    if (value instanceof Tensor) {
      const first = value.data[0]!;
      if (value.data.length === 1 || Array.prototype.every.call(value.data, (x: number) => Object.is(x, first)))
        return scalar(first, value.dtype);
    }
    return body.remember(value, at, () => {
      const node = value as Node;
      if (value instanceof Tensor || this.known.has(value) || this.stored.has(value) || this.whole.has(value))
        return body.load(this.bufferOf(value), at, value.dtype);
      return this.follow(node, at, body) ?? body.load(this.bufferOf(value), at, value.dtype);
    });
  }

  /** Undefined where the loops do not go along the node's axes, or it is no operation to fuse. */
  private follow(node: Node, at: Affine, body: Body): Value | undefined {
    const { op, inputs, attributes, shape } = node;
    if (op.kind === "elementwise") {
      const places = inputs.map((input) => broadcastPlace(input.shape, shape, at, body.extents));
      if (places.includes(undefined)) return undefined;
      const values = inputs.map((input, k) => this.pull(input, places[k]!, body));
      if (op === add.op) {
        // 0 was added already: nothing changes any more.
        const rest = values.filter((value) => !isZero(value));
        if (rest.length === 1 && withZero(rest[0]!)) return rest[0];
        // A sum with 0 is never −0: what is added to it need not be so either.
        const [left, right] = values as [Value, Value];
        if (rest.length === 2 && withZero(left) && withZero(right))
          return add(left, (right as Node).inputs.find((term) => !isZero(term)) ?? right);
      }
      return bind(op as Elementwise as Node["op"], values, attributes);
    }
    const movement = movementOf(node);
    const [input] = inputs as [Value];
    switch (movement?.kind) {
      case "same":
        return cast(this.pull(input, at, body), node.dtype);
      case "broadcast": {
        const place = broadcastPlace(input.shape, shape, at, body.extents);
        return place && this.pull(input, place, body);
      }
      case "choose": {
        const affine = affineOf(movement.offsets, shape);
        if (!affine) {
          const table = this.table(movement.offsets);
          return body.load(this.bufferOf(input), { ...at, table }, node.dtype);
        }
        const indices = indicesOf(at, body.extents, shape);
        return indices && this.pull(input, combine(indices, affine.strides, affine.offset, at.strides.length), body);
      }
      case "scatter":
        return this.slice(node, movement.offsets, at, body);
      default:
        return undefined;
    }
  }

  private readonly tableOf = new Map<Int32Array, number>();

  private table(offsets: Int32Array): number {
    let table = this.tableOf.get(offsets);
    if (table === undefined) {
      table = this.tables.push(offsets) - 1;
      this.tableOf.set(offsets, table);
    }
    return table;
  }

  // ── slices: the transposes of choices ───────────────────────────────────────

  private readonly blocks = new Map<Value, Block | undefined>();
  private readonly inverses = new Map<Value, Int32Array | undefined>();

  private slice(node: Node, offsets: Int32Array, at: Affine, body: Body): Value | undefined {
    const [input] = node.inputs as [Value];
    const { shape, dtype } = node;
    const block = computed(this.blocks, node, () => blockOf(offsets, input.shape, shape));
    const zero = scalar(0, dtype);
    if (!block) return this.sliceByTable(node, offsets, at, body);
    const indices = indicesOf(at, body.extents, shape);
    if (!indices) return undefined;
    const slots: Affine[] = [];
    for (const [axis, { start, step, length }] of block.axes.entries()) {
      const index = indices[axis]!;
      const reach = reachOf(index, body.extents);
      if (reach.high < start || reach.low > start + step * (length - 1)) return zero;
      const between = index.strides.findIndex((stride) => stride % step !== 0);
      if (between >= 0) {
        const period = step / greatestCommonDivisor(step, Math.abs(index.strides[between]!));
        if (period > body.hands) return this.sliceByTable(node, offsets, at, body);
        throw new Deal(between, period);
      }
      if ((index.offset - start) % step !== 0) return zero;
      const slot = { offset: (index.offset - start) / step, strides: index.strides.map((stride) => stride / step) };
      slots.push(slot);
      const { low, high } = reachOf(slot, body.extents);
      if (low >= 0 && high < length) continue;
      const loops = slot.strides.flatMap((stride, k) => (stride !== 0 ? [k] : []));
      const k = loops[0]!;
      if (loops.length !== 1 || !body.cuts(k)) {
        this.whole.add(node);
        return undefined;
      }
      // The first turn at which the slot is inside, or outside again, where it was not.
      const stride = slot.strides[k]!;
      const isInside = (turn: number) => {
        const i = slot.offset + turn * stride;
        return i >= 0 && i < length;
      };
      const edges = stride > 0 ? [0, length] : [length - 1, -1];
      const turn = edges
        .map((edge) => Math.ceil((edge - slot.offset) / stride))
        .find((edge) => edge > 0 && edge < body.extents[k]! && isInside(edge) !== isInside(edge - 1));
      if (turn !== undefined) throw new Cut(k, turn);
      if (!isInside(0)) return zero;
    }
    const strides = block.axes.map(({ stride }) => stride);
    // Zeros to which something was added: −0 becomes 0.
    return add(this.pull(input, combine(slots, strides, 0, at.strides.length), body), zero);
  }

  /** Undefined where several elements come to one place. */
  private sliceByTable(node: Node, offsets: Int32Array, at: Affine, body: Body): Value | undefined {
    const inverse = computed(this.inverses, node, () => inverseOf(offsets, sizeOf(node.shape)));
    const place = inverse && { ...at, table: this.table(inverse) };
    return place && add(body.load(this.bufferOf(node.inputs[0]!), place, node.dtype), scalar(0, node.dtype));
  }

  /** Several elements may come to one place: zeros, then one sum after the other. */
  private scatter(node: Node, offsets: Int32Array, out: number): void {
    this.steps.push({ kind: "fill", buffer: out, value: 0 });
    this.addTo(node, offsets, out);
    this.round(out);
  }

  private addTo(node: Node, offsets: Int32Array, out: number): void {
    const [input] = node.inputs as [Value];
    if (offsets.length === 0) return;
    const affine = affineOf(offsets, input.shape);
    if (affine) {
      this.loop(input.shape, input, out, { ...affine, how: "add", ordered: true });
      return;
    }
    const size = offsets.length;
    const body = new Body([size], () => false, 0);
    const value = this.pull(input, { offset: 0, strides: [1] }, body);
    const at = { offset: 0, strides: [1], table: this.table(offsets) };
    this.steps.push(loopOf(body, [{ value, buffer: out, at, how: "add" }]));
  }

  /** Whether a node is a long sum of scatters: then they are added one by one into one buffer. */
  private accumulates(node: Node): boolean {
    return (
      node.dtype === "float64" && this.leavesOf(node).filter((leaf) => movementOf(leaf)?.kind === "scatter").length > 3
    );
  }

  private accumulate(node: Node, out: number): void {
    this.steps.push({ kind: "fill", buffer: out, value: 0 });
    for (const leaf of this.leavesOf(node)) {
      const movement = movementOf(leaf);
      if (movement?.kind === "scatter" && !this.known.has(leaf)) this.addTo(leaf as Node, movement.offsets, out);
      else this.loop(node.shape, leaf, out, { how: "add" });
    }
  }

  /** The terms of a sum, in the order in which they are added: ((a + b) + c) + d. */
  private leavesOf(node: Node): Value[] {
    const leaves: Value[] = [];
    let current: Value = node;
    while (isSum(current) && (current === node || !(this.known.has(current) || this.stored.has(current)))) {
      const [rest, last] = (current as Node).inputs as [Value, Value];
      if (!sameShape(last.shape, node.shape) || !sameShape(rest.shape, node.shape)) break;
      leaves.push(last);
      current = rest;
    }
    return [current, ...leaves.reverse()];
  }

  // ── reductions, products, joins ─────────────────────────────────────────────

  private reduce(node: Node, { axes, how }: Movement & { kind: "reduce" }, out: number): void {
    const [input] = node.inputs as [Value];
    this.steps.push({ kind: "fill", buffer: out, value: how === "add" ? 0 : how === "max" ? -Infinity : Infinity });
    const kept = input.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    const own = stridesOf(kept);
    const strides = kept.map((_, axis) => (axes.includes(axis) ? 0 : own[axis]!));
    this.loop(input.shape, input, out, { strides, how, ordered: true });
    if (how === "add") this.round(out);
  }

  /** Sums are rounded once, at the end. */
  private round(buffer: number): void {
    const { size, dtype } = this.buffers[buffer]!;
    if (dtype === "float64") return;
    const body = new Body([size], () => false, 0);
    const at = { offset: 0, strides: [1] };
    const value = cast(body.load(buffer, at, "float64"), dtype);
    this.steps.push(loopOf(body, [{ value, buffer, at, how: "set" }]));
  }

  private product(node: Node, out: number): void {
    const [left, right] = node.inputs as [Value, Value];
    const [rows, inner] = left.shape.slice(-2) as [number, number];
    const columns = right.shape.at(-1)!;
    const batches = sizeOf(node.shape.slice(0, -2));
    this.steps.push({
      kind: "product",
      batches,
      rows,
      inner,
      columns,
      left: this.matrices(left, batches),
      right: this.matrices(right, batches),
      out,
    });
  }

  /** A value as a batch of matrices; transpositions and repetitions of what lies in a buffer need no copy. */
  private matrices(value: Value, batches: number): Operand {
    const shape = [batches, ...value.shape.slice(-2)];
    let current = value;
    let at: Affine = { offset: 0, strides: stridesOf(shape) };
    while (!(current instanceof Tensor) && !this.known.has(current) && !this.stored.has(current)) {
      const movement = movementOf(current as Node);
      const input = (current as Node).inputs[0]!;
      let next: Affine | undefined;
      if (movement?.kind === "same" && input.dtype === current.dtype) next = at;
      else if (movement?.kind === "broadcast") next = broadcastPlace(input.shape, current.shape, at, shape);
      else if (movement?.kind === "choose") {
        const affine = affineOf(movement.offsets, current.shape);
        const indices = affine && indicesOf(at, shape, current.shape);
        next = indices && combine(indices, affine.strides, affine.offset, shape.length);
      }
      if (!next) break;
      at = next;
      current = input;
    }
    return { buffer: this.bufferOf(current), offset: at.offset, strides: at.strides as Operand["strides"] };
  }

  private join(node: Node, out: number): void {
    let offset = 0;
    for (const part of node.inputs) {
      this.loop(part.shape, part, out, { offset });
      offset += sizeOf(part.shape);
    }
  }
}

/** For each place the one offset that names it; undefined where a place is named twice. */
function inverseOf(offsets: Int32Array, size: number): Int32Array | undefined {
  const inverse = new Int32Array(size).fill(-1);
  for (let i = 0; i < offsets.length; i++) {
    if (inverse[offsets[i]!] !== -1) return undefined;
    inverse[offsets[i]!] = i;
  }
  return inverse;
}

const isSum = (value: Value) => !(value instanceof Tensor) && (value as Node).op === add.op;
const withZero = (value: Value) => isSum(value) && (value as Node).inputs.some(isZero);
const isZero = (value: Value) => value instanceof Tensor && value.data.length === 1 && Object.is(value.data[0], 0);

function movementOf(value: Value): Movement | undefined {
  if (value instanceof Tensor || value instanceof Input) return undefined;
  const { op, attributes } = value as Node;
  return op.kind === "elementwise" ? undefined : op.movement?.(attributes);
}

/** Where the element of a value of shape `from` lies that the element at a flat place of `to` reads. */
function broadcastPlace(from: Shape, to: Shape, at: Affine, extents: readonly number[]): Affine | undefined {
  if (from.length === to.length && from.every((length, axis) => length === to[axis])) return at;
  const none = { offset: 0, strides: at.strides.map(() => 0) };
  if (sizeOf(from) === 1) return none;
  const indices = indicesOf(at, extents, to);
  if (!indices) return undefined;
  const own = stridesOf(from);
  const added = to.length - from.length;
  const strides = to.map((_, axis) => (axis < added || from[axis - added] === 1 ? 0 : own[axis - added]!));
  return combine(indices, strides, 0, at.strides.length);
}

/** The nodes that lie in a buffer of their own: what cannot be fused, what is large, what several loops would repeat. */
function storedNodes(nodes: readonly Node[], outputs: readonly Value[]): Set<Value> {
  const stored = new Set<Value>();
  const weights = new Map<Value, number>();
  for (const node of nodes) {
    const movement = movementOf(node);
    const fusable =
      node.op.kind === "elementwise" ||
      (movement && ["same", "broadcast", "choose", "scatter"].includes(movement.kind));
    const inputs = node.inputs.reduce((total, input) => total + (weights.get(input) ?? 0), 0);
    const weight = inputs + (node.op.kind === "elementwise" ? costOf(node.op) : 0);
    if (node instanceof Input) continue;
    if (!fusable || weight > MOST_FUSED) stored.add(node);
    weights.set(node, stored.has(node) ? 0 : weight);
  }
  // How many loops want a node: those of its users, where these are fused themselves.
  const wanted = new Map<Value, number>();
  const want = (value: Value, times: number) => wanted.set(value, (wanted.get(value) ?? 0) + times);
  for (const output of outputs) want(output, 1);
  for (const node of nodes.toReversed()) {
    if (node instanceof Input) continue;
    const times = wanted.get(node) ?? 0;
    if (times > 1 && weights.get(node)! > MOST_REPEATED) stored.add(node);
    for (const input of new Set(node.inputs)) want(input, stored.has(node) ? 1 : times);
  }
  return stored;
}

/** Additions that an operation costs, about. */
const costOf = ({ javascript }: Elementwise): number =>
  /Math\.(abs|max|min|sqrt)|^\(.*\)$|times/.test(javascript) && !/Math\.(?!abs|max|min|sqrt)/.test(javascript)
    ? javascript.includes("/")
      ? 3
      : 1
    : 10;

/** The loop with this body, its axes joined where they lie one behind the other. */
function loopOf(
  body: Body,
  stores: readonly { readonly value: Value; readonly buffer: number; readonly at: Place; readonly how: Store["how"] }[],
): Loop {
  const nodes = nodesOf(stores.map(({ value }) => value));
  const loads = new Map<Value, { readonly buffer: number; readonly at: Place }>(
    body.loads.map(({ node, ...load }) => [node, load]),
  );
  const instructions: Instruction[] = [];
  const numbers = new Map<Value, number>();
  const numberOf = (value: Value): number => {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    numbers.set(value, instructions.push({ kind: "constant", value: (value as Tensor).item() }) - 1);
    return instructions.length - 1;
  };
  const places: Place[] = stores.map(({ at }) => at);
  for (const node of nodes) {
    const load = loads.get(node);
    const inputs = node.inputs.map(numberOf);
    if (load) places.push(load.at);
    const instruction: Instruction = load
      ? { kind: "load", ...load }
      : node.op.kind === "elementwise"
        ? { kind: "apply", op: node.op, inputs, dtype: node.dtype }
        : { kind: "round", input: inputs[0]!, dtype: node.dtype };
    numbers.set(node, instructions.push(instruction) - 1);
  }
  const written = stores.map(({ value, buffer, at, how }) => ({ value: numberOf(value), buffer, at, how }));
  const { extents, narrow } = joined(body.extents, places);
  return {
    kind: "loop",
    extents,
    body: instructions.map((one) => (one.kind === "load" ? { ...one, at: narrow(one.at) } : one)),
    stores: written.map((store) => ({ ...store, at: narrow(store.at) })),
  };
}

/** Loops without those that turn once, and one loop for two whose places all lie one behind the other. */
function joined(extents: readonly number[], places: readonly Place[]) {
  const groups: number[][] = [];
  extents.forEach((length, k) => {
    if (length === 1) return;
    const last = groups.at(-1);
    const outer = last?.at(-1);
    const behind = outer !== undefined && places.every(({ strides }) => strides[outer] === strides[k]! * length);
    if (last && behind) last.push(k);
    else groups.push([k]);
  });
  return {
    extents: groups.map((group) => group.reduce((n, k) => n * extents[k]!, 1)),
    narrow: (place: Place): Place => ({ ...place, strides: groups.map((group) => place.strides[group.at(-1)!]!) }),
  };
}

/** Gives every temporary a slot; one is used again when nobody reads it any more. */
function withSlots(
  buffers: readonly Buffer[],
  steps: readonly Step[],
  returned: number | undefined,
): Pick<Program, "buffers" | "slots"> {
  const last = new Map<number, number>();
  const first = new Map<number, number>();
  steps.forEach((step, k) => {
    for (const buffer of buffersOf(step)) {
      if (!first.has(buffer)) first.set(buffer, k);
      last.set(buffer, k);
    }
  });
  if (returned !== undefined) last.set(returned, steps.length);
  const beginning = new Map<number, number[]>();
  for (const [buffer, step] of first) beginning.set(step, [...(beginning.get(step) ?? []), buffer]);
  const ending = new Map<number, number[]>();
  const slots: number[] = [];
  /** Slots that nobody uses, by their size. */
  const free = new Map<number, number[]>();
  const placed = buffers.slice();
  steps.forEach((_, k) => {
    for (const buffer of beginning.get(k) ?? []) {
      const own = placed[buffer]!;
      if (own.kind !== "temporary") continue;
      const slot = free.get(own.size)?.pop() ?? slots.push(own.size) - 1;
      placed[buffer] = { ...own, slot };
      const end = last.get(buffer)!;
      ending.set(end, [...(ending.get(end) ?? []), slot]);
    }
    for (const slot of ending.get(k) ?? []) free.set(slots[slot]!, [...(free.get(slots[slot]!) ?? []), slot]);
  });
  return { buffers: placed, slots };
}

function buffersOf(step: Step): number[] {
  switch (step.kind) {
    case "loop":
      return [
        ...step.body.flatMap((one) => (one.kind === "load" ? [one.buffer] : [])),
        ...step.stores.map(({ buffer }) => buffer),
      ];
    case "product":
      return [step.left.buffer, step.right.buffer, step.out];
    case "call":
      return [...step.inputs.map(({ buffer }) => buffer), step.out];
    default:
      return [step.buffer];
  }
}

/**
 * The program that writes the graph's outputs, one behind the other, after its guards were looked at.
 * @param returned a value of one element that the program returns besides
 */
export function fuse(graph: Graph, returned?: Value): Program {
  return withoutRecorders(() => {
    const wanted = returned ? [returned, ...graph.outputs] : graph.outputs;
    const nodes = nodesOf([...graph.guards.map(({ node }) => node), ...wanted]);
    const fusion = new Fusion(graph, nodes, wanted);
    for (const guard of graph.guards) fusion.check(guard);
    for (const node of nodes) if (fusion.isStored(node) && !graph.outputs.includes(node)) fusion.bufferOf(node);
    const number = returned && fusion.bufferOf(returned);
    let start = 0;
    for (const output of graph.outputs) {
      fusion.output(output, start);
      start += sizeOf(output.shape);
    }
    const { tables, buffers } = fusion;
    const steps = merge(fusion.steps, buffers, number);
    return { tables, steps, ...withSlots(buffers, steps, number), size: start, returned: number };
  });
}
