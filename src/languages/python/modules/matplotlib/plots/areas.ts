/** Filled areas and pies. */

import { listOf, PyDict, PyList, PyTuple } from "../../../runtime/containers";
import { raiseError } from "../../../runtime/errors";
import type { PyValue } from "../../../runtime/object";
import { numberOf } from "../../../runtime/text";
import { Artist, type Draft } from "../artists";
import type { PyAxes } from "../axes";
import { Call, textOf } from "../call";
import { colorsOf, parseFormat } from "../colors";
import { dataOf, spread, vectorOf } from "../data";
import type * as model from "../model";
import { labelOf, type Plot } from "./common";
import { sameSize } from "./lines";
import { addText } from "./words";

export const between =
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

export const fill: Plot = (axes, name, args, kwargs) => {
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

export const stackplot: Plot = (axes, name, args, kwargs) => {
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

export const pie: Plot = (axes, name, args, kwargs) => {
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
