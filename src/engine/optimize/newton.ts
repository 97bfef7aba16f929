/** Methods with exact second derivatives: Nocedal and Wright (2006), chapters 3, 4 and 7. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { descent, ROUNDING } from "./descent";
import type { Method } from "./minimize";
import type { Evaluations, Iterate, WithGradient } from "./problem";
import { dot, norm, plus, type Vector } from "./vectors";

/** Eigenvalues, ascending, with their eigenvectors of length 1. */
interface Spectrum {
  readonly values: readonly number[];
  readonly vectors: readonly Vector[];
}

/** Beside the largest element of a matrix, one this small is none. */
const NOTHING = 1e-200;

/**
 * Of a symmetric matrix, by its lower half: rounding leaves the two halves of a computed Hessian unequal.
 * @returns undefined where an element is not finite
 */
function spectrum(rows: readonly Vector[]): Spectrum | undefined {
  const size = Math.max(...rows.map((row) => Math.max(...Array.from(row, Math.abs)))) || 1;
  if (!Number.isFinite(size)) return undefined;
  // Neither huge nor denormal numbers reach the iteration, which ends only when elements vanish beside others.
  const scaled = rows.map((_, i) =>
    rows.map((_, j) => {
      const x = rows[Math.max(i, j)]![Math.min(i, j)]! / size;
      return Math.abs(x) < NOTHING ? 0 : x;
    }),
  );
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(scaled), {
    assumeSymmetric: true,
  });
  return {
    values: realEigenvalues.map((value) => value * size),
    vectors: eigenvectorMatrix.transpose().to2DArray(),
  };
}

/**
 * Newton's method with a line search (strong Wolfe, c₂ = 0.9). Where the Hessian is not positive definite, its negative
 * eigenvalues change sign and those near zero are raised (section 3.4), after each parameter has been scaled by the root
 * of its diagonal element, so that units do not matter.
 */
export function newton(): Method {
  return descent({
    name: "newton",
    bounded: false,
    curvature: 0.9,
    directions: (problem) => ({
      // The gradient leads up: `descent` then takes its negative.
      at: ({ parameters, gradient }) => newtonStep(problem.hessianAt(parameters), gradient) ?? gradient,
      hasLength: () => true,
    }),
  });
}

function newtonStep(rows: readonly Vector[], gradient: Vector): Float64Array | undefined {
  const scale = rows.map((row, i) => Math.sqrt(Math.abs(row[i]!)) || 1);
  const found = spectrum(rows.map((row, i) => scale.map((d, j) => row[j]! / d / scale[i]!)));
  if (!found) return undefined;
  const sizes = found.values.map(Math.abs);
  const least = Number.EPSILON * Math.max(...sizes) || 1;
  const step = combined(
    found,
    scale.map((d, i) => -gradient[i]! / d),
    (i) => 1 / Math.max(sizes[i]!, least),
  );
  return step.map((x, i) => x / scale[i]!);
}

/** Σ weight(i) · (vᵢᵀx) · vᵢ over the eigenvectors. */
function combined({ vectors }: Spectrum, x: Vector, weight: (i: number) => number): Float64Array {
  return vectors.reduce<Float64Array>(
    (total, v, i) => plus(total, weight(i) * dot(v, x), v),
    new Float64Array(x.length),
  );
}

/** How well the quadratic model must have foretold a step for it to be taken, and for the region to shrink and grow. */
const ACCEPTED = 1e-4;
const POOR = 0.25;
const GOOD = 0.75;
/** Each rejection quarters the radius: this many leave nothing of it. */
const MOST_REJECTIONS = 100;

/** About the minimum of gᵀp + ½pᵀHp for ‖p‖ ≤ radius, and the decrease that this foretells. */
type Model = (radius: number) => { readonly step: Float64Array; readonly foretold: number; readonly onEdge: boolean };

/**
 * Trust region (algorithm 4.1). From a Hessian its steps are exact (section 4.3, by eigenvalues); from the problem's
 * `hvp` alone they come from conjugate gradients that stop at the edge and at negative curvature, Steihaug (1983),
 * algorithm 7.2. A step out of the domain shrinks the region.
 *
 * @param radius of the first region. It doubles soon where the model holds; a first step that is too long may end on a
 *   plateau, from which nothing leads back
 * @throws RangeError for a radius that is not a positive number
 */
export function trustRegion({ radius: first = 0.1 }: { readonly radius?: number } = {}): Method {
  if (!(first > 0 && first < Infinity)) throw new RangeError(`the radius must be a positive number, not ${first}`);
  return {
    name: "trust-region",
    bounded: false,
    start(problem) {
      let radius = first;
      return (iterate: Iterate) => {
        const at = iterate as WithGradient;
        const model = modelAt(problem, at);
        for (let i = 0; i < MOST_REJECTIONS; i++) {
          const { step, foretold, onEdge } = model(radius);
          if (!(foretold > ROUNDING * Math.abs(at.value)))
            return i === 0 && foretold >= 0 ? { reason: "converged", test: "rounding" } : { reason: "trust-region" };
          const next = problem.at(plus(at.parameters, 1, step));
          const ratio = (at.value - next.value) / foretold;
          if (!(ratio >= POOR)) radius = norm(step) / 4;
          else if (ratio > GOOD && onEdge) radius *= 2;
          if (ratio > ACCEPTED && next.gradient.every(Number.isFinite)) return next;
        }
        return { reason: "trust-region" };
      };
    },
  };
}

function modelAt(problem: Evaluations, { parameters, gradient }: WithGradient): Model {
  const { hessian, hvp } = problem.problem;
  if (hvp && !hessian) return (radius) => steihaug(gradient, (v) => problem.curvatureAt(parameters, v), radius);
  const rows = problem.hessianAt(parameters);
  const found = spectrum(rows);
  return found
    ? (radius) => exactStep(gradient, found, radius)
    : () => ({ step: gradient, foretold: Number.NaN, onEdge: false });
}

/** Halvings and Newton steps for the multiplier λ of the edge. */
const MOST_ROUNDS = 100;

/** p(λ) = −(H + λI)⁻¹g with ‖p‖ = radius, or λ = 0 where that lies inside. */
function exactStep(gradient: Float64Array, found: Spectrum, radius: number): ReturnType<Model> {
  const { values, vectors } = found;
  const along = vectors.map((v) => dot(v, gradient));
  const size = (lambda: number) => norm(along.map((c, i) => (c === 0 ? 0 : c / (values[i]! + lambda))));
  const finish = (step: Float64Array, onEdge: boolean) => {
    const image = along.map((_, i) => values[i]! * dot(vectors[i]!, step) ** 2);
    return { step, foretold: -dot(gradient, step) - image.reduce((a, b) => a + b, 0) / 2, onEdge };
  };
  const at = (lambda: number) => combined(found, gradient, (i) => (along[i] === 0 ? 0 : -1 / (values[i]! + lambda)));
  if (values[0]! > 0 && size(0) <= radius) return finish(at(0), false);

  // Between these the step shrinks from at least the radius to at most it.
  let low = Math.max(0, -values[0]!);
  let high = low + norm(gradient) / radius;
  const nudged = low + Number.EPSILON * Math.max(...values.map(Math.abs));
  if (!(size(nudged) > radius)) {
    // The hard case: along the lowest eigenvector the model falls to the edge, and the gradient hardly says which way.
    const inside = at(nudged);
    const down = Float64Array.from(vectors[0]!, (v) => (along[0]! > 0 ? -v : v));
    return finish(plus(inside, toEdge(inside, down, radius), down), true);
  }
  let lambda = nudged;
  for (let i = 0; i < MOST_ROUNDS && high > low; i++) {
    const length = size(lambda);
    if (Math.abs(length - radius) <= 1e-10 * radius) break;
    if (length > radius) low = lambda;
    else high = lambda;
    // Newton's method for 1/‖p(λ)‖ = 1/radius, which is all but linear in λ.
    const cubes = along.reduce((sum, c, k) => sum + (c / length) ** 2 / (values[k]! + lambda) ** 3, 0);
    const next = lambda + (length / radius - 1) / cubes;
    lambda = next > low && next < high ? next : low + (high - low) / 2;
  }
  return finish(at(lambda), true);
}

function steihaug(gradient: Float64Array, curvature: (v: Float64Array) => Vector, radius: number): ReturnType<Model> {
  const finish = (step: Float64Array, onEdge: boolean) => ({
    step,
    foretold: -(dot(gradient, step) + dot(step, curvature(step)) / 2),
    onEdge,
  });
  const tolerance = Math.min(0.5, Math.sqrt(norm(gradient))) * norm(gradient);
  let step: Float64Array = new Float64Array(gradient.length);
  let residual: Float64Array = gradient;
  let direction: Float64Array = gradient.map((g) => -g);
  // In exact arithmetic as many rounds as parameters.
  for (let i = 0; i < 10 * gradient.length && norm(residual) > tolerance; i++) {
    const image = curvature(direction);
    const curve = dot(direction, image);
    const square = dot(residual, residual);
    const next = plus(step, square / curve, direction);
    if (!(curve > 0 && norm(next) < radius))
      return finish(plus(step, toEdge(step, direction, radius), direction), true);
    step = next;
    residual = plus(residual, square / curve, image);
    direction = plus(
      residual.map((r) => -r),
      dot(residual, residual) / square,
      direction,
    );
  }
  return finish(step, false);
}

/** The positive t with ‖x + t·d‖ = radius. */
function toEdge(x: Vector, d: Vector, radius: number): number {
  const [a, b, c] = [dot(d, d), dot(x, d), dot(x, x) - radius * radius];
  return (-b + Math.sqrt(Math.max(b * b - a * c, 0))) / a;
}
