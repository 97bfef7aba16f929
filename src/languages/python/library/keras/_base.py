"""Variables, names and symbolic tensors: what layers and models stand on."""
import numpy as np
import tensorflow as tf
from keras import _native

_counts = {}
_scopes = []
_training = []
_symbolic = []


def variable(value, trainable=True, name="variable", path=None):
    """A Variable as Keras 3 prints it: with its path."""
    return _native.variable(value, trainable, name, path or "/".join(_scopes + [name]))


def snake_case(name):
    out = ""
    for k, letter in enumerate(name):
        if letter.isupper() and k > 0:
            before = name[k - 1]
            after = name[k + 1] if k + 1 < len(name) else ""
            if before.islower() or before.isdigit() and after.islower() or (before.isupper() and after.islower()):
                out += "_"
        out += letter.lower()
    return out


def auto_name(prefix):
    """dense, dense_1, dense_2, …"""
    count = _counts.get(prefix, 0)
    _counts[prefix] = count + 1
    return prefix if count == 0 else f"{prefix}_{count}"


def clear_names():
    _counts.clear()


class Scope:
    """The path of Variables made inside."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        _scopes.append(self.name)

    def __exit__(self, *error):
        _scopes.pop()


class Training:
    """Whether layers called inside train."""

    def __init__(self, value):
        self.value = value

    def __enter__(self):
        _training.append(self.value)

    def __exit__(self, *error):
        _training.pop()


class Symbolic:
    """A run on zeros, to learn shapes: it leaves no trace."""

    def __enter__(self):
        _symbolic.append(True)

    def __exit__(self, *error):
        _symbolic.pop()


def runs_symbolically():
    return len(_symbolic) > 0


def outermost():
    """Whether no layer is being called now."""
    return not _training


def training_now():
    return _training[-1] if _training else None


class KerasTensor:
    """What a layer would give: a shape, and how it came about."""

    def __init__(self, shape, dtype="float32", name=None, history=None):
        self.shape = tuple(shape)
        self.dtype = dtype
        self.name = name or auto_name("keras_tensor")
        self.history = history

    @property
    def ndim(self):
        return len(self.shape)

    def __repr__(self):
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, sparse=False, ragged=False, name={self.name}>"

    def _as_tensor(self):
        raise ValueError(
            "A KerasTensor cannot be used as input to a TensorFlow function. A KerasTensor is a symbolic placeholder for "
            "a shape and dtype, used when constructing Keras Functional models or Keras Functions. You can only use it "
            "as input to a Keras layer or a Keras operation (from the namespaces `keras.layers` and `keras.ops`). You "
            "are likely doing something like:\n\n```\nx = Input(...)\n...\ntf_fn(x)  # Invalid.\n```\n\nWhat you should do "
            "instead is wrap `tf_fn` in a layer:\n\n```\nclass MyLayer(Layer):\n    def call(self, x):\n        return "
            "tf_fn(x)\n\nx = MyLayer()(x)\n```\n"
        )

    def __add__(self, other):
        return operation("add", lambda x, y: x + y, self, other)

    def __radd__(self, other):
        return operation("add", lambda x, y: x + y, other, self)

    def __sub__(self, other):
        return operation("subtract", lambda x, y: x - y, self, other)

    def __rsub__(self, other):
        return operation("subtract", lambda x, y: x - y, other, self)

    def __mul__(self, other):
        return operation("multiply", lambda x, y: x * y, self, other)

    def __rmul__(self, other):
        return operation("multiply", lambda x, y: x * y, other, self)

    def __truediv__(self, other):
        return operation("true_divide", lambda x, y: x / y, self, other)

    def __rtruediv__(self, other):
        return operation("true_divide", lambda x, y: x / y, other, self)

    def __pow__(self, other):
        return operation("power", lambda x, y: x**y, self, other)

    def __matmul__(self, other):
        return operation("matmul", lambda x, y: x @ y, self, other)

    def __neg__(self):
        return operation("negative", lambda x: -x, self)

    def __getitem__(self, key):
        return operation("get_item", lambda x: x[key], self)


def flatten(structure):
    """The leaves of nested lists, tuples and dictionaries."""
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in flatten(structure[key])]
    if isinstance(structure, (list, tuple)):
        return [leaf for part in structure for leaf in flatten(part)]
    return [structure]


def map_structure(fn, structure):
    if isinstance(structure, dict):
        return {key: map_structure(fn, value) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return type(structure)(map_structure(fn, part) for part in structure)
    return fn(structure)


def is_symbolic(structure):
    return any(isinstance(leaf, KerasTensor) for leaf in flatten(structure))


def operation(name, fn, *args):
    """A function of tensors as a node of a functional model."""
    from keras import layers

    layer = layers.Lambda(lambda inputs: fn(*inputs), name=auto_name(name))
    object.__setattr__(layer, "_is_operation", type(name.title().replace("_", ""), (), {}).__name__)
    return layer(list(args))


def placeholder(tensor, length=16):
    """Zeros of a symbolic tensor's shape, one in the batch, and `length` where a length is not known."""
    if not isinstance(tensor, KerasTensor):
        return tensor
    shape = [(1 if axis == 0 else length) if n is None else n for axis, n in enumerate(tensor.shape)]
    return tf.zeros(shape, tensor.dtype)


def as_tensor(x):
    if isinstance(x, np.ndarray) or isinstance(x, (list, int, float)) and not isinstance(x, bool):
        value = tf.convert_to_tensor(x)
        return tf.cast(value, "float32") if value.dtype == tf.float64 else value
    return x
