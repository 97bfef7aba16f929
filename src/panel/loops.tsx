import * as l10n from "@vscode/l10n";
import type { LoopPath, View } from "../protocol/lsp";
import { decodeArray } from "../protocol/values";
import { formatNumber } from "../render/numbers";
import { useSession } from "./use";

export const loopLabel = (loop: LoopPath): string => l10n.t("loop in line {0}", loop.lineName);

/** The training loops of the file that went through this function. */
export function Loops({ view }: { view: View }) {
  const session = useSession();
  if (view.paths.length === 0) return null;
  return (
    <section>
      <h2>{l10n.t("Loops in this file")}</h2>
      <ul class="loops">
        {view.paths.map((loop, i) => {
          const path = decodeArray(loop.path);
          const width = loop.labels.length;
          const updates = width ? path.length / width - 1 : 0;
          const { line, character } = loop.range.start;
          return (
            <li key={`${loop.uri} ${line} ${loop.labels.join()}`}>
              <span class={`swatch path-${i % 3}`} aria-hidden="true" />
              <button type="button" class="link" onClick={() => session.reveal(loop.uri, line, character)}>
                {loopLabel(loop)}
              </button>{" "}
              <span class="muted">{l10n.t("{0} updates", updates)}</span>
              <span class="finals">
                {loop.labels
                  .slice(0, 6)
                  .map(
                    (label, k) => `${label}: ${formatNumber(path[k]!)} → ${formatNumber(path[updates * width + k]!)}`,
                  )
                  .join(", ")}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
