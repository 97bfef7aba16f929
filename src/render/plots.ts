/** Small plots for hovers: complete SVG documents that bring their own colours. */
import { contours } from "d3-contour";
import { formatNumber, roundToStep } from "./numbers";
import { axisTicks, contourLevels, indexOf, segments, visibleRange } from "./sampling";
import { element, escapeXml, short } from "./svg";
import type { PlotTheme } from "./theme";

/** What a plot shows: the answer of `gradlens/plot`, decoded. */
export interface PlotInput {
  axes: readonly string[];
  window: readonly (readonly [number, number] | readonly number[])[];
  /** Sample positions along each axis, evenly spaced. */
  grid: readonly ArrayLike<number>[];
  /** [n] for a curve, [ny, nx] row by row for contours; NaN where there is no value. */
  values: ArrayLike<number>;
  /** The derivative along a curve. */
  slopes?: ArrayLike<number>;
  point: readonly number[];
  value: number;
  /** At the point, along the axes. */
  gradient: readonly number[];
}

/** A path that an optimizer or a training loop took. */
export interface PlotPath {
  label: string;
  x: ArrayLike<number>;
  /** The other axis of contours; the function's values along a curve. */
  y: ArrayLike<number>;
}

export interface PlotOptions {
  theme: PlotTheme;
  width?: number;
  height?: number;
  /** Read by screen readers: what is plotted. */
  title?: string;
  /** The same at length. */
  description?: string;
  paths?: readonly PlotPath[];
}

export interface Plot {
  svg: string;
  width: number;
  height: number;
}

const WIDTH = 320;
const HEIGHT = 200;
const FONT = 10;
const CHAR = 5.9;
const FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
  x: (value: number) => number;
  y: (value: number) => number;
}

/** The curve of a function of one variable, with its tangent at the point. */
export function curvePlot(data: PlotInput, options: PlotOptions): Plot {
  const { theme, width = WIDTH, height = HEIGHT, paths = [] } = options;
  const xs = data.grid[0]!;
  const [x0 = 0, x1 = 1] = data.window[0] ?? [];
  const [px = Number.NaN] = data.point;
  const shown = visibleRange(data.values, [data.value]) ?? [-1, 1];
  const [y0, y1] = padded(shown);

  const yTicks = axisTicks(y0, y1, 4);
  const labels = yTicks.map((tick) => tickLabel(tick, yTicks));
  const left = 10 + Math.max(...labels.map((label) => label.length), 1) * CHAR;
  const frame = newFrame(left, 10, width - 12, height - 20, [x0, x1], [y0, y1]);
  const nameX = frame.right - nameWidth(data.axes[0]);
  const clip = clipId(data);

  const runs = segments(xs, data.values, data.slopes);
  const curve = runs
    .map(([start, end], run) => {
      const points: Position[] = [];
      for (let i = start; i < end; i++) points.push(position(frame, xs[i]!, data.values[i]!));
      // Towards a pole the curve leaves the picture, wherever the last sample happens to lie.
      const leave = (from: number, to: number) => {
        const rise = data.values[to]! - data.values[from]!;
        const slope = (data.slopes?.[from] ?? 0) * (to - from);
        return slope * rise < 0
          ? [position(frame, (xs[from]! + xs[to]!) / 2, Math.sign(slope) * Number.MAX_VALUE)]
          : [];
      };
      if (runs[run - 1]?.[1] === start) points.unshift(...leave(start, start - 1));
      if (runs[run + 1]?.[0] === end) points.push(...leave(end - 1, end));
      return polyline(points);
    })
    .join("");

  const [slope = Number.NaN] = data.gradient;
  const hasPoint = Number.isFinite(px) && Number.isFinite(data.value);
  const tangent =
    hasPoint && Number.isFinite(slope)
      ? element("path", {
          d: tangentLine(frame, px, data.value, slope),
          stroke: theme.tangent,
          "stroke-width": 1.5,
          "stroke-dasharray": "5 3",
        })
      : undefined;

  return svg(
    width,
    height,
    options,
    defs(clip, frame),
    axes(frame, theme, axisTicks(x0, x1, 5), yTicks, labels, [x0, x1], [y0, y1], nameX),
    element(
      "g",
      { "clip-path": `url(#${clip})`, fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round" },
      element("path", { d: curve, stroke: theme.curve, "stroke-width": 2 }),
      tangent,
      ...paths.map((path, i) => pathMarks(frame, path, theme, i)),
    ),
    hasPoint && dot(frame.x(px), frame.y(data.value), theme),
    axisName(data.axes[0] ?? "", nameX, height - 5, theme),
  );
}

/** Contours of a function of two variables, with the direction of its gradient at the point. */
export function contourPlot(data: PlotInput, options: PlotOptions): Plot {
  const { theme, width = WIDTH, height = HEIGHT, paths = [] } = options;
  const [xs, ys] = [data.grid[0]!, data.grid[1]!];
  const [x0 = 0, x1 = 1] = data.window[0] ?? [];
  const [y0 = 0, y1 = 1] = data.window[1] ?? [];
  const [px = Number.NaN, py = Number.NaN] = data.point;

  const yTicks = axisTicks(y0, y1, 4);
  const labels = yTicks.map((tick) => tickLabel(tick, yTicks));
  const levels = contourLevels(data.values);
  const levelLabels = levels.map((level) => formatNumber(level, 2));
  const barWidth = levels.length ? 16 + Math.max(...levelLabels.map((label) => label.length)) * (CHAR - 0.5) : 0;
  const left = 10 + Math.max(...labels.map((label) => label.length), 1) * CHAR;
  const frame = newFrame(left, 18, width - 10 - barWidth, height - 20, [x0, x1], [y0, y1]);
  const nameX = Math.min(frame.right + 8, width - 2 - nameWidth(data.axes[0]));
  const clip = clipId(data);

  const values = Array.from(data.values, (value) =>
    Number.isNaN(value) ? Number.NaN : Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE),
  );
  const trace = contours().size([xs.length, ys.length]).smooth(true);
  // Sample i is the centre of cell i, and cells are counted from their left edge.
  const cellX = xs.length > 1 ? (xs[xs.length - 1]! - xs[0]!) / (xs.length - 1) : 1;
  const cellY = ys.length > 1 ? (ys[ys.length - 1]! - ys[0]!) / (ys.length - 1) : 1;
  const outline = (level: number): string =>
    trace
      .contour(values, level)
      .coordinates.flatMap((polygon) =>
        polygon.map((ring) =>
          polyline(
            ring.map(([i = 0, j = 0]) => position(frame, xs[0]! + (i - 0.5) * cellX, ys[0]! + (j - 0.5) * cellY)),
            true,
          ),
        ),
      )
      .join("");

  const colors = ramp(theme, levels.length + 1);
  const missing = values.some(Number.isNaN);
  const bands = theme.ramp
    ? [Number.NEGATIVE_INFINITY, ...levels].map((level, i) =>
        element("path", {
          d: i === 0 ? (missing ? outline(-Number.MAX_VALUE) : box(frame)) : outline(level),
          fill: colors[i],
          stroke: i === 0 ? "none" : theme.contour,
          "stroke-width": 0.7,
          "stroke-opacity": theme.kind === "light" ? 0.75 : 0.45,
        }),
      )
    : [
        missing && element("path", { d: outline(-Number.MAX_VALUE), fill: theme.background, stroke: theme.axis }),
        ...levels.map((level, i) =>
          element("path", {
            d: outline(level),
            fill: "none",
            stroke: theme.contour,
            // Higher levels are drawn heavier, as no colour tells them apart here.
            "stroke-width": 0.7 + (1.3 * i) / Math.max(levels.length - 1, 1),
          }),
        ),
      ];

  const inside = px >= x0 && px <= x1 && py >= y0 && py <= y1;
  return svg(
    width,
    height,
    options,
    defs(clip, frame, missing ? theme : undefined),
    element(
      "g",
      { "clip-path": `url(#${clip})`, "stroke-linejoin": "round", "stroke-linecap": "round" },
      missing && element("path", { d: box(frame), fill: `url(#${clip}n)` }),
      ...bands,
      ...paths.map((path, i) => pathMarks(frame, path, theme, i)),
    ),
    axes(frame, theme, axisTicks(x0, x1, 5), yTicks, labels, [x0, x1], [y0, y1], nameX, true),
    inside && arrow(frame, px, py, data.gradient, theme),
    inside && dot(frame.x(px), frame.y(py), theme),
    levels.length > 0 && colorBar(frame, levels, levelLabels, colors, theme),
    axisName(data.axes[0] ?? "", nameX, height - 5, theme),
    axisName(data.axes[1] ?? "", 4, 11, theme),
  );
}

/** A line without axes: the history of a Variable, or a loss. */
export function sparkline(
  values: ArrayLike<number>,
  options: { theme: PlotTheme; width?: number; height?: number; title?: string },
): Plot {
  const { theme, width = 120, height = 24 } = options;
  const finite = Array.from(values).filter(Number.isFinite);
  const [low, high] = finite.length ? extent(finite) : [0, 1];
  const last = values.length - 1;
  const frame = newFrame(3, 3, width - 4, height - 3, [0, Math.max(last, 1)], [low, high > low ? high : low + 1]);
  const runs: Position[][] = [[]];
  for (let i = 0; i <= last; i++) {
    if (Number.isFinite(values[i])) runs[runs.length - 1]!.push(position(frame, i, values[i]!));
    else runs.push([]);
  }
  const d = runs.map((run) => polyline(run)).join("");
  return svg(
    width,
    height,
    options,
    element("path", {
      d,
      fill: "none",
      stroke: theme.curve,
      "stroke-width": 1.5,
      "stroke-linejoin": "round",
      "stroke-linecap": "round",
    }),
    Number.isFinite(values[last]) &&
      element("circle", { cx: frame.x(last), cy: frame.y(values[last]!), r: 2.2, fill: theme.point }),
  );
}

// ── parts ───────────────────────────────────────────────────────────────────

function newFrame(
  left: number,
  top: number,
  right: number,
  bottom: number,
  [x0, x1]: readonly [number, number],
  [y0, y1]: readonly [number, number],
): Frame {
  const scaleX = (right - left) / (x1 - x0 || 1);
  const scaleY = (bottom - top) / (y1 - y0 || 1);
  return {
    left,
    top,
    right,
    bottom,
    x: (value) => left + (value - x0) * scaleX,
    y: (value) => bottom - (value - y0) * scaleY,
  };
}

/** Far outside is as good as infinitely far, and shorter to write. */
const limit = (pixel: number) => (Number.isNaN(pixel) ? 0 : Math.min(Math.max(pixel, -9999), 9999));

type Position = readonly [x: number, y: number];

const position = (frame: Frame, x: number, y: number): Position => [limit(frame.x(x)), limit(frame.y(y))];

/**
 * A path in tenths of a pixel, relative, without the points that cannot be seen to matter: a hover's text is limited.
 * A point by itself shows as a dot under a round cap.
 */
function polyline(points: readonly Position[], closed = false): string {
  const kept = simplify(points, 0.12).map(([x, y]) => [Math.round(x * 10), Math.round(y * 10)] as const);
  const [start] = kept;
  if (!start) return "";
  let [x, y] = start;
  let d = `M${x / 10} ${y / 10}`;
  if (kept.length === 1) return closed ? "" : `${d}h0`;
  let command = "l";
  for (const [nextX, nextY] of kept.slice(1)) {
    if (nextX === x && nextY === y) continue;
    const dy = (nextY - y) / 10;
    d += `${command}${(nextX - x) / 10}${dy < 0 ? "" : " "}${dy}`;
    command = " ";
    [x, y] = [nextX, nextY];
  }
  return closed ? `${d}z` : d;
}

/** Ramer, Douglas and Peucker: the points without which the line would move by more than `tolerance`. */
function simplify(points: readonly Position[], tolerance: number): Position[] {
  if (points.length < 3) return [...points];
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  const stack: [number, number][] = [[0, points.length - 1]];
  for (let range = stack.pop(); range; range = stack.pop()) {
    const [first, last] = range;
    const [x0, y0] = points[first]!;
    const [dx, dy] = [points[last]![0] - x0, points[last]![1] - y0];
    const length = Math.hypot(dx, dy);
    let farthest = -1;
    let most = tolerance;
    for (let i = first + 1; i < last; i++) {
      const [x, y] = [points[i]![0] - x0, points[i]![1] - y0];
      const distance = length > 0 ? Math.abs(x * dy - y * dx) / length : Math.hypot(x, y);
      if (distance > most) {
        most = distance;
        farthest = i;
      }
    }
    if (farthest > 0) {
      keep[farthest] = 1;
      stack.push([first, farthest], [farthest, last]);
    }
  }
  return points.filter((_, i) => keep[i]);
}

const box = (frame: Frame): string =>
  `M${short(frame.left)} ${short(frame.top)}H${short(frame.right)}V${short(frame.bottom)}H${short(frame.left)}Z`;

/** A clip needs a name that no other plot in the same page bears. */
function clipId(data: PlotInput): string {
  let hash = 2166136261;
  const mix = (value: number) => {
    for (const char of String(value)) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619) >>> 0;
  };
  for (const value of [...data.point, data.value, ...data.window.flat(), data.values.length]) mix(value);
  return `p${hash.toString(36)}`;
}

function defs(clip: string, frame: Frame, hatch?: PlotTheme): string {
  return element(
    "defs",
    {},
    element("clipPath", { id: clip }, element("path", { d: box(frame) })),
    hatch &&
      element(
        "pattern",
        { id: `${clip}n`, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        element("path", { d: "M0 0V6", stroke: hatch.axis, "stroke-width": 1.5, "stroke-opacity": 0.6 }),
      ),
  );
}

function axes(
  frame: Frame,
  theme: PlotTheme,
  xTicks: number[],
  yTicks: number[],
  yLabels: string[],
  [x0, x1]: readonly [number, number],
  [y0, y1]: readonly [number, number],
  nameX: number,
  onTop = false,
): string {
  const vertical = (x: number) => `M${short(frame.x(x))} ${short(frame.top)}V${short(frame.bottom)}`;
  const horizontal = (y: number) => `M${short(frame.left)} ${short(frame.y(y))}H${short(frame.right)}`;
  const zero = onTop ? [] : [...(x0 < 0 && x1 > 0 ? [vertical(0)] : []), ...(y0 < 0 && y1 > 0 ? [horizontal(0)] : [])];
  const marks = [
    ...xTicks.map((x) => `M${short(frame.x(x))} ${short(frame.bottom)}v4`),
    ...yTicks.map((y) => `M${short(frame.left)} ${short(frame.y(y))}h-4`),
  ];
  // The axis' name stands on the line of the labels.
  const roomX = xTicks.filter((x) => frame.x(x) + (tickLabel(x, xTicks).length * CHAR) / 2 < nameX - 3);
  return element(
    "g",
    { fill: "none", stroke: theme.grid, "stroke-width": 1, "shape-rendering": "crispEdges" },
    !onTop && element("path", { d: [...xTicks.map(vertical), ...yTicks.map(horizontal)].join("") }),
    zero.length > 0 && element("path", { d: zero.join(""), stroke: theme.axis }),
    element("path", {
      d:
        (onTop
          ? box(frame)
          : `M${short(frame.left)} ${short(frame.top)}V${short(frame.bottom)}H${short(frame.right)}`) + marks.join(""),
      stroke: theme.axis,
    }),
  ).concat(
    element(
      "g",
      { fill: theme.muted, "font-size": FONT },
      ...roomX.map((x) => text(tickLabel(x, xTicks), frame.x(x), frame.bottom + 14, "middle")),
      ...yTicks.map((y, i) => text(yLabels[i]!, frame.left - 6, frame.y(y) + 3.5, "end")),
    ),
  );
}

const text = (content: string, x: number, y: number, anchor: "start" | "middle" | "end"): string =>
  element(
    "text",
    { x, y, "text-anchor": anchor === "start" ? undefined : anchor },
    escapeXml(content.replace(/^-/, "−")),
  );

const cutName = (name = ""): string => (name.length > 14 ? `${name.slice(0, 13)}…` : name);
const nameWidth = (name?: string): number => cutName(name).length * (CHAR + 0.8);

function axisName(name: string, x: number, y: number, theme: PlotTheme): string {
  return element(
    "text",
    { x, y, fill: theme.foreground, "font-size": FONT + 1, "font-style": "italic" },
    escapeXml(cutName(name)),
  );
}

function tickLabel(tick: number, all: number[]): string {
  const step = all.length > 1 ? Math.abs(all[1]! - all[0]!) : Math.abs(tick);
  const rounded = roundToStep(tick, step);
  const size = Math.abs(rounded);
  return size >= 1e5 || (size > 0 && size < 1e-3)
    ? rounded.toExponential().replace("e+", "e")
    : formatNumber(rounded, 6);
}

function dot(x: number, y: number, theme: PlotTheme): string {
  return element("circle", { cx: x, cy: y, r: 4, fill: theme.point, stroke: theme.background, "stroke-width": 1.5 });
}

function tangentLine(frame: Frame, px: number, py: number, slope: number): string {
  // Half the plot wide or high, whichever ends first, so that steep tangents show as such.
  const dx = frame.x(px + 1) - frame.x(px);
  const dy = frame.y(py + slope) - frame.y(py);
  const reach = Math.min(0.3 * (frame.right - frame.left), 120) / Math.hypot(dx, dy);
  const [ux, uy] = [dx * reach, dy * reach];
  const [x, y] = [frame.x(px), frame.y(py)];
  return `M${short(x - ux)} ${short(y - uy)}L${short(x + ux)} ${short(y + uy)}`;
}

/** From the point in the direction in which the values grow fastest: where the point would move on the picture. */
function arrow(frame: Frame, px: number, py: number, gradient: readonly number[], theme: PlotTheme): string | false {
  const [gx = Number.NaN, gy = Number.NaN] = gradient;
  // Scaled first: gradients of 1e300 have directions too.
  const size = Math.max(Math.abs(gx), Math.abs(gy));
  if (!(size > 0) || !Number.isFinite(size)) return false;
  const [x, y] = [frame.x(px), frame.y(py)];
  const dx = frame.x(px + gx / size) - x;
  const dy = frame.y(py + gy / size) - y;
  const norm = Math.hypot(dx, dy);
  if (!(norm > 0)) return false;
  const [ux, uy] = [dx / norm, dy / norm];
  // 40 pixels, or as far as the picture goes.
  const toEdge = (unit: number, from: number, low: number, high: number) =>
    unit > 0 ? (high - from) / unit : unit < 0 ? (low - from) / unit : Number.POSITIVE_INFINITY;
  const room = Math.min(toEdge(ux, x, frame.left, frame.right), toEdge(uy, y, frame.top, frame.bottom));
  const length = Math.max(Math.min(40, room - 2), 14);
  const tip = [x + ux * length, y + uy * length] as const;
  const neck = [x + ux * (length - 8), y + uy * (length - 8)] as const;
  const shaft = `M${short(x)} ${short(y)}L${short(neck[0])} ${short(neck[1])}`;
  const head = `M${short(tip[0])} ${short(tip[1])}L${short(neck[0] - uy * 4.5)} ${short(neck[1] + ux * 4.5)}L${short(neck[0] + uy * 4.5)} ${short(neck[1] - ux * 4.5)}Z`;
  return element(
    "g",
    { "stroke-linejoin": "round" },
    element("path", {
      d: shaft + head,
      fill: "none",
      stroke: theme.background,
      "stroke-width": 5,
      "stroke-opacity": 0.8,
    }),
    element("path", { d: shaft, stroke: theme.gradient, "stroke-width": 2.2 }),
    element("path", { d: head, fill: theme.gradient }),
  );
}

/** At most this many vertices of a path are worth drawing at this size. */
const VERTICES = 200;

function pathMarks(frame: Frame, path: PlotPath, theme: PlotTheme, index: number): string {
  const color = theme.paths[index % theme.paths.length];
  const length = Math.min(path.x.length, path.y.length);
  const stride = Math.max(1, Math.ceil(length / VERTICES));
  const points: [number, number][] = [];
  for (let i = 0; i < length; i += i + stride < length || i === length - 1 ? stride : length - 1 - i) {
    const [x, y] = [path.x[i]!, path.y[i]!];
    if (Number.isFinite(x) && Number.isFinite(y)) points.push([limit(frame.x(x)), limit(frame.y(y))]);
  }
  if (points.length === 0) return "";
  const d = polyline(points);
  const dots = points.map(([x, y]) => `M${short(x)} ${short(y)}h0`).join("");
  const [endX, endY] = points[points.length - 1]!;
  return element(
    "g",
    { fill: "none", "stroke-linejoin": "round", "stroke-linecap": "round" },
    element("title", {}, escapeXml(path.label)),
    element("path", { d, stroke: theme.background, "stroke-width": 3.4, "stroke-opacity": 0.65 }),
    element("path", { d, stroke: color, "stroke-width": 1.6 }),
    points.length <= 60 && element("path", { d: dots, stroke: color, "stroke-width": 3.6 }),
    element("rect", {
      x: endX - 3,
      y: endY - 3,
      width: 6,
      height: 6,
      fill: color,
      stroke: theme.background,
      transform: `rotate(45 ${short(endX)} ${short(endY)})`,
    }),
  );
}

function colorBar(frame: Frame, levels: number[], labels: string[], colors: string[], theme: PlotTheme): string {
  const x = frame.right + 8;
  const height = frame.bottom - frame.top;
  const step = height / (levels.length + 1);
  const edge = (i: number) => frame.bottom - step * i;
  // As many labels as there is room for, always the first and the last.
  const every = Math.max(1, Math.ceil(14 / step));
  const last = levels.length - 1;
  const labelled = labels.flatMap((label, i) =>
    i === last || (i % every === 0 && last - i >= every) ? [{ label, i }] : [],
  );
  return element(
    "g",
    {},
    theme.ramp &&
      element(
        "g",
        { "shape-rendering": "crispEdges" },
        ...colors.map((color, i) => element("rect", { x, y: edge(i + 1), width: 6, height: step, fill: color })),
      ),
    !theme.ramp &&
      element(
        "g",
        { stroke: theme.contour },
        ...levels.map((_, i) =>
          element("path", {
            d: `M${short(x)} ${short(edge(i + 1))}h6`,
            "stroke-width": 0.7 + (1.3 * i) / Math.max(last, 1),
          }),
        ),
      ),
    element(
      "g",
      { fill: theme.muted, "font-size": FONT - 1 },
      ...labelled.map(({ label, i }) => text(label, x + 9, edge(i + 1) + 3, "start")),
    ),
  );
}

function ramp(theme: PlotTheme, count: number): string[] {
  const stops = theme.ramp;
  if (!stops) return [];
  return Array.from({ length: count }, (_, i) => {
    const position = indexOf(
      stops.map((_, k) => k),
      count > 1 ? (i / (count - 1)) * (stops.length - 1) : 0,
    );
    const from = Math.floor(position);
    return mix(stops[from]!, stops[Math.min(from + 1, stops.length - 1)]!, position - from);
  });
}

function mix(a: string, b: string, share: number): string {
  const channel = (color: string, i: number) => Number.parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mixed = [0, 1, 2].map((i) => Math.round(channel(a, i) * (1 - share) + channel(b, i) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function padded([low, high]: readonly [number, number]): [number, number] {
  const pad = high > low ? (high - low) * 0.06 : Math.max(Math.abs(low) * 0.5, 1);
  return [low - pad, high + pad];
}

function extent(values: number[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function svg(
  width: number,
  height: number,
  { title, description }: { title?: string; description?: string },
  ...children: (string | false | undefined)[]
): Plot {
  return {
    svg: element(
      "svg",
      {
        xmlns: "http://www.w3.org/2000/svg",
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        role: "img",
        "font-family": FAMILY,
      },
      title !== undefined && element("title", {}, escapeXml(title)),
      description !== undefined && element("desc", {}, escapeXml(description)),
      ...children,
    ),
    width,
    height,
  };
}
