"""Steps of the optimizers on two functions, and rates of the schedules, in float64.

Keras rounds rates to float32 on the way; the "exact" ones are powers of two, which that leaves alone.

Usage: python optimizers.py keras|torch > ../fixtures/engine/optimizers-<framework>.json
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
STEPS = 20
E = 2.0 ** -20


def quartic(w):
    """Of w₀⁴/4 + 2w₁² + w₀w₁ + w₂²/2."""
    return [w[0] ** 3 + w[1], 4 * w[1] + w[0], w[2]]


def valley(w):
    """Of log(1 + (w₀ − 1)²) + (w₁ − w₀²)²/2 + w₂⁴/4."""
    d, e = w[0] - 1, w[1] - w[0] ** 2
    return [2 * d / (1 + d * d) - 2 * w[0] * e, e, w[2] ** 3]


PROBLEMS = [(quartic, [1.5, -0.75, 0.2]), (valley, [-0.5, 0.8, 1.2])]


def keras():
    import keras
    keras.backend.set_floatx("float64")
    o, s = keras.optimizers, keras.optimizers.schedules
    exact = {"beta_1": 0.875, "beta_2": 0.96875, "epsilon": E}
    makers = {
        "sgd": lambda: o.SGD(0.05), "momentum": lambda: o.SGD(0.05, momentum=0.9),
        "nesterov": lambda: o.SGD(0.05, momentum=0.9, nesterov=True),
        "sgd decayed": lambda: o.SGD(0.05, weight_decay=0.1),
        "adagrad": lambda: o.Adagrad(), "adadelta": lambda: o.Adadelta(), "adadelta fast": lambda: o.Adadelta(1.0),
        "rmsprop": lambda: o.RMSprop(), "rmsprop centered": lambda: o.RMSprop(0.01, momentum=0.5, centered=True),
        "adam": lambda: o.Adam(), "amsgrad": lambda: o.Adam(0.1, amsgrad=True), "adamw": lambda: o.AdamW(0.01),
        "adamax": lambda: o.Adamax(), "nadam": lambda: o.Nadam(), "lion": lambda: o.Lion(),
        "lion decayed": lambda: o.Lion(0.05, weight_decay=0.1),
        "adam, cosine": lambda: o.Adam(s.CosineDecay(0.01, 10, alpha=0.1, warmup_target=0.1, warmup_steps=5)),
        "momentum, exponential": lambda: o.SGD(s.ExponentialDecay(0.05, 5, 0.5), momentum=0.9),
        "exact nesterov": lambda: o.SGD(0.0625, momentum=0.875, nesterov=True),
        "exact momentum": lambda: o.SGD(0.0625, momentum=0.875),
        "exact adagrad": lambda: o.Adagrad(0.0625, initial_accumulator_value=0.125, epsilon=E),
        "exact adadelta": lambda: o.Adadelta(0.5, rho=0.875, epsilon=E),
        "exact rmsprop": lambda: o.RMSprop(0.0625, rho=0.875, momentum=0.5, centered=True, epsilon=E),
        "exact adam": lambda: o.Adam(0.0625, **exact),
        "exact amsgrad": lambda: o.Adam(0.0625, amsgrad=True, **exact),
        "exact adamw": lambda: o.AdamW(0.0625, weight_decay=0.125, **exact),
        "exact adamax": lambda: o.Adamax(0.0625, **exact),
        "exact lion": lambda: o.Lion(0.0625, beta_1=0.875, beta_2=0.96875),
    }

    def run(make, gradient, start):
        optimizer, w = make(), keras.Variable(start, dtype="float64")
        path = []
        for _ in range(STEPS):
            g = keras.ops.convert_to_tensor(gradient(w.numpy().tolist()), "float64")
            optimizer.apply([g], [w])
            path.append(w.numpy().tolist())
        return path

    def rates(schedule):
        return [float(keras.ops.convert_to_numpy(schedule(step))) for step in range(25)]
    schedules = {
        "exponential": s.ExponentialDecay(0.1, 7, 0.5), "exponential staircase": s.ExponentialDecay(0.1, 7, 0.5, True),
        "piecewise constant": s.PiecewiseConstantDecay([4, 10, 15], [0.1, 0.05, 0.01, 0.002]),
        "polynomial": s.PolynomialDecay(0.1, 12), "polynomial cycle": s.PolynomialDecay(0.1, 7, 0.01, 2.0, cycle=True),
        "inverse time": s.InverseTimeDecay(0.1, 5, 0.5), "inverse time staircase": s.InverseTimeDecay(0.1, 5, 0.5, True),
        "cosine": s.CosineDecay(0.1, 15, alpha=0.05),
        "cosine with warm-up": s.CosineDecay(0.01, 15, warmup_target=0.2, warmup_steps=6),
    }
    return makers, run, {name: rates(schedule) for name, schedule in schedules.items()}


def torch():
    import torch as t
    t.set_default_dtype(t.float64)
    o, s = t.optim, t.optim.lr_scheduler
    makers = {
        "sgd": lambda p: o.SGD(p, 0.05), "momentum": lambda p: o.SGD(p, 0.05, momentum=0.9),
        "nesterov": lambda p: o.SGD(p, 0.05, momentum=0.9, nesterov=True),
        "sgd decayed": lambda p: o.SGD(p, 0.05, weight_decay=0.1),
        "nesterov decayed": lambda p: o.SGD(p, 0.05, momentum=0.9, nesterov=True, weight_decay=0.1),
        "adagrad": lambda p: o.Adagrad(p), "adadelta": lambda p: o.Adadelta(p),
        "rmsprop": lambda p: o.RMSprop(p), "rmsprop centered": lambda p: o.RMSprop(p, 0.01, momentum=0.5, centered=True),
        "adam": lambda p: o.Adam(p), "amsgrad": lambda p: o.Adam(p, 0.1, amsgrad=True),
        "adamw": lambda p: o.AdamW(p, 0.01), "adamax": lambda p: o.Adamax(p), "nadam": lambda p: o.NAdam(p),
        "radam": lambda p: o.RAdam(p), "radam fast": lambda p: o.RAdam(p, 0.1, betas=(0.8, 0.9)),
        "momentum, one cycle": lambda p: o.SGD(p, 0.05, momentum=0.9),
        "adam, step": lambda p: o.Adam(p, 0.1),
    }
    schedulers = {
        "momentum, one cycle": lambda optimizer: s.OneCycleLR(optimizer, 0.1, total_steps=STEPS, cycle_momentum=False),
        "adam, step": lambda optimizer: s.StepLR(optimizer, 6, 0.5),
    }

    def run(make, gradient, start):
        w = t.tensor(start, dtype=t.float64, requires_grad=True)
        optimizer = make([w])
        name = next(name for name, maker in makers.items() if maker is make)
        scheduler = schedulers.get(name, lambda _: None)(optimizer)
        path = []
        for step in range(STEPS):
            w.grad = t.tensor(gradient(w.tolist()), dtype=t.float64)
            optimizer.step()
            if scheduler and step < STEPS - 1:
                scheduler.step()
            path.append(w.tolist())
        return path

    def rates(make, steps=25):
        optimizer = o.SGD([t.zeros(1, requires_grad=True)], 0.1)
        scheduler = make(optimizer)
        out = []
        for step in range(steps):
            out.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if step < steps - 1:
                scheduler.step()
        return out
    cycle = {"total_steps": 25, "cycle_momentum": False}
    schedules = {
        "constant": lambda p: s.LambdaLR(p, lambda _: 1), "step": lambda p: s.StepLR(p, 6),
        "exponential": lambda p: s.ExponentialLR(p, 0.9), "polynomial": lambda p: s.PolynomialLR(p, 12, 2.0),
        "one cycle": lambda p: s.OneCycleLR(p, 0.5, **cycle),
        "one cycle linear": lambda p: s.OneCycleLR(p, 0.5, anneal_strategy="linear", pct_start=0.4, **cycle),
        "one cycle in three phases": lambda p: s.OneCycleLR(p, 0.5, three_phase=True, **cycle),
    }
    annealing = {"cosine": rates(lambda p: s.CosineAnnealingLR(p, 20, 0.005), 21)}
    return makers, run, {name: rates(make) for name, make in schedules.items()} | annealing


makers, run, rates = {"keras": keras, "torch": torch}[sys.argv[1]]()
paths = {name: [run(make, *problem) for problem in PROBLEMS] for name, make in makers.items()}
print(json.dumps({"paths": paths, "schedules": rates}, separators=(",", ":")))
