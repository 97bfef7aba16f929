/** The language server as a worker. */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from "vscode-languageserver/browser";
import type { Job } from "../analysis/job";
import type { ClientRequests } from "../protocol/lsp";
import { loadTypesetterBy, type Typesetter } from "../render";
import { type JobMessage, type StartJob, work } from "./run";
import { startServer } from "./server";

const scope = self as unknown as DedicatedWorkerGlobalScope & { gradlensMathjax?: Typesetter };

/** The name of a worker that only runs one job. */
const JOB = "Gradlens run";

if (scope.name === JOB) {
  scope.onmessage = ({ data }: MessageEvent<Job>) => work(data, (message) => scope.postMessage(message));
} else {
  serve();
}

function serve(): void {
  const connection = createConnection(new BrowserMessageReader(scope), new BrowserMessageWriter(scope));
  // A worker that was started from a Blob has no address of its own: the client gives that of a copy.
  const addressOf = (method: keyof ClientRequests) => connection.sendRequest<string>(method, null);

  loadTypesetterBy(async () => {
    try {
      scope.importScripts(await addressOf("gradlens/typesetter"));
      return scope.gradlensMathjax!;
    } catch (error) {
      connection.console.error(`MathJax cannot be loaded: ${error}`);
      throw error;
    }
  });

  const startJob: StartJob = (job, hear, fail) => {
    let worker: Worker | undefined;
    let stopped = false;
    addressOf("gradlens/server")
      .then((address) => {
        if (stopped) return;
        worker = new Worker(address, { name: JOB });
        worker.onmessage = ({ data }: MessageEvent<JobMessage>) => {
          hear(data);
          if ("end" in data) worker?.terminate();
        };
        worker.onerror = ({ message }) => fail(message);
        worker.postMessage(job);
      })
      .catch((error) => fail(String(error)));
    return () => {
      stopped = true;
      worker?.terminate();
    };
  };

  startServer(connection, { startJob });
}
