/** The engine beside hand-written JavaScript and mathjs. */
import { create, derivativeDependencies, parseDependencies } from "mathjs";
import { add, Differentiable, minimize, mul, pow, scalar, sgd, sub, Tape, type Tensor } from "../src/engine";
import { parseExpression } from "../src/languages/expression";
import { report, time } from "./measure";

const math = create({ ...parseDependencies, ...derivativeDependencies });
const surface = () =>
  new Differentiable(
    [
      { name: "x1", shape: [] },
      { name: "x2", shape: [] },
    ],
    ([a, b]) => mul(add(a!, 5), pow(b!, 2)),
  );

const prepared = surface();
prepared.gradient([2, 3]);
const point = [2, 3];
const [d1, d2] = ["x1", "x2"].map((name) => math.derivative("(x1 + 5) * x2^2", name).compile());
report("gradient of (x1 + 5)·x2², prepared", [
  ["hand-written JavaScript", time(() => [point[1]! ** 2, 2 * (point[0]! + 5) * point[1]!])],
  ["Gradlens", time(() => prepared.gradient(point))],
  ["mathjs, derivative compiled", time(() => [d1!.evaluate({ x1: 2, x2: 3 }), d2!.evaluate({ x1: 2, x2: 3 })])],
]);

report("the same, from text to first gradient", [
  [
    "mathjs, without simplify",
    time(() =>
      ["x1", "x2"].map((name) =>
        math.derivative("(x1 + 5) * x2^2", name, { simplify: false }).evaluate({ x1: 2, x2: 3 }),
      ),
    ),
  ],
  [
    "Gradlens",
    time(() => {
      const expression = parseExpression("(x1 + 5) * x2^2");
      const parameters = expression.names.map((name) => ({ name, shape: [] }));
      return new Differentiable(parameters, (inputs) =>
        expression.evaluate(new Map(expression.names.map((name, k) => [name, inputs[k]!]))),
      ).gradient(point);
    }),
  ],
]);

const parabola = new Differentiable([{ name: "x", shape: [] }], ([x]) => sub(add(mul(3, pow(x!, 2)), mul(2, x!)), 1));
const steps = 10_000;
report(`${steps} SGD steps on 3x² + 2x − 1`, [
  [
    "hand-written JavaScript",
    time(() => {
      let x = 0;
      for (let i = 0; i < steps; i++) x -= 0.1 * (6 * x + 2);
      return x;
    }),
  ],
  [
    "Gradlens, compiled graph",
    time(() => {
      let last = 0;
      for (const { value } of minimize(parabola, [0], sgd(0.1), { steps })) last = value;
      return last;
    }),
  ],
  [
    "Gradlens, one tape a step",
    time(() => {
      let x = scalar(0, "float32");
      for (let i = 0; i < steps; i++) {
        const tape = new Tape();
        tape.start();
        tape.watch(x);
        const y = sub(add(mul(3, pow(x, 2)), mul(2, x)), 1);
        tape.stop();
        const [gradient] = tape.gradient([y], [x]);
        x = sub(x, mul(0.1, (gradient as { value: Tensor }).value)) as Tensor;
      }
      return x;
    }, 3),
  ],
]);
