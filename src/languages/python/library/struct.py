"""Numbers as bytes (the standard sizes; native order is little)."""
import math

_SIZES = {"b": 1, "B": 1, "?": 1, "h": 2, "H": 2, "i": 4, "I": 4, "l": 4, "L": 4, "q": 8, "Q": 8, "n": 8, "N": 8, "f": 4, "d": 8, "e": 2, "c": 1, "x": 1}
_FLOATS = {"e": (5, 10), "f": (8, 23), "d": (11, 52)}


class error(Exception):
    pass


def _read(format):
    format = format.decode() if isinstance(format, bytes) else format
    order = format[0] if format[:1] in "@=<>!" and format else "@"
    native = order == "@"
    out, count = [], ""
    for char in format.lstrip("@=<>!"):
        if char.isdigit():
            count += char
        elif not char.isspace():
            if char not in _SIZES and char not in "sp":
                raise error("bad char in struct format")
            times = int(count) if count else 1
            out += [(char, times)] if char in "sp" else [(char, 1)] * times
            count = ""
    return ("big" if order in ">!" else "little"), native, out


def _size(char, times, native):
    if char in "sp":
        return times
    return 8 if native and char in "lL" else _SIZES[char]


def _padding(at, size, char, native):
    return -at % size if native and char not in "spx?cbB" else 0


def calcsize(format):
    _, native, fields = _read(format)
    at = 0
    for char, times in fields:
        size = _size(char, times, native)
        at += _padding(at, size, char, native) + size
    return at


def _float_bits(x, char):
    exponent_bits, fraction_bits = _FLOATS[char]
    bias, most = 2 ** (exponent_bits - 1) - 1, 2**exponent_bits - 1
    sign = int(math.copysign(1, x) < 0)
    x = abs(x)
    if math.isnan(x):
        exponent, fraction = most, 1 << (fraction_bits - 1)
    elif math.isinf(x):
        exponent, fraction = most, 0
    elif x == 0:
        exponent, fraction = 0, 0
    else:
        exponent = max(math.frexp(x)[1] - 1, 1 - bias)
        scaled = math.ldexp(x, fraction_bits - exponent) if fraction_bits - exponent < 1024 else math.ldexp(math.ldexp(x, 600), fraction_bits - exponent - 600)
        whole = round(scaled)
        if whole >= 2 << fraction_bits:
            whole, exponent = whole >> 1, exponent + 1
        if exponent > bias:
            raise OverflowError("float too large to pack with f format")
        fraction = whole - (1 << fraction_bits)
        exponent += bias
        if fraction < 0:
            exponent, fraction = 0, whole
    return (sign << (exponent_bits + fraction_bits)) | (exponent << fraction_bits) | fraction


def _bits_float(bits, char):
    exponent_bits, fraction_bits = _FLOATS[char]
    bias, most = 2 ** (exponent_bits - 1) - 1, 2**exponent_bits - 1
    sign = -1.0 if bits >> (exponent_bits + fraction_bits) else 1.0
    exponent, fraction = (bits >> fraction_bits) & most, bits & ((1 << fraction_bits) - 1)
    if exponent == most:
        return sign * math.nan if fraction else sign * math.inf
    if exponent == 0:
        return sign * math.ldexp(math.ldexp(fraction, -fraction_bits), 1 - bias)
    return sign * math.ldexp(fraction + (1 << fraction_bits), exponent - bias - fraction_bits)


def pack(format, *values):
    order, native, fields = _read(format)
    wanted = sum(char != "x" for char, _ in fields)
    if wanted != len(values):
        raise error(f"pack expected {wanted} items for packing (got {len(values)})")
    rest, out = list(values), b""
    for char, times in fields:
        size = _size(char, times, native)
        out += bytes(_padding(len(out), size, char, native))
        if char == "x":
            out += b"\0"
            continue
        value = rest.pop(0)
        if char in "sp":
            out += bytes(value)[:size].ljust(size, b"\0")
        elif char == "c":
            out += value
        elif char in _FLOATS:
            out += _float_bits(float(value), char).to_bytes(size, order)
        elif char == "?":
            out += bytes([bool(value)])
        else:
            if not isinstance(value, int):
                raise error("required argument is not an integer")
            signed = char.islower()
            low, high = (-(2 ** (8 * size - 1)), 2 ** (8 * size - 1) - 1) if signed else (0, 2 ** (8 * size) - 1)
            if not low <= value <= high:
                raise error(f"'{char}' format requires {low} <= number <= {high}")
            out += value.to_bytes(size, order, signed=signed)
    return out


def unpack(format, buffer):
    order, native, fields = _read(format)
    size = calcsize(format)
    if len(buffer) != size:
        raise error(f"unpack requires a buffer of {size} bytes")
    return unpack_from(format, buffer)


def unpack_from(format, buffer, offset=0):
    order, native, fields = _read(format)
    data, at, out = bytes(buffer)[offset:], 0, []
    for char, times in fields:
        size = _size(char, times, native)
        at += _padding(at, size, char, native)
        part = data[at : at + size]
        at += size
        if char == "x":
            continue
        if char in "spc":
            out.append(part)
        elif char in _FLOATS:
            out.append(_bits_float(int.from_bytes(part, order), char))
        elif char == "?":
            out.append(part != b"\0")
        else:
            out.append(int.from_bytes(part, order, signed=char.islower()))
    return tuple(out)


def iter_unpack(format, buffer):
    size = calcsize(format)
    for at in range(0, len(buffer), size):
        yield unpack(format, buffer[at : at + size])
