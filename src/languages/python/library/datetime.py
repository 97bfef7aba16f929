"""Dates and times of the proleptic Gregorian calendar; now is a fixed time."""
import time as _time

MINYEAR, MAXYEAR = 1, 9999
_before = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
_months = ["", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_long_months = ["", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_long_days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def _leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _length(year, month):
    return 29 if month == 2 and _leap(year) else [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]


def _ordinal(year, month, day):
    y = year - 1
    return y * 365 + y // 4 - y // 100 + y // 400 + _before[month] + (month > 2 and _leap(year)) + day


def _from_ordinal(n):
    year = (n * 400) // 146097 + 1
    while _ordinal(year, 1, 1) > n:
        year -= 1
    while _ordinal(year + 1, 1, 1) <= n:
        year += 1
    month = 1
    while month < 12 and _ordinal(year, month + 1, 1) <= n:
        month += 1
    return year, month, n - _ordinal(year, month, 1) + 1


class timedelta:
    def __init__(self, days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0):
        whole = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
        total = round(whole * 1000000) if isinstance(whole, float) else whole * 1000000
        total += round(milliseconds * 1000) + round(microseconds)
        self._total = total
        self.days, rest = divmod(total, 86400000000)
        self.seconds, self.microseconds = divmod(rest, 1000000)

    def total_seconds(self):
        return self._total / 1000000

    def __repr__(self):
        parts = [f"{name}={value}" for name, value in (("days", self.days), ("seconds", self.seconds), ("microseconds", self.microseconds)) if value]
        return "datetime.timedelta(" + (", ".join(parts) or "0") + ")"

    def __str__(self):
        minutes, seconds = divmod(self.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        text = f"{hours}:{minutes:02d}:{seconds:02d}"
        if self.days:
            text = f"{self.days} day{'' if abs(self.days) == 1 else 's'}, " + text
        return text + (f".{self.microseconds:06d}" if self.microseconds else "")

    def __add__(self, other):
        return timedelta(microseconds=self._total + other._total) if isinstance(other, timedelta) else NotImplemented

    def __sub__(self, other):
        return timedelta(microseconds=self._total - other._total) if isinstance(other, timedelta) else NotImplemented

    def __mul__(self, other):
        return timedelta(microseconds=round(self._total * other))

    __rmul__ = __mul__

    def __truediv__(self, other):
        if isinstance(other, timedelta):
            return self._total / other._total
        return timedelta(microseconds=round(self._total / other))

    def __floordiv__(self, other):
        if isinstance(other, timedelta):
            return self._total // other._total
        return timedelta(microseconds=self._total // other)

    def __mod__(self, other):
        return timedelta(microseconds=self._total % other._total)

    def __neg__(self):
        return timedelta(microseconds=-self._total)

    def __abs__(self):
        return timedelta(microseconds=abs(self._total))

    def __bool__(self):
        return self._total != 0

    def __hash__(self):
        return hash(self._total)

    def __eq__(self, other):
        return isinstance(other, timedelta) and self._total == other._total

    def __lt__(self, other):
        return self._total < other._total

    def __le__(self, other):
        return self._total <= other._total

    def __gt__(self, other):
        return self._total > other._total

    def __ge__(self, other):
        return self._total >= other._total


class tzinfo:
    pass


class timezone(tzinfo):
    def __init__(self, offset, name=None):
        self._offset = offset
        self._name = name

    def utcoffset(self, dt):
        return self._offset

    def __repr__(self):
        return "datetime.timezone.utc" if self._offset == timedelta(0) else f"datetime.timezone({self._offset!r})"

    def __str__(self):
        return "UTC" if self._offset == timedelta(0) else f"UTC{_offset(self._offset)}"


timezone.utc = timezone(timedelta(0))
UTC = timezone.utc


def _offset(delta):
    minutes = int(delta.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


class date:
    def __init__(self, year, month=None, day=None):
        self._check(year, month, day)
        self.year, self.month, self.day = year, month, day

    @staticmethod
    def _check(year, month, day):
        if not MINYEAR <= year <= MAXYEAR:
            raise ValueError(f"year {year} is out of range")
        if not 1 <= month <= 12:
            raise ValueError("month must be in 1..12")
        if not 1 <= day <= _length(year, month):
            raise ValueError("day is out of range for month")

    @classmethod
    def today(cls):
        return cls.fromtimestamp(_time.time())

    @classmethod
    def fromordinal(cls, n):
        return cls(*_from_ordinal(n))

    @classmethod
    def fromtimestamp(cls, t):
        return cls(*_from_ordinal(719163 + int(t // 86400)))

    @classmethod
    def fromisoformat(cls, text):
        parts = text.split("-")
        if len(parts) != 3 or len(text) != 10:
            raise ValueError(f"Invalid isoformat string: {text!r}")
        return cls(*map(int, parts))

    def toordinal(self):
        return _ordinal(self.year, self.month, self.day)

    def weekday(self):
        return (self.toordinal() + 6) % 7

    def isoweekday(self):
        return self.weekday() + 1

    def isocalendar(self):
        thursday = self.toordinal() - self.weekday() + 3
        year = _from_ordinal(thursday)[0]
        return (year, (thursday - _ordinal(year, 1, 1)) // 7 + 1, self.isoweekday())

    def timetuple(self):
        return (self.year, self.month, self.day, 0, 0, 0, self.weekday(), self.toordinal() - _ordinal(self.year, 1, 1) + 1, -1)

    def replace(self, year=None, month=None, day=None):
        return date(year or self.year, month or self.month, day or self.day)

    def isoformat(self):
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    def strftime(self, format):
        return _formatted(self, format)

    def __format__(self, spec):
        return self.strftime(spec) if spec else str(self)

    def __str__(self):
        return self.isoformat()

    def __repr__(self):
        return f"datetime.date({self.year}, {self.month}, {self.day})"

    def __add__(self, delta):
        return date.fromordinal(self.toordinal() + delta.days) if isinstance(delta, timedelta) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return date.fromordinal(self.toordinal() - other.days)
        if isinstance(other, date):
            return timedelta(self.toordinal() - other.toordinal())
        return NotImplemented

    def __hash__(self):
        return hash(self._key())

    def _key(self):
        return (self.year, self.month, self.day)

    def __eq__(self, other):
        return type(self) is type(other) and self._key() == other._key()

    def __lt__(self, other):
        return self._key() < other._key()

    def __le__(self, other):
        return self._key() <= other._key()

    def __gt__(self, other):
        return self._key() > other._key()

    def __ge__(self, other):
        return self._key() >= other._key()


class time:
    def __init__(self, hour=0, minute=0, second=0, microsecond=0, tzinfo=None):
        self.hour, self.minute, self.second, self.microsecond, self.tzinfo = hour, minute, second, microsecond, tzinfo

    def isoformat(self, timespec="auto"):
        text = f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}"
        return text + (f".{self.microsecond:06d}" if self.microsecond else "")

    def strftime(self, format):
        return _formatted(self, format)

    def __str__(self):
        return self.isoformat()

    def __repr__(self):
        parts = [self.hour, self.minute] + ([self.second] if self.second or self.microsecond else []) + ([self.microsecond] if self.microsecond else [])
        return f"datetime.time({', '.join(map(str, parts))})"

    def _key(self):
        return (self.hour, self.minute, self.second, self.microsecond)

    def __eq__(self, other):
        return isinstance(other, time) and self._key() == other._key()

    def __lt__(self, other):
        return self._key() < other._key()


class datetime(date):
    def __init__(self, year, month=None, day=None, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0):
        super().__init__(year, month, day)
        for name, value, most in (("hour", hour, 23), ("minute", minute, 59), ("second", second, 59)):
            if not 0 <= value <= most:
                raise ValueError(f"{name} must be in 0..{most}")
        self.hour, self.minute, self.second, self.microsecond, self.tzinfo = hour, minute, second, microsecond, tzinfo

    @classmethod
    def _from_micros(cls, total, tzinfo=None):
        days, rest = divmod(total, 86400000000)
        seconds, micros = divmod(rest, 1000000)
        return cls(*_from_ordinal(days), seconds // 3600, seconds // 60 % 60, seconds % 60, micros, tzinfo)

    def _micros(self):
        return ((self.toordinal() * 24 + self.hour) * 3600 + self.minute * 60 + self.second) * 1000000 + self.microsecond

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(_time.time(), tz)

    @classmethod
    def utcnow(cls):
        return cls.now()

    today = now

    @classmethod
    def fromtimestamp(cls, t, tz=None):
        return cls._from_micros(719163 * 86400000000 + round(t * 1000000), tz)

    utcfromtimestamp = fromtimestamp

    @classmethod
    def combine(cls, day, at, tzinfo=None):
        return cls(day.year, day.month, day.day, at.hour, at.minute, at.second, at.microsecond, tzinfo)

    @classmethod
    def fromisoformat(cls, text):
        day, _, rest = text.replace("T", " ").partition(" ")
        first = date.fromisoformat(day)
        if not rest:
            return cls(first.year, first.month, first.day)
        zone = None
        if rest.endswith("Z"):
            rest, zone = rest[:-1], timezone.utc
        elif "+" in rest:
            rest, _, shift = rest.partition("+")
            hours, _, minutes = shift.partition(":")
            zone = timezone(timedelta(hours=int(hours), minutes=int(minutes or 0)))
        clock, _, micros = rest.partition(".")
        parts = list(map(int, clock.split(":")))
        parts += [0] * (3 - len(parts))
        return cls(first.year, first.month, first.day, *parts, int(micros.ljust(6, "0")) if micros else 0, zone)

    @classmethod
    def strptime(cls, text, format):
        return cls(*_scanned(text, format))

    def date(self):
        return date(self.year, self.month, self.day)

    def time(self):
        return time(self.hour, self.minute, self.second, self.microsecond)

    def timestamp(self):
        shift = self.tzinfo.utcoffset(self).total_seconds() if self.tzinfo else 0
        return (self._micros() - 719163 * 86400000000) / 1000000 - shift

    def replace(self, **parts):
        names = ("year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo")
        return datetime(**{name: parts.get(name, getattr(self, name)) for name in names})

    def astimezone(self, tz=None):
        return self

    def isoformat(self, sep="T", timespec="auto"):
        clock = f"{self.hour:02d}:{self.minute:02d}"
        if timespec != "minutes":
            clock += f":{self.second:02d}"
        if self.microsecond and timespec == "auto":
            clock += f".{self.microsecond:06d}"
        zone = _offset(self.tzinfo.utcoffset(self)) if self.tzinfo else ""
        return date.isoformat(self) + sep + clock + zone

    def __str__(self):
        return self.isoformat(" ")

    def __repr__(self):
        parts = [self.year, self.month, self.day, self.hour, self.minute]
        if self.second or self.microsecond:
            parts.append(self.second)
        if self.microsecond:
            parts.append(self.microsecond)
        zone = f", tzinfo={self.tzinfo!r}" if self.tzinfo else ""
        return f"datetime.datetime({', '.join(map(str, parts))}{zone})"

    def __add__(self, delta):
        return datetime._from_micros(self._micros() + delta._total, self.tzinfo) if isinstance(delta, timedelta) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return datetime._from_micros(self._micros() - other._total, self.tzinfo)
        if isinstance(other, datetime):
            return timedelta(microseconds=self._micros() - other._micros())
        return NotImplemented

    def _key(self):
        return (self.year, self.month, self.day, self.hour, self.minute, self.second, self.microsecond)


def _formatted(x, format):
    out, at = [], 0
    hour, minute, second = getattr(x, "hour", 0), getattr(x, "minute", 0), getattr(x, "second", 0)
    while at < len(format):
        c = format[at]
        if c != "%" or at + 1 == len(format):
            out.append(c)
            at += 1
            continue
        code = format[at + 1]
        at += 2
        plain = code == "-"
        if plain:
            code = format[at]
            at += 1
        if code == "Y":
            text = f"{x.year:04d}"
        elif code == "y":
            text = f"{x.year % 100:02d}"
        elif code in "mdHMSI":
            number = {"m": lambda: x.month, "d": lambda: x.day, "H": lambda: hour, "M": lambda: minute, "S": lambda: second, "I": lambda: hour % 12 or 12}[code]()
            text = f"{number}" if plain else f"{number:02d}"
        elif code == "B":
            text = _long_months[x.month]
        elif code in "bh":
            text = _months[x.month]
        elif code == "A":
            text = _long_days[x.weekday()]
        elif code == "a":
            text = _days[x.weekday()]
        elif code == "p":
            text = "PM" if hour >= 12 else "AM"
        elif code == "f":
            text = f"{getattr(x, 'microsecond', 0):06d}"
        elif code == "j":
            text = f"{x.toordinal() - _ordinal(x.year, 1, 1) + 1:03d}"
        elif code == "F":
            text = _formatted(x, "%Y-%m-%d")
        elif code == "T":
            text = _formatted(x, "%H:%M:%S")
        elif code == "D":
            text = _formatted(x, "%m/%d/%y")
        elif code == "c":
            text = _formatted(x, "%a %b ") + f"{x.day:2d}" + _formatted(x, " %H:%M:%S %Y")
        elif code == "x":
            text = _formatted(x, "%m/%d/%y")
        elif code == "X":
            text = _formatted(x, "%H:%M:%S")
        elif code == "w":
            text = str(x.isoweekday() % 7)
        elif code == "u":
            text = str(x.isoweekday())
        elif code == "U":
            text = f"{(x.toordinal() - _ordinal(x.year, 1, 1) + 7 - x.isoweekday() % 7) // 7:02d}"
        elif code == "%":
            text = "%"
        else:
            text = ""
        out.append(text)
    return "".join(out)


def _scanned(text, format):
    found = {"year": 1900, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0, "micro": 0}
    names = {"Y": ("year", 4), "m": ("month", 2), "d": ("day", 2), "H": ("hour", 2), "I": ("hour", 2), "M": ("minute", 2), "S": ("second", 2), "y": ("year", 2), "f": ("micro", 6)}
    at = k = 0
    afternoon = None

    def fail():
        raise ValueError(f"time data {text!r} does not match format {format!r}")

    while k < len(format):
        c = format[k]
        if c != "%":
            if at >= len(text) or text[at] != c:
                fail()
            at += 1
            k += 1
            continue
        code = format[k + 1]
        k += 2
        if code in names:
            name, most = names[code]
            end = at
            while end < len(text) and end - at < most and text[end].isdigit():
                end += 1
            if end == at:
                fail()
            number = int(text[at:end].ljust(6, "0") if code == "f" else text[at:end])
            found[name] = number + (2000 if number < 69 else 1900) if code == "y" else number
            at = end
        elif code in "bBaA":
            words = {"b": _months, "B": _long_months, "a": _days, "A": _long_days}[code]
            for n, word in enumerate(words):
                if word and text[at : at + len(word)].lower() == word.lower():
                    if code in "bB":
                        found["month"] = n
                    at += len(word)
                    break
            else:
                fail()
        elif code == "p":
            afternoon = text[at : at + 2].upper() == "PM"
            at += 2
        else:
            fail()
    if at != len(text):
        raise ValueError(f"unconverted data remains: {text[at:]}")
    hour = found["hour"]
    if afternoon is not None:
        hour = hour % 12 + (12 if afternoon else 0)
    return found["year"], found["month"], found["day"], hour, found["minute"], found["second"], found["micro"]
