"""open(): files of the run, in memory (modules/files.ts)."""
import _disk
import io


class _File:
    """What both kinds share: the contents go to the files when they are flushed."""

    def _opened(self, path, mode):
        self.name, self.mode = path, mode
        self._path = path.__fspath__() if hasattr(path, "__fspath__") else path

    def _check(self, writing):
        if self.closed:
            raise ValueError("I/O operation on closed file." if isinstance(self, TextIOWrapper) else "write to closed file" if writing else "read of closed file")
        if writing and not self.writable():
            raise io.UnsupportedOperation("not writable" if isinstance(self, TextIOWrapper) else "write")
        if not writing and not self.readable():
            raise io.UnsupportedOperation("not readable" if isinstance(self, TextIOWrapper) else "read")

    def readable(self):
        return "r" in self.mode or "+" in self.mode

    def writable(self):
        return self.mode[0] in "wax" or "+" in self.mode

    def write(self, s):
        self._check(True)
        return super().write(s)

    def read(self, size=-1):
        self._check(False)
        return super().read(size)

    def flush(self):
        if not self.closed and self.writable():
            _disk.write(self._path, self.getvalue())

    def close(self):
        self.flush()
        super().close()

    def fileno(self):
        raise io.UnsupportedOperation("fileno")

    def isatty(self):
        return False


class TextIOWrapper(_File, io.StringIO):
    encoding = "UTF-8"

    def __repr__(self):
        return f"<_io.TextIOWrapper name={self.name!r} mode={self.mode!r} encoding='UTF-8'>"


class BufferedFile(_File, io.BytesIO):
    def __repr__(self):
        return f"<_io.Buffered{'Reader' if self.mode == 'rb' else 'Writer'} name={self.name!r}>"


def open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    letters = mode.replace("b", "").replace("t", "").replace("+", "")
    if len(letters) != 1 or letters not in "rwax":
        raise ValueError("Must have exactly one of create/read/write/append mode and at most one plus" if letters in ("", "rw", "wr", "wa", "aw") else f"invalid mode: '{mode}'")
    binary = "b" in mode
    start = b"" if binary else ""
    if letters == "r" or (letters == "a" and _disk.is_file(file)):
        start = _disk.read(file)
        if binary and isinstance(start, str):
            start = start.encode()
        elif not binary and isinstance(start, bytes):
            start = start.decode()
        elif not isinstance(start, (str, bytes)):
            raise NotImplementedError(f"the contents of '{file}' are known only to what wrote it")
    else:
        if letters == "x" and _disk.is_file(file):
            raise FileExistsError(17, "File exists", file)
        _disk.write(file, start)
    if not binary and newline is None:
        start = start.replace("\r\n", "\n").replace("\r", "\n")
    out = BufferedFile(start) if binary else TextIOWrapper(start)
    out._opened(file, mode)
    if letters == "a":
        out.seek(0, 2)
    return out
