/** The extension in the browser's extension host: the server is a worker. */
import { type ExtensionContext, Uri, workspace } from "vscode";
import { LanguageClient } from "vscode-languageclient/browser";
import { activate as start } from "./extension";

export { deactivate } from "./extension";

export function activate(context: ExtensionContext): void {
  const source = Uri.joinPath(context.extensionUri, "dist", "server.web.js");
  start(context, (options) => {
    const client = new LanguageClient("gradlens", "Gradlens", () => startWorker(source, dispose), options);
    let worker: Worker | undefined;
    function dispose(next: Worker): void {
      worker?.terminate();
      worker = next;
    }
    context.subscriptions.push({ dispose: () => worker?.terminate() });
    return client;
  });
}

/**
 * A host whose extensions lie on another origin refuses `new Worker(uri)`;
 * a script that was read and is held in a Blob starts everywhere.
 */
async function startWorker(source: Uri, started: (worker: Worker) => void): Promise<Worker> {
  const bytes = await workspace.fs.readFile(source);
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "text/javascript" }));
  const worker = new Worker(url, { name: "Gradlens" });
  worker.addEventListener("message", () => URL.revokeObjectURL(url), { once: true });
  started(worker);
  return worker;
}
