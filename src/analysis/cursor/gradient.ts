/** A call of `tape.gradient` or its like at the cursor, with its last answers. */
import type { Call, Span } from "../../languages/python";
import { shortText } from "../display";
import type { DocumentAnalysis } from "../document";
import { reasonText } from "../findings";
import { type Asked, spanKey } from "../script";
import type { Look } from "../subject";
import { callAt } from "./function";
import { tapeTarget } from "./tape-target";

/** Of a result so many elements are written out. */
const MOST_ELEMENTS = 16;

export interface GradientFound {
  readonly asked: Asked["event"]["asked"];
  readonly count: number;
  /** The name of the target; `f` for one without. */
  readonly target: string;
  readonly answers: readonly {
    readonly source: string;
    readonly value: string;
    /** Why it is None or zero, and the line where the chain was cut. */
    readonly reason?: string;
    readonly lineName?: string;
  }[];
  /** The target as a function of the sources, where it depends on one and is small enough. */
  readonly look?: Look;
}

export function gradientUnder(analysis: DocumentAnalysis, word: Span): GradientFound | undefined {
  const call = callAt(analysis, word);
  const asked = call && analysis.script.gradients.get(spanKey(call));
  if (!asked) return undefined;
  const { event, count } = asked;
  const written = targetText(analysis, call);
  const target = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(written) ? written : "f";
  const answered = event.asked === "gradient" && event.reasons.some((reason) => !reason);
  const look = answered ? tapeTarget(asked, written) : undefined;
  const answers = event.results.map((result, k) => {
    const reason = event.reasons[k];
    const value = result === null ? "None" : shortText(result, MOST_ELEMENTS);
    const source = event.sourceNames[k] ?? `${k + 1}`;
    if (!reason) return { source, value };
    const at = reason.source;
    return { source, value, reason: reasonText(reason), ...(at ? { lineName: analysis.lineName(at.from) } : {}) };
  });
  return { asked: event.asked, count, target, answers, ...(look ? { look } : {}) };
}

/** The text of the first argument. */
function targetText({ text }: DocumentAnalysis, { args }: Call): string {
  const target = args.find(({ kind, name }) => kind === "keyword" && name === "target") ?? args[0];
  return target ? text.slice(target.value.from, target.value.to) : "f";
}
