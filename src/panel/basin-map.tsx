/** The basin map as a picture, in words and as a table. */
import * as l10n from "@vscode/l10n";
import { formatNumber } from "../render/numbers";
import { type BasinMap, cellOrder, ELSEWHERE, NOWHERE, type Place, UNKNOWN } from "./basins";
import type { LegendEntry } from "./pictures";
import { Scroll } from "./scroll";
import { type Colors, named, useColors } from "./theme";
import { useSession } from "./use";

/** The colour of a place: the hues of a series. */
const colorOf = (colors: Colors, place: number): string => colors.cycle[place % colors.cycle.length]!;

/** How strong the slowest start of a place is drawn beside the fastest. */
const SLOWEST = 0.28;
const FASTEST = 0.9;

/** One pixel a cell; a coarse cell stands for the finer ones that are not known yet. */
export function paintBasins(canvas: HTMLCanvasElement, map: BasinMap, colors: Colors): void {
  const { side, cells, steps, places } = map;
  const height = map.window.length === 1 ? 1 : side;
  canvas.width = side;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return;
  const background = named(colors.background);
  const muted = named(colors.muted);
  const hues = places.map((_, place) => named(colorOf(colors, place)));
  const slowest = Math.log1p(Math.max(0, ...places.map(({ most }) => most)));
  const fastest = Math.log1p(Math.min(...places.map(({ fewest }) => fewest)));
  for (const { cell, size } of cellOrder(side, map.window.length)) {
    const place = cells[cell]!;
    // In the order in which they are computed: nothing comes after.
    if (place === UNKNOWN) break;
    const [column, row] = [cell % side, Math.floor(cell / side)];
    context.clearRect(column, height - row - size, size, size);
    if (place === NOWHERE) continue;
    const slow = slowest > fastest ? (Math.log1p(steps[cell]!) - fastest) / (slowest - fastest) : 0;
    const strength = place === ELSEWHERE ? 0.5 : FASTEST + (SLOWEST - FASTEST) * slow;
    const hue = place === ELSEWHERE ? muted : hues[place]!;
    const mixed = hue.map((part, k) => Math.round(background[k]! * (1 - strength) + part * strength));
    context.fillStyle = `rgb(${mixed.join(", ")})`;
    context.fillRect(column, height - row - size, size, size);
  }
}

/** What a place is called on the map and in the table. */
export const letterOf = (place: number): string => String.fromCharCode(65 + place);

const short = (value: number) => formatNumber(value, 5);
/** A place with more numbers says only the first. */
const SHOWN = 4;
const where = ({ point }: Place) =>
  `(${Array.from(point.slice(0, SHOWN), short).join(", ")}${point.length > SHOWN ? ", …" : ""})`;

/** What the letters and colours of the map stand for, below a picture of it. */
export const placeEntries = ({ places }: BasinMap, colors: Colors): LegendEntry[] =>
  places.map((place, k) => ({ text: `${letterOf(k)} ${where(place)}`, color: colorOf(colors, k), area: true }));

export function BasinLegend({ map, labels }: { map: BasinMap; labels: readonly string[] }) {
  const { optimization } = useSession();
  const colors = useColors();
  const { places, done, total, nowhere, elsewhere, running, problem } = map;
  const order = [...places.keys()].sort((a, b) => places[a]!.value - places[b]!.value);
  const said = problem
    ? problem
    : running
      ? l10n.t("{0} of {1} starts", done, total)
      : l10n.t("{0} starts; places reached: {1}.", done, places.length + Number(elsewhere > 0));
  return (
    <div class="basin-legend">
      <div class="progress">
        <span class={problem ? "warning" : "muted"} role="status">
          {said}
        </span>
        <progress
          aria-label={l10n.t("Progress of the basin map")}
          max={total}
          value={done}
          class={running ? "" : "quiet"}
        />
        <button
          type="button"
          class={running ? "action" : "action quiet"}
          disabled={!running}
          onClick={() => optimization.stopBasins()}
        >
          {l10n.t("Stop the map")}
        </button>
      </div>
      <Scroll label={l10n.t("Basin map")}>
        <table>
          <caption>{l10n.t("Where the starts lead: strong colours fast, pale ones slowly")}</caption>
          <thead>
            <tr>
              <th scope="col">{`(${labels.slice(0, SHOWN).join(", ")}${labels.length > SHOWN ? ", …" : ""})`}</th>
              <th scope="col" class="number">
                {l10n.t("value")}
              </th>
              <th scope="col" class="number">
                {l10n.t("starts")}
              </th>
              <th scope="col" class="number">
                {l10n.t("steps")}
              </th>
            </tr>
          </thead>
          <tbody>
            {order.map((place) => {
              const it = places[place]!;
              return (
                <tr key={place}>
                  <th scope="row">
                    <Square color={colorOf(colors, place)} />
                    <b>{letterOf(place)}</b> {where(it)}
                  </th>
                  <td class="number">{short(it.value)}</td>
                  <td class="number">{it.starts}</td>
                  <td class="number">{it.fewest === it.most ? it.fewest : `${it.fewest}–${it.most}`}</td>
                </tr>
              );
            })}
            {elsewhere > 0 && (
              <tr>
                <th scope="row">
                  <Square color={colors.muted} />
                  {l10n.t("other places")}
                </th>
                <td />
                <td class="number">{elsewhere}</td>
                <td />
              </tr>
            )}
            {nowhere > 0 && (
              <tr>
                <th scope="row">
                  <Square color="none" />
                  {l10n.t("not converged")}
                </th>
                <td />
                <td class="number">{nowhere}</td>
                <td />
              </tr>
            )}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}

function Square({ color }: { color: string }) {
  return (
    <svg class="square" width="12" height="12" aria-hidden="true">
      <rect x="0.5" y="0.5" width="11" height="11" fill={color} />
    </svg>
  );
}
