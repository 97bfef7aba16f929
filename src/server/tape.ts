/** `gradlens/tape`: the operations of a subject at a point, with their values and adjoints. */
import { Problem } from "../analysis/subject";
import { tapeNodes } from "../analysis/tape";
import type { TapeResult, ViewParams } from "../protocol/lsp";
import { toJsonNumber } from "../protocol/values";
import type { Session } from "./session";
import { rangeOf } from "./text";

export function tape(session: Session, { subject, point, component }: ViewParams): TapeResult {
  try {
    const look = session.look(subject, point);
    // The text of an expression is its own.
    const analysis = subject.kind === "function" ? session.analysis(subject.uri) : undefined;
    const syntax = analysis?.syntax;
    const place = subject.kind === "function" ? analysis?.placing(subject.name, look) : undefined;
    const definition = subject.kind === "function" ? analysis?.functionNamed(subject.name) : undefined;
    const spanOf = (name: string) => definition?.params.list.find((parameter) => parameter.name === name)?.nameSpan;
    const textRange = (span: { from: number; to: number } | undefined) =>
      // What lies beyond the text is of another module.
      span && syntax && span.to <= syntax.text.length ? { range: rangeOf(syntax, span) } : {};
    return {
      nodes: tapeNodes(look.component(component).sweep()).map(({ value, adjoint, from, source, shape, ...node }) => ({
        ...node,
        shape: [...shape],
        value: value.map(toJsonNumber),
        ...(adjoint ? { adjoint: adjoint.map(toJsonNumber) } : {}),
        from: from.map(({ node: place, passed }) => ({
          node: place,
          ...(passed ? { passed: passed.map(toJsonNumber) } : {}),
        })),
        ...textRange(node.input ? spanOf(node.name) : source && place?.(source)),
      })),
    };
  } catch (error) {
    if (error instanceof Problem) return { nodes: [], problem: error.message };
    throw error;
  }
}
