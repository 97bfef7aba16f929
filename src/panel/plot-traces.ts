/** The traces of a plot of samples. */
import * as l10n from "@vscode/l10n";
import type { PlotLayer } from "../protocol/panel";
import { formatNumber } from "../render/numbers";
import { contourLevels, logarithmicLevels, segments, visibleRange } from "../render/sampling";
import type { Trace } from "./chart";
import { componentColor } from "./component";
import type { Break, Plot, Range, Trail } from "./session";
import type { Colors } from "./theme";

export function padded([low, high]: readonly [number, number], share = 0.06): Range {
  const pad = high > low ? (high - low) * share : Math.max(Math.abs(low) * 0.5, 1);
  return [low - pad, high + pad];
}

/** The curves that are shown: the function, and its derivatives where they are wanted; of several results the others too. */
export function curvesOf(plot: Plot, layers: readonly PlotLayer[], colors: Colors): Curve[] {
  const { component } = plot;
  const name = plot.axes[0]!;
  const color = component === undefined ? colors.curve : componentColor(colors, component);
  const others = plot.components.flatMap(({ label, values, slopes }, k): Curve[] => {
    if (k === component) return [];
    const own = { color: componentColor(colors, k), width: 1.5 };
    return [
      { name: label, kind: "other", values, slopes, ...own },
      ...(layers.includes("derivative")
        ? [
            {
              name: l10n.t("{0}, first derivative by {1}", label, name),
              kind: "derivative",
              values: slopes,
              ...own,
              width: 1.2,
            } as const,
          ]
        : []),
    ];
  });
  return [
    { name: l10n.t("value"), kind: "value", values: plot.values, slopes: plot.slopes, color, width: 2.4 },
    ...(plot.slopes && layers.includes("derivative")
      ? [
          {
            name: l10n.t("first derivative by {0}", name),
            kind: "derivative" as const,
            values: plot.slopes,
            color: component === undefined ? colors.first : color,
            width: 1.6,
          },
        ]
      : []),
    ...(plot.seconds && layers.includes("second")
      ? [
          {
            name: l10n.t("second derivative by {0}", name),
            kind: "derivative" as const,
            values: plot.seconds,
            color: colors.paths[0]!,
            width: 1.6,
          },
        ]
      : []),
    ...others,
  ];
}

export interface Curve {
  name: string;
  /** The function, another of its results, or a derivative of one. */
  kind: "value" | "other" | "derivative";
  values: Float64Array;
  slopes?: Float64Array | undefined;
  color: string;
  width: number;
}

/** The values that a curve's axis shows. */
export function curveRange(plot: Plot, curves: readonly Curve[]): Range {
  const own = visibleRange(plot.values, [plot.value]) ?? [-1, 1];
  const ranges = curves.map(({ values }) => visibleRange(values) ?? own);
  const heights = [own, ...ranges].map(([low, high]) => high - low);
  // The others may be far larger: the function itself must not become flat beside them.
  const most = 2 * (heights[0] || Math.min(...heights.filter((height) => height > 0)));
  let [low, high] = own;
  for (const range of ranges) {
    low = Math.min(low, Math.max(range[0], own[0] - most));
    high = Math.max(high, Math.min(range[1], own[1] + most));
  }
  return padded([low, high]);
}

export function curveTrace(plot: Plot, curve: Curve, [low, high]: Range): Trace {
  const grid = plot.grid[0]!;
  const { values, slopes } = curve;
  const far = 100 * (high - low);
  const x: number[] = [];
  const y: (number | null)[] = [];
  const isValue = curve.kind !== "derivative";
  const breaks = curve.kind === "other" ? [] : plot.breaks;
  // What the function does at a break its derivatives do too, or worse; a kink is a jump of the derivative.
  const cuts = breaks.filter(({ kind }) => kind === "pole" || kind === "jump" || (!isValue && kind === "kink"));
  const runs = segments(grid, values, slopes).flatMap(([start, end]) => {
    const inside = cuts
      .map(({ at }) => grid.findIndex((position) => position >= at))
      .filter((index) => index > start && index < end);
    const ends = [start, ...new Set(inside), end];
    return ends.slice(1).map((to, k): Range => [ends[k]!, to]);
  });
  for (const [start, end] of runs) {
    // Towards a pole the curve leaves the picture; a jump or an edge it meets with the value that it tends to.
    const leave = (from: number, to: number) => {
      const [left, right] = [Math.min(grid[from]!, grid[to]!), Math.max(grid[from]!, grid[to]!)];
      const place = breaks.find(({ at }) => at >= left && at <= right);
      const limit = from < to ? place?.left : place?.right;
      if (isValue && place && place.kind !== "pole" && limit !== undefined && Number.isFinite(limit)) {
        x.push(place.at);
        y.push(limit);
        return;
      }
      const rise = values[to]! - values[from]!;
      const slope = (slopes?.[from] ?? 0) * (to - from);
      if (Number.isFinite(rise) && slope * rise >= 0) return;
      if (!Number.isFinite(rise) && place?.kind !== "pole") return;
      x.push(place?.at ?? (grid[from]! + grid[to]!) / 2);
      y.push(values[from]! + Math.sign(slope) * far);
    };
    if (start > 0) leave(start, start - 1);
    for (let i = start; i < end; i++) {
      x.push(grid[i]!);
      y.push(values[i]!);
      const kink = isValue && breaks.find(({ kind, at }) => kind === "kink" && at > grid[i]! && at < grid[i + 1]!);
      if (kink && i + 1 < end) {
        x.push(kink.at);
        y.push(kink.left);
      }
    }
    if (end < grid.length) leave(end - 1, end);
    x.push(grid[end - 1]!);
    y.push(null);
  }
  const name = curve.kind === "value" ? "" : `<br>${curve.name}`;
  return {
    type: "scatter",
    mode: "lines",
    x,
    y,
    line: { color: curve.color, width: curve.width, simplify: false, dash: isValue ? "solid" : "5px,2px" },
    connectgaps: false,
    hovertemplate: `${plot.axes[0]} = %{x:.5~g}<br>%{y:.6~g}${name}<extra></extra>`,
  };
}

/** The names of several results at their curves, on the right where there is room. */
export function componentNames(plot: Plot, colors: Colors, x: Range, [low, high]: Range): Trace {
  const grid = plot.grid[0]!;
  const placed: { x: number; y: number; label: string; color: string }[] = [];
  plot.components.forEach(({ label, values }, k) => {
    for (let share = 1; share > 0.3; share -= 0.07) {
      const limit = x[0] + (x[1] - x[0]) * share;
      const at = grid.findLastIndex((place, i) => place <= limit && values[i]! >= low && values[i]! <= high);
      if (at < 0 || grid[at]! < x[0]) return;
      const here = { x: grid[at]!, y: values[at]!, label, color: componentColor(colors, k) };
      const isFree = placed.every(
        (other) =>
          Math.abs(other.x - here.x) > 0.06 * (x[1] - x[0]) || Math.abs(other.y - here.y) > 0.06 * (high - low),
      );
      if (!isFree) continue;
      placed.push(here);
      return;
    }
  });
  return {
    type: "scatter",
    mode: "text",
    x: placed.map((each) => each.x),
    y: placed.map((each) => each.y),
    text: placed.map(({ label }) => `<b>${label}</b>`),
    textposition: "top left",
    textfont: { size: 11, color: placed.map(({ color }) => color) },
    hoverinfo: "skip",
  };
}

/** Poles as lines that the curve never meets, the ends of jumps as rings, kinks as diamonds. */
export function breakTraces(plot: Plot, colors: Colors, [low, high]: Range): Trace[] {
  const poles = plot.breaks.filter(({ kind }) => kind === "pole");
  const height = high - low;
  const marks = plot.breaks.flatMap(({ kind, at, left, right }) => {
    if (kind === "kink") return [{ at, y: left, symbol: "diamond-open", text: breakText({ kind, at }) }];
    if (kind !== "jump" && kind !== "edge") return [];
    return [left, right].flatMap((y) =>
      Number.isFinite(y) ? [{ at, y, symbol: "circle-open", text: breakText({ kind, at }) }] : [],
    );
  });
  return [
    {
      type: "scatter",
      mode: "lines",
      x: poles.flatMap(({ at }) => [at, at, at]),
      y: poles.flatMap(() => [low - 50 * height, high + 50 * height, null]),
      line: { color: colors.muted, width: 1, dash: "2px,4px" },
      hoverinfo: "skip",
    },
    {
      type: "scatter",
      mode: "markers",
      x: marks.map(({ at }) => at),
      y: marks.map(({ y }) => y),
      text: marks.map(({ text }) => text),
      marker: { color: colors.curve, size: 9, symbol: marks.map(({ symbol }) => symbol), line: { width: 2 } },
      hovertemplate: "%{text}<br>%{y:.6~g}<extra></extra>",
    },
  ].filter(({ x }) => x.length > 0);
}

export function breakText({ kind, at }: Pick<Break, "kind" | "at">): string {
  const place = formatNumber(at, 6);
  switch (kind) {
    case "pole":
      return l10n.t("pole at {0}", place);
    case "jump":
      return l10n.t("jump at {0}", place);
    case "kink":
      return l10n.t("kink at {0}", place);
    case "edge":
      return l10n.t("edge of the domain at {0}", place);
  }
}

export function contourTrace(plot: Plot, colors: Colors, withScale: boolean, logarithmic: boolean): Trace {
  const [xs, ys] = [plot.grid[0]!, plot.grid[1]!];
  const levels = logarithmic ? logarithmicLevels(plot.values) : contourLevels(plot.values, 10);
  const [low, high] = extent(plot.values);
  // Positions between levels: evenly spaced colours wherever the levels lie.
  const position = (value: number): number | null => {
    if (Number.isNaN(value)) return null;
    const last = levels.length - 1;
    if (last < 0) return 0;
    if (value < levels[0]!) return Math.max(-1, (value - levels[0]!) / (levels[0]! - low || 1));
    if (value >= levels[last]!) return last + Math.min(1, (value - levels[last]!) / (high - levels[last]! || 1));
    let i = 0;
    while (levels[i + 1]! <= value) i++;
    return i + (value - levels[i]!) / (levels[i + 1]! - levels[i]!);
  };
  // Plotly draws straight lines between positions, which bend between levels that are not evenly spaced: more of them.
  const fine = isEven(levels) ? 1 : xs.length > 64 ? 2 : 3;
  const x = refined(xs, fine);
  const y = refined(ys, fine);
  const rows = <T>(map: (value: number) => T): T[][] =>
    Array.from({ length: y.length }, (_, j) =>
      Array.from({ length: x.length }, (_, i) => map(between(plot, i / fine, j / fine))),
    );
  const contrast = colors.kind.startsWith("high");
  const every = Math.ceil(levels.length / 8);
  const ticks = levels.map((_, i) => i).filter((i) => i % every === 0);
  return {
    type: "contour",
    x,
    y,
    z: rows(position),
    customdata: rows((value) => value),
    hoverongaps: false,
    connectgaps: false,
    autocontour: false,
    zauto: false,
    zmin: -1,
    zmax: Math.max(levels.length, 1),
    contours: {
      start: 0,
      end: Math.max(levels.length - 1, 0),
      size: 1,
      coloring: contrast ? "lines" : "fill",
    },
    line: contrast
      ? { width: 1.5 }
      : { width: 0.7, color: colors.kind === "dark" ? "rgba(0, 0, 0, 0.35)" : "rgba(255, 255, 255, 0.75)" },
    colorscale: colors.ramp,
    showscale: withScale,
    colorbar: {
      thickness: 8,
      outlinewidth: 0,
      tickvals: ticks,
      ticktext: ticks.map((i) => formatNumber(levels[i]!, 3)),
      tickfont: { size: 10, color: colors.muted },
      ticks: "",
      xpad: 8,
      ypad: 0,
      len: 1,
      lenmode: "fraction",
    },
    hovertemplate: `${plot.axes[0]} = %{x:.5~g}<br>${plot.axes[1]} = %{y:.5~g}<br><b>%{customdata:.6~g}</b><extra></extra>`,
  };
}

const isEven = (levels: number[]): boolean =>
  levels.length < 3 ||
  levels.every((level, i) => i === 0 || Math.abs((level - levels[i - 1]!) / (levels[1]! - levels[0]!) - 1) < 1e-6);

const refined = (grid: ArrayLike<number>, times: number): number[] =>
  Array.from({ length: (grid.length - 1) * times + 1 }, (_, i) => {
    const left = Math.min(Math.floor(i / times), grid.length - 2);
    return grid[left]! + (grid[left + 1]! - grid[left]!) * (i / times - left);
  });

/** The value between samples: bilinear. */
function between(plot: Plot, i: number, j: number): number {
  const columns = plot.grid[0]!.length;
  const [left, low] = [Math.floor(i), Math.floor(j)];
  const [u, v] = [i - left, j - low];
  const at = (column: number, row: number) => plot.values[row * columns + column]!;
  const row = (index: number) => (u === 0 ? at(left, index) : at(left, index) * (1 - u) + at(left + 1, index) * u);
  return v === 0 ? row(low) : row(low) * (1 - v) + row(low + 1) * v;
}

/** A path is drawn with at most this many vertices. */
const VERTICES = 2000;

/** @param over how many paths are drawn over this one: it is as much wider, so that it shows where they coincide */
export function trailTraces(trail: Trail, color: string, colors: Colors, over = 0): Trace[] {
  const { length } = trail.x;
  const stride = Math.max(1, Math.ceil(length / VERTICES));
  const index = Array.from({ length }, (_, i) => i).filter((i) => i % stride === 0 || i === length - 1);
  const x = index.map((i) => trail.x[i]!);
  const y = index.map((i) => trail.y[i]!);
  const last = index.findLastIndex((_, k) => Number.isFinite(x[k]) && Number.isFinite(y[k]));
  const name = trail.label.replace(/</g, "&lt;");
  return [
    {
      type: "scatter",
      mode: "lines",
      x,
      y,
      line: { color: colors.background, width: 5 + 4 * over },
      opacity: 0.6,
      hoverinfo: "skip",
    },
    {
      type: "scatter",
      mode: index.length <= 150 ? "lines+markers" : "lines",
      x,
      y,
      text: index.map((i) => l10n.t("step {0}", i)),
      line: { color, width: 2 + 4 * over },
      marker: { color, size: 5 + 4 * over },
      hovertemplate: `${name}<br>%{text}<br>%{x:.6~g}, %{y:.6~g}<extra></extra>`,
    },
    {
      type: "scatter",
      mode: "markers",
      x: [x[last]],
      y: [y[last]],
      marker: { color, size: 11 + 6 * over, symbol: "diamond", line: { color: colors.background, width: 1.5 } },
      hoverinfo: "skip",
    },
  ];
}

export function extent(values: ArrayLike<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
