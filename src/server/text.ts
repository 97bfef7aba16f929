/** Offsets of the analysis as positions of the protocol, and back. */
import type { Position, Range } from "vscode-languageserver";

interface Lines {
  readonly text: string;
  readonly lineStarts: readonly number[];
}

export function positionOf({ lineStarts }: Lines, offset: number): Position {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low, character: offset - lineStarts[low]! };
}

export function rangeOf(lines: Lines, { from, to }: { from: number; to: number }): Range {
  return { start: positionOf(lines, from), end: positionOf(lines, to) };
}

/** The end of the line on which `offset` stands, before its break and trailing spaces. */
export function lineEnd({ text }: Lines, offset: number): number {
  const end = text.indexOf("\n", offset);
  return offset + text.slice(offset, end < 0 ? text.length : end).trimEnd().length;
}
