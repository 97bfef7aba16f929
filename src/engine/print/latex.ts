/** Formulas in LaTeX. */
import { arrange, type Expression } from "./expression";
import { at, infix, Strength, type Style, type Written, write, writeNumber } from "./notation";
import { decimal, SHOWN_DIGITS } from "./numbers";

const GREEK = new Set(
  "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split(
    " ",
  ),
);

/** `x1` → `x_{1}`, `alpha` → `\alpha`, `w[0, 1]` → `w_{0,1}`, `x_max` → `x_{\mathrm{max}}`, `rate` → `\mathrm{rate}`. */
export function latexSymbol(name: string): string {
  const [, stem = name, index] = /^(.*?)\[(.*)\]$/.exec(name) ?? [];
  const numbered = stem.replace(/[₀-₉]+$/, (digits) =>
    [...digits].map((digit) => "₀₁₂₃₄₅₆₇₈₉".indexOf(digit)).join(""),
  );
  const [, letters = numbered, below] =
    /^(.*?[^\d_])_?(\d+)$/.exec(numbered) ?? /^([^_]+)_([^_]+)$/.exec(numbered) ?? [];
  // my_name is one name; x_max and sigma_max are symbols with a subscript.
  const isWord = below !== undefined && !/^\d/.test(below) && word(letters).startsWith("\\mathrm");
  const subscripts = [!isWord && below && (/^\d+$/.test(below) ? below : word(below)), index?.replace(/\s/g, "")];
  const written = subscripts.filter(Boolean).join(",");
  return word(isWord ? numbered : letters) + (written && `_{${written}}`);
}

function word(name: string): string {
  const plain = name.replace(/^_+|_+$/g, "") || name;
  if (GREEK.has(plain)) return `\\${plain}`;
  if (plain === "lam" || plain === "lambd") return "\\lambda";
  if (plain.length === 1 && plain !== "_") return plain;
  return `\\mathrm{${plain.replace(/[_#$%&]/g, "\\$&")}}`;
}

/** A number, in LaTeX. */
export function latexNumber(value: number): Written {
  return writeNumber(value, style);
}

function digits(value: number, shown: number): Written {
  if (Number.isNaN(value)) return { text: "\\mathrm{nan}", strength: Strength.Atom };
  if (value === Infinity) return { text: "\\infty", strength: Strength.Atom };
  const [mantissa, exponent] = decimal(value, shown).split("e");
  if (exponent === undefined) return { text: mantissa!, strength: Strength.Atom };
  const power = `10^{${Number(exponent)}}`;
  return { text: mantissa === "1" ? power : `${mantissa} \\cdot ${power}`, strength: Strength.Product };
}

const parenthesise = (text: string) => `\\left(${text}\\right)`;

/** A name such as \sin, whose powers are written \sin^{2}(x). */
function functionName(expression: Expression & { kind: "call" }): string | undefined {
  const template = "latex" in expression.op ? expression.op.latex : undefined;
  if (template?.includes("#")) return undefined;
  return (
    template ??
    (expression.op.kind === "elementwise"
      ? `\\${expression.op.name}`
      : `\\operatorname{${expression.op.name.replaceAll("_", "\\_")}}`)
  );
}

const style: Style = {
  minus: "-",
  decimal: (value) => digits(value, SHOWN_DIGITS),
  constant: ({ latex }) => ({ text: latex, strength: Strength.Atom }),
  symbol: latexSymbol,
  parenthesise,
  juxtapose: (factors) =>
    factors
      .map(({ text }, k) => (k > 0 && /^[\d.]/.test(text) ? `\\cdot ${text}` : text))
      // A thin space keeps names of several letters, and a fraction and its neighbour, apart.
      .join(factors.some(({ text }) => /^\\(mathrm|frac)/.test(text)) ? "\\, " : " "),
  fraction: (numerator, denominator) => ({
    text: `\\frac{${numerator.text}}{${denominator.text}}`,
    strength: Strength.Product,
  }),
  root: ({ text }) => ({ text: `\\sqrt{${text}}`, strength: Strength.Atom }),
  power(base, exponent, expression) {
    // x^{1/3}: a fraction set above would be tiny.
    const above = exponent.text.replace(/^(-?)\\frac\{([^{}]+)\}\{([^{}]+)\}$/, "$1$2/$3");
    const name = expression?.kind === "call" ? functionName(expression) : undefined;
    if (name === undefined) return `${at(base, Strength.Atom, style)}^{${above}}`;
    // \sin^{2}(x); but a power that is no number of times stands outside, as does one of erf⁻¹.
    return /^\d+$/.test(above) && !name.includes("^")
      ? `${name}^{${above}}${base.text.slice(name.length)}`
      : `${parenthesise(base.text)}^{${above}}`;
  },
  call(expression, inputs) {
    const name = functionName(expression);
    if (name)
      return { text: `${name}${parenthesise(inputs.map((input) => input.text).join(", "))}`, strength: Strength.Atom };
    const between = infix(expression);
    if (between) {
      const [left, right] = inputs.map((input) => at(input, between.operands, style));
      return { text: `${left} ${between.symbol} ${right}`, strength: between.strength };
    }
    const template = (expression.op as { latex: string }).latex;
    if (expression.op.name === "where") return cases(inputs, template);
    // Inside brackets, braces or roots an argument needs no parentheses; beside an operator it may.
    const open = /^(\\left|\\sqrt|\\begin|e\^|2\^|\\frac|\\psi)/.test(template);
    const text = template.replace(/#(\d)/g, (mark, k) => {
      const input = inputs[Number(k) - 1];
      return input ? (open ? input.text : at(input, Strength.Product, style)) : mark;
    });
    return { text, strength: open && !template.includes("^") ? Strength.Atom : Strength.Power };
  },
};

/** A choice; one that ends in another choice becomes one list. */
function cases([condition, then, otherwise]: readonly Written[], template: string): Written {
  const [begin, end] = [template.slice(0, template.indexOf("#2")), template.slice(template.lastIndexOf(" "))];
  const rest = otherwise!.text.startsWith(begin)
    ? otherwise!.text.slice(begin.length, -end.length)
    : `${otherwise!.text} & \\text{otherwise}`;
  return { text: `${begin}${then!.text} & ${condition!.text} \\\\ ${rest}${end}`, strength: Strength.Relation };
}

/** The formula in LaTeX; `arranged` orders the terms of a derivative by degree. */
export function latex(expression: Expression, arranged = false): string {
  return write(arranged ? arrange(expression) : expression, style).text;
}
