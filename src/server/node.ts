/** The language server as a process: over the IPC or stdio that its arguments name. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createConnection } from "vscode-languageserver/node";
import { startServer } from "./server";

startServer(createConnection(), (uri) => {
  try {
    return readFileSync(fileURLToPath(uri), "utf8");
  } catch {
    return undefined;
  }
});
