"""Arguments of a command line; here there are never any but `sys.argv`."""
import sys

SUPPRESS = "==SUPPRESS=="
REMAINDER = "..."
OPTIONAL = "?"
ZERO_OR_MORE = "*"
ONE_OR_MORE = "+"


class ArgumentTypeError(Exception):
    pass


class ArgumentError(Exception):
    pass


class HelpFormatter:
    pass


class RawDescriptionHelpFormatter(HelpFormatter):
    pass


class RawTextHelpFormatter(HelpFormatter):
    pass


class ArgumentDefaultsHelpFormatter(HelpFormatter):
    pass


class MetavarTypeHelpFormatter(HelpFormatter):
    pass


class Namespace:
    def __init__(self, **names):
        for name, value in names.items():
            setattr(self, name, value)

    def __repr__(self):
        return "Namespace(" + ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items()) + ")"

    def __eq__(self, other):
        return isinstance(other, Namespace) and self.__dict__ == other.__dict__

    def __contains__(self, name):
        return name in self.__dict__


class Action:
    def __init__(self, flags, options):
        self.option_strings = [flag for flag in flags if flag.startswith("-")]
        self.positional = not self.option_strings
        long = [flag for flag in flags if flag.startswith("--")]
        plain = (long or self.option_strings or list(flags))[0] if flags else options.get("dest", "")
        self.dest = options.get("dest") or plain.lstrip("-").replace("-", "_")
        self.action = options.get("action", "store")
        self.nargs = options.get("nargs")
        self.const = options.get("const")
        self.type = options.get("type")
        self.choices = options.get("choices")
        self.help = options.get("help")
        self.required = options.get("required", self.positional and self.nargs not in ("?", "*"))
        self.metavar = options.get("metavar")
        default = options.get("default")
        if self.action == "store_true" and "default" not in options:
            default = False
        if self.action == "store_false" and "default" not in options:
            default = True
        self.default = default

    def named(self):
        return "/".join(self.option_strings) if self.option_strings else self.metavar or self.dest

    def convert(self, text, parser):
        value = text
        if self.type is not None:
            try:
                value = self.type(text)
            except (ValueError, TypeError):
                kind = getattr(self.type, "__name__", repr(self.type))
                parser.error(f"argument {self.named()}: invalid {kind} value: {text!r}")
        if self.choices is not None and value not in self.choices:
            listed = ", ".join(map(repr, self.choices))
            parser.error(f"argument {self.named()}: invalid choice: {value!r} (choose from {listed})")
        return value

    def start(self):
        if isinstance(self.default, str) and self.type is not None:
            return self.type(self.default)
        return self.default


class ArgumentParser:
    def __init__(self, prog=None, usage=None, description=None, epilog=None, parents=(), formatter_class=None, add_help=True, **options):
        self.prog = prog or (sys.argv[0].split("/")[-1] if sys.argv and sys.argv[0] else "script.py")
        self.usage = usage
        self.description = description
        self.epilog = epilog
        self._actions = [action for parent in parents for action in parent._actions]
        self._defaults = {}
        self._commands = None
        if add_help:
            self.add_argument("-h", "--help", action="help", help="show this help message and exit")

    def add_argument(self, *flags, **options):
        action = Action(flags, options)
        self._actions.append(action)
        return action

    def add_argument_group(self, *args, **options):
        return self

    def add_mutually_exclusive_group(self, **options):
        return self

    def add_subparsers(self, **options):
        self._commands = _Commands(self, options)
        return self._commands

    def set_defaults(self, **values):
        self._defaults.update(values)
        for action in self._actions:
            if action.dest in values:
                action.default = values[action.dest]

    def get_default(self, dest):
        for action in self._actions:
            if action.dest == dest:
                return action.default
        return self._defaults.get(dest)

    def parse_args(self, args=None, namespace=None):
        found, extra = self.parse_known_args(args, namespace)
        if extra:
            self.error("unrecognized arguments: " + " ".join(extra))
        return found

    def parse_known_args(self, args=None, namespace=None):
        words = list(sys.argv[1:] if args is None else args)
        out = Namespace() if namespace is None else namespace
        for action in self._actions:
            if action.action not in ("help", "version") and action.default is not SUPPRESS and not hasattr(out, action.dest):
                setattr(out, action.dest, action.start())
        for name, value in self._defaults.items():
            if not hasattr(out, name):
                setattr(out, name, value)
        flags = {flag: action for action in self._actions for flag in action.option_strings}
        open_positionals = [action for action in self._actions if action.positional]
        seen, extra = set(), []
        while words:
            word = words.pop(0)
            name, eq, attached = word.partition("=")
            if word == "--":
                continue
            is_flag = word.startswith("-") and len(word) > 1 and not word[1].isdigit() and word[1] != "."
            if is_flag and name not in flags:
                near = [flag for flag in flags if flag.startswith(name) and name.startswith("--")]
                if len(near) == 1:
                    name = near[0]
                elif not name.startswith("--") and name[:2] in flags:
                    name, eq, attached = name[:2], "=", word[2:]
            if is_flag and name in flags:
                action = flags[name]
                seen.add(action.dest)
                self._apply(action, words, out, attached if eq else None)
            elif is_flag:
                extra.append(word)
            elif open_positionals:
                action = open_positionals.pop(0)
                seen.add(action.dest)
                words.insert(0, word)
                self._apply(action, words, out, None)
            elif self._commands is not None and word in self._commands.choices:
                if self._commands.dest:
                    setattr(out, self._commands.dest, word)
                self._commands.choices[word].parse_known_args(words, out)
                words = []
            else:
                extra.append(word)
        missing = [action.named() for action in self._actions if action.required and action.dest not in seen]
        if missing:
            self.error("the following arguments are required: " + ", ".join(missing))
        return out, extra

    def _apply(self, action, words, out, attached):
        kind = action.action
        if kind == "store_true":
            setattr(out, action.dest, True)
        elif kind == "store_false":
            setattr(out, action.dest, False)
        elif kind == "store_const":
            setattr(out, action.dest, action.const)
        elif kind == "count":
            setattr(out, action.dest, (getattr(out, action.dest) or 0) + 1)
        elif kind == "help":
            self.print_help()
            sys.exit(0)
        elif kind == "version":
            sys.exit(0)
        else:
            value = self._values(action, words, attached)
            if kind == "append":
                value = list(getattr(out, action.dest) or []) + [value]
            elif kind == "extend":
                value = list(getattr(out, action.dest) or []) + list(value)
            setattr(out, action.dest, value)

    def _values(self, action, words, attached):
        def next_word():
            return words and (not words[0].startswith("-") or words[0][1:2].isdigit() or words[0] == "-")

        if attached is not None:
            value = action.convert(attached, self)
            return value if action.nargs in (None, "?") else [value]
        if action.nargs is None:
            if not next_word():
                self.error(f"argument {action.named()}: expected one argument")
            return action.convert(words.pop(0), self)
        if action.nargs == "?":
            return action.convert(words.pop(0), self) if next_word() else action.const
        values = []
        while next_word() and (not isinstance(action.nargs, int) or len(values) < action.nargs):
            values.append(action.convert(words.pop(0), self))
        if isinstance(action.nargs, int) and len(values) < action.nargs:
            plural = "" if action.nargs == 1 else "s"
            self.error(f"argument {action.named()}: expected {action.nargs} argument{plural}")
        if action.nargs == "+" and not values:
            self.error(f"argument {action.named()}: expected at least one argument")
        return values

    def format_usage(self):
        parts = []
        for action in self._actions:
            if action.positional:
                parts.append(action.metavar or action.dest)
            else:
                flag = action.option_strings[0]
                takes = action.action in ("store", "append", "extend")
                body = f"{flag} {action.metavar or action.dest.upper()}" if takes else flag
                parts.append(body if action.required else f"[{body}]")
        return "usage: " + " ".join([self.prog] + parts) + "\n"

    def format_help(self):
        out = self.format_usage()
        if self.description:
            out += f"\n{self.description}\n"
        for title, positional in (("positional arguments", True), ("options", False)):
            rows = [action for action in self._actions if action.positional == positional]
            if rows:
                out += f"\n{title}:\n"
                for action in rows:
                    takes = action.action in ("store", "append", "extend")
                    shown = action.metavar or (action.dest if positional else action.dest.upper())
                    name = shown if positional else ", ".join(f"{flag} {shown}" if takes else flag for flag in action.option_strings)
                    out += f"  {name:<20}  {action.help or ''}".rstrip() + "\n"
        return out + (f"\n{self.epilog}\n" if self.epilog else "")

    def print_usage(self, file=None):
        print(self.format_usage(), end="", file=file)

    def print_help(self, file=None):
        print(self.format_help(), end="", file=file)

    def exit(self, status=0, message=None):
        sys.exit(status)

    def error(self, message):
        print(f"{self.format_usage()}{self.prog}: error: {message}", file=sys.stderr)
        sys.exit(2)


class _Commands:
    def __init__(self, parser, options):
        self.parser = parser
        self.dest = options.get("dest")
        self.choices = {}

    def add_parser(self, name, **options):
        made = ArgumentParser(prog=f"{self.parser.prog} {name}", description=options.get("description"))
        self.choices[name] = made
        return made


class BooleanOptionalAction:
    pass
