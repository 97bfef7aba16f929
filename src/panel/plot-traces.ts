/** The traces of a plot of samples. */
import * as l10n from "@vscode/l10n";
import { formatNumber } from "../render/numbers";
import { contourLevels, segments, visibleRange } from "../render/sampling";
import type { Trace } from "./chart";
import type { Plot, Range, Trail } from "./session";
import type { Colors } from "./theme";

export function padded([low, high]: readonly [number, number], share = 0.06): Range {
  const pad = high > low ? (high - low) * share : Math.max(Math.abs(low) * 0.5, 1);
  return [low - pad, high + pad];
}

/** The values that a curve's axis shows. */
export const curveRange = (plot: Plot): Range => padded(visibleRange(plot.values, [plot.value]) ?? [-1, 1]);

export function curveTrace(plot: Plot, colors: Colors): Trace {
  const grid = plot.grid[0]!;
  const [low, high] = curveRange(plot);
  const far = 100 * (high - low);
  const x: number[] = [];
  const y: (number | null)[] = [];
  const runs = segments(grid, plot.values, plot.slopes);
  runs.forEach(([start, end], run) => {
    // Towards a pole the curve leaves the picture.
    const leave = (from: number, to: number) => {
      const rise = plot.values[to]! - plot.values[from]!;
      const slope = (plot.slopes?.[from] ?? 0) * (to - from);
      if (slope * rise >= 0) return;
      x.push((grid[from]! + grid[to]!) / 2);
      y.push(plot.values[from]! + Math.sign(slope) * far);
    };
    if (runs[run - 1]?.[1] === start) leave(start, start - 1);
    for (let i = start; i < end; i++) {
      x.push(grid[i]!);
      y.push(plot.values[i]!);
    }
    if (runs[run + 1]?.[0] === end) leave(end - 1, end);
    x.push(grid[end - 1]!);
    y.push(null);
  });
  return {
    type: "scatter",
    mode: "lines",
    x,
    y,
    line: { color: colors.curve, width: 2.2, simplify: false },
    connectgaps: false,
    hovertemplate: `${plot.axes[0]} = %{x:.5~g}<br>%{y:.6~g}<extra></extra>`,
  };
}

export function contourTrace(plot: Plot, colors: Colors, withScale: boolean): Trace {
  const [xs, ys] = [plot.grid[0]!, plot.grid[1]!];
  const levels = contourLevels(plot.values, 10);
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
  const fine = isEven(levels) ? 1 : 3;
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
    text: rows((value) => formatNumber(value, 6)),
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
    hovertemplate: `${plot.axes[0]} = %{x:.5~g}<br>${plot.axes[1]} = %{y:.5~g}<br><b>%{text}</b><extra></extra>`,
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
