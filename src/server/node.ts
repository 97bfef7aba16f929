/** The language server as a process: over the IPC or stdio that its arguments name. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { createConnection } from "vscode-languageserver/node";
import type { Job } from "../analysis/job";
import { employ } from "../analysis/second-thread";
import { threadOf } from "../thread/start";
import { type JobMessage, type StartJob, work } from "./run";
import { startServer } from "./server";

const readFile = (uri: string): string | undefined => {
  try {
    return readFileSync(fileURLToPath(uri), "utf8");
  } catch {
    return undefined;
  }
};

/** This file again, as a thread that only runs the job. */
const startJob: StartJob = (job, hear, fail) => {
  const worker = new Worker(__filename, { workerData: job });
  worker.on("message", (message: JobMessage) => hear(message));
  worker.on("error", (error) => fail(error.message));
  return () => void worker.terminate();
};

/** How long a client that closed its end may wait for what it still asked, in milliseconds. */
const GRACE = 1000;

/**
 * Standard input that does not end before what it carried is answered: a connection ends the process with its input,
 * and a script may send everything at once, `exit` included.
 */
function patientInput(): NodeJS.ReadableStream {
  const input = new PassThrough();
  process.stdin.on("end", () => setTimeout(() => input.end(), GRACE));
  return process.stdin.pipe(input, { end: false });
}

const connect = () =>
  process.argv.includes("--stdio") ? createConnection(patientInput(), process.stdout) : createConnection();

/** Where it was put beside the server: any editor can open it. */
const page = join(__dirname, "..", "docs", "findings.md");
const findingsPage = existsSync(page) ? `${pathToFileURL(page).href}#{code}` : undefined;

if (isMainThread) {
  employ(threadOf(join(__dirname, "thread.js")));
  startServer(connect(), { readFile, startJob, ...(findingsPage ? { findingsPage } : {}) });
} else work(workerData as Job, (message) => parentPort!.postMessage(message));
