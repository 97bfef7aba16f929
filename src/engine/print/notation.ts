/** What LaTeX and plain text share: one walk over an expression, two styles of writing. */
import { asProduct, type Expression, type Factor } from "./expression";

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
  number(value: number): Written;
  symbol(name: string): string;
  parenthesise(text: string): string;
  /** Factors beside each other; `numbers` tells which of them begin with a digit. */
  juxtapose(factors: readonly Written[]): string;
  fraction(numerator: Written, denominator: Written): Written;
  power(base: Written, exponent: Written, baseIsCall: Expression | undefined): string;
  call(expression: Expression & { kind: "call" }, inputs: readonly Written[]): Written;
  readonly minus: string;
}

export function write(expression: Expression, style: Style): Written {
  switch (expression.kind) {
    case "number":
      return style.number(expression.value);
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
  const above = factors.filter((factor) => factor.exponent > 0);
  const below = factors
    .filter((factor) => factor.exponent < 0)
    .map(({ base, exponent }) => ({ base, exponent: -exponent }));
  const [top, bottom] = split(coefficient, below.length > 0);
  const numerator = beside(top, above, style);
  if (below.length === 0 && bottom === 1) return numerator;
  return style.fraction(numerator, beside(bottom, below, style));
}

/** A coefficient as numerator and denominator: ⅓·x is x/3, and ½·1/√x is 1/(2√x), but 0.5·x stays. */
function split(coefficient: number, inFraction: boolean): [number, number] {
  const known = recognise(coefficient);
  if (known) return [known.pi ? known.numerator * Math.PI : known.numerator, known.denominator];
  const inverse = 1 / coefficient;
  return inFraction && inverse > 1 && Number.isInteger(inverse) ? [1, inverse] : [coefficient, 1];
}

function beside(coefficient: number, factors: readonly Factor[], style: Style): Written {
  const written = factors.map((factor) => writeFactor(factor, style));
  if (coefficient !== 1 || factors.length === 0) written.unshift(style.number(coefficient));
  if (written.length === 1) return written[0]!;
  return {
    text: style.juxtapose(written.map((part) => ({ ...part, text: at(part, Strength.Product, style) }))),
    strength: Strength.Product,
  };
}

function writeFactor({ base, exponent }: Factor, style: Style): Written {
  const written = write(base, style);
  if (exponent === 1) return written;
  return { text: style.power(written, style.number(exponent), base), strength: Strength.Power };
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

/** A number near a simple fraction or multiple of π, as people write it; undefined for the others. */
export function recognise(value: number): { numerator: number; denominator: number; pi: boolean } | undefined {
  if (Number.isInteger(value) || !Number.isFinite(value)) return undefined;
  for (const pi of [true, false]) {
    const ratio = pi ? value / Math.PI : value;
    for (let denominator = 1; denominator <= 12; denominator++) {
      const numerator = Math.round(ratio * denominator);
      if (numerator === 0 || Math.abs(numerator) > 360) continue;
      if (Math.abs(ratio - numerator / denominator) > 4e-16 * Math.abs(ratio)) continue;
      // 0.25 and 1.5 read well as they are; 0.333… does not.
      if (!pi && String(value).length <= 8) return undefined;
      return { numerator, denominator, pi };
    }
  }
  const whole = Math.round(1 / value);
  const isInverse =
    Math.abs(whole) < 1e6 && String(value).length > 8 && Math.abs(1 / value - whole) <= 4e-16 * Math.abs(whole);
  return isInverse ? { numerator: Math.sign(whole), denominator: Math.abs(whole), pi: false } : undefined;
}

/** Decimal digits for a formula: all of a short number, seven significant ones of a long. */
export function decimal(value: number): string {
  const short = String(value);
  return short.replace(/^-/, "").length <= 9 ? short : String(Number(value.toPrecision(7)));
}
