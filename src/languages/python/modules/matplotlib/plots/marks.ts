/** Error bars, stems, lines across, statistics. */

import { toFloat } from "../../../runtime/arguments";
import { PyDict, PyList, PyTuple } from "../../../runtime/containers";
import { raiseError } from "../../../runtime/errors";
import type { PyValue } from "../../../runtime/object";
import { truth } from "../../../runtime/protocol";
import { Artist, Container, type Draft } from "../artists";
import type { PyAxes } from "../axes";
import { Call } from "../call";
import { colorOf, colorsOf, dashOf, type Format, parseFormat } from "../colors";
import { broadcast, dataOf, range, shapeText, spread, vectorOf } from "../data";
import type * as model from "../model";
import { dataSets, quantile } from "./bars";
import { finite, labelOf, type Plot, rangeOf } from "./common";
import { addLine, type LineStyle, lineStyle } from "./lines";

export function errorsOf(x: PyValue, length: number, name: string, values: Float64Array): [Float64Array, Float64Array] {
  const { data, shape } = dataOf(x);
  if (shape.length === 2 && shape[0] === 2 && shape[1] === length) return [data.slice(0, length), data.slice(length)];
  if (data.length !== 1 && data.length !== length)
    raiseError(
      "ValueError",
      `'${name}' (shape: ${shapeText(shape)}) must be a scalar or a 1D or (2, n) array-like whose shape matches '${name[0]}' (shape: (${values.length},))`,
    );
  if (data.some((value) => value < 0)) raiseError("ValueError", `'${name}' must not contain negative values`);
  const all = spread(data, length);
  return [all, all];
}

export const errorbar: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["x", "y", "yerr?", "xerr?", "fmt?"], args, kwargs);
  const [px, py, yerr, xerr, fmt] = call.positional;
  const x = vectorOf(px!, axes.axis("x").categories);
  const y = vectorOf(py!, axes.axis("y").categories);
  if (x.length !== y.length) raiseError("ValueError", `'x' and 'y' must have the same size`);
  const none = fmt === "none";
  const format = typeof fmt === "string" && !none && fmt !== "" ? parseFormat(fmt) : {};
  const style = lineStyle(call, axes, none ? { dash: "none" } : format);
  const series: Draft<model.Line> = {
    kind: "line",
    x,
    y,
    z: undefined,
    ...style,
    xError: xerr === undefined || xerr === null ? undefined : errorsOf(xerr, x.length, "xerr", x),
    yError: yerr === undefined || yerr === null ? undefined : errorsOf(yerr, y.length, "yerr", y),
  };
  call.finish("Line2D", "ecolor elinewidth capsize capthick barsabove lolims uplims xlolims xuplims errorevery data");
  axes.add(series);
  const artist = new Artist("matplotlib.lines.Line2D", series);
  axes.artists.push(artist);
  return new Container("ErrorbarContainer", [artist, new PyTuple([]), new PyTuple([])], series);
};

/** Lines from one point to another, as one series. */
function segments(
  axes: PyAxes,
  ends: readonly (readonly [number, number, number, number])[],
  style: LineStyle,
): Draft<model.Line> {
  const x = ends.flatMap(([x0, , x1]) => [x0, x1, Number.NaN]);
  const y = ends.flatMap(([, y0, , y1]) => [y0, y1, Number.NaN]);
  const series: Draft<model.Line> = {
    kind: "line",
    x: Float64Array.from(x),
    y: Float64Array.from(y),
    z: undefined,
    ...style,
    xError: undefined,
    yError: undefined,
  };
  axes.add(series);
  return series;
}
const plain = (color: model.Color, more: Partial<LineStyle> = {}): LineStyle => ({
  stroke: { color, width: 1.5, dash: "solid" },
  marker: "",
  markerSize: 6,
  markerColor: color,
  step: "none",
  alpha: 1,
  label: "",
  ...more,
});

export const stem: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["*"], args, kwargs);
  const texts = args.filter((arg): arg is string => typeof arg === "string");
  const numbers = args.filter((arg) => typeof arg !== "string");
  const y = vectorOf(numbers[numbers.length > 1 ? 1 : 0] ?? new PyList([]));
  const x = numbers.length > 1 ? vectorOf(numbers[0]) : range(y.length);
  if (x.length !== y.length)
    raiseError(
      "ValueError",
      `x and y must have same first dimension, but have shapes (${x.length},) and (${y.length},)`,
    );
  const format = (key: string, at: number): Format => {
    const given = call.take(key) ?? texts[at];
    return typeof given === "string" && given !== "" && given !== " " ? parseFormat(given) : {};
  };
  const [line, head, foot] = [format("linefmt", 0), format("markerfmt", 1), format("basefmt", 2)];
  const bottom = call.number(0, "bottom");
  const color = line.color ?? axes.nextColor("line");
  const label = labelOf(call);
  call.finish("Line2D", "use_line_collection orientation data");
  segments(
    axes,
    Array.from(x, (at, k) => [at, bottom, at, y[k]] as const),
    plain(color, { stroke: { color, width: 1.5, dash: line.dash ?? "solid" } }),
  );
  const [low, high] = rangeOf(x);
  segments(axes, [[low, bottom, high, bottom]], plain(foot.color ?? "C3"));
  const heads = addLine(
    axes,
    plain(head.color ?? color, { stroke: { color, width: 1.5, dash: "none" }, marker: head.marker ?? "o", label }),
    x,
    y,
  );
  return new Container("StemContainer", [heads, new PyTuple([]), new PyTuple([])], heads.series!);
};

export const lines =
  (vertical: boolean): Plot =>
  (axes, name, args, kwargs) => {
    const names = vertical ? ["x", "ymin", "ymax"] : ["y", "xmin", "xmax"];
    const call = new Call(name, [...names, "colors?", "linestyles?", "label?"], args, kwargs);
    const [at, from, to] = broadcast(names.map((one, k) => [one, vectorOf(call.positional[k]!)] as const));
    const [, , , colors, styles, label] = call.positional;
    const given = colors ?? call.given("color");
    const style = styles ?? call.given("linestyle", "ls");
    const color = given === undefined || given === null ? "C0" : colorsOf(given)[0];
    const series = segments(
      axes,
      Array.from(at, (place, k) =>
        vertical ? ([place, from[k], place, to[k]] as const) : ([from[k], place, to[k], place] as const),
      ),
      plain(color, {
        stroke: {
          color,
          width: call.number(1.5, "linewidth", "linewidths", "lw"),
          dash: style === undefined || style === null ? "solid" : dashOf(style),
        },
        alpha: call.number(1, "alpha"),
        label: typeof label === "string" ? label : "",
      }),
    );
    call.finish("LineCollection", "data");
    return new Artist("matplotlib.collections.LineCollection", series);
  };

/** Lines across the axes take no colour out of the cycle. */
const FIRST: Format = { color: "C0" };

export const axisLine =
  (vertical: boolean): Plot =>
  (axes, name, args, kwargs) => {
    const call = new Call(name, vertical ? ["x?", "ymin?", "ymax?"] : ["y?", "xmin?", "xmax?"], args, kwargs);
    const at = call.positional[0];
    const style = lineStyle(call, axes, FIRST);
    const series: Draft<model.Rule> = {
      kind: "rule",
      vertical,
      at: at === undefined ? 0 : placeAlong(axes, vertical, at),
      to: undefined,
      stroke: style.stroke,
      alpha: style.alpha,
      label: style.label,
    };
    call.finish("Line2D");
    axes.add(series);
    return new Artist("matplotlib.lines.Line2D", series);
  };
export const placeAlong = (axes: PyAxes, vertical: boolean, at: PyValue): number =>
  vectorOf(at, axes.axis(vertical ? "x" : "y").categories)[0];

export const axisSpan =
  (vertical: boolean): Plot =>
  (axes, name, args, kwargs) => {
    const [low, high] = vertical ? ["xmin", "xmax"] : ["ymin", "ymax"];
    const call = new Call(name, [low, high, vertical ? "ymin?" : "xmin?", vertical ? "ymax?" : "xmax?"], args, kwargs);
    const given = call.given("color", "facecolor", "fc");
    const color = given === undefined ? "C0" : colorOf(given);
    const series: Draft<model.Rule> = {
      kind: "rule",
      vertical,
      at: placeAlong(axes, vertical, call.positional[0]!),
      to: placeAlong(axes, vertical, call.positional[1]!),
      stroke: { color, width: 0, dash: "none" },
      alpha: call.number(1, "alpha"),
      label: labelOf(call),
    };
    call.finish("Rectangle");
    axes.add(series);
    return new Artist("matplotlib.patches.Rectangle", series);
  };

/** A straight line through two points, or one and a slope, as far as the data reaches. */
export const axline: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["xy1", "xy2?"], args, kwargs);
  const [x1, y1] = vectorOf(call.positional[0]!);
  const second = call.positional[1];
  const through = second === undefined || second === null ? undefined : vectorOf(second);
  const given = call.given("slope");
  const slope = through ? (through[1] - y1) / (through[0] - x1) : given === undefined ? Number.NaN : toFloat(given);
  if (Number.isNaN(slope)) raiseError("TypeError", "Exactly one of 'xy2' and 'slope' must be given");
  const style = lineStyle(call, axes, FIRST);
  call.finish("Line2D");
  const [left, right] = axes.limits("x");
  const low = Math.min(left, x1);
  const high = Math.max(right, through?.[0] ?? x1);
  const at = (x: number) => y1 + slope * (x - x1);
  if (!Number.isFinite(slope)) {
    axes.add({
      kind: "rule",
      vertical: true,
      at: x1,
      to: undefined,
      stroke: style.stroke,
      alpha: style.alpha,
      label: style.label,
    });
    return new Artist("matplotlib.lines.AxLine", axes.series[axes.series.length - 1]);
  }
  return addLine(axes, style, Float64Array.of(low, high), Float64Array.of(at(low), at(high)));
};

/** Median, quartiles, whiskers of 1.5 times the quartiles' distance, and what lies outside (matplotlib's `boxplot_stats`). */
export const boxplot: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["x", "notch?", "sym?", "vert?", "whis?", "positions?", "widths?"], args, kwargs);
  const [px, , , vert, , positions, widths] = call.positional;
  const vertical =
    vert === undefined || vert === null ? call.text("vertical", "orientation") !== "horizontal" : truth(vert);
  const sets = dataSets(px!);
  const places =
    positions === undefined || positions === null ? range(sets.length).map((k) => k + 1) : vectorOf(positions);
  const size =
    widths === undefined || widths === null
      ? Math.min(Math.max(0.15 * (rangeOf(places)[1] - rangeOf(places)[0]), 0.15), 0.5)
      : vectorOf(widths)[0];
  const labels = call.given("tick_labels", "labels");
  const fliersShown = call.flag(true, "showfliers");
  call.finish(
    "Line2D",
    "bootstrap usermedians conf_intervals meanline showmeans showcaps showbox patch_artist boxprops flierprops medianprops meanprops capprops whiskerprops manage_ticks autorange capwidths",
  );
  const turn = (points: (readonly [number, number, number, number])[]) =>
    vertical ? points : points.map(([x0, y0, x1, y1]) => [y0, x0, y1, x1] as const);
  sets.forEach((values, k) => {
    const sorted = finite(values).sort((a, b) => a - b);
    if (sorted.length === 0) return;
    const [q1, median, q3] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
    const reach = 1.5 * (q3 - q1);
    const low = Math.min(q1, sorted.find((value) => value >= q1 - reach) ?? q1);
    const high = Math.max(q3, sorted.findLast((value) => value <= q3 + reach) ?? q3);
    const at = places[k];
    const [left, right] = [at - size / 2, at + size / 2];
    const [capLeft, capRight] = [at - size / 4, at + size / 4];
    segments(
      axes,
      turn([
        [left, q1, right, q1],
        [right, q1, right, q3],
        [right, q3, left, q3],
        [left, q3, left, q1],
        [at, q1, at, low],
        [at, q3, at, high],
        [capLeft, low, capRight, low],
        [capLeft, high, capRight, high],
      ]),
      plain("black", { stroke: { color: "black", width: 1, dash: "solid" } }),
    );
    segments(axes, turn([[left, median, right, median]]), plain("C1"));
    const outside = sorted.filter((value) => value < low || value > high);
    if (outside.length > 0 && fliersShown) {
      const [x, y] = [Float64Array.from(outside, () => at), Float64Array.from(outside)];
      addLine(
        axes,
        plain("black", { stroke: { color: "black", width: 1, dash: "none" }, marker: "o" }),
        vertical ? x : y,
        vertical ? y : x,
      );
    }
  });
  const names = labels === undefined ? new PyList([...places].map(String)) : labels;
  axes.setTicks(vertical ? "x" : "y", new PyList([...places]), names);
  const parts = ["boxes", "whiskers", "caps", "medians", "fliers", "means"];
  return PyDict.from(parts.map((part) => [part, new PyList([])] as const));
};

export const eventplot: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["positions", "orientation?", "lineoffsets?", "linelengths?"], args, kwargs);
  const sets = dataSets(call.positional[0]!);
  const given = call.given("colors", "color");
  call.finish("EventCollection");
  return new PyList(
    sets.map((values, k) => {
      const color = given === undefined ? "C0" : colorsOf(given)[k % colorsOf(given).length];
      return new Artist(
        "matplotlib.collections.EventCollection",
        segments(
          axes,
          Array.from(values, (at) => [at, k + 0.5, at, k + 1.5] as const),
          plain(color),
        ),
      );
    }),
  );
};
