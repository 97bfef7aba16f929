/** What a run presents, as plain data that can be compared. */
import { runScript, type Script, type ScriptOptions } from "../../src/analysis/script";
import { isValue } from "../../src/engine";
import { PyObject, type PyValue, parse, reprOf, type Span } from "../../src/languages/python";

/** Steps end a run, and no clock does. */
export const options: ScriptOptions = { fileName: "live.py", budget: { maxSteps: 400_000 }, now: () => 0 };

export const fresh = (text: string): Script => runScript(parse(text), options);

const hidden = new Set(["milliseconds", "ran", "place"]);

/** With what tapes have watched and recorded, and where. */
export const presented = (script: Script): unknown => [
  plain(script),
  script.tapes.map(({ tape }) => ({
    watched: plain(tape.everyWatched),
    spent: tape.spent,
    records: tape.records.map(({ source, out }) => [source && placed(script, source), plain(out)]),
  })),
];

function placed({ place }: Script, source: Span): Span {
  const { from, to } = place(source);
  return { from, to };
}

/** Objects as Python writes them, without the addresses that differ from run to run. */
export function plain(x: unknown, name = ""): unknown {
  if (hidden.has(name)) return undefined;
  if (x instanceof PyObject || isValue(x)) return reprOf(x as PyValue).replace(/0x[0-9a-f]+/g, "0x");
  if (typeof x === "string") return x.replace(/0x[0-9a-f]+/g, "0x");
  if (x instanceof Map) {
    const entries = [...x].map(([key, value]) => [plain(key), plain(value)]);
    // The order of names is that in which they were first seen, in whatever version.
    return typeof [...x.keys()][0] === "string" ? Object.fromEntries(entries) : entries;
  }
  if (Array.isArray(x)) return x.map((item) => plain(item));
  if (ArrayBuffer.isView(x)) return Array.from(x as unknown as ArrayLike<number>);
  if (typeof x === "object" && x !== null)
    return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, plain(value, key)]));
  return x;
}
