"""Paths, and the files of the run by them."""
import _disk


class PurePath:
    def __init__(self, *parts):
        text = ""
        for part in map(str, parts):
            text = part if part.startswith("/") or not text else text.rstrip("/") + "/" + part
        names = [name for name in text.split("/") if name not in ("", ".")]
        self._root = "/" if text.startswith("/") else ""
        self._names = names

    def _like(self, names):
        out = type(self)()
        out._root, out._names = self._root, list(names)
        return out

    def __str__(self):
        return self._root + "/".join(self._names) or "."

    def __fspath__(self):
        return str(self)

    def __repr__(self):
        return f"{'PosixPath' if isinstance(self, Path) else 'PurePosixPath'}('{self}')"

    def __truediv__(self, other):
        return type(self)(self, other)

    def __rtruediv__(self, other):
        return type(self)(other, self)

    def __eq__(self, other):
        return isinstance(other, PurePath) and str(self) == str(other)

    def __lt__(self, other):
        return str(self) < str(other)

    def __hash__(self):
        return hash(str(self))

    @property
    def parts(self):
        return tuple(([self._root] if self._root else []) + self._names)

    @property
    def name(self):
        return self._names[-1] if self._names else ""

    @property
    def suffix(self):
        dot = self.name.rfind(".")
        return self.name[dot:] if 0 < dot < len(self.name) - 1 else ""

    @property
    def stem(self):
        return self.name[: len(self.name) - len(self.suffix)]

    @property
    def parent(self):
        return self._like(self._names[:-1])

    @property
    def parents(self):
        return tuple(self._like(self._names[:k]) for k in range(len(self._names) - 1, -1, -1))

    def with_suffix(self, suffix):
        return self._like(self._names[:-1] + [self.stem + suffix])

    def with_name(self, name):
        return self._like(self._names[:-1] + [name])

    def joinpath(self, *others):
        return type(self)(self, *others)

    def as_posix(self):
        return str(self)

    def is_absolute(self):
        return self._root == "/"


class Path(PurePath):
    @classmethod
    def cwd(cls):
        return cls("/")

    def resolve(self, strict=False):
        return self if self._root else type(self)("/", self)

    absolute = resolve

    def is_file(self):
        return _disk.is_file(self)

    def is_dir(self):
        return _disk.is_folder(self)

    def exists(self):
        return self.is_file() or self.is_dir()

    def mkdir(self, mode=0o777, parents=False, exist_ok=False):
        import os

        if exist_ok and self.is_dir():
            return
        (os.makedirs if parents else os.mkdir)(str(self))

    def open(self, mode="r", *args, **options):
        return open(self, mode, *args, **options)

    def read_text(self, encoding=None, errors=None):
        with self.open() as file:
            return file.read()

    def read_bytes(self):
        with self.open("rb") as file:
            return file.read()

    def write_text(self, data, encoding=None, errors=None, newline=None):
        with self.open("w") as file:
            return file.write(data)

    def write_bytes(self, data):
        with self.open("wb") as file:
            return file.write(data)

    def touch(self, mode=0o666, exist_ok=True):
        if not self.exists():
            self.write_text("")

    def unlink(self, missing_ok=False):
        import os

        if self.exists() or not missing_ok:
            os.remove(str(self))

    def iterdir(self):
        return iter([self / name for name in _disk.names(self)])

    def expanduser(self):
        return self

    def glob(self, pattern):
        import re

        wanted = re.compile(re.escape(pattern).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") + "$")
        return iter([path for path in self.iterdir() if wanted.match(path.name)]) if self.is_dir() else iter(())

    def rglob(self, pattern):
        yield from self.glob(pattern)
        for path in self.iterdir() if self.is_dir() else ():
            if path.is_dir():
                yield from path.rglob(pattern)


PurePosixPath = PurePath
PosixPath = Path
