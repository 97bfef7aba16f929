/** Arrays as NumPy prints them. */
import { isFloat, type Tensor } from "../../../../engine";
import { decimalParts, float32Digits } from "../../runtime/format";

/** One number as NumPy's scalars print: `9.0`, `1e-05`, `True`. */
export function scalarText(x: number, dtype: Tensor["dtype"]): string {
  if (dtype === "bool") return x ? "True" : "False";
  if (!isFloat(dtype)) return String(x);
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const { sign, digits, exponent } = decimalParts(dtype === "float32" ? float32Digits(x) : String(x));
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

/** Rounds decimal digits to at most `places` behind the point. */
function cutFraction(x: number, dtype: Tensor["dtype"], places: number): { whole: string; fraction: string } {
  const { digits, exponent } = decimalParts(dtype === "float32" ? float32Digits(Math.abs(x)) : String(Math.abs(x)));
  const { whole, fraction } = positional(digits, exponent);
  if (fraction.length <= places) return { whole, fraction };
  let value = BigInt(whole + fraction.slice(0, places));
  const rest = fraction.slice(places);
  const tie = /^50*$/.test(rest);
  if (tie ? value % 2n === 1n : rest[0] >= "5") value += 1n;
  const text = value.toString().padStart(places + 1, "0");
  return { whole: text.slice(0, text.length - places), fraction: text.slice(text.length - places).replace(/0+$/, "") };
}

/** How each element is written, in one width. */
function elements(tensor: Tensor): string[] {
  const numbers = Array.from(tensor.data);
  const { dtype } = tensor;
  const pad = (texts: string[]): string[] => {
    const width = Math.max(0, ...texts.map((text) => text.length));
    return texts.map((text) => text.padStart(width));
  };
  if (dtype === "bool") return pad(numbers.map((x) => (x ? "True" : "False")));
  if (!isFloat(dtype)) return pad(numbers.map(String));
  const finite = numbers.filter(Number.isFinite);
  const sizes = finite.map(Math.abs).filter((x) => x !== 0);
  const most = Math.max(...sizes);
  const least = Math.min(...sizes);
  const scientific = sizes.length > 0 && (most >= 1e8 || least < 1e-4 || most / least > 1000);
  const special = (x: number): string => (Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf");
  const signOf = (x: number): string => (x < 0 || Object.is(x, -0) ? "-" : "");
  if (scientific) {
    const parts = finite.map((x) => {
      const { digits, exponent } = decimalParts(dtype === "float32" ? float32Digits(Math.abs(x)) : String(Math.abs(x)));
      if (digits.length <= 9) return { digits, exponent };
      const [mantissa, power] = Math.abs(x).toExponential(8).split("e");
      return { digits: mantissa.replace(".", "").replace(/0+$/, ""), exponent: Number(power) };
    });
    const places = Math.max(0, ...parts.map(({ digits }) => digits.length - 1));
    let next = 0;
    return pad(
      numbers.map((x) => {
        if (!Number.isFinite(x)) return special(x);
        const { digits, exponent } = parts[next++];
        const mantissa = `${digits[0]}.${digits.slice(1).padEnd(places, "0")}`;
        return `${signOf(x)}${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
      }),
    );
  }
  const cut = numbers.map((x) => (Number.isFinite(x) ? cutFraction(x, dtype, 8) : null));
  const places = Math.max(0, ...cut.map((part) => part?.fraction.length ?? 0));
  return pad(
    numbers.map((x, k) => {
      const part = cut[k];
      return part
        ? `${signOf(x)}${part.whole}.${part.fraction.padEnd(places)}`
        : special(x) + " ".repeat(finite.length ? places : 0);
    }),
  ).map((text) => text);
}

/** `[[1. 2.]\n [3. 4.]]`, or with commas for `repr`. */
export function arrayText(tensor: Tensor, separator = " ", prefix = 0): string {
  const { shape } = tensor;
  if (shape.length === 0) return scalarText(tensor.data[0], tensor.dtype);
  if (tensor.data.length === 0) return "[]".padStart(2);
  const texts = elements(tensor);
  const summarize = texts.length > 1000;
  const write = (axis: number, offset: number, indent: number): string => {
    const length = shape[axis];
    const stride = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const picks = Array.from({ length }, (_, k) => k);
    const shown: (number | null)[] = summarize && length > 6 ? [...picks.slice(0, 3), null, ...picks.slice(-3)] : picks;
    if (axis === shape.length - 1) {
      const lines: string[] = [];
      let line = "";
      shown.forEach((pick, at) => {
        const last = at === shown.length - 1;
        const word = (pick === null ? "..." : texts[offset + pick]) + (last ? "" : separator.trimEnd());
        if (line !== "" && indent + line.length + 1 + word.length > 74) {
          lines.push(line);
          line = word;
        } else line = line === "" ? word : `${line} ${word}`;
      });
      lines.push(line);
      return `[${lines.join(`\n${" ".repeat(indent)}`)}]`;
    }
    const gap = `${separator.trimEnd()}${"\n".repeat(shape.length - axis - 1)}${" ".repeat(indent)}`;
    return `[${shown.map((pick) => (pick === null ? "..." : write(axis + 1, offset + pick * stride, indent + 1))).join(gap)}]`;
  };
  return write(0, 0, prefix + 1);
}

/** `array([1., 2.], dtype=float32)`. */
export function arrayRepr(tensor: Tensor): string {
  const body = arrayText(tensor, ", ", 6);
  const plain = tensor.dtype === "float64" || tensor.dtype === "int64" || tensor.dtype === "bool";
  return plain ? `array(${body})` : `array(${body}, dtype=${tensor.dtype})`;
}
