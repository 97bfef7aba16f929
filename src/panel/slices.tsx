/** The function along each variable by itself, side by side. */
import * as l10n from "@vscode/l10n";
import { useState } from "preact/hooks";
import type { SlicesResult, View } from "../protocol/lsp";
import { decodeArray, fromJsonNumber } from "../protocol/values";
import { formatNumber } from "../render/numbers";
import { segments, visibleRange } from "../render/sampling";
import { useAnswer } from "./answer";
import { componentColor } from "./component";
import { type CsvRow, csvOf } from "./csv";
import { DataRow } from "./data-row";
import { ExportMenu } from "./export-menu";
import { type Model, pointOf, scalar } from "./session";
import { useColors } from "./theme";
import { useSession } from "./use";

const WIDTH = 140;
const HEIGHT = 80;

export function Slices({ model, view }: { model: Model; view: View }) {
  const session = useSession();
  const [open, setOpen] = useState(false);
  const slices = useAnswer(session, "slices", open ? session.about(view) : undefined, view);
  const { data } = slices;
  const problem = slices.problem ?? data?.problem;
  return (
    <DataRow
      save={open && data && !problem && <ExportMenu name={l10n.t("Slices")} csv={() => csvOf(sliceRows(data))} />}
    >
      <details class="data" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{l10n.t("Slices along every variable")}</summary>
        {open && problem && <p class="muted">{problem}</p>}
        {open && !data && !problem && (
          <p class="muted" role="status">
            {l10n.t("Computing…")}
          </p>
        )}
        {open && data && !problem && <Cards model={model} view={view} data={data} />}
      </details>
    </DataRow>
  );
}

function* sliceRows(data: SlicesResult): Generator<CsvRow> {
  const [grid, values] = [decodeArray(data.grid), decodeArray(data.values)];
  const n = data.grid.shape[1] ?? 1;
  const others = componentsOf(data);
  yield ["variable", "at", "value", ...others.map(({ label }) => label)];
  for (const [k, at] of grid.entries())
    yield [data.labels[Math.floor(k / n)], at, values[k], ...others.map((each) => each.values[k]!)];
}

/** Of a function of several results: the values of each of the first few, for all slices. */
function componentsOf({ components, values: { shape } }: SlicesResult): { label: string; values: Float64Array }[] {
  if (!components) return [];
  const size = shape.reduce((product, side) => product * side, 1);
  const all = decodeArray(components.values);
  return components.labels.map((label, k) => ({ label, values: all.subarray(k * size, (k + 1) * size) }));
}

function Cards(props: { model: Model; view: View; data: SlicesResult }) {
  const { model, view, data } = props;
  const session = useSession();
  const [grid, values] = [decodeArray(data.grid), decodeArray(data.values)];
  const n = data.grid.shape[1] ?? 0;
  // One scale for all: how much each variable matters shows.
  const value = view.value ? fromJsonNumber(view.value.value) : Number.NaN;
  const colors = useColors();
  const others = componentsOf(data);
  const [low, high] = visibleRange(
    Float64Array.from([values, ...others.map((each) => each.values)].flatMap((each) => [...each])),
    [value],
  ) ?? [-1, 1];
  const { component } = view.result ?? {};
  const toY = (y: number) => 6 + (1 - (y - low) / (high - low || 1)) * (HEIGHT - 12);
  return (
    <>
      <div class="slices">
        {data.labels.map((label, k) => {
          const xs = grid.subarray(k * n, (k + 1) * n);
          const part = (all: Float64Array) => all.subarray(k * n, (k + 1) * n);
          const ys = part(values);
          const toX = (x: number) => 4 + ((x - xs[0]!) / (xs[n - 1]! - xs[0]!)) * (WIDTH - 8);
          const pathOf = (ys: Float64Array) =>
            segments(xs, ys)
              .map(([start, end]) =>
                Array.from({ length: end - start }, (_, i) => {
                  const [x, y] = [toX(xs[start + i]!), Math.min(Math.max(toY(ys[start + i]!), -500), 500)];
                  return `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
                }).join(""),
              )
              .join("");
          const at = scalar(pointOf(view), label);
          return (
            <button
              key={label}
              type="button"
              class="slice"
              aria-pressed={model.axes.length === 1 && model.axes[0] === label}
              title={l10n.t("Plot along {0}", label)}
              onClick={() => session.setAxes([label])}
            >
              <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
                {others.map((each, j) =>
                  j === component ? null : (
                    <path
                      key={each.label}
                      class="other"
                      d={pathOf(part(each.values))}
                      stroke={componentColor(colors, j)}
                    />
                  ),
                )}
                <path
                  d={pathOf(ys)}
                  stroke={component === undefined ? colors.curve : componentColor(colors, component)}
                />
                {Number.isFinite(value) && <circle cx={toX(at)} cy={toY(value)} r={3.5} />}
              </svg>
              <span class="slice-name">{label}</span>
              <span class="sr-only">
                {l10n.t("from {0} to {1}: {2}", formatNumber(xs[0]!, 4), formatNumber(xs[n - 1]!, 4), rangeText(ys))}
              </span>
            </button>
          );
        })}
      </div>
      {data.partial && <p class="muted">{l10n.t("There was no time for all of them.")}</p>}
      {data.count > data.labels.length && (
        <p class="muted">{l10n.t("and {0} more", data.count - data.labels.length)}</p>
      )}
    </>
  );
}

function rangeText(values: Float64Array): string {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0
    ? l10n.t("no value")
    : l10n.t("values from {0} to {1}", formatNumber(Math.min(...finite), 4), formatNumber(Math.max(...finite), 4));
}
