// What every suite needs: the extension, files of the workspace, and waiting by condition.
import * as vscode from "vscode";
import { AssertionError } from "./assert";

export const extensionId = "gradlens.gradlens";

/** The extension under test. */
export function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(extensionId);
  if (!found) throw new AssertionError(`${extensionId} is not there`);
  return found;
}

/** A file of the workspace, which is a copy of examples/. */
export function file(name: string): vscode.Uri {
  return vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0].uri, name);
}

/** Writes a file into the workspace and shows it in an editor. */
export async function show(name: string, text?: string): Promise<vscode.TextEditor> {
  if (text !== undefined) await vscode.workspace.fs.writeFile(file(name), new TextEncoder().encode(text));
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file(name)));
}

/** Asks again until there is an answer that is truthy; then returns it. */
export async function until<T>(
  ask: () => T | Promise<T>,
  what = "the condition",
  timeout = 15_000,
): Promise<Exclude<T, false | null | undefined>> {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Exclude<T, false | null | undefined>;
    if (Date.now() > end) throw new AssertionError(`${what} did not come true within ${timeout} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
