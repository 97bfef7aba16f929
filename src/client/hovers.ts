/** Hovers that need more than the protocol gives: the selection, and formulas of documents that the server does not have. */
import { type Disposable, type Hover, languages, type Position, type TextDocument, window, workspace } from "vscode";
import type { HoverMiddleware } from "vscode-languageclient";
import { mathAt } from "../protocol/math";
import { place } from "./cursor";
import { Cancelled, type Server } from "./server";

/** Documents with formulas between their words. */
const mathLanguages = ["markdown", "latex", "tex"] as const;

/** A hover over what is selected is about all of it. */
export function selectionHover(server: () => Server): HoverMiddleware {
  return {
    provideHover: (document, position, token, next) => {
      const selection = selectionAt(document, position);
      if (!selection) return next(document, position, token);
      const params = {
        uri: document.uri.toString(),
        position: place(position),
        selection: { start: place(selection.start), end: place(selection.end) },
      };
      return server().hover("gradlens/hover", params, token);
    },
  };
}

function selectionAt(document: TextDocument, position: Position) {
  const editors = [window.activeTextEditor, ...window.visibleTextEditors];
  return editors.find(
    (editor) => editor?.document === document && editor.selection.contains(position) && !editor.selection.isEmpty,
  )?.selection;
}

/** The server starts with the first formula that is pointed at, not before. */
export function registerMathHovers(server: Server): Disposable {
  const provideHover = async (
    document: TextDocument,
    position: Position,
    token: Parameters<Server["hover"]>[2],
  ): Promise<Hover | undefined> => {
    const { enable, hover } = workspace.getConfiguration("", document).get("gradlens") as {
      enable: boolean;
      hover: { enabled: boolean; math: boolean };
    };
    if (!enable || !hover.enabled || !hover.math) return undefined;
    const text = document.getText();
    if (!mathAt(text, document.offsetAt(position))) return undefined;
    const params = {
      uri: document.uri.toString(),
      text,
      languageId: document.languageId,
      position: place(position),
    };
    try {
      return await server.hover("gradlens/mathHover", params, token);
    } catch (error) {
      // Failures are in the log; nobody asked for this hover by a command.
      if (error instanceof Cancelled) return undefined;
      throw error;
    }
  };
  return languages.registerHoverProvider(
    mathLanguages.map((language) => ({ language })),
    { provideHover },
  );
}
