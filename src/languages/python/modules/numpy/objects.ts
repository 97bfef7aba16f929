/** Arrays of text and of any Python objects: they can be indexed, iterated, compared and printed. */
import { sizeOf, tensor } from "../../../../engine";
import { LazyIterator, PyList, PyTuple } from "../../runtime/containers";
import { native, type PyIterator, PyObject, type PyValue } from "../../runtime/object";
import { binary, compare } from "../../runtime/operators";
import { repr, str, truth } from "../../runtime/protocol";
import { arrayType, PyArray } from "./array";
import { layOut, printOptions } from "./print";
import { select } from "./select";

export class ObjectArray extends PyObject {
  constructor(
    readonly items: PyValue[],
    readonly shape: readonly number[],
  ) {
    super(arrayType);
  }
  private get isText(): boolean {
    return this.items.every((item) => typeof item === "string");
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
  override pyGetItem(key: PyValue): PyValue {
    const { offsets, shape, scalar } = select(this.shape, key);
    if (scalar) return this.items[offsets[0]];
    return new ObjectArray(
      Array.from(offsets, (at) => this.items[at]),
      shape,
    );
  }
  override pySetItem(key: PyValue, item: PyValue): void {
    const { offsets } = select(this.shape, key);
    offsets.forEach((at, k) => {
      this.items[at] = item instanceof ObjectArray ? item.items[k] : item;
    });
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
        return this.isText ? `<U${Math.max(1, ...this.items.map((item) => String(item).length))}` : "object";
      case "tolist":
        return native(name, () => new PyList([...this.items]));
      case "copy":
        return native(name, () => new ObjectArray([...this.items], this.shape));
      case "ravel":
      case "flatten":
        return native(name, () => new ObjectArray([...this.items], [sizeOf(this.shape)]));
    }
    return undefined;
  }
  private write(separator: string, prefix: number): string {
    const texts = this.items.map((item) =>
      typeof item === "string" ? repr(item) : separator === " " ? str(item) : repr(item),
    );
    return layOut(this.shape, (k) => texts[k], separator, prefix, printOptions());
  }
  override pyStr(): string {
    return this.items.length === 0 ? "[]" : this.write(" ", 0);
  }
  override pyRepr(): string {
    const dtype = this.isText ? `'${String(this.pyGetAttribute("dtype"))}'` : "object";
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
