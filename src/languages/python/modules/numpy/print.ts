/** Arrays as NumPy prints them. */
import { isFloat, type Tensor } from "../../../../engine";
import { decimalParts, shortestDigits, toFixed } from "../../runtime/format";
import { vm } from "../../runtime/vm";

export interface PrintOptions {
  precision: number;
  suppress: boolean;
  threshold: number;
  edgeitems: number;
  linewidth: number;
  sign: string;
  nanstr: string;
  infstr: string;
  floatmode: string;
  /** By kind of element: `float_kind`, `int_kind`, `bool`, `all`. */
  formatter?: Map<string, (x: number) => string>;
}

const DEFAULTS: PrintOptions = {
  precision: 8,
  suppress: false,
  threshold: 1000,
  edgeitems: 3,
  linewidth: 75,
  sign: "-",
  nanstr: "nan",
  infstr: "inf",
  floatmode: "maxprec",
};

/** The options of the run in progress. */
export function printOptions(): PrintOptions {
  let options = vm.state.get("numpy print options") as PrintOptions | undefined;
  if (!options) {
    options = { ...DEFAULTS };
    vm.state.set("numpy print options", options);
  }
  return options;
}

export function setPrintOptions(options: PrintOptions): void {
  vm.state.set("numpy print options", options);
}

/** One number as NumPy's scalars print: `9.0`, `1e-05`, `True`. */
export function scalarText(x: number, dtype: Tensor["dtype"]): string {
  if (dtype === "bool") return x ? "True" : "False";
  if (!isFloat(dtype)) return String(x);
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const { sign, digits, exponent } = decimalParts(shortestDigits(x, dtype));
  const negative = sign || (Object.is(x, -0) ? "-" : "");
  if (exponent < -4 || exponent >= 16) {
    const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
    return `${negative}${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const { whole, fraction } = positional(digits, exponent);
  return `${negative}${whole}.${fraction || "0"}`;
}

function positional(digits: string, exponent: number): { whole: string; fraction: string } {
  if (exponent < 0) return { whole: "0", fraction: digits === "0" ? "" : "0".repeat(-exponent - 1) + digits };
  const padded = digits.padEnd(exponent + 1, "0");
  return { whole: padded.slice(0, exponent + 1), fraction: padded.slice(exponent + 1) };
}

/** The shortest decimal digits, with at most `places` behind the point, rounded from the exact value. */
function cutFraction(x: number, dtype: Tensor["dtype"], places: number): { whole: string; fraction: string } {
  const size = Math.abs(x);
  const { digits, exponent } = decimalParts(shortestDigits(size, dtype));
  const { whole, fraction } = positional(digits, exponent);
  if (fraction.length <= places) return { whole, fraction };
  const [w, f = ""] = toFixed(size, places).split(".");
  return { whole: w, fraction: f.replace(/0+$/, "") };
}

/** The shortest mantissa with at most `places` behind the point. */
function cutMantissa(x: number, dtype: Tensor["dtype"], places: number): { digits: string; exponent: number } {
  const size = Math.abs(x);
  const { digits, exponent } = decimalParts(shortestDigits(size, dtype));
  if (digits.length <= places + 1) return { digits, exponent };
  const [mantissa, power] = size.toExponential(places).split("e");
  return { digits: mantissa.replace(".", "").replace(/0+$/, "") || "0", exponent: Number(power) };
}

/** How numbers of one array are written, in one width; from the numbers that are shown. */
export function floatFormat(
  numbers: readonly number[],
  dtype: Tensor["dtype"],
  options: PrintOptions,
): (x: number) => string {
  const finite = numbers.filter(Number.isFinite);
  let most = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const x of finite) {
    const size = Math.abs(x);
    if (size === 0) continue;
    if (size > most) most = size;
    if (size < least) least = size;
  }
  const scientific = most > 0 && (most >= 1e8 || (!options.suppress && (least < 1e-4 || most / least > 1000)));
  const signOf = (x: number): string => (x < 0 || Object.is(x, -0) ? "-" : options.sign === "+" ? "+" : "");
  const special = (x: number): string =>
    Number.isNaN(x)
      ? (options.sign === "+" ? "+" : "") + options.nanstr
      : (x < 0 ? "-" : options.sign === "+" ? "+" : "") + options.infstr;
  const fixed = options.floatmode === "fixed";
  let left = 0;
  let right = 0;
  let tail = 0;
  let write: (x: number) => string = () => "";
  if (finite.length > 0 && scientific) {
    const parts = finite.map((x) => cutMantissa(x, dtype, options.precision));
    right = fixed ? options.precision : Math.max(0, ...parts.map(({ digits }) => digits.length - 1));
    const power = Math.max(2, ...parts.map(({ exponent }) => String(Math.abs(exponent)).length));
    left = Math.max(...finite.map((x) => signOf(x).length + 1));
    tail = 2 + power;
    write = (x) => {
      const { digits, exponent } = cutMantissa(x, dtype, right);
      const mantissa = `${digits[0]}.${digits.slice(1).padEnd(right, "0")}`;
      return `${signOf(x)}${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(power, "0")}`;
    };
  } else if (finite.length > 0) {
    const parts = finite.map((x) => ({ sign: signOf(x), ...cutFraction(x, dtype, options.precision) }));
    left = Math.max(...parts.map(({ sign, whole }) => sign.length + whole.length));
    right = fixed ? options.precision : Math.max(...parts.map(({ fraction }) => fraction.length));
    const fill = fixed || options.floatmode === "maxprec_equal" ? "0" : " ";
    write = (x) => {
      const { whole, fraction } = cutFraction(x, dtype, right);
      return `${signOf(x)}${whole}.${fraction.padEnd(right, fill)}`;
    };
  }
  if (options.sign === " " && !finite.some((x) => x < 0 || Object.is(x, -0))) left++;
  if (finite.length < numbers.length) {
    const offset = right + tail + 1;
    const nan = numbers.some(Number.isNaN) ? options.nanstr.length : 0;
    const infinite = numbers.filter((x) => !Number.isFinite(x) && !Number.isNaN(x));
    const negative = infinite.some((x) => x < 0) || options.sign !== "-" ? 1 : 0;
    left = Math.max(left, options.nanstr.length - offset, options.infstr.length + negative - offset, nan - offset);
  }
  const width = left + right + tail + 1;
  return (x) => (Number.isFinite(x) ? write(x) : special(x)).padStart(width);
}

function formatOf(numbers: number[], dtype: Tensor["dtype"], options: PrintOptions): (x: number) => string {
  const own = options.formatter;
  if (own) {
    const names =
      dtype === "bool" ? ["bool", "all"] : isFloat(dtype) ? ["float", "float_kind", "all"] : ["int", "int_kind", "all"];
    const found = names.map((name) => own.get(name)).find((one) => one !== undefined);
    if (found) return found;
  }
  if (dtype === "bool") return (x) => (x ? " True" : "False");
  if (isFloat(dtype)) return floatFormat(numbers, dtype, options);
  const width = Math.max(0, ...numbers.map((x) => String(x).length));
  return (x) => String(x).padStart(width);
}

/** The row-major places that are shown, in order. */
export function shownPlaces(shape: readonly number[], options: PrintOptions): number[] {
  let places = [0];
  const summarize = shape.reduce((a, b) => a * b, 1) > options.threshold;
  const edge = options.edgeitems;
  for (const length of shape) {
    const picks = Array.from({ length }, (_, k) => k).filter(
      (k) => !summarize || length <= 2 * edge || k < edge || k >= length - edge,
    );
    places = places.flatMap((place) => picks.map((pick) => place * length + pick));
  }
  return places;
}

/** Lays the texts of elements out as NumPy does. */
export function layOut(
  shape: readonly number[],
  textAt: (place: number) => string,
  separator: string,
  prefix: number,
  options: PrintOptions,
): string {
  const total = shape.reduce((a, b) => a * b, 1);
  const summarize = total > options.threshold;
  const edge = options.edgeitems;
  const short = separator.trimEnd();
  const write = (axis: number, place: number, indent: string, width: number): string => {
    if (axis === shape.length) return textAt(place);
    const length = shape[axis];
    const cut = summarize && 2 * edge < length;
    const shown: (number | null)[] = cut
      ? [
          ...Array.from({ length: edge }, (_, k) => k),
          null,
          ...Array.from({ length: edge }, (_, k) => length - edge + k),
        ]
      : Array.from({ length }, (_, k) => k);
    let text = "";
    if (axis === shape.length - 1) {
      const most = width - Math.max(short.length, 1);
      let line = indent;
      shown.forEach((pick, k) => {
        const word = pick === null ? "..." : write(axis + 1, place * length + pick, `${indent} `, width - 1);
        if (line.length + word.length > most && line.length > indent.length) {
          text += `${line.trimEnd()}\n`;
          line = indent;
        }
        line += word + (k < shown.length - 1 ? separator : "");
      });
      text += line;
    } else {
      const gap = short + "\n".repeat(shape.length - axis - 1);
      text = shown
        .map(
          (pick) => indent + (pick === null ? "..." : write(axis + 1, place * length + pick, `${indent} `, width - 1)),
        )
        .join(gap);
    }
    return `[${text.slice(indent.length)}]`;
  };
  return write(0, 0, " ".repeat(prefix + 1), options.linewidth);
}

/** `[[1. 2.]\n [3. 4.]]`, or with commas for `repr`. */
export function arrayText(tensor: Tensor, separator = " ", prefix = 0, options: PrintOptions = printOptions()): string {
  const { shape, dtype, data } = tensor;
  if (shape.length === 0) return scalarText(data[0], dtype);
  if (data.length === 0) return "[]";
  const shown = shownPlaces(shape, options).map((place) => data[place]);
  const format = formatOf(shown, dtype, options);
  return layOut(shape, (place) => format(data[place]), separator, prefix, options);
}

/** `array([1., 2.], dtype=float32)`. */
export function arrayRepr(tensor: Tensor): string {
  const options = printOptions();
  const { shape, dtype } = tensor;
  const size = shape.reduce((a, b) => a * b, 1);
  const body = arrayText(tensor, ", ", 6, options);
  const extras: string[] = [];
  if ((size === 0 && !(shape.length === 1)) || size > options.threshold)
    extras.push(`shape=(${shape.join(", ")}${shape.length === 1 ? "," : ""})`);
  const plain = dtype === "float64" || dtype === "int64" || dtype === "bool";
  if (!plain || size === 0) extras.push(`dtype=${dtype}`);
  return withExtras(`array(${body}`, extras, options);
}

export function withExtras(text: string, extras: readonly string[], options: PrintOptions): string {
  if (extras.length === 0) return `${text})`;
  const start = `${text},`;
  const rest = `${extras.join(", ")})`;
  const last = start.length - (start.lastIndexOf("\n") + 1);
  return start + (last + rest.length + 1 > options.linewidth ? `\n${" ".repeat(6)}` : " ") + rest;
}
