/** All that the panel can show at once, in every theme: each layer, each table, every part open. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { eventually, type Options, type Panel, usePages } from "./page";
import { themes } from "./themes";

/** Presses every layer, and opens whatever is folded but menus. */
async function openEverything(page: Page): Promise<void> {
  const layers = page.locator(".layers:not(.components) .layer[aria-pressed=false]");
  await eventually(async () => {
    if ((await layers.count()) > 0) await layers.first().press("Enter");
    assert.equal(await layers.count(), 0);
  });
  const folded = page.locator("details:not([open]):not(.menu) > summary");
  await eventually(async () => {
    if ((await folded.count()) > 0) await folded.first().press("Enter");
    assert.equal(await folded.count(), 0);
  });
}

describe("the panel's page with everything open", function () {
  this.timeout(180_000);
  const openPage = usePages();
  let panel: Panel;

  const states: [name: string, options: Options][] = [
    ["rosenbrock", {}],
    ["broken", { width: 320 }],
    ["rotation", {}],
    ["halves", { width: 420 }],
    ["loss", {}],
  ];
  for (const theme of Object.keys(themes)) {
    it(`is accessible, and nothing is cut off, in ${theme}`, async () => {
      for (const [name, options] of states) {
        panel = await openPage(name, { ...options, theme });
        const { page } = panel;
        await panel.drawn();
        await openEverything(page);
        await panel.drawn();
        // In the middle of the sweep back.
        const step = page.getByRole("slider", { name: "Step of the sweeps" });
        if ((await step.count()) > 0) await step.fill(String(Math.floor(Number(await step.getAttribute("max")) * 0.7)));
        await eventually(async () => assert.equal(await page.locator("[aria-busy=true]").count(), 0));
        await panel.picture(`everything-${name}-${theme}`);
        assert.deepEqual(await panel.accessibility(), [], name);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(wide <= 0, `${name} is ${wide} pixels too wide`);
        // The last is looked over by the suite.
        if (name !== states.at(-1)![0]) await panel.end();
      }
    });
  }
});
