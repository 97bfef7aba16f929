/** Saving what the panel made, wherever the file system of the window is. */
import { l10n, Uri, window, workspace } from "vscode";
import type { PanelApi } from "../protocol/panel";
import { UserError } from "./server";

/**
 * Asks for a place, at first beside `document` or in the workspace.
 * @returns whether it was saved
 * @throws UserError where it cannot be written
 */
export async function save(
  { name, data }: Parameters<PanelApi["save"]>[0],
  document: string | undefined,
): Promise<boolean> {
  const ending = name.replace(/.*\./, "");
  const folder = folderOf(document) ?? workspace.workspaceFolders?.[0]?.uri;
  const target = await window.showSaveDialog({
    ...(folder ? { defaultUri: Uri.joinPath(folder, name) } : {}),
    filters: { [ending.toUpperCase()]: [ending] },
  });
  if (!target) return false;
  try {
    await workspace.fs.writeFile(target, typeof data === "string" ? new TextEncoder().encode(data) : data);
  } catch (error) {
    throw new UserError(l10n.t("{0} cannot be written: {1}", target.path, (error as Error).message));
  }
  window.setStatusBarMessage(l10n.t("Saved {0}", target.path.replace(/.*\//, "")), 5000);
  return true;
}

/** A document without a file has none. */
function folderOf(document: string | undefined): Uri | undefined {
  if (document === undefined) return undefined;
  const uri = Uri.parse(document);
  return workspace.fs.isWritableFileSystem(uri.scheme) ? Uri.joinPath(uri, "..") : undefined;
}
