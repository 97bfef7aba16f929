"""keras.ops: functions of tensors under NumPy's names; of symbolic tensors, nodes of a functional model."""
import math
import types

import numpy as np
import tensorflow as tf
from keras import _base


def _tensor(x):
    return _base.as_tensor(x) if not isinstance(x, (tuple, list)) else tf.convert_to_tensor(x)


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    x = _base.as_tensor(x)
    return tf.cast(x, dtype) if dtype is not None else tf.convert_to_tensor(x)


def convert_to_numpy(x):
    return np.array(x)


def is_tensor(x):
    return tf.is_tensor(x) or isinstance(x, _base.KerasTensor)


def shape(x):
    return tuple(x.shape)


def size(x):
    return tf.size(x)


def ndim(x):
    return len(_tensor(x).shape)


def _float(x):
    """Integers as float32."""
    x = tf.convert_to_tensor(_tensor(x))
    return x if x.dtype.is_floating else tf.cast(x, "float32")


def _pair(x, y):
    """Both of one type: the wider, a float where one is."""
    x, y = _tensor(x), _tensor(y)
    if tf.is_tensor(x) and tf.is_tensor(y) and x.dtype != y.dtype:
        order = ["bool", "uint8", "int32", "int64", "float16", "float32", "float64"]
        wide = max(x.dtype.name, y.dtype.name, key=order.index)
        x, y = tf.cast(x, wide), tf.cast(y, wide)
    elif not tf.is_tensor(x) and not tf.is_tensor(y):
        x = tf.convert_to_tensor(x)
    return x, y


# ── elementwise ─────────────────────────────────────────────────────────────


def absolute(x):
    return tf.abs(_tensor(x))


def exp(x):
    return tf.exp(_float(x))


def expm1(x):
    return tf.math.expm1(_float(x))


def log(x):
    return tf.math.log(_float(x))


def log1p(x):
    return tf.math.log1p(_float(x))


def log2(x):
    return tf.math.log(_float(x)) / math.log(2.0)


def log10(x):
    return tf.math.log(_float(x)) / math.log(10.0)


def sqrt(x):
    return tf.sqrt(_float(x))


def rsqrt(x):
    return tf.math.rsqrt(_float(x))


def square(x):
    return tf.square(_tensor(x))


def sin(x):
    return tf.sin(_float(x))


def cos(x):
    return tf.cos(_float(x))


def tan(x):
    return tf.tan(_float(x))


def sinh(x):
    return tf.sinh(_float(x))


def cosh(x):
    return tf.cosh(_float(x))


def tanh(x):
    return tf.tanh(_float(x))


def arcsin(x):
    return tf.asin(_float(x))


def arccos(x):
    return tf.acos(_float(x))


def arctan(x):
    return tf.atan(_float(x))


def arctan2(x, y):
    return tf.atan2(_float(x), _float(y))


def negative(x):
    return -_tensor(x)


def sign(x):
    return tf.sign(_tensor(x))


def floor(x):
    return tf.floor(_float(x))


def ceil(x):
    return tf.math.ceil(_float(x))


def round(x, decimals=0):
    return tf.round(_tensor(x)) if decimals == 0 else tf.round(_tensor(x) * 10.0**decimals) / 10.0**decimals


def reciprocal(x):
    return 1.0 / _float(x)


def erf(x):
    return tf.math.erf(_float(x))


def sigmoid(x):
    return tf.sigmoid(_float(x))


def relu(x):
    return tf.nn.relu(_tensor(x))


def relu6(x):
    return tf.nn.relu6(_tensor(x))


def leaky_relu(x, negative_slope=0.2):
    return tf.nn.leaky_relu(_tensor(x), negative_slope)


def elu(x, alpha=1.0):
    from keras import activations

    return activations.elu(_tensor(x), alpha)


def selu(x):
    return tf.nn.selu(_tensor(x))


def gelu(x, approximate=True):
    return tf.nn.gelu(_tensor(x), approximate)


def silu(x):
    return tf.nn.silu(_float(x))


swish = silu


def softplus(x):
    return tf.nn.softplus(_float(x))


def softsign(x):
    return tf.nn.softsign(_float(x))


def hard_sigmoid(x):
    return tf.nn.relu6(_float(x) + 3.0) / 6.0


def log_sigmoid(x):
    return -tf.nn.softplus(-_float(x))


def softmax(x, axis=-1):
    return tf.nn.softmax(_float(x), axis=axis)


def log_softmax(x, axis=-1):
    return tf.nn.log_softmax(_float(x), axis=axis)


def isnan(x):
    return tf.math.is_nan(_float(x))


def isinf(x):
    return tf.math.is_inf(_float(x))


def isfinite(x):
    return tf.math.is_finite(_float(x))


def logical_not(x):
    return tf.logical_not(tf.cast(_tensor(x), "bool"))


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    x = _float(x)
    x = tf.where(tf.math.is_nan(x), tf.constant(nan, x.dtype), x)
    return tf.clip_by_value(x, x.dtype.min if neginf is None else neginf, x.dtype.max if posinf is None else posinf)


def add(x1, x2):
    x, y = _pair(x1, x2)
    return x + y


def subtract(x1, x2):
    x, y = _pair(x1, x2)
    return x - y


def multiply(x1, x2):
    x, y = _pair(x1, x2)
    return x * y


def divide(x1, x2):
    return _float(x1) / _float(x2)


true_divide = divide


def divide_no_nan(x1, x2):
    return tf.math.divide_no_nan(_float(x1), _float(x2))


def floor_divide(x1, x2):
    x, y = _pair(x1, x2)
    return x // y


def mod(x1, x2):
    x, y = _pair(x1, x2)
    return x % y


def power(x1, x2):
    x, y = _pair(x1, x2)
    return x**y


def maximum(x1, x2):
    return tf.maximum(*_pair(x1, x2))


def minimum(x1, x2):
    return tf.minimum(*_pair(x1, x2))


def equal(x1, x2):
    x, y = _pair(x1, x2)
    return tf.equal(x, y)


def not_equal(x1, x2):
    x, y = _pair(x1, x2)
    return tf.not_equal(x, y)


def greater(x1, x2):
    x, y = _pair(x1, x2)
    return x > y


def greater_equal(x1, x2):
    x, y = _pair(x1, x2)
    return x >= y


def less(x1, x2):
    x, y = _pair(x1, x2)
    return x < y


def less_equal(x1, x2):
    x, y = _pair(x1, x2)
    return x <= y


def logical_and(x1, x2):
    return tf.logical_and(tf.cast(_tensor(x1), "bool"), tf.cast(_tensor(x2), "bool"))


def logical_or(x1, x2):
    return tf.logical_or(tf.cast(_tensor(x1), "bool"), tf.cast(_tensor(x2), "bool"))


def where(condition, x1=None, x2=None):
    return tf.where(tf.cast(_tensor(condition), "bool"), *([] if x1 is None else _pair(x1, x2)))


def clip(x, x_min, x_max):
    return tf.clip_by_value(_tensor(x), x_min, x_max)


# ── reductions ──────────────────────────────────────────────────────────────


def sum(x, axis=None, keepdims=False):
    return tf.reduce_sum(_tensor(x), axis=axis, keepdims=keepdims)


def mean(x, axis=None, keepdims=False):
    return tf.reduce_mean(_float(x), axis=axis, keepdims=keepdims)


def max(x, axis=None, keepdims=False, initial=None):
    return tf.reduce_max(_tensor(x), axis=axis, keepdims=keepdims)


def min(x, axis=None, keepdims=False, initial=None):
    return tf.reduce_min(_tensor(x), axis=axis, keepdims=keepdims)


amax, amin = max, min


def prod(x, axis=None, keepdims=False, dtype=None):
    return tf.reduce_prod(_tensor(x), axis=axis, keepdims=keepdims)


def var(x, axis=None, keepdims=False):
    return tf.math.reduce_variance(_float(x), axis=axis, keepdims=keepdims)


def std(x, axis=None, keepdims=False):
    return tf.math.reduce_std(_float(x), axis=axis, keepdims=keepdims)


def all(x, axis=None, keepdims=False):
    return tf.reduce_all(tf.cast(_tensor(x), "bool"), axis=axis, keepdims=keepdims)


def any(x, axis=None, keepdims=False):
    return tf.reduce_any(tf.cast(_tensor(x), "bool"), axis=axis, keepdims=keepdims)


def logsumexp(x, axis=None, keepdims=False):
    return tf.reduce_logsumexp(_float(x), axis=axis, keepdims=keepdims)


def norm(x, ord=None, axis=None, keepdims=False):
    return tf.norm(_float(x), ord="euclidean" if ord is None else ord, axis=axis, keepdims=keepdims)


def argmax(x, axis=None, keepdims=False):
    x = tf.reshape(x, [-1]) if axis is None else _tensor(x)
    return tf.cast(tf.argmax(x, axis=axis or 0), "int32")


def argmin(x, axis=None, keepdims=False):
    x = tf.reshape(x, [-1]) if axis is None else _tensor(x)
    return tf.cast(tf.argmin(x, axis=axis or 0), "int32")


def argsort(x, axis=-1):
    return tf.argsort(_tensor(x), axis=axis)


def sort(x, axis=-1):
    return tf.sort(_tensor(x), axis=axis)


def cumsum(x, axis=None, dtype=None):
    return tf.cumsum(tf.reshape(x, [-1]) if axis is None else _tensor(x), axis=axis or 0)


def cumprod(x, axis=None, dtype=None):
    return tf.math.cumprod(tf.reshape(x, [-1]) if axis is None else _tensor(x), axis=axis or 0)


def top_k(x, k, sorted=True):
    return tf.math.top_k(_tensor(x), k)


def count_nonzero(x, axis=None):
    return tf.cast(tf.math.count_nonzero(_tensor(x), axis=axis), "int32")


# ── shapes and choice ───────────────────────────────────────────────────────


def reshape(x, newshape):
    return tf.reshape(_tensor(x), newshape)


def transpose(x, axes=None):
    return tf.transpose(_tensor(x), axes)


def swapaxes(x, axis1, axis2):
    x = _tensor(x)
    order = list(range(len(x.shape)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return tf.transpose(x, order)


def moveaxis(x, source, destination):
    x = _tensor(x)
    order = list(range(len(x.shape)))
    order.insert(destination % len(order), order.pop(source))
    return tf.transpose(x, order)


def expand_dims(x, axis):
    return tf.expand_dims(_tensor(x), axis)


def squeeze(x, axis=None):
    return tf.squeeze(_tensor(x), axis)


def ravel(x):
    return tf.reshape(x, [-1])


def concatenate(xs, axis=0):
    return tf.concat([_tensor(x) for x in xs], axis)


def stack(x, axis=0):
    return tf.stack([_tensor(part) for part in x], axis)


def hstack(xs):
    xs = [_tensor(x) for x in xs]
    return tf.concat(xs, 0 if len(xs[0].shape) == 1 else 1)


def vstack(xs):
    return tf.concat([x if len(x.shape) > 1 else tf.expand_dims(x, 0) for x in map(_tensor, xs)], 0)


def split(x, indices_or_sections, axis=0):
    x = _tensor(x)
    if isinstance(indices_or_sections, int):
        return tf.split(x, indices_or_sections, axis)
    edges = [0, *indices_or_sections, x.shape[axis]]
    return tf.split(x, [b - a for a, b in zip(edges, edges[1:])], axis)


def unstack(x, num=None, axis=0):
    return tf.unstack(_tensor(x), axis=axis)


def tile(x, repeats):
    return tf.tile(_tensor(x), repeats if isinstance(repeats, (list, tuple)) else [repeats])


def repeat(x, repeats, axis=None):
    return tf.repeat(_tensor(x), repeats, axis=axis)


def flip(x, axis=None):
    x = _tensor(x)
    return tf.reverse(x, list(range(len(x.shape))) if axis is None else [axis])


def roll(x, shift, axis=None):
    return tf.roll(_tensor(x), shift, 0 if axis is None else axis)


def pad(x, pad_width, mode="constant", constant_values=None):
    return tf.pad(_tensor(x), pad_width, mode=mode.upper(), constant_values=constant_values or 0)


def broadcast_to(x, shape):
    return tf.broadcast_to(_tensor(x), shape)


def take(x, indices, axis=None):
    x = tf.reshape(x, [-1]) if axis is None else _tensor(x)
    indices = tf.convert_to_tensor(indices)
    axis = axis or 0
    return tf.gather(x, tf.where(indices < 0, indices + x.shape[axis], indices), axis=axis)


def take_along_axis(x, indices, axis=None):
    x = _tensor(x)
    axis = axis % len(x.shape)
    hot = tf.one_hot(indices, x.shape[axis], axis=-1, dtype=x.dtype)
    last = moveaxis(x, axis, len(x.shape) - 1)
    return moveaxis(tf.einsum("...nk,...k->...n", moveaxis(hot, axis, len(x.shape) - 1), last), len(x.shape) - 1, axis)


def slice(inputs, start_indices, shape):
    return tf.slice(_tensor(inputs), start_indices, shape)


def scatter(indices, values, shape):
    return tf.scatter_nd(indices, values, shape)


def scatter_update(inputs, indices, updates):
    return tf.tensor_scatter_nd_update(_tensor(inputs), indices, updates)


def tril(x, k=0):
    x = _tensor(x)
    return tf.where(tf.range(x.shape[-1]) - tf.range(x.shape[-2])[:, tf.newaxis] <= k, x, tf.zeros_like(x))


def triu(x, k=0):
    x = _tensor(x)
    return tf.where(tf.range(x.shape[-1]) - tf.range(x.shape[-2])[:, tf.newaxis] >= k, x, tf.zeros_like(x))


def diag(x, k=0):
    x = _tensor(x)
    return tf.linalg.diag(x, k=k) if len(x.shape) == 1 else tf.linalg.diag_part(x, k=k)


def cast(x, dtype):
    return tf.cast(_tensor(x), dtype)


def stop_gradient(variable):
    return tf.stop_gradient(_tensor(variable))


def copy(x):
    return tf.identity(_tensor(x))


# ── making ──────────────────────────────────────────────────────────────────


def zeros(shape, dtype=None):
    return tf.zeros(shape, dtype or "float32")


def ones(shape, dtype=None):
    return tf.ones(shape, dtype or "float32")


def full(shape, fill_value, dtype=None):
    return tf.fill(shape, tf.cast(fill_value, dtype or "float32"))


def zeros_like(x, dtype=None):
    return tf.zeros_like(_tensor(x), dtype)


def ones_like(x, dtype=None):
    return tf.ones_like(_tensor(x), dtype)


def full_like(x, fill_value, dtype=None):
    return tf.zeros_like(_tensor(x), dtype) + fill_value


def eye(N, M=None, k=0, dtype=None):
    return tf.eye(N, M, dtype=dtype or "float32")


def identity(n, dtype=None):
    return tf.eye(n, dtype=dtype or "float32")


def arange(start, stop=None, step=None, dtype=None):
    args = [start] if stop is None else [start, stop]
    return tf.range(*args, delta=1 if step is None else step, dtype=dtype)


def linspace(start, stop, num=50, endpoint=True, dtype=None):
    if not endpoint:
        return linspace(start, stop, num + 1)[:-1]
    return tf.linspace(tf.cast(start, dtype or "float32"), tf.cast(stop, dtype or "float32"), num)


def array(x, dtype=None):
    return convert_to_tensor(x, dtype)


def meshgrid(*x, indexing="xy"):
    return tf.meshgrid(*x, indexing=indexing)


def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    return tf.one_hot(tf.cast(_tensor(x), "int32"), num_classes, axis=axis, dtype=dtype or "float32")


# ── products and losses ─────────────────────────────────────────────────────


def matmul(x1, x2):
    x, y = _pair(x1, x2)
    if len(y.shape) == 1:
        return tf.linalg.matvec(x, y) if len(x.shape) > 1 else tf.tensordot(x, y, 1)
    return tf.matmul(x, y) if len(x.shape) > 1 else tf.matmul(tf.expand_dims(x, 0), y)[0]


def dot(x1, x2):
    x, y = _pair(x1, x2)
    if len(x.shape) == 0 or len(y.shape) == 0:
        return x * y
    return tf.tensordot(x, y, [[-1], [0 if len(y.shape) == 1 else len(y.shape) - 2]])


def vdot(x1, x2):
    x, y = _pair(x1, x2)
    return tf.reduce_sum(tf.reshape(x, [-1]) * tf.reshape(y, [-1]))


def outer(x1, x2):
    x, y = _pair(x1, x2)
    return tf.reshape(x, [-1, 1]) * tf.reshape(y, [1, -1])


def einsum(subscripts, *operands):
    return tf.einsum(subscripts, *[_tensor(x) for x in operands])


def tensordot(x1, x2, axes=2):
    return tf.tensordot(*_pair(x1, x2), axes)


def binary_crossentropy(target, output, from_logits=False):
    from keras import losses

    target, output = tf.cast(_tensor(target), "float32"), _float(output)
    if from_logits:
        return tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=output)
    p = tf.clip_by_value(output, losses.EPSILON, 1.0 - losses.EPSILON)
    return -(target * tf.math.log(p) + (1.0 - target) * tf.math.log(1.0 - p))


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    from keras import losses

    return losses.categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    from keras import losses

    return losses.sparse_categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)


def normalize(x, axis=-1, order=2, epsilon=None):
    x = _float(x)
    if order == 2:
        return tf.nn.l2_normalize(x, axis=axis, epsilon=1e-12 if epsilon is None else epsilon**2)
    return x / tf.maximum(tf.norm(x, ord=order, axis=axis, keepdims=True), 1e-7)


# ── control ─────────────────────────────────────────────────────────────────


def cond(pred, true_fn, false_fn):
    return tf.cond(pred, true_fn, false_fn)


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    return tf.while_loop(cond, body, loop_vars, maximum_iterations=maximum_iterations)


def fori_loop(lower, upper, body_fun, init_val):
    for k in range(lower, upper):
        init_val = body_fun(k, init_val)
    return init_val


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    carry, outs = init, []
    for x in xs if xs is not None else [None] * length:
        carry, out = f(carry, x)
        outs.append(out)
    return carry, tf.stack(outs)


def map(f, xs):
    return tf.map_fn(f, xs)


def vectorized_map(function, elements):
    return tf.vectorized_map(function, elements)


def _symbolic(name, fn):
    """The function, also of symbolic tensors: among its arguments, or in a list of them."""

    def run(*args, **kwargs):
        if not _base.is_symbolic(args):
            return fn(*args, **kwargs)
        return _base.operation(name, lambda *given: fn(*given, **kwargs), *args)

    run.__name__ = name
    return run


for _name, _value in list(globals().items()):
    if isinstance(_value, types.FunctionType) and not _name.startswith("_") and _name not in ("shape", "ndim", "is_tensor"):
        globals()[_name] = _symbolic(_value.__name__, _value)
abs = globals()["absolute"]
