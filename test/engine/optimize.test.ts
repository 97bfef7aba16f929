/** Minimizing: every end has its reason, and a run can be stopped at any step. */
import assert from "node:assert/strict";
import fc from "fast-check";
import * as engine from "../../src/engine";
import {
  add,
  Differentiable,
  type End,
  hvp,
  log,
  type Method,
  minimize,
  mul,
  type Optimizer,
  type Problem,
  type Progress,
  pow,
  sgd,
  square,
  stack,
  sub,
} from "../../src/engine";
import { close } from "./support";

const f = new Differentiable([{ name: "x", shape: [] }], ([x]) => sub(add(mul(3, pow(x!, 2)), mul(2, x!)), 1));

function all(run: Generator<Progress, End>): { path: Progress[]; end: End; last: Progress } {
  const path: Progress[] = [];
  for (let next = run.next(); ; next = run.next()) {
    if (next.done) return { path, end: next.value, last: path.at(-1)! };
    path.push(next.value);
  }
}

/** A function that a test writes out, with its gradient. */
const given = (gradient: (...point: number[]) => { value: number; gradient: ArrayLike<number> }): Problem => ({
  gradient: (point) => gradient(...point),
});

describe("minimize", () => {
  it("takes 3x² + 2x − 1 from 0 to −1/3, at a rate of 0.1 within 100 steps", () => {
    const { path, end } = all(minimize(f, [0], sgd(0.1), { steps: 100 }));
    assert.deepEqual(
      path.slice(0, 3).map(({ step, value, parameters }) => [step, value, parameters[0]]),
      [
        [0, -1, 0],
        [1, -1.28, -0.2],
        [2, f.value([-0.28]), -0.28],
      ],
    );
    const last = path.at(-1)!;
    assert.ok(Math.abs(last.parameters[0]! + 1 / 3) < 1e-15);
    assert.ok(Math.abs(last.value + 4 / 3) < 1e-15);
    assert.deepEqual([path.length, end.reason], [101, "steps"]);
  });

  it("steps as w ← w − rate·g, in every coordinate", () => {
    const bowl = given((x, y) => ({ value: x! * x! + 2 * y! * y!, gradient: [2 * x!, 4 * y!] }));
    const { path, end } = all(minimize(bowl, [1, -1], sgd(0.25), { steps: 2 }));
    assert.equal(end.reason, "steps");
    assert.deepEqual(
      path.map(({ parameters }) => [...parameters]),
      [
        [1, -1],
        [0.5, 0],
        [0.25, 0],
      ],
    );
    assert.deepEqual(
      path.map(({ gradientNorm }) => gradientNorm),
      [Math.hypot(2, -4), 1, 0.5],
    );
  });

  it("takes no step when none is asked for", () => {
    const { path, end } = all(minimize(f, [1], sgd(0.1), { steps: 0 }));
    assert.deepEqual([path.length, end.reason], [1, "steps"]);
  });

  it("ends as converged when the gradient is small enough", () => {
    const { path, end } = all(minimize(f, [0], sgd(0.1), { steps: 1000, gradientTolerance: 1e-6 }));
    assert.equal(end.reason, "converged");
    assert.ok(path.at(-1)!.gradientNorm! <= 1e-6);
    assert.ok(path.length < 30);
    assert.equal(all(minimize(f, [-1 / 3], sgd(0.1), { steps: 5, gradientTolerance: 0 })).path.length, 1);
  });

  it("takes every step that is asked for when no tolerance is given", () => {
    const { path, end } = all(minimize(f, [-1 / 3], sgd(0.1), { steps: 5 }));
    assert.deepEqual([path.length, end.reason], [6, "steps"]);
  });

  it("ends as diverged when the steps grow without bound", () => {
    const { path, end } = all(minimize(f, [1], sgd(1), { steps: 10_000 }));
    assert.equal(end.reason, "diverged");
    assert.ok(path.length < 1000);
    assert.ok(path.every(({ value }) => Number.isFinite(value)));
  });

  it("ends as not finite at the first NaN or infinity, which it still shows, and says where that was", () => {
    const cliff = given((x) => ({ value: x! < 0 ? Number.NaN : x!, gradient: [1] }));
    const { path, end } = all(minimize(cliff, [0.25], sgd(0.1), { steps: 100 }));
    assert.deepEqual(end, { step: 3, reason: "not-finite", what: "value" });
    assert.equal(path.length, 4);
    assert.ok(Number.isNaN(path.at(-1)!.value));
    const endOf = (gradient: number[], rate = 0.1) =>
      all(
        minimize(
          given(() => ({ value: 0, gradient })),
          [1, 1],
          sgd(rate),
          { steps: 9 },
        ),
      ).end;
    assert.deepEqual(endOf([0, Number.NaN]), { step: 0, reason: "not-finite", what: "gradient", coordinate: 1 });
    assert.deepEqual(endOf([Infinity, 0]), { step: 0, reason: "not-finite", what: "gradient", coordinate: 0 });
    assert.deepEqual(endOf([0, 1e149], 1e200), { step: 1, reason: "not-finite", what: "parameter", coordinate: 1 });
  });

  it("counts steps, their lengths and how often the problem was asked", () => {
    const { path } = all(minimize(f, [0], sgd(0.1), { steps: 2 }));
    assert.deepEqual(
      path.map(({ step, evaluations }) => [step, evaluations]),
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
    );
    assert.equal(path[0]!.stepLength, 0);
    assert.equal(path[1]!.stepLength, 0.2);
    let asked = 0;
    const counting: Problem = {
      gradient(point) {
        asked++;
        return rosenbrock.gradient(point);
      },
    };
    for (const { evaluations } of minimize(counting, [-1.2, 1], engine.bfgs(), { steps: 10 }))
      assert.equal(evaluations, asked);
    assert.ok(asked > 11);
  });

  it("can be stopped at any step", () => {
    let asked = 0;
    const run = minimize(
      {
        gradient(point) {
          asked++;
          return f.gradient(point);
        },
      },
      [0],
      sgd(0.1),
      { steps: 1_000_000 },
    );
    for (const { step } of run) if (step === 3) break;
    assert.equal(asked, 4);
    assert.equal(run.next().done, true);
  });

  it("passes on what the problem throws at the start, and any error that is not of its domain", () => {
    const outside = given(() => {
      throw new RangeError("math domain error");
    });
    for (const method of [sgd(0.1), engine.bfgs(), engine.nelderMead()])
      assert.throws(() => all(minimize(outside, [0], method, { steps: 3 })), new RangeError("math domain error"));
    const broken = given((x) => {
      if (x! < 1) throw new Error("a bug");
      return { value: x!, gradient: [1] };
    });
    assert.throws(() => all(minimize(broken, [1], sgd(0.1), { steps: 3 })), new Error("a bug"));
    assert.throws(() => all(minimize(broken, [1], engine.bfgs(), { steps: 3 })), new Error("a bug"));
  });

  it("leaves the start alone, and gives every step parameters of its own", () => {
    const start = Float64Array.of(1);
    const { path } = all(minimize(f, start, sgd(0.1), { steps: 3 }));
    assert.equal(start[0], 1);
    assert.equal(new Set(path.map(({ parameters }) => parameters[0])).size, 4);
  });

  it("takes very many parameters", () => {
    const n = 200_000;
    const flat: Problem = { gradient: (point) => ({ value: 0, gradient: point }) };
    const { path } = all(minimize(flat, new Float64Array(n).fill(3), sgd(1), { steps: 1 }));
    assert.ok(Math.abs(path[0]!.gradientNorm! - 3 * Math.sqrt(n)) < 1e-9 * n);
    assert.equal(path[1]!.gradientNorm, 0);
  });

  it("ends by each test that is asked for, and says which", () => {
    const endOf = (stopping: Partial<engine.Stopping>) => all(minimize(f, [5], sgd(0.1), { steps: 1000, ...stopping }));
    assert.deepEqual(endOf({ target: -1.3 }).end, { step: 5, reason: "converged", test: "target" });
    assert.ok(endOf({ target: -1.3 }).last.value <= -1.3);
    const step = endOf({ stepTolerance: 1e-3 });
    assert.deepEqual(step.end, { step: step.path.length - 1, reason: "converged", test: "step" });
    assert.ok(step.last.stepLength <= 1e-3 * Math.abs(step.last.parameters[0]!));
    assert.ok(step.path.at(-2)!.stepLength > 1e-3 * Math.abs(step.path.at(-2)!.parameters[0]!));
    const decrease = endOf({ decreaseTolerance: 1e-6 });
    assert.deepEqual(decrease.end, { step: decrease.path.length - 1, reason: "converged", test: "decrease" });
    assert.ok(decrease.path.at(-2)!.value - decrease.last.value <= 1e-6 * (4 / 3));
    assert.deepEqual(endOf({ evaluations: 7 }).end, { step: 6, reason: "evaluations" });
  });

  it("refuses tolerances and bounds that make no sense", () => {
    const first = (options: object) => minimize(f, [0], sgd(0.1), { steps: 1, ...options }).next();
    assert.throws(() => first({ steps: Number.NaN }), /must be numbers from 0/);
    assert.throws(() => first({ gradientTolerance: -1 }), /gradientTolerance must be a number from 0, not -1/);
    assert.throws(() => first({ bounds: { lower: [1], upper: [0] } }), /bounds of parameter 0: 1 is not below 0/);
    assert.throws(() => first({ bounds: { lower: [Number.NaN] } }), /bounds of parameter 0/);
    assert.throws(() => first({ bounds: { lower: [0, 0] } }), /2 bounds for 1 parameters/);
    assert.throws(
      () => minimize(f, [0], engine.newton(), { steps: 1, bounds: { lower: [0] } }).next(),
      new RangeError("newton takes no bounds"),
    );
    assert.throws(() => engine.lbfgs({ memory: 0 }), /the memory must be at least 1 step, not 0/);
    assert.throws(() => engine.trustRegion({ radius: 0 }), /the radius must be a positive number, not 0/);
  });
});

describe("sgd", () => {
  for (const rate of [0, -1, Number.NaN, Infinity])
    it(`refuses a learning rate of ${rate}`, () => {
      assert.throws(() => sgd(rate), new RangeError(`the learning rate must be a positive number, not ${rate}`));
    });
});

const rosenbrockResiduals = new Differentiable(
  [
    { name: "x", shape: [] },
    { name: "y", shape: [] },
  ],
  ([x, y]) => stack([mul(10, sub(y!, square(x!))), sub(1, x!)]),
);
const rosenbrock = new Differentiable(rosenbrockResiduals.parameters, ([x, y]) =>
  add(square(mul(10, sub(y!, square(x!)))), square(sub(1, x!))),
);

const SEARCHES: { readonly [name: string]: () => Method } = {
  "gradient-descent": () => engine.gradientDescent(),
  "gradient-descent, Wolfe": () => engine.gradientDescent({ search: "wolfe" }),
  "conjugate-gradient": engine.conjugateGradient,
  bfgs: engine.bfgs,
  lbfgs: () => engine.lbfgs(),
  "lbfgs of one pair": () => engine.lbfgs({ memory: 1 }),
  newton: engine.newton,
  "trust-region": () => engine.trustRegion(),
  "nelder-mead": () => engine.nelderMead({ simplexTolerance: 1e-9 }),
};

describe("methods that find their own steps", () => {
  for (const [name, make] of Object.entries(SEARCHES)) {
    it(`${name}: never goes up, and reaches the minimum of any convex quadratic`, () => {
      const numbers = fc.integer({ min: -20, max: 20 }).map((n) => n / 4);
      fc.assert(
        fc.property(fc.array(numbers, { minLength: 9, maxLength: 9 }), fc.tuple(numbers, numbers, numbers), (m, x) => {
          // f(x) = ½‖M(x − 1)‖² + ½‖x − 1‖².
          const rows = [m.slice(0, 3), m.slice(3, 6), m.slice(6, 9)];
          const hessian = [0, 1, 2].map((i) =>
            [0, 1, 2].map((j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, Number(i === j))),
          );
          const problem: Problem = {
            gradient(point) {
              const d = Array.from(point, (c) => c - 1);
              const gradient = hessian.map((row) => row.reduce((sum, h, j) => sum + h * d[j]!, 0));
              return { value: gradient.reduce((sum, g, j) => sum + g * d[j]!, 0) / 2, gradient };
            },
            hessian: () => hessian,
          };
          const { path, end, last } = all(minimize(problem, x, make(), { steps: 5000, gradientTolerance: 1e-7 }));
          assert.equal(end.reason, "converged", JSON.stringify(end));
          // But for rounding.
          for (const [k, { value }] of path.entries()) assert.ok(k === 0 || value <= path[k - 1]!.value * (1 + 1e-14));
          for (const c of last.parameters) close(c, 1, 2e-7);
        }),
        { numRuns: 25 },
      );
    });

    it(`${name}: goes round a wall of the domain instead of into it`, () => {
      // x − log x has its minimum at 1, and no value at 0 and below.
      const wall = new Differentiable([{ name: "x", shape: [] }], ([x]) => sub(x!, log(x!)));
      const guarded: Problem = {
        gradient(point) {
          if (point[0]! <= 0) throw new RangeError("math domain error");
          return wall.gradient(point);
        },
        hessian: (point) => wall.hessian(point),
      };
      for (const start of [0.01, 30]) {
        const { end, last } = all(minimize(guarded, [start], make(), { steps: 500, gradientTolerance: 1e-8 }));
        assert.equal(end.reason, "converged", JSON.stringify(end));
        close(last.parameters[0]!, 1, 1e-7);
      }
    });

    it(`${name}: ends where a function falls without end, and where it is flat`, () => {
      const line: Problem = { gradient: ([x]) => ({ value: -x!, gradient: [-1] }), hessian: () => [[0]] };
      const { end, last } = all(minimize(line, [1], make(), { steps: 3000 }));
      assert.ok(end.reason === "diverged" || end.reason === "steps", JSON.stringify(end));
      assert.ok(last.value < -50);
      const flat: Problem = { gradient: () => ({ value: 3, gradient: [0] }), hessian: () => [[0]] };
      assert.equal(all(minimize(flat, [1], make(), { steps: 300 })).end.reason, "converged");
    });
  }

  it("fail in words when no step lowers the value", () => {
    // The gradient points the wrong way.
    const wrong: Problem = { gradient: ([x]) => ({ value: x! ** 2, gradient: [-2 * x!] }), hessian: () => [[2]] };
    for (const name of ["gradient-descent", "conjugate-gradient", "bfgs", "lbfgs", "newton"])
      assert.deepEqual(all(minimize(wrong, [1], SEARCHES[name]!(), { steps: 9 })).end, {
        step: 0,
        reason: "line-search",
      });
    assert.deepEqual(all(minimize(wrong, [1], engine.trustRegion(), { steps: 9 })).end, {
      step: 0,
      reason: "trust-region",
    });
  });

  it("a first-order method ends at the edge of the domain, and says what the function said", () => {
    const root = given((x) => {
      if (x! < 0) throw new RangeError("math domain error");
      return { value: x!, gradient: [1] };
    });
    assert.deepEqual(all(minimize(root, [0.25], sgd(0.1), { steps: 9 })).end, {
      step: 2,
      reason: "failed",
      message: "math domain error",
    });
    const noHessian: Problem = {
      gradient: (point) => rosenbrock.gradient(point),
      hessian() {
        throw new RangeError("no second derivative here");
      },
    };
    assert.deepEqual(all(minimize(noHessian, [0, 0], engine.newton(), { steps: 9 })).end, {
      step: 0,
      reason: "failed",
      message: "no second derivative here",
    });
  });

  it("say what they lack", () => {
    const bare: Problem = { gradient: (point) => rosenbrock.gradient(point) };
    for (const method of [engine.newton(), engine.trustRegion()])
      assert.throws(() => all(minimize(bare, [0, 0], method, { steps: 1 })), /needs second derivatives/);
    for (const method of [engine.gaussNewton(), engine.levenbergMarquardt()])
      assert.throws(() => all(minimize(rosenbrock, [0, 0], method, { steps: 1 })), /it needs residuals/);
  });

  it("a trust region works from products with the Hessian alone", () => {
    const ofVector = (x: engine.Value) => {
      const [a, b] = [engine.take(x, Int32Array.of(0), []), engine.take(x, Int32Array.of(1), [])];
      return add(square(mul(10, sub(b, square(a)))), square(sub(1, a)));
    };
    const products: Problem = {
      gradient: (point) => rosenbrock.gradient(point),
      hvp: (point, v) =>
        engine.peek(hvp(ofVector, engine.tensor([...point]), engine.tensor([...v]))).data as Float64Array,
    };
    const { end, last } = all(
      minimize(products, [-1.2, 1], engine.trustRegion(), { steps: 200, gradientTolerance: 1e-8 }),
    );
    assert.equal(end.reason, "converged");
    for (const x of last.parameters) close(x, 1, 1e-8);
  });

  it("leave a saddle along negative curvature where the Hessian is known", () => {
    // x⁴/4 − x²/2 + y²/2: a saddle at 0, minima at x = ±1.
    const saddle: Problem = {
      gradient: ([x, y]) => ({ value: x! ** 4 / 4 - x! ** 2 / 2 + y! ** 2 / 2, gradient: [x! ** 3 - x!, y!] }),
      hessian: ([x]) => [
        [3 * x! ** 2 - 1, 0],
        [0, 1],
      ],
    };
    // On the line x = 0 the gradient knows nothing of x: the hard case of the trust region.
    const { last } = all(minimize(saddle, [0, 1], engine.trustRegion(), { steps: 100, gradientTolerance: 1e-10 }));
    close(Math.abs(last.parameters[0]!), 1, 1e-9);
    close(last.value, -0.25, 1e-12);
    for (const method of [engine.newton(), engine.trustRegion()])
      close(
        all(minimize(saddle, [1e-3, 1], method, { steps: 100, gradientTolerance: 1e-10 })).last.value,
        -0.25,
        1e-12,
      );
  });
});

describe("methods for sums of squares", () => {
  for (const make of [engine.gaussNewton, engine.levenbergMarquardt])
    it(`${make().name}: fits a line in few steps, and residuals of any number`, () => {
      const xs = [0, 1, 2, 3, 4];
      const ys = [1, 3, 2, 5, 4];
      const line = engine.leastSquares({
        jacobian: ([a, b]) => ({ values: xs.map((x, i) => a! + b! * x - ys[i]!), rows: xs.map((x) => [1, x]) }),
      });
      const { end, last } = all(minimize(line, [0, 0], make(), { steps: 30, gradientTolerance: 1e-10 }));
      assert.equal(end.reason, "converged");
      close(last.parameters[0]!, 1.4, 1e-8);
      close(last.parameters[1]!, 0.8, 1e-8);
      close(last.value, 3.6 / 2, 1e-12);
      // Fewer residuals than parameters, of which one does not matter at all.
      const few = engine.leastSquares({ jacobian: ([a, b]) => ({ values: [a! + b! - 3], rows: [[1, 1, 0]] }) });
      const solved = all(minimize(few, [0, 0, 7], make(), { steps: 50, gradientTolerance: 1e-9 })).last;
      close(solved.parameters[0]! + solved.parameters[1]!, 3, 1e-8);
      assert.equal(solved.parameters[2], 7);
      close(
        all(minimize(engine.leastSquares(rosenbrockResiduals), [-1.2, 1], make(), { steps: 99 })).last.value,
        0,
        1e-20,
      );
    });

  it("levenberg-marquardt keeps off a wall of the domain", () => {
    const root = engine.leastSquares({
      jacobian([x]) {
        if (x! <= 0) throw new RangeError("math domain error");
        return { values: [Math.log(x!)], rows: [[1 / x!]] };
      },
    });
    const { last } = all(minimize(root, [10], engine.levenbergMarquardt(), { steps: 50, gradientTolerance: 1e-12 }));
    close(last.parameters[0]!, 1, 1e-10);
  });
});

describe("bounds", () => {
  const bounds = { lower: [0, -Infinity], upper: [2, 0.5] };
  // Without bounds the minimum is at (−1, 3).
  const bowl = given((x, y) => ({ value: (x! + 1) ** 2 + (y! - 3) ** 2, gradient: [2 * (x! + 1), 2 * (y! - 3)] }));
  const METHODS: (() => Method | Optimizer)[] = [
    () => sgd(0.1),
    () => engine.adam({ learningRate: 0.1 }),
    () => engine.gradientDescent(),
    () => engine.gradientDescent({ search: "wolfe" }),
    engine.bfgs,
    () => engine.lbfgs(),
    () => engine.nelderMead({ simplexTolerance: 1e-9 }),
  ];
  for (const make of METHODS)
    it(`${make().name} stays inside, and ends at the corner that is lowest`, () => {
      const { path, end, last } = all(minimize(bowl, [5, -2], make(), { steps: 500, gradientTolerance: 1e-9, bounds }));
      assert.equal(end.reason, "converged");
      for (const { parameters } of path) assert.ok(parameters[0]! >= 0 && parameters[0]! <= 2 && parameters[1]! <= 0.5);
      assert.deepEqual([...path[0]!.parameters], [2, -2]);
      close(last.parameters[0]!, 0, 1e-8);
      close(last.parameters[1]!, 0.5, 1e-8);
    });
});
