/** The Optimize view: several optimizers from several starts, their paths, what they reach, and how. */
import * as l10n from "@vscode/l10n";
import { useMemo, useState } from "preact/hooks";
import type { View } from "../protocol/lsp";
import { optimizerTypes } from "../protocol/optimizers";
import { formatNumber } from "../render/numbers";
import { type CsvRow, csvOf } from "./csv";
import { ExportMenu, nameOf } from "./export-menu";
import { loopLabel } from "./loops";
import { filled, givesResiduals, isGood, labelsOf, lengthOf, rowAt, type Trial } from "./optimization";
import { OptimizePlot } from "./optimize-plot";
import { Bounds, OptimizeSettings, Starts } from "./optimize-settings";
import { Player } from "./player";
import { runName } from "./run-words";
import { Scroll } from "./scroll";
import type { Model } from "./session";
import { StepsChart, type StepsLine } from "./steps-chart";
import { plotlyDash, Swatch } from "./swatch";
import { type Colors, useColors } from "./theme";
import { hasNothing, useSession } from "./use";

export function Optimize({ model, view }: { model: Model; view: View }) {
  const { optimization } = useSession();
  const { trials, at, settings } = model.optimization;
  const [playing, setPlaying] = useState(false);
  if (hasNothing(view) && !givesResiduals(view)) return null;
  if (labelsOf(view).length === 0) return <p class="muted">{l10n.t("It has no parameter to vary.")}</p>;
  const length = lengthOf(trials);
  const here = at ?? length;
  return (
    <>
      {givesResiduals(view) && (
        <p class="note">{l10n.t("It gives several numbers: half the sum of their squares is minimized.")}</p>
      )}
      <div class="columns optimizing">
        <div class="column settings">
          <OptimizeSettings model={model} view={view} />
        </div>
        <div class="column picture-side">
          <OptimizePlot model={model} view={view} pause={() => setPlaying(false)} />
          <Player
            length={length}
            at={here}
            said={[
              l10n.t("step {0}", Math.floor(here)),
              ...trials.slice(0, 6).map((trial) => stateOf(trial, here)),
            ].join(", ")}
            onAt={(to) => optimization.setAt(to)}
            playing={playing}
            onPlaying={setPlaying}
          />
          <Now trials={trials} at={here} methods={settings.choices.length} view={view} />
        </div>
        <div class="column more">
          <Starts model={model} view={view} />
          <Bounds model={model} view={view} />
        </div>
      </div>
      {trials.length > 0 && <Results model={model} view={view} />}
      {trials.length > 0 && <Charts model={model} at={at} />}
    </>
  );
}

const short = (value: number) => formatNumber(value, 5);

const valueAt = (trial: Trial, step: number) => trial.values[Math.floor(rowAt(trial, step) + 1e-9)] ?? Number.NaN;
const stateOf = (trial: Trial, step: number) => `${runName(trial)}: ${short(valueAt(trial, step))}`;

/** More runs than these have no line of their own. */
const SHOWN = 12;

/** The value of each run at the step that is looked at. */
function Now(props: { trials: readonly Trial[]; at: number; methods: number; view: View }) {
  const { trials, at, methods, view } = props;
  const session = useSession();
  const done = trials.filter(({ result }) => result);
  if (done.length === 0 && view.paths.length === 0)
    return <p class="now-values muted">{l10n.t("Run them to see their paths.")}</p>;
  return (
    <ul class="legend now-values" aria-label={l10n.t("Values at this step")}>
      {done.slice(0, SHOWN).map((trial) => (
        <li key={`${trial.method} ${trial.start}`}>
          <Swatch method={trial.method} />
          {methods > 1 || done.length === 1 ? optimizerTypes[trial.choice.optimizer].label : ""}{" "}
          {done.length > methods && <span class={trial.start === 0 ? "badge first" : "badge"}>{trial.start + 1}</span>}{" "}
          <span class="numbers">{short(valueAt(trial, at))}</span>
        </li>
      ))}
      {done.length > SHOWN && <li class="muted">{l10n.t("and {0} more", done.length - SHOWN)}</li>}
      {view.paths.map((loop, k) => (
        <li key={`${loop.uri} ${loop.range.start.line}`}>
          <span class={`swatch path-${k % 3}`} aria-hidden="true" />
          <button
            type="button"
            class="link"
            onClick={() => session.reveal(loop.uri, loop.range.start.line, loop.range.start.character)}
          >
            {loopLabel(loop)}
          </button>
        </li>
      ))}
    </ul>
  );
}

const milliseconds = (time: number) =>
  time < 1000 ? `${formatNumber(time, 2)} ms` : `${formatNumber(time / 1000, 2)} s`;

function Results({ model, view }: { model: Model; view: View }) {
  const session = useSession();
  const { trials, best } = model.optimization;
  const distances = useMemo(() => trials.map((trial) => distancesOf(trial, best?.point)), [trials, best]);
  const done = trials.filter(({ result }) => result);
  const bad = done.filter((trial) => !isGood(trial));
  const summary = [
    best && l10n.t("Lowest value: {0}, by {1}.", short(best.value), runName(best.trial)),
    bad.length > 0 && bad.map((trial) => l10n.t("{0}: {1}.", runName(trial), trial.result?.message ?? "")).join(" "),
  ];
  return (
    <section class="results" data-section="results">
      <div class="section-head">
        <h2>{l10n.t("Results")}</h2>
        <div class="buttons">
          <ExportMenu
            name={`${nameOf(view)} ${l10n.t("Results")}`}
            csv={() => csvOf(resultRows(model, distances))}
            json={() => pathsOf(model, view)}
          />
          <button type="button" class="action" onClick={() => session.optimization.clear()}>
            {l10n.t("Clear")}
          </button>
        </div>
      </div>
      <p class="summary" role="status">
        {summary.filter(Boolean).join(" ")}
      </p>
      <Scroll label={l10n.t("Results")}>
        <table class="runs">
          <thead>
            <tr>
              <th scope="col">{l10n.t("Optimizer")}</th>
              <th scope="col" class="number">
                {l10n.t("start")}
              </th>
              <th scope="col" class="number">
                {l10n.t("value")}
              </th>
              <th scope="col" class="number">
                ‖∇f‖
              </th>
              <th scope="col" class="number">
                {l10n.t("to the best")}
              </th>
              <th scope="col" class="number">
                {l10n.t("steps")}
              </th>
              <th scope="col" class="number">
                {l10n.t("evaluations")}
              </th>
              <th scope="col" class="number">
                {l10n.t("time")}
              </th>
              <th scope="col">{l10n.t("end")}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {trials.map((trial, k) => (
              <Row
                key={`${trial.method} ${trial.start}`}
                trial={trial}
                distance={last(distances[k]!)}
                best={best?.trial === trial}
                view={view}
                model={model}
              />
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

const last = (values: ArrayLike<number>) => values[values.length - 1] ?? Number.NaN;

function Row(props: { trial: Trial; distance: number; best: boolean; view: View; model: Model }) {
  const { trial, distance, best, view, model } = props;
  const session = useSession();
  const { result, choice } = trial;
  const { label } = optimizerTypes[choice.optimizer];
  const name = (
    <>
      <th scope="row">
        <Swatch method={trial.method} />
        {label}
        {best && <span class="best">{l10n.t("best")}</span>}
      </th>
      <td class="number">{trial.start + 1}</td>
    </>
  );
  if (!result)
    return (
      <tr>
        {name}
        <td class="reason" colSpan={8}>
          {trial.problem}
        </td>
      </tr>
    );
  const width = result.labels.length;
  const final = trial.path.subarray(trial.path.length - width);
  return (
    <tr class={best ? "best-row" : ""}>
      {name}
      <td class="number strong">{short(last(trial.values))}</td>
      <td class="number">{Number.isNaN(last(trial.norms)) ? "—" : formatNumber(last(trial.norms), 3)}</td>
      <td class="number">{formatNumber(distance, 3)}</td>
      <td class="number">{result.steps}</td>
      <td class="number">{result.evaluations}</td>
      <td class="number">{milliseconds(result.milliseconds)}</td>
      <td class={isGood(trial) ? "end" : "end warning"}>{result.message}</td>
      <td>
        <button
          type="button"
          class="action"
          title={l10n.t("Use this point: {0}", pointWords(result.labels, final))}
          aria-label={l10n.t("Use this point: {0}", runName(trial))}
          disabled={!final.every(Number.isFinite)}
          onClick={() => session.setPoint(filled(view, model.point, final))}
        >
          {l10n.t("Use")}
        </button>
      </td>
    </tr>
  );
}

const pointWords = (labels: readonly string[], point: ArrayLike<number>) =>
  labels
    .slice(0, 6)
    .map((label, i) => `${label} = ${short(point[i]!)}`)
    .join(", ");

/** How far each row is from the best point of all. */
function distancesOf({ path, values }: Trial, best: Float64Array | undefined): Float64Array {
  if (!best) return new Float64Array();
  const width = best.length;
  return values.map((_, row) => Math.hypot(...best.map((x, i) => path[row * width + i]! - x)));
}

function Charts({ model, at }: { model: Model; at: number | undefined }) {
  const colors = useColors();
  const [logarithmic, setLogarithmic] = useState(false);
  const { trials, best } = model.optimization;
  const done = useMemo(() => trials.filter(({ result }) => result), [trials]);
  // On a logarithmic axis there is no 0 and nothing below it.
  const above = logarithmic && best !== undefined && done.some(({ values }) => values.some((value) => value <= 0));
  const lines = useMemo(() => {
    const of = (values: (trial: Trial) => Float64Array | undefined): StepsLine[] =>
      done.flatMap((trial) => {
        const found = values(trial);
        return found?.some(Number.isFinite) ? lineOf(trial, found, colors) : [];
      });
    return {
      values: of(({ values }) => (above ? values.map((value) => value - best!.value) : values)),
      norms: of(({ norms }) => norms),
      distances: of((trial) => distancesOf(trial, best?.point)),
      rates: of(({ rates }) => rates),
    };
  }, [done, best, above, colors]);
  const all: [string, StepsLine[]][] = [
    [above ? l10n.t("Value above the lowest") : l10n.t("Value over the steps"), lines.values],
    [l10n.t("Gradient norm"), lines.norms],
    [l10n.t("Distance to the best point"), lines.distances],
    [l10n.t("Learning rate"), lines.rates],
  ];
  return (
    <section class="charts">
      <div class="section-head">
        <h2>{l10n.t("Over the steps")}</h2>
        <label class="check">
          <input
            type="checkbox"
            checked={logarithmic}
            onChange={(event) => setLogarithmic(event.currentTarget.checked)}
          />
          {l10n.t("logarithmic")}
        </label>
      </div>
      <div class="tiles">
        {all
          .filter(([, shown]) => shown.length > 0)
          .map(([title, shown], k) => (
            <div key={k} class="tile">
              <h3>{title}</h3>
              <StepsChart
                title={title}
                lines={shown}
                logarithmic={logarithmic}
                bare
                {...(at === undefined ? {} : { at })}
              />
            </div>
          ))}
      </div>
    </section>
  );
}

function lineOf(trial: Trial, values: Float64Array, colors: Colors): StepsLine {
  return {
    name: runName(trial),
    values,
    last: trial.result?.steps ?? 0,
    stride: trial.result?.stride ?? 1,
    color: colors.runs[trial.method]!,
    dash: plotlyDash(trial.method),
    failed: !isGood(trial),
  };
}

// ── as files ────────────────────────────────────────────────────────────────

function resultRows(model: Model, distances: readonly Float64Array[]): CsvRow[] {
  const { trials } = model.optimization;
  const labels = trials.find(({ result }) => result)?.result?.labels ?? [];
  const head = ["optimizer", "start", "value", "gradient norm", "distance to the best", "steps", "evaluations"];
  return [
    [...head, "milliseconds", "end", "message", ...labels],
    ...trials.map(({ choice, start, result, problem, path, values, norms }, k) => [
      choice.optimizer,
      start + 1,
      ...(result
        ? [
            last(values),
            last(norms),
            last(distances[k]!),
            result.steps,
            result.evaluations,
            result.milliseconds,
            result.end,
            result.message,
            ...path.subarray(path.length - labels.length),
          ]
        : ["", "", "", "", "", "", "", problem ?? ""]),
    ]),
  ];
}

/** JSON has no NaN: what is no number is null there. */
function pathsOf(model: Model, view: View) {
  const { trials, settings } = model.optimization;
  const list = (values: ArrayLike<number>) => Array.from(values);
  return {
    function: view.title,
    labels: labelsOf(view),
    steps: settings.steps,
    bounds: settings.bounds ?? {},
    runs: trials.map(({ choice, start, result, problem, path, values, norms, rates }) => ({
      ...choice,
      start: start + 1,
      ...(result
        ? {
            end: result.end,
            message: result.message,
            steps: result.steps,
            stride: result.stride,
            evaluations: result.evaluations,
            milliseconds: result.milliseconds,
            path: list(values).map((_, row) =>
              list(path.subarray(row * result.labels.length, (row + 1) * result.labels.length)),
            ),
            values: list(values),
            gradientNorms: list(norms),
            ...(rates ? { learningRates: list(rates) } : {}),
          }
        : { problem }),
    })),
  };
}
