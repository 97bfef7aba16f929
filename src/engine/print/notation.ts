/** What LaTeX and plain text share: one walk over an expression, two styles of writing. */
import { exp } from "../ops";
import { asProduct, type Expression, type Factor, multiply, number } from "./expression";
import { type Constant, recognise, tidy } from "./numbers";

/** How strongly a text binds: a weaker one in a stronger place takes parentheses. */
export enum Strength {
  Logic = 0.25,
  /** A comparison, or a choice of cases. */
  Relation = 0.5,
  Sum = 1,
  Product = 2,
  /** A sign in front: fine as a first term, not as a factor. */
  Sign = 1.5,
  Power = 3,
  Atom = 4,
}

export interface Written {
  readonly text: string;
  readonly strength: Strength;
}

export interface Style {
  /** A number that is not negative, in decimal digits. */
  decimal(value: number): Written;
  constant(constant: Constant): Written;
  symbol(name: string): string;
  parenthesise(text: string): string;
  /** Factors beside each other. */
  juxtapose(factors: readonly Written[]): string;
  fraction(numerator: Written, denominator: Written): Written;
  root(radicand: Written): Written;
  power(base: Written, exponent: Written, baseIsCall: Expression | undefined): string;
  call(expression: Expression & { kind: "call" }, inputs: readonly Written[]): Written;
  readonly minus: string;
}

export function write(expression: Expression, style: Style): Written {
  switch (expression.kind) {
    case "number":
      return writeNumber(expression.value, style);
    case "symbol":
      return { text: style.symbol(expression.name), strength: Strength.Atom };
    case "sum":
      return { text: writeSum(expression.terms, style), strength: Strength.Sum };
    case "product":
      return writeProduct(expression, style);
    case "power":
      return {
        text: style.power(write(expression.base, style), write(expression.exponent, style), expression.base),
        strength: Strength.Power,
      };
    case "call":
      return style.call(
        expression,
        expression.inputs.map((input) => write(input, style)),
      );
  }
}

/** A number: simple fractions and multiples of π, √2 and the like as such, others in digits. */
export function writeNumber(value: number, style: Style): Written {
  if (value < 0 || Object.is(value, -0))
    return { text: style.minus + writeNumber(-value, style).text, strength: Strength.Sign };
  const { above, below } = parts(value, style);
  if (below.length > 0) return style.fraction(together(above, style), together(below, style));
  // Zero too is written.
  return together(above.length > 0 ? above : [style.decimal(value)], style);
}

/** A positive number as factors above and below a fraction bar; none above is 1. */
function parts(value: number, style: Style): { above: Written[]; below: Written[] } {
  const known = recognise(value);
  if (!known) return { above: value === 1 ? [] : [style.decimal(value)], below: [] };
  const { numerator, denominator, constant, inverse } = known;
  const count = (n: number) => (n === 1 ? [] : [style.decimal(n)]);
  const symbol = constant ? [style.constant(constant)] : [];
  return {
    above: [...count(numerator), ...(inverse ? [] : symbol)],
    below: [...count(denominator), ...(inverse ? symbol : [])],
  };
}

function writeSum(terms: readonly Expression[], style: Style): string {
  return terms
    .map((term, k) => {
      const { coefficient, factors } = asProduct(term);
      const negative = coefficient < 0 || Object.is(coefficient, -0);
      const size = negative ? negate(term, coefficient, factors) : term;
      const text = at(write(size, style), Strength.Product, style);
      return k === 0 ? (negative ? `${style.minus}${text}` : text) : ` ${negative ? style.minus : "+"} ${text}`;
    })
    .join("");
}

function negate(term: Expression, coefficient: number, factors: readonly Factor[]): Expression {
  if (term.kind === "number") return { kind: "number", value: -term.value };
  if (coefficient === -1 && factors.length === 1 && factors[0]!.exponent === 1) return factors[0]!.base;
  return { kind: "product", coefficient: -coefficient, factors };
}

function writeProduct({ coefficient, factors }: Expression & { kind: "product" }, style: Style): Written {
  if (coefficient < 0) {
    const positive = negate({ kind: "product", coefficient, factors }, coefficient, factors);
    return { text: style.minus + at(write(positive, style), Strength.Product, style), strength: Strength.Sign };
  }
  const plain = factors.map(withoutPowerOfExp);
  const above = plain.filter((factor) => factor.exponent > 0);
  const below = plain
    .filter((factor) => factor.exponent < 0)
    .map(({ base, exponent }) => ({ base, exponent: -exponent }));
  const hasRoots = above.some(({ exponent }) => !Number.isInteger(exponent));
  const [top, bottom] = split(coefficient, below.length > 0, hasRoots, style);
  const numerator = together([...top, ...above.map((factor) => writeFactor(factor, style))], style);
  if (below.length === 0 && bottom.length === 0) return numerator;
  return style.fraction(numerator, together([...bottom, ...below.map((factor) => writeFactor(factor, style))], style));
}

/** (e^x)² is e^(2x), and 1/e^x is e^(−x). */
function withoutPowerOfExp(factor: Factor): Factor {
  const { base, exponent } = factor;
  if (exponent === 1 || base.kind !== "call" || base.op !== exp.op) return factor;
  return { base: { ...base, inputs: [multiply([number(exponent), base.inputs[0]!])] }, exponent: 1 };
}

/** A coefficient above and below a fraction bar: ½·x is x/2, ⅓·x is x/3 and 1.5·√x is 3√x/2, but 1.5·x stays. */
function split(
  exact: number,
  inFraction: boolean,
  hasRoots: boolean,
  style: Style,
): [above: Written[], below: Written[]] {
  const coefficient = tidy(exact) ?? exact;
  const denominator = [1, 2, 4].find((d) => Number.isInteger(coefficient * d));
  const numerator = coefficient * (denominator ?? 1);
  if (denominator && denominator > 1 && (inFraction || hasRoots ? numerator < 100 : numerator === 1))
    return [numerator === 1 ? [] : [style.decimal(numerator)], [style.decimal(denominator)]];
  const inverse = 1 / coefficient;
  if (inFraction && inverse > 1 && Number.isInteger(inverse)) return [[], [style.decimal(inverse)]];
  const { above, below } = parts(exact, style);
  return [above, below];
}

/** Factors as one text; none is 1. */
function together(factors: readonly Written[], style: Style): Written {
  if (factors.length === 0) return style.decimal(1);
  if (factors.length === 1) return factors[0]!;
  return {
    text: style.juxtapose(factors.map((part) => ({ ...part, text: at(part, Strength.Product, style) }))),
    strength: Strength.Product,
  };
}

function writeFactor({ base, exponent }: Factor, style: Style): Written {
  const written = write(base, style);
  if (exponent === 1) return written;
  if (exponent === 0.5) return style.root(written);
  // x^(3/2), as roots are written.
  const halves = Number.isInteger(2 * exponent) && !Number.isInteger(exponent);
  const above = halves ? style.fraction(style.decimal(2 * exponent), style.decimal(2)) : writeNumber(exponent, style);
  return { text: style.power(written, above, base), strength: Strength.Power };
}

/** The text, in parentheses where it binds more weakly than its place asks. */
export function at(written: Written, strength: Strength, style: Style): string {
  return written.strength < strength ? style.parenthesise(written.text) : written.text;
}

/** How an operation between two arguments is written: `x < y`. Undefined for one that is written as a function. */
export function infix({
  op,
}: Expression & { kind: "call" }): { symbol: string; strength: Strength; operands: Strength } | undefined {
  const symbol = /^#1 (.+) #2$/.exec("latex" in op ? (op.latex ?? "") : "")?.[1];
  if (!symbol) return undefined;
  if (op.name.startsWith("logical")) return { symbol, strength: Strength.Logic, operands: Strength.Relation };
  if (op.name === "mod") return { symbol, strength: Strength.Sum, operands: Strength.Power };
  return { symbol, strength: Strength.Relation, operands: Strength.Sum };
}
