/** What the hovers share: pieces of rich text, as many as there is room and time for. */
import * as l10n from "@vscode/l10n";
import type { CancellationToken } from "vscode-languageserver";
import type { Finding } from "../../analysis/findings";
import { type FormulaText, type Look, Problem } from "../../analysis/subject";
import { type CommandArgument, commands, type Point, type Settings } from "../../protocol/lsp";
import { toJsonTree } from "../../protocol/values";
import { formulaImage, plotThemes, sparkline, svgUri, typeset } from "../../render";
import type { RichText } from "../rich-text";
import { OutOfTime, proceedUntil, type Session } from "../session";

/** VS Code cuts a hover's Markdown here; some of it is for the links. */
const MARKDOWN_LIMIT = 100_000 - 4000;
/** A hover is about 500 pixels wide and 250 high before it scrolls: formulas and plot stand side by side if they fit. */
const COLUMN_WIDTH = 250;
const FORMULA_WIDTH = 460;
/** Formulas that are higher than this leave no room for the numbers and links under them. */
const FORMULAS_HEIGHT = 140;

/** Offsets of a document's text. */
export type Span = Finding["span"];

export class Card {
  readonly rich: RichText;
  readonly digits: number;
  readonly theme: (typeof plotThemes)[keyof typeof plotThemes];
  /** Throws where the request was cancelled or its time is up. */
  readonly proceed: () => void;
  /** Not everything was computed in time. */
  partial = false;
  private room = MARKDOWN_LIMIT;
  private widest = 0;
  private height = 0;
  /** What stands under the links. */
  private readonly last: string[] = [];
  private readonly told = new Set<string>();

  constructor(
    session: Session,
    readonly settings: Settings,
    token: CancellationToken,
  ) {
    this.rich = session.rich;
    this.theme = plotThemes[session.theme];
    this.digits = settings.digits;
    // The time is that of the card's own parts: the document's run has its own.
    let check: (() => void) | undefined;
    this.proceed = () => {
      check ??= proceedUntil(session.now() + settings.budget.evaluation, session.now, token);
      check();
    };
  }

  /** What there is room for and can be had in time; a part that has a problem says so once, and leaves the others standing. */
  part(make: () => string[]): string[] {
    try {
      this.proceed();
      const pieces = make().filter((piece) => piece !== "" && piece.length < this.room);
      this.room -= pieces.reduce((total, piece) => total + piece.length + 8, 0);
      return pieces;
    } catch (error) {
      if (error instanceof OutOfTime) {
        this.partial = true;
        return [];
      }
      if (!(error instanceof Problem)) throw error;
      if (this.told.has(error.message)) return [];
      this.told.add(error.message);
      return [this.rich.text(error.message)];
    }
  }

  formula({ latex, text }: FormulaText): string {
    const { svg, width, height } = typeset(latex, { maxWidth: FORMULA_WIDTH });
    this.widest = Math.max(this.widest, width);
    this.height += height;
    return this.rich.picture({ uri: formulaImage(svg, this.theme.foreground), width, height, alt: text });
  }

  /** **name** = value */
  equation(name: string, value: string): string {
    return `${this.rich.strong(name)} = ${this.rich.text(value)}`;
  }

  /** The lines in their order; where the formulas so far are high, under all else. */
  below(lines: readonly string[]): readonly string[] {
    if (this.height <= FORMULAS_HEIGHT) return lines;
    this.last.push(...lines);
    return [];
  }

  sparkline(values: readonly number[], alt: string): string {
    const { svg, width, height } = sparkline(values, { theme: this.theme, width: 220, height: 36 });
    return this.rich.picture({ uri: svgUri(svg), width, height, alt });
  }

  /** What stands at the cursor, and why there is nothing to tell of it. */
  problem(what: string, message: string): string {
    return `${this.rich.strong(what)} · ${this.rich.text(message)}`;
  }

  /** Lines, a plot beside or under them, links under both. */
  compose(lines: readonly string[], plot: readonly string[] = [], links: readonly string[] = []): string {
    const text = this.rich.lines(lines);
    const body =
      plot.length === 0
        ? text
        : this.widest <= COLUMN_WIDTH
          ? this.rich.beside(text, plot.join(""))
          : this.rich.lines([text, ...plot]);
    // An editor without pictures has no panel either.
    const parts = [body];
    if (links.length > 0 && this.rich.pictures) parts.push(links.join(" · "));
    if (this.last.length > 0) parts.push(this.rich.lines(this.last));
    return parts.join("\n\n");
  }
}

/** A command as a link; other editors show its title only. Parentheses would end the link's address. */
export function commandLink(title: string, command: string, argument: object): string {
  const query = encodeURIComponent(JSON.stringify([argument])).replace(
    /[()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16)}`,
  );
  return `[${title}](command:${command}?${query})`;
}

export const openLink = (argument: CommandArgument): string =>
  commandLink(l10n.t("Open panel"), commands.openPanel, argument);
/** Where there is a formula to copy. */
export const copyLink = (argument: CommandArgument, look: Look): string[] =>
  look.hasFormula() ? [commandLink(l10n.t("Copy LaTeX"), commands.copyLatex, argument)] : [];

/** What can be done with a subject. */
export function subjectLinks(argument: CommandArgument, look: Look, insert: boolean): string[] {
  return [
    openLink(argument),
    commandLink(l10n.t("Minimize"), commands.minimize, argument),
    commandLink(l10n.t("Check gradient"), commands.checkGradient, argument),
    ...(insert ? [commandLink(l10n.t("Insert derivative"), commands.insertGradient, argument)] : []),
    ...copyLink(argument, look),
  ];
}

/** The point of a look, for a command. */
export function jsonPoint(look: Look): Point {
  return Object.fromEntries(Object.entries(look.pointTree()).map(([name, tree]) => [name, toJsonTree(tree)]));
}
