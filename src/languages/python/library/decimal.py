"""Decimal floating point numbers: sign, integer coefficient, power of ten."""
from math import inf, nan

ROUND_DOWN, ROUND_UP, ROUND_CEILING, ROUND_FLOOR = "ROUND_DOWN", "ROUND_UP", "ROUND_CEILING", "ROUND_FLOOR"
ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_05UP = "ROUND_HALF_UP", "ROUND_HALF_DOWN", "ROUND_HALF_EVEN", "ROUND_05UP"


class DecimalException(ArithmeticError):
    pass


class InvalidOperation(DecimalException):
    pass


class DivisionByZero(DecimalException, ZeroDivisionError):
    pass


class Inexact(DecimalException):
    pass


class Overflow(Inexact):
    pass


class Context:
    def __init__(self, prec=28, rounding=ROUND_HALF_EVEN, **options):
        self.prec = prec
        self.rounding = rounding

    def copy(self):
        return Context(self.prec, self.rounding)

    def create_decimal(self, value="0"):
        return +Decimal(value)


_current = [Context()]


def getcontext():
    return _current[-1]


def setcontext(context):
    _current[-1] = context


class localcontext:
    def __init__(self, ctx=None, **options):
        self.context = (ctx or getcontext()).copy()
        for name, value in options.items():
            setattr(self.context, name, value)

    def __enter__(self):
        _current.append(self.context)
        return self.context

    def __exit__(self, *error):
        _current.pop()
        return False


def _divided(n, by, rounding, negative):
    """n / by for n ≥ 0, rounded to a whole number."""
    whole, rest = divmod(n, by)
    if rest == 0:
        return whole
    if rounding == ROUND_DOWN:
        up = False
    elif rounding == ROUND_UP:
        up = True
    elif rounding == ROUND_CEILING:
        up = not negative
    elif rounding == ROUND_FLOOR:
        up = negative
    elif rounding == ROUND_05UP:
        up = whole % 5 == 0
    else:
        twice = rest * 2
        up = twice > by or (twice == by and (rounding == ROUND_HALF_UP or (rounding == ROUND_HALF_EVEN and whole % 2 == 1)))
    return whole + 1 if up else whole


class Decimal:
    __slots__ = ("_sign", "_int", "_exp", "_special")

    def __init__(self, value="0", context=None):
        self._special = None
        if isinstance(value, Decimal):
            self._sign, self._int, self._exp, self._special = value._sign, value._int, value._exp, value._special
        elif isinstance(value, int):
            self._sign, self._int, self._exp = (1 if value < 0 else 0), abs(int(value)), 0
        elif isinstance(value, float):
            if value != value or value in (inf, -inf):
                self._read(str(value))
            else:
                top, bottom = value.as_integer_ratio()
                places = bottom.bit_length() - 1
                self._sign, self._int, self._exp = (1 if top < 0 else 0), abs(top) * 5**places, -places
        elif isinstance(value, str):
            self._read(value)
        elif isinstance(value, tuple):
            sign, digits, exponent = value
            self._sign, self._int, self._exp = sign, int("".join(map(str, digits)) or "0"), exponent
        else:
            raise TypeError(f"conversion from {type(value).__name__} to Decimal is not supported")

    def _read(self, text):
        body = text.strip().replace("_", "").lower()
        self._sign = 1 if body.startswith("-") else 0
        body = body.lstrip("+-")
        if body in ("inf", "infinity", "nan"):
            self._special, self._int, self._exp = ("nan" if body == "nan" else "inf"), 0, 0
            return
        mantissa, _, exponent = body.partition("e")
        whole, _, places = mantissa.partition(".")
        if not (whole + places).isdigit() or ("e" in body and not exponent.lstrip("+-").isdigit()):
            raise InvalidOperation("[<class 'decimal.ConversionSyntax'>]")
        self._int, self._exp = int(whole + places), int(exponent or 0) - len(places)

    @classmethod
    def from_float(cls, f):
        return cls(f)

    @staticmethod
    def _made(sign, digits, exponent):
        out = Decimal()
        out._sign, out._int, out._exp = sign, digits, exponent
        return out

    @staticmethod
    def _of(signed, exponent):
        return Decimal._made(1 if signed < 0 else 0, abs(signed), exponent)

    @staticmethod
    def _odd(sign, kind):
        out = Decimal._made(sign, 0, 0)
        out._special = kind
        return out

    def _signed(self):
        return -self._int if self._sign else self._int

    def _rounded(self):
        context = getcontext()
        extra = len(str(self._int)) - context.prec
        if self._special or extra <= 0:
            return self
        digits = _divided(self._int, 10**extra, context.rounding, self._sign == 1)
        exponent = self._exp + extra
        if len(str(digits)) > context.prec:
            digits, exponent = digits // 10, exponent + 1
        return Decimal._made(self._sign, digits, exponent)

    def adjusted(self):
        return len(str(self._int)) - 1 + self._exp

    def is_nan(self):
        return self._special == "nan"

    def is_infinite(self):
        return self._special == "inf"

    def is_finite(self):
        return self._special is None

    def is_zero(self):
        return self._special is None and self._int == 0

    def is_signed(self):
        return self._sign == 1

    def as_tuple(self):
        return DecimalTuple(self._sign, tuple(int(d) for d in str(self._int)), self._exp)

    def as_integer_ratio(self):
        from fractions import Fraction

        x = Fraction(self._signed()) * Fraction(10) ** self._exp
        return (x.numerator, x.denominator)

    def __add__(self, other):
        other = _decimal(other)
        if other is NotImplemented:
            return other
        if self._special or other._special:
            if self.is_nan() or other.is_nan() or (self._special and other._special and self._sign != other._sign):
                return Decimal._odd(0, "nan")
            return self if self._special else other
        exponent = min(self._exp, other._exp)
        a = self._signed() * 10 ** (self._exp - exponent)
        b = other._signed() * 10 ** (other._exp - exponent)
        return Decimal._of(a + b, exponent)._rounded()

    __radd__ = __add__

    def __neg__(self):
        if self._special:
            return Decimal._odd(1 - self._sign, self._special)
        return Decimal._made(1 - self._sign if self._int else 0, self._int, self._exp)._rounded()

    def __pos__(self):
        return self._rounded()

    def __abs__(self):
        return Decimal._odd(0, self._special) if self._special else Decimal._made(0, self._int, self._exp)._rounded()

    def __sub__(self, other):
        other = _decimal(other)
        return other if other is NotImplemented else self + other._minus()

    def _minus(self):
        out = Decimal(self)
        out._sign = 1 - out._sign
        return out

    def __rsub__(self, other):
        other = _decimal(other)
        return other if other is NotImplemented else other - self

    def __mul__(self, other):
        other = _decimal(other)
        if other is NotImplemented:
            return other
        sign = self._sign ^ other._sign
        if self._special or other._special:
            if self.is_nan() or other.is_nan() or self.is_zero() or other.is_zero():
                return Decimal._odd(0, "nan")
            return Decimal._odd(sign, "inf")
        return Decimal._made(sign, self._int * other._int, self._exp + other._exp)._rounded()

    __rmul__ = __mul__

    def __truediv__(self, other):
        other = _decimal(other)
        if other is NotImplemented:
            return other
        sign = self._sign ^ other._sign
        if self._special or other._special:
            if self.is_nan() or other.is_nan() or (self._special and other._special):
                return Decimal._odd(0, "nan")
            return Decimal._odd(sign, "inf") if self._special else Decimal._made(sign, 0, 0)
        if other._int == 0:
            if self._int == 0:
                raise InvalidOperation("[<class 'decimal.DivisionUndefined'>]")
            raise DivisionByZero("[<class 'decimal.DivisionByZero'>]")
        if self._int == 0:
            return Decimal._made(sign, 0, self._exp - other._exp)
        shift = len(str(other._int)) - len(str(self._int)) + getcontext().prec + 1
        exponent = self._exp - other._exp - shift
        top, bottom = (self._int * 10**shift, other._int) if shift >= 0 else (self._int, other._int * 10**-shift)
        whole, rest = divmod(top, bottom)
        if rest:
            # A digit behind the last that is kept tells which way to round.
            if whole % 5 == 0:
                whole += 1
        else:
            ideal = self._exp - other._exp
            while exponent < ideal and whole % 10 == 0:
                whole, exponent = whole // 10, exponent + 1
        return Decimal._made(sign, whole, exponent)._rounded()

    def __rtruediv__(self, other):
        other = _decimal(other)
        return other if other is NotImplemented else other / self

    def __floordiv__(self, other):
        other = _decimal(other)
        if other is NotImplemented:
            return other
        if other._int == 0:
            raise DivisionByZero("[<class 'decimal.DivisionByZero'>]")
        exponent = min(self._exp, other._exp)
        whole = (self._int * 10 ** (self._exp - exponent)) // (other._int * 10 ** (other._exp - exponent))
        return Decimal._made(self._sign ^ other._sign, whole, 0)

    def __rfloordiv__(self, other):
        return _decimal(other) // self

    def __mod__(self, other):
        other = _decimal(other)
        return other if other is NotImplemented else self - other * (self // other)

    def __rmod__(self, other):
        return _decimal(other) % self

    def __divmod__(self, other):
        return (self // other, self % other)

    def __pow__(self, other, modulo=None):
        other = _decimal(other)
        if other is NotImplemented:
            return other
        if other._exp >= 0 or other == other.to_integral_value():
            n = int(other)
            with localcontext() as context:
                context.prec += 10
                out, base, k = Decimal(1), self, abs(n)
                while k:
                    if k & 1:
                        out = out * base
                    base = base * base
                    k >>= 1
                out = out if n >= 0 else Decimal(1) / out
            return +out
        with localcontext() as context:
            context.prec += 10
            out = (self.ln() * other).exp()
        return +out

    def __rpow__(self, other):
        return _decimal(other) ** self

    def sqrt(self, context=None):
        if self._sign and self._int:
            raise InvalidOperation("[<class 'decimal.InvalidOperation'>]")
        if self._int == 0:
            return Decimal._made(self._sign, 0, self._exp // 2)
        prec = getcontext().prec
        shift = 2 * prec + 2 - len(str(self._int))
        shift = max(shift + (self._exp - shift) % 2, (self._exp % 2))
        n = self._int * 10**shift
        root = _isqrt(n)
        exponent = (self._exp - shift) // 2
        if root * root == n:
            while exponent < self._exp // 2 and root % 10 == 0:
                root, exponent = root // 10, exponent + 1
        elif root % 5 == 0:
            root += 1
        return Decimal._made(0, root, exponent)._rounded()

    def exp(self, context=None):
        with localcontext() as inner:
            inner.prec += 10
            halvings = max(0, self.adjusted() + 5) * 4
            x = self / 2**halvings
            term = total = Decimal(1)
            n = 0
            while term and abs(term) > abs(total) * Decimal(10) ** -(inner.prec + 2):
                n += 1
                term = term * x / n
                total += term
            for _ in range(halvings):
                total = total * total
        return +total

    def ln(self, context=None):
        if self._int == 0:
            return Decimal._odd(1, "inf")
        if self._sign:
            raise InvalidOperation("[<class 'decimal.InvalidOperation'>]")
        from math import log

        with localcontext() as inner:
            inner.prec += 10
            y = Decimal(log(float(self._int)) + self._exp * log(10))
            for _ in range(8):
                e = y.exp()
                move = 2 * (self - e) / (self + e)
                y += move
                if abs(move) < Decimal(10) ** -(inner.prec):
                    break
        return +y

    def log10(self, context=None):
        with localcontext() as inner:
            inner.prec += 5
            out = self.ln() / Decimal(10).ln()
        return +out

    def quantize(self, exp, rounding=None, context=None):
        places = _decimal(exp)._exp
        mode = rounding or getcontext().rounding
        if self._exp >= places:
            return Decimal._made(self._sign, self._int * 10 ** (self._exp - places), places)
        digits = _divided(self._int, 10 ** (places - self._exp), mode, self._sign == 1)
        if len(str(digits)) > getcontext().prec:
            raise InvalidOperation("[<class 'decimal.InvalidOperation'>]")
        return Decimal._made(self._sign, digits, places)

    def to_integral_value(self, rounding=None, context=None):
        return self if self._exp >= 0 else self.quantize(Decimal(1), rounding)

    to_integral = to_integral_value

    def normalize(self, context=None):
        out = self._rounded()
        digits, exponent = out._int, out._exp
        if digits == 0:
            return Decimal._made(out._sign, 0, 0)
        while digits % 10 == 0:
            digits, exponent = digits // 10, exponent + 1
        return Decimal._made(out._sign, digits, exponent)

    def copy_abs(self):
        return Decimal._made(0, self._int, self._exp)

    def max(self, other):
        return self if self >= other else _decimal(other)

    def min(self, other):
        return self if self <= other else _decimal(other)

    def __int__(self):
        if self._special:
            raise ValueError("cannot convert NaN to integer")
        whole = self._int * 10**self._exp if self._exp >= 0 else self._int // 10**-self._exp
        return -whole if self._sign else whole

    __trunc__ = __int__

    def __floor__(self):
        return int(self.to_integral_value(ROUND_FLOOR))

    def __ceil__(self):
        return int(self.to_integral_value(ROUND_CEILING))

    def __float__(self):
        return float(str(self))

    def __round__(self, n=None):
        if n is None:
            return int(self.quantize(Decimal(1), ROUND_HALF_EVEN))
        return self.quantize(Decimal._made(0, 1, -n), ROUND_HALF_EVEN)

    def __bool__(self):
        return self._special is not None or self._int != 0

    def _compared(self, other):
        other = _decimal(other, True)
        if other is NotImplemented:
            return None
        if self._special or other._special:
            if self.is_nan() or other.is_nan():
                return nan
            return float(str(self)) - float(str(other)) if self._special != other._special else other._sign - self._sign
        exponent = min(self._exp, other._exp)
        return self._signed() * 10 ** (self._exp - exponent) - other._signed() * 10 ** (other._exp - exponent)

    def compare(self, other):
        gap = self._compared(other)
        return Decimal((gap > 0) - (gap < 0))

    def __eq__(self, other):
        gap = self._compared(other)
        return NotImplemented if gap is None else gap == 0

    def __lt__(self, other):
        gap = self._compared(other)
        return NotImplemented if gap is None else gap < 0

    def __le__(self, other):
        gap = self._compared(other)
        return NotImplemented if gap is None else gap <= 0

    def __gt__(self, other):
        gap = self._compared(other)
        return NotImplemented if gap is None else gap > 0

    def __ge__(self, other):
        gap = self._compared(other)
        return NotImplemented if gap is None else gap >= 0

    def __hash__(self):
        whole = self.normalize()
        return hash(int(whole)) if whole._exp >= 0 else hash((whole._sign, whole._int, whole._exp))

    def __str__(self):
        sign = "-" if self._sign else ""
        if self._special:
            return sign + {"nan": "NaN", "inf": "Infinity"}[self._special]
        digits = str(self._int)
        adjusted = self.adjusted()
        if self._exp <= 0 and adjusted >= -6:
            if self._exp == 0:
                return sign + digits
            digits = digits.rjust(1 - self._exp, "0")
            return sign + digits[: self._exp] + "." + digits[self._exp :]
        body = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{sign}{body}E{adjusted:+d}"

    def __repr__(self):
        return f"Decimal('{self}')"

    def __format__(self, spec):
        if spec == "" or self._special:
            return format(str(self), spec)
        kind = spec[-1]
        if kind not in "fFeEgG%n":
            return format(str(self), spec)
        front, _, places = spec[:-1].partition(".")
        value = self * 100 if kind == "%" else self
        if kind in "fF%":
            n = int(places) if places else max(-value._exp, 0)
            with localcontext() as context:
                context.prec = 1000
                text = str(value.quantize(Decimal._made(0, 1, -n), ROUND_HALF_EVEN))
            tail = "%" if kind == "%" else ""
            sign = "-" if text.startswith("-") else "+" if "+" in front else " " if " " in front else ""
            whole, dot, rest = text.lstrip("-").partition(".")
            if "," in front:
                whole = f"{int(whole):,}"
            out = sign + whole + dot + rest + tail
            shape = front.replace(",", "").replace("+", "").replace(" ", "") if "+" in front or "," in front else front
            if shape.startswith("0") and len(shape) > 1:
                return sign + (whole + dot + rest + tail).rjust(int(shape) - len(sign), "0")
            return format(out, (shape if shape[:1] in "<>^" or shape[1:2] in ("<", ">", "^") else ">" + shape) if shape else "")
        return format(float(self), spec)


class DecimalTuple(tuple):
    def __new__(cls, sign, digits, exponent):
        return tuple.__new__(cls, (sign, digits, exponent))

    sign = property(lambda self: self[0])
    digits = property(lambda self: self[1])
    exponent = property(lambda self: self[2])

    def __repr__(self):
        return f"DecimalTuple(sign={self[0]}, digits={self[1]!r}, exponent={self[2]})"


def _isqrt(n):
    if n == 0:
        return 0
    x = 1 << ((n.bit_length() + 1) // 2)
    while True:
        y = (x + n // x) // 2
        if y >= x:
            return x
        x = y


def _decimal(x, floats=False):
    if isinstance(x, Decimal):
        return x
    if isinstance(x, int) or (floats and isinstance(x, float)):
        return Decimal(x)
    return NotImplemented
