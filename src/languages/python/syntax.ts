/**
 * Reads Python text: Lezer's tolerant tree becomes the typed syntax of
 * `syntax/ast.ts`. A place that cannot be read is listed in `errors` with one
 * clear line, and becomes a node that raises where it is executed; everything
 * around it stays usable.
 */
import { type PartialParse, type SyntaxNode, type Tree, TreeFragment } from "@lezer/common";
import { parser } from "@lezer/python";
import type * as ast from "./syntax/ast";
import { readNumber, resolveEscapes, stringShape } from "./syntax/literals";

export * from "./syntax/ast";

const magicLine = /^(?:%%?[A-Za-z_][^\n]*|![A-Za-z./][^\n]*)/gm;
/** One that is the first statement of a block, which must not be empty without it. */
const innerMagicLine =
  /(?<=:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]+)(?:%[A-Za-z_][^\n]*|![A-Za-z./][^\n]*)/g;

/**
 * Reads a module. Never throws.
 * @param starts offsets, ascending, at which texts that are read by themselves begin, such as the cells of a notebook:
 *   what is left open at the end of one does not swallow the next
 * @param before what was read of a version of the text before: what an edit left as it was is not read again
 */
export function parse(text: string, starts: readonly number[] = [0], before?: ast.PyModuleSyntax): ast.PyModuleSyntax {
  const known = starts.length === 1 ? before?.read : undefined;
  const parts = starts.map((from, k) => readPart("\n".repeat(from) + text.slice(from, starts[k + 1]), known));
  const body = parts.flatMap((part) => part.body);
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  return {
    text,
    body,
    errors: parts.flatMap(({ errors }) => errors),
    skipped: parts.flatMap(({ skipped }) => skipped),
    docstring: docstringOf(body),
    lineStarts,
    read: parts.length === 1 ? parts[0]!.read : undefined,
  };
}

function readPart(
  text: string,
  before?: ast.ReadTree,
): Pick<ast.PyModuleSyntax, "body" | "errors" | "skipped" | "read"> {
  const skipped: ast.SyntaxProblem[] = [];
  let source = text.charCodeAt(0) === 0xfeff ? `\n${text.slice(1)}` : text;
  if (/^[ \t]*[!%]/m.test(source)) {
    const skip = (statement: string) => (line: string, at: number) => {
      skipped.push({ from: at, to: at + line.length, message: `skipped: ${line.split(/\s/)[0]} is no Python` });
      return `${statement}#${line.slice(statement.length + 1)}`;
    };
    source = source.replace(magicLine, skip("")).replace(innerMagicLine, skip("0"));
  }
  const reader = new Reader(source);
  try {
    const { body, read } = reader.module(before);
    // The way around a mistake depends on what was read before it: then nothing is taken over.
    if (before && reader.errors.length > 0) return readPart(text);
    const open = reader.errors.length > 0 ? neverClosed(read) : undefined;
    // What stands behind it is read as if it stood in the bracket: mistakes there need not be any.
    const errors = open ? [...reader.errors.filter(({ to }) => to <= open.from), open] : reader.errors;
    return { body, errors, skipped, read };
  } catch (error) {
    const message = error instanceof RangeError ? "too many nested parentheses" : "invalid syntax";
    const body: ast.Statement[] = [{ kind: "broken", error: "SyntaxError", message, from: 0, to: text.length }];
    return { body, errors: [...reader.errors, { from: 0, to: 0, message }], skipped };
  }
}

/** The bracket that Python's tokenizer would miss the end of. */
function neverClosed({ tree, source }: ast.ReadTree): ast.SyntaxProblem | undefined {
  const open: number[] = [];
  let closed = true;
  const scan = (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      if ("([{".includes(source[at]!)) open.push(at);
      else if (")]}".includes(source[at]!)) {
        const start = open.pop();
        closed &&= start !== undefined && "([{".indexOf(source[start]!) === ")]}".indexOf(source[at]!);
      }
    }
  };
  let done = 0;
  tree.iterate({
    enter: ({ name, from, to }) => {
      if (name !== "String" && name !== "FormatString" && name !== "Comment") return true;
      scan(done, from);
      done = to;
      return false;
    },
  });
  scan(done, source.length);
  const at = open.at(-1);
  return closed && at !== undefined ? { from: at, to: at + 1, message: `'${source[at]}' was never closed` } : undefined;
}

/** Reads one expression; the error is one line. */
export function parseExpression(text: string): {
  expr: ast.Expr;
  errors: ast.SyntaxProblem[];
  syntax: ast.PyModuleSyntax;
} {
  // Parentheses let an expression go over several lines, as a selection may.
  const opened = `(${text.replace(/[\s;]+$/, "")}\n)`;
  const syntax = parse(opened);
  const shift = (problem: ast.SyntaxProblem): ast.SyntaxProblem => ({
    from: Math.max(0, problem.from - 1),
    to: Math.max(0, Math.min(problem.to - 1, text.length)),
    message: problem.message,
  });
  const only = syntax.body[0];
  if (text.trim() === "") {
    const message = "there is no expression here";
    return { expr: broken({ from: 0, to: 0 }, message), errors: [{ from: 0, to: 0, message }], syntax };
  }
  if (syntax.body.length !== 1 || only.kind !== "expression") {
    const message = only?.kind === "broken" ? only.message : "this is no expression";
    return {
      expr: broken({ from: 0, to: text.length }, message),
      errors: [{ from: 0, to: text.length, message }],
      syntax,
    };
  }
  return { expr: only.value, errors: syntax.errors.map(shift), syntax };
}

function docstringOf(body: ast.Statement[]): string | null {
  const first = body[0];
  return first?.kind === "expression" && first.value.kind === "string" ? first.value.value : null;
}

function broken(span: ast.Span, message: string, error: ast.BrokenExpr["error"] = "SyntaxError"): ast.BrokenExpr {
  return { kind: "broken", error, message, from: span.from, to: span.to };
}

/** Where two texts differ: behind their common beginning, before their common end. */
interface Change {
  readonly from: number;
  readonly before: number;
  readonly after: number;
}

function changeOf(before: string, after: string): Change {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before.charCodeAt(from) === after.charCodeAt(from)) from++;
  let end = 0;
  while (
    end < shorter - from &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  )
    end++;
  return { from, before: before.length - end, after: after.length - end };
}

/** What of a tree stands unchanged in a text that one edit made of its own. */
function fragmentsLeft({ tree, source }: ast.ReadTree, text: string): readonly TreeFragment[] {
  const { from, before, after } = changeOf(source, text);
  return TreeFragment.applyChanges(TreeFragment.addTree(tree), [{ fromA: from, toA: before, fromB: from, toB: after }]);
}

/** What was read of a node that an edit left as it was, placed where it stands now; undefined where it is to be read. */
function statementsLeft(
  { statements }: ast.ReadTree,
  { from, before, after }: Change,
): (node: SyntaxNode) => ast.ReadNode | undefined {
  return (node) => {
    // What stands beside a node tells where it begins and ends.
    const isBehind = node.from > after;
    if (!isBehind && node.to >= from) return undefined;
    const by = isBehind ? after - before : 0;
    const known = statements.get(node.from - by);
    return known?.name === node.name && known.to === node.to - by ? shifted(known, by) : undefined;
  };
}

/** A copy of syntax with its spans moved. */
function shifted<T extends object>(node: T, by: number): T {
  if (by === 0 || node instanceof Uint8Array) return node;
  if (Array.isArray(node)) return node.map((one) => shiftedInner(one, by)) as unknown as T;
  const copy = { ...node } as { [key: string]: unknown; from?: unknown; to?: unknown };
  for (const key in copy) copy[key] = shiftedInner(copy[key], by);
  if (typeof copy.from === "number" && typeof copy.to === "number") {
    copy.from += by;
    copy.to += by;
  }
  return copy as T;
}

const shiftedInner = (inner: unknown, by: number) =>
  typeof inner === "object" && inner !== null ? shifted(inner, by) : inner;

/** What a block can belong to. */
const HEADERS = new Set("if elif else for while with try except finally def class match case".split(" "));
const statementNames = new Set([
  "AssignStatement",
  "UpdateStatement",
  "ExpressionStatement",
  "DeleteStatement",
  "PassStatement",
  "BreakStatement",
  "ContinueStatement",
  "ReturnStatement",
  "YieldStatement",
  "PrintStatement",
  "RaiseStatement",
  "ImportStatement",
  "ScopeStatement",
  "AssertStatement",
  "TypeDefinition",
  "StatementGroup",
  "IfStatement",
  "WhileStatement",
  "ForStatement",
  "TryStatement",
  "WithStatement",
  "FunctionDefinition",
  "ClassDefinition",
  "DecoratedStatement",
  "MatchStatement",
]);

/** A place that spoils the statement it stands in. */
class Spoiled {
  constructor(
    readonly span: ast.Span,
    readonly message: string,
    readonly error: ast.BrokenExpr["error"] = "SyntaxError",
  ) {}
}

/**
 * Lezer gives up a chain of more than 300 operators, as if it were wrong, unless its count of them is taken back. Where it
 * does not come forward the count stands: it ends what would go on for ever.
 */
function treeOf(source: string, fragments?: readonly TreeFragment[]): Tree {
  const run: PartialParse & { bigReductionCount?: number } = parser.startParse(source, fragments);
  let furthest = 0;
  for (;;) {
    if (run.parsedPos > furthest) {
      furthest = run.parsedPos;
      run.bigReductionCount = 0;
    }
    const tree = run.advance();
    if (tree) return tree;
  }
}

class Reader {
  readonly errors: ast.SyntaxProblem[] = [];
  private depth = 0;
  private loops = 0;
  private functions = 0;
  /** The innermost class around. */
  private enclosing = "";

  constructor(readonly text: string) {}

  module(before?: ast.ReadTree): { body: ast.Statement[]; read: ast.ReadTree } {
    const source = this.masked();
    const tree = treeOf(source, before && fragmentsLeft(before, source));
    const left = before && statementsLeft(before, changeOf(before.text, this.text));
    const statements = new Map<number, ast.ReadNode>();
    const nodes = children(tree.topNode);
    const body = nodes.some(({ type }) => type.isError)
      ? this.statements(nodes)
      : nodes.flatMap((node) => {
          const { name, from, to } = node;
          const read = left?.(node) ?? { name, from, to, statements: this.statements([node]) };
          statements.set(from, read);
          return read.statements;
        });
    if (this.errors.length > 0) statements.clear();
    return { body, read: { tree, source, text: this.text, statements } };
  }

  /** The grammar knows no `3.`: the dot becomes a digit for it; the value is read from the text itself. */
  private masked(): string {
    return (
      this.text
        .replace(/\\\r\n/g, " \\\n")
        // White space after the last line is none of the block around.
        .replace(/(?<=\n)[ \t]+$/, (blank) => "\n".repeat(blank.length))
        // A form feed before a line counts as none; elsewhere it is white space.
        .replace(/^\f/gm, "\n")
        .replace(/\f/g, " ")
        .replace(/(?<![\w.])(\d[\d_]*)\.(?![\d.])/g, (_, digits: string) => `${digits}0`)
        // Nor a format specification that begins with `=`, as in `f"{x:=+5d}"`.
        .replace(/(?<=\b(?:f|rf|fr)(?:"{1,3}[^"\n]*|'{1,3}[^'\n]*)\{[^\s{}()]*):=/gi, ":<")
        // Nor decorators that are more than a dotted name with arguments, nor `match` on a tuple or a named expression:
        // a name of the same length stands there, and `covered` reads what it covers.
        .replace(/^([ \t]*@[ \t]*)((?![\w.]+[ \t]*(?:\(.*)?$)[^\s#].*?)(?=[ \t]*$)/gm, cover)
        .replace(/^([ \t]*match[ \t]+)((?!=).*(?::=|,).*?)(?=[ \t]*:[ \t]*(?:#.*)?\n\s*case\b)/gm, cover)
    );
  }

  /** The grammar takes whatever is not ASCII for a letter. */
  private checkCharacters(span: ast.Span): void {
    const name = this.slice(span);
    const [wrong] = name.match(/\P{XID_Continue}/u) ?? [...name];
    if (!wrong || !/^[\w\u{80}-\u{10ffff}]+$/u.test(name)) return;
    const code = wrong.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    throw new Spoiled(span, `invalid character '${wrong}' (U+${code})`);
  }

  /** What stands in the text where the grammar was shown a name. */
  private covered(span: ast.Span): ast.Expr {
    const inner = new Reader(`${"\n".repeat(span.from - 1)}(${this.slice(span)}\n)`);
    inner.enclosing = this.enclosing;
    const [only] = inner.module().body;
    const problem = inner.errors[0];
    if (problem || only?.kind !== "expression") throw new Spoiled(span, problem?.message ?? "invalid syntax");
    return only.value;
  }

  /** A name as the class around knows it: `__x` is private to it. */
  private private(name: string): string {
    const owner = this.enclosing.replace(/^_+/, "");
    return owner !== "" && name.startsWith("__") && !name.endsWith("__") ? `_${owner}${name}` : name;
  }

  private slice(span: ast.Span): string {
    return this.text.slice(span.from, span.to);
  }

  private problem(span: ast.Span, message: string): void {
    const last = this.errors[this.errors.length - 1];
    // One line for one mistake: a second report at the same place says nothing new.
    if (last && span.from <= last.to && span.from >= last.from) return;
    this.errors.push({ from: span.from, to: span.to, message });
  }

  // ── statements ────────────────────────────────────────────────────────────

  private statements(nodes: SyntaxNode[]): ast.Statement[] {
    const out: ast.Statement[] = [];
    for (const node of nodes) {
      if (node.type.isError) {
        const span = spanOf(node);
        const previous = out[out.length - 1];
        const message = this.explain(node);
        this.problem(span.to > span.from ? span : this.near(span.from), message);
        if (previous && node.from - previous.to <= 1) out.pop();
        out.push({ kind: "broken", error: "SyntaxError", message, from: previous?.from ?? span.from, to: span.to });
      } else if (node.name === "StatementGroup") out.push(...this.statements(children(node)));
      else if (statementNames.has(node.name)) out.push(this.statement(node));
    }
    return out;
  }

  private statement(node: SyntaxNode): ast.Statement {
    try {
      return this.readStatement(node, children(node));
    } catch (error) {
      if (!(error instanceof Spoiled)) throw error;
      if (error.error === "SyntaxError") this.problem(error.span, error.message);
      return { kind: "broken", error: error.error, message: error.message, ...spanOf(node) };
    }
  }

  private readStatement(node: SyntaxNode, kids: SyntaxNode[]): ast.Statement {
    const span = spanOf(node);
    switch (node.name) {
      case "ExpressionStatement":
        return { kind: "expression", value: this.exprList(kids, span), ...span };
      case "YieldStatement":
        return { kind: "expression", value: this.yieldFrom(kids, span), ...span };
      case "AssignStatement":
        return this.assign(kids, span);
      case "UpdateStatement":
        return this.update(kids, span);
      case "ReturnStatement":
        if (this.functions === 0) throw new Spoiled(span, "'return' outside function");
        return { kind: "return", value: kids.length > 1 ? this.exprList(kids.slice(1), span) : null, ...span };
      case "PassStatement":
        return { kind: "pass", ...span };
      case "BreakStatement":
        if (this.loops === 0) throw new Spoiled(span, "'break' outside loop");
        return { kind: "break", ...span };
      case "ContinueStatement":
        if (this.loops === 0) throw new Spoiled(span, "'continue' not properly in loop");
        return { kind: "continue", ...span };
      case "PrintStatement":
        throw new Spoiled(span, "Missing parentheses in call to 'print'. Did you mean print(...)?");
      case "DeleteStatement": {
        const value = this.exprList(kids.slice(1), span);
        const targets =
          value.kind === "tuple" && value.from === kids[1]?.from && kids.length > 2 ? value.items : [value];
        for (const target of targets) this.checkTarget(target, "delete");
        return { kind: "delete", targets, ...span };
      }
      case "RaiseStatement":
        return this.raise(kids, span);
      case "ImportStatement":
        return this.import(kids, span);
      case "ScopeStatement": {
        const kind = kids[0]?.name === "nonlocal" ? "nonlocal" : "global";
        return {
          kind,
          names: kids.filter((kid) => kid.name === "VariableName").map((kid) => this.private(this.slice(kid))),
          ...span,
        };
      }
      case "AssertStatement": {
        const parts = this.items(kids.slice(1), span);
        if (parts.length === 0) throw new Spoiled(span, "invalid syntax");
        return { kind: "assert", test: parts[0], message: parts[1] ?? null, ...span };
      }
      case "TypeDefinition": {
        // Types are not looked at: an alias is its name.
        const [name] = kids.slice(1);
        const target: ast.Name = { kind: "name", id: this.slice(name), ...spanOf(name) };
        return {
          kind: "assign",
          targets: [target],
          value: { ...spanOf(name), kind: "string", value: target.id },
          ...span,
        };
      }
      case "IfStatement":
        return this.ifStatement(kids, span);
      case "WhileStatement": {
        const body = this.bodyOf(kids, span, true);
        const test = this.header(kids.slice(1), span);
        return { kind: "while", test, body: body.first, orelse: body.orelse, ...span };
      }
      case "ForStatement":
        return this.forStatement(kids, span);
      case "TryStatement":
        return this.tryStatement(kids, span);
      case "WithStatement":
        return this.withStatement(kids, span);
      case "FunctionDefinition":
        return this.functionDef(kids, span, []);
      case "ClassDefinition":
        return this.classDef(kids, span, []);
      case "DecoratedStatement": {
        const decorators = kids.filter((kid) => kid.name === "Decorator").map((kid) => this.decorator(kid));
        const target = kids.find((kid) => kid.name === "FunctionDefinition" || kid.name === "ClassDefinition");
        if (!target) throw new Spoiled(span, "expected a function or a class after the decorator");
        return target.name === "FunctionDefinition"
          ? this.functionDef(children(target), span, decorators)
          : this.classDef(children(target), span, decorators);
      }
      case "MatchStatement":
        return this.match(kids, span);
      default:
        throw new Spoiled(span, "invalid syntax");
    }
  }

  private assign(kids: SyntaxNode[], span: ast.Span): ast.Statement {
    const typeDef = kids.find((kid) => kid.name === "TypeDef");
    const groups = splitAt(
      kids.filter((kid) => kid !== typeDef),
      (kid) => kid.name === "AssignOp",
    );
    const parts = groups.map((group) => {
      if (group.length === 0 || group.every((kid) => kid.type.isError)) {
        throw new Spoiled(this.near(span.to), this.explain(group[0] ?? null));
      }
      return this.exprList(group, spanOfAll(group));
    });
    if (typeDef) {
      const annotation = this.annotation(typeDef);
      this.checkTarget(parts[0], "assign to");
      return { kind: "annotated", target: parts[0], annotation, value: parts[1] ?? null, ...span };
    }
    const targets = parts.slice(0, -1);
    for (const target of targets) this.checkTarget(target, "assign to");
    return { kind: "assign", targets, value: parts[parts.length - 1], ...span };
  }

  private update(kids: SyntaxNode[], span: ast.Span): ast.Statement {
    const at = kids.findIndex((kid) => kid.name === "UpdateOp");
    if (at <= 0 || at === kids.length - 1) throw new Spoiled(span, "invalid syntax");
    const target = this.exprList(kids.slice(0, at), spanOfAll(kids.slice(0, at)));
    const value = this.exprList(kids.slice(at + 1), spanOfAll(kids.slice(at + 1)));
    if (target.kind !== "name" && target.kind !== "attribute" && target.kind !== "subscript") {
      throw new Spoiled(target, `'${describe(target)}' is an illegal expression for augmented assignment`);
    }
    const op = this.slice(kids[at]).slice(0, -1) as ast.BinaryOperator;
    return { kind: "augmented", target, op, value, ...span };
  }

  private raise(kids: SyntaxNode[], span: ast.Span): ast.Statement {
    const at = kids.findIndex((kid) => kid.name === "from");
    const first = kids.slice(1, at < 0 ? undefined : at);
    const value = first.length ? this.exprList(first, spanOfAll(first)) : null;
    const cause = at < 0 ? null : this.exprList(kids.slice(at + 1), span);
    return { kind: "raise", value, cause, ...span };
  }

  private import(kids: SyntaxNode[], span: ast.Span): ast.Statement {
    const error = kids.find((kid) => kid.type.isError);
    if (error) throw new Spoiled(this.near(error.from), "invalid syntax");
    const aliases = (nodes: SyntaxNode[]): ast.Alias[] =>
      splitAt(
        nodes.filter((kid) => kid.name !== "(" && kid.name !== ")"),
        (kid) => kid.name === ",",
      )
        .filter((group) => group.length > 0)
        .map((group) => {
          const as = group.findIndex((kid) => kid.name === "as");
          const names = as < 0 ? group : group.slice(0, as);
          return {
            name: names.map((kid) => this.slice(kid)).join(""),
            asname: as < 0 ? null : this.slice(group[as + 1]),
            ...spanOfAll(group),
          };
        });
    const at = kids.findIndex((kid) => kid.name === "import");
    if (kids[0].name === "import") return { kind: "import", names: aliases(kids.slice(1)), ...span };
    const path = this.slice({ from: kids[0].to, to: kids[at].from }).trim();
    const level = /^\.*/.exec(path.replace(/\s/g, ""))![0].length;
    const rest = kids.slice(at + 1);
    return {
      kind: "importfrom",
      module: path.replace(/\s/g, "").slice(level),
      level,
      names: rest[0]?.name === "*" ? null : aliases(rest),
      ...span,
    };
  }

  private ifStatement(kids: SyntaxNode[], span: ast.Span): ast.Statement {
    // if test Body (elif test Body)* (else Body)?
    const branches: { test: SyntaxNode[]; body: SyntaxNode; from: number }[] = [];
    let orelse: ast.Statement[] = [];
    let test: SyntaxNode[] = [];
    let from = span.from;
    let isElse = false;
    for (const kid of kids) {
      if (kid.name === "if" || kid.name === "elif") {
        from = kid.from;
        test = [];
      } else if (kid.name === "else") isElse = true;
      else if (kid.name === "Body") {
        if (isElse) orelse = this.body(kid);
        else branches.push({ test, body: kid, from });
      } else test.push(kid);
    }
    if (branches.length === 0) throw new Spoiled(this.near(span.to), "expected ':'");
    for (let index = branches.length - 1; index >= 0; index--) {
      const branch = branches[index];
      const to = span.to;
      const statement: ast.If = {
        kind: "if",
        test: this.header(branch.test, { from: branch.from, to: branch.body.from }),
        body: this.body(branch.body),
        orelse,
        from: branch.from,
        to,
      };
      orelse = [statement];
    }
    return orelse[0];
  }

  private header(kids: SyntaxNode[], span: ast.Span): ast.Expr {
    const end = kids.findIndex((kid) => kid.name === "Body");
    const group = end < 0 ? kids : kids.slice(0, end);
    const error = group.find((kid) => kid.type.isError);
    if (error) {
      const found = this.slice(error).trim();
      if (found === "=" || found.startsWith("=")) {
        throw new Spoiled(spanOf(error), "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
      }
      throw new Spoiled(this.near(error.from), this.explain(error));
    }
    if (group.length === 0) throw new Spoiled(this.near(span.from), "invalid syntax");
    return this.exprList(group, spanOfAll(group));
  }

  private bodyOf(
    kids: SyntaxNode[],
    span: ast.Span,
    loop: boolean,
  ): { first: ast.Statement[]; orelse: ast.Statement[] } {
    const bodies = kids.filter((kid) => kid.name === "Body");
    if (bodies.length === 0) throw new Spoiled(this.near(span.to), "expected ':'");
    if (loop) this.loops++;
    const first = this.body(bodies[0]);
    if (loop) this.loops--;
    return { first, orelse: bodies[1] ? this.body(bodies[1]) : [] };
  }

  private body(node: SyntaxNode): ast.Statement[] {
    const kids = children(node);
    if (kids[0]?.type.isError && this.slice(kids[0]) === "") {
      const before = this.text.slice(0, node.from).trimEnd().length;
      this.problem({ from: before, to: before + 1 }, "expected ':'");
      return [
        { kind: "broken", error: "SyntaxError", message: "expected ':'", ...spanOf(node) },
        ...this.statements(kids.slice(1)),
      ];
    }
    const rest = kids.filter((kid) => kid.name !== ":");
    if (!rest.some((kid) => !kid.type.isError)) {
      const message = `expected an indented block after ${this.owner(node)}`;
      this.problem(this.near(node.from), message);
      return [{ kind: "broken", error: "SyntaxError", message, ...spanOf(node) }];
    }
    return this.statements(rest);
  }

  /** What a block belongs to: `'if' statement on line 3`. */
  private owner(block: SyntaxNode): string {
    let keyword = block.prevSibling;
    while (keyword && !HEADERS.has(keyword.name)) keyword = keyword.prevSibling;
    const line = this.text.slice(0, (keyword ?? block).from).split("\n").length;
    const name = keyword?.name ?? "";
    const what = name === "def" ? "function definition" : name === "class" ? "class definition" : `'${name}' statement`;
    return `${what} on line ${line}`;
  }

  private forStatement(kids: SyntaxNode[], span: ast.Span): ast.Statement {
    if (kids[0]?.name === "async") throw new Spoiled(span, "`async for` is not supported", "NotImplementedError");
    const at = kids.findIndex((kid) => kid.name === "in");
    if (at < 0) throw new Spoiled(this.near(span.from), "invalid syntax");
    const body = this.bodyOf(kids, span, true);
    const target = this.exprList(kids.slice(1, at), spanOfAll(kids.slice(1, at)));
    this.checkTarget(target, "assign to");
    const iterable = this.header(kids.slice(at + 1), span);
    return { kind: "for", target, iterable, body: body.first, orelse: body.orelse, ...span };
  }

  private tryStatement(kids: SyntaxNode[], span: ast.Span): ast.Statement {
    const statement: ast.Try = {
      kind: "try",
      groups: false,
      body: [],
      handlers: [],
      orelse: [],
      finalbody: [],
      ...span,
    };
    let section: SyntaxNode[] = [];
    let keyword = "try";
    let from = span.from;
    for (const kid of kids) {
      if (["try", "except", "else", "finally"].includes(kid.name)) {
        keyword = kid.name;
        from = kid.from;
        section = [];
      } else if (kid.name === "Body") {
        const body = this.body(kid);
        if (keyword === "try") statement.body = body;
        else if (keyword === "else") statement.orelse = body;
        else if (keyword === "finally") statement.finalbody = body;
        else {
          if (section[0]?.name === "*") {
            statement.groups = true;
            section.shift();
          }
          const as = section.findIndex((part) => part.name === "as");
          const type = as < 0 ? section : section.slice(0, as);
          statement.handlers.push({
            type: type.length ? this.exprList(type, spanOfAll(type)) : null,
            name: as < 0 || !section[as + 1] ? null : this.slice(section[as + 1]),
            body,
            from,
            to: kid.to,
          });
        }
      } else section.push(kid);
    }
    if (statement.handlers.length === 0 && !kids.some((kid) => kid.name === "finally")) {
      throw new Spoiled(this.near(span.to), "expected 'except' or 'finally' block");
    }
    return statement;
  }

  private withStatement(kids: SyntaxNode[], span: ast.Span): ast.Statement {
    if (kids[0]?.name === "async") throw new Spoiled(span, "`async with` is not supported", "NotImplementedError");
    const bodyNode = kids.find((kid) => kid.name === "Body");
    if (!bodyNode) throw new Spoiled(this.near(span.to), "expected ':'");
    let header = kids.slice(1, kids.indexOf(bodyNode));
    // `with (a as b, c as d):` is an error to the grammar; its parts are all there.
    const first = header[0];
    if (first?.name === "ParenthesizedExpression" && children(first).some((kid) => kid.type.isError)) {
      header = [...children(first), ...header.slice(1)]
        .filter((kid) => kid.name !== "(")
        .filter((kid) => !(kid.type.isError && ["", ")"].includes(this.slice(kid).trim())));
    }
    const items = splitAt(header, (kid) => kid.name === ",")
      .filter((group) => group.length > 0)
      .map((group): ast.WithItem => {
        const as = group.findIndex((kid) => kid.name === "as");
        const context = as < 0 ? group : group.slice(0, as);
        const target = as < 0 ? null : this.exprList(group.slice(as + 1), spanOfAll(group));
        if (target) this.checkTarget(target, "assign to");
        return { context: this.header(context, spanOfAll(group)), target, ...spanOfAll(group) };
      });
    if (items.length === 0) throw new Spoiled(this.near(span.from), "invalid syntax");
    return { kind: "with", items, body: this.body(bodyNode), ...span };
  }

  private decorator(node: SyntaxNode): ast.Expr {
    const kids = children(node).filter((kid) => kid.name !== "At" && kid.name !== "newline");
    const names = kids.filter((kid) => kid.name === "VariableName");
    if (names.length === 0) throw new Spoiled(spanOf(node), "invalid syntax");
    let expr = this.expr(names[0]);
    for (const name of names.slice(1)) {
      expr = {
        kind: "attribute",
        object: expr,
        name: this.slice(name),
        nameSpan: spanOf(name),
        from: expr.from,
        to: name.to,
      };
    }
    const args = kids.find((kid) => kid.name === "ArgList");
    if (args) expr = { kind: "call", callee: expr, args: this.args(args), from: expr.from, to: args.to };
    return expr;
  }

  private functionDef(kids: SyntaxNode[], span: ast.Span, decorators: ast.Expr[]): ast.Statement {
    const nameNode = kids.find((kid) => kid.name === "VariableName");
    const paramNode = kids.find((kid) => kid.name === "ParamList");
    const bodyNode = kids.find((kid) => kid.name === "Body");
    if (!nameNode) throw new Spoiled(this.near(span.from + 3), "invalid syntax");
    if (!paramNode) throw new Spoiled(this.near(nameNode.to), "expected '('");
    const params = this.params(paramNode);
    if (!bodyNode) {
      const open = this.slice(paramNode).includes(")") ? "expected ':'" : "'(' was never closed";
      throw new Spoiled(
        open.startsWith("'") ? { from: paramNode.from, to: paramNode.from + 1 } : this.near(span.to),
        open,
      );
    }
    const returnNode = kids.find((kid) => kid.name === "TypeDef");
    const loops = this.loops;
    this.loops = 0;
    this.functions++;
    const body = this.body(bodyNode);
    this.functions--;
    this.loops = loops;
    if (kids[0]?.name === "async") throw new Spoiled(span, "`async def` is not supported", "NotImplementedError");
    return {
      kind: "function",
      name: this.private(this.slice(nameNode)),
      nameSpan: spanOf(nameNode),
      params,
      paramSpan: spanOf(paramNode),
      returns: returnNode ? this.annotation(returnNode) : null,
      body,
      bodySpan: spanOf(bodyNode),
      decorators,
      docstring: docstringOf(body),
      ...span,
    };
  }

  private annotation(node: SyntaxNode): ast.Expr {
    const kids = children(node).filter((kid) => kid.name !== ":");
    return kids.length ? this.exprList(kids, spanOf(node)) : broken(spanOf(node), "invalid syntax");
  }

  private params(node: SyntaxNode): ast.Parameters {
    const list: ast.Parameter[] = [];
    const kids = children(node).filter((kid) => kid.name !== "(" && kid.name !== ")");
    let mode: "normal" | "keyword-only" = "normal";
    let start = node.from + (this.text[node.from] === "(" ? 1 : 0);
    const groups: { kids: SyntaxNode[]; text: string }[] = [];
    let group: SyntaxNode[] = [];
    for (const kid of kids) {
      if (kid.name === ",") {
        groups.push({ kids: group, text: this.text.slice(start, kid.from) });
        group = [];
        start = kid.to;
      } else group.push(kid);
    }
    groups.push({ kids: group, text: this.text.slice(start, node.to) });
    for (const { kids: parts, text } of groups) {
      const bare = text.replace(/#[^\n]*/g, "").trim();
      if (parts.length === 0) {
        if (bare.startsWith("/")) {
          for (const parameter of list) if (parameter.kind === "normal") parameter.kind = "positional-only";
        }
        continue;
      }
      const error = parts.find((kid) => kid.type.isError);
      if (error) throw new Spoiled(this.near(error.from), this.explain(error));
      const nameNode = parts.find((kid) => kid.name === "VariableName");
      const star = parts[0].name;
      if (!nameNode) {
        if (star === "*") mode = "keyword-only";
        continue;
      }
      const typeDef = parts.find((kid) => kid.name === "TypeDef");
      const assign = parts.findIndex((kid) => kid.name === "AssignOp");
      const name = this.slice(nameNode);
      if (list.some((parameter) => parameter.name === name)) {
        throw new Spoiled(spanOf(nameNode), `duplicate argument '${name}' in function definition`);
      }
      let kind: ast.Parameter["kind"] = mode;
      if (star === "*") {
        kind = "star";
        mode = "keyword-only";
      } else if (star === "**") kind = "doublestar";
      list.push({
        name,
        nameSpan: spanOf(nameNode),
        kind,
        annotation: typeDef ? this.annotation(typeDef) : null,
        default: assign < 0 ? null : this.exprList(parts.slice(assign + 1), spanOfAll(parts)),
        ...spanOfAll(parts),
      });
    }
    let defaulted = false;
    for (const parameter of list) {
      if (parameter.kind !== "normal" && parameter.kind !== "positional-only") break;
      if (parameter.default) defaulted = true;
      else if (defaulted) throw new Spoiled(parameter, "non-default argument follows default argument");
    }
    return { list };
  }

  private classDef(kids: SyntaxNode[], span: ast.Span, decorators: ast.Expr[]): ast.Statement {
    const nameNode = kids.find((kid) => kid.name === "VariableName");
    const bodyNode = kids.find((kid) => kid.name === "Body");
    if (!nameNode) throw new Spoiled(this.near(span.from + 5), "invalid syntax");
    if (!bodyNode) throw new Spoiled(this.near(span.to), "expected ':'");
    const argNode = kids.find((kid) => kid.name === "ArgList");
    const { loops, functions, enclosing } = this;
    this.loops = 0;
    this.functions = 0;
    this.enclosing = this.slice(nameNode);
    const body = this.body(bodyNode);
    this.loops = loops;
    this.functions = functions;
    this.enclosing = enclosing;
    const args = argNode ? this.args(argNode) : [];
    // `class C[K, V](Base[K, V])`: what stands for the types is not looked at.
    if (kids.some((kid) => kid.name === "TypeParamList"))
      for (const arg of args) if (arg.value.kind === "subscript") arg.value = arg.value.object;
    return {
      kind: "class",
      name: this.slice(nameNode),
      nameSpan: spanOf(nameNode),
      args,
      body,
      decorators,
      docstring: docstringOf(body),
      ...span,
    };
  }

  private checkTarget(target: ast.Expr, verb: "assign to" | "delete"): void {
    switch (target.kind) {
      case "name":
      case "attribute":
      case "subscript":
        return;
      case "tuple":
      case "list":
        for (const item of target.items) this.checkTarget(item, verb);
        return;
      case "starred":
        this.checkTarget(target.value, verb);
        return;
      case "broken":
        return;
      default: {
        const hint =
          verb === "assign to" && target.kind !== "constant" ? " here. Maybe you meant '==' instead of '='?" : "";
        throw new Spoiled(target, `cannot ${verb} ${describe(target)}${hint}`);
      }
    }
  }

  // ── match ─────────────────────────────────────────────────────────────────

  private match(kids: SyntaxNode[], span: ast.Span): ast.Statement {
    const bodyNode = kids.find((kid) => kid.name === "MatchBody");
    if (!bodyNode) throw new Spoiled(this.near(span.to), "expected ':'");
    const subject = this.header(kids.slice(1, kids.indexOf(bodyNode)), span);
    const cases = children(bodyNode)
      .filter((kid) => kid.name === "MatchClause")
      .map((clause): ast.MatchCase => {
        const parts = children(clause).slice(1);
        const body = parts.find((kid) => kid.name === "Body");
        const guard = parts.find((kid) => kid.name === "Guard");
        const patterns = parts.filter((kid) => kid !== body && kid !== guard);
        if (!body) throw new Spoiled(this.near(clause.to), "expected ':'");
        const groups = splitAt(patterns, (kid) => kid.name === ",").filter((group) => group.length);
        if (groups.length === 0) throw new Spoiled(spanOf(clause), "invalid syntax");
        const items = groups.map((group) => this.pattern(group[0]));
        const pattern: ast.Pattern =
          items.length > 1 || patterns.length > 1 || items[0].kind === "star"
            ? { kind: "sequence", items, ...spanOfAll(patterns) }
            : items[0];
        return {
          pattern,
          guard: guard ? this.exprList(children(guard).slice(1), spanOf(guard)) : null,
          body: this.body(body),
          ...spanOf(clause),
        };
      });
    return { kind: "match", subject, cases, ...span };
  }

  /** `1 + 2j` in a pattern: the real part, and the rest. */
  private complexValue(left: ast.Expr, [sign, imaginary]: SyntaxNode[]): ast.Expr {
    if (!sign || !imaginary) return left;
    const right = this.expr(imaginary);
    return { kind: "binary", op: this.slice(sign) as ast.BinaryOperator, left, right, from: left.from, to: right.to };
  }

  private pattern(node: SyntaxNode): ast.Pattern {
    const span = spanOf(node);
    const kids = children(node);
    switch (node.name) {
      case "CapturePattern": {
        const name = this.slice(node);
        return { kind: "capture", name: name === "_" ? null : name, ...span };
      }
      case "LiteralPattern": {
        const inner = kids[0];
        if (inner?.name === "ArithOp" && kids[1]) {
          const operand = this.expr(kids[1]);
          return {
            kind: "value",
            value: this.complexValue({ kind: "unary", op: "-", operand, ...span }, kids.slice(2)),
            ...span,
          };
        }
        return { kind: "value", value: this.complexValue(this.expr(inner), kids.slice(1)), ...span };
      }
      case "AttributePattern":
        return { kind: "value", value: this.dotted(kids), ...span };
      case "AsPattern":
        return { kind: "as", pattern: this.pattern(kids[0]), name: this.slice(kids[kids.length - 1]), ...span };
      case "OrPattern": {
        const options = kids.filter((kid) => kid.name !== "LogicOp").map((kid) => this.pattern(kid));
        // The grammar binds `as` to the last option; it belongs to them all.
        const last = options[options.length - 1];
        if (last.kind !== "as") return { kind: "or", options, ...span };
        return { ...last, pattern: { kind: "or", options: [...options.slice(0, -1), last.pattern], ...span }, ...span };
      }
      case "StarPattern": {
        const name = this.slice(kids[kids.length - 1]);
        return { kind: "star", name: name === "_" ? null : name, ...span };
      }
      case "SequencePattern": {
        // To the grammar there is an empty pattern between the brackets of `[]`.
        const inner = kids.filter((kid) => !["[", "]", "(", ")", ","].includes(kid.name) && kid.to > kid.from);
        const plain = kids[0]?.name === "(" && inner.length === 1 && !kids.some((kid) => kid.name === ",");
        if (plain && inner[0].name !== "StarPattern") return this.pattern(inner[0]);
        return { kind: "sequence", items: inner.map((kid) => this.pattern(kid)), ...span };
      }
      case "MappingPattern": {
        const entries: { key: ast.Expr; value: ast.Pattern }[] = [];
        let rest: string | null = null;
        for (const group of splitAt(kids.slice(1, -1), (kid) => kid.name === ",")) {
          if (group.length === 0) continue;
          if (group[0].name === "**") rest = this.slice(group[1]);
          else {
            const key = group[0].name === "LiteralPattern" ? this.expr(children(group[0])[0]) : this.expr(group[0]);
            entries.push({ key, value: this.pattern(group[group.length - 1]) });
          }
        }
        return { kind: "mapping", entries, rest, ...span };
      }
      case "ClassPattern": {
        const type = kids[0].name === "AttributePattern" ? this.dotted(children(kids[0])) : this.expr(kids[0]);
        const positional: ast.Pattern[] = [];
        const keywords: { name: string; pattern: ast.Pattern }[] = [];
        for (const kid of children(kids[kids.length - 1])) {
          if (kid.name === "KeywordPattern") {
            const parts = children(kid);
            keywords.push({ name: this.slice(parts[0]), pattern: this.pattern(parts[parts.length - 1]) });
          } else if (kid.name.endsWith("Pattern") && kid.to > kid.from) positional.push(this.pattern(kid));
        }
        return { kind: "classpattern", type, positional, keywords, ...span };
      }
      default:
        throw new Spoiled(span, "invalid syntax");
    }
  }

  private dotted(kids: SyntaxNode[]): ast.Expr {
    let expr: ast.Expr = { kind: "name", id: this.slice(kids[0]), ...spanOf(kids[0]) };
    for (const kid of kids.slice(1)) {
      if (kid.name !== "PropertyName") continue;
      expr = {
        kind: "attribute",
        object: expr,
        name: this.slice(kid),
        nameSpan: spanOf(kid),
        from: expr.from,
        to: kid.to,
      };
    }
    return expr;
  }

  // ── expressions ───────────────────────────────────────────────────────────

  /** `a, b, *c` or a single expression. */
  private exprList(kids: SyntaxNode[], span: ast.Span): ast.Expr {
    const commas = kids.some((kid) => kid.name === ",");
    const items = this.items(kids, span);
    if (items.length === 0) throw new Spoiled(this.near(span.from), "invalid syntax");
    if (!commas && items.length === 1) {
      if (items[0].kind === "starred") throw new Spoiled(items[0], "can't use starred expression here");
      return items[0];
    }
    return { kind: "tuple", items, from: items[0].from, to: items[items.length - 1].to };
  }

  private items(kids: SyntaxNode[], _span: ast.Span): ast.Expr[] {
    const items: ast.Expr[] = [];
    for (const group of splitAt(kids, (kid) => kid.name === ",")) {
      if (group.length === 0) continue;
      const error = group.find((kid) => kid.type.isError);
      if (error) throw new Spoiled(error.to > error.from ? spanOf(error) : this.near(error.from), this.explain(error));
      if (group[0].name === "*") {
        if (!group[1]) throw new Spoiled(spanOf(group[0]), "invalid syntax");
        const value = this.expr(group[1]);
        items.push({ kind: "starred", value, from: group[0].from, to: value.to });
      } else if (group.length === 3 && group[1].name === "AssignOp" && this.slice(group[1]) === ":=") {
        items.push(this.named(group));
      } else if (group.length === 1) items.push(this.expr(group[0]));
      else throw new Spoiled(spanOfAll(group.slice(1)), "invalid syntax");
    }
    return items;
  }

  private named(group: SyntaxNode[]): ast.Expr {
    const target = this.expr(group[0]);
    if (target.kind !== "name") throw new Spoiled(target, `cannot use assignment expressions with ${describe(target)}`);
    return { kind: "named", target, value: this.expr(group[2]), ...spanOfAll(group) };
  }

  private expr(node: SyntaxNode): ast.Expr {
    if (++this.depth > 400) {
      this.depth = 0;
      throw new Spoiled(spanOf(node), "too many nested expressions");
    }
    const expr = this.readExpr(node);
    this.depth--;
    return expr;
  }

  private readExpr(node: SyntaxNode): ast.Expr {
    const span = spanOf(node);
    switch (node.name) {
      case "VariableName":
        if (!/^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(this.slice(node))) {
          this.checkCharacters(span);
          return this.covered(span);
        }
        return { kind: "name", id: this.private(this.slice(node).normalize("NFKC")), ...span };
      case "Number": {
        const text = this.slice(node);
        const number = readNumber(text);
        if (!number) {
          throw new Spoiled(
            span,
            /^0\d/.test(text)
              ? "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers"
              : "invalid decimal literal",
          );
        }
        return { kind: "number", ...number, ...span };
      }
      case "String":
        return this.string(node);
      case "FormatString":
        return this.formatString([node], span);
      case "ContinuedString":
        return this.formatString(children(node), span);
      case "Boolean":
        return { kind: "constant", value: this.slice(node) === "True", ...span };
      case "None":
        return { kind: "constant", value: null, ...span };
      case "Ellipsis":
        return { kind: "constant", value: "...", ...span };
      case "⚠":
        throw new Spoiled(span.to > span.from ? span : this.near(span.from), this.explain(node));
    }
    const kids = children(node);
    switch (node.name) {
      case "BinaryExpression":
        return this.binary(node, kids, span);
      case "UnaryExpression": {
        this.check(kids);
        const op = this.slice(kids[0]) as ast.UnaryOperator;
        if (op === "not") return this.logical(node);
        return { kind: "unary", op, operand: this.expr(kids[1]), ...span };
      }
      case "ParenthesizedExpression": {
        const inner = kids.slice(1, kids[kids.length - 1].name === ")" ? -1 : undefined);
        if (kids[kids.length - 1].name !== ")") {
          throw new Spoiled({ from: span.from, to: span.from + 1 }, "'(' was never closed");
        }
        const value = this.exprList(inner, span);
        return { ...value, ...span };
      }
      case "TupleExpression":
        this.closed(kids, "(", ")", span);
        return { kind: "tuple", items: this.items(kids.slice(1, -1), span), ...span };
      case "ArrayExpression":
        this.closed(kids, "[", "]", span);
        return { kind: "list", items: this.items(kids.slice(1, -1), span), ...span };
      case "SetExpression":
        this.closed(kids, "{", "}", span);
        return { kind: "set", items: this.items(kids.slice(1, -1), span), ...span };
      case "DictionaryExpression": {
        this.closed(kids, "{", "}", span);
        const entries = splitAt(kids.slice(1, -1), (kid) => kid.name === ",")
          .filter((group) => group.length > 0)
          .map((group) => {
            this.check(group);
            if (group[0].name === "**") return { key: null, value: this.expr(group[1]) };
            if (group.length !== 3) throw new Spoiled(spanOfAll(group), "':' expected after dictionary key");
            return { key: this.expr(group[0]), value: this.expr(group[2]) };
          });
        return { kind: "dict", entries, ...span };
      }
      case "ComprehensionExpression":
        this.closed(kids, "(", ")", span);
        return this.comprehension(kids.slice(1, -1), "generator", span);
      case "ArrayComprehensionExpression":
        this.closed(kids, "[", "]", span);
        return this.comprehension(kids.slice(1, -1), "list", span);
      case "SetComprehensionExpression":
        this.closed(kids, "{", "}", span);
        return this.comprehension(kids.slice(1, -1), "set", span);
      case "DictionaryComprehensionExpression":
        this.closed(kids, "{", "}", span);
        return this.comprehension(kids.slice(1, -1), "dict", span);
      case "CallExpression": {
        const args = kids[1];
        if (args?.name !== "ArgList") throw new Spoiled(span, "invalid syntax");
        return { kind: "call", callee: this.expr(kids[0]), args: this.args(args), ...span };
      }
      case "MemberExpression": {
        const object = this.expr(kids[0]);
        if (kids[1]?.name === ".") {
          const name = kids[2];
          if (name?.name !== "PropertyName") throw new Spoiled(this.near(kids[1].to), "invalid syntax");
          return { kind: "attribute", object, name: this.private(this.slice(name)), nameSpan: spanOf(name), ...span };
        }
        if (kids[kids.length - 1].name !== "]") {
          throw new Spoiled({ from: kids[1].from, to: kids[1].from + 1 }, "'[' was never closed");
        }
        return { kind: "subscript", object, index: this.subscript(kids.slice(2, -1), span), ...span };
      }
      case "ConditionalExpression": {
        if (!kids.some((kid) => kid.name === "else")) throw new Spoiled(span, "expected 'else' after 'if' expression");
        this.check(kids);
        const [then, , test, , otherwise] = kids;
        return {
          kind: "conditional",
          test: this.expr(test),
          // biome-ignore lint/suspicious/noThenProperty: a node of the syntax, never awaited
          then: this.expr(then),
          otherwise: this.expr(otherwise),
          ...span,
        };
      }
      case "LambdaExpression": {
        const params = kids.find((kid) => kid.name === "ParamList");
        const body = kids[kids.length - 1];
        this.check(kids);
        return { kind: "lambda", params: params ? this.params(params) : { list: [] }, body: this.expr(body), ...span };
      }
      case "NamedExpression":
        return this.named(kids);
      case "YieldExpression":
        return this.yieldFrom(kids, span);
      case "AwaitExpression":
        throw new Spoiled(span, "`await` is not supported", "NotImplementedError");
      default:
        throw new Spoiled(span, "invalid syntax");
    }
  }

  private check(kids: SyntaxNode[]): void {
    const error = kids.find((kid) => kid.type.isError);
    if (error) throw new Spoiled(error.to > error.from ? spanOf(error) : this.near(error.from), this.explain(error));
  }

  private closed(kids: SyntaxNode[], open: string, close: string, span: ast.Span): void {
    if (kids[kids.length - 1].name !== close) {
      throw new Spoiled({ from: span.from, to: span.from + 1 }, `'${open}' was never closed`);
    }
  }

  private yieldFrom(kids: SyntaxNode[], span: ast.Span): ast.Expr {
    if (this.functions === 0) throw new Spoiled(span, "'yield' outside function");
    const rest = kids.slice(1).filter((kid) => !(kid.type.isError && kid.from === kid.to));
    if (rest[0]?.name === "YieldExpression") return this.yieldFrom(children(rest[0]), span);
    if (rest[0]?.name === "from")
      return { kind: "yield", value: this.exprList(rest.slice(1), span), from_: true, ...span };
    return { kind: "yield", value: rest.length ? this.exprList(rest, spanOfAll(rest)) : null, from_: false, ...span };
  }

  private binary(node: SyntaxNode, kids: SyntaxNode[], span: ast.Span): ast.Expr {
    this.check(kids);
    if (kids.length < 3) throw new Spoiled(this.near(span.to), "invalid syntax");
    const op = this.slice({ from: kids[1].from, to: kids[kids.length - 2].to }).replace(/\s+/g, " ");
    if (op === "and" || op === "or") return this.logical(node);
    if (kids[1].name === "ArithOp" || kids[1].name === "BitOp") {
      // Long sums lean to the left: walk down instead of recursing.
      const spine: SyntaxNode[][] = [];
      let parts = kids;
      let left = kids[0];
      spine.push(parts);
      while (left.name === "BinaryExpression") {
        parts = children(left);
        if (parts[1]?.name !== "ArithOp" && parts[1]?.name !== "BitOp") break;
        this.check(parts);
        if (parts.length !== 3) throw new Spoiled(spanOf(left), "invalid syntax");
        spine.push(parts);
        left = parts[0];
      }
      let expr = this.expr(left);
      for (let index = spine.length - 1; index >= 0; index--) {
        const [, operator, rightNode] = spine[index];
        const right = this.expr(rightNode);
        expr = {
          kind: "binary",
          op: this.slice(operator) as ast.BinaryOperator,
          left: expr,
          right,
          from: expr.from,
          to: right.to,
        };
      }
      expr.from = span.from;
      expr.to = span.to;
      return expr;
    }
    const right = this.expr(kids[kids.length - 1]);
    const link = { op: (op === "<>" ? "!=" : op) as ast.CompareOperator, right };
    const left = this.expr(kids[0]);
    if (left.kind === "compare" && kids[0].name === "BinaryExpression") {
      return { kind: "compare", left: left.left, rest: [...left.rest, link], ...span };
    }
    return { kind: "compare", left, rest: [link], ...span };
  }

  /** The grammar gives `not` a wrong precedence: `and`, `or`, `not` are put in order here. */
  private logical(node: SyntaxNode): ast.Expr {
    type Token = { op: string; from: number } | SyntaxNode;
    const tokens: Token[] = [];
    const isOp = (token: Token | undefined, op: string): boolean =>
      token !== undefined && "op" in token && token.op === op;
    const flatten = (part: SyntaxNode): void => {
      if (part.name === "BinaryExpression" || part.name === "UnaryExpression") {
        const kids = children(part);
        if (kids[0]?.name === "not" && kids.length === 2) {
          tokens.push({ op: "not", from: part.from });
          flatten(kids[1]);
          return;
        }
        if (kids.length === 3 && (kids[1].name === "and" || kids[1].name === "or")) {
          flatten(kids[0]);
          tokens.push({ op: kids[1].name, from: kids[1].from });
          flatten(kids[2]);
          return;
        }
        if (
          (kids[0]?.name === "not" || ["and", "or"].includes(kids[1]?.name)) &&
          kids.some((kid) => kid.type.isError)
        ) {
          this.check(kids);
        }
      }
      tokens.push(part);
    };
    flatten(node);
    let at = 0;
    const not = (): ast.Expr => {
      const token = tokens[at++];
      if (token === undefined) throw new Spoiled(spanOf(node), "invalid syntax");
      if ("op" in token) {
        if (token.op !== "not") throw new Spoiled(spanOf(node), "invalid syntax");
        const operand = not();
        return { kind: "unary", op: "not", operand, from: token.from, to: operand.to };
      }
      return this.expr(token);
    };
    const chain = (op: "and" | "or", next: () => ast.Expr): ast.Expr => {
      let left = next();
      while (isOp(tokens[at], op)) {
        at++;
        const right = next();
        left = { kind: "boolop", op, left, right, from: left.from, to: right.to };
      }
      return left;
    };
    return chain("or", () => chain("and", not));
  }

  private subscript(kids: SyntaxNode[], span: ast.Span): ast.Expr {
    const groups = splitAt(kids, (kid) => kid.name === ",");
    const trailing = kids[kids.length - 1]?.name === ",";
    const items = groups
      .filter((group) => group.length > 0)
      .map((group): ast.Expr => {
        if (!group.some((kid) => kid.name === ":")) return this.exprList(group, spanOfAll(group));
        const [lower, upper, step] = splitAt(group, (kid) => kid.name === ":");
        const part = (nodes: SyntaxNode[] | undefined): ast.Expr | null =>
          nodes && nodes.length > 0 ? this.exprList(nodes, spanOfAll(nodes)) : null;
        return { kind: "slice", lower: part(lower), upper: part(upper), step: part(step), ...spanOfAll(group) };
      });
    if (items.length === 0) throw new Spoiled(span, "invalid syntax");
    if (items.length === 1 && !trailing) return items[0];
    return { kind: "tuple", items, from: items[0].from, to: items[items.length - 1].to };
  }

  private args(node: SyntaxNode): ast.Argument[] {
    const kids = children(node);
    if (kids[kids.length - 1]?.name !== ")") {
      throw new Spoiled({ from: node.from, to: node.from + 1 }, "'(' was never closed");
    }
    const inner = kids.slice(1, -1);
    // `f(x for a, b in c)`: its commas belong to the comprehension.
    if (inner.some((kid) => kid.name === "for") && !["*", "**"].includes(inner[0].name)) {
      const value = this.comprehension(inner, "generator", spanOfAll(inner));
      return [{ kind: "positional", name: "", value, ...spanOfAll(inner) }];
    }
    const out: ast.Argument[] = [];
    for (const group of splitAt(inner, (kid) => kid.name === ",")) {
      if (group.length === 0) continue;
      this.check(group);
      const span = spanOfAll(group);
      if (group[0].name === "*" || group[0].name === "**") {
        const kind = group[0].name === "*" ? "star" : "doublestar";
        out.push({ kind, name: "", value: this.exprList(group.slice(1), span), ...span });
      } else if (group[1]?.name === "AssignOp") {
        if (this.slice(group[1]) === ":=")
          out.push({ kind: "positional", name: "", value: this.named(group), ...span });
        else {
          if (!group[2]) throw new Spoiled(span, "expected argument value expression");
          const name = this.slice(group[0]);
          if (out.some((arg) => arg.kind === "keyword" && arg.name === name)) {
            throw new Spoiled(span, `keyword argument repeated: ${name}`);
          }
          out.push({ kind: "keyword", name, value: this.expr(group[2]), ...span });
        }
      } else if (group.length > 1 && (group[1].name === "for" || group[1].name === "async")) {
        out.push({ kind: "positional", name: "", value: this.comprehension(group, "generator", span), ...span });
      } else {
        if (out.some((arg) => arg.kind === "keyword")) {
          throw new Spoiled(span, "positional argument follows keyword argument");
        }
        out.push({ kind: "positional", name: "", value: this.exprList(group, span), ...span });
      }
    }
    return out;
  }

  private comprehension(kids: SyntaxNode[], makes: ast.Comprehension["makes"], span: ast.Span): ast.Expr {
    this.check(kids);
    if (kids.some((kid) => kid.name === "async")) {
      throw new Spoiled(span, "`async for` is not supported", "NotImplementedError");
    }
    const start = kids.findIndex((kid) => kid.name === "for");
    const head = kids.slice(0, start);
    let value: ast.Expr | null = null;
    let element: ast.Expr;
    if (makes === "dict") {
      const [key, , item] = head;
      if (!item) throw new Spoiled(span, "dict unpacking cannot be used in dict comprehension");
      element = this.expr(key);
      value = this.expr(item);
    } else element = this.exprList(head, spanOfAll(head));
    const clauses: ast.Clause[] = [];
    let at = start;
    while (at < kids.length) {
      if (kids[at].name === "for") {
        const inside = kids.findIndex((kid, index) => index > at && kid.name === "in");
        const end = kids.findIndex((kid, index) => index > inside && (kid.name === "for" || kid.name === "if"));
        if (inside < 0) throw new Spoiled(span, "invalid syntax");
        const targetNodes = kids.slice(at + 1, inside);
        const target = this.exprList(targetNodes, spanOfAll(targetNodes));
        this.checkTarget(target, "assign to");
        const iterNodes = kids.slice(inside + 1, end < 0 ? undefined : end);
        clauses.push({ target, iterable: this.exprList(iterNodes, span), conditions: [] });
        at = end < 0 ? kids.length : end;
      } else {
        const end = kids.findIndex((kid, index) => index > at && (kid.name === "for" || kid.name === "if"));
        const nodes = kids.slice(at + 1, end < 0 ? undefined : end);
        clauses[clauses.length - 1].conditions.push(this.exprList(nodes, span));
        at = end < 0 ? kids.length : end;
      }
    }
    return { kind: "comprehension", makes, element, value, clauses, ...span };
  }

  // ── strings ───────────────────────────────────────────────────────────────

  private string(node: SyntaxNode): ast.Expr {
    const text = this.slice(node);
    const span = spanOf(node);
    const shape = stringShape(text);
    this.checkClosed(text, shape, span);
    const body = text.slice(shape.open, text.length - shape.quote.length).replace(/\r\n?/g, "\n");
    if (shape.bytes) {
      const plain = shape.raw ? body : resolveEscapes(body, true);
      return { kind: "bytes", value: Uint8Array.from(plain, (char) => char.charCodeAt(0) & 255), ...span };
    }
    return { kind: "string", value: shape.raw ? body : resolveEscapes(body), ...span };
  }

  private checkClosed(text: string, shape: ReturnType<typeof stringShape>, span: ast.Span): void {
    if (shape.closed && text.length >= shape.open + shape.quote.length) return;
    const triple = shape.quote.length === 3;
    throw new Spoiled(span, triple ? "unterminated triple-quoted string literal" : "unterminated string literal");
  }

  private formatString(nodes: SyntaxNode[], span: ast.Span): ast.Expr {
    const parts: (string | ast.FormatPart)[] = [];
    let formatted = false;
    for (const node of nodes) {
      if (node.name === "String") {
        const value = this.string(node);
        if (value.kind === "bytes") {
          if (nodes.every((other) => /^[rR]?[bB]/.test(this.slice(other)))) {
            const all = nodes.map((other) => this.string(other) as ast.BytesLiteral);
            return { kind: "bytes", value: Uint8Array.from(all.flatMap((item) => [...item.value])), ...span };
          }
          throw new Spoiled(span, "cannot mix bytes and nonbytes literals");
        }
        parts.push((value as ast.StringLiteral).value);
        continue;
      }
      if (node.name !== "FormatString") continue;
      formatted = true;
      const text = this.slice(node);
      const shape = stringShape(text);
      this.checkClosed(text, shape, spanOf(node));
      const literal = (from: number, to: number): void => {
        if (to <= from) return;
        const raw = this.text.slice(from, to).replace(/\r\n?/g, "\n");
        parts.push((shape.raw ? raw : resolveEscapes(raw)).replace(/\{\{|\}\}/g, (braces) => braces[0]));
      };
      let at = node.from + shape.open;
      for (const kid of children(node)) {
        if (kid.name !== "FormatReplacement") continue;
        literal(at, kid.from);
        this.replacement(kid, parts);
        at = kid.to;
      }
      literal(at, node.to - shape.quote.length);
    }
    if (!formatted) return { kind: "string", value: parts.join(""), ...span };
    return { kind: "format", parts, ...span };
  }

  private replacement(node: SyntaxNode, parts: (string | ast.FormatPart)[]): void {
    const kids = children(node);
    const exprs = kids.filter(
      (kid) => !["{", "}", "FormatConversion", "FormatSpec", "FormatSelfDoc"].includes(kid.name),
    );
    if (exprs.length === 0) throw new Spoiled(spanOf(node), "f-string: valid expression required before '}'");
    const expr = this.exprList(exprs, spanOf(node));
    const conversion = kids.find((kid) => kid.name === "FormatConversion");
    const specNode = kids.find((kid) => kid.name === "FormatSpec");
    const selfDoc = kids.find((kid) => kid.name === "FormatSelfDoc");
    let label: string | null = null;
    if (selfDoc) {
      const end = conversion?.from ?? specNode?.from ?? node.to - 1;
      label = this.text.slice(node.from + 1, end);
    }
    let spec: (string | ast.FormatPart)[] | null = null;
    if (specNode) {
      spec = [];
      let at = specNode.from + 1;
      for (const kid of children(specNode)) {
        if (kid.name !== "FormatReplacement") continue;
        if (kid.from > at) spec.push(this.text.slice(at, kid.from));
        this.replacement(kid, spec);
        at = kid.to;
      }
      if (specNode.to > at) spec.push(this.text.slice(at, specNode.to));
    }
    const letter = conversion ? (this.slice(conversion)[1] as "r" | "s" | "a") : null;
    parts.push({ expr, conversion: letter ?? (selfDoc && !specNode ? "r" : null), spec, label, ...spanOf(node) });
  }

  // ── error texts ───────────────────────────────────────────────────────────

  /** The token at or behind an offset, to have something to underline. */
  private near(offset: number): ast.Span {
    let at = Math.min(offset, this.text.length);
    while (at < this.text.length && /[ \t]/.test(this.text[at])) at++;
    if (at >= this.text.length || /[\r\n]/.test(this.text[at])) {
      at = this.text.slice(0, Math.min(offset, this.text.length)).trimEnd().length;
      return { from: Math.max(0, at - 1), to: Math.max(1, at) };
    }
    const token = /^(?:\w+|.)/.exec(this.text.slice(at, at + 80));
    return { from: at, to: at + (token?.[0].length ?? 1) };
  }

  private explain(node: SyntaxNode | null): string {
    if (!node) return "invalid syntax";
    const found = this.slice(node).trim();
    if (/^[)\]}]$/.test(found)) return `unmatched '${found}'`;
    if (/^[$?!`]/.test(found)) return "invalid syntax";
    return "invalid syntax";
  }
}

// ── small helpers ───────────────────────────────────────────────────────────

/** A line that ends a text of several lines is no such statement. */
const cover = (whole: string, before: string, covered: string): string =>
  /"""|'''/.test(covered) ? whole : before + "_".repeat(covered.length);

function children(node: SyntaxNode): SyntaxNode[] {
  const out: SyntaxNode[] = [];
  for (let kid = node.firstChild; kid; kid = kid.nextSibling) if (kid.name !== "Comment") out.push(kid);
  return out;
}

function spanOf(node: ast.Span): ast.Span {
  return { from: node.from, to: node.to };
}

function spanOfAll(nodes: ast.Span[]): ast.Span {
  return nodes.length ? { from: nodes[0].from, to: nodes[nodes.length - 1].to } : { from: 0, to: 0 };
}

function splitAt(nodes: SyntaxNode[], cut: (node: SyntaxNode) => boolean): SyntaxNode[][] {
  const groups: SyntaxNode[][] = [[]];
  for (const node of nodes) {
    if (cut(node)) groups.push([]);
    else groups[groups.length - 1].push(node);
  }
  return groups;
}

function describe(expr: ast.Expr): string {
  switch (expr.kind) {
    case "number":
    case "string":
    case "bytes":
      return "literal";
    case "constant":
      return expr.value === null ? "None" : expr.value === "..." ? "ellipsis" : expr.value ? "True" : "False";
    case "call":
      return "function call";
    case "format":
      return "f-string expression";
    case "lambda":
      return "lambda";
    case "conditional":
      return "conditional expression";
    case "compare":
      return "comparison";
    case "tuple":
    case "list":
      return expr.kind;
    case "dict":
      return "dict literal";
    case "set":
      return "set display";
    case "comprehension":
      return expr.makes === "generator" ? "generator expression" : `${expr.makes} comprehension`;
    default:
      return "expression";
  }
}
