/** The plotting functions: each reads its arguments as matplotlib does, and adds what is drawn to the axes. */
import { tensor } from "../../../../engine";
import { toFloat, toInt } from "../../runtime/arguments";
import { listOf, PyDict, PyList, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { type Kwargs, native, PyObject, type PyValue } from "../../runtime/object";
import { getItem, isNumber, lengthOf, repr, truth } from "../../runtime/protocol";
import { numberOf } from "../../runtime/text";
import { PyArray } from "../numpy/array";
import { isSequence } from "../numpy/convert";
import { Artist, Container, type Draft, vector } from "./artists";
import { Looks, notDrawn, type PyAxes, textArtist } from "./axes";
import { Call, isProperty, notSupported, textOf, warn } from "./call";
import { colorMapOf, type Norm, normOf } from "./colormap-objects";
import { colorOf, colorsOf, dashOf, type Format, hexOf, isColor, markerOf, parseFormat } from "./colors";
import { broadcast, column, columns, type Data, dataOf, range, rows, shapeText, spread, vectorOf } from "./data";
import type * as model from "./model";
import { settingOf } from "./settings";

export type Plot = (axes: PyAxes, name: string, args: PyValue[], kwargs: Kwargs | undefined) => PyValue;

const finite = (values: Iterable<number>): number[] => [...values].filter(Number.isFinite);
export function rangeOf(values: Iterable<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? [0, 1] : [low, high];
}

const labelOf = (call: Call): string => {
  const label = call.text("", "label");
  // As in matplotlib, a label that begins with an underscore is none.
  return label.startsWith("_") ? "" : label;
};

// ── lines ───────────────────────────────────────────────────────────────────

interface LineStyle {
  stroke: model.Stroke;
  marker: string;
  markerSize: number;
  markerColor: model.Color;
  step: model.Line["step"];
  alpha: number;
  label: string;
}

/** Reads the keywords of a Line2D; the colour is the cycle's next where none is given. */
function lineStyle(call: Call, axes: PyAxes, format: Format = {}): LineStyle {
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

function addLine(axes: PyAxes, style: LineStyle, x: Float64Array, y: Float64Array, z?: Float64Array): Artist {
  const series: Draft<model.Line> = { kind: "line", x, y, z, ...style, xError: undefined, yError: undefined };
  axes.add(series);
  const artist = new Artist(
    "matplotlib.lines.Line2D",
    series,
    (name) => (name === "axes" ? axes : undefined),
    undefined,
  );
  axes.artists.push(artist);
  return artist;
}

/** `plot(y)`, `plot(x, y)`, `plot(x, y, "r--")`, and several of these after one another. */
const plot: Plot = (axes, name, args, kwargs) => {
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

const scaled =
  (x: boolean, y: boolean): Plot =>
  (axes, name, args, kwargs) => {
    const rest = new Map(kwargs);
    for (const key of ["base", "subs", "nonpositive", "basex", "basey"]) rest.delete(key);
    const lines = plot(axes, name, args, rest);
    if (x) axes.setScale("x", "log");
    if (y) axes.setScale("y", "log");
    return lines;
  };

const step: Plot = (axes, name, args, kwargs) => {
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

const sameSize = (x: Float64Array, y: Float64Array): void => {
  if (x.length !== y.length) raiseError("ValueError", "x and y must be the same size");
};

// ── points ──────────────────────────────────────────────────────────────────

const scatter: Plot = (axes, name, args, kwargs) => {
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

const offsets = (series: Draft<model.Scatter>) => (name: string) =>
  name === "set_offsets"
    ? native(name, ([points]) => {
        const all = dataOf(points);
        [series.x, series.y] = [column(all, 0), column(all, 1)];
        return null;
      })
    : undefined;

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

// ── bars ────────────────────────────────────────────────────────────────────

const isWhole = (x: PyValue): boolean =>
  typeof x === "bigint" ||
  (x instanceof PyArray && x.dtype.startsWith("int")) ||
  (isSequence(x) && listOf(x).every(isWhole));

/** @param whole whether the lengths were given as integers, which their rectangles give back */
const rectangles = (series: model.Bars, whole: boolean): Artist[] =>
  Array.from(series.at, (at, k) => {
    const across: [number, number] = [at - series.widths[k] / 2, series.widths[k]];
    const along: [number, number] = [series.base[k], series.lengths[k]];
    const [x, y] = series.horizontal ? [along, across] : [across, along];
    const length = series.horizontal ? "get_width" : "get_height";
    const numbers: Record<string, number> = { get_x: x[0], get_y: y[0], get_width: x[1], get_height: y[1] };
    return new Artist("matplotlib.patches.Rectangle", undefined, (name) => {
      if (Object.hasOwn(numbers, name))
        return native(name, () => (whole && name === length ? BigInt(numbers[name]) : numbers[name]));
      return /^set_(color|facecolor|fc)$/.test(name)
        ? native(name, ([color]) => {
            const colors = [...series.at].map((_, i) => series.colors[i % series.colors.length]);
            colors[k] = colorOf(color);
            (series as Draft<model.Bars>).colors = colors;
            return null;
          })
        : undefined;
    });
  });

function addBars(axes: PyAxes, series: Draft<model.Bars>, whole = false): Container {
  axes.add(series);
  return new Container("BarContainer", rectangles(series, whole), series);
}

const bars =
  (horizontal: boolean): Plot =>
  (axes, name, args, kwargs) => {
    const [at, length, width, base] = horizontal
      ? ["y", "width", "height", "left"]
      : ["x", "height", "width", "bottom"];
    const call = new Call(name, [at, length, `${width}?`, `${base}?`], args, kwargs);
    const across = axes.axis(horizontal ? "y" : "x");
    const [p, l, w, b] = call.positional;
    const [places, lengths, widths, bases] = broadcast([
      [at, vectorOf(p!, across.categories)],
      [length, vectorOf(l!)],
      [width, w === undefined || w === null ? Float64Array.of(0.8) : vectorOf(w)],
      [base, b === undefined || b === null ? Float64Array.of(0) : vectorOf(b)],
    ]);
    const align = call.text("center", "align");
    if (align !== "center" && align !== "edge")
      raiseError("ValueError", `${repr(align)} is not a valid value for align; supported values are 'center', 'edge'`);
    const tickLabels = call.given("tick_label");
    const errors = call.given(horizontal ? "xerr" : "yerr");
    call.take(horizontal ? "yerr" : "xerr");
    const given = call.given("color", "facecolor", "fc");
    if (call.flag(false, "log")) axes.setScale(horizontal ? "x" : "y", "log");
    const labels = call.kwargs.get("label");
    if (labels !== undefined && isSequence(labels)) call.kwargs.delete("label");
    const series: Draft<model.Bars> = {
      kind: "bars",
      horizontal,
      at: align === "edge" ? places.map((place, k) => place + widths[k] / 2) : places,
      widths: widths.map(Math.abs),
      base: bases,
      lengths,
      colors: given === undefined ? [axes.nextColor("fill")] : colorsOf(given),
      error: errors === undefined ? undefined : errorsOf(errors, lengths.length, horizontal ? "xerr" : "yerr", lengths),
      alpha: call.number(1, "alpha"),
      label: labelOf(call),
    };
    call.finish("Rectangle", "ecolor capsize error_kw data orientation");
    if (tickLabels !== undefined) axes.setTicks(horizontal ? "y" : "x", new PyList([...series.at]), tickLabels);
    return addBars(axes, series, isWhole(l!));
  };

/** NumPy's edges: that many, or as given. */
function edgesOf(
  bins: PyValue | undefined,
  values: readonly number[],
  within: [number, number] | undefined,
): Float64Array {
  if (bins !== undefined && bins !== null && typeof bins !== "string" && !isNumber(bins)) return vectorOf(bins);
  let [low, high] = within ?? rangeOf(values);
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  let count = bins === undefined || bins === null ? settingOf("hist.bins") : 0;
  if (typeof bins === "string") {
    const n = Math.max(values.length, 1);
    // numpy.histogram_bin_edges: sturges, sqrt and rice by the number of values, the others as the larger of two widths.
    const spreadWidth = freedmanDiaconis(values);
    const sturges = Math.ceil(Math.log2(n)) + 1;
    if (bins === "sqrt") count = Math.ceil(Math.sqrt(n));
    else if (bins === "rice") count = Math.ceil(2 * Math.cbrt(n));
    else if (bins === "sturges" || spreadWidth === 0) count = sturges;
    else if (bins === "fd") count = Math.ceil((high - low) / spreadWidth);
    else if (bins === "auto") count = Math.max(sturges, Math.ceil((high - low) / spreadWidth));
    else notSupported(`hist(bins=${repr(bins)})`);
  } else if (isNumber(bins ?? null)) count = Number(toInt(bins!));
  if (count < 1) raiseError("ValueError", "`bins` must be positive, when an integer");
  count = Math.min(count, 10_000);
  return Float64Array.from({ length: count + 1 }, (_, k) => (k === count ? high : low + ((high - low) * k) / count));
}

function freedmanDiaconis(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25))) / Math.cbrt(sorted.length);
}

function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const left = Math.floor(at);
  return sorted.length === 0
    ? Number.NaN
    : sorted[left] + ((sorted[left + 1] ?? sorted[left]) - sorted[left]) * (at - left);
}

/** numpy.histogram: bins are open at the right, but for the last. */
function histogram(values: Float64Array, edges: Float64Array, weights: Float64Array | undefined): Float64Array {
  const counts = new Float64Array(edges.length - 1);
  const last = edges.length - 1;
  values.forEach((value, k) => {
    if (!(value >= edges[0] && value <= edges[last])) return;
    let [left, right] = [0, last];
    while (right - left > 1) {
      const middle = (left + right) >> 1;
      if (value >= edges[middle]) left = middle;
      else right = middle;
    }
    counts[left] += weights ? weights[k] : 1;
  });
  return counts;
}

const pairOf = (x: PyValue | undefined | null): [number, number] | undefined => {
  if (x === undefined || x === null) return undefined;
  const [low, high] = listOf(x).map(toFloat);
  return [low, high];
};

const hist: Plot = (axes, name, args, kwargs) => {
  const call = new Call(
    name,
    [
      "x",
      "bins?",
      "range?",
      "density?",
      "weights?",
      "cumulative?",
      "bottom?",
      "histtype?",
      "align?",
      "orientation?",
      "rwidth?",
      "log?",
      "color?",
      "label?",
      "stacked?",
    ],
    args,
    kwargs,
  );
  const [
    x,
    bins,
    within,
    density,
    weights,
    cumulative,
    bottom,
    type,
    align,
    orientation,
    rwidth,
    log,
    color,
    label,
    stacked,
  ] = call.positional;
  const sets = dataSets(x!);
  const all = finite(sets.flatMap((values) => [...values]));
  const edges = edgesOf(bins, all, pairOf(within));
  const wanted = sets.length > 1 ? listOr(weights, sets.length) : [weights];
  let counts = sets.map((values, k) => {
    const weight = wanted[k];
    return histogram(values, edges, weight === undefined || weight === null ? undefined : vectorOf(weight));
  });
  const isStacked = truth(stacked ?? false) || type === "barstacked";
  const widths = Float64Array.from({ length: edges.length - 1 }, (_, k) => edges[k + 1] - edges[k]);
  if (truth(density ?? false)) {
    const total = (row: Float64Array) => row.reduce((sum, value) => sum + value, 0);
    const whole = counts.reduce((sum, row) => sum + total(row), 0);
    counts = counts.map((row) => {
      const by = isStacked ? whole : total(row);
      return row.map((value, k) => value / by / widths[k]);
    });
  }
  if (truth(cumulative ?? false)) {
    counts = counts.map((row) => {
      let sum = 0;
      return row.map((value, k) => {
        sum += truth(density ?? false) ? value * widths[k] : value;
        return sum;
      });
    });
  }
  const horizontal = orientation === "horizontal";
  if (truth(log ?? false)) axes.setScale(horizontal ? "x" : "y", "log");
  const colors = color === undefined || color === null ? sets.map(() => axes.nextColor("fill")) : colorsOf(color);
  const labels =
    label === undefined || label === null ? [] : typeof label === "string" ? [label] : listOf(label).map(textOf);
  const alpha = call.number(1, "alpha");
  const share = rwidth === undefined || rwidth === null ? (sets.length > 1 && !isStacked ? 0.8 : 1) : toFloat(rwidth);
  const shift = align === "left" ? -0.5 : align === "right" ? 0.5 : 0;
  call.finish("Rectangle");
  let base = new Float64Array(widths.length).fill(0);
  if (bottom !== undefined && bottom !== null) base = Float64Array.from(spread(vectorOf(bottom), widths.length));
  const side = isStacked ? 1 : sets.length;
  const containers = counts.map((row, k): PyValue => {
    const own = base;
    if (isStacked) base = base.map((value, i) => value + row[i]);
    const at = widths.map(
      (width, i) => edges[i] + width * (0.5 + shift) + (side > 1 ? (width * share * (k - (side - 1) / 2)) / side : 0),
    );
    const common = { alpha, label: labels[k] ?? "" };
    if (type === "step" || type === "stepfilled") {
      const xs = Float64Array.from([
        edges[0],
        ...[...edges].flatMap((edge, i) => (i === 0 ? [] : [edges[i - 1], edge])),
        edges[edges.length - 1],
      ]);
      const ys = Float64Array.from([
        own[0],
        ...[...row].flatMap((value, i) => [own[i] + value, own[i] + value]),
        own[own.length - 1],
      ]);
      const [px, py] = horizontal ? [ys, xs] : [xs, ys];
      if (type === "stepfilled")
        axes.add({ kind: "area", x: px, y: py, color: colors[k % colors.length], edge: undefined, ...common });
      else
        axes.add({
          kind: "line",
          x: px,
          y: py,
          z: undefined,
          stroke: { color: colors[k % colors.length], width: 1.5, dash: "solid" },
          step: "none",
          marker: "",
          markerSize: 6,
          markerColor: colors[k % colors.length],
          xError: undefined,
          yError: undefined,
          ...common,
        });
      return new PyList([new Artist("matplotlib.patches.Polygon", undefined)]);
    }
    return addBars(axes, {
      kind: "bars",
      horizontal,
      at,
      widths: widths.map((width) => (width * share) / side),
      base: own,
      lengths: row,
      colors: [colors[k % colors.length]],
      error: undefined,
      ...common,
    });
  });
  // Stacked counts are given with what lies under them.
  let under = new Float64Array(widths.length);
  const told = counts.map((row) => {
    if (!isStacked) return row;
    under = under.map((value, i) => value + row[i]);
    return under;
  });
  return new PyTuple([
    told.length === 1
      ? vector(told[0])
      : new PyArray(
          tensor(
            told.flatMap((row) => [...row]),
            "float64",
            [told.length, widths.length],
          ),
        ),
    vector(edges),
    containers.length === 1 ? containers[0] : new PyList(containers),
  ]);
};

const listOr = (x: PyValue | undefined, count: number): (PyValue | undefined)[] =>
  x === undefined || x === null ? new Array(count).fill(undefined) : listOf(x);

/** One vector, the columns of a matrix, or vectors of different lengths. */
function dataSets(x: PyValue): Float64Array[] {
  if (isSequence(x)) {
    const items = listOf(x);
    if (items.length > 0 && items.every((item) => item instanceof PyObject && dataOf(item).shape.length > 0))
      return items.map((item) => vectorOf(item));
  }
  const data = dataOf(x);
  return data.shape.length === 2 ? Array.from({ length: data.shape[1] }, (_, k) => column(data, k)) : [data.data];
}

const hist2d: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["x", "y", "bins?", "range?", "density?"], args, kwargs);
  const [x, y] = [vectorOf(call.positional[0]!), vectorOf(call.positional[1]!)];
  sameSize(x, y);
  const bins = call.positional[2];
  const pair =
    bins !== undefined && bins !== null && !isNumber(bins) && lengthOf(bins) === 2n ? listOf(bins) : [bins, bins];
  const limits =
    call.positional[3] === undefined || call.positional[3] === null
      ? [undefined, undefined]
      : listOf(call.positional[3]).map(pairOf);
  const [ex, ey] = [edgesOf(pair[0], finite(x), limits[0]), edgesOf(pair[1], finite(y), limits[1])];
  const [nx, ny] = [ex.length - 1, ey.length - 1];
  const z = new Float64Array(nx * ny);
  const place = (edges: Float64Array, value: number): number =>
    histogram(Float64Array.of(value), edges, undefined).indexOf(1);
  x.forEach((value, k) => {
    const [i, j] = [place(ex, value), place(ey, y[k])];
    if (i >= 0 && j >= 0) z[j * nx + i]++;
  });
  if (truth(call.positional[4] ?? false)) {
    const total = z.reduce((sum, value) => sum + value, 0);
    z.forEach((value, k) => {
      z[k] = value / total / (ex[(k % nx) + 1] - ex[k % nx]) / (ey[Math.floor(k / nx) + 1] - ey[Math.floor(k / nx)]);
    });
  }
  const image = addCells(axes, call, ex, ey, z, "QuadMesh", false);
  call.finish("QuadMesh", "cmin cmax weights");
  const counts = new PyList(
    Array.from({ length: nx }, (_, i) => vector(Float64Array.from({ length: ny }, (_, j) => z[j * nx + i]))),
  );
  return new PyTuple([counts, vector(ex), vector(ey), image]);
};

// ── areas ───────────────────────────────────────────────────────────────────

const between =
  (horizontal: boolean): Plot =>
  (axes, name, args, kwargs) => {
    const [along, first, second] = horizontal ? ["y", "x1", "x2"] : ["x", "y1", "y2"];
    const call = new Call(name, [along, first, `${second}?`, "where?", "interpolate?", "step?"], args, kwargs);
    const [p, a, b, where] = call.positional;
    const at = vectorOf(p!, axes.axis(horizontal ? "y" : "x").categories);
    const curves = [
      [first, vectorOf(a!)],
      [second, b === undefined || b === null ? Float64Array.of(0) : vectorOf(b)],
    ] as const;
    for (const [which, values] of curves) {
      if (values.length !== 1 && values.length !== at.length)
        raiseError(
          "ValueError",
          `'${along}' has size ${at.length}, but '${which}' has an unequal size of ${values.length}`,
        );
    }
    const [low, high] = curves.map(([, values]) => spread(values, at.length));
    const wanted = where === undefined || where === null ? undefined : spread(vectorOf(where), at.length);
    const xs: number[] = [];
    const ys: number[] = [];
    let run: number[] = [];
    const close = () => {
      if (run.length > 1) {
        const outline = [...run.map((k) => [at[k], high[k]]), ...run.reverse().map((k) => [at[k], low[k]])];
        for (const [u, v] of [...outline, [Number.NaN, Number.NaN]]) {
          xs.push(horizontal ? v : u);
          ys.push(horizontal ? u : v);
        }
      }
      run = [];
    };
    for (let k = 0; k < at.length; k++) {
      const drawn = (!wanted || wanted[k]) && Number.isFinite(at[k] + low[k] + high[k]);
      if (drawn) run.push(k);
      else close();
    }
    close();
    return addArea(axes, call, Float64Array.from(xs), Float64Array.from(ys), "FillBetweenPolyCollection");
  };

function addArea(axes: PyAxes, call: Call, x: Float64Array, y: Float64Array, artist: string): Artist {
  const given = call.given("color", "facecolor", "facecolors", "fc");
  const edge = call.given("edgecolor", "edgecolors", "ec");
  const series: Draft<model.Area> = {
    kind: "area",
    x,
    y,
    color: given === undefined ? axes.nextColor("fill") : (colorsOf(given)[0] ?? ""),
    edge: edge === undefined ? undefined : (colorsOf(edge)[0] ?? "") || undefined,
    alpha: call.number(1, "alpha"),
    label: labelOf(call),
  };
  call.finish(artist, "interpolate step data");
  axes.add(series);
  return new Artist(`matplotlib.collections.${artist}`, series);
}

const fill: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["*"], args, kwargs);
  const out: PyValue[] = [];
  for (let k = 0; k + 1 < args.length; ) {
    const [x, y] = [vectorOf(args[k]), vectorOf(args[k + 1])];
    sameSize(x, y);
    k += 2;
    const own = new Call(name, [], [], call.kwargs);
    if (typeof args[k] === "string") {
      const { color } = parseFormat(args[k] as string);
      if (color && !own.kwargs.has("color")) own.kwargs.set("color", color);
      k++;
    }
    out.push(addArea(axes, own, x, y, "Polygon"));
  }
  return new PyList(out);
};

const stackplot: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["x", "*"], args, kwargs);
  const x = vectorOf(call.positional[0]!);
  const layers = args.slice(1).flatMap((arg) => {
    const data = dataOf(arg);
    return data.shape.length === 2
      ? Array.from({ length: data.shape[0] }, (_, k) => data.data.slice(k * data.shape[1], (k + 1) * data.shape[1]))
      : [data.data];
  });
  const labels = call.given("labels");
  const colors = call.given("colors");
  const texts = labels === undefined ? [] : listOf(labels).map(textOf);
  const given = colors === undefined ? [] : colorsOf(colors);
  const alpha = call.number(1, "alpha");
  call.finish("PolyCollection", "baseline hatch");
  let base = new Float64Array(x.length);
  return new PyList(
    layers.map((layer, k) => {
      if (layer.length !== x.length)
        raiseError(
          "ValueError",
          `operands could not be broadcast together with shapes (${x.length},) (${layer.length},)`,
        );
      const top = base.map((value, i) => value + layer[i]);
      const series: Draft<model.Area> = {
        kind: "area",
        x: Float64Array.from([...x, ...[...x].reverse()]),
        y: Float64Array.from([...top, ...[...base].reverse()]),
        color: given.length > 0 ? given[k % given.length] : axes.nextColor("fill"),
        edge: undefined,
        alpha,
        label: texts[k] ?? "",
      };
      base = top;
      axes.add(series);
      return new Artist("matplotlib.collections.FillBetweenPolyCollection", series);
    }),
  );
};

const pie: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["x", "explode?", "labels?", "colors?", "autopct?"], args, kwargs);
  const [px, explode, labels, colors, autopct] = call.positional;
  const parts = vectorOf(px!);
  if (parts.some((part) => part < 0)) raiseError("ValueError", "Wedge sizes 'x' must be non negative values");
  const total = parts.reduce((sum, part) => sum + part, 0);
  const out = explode === undefined || explode === null ? new Float64Array(parts.length) : vectorOf(explode);
  const texts = labels === undefined || labels === null ? [] : listOf(labels).map(textOf);
  const given = colors === undefined || colors === null ? [] : colorsOf(colors);
  const inner = 1 - wedgeWidth(call.take("wedgeprops"));
  let angle = (call.number(0, "startangle") * Math.PI) / 180;
  const turn = call.flag(true, "counterclock") ? 1 : -1;
  call.finish("Wedge", "shadow pctdistance labeldistance radius textprops center frame rotatelabels normalize hatch");
  axes.equal = true;
  axes.frame = false;
  const wedges: PyValue[] = [];
  parts.forEach((part, k) => {
    const end = angle + (turn * 2 * Math.PI * part) / total;
    const middle = (angle + end) / 2;
    const [cx, cy] = [out[k] * Math.cos(middle), out[k] * Math.sin(middle)];
    const count = Math.max(2, Math.ceil((Math.abs(end - angle) / Math.PI) * 60));
    const arc = (radius: number, from: number, to: number) =>
      Array.from({ length: count + 1 }, (_, i) => {
        const at = from + ((to - from) * i) / count;
        return [cx + radius * Math.cos(at), cy + radius * Math.sin(at)];
      });
    const outline = [...arc(1, angle, end), ...(inner > 0 ? arc(inner, end, angle) : [[cx, cy]])];
    const series: Draft<model.Area> = {
      kind: "area",
      x: Float64Array.from(outline, ([x]) => x),
      y: Float64Array.from(outline, ([, y]) => y),
      color: given.length > 0 ? given[k % given.length] : `C${k % 10}`,
      edge: undefined,
      alpha: 1,
      label: texts[k] ?? "",
    };
    axes.add(series);
    wedges.push(new Artist("matplotlib.patches.Wedge", series));
    const place = (text: string, radius: number) =>
      addText(axes, text, cx + radius * Math.cos(middle), cy + radius * Math.sin(middle), {
        horizontal: radius < 1 ? "center" : Math.cos(middle) >= 0 ? "left" : "right",
        vertical: "middle",
      });
    if (texts[k]) place(texts[k], 1.1);
    if (typeof autopct === "string") {
      const percent = (100 * part) / total;
      const digits = Number(/%\d*\.(\d+)f/.exec(autopct)?.[1] ?? (autopct.includes("%d") ? 0 : 1));
      place(autopct.replace(/%[\d.]*[fd]/, percent.toFixed(digits)).replaceAll("%%", "%"), 0.6);
    }
    angle = end;
  });
  return new PyTuple([new PyList(wedges), new PyList([])]);
};

function wedgeWidth(x: PyValue | undefined): number {
  const width = x instanceof PyDict && x.pyContains("width") ? numberOf(x.pyGetItem("width")) : undefined;
  return width ?? 1;
}

// ── errors, stems, statistics ───────────────────────────────────────────────

function errorsOf(x: PyValue, length: number, name: string, values: Float64Array): [Float64Array, Float64Array] {
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

const errorbar: Plot = (axes, name, args, kwargs) => {
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

const stem: Plot = (axes, name, args, kwargs) => {
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

const lines =
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

const axisLine =
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
const placeAlong = (axes: PyAxes, vertical: boolean, at: PyValue): number =>
  vectorOf(at, axes.axis(vertical ? "x" : "y").categories)[0];

const axisSpan =
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
const axline: Plot = (axes, name, args, kwargs) => {
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
const boxplot: Plot = (axes, name, args, kwargs) => {
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

const eventplot: Plot = (axes, name, args, kwargs) => {
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

// ── functions of two variables ──────────────────────────────────────────────

interface Grid {
  x: Float64Array;
  y: Float64Array;
  z: Float64Array;
}

/** `contour(Z)`, `contour(X, Y, Z)`; undefined where grids of coordinates are not those of `meshgrid`. */
function gridOf(args: readonly PyValue[]): (Grid & { levels: PyValue | undefined }) | undefined {
  const short = args.length < 3;
  const z = dataOf(args[short ? 0 : 2]);
  if (z.shape.length !== 2) raiseError("TypeError", `Input z must be 2D, not ${z.shape.length}D`);
  const [ny, nx] = z.shape;
  if (nx < 2 || ny < 2)
    raiseError("TypeError", `Input z must be at least a (2, 2) shaped array, but has shape ${shapeText(z.shape)}`);
  const levels = args[short ? 1 : 3];
  if (short) return { x: range(nx), y: range(ny), z: z.data, levels };
  const [x, y] = [dataOf(args[0]), dataOf(args[1])];
  if (x.shape.length !== y.shape.length)
    raiseError("TypeError", `Number of dimensions of x (${x.shape.length}) and y (${y.shape.length}) do not match`);
  if (x.shape.length === 1) {
    if (x.data.length !== nx)
      raiseError("TypeError", `Length of x (${x.data.length}) must match number of columns in z (${nx})`);
    if (y.data.length !== ny)
      raiseError("TypeError", `Length of y (${y.data.length}) must match number of rows in z (${ny})`);
    return { x: x.data, y: y.data, z: z.data, levels };
  }
  for (const [which, one] of [
    ["x", x],
    ["y", y],
  ] as const) {
    if (String(one.shape) !== String(z.shape))
      raiseError("TypeError", `Shapes of ${which} ${shapeText(one.shape)} and z ${shapeText(z.shape)} do not match`);
  }
  const straight = unmesh(x, y, z.data);
  return straight && { ...straight, levels };
}

/** The two vectors that a meshgrid was made of, in either indexing. */
function unmesh(x: Data, y: Data, z: Float64Array): Grid | undefined {
  const [m, n] = x.shape;
  const same = (a: number, b: number) => a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  const rowsAlike = ({ data }: Data) => data.every((value, k) => same(value, data[k % n]));
  const columnsAlike = ({ data }: Data) => data.every((value, k) => same(value, data[k - (k % n)]));
  if (rowsAlike(x) && columnsAlike(y))
    return { x: x.data.slice(0, n), y: Float64Array.from({ length: m }, (_, k) => y.data[k * n]), z };
  if (columnsAlike(x) && rowsAlike(y)) {
    const turned = new Float64Array(z.length);
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) turned[j * m + i] = z[i * n + j];
    return { x: Float64Array.from({ length: m }, (_, k) => x.data[k * n]), y: y.data.slice(0, n), z: turned };
  }
  return undefined;
}

/** Round levels from below the lowest value to above the highest, in at most `count` steps (matplotlib's `MaxNLocator`). */
export function niceLevels(low: number, high: number, count: number): Float64Array {
  if (!(high > low)) return Float64Array.of(low);
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const size = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]
    .map((factor) => factor * power)
    .find((candidate) => candidate >= raw - power * 1e-10)!;
  const first = Math.floor(low / size + 1e-10);
  const last = Math.ceil(high / size - 1e-10);
  return Float64Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * size).toPrecision(12)));
}

const contour =
  (filled: boolean): Plot =>
  (axes, name, args, kwargs) => {
    const call = new Call(name, ["*"], args, kwargs);
    if (axes.projection === "space") return notDrawn(`${name} of 3D axes`);
    if (args.length === 0) raiseError("TypeError", `${name}() takes from 1 to 4 positional arguments but 0 were given`);
    const grid = gridOf(args);
    if (!grid) return notDrawn(`${name} over a grid that is not rectangular`);
    const { x, y, z, levels: positional } = grid;
    const wanted = call.take("levels") ?? positional;
    const colors = call.given("colors", "color");
    const norm = normOf(call.take("norm"), call.take("vmin"), call.take("vmax"));
    const locator = call.take("locator");
    const logarithmic = norm.log || (locator instanceof Looks && locator.name === "LogLocator");
    const [low, high] = rangeOf(logarithmic ? z.filter((value) => value > 0) : z);
    let levels: Float64Array;
    if (wanted === undefined || wanted === null || isNumber(wanted)) {
      const count = wanted === undefined || wanted === null ? 7 : Number(toInt(wanted));
      if (logarithmic) {
        const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
        levels = Float64Array.from({ length: to - from + 1 }, (_, k) => 10 ** (from + k));
      } else levels = niceLevels(low, high, count + 1);
    } else levels = vectorOf(wanted);
    if (levels.some((level, k) => k > 0 && !(level > levels[k - 1])))
      raiseError("ValueError", "Contour levels must be increasing");
    if (filled && levels.length < 2) raiseError("ValueError", "Filled contours require at least 2 levels.");
    const single = colors === undefined ? undefined : colorsOf(colors);
    const series: Draft<model.Contour> = {
      kind: "contour",
      x,
      y,
      z,
      levels,
      filled,
      map:
        single === undefined
          ? colorMapOf(call.take("cmap"), { ...norm, log: logarithmic }, levels)
          : single.length > 1
            ? { name: "", colors: single.map(hexOf), low: levels[0], high: levels[levels.length - 1], log: false }
            : undefined,
      color: single?.length === 1 ? single[0] : undefined,
      labels: false,
      alpha: call.number(1, "alpha"),
      label: "",
    };
    call.finish(
      "QuadContourSet",
      "extend origin corner_mask algorithm nchunk hatches negative_linestyles xunits yunits data",
    );
    axes.add(series);
    return axes.mappable(
      new Artist("matplotlib.contour.QuadContourSet", series, (attribute) =>
        attribute === "levels"
          ? vector(series.levels)
          : attribute === "collections"
            ? new PyList([])
            : attribute === "legend_elements"
              ? native(attribute, () => new PyTuple([new PyList([]), new PyList([])]))
              : undefined,
      ),
    );
  };

const clabel: Plot = (_axes, _name, [set]) => {
  if (set instanceof Artist && set.series?.kind === "contour") set.series.labels = true;
  return new PyList([]);
};

/** Edges between cells that lie around these middles. */
function edgesAround(middles: Float64Array): Float64Array {
  const n = middles.length;
  if (n === 1) return Float64Array.of(middles[0] - 0.5, middles[0] + 0.5);
  return Float64Array.from({ length: n + 1 }, (_, k) => {
    if (k === 0) return middles[0] - (middles[1] - middles[0]) / 2;
    if (k === n) return middles[n - 1] + (middles[n - 1] - middles[n - 2]) / 2;
    return (middles[k - 1] + middles[k]) / 2;
  });
}

function addCells(
  axes: PyAxes,
  call: Call,
  x: Float64Array,
  y: Float64Array,
  z: Float64Array,
  artist: string,
  rgb: boolean,
): Artist {
  const norm: Norm = normOf(call.take("norm"), call.take("vmin"), call.take("vmax"));
  const series: Draft<model.Cells> = {
    kind: "cells",
    x,
    y,
    z,
    rgb,
    map: colorMapOf(call.take("cmap"), norm, z),
    alpha: call.number(1, "alpha"),
    label: "",
  };
  axes.add(series);
  const path = artist === "AxesImage" ? "matplotlib.image.AxesImage" : `matplotlib.collections.${artist}`;
  const text =
    artist === "AxesImage" ? `AxesImage(shape=(${y.length - 1}, ${x.length - 1}${rgb ? ", 3" : ""}))` : undefined;
  return axes.mappable(
    new Artist(
      path,
      series,
      (attribute) => {
        if (attribute === "set_data")
          return native(attribute, ([image]) => {
            series.z = dataOf(image).data;
            return null;
          });
        if (attribute === "set_clim")
          return native(attribute, ([low, high]) => {
            series.map = { ...series.map, low: toFloat(low), high: toFloat(high) };
            return null;
          });
        return undefined;
      },
      text,
    ),
  );
}

const imshow: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["X", "cmap?", "norm?"], args, kwargs);
  const [image, cmap, norm] = call.positional;
  const { data, shape } = dataOf(image!);
  const deep = shape.length === 3 && (shape[2] === 3 || shape[2] === 4 || shape[2] === 1);
  if (shape.length !== 2 && !deep) raiseError("TypeError", `Invalid shape ${shapeText(shape)} for image data`);
  const [rowCount, columnCount] = shape;
  const channels = deep ? shape[2] : 1;
  // Integers up to 255, or shares.
  const whole = channels > 1 && data.some((value) => value > 1) ? 255 : 1;
  let z =
    channels > 1
      ? Float64Array.from(
          { length: rowCount * columnCount * 3 },
          (_, k) => data[Math.floor(k / 3) * channels + (k % 3)] / whole,
        )
      : data;
  const origin = call.text("upper", "origin");
  const extent = call.given("extent");
  const aspect = call.given("aspect");
  let [left, right, bottom, top] =
    extent === undefined
      ? origin === "lower"
        ? [-0.5, columnCount - 0.5, -0.5, rowCount - 0.5]
        : [-0.5, columnCount - 0.5, rowCount - 0.5, -0.5]
      : vectorOf(extent);
  const upright = bottom < top;
  // Rows from below, as cells have them.
  if (origin !== "lower") {
    const width = z.length / rowCount;
    const turned = new Float64Array(z.length);
    for (let row = 0; row < rowCount; row++)
      turned.set(z.subarray(row * width, (row + 1) * width), (rowCount - 1 - row) * width);
    z = turned;
  }
  const edges = (from: number, to: number, count: number) =>
    Float64Array.from({ length: count + 1 }, (_, k) => from + ((to - from) * k) / count);
  if (right < left) [left, right] = [right, left];
  if (cmap !== undefined) call.kwargs.set("cmap", cmap);
  if (norm !== undefined) call.kwargs.set("norm", norm);
  const made = addCells(
    axes,
    call,
    edges(left, right, columnCount),
    edges(bottom, top, rowCount),
    z,
    "AxesImage",
    channels > 1,
  );
  call.finish("AxesImage", "aspect filternorm filterrad data colorizer");
  axes.equal = aspect !== "auto" && settingOf("image.aspect") !== "auto";
  if (!upright && !axes.y.limits) axes.y.limits = [bottom, top];
  return made;
};

const matshow: Plot = (axes, name, args, kwargs) =>
  imshow(axes, name, args, new Map([...(kwargs ?? [])].filter(([key]) => key !== "fignum")));

const pcolormesh: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["*"], args, kwargs);
  const short = args.length < 3;
  const c = dataOf(args[short ? 0 : 2] ?? null);
  if (c.shape.length !== 2) raiseError("ValueError", "not enough values to unpack (expected 2, got 1)");
  const [ny, nx] = c.shape;
  const shading = call.given("shading");
  let x = Float64Array.from({ length: nx + 1 }, (_, k) => k);
  let y = Float64Array.from({ length: ny + 1 }, (_, k) => k);
  let z = c.data;
  if (!short) {
    const [px, py] = [dataOf(args[0]), dataOf(args[1])];
    const [wide, high] = [
      px.shape.length === 2 ? px.shape[1] : px.data.length,
      py.shape.length === 2 ? py.shape[0] : py.data.length,
    ];
    const middles = wide === nx && high === ny && shading !== "flat";
    if (!middles && (wide !== nx + 1 || high !== ny + 1))
      raiseError(
        "TypeError",
        `Dimensions of C ${shapeText(c.shape)} should be one smaller than X(${wide}) and Y(${high}) while using shading='flat' see help(pcolormesh)`,
      );
    let grid: Grid | undefined = { x: px.data, y: py.data, z };
    if (px.shape.length === 2)
      grid = middles ? unmesh(px, py, z) : unmesh(px, py, px.data) && { ...unmesh(px, py, px.data)!, z };
    if (!grid) return notDrawn(`${name} over a grid that is not rectangular`);
    [x, y, z] = [middles ? edgesAround(grid.x) : grid.x, middles ? edgesAround(grid.y) : grid.y, grid.z] as [
      Float64Array<ArrayBuffer>,
      Float64Array<ArrayBuffer>,
      Float64Array<ArrayBuffer>,
    ];
  }
  const made = addCells(axes, call, x, y, z, "QuadMesh", false);
  call.finish("QuadMesh", "shading data colorizer");
  return made;
};

const quiver: Plot = (axes, name, args, kwargs) => {
  if (axes.projection === "space") return notDrawn(`${name} of 3D axes`);
  const call = new Call(name, ["*"], args, kwargs);
  if (args.length < 2)
    raiseError("TypeError", `${name}() takes from 2 to 5 positional arguments but ${args.length} were given`);
  const short = args.length < 4;
  const [u, v] = [dataOf(args[short ? 0 : 2]), dataOf(args[short ? 1 : 3])];
  let [x, y] = short ? [undefined, undefined] : [dataOf(args[0]).data, dataOf(args[1]).data];
  const [high, wide] = u.shape.length === 2 ? u.shape : [1, u.data.length];
  if (!x || !y) {
    x = Float64Array.from(u.data, (_, k) => k % wide);
    y = Float64Array.from(u.data, (_, k) => Math.floor(k / wide));
  } else if (u.shape.length === 2 && x.length === wide && y.length === high && u.data.length !== x.length) {
    const [xs, ys] = [x, y];
    x = Float64Array.from(u.data, (_, k) => xs[k % wide]);
    y = Float64Array.from(u.data, (_, k) => ys[Math.floor(k / wide)]);
  }
  const [xs, ys, us, vs] = broadcast([
    ["X", x],
    ["Y", y],
    ["U", u.data],
    ["V", v.data],
  ]);
  const exact = call.text("", "angles") === "xy" && call.kwargs.get("scale_units") === "xy";
  const scale = call.given("scale");
  const given = call.given("color");
  // Without a scale, matplotlib lets the mean arrow be about as long as the arrows lie apart.
  const mean = us.reduce((sum, value, k) => sum + Math.hypot(value, vs[k]), 0) / (us.length || 1);
  const [xr, yr] = [rangeOf(xs), rangeOf(ys)];
  const gap = Math.max(xr[1] - xr[0], yr[1] - yr[0]) / Math.max(Math.sqrt(us.length), 2) || 1;
  const factor = exact ? 1 / (scale === undefined ? 1 : toFloat(scale)) : mean > 0 ? gap / mean : 1;
  const pivot = call.text("tail", "pivot");
  const back = pivot === "mid" || pivot === "middle" ? 0.5 : pivot === "tip" ? 1 : 0;
  const series: Draft<model.Arrows> = {
    kind: "arrows",
    x: xs.map((at, k) => at - us[k] * factor * back),
    y: ys.map((at, k) => at - vs[k] * factor * back),
    toX: xs.map((at, k) => at + us[k] * factor * (1 - back)),
    toY: ys.map((at, k) => at + vs[k] * factor * (1 - back)),
    color: given === undefined ? "black" : colorsOf(given)[0],
    alpha: call.number(1, "alpha"),
    label: labelOf(call),
  };
  call.finish("Quiver", "units angles scale_units headwidth headlength headaxislength minshaft minlength data");
  axes.add(series);
  return new Artist("matplotlib.quiver.Quiver", series);
};

const arrow: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["x", "y", "dx", "dy"], args, kwargs);
  const [x, y, dx, dy] = call.positional.map((part) => toFloat(part!));
  const given = call.given("color", "facecolor", "fc");
  const series: Draft<model.Arrows> = {
    kind: "arrows",
    x: Float64Array.of(x),
    y: Float64Array.of(y),
    toX: Float64Array.of(x + dx),
    toY: Float64Array.of(y + dy),
    color: given === undefined ? "C0" : colorOf(given),
    alpha: call.number(1, "alpha"),
    label: labelOf(call),
  };
  call.finish("FancyArrow", "width head_width head_length length_includes_head shape overhang head_starts_at_zero");
  axes.add(series);
  return new Artist("matplotlib.patches.FancyArrow", series);
};

// ── space ───────────────────────────────────────────────────────────────────

const surface =
  (wire: boolean): Plot =>
  (axes, name, args, kwargs) => {
    const call = new Call(name, ["X", "Y", "Z"], args, kwargs);
    if (axes.projection !== "space")
      raiseError("AttributeError", `'Axes' object has no attribute '${name.replace(/.*\./, "")}'`);
    const z = dataOf(call.positional[2]!);
    if (z.shape.length !== 2) raiseError("ValueError", "Argument Z must be 2-dimensional.");
    const [high, wide] = z.shape;
    const along = (which: PyValue, axis: 0 | 1): Float64Array => {
      const { data, shape } = dataOf(which);
      if (shape.length === 2 && String(shape) === String(z.shape)) return data;
      return Float64Array.from(z.data, (_, k) => data[axis === 0 ? k % wide : Math.floor(k / wide)]);
    };
    const given = call.given("color", "colors");
    const cmap = call.take("cmap");
    const norm = normOf(call.take("norm"), call.take("vmin"), call.take("vmax"));
    const series: Draft<model.Surface> = {
      kind: "surface",
      rows: high,
      columns: wide,
      x: along(call.positional[0]!, 0),
      y: along(call.positional[1]!, 1),
      z: z.data,
      wire,
      color: given === undefined ? axes.nextColor("line") : colorOf(given),
      map: cmap === undefined || cmap === null ? undefined : colorMapOf(cmap, norm, z.data),
      alpha: call.number(1, "alpha"),
      label: labelOf(call),
    };
    call.finish("Poly3DCollection", "rcount ccount rstride cstride shade lightsource facecolors axlim_clip");
    axes.add(series);
    return axes.mappable(new Artist("mpl_toolkits.mplot3d.art3d.Poly3DCollection", series));
  };

// ── words ───────────────────────────────────────────────────────────────────

function addText(axes: PyAxes, text: string, x: number, y: number, more: Partial<Draft<model.Text>> = {}): void {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  axes.add({
    kind: "text",
    text,
    x,
    y,
    z: undefined,
    relative: false,
    target: undefined,
    color: "black",
    horizontal: "left",
    vertical: "bottom",
    alpha: 1,
    label: "",
    ...more,
  });
}

function textStyle(call: Call): Partial<Draft<model.Text>> {
  const horizontal = call.text("left", "ha", "horizontalalignment");
  const vertical = call.text("baseline", "va", "verticalalignment");
  const color = call.given("color", "c");
  return {
    horizontal: horizontal === "center" || horizontal === "right" ? horizontal : "left",
    vertical: vertical === "center" ? "middle" : vertical === "top" ? "top" : "bottom",
    color: color === undefined ? "black" : colorOf(color),
  };
}

const text: Plot = (axes, name, args, kwargs) => {
  const space = axes.projection === "space";
  const call = new Call(name, space ? ["x", "y", "z", "s", "zdir?"] : ["x", "y", "s", "fontdict?"], args, kwargs);
  const [x, y] = [placeAlong(axes, true, call.positional[0]!), placeAlong(axes, false, call.positional[1]!)];
  const words = textOf(call.positional[space ? 3 : 2]!);
  const style = textStyle(call);
  const transform = call.take("transform");
  for (const key of call.kwargs.keys()) if (!/^(s|fontdict)$/.test(key)) checkText(key);
  addText(axes, words, x, y, {
    ...style,
    relative: transform instanceof Looks && transform.relative,
    z: space ? toFloat(call.positional[2]!) : undefined,
  });
  return textArtist(call.positional[0]!, call.positional[1]!, words);
};
function checkText(key: string): void {
  if (!isProperty(key)) raiseError("AttributeError", `'Text' object has no property '${key}'`);
}

const annotate: Plot = (axes, name, args, kwargs) => {
  const call = new Call(
    name,
    ["text", "xy", "xytext?", "xycoords?", "textcoords?", "arrowprops?", "annotation_clip?"],
    args,
    kwargs,
  );
  const [words, xy, xytext, xycoords, textcoords, arrowprops] = call.positional;
  const pair = listOf(xy!);
  const target: [number, number] = [placeAlong(axes, true, pair[0]), placeAlong(axes, false, pair[1])];
  const style = textStyle(call);
  call.finish("Text");
  const relative = xycoords === "axes fraction";
  let [x, y] = target;
  let arrowTo: [number, number] | undefined;
  if (
    xytext !== undefined &&
    xytext !== null &&
    (textcoords === undefined || textcoords === null || textcoords === "data" || textcoords === xycoords)
  ) {
    [x, y] = vectorOf(xytext);
    if (arrowprops !== undefined && arrowprops !== null) arrowTo = target;
  }
  addText(axes, textOf(words!), x, y, { ...style, relative, target: arrowTo });
  return textArtist(pair[0], pair[1], textOf(words!), "Annotation");
};

const legend: Plot = (axes, _name, args, kwargs) => {
  const rest = new Map(kwargs);
  const handles =
    args.length > 1 || rest.has("handles") ? (args.length > 1 ? args[0] : rest.get("handles")!) : undefined;
  const labels = args.length > 1 ? args[1] : (args[0] ?? rest.get("labels"));
  for (const key of rest.keys()) {
    if (!legendKeywords.has(key))
      raiseError("TypeError", `Legend.__init__() got an unexpected keyword argument '${key}'`);
  }
  const place = rest.get("loc");
  if (
    typeof place === "string" &&
    !/^(best|center|(upper|lower|center) (left|right|center)|right|outside .*)$/.test(place)
  )
    raiseError("ValueError", `${repr(place)} is not a valid value for loc.`);
  const label = (artist: PyValue | undefined, words: string) => {
    if (artist instanceof Artist && artist.series) artist.series.label = words;
    else if (artist instanceof Container) artist.series.label = words;
    else if (artist instanceof PyList && artist.items.length > 0) label(artist.items[0], words);
  };
  if (labels !== undefined && labels !== null) {
    const texts = listOf(labels).map(textOf);
    const targets = handles === undefined ? axes.series.filter(isNamed) : listOf(handles);
    texts.forEach((words, k) => {
      const target = targets[k];
      if (target instanceof PyObject) label(target, words);
      else if (target !== undefined && target !== null && typeof target === "object" && "kind" in target)
        (target as Draft<model.Series>).label = words;
    });
  }
  const owner = axes.over?.axes ?? axes;
  const others = axes.figure.axes.filter((one) => one === axes || one.over?.axes === owner || one === owner);
  if (!others.some((one) => one.series.some((series) => series.label !== "")) && handles === undefined)
    warn(
      "UserWarning: No artists with labels found to put in legend.  Note that artists whose label start with an underscore are ignored when legend() is called with no argument.",
    );
  axes.legend = { title: typeof rest.get("title") === "string" ? (rest.get("title") as string) : "" };
  axes.figure.touch();
  return new Artist(
    "matplotlib.legend.Legend",
    undefined,
    (attribute) => (attribute.startsWith("get_") || attribute.startsWith("set_") ? new Looks(attribute) : undefined),
    "Legend",
  );
};
const isNamed = (series: model.Series): boolean =>
  series.kind !== "text" && series.kind !== "rule" && series.kind !== "cells" && series.kind !== "contour";

const legendKeywords = new Set(
  "handles labels loc numpoints markerscale markerfirst reverse scatterpoints scatteryoffsets prop fontsize labelcolor borderpad labelspacing handlelength handleheight handletextpad borderaxespad columnspacing ncols mode fancybox shadow title title_fontsize framealpha edgecolor facecolor linewidth bbox_to_anchor bbox_transform frameon handler_map title_fontproperties alignment ncol draggable".split(
    " ",
  ),
);

const barLabel: Plot = (axes, name, args, kwargs) => {
  const call = new Call(name, ["container", "labels?"], args, kwargs);
  const [container, labels] = call.positional;
  const format = call.given("fmt");
  const centre = call.text("edge", "label_type") === "center";
  call.finish("Text", "padding");
  if (!(container instanceof Container) || container.series.kind !== "bars") return new PyList([]);
  const { at, base, lengths, horizontal } = container.series;
  const texts = labels === undefined || labels === null ? undefined : listOf(labels).map(textOf);
  at.forEach((place, k) => {
    const words =
      texts?.[k] ??
      (typeof format === "string" ? numberBy(format, lengths[k]) : `${Number(lengths[k].toPrecision(6))}`);
    const end = base[k] + lengths[k] * (centre ? 0.5 : 1);
    const [x, y] = horizontal ? [end, place] : [place, end];
    addText(
      axes,
      words,
      x,
      y,
      horizontal ? { vertical: "middle" } : { horizontal: "center", vertical: centre ? "middle" : "bottom" },
    );
  });
  return new PyList([]);
};

function numberBy(format: string, value: number): string {
  const digits = /\.(\d+)f/.exec(format)?.[1];
  return format
    .replace(
      /%[\d.]*[a-z]|\{[^}]*\}/,
      digits === undefined ? `${Number(value.toPrecision(6))}` : value.toFixed(Number(digits)),
    )
    .replaceAll("%%", "%");
}

/** Shapes of `matplotlib.patches`, as areas. */
const addPatch: Plot = (axes, _name, [patch]) => {
  if (patch instanceof Artist && patch.series) axes.add(patch.series);
  else notDrawn("this patch");
  return patch;
};

export const plots: Record<string, Plot> = {
  plot,
  plot3D: plot,
  scatter,
  scatter3D: scatter,
  bar: bars(false),
  barh: bars(true),
  bar_label: barLabel,
  hist,
  hist2d,
  fill_between: between(false),
  fill_betweenx: between(true),
  fill,
  stackplot,
  pie,
  errorbar,
  step,
  stem,
  semilogx: scaled(true, false),
  semilogy: scaled(false, true),
  loglog: scaled(true, true),
  vlines: lines(true),
  hlines: lines(false),
  axhline: axisLine(false),
  axvline: axisLine(true),
  axhspan: axisSpan(false),
  axvspan: axisSpan(true),
  axline,
  boxplot,
  eventplot,
  contour: contour(false),
  contourf: contour(true),
  clabel,
  imshow,
  matshow,
  spy: imshow,
  pcolormesh,
  pcolor: pcolormesh,
  quiver,
  arrow,
  plot_surface: surface(false),
  plot_wireframe: surface(true),
  text,
  text2D: text,
  annotate,
  legend,
  add_patch: addPatch,
  add_line: addPatch,
};
