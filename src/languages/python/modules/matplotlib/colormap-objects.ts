/** Colour maps and norms as Python's objects. */
import { tensor } from "../../../../engine";
import { toFloat } from "../../runtime/arguments";
import { listOf, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { native, PyObject, type PyValue } from "../../runtime/object";
import { repr } from "../../runtime/protocol";
import { PyArray } from "../numpy/array";
import { artistType } from "./artists";
import { Call } from "./call";
import { colorAt, isSeparate, mapNamed } from "./colormaps";
import { colorOf, hexOf } from "./colors";
import { dataOf } from "./data";
import type { ColorMap } from "./model";
import { settingOf } from "./settings";

/** `cm.viridis`: called with shares it gives colours. */
export class PyColormap extends PyObject {
  constructor(
    readonly name: string,
    readonly colors: readonly string[],
    readonly separate: boolean,
  ) {
    super(artistType("matplotlib.colors.Colormap"));
  }
  static named(name: string): PyColormap {
    return new PyColormap(name, mapNamed(name), isSeparate(name));
  }
  override pyCall(args: PyValue[], kwargs: ReadonlyMap<string, PyValue> | undefined): PyValue {
    const { data, shape } = dataOf(args[0]);
    const alpha = args[1] ?? kwargs?.get("alpha");
    const opacity = alpha === undefined || alpha === null ? 1 : toFloat(alpha);
    // Whole numbers are places in a table of 256 colours, or in the list of separate ones.
    const whole = typeof args[0] === "bigint" || (args[0] instanceof PyArray && args[0].dtype.startsWith("int"));
    const count = this.separate ? this.colors.length : 256;
    const colors = [...data].flatMap((value) => {
      const share = whole ? (this.separate ? (value + 0.5) / count : value / (count - 1)) : value;
      return [...colorAt(this.colors, share, this.separate), opacity];
    });
    return shape.length === 0 ? new PyTuple(colors) : new PyArray(tensor(colors, "float64", [...shape, 4]));
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "name":
        return this.name;
      case "N":
        return BigInt(this.separate ? this.colors.length : 256);
      case "colors":
        return new PyTuple(this.colors.map((color) => new PyTuple(colorAt([color], 0, true))));
      case "reversed":
        return native(name, () => new PyColormap(`${this.name}_r`, [...this.colors].reverse(), this.separate));
      case "resampled":
        return native(name, () => this);
      case "set_bad":
      case "set_under":
      case "set_over":
        return native(name, () => null);
    }
    return undefined;
  }
  override pyRepr(): string {
    return `<matplotlib.colors.Colormap '${this.name}'>`;
  }
  override pyKey(): PyObject {
    return this;
  }
}

/** `ListedColormap`, `LinearSegmentedColormap.from_list`. */
export function listedMap(name: string, colors: PyValue, separate: boolean): PyColormap {
  return new PyColormap(
    name,
    listOf(colors).map((color) => hexOf(colorOf(color))),
    separate,
  );
}

export interface Norm {
  readonly low: number | undefined;
  readonly high: number | undefined;
  readonly log: boolean;
}

/** `Normalize(vmin, vmax)`, `LogNorm()`. */
export class PyNorm extends PyObject {
  constructor(readonly norm: Norm) {
    super(artistType(norm.log ? "matplotlib.colors.LogNorm" : "matplotlib.colors.Normalize"));
  }
  static make(log: boolean) {
    return (args: PyValue[], kwargs: Map<string, PyValue> | undefined): PyNorm => {
      const call = new Call("Normalize", ["vmin?", "vmax?", "clip?"], args, kwargs);
      const [low, high] = call.positional.map((end) => (end === undefined || end === null ? undefined : toFloat(end)));
      return new PyNorm({ low, high, log });
    };
  }
  override pyCall([x]: PyValue[]): PyValue {
    const { data, shape } = dataOf(x);
    const scale = (value: number) => (this.norm.log ? Math.log(value) : value);
    const low = scale(this.norm.low ?? Math.min(...data));
    const high = scale(this.norm.high ?? Math.max(...data));
    const out = data.map((value) => (scale(value) - low) / (high - low));
    return shape.length === 0 ? out[0] : new PyArray(tensor(out, "float64", shape));
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "vmin") return this.norm.low ?? null;
    if (name === "vmax") return this.norm.high ?? null;
    return undefined;
  }
}

export function normOf(norm: PyValue | undefined, low: PyValue | undefined, high: PyValue | undefined): Norm {
  const own = norm instanceof PyNorm ? norm.norm : { low: undefined, high: undefined, log: norm === "log" };
  const end = (x: PyValue | undefined, other: number | undefined) =>
    x === undefined || x === null ? other : toFloat(x);
  return { low: end(low, own.low), high: end(high, own.high), log: own.log };
}

/** How these values are coloured: by the map and norm that were given, else by the defaults. */
export function colorMapOf(cmap: PyValue | undefined, norm: Norm, values: Float64Array): ColorMap {
  let map: PyColormap;
  if (cmap instanceof PyColormap) map = cmap;
  else if (cmap === undefined || cmap === null || typeof cmap === "string")
    map = PyColormap.named(cmap || settingOf("image.cmap"));
  else raiseError("TypeError", `'cmap' must be None, a str, or a Colormap, not ${repr(cmap)}`);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value) || (norm.log && value <= 0)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) [low, high] = [0, 1];
  return { name: map.name, colors: map.colors, low: norm.low ?? low, high: norm.high ?? high, log: norm.log };
}
