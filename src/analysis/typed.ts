/** Expressions as people type and select them, made into what a parser reads. */

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** `z = (x1 + 5)·x2²` → `(x1 + 5)*x2^2`: without assignment, comment, `return`, and marks that no parser knows. */
export function withoutDecoration(text: string): string {
  return withoutAssignment(withoutComments(asciiMarks(withoutDollars(text.trim()))));
}

/** Minus, times and superscripts as a typesetter writes them; mathjs and Python would take them for letters. */
function asciiMarks(text: string): string {
  return text
    .replace(/[−–]/g, "-")
    .replace(/[×·⋅∙]/g, "*")
    .replace(/÷/g, "/")
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (digits) => `^${[...digits].map((digit) => SUPERSCRIPTS.indexOf(digit)).join("")}`);
}

/** `$x^2$`, `\\(x^2\\)`, as formulas stand in Markdown and LaTeX. */
export function withoutDollars(text: string): string {
  const [, , dollars, round, square] = /^(?:(\$\$?)([^$]*)\1|\\\(([\s\S]*)\\\)|\\\[([\s\S]*)\\\])$/.exec(text) ?? [];
  return dollars ?? round ?? square ?? text;
}

function withoutComments(text: string): string {
  // In Python `//` divides, and there `^` is no power: with both, the slashes begin a comment.
  return text.includes("^") ? text.replace(/(?:\/\/|#).*$/gm, "") : text;
}

/** `z = (x1 + 5)*x2`, `loss += x`, `return x`, `f(x) = x^2`, `const f = (x) => x ** 2`: the expression in it. */
function withoutAssignment(text: string): string {
  const assigned = /^[\p{L}_][\p{L}\p{N}_.]*\s*(?:\([\p{L}\p{N}_,\s]*\))?\s*(?:[-+*/%@]|\*\*|\/\/)?=(?![=>])\s*/u;
  let bare = text.trim().replace(/^(?:return|const|let|var)\b\s*/, "");
  // a = b = x**2
  for (let i = 0; i < 8 && assigned.test(bare); i++) bare = bare.replace(assigned, "");
  return bare
    .replace(/^(?:\([\p{L}\p{N}_$:,\s]*\)|[\p{L}_$][\p{L}\p{N}_$]*)\s*=>\s*/u, "")
    .replace(/[;,]\s*$/, "")
    .trim();
}
