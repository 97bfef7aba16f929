"""Gradients of linear algebra at its edges, as each framework answers them: equal eigenvalues, singular matrices.

Usage: python linear_algebra_edges.py tensorflow|torch|jax > ../fixtures/engine/linear_algebra-edges-<framework>.json
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
framework = sys.argv[1]
EQUAL, TWO = [[2.0, 0.0], [0.0, 2.0]], [[3.0, 0, 0], [0, 3.0, 0], [0, 0, 1.0]]
CASES = [
    ("eigenvectors", [[2.0, 1.0], [1.0, 3.0]]), ("eigenvectors", EQUAL), ("eigenvectors", TWO),
    ("eigvalsh", [[2.0, 1.0], [1.0, 3.0]]), ("eigvalsh", EQUAL), ("eigvalsh", TWO),
    ("svd_u", [[2.0, 1.0], [0.0, 3.0]]), ("svd_u", EQUAL), ("svd_vh", EQUAL), ("svdvals", EQUAL), ("svdvals", [[0.0, 0], [0, 0]]),
    ("svdvals", [[2.0, 0.0], [0.0, 0.0]]), ("det", [[1.0, 2.0], [2.0, 4.0]]),
    ("cholesky", [[2.0, 1.0], [1.0, 3.0]]), ("slogdet", [[1.0, 2.0], [2.0, 4.0]]), ("inv", [[1.0, 2.0], [2.0, 4.0]]),
    ("nuclear", [[0.0, 0.0], [0.0, 0.0]]), ("nuclear", EQUAL), ("spectral", EQUAL), ("spectral", [[2.0, 0.0], [0.0, -2.0]]),
    ("pinv", [[1.0, 2.0], [2.0, 4.0]]), ("pinv", [[0.0, 0.0], [0.0, 0.0]]), ("expm", [[0.0, 0.0], [0.0, 0.0]]),
]


def tensorflow():
    import tensorflow as tf
    l = tf.linalg

    def run(name, a):
        ops = dict(eigenvectors=lambda x: l.eigh(x)[1], eigvalsh=l.eigvalsh, svd_u=lambda x: l.svd(x)[1],
                   svd_vh=lambda x: l.matrix_transpose(l.svd(x)[2]), svdvals=lambda x: l.svd(x, compute_uv=False), det=l.det,
                   cholesky=l.cholesky, slogdet=lambda x: l.slogdet(x)[1], inv=l.inv, pinv=l.pinv, expm=l.expm,
                   nuclear=lambda x: tf.reduce_sum(l.svd(x, compute_uv=False)),
                   spectral=lambda x: tf.reduce_max(l.svd(x, compute_uv=False)))
        x = tf.constant(a, tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = ops[name](x)
        w = weights(y.shape)
        return y.numpy(), w, tape.gradient(y, x, tf.constant(w)).numpy()
    return run


def torch():
    import torch as t
    l = t.linalg

    def run(name, a):
        ops = dict(eigenvectors=lambda x: l.eigh(x)[1], eigvalsh=l.eigvalsh, svd_u=lambda x: l.svd(x, full_matrices=False)[0],
                   svd_vh=lambda x: l.svd(x, full_matrices=False)[2], svdvals=l.svdvals, det=l.det, cholesky=l.cholesky,
                   slogdet=lambda x: l.slogdet(x)[1], inv=l.inv, pinv=l.pinv, expm=t.matrix_exp,
                   nuclear=lambda x: l.matrix_norm(x, "nuc"), spectral=lambda x: l.matrix_norm(x, 2))
        x = t.tensor(a, dtype=t.float64, requires_grad=True)
        y = ops[name](x)
        w = weights(y.shape)
        y.backward(t.tensor(w))
        return y.detach().numpy(), w, x.grad.numpy()
    return run


def jax():
    import jax
    jax.config.update("jax_enable_x64", True)
    import jax.numpy as np
    l = np.linalg

    def run(name, a):
        ops = dict(eigenvectors=lambda x: l.eigh(x)[1], eigvalsh=l.eigvalsh, svd_u=lambda x: l.svd(x, full_matrices=False)[0],
                   svd_vh=lambda x: l.svd(x, full_matrices=False)[2], svdvals=lambda x: l.svd(x, compute_uv=False), det=l.det,
                   cholesky=l.cholesky, slogdet=lambda x: l.slogdet(x)[1], inv=l.inv, pinv=l.pinv,
                   expm=jax.scipy.linalg.expm, nuclear=lambda x: l.norm(x, "nuc"), spectral=lambda x: l.norm(x, 2))
        y, pull = jax.vjp(ops[name], np.asarray(a))
        w = weights(y.shape)
        return y, w, pull(np.asarray(w))[0]
    return run


def weights(shape):
    import numpy as np
    n = int(np.prod(shape))
    return np.cos(1.0 + np.arange(n)).reshape(tuple(shape))


def plain(x):
    import numpy as np
    return [str(v) if v != v or abs(v) == float("inf") else float(v) for v in np.asarray(x, dtype=float).ravel()]


out = []
run = {"tensorflow": tensorflow, "torch": torch, "jax": jax}[framework]()
for name, a in CASES:
    try:
        value, w, gradient = run(name, a)
        out.append({"name": name, "at": a, "value": plain(value), "weights": plain(w), "gradient": plain(gradient)})
    except Exception as error:  # what a framework refuses is an answer too
        out.append({"name": name, "at": a, "error": str(error).splitlines()[0][:120]})
print("[\n" + ",\n".join(map(json.dumps, out)) + "\n]")
