/** What the Optimize view runs: optimizers with what can be chosen about them, starts, bounds, and when to stop. */
import * as l10n from "@vscode/l10n";
import { useEffect, useId, useState } from "preact/hooks";
import type { View } from "../protocol/lsp";
import {
  defaultOf,
  fits,
  type OptimizerChoice,
  type Option,
  type OptionValue,
  type OptionValues,
  optimizerTypes,
  scheduleNames,
  schedules,
} from "../protocol/optimizers";
import { fromJsonNumber, type JsonNumber, toJsonNumber } from "../protocol/values";
import { formatNumber } from "../render/numbers";
import { NumberField, parseNumber } from "./number-field";
import { defaultChoice, flatten, labelsOf, MOST_CHOICES, MOST_STARTS, offered } from "./optimization";
import { choiceName, likeName, optionName, scheduleName } from "./run-words";
import { Scroll } from "./scroll";
import type { Model } from "./session";
import { Swatch } from "./swatch";
import { useSession } from "./use";

export function OptimizeSettings({ model, view }: { model: Model; view: View }) {
  const { optimization } = useSession();
  const { settings, running } = model.optimization;
  const { choices, steps, tolerance } = settings;
  return (
    <form
      class="optimize"
      onSubmit={(event) => {
        event.preventDefault();
        if (running) optimization.stop();
        else void optimization.run();
      }}
    >
      <section>
        <div class="section-head">
          <h2>{l10n.t("Optimizers")}</h2>
          <button
            type="button"
            class="action"
            disabled={choices.length >= MOST_CHOICES}
            onClick={() => optimization.addChoice()}
          >
            {l10n.t("Add optimizer")}
          </button>
        </div>
        {choices.map((choice, place) => (
          <Choice key={place} choice={choice} place={place} steps={steps} view={view} single={choices.length === 1} />
        ))}
        <div class="row">
          <div class="pair">
            <label for="steps">{l10n.t("Steps")}</label>
            <NumberField
              id="steps"
              label={l10n.t("Steps")}
              value={steps}
              step={10}
              min={1}
              whole
              onChange={(to) => optimization.set({ steps: to })}
            />
          </div>
          <div class="pair">
            <label for="tolerance">{l10n.t("Until ‖∇f‖ ≤")}</label>
            <NumberField
              id="tolerance"
              label={l10n.t("Until ‖∇f‖ ≤")}
              value={tolerance ?? Number.NaN}
              step={1e-6}
              min={0}
              empty={l10n.t("by default")}
              onChange={(to) => optimization.set({ tolerance: Number.isNaN(to) ? undefined : to })}
            />
          </div>
          <button type="submit" class="primary">
            {running ? l10n.t("Stop") : l10n.t("Run")}
          </button>
        </div>
        <Progress model={model} />
      </section>
    </form>
  );
}

/** Always there, so that nothing moves when it has something to say. */
function Progress({ model }: { model: Model }) {
  const { running, settings, stale } = model.optimization;
  const { optimization } = useSession();
  const runs = settings.choices.length * optimization.starts().length;
  return (
    <div class="progress">
      <span class="muted count">
        {running
          ? l10n.t("run {0} of {1}", Math.min(running.done + 1, running.total), running.total)
          : stale
            ? l10n.t("changed since the run")
            : runs === 1
              ? l10n.t("1 run")
              : l10n.t("{0} runs", runs)}
      </span>
      <progress
        aria-label={l10n.t("Progress of the runs")}
        max={100}
        value={running ? (100 * running.done + running.percentage) / running.total : 0}
        class={running ? "" : "quiet"}
      />
    </div>
  );
}

interface ChoiceProps {
  choice: OptimizerChoice;
  place: number;
  steps: number;
  view: View;
  single: boolean;
}

function Choice({ choice, place, steps, view, single }: ChoiceProps) {
  const { optimization } = useSession();
  const [open, setOpen] = useState(false);
  const type = optimizerTypes[choice.optimizer];
  const set = (change: Partial<OptimizerChoice>) => optimization.setChoice(place, { ...choice, ...change });
  const options = type.options ?? {};
  const more = Object.keys(options).length > 0 || type.learningRate !== undefined;
  const id = (part: string) => `${part}-${place}`;
  return (
    <fieldset class="choice">
      <legend class="sr-only">{l10n.t("Optimizer {0}", place + 1)}</legend>
      <div class="choice-head">
        <Swatch method={place} />
        <select
          id={id("optimizer")}
          aria-label={l10n.t("Optimizer")}
          value={choice.optimizer}
          onChange={(event) => {
            const chosen = offered(view).find(({ name }) => name === event.currentTarget.value);
            if (chosen) optimization.setChoice(place, defaultChoice(chosen.name));
          }}
        >
          {offered(view).map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        {choice.learningRate !== undefined && (
          <label class="rate" for={id("rate")}>
            <span>{l10n.t("Learning rate")}</span>
            <NumberField
              id={id("rate")}
              label={l10n.t("Learning rate")}
              value={choice.learningRate}
              step={magnitude(choice.learningRate)}
              min={Number.MIN_VALUE}
              onChange={(learningRate) => set({ learningRate })}
            />
          </label>
        )}
        <button
          type="button"
          class="action remove"
          disabled={single}
          aria-label={l10n.t("Remove {0}", type.label)}
          title={l10n.t("Remove {0}", type.label)}
          onClick={() => optimization.removeChoice(place)}
        >
          ×
        </button>
      </div>
      {more && (
        <details class="options" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>
            {l10n.t("Parameters")} <span class="muted">{summaryOf(choice)}</span>
          </summary>
          {open && (
            <div class="fields">
              {type.likes && (
                <label>
                  <span>{l10n.t("As in")}</span>
                  <select
                    value={choice.like ?? type.likes[0]}
                    disabled={type.likes.length === 1}
                    onChange={(event) => {
                      const like = type.likes?.find((one) => one === event.currentTarget.value);
                      if (like) optimization.setChoice(place, defaultChoice(choice.optimizer, like));
                    }}
                  >
                    {type.likes.map((like) => (
                      <option key={like} value={like}>
                        {likeName[like]}
                      </option>
                    ))}
                  </select>
                </label>
              )}
              <Fields
                options={options}
                values={choice.options ?? {}}
                defaults={(option) => defaultOf(option, choice.like ?? type.likes?.[0])}
                onChange={(to) => set({ options: to })}
              />
              {type.learningRate !== undefined && <Schedule choice={choice} steps={steps} onChange={set} />}
            </div>
          )}
        </details>
      )}
      {type.unbounded && optimization.bounded && <p class="reason">{l10n.t("{0} takes no bounds", type.label)}</p>}
    </fieldset>
  );
}

/** What is chosen beside the learning rate. */
function summaryOf({ optimizer, like, options = {}, schedule }: OptimizerChoice): string {
  const { likes } = optimizerTypes[optimizer];
  return [
    likes && likeName[like ?? likes[0]!],
    ...Object.entries(options).map(([name, value]) => `${optionName(name)} ${shown(value)}`),
    schedule && scheduleName(schedule.name),
  ]
    .filter(Boolean)
    .join(" · ");
}

const shown = (value: OptionValue): string =>
  typeof value === "number" ? formatNumber(value, 6) : typeof value === "string" ? choiceName(value) : String(value);

function Schedule({
  choice,
  steps,
  onChange,
}: {
  choice: OptimizerChoice;
  steps: number;
  onChange: (change: Partial<OptimizerChoice>) => void;
}) {
  const { schedule } = choice;
  return (
    <>
      <label>
        <span>{l10n.t("Rate over the steps")}</span>
        <select
          value={schedule?.name ?? ""}
          onChange={(event) => {
            const name = scheduleNames.find((one) => one === event.currentTarget.value);
            onChange({ schedule: name && { name } });
          }}
        >
          <option value="">{l10n.t("constant")}</option>
          {scheduleNames.map((name) => (
            <option key={name} value={name}>
              {scheduleName(name)}
            </option>
          ))}
        </select>
      </label>
      {schedule && (
        <Fields
          options={schedules[schedule.name]}
          values={schedule.options ?? {}}
          defaults={(option) => defaultOf(option, choice.like, steps, choice.learningRate)}
          onChange={(options) => onChange({ schedule: { ...schedule, options } })}
        />
      )}
    </>
  );
}

interface FieldsProps {
  options: { readonly [name: string]: Option };
  values: OptionValues;
  defaults: (option: Option) => OptionValue;
  onChange: (values: OptionValues) => void;
}

function Fields({ options, values, defaults, onChange }: FieldsProps) {
  return (
    <>
      {Object.entries(options).map(([name, option]) => {
        const value = values[name] ?? defaults(option);
        const set = (to: OptionValue) => {
          if (fits(option, to)) onChange({ ...values, [name]: to });
        };
        return <Field key={name} name={name} option={option} value={value} onChange={set} />;
      })}
    </>
  );
}

interface FieldProps {
  name: string;
  option: Option;
  value: OptionValue;
  onChange: (value: OptionValue) => void;
}

function Field({ name, option, value, onChange }: FieldProps) {
  const id = useId();
  const label = optionName(name);
  if (option.kind === "flag")
    return (
      <label class="check">
        <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />
        {label}
      </label>
    );
  return (
    <label for={id}>
      <span>{label}</span>
      {option.kind === "choice" ? (
        <select id={id} value={String(value)} onChange={(event) => onChange(event.currentTarget.value)}>
          {option.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choiceName(choice)}
            </option>
          ))}
        </select>
      ) : option.kind === "list" ? (
        <ListField id={id} values={value as number[]} onChange={onChange} />
      ) : (
        <NumberField
          id={id}
          label={label}
          value={Number(value)}
          step={option.kind === "number" ? magnitude(Number(value)) : 1}
          whole={option.kind !== "number"}
          min={option.kind === "number" ? (option.from ?? Number.MIN_VALUE) : option.kind === "whole" ? option.from : 1}
          onChange={onChange}
        />
      )}
    </label>
  );
}

function ListField({ id, values, onChange }: { id: string; values: number[]; onChange: (to: number[]) => void }) {
  const [typed, setTyped] = useState<string>();
  const parsed = typed?.split(/[,;\s]+/).flatMap((part) => (part === "" ? [] : [parseNumber(part)]));
  const invalid = parsed?.some((number) => number === undefined) ?? false;
  return (
    <input
      id={id}
      class="field"
      type="text"
      inputMode="decimal"
      autocomplete="off"
      spellcheck={false}
      aria-invalid={invalid}
      value={typed ?? values.map((value) => formatNumber(value, 6)).join(", ")}
      onInput={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        const numbers = text.split(/[,;\s]+/).flatMap((part) => (part === "" ? [] : [parseNumber(part)]));
        if (numbers.every((number): number is number => number !== undefined)) onChange(numbers);
      }}
      onBlur={() => setTyped(undefined)}
    />
  );
}

/** The step of a field: a part of the number that is in it. */
const magnitude = (value: number) => (value > 0 && Number.isFinite(value) ? 10 ** Math.floor(Math.log10(value)) : 0.01);

const short = (value: number) => formatNumber(value, 4);

/** Starts with more numbers than these say only the first. */
const SHOWN = 4;

export function Starts({ model, view }: { model: Model; view: View }) {
  const { optimization } = useSession();
  const labels = labelsOf(view);
  const starts = optimization.starts();
  return (
    <section class="starts">
      <div class="section-head">
        <h2>{l10n.t("Starts")}</h2>
        <button
          type="button"
          class="action"
          disabled={starts.length >= MOST_STARTS}
          onClick={() => optimization.addStart(model.point)}
        >
          {l10n.t("Add start")}
        </button>
      </div>
      <ol>
        {starts.map((start, place) => (
          <li key={place}>
            <span class={place === 0 ? "badge first" : "badge"} aria-hidden="true">
              {place + 1}
            </span>
            <span class="numbers">
              {Array.from(flatten(view, start))
                .slice(0, SHOWN)
                .map((value, i) => `${labels[i]} = ${short(value)}`)
                .join(", ")}
              {labels.length > SHOWN && ", …"}
            </span>
            {place === 0 ? (
              <span class="muted">{l10n.t("the point")}</span>
            ) : (
              <button
                type="button"
                class="action remove"
                aria-label={l10n.t("Remove start {0}", place + 1)}
                title={l10n.t("Remove start {0}", place + 1)}
                onClick={() => optimization.removeStart(place)}
              >
                ×
              </button>
            )}
          </li>
        ))}
      </ol>
      <p class="muted">{l10n.t("Click the plot for another; drag them, or move them with the arrow keys.")}</p>
    </section>
  );
}

/** More fields than these help nobody. */
const MOST_BOUNDS = 40;

export function Bounds({ model, view }: { model: Model; view: View }) {
  const { optimization } = useSession();
  const { bounds = {} } = model.optimization.settings;
  const [open, setOpen] = useState(Object.keys(bounds).length > 0);
  useEffect(() => {
    if (Object.keys(bounds).length > 0) setOpen(true);
  }, [view.title]);
  const labels = labelsOf(view);
  const set = (label: string, side: 0 | 1, value: number) => {
    const sides = [...(bounds[label] ?? OPEN)].map(fromJsonNumber) as [number, number];
    sides[side] = Number.isNaN(value) ? fromJsonNumber(OPEN[side]) : value;
    const { [label]: _, ...others } = bounds;
    const free = sides.every((x) => !Number.isFinite(x));
    optimization.set({ bounds: free ? others : { ...others, [label]: sides.map(toJsonNumber) as typeof OPEN } });
  };
  return (
    <section class="bounds">
      <details class="options" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <h2>{l10n.t("Bounds")}</h2>
        </summary>
        {open && (
          <Scroll label={l10n.t("Bounds")}>
            <table>
              <thead>
                <tr>
                  <td />
                  <th scope="col">{l10n.t("lowest")}</th>
                  <th scope="col">{l10n.t("highest")}</th>
                </tr>
              </thead>
              <tbody>
                {labels.slice(0, MOST_BOUNDS).map((label) => {
                  const sides = (bounds[label] ?? OPEN).map(fromJsonNumber);
                  return (
                    <tr key={label}>
                      <th scope="row">{label}</th>
                      {([0, 1] as const).map((side) => (
                        <td key={side}>
                          <NumberField
                            label={side === 0 ? l10n.t("{0}, lowest", label) : l10n.t("{0}, highest", label)}
                            value={Number.isFinite(sides[side]) ? sides[side]! : Number.NaN}
                            step={0.1}
                            empty={side === 0 ? "−∞" : "∞"}
                            onChange={(value) => set(label, side, value)}
                          />
                        </td>
                      ))}
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </Scroll>
        )}
        {open && labels.length > MOST_BOUNDS && (
          <p class="muted">{l10n.t("and {0} more", labels.length - MOST_BOUNDS)}</p>
        )}
      </details>
    </section>
  );
}

const OPEN: [JsonNumber, JsonNumber] = ["-Infinity", "Infinity"];
