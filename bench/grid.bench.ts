/** Value and gradient on a 512 × 512 grid beside hand-written C and JavaScript; where a kernel begins to pay. */
import {
  add,
  cos,
  Differentiable,
  div,
  exp,
  type GridKernel,
  lowerGrid,
  mul,
  onGrid,
  pow,
  scalar,
  sqrt,
  sub,
  type Value,
} from "../src/engine";
import { report, time } from "./measure";
import { NARROW, native, python } from "./others";
import { together } from "./second";

const N = 512;
const axis = Float64Array.from({ length: N }, (_, i) => -5 + (10 * i) / (N - 1));
const parameters = ["x", "y"].map((name) => ({ name, shape: [] }));

const himmelblau = (x: Value, y: Value) => add(pow(sub(add(pow(x, 2), y), 11), 2), pow(sub(add(x, pow(y, 2)), 7), 2));
const ackley = (x: Value, y: Value) => {
  const near = mul(-20, exp(mul(-0.2, sqrt(mul(0.5, add(pow(x, 2), pow(y, 2)))))));
  const waves = exp(mul(0.5, add(cos(mul(2 * Math.PI, x)), cos(mul(2 * Math.PI, y)))));
  return add(sub(near, waves), Math.E + 20);
};

const c = native("grid");
const narrow = native("grid", NARROW);

const peers = python("grid");

/** By hand in JavaScript, into arrays that are there already. */
const [f, fx, fy] = [0, 1, 2].map(() => new Float64Array(N * N)) as [Float64Array, Float64Array, Float64Array];
const byHand = [
  () => {
    for (let j = 0; j < N; j++)
      for (let i = 0; i < N; i++) {
        const x = axis[i]!;
        const y = axis[j]!;
        const a = x * x + y - 11;
        const b = x + y * y - 7;
        f[j * N + i] = a * a + b * b;
        fx[j * N + i] = 4 * x * a + 2 * b;
        fy[j * N + i] = 2 * a + 4 * y * b;
      }
  },
  () => {
    for (let j = 0; j < N; j++)
      for (let i = 0; i < N; i++) {
        const x = axis[i]!;
        const y = axis[j]!;
        const r = Math.sqrt(0.5 * (x * x + y * y));
        const e = Math.exp(-0.2 * r);
        const w = Math.exp(0.5 * (Math.cos(2 * Math.PI * x) + Math.cos(2 * Math.PI * y)));
        f[j * N + i] = Math.E + 20 - 20 * e - w;
        fx[j * N + i] = (2 * e * x) / r + Math.PI * Math.sin(2 * Math.PI * x) * w;
        fy[j * N + i] = (2 * e * y) / r + Math.PI * Math.sin(2 * Math.PI * y) * w;
      }
  },
];

const out = { values: f, partials: [fx, fy] };

const axes = [
  { place: 0, numbers: axis },
  { place: 1, numbers: axis },
] as const;

/** The branch with both partials as a kernel. */
function kernelOf(make: (x: Value, y: Value) => Value): GridKernel {
  const { graph, gradients } = new Differentiable(parameters, ([x, y]) => make(x!, y!)).branchAt([0.5, 0.3]);
  const partials = gradients[0]!.map((entry) => entry ?? scalar(0));
  return lowerGrid({ ...graph, outputs: [...graph.outputs, ...partials] }, ["inner", "outer"])!;
}

const ALONE = "Gradlens, kernel";
const BOTH = "Gradlens, kernel, two threads";
const C = "hand-written C";

[himmelblau, ackley].forEach((make, k) => {
  const run = (kernel: GridKernel) => time(() => kernel([axis, axis], N, N));
  const both = together(() => run(kernelOf(make)));
  const whole = new Differentiable(parameters, ([x, y]) => make(x!, y!));
  const { name } = make;
  report(
    `value and gradient of ${name} on ${N} × ${N} points`,
    [
      [C, c.get(name)],
      ["the same C without AVX", narrow.get(name)],
      ["hand-written JavaScript", time(byHand[k]!)],
      [ALONE, run(kernelOf(make))],
      [BOTH, both],
      ["Gradlens, answer borrowed", time(() => onGrid(whole, [0.5, 0.3], axes, { partials: [0, 1], borrow: true }))],
      [
        "Gradlens, written to the caller's arrays",
        time(() => onGrid(whole, [0.5, 0.3], axes, { partials: [0, 1], out })),
      ],
      ["Gradlens, in new arrays", time(() => onGrid(whole, [0.5, 0.3], axes, { partials: [0, 1] }))],
      ["NumPy by hand", peers.get(`numpy ${name}`)],
      ["PyTorch", peers.get(`torch ${name}`)],
      ["JAX, jit", peers.get(`jax ${name}`)],
    ],
    k === 0
      ? [{ row: ALONE, most: 2, beside: C }]
      : [
          { row: ALONE, most: 0.5, beside: C },
          { row: BOTH, most: 0.3, beside: C },
        ],
  );
});

for (const make of [himmelblau, ackley])
  for (const n of [17, 33, 65, 129]) {
    const numbers = axis.subarray(0, n);
    const point = [0, 0];
    const fresh = () => new Differentiable(parameters, ([x, y]) => make(x!, div(y!, 1 + Math.random())));
    const median = (run: (f: Differentiable) => unknown) => {
      const times = Array.from({ length: 31 }, () => {
        const f = fresh();
        f.value([0.5, 0.3]);
        const start = performance.now();
        run(f);
        return 1e6 * (performance.now() - start);
      });
      return times.sort((a, b) => a - b)[15]!;
    };
    report(`${make.name} on ${n} × ${n} points, the first time`, [
      [
        "point by point",
        median((f) => {
          for (const y of numbers)
            for (const x of numbers) {
              point[0] = x;
              point[1] = y;
              f.value(point);
            }
        }),
      ],
      [
        "a kernel",
        median((f) => lowerGrid(f.branchAt([0.5, 0.3]).graph, ["inner", "outer"])!([numbers, numbers], n, n)),
      ],
    ]);
  }
