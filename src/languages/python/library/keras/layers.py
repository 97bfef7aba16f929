"""Keras 3's layers."""
import numpy as np
import tensorflow as tf
from keras import _native, activations, initializers
from keras import random as _random
from keras._attention import AdditiveAttention, Attention, MultiHeadAttention
from keras._base import Scope, flatten
from keras._layer import Input, InputLayer, Lambda, Layer, map_shapes
from keras._recurrent import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    GRUCell,
    LSTMCell,
    SimpleRNN,
    SimpleRNNCell,
    StackedRNNCells,
    TimeDistributed,
    Wrapper,
)


# ── dense and its kin ───────────────────────────────────────────────────────


class Dense(Layer):
    _masks = True
    _min_ndim = 2

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
        self._features = input_shape[-1]
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer=self.kernel_initializer, regularizer=self.kernel_regularizer, constraint=self.kernel_constraint, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer=self.bias_initializer, regularizer=self.bias_regularizer, constraint=self.bias_constraint, name="bias")
        self.built = True

    def call(self, inputs, training=None):
        x = tf.tensordot(inputs, self.kernel, 1) if len(inputs.shape) != 2 else tf.matmul(inputs, self.kernel)
        if self.bias is not None:
            x = x + self.bias
        return self.activation(x)


class EinsumDense(Layer):
    def __init__(self, equation, output_shape, activation=None, bias_axes=None, kernel_initializer="glorot_uniform", bias_initializer="zeros", **kwargs):
        super().__init__(**kwargs)
        self.equation = equation
        self.wanted = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.activation = activations.get(activation)
        self.bias_axes = bias_axes
        self.makers = (initializers.get(kernel_initializer), initializers.get(bias_initializer))
        self.bias = None

    def build(self, input_shape):
        terms, out = self.equation.split("->")
        given, kernel = terms.split(",")
        lengths = dict(zip(out[-len(self.wanted) :], self.wanted))
        lengths.update({letter: n for letter, n in zip(given.replace("...", "")[::-1], input_shape[::-1])})
        shape = [lengths[letter] for letter in kernel]
        self.kernel = self.add_weight(name="kernel", shape=shape, initializer=initializers.for_einsum(self.makers[0], self.equation, shape))
        if self.bias_axes:
            letters = out[min(out.index(letter) for letter in self.bias_axes) :]
            self.bias = self.add_weight(name="bias", shape=[lengths[letter] if letter in self.bias_axes else 1 for letter in letters], initializer=self.makers[1])
        self.built = True

    def call(self, inputs):
        x = tf.einsum(self.equation, inputs, self.kernel)
        return self.activation(x if self.bias is None else x + self.bias)


class Embedding(Layer):
    def __init__(self, input_dim, output_dim, embeddings_initializer="uniform", embeddings_regularizer=None, embeddings_constraint=None, mask_zero=False, input_length=None, **kwargs):
        super().__init__(**kwargs)
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = embeddings_regularizer
        self.mask_zero = mask_zero

    def compute_mask(self, inputs, mask=None):
        return tf.not_equal(inputs, 0) if self.mask_zero else None

    def build(self, input_shape=None):
        self.embeddings = self.add_weight(shape=(self.input_dim, self.output_dim), initializer=self.embeddings_initializer, regularizer=self.embeddings_regularizer, name="embeddings")
        self.built = True

    def call(self, inputs):
        return tf.gather(self.embeddings, tf.cast(inputs, "int32"))


class Activation(Layer):
    _masks = _weightless = True

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs):
        return self.activation(inputs)


class ReLU(Layer):
    _masks = _weightless = True

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        self.options = (negative_slope, max_value, threshold)

    def call(self, inputs):
        return activations.relu(inputs, *self.options)


class LeakyReLU(Layer):
    _masks = _weightless = True

    def __init__(self, negative_slope=0.3, **kwargs):
        negative_slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        self.negative_slope = negative_slope

    def call(self, inputs):
        return tf.nn.leaky_relu(inputs, self.negative_slope)


class PReLU(Layer):
    _masks = True

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
    _masks = _weightless = True

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs):
        return activations.elu(inputs, self.alpha)


class Softmax(Layer):
    _masks = _weightless = True

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
    _masks = True

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset

    def call(self, inputs):
        return tf.cast(inputs, "float32") * self.scale + self.offset


class Normalization(Layer):
    _masks = True

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
    _masks = _weightless = True

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


class _SpatialDropout(Dropout):
    """Drops whole channels."""

    def call(self, inputs, training=False):
        if training and self.rate > 0:
            shape = (inputs.shape[0], *[1] * (len(inputs.shape) - 2), inputs.shape[-1])
            return _random.dropout(inputs, self.rate, noise_shape=shape, seed=self.seed_generator)
        return inputs


class SpatialDropout1D(_SpatialDropout):
    pass


class SpatialDropout2D(_SpatialDropout):
    pass


class GaussianDropout(Dropout):
    def call(self, inputs, training=False):
        if training and self.rate > 0:
            stddev = (self.rate / (1.0 - self.rate)) ** 0.5
            return inputs * _random.normal(inputs.shape, mean=1.0, stddev=stddev, seed=self.seed_generator)
        return inputs


class ActivityRegularization(Layer):
    _masks = _weightless = True

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        from keras import regularizers

        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def call(self, inputs):
        return inputs


class Identity(Layer):
    _masks = _weightless = True

    def call(self, inputs):
        return inputs


class Masking(Layer):
    """Zeros where every feature has the mask's value, and a mask that says so."""

    _weightless = True

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def call(self, inputs):
        return inputs * tf.cast(tf.expand_dims(self.compute_mask(inputs), -1), inputs.dtype)

    def compute_mask(self, inputs, mask=None):
        return tf.reduce_any(tf.not_equal(inputs, self.mask_value), axis=-1)


class GaussianNoise(Layer):
    _masks = _weightless = True

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
    _masks = True

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
    _masks = True

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


class GroupNormalization(Layer):
    _masks = True

    def __init__(self, groups=32, axis=-1, epsilon=1e-3, center=True, scale=True, beta_initializer="zeros", gamma_initializer="ones", **kwargs):
        super().__init__(**kwargs)
        if axis != -1:
            raise NotImplementedError("GroupNormalization along another axis than the last is not supported")
        self.groups = groups
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.started = (gamma_initializer, beta_initializer)

    def build(self, input_shape):
        shape = (input_shape[-1],)
        self.gamma = self.add_weight(shape=shape, initializer=self.started[0], name="gamma") if self.scale else None
        self.beta = self.add_weight(shape=shape, initializer=self.started[1], name="beta") if self.center else None
        self.built = True

    def call(self, inputs):
        depth = inputs.shape[-1]
        groups = depth if self.groups == -1 else self.groups
        x = tf.reshape(inputs, [*inputs.shape[:-1], groups, depth // groups])
        axes = [*range(1, len(inputs.shape) - 1), len(inputs.shape)]
        mean = tf.reduce_mean(x, axis=axes, keepdims=True)
        var = tf.reduce_mean(tf.square(x), axis=axes, keepdims=True) - tf.square(mean)
        out = tf.reshape((x - mean) * tf.math.rsqrt(var + self.epsilon), inputs.shape)
        if self.gamma is not None:
            out = out * self.gamma
        return out if self.beta is None else out + self.beta


class UnitNormalization(Layer):
    _masks = _weightless = True

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
    _min_ndim = 4

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
        channels = self._features = input_shape[-1]
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
    _min_ndim = 3

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


class SeparableConv2D(Layer):
    def __init__(self, filters, kernel_size, strides=1, padding="valid", depth_multiplier=1, activation=None, use_bias=True, depthwise_initializer="glorot_uniform", pointwise_initializer="glorot_uniform", bias_initializer="zeros", **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = _pair(kernel_size, 2)
        self.strides = _pair(strides, 2)
        self.padding = padding.upper()
        self.depth_multiplier = depth_multiplier
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.makers = [initializers.get(maker) for maker in (depthwise_initializer, pointwise_initializer, bias_initializer)]
        self.bias = None

    def build(self, input_shape):
        channels = input_shape[-1]
        self.depthwise_kernel = self.add_weight(shape=self.kernel_size + (channels, self.depth_multiplier), initializer=self.makers[0], name="depthwise_kernel")
        self.pointwise_kernel = self.add_weight(shape=(1, 1, channels * self.depth_multiplier, self.filters), initializer=self.makers[1], name="pointwise_kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.filters,), initializer=self.makers[2], name="bias")
        self.built = True

    def call(self, inputs):
        x = tf.nn.separable_conv2d(inputs, self.depthwise_kernel, self.pointwise_kernel, [1, *self.strides, 1], self.padding)
        return self.activation(x if self.bias is None else x + self.bias)


class _Pooling(Layer):
    _weightless = True
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
    _weightless = True

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.keepdims = keepdims

    def call(self, inputs):
        return self.reduce(inputs, axis=list(range(1, len(inputs.shape) - 1)), keepdims=self.keepdims)


class GlobalAveragePooling1D(_GlobalPooling):
    reduce = staticmethod(tf.reduce_mean)

    def call(self, inputs, mask=None):
        if mask is None:
            return super().call(inputs)
        seen = tf.expand_dims(tf.cast(mask, inputs.dtype), -1)
        return tf.reduce_sum(inputs * seen, axis=1, keepdims=self.keepdims) / tf.reduce_sum(seen, axis=1, keepdims=self.keepdims)

    def compute_mask(self, inputs, mask=None):
        return None


class GlobalAveragePooling2D(_GlobalPooling):
    reduce = staticmethod(tf.reduce_mean)


class GlobalMaxPooling1D(_GlobalPooling):
    reduce = staticmethod(tf.reduce_max)


class GlobalMaxPooling2D(_GlobalPooling):
    reduce = staticmethod(tf.reduce_max)


Convolution1D = Conv1D
Convolution2D = Conv2D
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D


class ZeroPadding2D(Layer):
    def __init__(self, padding=(1, 1), data_format=None, **kwargs):
        super().__init__(**kwargs)
        pairs = _pair(padding, 2)
        self.padding = [list(_pair(pair, 2)) for pair in pairs]

    def call(self, inputs):
        return tf.pad(inputs, [[0, 0], *self.padding, [0, 0]])


class ZeroPadding1D(Layer):
    def __init__(self, padding=1, **kwargs):
        super().__init__(**kwargs)
        self.padding = list(_pair(padding, 2))

    def call(self, inputs):
        return tf.pad(inputs, [[0, 0], self.padding, [0, 0]])


class Cropping1D(Layer):
    def __init__(self, cropping=(1, 1), **kwargs):
        super().__init__(**kwargs)
        self.cropping = _pair(cropping, 2)

    def call(self, inputs):
        return inputs[:, self.cropping[0] : inputs.shape[1] - self.cropping[1]]


class Cropping2D(Layer):
    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.cropping = [_pair(pair, 2) for pair in _pair(cropping, 2)]

    def call(self, inputs):
        (top, bottom), (left, right) = self.cropping
        return inputs[:, top : inputs.shape[1] - bottom, left : inputs.shape[2] - right]


class UpSampling1D(Layer):
    def __init__(self, size=2, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, inputs):
        return tf.repeat(inputs, self.size, axis=1)


class Resizing(Layer):
    def __init__(self, height, width, interpolation="bilinear", **kwargs):
        super().__init__(**kwargs)
        self.size = (height, width)
        self.interpolation = interpolation

    def call(self, inputs):
        return tf.image.resize(inputs, self.size, method=self.interpolation)


class UpSampling2D(Layer):
    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs):
        super().__init__(**kwargs)
        if interpolation not in ("nearest", "bilinear"):
            raise NotImplementedError(f"UpSampling2D with interpolation='{interpolation}' is not supported")
        self.size = _pair(size, 2)
        self.interpolation = interpolation

    def call(self, inputs):
        if self.interpolation == "bilinear":
            return tf.image.resize(inputs, [length * times for length, times in zip(inputs.shape[1:3], self.size)])
        return tf.repeat(tf.repeat(inputs, self.size[0], axis=1), self.size[1], axis=2)


# ── merging ─────────────────────────────────────────────────────────────────


class _Merge(Layer):
    def compute_mask(self, inputs, mask=None):
        known = [part for part in mask or [] if part is not None]
        if len(known) < len(inputs):
            return None
        out = known[0]
        for other in known[1:]:
            out = tf.logical_and(out, other)
        return out

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
    """Sums over one axis of each; what is left of both follows, the batch first."""

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        self.axes = (axes, axes) if isinstance(axes, int) else tuple(axes)
        self.normalize = normalize

    def call(self, inputs):
        x, y = inputs
        p, q = [axis % len(tensor.shape) for axis, tensor in zip(self.axes, (x, y))]
        if self.normalize:
            x, y = tf.nn.l2_normalize(x, axis=p), tf.nn.l2_normalize(y, axis=q)
        left = "bcdefgh"[: len(x.shape)]
        right = "b" + "".join(left[p] if axis == q else "stuvw"[axis] for axis in range(1, len(y.shape)))
        out = left.replace(left[p], "") + right[1:].replace(left[p], "")
        result = tf.einsum(f"{left},{right}->{out}", x, y)
        return tf.expand_dims(result, 1) if len(result.shape) == 1 else result


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


def minimum(inputs, **kwargs):
    return Minimum(**kwargs)(inputs)


def dot(inputs, axes=-1, **kwargs):
    return Dot(axes=axes, **kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    return Concatenate(axis=axis, **kwargs)(inputs)
