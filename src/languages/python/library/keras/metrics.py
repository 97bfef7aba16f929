"""Keras 3's metrics: a state that batches add to, and a result."""
import tensorflow as tf
from keras import losses as _losses
from keras._base import variable

EPSILON = 1e-7


class Metric:
    def __init__(self, dtype=None, name=None):
        self.name = name or _losses._snake(type(self).__name__)
        self.variables = []

    def add_variable(self, shape=(), initializer="zeros", dtype=None, name=None, aggregation=None):
        start = tf.ones(shape, dtype or "float32") if initializer in ("ones", "one") else tf.zeros(shape, dtype or "float32")
        made = variable(start, trainable=False, name=name or "variable", path=f"{self.name}/{name or 'variable'}")
        self.variables.append(made)
        return made

    def add_weight(self, shape=(), initializer="zeros", dtype=None, name=None):
        return self.add_variable(shape=shape, initializer=initializer, dtype=dtype, name=name)

    def reset_state(self):
        for v in self.variables:
            v.assign(tf.zeros_like(v))

    def reset_states(self):
        self.reset_state()

    def update_state(self, *args, **kwargs):
        raise NotImplementedError

    def result(self):
        raise NotImplementedError

    def __call__(self, *args, **kwargs):
        self.update_state(*args, **kwargs)
        return self.result()

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"


class _Average(Metric):
    """Σ weight·value / Σ weight."""

    def __init__(self, name, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable(name="total")
        self.count = self.add_variable(name="count")

    def add(self, values, sample_weight=None):
        values = tf.cast(values, "float32")
        if sample_weight is not None:
            weight = tf.cast(sample_weight, "float32")
            while len(weight.shape) < len(values.shape):
                weight = tf.expand_dims(weight, -1)
            weight = weight * tf.ones_like(values)
            self.total.assign_add(tf.reduce_sum(values * weight))
            self.count.assign_add(tf.reduce_sum(weight))
        else:
            self.total.assign_add(tf.reduce_sum(values))
            self.count.assign_add(float(tf.size(values)))

    def result(self):
        return tf.math.divide_no_nan(self.total, self.count)


class Mean(_Average):
    def __init__(self, name="mean", dtype=None):
        super().__init__(name=name, dtype=dtype)

    def update_state(self, values, sample_weight=None):
        self.add(values, sample_weight)


class Sum(Metric):
    def __init__(self, name="sum", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable(name="total")

    def update_state(self, values, sample_weight=None):
        values = tf.cast(values, "float32")
        self.total.assign_add(tf.reduce_sum(values if sample_weight is None else values * tf.cast(sample_weight, "float32")))

    def result(self):
        return tf.identity(self.total)


class MeanMetricWrapper(_Average):
    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(name=name or fn.__name__, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.add(self._fn(y_true, y_pred, **self._fn_kwargs), sample_weight)


def _wrapper(class_name, fn, default_name, options=()):
    class Wrapper(MeanMetricWrapper):
        def __init__(self, name=default_name, dtype=None, **kwargs):
            for key in kwargs:
                if key not in options:
                    raise TypeError(f"{class_name}.__init__() got an unexpected keyword argument '{key}'")
            super().__init__(fn, name=name, dtype=dtype, **kwargs)

    Wrapper.__name__ = Wrapper.__qualname__ = class_name
    return Wrapper


# ── accuracies ──────────────────────────────────────────────────────────────


def accuracy(y_true, y_pred):
    y_true, y_pred = _losses._pair(y_true, y_pred)
    return tf.cast(y_true == y_pred, "float32")


def binary_accuracy(y_true, y_pred, threshold=0.5):
    y_true, y_pred = _losses._pair(y_true, y_pred)
    return tf.cast(y_true == tf.cast(y_pred > threshold, y_true.dtype), "float32")


def categorical_accuracy(y_true, y_pred):
    return tf.cast(tf.argmax(y_true, axis=-1) == tf.argmax(y_pred, axis=-1), "float32")


def sparse_categorical_accuracy(y_true, y_pred):
    y_true = tf.convert_to_tensor(y_true)
    y_pred = tf.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = tf.squeeze(y_true, [-1])
    return tf.cast(tf.cast(y_true, "int64") == tf.argmax(y_pred, axis=-1), "float32")


def top_k_categorical_accuracy(y_true, y_pred, k=5):
    return sparse_top_k_categorical_accuracy(tf.argmax(y_true, axis=-1), y_pred, k=k)


def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5):
    y_pred = tf.convert_to_tensor(y_pred)
    labels = tf.reshape(tf.cast(y_true, "int32"), [-1])
    right = tf.reduce_sum(tf.one_hot(labels, y_pred.shape[-1]) * y_pred, axis=-1, keepdims=True)
    return tf.cast(tf.reduce_sum(tf.cast(y_pred > right, "int32"), axis=-1) < k, "float32")


Accuracy = _wrapper("Accuracy", accuracy, "accuracy")
BinaryAccuracy = _wrapper("BinaryAccuracy", binary_accuracy, "binary_accuracy", ("threshold",))
CategoricalAccuracy = _wrapper("CategoricalAccuracy", categorical_accuracy, "categorical_accuracy")
SparseCategoricalAccuracy = _wrapper("SparseCategoricalAccuracy", sparse_categorical_accuracy, "sparse_categorical_accuracy")
TopKCategoricalAccuracy = _wrapper("TopKCategoricalAccuracy", top_k_categorical_accuracy, "top_k_categorical_accuracy", ("k",))
SparseTopKCategoricalAccuracy = _wrapper("SparseTopKCategoricalAccuracy", sparse_top_k_categorical_accuracy, "sparse_top_k_categorical_accuracy", ("k",))

MeanSquaredError = _wrapper("MeanSquaredError", _losses.mean_squared_error, "mean_squared_error")
MeanAbsoluteError = _wrapper("MeanAbsoluteError", _losses.mean_absolute_error, "mean_absolute_error")
MeanAbsolutePercentageError = _wrapper("MeanAbsolutePercentageError", _losses.mean_absolute_percentage_error, "mean_absolute_percentage_error")
MeanSquaredLogarithmicError = _wrapper("MeanSquaredLogarithmicError", _losses.mean_squared_logarithmic_error, "mean_squared_logarithmic_error")
BinaryCrossentropy = _wrapper("BinaryCrossentropy", _losses.binary_crossentropy, "binary_crossentropy", ("from_logits", "label_smoothing"))
CategoricalCrossentropy = _wrapper("CategoricalCrossentropy", _losses.categorical_crossentropy, "categorical_crossentropy", ("from_logits", "label_smoothing", "axis"))
SparseCategoricalCrossentropy = _wrapper("SparseCategoricalCrossentropy", _losses.sparse_categorical_crossentropy, "sparse_categorical_crossentropy", ("from_logits", "axis"))
CosineSimilarity = _wrapper("CosineSimilarity", _losses.cosine_similarity, "cosine_similarity", ("axis",))
KLDivergence = _wrapper("KLDivergence", _losses.kl_divergence, "kl_divergence")
Poisson = _wrapper("Poisson", _losses.poisson, "poisson")
Hinge = _wrapper("Hinge", _losses.hinge, "hinge")
LogCoshError = _wrapper("LogCoshError", _losses.log_cosh, "logcosh")


class RootMeanSquaredError(_Average):
    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = _losses._pair(y_true, y_pred)
        self.add(tf.square(y_true - y_pred), sample_weight)

    def result(self):
        return tf.sqrt(super().result())


class R2Score(Metric):
    def __init__(self, name="r2_score", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.reset_state()

    def reset_state(self):
        self._true = []
        self._pred = []

    def update_state(self, y_true, y_pred, sample_weight=None):
        self._true.append(tf.cast(y_true, "float32"))
        self._pred.append(tf.cast(y_pred, "float32"))

    def result(self):
        y, p = tf.concat(self._true, 0), tf.concat(self._pred, 0)
        total = tf.reduce_sum(tf.square(y - tf.reduce_mean(y, axis=0)), axis=0)
        return tf.reduce_mean(1.0 - tf.reduce_sum(tf.square(y - p), axis=0) / total)


class _Counts(Metric):
    """How many of the four kinds of answers there were above a threshold."""

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.threshold = 0.5 if thresholds is None else thresholds
        self.class_id = class_id
        for kind in ("true_positives", "false_positives", "true_negatives", "false_negatives"):
            setattr(self, kind, self.add_variable(name=kind))

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = _losses._pair(y_true, y_pred)
        if self.class_id is not None:
            y_true, y_pred = y_true[..., self.class_id], y_pred[..., self.class_id]
        said = y_pred > self.threshold
        is_so = y_true > 0.5
        weight = 1.0 if sample_weight is None else tf.cast(sample_weight, "float32")
        self.true_positives.assign_add(tf.reduce_sum(weight * tf.cast(said & is_so, "float32")))
        self.false_positives.assign_add(tf.reduce_sum(weight * tf.cast(said & ~is_so, "float32")))
        self.true_negatives.assign_add(tf.reduce_sum(weight * tf.cast(~said & ~is_so, "float32")))
        self.false_negatives.assign_add(tf.reduce_sum(weight * tf.cast(~said & is_so, "float32")))


class Precision(_Counts):
    def result(self):
        return tf.math.divide_no_nan(self.true_positives, self.true_positives + self.false_positives)


class Recall(_Counts):
    def result(self):
        return tf.math.divide_no_nan(self.true_positives, self.true_positives + self.false_negatives)


class TruePositives(_Counts):
    def result(self):
        return tf.identity(self.true_positives)


class FalsePositives(_Counts):
    def result(self):
        return tf.identity(self.false_positives)


class TrueNegatives(_Counts):
    def result(self):
        return tf.identity(self.true_negatives)


class FalseNegatives(_Counts):
    def result(self):
        return tf.identity(self.false_negatives)


class AUC(Metric):
    """The area under the ROC curve, by trapezoids between thresholds."""

    def __init__(self, num_thresholds=200, curve="ROC", name="auc", dtype=None, from_logits=False, **kwargs):
        super().__init__(name=name, dtype=dtype)
        if curve != "ROC":
            raise NotImplementedError(f"AUC of the {curve} curve is not supported")
        inner = [(k + 1) / (num_thresholds - 1) for k in range(num_thresholds - 2)]
        self.thresholds = tf.constant([-EPSILON] + inner + [1.0 + EPSILON])
        self.from_logits = from_logits
        self.reset_state()

    def reset_state(self):
        self._positive = self._true_positive = self._false_positive = self._negative = 0.0

    def update_state(self, y_true, y_pred, sample_weight=None):
        is_so = tf.reshape(tf.cast(y_true, "float32"), [-1, 1])
        p = tf.sigmoid(y_pred) if self.from_logits else tf.convert_to_tensor(y_pred)
        above = tf.cast(tf.reshape(tf.cast(p, "float32"), [-1, 1]) > self.thresholds, "float32")
        self._true_positive += tf.reduce_sum(above * is_so, axis=0)
        self._false_positive += tf.reduce_sum(above * (1.0 - is_so), axis=0)
        self._positive += tf.reduce_sum(is_so)
        self._negative += tf.reduce_sum(1.0 - is_so)

    def result(self):
        x = tf.math.divide_no_nan(self._false_positive, self._negative * tf.ones_like(self.thresholds))
        y = tf.math.divide_no_nan(self._true_positive, self._positive * tf.ones_like(self.thresholds))
        return tf.reduce_sum((x[:-1] - x[1:]) * (y[:-1] + y[1:]) / 2.0)


mse = MSE = mean_squared_error = _losses.mean_squared_error
mae = MAE = mean_absolute_error = _losses.mean_absolute_error
mape = MAPE = mean_absolute_percentage_error = _losses.mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error = _losses.mean_squared_logarithmic_error
binary_crossentropy = _losses.binary_crossentropy
categorical_crossentropy = _losses.categorical_crossentropy
sparse_categorical_crossentropy = _losses.sparse_categorical_crossentropy

_classes = {
    "mse": MeanSquaredError, "mean_squared_error": MeanSquaredError,
    "mae": MeanAbsoluteError, "mean_absolute_error": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError, "mean_absolute_percentage_error": MeanAbsolutePercentageError,
    "msle": MeanSquaredLogarithmicError, "mean_squared_logarithmic_error": MeanSquaredLogarithmicError,
    "rmse": RootMeanSquaredError, "root_mean_squared_error": RootMeanSquaredError,
    "binary_accuracy": BinaryAccuracy, "categorical_accuracy": CategoricalAccuracy,
    "sparse_categorical_accuracy": SparseCategoricalAccuracy, "binary_crossentropy": BinaryCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy, "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    "cosine_similarity": CosineSimilarity, "auc": AUC, "precision": Precision, "recall": Recall, "r2_score": R2Score,
}


def choose_accuracy(y_true, y_pred):
    """What "accuracy" stands for, by the shapes of labels and answers."""
    if y_pred.shape[-1] == 1:
        return BinaryAccuracy
    same = len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == y_pred.shape[-1]
    return CategoricalAccuracy if same else SparseCategoricalAccuracy


def get(identifier):
    if isinstance(identifier, str):
        found = _classes.get(identifier.lower()) or globals().get(identifier)
        if found is None:
            raise ValueError(f"Could not interpret metric identifier: {identifier}")
        if not isinstance(found, type):
            return MeanMetricWrapper(found, name=identifier)
        made = found()
        # Keras keeps the name that was written: "mse" stays "mse".
        if isinstance(made, MeanMetricWrapper) and identifier.islower():
            made.name = identifier
        return made
    if isinstance(identifier, type):
        return identifier()
    if isinstance(identifier, Metric):
        return identifier
    return MeanMetricWrapper(identifier, name=identifier.__name__)
