/** `re`: patterns are rewritten for JavaScript's engine. */
import { bindArguments, toInt } from "../runtime/arguments";
import { LazyIterator, PyDict, PyList, PyTuple } from "../runtime/containers";
import { exceptionTypes, PyException, raiseError } from "../runtime/errors";
import { type Kwargs, makeType, methods, native, PyObject, type PyValue } from "../runtime/object";
import { call, repr, str, typeName } from "../runtime/protocol";
import { vm } from "../runtime/vm";
import { registerModule } from "./registry";

const FLAGS = { A: 256n, I: 2n, L: 4n, M: 8n, S: 16n, U: 32n, X: 64n } as const;
const LONG = {
  ASCII: "A",
  IGNORECASE: "I",
  LOCALE: "L",
  MULTILINE: "M",
  DOTALL: "S",
  UNICODE: "U",
  VERBOSE: "X",
} as const;

const errorType = makeType("error", exceptionTypes.get("Exception")!);
errorType.module = "re";

function bad(message: string, at: number): never {
  const error = new PyException(errorType, [`${message} at position ${at}`]);
  error.span = vm.at;
  throw error;
}

const patternType = makeType("Pattern");
patternType.module = "re";
const matchType = makeType("Match");
matchType.module = "re";

/** Python's pattern as one of JavaScript's; inline flags are read as well. */
function translate(pattern: string, given: bigint): { source: string; flags: bigint } {
  let flags = given;
  let text = pattern;
  const leading = /^\(\?([aiLmsux]+)\)/.exec(text);
  if (leading) {
    for (const letter of leading[1]) flags |= FLAGS[letter.toUpperCase() as keyof typeof FLAGS];
    text = text.slice(leading[0].length);
  }
  const verbose = (flags & FLAGS.X) !== 0n;
  let out = "";
  let inside = false;
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    const rest = text.slice(at);
    if (c === "\\") {
      const next = text[at + 1];
      if (next === undefined) bad("bad escape (end of pattern)", at);
      at++;
      if (next === "A" && !inside) out += "(?<![\\s\\S])";
      else if (next === "Z" && !inside) out += "(?![\\s\\S])";
      else if (next === "a") out += "\\x07";
      else if (/[dDwWsSbBfnrtv0-9xu]/.test(next)) out += `\\${next}`;
      else if (/[\^$\\.*+?()[\]{}|/-]/.test(next)) out += next === "-" && !inside ? "-" : `\\${next}`;
      else if (/[a-zA-Z]/.test(next)) bad(`bad escape \\${next}`, at - 1);
      else out += next;
    } else if (inside) {
      if (c === "]" && out[out.length - 1] !== "[" && !out.endsWith("[^")) inside = false;
      if (c === "[" || (c === "]" && inside)) out += `\\${c}`;
      else out += c;
    } else if (c === "[") {
      inside = true;
      out += c;
    } else if (rest.startsWith("(?P<")) {
      out += "(?<";
      at += 3;
    } else if (rest.startsWith("(?P=")) {
      const end = text.indexOf(")", at);
      out += `\\k<${text.slice(at + 4, end)}>`;
      at = end;
    } else if (rest.startsWith("(?#")) at = text.indexOf(")", at);
    else if (c === "$" && (flags & FLAGS.M) === 0n) out += "(?=\\n?(?![\\s\\S]))";
    else if (rest.startsWith("{,")) {
      out += "{0,";
      at++;
    } else if (c === "{" && !/^\{\d+(,\d*)?\}/.test(rest)) out += "\\{";
    else if (c === "}" && !/\{\d+(,\d*)?$/.test(out)) out += "\\}";
    else if (verbose && /\s/.test(c)) continue;
    else if (verbose && c === "#") {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else out += c;
  }
  if (inside) bad("unterminated character set", text.lastIndexOf("["));
  return { source: out, flags };
}

/** A repeated group with a repetition inside may take exponential time, which no budget could end. */
const NESTED = /\([^()]*[+*}][^()]*\)\s*(?:[+*]|\{\d*,\d*\})/;

function regexpOf(source: string, letters: string): RegExp {
  try {
    return new RegExp(source, letters);
  } catch (error) {
    return bad((error as Error).message.replace(/^.*: /, "").toLowerCase(), 0);
  }
}

class Pattern extends PyObject {
  readonly regexp: RegExp;
  readonly flags: bigint;
  readonly names: readonly string[];
  readonly groups: number;

  constructor(
    readonly pattern: string,
    flags: bigint,
  ) {
    super(patternType);
    const { source, flags: all } = translate(pattern, flags);
    if (vm.limited && NESTED.test(source))
      raiseError("NotImplementedError", "re: a repeated group with a repetition inside is not supported here");
    this.flags = all;
    const letters = `dg${all & FLAGS.I ? "i" : ""}${all & FLAGS.M ? "m" : ""}${all & FLAGS.S ? "s" : ""}u`;
    this.regexp = regexpOf(source, letters);
    this.groups = new RegExp(`${source}|`, letters).exec("")!.length - 1;
    this.names = [...source.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map((found) => found[1]);
  }

  at(text: string, from: number, sticky: boolean): Match | undefined {
    const regexp = sticky ? new RegExp(this.regexp.source, `${this.regexp.flags}y`) : this.regexp;
    regexp.lastIndex = from;
    const found = regexp.exec(text);
    return found ? new Match(this, found, text) : undefined;
  }
  *all(text: string, from = 0): Generator<Match> {
    let start = from;
    for (;;) {
      const found = this.at(text, start, false);
      if (!found) return;
      yield found;
      const [low, high] = found.span(0);
      start = high === low ? high + 1 : high;
      if (start > text.length) return;
    }
  }
  override pyRepr(): string {
    return `re.compile(${repr(this.pattern)})`;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "pattern") return this.pattern;
    if (name === "flags") return this.flags | FLAGS.U;
    if (name === "groups") return BigInt(this.groups);
    if (name !== "groupindex") return undefined;
    return PyDict.from(this.names.map((own, k) => [own, BigInt(k + 1)] as const));
  }
}

class Match extends PyObject {
  constructor(
    readonly of: Pattern,
    readonly found: RegExpExecArray,
    readonly text: string,
  ) {
    super(matchType);
  }
  group(key: PyValue): PyValue {
    return this.found[this.index(key)] ?? null;
  }
  private index(key: PyValue): number {
    const at = typeof key === "string" ? this.place(key) : Number(toInt(key));
    if (at < 0 || at >= this.found.length) raiseError("IndexError", "no such group");
    return at;
  }
  private place(name: string): number {
    // Named groups are found by their spans: JavaScript gives names no numbers.
    const { groups, indices } = this.found;
    if (!groups || !(name in groups)) raiseError("IndexError", "no such group");
    const spans = indices!;
    const own = spans.groups![name];
    const at = spans.findIndex(
      (span, k) => k > 0 && (own ? span?.[0] === own[0] && span[1] === own[1] : span === undefined),
    );
    return at;
  }
  span(key: PyValue | number): [number, number] {
    const at = typeof key === "number" ? key : this.index(key);
    return this.found.indices![at] ?? [-1, -1];
  }
  override pyGetItem(key: PyValue): PyValue {
    return this.group(key);
  }
  override pyRepr(): string {
    const [from, to] = this.span(0);
    return `<re.Match object; span=(${from}, ${to}), match=${repr(this.found[0])}>`;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "string") return this.text;
    if (name === "re") return this.of;
    if (name === "pos") return 0n;
    if (name !== "lastindex") return undefined;
    const last = this.found.findLastIndex((group, k) => k > 0 && group !== undefined);
    return last > 0 ? BigInt(last) : null;
  }
}

methods(matchType, {
  group: (self: Match, args) =>
    args.length === 0
      ? self.group(0n)
      : args.length === 1
        ? self.group(args[0])
        : new PyTuple(args.map((key) => self.group(key))),
  groups: (self: Match, [otherwise = null]) => new PyTuple(self.found.slice(1).map((group) => group ?? otherwise)),
  groupdict: (self: Match, [otherwise = null]) =>
    PyDict.from(self.of.names.map((name) => [name, self.found.groups?.[name] ?? otherwise] as const)),
  start: (self: Match, [key = 0n]) => BigInt(self.span(key)[0]),
  end: (self: Match, [key = 0n]) => BigInt(self.span(key)[1]),
  span: (self: Match, [key = 0n]) => new PyTuple(self.span(key).map(BigInt)),
  expand: (self: Match, [template]) => expand(self, str(template)),
});

/** `\1`, `\g<name>` in a replacement. */
function expand(match: Match, template: string): string {
  return template.replace(
    /\\(?:g<([^>]+)>|(\d{1,2})|(.))/gs,
    (whole, name?: string, digits?: string, letter?: string) => {
      if (digits !== undefined) return String(match.group(BigInt(digits)) ?? "");
      if (name !== undefined) return String(match.group(/^\d+$/.test(name) ? BigInt(name) : name) ?? "");
      return { n: "\n", t: "\t", r: "\r", "\\": "\\" }[letter!] ?? whole;
    },
  );
}

type Run = (self: Pattern, args: PyValue[], kwargs: Kwargs | undefined) => PyValue;

const textOf = (x: PyValue | undefined): string =>
  typeof x === "string"
    ? x
    : raiseError("TypeError", `expected string or bytes-like object, got '${typeName(x ?? null)}'`);

const finder =
  (name: string, sticky: boolean, whole = false): Run =>
  (self, args, kwargs) => {
    const [string, pos] = bindArguments(name, ["string", "pos?", "endpos?"], args, kwargs);
    const text = textOf(string);
    const own = whole ? new Pattern(`(?:${self.pattern})\\Z`, self.flags) : self;
    return own.at(text, pos === undefined ? 0 : Number(toInt(pos)), sticky) ?? null;
  };

function substitute(self: Pattern, args: PyValue[], kwargs: Kwargs | undefined): [string, bigint] {
  const [by, string, count] = bindArguments("sub", ["repl", "string", "count?"], args, kwargs);
  const text = textOf(string);
  const most = count === undefined || count === 0n ? Number.POSITIVE_INFINITY : Number(toInt(count));
  let out = "";
  let last = 0;
  let done = 0n;
  for (const match of self.all(text)) {
    if (Number(done) >= most) break;
    const [from, to] = match.span(0);
    out += text.slice(last, from) + (typeof by === "string" ? expand(match, by) : str(call(by!, [match])));
    last = to;
    done++;
  }
  return [out + text.slice(last), done];
}

const table: Record<string, Run> = {
  match: finder("match", true),
  search: finder("search", false),
  fullmatch: finder("fullmatch", true, true),
  findall: (self, [string]) =>
    new PyList(
      [...self.all(textOf(string))].map(({ found }) =>
        found.length === 1
          ? found[0]
          : found.length === 2
            ? (found[1] ?? "")
            : new PyTuple(found.slice(1).map((group) => group ?? "")),
      ),
    ),
  finditer: (self, [string]) => {
    const all = self.all(textOf(string));
    return new LazyIterator(() => all.next().value ?? undefined);
  },
  sub: (self, args, kwargs) => substitute(self, args, kwargs)[0],
  subn: (self, args, kwargs) => new PyTuple(substitute(self, args, kwargs)),
  split: (self, args, kwargs) => {
    const [string, count] = bindArguments("split", ["string", "maxsplit?"], args, kwargs);
    const text = textOf(string);
    const most = count === undefined || count === 0n ? Number.POSITIVE_INFINITY : Number(toInt(count));
    const out: PyValue[] = [];
    let last = 0;
    let done = 0;
    for (const match of self.all(text)) {
      if (done++ >= most) break;
      const [from, to] = match.span(0);
      out.push(text.slice(last, from), ...match.found.slice(1).map((group) => group ?? null));
      last = to;
    }
    out.push(text.slice(last));
    return new PyList(out);
  },
};
methods(patternType, table as never);

const compile = (pattern: PyValue, flags: PyValue | undefined): Pattern =>
  pattern instanceof Pattern ? pattern : new Pattern(textOf(pattern), flags === undefined ? 0n : toInt(flags));

registerModule("re", () => {
  /** `re.sub(pattern, repl, string, flags=…)`: as the pattern's method. */
  const through = (name: string): [string, PyValue] => [
    name,
    native(name, ([pattern, ...args], kwargs) => {
      const most = name.startsWith("sub") ? 3 : name === "split" ? 2 : 1;
      const flags = kwargs?.get("flags") ?? args[most];
      const rest = kwargs && new Map([...kwargs].filter(([key]) => key !== "flags" && key !== "pattern"));
      return table[name](compile(kwargs?.get("pattern") ?? pattern, flags), args.slice(0, most), rest);
    }),
  ];
  return new Map<string, PyValue>([
    ["compile", native("compile", ([pattern, flags], kwargs) => compile(pattern, flags ?? kwargs?.get("flags")))],
    ...Object.keys(table).map(through),
    ["escape", native("escape", ([text]) => textOf(text).replace(/[^\p{L}\p{N}_!"%',/:;<=>@`]/gu, "\\$&"))],
    ["purge", native("purge", () => null)],
    ["error", errorType],
    ["Pattern", patternType],
    ["Match", matchType],
    ...Object.entries(FLAGS),
    ...Object.entries(LONG).map(([name, letter]): [string, PyValue] => [name, FLAGS[letter]]),
  ]);
});
