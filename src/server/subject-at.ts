/** `gradlens/subjectAt`: what a command means, from the selection or the cursor. */
import { Problem } from "../analysis/subject";
import type { Subject, SubjectAtParams, SubjectAtResult } from "../protocol/lsp";
import { formatPoint } from "../protocol/point";
import { toJsonTree } from "../protocol/values";
import type { Session } from "./session";

export function subjectAt(session: Session, { uri, range, text }: SubjectAtParams): SubjectAtResult {
  try {
    const document = session.documents.get(uri);
    const analysis = text === undefined ? session.analysis(uri) : undefined;
    const found =
      analysis && document
        ? analysis.subjectAt(document.offsetAt(range.start), document.offsetAt(range.end))
        : session.empty.expression(text ?? document?.getText(range) ?? "");
    if (found.kind === "function") return { subject: { kind: "function", uri, name: found.name } };
    const { look, unknown, language } = found;
    const point = Object.fromEntries(Object.entries(look.pointTree()).map(([name, tree]) => [name, toJsonTree(tree)]));
    const subject: Subject = { kind: "expression", text: found.text, language, ...(analysis ? { uri } : {}) };
    return { subject, point, ...(unknown.length > 0 ? { unknown, prefill: formatPoint(point) } : {}) };
  } catch (error) {
    if (error instanceof Problem) return { problem: error.message };
    throw error;
  }
}
