/** Convolutions and pools against TensorFlow and PyTorch (test/oracles/convolution.py): values and derivatives. */
import assert from "node:assert/strict";
import fc from "fast-check";
import * as engine from "../../src/engine";
import { jvp, lower, scalarize, sizeOf, stage, type Tensor, tensor, type Value } from "../../src/engine";
import ofTensorflow from "../fixtures/engine/convolution-tensorflow.json";
import ofTorch from "../fixtures/engine/convolution-torch.json";
import { apply, close, dot, numbers, random, taped } from "./support";

interface Options {
  stride?: number | number[];
  strides?: number | number[];
  padding?: number | number[] | number[][] | string;
  dilation?: number | number[];
  dilations?: number | number[];
  groups?: number;
  output_padding?: number | number[];
  output_shape?: number[];
  kernel_size?: number | number[];
  ksize?: number | number[];
  ceil_mode?: boolean;
  count_include_pad?: boolean;
  divisor_override?: number;
}

interface Case {
  kind: string;
  shapes: number[][];
  options: Options;
  shape: number[];
  value: number[];
  gradients: number[][];
}

const fill = (shape: readonly number[], f: (i: number) => number): Tensor =>
  tensor(
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => f(i)),
    "float64",
    shape,
  );
const valuesOf = (shape: readonly number[]) => fill(shape, (i) => Math.cos(1 + 1.3 * i));
const kernelOf = (shape: readonly number[]) => fill(shape, (i) => Math.sin(1 + 0.9 * i));
const cotangentOf = (shape: readonly number[]) => fill(shape, (i) => Math.cos(2 + i));

const each = (n: number | number[], rank: number): number[] => (typeof n === "number" ? new Array(rank).fill(n) : n);

function torch({ kind, shapes, options }: Case): (...inputs: Value[]) => Value {
  const {
    stride,
    padding = 0,
    dilation,
    groups,
    kernel_size,
    ceil_mode: ceil,
    output_padding: outputPadding,
  } = options;
  const room = { stride, dilation, padding: padding as number | number[] | "same" };
  if (kind === "conv") return (x, kernel) => engine.conv(x!, kernel!, { ...room, groups });
  if (kind === "conv_transpose")
    return (x, kernel) => engine.convTranspose(x!, kernel!, { ...room, groups, outputPadding });
  const window = each(kernel_size!, shapes[0]!.length - 2);
  const pool = { ...room, window, ceil, stride: stride ?? window };
  if (kind === "max_pool") return (x) => engine.maxPool(x!, pool);
  const count = options.divisor_override ?? (options.count_include_pad === false ? "values" : "padded");
  return (x) => engine.averagePool(x!, { ...pool, count });
}

function tensorflow({ kind, shapes, options }: Case): (...inputs: Value[]) => Value {
  const rank = shapes[0]!.length - 2;
  const given = options.strides ?? options.stride ?? 1;
  const stride = each(given, rank).length === rank ? each(given, rank) : each(given, rank).slice(1, -1);
  const padding =
    typeof options.padding === "string"
      ? (options.padding.toLowerCase() as "same" | "valid")
      : (options.padding as [number, number][]).slice(1, -1);
  const room = { stride, dilation: options.dilations, padding, channels: "last" } as const;
  if (kind.startsWith("max_pool"))
    return (x) => engine.maxPool(x!, { ...room, window: each(options.ksize!, rank), nan: "loses" });
  if (kind.startsWith("avg_pool"))
    return (x) => engine.averagePool(x!, { ...room, window: each(options.ksize!, rank) });
  if (kind === "depthwise_conv2d") return (x, kernel) => engine.conv(x!, engine.fromDepthwise(kernel!), room);
  if (kind === "conv2d_transpose")
    return (x, kernel) =>
      engine.convTranspose(x!, engine.fromHWIO(kernel!), { ...room, size: options.output_shape!.slice(1, -1) });
  return (x, kernel) => engine.conv(x!, engine.fromHWIO(kernel!), room);
}

const cases = [
  ...(ofTorch as Case[]).map((test) => ({ ...test, framework: "PyTorch", f: torch(test) })),
  ...(ofTensorflow as Case[]).map((test) => ({ ...test, framework: "TensorFlow", f: tensorflow(test) })),
];

const inputsOf = ({ shapes }: Case) => shapes.map((shape, k) => (k === 0 ? valuesOf(shape) : kernelOf(shape)));

function like(x: Value, next: () => number): Tensor {
  return fill(x.shape, () => next() - 0.5);
}

/** ⟨v̄, J·v⟩ = ⟨Jᵀ·v̄, v⟩. */
function transposes(f: (...inputs: Value[]) => Value, inputs: readonly Tensor[], next: () => number, label: string) {
  const tangents = inputs.map((input) => like(input, next));
  const { value, tangent } = jvp(f, inputs, tangents);
  const cotangent = like(value, next);
  const right = engine
    .vjp(f, inputs)
    .pullback(cotangent)
    .reduce((total, gradient, k) => total + dot(gradient, tangents[k]!), 0);
  close(dot(cotangent, tangent), right, 1e-11, label);
  return tangents;
}

describe("convolution and pooling, against TensorFlow and PyTorch", function () {
  this.timeout(30_000);

  for (const test of cases) {
    const { kind, shapes, options, shape, value, gradients, framework, f } = test;
    const label = `${framework} ${kind} ${JSON.stringify(shapes)} ${JSON.stringify(options)}`;
    it(label, () => {
      const inputs = inputsOf(test);
      const { tape, out } = taped(inputs, () => f(...inputs));
      assert.deepEqual(out.shape, shape);
      numbers(out).forEach((x, i) => {
        close(x, value[i]!, 1e-11, `value[${i}]`);
      });
      tape.gradient([out], inputs, [cotangentOf(shape)]).forEach((gradient, k) => {
        assert.ok("value" in gradient);
        assert.deepEqual(gradient.value.shape, shapes[k]);
        numbers(gradient.value).forEach((x, i) => {
          close(x, gradients[k]![i]!, 1e-11, `gradient ${k}[${i}]`);
        });
      });
      const next = random(3);
      const tangents = transposes(f, inputs, next, "first order");
      // The derivative has derivatives: those of its two bilinear transposes, and of the pool's choice.
      transposes((...xs) => jvp(f, xs, tangents).tangent, inputs, next, "forward, then both");
      transposes((...xs) => engine.vjp(f, xs).pullback(cotangentOf(shape))[0]!, inputs, next, "reverse, then both");
    });
  }

  it("small ones fall apart into scalars: value, derivative, and the derivative's parts", () => {
    const small = cases.filter(({ shapes, shape }) => shapes.every((own) => sizeOf(own) <= 100) && sizeOf(shape) <= 60);
    assert.ok(small.length >= 10);
    for (const test of small) {
      const inputs = inputsOf(test);
      const cotangent = cotangentOf(test.shape);
      const graph = stage(
        inputs.map((primal, k) => ({ name: `x${k}`, primal })),
        (xs) => [test.f(...xs), ...engine.vjp(test.f, xs).pullback(cotangent)],
      );
      const out: number[] = [];
      assert.ok(
        lower(scalarize(graph))(
          inputs.flatMap((x) => numbers(x)),
          out,
        ),
      );
      [...test.value, ...test.gradients.flat()].forEach((x, i) => {
        close(out[i]!, x, 1e-11, `${test.kind}[${i}]`);
      });
    }
  });

  it("shows a maximum and a sum of products in formulas", () => {
    const formula = (f: (x: Value) => Value) => {
      const graph = scalarize(stage([{ name: "x", primal: tensor([1, 2], "float64", [1, 1, 2]) }], ([x]) => [f(x!)]));
      return engine.text(engine.expressionOf(graph.outputs[0]!));
    };
    assert.equal(
      formula((x) => engine.maxPool(x, { window: [2] })),
      "max(x[0, 0, 0], x[0, 0, 1])",
    );
    assert.equal(
      formula((x) => engine.conv(x, tensor([3, 4], "float64", [1, 1, 2]))),
      "3·x[0, 0, 0] + 4·x[0, 0, 1]",
    );
    assert.equal(
      formula((x) => engine.averagePool(x, { window: [2] })),
      "(x[0, 0, 0] + x[0, 0, 1])/2",
    );
  });

  it("has any number of spatial axes, strides, dilations, room and groups: each bilinear form is the others' transpose", () => {
    const small = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }).chain((rank) =>
          fc.record({
            space: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: rank, maxLength: rank }),
            window: fc.array(small, { minLength: rank, maxLength: rank }),
            stride: fc.array(small, { minLength: rank, maxLength: rank }),
            dilation: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: rank, maxLength: rank }),
            padding: fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: rank, maxLength: rank }),
          }),
        ),
        small,
        small,
        small,
        fc.integer(),
        ({ space, window, stride, dilation, padding }, n, groups, inner, seed) => {
          const next = random(seed);
          const x = fill([n, groups * inner, ...space], next);
          const kernel = fill([groups * 2, inner, ...window], next);
          const f = (a: Value, b: Value) => engine.conv(a, b, { stride, dilation, padding });
          transposes(f as (...inputs: Value[]) => Value, [x, kernel], next, "conv");
          const y = f(x, kernel);
          // The transposed convolution is the adjoint.
          const cotangent = like(y, next);
          const back = engine.convTranspose(cotangent, kernel, { stride, dilation, padding, groups, size: space });
          close(dot(y, cotangent), dot(back, x), 1e-11, "adjoint");
        },
      ),
      { numRuns: 40 },
    );
  });

  it("takes a batch at once as it takes the members", () => {
    const next = random(11);
    const member = (x: Tensor, k: number): Tensor => {
      const size = sizeOf(x.shape.slice(1));
      return tensor(Array.from(x.data).slice(k * size, (k + 1) * size), "float64", x.shape.slice(1));
    };
    const x = fill([3, 2, 4, 5, 6], next);
    const kernel = fill([3, 6, 2, 2, 3], next);
    const shapes = new Map<string, engine.Application>();
    // The three operations with their attributes, as a gradient applies them.
    const { tape, out } = taped(
      [x, kernel].map((value) => member(value, 0)),
      () => 0,
    );
    assert.equal(out, 0);
    assert.equal(tape.length, 0);
    const listener = {
      record: (application: engine.Application) => {
        if (application.op.name.startsWith("conv")) shapes.set(application.op.name, application);
      },
    };
    engine.addRecorder(listener);
    try {
      const run = engine.vjp(
        (a, b) => engine.conv(a!, b!, { stride: 2, padding: 1 }),
        [member(x, 0), member(kernel, 0)],
      );
      run.pullback(run.value);
    } finally {
      engine.removeRecorder(listener);
    }
    assert.deepEqual([...shapes.keys()].sort(), ["conv", "conv_input", "conv_kernel"]);
    for (const { op, inputs, attributes } of shapes.values()) {
      assert.ok(op.kind === "bilinear" && op.batch);
      for (const flags of [
        [true, false],
        [false, true],
        [true, true],
      ]) {
        const whole = inputs.map((input, k) => fill(flags[k] ? [3, ...input.shape] : input.shape, next));
        const together = numbers(op.batch(whole, flags, attributes));
        const one: number[] = [0, 1, 2].flatMap((k) =>
          numbers(
            apply(
              op,
              whole.map((value, i) => (flags[i] ? member(value, k) : value)),
              attributes,
            ),
          ),
        );
        assert.equal(together.length, one.length);
        together.forEach((value, i) => {
          close(value, one[i]!, 1e-12, `${op.name} ${flags}`);
        });
      }
    }
  });

  it("gives the first of equal elements the derivative, and treats NaN as each framework does", () => {
    const { NaN: nan } = Number;
    const run = (data: number[], options: engine.MaxPoolOptions) => {
      const x = tensor(data, "float64", [1, 1, data.length]);
      const { tape, out } = taped([x], () => engine.maxPool(x, options));
      const [gradient] = tape.gradient([out], [x]);
      assert.ok(gradient && "value" in gradient);
      return [numbers(out), numbers(gradient.value)];
    };
    const window = [2];
    assert.deepEqual(run([1, 1, 1, 1], { window }), [
      [1, 1],
      [1, 0, 1, 0],
    ]);
    // PyTorch: the last NaN is the largest. TensorFlow: it is passed over.
    assert.deepEqual(run([nan, 1, 2, nan], { window }), [
      [nan, nan],
      [1, 0, 0, 1],
    ]);
    assert.deepEqual(run([1, nan, nan, 2], { window: [4] }), [[nan], [0, 0, 1, 0]]);
    assert.deepEqual(run([nan, 1, 2, nan], { window, nan: "loses" }), [
      [1, 2],
      [0, 1, 1, 0],
    ]);
    assert.deepEqual(run([1, nan, nan, 2], { window: [4], nan: "loses" }), [[2], [0, 0, 0, 1]]);
    assert.deepEqual(run([-Infinity, -Infinity], { window }), [[-Infinity], [1, 0]]);
  });

  it("gives float32 results in float32, rounded once", () => {
    const x = tensor([0.1, 0.2, 0.3], "float32", [1, 1, 3]);
    const kernel = tensor([0.7, 0.9], "float32", [1, 1, 2]);
    const out = engine.conv(x, kernel);
    assert.equal(out.dtype, "float32");
    const [a, b, c] = numbers(x);
    const [p, q] = numbers(kernel);
    assert.deepEqual(numbers(out), [Math.fround(a! * p! + b! * q!), Math.fround(b! * p! + c! * q!)]);
    const { pullback, value } = engine.vjp(
      (y) => engine.averagePool(engine.maxPool(y!, { window: [2], stride: 1 }), { window: [2] }),
      [x],
    );
    assert.equal(value.dtype, "float32");
    assert.equal(pullback(value)[0]!.dtype, "float32");
  });

  it("says what does not fit", () => {
    const x = fill([1, 2, 4], () => 1);
    const kernel = fill([3, 2, 2], () => 1);
    assert.throws(
      () =>
        engine.conv(
          x,
          fill([3, 3, 2], () => 1),
        ),
      /a convolution of shape \(1,2,4\) with a kernel of shape \(3,3,2\)/,
    );
    assert.throws(
      () =>
        engine.conv(
          x,
          fill([3, 1, 2], () => 1),
        ),
      /kernel of shape \(3,1,2\)/,
    );
    assert.throws(
      () =>
        engine.conv(
          x,
          fill([3, 2, 2, 2], () => 1),
        ),
      /kernel/,
    );
    assert.throws(() => engine.conv(x, kernel, { stride: 0 }), /a stride of \(0\) for 1 spatial axes/);
    assert.throws(() => engine.conv(x, kernel, { dilation: [1, 1] }), /a dilation of \(1,1\)/);
    assert.throws(() => engine.conv(x, kernel, { padding: -1 }), /a padding of \(-1\)/);
    assert.throws(() => engine.conv(x, kernel, { padding: [1, 1] }), /a padding of \(1,1\)/);
    assert.throws(
      () =>
        engine.conv(
          x,
          fill([1, 2, 40_000], () => 1),
          { padding: 40_000 },
        ),
      /too many/,
    );
    assert.throws(
      () =>
        engine.convTranspose(
          x,
          fill([2, 1, 2], () => 1),
          { stride: 2, size: [4] },
        ),
      /do not make \(4\)/,
    );
    assert.throws(() => engine.convTranspose(x, kernel), /a transposed convolution/);
    assert.throws(() => engine.maxPool(x, { window: [0] }), /windows of \(0\)/);
    assert.throws(() => engine.averagePool(x, { window: [2, 2, 2] }), /a pool/);
    assert.deepEqual(
      engine.conv(
        x,
        fill([3, 2, 9], () => 1),
      ).shape,
      [1, 3, 0],
    );
  });
});
