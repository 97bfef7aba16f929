/** `gradlens/minimize`: runs an optimizer in slices, so that it can be cancelled and shows progress. */
import * as l10n from "@vscode/l10n";
import type { CancellationToken, WorkDoneProgressReporter } from "vscode-languageserver";
import { type End, endText, minimization } from "../analysis/minimize";
import { Problem } from "../analysis/subject";
import type { MinimizeParams, MinimizeResult } from "../protocol/lsp";
import { encodeArray, toJsonTree } from "../protocol/values";
import type { Session } from "./session";
import { cell } from "./view";

/** Milliseconds of work between two looks at the messages. */
const SLICE = 20;
const MOST_STEPS = 1_000_000;

export async function minimizeSubject(
  session: Session,
  params: MinimizeParams,
  token: CancellationToken,
  progress?: WorkDoneProgressReporter,
): Promise<MinimizeResult> {
  const started = session.now();
  const { command } = session.settingsOf(params.subject.uri ?? "").budget;
  if (!(Number.isInteger(params.steps) && params.steps >= 0 && params.steps <= MOST_STEPS))
    throw new Problem(l10n.t("the number of steps must be a whole number from 0 to {0}", MOST_STEPS));
  const look = session.look(params.subject, params.start);
  const run = minimization(look, params);
  const path: number[] = [];
  const values: number[] = [];
  const norms: number[] = [];
  let end: End | { reason: "cancelled" | "budget" } | undefined;
  let paused = session.now();
  while (end === undefined) {
    let next: ReturnType<typeof run.next>;
    try {
      next = run.next();
    } catch (error) {
      if (!(error instanceof Problem) || values.length === 0) throw error;
      end = { reason: "failed", step: values.length - 1, message: error.message };
      break;
    }
    if (next.done) {
      end = next.value;
      break;
    }
    path.push(...next.value.parameters);
    values.push(next.value.value);
    norms.push(next.value.gradientNorm ?? Number.NaN);
    if (session.now() - paused < SLICE) continue;
    progress?.report(
      Math.floor((100 * next.value.step) / Math.max(1, params.steps)),
      l10n.t("step {0}", next.value.step),
    );
    await new Promise((resume) => setTimeout(resume));
    paused = session.now();
    if (token.isCancellationRequested) end = { reason: "cancelled" };
    else if (paused - started > command) end = { reason: "budget" };
  }
  const n = look.labels.length;
  const last = path.slice(path.length - n);
  return {
    labels: [...look.labels],
    path: encodeArray(path, [values.length, n]),
    values: encodeArray(values),
    gradientNorms: encodeArray(norms),
    final: Object.fromEntries(Object.entries(look.pointTree(last)).map(([name, tree]) => [name, toJsonTree(tree)])),
    value: cell(values[values.length - 1]!),
    end: end.reason,
    message: message(end, values.length - 1, look.labels),
    milliseconds: session.now() - started,
  };
}

function message(end: End | { reason: "cancelled" | "budget" }, steps: number, labels: readonly string[]): string {
  switch (end.reason) {
    case "cancelled":
      return l10n.t("cancelled after {0} steps", steps);
    case "budget":
      return l10n.t("stopped after {0} steps: the time is up", steps);
    default:
      return endText(end, labels);
  }
}
