import * as l10n from "@vscode/l10n";
import type { ComponentChildren } from "preact";
import type { Placed } from "../protocol/lsp";
import { useSession } from "./use";

/** A place in the script: a click shows it in the editor. */
export function LineLink({
  range,
  lineName,
  children,
}: Partial<Placed> & {
  children?: ComponentChildren;
}) {
  const session = useSession();
  const { line, character } = range?.start ?? { line: 0, character: 0 };
  return (
    <button
      type="button"
      class="link line-link"
      title={l10n.t("Show in the editor")}
      onClick={() => {
        const { document } = session.model;
        if (document !== undefined) session.reveal(document, line, character);
      }}
    >
      {children ?? l10n.t("line {0}", lineName ?? line + 1)}
    </button>
  );
}
