"""numpy.savetxt, loadtxt, save, load and the like, on the files of the run."""
import _disk
import numpy as np


def _lines(fname):
    if hasattr(fname, "read"):
        return fname.read().split("\n")
    if isinstance(fname, (list, tuple)):
        return [line.rstrip("\n") for line in fname]
    if not _disk.is_file(fname):
        raise FileNotFoundError(f"{fname} not found.")
    text = _disk.read(fname)
    return (text.decode() if isinstance(text, bytes) else text).split("\n")


def savetxt(fname, X, fmt="%.18e", delimiter=" ", newline="\n", header="", footer="", comments="# ", encoding=None):
    X = np.asarray(X)
    if X.ndim == 0 or X.ndim > 2:
        raise ValueError(f"Expected 1D or 2D array, got {X.ndim}D array instead")
    rows = X.reshape(-1, 1) if X.ndim == 1 else X
    columns = rows.shape[1]
    if isinstance(fmt, (list, tuple)):
        if len(fmt) != columns:
            raise AttributeError(f"fmt has wrong shape.  {fmt}")
        form = delimiter.join(fmt)
    elif fmt.count("%") == 1:
        form = delimiter.join([fmt] * columns)
    elif fmt.count("%") == columns:
        form = fmt
    else:
        raise ValueError(f"fmt has wrong number of % formats:  {fmt}")
    said = lambda text: [comments + text.replace("\n", "\n" + comments)] if text else []
    text = "".join(line + newline for line in said(header) + [form % tuple(row) for row in rows.tolist()] + said(footer))
    if hasattr(fname, "write"):
        fname.write(text)
    else:
        _disk.write(fname, text)


def loadtxt(fname, dtype=float, comments="#", delimiter=None, converters=None, skiprows=0, unpack=False, usecols=None, ndmin=0, encoding=None, max_rows=None, *, quotechar=None, like=None):
    marks = [] if comments is None else [comments] if isinstance(comments, str) else list(comments)
    columns = None if usecols is None else [usecols] if isinstance(usecols, int) else list(usecols)
    rows = []
    for number, line in enumerate(_lines(fname)):
        for mark in marks:
            line = line.split(mark)[0]
        if number < skiprows or not line.strip():
            continue
        if max_rows is not None and len(rows) == max_rows:
            break
        parts = [part.strip() for part in line.split(delimiter)]
        if rows and columns is None and len(parts) != len(rows[0]):
            raise ValueError(
                f"the number of columns changed from {len(rows[0])} to {len(parts)} at row {len(rows) + 1}; "
                "use `usecols` to select a subset and avoid this error"
            )
        chosen = list(enumerate(parts)) if columns is None else [(k, parts[k]) for k in columns]
        rows.append([_number(part, dtype, converters, k, len(rows), place) for place, (k, part) in enumerate(chosen)])
    return _shaped(rows, dtype, unpack, ndmin)


def _number(text, dtype, converters, column, row, place):
    if converters is not None:
        change = converters if callable(converters) else converters.get(column)
        if change is not None:
            return change(text)
    if dtype is str:
        return text
    try:
        return int(text) if dtype in (int, "int", np.int64, np.int32) else complex(text) if dtype is complex else float(text)
    except ValueError:
        raise ValueError(f"could not convert string '{text}' to {np.dtype(dtype).name} at row {row}, column {place + 1}.") from None


def _shaped(rows, dtype, unpack, ndmin):
    out = np.array(rows) if dtype is str else np.array(rows, dtype=dtype)
    if ndmin < 2 and out.ndim == 2:
        if out.shape[0] == 1 or out.shape[1] == 1:
            out = out.reshape(-1)
        if out.size == 1 and ndmin == 0:
            out = out.reshape(())
    return out.T if unpack else out


def genfromtxt(fname, dtype=float, comments="#", delimiter=None, skip_header=0, skip_footer=0, converters=None, missing_values=None, filling_values=None, usecols=None, names=None, max_rows=None, unpack=False, encoding=None, **options):
    if names is not None:
        raise NotImplementedError("numpy.genfromtxt with names is not supported: there are no structured arrays")
    columns = None if usecols is None else [usecols] if isinstance(usecols, int) else list(usecols)
    lines = _lines(fname)[skip_header:]
    kept = [line.split(comments)[0] if comments else line for line in lines]
    kept = [line for line in kept if line.strip()]
    kept = kept[: len(kept) - skip_footer][:max_rows]
    missing = np.nan if filling_values is None else filling_values

    def number(text):
        try:
            return float(text)
        except ValueError:
            return missing

    rows = []
    for line in kept:
        parts = [part.strip() for part in line.split(delimiter)]
        chosen = parts if columns is None else [parts[k] for k in columns]
        rows.append([part if dtype is str else number(part) for part in chosen])
    return _shaped(rows, dtype, unpack, 0)


def _named(file, suffix):
    path = file.__fspath__() if hasattr(file, "__fspath__") else file
    return path if path.endswith(suffix) else path + suffix


def save(file, arr, allow_pickle=True, **options):
    _disk.write(_named(file, ".npy"), _Arrays({"": np.array(arr)}))


def savez(file, *args, **kwds):
    arrays = {f"arr_{k}": np.array(x) for k, x in enumerate(args)}
    arrays.update((name, np.array(x)) for name, x in kwds.items())
    _disk.write(_named(file, ".npz"), _Arrays(arrays))


savez_compressed = savez


def load(file, mmap_mode=None, allow_pickle=False, **options):
    content = _disk.read(file)
    if not isinstance(content, _Arrays):
        raise ValueError("This file contains pickled (object) data. If you trust the file you can load it unsafely using the `allow_pickle=` keyword argument or `pickle.load()`.")
    return content.arrays[""].copy() if "" in content.arrays else NpzFile(file, content.arrays)


class _Arrays:
    """What a file of NumPy's holds."""

    def __init__(self, arrays):
        self.arrays = arrays


class NpzFile:
    def __init__(self, file, arrays):
        self._file = file
        self._arrays = arrays
        self.files = list(arrays)

    def __getitem__(self, key):
        if key not in self._arrays:
            raise KeyError(f"{key} is not a file in the archive")
        return self._arrays[key].copy()

    def __contains__(self, key):
        return key in self._arrays

    def __iter__(self):
        return iter(self.files)

    def __len__(self):
        return len(self.files)

    def keys(self):
        return self._arrays.keys()

    def items(self):
        return [(name, self[name]) for name in self.files]

    def values(self):
        return [self[name] for name in self.files]

    def __repr__(self):
        return f"NpzFile {str(self._file)!r} with keys: {', '.join(self.files[:5])}{'...' if len(self.files) > 5 else ''}"

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False
