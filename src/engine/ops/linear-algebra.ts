/**
 * Products of matrices, and equations. Matrices stand on the last two axes, axes before them are a batch, as in NumPy.
 * Derivatives after Giles, "Collected matrix derivative results" (2008), and Murray, "Differentiation of the Cholesky
 * decomposition" (2016). Every loop is bounded by the matrix' size.
 */
import { bind } from "../bind";
import { promote } from "../dtype";
import { concretize, glance } from "../interpreters/concretize";
import type { Bilinear, Nonlinear, Type } from "../op";
import { broadcastShapes, type Shape, scalar, sizeOf, type Tensor, tensor, type Value } from "../tensor";
import { abs, add, div, greaterEqual, log, mul, neg, sign, sqrt, sub } from "./elementwise";
import { diag, tril } from "./movement";
import { addAll, broadcastTo, reshape, sum, take, transpose } from "./structure";

/** Exchanges the last two axes. */
export function transposeMatrices(x: Value): Value {
  const rank = x.shape.length;
  const order = x.shape.map((_, axis) => (axis === rank - 1 ? rank - 2 : axis === rank - 2 ? rank - 1 : axis));
  return transpose(x, order);
}

/** What one matrix makes of many, [b, k, n] → [b, m, n], by `apply` to all their columns at once. */
function sideBySide(matrices: Value, apply: (columns: Value) => Value): Value {
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
    const data = new Float64Array(batches * m * n);
    for (let batch = 0; batch < batches; batch++)
      for (let i = 0; i < m; i++)
        for (let p = 0; p < k; p++) {
          const left = a!.data[(batch * m + i) * k + p]!;
          const row = (batch * m + i) * n;
          for (let j = 0; j < n; j++) data[row + j]! += left * b!.data[(batch * k + p) * n + j]!;
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

/** Kronecker's product of two matrices. */
export function kron(a: Value, b: Value): Value {
  const [m, n] = a.shape as [number, number];
  const [p, q] = b.shape as [number, number];
  return reshape(mul(reshape(a, [m, 1, n, 1]), reshape(b, [1, p, 1, q])), [m * p, n * q]);
}

/** The sum of the diagonal. */
export function trace(x: Value): Value {
  return sum(diag(x), [-1]);
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

// ── equations ───────────────────────────────────────────────────────────────

/** Elimination with partial pivoting, in place: the order of the rows, and its sign (0: singular). */
function eliminate(a: Float64Array, n: number): { rows: Int32Array; sign: number } {
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  let sign = 1;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]!) > Math.abs(a[best * n + k]!)) best = i;
    if (best !== k) {
      sign = -sign;
      [rows[k], rows[best]] = [rows[best]!, rows[k]!];
      for (let j = 0; j < n; j++) [a[k * n + j], a[best * n + j]] = [a[best * n + j]!, a[k * n + j]!];
    }
    const pivot = a[k * n + k]!;
    if (pivot === 0) return { rows, sign: 0 };
    for (let i = k + 1; i < n; i++) {
      a[i * n + k]! /= pivot;
      const factor = a[i * n + k]!;
      for (let j = k + 1; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!;
    }
  }
  return { rows, sign };
}

function square(x: Type, name: string): number {
  const n = x.shape.at(-1);
  if (x.shape.length < 2 || n !== x.shape.at(-2))
    throw new RangeError(`${name} of shape (${x.shape}), which is not square`);
  return n!;
}

/** Runs `body` on each matrix of a batch. */
function eachMatrix(x: Tensor, n: number, body: (matrix: Float64Array, batch: number) => void): void {
  for (let batch = 0; batch * n * n < x.data.length; batch++)
    body(Float64Array.from(x.data.slice(batch * n * n, (batch + 1) * n * n)), batch);
}

// On elements, one by one: what graphs of scalars are made of.

type Rows = readonly (readonly Value[])[];

const rowsOf = (elements: readonly Value[], width: number): Rows =>
  Array.from({ length: width === 0 ? 0 : elements.length / width }, (_, i) =>
    elements.slice(i * width, (i + 1) * width),
  );

/** The matrices of a batch as rows of elements. */
function matricesOf(elements: readonly Value[], { shape }: Type): Rows[] {
  const [m, n] = shape.slice(-2) as [number, number];
  return Array.from({ length: sizeOf(shape.slice(0, -2)) }, (_, batch) =>
    rowsOf(elements.slice(batch * m * n, (batch + 1) * m * n), n),
  );
}

/**
 * Elimination on the rows of a table whose first columns are a square matrix. The order of pivots is the best one at
 * the point of staging; guards hold it as long as no other pivot would be ten times as large.
 * @returns the sign of the rows' permutation
 */
function eliminateScalars(table: Value[][]): number {
  const n = table.length;
  let sign = 1;
  for (let k = 0; k < n; k++) {
    const size = (i: number) => Math.abs(glance(table[i]![k]!).item());
    let best = k;
    for (let i = k + 1; i < n; i++) if (size(i) > size(best)) best = i;
    if (best !== k) {
      [table[k], table[best]] = [table[best]!, table[k]!];
      sign = -sign;
    }
    const pivot = table[k]![k]!;
    for (let i = k + 1; i < n; i++) {
      concretize(greaterEqual(abs(pivot), mul(0.1, abs(table[i]![k]!))));
      const factor = div(table[i]![k]!, pivot);
      table[i] = table[i]!.map((element, j) => (j <= k ? element : sub(element, mul(factor, table[k]![j]!))));
    }
  }
  return sign;
}

/** The determinant: a polynomial up to 3×3, by elimination beyond. */
function detScalars(rows: Rows): Value {
  const n = rows.length;
  const at = (i: number, j: number) => rows[i]![j]!;
  const minor = (i: number, j: number, k: number) => sub(mul(at(i, j), at(i + 1, k)), mul(at(i, k), at(i + 1, j)));
  if (n === 1) return at(0, 0);
  if (n === 2) return minor(0, 0, 1);
  if (n === 3)
    return add(sub(mul(at(0, 0), minor(1, 1, 2)), mul(at(0, 1), minor(1, 0, 2))), mul(at(0, 2), minor(1, 0, 1)));
  const table = rows.map((row) => [...row]);
  const sign = eliminateScalars(table);
  const product = table.map((row, k) => row[k]!).reduce((a, b) => mul(a, b));
  return sign < 0 ? neg(product) : product;
}

/** Row-major elements of x with A·x = b: Cramer's rule up to 3×3, elimination beyond. */
function solveScalars(a: Rows, b: Rows): readonly Value[] {
  const n = a.length;
  const width = b[0]!.length;
  if (n <= 3) {
    const determinant = detScalars(a);
    const replaced = (column: number, c: number) =>
      a.map((row, i) => row.map((element, j) => (j === column ? b[i]![c]! : element)));
    return a.flatMap((_, i) => b[0]!.map((_, c) => div(detScalars(replaced(i, c)), determinant)));
  }
  const table = a.map((row, i) => [...row, ...b[i]!]);
  eliminateScalars(table);
  for (let i = n - 1; i >= 0; i--)
    for (let c = n; c < n + width; c++) {
      let total = table[i]![c]!;
      for (let j = i + 1; j < n; j++) total = sub(total, mul(table[i]![j]!, table[j]![c]!));
      table[i]![c] = div(total, table[i]![i]!);
    }
  return table.flatMap((row) => row.slice(n));
}

function choleskyScalars(rows: Rows, zero: Value): readonly Value[] {
  const l: Value[][] = rows.map((row) => row.map(() => zero));
  for (let j = 0; j < rows.length; j++)
    for (let i = j; i < rows.length; i++) {
      // Both triangles count alike, as in the derivative of the whole.
      let total: Value = i === j ? rows[i]![j]! : mul(0.5, add(rows[i]![j]!, rows[j]![i]!));
      for (let k = 0; k < j; k++) total = sub(total, mul(l[i]![k]!, l[j]![k]!));
      l[i]![j] = i === j ? sqrt(total) : div(total, l[j]![j]!);
    }
  return l.flat();
}

/** A·x = b for x: [b, n, n], [b, n, k] → [b, n, k]. */
export const solveOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "solve",
  arity: 2,
  type: ([a, b]) => ({ shape: b!.shape, dtype: promote(a!.dtype, b!.dtype) }),
  evaluate([a, b]) {
    const n = a!.shape.at(-1)!;
    const k = b!.shape.at(-1)!;
    const out = new Float64Array(b!.data.length);
    eachMatrix(a!, n, (lu, batch) => {
      const { rows, sign } = eliminate(lu, n);
      if (sign === 0) throw new RangeError("the matrix is singular");
      const start = batch * n * k;
      for (let c = 0; c < k; c++) {
        for (let i = 0; i < n; i++) {
          let total = b!.data[start + rows[i]! * k + c]!;
          for (let j = 0; j < i; j++) total -= lu[i * n + j]! * out[start + j * k + c]!;
          out[start + i * k + c] = total;
        }
        for (let i = n - 1; i >= 0; i--) {
          let total = out[start + i * k + c]!;
          for (let j = i + 1; j < n; j++) total -= lu[i * n + j]! * out[start + j * k + c]!;
          out[start + i * k + c] = total / lu[i * n + i]!;
        }
      }
    });
    return tensor(out, promote(a!.dtype, b!.dtype), b!.shape);
  },
  reverse(cotangent, [a], out) {
    const right = bind(solveOp, [transposeMatrices(a!), cotangent], undefined);
    return [neg(matmul(right, transposeMatrices(out))), right];
  },
  forward: ([da, db], [a], out) => bind(solveOp, [a!, sub(db!, matmul(da!, out))], undefined),
  scalars: ([a, b], [left, right]) => {
    const rows = matricesOf(a!, left!);
    return matricesOf(b!, right!).flatMap((columns, batch) => solveScalars(rows[batch]!, columns));
  },
  batch([a, b], [left]) {
    if (left || a!.shape.length > 2) return solve(a!, b!);
    return sideBySide(b!, (columns) => solve(a!, columns));
  },
};

/** x with A·x = b; b a vector [n] or matrices […, n, k], batches broadcast. @throws RangeError: not square, singular. */
export function solve(a: Value, b: Value): Value {
  const n = square(a, "solve");
  const right = b.shape.length === 1 ? reshape(b, [b.shape[0]!, 1]) : b;
  if (right.shape.at(-2) !== n) throw new RangeError(`solve of shapes (${a.shape}) and (${b.shape})`);
  const batch = broadcastShapes(a.shape.slice(0, -2), right.shape.slice(0, -2));
  const x = bind(
    solveOp,
    [broadcastTo(a, [...batch, n, n]), broadcastTo(right, [...batch, n, right.shape.at(-1)!])],
    undefined,
  );
  return b.shape.length === 1 ? reshape(x, [...batch, n]) : x;
}

function identity(n: number, batch: Shape, like: Value): Value {
  const eye = tensor(
    Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0)),
    like.dtype,
    [n, n],
  );
  return broadcastTo(eye, [...batch, n, n]);
}

/** @throws RangeError: not square, singular. */
export function inv(a: Value): Value {
  return solve(a, identity(square(a, "inv"), a.shape.slice(0, -2), a));
}

/**
 * The determinant, from the first row's minors up to 3×3 and by elimination beyond. Its derivative is the matrix of
 * cofactors; a singular matrix larger than 3×3 has none here, and throws.
 */
export const detOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "det",
  arity: 1,
  type: ([a]) => ({ shape: a!.shape.slice(0, -2), dtype: a!.dtype }),
  evaluate([a]) {
    const n = a!.shape.at(-1)!;
    const out: number[] = [];
    eachMatrix(a!, n, (lu) => {
      let product = eliminate(lu, n).sign;
      for (let k = 0; k < n && product !== 0; k++) product *= lu[k * (n + 1)]!;
      out.push(product);
    });
    return tensor(out, a!.dtype, a!.shape.slice(0, -2));
  },
  reverse: (cotangent, [a], out) => [mul(matrixOf(mul(cotangent, out)), transposeMatrices(inv(a!)))],
  forward: ([da], [a], out) => mul(out, trace(solve(a!, da!))),
  scalars: ([a], [type]) => matricesOf(a!, type!).map(detScalars),
  latex: "\\det",
  batch: ([a]) => bind(detOp, [a!], undefined),
};

const matrixOf = (x: Value): Value => reshape(x, [...x.shape, 1, 1]);

/** @throws RangeError if not square. */
export function det(a: Value): Value {
  const n = square(a, "det");
  if (n > 3) return bind(detOp, [a], undefined);
  // Polynomials in the elements: right for singular matrices too, derivatives included.
  const shape = a.shape.slice(0, -2);
  const elements = Array.from({ length: n * n }, (_, i) =>
    take(
      a,
      Int32Array.from({ length: sizeOf(shape) }, (_, k) => k * n * n + i),
      shape,
    ),
  );
  return detScalars(rowsOf(elements, n));
}

/** The sign of the determinant and the logarithm of its size. @throws RangeError if not square. */
export function slogdet(a: Value): { sign: Value; logdet: Value } {
  const determinant = det(a);
  return { sign: sign(determinant), logdet: log(abs(determinant)) };
}

/** The lower triangle L with A = L·Lᵀ; reads the lower triangle of A only. */
export const choleskyOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "cholesky",
  arity: 1,
  type: ([a]) => a!,
  evaluate([a]) {
    const n = a!.shape.at(-1)!;
    const out = new Float64Array(a!.data.length);
    eachMatrix(a!, n, (matrix, batch) => {
      const at = (i: number, j: number) => batch * n * n + i * n + j;
      for (let j = 0; j < n; j++)
        for (let i = j; i < n; i++) {
          let total = matrix[i * n + j]!;
          for (let k = 0; k < j; k++) total -= out[at(i, k)]! * out[at(j, k)]!;
          if (i === j && !(total > 0)) throw new RangeError("the matrix is not positive definite");
          out[at(i, j)] = i === j ? Math.sqrt(total) : total / out[at(j, j)]!;
        }
    });
    return tensor(out, a!.dtype, a!.shape);
  },
  // Ā = L⁻ᵀ Φ(Lᵀ L̄) L⁻¹, made symmetric; Φ: the lower triangle with half of the diagonal.
  reverse(cotangent, _, l) {
    const lt = transposeMatrices(l);
    const middle = halfDiagonal(matmul(lt, cotangent));
    const right = transposeMatrices(solve(lt, transposeMatrices(solve(lt, middle))));
    return [mul(0.5, add(right, transposeMatrices(right)))];
  },
  // L̇ = L Φ(L⁻¹ Ȧ L⁻ᵀ), Ȧ made symmetric.
  forward([da], _, l) {
    const symmetric = mul(0.5, add(da!, transposeMatrices(da!)));
    return matmul(l, halfDiagonal(solve(l, transposeMatrices(solve(l, symmetric)))));
  },
  scalars: ([a], [type]) => matricesOf(a!, type!).flatMap((rows) => choleskyScalars(rows, scalar(0, type!.dtype))),
  batch: ([a]) => bind(choleskyOp, [a!], undefined),
};

function halfDiagonal(x: Value): Value {
  return mul(0.5, add(tril(x), tril(x, -1)));
}

/** @throws RangeError: not square, or not positive definite. */
export function cholesky(a: Value): Value {
  square(a, "cholesky");
  return bind(choleskyOp, [a], undefined);
}
