/** After an edit: the whole module anew, beside what the edit touches alone. */
import { liveScript, runScript } from "../src/analysis/script";
import { parse } from "../src/languages/python";
import { report, time } from "./measure";

const options = { fileName: "live.py", budget: {}, now: () => performance.now() };

const TRAINING = `import tensorflow as tf
x = tf.Variable(0.0)
for step in range(10_000):
    with tf.GradientTape() as tape:
        z = 3. * x ** 2 + 2. * x - 1
    x.assign_sub(0.1 * tape.gradient(z, x))
losses = [k / 7 for k in range(10_000)]
`;
const FUNCTIONS = Array.from(
  { length: 1000 },
  (_, i) => `def f${i}(x, y):\n    u = x ** 2 + ${i} * y\n    return u * y\n\nv${i} = f${i}(${i}.0, 2.0)\n`,
).join("");

for (const [title, start] of [
  ["the last line of a training script", TRAINING],
  ["the last of 1,000 functions and calls", FUNCTIONS],
] as const) {
  const version = (k: number) => parse(`${start}print("version", ${k})\n`);
  const [odd, even, moved] = [version(1), version(2), parse(`# a comment\n${version(2).text}`)];
  const live = liveScript(options);
  let k = 0;
  report(`an edit of ${title}`, [
    ["everything", time(() => runScript(odd, options), 3)],
    ["what it touches", time(() => runScript(k++ % 2 ? odd : even, options, live), 3)],
    ["a comment", time(() => runScript(k++ % 2 ? moved : even, options, live), 3)],
  ]);
}
