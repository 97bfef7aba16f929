/** The traces and the layout of one plot of a script's figure. */
import type {
  AreaSeries,
  ArrowsSeries,
  BarsSeries,
  CellsSeries,
  ColorMap,
  ContourSeries,
  FigureAxes,
  FigureAxis,
  LineSeries,
  ScatterSeries,
  Series,
  Stroke,
} from "../protocol/figure";
import { decodeArray } from "../protocol/values";
import { formatNumber } from "../render/numbers";
import { axis, baseLayout, type Layout, type Trace } from "./chart";
import { plain, rich } from "./figure-words";
import { type Colors, named } from "./theme";

export interface Drawing {
  traces: Trace[];
  layout: Layout;
}

/** @param twins axes that lie over this one, with an axis of their own */
export function drawingOf(axes: FigureAxes, twins: readonly FigureAxes[], theme: Colors): Drawing {
  // On an image the colours are the script's own: they were chosen for it, not for the page.
  const covered = axes.series.some((series) => series.kind === "cells" || (series.kind === "contour" && series.filled));
  const colors: Colors = covered
    ? { ...theme, legible: (color) => (/^C\d$/.test(color) ? theme.legible(color) : `rgb(${named(color).join(", ")})`) }
    : theme;
  const traces: Trace[] = [];
  const shapes: Layout[] = [];
  const annotations: Layout[] = [];
  const layers = [axes, ...twins];
  layers.forEach((layer, k) => {
    const place = {
      xaxis: layer.over?.own === "x" ? `x${k + 1}` : "x",
      yaxis: layer.over?.own === "y" ? `y${k + 1}` : "y",
    };
    for (const series of layer.series) {
      traces.push(...tracesOf(polar(series, axes), layer, colors).map((trace) => ({ ...place, ...trace })));
      shapes.push(...shapesOf(series, colors, place));
      annotations.push(...wordsOf(series, colors, place, axes));
    }
  });
  const bar = layers.find((layer) => layer.colorbar);
  const mapped = traces.findLast((trace) => "colorscale" in trace || "colorscale" in ((trace.marker ?? {}) as Trace));
  if (bar && mapped) showScale(mapped, bar.colorbar!.label, colors);
  const layout: Layout = {
    ...baseLayout(colors),
    margin: marginsOf(layers, axes),
    barmode: "overlay",
    bargap: 0,
    shapes: [...shapes, ...(axes.projection === "polar" ? rings(axes, colors) : [])],
    annotations,
    xaxis: axisOf(axes, axes.x, colors, axes.projection === "polar" ? {} : { automargin: false }),
    yaxis: axisOf(axes, axes.y, colors, axes.equal ? { scaleanchor: "x", scaleratio: 1, constrain: "domain" } : {}),
  };
  if (axes.equal) layout.xaxis = { ...(layout.xaxis as Layout), constrain: "domain" };
  if (axes.projection === "polar") {
    const far = Math.max(Math.abs(axes.y.limits[0]), Math.abs(axes.y.limits[1]));
    const hidden = { visible: false, range: [-far, far], type: "linear" };
    layout.xaxis = { ...(layout.xaxis as Layout), ...hidden };
    layout.yaxis = { ...(layout.yaxis as Layout), ...hidden, scaleanchor: "x", scaleratio: 1 };
  }
  twins.forEach((twin, k) => {
    const side = twin.over!.own === "y" ? { overlaying: "y", side: "right" } : { overlaying: "x", side: "top" };
    const own = twin.over!.own;
    layout[`${own}axis${k + 2}`] = axisOf(twin, twin[own], colors, { ...side, showgrid: false });
  });
  return { traces, layout };
}

function marginsOf(layers: readonly FigureAxes[], { frame, x, y }: FigureAxes): Layout {
  const right = layers.some(({ over }) => over?.own === "y");
  const top = layers.some(({ over }) => over?.own === "x");
  const bare = !frame;
  return {
    l: bare ? 8 : y.label ? 60 : 46,
    r: right ? 60 : 12,
    t: top ? 44 : 8,
    b: bare ? 8 : x.label ? 44 : 28,
  };
}

function axisOf(
  { grid, frame }: FigureAxes,
  { label, limits, scale, ticks }: FigureAxis,
  colors: Colors,
  more: Layout,
) {
  const log = scale === "log";
  const own: Layout = {
    type: log ? "log" : "linear",
    range: log ? limits.map((end) => Math.log10(end)) : limits,
    showgrid: grid,
    zeroline: false,
    visible: frame,
    mirror: true,
    nticks: 7,
    // Digits between the powers of ten only where there are few of these.
    ...(log
      ? { exponentformat: "power", dtick: Math.abs(Math.log10(limits[1] / limits[0])) > 1.5 ? 1 : undefined }
      : {}),
    ...(ticks
      ? { tickmode: "array", tickvals: ticks.at, ...(ticks.labels ? { ticktext: ticks.labels.map(rich) } : {}) }
      : {}),
    ...more,
  };
  return axis(colors, rich(label), own);
}

function showScale(trace: Trace, label: string, colors: Colors): void {
  const colorbar = {
    ...(((trace.marker ?? trace) as Trace).colorbar as Layout | undefined),
    thickness: 10,
    outlinewidth: 0,
    tickfont: { size: 11, color: colors.muted },
    title: { text: rich(label), side: "right", font: { size: 12, color: colors.foreground } },
    ypad: 0,
    xpad: 6,
    len: 1,
    exponentformat: "e",
  };
  if (trace.marker) trace.marker = { ...(trace.marker as Trace), showscale: true, colorbar };
  else Object.assign(trace, { showscale: true, colorbar });
}

// ── series ──────────────────────────────────────────────────────────────────

/** A point at an angle and a distance, in the plane. */
function polar(series: Series, { projection }: FigureAxes): Series {
  if (projection !== "polar" || !("x" in series) || typeof series.x === "number") return series;
  if (series.kind !== "line" && series.kind !== "scatter" && series.kind !== "area") return series;
  const [angle, radius] = [decodeArray(series.x), decodeArray(series.y)];
  const turned = (by: (x: number) => number) => ({
    shape: series.x.shape,
    numbers: radius.map((r, k) => r * by(angle[k]!)),
  });
  return { ...series, x: turned(Math.cos), y: turned(Math.sin) } as unknown as Series;
}

/** Circles at round distances. */
function rings({ y }: FigureAxes, colors: Colors): Layout[] {
  const far = Math.max(Math.abs(y.limits[0]), Math.abs(y.limits[1]));
  return [0.25, 0.5, 0.75, 1].map((share) => ({
    type: "circle",
    layer: "below",
    x0: -far * share,
    y0: -far * share,
    x1: far * share,
    y1: far * share,
    line: { color: share === 1 ? colors.axis : colors.grid, width: 1 },
  }));
}

/** Numbers that travelled, or were computed here. */
const numbers = (array: LineSeries["x"] | { numbers: Float64Array }): Float64Array =>
  "numbers" in array ? array.numbers : decodeArray(array);
const gaps = (values: Float64Array): (number | null)[] =>
  Array.from(values, (value) => (Number.isFinite(value) ? value : null));

function tracesOf(series: Series, axes: FigureAxes, colors: Colors): Trace[] {
  switch (series.kind) {
    case "line":
      return [lineTrace(series, axes, colors)];
    case "scatter":
      return [scatterTrace(series, axes, colors)];
    case "bars":
      return [barTrace(series, colors)];
    case "area":
      return [areaTrace(series, colors)];
    case "contour":
      return [contourTrace(series, colors)];
    case "cells":
      return [cellsTrace(series)];
    case "arrows":
      return [arrowTrace(series, axes, colors)];
    default:
      return [];
  }
}

const nameOf = ({ label }: Series): string => (label ? `${rich(label)}<br>` : "");
const hover = (series: Series, { x, y }: FigureAxes): string =>
  `${nameOf(series)}${rich(x.label) || "x"} = %{x:.6~g}<br>${rich(y.label) || "y"} = %{y:.6~g}<extra></extra>`;

const dashes: Record<Stroke["dash"], string> = {
  solid: "solid",
  dash: "dash",
  dot: "dot",
  dashdot: "dashdot",
  none: "",
};
const shapes: Record<LineSeries["step"], string> = { none: "linear", pre: "vh", mid: "hvh", post: "hv" };

/** Points at 72 to the inch are a third more at 96. */
const pixels = (points: number): number => (points * 4) / 3;

function lineTrace(series: LineSeries, axes: FigureAxes, colors: Colors): Trace {
  const { stroke, marker, markerSize, markerColor, step, alpha, xError, yError } = series;
  const lines = stroke.dash !== "none" && stroke.color !== "" && stroke.width > 0;
  const color = stroke.color ? colors.legible(stroke.color) : "rgba(0,0,0,0)";
  const error = (sides: LineSeries["xError"]) =>
    sides && {
      type: "data",
      symmetric: false,
      array: numbers(sides[1]),
      arrayminus: numbers(sides[0]),
      color,
      thickness: 1.2,
      width: 3,
    };
  return {
    type: "scatter",
    mode: [lines ? "lines" : "", marker ? "markers" : ""].filter(Boolean).join("+") || "none",
    x: gaps(numbers(series.x)),
    y: gaps(numbers(series.y)),
    opacity: alpha,
    line: { color, width: pixels(stroke.width), dash: dashes[stroke.dash], shape: shapes[step] },
    marker: markerOf(marker, pixels(markerSize), markerColor ? colors.legible(markerColor) : color),
    connectgaps: false,
    ...(xError ? { error_x: error(xError) } : {}),
    ...(yError ? { error_y: error(yError) } : {}),
    hovertemplate: hover(series, axes),
  };
}

const symbols: Record<string, string> = {
  ".": "circle",
  ",": "circle",
  o: "circle",
  v: "triangle-down",
  "^": "triangle-up",
  "<": "triangle-left",
  ">": "triangle-right",
  "1": "y-down-open",
  "2": "y-up-open",
  "3": "y-left-open",
  "4": "y-right-open",
  "8": "octagon",
  s: "square",
  p: "pentagon",
  P: "cross",
  "*": "star",
  h: "hexagon2",
  H: "hexagon",
  "+": "cross-thin-open",
  x: "x-thin-open",
  X: "x",
  D: "diamond",
  d: "diamond-tall",
  "|": "line-ns-open",
  _: "line-ew-open",
};

function markerOf(marker: string, size: number | number[], color: unknown): Trace {
  const symbol = symbols[marker] ?? "circle";
  const small = marker === "." ? 0.5 : marker === "," ? 0.2 : 1;
  return {
    symbol,
    size: Array.isArray(size) ? size.map((one) => one * small) : Math.max(size * small, 2),
    color,
    line: symbol.endsWith("open") ? { color, width: 1.5 } : { width: 0 },
  };
}

function scatterTrace(series: ScatterSeries, axes: FigureAxes, colors: Colors): Trace {
  const sizes = Array.from(numbers(series.sizes), (size) => Math.max(pixels(size), 2));
  const size = sizes.length === 1 ? sizes[0]! : sizes;
  const own = series.colors.map((color) => (color ? colors.legible(color) : "rgba(0,0,0,0)"));
  const { map, values } = series;
  const mapped = map && values ? numbers(values) : undefined;
  const marker = markerOf(series.marker, size, mapped ?? (own.length === 1 ? own[0] : own));
  return {
    type: "scatter",
    mode: "markers",
    x: gaps(numbers(series.x)),
    y: gaps(numbers(series.y)),
    opacity: series.alpha,
    marker: map && mapped ? { ...marker, ...scaleOf(map), cmin: map.low, cmax: map.high, line: { width: 0 } } : marker,
    ...(mapped ? { text: Array.from(mapped, (value) => formatNumber(value, 6)) } : {}),
    hovertemplate: hover(series, axes).replace("<extra>", mapped ? "<br><b>%{text}</b><extra>" : "<extra>"),
  };
}

function barTrace(series: BarsSeries, colors: Colors): Trace {
  const [at, lengths, widths] = [numbers(series.at), numbers(series.lengths), numbers(series.widths)];
  const own = series.colors.map((color) => (color ? colors.legible(color) : "rgba(0,0,0,0)"));
  const color = own.length === 1 ? own[0] : Array.from(at, (_, k) => own[k % own.length]);
  const error = series.error && {
    type: "data",
    symmetric: false,
    array: numbers(series.error[1]),
    arrayminus: numbers(series.error[0]),
    color: colors.foreground,
    thickness: 1.2,
    width: 3,
  };
  // Bars side by side are told apart by a line in the page's colour.
  const touching = at.length > 1 && Math.abs(at[1]! - at[0]!) <= widths[0]! * 1.001;
  return {
    type: "bar",
    orientation: series.horizontal ? "h" : "v",
    [series.horizontal ? "y" : "x"]: at,
    [series.horizontal ? "x" : "y"]: lengths,
    base: numbers(series.base),
    width: widths,
    opacity: series.alpha,
    marker: { color, line: { color: colors.background, width: touching && at.length <= 100 ? 1 : 0 } },
    ...(error ? { [series.horizontal ? "error_x" : "error_y"]: error } : {}),
    hovertemplate: `${nameOf(series)}%{x:.6~g}<br>%{y:.6~g}<extra></extra>`,
  };
}

/** With the opacity in the colour: outlines keep theirs. */
const faded = (color: string, alpha: number): string => color.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);

function areaTrace(series: AreaSeries, colors: Colors): Trace {
  const fill = series.color ? faded(colors.legible(series.color), series.alpha) : "rgba(0,0,0,0)";
  return {
    type: "scatter",
    mode: "lines",
    x: gaps(numbers(series.x)),
    y: gaps(numbers(series.y)),
    fill: "toself",
    fillcolor: fill,
    line: { width: series.edge ? 1 : 0, color: series.edge ? colors.legible(series.edge) : fill },
    hoverinfo: "skip",
  };
}

/** Where a value stands between a map's ends, from 0 to 1. */
export function shareOf({ low, high, log }: ColorMap, value: number): number {
  const [from, to, at] = log ? [Math.log(low), Math.log(high), Math.log(value)] : [low, high, value];
  return to > from ? Math.min(Math.max((at - from) / (to - from), 0), 1) : 0.5;
}

function scaleOf({ colors }: ColorMap): { colorscale: [number, string][] } {
  if (colors.length === 1) return { colorscale: [0, 1].map((at) => [at, colors[0]!]) };
  return { colorscale: colors.map((color, k) => [k / (colors.length - 1), color]) };
}

/** Red, green and blue of the map at `share` of the way. */
export function colorIn({ colors }: ColorMap, share: number): [number, number, number] {
  const at = share * (colors.length - 1);
  const left = Math.min(Math.floor(at), colors.length - 1);
  const [from, to] = [hexParts(colors[left]!), hexParts(colors[Math.min(left + 1, colors.length - 1)]!)];
  return from.map((part, k) => Math.round(part + (to[k]! - part) * (at - left))) as [number, number, number];
}
const hexParts = (color: string): number[] => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) || 0);

const rowsOf = <T>(values: Float64Array, columns: number, map: (value: number) => T): T[][] =>
  Array.from({ length: values.length / columns }, (_, row) =>
    Array.from(values.subarray(row * columns, (row + 1) * columns), map),
  );

function contourTrace(series: ContourSeries, colors: Colors): Trace {
  const levels = Array.from(numbers(series.levels));
  const [x, z] = [numbers(series.x), numbers(series.z)];
  const last = levels.length - 1;
  const step = levels.length > 1 ? (levels[last]! - levels[0]!) / last : 1;
  const even = levels.every((level, k) => Math.abs(level - levels[0]! - k * step) <= Math.abs(step) * 1e-6);
  // Plotly's levels lie evenly: others are drawn at their numbers, and values in between at their share of the way.
  const position = (value: number): number => {
    if (even || last < 1) return value;
    if (value <= levels[0]!) return (value - levels[0]!) / (levels[1]! - levels[0]!);
    if (value >= levels[last]!) return last + (value - levels[last]!) / (levels[last]! - levels[last - 1]!);
    let k = 0;
    while (levels[k + 1]! <= value) k++;
    return k + (value - levels[k]!) / (levels[k + 1]! - levels[k]!);
  };
  const first = even ? levels[0]! : 0;
  const end = even ? levels[last]! : last;
  const { map } = series;
  const stops = map
    ? levels.map((level, k): [number, string] => [
        last > 0 ? k / last : 0,
        `rgb(${colorIn(map, shareOf(map, level)).join(", ")})`,
      ])
    : [];
  if (stops.length === 1) stops.push([1, stops[0]![1]]);
  const ticks = levels.map((_, k) => k).filter((k) => k % Math.ceil(levels.length / 8) === 0);
  const single = series.color ? colors.legible(series.color) : undefined;
  return {
    type: "contour",
    x,
    y: numbers(series.y),
    z: rowsOf(z, x.length, (value) => (Number.isFinite(value) ? position(value) : null)),
    text: rowsOf(z, x.length, (value) => formatNumber(value, 6)),
    opacity: series.alpha,
    autocontour: false,
    zauto: false,
    zmin: first,
    zmax: end > first ? end : first + 1,
    contours: {
      start: first,
      end,
      size: even ? step || 1 : 1,
      coloring: series.filled ? "fill" : single ? "none" : "lines",
      showlabels: series.labels && even,
      labelfont: { size: 10, color: colors.foreground },
    },
    line: { width: series.filled ? 0 : 1.6, ...(single ? { color: single } : {}) },
    ...(stops.length > 0 ? { colorscale: stops } : {}),
    showscale: false,
    colorbar: {
      tickvals: ticks.map((k) => (even ? levels[k] : k)),
      ticktext: ticks.map((k) => formatNumber(levels[k]!, 4)),
    },
    hoverongaps: false,
    hovertemplate: "x = %{x:.5~g}<br>y = %{y:.5~g}<br><b>%{text}</b><extra></extra>",
  };
}

function cellsTrace(series: CellsSeries): Trace {
  const [x, y, z] = [numbers(series.x), numbers(series.y), numbers(series.z)];
  const columns = x.length - 1;
  const { map } = series;
  if (series.rgb) {
    // A heat map has numbers for its colours: those of a palette with eight steps of red, green and blue.
    const step = (share: number) => Math.round(Math.min(Math.max(share, 0), 1) * 7);
    const places = Float64Array.from({ length: z.length / 3 }, (_, k) =>
      [0, 1, 2].reduce((place, channel) => place * 8 + step(z[3 * k + channel]!), 0),
    );
    const colors = Array.from({ length: 512 }, (_, k) =>
      [k >> 6, (k >> 3) & 7, k & 7].map((part) => Math.round((part / 7) * 255)).join(", "),
    );
    return {
      type: "heatmap",
      x,
      y,
      z: rowsOf(places, columns, (place) => place),
      zauto: false,
      zmin: -0.5,
      zmax: 511.5,
      colorscale: colors.flatMap((color, k) => [k, k + 1].map((at): [number, string] => [at / 512, `rgb(${color})`])),
      showscale: false,
      hoverinfo: "skip",
    };
  }
  const scaled = (value: number) => (map.log ? Math.log10(value) : value);
  const [low, high] = [scaled(map.low), scaled(map.high)];
  return {
    type: "heatmap",
    x,
    y,
    z: rowsOf(z, columns, (value) => (Number.isFinite(scaled(value)) ? scaled(value) : null)),
    text: rowsOf(z, columns, (value) => formatNumber(value, 6)),
    opacity: series.alpha,
    zauto: false,
    zmin: low,
    zmax: high > low ? high : low + 1,
    ...scaleOf(map),
    showscale: false,
    colorbar: map.log
      ? {
          tickvals: [low, (low + high) / 2, high],
          ticktext: [low, (low + high) / 2, high].map((at) => formatNumber(10 ** at, 3)),
        }
      : {},
    hoverongaps: false,
    hovertemplate: "x = %{x:.5~g}<br>y = %{y:.5~g}<br><b>%{text}</b><extra></extra>",
  };
}

/** Shafts and heads as one line; heads are as wide as they look on a plot about as high as wide. */
function arrowTrace(series: ArrowsSeries, { x: across, y: up }: FigureAxes, colors: Colors): Trace {
  const [x, y, toX, toY] = [numbers(series.x), numbers(series.y), numbers(series.toX), numbers(series.toY)];
  const unit = [across, up].map(({ limits }) => Math.abs(limits[1] - limits[0]) || 1) as [number, number];
  const xs: (number | null)[] = [];
  const ys: (number | null)[] = [];
  x.forEach((fromX, k) => {
    const [dx, dy] = [(toX[k]! - fromX) / unit[0], (toY[k]! - y[k]!) / unit[1]];
    const length = Math.hypot(dx, dy);
    if (!(length > 0)) return;
    const size = Math.min(0.02, length * 0.4);
    const side = (turn: number): [number, number] => {
      const angle = Math.atan2(dy, dx) + Math.PI + turn;
      return [toX[k]! + size * Math.cos(angle) * unit[0], toY[k]! + size * Math.sin(angle) * unit[1]];
    };
    const [left, right] = [side(0.45), side(-0.45)];
    xs.push(fromX, toX[k]!, left[0], toX[k]!, right[0], null);
    ys.push(y[k]!, toY[k]!, left[1], toY[k]!, right[1], null);
  });
  return {
    type: "scatter",
    mode: "lines",
    x: xs,
    y: ys,
    opacity: series.alpha,
    line: { color: colors.legible(series.color), width: 1.4 },
    hoverinfo: "skip",
  };
}

// ── lines across, words ─────────────────────────────────────────────────────

interface Place {
  xaxis: string;
  yaxis: string;
}

function shapesOf(series: Series, colors: Colors, { xaxis, yaxis }: Place): Layout[] {
  if (series.kind !== "rule") return [];
  const { vertical, at, to, stroke, alpha } = series;
  const color = colors.legible(stroke.color || "C0");
  const across = { [vertical ? "x0" : "y0"]: at, [vertical ? "x1" : "y1"]: to ?? at };
  const along = vertical ? { y0: 0, y1: 1 } : { x0: 0, x1: 1 };
  return [
    {
      type: to === undefined ? "line" : "rect",
      xref: vertical ? xaxis : "x domain",
      yref: vertical ? "y domain" : yaxis,
      ...across,
      ...along,
      opacity: alpha,
      ...(to === undefined
        ? { line: { color, width: pixels(stroke.width), dash: dashes[stroke.dash] || "solid" } }
        : { fillcolor: color, line: { width: 0 }, layer: "below" }),
    },
  ];
}

function wordsOf(series: Series, colors: Colors, { xaxis, yaxis }: Place, axes: FigureAxes): Layout[] {
  if (series.kind !== "text") return [];
  const { text, x, y, relative, target, horizontal, vertical } = series;
  // On a logarithmic axis, annotations stand at exponents.
  const along = (value: number, { scale }: FigureAxis) => (scale === "log" && !relative ? Math.log10(value) : value);
  const color = colors.legible(series.color);
  const common = {
    text: rich(text),
    font: { size: 12, color },
    xanchor: horizontal,
    yanchor: vertical,
    xref: relative ? "x domain" : xaxis,
    yref: relative ? "y domain" : yaxis,
    hovertext: plain(text),
    // Words on the wedges of a pie.
    ...(axes.frame ? {} : { bgcolor: faded(colors.background, 0.6), borderpad: 1 }),
  };
  if (!target) return [{ ...common, x: along(x, axes.x), y: along(y, axes.y), showarrow: false, captureevents: false }];
  return [
    {
      ...common,
      x: along(target[0], axes.x),
      y: along(target[1], axes.y),
      ax: along(x, axes.x),
      ay: along(y, axes.y),
      axref: xaxis,
      ayref: yaxis,
      showarrow: true,
      arrowhead: 2,
      arrowsize: 1,
      arrowwidth: 1.3,
      arrowcolor: color,
    },
  ];
}
