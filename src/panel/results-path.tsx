/** Two or three results drawn against each other while the variable moves: a path, with its tangent at the point. */
import * as l10n from "@vscode/l10n";
import { useMemo, useRef, useState } from "preact/hooks";
import type { FigureAxes, LineSeries } from "../protocol/figure";
import type { View } from "../protocol/lsp";
import { encodeArray } from "../protocol/values";
import { formatNumber } from "../render/numbers";
import { visibleRange } from "../render/sampling";
import { axis, baseLayout, Chart, type Layout, type Trace } from "./chart";
import { csvOf } from "./csv";
import { ExportMenu, nameOf } from "./export-menu";
import { type Frame, frameOf, toX, toY } from "./frame";
import { pictureOf } from "./pictures";
import { padded } from "./plot-traces";
import { type Model, type Plot, scalar, valueAt } from "./session";
import { Space } from "./space";
import { type Colors, useColors } from "./theme";
import { Drawings } from "./zoom-plot";

export function ResultsPath({ model, view, plot }: { model: Model; view: View; plot: Plot }) {
  const colors = useColors();
  const place = useRef<HTMLDivElement>(null);
  const { components } = plot;
  if (components.length !== 2 && components.length !== 3) return null;
  const name = plot.axes[0]!;
  const at = scalar(model.point, name);
  const point = components.map(({ values }) => valueAt(plot, at, values));
  const slope = components.map(({ slopes }) => valueAt(plot, at, slopes));
  const short = (numbers: number[]) => `(${numbers.map((x) => formatNumber(x, 5)).join(", ")})`;
  const label = l10n.t(
    "Path of {0} while {1} goes from {2} to {3}; at {1} = {4} it is at {5} and moves by {6}.",
    view.title,
    name,
    ...plot.window[0]!.map((end) => formatNumber(end, 5)),
    formatNumber(at, 5),
    short(point),
    short(slope),
  );
  function* rows() {
    yield [name, ...components.map((each) => each.label)];
    for (const [i, x] of plot.grid[0]!.entries()) yield [x, ...components.map(({ values }) => values[i]!)];
  }
  return (
    <div class="surface">
      <div ref={place}>
        {components.length === 2 ? (
          <Flat plot={plot} point={point} slope={slope} label={label} colors={colors} />
        ) : (
          <Spatial plot={plot} point={point} slope={slope} label={label} colors={colors} />
        )}
      </div>
      <ExportMenu
        name={`${nameOf(view)} ${l10n.t("Path of the results")}`}
        picture={() => pictureOf(place.current!, colors)}
        csv={() => csvOf(rows())}
      />
    </div>
  );
}

interface PathProps {
  plot: Plot;
  point: number[];
  slope: number[];
  label: string;
  colors: Colors;
}

const rangesOf = (plot: Plot) => plot.components.map(({ values }) => padded(visibleRange(values) ?? [-1, 1]));

/** In pixels, on each side of the point. */
const TANGENT = 70;

function Flat({ plot, point, slope, label, colors }: PathProps) {
  const [frame, setFrame] = useState<Frame>();
  const [across, up] = plot.components;
  const traces = useMemo<Trace[]>(
    () => [
      {
        type: "scatter",
        mode: "lines",
        x: [...across!.values],
        y: [...up!.values],
        text: Array.from(plot.grid[0]!, (x) => `${plot.axes[0]} = ${formatNumber(x, 5)}`),
        line: { color: colors.curve, width: 2.2 },
        hovertemplate: "%{text}<br>(%{x:.5~g}, %{y:.5~g})<extra></extra>",
      },
    ],
    [plot, colors],
  );
  const layout = useMemo<Layout>(() => {
    const [x, y] = rangesOf(plot);
    return {
      ...baseLayout(colors),
      dragmode: false,
      margin: { l: 52, r: 14, t: 10, b: 42 },
      // A circle looks like one.
      xaxis: axis(colors, across!.label, { range: x, fixedrange: true, constrain: "domain" }),
      yaxis: axis(colors, up!.label, { range: y, fixedrange: true, scaleanchor: "x", constrain: "domain" }),
    };
  }, [plot, colors]);
  const [x, y] = rangesOf(plot);
  const shape = Math.min(Math.max((x![1] - x![0]) / (y![1] - y![0]), 1), 2.6);
  return (
    <div class="results-path" style={{ "--shape": String(shape) }}>
      <Chart
        class="figure-chart"
        traces={traces}
        layout={layout}
        label={label}
        onDrawn={(element) => setFrame(frameOf(element))}
      />
      {frame && point.every(Number.isFinite) && (
        <Drawings frame={frame}>
          <FlatMark frame={frame} point={point} slope={slope} />
        </Drawings>
      )}
    </div>
  );
}

function FlatMark({ frame, point: [x, y], slope: [dx, dy] }: { frame: Frame; point: number[]; slope: number[] }) {
  const [px, py] = [toX(frame, x!), toY(frame, y!)];
  const [ux, uy] = [toX(frame, x! + dx!) - px, toY(frame, y! + dy!) - py];
  const size = Math.hypot(ux, uy);
  const [tx, ty] = [(ux / size) * TANGENT, (uy / size) * TANGENT];
  return (
    <>
      {Number.isFinite(tx + ty) && <path class="tangent" d={`M${px - tx} ${py - ty}L${px + tx} ${py + ty}`} />}
      <circle class="spot" cx={px} cy={py} r={5.5} />
    </>
  );
}

function Spatial({ plot, point, slope, label, colors }: PathProps) {
  const axes = useMemo((): FigureAxes => {
    const ranges = rangesOf(plot);
    const side = (k: number) => ({ label: plot.components[k]!.label, limits: ranges[k]!, scale: "linear" }) as const;
    // As long as a part of the picture, whatever the slope.
    const length = Math.max(...slope.map((d, k) => Math.abs(d) / (ranges[k]![1] - ranges[k]![0])));
    const ends = (k: number) => [-0.25, 0.25].map((share) => point[k]! + (slope[k]! * share) / (length || 1));
    const mark = { label: "", alpha: 1 } as const;
    const line = (at: (k: number) => ArrayLike<number>, color: string, width: number): LineSeries => {
      const [x, y, z] = [0, 1, 2].map((k) => encodeArray(at(k)));
      const stroke = { color, width, dash: "solid" } as const;
      return {
        ...mark,
        kind: "line",
        x: x!,
        y: y!,
        z: z!,
        stroke,
        step: "none",
        marker: "",
        markerSize: 0,
        markerColor: color,
      };
    };
    const [x, y, z] = point.map((coordinate) => encodeArray([coordinate]));
    const here = point.every(Number.isFinite);
    return {
      cell: [0, 0, 1, 1],
      projection: "space",
      view: [28, -55],
      title: "",
      x: side(0),
      y: side(1),
      z: side(2),
      grid: true,
      equal: false,
      frame: true,
      series: [
        line((k) => plot.components[k]!.values, colors.curve, 1.6),
        ...(here && slope.every(Number.isFinite) ? [line(ends, colors.point, 1)] : []),
        ...(here
          ? [
              {
                ...mark,
                kind: "scatter" as const,
                marker: "o",
                sizes: encodeArray([9]),
                x: x!,
                y: y!,
                z: z!,
                colors: [colors.point],
              },
            ]
          : []),
      ],
    };
  }, [plot, colors, ...point, ...slope]);
  return <Space axes={axes} colors={colors} label={label} />;
}
