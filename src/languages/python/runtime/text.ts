/** Formatting of values: `format()`, `str.format`, `%`. */
import { peek, type Value } from "../../../engine";
import { indexOf, PyDict, PyTuple } from "./containers";
import { escaped, keyError, raiseError } from "./errors";
import { formatFloat, formatInt, formatString } from "./format";
import { floatToInt, PyComplex } from "./numbers";
import { type Kwargs, PyObject, type PyValue } from "./object";
import { getAttribute, getItem, invoke, repr, str, typeName } from "./protocol";

/** `format(x, spec)`. */
export function formatValue(x: PyValue, spec: string): string {
  if (spec === "") {
    const own = invoke(x, "__format__", [""]);
    return typeof own === "string" ? own : x instanceof PyObject && x.pyFormat ? x.pyFormat("") : str(x);
  }
  switch (typeof x) {
    case "number":
      return formatFloat(x, spec);
    case "bigint":
      return formatInt(x, spec);
    case "boolean":
      return /[bcdoxXeEfFgG%n]$/.test(spec) ? formatInt(x ? 1n : 0n, spec) : formatString(x ? "True" : "False", spec);
    case "string":
      return formatString(x, spec);
  }
  if (x instanceof PyObject) {
    const own = invoke(x, "__format__", [spec]);
    if (typeof own === "string") return own;
    if (x.pyFormat) return x.pyFormat(spec);
    if (x instanceof PyComplex) {
      const sign = x.im < 0 || Object.is(x.im, -0) ? "" : "+";
      return `${formatFloat(x.re, spec)}${sign}${formatFloat(x.im, spec)}j`;
    }
    raiseError("TypeError", `unsupported format string passed to ${typeName(x)}.__format__`);
  }
  if (x === null) raiseError("TypeError", "unsupported format string passed to NoneType.__format__");
  const value = peek(x);
  return value.dtype.startsWith("int") ? formatInt(BigInt(value.item()), spec) : formatFloat(value.item(), spec);
}

/** `text % values`. */
export function percentFormat(
  text: string,
  values: PyValue,
  /** Of bytes: what a value is as text. */
  convert?: (value: PyValue, kind: string) => PyValue,
): string {
  const items = values instanceof PyTuple ? values.items : [values];
  let next = 0;
  const take = (): PyValue => {
    if (next >= items.length) raiseError("TypeError", "not enough arguments for format string");
    return items[next++];
  };
  let byName = false;
  const out = text.replace(
    /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?([hlL]?)([\s\S]|$)/g,
    (
      whole: string,
      name: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      _l: string,
      kind: string,
    ) => {
      if (kind === "%") return "%";
      const columns = width === "*" ? (indexOf(take()) ?? 0) : Number(width ?? 0);
      const hasPrecision = /\.[^a-zA-Z]*[a-zA-Z]$/.test(whole.replace(/\([^)]*\)/, ""));
      const digits =
        precision === "*"
          ? (indexOf(take()) ?? 0)
          : precision === undefined
            ? hasPrecision
              ? 0
              : -1
            : Number(precision);
      let value: PyValue;
      if (name !== undefined) {
        byName = true;
        if (!(values instanceof PyDict)) raiseError("TypeError", "format requires a mapping");
        const found = values.get(name);
        if (found === undefined) throw keyError(name);
        value = found;
      } else value = take();
      if (convert) value = convert(value, kind);
      const left = flags.includes("-") || columns < 0;
      const sign = flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
      const align = left ? "<" : flags.includes("0") && !"srac".includes(kind) ? "0" : ">";
      const lead =
        align === "0"
          ? `${sign}${flags.includes("#") ? "#" : ""}0`
          : `${align}${sign}${flags.includes("#") ? "#" : ""}`;
      const size = columns ? String(Math.abs(columns)) : "";
      const point = digits >= 0 ? `.${digits}` : "";
      switch (convert && kind === "b" ? "s" : kind) {
        case "s":
          return formatString(str(value), `${align}${size}${point}`);
        case "r":
        case "a":
          return formatString(kind === "a" ? ascii(value) : repr(value), `${align}${size}${point}`);
        case "c":
          return formatString(
            typeof value === "string" ? value : String.fromCodePoint(indexOf(value) ?? 0),
            `${align}${size}`,
          );
        case "d":
        case "i":
        case "u":
          return formatInt(percentInt(value, "d", true), `${lead}${size}d`);
        case "x":
        case "X":
        case "o":
          return formatInt(percentInt(value, kind, false), `${lead}${size}${kind}`);
        case "f":
        case "F":
        case "e":
        case "E":
        case "g":
        case "G":
          return formatFloat(percentFloat(value), `${lead}${size}${digits >= 0 ? point : ".6"}${kind}`);
        case "":
          raiseError("ValueError", "incomplete format");
      }
      raiseError(
        "ValueError",
        `unsupported format character '${kind}' (0x${kind.charCodeAt(0).toString(16)}) at index ${text.indexOf(whole) + whole.length - 1}`,
      );
    },
  );
  if (!byName && next < items.length && !(values instanceof PyDict && items.length === 1 && next === 0)) {
    raiseError("TypeError", "not all arguments converted during string formatting");
  }
  return out;
}

/** `repr` in characters of ASCII only. */
export const ascii = (x: PyValue): string => repr(x).replace(/[^\x20-\x7e]/gu, (char) => escaped(char.codePointAt(0)!));

function percentInt(x: PyValue, kind: string, real: boolean): bigint {
  if (typeof x === "bigint") return x;
  if (typeof x === "boolean") return x ? 1n : 0n;
  if (typeof x === "number" && real) return floatToInt(x);
  if (x instanceof PyObject) {
    const number = numberOf(x);
    if (number !== undefined) return floatToInt(number);
  }
  const wanted = real ? "a real number is required" : "an integer is required";
  raiseError("TypeError", `%${kind} format: ${wanted}, not ${typeName(x)}`);
}

function percentFloat(x: PyValue): number {
  const number = numberOf(x);
  if (number === undefined) raiseError("TypeError", `must be real number, not ${typeName(x)}`);
  return number;
}

/** The traced float in a scalar of NumPy, so that `float()` and `math` keep its derivative. */
export function tracedScalar(x: PyValue): Value | undefined {
  return x instanceof PyObject ? (x as { tracedScalar?: () => Value | undefined }).tracedScalar?.() : undefined;
}

/** The float that a value converts to by itself; `undefined` if it does not. */
export function numberOf(x: PyValue): number | undefined {
  switch (typeof x) {
    case "number":
      return x;
    case "bigint":
      return Number(x);
    case "boolean":
      return x ? 1 : 0;
    case "string":
      return undefined;
  }
  if (x === null) return undefined;
  if (!(x instanceof PyObject)) return peek(x).item();
  const own = invoke(x, "__float__", []) ?? x.pyGetAttribute?.("__float__");
  if (typeof own === "number") return own;
  if (own instanceof PyObject && own.pyCall) {
    const value = own.pyCall([], undefined);
    return typeof value === "number" ? value : undefined;
  }
  const index = indexOf(x);
  return index;
}

/** `text.format(*args, **kwargs)`. */
export function strFormat(text: string, args: PyValue[], kwargs: Kwargs | undefined): string {
  let auto = 0;
  /** Whether the fields so far have numbers. */
  let numbered: boolean | undefined;
  const expand = (source: string, depth: number): string => {
    if (depth > 2) raiseError("ValueError", "Max string recursion exceeded");
    let out = "";
    let at = 0;
    while (at < source.length) {
      const char = source[at];
      if (char === "{") {
        if (source[at + 1] === "{") {
          out += "{";
          at += 2;
          continue;
        }
        let level = 1;
        let end = at + 1;
        while (end < source.length && level > 0) {
          if (source[end] === "{") level++;
          else if (source[end] === "}") level--;
          end++;
        }
        if (level > 0)
          raiseError(
            "ValueError",
            source.length === at + 1 ? "Single '{' encountered in format string" : "expected '}' before end of string",
          );
        out += field(source.slice(at + 1, end - 1), depth);
        at = end;
      } else if (char === "}") {
        if (source[at + 1] !== "}") raiseError("ValueError", "Single '}' encountered in format string");
        out += "}";
        at += 2;
      } else {
        out += char;
        at++;
      }
    }
    return out;
  };
  const field = (inner: string, depth: number): string => {
    const match = /^([^!:[.]*)((?:\.[^.[!:]+|\[[^\]]*\])*)(?:!([rsa]))?(?::([\s\S]*))?$/.exec(inner);
    if (!match) raiseError("ValueError", "invalid format string");
    const [, name, path, conversion, spec = ""] = match;
    let value: PyValue;
    if (name === "" || /^\d+$/.test(name)) {
      if (numbered !== undefined && numbered !== (name !== ""))
        raiseError(
          "ValueError",
          numbered
            ? "cannot switch from manual field specification to automatic field numbering"
            : "cannot switch from automatic field numbering to manual field specification",
        );
      numbered = name !== "";
      const index = numbered ? Number(name) : auto++;
      if (index >= args.length) {
        raiseError("IndexError", `Replacement index ${index} out of range for positional args tuple`);
      }
      value = args[index];
    } else {
      const found = kwargs?.get(name);
      if (found === undefined) throw keyError(name);
      value = found;
    }
    for (const step of path.match(/\.[^.[]+|\[[^\]]*\]/g) ?? []) {
      if (step[0] === ".") value = getAttribute(value, step.slice(1));
      else {
        const key = step.slice(1, -1);
        value = getItem(value, /^\d+$/.test(key) ? BigInt(key) : key);
      }
    }
    const full = spec.includes("{") ? expand(spec, depth + 1) : spec;
    if (conversion === "r") return formatString(repr(value), full);
    if (conversion === "a") return formatString(ascii(value), full);
    if (conversion === "s") return formatString(str(value), full);
    return formatValue(value, full);
  };
  return expand(text, 0);
}
