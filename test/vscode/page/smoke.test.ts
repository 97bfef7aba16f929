import { equal } from "node:assert/strict";
import { statSync } from "node:fs";
import { openWorkbench, type Workbench } from "../workbench";

describe("the workbench @every", () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ files: { "hello.txt": "one\ntwo three\n" }, file: "hello.txt" });
  });
  after(() => workbench?.close());

  it("opens the file and runs a command of the palette", async () => {
    equal(await workbench.lines.count(), 3);
    await workbench.goTo(2);
    await workbench.runCommand("Duplicate Selection");
    await workbench.find("two three", 1);
  });

  it("takes a picture", async () => {
    const path = await workbench.screenshot("smoke");
    equal(statSync(path).size > 10_000, true);
  });

  it("changes its theme while it runs", async () => {
    await workbench.setTheme("hc-light");
    await workbench.screenshot("smoke");
    await workbench.setTheme("light");
    await workbench.screenshot("smoke");
  });
});
