/**
 * Expressions for reading: sums of products with like terms collected, built
 * from a graph. They serve printing only; numbers never come from them.
 */
import { isFloat } from "../dtype";
import { Input, Node } from "../interpreters/stage";
import type { Op } from "../op";
import { exp, floor, log, notEqual, trunc } from "../ops";
import { Tensor, type Value } from "../tensor";

export type Expression =
  | { readonly kind: "number"; readonly value: number }
  /** `place` orders symbols as the function takes them. */
  | { readonly kind: "symbol"; readonly name: string; readonly place: number }
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
export const symbol = (name: string, place = 0): Name => ({ kind: "symbol", name, place });

type Name = Expression & { readonly kind: "symbol" };

/**
 * What is known of parts of a formula, by their keys: a derivative may be written as where its function is defined,
 * without holes and branches that the function has itself.
 */
export interface Domain {
  readonly nonzero: ReadonlySet<string>;
  readonly nonnegative: ReadonlySet<string>;
}

const EVERYWHERE: Domain = { nonzero: new Set(), nonnegative: new Set() };

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

/** Adds, collecting like terms: 2x + 3x is 5x, and choices by one condition become one. */
export function addUp(parts: readonly Expression[], domain = EVERYWHERE): Expression {
  const terms = new Map<string, { coefficient: number; factors: readonly Factor[] }>();
  for (const part of parts.flatMap(termsOf)) {
    const { coefficient, factors } = asProduct(part);
    const key = factorsKey(factors);
    const like = terms.get(key);
    terms.set(key, { coefficient: (like?.coefficient ?? 0) + coefficient, factors: like?.factors ?? factors });
  }
  const kept = [...terms.values()].filter(({ coefficient }) => coefficient !== 0);
  if (kept.length > 1 && kept.some((term) => Math.abs(term.coefficient) === 1 && sumIn(term)))
    return addUp(
      kept.map(({ coefficient, factors }) => fromProduct(coefficient, factors)),
      domain,
    );
  if (domain !== EVERYWHERE) {
    const gathered = gather(kept);
    if (gathered) return addUp(gathered, domain);
  }
  const sum = byCondition(kept.map(({ coefficient, factors }) => fromProduct(coefficient, factors)));
  return sum.length === 0 ? number(0) : sum.length === 1 ? sum[0]! : { kind: "sum", terms: sum };
}

/** The terms of a sum, of one that is subtracted too. */
function termsOf(part: Expression): readonly Expression[] {
  if (part.kind === "sum") return part.terms;
  const inner = sumIn(asProduct(part));
  return inner && asProduct(part).coefficient === -1 ? inner.terms.map(negative) : [part];
}

type Sum = Expression & { readonly kind: "sum" };

/** The sum in c·(…), where there is no other factor. */
function sumIn({ factors }: { readonly factors: readonly Factor[] }): Sum | undefined {
  const [factor] = factors;
  return factors.length === 1 && factor!.exponent === 1 && factor!.base.kind === "sum" ? factor!.base : undefined;
}

function negative(expression: Expression): Expression {
  const { coefficient, factors } = asProduct(expression);
  return fromProduct(-coefficient, factors);
}

/** 2(a + b) − 2(a − c) as 2(b + c); undefined where no two sums have one coefficient. */
function gather(
  terms: readonly { readonly coefficient: number; readonly factors: readonly Factor[] }[],
): Expression[] | undefined {
  const groups = new Map<number, Expression[]>();
  const others: Expression[] = [];
  for (const term of terms) {
    const sum = sumIn(term);
    const size = Math.abs(term.coefficient);
    if (sum) groups.set(size, [...(groups.get(size) ?? []), term.coefficient < 0 ? multiply([number(-1), sum]) : sum]);
    else others.push(fromProduct(term.coefficient, term.factors));
  }
  if (![...groups.values()].some((sums) => sums.length > 1)) return undefined;
  return [...[...groups].map(([size, sums]) => multiply([number(size), addUp(sums)])), ...others];
}

/** Choices with a number among them, by one condition, as one choice: (a or 0) + (0 or b) is a or b. */
function byCondition(terms: readonly Expression[]): Expression[] {
  const found = new Map<string, Expression>();
  for (const term of terms) {
    const key = isChoice(term) ? `?${keyOf(term.inputs[0]!)}` : `${found.size}`;
    const before = found.get(key) as Call | undefined;
    found.set(key, before && isChoice(term) ? choose(term.inputs[0]!, before, term) : term);
  }
  return [...found.values()];
}

function choose(condition: Expression, first: Call, second: Call): Expression {
  const [yes, no] = [1, 2].map((k) => addUp([first.inputs[k]!, second.inputs[k]!])) as [Expression, Expression];
  return keyOf(yes) === keyOf(no) ? yes : { ...first, inputs: [condition, yes, no] };
}

/**
 * Multiplies, merging powers of one base; exponents of different sign stay apart, so that
 * x/x keeps its hole at 0, unless the base is known to be no 0.
 */
export function multiply(parts: readonly Expression[], domain = EVERYWHERE): Expression {
  let coefficient = 1;
  const powers = new Map<string, { base: Expression; exponents: number[] }>();
  const add = (base: Expression, exponents: readonly number[]) => {
    const key = keyOf(base);
    powers.set(key, { base, exponents: [...(powers.get(key)?.exponents ?? []), ...exponents] });
  };
  for (const part of parts) {
    const product = asProduct(part);
    coefficient *= product.coefficient;
    for (const { base, exponent } of product.factors) {
      const root = rootIn(base);
      if (root && Number.isInteger(exponent) && Math.abs(exponent) <= 12)
        add(root.base, new Array<number>(Math.abs(exponent)).fill(Math.sign(exponent) * root.exponent));
      else if (base.kind === "sum" && Number.isInteger(exponent) && base.terms.every(isNegative)) {
        // (−a − b)³ is −(a + b)³.
        if (exponent % 2 !== 0) coefficient = -coefficient;
        add({ kind: "sum", terms: base.terms.map(negative) }, [exponent]);
      } else add(base, [exponent]);
    }
  }
  const factors = [...powers.values()].flatMap(({ base, exponents }) => merged(base, exponents, domain));
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

/** σ·(σ/r − 1/σ) as σ²/r − 1: a sum times what its terms absorb, where that makes it shorter. */
function multipliedOut(product: Expression, domain: Domain): Expression {
  const { coefficient, factors } = asProduct(product);
  for (const factor of factors) {
    if (factor.exponent !== 1 || factor.base.kind !== "sum" || factors.length === 1) continue;
    const others = fromProduct(
      coefficient,
      factors.filter((other) => other !== factor),
    );
    const sum = addUp(
      factor.base.terms.map((term) => multiply([others, term], domain)),
      domain,
    );
    const before = countFactors(factor.base) + factors.length - 1;
    if (countFactors(sum) < before) return sum;
  }
  return product;
}

const countFactors = (expression: Expression): number =>
  (expression.kind === "sum" ? expression.terms : [expression]).reduce(
    (count, term) => count + asProduct(term).factors.length,
    0,
  );

const isNegative = (term: Expression) => asProduct(term).coefficient < 0;

/** √x, as the base of (√x)²: see {@link together}. */
function rootIn(base: Expression): Factor | undefined {
  return base.kind === "product" && base.coefficient === 1 && base.factors.length === 1 ? base.factors[0] : undefined;
}

/** Powers of one base as few factors. */
function merged(base: Expression, exponents: readonly number[], { nonzero, nonnegative }: Domain): Factor[] {
  if (exponents.length === 1) return [{ base, exponent: exponents[0]! }];
  const key = keyOf(base);
  const isPositive = base.kind === "call" && base.op.name === "exp";
  const all = (group: readonly number[]) => together(base, group, isPositive || nonnegative.has(key));
  if (isPositive || nonzero.has(key)) return all(exponents);
  const above = all(exponents.filter((exponent) => exponent > 0));
  const below = all(exponents.filter((exponent) => exponent < 0));
  const [up, down] = [above[0]?.exponent, below[0]?.exponent];
  // x/x⁵ is 1/x⁴, undefined at 0 as well.
  if (above.length === 1 && below.length === 1 && Number.isInteger(up) && Number.isInteger(down) && -down! > up!)
    return [{ base, exponent: up! + down! }];
  return [...above, ...below];
}

function together(base: Expression, exponents: readonly number[], nonnegative: boolean): Factor[] {
  const total = exponents.reduce((sum, exponent) => sum + exponent, 0);
  const fractions = exponents.filter((exponent) => !Number.isInteger(exponent));
  if (fractions.length === 0 || nonnegative || !Number.isInteger(total))
    return total === 0 ? [] : [{ base, exponent: total }];
  // √x·√x is x for positive x only: such powers are counted, not added.
  const [first] = fractions;
  const whole = exponents.filter(Number.isInteger).reduce((sum, exponent) => sum + exponent, 0);
  const roots = fractions.every((exponent) => exponent === first)
    ? [{ base: fromProduct(1, [{ base, exponent: first! }]), exponent: fractions.length }]
    : fractions.map((exponent) => ({ base, exponent }));
  return whole === 0 ? roots : [{ base, exponent: whole }, ...roots];
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

export function raise(base: Expression, exponent: Expression, domain = EVERYWHERE): Expression {
  if (exponent.kind !== "number" || !Number.isFinite(exponent.value)) return { kind: "power", base, exponent };
  const n = exponent.value;
  if (n === 0) return number(1);
  if (n === 1) return base;
  if (base.kind === "number") return number(base.value ** n);
  if (base.kind === "product") {
    // (2x²)³ = 8x⁶ holds everywhere for whole exponents; (x²)^½ is |x|, and stays as it is.
    if (Number.isInteger(n))
      return multiply([number(base.coefficient ** n), ...base.factors.map((factor) => powerOf(factor, n))], domain);
  }
  return multiply([powerOf({ base, exponent: 1 }, n)], domain);
}

function powerOf({ base, exponent }: Factor, n: number): Expression {
  const factor = Number.isInteger(exponent)
    ? { base, exponent: exponent * n }
    : { base: fromProduct(1, [{ base, exponent }]), exponent: n };
  return { kind: "product", coefficient: 1, factors: [factor] };
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

/**
 * The expression of a scalar value of a graph.
 * @param known of some values the expressions that stand for them
 * @param domain what may be taken for granted, see {@link derivativeExpression}
 */
export function expressionOf(value: Value, known = new Map<Value, Expression>(), domain = EVERYWHERE): Expression {
  const found = known.get(value);
  if (found) return found;
  const expression =
    value instanceof Tensor
      ? number(value.item())
      : value instanceof Input
        ? symbol(value.name, value.id)
        : application(value as Node, known, domain);
  known.set(value, expression);
  return expression;
}

/**
 * The expression of a derivative of `of`, without common factors that are nowhere 0 where `of` is defined.
 * @param known of some values the expressions that stand for them
 */
export function derivativeExpression(
  derivative: Value,
  of: Value,
  known: ReadonlyMap<Value, Expression> = new Map(),
): Expression {
  const domain = domainOf(of, new Map(known));
  const terms = termsOf(expressionOf(derivative, new Map(known), domain));
  return addUp(
    terms.map((term) => multipliedOut(term, domain)),
    domain,
  );
}

/** What holds wherever a function has a value: that it divides by no 0 and takes no root or logarithm of what has none. */
function domainOf(value: Value, known: Map<Value, Expression>): Domain {
  const nonzero = new Set<string>();
  const nonnegative = new Set<string>();
  const seen = new Set<Value>();
  const pending = [value];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (!(node instanceof Node) || seen.has(node)) continue;
    seen.add(node);
    // What a choice does not take need not be defined.
    if (CHOICES.has(node.op.name)) continue;
    pending.push(...node.inputs);
    const kind = BOUNDS[node.op.name];
    if (!kind) continue;
    const bounded = expressionOf(node.inputs[kind.input]!, known);
    if (kind.nonnegative) nonnegative.add(keyOf(bounded));
    if (kind.nonzero) for (const { base } of asProduct(bounded).factors) nonzero.add(keyOf(base));
    if (kind.nonzero) nonzero.add(keyOf(bounded));
  }
  return { nonzero, nonnegative };
}

const CHOICES: ReadonlySet<string> = new Set(["where", "maximum", "minimum"]);

const BOUNDS: { readonly [operation: string]: { input: number; nonzero: boolean; nonnegative: boolean } } = {
  div: { input: 1, nonzero: true, nonnegative: false },
  reciprocal: { input: 0, nonzero: true, nonnegative: false },
  log: { input: 0, nonzero: true, nonnegative: true },
  log2: { input: 0, nonzero: true, nonnegative: true },
  log10: { input: 0, nonzero: true, nonnegative: true },
  sqrt: { input: 0, nonzero: false, nonnegative: true },
  rsqrt: { input: 0, nonzero: true, nonnegative: true },
};

function application({ op, inputs, dtype }: Node, known: Map<Value, Expression>, domain: Domain): Expression {
  const arguments_ = inputs.map((input) => expressionOf(input, known, domain));
  const [x, y] = arguments_ as [Expression, Expression];
  const over = (x: Expression, y: Expression) => multiply([x, raise(y, number(-1), domain)], domain);
  switch (op.name) {
    case "add":
      return addUp([x, y], domain);
    case "sub":
      return addUp([x, multiply([number(-1), y])], domain);
    case "neg":
      return multiply([number(-1), x]);
    case "mul":
    case "multiply_no_nan":
      return multiply([x, y], domain);
    case "div":
    case "div_no_nan":
      return over(x, y);
    case "reciprocal":
      return raise(x, number(-1), domain);
    case "square":
      return raise(x, number(2), domain);
    case "pow":
      return raise(x, y, domain);
    case "sqrt":
      return raise(x, number(0.5), domain);
    case "rsqrt":
      return raise(x, number(-0.5), domain);
    case "exp2":
      return raise(number(2), x);
    case "log1p":
      return { kind: "call", op: log.op, inputs: [addUp([number(1), x])] };
    case "expm1":
      return addUp([{ kind: "call", op: exp.op, inputs: [x] }, number(-1)]);
    case "floordiv":
      return { kind: "call", op: floor.op, inputs: [over(x, y)] };
    case "hypot":
      return raise(addUp([raise(x, number(2)), raise(y, number(2))]), number(0.5), domain);
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
      if (keyOf(whenTrue) === keyOf(otherwise)) return otherwise;
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

/** Names before sums before powers before functions, exponentials last. */
function rank({ base }: Factor): number {
  if (base.kind === "symbol") return 0;
  if (base.kind === "sum") return 1;
  if (base.kind === "power") return 2;
  return base.kind === "call" && base.op.name === "exp" ? 4 : 3;
}

/** Every mention of a name. */
export function symbolsIn(expression: Expression): Name[] {
  switch (expression.kind) {
    case "number":
      return [];
    case "symbol":
      return [expression];
    case "sum":
      return expression.terms.flatMap(symbolsIn);
    case "product":
      return expression.factors.flatMap(({ base }) => symbolsIn(base));
    case "power":
      return [expression.base, expression.exponent].flatMap(symbolsIn);
    case "call":
      return expression.inputs.flatMap(symbolsIn);
  }
}

/** The place of the first of a function's parameters that an expression names. */
const placeOf = (expression: Expression): number => Math.min(...symbolsIn(expression).map(({ place }) => place));

const callName = ({ base }: Factor) => (base.kind === "call" ? base.op.name : "");

/** In the order of {@link rank}, then as the function takes its parameters, sin before cos. */
function inOrder(a: Factor, b: Factor): number {
  const order = rank(a) - rank(b);
  if (order !== 0) return order;
  const [before, after] = [placeOf(a.base), placeOf(b.base)];
  return before === after ? callName(b).localeCompare(callName(a), "en") : before - after;
}

/**
 * A derivative as one would write it: higher degrees first, constants last, what is added before what is
 * subtracted; in each term names first.
 */
export function arrange(expression: Expression): Expression {
  const { coefficient } = asProduct(expression);
  const sum = coefficient === -1 ? sumIn(asProduct(expression)) : undefined;
  return sum ? arrange({ kind: "sum", terms: sum.terms.map(negative) }) : arrangeTerm(expression);
}

/** One term of a sum that stays where it is. */
export function arrangeTerm(expression: Expression): Expression {
  if (expression.kind === "product") {
    const factors = expression.factors.map(({ base, exponent }) => ({
      base: base.kind === "sum" ? plusFirst(base) : base,
      exponent,
    }));
    return { ...expression, factors: factors.sort(inOrder) };
  }
  if (expression.kind === "call" && isChoice(expression))
    return { ...expression, inputs: expression.inputs.map((input, k) => (k === 0 ? input : arrange(input))) };
  if (expression.kind !== "sum") return expression;
  const monomials = expression.terms.every((term) =>
    asProduct(term).factors.every(({ base }) => base.kind === "symbol"),
  );
  const names = (term: Expression) => factorsKey(asProduct(term).factors);
  const terms = [...expression.terms].sort(
    (a, b) =>
      Number(a.kind === "number") - Number(b.kind === "number") ||
      degree(b) - degree(a) ||
      Number(isNegative(a)) - Number(isNegative(b)) ||
      (monomials ? names(a).localeCompare(names(b), "en") : 0),
  );
  return plusFirst({ kind: "sum", terms: terms.map(arrangeTerm) });
}

/** −a + b as b − a. */
function plusFirst(sum: Sum): Sum {
  const [first, second] = sum.terms as [Expression, Expression];
  return sum.terms.length === 2 && isNegative(first) && !isNegative(second) ? { ...sum, terms: [second, first] } : sum;
}
