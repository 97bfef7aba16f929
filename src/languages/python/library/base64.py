"""Base64, base32 and base16 (RFC 4648)."""
import string

_LETTERS = (string.ascii_uppercase + string.ascii_lowercase + string.digits).encode()


def _data(s):
    return s.encode("ascii") if isinstance(s, str) else bytes(s)


def _encode(s, alphabet, bits, group):
    data = bytes(s)
    text = "".join(f"{byte:08b}" for byte in data)
    text += "0" * (-len(text) % bits)
    out = bytes(alphabet[int(text[k : k + bits], 2)] for k in range(0, len(text), bits))
    return out + b"=" * (-len(out) % group)


def _decode(s, alphabet, bits, group):
    data = _data(s)
    if len(data) % group:
        raise ValueError("Incorrect padding")
    places = {code: k for k, code in enumerate(alphabet)}
    text = "".join(f"{places[code]:0{bits}b}" for code in data.rstrip(b"=") if code in places)
    return bytes(int(text[k : k + 8], 2) for k in range(0, len(text) - 7, 8))


def b64encode(s, altchars=None):
    alphabet = _LETTERS + (altchars or b"+/")
    return _encode(s, alphabet, 6, 4)


def b64decode(s, altchars=None, validate=False):
    return _decode(s, _LETTERS + (altchars or b"+/"), 6, 4)


def urlsafe_b64encode(s):
    return b64encode(s, b"-_")


def urlsafe_b64decode(s):
    return b64decode(s, b"-_")


standard_b64encode, standard_b64decode = b64encode, b64decode
_BASE32 = (string.ascii_uppercase + "234567").encode()


def b32encode(s):
    return _encode(s, _BASE32, 5, 8)


def b32decode(s, casefold=False):
    return _decode(_data(s).upper() if casefold else s, _BASE32, 5, 8)


def b16encode(s):
    return bytes(s).hex().upper().encode()


def b16decode(s, casefold=False):
    return bytes.fromhex(_data(s).decode())
