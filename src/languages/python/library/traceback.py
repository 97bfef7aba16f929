"""What an exception says."""
import sys


def format_exception_only(exc, value=None):
    error = value if value is not None else exc
    text = str(error)
    return [type(error).__name__ + (f": {text}" if text else "") + "\n"]


def format_exception(exc, value=None, tb=None, **options):
    return ["Traceback (most recent call last):\n"] + format_exception_only(exc, value)


def format_exc(limit=None, chain=True):
    return "".join(format_exception(sys.exc_info()[1]))


def print_exc(limit=None, file=None, chain=True):
    print(format_exc(), end="", file=file or sys.stderr)


def print_exception(exc, value=None, tb=None, limit=None, file=None, chain=True):
    print("".join(format_exception(exc, value)), end="", file=file or sys.stderr)


def format_tb(tb, limit=None):
    return []


def print_tb(tb, limit=None, file=None):
    pass


def print_stack(*args, **options):
    pass
