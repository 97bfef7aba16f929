"""Roots and minima of functions of one number."""
import math

import numpy as np


class OptimizeResult(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def bisect(f, a, b, args=(), xtol=2e-12, rtol=8.881784197001252e-16, maxiter=100, **options):
    fa, fb = f(a, *args), f(b, *args)
    if fa * fb > 0:
        raise ValueError("f(a) and f(b) must have different signs")
    if fa == 0:
        return a
    if fb == 0:
        return b
    step = b - a
    for _ in range(maxiter):
        step *= 0.5
        middle = a + step
        value = f(middle, *args)
        if value * fa >= 0:
            a = middle
        if value == 0 or abs(step) < xtol + rtol * abs(middle):
            return middle
    raise RuntimeError(f"Failed to converge after {maxiter} iterations.")


def brentq(f, a, b, args=(), xtol=2e-12, rtol=8.881784197001252e-16, maxiter=100, **options):
    """Brent (1973): inverse quadratic interpolation, kept by bisection."""
    before, now = a, b
    f_before, f_now = f(a, *args), f(b, *args)
    if f_before == 0:
        return a
    if f_now == 0:
        return b
    if f_before * f_now > 0:
        raise ValueError("f(a) and f(b) must have different signs")
    block, f_block, step, last = 0.0, 0.0, 0.0, 0.0
    for _ in range(maxiter):
        if f_before != 0 and f_now != 0 and (f_before > 0) != (f_now > 0):
            block, f_block = before, f_before
            step = last = now - before
        if abs(f_block) < abs(f_now):
            before, now, block = now, block, now
            f_before, f_now, f_block = f_now, f_block, f_now
        delta = (xtol + rtol * abs(now)) / 2
        half = (block - now) / 2
        if f_now == 0 or abs(half) < delta:
            return now
        if abs(step) > delta and abs(f_now) < abs(f_before):
            if before == block:
                try_ = -f_now * (now - before) / (f_now - f_before)
            else:
                d1 = (f_before - f_now) / (before - now)
                d2 = (f_block - f_now) / (block - now)
                try_ = -f_now * (f_block * d2 - f_before * d1) / (d2 * d1 * (f_block - f_before))
            if 2 * abs(try_) < min(abs(step), 3 * abs(half) - delta):
                step, last = try_, step
            else:
                step = last = half
        else:
            step = last = half
        before, f_before = now, f_now
        now += step if abs(step) > delta else (delta if half > 0 else -delta)
        f_now = f(now, *args)
    raise RuntimeError(f"Failed to converge after {maxiter} iterations.")


brenth = ridder = brentq


def newton(func, x0, fprime=None, args=(), tol=1.48e-8, maxiter=50, fprime2=None, x1=None, **options):
    x = 1.0 * x0
    if fprime is not None:
        for _ in range(maxiter):
            value = func(x, *args)
            if value == 0:
                return x
            slope = fprime(x, *args)
            if slope == 0:
                raise RuntimeError("Derivative was zero.")
            step = value / slope
            if fprime2 is not None:
                adjust = step * fprime2(x, *args) / slope / 2
                if abs(adjust) < 1:
                    step /= 1.0 - adjust
            new = x - step
            if abs(new - x) <= tol:
                return new
            x = new
    else:
        p0 = x
        p1 = x1 if x1 is not None else x * (1 + 1e-4) + (1e-4 if x >= 0 else -1e-4)
        q0, q1 = func(p0, *args), func(p1, *args)
        if abs(q1) < abs(q0):
            p0, p1, q0, q1 = p1, p0, q1, q0
        for _ in range(maxiter):
            if q1 == q0:
                return (p1 + p0) / 2.0
            p = (-q0 / q1 * p1 + p0) / (1 - q0 / q1) if abs(q1) > abs(q0) else (-q1 / q0 * p0 + p1) / (1 - q1 / q0)
            if abs(p - p1) <= tol:
                return p
            p0, q0, p1 = p1, q1, p
            q1 = func(p1, *args)
    raise RuntimeError(f"Failed to converge after {maxiter} iterations, value is {x}.")


def root_scalar(f, args=(), method=None, bracket=None, fprime=None, x0=None, x1=None, **options):
    if bracket is not None:
        root = brentq(f, bracket[0], bracket[1], args)
    else:
        root = newton(f, x0, fprime, args, x1=x1)
    return OptimizeResult(root=root, converged=True, flag="converged")


def minimize_scalar(fun, bracket=None, bounds=None, args=(), method=None, tol=1e-10, **options):
    """Golden sections, and parabolas through three points (Brent 1973)."""
    f = lambda x: fun(x, *args)
    if bounds is not None:
        a, b = bounds
    else:
        a, b = (bracket[0], bracket[-1]) if bracket is not None else (0.0, 1.0)
        fa, fb = f(a), f(b)
        if fa < fb:
            a, b, fa, fb = b, a, fb, fa
        c = b + 1.618034 * (b - a)
        while f(c) < fb and abs(c) < 1e100:
            a, b, fb, c = b, c, f(c), c + 1.618034 * (c - b)
        a, b = min(a, c), max(a, c)
    golden = 0.3819660112501051
    x = w = v = a + golden * (b - a)
    fx = fw = fv = f(x)
    d = e = 0.0
    calls = 1
    for _ in range(500):
        middle = (a + b) / 2
        small = 1.48e-8 * abs(x) + 1e-11
        if abs(x - middle) <= 2 * small - (b - a) / 2:
            break
        parabola = False
        if abs(e) > small:
            r, q = (x - w) * (fx - fv), (x - v) * (fx - fw)
            p, q = (x - v) * q - (x - w) * r, 2 * (q - r)
            p, q = (-p, q) if q > 0 else (p, -q)
            if abs(p) < abs(q * e / 2) and q * (a - x) < p < q * (b - x):
                e, d, parabola = d, p / q, True
        if not parabola:
            e = (a if x >= middle else b) - x
            d = golden * e
        u = x + (d if abs(d) >= small else math.copysign(small, d))
        fu = f(u)
        calls += 1
        if fu <= fx:
            a, b = (x, b) if u >= x else (a, x)
            v, w, x, fv, fw, fx = w, x, u, fw, fx, fu
        else:
            a, b = (u, b) if u < x else (a, u)
            if fu <= fw or w == x:
                v, w, fv, fw = w, u, fw, fu
            elif fu <= fv or v == x or v == w:
                v, fv = u, fu
    return OptimizeResult(x=x, fun=fx, nfev=calls, success=True)


def approx_fprime(xk, f, epsilon=1.4901161193847656e-08, *args):
    xk = np.asarray(xk, dtype=float)
    start = f(xk, *args)
    out = np.zeros(len(xk))
    for k in range(len(xk)):
        moved = xk.copy()
        moved[k] += epsilon
        out[k] = (f(moved, *args) - start) / epsilon
    return out


def rosen(x):
    x = np.asarray(x)
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)
