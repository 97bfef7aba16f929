/** The tape, exactly as TensorFlow's GradientTape behaves (shared semantics, measured on 2.21). */
import assert from "node:assert/strict";
import {
  add,
  cast,
  Differentiable,
  dialects,
  floor,
  full,
  isFloat,
  jvp,
  mul,
  neg,
  peek,
  pow,
  read,
  scalar,
  setSource,
  sin,
  square,
  stage,
  stopGradient,
  sub,
  sum,
  Tape,
  tensor,
  type Value,
  where,
} from "../../src/engine";
import { plain, taped } from "./support";

const tensorflow = dialects.tensorflow;

/** (x1 + 5)·x2² */
const g = (x1: Value, x2: Value) => mul(add(x1, 5), pow(x2, 2));

function missing(tape: Tape, target: Value, source: Value) {
  const [gradient] = tape.gradient([target], [source]);
  assert.ok(gradient && "missing" in gradient, "the gradient is missing");
  return gradient.missing;
}

/** Runs `body` as if it stood at these offsets of a document. */
function standing<T>(from: number, to: number, body: () => T): T {
  const before = setSource({ from, to });
  try {
    return body();
  } finally {
    setSource(before);
  }
}

describe("a tape", () => {
  it("gives the gradient with respect to what it watches", () => {
    const [x1, x2] = [scalar(2), scalar(3)];
    const { tape, out } = taped([x1, x2], () => g(x1, x2));
    assert.deepEqual(tape.gradient([out], [x1, x2]).map(plain), [9, 42]);
  });

  it("can be asked again, and for intermediate values", () => {
    const x = scalar(3);
    const { tape, out } = taped([x], () => {
      const y = square(x);
      return { y, z: mul(y, y) };
    });
    assert.deepEqual(tape.gradient([out.z], [x, out.y]).map(plain), [108, 18]);
    assert.deepEqual(tape.gradient([out.y], [x]).map(plain), [6]);
  });

  it("nests: second derivatives of (x1 + 5)·x2² are [[–, 6], [6, 14]]", () => {
    const [x1, x2] = [scalar(2), scalar(3)];
    const outer = new Tape(tensorflow);
    outer.start();
    outer.watch(x1);
    outer.watch(x2);
    const { tape: inner, out } = taped([x1, x2], () => g(x1, x2), new Tape(tensorflow));
    const first = inner.gradient([out], [x1, x2]);
    outer.stop();
    const hessian = first.map((gradient) => {
      assert.ok("value" in gradient);
      return outer.gradient([gradient.value], [x1, x2]).map(plain);
    });
    assert.deepEqual(hessian, [
      [null, 6],
      [6, 14],
    ]);
  });

  it("nests three deep", () => {
    const x = scalar(2);
    const tapes = [new Tape(), new Tape(), new Tape()];
    for (const tape of tapes) {
      tape.start();
      tape.watch(x);
    }
    let y: Value = pow(x, 4);
    const found: number[] = [];
    for (const tape of tapes.reverse()) {
      tape.stop();
      const [gradient] = tape.gradient([y], [x]);
      assert.ok(gradient && "value" in gradient);
      y = gradient.value;
      found.push(peek(y).item());
    }
    assert.deepEqual(found, [32, 48, 48]);
  });

  it("gives 1 for a target that is its own source, watched or not", () => {
    const x = scalar(5);
    assert.deepEqual(new Tape().gradient([x], [x]).map(plain), [1]);
    const { tape } = taped([x], () => square(x));
    assert.deepEqual(tape.gradient([x], [x]).map(plain), [1]);
  });

  it("sums several targets, one of them given twice too, and a target that is no scalar", () => {
    const x = scalar(2);
    const { tape, out } = taped([x], () => [pow(x, 2), mul(x, 9)]);
    assert.deepEqual(tape.gradient(out, [x]).map(plain), [13]);
    assert.deepEqual(tape.gradient([out[0]!, out[0]!], [x]).map(plain), [8]);
    const w = tensor([1, 2, 3]);
    const { tape: other, out: y } = taped([w], () => square(w));
    assert.deepEqual(other.gradient([y], [w]).map(plain), [[2, 4, 6]]);
  });

  it("weighs targets by the seeds that are given; the missing ones count as ones", () => {
    const x = scalar(2);
    const { tape, out } = taped([x], () => [pow(x, 2), mul(x, 9)]);
    assert.deepEqual(tape.gradient(out, [x], [scalar(10)]).map(plain), [49]);
  });

  it("goes on recording when it is entered again after its exit", () => {
    const x = scalar(3);
    const { tape, out: y } = taped([x], () => square(x));
    const { out: z } = taped([], () => mul(y, x), tape);
    assert.deepEqual(tape.gradient([z], [x]).map(plain), [27]);
  });

  it("hears nothing while it is stopped, and forgets at reset", () => {
    const x = scalar(3);
    const tape = new Tape();
    tape.start();
    tape.watch(x);
    const y = square(x);
    tape.stop();
    const z = mul(y, y);
    tape.start();
    const w = mul(y, x);
    tape.stop();
    assert.equal(tape.length, 2);
    assert.deepEqual(missing(tape, z, x).kind, "target-not-recorded");
    assert.deepEqual(tape.gradient([w], [x]).map(plain), [27]);
    tape.reset();
    assert.equal(tape.length, 0);
    assert.equal(missing(tape, w, x).kind, "not-watched");
  });

  it("starts once, however often it is told", () => {
    const x = scalar(3);
    const tape = new Tape();
    tape.start();
    tape.start();
    tape.watch(x);
    const y = square(x);
    tape.stop();
    assert.equal(tape.length, 1);
    assert.deepEqual(tape.gradient([y], [x]).map(plain), [6]);
  });

  it("keeps each read of a variable apart: y = w·w at 3, w becomes 5, z = w·y has dz/dw = 39", () => {
    const reads: Value[] = [];
    const readNow = (number: number) => {
      const value = read(scalar(number));
      tape.watch(value);
      reads.push(value);
      return value;
    };
    const tape = new Tape();
    const { out: z } = taped(
      [],
      () => {
        const y = mul(readNow(3), readNow(3));
        return mul(readNow(5), y);
      },
      tape,
    );
    assert.deepEqual(tape.gradient([z], reads).map(plain), [15, 15, 9]);
  });

  it("records only what depends on something watched", () => {
    const [x, c] = [scalar(3), scalar(2)];
    const { tape } = taped([x], () => {
      square(c);
      square(x);
    });
    assert.equal(tape.length, 1);
  });
});

describe("a missing gradient has its reason", () => {
  it("not watched", () => {
    const [x, c] = [scalar(3), scalar(2)];
    const { tape, out } = taped([x], () => mul(square(c), x));
    assert.deepEqual(missing(tape, out, c), { kind: "not-watched" });
  });

  it("not watched, though a recorded operation takes it directly (TensorFlow 2.21 answers None)", () => {
    const [x, c] = [scalar(3), scalar(2)];
    const { tape, out } = taped([x], () => mul(c, x));
    assert.deepEqual(missing(tape, out, c), { kind: "not-watched" });
  });

  it("unless it is the only target itself: then its gradient is one", () => {
    const [x, c] = [scalar(3), scalar(2)];
    const { tape } = taped([x], () => mul(c, x));
    assert.deepEqual(tape.gradient([c], [c]).map(plain), [1]);
  });

  it("watched, but the target was computed before or after the tape", () => {
    const x = scalar(3);
    const early = square(x);
    const { tape } = taped([x], () => square(x));
    const late = square(x);
    assert.equal(missing(tape, early, x).kind, "target-not-recorded");
    assert.equal(missing(tape, late, x).kind, "target-not-recorded");
  });

  it("watched and recorded, but not connected", () => {
    const [x, y] = [scalar(3), scalar(2)];
    const { tape, out } = taped([x, y], () => ({ a: square(x), b: square(y) }));
    assert.deepEqual(missing(tape, out.a, y), { kind: "not-connected" });
  });

  it("an integer, as source or as target", () => {
    const [x, n] = [scalar(3), scalar(2, "int32")];
    const { tape, out } = taped([x, n], () => ({ a: mul(x, n), b: mul(n, n) }));
    assert.deepEqual(missing(tape, out.a, n), { kind: "not-float", detail: "int32" });
    assert.deepEqual(missing(tape, out.b, x), { kind: "not-float", detail: "int32" });
  });

  for (const [name, op, detail] of [
    ["floor", floor, "floor is piecewise constant"],
    ["a cast to an integer and back", (x: Value) => cast(cast(x, "int32"), "float64"), "converted to an integer"],
    ["stop_gradient", stopGradient, "stopped by stop_gradient"],
  ] as const) {
    it(`cut by ${name}, with the place, however much is computed from it`, () => {
      const x = scalar(3.5);
      const { tape, out } = taped(
        [x],
        () => {
          const cut = standing(10, 20, () => op(x));
          return standing(30, 40, () => add(mul(cut, 2), 1));
        },
        new Tape(tensorflow),
      );
      assert.deepEqual(missing(tape, out, x), { kind: "cut", detail, source: { from: 10, to: 20 } });
    });
  }

  it("steps have a gradient of zero where the dialect says so, whatever comes back to them", () => {
    for (const dialect of [dialects.torch, dialects.jax, dialects.python]) {
      const x = scalar(0.5);
      const { tape, out } = taped([x], () => pow(floor(x), 0.5), new Tape(dialect));
      assert.deepEqual(tape.gradient([out], [x]).map(plain), [0]);
    }
  });

  it("names the cut of this source, not another's", () => {
    const [x, y] = [scalar(1.5), scalar(2.5)];
    const { tape, out } = taped(
      [x, y],
      () => {
        const a = standing(1, 2, () => floor(x));
        const b = standing(3, 4, () => floor(y));
        const unused = standing(5, 6, () => stopGradient(x));
        return { both: add(a, b), one: mul(b, x), a, unused };
      },
      new Tape(tensorflow),
    );
    assert.deepEqual(missing(tape, out.both, y).source, { from: 3, to: 4 });
    assert.deepEqual(missing(tape, out.both, x).source, { from: 1, to: 2 });
    assert.deepEqual(missing(tape, out.one, y).source, { from: 3, to: 4 });
    assert.deepEqual(missing(tape, out.a, y), { kind: "not-connected" });
  });

  it("a condition cuts, its branches pass", () => {
    const [x, y] = [scalar(2), scalar(3)];
    const { tape, out } = taped([x, y], () => where(x, square(y), y), new Tape(tensorflow));
    assert.deepEqual(tape.gradient([out], [y]).map(plain), [6]);
    assert.equal(missing(tape, out, x).detail, "a condition has no derivative");
  });
});

describe("a tape among other interpreters", () => {
  const derivative = (x: Value): Value => {
    const { tape, out } = taped([x], () => mul(sin(x), square(x)));
    const [gradient] = tape.gradient([out], [x]);
    assert.ok(gradient && "value" in gradient);
    return gradient.value;
  };
  const expected = (x: number) => Math.cos(x) * x * x + Math.sin(x) * 2 * x;

  it("works inside a staged function, at every point of the graph", () => {
    const f = new Differentiable([{ name: "x", shape: [] }], ([x]) => derivative(x!));
    for (const x of [0.5, 1, -2]) {
      assert.ok(Math.abs(f.value([x]) - expected(x)) < 1e-14);
      const second = -Math.sin(x) * x * x + 4 * x * Math.cos(x) + 2 * Math.sin(x);
      assert.ok(Math.abs(f.gradient([x]).gradient[0]! - second) < 1e-14);
    }
  });

  it("works inside jvp, and outside of it", () => {
    const x = scalar(0.7);
    const second = -Math.sin(0.7) * 0.49 + 4 * 0.7 * Math.cos(0.7) + 2 * Math.sin(0.7);
    const inside = jvp((y) => derivative(y!), [x], [scalar(1)]);
    assert.ok(Math.abs(peek(inside.tangent).item() - second) < 1e-14);
    const { tape, out } = taped([x], () => jvp((y) => mul(sin(y!), square(y!)), [x], [scalar(1)]).tangent);
    assert.ok(Math.abs((tape.gradient([out], [x]).map(plain)[0] as number) - second) < 1e-14);
  });

  it("counts nothing twice where a staged function computes the same thing twice", () => {
    const graph = stage([{ name: "x", primal: scalar(3) }], ([x]) => {
      const before = square(x!);
      const { tape, out } = taped([x!, before], () => {
        const [a, b] = [square(x!), square(x!)];
        return add(mul(a, b), before);
      });
      return tape.gradient([out], [x!, before]).map((gradient) => {
        assert.ok("value" in gradient);
        return gradient.value;
      });
    });
    assert.deepEqual(
      graph.outputs.map((output) => peek(output).item()),
      [108, 1],
    );
  });

  it("keeps two variables apart that start from one number, staged or not", () => {
    const f = (p: Value): Value => {
      const [a, b] = [read(p), read(p)];
      const { tape, out } = taped([a, b], () => mul(square(a), b));
      const [da, db] = tape.gradient([out], [a, b]).map((gradient) => {
        assert.ok("value" in gradient);
        return gradient.value;
      });
      return sub(mul(da!, 100), db!);
    };
    assert.equal(peek(f(scalar(3))).item(), 1791);
    assert.equal(new Differentiable([{ name: "p", shape: [] }], ([p]) => f(p!)).value([3]), 1791);
  });

  it("sees the same gradients as the graph, of arrays too", () => {
    const w = tensor([1, -2, 3]);
    const f = (x: Value) => sum(mul(sin(x), neg(square(x))));
    const { tape, out } = taped([w], () => f(w));
    const graph = new Differentiable([{ name: "w", shape: [3] }], ([x]) => f(x!));
    assert.deepEqual(tape.gradient([out], [w]).map(plain), [graph.gradient([1, -2, 3]).gradient]);
  });

  it("gives gradients of the source's own type", () => {
    const [x, y] = [full([2], 3, "float32"), scalar(2)];
    const { tape, out } = taped([x, y], () => sum(mul(x, y)));
    for (const [gradient, dtype] of [
      [tape.gradient([out], [x])[0]!, "float32"],
      [tape.gradient([out], [y])[0]!, "float64"],
    ] as const) {
      assert.ok("value" in gradient && isFloat(gradient.value.dtype));
      assert.equal(gradient.value.dtype, dtype);
    }
  });
});
