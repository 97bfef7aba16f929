/** Products of matrices and of vectors. */
import { bind } from "../../bind";
import { promote } from "../../dtype";
import { multiplyMatrices, summedInSingle } from "../../lower/wasm/matmul";
import type { Bilinear } from "../../op";
import { broadcastShapes, scalar, sizeOf, tensor, type Value } from "../../tensor";
import { mul, sub } from "../elementwise";
import { diag, moveAxis } from "../movement";
import { along } from "../reduce";
import { addAll, broadcastTo, reshape, sum, take, transpose } from "../structure";
import { sizesOf, transposeMatrices } from "./matrices";

/** What one matrix makes of many, [b, k, n] → [b, m, n], by `apply` to all their columns at once. */
export function sideBySide(matrices: Value, apply: (columns: Value) => Value): Value {
  const [count, rows, width] = matrices.shape as [number, number, number];
  const out = apply(reshape(transpose(matrices, [1, 0, 2]), [rows, count * width]));
  return transpose(reshape(out, [out.shape[0]!, count, width]), [1, 0, 2]);
}

/** [b, m, k] · [b, k, n] → [b, m, n]; without the b for two matrices. */
export const matmulOp: Bilinear<undefined> = {
  kind: "bilinear",
  name: "matmul",
  arity: 2,
  type: ([a, b]) => ({ shape: [...a!.shape.slice(0, -1), b!.shape.at(-1)!], dtype: promote(a!.dtype, b!.dtype) }),
  evaluate([a, b]) {
    const [m, k] = a!.shape.slice(-2) as [number, number];
    const n = b!.shape.at(-1)!;
    const batches = sizeOf(a!.shape.slice(0, -2));
    const single = a!.dtype === "float32" && b!.dtype === "float32" && summedInSingle([m, k, n]);
    const data = new (single ? Float32Array : Float64Array)(batches * m * n);
    for (let batch = 0; batch < batches; batch++) {
      const fast = multiplyMatrices(a!.data, batch * m * k, b!.data, batch * k * n, [m, k, n], single);
      for (let i = 0; i < m; i++) {
        const row = (batch * m + i) * n;
        if (fast) {
          data.set(fast.data.subarray(i * fast.rowLength, i * fast.rowLength + n), row);
          continue;
        }
        for (let p = 0; p < k; p++) {
          const left = a!.data[(batch * m + i) * k + p]!;
          for (let j = 0; j < n; j++) {
            const product = left * b!.data[(batch * k + p) * n + j]!;
            data[row + j]! += single ? Math.fround(product) : product;
          }
        }
      }
    }
    return tensor(data, promote(a!.dtype, b!.dtype), [...a!.shape.slice(0, -1), n]);
  },
  transposes: [(ct, [, b]) => matmul(ct, transposeMatrices(b!)), (ct, [a]) => matmul(transposeMatrices(a!), ct)],
  scalars: ([a, b], [left, right]) => {
    const [m, k] = left!.shape.slice(-2) as [number, number];
    const n = right!.shape.at(-1)!;
    const batches = sizeOf(left!.shape.slice(0, -2));
    return Array.from({ length: batches * m * n }, (_, i) => {
      const row = Math.floor(i / n);
      const first = Math.floor(row / m) * k * n + (i % n);
      const products = Array.from({ length: k }, (_, p) => mul(a![row * k + p]!, b![first + p * n]!));
      return products.length > 0 ? addAll(products) : scalar(0, promote(left!.dtype, right!.dtype));
    });
  },
  movement: () => ({ kind: "product" }),
  code: () => "#1 @ #2",
  latex: "#1 #2",
  batch([a, b], [left, right]) {
    if (!left && a!.shape.length === 2) return sideBySide(b!, (columns) => matmul(a!, columns));
    if (right || b!.shape.length > 2) return matmul(a!, b!);
    const [n, rows, inner] = a!.shape as [number, number, number];
    return reshape(matmul(reshape(a!, [n * rows, inner]), b!), [n, rows, b!.shape[1]!]);
  },
};

/**
 * […, m, k] · […, k, n] → […, m, n]; vectors as NumPy's `@` takes them, batches broadcast.
 * @throws RangeError when the inner lengths differ or an argument is a scalar.
 */
export function matmul(a: Value, b: Value): Value {
  const left = a.shape.length === 1 ? reshape(a, [1, a.shape[0]!]) : a;
  const right = b.shape.length === 1 ? reshape(b, [b.shape[0]!, 1]) : b;
  if (left.shape.length < 2 || right.shape.length < 2 || left.shape.at(-1) !== right.shape.at(-2))
    throw new RangeError(`matmul of shapes (${a.shape}) and (${b.shape})`);
  const batch = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2));
  const flat = batch.length > 1 ? [sizeOf(batch)] : batch;
  const bring = (x: Value) => {
    const matrix = x.shape.slice(-2);
    return reshape(broadcastTo(x, [...batch, ...matrix]), [...flat, ...matrix]);
  };
  const product = bind(matmulOp, [bring(left), bring(right)], undefined);
  const rows = a.shape.length === 1 ? [] : [a.shape.at(-2)!];
  return reshape(product, [...batch, ...rows, ...(b.shape.length === 1 ? [] : [b.shape.at(-1)!])]);
}

/** Sums over pairs of axes: those of `a` with those of `b`, in order. @throws RangeError where their lengths differ. */
export function tensordot(
  a: Value,
  b: Value,
  axes: number | readonly [readonly number[], readonly number[]] = 2,
): Value {
  const rank = a.shape.length;
  const pairs =
    typeof axes === "number"
      ? [Array.from({ length: axes }, (_, k) => rank - axes + k), Array.from({ length: axes }, (_, k) => k)]
      : axes;
  const left = pairs[0]!.map((axis) => (axis < 0 ? axis + rank : axis));
  const right = pairs[1]!.map((axis) => (axis < 0 ? axis + b.shape.length : axis));
  if (left.length !== right.length || left.some((axis, k) => a.shape[axis] !== b.shape[right[k]!]))
    throw new RangeError(`tensordot of shapes (${a.shape}) and (${b.shape}) over axes (${left}) and (${right})`);
  const freeLeft = a.shape.map((_, k) => k).filter((k) => !left.includes(k));
  const freeRight = b.shape.map((_, k) => k).filter((k) => !right.includes(k));
  const lengths = (x: Value, of: readonly number[]) => of.map((k) => x.shape[k]!);
  const inner = sizeOf(lengths(a, left));
  const rows = lengths(a, freeLeft);
  const columns = lengths(b, freeRight);
  return reshape(
    matmul(
      reshape(transpose(a, [...freeLeft, ...left]), [sizeOf(rows), inner]),
      reshape(transpose(b, [...right, ...freeRight]), [inner, sizeOf(columns)]),
    ),
    [...rows, ...columns],
  );
}

/** NumPy's dot: over the last axis of `a` and the last but one of `b`; a scalar multiplies. */
export function dot(a: Value, b: Value): Value {
  if (a.shape.length === 0 || b.shape.length === 0) return mul(a, b);
  return tensordot(a, b, [[-1], [b.shape.length === 1 ? 0 : -2]]);
}

/** Over the last axes of both. */
export function inner(a: Value, b: Value): Value {
  return a.shape.length === 0 || b.shape.length === 0 ? mul(a, b) : tensordot(a, b, [[-1], [-1]]);
}

/** Every element of `a` times every element of `b`: [m], [n] → [m, n]. */
export function outer(a: Value, b: Value): Value {
  return mul(reshape(a, [sizeOf(a.shape), 1]), reshape(b, [1, sizeOf(b.shape)]));
}

/** Kronecker's product; the value of fewer axes gets more in front, as in NumPy: [m, n], [p, q] → [m·p, n·q]. */
export function kron(a: Value, b: Value): Value {
  const rank = Math.max(a.shape.length, b.shape.length);
  const filled = ({ shape }: Value) => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const [left, right] = [filled(a), filled(b)];
  const spread = mul(
    reshape(
      a,
      left.flatMap((n) => [n, 1]),
    ),
    reshape(
      b,
      right.flatMap((n) => [1, n]),
    ),
  );
  return reshape(
    spread,
    left.map((n, axis) => n * right[axis]!),
  );
}

/** The sum of the k-th diagonal. @throws RangeError for a vector. */
export function trace(x: Value, k = 0): Value {
  sizesOf(x, "trace");
  return sum(diag(x, k), [-1]);
}

/**
 * a × b of 3-vectors along `axis`; the other axes broadcast. (NumPy 2 has no other lengths; nor has ours.)
 * @throws RangeError where an axis is not of length 3.
 */
export function cross(a: Value, b: Value, axis = -1): Value {
  const [left, right] = [moveAxis(a, axis, -1), moveAxis(b, axis, -1)];
  if (left.shape.at(-1) !== 3 || right.shape.at(-1) !== 3)
    throw new RangeError(`cross of shapes (${a.shape}) and (${b.shape}) along axis ${axis}`);
  const turned = (x: Value, first: number) => along(x, x.shape.length - 1, 3, (i) => (i + first) % 3);
  const product = sub(mul(turned(left, 1), turned(right, 2)), mul(turned(left, 2), turned(right, 1)));
  return moveAxis(product, -1, axis);
}

/**
 * Einstein's summation: "ij,jk->ik"; repeated letters in one argument take its diagonal. Without an arrow the letters
 * that occur once, in alphabetical order. @throws RangeError where letters and axes, or the lengths of a letter, differ.
 */
export function einsum(subscripts: string, ...values: readonly Value[]): Value {
  const [left, arrow] = subscripts.replaceAll(" ", "").split("->") as [string, string?];
  const terms = left.split(",").map((term) => [...term]);
  const letters = [...new Set(terms.flat())];
  const out =
    arrow === undefined ? letters.filter((l) => terms.flat().filter((k) => k === l).length === 1).sort() : [...arrow];
  const lengths = new Map<string, number>();
  if (terms.length !== values.length) throw new RangeError(`einsum "${subscripts}" of ${values.length} values`);
  terms.forEach((term, k) => {
    if (term.length !== values[k]!.shape.length)
      throw new RangeError(`einsum "${term.join("")}" of a value of shape (${values[k]!.shape})`);
    term.forEach((letter, axis) => {
      const length = values[k]!.shape[axis]!;
      if ((lengths.get(letter) ?? length) !== length) throw new RangeError(`einsum: ${letter} has two lengths`);
      lengths.set(letter, length);
    });
  });
  const unknown = out.find((letter) => !lengths.has(letter));
  if (unknown) throw new RangeError(`einsum: ${unknown} is in no argument`);
  const spread = terms.map((term, k) => ({ value: diagonalOf(values[k]!, term), letters: [...new Set(term)] }));
  // One product after the other; a letter is summed as soon as no later term nor the result has it.
  let { value: total, letters: own } = spread[0]!;
  spread.slice(1).forEach((next, k) => {
    const later = new Set([...spread.slice(k + 2).flatMap((term) => term.letters), ...out]);
    const all = [...new Set([...own, ...next.letters])];
    const product = mul(aligned(total, own, all), aligned(next.value, next.letters, all));
    const gone = all.flatMap((letter, axis) => (later.has(letter) ? [] : [axis]));
    total = gone.length > 0 ? sum(product, gone) : product;
    own = all.filter((letter) => later.has(letter));
  });
  const gone = own.flatMap((letter, axis) => (out.includes(letter) ? [] : [axis]));
  if (gone.length > 0) total = sum(total, gone);
  own = own.filter((letter) => out.includes(letter));
  const order = out.map((letter) => own.indexOf(letter));
  return order.some((axis, k) => axis !== k) ? transpose(total, order) : total;
}

/** One axis for each different letter. */
function diagonalOf(x: Value, term: readonly string[]): Value {
  const letters = [...new Set(term)];
  if (letters.length === term.length) return x;
  const strides = letters.map((letter) =>
    term.reduce((total, other, axis) => total + (other === letter ? sizeOf(x.shape.slice(axis + 1)) : 0), 0),
  );
  const shape = letters.map((letter) => x.shape[term.indexOf(letter)]!);
  const offsets = new Int32Array(sizeOf(shape));
  for (let i = 0; i < offsets.length; i++) {
    let rest = i;
    for (let k = shape.length - 1; k >= 0; k--) {
      offsets[i]! += (rest % shape[k]!) * strides[k]!;
      rest = Math.floor(rest / shape[k]!);
    }
  }
  return take(x, offsets, shape);
}

/** Axes in the order of `all`, of length 1 where a letter is missing. */
function aligned(x: Value, own: readonly string[], all: readonly string[]): Value {
  const present = all.filter((letter) => own.includes(letter));
  const ordered = transpose(
    x,
    present.map((letter) => own.indexOf(letter)),
  );
  return reshape(
    ordered,
    all.map((letter) => (own.includes(letter) ? x.shape[own.indexOf(letter)]! : 1)),
  );
}
