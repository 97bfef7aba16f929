/** The check of gradients: it finds what is wrong, and accuses nothing that is right. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  abs,
  add,
  type CheckedDerivative,
  cast,
  cbrt,
  checkGradient,
  checkHessian,
  checkJacobian,
  cholesky,
  concretize,
  cos,
  det,
  div,
  erf,
  exp,
  floor,
  greater,
  hessian,
  jacobian,
  log,
  logsumexp,
  matmul,
  max,
  maximum,
  mul,
  neg,
  norm,
  pow,
  relu,
  reshape,
  roll,
  round,
  scalar,
  sin,
  solve,
  sqrt,
  square,
  sub,
  sum,
  tensor,
  transpose,
  type Value,
  type Verdict,
  valueAndGradient,
  where,
} from "../../src/engine";
import { close, numbers, random } from "./support";
import { build, coordinate, trees } from "./trees";

type F = (...inputs: Value[]) => Value;

const named = (...values: number[]) => values.map((value, k) => ({ name: "xyzw"[k]!, primal: scalar(value) }));
const verdicts = (rows: readonly CheckedDerivative[]) => rows.map(({ verdict }) => verdict);
const check = (f: F, at: readonly number[], claimed?: readonly number[]) => checkGradient(f, named(...at), claimed);
const vector = (n: number, seed = 1) => {
  const next = random(seed);
  return tensor(Array.from({ length: n }, () => 2 * next() - 1));
};

describe("the check of a gradient", function () {
  this.timeout(30_000);

  it("answers coordinate by coordinate", () => {
    const rows = checkGradient(
      (x, w) => mul(square(x!), sum(sin(w!))),
      [
        { name: "x", primal: scalar(2) },
        { name: "w", primal: tensor([1, 2]) },
      ],
      [4 * (Math.sin(1) + Math.sin(2)), 4 * Math.cos(1), 4 * Math.cos(2) + 1e-6],
    );
    assert.deepEqual(
      rows.map(({ label, method, verdict }) => [label, method, verdict]),
      [
        ["x", "complex step", "right"],
        ["w[0]", "complex step", "right"],
        ["w[1]", "complex step", "wrong"],
      ],
    );
    close(rows[2]!.reference!, 4 * Math.cos(2), 1e-15);
    close(rows[2]!.difference!, 1e-6, 1e-8, "", 1e-6);
    assert.ok(rows[2]!.errorEstimate! < 1e-13);
  });

  it("takes ours where nothing is claimed", () => {
    assert.deepEqual(verdicts(check((x, y) => mul(exp(x!), log(y!)), [1, 2])), ["right", "right"]);
  });

  it("uses differences where a function is not analytic", () => {
    const f: F = (x, y) => mul(abs(x!), exp(y!));
    const [x, y] = check(f, [-2, 0.5]) as [CheckedDerivative, CheckedDerivative];
    assert.deepEqual([x.method, x.verdict], ["central differences", "right"]);
    close(x.reference!, -Math.exp(0.5), 1e-11);
    assert.ok(Math.abs(x.reference! - x.claimed) <= x.errorEstimate!, "the estimate of the error holds");
    assert.equal(y.verdict, "right");
    assert.deepEqual(verdicts(check(f, [-2, 0.5], [-Math.exp(0.5) - 2e-6, 2 * Math.exp(0.5)])), ["wrong", "right"]);
  });

  const kinks: [name: string, f: F, at: number[]][] = [
    ["|x| at 0", (x) => abs(x!), [0]],
    ["relu at 0", (x) => relu(x!), [0]],
    ["√x at 0", (x) => sqrt(x!), [0]],
    ["the cube root at 0", (x) => cbrt(x!), [0]],
    ["x^(1/3) at 0", (x) => pow(x!, 1 / 3), [0]],
    ["√(x²) at 0", (x) => sqrt(square(x!)), [0]],
    ["a norm at 0", (x, y) => norm(add(mul(x!, tensor([1, 0])), mul(y!, tensor([0, 1])))), [0, 0]],
    ["a step", (x) => floor(x!), [2]],
    ["a branch that jumps", (x) => (concretize(greater(x!, 1)).item() ? mul(5, x!) : x!), [1]],
    ["the where-NaN trap", (x) => where(greater(x!, 0), sqrt(x!), 0), [0]],
  ];
  for (const [name, f, at] of kinks)
    it(`does not accuse at a kink: ${name}`, () => {
      for (const claimed of [undefined, at.map(() => 0), at.map(() => 1), at.map(() => Infinity)])
        for (const { verdict, reference } of check(f, at, claimed)) {
          assert.equal(verdict, "not differentiable here");
          assert.equal(reference, null);
        }
    });

  it("does not accuse at a tie, whoever takes the gradient", () => {
    for (const claimed of [
      [1, 0],
      [0.5, 0.5],
      [0, 1],
    ])
      assert.deepEqual(verdicts(check((x, y) => maximum(x!, y!), [1, 1], claimed)), [
        "not differentiable here",
        "not differentiable here",
      ]);
  });

  const nasty: [name: string, f: F, at: number, right: number, verdict: Verdict][] = [
    [
      "(1 − cos x)/x² at 1e-7",
      (x) => div(sub(1, cos(x!)), square(x!)),
      1e-7,
      -1e-7 / 12,
      "differences are not trustworthy here",
    ],
    ["1e12 + x²", (x) => add(1e12, square(x!)), 1, 2, "right"],
    [
      "1e12 + relu(x), which differences cannot see",
      (x) => add(1e12, relu(x!)),
      1,
      1,
      "differences are not trustworthy here",
    ],
    ["sin(1e6·x)", (x) => sin(mul(1e6, x!)), 0.3, 1e6 * Math.cos(1e6 * 0.3), "right"],
    ["sin(1e6·x) + |x|", (x) => add(abs(x!), sin(mul(1e6, x!))), 0.3, 1e6 * Math.cos(1e6 * 0.3) + 1, "right"],
    ["log at 1e-300", (x) => log(x!), 1e-300, 1e300, "right"],
    ["log|x| at 1e-300", (x) => log(abs(x!)), 1e-300, 1e300, "right"],
    ["√x at 1e-12", (x) => sqrt(x!), 1e-12, 5e5, "right"],
    ["√|x| at −1e-12", (x) => sqrt(abs(x!)), -1e-12, -5e5, "right"],
    ["1/|x| at 1e-5", (x) => div(1, abs(x!)), 1e-5, -1e10, "right"],
    ["|x| near its kink", (x) => abs(sub(x!, 1e-9)), 0, -1, "right"],
    ["x|x| at 0", (x) => mul(x!, abs(x!)), 0, 0, "right"],
    ["±x² by a condition, at 0", (x) => where(greater(x!, 0), square(x!), neg(square(x!))), 0, 0, "right"],
    ["e^|x| at 700", (x) => exp(abs(x!)), 700, Math.exp(700), "right"],
    [
      "a ripple with a large slope",
      (x) => add(x!, mul(1e-12, sin(mul(1e9, x!)))),
      0.3,
      1 + 1e-3 * Math.cos(3e8),
      "right",
    ],
    ["a step between its jumps", (x) => floor(x!), 1.5, 0, "right"],
    ["a fine staircase", (x) => div(round(mul(x!, 1e10)), 1e10), 0.3, 0, "right"],
    ["|x| less a large sum", (x) => sub(add(abs(x!), 1e10), 1e10), 1, 1, "differences are not trustworthy here"],
    ["x^1.5 at the edge of its domain", (x) => pow(x!, 1.5), 0, 0, "right"],
    ["erf", (x) => erf(x!), 3.5, (2 / Math.sqrt(Math.PI)) * Math.exp(-(3.5 ** 2)), "right"],
  ];
  for (const [name, f, at, right, verdict] of nasty)
    it(`judges ${name}`, () => {
      assert.deepEqual(verdicts(check(f, [at], [right])), [verdict]);
      const own = verdicts(check(f, [at]));
      assert.ok(own[0] === verdict, `ours: ${own}`);
    });

  const errors: [name: string, f: F, at: number, wrong: number][] = [
    ["1e12 + x²", (x) => add(1e12, square(x!)), 1, 2.000001],
    ["1e12 + relu(x), by a factor", (x) => add(1e12, relu(x!)), 1, 2],
    ["sin(1e6·x) + |x|", (x) => add(abs(x!), sin(mul(1e6, x!))), 0.3, 1e6 * Math.cos(1e6 * 0.3)],
    ["log at 1e-300", (x) => log(x!), 1e-300, 1.00001e300],
    ["√|x| at 1e-12", (x) => sqrt(abs(x!)), 1e-12, 500_010],
    ["|x| near its kink, the mean of both sides", (x) => abs(sub(x!, 1e-9)), 0, 0],
    ["a ripple that wide steps do not see", (x) => add(x!, mul(1e-12, sin(mul(1e9, x!)))), 0.3, 1],
    ["a small slope", (x) => mul(1e-9, abs(x!)), 1, 2e-9],
    ["a derivative that is 0, claimed not to be", (x) => square(abs(x!)), 0, 1e-6],
    ["(1 − cos x)/x² at 1e-7, beyond all noise", (x) => div(sub(1, cos(x!)), square(x!)), 1e-7, 1e9],
  ];
  for (const [name, f, at, wrong] of errors)
    it(`finds the error: ${name}`, () => {
      assert.deepEqual(verdicts(check(f, [at], [wrong])), ["wrong"]);
    });

  it("says what is not finite", () => {
    assert.deepEqual(verdicts(check((x) => div(1, x!), [0], [1])), ["not finite"]);
    assert.deepEqual(verdicts(check((x) => square(x!), [2], [Number.NaN])), ["not finite"]);
    // √0 in the branch that is not taken makes 0·∞.
    const [row] = check((x) => where(greater(x!, 0), square(x!), sqrt(mul(0, x!))), [1]);
    assert.deepEqual([row!.claimed, row!.verdict], [Number.NaN, "not finite"]);
    close(row!.reference!, 2, 1e-10);
  });

  it("checks a float32 function in float64", () => {
    const x = { name: "x", primal: tensor([0.1, 0.7], "float32") };
    const f: F = (v) => sum(exp(cast(abs(cast(v!, "float32")), "float32")));
    assert.deepEqual(verdicts(checkGradient(f, [x])), ["right", "right"]);
    const ours = numbers(valueAndGradient(f)(x.primal).gradient[0]!);
    assert.deepEqual(verdicts(checkGradient(f, [x], [ours[0]!, ours[1]! * 1.01])), ["right", "wrong"]);
    // In float32 the differences would not see this.
    const [row] = checkGradient(f, [x], ours, { tolerance: 1e-6 });
    close(row!.reference!, Math.exp(Math.fround(0.1)), 1e-11);
  });

  it("checks operations on whole matrices", () => {
    const a = tensor([4, 1, 0.5, 1, 3, 0.2, 0.5, 0.2, 5], "float64", [3, 3]);
    const functions: F[] = [
      (x) => det(matmul(x!, transpose(x!))),
      (x) => sum(solve(add(x!, 0), tensor([1, 2, 3]))),
      (x) => sum(square(cholesky(mul(0.5, add(x!, transpose(x!)))))),
      (x) => logsumexp(matmul(x!, x!)),
      (x) => max(square(x!)),
    ];
    for (const f of functions) {
      const rows = checkGradient(f, [{ name: "A", primal: a }]);
      assert.deepEqual(new Set(verdicts(rows)), new Set(["right"]), String(f));
      const wrong = rows.map(({ claimed }, i) => claimed + (i === 4 ? 1e-5 * Math.max(1, Math.abs(claimed)) : 0));
      assert.deepEqual(
        verdicts(checkGradient(f, [{ name: "A", primal: a }], wrong)).flatMap((verdict, i) =>
          verdict === "wrong" ? [i] : [],
        ),
        [4],
        String(f),
      );
    }
  });

  describe("of many coordinates", () => {
    const n = 1000;
    const f: F = (x) => add(sum(mul(sin(x!), roll(square(x!), 3))), sum(relu(add(x!, 3))));
    const x = vector(n);
    const own = numbers(valueAndGradient(f)(x).gradient[0]!);

    /** How often the check evaluates. */
    function counted(claimed: readonly number[]): { rows: CheckedDerivative[]; evaluations: number } {
      let evaluations = 0;
      const proceed = () => {
        evaluations++;
      };
      return { rows: checkGradient(f, [{ name: "x", primal: x }], claimed, { proceed }), evaluations };
    }

    it("confirms them along random directions", () => {
      const { rows, evaluations } = counted(own);
      assert.ok(rows.every(({ verdict, method }) => verdict === "right" && method === "random directions"));
      assert.ok(evaluations < n, `${evaluations} evaluations`);
    });

    it("finds one that is wrong by 1e-6", () => {
      for (const place of [0, 617, n - 1]) {
        const { rows, evaluations } = counted(own.map((slope, i) => slope + (i === place ? 1e-6 : 0)));
        assert.deepEqual(
          rows.flatMap(({ label, verdict }) => (verdict === "wrong" ? [label] : [])),
          [`x[${place}]`],
        );
        assert.ok(evaluations < 5 * n, `${evaluations} evaluations`);
      }
    });

    it("finds two that cancel each other in the sum", () => {
      const { rows } = counted(own.map((slope, i) => slope + (i === 10 ? 1e-3 : i === 900 ? -1e-3 : 0)));
      assert.deepEqual(
        rows.flatMap(({ label, verdict }) => (verdict === "wrong" ? [label] : [])),
        ["x[10]", "x[900]"],
      );
    });

    it("tells a kink among them from an error", () => {
      const at = numbers(x);
      at[5] = 0;
      const rows = checkGradient((v) => sum(abs(v!)), [{ name: "x", primal: tensor(at) }]);
      assert.deepEqual(
        rows.flatMap(({ label, verdict }) => (verdict === "right" ? [] : [`${label} ${verdict}`])),
        ["x[5] not differentiable here"],
      );
    });
  });

  it("ends when it is told to", () => {
    const stop = new Error("enough");
    let left = 5;
    const proceed = () => {
      if (left-- === 0) throw stop;
    };
    assert.throws(() => checkGradient((x) => abs(x!), named(1), [1], { proceed }), stop);
  });

  it("refuses what does not fit", () => {
    assert.throws(() => checkGradient((x) => x!, [{ name: "x", primal: tensor([1, 2]) }], [1, 2]), RangeError);
    assert.throws(() => checkGradient((x) => x!, named(1), [1, 2]), RangeError);
    assert.throws(() => checkJacobian((x) => x, { name: "x", primal: tensor([1, 2]) }, [[1, 0]]), RangeError);
  });

  it("checks a Jacobian row by row", () => {
    const x = { name: "x", primal: tensor([0.5, -2, 1.5]) };
    const f = (v: Value) => mul(abs(v), roll(sin(v), 1));
    const right = checkJacobian(f, x);
    assert.deepEqual(right.map(verdicts), Array(3).fill(Array(3).fill("right")));
    const claimed = right.map((row) => row.map((entry) => entry.claimed));
    claimed[1]![0]! += 1e-6;
    assert.deepEqual(checkJacobian(f, x, claimed).map(verdicts), [
      ["right", "right", "right"],
      ["wrong", "right", "right"],
      ["right", "right", "right"],
    ]);
    assert.deepEqual(
      claimed.flat().map((entry, k) => Math.abs(entry - numbers(jacobian(f)(x.primal))[k]!) < 2e-6),
      Array(9).fill(true),
    );
  });

  it("checks a Hessian against differences of the gradient", () => {
    const x = { name: "x", primal: tensor([0.5, -2, 1.5]) };
    const f = (v: Value) => sum(mul(square(abs(v)), roll(exp(v), 1)));
    const right = checkHessian(f, x);
    assert.deepEqual(right.map(verdicts), Array(3).fill(Array(3).fill("right")));
    const wrong = right.map((row, i) => row.map(({ claimed }, j) => claimed + (i === 2 && j === 1 ? 1e-5 : 0)));
    assert.deepEqual(
      checkHessian(f, x, wrong)[2]!.map(({ verdict }) => verdict),
      ["right", "wrong", "right"],
    );
    assert.deepEqual(
      right.flatMap((row) => row.map(({ claimed }) => claimed)),
      numbers(hessian(f)(x.primal)),
    );
    assert.throws(() => checkHessian((v) => v, x, [[1, 0, 0]]), RangeError);
    assert.deepEqual(
      checkHessian((v) => sum(mul(2, reshape(v, [3]))), x)
        .flat()
        .map(({ verdict }) => verdict),
      Array(9).fill("right"),
    );
  });

  for (const kind of ["smooth", "kinks", "steps"] as const) {
    it(`never accuses ours, on random functions (${kind})`, () => {
      fc.assert(
        fc.property(trees(2, kind), coordinate, coordinate, (tree, a, b) => {
          for (const row of check((...inputs) => build(tree, inputs), [a, b]))
            assert.notEqual(row.verdict, "wrong", JSON.stringify(row));
        }),
        { numRuns: 200, seed: 7 },
      );
    });

    it(`passes no error of 1e-6, and finds it where the derivative can be had (${kind})`, () => {
      let found = 0;
      fc.assert(
        fc.property(trees(2, kind), coordinate, coordinate, fc.nat(1), (tree, a, b, place) => {
          const f: F = (...inputs) => build(tree, inputs);
          const own = check(f, [a, b]);
          const claimed = own.map((row) => row.claimed);
          if (!claimed.every(Number.isFinite)) return;
          claimed[place]! += 1e-6 * Math.max(1, Math.abs(claimed[place]!));
          const { verdict } = check(f, [a, b], claimed)[place]!;
          if (own[place]!.verdict === "right") assert.notEqual(verdict, "right");
          if (verdict === "wrong") found++;
        }),
        { numRuns: 200, seed: 11 },
      );
      assert.ok(found > 130, `${found} found`);
    });
  }
});
