"""Elementary functions over their whole domains by mpmath, for the error of vector-math.ts in units in the last place;
and the minimax polynomials that it uses (Remez' exchange).

Usage: python vector_math.py [COUNT] > ../fixtures/engine/vector-math.json
       python vector_math.py coefficients
"""
import json
import math
import random
import sys

from mpmath import mp, mpf, matrix, lu_solve
import mpmath as m

mp.dps = 60


# ── minimax polynomials ──────────────────────────────────────────────────────

def remez(f, weight, low, high, degree):
    """Coefficients of the polynomial that minimises max |weight·(p − f)|, and that maximum."""
    n = degree + 2
    middle, half = (low + high) / 2, (high - low) / 2
    chebyshev = lambda k, count: middle - half * m.cos(m.pi * k / count)
    points = [chebyshev(mpf(k) + mpf(1) / 2, n) for k in range(n)]
    for _ in range(30):
        rows = [[x ** j for j in range(degree + 1)] + [(-1) ** i / weight(x)] for i, x in enumerate(points)]
        solution = lu_solve(matrix(rows), matrix([f(x) for x in points]))
        coefficients = [solution[j] for j in range(degree + 1)]
        grid = [chebyshev(mpf(k), 40 * n) for k in range(40 * n + 1)]
        errors = [weight(x) * (m.polyval(coefficients[::-1], x) - f(x)) for x in grid]
        extremes = []
        for k, error in enumerate(errors):
            if not extremes or (error > 0) != (errors[extremes[-1]] > 0):
                extremes.append(k)
            elif abs(error) > abs(errors[extremes[-1]]):
                extremes[-1] = k
        while len(extremes) > n:
            extremes.pop(0 if abs(errors[extremes[0]]) < abs(errors[extremes[-1]]) else -1)
        sizes = [abs(errors[k]) for k in extremes]
        points = [grid[k] for k in extremes]
        if len(extremes) < n or max(sizes) < 1.01 * min(sizes):
            break
    return [float(c) for c in coefficients], m.nstr(m.log(max(sizes), 2), 4)


def coefficients():
    half = m.log(2) / 2 * mpf("1.0001")
    tail = lambda x: (m.exp(x) - 1 - x) / x ** 2 if abs(x) > mpf(10) ** -8 else mpf(1) / 2 + x / 6 + x * x / 24
    print("EXP", *remez(tail, lambda x: abs(x) + mpf(1) / 50, -half, half, 10))
    root = lambda z: (m.sinh(m.sqrt(z)) / m.sqrt(z) - 1) / z if z > mpf(10) ** -16 else mpf(1) / 6 + z / 120
    print("SINH", *remez(root, lambda z: z + mpf(1) / 50, mpf(0), mpf(1), 6))
    even = lambda z: (m.log1p(2 * m.sinh(m.sqrt(z) / 2) ** 2) / z - mpf(1) / 2) / z if z > mpf(10) ** -16 else -mpf(1) / 12
    print("LOG_COSH", *remez(even, lambda z: z + mpf(1) / 50, mpf(0), mpf(1), 13))


# ── reference values ─────────────────────────────────────────────────────────

def uniform(low, high):
    return lambda: random.uniform(low, high)


def magnitudes(low, high, signs=(1, -1)):
    """Sizes of all exponents from 2^low to 2^high."""
    return lambda: random.choice(signs) * math.ldexp(1 + random.random(), random.randrange(low, high))


def near(place, spread):
    return lambda: place + spread * random.choice((1, -1)) * 2.0 ** random.uniform(-50, 0)


def quadrants():
    return random.randrange(-300000, 300000) * (math.pi / 2) * (1 + random.choice((0, 1)) * random.uniform(-1e-9, 1e-9))


positive = (1,)
every = magnitudes(-1074, 1023)
angles = (uniform(-10, 10), magnitudes(-60, 18), quadrants)
FUNCTIONS = {
    "exp": (m.exp, (uniform(-745, 709.7), uniform(-2, 2), magnitudes(-60, 9), uniform(-746, -700))),
    "expm1": (m.expm1, (uniform(-50, 709.7), uniform(-2, 2), magnitudes(-1070, 9))),
    "exp2": (lambda x: mpf(2) ** x, (uniform(-1074, 1023.9), uniform(-2, 2), magnitudes(-60, 9))),
    "log": (m.log, (magnitudes(-1074, 1023, positive), near(1, 0.5), uniform(0.5, 2))),
    "log2": (lambda x: m.log(x, 2), (magnitudes(-1074, 1023, positive), near(1, 0.5), uniform(0.5, 2))),
    "log10": (m.log10, (magnitudes(-1074, 1023, positive), near(1, 0.5), uniform(0.5, 2))),
    "log1p": (m.log1p, (magnitudes(-1074, 1023, positive), magnitudes(-1074, -1), uniform(-0.999, 3), near(-1, 0.5))),
    "sin": (m.sin, angles),
    "cos": (m.cos, angles),
    "tan": (m.tan, angles),
    "asin": (m.asin, (uniform(-1, 1), magnitudes(-60, -1), near(0.5, 0.1))),
    "acos": (m.acos, (uniform(-1, 1), magnitudes(-60, -1), near(0.5, 0.1))),
    "atan": (m.atan, (uniform(-4, 4), magnitudes(-1000, 1000))),
    "sinh": (m.sinh, (uniform(-710.4, 710.4), uniform(-2, 2), magnitudes(-1000, 9))),
    "cosh": (m.cosh, (uniform(-710.4, 710.4), uniform(-2, 2), magnitudes(-60, 9))),
    "tanh": (m.tanh, (uniform(-20, 20), uniform(-2, 2), magnitudes(-1000, 9))),
    "asinh": (m.asinh, (uniform(-4, 4), every)),
    "acosh": (m.acosh, (uniform(1, 4), magnitudes(0, 1023, positive))),
    "atanh": (m.atanh, (uniform(-1, 1), magnitudes(-1000, -1))),
    "cbrt": (lambda x: m.sign(x) * m.cbrt(abs(x)), (uniform(-4, 4), every)),
    "sigmoid": (lambda x: 1 / (1 + m.exp(-x)), (uniform(-40, 40), uniform(-708, 700))),
    "softplus": (lambda x: m.log1p(m.exp(x)), (uniform(-40, 40), uniform(-708, 700))),
    "erf": (m.erf, (uniform(-6, 6), uniform(-1.5, 1.5), magnitudes(-1000, 2))),
    "erfc": (m.erfc, (uniform(-6, 26), uniform(-1.5, 1.5), uniform(0.3, 6))),
    "log_cosh": (lambda x: m.log1p(2 * m.sinh(x / 2) ** 2), (uniform(-1.2, 1.2), uniform(-20, 20), magnitudes(-500, 12))),
    "sech": (m.sech, (uniform(-700, 700), uniform(-2, 2))),
    "atan2": (lambda y, x: m.atan2(y, x), ((uniform(-4, 4), uniform(-4, 4)), (magnitudes(-400, 400), magnitudes(-400, 400)))),
    "hypot": (m.hypot, ((uniform(-4, 4), uniform(-4, 4)), (every, magnitudes(-1000, 1000)))),
    "pow": (lambda x, y: x ** y, (
        (uniform(0.1, 4), uniform(-5, 5)),
        (magnitudes(-1000, 1000, positive), uniform(-0.9, 0.9)),
        (near(1, 0.1), uniform(-7000, 7000)),
        (uniform(-9, 9), lambda: float(random.randrange(-300, 300))),
    )),
}


def reference(exact):
    """The nearest float64, and what is beyond it in units in the last place."""
    if isinstance(exact, m.mpc):
        return None
    nearest = float(exact)
    if not math.isfinite(nearest) or nearest == 0:
        return None
    return [nearest, round(float((exact - mpf(nearest)) / mpf(math.ulp(nearest))), 3)]


def cases(name, count):
    random.seed(name)
    function, sources = FUNCTIONS[name]
    rows = []
    while len(rows) < count:
        source = sources[len(rows) % len(sources)]
        args = [one() for one in source] if isinstance(source, tuple) else [source()]
        value = reference(function(*map(mpf, args)))
        if value:
            rows.append(args + value)
    return rows


if sys.argv[1:] == ["coefficients"]:
    coefficients()
else:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 90
    print(json.dumps({name: cases(name, count) for name in FUNCTIONS}, separators=(",", ":")))
