/** Long formulas with names for their parts: y = u₁·sin(u₂), where u₁ = …, u₂ = … */
import { nodesOf } from "../graph/graph";
import type { Node } from "../interpreters/stage";
import type { Value } from "../tensor";
import { derivativeExpression, type Expression, expressionOf, symbol, symbolsIn, writtenSize } from "./expression";

export interface Formula {
  readonly expression: Expression;
  /** In an order in which each needs only those before it. */
  readonly parts: readonly { readonly name: string; readonly expression: Expression }[];
}

export interface FormulaOptions {
  /** The function of which this is a derivative: what it divides by is no 0. */
  readonly of?: Value | undefined;
  /** Names that stand for something else. */
  readonly taken?: readonly string[];
  /** A formula of more marks gets names for its parts. */
  readonly long?: number;
  /** Marks that formula and parts may have together. */
  readonly most?: number;
}

const MOST_PARTS = 10;

/** The formula of a scalar value of a graph; undefined where it would be too long with names for parts too. */
export function formulaOf(
  value: Value,
  { of, taken = [], long = 80, most = 400 }: FormulaOptions = {},
): Formula | undefined {
  if (writtenSize(value) <= long)
    return { expression: of ? derivativeExpression(value, of) : expressionOf(value), parts: [] };
  for (let least = 6; least <= most; least *= 2) {
    const { named, size } = shared(value, least, long);
    if (size > most) return undefined;
    if (named.length <= MOST_PARTS) return withNames(value, of, named, letter(taken));
  }
  return undefined;
}

/**
 * The parts to be named: those that occur again and have at least `least` marks, and those of more than `long`; and how
 * many marks are written then, each part once.
 */
function shared(value: Value, least: number, long: number): { named: Node[]; size: number } {
  const nodes = nodesOf([value]);
  const uses = new Map<Value, number>();
  for (const node of nodes) for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  const sizes = new Map<Value, number>();
  const named: Node[] = [];
  let size = 0;
  for (const node of nodes) {
    const own = node.inputs.reduce((total, input) => total + (sizes.get(input) ?? 1), 1);
    const repeats = uses.get(node)! > 1 && own >= least;
    const isNamed = node !== value && node.dtype !== "bool" && (repeats || own > long);
    if (isNamed) named.push(node);
    if (isNamed || node === value) size += own;
    sizes.set(node, isNamed ? 1 : own);
  }
  return { named, size };
}

function withNames(value: Value, of: Value | undefined, named: readonly Node[], letter: string): Formula {
  const names = new Map<Value, ReturnType<typeof symbol>>();
  named.forEach((node, k) => {
    names.set(node, symbol(named.length === 1 ? letter : letter + subscript(k + 1), node.id));
  });
  const written = (node: Value): Expression => {
    const others = new Map<Value, Expression>(names);
    others.delete(node);
    return of ? derivativeExpression(node, of, others) : expressionOf(node, others);
  };
  const expression = written(value);
  const parts = named.map((node) => ({ node, name: names.get(node)!.name, expression: written(node) }));
  const wanted = new Set(symbolsIn(expression).map(({ name }) => name));
  for (const part of [...parts].reverse())
    if (wanted.has(part.name)) for (const { name } of symbolsIn(part.expression)) wanted.add(name);
  // What has cancelled needs no name.
  const kept = parts.filter(({ name }) => wanted.has(name));
  if (kept.length < parts.length)
    return withNames(
      value,
      of,
      kept.map(({ node }) => node),
      letter,
    );
  return { expression, parts: parts.map(({ name, expression }) => ({ name, expression })) };
}

const subscript = (n: number) => [...String(n)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");

/** A letter that no name in use is, nor has before a number or an index. */
function letter(taken: readonly string[]): string {
  const letters = [..."uvwqstzabcdghklmnpr"];
  const isFree = (letter: string) => !taken.some((name) => new RegExp(`^${letter}([\\d_[]|$)`).test(name));
  return letters.find(isFree) ?? "part";
}
