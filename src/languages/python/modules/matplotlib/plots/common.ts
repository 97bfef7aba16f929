/** What the plotting functions share. */
import type { Kwargs, PyValue } from "../../../runtime/object";
import type { PyAxes } from "../axes";
import type { Call } from "../call";

export type Plot = (axes: PyAxes, name: string, args: PyValue[], kwargs: Kwargs | undefined) => PyValue;

export const finite = (values: Iterable<number>): number[] => [...values].filter(Number.isFinite);
export function rangeOf(values: Iterable<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? [0, 1] : [low, high];
}

export const labelOf = (call: Call): string => {
  const label = call.text("", "label");
  // As in matplotlib, a label that begins with an underscore is none.
  return label.startsWith("_") ? "" : label;
};
