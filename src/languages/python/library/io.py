"""Texts as files."""


class StringIO:
    def __init__(self, initial_value="", newline="\n"):
        self._text = initial_value or ""
        self._at = 0
        self.closed = False

    def write(self, s):
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
        end = self._text.find("\n", self._at)
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


TextIOWrapper = StringIO
