/** Which elements an index of NumPy names: basic, advanced and boolean indexing. */
import { concretize, isFloat, sizeOf, type Value } from "../../../../engine";
import { listOf, PyList, PySlice, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { PyEllipsis, PyObject, type PyValue } from "../../runtime/object";

export interface Selection {
  /** Row-major places in the array indexed. */
  readonly offsets: Int32Array;
  readonly shape: readonly number[];
  /** Basic indexing: the result is a view. */
  readonly view: boolean;
  /** One element, all axes named by integers. */
  readonly scalar: boolean;
}

const wrongKind = (): never =>
  raiseError(
    "IndexError",
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid indices",
  );

interface Numbers {
  readonly numbers: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly bool: boolean;
}

type Part =
  | { kind: "slice"; slice: PySlice }
  | { kind: "new" }
  | { kind: "int"; at: number }
  | { kind: "array"; index: Numbers };

function numbersIn(part: PyValue): Numbers | undefined {
  const own = part instanceof PyObject ? (part as { engineValue?: () => Value }).engineValue : undefined;
  if (own) {
    const value = own.call(part);
    if (isFloat(value.dtype)) {
      if (value.shape.length > 0)
        raiseError("IndexError", "arrays used as indices must be of integer (or boolean) type");
      return undefined;
    }
    return { numbers: concretize(value).data, shape: value.shape, bool: value.dtype === "bool" };
  }
  if (part instanceof PyList || part instanceof PyTuple || (part instanceof PyObject && part.type.name === "range")) {
    const inner = listOf(part).map((item) => {
      if (typeof item === "bigint") return { numbers: [Number(item)], shape: [], bool: false };
      if (typeof item === "boolean") return { numbers: [item ? 1 : 0], shape: [], bool: true };
      return numbersIn(item) ?? wrongKind();
    });
    const shape = inner[0]?.shape ?? [];
    return {
      numbers: inner.flatMap((one) => Array.from(one.numbers)),
      shape: [inner.length, ...shape],
      bool: inner.length > 0 && inner.every((one) => one.bool),
    };
  }
  return undefined;
}

/** The parts of a key; boolean arrays become the integer arrays of their true places. */
function partsOf(shape: readonly number[], key: PyValue): Part[] {
  const keys = key instanceof PyTuple ? [...key.items] : [key];
  const parts: Part[] = [];
  let axis = 0;
  let dots = -1;
  for (const one of keys) {
    if (one === null) parts.push({ kind: "new" });
    else if (one instanceof PyEllipsis) {
      if (dots >= 0) raiseError("IndexError", "an index can only have a single ellipsis ('...')");
      dots = parts.length;
      // The axes that stand behind the dots count from the end.
      const rest = keys.slice(keys.indexOf(one) + 1);
      const behind = rest.reduce<number>((sum, other) => sum + (other === null ? 0 : widthOf(other)), 0);
      axis = Math.max(axis, shape.length - behind);
    } else if (one instanceof PySlice) {
      parts.push({ kind: "slice", slice: one });
      axis++;
    } else if (typeof one === "bigint") {
      parts.push({ kind: "int", at: Number(one) });
      axis++;
    } else {
      const index = typeof one === "boolean" ? { numbers: [one ? 1 : 0], shape: [], bool: true } : numbersIn(one);
      if (!index) return wrongKind();
      if (!index.bool) {
        parts.push(index.shape.length === 0 ? { kind: "int", at: index.numbers[0] } : { kind: "array", index });
        axis++;
        continue;
      }
      index.shape.forEach((length, k) => {
        const own = shape[axis + k];
        if (own !== undefined && own !== length)
          raiseError(
            "IndexError",
            `boolean index did not match indexed array along axis ${axis + k}; size of axis is ${own} but size of corresponding boolean axis is ${length}`,
          );
      });
      if (index.shape.length === 0) {
        parts.push({ kind: "new" });
        parts.push({ kind: "slice", slice: new PySlice(0n, index.numbers[0] ? 1n : 0n, null) });
        return raiseError("NotImplementedError", "indexing with a single bool is not supported");
      }
      const places = Array.from(index.numbers).flatMap((x, k) => (x ? [k] : []));
      const strides = index.shape.map((_, k) => sizeOf(index.shape.slice(k + 1)));
      index.shape.forEach((length, k) => {
        const numbers = places.map((at) => Math.floor(at / strides[k]) % length);
        parts.push({ kind: "array", index: { numbers, shape: [places.length], bool: false } });
      });
      axis += index.shape.length;
    }
  }
  const consumed = parts.filter(({ kind }) => kind !== "new").length;
  if (consumed > shape.length)
    raiseError(
      "IndexError",
      `too many indices for array: array is ${shape.length}-dimensional, but ${consumed} were indexed`,
    );
  const filler = Array.from({ length: shape.length - consumed }, (): Part => ({ kind: "slice", slice: ALL }));
  parts.splice(dots >= 0 ? dots : parts.length, 0, ...filler);
  return parts;
}
const ALL = new PySlice(null, null, null);

function widthOf(part: PyValue): number {
  if (part instanceof PySlice || typeof part === "bigint") return 1;
  const index = numbersIn(part);
  return index?.bool ? index.shape.length : 1;
}

const place = (at: number, length: number, axis: number): number => {
  if (at < -length || at >= length)
    raiseError("IndexError", `index ${at} is out of bounds for axis ${axis} with size ${length}`);
  return at < 0 ? at + length : at;
};

/** The elements of an array of `shape` that `key` names. */
export function select(shape: readonly number[], key: PyValue): Selection {
  const parts = partsOf(shape, key);
  const advanced = parts.some(({ kind }) => kind === "array");
  // Blocks of the result: lengths, and the offset that each place in them adds.
  const blocks: { shape: number[]; add: ArrayLike<number> }[] = [];
  const arrays: { index: Numbers; stride: number; axis: number; length: number }[] = [];
  let arraysAt = -1;
  let apart = false;
  let axis = 0;
  let base = 0;
  for (const part of parts) {
    if (part.kind === "new") {
      blocks.push({ shape: [1], add: [0] });
      continue;
    }
    const length = shape[axis];
    let stride = 1;
    for (let k = axis + 1; k < shape.length; k++) stride *= shape[k];
    if (part.kind === "slice") {
      const { start, step, count } = part.slice.indices(length);
      blocks.push({ shape: [count], add: Array.from({ length: count }, (_, k) => (start + k * step) * stride) });
    } else if (part.kind === "int" && !advanced) base += place(part.at, length, axis) * stride;
    else {
      const index = part.kind === "int" ? { numbers: [part.at], shape: [], bool: false } : part.index;
      if (arraysAt < 0) arraysAt = blocks.length;
      else if (arraysAt !== blocks.length) apart = true;
      arrays.push({ index, stride, axis, length });
    }
    axis++;
  }
  if (advanced) {
    let common: number[] = [];
    for (const { index } of arrays) {
      const rank = Math.max(common.length, index.shape.length);
      common = Array.from({ length: rank }, (_, k) => {
        const m = common[common.length - rank + k] ?? 1;
        const n = index.shape[index.shape.length - rank + k] ?? 1;
        if (m !== n && m !== 1 && n !== 1) {
          const shapes = arrays.map((one) =>
            one.index.shape.length === 1 ? `(${one.index.shape[0]},)` : `(${one.index.shape.join(",")})`,
          );
          raiseError(
            "IndexError",
            `shape mismatch: indexing arrays could not be broadcast together with shapes ${shapes.join(" ")} `,
          );
        }
        return m === 1 ? n : m;
      });
    }
    const size = sizeOf(common);
    const add = new Int32Array(size);
    for (const { index, stride, axis: along, length } of arrays) {
      for (let k = 0; k < size; k++) {
        let rest = k;
        let at = 0;
        let step = 1;
        for (let d = common.length - 1; d >= 0; d--) {
          const own = index.shape[index.shape.length - common.length + d] ?? 1;
          if (own !== 1) at += (rest % common[d]) * step;
          step *= own;
          rest = Math.floor(rest / common[d]);
        }
        add[k] += place(index.numbers[at], length, along) * stride;
      }
    }
    blocks.splice(apart ? 0 : arraysAt, 0, { shape: common, add });
  }
  const out = blocks.flatMap((block) => block.shape);
  let offsets = Int32Array.of(base);
  for (const { add } of blocks) {
    const next = new Int32Array(offsets.length * add.length);
    let k = 0;
    for (let i = 0; i < offsets.length; i++) for (let j = 0; j < add.length; j++) next[k++] = offsets[i] + add[j];
    offsets = next;
  }
  return {
    offsets,
    shape: out,
    view: !advanced,
    scalar: !advanced && blocks.length === 0 && parts.length > 0 && parts.every(({ kind }) => kind === "int"),
  };
}
