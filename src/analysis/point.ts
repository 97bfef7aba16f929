/**
 * The point at which a function is looked at: the first that exists of a pinned
 * point, a comment, the literal arguments of a call, module variables of the
 * parameters' names, what the function was called with when the file ran,
 * defaults; else ones.
 */
import { type Call, callsOf, type Expr, type FunctionDef, type PyModuleSyntax } from "../languages/python";

/** A number or nested lists of numbers, with whether every number is an integer literal. */
export type Tree = number | Tree[];

/** All numbers of a tree, in order. */
export const numbersIn = (tree: Tree): number[] => (typeof tree === "number" ? [tree] : tree.flatMap(numbersIn));

export interface Literal {
  readonly tree: Tree;
  readonly integer: boolean;
  readonly kind: "number" | "list" | "tuple";
}

/** The value of a literal number or (nested) list of them, signs included; undefined for anything else. */
export function literalOf(expression: Expr): Literal | undefined {
  switch (expression.kind) {
    case "number":
      return expression.imaginary
        ? undefined
        : { tree: Number(expression.value), integer: typeof expression.value === "bigint", kind: "number" };
    case "unary": {
      const inner = literalOf(expression.operand);
      if (typeof inner?.tree !== "number" || (expression.op !== "-" && expression.op !== "+")) return undefined;
      return { ...inner, tree: expression.op === "-" ? -inner.tree : inner.tree };
    }
    case "list":
    case "tuple": {
      const items = expression.items.map(literalOf);
      if (items.length === 0 || items.some((item) => item === undefined)) return undefined;
      return {
        tree: items.map((item) => item!.tree),
        integer: items.every((item) => item!.integer),
        kind: expression.kind,
      };
    }
    default:
      return undefined;
  }
}

/** `# gradlens: x1=2, x2=3` (or `//`) on the definition's own line, or on the lines of comments right above it. */
export function pointComment(
  text: string,
  definition: { from: number; lineEnd: number },
): { text: string; offset: number } | undefined {
  // `# gradlens: df is the derivative of f` is no point.
  const pattern = /(?:#|\/\/)\s*gradlens\s*[:：](?!\s*\w+\s*(?:is\s+the\s|是))\s*(.*?)\s*$/;
  const own = text.slice(text.lastIndexOf("\n", definition.from - 1) + 1, definition.lineEnd);
  const found = pattern.exec(own);
  if (found) return { text: found[1]!, offset: definition.lineEnd - own.length + startOfText(found) };
  let end = text.lastIndexOf("\n", definition.from - 1);
  while (end >= 0) {
    const start = text.lastIndexOf("\n", end - 1) + 1;
    const line = text.slice(start, end);
    if (!/^\s*(#|\/\/|@)/.test(line)) return undefined;
    const match = pattern.exec(line);
    if (match) return { text: match[1]!, offset: start + startOfText(match) };
    end = start - 1;
  }
  return undefined;
}

/** Every `gradlens: x=1` in a comment of Markdown (`<!-- … -->`) or LaTeX (`% …`), in order. */
export function pointComments(text: string): { text: string; offset: number }[] {
  const pattern = /(?:<!--\s*gradlens\s*[:：]\s*(.*?)\s*-->|%\s*gradlens\s*[:：]\s*(.*?)\s*$)/gm;
  return [...text.matchAll(pattern)].map(({ 1: markdown, 2: latex, index: offset }) => ({
    text: markdown ?? latex ?? "",
    offset,
  }));
}

function startOfText(match: RegExpExecArray): number {
  return match.index + match[0].trimEnd().length - match[1]!.length;
}

/** Calls of `name` whose arguments are literal for at least one parameter: parameter → literal, and where. */
export function literalCalls(
  syntax: PyModuleSyntax,
  definition: FunctionDef,
): { values: Map<string, Literal>; call: Call } | undefined {
  // A call whose arguments are all literal is a point; f(x, 3) says something about y at least.
  let some: { values: Map<string, Literal>; call: Call } | undefined;
  for (const call of callsOf(syntax, definition.name)) {
    const values = new Map<string, Literal>();
    const positional = definition.params.list.filter(({ kind }) => kind === "normal" || kind === "positional-only");
    let next = 0;
    for (const argument of call.args) {
      const parameter =
        argument.kind === "positional"
          ? positional[next++]
          : argument.kind === "keyword"
            ? definition.params.list.find(({ name }) => name === argument.name)
            : undefined;
      const literal = parameter && literalOf(argument.value);
      if (literal) values.set(parameter.name, literal);
    }
    if (positional.every(({ name, default: otherwise }) => values.has(name) || otherwise)) {
      if (values.size > 0) return { values, call };
    } else if (values.size > 0) some ??= { values, call };
  }
  return some;
}
