/** NumPy's arrays and scalars over engine values, and what they share with TensorFlow's tensors. */
import * as engine from "../../../../engine";
import {
  arrayRepr,
  arrayText,
  concretize,
  type DType,
  isFloat,
  isValue,
  peek,
  promote,
  scalar,
  scalarText,
  sizeOf,
  Tensor,
  tensor,
  Value,
} from "../../../../engine";
import { toInt } from "../../runtime/arguments";
import { complexType, LazyIterator, listOf, PyList, PySlice, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { floatRepr, formatFloat, formatInt, formatString } from "../../runtime/format";
import { PyComplex, roundFloat } from "../../runtime/numbers";
import {
  ellipsis,
  floatType,
  makeType,
  native,
  PyEllipsis,
  type PyIterator,
  PyObject,
  PyType,
  type PyValue,
  typeType,
} from "../../runtime/object";
import { isNumber, repr, typeName, typeOf } from "../../runtime/protocol";
import { vm } from "../../runtime/vm";
import { printOptions } from "./print";
import { type Selection, select } from "./select";

export const arrayType = makeType("ndarray");
arrayType.module = "numpy";
// A matrix holds its array: to whom asks, it is one.
arrayType.attributes.set(
  "__instancecheck__",
  native("__instancecheck__", ([x]) =>
    typeOf(x!).mro.some(({ name, module }) => name === "matrix" && module === "numpy"),
  ),
);

const abstract = (name: string, base?: PyType): PyType => {
  const type = base ? makeType(name, base) : makeType(name);
  type.module = "numpy";
  return type;
};

/** NumPy's tree of scalar types. */
export const genericType = abstract("generic");
export const numberType = abstract("number", genericType);
export const integerType = abstract("integer", numberType);
export const signedType = abstract("signedinteger", integerType);
export const unsignedType = abstract("unsignedinteger", integerType);
export const inexactType = abstract("inexact", numberType);
export const floatingType = abstract("floating", inexactType);
export const complexFloatingType = abstract("complexfloating", inexactType);

const BASES = { bool: genericType, int: signedType, uint: unsignedType, float: floatingType };

/** The types of single numbers; float64 is Python's own too. */
export const scalarTypes = new Map<DType, PyType>();
for (const [dtype, { kind }] of Object.entries(engine.layoutOf) as [DType, { kind: keyof typeof BASES }][]) {
  const bases = dtype === "float64" ? [floatingType, floatType] : [BASES[kind]];
  const type = new PyType(dtype, bases, typeType);
  type.module = "numpy";
  scalarTypes.set(dtype, type);
}

/** What array objects do that needs the functions made of them; filled in by the other files here. */
export const arrayHooks: {
  binary: (op: string, a: PyValue, b: PyValue) => PyValue | undefined;
  compare: (op: string, a: PyValue, b: PyValue) => PyValue | undefined;
  asValue: (x: PyValue) => Value;
  dtypeObject: (name: string) => PyValue;
  cast: (x: PyValue, dtype: PyValue) => PyValue;
} = {
  binary: () => undefined,
  compare: () => undefined,
  asValue: () => scalar(0),
  dtypeObject: () => null,
  cast: (x) => x,
};

/** After making an array of more elements the clock is looked at. */
const LARGE = 50_000;

export class PyArray extends PyObject {
  /** The array that this one is a view of, and where its elements are there. */
  declare readonly root: PyArray | undefined;
  declare readonly offsets: Int32Array | undefined;
  declare shape: readonly number[];
  declare private own: Value | undefined;
  /** Whether somebody else may hold the numbers: then they are copied before a write. */
  declare private exposed: boolean;
  declare private version: number;
  declare private seen: number;

  constructor(value: Value, type?: PyType) {
    super(type ?? (value.shape.length === 0 ? scalarTypes.get(value.dtype)! : arrayType));
    this.own = value;
    this.shape = value.shape;
    this.exposed = true;
    this.version = 0;
    this.seen = -1;
    this.root = undefined;
    this.offsets = undefined;
    // Few operations on large arrays take as long as many steps.
    if (this.own instanceof Tensor && this.own.data.length > LARGE) vm.check();
  }
  /** A view of elements of another array. */
  static view(of: PyArray, offsets: Int32Array, shape: readonly number[]): PyArray {
    const made = new PyArray(EMPTY, arrayType);
    const root = of.root ?? of;
    const inner = of.offsets;
    const places = inner ? offsets.map((at) => inner[at]) : offsets;
    Object.assign(made, { root, offsets: places, shape, own: undefined });
    return made;
  }
  get dtype(): DType {
    return (this.root ?? this).own!.dtype;
  }
  get value(): Value {
    if (this.root) {
      if (this.own === undefined || this.seen !== this.root.version) {
        this.own = this.root.gather(this.offsets!, this.shape);
        this.seen = this.root.version;
      }
      return this.own;
    }
    this.exposed = true;
    const own = this.own!;
    if (own.shape !== this.shape) this.own = engine.reshape(own, this.shape);
    return this.own!;
  }
  engineValue(): Value {
    return this.value;
  }
  /** The elements at `offsets` of a root. */
  private gather(offsets: Int32Array, shape: readonly number[]): Value {
    const own = this.own!;
    if (!(own instanceof Tensor)) return engine.take(own, offsets, shape);
    if (shape.length === 0) return new Tensor([own.data[offsets[0]]], shape, own.dtype);
    const data = engine.allocate(own.dtype, offsets.length);
    for (let k = 0; k < data.length; k++) data[k] = own.data[offsets[k]];
    return new Tensor(data, shape, own.dtype);
  }
  /** Elements of this array by their row-major places, as a value of its own. */
  pick(offsets: Int32Array, shape: readonly number[]): Value {
    if (!this.root) return this.gather(offsets, shape);
    const inner = this.offsets!;
    return this.root.gather(
      offsets.map((at) => inner[at]),
      shape,
    );
  }
  /** NumPy drops them without a word. */
  private tellOfFractions(value: Value): void {
    if (!isFloat(value.dtype) || !Array.prototype.some.call(peek(value).data, (x: number) => x % 1 !== 0)) return;
    const message = `the array is of type ${this.dtype}: the fraction is dropped`;
    vm.emit({ kind: "warning", code: "fraction-dropped", message, span: { from: vm.at.from, to: vm.at.to } });
  }
  /** Puts a value (of a shape that broadcasts to `shape`) where `offsets` says. */
  store(offsets: Int32Array, shape: readonly number[], value: Value): void {
    if (this.root) {
      const inner = this.offsets!;
      this.root.store(
        offsets.map((at) => inner[at]),
        shape,
        value,
      );
      return;
    }
    if (value.dtype !== this.dtype) {
      if (vm.listener && !isFloat(this.dtype)) this.tellOfFractions(value);
      value = engine.cast(value, this.dtype);
    }
    if (value.shape.length !== shape.length || value.shape.some((length, k) => length !== shape[k])) {
      let source = value;
      while (source.shape.length > shape.length && source.shape[0] === 1)
        source = engine.reshape(source, source.shape.slice(1));
      try {
        value = engine.broadcastTo(source, shape);
      } catch {
        raiseError(
          "ValueError",
          `could not broadcast input array from shape ${shapeText(value.shape)} into shape ${shapeText(shape)}`,
        );
      }
    }
    this.version++;
    const own = this.own!;
    if (own instanceof Tensor && value instanceof Tensor) {
      if (this.exposed) {
        const copy = engine.allocate(own.dtype, own.data.length);
        for (let k = 0; k < copy.length; k++) copy[k] = own.data[k];
        this.own = new Tensor(copy, this.shape, own.dtype);
        this.exposed = false;
      }
      const data = (this.own as Tensor).data as Float64Array;
      for (let k = 0; k < offsets.length; k++) data[offsets[k]] = value.data[k];
      return;
    }
    // Differentiable: the elements that stay and those that come, side by side in a new value.
    const size = own.shape.reduce((a, b) => a * b, 1);
    const last = new Map<number, number>();
    offsets.forEach((at, k) => {
      last.set(at, k);
    });
    const incoming = engine.reshape(value, [offsets.length]);
    const places = [...last.keys()];
    if (places.length === size) {
      this.own = engine.take(
        incoming,
        Int32Array.from({ length: size }, (_, at) => last.get(at)!),
        this.shape,
      );
      return;
    }
    const spread = engine.scatterAdd(
      engine.take(incoming, Int32Array.from(last.values()), [places.length]),
      Int32Array.from(places),
      this.shape,
    );
    const mask = new Array<number>(size).fill(0);
    for (const at of places) mask[at] = 1;
    this.own = engine.where(tensor(mask, "bool", this.shape), spread, own);
  }
  /** Takes another value of another shape, in place. */
  become(value: Value): void {
    this.own = value;
    this.shape = value.shape;
    this.exposed = true;
    this.version++;
  }
  /** Remembers the numbers for a call that must not change them; gives what puts them back. */
  snapshot(): () => void {
    const { own, shape } = this;
    this.exposed = true;
    return () => {
      this.own = own;
      this.shape = shape;
      this.exposed = true;
      this.version++;
    };
  }
  /** A view has no numbers of its own. */
  override held(): readonly unknown[] {
    this.exposed = true;
    return [this.root ?? this.own, this.shape, this.type, this.dict];
  }
  override hold([own, shape, , dict]: readonly unknown[]): void {
    if (!this.root) {
      this.own = own as Value;
      this.exposed = true;
      this.version++;
    }
    this.shape = shape as readonly number[];
    this.dict = dict as typeof this.dict;
  }
  /** A traced scalar as a traced float: what `float()` gives. */
  tracedScalar(): Value | undefined {
    return this.shape.length === 0 && !(this.value instanceof Tensor) ? this.value : undefined;
  }
  /** An array with other numbers in it: what a function is differentiated at. */
  like(numbers: Value): PyValue {
    return new PyArray(
      isFloat(this.dtype) ? engine.cast(numbers, this.dtype) : numbers,
      this.type === arrayType ? arrayType : undefined,
    );
  }

  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "__inplace__") return this.type === arrayType ? true : undefined;
    return numericAttribute(this, name);
  }
  override pySetAttribute(name: string, value: PyValue): boolean {
    if (name === "shape" && !this.root) {
      this.shape = fillShape(
        (isNumber(value) ? [value] : listOf(value)).map((x) => Number(toInt(x))),
        sizeOf(this.shape),
      );
      return true;
    }
    return false;
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (op.length > 1 && op.endsWith("=")) {
      const plain = op.slice(0, -1);
      const result = arrayHooks.binary(plain, this, other);
      if (!(result instanceof PyArray)) return result;
      const own = this.dtype;
      if (own !== result.dtype && ((isFloat(result.dtype) && !isFloat(own)) || own === "bool"))
        raiseError(
          "TypeError",
          `Cannot cast ufunc '${UFUNC_OF[plain] ?? plain}' output from dtype('${result.dtype}') to dtype('${own}') with casting rule 'same_kind'`,
        );
      if (sizeOf(result.shape) !== sizeOf(this.shape))
        raiseError(
          "ValueError",
          `non-broadcastable output operand with shape ${shapeText(this.shape)} doesn't match the broadcast shape ${shapeText(result.shape)}`,
        );
      this.assign(result.value);
      return this;
    }
    return reflected ? arrayHooks.binary(op, other, this) : arrayHooks.binary(op, this, other);
  }
  /** Replaces all elements. */
  assign(value: Value): void {
    this.store(
      Int32Array.from({ length: sizeOf(this.shape) }, (_, k) => k),
      this.shape,
      value,
    );
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    return arrayHooks.compare(op, this, other);
  }
  override pyUnary(op: string): PyValue | undefined {
    const { value } = this;
    if (op === "~" && value.dtype !== "bool" && !isFloat(value.dtype))
      return new PyArray(engine.sub(engine.neg(value), 1));
    if (op === "-" && value.dtype === "bool")
      raiseError(
        "TypeError",
        "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the logical_not function instead.",
      );
    if (op === "~" && isFloat(value.dtype))
      raiseError(
        "TypeError",
        "ufunc 'invert' not supported for the input types, and the inputs could not be safely coerced to any supported types according to the casting rule ''safe''",
      );
    const result = unaryValue(op, value);
    return result && new PyArray(result);
  }
  override pyBool(): boolean {
    if (sizeOf(this.shape) === 0)
      raiseError(
        "ValueError",
        "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is not empty.",
      );
    return valueTruth(
      this.value,
      "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()",
    );
  }
  override pyLength(): number {
    if (this.shape.length === 0)
      raiseError(
        "TypeError",
        this.type === arrayType ? "len() of unsized object" : `object of type 'numpy.${this.type.name}' has no len()`,
      );
    return this.shape[0];
  }
  override pyIterate(): PyIterator {
    if (this.shape.length === 0)
      raiseError(
        "TypeError",
        this.type === arrayType ? "iteration over a 0-d array" : `'numpy.${this.type.name}' object is not iterable`,
      );
    let at = 0;
    return new LazyIterator(() => (at < this.shape[0] ? this.pyGetItem(BigInt(at++)) : undefined));
  }
  override pyGetItem(key: PyValue): PyValue {
    if (typeof key === "bigint" && this.shape.length === 1) {
      const at = this.place(key, 0);
      return new PyArray(this.pick(Int32Array.of(at), []));
    }
    // A single truth takes all, into an array of one, or nothing.
    if (typeof key === "boolean" || (key instanceof PyArray && key.dtype === "bool" && key.shape.length === 0)) {
      const taken = typeof key === "boolean" ? key : peek(key.value).data[0] !== 0;
      const shape = [taken ? 1 : 0, ...this.shape];
      return new PyArray(taken ? engine.reshape(this.value, shape) : engine.tensor([], this.dtype, shape), arrayType);
    }
    if (this.shape.length === 0 && this.type !== arrayType)
      raiseError("IndexError", "invalid index to scalar variable.");
    const found = select(this.shape, key);
    if (found.view && !found.scalar) return PyArray.view(this, found.offsets, found.shape);
    return new PyArray(this.pick(found.offsets, found.shape), found.scalar ? undefined : arrayType);
  }
  private place(key: bigint, axis: number): number {
    const length = this.shape[axis];
    const at = Number(key);
    if (at < -length || at >= length)
      raiseError("IndexError", `index ${key} is out of bounds for axis ${axis} with size ${length}`);
    return at < 0 ? at + length : at;
  }
  override pySetItem(key: PyValue, item: PyValue): void {
    if (this.type !== arrayType)
      raiseError("TypeError", `'numpy.${this.type.name}' object does not support item assignment`);
    let found: Selection;
    if (typeof key === "bigint" && this.shape.length === 1) {
      found = { offsets: Int32Array.of(this.place(key, 0)), shape: [], view: true, scalar: true };
    } else found = select(this.shape, key);
    if (typeof item === "string") raiseError("ValueError", `could not convert string to float: ${repr(item)}`);
    if (item === null && !isFloat(this.dtype))
      raiseError("TypeError", "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'");
    const value =
      item === null
        ? scalar(Number.NaN, this.dtype)
        : isNumber(item)
          ? scalar(Number(item), isFloat(this.dtype) ? this.dtype : "float64")
          : arrayHooks.asValue(item);
    if (found.shape.length === 0 && sizeOf(value.shape) !== 1)
      raiseError("ValueError", "setting an array element with a sequence.");
    this.store(found.offsets, found.shape, found.shape.length === 0 ? engine.reshape(value, []) : value);
  }
  override pyContains(item: PyValue): boolean {
    const wanted = concretize(arrayHooks.asValue(item));
    return Array.from(concretize(this.value).data).some((x) => x === wanted.data[0]);
  }
  override pyRepr(): string {
    const now = peek(this.value);
    if (this.type === arrayType) return arrayRepr(now, printOptions());
    return now.dtype === "bool"
      ? `np.${scalarText(now.data[0], now.dtype)}_`.replace("__", "_")
      : `np.${now.dtype}(${scalarText(now.data[0], now.dtype)})`;
  }
  override pyStr(): string {
    return arrayText(peek(this.value), printOptions());
  }
  override pyFormat(spec: string): string {
    return formatTensor(peek(this.value), spec, this.pyStr());
  }
  override pyKey(): bigint | number {
    if (this.type === arrayType) raiseError("TypeError", "unhashable type: 'numpy.ndarray'");
    const x = peek(this.value).item();
    return Number.isInteger(x) ? BigInt(x) : x;
  }
}
const EMPTY = new Tensor([], [0], "float64");

const UFUNC_OF: Record<string, string> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "//": "floor_divide",
  "%": "remainder",
  "**": "power",
};

/** `(2,3)`, `(3,)`, `()`: shapes as NumPy's errors write them. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(",")})`;
}

/** The wider of two element types in NumPy's lattice. */
export function promoteTypes(a: DType, b: DType): DType {
  const wide = promote(a, b);
  const { kind, bits } = engine.layoutOf[wide === a ? b : a];
  if (wide === a && wide === b) return wide;
  // An integer beside a float asks for a float that holds it.
  if (!isFloat(wide) || wide === "float64" || (kind !== "int" && kind !== "uint")) return wide;
  return bits >= 32 ? "float64" : bits === 16 ? "float32" : wide;
}

// ── shared by NumPy's arrays and TensorFlow's tensors ───────────────────────

export function formatTensor(now: Tensor, spec: string, plain: string): string {
  if (now.shape.length > 0) {
    if (spec !== "") raiseError("TypeError", "unsupported format string passed to numpy.ndarray.__format__");
    return plain;
  }
  // NumPy formats a narrow float as the double that it is.
  if (spec === "") return isFloat(now.dtype) ? floatRepr(now.data[0]) : plain;
  if (now.dtype === "bool") return formatString(now.data[0] ? "True" : "False", spec);
  return isFloat(now.dtype) ? formatFloat(now.data[0], spec) : formatInt(BigInt(now.data[0]), spec);
}

export function valueTruth(value: Value, ambiguous: string): boolean {
  if (sizeOf(value.shape) !== 1) raiseError("ValueError", ambiguous);
  return concretize(value).data[0] !== 0;
}

export function pythonNumber(x: number, dtype: DType): PyValue {
  return dtype === "bool" ? x !== 0 : isFloat(dtype) ? x : Number.isFinite(x) ? BigInt(x) : x;
}

/** `float()`, `int()` and the like on a value with one element. */
export function numericAttribute(of: Value | PyArray, name: string): PyValue | undefined {
  if (!name.startsWith("__")) return undefined;
  const shape = of.shape;
  switch (name) {
    case "__float__":
      return native(name, () => one(of instanceof PyArray ? of.value : of));
    case "__index__":
      return isFloat(of.dtype) || shape.length > 0 || (of.dtype === "bool" && of instanceof PyArray)
        ? undefined
        : native(name, () => BigInt(one(of instanceof PyArray ? of.value : of)));
    case "__round__":
      return native(name, ([digits]) => {
        const value = of instanceof PyArray ? of.value : of;
        if (value.shape.length > 0) raiseError("TypeError", `type numpy.ndarray doesn't define __round__ method`);
        if (digits === undefined || digits === null) return BigInt(engine.helpers.roundHalfEven(one(value)));
        if (of instanceof PyArray && !(value instanceof Tensor))
          return new PyArray(roundValue(value, Number(toInt(digits))));
        const rounded = roundFloat(one(value), Number(toInt(digits)));
        return of instanceof PyArray || value.dtype === "float32" ? new PyArray(scalar(rounded, value.dtype)) : rounded;
      });
  }
  return undefined;
}

/** NumPy multiplies, rounds and divides, in the array's own precision. */
export function roundValue(value: Value, places: number): Value {
  if (!isFloat(value.dtype)) {
    if (places >= 0) return value;
    const unit = 10 ** -places;
    return engine.cast(engine.mul(engine.round(engine.div(engine.cast(value, "float64"), unit)), unit), value.dtype);
  }
  if (places === 0) return engine.round(value);
  const unit = 10 ** Math.abs(places);
  return places > 0
    ? engine.div(engine.round(engine.mul(value, unit)), unit)
    : engine.mul(engine.round(engine.div(value, unit)), unit);
}

export function one(value: Value): number {
  if (sizeOf(value.shape) !== 1)
    raiseError("TypeError", "only 0-dimensional arrays can be converted to Python scalars");
  return concretize(value).data[0];
}

/** Nested lists of Python numbers; traced elements stay traced. */
export function nested(value: Value): PyValue {
  const build = (axis: number, offset: number): PyValue => {
    if (axis === value.shape.length) {
      if (!(value instanceof Tensor)) return engine.take(value, Int32Array.of(offset), []);
      return pythonNumber(value.data[offset], value.dtype);
    }
    const stride = sizeOf(value.shape.slice(axis + 1));
    return new PyList(Array.from({ length: value.shape[axis] }, (_, k) => build(axis + 1, offset + k * stride)));
  };
  return build(0, 0);
}

export function iterateValue(value: Value, wrap: (x: Value) => PyValue): PyIterator {
  if (value.shape.length === 0) raiseError("TypeError", "iteration over a 0-d array");
  let at = 0;
  return new LazyIterator(() => (at < value.shape[0] ? wrap(indexValue(value, BigInt(at++))) : undefined));
}

/** Basic indexing, lists of integers and boolean masks. */
export function indexValue(value: Value, key: PyValue): Value {
  const keys = key instanceof PyTuple ? [...key.items] : [key];
  const { shape } = value;
  const consumed = keys.filter((one) => one !== null && !(one instanceof PyEllipsis)).length;
  const dots = keys.findIndex((one) => one instanceof PyEllipsis);
  const filler = Array.from({ length: Math.max(0, shape.length - consumed) }, () => new PySlice(null, null, null));
  if (dots >= 0) keys.splice(dots, 1, ...filler);
  else keys.push(...filler);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  let offsets: number[] = [0];
  const out: number[] = [];
  let axis = 0;
  for (const part of keys) {
    if (part === null) {
      out.push(1);
      continue;
    }
    if (axis >= shape.length) {
      raiseError(
        "IndexError",
        `too many indices for array: array is ${shape.length}-dimensional, but ${consumed} were indexed`,
      );
    }
    const length = shape[axis];
    const stride = strides[axis];
    let picks: number[];
    if (part instanceof PySlice) {
      const { start, step, count } = part.indices(length);
      picks = Array.from({ length: count }, (_, k) => start + k * step);
      out.push(count);
    } else {
      const wanted = indexNumbers(part);
      if (wanted === undefined)
        raiseError(
          "IndexError",
          "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid indices",
        );
      picks = wanted.mask
        ? wanted.numbers.flatMap((x, k) => (x ? [k] : []))
        : wanted.numbers.map((x) => (x < 0 ? x + length : x));
      const bad = picks.findIndex((x) => x < 0 || x >= length);
      if (bad >= 0)
        raiseError("IndexError", `index ${wanted.numbers[bad]} is out of bounds for axis ${axis} with size ${length}`);
      if (!wanted.scalar) out.push(picks.length);
    }
    const next: number[] = [];
    for (const offset of offsets) for (const pick of picks) next.push(offset + pick * stride);
    offsets = next;
    axis++;
  }
  return engine.take(value, Int32Array.from(offsets), out);
}

function indexNumbers(part: PyValue): { numbers: number[]; scalar: boolean; mask: boolean } | undefined {
  if (typeof part === "bigint") return { numbers: [Number(part)], scalar: true, mask: false };
  const value = valueIn(part);
  if (value) {
    if (isFloat(value.dtype)) return undefined;
    return {
      numbers: Array.from(concretize(value).data),
      scalar: value.shape.length === 0,
      mask: value.dtype === "bool",
    };
  }
  if (part instanceof PyList) {
    const mask = part.items.every((item) => typeof item === "boolean");
    return { numbers: part.items.map((item) => Number(item)), scalar: false, mask };
  }
  return undefined;
}

/** The engine's value in an array or tensor, as NumPy takes it: tensors of TensorFlow leave their tapes. */
export function valueIn(x: PyValue): Value | undefined {
  if (!(x instanceof PyObject)) return isValue(x) ? x : undefined;
  const { engineValue, detached } = x as { engineValue?: () => Value; detached?: () => Value };
  return (detached ?? engineValue)?.call(x);
}

export function arithmetic(op: string, a: Value | number, b: Value | number): Value | undefined {
  switch (op) {
    case "+":
      return engine.add(a, b);
    case "-":
      return engine.sub(a, b);
    case "*":
      return engine.mul(a, b);
    case "/":
      return engine.div(floating(a), floating(b));
    case "//":
      return engine.floordiv(a, b);
    case "%":
      return engine.mod(a, b);
    case "**":
      return engine.pow(a, b);
    case "@":
      return isValue(a) && isValue(b) ? engine.matmul(a, b) : undefined;
    case "&":
      return engine.logicalAnd(a, b);
    case "|":
      return engine.logicalOr(a, b);
    default:
      return undefined;
  }
}

/** Integers become float64, as division has it. */
function floating(x: Value | number): Value | number {
  return isValue(x) && !isFloat(x.dtype) ? engine.cast(x, "float64") : x;
}

export function comparison(op: string, a: Value | number, b: Value | number): Value {
  switch (op) {
    case "==":
      return engine.equal(a, b);
    case "!=":
      return engine.notEqual(a, b);
    case "<":
      return engine.less(a, b);
    case "<=":
      return engine.lessEqual(a, b);
    case ">":
      return engine.greater(a, b);
    default:
      return engine.greaterEqual(a, b);
  }
}

export function unaryValue(op: string, x: Value): Value | undefined {
  switch (op) {
    case "-":
      return engine.neg(x);
    case "+":
      return x;
    case "abs":
      return engine.abs(x);
    case "~":
      return x.dtype === "bool" ? engine.logicalNot(x) : undefined;
    default:
      return undefined;
  }
}

/** Numbers in nested lists, as one value; `stacked` when some are traced or on a tape. */
export function arrayFrom(x: PyValue, floatDtype: DType, dtype?: DType, intDtype: DType = "int64"): Value {
  const leaves: PyValue[] = [];
  const shape: number[] = [];
  const walk = (item: PyValue, depth: number): void => {
    if (item instanceof PyList || item instanceof PyTuple || (item instanceof PyObject && typeName(item) === "range")) {
      const items = listOf(item);
      if (shape[depth] === undefined) shape[depth] = items.length;
      else if (shape[depth] !== items.length) {
        raiseError("ValueError", "Can't convert non-rectangular Python sequence to Tensor.");
      }
      for (const inner of items) walk(inner, depth + 1);
      return;
    }
    leaves.push(item);
  };
  walk(x, 0);
  const values = leaves.map((leaf) => {
    const own = leaf instanceof PyObject ? (leaf as { engineValue?: () => Value }).engineValue : undefined;
    return own ? own.call(leaf) : isValue(leaf) ? leaf : undefined;
  });
  if (values.some((value) => value !== undefined)) {
    const known = values.find((value) => value !== undefined)!;
    const wanted =
      dtype ?? (isFloat(known.dtype) || leaves.every((leaf) => typeof leaf !== "number") ? known.dtype : floatDtype);
    const parts = values.map((value, k) => engine.cast(value ?? scalar(Number(leaves[k] as number), wanted), wanted));
    return engine.reshape(engine.stack(parts), [...shape, ...parts[0].shape]);
  }
  const bad = leaves.find((leaf) => !isNumber(leaf));
  if (bad !== undefined)
    raiseError(
      "ValueError",
      `Attempt to convert a value (${bad === null ? "None" : typeName(bad)}) with an unsupported type (<class '${typeName(bad)}'>) to a Tensor.`,
    );
  const found =
    leaves.some((leaf) => typeof leaf === "number") || leaves.length === 0
      ? floatDtype
      : leaves.every((leaf) => typeof leaf === "boolean")
        ? "bool"
        : intDtype;
  return tensor(
    leaves.map((leaf) => Number(leaf)),
    dtype ?? found,
    shape,
  );
}

/** A shape in which -1 stands for what is left. */
export function fillShape(wanted: number[], size: number): number[] {
  const open = wanted.indexOf(-1);
  if (open < 0) return wanted;
  const known = wanted.reduce((all, length, k) => (k === open ? all : all * length), 1);
  return wanted.map((length, k) => (k === open ? Math.floor(size / Math.max(1, known)) : length));
}

export function dtypeNamed(x: PyValue | undefined): DType {
  const name = typeof x === "string" ? x : x instanceof PyObject ? String((x as { name?: unknown }).name ?? "") : "";
  const known: Record<string, DType> = {
    ...(Object.fromEntries(Object.keys(engine.layoutOf).map((dtype) => [dtype, dtype])) as Record<string, DType>),
    float: "float64",
    int: "int64",
    double: "float64",
    single: "float32",
    bool_: "bool",
  };
  const dtype = known[name];
  if (!dtype) raiseError("NotImplementedError", `the element type ${name || typeName(x ?? null)} is not supported`);
  return dtype;
}

export { complexType, ellipsis, floatRepr, PyComplex, Tensor, Value, vm };
