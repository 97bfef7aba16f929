/** Minimizing: every end has its reason, and a run can be stopped at any step. */
import assert from "node:assert/strict";
import { add, Differentiable, minimize, mul, type Problem, type Progress, pow, sgd, sub } from "../../src/engine";

const f = new Differentiable([{ name: "x", shape: [] }], ([x]) => sub(add(mul(3, pow(x!, 2)), mul(2, x!)), 1));
const problem: Problem = (point) => f.gradient(point);

function all(run: Generator<Progress, string>): { path: Progress[]; end: string } {
  const path: Progress[] = [];
  for (let next = run.next(); ; next = run.next()) {
    if (next.done) return { path, end: next.value };
    path.push(next.value);
  }
}

describe("minimize", () => {
  it("takes 3x² + 2x − 1 from 0 to −1/3, at a rate of 0.1 within 100 steps", () => {
    const { path, end } = all(minimize(problem, [0], sgd(0.1), { steps: 100 }));
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
    assert.deepEqual([path.length, end], [101, "steps"]);
  });

  it("steps as w ← w − rate·g, in every coordinate", () => {
    const bowl: Problem = ([x, y]) => ({ value: x! * x! + 2 * y! * y!, gradient: [2 * x!, 4 * y!] });
    const { path, end } = all(minimize(bowl, [1, -1], sgd(0.25), { steps: 2 }));
    assert.equal(end, "steps");
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
    const { path, end } = all(minimize(problem, [1], sgd(0.1), { steps: 0 }));
    assert.deepEqual([path.length, end], [1, "steps"]);
  });

  it("ends as converged when the gradient is small enough", () => {
    const { path, end } = all(minimize(problem, [0], sgd(0.1), { steps: 1000, tolerance: 1e-6 }));
    assert.equal(end, "converged");
    assert.ok(path.at(-1)!.gradientNorm <= 1e-6);
    assert.ok(path.length < 30);
    assert.equal(all(minimize(problem, [-1 / 3], sgd(0.1), { steps: 5, tolerance: 0 })).path.length, 1);
  });

  it("takes every step that is asked for when no tolerance is given", () => {
    const { path, end } = all(minimize(problem, [-1 / 3], sgd(0.1), { steps: 5 }));
    assert.deepEqual([path.length, end], [6, "steps"]);
  });

  it("ends as diverged when the steps grow without bound", () => {
    const { path, end } = all(minimize(problem, [1], sgd(1), { steps: 10_000 }));
    assert.equal(end, "diverged");
    assert.ok(path.length < 1000);
    assert.ok(path.every(({ value }) => Number.isFinite(value)));
  });

  it("ends as not finite at the first NaN or infinity, which it still shows", () => {
    const cliff: Problem = ([x]) => ({ value: x! < 0 ? Number.NaN : x!, gradient: [1] });
    const { path, end } = all(minimize(cliff, [0.25], sgd(0.1), { steps: 100 }));
    assert.equal(end, "not-finite");
    assert.equal(path.length, 4);
    assert.ok(Number.isNaN(path.at(-1)!.value));
    const gradient: Problem = () => ({ value: 0, gradient: [Number.NaN] });
    assert.equal(all(minimize(gradient, [1], sgd(0.1), { steps: 9 })).end, "not-finite");
    const infinite: Problem = () => ({ value: 1, gradient: [Infinity] });
    assert.equal(all(minimize(infinite, [1], sgd(0.1), { steps: 9 })).path.length, 1);
  });

  it("can be stopped at any step", () => {
    let asked = 0;
    const run = minimize(
      (point) => {
        asked++;
        return problem(point);
      },
      [0],
      sgd(0.1),
      { steps: 1_000_000 },
    );
    for (const { step } of run) if (step === 3) break;
    assert.equal(asked, 4);
    assert.equal(run.next().done, true);
  });

  it("passes on what the problem throws", () => {
    const broken: Problem = () => {
      throw new RangeError("math domain error");
    };
    assert.throws(() => all(minimize(broken, [0], sgd(0.1), { steps: 3 })), /math domain error/);
  });

  it("leaves the start alone, and gives every step parameters of its own", () => {
    const start = Float64Array.of(1);
    const { path } = all(minimize(problem, start, sgd(0.1), { steps: 3 }));
    assert.equal(start[0], 1);
    assert.equal(new Set(path.map(({ parameters }) => parameters[0])).size, 4);
  });

  it("takes very many parameters", () => {
    const n = 200_000;
    const flat: Problem = (point) => ({ value: 0, gradient: point });
    const { path } = all(minimize(flat, new Float64Array(n).fill(3), sgd(1), { steps: 1 }));
    assert.ok(Math.abs(path[0]!.gradientNorm - 3 * Math.sqrt(n)) < 1e-9 * n);
    assert.equal(path[1]!.gradientNorm, 0);
  });
});

describe("sgd", () => {
  for (const rate of [0, -1, Number.NaN, Infinity])
    it(`refuses a learning rate of ${rate}`, () => {
      assert.throws(() => sgd(rate), new RangeError(`the learning rate must be a positive number, not ${rate}`));
    });
});
