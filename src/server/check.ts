/** `gradlens/check`: whether the gradient of a subject is right, for the panel. */
import * as l10n from "@vscode/l10n";
import type { CancellationToken } from "vscode-languageserver";
import { type Look, Problem } from "../analysis/subject";
import type { Cell, CheckResult, CheckRow, Verdict, ViewParams } from "../protocol/lsp";
import { toJsonNumber } from "../protocol/values";
import { formatSingle } from "../render";
import { OutOfTime, proceedUntil, type Session } from "./session";
import { cell } from "./view";

type Checked = ReturnType<Look["checked"]>[number];

/** Float32 has seven digits: derivatives that agree to five do not visibly differ. */
const VISIBLE = 1e-5;

export function check(session: Session, params: ViewParams, token: CancellationToken): CheckResult {
  const { subject, point, component, effort = 1 } = params;
  const { evaluation } = session.settingsOf(subject.uri ?? "").budget;
  const proceed = proceedUntil(session.now() + evaluation * effort, session.now, token);
  try {
    const look = session.look(subject, point).component(component);
    const single = orNone(() => look.singleGradient());
    const value = orNone(() => look.singleValue());
    return {
      rows: look.checked(proceed).map((checked, i) => row(checked, single?.[i])),
      ...(value === undefined ? {} : { single: singleCell(value) }),
    };
  } catch (error) {
    if (error instanceof OutOfTime) return { rows: [], problem: l10n.t("the gradient check did not end in time") };
    if (error instanceof Problem) return { rows: [], problem: error.message };
    throw error;
  }
}

/** A function may work on float64 only. */
function orNone<T>(inSingle: () => T): T | undefined {
  try {
    return inSingle();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function row({ label, claimed, reference, errorEstimate, method, verdict }: Checked, single?: number | null): CheckRow {
  const differs = (single: number) =>
    !Object.is(single, claimed) && !(Math.abs(single - claimed) <= VISIBLE * Math.abs(claimed));
  return {
    name: label,
    verdict: verdicts[verdict],
    words: verdictText(verdict),
    method: methodText(method),
    ...(reference === null ? {} : { reference: cell(reference) }),
    ...(errorEstimate === null ? {} : { error: cell(errorEstimate) }),
    ...(typeof single === "number" ? { single: singleCell(single), differs: differs(single) } : {}),
  };
}

const singleCell = (value: number): Cell => ({ value: toJsonNumber(value), text: formatSingle(value) });

const verdicts: Readonly<Record<Checked["verdict"], Verdict>> = {
  right: "right",
  wrong: "wrong",
  "not differentiable here": "not differentiable",
  "differences are not trustworthy here": "not trustworthy",
  "not finite": "not finite",
};

function verdictText(verdict: Checked["verdict"]): string {
  switch (verdict) {
    case "right":
      return l10n.t("right");
    case "wrong":
      return l10n.t("wrong");
    case "not differentiable here":
      return l10n.t("not differentiable here");
    case "differences are not trustworthy here":
      return l10n.t("differences are not trustworthy here");
    case "not finite":
      return l10n.t("not finite");
  }
}

function methodText(method: Checked["method"]): string {
  switch (method) {
    case "complex step":
      return l10n.t("complex step");
    case "central differences":
      return l10n.t("extrapolated central differences");
    case "one-sided differences":
      return l10n.t("one-sided differences");
    case "random directions":
      return l10n.t("differences along random directions");
  }
}
