/** Under which condition a graph holds, as formulas: its guards, made few and short. */
import { type Guard, peek } from "../interpreters/stage";
import type { Elementwise } from "../op";
import {
  equal,
  greater,
  greaterEqual,
  isnan,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  notEqual,
} from "../ops";
import { addUp, asProduct, type Expression, expressionOf, keyOf, multiply, number, writtenSize } from "./expression";

export interface Conditions {
  /** They hold all together. */
  readonly expressions: readonly Expression[];
  /** How many more there are, too long or too many to be shown. */
  readonly more: number;
}

/**
 * The conditions of guards: each as it held where the graph was made, `x ≤ 0` for an x > 0 that did not; of several
 * bounds on one expression (a loop leaves many) the closest.
 * @param most so many are given
 * @param long one of more marks is only counted
 */
export function conditionsOf(guards: readonly Guard[], most = 4, long = 100): Conditions {
  const found = new Map<string, Expression>();
  let more = 0;
  for (const { node } of guards) {
    if (writtenSize(node) > long) {
      more++;
      continue;
    }
    for (const condition of held(expressionOf(node), peek(node).item(), node.dtype === "bool")) {
      if (condition.kind === "number") continue;
      const bound = boundOf(condition);
      const key = bound ? `${keyOf(bound.left)} ${bound.isUpper ? "<" : ">"}` : keyOf(condition);
      const before = bound && boundOf(found.get(key));
      if (!before || isCloser(bound, before)) found.set(key, bound ? boundText(bound) : condition);
    }
  }
  const expressions = [...found.values()];
  return { expressions: expressions.slice(0, most), more: more + Math.max(0, expressions.length - most) };
}

const call = (op: Elementwise, ...inputs: Expression[]): Expression => ({ kind: "call", op, inputs });

/** What is known where a condition has that value. */
function held(condition: Expression, value: number, isTest: boolean): Expression[] {
  if (!isTest) return [Number.isNaN(value) ? call(isnan.op, condition) : call(equal.op, condition, number(value))];
  if (condition.kind !== "call") return [value !== 0 ? condition : call(logicalNot.op, condition)];
  const { op, inputs } = condition;
  const both = (op === logicalAnd.op && value !== 0) || (op === logicalOr.op && value === 0);
  if (both) return inputs.flatMap((input) => held(input, value, true));
  if (op === logicalNot.op) return held(inputs[0]!, value !== 0 ? 0 : 1, true);
  if (value !== 0) return [condition];
  const opposite = OPPOSITE.get(op.name);
  return [opposite ? call(opposite, ...inputs) : call(logicalNot.op, condition)];
}

const OPPOSITE: ReadonlyMap<string, Elementwise> = new Map(
  (
    [
      [less, greaterEqual],
      [greater, lessEqual],
      [equal, notEqual],
    ] as const
  ).flatMap(([a, b]): [string, Elementwise][] => [
    [a.op.name, b.op],
    [b.op.name, a.op],
  ]),
);

interface Bound {
  readonly left: Expression;
  readonly limit: number;
  readonly isUpper: boolean;
  readonly isStrict: boolean;
}

const COMPARISONS: readonly { op: Elementwise; isUpper: boolean; isStrict: boolean }[] = [
  { op: less.op, isUpper: true, isStrict: true },
  { op: lessEqual.op, isUpper: true, isStrict: false },
  { op: greater.op, isUpper: false, isStrict: true },
  { op: greaterEqual.op, isUpper: false, isStrict: false },
];

/** A comparison with a number, brought to the form x < c: x/2 > 1 is x > 2, and x − 1 > 0 is x > 1. */
function boundOf(condition: Expression | undefined): Bound | undefined {
  if (condition?.kind !== "call") return undefined;
  const found = COMPARISONS.find(({ op }) => op === condition.op);
  if (!found) return undefined;
  const [left, right] = condition.inputs as [Expression, Expression];
  const difference = addUp([left, multiply([number(-1), right])]);
  const terms = difference.kind === "sum" ? difference.terms : [difference];
  const constant = terms.find((term) => term.kind === "number");
  const shift = constant?.kind === "number" ? constant.value : 0;
  const rest = addUp(terms.filter((term) => term !== constant));
  const isAgainstNumber = left.kind === "number" || right.kind === "number";
  if (!isAgainstNumber || rest.kind === "number" || rest.kind === "sum") return undefined;
  const { coefficient, factors } = asProduct(rest);
  return {
    left: multiply([{ kind: "product", coefficient: 1, factors }]),
    limit: shift === 0 ? 0 : -shift / coefficient,
    isUpper: found.isUpper === coefficient > 0,
    isStrict: found.isStrict,
  };
}

function boundText({ left, limit, isUpper, isStrict }: Bound): Expression {
  const comparison = COMPARISONS.find((one) => one.isUpper === isUpper && one.isStrict === isStrict)!;
  return call(comparison.op, left, number(limit));
}

function isCloser(a: Bound, b: Bound): boolean {
  if (a.limit === b.limit) return a.isStrict;
  return a.limit < b.limit === a.isUpper;
}
