/** Arrays printed to the letter as NumPy, PyTorch, JAX and TensorFlow print them (test/oracles/printing.py). */
import assert from "node:assert/strict";
import {
  array2string,
  arrayRepr,
  arrayText,
  type DType,
  jaxRepr,
  type PrintOptions,
  printDefaults,
  sizeOf,
  type Tensor,
  tensor,
  tensorflowRepr,
  tensorflowText,
  tensorflowVariable,
  torchPrintDefaults,
  torchRepr,
} from "../../src/engine";
import jax from "../fixtures/engine/printing-jax.json";
import numpy from "../fixtures/engine/printing-numpy.json";
import tensorflow from "../fixtures/engine/printing-tensorflow.json";
import torch from "../fixtures/engine/printing-torch.json";

type Case = [
  dtype: DType,
  shape: number[],
  data: (number | string)[] | { ramp: number },
  options: { [name: string]: unknown },
  texts: string[],
];

function arrayOf([dtype, shape, data]: Case): Tensor {
  const numbers = Array.isArray(data)
    ? data.map((x) => Number(String(x).replace("inf", "Infinity")))
    : Array.from({ length: sizeOf(shape) }, (_, i) => (((i * 7919) % 1009) - 500) * data.ramp);
  return tensor(numbers, dtype, shape);
}

function check(cases: unknown, least: number, print: (array: Tensor, options: Case[3]) => string[]): void {
  assert.ok((cases as Case[]).length >= least);
  for (const one of cases as Case[]) {
    const [dtype, shape, data, options, texts] = one;
    const label = `${dtype} (${shape}) ${JSON.stringify(options)} ${JSON.stringify(data).slice(0, 200)}`;
    assert.deepEqual(print(arrayOf(one), options).slice(0, texts.length), texts, label);
  }
}

describe("arrays are printed to the letter", () => {
  it("as NumPy's str and repr, with every print option", () => {
    check(numpy, 240, (array, options) => {
      const own: PrintOptions = { ...printDefaults, ...options };
      return [arrayText(array, own), arrayRepr(array, own)];
    });
  });

  it("as PyTorch's, with requires_grad and grad_fn", () => {
    check(torch, 150, (array, { sci_mode: sciMode, ...options }) => {
      const own = { ...torchPrintDefaults, ...options, sciMode: sciMode as boolean | undefined };
      return [
        torchRepr(array, {}, own),
        torchRepr(array, { requiresGrad: true }, own),
        torchRepr(array, { requiresGrad: true, gradFn: "MulBackward0" }, own),
      ];
    });
  });

  it("as JAX's, weak types too", () => {
    check(jax, 80, (array, { weak }) => [arrayText(array), jaxRepr(array, weak === true)]);
  });

  it("as TensorFlow's tensors and Variables", () => {
    check(tensorflow, 80, (array) => [tensorflowText(array), tensorflowRepr(array), tensorflowVariable("v:0", array)]);
  });
});

describe("printing arrays", () => {
  it("asks a formatter of the user, the most special one first", () => {
    const formatter = new Map([
      ["all", (x: number) => `<${x}>`],
      ["float_kind", (x: number) => x.toFixed(2)],
    ]);
    const options = { ...printDefaults, formatter };
    assert.equal(array2string(tensor([0.126, 1]), options), "[0.13 1.00]");
    assert.equal(array2string(tensor([1, 20], "int64"), options, ","), "[<1>,<20>]");
  });

  it("writes every digit of a large whole number", () => {
    assert.equal(arrayText(tensor([2 ** 62], "int64")), "[4611686018427387904]");
    assert.equal(torchRepr(tensor([2 ** 62], "int64")), "tensor([4611686018427387904])");
  });

  it("ends for any precision", () => {
    assert.ok(array2string(tensor([0.1]), { ...printDefaults, precision: 1e9, floatmode: "fixed" }).length < 1200);
  });

  it("shows a float32 in a TensorFlow scalar as the Python float that it is", () => {
    assert.equal(
      tensorflowRepr(tensor([-1 / 3], "float32", [])),
      "<tf.Tensor: shape=(), dtype=float32, numpy=-0.3333333432674408>",
    );
  });
});
