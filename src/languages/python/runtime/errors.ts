/** The tree of exceptions. A raised exception is thrown as it is: it is no JavaScript Error. */
import type { Span } from "../syntax/ast";
import { getters, makeType, methods, objectType, PyObject, type PyType, type PyValue } from "./object";
import { vm } from "./vm";

export interface TraceEntry {
  name: string;
  span: Span;
}

export class PyException extends PyObject {
  override dict: Map<string, PyValue> = new Map();
  cause: PyException | null = null;
  context: PyException | null = null;
  suppressContext = false;
  /** Where it arose. */
  span: Span | undefined;
  /** Frames that it left, innermost first. */
  readonly trace: TraceEntry[] = [];
  /** The call that the frame left last came from. */
  caller: Span | undefined;
  reported = false;
  /** A name that is not there, and where it was looked for; or what `own` makes of it. */
  wanted: { name: string; among: () => string[]; own?: () => string | undefined } | undefined;

  constructor(
    type: PyType,
    public args: PyValue[],
  ) {
    super(type);
  }
  override pyRepr(): string {
    const parts = this.args.map((arg) => hooks.repr(arg));
    return `${this.type.name}(${parts.join(", ")})`;
  }
  override pyStr(): string {
    if (this.args.length === 0) return "";
    const worded = wordings.find(([type, , count]) => count === this.args.length && this.type.isSubtype(type));
    if (worded) return worded[1](this.args);
    if (this.args.length === 1) {
      return this.type.isSubtype(keyErrorType) ? hooks.repr(this.args[0]) : hooks.str(this.args[0]);
    }
    return `(${this.args.map((arg) => hooks.repr(arg)).join(", ")})`;
  }
  override pyKey(): object {
    return this;
  }
}

/** Set by protocol.ts; errors must not import it, everything imports errors. */
export const hooks = {
  tuple: (_: PyValue[]): PyValue => null,
  list: (_: PyValue[]): PyValue => null,
  repr: (_: PyValue): string => "",
  str: (_: PyValue): string => "",
};

export const exceptionTypes = new Map<string, PyType>();

function define(name: string, base: PyType): PyType {
  const type = makeType(name, base);
  exceptionTypes.set(name, type);
  return type;
}

export const baseExceptionType = define("BaseException", objectType);
baseExceptionType.construct = (type, args) => new PyException(type, args);
methods(baseExceptionType, {
  __init__(self: PyException, args) {
    self.args = args;
    return null;
  },
  with_traceback: (self: PyException) => self,
  add_note(self: PyException, [note]) {
    if (typeof note !== "string") raiseError("TypeError", "note must be a str");
    const notes = self.dict.get("__notes__") as { items: PyValue[] } | undefined;
    if (notes) notes.items.push(note);
    else self.dict.set("__notes__", hooks.list([note]));
    return null;
  },
  __str__: (self: PyException) => self.pyStr(),
  __repr__: (self: PyException) => self.pyRepr(),
});
getters(baseExceptionType, {
  args: (self: PyException) => hooks.tuple(self.args),
  __cause__: (self: PyException) => self.cause,
  __context__: (self: PyException) => self.context,
  __suppress_context__: (self: PyException) => self.suppressContext || self.cause !== null,
  __traceback__: () => null,
});

const tree: Record<string, string[]> = {
  BaseException: ["Exception", "KeyboardInterrupt", "SystemExit", "GeneratorExit"],
  Exception: [
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BufferError",
    "EOFError",
    "ImportError",
    "LookupError",
    "MemoryError",
    "NameError",
    "OSError",
    "ReferenceError",
    "RuntimeError",
    "StopIteration",
    "StopAsyncIteration",
    "SyntaxError",
    "SystemError",
    "TypeError",
    "ValueError",
    "Warning",
  ],
  ArithmeticError: ["FloatingPointError", "OverflowError", "ZeroDivisionError"],
  ImportError: ["ModuleNotFoundError"],
  LookupError: ["IndexError", "KeyError"],
  NameError: ["UnboundLocalError"],
  OSError: [
    "BlockingIOError",
    "ChildProcessError",
    "ConnectionError",
    "FileExistsError",
    "FileNotFoundError",
    "InterruptedError",
    "IsADirectoryError",
    "NotADirectoryError",
    "PermissionError",
    "ProcessLookupError",
    "TimeoutError",
  ],
  ConnectionError: ["BrokenPipeError", "ConnectionAbortedError", "ConnectionRefusedError", "ConnectionResetError"],
  RuntimeError: ["NotImplementedError", "RecursionError"],
  SyntaxError: ["IndentationError"],
  IndentationError: ["TabError"],
  ValueError: ["UnicodeError"],
  UnicodeError: ["UnicodeEncodeError", "UnicodeDecodeError", "UnicodeTranslateError"],
  Warning: [
    "BytesWarning",
    "DeprecationWarning",
    "EncodingWarning",
    "FutureWarning",
    "ImportWarning",
    "PendingDeprecationWarning",
    "ResourceWarning",
    "RuntimeWarning",
    "SyntaxWarning",
    "UnicodeWarning",
    "UserWarning",
  ],
};
for (const [base, names] of Object.entries(tree)) for (const name of names) define(name, exceptionTypes.get(base)!);
export const keyErrorType = exceptionTypes.get("KeyError")!;
export const stopIterationType = exceptionTypes.get("StopIteration")!;
export const attributeErrorType = exceptionTypes.get("AttributeError")!;
getters(stopIterationType, { value: (self: PyException) => self.args[0] ?? null });
const argument = (k: number) => (self: PyException) => self.args[k] ?? null;
/** Arguments as attributes: of errors of the system, and of texts that cannot be read or written as bytes. */
getters(exceptionTypes.get("OSError")!, { errno: argument(0), strerror: argument(1), filename: argument(2) });
for (const name of ["UnicodeDecodeError", "UnicodeEncodeError"])
  getters(exceptionTypes.get(name)!, {
    encoding: argument(0),
    object: argument(1),
    start: argument(2),
    end: argument(3),
    reason: argument(4),
  });

/** A character as it is written in a literal of ASCII. */
export const escaped = (code: number): string =>
  code < 256
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : code < 65536
      ? `\\u${code.toString(16).padStart(4, "0")}`
      : `\\U${code.toString(16).padStart(8, "0")}`;
/** How an exception with so many arguments reads, where it is not the tuple of them. */
const wordings: [PyType, (args: PyValue[]) => string, number][] = [
  [exceptionTypes.get("OSError")!, ([code, text]) => `[Errno ${code}] ${text}`, 2],
  [exceptionTypes.get("OSError")!, ([code, text, file]) => `[Errno ${code}] ${text}: ${hooks.repr(file)}`, 3],
  [
    exceptionTypes.get("UnicodeDecodeError")!,
    ([encoding, bytes, start, end, reason]) => {
      const place = Number(start);
      const { data } = bytes as unknown as { data: Uint8Array };
      return Number(end) === place + 1
        ? `'${encoding}' codec can't decode byte 0x${data[place].toString(16).padStart(2, "0")} in position ${start}: ${reason}`
        : `'${encoding}' codec can't decode bytes in position ${start}-${Number(end) - 1}: ${reason}`;
    },
    5,
  ],
  [
    exceptionTypes.get("UnicodeEncodeError")!,
    ([encoding, text, start, end, reason]) => {
      const chars = [...String(text)];
      const place = Number(start);
      return Number(end) === place + 1
        ? `'${encoding}' codec can't encode character '${escaped(chars[place].codePointAt(0)!)}' in position ${start}: ${reason}`
        : `'${encoding}' codec can't encode characters in position ${start}-${Number(end) - 1}: ${reason}`;
    },
    5,
  ],
];

getters(exceptionTypes.get("SystemExit")!, { code: (self: PyException) => self.args[0] ?? null });

export type ErrorName =
  | "TypeError"
  | "ValueError"
  | "IndexError"
  | "ZeroDivisionError"
  | "OverflowError"
  | "NameError"
  | "AttributeError"
  | "RuntimeError"
  | "UnboundLocalError"
  | "MemoryError"
  | "RecursionError"
  | "NotImplementedError"
  | "AssertionError"
  | "ImportError"
  | "ModuleNotFoundError"
  | "SyntaxError"
  | "StopIteration"
  | "LookupError"
  | "OSError";

/** Makes a builtin exception that arises here. */
export function pyError(name: ErrorName, message: string): PyException {
  const error = new PyException(exceptionTypes.get(name)!, [message]);
  error.span = vm.at;
  return error;
}

/** A text that cannot be written as bytes, or bytes that are no text. */
export function codecError(
  name: "UnicodeEncodeError" | "UnicodeDecodeError",
  encoding: string,
  given: PyValue,
  [start, end]: readonly [number, number],
  reason: string,
): never {
  const error = new PyException(exceptionTypes.get(name)!, [encoding, given, BigInt(start), BigInt(end), reason]);
  error.span = vm.at;
  throw error;
}

/** What `sys.exit(code)` and `exit(code)` raise. */
export function exitRequest(args: readonly PyValue[]): never {
  throw new PyException(exceptionTypes.get("SystemExit")!, args.slice(0, 1));
}

export function raiseError(name: ErrorName, message: string): never {
  throw pyError(name, message);
}

export function keyError(key: PyValue): PyException {
  const error = new PyException(keyErrorType, [key]);
  error.span = vm.at;
  return error;
}

/** An iterator ended, outside of a loop. */
export function stopIteration(value: PyValue = null): PyException {
  const error = new PyException(stopIterationType, value === null ? [] : [value]);
  error.span = vm.at;
  return error;
}

/** What takes more bytes takes time too: the clock is looked at before. */
const LARGE = 1 << 20;

/** Refuses what would not fit into memory. */
export function allocateCheck(bytes: number): void {
  if (bytes > LARGE) vm.check();
  if (!(bytes <= vm.maxAllocation)) throw new PyException(exceptionTypes.get("MemoryError")!, []);
}
