/** Hovers on functions, at their definition and at every use. */
import * as l10n from "@vscode/l10n";
import type { CancellationToken, Hover, Position } from "vscode-languageserver";
import { sample } from "../analysis/sample";
import { type FormulaText, type Look, Problem } from "../analysis/subject";
import { type CommandArgument, commands, type Settings } from "../protocol/lsp";
import {
  contourPlot,
  curvePlot,
  formatNumber,
  formatVector,
  formulaImage,
  loadTypesetter,
  plotThemes,
  svgUri,
  typeset,
} from "../render";
import { definition, derivatives } from "./formulas";
import { escapeMarkdown } from "./markdown";
import { html, markdown, type RichText } from "./rich-text";
import { OutOfTime, proceedUntil, type Session } from "./session";
import { rangeOf } from "./text";
import { matrixText, originText, whereText } from "./words";

/** VS Code cuts a hover's Markdown here. */
const MARKDOWN_LIMIT = 100_000;
/** A hover is about 500 pixels wide and 250 high before it scrolls: formulas and plot stand side by side if they fit. */
const COLUMN_WIDTH = 250;
const FORMULA_WIDTH = 460;
const PLOT = { width: 240, height: 180 };

export async function hover(
  session: Session,
  uri: string,
  position: Position,
  token: CancellationToken,
): Promise<Hover | null> {
  const settings = session.settingsOf(uri);
  const analysis = session.analysis(uri);
  if (!settings.enable || !settings.hover.enabled || !analysis) return null;
  const { lineStarts } = analysis.syntax;
  const start = lineStarts[position.line];
  const word = start === undefined ? undefined : analysis.wordAt(start + position.character);
  const name = word && analysis.text.slice(word.from, word.to);
  if (!name || !analysis.functionNamed(name) || !analysis.isCode(word)) return null;
  await loadTypesetter();
  const argument: CommandArgument = { subject: { kind: "function", uri, name } };
  let value: string;
  try {
    const look = analysis.look(name);
    const proceed = proceedUntil(session.now() + settings.budget.evaluation, session.now, token);
    value = hoverText(session, look, name, settings, argument, proceed);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    value = `**${escapeMarkdown(name)}** · ${escapeMarkdown(error.message)}`;
  }
  return { contents: { kind: "markdown", value }, range: rangeOf(analysis.syntax, word) };
}

function hoverText(
  session: Session,
  look: Look,
  name: string,
  settings: Settings,
  argument: CommandArgument,
  proceed: () => void,
): string {
  const { digits } = settings;
  const rich = session.html ? html : markdown;
  const theme = plotThemes[session.theme];
  const { labels } = look;
  const result = look.result();
  let room = MARKDOWN_LIMIT - 2000;
  const told = new Set<string>();
  /** What there is room for and can be had in time; a part that has a problem says so once, and leaves the others standing. */
  const part = (make: () => string[]): string[] => {
    try {
      proceed();
      const pieces = make().filter((piece) => piece !== "" && piece.length < room);
      room -= pieces.reduce((total, piece) => total + piece.length + 8, 0);
      return pieces;
    } catch (error) {
      if (error instanceof OutOfTime) return [];
      if (!(error instanceof Problem)) throw error;
      if (told.has(error.message)) return [];
      told.add(error.message);
      return [rich.text(error.message)];
    }
  };
  let widest = 0;
  const formula = ({ latex, text }: FormulaText) => {
    const { svg, width, height } = typeset(latex, { maxWidth: FORMULA_WIDTH });
    widest = Math.max(widest, width);
    return rich.picture({ uri: formulaImage(svg, theme.foreground), width, height, alt: text });
  };
  const single = result.shape.length === 0;
  const numbers = part(() => [whereLine(rich, look, digits), ...valueLines(rich, look, name, digits)]);
  const second =
    single && labels.length > 0 && labels.length <= 8
      ? part(() => [hessianLine(rich, look, name, digits, proceed)])
      : [];
  const formulas =
    settings.hover.formulas && single
      ? [
          ...part(() => {
            const condition = look.condition();
            return [
              formula(definition(look, name)),
              condition ? `${rich.text(l10n.t("for"))} ${formula(condition)}` : "",
            ];
          }),
          ...part(() => derivatives(look, name).map((derivative) => formula(derivative.formula))),
        ]
      : [];
  const plot =
    settings.hover.plot && single && (labels.length === 1 || labels.length === 2)
      ? part(() => {
          const description = plotDescription(look, digits);
          const options = { theme, title: look.title, description, ...PLOT };
          const draw = labels.length === 1 ? curvePlot : contourPlot;
          const { svg, width, height } = draw(sample(look, look.point, labels, { proceed }), options);
          return [rich.picture({ uri: svgUri(svg), width, height, alt: description })];
        })
      : [];
  const text = rich.lines([...formulas, ...numbers, ...second]);
  const body = widest <= COLUMN_WIDTH ? rich.beside(text, plot.join("")) : rich.lines([text, ...plot]);
  return `${plot.length > 0 ? body : text}\n\n${links(argument)}`;
}

/** `at (2, 3) — the file's variables` */
function whereLine(rich: RichText, look: Look, digits: number): string {
  const where = whereText(look, digits);
  return where ? rich.text(`${where} — ${originText(look.origin)}`) : "";
}

function valueLines(rich: RichText, look: Look, name: string, digits: number): string[] {
  const { values, shape } = look.result();
  const is = (left: string, right: string) => `${rich.strong(left)} = ${rich.text(right)}`;
  if (shape.length > 0)
    return [is(look.title, formatVector(values, digits, 8)), is("J", matrixText(look.jacobian().slice(0, 8), digits))];
  const { value, gradient } = look.gradient();
  const lines = [is(look.title, formatNumber(value, digits))];
  if (look.labels.length === 1) lines.push(is(`${name}′`, formatNumber(gradient[0]!, digits)));
  else if (look.labels.length > 1) lines.push(is(`∇${name}`, formatVector(gradient, digits, 8)));
  return lines;
}

function hessianLine(rich: RichText, look: Look, name: string, digits: number, proceed: () => void): string {
  const rows = look.hessian(proceed);
  return look.labels.length === 1
    ? `${rich.strong(`${name}″`)} = ${rich.text(formatNumber(rows[0]![0]!, digits))}`
    : `${rich.strong("H")} = ${rich.text(matrixText(rows, digits))}`;
}

function plotDescription(look: Look, digits: number): string {
  return look.labels.length === 1
    ? l10n.t("The curve of {0} with its tangent {1}", look.title, whereText(look, digits))
    : l10n.t("Contours of {0} with the gradient {1}", look.title, whereText(look, digits));
}

function links(argument: CommandArgument): string {
  const link = (title: string, command: string) =>
    `[${title}](command:${command}?${encodeURIComponent(JSON.stringify([argument]))})`;
  return `${link(l10n.t("Open panel"), commands.openPanel)} · ${link(l10n.t("Minimize"), commands.minimize)}`;
}
