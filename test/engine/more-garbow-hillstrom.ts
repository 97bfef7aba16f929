/**
 * The test problems of Moré, Garbow and Hillstrom, Testing Unconstrained Optimization Software, ACM TOMS 7 (1981), 17–41:
 * residuals, standard starting points, and the known minima of the sum of squares (its local minima too).
 */
import {
  add,
  atan,
  cos,
  Differentiable,
  div,
  exp,
  less,
  mul,
  type Operand,
  pow,
  sin,
  sqrt,
  square,
  stack,
  sub,
  type Value,
  where,
} from "../../src/engine";

export interface TestProblem {
  readonly name: string;
  readonly start: readonly number[];
  /** f(x*) at all known minima, the least first. */
  readonly minima: readonly number[];
  readonly residuals: (x: readonly Value[]) => Value[];
}

const sum = (terms: readonly Operand[]): Value => terms.reduce<Value>((total, term) => add(total, term), add(0, 0));
const product = (factors: readonly Operand[]): Value =>
  factors.reduce<Value>((total, factor) => mul(total, factor), add(1, 0));
const to = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

const BARD = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39];
const GAUSS = [
  0.0009, 0.0044, 0.0175, 0.054, 0.1295, 0.242, 0.3521, 0.3989, 0.3521, 0.242, 0.1295, 0.054, 0.0175, 0.0044, 0.0009,
];
const MEYER = [34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872];
const KOWALIK = [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246];
const KOWALIK_AT = [4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625];
const OSBORNE_1 = [
  0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.85, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603, 0.58,
  0.558, 0.538, 0.522, 0.506, 0.49, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.42, 0.414, 0.411, 0.406,
];
const OSBORNE_2 = [
  1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655, 0.616, 0.606, 0.602,
  0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.5, 0.423, 0.395, 0.375,
  0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591,
  0.559, 0.597, 0.625, 0.739, 0.71, 0.729, 0.72, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054,
];

function rosenbrock(x: readonly Value[]): Value[] {
  return to(x.length / 2).flatMap((i) => {
    const [a, b] = [x[2 * i - 2]!, x[2 * i - 1]!];
    return [mul(10, sub(b, square(a))), sub(1, a)];
  });
}

function powellSingular(x: readonly Value[]): Value[] {
  return to(x.length / 4).flatMap((i) => {
    const [a, b, c, d] = x.slice(4 * i - 4, 4 * i) as [Value, Value, Value, Value];
    return [
      add(a, mul(10, b)),
      mul(Math.sqrt(5), sub(c, d)),
      square(sub(b, mul(2, c))),
      mul(Math.sqrt(10), square(sub(a, d))),
    ];
  });
}

const repeated = (pattern: readonly number[], times: number) => to(times).flatMap(() => pattern);

export const problems: readonly TestProblem[] = [
  { name: "Rosenbrock", start: [-1.2, 1], minima: [0], residuals: rosenbrock },
  {
    name: "Freudenstein–Roth",
    start: [0.5, -2],
    minima: [0, 48.98425],
    residuals: ([x, y]) => [
      sum([-13, x!, mul(sub(mul(sub(5, y!), y!), 2), y!)]),
      sum([-29, x!, mul(sub(mul(add(y!, 1), y!), 14), y!)]),
    ],
  },
  {
    name: "Powell badly scaled",
    start: [0, 1],
    minima: [0],
    residuals: ([x, y]) => [sub(mul(mul(1e4, x!), y!), 1), sub(add(exp(mul(-1, x!)), exp(mul(-1, y!))), 1.0001)],
  },
  {
    name: "Brown badly scaled",
    start: [1, 1],
    minima: [0],
    residuals: ([x, y]) => [sub(x!, 1e6), sub(y!, 2e-6), sub(mul(x!, y!), 2)],
  },
  {
    name: "Beale",
    start: [1, 1],
    minima: [0],
    residuals: ([x, y]) => [1.5, 2.25, 2.625].map((c, i) => sub(c, mul(x!, sub(1, pow(y!, i + 1))))),
  },
  {
    name: "Jennrich–Sampson",
    start: [0.3, 0.4],
    minima: [124.36218],
    residuals: ([x, y]) => to(10).map((i) => sub(2 + 2 * i, add(exp(mul(i, x!)), exp(mul(i, y!))))),
  },
  {
    name: "helical valley",
    start: [-1, 0, 0],
    minima: [0],
    residuals: ([x, y, z]) => {
      const turn = add(div(atan(div(y!, x!)), 2 * Math.PI), where(less(x!, 0), 0.5, 0));
      return [mul(10, sub(z!, mul(10, turn))), mul(10, sub(sqrt(add(square(x!), square(y!))), 1)), z!];
    },
  },
  {
    name: "Bard",
    start: [1, 1, 1],
    minima: [8.214877e-3, 17.42869],
    residuals: ([x, y, z]) =>
      BARD.map((value, k) => {
        const u = k + 1;
        const v = 16 - u;
        return sub(value, add(x!, div(u, add(mul(v, y!), mul(Math.min(u, v), z!)))));
      }),
  },
  {
    name: "Gaussian",
    start: [0.4, 1, 0],
    minima: [1.1279327e-8],
    residuals: ([x, y, z]) =>
      GAUSS.map((value, k) => sub(mul(x!, exp(div(mul(mul(-1, y!), square(sub((8 - (k + 1)) / 2, z!))), 2))), value)),
  },
  {
    name: "Meyer",
    start: [0.02, 4000, 250],
    minima: [87.94585],
    residuals: ([x, y, z]) => MEYER.map((value, k) => sub(mul(x!, exp(div(y!, add(45 + 5 * (k + 1), z!)))), value)),
  },
  {
    name: "Gulf research",
    start: [5, 2.5, 0.15],
    minima: [0],
    residuals: ([x, y, z]) =>
      to(10).map((i) => {
        const t = i / 100;
        const at = 25 + (-50 * Math.log(t)) ** (2 / 3);
        const distance = sub(at, y!);
        const length = where(less(distance, 0), mul(-1, distance), distance);
        return sub(exp(div(mul(-1, pow(length, z!)), x!)), t);
      }),
  },
  {
    name: "Box three-dimensional",
    start: [0, 10, 20],
    minima: [0],
    residuals: ([x, y, z]) =>
      to(10).map((i) => {
        const t = i / 10;
        return sub(sub(exp(mul(-t, x!)), exp(mul(-t, y!))), mul(z!, Math.exp(-t) - Math.exp(-10 * t)));
      }),
  },
  { name: "Powell singular", start: [3, -1, 0, 1], minima: [0], residuals: powellSingular },
  {
    name: "Wood",
    start: [-3, -1, -3, -1],
    minima: [0],
    residuals: ([a, b, c, d]) => [
      mul(10, sub(b!, square(a!))),
      sub(1, a!),
      mul(Math.sqrt(90), sub(d!, square(c!))),
      sub(1, c!),
      mul(Math.sqrt(10), sub(add(b!, d!), 2)),
      div(sub(b!, d!), Math.sqrt(10)),
    ],
  },
  {
    name: "Kowalik–Osborne",
    start: [0.25, 0.39, 0.415, 0.39],
    minima: [3.0750561e-4, 1.0273e-3],
    residuals: ([a, b, c, d]) =>
      KOWALIK.map((value, k) => {
        const u = KOWALIK_AT[k]!;
        return sub(value, div(mul(a!, add(u * u, mul(u, b!))), sum([u * u, mul(u, c!), d!])));
      }),
  },
  {
    name: "Brown–Dennis",
    start: [25, 5, -5, -1],
    minima: [85822.2016],
    residuals: ([a, b, c, d]) =>
      to(20).map((i) => {
        const t = i / 5;
        return add(
          square(sub(add(a!, mul(t, b!)), Math.exp(t))),
          square(sub(add(c!, mul(d!, Math.sin(t))), Math.cos(t))),
        );
      }),
  },
  {
    name: "Osborne 1",
    start: [0.5, 1.5, -1, 0.01, 0.02],
    minima: [5.4648947e-5],
    residuals: ([a, b, c, d, e]) =>
      OSBORNE_1.map((value, k) =>
        sub(value, sum([a!, mul(b!, exp(mul(-10 * k, d!))), mul(c!, exp(mul(-10 * k, e!)))])),
      ),
  },
  {
    name: "Biggs EXP6",
    start: [1, 2, 1, 1, 1, 1],
    minima: [0, 5.65565e-3],
    residuals: ([a, b, c, d, e, f]) =>
      to(13).map((i) => {
        const t = i / 10;
        const seen = Math.exp(-t) - 5 * Math.exp(-10 * t) + 3 * Math.exp(-4 * t);
        const part = (weight: Value, rate: Value) => mul(weight, exp(mul(-t, rate)));
        return sub(sum([part(c!, a!), mul(-1, part(d!, b!)), part(f!, e!)]), seen);
      }),
  },
  {
    name: "Osborne 2",
    start: [1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5],
    minima: [4.0137736e-2, 1.789813],
    residuals: (x) =>
      OSBORNE_2.map((value, k) => {
        const t = k / 10;
        const bump = (i: number) => mul(x[i]!, exp(mul(mul(-1, square(sub(t, x[i + 7]!))), x[i + 4]!)));
        return sub(value, sum([mul(x[0]!, exp(mul(-t, x[4]!))), bump(1), bump(2), bump(3)]));
      }),
  },
  {
    name: "Watson",
    start: [0, 0, 0, 0, 0, 0],
    minima: [2.2876701e-3],
    residuals: (x) => [
      ...to(29).map((i) => {
        const t = i / 29;
        const slope = sum(x.slice(1).map((c, j) => mul((j + 1) * t ** j, c)));
        const height = sum(x.map((c, j) => mul(t ** j, c)));
        return sub(sub(slope, square(height)), 1);
      }),
      x[0]!,
      sub(sub(x[1]!, square(x[0]!)), 1),
    ],
  },
  { name: "extended Rosenbrock", start: repeated([-1.2, 1], 5), minima: [0], residuals: rosenbrock },
  { name: "extended Powell singular", start: repeated([3, -1, 0, 1], 3), minima: [0], residuals: powellSingular },
  {
    name: "penalty I",
    start: [1, 2, 3, 4],
    minima: [2.2499775e-5],
    residuals: (x) => [...x.map((c) => mul(Math.sqrt(1e-5), sub(c, 1))), sub(sum(x.map(square)), 0.25)],
  },
  {
    name: "penalty II",
    start: [0.5, 0.5, 0.5, 0.5],
    minima: [9.3762928e-6],
    residuals: (x) => {
      const n = x.length;
      const root = Math.sqrt(1e-5);
      const e = (c: Value) => exp(div(c, 10));
      return [
        sub(x[0]!, 0.2),
        ...x
          .slice(1)
          .map((c, k) => mul(root, sub(add(e(c), e(x[k]!)), Math.exp((k + 2) / 10) + Math.exp((k + 1) / 10)))),
        ...x.slice(1).map((c) => mul(root, sub(e(c), Math.exp(-1 / 10)))),
        sub(sum(x.map((c, k) => mul(n - k, square(c)))), 1),
      ];
    },
  },
  {
    name: "variably dimensioned",
    start: to(10).map((j) => 1 - j / 10),
    minima: [0],
    residuals: (x) => {
      const total = sum(x.map((c, k) => mul(k + 1, sub(c, 1))));
      return [...x.map((c) => sub(c, 1)), total, square(total)];
    },
  },
  {
    name: "trigonometric",
    start: to(10).map(() => 1 / 10),
    minima: [0, 2.7950611e-5],
    residuals: (x) => {
      const cosines = sum(x.map(cos));
      return x.map((c, k) => sub(sum([x.length, mul(k + 1, sub(1, cos(c))), mul(-1, sin(c))]), cosines));
    },
  },
  {
    name: "Brown almost-linear",
    start: to(10).map(() => 0.5),
    minima: [0, 1],
    residuals: (x) => {
      const total = sum(x);
      return [...x.slice(0, -1).map((c) => sub(add(c, total), x.length + 1)), sub(product(x), 1)];
    },
  },
  {
    name: "discrete boundary value",
    start: to(10).map((j) => (j / 11) * (j / 11 - 1)),
    minima: [0],
    residuals: (x) => {
      const h = 1 / (x.length + 1);
      return x.map((c, k) => {
        const cube = mul((h * h) / 2, pow(add(c, (k + 1) * h + 1), 3));
        return sum([mul(2, c), mul(-1, x[k - 1] ?? 0), mul(-1, x[k + 1] ?? 0), cube]);
      });
    },
  },
  {
    name: "Broyden tridiagonal",
    start: to(10).map(() => -1),
    minima: [0],
    residuals: (x) =>
      x.map((c, k) => sum([mul(sub(3, mul(2, c)), c), mul(-1, x[k - 1] ?? 0), mul(-2, x[k + 1] ?? 0), 1])),
  },
  {
    name: "Broyden banded",
    start: to(10).map(() => -1),
    minima: [0],
    residuals: (x) =>
      x.map((c, k) => {
        const near = x.filter((_, j) => j !== k && j >= k - 5 && j <= k + 1);
        return sub(add(mul(c, add(2, mul(5, square(c)))), 1), sum(near.map((d) => mul(d, add(1, d)))));
      }),
  },
  {
    name: "Chebyquad",
    start: to(8).map((j) => j / 9),
    minima: [3.5168737e-3],
    residuals: (x) => {
      // Chebyshev polynomials on [0, 1], by their recurrence.
      let before: readonly Value[] = x.map(() => add(1, 0));
      let now: readonly Value[] = x.map((c) => sub(mul(2, c), 1));
      return x.map((_, k) => {
        const degree = k + 1;
        const mean = div(sum(now), x.length);
        [before, now] = [now, now.map((t, j) => sub(mul(2, mul(sub(mul(2, x[j]!), 1), t)), before[j]!))];
        return degree % 2 === 0 ? add(mean, 1 / (degree * degree - 1)) : mean;
      });
    },
  },
];

const parameters = ({ start }: TestProblem) => start.map((_, i) => ({ name: `x${i + 1}`, shape: [] }));

/** The residuals as one function. */
export const residualsOf = (problem: TestProblem) =>
  new Differentiable(parameters(problem), (x) => stack(problem.residuals(x)));

/** Their sum of squares. */
export const sumOfSquares = (problem: TestProblem) =>
  new Differentiable(parameters(problem), (x) => sum(problem.residuals(x).map(square)));
