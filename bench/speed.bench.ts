/** Gradients, Hessians and steps of optimizers beside hand-written JavaScript and C, and beside other libraries. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { create, derivativeDependencies, parseDependencies } from "mathjs";
import {
  adam,
  add,
  Differentiable,
  descend,
  descendFromEach,
  type Kernel,
  matmul,
  minimize,
  mul,
  pow,
  record,
  reshape,
  scalar,
  sgd,
  slice,
  sparseHessian,
  square,
  sub,
  sum,
  Tape,
  type Tensor,
  tanh,
  tensor,
  type Value,
} from "../src/engine";
import { parseExpression } from "../src/languages/expression";
import { median, type Row, report, time, timeKernel } from "./measure";
import { NARROW, native, packages, python } from "./others";
import { gradientByHand, rosenbrock } from "./rosenbrock";

const JAVASCRIPT = "hand-written JavaScript";
const C = "hand-written C";
const SSE = "the same C without AVX";
const OWN = "Gradlens";
const c = native("speed");
const narrow = native("speed", NARROW);
const peers = new Map([...python("speed"), ...packages("speed")]);
const others = (key: string): Row[] => [
  ["PyTorch", peers.get(`torch ${key}`)],
  ["JAX, jit", peers.get(`jax ${key}`)],
  ["ADOL-C", peers.get(`adolc ${key}`)],
  ["CasADi", peers.get(`casadi ${key}`)],
  ["TensorFlow.js", peers.get(`tfjs ${key}`)],
  ["jax-js, jit", peers.get(`jax-js ${key}`)],
];
const math = create({ ...parseDependencies, ...derivativeDependencies });

// ── one gradient ────────────────────────────────────────────────────────────

const surface = () =>
  new Differentiable(
    [
      { name: "x1", shape: [] },
      { name: "x2", shape: [] },
    ],
    ([a, b]) => mul(add(a!, 5), pow(b!, 2)),
  );
const pair = Float64Array.of(2, 3);
const slope = new Float64Array(2);
const friendly = surface();
const [d1, d2] = ["x1", "x2"].map((name) => math.derivative("(x1 + 5) * x2^2", name).compile());
report(
  "gradient of (x1 + 5)·x2², prepared",
  [
    [
      JAVASCRIPT,
      timeKernel(
        (x, g) => {
          g[0] = x[1]! * x[1]!;
          g[1] = 2 * (x[0]! + 5) * x[1]!;
        },
        pair,
        slope,
      ),
    ],
    [C, c.get("surface")],
    [OWN, timeKernel(surface().prepare(pair).gradient, pair, slope)],
    ["Gradlens, an object for each answer", time(() => friendly.gradient(pair))],
    ["mathjs, derivative compiled", time(() => [d1!.evaluate({ x1: 2, x2: 3 }), d2!.evaluate({ x1: 2, x2: 3 })])],
    ...others("surface"),
  ],
  [{ row: OWN, most: 1.2, beside: JAVASCRIPT }],
);

const fromText = () => {
  const expression = parseExpression("(x1 + 5) * x2^2");
  return new Differentiable(
    expression.names.map((name) => ({ name, shape: [] })),
    (inputs) => expression.evaluate(new Map(expression.names.map((name, k) => [name, inputs[k]!]))),
  );
};
report(
  "the same, from text to first gradient",
  [
    [
      "mathjs, without simplify",
      time(() =>
        ["x1", "x2"].map((name) =>
          math.derivative("(x1 + 5) * x2^2", name, { simplify: false }).evaluate({ x1: 2, x2: 3 }),
        ),
      ),
    ],
    [OWN, time(() => fromText().gradient(pair))],
    ["Gradlens, of a function instead of text", time(() => surface().gradient(pair))],
    ["Gradlens, from text to a prepared gradient", time(() => fromText().prepare(pair).gradient(pair, slope))],
  ],
  [
    { row: OWN, most: 100e3 },
    { row: "Gradlens, of a function instead of text", most: 20e3 },
  ],
);

/** Processor time of a fresh process that runs `text`. */
function processTime(text: string): number {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-bench-"));
  try {
    const from = join(folder, "from.ts");
    const to = join(folder, "to.cjs");
    writeFileSync(from, `${text}\nconst { user, system } = process.cpuUsage(); console.log(user + system);`);
    buildSync({ entryPoints: [from], outfile: to, bundle: true, minify: true, platform: "node", format: "cjs" });
    return median(
      Array.from({ length: 9 }, () => 1e3 * Number(spawnSync(process.execPath, [to], { encoding: "utf8" }).stdout)),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const bare = processTime("");
const started = processTime(
  `import { add, Differentiable, mul, pow } from ${JSON.stringify(join(process.cwd(), "src/engine"))};
  new Differentiable([{ name: "x1", shape: [] }, { name: "x2", shape: [] }], ([a, b]) => mul(add(a!, 5), pow(b!, 2))).gradient([2, 3]);`,
);
report(
  "a fresh process: the engine's import and first gradient, processor time",
  [
    ["Node alone", bare],
    ["Node and Gradlens", started],
    ["the difference", started - bare],
  ],
  [{ row: "the difference", most: 30e6 }],
);

// ── Rosenbrock ──────────────────────────────────────────────────────────────

const sines = (n: number) => Float64Array.from({ length: n }, (_, i) => Math.sin(i));
const ofVariables = (n: number) => new Differentiable([{ name: "x", shape: [n] }], ([x]) => rosenbrock(x!));

/** Where a kernel has arrays of its own, in which nothing is copied. */
function inItsOwnArrays(kernel: Kernel, x: Float64Array, calls: number): Row[] {
  const { own } = kernel;
  own?.point.set(x);
  return own
    ? [["Gradlens, in its own arrays", timeKernel((point, out) => kernel(point, out), own.point, own.out, calls)]]
    : [];
}

for (const n of [2, 10, 1000, 10_000]) {
  const x = sines(n);
  const out = new Float64Array(n);
  const calls = Math.max(5, 2000 / n);
  const f = ofVariables(n).prepare(x);
  report(
    `gradient of the extended Rosenbrock function, n = ${n}`,
    [
      [JAVASCRIPT, timeKernel(gradientByHand, x, out, calls)],
      [C, c.get(`gradient ${n}`)],
      [SSE, narrow.get(`gradient ${n}`)],
      [OWN, timeKernel(f.gradient, x, out, calls)],
      ...inItsOwnArrays(f.gradient as Kernel, x, calls),
      ["Gradlens, with the value", timeKernel(f.valueAndGradient, x, out, calls)],
      ...others(`gradient ${n}`),
    ],
    [{ row: OWN, most: 1, beside: JAVASCRIPT }, ...(n >= 1000 ? [{ row: OWN, most: 1.1, beside: C }] : [])],
  );
}

// ── Hessians ────────────────────────────────────────────────────────────────

function hessianByHand(x: Float64Array, h: Float64Array): void {
  const n = x.length;
  h.fill(0);
  for (let i = 0; i < n - 1; i++) {
    h[i * n + i]! += 1200 * x[i]! * x[i]! - 400 * x[i + 1]! + 2;
    h[(i + 1) * n + i + 1]! += 200;
    h[i * n + i + 1] = -400 * x[i]!;
    h[(i + 1) * n + i] = -400 * x[i]!;
  }
}

for (const n of [10, 50]) {
  const x = sines(n);
  const out = new Float64Array(n * n);
  report(
    `dense Hessian of the extended Rosenbrock function, n = ${n}`,
    [
      [JAVASCRIPT, timeKernel(hessianByHand, x, out, 100)],
      [C, c.get(`hessian ${n}`)],
      [OWN, timeKernel(ofVariables(n).prepare(x).hessian, x, out, 100)],
      ...others(`hessian ${n}`),
    ],
    [{ row: OWN, most: 1.5, beside: JAVASCRIPT }],
  );
}

{
  const n = 10_000;
  const x = sines(n);
  const at = tensor(x);
  const prepared = sparseHessian(rosenbrock, at);
  const { values } = prepared.at(at);
  prepared.at(at);
  report(
    `tridiagonal Hessian, n = ${n} (${prepared.passes} products, ${values.length} numbers)`,
    [
      ["its gradient", timeKernel(ofVariables(n).prepare(x).gradient, x, new Float64Array(n), 5)],
      [OWN, time(() => prepared.at(at, values))],
    ],
    [{ row: OWN, most: 10, beside: "its gradient" }],
  );
}

{
  const inputs = tensor([0.3, -0.5, 0.8]);
  const network = (w: Value) => {
    const hidden = tanh(
      add(matmul(reshape(slice(w, [{ stop: 30 }]), [10, 3]), inputs), slice(w, [{ start: 30, stop: 40 }])),
    );
    return square(sub(sum(mul(slice(w, [{ start: 40 }]), hidden)), 0.5));
  };
  const w = sines(50);
  const f = new Differentiable([{ name: "w", shape: [50] }], ([own]) => network(own!)).prepare(w);
  const out = new Float64Array(2500);
  report(
    "tanh network of 50 parameters (3 inputs, 10 hidden)",
    [
      ["gradient", timeKernel(f.gradient, w, out, 100)],
      ["Hessian", timeKernel(f.hessian, w, out, 5)],
    ],
    [{ row: "Hessian", most: 101_000 / 3 }],
  );
}

// ── optimizers ──────────────────────────────────────────────────────────────

const parabola = new Differentiable([{ name: "x", shape: [] }], ([x]) => sub(add(mul(3, pow(x!, 2)), mul(2, x!)), 1));
{
  const steps = 100_000;
  const rule = sgd(0.1);
  const walked = (count: number) => {
    let last = 0;
    for (const { value } of minimize(parabola, [0], rule, { steps: count })) last = value;
    return last;
  };
  const taped = (count: number) => {
    let x = scalar(0, "float32");
    for (let i = 0; i < count; i++) {
      const tape = new Tape();
      tape.start();
      tape.watch(x);
      const y = sub(add(mul(3, pow(x, 2)), mul(2, x)), 1);
      tape.stop();
      const [gradient] = tape.gradient([y], [x]);
      x = sub(x, mul(0.1, (gradient as { value: Tensor }).value)) as Tensor;
    }
    return x;
  };
  report(
    "one SGD step on 3x² + 2x − 1",
    [
      [
        JAVASCRIPT,
        time(() => {
          let x = 0;
          for (let i = 0; i < steps; i++) x -= 0.1 * (6 * x + 2);
          return x;
        }) / steps,
      ],
      [C, c.get("sgd")],
      [OWN, time(() => descend(parabola, [0], rule, { steps })) / steps],
      ["Gradlens, every step recorded", time(() => record(parabola, [0], rule, { steps }).advance(Infinity)) / steps],
      ["Gradlens, an object for each step", time(() => walked(1000), 5) / 1000],
      ["Gradlens, a tape for each step", time(() => taped(1000), 3) / 1000],
    ],
    [
      { row: OWN, most: 1.1, beside: JAVASCRIPT },
      { row: "Gradlens, every step recorded", most: 3, beside: OWN },
    ],
  );
}

{
  const n = 100;
  const steps = 2000;
  const f = ofVariables(n);
  const start = new Float64Array(n).fill(-1);
  const rule = adam();
  const byHand = () => {
    const x = start.slice();
    const [g, m, v] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
    let [p, q] = [1, 1];
    for (let k = 0; k < steps; k++) {
      gradientByHand(x, g);
      p *= 0.9;
      q *= 0.999;
      const rate = (0.001 * Math.sqrt(1 - q)) / (1 - p);
      for (let i = 0; i < n; i++) {
        m[i]! += (g[i]! - m[i]!) * 0.1;
        v[i]! += (g[i]! * g[i]! - v[i]!) * 0.001;
        x[i]! -= (rate * m[i]!) / (Math.sqrt(v[i]!) + 1e-7);
      }
    }
    return x;
  };
  report(
    "one Adam step on the extended Rosenbrock function, n = 100",
    [
      [JAVASCRIPT, time(byHand) / steps],
      [C, c.get("adam")],
      [SSE, narrow.get("adam")],
      [OWN, time(() => descend(f, start, rule, { steps })) / steps],
    ],
    [
      { row: OWN, most: 1.1, beside: JAVASCRIPT },
      { row: OWN, most: 0.6, beside: C },
    ],
  );
}

{
  const himmelblau = new Differentiable(
    ["x", "y"].map((name) => ({ name, shape: [] })),
    ([x, y]) => add(square(sub(add(square(x!), y!), 11)), square(sub(add(x!, square(y!)), 7))),
  );
  const starts = Float64Array.from({ length: 20_000 }, (_, i) => 5 * Math.sin(1.7 * i));
  const [gentle, adaptive] = [sgd(0.01), adam({ learningRate: 0.1 })];
  report(
    "10,000 runs of 500 steps on Himmelblau's function",
    [
      ["SGD", time(() => descendFromEach(himmelblau, starts, 2, gentle, { steps: 500 }), 3)],
      ["Adam", time(() => descendFromEach(himmelblau, starts, 2, adaptive, { steps: 500 }), 3)],
    ],
    [
      { row: "SGD", most: 1e9 },
      { row: "Adam", most: 1e9 },
    ],
  );
}
