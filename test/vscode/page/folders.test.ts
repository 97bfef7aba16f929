/** A workspace of several folders: files of the same name, settings of each folder, a module of each. */
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { openWorkbench, until, type Workbench } from "../workbench";

const text = (power: number) =>
  `from helper import scale\n\n\n# gradlens: x=3\ndef f(x):\n    return scale * x ** ${power}\n\n\nprint(f(3.0))\n`;

describe("a workspace of two folders", function () {
  this.timeout(120_000);
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({
      workspaceFile: "both.code-workspace",
      files: {
        "both.code-workspace": JSON.stringify({ folders: [{ path: "first" }, { path: "second" }] }),
        "first/same.py": text(2),
        "first/helper.py": "scale = 2.0\n",
        "second/same.py": text(3),
        "second/helper.py": "scale = 10.0\n",
        "second/.vscode/settings.json": JSON.stringify({ "gradlens.codeLens.enabled": false, "gradlens.digits": 3 }),
      },
      file: "first/same.py",
      viewport: { width: 1500, height: 900 },
    });
  });
  after(() => workbench?.close());

  const hint = (words: string): Locator => workbench.lines.filter({ hasText: words }).first();

  it("gives each file of the same name its own answers", async () => {
    await workbench.lenses.filter({ hasText: "12" }).first().waitFor();
    await hint("18.0").waitFor();
    await workbench.openFile("second/same.py");
    // 10 · 3³, and its derivative 270.
    await hint("270.0").waitFor();
    const hover = await workbench.hoverOn("f(x)", { saying: "270" });
    assert.match(String(await hover.textContent()), /= 270/);
  });

  it("follows the settings of each folder", async () => {
    assert.equal(await workbench.lenses.count(), 0);
    await workbench.openFile("first/same.py");
    await workbench.lenses.first().waitFor();
  });

  it("shows in the panel the function of the file that has the cursor", async () => {
    const { page } = workbench;
    const openPanel = async (file: string, value: string) => {
      await page.locator(".editor-group-container").first().locator(".view-lines").click();
      await workbench.openFile(file);
      await workbench.goTo(5, 6);
      await workbench.runCommand("Gradlens: Open Panel");
      const shown = async () => {
        const panel = await workbench.panelFrame("f(x)");
        return (await panel.locator(".value-number").textContent({ timeout: 2000 })) === value;
      };
      await until(() => shown().catch(() => false), `the panel of ${file}`);
    };
    await openPanel("first/same.py", "18");
    await openPanel("second/same.py", "270");
    await workbench.screenshot("two-folders");
    await openPanel("first/same.py", "18");
  });
});
