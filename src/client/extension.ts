/** The extension, whatever host it runs in: `node.ts` and `browser.ts` say how the language server starts. */
import { ColorThemeKind, type ExtensionContext, l10n, Uri, window, workspace } from "vscode";
import {
  type BaseLanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from "vscode-languageclient";
import { commands, type InitializationOptions, type ThemeKind } from "../protocol/lsp";
import { registerActions } from "./actions";
import { registerCommands } from "./commands";
import { isPython, languages } from "./cursor";
import { registerMathHovers, selectionHover } from "./hovers";
import { Panels } from "./panel";
import { Server } from "./server";
import { Status } from "./status";

export type CreateClient = (options: LanguageClientOptions) => BaseLanguageClient;

let running: BaseLanguageClient | undefined;

/** Registers everything; the server starts meanwhile, and what is asked of it before waits. */
export function activate(context: ExtensionContext, createClient: CreateClient): void {
  const log = window.createOutputChannel("Gradlens", { log: true });
  const client = createClient({
    documentSelector: languages.map((language) => ({ language })),
    outputChannel: log,
    // A hover that fails is logged, not shown; commands say themselves what went wrong.
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    // A function: a server that starts again must know the theme of now.
    initializationOptions: (): InitializationOptions => ({
      theme: currentTheme(),
      l10n: l10n.bundle,
      // The page is in the package: it opens offline, in every host. A finding's link may not run a command.
      findingsPage: `${Uri.joinPath(context.extensionUri, "docs", "findings.md")}#L{line}`,
      diagnostics: "push",
    }),
    synchronize: { configurationSection: "gradlens" },
    middleware: selectionHover(() => server),
    markdown: { isTrusted: { enabledCommands: Object.values(commands) }, supportHtml: true },
  });
  running = client;
  const server = new Server(client, log, context.workspaceState);
  const panels = new Panels(context, server, log);
  const status = new Status(server);
  context.subscriptions.push(
    log,
    server,
    panels,
    status,
    ...registerCommands(context, server, panels, status, log),
    ...registerActions(server, panels, log),
    registerMathHovers(server),
    window.onDidChangeActiveColorTheme(() => server.notify("gradlens/theme", { theme: currentTheme() })),
    client.onDidChangeState(({ newState }) => log.debug(`server: ${State[newState]}`)),
  );
  const start = () =>
    client.start().catch((error: unknown) => {
      log.error(error instanceof Error ? error : String(error));
      const output = l10n.t("Show Output");
      window.showErrorMessage(l10n.t("The Gradlens server did not start."), output).then((chosen) => {
        if (chosen) log.show();
      });
    });
  // Beside a note alone the server waits until it is asked for something: any request starts it.
  if (workspace.textDocuments.some(isPython)) void start();
  else {
    const opened = workspace.onDidOpenTextDocument((document) => {
      if (!isPython(document)) return;
      opened.dispose();
      void start();
    });
    context.subscriptions.push(opened);
  }
}

export async function deactivate(): Promise<void> {
  if (running?.needsStop()) await running.stop();
}

function currentTheme(): ThemeKind {
  switch (window.activeColorTheme.kind) {
    case ColorThemeKind.Light:
      return "light";
    case ColorThemeKind.HighContrast:
      return "high-contrast";
    case ColorThemeKind.HighContrastLight:
      return "high-contrast-light";
    default:
      return "dark";
  }
}
