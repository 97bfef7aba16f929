/** list, tuple, dict, set, range, slice, bytes, complex and the builtin iterators: their native behaviour. */
import { concretize, isValue } from "../../../engine";
import { allocateCheck, hooks, keyError, raiseError } from "./errors";
import {
  type DictKey,
  makeType,
  notImplemented,
  PyIterator,
  PyNative,
  PyObject,
  type PyType,
  type PyValue,
} from "./object";
import { compareOrder, equals, iterate, keyOf, reprInside, typeName } from "./protocol";
import { vm } from "./vm";

export const listType = makeType("list");
export const tupleType = makeType("tuple");
export const dictType = makeType("dict");
export const setType = makeType("set");
export const frozensetType = makeType("frozenset");
export const rangeType = makeType("range");
export const sliceType = makeType("slice");
export const bytesType = makeType("bytes");
export const complexType = makeType("complex");
export const iteratorType = makeType("iterator");

// ── indices ─────────────────────────────────────────────────────────────────

/** The number of an index operand; `undefined` if it is none. */
export function indexOf(key: PyValue): number | undefined {
  if (typeof key === "bigint") return Number(key);
  if (typeof key === "boolean") return key ? 1 : 0;
  // A traced number that floor() or round() made whole: an index holds as long as it keeps its value.
  if (isValue(key)) {
    const now = key.shape.length === 0 ? concretize(key).item() : Number.NaN;
    return Number.isInteger(now) ? now : undefined;
  }
  if (key instanceof PyObject && key.pyGetAttribute) {
    const asIndex = key.pyGetAttribute("__index__");
    if (asIndex instanceof PyObject && asIndex.pyCall) {
      const value = asIndex.pyCall([], undefined);
      if (typeof value === "bigint") return Number(value);
    }
  }
  return undefined;
}

function at(key: PyValue, length: number, what: string, verb = ""): number {
  const index = indexOf(key);
  if (index === undefined) {
    raiseError("TypeError", `${what} indices must be integers or slices, not ${typeName(key)}`);
  }
  const place = index < 0 ? index + length : index;
  if (place < 0 || place >= length) raiseError("IndexError", `${what} ${verb}index out of range`);
  return place;
}

export class PySlice extends PyObject {
  constructor(
    readonly lower: PyValue,
    readonly upper: PyValue,
    readonly step: PyValue,
  ) {
    super(sliceType);
  }
  override pyRepr(): string {
    return `slice(${reprInside(this.lower)}, ${reprInside(this.upper)}, ${reprInside(this.step)})`;
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    if (op !== "==" || !(other instanceof PySlice)) return undefined;
    return equals(this.lower, other.lower) && equals(this.upper, other.upper) && equals(this.step, other.step);
  }
  /** Start, step and count for a sequence of that length. */
  indices(length: number): { start: number; step: number; count: number; stop: number } {
    const bound = (value: PyValue, otherwise: number, low: number, high: number): number => {
      if (value === null) return otherwise;
      let index = indexOf(value);
      if (index === undefined) {
        raiseError("TypeError", "slice indices must be integers or None or have an __index__ method");
      }
      if (index < 0) index += length;
      return index < low ? low : index > high ? high : index;
    };
    const step = this.step === null ? 1 : indexOf(this.step);
    if (step === undefined) {
      raiseError("TypeError", "slice indices must be integers or None or have an __index__ method");
    }
    if (step === 0) raiseError("ValueError", "slice step cannot be zero");
    const start = step > 0 ? bound(this.lower, 0, 0, length) : bound(this.lower, length - 1, -1, length - 1);
    const stop = step > 0 ? bound(this.upper, length, 0, length) : bound(this.upper, -1, -1, length - 1);
    const count = Math.max(0, Math.ceil((stop - start) / step));
    return { start, step, count, stop };
  }
}

export function sliceArray<T>(items: readonly T[], slice: PySlice): T[] {
  const { start, step, count } = slice.indices(items.length);
  if (step === 1) return items.slice(start, start + count);
  const out: T[] = [];
  for (let k = 0; k < count; k++) out.push(items[start + k * step]);
  return out;
}

// ── sequences ───────────────────────────────────────────────────────────────

function compareSequences(op: string, a: readonly PyValue[], b: readonly PyValue[]): boolean {
  if (op === "==" || op === "!=") {
    const same = a.length === b.length && a.every((item, k) => item === b[k] || equals(item, b[k]));
    return op === "==" ? same : !same;
  }
  const shared = Math.min(a.length, b.length);
  for (let k = 0; k < shared; k++) {
    if (a[k] !== b[k] && !equals(a[k], b[k])) return compareOrder(op, a[k], b[k]);
  }
  return op === "<"
    ? a.length < b.length
    : op === "<="
      ? a.length <= b.length
      : op === ">"
        ? a.length > b.length
        : a.length >= b.length;
}

function repeat(items: readonly PyValue[], times: PyValue): PyValue[] | undefined {
  const count = indexOf(times);
  if (count === undefined) return undefined;
  const out: PyValue[] = [];
  if (count <= 0) return out;
  allocateCheck(items.length * count * 8);
  for (let k = 0; k < count; k++) for (let i = 0; i < items.length; i++) out.push(items[i]);
  return out;
}

const printing = new Set<PyObject>();

/** The repr of a container that may hold itself. */
export function guarded(self: PyObject, again: string, write: () => string): string {
  if (printing.has(self)) return again;
  printing.add(self);
  try {
    return write();
  } finally {
    printing.delete(self);
  }
}

/** What an object of another kind makes of `list + it`: an array takes the list for numbers. */
function reflectedSum(other: PyValue, sequence: PyObject): PyValue | undefined {
  if (!(other instanceof PyObject)) return undefined;
  const own = other.type.heap ? other.type.find("__radd__") : undefined;
  if (own !== undefined) {
    const result = callHook(own, [other, sequence]);
    return result === notImplemented ? undefined : result;
  }
  return other instanceof PyList || other instanceof PyTuple ? undefined : other.pyBinary?.("+", sequence, true);
}

export class PyList extends PyObject {
  constructor(
    public items: PyValue[],
    type: PyType = listType,
  ) {
    super(type);
  }
  override pyLength(): number {
    return this.items.length;
  }
  override pyIterate(): PyIterator {
    return new ListIterator(this);
  }
  override pyGetItem(key: PyValue): PyValue {
    if (typeof key === "bigint") {
      const length = this.items.length;
      let index = Number(key);
      if (index < 0) index += length;
      if (index >= 0 && index < length) return this.items[index];
    }
    if (key instanceof PySlice) return new PyList(sliceArray(this.items, key));
    return this.items[at(key, this.items.length, "list")];
  }
  override pySetItem(key: PyValue, value: PyValue): void {
    if (key instanceof PySlice) {
      const { start, step, count, stop } = key.indices(this.items.length);
      const fresh = [...iterateAll(value)];
      if (step === 1) {
        this.items.splice(start, Math.max(0, stop - start), ...fresh);
        return;
      }
      if (fresh.length !== count) {
        raiseError(
          "ValueError",
          `attempt to assign sequence of size ${fresh.length} to extended slice of size ${count}`,
        );
      }
      for (let k = 0; k < count; k++) this.items[start + k * step] = fresh[k];
      return;
    }
    this.items[at(key, this.items.length, "list", "assignment ")] = value;
  }
  override pyDeleteItem(key: PyValue): void {
    if (key instanceof PySlice) {
      const { start, step, count } = key.indices(this.items.length);
      const gone = new Set(Array.from({ length: count }, (_, k) => start + k * step));
      this.items = this.items.filter((_, k) => !gone.has(k));
      return;
    }
    this.items.splice(at(key, this.items.length, "list", "assignment "), 1);
  }
  override pyContains(item: PyValue): boolean {
    return this.items.some((other) => other === item || equals(other, item));
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (op === "+" && !reflected) {
      if (other instanceof PyList) {
        allocateCheck((this.items.length + other.items.length) * 8);
        return new PyList(this.items.concat(other.items));
      }
      return (
        reflectedSum(other, this) ??
        raiseError("TypeError", `can only concatenate list (not "${typeName(other)}") to list`)
      );
    }
    if (op === "*") {
      const items = repeat(this.items, other);
      return items && new PyList(items);
    }
    return undefined;
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    return other instanceof PyList ? compareSequences(op, this.items, other.items) : undefined;
  }
  override pyRepr(): string {
    return guarded(this, "[...]", () => `[${this.items.map(reprInside).join(", ")}]`);
  }
}

class ListIterator extends PyIterator {
  private at = 0;
  constructor(private readonly list: { items: readonly PyValue[] }) {
    super(iteratorType);
  }
  next(): PyValue | undefined {
    return this.at < this.list.items.length ? this.list.items[this.at++] : undefined;
  }
}

export class PyTuple extends PyObject {
  constructor(
    readonly items: readonly PyValue[],
    type: PyType = tupleType,
  ) {
    super(type);
  }
  override pyLength(): number {
    return this.items.length;
  }
  override pyIterate(): PyIterator {
    return new ListIterator(this);
  }
  override pyGetItem(key: PyValue): PyValue {
    if (key instanceof PySlice) return new PyTuple(sliceArray(this.items, key));
    return this.items[at(key, this.items.length, "tuple")];
  }
  override pyContains(item: PyValue): boolean {
    return this.items.some((other) => other === item || equals(other, item));
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (op === "+" && !reflected) {
      if (other instanceof PyTuple) return new PyTuple(this.items.concat(other.items));
      return (
        reflectedSum(other, this) ??
        raiseError("TypeError", `can only concatenate tuple (not "${typeName(other)}") to tuple`)
      );
    }
    if (op === "*") {
      const items = repeat(this.items, other);
      return items && new PyTuple(items);
    }
    return undefined;
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    return other instanceof PyTuple ? compareSequences(op, this.items, other.items) : undefined;
  }
  override pyRepr(): string {
    if (this.items.length === 1) return `(${reprInside(this.items[0])},)`;
    return guarded(this, "(...)", () => `(${this.items.map(reprInside).join(", ")})`);
  }
  override pyKey(): DictKey {
    return `\u0000(${this.items.map((item) => encode(keyOf(item))).join(",")})`;
  }
}

const objectNumbers = new WeakMap<object, number>();
let objectCount = 0;

/** A dictionary key as text, so that tuples of keys are keys. */
function encode(key: DictKey): string {
  switch (typeof key) {
    case "string":
      return `s${key.length}:${key}`;
    case "bigint":
      return `i${key}`;
    case "number":
      return `f${key}`;
    case "object": {
      if (key === null) return "n";
      let known = objectNumbers.get(key);
      if (known === undefined) {
        known = ++objectCount;
        objectNumbers.set(key, known);
      }
      return `o${known}`;
    }
    default:
      return String(key);
  }
}

export function* iterateAll(value: PyValue): Generator<PyValue> {
  const iterator = iterate(value);
  for (let item = iterator.next(); item !== undefined; item = iterator.next()) yield item;
}

/** Everything that an iterable gives. */
export function listOf(value: PyValue): PyValue[] {
  if ((value instanceof PyList || value instanceof PyTuple) && !value.type.heap) return value.items.slice();
  if (value instanceof PyRange) allocateCheck(value.length * 32);
  const out: PyValue[] = [];
  const iterator = iterate(value);
  for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
    out.push(item);
    if ((out.length & 0xfff) === 0) {
      allocateCheck(out.length * 32);
      vm.check();
    }
  }
  return out;
}

export class ArrayIterator extends PyIterator {
  private at = 0;
  constructor(
    private readonly items: readonly PyValue[],
    type: PyType = iteratorType,
  ) {
    super(type);
  }
  next(): PyValue | undefined {
    return this.at < this.items.length ? this.items[this.at++] : undefined;
  }
}

/** An iterator from a JavaScript function. */
export class LazyIterator extends PyIterator {
  constructor(
    private readonly step: () => PyValue | undefined,
    type: PyType = iteratorType,
  ) {
    super(type);
  }
  next(): PyValue | undefined {
    return this.step();
  }
}

// ── range ───────────────────────────────────────────────────────────────────

export class PyRange extends PyObject {
  readonly length: number;
  constructor(
    readonly start: bigint,
    readonly stop: bigint,
    readonly step: bigint,
  ) {
    super(rangeType);
    const span = step > 0n ? stop - start : start - stop;
    const size = step > 0n ? step : -step;
    this.length = span <= 0n ? 0 : Number((span + size - 1n) / size);
  }
  override pyLength(): number {
    return this.length;
  }
  override pyIterate(): PyIterator {
    return new RangeIterator(this.start, this.step, this.length);
  }
  override pyGetItem(key: PyValue): PyValue {
    if (key instanceof PySlice) {
      const { start, step, count } = key.indices(this.length);
      const first = this.start + BigInt(start) * this.step;
      const width = this.step * BigInt(step);
      return new PyRange(first, first + width * BigInt(count), width);
    }
    return this.start + BigInt(at(key, this.length, "range object")) * this.step;
  }
  override pyContains(item: PyValue): boolean {
    if (typeof item === "number" && Number.isInteger(item)) return this.pyContains(BigInt(item));
    if (typeof item !== "bigint") return false;
    const inside = this.step > 0n ? item >= this.start && item < this.stop : item <= this.start && item > this.stop;
    return inside && (item - this.start) % this.step === 0n;
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    if ((op !== "==" && op !== "!=") || !(other instanceof PyRange)) return undefined;
    const same =
      this.length === other.length &&
      (this.length === 0 || (this.start === other.start && (this.length === 1 || this.step === other.step)));
    return (op === "==") === same;
  }
  override pyRepr(): string {
    return this.step === 1n ? `range(${this.start}, ${this.stop})` : `range(${this.start}, ${this.stop}, ${this.step})`;
  }
}

class RangeIterator extends PyIterator {
  constructor(
    private value: bigint,
    private readonly step: bigint,
    private left: number,
  ) {
    super(iteratorType);
  }
  next(): PyValue | undefined {
    if (this.left-- <= 0) return undefined;
    const value = this.value;
    this.value = value + this.step;
    return value;
  }
}

// ── dict and set ────────────────────────────────────────────────────────────

interface Entry {
  key: PyValue;
  value: PyValue;
}

export class PyDict extends PyObject {
  readonly map = new Map<DictKey, Entry>();
  constructor(type: PyType = dictType) {
    super(type);
  }
  static from(entries: Iterable<readonly [PyValue, PyValue]>): PyDict {
    const dict = new PyDict();
    for (const [key, value] of entries) dict.put(key, value);
    return dict;
  }
  get(key: PyValue): PyValue | undefined {
    return this.map.get(typeof key === "string" ? key : keyOf(key))?.value;
  }
  put(key: PyValue, value: PyValue): void {
    const place = typeof key === "string" ? key : keyOf(key);
    const entry = this.map.get(place);
    if (entry) entry.value = value;
    else this.map.set(place, { key, value });
  }
  remove(key: PyValue): PyValue | undefined {
    const place = keyOf(key);
    const entry = this.map.get(place);
    if (!entry) return undefined;
    this.map.delete(place);
    return entry.value;
  }
  override pyLength(): number {
    return this.map.size;
  }
  override pyIterate(): PyIterator {
    return this.over((entry) => entry.key);
  }
  over(pick: (entry: Entry) => PyValue): PyIterator {
    const size = this.map.size;
    const entries = this.map.values();
    return new LazyIterator(() => {
      if (this.map.size !== size) raiseError("RuntimeError", "dictionary changed size during iteration");
      const step = entries.next();
      return step.done ? undefined : pick(step.value);
    });
  }
  override pyGetItem(key: PyValue): PyValue {
    const value = this.get(key);
    if (value === undefined) {
      const missing = this.type.heap || this.type !== dictType ? this.type.find("__missing__") : undefined;
      if (missing instanceof PyObject) return callHook(missing, [this, key]);
      throw keyError(key);
    }
    return value;
  }
  override pySetItem(key: PyValue, value: PyValue): void {
    this.put(key, value);
  }
  override pyDeleteItem(key: PyValue): void {
    if (this.remove(key) === undefined) throw keyError(key);
  }
  override pyContains(item: PyValue): boolean {
    return this.map.has(keyOf(item));
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (op !== "|" || !(other instanceof PyDict) || reflected) return undefined;
    const out = new PyDict();
    for (const dict of [this, other]) for (const { key, value } of dict.map.values()) out.put(key, value);
    return out;
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    if ((op !== "==" && op !== "!=") || !(other instanceof PyDict)) return undefined;
    let same = this.map.size === other.map.size;
    if (same) {
      for (const [place, { value }] of this.map) {
        const entry = other.map.get(place);
        if (!entry || !(entry.value === value || equals(entry.value, value))) {
          same = false;
          break;
        }
      }
    }
    return (op === "==") === same;
  }
  override pyRepr(): string {
    return guarded(this, "{...}", () => {
      const parts = [...this.map.values()].map(({ key, value }) => `${reprInside(key)}: ${reprInside(value)}`);
      return `{${parts.join(", ")}}`;
    });
  }
}

/** Set by protocol.ts. */
let callHook: (fn: PyValue, args: PyValue[]) => PyValue = () => null;
export function setCallHook(call: (fn: PyValue, args: PyValue[]) => PyValue): void {
  callHook = call;
}

export class PySet extends PyObject {
  readonly map = new Map<DictKey, PyValue>();
  constructor(items: Iterable<PyValue> = [], type: PyType = setType) {
    super(type);
    for (const item of items) this.add(item);
  }
  add(item: PyValue): void {
    const key = keyOf(item);
    if (!this.map.has(key)) this.map.set(key, item);
  }
  /** The elements in the order in which CPython's table holds them, where their hashes are the same in every run. */
  ordered(): PyValue[] {
    const items = [...this.map.values()];
    const hashes = items.map(steadyHash);
    return items.length > 1 && hashes.every((hash) => hash !== undefined) ? tableOrder(items, hashes) : items;
  }
  override pyLength(): number {
    return this.map.size;
  }
  override pyIterate(): PyIterator {
    const size = this.map.size;
    const items = this.ordered();
    let at = 0;
    return new LazyIterator(() => {
      if (this.map.size !== size) raiseError("RuntimeError", "Set changed size during iteration");
      return items[at++];
    });
  }
  override pyContains(item: PyValue): boolean {
    return this.map.has(keyOf(item));
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (!(other instanceof PySet) || reflected) return undefined;
    const pick = (keep: (key: DictKey) => boolean): PySet =>
      new PySet(
        [...this.map].filter(([key]) => keep(key)).map(([, item]) => item),
        this.type,
      );
    switch (op) {
      case "&":
        return pick((key) => other.map.has(key));
      case "-":
        return pick((key) => !other.map.has(key));
      case "|":
        return new PySet([...this.map.values(), ...other.map.values()], this.type);
      case "^":
        return new PySet(
          [
            ...pick((key) => !other.map.has(key)).map.values(),
            ...[...other.map].filter(([key]) => !this.map.has(key)).map(([, item]) => item),
          ],
          this.type,
        );
      default:
        return undefined;
    }
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    if (!(other instanceof PySet)) return undefined;
    const within = (a: PySet, b: PySet): boolean => [...a.map.keys()].every((key) => b.map.has(key));
    const { size } = this.map;
    switch (op) {
      case "==":
        return size === other.map.size && within(this, other);
      case "!=":
        return !(size === other.map.size && within(this, other));
      case "<=":
        return within(this, other);
      case "<":
        return size < other.map.size && within(this, other);
      case ">=":
        return within(other, this);
      default:
        return size > other.map.size && within(other, this);
    }
  }
  override pyRepr(): string {
    const inner = this.ordered().map(reprInside).join(", ");
    if (this.type === setType) return this.map.size === 0 ? "set()" : `{${inner}}`;
    return this.map.size === 0 ? `${this.type.name}()` : `${this.type.name}({${inner}})`;
  }
  override pyKey(): DictKey | undefined {
    if (this.type === setType) return undefined;
    return `\u0000{${[...this.map.keys()].map(encode).sort().join(",")}}`;
  }
}

const MERSENNE = 2305843009213693951n;

/** CPython's hash where it is not salted: integers, whole floats, and tuples of them (xxHash's way, Objects/tupleobject.c). */
function steadyHash(item: PyValue): bigint | undefined {
  if (typeof item === "boolean") return item ? 1n : 0n;
  if (typeof item === "number") return Number.isInteger(item) ? steadyHash(BigInt(item)) : undefined;
  if (typeof item === "bigint") {
    const hash = item % MERSENNE;
    return hash === -1n ? -2n : hash;
  }
  if (!(item instanceof PyTuple) || item.type !== tupleType) return undefined;
  let all = 2870177450012600261n;
  for (const part of item.items) {
    const hash = steadyHash(part);
    if (hash === undefined) return undefined;
    all = BigInt.asUintN(64, all + BigInt.asUintN(64, hash) * 14029467366897019727n);
    all = BigInt.asUintN(64, (all << 31n) | (all >> 33n));
    all = BigInt.asUintN(64, all * 11400714785074694791n);
  }
  all = BigInt.asUintN(64, all + (BigInt(item.items.length) ^ (2870177450012600261n ^ 3527539n)));
  return all === 18446744073709551615n ? 1546275796n : all;
}

/** CPython's set table, filled with items of these hashes in this order. */
function tableOrder(items: readonly PyValue[], hashes: readonly (bigint | undefined)[]): PyValue[] {
  let mask = 7;
  let table: (number | undefined)[] = new Array(8).fill(undefined);
  let fill = 0;
  const place = (slots: (number | undefined)[], limit: number, item: number): void => {
    let perturb = BigInt.asUintN(64, hashes[item]!);
    let index = Number(perturb & BigInt(limit));
    for (;;) {
      const probes = index + 9 <= limit ? 9 : 0;
      for (let k = 0; k <= probes; k++) {
        if (slots[index + k] === undefined) {
          slots[index + k] = item;
          return;
        }
      }
      perturb >>= 5n;
      index = Number((BigInt(index) * 5n + 1n + perturb) & BigInt(limit));
    }
  };
  for (let item = 0; item < items.length; item++) {
    place(table, mask, item);
    fill++;
    if (fill * 5 < mask * 3) continue;
    let size = 8;
    const wanted = fill > 50000 ? fill * 2 : fill * 4;
    while (size <= wanted) size *= 2;
    const bigger: (number | undefined)[] = new Array(size).fill(undefined);
    mask = size - 1;
    for (const old of table) if (old !== undefined) place(bigger, mask, old);
    table = bigger;
  }
  return table.filter((item) => item !== undefined).map((item) => items[item]);
}

/** An object's `__dict__`: what is put into it is the object's. */
export class OwnNames extends PyDict {
  constructor(private readonly names: Map<string, PyValue>) {
    super();
    for (const [name, value] of names) super.put(name, value);
  }
  override put(key: PyValue, value: PyValue): void {
    super.put(key, value);
    if (typeof key === "string") this.names?.set(key, value);
  }
  override remove(key: PyValue): PyValue | undefined {
    if (typeof key === "string") this.names.delete(key);
    return super.remove(key);
  }
}

// ── bytes and complex ───────────────────────────────────────────────────────

export class PyBytes extends PyObject {
  constructor(
    public data: Uint8Array,
    type = bytesType,
  ) {
    super(type);
  }
  /** Bytes of the same kind. */
  like(data: Uint8Array): PyBytes {
    return this instanceof PyByteArray ? new PyByteArray(data) : new PyBytes(data);
  }
  override pyContains(item: PyValue): boolean {
    if (typeof item === "bigint") return this.data.includes(Number(item));
    if (!(item instanceof PyBytes)) raiseError("TypeError", `a bytes-like object is required, not '${typeName(item)}'`);
    return latin1(this.data).includes(latin1(item.data));
  }
  override pyLength(): number {
    return this.data.length;
  }
  override pyIterate(): PyIterator {
    return new ArrayIterator(Array.from(this.data, BigInt));
  }
  override pyGetItem(key: PyValue): PyValue {
    if (key instanceof PySlice) return this.like(Uint8Array.from(sliceArray(Array.from(this.data), key)));
    return BigInt(this.data[at(key, this.data.length, this.type === bytesType ? "" : "bytearray")]);
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    if (!(other instanceof PyBytes)) return undefined;
    return compareSequences(op, Array.from(this.data, BigInt), Array.from(other.data, BigInt));
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (op === "+" && other instanceof PyBytes && !reflected) {
      const out = new Uint8Array(this.data.length + other.data.length);
      out.set(this.data);
      out.set(other.data, this.data.length);
      return this.like(out);
    }
    const format = op === "%" && !reflected ? this.type.find("__mod__") : undefined;
    if (format instanceof PyNative) return format.run([this, other], undefined);
    const times = op === "*" ? indexOf(other) : undefined;
    if (times === undefined) return undefined;
    allocateCheck(this.data.length * Math.max(times, 0));
    const out = new Uint8Array(this.data.length * Math.max(times, 0));
    for (let k = 0; k < times; k++) out.set(this.data, k * this.data.length);
    return this.like(out);
  }
  override pyKey(): DictKey | undefined {
    return `\u0000b${this.data.join()}`;
  }
  override pyRepr(): string {
    let text = "";
    for (const code of this.data) {
      if (code === 92) text += "\\\\";
      else if (code === 10) text += "\\n";
      else if (code === 13) text += "\\r";
      else if (code === 9) text += "\\t";
      else if (code >= 32 && code < 127) text += String.fromCharCode(code);
      else text += `\\x${code.toString(16).padStart(2, "0")}`;
    }
    return text.includes("'") && !text.includes('"') ? `b"${text}"` : `b'${text.replace(/'/g, "\\'")}'`;
  }
}

/** A text with a character for each byte. */
export const latin1 = (data: Uint8Array): string => {
  let text = "";
  for (const code of data) text += String.fromCharCode(code);
  return text;
};

hooks.list = (items) => new PyList(items);

export const byteArrayType = makeType("bytearray");

export const byteOf = (x: PyValue): number => {
  const value = indexOf(x);
  if (value === undefined) raiseError("TypeError", `'${typeName(x)}' object cannot be interpreted as an integer`);
  if (value < 0 || value > 255) raiseError("ValueError", "byte must be in range(0, 256)");
  return value;
};

export class PyByteArray extends PyBytes {
  constructor(data: Uint8Array) {
    super(data, byteArrayType);
  }
  /** Changes it as a list of its bytes. */
  change(edit: (list: PyList) => void): void {
    const list = new PyList(Array.from(this.data, BigInt));
    edit(list);
    this.data = Uint8Array.from(list.items, byteOf);
  }
  override pySetItem(key: PyValue, value: PyValue): void {
    if (key instanceof PySlice) this.change((list) => list.pySetItem(key, value));
    else this.data[at(key, this.data.length, "bytearray")] = byteOf(value);
  }
  override pyDeleteItem(key: PyValue): void {
    this.change((list) => list.pyDeleteItem(key));
  }
  override pyKey(): undefined {
    return undefined;
  }
  override pyRepr(): string {
    return `bytearray(${super.pyRepr()})`;
  }
}
