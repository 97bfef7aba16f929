/** Optimizers and learning-rate schedules against Keras 3 and PyTorch (test/oracles/optimizers.py), step by step. */
import assert from "node:assert/strict";
import type { Like, Optimizer, Schedule } from "../../src/engine";
import * as engine from "../../src/engine";
import keras from "../fixtures/engine/optimizers-keras.json";
import torch from "../fixtures/engine/optimizers-torch.json";
import { close } from "./support";

const { schedules } = engine;
const epsilon = 2 ** -20;
const exact = { learningRate: 0.0625, beta1: 0.875, beta2: 0.96875, epsilon };

const OPTIMIZERS: { readonly [name: string]: (like: Like) => Optimizer } = {
  sgd: () => engine.sgd(0.05),
  momentum: (like) => engine.momentum({ like, learningRate: 0.05 }),
  nesterov: (like) => engine.nesterov({ like, learningRate: 0.05 }),
  "sgd decayed": (like) => engine.sgd(0.05, { like, weightDecay: 0.1 }),
  "nesterov decayed": (like) => engine.nesterov({ like, learningRate: 0.05, weightDecay: 0.1 }),
  adagrad: (like) => engine.adagrad({ like }),
  adadelta: (like) => engine.adadelta({ like }),
  "adadelta fast": (like) => engine.adadelta({ like, learningRate: 1 }),
  rmsprop: (like) => engine.rmsprop({ like }),
  "rmsprop centered": (like) => engine.rmsprop({ like, learningRate: 0.01, momentum: 0.5, centered: true }),
  adam: (like) => engine.adam({ like }),
  amsgrad: (like) => engine.amsgrad({ like, learningRate: 0.1 }),
  adamw: (like) => engine.adamw({ like, learningRate: 0.01 }),
  adamax: (like) => engine.adamax({ like }),
  nadam: (like) => engine.nadam({ like }),
  radam: () => engine.radam(),
  "radam fast": () => engine.radam({ learningRate: 0.1, beta1: 0.8, beta2: 0.9 }),
  lion: () => engine.lion(),
  "lion decayed": () => engine.lion({ learningRate: 0.05, weightDecay: 0.1 }),
  "adam, cosine": (like) =>
    engine.adam({
      like,
      learningRate: schedules.cosine({
        learningRate: 0.01,
        decaySteps: 10,
        alpha: 0.1,
        warmupTarget: 0.1,
        warmupSteps: 5,
      }),
    }),
  "momentum, exponential": (like) =>
    engine.momentum({
      like,
      learningRate: schedules.exponential({ learningRate: 0.05, decaySteps: 5, decayRate: 0.5 }),
    }),
  "momentum, one cycle": (like) =>
    engine.momentum({ like, learningRate: schedules.oneCycle({ maxLearningRate: 0.1, totalSteps: 20 }) }),
  "adam, step": (like) =>
    engine.adam({ like, learningRate: schedules.step({ learningRate: 0.1, stepSize: 6, gamma: 0.5 }) }),
  "exact momentum": () => engine.momentum({ learningRate: 0.0625, momentum: 0.875 }),
  "exact nesterov": () => engine.nesterov({ learningRate: 0.0625, momentum: 0.875 }),
  "exact adagrad": () => engine.adagrad({ learningRate: 0.0625, initialAccumulator: 0.125, epsilon }),
  "exact adadelta": () => engine.adadelta({ learningRate: 0.5, rho: 0.875, epsilon }),
  "exact rmsprop": () => engine.rmsprop({ learningRate: 0.0625, rho: 0.875, momentum: 0.5, centered: true, epsilon }),
  "exact adam": () => engine.adam(exact),
  "exact amsgrad": () => engine.amsgrad(exact),
  "exact adamw": () => engine.adamw({ ...exact, weightDecay: 0.125 }),
  "exact adamax": () => engine.adamax(exact),
  "exact lion": () => engine.lion({ learningRate: 0.0625, beta1: 0.875, beta2: 0.96875 }),
};

/** The functions of the oracle: their gradients, and where the paths start. */
const PROBLEMS: readonly { gradient: (w: Float64Array) => number[]; start: readonly number[] }[] = [
  { gradient: (w) => [w[0]! ** 3 + w[1]!, 4 * w[1]! + w[0]!, w[2]!], start: [1.5, -0.75, 0.2] },
  {
    gradient(w) {
      const d = w[0]! - 1;
      const e = w[1]! - w[0]! ** 2;
      return [(2 * d) / (1 + d * d) - 2 * w[0]! * e, e, w[2]! ** 3];
    },
    start: [-0.5, 0.8, 1.2],
  },
];

describe("optimizers, against the frameworks", () => {
  for (const [like, { paths }] of Object.entries({ keras, torch }))
    for (const [name, runs] of Object.entries(paths as { [name: string]: number[][][] }))
      it(`${name} as ${like}`, () => {
        // Keras rounds rates to float32 on the way; the exact ones are powers of two, which that leaves alone.
        const tolerance = like === "keras" && !name.startsWith("exact") ? 1e-5 : 1e-13;
        runs.forEach((path, k) => {
          const { gradient, start } = PROBLEMS[k]!;
          const optimizer = OPTIMIZERS[name]!(like as Like);
          const w = Float64Array.from(start);
          const state = optimizer.start(w.length);
          path.forEach((expected, step) => {
            optimizer.step(w, gradient(w), state);
            w.forEach((x, i) => {
              close(x, expected[i]!, tolerance, `${name}, problem ${k}, step ${step}, ${i}`);
            });
          });
        });
      });

  it("refuses rates that make no sense", () => {
    assert.throws(() => engine.adam({ learningRate: 0 }), /the learning rate must be a positive number, not 0/);
    assert.throws(() => engine.momentum({ momentum: 1 }), /a rate of decay must be at least 0 and less than 1, not 1/);
    assert.throws(() => engine.adadelta({ rho: -0.1 }), /a rate of decay must be at least 0 and less than 1, not -0.1/);
    const optimizer = engine.sgd((step) => (step < 2 ? 0.1 : Number.NaN));
    const w = Float64Array.of(1);
    const state = optimizer.start(1);
    optimizer.step(w, [1], state);
    optimizer.step(w, [1], state);
    assert.throws(() => optimizer.step(w, [1], state), /the learning rate of step 2 is NaN/);
  });
});

const rate = { learningRate: 0.1 };
const SCHEDULES: { readonly [framework: string]: { readonly [name: string]: Schedule } } = {
  keras: {
    exponential: schedules.exponential({ ...rate, decaySteps: 7, decayRate: 0.5 }),
    "exponential staircase": schedules.exponential({ ...rate, decaySteps: 7, decayRate: 0.5, staircase: true }),
    "piecewise constant": schedules.piecewiseConstant([4, 10, 15], [0.1, 0.05, 0.01, 0.002]),
    polynomial: schedules.polynomial({ ...rate, decaySteps: 12 }),
    "polynomial cycle": schedules.polynomial({
      ...rate,
      decaySteps: 7,
      endLearningRate: 0.01,
      power: 2,
      cycle: true,
    }),
    "inverse time": schedules.inverseTime({ ...rate, decaySteps: 5, decayRate: 0.5 }),
    "inverse time staircase": schedules.inverseTime({ ...rate, decaySteps: 5, decayRate: 0.5, staircase: true }),
    cosine: schedules.cosine({ ...rate, decaySteps: 15, alpha: 0.05 }),
    "cosine with warm-up": schedules.cosine({ learningRate: 0.01, decaySteps: 15, warmupTarget: 0.2, warmupSteps: 6 }),
  },
  torch: {
    constant: schedules.constant(0.1),
    step: schedules.step({ ...rate, stepSize: 6 }),
    exponential: schedules.exponential({ ...rate, decaySteps: 1, decayRate: 0.9 }),
    polynomial: schedules.polynomial({ ...rate, decaySteps: 12, endLearningRate: 0, power: 2 }),
    "one cycle": schedules.oneCycle({ maxLearningRate: 0.5, totalSteps: 25 }),
    "one cycle linear": schedules.oneCycle({ maxLearningRate: 0.5, totalSteps: 25, anneal: "linear", pctStart: 0.4 }),
    "one cycle in three phases": schedules.oneCycle({ maxLearningRate: 0.5, totalSteps: 25, threePhase: true }),
    cosine: schedules.cosine({ ...rate, decaySteps: 20, alpha: 0.05 }),
  },
};

describe("learning-rate schedules, against the frameworks", () => {
  for (const [framework, { schedules: expected }] of Object.entries({ keras, torch }))
    for (const [name, rates] of Object.entries(expected as { [name: string]: number[] }))
      it(`${name} as ${framework}`, () => {
        rates.forEach((expected, step) => {
          // Keras computes them in float32.
          close(
            SCHEDULES[framework]![name]!(step),
            expected,
            framework === "keras" ? 1e-5 : 1e-12,
            `step ${step}`,
            1e-3,
          );
        });
      });

  it("stay at their end", () => {
    assert.equal(schedules.oneCycle({ maxLearningRate: 0.5, totalSteps: 25 })(1000), 0.5 / 25 / 1e4);
    assert.equal(schedules.oneCycle({ maxLearningRate: 0.5, totalSteps: 1, pctStart: 1 })(0), 0.5);
    close(schedules.cosine({ learningRate: 1, decaySteps: 3, alpha: 0.25 })(1000), 0.25, 1e-15);
  });

  it("refuse counts that make no sense", () => {
    assert.throws(
      () => schedules.exponential({ learningRate: 1, decaySteps: 0, decayRate: 0.5 }),
      new RangeError("decaySteps must be a positive number, not 0"),
    );
    assert.throws(() => schedules.piecewiseConstant([1], [0.1]), new RangeError("1 boundaries need 2 values, not 1"));
    assert.throws(() => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 5, pctStart: 2 }), RangeError);
  });
});
