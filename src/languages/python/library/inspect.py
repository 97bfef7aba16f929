"""What objects are; their source text is not looked at."""
import types


def isclass(x):
    return isinstance(x, type)


def isfunction(x):
    return type(x).__name__ == "function"


def ismethod(x):
    return type(x).__name__ == "method"


def isbuiltin(x):
    return type(x).__name__ == "builtin_function_or_method"


def isroutine(x):
    return isfunction(x) or ismethod(x) or isbuiltin(x)


def isgenerator(x):
    return type(x).__name__ == "generator"


def ismodule(x):
    return type(x).__name__ == "module"


def getdoc(x):
    import textwrap

    text = x.__doc__
    if text is None:
        return None
    first, _, rest = text.partition("\n")
    return (first.lstrip() + "\n" + textwrap.dedent(rest)).strip("\n") if rest else first.strip()


def getmembers(x, predicate=None):
    pairs = [(name, getattr(x, name)) for name in dir(x)]
    return [(name, value) for name, value in pairs if predicate is None or predicate(value)]
