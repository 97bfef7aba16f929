/** The language server as the rest of the client sees it: typed requests, and failures as one line. */
import {
  type CancellationToken,
  CancellationTokenSource,
  commands,
  type Disposable,
  type Hover,
  type LogOutputChannel,
  l10n,
  type Memento,
  ProgressLocation,
  type WorkspaceEdit,
  window,
} from "vscode";
import {
  type BaseLanguageClient,
  ErrorCodes,
  LSPErrorCodes,
  ResponseError,
  State,
  WorkDoneProgress,
} from "vscode-languageclient";
import type { Notifications, PinParams, Requests } from "../protocol/lsp";
import { isPinParams } from "./validate";

/** Under this key the workspace remembers pinned points. */
const PINS = "pins";

/** A failure whose message is one line that the user may read. */
export class UserError extends Error {}

/** What was asked for is no longer wanted. */
export class Cancelled extends Error {}

export class Server implements Disposable {
  private progressTokens = 0;
  /** Pinned points live in the server: one that starts again is told them anew; they outlast a reload of the window. */
  private readonly pins: Map<string, PinParams>;
  private readonly listener: Disposable;

  constructor(
    private readonly client: BaseLanguageClient,
    private readonly log: LogOutputChannel,
    private readonly memory: Memento,
  ) {
    const kept = memory.get<unknown>(PINS);
    const pins = Array.isArray(kept) ? kept.filter(isPinParams) : [];
    this.pins = new Map(pins.map((pin) => [JSON.stringify(pin.subject), pin]));
    this.tellMenus();
    this.listener = client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) for (const pin of this.pins.values()) this.notify("gradlens/pin", pin);
    });
  }

  dispose(): void {
    this.listener.dispose();
  }

  pin(params: PinParams): void {
    const key = JSON.stringify(params.subject);
    if (params.point) this.pins.set(key, params);
    else this.pins.delete(key);
    this.tellMenus();
    this.memory.update(PINS, [...this.pins.values()]).then(undefined, (error) => this.log.warn(`pins: ${error}`));
    this.notify("gradlens/pin", params);
  }

  /** Where nothing is pinned, no menu offers to unpin. */
  private tellMenus(): void {
    void commands.executeCommand("setContext", "gradlens.pinned", this.pins.size > 0);
  }

  /** @throws UserError or Cancelled */
  async request<M extends keyof Requests>(
    method: M,
    params: Requests[M][0],
    token?: CancellationToken,
  ): Promise<Requests[M][1]> {
    try {
      // A token that is undefined would be sent as a second parameter.
      return await (token
        ? this.client.sendRequest<Requests[M][1]>(method, params, token)
        : this.client.sendRequest<Requests[M][1]>(method, params));
    } catch (error) {
      throw this.explain(method, error, token);
    }
  }

  /** A notification that is lost because the server is gone needs no answer: the server learns the state anew when it starts. */
  notify<M extends keyof Notifications>(method: M, params: Notifications[M]): void {
    if (!this.client.isRunning()) return;
    this.client.sendNotification(method, params).catch((error) => this.log.warn(`${method}: ${error}`));
  }

  on<M extends keyof Notifications>(method: M, handler: (params: Notifications[M]) => void): Disposable {
    return this.client.onNotification(method, handler);
  }

  /** Minimises; the server's progress goes to `report`, from 0 to 100. */
  async minimize(
    params: Requests["gradlens/minimize"][0],
    token: CancellationToken,
    report: (percentage: number) => void,
  ): Promise<Requests["gradlens/minimize"][1]> {
    const workDoneToken = `gradlens-${++this.progressTokens}`;
    const listener = this.client.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
      if (value.kind === "report" && value.percentage !== undefined) report(value.percentage);
    });
    try {
      return await this.request("gradlens/minimize", { ...params, workDoneToken }, token);
    } finally {
      listener.dispose();
    }
  }

  /** A hover as VS Code shows it, its links trusted as those of the client's own. @throws UserError or Cancelled */
  async hover<M extends "gradlens/hover" | "gradlens/mathHover">(
    method: M,
    params: Requests[M][0],
    token: CancellationToken,
  ): Promise<Hover | undefined> {
    return this.client.protocol2CodeConverter.asHover(await this.request(method, params, token));
  }

  /** A change that the server computed, as VS Code applies it. */
  asWorkspaceEdit(edit: NonNullable<Requests["gradlens/edit"][1]["edit"]>): Promise<WorkspaceEdit> {
    return this.client.protocol2CodeConverter.asWorkspaceEdit(edit);
  }

  private explain(method: string, error: unknown, token?: CancellationToken): Error {
    const code = error instanceof ResponseError ? error.code : undefined;
    if (
      token?.isCancellationRequested ||
      code === LSPErrorCodes.RequestCancelled ||
      code === LSPErrorCodes.ServerCancelled
    ) {
      return new Cancelled(l10n.t("Cancelled"));
    }
    this.log.error(`${method}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    if (code === ErrorCodes.PendingResponseRejected) {
      return new UserError(l10n.t("The Gradlens server stopped and starts again: please try once more."));
    }
    if (code === ErrorCodes.ConnectionInactive || code === undefined) {
      return new UserError(l10n.t("The Gradlens server is not running: see the output “Gradlens”."));
    }
    // The server's library puts its own words before those of an error that a handler threw.
    const [line] = (error as Error).message.replace(/^Request \S+ failed with message: /, "").split("\n");
    return new UserError(l10n.t("Gradlens: {0}", line ?? ""));
  }
}

/** Runs a task; shows it, with a cancel button, only if it lasts longer than half a second. */
export async function withLateProgress<T>(
  title: string,
  outer: CancellationToken | undefined,
  task: (token: CancellationToken, report: (message?: string, percentage?: number) => void) => Promise<T>,
): Promise<T> {
  const source = new CancellationTokenSource();
  const link = outer?.onCancellationRequested(() => source.cancel());
  if (outer?.isCancellationRequested) source.cancel();
  let last: { message?: string; percentage?: number } | undefined;
  let show: (() => void) | undefined;
  const result = task(source.token, (message, percentage) => {
    last = { message, percentage };
    show?.();
  });
  const timer = setTimeout(() => {
    void window.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: true },
      (progress, token) => {
        token.onCancellationRequested(() => source.cancel());
        let shown = 0;
        show = () => {
          const percentage = last?.percentage ?? shown;
          progress.report({ message: last?.message, increment: percentage - shown });
          shown = percentage;
        };
        if (last) show();
        return result.then(
          () => undefined,
          () => undefined,
        );
      },
    );
  }, 500);
  try {
    return await result;
  } finally {
    clearTimeout(timer);
    link?.dispose();
    source.dispose();
  }
}
