"""Paths as texts: nothing here reaches a file system."""


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

    def exists(self):
        return False

    is_file = is_dir = exists

    def mkdir(self, *args, **options):
        pass

    def expanduser(self):
        return self

    def glob(self, pattern):
        return iter(())

    rglob = glob


PurePosixPath = PurePath
PosixPath = Path
