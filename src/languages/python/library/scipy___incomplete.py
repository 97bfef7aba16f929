"""Incomplete gamma and beta functions, by their series and continued fractions (DLMF 8.11, 8.9, 8.17)."""
import math

import numpy as np

_TINY = 1e-300


def _fraction(term, start):
    """Lentz's method: start / (b0 + a1 / (b1 + a2 / …)) for terms (a, b)."""
    f = c = start or _TINY
    d = 0.0
    for k in range(1, 2000):
        a, b = term(k)
        d = b + a * d or _TINY
        c = b + a / c or _TINY
        d = 1.0 / d
        f *= c * d
        if abs(c * d - 1.0) < 1e-16:
            break
    return f


def _gammainc(a, x):
    if math.isnan(a) or math.isnan(x) or a <= 0 or x < 0:
        return math.nan
    if x == 0:
        return 0.0
    if math.isinf(x):
        return 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        total = part = 1.0 / a
        k = a
        while abs(part) > abs(total) * 1e-17:
            k += 1
            part *= x / k
            total += part
        return front * total
    return 1.0 - front / _fraction(lambda k: (-k * (k - a), x + 2 * k + 1 - a), x + 1 - a)


def _betainc(a, b, x):
    if math.isnan(a) or math.isnan(b) or math.isnan(x) or not 0 <= x <= 1:
        return math.nan
    if x in (0, 1):
        return float(x)
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _betainc(b, a, 1.0 - x)

    def term(k):
        m = k // 2
        if k % 2 == 0:
            return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), 1.0
        return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), 1.0

    front = math.exp(a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)) / a
    return front / _fraction(term, 1.0)


def _each(fn):
    def run(*args):
        if all(np.ndim(arg) == 0 for arg in args):
            return np.float64(fn(*[float(arg) for arg in args]))
        return np.vectorize(fn)(*args)

    return run


def _stdtr(df, z):
    tail = 0.5 * _betainc(df / 2, 0.5, df / (df + z * z))
    return 1.0 - tail if z > 0 else tail


gammainc, betainc, stdtr = _each(_gammainc), _each(_betainc), _each(_stdtr)


def gammaincc(a, x):
    return 1.0 - gammainc(a, x)
