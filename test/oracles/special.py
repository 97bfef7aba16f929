"""Reference values of special functions and activations, with their first derivatives, by mpmath in 40 digits.

Usage: python special.py > ../fixtures/engine/special.json
"""
import json
import random

from mpmath import (beta, diff, digamma, erf, erfc, erfinv, exp, expm1, fabs, gamma, log, log1p, mp, mpf,
                    pi, polygamma, sin, sqrt, tanh)

mp.dps = 40
random.seed(1)
grid = lambda low, high, n=24: [low + (high - low) * (k + random.random()) / n for k in range(n)]
sigmoid = lambda x: 1 / (1 + exp(-x))
sincpi = lambda x: sin(pi * x) / (pi * x) if x != 0 else mpf(1)
ALPHA, SCALE = mpf("1.6732632423543772848170429916717"), mpf("1.0507009873554804934193349852946")
lgamma = lambda x: log(fabs(gamma(x)))

FUNCTIONS = {
    "erf": (erf, grid(-6, 6) + [1e-9, 0.5, 0.84, 1.25]),
    "erfc": (erfc, grid(-6, 6) + [1e-9, 8.5, 12.0, 20.0, 26.0]),
    "erfinv": (erfinv, grid(-1, 1) + [1e-12, 0.999999, -0.9999999999, 1e-300, 0.95]),
    "gamma": (gamma, grid(-4.9, 20) + [0.5, 1e-8, 100.25, 170.5, -20.3]),
    "lgamma": (lgamma, grid(0.01, 30) + [1 + 1e-9, 2 - 1e-7, 1.45, 1.51, 2.76, 1e-10, 11.9, 12.1, 1e5, 1e20, -1.3, -0.4]),
    "digamma": (digamma, grid(0.01, 20) + [1.4616, 1.46163214496, 1e-9, 1e8, -0.3, -1.7, -10.2]),
    "trigamma": (lambda x: polygamma(1, x), grid(0.01, 20) + [1e-5, 1e6, -0.3, -2.6]),
    "rsqrt": (lambda x: 1 / sqrt(x), grid(0.01, 20)),
    "sinc": (sincpi, grid(-4, 4) + [1e-9, 1e-3, 0.02, 0.31, 0.33]),
    "logsigmoid": (lambda x: -log1p(exp(-x)), grid(-30, 30) + [-700.0, 700.0]),
    "softsign": (lambda x: x / (1 + fabs(x)), grid(-30, 30)),
    "relu6": (lambda x: min(max(x, mpf(0)), mpf(6)), grid(-3, 9)),
    "selu": (lambda x: SCALE * (x if x > 0 else ALPHA * expm1(x)), grid(-10, 10) + [-1e-9]),
    "gelu": (lambda x: x * erfc(-x / sqrt(2)) / 2, grid(-10, 10) + [1e-9, -30.0]),
    "gelu_tanh": (lambda x: x * sigmoid(2 * sqrt(2 / pi) * (x + mpf("0.044715") * x ** 3)), grid(-8, 8) + [1e-9]),
    "silu": (lambda x: x * sigmoid(x), grid(-30, 30) + [1e-9]),
    "mish": (lambda x: x * tanh(log1p(exp(x))), grid(-30, 30) + [1e-9]),
    "hard_sigmoid": (lambda x: min(max((x + 3) / 6, mpf(0)), mpf(1)), grid(-5, 5)),
}
PAIRS = {
    "beta": (beta, list(zip(grid(0.05, 12), reversed(grid(0.05, 12)))) + [(80.5, 120.25), (0.3, 5.0)]),
    "logaddexp": (lambda x, y: log(exp(x) + exp(y)), list(zip(grid(-9, 9), grid(-30, 30)))),
    "xlogy": (lambda x, y: x * log(y), list(zip(grid(-3, 3), grid(0.01, 5)))),
    "leaky_relu": (lambda x, a: x if x > 0 else a * x, list(zip(grid(-3, 3), grid(0.01, 1)))),
    "elu": (lambda x, a: x if x > 0 else a * expm1(x), list(zip(grid(-9, 9), grid(0.1, 2)))),
    "polygamma": (polygamma, [(n, x) for n in (1, 2, 3, 4, 7) for x in (0.05, 0.7, 2.3, 9.1, 40.5, -0.4, -3.3)]),
}

rows = []
for name, (f, points) in FUNCTIONS.items():
    for x in points:
        rows.append([name, [x], float(f(mpf(x))), [float(diff(f, mpf(x)))]])
for name, (f, points) in PAIRS.items():
    for x, y in points:
        first = None if name == "polygamma" else float(diff(lambda t: f(t, mpf(y)), mpf(x)))
        rows.append([name, [x, y], float(f(x if first is None else mpf(x), mpf(y))),
                     [first, float(diff(lambda t: f(x if first is None else mpf(x), t), mpf(y)))]])
print("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]")
