"""Rational numbers."""
import math


class Fraction:
    __slots__ = ("numerator", "denominator")

    def __init__(self, numerator=0, denominator=None):
        if denominator is None:
            if isinstance(numerator, Fraction):
                numerator, denominator = numerator.numerator, numerator.denominator
            elif isinstance(numerator, int):
                denominator = 1
            elif isinstance(numerator, str):
                numerator, denominator = _parsed(numerator)
            elif hasattr(numerator, "as_integer_ratio"):
                numerator, denominator = numerator.as_integer_ratio()
            else:
                raise TypeError("argument should be a string or a Rational instance")
        elif isinstance(numerator, (int, Fraction)) and isinstance(denominator, (int, Fraction)):
            a, b = Fraction(numerator), Fraction(denominator)
            numerator, denominator = a.numerator * b.denominator, a.denominator * b.numerator
        else:
            raise TypeError("both arguments should be Rational instances")
        if denominator == 0:
            raise ZeroDivisionError(f"Fraction({numerator}, 0)")
        common = math.gcd(numerator, denominator)
        if denominator < 0:
            common = -common
        object.__setattr__(self, "numerator", int(numerator) // common)
        object.__setattr__(self, "denominator", int(denominator) // common)

    @classmethod
    def from_float(cls, f):
        return cls(*f.as_integer_ratio())

    @classmethod
    def from_decimal(cls, dec):
        return cls(*dec.as_integer_ratio())

    def as_integer_ratio(self):
        return (self.numerator, self.denominator)

    def is_integer(self):
        return self.denominator == 1

    def limit_denominator(self, max_denominator=1000000):
        if max_denominator < 1:
            raise ValueError("max_denominator should be at least 1")
        if self.denominator <= max_denominator:
            return Fraction(self)
        p0, q0, p1, q1 = 0, 1, 1, 0
        n, d = self.numerator, self.denominator
        while True:
            a = n // d
            q2 = q0 + a * q1
            if q2 > max_denominator:
                break
            p0, q0, p1, q1 = p1, q1, p0 + a * p1, q2
            n, d = d, n - a * d
        k = (max_denominator - q0) // q1
        low = Fraction(p0 + k * p1, q0 + k * q1)
        high = Fraction(p1, q1)
        return high if abs(high - self) <= abs(low - self) else low

    def __repr__(self):
        return f"Fraction({self.numerator}, {self.denominator})"

    def __str__(self):
        return str(self.numerator) if self.denominator == 1 else f"{self.numerator}/{self.denominator}"

    def __format__(self, spec):
        return format(str(self), spec) if spec == "" or spec[-1] not in "eEfFgG%" else format(float(self), spec)

    def __add__(self, other):
        return _combine(self, other, lambda a, b: Fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator), lambda a, b: a + b)

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return _combine(self, other, lambda a, b: Fraction(a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator), lambda a, b: a - b)

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        return _combine(self, other, lambda a, b: Fraction(a.numerator * b.numerator, a.denominator * b.denominator), lambda a, b: a * b)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return _combine(self, other, lambda a, b: Fraction(a.numerator * b.denominator, a.denominator * b.numerator), lambda a, b: a / b)

    def __rtruediv__(self, other):
        if isinstance(other, int):
            return Fraction(other * self.denominator, self.numerator)
        return other / float(self)

    def __floordiv__(self, other):
        return _combine(self, other, lambda a, b: (a.numerator * b.denominator) // (a.denominator * b.numerator), lambda a, b: a // b)

    def __rfloordiv__(self, other):
        return Fraction(other) // self

    def __mod__(self, other):
        return self - other * (self // other)

    def __rmod__(self, other):
        return Fraction(other) % self

    def __divmod__(self, other):
        return (self // other, self % other)

    def __pow__(self, other):
        if isinstance(other, Fraction):
            if other.denominator != 1:
                return float(self) ** float(other)
            other = other.numerator
        if not isinstance(other, int):
            return float(self) ** other
        if other >= 0:
            return Fraction(self.numerator ** other, self.denominator ** other)
        return Fraction(self.denominator ** -other, self.numerator ** -other)

    def __rpow__(self, other):
        if self.denominator == 1:
            return other ** self.numerator
        return other ** float(self)

    def __neg__(self):
        return Fraction(-self.numerator, self.denominator)

    def __pos__(self):
        return Fraction(self)

    def __abs__(self):
        return Fraction(abs(self.numerator), self.denominator)

    def __float__(self):
        return self.numerator / self.denominator

    def __int__(self):
        return -(-self.numerator // self.denominator) if self.numerator < 0 else self.numerator // self.denominator

    __trunc__ = __int__

    def __floor__(self):
        return self.numerator // self.denominator

    def __ceil__(self):
        return -(-self.numerator // self.denominator)

    def __round__(self, ndigits=None):
        if ndigits is not None:
            shift = 10 ** abs(ndigits)
            return Fraction(round(self * shift), shift) if ndigits > 0 else Fraction(round(self / shift) * shift)
        floor, rest = divmod(self.numerator, self.denominator)
        if rest * 2 < self.denominator or (rest * 2 == self.denominator and floor % 2 == 0):
            return floor
        return floor + 1

    def __bool__(self):
        return self.numerator != 0

    def __hash__(self):
        return hash(self.numerator) if self.denominator == 1 else hash((self.numerator, self.denominator))

    def __eq__(self, other):
        return _compare(self, other, lambda a, b: a == b)

    def __lt__(self, other):
        return _compare(self, other, lambda a, b: a < b)

    def __le__(self, other):
        return _compare(self, other, lambda a, b: a <= b)

    def __gt__(self, other):
        return _compare(self, other, lambda a, b: a > b)

    def __ge__(self, other):
        return _compare(self, other, lambda a, b: a >= b)

    def __setattr__(self, name, value):
        raise AttributeError(f"property '{name}' of 'Fraction' object has no setter")


def _parsed(text):
    body = text.strip().replace("_", "")
    try:
        if "/" in body:
            top, bottom = body.split("/")
            return int(top), int(bottom)
        mantissa, _, exponent = body.lower().partition("e")
        whole, _, places = mantissa.partition(".")
        value, scale = int((whole + places) or "x"), int(exponent or 0) - len(places)
        return (value * 10 ** scale, 1) if scale >= 0 else (value, 10 ** -scale)
    except ValueError:
        raise ValueError(f"Invalid literal for Fraction: {text!r}") from None


def _combine(a, b, exact, inexact):
    if isinstance(b, int):
        b = Fraction(b)
    if isinstance(b, Fraction):
        return exact(a, b)
    if isinstance(b, (float, complex)):
        return inexact(float(a), b)
    return NotImplemented


def _compare(a, b, test):
    if isinstance(b, int):
        b = Fraction(b)
    if isinstance(b, Fraction):
        return test(a.numerator * b.denominator, b.numerator * a.denominator)
    if isinstance(b, float):
        return test(float(a), b)
    return NotImplemented
