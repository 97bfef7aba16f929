"""Derivatives at the edges, as each framework answers them.

Usage: python edges.py tensorflow|torch|jax > ../fixtures/engine/edges-<framework>.json
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
framework = sys.argv[1]

# name, function of the framework's names, arguments
CASES = [
    ("relu", [0.0]), ("relu6", [0.0]), ("relu6", [6.0]), ("abs", [0.0]), ("sqrt", [0.0]), ("rsqrt", [0.0]),
    ("maximum", [1.0, 1.0]), ("minimum", [1.0, 1.0]), ("clip", [0.0, 0.0, 1.0]), ("clip", [1.0, 0.0, 1.0]),
    ("clip", [2.0, 0.0, 1.0]), ("pow", [0.0, 0.0]), ("pow", [0.0, 2.0]), ("pow", [0.0, 0.5]), ("pow", [0.0, 1.0]),
    ("pow", [-2.0, 3.0]), ("pow", [0.0, -1.0]), ("leaky_relu", [0.0]), ("elu", [0.0]), ("selu", [0.0]),
    ("atan2", [0.0, 0.0]), ("floordiv", [1.0, 0.1]), ("floordiv", [7.0, 2.0]), ("floor", [1.5]), ("round", [1.5]),
    ("sign", [0.0]), ("hypot", [0.0, 0.0]), ("xlogy", [0.0, 0.0]), ("xlogy", [0.0, 2.0]), ("xlogy", [2.0, 0.0]),
    ("logaddexp", [1.0, 1.0]), ("hard_sigmoid", [3.0]), ("hard_sigmoid", [-3.0]), ("softsign", [0.0]),
    ("sinc", [0.0]), ("where_sqrt", [0.0]), ("where_rsqrt", [0.0]), ("where_log", [0.0]), ("fmod", [5.0, 2.5]),
    ("mod", [5.0, 2.5]), ("norm", [[0.0, 0.0]]), ("max", [[1.0, 3.0, 3.0]]), ("min", [[1.0, 1.0, 3.0, 1.0]]),
    ("prod", [[0.0, 2.0, 3.0]]), ("prod", [[0.0, 0.0, 3.0]]), ("cumprod", [[0.0, 2.0, 3.0]]), ("std", [[1.0, 1.0]]),
    ("logsumexp", [[-float("inf"), 1.0]]), ("norm1", [[0.0, -2.0]]), ("norm_inf", [[2.0, -2.0, 1.0]]),
]


def tensorflow():
    import tensorflow as tf
    ops = dict(
        relu=tf.nn.relu, relu6=tf.nn.relu6, abs=tf.abs, sqrt=tf.sqrt, rsqrt=tf.math.rsqrt, maximum=tf.maximum,
        minimum=tf.minimum, clip=tf.clip_by_value, pow=tf.pow, leaky_relu=lambda x: tf.nn.leaky_relu(x, 0.2),
        elu=tf.nn.elu, selu=tf.nn.selu, atan2=tf.atan2, floordiv=lambda x, y: x // y, floor=tf.floor, round=tf.round,
        sign=tf.sign, xlogy=tf.math.xlogy, logaddexp=tf.experimental.numpy.logaddexp, softsign=tf.nn.softsign,
        hard_sigmoid=lambda x: tf.nn.relu6(x + 3.0) / 6.0, where_sqrt=lambda x: tf.where(x > 0, tf.sqrt(x), 0.0),
        where_rsqrt=lambda x: tf.where(x > 0, tf.math.rsqrt(x), 0.0), mod=lambda x, y: x % y,
        where_log=lambda x: tf.where(x > 0, tf.math.log(x), 0.0), norm=tf.norm, max=tf.reduce_max, min=tf.reduce_min,
        prod=tf.reduce_prod, cumprod=lambda x: tf.reduce_sum(tf.math.cumprod(x)), std=tf.math.reduce_std,
        logsumexp=tf.reduce_logsumexp, norm1=lambda x: tf.norm(x, 1), norm_inf=lambda x: tf.norm(x, float("inf")),
    )

    def run(f, args):
        xs = [tf.constant(a, tf.float64) for a in args]
        with tf.GradientTape() as tape:
            tape.watch(xs)
            y = f(*xs)
        return y.numpy(), [None if g is None else g.numpy() for g in tape.gradient(y, xs)]
    return ops, run


def torch():
    import torch as t
    F = t.nn.functional
    ops = dict(
        relu=F.relu, relu6=F.relu6, abs=t.abs, sqrt=t.sqrt, rsqrt=t.rsqrt, maximum=t.maximum, minimum=t.minimum,
        clip=t.clip, pow=t.pow, leaky_relu=lambda x: F.leaky_relu(x, 0.2), elu=F.elu, selu=F.selu, atan2=t.atan2,
        floordiv=lambda x, y: t.div(x, y, rounding_mode="floor"), floor=t.floor, round=t.round, sign=t.sign, hypot=t.hypot, xlogy=t.xlogy,
        logaddexp=t.logaddexp, hard_sigmoid=F.hardsigmoid, softsign=F.softsign, sinc=t.sinc, fmod=t.fmod,
        where_sqrt=lambda x: t.where(x > 0, t.sqrt(x), 0.0), where_rsqrt=lambda x: t.where(x > 0, t.rsqrt(x), 0.0),
        where_log=lambda x: t.where(x > 0, t.log(x), 0.0), mod=t.remainder, norm=t.linalg.norm, max=t.max, min=t.min,
        prod=t.prod, cumprod=lambda x: t.cumprod(x, 0).sum(), std=t.std, logsumexp=lambda x: t.logsumexp(x, 0),
        norm1=lambda x: t.linalg.norm(x, 1), norm_inf=lambda x: t.linalg.norm(x, float("inf")),
    )

    def run(f, args):
        xs = [t.tensor(a, dtype=t.float64, requires_grad=True) for a in args]
        y = f(*xs)
        if not y.requires_grad:
            return y.numpy(), [None for _ in xs]
        return y.detach().numpy(), [None if g is None else g.numpy() for g in t.autograd.grad(y, xs, allow_unused=True)]
    return ops, run


def jax():
    import jax
    jax.config.update("jax_enable_x64", True)
    import jax.numpy as np
    n = jax.nn
    ops = dict(
        relu=n.relu, relu6=n.relu6, abs=np.abs, sqrt=np.sqrt, rsqrt=jax.lax.rsqrt, maximum=np.maximum,
        minimum=np.minimum, clip=np.clip, pow=np.power, leaky_relu=lambda x: n.leaky_relu(x, 0.2), elu=n.elu,
        selu=n.selu, atan2=np.arctan2, floordiv=lambda x, y: x // y, floor=np.floor, round=np.round, sign=np.sign,
        hypot=np.hypot, xlogy=jax.scipy.special.xlogy, logaddexp=np.logaddexp, hard_sigmoid=n.hard_sigmoid,
        softsign=n.soft_sign, sinc=np.sinc, fmod=np.fmod, mod=np.mod,
        where_sqrt=lambda x: np.where(x > 0, np.sqrt(x), 0.0),
        where_rsqrt=lambda x: np.where(x > 0, jax.lax.rsqrt(x), 0.0),
        where_log=lambda x: np.where(x > 0, np.log(x), 0.0), norm=np.linalg.norm, max=np.max, min=np.min, prod=np.prod,
        cumprod=lambda x: np.cumprod(x).sum(), std=np.std, logsumexp=jax.scipy.special.logsumexp,
        norm1=lambda x: np.linalg.norm(x, 1), norm_inf=lambda x: np.linalg.norm(x, np.inf),
    )

    def run(f, args):
        xs = [np.asarray(a, "float64") for a in args]
        return f(*xs), list(jax.grad(f, argnums=tuple(range(len(xs))))(*xs))
    return ops, run


ops, run = {"tensorflow": tensorflow, "torch": torch, "jax": jax}[framework]()


def plain(x):
    """JSON has no NaN and no infinities: they are texts; None stays null."""
    if x is None:
        return None
    if getattr(x, "ndim", 0) > 0:
        return [plain(element) for element in x]
    x = float(x)
    return x if abs(x) < float("inf") else str(x)


rows = []
for name, args in CASES:
    if name not in ops:
        continue
    value, gradients = run(ops[name], args)
    texts = [[str(x) if abs(x) == float("inf") else x for x in a] if isinstance(a, list) else a for a in args]
    rows.append({"name": name, "at": texts, "value": plain(value), "gradients": [plain(g) for g in gradients]})
print("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]")
