import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Thread } from "../engine";

/** Starts the thread of ./node, which was bundled to a file of this path; it does not keep the process from ending. */
export function startThread(path: string): Thread {
  const worker = new Worker(path);
  worker.unref();
  // Without it, or once it is gone, everything is done in this thread.
  worker.on("error", () => {});
  return { post: (message) => worker.postMessage(message), end: () => void worker.terminate() };
}

/** What `employ` starts it with; undefined where the machine has one core only. */
export function threadOf(path: string): (() => Thread) | undefined {
  return availableParallelism() > 1 ? () => startThread(path) : undefined;
}
