/** Derivatives that the user gives, and functions that are computed again: under tape, forward mode, staging, nesting. */
import assert from "node:assert/strict";
import {
  add,
  checkpoint,
  clip,
  concretize,
  cos,
  customGradient,
  customJvp,
  Differentiable,
  exp,
  expressionOf,
  gradient,
  greater,
  hessian,
  jacobian,
  jvp,
  log1p,
  lower,
  mul,
  neg,
  read,
  replay,
  scalar,
  scalarize,
  sin,
  square,
  stage,
  sub,
  sum,
  Tape,
  tanh,
  tensor,
  text,
  type Value,
  vjp,
  WrongGradientCount,
} from "../../src/engine";
import { close, dot, numbers, plain, taped } from "./support";

/** log(1 + eˣ) with a derivative that does not overflow: the example of tf.custom_gradient's documentation. */
const log1pexp = customGradient((x) => {
  const e = exp(x!);
  return { outputs: [log1p(e)], pullback: (upstream) => [mul(upstream!, sub(1, one(add(1, e))))] };
});
const one = (x: Value) => mul(1, exp(neg(log(x))));
const log = (x: Value) => log1p(sub(x, 1));

/** sin x, with three times its derivative. */
const steep = customGradient((x) => ({ outputs: [sin(x!)], pullback: (u) => [mul(mul(3, cos(x!)), u!)] }));
const f = (x: Value) => steep(x)[0]!;

describe("a gradient of one's own", () => {
  it("is what a tape gives, and what the pullback computes has derivatives", () => {
    const x = scalar(0.5);
    const outer = new Tape();
    const inner = new Tape();
    const { out } = taped(
      [x],
      () => {
        const { out } = taped([x], () => f(x), inner);
        return inner.gradient([out], [x])[0]!;
      },
      outer,
    );
    assert.equal(plain(out), 3 * Math.cos(0.5));
    assert.ok("value" in out);
    close(plain(outer.gradient([out.value], [x])[0]!) as number, -3 * Math.sin(0.5), 1e-15);
  });

  it("computes what its pullback needs once, in the open", () => {
    close(numbers(gradient((x) => log1pexp(x!)[0]!)(scalar(2))[0]!)[0]!, 1 / (1 + Math.exp(-2)), 1e-15);
    const s = 1 / (1 + Math.exp(-2));
    close(numbers(hessian((x) => log1pexp(x)[0]!)(scalar(2)))[0]!, s * (1 - s), 1e-14);
  });

  it("has forward mode by transposition, in any nesting", () => {
    const at = scalar(0.5);
    const v = scalar(2);
    const first = (x: Value) => jvp((y) => f(y), [x], [v]).tangent;
    close(numbers(first(at))[0]!, 6 * Math.cos(0.5), 1e-15);
    close(numbers(jvp((y) => first(y), [at], [v]).tangent)[0]!, -12 * Math.sin(0.5), 1e-15, "forward over forward");
    close(numbers(gradient((y) => first(y!))(at)[0]!)[0]!, -6 * Math.sin(0.5), 1e-15, "reverse over forward");
    close(numbers(hessian(f)(at))[0]!, -3 * Math.sin(0.5), 1e-15, "forward over reverse");
    const x = tensor([0.1, 0.2, 0.3]);
    for (const mode of ["forward", "reverse"] as const) {
      const rows = numbers(jacobian(f, mode)(x));
      rows.forEach((entry, k) => {
        close(entry, k % 4 === 0 ? 3 * Math.cos(0.1 * (k / 4 + 1)) : 0, 1e-14, mode);
      });
    }
  });

  it("is kept by a graph that is applied to other values, and by its elements", () => {
    const graph = stage([{ name: "x", primal: scalar(0.5) }], ([x]) => [
      f(square(x!)),
      ...gradient((y) => f(square(y!)))(x!),
    ]);
    const expected = (x: number) => [Math.sin(x * x), 6 * x * Math.cos(x * x)];
    const x = scalar(1.1);
    replay(graph.outputs, new Map([[graph.inputs[0]!, x]])).forEach((out, k) => {
      close(numbers(out)[0]!, expected(1.1)[k]!, 1e-14);
    });
    const { pullback } = vjp((y) => replay([graph.outputs[0]!], new Map([[graph.inputs[0]!, y!]]))[0]!, [x]);
    close(numbers(pullback(scalar(1))[0]!)[0]!, expected(1.1)[1]!, 1e-14);
    const out: number[] = [];
    assert.ok(lower(scalarize(graph))([0.7], out));
    out.forEach((number, k) => {
      close(number, expected(0.7)[k]!, 1e-14);
    });
  });

  it("serves functions of named parameters: scalars by formula, arrays as wholes", () => {
    const ofScalar = new Differentiable([{ name: "x", shape: [] }], ([x]) => f(x!));
    close(ofScalar.gradient([0.7]).gradient[0]!, 3 * Math.cos(0.7), 1e-14);
    close(ofScalar.hessian([0.7])[0]![0]!, -3 * Math.sin(0.7), 1e-14);
    const branch = ofScalar.branchAt([0.7]);
    assert.equal(text(expressionOf(branch.graph.outputs[0]!)), "sin(x)");
    assert.equal(text(expressionOf(branch.gradients[0]![0]!)), "3·cos(x)");
    const ofArray = new Differentiable([{ name: "x", shape: [3] }], ([x]) => sum(f(square(x!))));
    for (const point of [
      [0.1, 0.2, 0.3],
      [1, 2, 3],
    ]) {
      ofArray.gradient(point).gradient.forEach((g, k) => {
        close(g, 6 * point[k]! * Math.cos(point[k]! ** 2), 1e-13);
      });
      ofArray.hessian(point).forEach((row, i) => {
        row.forEach((entry, j) => {
          const x = point[i]!;
          close(entry, i === j ? 6 * Math.cos(x * x) - 12 * x * x * Math.sin(x * x) : 0, 1e-13);
        });
      });
    }
  });

  it("need not be linear, nor true", () => {
    const clipped = customGradient((x) => ({ outputs: [read(x!)], pullback: (u) => [clip(u!, -1, 1)] }));
    const g = (x: Value) => sum(square(clipped(x)[0]!));
    assert.deepEqual(numbers(gradient((x) => g(x!))(tensor([0.25, -3, 2]))[0]!), [0.5, -1, 1]);
    const ofScalar = new Differentiable([{ name: "x", shape: [] }], ([x]) => g(x!));
    assert.deepEqual(
      [0.25, -3, 2].map((x) => ofScalar.gradient([x]).gradient[0]),
      [0.5, -1, 1],
    );
  });

  it("has several inputs and results, and gradients that are missing", () => {
    const polar = customGradient((r, t) => {
      const [c, s] = [cos(t!), sin(t!)];
      return {
        outputs: [mul(r!, c), greater(r!, 0), mul(r!, s)],
        pullback: (x, y) => [add(mul(x!, c), mul(y!, s)), null],
      };
    });
    const [r, t] = [scalar(2), scalar(0.5)];
    const { tape, out } = taped([r, t], () => polar(r, t));
    assert.deepEqual(
      out.map((value) => [value.dtype, numbers(value)[0]]),
      [
        ["float64", 2 * Math.cos(0.5)],
        ["bool", 1],
        ["float64", 2 * Math.sin(0.5)],
      ],
    );
    // A result that is not used has a cotangent of zeros.
    assert.deepEqual(tape.gradient([out[2]!], [r, t]).map(plain), [Math.sin(0.5), null]);
    const [missing] = tape.gradient([out[2]!], [t]);
    assert.ok(missing && "missing" in missing);
    assert.equal(missing.missing.kind, "not-connected");
    close(plain(tape.gradient([out[0]!, out[2]!], [r])[0]!) as number, Math.cos(0.5) + Math.sin(0.5), 1e-15);
  });

  it("must give one gradient for each input", () => {
    const wrong = customGradient((x) => ({ outputs: [sin(x!)], pullback: (u) => [u!, u!] }));
    const x = scalar(1);
    const { tape, out } = taped([x], () => wrong(x)[0]!);
    assert.throws(
      () => tape.gradient([out], [x]),
      (error) => error instanceof WrongGradientCount && error.expected === 1 && error.given === 2,
    );
  });

  it("is not followed where it looks at a cotangent's number, but a tape takes it", () => {
    const looks = customGradient((x) => ({
      outputs: [sin(x!)],
      pullback: (u) => [concretize(greater(u!, 0)).item() ? u! : neg(u!)],
    }));
    assert.deepEqual(numbers(vjp((x) => looks(x!)[0]!, [scalar(1)]).pullback(scalar(-2))[0]!), [2]);
    assert.throws(
      () => stage([{ name: "x", primal: scalar(1) }], ([x]) => looks(x!)),
      /looks at the number of a cotangent/,
    );
  });
});

describe("a rule for forward mode of one's own", () => {
  /** x·y and x + y, with tangents ten times as large. */
  const scaled = customJvp(
    (x, y) => [mul(x!, y!), add(x!, y!)],
    ([x, y], [dx, dy]) => [mul(10, add(mul(dx!, y!), mul(x!, dy!))), mul(10, add(dx!, dy!))],
  );

  it("serves forward mode, and reverse mode by transposition", () => {
    const at = [scalar(2), scalar(5)] as const;
    const g = (x: Value, y: Value) => mul(scaled(x, y)[0]!, scaled(x, y)[1]!);
    assert.deepEqual(numbers(jvp(g as (...xs: Value[]) => Value, at, [scalar(1), null]).tangent), [10 * (5 * 7 + 10)]);
    assert.deepEqual(
      gradient(g as (...xs: Value[]) => Value)(...at).map((x) => numbers(x)[0]),
      [10 * (5 * 7 + 10), 10 * (2 * 7 + 10)],
    );
  });

  it("has second derivatives, those of its rule", () => {
    // d(x²) = 10·2x·dx by the rule, and its derivative in x is again 10·2 by the rule of the product.
    const product = (x: Value) => scaled(x, x)[0]!;
    assert.deepEqual(numbers(hessian(product)(scalar(3))), [20]);
    assert.deepEqual(numbers(gradient((y) => jvp(product, [y!], [scalar(1)]).tangent)(scalar(3))[0]!), [20]);
  });

  it("is kept by graphs", () => {
    const h = new Differentiable(
      [
        { name: "x", shape: [] },
        { name: "y", shape: [] },
      ],
      ([x, y]) => sin(scaled(x!, y!)[0]!),
    );
    const { gradient: found } = h.gradient([0.5, 0.25]);
    close(found[0]!, 10 * 0.25 * Math.cos(0.125), 1e-14);
    close(found[1]!, 10 * 0.5 * Math.cos(0.125), 1e-14);
  });

  it("has ⟨v̄, J·v⟩ = ⟨Jᵀ·v̄, v⟩ for arrays", () => {
    const x = tensor([1, 2, 3]);
    const y = tensor([0.5, -1, 2]);
    const [dx, dy, w] = [tensor([0.3, 0.1, -1]), tensor([2, 1, 0.5]), tensor([1, -2, 0.7])];
    const g = (a: Value, b: Value) => scaled(a, b)[0]!;
    const { tangent } = jvp(g as (...xs: Value[]) => Value, [x, y], [dx, dy]);
    const [gx, gy] = vjp(g as (...xs: Value[]) => Value, [x, y]).pullback(w) as [Value, Value];
    close(dot(tangent, w), dot(gx, dx) + dot(gy, dy), 1e-14);
  });
});

describe("a checkpoint", () => {
  const body = (x: Value): Value => {
    let y = x;
    for (let k = 0; k < 10; k++) y = tanh(add(mul(y, 1.5), 0.1));
    return y;
  };

  it("gives the same values and derivatives with fewer records, and calls the function again", () => {
    let calls = 0;
    const counted = checkpoint((x) => {
      calls++;
      return body(x!);
    });
    const x = tensor([0.3, -0.2]);
    const open = taped([x], () => sum(body(x)));
    const kept = taped([x], () => sum(counted(x)));
    assert.deepEqual(numbers(kept.out), numbers(open.out));
    assert.equal(open.tape.length, 31);
    assert.equal(kept.tape.length, 2);
    assert.equal(calls, 1);
    assert.deepEqual(plain(kept.tape.gradient([kept.out], [x])[0]!), plain(open.tape.gradient([open.out], [x])[0]!));
    assert.equal(calls, 2);
  });

  it("passes derivatives to what the function closes over", () => {
    const [x, w] = [scalar(0.3), scalar(2)];
    const { tape, out } = taped([x, w], () => checkpoint((y) => sin(mul(y!, w)))(x));
    const [gx, gw] = tape.gradient([out], [x, w]).map(plain) as [number, number];
    close(gx, 2 * Math.cos(0.6), 1e-15);
    close(gw, 0.3 * Math.cos(0.6), 1e-15);
  });

  it("has derivatives of any order and direction", () => {
    const again = checkpoint((x) => body(x!));
    const x = tensor([0.3, -0.2]);
    const expected = numbers(hessian((y) => sum(body(y)))(x));
    numbers(hessian((y) => sum(again(y)))(x)).forEach((entry, k) => {
      close(entry, expected[k]!, 1e-13, "forward over reverse");
    });
    const twice = (g: (y: Value) => Value) => numbers(gradient((y) => sum(gradient((z) => sum(g(z!)))(y!)[0]!))(x)[0]!);
    const wanted = twice(body);
    twice((y) => again(y)).forEach((entry, k) => {
      close(entry, wanted[k]!, 1e-13, "reverse over reverse");
    });
    assert.deepEqual(numbers(jvp((y) => again(y), [x], [x]).tangent), numbers(jvp(body, [x], [x]).tangent));
    const graph = stage([{ name: "x", primal: scalar(0.3) }], ([y]) => [again(y!)]);
    assert.deepEqual(
      numbers(replay(graph.outputs, new Map([[graph.inputs[0]!, scalar(0.7)]]))[0]!),
      numbers(body(scalar(0.7))),
    );
  });
});
