/** The body of a function, from one graph for each way that its decisions went. */
import { type Guard, peek } from "../interpreters/stage";
import type { Value } from "../tensor";
import { type CodeOptions, codeOf, floatCode, NotWritable } from "./code";

export interface Case {
  readonly guards: readonly Guard[];
  readonly outputs: readonly Value[];
}

export interface BodyOptions extends CodeOptions {
  /** Of one level. */
  readonly indent: string;
  /** The expression that is returned. */
  readonly compose: (results: readonly string[]) => string;
  /** What the error says where no case holds. */
  readonly otherwise: string;
}

/** A function that decides more often (a loop) is not written out. */
export const MOST_DECISIONS = 8;

interface Syntax {
  local(name: string, expression: string): string;
  result(expression: string): string;
  /** The line that opens a block, and the one that closes it. */
  test(condition: string): readonly [open: string, close: string | undefined];
  not(condition: string): string;
  readonly and: string;
  readonly same: string;
  fail(message: string): string;
}

const PYTHON: Syntax = {
  local: (name, expression) => `${name} = ${expression}`,
  result: (expression) => `return ${expression}`,
  test: (condition) => [`if ${condition}:`, undefined],
  not: (condition) => `not ${/ (and|or|if) /.test(condition) ? `(${condition})` : condition}`,
  and: " and ",
  same: "==",
  fail: (message) => `raise ValueError(${JSON.stringify(message)})`,
};

const JAVASCRIPT: Syntax = {
  local: (name, expression) => `const ${name} = ${expression};`,
  result: (expression) => `return ${expression};`,
  test: (condition) => [`if (${condition}) {`, "}"],
  not: (condition) => `!(${condition})`,
  and: " && ",
  same: "===",
  fail: (message) => `throw new RangeError(${JSON.stringify(message)});`,
};

/**
 * The lines of a body, not indented. Where cases differ in what a test gave, the body tests it; where no case was
 * followed it raises.
 * @throws NotWritable where an operation has no counterpart, or there are too many decisions
 */
export function bodyCode(cases: readonly Case[], options: BodyOptions): string[] {
  const syntax = options.target === "javascript" ? JAVASCRIPT : PYTHON;
  const block = (condition: string, lines: readonly string[]): string[] => {
    const [open, close] = syntax.test(condition);
    return [open, ...lines.map((line) => options.indent + line), ...(close === undefined ? [] : [close])];
  };
  const fail = syntax.fail(options.otherwise);
  const test = (guard: Guard): string => codeOf([guard.node], { ...options, inline: true }).results[0]!;

  const linesOf = (group: readonly Case[], depth: number): string[] => {
    const required: string[] = [];
    const [first] = group as readonly [Case, ...Case[]];
    if (first.guards.length > MOST_DECISIONS)
      throw new NotWritable(`it decides ${first.guards.length} times here, which is too often to write out`);
    for (; depth < first.guards.length; depth++) {
      const guard = first.guards[depth]!;
      const condition = test(guard);
      const seen = (one: Case) => peek(one.guards[depth]!.node).item();
      const own = group.filter((one) => one.guards[depth] && test(one.guards[depth]!) === condition);
      const holds = (value: number) =>
        guard.node.dtype !== "bool"
          ? `${condition} ${syntax.same} ${floatCode(value, options.target, options.prefix)}`
          : value !== 0
            ? condition
            : syntax.not(condition);
      const values = [...new Set(own.map(seen))].sort((a, b) => b - a);
      if (values.length === 1) {
        required.push(holds(values[0]!));
        continue;
      }
      const among = (value: number) =>
        linesOf(
          own.filter((one) => seen(one) === value),
          depth + 1,
        );
      // Of a test that went both ways the second needs no test of its own.
      const complete = guard.node.dtype === "bool";
      const ways = values.map((value) => among(value));
      if (complete && ways[0]!.join("\n") === ways[1]!.join("\n")) return [...requirement(required), ...ways[0]!];
      const branches = values.flatMap((value, k) => (complete && k === 1 ? ways[k]! : block(holds(value), ways[k]!)));
      return [...requirement(required), ...branches, ...(complete ? [] : [fail])];
    }
    const { locals, results } = codeOf(first.outputs, options);
    return [
      ...requirement(required),
      ...locals.map(([name, expression]) => syntax.local(name, expression)),
      syntax.result(options.compose(results)),
    ];
  };

  const requirement = (conditions: readonly string[]): string[] => {
    if (conditions.length === 0) return [];
    const [only] = conditions;
    const together = conditions.map((one) => (/ (or|if) | \|\| /.test(one) ? `(${one})` : one)).join(syntax.and);
    return block(syntax.not(conditions.length === 1 ? only! : together), [fail]);
  };

  return linesOf(cases, 0);
}
