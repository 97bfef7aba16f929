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
import { busy, goal, report } from "./measure";
import { timesOfC, timesOfPython } from "./native";

const N = 512;
const axis = Float64Array.from({ length: N }, (_, i) => -5 + (10 * i) / (N - 1));
const parameters = ["x", "y"].map((name) => ({ name, shape: [] }));

const himmelblau = (x: Value, y: Value) => add(pow(sub(add(pow(x, 2), y), 11), 2), pow(sub(add(x, pow(y, 2)), 7), 2));
const ackley = (x: Value, y: Value) => {
  const near = mul(-20, exp(mul(-0.2, sqrt(mul(0.5, add(pow(x, 2), pow(y, 2)))))));
  const waves = exp(mul(0.5, add(cos(mul(2 * Math.PI, x)), cos(mul(2 * Math.PI, y)))));
  return add(sub(near, waves), Math.E + 20);
};

const c = timesOfC(`
#define N 512
enum { COUNT = 1 };
static double at[N], f[N * N], fx[N * N], fy[N * N];
static void himmelblau(void) {
  for (int j = 0; j < N; j++) for (int i = 0; i < N; i++) {
    double x = at[i], y = at[j], a = x * x + y - 11, b = x + y * y - 7;
    f[j * N + i] = a * a + b * b; fx[j * N + i] = 4 * x * a + 2 * b; fy[j * N + i] = 2 * a + 4 * y * b;
  }
}
static void ackley(void) {
  for (int j = 0; j < N; j++) for (int i = 0; i < N; i++) {
    double x = at[i], y = at[j], r = sqrt(0.5 * (x * x + y * y)), e = exp(-0.2 * r);
    double w = exp(0.5 * (cos(2 * M_PI * x) + cos(2 * M_PI * y))), k = 2 * e / r;
    f[j * N + i] = M_E + 20 - 20 * e - w;
    fx[j * N + i] = k * x + M_PI * sin(2 * M_PI * x) * w; fy[j * N + i] = k * y + M_PI * sin(2 * M_PI * y) * w;
  }
}
int main(void) {
  for (int i = 0; i < N; i++) at[i] = -5 + 10.0 * i / (N - 1);
  TIME(himmelblau(); KEEP(f); KEEP(fx); KEEP(fy));
  TIME(ackley(); KEEP(f); KEEP(fx); KEEP(fy));
}`);

const python = timesOfPython(`
import statistics, time
def clock(name, f):
    for _ in range(3): f()
    times = []
    for _ in range(15):
        start = time.process_time_ns(); f(); times.append(time.process_time_ns() - start)
    print(name, statistics.median(times))
import numpy as np
t = np.linspace(-5, 5, ${N}); X, Y = t[None, :], t[:, None]
def himmelblau_numpy():
    a = X * X + Y - 11; b = X + Y * Y - 7
    return a * a + b * b, 4 * X * a + 2 * b, 2 * a + 4 * Y * b
def ackley_numpy():
    r = np.sqrt(0.5 * (X * X + Y * Y)); e = np.exp(-0.2 * r)
    w = np.exp(0.5 * (np.cos(2 * np.pi * X) + np.cos(2 * np.pi * Y))); k = 2 * e / r
    return np.e + 20 - 20 * e - w, k * X + np.pi * np.sin(2 * np.pi * X) * w, k * Y + np.pi * np.sin(2 * np.pi * Y) * w
clock("0 NumPy by hand", himmelblau_numpy); clock("1 NumPy by hand", ackley_numpy)
F = [lambda m, x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
     lambda m, x, y: -20 * m.exp(-0.2 * m.sqrt(0.5 * (x * x + y * y))) - m.exp(0.5 * (m.cos(2 * np.pi * x) + m.cos(2 * np.pi * y))) + np.e + 20]
try:
    import torch
    torch.set_num_threads(1)
    gy, gx = torch.meshgrid(torch.tensor(t), torch.tensor(t), indexing="ij")
    for k, f in enumerate(F):
        def run(f=f):
            x, y = gx.clone().requires_grad_(), gy.clone().requires_grad_()
            v = f(torch, x, y); v.sum().backward(); return v, x.grad, y.grad
        clock(f"{k} PyTorch", run)
except ImportError: pass
try:
    import jax, jax.numpy as jnp
    jax.config.update("jax_enable_x64", True)
    gy, gx = jnp.meshgrid(jnp.asarray(t), jnp.asarray(t), indexing="ij")
    for k, f in enumerate(F):
        g = jax.jit(lambda x, y, f=f: (f(jnp, x, y), *jax.grad(lambda x, y: f(jnp, x, y).sum(), (0, 1))(x, y)))
        clock(f"{k} JAX, compiled", lambda g=g: jax.block_until_ready(g(gx, gy)))
except ImportError: pass
`);

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

[himmelblau, ackley].forEach((make, k) => {
  const kernel = kernelOf(make);
  const whole = new Differentiable(parameters, ([x, y]) => make(x!, y!));
  const own = busy(() => kernel([axis, axis], N, N));
  report(`value and gradient of ${make.name} on ${N} × ${N} points`, [
    ...(c ? ([["hand-written C", c[k]!]] as const) : []),
    ["hand-written JavaScript", busy(byHand[k]!)],
    ["Gradlens, kernel", own],
    ["Gradlens, with the answer copied out", busy(() => onGrid(whole, [0.5, 0.3], axes, { partials: [0, 1] }))],
    ...python.flatMap(([name, ns]) => (name.startsWith(`${k} `) ? ([[name.slice(2), ns]] as const) : [])),
  ]);
  goal("of hand-written C", own, c?.[k], k === 0 ? 2 : 0.5);
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
