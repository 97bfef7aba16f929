/**
 * The methods on the problems of Moré, Garbow and Hillstrom: each solves what its counterpart in SciPy solves
 * (test/oracles/minimize.py), but for the exceptions below.
 */
import assert from "node:assert/strict";
import type { Method, Progress } from "../../src/engine";
import * as engine from "../../src/engine";
import scipy from "../fixtures/engine/minimize.json";
import { problems, residualsOf, sumOfSquares, type TestProblem } from "./more-garbow-hillstrom";
import { close } from "./support";

interface Contest {
  readonly make: () => Method;
  /** SciPy's methods; what any of them solves, ours must. */
  readonly counterparts: readonly string[];
  readonly squares?: true;
  /** Problems that we do not solve though a counterpart does, with the reason. */
  readonly except?: { readonly [problem: string]: string };
  /** How many we solve. */
  readonly solved: number;
}

const CONTESTS: readonly Contest[] = [
  {
    make: engine.conjugateGradient,
    counterparts: ["CG"],
    except: {
      "Powell badly scaled":
        "at 4e-9 a step down the gradient, scaled by curvatures of 1e10, lowers the value by less than its rounding",
    },
    solved: 28,
  },
  { make: engine.bfgs, counterparts: ["BFGS", "L-BFGS-B"], solved: 31 },
  { make: () => engine.lbfgs(), counterparts: ["L-BFGS-B"], solved: 31 },
  { make: engine.newton, counterparts: ["Newton-CG"], solved: 31 },
  { make: () => engine.trustRegion(), counterparts: ["trust-exact", "trust-ncg"], solved: 31 },
  { make: engine.levenbergMarquardt, counterparts: ["lm"], squares: true, solved: 31 },
  {
    make: engine.gaussNewton,
    counterparts: ["lm"],
    squares: true,
    except: { "Biggs EXP6": "the Jacobian is singular at the start; undamped steps go far along its kernel" },
    solved: 29,
  },
  { make: () => engine.nelderMead({ simplexTolerance: 1e-8 }), counterparts: ["Nelder-Mead"], solved: 24 },
];

const fixture = scipy.problems as {
  readonly [name: string]: {
    readonly value: number;
    readonly gradient: readonly number[];
    readonly final: { readonly [method: string]: number | null };
  };
};

/** Near one of the known minima. */
const solves = ({ minima }: TestProblem, value: number | null | undefined): boolean =>
  typeof value === "number" && minima.some((f) => (f === 0 ? value <= 1e-10 : Math.abs(value - f) <= 1e-5 * f));

/** Compiled once for all methods. */
const functions = new Map(
  problems.map((problem) => [
    problem,
    { objective: sumOfSquares(problem), squares: engine.leastSquares(residualsOf(problem)) },
  ]),
);

function finalValue(problem: TestProblem, { make, squares }: Contest): number {
  const objective = functions.get(problem)![squares ? "squares" : "objective"];
  let last: Progress | undefined;
  for (const progress of engine.minimize(objective, problem.start, make(), { steps: 2000, gradientTolerance: 1e-8 }))
    last = progress;
  return squares ? 2 * last!.value : last!.value;
}

describe("the problems of Moré, Garbow and Hillstrom", () => {
  it("are the same as the oracle's: values and gradients at the start", () => {
    assert.deepEqual(
      problems.map(({ name }) => name),
      Object.keys(fixture),
    );
    for (const problem of problems) {
      const { name, start } = problem;
      const expected = fixture[name]!;
      const { objective, squares } = functions.get(problem)!;
      const { value, gradient } = objective.gradient(start);
      close(value, expected.value, 1e-12, name, 1e-2);
      const scale = Math.max(...expected.gradient.map(Math.abs));
      gradient.forEach((g, i) => {
        close(g, expected.gradient[i]!, 1e-11, `${name}, gradient ${i}`, scale);
      });
      const half = squares.gradient(Float64Array.from(start));
      close(2 * half.value, expected.value, 1e-12, `${name}, from residuals`, 1e-2);
      Array.from(half.gradient).forEach((g, i) => {
        close(2 * g, expected.gradient[i]!, 1e-11, `${name}, gradient ${i} from residuals`, scale);
      });
    }
  });

  for (const contest of CONTESTS) {
    const { name } = contest.make();
    it(`${name} solves what ${contest.counterparts.join(" or ")} of SciPy solves`, () => {
      const solved: string[] = [];
      const missed: string[] = [];
      for (const problem of problems) {
        const value = finalValue(problem, contest);
        const { final } = fixture[problem.name]!;
        if (solves(problem, value)) solved.push(problem.name);
        else if (contest.counterparts.some((method) => solves(problem, final[method]))) missed.push(problem.name);
      }
      assert.deepEqual(missed, Object.keys(contest.except ?? {}));
      assert.equal(solved.length, contest.solved);
    });
  }
});

describe("Nelder–Mead", () => {
  for (const [name, path] of Object.entries(scipy.nelderMead))
    it(`takes SciPy's path on ${name}`, () => {
      const problem = problems.find((candidate) => candidate.name === name)!;
      const run = engine.minimize(functions.get(problem)!.objective, problem.start, engine.nelderMead(), {
        steps: path.length - 1,
      });
      const ours = Array.from(run, ({ parameters }) => parameters);
      assert.equal(ours.length, path.length);
      path.forEach((expected, step) => {
        ours[step]!.forEach((x, i) => {
          close(x, expected[i]!, 1e-9, `step ${step}, ${i}`);
        });
      });
    });
});

describe("bounds, against SciPy's L-BFGS-B", () => {
  for (const { problem: name, lower, upper, value } of scipy.bounded)
    for (const make of [engine.bfgs, () => engine.lbfgs()])
      it(`${make().name} on ${name} within [${lower}] and [${upper}]`, () => {
        const problem = problems.find((candidate) => candidate.name === name)!;
        const options = { steps: 2000, gradientTolerance: 1e-9, bounds: { lower, upper } };
        let last: Progress | undefined;
        for (const progress of engine.minimize(functions.get(problem)!.objective, problem.start, make(), options)) {
          last = progress;
          progress.parameters.forEach((x, i) => {
            assert.ok(x >= lower[i]! && x <= upper[i]!);
          });
        }
        close(last!.value, value, 1e-7, name, 1e-3);
      });
});
