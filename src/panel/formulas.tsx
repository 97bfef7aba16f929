import * as l10n from "@vscode/l10n";
import type { Formula as FormulaData, View } from "../protocol/lsp";
import { Formula } from "./formula";
import { Scroll } from "./scroll";
import { useSession } from "./use";

function Line({ formula, label }: { formula: FormulaData; label: string }) {
  const session = useSession();
  return (
    <div class="formula-line">
      <Scroll label={label} content={formula.svg}>
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

/** Pixels of formulas that are shown at once. */
const ENOUGH = 420;

const heightOf = ({ svg }: FormulaData): number => 10 + Number(/ height="([\d.]+)/.exec(svg)?.[1] ?? 0);

/** The function, its derivatives and its Hessian in formulas, and where they hold. */
export function Formulas({ view }: { view: View }) {
  const { formula, derivatives, hessianFormula, guards } = view;
  if (!formula && derivatives.length === 0) return null;
  const lines = derivatives.map(({ name, formula: derivative }) => ({
    formula: derivative,
    label: l10n.t("Derivative by {0}", name),
  }));
  if (hessianFormula) lines.push({ formula: hessianFormula, label: l10n.t("Hessian") });
  // What is too much to see at a glance is opened on demand.
  const heights = [...(formula ? [formula] : []), ...lines.map((each) => each.formula)].map(heightOf);
  const until = (count: number) => heights.slice(0, heights.length - lines.length + count).reduce((a, b) => a + b, 0);
  const shown = lines.filter((_, k) => until(k + 1) <= ENOUGH).length;
  const line = (each: (typeof lines)[number]) => <Line key={each.label} formula={each.formula} label={each.label} />;
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
      {lines.slice(0, shown).map(line)}
      {shown < lines.length && (
        <details>
          <summary>
            {l10n.t(
              "Long formulas: {0}",
              lines
                .slice(shown)
                .map(({ label }) => label)
                .join(", "),
            )}
          </summary>
          {lines.slice(shown).map(line)}
        </details>
      )}
    </section>
  );
}
