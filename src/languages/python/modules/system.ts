/** What surrounds a program: sys, time, os, warnings, string, contextlib; harmless, and the same each time. */
import { bindArguments, toFloat, toText } from "../runtime/arguments";
import { listOf, PyBytes, PyDict, PyList, PyTuple } from "../runtime/containers";
import { exceptionTypes, exitRequest, PyException, raiseError } from "../runtime/errors";
import {
  makeType,
  methods,
  native,
  objectType,
  PyInstance,
  type PyIterator,
  PyModule,
  PyObject,
  PyType,
  type PyValue,
} from "../runtime/object";
import { call, getAttribute, iterate, str } from "../runtime/protocol";
import { vm } from "../runtime/vm";
import { holding } from "../runtime/watch";
import {
  absolutePath,
  isFile,
  isFolder,
  makeFolders,
  namesIn,
  normalPath,
  pathText,
  readFile,
  remove,
  rename,
} from "./files";
import { loadModule, registerModule } from "./registry";

const nothing = (name: string): [string, PyValue] => [name, native(name, () => null)];
const function_ = (name: string, run: (args: PyValue[]) => PyValue): [string, PyValue] => [name, native(name, run)];

// ── sys ─────────────────────────────────────────────────────────────────────

/** A stream of text; `print` and `redirect_stdout` look for the present one in `sys`. */
function stream(name: string, write: (text: string) => void): PyModule {
  const out = new PyModule(name);
  out.dict.set(
    "write",
    native("write", ([text]) => {
      write(toText("write", text));
      return BigInt([...String(text)].length);
    }),
  );
  out.dict.set(
    "writelines",
    native("writelines", ([lines]) => {
      for (const line of listOf(lines)) write(String(line));
      return null;
    }),
  );
  out.dict.set(...nothing("flush"));
  out.dict.set(...function_("isatty", () => false));
  out.dict.set("encoding", "utf-8");
  return out;
}

/** Standard input: at its end. */
class Stdin extends PyObject {
  constructor() {
    super(makeType("TextIOWrapper"));
  }
  override pyRepr(): string {
    return "<_io.TextIOWrapper name='<stdin>' mode='r' encoding='utf-8'>";
  }
  override pyIterate(): PyIterator {
    return iterate(new PyList([]));
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "read" || name === "readline") return native(name, () => "");
    if (name === "readlines") return native(name, () => new PyList([]));
    return name === "isatty" ? native(name, () => false) : undefined;
  }
}

class VersionInfo extends PyTuple {
  constructor() {
    super([3n, 12n, 0n, "final", 0n]);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    const at = ["major", "minor", "micro", "releaselevel", "serial"].indexOf(name);
    return at < 0 ? undefined : this.items[at];
  }
}

/** The exception that is being handled, as `sys.exc_info` gives it. */
function excInfo(): PyValue {
  const error = vm.handling[vm.handling.length - 1];
  return error instanceof PyException ? new PyTuple([error.type, error, null]) : new PyTuple([null, null, null]);
}

registerModule("sys", () => {
  const info = makeType("float_info");
  const float = new PyInstance(info);
  for (const [name, value] of Object.entries({
    epsilon: Number.EPSILON,
    max: Number.MAX_VALUE,
    min: 2.2250738585072014e-308,
    dig: 15n,
    mant_dig: 53n,
    max_exp: 1024n,
    min_exp: -1021n,
    max_10_exp: 308n,
    min_10_exp: -307n,
    radix: 2n,
    rounds: 1n,
  }))
    float.dict.set(name, value);
  return new Map<string, PyValue>([
    ["argv", new PyList([vm.fileName])],
    ["path", new PyList([])],
    ["maxsize", 9223372036854775807n],
    ["float_info", float],
    ["version", "3.12.0 (Gradlens)"],
    ["version_info", new VersionInfo()],
    ["platform", "linux"],
    ["executable", ""],
    ["byteorder", "little"],
    [
      "stdout",
      stream("stdout", (text) => {
        vm.output.push(text);
        vm.outputLength += text.length;
        if (vm.listener) vm.emit({ kind: "print", text, values: [], span: { from: vm.at.from, to: vm.at.to } });
      }),
    ],
    ["stderr", stream("stderr", () => {})],
    ["stdin", new Stdin()],
    ["modules", new PyDict()],
    function_("getrecursionlimit", () => BigInt(vm.maxDepth)),
    nothing("setrecursionlimit"),
    function_("getsizeof", () => 64n),
    function_("exc_info", excInfo),
    function_("intern", ([text]) => text),
    function_("getdefaultencoding", () => "utf-8"),
    function_("exit", exitRequest),
  ]);
});

// ── time ────────────────────────────────────────────────────────────────────

/** Where the fixed clock stands. */
const START = 1700000000;

const structTime = makeType("struct_time");
const FIELDS = ["tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst"];

class StructTime extends PyTuple {
  constructor(readonly date: Date) {
    const start = Date.UTC(date.getUTCFullYear(), 0, 1);
    super(
      [
        date.getUTCFullYear(),
        date.getUTCMonth() + 1,
        date.getUTCDate(),
        date.getUTCHours(),
        date.getUTCMinutes(),
        date.getUTCSeconds(),
        (date.getUTCDay() + 6) % 7,
        Math.floor((date.getTime() - start) / 86400000) + 1,
        0,
      ].map(BigInt),
      structTime,
    );
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    const at = FIELDS.indexOf(name);
    return at < 0 ? undefined : this.items[at];
  }
}

registerModule("time", () => {
  // A fixed clock: a run gives the same each time.
  const tick = (): number => {
    const at = ((vm.state.get("clock") as number | undefined) ?? 0) + 0.001;
    vm.state.set("clock", at);
    return START + at;
  };
  const clock = (name: string): [string, PyValue] => function_(name, tick);
  const nanoseconds = (name: string): [string, PyValue] => function_(name, () => BigInt(Math.round(tick() * 1e9)));
  const moment = (x: PyValue | undefined): StructTime =>
    x instanceof StructTime
      ? x
      : new StructTime(new Date((x === undefined || x === null ? tick() : toFloat(x)) * 1000));
  const format = (form: string, when: StructTime): PyValue => {
    const datetime = loadModule("datetime")!;
    const parts = when.items.slice(0, 6);
    return call(getAttribute(call(getAttribute(datetime, "datetime"), parts), "strftime"), [form]);
  };
  return new Map<string, PyValue>([
    clock("time"),
    clock("perf_counter"),
    clock("monotonic"),
    clock("process_time"),
    clock("thread_time"),
    nanoseconds("time_ns"),
    nanoseconds("perf_counter_ns"),
    nanoseconds("monotonic_ns"),
    nothing("sleep"),
    ["struct_time", structTime],
    ["timezone", 0n],
    ["tzname", new PyTuple(["UTC", "UTC"])],
    function_("localtime", ([seconds]) => moment(seconds)),
    function_("gmtime", ([seconds]) => moment(seconds)),
    function_("mktime", ([when]) => moment(when).date.getTime() / 1000),
    function_("strftime", ([form, when]) => format(toText("strftime", form), moment(when))),
    function_("ctime", ([seconds]) => format("%c", moment(seconds))),
    function_("asctime", ([when]) => format("%c", moment(when))),
  ]);
});

// ── warnings ────────────────────────────────────────────────────────────────

/** `with warnings.catch_warnings():`, with `record=True` a list of what was said. */
class CatchWarnings extends PyObject {
  private before: PyValue[] | undefined;
  private readonly list: PyList | null;
  constructor(record: boolean) {
    super(catchType);
    this.list = record ? new PyList([]) : null;
  }
  override pyEnter(): PyValue {
    this.before = vm.state.get("recorded warnings") as PyValue[] | undefined;
    if (this.list) vm.state.set("recorded warnings", this.list.items);
    return this.list;
  }
  override pyExit(): boolean {
    vm.state.set("recorded warnings", this.before);
    return false;
  }
}
const catchType = makeType("catch_warnings");
const messageType = makeType("WarningMessage");

registerModule(
  "warnings",
  () =>
    new Map<string, PyValue>([
      nothing("resetwarnings"),
      nothing("simplefilter"),
      nothing("filterwarnings"),
      [
        "catch_warnings",
        native("catch_warnings", (_args, kwargs) => new CatchWarnings(kwargs?.get("record") === true)),
      ],
      [
        "warn",
        native("warn", (args, kwargs) => {
          const [message, category] = bindArguments(
            "warn",
            ["message", "category?", "stacklevel?", "source?"],
            args,
            kwargs,
          );
          const type = category instanceof PyType ? category : exceptionTypes.get("UserWarning")!;
          const error = message instanceof PyException ? message : new PyException(type, [message!]);
          const recorded = vm.state.get("recorded warnings") as PyValue[] | undefined;
          if (recorded) {
            const entry = new PyInstance(messageType);
            entry.dict.set("message", error);
            entry.dict.set("category", error.type);
            recorded.push(entry);
          } else if (vm.listener)
            vm.emit({
              kind: "warning",
              code: "python-warning",
              message: str(error),
              span: { from: vm.at.from, to: vm.at.to },
            });
          return null;
        }),
      ],
    ]),
);

// ── string ──────────────────────────────────────────────────────────────────

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const SPACES = " \t\n\r\v\f";

const templateType = makeType("Template");
class Template extends PyObject {
  constructor(readonly text: string) {
    super(templateType);
  }
  fill(values: ReadonlyMap<string, PyValue>, safe: boolean): string {
    return this.text.replace(/\$(?:(\$)|(\w+)|\{(\w+)\})/g, (whole, dollar, plain, braced) => {
      if (dollar) return "$";
      const name = plain ?? braced;
      const value = values.get(name);
      if (value === undefined && !safe) throw new PyException(exceptionTypes.get("KeyError")!, [name]);
      return value === undefined ? whole : str(value);
    });
  }
}
templateType.construct = (_type, [text]) => new Template(toText("Template", text));
const filling =
  (safe: boolean) =>
  (self: Template, [mapping]: PyValue[], kwargs: Map<string, PyValue> | undefined): PyValue => {
    const values = new Map<string, PyValue>();
    if (mapping instanceof PyDict) for (const { key, value } of mapping.map.values()) values.set(String(key), value);
    for (const [key, value] of kwargs ?? []) values.set(key, value);
    return self.fill(values, safe);
  };
methods(templateType, { substitute: filling(false), safe_substitute: filling(true) });

registerModule(
  "string",
  () =>
    new Map<string, PyValue>([
      ["ascii_lowercase", LOWER],
      ["ascii_uppercase", LOWER.toUpperCase()],
      ["ascii_letters", LOWER + LOWER.toUpperCase()],
      ["digits", "0123456789"],
      ["hexdigits", "0123456789abcdefABCDEF"],
      ["octdigits", "01234567"],
      ["punctuation", PUNCTUATION],
      ["whitespace", " \t\n\r\v\f"],
      ["printable", `0123456789${LOWER}${LOWER.toUpperCase()}${PUNCTUATION}${SPACES}`],
      ["Template", templateType],
      function_("capwords", ([text, separator]) => {
        const words =
          separator === undefined || separator === null
            ? String(text).trim().split(/\s+/)
            : String(text).split(String(separator));
        return words
          .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
          .join(separator === undefined || separator === null ? " " : String(separator));
      }),
    ]),
);

// ── os ──────────────────────────────────────────────────────────────────────

const none = (x: PyValue | undefined): boolean => x === undefined || x === null;
const changing = (act: () => void): null => {
  act();
  return null;
};
const split = (path: string): [string, string] => {
  const at = path.lastIndexOf("/") + 1;
  return [at > 1 ? path.slice(0, at).replace(/\/+$/, "") || "/" : path.slice(0, at), path.slice(at)];
};
const extension = (path: string): [string, string] => {
  const dot = path.lastIndexOf(".");
  const start = path.lastIndexOf("/") + 1;
  return dot > start && /[^.]/.test(path.slice(start, dot)) ? [path.slice(0, dot), path.slice(dot)] : [path, ""];
};
registerModule(
  "os",
  () =>
    new Map<string, PyValue>([
      ["environ", new PyDict()],
      ["name", "posix"],
      ["sep", "/"],
      ["linesep", "\n"],
      ["pathsep", ":"],
      ["curdir", "."],
      ["pardir", ".."],
      ["devnull", "/dev/null"],
      function_("getcwd", () => "/"),
      function_("getenv", ([, otherwise]) => otherwise ?? null),
      function_("getpid", () => 1n),
      function_("cpu_count", () => 1n),
      function_("listdir", ([path]) => new PyList(namesIn(none(path) ? "." : pathText(path!)))),
      function_("fspath", ([path]) => pathText(path)),
      function_("urandom", () => raiseError("NotImplementedError", "os.urandom is not supported")),
      ["mkdir", native("mkdir", ([path]) => changing(() => makeFolders(pathText(path!), false, false)))],
      [
        "makedirs",
        native("makedirs", (args, kwargs) => {
          const [path, , existing] = bindArguments("makedirs", ["name", "mode?", "exist_ok?"], args, kwargs);
          return changing(() => makeFolders(pathText(path!), existing === true, true));
        }),
      ],
      ...["remove", "unlink"].map((name) => function_(name, ([path]) => changing(() => remove(pathText(path), false)))),
      function_("rmdir", ([path]) => changing(() => remove(pathText(path), true))),
      ...["rename", "replace"].map((name) =>
        function_(name, ([from, to]) => changing(() => rename(pathText(from), pathText(to)))),
      ),
      ...["chdir", "putenv"].map(nothing),
      function_("system", () => 0n),
    ]),
);
registerModule(
  "os.path",
  () =>
    new Map<string, PyValue>([
      ["sep", "/"],
      ["curdir", "."],
      ["pardir", ".."],
      function_("join", (parts) =>
        parts
          .map(pathText)
          .reduce((all, part) => (part.startsWith("/") || all === "" ? part : `${all.replace(/\/$/, "")}/${part}`)),
      ),
      function_("basename", ([path]) => split(pathText(path))[1]),
      function_("dirname", ([path]) => split(pathText(path))[0]),
      function_("split", ([path]) => new PyTuple(split(pathText(path)))),
      function_("splitext", ([path]) => new PyTuple(extension(pathText(path)))),
      function_("normpath", ([path]) => normalPath(pathText(path))),
      function_("abspath", ([path]) => absolutePath(pathText(path))),
      function_("realpath", ([path]) => absolutePath(pathText(path))),
      function_("expanduser", ([path]) => pathText(path)),
      function_("isabs", ([path]) => pathText(path).startsWith("/")),
      function_("exists", ([path]) => isFile(pathText(path)) || isFolder(pathText(path))),
      function_("isfile", ([path]) => isFile(pathText(path))),
      function_("isdir", ([path]) => isFolder(pathText(path))),
      function_("islink", () => false),
      function_("getsize", ([path]) => {
        const content = readFile(pathText(path));
        if (content instanceof PyBytes) return BigInt(content.data.length);
        return typeof content === "string" ? BigInt(new TextEncoder().encode(content).length) : 0n;
      }),
    ]),
);

// ── contextlib ──────────────────────────────────────────────────────────────

class Suppress extends PyObject {
  constructor(private readonly types: PyValue[]) {
    super(objectType);
  }
  override pyEnter(): PyValue {
    return null;
  }
  override pyExit(error: PyObject | null): boolean {
    return error !== null && this.types.some((type) => type instanceof PyType && error.type.isSubtype(type));
  }
}

/** A manager made of a function with one `yield`; it decorates functions too. */
class Managed extends PyObject {
  private generator: PyValue = null;
  constructor(private readonly make: () => PyValue) {
    super(objectType);
  }
  override pyEnter(): PyValue {
    this.generator = this.make();
    const item = (this.generator as PyIterator).next();
    if (item === undefined) raiseError("RuntimeError", "generator didn't yield");
    return item;
  }
  override pyExit(error: PyObject | null): boolean {
    if (error === null) {
      if ((this.generator as PyIterator).next() !== undefined) raiseError("RuntimeError", "generator didn't stop");
      return false;
    }
    try {
      call(getAttribute(this.generator, "throw"), [error]);
    } catch (raised) {
      if (raised instanceof PyObject && raised.type.name === "StopIteration") return true;
      throw raised;
    }
    raiseError("RuntimeError", "generator didn't stop after throw()");
  }
  override pyCall([fn]: PyValue[]): PyValue {
    return native("inner", (args, kwargs) => {
      this.pyEnter();
      let result: PyValue;
      try {
        result = call(fn, args, kwargs);
      } catch (error) {
        if (error instanceof PyException && this.pyExit(error)) return null;
        throw error;
      }
      this.pyExit(null);
      return result;
    });
  }
}

class Plain extends PyObject {
  constructor(
    private readonly enter: () => PyValue,
    private readonly exit: () => void,
  ) {
    super(objectType);
  }
  override pyEnter(): PyValue {
    return this.enter();
  }
  override pyExit(): boolean {
    this.exit();
    return false;
  }
}

const redirect = (name: string): [string, PyValue] =>
  function_(`redirect_${name}`, ([target]) => {
    const { dict } = loadModule("sys")!;
    const before: PyValue[] = [];
    const original = dict.get(name)!;
    const redirectTo = (stream_: PyValue): void => {
      dict.set(name, stream_);
      // `print` asks for this, and not for sys, which many files never import.
      if (name === "stdout") vm.state.set("redirected stdout", stream_ === original ? undefined : stream_);
    };
    return new Plain(
      () => {
        before.push(dict.get(name)!);
        redirectTo(target);
        return target;
      },
      () => {
        redirectTo(before.pop()!);
      },
    );
  });

registerModule(
  "contextlib",
  () =>
    new Map<string, PyValue>([
      function_("suppress", (types) => new Suppress(types)),
      function_("contextmanager", ([fn]) =>
        native(
          "contextmanager",
          holding(
            (args: PyValue[], kwargs: Map<string, PyValue> | undefined) => new Managed(() => call(fn, args, kwargs)),
            fn,
          ),
        ),
      ),
      function_(
        "nullcontext",
        ([value = null]) =>
          new Plain(
            () => value,
            () => {},
          ),
      ),
      function_(
        "closing",
        ([thing]) =>
          new Plain(
            () => thing,
            () => call(getAttribute(thing, "close"), []),
          ),
      ),
      redirect("stdout"),
      redirect("stderr"),
      ...["AbstractContextManager", "ContextDecorator", "ExitStack"].map((name): [string, PyValue] => [
        name,
        loadModule("_classes")!.member(name)!,
      ]),
    ]),
);
