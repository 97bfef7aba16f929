/** What the panel shows and how it changes: no DOM here. */

import type { Range as TextRange } from "vscode-languageserver-types";
import type {
  Component,
  CurveBreak,
  LoopPath,
  PlotData,
  Point,
  ScriptView,
  Standing,
  Subject,
  View,
  ViewParams,
} from "../protocol/lsp";
import type { PanelEvents, PanelSection, PanelState, PanelTab, PlotLayer } from "../protocol/panel";
import { decodeArray, type EncodedArray, fromJsonNumber, type JsonTree, toJsonNumber } from "../protocol/values";
import type { PlotInput } from "../render/plots";
import { indexOf } from "../render/sampling";
import { initialOptimization, Optimization, type OptimizationModel, type Trial } from "./optimization";
import { Latest, type Rpc } from "./rpc";

export type Range = [number, number];

export interface Plot extends PlotInput {
  /** Subject, axes and component. */
  base: string;
  /** Of several results the number that is shown. */
  component?: Component;
  window: Range[];
  grid: Float64Array[];
  values: Float64Array;
  slopes?: Float64Array;
  seconds?: Float64Array;
  breaks: Break[];
  /** [arrows, 4]: x, y and the gradient there. */
  field?: Float64Array;
  /** Along a curve, of a function of several results: the first few. */
  components: readonly ComponentCurve[];
  /** Time was up before all of it was sampled. */
  partial: boolean;
}

/** An element of the result along a curve. */
export interface ComponentCurve {
  label: string;
  values: Float64Array;
  slopes: Float64Array;
}

export interface Break {
  kind: CurveBreak["kind"];
  at: number;
  left: number;
  right: number;
}

export interface Model {
  started: boolean;
  tab: PanelTab;
  /** The file that the script view shows. */
  document?: string;
  script?: ScriptView;
  scriptProblem?: string;
  /** Bring this figure into view; the number changes with each request. */
  goToFigure?: { figure: number; request: number };
  subject?: Subject;
  view?: View;
  /** Why there is no view. */
  problem?: string;
  /** Asked, and not answered for a while. */
  slow: boolean;
  /** The values in the inputs, ahead of the view while it is computed. */
  point: Point;
  /** The user, or a command, chose the point: else it is the code's. */
  given: boolean;
  pinned: boolean;
  locked: boolean;
  /** The ranges of the sliders: they stand still while a value changes. */
  ranges: Record<string, Range>;
  axes: string[];
  plot?: Plot;
  plotProblem?: string;
  /** The number that a function of several results is looked at as; undefined: its first. */
  component?: Component;
  /** So many times the usual time is given to answers. */
  effort: number;
  /** Pixels that formulas have. */
  width?: number;
  /** Numbers in float32 too; undefined: where the file works in it. */
  single?: boolean;
  /** What the plot shows beside the function. */
  layers: readonly PlotLayer[];
  optimization: OptimizationModel;
  /** Where the editor's cursor stands. */
  cursor?: PanelEvents["cursor"];
  /** Scroll there; the number changes with each request. */
  goTo?: { section: PanelSection; request: number };
}

/** Each time that the user asks to go on there is so many times as much time, up to so much. */
const MORE = 4;
const MOST_EFFORT = 64;

/** Pages in pixels; what stands beside a formula; formulas are broken anew for each so many pixels more. */
const NARROWEST = 200;
const WIDEST = 1280;
/** A formula that is broken at less is too high to be read. */
const FEWEST = 360;
const AROUND = 62;
const STEP = 20;

/** The point is kept once in so many milliseconds while it moves. */
const KEEPING = 200;
/** A question that is not answered for so many milliseconds is slow. */
const SLOW = 300;
/** Views that may still be on their way name what earlier ones had. */
const MOST_STANDING = 8;

/** Samples along each axis where the floor of a narrow valley is to be seen. */
const FINE = 193;

const defaultLayers: readonly PlotLayer[] = ["tangent", "gradient"];

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** `w[0, 1]` as the name and the indices of an element. */
function placeOf(label: string): [name: string, indices: number[]] {
  const [, name = label, indices] = /^(.*?)\[([\d, ]+)\]$/.exec(label) ?? [];
  return [name, indices?.split(",").map(Number) ?? []];
}

/** The number that a label stands for; NaN where there is none. */
export const scalar = (point: Point, label: string): number => {
  const [name, indices] = placeOf(label);
  const value = indices.reduce<JsonTree | undefined>(
    (tree, index) => (Array.isArray(tree) ? tree[index] : undefined),
    point[name],
  );
  return value === undefined || Array.isArray(value) ? Number.NaN : fromJsonNumber(value);
};

/** The point with another number for a label. */
export function withScalar(point: Point, label: string, value: number): Point {
  const [name, indices] = placeOf(label);
  const replaced = (tree: JsonTree | undefined, [index, ...rest]: number[]): JsonTree =>
    index === undefined || !Array.isArray(tree)
      ? toJsonNumber(value)
      : tree.map((item, i) => (i === index ? replaced(item, rest) : item));
  return { ...point, [name]: replaced(point[name], indices) };
}

/** The point at which a view was computed: what has a number there. */
export const pointOf = (view: View): Point =>
  Object.fromEntries(view.parameters.flatMap(({ name, value, reason }) => (reason ? [] : [[name, value]])));

export class Session {
  model: Model = {
    started: false,
    tab: "function",
    slow: false,
    point: {},
    given: false,
    pinned: false,
    locked: false,
    ranges: {},
    axes: [],
    effort: 1,
    optimization: initialOptimization,
    layers: defaultLayers,
  };

  private readonly listeners = new Set<(inFrame: boolean) => void>();
  private readonly views: Latest<"view">;
  private readonly plots: Latest<"plot">;
  private readonly scripts: Latest<"script">;
  private slowTimer: ReturnType<typeof setTimeout> | undefined;
  private keepTimer: ReturnType<typeof setTimeout> | undefined;
  /** The point has moved since. */
  private unkept = false;
  /** What stayed while the point moved, by its name; the latest last. */
  private readonly standing = new Map<string, Standing>();
  /** What the Optimize view does. */
  readonly optimization: Optimization;
  /** The window that the user chose by zooming or panning. */
  private window: Range[] | undefined;
  /** What the latest samples were asked for. */
  private asked: { key: string; at: number[]; window?: Range[] } | undefined;
  /** Changes with the document. */
  private version = 0;
  private request = 0;
  private runWhenShown = false;

  constructor(readonly rpc: Rpc) {
    this.optimization = new Optimization(this);
    this.views = new Latest(
      rpc,
      "view",
      (view) => this.showView(this.completed(view)),
      (problem) => this.settle({ problem }),
      ({ milliseconds }) => milliseconds,
    );
    this.plots = new Latest(
      rpc,
      "plot",
      (plot, { subject, axes, component }) => {
        this.update({ plot: decodePlot(plot, baseOf(subject, axes, component), component), plotProblem: undefined });
        this.askPlot();
      },
      (plotProblem) => {
        this.update({ plot: undefined, plotProblem });
      },
    );
    this.scripts = new Latest(
      rpc,
      "script",
      (script, { uri }) => {
        if (uri === this.model.document) this.settle({ script, scriptProblem: undefined });
      },
      (scriptProblem) => this.settle({ script: undefined, scriptProblem }),
    );
    rpc.on("show", (state) => this.show(state));
    rpc.on("cursor", (cursor) => this.update({ cursor }));
    rpc.on("changed", ({ uri }) => {
      const { subject } = this.model;
      if (subject?.uri === uri) {
        this.optimization.invalidate();
        this.ask(true);
      }
      if (this.model.document === uri) this.askScript();
    });
  }

  /** @param listener is told whether it is enough to show the change in the next frame */
  subscribe(listener: (inFrame: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The first event: what to show, or what was kept before the window was loaded again. */
  start(state: PanelState | null): void {
    this.update({ started: true });
    if (state) this.show(state);
  }

  show(state: PanelState): void {
    const document = state.document ?? state.subject?.uri ?? this.model.document;
    this.update({
      tab: state.tab ?? this.model.tab,
      locked: state.locked ?? this.model.locked,
      document,
      ...(document === this.model.document ? {} : { script: undefined, scriptProblem: undefined }),
      ...(state.figure === undefined ? {} : { goToFigure: { figure: state.figure, request: ++this.request } }),
    });
    if (state.subject) this.showSubject(state, state.subject);
    else this.keep();
    this.askScript();
  }

  private showSubject(state: PanelState, subject: Subject): void {
    const changed = !same(this.model.subject, subject);
    if (changed) {
      this.optimization.reset(state.optimize);
      this.plots.cancel();
      this.window = state.window;
      this.asked = undefined;
    }
    this.runWhenShown = Boolean(state.run);
    this.update({
      subject,
      given: state.point !== undefined,
      layers: state.layers ?? this.model.layers,
      single: state.single ?? this.model.single,
      ...(changed
        ? {
            ranges: {},
            axes: state.axes ?? [],
            component: state.component,
            effort: 1,
            pinned: state.pinned ?? false,
            point: state.point ?? {},
          }
        : { point: state.point ?? this.model.point }),
      ...(state.section ? { goTo: { section: state.section, request: ++this.request } } : {}),
    });
    this.ask();
    this.keep();
  }

  // ── the script ────────────────────────────────────────────────────────────

  setTab(tab: PanelTab): void {
    if (tab === this.model.tab) return;
    this.update({ tab });
    this.keep();
    this.askScript();
    this.askPlot();
    this.optimization.refresh();
  }

  /** Only while it is looked at. */
  private askScript(): void {
    const { tab, document } = this.model;
    if (tab !== "script" || document === undefined) return;
    this.scripts.ask(() => ({ uri: this.model.document ?? document }));
    this.watchTime();
  }

  // ── the point ─────────────────────────────────────────────────────────────

  setValue(name: string, value: JsonTree): void {
    this.setPoint({ ...this.model.point, [name]: value });
  }

  setPoint(point: Point): void {
    if (same(point, this.model.point)) return;
    const ranges = { ...this.model.ranges };
    for (const [name, [low, high]] of Object.entries(ranges)) {
      const value = scalar(point, name);
      if (!Number.isFinite(value)) continue;
      if (value < low || value > high) ranges[name] = [Math.min(low, value), Math.max(high, value)];
    }
    this.update({ point, given: true, ranges });
    this.ask();
    this.keepSoon();
    this.optimization.moved();
    if (this.model.pinned) this.pin(true);
  }

  /** Back to the values that the code gives. */
  releasePoint(): void {
    if (this.model.pinned) this.pin(false);
    this.update({ given: false, ranges: {} });
    this.window = undefined;
    this.asked = undefined;
    this.ask();
    this.keep();
  }

  pin(on: boolean): void {
    const { subject, point } = this.model;
    if (!subject) return;
    this.update({ pinned: on });
    this.keep();
    this.rpc.call("pin", on ? { subject, point } : { subject }).catch(() => this.update({ pinned: !on }));
  }

  lock(locked: boolean): void {
    this.update({ locked });
    this.keep();
  }

  // ── what is asked ─────────────────────────────────────────────────────────

  /** The number that a function of several results is looked at as. */
  setComponent(component: Component): void {
    if (component === this.model.component) return;
    this.update({ component });
    this.ask();
    this.keep();
  }

  /** The page has so many pixels across. */
  setWidth(page: number): void {
    // A page that is hidden has none.
    if (page < NARROWEST) return;
    const width = Math.max(Math.floor((Math.min(page, WIDEST) - AROUND) / STEP) * STEP, FEWEST);
    if (width === this.model.width) return;
    this.update({ width });
    if (this.model.view) this.ask();
  }

  /** Asks again, with more time. */
  goOn(): void {
    this.update({ effort: Math.min(this.model.effort * MORE, MOST_EFFORT) });
    this.ask(true);
  }

  /** A question about what a view shows. */
  about(view: View): ViewParams {
    return { subject: view.subject, point: pointOf(view), ...this.manner(view.result?.component) };
  }

  private manner(component: Component | undefined): Pick<ViewParams, "component" | "effort"> {
    const { effort } = this.model;
    return { ...(component === undefined ? {} : { component }), ...(effort > 1 ? { effort } : {}) };
  }

  // ── the plot ──────────────────────────────────────────────────────────────

  setAxes(axes: string[]): void {
    this.window = undefined;
    this.asked = undefined;
    this.update({ axes });
    this.keep();
    this.askPlot();
  }

  setSingle(single: boolean): void {
    this.update({ single });
    this.keep();
  }

  toggleLayer(layer: PlotLayer): void {
    const { layers } = this.model;
    this.update({ layers: layers.includes(layer) ? layers.filter((other) => other !== layer) : [...layers, layer] });
    this.askPlot();
    this.keep();
  }

  /** Zoomed or panned; undefined: back to the range that suits the point. */
  setWindow(window: Range[] | undefined): void {
    this.window = window;
    if (!window) this.asked = undefined;
    this.keep();
    this.askPlot();
  }

  // ── the editor ────────────────────────────────────────────────────────────

  reveal(uri: string, line: number, character = 0): void {
    this.rpc.call("reveal", { uri, line, character }).catch(() => {});
  }

  /** Marks a range of the subject's document in the editor; undefined: no more. */
  highlight(range?: TextRange): void {
    const uri = this.model.subject?.uri;
    if (uri) this.rpc.call("highlight", { uri, ...(range ? { range } : {}) }).catch(() => {});
  }

  copy(text: string): void {
    this.rpc.call("copy", { text }).catch(() => {});
  }

  // ── within ────────────────────────────────────────────────────────────────

  /** @param inFrame what is shown of it in the next frame comes early enough */
  update(patch: Partial<Model>, inFrame = false): void {
    this.model = { ...this.model, ...patch };
    for (const listener of this.listeners) listener(inFrame);
  }

  /** While the point moves, what is kept follows it now and then. */
  private keepSoon(): void {
    this.unkept = true;
    if (this.keepTimer !== undefined) return;
    this.keep();
    this.keepTimer = setTimeout(() => {
      this.keepTimer = undefined;
      if (this.unkept) this.keepSoon();
    }, KEEPING);
  }

  /** What is kept over a reload of the window, here and by the extension. */
  keep(): void {
    this.unkept = false;
    const { subject, point, given, locked, pinned, optimization, layers, axes, component, single, tab, document } =
      this.model;
    if (!subject && document === undefined) return;
    const state: PanelState = {
      ...(subject ? { subject } : {}),
      ...(document === undefined ? {} : { document }),
      tab,
      ...(given || pinned ? { point } : {}),
      locked,
      pinned,
      optimize: optimization.settings,
      layers: [...layers],
      ...(axes.length > 0 ? { axes } : {}),
      ...(component === undefined ? {} : { component }),
      ...(single === undefined ? {} : { single }),
      ...(this.window ? { window: this.window } : {}),
    };
    this.rpc.port.setState(state);
    this.rpc.port.post({ type: "state", state });
  }

  private ask(again = false): void {
    const { subject } = this.model;
    if (!subject) return;
    if (again) this.version++;
    this.views.ask(() => {
      const { point, given, subject: latest, component } = this.model;
      const { width } = this.model;
      const standing = [...this.standing.keys()].pop();
      return {
        subject: latest ?? subject,
        ...(given ? { point } : {}),
        ...this.manner(component),
        ...(width === undefined ? {} : { width }),
        ...(standing === undefined ? {} : { standing }),
      };
    });
    this.watchTime();
    this.askPlot();
  }

  private watchTime(): void {
    this.slowTimer ??= setTimeout(() => this.update({ slow: true }), SLOW);
  }

  /** Something was answered. */
  private settle(patch: Partial<Model>, inFrame = false): void {
    clearTimeout(this.slowTimer);
    this.slowTimer = undefined;
    if (this.views.busy || this.scripts.busy) this.watchTime();
    this.update({ ...patch, slow: false }, inFrame);
  }

  /** With what was left out of it because it is here. */
  private completed(view: View): View {
    if (view.standing === undefined) return view;
    const { formula, derivatives, hessianFormula, guards, paths } = view;
    const standing = this.standing.get(view.standing) ?? { formula, derivatives, hessianFormula, guards, paths };
    this.standing.delete(view.standing);
    this.standing.set(view.standing, standing);
    if (this.standing.size > MOST_STANDING) this.standing.delete(this.standing.keys().next().value!);
    return { ...view, ...standing };
  }

  private showView(view: View): void {
    if (!same(view.subject, this.model.subject)) return;
    const { given, point: before, axes: chosen } = this.model;
    const point = Object.fromEntries(
      Object.entries(pointOf(view)).map(([name, value]) => [name, given ? (before[name] ?? value) : value]),
    );
    const ranges: Record<string, Range> = {};
    for (const { name, range } of view.parameters) {
      const value = scalar(point, name);
      const [low, high] = this.model.ranges[name] ?? range;
      ranges[name] = value < low || value > high ? [Math.min(low, value), Math.max(high, value)] : [low, high];
    }
    const axes =
      chosen.length && chosen.every((name) => view.plottable.includes(name)) ? chosen : view.plottable.slice(0, 2);
    // Another document may have the same loops: what is drawn of them stays.
    const paths = this.model.view?.paths ?? [];
    const stay = paths.length === view.paths.length && paths.every((path, k) => samePath(path, view.paths[k]!));
    // While the point is dragged, its next move shows this too: the page is drawn once for both.
    this.settle(
      {
        view: stay ? { ...view, paths } : view,
        problem: undefined,
        point,
        ranges,
        axes,
        // Until it has answered for another.
        component: this.model.component ?? view.result?.component,
        pinned: view.origin.kind === "pinned" || (this.model.pinned && given),
        ...(axes.length === 0 ? { plot: undefined } : {}),
      },
      true,
    );
    this.askPlot();
    this.optimization.refresh();
    if (this.runWhenShown) {
      this.runWhenShown = false;
      void this.optimization.run();
    }
  }

  /** Asks for samples, unless those at hand still hold: moving the point along the axes does not change them. */
  private askPlot(): void {
    const { subject, point, axes, view, plot, layers, tab } = this.model;
    if (tab !== "function" || !subject || !view || axes.length === 0 || !same(view.subject, subject)) return;
    const at = axes.map((name) => scalar(point, name));
    const component = view.result && (this.model.component ?? view.result.component);
    const base = baseOf(subject, axes, component);
    const held = axes.reduce((rest, axis) => withScalar(rest, axis, 0), point);
    const seconds = axes.length === 1 && layers.includes("second");
    const field = axes.length === 2 && layers.includes("field");
    const fine = axes.length === 2 && layers.includes("logarithmic");
    const key = JSON.stringify([base, held, this.version, seconds, field, fine]);
    const shown = plot?.base === base && this.asked ? plot.window : undefined;
    const inside = shown?.every(([low, high], i) => !(at[i]! < low || at[i]! > high));
    const window = this.window ?? (inside ? shown : undefined);
    if (this.asked?.key === key) {
      if (this.window ? same(this.asked.window, this.window) : inside || this.plots.busy || same(this.asked.at, at))
        return;
    }
    this.asked = { key, at, window: this.window };
    this.plots.ask(() => ({
      subject,
      point: this.model.point,
      axes: axes as [string] | [string, string],
      ...(window ? { window } : {}),
      ...(seconds ? { seconds } : {}),
      ...(field ? { field } : {}),
      ...(fine ? { samples: FINE } : {}),
      ...this.manner(component),
    }));
  }
}

/** What a plot is of. */
const baseOf = (subject: Subject, axes: readonly string[], component: Component | undefined) =>
  JSON.stringify([subject, axes, component ?? null]);

function samePath(a: LoopPath, b: LoopPath): boolean {
  const numbers = (one: EncodedArray, other: EncodedArray) => {
    const [x, y] = [decodeArray(one), decodeArray(other)];
    return x.length === y.length && x.every((value, k) => Object.is(value, y[k]));
  };
  return (
    a.uri === b.uri &&
    same(a.range, b.range) &&
    same(a.variables, b.variables) &&
    same(a.labels, b.labels) &&
    numbers(a.path, b.path) &&
    numbers(a.losses, b.losses)
  );
}

function decodePlot(data: PlotData, base: string, component: Component | undefined): Plot {
  return {
    base,
    ...(component === undefined ? {} : { component }),
    axes: data.axes,
    window: data.window,
    grid: data.grid.map(decodeArray),
    values: decodeArray(data.values),
    slopes: data.slopes && decodeArray(data.slopes),
    seconds: data.seconds && decodeArray(data.seconds),
    field: data.field && decodeArray(data.field),
    components: componentsOf(data),
    partial: data.partial ?? false,
    breaks: (data.breaks ?? []).map(({ left, right, ...place }) => ({
      ...place,
      left: fromJsonNumber(left),
      right: fromJsonNumber(right),
    })),
    point: data.point,
    value: fromJsonNumber(data.value),
    gradient: data.gradient.map(fromJsonNumber),
  };
}

function componentsOf({ components }: PlotData): ComponentCurve[] {
  if (!components) return [];
  const [values, slopes] = [decodeArray(components.values), decodeArray(components.slopes)];
  const n = values.length / Math.max(components.labels.length, 1);
  return components.labels.map((label, k) => ({
    label,
    values: values.subarray(k * n, (k + 1) * n),
    slopes: slopes.subarray(k * n, (k + 1) * n),
  }));
}

/** A path over the steps, along the axes of a plot. */
export interface Trail {
  label: string;
  x: number[];
  y: number[];
}

/** Where a path runs on a plot; undefined if it moves along none of the axes. */
export function trailOf(
  label: string,
  path: Float64Array,
  columns: (number | undefined)[],
  width: number,
  plot: Plot,
  values?: Float64Array,
): Trail | undefined {
  if (columns.every((column) => column === undefined) || width === 0) return undefined;
  const rows = Math.floor(path.length / width);
  const along = (axis: number) =>
    Array.from({ length: rows }, (_, row) => {
      const column = columns[axis];
      return column === undefined ? plot.point[axis]! : path[row * width + column]!;
    });
  const x = along(0);
  if (plot.axes.length === 2) return { label, x, y: along(1) };
  return { label, x, y: x.map((at, row) => values?.[row] ?? valueAt(plot, at, plot.values)) };
}

/** A curve's value between its samples. */
export function valueAt({ grid: [grid] }: Plot, x: number, values: Float64Array): number {
  const last = grid!.length - 1;
  if (!(x >= grid![0]! && x <= grid![last]!)) return Number.NaN;
  const index = indexOf(grid!, x);
  const left = Math.floor(index);
  return index === left ? values[left]! : values[left]! + (values[left + 1]! - values[left]!) * (index - left);
}

export function loopTrail(loop: LoopPath, label: string, plot: Plot): Trail | undefined {
  const columns = plot.axes.map((axis) => {
    const name = loop.variables.find((variable) => variable.parameter === axis)?.name ?? axis;
    const column = loop.labels.indexOf(name);
    return column < 0 ? undefined : column;
  });
  return trailOf(label, decodeArray(loop.path), columns, loop.labels.length, plot);
}

/** @param comparable what was minimised is what the plot shows */
export function trialTrail(
  { result, path, values }: Trial,
  label: string,
  plot: Plot,
  comparable: boolean,
): Trail | undefined {
  if (!result) return undefined;
  const columns = plot.axes.map((axis) => {
    const column = result.labels.indexOf(axis);
    return column < 0 ? undefined : column;
  });
  const onlyAxis = comparable && result.labels.length === 1;
  return trailOf(label, path, columns, result.labels.length, plot, onlyAxis ? values : undefined);
}
