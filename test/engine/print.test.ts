/** Formulas: as a mathematician would write them, and of the value that they claim. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { all, create, type MathJsInstance } from "mathjs";
import {
  abs,
  add,
  cast,
  concretize,
  conditionsOf,
  cos,
  derivativeExpression,
  div,
  type Expression,
  elementwiseOps,
  equal,
  erf,
  exp,
  expressionOf,
  floor,
  floordiv,
  formulaOf,
  type Graph,
  gradientNodes,
  greater,
  hypot,
  latex,
  latexSymbol,
  less,
  log,
  logicalAnd,
  logicalOr,
  lower,
  maximum,
  mod,
  mul,
  Node,
  neg,
  nodesOf,
  peek,
  pow,
  reciprocal,
  relu,
  scalar,
  sigmoid,
  sin,
  sqrt,
  square,
  stage,
  sub,
  tanh,
  text,
  type Value,
  where,
  writtenSize,
} from "../../src/engine";
import { close, plain, taped } from "./support";
import { build, coordinate, trees } from "./trees";

type Formula = (...inputs: Value[]) => Value;

function graphOf(names: string, f: Formula, at: readonly number[] = []): Graph {
  return stage(
    names.split(" ").map((name, k) => ({ name, primal: scalar(at[k] ?? 0.7) })),
    (inputs) => [f(...inputs)],
  );
}

/** The function's text, then that of each derivative. */
function texts(names: string, f: Formula, write: typeof text | typeof latex = text): string[] {
  const graph = graphOf(names, f);
  const output = graph.outputs[0]!;
  const derivatives = gradientNodes(output, graph.inputs).map((node) =>
    node ? write(derivativeExpression(node, output), true) : "–",
  );
  return [write(expressionOf(output)), ...derivatives];
}

describe("formulas in plain text, with their derivatives", () => {
  const cases: [string, Formula, string, ...string[]][] = [
    ["x", (x) => sub(add(mul(3, pow(x, 2)), mul(2, x)), 1), "3x² + 2x − 1", "6x + 2"],
    ["x1 x2", (a, b) => mul(add(a, 5), pow(b, 2)), "(x1 + 5)·x2²", "x2²", "2·x2·(x1 + 5)"],
    [
      "x",
      (x) => div(tanh(mul(2, x)), sqrt(add(pow(x, 2), 1))),
      "tanh(2x)/sqrt(x² + 1)",
      "2·sech(2x)²/sqrt(x² + 1) − x·tanh(2x)/(x² + 1)^(3/2)",
    ],
    ["x", (x) => mul(1, x), "x", "1"],
    ["x", (x) => add(x, mul(-1, x)), "0", "0"],
    ["x", (x) => add(mul(2, x), mul(3, x)), "5x", "5"],
    ["x y", (x, y) => add(mul(x, y), mul(y, x)), "2x·y", "2y", "2x"],
    ["x y", (x, y) => add(x, neg(y)), "x − y", "1", "−1"],
    ["x y", (x, y) => sub(neg(x), mul(2, y)), "−x − 2y", "−1", "−2"],
    ["x", (x) => sub(2, neg(x)), "2 + x", "1"],
    ["x", (x) => neg(add(x, 1)), "−(x + 1)", "−1"],
    ["x y", (x, y) => div(x, y), "x/y", "1/y", "−x/y²"],
    ["x y", (x, y) => div(mul(x, y), add(x, y)), "x·y/(x + y)", "y/(x + y) − x·y/(x + y)²", "x/(x + y) − x·y/(x + y)²"],
    ["x", (x) => div(x, 3), "x/3", "1/3"],
    ["x", (x) => div(x, 49), "x/49", "1/49"],
    ["x", (x) => div(1, sqrt(x)), "1/sqrt(x)", "−1/(2x^(3/2))"],
    ["x", (x) => pow(x, -2), "1/x²", "−2/x³"],
    ["x", (x) => pow(x, 0.5), "sqrt(x)", "1/(2·sqrt(x))"],
    ["x", (x) => pow(x, 1 / 3), "x^(1/3)", "1/(3x^(2/3))"],
    ["x", (x) => exp(neg(div(square(x), 2))), "exp(−x²/2)", "−x·exp(−x²/2)"],
    ["x", (x) => pow(sin(x), 2), "sin(x)²", "2·sin(x)·cos(x)"],
    ["x", (x) => mul(x, exp(x)), "x·exp(x)", "x·exp(x) + exp(x)"],
    ["x y", (x, y) => pow(x, y), "x^y", "y·x^(y − 1)", "x^y·log(x)"],
    ["x", (x) => mul(abs(x), x), "abs(x)·x", "x·sign(x) + abs(x)"],
    ["x", (x) => sin(mul(2 * Math.PI, x)), "sin(2π·x)", "2π·cos(2π·x)"],
    ["x", (x) => mul(Math.PI / 2, x), "π·x/2", "π/2"],
    ["x", (x) => relu(square(x)), "relu(x²)", "where(x² > 0, 2x, 0)"],
    [
      "x y",
      (x, y) => maximum(x, y),
      "max(x, y)",
      "where(x > y, 1, where(x = y, 0.5, 0))",
      "where(y > x, 1, where(x = y, 0.5, 0))",
    ],
    ["x y", (x, y) => mod(mul(2, x), y), "(2x) mod y", "2", "−floor(2x/y)"],
    ["x y", (x, y) => mul(2, mod(x, y)), "2(x mod y)", "2", "−2·floor(x/y)"],
    ["x y", (x, y) => floordiv(add(x, 1), y), "floor((x + 1)/y)", "0", "0"],
    ["x y", (x, y) => hypot(x, y), "sqrt(x² + y²)", "x/sqrt(x² + y²)", "y/sqrt(x² + y²)"],
    [
      "x y",
      (x, y) => add(square(sub(1, x)), mul(100, square(sub(y, square(x))))),
      "(1 − x)² + 100(y − x²)²",
      "−400x·(y − x²) − 2(1 − x)",
      "200(y − x²)",
    ],
    ["x y z", (x, y, z) => add(add(mul(x, y), mul(y, z)), mul(z, x)), "x·y + y·z + z·x", "y + z", "x + z", "x + y"],
    ["rate w[0]", (r, w) => mul(mul(2, r), w), "2·rate·w[0]", "2·w[0]", "2·rate"],
    ["x", (x) => mul(x, cast(cast(x, "int32"), "float64")), "x·trunc(x)", "trunc(x)"],
    ["x", (x) => reciprocal(add(1, exp(neg(x)))), "1/(1 + exp(−x))", "exp(−x)/(1 + exp(−x))²"],
    ["s", (s) => sigmoid(s), "sigmoid(s)", "sigmoid(s)·sigmoid(−s)"],
  ];
  for (const [names, f, ...expected] of cases)
    it(expected[0]!, () => {
      assert.deepEqual(texts(names, f), expected);
    });

  it("keep the holes of quotients", () => {
    assert.deepEqual(texts("x", (x) => div(x, x))[0], "x/x");
    assert.deepEqual(texts("x", (x) => div(x, pow(x, 5)))[0], "1/x⁴");
    assert.deepEqual(texts("x", (x) => div(pow(x, 2), x))[0], "x²/x");
    assert.deepEqual(texts("x", (x) => mul(pow(x, 0.5), pow(x, 0.5)))[0], "sqrt(x)²");
  });
});

describe("formulas in LaTeX", () => {
  const cases: [string, Formula, string, ...string[]][] = [
    ["x", (x) => sub(add(mul(3, pow(x, 2)), mul(2, x)), 1), "3 x^{2} + 2 x - 1", "6 x + 2"],
    [
      "x1 x2",
      (a, b) => mul(add(a, 5), pow(b, 2)),
      "\\left(x_{1} + 5\\right) x_{2}^{2}",
      "x_{2}^{2}",
      "2 x_{2} \\left(x_{1} + 5\\right)",
    ],
    [
      "theta",
      (t) => mul(1 / 3, sin(t)),
      "\\frac{\\sin\\left(\\theta\\right)}{3}",
      "\\frac{\\cos\\left(\\theta\\right)}{3}",
    ],
    ["theta", (t) => div(pow(t, 2), 6), "\\frac{\\theta^{2}}{6}", "\\frac{\\theta}{3}"],
    ["x", (x) => mul(Math.PI / 2, x), "\\frac{\\pi x}{2}", "\\frac{\\pi}{2}"],
    ["x", (x) => pow(cos(x), 2), "\\cos^{2}\\left(x\\right)", "-2 \\sin\\left(x\\right) \\cos\\left(x\\right)"],
    [
      "x",
      (x) => pow(sin(x), 0.5),
      "\\sqrt{\\sin\\left(x\\right)}",
      "\\frac{\\cos\\left(x\\right)}{2 \\sqrt{\\sin\\left(x\\right)}}",
    ],
    ["x", (x) => pow(log(x), 3), "\\ln^{3}\\left(x\\right)", "\\frac{3 \\ln^{2}\\left(x\\right)}{x}"],
    ["x", (x) => pow(x, 1 / 3), "x^{1/3}", "\\frac{1}{3 x^{2/3}}"],
    ["x", (x) => mul(mul(2, x), exp(x)), "2 x e^{x}", "2 x e^{x} + 2 e^{x}"],
    ["x", (x) => mul(x, pow(2, x)), "x \\cdot 2^{x}", "\\ln\\left(2\\right) x \\cdot 2^{x} + 2^{x}"],
    ["x", (x) => mul(1e-7, x), "10^{-7} x", "10^{-7}"],
    ["x", (x) => sigmoid(x), "\\sigma\\left(x\\right)", "\\sigma\\left(x\\right) \\sigma\\left(-x\\right)"],
    ["x", (x) => abs(add(x, 1)), "\\left|x + 1\\right|", "\\operatorname{sign}\\left(x + 1\\right)"],
    ["x y", (x, y) => hypot(add(x, 1), y), "\\sqrt{\\left(x + 1\\right)^{2} + y^{2}}"],
    ["x y", (x, y) => floordiv(add(x, 1), y), "\\left\\lfloor \\frac{x + 1}{y} \\right\\rfloor"],
    ["rate w[0,1]", (r, w) => mul(mul(2, r), w), "2\\, \\mathrm{rate}\\, w_{0,1}"],
    [
      "x y",
      (x, y) => maximum(x, y),
      "\\max\\left(x, y\\right)",
      "\\begin{cases} 1 & x > y \\\\ 0.5 & x = y \\\\ 0 & \\text{otherwise} \\end{cases}",
    ],
    [
      "x",
      (x) => relu(square(x)),
      "\\operatorname{ReLU}\\left(x^{2}\\right)",
      "\\begin{cases} 2 x & x^{2} > 0 \\\\ 0 & \\text{otherwise} \\end{cases}",
    ],
    [
      "x y",
      (x, y) => add(where(logicalAnd(greater(add(x, 1), y), less(x, 3)), x, y), 1),
      "\\left(\\begin{cases} x & x + 1 > y \\land x < 3 \\\\ y & \\text{otherwise} \\end{cases}\\right) + 1",
    ],
    ["x", (x) => mul(x, greater(x, 0)), "x \\left(x > 0\\right)"],
  ];
  for (const [names, f, ...expected] of cases)
    it(expected[0]!, () => {
      assert.deepEqual(texts(names, f, latex).slice(0, expected.length), expected);
    });

  it("names are written as symbols, Greek letters and subscripts", () => {
    const names = {
      x: "x",
      x1: "x_{1}",
      x_12: "x_{12}",
      alpha: "\\alpha",
      beta_2: "\\beta_{2}",
      Omega: "\\Omega",
      lambda_: "\\lambda",
      lam: "\\lambda",
      rate: "\\mathrm{rate}",
      rate2: "\\mathrm{rate}_{2}",
      x_max: "x_{\\mathrm{max}}",
      learning_rate_0: "\\mathrm{learning\\_rate}_{0}",
      my_long_name: "\\mathrm{my\\_long\\_name}",
      "w[0]": "w_{0}",
      "w[0, 1]": "w_{0,1}",
      "w1[2]": "w_{1,2}",
      _x: "x",
      _: "\\mathrm{\\_}",
    };
    for (const [name, expected] of Object.entries(names)) assert.equal(latexSymbol(name), expected, name);
  });

  it("braces and \\left … \\right match", () => {
    fc.assert(
      fc.property(trees(2, "steps"), (tree) => {
        for (const formula of texts("x y", (x, y) => build(tree, [x!, y!]), latex)) {
          let depth = 0;
          for (const mark of formula.replaceAll(/\\[{}]/g, "")) {
            if (mark === "{") depth++;
            if (mark === "}") depth--;
            assert.ok(depth >= 0, formula);
          }
          assert.equal(depth, 0, formula);
          assert.equal(formula.match(/\\left/g)?.length, formula.match(/\\right/g)?.length);
        }
      }),
    );
  });
});

describe("what is never written", () => {
  it("1·x, x¹, x + −y, two signs or two numbers beside each other", () => {
    fc.assert(
      fc.property(trees(2, "steps"), (tree) => {
        const f: Formula = (x, y) => build(tree, [x!, y!]);
        for (const line of texts("x y", f)) {
          assert.doesNotMatch(line, /(?<![\d.])1[·(xy]|[+−] −|−−|\^1(?![\d.])|·−|undefined/, line);
          assert.doesNotMatch(line, /^\((?:[^()]|\([^()]*\))*\)$/, "needless outer parentheses");
        }
        for (const line of texts("x y", f, latex)) {
          assert.doesNotMatch(line, /[+-] -|--|\^\{1\}|undefined|#/, line);
          assert.doesNotMatch(line, /\d \d/, line);
        }
      }),
    );
  });
});

// ── values ──────────────────────────────────────────────────────────────────

/** The value of an expression, computed from what is to be printed and nothing else. */
function evaluate(expression: Expression, values: { readonly [name: string]: number }): number {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "symbol":
      return values[expression.name]!;
    case "sum":
      return expression.terms.reduce((total, term) => total + evaluate(term, values), 0);
    case "product":
      return expression.factors.reduce(
        (total, { base, exponent }) => total * evaluate(base, values) ** exponent,
        expression.coefficient,
      );
    case "power":
      return evaluate(expression.base, values) ** evaluate(expression.exponent, values);
    case "call": {
      const { op } = expression;
      assert.ok(op.kind === "elementwise");
      const [x, y, z] = expression.inputs.map((input) => evaluate(input, values));
      return op.evaluate(x!, y ?? 0, z ?? 0);
    }
  }
}

const math = create(all!) as MathJsInstance;

/** What every operation's name means in a formula that is read again. */
const functions = Object.fromEntries(
  elementwiseOps.flatMap((op) => {
    const run = (...args: unknown[]) => {
      const [x, y, z] = args.map(Number);
      return op.evaluate(x!, y ?? 0, z ?? 0);
    };
    return [op.name, ...({ maximum: ["max"], minimum: ["min"] }[op.name] ?? [])].map((name) => [name, run]);
  }),
);

/** Reads a formula in plain text, as mathjs does, and computes it. */
function reread(formula: string, values: { readonly [name: string]: number }): number {
  const plain = formula
    .replaceAll(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (digits) => `^${[...digits].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit)).join("")}`)
    .replaceAll("−", "-")
    .replaceAll("·", "*")
    .replaceAll("π", "pi")
    .replaceAll("≤", "<=")
    .replaceAll("≥", ">=")
    .replaceAll("≠", "!=")
    .replaceAll("∞", "Infinity")
    .replaceAll(" = ", " == ");
  return Number(math.evaluate(plain, { ...functions, ...values }));
}

describe("a printed formula has the value of the function", () => {
  const names = ["x", "y1"];
  /** The nodes' values at a point, and the largest number on the way to them: what rounding is measured by. */
  function along(graph: Graph, outputs: readonly Value[], point: readonly number[]) {
    const nodes = nodesOf(outputs);
    const out: number[] = [];
    lower({ ...graph, outputs: [...outputs, ...nodes] })(point, out);
    return { values: out.slice(0, outputs.length), all: out };
  }

  for (const kinks of [false, true])
    it(`over random expressions ${kinks ? "with kinks " : ""}and their derivatives from the tape, read again`, function () {
      this.timeout(60_000);
      let compared = 0;
      fc.assert(
        fc.property(trees(2, kinks ? "kinks" : "smooth"), coordinate, coordinate, (tree, x, y) => {
          const graph = graphOf(names.join(" "), (a, b) => build(tree, [a!, b!]), [x, y]);
          const output = graph.outputs[0]!;
          const gradients = gradientNodes(output, graph.inputs);
          const present = gradients.filter((entry) => entry !== null);
          const { all } = along(graph, [output, ...present], [x, y]);
          // At a kink, rounding decides; where numbers are huge, digits are lost on the way.
          const largest = Math.max(1, ...all.map(Math.abs));
          if (!(largest < 100) || (kinks && all.some((n) => Math.abs(n - Math.round(n)) < 1e-4))) return;
          const point = [scalar(x), scalar(y)];
          const { tape, out } = taped(point, () => build(tree, point));
          const expected = [peek(out).item(), ...tape.gradient([out], point).map((gradient) => plain(gradient))];
          [output, ...gradients].forEach((node, k) => {
            if (!node || writtenSize(node) > 200) return;
            const expression = k > 0 ? derivativeExpression(node, output) : expressionOf(node);
            const line = text(expression, k > 0, 17);
            const value = evaluate(expression, { x, y1: y });
            const number = expected[k] as number;
            // x^y·log(x) is printed without the engine's guard, which makes it 0 at x = 0; and x/x as 1 where the function is defined.
            if (Number.isNaN(value) ? line.includes("log(") : Number.isNaN(number)) return;
            // Terms are collected and multiplied out: what cancels there may be as large as products of what occurs here.
            close(value, number, 1e-12, line, largest ** 2);
            close(reread(line, { x, y1: y }), number, 1e-12, line, largest ** 2);
            compared++;
          });
        }),
        { numRuns: 1500 },
      );
      assert.ok(compared > 300, `${compared} formulas compared`);
    });

  it("with every operation of the table", () => {
    for (const op of elementwiseOps) {
      const inputs = op.domain.map(([low, high]) => low + 0.61 * (high - low));
      const variables = inputs.map((_, k) => `v${k}`);
      const f: Formula = (...args) =>
        build({ kind: "call", name: op.name, inputs: args.map((_, index) => ({ kind: "variable", index })) }, args);
      const graph = graphOf(variables.join(" "), f, inputs);
      const outputs = [graph.outputs[0]!, ...gradientNodes(graph.outputs[0]!, graph.inputs)].filter((o) => o !== null);
      const values = Object.fromEntries(variables.map((name, k) => [name, inputs[k]!]));
      const out: number[] = [];
      lower({ ...graph, outputs })(inputs, out);
      outputs.forEach((output, k) => {
        const expression = expressionOf(output);
        close(evaluate(expression, values), out[k]!, 1e-12, op.name);
        close(reread(text(expression, k > 0), values), out[k]!, 1e-6, `${op.name}: ${text(expression, k > 0)}`);
      });
    }
  });
});

describe("numbers in formulas", () => {
  const shown = (value: number, write = text) => write({ kind: "number", value });

  it("are short, and simple fractions and multiples of π are recognised", () => {
    const cases: [number, string, string][] = [
      [2, "2", "2"],
      [-2, "−2", "-2"],
      [0.25, "0.25", "0.25"],
      [1 / 3, "1/3", "\\frac{1}{3}"],
      [-2 / 3, "−2/3", "-\\frac{2}{3}"],
      [0.1 + 0.2, "0.3", "0.3"],
      [Math.PI, "π", "\\pi"],
      [2 * Math.PI, "2π", "2 \\pi"],
      [Math.PI / 4, "π/4", "\\frac{\\pi}{4}"],
      [Math.E, "e", "e"],
      [Math.LN2, "log(2)", "\\ln\\left(2\\right)"],
      [Math.SQRT2, "sqrt(2)", "\\sqrt{2}"],
      [Math.SQRT1_2, "1/sqrt(2)", "\\frac{1}{\\sqrt{2}}"],
      [-Math.sqrt(3) / 2, "−sqrt(3)/2", "-\\frac{\\sqrt{3}}{2}"],
      [1 / Math.sqrt(2 * Math.PI), "1/sqrt(2π)", "\\frac{1}{\\sqrt{2\\pi}}"],
      [0.123456789123, "0.1234568", "0.1234568"],
      [0.123456789, "0.123456789", "0.123456789"],
      [1.73205081, "1.73205081", "1.73205081"],
      [1e-9, "1e-9", "10^{-9}"],
      [2.5e-12, "2.5e-12", "2.5 \\cdot 10^{-12}"],
      [Infinity, "∞", "\\infty"],
      [-Infinity, "−∞", "-\\infty"],
      [Number.NaN, "NaN", "\\mathrm{nan}"],
      [0, "0", "0"],
    ];
    for (const [value, inText, inLatex] of cases) {
      assert.equal(shown(value), inText);
      assert.equal(shown(value, latex), inLatex);
    }
  });
});

describe("the size of a formula", () => {
  it("is known before it is written, shared parts counted every time", () => {
    const graph = graphOf("x", (x) => {
      let y = x;
      for (let i = 0; i < 60; i++) y = mul(y, sin(y));
      return y;
    });
    assert.ok(writtenSize(graph.outputs[0]!) > 2 ** 60);
    assert.equal(writtenSize(scalar(3)), 1);
    assert.equal(writtenSize(graphOf("x", (x) => sin(x)).outputs[0]!), 2);
  });

  it("is known of a long chain too", () => {
    const graph = graphOf("x", (x) => {
      let y = x;
      for (let i = 0; i < 50_000; i++) y = sin(y);
      return y;
    });
    assert.equal(writtenSize(graph.outputs[0]!), 50_001);
  });
});

describe("long formulas have names for their parts", () => {
  /** The price of a European call, by Black and Scholes. */
  const call: Formula = (S, K, r, s, T) => {
    const normal = (x: Value) => mul(0.5, add(1, erf(div(x, Math.SQRT2))));
    const d = div(add(log(div(S!, K!)), mul(add(r!, div(square(s!), 2)), T!)), mul(s!, sqrt(T!)));
    return sub(mul(S!, normal(d)), mul(mul(K!, exp(mul(neg(r!), T!))), normal(sub(d, mul(s!, sqrt(T!))))));
  };
  const lines = ({ expression, parts }: ReturnType<typeof formulaOf> & object, arranged = false) => [
    text(expression, arranged),
    ...parts.map((part) => `${part.name} = ${text(part.expression, arranged)}`),
  ];

  it("what occurs again is written once", () => {
    const graph = graphOf("S K r sigma T", call);
    const [price] = graph.outputs;
    const sigma = gradientNodes(price!, graph.inputs)[3]!;
    assert.deepEqual(lines(formulaOf(price!, { long: 50 })!), [
      "S·(1 + erf(u/sqrt(2)))/2 − K·exp(−r·T)·(1 + erf((u − sigma·sqrt(T))/sqrt(2)))/2",
      "u = (log(S/K) + (r + sigma²/2)·T)/(sigma·sqrt(T))",
    ]);
    assert.deepEqual(lines(formulaOf(sigma, { of: price! })!, true), [
      "sqrt(T)·u₃ − sqrt(T)·u₂/sqrt(2) − u₁·u₃/sigma",
      "u₁ = (log(S/K) + (r + sigma²/2)·T)/(sigma·sqrt(T))",
      "u₂ = −K·exp(−r·T)·exp(−(u₁ − sigma·sqrt(T))²/2)/sqrt(π)",
      "u₃ = u₂/sqrt(2) + S·exp(−u₁²/2)/sqrt(2π)",
    ]);
    assert.equal(latexSymbol("u₁₂"), "u_{12}");
  });

  it("a short one has none", () => {
    const graph = graphOf("x", (x) => add(mul(sin(x), sin(x)), sin(x)));
    assert.deepEqual(formulaOf(graph.outputs[0]!)!.parts, []);
  });

  it("names differ from those that are taken", () => {
    const nameFor = (taken: string[]) =>
      formulaOf(graphOf("S K r sigma T", call).outputs[0]!, { long: 50, taken })!.parts[0]!.name;
    assert.deepEqual([["S"], ["u"], ["u1", "v"], ["u[0]", "v_2", "w"], ["user"]].map(nameFor), [
      "u",
      "v",
      "w",
      "q",
      "u",
    ]);
  });

  it("a chain that doubles at every step is one line for each step, or too long", () => {
    const chain = (steps: number) =>
      graphOf("x", (x) => {
        let y = x;
        for (let i = 0; i < steps; i++) y = mul(add(y, sin(y)), cos(y));
        return y;
      }).outputs[0]!;
    const { parts } = formulaOf(chain(8))!;
    assert.ok(parts.length > 2 && parts.length <= 10);
    assert.equal(formulaOf(chain(300)), undefined);
  });

  it("they mean what the whole means, over random expressions", () => {
    let named = 0;
    fc.assert(
      fc.property(trees(2), coordinate, coordinate, (tree, x, y) => {
        const graph = graphOf("x y", (a, b) => build(tree, [a!, b!]), [x, y]);
        const [output] = graph.outputs;
        const gradients = gradientNodes(output!, graph.inputs).filter((entry) => entry !== null);
        for (const node of [output!, ...gradients]) {
          const formula = formulaOf(node, { of: node === output ? undefined : output, long: 12, most: 5000 });
          if (!formula || !(node instanceof Node) || Math.abs(peek(node).item()) > 1e3) continue;
          const values: { [name: string]: number } = { x, y };
          for (const part of formula.parts) values[part.name] = evaluate(part.expression, values);
          const value = evaluate(formula.expression, values);
          if (formula.parts.length > 0) named++;
          const all = nodesOf([node]).map((one) => Math.abs(peek(one).item()));
          if (Number.isFinite(value) && all.every((size) => size < 1e4)) close(value, peek(node).item(), 1e-9, "", 1e4);
        }
      }),
      { numRuns: 400 },
    );
    assert.ok(named > 20, `${named} formulas had parts`);
  });
});

describe("the condition under which a graph holds", () => {
  /** Of a function that looks at these tests. */
  function condition(at: readonly number[], look: (x: Value, y: Value) => void): string {
    const traced: Formula = (x, y) => {
      look(x!, y!);
      return x!;
    };
    const graph = graphOf("x y", traced, at);
    const { expressions, more } = conditionsOf(graph.guards);
    return [...expressions.map((expression) => text(expression)), ...(more > 0 ? [`${more} more`] : [])].join(" and ");
  }
  const cases: [string, number[], (x: Value, y: Value) => void][] = [
    ["x > 0", [1, 1], (x) => concretize(greater(x, 0))],
    ["x ≤ 0", [-1, 1], (x) => concretize(greater(x, 0))],
    ["x < y", [1, 2], (x, y) => concretize(less(x, y))],
    ["x ≥ y", [2, 1], (x, y) => concretize(less(x, y))],
    ["x > 2", [3, 1], (x) => concretize(greater(div(x, 2), 1))],
    ["x > 1", [3, 1], (x) => concretize(greater(sub(x, 1), 0))],
    ["x < 0", [-3, 1], (x) => concretize(greater(neg(x), 0))],
    ["x > 0", [3, 1], (x) => concretize(less(0, x))],
    ["x + y > 1", [3, 1], (x, y) => concretize(greater(add(x, y), 1))],
    ["x > 0 and y ≤ 1", [1, 1], (x, y) => [greater(x, 0), greater(y, 1)].map(concretize)],
    ["x > 0 and y < 3", [1, 1], (x, y) => concretize(logicalAnd(greater(x, 0), less(y, 3)))],
    ["not (x > 0 and y < 3)", [1, 4], (x, y) => concretize(logicalAnd(greater(x, 0), less(y, 3)))],
    ["x ≤ 0 and y ≥ 3", [-1, 4], (x, y) => concretize(logicalOr(greater(x, 0), less(y, 3)))],
    ["x ≠ y", [1, 2], (x, y) => concretize(equal(x, y))],
    ["floor(x) = 2", [2.5, 1], (x) => concretize(floor(x))],
    [
      "x > 4 and x ≤ 8",
      [5, 1],
      (x) => {
        // A loop that halves until it is at most 1.
        let y = x;
        while (concretize(greater(y, 1)).item()) y = div(y, 2);
      },
    ],
    [
      "sin(x) > 0 and sin(2x) > 0 and sin(3x) > 0 and sin(4x) > 0 and 3 more",
      [0.1, 1],
      (x) => {
        for (let k = 1; k <= 7; k++) concretize(greater(sin(mul(k, x)), 0));
      },
    ],
    [
      "x > 0 and 1 more",
      [1, 1],
      (x) => {
        concretize(greater(x, 0));
        let y = x;
        for (let k = 0; k < 200; k++) y = sin(y);
        concretize(greater(y, 0));
      },
    ],
  ];
  for (const [expected, at, look] of cases)
    it(`${expected}, at ${at.join(", ")}`, () => {
      assert.equal(condition(at, look), expected);
    });
});
