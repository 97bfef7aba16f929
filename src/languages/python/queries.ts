/** Cheap questions about a module that was read, for hovers, lenses and findings. */
import type { Call, ClassDef, Expr, FunctionDef, Lambda, PyModuleSyntax, Span, Statement } from "./syntax/ast";

export interface ParameterInfo extends Span {
  name: string;
  nameSpan: Span;
  kind: "positional-only" | "normal" | "star" | "keyword-only" | "doublestar";
  /** The text of the annotation and of the default. */
  annotation?: string;
  default?: string;
  defaultSpan?: Span;
}

export interface FunctionInfo extends Span {
  /** `f`, `Model.loss`, `outer.inner`. */
  name: string;
  shortName: string;
  nameSpan: Span;
  parameters: ParameterInfo[];
  /** The parentheses with the parameters. */
  parameterSpan: Span;
  bodySpan: Span;
  docstring: string | null;
  level: "module" | "nested" | "method";
  decorators: string[];
  node: FunctionDef;
}

type Node = Statement | Expr | { kind?: undefined };

/** The parts of a node, in the order of the text. */
export function* partsOf(node: object): Generator<Statement | Expr> {
  for (const key in node) {
    const value = (node as Record<string, unknown>)[key];
    if (value !== null && typeof value === "object") yield* partsIn(value);
  }
}

function* partsIn(value: object): Generator<Statement | Expr> {
  if (Array.isArray(value)) {
    for (const item of value) if (item !== null && typeof item === "object") yield* partsIn(item);
    return;
  }
  if (value instanceof Uint8Array) return;
  const { kind } = value as Node;
  // Arguments, handlers, cases, patterns and parameters are no statements or expressions themselves.
  if (kind !== undefined && isNodeKind(kind)) yield value as Statement | Expr;
  else yield* partsOf(value);
}

const expressionKinds: readonly Expr["kind"][] = [
  "number",
  "string",
  "bytes",
  "format",
  "constant",
  "name",
  "attribute",
  "subscript",
  "slice",
  "call",
  "binary",
  "unary",
  "boolop",
  "compare",
  "conditional",
  "lambda",
  "list",
  "tuple",
  "set",
  "dict",
  "comprehension",
  "named",
  "yield",
  "starred",
  "broken",
];

const statementKinds: ReadonlySet<string> = new Set<Statement["kind"]>([
  "expression",
  "assign",
  "annotated",
  "augmented",
  "return",
  "if",
  "while",
  "for",
  "try",
  "with",
  "function",
  "class",
  "delete",
  "pass",
  "break",
  "continue",
  "raise",
  "import",
  "importfrom",
  "global",
  "nonlocal",
  "assert",
  "match",
]);
const kinds: ReadonlySet<string> = new Set([...expressionKinds, ...statementKinds]);
const isNodeKind = (kind: string): boolean => kinds.has(kind);

/** Of what cannot be read it is not known whether it is one. */
export const isStatement = (node: Statement | Expr): node is Statement => statementKinds.has(node.kind);

/** Every function of a module, nested ones and methods too, in the order of the text. */
export function functionsOf(syntax: PyModuleSyntax): FunctionInfo[] {
  const out: FunctionInfo[] = [];
  const walk = (body: readonly Statement[], prefix: string, level: FunctionInfo["level"]): void => {
    for (const node of body) {
      if (node.kind === "function") {
        out.push(describeFunction(syntax, node, prefix, level));
        walk(node.body, `${prefix}${node.name}.`, "nested");
      } else if (node.kind === "class")
        walk(node.body, `${prefix}${node.name}.`, level === "module" ? "method" : level);
      else if ("body" in node && Array.isArray(node.body)) {
        walk(node.body, prefix, level);
        for (const more of ["orelse", "finalbody"] as const) {
          if (more in node) walk((node as unknown as Record<string, Statement[]>)[more], prefix, level);
        }
        if (node.kind === "try") for (const handler of node.handlers) walk(handler.body, prefix, level);
      }
    }
  };
  walk(syntax.body, "", "module");
  return out;
}

function describeFunction(
  syntax: PyModuleSyntax,
  node: FunctionDef,
  prefix: string,
  level: FunctionInfo["level"],
): FunctionInfo {
  const text = (span: Span): string => syntax.text.slice(span.from, span.to);
  return {
    name: prefix + node.name,
    shortName: node.name,
    nameSpan: node.nameSpan,
    parameters: node.params.list.map((parameter) => ({
      name: parameter.name,
      nameSpan: parameter.nameSpan,
      kind: parameter.kind,
      annotation: parameter.annotation ? text(parameter.annotation) : undefined,
      default: parameter.default ? text(parameter.default) : undefined,
      defaultSpan: parameter.default ? { from: parameter.default.from, to: parameter.default.to } : undefined,
      from: parameter.from,
      to: parameter.to,
    })),
    parameterSpan: node.paramSpan,
    bodySpan: node.bodySpan,
    docstring: node.docstring,
    level,
    decorators: node.decorators.map(text),
    node,
    from: node.from,
    to: node.to,
  };
}

/** The innermost function around an offset. */
export function functionAt(syntax: PyModuleSyntax, offset: number): FunctionInfo | undefined {
  return functionsOf(syntax)
    .filter((info) => info.from <= offset && offset <= info.to)
    .sort((a, b) => a.to - a.from - (b.to - b.from))[0];
}

/** The nodes around an offset, outermost first. */
export function pathAt(syntax: PyModuleSyntax, offset: number): (Statement | Expr)[] {
  const path: (Statement | Expr)[] = [];
  let parts: Iterable<Statement | Expr> = syntax.body;
  descend: for (;;) {
    for (const part of parts) {
      if (part.from <= offset && offset <= part.to) {
        path.push(part);
        parts = partsOf(part);
        continue descend;
      }
    }
    return path;
  }
}

/** The smallest expression around a range. */
export function expressionAt(syntax: PyModuleSyntax, from: number, to = from): Expr | undefined {
  const path = pathAt(syntax, from).filter((node) => node.from <= from && to <= node.to);
  for (let k = path.length - 1; k >= 0; k--) {
    const node = path[k];
    if (isExpression(node)) return node;
  }
  return undefined;
}

const isExpression = (node: Statement | Expr): node is Expr => node.kind !== "broken" && !isStatement(node);

/** Visits every node, parents before their parts. */
export function visit(body: readonly (Statement | Expr)[], see: (node: Statement | Expr) => void): void {
  for (const node of body) {
    see(node);
    visit([...partsOf(node)], see);
  }
}

/** The calls of plain names in a text: each of its functions asks for its own. */
const callsIn = new WeakMap<PyModuleSyntax, ReadonlyMap<string, readonly Call[]>>();

/** The calls of a plain name, in the order of the text. */
export function callsOf(syntax: PyModuleSyntax, name: string): readonly Call[] {
  const known = callsIn.get(syntax) ?? callsByName(syntax);
  callsIn.set(syntax, known);
  return known.get(name) ?? [];
}

function callsByName({ body }: PyModuleSyntax): Map<string, Call[]> {
  const calls = new Map<string, Call[]>();
  visit(body, (node) => {
    if (node.kind !== "call" || node.callee.kind !== "name") return;
    const { id } = node.callee;
    const same = calls.get(id);
    if (same) same.push(node);
    else calls.set(id, [node]);
  });
  for (const list of calls.values()) list.sort((a, b) => a.from - b.from);
  return calls;
}

/** The names that a statement binds in its own scope. */
export function boundNames(node: Statement): Set<string> {
  const out = new Set<string>();
  const target = (expr: Expr): void => {
    if (expr.kind === "name") out.add(expr.id);
    else if (expr.kind === "tuple" || expr.kind === "list") expr.items.forEach(target);
    else if (expr.kind === "starred") target(expr.value);
  };
  const walk = (part: Statement | Expr): void => {
    switch (part.kind) {
      case "function":
      case "class":
        out.add(part.name);
        return;
      case "lambda":
      case "comprehension":
        return;
      case "assign":
        part.targets.forEach(target);
        break;
      case "annotated":
      case "augmented":
      case "for":
        target(part.target);
        break;
      case "named":
        out.add(part.target.id);
        break;
      case "with":
        for (const item of part.items) if (item.target) target(item.target);
        break;
      case "try":
        for (const handler of part.handlers) if (handler.name) out.add(handler.name);
        break;
      case "import":
        for (const alias of part.names) out.add(alias.asname ?? alias.name.split(".")[0]);
        break;
      case "importfrom":
        for (const alias of part.names ?? []) out.add(alias.asname ?? alias.name);
        break;
    }
    for (const inner of partsOf(part)) walk(inner);
  };
  walk(node);
  return out;
}

/** The names that a node reads from outside: what must be known before it can be evaluated. */
export function freeNames(node: Statement | Expr): Set<string> {
  const out = new Set<string>();
  readsOf(node, new Set(), out);
  return out;
}

function readsOf(node: Statement | Expr, bound: ReadonlySet<string>, out: Set<string>): void {
  const inside = (parts: Iterable<Statement | Expr>, names: ReadonlySet<string>): void => {
    for (const part of parts) readsOf(part, names, out);
  };
  switch (node.kind) {
    case "name":
      if (!bound.has(node.id)) out.add(node.id);
      return;
    case "function":
    case "lambda": {
      const names = new Set(bound);
      for (const parameter of node.params.list) {
        names.add(parameter.name);
        if (parameter.default) readsOf(parameter.default, bound, out);
      }
      if (node.kind === "lambda") {
        readsOf(node.body, names, out);
        return;
      }
      names.add(node.name);
      inside(node.decorators, bound);
      for (const statement of node.body) for (const name of boundNames(statement)) names.add(name);
      inside(node.body, names);
      return;
    }
    case "class": {
      inside(node.decorators, bound);
      for (const arg of node.args) readsOf(arg.value, bound, out);
      const names = new Set(bound);
      for (const statement of node.body) {
        readsOf(statement, names, out);
        for (const name of boundNames(statement)) names.add(name);
      }
      return;
    }
    case "comprehension": {
      const names = new Set(bound);
      for (const clause of node.clauses) {
        readsOf(clause.iterable, names, out);
        for (const name of targetNamesOf(clause.target)) names.add(name);
        inside(clause.conditions, names);
      }
      readsOf(node.element, names, out);
      if (node.value) readsOf(node.value, names, out);
      return;
    }
    case "assign":
      readsOf(node.value, bound, out);
      for (const target of node.targets) readsTarget(target, bound, out);
      return;
    case "annotated":
      if (node.value) readsOf(node.value, bound, out);
      readsTarget(node.target, bound, out);
      return;
    case "for": {
      readsOf(node.iterable, bound, out);
      const names = new Set([...bound, ...targetNamesOf(node.target)]);
      inside(node.body, names);
      inside(node.orelse, names);
      return;
    }
    case "with": {
      const names = new Set(bound);
      for (const item of node.items) {
        readsOf(item.context, names, out);
        if (item.target) for (const name of targetNamesOf(item.target)) names.add(name);
      }
      inside(node.body, names);
      return;
    }
  }
  inside(partsOf(node), bound);
}

function targetNamesOf(target: Expr): string[] {
  if (target.kind === "name") return [target.id];
  if (target.kind === "tuple" || target.kind === "list") return target.items.flatMap(targetNamesOf);
  return target.kind === "starred" ? targetNamesOf(target.value) : [];
}

function readsTarget(target: Expr, bound: ReadonlySet<string>, out: Set<string>): void {
  if (target.kind === "name") return;
  if (target.kind === "tuple" || target.kind === "list") for (const item of target.items) readsTarget(item, bound, out);
  else if (target.kind === "starred") readsTarget(target.value, bound, out);
  else readsOf(target, bound, out);
}

export type { ClassDef, Expr, FunctionDef, Lambda, Statement };
