/** Functions of two variables: contours, images, arrows. */

import { toFloat, toInt } from "../../../runtime/arguments";
import { PyList, PyTuple } from "../../../runtime/containers";
import { raiseError } from "../../../runtime/errors";
import { native, type PyValue } from "../../../runtime/object";
import { isNumber } from "../../../runtime/protocol";
import { holding } from "../../../runtime/watch";
import { Artist, type Draft, vector } from "../artists";
import { Looks, notDrawn, type PyAxes } from "../axes";
import { Call } from "../call";
import { colorMapOf, type Norm, normOf } from "../colormap-objects";
import { colorOf, colorsOf, hexOf } from "../colors";
import { broadcast, type Data, dataOf, range, shapeText, vectorOf } from "../data";
import type * as model from "../model";
import { settingOf } from "../settings";
import { labelOf, type Plot, rangeOf } from "./common";

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
function niceLevels(low: number, high: number, count: number): Float64Array {
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

export const contour =
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
      new Artist(
        "matplotlib.contour.QuadContourSet",
        series,
        holding(
          (attribute) =>
            attribute === "levels"
              ? vector(series.levels)
              : attribute === "collections"
                ? new PyList([])
                : attribute === "legend_elements"
                  ? native(attribute, () => new PyTuple([new PyList([]), new PyList([])]))
                  : undefined,
          series,
        ),
      ),
    );
  };

export const clabel: Plot = (_axes, _name, [set]) => {
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

export function addCells(
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
      holding((attribute) => {
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
      }, series),
      text,
    ),
  );
}

export const imshow: Plot = (axes, name, args, kwargs) => {
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

export const matshow: Plot = (axes, name, args, kwargs) =>
  imshow(axes, name, args, new Map([...(kwargs ?? [])].filter(([key]) => key !== "fignum")));

export const pcolormesh: Plot = (axes, name, args, kwargs) => {
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

export const quiver: Plot = (axes, name, args, kwargs) => {
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

export const arrow: Plot = (axes, name, args, kwargs) => {
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
