/** Graphs as programs: what is generated, run by the evaluator or by JavaScript, gives what the graph gives. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  abs,
  add,
  bodyCode,
  type Case,
  type CodeOptions,
  codeOf,
  concretize,
  div,
  elementwiseOps,
  exp,
  floordiv,
  greater,
  Input,
  log,
  matmul,
  mod,
  mul,
  NotWritable,
  neg,
  nodesOf,
  type ProgramTarget,
  peek,
  pow,
  relu,
  scalar,
  sin,
  sizeOf,
  square,
  stage,
  sub,
  sum,
  tensor,
  transposeMatrices,
  type Value,
  where,
} from "../../src/engine";
import { callFunction, type PyValue, parse, run, toValue } from "../../src/languages/python";
import { apply, random, scalars, seedOf } from "./support";
import { build, coordinate, trees } from "./trees";

const PREFIX: { readonly [T in ProgramTarget]: string } = {
  math: "math.",
  numpy: "np.",
  tensorflow: "tf.",
  torch: "torch.",
  jax: "jnp.",
  javascript: "Math.",
};
const TARGETS = Object.keys(PREFIX) as ProgramTarget[];

const options = (target: ProgramTarget): CodeOptions => ({
  target,
  prefix: PREFIX[target],
  taken: new Set(),
  nameOf: (value) => (value instanceof Input ? value.name : undefined),
});

/** The graph of `f` at a point of inputs `x`, `y`, `z`. */
const graphAt = (f: (...inputs: Value[]) => Value, ...point: Value[]) =>
  stage(
    point.map((primal, k) => ({ name: "xyz"[k]!, primal: peek(primal) })),
    (inputs) => [f(...inputs)],
  );

/** The one expression that `f` is written as. */
function written(f: (...inputs: Value[]) => Value, target: ProgramTarget = "math", ...point: Value[]): string {
  const inputs = point.length > 0 ? point : scalars(1.5, 0.5, 2);
  const { locals, results } = codeOf(graphAt(f, ...inputs).outputs, options(target));
  return [...locals.map(([name, text]) => `${name} = ${text}`), results[0]].join("; ");
}

const bodyOf = (cases: readonly Case[], target: ProgramTarget) =>
  bodyCode(cases, {
    ...options(target),
    indent: "    ",
    compose: (results) => (results.length === 1 ? results[0]! : `[${results.join(", ")}]`),
    otherwise: "elsewhere",
  });

/** The function of x, y, z with these lines, evaluated as Python. */
function python(lines: readonly string[], target: ProgramTarget): (...inputs: PyValue[]) => number[] {
  const imports = { math: "import math", numpy: "import numpy as np", tensorflow: "import tensorflow as tf" };
  const text = `${imports[target as keyof typeof imports]}\ndef f(x, y=0.0, z=0.0):\n${lines.map((line) => `    ${line}\n`).join("")}`;
  const { globals, error } = run(parse(text));
  assert.equal(error, undefined, `${error?.text}\n${text}`);
  return (...inputs) => Array.from(peek(toValue(callFunction(globals.get("f")!, inputs))!).data);
}

function near(actual: number, expected: number, what: string): void {
  const close =
    Object.is(actual, expected) ||
    actual === expected ||
    Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
  assert.ok(close, `${actual} is not ${expected}: ${what}`);
}

describe("programs", () => {
  describe("the table", () => {
    for (const op of elementwiseOps) {
      it(`${op.name} is written in every target, or says that it cannot be`, () => {
        const point = op.domain.map(([low, high]) => (low + high) / 2);
        const graph = graphAt((...inputs) => apply(op, inputs), ...scalars(...point));
        for (const target of TARGETS) {
          try {
            assert.ok(codeOf(graph.outputs, options(target)).results[0]!.length > 0);
          } catch (error) {
            if (!(error instanceof NotWritable)) throw error;
            const { code } = op;
            const told = typeof code === "object" && (code[target] === null || code.python === null);
            assert.ok(
              told || op.definition,
              `${error.message}: give ${op.name} a \`code\` for ${target} (null if there is none), or a \`definition\``,
            );
          }
        }
      });

      const { definition } = op;
      if (!definition) continue;
      it(`${op.name} is what its definition says`, () => {
        const next = random(seedOf(op.name));
        for (let i = 0; i < 50; i++) {
          const point = op.domain.map(([low, high]) => low + (high - low) * next());
          const inputs = scalars(...point);
          near(peek(definition(inputs)).item(), peek(apply(op, inputs)).item(), `${op.name}(${point})`);
        }
      });
    }
  });

  describe("expressions", () => {
    it("puts parentheses where they are needed, and only there", () => {
      assert.equal(
        written((x, y) => mul(add(x!, 5), pow(y!, 2))),
        "(x + 5) * y ** 2",
      );
      assert.equal(
        written((x, y) => sub(x!, sub(y!, x!))),
        "x - (y - x)",
      );
      assert.equal(
        written((x, y) => add(x!, sub(y!, 3))),
        "x + y - 3",
      );
      assert.equal(
        written((x, y) => div(x!, mul(y!, x!))),
        "x / (y * x)",
      );
      assert.equal(
        written((x, y) => mul(x!, floordiv(y!, x!))),
        "x * (y // x)",
      );
      assert.equal(
        written((x, y) => mul(x!, mod(y!, x!))),
        "x * (y % x)",
      );
      assert.equal(
        written((x) => pow(neg(x!), 2)),
        "(-x) ** 2",
      );
      assert.equal(
        written((x) => neg(pow(x!, 2))),
        "-x ** 2",
      );
      assert.equal(
        written((x) => neg(pow(x!, 2)), "javascript"),
        "-(x ** 2)",
      );
      assert.equal(
        written((x, y) => pow(x!, pow(y!, 2))),
        "x ** y ** 2",
      );
      assert.equal(
        written((x, y) => pow(pow(x!, y!), 3)),
        "(x ** y) ** 3",
      );
      assert.equal(
        written((x) => mul(2, where(greater(x!, 0), x!, neg(x!)))),
        "2 * (x if x > 0 else -x)",
      );
    });

    it("collects factors, signs and like terms", () => {
      assert.equal(
        written((x) => mul(2, mul(3, x!))),
        "6 * x",
      );
      assert.equal(
        written((x, y) => mul(x!, mul(2, y!))),
        "2 * x * y",
      );
      assert.equal(
        written((x, y) => add(x!, mul(-2, y!))),
        "x - 2 * y",
      );
      assert.equal(
        written((x) => add(square(x!), mul(2, square(x!)))),
        "3 * x ** 2",
      );
      assert.equal(
        written((x, y) => mul(y!, div(1, x!))),
        "y / x",
      );
    });

    it("names what is used more than once or too long, and nothing that is short", () => {
      assert.equal(
        written((x) => mul(sin(x!), exp(sin(x!)))),
        "t1 = math.sin(x); t1 * math.exp(t1)",
      );
      assert.equal(
        written((x) => mul(add(x!, 1), exp(add(x!, 1)))),
        "(x + 1) * math.exp(x + 1)",
      );
    });

    it("leaves in a branch what may fail outside of it", () => {
      const guarded = (x: Value) => where(greater(x, 0), div(log(x), add(1, log(x))), 0);
      assert.equal(
        written((x) => guarded(x!)),
        "math.log(x) / (math.log(x) + 1) if x > 0 else 0",
      );
      const f = python(
        bodyOf([{ guards: [], outputs: graphAt((x) => guarded(x!), scalar(2)).outputs }], "math"),
        "math",
      );
      assert.deepEqual(f(-1), [0]);
    });

    it("has the words of each library", () => {
      const f = (x: Value) => add(abs(x), log(relu(x)));
      assert.deepEqual(
        TARGETS.map((target) => written((x) => f(x!), target)),
        [
          "abs(x) + math.log(max(x, 0))",
          "abs(x) + np.log(np.maximum(x, 0))",
          "abs(x) + tf.math.log(tf.nn.relu(x))",
          "abs(x) + torch.log(torch.relu(x))",
          "abs(x) + jnp.log(jax.nn.relu(x))",
          "Math.abs(x) + Math.log(Math.max(x, 0))",
        ],
      );
    });

    it("writes products, sums and transpositions of arrays", () => {
      const M = tensor([1, 2, 3, 4, 5, 6], "float64", [3, 2]);
      const v = tensor([1, 2]);
      const f = (x: Value, y: Value) => sum(matmul(transposeMatrices(x), matmul(x, y)));
      assert.equal(
        written((x, y) => f(x!, y!), "numpy", M, v),
        "np.sum(np.transpose(x) @ (x @ y))",
      );
      assert.equal(
        written((x, y) => f(x!, y!), "tensorflow", M, v),
        "tf.reduce_sum(tf.linalg.matvec(tf.transpose(x), tf.linalg.matvec(x, y)))",
      );
      assert.equal(
        written((x) => mul(x!, tensor([1, 2])), "torch", v),
        "x * torch.tensor([1.0, 2.0], dtype=torch.float64)",
      );
    });

    it("says what has no counterpart, and what is too long", () => {
      assert.throws(
        () => written((x) => apply(elementwiseOps.find(({ name }) => name === "erf")!, [x!]), "javascript"),
        /erf has no counterpart in JavaScript/,
      );
      const long = tensor(Array.from({ length: 2000 }, (_, i) => i));
      assert.throws(() => written((x) => sum(mul(x!, long)), "numpy"), /an array of 2000 numbers is too long/);
    });
  });

  describe("branches", () => {
    const pick = (x: Value): Value => (peek(concretize(greater(x, 0))).item() ? square(x) : sin(x));
    const caseAt = (at: number): Case => graphAt((x) => pick(x!), scalar(at));

    it("tests what went both ways", () => {
      assert.deepEqual(bodyOf([caseAt(1), caseAt(-1)], "math"), [
        "if x > 0:",
        "    return x ** 2",
        "return math.sin(x)",
      ]);
      assert.deepEqual(bodyOf([caseAt(1), caseAt(-1)], "javascript"), [
        "if (x > 0) {",
        "    return x ** 2;",
        "}",
        "return Math.sin(x);",
      ]);
    });

    it("raises where no branch was followed", () => {
      assert.deepEqual(bodyOf([caseAt(1)], "math"), [
        "if not x > 0:",
        '    raise ValueError("elsewhere")',
        "return x ** 2",
      ]);
      const f = python(bodyOf([caseAt(1)], "math"), "math");
      assert.deepEqual(f(3), [9]);
      assert.throws(() => f(-3), /ValueError: elsewhere/);
    });

    it("refuses a loop of many decisions", () => {
      const loop = (x: Value) => {
        let value = x;
        for (let i = 0; i < 20 && peek(concretize(greater(value, 1))).item(); i++) value = mul(value, 0.9);
        return value;
      };
      assert.throws(() => bodyOf([graphAt((x) => loop(x!), scalar(50))], "math"), /it decides 20 times here/);
    });
  });

  describe("run again", () => {
    const points = fc.tuple(coordinate, coordinate, coordinate);

    for (const target of ["math", "numpy", "javascript"] as const) {
      it(`random expressions in ${target}`, () => {
        fc.assert(
          fc.property(trees(3, "kinks"), points, (tree, point) => {
            const graph = graphAt((...inputs) => build(tree, inputs), ...scalars(...point));
            const expected = peek(graph.outputs[0]!).item;
            // Python raises where the engine has no finite number; so may a part of it.
            fc.pre(graph.guards.length === 0 && finite(graph.outputs[0]!));
            const lines = bodyOf([{ guards: [], outputs: graph.outputs }], target);
            const f =
              target === "javascript"
                ? (new Function("x", "y", "z", lines.join("\n")) as (...point: number[]) => number)
                : python(lines, target);
            const got = [f(...point)].flat()[0]!;
            near(got, expected.call(peek(graph.outputs[0]!)), lines.join("\n"));
          }),
          { numRuns: 150 },
        );
      });
    }

    for (const target of ["numpy", "tensorflow"] as const) {
      it(`random expressions of arrays in ${target}`, () => {
        let compared = 0;
        fc.assert(
          fc.property(trees(2, "kinks", true), fc.array(coordinate, { minLength: 6, maxLength: 6 }), (tree, data) => {
            const arrays = [tensor(data, "float64", [2, 3]), tensor(data.slice(3), "float64", [1, 3])];
            const graph = graphAt((...inputs) => sum(build(tree, inputs)), ...arrays);
            fc.pre(graph.guards.length === 0 && finite(graph.outputs[0]!));
            let lines: string[];
            try {
              lines = bodyOf([{ guards: [], outputs: graph.outputs }], target);
            } catch (error) {
              // Not everything has a form for arrays.
              if (error instanceof NotWritable) return;
              throw error;
            }
            compared++;
            const given = run(
              parse(
                target === "numpy"
                  ? "import numpy as np\nmake = lambda rows: np.array(rows)"
                  : "import tensorflow as tf\nmake = lambda rows: tf.constant(rows, dtype=tf.float64)",
              ),
            ).globals.get("make")!;
            const inputs = arrays.map((array) => callFunction(given, [rowsOf(array)]));
            near(python(lines, target)(...inputs)[0]!, peek(graph.outputs[0]!).item(), lines.join("\n"));
          }),
          { numRuns: 100 },
        );
        assert.ok(compared > 50, `${compared} were written`);
      });
    }
  });
});

/** Nested Python lists of a matrix. */
function rowsOf(array: ReturnType<typeof tensor>): PyValue {
  const [, columns] = array.shape as [number, number];
  const rows = Array.from({ length: sizeOf(array.shape) / columns }, (_, i) =>
    Array.from(array.data.slice(i * columns, (i + 1) * columns), (x) => (Number.isInteger(x) ? `${x}.0` : String(x))),
  );
  return run(parse(`rows = [${rows.map((row) => `[${row.join(", ")}]`).join(", ")}]`)).globals.get("rows")!;
}

/**
 * Whether every number on the way is finite and of a size that rounding leaves comparable, and no truth value is
 * counted with, which not every library does.
 */
function finite(output: Value): boolean {
  return nodesOf([output]).every(({ op, inputs, primal }) => {
    const [condition, ...others] = inputs;
    const counted = op.kind === "elementwise" && !op.result ? inputs : op.name === "where" ? others : [];
    if (op.name !== "where" && condition?.dtype === "bool" && op.kind !== "elementwise" && op.name !== "take")
      return false;
    return counted.every(({ dtype }) => dtype !== "bool") && primal.data.every((x) => Math.abs(x) < 1e6);
  });
}
