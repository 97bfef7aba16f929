/** The comment that says at which point a function is looked at. */
import type { FunctionDef } from "../languages/python";
import type { DocumentAnalysis } from "./document";
import type { Edit } from "./findings";

/** Writes `# gradlens: x1=2, x2=3` above a definition, or the point into the comment that is there. */
export function pointEdit(analysis: DocumentAnalysis, definition: FunctionDef, point: string): Edit {
  const { text } = analysis;
  const written = analysis.pointSpan(definition);
  if (written) return { ...written, text: point };
  const start = text.lastIndexOf("\n", definition.from - 1) + 1;
  const indent = text.slice(start, definition.from);
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  return { from: start, to: start, text: `${/^\s*$/.test(indent) ? indent : ""}# gradlens: ${point}${eol}` };
}
