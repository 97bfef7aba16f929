"""Paragraphs of text."""


def _wrapped(text, width, first, rest, break_long_words=True):
    words = text.split()
    lines = []
    line, indent = [], first
    size = len(indent)
    while words:
        word = words[0]
        room = width - size - (1 if line else 0)
        if len(word) <= room:
            size += len(word) + (1 if line else 0)
            line.append(words.pop(0))
            continue
        if not line:
            if break_long_words and room > 0:
                line.append(word[:room])
                words[0] = word[room:]
            else:
                line.append(words.pop(0))
        lines.append(indent + " ".join(line))
        line, indent = [], rest
        size = len(indent)
    if line:
        lines.append(indent + " ".join(line))
    return lines


def wrap(text, width=70, initial_indent="", subsequent_indent="", break_long_words=True, **options):
    return _wrapped(text, width, initial_indent, subsequent_indent, break_long_words)


def fill(text, width=70, **options):
    return "\n".join(wrap(text, width, **options))


def shorten(text, width, placeholder=" [...]", **options):
    words = text.split()
    whole = " ".join(words)
    if len(whole) <= width:
        return whole
    while words and len(" ".join(words)) + len(placeholder) > width:
        words.pop()
    return " ".join(words) + placeholder if words else placeholder.strip()


def dedent(text):
    lines = text.split("\n")
    lines = [line if line.strip() else "" for line in lines]
    margin = None
    for line in lines:
        if line:
            own = line[: len(line) - len(line.lstrip(" \t"))]
            if margin is None:
                margin = own
            else:
                while not own.startswith(margin):
                    margin = margin[:-1]
    return "\n".join(line[len(margin or "") :] for line in lines)


def indent(text, prefix, predicate=None):
    keep = predicate or (lambda line: line.strip())
    return "".join(prefix + line if keep(line) else line for line in text.splitlines(True))


class TextWrapper:
    def __init__(self, width=70, initial_indent="", subsequent_indent="", **options):
        self.width = width
        self.initial_indent = initial_indent
        self.subsequent_indent = subsequent_indent

    def wrap(self, text):
        return _wrapped(text, self.width, self.initial_indent, self.subsequent_indent)

    def fill(self, text):
        return "\n".join(self.wrap(text))
