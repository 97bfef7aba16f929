"""Attention layers of Keras 3."""
import math

import tensorflow as tf
from keras import initializers
from keras import random as _random
from keras._base import Scope
from keras._layer import Layer


class Attention(Layer):
    """Dot-product attention over [query, value] or [query, value, key]."""

    def __init__(self, use_scale=False, score_mode="dot", dropout=0.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.score_mode = score_mode
        self.dropout = dropout
        object.__setattr__(self, "seed_generator", _random.SeedGenerator(seed) if dropout > 0 else None)
        self.scale = self.concat_score_weight = None

    def build(self, input_shape):
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(name="concat_score_weight", shape=(), initializer="ones")
        self.built = True

    def _scores(self, query, key):
        if self.score_mode == "dot":
            scores = tf.matmul(query, key, transpose_b=True)
            return scores if self.scale is None else scores * self.scale
        sums = tf.expand_dims(query, -2) + tf.expand_dims(key, -3)
        if self.scale is not None:
            sums = sums * self.scale
        return self.concat_score_weight * tf.reduce_sum(tf.tanh(sums), axis=-1)

    def call(self, inputs, mask=None, training=False, return_attention_scores=False, use_causal_mask=False):
        query, value = inputs[0], inputs[1]
        key = inputs[2] if len(inputs) > 2 else value
        scores = self._scores(query, key)
        if mask is not None and len(mask) > 1 and mask[1] is not None:
            scores = scores - 1e9 * tf.cast(tf.logical_not(tf.expand_dims(mask[1], -2)), scores.dtype)
        if use_causal_mask:
            seen = tf.range(scores.shape[-2])[:, tf.newaxis] >= tf.range(scores.shape[-1])
            scores = scores - 1e9 * tf.cast(tf.logical_not(seen), scores.dtype)
        weights = tf.nn.softmax(scores, axis=-1)
        if training and self.dropout > 0:
            weights = _random.dropout(weights, self.dropout, seed=self.seed_generator)
        result = tf.matmul(weights, value)
        if mask is not None and mask[0] is not None:
            result = result * tf.cast(tf.expand_dims(mask[0], -1), result.dtype)
        return (result, weights) if return_attention_scores else result


class AdditiveAttention(Attention):
    def __init__(self, use_scale=True, dropout=0.0, **kwargs):
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape):
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=[input_shape[0][-1]], initializer="glorot_uniform")
        self.built = True

    def _scores(self, query, key):
        sums = tf.tanh(tf.expand_dims(query, -2) + tf.expand_dims(key, -3))
        return tf.reduce_sum(sums if self.scale is None else self.scale * sums, axis=-1)


class _Projection(Layer):
    """A dense map between the last axes, spread over heads: an einsum with a bias."""

    def __init__(self, equation, kernel_shape, bias_shape, kernel_initializer, bias_initializer, use_bias, name):
        super().__init__(name=name)
        self.equation = equation
        self.shapes = (tuple(kernel_shape), tuple(bias_shape))
        self.makers = (kernel_initializer, bias_initializer)
        self.bias = None
        self.use_bias = use_bias

    def build(self, input_shape=None):
        self.kernel = self.add_weight(name="kernel", shape=self.shapes[0], initializer=initializers.for_einsum(self.makers[0], self.equation, self.shapes[0]))
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=self.shapes[1], initializer=self.makers[1])
        self.built = True

    def call(self, inputs):
        out = tf.einsum(self.equation, inputs, self.kernel)
        return out if self.bias is None else out + self.bias


class MultiHeadAttention(Layer):
    def __init__(self, num_heads, key_dim, value_dim=None, dropout=0.0, use_bias=True, output_shape=None, attention_axes=None, flash_attention=None, kernel_initializer="glorot_uniform", bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        if attention_axes is not None or kernel_regularizer is not None or bias_regularizer is not None:
            raise NotImplementedError("MultiHeadAttention with attention_axes or regularizers is not supported")
        self.num_heads = num_heads
        self.key_dim = key_dim
        self.value_dim = value_dim or key_dim
        self.dropout = dropout
        self.use_bias = use_bias
        self.wanted = output_shape
        self.makers = (initializers.get(kernel_initializer), initializers.get(bias_initializer))
        object.__setattr__(self, "seed_generator", _random.SeedGenerator(seed) if dropout > 0 else None)

    def build(self, query_shape, value_shape=None, key_shape=None):
        if isinstance(query_shape[0], (list, tuple)):
            raise ValueError("MultiHeadAttention takes its query and value as arguments of their own")
        value_shape = value_shape or query_shape
        key_shape = key_shape or value_shape
        out = self.wanted if self.wanted is not None else query_shape[-1]
        h, dk, dv = self.num_heads, self.key_dim, self.value_dim

        def dense(name, equation, shape, bias_shape):
            layer = _Projection(equation, shape, bias_shape, *self._fresh(), self.use_bias, name)
            with Scope(layer.name):
                layer.build()
            return layer

        self._query_dense = dense("query", "btc,chd->bthd", (query_shape[-1], h, dk), (h, dk))
        self._key_dense = dense("key", "btc,chd->bthd", (key_shape[-1], h, dk), (h, dk))
        self._value_dense = dense("value", "btc,chd->bthd", (value_shape[-1], h, dv), (h, dv))
        self._output_dense = dense("attention_output", "bthd,hdc->btc", (h, dv, out), (out,))
        self.built = True

    def _fresh(self):
        """The initializers of one projection: those without a seed draw anew."""
        return [maker.clone() if hasattr(maker, "clone") else maker for maker in self.makers]

    def _ensure_built(self, inputs):
        if not self.built:
            self.build(tuple(inputs.shape), *self._other_shapes)

    def __call__(self, query, value=None, key=None, **kwargs):
        if value is None:
            raise TypeError("MultiHeadAttention.call() missing 1 required positional argument: 'value'")
        object.__setattr__(self, "_other_shapes", (tuple(value.shape), None if key is None else tuple(key.shape)))
        return super().__call__(query, value, *([] if key is None else [key]), **kwargs)

    def call(self, query, value, key=None, query_mask=None, value_mask=None, key_mask=None, attention_mask=None, return_attention_scores=False, training=None, use_causal_mask=False):
        key = value if key is None else key
        q = self._query_dense(query)
        k = self._key_dense(key)
        v = self._value_dense(value)
        q = q * (1.0 / math.sqrt(float(self.key_dim)))
        scores = tf.einsum("bshd,bthd->bhts", k, q)
        mask = None if attention_mask is None else tf.cast(attention_mask, tf.bool)
        if mask is not None and len(mask.shape) == 3:
            mask = tf.expand_dims(mask, 1)
        if use_causal_mask:
            seen = tf.range(scores.shape[-2])[:, tf.newaxis] >= tf.range(scores.shape[-1])
            mask = seen if mask is None else mask & seen
        if mask is not None:
            scores = scores + (1.0 - tf.cast(mask, scores.dtype)) * -1e9
        weights = tf.nn.softmax(scores, axis=-1)
        kept = _random.dropout(weights, self.dropout, seed=self.seed_generator) if training and self.dropout > 0 else weights
        out = self._output_dense(tf.einsum("bhts,bshd->bthd", kept, v))
        return (out, weights) if return_attention_scores else out
