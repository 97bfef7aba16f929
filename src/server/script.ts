/** `gradlens/script`: what the file's own run did. */
import type { Loop } from "../analysis/script";
import type { LoopPath, ScriptParams, ScriptView } from "../protocol/lsp";
import { encodeArray } from "../protocol/values";
import type { Session } from "./session";
import { rangeOf } from "./text";

export function script(session: Session, { uri }: ScriptParams): ScriptView {
  const analysis = session.analysis(uri);
  if (!analysis) return { output: "", loops: [], milliseconds: 0 };
  const { output, problem, milliseconds } = analysis.script;
  return { output, loops: loopPaths(session, uri), ...(problem ? { problem } : {}), milliseconds };
}

export function loopPaths(session: Session, uri: string): LoopPath[] {
  const analysis = session.analysis(uri);
  if (!analysis) return [];
  return analysis.script.loops.map(
    (loop): LoopPath => ({
      uri,
      range: rangeOf(analysis.syntax, loop.span),
      variables: [...loop.variables],
      ...(loop.function ? { function: loop.function } : {}),
      labels: [...loop.labels],
      path: encodePath(loop),
      losses: encodeArray(loop.losses),
    }),
  );
}

function encodePath({ path, labels }: Loop) {
  return encodeArray(path.flat(), [path.length, labels.length]);
}
