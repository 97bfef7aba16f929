/** `tf.function`: run as it is, eagerly. As where a graph is traced, Python prints only in the first call of a kind. */
import { read } from "../../../../engine";
import { listOf, PyTuple } from "../../runtime/containers";
import { type Kwargs, makeType, native, PyObject, type PyValue } from "../../runtime/object";
import { call, isNumber, repr, truth } from "../../runtime/protocol";
import { vm } from "../../runtime/vm";
import { holding } from "../../runtime/watch";
import { PyArray } from "../numpy/array";
import { flatten } from "./tape";
import { PyTensorLike, PyTfTensor, PyTfVariable, toTensor } from "./tensor";

const functionType = makeType("Function");
functionType.module = "tensorflow.python.eager.polymorphic_function.polymorphic_function";

/** Where `print` writes while a function runs that has been traced before. */
class Nowhere extends PyObject {
  override pyGetAttribute(name: string): PyValue | undefined {
    return name === "write" || name === "flush" ? native(name, () => null) : undefined;
  }
}
const nowhere = new Nowhere(makeType("Nowhere"));
const STDOUT = "redirected stdout";
const EAGERLY = "tf.run_functions_eagerly";

/** Whether `tf.function` is to trace nothing. */
export const runsEagerly = (): boolean => vm.state.get(EAGERLY) === true;
export function runEagerly(on: boolean): void {
  vm.state.set(EAGERLY, on);
}

/** What a graph would be made anew for: types and shapes of tensors, other values themselves. */
function kindOf(x: PyValue): string {
  const identities = (vm.state.get("tf.identities") ?? new Map<PyValue, number>()) as Map<PyValue, number>;
  vm.state.set("tf.identities", identities);
  const kind = (leaf: PyValue): string => {
    if (leaf instanceof PyTfTensor || leaf instanceof PyArray) {
      const { dtype, shape } = toTensor(leaf);
      return `${dtype}[${shape}]`;
    }
    if (!(leaf instanceof PyObject)) return `${typeof leaf} ${repr(leaf)}`;
    if (!identities.has(leaf)) identities.set(leaf, identities.size);
    return `#${identities.get(leaf)}`;
  };
  return flatten(x).leaves.map(kind).join(" ");
}

const asTensor = (x: PyValue): PyValue => {
  if (x instanceof PyTfVariable) return new PyTfTensor(read(x.engineValue()));
  return isNumber(x) || x instanceof PyArray ? new PyTfTensor(toTensor(x)) : x;
};

function mapped(x: PyValue, change: (leaf: PyValue) => PyValue): PyValue {
  const { leaves, pack } = flatten(x);
  return pack(leaves.map(change));
}

/** A function around one that is written in Python. */
export class PyDecorated extends PyObject {
  /** Found on a class, it is bound as a function is. */
  readonly method = true;
  override readonly dict: Map<string, PyValue>;

  constructor(
    readonly fn: PyValue,
    private readonly run: (args: PyValue[], kwargs: Kwargs | undefined) => PyValue,
  ) {
    super(functionType);
    this.dict = new Map<string, PyValue>([["python_function", fn]]);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    return name === "__wrapped__" ? this.fn : undefined;
  }
  /** What it runs is made of the function alone. */
  override held(): readonly unknown[] {
    return [this.fn, this.dict];
  }
  override hold(): void {}
  override pyCall(args: PyValue[], kwargs?: Kwargs): PyValue {
    return this.run(args, kwargs);
  }
}

export class PyTfFunction extends PyObject {
  /** Found on a class, it is bound as a function is. */
  readonly method = true;
  override readonly dict: Map<string, PyValue>;
  private readonly seen = new Set<string>();

  constructor(
    readonly fn: PyObject,
    private readonly oneSignature: boolean,
  ) {
    super(functionType);
    this.dict = new Map<string, PyValue>([["python_function", fn]]);
  }
  private get name(): string {
    return String((this.fn as { name?: unknown }).name ?? "function");
  }
  override pyRepr(): string {
    return `<tensorflow.python.eager.polymorphic_function.polymorphic_function.Function object at 0x7f0000000000>`;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "__wrapped__") return this.fn;
    if (name === "get_concrete_function") return native(name, (args, kwargs) => this.concrete(args, kwargs));
    if (name === "experimental_get_tracing_count") return native(name, () => BigInt(this.seen.size));
    if (name === "__name__" || name === "name") return this.name;
    return undefined;
  }
  override pyCall(args: PyValue[], kwargs?: Kwargs): PyValue {
    if (runsEagerly()) return call(this.fn, args, kwargs);
    const given = args.map((arg) => (arg instanceof PyArray ? asTensor(arg) : arg));
    const kind = this.oneSignature ? "" : kindOf(new PyTuple([...args, ...(kwargs?.values() ?? [])]));
    const before = vm.state.get(STDOUT);
    if (this.seen.has(kind)) vm.state.set(STDOUT, nowhere);
    this.seen.add(kind);
    try {
      return mapped(call(this.fn, given, kwargs), asTensor);
    } finally {
      vm.state.set(STDOUT, before);
    }
  }
  /** The function for one kind of arguments: it takes the tensors; the other arguments stay what they were. */
  private concrete(args: PyValue[], kwargs: Kwargs | undefined): PyValue {
    const open = (x: PyValue) => x instanceof PyTensorLike || (x instanceof PyObject && x.type.name === "TensorSpec");
    const run = (tensors: PyValue[], named: Kwargs | undefined): PyValue => {
      const left = [...tensors];
      const merged: Kwargs = new Map();
      const filled = args.map((arg) => (open(arg) && left.length > 0 ? left.shift()! : arg));
      for (const [key, value] of kwargs ?? []) if (!open(value)) merged.set(key, value);
      for (const [key, value] of kwargs ?? []) if (open(value) && left.length > 0) merged.set(key, left.shift()!);
      for (const [key, value] of named ?? []) merged.set(key, value);
      return this.pyCall([...filled, ...left], merged);
    };
    return native(this.name, holding(run, this, args, kwargs));
  }
}

/** `@tf.function`, `tf.function(f)`, `@tf.function(input_signature=…)`. */
export const tfFunction = native("function", (args, kwargs) => {
  const signature = kwargs?.get("input_signature") ?? args[1] ?? null;
  const one = signature !== null && listOf(signature).length > 0;
  const make = (fn: PyValue): PyValue => (fn instanceof PyObject ? new PyTfFunction(fn, one) : fn);
  const fn = args[0] ?? kwargs?.get("func") ?? null;
  return fn !== null ? make(fn) : native("function", ([inner]) => make(inner!));
});

export const functionSettings = new Map<string, PyValue>([
  [
    "run_functions_eagerly",
    native("run_functions_eagerly", ([on], kwargs) => {
      runEagerly(truth(on ?? kwargs?.get("run_eagerly") ?? true));
      return null;
    }),
  ],
  ["functions_run_eagerly", native("functions_run_eagerly", () => runsEagerly())],
]);
