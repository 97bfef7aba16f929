/** What the Optimize view runs and shows, and how it changes: no DOM here. */
import type { Minimization, MinimizeResult, Point, View } from "../protocol/lsp";
import { type OptimizerChoice, optimizers, optimizerTypes, rateOf } from "../protocol/optimizers";
import type { OptimizeSettings } from "../protocol/panel";
import { decodeArray, encodeArray, fromJsonNumber, type JsonTree, toJsonNumber } from "../protocol/values";
import { BasinBuilder, type BasinMap, placeOfCell } from "./basins";
import { alongAxes, alongComponents, type Projection, placeOf, pointAt } from "./projection";
import { Cancelled, Latest } from "./rpc";
import type { Range, Session } from "./session";

/** One optimizer's run from one start. */
export interface Trial {
  choice: OptimizerChoice;
  /** Places in the lists of choices and starts, which give it its colour and its number. */
  method: number;
  start: number;
  /** Absent where there was a problem before the first step. */
  result?: MinimizeResult;
  problem?: string;
  /** [rows, labels], [rows], …: empty without a result. */
  path: Float64Array;
  values: Float64Array;
  norms: Float64Array;
  rates?: Float64Array;
}

/** The lowest value of all runs, and where it was. */
export interface Best {
  trial: Trial;
  value: number;
  point: Float64Array;
}

/** Values over the line or plane that is shown. */
export interface PlaneSamples {
  projection: Projection;
  window: Range[];
  grid: Float64Array[];
  values: Float64Array;
}

export type Mode = "components" | "axes";

export interface OptimizationModel {
  settings: OptimizeSettings;
  running?: { done: number; total: number; percentage: number };
  trials: readonly Trial[];
  /** Something has changed since they ran. */
  stale?: boolean;
  best?: Best;
  /** The step that is looked at; undefined: the end. */
  at?: number;
  /** Of more than two parameters: in which plane. */
  mode: Mode;
  axes: readonly [string, string] | undefined;
  logarithmic: boolean;
  projection?: Projection;
  /** What the plot shows. */
  window?: Range[];
  samples?: PlaneSamples;
  plotProblem?: string;
  basins?: BasinMap;
}

/** As the document that the project began from has it. */
const defaultSettings: OptimizeSettings = { choices: [{ optimizer: "sgd", learningRate: 0.1 }], steps: 100 };

/** Runs that took no longer than so many milliseconds are run again whenever something changes. */
const QUICK = 150;
const PAUSE = 60;

/** At most so many at once: more nobody can tell apart. */
export const MOST_CHOICES = 6;
export const MOST_STARTS = 24;
/** Along each axis, where the floor of a narrow valley is to be seen. */
const FINE = 193;
/** Basins count as reached when the gradient's norm is this small. */
const BASIN_TOLERANCE = 1e-4;
/** Starts of one question about basins, and numbers. */
const MOST_ASKED = 400;
const MOST_NUMBERS = 200_000;

/** The scalars that are varied, in the server's order. */
export const labelsOf = (view: View): readonly string[] => view.plottable;

const namesOf = (view: View) => view.parameters.flatMap(({ name, reason }) => (reason ? [] : [name]));
const leaves = (tree: JsonTree): number[] => (Array.isArray(tree) ? tree.flatMap(leaves) : [fromJsonNumber(tree)]);

export const flatten = (view: View, point: Point): Float64Array =>
  Float64Array.from(namesOf(view).flatMap((name) => leaves(point[name] ?? [])));

/** The point with other numbers. */
export function filled(view: View, point: Point, numbers: ArrayLike<number>): Point {
  let next = 0;
  const fill = (tree: JsonTree): JsonTree => (Array.isArray(tree) ? tree.map(fill) : toJsonNumber(numbers[next++]!));
  return { ...point, ...Object.fromEntries(namesOf(view).map((name) => [name, fill(point[name] ?? [])])) };
}

/** It gives residuals: half the sum of their squares is minimised. */
export const givesResiduals = (view: View): boolean => view.result !== undefined;

/** Optimizers that this view can be minimised by. */
export const offered = (view: View) => optimizers.filter(({ residuals }) => givesResiduals(view) || !residuals);

/** Steps of the longest run. */
export const lengthOf = (trials: readonly Trial[]): number =>
  trials.reduce((most, { result }) => Math.max(most, result?.steps ?? 0), 0);

/** The row of a trial at a step, with a part of the way to the next. */
export function rowAt({ result, values }: Trial, step: number): number {
  if (!result) return 0;
  const last = values.length - 1;
  const row = step / result.stride;
  if (row <= last - 1) return row;
  // The last row stands for the last step, however far it is from the one before.
  const before = (last - 1) * result.stride;
  return last === 0 ? 0 : Math.min(last, last - 1 + (step - before) / (result.steps - before || 1));
}

export const stepAt = ({ result, values }: Trial, row: number): number =>
  row >= values.length - 1 ? (result?.steps ?? 0) : row * (result?.stride ?? 1);

/** Whether the run ended where it should. */
export const isGood = ({ result }: Trial): boolean =>
  result !== undefined && ["steps", "converged", "cancelled", "evaluations"].includes(result.end);

export const initialOptimization: OptimizationModel = {
  settings: defaultSettings,
  trials: [],
  mode: "components",
  axes: undefined,
  logarithmic: false,
};

export class Optimization {
  private readonly planes: Latest<"plane">;
  private abort: AbortController | undefined;
  private mapping: AbortController | undefined;
  /** The user zoomed or panned: the window stands as it is. */
  private chosen: Range[] | undefined;
  /** What the latest samples were asked for. */
  private asked = "";
  private version = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private drawn: Projection | undefined;

  constructor(private readonly session: Session) {
    this.planes = new Latest(
      session.rpc,
      "plane",
      ({ window, grid, values }) => {
        if (!this.drawn) return;
        this.update({
          samples: { projection: this.drawn, window, grid: grid.map(decodeArray), values: decodeArray(values) },
          plotProblem: undefined,
        });
      },
      (plotProblem) => this.update({ samples: undefined, plotProblem }),
    );
  }

  private get model(): OptimizationModel {
    return this.session.model.optimization;
  }

  private update(patch: Partial<OptimizationModel>): void {
    this.session.update({ optimization: { ...this.model, ...patch } });
  }

  // ── what is minimised ─────────────────────────────────────────────────────

  /** Another subject: nothing of the last one holds. */
  reset(settings?: OptimizeSettings): void {
    clearTimeout(this.timer);
    // Answers that are still to come are nobody's.
    this.stop();
    this.abort = undefined;
    this.stopBasins();
    this.mapping = undefined;
    this.planes.cancel();
    this.asked = "";
    this.chosen = undefined;
    const { starts: _, bounds: __, ...kept } = this.model.settings;
    this.update({
      settings: settings ?? kept,
      running: undefined,
      trials: [],
      best: undefined,
      stale: false,
      at: undefined,
      axes: undefined,
      projection: undefined,
      window: undefined,
      samples: undefined,
      plotProblem: undefined,
      basins: undefined,
    });
  }

  /** The document changed: samples are old, the runs stand until the next. */
  invalidate(): void {
    this.version++;
    this.clearBasins();
    if (this.model.trials.length > 0) this.update({ stale: true });
  }

  set(settings: Partial<OptimizeSettings>): void {
    this.update({ settings: { ...this.model.settings, ...settings } });
    this.session.keep();
    this.moved();
  }

  /** The point, the starts or what is chosen changed: quick runs follow at once, others are old. */
  moved(): void {
    this.refresh();
    const { trials, running, mode, projection } = this.model;
    if (trials.length === 0 || running) return;
    this.update({ stale: true });
    const time = trials.reduce((sum, { result }) => sum + (result?.milliseconds ?? 0), 0);
    // A plane that the runs themselves span must not turn below the pointer.
    if (time > QUICK || (mode === "components" && projection?.shares)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(true), PAUSE);
  }

  setChoice(place: number, choice: OptimizerChoice): void {
    this.set({ choices: this.model.settings.choices.map((old, k) => (k === place ? choice : old)) });
  }

  /** The first of the well-known ones that is not there yet. */
  addChoice(): void {
    const { choices } = this.model.settings;
    const { view } = this.session.model;
    if (!view || choices.length >= MOST_CHOICES) return;
    const all = offered(view).map(({ name }) => name);
    const first = givesResiduals(view) ? (["levenberg-marquardt", "gauss-newton"] as const) : [];
    const usual = [...first, "sgd", "adam", "bfgs", "momentum", "newton", "rmsprop", ...all] as const;
    const optimizer = usual.find((name) => all.includes(name) && !choices.some((choice) => choice.optimizer === name));
    if (optimizer) this.set({ choices: [...choices, defaultChoice(optimizer)] });
  }

  removeChoice(place: number): void {
    this.show(without(this.model.trials, "method", place), undefined);
    this.set({ choices: this.model.settings.choices.filter((_, k) => k !== place) });
  }

  /** The point, and the starts beside it. */
  starts(): Point[] {
    return [this.session.model.point, ...(this.model.settings.starts ?? [])];
  }

  addStart(point: Point): void {
    const { starts = [] } = this.model.settings;
    if (starts.length + 1 < MOST_STARTS) this.set({ starts: [...starts, point] });
  }

  moveStart(place: number, point: Point): void {
    if (place === 0) {
      this.session.setPoint(point);
      return;
    }
    this.set({ starts: (this.model.settings.starts ?? []).map((old, k) => (k === place - 1 ? point : old)) });
  }

  removeStart(place: number): void {
    this.show(without(this.model.trials, "start", place), undefined);
    this.set({ starts: (this.model.settings.starts ?? []).filter((_, k) => k !== place - 1) });
  }

  /** Whether there are bounds, which not all optimizers take. */
  get bounded(): boolean {
    return Object.keys(this.model.settings.bounds ?? {}).length > 0;
  }

  // ── runs ──────────────────────────────────────────────────────────────────

  private minimization(choice: OptimizerChoice): Minimization | undefined {
    const { subject, view } = this.session.model;
    const { steps, tolerance, bounds } = this.model.settings;
    if (!subject || !view) return undefined;
    return {
      subject,
      ...choice,
      steps,
      ...(tolerance === undefined ? {} : { tolerance }),
      ...(bounds && this.bounded ? { bounds } : {}),
      ...(givesResiduals(view) ? { squares: true } : {}),
    };
  }

  /**
   * Every optimizer from every start, one after the other; each is shown as soon as it is there.
   * @param again quietly: what is shown stays until all are there
   */
  async run(again = false): Promise<void> {
    clearTimeout(this.timer);
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    const { choices } = this.model.settings;
    const starts = this.starts();
    const jobs = choices.flatMap((choice, method) =>
      starts.map((point, start) => ({ choice, method, start, point, params: this.minimization(choice) })),
    );
    const trials: Trial[] = [];
    this.update({ ...(again ? {} : { running: { done: 0, total: jobs.length, percentage: 0 } }), stale: false });
    for (const { params, point, ...job } of jobs) {
      if (!params || abort.signal.aborted) break;
      const empty = { ...job, path: new Float64Array(), values: new Float64Array(), norms: new Float64Array() };
      try {
        const progress = (percentage: number) => {
          if (this.abort === abort && !again)
            this.update({ running: { done: trials.length, total: jobs.length, percentage } });
        };
        const result = await this.session.rpc.call(
          "minimize",
          { ...params, start: point },
          abort.signal,
          true,
          progress,
        );
        trials.push({
          ...job,
          result,
          path: decodeArray(result.path),
          values: decodeArray(result.values),
          norms: decodeArray(result.gradientNorms),
          ...(result.learningRates ? { rates: decodeArray(result.learningRates) } : {}),
        });
      } catch (error) {
        // Stopped before the first step: there is nothing to tell.
        if (abort.signal.aborted || error instanceof Cancelled) break;
        trials.push({ ...empty, problem: error instanceof Error ? error.message : String(error) });
      }
      if (this.abort !== abort) return;
      if (!again) this.show(trials, { done: trials.length, total: jobs.length, percentage: 0 });
    }
    if (this.abort !== abort) return;
    this.abort = undefined;
    if (trials.length > 0) this.show(trials, undefined, again ? this.model.at : undefined);
    else this.update({ running: undefined });
  }

  private show(trials: readonly Trial[], running: OptimizationModel["running"], at?: number): void {
    this.update({ trials: [...trials], running, at, best: bestOf(trials) });
    this.refresh();
  }

  stop(): void {
    this.abort?.abort();
  }

  clear(): void {
    this.update({ trials: [], best: undefined, at: undefined, stale: false });
    this.refresh();
  }

  /** @param at undefined: the end */
  setAt(at: number | undefined): void {
    const length = lengthOf(this.model.trials);
    this.update({ at: at === undefined || at >= length ? undefined : Math.max(0, at) });
  }

  // ── the plot ──────────────────────────────────────────────────────────────

  setMode(mode: Mode): void {
    this.chosen = undefined;
    this.update({ mode });
    this.refresh();
  }

  setAxes(axes: readonly [string, string]): void {
    this.chosen = undefined;
    this.update({ axes, mode: "axes" });
    this.refresh();
  }

  setLogarithmic(logarithmic: boolean): void {
    this.update({ logarithmic });
    this.refresh();
  }

  /** Zoomed or panned; undefined: back to what suits the paths. */
  setWindow(window: Range[] | undefined): void {
    this.chosen = window;
    if (!window) this.update({ window: undefined });
    this.refresh();
  }

  /** Puts what is shown in line with what has changed, and asks for samples where those at hand do not hold. */
  refresh(): void {
    const { view, subject, point, tab } = this.session.model;
    if (!view || !subject || tab !== "optimize") return;
    const labels = labelsOf(view);
    if (labels.length === 0) return;
    this.suit(view);
    const projection = this.projectionOf(view, labels);
    const same = this.model.projection && key(projection) === key(this.model.projection);
    if (!same) this.chosen = undefined;
    const window = this.chosen ?? this.windowFor(view, projection, same ? this.model.window : undefined);
    this.update({ projection: same ? this.model.projection! : projection, window });
    const squares = givesResiduals(view);
    const samples = this.model.logarithmic && window.length === 2 ? FINE : undefined;
    const question = JSON.stringify([subject, this.version, key(projection), window, samples]);
    if (question === this.asked) return;
    this.asked = question;
    this.planes.ask(() => {
      this.drawn = projection;
      return {
        subject,
        point,
        ...(squares ? { squares } : {}),
        origin: encodeArray(projection.origin),
        directions: encodeArray(
          projection.directions.flatMap((direction) => Array.from(direction)),
          [projection.directions.length, labels.length],
        ),
        window,
        ...(samples ? { samples } : {}),
      };
    });
  }

  /** Optimizers that this function cannot be minimised by give way. */
  private suit(view: View): void {
    const { settings } = this.model;
    const names = offered(view).map(({ name }) => name);
    if (givesResiduals(view) && JSON.stringify(settings.choices) === JSON.stringify(defaultSettings.choices)) {
      this.update({ settings: { ...settings, choices: [defaultChoice("levenberg-marquardt")] } });
    } else if (settings.choices.some(({ optimizer }) => !names.includes(optimizer))) {
      const left = settings.choices.filter(({ optimizer }) => names.includes(optimizer));
      this.update({ settings: { ...settings, choices: left.length > 0 ? left : defaultSettings.choices } });
    }
  }

  private projectionOf(view: View, labels: readonly string[]): Projection {
    const point = flatten(view, this.session.model.point);
    if (labels.length <= 2) return alongAxes(labels, [...labels.keys()], point);
    const { mode, axes, trials, best } = this.model;
    const paths = trials.filter(isGood).map(({ path }) => path);
    if (mode === "components" && best && paths.length > 0) {
      const found = alongComponents(paths, labels.length, best.point);
      if (found) return found;
    }
    const places = (axes ?? []).map((axis) => labels.indexOf(axis)).filter((place) => place >= 0);
    return alongAxes(labels, places.length === 2 ? places : [0, 1], point);
  }

  /** Around the starts and the paths; what diverges leads out of it. The present one stays while it serves. */
  private windowFor(view: View, projection: Projection, present: Range[] | undefined): Range[] {
    const starts = this.starts().map((point) => placeOf(projection, flatten(view, point)));
    const width = projection.origin.length;
    const seen = this.model.trials.flatMap((trial) => {
      const rows = trial.values.length;
      const stride = Math.max(1, Math.floor(rows / 200));
      const places = Array.from({ length: Math.ceil(rows / stride) }, (_, k) =>
        placeOf(projection, trial.path.subarray(k * stride * width, (k * stride + 1) * width)),
      );
      return isGood(trial) ? [...places, placeOf(projection, trial.path.subarray((rows - 1) * width))] : [];
    });
    const places = [...starts, ...seen].filter((place) => place.every(Number.isFinite));
    const needed = projection.directions.map((_, k): Range => {
      const along = places.map((place) => place[k]!);
      return along.length > 0 ? [Math.min(...along), Math.max(...along)] : [-1, 1];
    });
    const wanted = needed.map(([low, high]): Range => {
      const middle = (low + high) / 2;
      // Without a path: as wide as the numbers are large.
      const least = seen.length > 0 ? 1e-6 * Math.max(1, Math.abs(middle)) : Math.max(3, 2 * Math.abs(middle));
      const half = Math.max(((high - low) / 2) * 1.3, least);
      return [middle - half, middle + half];
    });
    // One flat direction beside a long one is no picture.
    const longest = Math.max(...wanted.map(([low, high]) => high - low));
    const shaped = wanted.map(([low, high]): Range => {
      const half = Math.max((high - low) / 2, projection.shares ? longest / 6 : (longest / 2) * 1e-3);
      return [(low + high) / 2 - half, (low + high) / 2 + half];
    });
    const serves =
      present?.length === shaped.length &&
      present.every(([low, high], k) => {
        const [from, to] = needed[k]!;
        return low <= from && to <= high && high - low <= 6 * (shaped[k]![1] - shaped[k]![0]);
      });
    return serves ? present : shaped;
  }

  // ── basins ────────────────────────────────────────────────────────────────

  /** Runs an optimizer from all over what is shown; the map fills up meanwhile. */
  async mapBasins(place: number): Promise<void> {
    const { projection, window, settings } = this.model;
    const choice = settings.choices[place];
    const params = choice && this.minimization(choice);
    if (!params || !projection || !window) return;
    this.mapping?.abort();
    const abort = new AbortController();
    this.mapping = abort;
    const builder = new BasinBuilder(projection, window);
    const width = projection.origin.length;
    const most = Math.max(1, Math.min(MOST_ASKED, Math.floor(MOST_NUMBERS / width)));
    this.update({ basins: builder.map });
    let problem: string | undefined;
    while (builder.map.done < builder.map.total && problem === undefined) {
      const { done } = builder.map;
      const starts = builder.order
        .slice(done, done + most)
        .map(({ cell }) => pointAt(projection, placeOfCell(builder.map, cell)));
      try {
        const answer = await this.session.rpc.call(
          "basins",
          {
            ...params,
            tolerance: params.tolerance ?? BASIN_TOLERANCE,
            point: this.session.model.point,
            starts: encodeArray(
              starts.flatMap((start) => Array.from(start)),
              [starts.length, width],
            ),
          },
          abort.signal,
        );
        builder.add(answer);
        if (builder.map.done === done) break;
      } catch (error) {
        if (error instanceof Cancelled) break;
        problem = error instanceof Error ? error.message : String(error);
      }
      if (this.mapping !== abort) return;
      this.update({ basins: builder.map });
    }
    if (this.mapping !== abort) return;
    this.mapping = undefined;
    builder.end(problem);
    this.update({ basins: builder.map });
  }

  stopBasins(): void {
    this.mapping?.abort();
  }

  clearBasins(): void {
    this.stopBasins();
    this.mapping = undefined;
    this.update({ basins: undefined });
  }
}

const key = ({ origin, directions }: Projection): string =>
  [origin, ...directions].map((vector) => Array.from(vector).join()).join(";");

/** An optimizer with its defaults. */
export function defaultChoice(
  optimizer: OptimizerChoice["optimizer"],
  like?: OptimizerChoice["like"],
): OptimizerChoice {
  const framework = like ?? optimizerTypes[optimizer].likes?.[0];
  const rate = rateOf(optimizer, framework);
  return {
    optimizer,
    ...(framework ? { like: framework } : {}),
    ...(rate === undefined ? {} : { learningRate: rate }),
  };
}

/** What is left when a method or a start is removed; those behind it move up. */
const without = (trials: readonly Trial[], what: "method" | "start", place: number): Trial[] =>
  trials.flatMap((trial) =>
    trial[what] === place ? [] : [{ ...trial, [what]: trial[what] - Number(trial[what] > place) }],
  );

function bestOf(trials: readonly Trial[]): Best | undefined {
  let best: Best | undefined;
  for (const trial of trials) {
    const width = trial.result?.labels.length ?? 0;
    trial.values.forEach((value, row) => {
      if (!Number.isFinite(value) || (best && value >= best.value)) return;
      best = { trial, value, point: trial.path.slice(row * width, (row + 1) * width) };
    });
  }
  return best;
}
