/** Taylor series against mpmath and JAX's jets (test/oracles/transforms.py), and against nested derivatives. */
import assert from "node:assert/strict";
import fc from "fast-check";
import * as engine from "../../src/engine";
import {
  abs,
  add,
  cos,
  div,
  elementwiseOps,
  exp,
  gradient,
  jvp,
  latex,
  matmul,
  mul,
  nthDerivative,
  type Operand,
  peek,
  scalar,
  sin,
  sqrt,
  square,
  sum,
  taylor,
  taylorPolynomial,
  taylorTerms,
  tensor,
  text,
  type Value,
  vmap,
} from "../../src/engine";
import reference from "../fixtures/engine/transforms.json";
import { apply, close, numbers, random, scalars, seedOf } from "./support";
import { build, coordinate, trees } from "./trees";

const one = scalar(1);
const ops = new Map(elementwiseOps.map((op) => [op.name, op]));
const items = (values: readonly Value[]) => values.map((value) => peek(value).item());

const COMPOSITIONS: { readonly [name: string]: (x: Value) => Value } = {
  bell: (x) => div(exp(sin(x)), add(1, square(x))),
  nested: (x) => engine.log(add(1, sqrt(add(1, square(engine.tanh(x)))))),
  tower: (x) => engine.pow(add(2, sin(x)), cos(x)),
  inverse: (x) => div(engine.atan(exp(engine.neg(square(x)))), engine.cosh(x)),
  special: (x) => mul(engine.erf(sin(x)), engine.gamma(add(2, cos(x)))),
};

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** The derivative n times over: forward, in reverse, or by turns. */
function nested(f: (x: Value) => Value, n: number, how: "forward" | "reverse" | "mixed"): (x: Value) => Value {
  let g = f;
  for (let k = 0; k < n; k++) {
    const before = g;
    const forward = how === "forward" || (how === "mixed" && k % 2 === 0);
    g = forward ? (x) => jvp(before, [x], [engine.ones(x)]).tangent : (x) => gradient((y) => sum(before(y!)))(x)[0]!;
  }
  return g;
}

describe("Taylor series, against mpmath", () => {
  const rows = reference.analytic as unknown as [name: string, at: number[], coefficients: number[]][];

  for (const name of new Set(rows.map((row) => row[0])))
    it(`${name}, to order 10 within 1e-13`, () => {
      for (const [, at, expected] of rows.filter((row) => row[0] === name)) {
        const inputs = scalars(...at);
        const found = taylor(
          (...xs) => apply(ops.get(name)!, xs),
          inputs,
          inputs.map(() => one),
          10,
        );
        items(found).forEach((c, k) => {
          close(c, expected[k]!, 1e-13, `${name}(${at}), order ${k}`, 0);
        });
      }
    });

  for (const [name, at, expected] of reference.compositions as unknown as [string, number, number[]][])
    it(`${name} at ${at}, to order 20 within 1e-12`, () => {
      items(taylor(COMPOSITIONS[name]!, scalar(at), one, 20)).forEach((c, k) => {
        close(c, expected[k]!, 1e-12, `order ${k}`, 0);
      });
    });

  it("derivatives along a direction, against JAX's jet", () => {
    const { x, direction, derivatives } = reference.jets;
    const f = (v: Value) => sum(COMPOSITIONS.bell!(v));
    items(taylor(f, tensor(x.data), tensor(direction.data), 6)).forEach((c, k) => {
      close(c * factorial(k), derivatives[k]!, 1e-12, `order ${k}`);
    });
  });
});

describe("Taylor series", () => {
  it("of every operation that has derivatives agree with nested forward mode, to order 3", () => {
    for (const op of elementwiseOps.filter(({ partials }) => partials.some((partial) => partial !== null))) {
      const next = random(seedOf(op.name));
      const at = op.domain.map(([low, high]) => scalar(low + (high - low) * next()));
      const along = at.map((_, k) => scalar(op.partials[k] ? 1 - 0.5 * k : 0));
      let f = (...xs: Value[]) => apply(op, xs);
      items(taylor(f, at, along, 3)).forEach((c, k) => {
        close(c * factorial(k), peek(f(...at)).item(), 1e-11, `${op.name}, order ${k}`);
        const before = f;
        f = (...xs) => jvp(before, xs, along).tangent;
      });
    }
  });

  it("of any order agree with derivatives nested forward, in reverse and by turns", () => {
    for (const [name, f] of Object.entries(COMPOSITIONS))
      for (const x of [0.4, -0.7]) {
        const coefficients = items(taylor(f, scalar(x), one, 5));
        for (const how of ["forward", "reverse", "mixed"] as const)
          for (const n of [1, 2, 5])
            close(
              peek(nested(f, n, how)(scalar(x))).item(),
              coefficients[n]! * factorial(n),
              1e-11,
              `${name}, ${how}, order ${n}`,
            );
      }
  });

  it("of random functions, kinks included: the first three are f, the derivative and half the second", () => {
    fc.assert(
      fc.property(trees(2, "steps"), coordinate, coordinate, (tree, x, y) => {
        const f = (...xs: Value[]) => engine.cast(build(tree, xs), "float64");
        const at = scalars(x, y);
        const along = scalars(1, -0.5);
        const slope = (...xs: Value[]) => jvp(f, xs, along).tangent;
        const expected = [f(...at), slope(...at), mul(0.5, jvp(slope, at, along).tangent)];
        items(taylor(f, at, along, 2)).forEach((c, k) => {
          const other = peek(expected[k]!).item();
          if (Number.isFinite(c) && Number.isFinite(other)) close(c, other, 1e-9, `order ${k}`);
          else assert.equal(Number.isFinite(c), Number.isFinite(other), `order ${k}: ${c}, ${other}`);
        });
      }),
      { numRuns: 200 },
    );
  });

  it("through operations on arrays: solving, factors, extremes, order, totals", () => {
    const a = tensor([4, 1, 0.5, 1, 5, 0.2, 0.5, 0.2, 6], "float64", [3, 3]);
    const grown = (v: Value) => add(a, mul(0.1, engine.outer(v, v)));
    const through: { readonly [name: string]: (v: Value) => Value } = {
      solve: (v) => engine.solve(grown(sin(v)), exp(v)),
      cholesky: (v) => engine.cholesky(grown(v)),
      det: (v) => engine.det(engine.kron(grown(v), grown(cos(v)))),
      matmul: (v) => matmul(grown(v), engine.tanh(v)),
      max: (v) => mul(engine.max(exp(v)), engine.min(v, [0], true)),
      sort: (v) => mul(engine.sort(square(v)), v),
      cumulative: (v) => engine.cumprod(engine.cumsum(cos(v))),
      softmax: (v) => engine.softmax(mul(v, v)),
      norm: (v) => engine.norm(v),
      chosen: (v) => engine.gather(exp(v), engine.argmax(v)),
      parts: (v) => engine.concat([engine.pad(v, [[1, 0]]), engine.roll(sin(v), 1)]),
    };
    const [x, direction] = [tensor([0.3, -0.8, 1.1]), tensor([1, 0.5, -0.25])];
    for (const [name, f] of Object.entries(through)) {
      let g = f;
      taylor(f, x, direction, 4).forEach((c, k) => {
        const expected = numbers(g(x));
        numbers(c).forEach((entry, i) => {
          close(entry * factorial(k), expected[i]!, 1e-11, `${name}, order ${k}`);
        });
        const before = g;
        g = (y) => jvp(before, [y], [direction]).tangent;
      });
    }
  });

  it("choose at the point: where, abs, a branch; steps are constant", () => {
    const f = (x: Value) => engine.where(engine.greater(x, 0), square(x), mul(-3, x));
    assert.deepEqual(items(taylor(f, scalar(2), one, 3)), [4, 4, 1, 0]);
    assert.deepEqual(items(taylor(f, scalar(-2), one, 3)), [6, -3, 0, 0]);
    assert.deepEqual(
      items(taylor(abs, scalar(-2), one, 3)),
      [2, -1, -0, -0].map((c) => c || 0),
    );
    const branch = (x: Value) => (engine.concretize(engine.greater(x, 0)).item() ? square(x) : x);
    assert.deepEqual(items(taylor(branch, scalar(3), one, 2)), [9, 6, 1]);
    assert.deepEqual(items(taylor((x) => add(engine.floor(x), square(x)), scalar(1.5), one, 2)), [3.25, 3, 1]);
    assert.deepEqual(items(taylor(() => scalar(7), scalar(1), one, 2)), [7, 0, 0]);
    assert.deepEqual(items(taylor(engine.stopGradient, scalar(2), one, 2)), [2, 0, 0]);
  });

  it("nest: in a gradient, in a batch, in each other, in a graph", () => {
    const third = (x: Value) => taylor(engine.tan, x, one, 3)[3]!;
    const x = scalar(0.4);
    close(peek(gradient((y) => third(y!))(x)[0]!).item(), 4 * items(taylor(engine.tan, x, one, 4))[4]!, 1e-13);
    close(peek(taylor(third, x, one, 1)[1]!).item(), 4 * items(taylor(engine.tan, x, one, 4))[4]!, 1e-13);
    const many = tensor([0.1, 0.4, -1]);
    const batch = vmap((y) => taylor(COMPOSITIONS.bell!, y!, one, 6)[6]!)(many);
    const single = numbers(many).map((y) => items(taylor(COMPOSITIONS.bell!, scalar(y), one, 6))[6]!);
    numbers(batch).forEach((c, i) => {
      close(c, single[i]!, 1e-13);
    });
    const graph = engine.stage([{ name: "x", primal: x }], ([y]) => [third(y!)]);
    const out: number[] = [];
    assert.ok(engine.lower(graph)([-0.9], out));
    close(out[0]!, items(taylor(engine.tan, scalar(-0.9), one, 3))[3]!, 1e-13);
    // The function that is expanded may differentiate by itself.
    const slope = (y: Value) => gradient((z) => exp(mul(2, z!)))(y)[0]!;
    items(taylor(slope, scalar(0), one, 4)).forEach((c, k) => {
      close(c, 2 ** (k + 1) / factorial(k), 1e-14);
    });
  });

  it("go through chains of thousands of operations, and keep the element type", () => {
    const long = (x: Value) => {
      let y = x;
      for (let k = 0; k < 5000; k++) y = add(mul(y, 0.5), sin(y));
      return y;
    };
    const [, slope] = items(taylor(long, scalar(0.1), one, 2));
    close(slope!, peek(jvp(long, [scalar(0.1)], [one]).tangent).item(), 1e-12);
    const float32 = taylor(exp, scalar(1, "float32"), scalar(1, "float32"), 3);
    assert.deepEqual(
      float32.map((c) => c.dtype),
      ["float32", "float32", "float32", "float32"],
    );
  });

  it("refuse what has no series", () => {
    assert.throws(() => taylor(sin, scalar(1), one, -1), /an order is a whole number from 0 to 170, not -1/);
    assert.throws(() => taylor(sin, scalar(1), one, 1.5), /not 1.5/);
    assert.throws(() => taylor(sin, scalar(1, "int64"), one, 2), /not of int64/);
    assert.throws(() => taylor(sin, tensor([1, 2]), one, 2), /a direction of shape \(\) for an input of shape \(2\)/);
    assert.throws(() => nthDerivative(sin, 171), /not 171/);
  });
});

describe("the n-th derivative", () => {
  it("of a number, and of each element", () => {
    assert.deepEqual(numbers(nthDerivative((x) => engine.pow(x, 5), 4)(scalar(2))), [240]);
    const x = tensor([0, 1, 2]);
    numbers(nthDerivative(sin, 7)(x)).forEach((y, i) => {
      close(y, -Math.cos(i), 1e-14);
    });
    assert.deepEqual(numbers(nthDerivative(sin, 0)(x)), numbers(sin(x)));
    close(peek(nthDerivative(engine.log, 30)(scalar(2))).item(), -factorial(29) / 2 ** 30, 1e-12);
  });
});

describe("series in several variables", () => {
  it("have the mixed derivatives over factorials, to any total degree", () => {
    const f = (x: Operand, y: Operand, z: Operand) => mul(exp(mul(x, y)), sin(add(y, mul(2, z))));
    const at = scalars(0.3, -0.4, 0.5);
    const terms = taylorTerms((x, y, z) => f(x!, y!, z!), at, 4);
    assert.equal(terms.length, 35);
    for (const { powers, coefficient } of terms) {
      let g = (...xs: Value[]) => f(xs[0]!, xs[1]!, xs[2]!);
      powers.forEach((power, k) => {
        for (let n = 0; n < power; n++) {
          const before = g;
          g = (...xs) =>
            jvp(
              before,
              xs,
              xs.map((_, i) => (i === k ? one : null)),
            ).tangent;
        }
      });
      const divisor = powers.reduce((product, power) => product * factorial(power), 1);
      close(peek(coefficient).item(), peek(g(...at)).item() / divisor, 1e-12, `powers ${powers}`);
    }
  });

  it("are given by degree, the first variables first", () => {
    const terms = taylorTerms((x, y) => mul(square(x!), y!), scalars(1, 2), 2);
    assert.deepEqual(
      terms.map(({ powers, coefficient }) => [...powers, peek(coefficient).item()]),
      [
        [0, 0, 2],
        [1, 0, 4],
        [0, 1, 1],
        [2, 0, 2],
        [1, 1, 2],
        [0, 2, 0],
      ],
    );
    assert.throws(() => taylorTerms((x) => x!, scalars(...new Array(20).fill(1)), 10), /a series of 30045015 terms/);
  });

  it("agree with the Hessian", () => {
    const f = (v: Value) => sum(exp(mul(v, engine.roll(v, 1))));
    const x = [0.2, -0.5, 0.7];
    const h = numbers(engine.hessian(f)(tensor(x)));
    const g = (...xs: Value[]) => f(engine.stack(xs));
    for (const { powers, coefficient } of taylorTerms(g, scalars(...x), 2)) {
      const [i, j] = powers.flatMap((power, k) => new Array<number>(power).fill(k));
      if (j === undefined) continue;
      close(peek(coefficient).item() * (i === j ? 2 : 1), h[i! * 3 + j]!, 1e-13);
    }
  });
});

describe("Taylor polynomials, for reading", () => {
  const at = (name: string, point: number) => [{ name, at: point }];

  it("in powers of the distance, in ascending order", () => {
    assert.equal(text(taylorPolynomial((x) => exp(x!), at("x", 0), 3)), "1 + x + x²/2 + x³/6");
    assert.equal(latex(taylorPolynomial((x) => sin(x!), at("x", 0), 5)), "x - \\frac{x^{3}}{6} + \\frac{x^{5}}{120}");
    assert.equal(text(taylorPolynomial((x) => engine.log(x!), at("x", 1), 3)), "(x − 1) − (x − 1)²/2 + (x − 1)³/3");
    assert.equal(
      latex(taylorPolynomial((t) => sqrt(t!), at("t", 4), 2)),
      "2 + \\frac{t - 4}{4} - 0.015625 \\left(t - 4\\right)^{2}",
    );
    assert.equal(text(taylorPolynomial((x) => square(x!), at("x", -1), 5)), "1 − 2(x + 1) + (x + 1)²");
  });

  it("without rounding errors, and with what has no number", () => {
    assert.equal(text(taylorPolynomial((x) => cos(x!), at("x", Math.PI / 2), 3)), "−(x − π/2) + (x − π/2)³/6");
    assert.equal(text(taylorPolynomial((x) => mul(x!, 0), at("x", 1), 2)), "0");
    assert.match(text(taylorPolynomial((x) => sqrt(x!), at("x", 0), 1)), /^∞·x$/);
  });

  it("in several variables", () => {
    const variables = [
      { name: "x", at: 1 },
      { name: "y", at: 0 },
    ];
    assert.equal(
      text(taylorPolynomial((x, y) => mul(square(x!), sin(y!)), variables, 3)),
      "y + 2y·(x − 1) + y·(x − 1)² − y³/6",
    );
    assert.throws(
      () => taylorPolynomial((x) => engine.stack([x!, x!]), at("x", 0), 1),
      /a Taylor polynomial is of one number, not of shape \(2\)/,
    );
  });
});
