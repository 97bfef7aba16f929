"""Roots and minima."""
import math
import warnings

import numpy as np


class OptimizeResult(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __repr__(self):
        if not self:
            return self.__class__.__name__ + "()"
        first = ["message", "success", "status", "fun", "funl", "x", "xl", "col_ind", "nit", "lower", "upper", "eqlin", "ineqlin", "converged", "flag", "root"]
        keys = sorted(self, key=lambda key: first.index(key) if key in first else len(first))
        width = max(len(key) for key in self) + 1
        return "\n".join(f"{key.rjust(width)}: {_shown(self[key], width + 2)}" for key in keys)


def _shown(value, indent):
    """As SciPy writes it: elements of arrays with three decimals."""
    if isinstance(value, tuple):
        return "(" + ", ".join(f"array({_rows(part, indent + 6, ', ')})" for part in value) + ")"
    if isinstance(value, np.ndarray):
        return _rows(value, indent, " ")
    return str(value).replace("\n", "\n" + " " * indent)


def _rows(value, indent, separator):
    if value.ndim == 0:
        return f"{value: .3e}"
    if value.ndim == 1:
        return "[" + separator.join(f"{x: .3e}" if isinstance(x, float) else str(x) for x in value) + "]"
    return "[" + (separator.strip() + "\n" + " " * (indent + 1)).join(_rows(row, indent + 1, separator) for row in value) + "]"


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
        if abs(last) > delta and abs(f_now) < abs(f_before):
            if before == block:
                try_ = -f_now * (now - before) / (f_now - f_before)
            else:
                d1 = (f_before - f_now) / (before - now)
                d2 = (f_block - f_now) / (block - now)
                try_ = -f_now * (f_block * d2 - f_before * d1) / (d2 * d1 * (f_block - f_before))
            if 2 * abs(try_) < min(abs(last), 3 * abs(half) - delta):
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


def rosen_der(x):
    x = np.asarray(x, dtype=float)
    out = np.zeros(len(x))
    out[1:-1] = 200 * (x[1:-1] - x[:-2] ** 2) - 400 * (x[2:] - x[1:-1] ** 2) * x[1:-1] - 2 * (1 - x[1:-1])
    out[0] = -400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0])
    out[-1] = 200 * (x[-1] - x[-2] ** 2)
    return out


def rosen_hess(x):
    x = np.asarray(x, dtype=float)
    off = -400 * x[:-1]
    line = np.zeros(len(x))
    line[0] = 1200 * x[0] ** 2 - 400 * x[1] + 2
    line[-1] = 200
    line[1:-1] = 202 + 1200 * x[1:-1] ** 2 - 400 * x[2:]
    return np.diag(off, 1) + np.diag(off, -1) + np.diag(line)


def check_grad(func, grad, x0, *args, epsilon=1.4901161193847656e-08, **options):
    return np.sqrt(np.sum((grad(x0, *args) - approx_fprime(x0, func, epsilon, *args)) ** 2))


class Bounds:
    def __init__(self, lb=-math.inf, ub=math.inf, keep_feasible=False):
        self.lb, self.ub, self.keep_feasible = np.atleast_1d(lb), np.atleast_1d(ub), keep_feasible

    def __repr__(self):
        return f"Bounds({self.lb!r}, {self.ub!r})"


def _limits(bounds, n):
    if bounds is None:
        return None
    if isinstance(bounds, Bounds):
        low, high = bounds.lb, bounds.ub
    else:
        low = [-math.inf if pair[0] is None else pair[0] for pair in bounds]
        high = [math.inf if pair[1] is None else pair[1] for pair in bounds]
    return np.broadcast_to(np.asarray(low, dtype=float), (n,)), np.broadcast_to(np.asarray(high, dtype=float), (n,))


def _nelder_mead(f, x0, limits, calls, tol=None, maxiter=None, maxfev=None, xatol=1e-4, fatol=1e-4, adaptive=False, **options):
    """Nelder and Mead (1965), with the coefficients and the first simplex of SciPy."""
    n = len(x0)
    xatol, fatol = (xatol, fatol) if tol is None else (tol, tol)
    clip = (lambda x: x) if limits is None else (lambda x: np.minimum(np.maximum(x, limits[0]), limits[1]))
    rho, chi, psi, sigma = (1, 1 + 2 / n, 0.75 - 1 / (2 * n), 1 - 1 / n) if adaptive else (1, 2, 0.5, 0.5)
    maxiter = n * 200 if maxiter is None and maxfev is None else (maxiter or math.inf)
    maxfev = maxfev or (n * 200 if maxiter == n * 200 else math.inf)
    points = [clip(x0)]
    for k in range(n):
        y = np.array(points[0], copy=True)
        y[k] = 1.05 * y[k] if y[k] != 0 else 0.00025
        points.append(clip(y))
    values = [f(x) for x in points]

    def order():
        places = sorted(range(n + 1), key=lambda k: values[k])
        points[:], values[:] = [points[k] for k in places], [values[k] for k in places]

    order()
    iterations = 1
    while calls[0] < maxfev and iterations < maxiter:
        if max(np.max(np.abs(x - points[0])) for x in points[1:]) <= xatol and max(abs(values[0] - v) for v in values[1:]) <= fatol:
            break
        middle = sum(points[:-1]) / n
        worst = points[-1]
        reflected = clip((1 + rho) * middle - rho * worst)
        value = f(reflected)
        if value < values[0]:
            further = clip((1 + rho * chi) * middle - rho * chi * worst)
            other = f(further)
            points[-1], values[-1] = (further, other) if other < value else (reflected, value)
        elif value < values[-2]:
            points[-1], values[-1] = reflected, value
        else:
            outside = value < values[-1]
            step = psi * rho if outside else -psi
            inner = clip((1 + step) * middle - step * worst)
            other = f(inner)
            if other <= value if outside else other < values[-1]:
                points[-1], values[-1] = inner, other
            else:
                for k in range(1, n + 1):
                    points[k] = clip(points[0] + sigma * (points[k] - points[0]))
                    values[k] = f(points[k])
        iterations += 1
        order()
    if calls[0] >= maxfev:
        status, message = 1, "Maximum number of function evaluations has been exceeded."
    elif iterations >= maxiter:
        status, message = 2, "Maximum number of iterations has been exceeded."
    else:
        status, message = 0, "Optimization terminated successfully."
    return OptimizeResult(message=message, success=status == 0, status=status, fun=values[0], x=points[0], nit=iterations, nfev=calls[0], final_simplex=(np.array(points), np.array(values)))


def _line(f, df, x, p, fx, slope, c2, accept):
    """A step that meets the strong Wolfe conditions (Nocedal and Wright 2006, algorithms 3.5 and 3.6) and is accepted; None if none is found."""
    c1 = 1e-4

    def zoom(low, high, f_low):
        for _ in range(40):
            a = (low + high) / 2
            value = f(x + a * p)
            if value > fx + c1 * a * slope or value >= f_low:
                high = a
            else:
                g = df(x + a * p)
                now = np.dot(g, p)
                if abs(now) <= -c2 * slope and accept(g):
                    return a, value, g
                if now * (high - low) >= 0:
                    high = low
                low, f_low = a, value
        return None

    before, f_before, a = 0.0, fx, 1.0
    for k in range(30):
        value = f(x + a * p)
        if value > fx + c1 * a * slope or (k > 0 and value >= f_before) or not math.isfinite(value):
            return zoom(before, a, f_before)
        g = df(x + a * p)
        now = np.dot(g, p)
        if abs(now) <= -c2 * slope and accept(g):
            return a, value, g
        if now >= 0:
            return zoom(a, before, value)
        before, f_before, a = a, value, 2 * a
    return None


def _cubic(near, f_near, d_near, far, f_far, d_far, sign, clip=False):
    """The place, as a part of the way from `near` to `far`, of a minimum of the cubic through two points; and its root."""
    theta = 3 * (f_near - f_far) / (far - near) + d_near + d_far
    size = max(abs(theta), abs(d_near), abs(d_far))
    square = (theta / size) ** 2 - (d_near / size) * (d_far / size)
    gamma = sign * size * math.sqrt(max(0.0, square) if clip else square)
    return theta, gamma


def _trial(low, high, now, bracketed, least, most):
    """The next trial of a step, and the new interval: MINPACK-2's dcstep (Moré and Thuente 1994). Points are (step, value, slope)."""
    (stx, fx, dx), (sty, fy, dy), (stp, fp, dp) = low, high, now
    opposite = dp * (dx / abs(dx)) < 0
    if fp > fx:
        theta, gamma = _cubic(stx, fx, dx, stp, fp, dp, -1 if stp < stx else 1)
        cubic = stx + ((gamma - dx) + theta) / (((gamma - dx) + gamma) + dp) * (stp - stx)
        square = stx + ((dx / ((fx - fp) / (stp - stx) + dx)) / 2) * (stp - stx)
        step = cubic if abs(cubic - stx) <= abs(square - stx) else cubic + (square - cubic) / 2
        bracketed = True
    elif opposite:
        theta, gamma = _cubic(stx, fx, dx, stp, fp, dp, -1 if stp > stx else 1)
        cubic = stp + ((gamma - dp) + theta) / (((gamma - dp) + gamma) + dx) * (stx - stp)
        secant = stp + (dp / (dp - dx)) * (stx - stp)
        step = cubic if abs(cubic - stp) > abs(secant - stp) else secant
        bracketed = True
    elif abs(dp) < abs(dx):
        theta, gamma = _cubic(stx, fx, dx, stp, fp, dp, -1 if stp > stx else 1, True)
        r = ((gamma - dp) + theta) / ((gamma + (dx - dp)) + gamma)
        cubic = stp + r * (stx - stp) if r < 0 and gamma != 0 else most if stp > stx else least
        secant = stp + (dp / (dp - dx)) * (stx - stp)
        if bracketed:
            step = cubic if abs(cubic - stp) < abs(secant - stp) else secant
            limit = stp + 0.66 * (sty - stp)
            step = min(limit, step) if stp > stx else max(limit, step)
        else:
            step = cubic if abs(cubic - stp) > abs(secant - stp) else secant
            step = min(max(step, least), most)
    elif bracketed:
        theta, gamma = _cubic(stp, fp, dp, sty, fy, dy, -1 if stp > sty else 1)
        step = stp + ((gamma - dp) + theta) / (((gamma - dp) + gamma) + dy) * (sty - stp)
    else:
        step = most if stp > stx else least
    if fp > fx:
        high = now
    else:
        high, low = low if opposite else high, now
    return step, low, high, bracketed


def _wolfe(f, df, x, p, fx, before, g, c2, accept):
    """A step that meets the strong Wolfe conditions: MINPACK-2's dcsrch, which SciPy goes by; then by bisection. None if none is found."""
    slope = np.dot(g, p)
    least, most, c1, xtol = 1e-100, 1e100, 1e-4, 1e-14
    stp = min(1.0, 1.01 * 2 * (fx - before) / slope) if slope != 0 else 1.0
    if stp < 0:
        stp = 1.0
    low = high = (0.0, fx, slope)
    bracketed, first = False, True
    width, wider = most - least, 2 * (most - least)
    stmin, stmax = 0.0, 5 * stp
    test = c1 * slope
    for _ in range(100):
        y = x + stp * p
        value = f(y)
        new = df(y)
        now = np.dot(new, p)
        aim = fx + stp * test
        if not math.isfinite(value):
            break
        if first and value <= aim and now >= 0:
            first = False
        if value <= aim and abs(now) <= c2 * -slope:
            if accept(new):
                return stp, value, new
            break
        if bracketed and (stp <= stmin or stp >= stmax or stmax - stmin <= xtol * stmax):
            break
        if stp == most or stp == least:
            break
        if first and value <= low[1] and value > aim:
            tilted = lambda point, by: (point[0], point[1] - by * point[0] * test, point[2] - by * test)
            stp, low, high, bracketed = _trial(tilted(low, 1), tilted(high, 1), tilted((stp, value, now), 1), bracketed, stmin, stmax)
            low, high = tilted(low, -1), tilted(high, -1)
        else:
            stp, low, high, bracketed = _trial(low, high, (stp, value, now), bracketed, stmin, stmax)
        gap = abs(high[0] - low[0])
        if bracketed:
            if gap >= 0.66 * wider:
                stp = low[0] + 0.5 * (high[0] - low[0])
            wider, width = width, gap
            stmin, stmax = min(low[0], high[0]), max(low[0], high[0])
        else:
            stmin, stmax = stp + 1.1 * (stp - low[0]), stp + 4 * (stp - low[0])
        stp = min(max(stp, least), most)
        if bracketed and (stp <= stmin or stp >= stmax or stmax - stmin <= xtol * stmax):
            stp = low[0]
    return _line(f, df, x, p, fx, slope, c2, accept)


_MESSAGES = ["Optimization terminated successfully.", "Maximum number of iterations has been exceeded.", "Desired error not necessarily achieved due to precision loss."]


def _descent(f, df, x, calls, conjugate=False, tol=None, gtol=1e-5, maxiter=None, **options):
    """BFGS, or nonlinear conjugate gradients (Polak, Ribière and Powell), step by step as SciPy does them."""
    n = len(x)
    gtol = gtol if tol is None else tol
    fx, g = f(x), df(x)
    before = fx + np.linalg.norm(g) / 2
    inverse, p = np.eye(n), -g
    iterations, status = 0, 0
    following = lambda new: -new + max(0.0, np.dot(new - g, new) / np.dot(g, g)) * p
    descends = lambda new: np.max(np.abs(new)) <= gtol or np.dot(following(new), new) <= -0.01 * np.dot(new, new)
    while np.max(np.abs(g)) > gtol:
        if iterations >= (maxiter or 200 * n):
            status = 1
            break
        if not conjugate:
            p = -inverse @ g
        found = _wolfe(f, df, x, p, fx, before, g, *((0.4, descends) if conjugate else (0.9, lambda new: True)))
        if found is None:
            status = 2
            break
        before = fx
        a, fx, new = found
        s, d = a * p, new - g
        x = x + s
        iterations += 1
        if conjugate:
            p = following(new)
        else:
            curve = np.dot(d, s)
            rho = 1 / curve if curve != 0 else 1000.0
            if np.max(np.abs(new)) > gtol:
                left = np.eye(n) - np.outer(s, d) * rho
                inverse = left @ (inverse @ left.T) + rho * np.outer(s, s)
        g = new
    more = {} if conjugate else {"hess_inv": inverse}
    return OptimizeResult(message=_MESSAGES[status], success=status == 0, status=status, fun=fx, x=x, nit=iterations, jac=g, **more, nfev=calls[0], njev=calls[1])


def _projected(f, df, x0, limits, calls, tol=None, gtol=1e-5, ftol=2.2e-9, maxiter=None, **options):
    """BFGS whose steps are projected onto the limits, if there are any."""
    n = len(x0)
    gtol = gtol if tol is None else tol
    clip = (lambda x: x) if limits is None else (lambda x: np.minimum(np.maximum(x, limits[0]), limits[1]))
    x = clip(x0)
    fx, g = f(x), df(x)
    inverse = np.eye(n)
    iterations, status = 0, 0
    while np.max(np.abs(clip(x - g) - x)) > gtol:
        if iterations >= (maxiter or 200 * n):
            status = 1
            break
        free = np.ones(n) if limits is None else 1.0 * ~(((x <= limits[0]) & (g > 0)) | ((x >= limits[1]) & (g < 0)))
        p = -(inverse * np.outer(free, free)) @ g
        if np.dot(g, p) >= 0:
            inverse, p = np.eye(n), -g * free
        a = 1.0
        while a > 1e-12:
            y = clip(x + a * p)
            value = f(y)
            if value <= fx + 1e-4 * np.dot(g, y - x):
                break
            a /= 2
        else:
            status = 2
            break
        new = df(y)
        s, d = y - x, new - g
        curve = np.dot(s, d)
        if curve > 1e-14:
            if iterations == 0:
                inverse = np.eye(n) * curve / np.dot(d, d)
            left = np.eye(n) - np.outer(s, d) / curve
            inverse = left @ inverse @ left.T + np.outer(s, s) / curve
        x, fx, g = y, value, new
        iterations += 1
    message = "CONVERGENCE: NORM OF PROJECTED GRADIENT <= PGTOL" if status == 0 else _MESSAGES[status]
    return OptimizeResult(message=message, success=status == 0, status=status, fun=fx, x=x, nit=iterations, jac=g, nfev=calls[0], njev=calls[1], hess_inv=inverse)


class LinearConstraint:
    def __init__(self, A, lb=-np.inf, ub=np.inf, keep_feasible=False):
        self.A, self.lb, self.ub = np.atleast_2d(A), lb, ub


class NonlinearConstraint:
    def __init__(self, fun, lb, ub, jac="2-point", **options):
        self.fun, self.lb, self.ub, self.jac = fun, lb, ub, jac


def _sides(constraint):
    """A constraint between two limits as equations and inequalities: pairs (kind, function)."""
    if isinstance(constraint, dict):
        kind = constraint["type"].lower()
        if kind not in ("eq", "ineq"):
            raise ValueError(f"Unknown constraint type '{constraint['type']}'.")
        args = constraint.get("args", ())
        return [(kind, lambda x: np.atleast_1d(np.asarray(constraint["fun"](x, *args), dtype=float)))]
    if isinstance(constraint, LinearConstraint):
        values = lambda x: constraint.A @ x
    else:
        values = lambda x: np.atleast_1d(np.asarray(constraint.fun(x), dtype=float))
    low, high = np.asarray(constraint.lb, dtype=float), np.asarray(constraint.ub, dtype=float)

    def part(sign, limit, chosen):
        def value(x):
            y = values(x)
            return (sign * (y - limit))[np.broadcast_to(chosen, y.shape)]

        return value

    equal = low == high
    return [("eq", part(1.0, low, equal)), ("ineq", part(1.0, low, np.isfinite(low) & ~equal)), ("ineq", part(-1.0, high, np.isfinite(high) & ~equal))]


def _quadratic(B, g, A, b, equations):
    """The dual method of Goldfarb and Idnani (1983): the least s'Bs/2 + g's with As = b for the first rows, As >= b for the rest. Returns s and the multipliers, or None."""
    inverse = np.linalg.inv(B)
    x = -inverse @ g
    active, u = [], []
    for _ in range(50 * (len(b) + 1)):
        gaps = A @ x - b
        size = 1e-12 * (1 + np.abs(b))
        missing = [k for k in range(equations) if abs(gaps[k]) > size[k] and k not in active]
        if not missing:
            missing = [k for k in range(equations, len(b)) if gaps[k] < -size[k] and k not in active]
            missing.sort(key=lambda k: gaps[k])
        if not missing:
            break
        new = missing[0]
        sign = -1.0 if gaps[new] > 0 else 1.0
        normal, own = sign * A[new], 0.0
        while True:
            N = A[active].T
            if active:
                r = np.linalg.solve(N.T @ inverse @ N, N.T @ inverse @ normal)
                z = inverse @ (normal - N @ r)
            else:
                r, z = np.zeros(0), inverse @ normal
            free = [k for k in range(len(active)) if active[k] >= equations and r[k] > 1e-14]
            leaving = min(free, key=lambda k: u[k] / r[k], default=None)
            dual = math.inf if leaving is None else u[leaving] / r[leaving]
            slope = np.dot(z, normal)
            primal = -sign * (A[new] @ x - b[new]) / slope if slope > 1e-14 * np.dot(normal, normal) else math.inf
            step = min(dual, primal)
            if math.isinf(step):
                return None
            if not math.isinf(primal):
                x = x + step * z
            u = [v - step * w for v, w in zip(u, r)]
            own += step
            if step == primal:
                active.append(new)
                u.append(sign * own)
                break
            del active[leaving], u[leaving]
    multipliers = np.zeros(len(b))
    multipliers[active] = u
    return x, multipliers


def _slsqp(f, df, x0, limits, calls, constraints, ftol=1e-6, maxiter=100, **options):
    """Sequential quadratic programming with an L1 merit function, damped BFGS and inexact steps, as in Kraft (1988)."""
    n = len(x0)
    low, high = limits if limits is not None else (np.full(n, -math.inf), np.full(n, math.inf))
    sides = [side for constraint in constraints for side in _sides(constraint)]
    sides = [c for kind, c in sides if kind == "eq"], [c for kind, c in sides if kind == "ineq"]

    def values(x):
        parts = [c(x) for group in sides for c in group]
        return np.concatenate(parts) if parts else np.zeros(0)

    def slopes(x):
        at = values(x)
        columns = []
        for k in range(n):
            moved = x.copy()
            h = -1.4901161193847656e-08 if x[k] + 1.4901161193847656e-08 > high[k] else 1.4901161193847656e-08
            moved[k] += h
            columns.append((values(moved) - at) / h)
        return np.array(columns).T.reshape(len(at), n)

    x = np.minimum(np.maximum(x0, low), high)
    equations = sum(len(c(x)) for c in sides[0])
    violated = lambda c: np.maximum(-c, np.where(np.arange(len(c)) < equations, c, 0.0))
    fx, g, c, A = f(x), df(x), values(x), slopes(x)
    mu = np.zeros(len(c))
    B = np.eye(n)
    status, message, resets = 9, "Iteration limit reached", 0
    lower, upper = np.isfinite(low), np.isfinite(high)
    edges = np.concatenate([np.eye(n)[lower], -np.eye(n)[upper]])
    iterations = 0
    while iterations < maxiter:
        iterations += 1
        room = np.concatenate([(low - x)[lower], (x - high)[upper]])
        found = _quadratic(B, g, np.concatenate([A, edges]), np.concatenate([-c, room]), equations)
        if found is None:
            status, message = 4, "Inequality constraints incompatible"
            break
        s, multipliers = found
        r = multipliers[: len(c)]
        before = g - A.T @ r
        f0, origin = fx, x
        slope = np.dot(g, s)
        mu = np.maximum(np.abs(r), (mu + np.abs(r)) / 2)
        if abs(slope) + np.dot(np.abs(r), np.abs(c)) < ftol and np.sum(violated(c)) < ftol:
            status, message = 0, "Optimization terminated successfully"
            break
        merit = f0 + np.dot(mu, violated(c))
        descent = slope - np.dot(mu, violated(c))
        if descent >= 0:
            resets += 1
            if resets > 5:
                status, message = 8, "Positive directional derivative for linesearch"
                break
            B = np.eye(n)
            continue
        alpha = 1.0
        for _ in range(11):
            descent *= alpha
            s = alpha * s
            x = np.minimum(np.maximum(origin + s, low), high)
            fx, c = f(x), values(x)
            gained = fx + np.dot(mu, violated(c)) - merit
            if gained <= descent / 10:
                break
            alpha = max(descent / (2 * (descent - gained)), 0.1)
        if (abs(fx - f0) < ftol or np.linalg.norm(s) < ftol) and np.sum(violated(c)) < ftol:
            status, message = 0, "Optimization terminated successfully"
            break
        g, A = df(x), slopes(x)
        u = g - A.T @ r - before
        v = B @ s
        h1, h2 = np.dot(s, u), np.dot(s, v)
        if h1 < 0.2 * h2:
            theta = 0.8 * h2 / (h2 - h1)
            u, h1 = theta * u + (1 - theta) * v, 0.2 * h2
        if h1 == 0 or h2 == 0:
            B = np.eye(n)
        else:
            B = B + np.outer(u, u) / h1 - np.outer(v, v) / h2
    return OptimizeResult(message=message, success=status == 0, status=status, fun=fx, x=x, nit=iterations, jac=g, nfev=calls[0], njev=calls[1])


_OTHERS = {"newton-cg": "bfgs", "tnc": "l-bfgs-b", "trust-ncg": "bfgs", "dogleg": "bfgs", "trust-exact": "bfgs", "trust-krylov": "bfgs", "trust-constr": "slsqp", "cobyla": "slsqp", "cobyqa": "slsqp", "powell": "nelder-mead"}


def minimize(fun, x0, args=(), method=None, jac=None, hess=None, hessp=None, bounds=None, constraints=(), tol=None, callback=None, options=None):
    constraints = [constraints] if isinstance(constraints, (dict, LinearConstraint, NonlinearConstraint)) else list(constraints)
    args = args if isinstance(args, tuple) else (args,)
    x0 = np.atleast_1d(np.asarray(x0, dtype=float))
    name = str(method or ("SLSQP" if constraints else "L-BFGS-B" if bounds is not None else "BFGS")).lower()
    calls = [0, 0]
    last = [None, None, None]

    def f(x):
        if last[0] is not None and np.array_equal(last[0], x):
            return last[1]
        calls[0] += 1
        value = fun(x, *args)
        slope = None
        if jac is True:
            value, slope = value
        last[:] = np.array(x, copy=True), value.item() if hasattr(value, "item") else float(value), slope
        return last[1]

    def df(x):
        calls[1] += 1
        if callable(jac):
            return np.asarray(jac(x, *args), dtype=float)
        value = f(x)
        if jac is True:
            return np.asarray(last[2], dtype=float)
        kept = list(last)
        slopes = np.empty(len(x))
        for k in range(len(x)):
            moved = x.copy()
            moved[k] += 1.4901161193847656e-08
            slopes[k] = (f(moved) - value) / (moved[k] - x[k])
        last[:] = kept
        return slopes

    limits = _limits(bounds, len(x0))
    settings = dict(options or {})
    shown = settings.pop("disp", False)
    if name in _OTHERS:
        warnings.warn(f"minimize(method={method!r}) runs as {_OTHERS[name].upper()} here: its iterations are not SciPy's")
        name = _OTHERS[name]
    if name == "slsqp":
        if tol is not None:
            settings.setdefault("ftol", tol)
        result = _slsqp(f, df, x0, limits, calls, constraints, **settings)
    elif name == "nelder-mead":
        result = _nelder_mead(f, x0, limits, calls, tol, **settings)
    elif name in ("bfgs", "cg"):
        result = _descent(f, df, x0, calls, name == "cg", tol, **settings)
    elif name == "l-bfgs-b":
        result = _projected(f, df, x0, limits, calls, tol, **settings)
    else:
        raise ValueError(f"Unknown solver {method}")
    if shown:
        _report(result, name == "slsqp")
    return result


def _report(result, exit_mode):
    """What the option `disp` prints."""
    print(result.message + (f"    (Exit mode {result.status})" if exit_mode else ""))
    before = " " * (12 if exit_mode else 9)
    print(f"{before}Current function value: {result.fun!r}" if exit_mode else f"{before}Current function value: {result.fun:f}")
    print(f"{before}Iterations: {result.nit:d}")
    print(f"{before}Function evaluations: {result.nfev:d}")
    if "njev" in result:
        print(f"{before}Gradient evaluations: {result.njev:d}")


def _least(residuals, p0):
    """Levenberg and Marquardt's steps. Returns the parameters and the Jacobian there."""
    p = np.atleast_1d(np.asarray(p0, dtype=float))
    r = residuals(p)

    def jacobian(p, r):
        columns = []
        for k in range(len(p)):
            h = 1.4901161193847656e-08 * max(1.0, abs(p[k]))
            moved = p.copy()
            moved[k] += h
            columns.append((residuals(moved) - r) / h)
        return np.array(columns).T

    damping, cost = 1e-3, np.sum(r**2)
    for _ in range(500):
        J = jacobian(p, r)
        A, b = J.T @ J, J.T @ r
        while damping < 1e12:
            step = np.linalg.lstsq(A + damping * np.diag(np.diag(A) + 1e-12), -b)[0]
            new = residuals(p + step)
            if np.sum(new**2) < cost:
                break
            damping *= 4
        else:
            break
        p, r = p + step, new
        gained, cost = cost - np.sum(r**2), np.sum(r**2)
        damping = max(damping / 9, 1e-15)
        if gained <= 1e-15 * cost and np.max(np.abs(step)) <= 1e-9 * (1e-9 + np.max(np.abs(p))) or cost < 1e-30:
            break
    return p, r, jacobian(p, r)


def curve_fit(f, xdata, ydata, p0=None, sigma=None, absolute_sigma=False, **options):
    xdata, ydata = np.asarray(xdata, dtype=float), np.asarray(ydata, dtype=float)
    weight = 1.0 if sigma is None else 1 / np.asarray(sigma, dtype=float)
    if p0 is None:
        p0 = np.ones(f.__code__.co_argcount - 1)
    p, r, J = _least(lambda p: (f(xdata, *p) - ydata) * weight, p0)
    covariance = np.linalg.inv(J.T @ J)
    if not absolute_sigma:
        covariance = covariance * np.sum(r**2) / (len(r) - len(p))
    return p, covariance


def least_squares(fun, x0, args=(), **options):
    p, r, J = _least(lambda p: np.atleast_1d(np.asarray(fun(p, *args), dtype=float)), x0)
    return OptimizeResult(x=p, cost=0.5 * np.sum(r**2), fun=r, jac=J, grad=J.T @ r, success=True, status=1, message="`ftol` termination condition is satisfied.")


def root(fun, x0, args=(), method="hybr", tol=None, **options):
    x, r, J = _least(lambda x: np.atleast_1d(np.asarray(fun(x, *args), dtype=float)), x0)
    good = np.max(np.abs(r)) < 1e-6
    message = "The solution converged." if good else "The iteration is not making good progress, as measured by the \n improvement from the last ten iterations."
    return OptimizeResult(message=message, success=good, status=1 if good else 5, fun=r, x=x)


def fsolve(func, x0, args=(), **options):
    return root(func, x0, args if isinstance(args, tuple) else (args,)).x
