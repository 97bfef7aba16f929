"""Recurrent layers of Keras 3: cells, and layers that run them over time."""
import tensorflow as tf
from keras import activations, initializers
from keras._base import Scope, auto_name, flatten, snake_case
from keras._layer import Layer
from keras.random import SeedGenerator, dropout


class _Cell(Layer):
    gates = 1
    draws_first = False

    def __init__(self, units, activation="tanh", recurrent_activation="sigmoid", use_bias=True, kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal", bias_initializer="zeros", kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, unit_forget_bias=True, reset_after=True, dropout=0.0, recurrent_dropout=0.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        # Keras makes a generator for dropout, which draws a seed even where none is dropped: here before, there after.
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self._drops = [None, None]
        if self.draws_first:
            object.__setattr__(self, "seed_generator", SeedGenerator(seed))
        self._makers = (initializers.get(kernel_initializer), initializers.get(recurrent_initializer), initializers.get(bias_initializer))
        if not self.draws_first:
            object.__setattr__(self, "seed_generator", SeedGenerator(seed))
        self._penalties = (kernel_regularizer, recurrent_regularizer, bias_regularizer)
        self.unit_forget_bias = unit_forget_bias
        self.reset_after = reset_after
        self.bias = None

    @property
    def state_size(self):
        return self.units

    @property
    def output_size(self):
        return self.units

    def build(self, input_shape):
        width = self.units * self.gates
        kernel, recurrent, bias = self._makers
        penalties = self._penalties
        self.kernel = self.add_weight(shape=(input_shape[-1], width), initializer=kernel, regularizer=penalties[0], name="kernel")
        self.recurrent_kernel = self.add_weight(shape=(self.units, width), initializer=recurrent, regularizer=penalties[1], name="recurrent_kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=self.bias_shape(width), initializer=self.bias_start(bias), regularizer=penalties[2], name="bias")
        self.built = True

    def bias_shape(self, width):
        return (width,)

    def bias_start(self, bias):
        return bias

    def get_initial_state(self, batch_size=None):
        return [tf.zeros([batch_size, self.units])]

    def call(self, inputs, states, training=False):
        states = list(states) if isinstance(states, (list, tuple)) else [states]
        return self.step(inputs, states, training)

    # With dropout of states each gate drops for itself.
    def _dropped(self, which, x, training):
        """`x` for each gate, with what is dropped in all steps of this call."""
        rate = (self.dropout, self.recurrent_dropout)[which]
        each = self.gates if self.recurrent_dropout > 0 and self.gates > 1 else 1
        if rate == 0 or not (training or self.draws_first):
            return [x] * self.gates
        if self._drops[which] is None:
            self._drops[which] = [dropout(tf.ones_like(x), rate, seed=self.seed_generator) for _ in range(each)]
        if not training:
            return [x] * self.gates
        masks = self._drops[which]
        return [x * mask for mask in masks] if each > 1 else [x * masks[0]] * self.gates

    def forget_dropout(self):
        object.__setattr__(self, "_drops", [None, None])

    def _times(self, parts, matrix):
        """Each gate's part times its columns of the matrix, side by side."""
        if all(part is parts[0] for part in parts):
            return tf.matmul(parts[0], matrix)
        n = self.units
        return tf.concat([tf.matmul(part, matrix[:, k * n : (k + 1) * n]) for k, part in enumerate(parts)], axis=-1)


class SimpleRNNCell(_Cell):
    draws_first = True

    def step(self, x, states, training):
        (x,), (before,) = self._dropped(0, x, training), self._dropped(1, states[0], training)
        h = tf.matmul(x, self.kernel)
        if self.bias is not None:
            h = h + self.bias
        out = self.activation(h + tf.matmul(before, self.recurrent_kernel))
        return out, [out]


class LSTMCell(_Cell):
    gates = 4

    @property
    def state_size(self):
        return [self.units, self.units]

    def bias_start(self, bias):
        if not self.unit_forget_bias:
            return bias
        n = self.units
        return lambda shape, dtype=None: tf.concat([bias((n,)), tf.ones([n]), bias((n * 2,))], axis=-1)

    def get_initial_state(self, batch_size=None):
        return [tf.zeros([batch_size, self.units]), tf.zeros([batch_size, self.units])]

    def step(self, x, states, training):
        h, c = states
        x, h = self._dropped(0, x, training), self._dropped(1, h, training)
        z = self._times(x, self.kernel) + self._times(h, self.recurrent_kernel)
        if self.bias is not None:
            z = z + self.bias
        i, f, g, o = tf.split(z, 4, axis=-1)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(g)
        h = self.recurrent_activation(o) * self.activation(c)
        return h, [h, c]


class GRUCell(_Cell):
    gates = 3

    def bias_shape(self, width):
        return (2, width) if self.reset_after else (width,)

    def step(self, x, states, training):
        h = states[0]
        n = self.units
        own = self._times(self._dropped(0, x, training), self.kernel)
        kept = self._dropped(1, h, training)
        if self.bias is not None:
            own = own + (self.bias[0] if self.reset_after else self.bias)
        if self.reset_after:
            inner = self._times(kept, self.recurrent_kernel)
            if self.bias is not None:
                inner = inner + self.bias[1]
        else:
            inner = self._times(kept[:2], self.recurrent_kernel[:, : 2 * n])
        z = self.recurrent_activation(own[:, :n] + inner[:, :n])
        r = self.recurrent_activation(own[:, n : 2 * n] + inner[:, n : 2 * n])
        if self.reset_after:
            candidate = self.activation(own[:, 2 * n :] + r * inner[:, 2 * n :])
        else:
            candidate = self.activation(own[:, 2 * n :] + tf.matmul(r * kept[2], self.recurrent_kernel[:, 2 * n :]))
        out = z * h + (1.0 - z) * candidate
        return out, [out]


class RNN(Layer):
    """Runs a cell over the second axis."""

    _ndim = 3

    def __init__(self, cell, return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False, zero_output_for_mask=False, **kwargs):
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.zero_output_for_mask = zero_output_for_mask
        self._state = None

    def build(self, input_shape):
        shape = input_shape if isinstance(input_shape[0], (int, type(None))) else input_shape[0]
        if isinstance(self.cell, Layer) and not self.cell.built:
            with Scope(self.cell.name):
                self.cell.build((shape[0], shape[2]))
                self.cell.built = True
        self.built = True

    def reset_states(self):
        self._state = None

    reset_state = reset_states

    def call(self, inputs, initial_state=None, mask=None, training=False):
        if isinstance(inputs, (list, tuple)):
            inputs, initial_state = inputs[0], list(inputs[1:])
        batch, steps = inputs.shape[0], inputs.shape[1]
        if initial_state is None and self.stateful and self._state is not None:
            initial_state = self._state
        states = list(flatten(initial_state)) if initial_state is not None else list(self.cell.get_initial_state(batch_size=batch))
        outputs = []
        for step in reversed(range(steps)) if self.go_backwards else range(steps):
            out, after = self.cell(inputs[:, step], states, training=training) if isinstance(self.cell, (_Cell, StackedRNNCells)) else self.cell(inputs[:, step], states)
            after = list(after) if isinstance(after, (list, tuple)) else [after]
            if mask is not None:
                # A step that does not count leaves everything as it was.
                seen = mask[:, step : step + 1]
                before = outputs[-1] if outputs and not self.zero_output_for_mask else tf.zeros_like(out)
                out = tf.where(seen, out, before)
                after = [tf.where(seen, new, old) for new, old in zip(flatten(after), flatten(states))]
            states = after
            outputs.append(out)
        if isinstance(self.cell, (_Cell, StackedRNNCells)):
            self.cell.forget_dropout()
        if self.stateful:
            self._state = [tf.stop_gradient(state) for state in states]
        result = tf.stack(outputs, axis=1) if self.return_sequences else outputs[-1]
        return (result, *flatten(states)) if self.return_state else result


    def compute_mask(self, inputs, mask=None):
        mask = flatten(mask)[0]
        own = mask if self.return_sequences else None
        return [own, *[None] * len(flatten(self.cell.state_size))] if self.return_state else own


class StackedRNNCells(Layer):
    def __init__(self, cells, **kwargs):
        super().__init__(**kwargs)
        self.cells = list(cells)

    @property
    def state_size(self):
        return [cell.state_size for cell in self.cells]

    def get_initial_state(self, batch_size=None):
        return [cell.get_initial_state(batch_size=batch_size) for cell in self.cells]

    def call(self, inputs, states, training=False):
        left = list(flatten(states))
        out, after = inputs, []
        for cell in self.cells:
            count = len(cell.state_size) if isinstance(cell.state_size, list) else 1
            out, new = cell(out, left[:count], training=training) if isinstance(cell, _Cell) else cell(out, left[:count])
            left = left[count:]
            after.append(new)
        return out, after

    def forget_dropout(self):
        for cell in self.cells:
            if isinstance(cell, _Cell):
                cell.forget_dropout()


class _OfCell(RNN):
    """A layer with a cell of its own, whose options it takes."""

    def __init__(self, units, return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False, use_cudnn="auto", **kwargs):
        own = {key: kwargs.pop(key) for key in ("name", "trainable", "dtype", "input_shape", "batch_input_shape", "activity_regularizer") if key in kwargs}
        kwargs.pop("time_major", None)
        kwargs.pop("implementation", None)
        cell = self.cell_type(units, name=snake_case(self.cell_type.__name__), **kwargs)
        super().__init__(cell, return_sequences=return_sequences, return_state=return_state, go_backwards=go_backwards, stateful=stateful, **own)

    @property
    def units(self):
        return self.cell.units


class SimpleRNN(_OfCell):
    cell_type = SimpleRNNCell


class LSTM(_OfCell):
    cell_type = LSTMCell


class GRU(_OfCell):
    cell_type = GRUCell


class Wrapper(Layer):
    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer


class TimeDistributed(Wrapper):
    _masks = True

    def build(self, input_shape):
        if not self.layer.built:
            with Scope(self.layer.name):
                self.layer.build((input_shape[0],) + tuple(input_shape[2:]))
                self.layer.built = True
        self.built = True

    def call(self, inputs, training=None):
        return tf.stack([self.layer(inputs[:, step]) for step in range(inputs.shape[1])], axis=1)


class Bidirectional(Wrapper):
    def __init__(self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs):
        if merge_mode not in ("sum", "mul", "ave", "concat", None):
            raise ValueError(f"Invalid merge mode. Received: {merge_mode}. Merge mode should be one of {{\"sum\", \"mul\", \"ave\", \"concat\", None}}")
        super().__init__(layer, **kwargs)
        args, given = layer._made_with
        given = {key: value for key, value in given.items() if key != "name"}
        self.forward_layer = type(layer)(*args, **given, name="forward_" + layer.name)
        if backward_layer is None:
            backward_layer = type(layer)(*args, **{**given, "go_backwards": not given.get("go_backwards", False)}, name="backward_" + layer.name)
        self.backward_layer = backward_layer
        self.merge_mode = merge_mode
        self._layers.remove(layer)

    def build(self, input_shape):
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                with Scope(layer.name):
                    layer.build(input_shape)
        self.built = True

    def compute_mask(self, inputs, mask=None):
        mask = flatten(mask)[0]
        own = (mask if self.merge_mode is not None else (mask, mask)) if self.forward_layer.return_sequences else None
        if self.forward_layer.return_state:
            states = [None] * (2 * len(flatten(self.forward_layer.cell.state_size)))
            return [*(own if isinstance(own, tuple) else [own]), *states]
        return own

    def call(self, inputs, initial_state=None, mask=None, training=None):
        y = self.forward_layer(inputs, mask=mask)
        z = self.backward_layer(inputs, mask=mask)
        states = []
        if self.forward_layer.return_state:
            (y, *first), (z, *second) = y, z
            states = [*first, *second]
        if self.forward_layer.return_sequences:
            z = tf.reverse(z, [1])
        if self.merge_mode == "concat":
            out = tf.concat([y, z], axis=-1)
        elif self.merge_mode == "sum":
            out = y + z
        elif self.merge_mode == "ave":
            out = (y + z) / 2
        elif self.merge_mode == "mul":
            out = y * z
        else:
            out = (y, z)
        return (out, *states) if states else out
