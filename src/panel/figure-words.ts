/** The words of a figure: labels without TeX's marks, and what a plot shows in sentences. */
import * as l10n from "@vscode/l10n";
import type { FigureAxes, Series } from "../protocol/figure";
import type { EncodedArray } from "../protocol/values";
import { decodeArray } from "../protocol/values";
import { formatNumber } from "../render/numbers";
import type { CsvRow } from "./csv";

const greek: Record<string, string> = {
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ε",
  varepsilon: "ε",
  zeta: "ζ",
  eta: "η",
  theta: "θ",
  kappa: "κ",
  lambda: "λ",
  mu: "μ",
  nu: "ν",
  xi: "ξ",
  pi: "π",
  rho: "ρ",
  sigma: "σ",
  tau: "τ",
  phi: "φ",
  varphi: "φ",
  chi: "χ",
  psi: "ψ",
  omega: "ω",
  Gamma: "Γ",
  Delta: "Δ",
  Theta: "Θ",
  Lambda: "Λ",
  Sigma: "Σ",
  Phi: "Φ",
  Psi: "Ψ",
  Omega: "Ω",
  nabla: "∇",
  partial: "∂",
  infty: "∞",
  sum: "∑",
  int: "∫",
  prod: "∏",
  cdot: "·",
  times: "×",
  pm: "±",
  leq: "≤",
  le: "≤",
  geq: "≥",
  ge: "≥",
  neq: "≠",
  approx: "≈",
  to: "→",
  rightarrow: "→",
  in: "∈",
  circ: "°",
  prime: "′",
  ell: "ℓ",
};

/** What stands between `$`: its symbols, fractions with a stroke; powers and indices by `raise`. */
function formula(tex: string, raise: (text: string, up: boolean) => string): string {
  let text = tex
    .replace(/\\(?:left|right|displaystyle|,|;|!|:|quad|qquad)(?![a-zA-Z])/g, " ")
    .replace(/\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}/g, "($1)/($2)")
    .replace(/\\sqrt\{([^{}]*)\}/g, "√($1)")
    .replace(
      /\\(?:mathrm|mathbf|mathit|mathcal|text|textbf|operatorname|hat|bar|tilde|vec|boldsymbol)\{([^{}]*)\}/g,
      "$1",
    )
    .replace(/\\([a-zA-Z]+)/g, (_, name: string) => greek[name] ?? name)
    .replace(/\\(.)/g, "$1")
    .replace(/\(([^()+\-*/ ])\)\/\(([^()+\-*/ ]+)\)/g, "$1/$2");
  text = text.replace(/([_^])(?:\{([^{}]*)\}|(.))/g, (_, mark: string, group?: string, one?: string) =>
    raise(group ?? one ?? "", mark === "^"),
  );
  return text.replace(/[{}]/g, "").replace(/\s+/g, " ").trim();
}

const between = (text: string, formulas: (tex: string) => string, words: (text: string) => string): string =>
  text
    .split(/(?<!\\)\$/)
    .map((part, k, all) => (k % 2 === 1 && k < all.length - 1 ? formulas(part) : words(part)))
    .join("")
    .replaceAll("\\$", "$");

/** As Plotly writes text: a few tags, everything else escaped. */
export function rich(text: string): string {
  const escaped = (part: string) => part.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return between(
    text,
    (tex) => formula(escaped(tex), (part, up) => (up ? `<sup>${part}</sup>` : `<sub>${part}</sub>`)),
    (part) => escaped(part).replaceAll("\n", "<br>"),
  );
}

/** As text alone. */
export function plain(text: string): string {
  return between(
    text,
    (tex) => formula(tex, (part, up) => (up ? `^${part}` : `_${part}`)),
    (part) => part,
  );
}

const short = (value: number) => formatNumber(value, 5);

/** The kinds of series that have points, in words. */
function kindOf(series: Series): string {
  switch (series.kind) {
    case "line":
      return series.stroke.dash === "none" && series.marker ? l10n.t("points") : l10n.t("line");
    case "scatter":
      return l10n.t("points");
    case "bars":
      return l10n.t("bars");
    case "area":
      return l10n.t("area");
    case "contour":
      return l10n.t("contours");
    case "cells":
      return l10n.t("image");
    case "arrows":
      return l10n.t("arrows");
    case "surface":
      return l10n.t("surface");
    case "rule":
      return series.vertical ? l10n.t("vertical line") : l10n.t("horizontal line");
    case "text":
      return l10n.t("text");
  }
}

/** The numbers that a series shows: places along the first axis, and values. */
export interface Numbers {
  name: string;
  at: Float64Array;
  values: Float64Array;
}

export function numbersOf(series: Series): Numbers | undefined {
  const name = plain(series.label) || kindOf(series);
  const both = (at: EncodedArray, values: EncodedArray) => ({ name, at: decodeArray(at), values: decodeArray(values) });
  switch (series.kind) {
    case "line":
    case "scatter":
      return both(series.x, series.z ?? series.y);
    case "bars": {
      const [base, lengths] = [decodeArray(series.base), decodeArray(series.lengths)];
      return { name, at: decodeArray(series.at), values: lengths.map((length, k) => base[k]! + length) };
    }
    default:
      return undefined;
  }
}

/** The numbers of all plots, for a file: one row for each point. */
export function* figureRows(axes: FigureAxes[]): Generator<CsvRow> {
  yield ["plot", "series", "x", "y", "z"];
  for (const [k, { title, series }] of axes.entries()) {
    const plot = plain(title) || String(k + 1);
    for (const one of series) {
      const name = plain(one.label) || one.kind;
      for (const [x, y, z] of pointsOf(one)) yield [plot, name, x, y, z];
    }
  }
}

function* pointsOf(series: Series): Generator<readonly [number, number, number?]> {
  switch (series.kind) {
    case "bars": {
      const { at, values } = numbersOf(series)!;
      for (const [k, place] of at.entries()) yield series.horizontal ? [values[k]!, place] : [place, values[k]!];
      return;
    }
    case "contour":
    case "cells": {
      const [x, y, z] = [series.x, series.y, series.z].map(decodeArray) as [Float64Array, Float64Array, Float64Array];
      // Cells stand between their edges; of colours there is no one number.
      const middle = (edges: Float64Array) => edges.subarray(1).map((edge, k) => (edge + edges[k]!) / 2);
      const [columns, rows] = series.kind === "cells" ? [middle(x), middle(y)] : [x, y];
      if (series.kind === "cells" && series.rgb) return;
      for (const [k, value] of z.entries())
        yield [columns[k % columns.length]!, rows[Math.floor(k / columns.length)]!, value];
      return;
    }
    case "rule":
      return;
    case "text":
      yield [series.x, series.y, series.z];
      return;
    default: {
      const [x, y] = [decodeArray(series.x), decodeArray(series.y)];
      const z = "z" in series && series.z ? decodeArray(series.z) : undefined;
      for (const [k, at] of x.entries()) yield [at, y[k]!, z?.[k]];
    }
  }
}

function rangeOf(values: Float64Array): [number, number] | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/** One sentence for each series, after what the plot and its axes are called. */
export function sentences({ title, x, y, series }: FigureAxes): string[] {
  const head = [
    title && plain(title),
    (x.label || y.label) && l10n.t("{0} over {1}", plain(y.label) || "y", plain(x.label) || "x"),
  ].filter((part) => part !== "");
  const parts = series.slice(0, 12).flatMap((one) => {
    const name = one.label ? `${kindOf(one)} “${plain(one.label)}”` : kindOf(one);
    const numbers = numbersOf(one);
    if (one.kind === "text") return [l10n.t("text “{0}”", plain(one.text))];
    if (one.kind === "rule") return [`${name}: ${short(one.at)}`];
    const range = rangeOf(
      numbers?.values ?? ("z" in one && one.z && typeof one.z === "object" ? decodeArray(one.z) : new Float64Array()),
    );
    if (!numbers) return [range ? l10n.t("{0}: values from {1} to {2}", name, short(range[0]), short(range[1])) : name];
    const count = numbers.at.filter((value) => !Number.isNaN(value)).length;
    return [
      range
        ? l10n.t("{0}: {1} points, values from {2} to {3}", name, count, short(range[0]), short(range[1]))
        : l10n.t("{0}: no points", name),
    ];
  });
  if (series.length > 12) parts.push(l10n.t("and {0} more", series.length - 12));
  if (series.length === 0) parts.push(l10n.t("nothing is drawn"));
  const thin = Math.max(1, ...series.map(({ stride = 1 }) => stride));
  if (thin > 1) parts.push(l10n.t("of very many points, every {0}th is shown", thin));
  if ([x, y].some(({ scale }) => scale === "symlog"))
    parts.push(l10n.t("the symmetric logarithmic axis is drawn linear"));
  return [...head, ...parts];
}
