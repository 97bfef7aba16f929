/** Values of a script as short text. */
import { peek, type Tensor } from "../engine";
import { type PyValue, reprOf, strOf, toValue } from "../languages/python";
import { sequenceItems } from "./values";

/** The shortest decimal text that reads back as the same float32. */
export function shortFloat32(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return floatText(Number(text));
  }
  return floatText(Number(value.toPrecision(9)));
}

/** A float as Python writes it: `9.0`, `1e-07`, `nan`. */
export function floatText(value: number): string {
  return reprOf(value);
}

function elementText(value: number, dtype: Tensor["dtype"]): string {
  switch (dtype) {
    case "float32":
      return Number.isFinite(value) ? shortFloat32(value) : floatText(value);
    case "float64":
      return floatText(value);
    case "bool":
      return value ? "True" : "False";
    default:
      return String(value);
  }
}

/** As {@link shortText}, but what is no number is written as `print` writes it, without quotes. */
export function shortPrinted(value: PyValue): string {
  const numeric = sequenceItems(value) || (typeof value === "object" && value !== null && toValue(value));
  return numeric ? shortText(value) : strOf(value);
}

/**
 * `9.0` for a scalar of any framework; shape first for arrays: `(3,) [1.0, 2.0, 3.0]`; lists element by element;
 * anything else as Python's repr.
 *
 * @param most elements of an array that are written out
 */
export function shortText(value: PyValue | Tensor, most = 6): string {
  const items = sequenceItems(value as PyValue);
  if (items) {
    const inside = items.values.slice(0, most).map((item) => shortText(item, most));
    if (items.values.length > most) inside.push("…");
    if (items.kind === "list") return `[${inside.join(", ")}]`;
    return inside.length === 1 ? `(${inside[0]},)` : `(${inside.join(", ")})`;
  }
  const number = typeof value === "object" && value !== null ? toValue(value as PyValue) : undefined;
  if (!number) return reprOf(value as PyValue);
  const tensor = peek(number);
  if (tensor.shape.length === 0) return elementText(tensor.data[0]!, tensor.dtype);
  const texts = Array.from(tensor.data.slice(0, most), (element) => elementText(element, tensor.dtype));
  const shape = tensor.shape.length === 1 ? `(${tensor.shape[0]},)` : `(${tensor.shape.join(", ")})`;
  return `${shape} [${texts.join(", ")}${tensor.data.length > most ? ", …" : ""}]`;
}
