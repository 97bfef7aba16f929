/** Lines and points: `plot`, `step`, logarithmic axes, `scatter`. */

import { toFloat } from "../../../runtime/arguments";
import { listOf, PyDict, PyList } from "../../../runtime/containers";
import { raiseError } from "../../../runtime/errors";
import { native, type PyValue } from "../../../runtime/object";
import { getItem, repr } from "../../../runtime/protocol";
import { holding } from "../../../runtime/watch";
import { isSequence } from "../../numpy/convert";
import { Artist, type Draft } from "../artists";
import type { PyAxes } from "../axes";
import { Call } from "../call";
import { colorMapOf, normOf } from "../colormap-objects";
import { colorOf, colorsOf, dashOf, type Format, isColor, markerOf, parseFormat } from "../colors";
import { column, columns, type Data, dataOf, range, rows, shapeText, spread, vectorOf } from "../data";
import type * as model from "../model";
import { settingOf } from "../settings";
import { labelOf, type Plot } from "./common";

export interface LineStyle {
  stroke: model.Stroke;
  marker: string;
  markerSize: number;
  markerColor: model.Color;
  step: model.Line["step"];
  alpha: number;
  label: string;
}

/** Reads the keywords of a Line2D; the colour is the cycle's next where none is given. */
export function lineStyle(call: Call, axes: PyAxes, format: Format = {}): LineStyle {
  const given = call.given("color", "c");
  const color = given === undefined ? (format.color ?? axes.nextColor("line")) : colorOf(given);
  const style = call.given("linestyle", "ls");
  const marker = call.given("marker");
  const face = call.given("markerfacecolor", "mfc");
  call.take("markeredgecolor", "mec");
  const step = call.text("default", "drawstyle", "ds");
  return {
    stroke: {
      color,
      width: call.number(settingOf("lines.linewidth"), "linewidth", "lw"),
      dash: style === undefined ? (format.dash ?? dashOf("-")) : dashOf(style),
    },
    marker: marker === undefined ? (format.marker ?? "") : markerOf(marker),
    markerSize: call.number(settingOf("lines.markersize"), "markersize", "ms"),
    markerColor: face === undefined || face === "auto" ? color : colorOf(face),
    step:
      step === "steps" || step === "steps-pre"
        ? "pre"
        : step === "steps-mid"
          ? "mid"
          : step === "steps-post"
            ? "post"
            : "none",
    alpha: call.number(1, "alpha"),
    label: labelOf(call),
  };
}

export function addLine(axes: PyAxes, style: LineStyle, x: Float64Array, y: Float64Array, z?: Float64Array): Artist {
  const series: Draft<model.Line> = { kind: "line", x, y, z, ...style, xError: undefined, yError: undefined };
  axes.add(series);
  const artist = new Artist(
    "matplotlib.lines.Line2D",
    series,
    holding((name) => (name === "axes" ? axes : undefined), axes),
    undefined,
  );
  axes.artists.push(artist);
  return artist;
}

/** `plot(y)`, `plot(x, y)`, `plot(x, y, "r--")`, and several of these after one another. */
export const plot: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["*"], args, kwargs);
  const source = call.take("data");
  const look = (x: PyValue): PyValue =>
    source !== undefined && source !== null && typeof x === "string" && source instanceof PyDict && source.pyContains(x)
      ? getItem(source, x)
      : x;
  const lines: PyValue[] = [];
  let rest = [...args];
  const space = axes.projection === "space";
  while (rest.length > 0) {
    const group: PyValue[] = [];
    const most = space ? 3 : 2;
    while (
      rest.length > 0 &&
      group.length < most &&
      (group.length === 0 || typeof rest[0] !== "string" || !isFormat(rest[0]))
    )
      group.push(look(rest.shift()!));
    const format = typeof rest[0] === "string" ? parseFormat(rest.shift() as string) : undefined;
    // In the plane any number of groups follow; `data=` has one.
    if (group.some((one) => one === null)) raiseError("ValueError", "x, y, and format string must not be None");
    lines.push(...plotGroup(axes, group, format, call));
    if (space) rest = [];
  }
  call.finish("Line2D", "scalex scaley zdir");
  return new PyList(lines);
};

/** Whether a text after the first argument is a format, not categories. */
const isFormat = (text: string): boolean => {
  try {
    parseFormat(text);
    return true;
  } catch {
    return /^[^\s]{1,8}$/.test(text);
  }
};

function plotGroup(axes: PyAxes, group: PyValue[], format: Format | undefined, call: Call): Artist[] {
  const y = dataOf(group[group.length === 1 ? 0 : 1], axes.axis("y").categories);
  const x: Data =
    group.length === 1 ? { data: range(rows(y)), shape: [rows(y)] } : dataOf(group[0], axes.axis("x").categories);
  if (rows(x) !== rows(y))
    raiseError(
      "ValueError",
      `x and y must have same first dimension, but have shapes ${shapeText(atLeast1(x))} and ${shapeText(atLeast1(y))}`,
    );
  if (x.shape.length > 2 || y.shape.length > 2)
    raiseError(
      "ValueError",
      `x and y can be no greater than 2D, but have shapes ${shapeText(x.shape)} and ${shapeText(y.shape)}`,
    );
  const z = group.length === 3 ? spread(vectorOf(group[2]), rows(x)) : undefined;
  const [nx, ny] = [columns(x), columns(y)];
  if (nx > 1 && ny > 1 && nx !== ny) raiseError("ValueError", `x has ${nx} columns but y has ${ny} columns`);
  const count = Math.max(nx, ny);
  const label = call.kwargs.get("label");
  const out: Artist[] = [];
  for (let k = 0; k < count; k++) {
    // Every line reads the keywords anew.
    const own = new Call(call.name, [], [], call.kwargs);
    if (label !== undefined && isSequence(label)) {
      const labels = listOf(label);
      if (labels.length !== count)
        raiseError(
          "ValueError",
          `label must be iterable and have the same length as input data, but got ${labels.length} and expected ${count}`,
        );
      own.kwargs.set("label", labels[k]);
    }
    const style = lineStyle(own, axes, format);
    out.push(addLine(axes, style, column(x, nx === 1 ? 0 : k), column(y, ny === 1 ? 0 : k), z));
  }
  return out;
}
const atLeast1 = ({ shape, data }: Data): readonly number[] => (shape.length === 0 ? [data.length] : shape);

export const scaled =
  (x: boolean, y: boolean): Plot =>
  (axes, name, args, kwargs) => {
    const rest = new Map(kwargs);
    for (const key of ["base", "subs", "nonpositive", "basex", "basey"]) rest.delete(key);
    const lines = plot(axes, name, args, rest);
    if (x) axes.setScale("x", "log");
    if (y) axes.setScale("y", "log");
    return lines;
  };

export const step: Plot = (axes, name, args, kwargs) => {
  const where = kwargs?.get("where") ?? "pre";
  if (where !== "pre" && where !== "post" && where !== "mid")
    raiseError(
      "ValueError",
      `${repr(where)} is not a valid value for where; supported values are 'pre', 'post', 'mid'`,
    );
  const rest = new Map(kwargs);
  rest.delete("where");
  rest.set("drawstyle", `steps-${where}`);
  return plot(axes, name, args, rest);
};

export const sameSize = (x: Float64Array, y: Float64Array): void => {
  if (x.length !== y.length) raiseError("ValueError", "x and y must be the same size");
};

export const scatter: Plot = (axes, name, args, kwargs) => {
  const space = axes.projection === "space";
  const call = new Call(
    name,
    space
      ? ["xs", "ys", "zs?", "zdir?", "s?", "c?", "depthshade?"]
      : ["x", "y", "s?", "c?", "marker?", "cmap?", "norm?", "vmin?", "vmax?", "alpha?", "linewidths?"],
    args,
    kwargs,
  );
  const [px, py] = call.positional;
  const x = vectorOf(px!, axes.axis("x").categories);
  const y = vectorOf(py!, axes.axis("y").categories);
  sameSize(x, y);
  const [s, c, marker, cmap, norm, vmin, vmax, alpha] = space
    ? [
        call.positional[4],
        call.positional[5],
        call.take("marker"),
        call.take("cmap"),
        call.take("norm"),
        call.take("vmin"),
        call.take("vmax"),
        call.take("alpha"),
      ]
    : call.positional.slice(2, 10);
  const z = space
    ? spread(call.positional[2] === undefined ? Float64Array.of(0) : vectorOf(call.positional[2]), x.length)
    : undefined;
  const sizes =
    s === undefined || s === null ? Float64Array.of(settingOf("lines.markersize")) : vectorOf(s).map(Math.sqrt);
  if (sizes.length !== 1 && sizes.length !== x.length)
    raiseError("ValueError", "s must be a scalar, or float array-like with the same size as x and y");
  const face = call.given("color", "facecolor", "facecolors");
  const chosen = face ?? c ?? undefined;
  let colors: model.Color[] = [];
  let values: Float64Array | undefined;
  const numbers = face === undefined && c !== undefined && c !== null ? numbersIn(c) : undefined;
  if (chosen === undefined) colors = [axes.nextColor("fill")];
  else if (numbers && numbers.data.length === x.length && !(isColor(c!) && x.length === 1)) values = numbers.data;
  else if (numbers && !isColor(c!) && numbers.shape.length === 1)
    raiseError(
      "ValueError",
      `'c' argument has ${numbers.data.length} elements, which is inconsistent with 'x' and 'y' with size ${x.length}.`,
    );
  else if (chosen === "none") {
    const edge = call.given("edgecolor", "edgecolors");
    colors = edge === undefined ? [axes.nextColor("fill")] : colorsOf(edge);
  } else colors = colorsOf(chosen);
  if (colors.length > 1 && colors.length !== x.length) colors = Array.from(x, (_, k) => colors[k % colors.length]);
  const series: Draft<model.Scatter> = {
    kind: "scatter",
    x,
    y,
    z,
    marker: marker === undefined || marker === null ? "o" : markerOf(marker),
    sizes,
    colors,
    values,
    map: values && colorMapOf(cmap, normOf(norm, vmin, vmax), values),
    alpha: alpha === undefined || alpha === null ? 1 : toFloat(alpha),
    label: labelOf(call),
  };
  call.finish("PathCollection", "plotnonfinite data colorizer");
  axes.add(series);
  return axes.mappable(new Artist("matplotlib.collections.PathCollection", series, offsets(series)));
};

const offsets = (series: Draft<model.Scatter>) =>
  holding(
    (name: string) =>
      name === "set_offsets"
        ? native(name, ([points]) => {
            const all = dataOf(points);
            [series.x, series.y] = [column(all, 0), column(all, 1)];
            return null;
          })
        : undefined,
    series,
  );

/** Numbers to be mapped to colours; undefined for names of colours. */
function numbersIn(x: PyValue): Data | undefined {
  if (typeof x === "string") return undefined;
  if (isSequence(x) && listOf(x).some((item) => typeof item === "string")) return undefined;
  try {
    return dataOf(x);
  } catch {
    return undefined;
  }
}
