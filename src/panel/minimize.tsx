import * as l10n from "@vscode/l10n";
import { useMemo, useState } from "preact/hooks";
import { optimizers, type View } from "../protocol/lsp";
import { formatPoint } from "../protocol/point";
import { formatNumber } from "../render/numbers";
import { axis, baseLayout, Chart, type Layout, stepsAxis } from "./chart";
import { NumberField } from "./number-field";
import type { Minimum, Model } from "./session";
import { useColors } from "./theme";
import { hasNothing, useSession } from "./use";

/** The page has views of functions that give one number, and no residuals. */
const offered = optimizers.filter(({ residuals }) => !residuals);

/** Runs an optimizer from the current point. */
export function Minimize({ model, view }: { model: Model; view: View }) {
  const session = useSession();
  const { minimize, running, minimum, minimizeProblem } = model;
  if (hasNothing(view)) return null;
  const set = (change: Partial<typeof minimize>) => session.setMinimize({ ...minimize, ...change });
  return (
    <section data-section="minimize">
      <h2>{l10n.t("Minimize")}</h2>
      <form
        class="minimize"
        onSubmit={(event) => {
          event.preventDefault();
          if (running) session.stop();
          else void session.run();
        }}
      >
        <div class="pair">
          <label for="optimizer">{l10n.t("Optimizer")}</label>
          <select
            id="optimizer"
            value={minimize.optimizer}
            onChange={(event) => {
              const chosen = offered.find(({ name }) => name === event.currentTarget.value) ?? offered[0]!;
              set({ optimizer: chosen.name, learningRate: chosen.learningRate });
            }}
          >
            {offered.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </div>
        {minimize.learningRate !== undefined && (
          <div class="pair">
            <label for="learning-rate">{l10n.t("Learning rate")}</label>
            <NumberField
              id="learning-rate"
              label={l10n.t("Learning rate")}
              value={minimize.learningRate}
              step={0.01}
              min={0}
              onChange={(learningRate) => set({ learningRate })}
            />
          </div>
        )}
        <div class="pair">
          <label for="steps">{l10n.t("Steps")}</label>
          <NumberField
            id="steps"
            label={l10n.t("Steps")}
            value={minimize.steps}
            step={10}
            min={1}
            whole
            onChange={(steps) => set({ steps })}
          />
        </div>
        <button type="submit" class="primary">
          {running ? l10n.t("Stop") : l10n.t("Run")}
        </button>
      </form>
      <p class="muted start">{l10n.t("Starts {0}", view.where)}</p>
      {minimizeProblem && (
        <p class="problem" role="alert">
          {minimizeProblem}
        </p>
      )}
      {minimum && <Result minimum={minimum} />}
    </section>
  );
}

function Result({ minimum }: { minimum: Minimum }) {
  const session = useSession();
  const { result } = minimum;
  const good = result.end === "steps" || result.end === "converged";
  return (
    <div class="result">
      <p role="status">
        <span class={good ? "" : "warning"}>{result.message}</span>
      </p>
      <dl>
        <dt>{l10n.t("Final point")}</dt>
        <dd>{short(formatPoint(result.final))}</dd>
        <dt>{l10n.t("Value")}</dt>
        <dd>{result.value.text}</dd>
      </dl>
      <div class="buttons">
        <button type="button" class="action" onClick={() => session.setPoint(result.final)}>
          {l10n.t("Use this point")}
        </button>
        <button type="button" class="action" onClick={() => session.clearMinimum()}>
          {l10n.t("Clear")}
        </button>
      </div>
      <Losses minimum={minimum} />
    </div>
  );
}

const short = (text: string) => (text.length > 400 ? `${text.slice(0, 400)}…` : text);

function Losses({ minimum: { values } }: { minimum: Minimum }) {
  const colors = useColors();
  const [logarithmic, setLogarithmic] = useState(false);
  const positive = useMemo(() => values.some((value) => value > 0), [values]);
  const type = logarithmic && positive ? "log" : "linear";
  const traces = useMemo(() => {
    const y = Array.from(values, (value) => (Number.isFinite(value) ? value : null));
    return [
      {
        type: "scatter",
        mode: values.length <= 60 ? "lines+markers" : "lines",
        y,
        line: { color: colors.minimum, width: 2 },
        marker: { color: colors.minimum, size: 4 },
        connectgaps: false,
        hovertemplate: `${l10n.t("step {0}", "%{x}")}<br>%{y:.6~g}<extra></extra>`,
      },
    ];
  }, [values, colors]);
  const layout = useMemo<Layout>(
    () => ({
      ...baseLayout(colors),
      margin: { l: 52, r: 14, t: 8, b: 38 },
      dragmode: false,
      xaxis: stepsAxis(colors),
      yaxis: axis(colors, l10n.t("value"), {
        type,
        fixedrange: true,
        dtick: type === "log" ? undefined : null,
        nticks: 6,
      }),
    }),
    [colors, type],
  );
  const first = values[0] ?? Number.NaN;
  const last = values[values.length - 1] ?? Number.NaN;
  const words = l10n.t(
    "The value over {0} steps: from {1} to {2}.",
    values.length - 1,
    formatNumber(first, 6),
    formatNumber(last, 6),
  );
  const shown = Array.from({ length: Math.min(values.length, 21) }, (_, k) =>
    Math.round((k * (values.length - 1)) / Math.max(Math.min(values.length, 21) - 1, 1)),
  );
  return (
    <>
      <div class="section-head">
        <h3>{l10n.t("Value over the steps")}</h3>
        <label class="check">
          <input
            type="checkbox"
            checked={type === "log"}
            disabled={!positive}
            onChange={(event) => setLogarithmic(event.currentTarget.checked)}
          />
          {l10n.t("logarithmic")}
        </label>
      </div>
      <Chart class="low" traces={traces} layout={layout} label={words} />
      <details class="data">
        <summary>{l10n.t("In words and numbers")}</summary>
        <p>{words}</p>
        <table>
          <caption>{l10n.t("Value over the steps")}</caption>
          <thead>
            <tr>
              <th scope="col" class="number">
                {l10n.t("step")}
              </th>
              <th scope="col" class="number">
                {l10n.t("value")}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((i) => (
              <tr key={i}>
                <th scope="row" class="number">
                  {i}
                </th>
                <td class="number">{formatNumber(values[i]!)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
