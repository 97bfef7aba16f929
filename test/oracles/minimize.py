"""SciPy on the problems of Moré, Garbow and Hillstrom, with derivatives by JAX in float64.

Written from the paper, apart from test/engine/more-garbow-hillstrom.ts. For each problem: the sum of squares and its
gradient at the standard start, and the value at which each method ends (null: it raised an error). Then the path of
SciPy's Nelder-Mead on some problems, and runs within bounds.

Usage: python minimize.py > ../fixtures/engine/minimize.json
"""
import json
import warnings

import jax
import jax.numpy as np
import numpy as onp
from scipy.optimize import Bounds, least_squares, minimize

jax.config.update("jax_enable_x64", True)
warnings.simplefilter("ignore")

BARD = np.array([.14, .18, .22, .25, .29, .32, .35, .39, .37, .58, .73, .96, 1.34, 2.10, 4.39])
GAUSS = np.array([.0009, .0044, .0175, .0540, .1295, .2420, .3521, .3989, .3521, .2420, .1295, .0540, .0175, .0044, .0009])
MEYER = np.array([34780., 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872])
KOWALIK = np.array([.1957, .1947, .1735, .1600, .0844, .0627, .0456, .0342, .0323, .0235, .0246])
KOWALIK_AT = np.array([4, 2, 1, .5, .25, .167, .125, .1, .0833, .0714, .0625])
OSBORNE_1 = np.array([
    .844, .908, .932, .936, .925, .908, .881, .850, .818, .784, .751, .718, .685, .658, .628, .603, .580, .558, .538, .522,
    .506, .490, .478, .467, .457, .448, .438, .431, .424, .420, .414, .411, .406])
OSBORNE_2 = np.array([
    1.366, 1.191, 1.112, 1.013, .991, .885, .831, .847, .786, .725, .746, .679, .608, .655, .616, .606, .602, .626, .651,
    .724, .649, .649, .694, .644, .624, .661, .612, .558, .533, .495, .500, .423, .395, .375, .372, .391, .396, .405, .428,
    .429, .523, .562, .607, .653, .672, .708, .633, .668, .645, .632, .591, .559, .597, .625, .739, .710, .729, .720, .636,
    .581, .428, .292, .162, .098, .054])


def rosenbrock(x):
    a, b = x[::2], x[1::2]
    return np.concatenate([10 * (b - a ** 2), 1 - a])


def powell_singular(x):
    a, b, c, d = x[::4], x[1::4], x[2::4], x[3::4]
    return np.concatenate([a + 10 * b, 5 ** .5 * (c - d), (b - 2 * c) ** 2, 10 ** .5 * (a - d) ** 2])


def freudenstein_roth(x):
    a, b = x
    return np.array([-13 + a + ((5 - b) * b - 2) * b, -29 + a + ((b + 1) * b - 14) * b])


def helical(x):
    turn = np.arctan(x[1] / x[0]) / (2 * np.pi) + np.where(x[0] < 0, .5, 0)
    return np.array([10 * (x[2] - 10 * turn), 10 * (np.sqrt(x[0] ** 2 + x[1] ** 2) - 1), x[2]])


def bard(x):
    u = np.arange(1., 16)
    v = 16 - u
    return BARD - (x[0] + u / (v * x[1] + np.minimum(u, v) * x[2]))


def gulf(x):
    t = np.arange(1, 11) / 100
    y = 25 + (-50 * np.log(t)) ** (2 / 3)
    return np.exp(-np.abs(y - x[1]) ** x[2] / x[0]) - t


def box(x):
    t = np.arange(1, 11) / 10
    return np.exp(-t * x[0]) - np.exp(-t * x[1]) - x[2] * (np.exp(-t) - np.exp(-10 * t))


def wood(x):
    a, b, c, d = x
    return np.array([10 * (b - a ** 2), 1 - a, 90 ** .5 * (d - c ** 2), 1 - c, 10 ** .5 * (b + d - 2), 10 ** -.5 * (b - d)])


def brown_dennis(x):
    t = np.arange(1, 21) / 5
    return (x[0] + t * x[1] - np.exp(t)) ** 2 + (x[2] + x[3] * np.sin(t) - np.cos(t)) ** 2


def osborne_1(x):
    t = 10. * np.arange(33)
    return OSBORNE_1 - (x[0] + x[1] * np.exp(-t * x[3]) + x[2] * np.exp(-t * x[4]))


def biggs(x):
    t = np.arange(1, 14) / 10
    y = np.exp(-t) - 5 * np.exp(-10 * t) + 3 * np.exp(-4 * t)
    return x[2] * np.exp(-t * x[0]) - x[3] * np.exp(-t * x[1]) + x[5] * np.exp(-t * x[4]) - y


def osborne_2(x):
    t = np.arange(65) / 10
    y = x[0] * np.exp(-t * x[4])
    for i in (1, 2, 3):
        y += x[i] * np.exp(-(t - x[i + 7]) ** 2 * x[i + 4])
    return OSBORNE_2 - y


def watson(x):
    t = (np.arange(1, 30) / 29)[:, None]
    j = np.arange(6)
    slope = (j[1:] * t ** (j[1:] - 1)) @ x[1:]
    return np.concatenate([slope - ((t ** j) @ x) ** 2 - 1, np.array([x[0], x[1] - x[0] ** 2 - 1])])


def penalty_2(x):
    n = len(x)
    i = np.arange(2, n + 1)
    e = np.exp(x / 10)
    return np.concatenate([
        x[:1] - .2, 1e-5 ** .5 * (e[1:] + e[:-1] - np.exp(i / 10) - np.exp((i - 1) / 10)),
        1e-5 ** .5 * (e[1:] - np.exp(-.1)), np.array([np.sum((n - np.arange(n)) * x ** 2) - 1])])


def variably_dimensioned(x):
    s = np.sum(np.arange(1, len(x) + 1) * (x - 1))
    return np.concatenate([x - 1, np.array([s, s ** 2])])


def discrete_boundary(x):
    n = len(x)
    h = 1 / (n + 1)
    padded = np.pad(x, 1)
    return 2 * x - padded[:-2] - padded[2:] + h ** 2 * (x + h * np.arange(1, n + 1) + 1) ** 3 / 2


def broyden_tridiagonal(x):
    padded = np.pad(x, 1)
    return (3 - 2 * x) * x - padded[:-2] - 2 * padded[2:] + 1


def broyden_banded(x):
    n = len(x)
    out = []
    for i in range(n):
        near = [j for j in range(max(0, i - 5), min(n, i + 2)) if j != i]
        out.append(x[i] * (2 + 5 * x[i] ** 2) + 1 - sum(x[j] * (1 + x[j]) for j in near))
    return np.array(out)


def chebyquad(x):
    before, now, out = np.ones_like(x), 2 * x - 1, []
    for degree in range(1, len(x) + 1):
        out.append(np.mean(now) - (0 if degree % 2 else -1 / (degree ** 2 - 1)))
        before, now = now, 2 * (2 * x - 1) * now - before
    return np.array(out)


PROBLEMS = {
    "Rosenbrock": (rosenbrock, [-1.2, 1]),
    "Freudenstein–Roth": (freudenstein_roth, [.5, -2]),
    "Powell badly scaled": (lambda x: np.array([1e4 * x[0] * x[1] - 1, np.exp(-x[0]) + np.exp(-x[1]) - 1.0001]), [0, 1]),
    "Brown badly scaled": (lambda x: np.array([x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2]), [1, 1]),
    "Beale": (lambda x: np.array([1.5, 2.25, 2.625]) - x[0] * (1 - x[1] ** np.arange(1, 4)), [1, 1]),
    "Jennrich–Sampson": (
        lambda x: 2 + 2 * np.arange(1, 11) - np.exp(np.arange(1, 11) * x[0]) - np.exp(np.arange(1, 11) * x[1]), [.3, .4]),
    "helical valley": (helical, [-1, 0, 0]),
    "Bard": (bard, [1, 1, 1]),
    "Gaussian": (lambda x: x[0] * np.exp(-x[1] * ((8 - np.arange(1, 16)) / 2 - x[2]) ** 2 / 2) - GAUSS, [.4, 1, 0]),
    "Meyer": (lambda x: x[0] * np.exp(x[1] / (45. + 5 * np.arange(1, 17) + x[2])) - MEYER, [.02, 4000, 250]),
    "Gulf research": (gulf, [5, 2.5, .15]),
    "Box three-dimensional": (box, [0, 10, 20]),
    "Powell singular": (powell_singular, [3, -1, 0, 1]),
    "Wood": (wood, [-3, -1, -3, -1]),
    "Kowalik–Osborne": (
        lambda x: KOWALIK - x[0] * (KOWALIK_AT ** 2 + KOWALIK_AT * x[1]) / (KOWALIK_AT ** 2 + KOWALIK_AT * x[2] + x[3]),
        [.25, .39, .415, .39]),
    "Brown–Dennis": (brown_dennis, [25, 5, -5, -1]),
    "Osborne 1": (osborne_1, [.5, 1.5, -1, .01, .02]),
    "Biggs EXP6": (biggs, [1, 2, 1, 1, 1, 1]),
    "Osborne 2": (osborne_2, [1.3, .65, .65, .7, .6, 3, 5, 7, 2, 4.5, 5.5]),
    "Watson": (watson, [0] * 6),
    "extended Rosenbrock": (rosenbrock, [-1.2, 1] * 5),
    "extended Powell singular": (powell_singular, [3, -1, 0, 1] * 3),
    "penalty I": (lambda x: np.concatenate([1e-5 ** .5 * (x - 1), np.array([x @ x - .25])]), [1, 2, 3, 4]),
    "penalty II": (penalty_2, [.5] * 4),
    "variably dimensioned": (variably_dimensioned, [1 - j / 10 for j in range(1, 11)]),
    "trigonometric": (
        lambda x: len(x) - np.sum(np.cos(x)) + np.arange(1, len(x) + 1) * (1 - np.cos(x)) - np.sin(x), [.1] * 10),
    "Brown almost-linear": (
        lambda x: np.concatenate([x[:-1] + np.sum(x) - (len(x) + 1), np.array([np.prod(x) - 1])]), [.5] * 10),
    "discrete boundary value": (discrete_boundary, [j / 11 * (j / 11 - 1) for j in range(1, 11)]),
    "Broyden tridiagonal": (broyden_tridiagonal, [-1] * 10),
    "Broyden banded": (broyden_banded, [-1] * 10),
    "Chebyquad": (chebyquad, [j / 9 for j in range(1, 9)]),
}
TOLERANCE = 1e-8
OPTIONS = {
    "CG": {"gtol": TOLERANCE, "maxiter": 2000}, "BFGS": {"gtol": TOLERANCE, "maxiter": 2000},
    "L-BFGS-B": {"gtol": TOLERANCE, "ftol": 0, "maxiter": 2000, "maxfun": 15000},
    "Newton-CG": {"xtol": 1e-10, "maxiter": 2000}, "trust-ncg": {"gtol": TOLERANCE, "maxiter": 2000},
    "trust-exact": {"gtol": TOLERANCE, "maxiter": 2000},
    "Nelder-Mead": {"xatol": TOLERANCE, "fatol": TOLERANCE, "maxiter": 2000, "maxfev": 100000},
}
SECOND = ("Newton-CG", "trust-ncg", "trust-exact")


def number(compute):
    try:
        value = float(compute())
        return value if onp.isfinite(value) else None
    except Exception:
        return None


def derivatives(residuals):
    f = jax.jit(lambda x: np.sum(residuals(x) ** 2))
    as_numpy = lambda g: lambda x: onp.array(g(x))
    return (lambda x: float(f(x))), as_numpy(jax.jit(jax.grad(f))), as_numpy(jax.jit(jax.hessian(f)))


def solve(residuals, start):
    x0 = onp.array(start, float)
    f, g, h = derivatives(residuals)
    r, j = jax.jit(residuals), jax.jit(jax.jacobian(residuals))
    final = {
        method: number(lambda: minimize(
            f, x0, method=method, jac=None if method == "Nelder-Mead" else g, hess=h if method in SECOND else None,
            options=options).fun)
        for method, options in OPTIONS.items()}
    final["lm"] = number(lambda: 2 * least_squares(
        lambda x: onp.array(r(x)), x0, lambda x: onp.array(j(x)), method="lm", xtol=1e-12, ftol=1e-12, gtol=1e-12,
        x_scale="jac", max_nfev=2000).cost)
    return {"value": f(x0), "gradient": g(x0).tolist(), "final": final}


def simplex_path(name, bounds=None):
    residuals, start = PROBLEMS[name]
    f = derivatives(residuals)[0]
    path = minimize(f, onp.array(start, float), method="Nelder-Mead", bounds=bounds,
                    options={"return_all": True, "maxiter": 60}).allvecs
    return [p.tolist() for p in path]


def bounded(name, lower, upper):
    residuals, start = PROBLEMS[name]
    f, g, _ = derivatives(residuals)
    result = minimize(f, onp.array(start, float), jac=g, method="L-BFGS-B", bounds=Bounds(lower, upper),
                      options={"gtol": 1e-10, "ftol": 0})
    return {"problem": name, "lower": lower, "upper": upper, "value": result.fun, "point": result.x.tolist()}


print(json.dumps({
    "problems": {name: solve(*problem) for name, problem in PROBLEMS.items()},
    "nelderMead": {name: simplex_path(name) for name in ("Rosenbrock", "helical valley", "Wood")},
    "bounded": [
        bounded("Rosenbrock", [-2, -2], [.5, 2]),
        bounded("Rosenbrock", [-1.5, 1.5], [2, 3]),
        bounded("Beale", [.5, -1], [2.5, .4]),
        bounded("Wood", [-5] * 4, [.8, 5, 5, 5]),
        bounded("Kowalik–Osborne", [0, 0, 0, 0], [.2, 1, 1, 1]),
        bounded("Broyden tridiagonal", [-.5] * 10, [5] * 10),
    ],
}, ensure_ascii=False, separators=(",", ":")))
