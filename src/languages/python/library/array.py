"""Arrays of numbers of one type."""

_SIZES = {"b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "l": 8, "L": 8, "q": 8, "Q": 8, "f": 4, "d": 8}


class array:
    def __init__(self, typecode, initializer=()):
        if typecode not in _SIZES:
            raise ValueError("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)")
        self.typecode = typecode
        self.itemsize = _SIZES[typecode]
        self._items = [self._checked(x) for x in initializer]

    def _checked(self, x):
        if self.typecode in "fd":
            if not isinstance(x, (int, float)):
                raise TypeError(f"must be real number, not {type(x).__name__}")
            return float(x)
        if not isinstance(x, int):
            raise TypeError(f"'{type(x).__name__}' object cannot be interpreted as an integer")
        return x

    def append(self, x):
        self._items.append(self._checked(x))

    def extend(self, items):
        self._items.extend(self._checked(x) for x in items)

    fromlist = extend

    def insert(self, i, x):
        self._items.insert(i, self._checked(x))

    def pop(self, i=-1):
        return self._items.pop(i)

    def remove(self, x):
        self._items.remove(x)

    def reverse(self):
        self._items.reverse()

    def index(self, x):
        return self._items.index(x)

    def count(self, x):
        return self._items.count(x)

    def tolist(self):
        return list(self._items)

    def __len__(self):
        return len(self._items)

    def __iter__(self):
        return iter(self._items)

    def __contains__(self, x):
        return x in self._items

    def __getitem__(self, key):
        return array(self.typecode, self._items[key]) if isinstance(key, slice) else self._items[key]

    def __setitem__(self, key, value):
        self._items[key] = list(value) if isinstance(key, slice) else self._checked(value)

    def __delitem__(self, key):
        del self._items[key]

    def __add__(self, other):
        return array(self.typecode, self._items + list(other))

    def __mul__(self, times):
        return array(self.typecode, self._items * times)

    __rmul__ = __mul__

    def __eq__(self, other):
        return isinstance(other, array) and self._items == other._items

    def __repr__(self):
        return f"array('{self.typecode}', {self._items})" if self._items else f"array('{self.typecode}')"


ArrayType = array
