/** What a file's run did: figures, losses, Variables, tapes, output; each linked to its line. */
import * as l10n from "@vscode/l10n";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ScriptView, TapeUse, Training, VariableHistory } from "../protocol/lsp";
import { decodeArray } from "../protocol/values";
import { formatNumber } from "../render/numbers";
import { FigureView } from "./figure";
import { LineLink } from "./line-link";
import type { Model } from "./session";
import { StepsChart } from "./steps-chart";
import { useSession } from "./use";

/** More Variables than these wait behind a button. */
const SHOWN_VARIABLES = 12;

export function Script({ model }: { model: Model }) {
  const { script, scriptProblem, goToFigure } = model;
  const page = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!goToFigure || !script) return;
    const target = page.current?.querySelector<HTMLElement>(`[data-figure="${goToFigure.figure}"]`);
    const calm = document.body.classList.contains("vscode-reduce-motion");
    target?.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }, [goToFigure?.request, script !== undefined]);

  if (!script)
    return (
      <div class="empty">
        {scriptProblem ? (
          <p class="problem" role="alert">
            {scriptProblem}
          </p>
        ) : (
          <p class={model.slow ? "waiting" : "waiting quiet"} role="status">
            {l10n.t("Computing…")}
          </p>
        )}
      </div>
    );
  const nothing =
    [script.figures, script.trainings, script.variables, script.tapes, script.printed, script.errors].every(
      ({ length }) => length === 0,
    ) && !script.problem;
  return (
    <div ref={page}>
      <ScriptHeader model={model} script={script} />
      {script.errors.length > 0 && <Errors script={script} />}
      {script.problem && <p class="note">{l10n.t("The run ended early: {0}.", script.problem)}</p>}
      {nothing && (
        <div class="welcome centred">
          <h2>{l10n.t("This file prints and plots nothing")}</h2>
          <p>
            {l10n.t(
              "Figures of matplotlib, losses of training loops, Variables, tapes and printed output appear here.",
            )}
          </p>
        </div>
      )}
      {script.figures.length > 0 && (
        <section data-section="figures">
          <h2>{l10n.t("Figures")}</h2>
          <div class="figures">
            {script.figures.map((shown, k) => (
              <FigureView key={`${k} ${shown.figure.number}`} shown={shown} index={k} />
            ))}
          </div>
        </section>
      )}
      {script.trainings.length > 0 && (
        <section data-section="losses">
          <h2>{l10n.t("Loss over the steps")}</h2>
          <div class="tiles">
            {script.trainings.map((training) => (
              <Loss key={`${training.range.start.line}`} training={training} />
            ))}
          </div>
        </section>
      )}
      {script.variables.length > 0 && <Variables script={script} />}
      {script.tapes.length > 0 && (
        <section data-section="tapes">
          <h2>{l10n.t("Tapes")}</h2>
          <ul class="tapes">
            {script.tapes.map((tape) => (
              <Tape key={`${tape.range.start.line} ${tape.range.start.character}`} tape={tape} />
            ))}
          </ul>
        </section>
      )}
      {script.printed.length > 0 && <Output script={script} />}
    </div>
  );
}

function ScriptHeader({ model, script }: { model: Model; script: ScriptView }) {
  const session = useSession();
  const { figures, trainings, variables, output } = script;
  const lines = output.split("\n").length - 1;
  const parts = [
    figures.length === 1 ? l10n.t("one figure") : figures.length > 1 && l10n.t("{0} figures", figures.length),
    trainings.length === 1 ? l10n.t("one loop") : trainings.length > 1 && l10n.t("{0} loops", trainings.length),
    variables.length === 1 ? l10n.t("one Variable") : variables.length > 1 && l10n.t("{0} Variables", variables.length),
    lines === 1 ? l10n.t("one line printed") : lines > 1 && l10n.t("{0} lines printed", lines),
  ];
  return (
    <header>
      <div class="title">
        <h1>
          <LineLink>{script.title}</LineLink>
        </h1>
        <p class="where muted">{parts.filter(Boolean).join(" · ")}</p>
      </div>
      <div class="actions">
        <button
          type="button"
          class="action"
          aria-pressed={!model.locked}
          title={l10n.t("Show the file of the editor")}
          onClick={() => session.lock(!model.locked)}
        >
          {l10n.t("Follow cursor")}
        </button>
      </div>
    </header>
  );
}

function Errors({ script: { errors } }: { script: ScriptView }) {
  return (
    <div class="problem" role="alert">
      {errors.slice(0, 5).map(({ message, range, lineName }) => (
        <p key={`${range.start.line} ${message}`}>
          <LineLink range={range} lineName={lineName} /> {message}
        </p>
      ))}
      {errors.length > 5 && <p class="muted">{l10n.t("and {0} more", errors.length - 5)}</p>}
    </div>
  );
}

function Loss({ training }: { training: Training }) {
  const values = useMemo(() => decodeArray(training.losses), [training]);
  const name = training.function ?? l10n.t("loss");
  const lines = useMemo(() => [{ name, values }], [values, name]);
  const title = l10n.t("loop in line {0}", training.lineName);
  return (
    <div class="tile">
      <div class="section-head">
        <h3>
          {name} <span class="muted">{l10n.t("{0} steps", training.steps)}</span>
        </h3>
        <LineLink range={training.range} lineName={training.lineName} />
      </div>
      <p class="finals">
        {formatNumber(values[0]!, 6)} → {formatNumber(values[values.length - 1]!, 6)}
      </p>
      <StepsChart title={title} lines={lines} stride={training.stride} scales />
    </div>
  );
}

function Variables({ script: { variables } }: { script: ScriptView }) {
  const [all, setAll] = useState(false);
  const shown = all ? variables : variables.slice(0, SHOWN_VARIABLES);
  return (
    <section data-section="variables">
      <h2>{l10n.t("Variables")}</h2>
      <div class="tiles">
        {shown.map((variable, k) => (
          <Variable key={`${k} ${variable.name}`} variable={variable} />
        ))}
      </div>
      {shown.length < variables.length && (
        <button type="button" class="action" onClick={() => setAll(true)}>
          {l10n.t("Show {0} more", variables.length - shown.length)}
        </button>
      )}
    </section>
  );
}

function Variable({ variable }: { variable: VariableHistory }) {
  const { name, labels, updates, stride, range } = variable;
  const lines = useMemo(() => {
    const values = decodeArray(variable.values);
    const width = labels.length;
    return labels.map((label, k) => ({ name: label, values: values.filter((_, at) => at % width === k) }));
  }, [variable]);
  const last = (values: Float64Array) => formatNumber(values[values.length - 1]!, 6);
  return (
    <div class="tile">
      <div class="section-head">
        <h3>
          {labels.length === 1 ? labels[0] : name} <span class="muted">{l10n.t("{0} updates", updates)}</span>
        </h3>
        <LineLink range={range} lineName={variable.lineName} />
      </div>
      <p class="finals">
        {lines
          .slice(0, 4)
          .map(({ values }) => `${formatNumber(values[0]!, 6)} → ${last(values)}`)
          .join(", ")}
        {lines.length > 4 ? ", …" : ""}
      </p>
      {updates > 1 && <StepsChart title={name} lines={lines} stride={stride} />}
    </div>
  );
}

function Tape({ tape: { range, lineName, persistent, count, questions } }: { tape: TapeUse }) {
  return (
    <li>
      <p>
        <LineLink range={range} lineName={lineName} />{" "}
        <span class="muted">
          {[
            persistent ? l10n.t("persistent tape") : l10n.t("tape"),
            count > 1 ? l10n.t("made {0} times", count) : "",
            questions.length === 0 ? l10n.t("never asked") : "",
          ]
            .filter(Boolean)
            .join(", ")}
        </span>
      </p>
      {questions.map((question) => (
        <div key={question.range.start.line} class="question">
          <p>
            <LineLink range={question.range} lineName={question.lineName} />{" "}
            {question.count > 1 && <span class="muted">{l10n.t("the last of {0} times", question.count)}</span>}
          </p>
          <dl>
            {question.answers.map(({ name, value, reason }, k) => (
              <div key={`${k} ${name}`}>
                <dt>{name}</dt>
                <dd class={reason ? "reason" : ""}>{reason ? `None: ${reason}` : value}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </li>
  );
}

function Output({ script: { printed, leftOut } }: { script: ScriptView }) {
  const session = useSession();
  const uri = session.model.document;
  return (
    <section data-section="output">
      <h2 id="output">{l10n.t("Output")}</h2>
      <ol class="output" aria-labelledby="output">
        {printed.map(({ text, range: { start }, lineName }, k) => (
          <li key={k}>
            {leftOut > 0 && k === printed.length / 2 && (
              <p class="muted">{l10n.t("… {0} more, left out here …", leftOut)}</p>
            )}
            <button
              type="button"
              class="link"
              aria-label={l10n.t("line {0}", lineName)}
              title={l10n.t("Show in the editor")}
              onClick={() => uri !== undefined && session.reveal(uri, start.line)}
            >
              {lineName}
            </button>
            <pre>{text.replace(/\n$/, "")}</pre>
          </li>
        ))}
      </ol>
    </section>
  );
}
