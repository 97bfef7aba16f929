"""Texts and bytes as files."""


class UnsupportedOperation(OSError, ValueError):
    pass


class StringIO:
    _nothing = ""
    _line_end = "\n"

    def __init__(self, initial_value=None, newline="\n"):
        self._text = initial_value or self._nothing
        self._at = 0
        self.closed = False

    def write(self, s):
        if not isinstance(s, type(self._nothing)):
            if self._nothing == b"":
                raise TypeError(f"a bytes-like object is required, not '{type(s).__name__}'")
            raise TypeError(f"write() argument must be str, not {type(s).__name__}")
        if self._at == len(self._text):
            self._text += s
            self._at += len(s)
            return len(s)
        self._text = self._text[: self._at] + s + self._text[self._at + len(s) :]
        self._at += len(s)
        return len(s)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def read(self, size=-1):
        end = len(self._text) if size is None or size < 0 else self._at + size
        out = self._text[self._at : end]
        self._at += len(out)
        return out

    def readline(self, size=-1):
        end = self._text.find(self._line_end, self._at)
        return self.read(-1 if end < 0 else end + 1 - self._at)

    def readlines(self, hint=-1):
        return list(self)

    def getvalue(self):
        return self._text

    def seek(self, pos, whence=0):
        self._at = pos if whence == 0 else len(self._text) + pos if whence == 2 else self._at + pos
        return self._at

    def tell(self):
        return self._at

    def truncate(self, size=None):
        self._text = self._text[: self._at if size is None else size]

    def flush(self):
        pass

    def close(self):
        self.closed = True

    def __iter__(self):
        while True:
            line = self.readline()
            if not line:
                return
            yield line

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()
        return False


class BytesIO(StringIO):
    _nothing = b""
    _line_end = b"\n"

    def getbuffer(self):
        return memoryview(self._text)


TextIOWrapper = StringIO
