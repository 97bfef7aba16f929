"""What bench/speed.bench.ts measures, with whichever of PyTorch, JAX, ADOL-C (as `adolc`) and CasADi is
installed.

Prints a name, a tab and nanoseconds: the least of several rounds.
"""
import importlib.util
import math
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")


def least(body, rounds=7):
    body()
    count = 1
    while True:
        start = time.perf_counter_ns()
        for _ in range(count):
            body()
        if time.perf_counter_ns() - start > 5e6:
            break
        count *= 2
    times = []
    for _ in range(rounds):
        start = time.perf_counter_ns()
        for _ in range(count):
            body()
        times.append((time.perf_counter_ns() - start) / count)
    return min(times)


def report(name, body):
    print(f"{name}\t{least(body)}", flush=True)


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2).sum() + ((1 - x[:-1]) ** 2).sum()


SIZES = (2, 10, 1000, 10000)
points = {n: [math.sin(i) for i in range(n)] for n in (*SIZES, 50)}

if importlib.util.find_spec("torch"):
    import torch

    torch.set_num_threads(1)

    def slope(f, x):
        x.grad = None
        f(x).backward()
        return x.grad

    pair = torch.tensor([2.0, 3.0], dtype=torch.float64, requires_grad=True)
    report("torch surface", lambda: slope(lambda x: (x[0] + 5) * x[1] ** 2, pair))
    for n in SIZES:
        x = torch.tensor(points[n], dtype=torch.float64, requires_grad=True)
        report(f"torch gradient {n}", lambda: slope(rosenbrock, x))
    for n in (10, 50):
        x = torch.tensor(points[n], dtype=torch.float64)
        report(f"torch hessian {n}", lambda: torch.func.hessian(rosenbrock)(x))

if importlib.util.find_spec("jax"):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    surface = jax.jit(jax.grad(lambda x: (x[0] + 5) * x[1] ** 2))
    pair = jnp.array([2.0, 3.0])
    report("jax surface", lambda: surface(pair).block_until_ready())
    gradient = jax.jit(jax.grad(rosenbrock))
    for n in SIZES:
        x = jnp.array(points[n])
        report(f"jax gradient {n}", lambda: gradient(x).block_until_ready())
    hessian = jax.jit(jax.hessian(rosenbrock))
    for n in (10, 50):
        x = jnp.array(points[n])
        report(f"jax hessian {n}", lambda: hessian(x).block_until_ready())

if importlib.util.find_spec("adolc"):
    import adolc
    import numpy as np

    for tape, n in enumerate((*SIZES, 50)):
        x = np.array(points[n])
        adolc.trace_on(tape)
        ax = adolc.adouble(x)
        adolc.independent(ax)
        y = sum(100 * (ax[i + 1] - ax[i] ** 2) ** 2 + (1 - ax[i]) ** 2 for i in range(n - 1))
        adolc.dependent(y)
        adolc.trace_off()
        report(f"adolc gradient {n}", lambda: adolc.gradient(tape, x))
        if n in (10, 50):
            report(f"adolc hessian {n}", lambda: adolc.hessian(tape, x))

if importlib.util.find_spec("casadi"):
    import casadi
    import numpy

    def prepared(f, n, derivative, name):
        """Evaluated by its virtual machine, in buffers that are there already."""
        x = casadi.SX.sym("x", n)
        function = casadi.Function("f", [x], [casadi.densify(derivative(f(x), x))])
        buffer, trigger = function.buffer()
        point = numpy.array([math.sin(i) for i in range(n)])
        out = numpy.zeros(function.numel_out())
        buffer.set_arg(0, memoryview(point))
        buffer.set_res(0, memoryview(out))
        report(name, trigger)

    def rosenbrock_sx(x):
        return casadi.sumsqr(10 * (x[1:] - x[:-1] ** 2)) + casadi.sumsqr(1 - x[:-1])

    prepared(lambda x: (x[0] + 5) * x[1] ** 2, 2, casadi.gradient, "casadi surface")
    for n in SIZES:
        prepared(rosenbrock_sx, n, casadi.gradient, f"casadi gradient {n}")
    for n in (10, 50):
        prepared(rosenbrock_sx, n, lambda y, x: casadi.hessian(y, x)[0], f"casadi hessian {n}")
