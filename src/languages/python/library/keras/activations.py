"""Keras 3's activations."""
import tensorflow as tf


def linear(x):
    return x


def _tensor(x):
    return tf.convert_to_tensor(x) if isinstance(x, (list, tuple)) else x


def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    x = _tensor(x)
    if negative_slope and max_value is None and threshold == 0:
        return tf.nn.leaky_relu(x, negative_slope)
    below = tf.nn.relu(threshold - x) if negative_slope else 0.0
    if threshold != 0:
        x = x * tf.cast(x > threshold, x.dtype)
    else:
        x = tf.nn.relu6(x) if max_value == 6 else tf.nn.relu(x)
    if max_value is not None:
        x = tf.clip_by_value(x, 0.0, max_value)
    return x - negative_slope * below if negative_slope else x


relu6 = tf.nn.relu6
selu = tf.nn.selu
silu = swish = tf.nn.silu
sigmoid = tf.sigmoid
softplus = tf.nn.softplus
softsign = tf.nn.softsign
tanh = tf.tanh
exponential = tf.exp


def leaky_relu(x, negative_slope=0.2):
    return tf.nn.leaky_relu(x, negative_slope)


def elu(x, alpha=1.0):
    return tf.nn.elu(x) if alpha == 1 else tf.where(x > 0, x, alpha * tf.nn.elu(x))


def gelu(x, approximate=False):
    return tf.nn.gelu(x, approximate=approximate)


def mish(x):
    x = _tensor(x)
    return x * tf.tanh(tf.nn.softplus(x))


def log_sigmoid(x):
    return -tf.nn.softplus(-_tensor(x))


def hard_sigmoid(x):
    return tf.nn.relu6(_tensor(x) + 3.0) / 6.0


def hard_silu(x):
    x = _tensor(x)
    return x * hard_sigmoid(x)


hard_swish = hard_silu


def softmax(x, axis=-1):
    return tf.nn.softmax(x, axis=axis)


def log_softmax(x, axis=-1):
    return tf.nn.log_softmax(x, axis=axis)


_known = {
    name: value
    for name, value in list(globals().items())
    if not name.startswith("_") and name != "tf"
}


def get(identifier):
    if identifier is None:
        return linear
    if callable(identifier):
        return identifier
    if identifier in _known:
        return _known[identifier]
    raise ValueError(f"Could not interpret activation function identifier: {identifier}")
