/**
 * Notebooks, as the server knows them: the Python cells of one, one behind the other, are one document under the
 * notebook's URI.
 */
import {
  type NotebookCell,
  NotebookCellKind,
  type NotebookDocument,
  NotebookRange,
  type Range,
  Selection,
  type TextDocument,
  type TextEditor,
  window,
  workspace,
} from "vscode";
import { isPython } from "./cursor";

const pythonCells = (notebook: NotebookDocument): NotebookCell[] =>
  notebook.getCells().filter(({ kind, document }) => kind === NotebookCellKind.Code && isPython(document));

function notebookOf(document: TextDocument): NotebookDocument | undefined {
  if (document.uri.scheme !== "vscode-notebook-cell") return undefined;
  return workspace.notebookDocuments.find((notebook) => notebook.getCells().some((cell) => cell.document === document));
}

/** What the server calls a document by, and the line of it at which the document begins. */
export function wholeOf(document: TextDocument): { uri: string; firstLine: number } {
  const notebook = notebookOf(document);
  if (!notebook) return { uri: document.uri.toString(), firstLine: 0 };
  let firstLine = 0;
  for (const cell of pythonCells(notebook)) {
    if (cell.document === document) break;
    firstLine += cell.document.lineCount;
  }
  return { uri: notebook.uri.toString(), firstLine };
}

/** The cell on a line of what the server calls `uri`; undefined where that is no open notebook. */
export function cellAt(uri: string, line: number): { cell: NotebookCell; firstLine: number } | undefined {
  const notebook = workspace.notebookDocuments.find((one) => one.uri.toString() === uri);
  let firstLine = 0;
  for (const cell of notebook ? pythonCells(notebook) : []) {
    if (line < firstLine + cell.document.lineCount) return { cell, firstLine };
    firstLine += cell.document.lineCount;
  }
  return undefined;
}

/** Brings a cell into view, with `range` of it selected. */
export async function revealCell(cell: NotebookCell, range: Range): Promise<void> {
  const shown = window.visibleNotebookEditors.find((editor) => editor.notebook === cell.notebook);
  await window.showNotebookDocument(cell.notebook, {
    viewColumn: shown?.viewColumn,
    selections: [new NotebookRange(cell.index, cell.index + 1)],
  });
  const editor = await editorOf(cell);
  if (!editor) return;
  editor.selection = new Selection(range.start, range.end);
  editor.revealRange(range);
}

/** The cell's editor; a cell that was out of view gets one a moment later, a folded one none (undefined after a second). */
function editorOf(cell: NotebookCell): Promise<TextEditor | undefined> {
  const find = (editors: readonly TextEditor[]) => editors.find(({ document }) => document === cell.document);
  return new Promise((resolve) => {
    const end = (editor?: TextEditor) => {
      change.dispose();
      clearTimeout(timer);
      resolve(editor);
    };
    const timer = setTimeout(end, 1000);
    const change = window.onDidChangeVisibleTextEditors((editors) => {
      const editor = find(editors);
      if (editor) end(editor);
    });
    const shown = find(window.visibleTextEditors);
    if (shown) end(shown);
  });
}
