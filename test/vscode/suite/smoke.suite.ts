import * as vscode from "vscode";
import { deepEqual, equal, ok } from "./assert";
import { extension } from "./workspace";

describe("the extension in its host", () => {
  it("activates", async () => {
    await extension().activate();
    ok(extension().isActive);
  });

  it("registers every command that its manifest contributes", async () => {
    await extension().activate();
    const contributed: string[] = (extension().packageJSON.contributes?.commands ?? []).map(
      (item: { command: string }) => item.command,
    );
    const registered = new Set(await vscode.commands.getCommands(true));
    deepEqual(
      contributed.filter((command) => !registered.has(command)),
      [],
    );
  });

  it("has the manifest's entry point for this kind of host", () => {
    const onNode = typeof process === "object" && typeof process.versions?.node === "string";
    equal(typeof extension().packageJSON.main, onNode ? "string" : "undefined");
    equal(typeof extension().packageJSON.browser, "string");
  });
});
