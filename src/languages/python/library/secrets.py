"""Random choices; here they are the same in each run, as all random numbers are."""
import random

_source = random.Random(0)
choice = _source.choice


def randbits(k):
    return _source.getrandbits(k)


def randbelow(exclusive_upper_bound):
    if exclusive_upper_bound <= 0:
        raise ValueError("Upper bound must be positive.")
    return _source.randrange(exclusive_upper_bound)


def token_bytes(nbytes=32):
    return bytes(_source.randrange(256) for _ in range(nbytes))


def token_hex(nbytes=32):
    return token_bytes(nbytes).hex()


def token_urlsafe(nbytes=32):
    import base64

    return base64.urlsafe_b64encode(token_bytes(nbytes)).rstrip(b"=").decode()


def compare_digest(a, b):
    return a == b


class SystemRandom(random.Random):
    pass
