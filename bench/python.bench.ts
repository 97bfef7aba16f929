/** The Python evaluator beside CPython, where there is one. */
import { spawnSync } from "node:child_process";
import { parse, run } from "../src/languages/python";
import { report } from "./measure";

const cases: readonly [title: string, text: string, python: boolean][] = [
  ["ten million additions of ints", "s = 0\nfor i in range(10_000_000):\n    s += i\nprint(s)\n", true],
  [
    "ten million additions of floats, in a function",
    "def f():\n    s = 0.0\n    for i in range(10_000_000):\n        s += 0.5\n    return s\nprint(f())\n",
    true,
  ],
  [
    "100,000 GradientTape SGD steps",
    "import tensorflow as tf\nx = tf.Variable(0.0)\nfor _ in range(100_000):\n    with tf.GradientTape() as tape:\n        z = 3. * x ** 2 + 2. * x - 1\n    x.assign_sub(0.1 * tape.gradient(z, x))\nprint(x.numpy())\n",
    false,
  ],
];

for (const [title, text, python] of cases) {
  const timed = (body: () => void) => {
    const start = performance.now();
    body();
    return (performance.now() - start) * 1e6;
  };
  const rows: [string, number][] = [["Gradlens", timed(() => run(parse(text), {}))]];
  if (python && spawnSync("python3", ["--version"]).status === 0)
    rows.unshift(["CPython (process start included)", timed(() => spawnSync("python3", ["-c", text]))]);
  report(title, rows);
}
