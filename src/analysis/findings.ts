/** What is wrong or worth knowing, with its place and its mend. */
import * as l10n from "@vscode/l10n";
import {
  type FunctionDef,
  type GradientReason,
  type PyEvent,
  type PyModuleSyntax,
  type RunResult,
  type Span,
  visit,
  type With,
} from "../languages/python";
import { type Blame, Blamer } from "./consequences";

export type Severity = "error" | "warning" | "information" | "hint";

export type FindingCode =
  | "syntax"
  | "skipped"
  | "uncaught"
  | "tape-used-twice"
  | "not-watched"
  | "missing-gradient"
  | "stopped"
  | "point"
  | "unknown-import"
  | "plot"
  | "framework-warning";

export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
}

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly span: Span;
  readonly message: string;
  readonly fixes: readonly Fix[];
  readonly related?: readonly { readonly span: Span; readonly message: string }[];
}

const TAPE_USED_TWICE = "A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)";

export function syntaxFindings(syntax: PyModuleSyntax): Finding[] {
  return [
    ...syntax.errors.map(
      ({ from, to, message }): Finding => ({
        code: "syntax",
        severity: "error",
        span: { from, to },
        message,
        fixes: [],
      }),
    ),
    ...syntax.skipped.map(
      ({ from, to, message }): Finding => ({
        code: "skipped",
        severity: "hint",
        span: { from, to },
        message,
        fixes: [],
      }),
    ),
  ];
}

export function findingsOf(
  syntax: PyModuleSyntax,
  events: readonly PyEvent[],
  result: Pick<RunResult, "errors" | "stopped">,
): Finding[] {
  const found = new Map<string, Finding>();
  const add = (finding: Finding) => {
    // Once for a place, however often a loop passes it.
    const key = `${finding.code}:${finding.span.from}:${finding.span.to}:${finding.message}`;
    if (!found.has(key)) found.set(key, finding);
  };
  const blamer = new Blamer(syntax);
  let uncaught = 0;
  for (const event of events) {
    if (event.kind === "raise") {
      const blame = event.caught ? "own" : blamer.judge(event, result.errors[uncaught++]);
      const finding = raised(syntax, event, blame);
      if (finding) add(finding);
    } else if (event.kind === "gradient") {
      for (const finding of missingGradients(syntax, event)) add(finding);
    } else if (event.kind === "warning") {
      add({
        code: event.code === "unknown-import" || event.code === "plot" ? event.code : "framework-warning",
        severity: event.code === "unknown-import" || event.code === "plot" ? "hint" : "warning",
        span: event.span,
        message: event.message,
        fixes: [],
      });
    }
  }
  if (result.stopped) {
    const { from, to, message } = result.stopped;
    add({ code: "stopped", severity: "information", span: { from, to }, message, fixes: [] });
  }
  return [...found.values()];
}

function raised(syntax: PyModuleSyntax, event: PyEvent & { kind: "raise" }, blame: Blame): Finding | undefined {
  const { type, message, span, caught } = event;
  if (type === "RuntimeError" && message.startsWith("A non-persistent GradientTape")) {
    const tape = tapeAt(syntax, span);
    return {
      code: "tape-used-twice",
      severity: caught ? "warning" : "error",
      span,
      message: message || TAPE_USED_TWICE,
      fixes: tape ? [persistentFix(syntax, tape.call)] : [],
      ...(tape
        ? { related: [{ span: tape.call, message: l10n.t("the tape is made here, without persistent=True") }] }
        : {}),
    };
  }
  // The syntax finding already stands there, and what the program catches is its own affair.
  if (caught || type === "SyntaxError" || blame === "consequence") return undefined;
  // The import says it already.
  if (type === "ModuleNotFoundError") return undefined;
  return {
    code: "uncaught",
    // What our evaluator cannot do is no error of the user's.
    severity: blame === "own" ? "error" : "hint",
    span,
    message: message ? `${type}: ${message}` : type,
    fixes: [],
  };
}

function missingGradients(syntax: PyModuleSyntax, event: PyEvent & { kind: "gradient" }): Finding[] {
  const sources = event.sourceNames;
  return event.reasons.flatMap((reason, k) => {
    if (!reason || event.results[k] !== null) return [];
    return missingGradient(syntax, event, reason, sources[k] ?? l10n.t("source {0}", k + 1), sources[k] !== undefined);
  });
}

/** Why a gradient is None, as the rest of a sentence about its source. */
export function reasonText({ kind, detail = "" }: GradientReason): string {
  switch (kind) {
    case "not-watched":
      return l10n.t("the tape does not watch it");
    case "not-float":
      return l10n.t("{0} values have no gradient", detail);
    case "cut":
      return l10n.t("the chain was cut, {0}", detail);
    case "target-not-recorded":
      return l10n.t("the target was not computed inside the tape");
    case "not-connected":
      return l10n.t("the target does not depend on it");
  }
}

/** One source's missing gradient; nothing where None is the right answer. */
function missingGradient(
  syntax: PyModuleSyntax,
  event: PyEvent & { kind: "gradient" },
  reason: GradientReason,
  name: string,
  named: boolean,
): Finding[] {
  switch (reason.kind) {
    case "not-watched": {
      const tape = named ? tapeAt(syntax, event.span) : undefined;
      const unwatched = event.sourceNames.filter((_, i) => event.reasons[i]?.kind === "not-watched");
      return [
        {
          code: "not-watched",
          severity: "hint",
          span: event.span,
          message: l10n.t("The gradient with respect to {0} is None: the tape does not watch {0}.", name),
          fixes: tape ? [watchFix(syntax, tape, unwatched)] : [],
        },
      ];
    }
    case "not-float":
      return [
        missing(
          event.span,
          l10n.t("The gradient with respect to {0} is None: {1} values have no gradient.", name, reason.detail ?? ""),
        ),
      ];
    case "cut":
      return [
        missing(
          event.span,
          l10n.t("The gradient with respect to {0} is None: the chain was cut, {1}.", name, reason.detail ?? ""),
          reason.source && { span: reason.source, message: l10n.t("the chain was cut here") },
        ),
      ];
    case "target-not-recorded":
      return [
        missing(
          event.span,
          l10n.t("The gradient with respect to {0} is None: the target was not computed inside the tape.", name),
        ),
      ];
    case "not-connected":
      // The target truly does not depend on it: an answer, not a mistake.
      return [];
  }
}

function missing(span: Span, message: string, related?: { span: Span; message: string }): Finding {
  return {
    code: "missing-gradient",
    severity: "hint",
    span,
    message,
    fixes: [],
    ...(related ? { related: [related] } : {}),
  };
}

interface TapePlace {
  /** The call that makes the tape. */
  readonly call: Span;
  readonly name: string;
  readonly with: With;
}

/** The `with … as tape` to which the call of `tape.gradient` at `span` belongs: the nearest one before it. */
function tapeAt(syntax: PyModuleSyntax, span: Span): TapePlace | undefined {
  const name = /^\s*([\p{L}_][\p{L}\p{N}_]*)\s*\./u.exec(syntax.text.slice(span.from, span.to))?.[1];
  if (name === undefined) return undefined;
  let nearest: TapePlace | undefined;
  visit(syntax.body, (node) => {
    if (node.kind !== "with" || node.from > span.from) return;
    for (const item of node.items) {
      if (item.target?.kind !== "name" || item.target.id !== name || item.context.kind !== "call") continue;
      if (!nearest || node.from > nearest.with.from)
        nearest = { call: { from: item.context.from, to: item.context.to }, name, with: node };
    }
  });
  return nearest;
}

function persistentFix(syntax: PyModuleSyntax, call: Span): Fix {
  const written = syntax.text.slice(call.from, call.to);
  const close = call.to - 1;
  const explicit = /persistent\s*=\s*False/.exec(written);
  const edit = explicit
    ? { from: call.from + explicit.index, to: call.from + explicit.index + explicit[0].length, text: "persistent=True" }
    : { from: close, to: close, text: /\(\s*\)$/.test(written) ? "persistent=True" : ", persistent=True" };
  return { title: l10n.t("Make the tape persistent"), edits: [edit] };
}

function watchFix(syntax: PyModuleSyntax, tape: TapePlace, names: readonly (string | undefined)[]): Fix {
  const first = tape.with.body[0]!;
  const lineStart = syntax.text.lastIndexOf("\n", first.from - 1) + 1;
  const indent = syntax.text.slice(lineStart, first.from);
  const known = [...new Set(names.filter((name): name is string => name !== undefined))];
  const watches = known.map((name) => `${tape.name}.watch(${name})`);
  // `with …: z = f(x)` on one line has no indentation of its own.
  const separator = /^\s*$/.test(indent) ? `\n${indent}` : "; ";
  return {
    title: l10n.t("Watch {0}", known.join(", ")),
    edits: [{ from: first.from, to: first.from, text: watches.map((line) => line + separator).join("") }],
  };
}

/** The finding for a `# gradlens:` comment that is no point. */
export function pointFinding(definition: FunctionDef, offset: number, length: number, message: string): Finding {
  return {
    code: "point",
    severity: "warning",
    span: { from: offset, to: offset + Math.max(length, 1) },
    message: l10n.t("The point of {0} cannot be read: {1}", definition.name, message),
    fixes: [],
  };
}
