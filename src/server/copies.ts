/** `gradlens/copy`: what can be copied of a subject, in one format. */
import * as l10n from "@vscode/l10n";
import { javascriptProgram, pythonProgram } from "../analysis/copy";
import type { What } from "../analysis/program";
import { styleOf } from "../analysis/style";
import { type FormulaText, type Look, Problem } from "../analysis/subject";
import type { CopyItem, CopyParams, CopyResult } from "../protocol/lsp";
import { loadTypesetter, mathml } from "../render";
import { definition, derivatives, secondDerivatives } from "./formulas";
import type { Session } from "./session";

export async function copies(session: Session, { subject, point, format }: CopyParams): Promise<CopyResult> {
  let problem: string | undefined;
  const items: CopyItem[] = [];
  /** What there is of these; why there is not more is said once. */
  const add = (make: () => CopyItem[]) => {
    try {
      items.push(...make());
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem ??= error.message;
    }
  };
  try {
    const look = session.look(subject, point);
    const name = subject.kind === "function" ? subject.name : "f";
    if (format === "latex" || format === "mathml") {
      if (format === "mathml") await loadTypesetter();
      const item = ({ latex, text }: FormulaText): CopyItem => ({
        label: text,
        text: format === "latex" ? latex : mathml(latex),
      });
      add(() => [item(definition(look, name))]);
      add(() => derivatives(look, name).map(({ formula }) => item(formula)));
      add(() => [secondDerivatives(look, name)].flatMap((formula) => (formula ? [item(formula)] : [])));
    } else {
      for (const what of parts(look)) add(() => [{ label: labelOf(what, name), text: program(what, look, name) }]);
    }
    function program(what: What, look: Look, name: string): string {
      const analysis = subject.uri === undefined ? undefined : session.analysis(subject.uri);
      const defined = subject.kind === "function" ? analysis?.functionNamed(name) : undefined;
      const style = analysis && styleOf(analysis, defined);
      return format === "javascript"
        ? javascriptProgram(look, what, name, style?.loops)
        : pythonProgram(look, what, name, style);
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    problem = error.message;
  }
  return { items, ...(problem === undefined ? {} : { problem }) };
}

/** Derivatives are of one number by some. */
const parts = (look: Look): What[] =>
  look.labels.length > 0 && look.result().values.length === 1 ? ["value", "gradient", "hessian"] : ["value"];

function labelOf(what: What, name: string): string {
  switch (what) {
    case "value":
      return l10n.t("{0} itself", name);
    case "gradient":
      return l10n.t("the gradient of {0}", name);
    case "hessian":
      return l10n.t("the Hessian of {0}", name);
  }
}
