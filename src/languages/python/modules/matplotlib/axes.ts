/** One plot of a figure: what is drawn in it, its axes, titles and limits. */
import { toFloat } from "../../runtime/arguments";
import { listOf, PyList, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { type Kwargs, native, type PyIterator, PyObject, type PyValue } from "../../runtime/object";
import { isNumber, repr, str, truth } from "../../runtime/protocol";
import { holding } from "../../runtime/watch";
import { Artist, AxisList, AxisTuple, artistType, type Draft, vector } from "./artists";
import { Call, note, textOf } from "./call";
import { type Categories, vectorOf } from "./data";
import type { PyFigure } from "./figure";
import type * as model from "./model";
import { plots } from "./plots";

/** One of the axes of a plot. */
export class AxisState {
  label = "";
  limits: [number, number] | undefined;
  inverted = false;
  scale: model.Axis["scale"] = "linear";
  ticks: { at: number[]; labels?: string[] } | undefined;
  readonly categories: Categories = new Map();
  /** Axes that share limits, scale and names with this one. */
  shared: AxisState | undefined;

  get root(): AxisState {
    return this.shared?.root ?? this;
  }
}

export type Place = readonly [rows: number, columns: number, row: number, column: number, high: number, wide: number];

/** matplotlib draws these too. */
const undrawn = new Set(
  "acorr angle_spectrum bar3d bar_label_3d barbs broken_barh bxp cohere csd ecdf hexbin indicate_inset indicate_inset_zoom inset_axes magnitude_spectrum pcolorfast phase_spectrum psd secondary_xaxis secondary_yaxis specgram streamplot table tricontour tricontourf tripcolor triplot violin violinplot voxels xcorr plot_trisurf add_collection add_collection3d".split(
    " ",
  ),
);
/** They change only the looks. */
const cosmetic = new Set(
  "autoscale autoscale_view tick_params ticklabel_format minorticks_on minorticks_off locator_params relim label_outer set_axisbelow set_facecolor set_fc set_position set_prop_cycle set_box_aspect set_anchor set_adjustable set_frame_on set_zorder set_visible set_alpha set_autoscale_on set_xmargin set_ymargin margins draw_artist set_xbound set_ybound set_box_aspect set_proj_type add_artist add_legend".split(
    " ",
  ),
);

export class PyAxes extends PyObject {
  readonly series: Draft<model.Series>[] = [];
  readonly artists: Artist[] = [];
  readonly x = new AxisState();
  readonly y = new AxisState();
  readonly z = new AxisState();
  title = "";
  legend: { title: string } | undefined;
  grid = false;
  equal = false;
  frame = true;
  colorbar: { label: string } | undefined;
  over: { axes: PyAxes; own: "x" | "y" } | undefined;
  view: [number, number] = [30, -60];
  /** Where the colour cycles of lines and of everything else are. */
  private readonly next = { line: 0, fill: 0 };

  constructor(
    readonly figure: PyFigure,
    public place: Place,
    readonly projection: model.Axes["projection"],
  ) {
    super(artistType(projection === "space" ? "mpl_toolkits.mplot3d.axes3d.Axes3D" : "matplotlib.axes._axes.Axes"));
    this.dict = new Map();
  }

  nextColor(of: "line" | "fill"): model.Color {
    const shared = this.over ? this.over.axes.next : this.next;
    return `C${shared[of]++ % 10}`;
  }

  add(series: Draft<model.Series>): void {
    // A place that is no number is nowhere.
    if (series.kind === "rule" && !Number.isFinite(series.at + (series.to ?? 0))) return;
    this.series.push(series);
    this.figure.touch();
  }
  /** What `colorbar` and `clim` speak of without an argument. */
  mappable(artist: Artist): Artist {
    this.artists.push(artist);
    this.figure.mappable = { artist, axes: this };
    return artist;
  }

  axis(name: "x" | "y" | "z"): AxisState {
    return this[name].root;
  }

  clear(): void {
    this.series.length = 0;
    this.artists.length = 0;
    for (const axis of [this.x, this.y, this.z]) {
      Object.assign(axis, { label: "", limits: undefined, scale: "linear", ticks: undefined, inverted: false });
      axis.categories.clear();
    }
    Object.assign(this.next, { line: 0, fill: 0 });
    Object.assign(this, { title: "", legend: undefined, grid: false, equal: false, colorbar: undefined });
  }

  // ── limits ────────────────────────────────────────────────────────────────

  /** The limits as they are, or as matplotlib would choose them for the data: with a margin of 5 % but where bars stand. */
  limits(name: "x" | "y" | "z"): [number, number] {
    const axis = this.axis(name);
    if (axis.limits) return axis.limits;
    const log = axis.scale === "log";
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const edges = new Set<number>();
    for (const axes of this.figure.axes) {
      if (axes.axis(name) !== axis) continue;
      for (const series of axes.series) {
        const { values, sticky } = extentOf(series, name);
        for (const value of values) {
          if (!Number.isFinite(value) || (log && value <= 0)) continue;
          if (value < low) low = value;
          if (value > high) high = value;
        }
        for (const edge of sticky) edges.add(edge);
      }
    }
    if (low > high) [low, high] = log ? [1, 10] : [0, 1];
    const atEdge = [edges.has(low), edges.has(high)];
    if (log) [low, high] = [Math.log10(low), Math.log10(high)];
    if (low === high) [low, high] = [low - (Math.abs(low) || 1) * 0.05, high + (Math.abs(high) || 1) * 0.05];
    const margin = (high - low) * 0.05;
    const found = [atEdge[0] ? low : low - margin, atEdge[1] ? high : high + margin].map((end) =>
      log ? 10 ** end : end,
    );
    return axis.inverted ? [found[1], found[0]] : [found[0], found[1]];
  }

  setLimits(name: "x" | "y" | "z", call: Call): PyValue {
    const side = name === "x" ? ["left", "right"] : ["bottom", "top"];
    let [low, high] = call.positional;
    low ??= call.take(side[0], `${name}min`) ?? null;
    high ??= call.take(side[1], `${name}max`) ?? null;
    if (high === null && low !== null && !isNumber(low) && typeof low !== "string" && isPair(low)) {
      const pair = listOf(low);
      if (pair.length !== 2)
        raiseError(
          "ValueError",
          pair.length < 2
            ? `not enough values to unpack (expected 2, got ${pair.length})`
            : "too many values to unpack (expected 2)",
        );
      [low, high] = pair;
    } else if (typeof low === "string" && low.length !== 2)
      raiseError("ValueError", `not enough values to unpack (expected 2, got ${low.length})`);
    const axis = this.axis(name);
    if (low !== null || high !== null) {
      const before = this.limits(name);
      const ends = [low, high].map((end, k) => (end === null ? before[k] : toFloat(end))) as [number, number];
      if (ends.some((end) => !Number.isFinite(end))) raiseError("ValueError", "Axis limits cannot be NaN or Inf");
      axis.limits = ends;
      return new AxisTuple(ends);
    }
    return this.limitsTuple(name);
  }
  limitsTuple(...names: ("x" | "y" | "z")[]): PyValue {
    return new AxisTuple(names.flatMap((name) => this.limits(name).map((end) => vector([end]).pyGetItem(0n))));
  }

  setScale(name: "x" | "y" | "z", scale: PyValue): void {
    if (scale !== "linear" && scale !== "log" && scale !== "symlog") {
      if (scale === "logit" || scale === "asinh" || scale === "function" || scale === "mercator")
        note(`the scale '${scale}' is not supported: the axis stays linear`);
      else raiseError("ValueError", `${repr(scale)} is not a valid value for scale.`);
      return;
    }
    this.axis(name).scale = scale;
  }

  setTicks(name: "x" | "y" | "z", at: PyValue | undefined, labels: PyValue | undefined): PyValue {
    const axis = this.axis(name);
    if (at !== undefined && at !== null) axis.ticks = { at: [...vectorOf(at, axis.categories)] };
    if (labels !== undefined && labels !== null) {
      const texts = listOf(labels).map(textOf);
      const places = axis.ticks?.at ?? texts.map((_, k) => k);
      if (texts.length > 0 && texts.length !== places.length)
        raiseError(
          "ValueError",
          `The number of FixedLocator locations (${places.length}), usually from a call to set_ticks, does not match the number of labels (${texts.length}).`,
        );
      axis.ticks = { at: places, labels: texts.length > 0 ? texts : places.map(() => "") };
    }
    return new AxisList((axis.ticks?.labels ?? []).map((text) => textArtist(0, 0, text)));
  }

  /** `axis("equal")`, `axis([0, 1, 0, 1])`. */
  setAxis(argument: PyValue | undefined): PyValue {
    if (argument === "off" || argument === false) this.frame = false;
    else if (argument === "on" || argument === true) this.frame = true;
    else if (argument === "equal" || argument === "scaled" || argument === "image" || argument === "square")
      this.equal = true;
    else if (argument === "tight" || argument === "auto") this.equal = false;
    else if (typeof argument === "string")
      raiseError("ValueError", `Unrecognized string '${argument}' to axis; try 'on' or 'off'`);
    else if (argument !== undefined && argument !== null) {
      const ends = listOf(argument).map(toFloat);
      if (ends.length !== 4)
        raiseError(
          "TypeError",
          "The first argument to axis() must be an iterable of the form [xmin, xmax, ymin, ymax]",
        );
      this.axis("x").limits = [ends[0], ends[1]];
      this.axis("y").limits = [ends[2], ends[3]];
    }
    return this.limitsTuple("x", "y");
  }

  // ── as an object ──────────────────────────────────────────────────────────

  override pyGetAttribute(name: string): PyValue | undefined {
    const kept = this.dict?.get(name);
    if (kept !== undefined) return kept;
    const plot = plots[name];
    if (plot) return native(name, (args, kwargs) => plot(this, `Axes.${name}`, args, kwargs));
    const method = methods[name];
    if (method) return native(name, (args, kwargs) => method(this, `Axes.${name}`, args, kwargs) ?? null);
    if (cosmetic.has(name)) return native(name, () => null);
    if (undrawn.has(name)) return native(name, () => notDrawn(`Axes.${name}`));
    switch (name) {
      case "figure":
        return this.figure;
      case "lines":
        return new PyList(this.artists.filter((artist) => artist.series?.kind === "line"));
      case "xaxis":
      case "yaxis":
      case "zaxis":
        return this.axisObject(name[0] as "x" | "y" | "z");
      case "patch":
      case "spines":
      case "transAxes":
      case "transData":
        return new Looks(name, name === "transAxes");
    }
    return undefined;
  }
  override pySetAttribute(name: string, value: PyValue): boolean {
    this.dict!.set(name, value);
    return true;
  }
  override pyKey(): PyObject {
    return this;
  }
  override pyRepr(): string {
    const parts: string[] = [];
    if (this.title) parts.push(`title={'center': ${repr(this.title)}}`);
    if (this.x.label) parts.push(`xlabel=${repr(this.x.label)}`);
    if (this.y.label) parts.push(`ylabel=${repr(this.y.label)}`);
    return `<${this.type.name}: ${parts.join(", ")}>`;
  }

  private axisObject(name: "x" | "y" | "z"): PyValue {
    const plain: Record<string, (args: PyValue[], kwargs: Kwargs | undefined) => PyValue | undefined> = {
      set_label_text: ([text]) => {
        this[name].label = textOf(text);
        return undefined;
      },
      set_ticks: ([at, labels], kwargs) => this.setTicks(name, at, labels ?? kwargs?.get("labels")),
      set_ticklabels: ([labels]) => this.setTicks(name, undefined, labels),
      set_inverted: ([on]) => {
        this.axis(name).inverted = truth(on);
        return undefined;
      },
      grid: (args, kwargs) => methods.grid(this, "grid", args, kwargs) ?? undefined,
    };
    return new Looks(`${name}axis`, false, (attribute) => {
      const run = plain[attribute];
      return run && native(attribute, (args, kwargs) => run(args, kwargs) ?? null);
    });
  }
}

const isPair = (x: PyValue): boolean => x instanceof PyObject && x.pyIterate !== undefined;

/** Something whose attributes, items and methods only change the looks: spines, ticks, transforms. */
export class Looks extends PyObject {
  constructor(
    readonly name: string,
    /** Shares of the plot's size instead of the data's units. */
    readonly relative = false,
    private readonly own?: (name: string) => PyValue | undefined,
  ) {
    super(artistType("matplotlib.artist.Artist"));
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    return name.startsWith("__") ? undefined : (this.own?.(name) ?? new Looks(name));
  }
  override pySetAttribute(): boolean {
    return true;
  }
  override pyGetItem(): PyValue {
    return new Looks(this.name);
  }
  override pySetItem(): void {}
  override pyCall(): PyValue {
    return new Looks(this.name);
  }
  override pyBinary(): PyValue {
    return this;
  }
  override pyLength(): number {
    return 0;
  }
  override pyIterate(): PyIterator {
    return new PyList([]).pyIterate();
  }
  override pyEnter(): PyValue {
    return this;
  }
  override pyExit(): boolean {
    return false;
  }
}

/** What there is no drawing of: the script goes on. */
export function notDrawn(what: string): Looks {
  note(`${what} is not drawn`);
  return new Looks(what);
}

export function textArtist(x: PyValue, y: PyValue, text: string, kind: "Text" | "Annotation" = "Text"): Artist {
  return new Artist(
    `matplotlib.text.${kind}`,
    undefined,
    holding((name) => (name === "get_text" ? native(name, () => text) : undefined)),
    `${kind}(${str(x)}, ${str(y)}, ${repr(text)})`,
  );
}

/** What a series covers along an axis; at `sticky` values matplotlib leaves no margin. */
function extentOf(series: model.Series, name: "x" | "y" | "z"): { values: Iterable<number>; sticky: Iterable<number> } {
  const none: number[] = [];
  switch (series.kind) {
    case "line": {
      const values = series[name] ?? none;
      const errors = name === "x" ? series.xError : name === "y" ? series.yError : undefined;
      if (!errors) return { values, sticky: none };
      return {
        values: [...values].flatMap((value, k) => [value - errors[0][k], value + errors[1][k]]),
        sticky: none,
      };
    }
    case "scatter":
    case "surface":
      return { values: series[name] ?? none, sticky: none };
    case "area":
      return { values: name === "z" ? none : series[name], sticky: none };
    case "contour":
    case "cells": {
      if (name === "z") return { values: none, sticky: none };
      return { values: series[name], sticky: [series[name][0], series[name][series[name].length - 1]] };
    }
    case "bars": {
      if (name === "z") return { values: none, sticky: none };
      const { at, widths, base, lengths, error } = series;
      if ((name === "x") !== series.horizontal)
        return { values: [...at].flatMap((place, k) => [place - widths[k] / 2, place + widths[k] / 2]), sticky: none };
      const ends = [...base].flatMap((from, k) => {
        const to = from + lengths[k];
        return error ? [from, to, to - error[0][k], to + error[1][k]] : [from, to];
      });
      return { values: ends, sticky: base };
    }
    case "arrows":
      return { values: name === "z" ? none : [...series[name]], sticky: none };
    case "rule": {
      const across = name !== "z" && (name === "x") === series.vertical;
      return { values: across ? [series.at, series.to ?? series.at] : none, sticky: none };
    }
    case "text":
      return { values: none, sticky: none };
  }
}

// ── methods ─────────────────────────────────────────────────────────────────

type Method = (axes: PyAxes, name: string, args: PyValue[], kwargs: Kwargs | undefined) => PyValue | undefined;

const label =
  (which: "x" | "y" | "z"): Method =>
  (axes, name, args, kwargs) => {
    const call = new Call(name, [`${which}label`, "fontdict?", "labelpad?"], args, kwargs);
    axes[which].label = textOf(call.positional[0]!);
    axes.figure.touch();
    call.finish("Text", "loc labelpad");
    return textArtist(which === "x" ? 0.5 : 0, which === "x" ? 0 : 0.5, axes[which].label);
  };
const limits =
  (which: "x" | "y" | "z"): Method =>
  (axes, name, args, kwargs) => {
    const result = axes.setLimits(which, new Call(name, ["left?", "right?", "emit?", "auto?"], args, kwargs));
    axes.figure.touch();
    return result;
  };
const scale =
  (which: "x" | "y" | "z"): Method =>
  (axes, name, args, kwargs) => {
    axes.setScale(which, new Call(name, ["value"], args, kwargs).positional[0]!);
    return undefined;
  };
const ticks =
  (which: "x" | "y" | "z"): Method =>
  (axes, name, args, kwargs) => {
    const call = new Call(name, ["ticks?", "labels?"], args, kwargs);
    call.take("minor");
    return axes.setTicks(which, call.positional[0], call.positional[1]);
  };
const invert =
  (which: "x" | "y"): Method =>
  (axes) => {
    const [low, high] = axes.limits(which);
    const axis = axes.axis(which);
    if (axis.limits) axis.limits = [high, low];
    else axis.inverted = !axis.inverted;
    return undefined;
  };
/** `twinx` has a y axis of its own. */
const twin =
  (own: "x" | "y"): Method =>
  (axes) => {
    const made = new PyAxes(axes.figure, axes.place, "plane");
    made.over = { axes, own };
    made[own === "y" ? "x" : "y"].shared = axes[own === "y" ? "x" : "y"];
    axes.figure.addAxes(made);
    return made;
  };

export const methods: Record<string, Method> = {
  set_xlabel: label("x"),
  set_ylabel: label("y"),
  set_zlabel: label("z"),
  set_xlim: limits("x"),
  set_ylim: limits("y"),
  set_zlim: limits("z"),
  set_xlim3d: limits("x"),
  set_ylim3d: limits("y"),
  set_zlim3d: limits("z"),
  set_xscale: scale("x"),
  set_yscale: scale("y"),
  set_zscale: scale("z"),
  set_xticks: ticks("x"),
  set_yticks: ticks("y"),
  set_zticks: ticks("z"),
  set_xticklabels: (axes, _, [labels]) => axes.setTicks("x", undefined, labels),
  set_yticklabels: (axes, _, [labels]) => axes.setTicks("y", undefined, labels),
  set_zticklabels: (axes, _, [labels]) => axes.setTicks("z", undefined, labels),
  invert_xaxis: invert("x"),
  invert_yaxis: invert("y"),
  twinx: twin("y"),
  twiny: twin("x"),
  get_xlim: (axes) => axes.limitsTuple("x"),
  get_ylim: (axes) => axes.limitsTuple("y"),
  get_zlim: (axes) => axes.limitsTuple("z"),
  get_xlabel: (axes) => axes.x.label,
  get_ylabel: (axes) => axes.y.label,
  get_title: (axes) => axes.title,
  get_xscale: (axes) => axes.axis("x").scale,
  get_yscale: (axes) => axes.axis("y").scale,
  get_xticks: (axes) => vector(axes.axis("x").ticks?.at ?? []),
  get_yticks: (axes) => vector(axes.axis("y").ticks?.at ?? []),
  get_xticklabels: (axes) => axes.setTicks("x", undefined, undefined),
  get_yticklabels: (axes) => axes.setTicks("y", undefined, undefined),
  get_figure: (axes) => axes.figure,
  get_lines: (axes) => new PyList(axes.artists.filter((artist) => artist.series?.kind === "line")),
  get_legend_handles_labels: (axes) => {
    const named = axes.artists.filter((artist) => artist.series?.label);
    return new PyTuple([new PyList(named), new PyList(named.map((artist) => artist.series!.label))]);
  },
  has_data: (axes) => axes.series.length > 0,
  cla: (axes) => {
    axes.clear();
    return undefined;
  },
  clear: (axes) => {
    axes.clear();
    return undefined;
  },
  remove: (axes) => {
    axes.figure.removeAxes(axes);
    return undefined;
  },
  set_axis_off: (axes) => {
    axes.frame = false;
    return undefined;
  },
  set_axis_on: (axes) => {
    axes.frame = true;
    return undefined;
  },
  set_aspect: (axes, _, [aspect]) => {
    axes.equal = aspect !== "auto";
    return undefined;
  },
  view_init: (axes, name, args, kwargs) => {
    const call = new Call(name, ["elev?", "azim?", "roll?", "vertical_axis?"], args, kwargs);
    const [elevation, azimuth] = call.positional;
    if (elevation !== undefined && elevation !== null) axes.view[0] = toFloat(elevation);
    if (azimuth !== undefined && azimuth !== null) axes.view[1] = toFloat(azimuth);
    return undefined;
  },
  set_title: (axes, name, args, kwargs) => {
    const call = new Call(name, ["label", "fontdict?", "loc?", "pad?"], args, kwargs);
    call.finish("Text");
    axes.title = textOf(call.positional[0]!);
    axes.figure.touch();
    return textArtist(0.5, 1, axes.title);
  },
  grid: (axes, name, args, kwargs) => {
    const call = new Call(name, ["visible?", "which?", "axis?"], args, kwargs);
    const visible = call.positional[0] ?? call.take("b");
    call.finish("Line2D");
    axes.grid = visible === undefined || visible === null ? (kwargs?.size ? true : !axes.grid) : truth(visible);
    return undefined;
  },
  axis: (axes, _, args, kwargs) => {
    const named = (["x", "y"] as const).map((which) =>
      [`${which}min`, `${which}max`].map((key) => kwargs?.get(key) ?? null),
    );
    for (const [k, which] of (["x", "y"] as const).entries()) {
      if (named[k].some((end) => end !== null))
        axes.setLimits(which, new Call("axis", ["left?", "right?"], named[k], undefined));
    }
    return axes.setAxis(args[0] ?? kwargs?.get("arg"));
  },
  set: (axes, name, _, kwargs) => {
    for (const [key, value] of kwargs ?? []) {
      const method = methods[`set_${key}`];
      if (method) method(axes, name, [value], undefined);
      else if (!cosmetic.has(`set_${key}`))
        raiseError("AttributeError", `${axes.type.name}.set() got an unexpected keyword argument '${key}'`);
    }
    return new AxisList([]);
  },
};
