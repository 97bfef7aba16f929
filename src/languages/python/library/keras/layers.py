"""Keras 3's layers."""
import numpy as np
import tensorflow as tf
from keras import _native, activations, constraints, initializers, regularizers
from keras import random as _random
from keras._base import (
    KerasTensor,
    Scope,
    Training,
    as_tensor,
    auto_name,
    flatten,
    is_symbolic,
    map_structure,
    placeholder,
    snake_case,
    training_now,
    variable,
)


class Layer:
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
        self.name = name or auto_name(snake_case(type(self).__name__))
        self.trainable = trainable
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.dtype = dtype if isinstance(dtype, str) else "float32"
        self.supports_masking = False
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
        object.__setattr__(self, "built", False)
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
        made = variable(make(shape, dtype=dtype or self.dtype), trainable=trainable, name=name or "variable")
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

    def _ensure_built(self, inputs):
        if self.built:
            return
        self.build(map_structure(lambda x: tuple(x.shape), inputs))
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
        args = tuple(map_structure(as_tensor, arg) for arg in args)
        training = kwargs.pop("training", None)
        if training is None:
            training = training_now()
        with Scope(self.name):
            self._ensure_built(args[0])
            if self._takes("training") and (training is not None or "training" in kwargs):
                kwargs["training"] = training
            with Training(training):
                outputs = self.call(*args, **kwargs)
        if self.activity_regularizer is not None:
            for part in flatten(outputs):
                self.add_loss(self.activity_regularizer(part) / part.shape[0])
        return outputs

    def _symbolic(self, inputs, kwargs, rest=(), record=True):
        """Runs the layer on zeros to learn the shape of what it gives."""
        with Scope(self.name):
            self._ensure_built(inputs)
        dummy = map_structure(placeholder, inputs)
        with Training(False):
            given = dict(kwargs)
            if self._takes("training") and "training" not in given and not isinstance(self, Lambda):
                given["training"] = False
            out = self.call(dummy, *[map_structure(placeholder, arg) for arg in rest], **given)
        batched = any(isinstance(leaf, KerasTensor) and leaf.shape and leaf.shape[0] is None for leaf in flatten(inputs))
        history = (self, inputs, rest, kwargs) if record else None
        outputs = flatten(out)

        def symbolic(x):
            shape = tuple(int(length) for length in x.shape)
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
        return {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}

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


# ── dense and its kin ───────────────────────────────────────────────────────


class Dense(Layer):
    def __init__(self, units, activation=None, use_bias=True, kernel_initializer="glorot_uniform", bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if not isinstance(units, int) or units <= 0:
            raise ValueError(f"Received an invalid value for `units`, expected a positive integer. Received: units={units}")
        self.units = units
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self.bias = None

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer=self.kernel_initializer, regularizer=self.kernel_regularizer, constraint=self.kernel_constraint, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer=self.bias_initializer, regularizer=self.bias_regularizer, constraint=self.bias_constraint, name="bias")
        self.built = True

    def call(self, inputs, training=None):
        if inputs.shape[-1] != self.kernel.shape[0]:
            raise ValueError(
                f'Exception encountered when calling {type(self).__name__}.call().\n\n'
                f'Input 0 of layer "{self.name}" is incompatible with the layer: expected axis -1 of input shape to have '
                f"value {self.kernel.shape[0]}, but received input with shape {tuple(inputs.shape)}"
            )
        x = tf.tensordot(inputs, self.kernel, 1) if len(inputs.shape) != 2 else tf.matmul(inputs, self.kernel)
        if self.bias is not None:
            x = x + self.bias
        return self.activation(x)


class Embedding(Layer):
    def __init__(self, input_dim, output_dim, embeddings_initializer="uniform", embeddings_regularizer=None, embeddings_constraint=None, mask_zero=False, input_length=None, **kwargs):
        super().__init__(**kwargs)
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = embeddings_regularizer

    def build(self, input_shape=None):
        self.embeddings = self.add_weight(shape=(self.input_dim, self.output_dim), initializer=self.embeddings_initializer, regularizer=self.embeddings_regularizer, name="embeddings")
        self.built = True

    def call(self, inputs):
        return tf.gather(self.embeddings, tf.cast(inputs, "int32"))


class Activation(Layer):
    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs):
        return self.activation(inputs)


class ReLU(Layer):
    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        self.options = (negative_slope, max_value, threshold)

    def call(self, inputs):
        return activations.relu(inputs, *self.options)


class LeakyReLU(Layer):
    def __init__(self, negative_slope=0.3, **kwargs):
        negative_slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        self.negative_slope = negative_slope

    def call(self, inputs):
        return tf.nn.leaky_relu(inputs, self.negative_slope)


class PReLU(Layer):
    def __init__(self, alpha_initializer="Zeros", alpha_regularizer=None, alpha_constraint=None, shared_axes=None, **kwargs):
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.shared_axes = shared_axes or []

    def build(self, input_shape):
        shape = [1 if k + 1 in self.shared_axes else length for k, length in enumerate(input_shape[1:])]
        self.alpha = self.add_weight(shape=shape, initializer=self.alpha_initializer, name="alpha")
        self.built = True

    def call(self, inputs):
        return tf.nn.relu(inputs) - self.alpha * tf.nn.relu(-inputs)


class ELU(Layer):
    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs):
        return activations.elu(inputs, self.alpha)


class Softmax(Layer):
    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return tf.nn.softmax(inputs, axis=self.axis)


# ── shapes ──────────────────────────────────────────────────────────────────


class Flatten(Layer):
    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)

    def call(self, inputs):
        return tf.reshape(inputs, [inputs.shape[0], -1])


class Reshape(Layer):
    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)

    def call(self, inputs):
        return tf.reshape(inputs, (inputs.shape[0],) + self.target_shape)


class Permute(Layer):
    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)

    def call(self, inputs):
        return tf.transpose(inputs, (0,) + self.dims)


class RepeatVector(Layer):
    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        self.n = n

    def call(self, inputs):
        return tf.tile(tf.expand_dims(inputs, 1), [1, self.n, 1])


class Rescaling(Layer):
    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset

    def call(self, inputs):
        return tf.cast(inputs, "float32") * self.scale + self.offset


class Normalization(Layer):
    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.invert = invert
        self.mean = None if mean is None else tf.constant(mean, "float32")
        self.variance = None if variance is None else tf.constant(variance, "float32")

    def adapt(self, data):
        data = tf.cast(tf.convert_to_tensor(np.asarray(data)), "float32")
        axes = list(range(len(data.shape)))
        if self.axis is not None:
            axes.remove(self.axis % len(data.shape))
        self.mean = tf.reduce_mean(data, axis=axes, keepdims=True)
        self.variance = tf.reduce_mean(tf.square(data - self.mean), axis=axes, keepdims=True)

    def call(self, inputs):
        inputs = tf.cast(inputs, "float32")
        deviation = tf.maximum(tf.sqrt(self.variance), 1e-7)
        return self.mean + inputs * deviation if self.invert else (inputs - self.mean) / deviation


# ── noise ───────────────────────────────────────────────────────────────────


class Dropout(Layer):
    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate <= 1:
            raise ValueError(f"Invalid value received for argument `rate`. Expected a float value between 0 and 1. Received: rate={rate}")
        self.rate = rate
        self.noise_shape = noise_shape
        if rate > 0:
            object.__setattr__(self, "seed_generator", _random.SeedGenerator(seed))

    def call(self, inputs, training=False):
        if training and self.rate > 0:
            return _random.dropout(inputs, self.rate, noise_shape=self.noise_shape, seed=self.seed_generator)
        return inputs


class GaussianNoise(Layer):
    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.stddev = stddev
        object.__setattr__(self, "seed_generator", _random.SeedGenerator(seed))

    def call(self, inputs, training=False):
        if training and self.stddev > 0:
            return inputs + _random.normal(inputs.shape, stddev=self.stddev, seed=self.seed_generator)
        return inputs


# ── normalisation ───────────────────────────────────────────────────────────


class BatchNormalization(Layer):
    def __init__(self, axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True, beta_initializer="zeros", gamma_initializer="ones", moving_mean_initializer="zeros", moving_variance_initializer="ones", **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.started = (gamma_initializer, beta_initializer, moving_mean_initializer, moving_variance_initializer)

    def build(self, input_shape):
        shape = (input_shape[self.axis],)
        gamma, beta, mean, var = self.started
        self.gamma = self.add_weight(shape=shape, initializer=gamma, name="gamma") if self.scale else None
        self.beta = self.add_weight(shape=shape, initializer=beta, name="beta") if self.center else None
        self.moving_mean = self.add_weight(shape=shape, initializer=mean, trainable=False, name="moving_mean")
        self.moving_variance = self.add_weight(shape=shape, initializer=var, trainable=False, name="moving_variance")
        self.built = True

    def call(self, inputs, training=None, mask=None):
        axis = self.axis % len(inputs.shape)
        if training and self.trainable:
            axes = [k for k in range(len(inputs.shape)) if k != axis]
            mean = tf.reduce_mean(inputs, axis=axes)
            var = tf.reduce_mean(tf.square(inputs), axis=axes) - tf.square(mean)
            self.moving_mean.assign(self.moving_mean * self.momentum + tf.stop_gradient(mean) * (1.0 - self.momentum))
            self.moving_variance.assign(self.moving_variance * self.momentum + tf.stop_gradient(var) * (1.0 - self.momentum))
        else:
            mean, var = tf.identity(self.moving_mean), tf.identity(self.moving_variance)
        shape = [1] * len(inputs.shape)
        shape[axis] = inputs.shape[axis]
        factor = tf.math.rsqrt(tf.reshape(var, shape) + self.epsilon)
        if self.gamma is not None:
            factor = factor * tf.reshape(self.gamma, shape)
        shift = -tf.reshape(mean, shape) * factor
        if self.beta is not None:
            shift = shift + tf.reshape(self.beta, shape)
        return inputs * factor + shift


class LayerNormalization(Layer):
    def __init__(self, axis=-1, epsilon=0.001, center=True, scale=True, beta_initializer="zeros", gamma_initializer="ones", **kwargs):
        super().__init__(**kwargs)
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else [axis]
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.started = (gamma_initializer, beta_initializer)

    def build(self, input_shape):
        shape = tuple(input_shape[axis] for axis in self.axis)
        self.gamma = self.add_weight(shape=shape, initializer=self.started[0], name="gamma") if self.scale else None
        self.beta = self.add_weight(shape=shape, initializer=self.started[1], name="beta") if self.center else None
        self.built = True

    def call(self, inputs):
        mean = tf.reduce_mean(inputs, axis=self.axis, keepdims=True)
        var = tf.reduce_mean(tf.square(inputs - mean), axis=self.axis, keepdims=True)
        axes = [axis % len(inputs.shape) for axis in self.axis]
        shape = [length if k in axes else 1 for k, length in enumerate(inputs.shape)]
        factor = tf.math.rsqrt(var + self.epsilon)
        if self.gamma is not None:
            factor = factor * tf.reshape(self.gamma, shape)
        out = inputs * factor - mean * factor
        return out if self.beta is None else out + tf.reshape(self.beta, shape)


class UnitNormalization(Layer):
    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        square = tf.reduce_sum(tf.square(inputs), axis=self.axis, keepdims=True)
        return inputs * tf.math.rsqrt(tf.maximum(square, 1e-12))


# ── convolution and pooling ─────────────────────────────────────────────────


def _pair(value, rank):
    return (value,) * rank if isinstance(value, int) else tuple(value)


class _Conv(Layer):
    rank = 2

    def __init__(self, filters, kernel_size, strides=1, padding="valid", data_format=None, dilation_rate=1, groups=1, activation=None, use_bias=True, kernel_initializer="glorot_uniform", bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, **kwargs):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = filters
        self.kernel_size = _pair(kernel_size, self.rank)
        self.strides = _pair(strides, self.rank)
        self.dilation_rate = _pair(dilation_rate, self.rank)
        self.padding = padding.lower()
        self.groups = groups
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self.bias = None

    def build(self, input_shape):
        channels = input_shape[-1]
        self._kernel = self.add_weight(shape=self.kernel_size + (channels // self.groups, self.filters), initializer=self.kernel_initializer, regularizer=self.kernel_regularizer, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.filters,), initializer=self.bias_initializer, regularizer=self.bias_regularizer, name="bias")
        self.built = True

    @property
    def kernel(self):
        return self._kernel

    def call(self, inputs):
        x = self.convolve(inputs)
        if self.bias is not None:
            x = x + self.bias
        return self.activation(x)


class Conv2D(_Conv):
    def convolve(self, inputs):
        return tf.nn.conv2d(inputs, self._kernel, strides=list(self.strides), padding=self.padding.upper(), dilations=list(self.dilation_rate))


class Conv1D(_Conv):
    rank = 1

    def convolve(self, inputs):
        padding = self.padding.upper()
        if padding == "CAUSAL":
            inputs = tf.pad(inputs, [[0, 0], [self.dilation_rate[0] * (self.kernel_size[0] - 1), 0], [0, 0]])
            padding = "VALID"
        return tf.nn.conv1d(inputs, self._kernel, stride=self.strides[0], padding=padding, dilations=self.dilation_rate[0])


class DepthwiseConv2D(Layer):
    def __init__(self, kernel_size, strides=1, padding="valid", depth_multiplier=1, activation=None, use_bias=True, depthwise_initializer="glorot_uniform", bias_initializer="zeros", **kwargs):
        super().__init__(**kwargs)
        self.kernel_size = _pair(kernel_size, 2)
        self.strides = _pair(strides, 2)
        self.padding = padding.upper()
        self.depth_multiplier = depth_multiplier
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.depthwise_initializer = depthwise_initializer
        self.bias_initializer = bias_initializer
        self.bias = None

    def build(self, input_shape):
        channels = input_shape[-1]
        self.kernel = self.add_weight(shape=self.kernel_size + (channels, self.depth_multiplier), initializer=self.depthwise_initializer, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(channels * self.depth_multiplier,), initializer=self.bias_initializer, name="bias")
        self.built = True

    def call(self, inputs):
        x = tf.nn.depthwise_conv2d(inputs, self.kernel, strides=[1, *self.strides, 1], padding=self.padding)
        return self.activation(x if self.bias is None else x + self.bias)


class Conv2DTranspose(_Conv):
    def build(self, input_shape):
        self._kernel = self.add_weight(shape=self.kernel_size + (self.filters, input_shape[-1]), initializer=self.kernel_initializer, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.filters,), initializer=self.bias_initializer, name="bias")
        self.built = True

    def convolve(self, inputs):
        lengths = [
            length * stride + (max(size - stride, 0) if self.padding == "valid" else 0)
            for length, stride, size in zip(inputs.shape[1:3], self.strides, self.kernel_size)
        ]
        shape = [inputs.shape[0], *lengths, self.filters]
        return tf.nn.conv2d_transpose(inputs, self._kernel, shape, strides=list(self.strides), padding=self.padding.upper())


class _Pooling(Layer):
    rank = 2

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.pool_size = _pair(pool_size, self.rank)
        self.strides = self.pool_size if strides is None else _pair(strides, self.rank)
        self.padding = padding.upper()


class MaxPooling2D(_Pooling):
    def call(self, inputs):
        return tf.nn.max_pool2d(inputs, list(self.pool_size), list(self.strides), self.padding)


class AveragePooling2D(_Pooling):
    def call(self, inputs):
        return tf.nn.avg_pool2d(inputs, list(self.pool_size), list(self.strides), self.padding)


class MaxPooling1D(_Pooling):
    rank = 1

    def call(self, inputs):
        return tf.nn.max_pool1d(inputs, self.pool_size[0], self.strides[0], self.padding)


class AveragePooling1D(_Pooling):
    rank = 1

    def call(self, inputs):
        return tf.nn.avg_pool1d(inputs, self.pool_size[0], self.strides[0], self.padding)


class _GlobalPooling(Layer):
    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.keepdims = keepdims

    def call(self, inputs):
        return self.reduce(inputs, axis=list(range(1, len(inputs.shape) - 1)), keepdims=self.keepdims)


class GlobalAveragePooling1D(_GlobalPooling):
    reduce = staticmethod(tf.reduce_mean)


class GlobalAveragePooling2D(_GlobalPooling):
    reduce = staticmethod(tf.reduce_mean)


class GlobalMaxPooling1D(_GlobalPooling):
    reduce = staticmethod(tf.reduce_max)


class GlobalMaxPooling2D(_GlobalPooling):
    reduce = staticmethod(tf.reduce_max)


class ZeroPadding2D(Layer):
    def __init__(self, padding=(1, 1), data_format=None, **kwargs):
        super().__init__(**kwargs)
        pairs = _pair(padding, 2)
        self.padding = [list(_pair(pair, 2)) for pair in pairs]

    def call(self, inputs):
        return tf.pad(inputs, [[0, 0], *self.padding, [0, 0]])


class UpSampling2D(Layer):
    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs):
        super().__init__(**kwargs)
        if interpolation != "nearest":
            raise NotImplementedError(f"UpSampling2D with interpolation='{interpolation}' is not supported")
        self.size = _pair(size, 2)

    def call(self, inputs):
        return tf.repeat(tf.repeat(inputs, self.size[0], axis=1), self.size[1], axis=2)


# ── merging ─────────────────────────────────────────────────────────────────


class _Merge(Layer):
    def call(self, inputs):
        out = inputs[0]
        for other in inputs[1:]:
            out = self.merge(out, other)
        return out


class Add(_Merge):
    def merge(self, x, y):
        return x + y


class Subtract(_Merge):
    def merge(self, x, y):
        return x - y


class Multiply(_Merge):
    def merge(self, x, y):
        return x * y


class Maximum(_Merge):
    def merge(self, x, y):
        return tf.maximum(x, y)


class Minimum(_Merge):
    def merge(self, x, y):
        return tf.minimum(x, y)


class Average(Add):
    def call(self, inputs):
        return super().call(inputs) / len(inputs)


class Concatenate(Layer):
    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return tf.concat(inputs, axis=self.axis)


class Dot(Layer):
    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        self.axes = axes
        self.normalize = normalize

    def call(self, inputs):
        x, y = inputs
        if len(x.shape) != 2 or len(y.shape) != 2:
            raise NotImplementedError("Dot of tensors with more than two axes is not supported")
        if self.normalize:
            x = x * tf.math.rsqrt(tf.maximum(tf.reduce_sum(tf.square(x), axis=1, keepdims=True), 1e-12))
            y = y * tf.math.rsqrt(tf.maximum(tf.reduce_sum(tf.square(y), axis=1, keepdims=True), 1e-12))
        return tf.reduce_sum(x * y, axis=1, keepdims=True)


def add(inputs, **kwargs):
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    return Maximum(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    return Concatenate(axis=axis, **kwargs)(inputs)


# ── recurrence ──────────────────────────────────────────────────────────────


class _Recurrent(Layer):
    gates = 1

    def __init__(self, units, activation="tanh", recurrent_activation="sigmoid", use_bias=True, kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal", bias_initializer="zeros", return_sequences=False, return_state=False, go_backwards=False, unit_forget_bias=True, reset_after=True, dropout=0.0, recurrent_dropout=0.0, **kwargs):
        super().__init__(**{key: value for key, value in kwargs.items() if key not in ("stateful", "unroll", "seed", "use_cudnn")})
        if dropout or recurrent_dropout:
            raise NotImplementedError(f"{type(self).__name__} with dropout is not supported")
        self.units = units
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.started = (kernel_initializer, recurrent_initializer, bias_initializer)
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.unit_forget_bias = unit_forget_bias
        self.reset_after = reset_after
        self.bias = None

    def build(self, input_shape):
        width = self.units * self.gates
        kernel, recurrent, bias = self.started
        with Scope(snake_case(type(self).__name__ + "Cell")):
            self.kernel = self.add_weight(shape=(input_shape[-1], width), initializer=kernel, name="kernel")
            self.recurrent_kernel = self.add_weight(shape=(self.units, width), initializer=recurrent, name="recurrent_kernel")
            if self.use_bias:
                self.bias = self.add_weight(shape=self.bias_shape(width), initializer=self.bias_start(bias), name="bias")
        self.built = True

    def bias_shape(self, width):
        return (width,)

    def bias_start(self, bias):
        return bias

    def start(self, batch):
        return [tf.zeros([batch, self.units])]

    def call(self, inputs, initial_state=None, training=False):
        batch, steps = inputs.shape[0], inputs.shape[1]
        states = self.start(batch) if initial_state is None else list(flatten(initial_state))
        outputs = []
        for step in reversed(range(steps)) if self.go_backwards else range(steps):
            out, states = self.step(inputs[:, step], states)
            outputs.append(out)
        result = tf.stack(outputs, axis=1) if self.return_sequences else outputs[-1]
        return [result, *states] if self.return_state else result


class SimpleRNN(_Recurrent):
    def step(self, x, states):
        h = tf.matmul(x, self.kernel)
        if self.bias is not None:
            h = h + self.bias
        out = self.activation(h + tf.matmul(states[0], self.recurrent_kernel))
        return out, [out]


class LSTM(_Recurrent):
    gates = 4

    def bias_start(self, bias):
        if not self.unit_forget_bias:
            return bias
        zero, n = initializers.get(bias), self.units
        return lambda shape, dtype=None: tf.concat([zero((n,)), tf.ones([n]), zero((n * 2,))], axis=-1)

    def start(self, batch):
        return [tf.zeros([batch, self.units]), tf.zeros([batch, self.units])]

    def step(self, x, states):
        h, c = states
        z = tf.matmul(x, self.kernel) + tf.matmul(h, self.recurrent_kernel)
        if self.bias is not None:
            z = z + self.bias
        i, f, g, o = tf.split(z, 4, axis=-1)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(g)
        h = self.recurrent_activation(o) * self.activation(c)
        return h, [h, c]


class GRU(_Recurrent):
    gates = 3

    def bias_shape(self, width):
        return (2, width) if self.reset_after else (width,)

    def step(self, x, states):
        h = states[0]
        n = self.units
        own = tf.matmul(x, self.kernel)
        if self.bias is not None:
            own = own + (self.bias[0] if self.reset_after else self.bias)
        if self.reset_after:
            inner = tf.matmul(h, self.recurrent_kernel)
            if self.bias is not None:
                inner = inner + self.bias[1]
        else:
            inner = tf.matmul(h, self.recurrent_kernel[:, : 2 * n])
        z = self.recurrent_activation(own[:, :n] + inner[:, :n])
        r = self.recurrent_activation(own[:, n : 2 * n] + inner[:, n : 2 * n])
        if self.reset_after:
            candidate = self.activation(own[:, 2 * n :] + r * inner[:, 2 * n :])
        else:
            candidate = self.activation(own[:, 2 * n :] + tf.matmul(r * h, self.recurrent_kernel[:, 2 * n :]))
        out = z * h + (1.0 - z) * candidate
        return out, [out]


class TimeDistributed(Layer):
    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer

    def call(self, inputs):
        return tf.stack([self.layer(inputs[:, step]) for step in range(inputs.shape[1])], axis=1)
