/** What a document defines that can be looked at as a function: functions, methods, named lambdas, functions in functions. */
import { type FunctionDef, functionsOf, type Lambda, type PyModuleSyntax, type Statement } from "../languages/python";

/** A definition by its whole name (`f`, `Model.loss`, `outer.inner`); a method's without `self`. */
export interface Definition extends FunctionDef {
  readonly level: "module" | "method" | "nested";
  /** What the evaluator knows it by. */
  readonly node: FunctionDef | Lambda;
  /** A method's: what it is called on. */
  readonly receiver?: "instance" | "class" | "none";
}

/** In the order of the text; an inner one after the one around it. */
export function definitionsOf(syntax: PyModuleSyntax): Definition[] {
  const functions = functionsOf(syntax).map(({ name, level, node, decorators }): Definition => {
    if (level !== "method") return { ...node, name, level, node };
    const receiver = decorators.includes("staticmethod")
      ? "none"
      : decorators.includes("classmethod")
        ? "class"
        : "instance";
    const params = receiver === "none" ? node.params : { list: node.params.list.slice(1) };
    return { ...node, name, level, node, receiver, params };
  });
  return [...functions, ...syntax.body.flatMap(lambdas)].sort((a, b) => a.from - b.from);
}

/** `f = lambda x: x**2`, as the function that it is. */
function lambdas(statement: Statement): Definition[] {
  if (statement.kind !== "assign" || statement.value.kind !== "lambda") return [];
  const [target] = statement.targets;
  if (statement.targets.length !== 1 || target?.kind !== "name") return [];
  const { value: node, from, to } = statement;
  const { body, params } = node;
  const [first, last] = [params.list[0], params.list.at(-1)];
  return [
    {
      kind: "function",
      level: "module",
      node,
      name: target.id,
      nameSpan: { from: target.from, to: target.to },
      params,
      paramSpan: { from: first?.from ?? body.from, to: last?.to ?? body.from },
      returns: null,
      body: [{ kind: "return", value: body, from: body.from, to: body.to }],
      bodySpan: { from: body.from, to: body.to },
      decorators: [],
      docstring: null,
      from,
      to,
    },
  ];
}

/** `loss` of `Model.loss`. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf(".") + 1);
