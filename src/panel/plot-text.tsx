/** What a plot shows, in words and as a table. */
import * as l10n from "@vscode/l10n";
import { useState } from "preact/hooks";
import type { View } from "../protocol/lsp";
import { toJsonNumber } from "../protocol/values";
import { formatNumber } from "../render/numbers";
import { type CsvRow, csvOf } from "./csv";
import { DataRow } from "./data-row";
import { ExportMenu, nameOf } from "./export-menu";
import type { Picture } from "./pictures";
import { extent } from "./plot-traces";
import { Scroll } from "./scroll";
import type { Plot, Trail } from "./session";

const short = (value: number) => formatNumber(value, 5);

interface Props {
  plot: Plot;
  view: View;
  point: number[];
  paths: Trail[];
  picture: () => Picture;
}

export function PlotText({ plot, view, point, paths, picture }: Props) {
  const [open, setOpen] = useState(false);
  const json = () => ({
    axes: plot.axes,
    paths: paths.map(({ label, x, y }) => ({
      label,
      points: x.map((at, k) => [toJsonNumber(at), toJsonNumber(y[k]!)]),
    })),
  });
  const name = `${nameOf(view)} ${plot.axes.join(" ")}`;
  return (
    <DataRow
      save={
        <ExportMenu
          name={name}
          picture={picture}
          csv={() => csvOf(samplesOf(plot))}
          {...(paths.length > 0 ? { json } : {})}
        />
      }
    >
      <details class="data" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{l10n.t("In words and numbers")}</summary>
        {open && (
          <>
            <p>{summary(plot, view, point)}</p>
            <Scroll label={l10n.t("Samples")}>
              {plot.axes.length === 1 ? (
                <CurveTable plot={plot} title={view.title} />
              ) : (
                <PlaneTable plot={plot} title={view.title} />
              )}
            </Scroll>
          </>
        )}
      </details>
    </DataRow>
  );
}

/** Every sample: the places along the axes, the value, and the derivatives along a curve. */
function* samplesOf(plot: Plot): Generator<CsvRow> {
  const [xs, ys] = plot.grid as [Float64Array, Float64Array?];
  if (ys) {
    yield [...plot.axes, "value"];
    for (const [k, value] of plot.values.entries()) yield [xs[k % xs.length]!, ys[Math.floor(k / xs.length)]!, value];
    return;
  }
  yield [
    plot.axes[0]!,
    "value",
    ...(plot.slopes ? ["derivative"] : []),
    ...(plot.seconds ? ["second derivative"] : []),
    ...plot.components.flatMap(({ label }) => [label, `${label} derivative`]),
  ];
  for (const [k, x] of xs.entries())
    yield [
      ...[x, plot.values[k]!],
      ...(plot.slopes ? [plot.slopes[k]!] : []),
      ...(plot.seconds ? [plot.seconds[k]!] : []),
      ...plot.components.flatMap(({ values, slopes }) => [values[k]!, slopes[k]!]),
    ];
}

function summary(plot: Plot, view: View, point: number[]): string {
  let low = -1;
  let high = -1;
  let missing = 0;
  plot.values.forEach((value, i) => {
    if (Number.isNaN(value)) {
      missing++;
      return;
    }
    if (low < 0 || value < plot.values[low]!) low = i;
    if (high < 0 || value > plot.values[high]!) high = i;
  });
  const place = (index: number) => {
    const columns = plot.grid[0]!.length;
    const at =
      plot.axes.length === 1
        ? [plot.grid[0]![index]!]
        : [plot.grid[0]![index % columns]!, plot.grid[1]![Math.floor(index / columns)]!];
    return plot.axes.map((name, i) => `${name} = ${short(at[i]!)}`).join(", ");
  };
  const ranges = plot.axes.map((name, i) =>
    l10n.t("{0} from {1} to {2}", name, short(plot.window[i]![0]), short(plot.window[i]![1])),
  );
  const parts = [l10n.t("{0} for {1}.", view.title, ranges.join(", "))];
  if (low >= 0) {
    parts.push(
      l10n.t("Lowest sample: {0} at {1}.", short(plot.values[low]!), place(low)),
      l10n.t("Highest sample: {0} at {1}.", short(plot.values[high]!), place(high)),
    );
  }
  for (const { label, values } of plot.components) {
    const range = extent(values);
    if (range[0] <= range[1]) parts.push(l10n.t("{0} goes from {1} to {2}.", label, short(range[0]), short(range[1])));
  }
  if (plot.partial) parts.push(l10n.t("The time limit was reached: a coarser picture."));
  if (missing > 0) parts.push(l10n.t("{0} of {1} samples have no value.", missing, plot.values.length));
  parts.push(
    l10n.t(
      "At {0}: {1}.",
      plot.axes.map((name, i) => `${name} = ${short(point[i]!)}`).join(", "),
      view.value?.text ?? l10n.t("no value"),
    ),
  );
  return parts.join(" ");
}

const spread = (length: number, count: number) =>
  Array.from({ length: Math.min(length, count) }, (_, k) =>
    Math.round((k * (length - 1)) / Math.max(Math.min(length, count) - 1, 1)),
  );

function CurveTable({ plot, title }: { plot: Plot; title: string }) {
  return (
    <table>
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col" class="number">
            {plot.axes[0]}
          </th>
          <th scope="col" class="number">
            {l10n.t("value")}
          </th>
          {plot.slopes && (
            <th scope="col" class="number">
              {l10n.t("derivative")}
            </th>
          )}
          {plot.seconds && (
            <th scope="col" class="number">
              {l10n.t("second derivative")}
            </th>
          )}
          {plot.components.map(({ label }) => (
            <th key={label} scope="col" class="number">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {spread(plot.values.length, 21).map((i) => (
          <tr key={i}>
            <th scope="row" class="number">
              {short(plot.grid[0]![i]!)}
            </th>
            <td class="number">{short(plot.values[i]!)}</td>
            {plot.slopes && <td class="number">{short(plot.slopes[i]!)}</td>}
            {plot.seconds && <td class="number">{short(plot.seconds[i]!)}</td>}
            {plot.components.map(({ label, values }) => (
              <td key={label} class="number">
                {short(values[i]!)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function PlaneTable({ plot, title }: { plot: Plot; title: string }) {
  const [xs, ys] = [plot.grid[0]!, plot.grid[1]!];
  const columns = spread(xs.length, 7);
  return (
    <table>
      <caption>{l10n.t("{0}: {1} to the right, {2} downwards", title, plot.axes[0]!, plot.axes[1]!)}</caption>
      <thead>
        <tr>
          <td />
          {columns.map((i) => (
            <th key={i} scope="col" class="number">
              {short(xs[i]!)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {spread(ys.length, 7).map((j) => (
          <tr key={j}>
            <th scope="row" class="number">
              {short(ys[j]!)}
            </th>
            {columns.map((i) => (
              <td key={i} class="number">
                {short(plot.values[j * xs.length + i]!)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
