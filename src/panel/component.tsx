/** Which number of several a function is looked at as. */
import * as l10n from "@vscode/l10n";
import type { Component, View } from "../protocol/lsp";
import { nameOf } from "./export-menu";
import { type Colors, useColors } from "./theme";
import { useSession } from "./use";

/** `f[0]`, `‖f‖`, `½‖f‖²`. */
function componentText(view: View): string {
  const { result } = view;
  const name = nameOf(view);
  switch (result?.component) {
    case undefined:
      return "";
    case "norm":
      return `‖${name}‖`;
    case "squares":
      return `½‖${name}‖²`;
    default:
      return `${name}${result?.labels[result.component as number] ?? ""}`;
  }
}

/** Behind a heading: what it is of. */
export function ComponentName({ view }: { view: View }) {
  const text = componentText(view);
  return text ? <span class="muted component-name">{l10n.t("of {0}", text)}</span> : null;
}

/** The colour of an element's curve; that of what is made of all of them is the text's. */
export const componentColor = (colors: Colors, component: Component): string =>
  typeof component === "number" ? colors.cycle[component % colors.cycle.length]! : colors.foreground;

/** Offers every element, the norm and the sum of squares. */
export function ComponentChooser({ view, label }: { view: View; label: string }) {
  const session = useSession();
  const { result } = view;
  if (!result || result.labels.length < 2) return null;
  return (
    <label>
      {label}{" "}
      <select
        value={String(result.component)}
        onChange={(event) => {
          const { value } = event.currentTarget;
          session.setComponent(value === "norm" || value === "squares" ? value : Number(value));
        }}
      >
        {result.labels.map((each, k) => (
          <option key={each} value={k}>
            {each}
          </option>
        ))}
        <option value="norm">‖·‖ {l10n.t("norm")}</option>
        <option value="squares">½‖·‖² {l10n.t("half the sum of squares")}</option>
      </select>
    </label>
  );
}

/** The curves on a plot, by their colours; a press looks at another. */
export function ComponentLegend({ view, labels }: { view: View; labels: readonly string[] }) {
  const session = useSession();
  const colors = useColors();
  const { component } = view.result ?? {};
  return (
    <fieldset class="layers components" aria-label={l10n.t("Curves")}>
      {labels.map((label, k) => (
        <button
          key={label}
          type="button"
          class="action layer"
          aria-pressed={component === k}
          title={l10n.t("Look at {0}", label)}
          onClick={() => session.setComponent(k)}
        >
          <svg class="swatch-line" width="18" height="8" aria-hidden="true">
            <line x1="0" y1="4" x2="18" y2="4" stroke={componentColor(colors, k)} stroke-width="2.5" />
          </svg>
          {label}
        </button>
      ))}
    </fieldset>
  );
}
