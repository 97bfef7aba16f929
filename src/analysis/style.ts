/** How a Python file is written: its libraries and their names, its indentation, its names. */
import { type ProgramTarget, peek, sizeOf, type Tensor } from "../engine";
import { type FunctionDef, freeNames, toValue } from "../languages/python";
import type { DocumentAnalysis } from "./document";
import type { Edit } from "./findings";
import type { Style } from "./program";
import { wordsIn } from "./words";

type PythonTarget = Exclude<ProgramTarget, "javascript">;

interface Library {
  readonly module: string;
  /** The name that everybody gives it. */
  readonly alias: string;
  readonly line: string;
}

const LIBRARIES: { readonly [T in PythonTarget]: Library } = {
  tensorflow: { module: "tensorflow", alias: "tf", line: "import tensorflow as tf" },
  torch: { module: "torch", alias: "torch", line: "import torch" },
  jax: { module: "jax.numpy", alias: "jnp", line: "import jax.numpy as jnp" },
  numpy: { module: "numpy", alias: "np", line: "import numpy as np" },
  math: { module: "math", alias: "math", line: "import math" },
};
const TARGETS = Object.keys(LIBRARIES) as PythonTarget[];

/** Modules beside the library itself that templates name. */
const OTHERS: readonly { readonly used: RegExp; readonly line: string }[] = [
  { used: /(?<![\w.])special\./, line: "from scipy import special" },
  { used: /(?<![\w.])jax\.(?!scipy)/, line: "import jax" },
  { used: /(?<![\w.])jax\.scipy\.special\./, line: "import jax.scipy.special" },
  { used: /(?<![\w.])jax\.scipy\.optimize\./, line: "import jax.scipy.optimize" },
];

export interface FileStyle extends Style {
  readonly target: PythonTarget;
  /** The end of a line. */
  readonly eol: string;
  /** Blank lines between functions. */
  readonly blank: number;
}

/** The style in which a function, or the file, is written. */
export function styleOf(analysis: DocumentAnalysis, definition?: FunctionDef): FileStyle {
  const { text } = analysis;
  const names = importedNames(analysis);
  const body = definition && text.slice(definition.bodySpan.from, definition.to);
  const used = (target: PythonTarget) => {
    const name = names.get(target);
    return name !== undefined && body !== undefined && new RegExp(`(?<![\\w.])${name}\\.`).test(body);
  };
  const target = TARGETS.find(used) ?? TARGETS.find((target) => names.has(target)) ?? "math";
  return {
    target,
    prefix: `${names.get(target) ?? LIBRARIES[target].alias}.`,
    indent: indentOf(analysis, definition),
    eol: text.includes("\r\n") ? "\r\n" : "\n",
    blank: /\n\r?\n\r?\n(?:def|class|@)/.test(text) || !/\n\r?\n(?:def|class|@)/.test(text) ? 2 : 1,
    taken: new Set(wordsIn(text)),
    loops: body !== undefined && /\bwhile\b/.test(body),
    arrays: definition ? arraysReadBy(analysis, definition) : new Map(),
  };
}

/** The name by which the file speaks of each library. */
function importedNames({ syntax }: DocumentAnalysis): Map<PythonTarget, string> {
  const names = new Map<PythonTarget, string>();
  for (const statement of syntax.body) {
    if (statement.kind !== "import" && statement.kind !== "importfrom") continue;
    for (const { name, asname } of statement.names ?? []) {
      const module = statement.kind === "import" ? name : `${statement.module}.${name}`;
      const target = TARGETS.find((target) => LIBRARIES[target].module === module);
      if (target) names.set(target, asname ?? (statement.kind === "import" ? module : name));
    }
  }
  return names;
}

function indentOf({ text }: DocumentAnalysis, definition?: FunctionDef): string {
  const first = definition?.body[0];
  const line = first && text.slice(text.lastIndexOf("\n", first.from - 1) + 1, first.from);
  if (line && /^\s+$/.test(line)) return line;
  return /^([ \t]+)\S/m.exec(text)?.[1] ?? "    ";
}

/** The module's arrays that a function speaks of. */
function arraysReadBy(analysis: DocumentAnalysis, definition: FunctionDef): Map<string, Tensor> {
  return new Map(
    [...freeNames(definition)].flatMap((name): [string, Tensor][] => {
      const value = analysis.script.globals.get(name);
      const number = typeof value === "object" && value !== null ? toValue(value) : undefined;
      return number && sizeOf(number.shape) > 1 ? [[name, peek(number)]] : [];
    }),
  );
}

/** The style of a program that stands by itself. */
export function standalone(target: PythonTarget): FileStyle {
  return { target, prefix: `${LIBRARIES[target].alias}.`, indent: "    ", eol: "\n", blank: 2, taken: new Set() };
}

/** The import lines that a program by itself needs. */
export function importsOf(style: FileStyle, lines: readonly string[]): string[] {
  const written = lines.join("\n");
  const { line } = LIBRARIES[style.target];
  const own = new RegExp(`(?<![\\w.])${style.prefix.replaceAll(".", "\\.")}`).test(written) ? [line] : [];
  return [...own, ...OTHERS.flatMap((other) => (other.used.test(written) ? [other.line] : []))];
}

/** The edit that adds the imports that `lines` need and the file lacks. */
export function importEdits(analysis: DocumentAnalysis, style: FileStyle, lines: readonly string[]): Edit[] {
  const { syntax, text } = analysis;
  const known = importedNames(analysis).has(style.target);
  const wanted = importsOf(style, lines).filter(
    (line) => !text.includes(line) && !(known && line === LIBRARIES[style.target].line),
  );
  if (wanted.length === 0) return [];
  const added = wanted.map((one) => one + style.eol).join("");
  const imports = syntax.body.findIndex(
    ({ kind }) => kind !== "import" && kind !== "importfrom" && kind !== "expression",
  );
  const leading = syntax.body.slice(0, imports < 0 ? undefined : imports).filter(({ kind }) => kind !== "expression");
  const last = leading.at(-1) ?? (syntax.docstring === null ? undefined : syntax.body[0]);
  if (!last) {
    const start = /^(?:#.*\r?\n)*/.exec(text)![0].length;
    return [{ from: start, to: start, text: added + (start === text.length ? "" : style.eol) }];
  }
  const end = text.indexOf("\n", last.to);
  const at = end < 0 ? text.length : end + 1;
  const before = end < 0 ? style.eol : "";
  return [{ from: at, to: at, text: before + (leading.length === 0 ? style.eol : "") + added }];
}

/** `g_gradient`, `lossGradient`: in the style of `name`, and not yet in the file. */
export function newName(name: string, suffix: string, style: FileStyle): string {
  const camel = /[a-z\d][A-Z]/.test(name) && !name.includes("_");
  return freeName(camel ? name + suffix[0]!.toUpperCase() + suffix.slice(1) : `${name}_${suffix}`, style);
}

/** The name that is wanted, numbered where the file has it already. */
export function freeName(wanted: string, { taken }: FileStyle): string {
  if (!taken.has(wanted)) return wanted;
  for (let k = 2; ; k++) if (!taken.has(`${wanted}_${k}`)) return `${wanted}_${k}`;
}
