/**
 * The texts that run: the file itself and the modules that it imports from beside it. Spans of modules lie behind any
 * text that a file could have, so that an offset alone says which text it belongs to.
 */
import { parse } from "./syntax";
import { lineAt, type PyModuleSyntax } from "./syntax/ast";
import { MODULES_START } from "./syntax/span";

/** Texts kept; older ones are parsed again when they are imported again. */
const MOST_TEXTS = 256;

export interface Source {
  readonly fileName: string;
  readonly text: string;
  /** Parsed, with all spans moved by `base`. */
  readonly syntax: PyModuleSyntax;
  readonly base: number;
}

const known: Source[] = [];
let next = MODULES_START;

/** Parses a module's text, once. */
export function sourceOf(fileName: string, text: string): Source {
  const found = known.find((source) => source.fileName === fileName && source.text === text);
  if (found) return found;
  const source = { fileName, text, syntax: parse(text), base: next };
  move(source.syntax, next);
  next += text.length + 2;
  known.push(source);
  if (known.length > MOST_TEXTS) known.shift();
  return source;
}

/** Moves all spans of a tree. */
export function move(node: unknown, by: number, seen = new Set<object>()): void {
  if (typeof node !== "object" || node === null || seen.has(node)) return;
  seen.add(node);
  const span = node as { from?: unknown; to?: unknown };
  if (typeof span.from === "number" && typeof span.to === "number")
    Object.assign(span, { from: span.from + by, to: span.to + by });
  for (const [key, inner] of Object.entries(node)) if (key !== "lineStarts") move(inner, by, seen);
}

/** File, line and text of a place in a module; undefined where it is forgotten. */
export function placeInModule(offset: number): { fileName: string; line: number; text: string } | undefined {
  const source = known.find(({ base, text }) => offset >= base && offset <= base + text.length);
  if (!source) return undefined;
  const line = lineAt(source.syntax, offset - source.base);
  return { fileName: source.fileName, line, text: lineText(source.syntax, line) };
}

export function lineText(syntax: { text: string; lineStarts: number[] }, line: number): string {
  const from = syntax.lineStarts[line - 1] ?? 0;
  const to = syntax.lineStarts[line] ?? syntax.text.length + 1;
  return syntax.text.slice(from, to - 1).trim();
}
