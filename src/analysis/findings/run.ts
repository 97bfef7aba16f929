/** What a document's text and its run tell. */
import * as l10n from "@vscode/l10n";
import { dialects, peek, type Value } from "../../engine";
import {
  type FunctionDef,
  type PyEvent,
  type PyModuleSyntax,
  PyTape,
  type PyValue,
  pathAt,
  type RunError,
  type RunResult,
  type Span,
  toValue,
} from "../../languages/python";
import { type Blame, Blamer } from "../consequences";
import { wordsIn } from "../words";
import { type Finding, finding, type Related } from "./finding";
import { dedentFix, floatFix, inPlaceFix, persistentFix, presentPairsFix, tapeAt } from "./mends";
import { type GradientEvent, missingGradients } from "./missing";
import { notFiniteFinding } from "./not-finite";

export function syntaxFindings(syntax: PyModuleSyntax): Finding[] {
  return [
    ...syntax.errors.map((problem) => finding("syntax", problem, problem.message)),
    ...syntax.skipped.map((problem) => finding("skipped", problem, problem.message)),
  ];
}

/** Sweeps that are searched for the first number that is not finite: each takes the time of a gradient. */
export const MOST_SEARCHES = 20;

/** What findings need of a run; `place`: where in the text stands what ran at a place. */
type Ran = Pick<RunResult, "globals" | "errors" | "stopped"> & { readonly place: (span: Span) => Span };

/** @param events with their places in the text */
export function findingsOf(syntax: PyModuleSyntax, events: readonly PyEvent[], result: Ran): Finding[] {
  const run = new RunFindings(syntax, result);
  for (const event of events) run.hear(event);
  if (result.stopped) run.add(finding("stopped", firstLineOf(syntax, result.stopped), result.stopped.message));
  return run.found;
}

/** Of a loop that does not end, its head is marked. */
function firstLineOf({ text }: PyModuleSyntax, { from, to }: Span): Span {
  const end = text.indexOf("\n", from);
  return { from, to: end < 0 ? to : Math.min(to, end) };
}

class RunFindings {
  private readonly known = new Map<string, Finding>();
  private readonly blamer: Blamer;
  private uncaught = 0;
  private searches = 0;
  private lastMissing: GradientEvent | undefined;

  constructor(
    private readonly syntax: PyModuleSyntax,
    private readonly result: Ran,
  ) {
    this.blamer = new Blamer(syntax);
  }

  get found(): Finding[] {
    return [...this.known.values()];
  }

  /** Once for a place, however often a loop passes it. */
  add(one: Finding): void {
    const key = `${one.code}:${one.span.from}:${one.span.to}:${one.message}`;
    if (!this.known.has(key)) this.known.set(key, one);
  }

  hear(event: PyEvent): void {
    switch (event.kind) {
      case "raise": {
        const error = event.caught ? undefined : this.result.errors[this.uncaught++];
        const blame = event.caught ? "own" : this.blamer.judge(event, error);
        const one = this.raised(event, blame, error);
        if (one) this.add(one);
        break;
      }
      case "gradient":
        this.gradient(event);
        break;
      case "warning":
        this.warned(event);
        break;
    }
  }

  private gradient(event: GradientEvent): void {
    for (const one of missingGradients(this.syntax, event)) this.add(one);
    if (event.reasons.some((reason, k) => reason && event.results[k] === null)) this.lastMissing = event;
    if (event.inside) this.insideTape(event);
    const { tape } = event;
    if (!hasNotFinite(event) || !(tape instanceof PyTape) || this.searches >= MOST_SEARCHES) return;
    this.searches++;
    const keys = (list: readonly PyValue[]) => list.map((value) => PyTape.key(value));
    const one = notFiniteFinding(this.syntax, {
      applications: tape.records,
      targets: keys(event.targets),
      sources: keys(event.sources),
      dialect: dialects.tensorflow,
      asked: event.span,
      place: this.result.place,
    });
    // A loop goes on with what is not finite: the first time tells.
    if (one && ![...this.known.values()].some(({ code, span }) => code === one.code && span.from === one.span.from))
      this.add(one);
  }

  private insideTape({ tape, span }: GradientEvent): void {
    const place = tapeAt(this.syntax, span);
    if (!(tape instanceof PyTape) || !place || span.from < place.with.from || span.to > place.with.to) return;
    if (tape.persistent) {
      // A gradient of this gradient needs it.
      const block = this.syntax.text.slice(place.with.from, place.with.to);
      if (block.split(new RegExp(`\\b${place.name}\\s*\\.\\s*(?:gradient|jacobian|batch_jacobian)\\b`)).length > 2)
        return;
      const after = this.syntax.text.slice(place.with.to);
      if (new RegExp(`\\b${place.name}\\s*\\.\\s*(?:gradient|jacobian|batch_jacobian)\\b`).test(after)) return;
    }
    const message = tape.persistent
      ? l10n.t("The tape is asked inside its own block, so it records the computation of this gradient for nothing.")
      : l10n.t("The tape is asked inside its own block: it records nothing more after this.");
    this.add(
      finding("gradient-inside-tape", span, message, {
        fixes: dedentFix(this.syntax, place, span),
        related: [{ span: place.call, message: l10n.t("the tape is made here") }],
      }),
    );
  }

  private warned({ code, span, message }: PyEvent & { kind: "warning" }): void {
    if (code === "unknown-import" || code === "plot") this.add(finding(code, span, message));
    else if (code === "no-gradient")
      this.add(
        finding("none-gradient", span, message, {
          related: this.whyMissing(),
          fixes: presentPairsFix(this.syntax, span),
        }),
      );
    else if (code === "watch-integer") {
      const name = /\.watch\(\s*([\p{L}_][\p{L}\p{N}_]*)\s*\)/u.exec(this.syntax.text.slice(span.from, span.to))?.[1];
      this.add(
        finding("integer-gradient", span, message, {
          fixes: name === undefined ? [] : floatFix(this.syntax, name, span),
        }),
      );
    } else if (code === "fraction-dropped") {
      const target = pathAt(this.syntax, span.from).findLast(({ kind }) => kind === "assign" || kind === "augmented");
      const place = target ?? span;
      const name = /^([\p{L}_][\p{L}\p{N}_]*)\s*\[/u.exec(this.syntax.text.slice(place.from, place.to))?.[1];
      this.add(
        finding(
          "fraction-dropped",
          place,
          name === undefined
            ? l10n.t("An array of whole numbers drops the fraction of what is put into it.")
            : l10n.t("{0} is an array of whole numbers: the fraction of what is put into it is dropped.", name),
          { fixes: name === undefined ? [] : floatFix(this.syntax, name, place) },
        ),
      );
    } else this.add(finding("framework-warning", span, message));
  }

  /** Where the gradients were None that were passed on, and why. */
  private whyMissing(): Related[] {
    const event = this.lastMissing;
    if (!event) return [];
    return missingGradients(this.syntax, event).length > 0
      ? missingGradients(this.syntax, event).map(({ message, span }) => ({ span, message }))
      : [{ span: event.span, message: l10n.t("the gradient is None here") }];
  }

  private raised(event: PyEvent & { kind: "raise" }, blame: Blame, error: RunError | undefined): Finding | undefined {
    const { syntax } = this;
    const { type, message, span, caught } = event;
    if (type === "RuntimeError" && message.startsWith("A non-persistent GradientTape")) {
      const tape = tapeAt(syntax, span);
      return finding("tape-used-twice", span, message, {
        ...(caught ? { severity: "warning" } : {}),
        fixes: tape ? [persistentFix(syntax, tape.call)] : [],
        related: tape ? [{ span: tape.call, message: l10n.t("the tape is made here, without persistent=True") }] : [],
      });
    }
    // The syntax finding already stands there, and what the program catches is its own affair.
    if (caught || type === "SyntaxError" || blame === "consequence") return undefined;
    // The import says it already.
    if (type === "ModuleNotFoundError") return undefined;
    if (type === "ValueError" && message === "No gradients provided for any variable.")
      return finding("none-gradient", span, message, { severity: "error", related: this.whyMissing() });
    return finding("uncaught", span, message ? `${type}: ${message}` : type, {
      // What our evaluator cannot do is no error of the user's.
      ...(blame === "own" ? {} : { severity: "hint" }),
      fixes: this.fixesFor(type, message, span),
      related: [
        ...(type === "TypeError" && message.includes("'NoneType'") ? this.whyMissing() : []),
        ...this.callers(error),
      ],
    });
  }

  /** The calls that led to an error inside a function. */
  private callers(error: RunError | undefined): Related[] {
    return (error?.trace ?? [])
      .slice(0, -1)
      .filter(({ to }) => to <= this.syntax.text.length)
      .map((line) => ({ span: { from: line.from, to: line.to }, message: l10n.t("called from here") }));
  }

  private fixesFor(type: string, message: string, span: Span): Finding["fixes"] {
    if (type === "RuntimeError" && /^`var(?:iable)? .{1,2}= value` with `tf\.Variable`s/.test(message))
      return inPlaceFix(this.syntax, span);
    // A whole number meets a fraction: in TensorFlow's words, and in NumPy's.
    if (/^Cannot convert [-\d.e]+ to EagerTensor of dtype u?int|^Cannot cast ufunc .* to dtype\('u?int/.test(message)) {
      const names = new Set(wordsIn(this.syntax.text.slice(span.from, span.to)));
      return [...names].flatMap((name) => {
        const value = this.result.globals.get(name);
        const number = value === undefined || typeof value === "bigint" ? undefined : toValue(value);
        return number && /^u?int/.test(number.dtype) ? floatFix(this.syntax, name, span) : [];
      });
    }
    return [];
  }
}

/** Whether a derivative, or what it is of, has a number that is not finite. */
export function hasNotFinite({ results, targets }: GradientEvent): boolean {
  return [...results, ...targets]
    .map(toValue)
    .filter((value) => value !== undefined)
    .some(notFinite);
}

function notFinite(value: Value): boolean {
  const { data } = peek(value);
  return Array.prototype.some.call(data, (x: number) => !Number.isFinite(x));
}

/** The finding for a `# gradlens:` comment that is no point. */
export function pointFinding(definition: FunctionDef, offset: number, length: number, message: string): Finding {
  return finding(
    "point",
    { from: offset, to: offset + Math.max(length, 1) },
    l10n.t("The point of {0} cannot be read: {1}", definition.name, message),
  );
}
