"""JSON texts."""


class JSONDecodeError(ValueError):
    __module__ = "json.decoder"

    def __init__(self, msg, doc, pos):
        line = doc.count("\n", 0, pos) + 1
        column = pos - doc.rfind("\n", 0, pos)
        super().__init__(f"{msg}: line {line} column {column} (char {pos})")
        self.msg, self.doc, self.pos, self.lineno, self.colno = msg, doc, pos, line, column


_short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def _string(text, ascii_only):
    out = []
    for c in text:
        code = ord(c)
        if c in _short:
            out.append(_short[c])
        elif code < 32 or (ascii_only and code > 126):
            if code > 0xFFFF:
                code -= 0x10000
                out.append(f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}")
            else:
                out.append(f"\\u{code:04x}")
        else:
            out.append(c)
    return '"' + "".join(out) + '"'


def _number(x):
    if x != x:
        return "NaN"
    if x in (float("inf"), float("-inf")):
        return "Infinity" if x > 0 else "-Infinity"
    return float.__repr__(x)


class JSONEncoder:
    def __init__(self, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, sort_keys=False, indent=None, separators=None, default=None):
        self.ensure_ascii = ensure_ascii
        self.allow_nan = allow_nan
        self.sort_keys = sort_keys
        self.indent = " " * indent if isinstance(indent, int) else indent
        self.comma, self.colon = separators or (", " if indent is None else ",", ": ")
        if default is not None:
            self.default = default

    def default(self, o):
        raise TypeError(f"Object of type {type(o).__name__} is not JSON serializable")

    def encode(self, o):
        return self._text(o, "")

    def _key(self, key):
        if isinstance(key, str):
            return key
        if key is None or isinstance(key, (bool, int, float)):
            return self._text(key, "")
        raise TypeError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")

    def _text(self, o, margin):
        if o is None:
            return "null"
        if o is True:
            return "true"
        if o is False:
            return "false"
        if isinstance(o, str):
            return _string(o, self.ensure_ascii)
        if isinstance(o, int):
            return int.__repr__(o)
        if isinstance(o, float):
            if not self.allow_nan and (o != o or o in (float("inf"), float("-inf"))):
                raise ValueError(f"Out of range float values are not JSON compliant: {o!r}")
            return _number(float(o))
        if isinstance(o, dict):
            items = sorted(o.items()) if self.sort_keys else o.items()
            inner = margin if self.indent is None else margin + self.indent
            parts = [_string(self._key(key), self.ensure_ascii) + self.colon + self._text(value, inner) for key, value in items]
            return self._joined("{", parts, "}", margin, inner)
        if isinstance(o, (list, tuple)):
            inner = margin if self.indent is None else margin + self.indent
            return self._joined("[", [self._text(item, inner) for item in o], "]", margin, inner)
        return self._text(self.default(o), margin)

    def _joined(self, opening, parts, closing, margin, inner):
        if not parts:
            return opening + closing
        if self.indent is None:
            return opening + self.comma.join(parts) + closing
        return opening + "\n" + inner + (self.comma + "\n" + inner).join(parts) + "\n" + margin + closing


def dumps(obj, *, cls=None, **options):
    return (cls or JSONEncoder)(**options).encode(obj)


def dump(obj, fp, **options):
    fp.write(dumps(obj, **options))


_space = " \t\n\r"
_escapes = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class _Reader:
    def __init__(self, text, options):
        self.text = text
        self.at = 0
        self.hook = options.get("object_hook")
        self.pairs = options.get("object_pairs_hook")
        self.float = options.get("parse_float") or float
        self.int = options.get("parse_int") or int

    def fail(self, message, at=None):
        raise JSONDecodeError(message, self.text, self.at if at is None else at)

    def skip(self):
        while self.at < len(self.text) and self.text[self.at] in _space:
            self.at += 1

    def value(self):
        self.skip()
        if self.at >= len(self.text):
            self.fail("Expecting value")
        c = self.text[self.at]
        if c == '"':
            return self.string()
        if c == "{":
            return self.object()
        if c == "[":
            return self.array()
        for word, meaning in (("null", None), ("true", True), ("false", False), ("NaN", float("nan")), ("Infinity", float("inf")), ("-Infinity", float("-inf"))):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return meaning
        return self.number()

    def number(self):
        start = at = self.at
        text = self.text
        if text[at] == "-":
            at += 1
        digits = at
        while at < len(text) and text[at].isdigit():
            at += 1
        if at == digits:
            self.fail("Expecting value", start)
        whole = True
        if at + 1 < len(text) and text[at] == "." and text[at + 1].isdigit():
            whole = False
            at += 1
            while at < len(text) and text[at].isdigit():
                at += 1
        if at < len(text) and text[at] in "eE":
            end = at + 1
            if end < len(text) and text[end] in "+-":
                end += 1
            if end < len(text) and text[end].isdigit():
                whole = False
                at = end
                while at < len(text) and text[at].isdigit():
                    at += 1
        self.at = at
        return self.int(text[start:at]) if whole else self.float(text[start:at])

    def string(self):
        start = self.at
        self.at += 1
        out = []
        while True:
            if self.at >= len(self.text):
                self.fail("Unterminated string starting at", start)
            c = self.text[self.at]
            self.at += 1
            if c == '"':
                return "".join(out)
            if c == "\\":
                c = self.text[self.at : self.at + 1]
                self.at += 1
                if c == "u":
                    code = int(self.text[self.at : self.at + 4], 16)
                    self.at += 4
                    if 0xD800 <= code < 0xDC00 and self.text.startswith("\\u", self.at):
                        low = int(self.text[self.at + 2 : self.at + 6], 16)
                        self.at += 6
                        code = 0x10000 + ((code - 0xD800) << 10) + low - 0xDC00
                    out.append(chr(code))
                elif c in _escapes and c:
                    out.append(_escapes[c])
                else:
                    self.fail("Invalid \\escape", self.at - 2)
            elif c < " ":
                self.fail("Invalid control character at", self.at - 1)
            else:
                out.append(c)

    def array(self):
        out = []
        self.at += 1
        self.skip()
        if self.text.startswith("]", self.at):
            self.at += 1
            return out
        while True:
            out.append(self.value())
            self.skip()
            if self.text.startswith("]", self.at):
                self.at += 1
                return out
            if not self.text.startswith(",", self.at):
                self.fail("Expecting ',' delimiter")
            self.at += 1

    def object(self):
        out = []
        self.at += 1
        self.skip()
        if self.text.startswith("}", self.at):
            self.at += 1
        else:
            while True:
                self.skip()
                if not self.text.startswith('"', self.at):
                    self.fail("Expecting property name enclosed in double quotes")
                key = self.string()
                self.skip()
                if not self.text.startswith(":", self.at):
                    self.fail("Expecting ':' delimiter")
                self.at += 1
                out.append((key, self.value()))
                self.skip()
                if self.text.startswith("}", self.at):
                    self.at += 1
                    break
                if not self.text.startswith(",", self.at):
                    self.fail("Expecting ',' delimiter")
                self.at += 1
        if self.pairs is not None:
            return self.pairs(out)
        made = dict(out)
        return made if self.hook is None else self.hook(made)


def loads(s, **options):
    if not isinstance(s, (str, bytes)):
        raise TypeError(f"the JSON object must be str, bytes or bytearray, not {type(s).__name__}")
    reader = _Reader(s if isinstance(s, str) else s.decode(), options)
    value = reader.value()
    reader.skip()
    if reader.at != len(reader.text):
        reader.fail("Extra data")
    return value


def load(fp, **options):
    return loads(fp.read(), **options)
