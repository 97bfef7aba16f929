/** Methods that choose a direction, and then search along it. */
import { armijo, strongWolfe } from "./line-search";
import type { Method } from "./minimize";
import { type Evaluations, gradientNorm, type Iterate, type WithGradient } from "./problem";
import { dot, norm, plus } from "./vectors";

/** Chooses directions, and learns from the steps that were taken. */
export interface Directions {
  /** From a point, along the coordinates that are free. Need not lead down: the negative gradient then takes its place. */
  at(point: WithGradient, isFree: (i: number) => boolean): Float64Array;
  /** Whether its directions come with a length, so that the search begins with the whole of it. */
  hasLength(): boolean;
  learn?(before: WithGradient, after: WithGradient): void;
  forget?(): void;
}

interface Kind {
  readonly name: string;
  readonly bounded: boolean;
  /** The strong Wolfe conditions with this bound of the slope; absent, and within bounds: Armijo's alone. */
  readonly curvature?: number;
  readonly directions: (problem: Evaluations) => Directions;
}

/** Below this part of the value a decrease is lost in rounding. */
export const ROUNDING = 16 * Number.EPSILON;

/**
 * A method of directions and searches. Within bounds, coordinates that the gradient pushes against a bound stand still
 * and the others move along the projected path, Bertsekas (1982). Where the decrease would be lost in the rounding of
 * the value, a step is taken only if it halves the gradient.
 */
export function descent({ name, bounded, curvature, directions }: Kind): Method {
  return {
    name,
    bounded,
    start(problem, _first, box) {
      const chooser = directions(problem);
      let decrease: number | undefined;
      return (iterate: Iterate) => {
        const at = iterate as WithGradient;
        const steepness = gradientNorm(at, box);
        if (steepness === 0) return { reason: "converged", test: "gradient" };
        const held = box?.held(at);
        const isFree = (i: number) => !held?.[i];
        const go = (direction: Float64Array) => (t: number) => {
          const parameters = plus(at.parameters, t, direction);
          return problem.at(box?.project(parameters) ?? parameters);
        };
        const search = (direction: Float64Array, first: number) =>
          curvature === undefined || box
            ? armijo(at, go(direction), first)
            : strongWolfe(at, direction, go(direction), first, curvature);

        const noise = ROUNDING * Math.abs(at.value);
        const better = (next: WithGradient) =>
          next.value < at.value - noise || (next.value <= at.value + noise && gradientNorm(next, box) <= steepness / 2);

        const down = at.gradient.map((g, i) => (isFree(i) ? -g : 0));
        const chosen = chooser.at(at, isFree);
        let lost = false;
        for (const direction of [chosen, down]) {
          const slope = dot(direction, at.gradient);
          if (slope < 0) {
            const first = direction === chosen && chooser.hasLength() ? 1 : firstLength(direction, slope, decrease);
            const promised = -first * slope > noise;
            // The last resort is always searched: a flat slope may go on for long.
            const next = promised || direction === down ? search(direction, first) : go(direction)(first);
            if (next && better(next)) {
              decrease = at.value - next.value;
              chooser.learn?.(at, next);
              return next;
            }
            lost ||= !promised || next?.parameters.some((x, i) => x !== at.parameters[i]) === true;
          }
          chooser.forget?.();
          decrease = undefined;
        }
        return lost ? { reason: "converged", test: "rounding" } : { reason: "line-search" };
      };
    },
  };
}

/** Of a direction without a length: what the last decrease suggests (equation 3.60), at first a step of length 1. */
function firstLength(direction: Float64Array, slope: number, decrease: number | undefined): number {
  const t = decrease ? (-2.02 * decrease) / slope : 1 / norm(direction);
  return t > 0 && t < Infinity ? t : 1;
}

/**
 * Down the gradient, with a line search: Armijo's backtracking, or the strong Wolfe conditions (c₂ = 0.1). Within
 * bounds, projected, with Armijo's.
 */
export function gradientDescent({ search = "armijo" }: { readonly search?: "armijo" | "wolfe" } = {}): Method {
  return descent({
    name: "gradient-descent",
    bounded: true,
    curvature: search === "wolfe" ? 0.1 : undefined,
    directions: () => ({
      at: ({ gradient }, isFree) => gradient.map((g, i) => (isFree(i) ? -g : 0)),
      hasLength: () => false,
    }),
  });
}

/**
 * Nonlinear conjugate gradients, Polak and Ribière with β ≥ 0 (Nocedal and Wright, equation 5.45), strong Wolfe with
 * c₂ = 0.1; starts again from the gradient after as many steps as there are parameters (10 at least).
 */
export function conjugateGradient(): Method {
  return descent({
    name: "conjugate-gradient",
    bounded: false,
    curvature: 0.1,
    directions() {
      let last: { readonly gradient: Float64Array; readonly direction: Float64Array } | undefined;
      let since = 0;
      return {
        at({ gradient }) {
          let direction: Float64Array = gradient.map((g) => -g);
          if (last && since < Math.max(gradient.length, 10)) {
            const beta = dot(gradient, plus(gradient, -1, last.gradient)) / dot(last.gradient, last.gradient);
            direction = plus(direction, Math.max(beta, 0), last.direction);
            since++;
          } else since = 0;
          last = { gradient, direction };
          return direction;
        },
        hasLength: () => false,
        forget() {
          last = undefined;
        },
      };
    },
  });
}
