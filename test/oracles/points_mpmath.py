"""Elementwise operations with first and second derivatives, by mpmath in 350 digits.

Usage: python points_mpmath.py > ../fixtures/engine/points-mpmath.json

A row: name, arguments, value, ∂/∂argument for each, ∂²/∂argumentᵢ∂argumentⱼ for i ≤ j.
"""
import json
import random

from mpmath import (acos, acosh, asin, asinh, atan, atan2, atanh, beta, cbrt, cos, cosh, diff, digamma, erf, erfc, erfinv, exp,
                    expm1, fabs, floor, gamma, hypot, log, log1p, mp, mpf, pi, polygamma, sign, sin, sinh, sqrt, tan,
                    tanh)

mp.dps = 350
random.seed(2)


def grid(low, high, n=10):
    return [low + (high - low) * (k + random.random()) / n for k in range(n)]


sigmoid = lambda x: 1 / (1 + exp(-x))
ALPHA, SCALE = mpf("1.6732632423543772848170429916717"), mpf("1.0507009873554804934193349852946")
A = grid(-6, 6)
P = grid(0.01, 20) + [1e-9, 1e9]
U = grid(-0.99, 0.99) + [1e-9]
UNARY = {
    "neg": (lambda x: -x, A), "abs": (fabs, A), "exp": (exp, grid(-30, 30) + [-700.0]), "exp2": (lambda x: mpf(2) ** x, grid(-30, 30)),
    "expm1": (expm1, grid(-40, 20) + [1e-9, -1e-12]), "log": (log, P), "log2": (lambda x: log(x) / log(2), P),
    "log10": (lambda x: log(x) / log(10), P), "log1p": (log1p, grid(-0.95, 9) + [1e-9, -1e-12]), "sqrt": (sqrt, P),
    "rsqrt": (lambda x: 1 / sqrt(x), P), "cbrt": (lambda x: cbrt(x) if x > 0 else -cbrt(-x), grid(-9, 9)), "square": (lambda x: x * x, A),
    "reciprocal": (lambda x: 1 / x, P), "sin": (sin, grid(-30, 30)), "cos": (cos, grid(-30, 30)), "tan": (tan, grid(-1.5, 1.5) + [3.0]),
    "asin": (asin, U), "acos": (acos, U), "atan": (atan, grid(-30, 30)), "sinh": (sinh, grid(-20, 20) + [1e-9]),
    "cosh": (cosh, grid(-20, 20)), "tanh": (tanh, grid(-20, 20) + [1e-9, 300.0]), "sech": (lambda x: 1 / cosh(x), grid(-20, 20)),
    "asinh": (asinh, grid(-30, 30) + [1e-9]), "acosh": (acosh, grid(1.01, 30)), "atanh": (atanh, U),
    "sinc": (lambda x: sin(pi * x) / (pi * x), grid(-4, 4) + [1e-4, 0.31, 0.33]), "erf": (erf, grid(-5, 5) + [1e-9]),
    "erfc": (erfc, grid(-5, 5) + [12.0, 20.0]), "erfinv": (erfinv, grid(-0.99, 0.99) + [1e-12, 0.999999]),
    "gamma": (gamma, grid(-4.9, 20)), "lgamma": (lambda x: log(fabs(gamma(x))), grid(0.01, 30)), "digamma": (digamma, grid(0.01, 20)),
    "trigamma": (lambda x: polygamma(1, x), grid(0.01, 20)), "sigmoid": (sigmoid, grid(-40, 40) + [-700.0, 700.0]),
    "logsigmoid": (lambda x: -log1p(exp(-x)), grid(-40, 40)), "softplus": (lambda x: log1p(exp(x)), grid(-40, 40)),
    "softsign": (lambda x: x / (1 + fabs(x)), grid(-30, 30)), "relu": (lambda x: max(x, mpf(0)), A),
    "relu6": (lambda x: min(max(x, mpf(0)), mpf(6)), grid(-3, 9)),
    "selu": (lambda x: SCALE * (x if x > 0 else ALPHA * expm1(x)), grid(-10, 10)), "gelu": (lambda x: x * erfc(-x / sqrt(mpf(2))) / 2, grid(-6, 6)),
    "gelu_tanh": (lambda x: x * sigmoid(2 * sqrt(2 / pi) * (x + mpf("0.044715") * x ** 3)), grid(-6, 6)),
    "silu": (lambda x: x * sigmoid(x), grid(-30, 30)), "mish": (lambda x: x * tanh(log1p(exp(x))), grid(-30, 30)),
    "hard_sigmoid": (lambda x: min(max((x + 3) / 6, mpf(0)), mpf(1)), grid(-5, 5)), "sign": (sign, A),
}
BINARY = {
    "add": (lambda x, y: x + y, A, grid(-6, 6)), "sub": (lambda x, y: x - y, A, A), "mul": (lambda x, y: x * y, A, A),
    "div": (lambda x, y: x / y, A, P), "pow": (lambda x, y: x ** y, grid(0.01, 9), A), "atan2": (atan2, A, grid(-6, 6)), "hypot": (hypot, A, A),
    "logaddexp": (lambda x, y: log(exp(x) + exp(y)), grid(-9, 9), grid(-30, 30)), "xlogy": (lambda x, y: x * log(y), A, P),
    "beta": (beta, grid(0.05, 12), grid(0.05, 12)), "maximum": (max, A, grid(-6, 6)), "minimum": (min, A, grid(-6, 6)),
    "fmod": (lambda x, y: x - y * (floor(x / y) if x > 0 else -floor(-x / y)), grid(-9, 9), grid(0.5, 3)),
    "mod": (lambda x, y: x - y * floor(x / y), grid(-9, 9), grid(0.5, 3)),
    "leaky_relu": (lambda x, a: x if x > 0 else a * x, A, grid(0.01, 1)), "elu": (lambda x, a: x if x > 0 else a * expm1(x), A, grid(0.1, 2)),
}


def number(x):
    x = float(x)
    return int(x) if x == int(x) and abs(x) < 1e15 else x


rows = []
for name, (f, points) in UNARY.items():
    for x in points:
        rows.append([name, [x], number(f(mpf(x))), [number(diff(f, mpf(x)))], [number(diff(f, mpf(x), 2))]])
for name, (f, left, right) in BINARY.items():
    random.shuffle(right)
    for x, y in zip(left, right):
        at = (mpf(x), mpf(y))
        rows.append([name, [x, y], number(f(*at)), [number(diff(f, at, n)) for n in ((1, 0), (0, 1))],
                     [number(diff(f, at, n)) for n in ((2, 0), (1, 1), (0, 2))]])
print("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]")
