/** Functions of matrices: pseudoinverse, least squares, norms, rank, powers, exponential. */
import { bind } from "../../bind";
import { promote } from "../../dtype";
import type { Constant, Nonlinear, Type } from "../../op";
import { sizeOf, tensor, type Value } from "../../tensor";
import { abs, add, div, exp, mul, sub } from "../elementwise";
import { concat } from "../movement";
import { along, max, min, norm, normalAxis } from "../reduce";
import { broadcastTo, reshape, sum, transpose, zeros } from "../structure";
import { inv, solveMatrix } from "./equations";
import { singularOf, svdvals } from "./factorizations";
import {
  batchOf,
  checkFinite,
  eachMatrix,
  floating,
  identity,
  scaleOf,
  sizesOf,
  square,
  transposeMatrices,
} from "./matrices";
import { matmul } from "./products";

// ── least squares ───────────────────────────────────────────────────────────

interface Cutoff {
  /** Singular values not above this part of the largest count as zero. */
  readonly rcond: number;
}

const turned = ([a]: readonly Type[]): Type => ({
  shape: [...batchOf(a!), a!.shape.at(-1)!, a!.shape.at(-2)!],
  dtype: a!.dtype,
});

/** [b, m, n] → [b, n, m]. The derivative is that of Golub and Pereyra (1973), where the rank does not change. */
export const pinvOp: Nonlinear<Cutoff> = {
  kind: "nonlinear",
  name: "pinv",
  arity: 1,
  type: turned,
  evaluate([a], { rcond }) {
    const [m, n] = sizesOf(a!, "pinv");
    const k = Math.min(m, n);
    const { u, s, vh } = singularOf(a!);
    const out = new Float64Array(a!.data.length);
    for (let batch = 0; batch * m * n < out.length; batch++)
      for (let p = 0; p < k; p++) {
        const size = s[batch * k + p]!;
        if (!(size > rcond * s[batch * k]!)) continue;
        for (let i = 0; i < n; i++) {
          const factor = vh[(batch * k + p) * n + i]! / size;
          for (let j = 0; j < m; j++) out[(batch * n + i) * m + j]! += factor * u[(batch * m + j) * k + p]!;
        }
      }
    return tensor(out, a!.dtype, turned([a!]).shape);
  },
  reverse(cotangent, [a], p) {
    const [at, pt, ct] = [transposeMatrices(a!), transposeMatrices(p), transposeMatrices(cotangent)];
    const direct = matmul(pt, matmul(cotangent, pt));
    const left = matmul(ct, matmul(p, pt));
    const right = matmul(matmul(pt, p), ct);
    return [sub(add(sub(left, matmul(pt, matmul(at, left))), sub(right, matmul(matmul(right, at), pt))), direct)];
  },
  forward([da], [a], p) {
    const [pt, dat] = [transposeMatrices(p), transposeMatrices(da!)];
    const direct = matmul(p, matmul(da!, p));
    const left = matmul(matmul(p, pt), dat);
    const right = matmul(dat, matmul(pt, p));
    return sub(add(sub(left, matmul(matmul(left, a!), p)), sub(right, matmul(p, matmul(a!, right)))), direct);
  },
  batch: ([a], _, cutoff) => bind(pinvOp, [a!], cutoff),
  latex: "#1^{+}",
};

/**
 * Moore and Penrose's inverse, […, m, n] → […, n, m]. Singular values up to `rcond` times the largest count as zero:
 * NumPy's default 1e-15. Its derivative takes the rank as constant. @throws RangeError: empty, not finite.
 */
export function pinv(a: Value, rcond = 1e-15): Value {
  sizesOf(a, "pinv");
  return bind(pinvOp, [floating(a)], { rcond });
}

/** What rounding may leave of a zero among the singular values of an m×n matrix (NumPy's lstsq and matrix_rank). */
function roundingOf(a: Value): number {
  return Math.max(...sizesOf(a, "lstsq")) * (a.dtype === "float32" ? 2 ** -23 : Number.EPSILON);
}

/**
 * The shortest x that makes |A·x − b| least: […, m, n] and a vector [m] or […, m, k] → […, n, k]. Singular values up to
 * `rcond` times the largest count as zero; default: the precision times max(m, n).
 * @throws RangeError: shapes that do not fit, empty, not finite.
 */
export function lstsq(a: Value, b: Value, rcond = roundingOf(a)): Value {
  if (b.shape.at(b.shape.length === 1 ? 0 : -2) !== a.shape.at(-2))
    throw new RangeError(`lstsq of shapes (${a.shape}) and (${b.shape})`);
  return matmul(pinv(a, rcond), b);
}

// ── norms and rank ──────────────────────────────────────────────────────────

/**
 * Norms of the matrices on two axes (default: the last): "fro"benius, "nuc"lear (the sum of singular values), 2 and −2
 * (the largest and the least), 1 and −1 (the largest and the least sum of a column's sizes), ±∞ (of a row's).
 * @throws RangeError for another order, or an axis taken twice.
 */
export function matrixNorm(
  x: Value,
  order: string | number = "fro",
  axes: readonly [number, number] = [-2, -1],
  keepdims = false,
): Value {
  const own = axes.map((axis) => normalAxis(axis, x.shape.length));
  if (own[0] === own[1]) throw new RangeError(`a matrix norm over axis ${axes[0]} twice`);
  const others = x.shape.map((_, axis) => axis).filter((axis) => !own.includes(axis));
  const out = matrixNormOf(transpose(floating(x), [...others, ...own]), order);
  return keepdims
    ? reshape(
        out,
        x.shape.map((n, axis) => (own.includes(axis) ? 1 : n)),
      )
    : out;
}

function matrixNormOf(x: Value, order: string | number): Value {
  switch (order) {
    case "fro":
      return norm(x, "fro", [-2, -1]);
    case "nuc":
      return sum(svdvals(x), [-1]);
    case 2:
      return max(svdvals(x), [-1]);
    case -2:
      return min(svdvals(x), [-1]);
    case 1:
    case -1:
    case Infinity:
    case -Infinity:
      return (order > 0 ? max : min)(sum(abs(x), [Math.abs(order) === 1 ? -2 : -1]), [-1]);
    default:
      throw new RangeError(`there is no matrix norm of order ${order}`);
  }
}

/** How many singular values are above `tolerance` (absent: rounding of the largest): [b, m, n] → [b]. */
export const matrixRankOp: Constant<{ readonly tolerance: number | undefined }> = {
  kind: "constant",
  name: "matrix_rank",
  arity: 1,
  none: "a rank is a whole number",
  type: ([a]) => ({ shape: batchOf(a!), dtype: "int64" }),
  evaluate([a], { tolerance }) {
    const { s } = singularOf(a!);
    const k = Math.min(...sizesOf(a!, "matrix_rank"));
    const ranks = Array.from({ length: sizeOf(batchOf(a!)) }, (_, batch) => {
      const own = s.subarray(batch * k, (batch + 1) * k);
      return own.filter((x) => x > (tolerance ?? own[0]! * roundingOf(a!))).length;
    });
    return tensor(ranks, "int64", batchOf(a!));
  },
  batch: ([a], _, attributes) => bind(matrixRankOp, [a!], attributes),
};

/** The rank, int64: how many singular values are above `tolerance`, default NumPy's. @throws RangeError: empty, not finite. */
export function matrixRank(a: Value, tolerance?: number): Value {
  sizesOf(a, "matrix_rank");
  return bind(matrixRankOp, [floating(a)], { tolerance });
}

/**
 * The condition number in a norm: |A|·|A⁻¹|, for 2 and −2 the quotient of the singular values, of matrices that need
 * not be square. Infinite for a singular matrix. @throws RangeError: not square where it must be.
 */
export function cond(a: Value, order: string | number = 2): Value {
  if (order === 2) return div(matrixNorm(a, 2), matrixNorm(a, -2));
  if (order === -2) return div(matrixNorm(a, -2), matrixNorm(a, 2));
  return mul(matrixNorm(a, order), matrixNorm(inv(a), order));
}

// ── powers and the exponential ──────────────────────────────────────────────

/** Aⁿ by squaring; a negative power is that of the inverse. @throws RangeError: not square, not an integer, singular. */
export function matrixPower(a: Value, power: number): Value {
  const n = square(a, "matrix power");
  if (!Number.isSafeInteger(power)) throw new RangeError(`a matrix to the power of ${power}, which is not an integer`);
  let base = power < 0 ? inv(a) : a;
  let out: Value | undefined;
  for (let rest = Math.abs(power); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) out = out ? matmul(out, base) : base;
    if (rest > 1) base = matmul(base, base);
  }
  return out ?? identity(n, batchOf(a), a);
}

/** The largest 1-norm for which Padé's approximant of each degree is exact to double precision (Higham 2005, table 2.3). */
const DEGREES = [
  [3, 1.495585217958292e-2],
  [5, 2.53939833006323e-1],
  [7, 9.504178996162932e-1],
  [9, 2.097847961257068],
  [13, 5.371920351148152],
] as const;

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) for (let j = 0; j < n; j++) out[i * n + j]! += a[i * n + k]! * b[k * n + j]!;
  return out;
}

/** e^A by scaling and squaring: Higham, "The scaling and squaring method for the matrix exponential revisited" (2005). */
function exponential(a: Float64Array, n: number): Float64Array {
  let size = 0;
  for (let j = 0; j < n; j++) {
    let column = 0;
    for (let i = 0; i < n; i++) column += Math.abs(a[i * n + j]!);
    size = Math.max(size, column);
  }
  if (size === Infinity) throw new RangeError("expm of a matrix whose norm overflows");
  const [degree, most] = DEGREES.find(([, largest]) => size <= largest) ?? DEGREES.at(-1)!;
  const squarings = Math.max(0, Math.ceil(Math.log2(size / most)));
  const scaled = a.map((x) => x / 2 ** squarings);
  const squared = product(scaled, scaled, n);
  // r(A) = (V − U)⁻¹(V + U), U the odd and V the even terms of the numerator.
  let power = Float64Array.from({ length: n * n }, (_, at) => Number(at % (n + 1) === 0));
  const [odd, even] = [new Float64Array(n * n), new Float64Array(n * n)];
  let coefficient = 1;
  for (let k = 0; k <= degree; k++) {
    const terms = k % 2 === 0 ? even : odd;
    for (let at = 0; at < terms.length; at++) terms[at]! += coefficient * power[at]!;
    if (k % 2 === 1 && k < degree) power = product(power, squared, n) as typeof power;
    coefficient *= (degree - k) / ((2 * degree - k) * (k + 1));
  }
  const u = product(scaled, odd, n);
  let out = solveMatrix(
    even.map((x, at) => x - u[at]!),
    even.map((x, at) => x + u[at]!),
    n,
  );
  for (let k = 0; k < squarings; k++) out = product(out, out, n);
  return out;
}

/** [[X, Y], [0, X]] */
function block(x: Value, y: Value): Value {
  return concat([concat([x, y], -1), concat([zeros(x), x], -1)], -2);
}

/** The n×n matrix at a row and a column of blocks. */
function corner(x: Value, row: number, column: number): Value {
  const n = x.shape.at(-1)! / 2;
  const rank = x.shape.length;
  const rows = along(x, rank - 2, n, (i) => row * n + i);
  return along(rows, rank - 1, n, (j) => column * n + j);
}

/**
 * The derivative of the exponential at A along E: the upper right block of exp[[A, E], [0, A]] (Van Loan 1978; Najfeld
 * and Havel 1995), so that its own derivative is it again, of such blocks: [b, n, n], [b, n, n] → [b, n, n].
 */
export const expmAlongOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "expm_along",
  arity: 2,
  type: ([a, e]) => ({ shape: a!.shape, dtype: promote(a!.dtype, e!.dtype) }),
  evaluate([a, e]) {
    checkFinite(a!, "expm");
    const n = a!.shape.at(-1)!;
    const out = new Float64Array(a!.data.length);
    eachMatrix(a!, (matrix, batch) => {
      const start = batch * n * n;
      const direction = e!.data.slice(start, start + n * n);
      // It is linear in E, which is brought near 1 so that its size costs no squarings.
      const scale = scaleOf(direction);
      const whole = new Float64Array(4 * n * n);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          whole[2 * n * i + j] = whole[2 * n * (n + i) + n + j] = matrix[i * n + j]!;
          whole[2 * n * i + n + j] = direction[i * n + j]! / scale;
        }
      const found = exponential(whole, 2 * n);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) out[start + i * n + j] = scale * found[2 * n * i + n + j]!;
    });
    return tensor(out, promote(a!.dtype, e!.dtype), a!.shape);
  },
  reverse(cotangent, [a, e]) {
    const x = transposeMatrices(block(a!, e!));
    const none = zeros(cotangent);
    const placed = concat([concat([none, cotangent], -1), concat([none, none], -1)], -2);
    const found = bind(expmAlongOp, [x, placed], undefined);
    return [add(corner(found, 0, 0), corner(found, 1, 1)), corner(found, 0, 1)];
  },
  forward: ([da, de], [a, e]) => corner(bind(expmAlongOp, [block(a!, e!), block(da!, de!)], undefined), 0, 1),
  batch([a, e], batched) {
    const count = (batched[0] ? a! : e!).shape[0]!;
    const all = ([a!, e!] as const).map((x, k) => (batched[k] ? x : broadcastTo(x, [count, ...x.shape])));
    return bind(expmAlongOp, all, undefined);
  },
};

/** [b, n, n]. */
export const expmOp: Nonlinear<undefined> = {
  kind: "nonlinear",
  name: "expm",
  arity: 1,
  type: ([a]) => a!,
  evaluate([a]) {
    checkFinite(a!, "expm");
    const out = new Float64Array(a!.data.length);
    eachMatrix(a!, (matrix, batch) => {
      out.set(exponential(matrix, a!.shape.at(-1)!), batch * matrix.length);
    });
    return tensor(out, a!.dtype, a!.shape);
  },
  reverse: (cotangent, [a]) => [bind(expmAlongOp, [transposeMatrices(a!), cotangent], undefined)],
  forward: ([da], [a]) => bind(expmAlongOp, [a!, da!], undefined),
  scalars: ([a], [type]) => (type!.shape.at(-1) === 1 ? a!.map(exp) : undefined),
  batch: ([a]) => bind(expmOp, [a!], undefined),
  latex: "e^{#1}",
};

/** e^A of matrices: […, n, n]. @throws RangeError: not square, empty, not finite. */
export function expm(a: Value): Value {
  square(a, "expm");
  return bind(expmOp, [floating(a)], undefined);
}
