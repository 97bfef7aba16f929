"""Messages with levels."""
import sys
import time

NOTSET, DEBUG, INFO, WARNING, ERROR, CRITICAL = 0, 10, 20, 30, 40, 50
WARN, FATAL = WARNING, CRITICAL
_names = {0: "NOTSET", 10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "CRITICAL"}


def getLevelName(level):
    if isinstance(level, str):
        return _level(level)
    return _names.get(level, f"Level {level}")


def addLevelName(level, name):
    _names[level] = name


def _level(level):
    if isinstance(level, str):
        for number, name in _names.items():
            if name == level:
                return number
        raise ValueError(f"Unknown level: {level!r}")
    return level


class LogRecord:
    def __init__(self, name, level, msg, args, exc_info=None):
        self.name = name
        self.levelno = level
        self.levelname = getLevelName(level)
        self.msg = msg
        self.args = args
        self.created = time.time()
        self.msecs = 0
        self.lineno = 0
        self.module = "__main__"
        self.filename = "__main__"
        self.funcName = "<module>"
        self.pathname = ""
        self.process = 1
        self.threadName = "MainThread"

    def getMessage(self):
        text = str(self.msg)
        if self.args:
            args = self.args[0] if len(self.args) == 1 and isinstance(self.args[0], dict) else self.args
            text = text % args
        return text


class Formatter:
    def __init__(self, fmt=None, datefmt=None, style="%", **options):
        self._fmt = fmt or ("{message}" if style == "{" else "%(message)s")
        self.datefmt = datefmt
        self.style = style

    def formatTime(self, record, datefmt=None):
        if datefmt:
            return time.strftime(datefmt, time.localtime(record.created))
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created)) + ",000"

    def format(self, record):
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        if self.style == "{":
            return self._fmt.format(**record.__dict__)
        return self._fmt % record.__dict__


class Filterer:
    def addFilter(self, one):
        self.filters.append(one)

    def removeFilter(self, one):
        self.filters.remove(one)

    def filter(self, record):
        for one in self.filters:
            if not (one.filter(record) if hasattr(one, "filter") else one(record)):
                return False
        return True


class Handler(Filterer):
    def __init__(self, level=NOTSET):
        self.level = _level(level)
        self.formatter = None
        self.filters = []

    def setLevel(self, level):
        self.level = _level(level)

    def setFormatter(self, formatter):
        self.formatter = formatter

    def format(self, record):
        return (self.formatter or Formatter()).format(record)

    def handle(self, record):
        if self.filter(record):
            self.emit(record)

    def emit(self, record):
        pass

    def flush(self):
        pass

    def close(self):
        pass


class StreamHandler(Handler):
    terminator = "\n"

    def __init__(self, stream=None):
        super().__init__()
        self.stream = sys.stderr if stream is None else stream

    def emit(self, record):
        self.stream.write(self.format(record) + self.terminator)


class NullHandler(Handler):
    pass


class FileHandler(NullHandler):
    def __init__(self, filename, mode="a", encoding=None, delay=False):
        super().__init__()


class Logger(Filterer):
    def __init__(self, name, level=NOTSET):
        self.name = name
        self.level = _level(level)
        self.parent = None
        self.propagate = True
        self.handlers = []
        self.filters = []
        self.disabled = False

    def setLevel(self, level):
        self.level = _level(level)

    def getEffectiveLevel(self):
        logger = self
        while logger:
            if logger.level:
                return logger.level
            logger = logger.parent
        return NOTSET

    def isEnabledFor(self, level):
        return level > _disabled[0] and level >= self.getEffectiveLevel()

    def addHandler(self, handler):
        if handler not in self.handlers:
            self.handlers.append(handler)

    def removeHandler(self, handler):
        if handler in self.handlers:
            self.handlers.remove(handler)

    def hasHandlers(self):
        return bool(self.handlers) or (self.parent is not None and self.parent.hasHandlers())

    def getChild(self, suffix):
        return getLogger(suffix if self is root else f"{self.name}.{suffix}")

    def log(self, level, msg, *args, **options):
        if self.disabled or not self.isEnabledFor(level):
            return
        record = LogRecord(self.name, level, msg, args)
        if not self.filter(record):
            return
        logger, found = self, False
        while logger:
            for handler in logger.handlers:
                found = True
                if level >= handler.level:
                    handler.handle(record)
            logger = logger.parent if logger.propagate else None
        if not found and level >= WARNING:
            sys.stderr.write(record.getMessage() + "\n")

    def debug(self, msg, *args, **options):
        self.log(DEBUG, msg, *args)

    def info(self, msg, *args, **options):
        self.log(INFO, msg, *args)

    def warning(self, msg, *args, **options):
        self.log(WARNING, msg, *args)

    warn = warning

    def error(self, msg, *args, **options):
        self.log(ERROR, msg, *args)

    exception = error

    def critical(self, msg, *args, **options):
        self.log(CRITICAL, msg, *args)

    fatal = critical

    def __repr__(self):
        return f"<Logger {self.name} ({getLevelName(self.getEffectiveLevel())})>"


class RootLogger(Logger):
    def __repr__(self):
        return f"<RootLogger {self.name} ({getLevelName(self.getEffectiveLevel())})>"


root = RootLogger("root", WARNING)
_loggers = {}
_disabled = [NOTSET]


def getLogger(name=None):
    if not name or name == "root":
        return root
    if name not in _loggers:
        made = Logger(name)
        made.parent = getLogger(name.rpartition(".")[0]) if "." in name else root
        _loggers[name] = made
    return _loggers[name]


def basicConfig(level=None, format=None, datefmt=None, style="%", stream=None, handlers=None, filename=None, force=False, **options):
    if force:
        root.handlers = []
    if not root.handlers:
        formatter = Formatter(format or ("{levelname}:{name}:{message}" if style == "{" else "%(levelname)s:%(name)s:%(message)s"), datefmt, style)
        chosen = handlers or [NullHandler() if filename else StreamHandler(stream)]
        for handler in chosen:
            if handler.formatter is None:
                handler.setFormatter(formatter)
            root.addHandler(handler)
        if level is not None:
            root.setLevel(level)


def disable(level=CRITICAL):
    _disabled[0] = _level(level)


def captureWarnings(capture):
    pass


def _tell(level, msg, args):
    if not root.handlers:
        basicConfig()
    root.log(level, msg, *args)


def debug(msg, *args, **options):
    _tell(DEBUG, msg, args)


def info(msg, *args, **options):
    _tell(INFO, msg, args)


def warning(msg, *args, **options):
    _tell(WARNING, msg, args)


warn = warning


def error(msg, *args, **options):
    _tell(ERROR, msg, args)


exception = error


def critical(msg, *args, **options):
    _tell(CRITICAL, msg, args)


def log(level, msg, *args, **options):
    _tell(level, msg, args)
