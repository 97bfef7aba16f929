"""Keras 3's initializers; random ones draw TensorFlow's numbers for their seed."""
import copy
import math

import numpy as np
import tensorflow as tf
from keras.random import SeedGenerator, make_default_seed
from keras import random as _random


class Initializer:
    def __call__(self, shape, dtype=None):
        raise NotImplementedError("Initializer subclasses must implement the `__call__()` method.")

    def clone(self):
        return self

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class Zeros(Initializer):
    def __call__(self, shape, dtype=None):
        return tf.zeros(shape, dtype or "float32")


class Ones(Initializer):
    def __call__(self, shape, dtype=None):
        return tf.ones(shape, dtype or "float32")


class Constant(Initializer):
    def __init__(self, value=0.0):
        self.value = value

    def __call__(self, shape, dtype=None):
        return tf.cast(self.value, dtype or "float32") * tf.ones(shape, dtype or "float32")


class Identity(Initializer):
    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype=None):
        return self.gain * tf.eye(shape[0], shape[1], dtype=dtype or "float32")


class _Random(Initializer):
    def __init__(self, seed=None):
        self._init_seed = seed
        if seed is None:
            seed = make_default_seed()
        self.seed = seed

    def clone(self):
        """Another of the same kind; without a seed of its own it draws other numbers."""
        made = copy.copy(self)
        if self._init_seed is None:
            made.seed = make_default_seed()
        return made


class RandomNormal(_Random):
    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed=seed)

    def __call__(self, shape, dtype=None):
        return _random.normal(shape, mean=self.mean, stddev=self.stddev, seed=self.seed, dtype=dtype)


class TruncatedNormal(RandomNormal):
    def __call__(self, shape, dtype=None):
        return _random.truncated_normal(shape, mean=self.mean, stddev=self.stddev, seed=self.seed, dtype=dtype)


class RandomUniform(_Random):
    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed=seed)

    def __call__(self, shape, dtype=None):
        return _random.uniform(shape, minval=self.minval, maxval=self.maxval, seed=self.seed, dtype=dtype)


def compute_fans(shape):
    """How many numbers go into one unit, and out of it."""
    shape = tuple(shape)
    if len(shape) < 1:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    field = 1
    for length in shape[:-2]:
        field *= length
    return int(shape[-2] * field), int(shape[-1] * field)


class VarianceScaling(_Random):
    fans = None

    def with_fans(self, fan_in, fan_out):
        """The same, of the same seed, for a kernel whose axes count otherwise."""
        made = copy.copy(self)
        made.fans = (fan_in, fan_out)
        return made

    def __init__(self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None):
        if scale <= 0.0:
            raise ValueError(f"Argument `scale` must be positive float. Received: scale={scale}")
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        super().__init__(seed=seed)

    def __call__(self, shape, dtype=None):
        fan_in, fan_out = self.fans or compute_fans(shape)
        scale = self.scale
        if self.mode == "fan_in":
            scale /= max(1.0, fan_in)
        elif self.mode == "fan_out":
            scale /= max(1.0, fan_out)
        else:
            scale /= max(1.0, (fan_in + fan_out) / 2.0)
        if self.distribution == "truncated_normal":
            # The standard deviation of a normal distribution cut at two of its own.
            stddev = math.sqrt(scale) / 0.87962566103423978
            return _random.truncated_normal(shape, mean=0.0, stddev=stddev, seed=self.seed, dtype=dtype)
        if self.distribution == "untruncated_normal":
            return _random.normal(shape, mean=0.0, stddev=math.sqrt(scale), seed=self.seed, dtype=dtype)
        limit = math.sqrt(3.0 * scale)
        return _random.uniform(shape, minval=-limit, maxval=limit, seed=self.seed, dtype=dtype)


def _scaling(name, scale, mode, distribution):
    def __init__(self, seed=None):
        VarianceScaling.__init__(self, scale=scale, mode=mode, distribution=distribution, seed=seed)

    return type(name, (VarianceScaling,), {"__init__": __init__})


GlorotUniform = _scaling("GlorotUniform", 1.0, "fan_avg", "uniform")
GlorotNormal = _scaling("GlorotNormal", 1.0, "fan_avg", "truncated_normal")
LecunNormal = _scaling("LecunNormal", 1.0, "fan_in", "truncated_normal")
LecunUniform = _scaling("LecunUniform", 1.0, "fan_in", "uniform")
HeNormal = _scaling("HeNormal", 2.0, "fan_in", "truncated_normal")
HeUniform = _scaling("HeUniform", 2.0, "fan_in", "uniform")


def for_einsum(maker, equation, shape):
    """Of a kernel in an einsum: what goes in are its axes that the input has, out those that the output has."""
    if not hasattr(maker, "with_fans"):
        return maker
    terms, out = equation.split("->")
    given, kernel = terms.split(",")
    fan_in = fan_out = 1
    for letter, length in zip(kernel, shape):
        fan_in *= length if letter in given else 1
        fan_out *= length if letter in out else 1
    return maker.with_fans(fan_in, fan_out)


class Orthogonal(_Random):
    def __init__(self, gain=1.0, seed=None):
        self.gain = gain
        super().__init__(seed=seed)

    def __call__(self, shape, dtype=None):
        if len(shape) < 2:
            raise ValueError(f"The tensor to initialize must be at least two-dimensional. Received: shape={shape} of rank {len(shape)}.")
        rows = 1
        for length in shape[:-1]:
            rows *= length
        columns = shape[-1]
        flat = (max(columns, rows), min(columns, rows))
        q, r = tf.linalg.qr(_random.normal(flat, seed=self.seed, dtype=dtype))
        q = q * tf.sign(tf.linalg.diag_part(r))
        if rows < columns:
            q = tf.transpose(q)
        return self.gain * tf.reshape(q, shape)


zeros = Zeros
ones = Ones
constant = Constant
identity = Identity
random_normal = RandomNormal
random_uniform = RandomUniform
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
glorot_uniform = GlorotUniform
glorot_normal = GlorotNormal
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
he_normal = HeNormal
he_uniform = HeUniform
orthogonal = Orthogonal
# Old names that models still use.
uniform = RandomUniform
normal = RandomNormal
one = Ones
zero = Zeros


def get(identifier):
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = globals().get(identifier)
        if isinstance(found, type) and issubclass(found, Initializer):
            return found()
        raise ValueError(f"Could not interpret initializer identifier: {identifier}")
    if isinstance(identifier, type):
        return identifier()
    if callable(identifier):
        return identifier
    return lambda shape, dtype=None: tf.constant(np.array(identifier), dtype=dtype or "float32")
