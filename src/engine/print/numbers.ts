/** Numbers in formulas: which of them are fractions, multiples of π or √2, and how many digits the others get. */

/** A number with a name of its own. */
export interface Constant {
  readonly value: number;
  readonly latex: string;
  readonly text: string;
  /** Numerators of its multiples go up to here: angles are counted in degrees. */
  readonly most: number;
}

export const e: Constant = { value: Math.E, latex: "e", text: "e", most: 1 };

const root = (value: number, latex: string, text = latex): Constant => ({
  value: Math.sqrt(value),
  latex: `\\sqrt{${latex}}`,
  text: `sqrt(${text})`,
  most: 12,
});
const logarithm = (value: number): Constant => ({
  value: Math.log(value),
  latex: `\\ln\\left(${value}\\right)`,
  text: `log(${value})`,
  most: 12,
});

const CONSTANTS: readonly Constant[] = [
  { value: Math.PI, latex: "\\pi", text: "π", most: 360 },
  root(2, "2"),
  root(3, "3"),
  root(5, "5"),
  root(Math.PI, "\\pi", "π"),
  root(2 * Math.PI, "2\\pi", "2π"),
  logarithm(2),
  logarithm(10),
];

/** numerator/denominator, times or (`inverse`) divided by a constant. */
export interface Known {
  readonly numerator: number;
  readonly denominator: number;
  readonly constant?: Constant;
  readonly inverse: boolean;
}

/** Of rounding in one or two operations; by chance a number is that near to one of these in 1 of 10¹⁰ cases. */
const NEAR = 4e-16;
const MOST_DENOMINATOR = 12;

/**
 * A positive number as a fraction with small numbers or a multiple of a constant, if it is one up to rounding.
 * Undefined for whole numbers and short decimals, which read well as they are, and for all others.
 */
export function recognise(value: number): Known | undefined {
  if (Number.isInteger(value) || !Number.isFinite(value)) return undefined;
  if (value === Math.E) return { numerator: 1, denominator: 1, constant: e, inverse: false };
  if (tidy(value) !== undefined) return undefined;
  for (const constant of CONSTANTS) {
    const direct = fraction(value / constant.value, constant.most);
    // 1/√2 rather than √2/2.
    const inverted = direct?.denominator === 1 ? undefined : fraction(value * constant.value, 12);
    if (inverted && (!direct || inverted.numerator === 1)) return { ...inverted, constant, inverse: true };
    if (direct) return { ...direct, constant, inverse: false };
  }
  const simple = fraction(value, 360);
  if (simple) return { ...simple, inverse: false };
  const whole = Math.round(1 / value);
  const isInverse = whole < 1e6 && Math.abs(1 / value - whole) <= NEAR * whole;
  return isInverse ? { numerator: 1, denominator: whole, inverse: false } : undefined;
}

/** The short decimal that a number is up to rounding: 0.3 for 0.1 + 0.2. */
export function tidy(value: number): number | undefined {
  const near = Number(value.toPrecision(15));
  return String(near).length <= 8 ? near : undefined;
}

function fraction(ratio: number, most: number): { numerator: number; denominator: number } | undefined {
  for (let denominator = 1; denominator <= MOST_DENOMINATOR; denominator++) {
    const numerator = Math.round(ratio * denominator);
    if (numerator === 0 || numerator > most) continue;
    if (Math.abs(ratio - numerator / denominator) <= NEAR * ratio) return { numerator, denominator };
  }
  return undefined;
}

/** Significant digits of a long number. */
export const SHOWN_DIGITS = 7;

/** A number that is not negative in decimal digits: all of a short one, `digits` significant ones of a long. */
export function decimal(value: number, digits: number): string {
  const short = String(value);
  const count = short.replace(/e.*$|\D/g, "").replace(/^0+/, "").length;
  return count <= Math.max(digits, 9) ? short : String(Number(value.toPrecision(digits)));
}
