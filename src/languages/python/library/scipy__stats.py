"""A few distributions."""
import numpy as np
from scipy.special import erfc, gammaln, ndtr, ndtri


class _Continuous:
    def __call__(self, *args, **options):
        return _Frozen(self, args, options)

    def logpdf(self, x, *args, **options):
        return np.log(self.pdf(x, *args, **options))

    def sf(self, x, *args, **options):
        return 1 - self.cdf(x, *args, **options)

    def interval(self, confidence, *args, **options):
        return self.ppf((1 - confidence) / 2, *args, **options), self.ppf((1 + confidence) / 2, *args, **options)


class _Frozen:
    def __init__(self, dist, args, options):
        self.dist, self.args, self.kwds = dist, args, options

    def __getattr__(self, name):
        method = getattr(self.dist, name)
        return lambda *x: method(*x, *self.args, **self.kwds)


class _Normal(_Continuous):
    def pdf(self, x, loc=0, scale=1):
        z = (np.asarray(x) - loc) / scale
        return np.exp(-z * z / 2) / np.sqrt(2 * np.pi) / scale

    def logpdf(self, x, loc=0, scale=1):
        z = (np.asarray(x) - loc) / scale
        return -z * z / 2 - np.log(np.sqrt(2 * np.pi)) - np.log(scale)

    def cdf(self, x, loc=0, scale=1):
        return ndtr((np.asarray(x) - loc) / scale)

    def sf(self, x, loc=0, scale=1):
        return ndtr(-(np.asarray(x) - loc) / scale)

    def ppf(self, q, loc=0, scale=1):
        return ndtri(q) * scale + loc

    def mean(self, loc=0, scale=1):
        return float(loc)

    def std(self, loc=0, scale=1):
        return float(scale)


class _Uniform(_Continuous):
    def pdf(self, x, loc=0, scale=1):
        x = np.asarray(x)
        return np.where((x >= loc) & (x <= loc + scale), 1.0 / scale, 0.0)

    def cdf(self, x, loc=0, scale=1):
        return np.clip((np.asarray(x) - loc) / scale, 0, 1)

    def ppf(self, q, loc=0, scale=1):
        return np.asarray(q) * scale + loc


class _Exponential(_Continuous):
    def pdf(self, x, loc=0, scale=1):
        z = (np.asarray(x) - loc) / scale
        return np.where(z < 0, 0.0, np.exp(-z) / scale)

    def cdf(self, x, loc=0, scale=1):
        z = (np.asarray(x) - loc) / scale
        return np.where(z < 0, 0.0, -np.expm1(-z))

    def ppf(self, q, loc=0, scale=1):
        return -np.log1p(-np.asarray(q)) * scale + loc


class _Poisson(_Continuous):
    def pmf(self, k, mu, loc=0):
        k = np.asarray(k) - loc
        return np.exp(k * np.log(mu) - mu - gammaln(k + 1))


class _Binomial(_Continuous):
    def pmf(self, k, n, p, loc=0):
        k = np.asarray(k) - loc
        return np.exp(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + k * np.log(p) + (n - k) * np.log1p(-p))


norm, uniform, expon, poisson, binom = _Normal(), _Uniform(), _Exponential(), _Poisson(), _Binomial()


def zscore(a, axis=0, ddof=0):
    a = np.asarray(a)
    return (a - a.mean(axis=axis, keepdims=True)) / a.std(axis=axis, ddof=ddof, keepdims=True)


def sem(a, axis=0, ddof=1):
    a = np.asarray(a)
    return a.std(axis=axis, ddof=ddof) / np.sqrt(a.shape[axis])


def gmean(a, axis=0):
    return np.exp(np.mean(np.log(a), axis=axis))


def skew(a, axis=0):
    gap = np.asarray(a) - np.mean(a, axis=axis)
    return np.mean(gap**3, axis=axis) / np.mean(gap**2, axis=axis) ** 1.5


def kurtosis(a, axis=0, fisher=True):
    gap = np.asarray(a) - np.mean(a, axis=axis)
    out = np.mean(gap**4, axis=axis) / np.mean(gap**2, axis=axis) ** 2
    return out - 3 if fisher else out
