/**
 * Arrays as NumPy 2 prints them (numpy/_core/arrayprint.py), and JAX and TensorFlow, which print through NumPy.
 * PyTorch has its own way: torch.ts.
 */
import { type DType, isFloat, roundTo } from "../dtype";
import { type Shape, sizeOf, type Tensor } from "../tensor";
import { decimalParts, exponentText, positional, shortestDigits, toExponent, toFixed } from "./digits";

/** What np.set_printoptions sets. */
export interface PrintOptions {
  /** Most digits behind the point; no more than {@link MOST_PLACES} are given. */
  readonly precision: number;
  /** Never scientific because a number is small. */
  readonly suppress: boolean;
  /** Arrays of more elements are summarised. */
  readonly threshold: number;
  /** Of a summarised axis so many elements are shown at each end. */
  readonly edgeitems: number;
  readonly linewidth: number;
  /** What stands before numbers that are not negative: `-` nothing, `+` a plus, ` ` a space. */
  readonly sign: string;
  readonly nanstr: string;
  readonly infstr: string;
  /** `fixed`, `unique`, `maxprec` or `maxprec_equal`. */
  readonly floatmode: string;
  /** By kind of element: `float`, `float_kind`, `int`, `int_kind`, `bool`, `all`. */
  readonly formatter?: ReadonlyMap<string, (x: number) => string> | undefined;
}

/** No float has more decimal places (5e−324 has 1074). */
const MOST_PLACES = 1100;

export const printDefaults: PrintOptions = {
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

/** One number as NumPy's scalars print, those of float64 as Python's floats: `9.0`, `1e-05`, `True`. */
export function scalarText(x: number, dtype: DType): string {
  return numberText(x, dtype, LARGE[dtype] ?? 1e16);
}

/** From here on numbers of the shorter float types are scientific: their digits are exact up to here. */
const LARGE: { readonly [D in DType]?: number } = { float16: 1e3, float32: 1e6 };

/** @param large floats from here on are scientific */
function numberText(x: number, dtype: DType, large: number): string {
  if (dtype === "bool") return x ? "True" : "False";
  if (!isFloat(dtype)) return integerText(x);
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const sign = x < 0 || Object.is(x, -0) ? "-" : "";
  const { digits, exponent } = shortest(x, dtype);
  const size = Math.abs(x);
  if (size >= large || (size < 1e-4 && size > 0))
    return `${sign}${digits[0]}${digits.length > 1 ? "." : ""}${digits.slice(1)}${exponentText(exponent)}`;
  const { whole, fraction } = positional(digits, exponent);
  return `${sign}${whole}.${fraction || "0"}`;
}

/** All digits, also of whole numbers that JavaScript rounds to seventeen. */
export function integerText(x: number): string {
  return Number.isSafeInteger(x) || !Number.isFinite(x) ? String(x) : String(BigInt(x));
}

/** The fewest digits that read back as |x| in its type. */
function shortest(x: number, dtype: DType) {
  return decimalParts(shortestDigits(Math.abs(x), dtype));
}

/** The shortest decimal digits, with at most `places` behind the point, rounded from the exact value. */
function cutFraction(x: number, dtype: DType, places: number): { whole: string; fraction: string } {
  const { digits, exponent } = shortest(x, dtype);
  const { whole, fraction } = positional(digits, exponent);
  if (fraction.length <= places) return { whole, fraction };
  const [w = "", f = ""] = toFixed(Math.abs(x), places).split(".");
  return { whole: w, fraction: f.replace(/0+$/, "") };
}

/** The shortest mantissa with at most `places` behind the point. */
function cutMantissa(x: number, dtype: DType, places: number): { digits: string; exponent: number } {
  const { digits, exponent } = shortest(x, dtype);
  if (digits.length <= places + 1) return { digits, exponent };
  const cut = toExponent(Math.abs(x), places);
  return { digits: cut.mantissa.replace(".", "").replace(/0+$/, "") || "0", exponent: cut.exponent };
}

function isScientific(finite: readonly number[], dtype: DType, suppress: boolean): boolean {
  let most = 0;
  let least = Infinity;
  for (const x of finite) {
    const size = Math.abs(x);
    if (size === 0) continue;
    if (size > most) most = size;
    if (size < least) least = size;
  }
  if (most === 0) return false;
  const round = roundTo[dtype];
  return most >= (LARGE[dtype] ?? 1e8) || (!suppress && (least < round(0.0001) || round(most / least) > 1000));
}

/** How the floats of one array are written, in one width; from the numbers that are shown (FloatingFormat). */
export function floatFormat(numbers: readonly number[], dtype: DType, options: PrintOptions): (x: number) => string {
  const { sign, floatmode } = options;
  const finite = numbers.filter(Number.isFinite);
  const plus = sign === "+" ? "+" : "";
  const signOf = (x: number): string => (x < 0 || Object.is(x, -0) ? "-" : plus);
  const fixed = floatmode === "fixed";
  const places = floatmode === "unique" ? Infinity : Math.min(Math.max(options.precision, 0), MOST_PLACES);
  let left = 0;
  let right = 0;
  let tail = 0;
  let write: (x: number) => string = () => "";
  if (finite.length > 0 && isScientific(finite, dtype, options.suppress)) {
    const all = finite.map((x) => cutMantissa(x, dtype, places));
    right = fixed ? places : Math.max(0, ...all.map(({ digits }) => digits.length - 1));
    const power = Math.max(2, ...all.map(({ exponent }) => String(Math.abs(exponent)).length));
    left = Math.max(...finite.map((x) => signOf(x).length + 1));
    tail = 2 + power;
    // Numbers of fewer digits than others are not filled with zeros, but with the digits that they have.
    write = (x) => {
      const { mantissa, exponent } = toExponent(Math.abs(x), right);
      return signOf(x) + mantissa + (right === 0 ? "." : "") + exponentText(exponent, power);
    };
  } else if (finite.length > 0) {
    const exact = (x: number, digits: number) => toFixed(Math.abs(x), digits) + (digits === 0 ? "." : "");
    const short = (x: number) => {
      const { whole, fraction } = cutFraction(x, dtype, places);
      return `${whole}.${fraction}`;
    };
    const all = finite.map((x) => signOf(x) + (fixed ? exact(x, places) : short(x)));
    left = Math.max(...all.map((text) => text.indexOf(".")));
    right = Math.max(...all.map((text) => text.length - text.indexOf(".") - 1));
    const equal = fixed || floatmode === "maxprec_equal";
    write = (x) => {
      const text = equal ? exact(x, right) : short(x);
      return signOf(x) + text.padEnd(text.indexOf(".") + 1 + right);
    };
  }
  if (sign === " " && !finite.some((x) => x < 0 || Object.is(x, -0))) left++;
  if (finite.length < numbers.length) {
    const behind = right + tail + 1;
    const signed = sign !== "-" || numbers.includes(-Infinity) ? 1 : 0;
    left = Math.max(left, options.nanstr.length - behind, options.infstr.length + signed - behind);
  }
  const special = (x: number) => (Number.isNaN(x) ? plus + options.nanstr : (x < 0 ? "-" : plus) + options.infstr);
  const width = left + right + tail + 1;
  return (x) => (Number.isFinite(x) ? write(x) : special(x)).padStart(width);
}

/** IntegerFormat: `sign` counts for whole numbers too. */
function integerFormat(numbers: readonly number[], { sign }: PrintOptions): (x: number) => string {
  const before = sign === "+" || (sign === " " && numbers.every((x) => x >= 0)) ? sign : "";
  const write = (x: number) => (x < 0 ? "" : before) + integerText(x);
  const width = Math.max(0, ...numbers.map((x) => write(x).length));
  return (x) => write(x).padStart(width);
}

/** The formatter that a user gave for the kind of element: the most special one counts. */
function ownFormat(dtype: DType, { formatter }: PrintOptions): ((x: number) => string) | undefined {
  const kind = dtype === "bool" ? "bool" : isFloat(dtype) ? "float" : "int";
  return formatter?.get(kind) ?? formatter?.get(`${kind}_kind`) ?? formatter?.get("all");
}

function formatOf(numbers: readonly number[], { dtype, shape }: Tensor, options: PrintOptions): (x: number) => string {
  const own = ownFormat(dtype, options);
  if (own) return own;
  if (dtype === "bool") return (x) => (x ? (shape.length > 0 ? " True" : "True") : "False");
  return isFloat(dtype) ? floatFormat(numbers, dtype, options) : integerFormat(numbers, options);
}

/** The row-major places that are shown, in order. */
export function shownPlaces(shape: Shape, { threshold, edgeitems }: PrintOptions): number[] {
  const summarise = sizeOf(shape) > threshold;
  let places = [0];
  for (const length of shape) {
    // With no element at the ends, NumPy takes its format from all of them.
    const cut = summarise && edgeitems > 0 && length > 2 * edgeitems;
    const picks = cut
      ? Array.from({ length: 2 * edgeitems }, (_, k) => (k < edgeitems ? k : length - 2 * edgeitems + k))
      : Array.from({ length }, (_, k) => k);
    places = places.flatMap((place) => picks.map((pick) => place * length + pick));
  }
  return places;
}

/**
 * Lays the texts of elements out in brackets and lines, as NumPy does.
 * @param indent columns that are taken before the first bracket, in every line
 */
export function layOut(
  shape: Shape,
  textAt: (place: number) => string,
  separator: string,
  indent: number,
  options: PrintOptions,
): string {
  const { edgeitems: edge } = options;
  const summarise = sizeOf(shape) > options.threshold;
  const short = separator.trimEnd();
  const write = (axis: number, place: number, hanging: string, width: number): string => {
    if (axis === shape.length) return textAt(place);
    const length = shape[axis]!;
    const word = (k: number) => write(axis + 1, place * length + k, `${hanging} `, width - 1);
    const words =
      summarise && length > 2 * edge
        ? [...range(0, edge).map(word), "...", ...range(length - Math.max(edge, 1), length).map(word)]
        : range(0, length).map(word);
    if (axis < shape.length - 1) return `[${words.join(short + "\n".repeat(shape.length - axis - 1) + hanging)}]`;
    const most = width - Math.max(short.length, 1);
    let text = "";
    let line = hanging;
    words.forEach((word, k) => {
      if (line.length + word.length > most && line.length > hanging.length) {
        text += `${line.trimEnd()}\n`;
        line = hanging;
      }
      line += word + (k < words.length - 1 ? separator : "");
    });
    return `[${(text + line).slice(hanging.length)}]`;
  };
  return write(0, 0, " ".repeat(indent + 1), options.linewidth);
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => from + k);

/**
 * np.array2string: the elements in brackets.
 * @param prefix how many columns are taken before it
 * @param suffix how many columns are taken behind it
 */
export function array2string(array: Tensor, options = printDefaults, separator = " ", prefix = 0, suffix = 0): string {
  const { shape, data } = array;
  if (data.length === 0) return "[]";
  const format = formatOf(
    shownPlaces(shape, options).map((place) => data[place]!),
    array,
    options,
  );
  const linewidth = options.linewidth - suffix;
  return layOut(shape, (place) => format(data[place]!), separator, prefix, { ...options, linewidth });
}

/** str(array): `[[1. 2.]\n [3. 4.]]`; of no dimensions as a scalar. */
export function arrayText(array: Tensor, options = printDefaults): string {
  return array.shape.length === 0 ? scalarText(array.data[0]!, array.dtype) : array2string(array, options);
}

/** `(2, 3)`, `(2,)`, `()`. */
export function shapeText(shape: Shape): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** repr(array): `array([1., 2.], dtype=float32)`. */
export function arrayRepr(array: Tensor, options = printDefaults): string {
  const { shape, dtype } = array;
  const size = sizeOf(shape);
  const extras: string[] = [];
  if ((size === 0 && shape.length !== 1) || size > options.threshold) extras.push(`shape=${shapeText(shape)}`);
  const implied = dtype === "float64" || dtype === "int64" || dtype === "bool";
  if (!implied || size === 0) extras.push(`dtype=${dtype}`);
  return withExtras(`array(${array2string(array, options, ", ", 6, 1)}`, extras, options);
}

/** Closes `array([…]` with what stands behind the elements, in a line of its own where it does not fit. */
export function withExtras(text: string, extras: readonly string[], { linewidth }: PrintOptions): string {
  if (extras.length === 0) return `${text})`;
  const start = `${text},`;
  const rest = `${extras.join(", ")})`;
  const last = start.length - (start.lastIndexOf("\n") + 1);
  return start + (last + rest.length + 1 > linewidth ? `\n${" ".repeat(6)}` : " ") + rest;
}

/** repr of a JAX array: `Array([1., 2.], dtype=float32)`; jax/_src/array.py. */
export function jaxRepr(array: Tensor, weakType = false, options = printDefaults): string {
  const type = `dtype=${array.dtype}${weakType ? ", weak_type=True" : ""}`;
  const body =
    array.data.length === 0
      ? `[], shape=${shapeText(array.shape)}`
      : array2string(array, options, ", ", "Array(".length, 1);
  const last = body.length - body.lastIndexOf("\n") + 1;
  // Where the type does not fit, JAX leaves as many spaces as `Array(` is long, but no line break.
  const gap = last + type.length + 2 > options.linewidth ? "Array(".length : 1;
  return `Array(${body},${" ".repeat(gap)}${type})`;
}

const onItsOwnLine = (text: string) => (text.includes("\n") ? `\n${text}` : text);

/** A single number as the Python float or int that `item()` gives: 0.1 of float32 is `0.10000000149011612`. */
export function itemText(array: Tensor): string {
  return numberText(array.data[0]!, isFloat(array.dtype) ? "float64" : array.dtype, 1e16);
}

/** `numpy=array([…], dtype=float32)`; a single number as Python's, as TensorFlow does with NumPy 2. */
function tensorflowNumbers(array: Tensor, options: PrintOptions): string {
  return `numpy=${onItsOwnLine(array.shape.length === 0 ? itemText(array) : arrayRepr(array, options))}`;
}

/** str of a TensorFlow tensor: `tf.Tensor([1. 2.], shape=(2,), dtype=float32)`. */
export function tensorflowText(array: Tensor, options = printDefaults): string {
  return `tf.Tensor(${onItsOwnLine(arrayText(array, options))}, shape=${shapeText(array.shape)}, dtype=${array.dtype})`;
}

/** repr of a TensorFlow tensor: `<tf.Tensor: shape=(), dtype=float32, numpy=3.0>`. */
export function tensorflowRepr(array: Tensor, options = printDefaults): string {
  return `<tf.Tensor: shape=${shapeText(array.shape)}, dtype=${array.dtype}, ${tensorflowNumbers(array, options)}>`;
}

/** A TensorFlow Variable of that name: `<tf.Variable 'w:0' shape=() dtype=float32, numpy=3.0>`. */
export function tensorflowVariable(name: string, array: Tensor, options = printDefaults): string {
  return `<tf.Variable '${name}' shape=${shapeText(array.shape)} dtype=${array.dtype}, ${tensorflowNumbers(array, options)}>`;
}
