"""Linear algebra as JAX computes it (where it cannot: PyTorch), checked against PyTorch: values, vᵀJ and J·v.

The signs of eigenvectors and singular vectors are those of Gradlens: the largest component positive.

Usage: python linear_algebra.py > ../fixtures/engine/linear_algebra.json
"""
import json
import sys

import jax
import jax.numpy as jnp
import jax.scipy.linalg as jsl
import numpy as np
import torch

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(5)
R = lambda *shape: rng.uniform(-2, 2, shape)
T = lambda x: np.swapaxes(x, -1, -2)
S = lambda *shape: (lambda x: x + T(x))(R(*shape))
hilbert = lambda m, n: 1.0 / (1 + np.arange(m)[:, None] + np.arange(n)[None])


def with_singular(m, n, values):
    """A matrix with these singular values."""
    k = min(m, n)
    return np.linalg.qr(R(m, m))[0][:, :k] @ np.diag(values) @ np.linalg.qr(R(n, n))[0][:, :k].T


def signs(v):
    """By which columns are multiplied so that their largest component (the last, but for rounding) is positive."""
    v = np.asarray(v)
    size = np.abs(v)
    large = size >= size.max(-2, keepdims=True) * (1 - 1e-9)
    last = v.shape[-2] - 1 - np.argmax(large[..., ::-1, :], -2)
    return np.sign(np.take_along_axis(v, last[..., None, :], -2))


def eigh(a):
    a = np.asarray(a)
    ours, theirs = signs(jnp.linalg.eigh(a)[1]), torch.tensor(signs(torch.linalg.eigh(torch.tensor(a))[1]))

    def in_jax(x):
        w, v = jnp.linalg.eigh(x)
        return w, v * ours

    def in_torch(x):
        w, v = torch.linalg.eigh((x + x.mT) / 2)  # as JAX does
        return w, v * theirs
    return "eigh", a, in_jax, in_torch


def svd(a):
    a = np.asarray(a)
    ours = signs(jnp.linalg.svd(a, full_matrices=False)[0])
    theirs = torch.tensor(signs(torch.linalg.svd(torch.tensor(a), full_matrices=False)[0]))

    def in_jax(x):
        u, s, vh = jnp.linalg.svd(x, full_matrices=False)
        return u * ours, s, vh * T(ours)

    def in_torch(x):
        u, s, vh = torch.linalg.svd(x, full_matrices=False)
        return u * theirs, s, vh * theirs.mT
    return "svd", a, in_jax, in_torch


tl = torch.linalg


def tri(a, b, lower, trans, unit):
    def in_torch(x, y):
        x = x.tril() if lower else x.triu()
        if trans:
            x = x.mT
        vector = y.ndim == 1
        out = tl.solve_triangular(x, y[:, None] if vector else y, upper=lower == trans, unitriangular=unit)
        return out[:, 0] if vector else out
    in_jax = lambda x, y: jsl.solve_triangular(x, y, trans=int(trans), lower=lower, unit_diagonal=unit)
    if a.ndim > 2:
        in_jax = jax.vmap(in_jax)
    return (f"triangularSolve {int(lower)}{int(trans)}{int(unit)}", (a, b), in_jax, in_torch)


def norm(order, a):
    return (f"matrixNorm {order}", a, lambda x: jnp.linalg.norm(x, order, axis=(-2, -1)), lambda x: tl.matrix_norm(x, order))


inf = float("inf")
jax_qr = lambda a: tuple(jnp.linalg.qr(a))
torch_qr = lambda a: tuple(tl.qr(a))
diagonally = lambda n: R(n, n) + 4 * np.eye(n)
singular = lambda n, rank: R(n, rank) @ R(rank, n)
near = np.array([[2.0, 1e-3, 0], [1e-3, 2.0, 1e-4], [0, 1e-4, -1]])

# what, arguments, in JAX (None: not there), in PyTorch (None: not there), tolerance
CASES = [
    ("cross", (R(3), R(3)), jnp.cross, lambda a, b: tl.cross(a, b)),
    ("cross", (R(4, 3), R(3)), jnp.cross, None),
    ("cross 0", (R(3, 2), R(3, 2)), lambda a, b: jnp.cross(a, b, axis=0), lambda a, b: tl.cross(a, b, dim=0)),
    ("kron", (R(2, 3), R(3)), jnp.kron, None), ("kron", (R(3), R(2)), jnp.kron, torch.kron),
    ("kron", (R(2, 1, 2), R(3, 2)), jnp.kron, torch.kron),
    ("trace 1", R(3, 4), lambda x: jnp.trace(x, 1), None), ("trace -2", R(4, 3), lambda x: jnp.trace(x, -2), None),
    *[("qr", a, jax_qr, torch_qr) for a in (R(1, 1), R(2, 2), R(3, 3), R(5, 3), R(4, 1), R(2, 4, 3), R(2, 2, 3, 3), R(8, 8))],
    *[("qr", a, None, torch_qr) for a in (R(2, 4), R(1, 3), R(2, 3, 5))],
    ("qr", np.triu(R(3, 3)) + np.eye(3) * 3, jax_qr, torch_qr), ("qr", hilbert(6, 4), jax_qr, torch_qr, 1e-9),
    *[eigh(a) for a in (S(1, 1), S(2, 2), S(3, 3), S(6, 6), S(2, 3, 3), S(2, 1, 4, 4), S(12, 12), np.diag([3.0, 1.0, 2.0]))],
    eigh(np.array([[2.0, 1.0], [1.0, 2.0]])), (*eigh(near), 1e-9), (*eigh(hilbert(5, 5)), 1e-8),
    *[svd(a) for a in (R(1, 1), R(2, 2), R(3, 3), R(5, 3), R(3, 5), R(4, 1), R(1, 4), R(2, 4, 2), R(2, 2, 2, 3), R(10, 7))],
    (*svd(with_singular(4, 4, [1e3, 1, 1e-2, 1e-5])), 1e-7), (*svd(hilbert(5, 3)), 1e-9),
    *[("svdvals", a, lambda x: jnp.linalg.svd(x, compute_uv=False), tl.svdvals) for a in (R(3, 3), R(2, 5, 2), hilbert(6, 6))],
    *[("eigvalsh", a, jnp.linalg.eigvalsh, lambda x: tl.eigvalsh((x + x.mT) / 2)) for a in (S(4, 4), S(2, 2, 2))],
    ("eigvalsh", hilbert(6, 6), jnp.linalg.eigvalsh, lambda x: tl.eigvalsh((x + x.mT) / 2), 1e-11),
    *[("pinv", a, jnp.linalg.pinv, tl.pinv) for a in (R(3, 3), R(4, 2), R(2, 4), R(2, 3, 2), R(1, 3))],
    ("pinv", singular(4, 2), lambda x: jnp.linalg.pinv(x, rtol=1e-12), lambda x: tl.pinv(x, rtol=1e-12), 1e-10),
    ("pinv", with_singular(4, 3, [10, 1, 1e-3]), jnp.linalg.pinv, tl.pinv, 1e-8),
    *[("lstsq", ab, lambda a, b: jnp.linalg.pinv(a, rtol=1e-15) @ b, lambda a, b: tl.pinv(a) @ b)
      for ab in ((R(5, 3), R(5)), (R(5, 3), R(5, 2)), (R(2, 4), R(2)), (R(3, 3), R(3, 2)), (R(2, 4, 2), R(2, 4, 1)))],
    *[tri(a, b, lower, trans, unit) for lower in (True, False) for trans in (True, False) for unit in (True, False)
      for a, b in ((diagonally(3), R(3, 2)), (diagonally(4), R(4)))],
    tri(R(2, 3, 3) + 3 * np.eye(3), R(2, 3, 2), True, False, False),
    *[(f"matrixPower {n}", a, lambda x, n=n: jnp.linalg.matrix_power(x, n), (lambda x, n=n: tl.matrix_power(x, n)) if n >= 0 else None)
      for n in (0, 1, 2, 5, -1, -3) for a in (diagonally(3), R(2, 2, 2) + 3 * np.eye(2))],
    # JAX's expm is right to 2e-10 only for the rotation by 9.
    # PyTorch's is right to 3e-12 only for small matrices.
    *[("expm", a, None, torch.matrix_exp, 1e-11) for a in (R(1, 1), R(2, 2), R(3, 3), R(2, 3, 3), 0.01 * R(3, 3), 6 * R(3, 3),
      np.zeros((2, 2)), np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([[0.0, -9.0], [9.0, 0.0]]), 0.4 * R(5, 5), 1e-9 * R(2, 2))],
    *[("slogdet", a, lambda x: tuple(jnp.linalg.slogdet(x)), lambda x: tuple(tl.slogdet(x)))
      for a in (R(1, 1), R(2, 2), R(3, 3), R(5, 5), R(2, 4, 4), 1e3 * R(20, 20), 1e40 * R(9, 9))],
    *[("det", a, jnp.linalg.det, tl.det) for a in (R(1, 1), R(2, 2), R(3, 3), R(4, 4), R(5, 5), R(7, 7), R(2, 3, 4, 4), hilbert(5, 5))],
    *[("det", a, jnp.linalg.det, None) for a in (singular(2, 1), singular(3, 2), np.array([[1.0, 2], [2, 4]]))],
    *[norm(order, a) for order in ("fro", "nuc", 1, -1, 2, -2, inf, -inf) for a in (R(3, 3), R(2, 4), R(2, 3, 2))],
    *[(f"cond {p}", R(3, 3), lambda x, p=p: jnp.linalg.cond(x, p), (lambda x, p=p: tl.cond(x, p)) if p in (2, -2) else None) for p in (2, -2, 1, inf, "fro")],
    ("cond 2", R(4, 2), jnp.linalg.cond, tl.cond),
    *[("solve", ab, lambda a, b: jnp.linalg.solve(a, b), tl.solve) for ab in ((R(6, 6), R(6)), (R(2, 2, 3, 3), R(2, 2, 3, 1)))],
    *[("cholesky", a, jnp.linalg.cholesky, lambda x: tl.cholesky((x + x.mT) / 2)) for a in (S(2, 3, 3) + 9 * np.eye(3), hilbert(4, 4))],
    *[("inv", a, jnp.linalg.inv, tl.inv) for a in (R(4, 4), R(2, 2, 2, 2))],
]


def several(f):
    def run(*xs):
        out = f(*xs)
        return tuple(out) if isinstance(out, (tuple, list)) else (out,)
    return run


def weights(shapes, first):
    """Numbers that the tests make in the same way."""
    out, at = [], first
    for shape in shapes:
        n = int(np.prod(shape))
        out.append(np.cos(at + np.arange(n)).reshape(shape))
        at += n
    return out


def in_jax(f, args):
    value, pull = jax.vjp(several(f), *[jnp.asarray(a) for a in args])
    cotangents = weights([v.shape for v in value], 1.0)
    tangents = weights([a.shape for a in args], 0.5)
    _, pushed = jax.jvp(several(f), tuple(jnp.asarray(a) for a in args), tuple(jnp.asarray(t) for t in tangents))
    return value, pull(tuple(jnp.asarray(c, v.dtype) for c, v in zip(cotangents, value))), pushed


def in_torch(f, args):
    xs = [torch.tensor(a, requires_grad=True) for a in args]
    value = several(f)(*xs)
    cotangents = [torch.tensor(w) for w in weights([v.shape for v in value], 1.0)]
    tangents = [torch.tensor(w) for w in weights([a.shape for a in args], 0.5)]
    pairs = [(v, c) for v, c in zip(value, cotangents) if v.requires_grad]
    pulled = torch.autograd.grad([v for v, _ in pairs], xs, [c for _, c in pairs], allow_unused=True) if pairs else []
    pulled = [np.zeros(x.shape) if g is None else g.numpy() for g, x in zip(pulled, xs)] or [np.zeros(x.shape) for x in xs]
    pushed = torch.func.jvp(several(f), tuple(torch.tensor(a) for a in args), tuple(tangents))[1]
    return [v.detach().numpy() for v in value], pulled, [p.numpy(force=True) for p in pushed]


flat = lambda x: [float(y) for y in np.asarray(x).ravel()]
size = lambda x: max([1.0, *map(abs, flat(x))])
out = []
for what, args, jax_f, torch_f, *tolerance in CASES:
    args = args if isinstance(args, tuple) else (args,)
    answers = [in_jax(jax_f, args)] if jax_f else []
    if torch_f:
        answers.append(in_torch(torch_f, args))
    if len(answers) == 2:
        worst = max(np.abs(np.asarray(p) - np.asarray(q)).max() / size(q) for x, y in zip(*answers) for p, q in zip(x, y))
        if not worst < max(10 * (tolerance or [0])[0], 1e-11):
            print(f"{what} {[a.shape for a in args]}: JAX and PyTorch differ by {worst}; {args[0].ravel()[:4]}", file=sys.stderr)
    value, pulled, pushed = answers[0]
    out.append({"what": what, "inputs": [{"shape": list(a.shape), "data": flat(a)} for a in args],
                "outputs": [{"shape": list(v.shape), "data": flat(v)} for v in value],
                "gradients": [flat(g) for g in pulled], "tangents": [flat(t) for t in pushed],
                **({"tolerance": tolerance[0]} if tolerance else {})})
print("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in out) + "\n]")
