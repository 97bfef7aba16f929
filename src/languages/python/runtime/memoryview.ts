/** `memoryview` of bytes and byte arrays: their bytes, shared. */
import { ArrayIterator, byteOf, indexOf, listOf, PyByteArray, PyBytes, PyList, PySlice, PyTuple } from "./containers";
import { raiseError } from "./errors";
import { getters, makeType, methods, type PyIterator, PyObject, type PyValue } from "./object";
import { typeName } from "./protocol";

export const memoryViewType = makeType("memoryview");

class PyMemoryView extends PyObject {
  constructor(
    readonly source: PyBytes,
    readonly start: number,
    readonly step: number,
    readonly length: number,
  ) {
    super(memoryViewType);
  }
  bytes(): Uint8Array {
    return Uint8Array.from({ length: this.length }, (_, k) => this.source.data[this.start + k * this.step]);
  }
  private place(key: PyValue): number {
    const index = indexOf(key);
    if (index === undefined) raiseError("TypeError", "memoryview: invalid slice key");
    const place = index < 0 ? index + this.length : index;
    if (place < 0 || place >= this.length) raiseError("IndexError", "index out of bounds on dimension 1");
    return this.start + place * this.step;
  }
  private slice(key: PySlice): PyMemoryView {
    const { start, step, count } = key.indices(this.length);
    return new PyMemoryView(this.source, this.start + start * this.step, this.step * step, count);
  }
  override pyGetItem(key: PyValue): PyValue {
    return key instanceof PySlice ? this.slice(key) : BigInt(this.source.data[this.place(key)]);
  }
  override pySetItem(key: PyValue, value: PyValue): void {
    if (!(this.source instanceof PyByteArray)) raiseError("TypeError", "cannot modify read-only memory");
    if (!(key instanceof PySlice)) {
      this.source.data[this.place(key)] = byteOf(value);
      return;
    }
    const part = this.slice(key);
    if (!(value instanceof PyBytes || value instanceof PyMemoryView))
      raiseError("TypeError", `a bytes-like object is required, not '${typeName(value)}'`);
    const given = value instanceof PyBytes ? value.data : value.bytes();
    if (given.length !== part.length)
      raiseError("ValueError", "memoryview assignment: lvalue and rvalue have different structures");
    given.forEach((code, k) => {
      this.source.data[part.start + k * part.step] = code;
    });
  }
  override pyLength(): number {
    return this.length;
  }
  override pyIterate(): PyIterator {
    return new ArrayIterator(Array.from(this.bytes(), BigInt));
  }
  override pyContains(item: PyValue): boolean {
    return typeof item === "bigint" && this.bytes().includes(Number(item));
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    const codes = other instanceof PyBytes ? other.data : other instanceof PyMemoryView ? other.bytes() : undefined;
    if (op !== "==" || codes === undefined) return undefined;
    return codes.length === this.length && this.bytes().every((code, k) => code === codes[k]);
  }
  override pyEnter(): PyValue {
    return this;
  }
  override pyExit(): boolean {
    return false;
  }
  override pyRepr(): string {
    return `<memory at 0x${(140000000000000 + this.id * 16).toString(16)}>`;
  }
}

memoryViewType.construct = (_type, [source]) => {
  if (source instanceof PyMemoryView) return source;
  if (!(source instanceof PyBytes))
    raiseError("TypeError", `memoryview: a bytes-like object is required, not '${typeName(source)}'`);
  return new PyMemoryView(source, 0, 1, source.data.length);
};
const bytesOf = (view: PyMemoryView): PyBytes => new PyBytes(view.bytes());
methods(memoryViewType, {
  tobytes: bytesOf,
  tolist: (self: PyMemoryView) => new PyList(listOf(self)),
  toreadonly: (self: PyMemoryView) => new PyMemoryView(bytesOf(self), 0, 1, self.length),
  release: () => null,
  cast(self: PyMemoryView, [format]) {
    if (format !== "B") raiseError("NotImplementedError", `memoryview.cast(${format}) is not supported`);
    return self;
  },
  hex: (self: PyMemoryView) => Array.from(self.bytes(), (code) => code.toString(16).padStart(2, "0")).join(""),
});
getters(memoryViewType, {
  obj: (self: PyMemoryView) => self.source,
  nbytes: (self: PyMemoryView) => BigInt(self.length),
  itemsize: () => 1n,
  format: () => "B",
  ndim: () => 1n,
  shape: (self: PyMemoryView) => new PyTuple([BigInt(self.length)]),
  strides: (self: PyMemoryView) => new PyTuple([BigInt(self.step)]),
  readonly: (self: PyMemoryView) => !(self.source instanceof PyByteArray),
  contiguous: (self: PyMemoryView) => self.step === 1,
});
