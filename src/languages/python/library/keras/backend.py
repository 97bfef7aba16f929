"""keras.backend: what scripts still use of it."""
import tensorflow as tf
from keras import _base


def clear_session(free_memory=True):
    _base.clear_names()


def epsilon():
    return 1e-7


def floatx():
    return "float32"


def set_floatx(value):
    if value != "float32":
        raise NotImplementedError(f"set_floatx('{value}') is not supported")


def image_data_format():
    return "channels_last"


def backend():
    return "tensorflow"


def learning_phase():
    return 0


def get_value(x):
    return x.numpy()


def set_value(x, value):
    x.assign(value)


mean = tf.reduce_mean
sum = tf.reduce_sum
max = tf.reduce_max
min = tf.reduce_min
square = tf.square
sqrt = tf.sqrt
abs = tf.abs
exp = tf.exp
log = tf.math.log
pow = tf.pow
clip = tf.clip_by_value
dot = tf.matmul
cast = tf.cast
sigmoid = tf.sigmoid
softmax = tf.nn.softmax
relu = tf.nn.relu
tanh = tf.tanh
maximum = tf.maximum
minimum = tf.minimum
concatenate = tf.concat
zeros_like = tf.zeros_like
ones_like = tf.ones_like
expand_dims = tf.expand_dims
reshape = tf.reshape


def flatten(x):
    return tf.reshape(x, [-1])


def shape(x):
    return tf.shape(x)


def int_shape(x):
    return tuple(x.shape)
