/** NumPy's arrays and scalars over engine values (issue of its own: this is the part that `.numpy()` needs). */
import * as engine from "../../../../engine";
import {
  concretize,
  type DType,
  isFloat,
  isValue,
  peek,
  scalar,
  sizeOf,
  Tensor,
  tensor,
  Value,
} from "../../../../engine";
import { toInt } from "../../runtime/arguments";
import { LazyIterator, listOf, PyList, PySlice, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { floatRepr, formatFloat, formatInt, formatString } from "../../runtime/format";
import { roundFloat } from "../../runtime/numbers";
import {
  ellipsis,
  getters,
  makeType,
  methods,
  native,
  PyEllipsis,
  type PyIterator,
  PyObject,
  type PyValue,
} from "../../runtime/object";
import { operand } from "../../runtime/operators";
import { isNumber, typeName } from "../../runtime/protocol";
import { arrayRepr, arrayText, scalarText } from "./print";

export const arrayType = makeType("ndarray");
arrayType.module = "numpy";
const scalarTypes = new Map<DType, ReturnType<typeof makeType>>();
for (const dtype of ["float64", "float32", "int64", "int32", "bool"] as const) {
  const type = makeType(dtype);
  type.module = "numpy";
  scalarTypes.set(dtype, type);
}

export class PyArray extends PyObject {
  constructor(readonly value: Value) {
    super(value.shape.length === 0 ? scalarTypes.get(value.dtype)! : arrayType);
  }
  engineValue(): Value {
    return this.value;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    return numericAttribute(this.value, name) ?? arrayAttribute(this, name);
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    const right = arrayOperand(other, this.value);
    if (right === undefined) return undefined;
    const result = reflected ? arithmetic(op, right, this.value) : arithmetic(op, this.value, right);
    return result && new PyArray(result);
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    const right = arrayOperand(other, this.value);
    if (right === undefined) return undefined;
    const result = comparison(op, this.value, right);
    return result.shape.length === 0 ? concretize(result).item() !== 0 : new PyArray(result);
  }
  override pyUnary(op: string): PyValue | undefined {
    const result = unaryValue(op, this.value);
    return result && new PyArray(result);
  }
  override pyBool(): boolean {
    return valueTruth(
      this.value,
      "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()",
    );
  }
  override pyLength(): number {
    if (this.value.shape.length === 0) raiseError("TypeError", "len() of unsized object");
    return this.value.shape[0];
  }
  override pyIterate(): PyIterator {
    return iterateValue(this.value, (x) => new PyArray(x));
  }
  override pyGetItem(key: PyValue): PyValue {
    return new PyArray(indexValue(this.value, key));
  }
  override pyRepr(): string {
    const now = peek(this.value);
    if (now.shape.length > 0) return arrayRepr(now);
    return now.dtype === "bool"
      ? `np.${scalarText(now.data[0], now.dtype)}_`
      : `np.${now.dtype}(${scalarText(now.data[0], now.dtype)})`;
  }
  override pyStr(): string {
    return arrayText(peek(this.value));
  }
  override pyFormat(spec: string): string {
    return formatTensor(peek(this.value), spec, this.pyStr());
  }
  override pyKey(): bigint | number {
    const x = peek(this.value).item();
    return Number.isInteger(x) ? BigInt(x) : x;
  }
}

// ── shared by NumPy's arrays and TensorFlow's tensors ───────────────────────

export function formatTensor(now: Tensor, spec: string, plain: string): string {
  if (spec === "" || now.shape.length > 0) {
    if (spec !== "" && now.shape.length > 0)
      raiseError("TypeError", "unsupported format string passed to numpy.ndarray.__format__");
    return plain;
  }
  if (now.dtype === "bool") return formatString(now.data[0] ? "True" : "False", spec);
  return isFloat(now.dtype) ? formatFloat(now.data[0], spec) : formatInt(BigInt(now.data[0]), spec);
}

export function valueTruth(value: Value, ambiguous: string): boolean {
  if (sizeOf(value.shape) !== 1) raiseError("ValueError", ambiguous);
  return concretize(value).data[0] !== 0;
}

export function pythonNumber(x: number, dtype: DType): PyValue {
  return dtype === "bool" ? x !== 0 : isFloat(dtype) ? x : BigInt(x);
}

/** `float()`, `int()` and the like on a value with one element. */
export function numericAttribute(value: Value, name: string): PyValue | undefined {
  switch (name) {
    case "__float__":
      return native(name, () => one(value));
    case "__index__":
      return isFloat(value.dtype) || value.shape.length > 0 ? undefined : native(name, () => BigInt(one(value)));
    case "__round__":
      return native(name, ([digits]) => {
        if (digits === undefined) return BigInt(Math.round(one(value)));
        const rounded = roundFloat(one(value), Number(toInt(digits)));
        return value.dtype === "float32" ? new PyArray(scalar(rounded, "float32")) : rounded;
      });
  }
  return undefined;
}

function one(value: Value): number {
  if (sizeOf(value.shape) !== 1) raiseError("TypeError", "only length-1 arrays can be converted to Python scalars");
  return concretize(value).data[0];
}

export function nested(now: Tensor): PyValue {
  const build = (axis: number, offset: number): PyValue => {
    if (axis === now.shape.length) return pythonNumber(now.data[offset], now.dtype);
    const stride = sizeOf(now.shape.slice(axis + 1));
    return new PyList(Array.from({ length: now.shape[axis] }, (_, k) => build(axis + 1, offset + k * stride)));
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

/** The engine's value in an array or tensor. */
export function valueIn(x: PyValue): Value | undefined {
  if (isValue(x)) return x;
  const own = x instanceof PyObject ? (x as { engineValue?: () => Value }).engineValue : undefined;
  return own?.call(x);
}

/** The other operand of an array: a Python number takes the array's type where that can hold it. */
function arrayOperand(other: PyValue, like: Value): Value | number | undefined {
  if (isNumber(other)) return operand(other);
  if (other instanceof PyList || other instanceof PyTuple) return arrayFrom(other, "float64");
  void like;
  return valueIn(other);
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
  const values = leaves.map(valueIn);
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

// ── attributes of arrays ────────────────────────────────────────────────────

const dtypeType = makeType("dtype");
class ArrayDtype extends PyObject {
  constructor(readonly name: DType) {
    super(dtypeType);
  }
  override pyRepr(): string {
    return `dtype('${this.name}')`;
  }
  override pyStr(): string {
    return this.name;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    return name === "name" ? this.name : undefined;
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    const same = String((other as { name?: string }).name ?? other) === this.name;
    return op === "==" ? same : op === "!=" ? !same : undefined;
  }
}

const reduced = (name: string, x: Value): Value => {
  const now = peek(x);
  const numbers = Array.from(now.data);
  switch (name) {
    case "sum":
      return engine.sum(x);
    case "mean":
      return engine.div(engine.sum(isFloat(x.dtype) ? x : engine.cast(x, "float64")), numbers.length);
    case "max":
      return scalar(Math.max(...numbers), x.dtype);
    case "min":
      return scalar(Math.min(...numbers), x.dtype);
    case "all":
      return scalar(numbers.every((n) => n !== 0) ? 1 : 0, "bool");
    default:
      return scalar(numbers.some((n) => n !== 0) ? 1 : 0, "bool");
  }
};

function arrayAttribute(self: PyArray, name: string): PyValue | undefined {
  const { value } = self;
  switch (name) {
    case "shape":
      return new PyTuple(value.shape.map(BigInt));
    case "ndim":
      return BigInt(value.shape.length);
    case "size":
      return BigInt(sizeOf(value.shape));
    case "dtype":
      return new ArrayDtype(value.dtype);
    case "T":
      return new PyArray(engine.transpose(value));
    case "sum":
    case "mean":
    case "max":
    case "min":
    case "all":
    case "any":
      return native(name, (args, kwargs) => {
        if (args.length > 0 || kwargs?.size)
          raiseError("NotImplementedError", `ndarray.${name} with an axis is not supported`);
        return new PyArray(reduced(name, value));
      });
  }
  return undefined;
}

getters(arrayType, {});
const shared: Parameters<typeof methods>[1] = {
  item: (self: PyArray) => pythonNumber(one(self.value), self.value.dtype),
  tolist: (self: PyArray) => nested(peek(self.value)),
  ravel: (self: PyArray) => new PyArray(engine.reshape(self.value, [sizeOf(self.value.shape)])),
  flatten: (self: PyArray) => new PyArray(engine.reshape(self.value, [sizeOf(self.value.shape)])),
  copy: (self: PyArray) => self,
  reshape: (self: PyArray, args) => {
    const wanted = (args.length === 1 && args[0] instanceof PyObject ? listOf(args[0]) : args).map((x) =>
      Number(toInt(x)),
    );
    return new PyArray(engine.reshape(self.value, fillShape(wanted, sizeOf(self.value.shape))));
  },
  round: (self: PyArray, [digits = 0n]) => {
    const places = Number(toInt(digits));
    const now = peek(self.value);
    // NumPy multiplies, rounds and divides, in the array's own precision.
    const unit = 10 ** places;
    return new PyArray(engine.div(engine.round(engine.mul(now, unit)), unit));
  },
  astype: (self: PyArray, [dtype]) => new PyArray(engine.cast(self.value, dtypeNamed(dtype))),
};
methods(arrayType, shared);
for (const type of scalarTypes.values()) methods(type, shared);

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
    float64: "float64",
    float32: "float32",
    int32: "int32",
    int64: "int64",
    bool: "bool",
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

export { ellipsis, floatRepr, Tensor, Value };
