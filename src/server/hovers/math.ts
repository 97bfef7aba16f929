/** Hovers on formulas of Markdown and LaTeX: derivatives, and values at a point that a comment gives. */
import * as l10n from "@vscode/l10n";
import type { CancellationToken, Hover } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { readLatex } from "../../analysis/latex";
import { pointComments } from "../../analysis/point";
import { Problem } from "../../analysis/subject";
import type { CommandArgument, MathHoverParams, Point, Settings } from "../../protocol/lsp";
import { mathAt } from "../../protocol/math";
import { PointError, parsePoint } from "../../protocol/point";
import { formatTree, loadTypesetter } from "../../render";
import { pointTree, type Session } from "../session";
import { Card, subjectLinks } from "./card";
import { formulaLines, lookLines, lookPlot } from "./look";

const LANGUAGES: ReadonlySet<string> = new Set(["markdown", "latex", "tex", "quarto", "rmd"]);

/** Whether a language has formulas between its words. */
export const isMath = (languageId: string): boolean => LANGUAGES.has(languageId);

/** null where there is no formula, or none that has one meaning. */
export async function mathHover(
  session: Session,
  settings: Settings,
  { text, position }: Pick<MathHoverParams, "text" | "position">,
  token: CancellationToken,
): Promise<Hover | null> {
  if (!settings.hover.math) return null;
  const document = TextDocument.create("", "", 0, text);
  const found = mathAt(text, document.offsetAt(position));
  if (!found) return null;
  try {
    const analysis = session.empty;
    const { name = "f", parameters, python } = readLatex(found.latex);
    const first = analysis.expression(python, undefined, "python");
    if (first.look.labels.length === 0) return null;
    const given = givenPoint(text, found.from, first.unknown);
    const line = given && document.positionAt(given.offset).line;
    const origin = line === undefined ? undefined : ({ kind: "comment", line, lineName: String(line + 1) } as const);
    const { look } = given ? analysis.expression(python, pointTree(given.point), "python", origin) : first;
    await loadTypesetter();
    const card = new Card(session, settings, token);
    // `g(x) = a x`: a is a letter of which nothing more is known, and no parameter.
    const names = parameters.length > 0 ? parameters : look.labels;
    const letters = look.labels.filter((label) => !names.includes(label));
    const varied = parameters.length > 0 ? look.of(names) : look;
    const title = `${name}(${names.join(", ")})`;
    const argument: CommandArgument = {
      subject: { kind: "expression", text: python, language: "python" },
      ...(given ? { point: given.point } : {}),
    };
    const values = letters.map((letter) => `${letter} = ${formatTree(look.pointTree()[letter]!, card.digits)}`);
    const lines = given
      ? [
          ...lookLines(card, varied, name, title, { look, names }),
          ...(values.length > 0 ? [card.rich.text(l10n.t("with {0}", values.join(", ")))] : []),
        ]
      : formulaLines(card, look, name, names);
    if (lines.length === 0) return null;
    return {
      contents: {
        kind: card.rich.kind,
        value: card.compose(lines, given ? lookPlot(card, varied, title) : [], subjectLinks(argument, look, false)),
      },
      range: { start: document.positionAt(found.from), end: document.positionAt(found.to) },
    };
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** Of the comments before a formula, the last that gives a value to each of the names. */
function givenPoint(
  text: string,
  before: number,
  names: readonly string[],
): { point: Point; offset: number } | undefined {
  for (const comment of pointComments(text.slice(0, before)).reverse()) {
    try {
      const point = parsePoint(comment.text);
      if (names.every((name) => Object.hasOwn(point, name)))
        return { point: Object.fromEntries(names.map((name) => [name, point[name]!])), offset: comment.offset };
    } catch (error) {
      if (!(error instanceof PointError)) throw error;
    }
  }
  return undefined;
}
