/** `gradlens/script`: what the file's own run did. */
import type { Loop, Printed } from "../analysis/script";
import type { LoopPath, ScriptParams, ScriptView } from "../protocol/lsp";
import { type EncodedArray, encodeArray } from "../protocol/values";
import type { Session } from "./session";
import { rangeOf } from "./text";

/** Pieces of output that are shown from the beginning, and from the end. */
const SHOWN = 500;

export function script(session: Session, { uri }: ScriptParams): ScriptView {
  const title = decodeURIComponent(uri.slice(uri.lastIndexOf("/") + 1));
  const analysis = session.settingsOf(uri).enable ? session.analysis(uri) : undefined;
  if (!analysis) return { title, ...nothing };
  const { syntax, script } = analysis;
  const range = <T extends { span: { from: number; to: number } }>({ span, ...rest }: T) => ({
    ...rest,
    range: rangeOf(syntax, span),
    lineName: analysis.lineName(span.from),
  });
  const { printed, leftOut } = ends(script.printed);
  return {
    title,
    output: script.output,
    printed: printed.map(range),
    leftOut,
    figures: script.figures.map(({ figure: { drawnAt: _, ...figure }, span }) =>
      range({ figure: encoded(figure), span }),
    ),
    trainings: script.trainings.map((training) => range({ ...training, losses: encodeArray(training.losses) })),
    variables: script.histories.map((history) =>
      range({
        ...history,
        labels: [...history.labels],
        values: encodeArray(history.values, [history.values.length / history.labels.length, history.labels.length]),
      }),
    ),
    tapes: script.tapes.map(({ span, persistent, count, ...tape }) =>
      range({
        span,
        persistent,
        count,
        questions: tape.questions.map((question) =>
          range({ ...question, answers: question.answers.map((answer) => ({ ...answer })) }),
        ),
      }),
    ),
    loops: loopPaths(session, uri),
    errors: script.findings
      .filter(({ code, severity }) => code === "uncaught" && severity === "error")
      .map(({ message, span }) => range({ message, span })),
    ...(script.problem ? { problem: script.problem } : {}),
    milliseconds: script.milliseconds,
  };
}

const nothing: Omit<ScriptView, "title"> = {
  output: "",
  printed: [],
  leftOut: 0,
  figures: [],
  trainings: [],
  variables: [],
  tapes: [],
  loops: [],
  errors: [],
  milliseconds: 0,
};

function ends(printed: readonly Printed[]): { printed: readonly Printed[]; leftOut: number } {
  const leftOut = printed.length - 2 * SHOWN;
  if (leftOut <= 0) return { printed, leftOut: 0 };
  return { printed: [...printed.slice(0, SHOWN), ...printed.slice(-SHOWN)], leftOut };
}

/** Plain data with its arrays of numbers encoded. */
type Encoded<T> = T extends Float64Array
  ? EncodedArray
  : T extends object
    ? { -readonly [K in keyof T]: Encoded<T[K]> }
    : T;

function encoded<T>(value: T): Encoded<T> {
  if (value instanceof Float64Array) return encodeArray(value) as Encoded<T>;
  if (Array.isArray(value)) return value.map(encoded) as Encoded<T>;
  if (typeof value !== "object" || value === null) return value as Encoded<T>;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : [[key, encoded(part)]])),
  ) as Encoded<T>;
}

export function loopPaths(session: Session, uri: string): LoopPath[] {
  const analysis = session.analysis(uri);
  if (!analysis) return [];
  return analysis.script.loops.map(
    (loop): LoopPath => ({
      uri,
      range: rangeOf(analysis.syntax, loop.span),
      lineName: analysis.lineName(loop.span.from),
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
