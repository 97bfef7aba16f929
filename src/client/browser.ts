/** The extension in the browser's extension host: the server is a worker. */
import { type ExtensionContext, Uri, workspace } from "vscode";
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  LanguageClient,
  type MessageTransports,
} from "vscode-languageclient/browser";
import type { ClientRequests } from "../protocol/lsp";
import { activate as start } from "./extension";

export { deactivate } from "./extension";

export function activate(context: ExtensionContext): void {
  const dist = Uri.joinPath(context.extensionUri, "dist");
  let worker: Worker | undefined;
  context.subscriptions.push({ dispose: () => worker?.terminate() });
  start(context, (options) => {
    const connect = async (): Promise<MessageTransports> => {
      worker?.terminate();
      const started = await startWorker(Uri.joinPath(dist, "core.js"), Uri.joinPath(dist, "server.web.js"));
      // As with a process, an error that nothing catches ends the server, and the client starts another.
      // This listener comes before the reader's own, which would count it as the connection's fault.
      started.addEventListener("error", (event) => {
        event.stopImmediatePropagation();
        options.outputChannel?.error(event.message);
        started.terminate();
        reader.end();
      });
      const reader = new Reader(started);
      worker = started;
      return { reader, writer: new BrowserMessageWriter(started) };
    };
    const client = new LanguageClient("gradlens", "Gradlens", connect, options);
    const method: keyof ClientRequests = "gradlens/typesetter";
    let typesetter: Promise<string> | undefined;
    context.subscriptions.push(
      client.onRequest(method, (): Promise<ClientRequests[typeof method][1]> => {
        typesetter ??= blobOf(Uri.joinPath(dist, "mathjax.js"));
        typesetter.catch(() => {
          typesetter = undefined;
        });
        return typesetter;
      }),
    );
    return client;
  });
}

class Reader extends BrowserMessageReader {
  end(): void {
    this.fireClose();
  }
}

/**
 * A host whose extensions lie on another origin refuses `new Worker(uri)`;
 * scripts that were read and are held in a Blob, one behind the other, start everywhere.
 */
async function blobOf(...sources: Uri[]): Promise<string> {
  const parts = await Promise.all(sources.map((source) => workspace.fs.readFile(source)));
  return URL.createObjectURL(new Blob(parts as Uint8Array<ArrayBuffer>[], { type: "text/javascript" }));
}

async function startWorker(...sources: Uri[]): Promise<Worker> {
  const url = await blobOf(...sources);
  const worker = new Worker(url, { name: "Gradlens" });
  worker.addEventListener("message", () => URL.revokeObjectURL(url), { once: true });
  return worker;
}
