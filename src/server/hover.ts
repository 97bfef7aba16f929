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
import { OutOfTime, proceedUntil, type Session } from "./session";
import { rangeOf } from "./text";
import { matrixText, originText, whereText } from "./words";

/** VS Code cuts a hover's Markdown here. */
const MARKDOWN_LIMIT = 100_000;
const FORMULA_WIDTH = 420;

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
  let markdown: string;
  try {
    const look = analysis.look(name);
    const proceed = proceedUntil(session.now() + settings.budget.evaluation, session.now, token);
    markdown = hoverText(session, look, name, settings, argument, proceed);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    markdown = `**${escapeMarkdown(name)}** · ${escapeMarkdown(error.message)}`;
  }
  return { contents: { kind: "markdown", value: markdown }, range: rangeOf(analysis.syntax, word) };
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
  const theme = plotThemes[session.theme];
  const parts: string[] = [];
  let used = 0;
  /** Adds a paragraph if there is room for it and it can be had in time. */
  const add = (make: () => string | undefined) => {
    try {
      proceed();
      const part = make();
      if (!part || used + part.length > MARKDOWN_LIMIT - 2000) return;
      used += part.length + 2;
      parts.push(part);
    } catch (error) {
      if (error instanceof OutOfTime) return;
      if (!(error instanceof Problem)) throw error;
      parts.push(`_${escapeMarkdown(error.message)}_`);
    }
  };
  const image = ({ latex, text }: FormulaText) => {
    const { svg, width, height } = typeset(latex, { maxWidth: FORMULA_WIDTH });
    return `![${escapeMarkdown(text)}](${formulaImage(svg, theme.foreground)}|width=${Math.ceil(width)},height=${Math.ceil(height)})`;
  };
  const labels = look.labels;
  const scalar = labels.length === 1;
  if (settings.hover.formulas) {
    add(() => {
      const lines = [image(definition(look, name))];
      const guards = look.guards();
      if (guards.length > 0) lines.push(`${l10n.t("for")} ${guards.map(image).join(", ")}`);
      return lines.join("  \n");
    });
    add(() =>
      derivatives(look, name)
        .map(({ formula }) => image(formula))
        .join("  \n"),
    );
  }
  add(() => `${whereLine(look, digits)}`);
  add(() => {
    const { value, gradient, missing } = look.gradient();
    const rows = [`**${escapeMarkdown(look.title)}** = ${formatNumber(value, digits)}`];
    if (scalar) rows.push(`**${escapeMarkdown(name)}′** = ${missing[0] ? 0 : formatNumber(gradient[0]!, digits)}`);
    else if (labels.length > 1) rows.push(`**∇${escapeMarkdown(name)}** = ${formatVector(gradient, digits, 8)}`);
    return rows.join(" · ");
  });
  add(() => {
    if (labels.length === 0 || labels.length > 8) return undefined;
    const rows = look.hessian(proceed);
    return scalar
      ? `**${escapeMarkdown(name)}″** = ${formatNumber(rows[0]![0]!, digits)}`
      : `**H** = ${escapeMarkdown(matrixText(rows, digits))}`;
  });
  if (settings.hover.plot && (labels.length === 1 || labels.length === 2))
    add(() => {
      const samples = sample(look, look.point, labels, { proceed });
      const options = { theme, title: look.title, description: plotDescription(look, digits) };
      const { svg, width, height } = (labels.length === 1 ? curvePlot : contourPlot)(samples, options);
      return `![${escapeMarkdown(options.description)}](${svgUri(svg)}|width=${width},height=${height})`;
    });
  parts.push(links(argument));
  return parts.join("\n\n");
}

function whereLine(look: Look, digits: number): string {
  const where = whereText(look, digits);
  return where ? `${escapeMarkdown(where)} — ${escapeMarkdown(originText(look.origin))}` : "";
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
