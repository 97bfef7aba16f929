/**
 * `x1=2, w=[1, 2]`: the way a point is written in comments, in the input box and on the command line.
 */
import type { Point } from "./lsp";
import type { JsonTree } from "./values";

/** Why a text is no point, and where in it (zero-based offset). `template` with `{0}`, `{1}` is what gets translated. */
export class PointError extends Error {
  readonly values: string[];
  constructor(
    readonly template: string,
    readonly offset: number,
    ...values: string[]
  ) {
    super(template.replace(/\{(\d)\}/g, (_, index) => values[Number(index)] ?? ""));
    this.values = values;
  }
}

const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /[+-]?(?:(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)/iy;
const SPACE = /\s*/y;

/**
 * Reads `name=value` pairs separated by commas or semicolons; a value is a number or nested `[…]`.
 * @throws PointError naming the first place that is not of this form.
 */
export function parsePoint(text: string): Point {
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const skip = () => match(SPACE);
  const value = (): JsonTree => {
    skip();
    if (text[at] === "[" || text[at] === "(") {
      const close = text[at] === "[" ? "]" : ")";
      at++;
      const items: JsonTree[] = [];
      for (skip(); text[at] !== close; skip()) {
        items.push(value());
        skip();
        if (text[at] === ",") at++;
        else if (text[at] !== close) throw new PointError('expected "," or "{0}"', at, close);
      }
      at++;
      return items;
    }
    const number = match(NUMBER);
    if (number === undefined) throw new PointError("expected a number or a list of numbers", at);
    const word = number.toLowerCase();
    if (word.includes("nan")) return "NaN";
    if (word.includes("inf")) return word.startsWith("-") ? "-Infinity" : "Infinity";
    return Number(number.replaceAll("_", ""));
  };

  const point: Point = {};
  for (skip(); at < text.length; skip()) {
    const start = at;
    const name = match(NAME);
    if (!name) throw new PointError("expected a name", start);
    skip();
    if (text[at] !== "=" && text[at] !== ":") throw new PointError('expected "=" after {0}', at, name);
    at++;
    point[name] = value();
    skip();
    if (at < text.length && !/[,;]/.test(text[at]!)) throw new PointError('expected ","', at);
    at++;
  }
  return point;
}

/** The inverse of {@link parsePoint}: `x1=2, w=[1, 2]`. */
export function formatPoint(point: Point): string {
  const tree = (value: JsonTree): string =>
    Array.isArray(value)
      ? `[${value.map(tree).join(", ")}]`
      : value === "NaN"
        ? "nan"
        : value === "Infinity"
          ? "inf"
          : value === "-Infinity"
            ? "-inf"
            : String(value);
  return Object.entries(point)
    .map(([name, value]) => `${name}=${tree(value)}`)
    .join(", ");
}
