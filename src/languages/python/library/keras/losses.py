"""Keras 3's losses: functions of (y_true, y_pred) over the last axis, and the classes that reduce them."""
import tensorflow as tf

EPSILON = 1e-7


def _pair(y_true, y_pred):
    """Both as tensors of the prediction's type, one axis of length 1 dropped where the ranks differ by one."""
    y_pred = tf.convert_to_tensor(y_pred)
    y_true = tf.cast(tf.convert_to_tensor(y_true), y_pred.dtype)
    if len(y_true.shape) + 1 == len(y_pred.shape) and y_pred.shape[-1] == 1:
        y_pred = tf.squeeze(y_pred, [-1])
    elif len(y_pred.shape) + 1 == len(y_true.shape) and y_true.shape[-1] == 1:
        y_true = tf.squeeze(y_true, [-1])
    return y_true, y_pred


def mean_squared_error(y_true, y_pred):
    y_true, y_pred = _pair(y_true, y_pred)
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true, y_pred):
    y_true, y_pred = _pair(y_true, y_pred)
    return tf.reduce_mean(tf.abs(y_true - y_pred), axis=-1)


def mean_absolute_percentage_error(y_true, y_pred):
    y_true, y_pred = _pair(y_true, y_pred)
    return 100.0 * tf.reduce_mean(tf.abs((y_true - y_pred) / tf.maximum(tf.abs(y_true), EPSILON)), axis=-1)


def mean_squared_logarithmic_error(y_true, y_pred):
    y_true, y_pred = _pair(y_true, y_pred)
    first = tf.math.log(tf.maximum(y_pred, EPSILON) + 1.0)
    second = tf.math.log(tf.maximum(y_true, EPSILON) + 1.0)
    return tf.reduce_mean(tf.square(first - second), axis=-1)


def huber(y_true, y_pred, delta=1.0):
    y_true, y_pred = _pair(y_true, y_pred)
    error = tf.abs(y_pred - y_true)
    return tf.reduce_mean(tf.where(error <= delta, 0.5 * tf.square(error), delta * error - 0.5 * delta * delta), axis=-1)


def log_cosh(y_true, y_pred):
    y_true, y_pred = _pair(y_true, y_pred)
    x = y_pred - y_true
    return tf.reduce_mean(x + tf.nn.softplus(-2.0 * x) - 0.6931471805599453, axis=-1)


def _signed(y_true):
    """Labels 0 and 1 count as −1 and 1."""
    zero_or_one = tf.reduce_all((y_true == 0) | (y_true == 1))
    return 2.0 * y_true - 1.0 if zero_or_one else y_true


def hinge(y_true, y_pred):
    y_true, y_pred = _pair(y_true, y_pred)
    return tf.reduce_mean(tf.maximum(1.0 - _signed(y_true) * y_pred, 0.0), axis=-1)


def squared_hinge(y_true, y_pred):
    y_true, y_pred = _pair(y_true, y_pred)
    return tf.reduce_mean(tf.square(tf.maximum(1.0 - _signed(y_true) * y_pred, 0.0)), axis=-1)


def categorical_hinge(y_true, y_pred):
    y_true, y_pred = _pair(y_true, y_pred)
    right = tf.reduce_sum(y_true * y_pred, axis=-1)
    wrong = tf.reduce_max((1.0 - y_true) * y_pred, axis=-1)
    return tf.maximum(wrong - right + 1.0, 0.0)


def kl_divergence(y_true, y_pred):
    y_true, y_pred = _pair(y_true, y_pred)
    y_true = tf.clip_by_value(y_true, EPSILON, 1.0)
    y_pred = tf.clip_by_value(y_pred, EPSILON, 1.0)
    return tf.reduce_sum(y_true * tf.math.log(y_true / y_pred), axis=-1)


def poisson(y_true, y_pred):
    y_true, y_pred = _pair(y_true, y_pred)
    return tf.reduce_mean(y_pred - y_true * tf.math.log(y_pred + EPSILON), axis=-1)


def cosine_similarity(y_true, y_pred, axis=-1):
    y_true, y_pred = _pair(y_true, y_pred)

    def unit(x):
        return x / tf.sqrt(tf.maximum(tf.reduce_sum(tf.square(x), axis=axis, keepdims=True), 1e-12))

    return tf.reduce_sum(unit(y_true) * unit(y_pred), axis=axis)


def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    y_true, y_pred = _pair(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=y_true, logits=y_pred)
    else:
        p = tf.clip_by_value(y_pred, EPSILON, 1.0 - EPSILON)
        losses = -(y_true * tf.math.log(p) + (1.0 - y_true) * tf.math.log(1.0 - p))
    return tf.reduce_mean(losses, axis=axis)


def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    y_pred = tf.convert_to_tensor(y_pred)
    y_true = tf.cast(y_true, y_pred.dtype)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / y_pred.shape[-1]
    if from_logits:
        return -tf.reduce_sum(y_true * tf.nn.log_softmax(y_pred, axis=axis), axis=axis)
    p = y_pred / tf.reduce_sum(y_pred, axis=axis, keepdims=True)
    return -tf.reduce_sum(y_true * tf.math.log(tf.clip_by_value(p, EPSILON, 1.0 - EPSILON)), axis=axis)


def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    y_pred = tf.convert_to_tensor(y_pred)
    y_true = tf.convert_to_tensor(y_true)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = tf.squeeze(y_true, [-1])
    labels = tf.cast(y_true, "int64")
    if from_logits:
        logarithms = tf.nn.log_softmax(y_pred, axis=axis)
    else:
        logarithms = tf.math.log(tf.clip_by_value(y_pred, EPSILON, 1.0 - EPSILON))
        # The probabilities are taken for logits again: what does not add up to one is put right.
        logarithms = tf.nn.log_softmax(logarithms, axis=axis)
    picked = tf.one_hot(labels, y_pred.shape[-1], dtype=y_pred.dtype)
    losses = -tf.reduce_sum(picked * logarithms, axis=axis)
    if ignore_class is not None:
        losses = tf.where(labels == ignore_class, tf.zeros_like(losses), losses)
    return losses


def reduce(losses, sample_weight=None, reduction="sum_over_batch_size"):
    if sample_weight is not None:
        weight = tf.cast(sample_weight, losses.dtype)
        while len(weight.shape) < len(losses.shape):
            weight = tf.expand_dims(weight, -1)
        if len(weight.shape) == len(losses.shape) + 1 and weight.shape[-1] == 1:
            weight = tf.squeeze(weight, [-1])
        losses = losses * weight
    if reduction in (None, "none"):
        return losses
    if reduction == "sum":
        return tf.reduce_sum(losses)
    return tf.reduce_mean(losses)


def masked(sample_weight, mask, reduction):
    """Weights with which steps that a mask leaves out do not count, neither in the sum nor in the mean."""
    if mask is None:
        return sample_weight
    weight = tf.cast(mask, "float32")
    if reduction in ("mean", "sum_over_batch_size"):
        weight = weight * tf.math.divide_no_nan(tf.cast(tf.size(mask), "float32"), tf.reduce_sum(weight))
    if sample_weight is None:
        return weight
    sample_weight = tf.cast(tf.convert_to_tensor(sample_weight), "float32")
    while len(sample_weight.shape) < len(weight.shape):
        sample_weight = tf.expand_dims(sample_weight, -1)
    return sample_weight * weight


class Loss:
    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        if reduction not in ("sum_over_batch_size", "sum", "none", None, "mean", "mean_with_sample_weight", "auto"):
            raise ValueError(f"Invalid value for argument `reduction`. Received: reduction={reduction}")
        self.name = name or _snake(type(self).__name__)
        self.reduction = reduction

    def __call__(self, y_true, y_pred, sample_weight=None):
        losses = tf.convert_to_tensor(self.call(y_true, y_pred))
        return reduce(losses, masked(sample_weight, getattr(y_pred, "_keras_mask", None), self.reduction), self.reduction)

    def call(self, y_true, y_pred):
        raise NotImplementedError

    def get_config(self):
        return {"name": self.name, "reduction": self.reduction}

    def __repr__(self):
        return f"<LossFunctionWrapper({self.fn_name})>" if hasattr(self, "fn_name") else object.__repr__(self)


def _snake(name):
    out = ""
    for k, letter in enumerate(name):
        if letter.isupper() and k > 0 and not name[k - 1].isupper():
            out += "_"
        out += letter.lower()
    return out


def _wrapper(class_name, fn, default_name, options):
    """A class whose arguments are those of `fn`, with their defaults."""

    class Wrapper(Loss):
        def __init__(self, *args, reduction="sum_over_batch_size", name=default_name, dtype=None, **kwargs):
            super().__init__(name=name, reduction=reduction)
            given = dict(options)
            for key, value in zip(options, args):
                given[key] = value
            for key, value in kwargs.items():
                if key not in options:
                    raise TypeError(f"{class_name}.__init__() got an unexpected keyword argument '{key}'")
                given[key] = value
            self._options = given
            self.fn_name = fn.__name__

        def call(self, y_true, y_pred):
            return fn(y_true, y_pred, **self._options)

    Wrapper.__name__ = Wrapper.__qualname__ = class_name
    return Wrapper


MeanSquaredError = _wrapper("MeanSquaredError", mean_squared_error, "mean_squared_error", {})
MeanAbsoluteError = _wrapper("MeanAbsoluteError", mean_absolute_error, "mean_absolute_error", {})
MeanAbsolutePercentageError = _wrapper("MeanAbsolutePercentageError", mean_absolute_percentage_error, "mean_absolute_percentage_error", {})
MeanSquaredLogarithmicError = _wrapper("MeanSquaredLogarithmicError", mean_squared_logarithmic_error, "mean_squared_logarithmic_error", {})
Huber = _wrapper("Huber", huber, "huber_loss", {"delta": 1.0})
LogCosh = _wrapper("LogCosh", log_cosh, "log_cosh", {})
Hinge = _wrapper("Hinge", hinge, "hinge", {})
SquaredHinge = _wrapper("SquaredHinge", squared_hinge, "squared_hinge", {})
CategoricalHinge = _wrapper("CategoricalHinge", categorical_hinge, "categorical_hinge", {})
KLDivergence = _wrapper("KLDivergence", kl_divergence, "kl_divergence", {})
Poisson = _wrapper("Poisson", poisson, "poisson", {})
BinaryCrossentropy = _wrapper("BinaryCrossentropy", binary_crossentropy, "binary_crossentropy", {"from_logits": False, "label_smoothing": 0.0, "axis": -1})
CategoricalCrossentropy = _wrapper("CategoricalCrossentropy", categorical_crossentropy, "categorical_crossentropy", {"from_logits": False, "label_smoothing": 0.0, "axis": -1})
SparseCategoricalCrossentropy = _wrapper("SparseCategoricalCrossentropy", sparse_categorical_crossentropy, "sparse_categorical_crossentropy", {"from_logits": False, "ignore_class": None, "axis": -1})


class CosineSimilarity(Loss):
    def __init__(self, axis=-1, reduction="sum_over_batch_size", name="cosine_similarity", dtype=None):
        super().__init__(name=name, reduction=reduction)
        self.axis = axis

    def call(self, y_true, y_pred):
        return -cosine_similarity(y_true, y_pred, axis=self.axis)


mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence = kl_divergence
logcosh = log_cosh


def get(identifier):
    if identifier is None or callable(identifier):
        return identifier
    found = globals().get(identifier)
    if found is None or identifier.startswith("_"):
        raise ValueError(f"Could not interpret loss identifier: {identifier}")
    return found() if isinstance(found, type) else found
