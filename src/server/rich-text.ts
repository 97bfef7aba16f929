/** Text with pictures, for editors that show HTML in Markdown (as VS Code does) and for those that do not. */
import type { ClientCapabilities } from "vscode-languageserver";
import { escapeXml } from "../render";
import { escapeMarkdown } from "./markdown";

export interface Picture {
  readonly uri: string;
  readonly width: number;
  readonly height: number;
  readonly alt: string;
}

/** Writes pieces of one paragraph; everything it is given is plain text. */
export interface RichText {
  readonly kind: "markdown" | "plaintext";
  /** Whether pictures are shown; where not, what they show stands as text. */
  readonly pictures: boolean;
  text(text: string): string;
  strong(text: string): string;
  picture(picture: Picture): string;
  link(text: string, uri: string): string;
  /** Pieces under each other. */
  lines(pieces: readonly string[]): string;
  /** Two columns, where the editor has them; else under each other. */
  beside(left: string, right: string): string;
}

export const markdown: RichText = {
  kind: "markdown",
  pictures: true,
  text: escapeMarkdown,
  strong: (text) => `**${escapeMarkdown(text)}**`,
  picture: ({ uri, width, height, alt }) =>
    `![${escapeMarkdown(alt)}](${uri}|width=${Math.ceil(width)},height=${Math.ceil(height)})`,
  link: (text, uri) => `[${escapeMarkdown(text)}](${uri})`,
  lines: (pieces) => pieces.join("  \n"),
  beside: (left, right) => `${left}\n\n${right}`,
};

export const html: RichText = {
  kind: "markdown",
  pictures: true,
  text: escapeXml,
  strong: (text) => `<strong>${escapeXml(text)}</strong>`,
  picture: ({ uri, width, height, alt }) =>
    `<img src="${uri}" width="${Math.ceil(width)}" height="${Math.ceil(height)}" alt="${escapeXml(alt)}">`,
  link: (text, uri) => `<a href="${uri}">${escapeXml(text)}</a>`,
  lines: (pieces) => pieces.join("<br>"),
  beside: (left, right) => `<table><tr><td>${left}</td><td>${right}</td></tr></table>`,
};

/** Markdown for an editor that would show a picture's address. */
export const words: RichText = { ...markdown, pictures: false, picture: ({ alt }) => escapeMarkdown(alt) };

/** For an editor that reads no Markdown. */
export const plain: RichText = {
  kind: "plaintext",
  pictures: false,
  text: (text) => text,
  strong: (text) => text,
  picture: ({ alt }) => alt,
  link: (text) => text,
  lines: (pieces) => pieces.join("\n"),
  beside: (left, right) => `${left}\n\n${right}`,
};

/** What an editor shows, by the capabilities that it tells. */
export function richTextFor({ general, textDocument }: ClientCapabilities): RichText {
  const formats = textDocument?.hover?.contentFormat;
  if (formats && !formats.includes("markdown")) return plain;
  // Only clients that say how they read Markdown are known to show pictures.
  if (!general?.markdown) return words;
  return general.markdown.allowedTags?.includes("table") ? html : markdown;
}
