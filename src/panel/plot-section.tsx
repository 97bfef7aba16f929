import * as l10n from "@vscode/l10n";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { View } from "../protocol/lsp";
import { fromJsonNumber } from "../protocol/values";
import { formatNumber, roundToStep } from "../render/numbers";
import { axis, baseLayout, Chart, type Layout } from "./chart";
import { Layers, PlotNotes } from "./layers";
import { loopLabel } from "./loops";
import type { Trial } from "./optimization";
import { pictureOf } from "./pictures";
import { Circle, Field, newtonStep, Step, secondOf } from "./plot-marks";
import { PlotText } from "./plot-text";
import { breakTraces, contourTrace, curveRange, curvesOf, curveTrace, trailTraces } from "./plot-traces";
import type { PlotElement } from "./plotly";
import { runName } from "./run-words";
import {
  loopTrail,
  type Model,
  type Plot,
  type Range,
  scalar,
  type Trail,
  trialTrail,
  valueAt,
  withScalar,
} from "./session";
import { Slices } from "./slices";
import { Surface } from "./surface";
import { type Colors, useColors } from "./theme";
import { hasNothing, useSession } from "./use";

/** The curve or the contours around the point, which can be dragged there. */
export function PlotSection({ model, view }: { model: Model; view: View }) {
  const {
    plot,
    plotProblem,
    axes,
    optimization: { trials },
  } = model;
  const colors = useColors();
  const place = useRef<HTMLElement>(null);
  const trails = useMemo(() => (plot ? trailsOn(plot, view, trials, colors) : []), [plot, view.paths, trials, colors]);
  if (view.plottable.length === 0 || hasNothing(view)) return null;
  return (
    <section data-section="plot" ref={place}>
      <div class="section-head">
        <h2>{l10n.t("Plot")}</h2>
        {view.plottable.length > 1 && <AxisChoosers model={model} view={view} />}
      </div>
      {plotProblem && (
        <p class="problem" role="alert">
          {plotProblem}
        </p>
      )}
      {plot && axes.length > 0 ? (
        <>
          <Layers model={model} plot={plot} />
          <PlotView model={model} view={view} plot={plot} trails={trails} />
          {plot.axes.length === 2 && model.layers.includes("surface") && (
            <Surface model={model} view={view} plot={plot} />
          )}
          <PlotNotes model={model} view={view} plot={plot} />
          <PlotText
            plot={plot}
            view={view}
            point={plot.axes.map((name) => scalar(model.point, name))}
            paths={trails.map(({ trail }) => trail)}
            picture={() => pictureOf(place.current!.querySelector(".plot")!, colors)}
          />
        </>
      ) : (
        !plotProblem && <div class="chart placeholder" role="status" aria-label={l10n.t("Computing…")} />
      )}
      {view.plottable.length > 1 && <Slices model={model} view={view} />}
    </section>
  );
}

function AxisChoosers({ model, view }: { model: Model; view: View }) {
  const session = useSession();
  const [first = "", second = ""] = model.axes;
  return (
    <div class="choosers">
      <label>
        {l10n.t("across")}{" "}
        <select
          value={first}
          onChange={(event) => {
            const name = event.currentTarget.value;
            session.setAxes(second ? [name, name === second ? first : second] : [name]);
          }}
        >
          {view.plottable.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {l10n.t("up")}{" "}
        <select
          value={second}
          onChange={(event) => {
            const name = event.currentTarget.value;
            session.setAxes(name ? [first, name] : [first]);
          }}
        >
          <option value="">{l10n.t("value")}</option>
          {view.plottable
            .filter((name) => name !== first)
            .map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
        </select>
      </label>
    </div>
  );
}

/** Where data lie on the screen. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
  x: Range;
  y: Range;
}

export function frameOf({ _fullLayout: layout }: PlotElement): Frame | undefined {
  if (!layout) return undefined;
  const { xaxis, yaxis } = layout;
  return {
    left: xaxis._offset,
    top: yaxis._offset,
    width: xaxis._length,
    height: yaxis._length,
    x: [xaxis.range[0], xaxis.range[1]],
    y: [yaxis.range[0], yaxis.range[1]],
  };
}

export const toX = (frame: Frame, x: number) =>
  frame.left + ((x - frame.x[0]) / (frame.x[1] - frame.x[0])) * frame.width;
export const toY = (frame: Frame, y: number) =>
  frame.top + frame.height - ((y - frame.y[0]) / (frame.y[1] - frame.y[0])) * frame.height;

interface ShownTrail {
  trail: Trail;
  color: string;
}

/** The paths of the file's loops and of the optimizers' runs, where they move along the axes. */
function trailsOn(plot: Plot, view: View, trials: readonly Trial[], colors: Colors): ShownTrail[] {
  return [
    ...view.paths.map((loop, i) => ({ trail: loopTrail(loop, loopLabel(loop), plot), color: colors.paths[i % 3]! })),
    ...trials.map((trial) => ({ trail: trialTrail(trial, runName(trial), plot), color: colors.runs[trial.method]! })),
  ].flatMap(({ trail, color }) => (trail ? [{ trail, color }] : []));
}

interface PlotViewProps {
  model: Model;
  view: View;
  plot: Plot;
  trails: ShownTrail[];
}

function PlotView({ model, view, plot, trails }: PlotViewProps) {
  const session = useSession();
  const colors = useColors();
  const [frame, setFrame] = useState<Frame>();
  const [zoom, setZoom] = useState<{ base: string; x: Range; y: Range }>();
  const zoomed = zoom?.base === plot.base ? zoom : undefined;
  const isCurve = plot.axes.length === 1;

  const { layers } = model;
  const curves = useMemo(() => curvesOf(plot, layers, colors), [plot, layers, colors]);
  const range = useMemo(() => curveRange(plot, curves), [plot, curves]);
  const logarithmic = layers.includes("logarithmic");

  const traces = useMemo(
    () => [
      ...(isCurve
        ? [...curves.map((curve) => curveTrace(plot, curve, range)).reverse(), ...breakTraces(plot, colors, range)]
        : [contourTrace(plot, colors, window.innerWidth >= 380, logarithmic)]),
      ...trails.flatMap(({ trail, color }, i) => trailTraces(trail, color, colors, Math.min(trails.length - 1 - i, 3))),
    ],
    [plot, curves, range, logarithmic, colors, trails],
  );

  // Plotly writes into the ranges that it is given: they are copies.
  const layout = useMemo<Layout>(
    () => ({
      ...baseLayout(colors),
      margin: { l: 52, r: isCurve ? 14 : 8, t: 10, b: 42 },
      xaxis: axis(colors, plot.axes[0]!, { range: [...(zoomed?.x ?? plot.window[0]!)] }),
      yaxis: axis(colors, plot.axes[1] ?? l10n.t("value"), {
        range: [...(zoomed?.y ?? plot.window[1] ?? range)],
      }),
    }),
    [plot, colors, zoomed, range],
  );

  const moveTo = (x: Range, y: Range) => {
    setZoom({ base: plot.base, x, y });
    session.setWindow(isCurve ? [x] : [x, y]);
  };
  const reset = () => {
    setZoom(undefined);
    session.setWindow(undefined);
  };
  const zoomBy = (factor: number, at?: { x: number; y: number }) => {
    if (!frame) return;
    const scale = ([low, high]: Range, center = (low + high) / 2): Range => [
      center + (low - center) * factor,
      center + (high - center) * factor,
    ];
    moveTo(scale(frame.x, at?.x), isCurve && !at ? frame.y : scale(frame.y, at?.y));
  };
  const onRelayout = (changes: Record<string, unknown>) => {
    if (!Object.keys(changes).some((key) => /^[xy]axis\.range/.test(key))) return;
    const part = (name: string, index: number, fallback: number) => {
      const value = Number(changes[`${name}.range[${index}]`]);
      return Number.isFinite(value) ? value : fallback;
    };
    const x = zoomed?.x ?? plot.window[0]!;
    const y = zoomed?.y ?? plot.window[1] ?? range;
    moveTo([part("xaxis", 0, x[0]), part("xaxis", 1, x[1])], [part("yaxis", 0, y[0]), part("yaxis", 1, y[1])]);
  };

  // Ctrl and the wheel, or two fingers: the page itself scrolls with the wheel alone.
  const place = useRef<HTMLDivElement>(null);
  const wheel = useRef<(event: WheelEvent) => void>(() => {});
  wheel.current = (event) => {
    if (!(event.ctrlKey || event.metaKey) || !frame || !place.current) return;
    event.preventDefault();
    const box = place.current.getBoundingClientRect();
    const x = frame.x[0] + ((event.clientX - box.left - frame.left) / frame.width) * (frame.x[1] - frame.x[0]);
    const y = frame.y[1] - ((event.clientY - box.top - frame.top) / frame.height) * (frame.y[1] - frame.y[0]);
    zoomBy(Math.exp(Math.max(-50, Math.min(50, event.deltaY)) / 200), { x, y });
  };
  useEffect(() => {
    const listener = (event: WheelEvent) => wheel.current(event);
    const element = place.current;
    element?.addEventListener("wheel", listener, { passive: false });
    return () => element?.removeEventListener("wheel", listener);
  }, []);

  const label = isCurve
    ? l10n.t("{0} along {1}", view.title, plot.axes[0]!)
    : l10n.t("Contours of {0} over {1} and {2}", view.title, plot.axes[0]!, plot.axes[1]!);
  return (
    <div class="plot" ref={place}>
      <Chart
        traces={traces}
        layout={layout}
        label={label}
        onDrawn={(element) => setFrame(frameOf(element))}
        onRelayout={onRelayout}
        onReset={reset}
      />
      {frame && <Overlay model={model} view={view} plot={plot} frame={frame} />}
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
        <button type="button" aria-label={l10n.t("Reset the view")} title={l10n.t("Reset the view")} onClick={reset}>
          ⟲
        </button>
      </div>
    </div>
  );
}

/** The point, which moves without the plot being drawn again; the tangent or the gradient at it. */
function Overlay({ model, view, plot, frame }: { model: Model; view: View; plot: Plot; frame: Frame }) {
  const session = useSession();
  const [nameX = "", nameY] = plot.axes;
  const x = scalar(model.point, nameX);
  // Where there is no value, the point waits on the axis.
  const value = nameY ? scalar(model.point, nameY) : curveValue(plot, x, view);
  const y = Number.isFinite(value) ? value : frame.y[0];
  const [px, py] = [toX(frame, x), toY(frame, y)];
  const inside =
    px >= frame.left - 1 &&
    px <= frame.left + frame.width + 1 &&
    py >= frame.top - 1 &&
    py <= frame.top + frame.height + 1;
  const drag = useRef<{ dx: number; dy: number }>();
  const gradient = plot.axes.map((name) => {
    const cell = view.gradient.find((row) => row.name === name)?.automatic;
    return cell ? fromJsonNumber(cell.value) : Number.NaN;
  });
  const { layers } = model;
  const newton = layers.includes("newton") ? newtonStep(view, plot.axes) : undefined;
  const curvature = nameY ? undefined : secondOf(view, nameX, nameX);
  const perPixel = [(frame.x[1] - frame.x[0]) / frame.width, (frame.y[1] - frame.y[0]) / frame.height] as const;

  const moveTo = (toPx: number, toPy: number) => {
    const nextX = frame.x[0] + (clamp(toPx - frame.left, 0, frame.width) / frame.width) * (frame.x[1] - frame.x[0]);
    const nextY = frame.y[1] - (clamp(toPy - frame.top, 0, frame.height) / frame.height) * (frame.y[1] - frame.y[0]);
    set(nextX, nextY, roundStep(perPixel[0]), roundStep(perPixel[1]));
  };
  const set = (nextX: number, nextY: number, stepX: number, stepY: number) =>
    session.setPoint(
      plot.axes.reduce(
        (point, name, k) => withScalar(point, name, k === 0 ? roundToStep(nextX, stepX) : roundToStep(nextY, stepY)),
        model.point,
      ),
    );

  const where = plot.axes.map((name) => `${name} = ${formatNumber(scalar(model.point, name), 6)}`).join(", ");
  return (
    <>
      <svg class="overlay" aria-hidden="true">
        <clipPath id="plot-area">
          <rect x={frame.left} y={frame.top} width={frame.width} height={frame.height} />
        </clipPath>
        <g clip-path="url(#plot-area)">
          {layers.includes("field") && plot.field && <Field field={plot.field} frame={frame} />}
          {Number.isFinite(px) &&
            Number.isFinite(value) &&
            (nameY ? (
              <>
                {layers.includes("descent") && (
                  <Arrow
                    x={px}
                    y={py}
                    dx={-gradient[0]! / perPixel[0]}
                    dy={gradient[1]! / perPixel[1]}
                    kind="descent"
                  />
                )}
                {layers.includes("gradient") && (
                  <Arrow x={px} y={py} dx={gradient[0]! / perPixel[0]} dy={-gradient[1]! / perPixel[1]} />
                )}
                {newton && <Step from={[px, py]} to={[toX(frame, x + newton[0]), toY(frame, y + newton[1])]} />}
              </>
            ) : (
              <>
                {layers.includes("circle") && curvature !== undefined && (
                  <Circle x={px} y={py} slope={gradient[0]!} curvature={curvature} perPixel={perPixel} />
                )}
                {layers.includes("tangent") && (
                  <Tangent x={px} y={py} dx={1 / perPixel[0]} dy={-gradient[0]! / perPixel[1]} />
                )}
              </>
            ))}
        </g>
      </svg>
      {inside && (
        <div
          class="handle"
          role="slider"
          tabIndex={0}
          aria-label={l10n.t("Point on the plot: move it with the arrow keys")}
          aria-valuenow={Number.isFinite(x) ? x : undefined}
          aria-valuetext={where}
          title={where}
          style={{ left: `${px}px`, top: `${py}px` }}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            drag.current = { dx: event.clientX - px, dy: event.clientY - py };
            event.currentTarget.focus();
            event.preventDefault();
          }}
          onPointerMove={(event) => {
            if (drag.current) moveTo(event.clientX - drag.current.dx, event.clientY - drag.current.dy);
          }}
          onPointerUp={() => {
            drag.current = undefined;
          }}
          onLostPointerCapture={() => {
            drag.current = undefined;
          }}
          onKeyDown={(event) => {
            const [right, up] =
              { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [];
            if (right === undefined || up === undefined) return;
            event.preventDefault();
            const sizes = [frame.x, frame.y].map(([low, high]) =>
              roundStep((high - low) / (event.shiftKey ? 10 : 100)),
            );
            const along = nameY ? right : right || up;
            set(x + along * sizes[0]!, y + up * sizes[1]!, sizes[0]! / 100, sizes[1]! / 100);
          }}
        />
      )}
    </>
  );
}

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

/** The power of ten just below: what a pixel can tell apart. */
const roundStep = (size: number) => (size > 0 && Number.isFinite(size) ? 10 ** Math.floor(Math.log10(size)) : 1e-3);

function curveValue(plot: Plot, x: number, view: View): number {
  const value = valueAt(plot, x);
  return Number.isFinite(value) ? value : view.value ? fromJsonNumber(view.value.value) : Number.NaN;
}

/** In the direction in which a point moves on the screen when it follows the gradient. */
function Arrow(props: { x: number; y: number; dx: number; dy: number; kind?: "descent" }) {
  const { x, y, dx, dy, kind = "" } = props;
  const size = Math.hypot(dx, dy);
  if (!(size > 0) || !Number.isFinite(size)) return null;
  const [ux, uy] = [dx / size, dy / size];
  const at = (along: number, across: number) =>
    `${(x + ux * along - uy * across).toFixed(1)} ${(y + uy * along + ux * across).toFixed(1)}`;
  const shaft = `M${at(0, 0)}L${at(46, 0)}`;
  const head = `M${at(58, 0)}L${at(46, 6)}L${at(46, -6)}Z`;
  return (
    <g class={`arrow ${kind}`}>
      <path class="halo" d={shaft + head} />
      <path class="shaft" d={shaft} />
      <path class="head" d={head} />
    </g>
  );
}

function Tangent({ x, y, dx, dy }: { x: number; y: number; dx: number; dy: number }) {
  const size = Math.hypot(dx, dy);
  if (!Number.isFinite(size)) return null;
  const [ux, uy] = [(dx / size) * 110, (dy / size) * 110];
  return <path class="tangent" d={`M${x - ux} ${y - uy}L${x + ux} ${y + uy}`} />;
}
