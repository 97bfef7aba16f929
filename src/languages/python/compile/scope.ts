/**
 * Which variable a name means: locals and comprehension variables live in
 * slots of a frame, captured ones in cells, the module's names in globals.
 */
import type * as ast from "../syntax/ast";

export interface Variable {
  readonly name: string;
  readonly frame: Scope;
  readonly slot: number;
  captured: boolean;
}

export type Place =
  | { kind: "local"; variable: Variable }
  | { kind: "free"; variable: Variable; index: number }
  | { kind: "class"; outer: Place }
  | { kind: "global" };

export class Scope {
  readonly variables = new Map<string, Variable>();
  readonly globals = new Set<string>();
  readonly nonlocals = new Set<string>();
  /** Variables of enclosing frames that this frame (or one inside) reads. */
  readonly free: Variable[] = [];
  slots = 0;
  readonly frame: Scope;

  constructor(
    readonly kind: "module" | "function" | "class" | "inline",
    readonly parent: Scope | null,
  ) {
    this.frame = kind === "inline" && parent ? parent.frame : this;
  }

  declare(name: string): void {
    if (this.globals.has(name) || this.nonlocals.has(name) || this.variables.has(name)) return;
    // Names of a module and of a class body are not in slots.
    const slot = this.kind === "module" || this.kind === "class" ? -1 : this.frame.slots++;
    this.variables.set(name, { name, frame: this.frame, slot, captured: false });
  }

  temporary(): number {
    return this.frame.slots++;
  }

  private freeIndex(variable: Variable): number {
    const known = this.free.indexOf(variable);
    if (known >= 0) return known;
    this.free.push(variable);
    return this.free.length - 1;
  }

  resolve(name: string): Place {
    const start = this.frame;
    for (let scope: Scope | null = this; scope; scope = scope.parent) {
      if (scope.globals.has(name)) return { kind: "global" };
      if (scope.nonlocals.has(name)) continue;
      const variable = scope.variables.get(name);
      if (!variable) continue;
      if (scope.kind === "module") return { kind: "global" };
      if (scope.kind === "class") {
        if (scope !== start) continue;
        return { kind: "class", outer: scope.parent ? scope.parent.outerPlace(name, start) : { kind: "global" } };
      }
      return this.place(variable, start);
    }
    return { kind: "global" };
  }

  /** Where a name of a class body is looked for when the body has not bound it: enclosing functions are passed over, as in Python. */
  private outerPlace(_name: string, _start: Scope): Place {
    return { kind: "global" };
  }

  private place(variable: Variable, start: Scope): Place {
    if (variable.frame === start) return { kind: "local", variable };
    variable.captured = true;
    for (let frame: Scope = start; frame !== variable.frame; frame = frame.parent!.frame) frame.freeIndex(variable);
    return { kind: "free", variable, index: start.freeIndex(variable) };
  }
}

export type ScopeMap = Map<object, Scope>;

/** The scopes of a module, by the node that opens them. */
export function analyze(body: ast.Statement[]): { module: Scope; scopes: ScopeMap } {
  const analyzer = new Analyzer();
  const module = new Scope("module", null);
  analyzer.body(body, module);
  analyzer.finish();
  return { module, scopes: analyzer.scopes };
}

export function analyzeExpression(expr: ast.Expr): { module: Scope; scopes: ScopeMap } {
  const analyzer = new Analyzer();
  const module = new Scope("module", null);
  analyzer.expr(expr, module);
  analyzer.finish();
  return { module, scopes: analyzer.scopes };
}

class Analyzer {
  readonly scopes: ScopeMap = new Map();
  private readonly uses: { scope: Scope; name: string }[] = [];

  finish(): void {
    for (const { scope, name } of this.uses) scope.resolve(name);
  }

  body(body: ast.Statement[], scope: Scope): void {
    for (const statement of body) this.scopeStatements(statement, scope);
    for (const statement of body) this.statement(statement, scope);
  }

  /** `global` and `nonlocal` hold for the whole body: they are read first. */
  private scopeStatements(statement: ast.Statement, scope: Scope): void {
    switch (statement.kind) {
      case "global":
        for (const name of statement.names) if (scope.kind !== "module") scope.globals.add(name);
        break;
      case "nonlocal":
        for (const name of statement.names) scope.nonlocals.add(name);
        break;
      case "if":
      case "while":
      case "for":
        for (const inner of [...statement.body, ...statement.orelse]) this.scopeStatements(inner, scope);
        break;
      case "with":
        for (const inner of statement.body) this.scopeStatements(inner, scope);
        break;
      case "try":
        for (const inner of [
          ...statement.body,
          ...statement.handlers.flatMap((handler) => handler.body),
          ...statement.orelse,
          ...statement.finalbody,
        ]) {
          this.scopeStatements(inner, scope);
        }
        break;
      case "match":
        for (const item of statement.cases) for (const inner of item.body) this.scopeStatements(inner, scope);
        break;
    }
  }

  private bind(name: string, scope: Scope): void {
    scope.declare(name);
    this.uses.push({ scope, name });
  }

  private statements(body: ast.Statement[], scope: Scope): void {
    for (const statement of body) this.statement(statement, scope);
  }

  private statement(node: ast.Statement, scope: Scope): void {
    switch (node.kind) {
      case "expression":
        this.expr(node.value, scope);
        break;
      case "assign":
        this.expr(node.value, scope);
        for (const target of node.targets) this.target(target, scope);
        break;
      case "annotated":
        if (node.value) this.expr(node.value, scope);
        this.target(node.target, scope);
        break;
      case "augmented":
        this.expr(node.value, scope);
        this.target(node.target, scope);
        break;
      case "return":
        if (node.value) this.expr(node.value, scope);
        break;
      case "if":
      case "while":
        this.expr(node.test, scope);
        this.statements(node.body, scope);
        this.statements(node.orelse, scope);
        break;
      case "for":
        this.expr(node.iterable, scope);
        this.target(node.target, scope);
        this.statements(node.body, scope);
        this.statements(node.orelse, scope);
        break;
      case "try":
        this.statements(node.body, scope);
        for (const handler of node.handlers) {
          if (handler.type) this.expr(handler.type, scope);
          if (handler.name) this.bind(handler.name, scope);
          this.statements(handler.body, scope);
        }
        this.statements(node.orelse, scope);
        this.statements(node.finalbody, scope);
        break;
      case "with":
        for (const item of node.items) {
          this.expr(item.context, scope);
          if (item.target) this.target(item.target, scope);
        }
        this.statements(node.body, scope);
        break;
      case "function":
        for (const decorator of node.decorators) this.expr(decorator, scope);
        this.bind(node.name, scope);
        this.functionScope(node, node.params, scope, (inner) => this.body(node.body, inner));
        break;
      case "class": {
        for (const decorator of node.decorators) this.expr(decorator, scope);
        for (const arg of node.args) this.expr(arg.value, scope);
        this.bind(node.name, scope);
        const inner = new Scope("class", scope);
        this.scopes.set(node, inner);
        this.body(node.body, inner);
        break;
      }
      case "delete":
        for (const target of node.targets) this.target(target, scope);
        break;
      case "raise":
        if (node.value) this.expr(node.value, scope);
        if (node.cause) this.expr(node.cause, scope);
        break;
      case "import":
        for (const alias of node.names) this.bind(alias.asname ?? alias.name.split(".")[0], scope);
        break;
      case "importfrom":
        for (const alias of node.names ?? []) this.bind(alias.asname ?? alias.name, scope);
        break;
      case "assert":
        this.expr(node.test, scope);
        if (node.message) this.expr(node.message, scope);
        break;
      case "match":
        this.expr(node.subject, scope);
        for (const item of node.cases) {
          this.pattern(item.pattern, scope);
          if (item.guard) this.expr(item.guard, scope);
          this.statements(item.body, scope);
        }
        break;
    }
  }

  private functionScope(node: object, params: ast.Parameters, scope: Scope, inside: (scope: Scope) => void): void {
    for (const parameter of params.list) if (parameter.default) this.expr(parameter.default, scope);
    const inner = new Scope("function", scope);
    this.scopes.set(node, inner);
    for (const parameter of params.list) inner.declare(parameter.name);
    inside(inner);
  }

  private target(target: ast.Expr, scope: Scope): void {
    switch (target.kind) {
      case "name":
        this.bind(target.id, scope);
        break;
      case "tuple":
      case "list":
        for (const item of target.items) this.target(item, scope);
        break;
      case "starred":
        this.target(target.value, scope);
        break;
      default:
        this.expr(target, scope);
    }
  }

  private pattern(pattern: ast.Pattern, scope: Scope): void {
    switch (pattern.kind) {
      case "capture":
      case "star":
        if (pattern.name) this.bind(pattern.name, scope);
        break;
      case "value":
        this.expr(pattern.value, scope);
        break;
      case "as":
        this.pattern(pattern.pattern, scope);
        this.bind(pattern.name, scope);
        break;
      case "or":
        for (const option of pattern.options) this.pattern(option, scope);
        break;
      case "sequence":
        for (const item of pattern.items) this.pattern(item, scope);
        break;
      case "mapping":
        for (const { key, value } of pattern.entries) {
          this.expr(key, scope);
          this.pattern(value, scope);
        }
        if (pattern.rest) this.bind(pattern.rest, scope);
        break;
      case "classpattern":
        this.expr(pattern.type, scope);
        for (const inner of pattern.positional) this.pattern(inner, scope);
        for (const { pattern: inner } of pattern.keywords) this.pattern(inner, scope);
        break;
    }
  }

  expr(node: ast.Expr, scope: Scope): void {
    switch (node.kind) {
      case "name":
        this.uses.push({ scope, name: node.id });
        break;
      case "format":
        this.formatParts(node.parts, scope);
        break;
      case "attribute":
        this.expr(node.object, scope);
        break;
      case "subscript":
        this.expr(node.object, scope);
        this.expr(node.index, scope);
        break;
      case "slice":
        for (const part of [node.lower, node.upper, node.step]) if (part) this.expr(part, scope);
        break;
      case "call":
        this.expr(node.callee, scope);
        for (const arg of node.args) this.expr(arg.value, scope);
        break;
      case "binary":
      case "boolop":
        this.expr(node.left, scope);
        this.expr(node.right, scope);
        break;
      case "unary":
        this.expr(node.operand, scope);
        break;
      case "compare":
        this.expr(node.left, scope);
        for (const { right } of node.rest) this.expr(right, scope);
        break;
      case "conditional":
        this.expr(node.test, scope);
        this.expr(node.then, scope);
        this.expr(node.otherwise, scope);
        break;
      case "lambda":
        this.functionScope(node, node.params, scope, (inner) => this.expr(node.body, inner));
        break;
      case "list":
      case "tuple":
      case "set":
        for (const item of node.items) this.expr(item, scope);
        break;
      case "dict":
        for (const { key, value } of node.entries) {
          if (key) this.expr(key, scope);
          this.expr(value, scope);
        }
        break;
      case "comprehension": {
        this.expr(node.clauses[0].iterable, scope);
        const inner = new Scope(node.makes === "generator" ? "function" : "inline", scope);
        this.scopes.set(node, inner);
        if (node.makes === "generator") inner.declare(".0");
        for (const clause of node.clauses) this.target(clause.target, inner);
        node.clauses.forEach((clause, index) => {
          if (index > 0) this.expr(clause.iterable, inner);
          for (const condition of clause.conditions) this.expr(condition, inner);
        });
        this.expr(node.element, inner);
        if (node.value) this.expr(node.value, inner);
        break;
      }
      case "named": {
        this.expr(node.value, scope);
        // `:=` inside a comprehension binds around it.
        let outer = scope;
        while (outer.kind === "inline" && outer.parent) outer = outer.parent;
        this.bind(node.target.id, outer);
        break;
      }
      case "yield":
        if (node.value) this.expr(node.value, scope);
        break;
      case "starred":
        this.expr(node.value, scope);
        break;
    }
  }

  private formatParts(parts: (string | ast.FormatPart)[], scope: Scope): void {
    for (const part of parts) {
      if (typeof part === "string") continue;
      this.expr(part.expr, scope);
      if (part.spec) this.formatParts(part.spec, scope);
    }
  }
}
