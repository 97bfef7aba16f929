/** Values over the steps of a loop, or over the updates of a Variable. */
import * as l10n from "@vscode/l10n";
import { useMemo, useRef, useState } from "preact/hooks";
import { formatNumber } from "../render/numbers";
import { axis, baseLayout, Chart, type Layout, stepsAxis } from "./chart";
import { type CsvRow, csvOf } from "./csv";
import { DataRow } from "./data-row";
import { ExportMenu } from "./export-menu";
import { samples } from "./figure";
import { pictureOf } from "./pictures";
import { Scroll } from "./scroll";
import { useColors } from "./theme";

export interface StepsLine {
  name: string;
  values: Float64Array;
}

interface Props {
  title: string;
  lines: StepsLine[];
  /** How many steps lie between two values. */
  stride?: number;
  /** Whether a logarithmic axis is offered. */
  scales?: boolean;
}

export function StepsChart({ title, lines, stride = 1, scales = false }: Props) {
  const colors = useColors();
  const [logarithmic, setLogarithmic] = useState(false);
  const positive = useMemo(() => lines.some(({ values }) => values.some((value) => value > 0)), [lines]);
  const type = logarithmic && positive ? "log" : "linear";
  const traces = useMemo(
    () =>
      lines.map(({ name, values }, k) => ({
        type: "scatter",
        mode: values.length <= 60 ? "lines+markers" : "lines",
        x: Array.from(values, (_, i) => i * stride),
        y: Array.from(values, (value) => (Number.isFinite(value) ? value : null)),
        line: { color: colors.cycle[k % 10], width: 2 },
        marker: { color: colors.cycle[k % 10], size: 4 },
        connectgaps: false,
        hovertemplate: `${lines.length > 1 ? `${name}<br>` : ""}${l10n.t("step {0}", "%{x}")}<br>%{y:.6~g}<extra></extra>`,
      })),
    [lines, colors],
  );
  const layout = useMemo<Layout>(
    () => ({
      ...baseLayout(colors),
      margin: { l: 56, r: 12, t: 8, b: 38 },
      dragmode: false,
      xaxis: stepsAxis(colors),
      yaxis: axis(colors, "", { type, fixedrange: true, nticks: 6, zeroline: false }),
    }),
    [colors, type],
  );
  const words = lines
    .slice(0, 12)
    .map(({ name, values }) => wordsOf(name, values, stride))
    .join(" ");
  const place = useRef<HTMLDivElement>(null);
  function* rows(): Generator<CsvRow> {
    yield ["step", ...lines.map(({ name }) => name)];
    for (let i = 0; i < (lines[0]?.values.length ?? 0); i++)
      yield [i * stride, ...lines.map(({ values }) => values[i]!)];
  }
  return (
    <>
      <div ref={place}>
        {lines.length > 1 && (
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
              onChange={(event) => setLogarithmic(event.currentTarget.checked)}
            />
            {l10n.t("logarithmic")}
          </label>
        )}
        <Chart class="low" traces={traces} layout={layout} label={`${title}. ${words}`} />
      </div>
      <DataRow
        save={<ExportMenu name={title} picture={() => pictureOf(place.current!, colors)} csv={() => csvOf(rows())} />}
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
                {samples(lines[0]?.values.length ?? 0, 21).map((i) => (
                  <tr key={i}>
                    <th scope="row" class="number">
                      {i * stride}
                    </th>
                    {lines.map(({ name, values }) => (
                      <td key={name} class="number">
                        {formatNumber(values[i]!, 8)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </details>
      </DataRow>
    </>
  );
}

function wordsOf(name: string, values: Float64Array, stride: number): string {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  const ends = l10n.t(
    "{0}: from {1} to {2} in {3} steps.",
    name,
    formatNumber(values[0] ?? Number.NaN, 6),
    formatNumber(values[values.length - 1] ?? Number.NaN, 6),
    (values.length - 1) * stride,
  );
  return bad < 0 ? ends : `${ends} ${l10n.t("Not a number from step {0} on.", bad * stride)}`;
}
