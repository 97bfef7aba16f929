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
import { canFuse } from "../src/engine/lower/wasm/matmul";
import { report, time } from "./measure";
import { NARROW, native, python } from "./others";
import { together } from "./second";

const filled = (shape: readonly number[], dtype: "float64" | "float32" = "float64"): Tensor =>
  tensor(
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => 0.05 * Math.sin(12.9898 * (i + 1))),
    dtype,
    shape,
  );

const c = native("matmul");
const narrow = native("matmul", NARROW);
const peers = python("matmul");
const OWN = "Gradlens";
const BOTH = "Gradlens, two threads";
const C = "hand-written C";
const SSE = "the same C without AVX";

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

console.log(`Node ${process.versions.node}, ${canFuse() ? "with" : "without"} relaxed SIMD`);

for (const n of [100, 1000, 10_000]) {
  const start = tensor(Array.from({ length: n }, (_, i) => Math.sin(i)));
  report(
    `value and gradient of Rosenbrock's function, extended to ${n} variables`,
    [
      [C, c.get(`rosenbrock ${n}`)],
      [SSE, narrow.get(`rosenbrock ${n}`)],
      [OWN, time(prepared([start], (x) => rosenbrockOf(x, n)))],
    ],
    n < 1000 ? [] : [{ row: OWN, most: 1.1, beside: C }],
  );
}

{
  const n = 100;
  const steps = 5000;
  const start = new Float64Array(n).fill(0.3);
  const f = new Differentiable([{ name: "x", shape: [n] }], ([x]) => rosenbrockOf(x!, n));
  const optimizer = adam({ learningRate: 1e-3 });
  const own = time(() => descend(f, start, optimizer, { steps })) / steps;
  report(
    `one step of Adam on Rosenbrock's function, extended to ${n} variables`,
    [
      [C, c.get("adam")],
      [SSE, narrow.get("adam")],
      [OWN, own],
    ],
    [{ row: OWN, most: 0.6, beside: C }],
  );
}

const [a, y] = [filled([1000, 100]), filled([1000])];
const squares = time(prepared([filled([100])], (w) => sum(pow(sub(matmul(a, w), y), 2))));
report(
  "value and gradient of least squares, 1000 × 100",
  [
    [C, c.get("squares")],
    [SSE, narrow.get("squares")],
    [OWN, squares],
    ["PyTorch", peers.get("torch squares")],
  ],
  [{ row: OWN, most: 1, beside: C }],
);

for (const dtype of ["float64", "float32"] as const) {
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
  const compiled = () => {
    const { run, point, out } = compileInWasm(fuse({ ...graph, outputs }, graph.outputs[0]))!;
    point.set(weights.flatMap(({ data }) => Array.from(data)));
    return time(() => run(point, out));
  };
  report(
    `value and gradient of a 784-128-10 network, batch 64, ${dtype}`,
    [
      [`${C}, its two large products`, c.get(`network ${dtype}`)],
      [SSE, narrow.get(`network ${dtype}`)],
      [OWN, compiled()],
      [BOTH, together(compiled)],
      ["PyTorch", peers.get(`torch network ${dtype}`)],
      ["PyTorch, two threads", peers.get(`torch network ${dtype}, two threads`)],
    ],
    [
      { row: OWN, most: 1.4, beside: "PyTorch" },
      { row: BOTH, most: 1.4, beside: "PyTorch" },
    ],
  );
}

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
  const both = together(() => time(() => matmul(left, right)));
  report(`product of two ${n} × ${n} matrices`, [
    ["hand-written JavaScript", time(plain)],
    ["Gradlens, eager", time(() => matmul(left, right))],
    ["Gradlens, eager, two threads", n < 256 ? undefined : both],
  ]);
}
