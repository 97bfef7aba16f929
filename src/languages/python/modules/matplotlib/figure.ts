/** Figures, their grids of axes, and which of them is the current one. */
import { toFloat, toInt } from "../../runtime/arguments";
import { listOf, PyDict, PyList, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { type Kwargs, native, PyObject, type PyValue } from "../../runtime/object";
import { getItem, isNumber, repr, truth } from "../../runtime/protocol";
import { type Vm, vm } from "../../runtime/vm";
import { holding } from "../../runtime/watch";
import type { Span } from "../../syntax/ast";
import { ObjectArray } from "../numpy/objects";
import { Artist, artistType } from "./artists";
import { Looks, methods, type Place, PyAxes, textArtist } from "./axes";
import { Call, note, textOf } from "./call";
import type * as model from "./model";
import { plots } from "./plots";
import { defaultSize, settingOf } from "./settings";
import { thinned } from "./thin";

/** A script that draws in a loop may make very many. */
const MOST_FIGURES = 64;

/** The figures of a run. */
export class Figures {
  readonly open: PyFigure[] = [];
  current: PyFigure | undefined;
  private told = 0;

  constructor(private readonly machine: Vm) {
    machine.atEnd("pyplot", () => Figures.now.endAll());
  }
  static get now(): Figures {
    let found = vm.state.get("pyplot") as Figures | undefined;
    if (!found) {
      found = new Figures(vm);
      vm.state.set("pyplot", found);
    }
    return found;
  }

  figure(): PyFigure {
    return this.current ?? this.make(undefined);
  }
  make(number: PyValue | undefined): PyFigure {
    const taken = this.open.map((figure) => figure.number);
    const wanted = typeof number === "bigint" ? Number(number) : undefined;
    const name = typeof number === "string" ? number : "";
    const known = this.open.find((figure) => (name ? figure.name === name : figure.number === wanted));
    if (known && (name || wanted !== undefined)) {
      this.current = known;
      return known;
    }
    const figure = new PyFigure(wanted ?? Math.max(0, ...taken) + 1, name);
    this.open.push(figure);
    this.current = figure;
    return figure;
  }
  /** A figure ends at `span`: it is told, unless nothing was drawn in it. */
  end(figure: PyFigure, span: Span): void {
    const at = this.open.indexOf(figure);
    if (at >= 0) this.open.splice(at, 1);
    if (this.current === figure) this.current = this.open[this.open.length - 1];
    this.tell(figure, span);
  }
  tell(figure: PyFigure, { from, to }: Span): void {
    if (!this.machine.listener || figure.isEmpty) return;
    if (++this.told > MOST_FIGURES) {
      if (this.told === MOST_FIGURES + 1) note(`only the first ${MOST_FIGURES} figures are shown`);
      return;
    }
    this.machine.emit({ kind: "figure", figure: figure.model(), span: { from, to } });
  }
  /** Without being shown: a figure that was saved had its use, another was thrown away. */
  discard(figure: PyFigure): void {
    if (figure.saved) this.end(figure, figure.drawnAt);
    else {
      this.open.splice(this.open.indexOf(figure), 1);
      if (this.current === figure) this.current = this.open[this.open.length - 1];
    }
  }
  /** `show()`; without a place of its own, the end of the script: each figure ends where it was last drawn in. */
  endAll(span?: Span): void {
    while (this.open.length > 0) this.end(this.open[0], span ?? this.open[0].drawnAt);
  }
}

export class PyFigure extends PyObject {
  readonly axes: PyAxes[] = [];
  current: PyAxes | undefined;
  mappable: { artist: Artist; axes: PyAxes } | undefined;
  title = "";
  size = defaultSize();
  dpi = 100;
  saved = false;
  drawnAt = { from: vm.at.from, to: vm.at.to };

  constructor(
    readonly number: number,
    readonly name: string,
  ) {
    super(artistType("matplotlib.figure.Figure"));
    this.dict = new Map();
  }

  get isEmpty(): boolean {
    return this.axes.every((axes) => axes.series.length === 0);
  }
  touch(): void {
    this.drawnAt = { from: vm.at.from, to: vm.at.to };
  }

  addAxes(axes: PyAxes): PyAxes {
    axes.grid ||= truth(settingOf("axes.grid"));
    this.axes.push(axes);
    this.current = axes;
    return axes;
  }
  removeAxes(axes: PyAxes): void {
    this.axes.splice(this.axes.indexOf(axes), 1);
    if (this.current === axes) this.current = this.axes[this.axes.length - 1];
  }
  gca(): PyAxes {
    return this.current ?? this.addAxes(new PyAxes(this, [1, 1, 0, 0, 1, 1], "plane"));
  }
  clear(): void {
    this.axes.length = 0;
    this.current = undefined;
    this.mappable = undefined;
    this.title = "";
  }

  /** `subplot(2, 2, 1)`, `subplot(221)`, `subplot(grid[0, :])`: the axes that are there, or new ones. */
  subplot(name: string, args: PyValue[], kwargs: Kwargs | undefined, again: boolean): PyAxes {
    const rest = new Map(kwargs);
    const projection = projectionOf(rest);
    const [first, second, third] = args;
    let place: Place = [1, 1, 0, 0, 1, 1];
    if (first instanceof GridCell) place = first.place;
    else if (args.length === 1 && first !== undefined) {
      const digits = Number(toInt(first));
      if (digits < 100 || digits > 999)
        raiseError("ValueError", `Integer subplot specification must be a three-digit number, not ${digits}`);
      place = placeOf(Math.floor(digits / 100), Math.floor(digits / 10) % 10, BigInt(digits % 10));
    } else if (args.length >= 3) place = placeOf(Number(toInt(first)), Number(toInt(second)), third);
    else if (args.length === 2) raiseError("TypeError", `${name}() takes 1 or 3 positional arguments but 2 were given`);
    const known = this.axes.find(
      (axes) => String(axes.place) === String(place) && axes.projection === projection && !axes.over,
    );
    if (again && known) {
      this.current = known;
      return known;
    }
    const axes = this.addAxes(new PyAxes(this, place, projection));
    share(axes, rest);
    if (rest.size > 0) methods.set(axes, name, [], new Map([...rest].filter(([key]) => `set_${key}` in methods)));
    return axes;
  }

  model(): model.Figure {
    const cells = this.axes.map(({ place }) => place);
    const common = (counts: number[]) => counts.reduce(leastCommonMultiple, 1);
    let [rows, columns] = [common(cells.map(([count]) => count)), common(cells.map(([, count]) => count))];
    // Grids that do not fit into one another lie below each other.
    if (rows > 24 || columns > 24) [rows, columns] = [this.axes.length, 1];
    return {
      number: this.number,
      title: this.title,
      size: this.size,
      rows,
      columns,
      drawnAt: this.drawnAt,
      axes: this.axes.map((axes, k): model.Axes => {
        const [high, wide, row, column, down, across] = axes.place;
        const [tall, broad] = [rows / high, columns / wide];
        const fits = Number.isInteger(tall) && Number.isInteger(broad);
        return {
          cell: fits ? [row * tall, column * broad, down * tall, across * broad] : [k, 0, 1, 1],
          projection: axes.projection,
          view: axes.view,
          title: axes.title,
          x: axisModel(axes, "x"),
          y: axisModel(axes, "y"),
          z: axisModel(axes, "z"),
          over: axes.over && { index: this.axes.indexOf(axes.over.axes), own: axes.over.own },
          legend: axes.legend,
          grid: axes.grid,
          equal: axes.equal,
          frame: axes.frame,
          colorbar: axes.colorbar,
          series: axes.series.map(thinned),
        };
      }),
    };
  }

  // ── as an object ──────────────────────────────────────────────────────────

  override pyGetAttribute(name: string): PyValue | undefined {
    const kept = this.dict?.get(name);
    if (kept !== undefined) return kept;
    const method = figureMethods[name];
    if (method) return native(name, (args, kwargs) => method(this, `Figure.${name}`, args, kwargs) ?? null);
    switch (name) {
      case "axes":
        return new PyList([...this.axes]);
      case "number":
        return BigInt(this.number);
      case "canvas":
      case "patch":
      case "subplotpars":
      case "dpi_scale_trans":
        return new Looks(name);
      case "dpi":
        return this.dpi;
    }
    if (cosmetic.has(name)) return native(name, () => null);
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
    return `<Figure size ${this.pixels} with ${this.axes.length} Axes>`;
  }
  override pyStr(): string {
    return `Figure(${this.pixels})`;
  }
  private get pixels(): string {
    return this.size.map((inches) => Math.round(inches * this.dpi)).join("x");
  }
}

const cosmetic = new Set(
  "tight_layout subplots_adjust autofmt_xdate set_facecolor set_edgecolor set_dpi set_layout_engine set_tight_layout set_constrained_layout align_labels align_xlabels align_ylabels set_alpha set_frameon draw".split(
    " ",
  ),
);

function leastCommonMultiple(a: number, b: number): number {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
  return (a / divisor(a, b)) * b;
}

const axisModel = (axes: PyAxes, name: "x" | "y" | "z"): model.Axis => {
  const { scale, ticks, categories } = axes.axis(name);
  const names = [...categories.keys()];
  const named = ticks ?? (names.length > 0 ? { at: names.map((_, k) => k), labels: names } : undefined);
  return { label: axes[name].label, limits: axes.limits(name), scale, ticks: named };
};

function projectionOf(kwargs: Map<string, PyValue>): model.Axes["projection"] {
  const projection = kwargs.get("projection") ?? null;
  const polar = truth(kwargs.get("polar") ?? false);
  kwargs.delete("projection");
  kwargs.delete("polar");
  if (polar || projection === "polar") return "polar";
  if (projection === "3d") return "space";
  if (projection === null || projection === "rectilinear") return "plane";
  raiseError("ValueError", `Unknown projection ${repr(projection)}`);
}

function share(axes: PyAxes, kwargs: Map<string, PyValue>): void {
  for (const which of ["x", "y"] as const) {
    const other = kwargs.get(`share${which}`);
    kwargs.delete(`share${which}`);
    if (other instanceof PyAxes) axes[which].shared = other[which];
  }
}

function placeOf(rows: number, columns: number, index: PyValue): Place {
  checkCount("rows", rows);
  checkCount("columns", columns);
  const most = rows * columns;
  const [first, last] = isNumber(index) ? [index, index] : listOf(index);
  for (const one of [first, last]) {
    const at = Number(toInt(one));
    if (at < 1 || at > most) raiseError("ValueError", `num must be an integer with 1 <= num <= ${most}, not ${at}`);
  }
  const [from, to] = [Number(first) - 1, Number(last) - 1];
  const [row, column] = [Math.floor(from / columns), from % columns];
  return [rows, columns, row, column, Math.floor(to / columns) - row + 1, (to % columns) - column + 1];
}

function checkCount(name: string, count: number): void {
  if (!Number.isInteger(count) || count < 1)
    raiseError("ValueError", `Number of ${name} must be a positive integer, not ${count}`);
  if (count > 100) raiseError("NotImplementedError", `a figure of ${count} ${name} is not supported`);
}

/** `GridSpec(2, 3)[0, :]`. */
export class GridCell extends PyObject {
  constructor(readonly place: Place) {
    super(artistType("matplotlib.gridspec.SubplotSpec"));
  }
}

export class Grid extends PyObject {
  constructor(
    private readonly rows: number,
    private readonly columns: number,
  ) {
    super(artistType("matplotlib.gridspec.GridSpec"));
  }
  override pyGetItem(key: PyValue): PyValue {
    const places = new ObjectArray(
      Array.from({ length: this.rows * this.columns }, (_, k) => BigInt(k)),
      [this.rows, this.columns],
    );
    const flat = isNumber(key);
    const found = flat
      ? [Number(toInt(key)) < 0 ? Number(key) + this.rows * this.columns : Number(key)]
      : chosen(getItem(places, key));
    const at = found.map((k) => [Math.floor(k / this.columns), k % this.columns] as const);
    if (at.length === 0 || found[0] >= this.rows * this.columns)
      raiseError("IndexError", "GridSpec slice would result in no space allocated for subplot");
    const rows = at.map(([row]) => row);
    const columns = at.map(([, column]) => column);
    const [top, left] = [Math.min(...rows), Math.min(...columns)];
    return new GridCell([
      this.rows,
      this.columns,
      top,
      left,
      Math.max(...rows) - top + 1,
      Math.max(...columns) - left + 1,
    ]);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "update" || name === "tight_layout") return native(name, () => null);
    return undefined;
  }
}
const chosen = (x: PyValue): number[] => (x instanceof ObjectArray ? x.items.map(Number) : [Number(x)]);

/** `axes.flat` as well. */
class AxesArray extends ObjectArray {
  override pyGetAttribute(name: string): PyValue | undefined {
    return name === "flat" ? new AxesArray([...this.items], [this.items.length]) : super.pyGetAttribute(name);
  }
}

/** `subplots(2, 2)`: one axes, or an array of them. */
export function subplots(figure: PyFigure, name: string, args: PyValue[], kwargs: Kwargs | undefined): PyValue {
  const call = new Call(name, ["nrows?", "ncols?"], args, kwargs);
  const [rows, columns] = call.positional.map((count) => (count === undefined ? 1 : Number(toInt(count))));
  checkCount("rows", rows);
  checkCount("columns", columns);
  const squeeze = call.flag(true, "squeeze");
  const shared = { x: call.take("sharex"), y: call.take("sharey") };
  const inner = call.take("subplot_kw");
  const options = new Map<string, PyValue>();
  if (inner instanceof PyDict) for (const key of listOf(inner)) options.set(String(key), inner.pyGetItem(key));
  for (const key of ["gridspec_kw", "width_ratios", "height_ratios"]) call.take(key);
  figureOptions(figure, call.kwargs);
  const made: PyAxes[] = [];
  for (let k = 0; k < rows * columns; k++) {
    const axes = figure.subplot(name, [BigInt(rows), BigInt(columns), BigInt(k + 1)], options, false);
    for (const which of ["x", "y"] as const) {
      const how = shared[which];
      const [row, column] = [Math.floor(k / columns), k % columns];
      const first = how === true || how === "all" ? 0 : how === "row" ? row * columns : how === "col" ? column : k;
      if (first !== k) axes[which].shared = made[first][which];
    }
    made.push(axes);
  }
  if (squeeze && made.length === 1) return made[0];
  const shape = squeeze && (rows === 1 || columns === 1) ? [made.length] : [rows, columns];
  return new AxesArray([...made], shape);
}

/** `figsize=` and the like. */
export function figureOptions(figure: PyFigure, kwargs: Map<string, PyValue>): void {
  const size = kwargs.get("figsize");
  if (size !== undefined && size !== null) {
    if (isNumber(size))
      raiseError("TypeError", `object of type '${typeof size === "bigint" ? "int" : "float"}' has no len()`);
    const [wide, high] = listOf(size).map(toFloat);
    if (!(wide > 0 && high > 0)) raiseError("ValueError", `figure size must be positive finite not ${repr(size)}`);
    figure.size = [wide, high];
  }
  const dpi = kwargs.get("dpi");
  if (dpi !== undefined && dpi !== null) figure.dpi = toFloat(dpi);
  for (const name of kwargs.keys()) {
    if (!figureKeywords.has(name))
      raiseError("AttributeError", `Figure.set() got an unexpected keyword argument '${name}'`);
  }
}
const figureKeywords = new Set(
  "figsize dpi facecolor edgecolor frameon FigureClass clear layout tight_layout constrained_layout linewidth num subplotpars".split(
    " ",
  ),
);

export function colorbar(figure: PyFigure, name: string, args: PyValue[], kwargs: Kwargs | undefined): PyValue {
  const call = new Call(name, ["mappable?", "cax?", "ax?"], args, kwargs);
  const [given] = call.positional;
  const artist = given instanceof Artist ? given : figure.mappable?.artist;
  if (!artist) {
    if (given !== undefined && given !== null) return new Looks("colorbar");
    raiseError(
      "RuntimeError",
      "No mappable was found to use for colorbar creation. First define a mappable such as an image (with imshow) or a contour set (with contourf).",
    );
  }
  const axes = figure.axes.find((one) => one.artists.includes(artist));
  const bar = { label: call.text("", "label") };
  if (axes) axes.colorbar = bar;
  const setLabel = native(
    "set_label",
    holding(([label]: PyValue[]) => {
      bar.label = textOf(label);
      return null;
    }, bar),
  );
  const inner = new Looks(
    "cax",
    false,
    holding((attribute) => (/^set_[xy]label$|^set_title$/.test(attribute) ? setLabel : undefined), setLabel),
  );
  return new Looks(
    "colorbar",
    false,
    holding(
      (attribute) => (attribute === "set_label" ? setLabel : attribute === "ax" ? inner : undefined),
      setLabel,
      inner,
    ),
  );
}

type FigureMethod = (
  figure: PyFigure,
  name: string,
  args: PyValue[],
  kwargs: Kwargs | undefined,
) => PyValue | undefined;

const figureMethods: Record<string, FigureMethod> = {
  add_subplot: (figure, name, args, kwargs) => figure.subplot(name, args, kwargs, false),
  add_axes: (figure, _, __, kwargs) => {
    // Free places have no place in the grid: such axes come below the others.
    const rest = new Map(kwargs);
    const axes = new PyAxes(figure, [1, 1, 0, 0, 1, 1], projectionOf(rest));
    const below = figure.axes.length;
    if (below > 0) {
      for (const [k, other] of figure.axes.entries()) other.place = [below + 1, 1, k, 0, 1, 1];
      axes.place = [below + 1, 1, below, 0, 1, 1];
    }
    return figure.addAxes(axes);
  },
  add_gridspec: (_, name, args, kwargs) => gridOf(name, args, kwargs),
  subplots,
  gca: (figure) => figure.gca(),
  sca: (figure, _, [axes]) => {
    if (axes instanceof PyAxes) figure.current = axes;
    return axes;
  },
  get_axes: (figure) => new PyList([...figure.axes]),
  colorbar,
  suptitle: (figure, name, args, kwargs) => {
    const call = new Call(name, ["t"], args, kwargs);
    call.finish("Text");
    figure.title = textOf(call.positional[0]!);
    return textArtist(0.5, 0.98, figure.title);
  },
  supxlabel: (_, __, [text]) => textArtist(0.5, 0.01, textOf(text)),
  supylabel: (_, __, [text]) => textArtist(0.02, 0.5, textOf(text)),
  text: (_, __, [x, y, text]) => textArtist(x, y, textOf(text)),
  legend: (figure, name, args, kwargs) => plots.legend(figure.gca(), name, args, kwargs),
  delaxes: (figure, _, [axes]) => {
    if (axes instanceof PyAxes) figure.removeAxes(axes);
    return undefined;
  },
  clf: (figure) => {
    figure.clear();
    return undefined;
  },
  clear: (figure) => {
    figure.clear();
    return undefined;
  },
  show: (figure) => {
    Figures.now.end(figure, vm.at);
    return undefined;
  },
  savefig: (figure, name, args, kwargs) => {
    savefig(figure, name, args, kwargs);
    return undefined;
  },
  set_size_inches: (figure, _, args) => {
    const [wide, high] = (args.length > 1 ? args : listOf(args[0])).map(toFloat);
    figure.size = [wide, high];
    return undefined;
  },
  set_figwidth: (figure, _, [wide]) => {
    figure.size = [toFloat(wide), figure.size[1]];
    return undefined;
  },
  set_figheight: (figure, _, [high]) => {
    figure.size = [figure.size[0], toFloat(high)];
    return undefined;
  },
  get_size_inches: (figure) => new PyTuple([...figure.size]),
};

export function gridOf(name: string, args: PyValue[], kwargs: Kwargs | undefined): Grid {
  const [rows, columns] = new Call(name, ["nrows?", "ncols?", "figure?"], args, kwargs).positional;
  return new Grid(Number(rows ?? 1), Number(columns ?? 1));
}

export function savefig(figure: PyFigure, name: string, args: PyValue[], kwargs: Kwargs | undefined): void {
  new Call(name, ["fname"], args.slice(0, 1), kwargs);
  figure.saved = true;
  figure.touch();
  note("no file is written: the figure is shown in the panel");
}
