/**
 * The Python evaluator beside CPython, where there is one, and beside TensorFlow, where
 * GRADLENS_BENCH_TENSORFLOW names a Python that has it.
 */
import { spawnSync } from "node:child_process";
import { parse, run } from "../src/languages/python";
import { report } from "./measure";

const tensorflow = process.env.GRADLENS_BENCH_TENSORFLOW;
const peers = {
  python: { name: "CPython", command: spawnSync("python3", ["--version"]).status === 0 ? "python3" : undefined },
  tensorflow: { name: "TensorFlow", command: tensorflow },
};

const cases: readonly [title: string, text: string, peer: keyof typeof peers][] = [
  ["ten million additions of ints", "s = 0\nfor i in range(10_000_000):\n    s += i\nprint(s)\n", "python"],
  [
    "ten million additions of floats, in a function",
    "def f():\n    s = 0.0\n    for i in range(10_000_000):\n        s += 0.5\n    return s\nprint(f())\n",
    "python",
  ],
  [
    "100,000 GradientTape SGD steps",
    "import tensorflow as tf\nx = tf.Variable(0.0)\nfor _ in range(100_000):\n    with tf.GradientTape() as tape:\n        z = 3. * x ** 2 + 2. * x - 1\n    x.assign_sub(0.1 * tape.gradient(z, x))\nprint(x.numpy())\n",
    "tensorflow",
  ],
];

/** What a process of the peer takes beyond one that only starts and imports what the text imports. */
function timePeer(command: string, text: string): number {
  const imports = text.split("\n").filter((line) => line.startsWith("import "));
  const timed = (code: string) => {
    const start = performance.now();
    spawnSync(command, ["-c", code]);
    return (performance.now() - start) * 1e6;
  };
  return timed(text) - timed(imports.join("\n"));
}

for (const [title, text, peer] of cases) {
  const start = performance.now();
  run(parse(text), {});
  const rows: [string, number][] = [["Gradlens", (performance.now() - start) * 1e6]];
  const { name, command } = peers[peer];
  if (command) rows.unshift([name, timePeer(command, text)]);
  report(title, rows);
}
