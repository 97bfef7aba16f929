"""Reductions, movements and linear algebra as NumPy and JAX compute them, with JAX's derivatives of a weighted sum.

Usage: python arrays.py > ../fixtures/engine/arrays.json
"""
import json

import jax
import jax.numpy as np
import numpy

jax.config.update("jax_enable_x64", True)
rng = numpy.random.default_rng(3)
A = rng.uniform(-2, 2, (2, 3, 4))
M, S = rng.uniform(-2, 2, (3, 3)), rng.uniform(-1, 1, (2, 3, 3))
P = M @ M.T + 3 * numpy.eye(3)
V, W = rng.uniform(-2, 2, 3), rng.uniform(-2, 2, 3)
B = rng.uniform(-2, 2, (3, 2))
CASES = {
    "prod": (lambda x: np.prod(x, (0, 2)), [A]), "prod all": (np.prod, [A]), "max": (lambda x: np.max(x, 1), [A]),
    "min keep": (lambda x: np.min(x, (0, 2), keepdims=True), [A]), "mean": (lambda x: np.mean(x, -1), [A]),
    "logsumexp": (lambda x: jax.scipy.special.logsumexp(x, 1), [A]), "var": (lambda x: np.var(x, 1, ddof=1), [A]),
    "std": (lambda x: np.std(x, (0, 1)), [A]), "norm": (np.linalg.norm, [V]), "norm 1": (lambda x: np.sum(np.abs(x), 0), [A]),
    "norm inf": (lambda x: np.max(np.abs(x), 0), [A]), "norm 3": (lambda x: np.sum(np.abs(x) ** 3, 0) ** (1 / 3), [A]),
    "cumsum": (lambda x: np.cumsum(x, 1), [A]), "cumprod": (lambda x: np.cumprod(x, 2), [A]),
    "softmax": (lambda x: jax.nn.softmax(x, 1), [A]), "log_softmax": (lambda x: jax.nn.log_softmax(x, -1), [A]),
    "concat": (lambda x, y: np.concatenate([x, y], 1), [A, A[:, :2] + 1]), "tile": (lambda x: np.tile(x, (2, 1, 3)), [A]),
    "repeat": (lambda x: np.repeat(x, 2, 1), [A]), "flip": (lambda x: np.flip(x, (0, 2)), [A]),
    "roll": (lambda x: np.roll(x, 5, 2), [A]), "slice": (lambda x: x[::-1, 2:0:-1, -3:], [A]),
    "pad": (lambda x: np.pad(x, ((0, 1), (2, 0), (1, 1)), constant_values=7.0), [A]),
    "pad reflect": (lambda x: np.pad(x, ((1, 1), (2, 1), (3, 2)), "reflect"), [A]),
    "pad symmetric": (lambda x: np.pad(x, ((1, 1), (2, 1), (3, 2)), "symmetric"), [A]),
    "gather": (lambda x: x[:, np.array([[2, 0], [-1, 1]])], [A]), "moveaxis": (lambda x: np.moveaxis(x, 0, 2), [A]),
    "diag": (lambda x: np.diag(x, -1), [V]), "diagonal": (lambda x: np.diagonal(x, 1), [M]),
    "tril": (lambda x: np.tril(x, 1), [A]), "triu": (lambda x: np.triu(x), [A]), "sort": (lambda x: np.sort(x, 1), [A]),
    "top_k": (lambda x: jax.lax.top_k(x, 2)[0], [A]), "matmul": (np.matmul, [S, B]), "matmul vector": (np.matmul, [S, V]),
    "dot": (np.dot, [A, rng.uniform(-1, 1, (4, 2))]), "outer": (np.outer, [V, W]), "inner": (np.inner, [A, rng.uniform(-1, 1, 4)]),
    "tensordot": (lambda x, y: np.tensordot(x, y, ((1, 0), (0, 1))), [A, rng.uniform(-1, 1, (3, 2, 5))]),
    "einsum": (lambda x, y: np.einsum("bij,jk->bki", x, y), [S, B]), "einsum trace": (lambda x: np.einsum("bii->b", x), [S]),
    "kron": (np.kron, [M, B]), "trace": (np.trace, [M]), "solve": (np.linalg.solve, [M, B]), "inv": (np.linalg.inv, [S]),
    "solve vector": (np.linalg.solve, [M, V]), "det": (np.linalg.det, [S]),
    "logdet": (lambda x: np.linalg.slogdet(x)[1], [M]), "cholesky": (np.linalg.cholesky, [P]),
}
flat = lambda x: numpy.asarray(x).ravel().tolist()
out = {}
for name, (f, args) in CASES.items():
    value = f(*[np.asarray(a) for a in args])
    weights = np.cos(1.0 + np.arange(value.size)).reshape(value.shape)
    gradients = jax.grad(lambda *xs: np.sum(weights * f(*xs)), argnums=tuple(range(len(args))))(*[np.asarray(a) for a in args])
    out[name] = {"inputs": [{"shape": list(numpy.shape(a)), "data": flat(a)} for a in args],
                 "shape": list(value.shape), "value": flat(value), "gradients": [flat(g) for g in gradients]}
print(json.dumps(out, indent=0))
