/** Numbers as people read them. */

/** Nested lists of numbers: a scalar, a vector, a matrix, … */
export type Numbers = number | readonly Numbers[];

/** Whole numbers below this are always written out. */
const WHOLE = 1e10;

/**
 * The shortest text that reads back as the same number, if that has at most `digits` significant digits; else rounded
 * to them. Very large and very small numbers are written `1.2e-7`.
 */
export function formatNumber(value: number, digits = 7): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  // The sign of zero is for those who ask for every digit.
  if (value === 0) return Object.is(value, -0) && digits >= 17 ? "-0" : "0";
  if (Number.isInteger(value) && Math.abs(value) < WHOLE) return String(value);

  const [shortest = "", shortestExponent = "0"] = value.toExponential().split("e");
  const significant = shortest.replace(/[-.]/g, "").length;
  let mantissa = shortest;
  let exponent = Number(shortestExponent);
  if (significant > digits) {
    const [rounded = "", roundedExponent = "0"] = value.toExponential(Math.max(digits, 1) - 1).split("e");
    mantissa = rounded.includes(".") ? rounded.replace(/\.?0+$/, "") : rounded;
    exponent = Number(roundedExponent);
  }
  if (exponent < -5 || exponent >= Math.max(digits, 5)) return exponent === 0 ? mantissa : `${mantissa}e${exponent}`;
  return plain(mantissa, exponent);
}

/** A number of float32 in the fewest digits that tell it apart from its neighbours there, as frameworks print it; any other in all its digits. */
export function formatSingle(value: number): string {
  if (Math.fround(value) !== value) return formatNumber(value, 17);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return formatNumber(short, 17);
  }
  return formatNumber(Number(value.toPrecision(9)), 17);
}

/** Moves the decimal point of `1.234` by `exponent` places. */
function plain(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith("-") ? "-" : "";
  const all = mantissa.replace(/[-.]/g, "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${all}`;
  if (all.length <= exponent + 1) return sign + all.padEnd(exponent + 1, "0");
  return `${sign}${all.slice(0, exponent + 1)}.${all.slice(exponent + 1)}`;
}

/** `(9, 42)`; more than `limit` entries end with how many there are. */
export function formatVector(values: ArrayLike<number>, digits = 7, limit = Number.POSITIVE_INFINITY): string {
  const shown = Array.from({ length: Math.min(values.length, limit) }, (_, i) => formatNumber(values[i]!, digits));
  if (values.length > limit) shown.push(`… (${values.length})`);
  return `(${shown.join(", ")})`;
}

/** `[[2, 6], [6, 18]]`: nested lists of any depth; a scalar by itself. */
export function formatTree(value: Numbers, digits = 7): string {
  return typeof value === "number"
    ? formatNumber(value, digits)
    : `[${value.map((item) => formatTree(item, digits)).join(", ")}]`;
}

/** A matrix in aligned lines, for plain text. */
export function formatMatrix(rows: readonly ArrayLike<number>[], digits = 7): string {
  const texts = rows.map((row) => Array.from(row, (value) => formatNumber(value, digits)));
  const widths = (texts[0] ?? []).map((_, column) => Math.max(...texts.map((row) => row[column]!.length)));
  return texts.map((row) => `[${row.map((text, column) => text.padStart(widths[column]!)).join("  ")}]`).join("\n");
}

/** Rounded to what distinguishes numbers that lie `step` apart: axis ticks, dragged values. */
export function roundToStep(value: number, step: number): number {
  if (!Number.isFinite(value) || !(step > 0)) return value;
  const decimals = Math.min(Math.max(0, -Math.floor(Math.log10(step))), 15);
  return Number((Math.round(value / step) * step).toFixed(decimals));
}
