"""keras.random over TensorFlow's stateless generators."""
import random as _python_random

import tensorflow as tf
from keras import _base


def make_default_seed():
    return _python_random.randint(1, int(1e9))


class SeedGenerator:
    def __init__(self, seed=None, name=None, **kwargs):
        self._initial_seed = seed
        self.seed = make_default_seed() if seed is None else int(seed)
        self.calls = 0

    def next(self, ordered=True):
        pair = [self.seed, self.calls]
        if not _base.runs_symbolically():
            self.calls += 1
        return pair


_global = []


def _reset_global():
    _global.clear()


def draw_seed(seed):
    """The pair of seeds of one call: a generator moves on, a number stays."""
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        if not _global:
            _global.append(SeedGenerator())
        return _global[0].next()
    return [int(seed), 0]


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    return tf.random.stateless_normal(shape, draw_seed(seed), mean=mean, stddev=stddev, dtype=dtype or "float32")


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    return tf.random.stateless_uniform(shape, draw_seed(seed), minval=minval, maxval=maxval, dtype=dtype or "float32")


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    return tf.random.stateless_truncated_normal(shape, draw_seed(seed), mean=mean, stddev=stddev, dtype=dtype or "float32")


def randint(shape, minval, maxval, dtype="int32", seed=None):
    return tf.random.stateless_uniform(shape, draw_seed(seed), minval=minval, maxval=maxval, dtype=dtype)


def dropout(inputs, rate, noise_shape=None, seed=None):
    shape = inputs.shape if noise_shape is None else noise_shape
    keep = tf.random.stateless_uniform(shape, draw_seed(seed), dtype=inputs.dtype) >= rate
    return tf.where(keep, inputs / (1.0 - rate), tf.zeros_like(inputs))
