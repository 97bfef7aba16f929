import * as l10n from "@vscode/l10n";
import type { PanelTab } from "../protocol/panel";
import type { Model } from "./session";
import { useSession } from "./use";

/** Which of the page's views is shown; the arrow keys change it. */
export function Tabs({ model: { tab, document } }: { model: Model }) {
  const session = useSession();
  const tabs: [PanelTab, string][] = [
    ["function", l10n.t("Function")],
    ["optimize", l10n.t("Optimize")],
    ...(document === undefined ? [] : [["script", l10n.t("Script")] satisfies [PanelTab, string]]),
  ];
  return (
    <nav class="tabs" aria-label={l10n.t("View")}>
      <div
        role="tablist"
        aria-label={l10n.t("View")}
        onKeyDown={(event) => {
          const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          if (!by) return;
          const at = (tabs.findIndex(([name]) => name === tab) + by + tabs.length) % tabs.length;
          session.setTab(tabs[at]![0]);
          event.currentTarget.querySelectorAll("button")[at]?.focus();
        }}
      >
        {tabs.map(([name, words]) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={tab === name}
            aria-controls="view"
            tabIndex={tab === name ? 0 : -1}
            onClick={() => session.setTab(name)}
          >
            {words}
          </button>
        ))}
      </div>
    </nav>
  );
}
