"""MD5 (RFC 1321), SHA-1 and SHA-2 (FIPS 180-4)."""
import math

_PRIMES = [n for n in range(2, 410) if all(n % d for d in range(2, math.isqrt(n) + 1))]


def _root(n, power, bits):
    """The first bits of the fractional part of a root of n."""
    low, high = 0, n << bits
    scaled = n << (bits * power)
    while low < high:
        middle = (low + high + 1) // 2
        if middle**power <= scaled:
            low = middle
        else:
            high = middle - 1
    return low & ((1 << bits) - 1)


def _padded(data, block, order):
    length = block // 8
    out = data + b"\x80"
    out += bytes(-(len(out) + length) % block)
    return out + (8 * len(data)).to_bytes(length, order)


def _turned(x, n):
    return ((x << n) | (x >> (32 - n))) & 0xFFFFFFFF


def _md5(data):
    turns = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]]
    sines = [int(abs(math.sin(k + 1)) * 2**32) for k in range(64)]
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476]
    text = _padded(data, 64, "little")
    for start in range(0, len(text), 64):
        words = [int.from_bytes(text[k : k + 4], "little") for k in range(start, start + 64, 4)]
        a, b, c, d = state
        for k in range(64):
            if k < 16:
                f, g = (b & c) | (~b & d), k
            elif k < 32:
                f, g = (d & b) | (~d & c), (5 * k + 1) % 16
            elif k < 48:
                f, g = b ^ c ^ d, (3 * k + 5) % 16
            else:
                f, g = c ^ (b | (~d & 0xFFFFFFFF)), (7 * k) % 16
            f = (f + a + sines[k] + words[g]) & 0xFFFFFFFF
            a, d, c, b = d, c, b, (b + _turned(f, turns[k // 16][k % 4])) & 0xFFFFFFFF
        state = [(x + y) & 0xFFFFFFFF for x, y in zip(state, (a, b, c, d))]
    return b"".join(x.to_bytes(4, "little") for x in state)


def _sha1(data):
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0]
    text = _padded(data, 64, "big")
    for start in range(0, len(text), 64):
        w = [int.from_bytes(text[k : k + 4], "big") for k in range(start, start + 64, 4)]
        for k in range(16, 80):
            w.append(_turned(w[k - 3] ^ w[k - 8] ^ w[k - 14] ^ w[k - 16], 1))
        a, b, c, d, e = state
        for k in range(80):
            if k < 20:
                f, more = (b & c) | (~b & d), 0x5A827999
            elif k < 40:
                f, more = b ^ c ^ d, 0x6ED9EBA1
            elif k < 60:
                f, more = (b & c) | (b & d) | (c & d), 0x8F1BBCDC
            else:
                f, more = b ^ c ^ d, 0xCA62C1D6
            a, b, c, d, e = (_turned(a, 5) + (f & 0xFFFFFFFF) + e + more + w[k]) & 0xFFFFFFFF, a, _turned(b, 30), c, d
        state = [(x + y) & 0xFFFFFFFF for x, y in zip(state, (a, b, c, d, e))]
    return b"".join(x.to_bytes(4, "big") for x in state)


# Word length in bits; amounts of the turns and, last of each row of "small", of the shifts.
_SHA2 = {
    32: (64, (2, 13, 22), (6, 11, 25), (7, 18, 3), (17, 19, 10)),
    64: (80, (28, 34, 39), (14, 18, 41), (1, 8, 7), (19, 61, 6)),
}


def _sha2(data, bits, state, size):
    rounds, big_a, big_e, small_0, small_1 = _SHA2[bits]
    mask, length = (1 << bits) - 1, bits // 8
    keys = [_root(prime, 3, bits) for prime in _PRIMES[:rounds]]

    def turn(x, n):
        return ((x >> n) | (x << (bits - n))) & mask

    def big(x, by):
        return turn(x, by[0]) ^ turn(x, by[1]) ^ turn(x, by[2])

    def small(x, by):
        return turn(x, by[0]) ^ turn(x, by[1]) ^ (x >> by[2])

    text = _padded(data, 2 * bits, "big")
    for start in range(0, len(text), 16 * length):
        w = [int.from_bytes(text[k : k + length], "big") for k in range(start, start + 16 * length, length)]
        for k in range(16, rounds):
            w.append((w[k - 16] + small(w[k - 15], small_0) + w[k - 7] + small(w[k - 2], small_1)) & mask)
        a, b, c, d, e, f, g, h = state
        for k in range(rounds):
            first = h + big(e, big_e) + ((e & f) ^ (~e & mask & g)) + keys[k] + w[k]
            second = big(a, big_a) + ((a & b) ^ (a & c) ^ (b & c))
            a, b, c, d, e, f, g, h = (first + second) & mask, a, b, c, (d + first) & mask, e, f, g
        state = [(x + y) & mask for x, y in zip(state, (a, b, c, d, e, f, g, h))]
    return b"".join(x.to_bytes(length, "big") for x in state)[:size]


def _roots(bits, skip=0):
    return [_root(prime, 2, bits) for prime in _PRIMES[skip : skip + 8]]


_ALGORITHMS = {
    "md5": (16, 64, _md5),
    "sha1": (20, 64, _sha1),
    "sha224": (28, 64, lambda data: _sha2(data, 32, [x & 0xFFFFFFFF for x in _roots(64, 8)], 28)),
    "sha256": (32, 64, lambda data: _sha2(data, 32, _roots(32), 32)),
    "sha384": (48, 128, lambda data: _sha2(data, 64, _roots(64, 8), 48)),
    "sha512": (64, 128, lambda data: _sha2(data, 64, _roots(64), 64)),
}
algorithms_guaranteed = algorithms_available = set(_ALGORITHMS)


class _Hash:
    def __init__(self, name, data=b""):
        self.name = name
        self.digest_size, self.block_size, self._run = _ALGORITHMS[name]
        self._data = b""
        self.update(data)

    def update(self, data):
        if isinstance(data, str):
            raise TypeError("Strings must be encoded before hashing")
        self._data += bytes(data)

    def digest(self):
        return self._run(self._data)

    def hexdigest(self):
        return self.digest().hex()

    def copy(self):
        return _Hash(self.name, self._data)


def new(name, data=b"", **kwargs):
    if name.lower() not in _ALGORITHMS:
        raise ValueError(f"unsupported hash type {name}")
    return _Hash(name.lower(), data)


def md5(data=b"", **kwargs):
    return _Hash("md5", data)


def sha1(data=b"", **kwargs):
    return _Hash("sha1", data)


def sha224(data=b"", **kwargs):
    return _Hash("sha224", data)


def sha256(data=b"", **kwargs):
    return _Hash("sha256", data)


def sha384(data=b"", **kwargs):
    return _Hash("sha384", data)


def sha512(data=b"", **kwargs):
    return _Hash("sha512", data)
