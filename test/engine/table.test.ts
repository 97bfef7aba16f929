/** Walks the table of operations: every entry is complete and its derivative is right. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Dialect,
  type DType,
  dialects,
  elementwiseOps,
  expressionOf,
  jvp,
  latex,
  lower,
  peek,
  scalar,
  stage,
  structuralOps,
  text,
  type Value,
  withDialect,
} from "../../src/engine";
import { apply, close, plain, random, richardson, scalars, seedOf, taped, ulps } from "./support";

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
    it(`${op.name} says how its derivative passes, or why not`, () => {
      if (op.kind === "linear") assert.equal(typeof op.transpose, "function");
      else if (op.kind === "bilinear") assert.equal(op.transposes.length, 2);
      else if (op.kind === "nonlinear") assert.ok(typeof op.forward === "function" && typeof op.reverse === "function");
      else assert.ok(op.kind === "constant" && op.none.length > 0);
      assert.ok(op.arity >= 1);
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
