/** Formulas in plain text: `3x² + 2x − 1`. */
import { arrange, type Expression } from "./expression";
import { at, decimal, infix, recognise, Strength, type Style, type Written, write } from "./notation";

const SUPERSCRIPTS: { [digit: string]: string } = {
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
  "-": "⁻",
};

function textNumber(value: number): Written {
  if (value < 0) return { text: `−${textNumber(-value).text}`, strength: Strength.Sign };
  const known = recognise(value);
  if (known) {
    const top = known.pi ? `${known.numerator === 1 ? "" : known.numerator}π` : String(known.numerator);
    const text = known.denominator === 1 ? top : `${top}/${known.denominator}`;
    return { text, strength: known.denominator === 1 ? Strength.Atom : Strength.Product };
  }
  if (value === Math.E) return { text: "e", strength: Strength.Atom };
  return { text: value === Infinity ? "∞" : decimal(value), strength: Strength.Atom };
}

const SYMBOLS: { readonly [latex: string]: string } = {
  "\\le": "≤",
  "\\ge": "≥",
  "\\ne": "≠",
  "\\bmod": "mod",
  "\\land": "and",
  "\\lor": "or",
  "\\oplus": "xor",
  "\\cdot": "·",
};

const NAMES: { readonly [operation: string]: string } = {
  maximum: "max",
  minimum: "min",
  larger: "max",
  pool_max: "max",
  pool_max_without_nan: "max",
  smaller: "min",
  root: "sqrt",
};

const parenthesise = (text: string) => `(${text})`;

const style: Style = {
  minus: "−",
  number: textNumber,
  symbol: (name) => name,
  parenthesise,
  // 2x and 2(x + 1), but 2·x1 and 2·rate: a number right before such a name reads as a part of it.
  juxtapose: (factors) =>
    factors.reduce((line, { text }) => {
      const glued = /^\d+(\.\d+)?$/.test(line) && /^(\(|\p{L}(?![\p{L}\d_.[(]))/u.test(text);
      return line + (line === "" || glued ? "" : "·") + text;
    }, ""),
  fraction: (numerator, denominator) => ({
    text: `${at(numerator, Strength.Product, style)}/${at(denominator, Strength.Power, style)}`,
    strength: Strength.Product,
  }),
  power(base, exponent) {
    if (exponent.text === "0.5") return `sqrt(${base.text})`;
    const inner = at(base, Strength.Atom, style);
    return /^\d+$/.test(exponent.text)
      ? inner + [...exponent.text].map((digit) => SUPERSCRIPTS[digit]).join("")
      : `${inner}^${at(exponent, Strength.Atom, style)}`;
  },
  call: (expression, inputs) => {
    const between = infix(expression);
    if (between) {
      const [left, right] = inputs.map((input) => at(input, between.operands, style));
      return { text: `${left} ${SYMBOLS[between.symbol] ?? between.symbol} ${right}`, strength: between.strength };
    }
    const name = NAMES[expression.op.name] ?? expression.op.name;
    return { text: `${name}(${inputs.map((input) => input.text).join(", ")})`, strength: Strength.Atom };
  },
};

/** The formula in plain text; `arranged` orders the terms of a derivative by degree. */
export function text(expression: Expression, arranged = false): string {
  return write(arranged ? arrange(expression) : expression, style).text;
}
