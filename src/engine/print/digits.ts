/** Decimal digits of numbers: the shortest that read back, and rounded as C's printf does. */

import { type DType, roundTo } from "../dtype";

/** The shortest text that reads back as the same number of a float type, as JavaScript writes numbers. */
export function shortestDigits(x: number, dtype: DType): string {
  if (dtype === "float64" || !Number.isFinite(x)) return String(x);
  for (let digits = 1; digits <= 9; digits++) {
    const text = x.toPrecision(digits);
    if (roundTo[dtype](Number(text)) === x) return String(Number(text));
  }
  return String(x);
}

/** Significant digits and decimal exponent of a number written by JavaScript. */
export function decimalParts(js: string): { sign: string; digits: string; exponent: number } {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(js);
  if (!match) return { sign: "", digits: "0", exponent: 0 };
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  let digits = whole + fraction;
  let exponent = whole.length - 1 + Number(power);
  const zeros = /^0*/.exec(digits)![0].length;
  if (zeros === digits.length) return { sign, digits: "0", exponent: 0 };
  digits = digits.slice(zeros).replace(/0+$/, "");
  exponent -= zeros;
  return { sign, digits, exponent };
}

/** `%.{digits}f` of a finite number: exact, ties to even. */
export function toFixed(x: number, digits: number): string {
  const size = Math.abs(x);
  const sign = x < 0 || Object.is(x, -0) ? "-" : "";
  if (size >= 1e21 || digits > 60) return sign + exactFixed(size, digits);
  // JavaScript rounds exact ties up; a tie has no more binary places than this.
  const mayTie = !Number.isInteger(size) && Number.isInteger(size * 2 ** (digits + 1));
  return sign + (mayTie ? exactFixed(size, digits) : size.toFixed(digits));
}

function exactFixed(size: number, digits: number): string {
  // size = mantissa · 2^power exactly
  let mantissa = size;
  let power = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    power--;
  }
  const scaled = BigInt(mantissa) * 10n ** BigInt(digits);
  const unit = 1n << BigInt(-power);
  let whole = scaled / unit;
  const twice = (scaled % unit) * 2n;
  if (twice > unit || (twice === unit && whole % 2n === 1n)) whole += 1n;
  const text = whole.toString().padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Mantissa and exponent of `%.{digits}e` of a finite number that is not negative. */
export function toExponent(size: number, digits: number): { mantissa: string; exponent: number } {
  const places = Math.min(digits, 100);
  let text = size.toExponential(places);
  const longer = size.toExponential(Math.min(100, places + 30));
  const [head = ""] = longer.split("e");
  // An exact tie ends in 5: take the even neighbour.
  const tail = head.replace(".", "").slice(places + 1);
  if (/^50*$/.test(tail)) {
    const kept = head.replace(".", "").slice(0, places + 1);
    if (Number(kept[kept.length - 1]) % 2 === 0) {
      const exponent = longer.split("e")[1];
      text = `${kept[0]}${places > 0 ? `.${kept.slice(1)}` : ""}e${exponent}`;
    }
  }
  const [mantissa = "", exponent] = text.split("e");
  return { mantissa: digits > places ? mantissa + "0".repeat(digits - places) : mantissa, exponent: Number(exponent) };
}

/** `e+05`: an exponent as C writes it, in at least `digits` digits. */
export function exponentText(exponent: number, digits = 2): string {
  return `e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(digits, "0")}`;
}

/** Digits d₀d₁d₂… and the power of ten of d₀ as what stands before and behind the point. */
export function positional(digits: string, exponent: number): { whole: string; fraction: string } {
  if (exponent < 0) return { whole: "0", fraction: digits === "0" ? "" : "0".repeat(-exponent - 1) + digits };
  const padded = digits.padEnd(exponent + 1, "0");
  return { whole: padded.slice(0, exponent + 1), fraction: padded.slice(exponent + 1) };
}
