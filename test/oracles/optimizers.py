"""Steps of the optimizers on a quartic bowl, in float64.

Keras rounds rates to float32 on the way; the "exact" ones are powers of two, which that leaves alone.

Usage: python optimizers.py keras|torch > ../fixtures/engine/optimizers-<framework>.json
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
START = [1.5, -0.75, 0.2]
STEPS = 12
E = 2.0 ** -20


def gradient(w):
    """Of w₀⁴/4 + 2w₁² + w₀w₁ + w₂²/2."""
    return [w[0] ** 3 + w[1], 4 * w[1] + w[0], w[2]]


def keras():
    import keras
    keras.backend.set_floatx("float64")
    o = keras.optimizers
    makers = {
        "sgd": lambda: o.SGD(0.05), "momentum": lambda: o.SGD(0.05, momentum=0.9),
        "nesterov": lambda: o.SGD(0.05, momentum=0.9, nesterov=True), "adagrad": lambda: o.Adagrad(),
        "rmsprop": lambda: o.RMSprop(), "rmsprop centered": lambda: o.RMSprop(0.01, momentum=0.5, centered=True),
        "adam": lambda: o.Adam(), "amsgrad": lambda: o.Adam(0.1, amsgrad=True), "adamw": lambda: o.AdamW(0.01),
        "adamax": lambda: o.Adamax(),
        "exact nesterov": lambda: o.SGD(0.0625, momentum=0.875, nesterov=True),
        "exact momentum": lambda: o.SGD(0.0625, momentum=0.875),
        "exact adagrad": lambda: o.Adagrad(0.0625, initial_accumulator_value=0.125, epsilon=E),
        "exact rmsprop": lambda: o.RMSprop(0.0625, rho=0.875, momentum=0.5, centered=True, epsilon=E),
        "exact adam": lambda: o.Adam(0.0625, beta_1=0.875, beta_2=0.96875, epsilon=E),
        "exact amsgrad": lambda: o.Adam(0.0625, beta_1=0.875, beta_2=0.96875, epsilon=E, amsgrad=True),
        "exact adamw": lambda: o.AdamW(0.0625, beta_1=0.875, beta_2=0.96875, epsilon=E, weight_decay=0.125),
        "exact adamax": lambda: o.Adamax(0.0625, beta_1=0.875, beta_2=0.96875, epsilon=E),
    }

    def run(make):
        optimizer, w = make(), keras.Variable(START, dtype="float64")
        path = []
        for _ in range(STEPS):
            g = keras.ops.convert_to_tensor(gradient(w.numpy().tolist()), "float64")
            optimizer.apply([g], [w])
            path.append(w.numpy().tolist())
        return path
    return makers, run


def torch():
    import torch as t
    o = t.optim
    makers = {
        "sgd": lambda p: o.SGD(p, 0.05), "momentum": lambda p: o.SGD(p, 0.05, momentum=0.9),
        "nesterov": lambda p: o.SGD(p, 0.05, momentum=0.9, nesterov=True), "adagrad": lambda p: o.Adagrad(p),
        "rmsprop": lambda p: o.RMSprop(p), "rmsprop centered": lambda p: o.RMSprop(p, 0.01, momentum=0.5, centered=True),
        "adam": lambda p: o.Adam(p), "amsgrad": lambda p: o.Adam(p, 0.1, amsgrad=True),
        "adamw": lambda p: o.AdamW(p, 0.01), "adamax": lambda p: o.Adamax(p),
    }

    def run(make):
        w = t.tensor(START, dtype=t.float64, requires_grad=True)
        optimizer = make([w])
        path = []
        for _ in range(STEPS):
            w.grad = t.tensor(gradient(w.tolist()), dtype=t.float64)
            optimizer.step()
            path.append(w.tolist())
        return path
    return makers, run


makers, run = {"keras": keras, "torch": torch}[sys.argv[1]]()
print(json.dumps({name: run(make) for name, make in makers.items()}, indent=0))
