"""numpy.matrix: an array of two axes, whose product is that of matrices."""
import numpy as np


def _array(x):
    return x._array if isinstance(x, matrix) else x


def _like(x):
    """Arrays of two axes as matrices, what has none as it is."""
    return matrix(x) if isinstance(x, np.ndarray) and x.ndim > 0 else x


def _parsed(text):
    rows = [row.replace(",", " ").split() for row in text.strip().strip("[]").split(";")]
    number = lambda word: complex(word) if "j" in word else float(word) if any(mark in word for mark in ".en") else int(word)
    return [[number(word) for word in row] for row in rows]


class matrix:
    __array_priority__ = 10.0
    __module__ = "numpy"

    def __init__(self, data, dtype=None, copy=True):
        array = np.array(_parsed(data) if isinstance(data, str) else _array(data), dtype=dtype)
        if array.ndim > 2:
            raise ValueError("matrix must be 2-dimensional")
        self._array = array if array.ndim == 2 else array.reshape(1, -1)

    def __array__(self, dtype=None, copy=None):
        return self._array

    @property
    def T(self):
        return matrix(self._array.T)

    @property
    def H(self):
        return matrix(self._array.conj().T)

    @property
    def I(self):
        rows, columns = self._array.shape
        return matrix((np.linalg.inv if rows == columns else np.linalg.pinv)(self._array))

    @property
    def A(self):
        return self._array

    @property
    def A1(self):
        return self._array.reshape(-1)

    def getA(self):
        return self._array

    def getA1(self):
        return self.A1

    def getT(self):
        return self.T

    def getI(self):
        return self.I

    def getH(self):
        return self.H

    transpose = getT

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self._array, name)
        if not callable(found):
            return found
        if name in ("tolist", "item", "tobytes", "sort", "fill"):
            return found

        def method(*args, **kwargs):
            return _like(found(*map(_array, args), **kwargs))

        return method

    def _reduced(self, name, axis, kwargs):
        out = getattr(self._array, name)(axis=axis, **kwargs)
        return out if axis is None else matrix(out) if axis in (0, -2) else matrix(out.reshape(-1, 1))

    def sum(self, axis=None, **kwargs):
        return self._reduced("sum", axis, kwargs)

    def prod(self, axis=None, **kwargs):
        return self._reduced("prod", axis, kwargs)

    def mean(self, axis=None, **kwargs):
        return self._reduced("mean", axis, kwargs)

    def std(self, axis=None, **kwargs):
        return self._reduced("std", axis, kwargs)

    def var(self, axis=None, **kwargs):
        return self._reduced("var", axis, kwargs)

    def max(self, axis=None, **kwargs):
        return self._reduced("max", axis, kwargs)

    def min(self, axis=None, **kwargs):
        return self._reduced("min", axis, kwargs)

    def argmax(self, axis=None, **kwargs):
        return self._reduced("argmax", axis, kwargs)

    def argmin(self, axis=None, **kwargs):
        return self._reduced("argmin", axis, kwargs)

    def flatten(self, order="C"):
        return matrix(self._array.flatten(order))

    ravel = flatten

    def __len__(self):
        return len(self._array)

    def __iter__(self):
        return iter([matrix(row) for row in self._array])

    def __getitem__(self, key):
        out = self._array[_array(key)]
        if isinstance(out, np.ndarray) and out.ndim == 1:
            # One column keeps standing.
            upright = isinstance(key, tuple) and len(key) == 2 and not isinstance(key[0], int) and isinstance(key[1], int)
            return matrix(out.reshape(-1, 1) if upright else out)
        return _like(out)

    def __setitem__(self, key, value):
        self._array[_array(key)] = _array(value)

    def __mul__(self, other):
        return matrix(self._array * other if np.ndim(_array(other)) == 0 else np.dot(self._array, _square(other)))

    def __rmul__(self, other):
        return matrix(other * self._array if np.ndim(_array(other)) == 0 else np.dot(_square(other), self._array))

    __matmul__, __rmatmul__ = __mul__, __rmul__

    def __imul__(self, other):
        self._array = (self * other)._array
        return self

    def __pow__(self, power):
        return matrix(np.linalg.matrix_power(self._array, power))

    def __add__(self, other):
        return matrix(self._array + _array(other))

    def __radd__(self, other):
        return matrix(_array(other) + self._array)

    def __sub__(self, other):
        return matrix(self._array - _array(other))

    def __rsub__(self, other):
        return matrix(_array(other) - self._array)

    def __truediv__(self, other):
        return matrix(self._array / _array(other))

    def __rtruediv__(self, other):
        return matrix(_array(other) / self._array)

    def __floordiv__(self, other):
        return matrix(self._array // _array(other))

    def __mod__(self, other):
        return matrix(self._array % _array(other))

    def __neg__(self):
        return matrix(-self._array)

    def __pos__(self):
        return self

    def __abs__(self):
        return matrix(abs(self._array))

    def __eq__(self, other):
        return matrix(self._array == _array(other))

    def __ne__(self, other):
        return matrix(self._array != _array(other))

    def __lt__(self, other):
        return matrix(self._array < _array(other))

    def __le__(self, other):
        return matrix(self._array <= _array(other))

    def __gt__(self, other):
        return matrix(self._array > _array(other))

    def __ge__(self, other):
        return matrix(self._array >= _array(other))

    __hash__ = None

    def __bool__(self):
        return bool(self._array)

    def __float__(self):
        return float(self._array.item())

    def __int__(self):
        return int(self._array.item())

    def __str__(self):
        return str(self._array)

    def __repr__(self):
        text = repr(self._array)
        return "matrix" + text[5:].replace("\n", "\n ")


def _square(x):
    """What is multiplied as a matrix: a list of numbers is a row."""
    array = np.asarray(_array(x))
    return array if array.ndim == 2 else array.reshape(1, -1)


def asmatrix(data, dtype=None):
    return data if isinstance(data, matrix) and dtype is None else matrix(data, dtype)


def bmat(obj, ldict=None, gdict=None):
    return matrix(np.block([[_array(part) for part in row] for row in obj]))
