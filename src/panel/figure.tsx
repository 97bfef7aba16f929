/** A figure that a script drew: its plots in their grid, each with a legend, a summary and its numbers. */
import * as l10n from "@vscode/l10n";
import { useMemo, useRef, useState } from "preact/hooks";
import type { FigureAxes, Series } from "../protocol/figure";
import type { ScriptFigure } from "../protocol/lsp";
import { formatNumber } from "../render/numbers";
import { Chart } from "./chart";
import { csvOf } from "./csv";
import { ExportMenu } from "./export-menu";
import { drawingOf } from "./figure-traces";
import { figureRows, numbersOf, plain, sentences } from "./figure-words";
import { LineLink } from "./line-link";
import { pictureOf } from "./pictures";
import { Scroll } from "./scroll";
import { Space } from "./space";
import { type Colors, useColors } from "./theme";

export function FigureView({ shown: { figure, range, lineName }, index }: { shown: ScriptFigure; index: number }) {
  const colors = useColors();
  const { axes, columns, rows, size } = figure;
  const own = axes.filter(({ over }) => !over);
  const title = plain(figure.title) || (own.length === 1 && plain(own[0]!.title)) || l10n.t("Figure {0}", index + 1);
  const place = useRef<HTMLElement>(null);
  const save = (
    <ExportMenu
      name={title}
      picture={() => pictureOf(place.current!.querySelector(".figure-grid")!, colors)}
      csv={() => csvOf(figureRows(axes))}
    />
  );
  return (
    <figure ref={place} class="script-figure" data-figure={index} data-wide={columns > 1 ? columns : undefined}>
      <figcaption class="section-head">
        <h3>{title}</h3>
        <span class="tools">
          <LineLink range={range} lineName={lineName} />
          {save}
        </span>
      </figcaption>
      <div class="figure-grid" style={{ "--columns": String(columns) }}>
        {own.map((one) => {
          const [row, column, high, wide] = one.cell;
          const at = axes.indexOf(one);
          // As wide and high as the script has it, within what reads well.
          const shape = (size[0] * wide * rows) / (size[1] * high * columns);
          return (
            <div
              key={at}
              class="figure-cell"
              style={{
                gridArea: `${row + 1} / ${column + 1} / span ${high} / span ${wide}`,
                "--shape": String(Math.min(Math.max(shape, 0.8), 2.6)),
              }}
            >
              <Plot
                axes={one}
                twins={axes.filter(({ over }) => over?.index === at)}
                colors={colors}
                title={own.length > 1 || figure.title ? plain(one.title) : ""}
                name={plain(one.title) || title}
              />
            </div>
          );
        })}
      </div>
    </figure>
  );
}

function Plot({
  axes,
  twins,
  colors,
  title,
  name,
}: {
  axes: FigureAxes;
  twins: FigureAxes[];
  colors: Colors;
  title: string;
  name: string;
}) {
  const layers = [axes, ...twins];
  const drawing = useMemo(() => drawingOf(axes, twins, colors), [axes, colors]);
  const words = layers.flatMap(sentences);
  const summary = `${name}: ${words.join("; ")}.`;
  const empty = layers.every(({ series }) => series.length === 0);
  return (
    <>
      {title && <h4>{title}</h4>}
      {layers.some(({ legend }) => legend) && <Legend layers={layers} colors={colors} />}
      {empty ? (
        <p class="muted chart-empty">{l10n.t("Nothing is drawn here.")}</p>
      ) : axes.projection === "space" ? (
        <Space axes={axes} colors={colors} label={summary} />
      ) : (
        <Chart traces={drawing.traces} layout={drawing.layout} label={summary} class="figure-chart" />
      )}
      <FigureText words={words} series={layers.flatMap(({ series }) => series)} axes={axes} name={name} />
    </>
  );
}

function Legend({ layers, colors }: { layers: FigureAxes[]; colors: Colors }) {
  const named = layers.flatMap(({ series }) => series.filter(({ label }) => label !== ""));
  if (named.length === 0) return null;
  const title = layers.find(({ legend }) => legend?.title)?.legend?.title;
  return (
    <ul class="legend" aria-label={title ? plain(title) : l10n.t("Legend")}>
      {title && <li class="muted">{plain(title)}</li>}
      {named.map((series, k) => (
        <li key={k}>
          <Swatch series={series} colors={colors} />
          {plain(series.label)}
        </li>
      ))}
    </ul>
  );
}

function Swatch({ series, colors }: { series: Series; colors: Colors }) {
  const color = colors.legible(colorOf(series) || "C0");
  const stroke = series.kind === "line" || series.kind === "rule" ? series.stroke : undefined;
  const line = stroke && stroke.dash !== "none";
  const mark = series.kind === "scatter" || (series.kind === "line" && series.marker !== "");
  const dashes = { solid: "", dash: "5 3", dot: "1.5 2.5", dashdot: "5 2 1.5 2", none: "" };
  return (
    <svg class="swatch-line" width="22" height="10" aria-hidden="true" opacity={Math.max(series.alpha, 0.35)}>
      {line && (
        <line x1="0" y1="5" x2="22" y2="5" stroke={color} stroke-width="2" stroke-dasharray={dashes[stroke.dash]} />
      )}
      {mark && <circle cx="11" cy="5" r="3.5" fill={color} />}
      {!line && !mark && <rect x="3" y="0" width="16" height="10" fill={color} />}
    </svg>
  );
}

function colorOf(series: Series): string {
  switch (series.kind) {
    case "line":
    case "rule":
      return series.stroke.color;
    case "scatter":
    case "bars":
      return series.colors[0] ?? "";
    case "area":
    case "arrows":
    case "surface":
      return series.color;
    default:
      return "";
  }
}

/** Rows of a series' table. */
const SAMPLES = 11;

function FigureText({
  words,
  series,
  axes,
  name,
}: {
  words: string[];
  series: Series[];
  axes: FigureAxes;
  name: string;
}) {
  const [open, setOpen] = useState(false);
  const tables = series.flatMap((one) => numbersOf(one) ?? []).slice(0, 8);
  return (
    <details class="data" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{l10n.t("In words and numbers")}</summary>
      {open && (
        <>
          <ul class="words">
            {words.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          {tables.length > 0 && (
            <Scroll label={l10n.t("Samples")}>
              <table>
                <caption>{name}</caption>
                <thead>
                  <tr>
                    <th scope="col">{l10n.t("series")}</th>
                    <th scope="col" class="number">
                      {plain(axes.x.label) || "x"}
                    </th>
                    <th scope="col" class="number">
                      {plain(axes.projection === "space" ? axes.z.label : axes.y.label) || l10n.t("value")}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {tables.flatMap(({ name: series, at, values }, k) =>
                    samples(at.length).map((i) => (
                      <tr key={`${k} ${i}`}>
                        <th scope="row">{series}</th>
                        <td class="number">
                          {axes.x.ticks?.labels?.[axes.x.ticks.at.indexOf(at[i]!)] ?? formatNumber(at[i]!, 6)}
                        </td>
                        <td class="number">{formatNumber(values[i]!, 6)}</td>
                      </tr>
                    )),
                  )}
                </tbody>
              </table>
            </Scroll>
          )}
        </>
      )}
    </details>
  );
}

/** Places of up to {@link SAMPLES} samples, the first and the last among them. */
export const samples = (length: number, most = SAMPLES): number[] => {
  const count = Math.min(length, most);
  return Array.from({ length: count }, (_, k) => Math.round((k * (length - 1)) / Math.max(count - 1, 1)));
};
