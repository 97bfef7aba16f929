/** The changes of text that mend what a finding tells of. */
import * as l10n from "@vscode/l10n";
import {
  type Call,
  type Expr,
  expressionAt,
  type FunctionDef,
  freeNames,
  functionAt,
  type PyModuleSyntax,
  pathAt,
  type Span,
  type Statement,
  visit,
  type With,
} from "../../languages/python";
import type { Edit, Fix } from "./finding";

const textOf = ({ text }: PyModuleSyntax, { from, to }: Span): string => text.slice(from, to);

const inside = (inner: Span, outer: Span): boolean => outer.from <= inner.from && inner.to <= outer.to;

const lineStart = ({ text }: PyModuleSyntax, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

/** What stands before a node in its line, where that is only space. */
function indentOf(syntax: PyModuleSyntax, { from }: Span): string | undefined {
  const before = syntax.text.slice(lineStart(syntax, from), from);
  return /^[ \t]*$/.test(before) ? before : undefined;
}

/** The statements of the function around an offset, or of the module. */
function scopeAt(syntax: PyModuleSyntax, offset: number): readonly Statement[] {
  return functionAt(syntax, offset)?.node.body ?? syntax.body;
}

/** Assignments to a plain name in the scope around an offset, nested blocks included, in the order of the text. */
function assignmentsTo(syntax: PyModuleSyntax, name: string, offset: number): (Statement & { kind: "assign" })[] {
  const found: (Statement & { kind: "assign" })[] = [];
  const inner: FunctionDef[] = [];
  visit(scopeAt(syntax, offset), (node) => {
    if (node.kind === "function") inner.push(node);
    if (node.kind === "assign" && node.targets.some((target) => target.kind === "name" && target.id === name))
      found.push(node);
  });
  return found.filter((node) => !inner.some((definition) => inside(node, definition)));
}

// ── tapes ───────────────────────────────────────────────────────────────────

export interface TapePlace {
  /** The call that makes the tape. */
  readonly call: Span;
  readonly name: string;
  readonly with: With;
}

/** The `with … as tape` to which the call of `tape.gradient` at `span` belongs: the nearest one before it. */
export function tapeAt(syntax: PyModuleSyntax, span: Span): TapePlace | undefined {
  const name = /^\s*([\p{L}_][\p{L}\p{N}_]*)\s*\./u.exec(textOf(syntax, span))?.[1];
  if (name === undefined) return undefined;
  let nearest: TapePlace | undefined;
  visit(syntax.body, (node) => {
    if (node.kind !== "with" || node.from > span.from) return;
    for (const item of node.items) {
      if (item.target?.kind !== "name" || item.target.id !== name || item.context.kind !== "call") continue;
      if (!nearest || node.from > nearest.with.from)
        nearest = { call: { from: item.context.from, to: item.context.to }, name, with: node };
    }
  });
  return nearest;
}

export function persistentFix(syntax: PyModuleSyntax, call: Span): Fix {
  const written = textOf(syntax, call);
  const close = call.to - 1;
  const explicit = /persistent\s*=\s*False/.exec(written);
  const edit = explicit
    ? { from: call.from + explicit.index, to: call.from + explicit.index + explicit[0].length, text: "persistent=True" }
    : { from: close, to: close, text: /\(\s*\)$/.test(written) ? "persistent=True" : ", persistent=True" };
  return { title: l10n.t("Make the tape persistent"), edits: [edit] };
}

/** `tape.watch(x)` where the tape begins, or after the statement of its block that makes `x`. */
export function watchFix(syntax: PyModuleSyntax, tape: TapePlace, names: readonly (string | undefined)[]): Fix[] {
  const known = [...new Set(names.filter((name): name is string => name !== undefined))];
  const { body } = tape.with;
  const edits = known.map((name): Edit | undefined => {
    const watch = `${tape.name}.watch(${name})`;
    const maker = body.findLast(
      (statement) =>
        statement.kind === "assign" && statement.targets.some((target) => target.kind === "name" && target.id === name),
    );
    const at = maker ?? body[0]!;
    const indent = indentOf(syntax, at);
    // `with …: z = f(x)` on one line has no indentation of its own.
    const separator = indent === undefined ? "; " : `\n${indent}`;
    return maker
      ? { from: maker.to, to: maker.to, text: separator + watch }
      : { from: at.from, to: at.from, text: watch + separator };
  });
  return [{ title: l10n.t("Watch {0}", known.join(", ")), edits: joined(edits.filter((edit) => edit !== undefined)) }];
}

/** Insertions at one place as one edit. */
function joined(edits: readonly Edit[]): Edit[] {
  const at = new Map<number, Edit>();
  for (const edit of edits) at.set(edit.from, { ...edit, text: (at.get(edit.from)?.text ?? "") + edit.text });
  return [...at.values()];
}

/** The statements of a block with other indentation before each line; undefined where a text spans lines. */
function reindented(syntax: PyModuleSyntax, span: Span, change: (line: string) => string): Edit | undefined {
  const from = lineStart(syntax, span.from);
  const text = syntax.text.slice(from, span.to);
  if (/"""|'''/.test(text)) return undefined;
  return {
    from,
    to: span.to,
    text: text
      .split("\n")
      .map((line) => (line.trim() === "" ? line : change(line)))
      .join("\n"),
  };
}

/** The statement that asks a tape inside its own block, and what follows there, behind the block. */
export function dedentFix(syntax: PyModuleSyntax, tape: TapePlace, question: Span): Fix[] {
  const { body } = tape.with;
  const first = body.findIndex((statement) => inside(question, statement));
  const outer = indentOf(syntax, tape.with);
  const inner = body[0] && indentOf(syntax, body[0]);
  if (first < 1 || outer === undefined || inner === undefined) return [];
  const statement = body[first]!;
  // Within a loop of the block it is asked again and again.
  if (statement.kind !== "assign" && statement.kind !== "expression") return [];
  const edit = reindented(syntax, { from: statement.from, to: body.at(-1)!.to }, (line) =>
    line.startsWith(inner) ? outer + line.slice(inner.length) : line,
  );
  return edit ? [{ title: l10n.t("Ask the tape after its block"), edits: [edit] }] : [];
}

/** The computation of the target moved into the tape's block, where it stands right behind it. */
export function intoTapeFix(syntax: PyModuleSyntax, tape: TapePlace, target: string | undefined, at: Span): Fix[] {
  if (target === undefined) return [];
  const block = [scopeAt(syntax, tape.with.from), ...blocksAround(syntax, tape.with)].find((statements) =>
    statements.includes(tape.with),
  );
  const outer = indentOf(syntax, tape.with);
  const inner = tape.with.body[0] && indentOf(syntax, tape.with.body[0]);
  if (!block || outer === undefined || inner === undefined) return [];
  const place = block.indexOf(tape.with);
  const maker = block.findLastIndex(
    (statement, k) =>
      k !== place &&
      statement.to <= at.from &&
      statement.kind === "assign" &&
      statement.targets.some((one) => one.kind === "name" && one.id === target),
  );
  const statement = block[maker];
  if (!statement) return [];
  const title = l10n.t("Compute {0} inside the tape", target);
  if (maker > place) {
    // What stands between may be needed for it.
    const edit = reindented(syntax, { from: block[place + 1]!.from, to: statement.to }, (line) =>
      line.startsWith(outer) ? inner + line.slice(outer.length) : line,
    );
    return edit ? [{ title, edits: [edit] }] : [];
  }
  // What stands between reads it, perhaps.
  if (block.slice(maker + 1, place).some((other) => freeNames(other).has(target))) return [];
  const moved = reindented(syntax, statement, (line) =>
    line.startsWith(outer) ? inner + line.slice(outer.length) : line,
  );
  const end = syntax.text.indexOf("\n", statement.to);
  if (!moved || end < 0 || syntax.text.slice(statement.to, end).trim() !== "") return [];
  const last = tape.with.body.at(-1)!;
  return [
    {
      title,
      edits: [
        { from: moved.from, to: end + 1, text: "" },
        { from: last.to, to: last.to, text: `\n${moved.text}` },
      ],
    },
  ];
}

/** The blocks of statements around a node, innermost last. */
function blocksAround(syntax: PyModuleSyntax, { from, to }: Span): (readonly Statement[])[] {
  return pathAt(syntax, from)
    .filter((node) => node.from <= from && to <= node.to)
    .flatMap((node) =>
      ["body", "orelse", "finalbody"].flatMap((part) => {
        const block = (node as unknown as { [part: string]: unknown })[part];
        return Array.isArray(block) ? [block as Statement[]] : [];
      }),
    );
}

// ── Variables, numbers ──────────────────────────────────────────────────────

/** The assignment that puts a tensor in the place of a Variable: `x = x - rate * g` after `x = tf.Variable(…)`. */
export function reassignmentOf(
  syntax: PyModuleSyntax,
  name: string,
  at: Span,
): { made: Statement; changed: Statement & { kind: "assign" } } | undefined {
  const assignments = assignmentsTo(syntax, name, at.from);
  const made = assignments.find(
    ({ value }) => value.kind === "call" && /\bVariable$/.test(textOf(syntax, value.callee)),
  );
  const changed = assignments.find((assignment) => assignment !== made && freeNames(assignment.value).has(name));
  return made && changed && made.from < changed.from ? { made, changed } : undefined;
}

/** `x = x - e` as `x.assign_sub(e)`. */
export function assignFix(syntax: PyModuleSyntax, name: string, statement: Statement & { kind: "assign" }): Fix[] {
  const { value, targets } = statement;
  if (targets.length !== 1) return [];
  const own =
    value.kind === "binary" && value.left.kind === "name" && value.left.id === name && !freeNames(value.right).has(name)
      ? { "-": "assign_sub", "+": "assign_add" }[value.op as string]
      : undefined;
  const text =
    own && value.kind === "binary"
      ? `${name}.${own}(${withoutParentheses(textOf(syntax, value.right))})`
      : `${name}.assign(${textOf(syntax, value)})`;
  return [{ title: l10n.t("Write {0}", shorten(text)), edits: [{ from: statement.from, to: statement.to, text }] }];
}

/** `x -= e`, which a Variable does not take, as `x.assign_sub(e)`. */
export function inPlaceFix(syntax: PyModuleSyntax, at: Span): Fix[] {
  const statement = pathAt(syntax, at.from).findLast((node) => node.kind === "augmented");
  if (statement?.kind !== "augmented") return [];
  const target = textOf(syntax, statement.target);
  const value = textOf(syntax, statement.value);
  const own = { "-": "assign_sub", "+": "assign_add" }[statement.op as string];
  const text = own ? `${target}.${own}(${value})` : `${target}.assign(${target} ${statement.op} (${value}))`;
  return [{ title: l10n.t("Write {0}", shorten(text)), edits: [{ from: statement.from, to: statement.to, text }] }];
}

/** The whole numbers from which `name` was made, as floats. */
export function floatFix(syntax: PyModuleSyntax, name: string, at: Span): Fix[] {
  const assignment = assignmentsTo(syntax, name, at.from).findLast(({ from }) => from < at.from);
  const value = assignment?.value;
  if (!value || assignment.targets.length !== 1) return [];
  const literals = value.kind === "call" ? literalsOfCall(value) : [value];
  const edits = literals.flatMap((literal) => floatEdits(syntax, literal));
  return edits.length > 0 ? [{ title: l10n.t("Make {0} a float", name), edits }] : [];
}

/** Of `tf.Variable(3)`, `np.array([1, 2])`: what it is made from, unless its type is said. */
function literalsOfCall({ args }: Call): Expr[] {
  const typed = args.some(({ kind, name }) => kind === "keyword" && name === "dtype") || args.length > 1;
  const [first] = args;
  return first && !typed && (first.kind === "positional" || first.name === "initial_value") ? [first.value] : [];
}

function floatEdits(syntax: PyModuleSyntax, expression: Expr): Edit[] {
  switch (expression.kind) {
    case "number":
      return typeof expression.value === "bigint" && /^\d[\d_]*$/.test(textOf(syntax, expression))
        ? [{ from: expression.to, to: expression.to, text: ".0" }]
        : [];
    case "unary":
      return floatEdits(syntax, expression.operand);
    case "list":
    case "tuple":
      return expression.items.flatMap((item) => floatEdits(syntax, item));
    default:
      return [];
  }
}

/** Where a name is made a plain number, which a tape cannot follow: `x.numpy()`, `float(x)`, `np.sin(x)`. */
export function plainNumberOf(syntax: PyModuleSyntax, name: string, block: Span): Call | undefined {
  let found: Call | undefined;
  const isName = (node: Expr | undefined) => node?.kind === "name" && node.id === name;
  visit(syntax.body, (node) => {
    if (found || node.kind !== "call" || !inside(node, block)) return;
    const { callee, args } = node;
    const taken = args.some(({ value }) => isName(value));
    if (callee.kind === "attribute" && callee.name === "numpy" && isName(callee.object)) found = node;
    else if (taken && /^(?:float|int|math\.\w+|np\.\w+|numpy\.\w+)$/.test(textOf(syntax, callee))) found = node;
  });
  return found;
}

/** Any call in a block that makes plain numbers of what it is given. */
export function plainNumberIn(syntax: PyModuleSyntax, block: Span): Call | undefined {
  let found: Call | undefined;
  visit(syntax.body, (node) => {
    if (found || node.kind !== "call" || !inside(node, block)) return;
    if (/^(?:float|int|math\.\w+|np\.\w+|numpy\.\w+)$|\.numpy$/.test(textOf(syntax, node.callee))) found = node;
  });
  return found;
}

/** Whether a block assigns a name. */
export function isMadeIn(syntax: PyModuleSyntax, name: string, block: Span): boolean {
  return assignmentsTo(syntax, name, block.from).some((statement) => inside(statement, block));
}

/** Functions of NumPy and of Python's math under their names in TensorFlow. */
const TENSORFLOW_NAMES: { readonly [name: string]: string } = {
  ...Object.fromEntries(
    "abs cos cosh exp maximum minimum sin sinh sqrt square tan tanh transpose".split(" ").map((name) => [name, name]),
  ),
  log: "math.log",
  log1p: "math.log1p",
  expm1: "math.expm1",
  mean: "reduce_mean",
  power: "pow",
  pow: "pow",
  prod: "reduce_prod",
  sum: "reduce_sum",
};

/** `np.sin(x.numpy())` as `tf.sin(x)`, `2.0 * x.numpy()` as `2.0 * x`. */
export function withoutNumpyFix(syntax: PyModuleSyntax, plain: Call, library: string): Fix[] {
  const { callee } = plain;
  const edits: Edit[] = [];
  let call: Call | undefined = plain;
  if (callee.kind === "attribute" && callee.name === "numpy") {
    edits.push({ from: callee.object.to, to: plain.to, text: "" });
    call = pathAt(syntax, plain.from).findLast(
      (node): node is Call => node.kind === "call" && node !== plain && node.args.some(({ value }) => value === plain),
    );
  } else if (textOf(syntax, callee) === "float" && plain.args.length === 1) {
    const [argument] = plain.args;
    edits.push({ from: plain.from, to: plain.to, text: textOf(syntax, argument!.value) });
    call = undefined;
  }
  const numeric = call && /^(?:np|numpy|math)\.(\w+)$/.exec(textOf(syntax, call.callee));
  if (call && numeric) {
    const own = TENSORFLOW_NAMES[numeric[1]!];
    if (own === undefined) return [];
    edits.push({ from: call.callee.from, to: call.callee.to, text: `${library}.${own}` });
  }
  return edits.length > 0 ? [{ title: l10n.t("Stay in TensorFlow"), edits }] : [];
}

/** Pairs without a gradient left out: `zip(g, v)` as `[(g, v) for g, v in zip(g, v) if g is not None]`. */
export function presentPairsFix(syntax: PyModuleSyntax, at: Span): Fix[] {
  let zip: Call | undefined;
  visit(syntax.body, (node) => {
    if (node.kind === "call" && inside(node, at) && node.callee.kind === "name" && node.callee.id === "zip")
      zip ??= node;
  });
  if (!zip) return [];
  const text = `[(gradient, variable) for gradient, variable in ${textOf(syntax, zip)} if gradient is not None]`;
  return [{ title: l10n.t("Leave out Variables without a gradient"), edits: [{ from: zip.from, to: zip.to, text }] }];
}

// ── where ───────────────────────────────────────────────────────────────────

/**
 * The double where: `where(c, f(x), 0)` as `where(c, f(where(c, x, 1.0)), 0)`, so that the branch not taken is computed
 * at a harmless place.
 * @param operation the operation whose derivative is infinite, `input` which of its arguments
 * @param harmless a number at which it is smooth
 */
export function doubleWhereFix(syntax: PyModuleSyntax, operation: Span, input: number, harmless: string): Fix[] {
  const path = pathAt(syntax, operation.from).filter((node) => node.from <= operation.from && operation.to <= node.to);
  const where = path.findLast(
    (node): node is Call =>
      node.kind === "call" && /(?:^|\.)where$/.test(textOf(syntax, node.callee)) && node.args.length >= 3,
  );
  const bad = expressionAt(syntax, operation.from, operation.to);
  if (!where || !bad || bad === where) return [];
  const branch = where.args.findIndex(({ value }) => inside(bad, value));
  if (branch !== 1 && branch !== 2) return [];
  const argument =
    bad.kind === "call"
      ? bad.args[input]?.value
      : bad.kind === "binary"
        ? input === 0
          ? bad.left
          : bad.right
        : undefined;
  if (!argument) return [];
  const written = withoutParentheses(textOf(syntax, argument));
  const [yes, no] = branch === 1 ? [written, harmless] : [harmless, written];
  const text = `${textOf(syntax, where.callee)}(${textOf(syntax, where.args[0]!.value)}, ${yes}, ${no})`;
  return [
    {
      title: l10n.t("Compute the branch that is not taken at {0}: the double where", harmless),
      edits: [{ from: argument.from, to: argument.to, text }],
    },
  ];
}

/** `(a + b)` as `a + b`, but `(a) + (b)` as it is. */
function withoutParentheses(text: string): string {
  if (!text.startsWith("(") || !text.endsWith(")")) return text;
  let depth = 0;
  const first = Array.from(text).findIndex((mark) => {
    depth += mark === "(" ? 1 : mark === ")" ? -1 : 0;
    return depth === 0;
  });
  return first === text.length - 1 ? text.slice(1, -1) : text;
}

export const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
