/** What plotting functions give back: handles on what was drawn. */

import { tensor } from "../../../../engine";
import { toFloat } from "../../runtime/arguments";
import { listOf, PyList, PyTuple } from "../../runtime/containers";
import { type Kwargs, makeType, native, PyObject, type PyType, type PyValue } from "../../runtime/object";
import { address, call as callValue, getAttribute } from "../../runtime/protocol";
import { PyArray } from "../numpy/array";
import { isProperty, textOf } from "./call";
import { colorOf, cycleColor, dashOf, markerOf } from "./colors";
import { vectorOf } from "./data";
import type { ColorMap, Line, Series } from "./model";

export type Draft<T> = { -readonly [K in keyof T]: T[K] };

const types = new Map<string, PyType>();
export function artistType(path: string): PyType {
  let type = types.get(path);
  if (!type) {
    const dot = path.lastIndexOf(".");
    type = makeType(path.slice(dot + 1));
    type.module = path.slice(0, dot);
    types.set(path, type);
  }
  return type;
}

export const vector = (values: ArrayLike<number>): PyArray => new PyArray(tensor(values, "float64", [values.length]));

/** Something drawn. Methods `set_…` that only change the looks do nothing; `set` takes several at once. */
export class Artist extends PyObject {
  constructor(
    path: string,
    readonly series: Draft<Series> | undefined,
    /** Attributes and methods of its own. */
    private readonly own?: (name: string) => PyValue | undefined,
    private readonly text?: string,
  ) {
    super(artistType(path));
    this.dict = new Map();
  }
  /** What a colour bar explains. */
  get map(): ColorMap | undefined {
    return this.series && "map" in this.series ? this.series.map : undefined;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    const kept = this.dict?.get(name);
    if (kept !== undefined) return kept;
    const own = this.own?.(name) ?? (this.series ? seriesAttribute(this.series, name) : undefined);
    if (own !== undefined) return own;
    if (name === "set")
      return native(name, (_, kwargs) => {
        for (const [key, value] of kwargs ?? []) callValue(getAttribute(this, `set_${key}`), [value]);
        return null;
      });
    if (name === "get_label") return native(name, () => this.series?.label ?? "");
    if (name === "remove")
      return native(name, () => {
        this.removed = true;
        return null;
      });
    if (name.startsWith("set_") && isProperty(name.slice(4))) return native(name, () => null);
    return undefined;
  }
  removed = false;
  override pyKey(): PyObject {
    return this;
  }
  override pyRepr(): string {
    return this.text ?? `<${this.type.module}.${this.type.name} object at ${address(this)}>`;
  }
}

function seriesAttribute(series: Draft<Series>, name: string): PyValue | undefined {
  const method = (run: (args: PyValue[], kwargs: Kwargs | undefined) => unknown) =>
    native(name, (args, kwargs) => {
      run(args, kwargs);
      return null;
    });
  switch (name) {
    case "set_label":
      return method(([text]) => {
        series.label = textOf(text);
      });
    case "set_alpha":
      return method(([alpha]) => {
        series.alpha = alpha === null ? 1 : toFloat(alpha);
      });
  }
  if (series.kind !== "line") return undefined;
  const line: Draft<Line> = series;
  switch (name) {
    case "get_xdata":
      return native(name, () => vector(line.x));
    case "get_ydata":
      return native(name, () => vector(line.y));
    case "get_data":
      return native(name, () => new PyTuple([vector(line.x), vector(line.y)]));
    case "get_color":
    case "get_c":
      return native(name, () => cycleColor(line.stroke.color));
    case "get_linewidth":
    case "get_lw":
      return native(name, () => line.stroke.width);
    case "set_data":
      return method((args) => {
        const [x, y] = args.length === 1 ? listOf(args[0]) : args;
        [line.x, line.y] = [vectorOf(x), vectorOf(y)];
      });
    case "set_xdata":
      return method(([x]) => {
        line.x = vectorOf(x);
      });
    case "set_ydata":
      return method(([y]) => {
        line.y = vectorOf(y);
      });
    case "set_color":
    case "set_c":
      return method(([color]) => {
        const chosen = colorOf(color);
        if (line.markerColor === line.stroke.color) line.markerColor = chosen;
        line.stroke = { ...line.stroke, color: chosen };
      });
    case "set_linewidth":
    case "set_lw":
      return method(([width]) => {
        line.stroke = { ...line.stroke, width: toFloat(width) };
      });
    case "set_linestyle":
    case "set_ls":
      return method(([style]) => {
        line.stroke = { ...line.stroke, dash: dashOf(style) };
      });
    case "set_marker":
      return method(([marker]) => {
        line.marker = markerOf(marker);
      });
  }
  return undefined;
}

/** What a call about the axes gives back, as a tuple or list like any other. */
export class AxisTuple extends PyTuple {}
export class AxisList extends PyList {}

/** Whether this is what plotting calls give back, rather than a result that one would read. */
export function isDrawn(x: PyValue): boolean {
  if (x instanceof AxisTuple || x instanceof AxisList) return true;
  if (x instanceof PyList || x instanceof PyTuple) return x.items.some(isDrawn);
  return x instanceof PyObject && /^(matplotlib|mpl_toolkits)\b/.test(x.type.module);
}

/** A tuple of artists with a name: `BarContainer`, `ErrorbarContainer`, `StemContainer`. */
export class Container extends PyTuple {
  constructor(
    name: string,
    items: PyValue[],
    readonly series: Draft<Series>,
    private readonly more: Record<string, PyValue> = {},
  ) {
    super(items, artistType(`matplotlib.container.${name}`));
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "patches") return new PyList([...this.items]);
    if (name === "set_label")
      return native(name, ([text]) => {
        this.series.label = textOf(text);
        return null;
      });
    if (name === "get_label") return native(name, () => this.series.label);
    return this.more[name];
  }
  override pyRepr(): string {
    return `<${this.type.name} object of ${this.items.length} artists>`;
  }
}
