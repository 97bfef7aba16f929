/** The language server as a worker. */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from "vscode-languageserver/browser";
import type { ClientRequests } from "../protocol/lsp";
import { loadTypesetterBy, type Typesetter } from "../render";
import { startServer } from "./server";

const scope = self as unknown as DedicatedWorkerGlobalScope & { gradlensMathjax?: Typesetter };
const connection = createConnection(new BrowserMessageReader(scope), new BrowserMessageWriter(scope));

// A worker that was started from a Blob has no address of its own: the client gives that of a copy.
const method: keyof ClientRequests = "gradlens/typesetter";
loadTypesetterBy(async () => {
  try {
    scope.importScripts(await connection.sendRequest<ClientRequests[typeof method][1]>(method, null));
    return scope.gradlensMathjax!;
  } catch (error) {
    connection.console.error(`MathJax cannot be loaded: ${error}`);
    throw error;
  }
});

startServer(connection);
