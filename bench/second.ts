/** Measurements with a second thread. */
import { join } from "node:path";
import { dismiss, employ } from "../src/engine";
import { threadOf } from "../src/thread/start";

/**
 * What `measure` finds while a second thread may help; undefined where the machine has one core only. Memories that both
 * threads see are made in here only: what is common to all kernels must be made in here first.
 */
export function together(measure: () => number): number | undefined {
  const start = threadOf(join(__dirname, "thread.js"));
  if (!start) return undefined;
  employ(start);
  try {
    return measure();
  } finally {
    dismiss();
  }
}
