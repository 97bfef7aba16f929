/**
 * A method that needs no derivatives. It is not npm's fmin: what that publishes exports nothing to a bundler, its shrink
 * step fails in strict code, NaN upsets its order, and its loop cannot be paused.
 */
import type { Method } from "./minimize";
import type { Box, Evaluations, Iterate } from "./problem";
import { plus } from "./vectors";

/** The first simplex is each parameter made greater by this part, or this much where it is 0; as in SciPy. */
const PART = 0.05;
const AMOUNT = 0.00025;

/**
 * Downhill simplex, Nelder and Mead (1965), in the form of Lagarias et al. (1998) and SciPy; points out of bounds are
 * clipped to them. A value that is NaN, or outside the domain, counts as infinite.
 *
 * @param simplexTolerance ends when all corners are this close to the best one, in each parameter and in value (both
 *   absolute, as in SciPy; its default is 1e-4)
 */
export function nelderMead({ simplexTolerance = 1e-4 }: { readonly simplexTolerance?: number } = {}): Method {
  return {
    name: "nelder-mead",
    bounded: true,
    derivativeFree: true,
    start(problem, first, box) {
      const look = corners(problem, box);
      let simplex = sorted([first, ...firstCorners(first, box).map(look)]);
      return () => {
        if (isSmall(simplex, simplexTolerance)) return { reason: "converged", test: "simplex" };
        simplex = sorted(improved(simplex, look));
        return simplex[0]!;
      };
    },
  };
}

const sorted = (simplex: readonly Iterate[]) =>
  [...simplex].sort((a, b) => (a.value < b.value ? -1 : Number(a.value > b.value)));

function corners(problem: Evaluations, box: Box | undefined): (point: Float64Array) => Iterate {
  return (point) => {
    const { parameters, value } = problem.valueAt(box?.project(point) ?? point);
    return { parameters, value: Number.isNaN(value) ? Infinity : value };
  };
}

function firstCorners({ parameters }: Iterate, box: Box | undefined): Float64Array[] {
  return Array.from(parameters, (x, i) => {
    const step = x === 0 ? AMOUNT : PART * x;
    const moved = (by: number) => parameters.map((y, k) => (k === i ? y + by : y));
    // At a bound the corner would fall back on the start: it goes inwards.
    return box && box.project(moved(step))[i] === x ? moved(-step) : moved(step);
  });
}

function isSmall([best, ...others]: readonly Iterate[], tolerance: number): boolean {
  return others.every(
    ({ parameters, value }) =>
      Math.abs(value - best!.value) <= tolerance &&
      parameters.every((x, i) => Math.abs(x - best!.parameters[i]!) <= tolerance),
  );
}

/** The simplex, sorted by value, with its worst corner replaced, or shrunk. */
function improved(simplex: readonly Iterate[], look: (point: Float64Array) => Iterate): readonly Iterate[] {
  const [best, worst] = [simplex[0]!, simplex.at(-1)!];
  const others = simplex.slice(0, -1);
  const centre = worst.parameters.map(
    (_, i) => others.reduce((sum, { parameters }) => sum + parameters[i]!, 0) / others.length,
  );
  const across = plus(centre, -1, worst.parameters);
  const beyond = (t: number) => look(plus(centre, t, across));

  const reflected = beyond(1);
  if (reflected.value < best.value) {
    const expanded = beyond(2);
    return [...others, expanded.value < reflected.value ? expanded : reflected];
  }
  if (reflected.value < (others.at(-1) ?? best).value) return [...others, reflected];
  const outside = reflected.value < worst.value;
  const contracted = beyond(outside ? 0.5 : -0.5);
  if (outside ? contracted.value <= reflected.value : contracted.value < worst.value) return [...others, contracted];
  return [
    best,
    ...simplex
      .slice(1)
      .map(({ parameters }) => look(plus(best.parameters, 0.5, plus(parameters, -1, best.parameters)))),
  ];
}
