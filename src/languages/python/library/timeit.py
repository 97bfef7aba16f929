"""Timing, by the fixed clock."""
from time import perf_counter

default_timer = perf_counter


def timeit(stmt="pass", setup="pass", timer=default_timer, number=1000000, globals=None):
    start = timer()
    if callable(stmt):
        for _ in range(min(number, 1000)):
            stmt()
    return timer() - start


def repeat(stmt="pass", setup="pass", timer=default_timer, repeat=5, number=1000000, globals=None):
    return [timeit(stmt, setup, timer, number) for _ in range(repeat)]
