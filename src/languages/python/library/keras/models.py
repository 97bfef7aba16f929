"""Keras 3's models: Sequential, functional and subclassed, with compile, fit, evaluate and predict."""
import copy
import warnings

import _disk
import numpy as np
import tensorflow as tf
from keras import _native, losses as _losses, metrics as _metrics, optimizers as _optimizers
from keras._base import KerasTensor, Scope, Training, as_tensor, auto_name, flatten, is_symbolic, map_structure
from keras.callbacks import Callback, History
from keras.layers import Input, InputLayer, Layer


class Model(Layer):
    _of_layers = True

    def __new__(cls, *args, **kwargs):
        if cls is Model and (len(args) >= 2 or "inputs" in kwargs):
            cls = Functional
        return Layer.__new__(cls, *args, **kwargs)

    def __init__(self, *args, **kwargs):
        if isinstance(self, Functional):
            return
        self._start_model()
        if args or "inputs" in kwargs:
            # A subclass that is given inputs and outputs of a functional model.
            Functional.__init__(self, *args, **kwargs)
            return
        super().__init__(**kwargs)

    def call(self, *args, **kwargs):
        if "_outputs" in self.__dict__:
            return Functional.call(self, *args, **kwargs)
        return super().call(*args, **kwargs)

    @property
    def input(self):
        return self._inputs

    @property
    def output(self):
        return self._outputs

    @property
    def input_shape(self):
        return map_structure(lambda tensor: tensor.shape, self._inputs)

    @property
    def output_shape(self):
        return map_structure(lambda tensor: tensor.shape, self._outputs)

    def _start_model(self):
        self._start()
        for name, value in (("optimizer", None), ("stop_training", False), ("compiled", False), ("history", None)):
            if name not in self.__dict__:
                object.__setattr__(self, name, value)

    @property
    def layers(self):
        return list(self._all_layers())

    def get_layer(self, name=None, index=None):
        if index is not None:
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"No such layer: {name}. Existing layers are: {[layer.name for layer in self.layers]}.")

    # ── training ────────────────────────────────────────────────────────────

    def compile(self, optimizer="rmsprop", loss=None, loss_weights=None, metrics=None, weighted_metrics=None, run_eagerly=False, steps_per_execution=1, jit_compile="auto", auto_scale_loss=True):
        object.__setattr__(self, "optimizer", _optimizers.get(optimizer))
        object.__setattr__(self, "loss", loss)
        object.__setattr__(self, "_loss_weights", loss_weights)
        object.__setattr__(self, "_wanted_metrics", metrics)
        object.__setattr__(self, "_compiled_metrics", CompileMetrics(self) if metrics else None)
        object.__setattr__(self, "_loss_tracker", _metrics.Mean(name="loss"))
        object.__setattr__(self, "_loss_functions", None)
        object.__setattr__(self, "stop_training", False)
        object.__setattr__(self, "compiled", True)

    @property
    def metrics(self):
        found = [self._loss_tracker] if self.compiled else []
        if self.__dict__.get("_compiled_metrics") is not None:
            found.append(self._compiled_metrics)
        found += self.__dict__.get("_output_trackers", [])
        return found + super().metrics

    @property
    def metrics_names(self):
        return [metric.name for metric in self.metrics]

    def reset_metrics(self):
        for metric in self.metrics:
            metric.reset_state()

    def _output_names(self):
        if "_outputs" not in self.__dict__:
            return []
        return [tensor.history[0].name if tensor.history else tensor.name for tensor in flatten(self._outputs)]

    def _by_output(self, given, count):
        """One for each output, of a list or of a dictionary by their names."""
        if isinstance(given, dict):
            return [given.get(name) for name in self._output_names()]
        if isinstance(given, (list, tuple)) and count > 1:
            return list(given)
        return [given] * count

    def _losses_of(self, outputs):
        if self._loss_functions is None:
            given = self._by_output(self.loss, max(1, len(outputs))) if not isinstance(self.loss, (list, tuple)) else self.loss
            object.__setattr__(self, "_loss_functions", [None if loss is None else _as_loss(loss) for loss in given])
            if len(outputs) > 1:
                names = self._output_names() or [f"output_{k}" for k in range(len(outputs))]
                object.__setattr__(self, "_output_trackers", [_metrics.Mean(name=f"{name}_loss") for name in names])
        return self._loss_functions

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        parts = []
        if self.loss is not None and y is not None:
            outputs, targets = flatten(y_pred), flatten(y)
            weights = self._loss_weights
            if isinstance(y, dict) and self._output_names():
                targets = [y.get(name) for name in self._output_names()]
            weights = None if weights is None else self._by_output(weights, len(outputs))
            for k, (loss, target, output) in enumerate(zip(self._losses_of(outputs), targets, outputs)):
                if loss is None or target is None:
                    continue
                value = loss(target, output, sample_weight)
                if len(outputs) > 1:
                    self._output_trackers[k].update_state(value, sample_weight=float(len(flatten(x)[0])) if x is not None else None)
                parts.append(value if weights is None else value * weights[k])
        parts += self.losses
        if not parts:
            raise ValueError("No loss to compute. Provide a `loss` argument in `compile()`.")
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        if self.__dict__.get("_compiled_metrics") is not None and y is not None:
            self._compiled_metrics.update_state(y, y_pred)
        return self.get_metrics_result()

    def get_metrics_result(self):
        found = {}
        for metric in self.metrics:
            result = metric.result()
            if isinstance(result, dict):
                found.update(result)
            else:
                found[metric.name] = result
        return found

    def train_step(self, data):
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight)
        self._loss_tracker.update_state(loss, sample_weight=float(len(flatten(x)[0])))
        variables = self.trainable_variables
        if variables:
            self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        else:
            warnings.warn("The model does not have any trainable weights.")
        for v in variables:
            if getattr(v, "constraint", None) is not None:
                v.assign(v.constraint(v))
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def test_step(self, data):
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        loss = self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=False)
        self._loss_tracker.update_state(loss, sample_weight=float(len(flatten(x)[0])))
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def predict_step(self, data):
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)

    def fit(self, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, validation_split=0.0, validation_data=None, shuffle=True, class_weight=None, sample_weight=None, initial_epoch=0, steps_per_epoch=None, validation_steps=None, validation_batch_size=None, validation_freq=1):
        self._must_be_compiled()
        verbose = 1 if verbose == "auto" else verbose
        if validation_split and validation_data is None:
            count = int(len(flatten(x)[0]) * (1.0 - validation_split))
            validation_data = (_part(x, slice(count, None)), _part(y, slice(count, None)))
            x, y = _part(x, slice(0, count)), _part(y, slice(0, count))
        data = _Batches(x, y, sample_weight, batch_size, shuffle, class_weight)
        steps = steps_per_epoch or data.steps
        history = History()
        all_callbacks = [*(callbacks if isinstance(callbacks, (list, tuple)) else [callbacks] if callbacks else []), history]
        for callback in all_callbacks:
            callback.set_model(self)
            callback.set_params({"verbose": verbose, "epochs": epochs, "steps": steps})
            callback.on_train_begin()
        self.stop_training = False
        logs = {}
        for epoch in range(initial_epoch, epochs):
            self.reset_metrics()
            for callback in all_callbacks:
                callback.on_epoch_begin(epoch)
            if verbose:
                print(f"Epoch {epoch + 1}/{epochs}")
            done = 0
            for batch in data.epoch(steps_per_epoch):
                for callback in all_callbacks:
                    callback.on_train_batch_begin(done)
                self._clear_losses()
                logs = self.train_step(batch)
                done += 1
                numbers = _numbers(logs)
                for callback in all_callbacks:
                    callback.on_train_batch_end(done - 1, numbers)
                if self.stop_training:
                    break
            logs = _numbers(logs)
            if validation_data is not None and (epoch + 1) % validation_freq == 0:
                x_val, y_val, w_val = unpack_x_y_sample_weight(validation_data) if isinstance(validation_data, (tuple, list)) else (validation_data, None, None)
                found = self.evaluate(x_val, y_val, sample_weight=w_val, batch_size=validation_batch_size or batch_size, verbose=0, return_dict=True, callbacks=[c for c in all_callbacks if not isinstance(c, History)])
                logs = {**logs, **{f"val_{key}": value for key, value in found.items()}}
            if verbose:
                _report(done, steps or done, logs, verbose)
            for callback in all_callbacks:
                callback.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        for callback in all_callbacks:
            callback.on_train_end(logs)
        self.history = history
        return history

    def evaluate(self, x=None, y=None, batch_size=None, verbose="auto", sample_weight=None, steps=None, callbacks=None, return_dict=False, **kwargs):
        self._must_be_compiled()
        data = _Batches(x, y, sample_weight, batch_size, False, None)
        self.reset_metrics()
        logs, done = {}, 0
        callbacks = self._prepared(callbacks)
        for callback in callbacks:
            callback.on_test_begin()
        for batch in data.epoch(steps):
            for callback in callbacks:
                callback.on_test_batch_begin(done)
            self._clear_losses()
            logs = self.test_step(batch)
            for callback in callbacks:
                callback.on_test_batch_end(done, _numbers(logs))
            done += 1
        logs = _numbers(logs)
        for callback in callbacks:
            callback.on_test_end(logs)
        if verbose:
            _report(done, data.steps or done, logs, 1 if verbose == "auto" else verbose)
        if return_dict:
            return logs
        return self._in_order(logs)

    def _in_order(self, logs):
        """The numbers of the metrics, the loss first; a single one by itself."""
        names = [name for metric in self.metrics for name in (metric.names() if isinstance(metric, CompileMetrics) else [metric.name])]
        values = [logs[name] for name in names if name in logs]
        values += [value for name, value in logs.items() if name not in names]
        return values[0] if len(values) == 1 else values

    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
        data = _Batches(x, None, None, batch_size, False, None)
        parts, done = [], 0
        callbacks = self._prepared(callbacks)
        for callback in callbacks:
            callback.on_predict_begin()
        for batch in data.epoch(steps):
            for callback in callbacks:
                callback.on_predict_batch_begin(done)
            parts.append(self.predict_step(batch))
            for callback in callbacks:
                callback.on_predict_batch_end(done, {"outputs": parts[-1]})
            done += 1
        for callback in callbacks:
            callback.on_predict_end()
        if verbose:
            _report(done, data.steps or done, {}, 1 if verbose == "auto" else verbose)
        if isinstance(parts[0], (list, tuple)):
            return [np.concatenate([np.array(part[k]) for part in parts]) for k in range(len(parts[0]))]
        return np.concatenate([part.numpy() for part in parts])

    def predict_on_batch(self, x):
        return self.predict_step(x).numpy()

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        self._must_be_compiled()
        self.reset_metrics()
        self._clear_losses()
        logs = _numbers(self.train_step((map_structure(as_tensor, x), map_structure(as_tensor, y))))
        return logs if return_dict else self._in_order(logs)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        self._must_be_compiled()
        self.reset_metrics()
        logs = _numbers(self.test_step((map_structure(as_tensor, x), map_structure(as_tensor, y))))
        return logs if return_dict else self._in_order(logs)

    def _prepared(self, callbacks):
        callbacks = list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks] if callbacks else []
        for callback in callbacks:
            callback.set_model(self)
        return callbacks

    def _must_be_compiled(self):
        if not self.compiled:
            raise ValueError("You must call `compile()` before using the model.")

    # ── looking ─────────────────────────────────────────────────────────────

    def summary(self, line_length=None, positions=None, print_fn=None, expand_nested=False, show_trainable=False, layer_range=None):
        text = _summary(self, expand_nested, show_trainable)
        if print_fn is None:
            print(text, end="")
        else:
            print_fn(text)

    # ── copies ──────────────────────────────────────────────────────────────

    def get_config(self):
        if isinstance(self, Sequential):
            return {"name": self.name, "trainable": self.trainable, "layers": [_layer_config(layer) for layer in self.layers]}
        return super().get_config()

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        if not str(filepath).endswith((".keras", ".h5", ".hdf5")):
            raise ValueError(
                "Invalid filepath extension for saving. Please add either a `.keras` extension for the native Keras "
                "format (recommended) or a `.h5` extension. Use `model.export(filepath)` if you want to export a "
                f"SavedModel for use with TFLite/TFServing/etc. Received: filepath={filepath}."
            )
        _disk.keep(filepath, _twin(self))

    def export(self, filepath, format="tf_saved_model", verbose=None, input_signature=None, **kwargs):
        tf.saved_model.save(self, str(filepath))

    def save_weights(self, filepath, overwrite=True, **kwargs):
        _check_weights_name(filepath)
        _disk.keep(filepath, _Weights([np.array(value) for value in self.get_weights()]))

    def load_weights(self, filepath, skip_mismatch=False, **kwargs):
        saved = _disk.read(filepath)
        if isinstance(saved, Model):
            self.set_weights(saved.get_weights())
            return
        _check_weights_name(filepath)
        self.set_weights(saved.values)


class _Weights:
    """What a file of weights holds."""

    def __init__(self, values):
        self.values = values


def _check_weights_name(filepath):
    if not str(filepath).endswith(".weights.h5"):
        raise ValueError(f"The filename must end in `.weights.h5`. Received: filepath={filepath}")


def _twin(model):
    """A model of its own with the same weights."""
    out = copy.deepcopy(model)
    if out.optimizer is not None:
        out.optimizer = type(out.optimizer)(**out.optimizer.get_config())
    return out


def _as_loss(loss):
    """Whatever compile takes, as a function of targets, answers and weights that gives one number."""
    loss = _losses.get(loss)
    if isinstance(loss, _losses.Loss):
        return loss
    return lambda y, p, weight=None: _losses.reduce(tf.convert_to_tensor(loss(y, p)), weight)


def unpack_x_y_sample_weight(data):
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    return data + (None,) * (3 - len(data))


def _part(structure, key):
    return map_structure(lambda x: x[key] if not isinstance(x, list) else x[key], structure)


def _numbers(logs):
    """float32 numbers as Python's floats, by name."""
    out = {}
    for key in sorted(logs):
        if isinstance(logs[key], dict):
            out.update(_numbers(logs[key]))
        else:
            out[key] = float(logs[key])
    return out


class CompileMetrics:
    """The metrics that `compile` was given, made when the shapes of targets and answers are known."""

    name = "compile_metrics"

    def __init__(self, model):
        self.model = model
        self.made = None

    def _choose(self, metric, y, y_pred):
        if metric in ("accuracy", "acc"):
            return _metrics.choose_accuracy(tf.convert_to_tensor(y), y_pred)(name=metric)
        return _metrics.get(metric)

    def update_state(self, y, y_pred, sample_weight=None):
        outputs, targets = flatten(y_pred), flatten(y)
        if self.made is None:
            wanted = self.model._wanted_metrics
            if len(outputs) == 1 and isinstance(wanted, dict):
                wanted = list(wanted.values())
            per = self.model._by_output(wanted, len(outputs)) if len(outputs) > 1 else [wanted]
            self.made = [[self._choose(metric, target, output) for metric in flatten([own])] if own is not None else [] for own, target, output in zip(per, targets, outputs)]
        for own, target, output in zip(self.made, targets, outputs):
            for metric in own:
                metric.update_state(target, output)

    def _pairs(self):
        names = self.model._output_names()
        several = self.made is not None and len(self.made) > 1
        return [(f"{names[k]}_{metric.name}" if several else metric.name, metric) for k, own in enumerate(self.made or []) for metric in own]

    def names(self):
        return [name for name, _ in self._pairs()]

    def result(self):
        return {name: metric.result() for name, metric in self._pairs()}

    def reset_state(self):
        for _, metric in self._pairs():
            metric.reset_state()

    @property
    def variables(self):
        return [v for _, metric in self._pairs() for v in metric.variables]


class _Batches:
    """The batches of an epoch."""

    def __init__(self, x, y, sample_weight, batch_size, shuffle, class_weight):
        self.dataset = None
        self.steps = None
        if hasattr(x, "as_numpy_iterator") or hasattr(x, "__next__") or hasattr(x, "__iter__") and not hasattr(x, "shape") and not isinstance(x, (list, tuple, dict)):
            self.dataset = x
            if hasattr(x, "cardinality"):
                count = x.cardinality()
                self.steps = None if int(count) < 0 else int(count)
            return
        convert = lambda value: tf.convert_to_tensor(as_tensor(value))
        if isinstance(x, list) and len(x) > 0 and hasattr(x[0], "shape") and len(x[0].shape) > 0:
            self.x = [convert(part) for part in x]
        elif isinstance(x, (tuple, dict)):
            self.x = map_structure(convert, x)
        else:
            self.x = convert(x)
        self.y = None if y is None else map_structure(convert, y) if isinstance(y, (tuple, dict)) or isinstance(y, list) and hasattr(y[0], "shape") else convert(y)
        if class_weight is not None:
            labels = [int(label) for label in tf.reshape(self.y, [-1]).numpy()]
            sample_weight = [float(class_weight.get(label, 1.0)) for label in labels]
        self.weight = None if sample_weight is None else tf.cast(sample_weight, "float32")
        counts = [int(leaf.shape[0]) for leaf in flatten(self.x)] + ([] if y is None else [int(leaf.shape[0]) for leaf in flatten(self.y)])
        if len(set(counts)) > 1:
            of_x = len(flatten(self.x))
            sizes = [f"'{name}' sizes: {', '.join(map(str, own))}\n" for name, own in (("x", counts[:of_x]), ("y", counts[of_x:])) if own]
            raise ValueError(f"Data cardinality is ambiguous. Make sure all arrays contain the same number of samples.{''.join(sizes)}")
        self.count = counts[0]
        self.batch_size = batch_size or 32
        self.shuffle = shuffle
        self.steps = -(-self.count // self.batch_size)

    def epoch(self, steps=None):
        if self.dataset is not None:
            for k, batch in enumerate(self.dataset):
                if steps is not None and k >= steps:
                    break
                yield batch
            return
        order = tf.constant(_native.order(self.count)) if self.shuffle else None
        for k, start in enumerate(range(0, self.count, self.batch_size)):
            if steps is not None and k >= steps:
                break
            if order is None:
                pick = lambda value: value[start : start + self.batch_size]
            else:
                pick = lambda value: tf.gather(value, order[start : start + self.batch_size])
            x = map_structure(pick, self.x)
            if self.y is None:
                yield (x,) if isinstance(x, (list, tuple, dict)) else x
                continue
            y = map_structure(pick, self.y)
            yield (x, y) if self.weight is None else (x, y, pick(self.weight))


def _report(done, steps, logs, verbose):
    """The line that Keras ends an epoch with; the time is not measured here."""
    shown = "".join(f" - {key}: {_short(value)}" for key, value in logs.items())
    if verbose == 2:
        print(f"{done}/{steps} - 0s - 0s/step{shown}")
    else:
        print(f"{done}/{steps} ━━━━━━━━━━━━━━━━━━━━ 0s 0s/step{shown}")


def _short(value):
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"


# ── Sequential ──────────────────────────────────────────────────────────────


class Sequential(Model):
    def __init__(self, layers=None, trainable=True, name=None):
        self._start_model()
        Layer.__init__(self, trainable=trainable, name=name)
        object.__setattr__(self, "_stack", [])
        object.__setattr__(self, "_has_input", False)
        object.__setattr__(self, "_shape", None)
        for layer in layers or []:
            self._append(layer)
        self._maybe_build()

    def add(self, layer, rebuild=True):
        self._append(layer)
        self._maybe_build()

    def pop(self, rebuild=True):
        layer = self._stack.pop()
        self._layers.remove(layer)
        return layer

    def _append(self, layer):
        if isinstance(layer, KerasTensor):
            object.__setattr__(self, "_shape", layer.shape)
            object.__setattr__(self, "_has_input", True)
            return
        if isinstance(layer, InputLayer):
            object.__setattr__(self, "_has_input", True)
            object.__setattr__(self, "_shape", layer.batch_shape)
            return
        if callable(layer) and not isinstance(layer, Layer):
            from keras.layers import Lambda

            layer = Lambda(layer)
        if not isinstance(layer, Layer):
            raise ValueError(f"Only instances of `keras.Layer` can be added to a Sequential model. Received: {layer} (of type {type(layer)})")
        if not self._stack and self._shape is None and layer._input_shape is not None:
            object.__setattr__(self, "_shape", (None,) + layer._input_shape)
        self._stack.append(layer)
        self._track(layer)

    def _maybe_build(self):
        if self._shape is not None and self._stack:
            self.build(self._shape)

    def build(self, input_shape=None):
        shape = input_shape if input_shape is not None else self._shape
        if shape is None:
            raise ValueError(f"Sequential model {self.name} needs an input shape to be built.")
        object.__setattr__(self, "_shape", tuple(shape))
        if not self._has_input:
            # Keras makes an input layer of its own.
            auto_name("input_layer")
            object.__setattr__(self, "_has_input", True)
        x = KerasTensor(self._shape, name="input")
        object.__setattr__(self, "inputs", [x])
        with Scope(self.name):
            for layer in self._stack:
                x = layer(x)
        object.__setattr__(self, "outputs", [x])
        object.__setattr__(self, "built", True)

    @property
    def layers(self):
        return list(self._stack)

    @property
    def input_shape(self):
        return self._shape

    @property
    def output_shape(self):
        return self.outputs[0].shape

    @property
    def input(self):
        return self.inputs[0]

    @property
    def output(self):
        return self.outputs[0]

    def call(self, inputs, training=None, mask=None):
        x = inputs
        for layer in self._stack:
            x = layer(x, training=training)
        return x


# ── functional ──────────────────────────────────────────────────────────────


class Functional(Model):
    def __init__(self, inputs=None, outputs=None, name=None, trainable=True, **kwargs):
        self._start_model()
        Layer.__init__(self, name=name or auto_name("functional" if type(self) in (Functional, Model) else type(self).__name__.lower()), trainable=trainable)
        object.__setattr__(self, "_inputs", inputs)
        object.__setattr__(self, "_outputs", outputs)
        object.__setattr__(self, "inputs", flatten(inputs))
        object.__setattr__(self, "outputs", flatten(outputs))
        for tensor in self.inputs:
            if isinstance(tensor, KerasTensor) and tensor.history is None and hasattr(tensor, "layer"):
                self._layers.append(tensor.layer)
        for layer in _layers_behind(self.outputs, self.inputs):
            if not any(layer is one for one in self._layers):
                self._layers.append(layer)
        object.__setattr__(self, "built", True)

    def call(self, inputs, training=None, mask=None):
        for tensor, value in zip(self.inputs, flatten(inputs) if not isinstance(inputs, dict) else []):
            own, given = tuple(tensor.shape), tuple(value.shape)
            if len(own) == len(given) and any(n is not None and m != n for n, m in zip(own, given)):
                raise ValueError(f"Input 0 with name '{tensor.layer.name if hasattr(tensor, 'layer') else tensor.name}' of layer '{self.name}' is incompatible with the layer: expected shape={own}, found shape={given}")
        if isinstance(inputs, dict):
            by_name = [inputs[tensor.layer.name] if hasattr(tensor, "layer") and tensor.layer.name in inputs else None for tensor in self.inputs]
            given = by_name if all(value is not None for value in by_name) else flatten(inputs)
        else:
            given = flatten(inputs)
        known = {id(tensor): value for tensor, value in zip(self.inputs, given)}
        results = {}

        def value_of(x):
            if not isinstance(x, KerasTensor):
                return x
            if id(x) in known:
                return known[id(x)]
            if x.history is None:
                raise ValueError(f"{x} is not an input of the model {self.name}")
            node = id(x.history)
            if node not in results:
                layer, arguments, rest, kwargs = x.history
                results[node] = layer(map_structure(value_of, arguments), *[map_structure(value_of, arg) for arg in rest], **kwargs)
            out = results[node]
            known[id(x)] = out if x.index is None else flatten(out)[x.index]
            return known[id(x)]

        return map_structure(value_of, self._outputs)


def _layers_behind(outputs, inputs):
    """Every layer between inputs and outputs, earlier ones first."""
    found, seen = [], {id(tensor) for tensor in inputs}

    def visit(tensor):
        if not isinstance(tensor, KerasTensor) or id(tensor) in seen:
            return
        seen.add(id(tensor))
        if tensor.history is None:
            return
        layer, arguments, rest, _ = tensor.history
        for part in flatten([arguments, list(rest)]):
            visit(part)
        if not any(layer is one for one in found):
            found.append(layer)

    for output in outputs:
        visit(output)
    return found


def _layer_config(layer):
    return {"module": "keras.layers", "class_name": type(layer).__name__, "config": layer.get_config(), "registered_name": None}


def _copy_of(layer):
    """A new layer made as this one was, with its name."""
    args, kwargs = layer._made_with
    made = type(layer)(*args, **{**kwargs, "name": layer.name})
    made.trainable = layer.trainable
    return made


def clone_model(model, input_tensors=None, clone_function=None, **kwargs):
    clone = clone_function or _copy_of
    if isinstance(model, Sequential):
        made = type(model)([clone(layer) for layer in model.layers], name=model.name)
        if model._shape is not None and not made.built:
            made.build(model._shape)
        return made
    if "_outputs" not in model.__dict__:
        raise ValueError(f"Expected `model` argument to be a functional `Model` instance, or a `Sequential` model. Received: model={model}")
    layers, tensors = {}, {}
    for tensor in model.inputs:
        tensors[id(tensor)] = Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.layer.name if hasattr(tensor, "layer") else None)

    def again(x):
        if not isinstance(x, KerasTensor):
            return x
        if id(x) not in tensors:
            layer, arguments, rest, given = x.history
            if id(layer) not in layers:
                layers[id(layer)] = clone(layer)
            out = layers[id(layer)](map_structure(again, arguments), *[map_structure(again, arg) for arg in rest], **given)
            tensors[id(x)] = out if x.index is None else flatten(out)[x.index]
        return tensors[id(x)]

    outputs = map_structure(again, model._outputs)
    return Model(map_structure(again, model._inputs), outputs, name=model.name)


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    if _disk.is_file(filepath):
        return _twin(_disk.read(filepath))
    if str(filepath).endswith(".keras"):
        raise ValueError(f"File not found: filepath={filepath}. Please ensure the file is an accessible `.keras` zip file.")
    if str(filepath).endswith((".h5", ".hdf5")):
        raise FileNotFoundError(2, f"Unable to synchronously open file (unable to open file: name = '{filepath}', errno = 2, error message = 'No such file or directory', flags = 0, o_flags = 0)")
    raise ValueError(
        f"File format not supported: filepath={filepath}. Keras 3 only supports V3 `.keras` files, legacy H5 format files "
        "(`.h5` extension). Note that the legacy SavedModel format is not supported by `load_model()` in Keras 3. In order to "
        "reload a TensorFlow SavedModel as an inference-only layer in Keras 3, use "
        f"`keras.layers.TFSMLayer({filepath}, call_endpoint='serving_default')` (note that your `call_endpoint` might have a different name)."
    )


def save_model(model, filepath, overwrite=True, **kwargs):
    model.save(filepath, overwrite)


# ── summary ─────────────────────────────────────────────────────────────────


def _summary(model, expand_nested=False, show_trainable=False):
    """The table that Keras 3 prints through rich, 76 columns wide."""
    linear = "_outputs" not in model.__dict__ or _is_chain(model)
    widths = (31, 22, 13) if linear else (19, 17, 10, 17)
    if show_trainable:
        widths = (27, 19, 11, 7) if linear else (16, 14, 8, 16, 7)
    head = ["Layer (type)", "Output Shape", "Param #"] + ([] if linear else ["Connected to"]) + (["Trainable"] if show_trainable else [])

    def row(bar, cells):
        columns = [_wrapped(cell, width) for cell, width in zip(cells, widths)]
        out = ""
        for k in range(max(len(column) for column in columns)):
            texts = [column[k] if k < len(column) else "" for column in columns]
            out += bar + bar.join(f" {text.rjust(width) if at == 2 else text.ljust(width)} " for at, (text, width) in enumerate(zip(texts, widths))) + bar + "\n"
        return out

    def line(left, fill, middle, right):
        return left + middle.join(fill * (width + 2) for width in widths) + right + "\n"

    out = f'Model: "{model.name}"\n'
    out += line("┏", "━", "┳", "┓") + row("┃", head) + line("┡", "━", "╇", "┩")
    first = True

    def add(layer, prefix):
        nonlocal out, first
        cells = [f"{prefix}{layer.name} ({getattr(layer, '_is_operation', type(layer).__name__)})", _shape_text(layer)]
        cells.append(f"{layer.count_params():,}" if layer.built else "0 (unbuilt)")
        if not linear:
            cells.append(_connections(layer))
        if show_trainable:
            cells.append("Y" if layer.trainable and layer.weights else "N" if layer.weights else "-")
        out += ("" if first else line("├", "─", "┼", "┤")) + row("│", cells)
        first = False
        if expand_nested and isinstance(layer, Model):
            for inner in layer.layers:
                add(inner, "   " + prefix.replace("└ ", "   ") + "└ " if prefix else "   └ ")

    for layer in model.layers:
        add(layer, "")
    out += line("└", "─", "┴", "┘")
    trainable, fixed = model.trainable_variables, model.non_trainable_variables
    of_optimizer = list(model.optimizer.variables) if model.optimizer is not None and model.optimizer.built else []
    for words, variables in (("Total", trainable + fixed + of_optimizer), ("Trainable", trainable), ("Non-trainable", fixed), ("Optimizer", of_optimizer)):
        if words != "Optimizer" or variables:
            out += f" {words} params: {_count(variables):,} ({_bytes(variables)})\n"
    return out


def _shape_text(layer):
    if "_symbolic_output" in layer.__dict__:
        shapes = [str(tensor.shape) for tensor in flatten(layer.__dict__["_symbolic_output"])]
        return shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]"
    if "outputs" in layer.__dict__:
        return str(layer.outputs[0].shape)
    if "_build_shape" not in layer.__dict__:
        return "?"
    try:
        return str(layer.compute_output_shape(layer._build_shape))
    except Exception:
        return "?"


def _sources(layer):
    """The layers whose answers a layer takes."""
    if isinstance(layer, InputLayer) or "_symbolic_output" not in layer.__dict__:
        return []
    history = flatten(layer.__dict__["_symbolic_output"])[0].history
    parts = [] if history is None else flatten([history[1], list(history[2])])
    return [part.layer if part.history is None else part.history[0] for part in parts if isinstance(part, KerasTensor) and (part.history is not None or hasattr(part, "layer"))]


def _connections(layer):
    return ", ".join(f"{source.name}[0][0]" for source in _sources(layer)) or "-"


def _is_chain(model):
    """Whether every layer takes what the one before gives."""
    layers = model.layers
    return all(len(_sources(layer)) == 1 and _sources(layer)[0] is before for before, layer in zip(layers, layers[1:]))


def _wrapped(text, width):
    """Lines of at most `width` characters, broken between words; what is longer ends in an ellipsis."""
    lines = [text[: len(text) - len(text.lstrip())]]
    for word in text.lstrip().split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1].strip() else lines[-1] + word
        if len(joined) <= width or not lines[-1].strip():
            lines[-1] = joined
        else:
            lines.append(word)
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines]


def _count(variables):
    total = 0
    for v in variables:
        count = 1
        for length in v.shape:
            count *= int(length)
        total += count
    return total


def _bytes(variables):
    size = sum(_count([v]) * (8 if v.dtype.name in ("int64", "float64") else 4) for v in variables)
    for unit, scale in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if size >= scale:
            return f"{size / scale:.2f} {unit}"
    return f"{size:.2f} B"
