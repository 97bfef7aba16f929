/** An operator at the cursor, with the numbers that it meets there and its partial derivatives by them. */
import { peek, type Tensor, tensor } from "../../engine";
import {
  type AugmentedAssign,
  type Binary,
  type Expr,
  type PyValue,
  pathAt,
  type Span,
  type Unary,
} from "../../languages/python";
import { shortText } from "../display";
import type { DocumentAnalysis } from "../document";
import { type Look, type Origin, Problem } from "../subject";
import { attempt } from "./expression";
import { isNumber, surroundings } from "./surroundings";

export interface OperatorFound {
  /** The operation as it is written. */
  readonly text: string;
  readonly value: string;
  readonly operands: readonly { readonly text: string; readonly derivative: OperatorDerivative | undefined }[];
  /** How often it was applied; the numbers are those of the last time. */
  readonly times: number;
}

/** One number or an array of the operand's shape, where each element meets its own; else a matrix. undefined: none. */
export type OperatorDerivative = string | { readonly rows: readonly (readonly number[])[] };

type Operation = Binary | AugmentedAssign | Unary;

/** The operator that stands at an offset: its own characters. */
export function operatorAt(
  { syntax, text }: DocumentAnalysis,
  offset: number,
): { operation: Operation; span: Span } | undefined {
  if (!/[-+*/%@]/.test(text[offset] ?? "")) return undefined;
  for (const node of pathAt(syntax, offset).reverse()) {
    const between = placeOfOperator(node as Operation);
    if (!between || offset < between.from || offset >= between.to) continue;
    // Comments and parentheses may stand there too.
    const at = text.slice(between.from, between.to).indexOf((node as Operation).op);
    const span = { from: between.from + at, to: between.from + at + (node as Operation).op.length };
    if (at >= 0 && span.from <= offset && offset < span.to) return { operation: node as Operation, span };
  }
  return undefined;
}

function placeOfOperator(node: Operation): Span | undefined {
  if (node.kind === "binary") return { from: node.left.to, to: node.right.from };
  if (node.kind === "augmented") return { from: node.target.to, to: node.value.from };
  return node.kind === "unary" && node.op === "-" ? { from: node.from, to: node.operand.from } : undefined;
}

/** undefined where it meets no numbers, or its line is not reached. */
export function operatorUnder(analysis: DocumentAnalysis, operation: Operation): OperatorFound | undefined {
  const parts: readonly Expr[] =
    operation.kind === "binary"
      ? [operation.left, operation.right]
      : operation.kind === "augmented"
        ? [operation.target, operation.value]
        : [operation.operand];
  const watched = operation.kind === "augmented" ? operation.value : operation;
  return attempt(() => {
    const also = operation.kind === "augmented" && operation.target.kind === "name" ? [operation.target.id] : [];
    const { values, within } = surroundings(analysis, watched, also);
    const operands = parts.map((part) => analysis.valueWhere(part, values));
    if (!operands.every(isNumber)) return undefined;
    const names = ["left", "right"].slice(0, operands.length);
    const origin: Origin = within?.look.origin ?? { kind: "module" };
    const look = analysis.lookOfText(
      operands.length === 1 ? `${operation.op} left` : `left ${operation.op} right`,
      new Map<string, PyValue>(names.map((name, k) => [name, operands[k]!])),
      names,
      origin,
    );
    const { values: numbers, shape } = look.result();
    const slice = ({ from, to }: Span) => bare(analysis.text.slice(from, to).replace(/\s+/g, " "));
    const written =
      operation.kind === "augmented" ? `${slice(parts[0]!)} ${operation.op} (${slice(parts[1]!)})` : slice(operation);
    return {
      text: written,
      value: shortText(arrayOf(numbers, shape)),
      operands: parts.map((part, k) => ({ text: slice(part), derivative: derivativeBy(look, k) })),
      times: within?.times ?? 1,
    };
  });
}

/** Without parentheses around the whole. */
function bare(text: string): string {
  if (!text.startsWith("(")) return text;
  let depth = 0;
  const end = [...text].findIndex((mark) => {
    if (mark === "(") depth++;
    else if (mark === ")") depth--;
    return depth === 0;
  });
  return end === text.length - 1 ? bare(text.slice(1, -1).trim()) : text;
}

const arrayOf = (numbers: readonly number[], shape: readonly number[]): Tensor =>
  peek(tensor(numbers, "float64", shape));

function derivativeBy(look: Look, k: number): OperatorDerivative | undefined {
  const sizes = look.parameters.map(({ numbers }) => numbers.length);
  const from = sizes.slice(0, k).reduce((total, size) => total + size, 0);
  const width = sizes[k]!;
  const { values, shape } = look.result();
  if (
    values.length === 1 &&
    look
      .gradient()
      .missing.slice(from, from + width)
      .every(Boolean)
  )
    return undefined;
  const rows = attempt(() => look.jacobian())?.map((row) => row.slice(from, from + width));
  if (!rows) throw new Problem("");
  if (rows.length === 1 && width === 1) return shortText(rows[0]![0]!);
  const diagonal = rows.length === width && rows.every((row, i) => row.every((x, j) => i === j || x === 0));
  // x + y: each element meets its own.
  if (diagonal)
    return shortText(
      arrayOf(
        rows.map((row, i) => row[i]!),
        shape,
      ),
    );
  // One number that meets every element.
  return width === 1
    ? shortText(
        arrayOf(
          rows.map((row) => row[0]!),
          shape,
        ),
      )
    : { rows };
}
