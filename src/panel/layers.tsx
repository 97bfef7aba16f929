/** What a plot shows beside the function: switches, and in words what they show. */
import * as l10n from "@vscode/l10n";
import type { View } from "../protocol/lsp";
import type { PlotLayer } from "../protocol/panel";
import { fromJsonNumber } from "../protocol/values";
import { formatNumber } from "../render/numbers";
import { newtonStep, secondOf } from "./plot-marks";
import { breakText } from "./plot-traces";
import { type Model, type Plot, scalar } from "./session";
import { useSession } from "./use";

export function Layers({ model, plot }: { model: Model; plot: Plot }) {
  const session = useSession();
  const several = plot.components.length === 2 || plot.components.length === 3;
  const offered: [PlotLayer, string][] =
    plot.axes.length === 1
      ? [
          ["derivative", l10n.t("f′")],
          ["second", l10n.t("f″")],
          ["tangent", l10n.t("Tangent")],
          ["circle", l10n.t("Curvature")],
          ...(several ? [["results", l10n.t("Path of the results")] satisfies [PlotLayer, string]] : []),
        ]
      : [
          ["gradient", l10n.t("∇f")],
          ["descent", l10n.t("Descent")],
          ["newton", l10n.t("Newton step")],
          ["field", l10n.t("Field")],
          ["logarithmic", l10n.t("Log levels")],
          ["surface", l10n.t("Surface")],
        ];
  return (
    <fieldset class="layers" aria-label={l10n.t("Shown on the plot")}>
      {offered.map(([layer, label]) => (
        <button
          key={layer}
          type="button"
          class={`action layer layer-${layer}`}
          aria-pressed={model.layers.includes(layer)}
          title={titleOf(layer)}
          onClick={() => session.toggleLayer(layer)}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}

function titleOf(layer: PlotLayer): string {
  switch (layer) {
    case "derivative":
      return l10n.t("The first derivative");
    case "second":
      return l10n.t("The second derivative");
    case "tangent":
      return l10n.t("The tangent at the point");
    case "circle":
      return l10n.t("The circle that has the curve's slope and curvature at the point");
    case "results":
      return l10n.t("The results drawn against each other while the variable moves, with the tangent at the point");
    case "gradient":
      return l10n.t("The gradient at the point: the direction of steepest ascent");
    case "descent":
      return l10n.t("The negative gradient: the direction of steepest descent");
    case "newton":
      return l10n.t("From the point to the stationary point of the quadratic model there");
    case "field":
      return l10n.t("The gradient all over the plane");
    case "surface":
      return l10n.t("The surface below the contours; it turns");
    case "logarithmic":
      return l10n.t("Contour levels that grow by the same factor above the lowest value");
  }
}

const short = (value: number) => formatNumber(value, 5);

/** One line under the plot: breaks of a curve, curvature, where Newton's step leads. */
export function PlotNotes({ model, view, plot }: { model: Model; view: View; plot: Plot }) {
  const notes = plot.breaks.map(breakText);
  const [first = "", second] = plot.axes;
  if (!second && model.layers.includes("circle")) {
    const [curvature, slope] = [secondOf(view, first, first), slopeOf(view, first)];
    const radius = curvature && (1 + slope ** 2) ** 1.5 / Math.abs(curvature);
    if (radius) notes.push(l10n.t("radius of curvature {0}", short(radius)));
    else notes.push(l10n.t("no curvature here"));
  }
  if (second && model.layers.includes("newton")) {
    const step = newtonStep(view, plot.axes);
    const to = step && plot.axes.map((name, k) => short(scalar(model.point, name) + step[k]!)).join(", ");
    notes.push(to ? l10n.t("Newton's step leads to ({0})", to) : l10n.t("the Hessian is singular: no Newton step"));
  }
  return notes.length > 0 ? <p class="notes muted">{notes.join(" · ")}</p> : null;
}

const slopeOf = (view: View, name: string): number => {
  const cell = view.gradient.find((row) => row.name === name)?.automatic;
  return cell ? fromJsonNumber(cell.value) : Number.NaN;
};
