/** Tensors, Variables, shapes and element types of TensorFlow. */
import * as engine from "../../../../engine";
import {
  type DType,
  isFloat,
  isValue,
  layoutOf,
  peek,
  readOp,
  sameShape,
  scalar,
  shapeText,
  sizeOf,
  Tensor,
  type Value,
} from "../../../../engine";
import { bindArguments } from "../../runtime/arguments";
import { LazyIterator, listOf, PyBytes, PyDict, PyList, PySlice, PyTuple } from "../../runtime/containers";
import { exceptionTypes, PyException, pyError, raiseError } from "../../runtime/errors";
import { formatString } from "../../runtime/format";
import { ranOutOf } from "../../runtime/limits";
import {
  type DictKey,
  makeType,
  methods,
  native,
  type PyIterator,
  PyObject,
  type PyType,
  type PyValue,
} from "../../runtime/object";
import { call, findAttribute, getAttribute, isCallable, isNumber, repr, str, typeName } from "../../runtime/protocol";
import { vm } from "../../runtime/vm";
import {
  arithmetic,
  arrayFrom,
  comparison,
  formatTensor,
  indexValue,
  iterateValue,
  numericAttribute,
  PyArray,
  scalarTypes,
  unaryValue,
  valueIn,
  valueTruth,
} from "../numpy/array";
import { ObjectArray } from "../numpy/objects";
import { printOptions } from "../numpy/print";
import { openTapes } from "./tape";

// ── errors ──────────────────────────────────────────────────────────────────

export const opErrorType = makeType("OpError", exceptionTypes.get("Exception")!);
/** The exceptions of tf.errors. */
export const errors = new Map<string, PyType>([["OpError", opErrorType]]);
for (const name of `Aborted AlreadyExists Cancelled DataLoss DeadlineExceeded FailedPrecondition Internal InvalidArgument
  NotFound OutOfRange PermissionDenied ResourceExhausted Unauthenticated Unavailable Unimplemented Unknown`.split(
  /\s+/,
)) {
  const type = makeType(`${name}Error`, opErrorType);
  type.module = "tensorflow.python.framework.errors_impl";
  errors.set(type.name, type);
}
const invalidArgumentType = errors.get("InvalidArgumentError")!;

export function invalidArgument(message: string): never {
  const error = new PyException(invalidArgumentType, [message]);
  error.span = vm.at;
  throw error;
}

/** How TensorFlow's kernels report what does not fit. */
export function refuse(op: string, what: string, ending = " name: ", wrapper = op): never {
  invalidArgument(
    `{{function_node __wrapped__${wrapper}_device_/job:localhost/replica:0/task:0/device:CPU:0}} ${what} [Op:${op}]${ending}`,
  );
}

/** Runs an operation; shapes that do not fit become TensorFlow's error. */
export function attempt<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof engine.WrongGradientCount) {
      raiseError(
        "ValueError",
        `custom_gradient function expected to return ${error.expected} gradients, but returned ${error.given} instead.`,
      );
    }
    if (error instanceof RangeError && !ranOutOf(error)) invalidArgument(error.message);
    throw error;
  }
}

// ── element types ───────────────────────────────────────────────────────────

const dtypeType = makeType("DType");
dtypeType.module = "tensorflow.python.framework.dtypes";

export class PyDtype extends PyObject {
  constructor(readonly name: DType | "string" | "complex64" | "complex128") {
    super(dtypeType);
  }
  override pyRepr(): string {
    return `tf.${this.name}`;
  }
  override pyStr(): string {
    return `<dtype: '${this.name}'>`;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "name":
        return this.name;
      case "is_floating":
        return this.name.startsWith("float");
      case "is_integer":
        return /^u?int/.test(this.name);
      case "is_unsigned":
        return this.name.startsWith("uint");
      case "is_complex":
        return this.name.startsWith("complex");
      case "is_bool":
        return this.name === "bool";
      case "base_dtype":
      case "real_dtype":
        return this;
      case "as_numpy_dtype":
        return scalarTypes.get(this.name as DType);
      case "size":
        return this.name in layoutOf ? BigInt(layoutOf[this.name as DType].bits / 8) : 1n;
      case "min":
      case "max": {
        const most = LARGEST[this.name];
        if (most === undefined) return undefined;
        const least = isFloat(this.name as DType) ? -most : this.name.startsWith("u") ? 0 : -most - 1;
        return new PyArray(scalar(name === "max" ? most : least, this.name as DType));
      }
    }
    return undefined;
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    const same = other === this || (other !== null && plainName(other) === this.name);
    return op === "==" ? same : op === "!=" ? !same : undefined;
  }
  override pyKey(): DictKey {
    return this;
  }
}

const LARGEST: { readonly [name: string]: number } = {
  float16: 65504,
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
  int8: 127,
  int16: 32767,
  int32: 2 ** 31 - 1,
  int64: 2 ** 63,
  uint8: 255,
  uint16: 65535,
  uint32: 2 ** 32 - 1,
};

export const dtypes = new Map<string, PyDtype>(
  (Object.keys(layoutOf) as DType[]).map((name) => [name, new PyDtype(name)] as const),
);
for (const name of ["string", "complex64", "complex128"] as const) dtypes.set(name, new PyDtype(name));
/** Under other names. */
export const dtypeAliases = new Map<string, PyDtype>([
  ["half", dtypes.get("float16")!],
  ["double", dtypes.get("float64")!],
]);

/** The name of a type: TensorFlow's, NumPy's, Python's, or a text. */
/** Their numbers in types.proto. */
const NUMBERED: { readonly [number: string]: string } = {
  1: "float32",
  2: "float64",
  3: "int32",
  4: "uint8",
  5: "int16",
  6: "int8",
  7: "string",
  9: "int64",
  10: "bool",
  19: "float16",
};

function plainName(x: PyValue): string {
  if (typeof x === "bigint") return NUMBERED[String(x)] ?? "";
  const name =
    x instanceof PyDtype
      ? x.name
      : typeof x === "string"
        ? x
        : x instanceof PyObject
          ? String((x as { name?: string }).name)
          : "";
  const plain: Record<string, string> = {
    float: "float32",
    int: "int32",
    double: "float64",
    half: "float16",
    str: "string",
    bool_: "bool",
  };
  return plain[name] ?? name;
}

/** tf.as_dtype. */
export function asDtype(x: PyValue): PyDtype {
  const found = dtypes.get(plainName(x));
  if (!found) raiseError("TypeError", `Cannot convert the argument \`type_value\`: ${repr(x)} to a TensorFlow DType.`);
  return found;
}

export function dtypeOf(x: PyValue | undefined): DType | undefined {
  if (x === undefined || x === null) return undefined;
  const name = plainName(x);
  if (!(name in layoutOf)) raiseError("NotImplementedError", `the element type ${name || repr(x)} is not supported`);
  return name as DType;
}

// ── shapes ──────────────────────────────────────────────────────────────────

export const shapeType = makeType("TensorShape");
shapeType.construct = (_type, [lengths]) =>
  new PyShape(
    lengths === undefined || lengths === null
      ? []
      : lengths instanceof PyTensorLike
        ? Array.from(lengths.now().data)
        : (isNumber(lengths) ? [lengths] : listOf(lengths)).map((n) => (n === null ? null : Number(n))),
  );

export class PyShape extends PyTuple {
  /** null: any length. */
  constructor(readonly lengths: readonly (number | null)[]) {
    super(
      lengths.map((n) => (n === null ? null : BigInt(n))),
      shapeType,
    );
  }
  override pyRepr(): string {
    return `TensorShape([${this.lengths.map((n) => n ?? "None").join(", ")}])`;
  }
  override pyStr(): string {
    return openShapeText(this.lengths);
  }
  fits(other: readonly (number | null)[]): boolean {
    return (
      other.length === this.lengths.length &&
      this.lengths.every((n, k) => n === null || other[k] === null || other[k] === n)
    );
  }
  override pyGetItem(key: PyValue): PyValue {
    if (key instanceof PySlice)
      return new PyShape((super.pyGetItem(key) as PyTuple).items.map((n) => (n === null ? null : Number(n))));
    return super.pyGetItem(key);
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    if (other instanceof PyList) return super.pyCompare(op, new PyTuple(other.items));
    return super.pyCompare(op, other);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "rank" || name === "ndims") return BigInt(this.lengths.length);
    if (name === "as_list") return native(name, () => new PyList([...this.items]));
    if (name === "dims") return new PyList([...this.items]);
    if (name === "num_elements")
      return native(name, () => (this.lengths.includes(null) ? null : BigInt(sizeOf(this.lengths as number[]))));
    if (name === "is_fully_defined") return native(name, () => !this.lengths.includes(null));
    if (name === "is_compatible_with" || name === "assert_is_compatible_with")
      return native(name, ([other]) => {
        const fits = this.fits(listOf(other!).map((n) => (n === null ? null : Number(n))));
        if (name === "is_compatible_with") return fits;
        if (!fits)
          raiseError(
            "ValueError",
            `Shapes ${this.pyStr()} and ${shapeText(listOf(other!).map(Number))} are incompatible`,
          );
        return null;
      });
    if (name === "concatenate")
      return native(
        name,
        ([other]) => new PyShape([...this.lengths, ...listOf(other!).map((n) => (n === null ? null : Number(n)))]),
      );
    return undefined;
  }
}

/** A shape of which not every length is known. */
const openShapeText = (shape: readonly (number | null)[]): string => {
  const texts = shape.map((n) => n ?? "None");
  return texts.length === 1 ? `(${texts[0]},)` : `(${texts.join(", ")})`;
};

// ── what tensors and Variables share ────────────────────────────────────────

export abstract class PyTensorLike extends PyObject {
  abstract readonly dtype: DType;
  abstract readonly shape: readonly number[];
  /** The value, on the tapes that listen. */
  abstract engineValue(): Value;
  /** The numbers now, unnoticed by tapes. */
  abstract now(): Tensor;
  /** The numbers as a value that no tape knows. */
  detached(): Tensor {
    const { data, shape, dtype } = this.now();
    return new Tensor(data, shape, dtype);
  }

  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    // A Variable on the right of a tensor answers through the tensor.
    const right = this.operand(op, other, reflected);
    if (right === undefined) return undefined;
    const own = this.engineValue();
    return new PyTfTensor(reflected ? tensorArithmetic(op, right, own) : tensorArithmetic(op, own, right));
  }
  override pyUnary(op: string): PyValue | undefined {
    const result = unaryValue(op, this.engineValue());
    return result && new PyTfTensor(result);
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    if (other === null) return op === "==" ? false : op === "!=" ? true : undefined;
    const right = toOperand(other, this.dtype);
    if (right === undefined) return undefined;
    return new PyTfTensor(together(TESTS[op] ?? op, this.engineValue(), right, (a, b) => comparison(op, a, b)));
  }
  /** The other side of an operator; a float that does not fit a tensor of integers is told where it stands. */
  protected operand(op: string, other: PyValue, reflected: boolean): Value | undefined {
    if (other === null) toTensor(other);
    if (typeof other === "number" && !reflected && !isFloat(this.dtype)) {
      if (op === "+") differ("AddV2", this.dtype, "float");
      if (op === "/")
        raiseError("TypeError", `\`x\` and \`y\` must have the same dtype, got tf.${this.dtype} != tf.float32.`);
    }
    if (typeof other === "string" || other instanceof PyTextTensor)
      differ(opNames[op] ?? op, reflected ? "string" : this.dtype, reflected ? this.dtype : "string");
    return toOperand(other, this.dtype);
  }
  override pyBool(): boolean {
    return valueTruth(
      this.engineValue(),
      "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()",
    );
  }
  override pyLength(): number {
    if (this.shape.length === 0) raiseError("TypeError", "Scalar tensor has no `len()`");
    return this.shape[0];
  }
  override pyIterate(): PyIterator {
    if (this.shape.length === 0) raiseError("TypeError", "Cannot iterate over a scalar tensor.");
    return iterateValue(this.engineValue(), (x) => new PyTfTensor(x));
  }
  override pyGetItem(key: PyValue): PyValue {
    return new PyTfTensor(slicePart(this.engineValue(), key));
  }
  override pySetItem(): void {
    const { name } = this.type;
    raiseError(
      "TypeError",
      `'${name === "EagerTensor" ? `${this.type.module}.` : ""}${name}' object does not support item assignment`,
    );
  }
  override pyKey(): DictKey | undefined {
    raiseError("TypeError", this.unhashable());
  }
  /** As NumPy formats the numbers of a tensor; a Variable is a text to it. */
  override pyFormat(spec: string): string {
    if (this instanceof PyTfTensor) return formatTensor(this.now(), spec, str(new PyArray(this.detached())));
    if (spec !== "") raiseError("TypeError", `unsupported format string passed to ${typeName(this)}.__format__`);
    return this.pyRepr!();
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "shape":
        return new PyShape(this.shape);
      case "dtype":
        return dtypes.get(this.dtype);
      case "ndim":
        return BigInt(this.shape.length);
      case "device":
        return "/job:localhost/replica:0/task:0/device:CPU:0";
      case "T":
        return undefined;
      case "__array__":
        return native(name, () => new PyArray(this.detached()));
    }
    return numericAttribute(this.engineValueQuietly(), name);
  }
  protected engineValueQuietly(): Value {
    return this.now();
  }
  protected abstract unhashable(): string;
  /** A tensor of this one's type that holds other numbers: what a function is differentiated with. */
  like(numbers: Value): PyValue {
    return new PyTfTensor(engine.cast(numbers, this.dtype));
  }
}

const sharedMethods: Record<string, (self: PyTensorLike, args: PyValue[]) => PyValue> = {
  numpy: (self) => new PyArray(self.detached()),
  get_shape: (self) => new PyShape(self.shape),
  ref: (self) => new PyTensorRef(self),
  set_shape: (self, [shape]) => {
    const wanted = listOf(shape!).map((n) => (n === null ? null : Number(n)));
    if (!new PyShape(wanted).fits(self.shape))
      raiseError(
        "ValueError",
        `Tensor's shape ${shapeText(self.shape)} is not compatible with supplied shape ${openShapeText(wanted)}.`,
      );
    return null;
  },
  eval: () =>
    raiseError(
      "NotImplementedError",
      "eval is not supported when eager execution is enabled, is .numpy() what you're looking for?",
    ),
  cpu: (self) => self,
  gpu: (self) => self,
};

class PyTensorRef extends PyObject {
  constructor(readonly to: PyTensorLike) {
    super(refType);
  }
  override pyKey(): DictKey {
    return this.to instanceof PyTfVariable ? this.to.handle : this.to;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    return name === "deref" ? native(name, () => this.to) : undefined;
  }
}
const refType = makeType("Reference");

// ── tensors ─────────────────────────────────────────────────────────────────

export const tensorType = makeType("EagerTensor");
tensorType.module = "tensorflow.python.framework.ops";

export class PyTfTensor extends PyTensorLike {
  constructor(readonly value: Value) {
    super(tensorType);
  }
  get dtype(): DType {
    return this.value.dtype;
  }
  get shape(): readonly number[] {
    return this.value.shape;
  }
  engineValue(): Value {
    return this.value;
  }
  override pySetAttribute(name: string, value: PyValue): boolean {
    this.dict ??= new Map();
    this.dict.set(name, value);
    return true;
  }
  protected override unhashable(): string {
    return "Tensor is unhashable. Instead, use tensor.ref() as the key.";
  }
  now(): Tensor {
    return peek(this.value);
  }
  protected override engineValueQuietly(): Value {
    return this.value;
  }
  override pyStr(): string {
    return engine.tensorflowText(this.now(), printOptions());
  }
  override pyRepr(): string {
    return engine.tensorflowRepr(this.now(), printOptions());
  }
}

/** A text of several lines begins on a line of its own. */
const onItsOwn = (text: string) => (text.includes("\n") ? `\n${text}` : text);

/** A tensor of texts, row by row. */
export class PyTextTensor extends PyObject {
  constructor(
    public texts: readonly string[],
    readonly shape: readonly number[],
    type: PyType = tensorType,
  ) {
    super(type);
  }
  private bytes(k: number): PyBytes {
    return new PyBytes(new TextEncoder().encode(this.texts[k]!));
  }
  private body(separator: string): string {
    const block = (offset: number, shape: readonly number[]): string => {
      if (shape.length === 0) return repr(this.bytes(offset));
      const inner = shape.slice(1);
      const parts = Array.from({ length: shape[0]! }, (_, k) => block(offset + k * sizeOf(inner), inner));
      const rank = this.shape.length;
      return `[${parts.join(inner.length > 0 ? `${separator.trimEnd()}${"\n".repeat(inner.length)}${" ".repeat(rank - inner.length)}` : separator)}]`;
    };
    return block(0, this.shape);
  }
  override pyStr(): string {
    return `tf.Tensor(${onItsOwn(this.body(" "))}, shape=${shapeText(this.shape)}, dtype=string)`;
  }
  override pyRepr(): string {
    const inner = this.shape.length === 0 ? this.body(" ") : `array(${this.body(", ")}, dtype=object)`;
    return `<tf.Tensor: shape=${shapeText(this.shape)}, dtype=string, numpy=${onItsOwn(inner)}>`;
  }
  override pyLength(): number {
    if (this.shape.length === 0) raiseError("TypeError", "Scalar tensor has no `len()`");
    return this.shape[0]!;
  }
  override pyGetItem(key: PyValue): PyValue {
    const places = peek(slicePart(placesOf(this.shape), key));
    return new PyTextTensor(
      Array.from(places.data, (at) => this.texts[at]!),
      places.shape,
    );
  }
  override pyIterate(): PyIterator {
    let at = 0;
    const length = this.pyLength();
    return new LazyIterator(() => (at < length ? this.pyGetItem(BigInt(at++)) : undefined));
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    if (op !== "==" && op !== "!=") return undefined;
    const right = typeof other === "string" ? [other] : other instanceof PyTextTensor ? other.texts : undefined;
    if (!right) return undefined;
    const shape = other instanceof PyTextTensor && other.texts.length > this.texts.length ? other.shape : this.shape;
    const at = (texts: readonly string[], k: number) => texts[texts.length === 1 ? 0 : k];
    const same = Array.from({ length: sizeOf(shape) }, (_, k) => at(this.texts, k) === at(right, k));
    return new PyTfTensor(
      engine.tensor(
        same.map((yes) => Number(yes === (op === "=="))),
        "bool",
        shape,
      ),
    );
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (op !== "+") return undefined;
    const right = typeof other === "string" ? new PyTextTensor([other], []) : other;
    if (!(right instanceof PyTextTensor)) return undefined;
    const [a, b] = reflected ? [right, this] : [this, right];
    const shape = a.texts.length >= b.texts.length ? a.shape : b.shape;
    const at = (x: PyTextTensor, k: number) => x.texts[x.texts.length === 1 ? 0 : k];
    return new PyTextTensor(
      Array.from({ length: sizeOf(shape) }, (_, k) => `${at(a, k)}${at(b, k)}`),
      shape,
    );
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "shape":
        return new PyShape(this.shape);
      case "dtype":
        return dtypes.get("string");
      case "ndim":
        return BigInt(this.shape.length);
    }
    return undefined;
  }
  override pyFormat(spec: string): string {
    return formatString(str(this.bytesOf()), spec);
  }
  /** As NumPy's: bytes, or an array of them. */
  bytesOf(): PyValue {
    if (this.shape.length === 0) return this.bytes(0);
    return new ObjectArray(
      this.texts.map((_, k) => this.bytes(k)),
      this.shape,
      false,
    );
  }
}

/** Of each element its place. */
const placesOf = (shape: readonly number[]): Tensor =>
  engine.tensor(
    Array.from({ length: sizeOf(shape) }, (_, k) => k),
    "int64",
    shape,
  );

/** x[key], with TensorFlow's words for what is not there. */
function slicePart(value: Value, key: PyValue): Value {
  if (key instanceof PyTensorLike && key.dtype === "bool")
    return attempt(() => engine.booleanMask(value, key.engineValue()));
  try {
    return indexValue(value, key);
  } catch (error) {
    if (!(error instanceof PyException) || error.type.name !== "IndexError") throw error;
    const text = String(error.args[0]);
    if (/^only integers/.test(text))
      raiseError(
        "TypeError",
        `Only integers, slices (\`:\`), ellipsis (\`...\`), tf.newaxis (\`None\`) and scalar tf.int32/tf.int64 tensors are valid indices, got ${repr(key)}`,
      );
    if (value.shape.length === 0) refuse("StridedSlice", "Attempting to slice scalar input.", " name: strided_slice/");
    const outside = /^index (-?\d+) is out of bounds for axis (\d+)/.exec(text);
    const what = outside
      ? `slice index ${outside[1]} of dimension ${outside[2]} out of bounds.`
      : /^too many/.test(text)
        ? `Index out of range using input dim ${value.shape.length}; input has only ${value.shape.length} dims`
        : undefined;
    if (!what) throw error;
    refuse("StridedSlice", what, " name: strided_slice/");
  }
}

/** A tensor of texts, where there are texts; undefined where there are none. */
export function textsOf(x: PyValue): PyTextTensor | undefined {
  if (x instanceof PyTextTensor) return x;
  if (typeof x === "string") return new PyTextTensor([x], []);
  if (x instanceof PyBytes) return new PyTextTensor([new TextDecoder().decode(x.data)], []);
  const items = x instanceof ObjectArray ? x.items : x instanceof PyList || x instanceof PyTuple ? x.items : [];
  if (items.length === 0) return undefined;
  const parts = items.map(textsOf);
  if (parts.every((part) => part === undefined)) return undefined;
  if (parts.some((part) => part === undefined))
    raiseError("ValueError", "Can't convert Python sequence with mixed types to Tensor.");
  return new PyTextTensor(
    parts.flatMap((part) => part!.texts),
    x instanceof ObjectArray ? x.shape : [parts.length, ...parts[0]!.shape],
  );
}

const textVariableType = makeType("ResourceVariable");
textVariableType.module = "tensorflow.python.ops.resource_variable_ops";

/** A Variable of text. */
class PyTextVariable extends PyTextTensor {
  constructor(
    text: PyTextTensor,
    readonly name: string,
  ) {
    super(text.texts, text.shape, textVariableType);
  }
  override pyRepr(): string {
    return super
      .pyRepr()
      .replace(/^<tf\.Tensor: /, `<tf.Variable '${this.name}' `)
      .replace(", dtype", " dtype");
  }
  override pyStr(): string {
    return this.pyRepr();
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    return name === "name" ? this.name : super.pyGetAttribute(name);
  }
}
methods(textVariableType, {
  assign: (self: PyTextVariable, [x]) => {
    const given = textsOf(x!);
    if (!given || !sameShape(given.shape, self.shape))
      raiseError("ValueError", `Cannot assign ${repr(x!)} to a Variable of text of shape ${shapeText(self.shape)}`);
    self.texts = given.texts;
    return self;
  },
  numpy: (self: PyTextVariable) => self.bytesOf(),
  read_value: (self: PyTextVariable) => new PyTextTensor(self.texts, self.shape),
  value: (self: PyTextVariable) => new PyTextTensor(self.texts, self.shape),
});

// ── Variables ───────────────────────────────────────────────────────────────

export const variableType = makeType("ResourceVariable");
variableType.module = "tensorflow.python.ops.resource_variable_ops";

/** Operators that Variables do not take in place, in the words of TensorFlow 2.21 (`variable * value` is its own). */
const NOT_IN_PLACE: { readonly [op: string]: string } = {
  "+=": "`variable += value` with `tf.Variable`s is not supported. Use `variable.assign_add(value)` to modify the variable, or `out = variable + value` if you need to get a new output Tensor.",
  "-=": "`variable -= value` with `tf.Variable`s is not supported. Use `variable.assign_sub(value)` to modify the variable, or `out = variable * value` if you need to get a new output Tensor.",
  ...Object.fromEntries(
    ["*", "/", "**"].map((op) => [
      `${op}=`,
      `\`var ${op}= value\` with \`tf.Variable\`s is not supported. Use \`var.assign(var ${op} value)\` to modify the variable, or \`out = var ${op} value\` if you need to get a new output Tensor.`,
    ]),
  ),
};

/** What tapes know a Variable by: its numbers change, it stays. */
class Handle extends Tensor {
  declare data: Tensor["data"];
  constructor(public value: Tensor) {
    super(value.data, value.shape, value.dtype);
  }
  put(value: Tensor): void {
    this.value = value;
    this.data = value.data;
  }
}

export class PyTfVariable extends PyTensorLike {
  readonly handle: Handle;
  /** The Variable itself, of what an assignment gave. */
  readonly root: PyTfVariable = this;
  constraint: PyValue = null;
  constructor(
    initial: Tensor,
    readonly name: string,
    readonly trainable: boolean,
    type: PyType = variableType,
  ) {
    super(type);
    this.handle = new Handle(initial);
  }
  get dtype(): DType {
    return this.handle.dtype;
  }
  get shape(): readonly number[] {
    return this.handle.shape;
  }
  /** Each read is a value of its own; tapes that follow Variables notice it. */
  engineValue(): Value {
    if (this.trainable) for (const tape of openTapes()) tape.accessed(this.root);
    return engine.bind(readOp, [this.handle], undefined);
  }
  protected override unhashable(): string {
    return `Variable is unhashable. Instead, use variable.ref() as the key. (Variable: ${this.pyRepr!()})`;
  }
  /** Another one with the same value. */
  twin(): PyTfVariable {
    return new PyTfVariable(this.now(), this.name, this.trainable, this.type);
  }
  /** What an assignment gives: the same Variable under another name. */
  assigned(): PyValue {
    return Object.assign(Object.create(this) as PyTfVariable, { name: "UnreadVariable" });
  }
  /** For calls that must not change it. */
  snapshot(): () => void {
    const before = this.now();
    return () => this.handle.put(before);
  }
  override held(): readonly unknown[] {
    return [this.handle.value, this.type, this.dict, this.constraint, this.root];
  }
  override hold([value, , dict, constraint]: readonly unknown[]): void {
    this.handle.put(value as Tensor);
    this.dict = dict as typeof this.dict;
    this.constraint = constraint as PyValue;
  }
  now(): Tensor {
    return new Tensor(this.handle.data, this.handle.shape, this.handle.dtype);
  }
  assign(value: Value): void {
    if (!sameShape(value.shape, this.shape)) {
      raiseError(
        "ValueError",
        `Cannot assign value to variable ' ${this.name}': Shape mismatch.The variable shape ${shapeText(this.shape)}, and the assigned value shape ${shapeText(value.shape)} are incompatible.`,
      );
    }
    const before = this.now();
    this.handle.put(peek(value));
    if (vm.listener) {
      vm.emit({
        kind: "update",
        variable: this.root,
        before,
        value: this.now(),
        span: { from: vm.at.from, to: vm.at.to },
      });
    }
  }
  override pyRepr(): string {
    return engine.tensorflowVariable(this.name, this.now(), printOptions());
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    const refusal = this.type === variableType ? NOT_IN_PLACE[op] : undefined;
    if (refusal !== undefined) raiseError("RuntimeError", refusal);
    return op.endsWith("=") ? undefined : super.pyBinary?.(op, other, reflected);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "__inplace__":
        return true;
      case "name":
        return this.name;
      case "trainable":
        return this.trainable;
      case "value":
        return native(name, () => new PyTfTensor(this.engineValue()));
      case "handle":
        return new PyTfTensor(this.handle);
      case "constraint":
        return this.constraint;
    }
    return super.pyGetAttribute(name);
  }
  override pyGetItem(key: PyValue): PyValue {
    const made = new PyTfTensor(slicePart(this.engineValue(), key));
    const assignPart = (op: "" | "+" | "-") =>
      native("assign", ([x]) => {
        const whole = this.now();
        const places = indexValue(placesOf(whole.shape), key);
        const part = indexValue(whole, key);
        const given = toTensor(x, this.dtype);
        const next =
          op === ""
            ? engine.broadcastTo(given, part.shape)
            : op === "+"
              ? engine.add(part, given)
              : engine.sub(part, given);
        const data = Array.from(whole.data);
        peek(places).data.forEach((at: number, k: number) => {
          data[at] = peek(next).data[k];
        });
        this.assign(engine.tensor(data, this.dtype, whole.shape));
        return this.assigned();
      });
    made.dict = new Map([
      ["assign", assignPart("")],
      ["assign_add", assignPart("+")],
      ["assign_sub", assignPart("-")],
    ]);
    return made;
  }
}

methods(tensorType, {
  ...(sharedMethods as Parameters<typeof methods>[1]),
  numpy: (self: PyTfTensor | PyTextTensor) =>
    self instanceof PyTextTensor ? self.bytesOf() : new PyArray(self.detached()),
});
methods(variableType, {
  ...(sharedMethods as Parameters<typeof methods>[1]),
  assign: (self: PyTfVariable, [x]) => {
    self.assign(toTensor(x, self.dtype));
    return self.assigned();
  },
  assign_add: (self: PyTfVariable, [x]) => moved(self, "AssignAddVariableOp", engine.add, x),
  assign_sub: (self: PyTfVariable, [x]) => moved(self, "AssignSubVariableOp", engine.sub, x),
  __deepcopy__: (self: PyTfVariable) => self.twin(),
  is_initialized: () => new PyTfTensor(scalar(1, "bool")),
  initialized_value: (self: PyTfVariable) => new PyTfTensor(self.engineValue()),
  scatter_nd_update: (self: PyTfVariable, [indices, updates]) => scattered(self, indices!, updates!, (_, x) => x),
  scatter_nd_add: (self: PyTfVariable, [indices, updates]) => scattered(self, indices!, updates!, (a, x) => a + x),
  scatter_nd_sub: (self: PyTfVariable, [indices, updates]) => scattered(self, indices!, updates!, (a, x) => a - x),
  scatter_update: (self: PyTfVariable, [slices]) => scatteredRows(self, slices!, (_, x) => x),
  scatter_add: (self: PyTfVariable, [slices]) => scatteredRows(self, slices!, (a, x) => a + x),
  scatter_sub: (self: PyTfVariable, [slices]) => scatteredRows(self, slices!, (a, x) => a - x),
  scatter_mul: (self: PyTfVariable, [slices]) => scatteredRows(self, slices!, (a, x) => a * x),
  scatter_max: (self: PyTfVariable, [slices]) => scatteredRows(self, slices!, Math.max),
  scatter_min: (self: PyTfVariable, [slices]) => scatteredRows(self, slices!, Math.min),
  read_value: (self: PyTfVariable) => new PyTfTensor(self.engineValue()),
  value: (self: PyTfVariable) => new PyTfTensor(self.engineValue()),
});

function moved(self: PyTfVariable, op: string, run: (x: Value, y: Value) => Value, x: PyValue | undefined): PyValue {
  const given = toTensor(x ?? null, self.dtype);
  if (!sameShape(given.shape, self.shape))
    refuse(
      op,
      `Cannot update variable with shape [${self.shape}] using a Tensor with shape [${given.shape}], shapes must be equal.`,
    );
  self.assign(run(self.now(), peek(given)));
  return self.assigned();
}

type Combine = (old: number, given: number) => number;

/** Combines parts of a Variable, named by index vectors, with updates. */
function scattered(self: PyTfVariable, indices: PyValue, updates: PyValue, combine: Combine): PyValue {
  const places = peek(toTensor(indices));
  const now = self.now();
  const depth = places.shape.at(-1) ?? 0;
  const width = sizeOf(now.shape.slice(depth));
  const given = peek(toTensor(updates, self.dtype)).data;
  const data = Array.from(now.data);
  for (let k = 0; k < places.data.length / depth; k++) {
    let row = 0;
    for (let axis = 0; axis < depth; axis++) {
      const at = places.data[k * depth + axis]!;
      if (at < 0 || at >= now.shape[axis]!)
        invalidArgument(
          `indices[${k}] = [${Array.from(places.data.slice(k * depth, (k + 1) * depth)).join(", ")}] does not index into shape [${now.shape}] [Op:ResourceScatterNdUpdate] name: `,
        );
      row = row * now.shape[axis]! + at;
    }
    for (let i = 0; i < width; i++)
      data[row * width + i] = combine(data[row * width + i]!, given[given.length === 1 ? 0 : k * width + i]!);
  }
  self.assign(engine.tensor(data, self.dtype, now.shape));
  return self.assigned();
}

/** The same for rows that tf.IndexedSlices name. */
function scatteredRows(self: PyTfVariable, slices: PyValue, combine: Combine): PyValue {
  const indices = toTensor(getAttribute(slices, "indices"));
  return scattered(
    self,
    new PyTfTensor(engine.reshape(indices, [sizeOf(indices.shape), 1])),
    getAttribute(slices, "values"),
    combine,
  );
}

/** The prefix of names of Variables made now: `outer/inner/`. */
export const nameScopes = {
  now: (): string => (vm.state.get("tf.name_scope") as string | undefined) ?? "",
  set(prefix: string): void {
    vm.state.set("tf.name_scope", prefix);
  },
};

variableType.construct = (_type: PyType, args, kwargs) => {
  const [initial, trainable, , , name, , dtype, , constraint] = bindArguments(
    "Variable",
    [
      "initial_value?",
      "trainable?",
      "validate_shape?",
      "caching_device?",
      "name?",
      "variable_def?",
      "dtype?",
      "import_scope?",
      "constraint?",
      "synchronization?",
      "aggregation?",
      "shape?",
    ],
    args,
    kwargs,
  );
  if (initial === undefined || initial === null)
    raiseError(
      "ValueError",
      "The `initial_value` arg to `tf.Variable` must be specified except when you are not providing a `variable_def`. You provided neither.",
    );
  const start = isCallable(initial) ? call(initial, []) : initial;
  const texts = textsOf(start);
  if (texts) return new PyTextVariable(texts, `${nameScopes.now()}${typeof name === "string" ? name : "Variable"}:0`);
  const wanted = dtypeOf(dtype);
  // NumPy's numbers take the type that is wanted, tensors do not.
  const value = peek(toTensor(start, wanted));
  const made = new PyTfVariable(
    value,
    `${nameScopes.now()}${typeof name === "string" ? name : "Variable"}:0`,
    trainable !== false,
  );
  made.constraint = constraint ?? null;
  return made;
};

// ── conversions ─────────────────────────────────────────────────────────────

const typeWords: Record<string, string> = { float32: "float", float64: "double", float16: "half" };
const typeWord = (dtype: string): string => typeWords[dtype] ?? dtype;
const opNames: Record<string, string> = {
  "+": "AddV2",
  "-": "Sub",
  "*": "Mul",
  "/": "RealDiv",
  "**": "Pow",
  "//": "FloorDiv",
  "%": "FloorMod",
  "@": "MatMul",
};
const TESTS: Record<string, string> = {
  "==": "Equal",
  "!=": "NotEqual",
  "<": "Less",
  "<=": "LessEqual",
  ">": "Greater",
  ">=": "GreaterEqual",
};

/** A Python value as a tensor; `dtype` is what it should have, if that is known. */
export function toTensor(x: PyValue, dtype?: DType): Value {
  if (x instanceof PyTensorLike) {
    const value = x.engineValue();
    if (dtype && value.dtype !== dtype) {
      if (isTraced(value)) return engine.cast(value, dtype);
      raiseError(
        "ValueError",
        `Tensor conversion requested dtype ${dtype} for Tensor with dtype ${value.dtype}: ${repr(x)}`,
      );
    }
    return value;
  }
  if (isNumber(x)) return numberTensor(x, dtype);
  if (isValue(x)) return dtype ? engine.cast(x, dtype) : x;
  if (x instanceof PyArray) return dtype ? engine.cast(x.value, dtype) : x.value;
  if (x instanceof PyList || x instanceof PyTuple || typeName(x) === "range") {
    if (dtype && !isFloat(dtype) && holdsFraction(x))
      raiseError("TypeError", `Cannot convert ${repr(x)} to EagerTensor of dtype ${dtype}`);
    return attempt(() => arrayFrom(x, "float32", dtype, "int32"));
  }
  const dense = x instanceof PyObject ? findAttribute(x, "_as_tensor") : undefined;
  if (dense !== undefined) return toTensor(call(dense, []), dtype);
  if (typeof x === "string" && dtype)
    raiseError("TypeError", `Cannot convert ${repr(x)} to EagerTensor of dtype ${typeWord(dtype)}`);
  if (x === null)
    raiseError(
      "ValueError",
      "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor.",
    );
  raiseError(
    "ValueError",
    `Attempt to convert a value (${repr(x)}) with an unsupported type (${repr((x as PyObject).type ?? null)}) to a Tensor.`,
  );
}

const holdsFraction = (x: PyValue): boolean =>
  x instanceof PyList || x instanceof PyTuple ? x.items.some(holdsFraction) : typeof x === "number";

function isTraced(value: Value): boolean {
  return !(value instanceof Tensor);
}

export function numberTensor(x: number | bigint | boolean, dtype?: DType): Value {
  if (typeof x === "number") {
    if (dtype && !isFloat(dtype)) raiseError("TypeError", `Cannot convert ${repr(x)} to EagerTensor of dtype ${dtype}`);
    return scalar(x, dtype ?? "float32");
  }
  if (typeof x === "boolean") return scalar(x ? 1 : 0, dtype ?? "bool");
  return scalar(Number(x), dtype ?? "int32");
}

/** The other operand of a tensor of type `dtype`. */
function toOperand(x: PyValue, dtype: DType): Value | undefined {
  if (x instanceof PyTensorLike) return x.engineValue();
  if (isNumber(x)) return numberTensor(x, dtype);
  if (isValue(x)) return engine.cast(x, isFloat(dtype) ? dtype : x.dtype);
  if (x instanceof PyArray) return engine.cast(x.value, dtype);
  if (x instanceof PyList || x instanceof PyTuple) return toTensor(x, dtype);
  if (x === null || x instanceof PyDict) return undefined;
  return undefined;
}

/** Gives two tensors one type, or says as TensorFlow does that they have different ones. */
export function matched(a: Value, b: Value, op: string): [Value, Value] {
  if (a.dtype === b.dtype) return [a, b];
  if ((isTraced(a) || isTraced(b)) && isFloat(a.dtype) && isFloat(b.dtype)) {
    return [engine.cast(a, "float64"), engine.cast(b, "float64")];
  }
  differ(op, a.dtype, b.dtype);
}

function differ(op: string, first: string, second: string): never {
  const place = op === "SelectV2" ? 2 : 1;
  invalidArgument(
    `cannot compute ${op} as input #${place}(zero-based) was expected to be a ${typeWord(first)} tensor but is a ${typeWord(second)} tensor [Op:${op}] name: `,
  );
}

/** An elementwise operation of two tensors of one type, whose shapes have to fit. */
export function together(op: string, x: Value, y: Value, run: (x: Value, y: Value) => Value): Value {
  const [a, b] = matched(x, y, op);
  try {
    return run(a, b);
  } catch (error) {
    if (error instanceof RangeError && !broadcastable(a.shape, b.shape))
      refuse(op, `Incompatible shapes: [${a.shape}] vs. [${b.shape}]`);
    throw error;
  }
}
const broadcastable = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((_, k) => {
    const [n, m] = [a.at(-1 - k)!, b.at(-1 - k) ?? 1];
    return n === m || n === 1 || m === 1 || k >= b.length;
  });

export function tensorArithmetic(op: string, x: Value, y: Value): Value {
  if (op !== "@") return together(opNames[op] ?? op, x, y, (a, b) => applied(op, a, b));
  const [a, b] = matched(x, y, "MatMul");
  const [m, n] = [a.shape.length, b.shape.length];
  const batches = m > 2 || n > 2;
  const name = batches ? "BatchMatMulV2" : "MatMul";
  if (!batches && m !== n) refuse(name, `In[0] and In[1] has different ndims: [${a.shape}] vs. [${b.shape}]`);
  if (!batches && m < 2) refuse(name, `In[0] and In[1] ndims must be == 2: ${m}`);
  if (m < 2) refuse(name, `In[0] ndims must be >= 2: ${m}`);
  if (n < 2) refuse(name, `In[1] ndims must be >= 2: ${n}`);
  if (!broadcastable(a.shape.slice(0, -2), b.shape.slice(0, -2)))
    refuse(name, `In[0] and In[1] must have compatible batch dimensions: [${a.shape}] vs. [${b.shape}]`);
  if (a.shape[m - 1] !== b.shape[n - 2])
    refuse(name, `Matrix size-incompatible: In[0]: [${a.shape}], In[1]: [${b.shape}]`);
  return applied(op, a, b);
}

function applied(op: string, a: Value, b: Value): Value {
  if ((op === "//" || op === "%") && !isFloat(b.dtype) && Array.from(peek(b).data).includes(0))
    refuse("FloorDiv", "Integer division by zero");
  // TensorFlow's // of floats is the floor of the quotient; integers are divided as float64.
  const result = engine.withDialect(engine.dialects.tensorflow, () => arithmetic(op, a, b));
  if (result === undefined) throw pyError("TypeError", `unsupported operand type(s) for ${op}: 'Tensor' and 'Tensor'`);
  return result;
}

export { valueIn };
