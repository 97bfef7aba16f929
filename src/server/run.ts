/** `gradlens/run`: evaluates a file to its end for its output, where it can be stopped: beside the server. */
import * as l10n from "@vscode/l10n";
import type { CancellationToken } from "vscode-languageserver";
import { type Job, type JobEnd, runJob } from "../analysis/job";
import { Problem } from "../analysis/subject";
import type { RunParams, RunResult } from "../protocol/lsp";
import type { Session } from "./session";
import { rangeOf } from "./text";

/** What a worker that runs a job says: pieces of output, then its end. */
export type JobMessage = { output: string } | { end: JobEnd };

/** Starts a job in a worker of its own; the answer stops it. */
export type StartJob = (job: Job, hear: (message: JobMessage) => void, fail: (reason: string) => void) => () => void;

/** The first output goes at once; the more there was, the more characters wait, so that a lot is sent in few messages. */
const CHUNK = 4096;

/** In the worker: runs the job and says what it prints. */
export function work(job: Job, say: (message: JobMessage) => void): void {
  let waiting = "";
  let sent = 0;
  const flush = () => {
    if (waiting !== "") say({ output: waiting });
    sent += waiting.length;
    waiting = "";
  };
  const end = runJob(job, (text) => {
    waiting += text;
    if (waiting.length >= Math.min(CHUNK, sent / 8)) flush();
  });
  flush();
  say({ end });
}

/** @param start absent: the file is evaluated here, and cannot be stopped before its budget ends */
export async function runFile(
  session: Session,
  { uri }: RunParams,
  token: CancellationToken,
  start: StartJob = here,
): Promise<RunResult> {
  const analysis = session.analysis(uri);
  if (!analysis) throw new Problem(l10n.t("the document is not open"));
  const started = session.now();
  const job: Job = {
    text: analysis.text,
    fileName: analysis.options.fileName,
    files: session.filesBeside(uri),
    milliseconds: session.settingsOf(uri).budget.command,
    parts: analysis.options.parts,
  };
  let output = "";
  const end = await new Promise<JobEnd>((resolve) => {
    const stop = start(
      job,
      (message) => {
        if ("output" in message) output += message.output;
        else resolve(message.end);
      },
      (reason) => resolve({ stopped: reason }),
    );
    token.onCancellationRequested(() => {
      stop();
      resolve({ stopped: l10n.t("Cancelled") });
    });
  });
  const { error, stopped } = end;
  return {
    output,
    ...(error ? { error: { text: error.text, range: rangeOf(analysis.syntax, error) } } : {}),
    ...(stopped === undefined ? {} : { stopped }),
    milliseconds: session.now() - started,
  };
}

const here: StartJob = (job, hear) => {
  work(job, hear);
  return () => {};
};
