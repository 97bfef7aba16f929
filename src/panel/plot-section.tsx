import * as l10n from "@vscode/l10n";
import { useMemo, useRef, useState } from "preact/hooks";
import type { View } from "../protocol/lsp";
import { fromJsonNumber } from "../protocol/values";
import { formatNumber, roundToStep } from "../render/numbers";
import { axis, baseLayout, type Layout } from "./chart";
import { ComponentChooser, ComponentLegend } from "./component";
import { type Frame, perPixel, toX, toY } from "./frame";
import { Handle } from "./handle";
import { Layers, PlotNotes } from "./layers";
import { loopLabel } from "./loops";
import type { Trial } from "./optimization";
import { Partial } from "./partial";
import { pictureOf } from "./pictures";
import { Circle, Field, newtonStep, Step, secondOf } from "./plot-marks";
import { PlotText } from "./plot-text";
import {
  breakTraces,
  componentNames,
  contourTrace,
  curveRange,
  curvesOf,
  curveTrace,
  trailTraces,
} from "./plot-traces";
import { ResultsPath } from "./results-path";
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
import { Drawings, ZoomPlot } from "./zoom-plot";

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
  if (view.plottable.length === 0) return null;
  const empty = plot?.values.every(Number.isNaN);
  // What says why there is no value stands above.
  if ((empty || plotProblem) && hasNothing(view)) return null;
  return (
    <section data-section="plot" ref={place}>
      <div class="section-head">
        <h2>{l10n.t("Plot")}</h2>
        <div class="choosers">
          <ComponentChooser view={view} label={l10n.t("of")} />
          {view.plottable.length > 1 && <AxisChoosers model={model} view={view} />}
        </div>
      </div>
      {plotProblem && (
        <p class="problem" role="alert">
          {plotProblem}
        </p>
      )}
      {plot?.partial && <Partial>{l10n.t("The time limit was reached: a coarser picture.")}</Partial>}
      {empty && <p class="note">{l10n.t("The function has no value in this window.")}</p>}
      {plot && axes.length > 0 ? (
        <>
          <Layers model={model} plot={plot} />
          {plot.components.length > 0 && (
            <ComponentLegend view={view} labels={plot.components.map(({ label }) => label)} />
          )}
          <PlotView model={model} view={view} plot={plot} trails={trails} />
          {plot.axes.length === 2 && model.layers.includes("surface") && (
            <Surface model={model} view={view} plot={plot} />
          )}
          {plot.axes.length === 1 && model.layers.includes("results") && (
            <ResultsPath model={model} view={view} plot={plot} />
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
    <>
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
    </>
  );
}

interface ShownTrail {
  trail: Trail;
  color: string;
}

/** The paths of the file's loops and of the optimizers' runs, where they move along the axes. */
function trailsOn(plot: Plot, view: View, trials: readonly Trial[], colors: Colors): ShownTrail[] {
  // Of several results half the sum of squares is minimised.
  const comparable = view.result === undefined || view.result.component === "squares";
  return [
    ...view.paths.map((loop, i) => ({ trail: loopTrail(loop, loopLabel(loop), plot), color: colors.paths[i % 3]! })),
    ...trials.map((trial) => ({
      trail: trialTrail(trial, runName(trial), plot, comparable),
      color: colors.runs[trial.method]!,
    })),
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
  const [zoom, setZoom] = useState<{ base: string; x: Range; y: Range }>();
  const zoomed = zoom?.base === plot.base ? zoom : undefined;
  const isCurve = plot.axes.length === 1;

  const { layers } = model;
  const curves = useMemo(() => curvesOf(plot, layers, colors), [plot, layers, colors]);
  const range = useMemo(() => curveRange(plot, curves), [plot, curves]);
  const logarithmic = layers.includes("logarithmic");

  // A few may coincide: each shows around those over it. More would cover the plot.
  const few = trails.length <= 4;
  const x = zoomed?.x ?? plot.window[0]!;
  const y = zoomed?.y ?? plot.window[1] ?? range;
  const traces = useMemo(
    () => [
      ...(isCurve
        ? [
            ...curves.map((curve) => curveTrace(plot, curve, range)).reverse(),
            ...breakTraces(plot, colors, range),
            ...(plot.components.length > 0 ? [componentNames(plot, colors, x, y)] : []),
          ]
        : [contourTrace(plot, colors, window.innerWidth >= 380, logarithmic)]),
      ...trails.flatMap(({ trail, color }, i) => trailTraces(trail, color, colors, few ? trails.length - 1 - i : 0)),
    ],
    [plot, curves, range, logarithmic, colors, trails],
  );

  // Plotly writes into the ranges that it is given: they are copies.
  const layout = useMemo<Layout>(
    () => ({
      ...baseLayout(colors),
      margin: { l: 52, r: isCurve ? 14 : 8, t: 10, b: 42 },
      xaxis: axis(colors, plot.axes[0]!, { range: [...x] }),
      yaxis: axis(colors, plot.axes[1] ?? l10n.t("value"), { range: [...y] }),
    }),
    [plot, colors, x, y],
  );

  const moveTo = (x: Range, y: Range) => {
    setZoom({ base: plot.base, x, y });
    session.setWindow(isCurve ? [x] : [x, y]);
  };
  const reset = () => {
    setZoom(undefined);
    session.setWindow(undefined);
  };

  const label = isCurve
    ? l10n.t("{0} along {1}", view.title, plot.axes[0]!)
    : l10n.t("Contours of {0} over {1} and {2}", view.title, plot.axes[0]!, plot.axes[1]!);
  return (
    <ZoomPlot
      label={label}
      traces={traces}
      layout={layout}
      x={x}
      y={y}
      isCurve={isCurve}
      onMove={moveTo}
      onReset={reset}
    >
      {(frame) => <Overlay model={model} view={view} plot={plot} frame={frame} />}
    </ZoomPlot>
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
  const gradient = plot.axes.map((name) => {
    const cell = view.gradient.find((row) => row.name === name)?.automatic;
    return cell ? fromJsonNumber(cell.value) : Number.NaN;
  });
  const { layers } = model;
  const newton = layers.includes("newton") ? newtonStep(view, plot.axes) : undefined;
  const curvature = nameY ? undefined : secondOf(view, nameX, nameX);
  const scale = perPixel(frame);
  const where = plot.axes.map((name) => `${name} = ${formatNumber(scalar(model.point, name), 6)}`).join(", ");
  return (
    <>
      <Drawings frame={frame}>
        {layers.includes("field") && plot.field && <Field field={plot.field} frame={frame} />}
        {Number.isFinite(px) &&
          Number.isFinite(value) &&
          (nameY ? (
            <>
              {layers.includes("descent") && (
                <Arrow x={px} y={py} dx={-gradient[0]! / scale[0]} dy={gradient[1]! / scale[1]} kind="descent" />
              )}
              {layers.includes("gradient") && (
                <Arrow x={px} y={py} dx={gradient[0]! / scale[0]} dy={-gradient[1]! / scale[1]} />
              )}
              {newton && <Step from={[px, py]} to={[toX(frame, x + newton[0]), toY(frame, y + newton[1])]} />}
            </>
          ) : (
            <>
              {layers.includes("circle") && curvature !== undefined && (
                <Circle x={px} y={py} slope={gradient[0]!} curvature={curvature} perPixel={scale} />
              )}
              {layers.includes("tangent") && <Tangent x={px} y={py} dx={1 / scale[0]} dy={-gradient[0]! / scale[1]} />}
            </>
          ))}
      </Drawings>
      <Handle
        frame={frame}
        x={x}
        y={y}
        isCurve={nameY === undefined}
        label={l10n.t("Point on the plot: move it with the arrow keys")}
        where={where}
        onMove={(acrossTo, upTo, steps) => {
          const to = [acrossTo, upTo].map((at, k) => roundToStep(at, steps[k]!));
          session.setPoint(plot.axes.reduce((point, name, k) => withScalar(point, name, to[k]!), model.point));
        }}
      />
    </>
  );
}

function curveValue(plot: Plot, x: number, view: View): number {
  const value = valueAt(plot, x, plot.values);
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
