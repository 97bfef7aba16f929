/** What a finding is, and all that there are. */
import type { Span } from "../../languages/python";

export type Severity = "error" | "warning" | "information" | "hint";

/**
 * Every code with its usual severity. A single finding may be milder: what the program catches, or what the evaluator
 * lacks, is no error. Each has its section in docs/findings.md and its setting in package.json.
 */
export const FINDINGS = {
  // the text and its run
  syntax: "error",
  skipped: "hint",
  uncaught: "error",
  stopped: "information",
  point: "warning",
  "unknown-import": "hint",
  plot: "hint",
  "framework-warning": "warning",
  // the tape, and gradients that are missing
  "tape-used-twice": "error",
  "gradient-inside-tape": "hint",
  "not-watched": "hint",
  "outside-tape": "warning",
  "chain-cut": "warning",
  "integer-gradient": "warning",
  "variable-reassigned": "warning",
  "none-gradient": "warning",
  // numbers
  "not-finite": "warning",
  "gradient-not-finite": "warning",
  "where-nan": "warning",
  kink: "hint",
  "float32-cancellation": "warning",
  "fraction-dropped": "warning",
  // what is built on derivatives
  "learning-rate": "warning",
  "wrong-derivative": "warning",
} as const satisfies { [code: string]: Severity };

export type FindingCode = keyof typeof FINDINGS;

export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
}

export interface Related {
  readonly span: Span;
  readonly message: string;
}

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly span: Span;
  readonly message: string;
  readonly fixes: readonly Fix[];
  readonly related?: readonly Related[];
}

/** A finding of the usual severity. */
export function finding(
  code: FindingCode,
  span: Span,
  message: string,
  { severity = FINDINGS[code], fixes = [], related }: Partial<Pick<Finding, "severity" | "fixes" | "related">> = {},
): Finding {
  return {
    code,
    severity,
    span: { from: span.from, to: span.to },
    message,
    fixes,
    ...(related && related.length > 0 ? { related } : {}),
  };
}
