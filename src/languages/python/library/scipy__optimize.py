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


def _line(f, df, x, p, fx, slope):
    """A step that meets the strong Wolfe conditions (Nocedal and Wright 2006, algorithms 3.5 and 3.6); None if none is found."""
    c1, c2 = 1e-4, 0.9

    def zoom(low, high, f_low):
        for _ in range(40):
            a = (low + high) / 2
            value = f(x + a * p)
            if value > fx + c1 * a * slope or value >= f_low:
                high = a
            else:
                g = df(x + a * p)
                now = np.dot(g, p)
                if abs(now) <= -c2 * slope:
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
        if abs(now) <= -c2 * slope:
            return a, value, g
        if now >= 0:
            return zoom(a, before, value)
        before, f_before, a = a, value, 2 * a
    return None


def _descent(f, df, x0, limits, calls, conjugate=False, tol=None, gtol=1e-5, ftol=2.2e-9, maxiter=None, **options):
    """BFGS, or nonlinear conjugate gradients (Polak and Ribière); with limits the steps are projected onto them."""
    n = len(x0)
    gtol = gtol if tol is None else tol
    clip = (lambda x: x) if limits is None else (lambda x: np.minimum(np.maximum(x, limits[0]), limits[1]))
    x = clip(x0)
    fx, g = f(x), df(x)
    inverse = np.eye(n)
    p = -g
    iterations, status = 0, 0
    maxiter = maxiter or 200 * n
    while np.max(np.abs(clip(x - g) - x)) > gtol:
        if iterations >= maxiter:
            status = 1
            break
        free = np.ones(n) if limits is None else 1.0 * ~(((x <= limits[0]) & (g > 0)) | ((x >= limits[1]) & (g < 0)))
        if not conjugate:
            p = -(inverse * np.outer(free, free)) @ g
        slope = np.dot(g, p)
        if slope >= 0:
            inverse, p = np.eye(n), -g * free
            slope = np.dot(g, p)
        if limits is None:
            found = _line(f, df, x, p, fx, slope)
            if found is None:
                status = 2
                break
            a, value, new = found
            y = x + a * p
        else:
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
        if conjugate:
            p = -new + max(0.0, np.dot(new, d) / np.dot(g, g)) * p
        else:
            curve = np.dot(s, d)
            if curve > 1e-14:
                if iterations == 0:
                    inverse = np.eye(n) * curve / np.dot(d, d)
                left = np.eye(n) - np.outer(s, d) / curve
                inverse = left @ inverse @ left.T + np.outer(s, s) / curve
        x, fx, g = y, value, new
        iterations += 1
    message = ["Optimization terminated successfully.", "Maximum number of iterations has been exceeded.", "Desired error not necessarily achieved due to precision loss."][status]
    out = OptimizeResult(message=message, success=status == 0, status=status, fun=fx, x=x, nit=iterations, jac=g, nfev=calls[0], njev=calls[1])
    if not conjugate:
        out["hess_inv"] = inverse
    return out


def minimize(fun, x0, args=(), method=None, jac=None, hess=None, hessp=None, bounds=None, constraints=(), tol=None, callback=None, options=None):
    if constraints:
        raise NotImplementedError("scipy.optimize.minimize with constraints is not supported")
    args = args if isinstance(args, tuple) else (args,)
    x0 = np.atleast_1d(np.asarray(x0, dtype=float))
    name = str(method or ("L-BFGS-B" if bounds is not None else "BFGS")).lower()
    calls = [0, 0]
    both = [None, None]

    def f(x):
        calls[0] += 1
        value = fun(x, *args)
        if jac is True:
            both[0], both[1] = x, value[1]
            value = value[0]
        return value.item() if hasattr(value, "item") else float(value)

    def df(x):
        calls[1] += 1
        if jac is True:
            return np.asarray(both[1] if both[0] is x else fun(x, *args)[1], dtype=float)
        if callable(jac):
            return np.asarray(jac(x, *args), dtype=float)
        return approx_fprime(x, f)

    limits = _limits(bounds, len(x0))
    settings = dict(options or {})
    settings.pop("disp", None)
    if name == "nelder-mead":
        return _nelder_mead(f, x0, limits, calls, tol, **settings)
    if name in ("newton-cg", "tnc", "slsqp", "trust-ncg", "dogleg"):
        warnings.warn(f"minimize(method={method!r}) runs as BFGS here: its iterations are not SciPy's")
        name = "bfgs"
    if name in ("bfgs", "l-bfgs-b", "cg"):
        return _descent(f, df, x0, limits, calls, name == "cg", tol, **settings)
    if name in ("powell", "cobyla", "cobyqa", "trust-constr", "trust-exact", "trust-krylov"):
        raise NotImplementedError(f"scipy.optimize.minimize(method={method!r}) is not supported")
    raise ValueError(f"Unknown solver {method}")


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
