/** Arrays of text and of any Python objects: they can be indexed, moved, compared and printed. */
import { layOut, tensor } from "../../../../engine";
import { LazyIterator, listOf, PyList, PyTuple } from "../../runtime/containers";
import { ellipsis, native, type PyIterator, PyObject, type PyValue } from "../../runtime/object";
import { binary, compare } from "../../runtime/operators";
import { compareOrder, repr, str, truth } from "../../runtime/protocol";
import { arrayHooks, arrayType, nested, PyArray } from "./array";
import { ComplexArray, moveMethod } from "./complex";
import { printOptions } from "./print";
import { select } from "./select";

/** Whether indexing with `key` copies: with arrays and lists it does, with integers and slices it does not. */
const selectsCopies = (key: PyValue): boolean =>
  key instanceof PyTuple
    ? key.items.some(selectsCopies)
    : key instanceof PyList || key instanceof PyArray || key instanceof ObjectArray;

export class ObjectArray extends PyObject {
  readonly isText: boolean;
  /** Of a view: what it is a part of, and where its elements stand there. */
  private whole: { readonly array: ObjectArray; readonly offsets: Int32Array } | undefined;

  constructor(
    readonly items: PyValue[],
    readonly shape: readonly number[],
    text?: boolean,
  ) {
    super(arrayType);
    this.isText = text ?? (items.length > 0 && items.every((item) => typeof item === "string"));
  }
  /** The elements of an array or of nested lists as objects, or as text. */
  static of(x: PyValue, text = false): ObjectArray {
    if (x instanceof ObjectArray) return text ? new ObjectArray(x.items.map(str), x.shape, true) : x;
    const shape = x instanceof PyArray || x instanceof ComplexArray ? x.shape : [];
    const flat = (item: PyValue): PyValue[] => (item instanceof PyList ? item.items.flatMap(flat) : [item]);
    const list = x instanceof PyArray ? nested(x.value) : x instanceof ComplexArray ? new PyList(listOf(x)) : x;
    const items = shape.length === 0 && !(x instanceof PyArray) ? [x] : flat(list);
    return new ObjectArray(text ? items.map(str) : items, shape, text);
  }
  static combine(name: string, a: PyValue, b: PyValue): PyValue {
    const model = (a instanceof ObjectArray ? a : b) as ObjectArray;
    const at = (x: PyValue, k: number): PyValue =>
      x instanceof ObjectArray
        ? x.items[x.items.length === 1 ? 0 : k]
        : x instanceof PyArray && x.shape.length > 0
          ? x.pyGetItem(BigInt(k))
          : x;
    const op = OPERATORS[name];
    const tests = ["==", "!=", "<", "<=", ">", ">="].includes(op);
    const results = model.items.map((_, k) =>
      tests ? compare(op, at(a, k), at(b, k)) : binary(op, at(a, k), at(b, k)),
    );
    if (tests)
      return new PyArray(
        tensor(
          results.map((x) => (truth(x) ? 1 : 0)),
          "bool",
          model.shape,
        ),
      );
    return new ObjectArray(results, model.shape);
  }
  pick(offsets: Int32Array, shape: readonly number[]): ObjectArray {
    return new ObjectArray(
      Array.from(offsets, (at) => this.items[at]),
      shape,
      this.isText,
    );
  }
  /** The places of the elements in ascending order. */
  order(): number[] {
    return this.items
      .map((_, k) => k)
      .sort((i, j) =>
        compareOrder("<", this.items[i], this.items[j])
          ? -1
          : compareOrder("<", this.items[j], this.items[i])
            ? 1
            : i - j,
      );
  }
  snapshot(): () => void {
    const items = [...this.items];
    return () => {
      items.forEach((item, k) => {
        this.items[k] = item;
      });
    };
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    const name = Object.keys(OPERATORS).find((key) => OPERATORS[key] === op);
    if (!name) return undefined;
    return reflected ? ObjectArray.combine(name, other, this) : ObjectArray.combine(name, this, other);
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    const name = Object.keys(OPERATORS).find((key) => OPERATORS[key] === op)!;
    return ObjectArray.combine(name, this, other);
  }
  override pyLength(): number {
    return this.shape[0];
  }
  override pyIterate(): PyIterator {
    let at = 0;
    return new LazyIterator(() => (at < this.shape[0] ? this.pyGetItem(BigInt(at++)) : undefined));
  }
  override pyContains(item: PyValue): boolean {
    return this.items.some((own) => truth(compare("==", own, item)));
  }
  override pyGetItem(key: PyValue): PyValue {
    const { offsets, shape, scalar } = select(this.shape, key);
    if (scalar) return this.items[offsets[0]];
    const part = this.pick(offsets, shape);
    // A row or a slice is a view: what is put into it is put into the whole.
    if (!selectsCopies(key)) part.whole = { array: this, offsets };
    return part;
  }
  override pySetItem(key: PyValue, item: PyValue): void {
    const { offsets } = select(this.shape, key);
    offsets.forEach((at, k) => {
      const own = item instanceof ObjectArray ? item.items[k] : item;
      this.put(at, this.isText ? str(own).slice(0, this.width) : own);
    });
  }
  private put(at: number, item: PyValue): void {
    this.items[at] = item;
    this.whole?.array.put(this.whole.offsets[at], item);
  }
  private get width(): number {
    return Math.max(1, ...this.items.map((item) => String(item).length));
  }
  private list(axis: number, at: number): PyValue {
    if (axis === this.shape.length) return this.items[at];
    const stride = this.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    return new PyList(Array.from({ length: this.shape[axis] }, (_, k) => this.list(axis + 1, at + k * stride)));
  }
  private reduce(op: string): PyValue {
    return this.items.slice(1).reduce<PyValue>((all, item) => binary(op, all, item), this.items[0] ?? 0n);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "shape":
        return new PyTuple(this.shape.map(BigInt));
      case "size":
        return BigInt(this.items.length);
      case "ndim":
        return BigInt(this.shape.length);
      case "dtype":
        return arrayHooks.dtypeObject(this.isText ? `<U${this.width}` : "object");
      case "tolist":
        return native(name, () => this.list(0, 0));
      case "item":
        return native(name, ([at = 0n]) => this.items[Number(at)]);
      case "copy":
      case "__copy__":
      case "__deepcopy__":
        return native(name, () => new ObjectArray([...this.items], this.shape, this.isText));
      case "astype":
        return native(name, ([to]) => arrayHooks.cast(this, to));
      case "sum":
        return native(name, () => this.reduce("+"));
      case "prod":
        return native(name, () => this.reduce("*"));
      case "max":
        return native(name, () => this.items[this.order()[this.items.length - 1]]);
      case "min":
        return native(name, () => this.items[this.order()[0]]);
      case "argsort":
        return native(name, () => new PyArray(tensor(this.order(), "int64"), arrayType));
      case "sort":
        return native(name, () => {
          const sorted = this.order().map((k) => this.items[k]);
          this.pySetItem(ellipsis, new ObjectArray(sorted, this.shape));
          return null;
        });
    }
    return moveMethod(name, this.shape, (offsets, shape) => this.pick(offsets, shape));
  }
  private write(separator: string, prefix: number): string {
    // NumPy's _object_format: a list among the elements is told from an axis.
    const texts = this.items.map((item) => (item instanceof PyList ? `list(${repr(item)})` : repr(item)));
    return layOut(this.shape, (k) => texts[k], separator, prefix, printOptions());
  }
  override pyStr(): string {
    if (this.shape.length === 0) return str(this.items[0]);
    return this.items.length === 0 ? "[]" : this.write(" ", 0);
  }
  override pyRepr(): string {
    const dtype = this.isText ? `'<U${this.width}'` : "object";
    if (this.shape.length === 0) return `array(${repr(this.items[0])}, dtype=${dtype})`;
    return `array(${this.items.length === 0 ? "[]" : this.write(", ", 6)}, dtype=${dtype})`;
  }
}

const OPERATORS: Record<string, string> = {
  add: "+",
  subtract: "-",
  multiply: "*",
  divide: "/",
  power: "**",
  equal: "==",
  not_equal: "!=",
  less: "<",
  less_equal: "<=",
  greater: ">",
  greater_equal: ">=",
};
