/** A language client for tests: the real server over an in-memory connection. */
import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import {
  createConnection,
  createProtocolConnection,
  type Diagnostic,
  type Hover,
  type InitializeResult,
  type MarkupContent,
  type ProtocolConnection,
  type Range,
  type ServerCapabilities,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import type { InitializationOptions, Requests } from "../../src/protocol/lsp";
import { startServer } from "../../src/server/server";

/** Settings for tests of answers, not of budgets: a busy machine must not cut them short. */
export const patient = { budget: { evaluation: 5000 } };

export interface TestClient {
  readonly connection: ProtocolConnection;
  readonly capabilities: ServerCapabilities;
  /** Opens a document and waits for its diagnostics. */
  open(uri: string, text: string, languageId?: string): Promise<Diagnostic[]>;
  /** Replaces the whole text and waits for the diagnostics of that version. */
  change(uri: string, text: string): Promise<Diagnostic[]>;
  request<M extends keyof Requests>(method: M, params: Requests[M][0]): Promise<Requests[M][1]>;
  stop(): Promise<void>;
}

export async function startClient(
  options: Partial<InitializationOptions> & {
    settings?: object;
    html?: boolean;
    shows?: "words" | "plain";
    locale?: string;
  } = {},
): Promise<TestClient> {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  startServer(createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient)));
  const connection = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const versions = new Map<string, number>();
  const published = new Map<string, Diagnostic[]>();
  const waiting = new Map<string, (list: Diagnostic[]) => void>();
  connection.onNotification(
    "textDocument/publishDiagnostics",
    (params: { uri: string; version?: number; diagnostics: Diagnostic[] }) => {
      const key = `${params.uri}@${params.version}`;
      published.set(key, params.diagnostics);
      waiting.get(key)?.(params.diagnostics);
    },
  );
  connection.onRequest("workspace/configuration", ({ items }: { items: unknown[] }) =>
    items.map(() => options.settings ?? null),
  );
  connection.onRequest("window/workDoneProgress/create", () => null);
  connection.listen();
  const { capabilities }: InitializeResult = await connection.sendRequest("initialize", {
    processId: null,
    rootUri: null,
    ...(options.locale ? { locale: options.locale } : {}),
    capabilities: {
      workspace: { configuration: true },
      general: options.shows
        ? {}
        : { markdown: { parser: "marked", ...(options.html === false ? {} : { allowedTags: ["table", "img"] }) } },
      ...(options.shows === "plain" ? { textDocument: { hover: { contentFormat: ["plaintext"] } } } : {}),
    },
    initializationOptions: { theme: options.theme ?? "dark", l10n: options.l10n, findingsPage: options.findingsPage },
  });
  await connection.sendNotification("initialized", {});

  const diagnosticsOf = (uri: string): Promise<Diagnostic[]> => {
    const key = `${uri}@${versions.get(uri)}`;
    const known = published.get(key);
    return known ? Promise.resolve(known) : new Promise((resolve) => waiting.set(key, resolve));
  };
  return {
    connection,
    capabilities,
    async open(uri, text, languageId = "python") {
      versions.set(uri, 1);
      await connection.sendNotification("textDocument/didOpen", {
        textDocument: { uri, languageId, version: 1, text },
      });
      return diagnosticsOf(uri);
    },
    async change(uri, text) {
      const version = versions.get(uri)! + 1;
      versions.set(uri, version);
      await connection.sendNotification("textDocument/didChange", {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      });
      return diagnosticsOf(uri);
    },
    request: (method, params) => connection.sendRequest(method, params),
    async stop() {
      await connection.sendRequest("shutdown");
      connection.dispose();
    },
  };
}

/** The text of a hover without its pictures and the addresses of its links; pictures are `![what they show]`. */
export async function hoverText(
  { connection }: TestClient,
  uri: string,
  position: { line: number; character: number },
): Promise<string | null> {
  const hover = (await connection.sendRequest("textDocument/hover", {
    textDocument: { uri },
    position,
  })) as Hover | null;
  return hover && plainHover(hover);
}

export const plainHover = ({ contents }: Hover): string =>
  (contents as MarkupContent).value
    .replace(/\(data:image[^)]*\)/g, "")
    .replace(/\(command:[^)]*\)/g, "")
    .replace(/\\(?=[*_[\]|~])/g, "");

/** The position of the n-th occurrence of `part` (from 0), moved by `offset` characters. */
export function find(text: string, part: string, n = 0, offset = 0): { line: number; character: number } {
  let at = -1;
  for (let k = 0; k <= n; k++) at = text.indexOf(part, at + 1);
  if (at < 0) throw new Error(`${part} does not stand in the text`);
  const before = text.slice(0, at + offset);
  return { line: before.split("\n").length - 1, character: before.length - (before.lastIndexOf("\n") + 1) };
}

/** The range of the n-th occurrence of `part`. */
export function rangeOf(text: string, part: string, n = 0): Range {
  return { start: find(text, part, n), end: find(text, part, n, part.length) };
}

export function textAt(text: string, { start, end }: Range): string {
  const lines = text.split("\n");
  return start.line === end.line
    ? lines[start.line]!.slice(start.character, end.character)
    : [
        lines[start.line]!.slice(start.character),
        ...lines.slice(start.line + 1, end.line),
        lines[end.line]!.slice(0, end.character),
      ].join("\n");
}

export const example = (name: string): string => readFileSync(`examples/${name}`, "utf8");
