"""Printing nested data over several lines."""


def pformat(object, indent=1, width=80, depth=None, *, compact=False, sort_dicts=True, underscore_numbers=False):
    return _text(object, indent, width, 0, 0, sort_dicts, compact, depth)


def pprint(object, stream=None, indent=1, width=80, depth=None, *, compact=False, sort_dicts=True, underscore_numbers=False):
    print(pformat(object, indent, width, depth, compact=compact, sort_dicts=sort_dicts), file=stream)


def pp(object, *args, sort_dicts=False, **options):
    pprint(object, *args, sort_dicts=sort_dicts, **options)


def _flat(x, sort, depth=None):
    kind = type(x)
    if depth is not None and depth <= 0 and kind in (dict, list, tuple):
        return {dict: "{...}", list: "[...]", tuple: "(...)"}[kind]
    deeper = None if depth is None else depth - 1
    if kind is dict:
        return "{" + ", ".join(f"{_flat(k, sort, deeper)}: {_flat(v, sort, deeper)}" for k, v in _items(x, sort)) + "}"
    if kind is list:
        return "[" + ", ".join(_flat(item, sort, deeper) for item in x) + "]"
    if kind is tuple:
        return "(" + ", ".join(_flat(item, sort, deeper) for item in x) + (",)" if len(x) == 1 else ")")
    return repr(x)


def _items(x, sort):
    if not sort:
        return list(x.items())
    try:
        return sorted(x.items(), key=lambda item: item[0])
    except TypeError:
        return sorted(x.items(), key=lambda item: (type(item[0]).__name__, str(item[0])))


def _text(x, indent, width, column, tail, sort, compact, depth):
    whole = _flat(x, sort, depth)
    kind = type(x)
    if len(whole) <= width - column - tail or kind not in (dict, list, tuple, set, frozenset) or not x:
        return whole
    deeper = None if depth is None else depth - 1
    inner = column + indent
    if kind is dict:
        parts = []
        items = _items(x, sort)
        for n, (key, value) in enumerate(items):
            name = _flat(key, sort) + ": "
            last = n == len(items) - 1
            parts.append(name + _text(value, indent, width, inner + len(name), tail + 1 if last else 1, sort, compact, deeper))
        opening, closing = "{", "}"
    else:
        opening, closing = {list: ("[", "]"), tuple: ("(", ",)" if len(x) == 1 else ")"), set: ("{", "}"), frozenset: ("frozenset({", "})")}[kind]
        items = sorted(x) if kind in (set, frozenset) else list(x)
        if kind is frozenset:
            inner += len(opening) - 1
        parts = [_text(item, indent, width, inner, tail + 1 if n == len(items) - 1 else 1, sort, compact, deeper) for n, item in enumerate(items)]
        if compact:
            lines, line = [], ""
            for n, part in enumerate(parts):
                more = part + ("," if n < len(parts) - 1 else "")
                if line and inner + len(line) + 1 + len(more) > width - (tail if n == len(parts) - 1 else 0):
                    lines.append(line)
                    line = more
                else:
                    line = line + " " + more if line else more
            lines.append(line)
            return opening + " " * (indent - 1) + ("\n" + " " * inner).join(lines) + closing
    return opening + " " * (indent - 1) + (",\n" + " " * inner).join(parts) + closing
