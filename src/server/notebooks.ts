/**
 * Notebooks: the Python cells of one, in their order, are one document, as if
 * they had been run from top to bottom. Positions go from a cell into that
 * document and back by a number of lines.
 */
import {
  type Connection,
  type Diagnostic,
  NotebookDocuments,
  type Position,
  type Range,
  type WorkspaceEdit,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";

/** What the editor calls by `uri`, and where it stands in the document that is analysed under `whole`. */
export interface Place {
  readonly uri: string;
  readonly whole: string;
  readonly firstLine: number;
  readonly lineCount: number;
}

interface Whole {
  readonly document: TextDocument;
  readonly cells: readonly Place[];
}

/** Which cells are sent: those of every kind of notebook that are Python. */
export const notebookSync = { notebookSelector: [{ notebook: "*", cells: [{ language: "python" }] }] };

/** What is told of notebooks, by their URIs; `gone`: of a cell that is no more. */
interface Listener {
  opened(uri: string): void;
  changed(uri: string): void;
  closed(uri: string): void;
  gone(cell: string): void;
}

export class Notebooks {
  private readonly notebooks = new NotebookDocuments(TextDocument);
  private readonly wholes = new Map<string, Whole>();
  private versions = 0;

  listen(connection: Connection, { opened, changed, closed, gone }: Listener): void {
    this.notebooks.onDidOpen(({ uri }) => {
      this.join(uri);
      opened(uri);
    });
    this.notebooks.onDidChange(({ notebookDocument: { uri } }) => {
      const before = this.cellsOf(uri);
      this.join(uri);
      const now = new Set(this.cellsOf(uri).map((cell) => cell.uri));
      for (const cell of before) if (!now.has(cell.uri)) gone(cell.uri);
      changed(uri);
    });
    this.notebooks.onDidClose(({ uri }) => {
      const before = this.cellsOf(uri);
      this.wholes.delete(uri);
      for (const cell of before) gone(cell.uri);
      closed(uri);
    });
    this.notebooks.listen(connection);
  }

  private join(uri: string): void {
    const cells: Place[] = [];
    const texts: string[] = [];
    let firstLine = 0;
    for (const { document } of this.notebooks.getNotebookDocument(uri)?.cells ?? []) {
      const cell = this.notebooks.cellTextDocuments.get(document);
      if (!cell) continue;
      texts.push(asPython(cell.getText()));
      cells.push({ uri: document, whole: uri, firstLine, lineCount: cell.lineCount });
      firstLine += cell.lineCount;
    }
    const document = TextDocument.create(uri, "python", ++this.versions, texts.join("\n"));
    this.wholes.set(uri, { document, cells });
  }

  /** The document of a notebook, by its own URI or that of one of its cells. */
  get(uri: string): TextDocument | undefined {
    return this.wholes.get(this.notebookOf(uri))?.document;
  }

  /** Where each cell of a notebook begins in its document; undefined for any other document. */
  partsOf(uri: string): number[] | undefined {
    const whole = this.wholes.get(this.notebookOf(uri));
    return whole?.cells.map(({ firstLine }) => whole.document.offsetAt({ line: firstLine, character: 0 }));
  }

  keys(): string[] {
    return [...this.wholes.keys()];
  }

  /** The notebook of a cell; any other URI is itself. */
  notebookOf(uri: string): string {
    return this.notebooks.findNotebookDocumentForCell(uri)?.uri ?? uri;
  }

  cellsOf(uri: string): readonly Place[] {
    return this.wholes.get(uri)?.cells ?? [];
  }

  /** The place of what the editor calls by `uri`: a cell's in its notebook; any other document is a whole by itself. */
  placeOf(uri: string): Place {
    const whole = this.notebookOf(uri);
    const cell = this.cellsOf(whole).find((one) => one.uri === uri);
    return cell ?? { uri, whole: uri, firstLine: 0, lineCount: Number.POSITIVE_INFINITY };
  }

  /** Of the diagnostics of a notebook's document those of one cell. */
  diagnosticsOf(place: Place, list: readonly Diagnostic[]): Diagnostic[] {
    return list
      .filter(({ range }) => holds(place, range.start))
      .map((one) => ({
        ...one,
        range: rangeOut(place, one.range),
        relatedInformation: one.relatedInformation?.map((related) => {
          const { uri, range } = related.location;
          const cell = this.cellsOf(uri).findLast(({ firstLine }) => firstLine <= range.start.line);
          return cell ? { ...related, location: { uri: cell.uri, range: rangeOut(cell, range) } } : related;
        }),
      }));
  }

  /** Edits of a notebook's document as edits of its cells. */
  outOf(edit: WorkspaceEdit): WorkspaceEdit {
    const changes: WorkspaceEdit["changes"] = {};
    for (const [uri, edits] of Object.entries(edit.changes ?? {})) {
      const cells = this.cellsOf(uri);
      if (cells.length === 0) changes[uri] = edits;
      for (const one of edits) {
        const cell = cells.findLast(({ firstLine }) => firstLine <= one.range.start.line);
        if (cell) changes[cell.uri] = [...(changes[cell.uri] ?? []), { ...one, range: rangeOut(cell, one.range) }];
      }
    }
    return { ...edit, changes };
  }
}

/** A cell in another language (`%%bash`) is no Python but for its first line, which says so. */
function asPython(text: string): string {
  const foreign = /^\s*%%(?!time\b|timeit\b|capture\b|prun\b)\w.*/.exec(text)?.[0];
  return foreign === undefined ? text : foreign + text.slice(foreign.length).replace(/[^\r\n]/g, " ");
}

export const holds = ({ firstLine, lineCount }: Place, { line }: Position): boolean =>
  line >= firstLine && line < firstLine + lineCount;

export const into = ({ firstLine }: Place, { line, character }: Position): Position => ({
  line: line + firstLine,
  character,
});

export const out = ({ firstLine }: Place, { line, character }: Position): Position => ({
  line: line - firstLine,
  character,
});

export const rangeInto = (place: Place, { start, end }: Range): Range => ({
  start: into(place, start),
  end: into(place, end),
});

export const rangeOut = (place: Place, { start, end }: Range): Range => ({
  start: out(place, start),
  end: out(place, end),
});
