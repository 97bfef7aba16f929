/** Uncaught errors in Python's words. */
import { PyList } from "./runtime/containers";
import { PyException } from "./runtime/errors";
import { homeOf } from "./runtime/function";
import { str } from "./runtime/protocol";
import { vm } from "./runtime/vm";
import { lineText, placeInModule } from "./sources";
import { messageOf } from "./suggestions";
import { lineAt, type PyModuleSyntax, type Span, type SyntaxProblem } from "./syntax/ast";
import { inMain } from "./syntax/span";

export interface TraceLine {
  /** `<module>` or a function's name. */
  name: string;
  file: string;
  line: number;
  /** The text of that line. */
  text: string;
  from: number;
  to: number;
}

export interface RunError {
  type: string;
  message: string;
  /** Outermost first. */
  trace: TraceLine[];
  /** As Python words it, all lines. */
  text: string;
  from: number;
  to: number;
}

/** The text that ran, and where in it now stands what ran at a place. */
export interface Where {
  readonly syntax: PyModuleSyntax;
  readonly fileName: string;
  readonly place: (span: Span) => Span;
}

/** An uncaught exception as it was when it ended its statement. */
export interface Uncaught {
  readonly type: string;
  /** With the module in which it is defined, if that is another one. */
  readonly fullType: string;
  readonly message: string;
  /** What `add_note` added, line by line. */
  readonly notes: readonly string[];
  readonly span: Span;
  /** Outermost first. */
  readonly trace: readonly { readonly name: string; readonly span: Span }[];
  readonly before?: { readonly error: Uncaught; readonly link: string };
}

export function syntaxError(problem: SyntaxProblem, syntax: PyModuleSyntax, fileName: string): RunError {
  const line = lineAt(syntax, problem.from);
  const type = /indent/.test(problem.message) ? "IndentationError" : "SyntaxError";
  const text = `  File "${fileName}", line ${line}\n    ${lineText(syntax, line)}\n${type}: ${problem.message}`;
  return { type, message: problem.message, trace: [], text, from: problem.from, to: problem.to };
}

/** To be called where it is caught. */
export function uncaught(error: PyException): Uncaught {
  const chain = error.cause ?? (error.suppressContext ? null : error.context);
  const outermost = error.caller ?? error.span ?? vm.at;
  const link = error.cause
    ? "The above exception was the direct cause of the following exception:"
    : "During handling of the above exception, another exception occurred:";
  const notes = error.dict.get("__notes__");
  const { name, qualname, module } = error.type;
  return {
    type: name,
    fullType: module === "builtins" || module === "__main__" ? qualname : `${module}.${qualname}`,
    message: safely(() => messageOf(error)),
    notes: notes instanceof PyList ? notes.items.map((note) => safely(() => str(note))) : [],
    span: homeOf(error),
    trace: [{ name: "<module>", span: outermost }, ...error.trace.filter(({ span }) => !inLibrary(span)).reverse()],
    ...(chain && chain !== error ? { before: { error: uncaught(breakCycle(chain)), link } } : {}),
  };
}

function breakCycle(error: PyException): PyException {
  const seen = new Set<PyException>();
  let at: PyException | null = error;
  while (at) {
    if (seen.has(at)) {
      at.context = null;
      at.cause = null;
      break;
    }
    seen.add(at);
    at = at.cause ?? at.context;
  }
  return error;
}

export function worded(error: Uncaught, where: Where): RunError {
  const { type, fullType, message, before } = error;
  const trace = error.trace.map(({ name, span }) => traceLine(name, span, where));
  const { from, to } = where.place(error.span);
  const headline = message === "" ? fullType : `${fullType}: ${message}`;
  const lines = trace.map(({ name, file, line, text }) => `  File "${file}", line ${line}, in ${name}\n    ${text}`);
  const first = before ? `${worded(before.error, where).text}\n\n${before.link}\n\n` : "";
  const text = `${first}Traceback (most recent call last):\n${[...lines, headline, ...error.notes].join("\n")}`;
  return { type, message, trace, text, from, to };
}

function traceLine(name: string, span: Span, { syntax, fileName, place }: Where): TraceLine {
  const { from, to } = inMain(span) ? place(span) : span;
  const module = inMain(span) ? undefined : placeInModule(from);
  if (module) return { name, file: beside(fileName, module.fileName), line: module.line, text: module.text, from, to };
  const line = lineAt(syntax, from);
  return { name, file: fileName, line, text: lineText(syntax, line), from, to };
}

/** In a text of ours: what stands there explains nothing to whom it befell. */
const inLibrary = (span: Span): boolean => !inMain(span) && placeInModule(span.from)?.fileName.startsWith("<") === true;

const beside = (fileName: string, other: string): string => fileName.slice(0, fileName.lastIndexOf("/") + 1) + other;

export function safely(text: () => string): string {
  try {
    return text();
  } catch (error) {
    // An object that contains itself may have no end.
    if (error instanceof PyException || (error instanceof RangeError && error.message.includes("call stack")))
      return "<exception str() failed>";
    throw error;
  }
}
