/**
 * Python, evaluated: `parse` reads, `run` evaluates a module, `callFunction`
 * calls a function out of its globals at numbers or tracers. Nothing here
 * reaches outside the evaluator.
 */
import { cast, isValue, Tensor, type Value } from "../../engine";
import { builtins, write } from "./builtins";
import { Compiler, report } from "./compile";
import { ExpressionCompiler, Globals } from "./compile/expressions";
import { analyze, analyzeExpression } from "./compile/scope";
import type { PyEvent } from "./events";
import { SourceModule } from "./imports";
import "./library";
import "./modules";
import { arrayOfNumbers } from "./modules/numpy/convert";
import { keepMain } from "./modules/registry";
import { PyTfTensor } from "./modules/tensorflow/tensor";
import { listOf, PyDict, PyList, PyTuple } from "./runtime/containers";
import { PyException, pyError, raiseError } from "./runtime/errors";
import { Frame, homeOf, PyFunction, toPython } from "./runtime/function";
import { snapshot } from "./runtime/isolate";
import { type Kwargs, PyBound, PyModule, PyObject, PyType, type PyValue } from "./runtime/object";
import { call, repr, str, typeName } from "./runtime/protocol";
import { type Budget, BudgetExceeded, locate, type Observed, Vm, withVm } from "./runtime/vm";
import { messageOf } from "./suggestions";
import { parseExpression } from "./syntax";
import { lineAt, type PyModuleSyntax, type Span } from "./syntax/ast";
import { type RunError, safely, syntaxError, uncaught, worded } from "./traces";

export type { GradientReason, PyEvent, PyEventKind } from "./events";
export { LiveModule, type LiveRun } from "./live";
export { isDrawn } from "./modules/matplotlib/artists";
export type * as figures from "./modules/matplotlib/model";
export { moduleNames } from "./modules/registry";
export { PyTape } from "./modules/tensorflow/tape";
export { PyTfTensor, PyTfVariable } from "./modules/tensorflow/tensor";
export * from "./queries";
export { ranOutOf } from "./runtime/limits";
export { type PyModuleSyntax, parse, parseExpression, type Span, type SyntaxProblem } from "./syntax";
export type {
  Assign,
  Attribute,
  AugmentedAssign,
  Binary,
  Call,
  Expr,
  For,
  FunctionDef,
  Name,
  Sequence,
  Statement,
  Unary,
  While,
  With,
} from "./syntax/ast";
export { lineAt } from "./syntax/ast";
export type { RunError, TraceLine } from "./traces";
export {
  type Budget,
  BudgetExceeded,
  type Observed,
  PyBound,
  PyDict,
  PyException,
  PyFunction,
  PyList,
  PyObject,
  PyTuple,
  PyType,
  type PyValue,
};

export interface RunOptions {
  fileName?: string;
  budget?: Budget;
  onEvent?: (event: PyEvent) => void;
  /** Whether `value` events are wanted (default: when there is a listener). */
  values?: boolean;
  /** Whether `call` events are wanted (default: when there is a listener). */
  calls?: boolean;
  /** The clock, in milliseconds. */
  now?: () => number;
  /** The text of a file beside this one, by its path relative to this one's folder; undefined where there is none. */
  read?: (fileName: string) => string | undefined;
  /** Analysis: report an uncaught error and go on with the next statement. */
  resumeAfterError?: boolean;
  /** An expression of the text that runs to watch. */
  observed?: Observed;
}

export interface RunResult {
  globals: Map<string, PyValue>;
  output: string;
  /** The (first) uncaught error. */
  error?: RunError;
  /** Every uncaught error, with `resumeAfterError`. */
  errors: RunError[];
  ended: "done" | "error" | "budget";
  /** Why and where the budget ended: `stopped after 250 ms (line 12)`. */
  stopped?: { message: string; from: number; to: number };
  /** The script asked to end. */
  exit?: { code: number; message?: string };
  /** Loop iterations and calls. */
  steps: number;
}

const defaultClock = (): number => (typeof performance === "undefined" ? Date.now() : performance.now());

/** Evaluates a module from its first statement to its last. Never throws. */
export function run(syntax: PyModuleSyntax, options: RunOptions = {}): RunResult {
  const machine = machineFor(options, syntax);
  const globals = new Globals(builtins);
  globals.cell("__name__").value = "__main__";
  globals.cell("__file__").value = options.fileName ?? "<string>";
  globals.cell("__doc__").value = syntax.docstring;
  globals.cell("__builtins__").value = null;
  const errors: RunError[] = [];
  let ended: RunResult["ended"] = "done";
  let stopped: RunResult["stopped"];
  let exit: RunResult["exit"];
  const where = { syntax, fileName: machine.fileName, place: (span: Span) => span };
  withVm(machine, () => {
    const first = syntax.errors[0];
    if (first && !options.resumeAfterError) {
      errors.push(syntaxError(first, syntax, machine.fileName));
      ended = "error";
      return;
    }
    keepMain(new SourceModule("__main__", globals));
    try {
      const { module, scopes } = analyze(syntax.body);
      const compiler = new Compiler(globals, scopes, module, "");
      const frame = new Frame([], [], undefined);
      for (const statement of syntax.body) {
        locate(statement);
        try {
          const step = compiler.statement(statement);
          while (frame.slots.length < module.slots) frame.slots.push(undefined);
          step(frame);
        } catch (raw) {
          const error = toPython(raw);
          if (!(error instanceof PyException)) throw error;
          machine.depth = 0;
          machine.handling.length = 0;
          if (error.type.name === "SystemExit") {
            exit ??= exitOf(error);
            // In the editor the rest of the document keeps its answers.
            if (options.resumeAfterError) continue;
            return;
          }
          report(error, false);
          errors.push(worded(uncaught(error), where));
          if (!options.resumeAfterError) {
            ended = "error";
            return;
          }
        }
      }
      if (errors.length > 0) ended = "error";
    } catch (error) {
      if (error instanceof BudgetExceeded) {
        ended = "budget";
        stopped = { message: error.message, from: error.span.from, to: error.span.to };
      } else if (error instanceof Error) {
        // A mistake of ours must not take the editor along.
        ended = "error";
        const { from, to } = machine.home(machine.at);
        const message = `internal error: ${error.message}`;
        errors.push({ type: "SystemError", message, trace: [], text: `SystemError: ${message}`, from, to });
      } else throw error;
    } finally {
      releaseTapes(machine);
      machine.end();
    }
  });
  const { output, ticks } = machine;
  return {
    globals: globals.toMap(),
    output: output.join(""),
    error: errors[0],
    errors,
    ended,
    stopped,
    exit,
    steps: ticks,
  };
}

/** The status with which Python would end, and what it would say on stderr. */
function exitOf(error: PyException): { code: number; message?: string } {
  const [code = null] = error.args;
  if (code === null) return { code: 0 };
  if (typeof code === "bigint" || typeof code === "boolean") return { code: Number(code) & 0xff };
  return { code: 1, message: safely(() => str(code)) };
}

/** Tapes that an error left open must not go on listening. */
function releaseTapes(machine: Vm): void {
  const open = machine.loaded.get("open tapes") as Set<{ release(): void }> | undefined;
  for (const tape of open ?? []) tape.release();
}

function machineFor(options: RunOptions, syntax?: { lineStarts: number[] }): Vm {
  const machine = new Vm(options.budget ?? {}, options.now ?? defaultClock);
  machine.listener = options.onEvent;
  machine.wantsValues = options.onEvent !== undefined && options.values !== false;
  machine.wantsCalls = options.onEvent !== undefined && options.calls !== false;
  machine.fileName = options.fileName ?? "<string>";
  machine.read = options.read;
  machine.observed = options.observed;
  if (syntax) machine.lineOf = (offset) => lineAt(syntax, offset);
  return machine;
}

// ── calling what a run left ─────────────────────────────────────────────────

export interface CallOptions extends RunOptions {
  /** For line numbers in messages. */
  syntax?: PyModuleSyntax;
  /** Where in it stands what runs at a place; by default there. */
  place?: (span: Span) => Span;
  /** Whether the call leaves everything as it was: variables, containers, Variables (default: yes). It prints nothing then. */
  isolated?: boolean;
}

/** What went wrong in a call or an expression, in one line. */
export class PyCallError extends Error {
  override name = "PyCallError";
  constructor(
    readonly type: string,
    readonly detail: string,
    readonly from: number,
    readonly to: number,
    /** The budget ended. */
    readonly stopped = false,
  ) {
    super(type === "" ? detail : detail === "" ? type : `${type}: ${detail}`);
  }
}

/** Runs `body` on a machine of its own; unless told otherwise, whatever it changes among `roots` is put back. */
function guarded<T>(options: CallOptions, roots: readonly PyValue[], body: () => T): T {
  const isolated = options.isolated !== false;
  const machine = machineFor(isolated ? { ...options, onEvent: undefined } : options);
  const { syntax, place = (span) => span } = options;
  if (syntax) machine.lineOf = (from) => lineAt(syntax, place({ from, to: from }).from);
  const putBack = isolated ? snapshot(roots) : undefined;
  return withVm(machine, () => {
    try {
      return body();
    } catch (raw) {
      const error = toPython(raw);
      if (error instanceof PyException) {
        report(error, false);
        const span = place(homeOf(error));
        throw new PyCallError(
          error.type.name,
          safely(() => messageOf(error)),
          span.from,
          span.to,
        );
      }
      if (error instanceof BudgetExceeded) {
        const { from, to } = place(error.span);
        throw new PyCallError("", error.message, from, to, true);
      }
      throw error;
    } finally {
      releaseTapes(machine);
      putBack?.();
    }
  });
}

/**
 * Calls a function at numbers or tracers.
 * @throws PyCallError when the code raises or the budget ends
 */
export function callFunction(
  fn: PyValue,
  args: readonly PyValue[] | Readonly<Record<string, PyValue>>,
  options: CallOptions = {},
): PyValue {
  try {
    return guarded(options, [fn, ...Object.values(args)], () => observing(fn, options, () => callWith(fn, args)));
  } catch (error) {
    // A point is written as a list of numbers where the function may want NumPy's array.
    const looked = options.isolated !== false && error instanceof PyCallError && LISTS_FAIL.has(error.type);
    const arrays = looked ? asArrays(args) : undefined;
    if (!arrays) throw error;
    try {
      return guarded(options, [fn, ...Object.values(arrays)], () => observing(fn, options, () => callWith(fn, arrays)));
    } catch (second) {
      throw second instanceof PyCallError ? error : second;
    }
  }
}

/** Code with a watched expression is compiled anew for the call: other calls pay nothing for it. */
function observing<T>(fn: PyValue, { observed }: CallOptions, body: () => T): T {
  const code = observed && functionBehind(fn)?.code;
  // A generator's code is made with its function.
  if (!code || code.generate) return body();
  const { run } = code;
  code.run = undefined;
  try {
    return body();
  } finally {
    code.run = run;
  }
}

/** The function that is written in the file: behind a method, or a decorator that keeps it. */
function functionBehind(fn: PyValue): PyFunction | undefined {
  if (fn instanceof PyFunction) return fn;
  if (fn instanceof PyBound) return functionBehind(fn.fn);
  if (!(fn instanceof PyObject)) return undefined;
  const wrapped = fn.pyGetAttribute?.("__wrapped__") ?? fn.dict?.get("__wrapped__");
  if (wrapped !== undefined) return functionBehind(wrapped);
  const own = fn.type.heap ? fn.type.find("__call__") : undefined;
  return own instanceof PyFunction ? own : undefined;
}

const LISTS_FAIL = new Set(["TypeError", "AttributeError", "IndexError", "ValueError"]);

/** The same arguments with lists of numbers as arrays; undefined where there is none. */
function asArrays<A extends readonly PyValue[] | Readonly<Record<string, PyValue>>>(args: A): A | undefined {
  let found = false;
  const turned = (x: PyValue): PyValue => {
    if (!(x instanceof PyList)) return x;
    const array = arrayOfNumbers(x);
    found ||= array !== undefined;
    return array ?? x;
  };
  const out = Array.isArray(args)
    ? args.map(turned)
    : Object.fromEntries(Object.entries(args).map(([name, x]) => [name, turned(x)]));
  return found ? (out as unknown as A) : undefined;
}

function callWith(fn: PyValue, args: readonly PyValue[] | Readonly<Record<string, PyValue>>): PyValue {
  if (Array.isArray(args)) return call(fn, [...args]);
  const named = args as Record<string, PyValue>;
  const parameters = parametersOf(fn);
  const positional: PyValue[] = [];
  const kwargs: Kwargs = new Map();
  let open = true;
  for (const parameter of parameters) {
    const value = named[parameter.name];
    if (value === undefined) open = false;
    else if (parameter.kind === "star") positional.push(...listOf(value));
    else if (open && (parameter.kind === "normal" || parameter.kind === "positional-only")) positional.push(value);
    else kwargs.set(parameter.name, value);
  }
  return call(fn, positional, kwargs.size ? kwargs : undefined);
}

/** Whether the module of a function imports TensorFlow. */
export function usesTensorFlow(fn: PyValue): boolean {
  const cells = functionBehind(fn)?.globals?.values() ?? [];
  return [...cells].some(({ value }) => value instanceof PyModule && /^(tensorflow|keras)\b/.test(value.name));
}

/** Numbers, which may be traced, as TensorFlow makes a constant of a float or a list of floats. */
export function tensorOf(numbers: Value): PyTfTensor {
  return new PyTfTensor(cast(numbers, "float32"));
}

/**
 * Evaluates an expression with names out of `scope`.
 * @throws PyCallError when it does not parse, raises, or the budget ends
 */
export function evaluateExpression(
  text: string,
  scope: ReadonlyMap<string, PyValue>,
  options: CallOptions = {},
): PyValue {
  const { expr, errors, syntax } = parseExpression(text);
  if (errors.length > 0) throw new PyCallError("SyntaxError", errors[0].message, errors[0].from, errors[0].to);
  const globals = new Globals(builtins);
  for (const [name, value] of scope) globals.cell(name).value = value;
  const { module, scopes } = analyzeExpression(expr);
  return guarded({ ...options, syntax }, [...scope.values()], () => {
    const compiler: ExpressionCompiler = new Compiler(globals, scopes, module, "");
    const value = compiler.expr(expr);
    return value(new Frame(new Array(module.slots).fill(undefined), [], undefined));
  });
}

// ── values from outside ─────────────────────────────────────────────────────

/** The number(s) in a Python value: floats, ints, tensors, Variables, and lists of numbers; undefined otherwise. */
export function toValue(x: PyValue): Value | undefined {
  if (typeof x === "number") return new Tensor([x], [], "float64");
  if (typeof x === "bigint") return new Tensor([Number(x)], [], "int64");
  if (typeof x === "boolean") return new Tensor([x ? 1 : 0], [], "bool");
  if (isValue(x)) return x;
  if (x instanceof PyObject) {
    const own = (x as { engineValue?: () => Value }).engineValue;
    if (own) return own.call(x);
  }
  return undefined;
}

export function reprOf(x: PyValue): string {
  return safely(() => repr(x));
}

export function strOf(x: PyValue): string {
  return safely(() => str(x));
}

export interface ParameterOf {
  name: string;
  kind: "positional-only" | "normal" | "star" | "keyword-only" | "doublestar";
  default: PyValue | undefined;
}

/** The parameters of a function object; without `self` for a bound method. */
export function parametersOf(fn: PyValue): ParameterOf[] {
  if (fn instanceof PyBound) return parametersOf(fn.fn).slice(1);
  if (fn instanceof PyFunction) {
    return fn.code.params.map((parameter, k) => ({ ...parameter, default: fn.defaults[k] }));
  }
  if (fn instanceof PyObject) {
    const wrapped = fn.pyGetAttribute?.("__wrapped__") ?? fn.dict?.get("__wrapped__");
    if (wrapped !== undefined) return parametersOf(wrapped);
    const own = fn.type.heap ? fn.type.find("__call__") : undefined;
    if (own instanceof PyFunction) return parametersOf(own).slice(1);
  }
  return [];
}

export { builtins, ExpressionCompiler, pyError, raiseError, typeName, write };
