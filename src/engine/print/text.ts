/** Formulas in plain text: `3x² + 2x − 1`. */
import { logicalNot } from "../ops";
import { arrange, type Expression } from "./expression";
import { at, infix, Strength, type Style, write } from "./notation";
import { decimal, SHOWN_DIGITS } from "./numbers";

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

function styleOf(digits: number): Style {
  const style: Style = {
    minus: "−",
    decimal: (value) => ({ text: value === Infinity ? "∞" : decimal(value, digits), strength: Strength.Atom }),
    constant: ({ text }) => ({ text, strength: Strength.Atom }),
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
    root: ({ text }) => ({ text: `sqrt(${text})`, strength: Strength.Atom }),
    power(base, exponent) {
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
      if (expression.op === logicalNot.op)
        return { text: `not ${at(inputs[0]!, Strength.Power, style)}`, strength: Strength.Logic };
      const name = NAMES[expression.op.name] ?? expression.op.name;
      return { text: `${name}(${inputs.map((input) => input.text).join(", ")})`, strength: Strength.Atom };
    },
  };
  return style;
}

/**
 * The formula in plain text.
 * @param arranged orders the terms of a derivative by degree
 * @param digits significant digits of long numbers; 17 keep every value
 */
export function text(expression: Expression, arranged = false, digits = SHOWN_DIGITS): string {
  return write(arranged ? arrange(expression) : expression, styleOf(digits)).text;
}
