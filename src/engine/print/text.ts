/** Formulas in plain text: `3x² + 2x − 1`. */
import { arrange, type Expression } from "./expression";
import { at, decimal, recognise, Strength, type Style, type Written, write } from "./notation";

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

const parenthesise = (text: string) => `(${text})`;

const style: Style = {
  minus: "−",
  number: textNumber,
  symbol: (name) => name,
  parenthesise,
  // 2x, but x1·x2: a digit or a name right after a name would read as one name.
  juxtapose: (factors) =>
    factors.reduce(
      (line, { text }) => line + (line === "" || (/^\d+(\.\d+)?$/.test(line) && /^[^\d]/.test(text)) ? "" : "·") + text,
      "",
    ),
  fraction: (numerator, denominator) => ({
    text: `${numerator.includes(" ") ? parenthesise(numerator) : numerator}/${at(denominator, Strength.Power, style)}`,
    strength: Strength.Product,
  }),
  power(base, exponent) {
    const inner = at(base, Strength.Atom, style);
    return /^\d+$/.test(exponent.text)
      ? inner + [...exponent.text].map((digit) => SUPERSCRIPTS[digit]).join("")
      : `${inner}^${at(exponent, Strength.Atom, style)}`;
  },
  call: ({ op }, inputs) => {
    const infix = /^#1 (.+) #2$/.exec("latex" in op ? (op.latex ?? "") : "")?.[1];
    const symbols: { [latex: string]: string } = {
      "\\le": "≤",
      "\\ge": "≥",
      "\\ne": "≠",
      "\\bmod": "mod",
      "\\land": "and",
      "\\lor": "or",
    };
    if (infix && inputs.length === 2)
      return { text: `${inputs[0]!.text} ${symbols[infix] ?? infix} ${inputs[1]!.text}`, strength: Strength.Sum };
    return { text: `${op.name}(${inputs.map((input) => input.text).join(", ")})`, strength: Strength.Atom };
  },
};

/** The formula in plain text; `arranged` orders the terms of a derivative by degree. */
export function text(expression: Expression, arranged = false): string {
  return write(arranged ? arrange(expression) : expression, style).text;
}
