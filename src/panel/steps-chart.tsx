/** Values over the steps: of a loop, of the updates of a Variable, of an optimizer's runs. */
import * as l10n from "@vscode/l10n";
import { useMemo, useRef, useState } from "preact/hooks";
import { formatNumber } from "../render/numbers";
import { visibleRange } from "../render/sampling";
import { axis, baseLayout, Chart, type Layout, stepsAxis } from "./chart";
import { type CsvRow, csvOf } from "./csv";
import { DataRow } from "./data-row";
import { ExportMenu } from "./export-menu";
import { samples } from "./figure";
import { type Frame, frameOf, toX, toY } from "./frame";
import { type LegendEntry, pictureOf } from "./pictures";
import { padded } from "./plot-traces";
import { Scroll } from "./scroll";
import { useColors } from "./theme";

export interface StepsLine {
  name: string;
  values: Float64Array;
  /** The step of the last value, where it is nearer to the one before. */
  last?: number;
  /** How many steps lie between two values, where it is not the chart's. */
  stride?: number;
  /** Absent: the next of the theme's colours, unbroken. */
  color?: string;
  dash?: string;
  /** It ended badly: there is a cross at its last step. */
  failed?: boolean;
}

interface Props {
  title: string;
  /** What stands at the axis of values. */
  unit?: string;
  lines: StepsLine[];
  /** How many steps lie between two values. */
  stride?: number;
  /** Whether a logarithmic axis is offered. */
  scales?: boolean;
  /** Whether the axis is logarithmic, where that is chosen elsewhere. */
  logarithmic?: boolean;
  /** The lines' names and looks are told elsewhere. */
  bare?: boolean;
  /** The step that is looked at. */
  at?: number;
}

export function StepsChart({ title, unit = "", lines, stride = 1, scales = false, logarithmic, bare, at }: Props) {
  const colors = useColors();
  const [chosen, setChosen] = useState(false);
  const [frame, setFrame] = useState<Frame>();
  const positive = useMemo(() => lines.some(({ values }) => values.some((value) => value > 0)), [lines]);
  const type = (logarithmic ?? chosen) && positive ? "log" : "linear";
  const stepOf = (line: StepsLine, row: number) =>
    line.last !== undefined && row === line.values.length - 1 ? line.last : row * (line.stride ?? stride);
  const range = useMemo(() => (type === "linear" ? rangeBeside(lines) : undefined), [lines, type]);
  const traces = useMemo(
    () => [
      ...lines.map((line, k) => ({
        type: "scatter",
        mode: line.values.length <= 60 ? "lines+markers" : "lines",
        x: Array.from(line.values, (_, i) => stepOf(line, i)),
        y: Array.from(line.values, (value) => (Number.isFinite(value) ? value : null)),
        line: { color: line.color ?? colors.cycle[k % 10], width: 2, dash: line.dash ?? "solid" },
        marker: { color: line.color ?? colors.cycle[k % 10], size: 4 },
        connectgaps: false,
        hovertemplate: `${lines.length > 1 ? `${line.name}<br>` : ""}${l10n.t("step {0}", "%{x}")}<br>%{y:.6~g}<extra></extra>`,
      })),
      ...lines.flatMap((line, k) => {
        const row = line.failed ? line.values.length - 1 : -1;
        const value = line.values.findLast(Number.isFinite);
        if (row < 0 || value === undefined) return [];
        return {
          type: "scatter",
          mode: "markers",
          x: [stepOf(line, row)],
          y: [range ? Math.min(Math.max(value, range[0]), range[1]) : value],
          marker: {
            color: line.color ?? colors.cycle[k % 10],
            size: 10,
            symbol: "x-thin-open",
            line: { width: 2.5, color: line.color ?? colors.cycle[k % 10] },
          },
          hoverinfo: "skip",
          cliponaxis: false,
        };
      }),
    ],
    [lines, colors, range],
  );
  const layout = useMemo<Layout>(
    () => ({
      ...baseLayout(colors),
      margin: { l: 56, r: 12, t: 8, b: 38 },
      dragmode: false,
      xaxis: stepsAxis(colors),
      yaxis: axis(colors, unit, {
        type,
        fixedrange: true,
        nticks: 6,
        zeroline: false,
        ...(range ? { range: [...range] } : {}),
      }),
    }),
    [colors, type, unit, range],
  );
  const words = lines
    .slice(0, 12)
    .map((line) => wordsOf(line, (row) => stepOf(line, row)))
    .join(" ");
  const place = useRef<HTMLDivElement>(null);
  const longest = lines.reduce<StepsLine | undefined>(
    (most, line) =>
      most && stepOf(most, most.values.length - 1) >= stepOf(line, line.values.length - 1) ? most : line,
    undefined,
  );
  return (
    <>
      <div ref={place}>
        {!bare && lines.length > 1 && (
          <ul class="legend" aria-label={l10n.t("Legend")}>
            {lines.map(({ name }, k) => (
              <li key={name}>
                <svg class="swatch-line" width="22" height="10" aria-hidden="true">
                  <line x1="0" y1="5" x2="22" y2="5" stroke={colors.cycle[k % 10]} stroke-width="2" />
                </svg>
                {name}
              </li>
            ))}
          </ul>
        )}
        {scales && (
          <label class="check">
            <input
              type="checkbox"
              checked={type === "log"}
              disabled={!positive}
              onChange={(event) => setChosen(event.currentTarget.checked)}
            />
            {l10n.t("logarithmic")}
          </label>
        )}
        <div class="plot">
          <Chart
            class="low"
            traces={traces}
            layout={layout}
            label={`${title}. ${words}`}
            onDrawn={(element) => setFrame(frameOf(element))}
          />
          {at !== undefined && frame && (
            <svg class="overlay now" aria-hidden="true">
              <path d={`M${toX(frame, at)} ${frame.top}v${frame.height}`} />
              {lines.map((line, k) => {
                const value = valueAt(line, at, (row) => stepOf(line, row));
                const y = type === "log" ? Math.log10(value) : value;
                if (!Number.isFinite(y)) return null;
                return (
                  <circle
                    key={line.name}
                    cx={toX(frame, Math.min(at, stepOf(line, line.values.length - 1)))}
                    cy={toY(frame, y)}
                    r="4"
                    fill={line.color ?? colors.cycle[k % 10]}
                  />
                );
              })}
            </svg>
          )}
        </div>
      </div>
      <DataRow
        save={
          <ExportMenu
            name={title}
            picture={() => pictureOf(place.current!, colors, bare ? { legend: lines.map(entryOf) } : {})}
            csv={() => csvOf(rowsOf(lines, stepOf))}
          />
        }
      >
        <details class="data">
          <summary>{l10n.t("In words and numbers")}</summary>
          <p>{words}</p>
          <Scroll label={l10n.t("Samples")}>
            <table>
              <caption>{title}</caption>
              <thead>
                <tr>
                  <th scope="col" class="number">
                    {l10n.t("step")}
                  </th>
                  {lines.map(({ name }) => (
                    <th key={name} scope="col" class="number">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {longest &&
                  samples(longest.values.length, 21).map((row) => {
                    const step = stepOf(longest, row);
                    return (
                      <tr key={row}>
                        <th scope="row" class="number">
                          {step}
                        </th>
                        {lines.map((line) => {
                          const over = step > stepOf(line, line.values.length - 1);
                          return (
                            <td key={line.name} class="number">
                              {over
                                ? ""
                                : formatNumber(
                                    valueAt(line, step, (at) => stepOf(line, at)),
                                    8,
                                  )}
                            </td>
                          );
                        })}
                      </tr>
                    );
                  })}
              </tbody>
            </table>
          </Scroll>
        </details>
      </DataRow>
    </>
  );
}

const entryOf = ({ name, color, dash }: StepsLine): LegendEntry => ({
  text: name,
  ...(color ? { color } : {}),
  ...(dash && dash !== "solid" ? { dash: dash.replaceAll("px", "") } : {}),
});

/** One row for each step at which a line has a value; the others' places stay empty. */
function* rowsOf(lines: readonly StepsLine[], stepOf: (line: StepsLine, row: number) => number): Generator<CsvRow> {
  yield ["step", ...lines.map(({ name }) => name)];
  const rows = new Map<number, (number | undefined)[]>();
  for (const [k, line] of lines.entries())
    for (const [row, value] of line.values.entries()) {
      const step = stepOf(line, row);
      const values = rows.get(step) ?? lines.map(() => undefined);
      values[k] = value;
      rows.set(step, values);
    }
  for (const [step, values] of [...rows].sort(([a], [b]) => a - b)) yield [step, ...values];
}

/** Where a line went astray, the others say what is shown, and the point from which it did. */
function rangeBeside(lines: readonly StepsLine[]): [number, number] | undefined {
  if (!lines.some(({ failed }) => failed)) return undefined;
  const sound = lines.filter(({ failed }) => !failed).flatMap(({ values }) => Array.from(values));
  const starts = lines.map(({ values }) => values[0]!);
  const all = visibleRange(sound.length > 0 ? sound : lines.flatMap(({ values }) => Array.from(values)), starts);
  return all && padded(all);
}

/** The value of the last row at or before a step. */
function valueAt({ values }: StepsLine, step: number, stepOf: (row: number) => number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (stepOf(middle) <= step) low = middle;
    else high = middle - 1;
  }
  return values[low] ?? Number.NaN;
}

function wordsOf({ name, values }: StepsLine, stepOf: (row: number) => number): string {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  const ends = l10n.t(
    "{0}: from {1} to {2} in {3} steps.",
    name,
    formatNumber(values[0] ?? Number.NaN, 6),
    formatNumber(values[values.length - 1] ?? Number.NaN, 6),
    stepOf(values.length - 1),
  );
  return bad < 0 ? ends : `${ends} ${l10n.t("Not a number from step {0} on.", stepOf(bad))}`;
}
