/** A tape at the cursor: what it watched, recorded and was asked. */
import * as l10n from "@vscode/l10n";
import { readOp } from "../../engine";
import { type PyTape, PyTfTensor, PyTfVariable, type PyValue, pathAt, type Span, visit } from "../../languages/python";
import { shortText } from "../display";
import type { DocumentAnalysis } from "../document";
import type { TapeQuestion, TapeUse } from "../script";
import { boundBefore } from "./surroundings";

export interface TapeFound {
  readonly state: "deleted" | "persistent" | "used" | "fresh";
  /** How many were made at this place; this is the last. */
  readonly count: number;
  /** Names, or shapes of what has none. */
  readonly watched: readonly string[];
  /** How many operations stand on it, and those that the file writes, each with its value. */
  readonly length: number;
  readonly recorded: readonly { readonly code: string; readonly value: string }[];
  readonly questions: readonly (Pick<TapeQuestion, "answers"> & { readonly lineName: string })[];
}

export function tapeUnder(analysis: DocumentAnalysis, word: Span): TapeFound | undefined {
  const use = useAt(analysis, word);
  if (!use) return undefined;
  const { tape, count, questions, deleted, persistent } = use;
  return {
    state: deleted ? "deleted" : persistent ? "persistent" : tape.spent ? "used" : "fresh",
    count,
    watched: tape.everyWatched.map((value) => nameOf(analysis, value)),
    length: tape.records.length,
    recorded: recorded(analysis, tape),
    questions: questions.map(({ span, answers }) => ({ lineName: analysis.lineName(span.from), answers })),
  };
}

/** The tape that a name holds there, or that is made there. */
function useAt(analysis: DocumentAnalysis, word: Span): TapeUse | undefined {
  const { syntax, script, text } = analysis;
  const at = pathAt(syntax, (word.from + word.to) / 2).at(-1);
  const name = text.slice(word.from, word.to);
  let made: Span | undefined;
  visit(syntax.body, (node) => {
    if (node.kind !== "with") return;
    for (const { context, target, from, to } of node.items) {
      const here = context.from <= word.from && word.to <= context.to;
      const named = target?.kind === "name" && target.id === name && target.from <= word.from && at?.kind === "name";
      if (named || (here && name === "GradientTape")) made = { from, to };
    }
  });
  const { from, to } = made ?? { from: -1, to: -1 };
  const use = script.tapes.find(({ span }) => from <= span.from && span.to <= to);
  if (use || at?.kind !== "name") return use;
  const value = boundBefore(analysis, name, word.from) ?? script.globals.get(name);
  return script.tapes.find(({ tape }) => tape === value);
}

function nameOf({ script }: DocumentAnalysis, value: PyValue): string {
  const name = script.bindings.findLast((one) => one.value === value)?.name;
  if (name !== undefined) return name;
  const own = value instanceof PyTfVariable || value instanceof PyTfTensor;
  return own ? l10n.t("a value of shape ({0})", value.shape.join(", ")) : shortText(value);
}

/** In the order in which they ran; what ran several times, with its last value. */
function recorded({ text, script }: DocumentAnalysis, { records }: PyTape): TapeFound["recorded"] {
  const told = new Map<string, string>();
  for (const { op, source, out } of records) {
    const span = source && script.place(source);
    // The reading of a Variable is nothing that the file writes.
    if (op === readOp || !span || span.to > text.length) continue;
    const code = text.slice(span.from, span.to).replace(/\s+/g, " ");
    if (!/^[\p{L}\p{N}_.]*$/u.test(code)) told.set(code, shortText(out));
  }
  return [...told].map(([code, value]) => ({ code, value }));
}
