/** Taylor polynomials, for reading. */
import { peek } from "../interpreters/stage";
import { scalar, sizeOf, type Value } from "../tensor";
import { taylorTerms } from "../transforms/taylor";
import { arrangeTerm, type Expression, multiply, number, raise, symbol } from "./expression";

/** Coefficients so much smaller than the largest are rounding errors, for printing. */
const NEGLIGIBLE = 4 * Number.EPSILON;

/**
 * The Taylor polynomial of a function of numbers, for reading: c₀ + c₁(x − a) + …, in ascending order, mixed terms by
 * their degree.
 * @throws RangeError unless the result is one number
 */
export function taylorPolynomial(
  f: (...inputs: Value[]) => Value,
  variables: readonly { readonly name: string; readonly at: number }[],
  degree: number,
): Expression {
  const terms = taylorTerms(
    f,
    variables.map(({ at }) => scalar(at)),
    degree,
  ).map(({ powers, coefficient }) => {
    if (sizeOf(coefficient.shape) !== 1)
      throw new RangeError(`a Taylor polynomial is of one number, not of shape (${coefficient.shape})`);
    return { powers, coefficient: peek(coefficient).item() };
  });
  const largest = Math.max(...terms.map(({ coefficient }) => Math.abs(coefficient)));
  const least = Number.isFinite(largest) ? NEGLIGIBLE * largest : 0;
  const written = terms
    .filter(({ coefficient }) => !(Math.abs(coefficient) <= least))
    .map(({ powers, coefficient }) =>
      inOrder(
        multiply([number(coefficient), ...powers.map((power, k) => raise(distance(variables[k]!), number(power)))]),
      ),
    );
  return written.length === 1 ? written[0]! : written.length === 0 ? number(0) : { kind: "sum", terms: written };
}

/** Names before sums, in a product. */
const inOrder = (term: Expression) => (term.kind === "product" ? arrangeTerm(term) : term);

/** x − a. */
function distance({ name, at }: { readonly name: string; readonly at: number }): Expression {
  return at === 0 ? symbol(name) : { kind: "sum", terms: [symbol(name), number(-at)] };
}
