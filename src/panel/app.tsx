/** The page: the views of a function (formulas, point, plot, derivatives), of its minimisation and of a file's run. */
import * as l10n from "@vscode/l10n";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { View } from "../protocol/lsp";
import { Announcer } from "./announcer";
import { Derivatives } from "./derivatives";
import { Formulas } from "./formulas";
import { Header } from "./header";
import { Inputs } from "./inputs";
import { Loops } from "./loops";
import { Hessian, Jacobian, NARROW } from "./matrix";
import { Optimize } from "./optimize";
import { Partial } from "./partial";
import { PlotSection } from "./plot-section";
import { Script } from "./script";
import type { Model, Session } from "./session";
import { Tabs } from "./tabs";
import { TapeView } from "./tape";
import { useStyleColors } from "./theme";
import { SessionContext, showsSingle, useModel } from "./use";

export function App({ session }: { session: Session }) {
  const model = useModel(session);
  useStyleColors();
  // Another view begins at its top.
  useLayoutEffect(() => window.scrollTo(0, 0), [model.tab]);
  if (model.document === undefined && !model.subject) return <FunctionView session={session} model={model} />;
  return (
    <SessionContext.Provider value={session}>
      <Tabs model={model} />
      {model.tab === "script" ? (
        <main id="view" class={model.slow ? "stale" : ""} aria-busy={model.slow}>
          <Script model={model} />
        </main>
      ) : (
        <FunctionView session={session} model={model} />
      )}
    </SessionContext.Provider>
  );
}

function FunctionView({ session, model }: { session: Session; model: Model }) {
  const { view, problem, goTo } = model;
  const main = useRef<HTMLElement>(null);

  useEffect(() => {
    if (!goTo || !view) return;
    const target = main.current?.querySelector<HTMLElement>(`[data-section="${goTo.section}"] h2`) ?? undefined;
    const calm = document.body.classList.contains("vscode-reduce-motion");
    if (goTo.section === "function") window.scrollTo({ top: 0 });
    else target?.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }, [goTo?.request, view !== undefined]);

  if (!view) {
    return (
      <main ref={main} id="view" class="empty">
        {problem ? (
          <>
            <h1>{model.subject?.kind === "function" ? model.subject.name : model.subject?.text}</h1>
            <p class="problem" role="alert">
              {problem}
            </p>
          </>
        ) : model.subject ? (
          <p class={model.slow ? "waiting" : "waiting quiet"} role="status">
            {l10n.t("Computing…")}
          </p>
        ) : (
          <div class="welcome">
            <p class="nabla" aria-hidden="true">
              ∇
            </p>
            <h1>{l10n.t("Put the cursor in a function")}</h1>
            <p>
              {l10n.t(
                "Its value, gradient, Hessian and plot appear here. Or select an expression and run Gradlens: Open Panel.",
              )}
            </p>
          </div>
        )}
      </main>
    );
  }
  return (
    <SessionContext.Provider value={session}>
      <main ref={main} id="view" class={model.slow ? "stale" : ""} aria-busy={model.slow}>
        <Header model={model} view={view} />
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        {view.problem && (
          <p class="problem" role="alert">
            {view.problem}
          </p>
        )}
        {model.tab === "optimize" ? <Optimize model={model} view={view} /> : <Parts model={model} view={view} />}
        <Announcer view={view} />
      </main>
    </SessionContext.Provider>
  );
}

/** What there is to see of the function at the point. */
function Parts({ model, view }: { model: Model; view: View }) {
  const { formula, derivatives, hessianFormula, guards, paths } = view;
  // Long formulas go across the page, short ones above the numbers.
  const narrow = useMemo(() => {
    const pictures = [formula, hessianFormula, ...derivatives.map((derivative) => derivative.formula)];
    return pictures.every((picture) => Number(/ width="([\d.]+)/.exec(picture?.svg ?? "")?.[1] ?? 0) < 340);
  }, [formula, derivatives, hessianFormula]);
  // While the point moves these stay, and with them what is drawn of them.
  const formulas = useMemo(() => <Formulas view={view} />, [formula, derivatives, hessianFormula, guards]);
  const loops = useMemo(() => <Loops view={view} />, [paths]);
  const wide = (view.hessian?.rows.length ?? 0) > NARROW;
  return (
    <>
      {view.partial && <Missing view={view} />}
      {!narrow && formulas}
      <div class="columns">
        <div class="column">
          {narrow && formulas}
          <Inputs model={model} view={view} />
          <Derivatives view={view} single={showsSingle(model, view)} />
          {!wide && <Hessian view={view} />}
        </div>
        <div class="column">
          <Jacobian view={view} />
          <PlotSection model={model} view={view} />
          {loops}
        </div>
      </div>
      {wide && <Hessian view={view} />}
      <TapeView view={view} />
    </>
  );
}

/** What there was no time for. */
function Missing({ view }: { view: View }) {
  const several = view.result !== undefined;
  const missing = [
    !view.value && !several && l10n.t("the value"),
    several && !view.jacobian && l10n.t("the Jacobian"),
    view.gradient.length === 0 && l10n.t("the gradient"),
    !view.hessian && l10n.t("the Hessian"),
    !view.formula && l10n.t("formulas"),
  ].filter((part) => part !== false);
  return (
    <Partial>
      {l10n.t("The time limit was reached. Missing: {0}.", missing.join(", ") || l10n.t("derivatives in formulas"))}
    </Partial>
  );
}
