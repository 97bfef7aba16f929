/** The methods of str and bytes. */
import { arity, toInt } from "./arguments";
import { indexOf, listOf, PyDict, PyList, PyTuple } from "./containers";
import { raiseError } from "./errors";
import { type Kwargs, methods, PyNative, PyStaticMethod, type PyValue, strType } from "./object";
import { typeName } from "./protocol";
import { strLength } from "./strings";
import { strFormat } from "./text";

const text = (x: PyValue, what = "argument"): string => {
  if (typeof x !== "string") raiseError("TypeError", `${what} must be str, not ${typeName(x)}`);
  return x;
};

function stripper(chars: PyValue | undefined, left: boolean, right: boolean): (s: string) => string {
  const set = chars === undefined || chars === null ? null : new Set(text(chars, "strip arg"));
  const drop = (char: string): boolean => (set ? set.has(char) : /\s/.test(char));
  return (s) => {
    let from = 0;
    let to = s.length;
    if (left) while (from < to && drop(s[from])) from++;
    if (right) while (to > from && drop(s[to - 1])) to--;
    return s.slice(from, to);
  };
}

function padding(args: PyValue[]): { width: number; fill: string } {
  return { width: Number(toInt(args[0])), fill: args[1] === undefined ? " " : text(args[1]) };
}

function bounds(s: string, args: PyValue[]): { from: number; to: number } {
  const clamp = (x: PyValue | undefined, otherwise: number): number => {
    if (x === undefined || x === null) return otherwise;
    const at = indexOf(x) ?? 0;
    return Math.max(0, Math.min(s.length, at < 0 ? at + s.length : at));
  };
  return { from: clamp(args[1], 0), to: clamp(args[2], s.length) };
}

function find(s: string, args: PyValue[], last = false): number {
  const { from, to } = bounds(s, args);
  const part = s.slice(from, to);
  const at = last ? part.lastIndexOf(text(args[0])) : part.indexOf(text(args[0]));
  return at < 0 ? -1 : at + from;
}

function split(s: string, args: PyValue[], kwargs: Kwargs | undefined, right: boolean): PyList {
  const separator = args[0] ?? kwargs?.get("sep") ?? null;
  const limit = Number(toInt(args[1] ?? kwargs?.get("maxsplit") ?? -1n));
  let parts: string[];
  if (separator === null) {
    parts = s.trim() === "" ? [] : s.trim().split(/\s+/);
    if (limit >= 0 && parts.length > limit + 1) {
      const pattern = right
        ? new RegExp(`^\\s*([\\s\\S]*?)${"\\s+(\\S+)".repeat(limit)}\\s*$`)
        : new RegExp(`^\\s*${"(\\S+)\\s+".repeat(limit)}([\\s\\S]*)$`);
      parts = pattern.exec(s)?.slice(1) ?? parts;
    }
  } else {
    if (separator === "") raiseError("ValueError", "empty separator");
    parts = s.split(text(separator));
    if (limit >= 0 && parts.length > limit + 1) {
      parts = right
        ? [parts.slice(0, parts.length - limit).join(separator as string), ...parts.slice(parts.length - limit)]
        : [...parts.slice(0, limit), parts.slice(limit).join(separator as string)];
    }
  }
  return new PyList(parts);
}

const titled = (s: string): string =>
  s.toLowerCase().replace(/\p{L}+/gu, (word) => word[0].toUpperCase() + word.slice(1));

const affix = (wanted: PyValue, test: (part: string) => boolean, name: string): boolean => {
  if (wanted instanceof PyTuple) return wanted.items.some((one) => test(text(one)));
  if (typeof wanted !== "string") {
    raiseError("TypeError", `${name} first arg must be str or a tuple of str, not ${typeName(wanted)}`);
  }
  return test(wanted);
};

const count = (s: string, part: string): bigint => {
  if (part === "") return BigInt(s.length + 1);
  return BigInt(s.split(part).length - 1);
};

methods(strType, {
  upper: (s: string) => s.toUpperCase(),
  lower: (s: string) => s.toLowerCase(),
  casefold: (s: string) => s.toLowerCase().replace(/ß/g, "ss").replace(/ς/g, "σ"),
  capitalize: (s: string) => (s === "" ? "" : s[0].toUpperCase() + s.slice(1).toLowerCase()),
  title: (s: string) => titled(s),
  swapcase: (s: string) => [...s].map((c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())).join(""),
  strip: (s: string, [chars]) => stripper(chars, true, true)(s),
  lstrip: (s: string, [chars]) => stripper(chars, true, false)(s),
  rstrip: (s: string, [chars]) => stripper(chars, false, true)(s),
  removeprefix: (s: string, [prefix]) => (s.startsWith(text(prefix)) ? s.slice(text(prefix).length) : s),
  removesuffix: (s: string, [suffix]) =>
    text(suffix) !== "" && s.endsWith(text(suffix)) ? s.slice(0, -text(suffix).length) : s,
  split: (s: string, args, kwargs) => split(s, args, kwargs, false),
  rsplit: (s: string, args, kwargs) => split(s, args, kwargs, true),
  splitlines: (s: string, [keep]) => {
    const lines = s.match(/[^\n\r]*(?:\r\n|\n|\r)|[^\n\r]+$/g) ?? [];
    return new PyList(lines.map((line) => (keep === true ? line : line.replace(/[\r\n]+$/, ""))));
  },
  partition: (s: string, [separator]) => {
    const at = s.indexOf(text(separator));
    if (at < 0) return new PyTuple([s, "", ""]);
    return new PyTuple([s.slice(0, at), separator, s.slice(at + text(separator).length)]);
  },
  rpartition: (s: string, [separator]) => {
    const at = s.lastIndexOf(text(separator));
    if (at < 0) return new PyTuple(["", "", s]);
    return new PyTuple([s.slice(0, at), separator, s.slice(at + text(separator).length)]);
  },
  join: (s: string, args) => {
    arity("str.join", args, 1);
    const items = listOf(args[0]);
    const at = items.findIndex((item) => typeof item !== "string");
    if (at >= 0) raiseError("TypeError", `sequence item ${at}: expected str instance, ${typeName(items[at])} found`);
    return items.join(s);
  },
  replace: (s: string, [from, to, limit]) => {
    if (limit === undefined || Number(toInt(limit)) < 0) return s.split(text(from)).join(text(to));
    let left = Number(toInt(limit));
    let out = "";
    let rest = s;
    while (left-- > 0) {
      const at = rest.indexOf(text(from));
      if (at < 0) break;
      out += rest.slice(0, at) + text(to);
      rest = rest.slice(at + text(from).length);
    }
    return out + rest;
  },
  find: (s: string, args) => BigInt(find(s, args)),
  rfind: (s: string, args) => BigInt(find(s, args, true)),
  index: (s: string, args) => {
    const at = find(s, args);
    if (at < 0) raiseError("ValueError", "substring not found");
    return BigInt(at);
  },
  rindex: (s: string, args) => {
    const at = find(s, args, true);
    if (at < 0) raiseError("ValueError", "substring not found");
    return BigInt(at);
  },
  count: (s: string, args) => {
    const { from, to } = bounds(s, args);
    return count(s.slice(from, to), text(args[0]));
  },
  startswith: (s: string, args) => {
    const { from, to } = bounds(s, args);
    return affix(args[0], (part) => s.slice(from, to).startsWith(part), "startswith");
  },
  endswith: (s: string, args) => {
    const { from, to } = bounds(s, args);
    return affix(args[0], (part) => s.slice(from, to).endsWith(part), "endswith");
  },
  zfill: (s: string, [width]) => {
    const sign = /^[+-]/.test(s) ? s[0] : "";
    return sign + s.slice(sign.length).padStart(Number(toInt(width)) - sign.length, "0");
  },
  ljust: (s: string, args) => {
    const { width, fill } = padding(args);
    return s + fill.repeat(Math.max(0, width - strLength(s)));
  },
  rjust: (s: string, args) => {
    const { width, fill } = padding(args);
    return fill.repeat(Math.max(0, width - strLength(s))) + s;
  },
  center: (s: string, args) => {
    const { width, fill } = padding(args);
    const missing = Math.max(0, width - strLength(s));
    // CPython gives the odd column to the left when the width is odd.
    const left = Math.floor(missing / 2) + (missing & width & 1);
    return fill.repeat(left) + s + fill.repeat(missing - left);
  },
  expandtabs: (s: string, [size]) => {
    const width = size === undefined ? 8 : Number(toInt(size));
    let column = 0;
    return [...s]
      .map((char) => {
        if (char === "\n") column = 0;
        else if (char !== "\t") column++;
        else {
          const gap = width > 0 ? width - (column % width) : 0;
          column += gap;
          return " ".repeat(gap);
        }
        return char;
      })
      .join("");
  },
  format: (s: string, args, kwargs) => strFormat(s, args, kwargs),
  format_map: (s: string, [map]) =>
    strFormat(
      s,
      [],
      map instanceof PyDict ? new Map([...map.map.values()].map((e) => [String(e.key), e.value])) : undefined,
    ),
  isdigit: (s: string) => /^\d+$/.test(s),
  isdecimal: (s: string) => /^\p{Nd}+$/u.test(s),
  isnumeric: (s: string) => /^\p{N}+$/u.test(s),
  isalpha: (s: string) => /^\p{L}+$/u.test(s),
  isalnum: (s: string) => /^[\p{L}\p{N}]+$/u.test(s),
  isspace: (s: string) => /^\s+$/.test(s),
  isupper: (s: string) => s !== s.toLowerCase() && s === s.toUpperCase(),
  islower: (s: string) => s !== s.toUpperCase() && s === s.toLowerCase(),
  istitle: (s: string) => s !== "" && s === titled(s) && s !== s.toLowerCase(),
  isidentifier: (s: string) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(s),
  isascii: (s: string) => [...s].every((char) => char.charCodeAt(0) < 128),
  isprintable: (s: string) => !/[\p{C}]/u.test(s),
  translate: (s: string, [table]) => {
    if (!(table instanceof PyDict)) raiseError("TypeError", "translate() argument must be a dict");
    return [...s]
      .map((char) => {
        const to = table.get(BigInt(char.codePointAt(0)!));
        if (to === undefined) return char;
        return to === null ? "" : typeof to === "bigint" ? String.fromCodePoint(Number(to)) : String(to);
      })
      .join("");
  },
});
strType.attributes.set(
  "maketrans",
  new PyStaticMethod(
    new PyNative("maketrans", ([from, to, gone]) => {
      const table = new PyDict();
      if (from instanceof PyDict) {
        for (const { key, value } of from.map.values()) {
          table.put(typeof key === "string" ? BigInt(key.codePointAt(0)!) : key, value);
        }
        return table;
      }
      const targets = [...text(to)];
      [...text(from)].forEach((char, k) => {
        table.put(BigInt(char.codePointAt(0)!), BigInt(targets[k].codePointAt(0)!));
      });
      for (const char of gone === undefined ? "" : text(gone)) table.put(BigInt(char.codePointAt(0)!), null);
      return table;
    }),
  ),
);
