/** Gradients that are None: why, and what would mend it. */
import * as l10n from "@vscode/l10n";
import {
  type GradientReason,
  type PyEvent,
  type PyModuleSyntax,
  PyTape,
  PyTfTensor,
  PyTfVariable,
  type PyValue,
  type Span,
} from "../../languages/python";
import { type Finding, finding } from "./finding";
import {
  assignFix,
  floatFix,
  intoTapeFix,
  isMadeIn,
  plainNumberIn,
  plainNumberOf,
  reassignmentOf,
  tapeAt,
  watchFix,
  withoutNumpyFix,
} from "./mends";

export type GradientEvent = PyEvent & { kind: "gradient" };

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

/** A finding for each source without a gradient; none where None is the right answer. */
export function missingGradients(syntax: PyModuleSyntax, event: GradientEvent): Finding[] {
  return event.reasons.flatMap((reason, k) =>
    reason && event.results[k] === null ? missingGradient(syntax, event, reason, k) : [],
  );
}

function missingGradient(syntax: PyModuleSyntax, event: GradientEvent, reason: GradientReason, k: number): Finding[] {
  const { span } = event;
  const known = event.sourceNames[k];
  const name = known ?? l10n.t("source {0}", k + 1);
  switch (reason.kind) {
    case "not-watched":
      return notWatched(syntax, event, name, known, event.sources[k]!);
    case "not-float": {
      const integer = event.sources[k] instanceof PyTfVariable || event.sources[k] instanceof PyTfTensor;
      return [
        finding(
          "integer-gradient",
          span,
          l10n.t("The gradient with respect to {0} is None: {1} values have no gradient.", name, reason.detail ?? ""),
          { fixes: integer && known !== undefined ? floatFix(syntax, known, span) : [] },
        ),
      ];
    }
    case "cut":
      return [
        finding(
          "chain-cut",
          span,
          l10n.t("The gradient with respect to {0} is None: the chain was cut, {1}.", name, reason.detail ?? ""),
          {
            // Whoever stops a gradient wants none.
            ...(reason.detail?.startsWith("stopped") ? { severity: "hint" } : {}),
            ...(reason.source ? { related: [{ span: reason.source, message: l10n.t("the chain was cut here") }] } : {}),
          },
        ),
      ];
    case "target-not-recorded":
      return outsideTape(syntax, event, name);
    case "not-connected":
      // The target truly does not depend on it: an answer, not a mistake.
      return [];
  }
}

function notWatched(
  syntax: PyModuleSyntax,
  event: GradientEvent,
  name: string,
  known: string | undefined,
  source: PyValue,
): Finding[] {
  const { span } = event;
  const tape = tapeAt(syntax, span);
  if (isTrainable(source)) {
    const plain = known !== undefined && tape ? plainNumberOf(syntax, known, tape.with) : undefined;
    if (plain) {
      const library = /^(\w+)\.GradientTape/.exec(syntax.text.slice(tape!.call.from, tape!.call.to))?.[1];
      return [
        finding(
          "chain-cut",
          span,
          l10n.t(
            "The gradient with respect to {0} is None: {1} makes a plain number of it, which the tape cannot follow.",
            name,
            syntax.text.slice(plain.from, plain.to),
          ),
          {
            related: [{ span: plain, message: l10n.t("the chain was cut here") }],
            fixes: library ? withoutNumpyFix(syntax, plain, library) : [],
          },
        ),
      ];
    }
    if (!wasRecorded(event)) return outsideTape(syntax, event, name);
    return [
      finding(
        "not-watched",
        span,
        l10n.t("The gradient with respect to {0} is None: nothing inside the tape reads {0}.", name),
      ),
    ];
  }
  const reassigned = known === undefined ? undefined : reassignmentOf(syntax, known, span);
  if (reassigned && known !== undefined) {
    const { made, changed } = reassigned;
    return [
      finding(
        "variable-reassigned",
        changed,
        l10n.t("{0} is no Variable any more after this: its gradient becomes None. Assign to the Variable.", name),
        {
          fixes: assignFix(syntax, known, changed),
          related: [
            { span: made, message: l10n.t("{0} is made a Variable here", name) },
            { span, message: l10n.t("the gradient with respect to {0} is None here", name) },
          ],
        },
      ),
    ];
  }
  const unwatched = event.sourceNames.filter(
    (_, i) => event.reasons[i]?.kind === "not-watched" && !isTrainable(event.sources[i]!),
  );
  return [
    finding(
      "not-watched",
      span,
      l10n.t("The gradient with respect to {0} is None: the tape does not watch {0}.", name),
      { fixes: tape && known !== undefined ? watchFix(syntax, tape, unwatched) : [] },
    ),
  ];
}

const isTrainable = (value: PyValue): boolean => value instanceof PyTfVariable && value.trainable;

/** Whether the tape saw how a target was computed. */
function wasRecorded({ tape, targets, results }: GradientEvent): boolean {
  if (!(tape instanceof PyTape) || results.some((result) => result !== null)) return true;
  const made = new Set(tape.records.map(({ out }) => out));
  return targets.some((target) => target instanceof PyTfVariable || made.has(PyTape.key(target)));
}

/** The tape knows nothing of the target: it was computed elsewhere, or of plain numbers. */
function outsideTape(syntax: PyModuleSyntax, event: GradientEvent, name: string): Finding[] {
  const { span } = event;
  // A Variable that is its own target depends on nothing.
  if (event.targets.some((target) => target instanceof PyTfVariable)) return [];
  const tape = tapeAt(syntax, span);
  const target = targetName(syntax, span);
  if (!tape || target === undefined || !isMadeIn(syntax, target, tape.with))
    return [
      finding(
        "outside-tape",
        span,
        l10n.t("The gradient with respect to {0} is None: the target was not computed inside the tape.", name),
        tape
          ? {
              fixes: intoTapeFix(syntax, tape, target, span),
              related: [{ span: tape.call, message: l10n.t("what the block of this tape computes is recorded") }],
            }
          : {},
      ),
    ];
  const plain = plainNumberIn(syntax, tape.with);
  return [
    plain
      ? finding(
          "chain-cut",
          span,
          l10n.t(
            "The gradient with respect to {0} is None: {1} makes plain numbers, which the tape cannot follow.",
            name,
            syntax.text.slice(plain.from, plain.to),
          ),
          { related: [{ span: plain, message: l10n.t("the chain was cut here") }] },
        )
      : finding(
          "chain-cut",
          span,
          l10n.t("The gradient with respect to {0} is None: nothing that the tape recorded leads to the target.", name),
          { severity: "hint" },
        ),
  ];
}

/** `y` of `tape.gradient(y, x)`. */
function targetName(syntax: PyModuleSyntax, { from, to }: Span): string | undefined {
  return /^[^(]*\(\s*(?:target\s*=\s*)?([\p{L}_][\p{L}\p{N}_]*)\s*,/u.exec(syntax.text.slice(from, to))?.[1];
}
