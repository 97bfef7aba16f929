"""The normal distribution of `statistics`."""
import math


class NormalDist:
    def __init__(self, mu=0.0, sigma=1.0):
        if sigma < 0.0:
            raise ValueError("sigma must be non-negative")
        self._mu, self._sigma = float(mu), float(sigma)

    @classmethod
    def from_samples(cls, data):
        data = list(data)
        mu = math.fsum(data) / len(data)
        return cls(mu, math.sqrt(math.fsum((x - mu) ** 2 for x in data) / (len(data) - 1)))

    mean = median = mode = property(lambda self: self._mu)
    stdev = property(lambda self: self._sigma)
    variance = property(lambda self: self._sigma**2)

    def pdf(self, x):
        return math.exp((x - self._mu) ** 2 / (-2 * self._sigma**2)) / math.sqrt(2 * math.pi * self._sigma**2)

    def cdf(self, x):
        return 0.5 * (1.0 + math.erf((x - self._mu) / (self._sigma * math.sqrt(2))))

    def zscore(self, x):
        return (x - self._mu) / self._sigma

    def inv_cdf(self, p):
        if not 0.0 < p < 1.0:
            raise ValueError("p must be in the range 0.0 < p < 1.0")
        # Newton's steps from the logistic approximation.
        z = math.log(p / (1 - p)) / 1.702
        for _ in range(60):
            gap = (0.5 * math.erfc(-z / math.sqrt(2)) - p) * math.sqrt(2 * math.pi) * math.exp(z * z / 2)
            step = gap / (1 + z * gap / 2)
            z -= step
            if abs(step) < 1e-16 * (1 + abs(z)):
                break
        return self._mu + z * self._sigma

    def quantiles(self, n=4):
        return [self.inv_cdf(i / n) for i in range(1, n)]

    def samples(self, n, *, seed=None):
        import random

        source = random if seed is None else random.Random(seed)
        return [self.inv_cdf(source.random()) for _ in range(n)]

    def overlap(self, other):
        x, y = (self, other) if (self._sigma, self._mu) <= (other._sigma, other._mu) else (other, self)
        gap = abs(y._mu - x._mu)
        dv = y.variance - x.variance
        if not dv:
            return math.erfc(gap / (2.0 * x._sigma * math.sqrt(2)))
        a = x._mu * y.variance - y._mu * x.variance
        b = x._sigma * y._sigma * math.sqrt(gap * gap + dv * math.log(y.variance / x.variance))
        low, high = (a + b) / dv, (a - b) / dv
        return 1.0 - (abs(y.cdf(low) - x.cdf(low)) + abs(y.cdf(high) - x.cdf(high)))

    def __add__(self, other):
        if isinstance(other, NormalDist):
            return NormalDist(self._mu + other._mu, math.hypot(self._sigma, other._sigma))
        return NormalDist(self._mu + other, self._sigma)

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, NormalDist):
            return NormalDist(self._mu - other._mu, math.hypot(self._sigma, other._sigma))
        return NormalDist(self._mu - other, self._sigma)

    def __mul__(self, k):
        return NormalDist(self._mu * k, self._sigma * abs(k))

    __rmul__ = __mul__

    def __truediv__(self, k):
        return NormalDist(self._mu / k, self._sigma / abs(k))

    def __eq__(self, other):
        return isinstance(other, NormalDist) and (self._mu, self._sigma) == (other._mu, other._sigma)

    def __repr__(self):
        return f"NormalDist(mu={self._mu!r}, sigma={self._sigma!r})"
