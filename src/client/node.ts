/** The extension in Node's extension host: the server is a process of its own. */
import { join } from "node:path";
import type { ExtensionContext } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { activate as start } from "./extension";

export { deactivate } from "./extension";

export function activate(context: ExtensionContext): void {
  const module = join(context.extensionPath, "dist", "server.js");
  const transport = TransportKind.ipc;
  const run = { module, transport, options: { execArgv: [] } };
  const debug = { module, transport, options: { execArgv: ["--nolazy", "--inspect=6009"] } };
  start(context, (options) => new LanguageClient("gradlens", "Gradlens", { run, debug }, options));
}
