/** What there is by the time that time is up. */
import * as l10n from "@vscode/l10n";
import type { ComponentChildren } from "preact";
import { useSession } from "./use";

/** Says what is missing, and offers to go on. */
export function Partial({ children }: { children: ComponentChildren }) {
  const session = useSession();
  return (
    <div class="note partial" role="status">
      <span>{children}</span>{" "}
      <button type="button" class="link" onClick={() => session.goOn()}>
        {l10n.t("Go on for longer")}
      </button>
    </div>
  );
}
