// What bench/speed.bench.ts measures, with whichever of TensorFlow.js and jax-js is installed in the folder that is named
// by the first argument. Prints a name, a tab and nanoseconds: the least of several rounds.
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "package.json"));
const found = (name) => {
  try {
    return require(name);
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
};

function report(name, body) {
  const warm = performance.now();
  let count = 1;
  for (;;) {
    const start = performance.now();
    for (let i = 0; i < count; i++) body();
    const now = performance.now();
    if (now - start <= 5) count *= 2;
    else if (now - warm > 300) break;
  }
  let least = Infinity;
  for (let round = 0; round < 7; round++) {
    const start = performance.now();
    for (let i = 0; i < count; i++) body();
    least = Math.min(least, ((performance.now() - start) * 1e6) / count);
  }
  console.log(`${name}\t${least}`);
}

const SIZES = [2, 10, 1000, 10_000];
const sines = (n) => Float64Array.from({ length: n }, (_, i) => Math.sin(i));

// In float32, which is all it has; by its JavaScript backend.
const tf = found("@tensorflow/tfjs");
if (tf) {
  // No advertisement among the numbers.
  tf.env().set("IS_TEST", true);
  await tf.setBackend("cpu");
  const { add, mul, pow, slice, square, sub, sum } = tf;
  const surface = tf.grad((x) => sum(mul(add(slice(x, [0], [1]), 5), pow(slice(x, [1], [1]), 2))));
  const pair = tf.tensor1d([2, 3]);
  report("tfjs surface", () => tf.tidy(() => surface(pair).dataSync()));
  for (const n of SIZES) {
    const rosenbrock = (x) => {
      const first = slice(x, [0], [n - 1]);
      const rest = slice(x, [1], [n - 1]);
      return add(sum(mul(100, square(sub(rest, square(first))))), sum(square(sub(1, first))));
    };
    const gradient = tf.grad(rosenbrock);
    const x = tf.tensor1d(Float32Array.from(sines(n)));
    report(`tfjs gradient ${n}`, () => tf.tidy(() => gradient(x).dataSync()));
  }
}

// In float64, by WebAssembly; a call takes over its arguments.
// Node before version 24 lacks a class for which it looks.
globalThis.Float16Array ??= class extends Uint16Array {};
const jax = found("@jax-js/jax");
if (jax) {
  const { numpy: np, grad, jit } = jax;
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  const array = (numbers) => np.array(Array.from(numbers), { dtype: np.float64 });
  const surface = jit(
    grad((x) => {
      const [a, b] = np.split(x, 2);
      return np.sum(a.add(5).mul(np.square(b)));
    }),
  );
  const pair = array([2, 3]);
  report("jax-js surface", () => surface(pair.ref).dataSync());
  for (const n of SIZES) {
    const rosenbrock = (x) => {
      const first = x.ref.slice([0, n - 1]);
      const rest = x.slice([1, n]);
      const bend = rest.sub(np.square(first.ref));
      return np.sum(np.square(bend).mul(100)).add(np.sum(np.square(first.mul(-1).add(1))));
    };
    const gradient = jit(grad(rosenbrock));
    const x = array(sines(n));
    report(`jax-js gradient ${n}`, () => gradient(x.ref).dataSync());
  }
}
