/** The language status item: what was evaluated, in how many milliseconds, or why not. */
import { type Disposable, LanguageStatusSeverity, l10n, languages, window } from "vscode";
import type { DocumentStatus } from "../protocol/lsp";
import { languages as selector } from "./cursor";
import { wholeOf } from "./notebooks";
import type { Server } from "./server";

export class Status implements Disposable {
  private readonly item = languages.createLanguageStatusItem("gradlens.status", [...selector]);
  private readonly known = new Map<string, DocumentStatus>();
  private readonly disposables: Disposable[];

  constructor(server: Server) {
    this.item.name = "Gradlens";
    this.item.command = { title: l10n.t("Show Output"), command: "gradlens.showOutput" };
    this.disposables = [
      this.item,
      server.on("gradlens/status", (status) => {
        this.known.set(status.uri, status);
        this.show();
      }),
      window.onDidChangeActiveTextEditor(() => this.show()),
    ];
    this.show();
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  /** Of the active document, once it has been evaluated. */
  get current(): DocumentStatus | undefined {
    const document = window.activeTextEditor?.document;
    return document && this.known.get(wholeOf(document).uri);
  }

  private show(): void {
    const status = this.current;
    this.item.busy = !status;
    this.item.severity = status?.problem ? LanguageStatusSeverity.Warning : LanguageStatusSeverity.Information;
    if (!status) {
      this.item.text = l10n.t("Gradlens: evaluating");
      this.item.detail = undefined;
    } else if (status.problem) {
      this.item.text = "Gradlens";
      this.item.detail = status.problem;
    } else {
      this.item.text = l10n.t("Gradlens: {0} ms", Math.max(1, Math.round(status.milliseconds)));
      this.item.detail = l10n.t("functions: {0}, findings: {1}", status.functions, status.findings);
    }
  }
}
