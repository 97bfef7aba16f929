"""Plain Python: nothing but functions, and everything has a derivative."""
import math


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x ** 2) ** 2


def himmelblau(x, y):
    return (x ** 2 + y - 11) ** 2 + (x + y ** 2 - 7) ** 2


# gradlens: x=0.5
def logistic(x):
    return 1 / (1 + math.exp(-x))


def damped(t, rate=0.3, frequency=2):
    return math.exp(-rate * t) * math.cos(frequency * t)


def huber(error, delta=1.0):
    if abs(error) <= delta:
        return 0.5 * error ** 2
    return delta * (abs(error) - 0.5 * delta)


def newton_sqrt(a):
    """A loop has a derivative too."""
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


print(rosenbrock(-1.2, 1.0), himmelblau(0.0, 0.0))
print(damped(1.5), huber(2.5), newton_sqrt(2.0))
