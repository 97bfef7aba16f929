/** The language server: which feature answers which message. Entry points give it its connection. */
import * as l10n from "@vscode/l10n";
import {
  type CancellationToken,
  CodeActionKind,
  CodeLensRefreshRequest,
  type Connection,
  type Diagnostic,
  DocumentDiagnosticReportKind,
  ErrorCodes,
  type InitializeParams,
  LSPErrorCodes,
  type Range,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { exportOptimizers } from "../analysis/export";
import { Problem } from "../analysis/subject";
import {
  defaultSettings,
  type InitializationOptions,
  type Notifications,
  type Requests,
  type Settings,
} from "../protocol/lsp";
import { loadTypesetter } from "../render";
import { basins } from "./basins";
import { check } from "./check";
import { copies } from "./copies";
import { codeActions, diagnostics } from "./diagnostics";
import { edit, refactorings } from "./edits";
import { exported } from "./export";
import { hints } from "./hints";
import { hover } from "./hover";
import { mathHover } from "./hovers/math";
import { lenses, resolveLens } from "./lenses";
import { minimizeSubject } from "./minimize";
import { holds, into, Notebooks, notebookSync, out, rangeInto, rangeOut } from "./notebooks";
import { plane } from "./plane";
import { plot, slices } from "./plot";
import { richTextFor } from "./rich-text";
import { runFile, type StartJob } from "./run";
import { script } from "./script";
import { OutOfTime, Session } from "./session";
import { status } from "./status";
import { subjectAt } from "./subject-at";
import { tape } from "./tape";
import { view } from "./view";

/** Typing pauses this long before a document is evaluated for its diagnostics. */
const DEBOUNCE = 150;

/** What the host lets the server do. */
export interface Host {
  /** The text of a file that is not open. */
  readonly readFile?: (uri: string) => string | undefined;
  /** Runs a file in a worker of its own. */
  readonly startJob?: StartJob;
  /** Where the findings are described, unless the client says it: see {@link InitializationOptions}. */
  readonly findingsPage?: string;
}

/** So long the findings of a document are computed, in milliseconds, before other messages are looked at. */
const SLICE = 10;

export function startServer(connection: Connection, { readFile, startJob, findingsPage }: Host = {}): void {
  const documents = new TextDocuments(TextDocument);
  const notebooks = new Notebooks();
  const session = new Session(
    {
      get: (uri) => notebooks.get(uri) ?? documents.get(uri),
      partsOf: (uri) => notebooks.partsOf(uri),
    },
    undefined,
    readFile,
  );
  const pending = new Map<string, ReturnType<typeof setTimeout>>();
  let asksConfiguration = false;
  let refreshes = { hints: false, lenses: false, diagnostics: false };
  /** The client asks for diagnostics; otherwise they are sent. */
  let pulled = false;

  connection.onInitialize(({ capabilities, initializationOptions, locale = "en" }: InitializeParams) => {
    const options = initializationOptions as Partial<InitializationOptions> | undefined;
    if (options?.theme) session.theme = options.theme;
    l10n.config({ contents: options?.l10n ?? {} });
    session.rich = richTextFor(capabilities);
    session.locale = locale;
    session.findingsPage = options?.findingsPage ?? findingsPage;
    pulled = capabilities.textDocument?.diagnostic !== undefined && options?.diagnostics !== "push";
    asksConfiguration = capabilities.workspace?.configuration ?? false;
    refreshes = {
      hints: capabilities.workspace?.inlayHint?.refreshSupport ?? false,
      lenses: capabilities.workspace?.codeLens?.refreshSupport ?? false,
      diagnostics: pulled && (capabilities.workspace?.diagnostics?.refreshSupport ?? false),
    };
    return {
      serverInfo: { name: "Gradlens" },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        notebookDocumentSync: notebookSync,
        hoverProvider: true,
        codeLensProvider: { resolveProvider: true },
        inlayHintProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.Refactor] },
        ...(pulled
          ? { diagnosticProvider: { identifier: "gradlens", interFileDependencies: true, workspaceDiagnostics: false } }
          : {}),
      },
    };
  });

  // ── documents ─────────────────────────────────────────────────────────────

  const settingsOf = async (uri: string): Promise<Settings> => {
    const found: unknown = asksConfiguration
      ? await connection.workspace.getConfiguration({ scopeUri: uri, section: "gradlens" })
      : undefined;
    return completeSettings(found);
  };

  const readSettings = async (uri: string) => {
    session.settings.set(uri, await settingsOf(uri));
    session.refresh(uri);
  };

  /** Sends the findings of the present version; false where it is no more by the time they are known. */
  const sendFindings = async (uri: string): Promise<boolean> => {
    const version = documents.get(uri)?.version;
    const list = await diagnosticsInSlices(uri);
    if (!list) return false;
    if (pulled) return true;
    if (version !== undefined) await connection.sendDiagnostics({ uri, version, diagnostics: list });
    for (const cell of notebooks.cellsOf(uri)) {
      await connection.sendDiagnostics({ uri: cell.uri, diagnostics: notebooks.diagnosticsOf(cell, list) });
    }
    return true;
  };

  const publish = async (uri: string) => {
    if (!session.documents.get(uri) || !(await sendFindings(uri))) return;
    notify("gradlens/changed", { uri });
    notify("gradlens/status", status(session, uri));
    // Its loading takes longer than a hover may: it comes before the first one.
    await loadTypesetter();
  };

  /** The diagnostics of the present version; undefined where it is no more by the time they are known. */
  const diagnosticsInSlices = async (uri: string): Promise<Diagnostic[] | undefined> => {
    const version = session.documents.get(uri)?.version;
    const { enable, diagnostics: wanted } = session.settingsOf(uri);
    const work = enable && wanted.enabled ? session.analysis(uri)?.findingWork() : undefined;
    let started = session.now();
    for (const _ of work ?? []) {
      if (session.now() - started < SLICE) continue;
      await new Promise((resolve) => setTimeout(resolve));
      if (session.documents.get(uri)?.version !== version) return undefined;
      started = session.now();
    }
    return diagnostics(session, uri);
  };

  const publishSoon = (uri: string, delay: number) => {
    clearTimeout(pending.get(uri));
    pending.set(
      uri,
      setTimeout(() => {
        pending.delete(uri);
        publish(uri).catch(report);
      }, delay),
    );
  };

  const report = (error: unknown) =>
    connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));

  function notify<M extends keyof Notifications>(method: M, params: Notifications[M]): void {
    connection.sendNotification(method, params).catch(report);
  }

  const refreshViews = () => {
    if (refreshes.hints) connection.languages.inlayHint.refresh().catch(report);
    if (refreshes.lenses) connection.sendRequest(CodeLensRefreshRequest.type).catch(report);
    if (refreshes.diagnostics) connection.languages.diagnostics.refresh().catch(report);
  };

  documents.onDidOpen(({ document }) => {
    readSettings(document.uri)
      .then(() => publishSoon(document.uri, 0))
      .catch(report);
  });
  documents.onDidChangeContent(({ document }) => {
    if (session.settings.has(document.uri)) publishSoon(document.uri, DEBOUNCE);
    const importers = session.changed(document.uri);
    for (const importer of importers) publishSoon(importer, DEBOUNCE);
    if (importers.length > 0 && refreshes.diagnostics) connection.languages.diagnostics.refresh().catch(report);
  });
  documents.onDidClose(({ document }) => {
    clearTimeout(pending.get(document.uri));
    pending.delete(document.uri);
    session.forget(document.uri);
    connection.sendDiagnostics({ uri: document.uri, diagnostics: [] }).catch(report);
  });
  notebooks.listen(connection, {
    opened: (uri) => {
      readSettings(uri)
        .then(() => publishSoon(uri, 0))
        .catch(report);
    },
    changed: (uri) => publishSoon(uri, DEBOUNCE),
    closed: (uri) => {
      clearTimeout(pending.get(uri));
      pending.delete(uri);
      session.forget(uri);
    },
    gone: (cell) => {
      connection.sendDiagnostics({ uri: cell, diagnostics: [] }).catch(report);
    },
  });
  connection.onDidChangeConfiguration(() => {
    const open = [...documents.keys(), ...notebooks.keys()];
    Promise.all(open.map(readSettings))
      .then(() => {
        for (const uri of open) publishSoon(uri, 0);
        refreshViews();
      })
      .catch(report);
  });

  // ── the editor's features ─────────────────────────────────────────────────

  connection.onHover(async ({ textDocument, position }, token) => {
    const place = notebooks.placeOf(textDocument.uri);
    const found = await hover(session, place.whole, into(place, position), token);
    return found?.range ? { ...found, range: rangeOut(place, found.range) } : found;
  });
  connection.onCodeLens(({ textDocument }) => {
    const place = notebooks.placeOf(textDocument.uri);
    return lenses(session, place.whole)
      .filter(({ range }) => holds(place, range.start))
      .map((lens) => ({ ...lens, range: rangeOut(place, lens.range) }));
  });
  connection.onCodeLensResolve((lens) => resolveLens(session, lens));
  connection.languages.inlayHint.on(({ textDocument, range }) => {
    const place = notebooks.placeOf(textDocument.uri);
    return hints(session, place.whole, rangeInto(place, range))
      .filter(({ position }) => holds(place, position))
      .map((hint) => ({ ...hint, position: out(place, hint.position) }));
  });
  connection.onCodeAction(({ textDocument, range: within, context: { only } }) => {
    const place = notebooks.placeOf(textDocument.uri);
    const range = rangeInto(place, within);
    const wanted = (kind: string) =>
      !only || only.some((one) => kind === one || one === "" || kind.startsWith(`${one}.`));
    return [
      ...(wanted(CodeActionKind.QuickFix) ? codeActions(session, place.whole, range) : []),
      ...(wanted(CodeActionKind.Refactor) ? refactorings(session, place.whole, range) : []),
    ].map((action) => ({
      ...action,
      ...(action.diagnostics ? { diagnostics: notebooks.diagnosticsOf(place, action.diagnostics) } : {}),
      ...(action.edit ? { edit: notebooks.outOf(action.edit) } : {}),
    }));
  });

  connection.languages.diagnostics.on(async ({ textDocument }, token) => {
    const place = notebooks.placeOf(textDocument.uri);
    if (!session.settings.has(place.whole)) await readSettings(place.whole);
    const list = await diagnosticsInSlices(place.whole);
    if (!list || token.isCancellationRequested)
      throw new ResponseError(LSPErrorCodes.ServerCancelled, "the document changed", { retriggerRequest: true });
    const items = place.uri === place.whole ? list : notebooks.diagnosticsOf(place, list);
    return { kind: DocumentDiagnosticReportKind.Full, items };
  });

  // ── our own requests ──────────────────────────────────────────────────────

  /** After it nobody waits for an answer. */
  let ended = false;
  connection.onShutdown(() => {
    ended = true;
  });
  function answer<M extends keyof Requests>(
    method: M,
    handle: (params: Requests[M][0], token: CancellationToken) => Requests[M][1] | Promise<Requests[M][1]>,
  ): void {
    connection.onRequest<unknown, void>(method, async (params: Requests[M][0], token: CancellationToken) => {
      try {
        return await handle(params, untilShutdown(token));
      } catch (error) {
        if (error instanceof Problem) throw new ResponseError(ErrorCodes.InvalidParams, error.message);
        if (error instanceof OutOfTime)
          throw new ResponseError(ErrorCodes.InvalidParams, l10n.t("stopped: the time is up"));
        throw error;
      }
    });
  }

  const untilShutdown = (token: CancellationToken): CancellationToken => ({
    get isCancellationRequested() {
      return ended || token.isCancellationRequested;
    },
    onCancellationRequested: token.onCancellationRequested,
  });

  /** A request about a range of a cell as one about a range of its notebook's document. */
  const inWhole = <P extends { uri: string; range: Range }>(params: P): P => {
    const place = notebooks.placeOf(params.uri);
    return { ...params, uri: place.whole, range: rangeInto(place, params.range) };
  };

  answer("gradlens/subjectAt", (params) => subjectAt(session, inWhole(params)));
  answer("gradlens/hover", async ({ uri, position, selection }, token) => {
    const place = notebooks.placeOf(uri);
    const own = rangeInto(place, selection);
    const found = await hover(session, place.whole, into(place, position), token, own);
    return found?.range ? { ...found, range: rangeOut(place, found.range) } : found;
  });
  answer("gradlens/mathHover", async (params, token) => {
    const settings = await settingsOf(params.uri);
    return settings.enable && settings.hover.enabled ? mathHover(session, settings, params, token) : null;
  });
  answer("gradlens/view", (params, token) => view(session, params, token));
  answer("gradlens/check", (params, token) => check(session, params, token));
  answer("gradlens/plot", (params, token) => plot(session, params, token));
  answer("gradlens/tape", (params) => tape(session, params));
  answer("gradlens/slices", (params, token) => slices(session, params, token));
  answer("gradlens/minimize", async (params, token) => {
    const progress =
      params.workDoneToken === undefined ? undefined : connection.window.attachWorkDoneProgress(params.workDoneToken);
    progress?.begin(l10n.t("Minimizing"), 0, undefined, true);
    try {
      return await minimizeSubject(session, params, token, (percentage, text) => progress?.report(percentage, text));
    } finally {
      progress?.done();
    }
  });
  answer("gradlens/basins", (params, token) => basins(session, params, token));
  answer("gradlens/plane", (params, token) => plane(session, params, token));
  answer("gradlens/script", ({ uri }) => script(session, { uri: notebooks.notebookOf(uri) }));
  answer("gradlens/run", ({ uri }, token) => runFile(session, { uri: notebooks.notebookOf(uri) }, token, startJob));
  answer("gradlens/edit", (params) => {
    const made = edit(session, inWhole(params));
    return made.edit ? { ...made, edit: notebooks.outOf(made.edit) } : made;
  });
  answer("gradlens/copy", (params) => copies(session, params));
  answer("gradlens/exportOptimizers", ({ framework }) => [...exportOptimizers(framework)]);
  answer("gradlens/export", (params) => exported(session, params));

  connection.onNotification("gradlens/theme", ({ theme }: Notifications["gradlens/theme"]) => {
    session.theme = theme;
    refreshViews();
  });
  connection.onNotification("gradlens/pin", ({ subject, point }: Notifications["gradlens/pin"]) => {
    session.pin(subject, point);
    if (subject.uri) {
      notify("gradlens/changed", { uri: subject.uri });
      // A function tells other things at another point.
      if (session.documents.get(subject.uri)) sendFindings(subject.uri).catch(report);
    }
    refreshViews();
  });

  documents.listen(connection);
  connection.listen();
}

/** The client's settings over the defaults, section by section. */
function completeSettings(found: unknown): Settings {
  const given = (found ?? {}) as { [K in keyof Settings]?: Partial<Settings[K]> | null };
  return {
    enable: (given.enable as boolean | undefined) ?? defaultSettings.enable,
    hover: { ...defaultSettings.hover, ...given.hover },
    codeLens: { ...defaultSettings.codeLens, ...given.codeLens },
    inlayHints: { ...defaultSettings.inlayHints, ...given.inlayHints },
    diagnostics: { ...defaultSettings.diagnostics, ...given.diagnostics },
    budget: { ...defaultSettings.budget, ...given.budget },
    digits: (given.digits as number | undefined) ?? defaultSettings.digits,
  };
}
