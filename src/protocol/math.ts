/** Where formulas stand in Markdown and LaTeX; client and server look in the same way. */

export interface MathFound {
  readonly latex: string;
  /** Of the formula without its marks; of a row, where there are several. */
  readonly from: number;
  readonly to: number;
}

/** Formulas are short: an opening mark that nothing closes must not cost the whole text. */
const LONGEST = 3000;
const inside = `[\\s\\S]{1,${LONGEST}}?`;
const ENVIRONMENTS = "equation|align|aligned|gather|multline|eqnarray|displaymath|math";

/** Code and escaped marks first: what stands in them is no formula. */
const PATTERN = new RegExp(
  [
    "^(?<fence>```+|~~~+)[^\\n]*\\n[\\s\\S]*?(?:^\\k<fence>|(?![\\s\\S]))",
    "(?<ticks>`+)[^`\\n]+\\k<ticks>",
    "\\\\[\\\\$`]",
    `\\$\\$(?<display>${inside})\\$\\$`,
    `\\$(?=[^\\s$])(?<inline>(?:\\\\[\\s\\S]|[^$\\\\\\n]|\\n(?!\\s*\\n)){1,${LONGEST}}?)(?<=\\S)\\$(?!\\d)`,
    `\\\\\\((?<round>${inside})\\\\\\)`,
    `\\\\\\[(?<square>${inside})\\\\\\]`,
    `\\\\begin\\{(?<environment>(?:${ENVIRONMENTS})\\*?)\\}(?<body>${inside})\\\\end\\{\\k<environment>\\}`,
  ].join("|"),
  "gm",
);
/** Within display marks an environment may stand again. */
const INNER = new RegExp(`^\\s*\\\\begin\\{((?:${ENVIRONMENTS})\\*?)\\}([\\s\\S]*)\\\\end\\{\\1\\}\\s*$`);

/** The formula around an offset: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, or a row of an environment. */
export function mathAt(text: string, offset: number): MathFound | undefined {
  for (const match of text.matchAll(PATTERN)) {
    if (match.index > offset) return undefined;
    if (match.index + match[0].length < offset) continue;
    const { display, inline, round, square, body } = match.groups!;
    const latex = display ?? inline ?? round ?? square ?? body;
    if (latex === undefined) return undefined;
    const from = match.index + match[0].indexOf(latex);
    const inner = INNER.exec(latex);
    const found = inner ? { latex: inner[2]!, from: from + latex.indexOf(inner[2]!) } : { latex, from };
    return rowAt(found.latex, found.from, offset);
  }
  return undefined;
}

/** Rows end with `\\`. */
function rowAt(latex: string, start: number, offset: number): MathFound {
  let from = start;
  for (const row of latex.split(/\\\\(?:\[[^\]]*\])?/)) {
    const to = from + row.length;
    if (offset <= to + 1) {
      const lead = row.length - row.trimStart().length;
      return { latex: row.trim(), from: from + lead, to: from + row.trimEnd().length };
    }
    from = to + (/^\\\\(?:\[[^\]]*\])?/.exec(latex.slice(to - start))?.[0].length ?? 0);
  }
  return { latex: "", from: start, to: start };
}
