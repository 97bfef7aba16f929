"""Transforms as mpmath and JAX compute them: Taylor coefficients, vmap, Jacobians of structured functions, jets.

Usage: python transforms.py > ../fixtures/engine/transforms.json
"""
import json

import jax
import jax.numpy as np
import mpmath as mp
import numpy
from jax.experimental.jet import jet

jax.config.update("jax_enable_x64", True)
mp.mp.dps = 80
rng = numpy.random.default_rng(11)

# ── Taylor coefficients of the analytic operations, along (1, 1, …) ──────────
POSITIVE, INSIDE, ANY = (0.3, 3), (-0.8, 0.8), (-2, 2)
phi = lambda x: mp.erfc(-x / mp.sqrt(2)) / 2
softplus = lambda x: mp.log(1 + mp.exp(x))
sigmoid = lambda x: 1 / (1 + mp.exp(-x))
ANALYTIC = {
    "neg": (lambda x: -x, [ANY]), "add": (lambda x, y: x + y, [ANY, ANY]), "sub": (lambda x, y: x - y, [ANY, ANY]),
    "mul": (lambda x, y: x * y, [ANY, ANY]), "div": (lambda x, y: x / y, [ANY, POSITIVE]),
    "pow": (mp.power, [POSITIVE, ANY]), "square": (lambda x: x * x, [ANY]), "reciprocal": (lambda x: 1 / x, [POSITIVE]),
    "sqrt": (mp.sqrt, [POSITIVE]), "root": (mp.sqrt, [POSITIVE]), "rsqrt": (lambda x: 1 / mp.sqrt(x), [POSITIVE]),
    "exp": (mp.exp, [ANY]), "expm1": (mp.expm1, [ANY]), "exp2": (lambda x: mp.mpf(2) ** x, [ANY]), "log": (mp.log, [POSITIVE]),
    "log2": (lambda x: mp.log(x, 2), [POSITIVE]), "log10": (mp.log10, [POSITIVE]), "log1p": (lambda x: mp.log(1 + x), [(-0.7, 2)]),
    "sin": (mp.sin, [ANY]), "cos": (mp.cos, [ANY]), "tan": (mp.tan, [(-1.1, 1.1)]), "asin": (mp.asin, [INSIDE]),
    "acos": (mp.acos, [INSIDE]), "atan": (mp.atan, [ANY]), "sinh": (mp.sinh, [ANY]), "cosh": (mp.cosh, [ANY]),
    "tanh": (mp.tanh, [ANY]), "asinh": (mp.asinh, [ANY]), "acosh": (mp.acosh, [(1.3, 4)]), "atanh": (mp.atanh, [INSIDE]),
    "sigmoid": (sigmoid, [ANY]), "softplus": (softplus, [ANY]), "logsigmoid": (lambda x: -softplus(-x), [ANY]),
    "erf": (mp.erf, [ANY]), "erfc": (mp.erfc, [ANY]), "erfinv": (mp.erfinv, [(-0.7, 0.7)]), "gamma": (mp.gamma, [(0.6, 4)]),
    "lgamma": (mp.loggamma, [(0.6, 4)]), "digamma": (mp.digamma, [(0.6, 4)]), "beta": (mp.beta, [(0.6, 4), (0.6, 4)]),
    "sinc": (mp.sincpi, [ANY]), "logaddexp": (lambda x, y: mp.log(mp.exp(x) + mp.exp(y)), [ANY, ANY]),
    "gelu": (lambda x: x * phi(x), [ANY]), "silu": (lambda x: x * sigmoid(x), [ANY]),
    "gelu_tanh": (lambda x: x / 2 * (1 + mp.tanh(mp.mpf(float(numpy.sqrt(2 / numpy.pi))) * (x + mp.mpf(0.044715) * x**3))), [ANY]),
    "mish": (lambda x: x * mp.tanh(softplus(x)), [ANY]), "log_cosh": (lambda x: mp.log(mp.cosh(x)), [ANY]),
}
COMPOSITIONS = {
    "bell": lambda x: mp.exp(mp.sin(x)) / (1 + x**2),
    "nested": lambda x: mp.log(1 + mp.sqrt(1 + mp.tanh(x) ** 2)),
    "tower": lambda x: mp.power(2 + mp.sin(x), mp.cos(x)),
    "inverse": lambda x: mp.atan(mp.exp(-x * x)) / mp.cosh(x),
    "special": lambda x: mp.erf(mp.sin(x)) * mp.gamma(2 + mp.cos(x)),
}
# mpmath differentiates numerically, here with digits to spare.
series = lambda f, at, order: [float(c.real if isinstance(c, mp.mpc) else c) for c in mp.taylor(f, at, order)]
analytic = []
for name, (f, domain) in ANALYTIC.items():
    for _ in range(3):
        at = [round(float(rng.uniform(*d)), 4) for d in domain]
        analytic.append([name, at, series(lambda t: f(*[mp.mpf(a) + t for a in at]), 0, 10)])
compositions = [[name, at, series(f, mp.mpf(at), 20)] for name, f in COMPOSITIONS.items() for at in (0.3, -0.9)]

# ── vmap ────────────────────────────────────────────────────────────────────
array = lambda *shape: rng.uniform(-1, 1, shape).round(3)
spd = lambda n, b: numpy.stack([m @ m.T + n * numpy.eye(n) for m in array(b, n, n)]).round(3)
VMAP = {
    "affine": (lambda a, x: np.tanh(a @ x), (0, None), 0, [array(3, 2, 4), array(4)]),
    "affine shared": (lambda a, x: np.tanh(a @ x), (None, 1), 1, [array(2, 4), array(4, 3)]),
    "products": (lambda a, b: a @ b, (None, 0), 0, [array(2, 3), array(4, 3, 2)]),
    "products left": (lambda a, b: a @ b, (2, None), 2, [array(2, 3, 4), array(3, 2)]),
    "einsum": (lambda a, b: np.einsum("ij,jk->ki", a, b), (0, 1), 0, [array(3, 2, 4), array(4, 3, 2)]),
    "broadcast": (lambda x, y: x * y + 1, (0, 0), 0, [array(3), array(3, 2, 2)]),
    "softmax": (lambda x: jax.nn.softmax(x), (1,), 1, [array(4, 3)]),
    "statistics": (lambda x: np.stack([x.sum(), x.max(), x.min(), x.prod(), x.std()]), (0,), 0, [array(3, 5)]),
    "reduce": (lambda x: np.max(x, 0) - np.min(x, 1) + np.sum(x, 0), (2,), 0, [array(4, 4, 2)]),
    "cumulative": (lambda x: np.cumsum(x, 1) * np.cumprod(x, 0), (0,), 0, [array(2, 3, 4)]),
    "moves": (lambda x: np.concatenate([np.flip(x, 0), x.T.reshape(2, 3), np.roll(x, 1, 1)], 1), (0,), 0, [array(2, 2, 3)]),
    "pad": (lambda x: np.pad(x, (1, 2), constant_values=7.0), (0,), 0, [array(3, 2)]),
    "choice": (lambda x: np.where(x > 0, np.sqrt(np.abs(x)), 2 * x), (0,), 0, [array(3, 4)]),
    "sort": (lambda x: np.sort(x), (0,), 0, [array(3, 5)]),
    "argsort": (lambda x: np.argsort(x, 0), (0,), 0, [array(3, 5, 2)]),
    "argmax": (lambda x: np.argmax(x, 1), (0,), 0, [array(3, 2, 5)]),
    "gather": (lambda x, i: x[:, i], (None, 0), 0, [array(2, 4), numpy.array([[0, 3], [2, 2], [-1, 1]])]),
    "gather both": (lambda x, i: x[i], (0, 0), 0, [array(3, 4, 2), numpy.array([[0, 3], [2, 2], [-1, 1]])]),
    "at its largest": (lambda x: x[np.argmax(x)] ** 2, (0,), 0, [array(3, 4)]),
    "one hot": (lambda i: jax.nn.one_hot(i, 3), (0,), 0, [numpy.array([2, 0, 1, 5])]),
    "solve": (lambda a, b: np.linalg.solve(a, b), (0, 0), 0, [spd(3, 4), array(4, 3)]),
    "solve shared": (lambda a, b: np.linalg.solve(a, b), (None, 0), 0, [spd(3, 1)[0], array(4, 3, 2)]),
    "determinant": (np.linalg.det, (0,), 0, [array(3, 4, 4)]), "determinant small": (np.linalg.det, (0,), 0, [array(3, 2, 2)]),
    "cholesky": (np.linalg.cholesky, (0,), 0, [spd(3, 2)]),
    "constant": (lambda x: np.ones(2), (0,), 1, [array(3)]),
}
put = lambda a: {"shape": list(numpy.shape(a)), "data": numpy.asarray(a).ravel().tolist()}
vmaps = {}
for name, (f, axes, out, args) in VMAP.items():
    run = jax.vmap(f, axes, out)
    args = [np.asarray(a) for a in args]
    row = {"inputs": [dict(put(a), integer=bool(a.dtype.kind == "i")) for a in args], "axes": list(axes), "out": out, "value": put(run(*args))}
    # The gradient of a weighted sum with respect to the first input.
    if row["value"]["data"] and args[0].dtype.kind == "f" and not name.startswith("arg"):
        weights = np.cos(1.0 + np.arange(row["value"]["shape"] and numpy.prod(row["value"]["shape"]))).reshape(row["value"]["shape"])
        row["gradient"] = put(jax.grad(lambda a: np.sum(weights * run(a, *args[1:])))(args[0]))
    vmaps[name] = row

# ── Jacobians ───────────────────────────────────────────────────────────────
W, X, Y = array(3, 2), array(2), array(3)
layer = lambda w, x, y: {"out": np.tanh(w @ x) * y, "norm": np.sum(x**2) * np.prod(y)}
jac = jax.jacrev(layer, (0, 1, 2))(W, X, Y)
loss = lambda w, x, y: np.sum(np.exp(np.sin(w @ x) * y)) + np.prod(x)
hes = jax.hessian(loss, (0, 1, 2))(W, X, Y)
rows = lambda x: np.stack([np.sin(x).sum(-1), np.prod(x, -1)], -1)
R = array(4, 3)
jacobians = {
    "inputs": [put(a) for a in (W, X, Y)], "blocks": {k: [put(b) for b in v] for k, v in jac.items()},
    "hessian": [[put(b) for b in row] for row in hes],
    "rows": put(R), "batch": put(jax.vmap(jax.jacfwd(lambda x: np.stack([np.sin(x).sum(), np.prod(x)])))(R)),
}

# ── jets: derivatives along a curve, not over factorials ────────────────────
g = lambda x: np.sum(np.exp(np.sin(x)) / (1 + x**2))
V, D = array(3), array(3)
first, rest = jet(g, (V,), ([D] + [np.zeros(3)] * 5,))
jets = {"x": put(V), "direction": put(D), "derivatives": [float(first), *map(float, rest)]}
print(json.dumps({"analytic": analytic, "compositions": compositions, "vmap": vmaps, "jacobians": jacobians, "jets": jets}, separators=(",", ":")))
