/** Taylor series of functions: along a direction to any order, and in several variables to a total degree. */
import { Expansion } from "../interpreters/series";
import { mul, ones } from "../ops";
import { sameShape, type Value } from "../tensor";
import { mustBeReal } from "./derivatives";
import { leavesOf } from "./leaves";

/** Beyond it the factorial leaves the doubles. */
const MOST_ORDER = 170;

function mustBeOrder(order: number): void {
  if (!Number.isInteger(order) || order < 0 || order > MOST_ORDER)
    throw new RangeError(`an order is a whole number from 0 to ${MOST_ORDER}, not ${order}`);
}

/**
 * The coefficients c₀ … c_order of f(x + t·direction) = Σ cₖtᵏ, each shaped like f(x): cₖ is the k-th derivative along
 * the direction over k!. They are values, so they nest: in tapes, staging, batches and each other. Where f chooses (where,
 * abs, a branch), the choice at x holds. The cost is that of about order² evaluations.
 * @param x one input or all of them; `direction` likewise, each of the shape of its input
 * @throws RangeError for an order that is no whole number up to 170, or a direction of another shape
 */
export function taylor(
  f: (...inputs: Value[]) => Value,
  x: Value | readonly Value[],
  direction: Value | readonly Value[],
  order: number,
): Value[] {
  mustBeOrder(order);
  const [inputs, directions] = [leavesOf(x), leavesOf(direction)];
  mustBeReal(inputs);
  inputs.forEach((input, k) => {
    if (!directions[k] || !sameShape(directions[k].shape, input.shape))
      throw new RangeError(`a direction of shape (${directions[k]?.shape}) for an input of shape (${input.shape})`);
  });
  const expansion = new Expansion();
  const out = f(...inputs.map((input, k) => expansion.input([input, directions[k]!])));
  return Array.from({ length: order + 1 }, (_, k) => expansion.coefficientOf(out, k));
}

/** The n-th derivative of a function of one number; of an array, each element by its own. @throws RangeError: n is no order. */
export function nthDerivative(f: (x: Value) => Value, n: number): (x: Value) => Value {
  mustBeOrder(n);
  return (x) => mul(taylor(f, x, ones(x), n)[n]!, factorial(n));
}

function factorial(n: number): number {
  let product = 1;
  for (let k = 2; k <= n; k++) product *= k;
  return product;
}

/** One term of a series in several variables. */
export interface Term {
  /** The power of each variable's distance from its point. */
  readonly powers: readonly number[];
  /** The mixed derivative over the factorials of the powers. */
  readonly coefficient: Value;
}

/** A series of more terms is not computed. */
const MOST_TERMS = 10_000;

/**
 * The terms of f(a + h) in the powers of h up to a total degree, lower degrees first: series whose coefficients are
 * series, one variable inside the other, of which only what the degree asks for is computed.
 * @throws RangeError where `degree` is no whole number, or for more than 10,000 terms
 */
export function taylorTerms(f: (...inputs: Value[]) => Value, at: readonly Value[], degree: number): Term[] {
  mustBeOrder(degree);
  const powers = powersUpTo(at.length, degree);
  type Coefficients = (powers: readonly number[]) => Value;
  const around = (chosen: readonly Value[]): Coefficients => {
    const next = at[chosen.length];
    if (!next) {
      const out = f(...chosen);
      return () => out;
    }
    const expansion = new Expansion();
    const inner = around([...chosen, expansion.input([next, ones(next)])]);
    return ([own, ...others]) => expansion.coefficientOf(inner(others), own!);
  };
  const coefficients = around([]);
  return powers.map((own) => ({ powers: own, coefficient: coefficients(own) }));
}

/** Every list of `count` powers whose sum is at most `degree`: by their sum, those of the first variables first. */
function powersUpTo(count: number, degree: number): number[][] {
  const of = (variables: number, total: number): number[][] => {
    if (variables === 0) return total === 0 ? [[]] : [];
    if (variables === 1) return [[total]];
    return Array.from({ length: total + 1 }, (_, k) => total - k).flatMap((first) =>
      of(variables - 1, total - first).map((others) => [first, ...others]),
    );
  };
  let terms = 1;
  for (let k = 1; k <= degree; k++) terms = (terms * (count + k)) / k;
  if (terms > MOST_TERMS) throw new RangeError(`a series of ${terms} terms`);
  return Array.from({ length: degree + 1 }, (_, total) => of(count, total)).flat();
}
