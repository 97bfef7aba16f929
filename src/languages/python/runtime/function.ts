/** Functions written in Python: frames, binding of arguments, calls; generators. */

import type { FunctionDef, Lambda, Span } from "../syntax/ast";
import { inMain } from "../syntax/span";
import { PyDict, PyTuple } from "./containers";
import { exceptionTypes, PyException, pyError, raiseError, stopIterationType } from "./errors";
import { ranOutOf } from "./limits";
import type { DictKey, Kwargs, PyType } from "./object";
import { makeType, PyInstance, PyIterator, PyObject, type PyValue } from "./object";
import { address } from "./protocol";
import { locate, tick, vm } from "./vm";
import { Cell } from "./watch";

export { Cell };

export type Slot = PyValue | Cell | undefined;

export class Frame {
  result: PyValue = null;
  /** Names of a class body. */
  names: Map<string, PyValue> | undefined;
  classCell: Cell | undefined;
  constructor(
    readonly slots: Slot[],
    readonly free: Cell[],
    readonly fn: PyFunction | undefined,
  ) {}
}

/** How a statement ended. */
export enum Ending {
  normal = 0,
  break = 1,
  continue = 2,
  return = 3,
}

export interface ParameterInfo {
  name: string;
  kind: "positional-only" | "normal" | "star" | "keyword-only" | "doublestar";
}

export interface Code {
  name: string;
  qualname: string;
  params: ParameterInfo[];
  /** Parameters that positional arguments fill. */
  positional: number;
  /** Slots of `*args` and `**kwargs`, -1 if there are none. */
  star: number;
  doublestar: number;
  slots: number;
  /** Slots whose variables are captured: they hold cells. */
  cells: number[];
  run: ((frame: Frame) => Ending) | undefined;
  generate: ((frame: Frame) => Generator<PyValue, Ending, PyValue>) | undefined;
  prepare: () => void;
  /** It stands in another text than the file that runs. */
  foreign: boolean;
  node: FunctionDef | Lambda | null;
  docstring: string | null;
}

export const functionType = makeType("function");
const codeType = makeType("code");
export const generatorType = makeType("generator");

export class PyFunction extends PyObject {
  readonly method = true;
  name: string;
  qualname: string;
  /** The class whose body defined it, for `super()`. */
  classCell: Cell | undefined;
  /** What its annotations say. */
  hints: (() => PyDict) | undefined;
  /** The module's variables. */
  globals: Map<string, Cell> | undefined;

  constructor(
    readonly code: Code,
    readonly defaults: (PyValue | undefined)[],
    readonly free: Cell[],
  ) {
    super(functionType);
    this.name = code.name;
    this.qualname = code.qualname;
  }

  override pyCall(args: PyValue[], kwargs: Kwargs | undefined): PyValue {
    const { code } = this;
    if (code.foreign && vm.outside === undefined) return this.fromOutside(args, kwargs);
    const slots: Slot[] = new Array(code.slots).fill(undefined);
    if (
      kwargs === undefined &&
      code.star < 0 &&
      args.length === code.positional &&
      code.params.length === code.positional
    ) {
      for (let k = 0; k < args.length; k++) slots[k] = args[k];
    } else this.bind(slots, args, kwargs);
    tick();
    const caller = vm.at;
    if (code.run === undefined && code.generate === undefined) code.prepare();
    const seen = vm.wantsCalls && vm.listener ? this.argumentsOf(slots) : undefined;
    for (let k = 0; k < code.cells.length; k++)
      slots[code.cells[k]] = new Cell(slots[code.cells[k]] as PyValue | undefined);
    const frame = new Frame(slots, this.free, this);
    if (code.generate) return new PyGenerator(code.generate(frame), frame, this.name, this.qualname);
    if (++vm.depth > vm.maxDepth) {
      vm.depth--;
      raiseError("RecursionError", "maximum recursion depth exceeded");
    }
    let result: PyValue;
    try {
      code.run!(frame);
      result = frame.result;
    } catch (error) {
      throw leave(error, this.name, caller);
    } finally {
      vm.depth--;
    }
    if (seen) {
      locate(caller);
      // A library that calls a function of the file does so for the file.
      const span = code.foreign ? caller : vm.home(caller);
      vm.emit({ kind: "call", fn: this, name: this.name, args: seen, result, span });
    }
    return result;
  }

  /** Called from the file that runs: what happens inside is told at the place of the call. */
  private fromOutside(args: PyValue[], kwargs: Kwargs | undefined): PyValue {
    vm.outside = vm.at;
    try {
      return this.pyCall(args, kwargs);
    } finally {
      vm.outside = undefined;
    }
  }

  private argumentsOf(slots: Slot[]): Map<string, PyValue> {
    return new Map(this.code.params.map((parameter, k) => [parameter.name, slots[k] as PyValue]));
  }

  /** Puts arguments into slots: parameter k is slot k. */
  private bind(slots: Slot[], args: PyValue[], kwargs: Kwargs | undefined): void {
    const { code, defaults } = this;
    const { params, positional } = code;
    const given = Math.min(args.length, positional);
    for (let k = 0; k < given; k++) slots[k] = args[k];
    if (code.star >= 0) slots[code.star] = new PyTuple(args.slice(positional));
    let extra: PyDict | undefined;
    if (code.doublestar >= 0) slots[code.doublestar] = extra = new PyDict();
    const only: string[] = [];
    if (kwargs) {
      for (const [name, value] of kwargs) {
        const k = params.findIndex((parameter) => parameter.name === name);
        const kind = k < 0 ? undefined : params[k].kind;
        if (kind === "normal" || kind === "keyword-only") {
          if (slots[k] !== undefined)
            raiseError("TypeError", `${this.qualname}() got multiple values for argument '${name}'`);
          slots[k] = value;
        } else if (extra) extra.put(name, value);
        else if (kind === "positional-only") only.push(name);
        else raiseError("TypeError", `${this.qualname}() got an unexpected keyword argument '${name}'`);
      }
    }
    if (only.length > 0) {
      raiseError(
        "TypeError",
        `${this.qualname}() got some positional-only arguments passed as keyword arguments: '${only.join(", ")}'`,
      );
    }
    if (args.length > positional && code.star < 0) {
      const optional = defaults.slice(0, positional).filter((value) => value !== undefined).length;
      const takes = optional > 0 ? `from ${positional - optional} to ${positional}` : String(positional);
      const plural = positional === 1 && optional === 0 ? "" : "s";
      const keywordOnly = params.filter(
        (parameter, k) => parameter.kind === "keyword-only" && slots[k] !== undefined,
      ).length;
      const wereGiven = keywordOnly
        ? `${args.length} positional argument${args.length === 1 ? "" : "s"} (and ${keywordOnly} keyword-only argument${keywordOnly === 1 ? "" : "s"}) were given`
        : `${args.length} ${args.length === 1 ? "was" : "were"} given`;
      raiseError("TypeError", `${this.qualname}() takes ${takes} positional argument${plural} but ${wereGiven}`);
    }
    const missing: string[] = [];
    const missingKeyword: string[] = [];
    for (let k = 0; k < params.length; k++) {
      if (slots[k] !== undefined) continue;
      if (defaults[k] !== undefined) slots[k] = defaults[k];
      else if (k < positional) missing.push(`'${params[k].name}'`);
      else if (params[k].kind === "keyword-only") missingKeyword.push(`'${params[k].name}'`);
    }
    if (missing.length > 0) this.missing(missing, "positional");
    if (missingKeyword.length > 0) this.missing(missingKeyword, "keyword-only");
  }

  private missing(names: string[], kind: string): never {
    const list =
      names.length === 1
        ? names[0]
        : names.length === 2
          ? names.join(" and ")
          : `${names.slice(0, -1).join(", ")}, and ${names[names.length - 1]}`;
    raiseError(
      "TypeError",
      `${this.qualname}() missing ${names.length} required ${kind} argument${names.length > 1 ? "s" : ""}: ${list}`,
    );
  }

  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "__name__":
        return this.name;
      case "__qualname__":
        return this.qualname;
      case "__doc__":
        return this.code.docstring;
      case "__module__":
        return "__main__";
      case "__defaults__": {
        const values = this.defaults.slice(0, this.code.positional).filter((value) => value !== undefined);
        return values.length ? new PyTuple(values as PyValue[]) : null;
      }
      case "__annotations__":
        return this.hints?.() ?? new PyDict();
      case "__code__": {
        const { params, positional } = this.code;
        const isStar = ({ kind }: ParameterInfo): boolean => kind.endsWith("star");
        const starsLast = [...params.filter((own) => !isStar(own)), ...params.filter(isStar)];
        const code = new PyInstance(codeType);
        code.dict.set("co_name", this.name);
        code.dict.set("co_argcount", BigInt(positional));
        code.dict.set("co_varnames", new PyTuple(starsLast.map((parameter) => parameter.name)));
        return code;
      }
      case "__kwdefaults__": {
        const { params, positional } = this.code;
        const values = params.flatMap(({ name: own }, k): [string, PyValue][] =>
          k < positional || this.defaults[k] === undefined ? [] : [[own, this.defaults[k]]],
        );
        return values.length ? PyDict.from(values) : null;
      }
      case "__dict__":
        this.dict ??= new Map();
        return PyDict.from(this.dict);
    }
    return undefined;
  }
  override pySetAttribute(name: string, value: PyValue): boolean {
    if (name === "__name__") this.name = String(value);
    else if (name === "__qualname__") this.qualname = String(value);
    else {
      this.dict ??= new Map();
      this.dict.set(name, value);
    }
    return true;
  }
  override pyRepr(): string {
    return `<function ${this.qualname} at ${address(this)}>`;
  }
  override pyKey(): DictKey {
    return this;
  }
}

/** Turns what JavaScript throws into Python's exceptions; notes the frame that is left. */
export function leave(error: unknown, name: string, caller: Span): unknown {
  const python = toPython(error);
  if (python instanceof PyException) {
    if (python.trace.length < 50) {
      const last = python.trace.length ? python.trace[python.trace.length - 1] : undefined;
      python.trace.push({ name, span: last ? python.caller! : (python.span ?? vm.at) });
    }
    python.caller = caller;
  }
  return python;
}

/** The innermost place in the file that runs through which an error went. */
export function homeOf(error: PyException): Span {
  const own = error.span ?? vm.at;
  const spans = [own, ...error.trace.map((entry) => entry.span), error.caller ?? own];
  return spans.find(inMain) ?? vm.home(own);
}

export function toPython(error: unknown): unknown {
  if (error instanceof PyException) return error;
  const limit = ranOutOf(error);
  if (limit === "stack") return pyError("RecursionError", "maximum recursion depth exceeded");
  if (limit === "memory") return pyError("MemoryError", "");
  return error instanceof RangeError ? pyError("ValueError", error.message) : error;
}

// ── generators ──────────────────────────────────────────────────────────────

export class PyGenerator extends PyIterator {
  private running = false;
  private started = false;
  private finished = false;
  /** What `return` gave, when it has ended. */
  result: PyValue = null;

  constructor(
    private readonly body: Generator<PyValue, Ending, PyValue>,
    private readonly frame: Frame,
    readonly name: string,
    readonly qualname: string,
    type: PyType = generatorType,
  ) {
    super(type);
  }

  get ended(): boolean {
    return this.finished;
  }

  next(): PyValue | undefined {
    return this.resume(() => this.body.next(null));
  }

  send(value: PyValue): PyValue | undefined {
    if (!this.started && value !== null) {
      raiseError("TypeError", "can't send non-None value to a just-started generator");
    }
    return this.resume(() => this.body.next(value));
  }

  raise(error: PyException): PyValue | undefined {
    return this.resume(() => this.body.throw(error));
  }

  close(): void {
    if (this.finished) return;
    if (!this.started) {
      this.finished = true;
      return;
    }
    const exit = new PyException(exceptionTypes.get("GeneratorExit")!, []);
    exit.span = vm.at;
    try {
      if (this.raise(exit) !== undefined) raiseError("RuntimeError", "generator ignored GeneratorExit");
    } catch (error) {
      if (error !== exit) throw error;
    }
  }

  private resume(step: () => IteratorResult<PyValue, Ending>): PyValue | undefined {
    if (this.finished) return undefined;
    if (this.running) raiseError("ValueError", "generator already executing");
    this.running = true;
    this.started = true;
    const caller = vm.at;
    if (++vm.depth > vm.maxDepth) {
      vm.depth--;
      raiseError("RecursionError", "maximum recursion depth exceeded");
    }
    try {
      const { done, value } = step();
      if (!done) return value as PyValue;
      this.finished = true;
      this.result = this.frame.result;
      return undefined;
    } catch (raw) {
      this.finished = true;
      const error = leave(raw, this.name, caller);
      if (error instanceof PyException && error.type.isSubtype(stopIterationType)) {
        const wrapped = pyError("RuntimeError", "generator raised StopIteration");
        wrapped.cause = error;
        throw wrapped;
      }
      throw error;
    } finally {
      vm.depth--;
      this.running = false;
    }
  }

  override pyRepr(): string {
    return `<generator object ${this.qualname} at ${address(this)}>`;
  }
}
