/** What a new user meets: the walkthrough, its example, the menus, a selection in any kind of file, another language. */
import assert from "node:assert/strict";
import { isSeen, openWorkbench, succeeds, type Theme, until, type Workbench } from "../workbench";

const themes: readonly Theme[] = ["dark", "light"];

describe("the walkthrough", function () {
  this.timeout(120_000);
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ viewport: { width: 1600, height: 900 } });
  });
  after(() => workbench?.close());

  /** Opens a step, and clicks the button or link in it that says this. */
  const click = async (step: string, words: string) => {
    const { page } = workbench;
    const title = page.locator(".getting-started-step .step-title", { hasText: step });
    const link = page.locator(".getting-started-step.expanded :is(a, .monaco-button)", { hasText: words }).first();
    await workbench.runCommand("Gradlens: Open the Walkthrough");
    await until(async () => {
      if (!(await link.isVisible())) await succeeds(() => title.click({ timeout: 2000 }));
      return isSeen(link, 2000);
    }, `the step "${step}"`);
    await link.click();
  };
  const examples = () => workbench.page.locator('.tab[data-resource-name^="Untitled-"]');

  it("has five steps with pictures that follow the theme", async () => {
    await workbench.runCommand("Gradlens: Open the Walkthrough");
    const titles = workbench.page.locator(".getting-started-step .step-title");
    await until(async () => (await titles.count()) === 5, "five steps");
    for (const theme of themes) {
      await workbench.setTheme(theme);
      for (const k of [0, 1, 2, 3, 4]) {
        await titles.nth(k).click();
        await workbench.page.locator(".getting-started-step.expanded").nth(0).waitFor();
        await workbench.screenshot(`walkthrough-${k + 1}`);
      }
    }
    const code = await workbench.page.locator(".getting-started-step code").allTextContents();
    assert.ok(code.includes("(x1 + 5) * x2^2"), code.join(" | "));
  });

  it("shows a gradient in the example, with what is selected there", async () => {
    await click("Select any expression", "Show Gradient");
    await workbench.notification("∇((x1 + 5) * (x2 ** 2)) = (9, 42) at (2, 3)").waitFor();
    await workbench.screenshot("walkthrough-gradient");
    await workbench.runCommand("Notifications: Clear All Notifications");
  });

  it("goes to a finding", async () => {
    await click("Learn why", "Show One");
    await workbench.page.locator(".statusbar-item", { hasText: /^Ln 45, / }).waitFor();
  });

  it("ends in the panel, with the example that is open already", async () => {
    await click("Turn the knobs", "Open Panel");
    await workbench.panelFrame("g(x1, x2)");
    await click("Turn the knobs", "minimize");
    const panel = await workbench.panelFrame("f(x)");
    await panel.locator(".runs tbody tr", { hasText: "100 steps" }).waitFor();
    await workbench.screenshot("walkthrough-panel");
    assert.equal(await examples().count(), 1);
  });

  it("copies what the panel shows that has the focus", async () => {
    const panel = await workbench.panelFrame("f(x)");
    await panel.locator("h1").click();
    await workbench.runCommand("Gradlens: Show Gradient");
    await workbench.notification("f′ = 8 at x = 1").waitFor();
  });
});

describe("a selection in any kind of file", function () {
  this.timeout(120_000);
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({
      file: "area.js",
      files: {
        "area.js": "const area = (r) => Math.PI * r ** 2;\n",
        "note.txt": "the price is 3q^2 + 2q, he said\n",
        "square.py": "def square(x):\n    return x ** 2\n\nprint(square(3.0))\n",
      },
    });
  });
  after(() => workbench?.close());

  it("is read as JavaScript, and a point is asked for once", async () => {
    const ask = async (command: string, prefilled: string) => {
      await workbench.select("Math.PI * r ** 2");
      await workbench.runCommand(command);
      await until(
        async () => (await workbench.quickInput.inputValue()) === prefilled,
        `the question, with ${prefilled}`,
      );
    };
    await ask("Gradlens: Show Gradient", "r=1");
    await workbench.answer("r=2");
    await workbench.notification("∂(Math.PI * r ** 2)/∂r = 12.566").waitFor();
    await ask("Gradlens: Show Hessian", "r=2");
    await workbench.page.keyboard.press("Escape");
  });

  it("has the same keys in plain text", async () => {
    await workbench.openFile("note.txt");
    await until(async () => {
      await workbench.select("3q^2 + 2q");
      await workbench.page.keyboard.press("Control+Alt+G");
      await workbench.page.keyboard.press("G");
      return isSeen(workbench.quickInput, 3000);
    }, "the question");
    await workbench.answer("q=1");
    await workbench.notification("∂(3q^2 + 2q)/∂q = 8 at q = 1").waitFor();
  });

  it("has its commands in the context menu, and Unpin only where something is pinned", async () => {
    const { page } = workbench;
    const items = page.locator(".monaco-menu .action-label");
    const open = async () => {
      await workbench.openFile("square.py");
      await until(async () => {
        await page.keyboard.press("Escape");
        const { x, y } = await workbench.find("return");
        await page.mouse.click(x + 4, y + 4, { button: "right" });
        const menu = page.locator(".monaco-menu .action-item", { hasText: /^Gradlens/ }).first();
        await succeeds(() => menu.hover({ timeout: 2000 }));
        return isSeen(items.filter({ hasText: "Export as Program" }), 3000);
      }, "the menu");
      const texts = await items.allTextContents();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      return texts;
    };
    const before = await open();
    assert.ok(before.includes("Check Gradient") && before.includes("Pin Point…"), before.join());
    assert.ok(!before.includes("Unpin Point"), before.join());
    await workbench.goTo(2, 6);
    await workbench.runCommand("Gradlens: Pin Point");
    await until(async () => (await workbench.quickInput.inputValue()) === "x=3", "the question");
    await workbench.answer("x=4");
    await workbench.lenses.filter({ hasText: "square′ = 8 at x = 4" }).first().waitFor();
    const after = await open();
    assert.ok(after.includes("Unpin Point"), after.join());
  });
});

describe("in Simplified Chinese @every", function () {
  this.timeout(120_000);
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({
      file: "tf_diffs.zh-cn.py",
      language: "zh-cn",
      viewport: { width: 1360, height: 900 },
    });
  });
  after(() => workbench?.close());

  it("speaks everywhere: lenses, hovers, findings, commands, the panel", async () => {
    await workbench.lenses.filter({ hasText: "∇g = (9, 42) 在 (2, 3) 处" }).first().waitFor();
    await workbench.lenses.filter({ hasText: "打开面板" }).first().waitFor();
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await workbench.goTo(26);
      await workbench.hoverOn("g(", { saying: /在 \(2, 3\) 处.*检查梯度/s, pictures: 4 });
      await workbench.screenshot("hover-zh-cn");
      await workbench.page.keyboard.press("Escape");
    }
    await workbench.goTo(23, 6);
    await workbench.runCommand("打开面板");
    const panel = await workbench.panelFrame("固定");
    await panel.locator("h1", { hasText: "g(x1, x2)" }).waitFor();
    assert.doesNotMatch(await panel.locator("body").innerText(), /Follow cursor|Gradient|Point|Value/);
    await workbench.screenshot("panel-zh-cn");
  });
});
