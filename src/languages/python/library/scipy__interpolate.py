"""Piecewise polynomials through given points."""
import numpy as np


class PPoly:
    """Polynomials between breakpoints: `c[k, i]` is the coefficient of `(t − x[i])**(n − k)`."""

    def __init__(self, c, x, extrapolate=True):
        self.c, self.x, self.extrapolate = np.asarray(c), np.asarray(x), extrapolate

    def __call__(self, t, nu=0, extrapolate=None):
        t = np.asarray(t, dtype=float)
        c = self.c
        for _ in range(nu):
            n = c.shape[0] - 1
            c = np.array([c[k] * (n - k) for k in range(n)]) if n > 0 else c * 0
        i = np.clip(np.searchsorted(self.x, t, side="right") - 1, 0, len(self.x) - 2)
        gap = t - self.x[i]
        if self.c.ndim > 2:
            gap = gap[..., None]
        out = c[0][i]
        for k in range(1, c.shape[0]):
            out = out * gap + c[k][i]
        if not (self.extrapolate if extrapolate is None else extrapolate):
            out = np.where((t < self.x[0]) | (t > self.x[-1]), np.nan, out)
        return out

    def derivative(self, nu=1):
        c = self.c
        for _ in range(nu):
            n = c.shape[0] - 1
            c = np.array([c[k] * (n - k) for k in range(n)])
        return PPoly(c, self.x, self.extrapolate)

    def antiderivative(self, nu=1):
        n = self.c.shape[0]
        c = np.array([self.c[k] / (n - k) for k in range(n)] + [self.c[0] * 0])
        widths = np.diff(self.x)
        for i in range(1, c.shape[1]):
            total = c[0][i - 1]
            for k in range(1, n + 1):
                total = total * widths[i - 1] + c[k][i - 1]
            c[n][i] = total
        return PPoly(c, self.x, self.extrapolate)

    def integrate(self, a, b, extrapolate=None):
        whole = self.antiderivative()
        return whole(b) - whole(a)


def _hermite(x, y, slopes):
    """The coefficients of cubics with given values and slopes."""
    widths = np.diff(x)
    chords = np.diff(y) / widths
    t = (slopes[:-1] + slopes[1:] - 2 * chords) / widths
    return np.array([t / widths, (chords - slopes[:-1]) / widths - t, slopes[:-1], y[:-1]])


class CubicSpline(PPoly):
    def __init__(self, x, y, axis=0, bc_type="not-a-knot", extrapolate=True):
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if np.any(np.diff(x) <= 0):
            raise ValueError("`x` must be strictly increasing sequence.")
        if y.ndim > 1:
            parts = [CubicSpline(x, y[:, k], bc_type=bc_type).c for k in range(y.shape[1])]
            super().__init__(np.stack(parts, axis=-1), x, extrapolate)
            return
        super().__init__(_hermite(x, y, self._slopes(x, y, bc_type)), x, extrapolate)

    @staticmethod
    def _slopes(x, y, bc_type):
        n = len(x)
        widths, chords = np.diff(x), np.diff(y) / np.diff(x)
        matrix, right = np.zeros((n, n)), np.zeros(n)
        for i in range(1, n - 1):
            matrix[i, i - 1], matrix[i, i], matrix[i, i + 1] = widths[i], 2 * (widths[i - 1] + widths[i]), widths[i - 1]
            right[i] = 3 * (widths[i] * chords[i - 1] + widths[i - 1] * chords[i])
        if bc_type == "periodic":
            matrix[0, 0], matrix[0, -1] = 1.0, -1.0
            matrix[-1, 0], matrix[-1, 1] = 2 * widths[-1], widths[-1]
            matrix[-1, -1], matrix[-1, -2] = 2 * widths[0], widths[0]
            right[-1] = 3 * (widths[-1] * chords[0] + widths[0] * chords[-1])
            return np.linalg.solve(matrix, right)
        ends = (bc_type, bc_type) if isinstance(bc_type, str) else bc_type
        for end, (at, by, far) in zip(ends, ((0, 1, 2), (-1, -2, -3))):
            h, other = (widths[0], widths[1] if n > 2 else 0) if at == 0 else (widths[-1], widths[-2] if n > 2 else 0)
            chord = chords[0] if at == 0 else chords[-1]
            if end == "clamped":
                end = (1, 0.0)
            elif end == "natural":
                end = (2, 0.0)
            if end == "not-a-knot":
                if n == 2:
                    matrix[at, at], right[at] = 1.0, chord
                elif n == 3:
                    matrix[at, at], matrix[at, by], right[at] = 1.0, 1.0, 2 * chord
                else:
                    total = abs(x[far] - x[at])
                    second = chords[1] if at == 0 else chords[-2]
                    matrix[at, at], matrix[at, by] = other, total
                    right[at] = ((h + 2 * total) * other * chord + h**2 * second) / total
            elif end[0] == 1:
                matrix[at, at], right[at] = 1.0, end[1]
            else:
                sign = -1 if at == 0 else 1
                matrix[at, at], matrix[at, by], right[at] = 2.0, 1.0, 3 * chord + sign * 0.5 * end[1] * h
        if ends == ("not-a-knot", "not-a-knot") and n == 3:
            # A parabola: its middle slope closes the system.
            matrix[1] = [widths[1], 2 * (widths[0] + widths[1]), widths[0]]
        return np.linalg.solve(matrix, right)


class PchipInterpolator(PPoly):
    """Monotone cubics (Fritsch & Butland 1984)."""

    def __init__(self, x, y, axis=0, extrapolate=True):
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        widths, chords = np.diff(x), np.diff(y) / np.diff(x)
        slopes = np.zeros(len(x))
        for i in range(1, len(x) - 1):
            if chords[i - 1] * chords[i] > 0:
                a, b = 2 * widths[i] + widths[i - 1], widths[i] + 2 * widths[i - 1]
                slopes[i] = (a + b) / (a / chords[i - 1] + b / chords[i])
        if len(x) == 2:
            slopes = np.array([chords[0], chords[0]])
        else:
            slopes[0] = self._end(widths[0], widths[1], chords[0], chords[1])
            slopes[-1] = self._end(widths[-1], widths[-2], chords[-1], chords[-2])
        super().__init__(_hermite(x, y, slopes), x, extrapolate)

    @staticmethod
    def _end(h, other, chord, second):
        slope = ((2 * h + other) * chord - h * second) / (h + other)
        if np.sign(slope) != np.sign(chord):
            return 0.0
        if np.sign(chord) != np.sign(second) and abs(slope) > 3 * abs(chord):
            return 3 * chord
        return slope


pchip = PchipInterpolator


class CubicHermiteSpline(PPoly):
    def __init__(self, x, y, dydx, axis=0, extrapolate=True):
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        super().__init__(_hermite(x, y, np.asarray(dydx, dtype=float)), x, extrapolate)


class _Quadratic:
    """Parabolas whose knots are the middles between the points, but for the first and the last two."""

    def __init__(self, x, y):
        middles = (x[1:] + x[:-1]) / 2
        self.knots = np.concatenate([[x[0]] * 3, middles[1:-1], [x[-1]] * 3])
        self.weights = np.linalg.solve(self._basis(x), y if y.ndim == 1 else y.T)

    def _basis(self, t):
        """The B-splines at each place, by the recursion of de Boor."""
        u, n = self.knots, len(self.knots) - 3
        at = np.clip(np.searchsorted(u, t, side="right") - 1, 2, n - 1)
        columns = [np.where(at == j, 1.0, 0.0) for j in range(n + 2)]
        for k in (1, 2):
            for j in range(n + 2 - k):
                left, right = u[j + k] - u[j], u[j + k + 1] - u[j + 1]
                rise = (t - u[j]) / left * columns[j] if left else 0.0
                fall = (u[j + k + 1] - t) / right * columns[j + 1] if right else 0.0
                columns[j] = rise + fall + 0.0 * t
        return np.stack(columns[:n], axis=-1)

    def __call__(self, t):
        return (self._basis(np.asarray(t, dtype=float)) @ self.weights).T


class interp1d:
    def __init__(self, x, y, kind="linear", axis=-1, copy=True, bounds_error=None, fill_value=np.nan, assume_sorted=False):
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        order = np.argsort(x)
        self.x, self.y = x[order], y[order] if y.ndim == 1 else y[..., order]
        self.kind, self.fill_value = kind, fill_value
        self.bounds_error = fill_value is np.nan if bounds_error is None else bounds_error
        if kind in ("cubic", 3):
            self._curve = CubicSpline(self.x, self.y)
        elif kind in ("linear", "slinear", 1):
            self._curve = PPoly(np.array([np.diff(self.y) / np.diff(self.x), self.y[:-1]]), self.x) if self.y.ndim == 1 else self._rows
        elif kind in ("quadratic", 2):
            self._curve = _Quadratic(self.x, self.y)
        elif kind in ("nearest", "previous", "next", "zero", 0):
            self._curve = self._step
        else:
            raise NotImplementedError(f"interp1d with kind='{kind}' is not supported")

    def _rows(self, t):
        return np.array([np.interp(t, self.x, row) for row in self.y])

    def _step(self, t):
        if self.kind == "nearest":
            return self.y[np.searchsorted((self.x[1:] + self.x[:-1]) / 2, t, side="left")]
        if self.kind == "next":
            return self.y[np.clip(np.searchsorted(self.x, t, side="left"), 0, len(self.x) - 1)]
        return self.y[np.clip(np.searchsorted(self.x, t, side="right") - 1, 0, len(self.x) - 1)]

    def __call__(self, t):
        t = np.asarray(t, dtype=float)
        below, above = t < self.x[0], t > self.x[-1]
        if isinstance(self.fill_value, str):
            return self._curve(t)
        if self.bounds_error:
            for outside, word in ((below, "below"), (above, "above")):
                if np.any(outside):
                    bound = f"minimum value ({self.x[0]})" if word == "below" else f"maximum value ({self.x[-1]})"
                    value = np.ravel(t[outside] if t.ndim else t)[0]
                    raise ValueError(f"A value ({value}) in x_new is {word} the interpolation range's {bound}.")
        low, high = self.fill_value if isinstance(self.fill_value, tuple) else (self.fill_value, self.fill_value)
        out = self._curve(np.clip(t, self.x[0], self.x[-1]))
        return np.where(below, low, np.where(above, high, out))


def lagrange(x, w):
    total = np.poly1d([0.0])
    for j in range(len(x)):
        part = np.poly1d([w[j]])
        for k in range(len(x)):
            if k != j:
                part = part * np.poly1d([1.0, -x[k]]) / (x[j] - x[k])
        total = total + part
    return total


class BarycentricInterpolator:
    def __init__(self, xi, yi):
        self.xi, self.yi = np.asarray(xi, dtype=float), np.asarray(yi, dtype=float)
        self.wi = np.array([1.0 / np.prod([self.xi[j] - self.xi[k] for k in range(len(self.xi)) if k != j]) for j in range(len(self.xi))])

    def __call__(self, x):
        x = np.asarray(x, dtype=float)
        gaps = x[..., None] - self.xi
        hit = gaps == 0
        parts = self.wi / np.where(hit, 1.0, gaps)
        smooth = np.sum(parts * self.yi, axis=-1) / np.sum(parts, axis=-1)
        return np.where(np.any(hit, axis=-1), np.sum(np.where(hit, self.yi, 0.0), axis=-1), smooth)


def barycentric_interpolate(xi, yi, x):
    return BarycentricInterpolator(xi, yi)(x)
