/** `Gradlens: Report Issue`: a document with the versions filled in, for the user to complete and send. */
import { type ExtensionContext, env, extensions, l10n, UIKind, version, window, workspace } from "vscode";
import type { DocumentStatus } from "../protocol/lsp";

/** Settings that are not as delivered, by their names. */
function changedSettings(properties: readonly string[]): [name: string, value: unknown][] {
  const settings = workspace.getConfiguration();
  return properties.flatMap((name): [string, unknown][] => {
    const { defaultValue } = settings.inspect(name) ?? {};
    const value = settings.get(name);
    return JSON.stringify(value) === JSON.stringify(defaultValue) ? [] : [[name, value]];
  });
}

/** @param status how the evaluation of the active document went */
export async function reportIssue({ extension }: ExtensionContext, status: DocumentStatus | undefined): Promise<void> {
  const { packageJSON } = extension;
  const python = extensions.getExtension("ms-python.python");
  const facts: [string, string][] = [
    ["Gradlens", packageJSON.version],
    ["VS Code", `${version} (${env.appName}, ${env.uiKind === UIKind.Web ? "web" : "desktop"})`],
    [l10n.t("Language"), env.language],
    [l10n.t("Remote"), env.remoteName ?? "—"],
    [l10n.t("Workspace trusted"), String(workspace.isTrusted)],
    [l10n.t("Python extension"), python ? python.packageJSON.version : "—"],
    ...changedSettings(Object.keys(packageJSON.contributes.configuration.properties)).map(
      ([name, value]): [string, string] => [name, JSON.stringify(value)],
    ),
  ];
  if (status) facts.push([l10n.t("The active file"), status.problem ?? `${Math.round(status.milliseconds)} ms`]);
  const content = [
    `# ${l10n.t("Gradlens: what is wrong?")}`,
    "",
    l10n.t("What I did, with the few lines of code that show it:"),
    "",
    "```python",
    "",
    "```",
    "",
    l10n.t("What I expected, and what I saw:"),
    "",
    "",
    `## ${l10n.t("Versions")}`,
    "",
    "| | |",
    "| --- | --- |",
    ...facts.map(([name, value]) => `| ${name} | ${value.replaceAll("|", "\\|")} |`),
    "",
    l10n.t("Nothing of your files is in this report, and nothing has been sent."),
    "",
  ].join("\n");
  await window.showTextDocument(await workspace.openTextDocument({ language: "markdown", content }));
}
