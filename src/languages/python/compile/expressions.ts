/** Expressions → closures over a frame. */

import { indexOf, iterateAll, listOf, PyBytes, PyDict, PyList, PySet, PySlice, PyTuple } from "../runtime/containers";
import { PyException, pyError, raiseError } from "../runtime/errors";
import { Cell, type Code, Ending, Frame, PyFunction } from "../runtime/function";
import { PyComplex } from "../runtime/numbers";
import { ellipsis, type Kwargs, makeType, PyBound, PyNative, PyObject, PyType, type PyValue } from "../runtime/object";
import { binary, compare, unary } from "../runtime/operators";
import {
  call,
  contains,
  findAttribute,
  getAttribute,
  getItem,
  iterate,
  repr,
  setAttribute,
  setItem,
  str,
  truth,
  typeName,
} from "../runtime/protocol";
import { ascii, formatValue } from "../runtime/text";
import { locate, type Observed, tick, vm } from "../runtime/vm";
import { Name, notice, turn, watcher } from "../runtime/watch";
import type * as ast from "../syntax/ast";
import type { Place, Scope, ScopeMap } from "./scope";

export type Eval = (frame: Frame) => PyValue;
export type Store = (frame: Frame, value: PyValue) => void;

/** The module's names, each in a cell. */
export class Globals {
  readonly cells = new Map<string, Name>();
  /** Whether it is noticed who uses them. */
  readonly watched = vm.watched;
  constructor(
    readonly builtins: ReadonlyMap<string, PyValue>,
    /** The module's file, relative to the folder of the one that runs; "" for that one. */
    readonly file = "",
  ) {}
  cell(name: string): Name {
    let cell = this.cells.get(name);
    if (!cell) {
      cell = new Name(undefined);
      this.cells.set(name, cell);
    }
    return cell;
  }
  get(name: string): PyValue | undefined {
    const cell = this.cells.get(name);
    if (cell && cell.turn !== turn) notice(cell, false);
    return cell?.value;
  }
  set(name: string, value: PyValue): void {
    const cell = this.cell(name);
    if (cell.turn !== turn) notice(cell, true);
    cell.value = value;
  }
  toMap(): Map<string, PyValue> {
    const map = new Map<string, PyValue>();
    for (const [name, { value }] of this.cells) if (value !== undefined) map.set(name, value);
    return map;
  }
}

const NAMESPACE_CALLS = new Set(["globals", "locals", "vars", "eval", "exec"]);

/** The variables of a module as a dictionary: what is put there is a variable. */
class GlobalNames extends PyDict {
  constructor(private readonly globals: Globals) {
    super();
    for (const [name, value] of globals.toMap()) super.put(name, value);
  }
  override put(key: PyValue, value: PyValue): void {
    super.put(key, value);
    if (typeof key === "string") this.globals.cell(key).value = value;
  }
}

const namesIn = (dict: PyDict): Map<string, PyValue> =>
  new Map([...dict.map.values()].map(({ key, value }) => [String(key), value]));

export class ExpressionCompiler {
  /** Yields that the statement around evaluates beforehand, and the slot of each value. */
  protected readonly yields = new Map<ast.Yield, number>();

  constructor(
    readonly globals: Globals,
    readonly scopes: ScopeMap,
    readonly scope: Scope,
    readonly qualifier: string,
  ) {}

  /** Overridden by the statement compiler, which can make function bodies. */
  protected makeCode(_node: ast.FunctionDef | ast.Lambda, _name: string): { code: Code; scope: Scope } {
    throw new Error("no function compiler");
  }
  protected makeGenerator(_node: ast.Comprehension): { code: Code; scope: Scope } {
    throw new Error("no generator compiler");
  }
  protected inner(_scope: Scope): ExpressionCompiler {
    return this;
  }

  // ── names ─────────────────────────────────────────────────────────────────

  protected load(name: string, node: ast.Span): Eval {
    return this.loadPlace(this.scope.resolve(name), name, node);
  }

  private loadPlace(place: Place, name: string, node: ast.Span): Eval {
    switch (place.kind) {
      case "local": {
        const { slot } = place.variable;
        const unbound = (): never => {
          locate(node);
          raiseError(
            "UnboundLocalError",
            `cannot access local variable '${name}' where it is not associated with a value`,
          );
        };
        if (place.variable.captured)
          return (frame) =>
            (frame.slots[slot] as Cell | undefined)?.value ?? orNull(frame.slots[slot] as Cell, unbound);
        return (frame) => {
          const value = frame.slots[slot];
          return value === undefined ? unbound() : (value as PyValue);
        };
      }
      case "free": {
        const { index } = place;
        return (frame) => {
          const { value } = frame.free[index];
          if (value === undefined) {
            locate(node);
            raiseError(
              "NameError",
              `cannot access free variable '${name}' where it is not associated with a value in enclosing scope`,
            );
          }
          return value;
        };
      }
      case "class": {
        const outer = this.loadPlace(place.outer, name, node);
        return (frame) => {
          const value = frame.names?.get(name);
          return value === undefined ? outer(frame) : value;
        };
      }
      default: {
        const cell = this.globals.cell(name);
        const { builtins } = this.globals;
        const otherwise = (frame: Frame): PyValue => {
          const builtin = builtins.get(name);
          if (builtin !== undefined) return builtin;
          locate(node);
          throw this.unknownName(name, frame);
        };
        if (this.globals.watched)
          return (frame) => {
            if (cell.turn !== turn) notice(cell, false);
            const { value } = cell;
            return value !== undefined ? value : otherwise(frame);
          };
        return (frame) => {
          const { value } = cell;
          return value !== undefined ? value : otherwise(frame);
        };
      }
    }
  }

  private unknownName(name: string, frame: Frame): PyException {
    const error = pyError("NameError", `name '${name}' is not defined`);
    const own = this.namesOf(frame);
    error.wanted = {
      name,
      among: () => [...own.keys(), ...this.globals.toMap().keys(), ...this.globals.builtins.keys()],
      own: () => {
        const self = own.get("self");
        return self !== undefined && findAttribute(self, name) !== undefined ? `self.${name}` : undefined;
      },
    };
    return error;
  }

  /** The variables of a function or class body that are bound. */
  private namesOf(frame: Frame): Map<string, PyValue> {
    if (frame.names) return new Map(frame.names);
    const out = new Map<string, PyValue>();
    for (const { name, slot } of this.scope.frame.variables.values()) {
      const held = frame.slots[slot];
      const value = held instanceof Cell ? held.value : (held as PyValue | undefined);
      if (value !== undefined) out.set(name, value);
    }
    return out;
  }

  protected store(name: string): Store {
    const place = this.scope.resolve(name);
    switch (place.kind) {
      case "local": {
        const { slot, captured } = place.variable;
        if (captured) {
          return (frame, value) => {
            const cell = frame.slots[slot];
            if (cell instanceof Cell) cell.value = value;
            else frame.slots[slot] = new Cell(value);
          };
        }
        return (frame, value) => {
          frame.slots[slot] = value;
        };
      }
      case "free": {
        const { index } = place;
        return (frame, value) => {
          frame.free[index].value = value;
        };
      }
      case "class":
        return (frame, value) => {
          frame.names!.set(name, value);
        };
      default: {
        const cell = this.globals.cell(name);
        if (this.globals.watched)
          return (_, value) => {
            if (cell.turn !== turn) notice(cell, true);
            cell.value = value;
          };
        return (_, value) => {
          cell.value = value;
        };
      }
    }
  }

  protected unbind(name: string, node: ast.Span): (frame: Frame) => void {
    const place = this.scope.resolve(name);
    const missing = (): never => {
      locate(node);
      raiseError("NameError", `name '${name}' is not defined`);
    };
    const empty = (cell: Cell): void => {
      if (cell.value === undefined) missing();
      cell.value = undefined;
    };
    switch (place.kind) {
      case "local": {
        const { slot, captured } = place.variable;
        return (frame) => {
          if (captured) empty(frame.slots[slot] as Cell);
          else if (frame.slots[slot] === undefined) {
            locate(node);
            raiseError(
              "UnboundLocalError",
              `cannot access local variable '${name}' where it is not associated with a value`,
            );
          } else frame.slots[slot] = undefined;
        };
      }
      case "free":
        return (frame) => empty(frame.free[place.index]);
      case "class":
        return (frame) => {
          if (!frame.names!.delete(name)) missing();
        };
      default: {
        const cell = this.globals.cell(name);
        return () => {
          if (cell.turn !== turn) notice(cell, false);
          empty(cell);
        };
      }
    }
  }

  // ── targets ───────────────────────────────────────────────────────────────

  target(node: ast.Expr): Store {
    switch (node.kind) {
      case "name":
        return this.store(node.id);
      case "attribute": {
        const object = this.expr(node.object);
        const { name } = node;
        return (frame, value) => {
          const x = object(frame);
          locate(node);
          setAttribute(x, name, value);
        };
      }
      case "subscript": {
        const object = this.expr(node.object);
        const index = this.expr(node.index);
        return (frame, value) => {
          const x = object(frame);
          const key = index(frame);
          if (x instanceof PyList && typeof key === "bigint" && !x.type.heap) {
            const at = Number(key);
            if (at >= 0 && at < x.items.length) {
              x.items[at] = value;
              return;
            }
          }
          locate(node);
          setItem(x, key, value);
        };
      }
      case "tuple":
      case "list":
        return this.unpack(node);
      default:
        return () => raiseError("SyntaxError", "cannot assign here");
    }
  }

  private unpack(node: ast.Sequence): Store {
    const stores = node.items.map((item) => this.target(item.kind === "starred" ? item.value : item));
    const star = node.items.findIndex((item) => item.kind === "starred");
    const count = stores.length;
    if (star < 0) {
      return (frame, value) => {
        const items = unpackable(value, node, count + 1);
        if (items.length !== count) {
          locate(node);
          if (items.length > count) raiseError("ValueError", `too many values to unpack (expected ${count})`);
          raiseError("ValueError", `not enough values to unpack (expected ${count}, got ${items.length})`);
        }
        for (let k = 0; k < count; k++) stores[k](frame, items[k]);
      };
    }
    const after = count - star - 1;
    return (frame, value) => {
      const items = unpackable(value, node, Number.POSITIVE_INFINITY);
      if (items.length < count - 1) {
        locate(node);
        raiseError("ValueError", `not enough values to unpack (expected at least ${count - 1}, got ${items.length})`);
      }
      for (let k = 0; k < star; k++) stores[k](frame, items[k]);
      stores[star](frame, new PyList(items.slice(star, items.length - after)));
      for (let k = 0; k < after; k++) stores[star + 1 + k](frame, items[items.length - after + k]);
    };
  }

  // ── expressions ───────────────────────────────────────────────────────────

  expr(node: ast.Expr): Eval {
    const value = this.unobserved(node);
    return vm.observed?.is(node) ? this.observed(node, value, vm.observed) : value;
  }

  private observed(node: ast.Expr, value: Eval, { names, see }: Observed): Eval {
    const loads = names.map((name) => this.load(name, node));
    return (frame) => {
      const values = loads.map((load) => {
        try {
          return load(frame);
        } catch (error) {
          if (error instanceof PyException) return undefined;
          throw error;
        }
      });
      const result = value(frame);
      see(values, result);
      return result;
    };
  }

  private unobserved(node: ast.Expr): Eval {
    switch (node.kind) {
      case "number": {
        const value = node.imaginary ? new PyComplex(0, Number(node.value)) : node.value;
        return () => value;
      }
      case "string": {
        const { value } = node;
        return () => value;
      }
      case "bytes": {
        const value = new PyBytes(node.value);
        return () => value;
      }
      case "constant": {
        const value = node.value === "..." ? ellipsis : node.value;
        return () => value;
      }
      case "format":
        return this.format(node.parts);
      case "name":
        return this.load(node.id, node);
      case "attribute":
        return this.attribute(node);
      case "subscript":
        return this.subscript(node);
      case "slice": {
        const [lower, upper, step] = [node.lower, node.upper, node.step].map((part) => (part ? this.expr(part) : null));
        return (frame) =>
          new PySlice(lower ? lower(frame) : null, upper ? upper(frame) : null, step ? step(frame) : null);
      }
      case "call":
        return this.call(node);
      case "binary":
        return this.binary(node);
      case "unary":
        return this.unary(node);
      case "boolop": {
        const left = this.expr(node.left);
        const right = this.expr(node.right);
        if (node.op === "and") {
          return (frame) => {
            const value = left(frame);
            return value === true || (value !== false && this.truth(value, node.left)) ? right(frame) : value;
          };
        }
        return (frame) => {
          const value = left(frame);
          return value === true || (value !== false && this.truth(value, node.left)) ? value : right(frame);
        };
      }
      case "compare":
        return this.compare(node);
      case "conditional": {
        const test = this.test(node.test);
        const then = this.expr(node.then);
        const otherwise = this.expr(node.otherwise);
        return (frame) => (test(frame) ? then(frame) : otherwise(frame));
      }
      case "lambda":
        return this.closure(node, "<lambda>");
      case "list": {
        const items = this.items(node.items);
        return (frame) => new PyList(items(frame));
      }
      case "tuple": {
        const items = this.items(node.items);
        return (frame) => new PyTuple(items(frame));
      }
      case "set": {
        const items = this.items(node.items);
        return (frame) => {
          const values = items(frame);
          locate(node);
          return new PySet(values);
        };
      }
      case "dict":
        return this.dict(node);
      case "comprehension":
        return node.makes === "generator" ? this.generator(node) : this.comprehension(node);
      case "named": {
        const value = this.expr(node.value);
        const store = this.target(node.target);
        return (frame) => {
          const result = value(frame);
          store(frame, result);
          return result;
        };
      }
      case "yield": {
        const slot = this.yields.get(node);
        if (slot === undefined) {
          return () => raiseError("SyntaxError", "'yield' is not supported at this place");
        }
        return (frame) => frame.slots[slot] as PyValue;
      }
      case "starred":
        return () => raiseError("SyntaxError", "can't use starred expression here");
      case "broken":
        return () => {
          locate(node);
          throw pyError(node.error, node.message);
        };
    }
  }

  protected truth(value: PyValue, node: ast.Span): boolean {
    locate(node);
    return truth(value);
  }

  /** An expression as a condition. */
  test(node: ast.Expr): (frame: Frame) => boolean {
    const value = this.expr(node);
    return (frame) => {
      const result = value(frame);
      if (result === true) return true;
      if (result === false) return false;
      locate(node);
      return truth(result);
    };
  }

  private items(nodes: ast.Expr[]): (frame: Frame) => PyValue[] {
    if (nodes.some((node) => node.kind === "starred")) {
      const parts = nodes.map((node) => ({
        node,
        star: node.kind === "starred",
        value: this.expr(node.kind === "starred" ? node.value : node),
      }));
      return (frame) => {
        const out: PyValue[] = [];
        for (const { node, star, value } of parts) {
          const item = value(frame);
          if (star) {
            locate(node);
            for (const inner of iterateAll(item)) out.push(inner);
          } else out.push(item);
        }
        return out;
      };
    }
    const values = nodes.map((node) => this.expr(node));
    const count = values.length;
    if (count === 1) {
      const [only] = values;
      return (frame) => [only(frame)];
    }
    if (count === 2) {
      const [first, second] = values;
      return (frame) => [first(frame), second(frame)];
    }
    return (frame) => {
      const out: PyValue[] = new Array(count);
      for (let k = 0; k < count; k++) out[k] = values[k](frame);
      return out;
    };
  }

  private dict(node: ast.DictExpr): Eval {
    const entries = node.entries.map(({ key, value }) => ({ key: key && this.expr(key), value: this.expr(value) }));
    return (frame) => {
      const dict = new PyDict();
      for (const { key, value } of entries) {
        if (key) {
          const at = key(frame);
          const item = value(frame);
          if (typeof at !== "string") locate(node);
          dict.put(at, item);
        } else {
          const other = value(frame);
          locate(node);
          if (!(other instanceof PyDict)) {
            if (findAttribute(other, "keys") === undefined)
              raiseError("TypeError", `'${typeName(other)}' object is not a mapping`);
            for (const at of iterateAll(call(getAttribute(other, "keys"), []))) dict.put(at, getItem(other, at));
          } else for (const entry of other.map.values()) dict.put(entry.key, entry.value);
        }
      }
      return dict;
    };
  }

  private attribute(node: ast.Attribute): Eval {
    const object = this.expr(node.object);
    const { name } = node;
    return (frame) => {
      const x = object(frame);
      locate(node);
      return getAttribute(x, name);
    };
  }

  private subscript(node: ast.Subscript): Eval {
    const object = this.expr(node.object);
    const index = this.expr(node.index);
    return (frame) => {
      const x = object(frame);
      const key = index(frame);
      if (typeof key === "bigint" && (x instanceof PyList || x instanceof PyTuple) && !x.type.heap) {
        const at = Number(key);
        if (at >= 0 && at < x.items.length) return x.items[at];
      }
      locate(node);
      return getItem(x, key);
    };
  }

  private unary(node: ast.Unary): Eval {
    if (node.op === "not") {
      const test = this.test(node.operand);
      return (frame) => !test(frame);
    }
    const operand = this.expr(node.operand);
    const { op } = node;
    if (op === "-") {
      if (node.operand.kind === "number" && !node.operand.imaginary) {
        const value = -node.operand.value;
        return () => value;
      }
      return (frame) => {
        const x = operand(frame);
        if (typeof x === "number") return -x;
        if (typeof x === "bigint") return -x;
        locate(node);
        return unary("-", x);
      };
    }
    return (frame) => {
      const x = operand(frame);
      locate(node);
      return unary(op, x);
    };
  }

  private binary(node: ast.Binary): Eval {
    const left = this.expr(node.left);
    const right = this.expr(node.right);
    const { op } = node;
    switch (op) {
      case "+":
        return (frame) => {
          const a = left(frame);
          const b = right(frame);
          if (typeof a === "number" && typeof b === "number") return a + b;
          if (typeof a === "bigint" && typeof b === "bigint") return a + b;
          locate(node);
          return binary("+", a, b);
        };
      case "-":
        return (frame) => {
          const a = left(frame);
          const b = right(frame);
          if (typeof a === "number" && typeof b === "number") return a - b;
          if (typeof a === "bigint" && typeof b === "bigint") return a - b;
          locate(node);
          return binary("-", a, b);
        };
      case "*":
        return (frame) => {
          const a = left(frame);
          const b = right(frame);
          if (typeof a === "number" && typeof b === "number") return a * b;
          locate(node);
          return binary("*", a, b);
        };
      case "/":
        return (frame) => {
          const a = left(frame);
          const b = right(frame);
          if (typeof a === "number" && typeof b === "number" && b !== 0) return a / b;
          locate(node);
          return binary("/", a, b);
        };
      default:
        return (frame) => {
          const a = left(frame);
          const b = right(frame);
          locate(node);
          return binary(op, a, b);
        };
    }
  }

  private compare(node: ast.Compare): Eval {
    const left = this.expr(node.left);
    if (node.rest.length === 1) {
      const [{ op, right: rightNode }] = node.rest;
      const right = this.expr(rightNode);
      switch (op) {
        case "<":
          return (frame) => {
            const a = left(frame);
            const b = right(frame);
            if (typeof a === typeof b && (typeof a === "number" || typeof a === "bigint")) return a < (b as number);
            locate(node);
            return compare("<", a, b);
          };
        case ">":
          return (frame) => {
            const a = left(frame);
            const b = right(frame);
            if (typeof a === typeof b && (typeof a === "number" || typeof a === "bigint")) return a > (b as number);
            locate(node);
            return compare(">", a, b);
          };
        case "==":
          return (frame) => {
            const a = left(frame);
            const b = right(frame);
            if (typeof a === typeof b && typeof a !== "object") return a === b;
            locate(node);
            return compare("==", a, b);
          };
        default: {
          const test = comparison(op);
          return (frame) => {
            const a = left(frame);
            const b = right(frame);
            locate(node);
            return test(a, b);
          };
        }
      }
    }
    const links = node.rest.map(({ op, right }) => ({ test: comparison(op), right: this.expr(right) }));
    return (frame) => {
      let a = left(frame);
      let result: PyValue = true;
      for (let k = 0; k < links.length; k++) {
        const b = links[k].right(frame);
        locate(node);
        result = links[k].test(a, b);
        if (k < links.length - 1 && result !== true && !truth(result)) return result;
        a = b;
      }
      return result;
    };
  }

  // ── calls ─────────────────────────────────────────────────────────────────

  private call(node: ast.Call): Eval {
    if (node.callee.kind === "name" && node.callee.id === "super" && node.args.length === 0)
      return this.superCall(node);
    if (node.callee.kind === "name" && NAMESPACE_CALLS.has(node.callee.id)) {
      const special = this.namespaceCall(node, node.callee.id);
      if (special) return special;
    }
    const plain = node.args.every((arg) => arg.kind === "positional");
    const args = node.args.map((arg) => ({ ...arg, run: this.expr(arg.value) }));
    if (node.callee.kind === "attribute" && plain)
      return this.methodCall(
        node,
        node.callee,
        args.map((arg) => arg.run),
      );
    const callee = this.expr(node.callee);
    if (plain) {
      const runs = args.map((arg) => arg.run);
      const count = runs.length;
      if (count === 1) {
        const [only] = runs;
        return (frame) => {
          const fn = callee(frame);
          const value = only(frame);
          locate(node);
          return call(fn, [value]);
        };
      }
      return (frame) => {
        const fn = callee(frame);
        const values: PyValue[] = new Array(count);
        for (let k = 0; k < count; k++) values[k] = runs[k](frame);
        locate(node);
        return call(fn, values);
      };
    }
    return (frame) => {
      const fn = callee(frame);
      const values: PyValue[] = [];
      const kwargs: Kwargs = new Map();
      for (const arg of args) {
        const value = arg.run(frame);
        switch (arg.kind) {
          case "positional":
            values.push(value);
            break;
          case "keyword":
            kwargs.set(arg.name, value);
            break;
          case "star":
            locate(arg);
            if (!isIterable(value)) {
              raiseError(
                "TypeError",
                `${calleeName(fn)}() argument after * must be an iterable, not ${typeName(value)}`,
              );
            }
            for (const item of iterateAll(value)) values.push(item);
            break;
          default:
            locate(arg);
            spreadKeywords(fn, value, kwargs);
        }
      }
      locate(node);
      return call(fn, values, kwargs.size ? kwargs : undefined);
    };
  }

  /** `x.name(…)`: without making a bound method where it is a plain function. */
  private methodCall(node: ast.Call, callee: ast.Attribute, args: Eval[]): Eval {
    const object = this.expr(callee.object);
    const { name } = callee;
    const count = args.length;
    return (frame) => {
      const x = object(frame);
      if (x instanceof PyObject && !(x instanceof PyType)) {
        const fn = x.type.find(name);
        if ((fn instanceof PyFunction || (fn instanceof PyNative && fn.method)) && !x.dict?.has(name)) {
          const values: PyValue[] = new Array(count + 1);
          values[0] = fn instanceof PyNative ? (x.plain ?? x) : x;
          for (let k = 0; k < count; k++) values[k + 1] = args[k](frame);
          locate(node);
          return fn.pyCall(values, undefined);
        }
      }
      locate(callee);
      const fn = getAttribute(x, name);
      const values: PyValue[] = new Array(count);
      for (let k = 0; k < count; k++) values[k] = args[k](frame);
      locate(node);
      return call(fn, values);
    };
  }

  /** `globals()`, `locals()`, `vars()`, `eval(…)`: what the place of the call knows. */
  private namespaceCall(node: ast.Call, name: string): Eval | undefined {
    if (this.scope.resolve(name).kind !== "global" || node.args.some((arg) => arg.kind !== "positional"))
      return undefined;
    const runs = name === "eval" || name === "exec";
    if (!runs && node.args.length > 0) return undefined;
    const callee = this.load(name, node.callee);
    const args = node.args.map((arg) => this.expr(arg.value));
    const module = this.scope.frame.kind === "module";
    return (frame) => {
      const fn = callee(frame);
      const values = args.map((run) => run(frame));
      locate(node);
      if (fn !== this.globals.builtins.get(name)) return call(fn, values);
      // Our own texts only look a name up.
      if (!this.globals.file.startsWith("<")) watcher?.lost();
      if (name === "globals" || (!runs && module)) return new GlobalNames(this.globals);
      if (!runs) return PyDict.from(this.namesOf(frame));
      const [source, globals, locals] = values;
      const text = source instanceof PyCode ? source.text : source;
      if (typeof text !== "string") raiseError("TypeError", `${name}() arg 1 must be a string, bytes or code object`);
      const names =
        globals instanceof PyDict
          ? namesIn(globals)
          : new Map([...this.globals.toMap(), ...(module ? [] : this.namesOf(frame))]);
      if (locals instanceof PyDict) for (const [key, value] of namesIn(locals)) names.set(key, value);
      if (name === "eval" && !(source instanceof PyCode && source.mode === "exec")) return this.evaluate(text, names);
      if (module && !(globals instanceof PyDict)) this.execute(text, this.globals);
      else {
        const space = new Globals(this.globals.builtins);
        for (const [key, value] of names) space.cell(key).value = value;
        this.execute(text, space);
        const target = locals instanceof PyDict ? locals : globals;
        if (target instanceof PyDict)
          for (const [key, value] of space.toMap()) if (names.get(key) !== value) target.put(key, value);
      }
      return null;
    };
  }
  /** Overridden by the statement compiler. */
  protected execute(_text: string, _globals: Globals): void {
    throw new Error("no statement compiler");
  }
  /** Overridden by the statement compiler. */
  protected evaluate(_text: string, _names: ReadonlyMap<string, PyValue>): PyValue {
    throw new Error("no expression compiler");
  }

  private superCall(node: ast.Call): Eval {
    const shadowed = this.scope.resolve("super").kind !== "global";
    const loaded = this.load("super", node);
    const self = this.selfLoader();
    return (frame) => {
      if (shadowed) return call(loaded(frame), []);
      locate(node);
      const owner = (frame.fn?.classCell ?? frame.classCell)?.value;
      if (!(owner instanceof PyType) || !self) raiseError("RuntimeError", "super(): no arguments");
      return new PySuper(owner, self(frame));
    };
  }

  /** The first argument of the method around. */
  private selfLoader(): Eval | undefined {
    for (let scope: Scope | null = this.scope; scope; scope = scope.parent) {
      if (scope.kind !== "function") continue;
      const [first] = scope.variables.keys();
      if (first === undefined || first === ".0") continue;
      const place = this.scope.resolve(first);
      if (place.kind === "local" || place.kind === "free") return this.load(first, { from: 0, to: 0 });
    }
    return undefined;
  }

  // ── functions and comprehensions ──────────────────────────────────────────

  closure(node: ast.FunctionDef | ast.Lambda, name: string): Eval {
    const { code, scope } = this.makeCode(node, name);
    const defaults = node.params.list.map((parameter) => (parameter.default ? this.expr(parameter.default) : null));
    const captured = this.capture(scope);
    return (frame) => {
      const fn = new PyFunction(
        code,
        defaults.map((value) => (value ? value(frame) : undefined)),
        captured(frame),
      );
      fn.classCell = frame.classCell ?? frame.fn?.classCell;
      fn.globals = this.globals.cells;
      return fn;
    };
  }

  /** The cells that an inner function takes along. */
  protected capture(inner: Scope): (frame: Frame) => Cell[] {
    const sources = inner.free.map((variable) =>
      variable.frame === this.scope.frame
        ? { local: true, index: variable.slot }
        : { local: false, index: this.scope.frame.free.indexOf(variable) },
    );
    if (sources.length === 0) return () => [];
    return (frame) =>
      sources.map(({ local, index }) => {
        if (!local) return frame.free[index];
        let cell = frame.slots[index];
        if (!(cell instanceof Cell)) {
          cell = new Cell(cell);
          frame.slots[index] = cell;
        }
        return cell;
      });
  }

  private comprehension(node: ast.Comprehension): Eval {
    const scope = this.scopes.get(node)!;
    const inside = this.inner(scope);
    const first = this.expr(node.clauses[0].iterable);
    const element = inside.expr(node.element);
    const value = node.value ? inside.expr(node.value) : null;
    // Captured variables get cells of their own for each evaluation.
    const cells = [...scope.variables.values()]
      .filter((variable) => variable.captured)
      .map((variable) => variable.slot);
    const clauses = node.clauses.map((clause, index) => ({
      node: clause,
      iterable: index === 0 ? first : inside.expr(clause.iterable),
      store: inside.target(clause.target),
      conditions: clause.conditions.map((condition) => inside.test(condition)),
    }));
    const last = clauses.length - 1;
    const walk = (frame: Frame, depth: number, emit: (frame: Frame) => void): void => {
      const { iterable, store, conditions, node: clause } = clauses[depth];
      const source = iterable(frame);
      locate(clause.iterable);
      const iterator = iterate(source);
      outer: for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
        tick();
        store(frame, item);
        for (let k = 0; k < conditions.length; k++) if (!conditions[k](frame)) continue outer;
        if (depth === last) emit(frame);
        else walk(frame, depth + 1, emit);
      }
    };
    const { makes } = node;
    return (frame) => {
      for (const slot of cells) frame.slots[slot] = new Cell(undefined);
      if (makes === "list") {
        const out: PyValue[] = [];
        walk(frame, 0, () => out.push(element(frame)));
        return new PyList(out);
      }
      if (makes === "set") {
        const out = new PySet();
        walk(frame, 0, () => out.add(element(frame)));
        return out;
      }
      const out = new PyDict();
      walk(frame, 0, () => {
        const key = element(frame);
        out.put(key, value!(frame));
      });
      return out;
    };
  }

  private generator(node: ast.Comprehension): Eval {
    const { code, scope } = this.makeGenerator(node);
    const first = this.expr(node.clauses[0].iterable);
    const captured = this.capture(scope);
    return (frame) => {
      const source = first(frame);
      locate(node.clauses[0].iterable);
      const iterator = iterate(source);
      const fn = new PyFunction(code, [], captured(frame));
      fn.classCell = frame.classCell ?? frame.fn?.classCell;
      return fn.pyCall([iterator], undefined);
    };
  }

  // ── f-strings ─────────────────────────────────────────────────────────────

  private format(parts: (string | ast.FormatPart)[]): Eval {
    const pieces = parts.map((part) => (typeof part === "string" ? part : this.formatPart(part)));
    return (frame) => {
      let text = "";
      for (const piece of pieces) text += typeof piece === "string" ? piece : piece(frame);
      return text;
    };
  }

  private formatPart(part: ast.FormatPart): (frame: Frame) => string {
    const value = this.expr(part.expr);
    const spec = part.spec ? this.format(part.spec) : null;
    const { conversion, label } = part;
    return (frame) => {
      let x = value(frame);
      locate(part);
      if (conversion === "r") x = repr(x);
      else if (conversion === "a") x = ascii(x);
      else if (conversion === "s") x = str(x);
      const text = formatValue(x, spec ? (spec(frame) as string) : "");
      return label === null ? text : label + text;
    };
  }
}

function orNull(cell: Cell | undefined, unbound: () => never): PyValue {
  return cell?.value === null ? null : unbound();
}

function isIterable(value: PyValue): boolean {
  if (typeof value === "string") return true;
  try {
    iterate(value);
    return true;
  } catch (error) {
    if (error instanceof PyException) return false;
    throw error;
  }
}

function calleeName(fn: PyValue): string {
  if (fn instanceof PyFunction) return `__main__.${fn.qualname}`;
  return typeName(fn);
}

function spreadKeywords(fn: PyValue, value: PyValue, kwargs: Kwargs): void {
  if (!(value instanceof PyDict)) {
    raiseError("TypeError", `${calleeName(fn)}() argument after ** must be a mapping, not ${typeName(value)}`);
  }
  for (const entry of value.map.values()) {
    if (typeof entry.key !== "string") raiseError("TypeError", "keywords must be strings");
    if (kwargs.has(entry.key)) {
      raiseError("TypeError", `${calleeName(fn)}() got multiple values for keyword argument '${entry.key}'`);
    }
    kwargs.set(entry.key, entry.value);
  }
}

function unpackable(value: PyValue, node: ast.Span, most: number): readonly PyValue[] {
  if ((value instanceof PyTuple || value instanceof PyList) && !value.type.heap) return value.items;
  locate(node);
  if (!isIterable(value)) raiseError("TypeError", `cannot unpack non-iterable ${typeName(value)} object`);
  if (most === Number.POSITIVE_INFINITY) return listOf(value);
  const iterator = iterate(value);
  const out: PyValue[] = [];
  for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
    out.push(item);
    if (out.length >= most) break;
  }
  return out;
}

function comparison(op: ast.CompareOperator): (a: PyValue, b: PyValue) => PyValue {
  switch (op) {
    case "is":
      return (a, b) => a === b || (typeof a === "number" && Object.is(a, b));
    case "is not":
      return (a, b) => !(a === b || (typeof a === "number" && Object.is(a, b)));
    case "in":
      return (a, b) => contains(b, a);
    case "not in":
      return (a, b) => !contains(b, a);
    default:
      return (a, b) => compare(op, a, b);
  }
}

/** A text that `eval` or `exec` will take. */
export class PyCode extends PyObject {
  constructor(
    readonly text: string,
    readonly file: string,
    readonly mode: string,
  ) {
    super(codeType);
  }
  override pyRepr(): string {
    return `<code object <module>, file "${this.file}", line 1>`;
  }
}
const codeType = makeType("code");

/** `super()`: attributes found behind `owner` in the order of the instance's class. */
export class PySuper extends PyObject {
  constructor(
    readonly owner: PyType,
    readonly self: PyValue,
  ) {
    super(superType);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    const { self, owner } = this;
    const start = self instanceof PyType ? self : (self as PyObject).type;
    const rest = start.mro.slice(start.mro.indexOf(owner) + 1);
    for (const type of rest) {
      const found = type.attributes.get(name);
      if (found === undefined) continue;
      return bindSuper(found, self, start);
    }
    for (const type of rest) {
      const made = superSpecial(type, self, name);
      if (made !== undefined) return made;
    }
    return undefined;
  }
}
const superType = makeType("super");

function bindSuper(found: PyValue, self: PyValue, start: PyType): PyValue {
  if (found instanceof PyObject) {
    if (
      (found as { method?: boolean }).method === true &&
      !(self instanceof PyType && found instanceof PyFunction && found.name === "__new__")
    ) {
      return new PyBound(self, found);
    }
    const holder = found as { fn?: PyValue; getter?: PyValue; get?: (x: PyValue) => PyValue };
    if (found.type.name === "staticmethod") return holder.fn!;
    if (found.type.name === "classmethod") return new PyBound(start, holder.fn as PyObject);
    if (found.type.name === "property") return call(holder.getter!, [self]);
    if (found.type.name === "getset_descriptor") return holder.get!(self);
  }
  return found;
}

/** What builtin bases do by nature: `super().__init__(…)`, `super().__setattr__(…)`. */
function superSpecial(type: PyType, self: PyValue, name: string): PyValue | undefined {
  if (name === "__new__") return findAttribute(type, "__new__");
  if (!name.startsWith("__") || type.heap) return undefined;
  if (name === "__init__") {
    return new PyNative("__init__", (args) => {
      initBuiltin(self, args);
      return null;
    });
  }
  if (name === "__class__") return undefined;
  const unbound = findAttribute(type, name);
  return unbound instanceof PyObject && (unbound as { method?: boolean }).method
    ? new PyBound(self, unbound)
    : undefined;
}

function initBuiltin(self: PyValue, args: PyValue[]): void {
  if (self instanceof PyList && args.length === 1) self.items = listOf(args[0]);
  else if (self instanceof PyDict && args[0] instanceof PyDict) {
    for (const { key, value } of args[0].map.values()) self.put(key, value);
  }
}

export { Cell, Ending, Frame, indexOf, vm };
