/** Large work on two threads: the same as on one, to the last bit. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  add,
  cos,
  Differentiable,
  dismiss,
  employ,
  matmul,
  mul,
  onGrid,
  peek,
  pow,
  relu,
  stage,
  type Thread,
  tensor,
  type Value,
} from "../../src/engine";
import { fuse } from "../../src/engine/lower/fuse";
import { compileInWasm } from "../../src/engine/lower/wasm/loops";
import { AGAIN, MOST_PARTS, serve, TICKET } from "../../src/engine/lower/wasm/second";
import { startThread } from "../../src/thread/start";
import { random } from "./support";

/** A "thread" that does all of the work as soon as it hears of it, before the first can take a part. */
function eager(): { readonly thread: Thread; readonly heard: string[] } {
  const handle = serve();
  const heard: string[] = [];
  const post: Thread["post"] = (message) => {
    heard.push(typeof message === "string" ? message : Object.keys(message)[0]!);
    handle(message);
  };
  return { thread: { post, end: () => heard.push("end") }, heard };
}

const waves = new Differentiable(
  ["x", "y"].map((name) => ({ name, shape: [] })),
  ([x, y]) => add(mul(cos(mul(3, x!)), cos(y!)), pow(add(x!, y!), 3)),
);

/** Values and partial derivatives on a grid with rows of an odd length. */
function sampled(to: number): number[][] {
  const [columns, rows] = [601, 503];
  const line = (count: number) => Float64Array.from({ length: count }, (_, k) => (to * k) / count - 1);
  const axes = [
    { place: 0, numbers: line(columns) },
    { place: 1, numbers: line(rows) },
  ] as const;
  const { values, partials } = onGrid(waves, [0.5, 0.3], axes, { partials: [0, 1] });
  return [values, ...partials].map((numbers) => Array.from(numbers));
}

function filled(shape: readonly number[], dtype: "float64" | "float32", seed: number) {
  const next = random(seed);
  const size = shape.reduce((a, b) => a * b);
  return tensor(
    Array.from({ length: size }, () => 2 * next() - 1),
    dtype,
    shape,
  );
}

/** What a program with a large product writes; the rows or columns make no whole panels. */
function written(dtype: "float64" | "float32", [m, k, n]: readonly [number, number, number]): number[] {
  const [a, b] = [filled([m, k], dtype, 1), filled([k, n], dtype, 2)];
  const graph = stage([{ name: "b", primal: b }], ([b]): [Value] => [relu(matmul(a, b!))]);
  const { run } = compileInWasm(fuse(graph))!;
  const out = new Float64Array(m * n);
  run(Array.from(b.data), out);
  return Array.from(out);
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

const results: { readonly [name: string]: () => unknown } = {
  "a grid": () => sampled(4),
  "a grid where functions of JavaScript are needed": () => sampled(1e9),
  "points along one axis": () => {
    const numbers = Float64Array.from({ length: 400_001 }, (_, k) => k / 1e5);
    return Array.from(onGrid(waves, [0, 0.3], [{ place: 0, numbers }], {}).values);
  },
  "a product of float64": () => written("float64", [150, 700, 129]),
  "a product of float64 in whole columns": () => written("float64", [1101, 40, 128]),
  "a product of float32": () => written("float32", [150, 700, 129]),
  "a product followed eagerly": () =>
    Array.from(peek(matmul(filled([200, 180], "float64", 3), filled([180, 131], "float64", 4))).data),
};

const realThread = () => startThread(join(__dirname, "..", "..", "..", "dist", "thread.js"));

describe("large work on two threads", () => {
  // Memories are such that two threads can see them if there may be a second one when they are made.
  before(() => {
    employ(() => eager().thread);
    sampled(4);
    dismiss();
  });
  afterEach(dismiss);

  for (const [name, compute] of Object.entries(results)) {
    it(`${name}: all done by the second`, () => {
      const alone = compute();
      const { thread, heard } = eager();
      employ(() => thread);
      assert.deepEqual(compute(), alone);
      assert.ok(heard.includes("work"));
    });

    it(`${name}: by a real thread`, () => {
      const alone = compute();
      employ(realThread);
      for (let k = 0; k < 5; k++) assert.deepEqual(compute(), alone);
    });
  }

  it("a real thread takes its part", async () => {
    let control: Int32Array | undefined;
    employ(() => {
      const { post, end } = realThread();
      return {
        post: (message) => {
          if (typeof message === "object" && "control" in message) control = new Int32Array(message.control);
          post(message);
        },
        end,
      };
    });
    // What it could not compute without JavaScript's functions it leaves marked; the first thread marks nothing.
    const isMarked = () => control!.subarray(AGAIN, AGAIN + MOST_PARTS).includes(1);
    for (const end = performance.now() + 20_000; performance.now() < end; ) {
      sampled(1e9);
      if (isMarked()) return;
      // It begins in between.
      await turn();
    }
    assert.fail("it took no part in 20 s");
  });

  it("small work is done alone", () => {
    const { thread, heard } = eager();
    employ(() => thread);
    matmul(filled([20, 20], "float64", 1), filled([20, 20], "float64", 2));
    assert.deepEqual(heard, []);
  });

  it("a thread that does not finish its part is dismissed", () => {
    const alone = sampled(4);
    let control: Int32Array | undefined;
    let ended = false;
    const post: Thread["post"] = (message) => {
      if (message === "work") Atomics.add(control!, TICKET, 1);
      else if ("control" in message) control = new Int32Array(message.control);
    };
    employ(() => ({ post, end: () => (ended = true) }), 20);
    assert.deepEqual(sampled(4), alone);
    assert.ok(ended);
    assert.deepEqual(sampled(4), alone);
  });

  it("a thread that cannot begin, or ends at once, is done without", async () => {
    const alone = sampled(4);
    employ(() => {
      throw new Error("no threads here");
    });
    assert.deepEqual(sampled(4), alone);
    employ(() => startThread(join(__dirname, "nothing.js")));
    for (let k = 0; k < 3; k++) {
      assert.deepEqual(sampled(4), alone);
      await turn();
    }
  });

  it("what is no longer used is forgotten by the second thread", async () => {
    const { thread, heard } = eager();
    employ(() => thread);
    written("float64", [150, 700, 129]);
    assert.ok(!heard.includes("forget"));
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    for (const end = performance.now() + 20_000; performance.now() < end && !heard.includes("forget"); ) {
      collect();
      await turn();
    }
    assert.ok(heard.includes("forget"));
  });
});
