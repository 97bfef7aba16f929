/** The language server as a process: over the IPC or stdio that its arguments name. */
import { createConnection } from "vscode-languageserver/node";
import { startServer } from "./server";

startServer(createConnection());
