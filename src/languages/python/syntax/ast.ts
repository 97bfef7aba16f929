/**
 * The abstract syntax of a Python module. Every node carries the range of text
 * `[from, to)` that it was read from.
 */

import type { Tree } from "@lezer/common";

export interface Span {
  from: number;
  to: number;
}

export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**" | "@" | "&" | "|" | "^" | "<<" | ">>";
export type CompareOperator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "is" | "is not" | "in" | "not in";
export type UnaryOperator = "-" | "+" | "~" | "not";

export type Expr =
  | NumberLiteral
  | StringLiteral
  | BytesLiteral
  | FormatString
  | ConstantLiteral
  | Name
  | Attribute
  | Subscript
  | SliceExpr
  | Call
  | Binary
  | Unary
  | BoolOp
  | Compare
  | Conditional
  | Lambda
  | Sequence
  | DictExpr
  | Comprehension
  | Named
  | Yield
  | Starred
  | BrokenExpr;

export interface NumberLiteral extends Span {
  kind: "number";
  value: number | bigint;
  imaginary: boolean;
}
export interface StringLiteral extends Span {
  kind: "string";
  value: string;
}
export interface BytesLiteral extends Span {
  kind: "bytes";
  value: Uint8Array;
}
export interface FormatPart extends Span {
  expr: Expr;
  conversion: "r" | "s" | "a" | null;
  spec: (string | FormatPart)[] | null;
  /** The text before the value in `{x = }`. */
  label: string | null;
}
export interface FormatString extends Span {
  kind: "format";
  parts: (string | FormatPart)[];
}
export interface ConstantLiteral extends Span {
  kind: "constant";
  value: null | boolean | "...";
}
export interface Name extends Span {
  kind: "name";
  id: string;
}
export interface Attribute extends Span {
  kind: "attribute";
  object: Expr;
  name: string;
  nameSpan: Span;
}
export interface Subscript extends Span {
  kind: "subscript";
  object: Expr;
  index: Expr;
}
export interface SliceExpr extends Span {
  kind: "slice";
  lower: Expr | null;
  upper: Expr | null;
  step: Expr | null;
}
export interface Argument extends Span {
  kind: "positional" | "star" | "keyword" | "doublestar";
  name: string;
  value: Expr;
}
export interface Call extends Span {
  kind: "call";
  callee: Expr;
  args: Argument[];
}
export interface Binary extends Span {
  kind: "binary";
  op: BinaryOperator;
  left: Expr;
  right: Expr;
}
export interface Unary extends Span {
  kind: "unary";
  op: UnaryOperator;
  operand: Expr;
}
export interface BoolOp extends Span {
  kind: "boolop";
  op: "and" | "or";
  left: Expr;
  right: Expr;
}
export interface Compare extends Span {
  kind: "compare";
  left: Expr;
  rest: { op: CompareOperator; right: Expr }[];
}
export interface Conditional extends Span {
  kind: "conditional";
  test: Expr;
  then: Expr;
  otherwise: Expr;
}
export interface Lambda extends Span {
  kind: "lambda";
  params: Parameters;
  body: Expr;
}
export interface Sequence extends Span {
  kind: "list" | "tuple" | "set";
  items: Expr[];
}
export interface DictExpr extends Span {
  kind: "dict";
  /** A null key: `**value`. */
  entries: { key: Expr | null; value: Expr }[];
}
export interface Clause {
  target: Expr;
  iterable: Expr;
  conditions: Expr[];
}
export interface Comprehension extends Span {
  kind: "comprehension";
  makes: "list" | "set" | "dict" | "generator";
  element: Expr;
  /** The value of a dict comprehension, whose key is `element`. */
  value: Expr | null;
  clauses: Clause[];
}
export interface Named extends Span {
  kind: "named";
  target: Name;
  value: Expr;
}
export interface Yield extends Span {
  kind: "yield";
  value: Expr | null;
  from_: boolean;
}
export interface Starred extends Span {
  kind: "starred";
  value: Expr;
}
/** An expression that could not be read, or that is not supported: raises where it is evaluated. */
export interface BrokenExpr extends Span {
  kind: "broken";
  error: "SyntaxError" | "NotImplementedError";
  message: string;
}

export interface Parameter extends Span {
  name: string;
  nameSpan: Span;
  kind: "positional-only" | "normal" | "star" | "keyword-only" | "doublestar";
  annotation: Expr | null;
  default: Expr | null;
}
export interface Parameters {
  list: Parameter[];
}

export type Statement =
  | ExpressionStatement
  | Assign
  | AnnotatedAssign
  | AugmentedAssign
  | Return
  | If
  | While
  | For
  | Try
  | With
  | FunctionDef
  | ClassDef
  | Delete
  | Simple
  | Raise
  | Import
  | ImportFrom
  | ScopeStatement
  | Assert
  | Match
  | BrokenStatement;

export interface ExpressionStatement extends Span {
  kind: "expression";
  value: Expr;
}
export interface Assign extends Span {
  kind: "assign";
  targets: Expr[];
  value: Expr;
}
export interface AnnotatedAssign extends Span {
  kind: "annotated";
  target: Expr;
  annotation: Expr;
  value: Expr | null;
}
export interface AugmentedAssign extends Span {
  kind: "augmented";
  target: Expr;
  op: BinaryOperator;
  value: Expr;
}
export interface Return extends Span {
  kind: "return";
  value: Expr | null;
}
export interface If extends Span {
  kind: "if";
  test: Expr;
  body: Statement[];
  orelse: Statement[];
}
export interface While extends Span {
  kind: "while";
  test: Expr;
  body: Statement[];
  orelse: Statement[];
}
export interface For extends Span {
  kind: "for";
  target: Expr;
  iterable: Expr;
  body: Statement[];
  orelse: Statement[];
}
export interface Handler extends Span {
  type: Expr | null;
  name: string | null;
  body: Statement[];
}
export interface Try extends Span {
  kind: "try";
  /** `except*`: the handlers share the exceptions of a group. */
  groups: boolean;
  body: Statement[];
  handlers: Handler[];
  orelse: Statement[];
  finalbody: Statement[];
}
export interface WithItem extends Span {
  context: Expr;
  target: Expr | null;
}
export interface With extends Span {
  kind: "with";
  items: WithItem[];
  body: Statement[];
}
export interface FunctionDef extends Span {
  kind: "function";
  name: string;
  nameSpan: Span;
  params: Parameters;
  /** From the opening to behind the closing parenthesis. */
  paramSpan: Span;
  returns: Expr | null;
  body: Statement[];
  bodySpan: Span;
  decorators: Expr[];
  docstring: string | null;
}
export interface ClassDef extends Span {
  kind: "class";
  name: string;
  nameSpan: Span;
  args: Argument[];
  body: Statement[];
  decorators: Expr[];
  docstring: string | null;
}
export interface Delete extends Span {
  kind: "delete";
  targets: Expr[];
}
export interface Simple extends Span {
  kind: "pass" | "break" | "continue";
}
export interface Raise extends Span {
  kind: "raise";
  value: Expr | null;
  cause: Expr | null;
}
export interface Alias extends Span {
  name: string;
  asname: string | null;
}
export interface Import extends Span {
  kind: "import";
  names: Alias[];
}
export interface ImportFrom extends Span {
  kind: "importfrom";
  module: string;
  level: number;
  /** `null`: everything (`*`). */
  names: Alias[] | null;
}
export interface ScopeStatement extends Span {
  kind: "global" | "nonlocal";
  names: string[];
}
export interface Assert extends Span {
  kind: "assert";
  test: Expr;
  message: Expr | null;
}
export interface MatchCase extends Span {
  pattern: Pattern;
  guard: Expr | null;
  body: Statement[];
}
export interface Match extends Span {
  kind: "match";
  subject: Expr;
  cases: MatchCase[];
}
/** A statement that could not be read, or that is not supported: raises where it is executed. */
export interface BrokenStatement extends Span {
  kind: "broken";
  error: "SyntaxError" | "NotImplementedError";
  message: string;
}

export type Pattern =
  | (Span & { kind: "capture"; name: string | null })
  | (Span & { kind: "value"; value: Expr })
  | (Span & { kind: "as"; pattern: Pattern; name: string })
  | (Span & { kind: "or"; options: Pattern[] })
  | (Span & { kind: "sequence"; items: Pattern[] })
  | (Span & { kind: "star"; name: string | null })
  | (Span & { kind: "mapping"; entries: { key: Expr; value: Pattern }[]; rest: string | null })
  | (Span & {
      kind: "classpattern";
      type: Expr;
      positional: Pattern[];
      keywords: { name: string; pattern: Pattern }[];
    });

export interface SyntaxProblem extends Span {
  message: string;
}

/** A module as it was read: what could be read is in `body`, what could not in `errors`. */
export interface PyModuleSyntax {
  text: string;
  body: Statement[];
  errors: SyntaxProblem[];
  /** Lines that are no Python and were skipped (notebook magics, shell lines). */
  skipped: SyntaxProblem[];
  docstring: string | null;
  /** Offset of the first character of each line. */
  lineStarts: number[];
  /** The tree behind it, of which the next version of the text takes what an edit left as it was. */
  readonly read?: ReadTree;
}

/** A Lezer tree and the text that it was made of. */
export interface ReadTree {
  readonly tree: Tree;
  readonly source: string;
  /** The same text as it stands in the file. */
  readonly text: string;
  /** What was read of nodes at the top of the tree, by where they begin; none where there were mistakes. */
  readonly statements: ReadonlyMap<number, ReadNode>;
}

export interface ReadNode extends Span {
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** The one-based line of an offset. */
export function lineAt(syntax: { lineStarts: number[] }, offset: number): number {
  const starts = syntax.lineStarts;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}
