import * as l10n from "@vscode/l10n";
import { useEffect, useState } from "preact/hooks";
import { formatNumber, formatSingle, roundToStep } from "../render/numbers";

const words: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
};

/** Reads `1e-3`, `-2`, `½` no: plain numbers, nan and inf. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase().replace("−", "-").replaceAll("_", "");
  if (trimmed in words) return words[trimmed];
  const value = trimmed === "" ? Number.NaN : Number(trimmed);
  return Number.isNaN(value) ? undefined : value;
}

interface Props {
  label: string;
  /** The label stands beside the field already. */
  id?: string;
  value: number;
  step: number;
  min?: number;
  whole?: boolean;
  /** A number of float32 stands there in as many digits as it has. */
  single?: boolean;
  /** What an empty field means, in words; it stands for NaN. */
  empty?: string;
  class?: string;
  onChange: (value: number) => void;
}

/** A number that is typed, or moved by the arrow keys (ten times as far with Shift, a tenth with Alt). */
export function NumberField({ label, id, value, step, min, whole, single, empty, class: name = "", onChange }: Props) {
  const [typed, setTyped] = useState<string>();
  const none = empty !== undefined && Number.isNaN(value);
  const text = single ? formatSingle(value) : formatNumber(value, 17);
  const shown = none ? "" : text;
  // What is typed stays as it was typed while it means the value.
  useEffect(() => {
    if (typed !== undefined && !Object.is(parseNumber(typed), value) && parseNumber(typed) !== undefined)
      setTyped(undefined);
  }, [value]);
  const valid = (number: number | undefined): number is number =>
    number !== undefined && !(min !== undefined && !(number >= min)) && !(whole && !Number.isInteger(number));
  const emptied = empty !== undefined && typed?.trim() === "";
  const invalid = typed !== undefined && !emptied && !valid(parseNumber(typed));
  return (
    <input
      id={id}
      class={`field ${name}`}
      type="text"
      inputMode="decimal"
      autocomplete="off"
      spellcheck={false}
      aria-label={id ? undefined : label}
      aria-invalid={invalid}
      placeholder={empty}
      title={invalid ? l10n.t("Not a number that fits here") : undefined}
      value={typed ?? shown}
      onInput={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        if (empty !== undefined && text.trim() === "") {
          onChange(Number.NaN);
          return;
        }
        const number = parseNumber(text);
        if (valid(number) && !Object.is(number, value)) onChange(number);
      }}
      onBlur={() => setTyped(undefined)}
      onKeyDown={(event) => {
        const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
        if (!direction || !Number.isFinite(value)) return;
        event.preventDefault();
        const size = whole ? Math.max(1, step) : step * (event.shiftKey ? 10 : event.altKey ? 0.1 : 1);
        const next = roundToStep(value + direction * size, size / 10);
        setTyped(undefined);
        if (valid(next)) onChange(next);
      }}
    />
  );
}

/** A round step, about a hundredth of a range. */
export function stepFor([low, high]: readonly [number, number]): number {
  const width = high - low;
  return width > 0 && Number.isFinite(width) ? 10 ** Math.round(Math.log10(width / 100)) : 0.1;
}
