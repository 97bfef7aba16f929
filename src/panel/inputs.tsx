import * as l10n from "@vscode/l10n";
import type { Parameter, View } from "../protocol/lsp";
import { fromJsonNumber, type JsonTree, toJsonNumber } from "../protocol/values";
import { roundToStep } from "../render/numbers";
import { ComponentChooser } from "./component";
import { NumberField, stepFor } from "./number-field";
import { Scroll } from "./scroll";
import type { Model, Range } from "./session";
import { showsSingle, useSession } from "./use";

/** The point: a field and a slider for a scalar, a grid of fields for an array. */
export function Inputs({ model, view }: { model: Model; view: View }) {
  const single = showsSingle(model, view);
  return (
    <section class="inputs" data-section="function">
      <h2>{l10n.t("Point")}</h2>
      {view.parameters.length === 0 && <p class="muted">{l10n.t("It has no parameters.")}</p>}
      {view.parameters.map((parameter) =>
        parameter.reason && parameter.value === "NaN" ? (
          <p key={parameter.name} class="input">
            <span class="name">{parameter.name}</span> <span class="reason">{parameter.reason}</span>
          </p>
        ) : parameter.shape.length === 0 && !Array.isArray(model.point[parameter.name]) ? (
          <Scalar key={parameter.name} model={model} parameter={parameter} single={single} />
        ) : (
          <ArrayGrid key={parameter.name} model={model} parameter={parameter} single={single} />
        ),
      )}
      <p class="value">
        <span class="value-label">{l10n.t("Value")}</span>
        <output class={view.result ? "value-number several" : "value-number"}>
          {view.result?.text ?? view.value?.text ?? "—"}
        </output>
      </p>
      {view.result && view.result.labels.length > 1 && (
        <p class="one">
          <ComponentChooser view={view} label={l10n.t("Looked at")} />{" "}
          <span class="numbers">= {view.value?.text ?? "—"}</span>
        </p>
      )}
    </section>
  );
}

interface Props {
  model: Model;
  parameter: Parameter;
  single: boolean;
}

function Scalar({ model, parameter: { name, range, reason }, single }: Props) {
  const session = useSession();
  const value = fromJsonNumber((model.point[name] ?? "NaN") as number);
  const [low, high]: Range = model.ranges[name] ?? range;
  const step = stepFor([low, high]);
  const set = (next: number) => session.setValue(name, toJsonNumber(next));
  return (
    <div class="input">
      <label for={`input-${name}`} title={name}>
        {name}
      </label>
      <NumberField id={`input-${name}`} label={name} value={value} step={step} single={single} onChange={set} />
      <input
        type="range"
        min={low}
        max={high}
        step="any"
        value={Number.isFinite(value) ? value : low}
        aria-label={l10n.t("{0} on a slider", name)}
        onInput={(event) => set(roundToStep(event.currentTarget.valueAsNumber, step / 10))}
        onKeyDown={(event) => {
          const direction = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key] ?? 0;
          if (!direction) return;
          event.preventDefault();
          const size = step * (event.shiftKey ? 10 : 1);
          set(roundToStep(Math.min(Math.max(value + direction * size, low), high), step / 10));
        }}
      />
      {reason && <p class="reason">{reason}</p>}
    </div>
  );
}

/** More fields than this help nobody. */
const SHOWN = 100;

function ArrayGrid({ model, parameter: { name, shape, range, reason }, single }: Props) {
  const session = useSession();
  const tree = model.point[name] ?? [];
  const step = stepFor(range);
  const cells = leaves(tree);
  const columns = Math.min(shape[shape.length - 1] ?? 1, 12);
  return (
    <fieldset class="array">
      <legend>
        {name} <span class="muted">{shape.join(" × ")}</span>
      </legend>
      <Scroll label={name} content={shape.join()}>
        <div class="grid" style={{ gridTemplateColumns: `repeat(${columns}, minmax(4.5em, 7em))` }}>
          {cells.slice(0, SHOWN).map(({ path, value }) => (
            <NumberField
              key={path.join()}
              label={`${name}[${path.join(", ")}]`}
              value={value}
              step={step}
              single={single}
              onChange={(next) => session.setValue(name, replaced(model.point[name] ?? [], path, toJsonNumber(next)))}
            />
          ))}
        </div>
      </Scroll>
      {cells.length > SHOWN && <p class="muted">{l10n.t("and {0} more", cells.length - SHOWN)}</p>}
      {reason && <p class="reason">{reason}</p>}
    </fieldset>
  );
}

function leaves(tree: JsonTree, path: number[] = []): { path: number[]; value: number }[] {
  return Array.isArray(tree)
    ? tree.flatMap((item, i) => leaves(item, [...path, i]))
    : [{ path, value: fromJsonNumber(tree) }];
}

function replaced(tree: JsonTree, [index, ...rest]: number[], value: JsonTree): JsonTree {
  if (index === undefined || !Array.isArray(tree)) return value;
  return tree.map((item, i) => (i === index ? replaced(item, rest, value) : item));
}
