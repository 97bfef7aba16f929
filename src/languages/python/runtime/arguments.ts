/** Reading the arguments of functions written in JavaScript. */
import { indexOf } from "./containers";
import { raiseError } from "./errors";
import { intToFloat } from "./numbers";
import type { Kwargs, PyValue } from "./object";
import { typeName } from "./protocol";
import { numberOf } from "./text";

/** Lays arguments out by parameter names; `name?` may be left out, `*` begins keyword-only ones. */
export function bindArguments(
  fn: string,
  names: readonly string[],
  args: PyValue[],
  kwargs: Kwargs | undefined,
): (PyValue | undefined)[] {
  const out: (PyValue | undefined)[] = [];
  const star = names.indexOf("*");
  const positional = star < 0 ? names.length : star;
  const all = names.filter((name) => name !== "*");
  if (args.length > positional) {
    raiseError(
      "TypeError",
      `${fn}() takes at most ${positional} argument${positional === 1 ? "" : "s"} (${args.length} given)`,
    );
  }
  for (let k = 0; k < all.length; k++) out.push(args[k]);
  if (kwargs) {
    for (const [name, value] of kwargs) {
      const at = all.findIndex((one) => one === name || one === `${name}?`);
      if (at < 0) raiseError("TypeError", `${fn}() got an unexpected keyword argument '${name}'`);
      if (at < args.length)
        raiseError("TypeError", `argument for ${fn}() given by name ('${name}') and position (${at + 1})`);
      out[at] = value;
    }
  }
  for (let k = 0; k < all.length; k++) {
    if (out[k] === undefined && !all[k].endsWith("?")) {
      raiseError("TypeError", `${fn}() missing required argument '${all[k]}' (pos ${k + 1})`);
    }
  }
  return out;
}

/** Checks the number of positional arguments as CPython words it. */
export function arity(fn: string, args: PyValue[], least: number, most = least): void {
  if (args.length >= least && args.length <= most) return;
  if (least === most) {
    if (most === 0) raiseError("TypeError", `${fn}() takes no arguments (${args.length} given)`);
    if (most === 1) raiseError("TypeError", `${fn}() takes exactly one argument (${args.length} given)`);
    raiseError("TypeError", `${fn} expected ${most} arguments, got ${args.length}`);
  }
  const few = args.length < least;
  const limit = few ? least : most;
  raiseError(
    "TypeError",
    `${fn} expected at ${few ? "least" : "most"} ${limit} argument${limit === 1 ? "" : "s"}, got ${args.length}`,
  );
}

export function toFloat(x: PyValue): number {
  if (typeof x === "number") return x;
  if (typeof x === "bigint") return intToFloat(x);
  const number = numberOf(x);
  if (number === undefined) raiseError("TypeError", `must be real number, not ${typeName(x)}`);
  return number;
}

export function toInt(x: PyValue): bigint {
  if (typeof x === "bigint") return x;
  if (typeof x === "boolean") return x ? 1n : 0n;
  const index = indexOf(x);
  if (index === undefined) raiseError("TypeError", `'${typeName(x)}' object cannot be interpreted as an integer`);
  return BigInt(index);
}

export function toText(fn: string, x: PyValue): string {
  if (typeof x !== "string") raiseError("TypeError", `${fn}: expected str, got ${typeName(x)}`);
  return x;
}
