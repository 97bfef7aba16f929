"""Examples in documentation are not run."""
from collections import namedtuple

TestResults = namedtuple("TestResults", "failed attempted")
ELLIPSIS, NORMALIZE_WHITESPACE, IGNORE_EXCEPTION_DETAIL = 8, 4, 32


def testmod(*args, **options):
    return TestResults(0, 0)


def run_docstring_examples(*args, **options):
    pass
