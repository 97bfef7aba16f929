/** Second-order methods that learn the curvature from gradients: Nocedal and Wright (2006), chapters 6 and 7. */
import { descent } from "./descent";
import type { Method } from "./minimize";
import type { WithGradient } from "./problem";
import { dot, plus, times } from "./vectors";

/** A step, the change of the gradient over it, and 1 / sᵀy. */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

/** Undefined where the step shows no positive curvature: an update would lose positive definiteness. */
function pairOf(s: Float64Array, y: Float64Array): Pair | undefined {
  const curvature = dot(s, y);
  return curvature > Number.EPSILON * Math.sqrt(dot(s, s) * dot(y, y)) ? { s, y, rho: 1 / curvature } : undefined;
}

const pairBetween = (before: WithGradient, after: WithGradient) =>
  pairOf(plus(after.parameters, -1, before.parameters), plus(after.gradient, -1, before.gradient));

/**
 * Broyden, Fletcher, Goldfarb and Shanno (algorithm 6.1), strong Wolfe with c₂ = 0.9; the first inverse Hessian is
 * scaled as in equation 6.20. Within bounds: the projected direction of Bertsekas (1982) with Armijo's condition.
 */
export function bfgs(): Method {
  return descent({
    name: "bfgs",
    bounded: true,
    curvature: 0.9,
    directions() {
      let inverse: Float64Array[] | undefined;
      return {
        at({ gradient }, isFree) {
          const down = gradient.map((g, i) => (isFree(i) ? -g : 0));
          return inverse ? times(inverse, down).map((p, i) => (isFree(i) ? p : 0)) : down;
        },
        hasLength: () => inverse !== undefined,
        learn(before, after) {
          const pair = pairBetween(before, after);
          if (!pair) return;
          const { s, y, rho } = pair;
          inverse ??= Array.from(s, (_, i) => s.map((_, j) => (i === j ? 1 / (rho * dot(y, y)) : 0)));
          // (I − ρsyᵀ) H (I − ρysᵀ) + ρssᵀ, multiplied out.
          const Hy = times(inverse, y);
          const factor = rho * (1 + rho * dot(y, Hy));
          inverse = inverse.map((row, i) =>
            row.map((h, j) => h + factor * s[i]! * s[j]! - rho * (Hy[i]! * s[j]! + s[i]! * Hy[j]!)),
          );
        },
        forget() {
          inverse = undefined;
        },
      };
    },
  });
}

/**
 * BFGS that keeps the last `memory` steps in place of a matrix (algorithms 7.4 and 7.5), for many parameters; within
 * bounds, by the projected direction over the coordinates that are free, which is the aim of L-BFGS-B without its
 * Cauchy point.
 * @throws RangeError for a memory below 1
 */
export function lbfgs({ memory = 10 }: { readonly memory?: number } = {}): Method {
  if (!(memory >= 1)) throw new RangeError(`the memory must be at least 1 step, not ${memory}`);
  return descent({
    name: "lbfgs",
    bounded: true,
    curvature: 0.9,
    directions() {
      let pairs: Pair[] = [];
      return {
        at({ gradient }, isFree) {
          const free = (x: Float64Array) => x.map((value, i) => (isFree(i) ? value : 0));
          const usable = pairs.flatMap(({ s, y }) => pairOf(free(s), free(y)) ?? []);
          let q = free(gradient);
          const alphas = usable.map(() => 0);
          for (let k = usable.length - 1; k >= 0; k--) {
            const { s, y, rho } = usable[k]!;
            alphas[k] = rho * dot(s, q);
            q = plus(q, -alphas[k]!, y);
          }
          const latest = usable.at(-1);
          if (latest) q = q.map((x) => x / (latest.rho * dot(latest.y, latest.y)));
          usable.forEach(({ s, y, rho }, k) => {
            q = plus(q, alphas[k]! - rho * dot(y, q), s);
          });
          return q.map((x) => -x);
        },
        hasLength: () => pairs.length > 0,
        learn(before, after) {
          const pair = pairBetween(before, after);
          if (pair) pairs = [...pairs, pair].slice(-memory);
        },
        forget() {
          pairs = [];
        },
      };
    },
  });
}
