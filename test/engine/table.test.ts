/** Walks the table of operations: every entry is complete and its derivative is right. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  add,
  type Dialect,
  type DType,
  dialects,
  elementwiseOps,
  expressionOf,
  type Gradient,
  type Graph,
  gradientNodes,
  isFloat,
  jvp,
  latex,
  lower,
  mul,
  NotScalarizable,
  peek,
  replay,
  scalar,
  scalarize,
  sizeOf,
  stack as stackValues,
  stage,
  structuralOps,
  type Tensor,
  tensor,
  text,
  transposeMatrices,
  type Value,
  withDialect,
  zeros,
} from "../../src/engine";
import type { Complex } from "../../src/engine/complex";
import { samples } from "./samples";
import { apply, close, dot, numbers, plain, random, richardson, scalars, seedOf, taped, ulps } from "./support";

type Entry = (typeof elementwiseOps)[number];

const all = Object.values(dialects) as Dialect[];
const smooth = (op: Entry) => op.partials.some((partial) => partial !== null);

function pointsOf(op: Entry, count: number): number[][] {
  const next = random(seedOf(op.name));
  return Array.from({ length: count }, () =>
    // Away from the ends, where the steps of the differences would leave the domain.
    op.domain.map(([low, high]) => low + (high - low) * (0.05 + 0.9 * next())),
  );
}

/** Away from kinks: no coordinate so near that a difference would straddle it. */
const awayFromKinks = (op: Entry) => (point: number[]) =>
  !(op.kinks ?? []).some((kink) => kink.every((coordinate, k) => Math.abs(coordinate - point[k]!) < 0.05));

const at = (op: Entry, point: readonly number[]) => peek(apply(op, scalars(...point))).item();

function gradientAt(op: Entry, point: readonly number[], dialect?: Dialect): (number | null)[] {
  const run = () => {
    const inputs = scalars(...point);
    const { tape, out } = taped(inputs, () => apply(op, inputs));
    return tape.gradient([out], inputs).map((gradient) => plain(gradient) as number | null);
  };
  return dialect ? withDialect(dialect, run) : run();
}

function forwardAt(op: Entry, point: readonly number[], k: number, dtype: DType = "float64"): number {
  const inputs = point.map((x) => scalar(x, dtype));
  const tangents = inputs.map((_, i) => (i === k ? scalar(1, dtype) : null));
  return peek(jvp((...args) => apply(op, args), inputs, tangents).tangent).item();
}

describe("the table of operations", function () {
  // On a machine that may be busy.
  this.timeout(30_000);

  it("names every operation once", () => {
    const names = [...elementwiseOps, ...structuralOps].map((op) => op.name);
    assert.deepEqual(
      names.filter((name, i) => names.indexOf(name) !== i),
      [],
    );
  });

  for (const op of structuralOps) {
    if (op.kind === "elementwise") throw new Error(`${op.name} belongs to the other table`);

    it(`${op.name} says how its derivative passes, or why not`, () => {
      if (op.kind === "linear") assert.equal(typeof op.transpose, "function");
      else if (op.kind === "bilinear") assert.equal(op.transposes.length, 2);
      else if (op.kind === "nonlinear") assert.ok(typeof op.forward === "function" && typeof op.reverse === "function");
      else assert.ok(op.kind === "constant" && op.none.length > 0);
      assert.ok(op.arity >= 1);
    });

    it(`${op.name} has samples in test/engine/samples.ts`, () => {
      assert.ok(
        (samples[op.name] ?? []).length > 0,
        `add inputs and attributes for ${op.name} to test/engine/samples.ts`,
      );
    });

    (samples[op.name] ?? []).forEach((sample, k) => {
      const { inputs, attributes } = sample;
      const f = (...values: Value[]) => apply(op, values, attributes);
      const next = random(seedOf(`${op.name}${k}`));
      const like = (x: Value) =>
        tensor(
          Array.from({ length: sizeOf(x.shape) }, () => next() - 0.5),
          x.dtype,
          x.shape,
        );
      const tangents = inputs.map((input) => {
        if (!isFloat(input.dtype)) return null;
        const tangent = like(input);
        return sample.symmetric ? peek(add(tangent, transposeMatrices(tangent))) : tangent;
      });
      const along = (...values: Value[]) => jvp(f, values, tangents).tangent;
      const withTangent = (gradient: Gradient, i: number) => {
        const tangent = tangents[i];
        return "value" in gradient && tangent ? dot(gradient.value, tangent) : 0;
      };

      describe(`${op.name}, ${inputs.map((input) => `(${input.shape})`).join(" ")}`, () => {
        it("says the type of its result", () => {
          const out = f(...inputs);
          const { shape, dtype } = op.type(inputs, attributes as never);
          assert.deepEqual([out.shape, out.dtype], [shape, dtype]);
          assert.equal(numbers(out).length, sizeOf(shape));
        });

        it("has the same derivative forward and in reverse, first and second", () => {
          for (const g of [f, along]) {
            const { tape, out } = taped(inputs, () => g(...inputs));
            const cotangent = like(out);
            const right = tape
              .gradient([out], inputs, [cotangent])
              .reduce((total, gradient, i) => total + withTangent(gradient, i), 0);
            close(dot(cotangent, jvp(g, inputs, tangents).tangent), right, 1e-12, op.name);
          }
        });

        if (op.kind !== "constant" && !sample.given)
          it("has the derivative that differences give, first and second", () => {
            const weights = like(f(...inputs));
            const at = (t: number) =>
              inputs.map((input, i) =>
                tensor(
                  Array.from(input.data, (x, j) => x + t * (tangents[i]?.data[j] ?? 0)),
                  input.dtype,
                  input.shape,
                ),
              );
            for (const g of [f, along])
              close(
                dot(weights, jvp(g, inputs, tangents).tangent),
                richardson((t) => dot(weights, g(...at(t))), 0),
                1e-8,
                op.name,
              );
          });

        it("gives float32 results and gradients in float32", () => {
          const single = inputs.map((input) =>
            isFloat(input.dtype) ? tensor(input.data, "float32", input.shape) : input,
          );
          const { tape, out } = taped(single, () => f(...single));
          const { dtype } = op.type(single, attributes as never);
          const rounded = (value: Value) =>
            value.dtype !== "float32" || numbers(value).every((x) => Object.is(x, Math.fround(x)));
          assert.equal(out.dtype, dtype);
          assert.ok(rounded(out));
          numbers(out).forEach((x, i) => {
            close(x, numbers(f(...inputs))[i]!, 2e-5, op.name);
          });
          for (const gradient of tape.gradient([out], single)) {
            if (!("value" in gradient)) continue;
            assert.equal(gradient.value.dtype, "float32");
            assert.ok(rounded(gradient.value));
          }
        });

        it("is the same operation in a graph, replayed and in scalars", () => {
          const graph = stage(
            inputs.map((primal, i) => ({ name: `x${i}`, primal })),
            (values) => [f(...values)],
          );
          const expected = f(...inputs);
          const [again] = replay(
            graph.outputs,
            new Map(graph.inputs.map((input, i): [Value, Value] => [input, inputs[i]!])),
          );
          for (const own of [graph.outputs[0]!, again!]) {
            assert.deepEqual([own.shape, own.dtype], [expected.shape, expected.dtype]);
            assert.deepEqual(numbers(own), numbers(expected));
          }
          const point = inputs.flatMap((input) => Array.from(input.data));
          const flat = inScalars(graph);
          if (!flat) return;
          const weights = like(expected);
          const total = flat.outputs.map((output, i) => mul(output, weights.data[i]!)).reduce((x, y) => add(x, y));
          const gradients = gradientNodes(total, flat.inputs);
          const out: number[] = [];
          const outputs = [...flat.outputs, ...gradients.map((gradient) => gradient ?? scalar(0))];
          assert.ok(lower({ ...flat, outputs })(point, out));
          const { tape, out: whole } = taped(inputs, () => f(...inputs));
          const reverse = tape
            .gradient([whole], inputs, [weights])
            .flatMap((gradient, i) => ("value" in gradient ? numbers(gradient.value) : numbers(zeros(inputs[i]!))));
          [...numbers(expected), ...reverse].forEach((x, i) => {
            close(out[i]!, x, 1e-12, `${op.name}[${i}]`);
          });
        });

        const { batch } = op;
        if (batch)
          it("takes a batch at once as member by member", () => {
            for (let set = 1; set < 2 ** inputs.length; set++) {
              const batched = inputs.map((_, i) => Boolean(set & (1 << i)));
              // The same input, grown a little from member to member; integers stay.
              const member = (input: Tensor, m: number) => (isFloat(input.dtype) ? mul(input, 1 + m / 8) : input);
              const given = inputs.map((input, i) =>
                batched[i] ? stackValues([0, 1, 2].map((m) => member(input, m))) : input,
              );
              const whole: Value = batch(given, batched, attributes as never);
              const each = [0, 1, 2].map((m) =>
                f(...inputs.map((input, i) => (batched[i] ? member(input, m) : input))),
              );
              assert.deepEqual(whole.shape, [3, ...each[0]!.shape]);
              const expected = each.flatMap((one) => numbers(one));
              numbers(whole).forEach((x, i) => {
                close(x, expected[i]!, 1e-12, `${op.name}, batched ${batched}`);
              });
            }
          });
      });
    });
  }

  for (const op of elementwiseOps) {
    describe(op.name, () => {
      it("is complete", () => {
        assert.equal(op.partials.length, op.arity);
        assert.equal(op.domain.length, op.arity);
        assert.equal(op.evaluate.length <= op.arity, true, "reads no argument that it is not given");
        if (op.partials.some((partial) => partial === null)) assert.ok(op.none, "says why it has no derivative");
        for (const [low, high] of op.domain) assert.ok(low < high);
        for (const kink of op.kinks ?? []) assert.equal(kink.length, op.arity);
      });

      it("is written in JavaScript with each argument at most once in what is run", () => {
        const marks = [...op.javascript.matchAll(/#(\d)/g)].map((match) => Number(match[1]));
        assert.deepEqual(
          [...new Set(marks)].sort(),
          Array.from({ length: op.arity }, (_, k) => k + 1),
        );
        assert.equal(marks.length, op.arity);
      });

      it("is written in LaTeX and in text", () => {
        const names = ["x", "y", "z"].slice(0, op.arity);
        const graph = stage(
          names.map((name) => ({ name, primal: scalar(0.5) })),
          (inputs) => [apply(op, inputs)],
        );
        const expression = expressionOf(graph.outputs[0]!);
        const formula = latex(expression);
        for (const name of names) assert.match(formula.replaceAll(/\\[a-zA-Z]+/g, ""), new RegExp(name));
        assert.doesNotMatch(formula, /#|undefined|_[a-z]/);
        // Commands that LaTeX does not know would be shown in red.
        for (const [command] of formula.matchAll(/\\[a-zA-Z]+/g)) assert.ok(KNOWN.has(command), command);
        assert.doesNotMatch(text(expression), /#|undefined|\\/);
      });

      if (smooth(op)) {
        it("has the partials that differences give, first and second", () => {
          for (const point of pointsOf(op, 40).filter(awayFromKinks(op))) {
            const gradient = gradientAt(op, point);
            point.forEach((x, k) => {
              if (!op.partials[k]) {
                assert.equal(gradient[k], null);
                return;
              }
              const moved = (y: number) => point.map((z, i) => (i === k ? y : z));
              const label = `${op.name}(${point}), ∂${k}`;
              close(
                gradient[k]!,
                richardson((y) => at(op, moved(y)), x),
                1e-9,
                label,
              );
              point.forEach((y, l) => {
                if (!op.partials[l]) return;
                const first = (z: number) =>
                  forwardAt(
                    op,
                    point.map((w, i) => (i === l ? z : w)),
                    k,
                  );
                close(second(op, point, k, l), richardson(first, y), 1e-9, `${label}∂${l}`);
              });
            });
          }
        });

        if (op.complex)
          it("has the partials and the values that the complex step gives", () => {
            for (const point of pointsOf(op, 40).filter(awayFromKinks(op))) {
              const gradient = gradientAt(op, point);
              point.forEach((_, k) => {
                const [x, y, z] = point.map((re, i) => ({ re, im: i === k ? STEP : 0 })) as [Complex, Complex, Complex];
                const { re, im } = op.complex!(x, y, z);
                close(re, at(op, point), 1e-14, `${op.name}(${point})`);
                close(gradient[k]!, im / STEP, 1e-14, `${op.name}(${point}), ∂${k}`);
              });
            }
          });

        it("has the same derivative forward and in reverse", () => {
          for (const point of pointsOf(op, 20)) {
            const gradient = gradientAt(op, point);
            point.forEach((_, k) => {
              close(forwardAt(op, point, k), gradient[k] ?? 0, 1e-15, `${op.name}(${point}), ∂${k}`);
            });
          }
        });
      } else {
        it("is constant between its steps", () => {
          for (const point of pointsOf(op, 20)) {
            for (const gradient of gradientAt(op, point, dialects.tensorflow)) assert.equal(gradient, null);
            const near = point.map((x) => x + 1e-9);
            assert.equal(at(op, near), at(op, point));
          }
        });
      }

      it("answers at its kinks in every dialect", () => {
        for (const dialect of all)
          for (const kink of op.kinks ?? []) {
            const gradient = gradientAt(op, kink, dialect);
            assert.equal(gradient.length, op.arity);
            withDialect(dialect, () =>
              kink.forEach((_, k) => {
                assert.equal(typeof forwardAt(op, kink, k), "number");
              }),
            );
          }
      });

      it("is lowered to JavaScript that answers as the evaluation does", () => {
        const special = [Number.NaN, Infinity, -Infinity, -0, 0, 1, -1, 0.5, -2.5, 3, 1e-300, 1e300];
        const grid = op.domain.reduce<number[][]>(
          (points) => points.flatMap((point) => special.map((x) => [...point, x])),
          [[]],
        );
        for (const dtype of ["float64", "float32"] as const) {
          const graph = stage(
            op.domain.map((_, k) => ({ name: `x${k}`, primal: scalar(0.5, dtype) })),
            (inputs) => [apply(op, inputs)],
          );
          const run = lower(graph);
          for (const point of [...grid, ...pointsOf(op, 50)]) {
            const inputs = point.map((x) => scalar(x, dtype));
            const out = [0];
            assert.ok(
              run(
                inputs.map((input) => input.item()),
                out,
              ),
            );
            const expected = peek(apply(op, inputs)).item();
            assert.ok(ulps(out[0]!, expected) <= 2, `${op.name}(${point}): ${out[0]} is not ${expected}`);
          }
        }
      });

      it("gives float32 results in float32", () => {
        for (const point of pointsOf(op, 20)) {
          const inputs = point.map((x) => scalar(x, "float32"));
          const out = peek(apply(op, inputs));
          assert.equal(out.dtype, op.result?.(inputs.map((input) => input.dtype)) ?? "float32");
          assert.equal(out.item(), Math.fround(out.item()));
          const { tape, out: again } = taped(inputs, () => apply(op, inputs));
          for (const gradient of tape.gradient([again], inputs)) {
            if (!("value" in gradient)) continue;
            assert.equal(gradient.value.dtype, "float32");
            const number = peek(gradient.value).item();
            assert.ok(Object.is(number, Math.fround(number)));
          }
        }
      });

      it("works element by element, broadcasting", () => {
        const [low, high] = op.domain[0]!;
        fc.assert(
          fc.property(fc.double({ min: low, max: high, noNaN: true }), (x) => {
            const rest = pointsOf(op, 1)[0]!.slice(1);
            const row = apply(op, [full2(x), ...scalars(...rest)]);
            assert.deepEqual(row.shape, [2]);
            assert.deepEqual(Array.from(peek(row).data), [at(op, [x, ...rest]), at(op, [x, ...rest])]);
          }),
          { numRuns: 20 },
        );
      });
    });
  }
});

/** A graph in scalars; undefined where its operation has no rule for them. */
function inScalars(graph: Graph): Graph | undefined {
  try {
    return scalarize(graph);
  } catch (error) {
    if (error instanceof NotScalarizable) return undefined;
    throw error;
  }
}

/** Of the complex step: squares of it vanish beside 1, and in every formula that is right. */
const STEP = 1e-100;

const full2 = (x: number) => peek(apply(structuralOps.find((op) => op.name === "stack")!, scalars(x, x)));

/** ∂²/∂xₖ∂xₗ, forward over forward. */
function second(op: Entry, point: readonly number[], k: number, l: number): number {
  const inputs = scalars(...point);
  const inner = (...args: Value[]) =>
    jvp(
      (...values) => apply(op, values),
      args,
      args.map((_, i) => (i === k ? scalar(1) : null)),
    ).tangent;
  return peek(
    jvp(
      inner,
      inputs,
      inputs.map((_, i) => (i === l ? scalar(1) : null)),
    ).tangent,
  ).item();
}

const KNOWN = new Set(
  String.raw`\sin \cos \tan \sinh \cosh \tanh \arcsin \arccos \arctan \operatorname \ln \log \sqrt \frac \left \right
  \lfloor \rfloor \lceil \rceil \bmod \sigma \max \min \begin \end \text \le \ge \ne \land \lor \lnot \mathrm \cdot \oplus \psi \Gamma`.split(
    /\s+/,
  ),
);
