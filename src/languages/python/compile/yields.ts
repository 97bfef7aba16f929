/** Where the yields of a generator's body stand. */
import type * as ast from "../syntax/ast";

const known = new WeakMap<object, ast.Yield[]>();
const none: ast.Yield[] = [];

/** The yields inside an expression, innermost and leftmost first; not those of inner functions. */
export function yieldsOf(node: ast.Expr | null | undefined): ast.Yield[] {
  if (!node) return none;
  const out: ast.Yield[] = [];
  visit(node, out);
  return out;
}

function visit(value: unknown, out: ast.Yield[]): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, out);
    return;
  }
  if (value === null || typeof value !== "object") return;
  const node = value as { kind?: string };
  if (node.kind === "lambda" || (node.kind === "comprehension" && (value as ast.Comprehension).makes === "generator"))
    return;
  for (const key in node) {
    const child = (node as Record<string, unknown>)[key];
    if (child !== null && typeof child === "object") visit(child, out);
  }
  if (node.kind === "yield") out.push(value as ast.Yield);
}

/** Whether a statement (or a list of them) yields. */
export function hasYield(body: readonly ast.Statement[]): boolean {
  return body.some((statement) => statementYields(statement).length > 0);
}

export function statementYields(statement: ast.Statement): ast.Yield[] {
  const before = known.get(statement);
  if (before) return before;
  const out: ast.Yield[] = [];
  if (statement.kind === "function" || statement.kind === "class") {
    known.set(statement, none);
    return none;
  }
  collect(statement, out);
  known.set(statement, out);
  return out;
}

function collect(value: unknown, out: ast.Yield[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, out);
    return;
  }
  if (value === null || typeof value !== "object") return;
  const { kind } = value as { kind?: string };
  if (kind === "function" || kind === "class" || kind === "lambda") return;
  if (kind === "comprehension" && (value as ast.Comprehension).makes === "generator") return;
  for (const key in value) {
    const child = (value as Record<string, unknown>)[key];
    if (child !== null && typeof child === "object") collect(child, out);
  }
  if (kind === "yield") out.push(value as ast.Yield);
}
