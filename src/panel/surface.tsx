/** The function over two variables as a surface that turns, with the point on it. */
import * as l10n from "@vscode/l10n";
import { useMemo, useRef } from "preact/hooks";
import type { FigureAxes, FigureAxis } from "../protocol/figure";
import type { View } from "../protocol/lsp";
import { encodeArray, fromJsonNumber } from "../protocol/values";
import { visibleRange } from "../render/sampling";
import { ExportMenu } from "./export-menu";
import { pictureOf } from "./pictures";
import { type Model, type Plot, scalar } from "./session";
import { Space } from "./space";
import { type Colors, named, useColors } from "./theme";

/** Facets along each axis. */
const FACETS = 48;

export function Surface({ model, view, plot }: { model: Model; view: View; plot: Plot }) {
  const colors = useColors();
  const at = plot.axes.map((name) => scalar(model.point, name));
  const value = view.value ? fromJsonNumber(view.value.value) : Number.NaN;
  const surface = useMemo(() => surfaceOf(plot, colors), [plot, colors]);
  const axes = useMemo(() => withPoint(surface, [at[0]!, at[1]!, value], colors), [surface, ...at, value]);
  const label = l10n.t("Surface of {0} over {1} and {2}.", view.title, plot.axes[0]!, plot.axes[1]!);
  const place = useRef<HTMLDivElement>(null);
  const picture = (turned = 0) => pictureOf(place.current!, colors, { turned });
  const turn = async () => ({
    frames: Array.from({ length: FRAMES }, (_, k) => picture((360 * k) / FRAMES)),
    hold: 90,
  });
  return (
    <div class="surface">
      <div ref={place}>
        <Space axes={axes} colors={colors} label={label} />
      </div>
      <ExportMenu name={l10n.t("Surface")} picture={() => picture()} animation={turn} />
    </div>
  );
}

/** Of one full turn. */
const FRAMES = 30;

function surfaceOf(plot: Plot, colors: Colors): FigureAxes {
  const [xs, ys] = [plot.grid[0]!, plot.grid[1]!];
  const limits = visibleRange(plot.values, [plot.value]) ?? [-1, 1];
  const every = (grid: Float64Array) => {
    const stride = Math.max(1, Math.round((grid.length - 1) / FACETS));
    return Array.from({ length: Math.floor((grid.length - 1) / stride) + 1 }, (_, i) => i * stride);
  };
  const [columns, rows] = [every(xs), every(ys)];
  // What towers over the rest is cut off, as the contours leave it out.
  const height = (value: number) => (value > limits[1] || value < limits[0] ? Number.NaN : value);
  const mesh = (z: (row: number, column: number) => number) =>
    encodeArray(rows.flatMap((row) => columns.map((column) => z(row, column))));
  return {
    cell: [0, 0, 1, 1],
    projection: "space",
    view: [32, -60],
    title: "",
    x: axisOf(plot.axes[0]!, plot.window[0]!),
    y: axisOf(plot.axes[1]!, plot.window[1]!),
    z: axisOf(l10n.t("value"), limits),
    grid: true,
    equal: false,
    frame: true,
    series: [
      {
        kind: "surface",
        label: "",
        alpha: 1,
        rows: rows.length,
        columns: columns.length,
        x: mesh((_, column) => xs[column]!),
        y: mesh((row) => ys[row]!),
        z: mesh((row, column) => height(plot.values[row * xs.length + column]!)),
        color: "C0",
        wire: false,
        map: {
          name: "",
          colors: Array.from({ length: SHADES }, (_, k) => shade(colors.ramp, k / (SHADES - 1))),
          low: limits[0],
          high: limits[1],
          log: false,
        },
      },
    ],
  };
}

const SHADES = 9;

/** The ramp's colour at a share of its length, as `#rrggbb`. */
function shade(ramp: Colors["ramp"], share: number): string {
  const next = Math.max(
    1,
    ramp.findIndex(([at]) => at >= share),
  );
  const [[low, from], [high, to]] = [ramp[next - 1]!, ramp[next]!];
  const [a, b] = [named(from), named(to)];
  const parts = a.map((part, k) => Math.round(part + ((b[k]! - part) * (share - low)) / (high - low)));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

const axisOf = (label: string, [low, high]: readonly [number, number]): FigureAxis => ({
  label,
  limits: [low, high],
  scale: "linear",
});

function withPoint(axes: FigureAxes, point: [number, number, number], colors: Colors): FigureAxes {
  const [low, high] = axes.z.limits;
  // Half of a mark on the surface would lie beneath it.
  const lifted = [point[0], point[1], point[2] + (high - low) / 50];
  const [x, y, z] = lifted.map((coordinate) => encodeArray([coordinate]));
  const marker = { kind: "scatter", label: "", alpha: 1, marker: "o", sizes: encodeArray([10]) } as const;
  return { ...axes, series: [...axes.series, { ...marker, x: x!, y: y!, z: z!, colors: [colors.point] }] };
}
