/** `gradlens/basins`: where an optimizer gets to from many starts, as many as the time of one answer is enough for. */
import type { CancellationToken } from "vscode-languageserver";
import { type End, type LastRow, lastOf, minimization, rowsAtOnce } from "../analysis/minimize";
import { Problem } from "../analysis/subject";
import type { BasinParams, BasinResult } from "../protocol/lsp";
import { encodeArray } from "../protocol/values";
import { optionsOf, SLICE } from "./minimize";
import { rowsOf } from "./plane";
import { proceedUntil, type Session } from "./session";

/** Milliseconds after which an answer is due. */
const ANSWER = 120;

export async function basins(session: Session, params: BasinParams, token: CancellationToken): Promise<BasinResult> {
  const look = session.look(params.subject, params.point);
  const options = optionsOf(params, look);
  const n = look.labels.length;
  const due = session.now() + ANSWER;
  const proceed = proceedUntil(
    session.now() + session.settingsOf(params.subject.uri ?? "").budget.command,
    session.now,
    token,
  );
  const finals: number[] = [];
  const values: number[] = [];
  const steps: number[] = [];
  const converged: number[] = [];
  const begin = minimization(look, options);
  let pause = session.now() + SLICE;
  for (const start of rowsOf(params.starts, n)) {
    if (values.length > 0 && session.now() > due) break;
    const run = begin(start);
    let last: LastRow | undefined;
    let end: End | undefined;
    try {
      while (end === undefined) {
        end = run.advance(rowsAtOnce(n), () => session.now() >= pause);
        last = lastOf(run.take(), n) ?? last;
        if (session.now() < pause) continue;
        await new Promise((resume) => setTimeout(resume));
        pause = session.now() + SLICE;
        proceed();
      }
    } catch (error) {
      // A start outside of the function's domain leads nowhere; what ended for other reasons is told.
      if (!(error instanceof Problem) || error.stopped) throw error;
      last = lastOf(run.take(), n) ?? last;
    }
    for (const x of last?.parameters ?? start.map(() => Number.NaN)) finals.push(x);
    values.push(last?.value ?? Number.NaN);
    steps.push(last?.step ?? 0);
    converged.push(end?.reason === "converged" ? 1 : 0);
  }
  return {
    finals: encodeArray(finals, [values.length, n]),
    values: encodeArray(values),
    steps: encodeArray(steps),
    converged: encodeArray(converged),
  };
}
