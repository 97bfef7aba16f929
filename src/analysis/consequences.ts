/** Which uncaught errors tell something about the user's code, and which only follow from what could not be run. */
import {
  boundNames,
  type Expr,
  moduleNames,
  type PyEvent,
  type PyModuleSyntax,
  type RunError,
  type Span,
  type Statement,
  visit,
} from "../languages/python";
import { wordsIn } from "./words";

/**
 * `own`: it is about the code. `ours`: the evaluator lacks something. `consequence`: it follows from a statement that
 * did not run to its end, which Python would not have gone beyond.
 */
export type Blame = "own" | "ours" | "consequence";

/** In the editor a script has no arguments and no environment. */
const SURROUNDINGS = /\bsys\s*\.\s*argv\b|\bargv\b|\bos\s*\.\s*environ\b/;

/** Judges the uncaught errors of one run, in their order. */
export class Blamer {
  /** Names whose values are not what they would be. */
  private readonly doubtful = new Set<string>();
  private readonly imported: ReadonlySet<string>;

  constructor(private readonly syntax: PyModuleSyntax) {
    this.imported = new Set(
      syntax.body.flatMap((statement) =>
        statement.kind === "import" || statement.kind === "importfrom"
          ? (statement.names ?? []).map(({ asname, name }) => asname ?? name.split(".")[0]!)
          : [],
      ),
    );
  }

  judge(event: PyEvent & { kind: "raise" }, error: RunError | undefined): Blame {
    const { type, message } = event;
    const spans: Span[] = [event.span, ...(error?.trace ?? [])];
    const places = spans.flatMap((span) => this.statementAt(span) ?? []);
    const failed = this.statementAt(error?.trace[0] ?? event.span);
    const unbound = /^name '(.+)' is not defined$/.exec(message)?.[1];
    const follows =
      (unbound !== undefined && this.doubtful.has(unbound)) ||
      [event.span, ...places].some((place) => this.speaksOfDoubtful(place));
    const ours =
      type === "NotImplementedError" ||
      type === "ModuleNotFoundError" ||
      // A run has only the files that it wrote.
      type === "FileNotFoundError" ||
      (unbound !== undefined && this.importsUnknownNames) ||
      /\bis not supported$/.test(message) ||
      this.isLibrary(event) ||
      places.some(({ from, to }) => SURROUNDINGS.test(this.syntax.text.slice(from, to)));
    if (failed) for (const name of this.touched(failed)) if (!this.imported.has(name)) this.doubtful.add(name);
    return follows ? "consequence" : ours ? "ours" : "own";
  }

  /** `from somewhere import *`: any name may come from there. */
  private get importsUnknownNames(): boolean {
    return this.syntax.body.some(
      (statement) =>
        statement.kind === "importfrom" &&
        statement.names === null &&
        (statement.level > 0 || !moduleNames().includes(statement.module.split(".")[0]!)),
    );
  }

  /** A library's function or object that takes less, or has less, than the real one. */
  private isLibrary({ type, message }: PyEvent & { kind: "raise" }): boolean {
    if (type === "AttributeError") {
      const owner = /^(?:type object |module )?'([^']+)'/.exec(message)?.[1];
      return owner !== undefined && !this.defines(owner) && !/^(?:int|float|bool|str|NoneType|function)$/.test(owner);
    }
    if (type !== "TypeError") return false;
    const called = /^([\w.]+)\(\) (?:got an unexpected keyword|takes )/.exec(message)?.[1];
    return called !== undefined && !called.split(".").some((part) => this.defines(part));
  }

  private defines(name: string): boolean {
    return new RegExp(`\\b(?:def|class)\\s+${name}\\b|\\b${name}\\s*=\\s*lambda\\b`).test(this.syntax.text);
  }

  private statementAt({ from }: Span): Statement | undefined {
    return this.syntax.body.find((statement) => statement.from <= from && from < statement.to);
  }

  private speaksOfDoubtful(span: Span): boolean {
    return this.doubtful.size > 0 && this.words(span).some((word) => this.doubtful.has(word));
  }

  private words({ from, to }: Span): readonly string[] {
    return wordsIn(this.syntax.text.slice(from, to));
  }

  /** The names that a statement binds, or whose objects it may change: by a method, an attribute or an item. */
  private touched(statement: Statement): Iterable<string> {
    // Nobody knows what was meant.
    if (statement.kind === "broken") return this.words(statement);
    return touched(statement);
  }
}

/** The names that a statement gives a value, or whose value it may change. */
export function touched(statement: Statement): Set<string> {
  const names = boundNames(statement);
  if (statement.kind === "function" || statement.kind === "class") return names;
  const root = (expression: Expr): void => {
    if (expression.kind === "name") names.add(expression.id);
    else if (expression.kind === "attribute" || expression.kind === "subscript") root(expression.object);
    else if (expression.kind === "starred") root(expression.value);
    else if (expression.kind === "tuple" || expression.kind === "list") expression.items.forEach(root);
  };
  visit([statement], (node) => {
    if (node.kind === "assign" || node.kind === "delete") node.targets.forEach(root);
    else if (node.kind === "augmented" || node.kind === "annotated" || node.kind === "for") root(node.target);
    else if (node.kind === "call" && node.callee.kind === "attribute") root(node.callee);
  });
  return names;
}
