/** What the features share: documents and their analyses, settings, theme, pinned points. */
import * as l10n from "@vscode/l10n";
import { type CancellationToken, LSPErrorCodes, ResponseError } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { DocumentAnalysis, type PointTree, PRELUDE } from "../analysis/document";
import { type Look, Problem } from "../analysis/subject";
import {
  defaultSettings,
  type Point,
  type Settings,
  type Subject,
  type ThemeKind,
  type ViewParams,
} from "../protocol/lsp";
import { PointError, parsePoint } from "../protocol/point";
import { fromJsonTree } from "../protocol/values";
import { type RichText, words } from "./rich-text";

/** The documents that the editor has open. */
export interface Documents {
  get(uri: string): TextDocument | undefined;
  /** Where the cells of a notebook begin in its document. */
  partsOf?(uri: string): readonly number[] | undefined;
}

export class Session {
  theme: ThemeKind = "dark";
  /** What the editor shows in hovers. */
  rich: RichText = words;
  /** Where the findings are described: an address in which `{code}` stands for the section. */
  findingsPage: string | undefined;
  /** The editor's language. */
  locale = "en";
  readonly settings = new Map<string, Settings>();
  /** `imported`: the files that an analysis asked for, found or not. */
  private readonly analyses = new Map<string, { version: number; analysis: DocumentAnalysis; imported: Set<string> }>();
  /** The functions of a document when it last parsed, by name, with the last title of the lens of each. */
  readonly lensTitles = new Map<string, Map<string, string | undefined>>();
  private readonly pins = new Map<string, Map<string, PointTree>>();
  private readonly serials = new WeakMap<object, string>();
  private serial = 0;
  /** Another server counts too: one that starts again must not give the same names. */
  private readonly started = Date.now().toString(36);

  constructor(
    readonly documents: Documents,
    readonly now: () => number = () => performance.now(),
    /** The text of a file that is not open, where the host lets the server read. */
    private readonly readFile: (uri: string) => string | undefined = () => undefined,
  ) {}

  /** What modules beside a document are read from: open documents first. */
  private beside(uri: string, imported: Set<string>): (fileName: string) => string | undefined {
    return (fileName) => {
      let other: string;
      try {
        other = new URL(fileName.split("/").map(encodeURIComponent).join("/"), uri).href;
      } catch {
        // A document of no folder has no neighbours.
        return undefined;
      }
      imported.add(other);
      return this.documents.get(other)?.getText() ?? this.readFile(other);
    };
  }

  /** The texts of the files beside a document that its run asks for, by their paths relative to its folder. */
  filesBeside(uri: string): { [fileName: string]: string } {
    const analysis = this.analysis(uri);
    if (!analysis) return {};
    // The run tells what it imports.
    void analysis.script;
    const read = this.beside(uri, new Set());
    const folder = uri.slice(0, uri.lastIndexOf("/") + 1);
    return Object.fromEntries(
      [...(this.analyses.get(uri)?.imported ?? [])].flatMap((other): [string, string][] => {
        if (!other.startsWith(folder)) return [];
        const fileName = decodeURIComponent(other.slice(folder.length));
        const text = read(fileName);
        return text === undefined ? [] : [[fileName, text]];
      }),
    );
  }

  /** A document changed: what imports it is computed anew. Gives the documents that do. */
  changed(uri: string): string[] {
    const importers = [...this.analyses].filter(([, { imported }]) => imported.has(uri)).map(([key]) => key);
    for (const importer of importers) this.analyses.delete(importer);
    return importers;
  }

  settingsOf(uri: string): Settings {
    return this.settings.get(uri) ?? defaultSettings;
  }

  /** The analysis of the document's present version. */
  analysis(uri: string): DocumentAnalysis | undefined {
    const document = this.documents.get(uri);
    // A cell of no notebook is no document: the names of the others would all be missing.
    if (!document || document.uri.startsWith("vscode-notebook-cell:")) return undefined;
    const known = this.analyses.get(uri);
    if (known?.version === document.version) return known.analysis;
    // What did not run again asks for nothing again.
    const imported = known?.imported ?? new Set<string>();
    const python = document.languageId === "python";
    const analysis = this.analyse(document.getText(), uri, python, known?.analysis, imported);
    this.analyses.set(uri, { version: document.version, analysis, imported });
    return analysis;
  }

  private analyse(
    text: string,
    uri: string,
    python: boolean,
    previous?: DocumentAnalysis,
    imported = new Set<string>(),
  ): DocumentAnalysis {
    return new DocumentAnalysis(
      python ? text : PRELUDE,
      {
        // A name in angle brackets marks text that is no Python file, as Python itself names such sources.
        fileName: python ? decodeURIComponent(uri.slice(uri.lastIndexOf("/") + 1)) : "<selection>",
        budget: { milliseconds: this.settingsOf(uri).budget.evaluation },
        now: this.now,
        readPoint,
        read: this.beside(uri, imported),
        pins: this.pins.get(uri) ?? new Map(),
        parts: this.documents.partsOf?.(uri),
      },
      previous,
    );
  }

  /** An analysis of nothing, for expressions of files that are no Python. */
  get empty(): DocumentAnalysis {
    return this.analyse("", "", false);
  }

  forget(uri: string): void {
    this.lensTitles.delete(uri);
    this.analyses.delete(uri);
    this.settings.delete(uri);
  }

  /** Settings or pins changed: what was computed with the old ones goes. */
  refresh(uri?: string): void {
    if (uri === undefined) this.analyses.clear();
    else this.analyses.delete(uri);
  }

  isPinned(uri: string, name: string): boolean {
    return this.pins.get(uri)?.has(name) ?? false;
  }

  pin(subject: Subject, point: Point | undefined): void {
    if (subject.kind !== "function") return;
    const pins = new Map(this.pins.get(subject.uri));
    if (point) pins.set(subject.name, pointTree(point));
    else pins.delete(subject.name);
    this.pins.set(subject.uri, pins);
    this.refresh(subject.uri);
  }

  /** A name for an object that no other has. */
  serialOf(part: object | undefined): string {
    if (!part) return "";
    const known = this.serials.get(part);
    if (known !== undefined) return known;
    const name = `${this.started}.${++this.serial}`;
    this.serials.set(part, name);
    return name;
  }

  /** The subject at a point. @throws Problem with one clear line. */
  look(subject: Subject, point?: Point): Look {
    const given = point && Object.keys(point).length > 0 ? pointTree(point) : undefined;
    if (subject.kind === "expression") {
      const analysis = (subject.uri && this.analysis(subject.uri)) || this.empty;
      return analysis.expression(subject.text, given, subject.language).look;
    }
    const analysis = this.analysis(subject.uri);
    if (!analysis) throw new Problem(l10n.t("the document is not open"));
    return analysis.look(subject.name, given);
  }
}

export function pointTree(point: Point): PointTree {
  return Object.fromEntries(Object.entries(point).map(([name, tree]) => [name, fromJsonTree(tree)]));
}

/** In comments, where Chinese punctuation is as good. */
function readPoint(text: string): PointTree {
  try {
    return pointTree(parsePoint(text.replace(/[，；＝：]/g, (mark) => ",;=:"["，；＝：".indexOf(mark)]!)));
  } catch (error) {
    if (!(error instanceof PointError)) throw error;
    throw Object.assign(new Error(l10n.t(error.template, ...error.values)), { offset: error.offset });
  }
}

/** A check that throws when the request was cancelled or the time is up; it asks the clock, so call it between chunks. */
export function proceedUntil(deadline: number, now: () => number, token: CancellationToken): () => void {
  return () => {
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
    if (now() > deadline) throw new OutOfTime();
  };
}

/** The same for what a panel asks: as much time as the settings give, times the effort that it asks for. */
export function proceedFor(
  session: Session,
  { subject, effort = 1 }: Pick<ViewParams, "subject" | "effort">,
  token: CancellationToken,
): () => void {
  const { command } = session.settingsOf(subject.uri ?? "").budget;
  return proceedUntil(session.now() + command * effort, session.now, token);
}

/** The budget of this request is used up; what there is by then is the answer. */
export class OutOfTime extends Error {}

export const isSpent = (error: unknown): boolean => error instanceof OutOfTime;
