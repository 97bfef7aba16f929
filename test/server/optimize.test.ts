/** What the Optimize view asks the server: options, schedules, bounds, sums of squares, basins, planes. */
import assert from "node:assert/strict";
import * as engine from "../../src/engine";
import type { MinimizeParams, MinimizeResult } from "../../src/protocol/lsp";
import {
  defaultOf,
  type OptimizerName,
  optimizers,
  optimizerTypes,
  rateOf,
  type ScheduleName,
  scheduleNames,
  schedules,
} from "../../src/protocol/optimizers";
import { decodeArray, encodeArray } from "../../src/protocol/values";
import { startClient, type TestClient } from "./client";

const URI = "file:///optimize.py";
const TEXT = `import numpy as np
import math

def himmelblau(x, y):
    return (x**2 + y - 11)**2 + (x + y**2 - 7)**2

def valley(v, w):
    return (1 - v[0])**2 + 10 * (v[1] - v[0]**2)**2 + w**2

def residuals(a, b):
    return np.array([a * math.exp(-b * t) - 3 * math.exp(-0.7 * t) for t in range(5)])

valley([-1.0, 1.0], 0.5)
`;
const subject = { kind: "function", uri: URI, name: "himmelblau" } as const;

type Make = (like: engine.Like, learningRate: number) => engine.Optimizer;

const RULES: { readonly [name: string]: Make } = {
  // It has no rate of its own.
  sgd: (like, learningRate) => engine.sgd(learningRate, { like }),
  momentum: (like) => engine.momentum({ like }),
  nesterov: (like) => engine.nesterov({ like }),
  adagrad: (like) => engine.adagrad({ like }),
  adadelta: (like) => engine.adadelta({ like }),
  rmsprop: (like) => engine.rmsprop({ like }),
  adam: (like) => engine.adam({ like }),
  amsgrad: (like) => engine.amsgrad({ like }),
  adamw: (like) => engine.adamw({ like }),
  adamax: (like) => engine.adamax({ like }),
  nadam: (like) => engine.nadam({ like }),
  radam: () => engine.radam(),
  lion: () => engine.lion(),
};

describe("optimizing", () => {
  let client: TestClient;
  before(async () => {
    client = await startClient();
    await client.open(URI, TEXT);
  });
  after(() => client.stop());

  const run = (params: Partial<MinimizeParams>): Promise<MinimizeResult> =>
    client.request("gradlens/minimize", { subject, start: { x: 0.5, y: -1 }, optimizer: "sgd", steps: 30, ...params });

  it("has the engine's defaults in its list, for both frameworks", async () => {
    for (const { name, likes, options = {} } of optimizers) {
      for (const like of likes ?? []) {
        const learningRate = rateOf(name, like)!;
        const said = Object.fromEntries(Object.entries(options).map(([key, option]) => [key, defaultOf(option, like)]));
        const explicit = await run({ optimizer: name, like, learningRate, options: said });
        // The engine itself, told nothing but the framework.
        const other = RULES[name]!(like, learningRate);
        const point = Float64Array.of(0.5, -1);
        const state = other.start(2);
        for (let i = 0; i < 30; i++) {
          const [x, y] = point as unknown as [number, number];
          const [p, q] = [x * x + y - 11, x + y * y - 7];
          other.step(point, [4 * x * p + 2 * q, 2 * p + 4 * y * q], state);
        }
        const final = decodeArray(explicit.path).slice(-2);
        final.forEach((value, i) => {
          assert.ok(
            Math.abs(value - point[i]!) < 1e-9 * Math.max(1, Math.abs(value)),
            `${name} like ${like}: ${value}`,
          );
        });
      }
    }
  });

  it("takes each option that it lists, and no other", async () => {
    for (const { name, options = {}, residuals } of optimizers) {
      if (residuals) continue;
      for (const key of Object.keys(options)) {
        const option = options[key]!;
        const value = option.kind === "choice" ? option.choices.at(-1)! : defaultOf(option);
        await run({ optimizer: name, steps: 2, options: { [key]: value } });
      }
      await assert.rejects(run({ optimizer: name, steps: 2, options: { temperature: 1 } }), /temperature/);
    }
    await assert.rejects(run({ optimizer: "adam", options: { beta1: 1 } }), /beta1/);
    await assert.rejects(run({ optimizer: "lion", like: "torch" }), /Lion does not take this like/);
    await assert.rejects(run({ optimizer: "bfgs", schedule: { name: "step" } }), /BFGS does not take this schedule/);
  });

  it("changes what an option says it changes", async () => {
    const last = async (params: Partial<MinimizeParams>) => (await run(params)).final;
    const changes: [OptimizerName, MinimizeParams["options"]][] = [
      ["momentum", { momentum: 0.5 }],
      ["sgd", { weightDecay: 0.5 }],
      ["rmsprop", { centered: true }],
      ["adam", { beta1: 0.5 }],
      ["adagrad", { initialAccumulator: 1 }],
      ["nadam", { momentumDecay: 0.1 }],
      ["lbfgs", { memory: 1 }],
      ["trust-region", { radius: 2 }],
      ["gradient-descent", { search: "wolfe" }],
    ];
    for (const [optimizer, options] of changes)
      assert.notDeepEqual(
        await last({ optimizer, options, steps: 6 }),
        await last({ optimizer, steps: 6 }),
        `${optimizer} ${JSON.stringify(options)}`,
      );
  });

  it("follows every schedule, with defaults made for the run", async () => {
    const learningRate = 0.01;
    const rates = async (name: ScheduleName, options = {}) =>
      decodeArray((await run({ learningRate, schedule: { name, options } })).learningRates!);
    for (const name of scheduleNames) {
      const found = await rates(name);
      assert.equal(found.length, 31, name);
      assert.ok(Math.max(...found) <= learningRate * 1.0001 && found[30]! < found[10]! + 1e-12, `${name}: ${found}`);
    }
    const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);
    const [half] = (await rates("cosine")).slice(15);
    near(half!, learningRate / 2);
    const warm = await rates("cosine", { warmupSteps: 10 });
    near(warm[0]!, 0);
    near(warm[5]!, learningRate / 2);
    near(warm[10]!, learningRate);
    const pieces = await rates("piecewise", { boundaries: [10, 20], values: [0.01, 0.005, 0.001] });
    assert.deepEqual([pieces[10], pieces[11], pieces[21]], [0.01, 0.005, 0.001]);
    await assert.rejects(
      run({ schedule: { name: "piecewise", options: { boundaries: [5], values: [1] } } }),
      /1 boundaries need 2 values/,
    );
    await assert.rejects(run({ schedule: { name: "step", options: { stepSize: 0 } } }), /stepSize/);
    assert.equal((await run({})).learningRates, undefined);
    for (const name of scheduleNames)
      for (const [key, option] of Object.entries(schedules[name]))
        await run({
          learningRate,
          schedule: { name, options: { [key]: defaultOf(option, "keras", 30, learningRate) } },
        });
  });

  it("keeps to bounds by label, and stops at a tolerance", async () => {
    const bounds: NonNullable<MinimizeParams["bounds"]> = { x: [-1, 1], y: ["-Infinity", 0] };
    for (const { name, unbounded, residuals } of optimizers) {
      if (residuals) continue;
      if (unbounded) {
        await assert.rejects(run({ optimizer: name, bounds }), /takes no bounds/);
        continue;
      }
      const path = decodeArray((await run({ optimizer: name, bounds })).path);
      path.forEach((value, i) => {
        assert.ok(i % 2 === 0 ? Math.abs(value) <= 1 : value <= 0, `${name}: ${value}`);
      });
    }
    await assert.rejects(run({ bounds: { z: [0, 1] } }), /bounds of z: there is no such parameter/);
    await assert.rejects(run({ bounds: { x: [1, 0] } }), /1 is not below 0/);
    const { end, steps, gradientNorms } = await run({ learningRate: 0.01, tolerance: 1, steps: 1000 });
    assert.equal(end, "converged");
    assert.ok(decodeArray(gradientNorms)[steps]! <= 1);
  });

  it("minimizes half the sum of squares by any method", async () => {
    const of = (optimizer: OptimizerName) =>
      client.request("gradlens/minimize", {
        subject: { ...subject, name: "residuals" },
        start: { a: 1, b: 0.1 },
        squares: true,
        optimizer,
        steps: 200,
      });
    for (const optimizer of ["levenberg-marquardt", "gauss-newton", "bfgs", "newton", "trust-region"] as const) {
      const { final, end, values } = await of(optimizer);
      assert.equal(end, "converged", optimizer);
      assert.ok(Math.abs((final.a as number) - 3) < 1e-6 && Math.abs((final.b as number) - 0.7) < 1e-6, optimizer);
      const expected = [0, 1, 2, 3, 4].reduce(
        (sum, t) => sum + (Math.exp(-0.1 * t) - 3 * Math.exp(-0.7 * t)) ** 2 / 2,
        0,
      );
      assert.ok(Math.abs(decodeArray(values)[0]! - expected) < 1e-12, optimizer);
    }
  });

  it("thins the history of a long run, and keeps its end", async () => {
    const { path, values, stride, steps, evaluations } = await run({ learningRate: 1e-6, steps: 10_001 });
    assert.deepEqual([stride, steps, evaluations], [4, 10_001, 10_002]);
    assert.equal(path.shape[0], 10_000 / 4 + 2);
    const all = decodeArray((await run({ learningRate: 1e-6, steps: 40 })).values);
    assert.equal(decodeArray(values)[10], all[40]);
    const short = await run({ steps: 30 });
    assert.deepEqual([short.stride, short.path.shape], [1, [31, 2]]);
  });

  it("tells where many starts lead", async () => {
    const starts = [3, 3, -3, 3, -3, -3, 3, -2, Number.NaN, 0];
    let finals: number[] = [];
    let converged: number[] = [];
    // As many as there is time for: the rest is asked for again.
    while (converged.length < 5) {
      const rest = starts.slice(2 * converged.length);
      const answer = await client.request("gradlens/basins", {
        subject,
        optimizer: "bfgs",
        steps: 100,
        tolerance: 1e-4,
        starts: encodeArray(rest, [rest.length / 2, 2]),
      });
      assert.ok(answer.values.shape[0]! > 0);
      assert.equal(decodeArray(answer.steps).length, answer.values.shape[0]);
      finals = [...finals, ...decodeArray(answer.finals)];
      converged = [...converged, ...decodeArray(answer.converged)];
    }
    assert.deepEqual(converged, [1, 1, 1, 1, 0]);
    const minima = [3, 2, -2.805118, 3.131313, -3.77931, -3.283186, 3.584428, -1.848127];
    minima.forEach((value, i) => {
      assert.ok(Math.abs(finals[i]! - value) < 1e-5, `${finals[i]} is not ${value}`);
    });
    const wrong = { subject, optimizer: "newton", steps: 5, starts: encodeArray([0, 0], [1, 2]) } as const;
    await assert.rejects(client.request("gradlens/basins", { ...wrong, bounds: { x: [0, 1] } }), /takes no bounds/);
    const three = encodeArray([1, 2, 3], [1, 3]);
    await assert.rejects(
      client.request("gradlens/basins", { ...wrong, starts: three }),
      /3 numbers do not make points of 2/,
    );
  });

  it("samples a plane that is askew, and sums of squares", async () => {
    const root = Math.SQRT1_2;
    const { grid, values } = await client.request("gradlens/plane", {
      subject: { ...subject, name: "valley" },
      origin: encodeArray([1, 1, 0]),
      directions: encodeArray([root, root, 0, 0, 0, 1], [2, 3]),
      window: [
        [-1, 1],
        [0, 2],
      ],
      samples: 5,
    });
    assert.deepEqual(decodeArray(grid[1]!), Float64Array.of(0, 0.5, 1, 1.5, 2));
    const [u, w] = [0.5, 1.5];
    const v = 1 + root * u;
    const expected = (1 - v) ** 2 + 10 * (v - v * v) ** 2 + w * w;
    assert.ok(Math.abs(decodeArray(values)[3 * 5 + 3]! - expected) < 1e-12);
    const line = await client.request("gradlens/plane", {
      subject: { ...subject, name: "residuals" },
      squares: true,
      origin: encodeArray([3, 0.7]),
      directions: encodeArray([1, 0], [1, 2]),
      window: [[-1, 1]],
      samples: 3,
    });
    const [left, middle] = decodeArray(line.values);
    assert.ok(Math.abs(middle!) < 1e-20);
    assert.ok(Math.abs(left! - [0, 1, 2, 3, 4].reduce((sum, t) => sum + Math.exp(-1.4 * t) / 2, 0)) < 1e-12);
    await assert.rejects(
      client.request("gradlens/plane", {
        subject,
        origin: encodeArray([0, 0]),
        directions: encodeArray([1, 0], [1, 2]),
        window: [
          [0, 1],
          [0, 1],
        ],
      }),
      /a plane has a point, and one or two directions/,
    );
  });

  it("has a label and no default where there is none", () => {
    for (const { name, label, learningRate, likes } of optimizers) {
      assert.ok(label.length > 0);
      assert.equal(learningRate === undefined, likes === undefined, name);
      assert.equal(optimizerTypes[name].label, label);
    }
  });
});
