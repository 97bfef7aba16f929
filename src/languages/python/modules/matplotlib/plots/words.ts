/** Texts, annotations, legends, patches. */

import { toFloat } from "../../../runtime/arguments";
import { listOf, PyList } from "../../../runtime/containers";
import { raiseError } from "../../../runtime/errors";
import { PyObject, type PyValue } from "../../../runtime/object";
import { repr } from "../../../runtime/protocol";
import { holding } from "../../../runtime/watch";
import { Artist, Container, type Draft } from "../artists";
import { Looks, notDrawn, type PyAxes, textArtist } from "../axes";
import { Call, isProperty, textOf, warn } from "../call";
import { colorOf } from "../colors";
import { vectorOf } from "../data";
import type * as model from "../model";
import type { Plot } from "./common";
import { placeAlong } from "./marks";

export function addText(axes: PyAxes, text: string, x: number, y: number, more: Partial<Draft<model.Text>> = {}): void {
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

export const text: Plot = (axes, name, args, kwargs) => {
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

export const annotate: Plot = (axes, name, args, kwargs) => {
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

export const legend: Plot = (axes, _name, args, kwargs) => {
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
    holding((attribute) =>
      attribute.startsWith("get_") || attribute.startsWith("set_") ? new Looks(attribute) : undefined,
    ),
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

export const barLabel: Plot = (axes, name, args, kwargs) => {
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
export const addPatch: Plot = (axes, _name, [patch]) => {
  if (patch instanceof Artist && patch.series) axes.add(patch.series);
  else notDrawn("this patch");
  return patch;
};
