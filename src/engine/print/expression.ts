/**
 * Expressions for reading: sums of products with like terms collected, built
 * from a graph. They serve printing only; numbers never come from them.
 */
import { isFloat } from "../dtype";
import { Input, Node } from "../interpreters/stage";
import type { Op } from "../op";
import { floor, notEqual, trunc } from "../ops";
import { Tensor, type Value } from "../tensor";

export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "sum"; readonly terms: readonly Expression[] }
  | { readonly kind: "product"; readonly coefficient: number; readonly factors: readonly Factor[] }
  | { readonly kind: "power"; readonly base: Expression; readonly exponent: Expression }
  | { readonly kind: "call"; readonly op: Op; readonly inputs: readonly Expression[] };

/** base^exponent; the exponent is neither 0 nor NaN. */
export interface Factor {
  readonly base: Expression;
  readonly exponent: number;
}

export const number = (value: number): Expression => ({ kind: "number", value });
export const symbol = (name: string): Expression => ({ kind: "symbol", name });

/** A text that is the same for expressions that are the same up to the order of terms and factors. */
export function keyOf(expression: Expression): string {
  switch (expression.kind) {
    case "number":
      return String(expression.value);
    case "symbol":
      return expression.name;
    case "sum":
      return `(${expression.terms.map(keyOf).sort().join("+")})`;
    case "product":
      return `${expression.coefficient}*${factorsKey(expression.factors)}`;
    case "power":
      return `(${keyOf(expression.base)}^${keyOf(expression.exponent)})`;
    case "call":
      return `${expression.op.name}(${expression.inputs.map(keyOf).join()})`;
  }
}

const factorsKey = (factors: readonly Factor[]): string =>
  factors
    .map(({ base, exponent }) => `${keyOf(base)}^${exponent}`)
    .sort()
    .join("*");

/** Any expression as coefficient times factors. */
export function asProduct(expression: Expression): { coefficient: number; factors: readonly Factor[] } {
  if (expression.kind === "number") return { coefficient: expression.value, factors: [] };
  if (expression.kind === "product") return expression;
  return { coefficient: 1, factors: [{ base: expression, exponent: 1 }] };
}

function fromProduct(coefficient: number, factors: readonly Factor[]): Expression {
  if (factors.length === 0 || coefficient === 0) return number(coefficient);
  if (coefficient === 1 && factors.length === 1 && factors[0]!.exponent === 1) return factors[0]!.base;
  return { kind: "product", coefficient, factors };
}

/** Adds, collecting like terms: 2x + 3x is 5x. */
export function addUp(parts: readonly Expression[]): Expression {
  const terms = new Map<string, { coefficient: number; factors: readonly Factor[] }>();
  for (const part of parts.flatMap((part) => (part.kind === "sum" ? part.terms : [part]))) {
    const { coefficient, factors } = asProduct(part);
    const key = factorsKey(factors);
    const like = terms.get(key);
    terms.set(key, { coefficient: (like?.coefficient ?? 0) + coefficient, factors: like?.factors ?? factors });
  }
  const kept = [...terms.values()]
    .filter(({ coefficient }) => coefficient !== 0)
    .map(({ coefficient, factors }) => fromProduct(coefficient, factors));
  return kept.length === 0 ? number(0) : kept.length === 1 ? kept[0]! : { kind: "sum", terms: kept };
}

/**
 * Multiplies, merging powers of one base; exponents of different sign stay apart, so that
 * x/x keeps its hole at 0.
 */
export function multiply(parts: readonly Expression[]): Expression {
  let coefficient = 1;
  const merged = new Map<string, Factor>();
  for (const part of parts) {
    const product = asProduct(part);
    coefficient *= product.coefficient;
    for (const { base, exponent } of product.factors) {
      const whole = Number.isInteger(exponent);
      // √x·√x is x for positive x only: such powers are counted, not added.
      const key = `${keyOf(base)}^${whole ? Math.sign(exponent) : exponent}`;
      const known = merged.get(key);
      if (!known || whole) merged.set(key, { base, exponent: (known?.exponent ?? 0) + exponent });
      else
        merged.set(key, {
          base: fromProduct(1, [{ base, exponent }]),
          exponent: known.exponent === exponent ? 2 : known.exponent + 1,
        });
    }
  }
  // x/x⁵ is 1/x⁴, undefined at 0 as well.
  for (const [key, factor] of merged) {
    const below = Number.isInteger(factor.exponent) && factor.exponent > 0 && merged.get(key.replace(/1$/, "-1"));
    if (!below || factor.exponent >= -below.exponent) continue;
    merged.set(key.replace(/1$/, "-1"), { base: below.base, exponent: below.exponent + factor.exponent });
    merged.delete(key);
  }
  const factors = [...merged.values()];
  const choice = factors.find(({ base, exponent }) => exponent === 1 && isChoice(base));
  if (choice && (factors.length > 1 || coefficient !== 1)) {
    const others = fromProduct(
      coefficient,
      factors.filter((factor) => factor !== choice),
    );
    return distribute(choice.base as Call, others);
  }
  return fromProduct(coefficient, factors);
}

type Call = Expression & { readonly kind: "call" };

/** A choice with a number among what it chooses from: 2x times (1 or 0) reads better as 2x or 0. */
function isChoice(expression: Expression): expression is Call {
  if (expression.kind !== "call" || expression.op.name !== "where") return false;
  return expression.inputs.slice(1).some((branch) => branch.kind === "number" || isChoice(branch));
}

function distribute(choice: Call, factor: Expression): Expression {
  const [condition, ...branches] = choice.inputs;
  const scaled = branches.map((branch) => {
    if (branch.kind === "number" && branch.value === 0) return branch;
    return isChoice(branch) ? distribute(branch, factor) : multiply([factor, branch]);
  });
  return { ...choice, inputs: [condition!, ...scaled] };
}

export function raise(base: Expression, exponent: Expression): Expression {
  if (exponent.kind !== "number" || !Number.isFinite(exponent.value)) return { kind: "power", base, exponent };
  const n = exponent.value;
  if (n === 0) return number(1);
  if (n === 1) return base;
  if (base.kind === "number") return number(base.value ** n);
  if (base.kind === "product") {
    // (2x²)³ = 8x⁶ holds everywhere for whole exponents; (x²)^½ is |x|, and stays as it is.
    const whole = Number.isInteger(n) && base.factors.every((factor) => Number.isInteger(factor.exponent));
    if (whole)
      return fromProduct(
        base.coefficient ** n,
        base.factors.map((factor) => ({ base: factor.base, exponent: factor.exponent * n })),
      );
  }
  return fromProduct(1, [{ base, exponent: n }]);
}

/** How many marks the formula of each output would take, with shared parts written out every time. */
export function writtenSize(value: Value, sizes = new Map<Value, number>()): number {
  if (!(value instanceof Node)) return 1;
  // Inputs come before nodes in a graph, but a graph may be deep: no recursion.
  const pending: Node[] = [value];
  while (pending.length > 0) {
    const node = pending[pending.length - 1]!;
    const waiting = node.inputs.filter((input): input is Node => input instanceof Node && !sizes.has(input));
    if (waiting.length > 0) {
      pending.push(...waiting);
      continue;
    }
    pending.pop();
    sizes.set(
      node,
      node.inputs.reduce((total, input) => total + (sizes.get(input) ?? 1), 1),
    );
  }
  return sizes.get(value)!;
}

/** The expression of a scalar value of a graph. */
export function expressionOf(value: Value, known = new Map<Value, Expression>()): Expression {
  const found = known.get(value);
  if (found) return found;
  const expression =
    value instanceof Tensor
      ? number(value.item())
      : value instanceof Input
        ? symbol(value.name)
        : application(value as Node, known);
  known.set(value, expression);
  return expression;
}

function application({ op, inputs, dtype }: Node, known: Map<Value, Expression>): Expression {
  const arguments_ = inputs.map((input) => expressionOf(input, known));
  const [x, y] = arguments_ as [Expression, Expression];
  switch (op.name) {
    case "add":
      return addUp([x, y]);
    case "sub":
      return addUp([x, multiply([number(-1), y])]);
    case "neg":
      return multiply([number(-1), x]);
    case "mul":
    case "multiply_no_nan":
      return multiply([x, y]);
    case "div":
    case "div_no_nan":
      return multiply([x, raise(y, number(-1))]);
    case "reciprocal":
      return raise(x, number(-1));
    case "square":
      return raise(x, number(2));
    case "pow":
      return raise(x, y);
    case "floordiv":
      return { kind: "call", op: floor.op, inputs: [multiply([x, raise(y, number(-1))])] };
    case "hypot":
      return raise(addUp([raise(x, number(2)), raise(y, number(2))]), number(0.5));
    case "cast":
      if (dtype === "bool" && inputs[0]!.dtype !== "bool")
        return { kind: "call", op: notEqual.op, inputs: [x, number(0)] };
      return isFloat(inputs[0]!.dtype) && !isFloat(dtype) ? { kind: "call", op: trunc.op, inputs: [x] } : x;
    case "read":
    case "stop_gradient":
    case "custom_derivative":
      return x;
    case "where": {
      // log(where(x = 0, 1, x)) in the derivative of a power: a guard against 0·∞, not part of the formula.
      const [condition, whenTrue, otherwise] = arguments_ as [Expression, Expression, Expression];
      const test = condition.kind === "call" && condition.op.name === "logical_and" ? condition.inputs[0]! : condition;
      const guard = test.kind === "call" && isZero(test.inputs[1]) ? test : undefined;
      const isOne = (part: Expression) => part.kind === "number" && part.value === 1;
      if (guard?.op.name === "equal" && isOne(whenTrue) && keyOf(guard.inputs[0]!) === keyOf(otherwise))
        return otherwise;
      if (guard?.op.name === "greater" && isOne(otherwise) && keyOf(guard.inputs[0]!) === keyOf(whenTrue))
        return whenTrue;
    }
  }
  if (arguments_.every((argument) => argument.kind === "number") && op.kind === "elementwise") {
    const [a, b, c] = arguments_.map((argument) => (argument as { value: number }).value) as [number, number, number];
    return number(op.evaluate(a, b, c));
  }
  return { kind: "call", op, inputs: arguments_ };
}

const isZero = (part: Expression | undefined) => part?.kind === "number" && part.value === 0;

/** The total degree of a term in its symbols, for ordering a polynomial's terms. */
export function degree(expression: Expression): number {
  return asProduct(expression).factors.reduce(
    (total, { base, exponent }) => total + (base.kind === "symbol" || base.kind === "sum" ? exponent : 0),
    0,
  );
}

/** Names before sums before functions, exponentials last. */
function rank({ base }: Factor): number {
  if (base.kind === "symbol") return 0;
  if (base.kind === "sum") return 1;
  return base.kind === "call" && base.op.name === "exp" ? 3 : 2;
}

/**
 * A derivative as one would write it: higher degrees first, constants last, what is added before what is
 * subtracted; in each term names first.
 */
export function arrange(expression: Expression): Expression {
  if (expression.kind === "product")
    return { ...expression, factors: [...expression.factors].sort((a, b) => rank(a) - rank(b)) };
  if (expression.kind !== "sum") return expression;
  const negative = (term: Expression) => Number(asProduct(term).coefficient < 0);
  const monomials = expression.terms.every((term) =>
    asProduct(term).factors.every(({ base }) => base.kind === "symbol"),
  );
  const names = (term: Expression) => factorsKey(asProduct(term).factors);
  const terms = [...expression.terms].sort(
    (a, b) =>
      Number(a.kind === "number") - Number(b.kind === "number") ||
      degree(b) - degree(a) ||
      negative(a) - negative(b) ||
      (monomials ? names(a).localeCompare(names(b), "en") : 0),
  );
  return { kind: "sum", terms: terms.map(arrange) };
}
