"""What bench/grid.bench.ts measures, with whichever of NumPy, PyTorch and JAX is installed, on one thread.

Prints a name, a tab and nanoseconds: the least of several rounds.
"""
from clock import clock

import numpy as np

NAMES = ["himmelblau", "ackley"]
t = np.linspace(-5, 5, 512); X, Y = t[None, :], t[:, None]
def himmelblau_numpy():
    a = X * X + Y - 11; b = X + Y * Y - 7
    return a * a + b * b, 4 * X * a + 2 * b, 2 * a + 4 * Y * b
def ackley_numpy():
    r = np.sqrt(0.5 * (X * X + Y * Y)); e = np.exp(-0.2 * r)
    w = np.exp(0.5 * (np.cos(2 * np.pi * X) + np.cos(2 * np.pi * Y))); k = 2 * e / r
    return np.e + 20 - 20 * e - w, k * X + np.pi * np.sin(2 * np.pi * X) * w, k * Y + np.pi * np.sin(2 * np.pi * Y) * w
clock("numpy himmelblau", himmelblau_numpy); clock("numpy ackley", ackley_numpy)
F = [lambda m, x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
     lambda m, x, y: -20 * m.exp(-0.2 * m.sqrt(0.5 * (x * x + y * y))) - m.exp(0.5 * (m.cos(2 * np.pi * x) + m.cos(2 * np.pi * y))) + np.e + 20]
try:
    import torch
    torch.set_num_threads(1)
    gy, gx = torch.meshgrid(torch.tensor(t), torch.tensor(t), indexing="ij")
    for k, f in enumerate(F):
        def run(f=f):
            x, y = gx.clone().requires_grad_(), gy.clone().requires_grad_()
            v = f(torch, x, y); v.sum().backward(); return v, x.grad, y.grad
        clock(f"torch {NAMES[k]}", run)
except ImportError: pass
try:
    import jax, jax.numpy as jnp
    jax.config.update("jax_enable_x64", True)
    gy, gx = jnp.meshgrid(jnp.asarray(t), jnp.asarray(t), indexing="ij")
    for k, f in enumerate(F):
        g = jax.jit(lambda x, y, f=f: (f(jnp, x, y), *jax.grad(lambda x, y: f(jnp, x, y).sum(), (0, 1))(x, y)))
        clock(f"jax {NAMES[k]}", lambda g=g: jax.block_until_ready(g(gx, gy)))
except ImportError: pass
