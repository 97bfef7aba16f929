/** Bars and histograms. */

import { tensor } from "../../../../../engine";
import { toFloat, toInt } from "../../../runtime/arguments";
import { listOf, PyList, PyTuple } from "../../../runtime/containers";
import { raiseError } from "../../../runtime/errors";
import { native, PyObject, type PyValue } from "../../../runtime/object";
import { isNumber, lengthOf, repr, truth } from "../../../runtime/protocol";
import { holding } from "../../../runtime/watch";
import { PyArray } from "../../numpy/array";
import { isSequence } from "../../numpy/convert";
import { Artist, Container, type Draft, vector } from "../artists";
import type { PyAxes } from "../axes";
import { Call, notSupported, textOf } from "../call";
import { colorOf, colorsOf } from "../colors";
import { broadcast, column, dataOf, spread, vectorOf } from "../data";
import type * as model from "../model";
import { settingOf } from "../settings";
import { finite, labelOf, type Plot, rangeOf } from "./common";
import { addCells } from "./grids";
import { sameSize } from "./lines";
import { errorsOf } from "./marks";

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
    return new Artist(
      "matplotlib.patches.Rectangle",
      undefined,
      holding((name) => {
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
      }, series),
    );
  });

function addBars(axes: PyAxes, series: Draft<model.Bars>, whole = false): Container {
  axes.add(series);
  return new Container("BarContainer", rectangles(series, whole), series);
}

export const bars =
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

export function quantile(sorted: readonly number[], share: number): number {
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

export const hist: Plot = (axes, name, args, kwargs) => {
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
export function dataSets(x: PyValue): Float64Array[] {
  if (isSequence(x)) {
    const items = listOf(x);
    if (items.length > 0 && items.every((item) => item instanceof PyObject && dataOf(item).shape.length > 0))
      return items.map((item) => vectorOf(item));
  }
  const data = dataOf(x);
  return data.shape.length === 2 ? Array.from({ length: data.shape[1] }, (_, k) => column(data, k)) : [data.data];
}

export const hist2d: Plot = (axes, name, args, kwargs) => {
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
