import * as l10n from "@vscode/l10n";
import type { ComponentChildren } from "preact";
import { useModel, useSession } from "./use";

/** A place in the script: a click shows it in the editor. */
export function LineLink({
  range,
  children,
}: {
  range: { start: { line: number; character: number } };
  children?: ComponentChildren;
}) {
  const session = useSession();
  const { document } = useModel(session);
  const { line, character } = range.start;
  return (
    <button
      type="button"
      class="link line-link"
      title={l10n.t("Show in the editor")}
      onClick={() => document !== undefined && session.reveal(document, line, character)}
    >
      {children ?? l10n.t("line {0}", line + 1)}
    </button>
  );
}
