/** A Variable or tensor of the module at the cursor, and what became of it. */
import { PyTfTensor, PyTfVariable, type PyValue, pathAt, type Span } from "../../languages/python";
import { shortText } from "../display";
import type { DocumentAnalysis } from "../document";
import { reasonText } from "../findings";
import type { Asked, History } from "../script";
import { boundBefore } from "./surroundings";

/** So many elements of a value are written out. */
const MOST_ELEMENTS = 24;

export interface VariableFound {
  readonly name: string;
  readonly value: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** undefined: a tensor. */
  readonly trainable?: boolean;
  readonly history?: History;
  /** What tapes were asked about it. */
  readonly asked: readonly {
    readonly lineName: string;
    readonly what: Asked["event"]["asked"];
    readonly count: number;
    readonly value?: string;
    readonly reason?: string;
  }[];
}

export function variableUnder(analysis: DocumentAnalysis, word: Span): VariableFound | undefined {
  const at = pathAt(analysis.syntax, (word.from + word.to) / 2).at(-1);
  if (at?.kind !== "name" || analysis.isLocal(word)) return undefined;
  const value = heldAt(analysis, at.id, word);
  if (!(value instanceof PyTfVariable || value instanceof PyTfTensor)) return undefined;
  const history = analysis.script.historyOf.get(value);
  return {
    name: at.id,
    value: shortText(value, MOST_ELEMENTS),
    shape: value.shape,
    dtype: value.dtype,
    ...(value instanceof PyTfVariable ? { trainable: value.trainable } : {}),
    ...(history ? { history } : {}),
    asked: askedOf(analysis, value),
  };
}

/** By the statement that begins there, else by the last one before. */
function heldAt(analysis: DocumentAnalysis, name: string, { from }: Span): PyValue | undefined {
  const { script } = analysis;
  const here = script.bindings.find((one) => one.name === name && one.span.from === from)?.value;
  return here ?? boundBefore(analysis, name, from) ?? script.globals.get(name);
}

function askedOf(analysis: DocumentAnalysis, value: PyValue): VariableFound["asked"] {
  return [...analysis.script.gradients.values()].flatMap(({ event, count }) =>
    event.sources.flatMap((source, k) => {
      if (source !== value) return [];
      const reason = event.reasons[k];
      const answer = reason ? { reason: reasonText(reason) } : { value: shortText(event.results[k]!) };
      return [{ lineName: analysis.lineName(event.span.from), what: event.asked, count, ...answer }];
    }),
  );
}
