/** The paths of the runs over the function, with their starts, which can be moved, and the step that is looked at. */
import * as l10n from "@vscode/l10n";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { LoopPath, View } from "../protocol/lsp";
import { optimizerTypes } from "../protocol/optimizers";
import { decodeArray } from "../protocol/values";
import { formatNumber, roundToStep } from "../render/numbers";
import { BasinLegend, letterOf, paintBasins, placeEntries } from "./basin-map";
import type { BasinMap } from "./basins";
import { axis, baseLayout, type Layout } from "./chart";
import { ExportMenu, nameOf } from "./export-menu";
import { type Frame, roundStep, toX, toY } from "./frame";
import { Handle } from "./handle";
import { loopLabel } from "./loops";
import {
  filled,
  flatten,
  isGood,
  labelsOf,
  lengthOf,
  type OptimizationModel,
  type PlaneSamples,
  rowAt,
  type Trial,
} from "./optimization";
import { type LegendEntry, type Picture, pictureOf } from "./pictures";
import { contourTrace, curveRange, curveTrace } from "./plot-traces";
import { type Projection, placeOf, pointAt } from "./projection";
import { runName } from "./run-words";
import type { Model, Plot, Range } from "./session";
import { dashes } from "./swatch";
import { type Colors, useColors } from "./theme";
import { useSession } from "./use";
import { Drawings, ZoomPlot } from "./zoom-plot";

interface OptimizePlotProps {
  model: Model;
  view: View;
  /** The paths are not to be played any more. */
  pause: () => void;
}

export function OptimizePlot({ model, view, pause }: OptimizePlotProps) {
  const { optimization } = useSession();
  const colors = useColors();
  const { samples, plotProblem, logarithmic, projection, basins, trials, at } = model.optimization;
  const place = useRef<HTMLElement>(null);
  const length = lengthOf(trials);
  const pictureAt = (step: number) =>
    pictureOf(place.current!.querySelector(".plot")!, colors, {
      legend: legendOf(model.optimization, view, colors, step),
    });
  /** The paths as they grow. */
  const growth = async () => {
    pause();
    const last = Math.min(length, MOST_FRAMES - 1);
    const frames: Picture[] = [];
    for (let k = 0; k <= last; k++) {
      const step = Math.round((k / last) * length);
      optimization.setAt(step);
      await new Promise((resolve) => setTimeout(resolve));
      frames.push(pictureAt(step));
    }
    optimization.setAt(at);
    return { frames, hold: Math.max(60, Math.round(4000 / frames.length)) };
  };
  return (
    <section class="optimize-plot" ref={place}>
      <div class="section-head">
        <h2>{l10n.t("Paths")}</h2>
        <div class="tools">
          <Planes model={model} view={view} />
          {samples && (
            <ExportMenu
              name={`${nameOf(view)} ${l10n.t("Paths")}`}
              picture={() => pictureAt(at ?? length)}
              {...(length > 0 ? { animation: growth } : {})}
            />
          )}
        </div>
      </div>
      <fieldset class="layers" aria-label={l10n.t("Shown on the plot")}>
        <button
          type="button"
          class="action layer"
          aria-pressed={logarithmic}
          disabled={projection?.directions.length !== 2}
          title={l10n.t("Contour levels that grow by the same factor above the lowest value")}
          onClick={() => optimization.setLogarithmic(!logarithmic)}
        >
          {l10n.t("Log levels")}
        </button>
        <BasinButtons model={model} />
      </fieldset>
      {plotProblem && (
        <p class="problem" role="alert">
          {plotProblem}
        </p>
      )}
      {samples ? (
        <PlaneView model={model} view={view} samples={samples} />
      ) : (
        !plotProblem && <div class="chart placeholder" role="status" aria-label={l10n.t("Computing…")} />
      )}
      {projection?.shares && (
        <p class="notes muted">
          {l10n.t(
            "The plane of the paths' principal components, through the best point: {0} % and {1} % of their variance.",
            ...projection.shares.map((share) => formatNumber(100 * share, 3)),
          )}
        </p>
      )}
      {basins && <BasinLegend map={basins} labels={labelsOf(view)} />}
    </section>
  );
}

/** Of an animation. */
const MOST_FRAMES = 60;
/** More runs than these are not named below a picture. */
const MOST_NAMES = 24;

function legendOf({ trials, basins, projection }: OptimizationModel, view: View, colors: Colors, step: number) {
  const runs = trials.filter(({ result }) => result).slice(0, MOST_NAMES);
  const entries: LegendEntry[] = [
    ...runs.map((trial) => ({ text: runName(trial), color: colors.runs[trial.method]!, dash: dashes[trial.method]! })),
    ...view.paths.map((loop, k) => ({ text: loopLabel(loop), color: colors.paths[k % 3]! })),
    ...(basins && basins.projection === projection ? placeEntries(basins, colors) : []),
  ];
  return runs.length > 0 ? [{ text: l10n.t("step {0}", Math.floor(step)) }, ...entries] : entries;
}

/** Of more than two parameters: which plane. */
function Planes({ model, view }: { model: Model; view: View }) {
  const { optimization } = useSession();
  const { mode, axes, trials } = model.optimization;
  const labels = labelsOf(view);
  if (labels.length < 3) return null;
  const [first, second] = axes ?? [labels[0]!, labels[1]!];
  const principal = mode === "components";
  return (
    <div class="choosers">
      <label>
        {l10n.t("plane")}{" "}
        <select
          value={mode}
          onChange={(event) => optimization.setMode(event.currentTarget.value === "axes" ? "axes" : "components")}
        >
          <option value="components">{l10n.t("principal components")}</option>
          <option value="axes">{l10n.t("two parameters")}</option>
        </select>
      </label>
      {(!principal || trials.length === 0) &&
        ([0, 1] as const).map((k) => (
          <label key={k}>
            {k === 0 ? l10n.t("across") : l10n.t("up")}{" "}
            <select
              value={k === 0 ? first : second}
              onChange={(event) => {
                const name = event.currentTarget.value;
                const other = k === 0 ? second : first;
                const swapped = name === other ? (k === 0 ? first : second) : other;
                optimization.setAxes(k === 0 ? [name, swapped] : [swapped, name]);
              }}
            >
              {labels.map((label) => (
                <option key={label} value={label}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        ))}
    </div>
  );
}

/** Asks for the basin map of one of the optimizers, and takes it away again. */
function BasinButtons({ model }: { model: Model }) {
  const { optimization } = useSession();
  const { basins, settings, projection } = model.optimization;
  const [chosen, setChosen] = useState(0);
  const place = Math.min(chosen, settings.choices.length - 1);
  return (
    <>
      <button
        type="button"
        class="action layer"
        aria-pressed={basins !== undefined}
        disabled={!projection}
        title={l10n.t(
          "Which start goes where, and how fast: the colour says to which minimum, the shade after how many steps",
        )}
        onClick={() => (basins ? optimization.clearBasins() : void optimization.mapBasins(place))}
      >
        {l10n.t("Basin map")}
      </button>
      {settings.choices.length > 1 && (
        <select
          aria-label={l10n.t("Optimizer of the basin map")}
          value={place}
          onChange={(event) => {
            const to = Number(event.currentTarget.value);
            setChosen(to);
            if (basins) void optimization.mapBasins(to);
          }}
        >
          {settings.choices.map((choice, k) => (
            <option key={k} value={k}>
              {`${k + 1} ${optimizerTypes[choice.optimizer].label}`}
            </option>
          ))}
        </select>
      )}
    </>
  );
}

/** As the tracers of plots take it. */
const plotOf = ({ projection, window, grid, values }: PlaneSamples): Plot => ({
  base: "",
  axes: projection.names,
  window,
  grid,
  values,
  breaks: [],
  components: [],
  partial: false,
  point: [],
  value: Number.NaN,
  gradient: [],
});

function axisTitle({ names, shares }: Projection, k: number): string {
  const name = names[k] ?? l10n.t("value");
  return shares ? `${name} (${formatNumber(100 * shares[k]!, 3)} %)` : name;
}

function PlaneView({ model, view, samples }: { model: Model; view: View; samples: PlaneSamples }) {
  const { optimization } = useSession();
  const colors = useColors();
  const { trials, logarithmic, basins, projection = samples.projection } = model.optimization;
  const window = model.optimization.window ?? samples.window;
  const isCurve = samples.window.length === 1;
  const plot = useMemo(() => plotOf(samples), [samples]);
  const shows = basins && basins.projection === projection;
  const curve = { kind: "value", name: "", values: plot.values, color: colors.curve, width: 2.2 } as const;
  const range = useMemo((): Range => {
    if (!isCurve) return [0, 0];
    const [low, high] = curveRange(plot, [curve]);
    const inside = trials.filter(isGood).flatMap(({ values }) => Array.from(values).filter(Number.isFinite));
    return inside.length > 0 ? [Math.min(low, ...inside.slice(0, 2000)), high] : [low, high];
  }, [plot, trials, isCurve]);
  const traces = useMemo(() => {
    if (isCurve) return [curveTrace(plot, curve, range)];
    const trace = contourTrace(plot, colors, globalThis.innerWidth >= 380, logarithmic);
    // Over the map the levels are lines.
    return [
      shows
        ? {
            ...trace,
            contours: { ...(trace.contours as object), coloring: "none" },
            line: { width: 0.8, color: colors.foreground },
            showscale: false,
          }
        : trace,
    ];
  }, [plot, range, logarithmic, colors, shows]);
  // Plotly writes into the ranges that it is given: they are copies.
  const layout = useMemo<Layout>(
    () => ({
      ...baseLayout(colors),
      margin: { l: 56, r: isCurve || shows ? 14 : 8, t: 10, b: 42 },
      xaxis: axis(colors, axisTitle(projection, 0), { range: [...window[0]!], showgrid: !shows }),
      yaxis: axis(colors, axisTitle(projection, 1), {
        range: [...(window[1] ?? range)],
        fixedrange: isCurve,
        showgrid: !shows,
      }),
    }),
    [projection, window, colors, range, shows],
  );

  const addStart = (...at: [number, number]) => {
    const steps = window.map(([low, high]) => roundStep((high - low) / 400));
    const place = steps.map((step, k) => (projection.shares ? at[k]! : roundToStep(at[k]!, step)));
    optimization.addStart(filled(view, model.point, pointAt(projection, place)));
  };

  const label = isCurve
    ? l10n.t("{0} along {1}", view.title, projection.names[0]!)
    : l10n.t("Contours of {0} over {1} and {2}", view.title, projection.names[0]!, projection.names[1]!);
  return (
    <ZoomPlot
      class="paths"
      label={label}
      traces={traces}
      layout={layout}
      x={window[0]!}
      y={window[1] ?? range}
      isCurve={isCurve}
      onMove={(...sides) => optimization.setWindow(sides.slice(0, window.length))}
      onReset={() => optimization.setWindow(undefined)}
      onClick={addStart}
      beneath={(frame) => shows && <BasinPicture map={basins} frame={frame} />}
    >
      {(frame) => <Paths model={model} view={view} samples={samples} projection={projection} frame={frame} />}
    </ZoomPlot>
  );
}

/** Where the minima of the map lie, by the letters of its table. */
function Places({ map, frame }: { map: BasinMap; frame: Frame }) {
  return (
    <g class="places">
      {map.places.map(({ point, value }, place) => {
        const [x, up] = placeOf(map.projection, point);
        return (
          <text key={place} x={toX(frame, x!) + 13} y={toY(frame, up ?? value) - 9} dy="0.35em">
            {letterOf(place)}
          </text>
        );
      })}
    </g>
  );
}

function BasinPicture({ map, frame }: { map: BasinMap; frame: Frame }) {
  const colors = useColors();
  const place = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (place.current) paintBasins(place.current, map, colors);
  }, [map, colors]);
  const [[left, right], [low, high]] = [map.window[0]!, map.window[1] ?? frame.y];
  const [x, y] = [toX(frame, left) - frame.left, toY(frame, high) - frame.top];
  return (
    <div
      class="basins"
      style={{
        left: `${frame.left}px`,
        top: `${frame.top}px`,
        width: `${frame.width}px`,
        height: `${frame.height}px`,
      }}
    >
      <canvas
        ref={place}
        style={{
          left: `${x}px`,
          top: `${y}px`,
          width: `${toX(frame, right) - frame.left - x}px`,
          height: `${toY(frame, low) - frame.top - y}px`,
        }}
      />
    </div>
  );
}

/** A path is drawn with at most this many vertices. */
const VERTICES = 800;

interface Line {
  trial: Trial;
  /** Rows that are drawn, and where they lie along each direction. */
  rows: number[];
  x: Float64Array;
  y: Float64Array;
}

function lineOf(trial: Trial, projection: Projection): Line {
  const count = trial.values.length;
  const width = projection.origin.length;
  const stride = Math.max(1, Math.ceil(count / VERTICES));
  const all = Array.from({ length: count }, (_, row) => row).filter((row) => row % stride === 0 || row === count - 1);
  const places = all.map((row) => {
    const place = placeOf(projection, trial.path.subarray(row * width, (row + 1) * width));
    return place.length === 1 ? [place[0]!, trial.values[row]!] : place;
  });
  // Where a curve has no value, its path ends on the axis.
  const isSound = (place: number[]) =>
    (projection.directions.length === 1 ? [place[0]!] : place).every(Number.isFinite);
  const sound = all.flatMap((row, k) => (isSound(places[k]!) ? [{ row, place: places[k]! }] : []));
  return {
    trial,
    rows: sound.map(({ row }) => row),
    x: Float64Array.from(sound, ({ place }) => place[0]!),
    y: Float64Array.from(sound, ({ place }) => place[1]!),
  };
}

/** The path of a loop of the file, through what it does not change as at the point. */
function loopLine(
  loop: LoopPath,
  point: Float64Array,
  labels: readonly string[],
  projection: Projection,
  samples: PlaneSamples,
): Pick<Line, "x" | "y"> {
  const columns = labels.map((label) => {
    const name = loop.variables.find((variable) => variable.parameter === label)?.name ?? label;
    return loop.labels.indexOf(name);
  });
  const path = decodeArray(loop.path);
  const width = loop.labels.length;
  const places = Array.from({ length: width ? Math.floor(path.length / width) : 0 }, (_, row) => {
    const at = point.map((x, i) => (columns[i]! < 0 ? x : path[row * width + columns[i]!]!));
    const [x, y] = placeOf(projection, at);
    return [x!, y ?? valueOn(samples, x!)] as const;
  }).filter((place) => place.every(Number.isFinite));
  return { x: Float64Array.from(places, ([x]) => x), y: Float64Array.from(places, ([, y]) => y) };
}

/** Where a line is at a row, which may lie between two that are drawn; undefined before its first. */
function positionAt({ rows, x, y }: Line, row: number): { k: number; x: number; y: number } | undefined {
  if (rows.length === 0) return undefined;
  let k = rows.findLastIndex((at) => at <= row);
  if (k < 0) return undefined;
  const next = k + 1 < rows.length ? k + 1 : k;
  const share = next > k ? (row - rows[k]!) / (rows[next]! - rows[k]!) : 0;
  if (share >= 1) k = next;
  return { k, x: x[k]! + share * (x[next]! - x[k]!), y: y[k]! + share * (y[next]! - y[k]!) };
}

/** Far outside of the picture the direction is all that counts. */
const clampPixel = (px: number) => Math.min(Math.max(px, -5000), 9000);
const pixelOf = (frame: Frame, x: number, y: number): [number, number] => [
  clampPixel(toX(frame, x)),
  clampPixel(toY(frame, Number.isFinite(y) ? y : frame.y[0])),
];

interface PathsProps {
  model: Model;
  view: View;
  samples: PlaneSamples;
  projection: Projection;
  frame: Frame;
}

function Paths({ model, view, samples, projection, frame }: PathsProps) {
  const colors = useColors();
  const { trials, at, settings, basins } = model.optimization;
  const lines = useMemo(() => trials.map((trial) => lineOf(trial, projection)), [trials, projection]);
  const loops = useMemo(
    () => view.paths.map((loop) => loopLine(loop, flatten(view, model.point), labelsOf(view), projection, samples)),
    [view.paths, projection, samples],
  );
  const drawn = useMemo(
    () =>
      lines.map((line) =>
        Array.from(line.x, (x, k) => {
          const [px, py] = pixelOf(frame, x, line.y[k]!);
          return `${px.toFixed(1)} ${py.toFixed(1)}`;
        }),
      ),
    [lines, frame],
  );
  return (
    <>
      <Drawings frame={frame}>
        <Outside bounds={settings.bounds} projection={projection} frame={frame} />
        {loops.map(({ x, y }, k) => (
          <path
            key={k}
            class="loop"
            d={`M${Array.from(x, (at, i) =>
              pixelOf(frame, at, y[i]!)
                .map((px) => px.toFixed(1))
                .join(" "),
            ).join("L")}`}
            stroke={colors.paths[k % 3]}
          />
        ))}
        {lines.map((line, i) => (
          <PathLine
            key={`${line.trial.method} ${line.trial.start}`}
            line={line}
            vertices={drawn[i]!}
            at={at}
            frame={frame}
            color={colors.runs[line.trial.method]!}
          />
        ))}
        {basins?.projection === projection && <Places map={basins} frame={frame} />}
      </Drawings>
      <Handles view={view} samples={samples} projection={projection} frame={frame} />
    </>
  );
}

interface PathLineProps {
  line: Line;
  vertices: string[];
  at: number | undefined;
  frame: Frame;
  color: string;
}

/** What has been walked in full strength, what is to come faint; at the end its sign. */
function PathLine({ line, vertices, at, frame, color }: PathLineProps) {
  const { trial } = line;
  const row = at === undefined ? trial.values.length - 1 : rowAt(trial, at);
  const here = positionAt(line, row);
  if (!here) return null;
  const [px, py] = pixelOf(frame, here.x, here.y);
  const whole = `M${vertices.join("L")}`;
  const walked = `M${[...vertices.slice(0, here.k + 1), `${px.toFixed(1)} ${py.toFixed(1)}`].join("L")}`;
  const dash = dashes[trial.method];
  const ended = row >= (line.rows[line.rows.length - 1] ?? 0);
  const failed = ended && !isGood(trial);
  // What left the picture is marked where it did.
  const [ex, ey] = failed ? [clampTo(px, frame.left, frame.width), clampTo(py, frame.top, frame.height)] : [px, py];
  return (
    <g class="run">
      {at !== undefined && <path class="to-come" d={whole} stroke={color} stroke-dasharray={dash} />}
      <path class="halo" d={walked} />
      <path d={walked} stroke={color} stroke-dasharray={dash} />
      {vertices.length <= 60 &&
        vertices.slice(1, here.k + 1).map((vertex, k) => {
          const [cx, cy] = vertex.split(" ");
          return <circle key={k} class="step" cx={cx} cy={cy} r="2.2" fill={color} />;
        })}
      {failed ? (
        <g class="failed" stroke={color}>
          <path class="halo" d={cross(ex, ey)} />
          <path d={cross(ex, ey)} />
        </g>
      ) : ended ? (
        <path class="end" d={`M${ex} ${ey - 7}l7 7l-7 7l-7 -7Z`} fill={color} />
      ) : (
        <circle class="end" cx={px} cy={py} r="5.5" fill={color} />
      )}
      <title>{`${runName(trial)}: ${trial.result?.message ?? ""}`}</title>
    </g>
  );
}

const clampTo = (px: number, from: number, size: number) => Math.min(Math.max(px, from + 9), from + size - 9);
const cross = (x: number, y: number) => `M${x - 6} ${y - 6}L${x + 6} ${y + 6}M${x - 6} ${y + 6}L${x + 6} ${y - 6}`;

/** What the bounds exclude, where the plane follows the axes. */
function Outside(props: {
  bounds: { [label: string]: readonly (number | string)[] } | undefined;
  projection: Projection;
  frame: Frame;
}) {
  const { bounds = {}, projection, frame } = props;
  if (projection.shares || !projection.names.some((name) => Object.hasOwn(bounds, name))) return null;
  const [across, up] = projection.names.map((name) => (bounds[name] ?? ["-Infinity", "Infinity"]).map(Number));
  const left = Math.min(Math.max(toX(frame, across![0]!), frame.left), frame.left + frame.width);
  const right = Math.max(Math.min(toX(frame, across![1]!), frame.left + frame.width), left);
  const top = up ? Math.max(toY(frame, up[1]!), frame.top) : frame.top;
  const bottom = up ? Math.min(toY(frame, up[0]!), frame.top + frame.height) : frame.top + frame.height;
  const whole = `M${frame.left} ${frame.top}h${frame.width}v${frame.height}h${-frame.width}Z`;
  const inside = `M${left} ${top}H${right}V${Math.max(bottom, top)}H${left}Z`;
  return <path class="outside" fill-rule="evenodd" d={whole + inside} />;
}

/** The starts: the first is the point. */
function Handles({ view, samples, projection, frame }: Omit<PathsProps, "model">) {
  const { optimization } = useSession();
  const isCurve = projection.directions.length === 1;
  const starts = optimization.starts().map((point) => flatten(view, point));
  const labels = labelsOf(view);
  const move = (place: number, to: number[], steps: [number, number]) => {
    const start = starts[place]!;
    const from = placeOf(projection, start);
    const moved = start.map((x, i) => {
      const k = projection.directions.findIndex((direction) => direction[i] === 1);
      if (!projection.shares) return k < 0 ? x : roundToStep(to[k]!, steps[k]!);
      return projection.directions.reduce((sum, direction, k) => sum + (to[k]! - from[k]!) * direction[i]!, x);
    });
    optimization.moveStart(place, filled(view, optimization.starts()[place]!, moved));
  };
  return (
    <>
      {starts.map((start, place) => {
        const [x, second] = placeOf(projection, start);
        const y = isCurve ? valueOn(samples, x!) : second!;
        const where = Array.from(start.slice(0, 4), (value, i) => `${labels[i]} = ${formatNumber(value, 5)}`);
        return (
          <Handle
            key={place}
            frame={frame}
            x={x!}
            y={Number.isFinite(y) ? y : frame.y[0]}
            isCurve={isCurve}
            class={place === 0 ? "numbered" : "numbered other"}
            label={
              place === 0
                ? l10n.t("Start 1, the point: move it with the arrow keys")
                : l10n.t("Start {0}: move it with the arrow keys, remove it with Delete", place + 1)
            }
            where={where.join(", ")}
            onMove={(acrossTo, upTo, steps) => move(place, [acrossTo, upTo], steps)}
            {...(place === 0 ? {} : { onRemove: () => optimization.removeStart(place) })}
          >
            <span aria-hidden="true">{place + 1}</span>
          </Handle>
        );
      })}
    </>
  );
}

/** A curve's value between its samples. */
function valueOn({ grid: [xs], values }: PlaneSamples, x: number): number {
  const last = xs!.length - 1;
  const index = ((x - xs![0]!) / (xs![last]! - xs![0]!)) * last;
  const left = Math.floor(index);
  if (left < 0 || left >= last) return index === last ? values[last]! : Number.NaN;
  return values[left]! + (values[left + 1]! - values[left]!) * (index - left);
}
