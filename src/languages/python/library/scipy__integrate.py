"""Integrals and initial value problems."""
import math

import numpy as np
from numpy import trapezoid
from scipy._simpson import simpson
from scipy.optimize import brentq

# Nodes and weights of the Gauss–Kronrod rule with 21 points (Piessens et al., QUADPACK, 1983).
_x = [0.995657163025808080735527280689003, 0.973906528517171720077964012084452, 0.930157491355708226001207180059508, 0.865063366688984510732096688423493, 0.780817726586416897063717578345042, 0.679409568299024406234327365114874, 0.562757134668604683339000099272694, 0.433395394129247190799265943165784, 0.294392862701460198131126603103866, 0.14887433898163121088482600112972, 0]
_w = [0.011694638867371874278064396062192, 0.03255816230796472747881897245939, 0.05475589657435199603138130024458, 0.07503967481091995276704314091619, 0.093125454583697605535065465083366, 0.109387158802297641899210590325805, 0.123491976262065851077958109585166, 0.134709217311473325928054001771707, 0.142775938577060080797094273138717, 0.147739104901338491374841515972068, 0.149445554002916905664936468389821]
_g = [0.066671344308688137593568809893332, 0.149451349150580593145863397657697, 0.219086362515982043995534934228163, 0.269266719309996355091226921569469, 0.295524224714752870173815619188769]


def _rule(f, a, b):
    middle, half = (a + b) / 2, (b - a) / 2
    kronrod = _w[10] * f(middle)
    gauss = 0.0
    for k in range(10):
        pair = f(middle - half * _x[k]) + f(middle + half * _x[k])
        kronrod += _w[k] * pair
        if k % 2:
            gauss += _g[k // 2] * pair
    return kronrod * half, abs((kronrod - gauss) * half)


def quad(func, a, b, args=(), full_output=0, epsabs=1.49e-8, epsrel=1.49e-8, limit=50, points=None, **options):
    f = func if not args else lambda x: func(x, *(args if isinstance(args, tuple) else (args,)))
    if a == -math.inf or b == math.inf:
        if a == -math.inf and b == math.inf:
            left, right = quad(f, -math.inf, 0.0), quad(f, 0.0, math.inf)
            return left[0] + right[0], left[1] + right[1]
        start, sign = (a, 1.0) if b == math.inf else (b, -1.0)
        inner = f
        f = lambda t: inner(start + sign * (1 - t) / t) / t**2
        a, b = 0.0, 1.0
    parts = [(a, b) + _rule(f, a, b)]
    for _ in range(limit - 1):
        total, error = sum(part[2] for part in parts), sum(part[3] for part in parts)
        if error <= max(epsabs, epsrel * abs(total)):
            break
        worst = max(range(len(parts)), key=lambda k: parts[k][3])
        low, high = parts.pop(worst)[:2]
        middle = (low + high) / 2
        parts += [(low, middle) + _rule(f, low, middle), (middle, high) + _rule(f, middle, high)]
    return sum(part[2] for part in parts), sum(part[3] for part in parts)


def dblquad(func, a, b, gfun, hfun, args=(), **options):
    low = gfun if callable(gfun) else lambda x: gfun
    high = hfun if callable(hfun) else lambda x: hfun
    return quad(lambda x: quad(lambda y: func(y, x, *args), low(x), high(x))[0], a, b)


def cumulative_trapezoid(y, x=None, dx=1.0, axis=-1, initial=None):
    y = np.asarray(y)
    steps = dx if x is None else np.diff(x)
    out = np.cumsum((y[1:] + y[:-1]) / 2 * steps)
    return out if initial is None else np.concatenate([[initial], out])


class OdeResult(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


# Dormand and Prince's method of order 5 with an error estimate of order 4 (1980).
_c = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1]
_a = [[], [1 / 5], [3 / 40, 9 / 40], [44 / 45, -56 / 15, 32 / 9], [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729], [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656]]
_b = [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84]
_e = [-71 / 57600, 0, 71 / 16695, -71 / 1920, 17253 / 339200, -22 / 525, 1 / 40]
_p = [
    [1, -8048581381 / 2820520608, 8663915743 / 2820520608, -12715105075 / 11282082432],
    [0, 0, 0, 0],
    [0, 131558114200 / 32700410799, -68118460800 / 10900136933, 87487479700 / 32700410799],
    [0, -1754552775 / 470086768, 14199869525 / 1410260304, -10690763975 / 1880347072],
    [0, 127303824393 / 49829197408, -318862633887 / 49829197408, 701980252875 / 199316789632],
    [0, -282668133 / 205662961, 2019193451 / 616988883, -1453857185 / 822651844],
    [0, 40617522 / 29380423, -110615467 / 29380423, 69997945 / 29380423],
]


def _norm(x):
    return np.sqrt(np.mean(np.square(x)))


def _first_step(f, t, y, y1, direction, rtol, atol):
    scale = atol + np.abs(y) * rtol
    d0, d1 = _norm(y / scale), _norm(y1 / scale)
    h0 = 1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1
    d2 = _norm((f(t + h0 * direction, y + h0 * direction * y1) - y1) / scale) / h0
    h1 = max(1e-6, h0 * 1e-3) if d1 <= 1e-15 and d2 <= 1e-15 else (0.01 / max(d1, d2)) ** 0.2
    return min(100 * h0, h1)


class OdeSolution:
    """The solver's own interpolation between its steps."""

    def __init__(self, ts, interpolants):
        self.ts, self.interpolants = np.array(ts), interpolants
        self.t_min, self.t_max = min(ts[0], ts[-1]), max(ts[0], ts[-1])

    def __call__(self, t):
        ascending = self.ts[-1] >= self.ts[0]
        ends = self.ts if ascending else self.ts[::-1]

        def one(x):
            at = np.searchsorted(ends, x, side="left" if ascending else "right") - 1
            at = min(max(int(at), 0), len(self.interpolants) - 1)
            return self.interpolants[at if ascending else len(self.interpolants) - 1 - at](x)

        t = np.asarray(t, dtype=float)
        return one(t) if t.ndim == 0 else np.array([one(x) for x in t]).T


def _interpolant(t, y, step, k):
    columns = [sum(one * row[power] for one, row in zip(k, _p)) for power in range(4)]

    def at(x):
        x = (x - t) / step
        powers = [x, x * x, x * x * x, x * x * x * x]
        return step * sum(column * power for column, power in zip(columns, powers)) + y

    return at


def _crosses(before, after, direction):
    up, down = before <= 0 <= after, before >= 0 >= after
    return up if direction > 0 else down if direction < 0 else up or down


def solve_ivp(fun, t_span, y0, method="RK45", t_eval=None, dense_output=False, events=None, args=None, rtol=1e-3, atol=1e-6, max_step=math.inf, first_step=None, **options):
    if method not in ("RK45", "DOP853", "LSODA", "Radau", "BDF", "RK23"):
        raise ValueError("`method` must be one of the known methods or OdeSolver class.")
    extra = tuple(args) if args is not None else ()
    calls = [0]

    def f(t, y):
        calls[0] += 1
        return np.asarray(fun(t, y, *extra), dtype=float)

    t, end = float(t_span[0]), float(t_span[1])
    y = np.atleast_1d(np.asarray(y0, dtype=float))
    direction = 1.0 if end >= t else -1.0
    slope = f(t, y)
    h = first_step if first_step is not None else _first_step(f, t, y, slope, direction, rtol, atol)
    times, states = [t], [y]
    wanted = None if t_eval is None else np.asarray(t_eval)
    out_t, out_y, at = [], [], 0
    events = [] if events is None else [events] if callable(events) else list(events)
    found = [[] for _ in events]
    values = [event(t, y, *extra) for event in events]
    interpolants, status = [], 0
    if wanted is not None:
        while at < len(wanted) and (wanted[at] - t) * direction <= 0:
            out_t.append(wanted[at])
            out_y.append(y)
            at += 1
    while (end - t) * direction > 0:
        h = min(h, max_step)
        rejected = False
        while True:
            new = t + h * direction
            if (new - end) * direction > 0:
                new = end
            step = new - t
            k = [slope]
            for s in range(1, 6):
                k.append(f(t + _c[s] * step, y + step * sum(a * one for a, one in zip(_a[s], k))))
            y_new = y + step * sum(b * one for b, one in zip(_b, k))
            k.append(f(new, y_new))
            scale = atol + np.maximum(np.abs(y), np.abs(y_new)) * rtol
            error = _norm(step * sum(e * one for e, one in zip(_e, k)) / scale)
            if error < 1:
                factor = 10.0 if error == 0 else min(10.0, 0.9 * error**-0.2)
                h = abs(step) * (min(1.0, factor) if rejected else factor)
                break
            h = abs(step) * max(0.2, 0.9 * error**-0.2)
            rejected = True
            if h < 1e-15 * max(abs(t), 1e-300):
                raise RuntimeError("Required step size is less than spacing between numbers.")
        between = _interpolant(t, y, step, k)
        if dense_output:
            interpolants.append(between)
        if events:
            after = [event(new, y_new, *extra) for event in events]
            roots = []
            for index, event in enumerate(events):
                if _crosses(values[index], after[index], getattr(event, "direction", 0)):
                    root = brentq(lambda x: event(x, between(x), *extra), t, new, xtol=4 * np.finfo(float).eps, rtol=4 * np.finfo(float).eps)
                    roots.append((root, index))
            values = after
            for root, index in sorted(roots, key=lambda pair: pair[0] * direction):
                found[index].append((root, between(root)))
                terminal = getattr(events[index], "terminal", False)
                if terminal and len(found[index]) >= int(terminal):
                    status, new, y_new = 1, root, between(root)
                    break
        if wanted is not None:
            while at < len(wanted) and (wanted[at] - new) * direction <= 0:
                out_t.append(wanted[at])
                out_y.append(between(wanted[at]))
                at += 1
        t, y, slope = new, y_new, k[-1]
        times.append(t)
        states.append(y)
        if status == 1:
            break
    solution = OdeSolution(times, interpolants) if dense_output else None
    if wanted is not None:
        times, states = out_t, out_y
    message = "A termination event occurred." if status == 1 else "The solver successfully reached the end of the integration interval."
    t_events = [np.array([root for root, _ in one]) for one in found] if events else None
    y_events = [np.array([state for _, state in one]) for one in found] if events else None
    return OdeResult(message=message, success=True, status=status, t=np.array(times), y=np.array(states).T, sol=solution, t_events=t_events, y_events=y_events, nfev=calls[0], njev=0, nlu=0)


def odeint(func, y0, t, args=(), tfirst=False, **options):
    t = np.asarray(t, dtype=float)
    f = (lambda s, y: func(s, y, *args)) if tfirst else (lambda s, y: func(y, s, *args))
    return solve_ivp(f, (t[0], t[-1]), y0, t_eval=t, rtol=1e-10, atol=1e-10).y.T
