/** What the selection or the cursor of an editor is about. */
import type { CancellationToken, TextDocument, TextEditor } from "vscode";
import type { SubjectAtResult } from "../protocol/lsp";
import type { Server } from "./server";

/** Documents of this language are synchronized with the server, from every file system. */
export const languages = ["python"] as const;

export function isPython(document: TextDocument): boolean {
  return languages.some((language) => language === document.languageId);
}

/** A position as the protocol sends it. */
export const place = ({ line, character }: { line: number; character: number }) => ({ line, character });

export function subjectAt(server: Server, editor: TextEditor, token?: CancellationToken): Promise<SubjectAtResult> {
  const { document, selection } = editor;
  return server.request(
    "gradlens/subjectAt",
    {
      uri: document.uri.toString(),
      range: { start: place(selection.start), end: place(selection.end) },
      ...(isPython(document) ? {} : { text: document.getText(selection), languageId: document.languageId }),
    },
    token,
  );
}
