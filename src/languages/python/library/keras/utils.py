"""keras.utils: what scripts use of it."""
import random as _python_random

import numpy as np
import tensorflow as tf
from keras import random as _keras_random


def set_random_seed(seed):
    _python_random.seed(seed)
    np.random.seed(seed)
    tf.random.set_seed(seed)
    _keras_random._reset_global()


def to_categorical(x, num_classes=None):
    x = np.array(x, dtype="int64")
    shape = x.shape
    if shape and shape[-1] == 1 and len(shape) > 1:
        shape = tuple(shape[:-1])
    flat = x.reshape(-1)
    if not num_classes:
        num_classes = int(np.max(flat)) + 1
    categorical = np.zeros((flat.shape[0], num_classes))
    categorical[np.arange(flat.shape[0]), flat] = 1
    return np.reshape(categorical, shape + (num_classes,))


def normalize(x, axis=-1, order=2):
    x = np.asarray(x)
    norm = np.atleast_1d(np.linalg.norm(x, order, axis))
    norm[norm == 0] = 1
    return x / np.expand_dims(norm, axis)
