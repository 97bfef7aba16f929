/** The paths of the runs over the function, with their starts, which can be moved, and the step that is looked at. */
import * as l10n from "@vscode/l10n";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { LoopPath, View } from "../protocol/lsp";
import { optimizerTypes } from "../protocol/optimizers";
import { decodeArray } from "../protocol/values";
import { formatNumber, roundToStep } from "../render/numbers";
import { BasinLegend, letterOf, paintBasins } from "./basin-map";
import type { BasinMap } from "./basins";
import { axis, baseLayout, Chart, type Layout } from "./chart";
import { filled, flatten, isGood, labelsOf, type PlaneSamples, rowAt, type Trial } from "./optimization";
import { type Frame, frameOf, toX, toY } from "./plot-section";
import { contourTrace, curveRange, curveTrace } from "./plot-traces";
import { type Projection, placeOf, pointAt } from "./projection";
import { runName } from "./run-words";
import type { Model, Plot, Range } from "./session";
import { dashes } from "./swatch";
import { useColors } from "./theme";
import { useSession } from "./use";

export function OptimizePlot({ model, view }: { model: Model; view: View }) {
  const { optimization } = useSession();
  const { samples, plotProblem, logarithmic, projection, basins } = model.optimization;
  return (
    <section class="optimize-plot">
      <div class="section-head">
        <h2>{l10n.t("Paths")}</h2>
        <Planes model={model} view={view} />
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
        <Picture model={model} view={view} samples={samples} />
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
  point: [],
  value: Number.NaN,
  gradient: [],
});

function axisTitle({ names, shares }: Projection, k: number): string {
  const name = names[k] ?? l10n.t("value");
  return shares ? `${name} (${formatNumber(100 * shares[k]!, 3)} %)` : name;
}

function Picture({ model, view, samples }: { model: Model; view: View; samples: PlaneSamples }) {
  const { optimization } = useSession();
  const colors = useColors();
  const { trials, logarithmic, basins, projection = samples.projection } = model.optimization;
  const window = model.optimization.window ?? samples.window;
  const [frame, setFrame] = useState<Frame>();
  const isCurve = samples.window.length === 1;
  const plot = useMemo(() => plotOf(samples), [samples]);
  const shows = basins && basins.projection === projection;
  const range = useMemo((): Range => {
    if (!isCurve) return [0, 0];
    const curve = { name: "", values: plot.values, color: colors.curve, width: 2.2 };
    const [low, high] = curveRange(plot, [curve]);
    const inside = trials.filter(isGood).flatMap(({ values }) => Array.from(values).filter(Number.isFinite));
    return inside.length > 0 ? [Math.min(low, ...inside.slice(0, 2000)), high] : [low, high];
  }, [plot, trials, isCurve]);
  const traces = useMemo(() => {
    if (isCurve) return [curveTrace(plot, { name: "", values: plot.values, color: colors.curve, width: 2.2 }, range)];
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

  const zoomBy = (factor: number, at?: number[]) =>
    optimization.setWindow(
      window.map(([low, high], k): Range => {
        const center = at?.[k] ?? (low + high) / 2;
        return [center + (low - center) * factor, center + (high - center) * factor];
      }),
    );
  const onRelayout = (changes: Record<string, unknown>) => {
    if (!Object.keys(changes).some((name) => /^[xy]axis\.range/.test(name))) return;
    optimization.setWindow(
      window.map(([low, high], k): Range => {
        const part = (index: number, fallback: number) => {
          const value = Number(changes[`${k === 0 ? "x" : "y"}axis.range[${index}]`]);
          return Number.isFinite(value) ? value : fallback;
        };
        return [part(0, low), part(1, high)];
      }),
    );
  };

  const place = useRef<HTMLDivElement>(null);
  /** Along each direction, at a place on the screen. */
  const along = (event: MouseEvent): number[] | undefined => {
    if (!frame || !place.current) return undefined;
    const box = place.current.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - frame.left, event.clientY - box.top - frame.top];
    if (x < 0 || y < 0 || x > frame.width || y > frame.height) return undefined;
    return [fromX(frame, x), fromY(frame, y)].slice(0, window.length);
  };
  // Ctrl and the wheel, or two fingers: the page itself scrolls with the wheel alone.
  const wheel = useRef<(event: WheelEvent) => void>(() => {});
  wheel.current = (event) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    zoomBy(Math.exp(Math.max(-50, Math.min(50, event.deltaY)) / 200), along(event));
  };
  useEffect(() => {
    const listener = (event: WheelEvent) => wheel.current(event);
    const element = place.current;
    element?.addEventListener("wheel", listener, { passive: false });
    return () => element?.removeEventListener("wheel", listener);
  }, []);

  // A click is a press that does not move: else it pans.
  const pressed = useRef<{ x: number; y: number }>();
  const click = useRef<(event: MouseEvent) => void>(() => {});
  click.current = (event) => {
    const from = pressed.current;
    pressed.current = undefined;
    const at = along(event);
    if (!from || !at || Math.hypot(event.clientX - from.x, event.clientY - from.y) > 4) return;
    const steps = window.map(([low, high]) => roundStep((high - low) / 400));
    const rounded = projection.shares ? at : at.map((x, k) => roundToStep(x, steps[k]!));
    optimization.addStart(filled(view, model.point, pointAt(projection, rounded)));
  };
  useEffect(() => {
    // Plotly covers the page while a button is down: where it is let go is heard at the window.
    const release = (event: MouseEvent) => click.current(event);
    globalThis.addEventListener("pointerup", release);
    return () => globalThis.removeEventListener("pointerup", release);
  }, []);

  const label = isCurve
    ? l10n.t("{0} along {1}", view.title, projection.names[0]!)
    : l10n.t("Contours of {0} over {1} and {2}", view.title, projection.names[0]!, projection.names[1]!);
  return (
    <div
      class="plot paths"
      ref={place}
      onPointerDown={(event) => {
        const { target } = event;
        const free = event.button === 0 && target instanceof Element && !target.closest("button, .handle");
        pressed.current = free ? { x: event.clientX, y: event.clientY } : undefined;
      }}
    >
      {shows && frame && <BasinPicture map={basins} frame={frame} />}
      <Chart
        traces={traces}
        layout={layout}
        label={label}
        onDrawn={(element) => setFrame(frameOf(element))}
        onRelayout={onRelayout}
        onReset={() => optimization.setWindow(undefined)}
      />
      {frame && <Paths model={model} view={view} samples={samples} projection={projection} frame={frame} />}
      <div class="zoom">
        <button type="button" aria-label={l10n.t("Zoom in")} title={l10n.t("Zoom in")} onClick={() => zoomBy(0.6)}>
          +
        </button>
        <button
          type="button"
          aria-label={l10n.t("Zoom out")}
          title={l10n.t("Zoom out")}
          onClick={() => zoomBy(1 / 0.6)}
        >
          −
        </button>
        <button
          type="button"
          aria-label={l10n.t("Reset the view")}
          title={l10n.t("Reset the view")}
          onClick={() => optimization.setWindow(undefined)}
        >
          ⟲
        </button>
      </div>
    </div>
  );
}

const fromX = (frame: Frame, px: number) => frame.x[0] + (px / frame.width) * (frame.x[1] - frame.x[0]);
const fromY = (frame: Frame, py: number) => frame.y[1] - (py / frame.height) * (frame.y[1] - frame.y[0]);

/** The power of ten just below: what a pixel can tell apart. */
const roundStep = (size: number) => (size > 0 && Number.isFinite(size) ? 10 ** Math.floor(Math.log10(size)) : 1e-3);

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
      <svg class="overlay" aria-hidden="true">
        <clipPath id="paths-area">
          <rect x={frame.left} y={frame.top} width={frame.width} height={frame.height} />
        </clipPath>
        <g clip-path="url(#paths-area)">
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
        </g>
      </svg>
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
  const drag = useRef<{ place: number; dx: number; dy: number }>();
  const isCurve = projection.directions.length === 1;
  const starts = optimization.starts().map((point) => flatten(view, point));
  const move = (place: number, by: number[], round: number[]) => {
    const start = starts[place]!;
    const to = start.map((x, i) => projection.directions.reduce((sum, d, k) => sum + by[k]! * d[i]!, x));
    const rounded = projection.shares
      ? to
      : to.map((x, i) => {
          const k = projection.directions.findIndex((direction) => direction[i] === 1);
          return k < 0 ? x : roundToStep(x, round[k]!);
        });
    optimization.moveStart(place, filled(view, optimization.starts()[place]!, rounded));
  };
  const perPixel = [(frame.x[1] - frame.x[0]) / frame.width, (frame.y[1] - frame.y[0]) / frame.height];
  return (
    <>
      {starts.map((start, place) => {
        const [x, second] = placeOf(projection, start);
        const y = isCurve ? valueOn(samples, x!) : second!;
        const [px, py] = [toX(frame, x!), toY(frame, Number.isFinite(y) ? y : frame.y[0])];
        const inside =
          px >= frame.left - 1 &&
          px <= frame.left + frame.width + 1 &&
          py >= frame.top - 1 &&
          py <= frame.top + frame.height + 1;
        if (!inside) return null;
        const labels = labelsOf(view);
        const where = Array.from(start.slice(0, 4), (value, i) => `${labels[i]} = ${formatNumber(value, 5)}`).join(
          ", ",
        );
        return (
          <div
            key={place}
            class={place === 0 ? "handle numbered" : "handle numbered other"}
            role="slider"
            tabIndex={0}
            aria-label={
              place === 0
                ? l10n.t("Start 1, the point: move it with the arrow keys")
                : l10n.t("Start {0}: move it with the arrow keys, remove it with Delete", place + 1)
            }
            aria-valuenow={x}
            aria-valuetext={where}
            title={where}
            style={{ left: `${px}px`, top: `${py}px` }}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              drag.current = { place, dx: event.clientX, dy: event.clientY };
              event.currentTarget.focus();
              event.preventDefault();
            }}
            onPointerMove={(event) => {
              const from = drag.current;
              if (from?.place !== place) return;
              const by = [(event.clientX - from.dx) * perPixel[0]!, (from.dy - event.clientY) * perPixel[1]!];
              if (by.every((length) => length === 0)) return;
              drag.current = { place, dx: event.clientX, dy: event.clientY };
              move(place, by, perPixel.map(roundStep));
            }}
            onPointerUp={() => {
              drag.current = undefined;
            }}
            onLostPointerCapture={() => {
              drag.current = undefined;
            }}
            onKeyDown={(event) => {
              if (place > 0 && (event.key === "Delete" || event.key === "Backspace")) {
                event.preventDefault();
                optimization.removeStart(place);
                return;
              }
              const [right, up] =
                { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [];
              if (right === undefined || up === undefined) return;
              event.preventDefault();
              const sizes = [frame.x, frame.y].map(([low, high]) =>
                roundStep((high - low) / (event.shiftKey ? 10 : 100)),
              );
              const by = isCurve ? [(right || up) * sizes[0]!] : [right * sizes[0]!, up * sizes[1]!];
              move(
                place,
                by,
                sizes.map((size) => size / 100),
              );
            }}
          >
            <span aria-hidden="true">{place + 1}</span>
          </div>
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
