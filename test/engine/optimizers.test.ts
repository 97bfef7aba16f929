/** Optimizers against Keras 3 and PyTorch (test/oracles/optimizers.py), step by step. */
import assert from "node:assert/strict";
import type { Like, Optimizer } from "../../src/engine";
import * as engine from "../../src/engine";
import keras from "../fixtures/engine/optimizers-keras.json";
import torch from "../fixtures/engine/optimizers-torch.json";
import { close } from "./support";

const epsilon = 2 ** -20;
const exact = { learningRate: 0.0625, beta1: 0.875, beta2: 0.96875, epsilon };

const OPTIMIZERS: { readonly [name: string]: (like: Like) => Optimizer } = {
  sgd: () => engine.sgd(0.05),
  momentum: (like) => engine.momentum({ like, learningRate: 0.05 }),
  nesterov: (like) => engine.nesterov({ like, learningRate: 0.05 }),
  adagrad: (like) => engine.adagrad({ like }),
  rmsprop: (like) => engine.rmsprop({ like }),
  "rmsprop centered": (like) => engine.rmsprop({ like, learningRate: 0.01, momentum: 0.5, centered: true }),
  adam: (like) => engine.adam({ like }),
  amsgrad: (like) => engine.adam({ like, learningRate: 0.1, amsgrad: true }),
  adamw: (like) => engine.adamw({ like, learningRate: 0.01 }),
  adamax: (like) => engine.adamax({ like }),
  "exact momentum": () => engine.momentum({ learningRate: 0.0625, momentum: 0.875 }),
  "exact nesterov": () => engine.nesterov({ learningRate: 0.0625, momentum: 0.875 }),
  "exact adagrad": () => engine.adagrad({ learningRate: 0.0625, initialAccumulator: 0.125, epsilon }),
  "exact rmsprop": () => engine.rmsprop({ learningRate: 0.0625, rho: 0.875, momentum: 0.5, centered: true, epsilon }),
  "exact adam": () => engine.adam(exact),
  "exact amsgrad": () => engine.adam({ ...exact, amsgrad: true }),
  "exact adamw": () => engine.adamw({ ...exact, weightDecay: 0.125 }),
  "exact adamax": () => engine.adamax(exact),
};

describe("optimizers, against the frameworks", () => {
  for (const [like, runs] of Object.entries({ keras, torch }))
    for (const [name, path] of Object.entries(runs as { [name: string]: number[][] }))
      it(`${name} as ${like}`, () => {
        // Keras rounds rates to float32 on the way; the exact ones are powers of two, which that leaves alone.
        const tolerance = like === "keras" && !name.startsWith("exact") ? 1e-5 : 1e-13;
        const optimizer = OPTIMIZERS[name]!(like as Like);
        const w = Float64Array.of(1.5, -0.75, 0.2);
        const state = optimizer.start(3);
        path.forEach((expected, step) => {
          optimizer.step(w, [w[0]! ** 3 + w[1]!, 4 * w[1]! + w[0]!, w[2]!], state);
          w.forEach((x, i) => {
            close(x, expected[i]!, tolerance, `${name}, step ${step}, ${i}`);
          });
        });
      });

  it("refuses rates that make no sense", () => {
    assert.throws(() => engine.adam({ learningRate: 0 }), /the learning rate must be a positive number, not 0/);
    assert.throws(() => engine.momentum({ momentum: 1 }), /a rate of decay must be at least 0 and less than 1, not 1/);
  });
});
