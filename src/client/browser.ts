/** The extension in the browser's extension host: the server is a worker. */
import { type ExtensionContext, Uri, workspace } from "vscode";
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  LanguageClient,
  type MessageTransports,
} from "vscode-languageclient/browser";
import { activate as start } from "./extension";

export { deactivate } from "./extension";

export function activate(context: ExtensionContext): void {
  const source = Uri.joinPath(context.extensionUri, "dist", "server.web.js");
  let worker: Worker | undefined;
  context.subscriptions.push({ dispose: () => worker?.terminate() });
  start(context, (options) => {
    const connect = async (): Promise<MessageTransports> => {
      worker?.terminate();
      const started = await startWorker(source);
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
    return new LanguageClient("gradlens", "Gradlens", connect, options);
  });
}

class Reader extends BrowserMessageReader {
  end(): void {
    this.fireClose();
  }
}

/**
 * A host whose extensions lie on another origin refuses `new Worker(uri)`;
 * a script that was read and is held in a Blob starts everywhere.
 */
async function startWorker(source: Uri): Promise<Worker> {
  const bytes = await workspace.fs.readFile(source);
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "text/javascript" }));
  const worker = new Worker(url, { name: "Gradlens" });
  worker.addEventListener("message", () => URL.revokeObjectURL(url), { once: true });
  return worker;
}
