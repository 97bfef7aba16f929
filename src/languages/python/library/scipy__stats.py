"""Common distributions, correlation and tests."""
import math

import numpy as np
from scipy.special import betainc, betaln, expit, gammainc, gammaln, ndtr, ndtri, stdtr


class _Base:
    """What follows from `_pdf`, `_cdf` and `_ppf` of the standard form, with its place and scale."""

    shapes = 0

    def __call__(self, *args, **options):
        return _Frozen(self, args, options)

    def _split(self, args, options):
        options = dict(options)
        args = list(args)
        for name in self.names[len(args) : self.shapes]:
            args.append(options.pop(name))
        shapes, rest = args[: self.shapes], args[self.shapes :]
        loc = rest[0] if rest else options.get("loc", 0)
        scale = rest[1] if len(rest) > 1 else options.get("scale", 1)
        return shapes, loc, scale

    names = ()

    def _std(self, x, args, options):
        shapes, loc, scale = self._split(args, options)
        return (np.asarray(x) - loc) / scale, shapes, scale

    def cdf(self, x, *args, **options):
        z, shapes, _ = self._std(x, args, options)
        return self._cdf(z, *shapes)

    def sf(self, x, *args, **options):
        z, shapes, _ = self._std(x, args, options)
        return self._sf(z, *shapes)

    def _sf(self, z, *shapes):
        return 1 - self._cdf(z, *shapes)

    def logcdf(self, x, *args, **options):
        return np.log(self.cdf(x, *args, **options))

    def ppf(self, q, *args, **options):
        shapes, loc, scale = self._split(args, options)
        return self._ppf(np.asarray(q), *shapes) * scale + loc

    def isf(self, q, *args, **options):
        return self.ppf(1 - np.asarray(q), *args, **options)

    def interval(self, confidence, *args, **options):
        return self.ppf((1 - confidence) / 2, *args, **options), self.ppf((1 + confidence) / 2, *args, **options)

    def mean(self, *args, **options):
        shapes, loc, scale = self._split(args, options)
        return float(self._stats(*shapes)[0] * scale + loc)

    def var(self, *args, **options):
        shapes, _, scale = self._split(args, options)
        return float(self._stats(*shapes)[1] * scale**2)

    def std(self, *args, **options):
        return math.sqrt(self.var(*args, **options))

    def median(self, *args, **options):
        return float(self.ppf(0.5, *args, **options))

    def stats(self, *args, **options):
        options.pop("moments", None)
        return self.mean(*args, **options), self.var(*args, **options)

    def rvs(self, *args, size=None, random_state=None, **options):
        source = np.random if random_state is None else np.random.RandomState(random_state) if isinstance(random_state, int) else random_state
        shapes, loc, scale = self._split(args, options)
        return self._draw(source, size, *shapes) * scale + loc

    def _draw(self, source, size, *shapes):
        return self._ppf(source.uniform(size=size), *shapes)


class _Continuous(_Base):
    def pdf(self, x, *args, **options):
        z, shapes, scale = self._std(x, args, options)
        return self._pdf(z, *shapes) / scale

    def logpdf(self, x, *args, **options):
        z, shapes, scale = self._std(x, args, options)
        return self._logpdf(z, *shapes) - np.log(scale)

    def _logpdf(self, z, *shapes):
        return np.log(self._pdf(z, *shapes))

    def _pdf(self, z, *shapes):
        return np.exp(self._logpdf(z, *shapes))

    def _ppf(self, q, *shapes):
        """Where the distribution function has the value: by bisection, which no shape defeats."""
        return np.vectorize(lambda p: self._solve(float(p), shapes))(q)

    def _solve(self, p, shapes):
        low, high = self.support
        if p <= 0 or p >= 1:
            return (low if p == 0 else high) if p in (0, 1) else math.nan
        width = 1.0
        if low == -math.inf:
            low = -1.0
            while self._cdf(low, *shapes) > p:
                low *= 2
        if high == math.inf:
            high = low + width
            while self._cdf(high, *shapes) < p:
                width *= 2
                high = low + width
        for _ in range(200):
            middle = (low + high) / 2
            if middle in (low, high):
                break
            if self._cdf(middle, *shapes) < p:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    support = (-math.inf, math.inf)


class _Frozen:
    def __init__(self, dist, args, options):
        self.dist, self.args, self.kwds = dist, args, options

    def rvs(self, size=None, random_state=None):
        return self.dist.rvs(*self.args, size=size, random_state=random_state, **self.kwds)

    def __getattr__(self, name):
        method = getattr(self.dist, name)
        return lambda *x: method(*x, *self.args, **self.kwds)


class _Normal(_Continuous):
    def _pdf(self, z):
        return np.exp(-z * z / 2) / np.sqrt(2 * np.pi)

    def _logpdf(self, z):
        return -z * z / 2 - np.log(np.sqrt(2 * np.pi))

    def _cdf(self, z):
        return ndtr(z)

    def _sf(self, z):
        return ndtr(-z)

    def _ppf(self, q):
        return ndtri(q)

    def _stats(self):
        return 0, 1

    def _draw(self, source, size):
        return source.standard_normal(size)

    def fit(self, data):
        return np.mean(data), np.std(data)


class _Uniform(_Continuous):
    def _pdf(self, z):
        return np.where((z >= 0) & (z <= 1), 1.0, 0.0)

    def _cdf(self, z):
        return np.clip(z, 0, 1)

    def _ppf(self, q):
        return q

    def _stats(self):
        return 0.5, 1 / 12

    def _draw(self, source, size):
        return source.uniform(0.0, 1.0, size)


class _Exponential(_Continuous):
    def _pdf(self, z):
        return np.where(z < 0, 0.0, np.exp(-z))

    def _cdf(self, z):
        return np.where(z < 0, 0.0, -np.expm1(-z))

    def _ppf(self, q):
        return -np.log1p(-q)

    def _stats(self):
        return 1, 1

    def _draw(self, source, size):
        return source.standard_exponential(size)


class _Gamma(_Continuous):
    shapes, names, support = 1, ("a",), (0.0, math.inf)

    def _logpdf(self, z, a):
        return (a - 1) * np.log(z) - z - gammaln(a)

    def _cdf(self, z, a):
        return gammainc(a, np.maximum(z, 0))

    def _stats(self, a):
        return a, a

    def _draw(self, source, size, a):
        return source.standard_gamma(a, size)


class _Beta(_Continuous):
    shapes, names, support = 2, ("a", "b"), (0.0, 1.0)

    def _logpdf(self, z, a, b):
        return (a - 1) * np.log(z) + (b - 1) * np.log1p(-z) - betaln(a, b)

    def _pdf(self, z, a, b):
        return z ** (a - 1) * (1 - z) ** (b - 1) / np.exp(betaln(a, b))

    def _cdf(self, z, a, b):
        return betainc(a, b, np.clip(z, 0, 1))

    def _stats(self, a, b):
        return a / (a + b), a * b / ((a + b) ** 2 * (a + b + 1))

    def _draw(self, source, size, a, b):
        return source.beta(a, b, size)


class _Chi2(_Continuous):
    shapes, names, support = 1, ("df",), (0.0, math.inf)

    def _logpdf(self, z, df):
        return (df / 2 - 1) * np.log(z) - z / 2 - gammaln(df / 2) - df / 2 * np.log(2)

    def _cdf(self, z, df):
        return gammainc(df / 2, np.maximum(z, 0) / 2)

    def _stats(self, df):
        return df, 2 * df

    def _draw(self, source, size, df):
        return source.chisquare(df, size)


class _Student(_Continuous):
    shapes, names = 1, ("df",)

    def _logpdf(self, z, df):
        return gammaln((df + 1) / 2) - gammaln(df / 2) - np.log(df * np.pi) / 2 - (df + 1) / 2 * np.log1p(z * z / df)

    def _cdf(self, z, df):
        return stdtr(df, z)

    def _sf(self, z, df):
        return stdtr(df, -z)

    def _stats(self, df):
        return 0, df / (df - 2) if df > 2 else math.inf

    def _draw(self, source, size, df):
        return source.standard_t(df, size)


class _F(_Continuous):
    shapes, names, support = 2, ("dfn", "dfd"), (0.0, math.inf)

    def _logpdf(self, z, m, n):
        return m / 2 * np.log(m) + n / 2 * np.log(n) + (m / 2 - 1) * np.log(z) - (m + n) / 2 * np.log(n + m * z) - betaln(m / 2, n / 2)

    def _cdf(self, z, m, n):
        return betainc(m / 2, n / 2, m * z / (n + m * z))

    def _stats(self, m, n):
        return n / (n - 2), 2 * n * n * (m + n - 2) / (m * (n - 2) ** 2 * (n - 4))


class _LogNormal(_Continuous):
    shapes, names = 1, ("s",)

    def _pdf(self, z, s):
        return np.exp(-np.log(z) ** 2 / (2 * s * s)) / (s * z * np.sqrt(2 * np.pi))

    def _cdf(self, z, s):
        return ndtr(np.log(z) / s)

    def _ppf(self, q, s):
        return np.exp(s * ndtri(q))

    def _stats(self, s):
        return math.exp(s * s / 2), (math.exp(s * s) - 1) * math.exp(s * s)

    def _draw(self, source, size, s):
        return np.exp(s * source.standard_normal(size))


class _Cauchy(_Continuous):
    def _pdf(self, z):
        return 1.0 / np.pi / (1.0 + z * z)

    def _cdf(self, z):
        return 0.5 + np.arctan(z) / np.pi

    def _ppf(self, q):
        return np.tan(np.pi * q - np.pi / 2)

    def _stats(self):
        return math.nan, math.nan


class _Laplace(_Continuous):
    def _pdf(self, z):
        return 0.5 * np.exp(-np.abs(z))

    def _cdf(self, z):
        return np.where(z > 0, 1.0 - 0.5 * np.exp(-np.abs(z)), 0.5 * np.exp(-np.abs(z)))

    def _ppf(self, q):
        return np.where(q > 0.5, -np.log(2 * (1 - q)), np.log(2 * q))

    def _stats(self):
        return 0, 2


class _Logistic(_Continuous):
    def _pdf(self, z):
        return expit(z) * expit(-z)

    def _cdf(self, z):
        return expit(z)

    def _ppf(self, q):
        return np.log(q / (1 - q))

    def _stats(self):
        return 0, math.pi**2 / 3


class _Weibull(_Continuous):
    shapes, names = 1, ("c",)

    def _pdf(self, z, c):
        return c * z ** (c - 1) * np.exp(-(z**c))

    def _cdf(self, z, c):
        return -np.expm1(-(z**c))

    def _ppf(self, q, c):
        return (-np.log1p(-q)) ** (1 / c)

    def _stats(self, c):
        first, second = math.gamma(1 + 1 / c), math.gamma(1 + 2 / c)
        return first, second - first**2


class _Pareto(_Continuous):
    shapes, names = 1, ("b",)

    def _pdf(self, z, b):
        return np.where(z < 1, 0.0, b * z ** (-b - 1.0))

    def _cdf(self, z, b):
        return np.where(z < 1, 0.0, 1 - z ** (-1.0 * b))

    def _ppf(self, q, b):
        return (1 - q) ** (-1.0 / b)

    def _stats(self, b):
        return b / (b - 1) if b > 1 else math.inf, b / ((b - 1) ** 2 * (b - 2)) if b > 2 else math.inf


class _Discrete(_Base):
    def pmf(self, k, *args, **options):
        k, shapes, _ = self._std(k, args, options)
        return self._pmf(k, *shapes)

    def logpmf(self, k, *args, **options):
        return np.log(self.pmf(k, *args, **options))

    def _cdf(self, k, *shapes):
        def below(at):
            return min(1.0, math.fsum(float(self._pmf(j, *shapes)) for j in range(self.first, int(math.floor(at)) + 1)))

        return np.vectorize(below)(k) if np.ndim(k) else np.float64(below(k))

    first = 0

    def _ppf(self, q, *shapes):
        def least(p):
            k, total = self.first, float(self._pmf(self.first, *shapes))
            while total < p - 1e-12 and k < 1000000:
                k += 1
                total += float(self._pmf(k, *shapes))
            return float(k)

        return np.vectorize(least)(q)


class _Poisson(_Discrete):
    shapes, names = 1, ("mu",)

    def _pmf(self, k, mu):
        return np.exp(k * np.log(mu) - mu - gammaln(k + 1))

    def _stats(self, mu):
        return mu, mu

    def _draw(self, source, size, mu):
        return source.poisson(mu, size)


class _Binomial(_Discrete):
    shapes, names = 2, ("n", "p")

    def _pmf(self, k, n, p):
        return np.exp(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + k * np.log(p) + (n - k) * np.log1p(-p))

    def _stats(self, n, p):
        return n * p, n * p * (1 - p)

    def _draw(self, source, size, n, p):
        return source.binomial(n, p, size)


class _Bernoulli(_Discrete):
    shapes, names = 1, ("p",)

    def _pmf(self, k, p):
        return np.where(k == 1, p, np.where(k == 0, 1 - p, 0.0))

    def _stats(self, p):
        return p, p * (1 - p)

    def _draw(self, source, size, p):
        return source.binomial(1, p, size)


class _Geometric(_Discrete):
    shapes, names, first = 1, ("p",), 1

    def _pmf(self, k, p):
        return p * (1 - p) ** (k - 1)

    def _stats(self, p):
        return 1 / p, (1 - p) / p**2

    def _draw(self, source, size, p):
        return source.geometric(p, size)


norm, uniform, expon, cauchy, laplace, logistic = _Normal(), _Uniform(), _Exponential(), _Cauchy(), _Laplace(), _Logistic()
gamma, beta, chi2, t, f, lognorm = _Gamma(), _Beta(), _Chi2(), _Student(), _F(), _LogNormal()
weibull_min, pareto = _Weibull(), _Pareto()
poisson, binom, bernoulli, geom = _Poisson(), _Binomial(), _Bernoulli(), _Geometric()


class _MultivariateNormal:
    def __call__(self, mean=None, cov=1, allow_singular=False):
        return _Frozen(self, (mean, cov), {})

    def _parts(self, x, mean, cov):
        x = np.asarray(x)
        cov = np.atleast_2d(cov)
        mean = np.zeros(len(cov)) if mean is None else np.atleast_1d(mean)
        gap = (x[..., None] if len(mean) == 1 and (x.ndim == 0 or x.shape[-1] != 1) else x) - mean
        return gap, cov

    def logpdf(self, x, mean=None, cov=1, allow_singular=False):
        gap, cov = self._parts(x, mean, cov)
        distance = np.sum(gap * (gap @ np.linalg.inv(cov)), axis=-1)
        return -0.5 * (len(cov) * np.log(2 * np.pi) + np.log(np.linalg.det(cov)) + distance)

    def pdf(self, x, mean=None, cov=1, allow_singular=False):
        return np.exp(self.logpdf(x, mean, cov))

    def rvs(self, mean=None, cov=1, size=1, random_state=None):
        mean = None if mean is None else np.atleast_1d(mean)
        # One variance is everybody's, a row of them is the diagonal.
        cov = np.asarray(cov)
        cov = np.diag(cov) if cov.ndim == 1 else cov * np.eye(1 if mean is None else len(mean)) if cov.ndim == 0 else cov
        mean = np.zeros(len(cov)) if mean is None else mean
        source = np.random if random_state is None else np.random.RandomState(random_state) if isinstance(random_state, int) else random_state
        return np.squeeze(source.multivariate_normal(mean, cov, size))


multivariate_normal = _MultivariateNormal()


class gaussian_kde:
    """A sum of normal densities, as wide as Scott's rule says."""

    def __init__(self, dataset, bw_method=None):
        self.dataset = np.atleast_2d(dataset)
        self.d, self.n = self.dataset.shape
        if bw_method in (None, "scott"):
            self.factor = self.n ** (-1.0 / (self.d + 4))
        elif bw_method == "silverman":
            self.factor = (self.n * (self.d + 2) / 4.0) ** (-1.0 / (self.d + 4))
        else:
            self.factor = bw_method
        self.covariance = np.atleast_2d(np.cov(self.dataset)) * self.factor**2

    def evaluate(self, points):
        points = np.atleast_2d(points)
        inverse = np.linalg.inv(self.covariance)
        total = []
        for point in points.T:
            gap = point[:, None] - self.dataset
            total.append(np.sum(np.exp(-np.sum(gap * (inverse @ gap), axis=0) / 2)))
        return np.array(total) / self.n / np.sqrt(np.linalg.det(2 * np.pi * self.covariance))

    __call__ = pdf = evaluate


class _Result(tuple):
    """A tuple whose parts have names."""

    def __new__(cls, name, **parts):
        made = tuple.__new__(cls, parts.values())
        made._name = name
        made.__dict__.update(parts)
        return made

    def __repr__(self):
        parts = ", ".join(f"{key}={value!r}" for key, value in self.__dict__.items() if key != "_name")
        return f"{self._name}({parts})"


def pearsonr(x, y):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    dx, dy = x - x.mean(), y - y.mean()
    r = np.sum(dx * dy) / np.sqrt(np.sum(dx * dx) * np.sum(dy * dy))
    a = len(x) / 2 - 1
    p = 2 * beta.sf((abs(r) + 1) / 2, a, a) if len(x) > 2 else 1.0
    return _Result("PearsonRResult", statistic=r, pvalue=p)


def rankdata(a, method="average"):
    a = np.ravel(a)
    return np.array([(np.sum(a < x) + np.sum(a <= x) + 1) / 2 for x in a])


def spearmanr(a, b):
    r = pearsonr(rankdata(a), rankdata(b))[0]
    df = len(a) - 2
    p = 2 * t.sf(abs(r) * np.sqrt(df / ((r + 1.0) * (1.0 - r))), df)
    return _Result("SignificanceResult", statistic=r, pvalue=p)


def linregress(x, y):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    dx, dy = x - x.mean(), y - y.mean()
    slope = np.sum(dx * dy) / np.sum(dx * dx)
    intercept = y.mean() - slope * x.mean()
    r = np.sum(dx * dy) / np.sqrt(np.sum(dx * dx) * np.sum(dy * dy))
    df = len(x) - 2
    error = np.sqrt((1 - r**2) * np.sum(dy * dy) / np.sum(dx * dx) / df)
    p = 2 * t.sf(np.abs(slope / error), df)
    made = _Result("LinregressResult", slope=slope, intercept=intercept, rvalue=r, pvalue=p, stderr=error)
    made.__dict__["intercept_stderr"] = error * np.sqrt(np.mean(x * x))
    return made


def ttest_1samp(a, popmean, axis=0):
    a = np.asarray(a, dtype=float)
    n = len(a)
    statistic = (a.mean() - popmean) / (a.std(ddof=1) / np.sqrt(n))
    return _Result("TtestResult", statistic=statistic, pvalue=2 * t.sf(np.abs(statistic), n - 1), df=np.int64(n - 1))[:2]


def ttest_ind(a, b, axis=0, equal_var=True):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    m, n = len(a), len(b)
    u, v = a.var(ddof=1) / m, b.var(ddof=1) / n
    if equal_var:
        df = m + n - 2.0
        error = np.sqrt(((m - 1) * a.var(ddof=1) + (n - 1) * b.var(ddof=1)) / df * (1 / m + 1 / n))
    else:
        df = (u + v) ** 2 / (u**2 / (m - 1) + v**2 / (n - 1))
        error = np.sqrt(u + v)
    statistic = (a.mean() - b.mean()) / error
    return _Result("TtestResult", statistic=statistic, pvalue=2 * t.sf(np.abs(statistic), df))


def mode(a, axis=0, keepdims=False):
    values, counts = np.unique(a, return_counts=True)
    at = int(np.argmax(counts))
    return _Result("ModeResult", mode=values[at], count=counts[at])


def entropy(pk, qk=None, base=None):
    pk = np.asarray(pk) / np.sum(pk)
    if qk is None:
        out = -np.sum(np.where(pk > 0, pk * np.log(np.where(pk > 0, pk, 1.0)), 0.0))
    else:
        qk = np.asarray(qk) / np.sum(qk)
        out = np.sum(np.where(pk > 0, pk * np.log(np.where(pk > 0, pk, 1.0) / qk), 0.0))
    return out if base is None else out / np.log(base)


def zscore(a, axis=0, ddof=0):
    a = np.asarray(a)
    return (a - a.mean(axis=axis, keepdims=True)) / a.std(axis=axis, ddof=ddof, keepdims=True)


def sem(a, axis=0, ddof=1):
    a = np.asarray(a)
    return a.std(axis=axis, ddof=ddof) / np.sqrt(a.shape[axis])


def gmean(a, axis=0):
    return np.exp(np.mean(np.log(a), axis=axis))


def hmean(a, axis=0):
    return 1.0 / np.mean(1.0 / np.asarray(a), axis=axis)


def skew(a, axis=0):
    gap = np.asarray(a) - np.mean(a, axis=axis)
    return np.mean(gap**3, axis=axis) / np.mean(gap**2, axis=axis) ** 1.5


def kurtosis(a, axis=0, fisher=True):
    gap = np.asarray(a) - np.mean(a, axis=axis)
    out = np.mean(gap**4, axis=axis) / np.mean(gap**2, axis=axis) ** 2
    return out - 3 if fisher else out
