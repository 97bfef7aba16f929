/** Inlay hints: results at the end of the lines that made them. */
import * as l10n from "@vscode/l10n";
import type { InlayHint, Range } from "vscode-languageserver";
import type { Hint } from "../analysis/script";
import { plotThemes, sparkline, svgUri } from "../render";
import { markdown, words } from "./rich-text";
import type { Session } from "./session";
import { lineEnd, positionOf } from "./text";

export function hints(session: Session, uri: string, range: Range): InlayHint[] {
  const settings = session.settingsOf(uri);
  const analysis = session.analysis(uri);
  if (!settings.enable || !analysis) return [];
  const wanted: { [K in Hint["kind"]]: boolean } = {
    value: settings.inlayHints.values,
    gradient: settings.inlayHints.gradients,
    print: settings.inlayHints.prints,
    variable: settings.inlayHints.variables,
  };
  return (
    analysis.script.hints
      // `print()` has nothing to show, and the protocol wants no empty label.
      .filter(({ kind, label }) => wanted[kind] && label.trim() !== "")
      .map((hint) => ({ hint, position: positionOf(analysis.syntax, lineEnd(analysis.syntax, hint.span.to)) }))
      .filter(({ position: { line } }) => line >= range.start.line && line <= range.end.line)
      .map(({ hint, position }) => ({
        position,
        label: hint.label,
        paddingLeft: true,
        tooltip: { kind: "markdown", value: tooltip(session, hint, settings.inlayHints.histories) },
      }))
  );
}

function tooltip(session: Session, { tooltip, count, history, kind }: Hint, histories: boolean): string {
  const parts = ["```text\n" + tooltip.replaceAll("```", "'''") + "\n```"];
  if (count > 1)
    parts.push(kind === "variable" ? l10n.t("after {0} updates", count) : l10n.t("the last of {0} times", count));
  if (history && histories) {
    const theme = plotThemes[session.theme];
    const { svg, width, height } = sparkline(history, { theme });
    const described = l10n.t(
      "from {0} to {1} in {2} updates",
      history[0]!,
      history[history.length - 1]!,
      history.length - 1,
    );
    // VS Code shows no HTML in a hint's tooltip.
    const { picture } = session.rich.pictures ? markdown : words;
    parts.push(picture({ uri: svgUri(svg), width, height, alt: described }));
  }
  return parts.join("\n\n");
}
