/** `tf.nn.*` beyond activations: convolutions, pools, losses on logits, normalisation. */
import * as engine from "../../../../engine";
import { broadcastShapes, peek, sameShape, shapeText, Tensor, type Value } from "../../../../engine";
import { listOf, PyList, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import type { PyValue } from "../../runtime/object";
import { isNumber, repr, truth } from "../../runtime/protocol";
import { axesOf, defineIn, floats, numbersOf, oneAxis, wrap } from "./operations";
import { invalidArgument, matched, PyTensorLike, refuse, toTensor } from "./tensor";

export const nnOperations = new Map<string, PyValue>();
const define = defineIn(nnOperations);

const given = (x: PyValue | undefined): x is PyValue => x !== undefined && x !== null;

// ── windows ─────────────────────────────────────────────────────────────────

/** One number for each spatial axis out of 1, so many, or one for each axis. */
function perAxis(x: PyValue | undefined, rank: number, channels: "first" | "last", name: string): number[] {
  if (!given(x)) return new Array<number>(rank).fill(1);
  const numbers = numbersOf(x);
  if (numbers.length === 1) return new Array<number>(rank).fill(numbers[0]);
  if (numbers.length === rank) return numbers;
  if (numbers.length === rank + 2) return channels === "last" ? numbers.slice(1, -1) : numbers.slice(2);
  raiseError(
    "ValueError",
    `${name} should be of length 1, ${rank} or ${rank + 2}. Received: ${name}=${repr(x)} of length ${numbers.length}`,
  );
}

interface Windows {
  readonly stride: number[];
  readonly dilation: number[];
  readonly padding: "same" | "valid" | [number, number][];
  readonly channels: "first" | "last";
}

function windowsOf(
  op: string,
  rank: number,
  strides: PyValue | undefined,
  padding: PyValue | undefined,
  format: PyValue | undefined,
  dilations?: PyValue,
): Windows {
  const channels = typeof format === "string" && format.startsWith("NC") ? "first" : "last";
  const rooms = () => {
    if (!(padding instanceof PyList || padding instanceof PyTuple)) {
      const word = String(padding);
      if (word !== "SAME" && word !== "VALID")
        invalidArgument(
          `Value for attr 'padding' of "${word}" is not in the list of allowed values: "SAME", "VALID", "EXPLICIT" [Op:${op}] name: `,
        );
      return word === "SAME" ? "same" : "valid";
    }
    const pairs = listOf(padding).map((pair) => numbersOf(pair) as [number, number]);
    return channels === "last" ? pairs.slice(1, -1) : pairs.slice(2);
  };
  return {
    stride: perAxis(strides, rank, channels, "strides"),
    dilation: perAxis(dilations, rank, channels, "dilations"),
    padding: rooms(),
    channels,
  };
}

const channelsOf = (x: Value, channels: "first" | "last"): number => x.shape.at(channels === "last" ? -1 : 1)!;

/** A value of so many axes, with a batch and channels. */
function withAxes(op: string, x: PyValue | undefined, rank: number): Value {
  const value = floats(x);
  if (value.shape.length !== rank + 2) refuse(op, `input must be ${rank + 2}-dimensional: [${value.shape}]`);
  return value;
}

function operands(op: string, x: Value, filters: PyValue | undefined): [Value, Value] {
  return matched(x, toTensor(filters!, filters instanceof PyTensorLike ? undefined : x.dtype), op);
}

// ── convolution ─────────────────────────────────────────────────────────────

function convolution(
  op: string,
  rank: number,
  input: PyValue | undefined,
  filters: PyValue | undefined,
  windows: Windows,
) {
  const [x, kernel] = operands(op, withAxes(op, input, rank), filters);
  const [depth, own] = [channelsOf(x, windows.channels), kernel.shape.at(-2)!];
  if (kernel.shape.length !== rank + 2) refuse(op, `filter must be ${rank + 2}-dimensional: [${kernel.shape}]`);
  if (depth % own !== 0) refuse(op, `input depth must be evenly divisible by filter depth: ${depth} vs ${own}`);
  return wrap(engine.conv(x, engine.fromHWIO(kernel), windows));
}

for (const rank of [1, 2]) {
  const strides = rank === 1 ? "stride" : "strides";
  define(
    `conv${rank}d`,
    ["input", "filters", strides, "padding", "data_format?", "dilations?", "name?"],
    ([input, filters, stride, padding, format, dilations]) =>
      convolution("Conv2D", rank, input, filters, windowsOf("Conv2D", rank, stride, padding, format, dilations)),
  );

  define(
    `conv${rank}d_transpose`,
    ["input", "filters", "output_shape", "strides", "padding?", "data_format?", "dilations?", "name?"],
    ([input, filters, outputShape, stride, padding, format, dilations]) => {
      const op = "Conv2DBackpropInput";
      const windows = windowsOf(op, rank, stride, padding ?? "SAME", format, dilations);
      const [y, kernel] = operands(op, withAxes(op, input, rank), filters);
      if (channelsOf(y, windows.channels) !== kernel.shape.at(-1))
        refuse(op, "Conv2DCustomBackpropInput: filter and out_backprop must have the same out_depth", "");
      const size = perAxis(outputShape, rank, windows.channels, "output_shape");
      return wrap(engine.convTranspose(y, engine.fromHWIO(kernel), { ...windows, size }));
    },
  );
}

define("convolution", ["input", "filters", "strides?", "padding?", "data_format?", "dilations?", "name?"], ([
  input,
  filters,
  strides,
  padding,
  format,
  dilations,
]) => {
  const rank = toTensor(input!).shape.length - 2;
  return convolution(
    "Conv2D",
    rank,
    input,
    filters,
    windowsOf("Conv2D", rank, strides, padding ?? "VALID", format, dilations),
  );
});

define("depthwise_conv2d", ["input", "filter", "strides", "padding", "data_format?", "dilations?", "name?"], ([
  input,
  filter,
  strides,
  padding,
  format,
  dilations,
]) => {
  const op = "DepthwiseConv2dNative";
  const windows = windowsOf(op, 2, strides, padding, format, dilations);
  const [x, kernel] = operands(op, withAxes(op, input, 2), filter);
  const [depth, own] = [channelsOf(x, windows.channels), kernel.shape.at(-2)!];
  if (depth !== own) refuse(op, `input and filter must have the same depth: ${depth} vs ${own}`);
  return wrap(engine.conv(x, engine.fromDepthwise(kernel), windows));
});

// ── pools ───────────────────────────────────────────────────────────────────

function pool(
  name: string,
  op: string,
  axes: number | undefined,
  run: (x: Value, options: engine.PoolOptions) => Value,
) {
  define(
    name,
    ["input", "ksize", "strides", "padding", "data_format?", "name?"],
    ([input, ksize, strides, padding, format]) => {
      const rank = axes ?? toTensor(input!).shape.length - 2;
      const windows = windowsOf(op, rank, strides, padding, format);
      const window = perAxis(ksize, rank, windows.channels, "ksize");
      return wrap(run(withAxes(op, input, rank), { ...windows, window }));
    },
  );
}

for (const rank of [undefined, 1, 2]) {
  const suffix = rank ? `${rank}d` : "";
  pool(`max_pool${suffix}`, "MaxPool", rank, (x, options) => engine.maxPool(x, { ...options, nan: "loses" }));
  pool(`avg_pool${suffix}`, "AvgPool", rank, engine.averagePool);
}

// ── losses ──────────────────────────────────────────────────────────────────

/** Labels (or whatever comes first) in the type of the logits, both of one shape. */
function sameShapes(first: PyValue | undefined, second: PyValue | undefined, names: [string, string]): [Value, Value] {
  const x = floats(second);
  const z = toTensor(first!, first instanceof PyTensorLike ? undefined : x.dtype);
  if (!sameShape(x.shape, z.shape)) {
    raiseError(
      "ValueError",
      `\`${names[0]}\` and \`${names[1]}\` must have the same shape, received (${shapeText(x.shape)} vs ${shapeText(z.shape)}).`,
    );
  }
  return matched(z, x, "Mul");
}

define("sigmoid_cross_entropy_with_logits", ["labels?", "logits?", "name?"], ([labels, logits]) =>
  wrap(engine.sigmoidCrossEntropy(...sameShapes(labels, logits, ["logits", "labels"]))));

define("weighted_cross_entropy_with_logits", ["labels", "logits", "pos_weight", "name?"], ([
  labels,
  logits,
  weight,
]) => {
  const [z, x] = sameShapes(labels, logits, ["logits", "labels"]);
  return wrap(
    engine.weightedCrossEntropy(z, x, toTensor(weight!, weight instanceof PyTensorLike ? undefined : x.dtype)),
  );
});

/** Whether constant labels add up to 1: then the kernel's derivative is the true one, and the plain formula shows it. */
function areProbabilities(labels: Value, axis: number): boolean {
  return (
    labels instanceof Tensor && Array.from(peek(engine.sum(labels, [axis])).data).every((n) => Math.abs(n - 1) < 1e-5)
  );
}

define("softmax_cross_entropy_with_logits", ["labels", "logits", "axis?", "name?"], ([labels, logits, axis]) => {
  const op = "SoftmaxCrossEntropyWithLogits";
  const own = floats(logits);
  const [z, x] = matched(toTensor(labels!, labels instanceof PyTensorLike ? undefined : own.dtype), own, op);
  const at = oneAxis(axis, x.shape.length, x.shape.length - 1);
  try {
    broadcastShapes(z.shape, x.shape);
  } catch {
    refuse(op, `logits and labels must be broadcastable: logits_size=[${x.shape}] labels_size=[${z.shape}]`);
  }
  return wrap((areProbabilities(z, at) ? engine.softmaxCrossEntropy : engine.softmaxCrossEntropyOfKernel)(z, x, at));
});

define("sparse_softmax_cross_entropy_with_logits", ["labels", "logits", "name?"], ([labels, logits]) => {
  const op = "SparseSoftmaxCrossEntropyWithLogits";
  const [z, x] = [toTensor(labels!), floats(logits)];
  const [own, all] = [shapeText(z.shape), shapeText(x.shape)];
  if (z.shape.length !== x.shape.length - 1) {
    raiseError(
      "ValueError",
      `\`labels.shape.rank\` must equal \`logits.shape.rank - 1\`. Received: labels.shape=${own} of rank ${z.shape.length} and logits.shape=${all} of rank ${x.shape.length}`,
    );
  }
  if (!sameShape(z.shape, x.shape.slice(0, -1))) {
    raiseError(
      "ValueError",
      `\`labels.shape\` must equal \`logits.shape\` except for the last dimension. Received: labels.shape=${own} and logits.shape=${all}`,
    );
  }
  if (engine.isFloat(z.dtype))
    invalidArgument(
      `Value for attr 'Tlabels' of float is not in the list of allowed values: int32, int64 [Op:${op}] name: `,
    );
  const classes = x.shape.at(-1)!;
  const numbers = Array.from(peek(z).data);
  const wrong = numbers.find((label) => label < 0 || label >= classes);
  if (wrong !== undefined) {
    refuse(
      op,
      `Received a label value of ${wrong} which is outside the valid range of [0, ${classes}).  Label values: ${numbers.join(" ")}`,
    );
  }
  return wrap(engine.sparseSoftmaxCrossEntropy(z, x));
});

define("log_poisson_loss", ["targets", "log_input", "compute_full_loss?", "name?"], ([targets, input, full]) => {
  const [t, x] = sameShapes(targets, input, ["log_input", "targets"]);
  const loss = engine.logPoissonLoss(t, x);
  return wrap(truth(full ?? false) ? engine.add(loss, engine.stirling(t)) : loss);
});

define("l2_loss", ["t", "name?"], ([t]) => wrap(engine.div(engine.sum(engine.square(floats(t))), 2)));

// ── normalisation ───────────────────────────────────────────────────────────

define("l2_normalize", ["x", "axis?", "epsilon?", "name?"], ([x, axis, epsilon]) => {
  const value = floats(x);
  return wrap(engine.l2Normalize(value, axesOf(axis, value.shape.length), given(epsilon) ? Number(epsilon) : 1e-12));
});

define("moments", ["x", "axes", "shift?", "keepdims?", "name?"], ([x, axes, , keepdims]) => {
  const value = floats(x);
  const over = axesOf(axes, value.shape.length);
  const keep = truth(keepdims ?? false);
  return new PyTuple([wrap(engine.mean(value, over, keep)), wrap(engine.variance(value, over, keep))]);
});

define("batch_normalization", ["x", "mean", "variance", "offset", "scale", "variance_epsilon", "name?"], ([
  x,
  mean,
  variance,
  offset,
  scale,
  epsilon,
]) => {
  const value = floats(x);
  const like = (other: PyValue) => toTensor(other, other instanceof PyTensorLike ? undefined : value.dtype);
  const root = engine.rsqrt(engine.add(like(variance!), Number(epsilon)));
  const factor = given(scale) ? engine.mul(root, like(scale)) : root;
  const centred = engine.mul(like(mean!), factor);
  const shift = given(offset) ? engine.sub(like(offset), centred) : engine.neg(centred);
  return wrap(engine.add(engine.mul(value, factor), shift));
});

define("bias_add", ["value", "bias", "data_format?", "name?"], ([x, b, format]) => {
  const [value, bias] = operands("BiasAdd", floats(x), b);
  const first = typeof format === "string" && format.startsWith("NC");
  const last = value.shape.at(-1);
  if (!first && (bias.shape.length !== 1 || bias.shape[0] !== last)) {
    refuse(
      "BiasAdd",
      `Must provide as many biases as the last dimension of the input tensor: [${bias.shape}] vs. [${value.shape}]`,
    );
  }
  const shape = first ? [bias.shape[0], ...new Array<number>(value.shape.length - 2).fill(1)] : bias.shape;
  return wrap(engine.add(value, engine.reshape(bias, shape)));
});

define("dropout", ["x", "rate", "noise_shape?", "seed?", "name?"], ([x, rate]) => {
  const share = isNumber(rate!) ? Number(rate) : peek(toTensor(rate!)).item();
  if (!(share >= 0 && share < 1)) {
    raiseError(
      "ValueError",
      `\`rate\` must be a scalar tensor or a float in the range [0, 1). Received: rate=${repr(rate!)}`,
    );
  }
  if (share > 0) raiseError("NotImplementedError", "tf.nn.dropout at random is not supported, only with rate=0");
  return wrap(floats(x));
});
