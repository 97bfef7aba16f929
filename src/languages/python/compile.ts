/**
 * Statements → closures. A statement that yields is compiled to a generator
 * function instead; everything else, in generators too, to a plain closure.
 */
import { type Eval, ExpressionCompiler, Globals, type Store } from "./compile/expressions";
import { compilePattern } from "./compile/patterns";
import { analyze, analyzeExpression, type Scope, type ScopeMap } from "./compile/scope";
import { hasYield, statementYields, yieldsOf } from "./compile/yields";
import { importFrom, importModule } from "./modules/registry";
import { buildClass } from "./runtime/classes";
import { PyDict, PyTuple } from "./runtime/containers";
import { exceptionTypes, PyException, pyError, raiseError } from "./runtime/errors";
import { GroupHandling } from "./runtime/exception-groups";
import { Cell, type Code, Ending, Frame, homeOf, PyFunction, PyGenerator, toPython } from "./runtime/function";
import { type Kwargs, PyObject, PyType, type PyValue } from "./runtime/object";
import { inPlace } from "./runtime/operators";
import {
  call,
  deleteAttribute,
  deleteItem,
  getAttribute,
  getItem,
  isInstance,
  iterate,
  setAttribute,
  setItem,
  special,
  str,
  truth,
  typeName,
  typeOf,
} from "./runtime/protocol";
import { BudgetExceeded, locate, tick, vm } from "./runtime/vm";
import { sourceOf } from "./sources";
import type * as ast from "./syntax/ast";
import { lineAt } from "./syntax/ast";

export type Run = (frame: Frame) => Ending;
export type Generate = (frame: Frame) => Generator<PyValue, Ending, PyValue>;

interface Step {
  plain: Run | null;
  generate: Generate | null;
}

export class Compiler extends ExpressionCompiler {
  /** Statements whose results are told: the module's own. */
  private readonly tells: boolean;
  /** Inside a `try` that catches a failing import. */
  private catchesImports = false;

  constructor(
    globals: Globals,
    scopes: ScopeMap,
    scope: Scope,
    qualifier: string,
    /** The text is another one than the file that runs. */
    private readonly foreign = false,
  ) {
    super(globals, scopes, scope, qualifier);
    this.tells = scope.frame.kind === "module" && !foreign;
  }

  protected override inner(scope: Scope): ExpressionCompiler {
    return new Compiler(this.globals, this.scopes, scope, this.qualifier, this.foreign);
  }

  /** What `eval` gives for a text, with the names that it may use. */
  protected override evaluate(text: string, names: ReadonlyMap<string, PyValue>): PyValue {
    const { syntax } = sourceOf("<string>", `(${text.trim()}\n)`);
    const [only] = syntax.body;
    if (syntax.errors.length > 0 || syntax.body.length !== 1 || only.kind !== "expression")
      raiseError("SyntaxError", `${syntax.errors[0]?.message ?? "invalid syntax"} (<string>, line 1)`);
    const globals = new Globals(this.globals.builtins);
    for (const [name, value] of names) globals.cell(name).value = value;
    const { module, scopes } = analyzeExpression(only.value);
    const value = new Compiler(globals, scopes, module, "", true).expr(only.value);
    return value(new Frame(new Array(module.slots).fill(undefined), [], undefined));
  }

  /** Runs a text's statements, as `exec` does. */
  protected override execute(text: string, globals: Globals): void {
    const { syntax } = sourceOf("<string>", text);
    const problem = syntax.errors[0];
    if (problem) raiseError("SyntaxError", `${problem.message} (<string>, line ${lineAt(syntax, problem.from)})`);
    const { module, scopes } = analyze(syntax.body);
    const run = new Compiler(globals, scopes, module, "", true).block(syntax.body);
    run(new Frame(new Array(module.slots).fill(undefined), [], undefined));
  }

  // ── functions ─────────────────────────────────────────────────────────────

  protected override makeCode(node: ast.FunctionDef | ast.Lambda, name: string): { code: Code; scope: Scope } {
    const scope = this.scopes.get(node)!;
    const params = node.params.list;
    const qualname = this.qualifier + name;
    const generator = node.kind === "function" ? hasYield(node.body) : yieldsOf(node.body).length > 0;
    const code: Code = {
      name,
      qualname,
      params: params.map((parameter) => ({ name: parameter.name, kind: parameter.kind })),
      positional: params.filter((parameter) => parameter.kind === "normal" || parameter.kind === "positional-only")
        .length,
      star: params.findIndex((parameter) => parameter.kind === "star"),
      doublestar: params.findIndex((parameter) => parameter.kind === "doublestar"),
      slots: scope.slots,
      cells: params
        .map((parameter) => scope.variables.get(parameter.name)!)
        .flatMap((v) => (v.captured ? [v.slot] : [])),
      run: undefined,
      generate: undefined,
      foreign: this.foreign,
      node,
      docstring: node.kind === "function" ? node.docstring : null,
      prepare: () => {
        const compiler = new Compiler(this.globals, this.scopes, scope, `${qualname}.<locals>.`, this.foreign);
        if (node.kind === "lambda") {
          const value = compiler.expr(node.body);
          code.run = (frame) => {
            frame.result = value(frame);
            return Ending.return;
          };
        } else if (generator) code.generate = compiler.generatorBody(node.body);
        else code.run = compiler.block(node.body);
        code.slots = scope.slots;
      },
    };
    // Bodies of generators take temporary slots: they are compiled before the first frame is made.
    if (generator) code.prepare();
    return { code, scope };
  }

  protected override makeGenerator(node: ast.Comprehension): { code: Code; scope: Scope } {
    const scope = this.scopes.get(node)!;
    const inside = new Compiler(this.globals, this.scopes, scope, this.qualifier, this.foreign);
    const element = inside.expr(node.element);
    const clauses = node.clauses.map((clause, index) => ({
      clause,
      iterable: index === 0 ? inside.load(".0", clause.iterable) : inside.expr(clause.iterable),
      store: inside.target(clause.target),
      conditions: clause.conditions.map((condition) => inside.test(condition)),
    }));
    const last = clauses.length - 1;
    function* walk(frame: Frame, depth: number): Generator<PyValue, Ending, PyValue> {
      const { clause, iterable, store, conditions } = clauses[depth];
      const source = iterable(frame);
      locate(clause.iterable);
      const iterator = iterate(source);
      outer: for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
        tick();
        store(frame, item);
        for (const condition of conditions) if (!condition(frame)) continue outer;
        if (depth === last) yield element(frame);
        else yield* walk(frame, depth + 1);
      }
      return Ending.normal;
    }
    const code: Code = {
      name: "<genexpr>",
      qualname: `${this.qualifier}<genexpr>`,
      params: [{ name: ".0", kind: "positional-only" }],
      positional: 1,
      star: -1,
      doublestar: -1,
      slots: scope.slots,
      cells: scope.variables.get(".0")?.captured ? [0] : [],
      run: undefined,
      generate: (frame) => walk(frame, 0),
      foreign: this.foreign,
      node: null,
      docstring: null,
      prepare: () => {},
    };
    return { code, scope };
  }

  // ── blocks ────────────────────────────────────────────────────────────────

  block(body: readonly ast.Statement[]): Run {
    const runs = body
      .filter((node) => node.kind !== "pass" && node.kind !== "global" && node.kind !== "nonlocal")
      .map((node) => this.statement(node));
    if (runs.length === 0) return () => Ending.normal;
    if (runs.length === 1) return runs[0];
    if (runs.length === 2) {
      const [first, second] = runs;
      return (frame) => first(frame) || second(frame);
    }
    if (runs.length === 3) {
      const [first, second, third] = runs;
      return (frame) => first(frame) || second(frame) || third(frame);
    }
    const count = runs.length;
    return (frame) => {
      for (let k = 0; k < count; k++) {
        const ending = runs[k](frame);
        if (ending !== Ending.normal) return ending;
      }
      return Ending.normal;
    };
  }

  generatorBody(body: readonly ast.Statement[]): Generate {
    const steps = body.map((node): Step => this.step(node));
    return function* (frame) {
      for (const { plain, generate } of steps) {
        const ending = plain ? plain(frame) : yield* generate!(frame);
        if (ending !== Ending.normal) return ending;
      }
      return Ending.normal;
    };
  }

  private step(node: ast.Statement): Step {
    return statementYields(node).length > 0
      ? { plain: null, generate: this.yielding(node) }
      : { plain: this.statement(node), generate: null };
  }

  // ── plain statements ──────────────────────────────────────────────────────

  statement(node: ast.Statement): Run {
    switch (node.kind) {
      case "expression":
        return this.expressionStatement(node);
      case "assign":
        return this.assign(node);
      case "annotated":
        return this.annotated(node);
      case "augmented":
        return this.augmented(node);
      case "return": {
        if (!node.value) return () => Ending.return;
        const value = this.expr(node.value);
        return (frame) => {
          frame.result = value(frame);
          return Ending.return;
        };
      }
      case "if": {
        const test = this.test(node.test);
        const body = this.block(node.body);
        if (node.orelse.length === 0) return (frame) => (test(frame) ? body(frame) : Ending.normal);
        const orelse = this.block(node.orelse);
        return (frame) => (test(frame) ? body(frame) : orelse(frame));
      }
      case "while":
        return this.while(node);
      case "for":
        return this.for(node);
      case "try":
        return this.try(node);
      case "with":
        return this.with(node);
      case "function":
        return this.functionDef(node);
      case "class":
        return this.classDef(node);
      case "delete":
        return this.delete(node);
      case "pass":
      case "global":
      case "nonlocal":
        return () => Ending.normal;
      case "break":
        return () => Ending.break;
      case "continue":
        return () => Ending.continue;
      case "raise":
        return this.raise(node);
      case "import":
        return this.import(node);
      case "importfrom":
        return this.importFrom(node);
      case "assert": {
        const test = this.test(node.test);
        const message = node.message ? this.expr(node.message) : null;
        return (frame) => {
          if (test(frame)) return Ending.normal;
          const error = new PyException(exceptionTypes.get("AssertionError")!, message ? [message(frame)] : []);
          locate(node);
          error.span = node;
          throw error;
        };
      }
      case "match": {
        const subject = this.expr(node.subject);
        const cases = node.cases.map((item) => ({
          matches: compilePattern(this, item.pattern),
          guard: item.guard ? this.test(item.guard) : null,
          body: this.block(item.body),
        }));
        return (frame) => {
          const value = subject(frame);
          locate(node.subject);
          for (const { matches, guard, body } of cases) {
            if (matches(frame, value) && (!guard || guard(frame))) return body(frame);
          }
          return Ending.normal;
        };
      }
      case "broken":
        return () => {
          locate(node);
          throw pyError(node.error, node.message);
        };
    }
  }

  /** Says what an assignment or expression gave. */
  private tell(names: string[], value: PyValue, node: ast.Span): void {
    vm.emit({ kind: "value", names, value, span: { from: node.from, to: node.to } });
  }

  private expressionStatement(node: ast.ExpressionStatement): Run {
    if (node.value.kind === "string") return () => Ending.normal;
    const value = this.expr(node.value);
    if (!this.tells) {
      return (frame) => {
        value(frame);
        return Ending.normal;
      };
    }
    return (frame) => {
      const result = value(frame);
      if (vm.wantsValues) this.tell([], result, node);
      return Ending.normal;
    };
  }

  private assign(node: ast.Assign): Run {
    const value = this.expr(node.value);
    const stores = node.targets.map((target) => this.target(target));
    const names = this.tells ? node.targets.flatMap(targetNames) : [];
    if (!this.tells && stores.length === 1) {
      const [store] = stores;
      return (frame) => {
        store(frame, value(frame));
        return Ending.normal;
      };
    }
    return (frame) => {
      const result = value(frame);
      for (const store of stores) store(frame, result);
      if (vm.wantsValues && this.tells) this.tell(names, result, node);
      return Ending.normal;
    };
  }

  private annotated(node: ast.AnnotatedAssign): Run {
    const { kind } = this.scope.frame;
    const name = node.target.kind === "name" ? node.target.id : null;
    const note =
      kind === "class" && name !== null
        ? (frame: Frame): void => {
            let notes = frame.names!.get("__annotations__");
            if (!(notes instanceof PyDict)) {
              notes = new PyDict();
              frame.names!.set("__annotations__", notes);
            }
            (notes as PyDict).put(name, annotationText(node.annotation));
          }
        : null;
    if (!node.value) {
      return (frame) => {
        note?.(frame);
        return Ending.normal;
      };
    }
    const run = this.assign({
      kind: "assign",
      targets: [node.target],
      value: node.value,
      from: node.from,
      to: node.to,
    });
    return note
      ? (frame) => {
          note(frame);
          return run(frame);
        }
      : run;
  }

  private augmented(node: ast.AugmentedAssign): Run {
    const { op, target } = node;
    const value = this.expr(node.value);
    const done = (name: string[], result: PyValue): Ending => {
      if (this.tells && vm.wantsValues) this.tell(name, result, node);
      return Ending.normal;
    };
    const combine = (a: PyValue, b: PyValue): PyValue => {
      if (typeof a === "number" && typeof b === "number") {
        if (op === "+") return a + b;
        if (op === "-") return a - b;
        if (op === "*") return a * b;
      }
      if (typeof a === "bigint" && typeof b === "bigint") {
        if (op === "+") return a + b;
        if (op === "-") return a - b;
      }
      locate(node);
      return inPlace(op, a, b);
    };
    if (target.kind === "name") {
      const load = this.load(target.id, target);
      const store = this.store(target.id);
      const names = [target.id];
      return (frame) => {
        const result = combine(load(frame), value(frame));
        store(frame, result);
        return done(names, result);
      };
    }
    if (target.kind === "attribute") {
      const object = this.expr(target.object);
      const { name } = target;
      return (frame) => {
        const x = object(frame);
        locate(target);
        const before = getAttribute(x, name);
        const result = combine(before, value(frame));
        locate(node);
        setAttribute(x, name, result);
        return done([], result);
      };
    }
    if (target.kind !== "subscript")
      return () => raiseError("SyntaxError", "illegal expression for augmented assignment");
    const object = this.expr(target.object);
    const index = this.expr(target.index);
    return (frame) => {
      const x = object(frame);
      const key = index(frame);
      locate(target);
      const before = getItem(x, key);
      const result = combine(before, value(frame));
      locate(node);
      setItem(x, key, result);
      return done([], result);
    };
  }

  private while(node: ast.While): Run {
    const test = this.test(node.test);
    const body = this.block(node.body);
    const orelse = node.orelse.length ? this.block(node.orelse) : null;
    return (frame) => {
      let iterations = 0;
      this.loop(node, "enter", 0);
      try {
        while (test(frame)) {
          iterations++;
          if ((++vm.ticks & 255) === 0) {
            locate(node);
            vm.check();
          }
          const ending = body(frame);
          if (ending === Ending.normal || ending === Ending.continue) continue;
          return ending === Ending.break ? Ending.normal : ending;
        }
      } finally {
        this.loop(node, "exit", iterations);
      }
      return orelse ? orelse(frame) : Ending.normal;
    };
  }

  private loop(node: ast.Span, phase: "enter" | "exit", iterations: number): void {
    if (vm.listener && this.tells) vm.emit({ kind: "loop", phase, iterations, span: { from: node.from, to: node.to } });
  }

  private for(node: ast.For): Run {
    const iterable = this.expr(node.iterable);
    const store = this.target(node.target);
    const body = this.block(node.body);
    const orelse = node.orelse.length ? this.block(node.orelse) : null;
    return (frame) => {
      const source = iterable(frame);
      locate(node.iterable);
      const iterator = iterate(source);
      let iterations = 0;
      this.loop(node, "enter", 0);
      try {
        for (;;) {
          const item = iterator.next();
          if (item === undefined) break;
          iterations++;
          if ((++vm.ticks & 255) === 0) {
            locate(node);
            vm.check();
          }
          store(frame, item);
          const ending = body(frame);
          if (ending === Ending.normal || ending === Ending.continue) continue;
          return ending === Ending.break ? Ending.normal : ending;
        }
      } finally {
        this.loop(node, "exit", iterations);
      }
      return orelse ? orelse(frame) : Ending.normal;
    };
  }

  // ── try ───────────────────────────────────────────────────────────────────

  private handlers(node: ast.Try): HandlerCode[] {
    return node.handlers.map((handler) => ({
      node: handler,
      type: handler.type ? this.expr(handler.type) : null,
      store: handler.name ? this.store(handler.name) : null,
      unbind: handler.name ? this.quietUnbind(handler.name) : null,
    }));
  }

  private quietUnbind(name: string): (frame: Frame) => void {
    const unbind = this.unbind(name, { from: 0, to: 0 });
    return (frame) => {
      try {
        unbind(frame);
      } catch (error) {
        if (!(error instanceof PyException)) throw error;
      }
    };
  }

  private withImports<T>(node: ast.Try, body: () => T): T {
    const before = this.catchesImports;
    if (node.handlers.some((handler) => catchesImport(handler.type))) this.catchesImports = true;
    try {
      return body();
    } finally {
      this.catchesImports = before;
    }
  }

  private try(node: ast.Try): Run {
    const body = this.withImports(node, () => this.block(node.body));
    const handlers = this.handlers(node);
    const bodies = node.handlers.map((handler) => this.block(handler.body));
    const orelse = node.orelse.length ? this.block(node.orelse) : null;
    const attempt: Run = (frame) => {
      let ending: Ending;
      try {
        ending = body(frame);
      } catch (raw) {
        const clauses = clausesFor(node, handlers, raw, frame);
        let step = clauses.next();
        for (; !step.done; step = clauses.next(ending)) {
          const { index, fail, done } = step.value;
          try {
            ending = bodies[index](frame);
          } catch (inner) {
            ending = fail(inner);
          } finally {
            done();
          }
        }
        return step.value;
      }
      return ending === Ending.normal && orelse ? orelse(frame) : ending;
    };
    if (node.finalbody.length === 0) return attempt;
    const final = this.block(node.finalbody);
    return (frame) => {
      let ending: Ending = Ending.normal;
      let failure: { error: unknown } | null = null;
      try {
        ending = attempt(frame);
      } catch (raw) {
        const error = toPython(raw);
        if (!(error instanceof PyException)) throw error;
        failure = { error };
      }
      const { result } = frame;
      const last = final(frame);
      if (last !== Ending.normal) return last;
      if (failure) throw failure.error;
      frame.result = result;
      return ending;
    };
  }

  // ── with ──────────────────────────────────────────────────────────────────

  private with(node: ast.With): Run {
    const body = this.block(node.body);
    return node.items.reduceRight<Run>((inside, item) => this.withItem(item, inside), body);
  }

  private withItem(item: ast.WithItem, inside: Run): Run {
    const context = this.expr(item.context);
    const store = item.target ? this.target(item.target) : null;
    return (frame) => {
      const manager = context(frame);
      const { exit, value } = enter(manager, item);
      store?.(frame, value);
      let ending: Ending;
      try {
        ending = inside(frame);
      } catch (raw) {
        const error = toPython(raw);
        if (!(error instanceof PyException)) throw error;
        if (exit(error)) {
          report(error, true);
          return Ending.normal;
        }
        throw error;
      }
      locate(item);
      exit(null);
      return ending;
    };
  }

  // ── definitions ───────────────────────────────────────────────────────────

  private functionDef(node: ast.FunctionDef): Run {
    const make = this.closure(node, node.name);
    const decorators = node.decorators.map((decorator) => this.expr(decorator));
    const store = this.store(node.name);
    const hints = node.params.list
      .map((parameter) => ({ name: parameter.name, annotation: parameter.annotation }))
      .concat({ name: "return", annotation: node.returns })
      .filter(({ annotation }) => annotation !== null);
    return (frame) => {
      const applied = decorators.map((decorator) => decorator(frame));
      let value = make(frame);
      if (hints.length > 0 && value instanceof PyFunction) value.hints = () => this.hints(hints, frame);
      for (let k = applied.length - 1; k >= 0; k--) {
        locate(node.decorators[k]);
        value = call(applied[k], [value]);
      }
      store(frame, value);
      return Ending.normal;
    };
  }

  /** `__annotations__`, evaluated when they are asked for: types are used rarely, and may be defined later. */
  private hints(hints: readonly { name: string; annotation: ast.Expr | null }[], frame: Frame): PyDict {
    return PyDict.from(
      hints.map(({ name, annotation }): [string, PyValue] => {
        try {
          return [name, this.expr(annotation!)(frame)];
        } catch (error) {
          if (error instanceof BudgetExceeded) throw error;
          return [name, annotationText(annotation!)];
        }
      }),
    );
  }

  private classDef(node: ast.ClassDef): Run {
    const scope = this.scopes.get(node)!;
    const inside = new Compiler(this.globals, this.scopes, scope, `${this.qualifier}${node.name}.`, this.foreign);
    const body = inside.block(node.body);
    const captured = this.capture(scope);
    const args = node.args.map((arg) => ({ arg, value: this.expr(arg.value) }));
    const decorators = node.decorators.map((decorator) => this.expr(decorator));
    const store = this.store(node.name);
    const qualname = this.qualifier + node.name;
    return (frame) => {
      const applied = decorators.map((decorator) => decorator(frame));
      const bases: PyValue[] = [];
      const kwargs: Kwargs = new Map();
      for (const { arg, value } of args) {
        if (arg.kind === "positional") bases.push(value(frame));
        else if (arg.kind === "keyword") kwargs.set(arg.name, value(frame));
        else raiseError("NotImplementedError", "unpacking in the bases of a class is not supported");
      }
      const inner = new Frame(new Array(scope.slots).fill(undefined), captured(frame), undefined);
      inner.names = new Map<string, PyValue>([
        ["__module__", this.globals.cell("__name__").value ?? "__main__"],
        ["__qualname__", qualname],
      ]);
      if (node.docstring !== null) inner.names.set("__doc__", node.docstring);
      inner.classCell = new Cell(undefined);
      body(inner);
      locate(node.nameSpan);
      let value = buildClass(node.name, bases, inner.names, kwargs, inner.classCell);
      for (let k = applied.length - 1; k >= 0; k--) {
        locate(node.decorators[k]);
        value = call(applied[k], [value]);
      }
      store(frame, value);
      return Ending.normal;
    };
  }

  private delete(node: ast.Delete): Run {
    const deletes = node.targets.map((target): ((frame: Frame) => void) => this.deleteTarget(target));
    return (frame) => {
      for (const remove of deletes) remove(frame);
      return Ending.normal;
    };
  }

  private deleteTarget(target: ast.Expr): (frame: Frame) => void {
    switch (target.kind) {
      case "name": {
        const load = this.load(target.id, target);
        const unbind = this.unbind(target.id, target);
        return (frame) => {
          if (vm.listener) {
            const value = load(frame);
            if (value instanceof PyObject && value.type.name === "GradientTape") {
              vm.emit({ kind: "tape", tape: value, phase: "del", persistent: false, span: target });
            }
          }
          unbind(frame);
        };
      }
      case "attribute": {
        const object = this.expr(target.object);
        return (frame) => {
          const x = object(frame);
          locate(target);
          deleteAttribute(x, target.name);
        };
      }
      case "subscript": {
        const object = this.expr(target.object);
        const index = this.expr(target.index);
        return (frame) => {
          const x = object(frame);
          const key = index(frame);
          locate(target);
          deleteItem(x, key);
        };
      }
      case "tuple":
      case "list": {
        const all = target.items.map((item) => this.deleteTarget(item));
        return (frame) => {
          for (const remove of all) remove(frame);
        };
      }
      default:
        return () => raiseError("SyntaxError", "cannot delete this");
    }
  }

  private raise(node: ast.Raise): Run {
    const value = node.value ? this.expr(node.value) : null;
    const cause = node.cause ? this.expr(node.cause) : null;
    return (frame) => {
      if (!value) {
        const current = vm.handling[vm.handling.length - 1];
        locate(node);
        if (!(current instanceof PyException)) raiseError("RuntimeError", "No active exception to reraise");
        throw current;
      }
      const error = exceptionOf(value(frame), node);
      if (cause) {
        const from = cause(frame);
        error.cause = from === null ? null : exceptionOf(from, node);
        error.suppressContext = true;
      }
      locate(node);
      error.span = { from: node.from, to: node.to };
      const current = vm.handling[vm.handling.length - 1];
      if (current instanceof PyException && current !== error) error.context = current;
      throw error;
    };
  }

  // ── imports ───────────────────────────────────────────────────────────────

  private import(node: ast.Import): Run {
    const stores = node.names.map((alias) => ({ alias, store: this.store(alias.asname ?? alias.name.split(".")[0]) }));
    const strict = this.catchesImports;
    return (frame) => {
      for (const { alias, store } of stores) {
        locate(alias);
        store(frame, importModule(alias.name, alias.asname !== null, alias, strict, this.globals.file));
      }
      return Ending.normal;
    };
  }

  private importFrom(node: ast.ImportFrom): Run {
    const stores = node.names?.map((alias) => ({ alias, store: this.store(alias.asname ?? alias.name) }));
    const strict = this.catchesImports;
    const module = ".".repeat(node.level) + node.module;
    return (frame) => {
      locate(node);
      if (!stores) {
        for (const [name, value] of importFrom(module, null, node, strict, this.globals.file))
          this.globals.set(name, value);
        return Ending.normal;
      }
      for (const { alias, store } of stores) {
        locate(alias);
        store(frame, importFrom(module, alias.name, alias, strict, this.globals.file).get(alias.name)!);
      }
      return Ending.normal;
    };
  }

  // ── statements that yield ─────────────────────────────────────────────────

  /** Compiles what an expression (or simple statement) yields beforehand. */
  private hoist(yields: ast.Yield[]): Generate | null {
    if (yields.length === 0) return null;
    const steps = yields.map((node) => {
      const slot = this.scope.temporary();
      const value = node.value ? this.expr(node.value) : () => null;
      this.yields.set(node, slot);
      return { node, slot, value };
    });
    return function* (frame) {
      for (const { node, slot, value } of steps) {
        const given = value(frame);
        if (node.from_) {
          locate(node);
          frame.slots[slot] = yield* delegate(given);
        } else frame.slots[slot] = yield given;
      }
      return Ending.normal;
    };
  }

  private yielding(node: ast.Statement): Generate {
    switch (node.kind) {
      case "if": {
        const before = this.hoist(yieldsOf(node.test));
        const test = this.test(node.test);
        const body = this.generatorBody(node.body);
        const orelse = this.generatorBody(node.orelse);
        return function* (frame) {
          if (before) yield* before(frame);
          return test(frame) ? yield* body(frame) : yield* orelse(frame);
        };
      }
      case "while": {
        const before = this.hoist(yieldsOf(node.test));
        const test = this.test(node.test);
        const body = this.generatorBody(node.body);
        const orelse = this.generatorBody(node.orelse);
        return function* (frame) {
          for (;;) {
            if (before) yield* before(frame);
            if (!test(frame)) break;
            tick();
            const ending = yield* body(frame);
            if (ending === Ending.normal || ending === Ending.continue) continue;
            return ending === Ending.break ? Ending.normal : ending;
          }
          return yield* orelse(frame);
        };
      }
      case "for": {
        const before = this.hoist(yieldsOf(node.iterable));
        const iterable = this.expr(node.iterable);
        const store = this.target(node.target);
        const body = this.generatorBody(node.body);
        const orelse = this.generatorBody(node.orelse);
        return function* (frame) {
          if (before) yield* before(frame);
          const source = iterable(frame);
          locate(node.iterable);
          const iterator = iterate(source);
          for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
            tick();
            store(frame, item);
            const ending = yield* body(frame);
            if (ending === Ending.normal || ending === Ending.continue) continue;
            return ending === Ending.break ? Ending.normal : ending;
          }
          return yield* orelse(frame);
        };
      }
      case "try":
        return this.yieldingTry(node);
      case "with": {
        const body = this.generatorBody(node.body);
        return node.items.reduceRight<Generate>((inside, item) => this.yieldingWith(item, inside), body);
      }
      case "match": {
        const before = this.hoist(yieldsOf(node.subject));
        const subject = this.expr(node.subject);
        const cases = node.cases.map((item) => ({
          matches: compilePattern(this, item.pattern),
          guard: item.guard ? this.test(item.guard) : null,
          body: this.generatorBody(item.body),
        }));
        return function* (frame) {
          if (before) yield* before(frame);
          const value = subject(frame);
          for (const { matches, guard, body } of cases) {
            if (matches(frame, value) && (!guard || guard(frame))) return yield* body(frame);
          }
          return Ending.normal;
        };
      }
      default: {
        const before = this.hoist(statementYields(node))!;
        const run = this.statement(node);
        return function* (frame) {
          yield* before(frame);
          return run(frame);
        };
      }
    }
  }

  private yieldingTry(node: ast.Try): Generate {
    const body = this.withImports(node, () => this.generatorBody(node.body));
    const handlers = this.handlers(node);
    const bodies = node.handlers.map((handler) => this.generatorBody(handler.body));
    const orelse = this.generatorBody(node.orelse);
    const final = this.generatorBody(node.finalbody);
    const attempt: Generate = function* (frame) {
      let ending: Ending;
      try {
        ending = yield* body(frame);
      } catch (raw) {
        const clauses = clausesFor(node, handlers, raw, frame);
        let step = clauses.next();
        for (; !step.done; step = clauses.next(ending)) {
          const { index, fail, done } = step.value;
          try {
            ending = yield* bodies[index](frame);
          } catch (inner) {
            ending = fail(inner);
          } finally {
            done();
          }
        }
        return step.value;
      }
      return ending === Ending.normal ? yield* orelse(frame) : ending;
    };
    if (node.finalbody.length === 0) return attempt;
    return function* (frame) {
      let ending: Ending = Ending.normal;
      let failure: { error: unknown } | null = null;
      let ended = false;
      try {
        ending = yield* attempt(frame);
        ended = true;
      } catch (raw) {
        const error = toPython(raw);
        ended = true;
        if (!(error instanceof PyException)) throw error;
        failure = { error };
      } finally {
        // Closed from outside while it waited at a yield.
        if (!ended) yield* final(frame);
      }
      const { result } = frame;
      const last = yield* final(frame);
      if (last !== Ending.normal) return last;
      if (failure) throw failure.error;
      frame.result = result;
      return ending;
    };
  }

  private yieldingWith(item: ast.WithItem, inside: Generate): Generate {
    const before = this.hoist(yieldsOf(item.context));
    const context = this.expr(item.context);
    const store = item.target ? this.target(item.target) : null;
    return function* (frame) {
      if (before) yield* before(frame);
      const { exit, value } = enter(context(frame), item);
      store?.(frame, value);
      let ending: Ending;
      try {
        ending = yield* inside(frame);
      } catch (raw) {
        const error = toPython(raw);
        if (!(error instanceof PyException)) throw error;
        if (exit(error)) return Ending.normal;
        throw error;
      }
      exit(null);
      return ending;
    };
  }
}

// ── helpers ─────────────────────────────────────────────────────────────────

interface HandlerCode {
  node: ast.Handler;
  type: Eval | null;
  store: Store | null;
  unbind: ((frame: Frame) => void) | null;
}

/** A clause whose body is to run. */
interface Clause {
  index: number;
  /** What an exception inside of it comes to. */
  fail: (inner: unknown) => Ending;
  done: () => void;
}

/** The clauses of `except` or `except*` that take an exception, one after the other; throws what none takes. */
function* clausesFor(
  node: ast.Try,
  handlers: HandlerCode[],
  raw: unknown,
  frame: Frame,
): Generator<Clause, Ending, Ending> {
  const error = pythonError(raw);
  const taken = (index: number, own: PyException, fail: Clause["fail"]): Clause => {
    const { store, unbind } = handlers[index];
    report(own, true);
    store?.(frame, own);
    vm.handling.push(own);
    const done = (): void => {
      vm.handling.pop();
      unbind?.(frame);
    };
    return { index, fail, done };
  };
  const handling = node.groups ? new GroupHandling(error) : undefined;
  for (let index = 0; index < handlers.length; index++) {
    const types = handlers[index].type?.(frame);
    locate(handlers[index].node);
    if (!handling) {
      if (types !== undefined && !catches(types, error)) continue;
      return yield taken(index, error, (inner) => {
        throw chained(inner, error);
      });
    }
    const part = handling.take(types!);
    if (!part) continue;
    yield taken(index, part, (inner) => {
      handling.fail(pythonError(inner));
      return Ending.normal;
    });
  }
  const left = handling ? handling.left() : error;
  if (left) throw left;
  return Ending.normal;
}

/** What was thrown as an exception of Python's; throws anything else again. */
function pythonError(raw: unknown): PyException {
  const error = raw instanceof BudgetExceeded ? raw : toPython(raw);
  if (!(error instanceof PyException)) throw error;
  return error;
}

function catches(type: PyValue, error: PyException): boolean {
  if (type instanceof PyTuple) return type.items.some((one) => catches(one, error));
  if (!(type instanceof PyType)) {
    raiseError("TypeError", "catching classes that do not inherit from BaseException is not allowed");
  }
  return isInstance(error, type);
}

function chained(inner: unknown, outer: PyException): unknown {
  const error = toPython(inner);
  if (error instanceof PyException && error !== outer && !error.context) error.context = outer;
  return error;
}

/** Tells of an exception, once. */
export function report(error: PyException, caught: boolean): void {
  if (error.reported || !vm.listener) return;
  error.reported = true;
  const span = homeOf(error);
  let message = "";
  try {
    message = str(error);
  } catch (failure) {
    if (!(failure instanceof PyException)) throw failure;
  }
  vm.emit({
    kind: "raise",
    error,
    type: error.type.name,
    message,
    caught,
    span: { from: span.from, to: span.to },
  });
}

function exceptionOf(value: PyValue, node: ast.Span): PyException {
  if (value instanceof PyException) return value;
  locate(node);
  if (value instanceof PyType && value.isSubtype(exceptionTypes.get("BaseException")!)) {
    const made = call(value, []);
    if (made instanceof PyException) return made;
  }
  raiseError("TypeError", "exceptions must derive from BaseException");
}

function catchesImport(type: ast.Expr | null): boolean {
  if (type === null) return true;
  if (type.kind === "tuple") return type.items.some((item) => catchesImport(item));
  return type.kind === "name" && ["ImportError", "ModuleNotFoundError", "Exception", "BaseException"].includes(type.id);
}

function enter(manager: PyValue, item: ast.WithItem): { value: PyValue; exit: (error: PyException | null) => boolean } {
  locate(item.context);
  const start = special(manager, "__enter__");
  if (start !== undefined) {
    const finish = special(manager, "__exit__");
    if (finish === undefined) raiseError("AttributeError", "__exit__");
    return {
      value: call(start, [manager]),
      exit: (error) => truth(call(finish, [manager, error ? error.type : null, error, null])),
    };
  }
  if (manager instanceof PyObject && manager.pyEnter) {
    const value = manager.pyEnter();
    return { value, exit: (error) => manager.pyExit!(error) };
  }
  raiseError("TypeError", `'${typeName(manager)}' object does not support the context manager protocol`);
}

/** `yield from`. */
function* delegate(source: PyValue): Generator<PyValue, PyValue, PyValue> {
  const iterator = iterate(source);
  if (!(iterator instanceof PyGenerator)) {
    for (let item = iterator.next(); item !== undefined; item = iterator.next()) yield item;
    return null;
  }
  let item = iterator.next();
  while (item !== undefined) {
    try {
      const sent: PyValue = yield item;
      item = sent === null ? iterator.next() : iterator.send(sent);
    } catch (raw) {
      // What is thrown in goes to the innermost; what the innermost throws has ended it.
      const error = toPython(raw);
      if (iterator.ended || !(error instanceof PyException)) throw error;
      item = iterator.raise(error);
    }
  }
  return iterator.result;
}

function targetNames(target: ast.Expr): string[] {
  switch (target.kind) {
    case "name":
      return [target.id];
    case "tuple":
    case "list":
      return target.items.flatMap(targetNames);
    case "starred":
      return targetNames(target.value);
    default:
      return [];
  }
}

/** The outermost name of an annotation: enough for `ClassVar` and `InitVar`. */
function annotationText(node: ast.Expr): string {
  switch (node.kind) {
    case "name":
      return node.id;
    case "attribute":
      return node.name;
    case "subscript":
      return annotationText(node.object);
    case "string":
      return node.value;
    default:
      return "";
  }
}

export { typeOf };
