/** The panel in a real VS Code: everything that a user can do there. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Frame, Locator } from "playwright-core";
import { workbenchAddress } from "../../../scripts/lib/vscode-server.mjs";
import { isSeen, openWorkbench, succeeds, type Theme, until, type Workbench } from "../workbench";

const themes: readonly Theme[] = ["dark", "light", "hc-dark", "hc-light"];

const hard = `import math


# gradlens: r=2, s=3
def polar(r, s):
    return r * s, r + s


# gradlens: x=-1
def strict(x):
    if x < 0:
        raise ValueError("x is negative")
    return x ** 2


# gradlens: a=3, b=2
def slow(a, b):
    total = 0.0
    for i in range(200):
        total = total + math.sin(a * i) * math.cos(b) + (a * b) ** 2 / (i + 1)
    return total
`;

describe("the panel's use @every", function () {
  this.timeout(120_000);
  let workbench: Workbench;
  let panel: Frame;

  before(async () => {
    workbench = await openWorkbench({
      file: "tf_diffs.py",
      files: { "hard.py": hard },
      viewport: { width: 1600, height: 1000 },
      settings: { "workbench.sideBar.location": "left", "gradlens.budget.command": 60_000 },
    });
  });
  after(() => workbench?.close());

  const value = () => panel.locator(".value-number").textContent();
  const field = (name: string): Locator => panel.getByLabel(name, { exact: true });
  const title = (text: string) => panel.locator("h1", { hasText: text }).waitFor();
  /** The point moves with the plot's drawing: where its handle is drawn. */
  const drawn = async () => {
    await panel.locator(".plot .chart[aria-busy=false] .main-svg").first().waitFor();
    await panel.locator(".handle").waitFor();
  };
  const valueIs = (text: string, where: string) => until(async () => (await value()) === text, `the value ${where}`);
  const button = (name: string): Locator => panel.getByRole("button", { name, exact: true });
  const goTo = async (line: number, column = 1) => {
    await workbench.page.locator(".editor-group-container").first().locator(".view-lines").click();
    await workbench.goTo(line, column);
  };
  const tab = (name: string): Locator => workbench.page.getByRole("tab", { name: new RegExp(`∇.${name}`) });
  const violations = () =>
    workbench.log.filter((line) => /Content Security Policy|Content-Security-Policy|Refused to/i.test(line));

  it("follows the cursor from f to g", async () => {
    await workbench.goTo(12, 6);
    await workbench.runCommand("Gradlens: Open Panel");
    panel = await workbench.panelFrame("f(x)");
    await drawn();
    await valueIs("4", "of f");
    await until(async () => (await panel.locator(".formula.display svg use").count()) > 3, "typeset formulas");
    await goTo(23, 6);
    await title("g(x1, x2)");
    await drawn();
    await valueIs("63", "of g");
  });

  it("draws its marks in colours that stand out, in every theme", async () => {
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await panel.locator(".plot").scrollIntoViewIfNeeded();
      // The page takes its colours a moment after the workbench does, and draws anew.
      let contrasts: { color: string; opaque: boolean; ratio: number }[] = [];
      const standOut = async () => {
        contrasts = await panel.evaluate(() => {
          const numbers = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
          const luminance = ([r = 0, g = 0, b = 0]: number[]) => {
            const [x = 0, y = 0, z = 0] = [r, g, b].map((v) =>
              v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
            );
            return 0.2126 * x + 0.7152 * y + 0.0722 * z;
          };
          const background = luminance(numbers(getComputedStyle(document.body).backgroundColor));
          const [head, handle] = [document.querySelector(".arrow .head"), document.querySelector(".handle")];
          if (!head || !handle) return [];
          const colors = [getComputedStyle(head).fill, getComputedStyle(handle, "::before").backgroundColor];
          return colors.map((color) => {
            const parts = numbers(color);
            const light = luminance(parts);
            const ratio = (Math.max(light, background) + 0.05) / (Math.min(light, background) + 0.05);
            return { color, opaque: parts.length === 3 || parts[3] === 1, ratio };
          });
        });
        return contrasts.length > 0 && contrasts.every(({ opaque, ratio }) => opaque && ratio >= 3);
      };
      await until(standOut, `${theme}: marks that stand out`).catch((error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(contrasts)}`);
      });
      await workbench.screenshot("panel-marks");
    }
    await workbench.setTheme("dark");
  });

  it("takes a typed value, a dragged slider, a dragged point and the arrow keys", async () => {
    await field("x1").fill("3");
    await valueIs("72", "at (3, 3)");

    const slider = panel.getByRole("slider", { name: "x2 on a slider" });
    const { mouse } = workbench.page;
    const number = async (name: string) => Number(await field(name).inputValue());
    // What is drawn meanwhile may move the page under the mouse.
    await until(async () => {
      await slider.scrollIntoViewIfNeeded();
      const track = (await slider.boundingBox())!;
      await mouse.move(track.x + track.width / 2, track.y + track.height / 2);
      await mouse.down();
      await mouse.move(track.x + track.width * 0.7, track.y + track.height / 2, { steps: 6 });
      await mouse.up();
      return (await number("x2")) > 3;
    }, "a slider that was dragged to the right");
    const x2 = await number("x2");
    await until(async () => Math.abs(Number(await value()) - 8 * x2 ** 2) < 1e-9, "the value at the slider");

    const handle = panel.locator(".handle");
    let moved: readonly [x1: number, x2: number] = [3, x2];
    await until(async () => {
      await drawn();
      await handle.scrollIntoViewIfNeeded();
      const box = (await handle.boundingBox())!;
      await mouse.move(box.x + 12, box.y + 12);
      await mouse.down();
      await mouse.move(box.x - 30, box.y + 40, { steps: 6 });
      await mouse.up();
      moved = [await number("x1"), await number("x2")];
      return moved[0] < 3 && moved[1] < x2;
    }, "a point that was dragged to the left and down");
    await until(
      async () => Math.abs(Number(await value()) - (moved[0] + 5) * moved[1] ** 2) < 1e-6,
      "the value at the dragged point",
    );
    await handle.press("ArrowRight");
    await until(async () => (await number("x1")) > moved[0], "a point to the right");
    await field("x1").press("ArrowUp");
    await button("Reset point").click();
    await valueIs("63", "at the code's own point");
  });

  it("samples anew where it is zoomed", async () => {
    const across = () => panel.locator(".xaxislayer-above .xtick, .xtick").allTextContents();
    await drawn();
    const before = await across();
    await panel.locator(".plot").hover();
    await button("Zoom in").click();
    await until(async () => (await across()).join() !== before.join(), "other ticks");
    await until(
      async () =>
        (await panel.locator(".plot .contourlayer path").count()) > 4 &&
        (await panel.locator(".problem").count()) === 0,
      "contours",
    );
    await button("Reset the view").click();
    await until(async () => (await across()).join() === before.join(), "the ticks of before");
  });

  it("saves a plot where the user says, and copies the gradient", async () => {
    const menu = panel.locator("[data-section=plot] > .data-row .export");
    const files: [string, (bytes: Buffer) => boolean][] = [
      ["PNG", (bytes) => bytes.subarray(1, 4).toString() === "PNG"],
      ["SVG", (bytes) => bytes.toString().startsWith("<svg ") && bytes.includes("<path")],
      ["CSV", (bytes) => bytes.toString().startsWith("x1,x2,value\r\n")],
    ];
    for (const [format, isRight] of files) {
      await menu.locator("summary").click();
      await menu.getByRole("button", { name: new RegExp(`^${format}`) }).click();
      const path = join(workbench.state.workspace, `g-x1-x2.${format.toLowerCase()}`);
      const input = workbench.page.locator(".quick-input-widget input[type=text]");
      await until(async () => (await input.inputValue()).endsWith(path.slice(-20)), "the place to save");
      if (format === "PNG") await workbench.screenshot("panel-save");
      await input.press("Enter");
      // The file is there before the editor is done with it.
      await menu.locator("[role=status]", { hasText: "Saved." }).waitFor();
      await until(() => existsSync(path) && isRight(readFileSync(path)), path);
      rmSync(path);
    }
    await panel.locator(".copies summary").click();
    await workbench.screenshot("panel-copy");
    await button("Gradient as JSON").click();
  });

  it("pins a point for hovers and lenses", async () => {
    await field("x1").fill("1");
    await valueIs("54", "at (1, 3)");
    await button("Pin point").click();
    await workbench.lenses.filter({ hasText: "∇g = (9, 36) at (1, 3)" }).first().waitFor();
    await goTo(23, 6);
    await workbench.hoverOn("g(", { saying: "∇g = (9, 36)" });
    await workbench.page.keyboard.press("Escape");
    await workbench.screenshot("panel-pinned");
    await button("Pin point").click();
    await workbench.lenses.filter({ hasText: "∇g = (9, 42) at (2, 3)" }).first().waitFor();
    await button("Reset point").click();
    await valueIs("63", "at the code's own point");
  });

  it("draws the loops of the file and leads to their lines", async () => {
    await goTo(12, 6);
    await title("f(x)");
    await drawn();
    const loops = panel.locator(".loops button.link");
    await until(async () => (await loops.count()) === 2, "two loops");
    await until(async () => (await panel.locator(".plot .scatterlayer .trace").count()) >= 1 + 2 * 3, "two paths");
    await loops.first().scrollIntoViewIfNeeded();
    await workbench.screenshot("panel-loops");
    const line = Number(/\d+/.exec((await loops.first().textContent()) ?? "")?.[0]);
    await until(async () => {
      await loops.first().click();
      return isSeen(workbench.page.locator(".statusbar-item", { hasText: `Ln ${line}, Col 1` }), 2000);
    }, "the line of the loop");
    assert.equal(await workbench.page.locator(".editor-group-container").count(), 2);
  });

  it("minimizes from the lens, and goes to the point that it found", async () => {
    await goTo(12, 6);
    await title("f(x)");
    // A click while VS Code puts its lenses in their places anew is lost.
    await until(async () => {
      const lens = workbench.page.locator(".codelens-decoration a", { hasText: "Minimize" }).first();
      await succeeds(() => lens.click({ timeout: 2000 }));
      return isSeen(panel.locator(".runs tbody tr", { hasText: /100 steps|converged/ }), 5000);
    }, "the run");
    await workbench.screenshot("panel-minimized");
    await button("Use this point: SGD, start 1").click();
    await panel.getByRole("tab", { name: "Function" }).click();
    await until(async () => Math.abs(Number(await field("x").inputValue()) + 1 / 3) < 1e-6, "the minimum");
    await button("Reset point").click();
  });

  it("runs Adam beside SGD from two starts, and looks at a step of both", async () => {
    await panel.getByRole("tab", { name: "Optimize" }).click();
    await goTo(23, 6);
    await title("g(x1, x2)");
    await panel.locator(".plot.paths .handle").first().waitFor();
    await button("Add optimizer").click();
    assert.equal(await panel.locator("#optimizer-1").inputValue(), "adam");
    await panel.locator("#rate-0").fill("0.01");
    await panel.locator("#rate-1").fill("0.2");
    await panel.locator("#steps").fill("40");
    const starts = panel.locator(".plot.paths .handle");
    await until(async () => {
      const box = (await panel.locator(".plot.paths .nsewdrag").boundingBox())!;
      if ((await starts.count()) === 1)
        await workbench.page.mouse.click(box.x + 0.8 * box.width, box.y + 0.3 * box.height);
      return isSeen(starts.nth(1), 2000);
    }, "a second start");
    assert.equal(await starts.count(), 2);
    await button("Run").click();
    await until(async () => (await panel.locator(".runs tbody tr").count()) === 4, "four runs");
    await panel.getByRole("slider", { name: "Step of the runs" }).fill("12");
    await panel.locator(".player .count", { hasText: /^12 \/ 40$/ }).waitFor();
    await until(async () => (await panel.locator(".run .to-come").count()) === 4, "what is to come of four runs");
    for (const theme of ["light", "dark"] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot("panel-optimize");
    }
    await button("Basin map").click();
    await panel.locator(".basin-legend", { hasText: /10201 starts; places reached: \d+/ }).waitFor();
    await workbench.screenshot("panel-basins");
    await button("Basin map").click();
  });

  it("shows how far a stopped run came", async () => {
    await workbench.page.locator(".editor-group-container").first().locator(".view-lines").click();
    await workbench.openFile("hard.py");
    await goTo(18, 6);
    await title("slow(a, b)");
    await panel.locator(".plot.paths .handle").first().waitFor();
    await panel.locator("#rate-0").fill("0.0001");
    await panel.locator("#steps").fill("1000000");
    await button("Run").click();
    await button("Stop").click();
    await panel.locator(".runs tbody tr", { hasText: /cancelled after \d+ steps/ }).waitFor();
    await panel.locator(".run .end").first().waitFor();
    await workbench.screenshot("panel-stopped");
    await button("Remove Adam").click();
    await panel.getByRole("tab", { name: "Function" }).click();
  });

  it("shows the computation as a graph, and what the script did", async () => {
    await goTo(18, 6);
    await title("slow(a, b)");
    await workbench.openFile("tf_diffs.py");
    await goTo(23, 6);
    await title("g(x1, x2)");
    await drawn();
    const graph = panel.locator(".tape svg.graph .node").first();
    // A click that comes while the sections above still grow goes beside.
    await until(async () => {
      if ((await panel.locator(".tape > details[open]").count()) === 0)
        await panel.getByRole("heading", { name: "Computation graph" }).click();
      return graph.isVisible();
    }, "the graph");
    await graph.scrollIntoViewIfNeeded();
    await workbench.screenshot("panel-graph");
    await panel.getByRole("heading", { name: "Computation graph" }).click();
    await panel.getByRole("tab", { name: "Script" }).click();
    await panel.getByRole("heading", { name: "Variables" }).waitFor();
    await workbench.screenshot("panel-script");
    await panel.getByRole("tab", { name: "Function" }).click();
    await title("g(x1, x2)");
    await workbench.page.locator(".editor-group-container").first().locator(".view-lines").click();
    await workbench.openFile("hard.py");
  });

  it("shows the Jacobian of a function of several results", async () => {
    await goTo(5, 6);
    await title("polar(r, s)");
    await panel.getByRole("heading", { name: "Jacobian" }).waitFor();
    await workbench.screenshot("panel-several");
    await until(async () => (await panel.locator(".input").count()) === 2, "two inputs");
    assert.equal(await panel.locator(".problem").count(), 0);
  });

  it("says in one line why there are no derivatives", async () => {
    await goTo(10, 6);
    await title("strict");
    await panel.locator(".problem", { hasText: "x is negative" }).first().waitFor();
    await workbench.screenshot("panel-raises");
    assert.equal(await panel.locator(".problem").count(), 1);
    await field("x").fill("2");
    await valueIs("4", "where nothing is raised");
    await drawn();
    assert.equal(await panel.locator(".problem").count(), 0);
  });

  it("opens a second panel beside one that no longer follows", async () => {
    await button("Follow cursor").click();
    await goTo(5, 6);
    await workbench.runCommand("Gradlens: Open Panel");
    const second = await workbench.panelFrame("polar(r, s)");
    assert.notEqual(second, panel);
    await workbench.screenshot("panel-second");
    await tab("polar").click({ button: "middle" });
    await tab("strict").waitFor();
  });

  /** By the command, which saves the state first; a page that is only left may lose its latest. */
  const reload = async () => {
    // Without the file in the address, which would take the place of the editors of before.
    const address = workbenchAddress(workbench.server, { folder: workbench.state.workspace });
    await workbench.page.evaluate((address) => history.replaceState(null, "", address), address);
    const loaded = workbench.page.waitForEvent("domcontentloaded");
    await workbench.runCommand("Developer: Reload Window");
    await loaded;
  };

  it("comes back when the window is loaded again", async () => {
    await reload();
    await tab("strict").click();
    panel = await workbench.panelFrame("strict(x)");
    await valueIs("4", "at the point of before");
    assert.equal(await button("Follow cursor").getAttribute("aria-pressed"), "false");
    await button("Follow cursor").click();
  });

  it("comes back with the zoom and the layers that were chosen", async () => {
    const across = async () => (await panel.locator(".xtick").allTextContents()).join();
    await workbench.page.locator(".editor-group-container").first().locator(".view-lines").click();
    await workbench.openFile("tf_diffs.py");
    await goTo(12, 6);
    await title("f(x)");
    await drawn();
    const before = await across();
    await panel.locator(".plot").hover();
    await button("Zoom in").click();
    await until(async () => (await across()) !== before, "other ticks");
    await button("f″").click();
    await until(async () => (await button("f″").getAttribute("aria-pressed")) === "true", "the second derivative");
    const zoomed = await across();
    await reload();
    panel = await workbench.panelFrame("f(x)");
    await drawn();
    await until(async () => (await across()) === zoomed, "the zoom of before");
    assert.equal(await button("f″").getAttribute("aria-pressed"), "true");
    await panel.locator(".plot").hover();
    await button("Reset the view").click();
  });

  it("fits 320 pixels", async () => {
    await workbench.runCommand("View: Toggle Primary Side Bar Visibility");
    await workbench.page.setViewportSize({ width: 696, height: 900 });
    // In the editor's group, not in the panel's.
    await workbench.page.locator(".editor-group-container").first().locator(".view-lines").click();
    await workbench.openFile("tf_diffs.py");
    await goTo(23, 6);
    await title("g(x1, x2)");
    await drawn();
    await until(async () => (await panel.evaluate(() => window.innerWidth)) <= 330, "a panel of 330 pixels at most");
    await workbench.screenshot("panel-narrow");
    await until(
      () => panel.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
      "a page that is no wider than the panel",
    );
    await panel.locator(".plot").scrollIntoViewIfNeeded();
    await workbench.screenshot("panel-narrow-plot");
  });

  it("never violated its policy", async () => {
    assert.deepEqual(violations(), []);
    // Had it done so, this would be seen.
    await panel.evaluate(() => {
      const style = document.createElement("style");
      style.textContent = "body { color: red }";
      document.head.append(style);
    });
    await until(() => violations().length > 0, "a violation");
  });
});
