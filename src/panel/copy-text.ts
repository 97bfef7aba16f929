/** The point and the derivatives there, as text for a program, a paper or a file of data. */
import type { View } from "../protocol/lsp";
import { fromJsonNumber, type JsonNumber, type JsonTree } from "../protocol/values";

export type CopyAs = "python" | "latex" | "json";

/** A name with its numbers: of a parameter, or of what is asked of a function. */
export interface Named {
  readonly name: string;
  readonly latex: string;
  /** `null`: there is none. */
  readonly value: JsonTree | null;
}

/** `x1 = 2.0` on a line each, `x_{1} = 2, \; …`, or one object. */
export function namedText(values: readonly Named[], as: CopyAs): string {
  switch (as) {
    case "python":
      return values.map(({ name, value }) => `${name} = ${python(value)}`).join("\n");
    case "latex":
      return values.map(({ latex: left, value }) => `${left} = ${latex(value)}`).join(",\\; ");
    case "json":
      return JSON.stringify(Object.fromEntries(values.map(({ name, value }) => [name, value])));
  }
}

/** The gradient with respect to each parameter, in the parameter's shape. */
export function gradientOf(view: View): Named[] {
  let next = 0;
  const rows = new Map(view.gradient.map((row) => [row.name, row]));
  const scalars = view.plottable;
  const fill = (tree: JsonTree): JsonTree | null => {
    if (Array.isArray(tree)) return tree.map((part) => fill(part) as JsonTree);
    return rows.get(scalars[next++] ?? "")?.automatic?.value ?? null;
  };
  return view.parameters.map(({ name, latex: symbol, value, reason }) => ({
    name: `d_${name}`,
    latex: `\\frac{\\partial ${view.symbol}}{\\partial ${symbol}}`,
    value: reason !== undefined && value === "NaN" ? null : fill(value),
  }));
}

/** The Hessian or the Jacobian under the function's sign for it. */
export function matrixText(left: string, rows: readonly (readonly JsonNumber[])[], as: CopyAs): string {
  const tree = rows.map((row) => [...row]);
  if (as === "json") return JSON.stringify(tree);
  return as === "python" ? python(tree) : `${left} = ${latex(tree)}`;
}

function python(value: JsonTree | null): string {
  if (value === null) return "None";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  const number = fromJsonNumber(value);
  if (!Number.isFinite(number)) return `float("${Number.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf"}")`;
  const text = String(number);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function latex(value: JsonTree | null): string {
  if (value === null) return "\\text{none}";
  if (!Array.isArray(value)) return latexNumber(fromJsonNumber(value));
  const rows = value.map((row) => (Array.isArray(row) ? row : [row]));
  // More than two axes have no notation of their own: blocks within a matrix.
  const cells = rows.map((row) => row.map(latex).join(" & "));
  return `\\begin{pmatrix} ${cells.join(" \\\\ ")} \\end{pmatrix}`;
}

function latexNumber(number: number): string {
  if (Number.isNaN(number)) return "\\mathrm{nan}";
  if (!Number.isFinite(number)) return number > 0 ? "\\infty" : "-\\infty";
  const [mantissa, exponent] = String(number).split("e");
  return exponent === undefined ? mantissa! : `${mantissa} \\cdot 10^{${Number(exponent)}}`;
}
