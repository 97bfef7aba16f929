/** From Python's values to NumPy's: nested lists, numbers, arrays; element types by name. */
import * as engine from "../../../../engine";
import { type DType, isFloat, isValue, scalar, sizeOf, Tensor, tensor, type Value } from "../../../../engine";
import { toInt } from "../../runtime/arguments";
import { listOf, PyDict, PyList, PyRange, PySet, PyTuple } from "../../runtime/containers";
import { exceptionTypes, PyException, raiseError } from "../../runtime/errors";
import { PyComplex } from "../../runtime/numbers";
import { makeType, PyIterator, PyObject, PyType, type PyValue } from "../../runtime/object";
import { call, findAttribute, isNumber, typeName } from "../../runtime/protocol";
import { vm } from "../../runtime/vm";
import { arrayHooks, dtypeNamed, PyArray, promoteTypes, shapeText, valueIn } from "./array";

// ── element types ───────────────────────────────────────────────────────────

const dtypeType = makeType("dtype");
dtypeType.module = "numpy";

/** Names of element types that arrays of ours can have, beside the engine's. */
export type ArrayKind = DType | "complex128" | "complex64" | "object" | "str";

export class ArrayDtype extends PyObject {
  constructor(
    readonly name: string,
    readonly scalar: PyValue,
  ) {
    super(dtypeType);
  }
  override pyRepr(): string {
    return this.name === "object" ? "dtype('O')" : `dtype('${this.name}')`;
  }
  override pyStr(): string {
    return this.name;
  }
  override pyKey(): string {
    return `\u0000dtype ${this.name}`;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "name":
        return this.name;
      case "kind":
        return KIND_LETTERS[this.name.replace(/\d+$/, "")] ?? "U";
      case "type":
        return this.scalar;
      case "itemsize":
        return this.name === "bool" ? 1n : BigInt(Number(/\d+$/.exec(this.name)?.[0] ?? 64) / 8);
      case "char":
        return CHARACTERS[this.name] ?? "U";
      case "str":
        return this.pyGetAttribute("itemsize") === 1n
          ? `|${String(this.pyGetAttribute("kind"))}1`
          : `<${String(this.pyGetAttribute("kind"))}${String(this.pyGetAttribute("itemsize"))}`;
    }
    return undefined;
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    const same = kindName(other) === this.name;
    return op === "==" ? same : op === "!=" ? !same : undefined;
  }
}

const KIND_LETTERS: Record<string, string> = { bool: "b", uint: "u", int: "i", float: "f", complex: "c", object: "O" };
const CHARACTERS: Record<string, string> = {
  bool: "?",
  int8: "b",
  int16: "h",
  int32: "i",
  int64: "l",
  uint8: "B",
  uint16: "H",
  uint32: "I",
  uint64: "L",
  float16: "e",
  float32: "f",
  float64: "d",
  complex64: "F",
  complex128: "D",
  object: "O",
};

function kindName(x: PyValue): string | undefined {
  if (x instanceof ArrayDtype) return x.name;
  const name = typeof x === "string" ? x : x instanceof PyObject ? String((x as { name?: unknown }).name ?? "") : "";
  const plain = name.replace(/^[<>=|]/, "");
  return KINDS[plain] ?? (/^[US]\d+$/.test(plain) ? "str" : undefined);
}
/** Names and codes of element types; with sizes in bytes behind a letter: `f8`, `<i4`, `u1`. */
const KINDS: Record<string, string> = {
  ...Object.fromEntries(Object.keys(engine.layoutOf).map((dtype) => [dtype, dtype])),
  float: "float64",
  double: "float64",
  longdouble: "float64",
  d: "float64",
  g: "float64",
  single: "float32",
  f: "float32",
  half: "float16",
  e: "float16",
  int: "int64",
  int_: "int64",
  intp: "int64",
  long: "int64",
  longlong: "int64",
  l: "int64",
  q: "int64",
  i: "int32",
  intc: "int32",
  h: "int16",
  short: "int16",
  b: "int8",
  byte: "int8",
  uint: "uint64",
  L: "uint64",
  I: "uint32",
  uintc: "uint32",
  H: "uint16",
  ushort: "uint16",
  B: "uint8",
  ubyte: "uint8",
  bool_: "bool",
  "?": "bool",
  b1: "bool",
  complex: "complex128",
  complex128: "complex128",
  complex64: "complex64",
  cdouble: "complex128",
  csingle: "complex64",
  D: "complex128",
  F: "complex64",
  str: "str",
  str_: "str",
  U: "str",
  S: "str",
  object: "object",
  object_: "object",
  O: "object",
  ...Object.fromEntries(
    Object.entries({ f: "float", i: "int", u: "uint", c: "complex" }).flatMap(([code, name]) =>
      [1, 2, 4, 8, 16].map((bytes) => [`${code}${bytes}`, `${name}${bytes * 8}`]),
    ),
  ),
};

/** The element type that an argument `dtype=` asks for; undefined where it asks for none. */
export function kindOf(x: PyValue | undefined): ArrayKind | undefined {
  if (x === undefined || x === null) return undefined;
  const name = kindName(x);
  if (name === undefined)
    raiseError(
      "TypeError",
      typeof x === "string"
        ? `data type '${x}' not understood`
        : `Cannot interpret '${String(typeName(x))}' as a data type`,
    );
  return name as ArrayKind;
}

export function dtypeOfArgument(x: PyValue | undefined): DType | undefined {
  const kind = kindOf(x);
  if (kind === undefined) return undefined;
  if (kind === "complex128" || kind === "complex64" || kind === "object" || kind === "str")
    raiseError("NotImplementedError", `arrays of ${kind} are not supported here`);
  return kind;
}

// ── values ──────────────────────────────────────────────────────────────────

export const isSequence = (x: PyValue): x is PyObject =>
  x instanceof PyList || x instanceof PyTuple || x instanceof PyRange;

/** What leaves are in nested lists. */
export interface Nest {
  readonly leaves: PyValue[];
  readonly shape: number[];
}

export function nestOf(x: PyValue): Nest {
  const leaves: PyValue[] = [];
  const shape: number[] = [];
  const sizes: number[] = [];
  let ragged = -1;
  const walk = (item: PyValue, depth: number): void => {
    if (isSequence(item)) {
      const items = listOf(item);
      if (sizes[depth] === -1 || (sizes[depth] !== undefined && sizes[depth] !== items.length))
        ragged = ragged < 0 ? depth : Math.min(ragged, depth);
      sizes[depth] ??= items.length;
      for (const inner of items) walk(inner, depth + 1);
      return;
    }
    if (sizes[depth] !== undefined && sizes[depth] !== -1) ragged = ragged < 0 ? depth : Math.min(ragged, depth);
    sizes[depth] ??= -1;
    leaves.push(item);
  };
  walk(x, 0);
  for (const size of sizes) if (size >= 0) shape.push(size);
  if (ragged >= 0) inhomogeneous(shape.slice(0, ragged));
  return { leaves, shape };
}

function inhomogeneous(shape: readonly number[]): never {
  raiseError(
    "ValueError",
    `setting an array element with a sequence. The requested array has an inhomogeneous shape after ${shape.length} dimensions. The detected shape was ${shapeText(shape)} + inhomogeneous part.`,
  );
}

/** The engine's value of anything that NumPy takes for an array of numbers. */
export function asValue(x: PyValue): Value {
  if (typeof x === "number") return scalar(x);
  if (typeof x === "bigint") return scalar(Number(x), "int64");
  if (typeof x === "boolean") return scalar(x ? 1 : 0, "bool");
  if (x instanceof PyArray) return x.value;
  if (isValue(x)) return x;
  if (isSequence(x)) return fromLeaves(nestOf(x));
  return fromObject(x as PyObject | string | null);
}

function fromObject(x: PyObject | string | null): Value {
  const own = valueIn(x);
  if (own) return own;
  if (
    x instanceof PyIterator ||
    x instanceof PyDict ||
    x instanceof PySet ||
    typeof x === "string" ||
    x === null ||
    x instanceof PyComplex
  )
    return unsuitable(x);
  const array = findAttribute(x, "__array__");
  if (array !== undefined) return asValue(call(array, []));
  return unsuitable(x);
}
arrayHooks.asValue = asValue;

function unsuitable(x: PyValue): never {
  if (typeof x === "string") raiseError("ValueError", `could not convert string to float: '${x}'`);
  raiseError(
    "TypeError",
    x instanceof PyComplex
      ? "float() argument must be a real number, not 'complex'"
      : `unsupported operand type for a NumPy function: '${typeName(x)}'`,
  );
}

export function fromLeaves({ leaves, shape }: Nest): Value {
  if (leaves.length === 0) return tensor([], "float64", shape);
  if (leaves.every((leaf) => typeof leaf === "number")) return tensor(leaves as number[], "float64", shape);
  let dtype: DType | undefined;
  let inner: readonly number[] | undefined;
  const values = leaves.map((leaf) => {
    const value = asValue(leaf);
    dtype = dtype === undefined ? value.dtype : promoteTypes(dtype, value.dtype);
    if (inner === undefined) inner = value.shape;
    else if (inner.join() !== value.shape.join()) inhomogeneous(shape);
    return value;
  });
  const whole = [...shape, ...inner!];
  if (values.every((value) => value instanceof Tensor)) {
    const data = engine.allocate(dtype!, sizeOf(whole));
    let at = 0;
    for (const value of values as Tensor[]) for (let k = 0; k < value.data.length; k++) data[at++] = value.data[k];
    return whole.length === 0 ? scalar(data[0], dtype!) : new Tensor(data, whole, dtype!);
  }
  return engine.reshape(engine.stack(values.map((value) => engine.cast(value, dtype!))), whole);
}

/** A list of numbers, traced ones among them, as an array of floats; undefined for anything else. */
export function arrayOfNumbers(x: PyList): PyArray | undefined {
  const numeric = (item: PyValue): boolean =>
    item instanceof PyList
      ? item.items.every(numeric)
      : typeof item === "number" || typeof item === "bigint" || isValue(item);
  if (x.items.length === 0 || !numeric(x)) return undefined;
  try {
    return new PyArray(floating(fromLeaves(nestOf(x))));
  } catch (error) {
    if (error instanceof PyException) return undefined;
    throw error;
  }
}

/** As float64 or float32, for functions that give floats only. */
export function floats(x: PyValue): Value {
  return floating(asValue(x));
}
export function floating(value: Value): Value {
  return isFloat(value.dtype) ? value : engine.cast(value, "float64");
}

export function wrap(value: Value): PyArray {
  return new PyArray(value);
}

/** Numbers of a shape argument: `3`, `(2, 3)`. */
export function shapeOf(x: PyValue): number[] {
  const shape = (isSequence(x) || (x instanceof PyArray && x.shape.length > 0) ? listOf(x) : [x]).map((item) => {
    if (typeof item === "number") raiseError("TypeError", "'float' object cannot be interpreted as an integer");
    return Number(toInt(item));
  });
  if (shape.some((length) => length < 0)) raiseError("ValueError", "negative dimensions are not allowed");
  if (sizeOf(shape) * 8 > vm.maxAllocation) throw new PyException(exceptionTypes.get("MemoryError")!, []);
  return shape;
}

const axisErrorType = makeType("AxisError", exceptionTypes.get("ValueError")!);
axisErrorType.module = "numpy.exceptions";

/** An axis counted from the front. */
export function axisOf(x: PyValue, rank: number): number {
  const axis = Number(toInt(x));
  if (axis < -rank || axis >= rank) {
    const error = new PyException(axisErrorType, [`axis ${axis} is out of bounds for array of dimension ${rank}`]);
    error.span = vm.at;
    throw error;
  }
  return axis < 0 ? axis + rank : axis;
}
export function axesOf(x: PyValue | undefined, rank: number): number[] {
  if (x === undefined || x === null) return Array.from({ length: rank }, (_, k) => k);
  return (x instanceof PyTuple || x instanceof PyList ? x.items : [x]).map((one) => axisOf(one, rank));
}

/** Joins along an axis; all but that axis agree. */
export function concat(values: readonly Value[], axis: number): Value {
  const dtype = values.map((value) => value.dtype).reduce(promoteTypes);
  const rank = values[0].shape.length;
  const parts = values.map((value) => engine.cast(value, dtype));
  const length = parts.reduce((sum, part) => sum + part.shape[axis], 0);
  const shape = parts[0].shape.map((own, k) => (k === axis ? length : own));
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  if (parts.every((part) => part instanceof Tensor)) {
    const data = engine.allocate(dtype, sizeOf(shape));
    let start = 0;
    for (const part of parts as Tensor[]) {
      const run = part.shape[axis] * inner;
      for (let o = 0; o < outer; o++)
        for (let k = 0; k < run; k++) data[o * length * inner + start + k] = part.data[o * run + k];
      start += run;
    }
    return new Tensor(data, shape, dtype);
  }
  void rank;
  // Traced: element by element where they are few, which keeps formulas readable; else by adding spread parts.
  let start = 0;
  let total: Value | undefined;
  const scalars = parts.every((part) => part.shape.length === 1 && part.shape[0] === 1);
  if (scalars) return engine.stack(parts.map((part) => engine.reshape(part, [])));
  for (const part of parts) {
    const run = part.shape[axis] * inner;
    const offsets = new Int32Array(sizeOf(part.shape));
    for (let o = 0; o < outer; o++) for (let k = 0; k < run; k++) offsets[o * run + k] = o * length * inner + start + k;
    start += run;
    if (offsets.length === 0) continue;
    const spread = engine.scatterAdd(part, offsets, shape);
    total = total ? engine.add(total, spread) : spread;
  }
  return total ?? tensor([], dtype, shape);
}

/** Elements `places` along an axis. */
export function pick(value: Value, places: ArrayLike<number>, axis: number, drop = false): Value {
  const { shape } = value;
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const offsets = new Int32Array(outer * places.length * inner);
  let at = 0;
  for (let o = 0; o < outer; o++)
    for (let p = 0; p < places.length; p++)
      for (let k = 0; k < inner; k++) offsets[at++] = (o * shape[axis] + places[p]) * inner + k;
  return engine.take(
    value,
    offsets,
    drop ? shape.filter((_, k) => k !== axis) : shape.map((length, k) => (k === axis ? places.length : length)),
  );
}

export const range = (length: number): number[] => Array.from({ length }, (_, k) => k);

export { dtypeNamed, isNumber, PyType, typeName };
