/** One run of a whole file for its output, wherever it happens: it takes and gives only what can be sent. */
import { parse, run } from "../languages/python";

export interface Job {
  readonly text: string;
  readonly fileName: string;
  /** The files beside it that it imports: their texts by the path relative to its folder. */
  readonly files: { readonly [fileName: string]: string };
  readonly milliseconds: number;
  /** Where the cells of a notebook begin in the text. */
  readonly parts?: readonly number[];
}

export interface JobEnd {
  /** As Python words an uncaught error; where in the file. */
  readonly error?: { readonly text: string; readonly from: number; readonly to: number };
  /** Why it ended before its end. */
  readonly stopped?: string;
}

/** Evaluates a file; what it prints goes to `write` at once. Never throws. */
export function runJob({ text, fileName, files, milliseconds, parts }: Job, write: (text: string) => void): JobEnd {
  const { error, exit, stopped } = run(parse(text, parts), {
    fileName,
    read: (other) => (Object.hasOwn(files, other) ? files[other] : undefined),
    budget: { milliseconds },
    values: false,
    calls: false,
    onEvent: (event) => {
      if (event.kind === "print") write(event.text);
    },
  });
  if (stopped) return { stopped: stopped.message };
  if (error) return { error: { text: error.text, from: error.from, to: error.to } };
  return exit?.message === undefined ? {} : { error: { text: exit.message, from: 0, to: 0 } };
}
