/** `gradlens/basins`: where an optimizer gets to from many starts, as many as the time of one answer is enough for. */
import type { CancellationToken } from "vscode-languageserver";
import { minimization, type Progress } from "../analysis/minimize";
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
  let paused = session.now();
  for (const start of rowsOf(params.starts, n)) {
    if (values.length > 0 && session.now() > due) break;
    const run = minimization(look, options, start);
    let last: Progress | undefined;
    let reason = "failed";
    try {
      for (let next = run.next(); ; next = run.next()) {
        if (next.done) {
          reason = next.value.reason;
          break;
        }
        last = next.value;
        if (session.now() - paused < SLICE) continue;
        await new Promise((resume) => setTimeout(resume));
        paused = session.now();
        proceed();
      }
    } catch (error) {
      // A start outside of the function's domain leads nowhere; what ended for other reasons is told.
      if (!(error instanceof Problem) || error.stopped) throw error;
    }
    for (const x of last?.parameters ?? start.map(() => Number.NaN)) finals.push(x);
    values.push(last?.value ?? Number.NaN);
    steps.push(last?.step ?? 0);
    converged.push(reason === "converged" ? 1 : 0);
  }
  return {
    finals: encodeArray(finals, [values.length, n]),
    values: encodeArray(values),
    steps: encodeArray(steps),
    converged: encodeArray(converged),
  };
}
