/** The first number that is not finite: where it was made, forward or on the way back, and from what. */
import * as l10n from "@vscode/l10n";
import {
  type Application,
  bind,
  type Dialect,
  firstNotFinite,
  gradient,
  type Op,
  peek,
  scalar,
  templateOf,
  type Value,
} from "../../engine";
import type { PyModuleSyntax, Span } from "../../languages/python";
import { floatText } from "../display";
import { type Finding, finding } from "./finding";
import { doubleWhereFix } from "./mends";

export interface Sweep {
  readonly applications: readonly Application[];
  readonly targets: readonly Value[];
  readonly sources: readonly Value[];
  readonly dialect: Dialect;
  /** Where the derivative was asked for: the place of what other modules computed. */
  readonly asked: Span;
  /** Where in the text stands what was applied at a place. */
  readonly place: (span: Span) => Span;
  /** `g at (2, 3)`: what was computed. */
  readonly of?: string;
}

export function notFiniteFinding(syntax: PyModuleSyntax, sweep: Sweep): Finding | undefined {
  const found = firstNotFinite(sweep.applications, sweep.targets, sweep.sources, sweep.dialect);
  if (!found) return undefined;
  const { application, result } = found;
  const inText = (source: Span | undefined): Span | undefined => {
    const span = source && sweep.place(source);
    return span && span.to <= syntax.text.length ? span : undefined;
  };
  const span = inText(application.source) ?? sweep.asked;
  const operation = operationText(application, found.operands);
  const related =
    span === sweep.asked || sweep.of !== undefined
      ? []
      : [{ span: sweep.asked, message: l10n.t("the gradient is asked for here") }];
  const number = floatText(result);
  if (found.phase === "forward")
    return finding(
      "not-finite",
      span,
      sweep.of === undefined
        ? l10n.t("{0} = {1} is the first value that is not finite.", operation, number)
        : l10n.t("{0} = {1} is the first value that is not finite in {2}.", operation, number, sweep.of),
      { related },
    );
  const where = found.masked && sweep.applications.find(({ op, inputs }) => op.name === "where" && inputs.length === 3);
  if (where && Number.isNaN(result)) {
    const chosen = inText(where.source);
    const harmless = harmlessPlace(application.op, found.operands);
    return finding(
      "where-nan",
      span,
      l10n.t(
        "The gradient becomes nan here although where does not take this branch: 0 times the derivative of {0}, which is not finite.",
        operation,
      ),
      {
        fixes: harmless ? doubleWhereFix(syntax, span, harmless.input, harmless.number) : [],
        related: [...(chosen ? [{ span: chosen, message: l10n.t("where chooses here") }] : []), ...related],
      },
    );
  }
  return finding(
    "gradient-not-finite",
    span,
    sweep.of === undefined
      ? l10n.t("The gradient becomes {0} here, at the derivative of {1}.", number, operation)
      : l10n.t("The gradient of {2} becomes {0} here, at the derivative of {1}.", number, operation, sweep.of),
    { related },
  );
}

/** `log(-1.0)`, `1.0 / 0.0`: an operation with the numbers that it met. */
export function operationText(application: Application, operands: readonly (number | undefined)[]): string {
  const numbers = operands.map((x) => (x === undefined ? "…" : floatText(x)));
  const template = templateOf(application, "math");
  if (typeof template !== "string" || operands.includes(undefined))
    return `${application.op.name}(${numbers.join(", ")})`;
  const call = /^@?[\w.]+\(/.test(template);
  return template.replaceAll("@", "").replace(/#(\d)/g, (_, k: string) => {
    const number = numbers[Number(k) - 1] ?? "…";
    return !call && number.startsWith("-") ? `(${number})` : number;
  });
}

/** Which argument of an elementwise operation, with which number in its place, makes value and derivatives finite. */
function harmlessPlace(
  op: Op,
  operands: readonly (number | undefined)[],
): { input: number; number: string } | undefined {
  if (op.kind !== "elementwise" || operands.includes(undefined)) return undefined;
  const finite = (value: Value) => Number.isFinite(peek(value).item());
  for (const [input] of operands.entries()) {
    const number = [1, 0.5, 2, 0].find((x) => {
      const at = operands.map((own, k) => scalar(k === input ? x : own!));
      const apply = (...values: Value[]) => bind(op, values, undefined);
      return !op.kinks?.some((kink) => kink[input] === x) && [apply(...at), ...gradient(apply)(...at)].every(finite);
    });
    if (number !== undefined) return { input, number: floatText(number) };
  }
  return undefined;
}
