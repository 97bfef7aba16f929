/** `gradlens/export`: a minimisation as a program in another framework. */
import { exportProgram } from "../analysis/export";
import { styleOf } from "../analysis/style";
import type { ExportParams, ExportResult } from "../protocol/lsp";
import type { Session } from "./session";

export function exported(session: Session, { subject, point, ...options }: ExportParams): ExportResult {
  const look = session.look(subject, point);
  const analysis = subject.kind === "function" ? session.analysis(subject.uri) : undefined;
  const definition = subject.kind === "function" ? analysis?.functionNamed(subject.name) : undefined;
  const arrays = analysis && definition && styleOf(analysis, definition).arrays;
  const name = subject.kind === "function" ? subject.name : "f";
  return { text: exportProgram(look, name, { ...options, ...(arrays ? { arrays } : {}) }) };
}
