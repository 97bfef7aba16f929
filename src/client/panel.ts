/** The panel beside the editor: hosts the page, answers its calls, follows the cursor. */
import {
  type CancellationToken,
  CancellationTokenSource,
  type Disposable,
  type ExtensionContext,
  env,
  type LogOutputChannel,
  l10n,
  Position,
  Range,
  type TextEditor,
  type TextEditorDecorationType,
  TextEditorRevealType,
  ThemeColor,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from "vscode";
import type { Range as TextRange } from "vscode-languageserver-types";
import type { CommandArgument } from "../protocol/lsp";
import type { PanelApi, PanelState, ToHost, ToPage } from "../protocol/panel";
import { withNumbers } from "../protocol/values";
import { isPython, subjectAt } from "./cursor";
import { cellAt, revealCell, wholeOf } from "./notebooks";
import { save } from "./save";
import { Cancelled, type Server, UserError } from "./server";
import { isPanelState, isToHost, sameSubject } from "./validate";

export const viewType = "gradlens.panel";

/** All panels. A locked one keeps its subject: what comes next goes to another. */
export class Panels implements Disposable {
  private readonly panels = new Set<Panel>();
  private readonly disposables: Disposable[];
  private following?: { timer: ReturnType<typeof setTimeout>; source: CancellationTokenSource };

  constructor(
    private readonly context: ExtensionContext,
    private readonly server: Server,
    private readonly log: LogOutputChannel,
  ) {
    this.disposables = [
      window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (webview, state: unknown) => {
          const kept = isPanelState(state) ? { ...state, run: false } : null;
          this.add(webview, kept);
          if (!kept && window.activeTextEditor) this.follow(window.activeTextEditor);
        },
      }),
      window.onDidChangeTextEditorSelection(({ textEditor }) => {
        this.follow(textEditor);
        const { line, character } = textEditor.selection.active;
        const { uri, firstLine } = wholeOf(textEditor.document);
        const data = { uri, line: line + firstLine, character };
        for (const panel of this.panels) panel.post({ type: "event", event: "cursor", data });
      }),
      window.onDidChangeActiveTextEditor((editor) => editor && this.follow(editor)),
      server.on("gradlens/changed", (data) => {
        for (const panel of this.panels) panel.post({ type: "event", event: "changed", data });
      }),
    ];
  }

  /** Shows a subject in the panel that is not locked, opening one if need be. `null`: open, and wait for the cursor. */
  show(state: PanelState | null): void {
    const free = [...this.panels].find((panel) => !panel.state?.locked);
    if (free) {
      if (state) free.show(state);
      free.webview.reveal(undefined, true);
      return;
    }
    const webview = window.createWebviewPanel(
      viewType,
      "Gradlens",
      { viewColumn: ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, enableFindWidget: true },
    );
    this.add(webview, state);
  }

  /** What the panel shows that has the focus. */
  get focused(): CommandArgument | undefined {
    const state = [...this.panels].find(({ webview }) => webview.active)?.state;
    return state?.subject && { subject: state.subject, point: state.point };
  }

  dispose(): void {
    this.stopFollowing();
    highlighted?.dispose();
    highlighted = undefined;
    for (const disposable of this.disposables) disposable.dispose();
    for (const panel of this.panels) panel.dispose();
  }

  private add(webview: WebviewPanel, state: PanelState | null): void {
    const panel = new Panel(webview, state, this.context.extensionUri, this.server, this.log);
    this.panels.add(panel);
    webview.onDidDispose(() => {
      highlight();
      this.panels.delete(panel);
      panel.dispose();
    });
  }

  private stopFollowing(): void {
    clearTimeout(this.following?.timer);
    this.following?.source.cancel();
    this.following?.source.dispose();
    this.following = undefined;
  }

  private follow(editor: TextEditor): void {
    if (!isPython(editor.document)) return;
    this.stopFollowing();
    if (![...this.panels].some((panel) => panel.follows)) return;
    const source = new CancellationTokenSource();
    const timer = setTimeout(async () => {
      const document = wholeOf(editor.document).uri;
      for (const panel of this.panels) {
        if (panel.follows && panel.state?.tab === "script" && panel.state.document !== document)
          panel.show({ document });
      }
      try {
        const { subject, point, unknown, problem } = await subjectAt(this.server, editor, source.token);
        if (source.token.isCancellationRequested || !subject || problem || unknown?.length) return;
        for (const panel of this.panels) {
          if (panel.follows && !sameSubject(panel.state?.subject, subject)) panel.show({ subject, point });
        }
      } catch {
        // The request has been logged; a panel that cannot follow keeps what it shows.
      }
    }, 50);
    this.following = { timer, source };
  }
}

class Panel implements Disposable {
  /** The page can be told events. */
  private ready = false;
  /** Calls of the page that are not answered yet, and what a later call must match to supersede them. */
  private readonly calls = new Map<number, { key: string; source: CancellationTokenSource }>();
  private readonly disposables: Disposable[] = [];

  constructor(
    readonly webview: WebviewPanel,
    public state: PanelState | null,
    extensionUri: Uri,
    private readonly server: Server,
    private readonly log: LogOutputChannel,
  ) {
    const dist = Uri.joinPath(extensionUri, "dist");
    const media = Uri.joinPath(extensionUri, "media");
    webview.webview.options = { enableScripts: true, localResourceRoots: [dist, media] };
    webview.iconPath = { light: Uri.joinPath(media, "panel-light.svg"), dark: Uri.joinPath(media, "panel-dark.svg") };
    this.disposables.push(
      webview.webview.onDidReceiveMessage((message: unknown) => {
        if (isToHost(message)) this.receive(message);
        else this.log.warn(`The panel sent an unknown message: ${JSON.stringify(message)?.slice(0, 500)}`);
      }),
      // The page of a hidden panel is gone: it will say that it is ready when it is back.
      webview.onDidChangeViewState(() => {
        if (webview.visible) return;
        highlight();
        this.ready = false;
        this.cancelAll();
      }),
    );
    this.retitle();
    webview.webview.html = page(webview, extensionUri);
  }

  get follows(): boolean {
    return this.webview.visible && !this.state?.locked;
  }

  show(state: PanelState): void {
    const subject = state.subject ?? this.state?.subject;
    const document = state.document ?? state.subject?.uri ?? this.state?.document;
    this.state = {
      ...this.state,
      section: undefined,
      point: undefined,
      pinned: undefined,
      axes: undefined,
      window: undefined,
      component: undefined,
      figure: undefined,
      ...state,
      subject,
      document,
    };
    this.retitle();
    if (!this.ready) return;
    this.post({ type: "event", event: "show", data: this.state });
    this.state = { ...this.state, run: undefined };
  }

  /** Messages to a page that is not there are not kept: it gets the state when it is ready. */
  post(message: ToPage): void {
    if (this.ready) void this.webview.webview.postMessage(message);
  }

  dispose(): void {
    this.cancelAll();
    for (const disposable of this.disposables) disposable.dispose();
  }

  private cancelAll(): void {
    for (const { source } of this.calls.values()) source.cancel();
  }

  private retitle(): void {
    const subject = this.state?.subject;
    if (this.state?.tab === "script" && this.state.document) {
      this.webview.title = `∇ ${decodeURIComponent(this.state.document.replace(/.*\//, ""))}`;
      return;
    }
    const name = subject?.kind === "function" ? subject.name : subject?.text.replace(/\s+/g, " ").slice(0, 30);
    this.webview.title = name ? `∇ ${name}` : "Gradlens";
  }

  private receive(message: ToHost): void {
    switch (message.type) {
      case "ready":
        this.ready = true;
        this.post({ type: "event", event: "start", data: { l10n: l10n.bundle ?? {}, state: this.state } });
        if (this.state) this.state = { ...this.state, run: undefined };
        return;
      case "state":
        this.state = { ...message.state, run: undefined };
        this.retitle();
        return;
      case "cancel":
        this.calls.get(message.id)?.source.cancel();
        return;
      case "call":
        void this.answer(message);
    }
  }

  private async answer(call: Extract<ToHost, { type: "call" }>): Promise<void> {
    const source = new CancellationTokenSource();
    const key = supersedes(call);
    if (key) for (const other of this.calls.values()) if (other.key === key) other.source.cancel();
    this.calls.set(call.id, { key, source });
    try {
      const result = await this.perform(call, source.token);
      this.post({ type: "reply", id: call.id, result: withNumbers(result) });
    } catch (error) {
      if (!(error instanceof UserError || error instanceof Cancelled)) this.log.error(`${call.method}: ${error}`);
      const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
      this.post({ type: "reply", id: call.id, error: line ?? "" });
    } finally {
      this.calls.delete(call.id);
      source.dispose();
    }
  }

  private async perform(
    call: Extract<ToHost, { type: "call" }>,
    token: CancellationToken,
  ): Promise<ReturnType<PanelApi[keyof PanelApi]>> {
    switch (call.method) {
      case "view":
        return this.server.request("gradlens/view", call.params, token);
      case "check":
        return this.server.request("gradlens/check", call.params, token);
      case "plot":
        return this.server.request("gradlens/plot", call.params, token);
      case "tape":
        return this.server.request("gradlens/tape", call.params, token);
      case "highlight":
        highlight(call.params);
        return null;
      case "slices":
        return this.server.request("gradlens/slices", call.params, token);
      case "minimize":
        return this.server.minimize(call.params, token, (percentage) =>
          this.post({ type: "event", event: "progress", data: { id: call.id, percentage } }),
        );
      case "basins":
        return this.server.request("gradlens/basins", call.params, token);
      case "plane":
        return this.server.request("gradlens/plane", call.params, token);
      case "script":
        return this.server.request("gradlens/script", call.params, token);
      case "pin":
        this.server.pin(call.params);
        return null;
      case "copy":
        await env.clipboard.writeText(call.params.text);
        return null;
      case "save":
        return { saved: await save(call.params, this.state?.document ?? this.state?.subject?.uri) };
      case "reveal":
        await this.reveal(call.params);
        return null;
    }
  }

  /**
   * Shows a place in the editor, and leaves the focus there. VS Code looks only every 250 ms whether a webview has the
   * focus: what the click gave to the panel may arrive after the editor was shown, and is then given back.
   */
  private async reveal(place: Parameters<PanelApi["reveal"]>[0]): Promise<void> {
    let returned = false;
    const late = this.webview.onDidChangeViewState(() => {
      if (!this.webview.active || returned) return;
      returned = true;
      showPlace(place).catch(() => {});
    });
    setTimeout(() => late.dispose(), 1000);
    await showPlace(place);
  }
}

/** Calls with the same key: only the latest is wanted. Of views several may be on their way: the page gives up the old ones. */
function supersedes(call: Extract<ToHost, { type: "call" }>): string {
  switch (call.method) {
    case "check":
    case "tape":
    case "slices":
    case "minimize":
    case "basins":
    case "plane":
    case "script":
      return call.method;
    case "plot":
      return `plot ${call.params.axes.join()}`;
    default:
      return "";
  }
}

let highlighted: TextEditorDecorationType | undefined;

/** Marks a range in every editor that shows the document; elsewhere no mark stays. */
function highlight({ uri, range }: Partial<Parameters<PanelApi["highlight"]>[0]> = {}): void {
  if (!highlighted && !range) return;
  highlighted ??= window.createTextEditorDecorationType({
    backgroundColor: new ThemeColor("editor.wordHighlightStrongBackground"),
    border: "1px solid",
    borderColor: new ThemeColor("editor.wordHighlightStrongBorder"),
    borderRadius: "2px",
  });
  for (const editor of window.visibleTextEditors) {
    const whole = wholeOf(editor.document);
    const marked =
      range && whole.uri === uri && range.start.line >= whole.firstLine
        ? [rangeFrom(range, whole.firstLine)].filter(({ end }) => end.line < editor.document.lineCount)
        : [];
    editor.setDecorations(highlighted, marked);
  }
}

function rangeFrom({ start, end }: TextRange, firstLine: number): Range {
  return new Range(start.line - firstLine, start.character, end.line - firstLine, end.character);
}

async function showPlace({ uri, line, character }: Parameters<PanelApi["reveal"]>[0]): Promise<void> {
  const found = cellAt(uri, line);
  if (found) {
    const place = new Position(line - found.firstLine, character);
    await revealCell(found.cell, new Range(place, place));
    return;
  }
  try {
    const document = await workspace.openTextDocument(Uri.parse(uri, true));
    const shown = window.visibleTextEditors.find((editor) => editor.document === document);
    const column = shown?.viewColumn ?? window.visibleTextEditors.find((editor) => editor.viewColumn)?.viewColumn;
    const place = new Position(line, character);
    const editor = await window.showTextDocument(document, {
      viewColumn: column ?? ViewColumn.One,
      selection: new Range(place, place),
    });
    editor.revealRange(new Range(place, place), TextEditorRevealType.InCenterIfOutsideViewport);
  } catch {
    throw new UserError(l10n.t("{0} cannot be opened.", uri));
  }
}

/** The page: nothing but our own script and style sheet. What it draws, it makes in place; images only as `data:`. */
function page({ webview }: WebviewPanel, extensionUri: Uri): string {
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  const asset = (name: string) => webview.asWebviewUri(Uri.joinPath(extensionUri, "dist", name)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    "img-src data:",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gradlens</title>
<link rel="stylesheet" href="${asset("panel.css")}">
</head>
<body>
<div id="root"></div>
<script nonce="${nonce}" src="${asset("panel.js")}"></script>
</body>
</html>`;
}
