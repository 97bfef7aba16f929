"""Rows of values as text."""

QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE = 0, 1, 2, 3


class Error(Exception):
    pass


class Dialect:
    delimiter = ","
    quotechar = '"'
    doublequote = True
    skipinitialspace = False
    lineterminator = "\r\n"
    quoting = QUOTE_MINIMAL


class excel(Dialect):
    pass


class excel_tab(excel):
    delimiter = "\t"


class unix_dialect(Dialect):
    lineterminator = "\n"
    quoting = QUOTE_ALL


_dialects = {"excel": excel, "excel-tab": excel_tab, "unix": unix_dialect}


def register_dialect(name, dialect=excel, **options):
    _dialects[name] = _settings(dialect, options)


def list_dialects():
    return list(_dialects)


def _settings(dialect, options):
    if isinstance(dialect, str):
        if dialect not in _dialects:
            raise Error("unknown dialect")
        dialect = _dialects[dialect]
    out = Dialect()
    for name in ("delimiter", "quotechar", "doublequote", "skipinitialspace", "lineterminator", "quoting"):
        setattr(out, name, options.get(name, getattr(dialect, name)))
    for name in options:
        if not hasattr(out, name) and name not in ("escapechar", "strict"):
            raise TypeError(f"'{name}' is an invalid keyword argument for this function")
    if not isinstance(out.delimiter, str) or len(out.delimiter) != 1:
        raise TypeError('"delimiter" must be a 1-character string')
    return out


class _Reader:
    def __init__(self, lines, dialect):
        self._lines = iter(lines)
        self.dialect = dialect
        self.line_num = 0

    def __iter__(self):
        return self

    def _line(self):
        line = next(self._lines)
        if not isinstance(line, str):
            raise Error("iterator should return strings, not bytes (the file should be opened in text mode)")
        self.line_num += 1
        return line

    def __next__(self):
        settings = self.dialect
        quote = settings.quotechar if settings.quoting != QUOTE_NONE else None
        row, field, plain, inside = [], [], True, False
        text = self._line()
        at = 0
        while True:
            if at >= len(text):
                if not inside:
                    break
                try:
                    text = self._line()
                except StopIteration:
                    break
                at = 0
                continue
            letter = text[at]
            at += 1
            if inside:
                if letter != quote:
                    field.append(letter)
                elif settings.doublequote and text[at : at + 1] == quote:
                    field.append(quote)
                    at += 1
                else:
                    inside = False
            elif letter == quote and not field and plain:
                inside, plain = True, False
            elif letter == settings.delimiter:
                row.append(self._value(field, plain))
                field, plain = [], True
            elif letter in "\r\n":
                break
            elif not (letter == " " and settings.skipinitialspace and not field and plain):
                field.append(letter)
        if row or field or not plain:
            row.append(self._value(field, plain))
        return row

    def _value(self, field, plain):
        text = "".join(field)
        return float(text) if plain and self.dialect.quoting == QUOTE_NONNUMERIC else text


def reader(csvfile, dialect="excel", **fmtparams):
    return _Reader(csvfile, _settings(dialect, fmtparams))


class _Writer:
    def __init__(self, file, dialect):
        self._file = file
        self.dialect = dialect

    def writerow(self, row):
        settings = self.dialect
        fields = [self._field(value) for value in row]
        if len(fields) == 1 and fields[0] == "":
            fields = [settings.quotechar * 2]
        return self._file.write(settings.delimiter.join(fields) + settings.lineterminator)

    def writerows(self, rows):
        for row in rows:
            self.writerow(row)

    def _field(self, value):
        settings = self.dialect
        text = "" if value is None else repr(value) if isinstance(value, float) and type(value) is float else str(value)
        number = isinstance(value, (int, float))
        special = any(mark in text for mark in (settings.delimiter, settings.quotechar, "\n", "\r"))
        if settings.quoting == QUOTE_NONE:
            if special:
                raise Error("need to escape, but no escapechar set")
            return text
        if special or settings.quoting == QUOTE_ALL or (settings.quoting == QUOTE_NONNUMERIC and not number):
            return settings.quotechar + text.replace(settings.quotechar, settings.quotechar * 2) + settings.quotechar
        return text


def writer(csvfile, dialect="excel", **fmtparams):
    return _Writer(csvfile, _settings(dialect, fmtparams))


class DictReader:
    def __init__(self, f, fieldnames=None, restkey=None, restval=None, dialect="excel", *args, **kwds):
        self._names = fieldnames
        self.restkey, self.restval = restkey, restval
        self.reader = reader(f, dialect, *args, **kwds)

    @property
    def fieldnames(self):
        if self._names is None:
            self._names = next(self.reader, None)
        return self._names

    @property
    def line_num(self):
        return self.reader.line_num

    def __iter__(self):
        return self

    def __next__(self):
        names = self.fieldnames
        row = next(self.reader)
        while row == []:
            row = next(self.reader)
        out = dict(zip(names, row))
        if len(row) > len(names):
            out[self.restkey] = row[len(names) :]
        for name in names[len(row) :]:
            out[name] = self.restval
        return out


class DictWriter:
    def __init__(self, f, fieldnames, restval="", extrasaction="raise", dialect="excel", *args, **kwds):
        self.fieldnames, self.restval, self.extrasaction = fieldnames, restval, extrasaction
        self.writer = writer(f, dialect, *args, **kwds)

    def writeheader(self):
        return self.writerow(dict(zip(self.fieldnames, self.fieldnames)))

    def writerow(self, rowdict):
        wrong = [name for name in rowdict if name not in self.fieldnames]
        if self.extrasaction == "raise" and wrong:
            raise ValueError("dict contains fields not in fieldnames: " + ", ".join(repr(name) for name in wrong))
        return self.writer.writerow([rowdict.get(name, self.restval) for name in self.fieldnames])

    def writerows(self, rowdicts):
        for row in rowdicts:
            self.writerow(row)
