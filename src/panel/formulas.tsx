import * as l10n from "@vscode/l10n";
import type { Formula as FormulaData, View } from "../protocol/lsp";
import { Formula } from "./formula";
import { Scroll } from "./scroll";
import { useSession } from "./use";

function Line({ formula, label }: { formula: FormulaData; label: string }) {
  const session = useSession();
  return (
    <div class="formula-line">
      <Scroll label={label}>
        <Formula formula={formula} display />
      </Scroll>
      <button
        type="button"
        class="copy"
        title={l10n.t("Copy LaTeX")}
        aria-label={l10n.t("Copy LaTeX: {0}", label)}
        onClick={() => session.copy(formula.latex)}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M5 2h7l2 2v8h-2M3 4h7v10H3z" />
        </svg>
      </button>
    </div>
  );
}

/** The function, its derivatives and its Hessian in formulas, and where they hold. */
export function Formulas({ view }: { view: View }) {
  const { formula, derivatives, hessianFormula, guards } = view;
  if (!formula && derivatives.length === 0) return null;
  return (
    <section class="formulas" aria-label={l10n.t("Formulas")}>
      {formula && <Line formula={formula} label={l10n.t("Function")} />}
      {guards.length > 0 && (
        <p class="guards">
          {l10n.t("for")}{" "}
          {guards.map((guard, i) => (
            <span key={guard.latex}>
              {i > 0 && ", "}
              <Formula formula={guard} />
            </span>
          ))}
        </p>
      )}
      {derivatives.map(({ name, formula: derivative }) => (
        <Line key={name} formula={derivative} label={l10n.t("Derivative by {0}", name)} />
      ))}
      {hessianFormula && <Line formula={hessianFormula} label={l10n.t("Hessian")} />}
    </section>
  );
}
