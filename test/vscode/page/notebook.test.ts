/** A notebook as a user sees it. */
import { join } from "node:path";
import { openWorkbench, type Workbench } from "../workbench";

describe("gradients.ipynb", function () {
  this.timeout(120_000);
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ viewport: { width: 1200, height: 900 } });
  });
  after(() => workbench?.close());

  it("has lenses, hints and hovers in its cells, and opens the panel", async () => {
    const { page } = workbench;
    await page.keyboard.press("ControlOrMeta+P");
    await workbench.quickInput.fill(join(workbench.state.workspace, "gradients.ipynb"));
    await workbench.quickRows.filter({ hasText: "gradients.ipynb" }).first().click();
    await workbench.lines
      .filter({ hasText: /\[9\.0,\s42\.0\]/ })
      .first()
      .waitFor();
    await workbench.lenses.filter({ hasText: "∇g = (9, 42) at (2, 3)" }).first().waitFor();
    for (const theme of ["light", "dark"] as const) {
      await workbench.setTheme(theme);
      await workbench.hoverOn("g(", { nth: 1, saying: "(9, 42)" });
      await workbench.screenshot("notebook");
      await page.keyboard.press("Escape");
    }
    await workbench.lenses.locator("a").filter({ hasText: "Open panel" }).first().click();
    const frame = await workbench.panelFrame("g(x1, x2)");
    const cellIs = (words: string) => page.locator(".statusbar-item").filter({ hasText: words }).waitFor();
    const { x, y } = await workbench.find("tape.gradient(");
    await page.mouse.click(x + 2, y + 2);
    await cellIs("Cell 4 of 7");
    // The title leads to the cell of the definition.
    await frame.getByRole("button", { name: "g(x1, x2)" }).click();
    await cellIs("Cell 2 of 7");
    await workbench.screenshot("notebook-panel");
  });
});
