"""What every layer of Keras 3 is, and its inputs."""
import warnings

import numpy as np
import tensorflow as tf
from keras import _native, constraints, initializers, regularizers
from keras._base import (
    KerasTensor,
    Scope,
    Symbolic,
    Training,
    as_tensor,
    auto_name,
    flatten,
    is_symbolic,
    map_structure,
    placeholder,
    snake_case,
    outermost,
    training_now,
    variable,
)


class Layer:
    def __new__(cls, *args, **kwargs):
        made = object.__new__(cls)
        object.__setattr__(made, "_made_with", (args, kwargs))
        return made

    def __init__(self, *, activity_regularizer=None, trainable=True, dtype=None, autocast=True, name=None, **kwargs):
        self._start()
        shape = kwargs.pop("input_shape", None)
        if "input_dim" in kwargs:
            shape = (kwargs.pop("input_dim"),)
        kwargs.pop("batch_input_shape", None)
        kwargs.pop("weights", None)
        if kwargs:
            raise ValueError(
                f"Unrecognized keyword arguments passed to {type(self).__name__}: {kwargs}"
            )
        self.name = name if name is not None else auto_name(snake_case(type(self).__name__))
        self.trainable = trainable
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.dtype = dtype if isinstance(dtype, str) else "float32"
        object.__setattr__(self, "_autocast", autocast)
        self.supports_masking = type(self)._masks
        self._input_shape = None if shape is None else tuple(shape)

    def _start(self):
        """What every layer has, once."""
        if "_layers" in self.__dict__:
            return
        object.__setattr__(self, "_layers", [])
        object.__setattr__(self, "_own", [])
        object.__setattr__(self, "_metrics", [])
        object.__setattr__(self, "_lists", [])
        object.__setattr__(self, "_losses", [])
        object.__setattr__(self, "_weight_losses", [])
        object.__setattr__(self, "_trainable", True)
        object.__setattr__(self, "_autocast", True)
        object.__setattr__(self, "dtype", "float32")
        object.__setattr__(self, "built", self._weightless and type(self).build is Layer.build)
        object.__setattr__(self, "_parameters", None)

    # ── what belongs to it ──────────────────────────────────────────────────

    def __setattr__(self, name, value):
        if "_layers" not in self.__dict__:
            raise RuntimeError(
                "In layer 'name', you forgot to call `super().__init__()` as the first statement in the `__init__()` "
                f"method. Go add it! (while setting attribute '{name}' of {type(self).__name__})"
            )
        self._track(value)
        if isinstance(value, (list, dict)):
            self._lists.append(value)
        object.__setattr__(self, name, value)

    def _track(self, value):
        if isinstance(value, Layer):
            if value is not self and not any(value is layer for layer in self._layers):
                self._layers.append(value)
        elif _native.is_variable(value):
            if not any(value is own for own in self._own):
                self._own.append(value)
        elif _is_metric(value):
            if not any(value is metric for metric in self._metrics):
                self._metrics.append(value)
        elif isinstance(value, (list, tuple)):
            for part in value:
                self._track(part)
        elif isinstance(value, dict):
            for part in value.values():
                self._track(part)

    def _all_layers(self):
        """Sublayers, lists that have grown since included."""
        for value in self._lists:
            self._track(value)
        return self._layers

    @property
    def trainable(self):
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        object.__setattr__(self, "_trainable", bool(value))
        for layer in self._layers:
            layer.trainable = value

    @property
    def weights(self):
        found = [v for v in self._own if v.trainable] + [v for v in self._own if not v.trainable]
        for layer in self._all_layers():
            found += [v for v in layer.weights if not any(v is one for one in found)]
        return found

    @property
    def variables(self):
        return self.weights

    @property
    def trainable_weights(self):
        if not self.trainable:
            return []
        found = [v for v in self._own if v.trainable]
        for layer in self._all_layers():
            found += [v for v in layer.trainable_weights if not any(v is one for one in found)]
        return found

    @property
    def trainable_variables(self):
        return self.trainable_weights

    @property
    def non_trainable_weights(self):
        trainable = self.trainable_weights
        return [v for v in self.weights if not any(v is one for one in trainable)]

    @property
    def non_trainable_variables(self):
        return self.non_trainable_weights

    @property
    def losses(self):
        found = list(self._losses)
        if self.trainable:
            found += [penalty(weight) for weight, penalty in self._weight_losses]
        for layer in self._all_layers():
            found += layer.losses
        return found

    def add_loss(self, loss):
        self._losses.extend(flatten(loss))

    def _clear_losses(self):
        self._losses.clear()
        for layer in self._all_layers():
            layer._clear_losses()

    def add_weight(self, shape=None, initializer=None, dtype=None, trainable=True, autocast=True, regularizer=None, constraint=None, aggregation=None, name=None):
        if isinstance(shape, str):
            shape, initializer, name = initializer, None, shape
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        make = initializers.get(initializer or ("glorot_uniform" if len(shape) > 0 else "zeros"))
        made = variable(make(shape, dtype=dtype or self.dtype), trainable=trainable, name=name or auto_name("variable"))
        self._own.append(made)
        penalty = regularizers.get(regularizer)
        if penalty is not None:
            self._weight_losses.append((made, penalty))
        keep = constraints.get(constraint)
        if keep is not None:
            made.constraint = keep
        return made

    def get_weights(self):
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights):
        own = self.weights
        if len(own) != len(weights):
            raise ValueError(
                f"You called `set_weights(weights)` on layer '{self.name}' with a weight list of length {len(weights)}, "
                f"but the layer was expecting {len(own)} weights."
            )
        for v, value in zip(own, weights):
            value = np.asarray(value)
            if tuple(value.shape) != tuple(v.shape):
                raise ValueError(
                    f"Layer {self.name} weight shape {tuple(v.shape)} is not compatible with provided weight shape {tuple(value.shape)}."
                )
            v.assign(tf.cast(value, v.dtype))

    def count_params(self):
        total = 0
        for v in self.weights:
            count = 1
            for length in v.shape:
                count *= int(length)
            total += count
        return total

    # ── calling ─────────────────────────────────────────────────────────────

    def build(self, input_shape=None):
        object.__setattr__(self, "built", True)

    def call(self, *args, **kwargs):
        raise NotImplementedError(
            f"Layer {type(self).__name__} does not have a `call()` method implemented."
        )

    def compute_output_shape(self, input_shape):
        inputs = map_shapes(lambda shape: KerasTensor(shape, self.dtype, name="shape"), input_shape)
        return map_structure(lambda tensor: tensor.shape, self._symbolic(inputs, {}, record=False))

    # What the input has to be: so many axes, at least so many, and so many features in the last.
    _ndim = _min_ndim = _features = None
    # Whether there is nothing to build, so that it is built from the beginning.
    _weightless = False

    def _check_input(self, inputs):
        for x in flatten(inputs)[:1]:
            shape = tuple(getattr(x, "shape", ()))
            head = f"Input 0 with name '{getattr(x, 'name', None) if isinstance(x, KerasTensor) else None}' of layer '{self.name}' is incompatible with the layer: expected "
            for word, wanted, bad in (("ndim", self._ndim, len(shape) != self._ndim), ("min_ndim", self._min_ndim, self._min_ndim is not None and len(shape) < self._min_ndim)):
                if wanted is not None and bad:
                    raise ValueError(f"{head}{word}={wanted}, found ndim={len(shape)}. Full shape received: {shape}")
            if self.built and self._features is not None and shape[-1] not in (None, self._features):
                raise ValueError(f"{head}axis -1 of input shape to have value {self._features}, but received input with shape {shape}")

    def _ensure_built(self, inputs):
        self._check_input(inputs)
        if self.built and not (self._weightless and "_build_shape" not in self.__dict__):
            return
        shape = map_structure(lambda x: tuple(x.shape), inputs)
        object.__setattr__(self, "_build_shape", shape)
        self.build(shape)
        object.__setattr__(self, "built", True)

    def _takes(self, name):
        if self._parameters is None:
            object.__setattr__(self, "_parameters", _native.parameters(self.call))
        return name in self._parameters or "**" in self._parameters and name != "training"

    def __call__(self, *args, **kwargs):
        if "_layers" not in self.__dict__:
            raise RuntimeError(f"In layer '{type(self).__name__}', you forgot to call `super().__init__()` in `__init__()`.")
        if not args and kwargs:
            first = next(iter(kwargs))
            args = (kwargs.pop(first),)
        if is_symbolic(args):
            return self._symbolic(args[0], kwargs, rest=args[1:])
        args = tuple(map_structure(self._own_precision, arg) for arg in args)
        training = kwargs.pop("training", None)
        if training is None:
            training = training_now()
        if outermost():
            self._clear_losses()
        mask = kwargs.get("mask")
        if mask is None:
            mask = map_structure(lambda x: getattr(x, "_keras_mask", None), args[0])
        masked = any(part is not None for part in flatten(mask))
        with Scope(self.name):
            self._ensure_built(args[0])
            if masked and self._takes("mask") and "mask" in self._parameters[len(args) :]:
                kwargs["mask"] = mask
            if self._takes("training") and (training is not None or "training" in kwargs):
                kwargs["training"] = training
            with Training(training):
                outputs = self.call(*args, **kwargs)
        if self.activity_regularizer is not None:
            for part in flatten(outputs):
                self.add_loss(self.activity_regularizer(part) / part.shape[0])
        if masked or self._makes_mask():
            self._mark(args[0], outputs, mask if masked else None)
        return outputs

    def _own_precision(self, x):
        """Numbers as a tensor, and floating point in the layer's own precision."""
        x = as_tensor(x)
        cast = self._autocast and isinstance(x, tf.Tensor) and x.dtype.is_floating and x.dtype.name != self.dtype
        return tf.cast(x, self.dtype) if cast else x

    # Whether a mask goes on as it came.
    _masks = False
    # Models: their layers hand the mask on.
    _of_layers = False

    def _makes_mask(self):
        return type(self).compute_mask is not Layer.compute_mask

    def _mark(self, inputs, outputs, mask):
        """The outputs say which of their steps count, for the layers behind."""
        if not (self.supports_masking or self._makes_mask()):
            if not self._of_layers:
                warnings.warn(
                    f"Layer '{self.name}' (of type {type(self).__name__}) was passed an input with a mask attached to it. "
                    "However, this layer does not support masking and will therefore destroy the mask information. "
                    "Downstream layers will not see the mask."
                )
            return
        after = self.compute_mask(inputs, mask)
        for x, own in zip(flatten(outputs), flatten(after)):
            if own is not None and getattr(x, "_keras_mask", None) is None:
                x._keras_mask = own

    def _symbolic(self, inputs, kwargs, rest=(), record=True):
        """Runs the layer on zeros to learn the shape of what it gives."""
        with Scope(self.name):
            self._ensure_built(inputs)
        given = dict(kwargs)
        if self._takes("training") and "training" not in given and not isinstance(self, Lambda):
            given["training"] = False
        kept = list(self._losses)

        def run(length):
            make = lambda x: map_structure(lambda leaf: placeholder(leaf, length), x)
            with Training(False), Symbolic():
                return self.call(make(inputs), *[make(arg) for arg in rest], **make(given))

        # Lengths that are not known are where two guesses come out differently.
        open_lengths = any(isinstance(leaf, KerasTensor) and None in leaf.shape[1:] for leaf in flatten([inputs, list(rest)]))
        before = [(v, v.numpy()) for v in self.non_trainable_weights]
        out = run(16)
        other = flatten(run(20)) if open_lengths else None
        for v, value in before:
            v.assign(value)
        self._clear_losses()
        self._losses.extend(kept)
        batched = any(isinstance(leaf, KerasTensor) and leaf.shape and leaf.shape[0] is None for leaf in flatten(inputs))
        history = (self, inputs, rest, kwargs) if record else None
        outputs = flatten(out)

        def symbolic(x):
            shape = tuple(int(length) for length in x.shape)
            if other is not None:
                second = other[next(k for k, leaf in enumerate(outputs) if leaf is x)]
                shape = tuple(n if n == m else None for n, m in zip(shape, second.shape))
            if batched and shape:
                shape = (None,) + shape[1:]
            return KerasTensor(shape, x.dtype.name, history=history)

        made = map_structure(symbolic, out)
        for k, tensor in enumerate(flatten(made)):
            tensor.index = k if len(outputs) > 1 else None
        if record:
            object.__setattr__(self, "_symbolic_output", made)
        return made

    @property
    def output(self):
        return self.__dict__["_symbolic_output"]

    @property
    def input(self):
        tensor = flatten(self.output)[0]
        return tensor if tensor.history is None else tensor.history[1]

    def get_config(self):
        policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": self.dtype}, "registered_name": None}
        config = {"name": self.name, "trainable": self.trainable, "dtype": policy}
        if type(self).__module__.startswith("keras"):
            args, kwargs = self._made_with
            config.update(zip(_native.parameters(type(self).__init__)[1:], args))
            config.update({key: value for key, value in kwargs.items() if key not in config})
        return config

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        if isinstance(config.get("dtype"), dict):
            config["dtype"] = config["dtype"]["config"]["name"]
        return cls(**config)

    def get_build_config(self):
        return {"input_shape": self.__dict__.get("_build_shape")}

    @property
    def path(self):
        return self.name

    @property
    def compute_dtype(self):
        return self.dtype

    variable_dtype = compute_dtype

    @property
    def metrics(self):
        found = list(self._metrics)
        for layer in self._all_layers():
            found += layer.metrics
        return found

    def compute_mask(self, inputs, previous_mask=None):
        return previous_mask

    def stateless_call(self, trainable_variables, non_trainable_variables, *args, **kwargs):
        raise NotImplementedError("stateless_call is not supported")

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _is_metric(value):
    return hasattr(value, "update_state") and hasattr(value, "result")


def map_shapes(fn, shape):
    """`fn` of each shape in a structure of shapes."""
    if isinstance(shape, dict):
        return {key: map_shapes(fn, value) for key, value in shape.items()}
    if len(shape) > 0 and isinstance(shape[0], (tuple, list)):
        return [map_shapes(fn, part) for part in shape]
    return fn(tuple(shape))


class InputLayer(Layer):
    def __init__(self, shape=None, batch_size=None, dtype=None, batch_shape=None, name=None, **kwargs):
        super().__init__(name=name)
        if batch_shape is not None:
            shape, batch_size = batch_shape[1:], batch_shape[0]
        shape = kwargs.get("input_shape", shape)
        if isinstance(shape, int):
            raise ValueError(f"Cannot convert '{shape}' to a shape.")
        self.batch_shape = (batch_size,) + tuple(shape)
        self.built = True
        self.tensor = KerasTensor(self.batch_shape, dtype or "float32")
        self.tensor.layer = self
        object.__setattr__(self, "_symbolic_output", self.tensor)

    def call(self, inputs):
        return inputs


def Input(shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, batch_shape=None, name=None, tensor=None, optional=False):
    dtype = dtype if dtype is None or isinstance(dtype, str) else dtype.name
    return InputLayer(shape=shape, batch_size=batch_size, dtype=dtype, batch_shape=batch_shape, name=name).tensor


class Lambda(Layer):
    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        self.function = function
        self.arguments = arguments or {}

    def call(self, inputs, **kwargs):
        return self.function(inputs, **{**self.arguments, **kwargs})
