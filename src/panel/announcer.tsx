import * as l10n from "@vscode/l10n";
import { useEffect, useState } from "preact/hooks";
import type { View } from "../protocol/lsp";

/** Tells screen readers the result once the point has come to rest. */
export function Announcer({ view }: { view: View }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    const gradient = view.gradient.map((row) => `${row.name}: ${row.automatic?.text ?? "—"}`).join(", ");
    const timer = setTimeout(
      () =>
        setSaid(
          l10n.t("Value {0}, gradient {1}, {2}", view.value?.text ?? view.result?.text ?? "—", gradient, view.where),
        ),
      700,
    );
    return () => clearTimeout(timer);
  }, [view]);
  return (
    <p class="sr-only" role="status">
      {said}
    </p>
  );
}
