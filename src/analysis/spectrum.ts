/** What a Hessian says of a point: eigenvalues, definiteness, the kind of stationary point. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";

export type Definiteness =
  | "positive definite"
  | "positive semidefinite"
  | "negative definite"
  | "negative semidefinite"
  | "indefinite"
  | "zero";

export type PointKind = "minimum" | "maximum" | "saddle" | "degenerate" | "not stationary";

export interface Spectrum {
  /** Ascending. */
  readonly values: readonly number[];
  /** One of length 1 for each value, its largest component positive. */
  readonly vectors: readonly (readonly number[])[];
  /** Largest over smallest magnitude: the 2-norm condition number; infinite where an eigenvalue counts as 0. */
  readonly condition: number;
  readonly definiteness: Definiteness;
  readonly kind: PointKind;
  /** The gradient's largest component, and up to which size it counts as 0. */
  readonly slope: number;
  readonly tolerance: number;
}

/** An eigenvalue counts as 0 up to this share of the largest: what rounding leaves of a symmetric matrix, and a margin. */
const ZERO = 1e-12;
/** A point is stationary where no component of the gradient exceeds this times max(1, |f|), as optimizers ask. */
const STATIONARY = 1e-6;
/** Of larger matrices the eigenvalues take longer than a look may. */
const MOST = 100;

/**
 * The spectrum of a symmetric matrix at a point where f has `value` and `gradient`. Undefined where an entry is not
 * finite, and for more than 100 rows.
 */
export function spectrumOf(
  hessian: readonly (readonly number[])[],
  gradient: readonly number[],
  value: number,
): Spectrum | undefined {
  const n = hessian.length;
  if (n === 0 || n > MOST || !hessian.flat().every(Number.isFinite)) return undefined;
  const symmetric = new Matrix(hessian.map((row, i) => row.map((entry, j) => (entry + hessian[j]![i]!) / 2)));
  const decomposition = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const values = decomposition.realEigenvalues;
  const largest = Math.max(...values.map(Math.abs));
  const zero = ZERO * n * largest;
  const signs = new Set(values.map((eigenvalue) => (Math.abs(eigenvalue) <= zero ? 0 : Math.sign(eigenvalue))));
  const slope = Math.max(...gradient.map(Math.abs));
  const tolerance = STATIONARY * Math.max(1, Math.abs(value));
  const definiteness = definitenessOf(signs);
  return {
    values,
    vectors: values.map((_, k) => upright(decomposition.eigenvectorMatrix.getColumn(k))),
    condition: signs.has(0) ? Number.POSITIVE_INFINITY : largest / Math.min(...values.map(Math.abs)),
    definiteness,
    kind: slope <= tolerance ? kindOf(definiteness) : "not stationary",
    slope,
    tolerance,
  };
}

function definitenessOf(signs: ReadonlySet<number>): Definiteness {
  if (signs.has(1) && signs.has(-1)) return "indefinite";
  if (signs.has(1)) return signs.has(0) ? "positive semidefinite" : "positive definite";
  if (signs.has(-1)) return signs.has(0) ? "negative semidefinite" : "negative definite";
  return "zero";
}

/** The second-derivative test; it is silent where an eigenvalue is 0 and none contradicts an extremum. */
function kindOf(definiteness: Definiteness): PointKind {
  switch (definiteness) {
    case "positive definite":
      return "minimum";
    case "negative definite":
      return "maximum";
    case "indefinite":
      return "saddle";
    default:
      return "degenerate";
  }
}

function upright(vector: number[]): number[] {
  const largest = vector.reduce((most, x) => (Math.abs(x) > Math.abs(most) + 1e-9 ? x : most), 0);
  return largest < 0 ? vector.map((x) => -x || 0) : vector;
}
