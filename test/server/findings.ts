/** Findings for tests: what the server tells of a text, and the text after a fix. */
import assert from "node:assert/strict";
import type { CodeAction, Diagnostic } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { run as evaluate, parse } from "../../src/languages/python";
import { startClient, type TestClient, textAt } from "./client";

const SEVERITIES = ["", "error", "warning", "information", "hint"];

export interface Told {
  readonly code: string;
  readonly severity: string;
  /** One-based. */
  readonly line: number;
  /** The text that is marked. */
  readonly marked: string;
  readonly message: string;
  readonly diagnostic: Diagnostic;
}

export class Findings {
  private documents = 0;
  private constructor(readonly client: TestClient) {}

  static async start(...options: Parameters<typeof startClient>): Promise<Findings> {
    // A busy machine must not end an evaluation.
    const [given] = options;
    return new Findings(await startClient({ settings: { budget: { evaluation: 5000 } }, ...given }));
  }

  stop(): Promise<void> {
    return this.client.stop();
  }

  /** What is told of a text, in the order of the text. */
  async of(text: string): Promise<Told[]> {
    return (await this.opened(text)).told;
  }

  /** Of one code only. */
  async coded(text: string, code: string): Promise<Told[]> {
    return (await this.of(text)).filter((one) => one.code === code);
  }

  private async opened(text: string): Promise<{ uri: string; told: Told[] }> {
    const uri = `file:///finding${++this.documents}.py`;
    const list = await this.client.open(uri, text);
    const told = list.map(
      (diagnostic): Told => ({
        code: String(diagnostic.code),
        severity: SEVERITIES[diagnostic.severity!]!,
        line: diagnostic.range.start.line + 1,
        marked: textAt(text, diagnostic.range),
        message: String(diagnostic.message),
        diagnostic,
      }),
    );
    return { uri, told: told.sort((a, b) => a.line - b.line) };
  }

  /** The text after the (only) quick fix of the findings with a code at their first place. */
  async fixed(text: string, code: string): Promise<string> {
    const { uri, told } = await this.opened(text);
    const first = told.find((one) => one.code === code);
    assert.ok(first, `${code}: ${JSON.stringify(told.map((one) => [one.code, one.message]))}`);
    const actions = (await this.client.connection.sendRequest("textDocument/codeAction", {
      textDocument: { uri },
      range: first.diagnostic.range,
      context: { diagnostics: [first.diagnostic], only: ["quickfix"] },
    })) as CodeAction[];
    const action = actions.find(({ diagnostics }) => diagnostics?.[0]?.code === code);
    assert.ok(action?.edit, `${code} has no fix: ${JSON.stringify(actions.map(({ title }) => title))}`);
    return TextDocument.applyEdits(TextDocument.create(uri, "python", 1, text), action.edit.changes![uri]!);
  }
}

/** What a text prints when it is evaluated; it must not raise. */
export function printed(text: string): string {
  const { output, error } = evaluate(parse(text));
  assert.equal(error, undefined, `${error?.text}\n${text}`);
  return output;
}

export const lines = (...list: string[]): string => `${list.join("\n")}\n`;
