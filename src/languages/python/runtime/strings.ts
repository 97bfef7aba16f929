/** Strings as Python sees them: sequences of code points. */
import { indexOf, PySlice, sliceArray } from "./containers";
import { raiseError } from "./errors";
import type { PyValue } from "./object";
import { typeName } from "./protocol";

const surrogate = /[\ud800-\udfff]/;

/** The characters of a string (code points); cheap where every character is one unit. */
export function stringItems(text: string): ArrayLike<string> & { slice(from: number, to: number): string | string[] } {
  return surrogate.test(text) ? Array.from(text) : text;
}

export function strLength(text: string): number {
  return stringItems(text).length;
}

export function strGetItem(text: string, key: PyValue): string {
  const items = stringItems(text);
  if (key instanceof PySlice) {
    const { start, step, count } = key.indices(items.length);
    if (step === 1 && typeof items === "string") return text.slice(start, start + count);
    return sliceArray(Array.from(text), key).join("");
  }
  const index = indexOf(key);
  if (index === undefined) raiseError("TypeError", `string indices must be integers, not '${typeName(key)}'`);
  const place = index < 0 ? index + items.length : index;
  if (place < 0 || place >= items.length) raiseError("IndexError", "string index out of range");
  return items[place];
}
