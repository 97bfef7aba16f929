/** Methods for sums of squares ½‖r(x)‖² (see `leastSquares`), from the residuals' Jacobian. */
import { Matrix, QrDecomposition } from "ml-matrix";
import { descent, ROUNDING } from "./descent";
import type { Method } from "./minimize";
import type { Iterate, Residuals, WithGradient } from "./problem";
import { norm, plus, times } from "./vectors";

/** The damping that stands in where columns of the Jacobian depend on each other, or none is left. */
const LEAST_DAMPING = Number.EPSILON;

/** Gauss–Newton with a line search (strong Wolfe, c₂ = 0.9), Nocedal and Wright (2006), section 10.3. */
export function gaussNewton(): Method {
  return descent({
    name: "gauss-newton",
    bounded: false,
    curvature: 0.9,
    directions: (problem) => ({
      at({ parameters, gradient }) {
        const residuals = problem.residualsAt(parameters);
        const scale = columnNorms(residuals, parameters.length);
        // The gradient leads up: `descent` then takes its negative.
        return dampedSolution(residuals, scale, 0) ?? dampedSolution(residuals, scale, LEAST_DAMPING) ?? gradient;
      },
      hasLength: () => true,
    }),
  });
}

/** Rejections in a row: the damping has then grown beyond every scale. */
const MOST_REJECTIONS = 60;
const FIRST_DAMPING = 1e-3;

/**
 * Levenberg–Marquardt: (JᵀJ + μD²)p = −Jᵀr by an orthogonal factorisation of J over √μ·D, with D the largest norms of
 * the Jacobian's columns so far, Moré (1978), and μ by Nielsen's rule, IMM-REP-1999-05. A step out of the domain raises
 * the damping.
 */
export function levenbergMarquardt(): Method {
  return {
    name: "levenberg-marquardt",
    bounded: false,
    start(problem, first) {
      let scale = first.parameters.map(() => 0);
      let damping = FIRST_DAMPING;
      let growth = 2;
      return (iterate: Iterate) => {
        const at = iterate as WithGradient;
        const residuals = problem.residualsAt(at.parameters);
        scale = columnNorms(residuals, scale.length).map((d, i) => Math.max(d, scale[i]!));
        for (let i = 0; i < MOST_REJECTIONS; i++) {
          const step = dampedSolution(residuals, scale, damping);
          if (step) {
            const image = norm(times(residuals.rows, step));
            const foretold = image ** 2 / 2 + damping * norm(step.map((p, k) => p * scale[k]!)) ** 2;
            if (foretold <= ROUNDING * at.value)
              return i === 0 ? { reason: "converged", test: "rounding" } : { reason: "trust-region" };
            const next = problem.at(plus(at.parameters, 1, step));
            const ratio = (at.value - next.value) / foretold;
            if (ratio > 0 && next.gradient.every(Number.isFinite)) {
              damping *= Math.max(1 / 3, 1 - (2 * ratio - 1) ** 3);
              growth = 2;
              return next;
            }
          }
          damping = Math.max(damping * growth, LEAST_DAMPING);
          growth *= 2;
        }
        return { reason: "trust-region" };
      };
    },
  };
}

/** 1 for a column of zeros. */
function columnNorms({ rows }: Residuals, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => norm(rows.map((row) => row[i]!)) || 1);
}

/** The p of least ‖Jp + r‖² + μ‖Dp‖²; undefined where it is not determined. */
function dampedSolution({ values, rows }: Residuals, scale: Float64Array, damping: number): Float64Array | undefined {
  const root = Math.sqrt(damping);
  const all = [
    ...rows.map((row) => Array.from(row, (x, i) => x / scale[i]!)),
    ...Array.from(scale, (_, i) => Array.from(scale, (_, j) => (i === j ? root : 0))),
  ];
  const right = [...Array.from(values, (r) => -r), ...Array.from(scale, () => 0)];
  const qr = new QrDecomposition(new Matrix(all));
  if (!qr.isFullRank()) return undefined;
  const solution = qr.solve(Matrix.columnVector(right)).to1DArray();
  return solution.every(Number.isFinite) ? Float64Array.from(solution, (x, i) => x / scale[i]!) : undefined;
}
