/**
 * Losses as TensorFlow, Keras 3 and PyTorch define them, measured in test/oracles/losses.py. A loss is of each element
 * unless its docstring says which axis it sums; what is done with them ({@link reduceLoss}, Keras' mean over the last
 * axis) is the caller's. Targets come first, as in Keras.
 */
import * as complex from "../complex";
import { isFloat } from "../dtype";
import { concretize } from "../interpreters/concretize";
import * as lanes from "../lower/wasm/lanes";
import * as vector from "../lower/wasm/vector-math";
import { sameShape, sizeOf, tensor, type Value } from "../tensor";
import { clip, rsqrt, xlogy } from "./activations";
import { type Binary, binary, type Operand, type Unary, unary } from "./define";
import {
  abs,
  add,
  div,
  equal,
  exp,
  greater,
  less,
  lessEqual,
  log,
  log1p,
  logicalAnd,
  maximum,
  minimum,
  mul,
  neg,
  relu,
  softplus,
  square,
  sub,
  tanh,
  where,
} from "./elementwise";
import { logSoftmax, logsumexp, max, mean, normalAxis } from "./reduce";
import * as special from "./special";
import { broadcastTo, reshape, stopGradient, sum, take } from "./structure";

/** What Keras adds, or cuts off, where a logarithm or a quotient would be infinite. */
const EPSILON = 1e-7;

export type LossReduction = "none" | "mean" | "sum";

/** All losses, their mean, or their sum: PyTorch's words. */
export function reduceLoss(losses: Value, reduction: LossReduction): Value {
  return reduction === "mean" ? mean(losses) : reduction === "sum" ? sum(losses) : losses;
}

// ── of two classes ──────────────────────────────────────────────────────────

/**
 * −z·log σ(x) − (1 − z)·log(1 − σ(x)) of logits x and labels z, without overflow; the first term `positiveWeight` times
 * (PyTorch's pos_weight).
 */
export function sigmoidCrossEntropy(labels: Value, logits: Value, positiveWeight?: Operand): Value {
  const positive = positiveWeight === undefined ? labels : mul(labels, positiveWeight);
  return add(mul(positive, softplus(neg(logits))), mul(sub(1, labels), softplus(logits)));
}

/**
 * The same loss by TensorFlow's formula for weighted_cross_entropy_with_logits. At a logit of 0, where it takes |x|′ and
 * relu′ for 0, its derivative is 1 − z; the true one is (1 − z)/2 − weight·z/2.
 */
export function weightedCrossEntropy(labels: Value, logits: Value, positiveWeight: Operand): Value {
  const weight = add(1, mul(sub(positiveWeight, 1), labels));
  const rest = add(log1p(exp(neg(abs(logits)))), relu(neg(logits)));
  return add(mul(sub(1, labels), logits), mul(weight, rest));
}

/** The same of probabilities, cut to [ε, 1 − ε]: Keras. */
export function binaryCrossEntropy(labels: Value, probabilities: Value, epsilon = EPSILON): Value {
  const p = clip(probabilities, epsilon, 1 - epsilon);
  return neg(add(mul(labels, log(p)), mul(sub(1, labels), log(sub(1, p)))));
}

/** PyTorch holds its 1e-12 in float32. */
const LEAST_VARIANCE = Math.fround(1e-12);

/** PyTorch's binary_cross_entropy of a probability and a label: logarithms no less than −100, and its own derivative. */
export const clampedCrossEntropy: Binary = binary("clamped_cross_entropy", {
  evaluate: clampedEntropy,
  partials: [
    ([p, z]) => div(sub(p!, z!), maximum(mul(p!, sub(1, p!)), LEAST_VARIANCE)),
    ([p]) => sub(log1p(neg(p!)), log(p!)),
  ],
  domain: [
    [0.1, 0.9],
    [0, 1],
  ],
  kinks: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  latex: "\\operatorname{BCE}",
  javascript: "clampedEntropy(#1, #2)",
  simd: (p, z) =>
    lanes.sub(
      lanes.mul(lanes.sub(z, 1), lanes.max(vector.log1p(lanes.neg(p)), -100)),
      lanes.mul(z, lanes.max(vector.log(p), -100)),
    ),
  definition: ([p, z]) => sub(mul(sub(z!, 1), maximum(log1p(neg(p!)), -100)), mul(z!, maximum(log(p!), -100))),
});

function clampedEntropy(p: number, z: number): number {
  return (z - 1) * Math.max(Math.log1p(-p), -100) - z * Math.max(Math.log(p), -100);
}

/** Keras' label smoothing of two classes: towards ½. */
export function smoothBinaryLabels(labels: Value, smoothing: number): Value {
  return add(mul(labels, 1 - smoothing), 0.5 * smoothing);
}

// ── of several classes ──────────────────────────────────────────────────────

/** Label smoothing: towards one over the number of classes. */
export function smoothLabels(labels: Value, smoothing: number, axis = -1): Value {
  return add(mul(labels, 1 - smoothing), smoothing / labels.shape.at(axis)!);
}

/** −Σ z·log softmax(x) over `axis`, of logits x and labels z. */
export function softmaxCrossEntropy(labels: Value, logits: Value, axis = -1): Value {
  return neg(sum(mul(labels, logSoftmax(logits, [axis])), [axis]));
}

/**
 * The same with the derivative that TensorFlow's kernel has, softmax(x) − z, whatever the labels add up to; the true
 * one is softmax(x)·Σz − z. They agree where the labels are probabilities.
 */
export function softmaxCrossEntropyOfKernel(labels: Value, logits: Value, axis = -1): Value {
  const largest = stopGradient(max(logits, [axis], true));
  const shifted = sub(logits, largest);
  const total = logsumexp(shifted, [axis]);
  const excess = mul(sub(sum(labels, [axis]), 1), stopGradient(total));
  return add(sub(total, sum(mul(labels, shifted), [axis])), excess);
}

/**
 * From `x` [n, …classes at axis…] the element that each label names: the axis is gone. Labels are integers of the
 * remaining shape; `ignored` ones read class 0.
 * @throws RangeError for a shape that does not fit or a label that is no class.
 */
function chosen(x: Value, labels: Value, axis: number, ignored?: number): Value {
  const at = normalAxis(axis, x.shape.length);
  const classes = x.shape[at]!;
  const shape = x.shape.filter((_, k) => k !== at);
  if (!sameShape(labels.shape, shape))
    throw new RangeError(`labels of shape (${labels.shape}) for logits of shape (${x.shape})`);
  if (isFloat(labels.dtype)) throw new TypeError(`labels are integers, not ${labels.dtype}`);
  const after = sizeOf(x.shape.slice(at + 1));
  const offsets = Int32Array.from(concretize(labels).data, (label, i) => {
    const own = label === ignored ? 0 : label;
    if (own < 0 || own >= classes) throw new RangeError(`label ${label} is outside of [0, ${classes})`);
    return (Math.floor(i / after) * classes + own) * after + (i % after);
  });
  return take(x, offsets, shape);
}

/** −log softmax(x) of the class that each integer label names. @throws RangeError: shapes, or a label that is no class. */
export function sparseSoftmaxCrossEntropy(labels: Value, logits: Value, axis = -1): Value {
  return neg(chosen(logSoftmax(logits, [axis]), labels, axis));
}

/** Keras' of probabilities: made to add up to 1, then cut to [ε, 1 − ε]. */
export function categoricalCrossEntropy(labels: Value, probabilities: Value, axis = -1, epsilon = EPSILON): Value {
  const p = clip(div(probabilities, sum(probabilities, [axis], true)), epsilon, 1 - epsilon);
  return neg(sum(mul(labels, log(p)), [axis]));
}

/** Keras' of probabilities over TensorFlow: cut to [ε, 1 − ε], then made to add up to 1. @throws RangeError as above. */
export function sparseCategoricalCrossEntropy(
  labels: Value,
  probabilities: Value,
  axis = -1,
  epsilon = EPSILON,
): Value {
  return sparseSoftmaxCrossEntropy(labels, log(clip(probabilities, epsilon, 1 - epsilon)), axis);
}

export interface ClassOptions {
  /** One for each class; the mean is then weighted too. */
  readonly weight?: Value;
  /** A label whose elements do not count (PyTorch's −100). */
  readonly ignoreIndex?: number;
  readonly labelSmoothing?: number;
  readonly reduction?: LossReduction;
}

/** PyTorch's axis of classes: the second, or the only one. */
const classAxis = (x: Value): number => (x.shape.length === 1 ? 0 : 1);

/** Weights of classes, laid along the axis of classes. */
const alongClasses = (weight: Value, x: Value): Value => {
  const axis = classAxis(x);
  return broadcastTo(
    reshape(
      weight,
      x.shape.map((n, k) => (k === axis ? n : 1)),
    ),
    x.shape,
  );
};

/**
 * PyTorch's nll_loss: minus the log-probability of each label's class, [n, classes, …] and [n, …].
 * "mean" divides by the sum of the weights that counted.
 * @throws RangeError where shapes do not fit or a label is no class.
 */
export function negativeLogLikelihood(labels: Value, logProbabilities: Value, options: ClassOptions = {}): Value {
  const { ignoreIndex = -100, weight, labelSmoothing = 0, reduction = "mean" } = options;
  const axis = classAxis(logProbabilities);
  const counts = sub(1, where(equal(labels, ignoreIndex), 1, 0));
  const own = weight
    ? mul(chosen(alongClasses(weight, logProbabilities), labels, axis, ignoreIndex), counts)
    : broadcastTo(mul(counts, tensor([1], logProbabilities.dtype, [])), labels.shape);
  // An element that does not count is 0 whatever its log-probability.
  const masked = (x: Value) => where(greater(counts, 0), x, 0);
  const picked = mul(own, neg(masked(chosen(logProbabilities, labels, axis, ignoreIndex))));
  let losses = picked;
  if (labelSmoothing > 0) {
    const weighted = weight ? mul(alongClasses(weight, logProbabilities), logProbabilities) : logProbabilities;
    const spread = neg(masked(sum(weighted, [axis])));
    losses = add(mul(1 - labelSmoothing, picked), mul(labelSmoothing / logProbabilities.shape[axis]!, spread));
  }
  return reduction === "mean" ? div(sum(losses), sum(own)) : reduceLoss(losses, reduction);
}

/**
 * PyTorch's cross_entropy of logits [n, classes, …] and either integer labels [n, …] or probabilities of the logits'
 * shape (whose "mean" is over n and the axes behind the classes, weighted or not).
 * @throws RangeError where shapes do not fit or a label is no class.
 */
export function crossEntropy(labels: Value, logits: Value, options: ClassOptions = {}): Value {
  const axis = classAxis(logits);
  const logProbabilities = logSoftmax(logits, [axis]);
  if (!isFloat(labels.dtype)) return negativeLogLikelihood(labels, logProbabilities, options);
  if (!sameShape(labels.shape, logits.shape))
    throw new RangeError(`labels of shape (${labels.shape}) for logits of shape (${logits.shape})`);
  const { weight, labelSmoothing = 0, reduction = "mean" } = options;
  const smooth = labelSmoothing > 0 ? smoothLabels(labels, labelSmoothing, axis) : labels;
  const weights = weight ? mul(smooth, alongClasses(weight, logits)) : smooth;
  return reduceLoss(neg(sum(mul(weights, logProbabilities), [axis])), reduction);
}

// ── of distributions ────────────────────────────────────────────────────────

/** t·log(t/p), both cut to [ε, 1]: Keras' kl_divergence before its sum over the last axis. */
export function klDivergence(target: Value, probabilities: Value, epsilon = EPSILON): Value {
  const t = clip(target, epsilon, 1);
  return mul(t, log(div(t, clip(probabilities, epsilon, 1))));
}

/** t·(log t − q) of log-probabilities q; `logTarget`: the target is log t too. PyTorch's kl_div without a reduction. */
export function klDivergenceOfLog(target: Value, logProbabilities: Value, logTarget = false): Value {
  if (logTarget) return mul(exp(target), sub(target, logProbabilities));
  return sub(xlogy(target, target), mul(target, logProbabilities));
}

/** p − t·log(p + ε) of a rate p: Keras' poisson, PyTorch's poisson_nll_loss with log_input=False (ε = 1e-8). */
export function poissonLoss(target: Value, rate: Value, epsilon = EPSILON): Value {
  return sub(rate, mul(target, log(add(rate, epsilon))));
}

/** e^x − t·x of the logarithm x of a rate: TensorFlow's log_poisson_loss, PyTorch's poisson_nll_loss. */
export function logPoissonLoss(target: Value, logRate: Value): Value {
  return sub(exp(logRate), mul(target, logRate));
}

/**
 * Stirling's approximation t·log t − t + ½·log(2πt) of log t!, which makes the Poisson loss a likelihood.
 * 0 where t is from 0 to 1 (TensorFlow), or up to 1 (`negative`: PyTorch).
 */
export function stirling(target: Value, negative: "zero" | "formula" = "zero"): Value {
  const small =
    negative === "zero" ? sub(1, greater(target, 1)) : logicalAnd(sub(1, less(target, 0)), sub(1, greater(target, 1)));
  // The branch not taken must be finite, or its derivative would be NaN.
  const t = where(small, 1, target);
  const value = add(sub(mul(t, log(t)), t), mul(0.5, log(mul(2 * Math.PI, t))));
  return where(small, 0, value);
}

// ── of a distance ───────────────────────────────────────────────────────────

/** d²/2 up to |d| = δ, and δ·(|d| − δ/2) beyond (Huber 1964). */
export const huber: Binary = binary("huber", {
  evaluate: huberLoss,
  partials: [([d, delta]) => clip(d!, neg(delta!), delta!), ([d, delta]) => relu(sub(abs(d!), delta!))],
  domain: [
    [-0.9, 0.9],
    [1, 2],
  ],
  kinks: [[1, 1]],
  latex: "\\operatorname{Huber}",
  javascript: "huberLoss(#1, #2)",
  simd: (d, delta) => {
    const size = lanes.abs(d);
    const outside = lanes.mul(delta, lanes.sub(size, lanes.mul(0.5, delta)));
    return lanes.select(lanes.le(size, delta), lanes.mul(lanes.mul(0.5, d), d), outside);
  },
  definition: ([d, delta]) => {
    const size = abs(d!);
    return where(lessEqual(size, delta!), mul(0.5, square(d!)), mul(delta!, sub(size, mul(0.5, delta!))));
  },
});

function huberLoss(d: number, delta: number): number {
  const size = Math.abs(d);
  return size <= delta ? 0.5 * d * d : delta * (size - 0.5 * delta);
}

/** d²/2β up to |d| = β, and |d| − β/2 beyond: PyTorch's smooth_l1_loss; β = 0 is |d|. */
export function smoothL1(distance: Value, beta = 1): Value {
  return beta === 0 ? abs(distance) : div(huber(distance, beta), beta);
}

/** log cosh x, without overflow. */
export const logCosh: Unary = unary("log_cosh", {
  evaluate: special.logCosh,
  partials: [([x]) => tanh(x!)],
  complex: complex.logCosh,
  latex: "\\ln \\cosh",
  javascript: "logOfCosh(#1)",
  simd: vector.logCosh,
  definition: ([x]) => sub(add(abs(x!), log1p(exp(mul(-2, abs(x!))))), Math.LN2),
});

/** (log(1 + y) − log(1 + p))², both cut off below ε: Keras' mean_squared_logarithmic_error before its mean. */
export function squaredLogarithmicError(target: Value, prediction: Value, epsilon = EPSILON): Value {
  const logOf = (x: Value) => log(add(maximum(x, epsilon), 1));
  return square(sub(logOf(prediction), logOf(target)));
}

/** 100·|(y − p)/max(|y|, ε)|: Keras' mean_absolute_percentage_error before its mean. */
export function absolutePercentageError(target: Value, prediction: Value, epsilon = EPSILON): Value {
  return mul(100, abs(div(sub(target, prediction), maximum(abs(target), epsilon))));
}

// ── of an angle ─────────────────────────────────────────────────────────────

/** x/√max(Σx², ε) over `axes`: TensorFlow's l2_normalize. */
export function l2Normalize(x: Value, axes: readonly number[] = [-1], epsilon = 1e-12): Value {
  return mul(x, rsqrt(maximum(sum(square(x), axes, true), epsilon)));
}

/** The cosine of the angle between two vectors along `axis`, each normalised as Keras does: no factor above 1/ε. */
export function cosineSimilarity(x: Value, y: Value, axis = -1, epsilon = EPSILON): Value {
  const unit = (v: Value) => mul(v, minimum(rsqrt(sum(square(v), [axis], true)), 1 / epsilon));
  return sum(mul(unit(x), unit(y)), [axis]);
}

/** The same as PyTorch normalises (default axis 1): no length below ε. */
export function cosineSimilarityOfLengths(x: Value, y: Value, axis = 1, epsilon = 1e-8): Value {
  return sum(mul(l2Normalize(x, [axis], epsilon ** 2), l2Normalize(y, [axis], epsilon ** 2)), [axis]);
}

// ── of a margin ─────────────────────────────────────────────────────────────

/** Labels of 0 and 1 as −1 and 1; others as they are. A graph holds for labels of the same kind. */
export function hingeLabels(labels: Value): Value {
  const ofTwo = concretize(labels).data;
  return Array.prototype.every.call(ofTwo, (x: number) => x === 0 || x === 1) ? sub(mul(2, labels), 1) : labels;
}

/** max(1 − y·p, 0) of labels −1 and 1. */
export function hinge(labels: Value, prediction: Value): Value {
  return maximum(sub(1, mul(labels, prediction)), 0);
}

export function squaredHinge(labels: Value, prediction: Value): Value {
  return square(hinge(labels, prediction));
}

/** max(1 + the largest wrong − the right, 0) over the last axis, of one-hot labels: Keras. */
export function categoricalHinge(labels: Value, prediction: Value): Value {
  const right = sum(mul(labels, prediction), [-1]);
  return maximum(add(sub(max(mul(sub(1, labels), prediction), [-1]), right), 1), 0);
}

/** x where the label is 1, max(margin − x, 0) where it is −1: PyTorch. */
export function hingeEmbedding(labels: Value, x: Value, margin = 1): Value {
  return where(equal(labels, 1), x, relu(sub(margin, x)));
}

/** max(−y·(a − b) + margin, 0): PyTorch. */
export function marginRanking(labels: Value, a: Value, b: Value, margin = 0): Value {
  return relu(add(mul(neg(labels), sub(a, b)), margin));
}

/** log(1 + e^(−y·x)): PyTorch. */
export function softMargin(labels: Value, x: Value): Value {
  return softplus(mul(neg(labels), x));
}

/**
 * Σ max(margin − x[label] + x, 0)^p over the other classes, by their number: PyTorch's multi_margin_loss; x [n, classes].
 * @throws RangeError for a label that is no class.
 */
export function multiMargin(labels: Value, x: Value, margin = 1, p: 1 | 2 = 1): Value {
  const axis = x.shape.length - 1;
  const right = chosen(x, labels, axis);
  const distance = relu(add(sub(margin, reshape(right, [...right.shape, 1])), x));
  const powers = p === 2 ? square(distance) : distance;
  const own = chosen(powers, labels, axis);
  return div(sub(sum(powers, [axis]), own), x.shape[axis]!);
}

/** Functions of this module that generated code calls by name. */
export const lossHelpers = { clampedEntropy, huberLoss, logOfCosh: special.logCosh };
