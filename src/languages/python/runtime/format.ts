/** Numbers and strings as text: repr, and the format specification mini-language. */
import { exponentText, scalarText, toExponent, toFixed } from "../../../engine";
import { escaped, raiseError } from "./errors";

/** The shortest text that reads back as the same float, as Python writes it. */
export function floatRepr(x: number): string {
  return scalarText(x, "float64");
}

/** What `str.isprintable` refuses: controls, surrogates, what is not assigned, and separators but the space. */
const UNPRINTABLE = /[\p{C}\p{Z}]/u;

export function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = quote;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (char === quote || char === "\\") out += `\\${char}`;
    else if (char === "\n") out += "\\n";
    else if (char === "\r") out += "\\r";
    else if (char === "\t") out += "\\t";
    else if (code < 32 || code === 127) out += `\\x${code.toString(16).padStart(2, "0")}`;
    else if (code !== 32 && UNPRINTABLE.test(char)) out += escaped(code);
    else out += char;
  }
  return out + quote;
}

/** A number of at least 0 in one of the formats e f g %. */
function formatSize(size: number, kind: string, precision: number, alternate: boolean): string {
  if (Number.isNaN(size)) return "nan";
  if (size === Number.POSITIVE_INFINITY) return "inf";
  switch (kind) {
    case "f":
      return toFixed(size, precision);
    case "e": {
      const { mantissa, exponent } = toExponent(size, precision);
      return mantissa + exponentText(exponent);
    }
    default: {
      const digits = precision === 0 ? 1 : precision;
      if (size === 0) return alternate ? `0.${"0".repeat(digits - 1)}` : "0";
      const { mantissa, exponent } = toExponent(size, digits - 1);
      const strip = (text: string): string => (alternate || !text.includes(".") ? text : text.replace(/\.?0+$/, ""));
      if (exponent < -4 || exponent >= digits) return strip(mantissa) + exponentText(exponent);
      return strip(toFixed(size, Math.max(0, digits - 1 - exponent)));
    }
  }
}

// ── the mini-language ───────────────────────────────────────────────────────

export interface FormatSpec {
  fill: string;
  align: string;
  sign: string;
  alternate: boolean;
  /** Of what rounds to zero, no sign. */
  noNegativeZero: boolean;
  zero: boolean;
  width: number;
  grouping: string;
  precision: number;
  type: string;
}

export function parseSpec(spec: string): FormatSpec {
  const match = /^(?:([\s\S])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u.exec(spec);
  if (!match) raiseError("ValueError", `Invalid format specifier`);
  const [, fill, align, sign, noNegativeZero, alternate, zero, width, grouping, precision, type] = match;
  const columns = width ? Number(width) : 0;
  if (columns > 1e6 || Number(precision ?? 0) > 1e6)
    raiseError("ValueError", "Too many decimal digits in format string");
  return {
    fill: fill ?? (zero && !align ? "0" : " "),
    align: align ?? (zero ? "=" : ""),
    sign: sign ?? "-",
    alternate: alternate !== undefined,
    noNegativeZero: noNegativeZero !== undefined,
    zero: zero !== undefined,
    width: columns,
    grouping: grouping ?? "",
    precision: precision === undefined ? -1 : Number(precision),
    type: type ?? "",
  };
}

function pad(text: string, spec: FormatSpec, align: string): string {
  const missing = spec.width - [...text].length;
  if (missing <= 0) return text;
  switch (spec.align || align) {
    case "<":
      return text + spec.fill.repeat(missing);
    case "^":
      return spec.fill.repeat(missing >> 1) + text + spec.fill.repeat(missing - (missing >> 1));
    default:
      return spec.fill.repeat(missing) + text;
  }
}

function group(digits: string, separator: string, size: number): string {
  if (!separator) return digits;
  let out = "";
  for (let k = 0; k < digits.length; k++) {
    if (k > 0 && (digits.length - k) % size === 0) out += separator;
    out += digits[k];
  }
  return out;
}

/** Sign, prefix and digits laid out in the width. */
function layout(sign: string, prefix: string, digits: string, spec: FormatSpec, groupSize = 3): string {
  const match = /^(\d*|[0-9a-fA-F]+)(.*)$/s.exec(digits)!;
  let whole = /^[0-9a-fA-F]*$/.test(digits) ? digits : match[1];
  const rest = digits.slice(whole.length);
  if (spec.align === "=" && spec.fill === "0" && spec.grouping) {
    const room = spec.width - sign.length - prefix.length - rest.length;
    while (group(whole, spec.grouping, groupSize).length < room) {
      if (group(`0${whole}`, spec.grouping, groupSize).length > room) break;
      whole = `0${whole}`;
    }
  }
  const body = group(whole, spec.grouping, groupSize) + rest;
  if (spec.align === "=") {
    const missing = Math.max(0, spec.width - sign.length - prefix.length - body.length);
    return sign + prefix + spec.fill.repeat(missing) + body;
  }
  return pad(sign + prefix + body, spec, ">");
}

function signText(negative: boolean, spec: FormatSpec): string {
  return negative ? "-" : spec.sign === "-" ? "" : spec.sign;
}

export function formatFloat(x: number, specText: string, typeName = "float"): string {
  const spec = parseSpec(specText);
  const negative = x < 0 || Object.is(x, -0);
  const size = Math.abs(x);
  const sign = signText(negative, spec);
  let text: string;
  switch (spec.type) {
    case "":
      if (spec.precision < 0) {
        text = floatRepr(size);
        break;
      }
      text = formatSize(size, "g", spec.precision, spec.alternate);
      if (Number.isFinite(size)) {
        // Like 'g', but with a digit behind the point, and one digit less before scientific notation.
        const digits = Math.max(1, spec.precision);
        const { mantissa, exponent } = size === 0 ? { mantissa: "0", exponent: 0 } : toExponent(size, digits - 1);
        if (exponent >= -4 && exponent === digits - 1 && digits > 0) {
          text = `${mantissa.replace(/\.?0+$/, "")}${exponentText(exponent)}`;
        } else if (!/[.e]/.test(text)) text += ".0";
      }
      break;
    case "f":
    case "F":
    case "e":
    case "E":
    case "g":
    case "G":
    case "n": {
      const kind = spec.type === "n" ? "g" : spec.type.toLowerCase();
      text = formatSize(size, kind, spec.precision < 0 ? 6 : spec.precision, spec.alternate);
      if (/[FEG]/.test(spec.type)) text = text.toUpperCase();
      break;
    }
    case "%":
      text = `${formatSize(size * 100, "f", spec.precision < 0 ? 6 : spec.precision, spec.alternate)}%`;
      break;
    default:
      raiseError("ValueError", `Unknown format code '${spec.type}' for object of type '${typeName}'`);
  }
  const unsigned = spec.noNegativeZero && !/[1-9]/.test(text.replace(/e.*/i, ""));
  return layout(unsigned ? signText(false, spec) : sign, "", text, spec);
}

export function formatInt(x: bigint, specText: string, typeName = "int"): string {
  const spec = parseSpec(specText);
  const negative = x < 0n;
  const size = negative ? -x : x;
  const sign = signText(negative, spec);
  if (spec.precision >= 0 && !/[eEfFgG%]/.test(spec.type)) {
    raiseError("ValueError", "Precision not allowed in integer format specifier");
  }
  switch (spec.type) {
    case "":
    case "d":
    case "n":
      return layout(sign, "", size.toString(), spec);
    case "b":
      return layout(sign, spec.alternate ? "0b" : "", size.toString(2), spec, 4);
    case "o":
      return layout(sign, spec.alternate ? "0o" : "", size.toString(8), spec, 4);
    case "x":
      return layout(sign, spec.alternate ? "0x" : "", size.toString(16), spec, 4);
    case "X":
      return layout(sign, spec.alternate ? "0X" : "", size.toString(16).toUpperCase(), spec, 4);
    case "c":
      return pad(String.fromCodePoint(Number(x)), spec, "<");
    case "e":
    case "E":
    case "f":
    case "F":
    case "g":
    case "G":
    case "%": {
      const float = Number(x);
      if (!Number.isFinite(float)) raiseError("OverflowError", "int too large to convert to float");
      return formatFloat(float, specText, typeName);
    }
    default:
      raiseError("ValueError", `Unknown format code '${spec.type}' for object of type '${typeName}'`);
  }
}

export function formatString(text: string, specText: string): string {
  const spec = parseSpec(specText);
  if (spec.type !== "" && spec.type !== "s") {
    raiseError("ValueError", `Unknown format code '${spec.type}' for object of type 'str'`);
  }
  if (spec.grouping) raiseError("ValueError", `Cannot specify '${spec.grouping}' with 's'.`);
  if (spec.align === "=" && !spec.zero)
    raiseError("ValueError", "'=' alignment not allowed in string format specifier");
  const body = spec.precision >= 0 ? [...text].slice(0, spec.precision).join("") : text;
  return pad(body, spec.align === "=" ? { ...spec, align: "<" } : spec, "<");
}
