/** Recorded runs are those of `minimize`, row by row. */
import assert from "node:assert/strict";
import fc from "fast-check";
import * as engine from "../../src/engine";
import {
  add,
  bfgs,
  concretize,
  Differentiable,
  div,
  type End,
  exp,
  floor,
  greater,
  log,
  type Method,
  minimize,
  mul,
  type Optimizer,
  type Problem,
  type Progress,
  type Recording,
  record,
  schedules,
  sgd,
  sin,
  square,
  sub,
  sum,
  type Value,
} from "../../src/engine";
import { close } from "./support";

const of = (names: string, f: (...x: Value[]) => Value) =>
  new Differentiable(
    names.split(" ").map((name) => ({ name, shape: [] })),
    (inputs) => f(...inputs),
  );

const FUNCTIONS: { readonly [name: string]: { readonly f: Problem; readonly size: number } } = {
  parabola: { f: of("x", (x) => sub(add(mul(3, square(x!)), mul(2, x!)), 1)), size: 1 },
  himmelblau: {
    f: of("x y", (x, y) => add(square(sub(add(square(x!), y!), 11)), square(sub(add(x!, square(y!)), 7)))),
    size: 2,
  },
  "two branches": { f: of("x", (x) => (concretize(greater(x!, 1)).item() ? mul(3, x!) : square(x!))), size: 1 },
  diverging: { f: of("x", (x) => exp(square(x!))), size: 1 },
  "leaving the numbers": { f: of("x y", (x, y) => add(mul(40, log(x!)), square(sub(y!, x!)))), size: 2 },
  waves: { f: of("x y z", (x, y, z) => add(sin(mul(x!, y!)), div(square(z!), add(1, square(x!))))), size: 3 },
  array: {
    f: new Differentiable([{ name: "x", shape: [90] }], ([x]) => sum(square(sub(x!, 0.5)))),
    size: 90,
  },
  domain: {
    f: {
      gradient([x]) {
        if (x! < 0.25) throw new RangeError("below a quarter");
        return { value: x!, gradient: [1] };
      },
    },
    size: 1,
  },
};

const METHODS: { readonly [name: string]: () => Optimizer | Method } = {
  sgd: () => sgd(0.01),
  "steep sgd": () => sgd(1),
  schedule: () => sgd(schedules.exponential({ learningRate: 0.02, decayRate: 0.9, decaySteps: 10 })),
  "a schedule that ends": () => sgd((step) => (step < 230 ? 0.01 : Number.NaN)),
  momentum: () => engine.momentum({ learningRate: 0.002 }),
  adam: () => engine.adam({ learningRate: 0.05 }),
  rmsprop: () => engine.rmsprop({ learningRate: 0.01 }),
  bfgs,
};

interface Rows {
  readonly rows: readonly Progress[];
  readonly end: End | string;
}

function walked(...args: Parameters<typeof minimize>): Rows {
  const rows: Progress[] = [];
  try {
    const run = minimize(...args);
    for (;;) {
      const next = run.next();
      if (next.done) return { rows, end: next.value };
      rows.push(next.value);
    }
  } catch (error) {
    return { rows, end: String(error) };
  }
}

function recorded(pieces: number, ...args: Parameters<typeof minimize>): { recording: Recording; end: End | string } {
  const recording = record(...args);
  try {
    for (;;) {
      const before = recording.length;
      const end = recording.advance(pieces);
      if (end) return { recording, end };
      assert.equal(recording.length, before + pieces);
    }
  } catch (error) {
    return { recording, end: String(error) };
  }
}

describe("recorded runs", () => {
  it("are those of minimize, in pieces of any length", () => {
    const stopping = fc.record(
      {
        steps: fc.constantFrom(0, 1, 7, 199.5, 260, 700),
        evaluations: fc.constantFrom(1, 50, 300),
        gradientTolerance: fc.constantFrom(1e-3, 1e-8),
        stepTolerance: fc.constantFrom(1e-4, 0),
        decreaseTolerance: fc.constantFrom(1e-5),
        target: fc.constantFrom(0.1, -0.5),
        bounds: fc.constantFrom({ lower: new Float64Array(0) }),
      },
      { requiredKeys: ["steps"] },
    );
    const numbers = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 90, maxLength: 90 });
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(FUNCTIONS)),
        fc.constantFrom(...Object.keys(METHODS)),
        stopping,
        numbers,
        fc.constantFrom(1, 13, 250, 5000),
        (name, method, { bounds, ...rest }, start, pieces) => {
          const { f, size } = FUNCTIONS[name]!;
          const options = bounds ? { ...rest, bounds: { lower: new Float64Array(size).fill(-2) } } : rest;
          const args = [f, start.slice(0, size), METHODS[method]!(), options] as const;
          const { rows, end } = walked(...args);
          const { recording, end: own } = recorded(pieces, ...args);
          assert.deepEqual(own, end);
          assert.equal(recording.length, rows.length);
          const lengths = recording.stepLengths();
          rows.forEach((row, k) => {
            row.parameters.forEach((x, i) => {
              close(recording.parameters[k * size + i]!, x, 1e-10);
            });
            close(recording.values[k]!, row.value, 1e-10);
            close(recording.gradientNorms[k]!, row.gradientNorm!, 1e-9);
            close(lengths[k]!, row.stepLength, 1e-9);
          });
          assert.equal(recording.evaluations, rows.at(-1)?.evaluations ?? 0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("keep what was recorded before something else than a point outside the domain is thrown", () => {
    class Stop extends Error {}
    let asked = 0;
    const f: Problem = {
      gradient([x]) {
        if (++asked > 5) throw new Stop();
        return { value: x!, gradient: [1] };
      },
    };
    const run = record(f, [1], sgd(0.1), { steps: 100 });
    assert.throws(() => run.advance(100), Stop);
    assert.equal(run.length, 5);
    assert.equal(run.end, undefined);
  });

  it("do nothing after their end, and nothing before the first advance", () => {
    const run = record(FUNCTIONS.parabola!.f, [1], sgd(0.1), { steps: 3 });
    assert.equal(run.length, 0);
    assert.deepEqual(run.advance(100), { step: 3, reason: "steps" });
    assert.deepEqual(run.advance(100), { step: 3, reason: "steps" });
    assert.equal(run.length, 4);
    assert.throws(() => record(FUNCTIONS.parabola!.f, [1], sgd(0.1), { steps: -1 }), RangeError);
  });

  it("are the same rows where they are taken away meanwhile, paused, and run again from elsewhere", () => {
    const methods = ["sgd", "adam", "a schedule that ends", "bfgs"];
    const bounds = { lower: [-1], upper: [0.25] };
    for (const name of ["parabola", "two branches"])
      for (const method of methods) {
        const { f } = FUNCTIONS[name]!;
        const made = METHODS[method]!();
        for (const [start, options] of [
          [2, { steps: 900 }],
          [-1.5, { steps: 500, gradientTolerance: 1e-6 }],
          [1.5, { steps: 300, bounds }],
          [0.5, { steps: 300, stepTolerance: 1e-7 }],
        ] as const) {
          if ("bounds" in options && method === "bfgs") continue;
          const { rows, end } = walked(f, [start], made, options);
          const run = record(f, [start], made, options);
          let own: End | string | undefined;
          let next = 0;
          while (own === undefined) {
            let asked = 0;
            try {
              own = run.advance(100_000, () => ++asked % 3 === 0);
            } catch (error) {
              own = String(error);
            }
            const { first, length, parameters, values, gradientNorms } = run.take();
            assert.equal(first, next);
            next += length;
            for (let k = 0; k < length; k++) {
              close(parameters[k]!, rows[first + k]!.parameters[0]!, 1e-10);
              close(values[k]!, rows[first + k]!.value, 1e-10);
              close(gradientNorms[k]!, rows[first + k]!.gradientNorm!, 1e-9);
            }
          }
          assert.deepEqual(own, end);
          assert.equal(next, rows.length);
          assert.equal(run.length, 0);
        }
      }
  });

  it("go on where a function has more branches than loops are made for", () => {
    const steps = of("x", (x) => {
      const tenths = concretize(floor(mul(10, x!))).item();
      return add(square(x!), mul(tenths % 2, sub(x!, tenths / 10)));
    });
    const args = [steps, [3], sgd(0.002), { steps: 2000 }] as const;
    const { rows, end } = walked(...args);
    const { recording, end: own } = recorded(300, ...args);
    assert.deepEqual(own, end);
    rows.forEach(({ value }, k) => {
      close(recording.values[k]!, value, 1e-10);
    });
  });
});
