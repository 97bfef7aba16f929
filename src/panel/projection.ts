/** The line or plane in which paths are shown: along the axes, or along the principal components of all paths. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";

export interface Projection {
  /** What each direction is called. */
  readonly names: readonly string[];
  /** A point on the plane, and one or two directions of length 1 at right angles. */
  readonly origin: Float64Array;
  readonly directions: readonly Float64Array[];
  /** For principal components: the part of the paths' variance along each. */
  readonly shares?: readonly number[];
}

/** Along some of the coordinates, the others as at the point. */
export function alongAxes(labels: readonly string[], axes: readonly number[], point: ArrayLike<number>): Projection {
  const origin = Float64Array.from(point);
  for (const axis of axes) origin[axis] = 0;
  const unit = (axis: number) => Float64Array.from(labels, (_, i) => Number(i === axis));
  return { names: axes.map((axis) => labels[axis]!), origin, directions: axes.map(unit) };
}

/** Rows beyond these add nothing that one could see. */
const MOST_ROWS = 240;

/**
 * In the plane of the first two principal components of the paths, through `origin`. Every path counts alike, however
 * many steps it has; what is not finite is left out.
 */
export function alongComponents(
  paths: readonly Float64Array[],
  width: number,
  origin: Float64Array,
): Projection | undefined {
  const each = Math.max(2, Math.floor(MOST_ROWS / Math.max(paths.length, 1)));
  const rows = paths.flatMap((path) => sampled(path, width, each));
  if (rows.length < 2) return undefined;
  const mean = origin.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
  const centred = rows.map((row) => Array.from(row, (x, i) => x - mean[i]!));
  // Far away and close to nothing both leave the decomposition without digits.
  const size = Math.max(...centred.map((row) => Math.max(...row.map(Math.abs))));
  if (!(size > 0 && size < Number.POSITIVE_INFINITY)) return undefined;
  const data = new Matrix(centred.map((row) => row.map((x) => x / size)));
  // Of few rows and many columns, the small one of the two products has the same eigenvalues.
  const wide = width > rows.length;
  const product = wide ? data.mmul(data.transpose()) : data.transpose().mmul(data);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(product, { assumeSymmetric: true });
  const total = realEigenvalues.reduce((sum, value) => sum + Math.max(value, 0), 0);
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const directions: Float64Array[] = [];
  for (const place of order.slice(0, 2)) {
    const vector = eigenvectorMatrix.getColumn(place);
    const full = wide ? data.transpose().mmul(Matrix.columnVector(vector)).to1DArray() : vector;
    const direction = upright(Float64Array.from(full), directions);
    if (direction) directions.push(direction);
  }
  // Paths along one line: any direction across it will do.
  for (let i = 0; directions.length < 2 && i < width; i++) {
    const across = upright(
      Float64Array.from({ length: width }, (_, k) => Number(k === i)),
      directions,
    );
    if (across) directions.push(across);
  }
  return {
    names: ["PC 1", "PC 2"],
    origin,
    directions,
    shares: order.slice(0, 2).map((place) => Math.max(realEigenvalues[place]!, 0) / total),
  };
}

function sampled(path: Float64Array, width: number, most: number): Float64Array[] {
  const count = path.length / width;
  const taken = Math.min(count, most);
  return Array.from({ length: taken }, (_, k) => {
    const row = Math.round((k * (count - 1)) / Math.max(taken - 1, 1));
    return path.subarray(row * width, (row + 1) * width);
  }).filter((row) => row.every((x) => Math.abs(x) < 1e100));
}

/** Of length 1, at right angles to the others, its largest component positive; undefined where nothing is left of it. */
function upright(vector: Float64Array, others: readonly Float64Array[]): Float64Array | undefined {
  const length = Math.hypot(...vector);
  let rest = vector.map((x) => x / length);
  for (const other of others) {
    const along = dot(rest, other);
    rest = rest.map((x, i) => x - along * other[i]!);
  }
  const left = Math.hypot(...rest);
  if (!(left > 1e-6)) return undefined;
  const largest = rest.reduce((best, x) => (Math.abs(x) > Math.abs(best) + 1e-9 ? x : best), 0);
  return rest.map((x) => (largest < 0 ? -x : x) / left);
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** How far a point lies along each direction. */
export const placeOf = ({ origin, directions }: Projection, point: ArrayLike<number>): number[] =>
  directions.map((direction) => {
    let sum = 0;
    // What is 0 times infinity is not on the way.
    for (let i = 0; i < direction.length; i++) if (direction[i] !== 0) sum += (point[i]! - origin[i]!) * direction[i]!;
    return sum;
  });

/** The point on the plane that lies so far along each direction. */
export const pointAt = ({ origin, directions }: Projection, place: readonly number[]): Float64Array =>
  origin.map((x, i) => directions.reduce((sum, direction, k) => sum + place[k]! * direction[i]!, x));
