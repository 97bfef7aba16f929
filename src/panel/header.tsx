import * as l10n from "@vscode/l10n";
import type { PointOrigin, View } from "../protocol/lsp";
import { CopyMenu } from "./copy-menu";
import type { Model } from "./session";
import { useSession } from "./use";

/** What is shown, at which point, and where that came from. */
export function Header({ model, view }: { model: Model; view: View }) {
  const session = useSession();
  const { location, origin } = view;
  const source = model.subject?.uri;
  const originText = model.pinned ? l10n.t("pinned") : model.given ? l10n.t("chosen here") : wordsFor(origin);
  return (
    <header>
      <div class="title">
        <h1>
          {location ? (
            <button
              type="button"
              class="link"
              title={l10n.t("Show in the editor")}
              onClick={() => session.reveal(location.uri, location.range.start.line, location.range.start.character)}
            >
              {view.title}
            </button>
          ) : (
            view.title
          )}
        </h1>
        <p class="where">
          <span>{view.where}</span>{" "}
          {!model.given && origin.line !== undefined && source ? (
            <button type="button" class="link" onClick={() => session.reveal(source, origin.line ?? 0)}>
              {originText}
            </button>
          ) : (
            <span class="muted">{originText}</span>
          )}
        </p>
      </div>
      <div class="actions">
        {model.given && (
          <button type="button" class="action" onClick={() => session.releasePoint()}>
            {l10n.t("Reset point")}
          </button>
        )}
        <button
          type="button"
          class="action"
          aria-pressed={model.pinned}
          title={l10n.t("Use this point in hovers and code lenses too")}
          onClick={() => session.pin(!model.pinned)}
        >
          {l10n.t("Pin point")}
        </button>
        <button
          type="button"
          class="action"
          aria-pressed={!model.locked}
          title={l10n.t("Show the function at the cursor")}
          onClick={() => session.lock(!model.locked)}
        >
          {l10n.t("Follow cursor")}
        </button>
        <CopyMenu model={model} view={view} />
      </div>
    </header>
  );
}

function wordsFor({ kind, lineName }: PointOrigin): string {
  switch (kind) {
    case "pinned":
      return l10n.t("pinned");
    case "comment":
      return l10n.t("from the comment in line {0}", lineName ?? 1);
    case "call":
      return lineName ? l10n.t("from the call in line {0}", lineName) : l10n.t("from a call in this file");
    case "module":
      return l10n.t("from the file's variables");
    case "default":
      return l10n.t("from the default arguments");
    case "ones":
      return l10n.t("as nothing in the file gives values");
    case "given":
      return l10n.t("chosen here");
  }
}
