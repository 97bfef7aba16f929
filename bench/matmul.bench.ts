/** Products of matrices, and what is made of them: least squares, a network, beside hand-written C and the frameworks. */
import {
  adam,
  add,
  Differentiable,
  descend,
  gradientNodes,
  logsumexp,
  matmul,
  mean,
  mul,
  pow,
  relu,
  stage,
  sub,
  sum,
  type Tensor,
  take,
  tensor,
  type Value,
} from "../src/engine";
import { fuse } from "../src/engine/lower/fuse";
import { compileInWasm } from "../src/engine/lower/wasm/loops";
import { busy, goal, report } from "./measure";
import { timesOfC, timesOfPython } from "./native";

const filled = (shape: readonly number[], dtype: "float64" | "float32" = "float64"): Tensor =>
  tensor(
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => 0.05 * Math.sin(12.9898 * (i + 1))),
    dtype,
    shape,
  );

const matrices = `
/* c += a·b, row-major, in an order that the compiler makes vectors of. */
static void multiply(const REAL *a, const REAL *b, REAL *c, int m, int k, int n) {
  for (int i = 0; i < m * n; i++) c[i] = 0;
  for (int i = 0; i < m; i += 4) for (int p = 0; p < k; p++) for (int r = i; r < i + 4; r++) {
    REAL left = a[r * k + p];
    for (int j = 0; j < n; j++) c[r * n + j] += left * b[p * n + j];
  }
}`;
const network = (real: string) => `
#define REAL ${real}
${matrices}
enum { COUNT = 1, B = 64, I = 784, H = 128, O = 10 };
static REAL x[B * I], xt[I * B], w[I * H], h[B * H], d[B * H], g[I * H];
int main(void) {
  for (int i = 0; i < B * I; i++) x[i] = 0.05 * sin(i);
  for (int i = 0; i < I * H; i++) w[i] = 0.05 * cos(i);
  for (int b = 0; b < B; b++) for (int i = 0; i < I; i++) xt[i * B + b] = x[b * I + i];
  /* The two large products; the others are a hundredth of them. */
  TIME(multiply(x, w, h, B, I, H); for (int i = 0; i < B * H; i++) d[i] = h[i] > 0 ? 0.01 : 0; multiply(xt, d, g, I, B, H); KEEP(g));
}`;
const c = timesOfC(`
#define REAL double
enum { COUNT = 5, M = 1000, N = 100 };
static double a[M * N], y[M], w[N], g[N];
static void squares(void) {
  for (int j = 0; j < N; j++) g[j] = 0;
  for (int i = 0; i < M; i++) {
    double r = -y[i];
    for (int j = 0; j < N; j++) r += a[i * N + j] * w[j];
    for (int j = 0; j < N; j++) g[j] += 2 * r * a[i * N + j];
  }
}
int main(void) {
  for (int i = 0; i < M * N; i++) a[i] = sin(i);
  for (int i = 0; i < M; i++) y[i] = cos(i);
  TIME(squares(); KEEP(g));
}`);
const nets = (["double", "float"] as const).map((real) => timesOfC(network(real))?.[0]);
const rosenbrock = timesOfC(`
enum { COUNT = 100 };
static double x[10000], g[10000];
__attribute__((noinline)) static double gradient(const double *x, double *g, int n) {
  double f = 0;
  for (int i = 0; i < n; i += 2) {
    double t = x[i + 1] - x[i] * x[i], u = 1 - x[i];
    f += 100 * t * t + u * u; g[i] = -400 * x[i] * t - 2 * u; g[i + 1] = 200 * t;
  }
  return f;
}
int main(void) {
  for (int i = 0; i < 10000; i++) x[i] = sin(i);
  volatile double f;
  TIME(f = gradient(x, g, 100); KEEP(g)); TIME(f = gradient(x, g, 1000); KEEP(g)); TIME(f = gradient(x, g, 10000); KEEP(g));
}`);

const adamOfC = timesOfC(`
enum { COUNT = 200, N = 100 };
static double x[N], g[N], m[N], v[N], b1 = 1, b2 = 1;
__attribute__((noinline)) static void step(double *x, double *g, double *m, double *v, double rate) {
  for (int i = 0; i < N; i += 2) {
    double t = x[i + 1] - x[i] * x[i];
    g[i] = -400 * x[i] * t - 2 * (1 - x[i]); g[i + 1] = 200 * t;
  }
  b1 *= 0.9; b2 *= 0.999;
  double r = rate * sqrt(1 - b2) / (1 - b1);
  for (int i = 0; i < N; i++) {
    m[i] += 0.1 * (g[i] - m[i]); v[i] += 0.001 * (g[i] * g[i] - v[i]);
    x[i] -= r * m[i] / (sqrt(v[i]) + 1e-7);
  }
}
int main(void) {
  for (int i = 0; i < N; i++) x[i] = 0.3;
  TIME(step(x, g, m, v, 1e-3); KEEP(x));
}`);

const python = timesOfPython(`
import statistics, time
def clock(name, f):
    for _ in range(5): f()
    times = []
    for _ in range(25):
        start = time.process_time_ns(); f(); times.append(time.process_time_ns() - start)
    print(name, statistics.median(times))
try:
    import torch
    torch.set_num_threads(1)
    for k, dtype in enumerate([torch.float64, torch.float32]):
        r = lambda *s: (0.05 * torch.randn(*s)).to(dtype)
        x, y = r(64, 784), r(64, 10)
        p = [v.requires_grad_() for v in (r(784, 128), r(128), r(128, 10), r(10))]
        def run():
            for v in p: v.grad = None
            z = torch.relu(x @ p[0] + p[1]) @ p[2] + p[3]
            (torch.logsumexp(z, -1) - (z * y).sum(-1)).mean().backward()
        clock(f"{k} PyTorch", run)
    a, b = torch.randn(1000, 100, dtype=torch.float64), torch.randn(1000, dtype=torch.float64)
    w = torch.zeros(100, dtype=torch.float64, requires_grad=True)
    def squares():
        w.grad = None
        ((a @ w - b) ** 2).sum().backward()
    clock("2 PyTorch", squares)
except ImportError: pass
`);
const peers = (k: number) =>
  python.flatMap(([name, ns]) => (name.startsWith(`${k} `) ? ([[name.slice(2), ns]] as const) : []));
const native = (ns: number | undefined) => (ns === undefined ? [] : ([["hand-written C", ns]] as const));

/** Value and gradient, prepared, in the kernel's own arrays where it has some. */
function prepared(parameters: readonly Tensor[], f: (...inputs: Value[]) => Value): () => number {
  const point = Float64Array.from(parameters.flatMap(({ data }) => Array.from(data)));
  const named = parameters.map(({ shape }, k) => ({ name: `x${k}`, shape }));
  const run = new Differentiable(named, (inputs) => f(...inputs)).prepare(point).valueAndGradient;
  const { point: at, out } = run.own ?? { point, out: new Float64Array(point.length) };
  at.set(point);
  return () => run(at, out);
}

const range = (n: number, first: number) => Int32Array.from({ length: n / 2 }, (_, i) => 2 * i + first);
function rosenbrockOf(x: Value, n: number): Value {
  const [a, b] = [take(x, range(n, 0), [n / 2]), take(x, range(n, 1), [n / 2])];
  return sum(add(mul(100, pow(sub(b, pow(a, 2)), 2)), pow(sub(1, a), 2)));
}

[100, 1000, 10_000].forEach((n, k) => {
  const own = busy(prepared([tensor(Array.from({ length: n }, (_, i) => Math.sin(i)))], (x) => rosenbrockOf(x, n)));
  report(`value and gradient of Rosenbrock's function, extended to ${n} variables`, [
    ...native(rosenbrock?.[k]),
    ["Gradlens", own],
  ]);
  if (n >= 1000) goal("of hand-written C", own, rosenbrock?.[k], 1.1);
});

{
  const n = 100;
  const steps = 5000;
  const start = new Float64Array(n).fill(0.3);
  const f = new Differentiable([{ name: "x", shape: [n] }], ([x]) => rosenbrockOf(x!, n));
  const optimizer = adam({ learningRate: 1e-3 });
  const own = busy(() => descend(f, start, optimizer, { steps })) / steps;
  report(`one step of Adam on Rosenbrock's function, extended to ${n} variables`, [
    ...native(adamOfC?.[0]),
    ["Gradlens", own],
  ]);
  goal("of hand-written C", own, adamOfC?.[0], 0.6);
}

const [a, y] = [filled([1000, 100]), filled([1000])];
const squares = busy(prepared([filled([100])], (w) => sum(pow(sub(matmul(a, w), y), 2))));
report("value and gradient of least squares, 1000 × 100", [...native(c?.[0]), ["Gradlens", squares], ...peers(2)]);
goal("of hand-written C", squares, c?.[0], 1);

(["float64", "float32"] as const).forEach((dtype, k) => {
  const [x, labels] = [filled([64, 784], dtype), filled([64, 10], dtype)];
  const weights = [filled([784, 128], dtype), filled([128], dtype), filled([128, 10], dtype), filled([10], dtype)];
  const graph = stage(
    weights.map((primal, k) => ({ name: `w${k}`, primal })),
    ([w1, b1, w2, b2]) => {
      const logits = add(matmul(relu(add(matmul(x, w1!), b1!)), w2!), b2!);
      return [mean(sub(logsumexp(logits, [-1]), sum(mul(logits, labels), [-1])))];
    },
  );
  const outputs = gradientNodes(graph.outputs[0]!, graph.inputs) as Value[];
  const { run, point, out } = compileInWasm(fuse({ ...graph, outputs }, graph.outputs[0]))!;
  point.set(weights.flatMap(({ data }) => Array.from(data)));
  const own = busy(() => run(point, out));
  report(`value and gradient of a 784-128-10 network, batch 64, ${dtype}`, [
    ...native(nets[k]),
    ["Gradlens", own],
    ...peers(k),
  ]);
  goal("of PyTorch", own, peers(k)[0]?.[1], 1.4);
});

for (const n of [8, 16, 64, 256]) {
  const [left, right] = [filled([n, n]), filled([n, n])];
  const plain = () => {
    const out = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let p = 0; p < n; p++) {
        const x = left.data[i * n + p]!;
        for (let j = 0; j < n; j++) out[i * n + j]! += x * right.data[p * n + j]!;
      }
    return out;
  };
  report(`product of two ${n} × ${n} matrices`, [
    ["hand-written JavaScript", busy(plain)],
    ["Gradlens, eager", busy(() => matmul(left, right))],
  ]);
}
