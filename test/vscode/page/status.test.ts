/** The status item and what Report Issue writes. */
import assert from "node:assert/strict";
import { isSeen, openWorkbench, succeeds, until, type Workbench } from "../workbench";

describe("status", function () {
  this.timeout(120_000);
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ file: "tf_diffs.py", settings: { "gradlens.digits": 5 } });
    await workbench.lenses.filter({ hasText: "∇g" }).first().waitFor();
  });
  after(() => workbench?.close());

  it("says in how many milliseconds the file was evaluated", async () => {
    const { page } = workbench;
    const item = page.locator("#status\\.languageStatus, [id*='languageStatus']").first();
    await until(async () => {
      await page.mouse.move(2, 2);
      await succeeds(() => item.hover({ timeout: 3000 }));
      return isSeen(page.locator(".monaco-hover:visible").filter({ hasText: /Gradlens: \d+ ms/ }), 3000);
    }, "the status item's hover");
    await workbench.screenshot("status-item");
  });

  it("fills in the versions of a report", async () => {
    await workbench.runCommand("Gradlens: Report Issue");
    await workbench.lines.filter({ hasText: "gradlens.digits" }).first().waitFor();
    const text = (await workbench.lines.allTextContents()).join("\n").replaceAll("\u00a0", " ");
    assert.match(text, /Gradlens \| 0\./);
    assert.match(text, /VS Code \| 1\./);
    await workbench.screenshot("report-issue");
  });
});
