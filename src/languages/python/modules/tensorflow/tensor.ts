/** Tensors, Variables, shapes and element types of TensorFlow. */
import * as engine from "../../../../engine";
import {
  type DType,
  isFloat,
  isValue,
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
import { PyDict, PyList, PySlice, PyTuple } from "../../runtime/containers";
import { exceptionTypes, PyException, pyError, raiseError } from "../../runtime/errors";
import {
  type DictKey,
  makeType,
  methods,
  native,
  type PyIterator,
  PyNative,
  PyObject,
  type PyType,
  type PyValue,
} from "../../runtime/object";
import { isNumber, repr, typeName } from "../../runtime/protocol";
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
  unaryValue,
  valueIn,
  valueTruth,
} from "../numpy/array";
import { printOptions } from "../numpy/print";
import { openTapes } from "./tape";

// ── errors ──────────────────────────────────────────────────────────────────

export const opErrorType = makeType("OpError", exceptionTypes.get("Exception")!);
export const invalidArgumentType = makeType("InvalidArgumentError", opErrorType);
invalidArgumentType.module = "tensorflow.python.framework.errors_impl";

export function invalidArgument(message: string): never {
  const error = new PyException(invalidArgumentType, [message]);
  error.span = vm.at;
  throw error;
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
    if (error instanceof RangeError && !/call stack|Invalid|BigInt/.test(error.message)) invalidArgument(error.message);
    throw error;
  }
}

// ── element types ───────────────────────────────────────────────────────────

const dtypeType = makeType("DType");
dtypeType.module = "tensorflow.python.framework.dtypes";

export class PyDtype extends PyObject {
  constructor(readonly name: DType | "string") {
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
        return this.name === "float32" || this.name === "float64";
      case "is_integer":
        return this.name === "int32" || this.name === "int64";
      case "is_bool":
        return this.name === "bool";
      case "base_dtype":
        return this;
    }
    return undefined;
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    const same = other === this || other === this.name;
    return op === "==" ? same : op === "!=" ? !same : undefined;
  }
  override pyKey(): DictKey {
    return this;
  }
}

export const dtypes = new Map<string, PyDtype>(
  (["float32", "float64", "int32", "int64", "bool", "string"] as const).map((name) => [name, new PyDtype(name)]),
);

export function dtypeOf(x: PyValue | undefined): DType | undefined {
  if (x === undefined || x === null) return undefined;
  const name =
    x instanceof PyDtype
      ? x.name
      : typeof x === "string"
        ? x
        : x instanceof PyObject
          ? String((x as { name?: string }).name)
          : "";
  const plain: Record<string, string> = { float: "float32", int: "int32", double: "float64", half: "float16" };
  const known = dtypes.get(plain[name] ?? name);
  if (!known || known.name === "string")
    raiseError("NotImplementedError", `the element type ${name || repr(x)} is not supported`);
  return known.name as DType;
}

// ── shapes ──────────────────────────────────────────────────────────────────

const shapeType = makeType("TensorShape");

export class PyShape extends PyTuple {
  constructor(readonly lengths: readonly number[]) {
    super(lengths.map(BigInt), shapeType);
  }
  override pyRepr(): string {
    return `TensorShape([${this.lengths.join(", ")}])`;
  }
  override pyStr(): string {
    return shapeText(this.lengths);
  }
  override pyGetItem(key: PyValue): PyValue {
    if (key instanceof PySlice) return new PyShape((super.pyGetItem(key) as PyTuple).items.map(Number));
    return super.pyGetItem(key);
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    if (other instanceof PyList) return super.pyCompare(op, new PyTuple(other.items));
    return super.pyCompare(op, other);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "rank" || name === "ndims") return BigInt(this.lengths.length);
    if (name === "as_list") return native(name, () => new PyList([...this.items]));
    if (name === "num_elements") return native(name, () => BigInt(sizeOf(this.lengths)));
    return undefined;
  }
}

// ── what tensors and Variables share ────────────────────────────────────────

export abstract class PyTensorLike extends PyObject {
  abstract readonly dtype: DType;
  abstract readonly shape: readonly number[];
  /** The value, on the tapes that listen. */
  abstract engineValue(): Value;
  /** The numbers now, unnoticed by tapes. */
  abstract now(): Tensor;

  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    // A Variable on the right of a tensor answers through the tensor.
    const right = toOperand(other, this.dtype);
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
    const own = this.engineValue();
    return attempt(() => new PyTfTensor(comparison(op, own, right)));
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
    return new PyTfTensor(indexValue(this.engineValue(), key));
  }
  override pySetItem(): void {
    raiseError("TypeError", `'${this.type.module}.${this.type.name}' object does not support item assignment`);
  }
  override pyKey(): DictKey | undefined {
    raiseError(
      "TypeError",
      `${this.type.name === "EagerTensor" ? "Tensor" : "Variable"} is unhashable. Instead, use ${this.type.name === "EagerTensor" ? "tensor" : "variable"}.ref() as the key.`,
    );
  }
  override pyFormat(spec: string): string {
    return formatTensor(this.now(), spec, this.pyStr?.() ?? this.pyRepr?.() ?? "");
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "shape":
        return new PyShape(this.shape);
      case "dtype":
        return dtypes.get(this.dtype);
      case "ndim":
        return BigInt(this.shape.length);
      case "T":
        return undefined;
    }
    return numericAttribute(this.engineValueQuietly(), name);
  }
  protected engineValueQuietly(): Value {
    return this.now();
  }
  /** A tensor of this one's type that holds other numbers: what a function is differentiated with. */
  like(numbers: Value): PyValue {
    return new PyTfTensor(engine.cast(numbers, this.dtype));
  }
}

const sharedMethods: Record<string, (self: PyTensorLike, args: PyValue[]) => PyValue> = {
  numpy: (self) => new PyArray(self.now()),
  get_shape: (self) => new PyShape(self.shape),
  ref: (self) => new PyTensorRef(self),
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

/** A tensor of text: can be printed, and that is all. */
export class PyTextTensor extends PyObject {
  constructor(readonly text: string) {
    super(tensorType);
  }
  override pyStr(): string {
    return `tf.Tensor(b${repr(this.text)}, shape=(), dtype=string)`;
  }
  override pyRepr(): string {
    return `<tf.Tensor: shape=(), dtype=string, numpy=b${repr(this.text)}>`;
  }
}

// ── Variables ───────────────────────────────────────────────────────────────

export const variableType = makeType("ResourceVariable");
variableType.module = "tensorflow.python.ops.resource_variable_ops";

/** What tapes know a Variable by: its numbers change, it stays. */
class Handle extends Tensor {
  put(value: Tensor): void {
    (this as { data: Tensor["data"] }).data = value.data;
  }
}

export class PyTfVariable extends PyTensorLike {
  readonly handle: Handle;
  constructor(
    initial: Tensor,
    readonly name: string,
    readonly trainable: boolean,
    type: PyType = variableType,
  ) {
    super(type);
    this.handle = new Handle(initial.data, initial.shape, initial.dtype);
  }
  get dtype(): DType {
    return this.handle.dtype;
  }
  get shape(): readonly number[] {
    return this.handle.shape;
  }
  /** Each read is a value of its own; tapes that follow Variables notice it. */
  engineValue(): Value {
    if (this.trainable) for (const tape of openTapes()) tape.accessed(this);
    return engine.bind(readOp, [this.handle], undefined);
  }
  /** For calls that must not change it. */
  snapshot(): () => void {
    const before = this.now();
    return () => this.handle.put(before);
  }
  now(): Tensor {
    return new Tensor(this.handle.data, this.handle.shape, this.handle.dtype);
  }
  assign(value: Value): void {
    if (!sameShape(value.shape, this.shape)) {
      raiseError(
        "ValueError",
        `Cannot assign value to variable '${this.name}': Shape mismatch.The variable shape ${shapeText(this.shape)}, and the assigned value shape ${shapeText(value.shape)} are incompatible.`,
      );
    }
    const before = this.now();
    this.handle.put(peek(value));
    if (vm.listener) {
      vm.emit({ kind: "update", variable: this, before, value: this.now(), span: { from: vm.at.from, to: vm.at.to } });
    }
  }
  override pyRepr(): string {
    return engine.tensorflowVariable(this.name, this.now(), printOptions());
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "name":
        return this.name;
      case "trainable":
        return this.trainable;
      case "value":
        return native(name, () => new PyTfTensor(this.engineValue()));
    }
    return super.pyGetAttribute(name);
  }
  override pyGetItem(key: PyValue): PyValue {
    const made = new PyTfTensor(indexValue(this.engineValue(), key));
    const assignPart = (op: "" | "+" | "-") =>
      native("assign", ([x]) => {
        const whole = this.now();
        const places = indexValue(
          engine.tensor(
            Array.from(whole.data, (_, k) => k),
            "int64",
            whole.shape,
          ),
          key,
        );
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
        return this;
      });
    made.dict = new Map([
      ["assign", assignPart("")],
      ["assign_add", assignPart("+")],
      ["assign_sub", assignPart("-")],
    ]);
    return made;
  }
}

methods(tensorType, sharedMethods as Parameters<typeof methods>[1]);
methods(variableType, {
  ...(sharedMethods as Parameters<typeof methods>[1]),
  assign: (self: PyTfVariable, [x]) => {
    self.assign(toTensor(x, self.dtype));
    return self;
  },
  assign_add: (self: PyTfVariable, [x]) => {
    const given = toTensor(x, self.dtype);
    self.assign(attempt(() => engine.add(self.now(), peek(given))));
    return self;
  },
  assign_sub: (self: PyTfVariable, [x]) => {
    const given = toTensor(x, self.dtype);
    self.assign(attempt(() => engine.sub(self.now(), peek(given))));
    return self;
  },
  read_value: (self: PyTfVariable) => new PyTfTensor(self.engineValue()),
  value: (self: PyTfVariable) => new PyTfTensor(self.engineValue()),
});

variableType.construct = (_type: PyType, args, kwargs) => {
  const [initial, trainable, , , name, , dtype] = bindArguments(
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
  if (initial === undefined)
    raiseError(
      "ValueError",
      "The `initial_value` arg to `tf.Variable` must be specified except when you are not providing a `variable_def`. You provided neither.",
    );
  const value = peek(toTensor(initial instanceof PyNative ? initial.run([], undefined) : initial, dtypeOf(dtype)));
  return new PyTfVariable(value, `${typeof name === "string" ? name : "Variable"}:0`, trainable !== false);
};

// ── conversions ─────────────────────────────────────────────────────────────

const intWords: Record<string, string> = {
  float32: "float",
  float64: "double",
  int32: "int32",
  int64: "int64",
  bool: "bool",
};
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
    return attempt(() => arrayFrom(x, "float32", dtype, "int32"));
  }
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
  invalidArgument(
    `cannot compute ${op} as input #1(zero-based) was expected to be a ${intWords[a.dtype]} tensor but is a ${intWords[b.dtype]} tensor [Op:${op}] name: `,
  );
}

export function tensorArithmetic(op: string, x: Value, y: Value): Value {
  const [a, b] = matched(x, y, opNames[op] ?? op);
  if ((op === "//" || op === "%") && !isFloat(b.dtype) && Array.from(peek(b).data).includes(0)) {
    invalidArgument(
      "{{function_node __wrapped__FloorDiv_device_/job:localhost/replica:0/task:0/device:CPU:0}} Integer division by zero [Op:FloorDiv] name: ",
    );
  }
  // TensorFlow's // of floats is the floor of the quotient.
  const result = attempt(() => engine.withDialect(engine.dialects.tensorflow, () => arithmetic(op, a, b)));
  if (result === undefined) throw pyError("TypeError", `unsupported operand type(s) for ${op}: 'Tensor' and 'Tensor'`);
  return result;
}

export { valueIn };
