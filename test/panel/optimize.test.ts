/** The Optimize view of the panel's page: what a user does there, with answers of the real server. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import type { BasinParams, MinimizeParams, PlaneParams } from "../../src/protocol/lsp";
import type { PanelState } from "../../src/protocol/panel";
import { eventually, type Options, type Panel, usePages } from "./page";
import { themes } from "./themes";

describe("the panel's page, optimizing", function () {
  this.timeout(60_000);
  const newPage = usePages();
  let panel: Panel;

  const open = async (name: string, options: Options & Partial<Pick<PanelState, "optimize" | "point">> = {}) => {
    const { optimize, point, ...rest } = options;
    const subject = { kind: "function", uri: "file:///tf_diffs.py", name } as const;
    const state: PanelState = { subject, tab: "optimize", ...(optimize && { optimize }), ...(point && { point }) };
    panel = await newPage(name, { ...rest, state });
    return panel;
  };

  const button = (page: Page, name: string): Locator => page.getByRole("button", { name, exact: true });
  const drawn = (page: Page) => page.locator(".plot.paths .handle").first().waitFor();
  const rows = (page: Page) => page.locator(".runs tbody tr");
  const run = async (page: Page, count: number) => {
    await button(page, "Run").click();
    await eventually(async () => assert.equal(await rows(page).count(), count));
    await button(page, "Run").waitFor();
  };
  /** The texts of a column of the results. */
  const column = (page: Page, place: number) => page.locator(`.runs tbody tr > :nth-child(${place})`).allTextContents();
  /** Clicks the plot at a part of its width and height. */
  const clickPlot = async (page: Page, across: number, up: number) => {
    const box = (await page.locator(".plot.paths .nsewdrag").boundingBox())!;
    await page.mouse.click(box.x + across * box.width, box.y + (1 - up) * box.height);
  };

  const himmelblau: Options & Partial<PanelState> = {
    optimize: {
      choices: [
        { optimizer: "sgd", learningRate: 0.01 },
        { optimizer: "adam", learningRate: 0.3 },
        { optimizer: "bfgs" },
      ],
      steps: 60,
      starts: [
        { x: -4, y: 0.5 },
        { x: 1, y: -3.5 },
      ],
    },
    point: { x: 0, y: 0.5 },
  };

  it("runs SGD and Adam at once from the point and from where the plot was clicked", async () => {
    const { page, host } = await open("himmelblau");
    await drawn(page);
    await button(page, "Add optimizer").click();
    assert.equal(await page.locator("#optimizer-1").inputValue(), "adam");
    await page.locator("#rate-0").fill("0.01");
    await page.locator("#rate-1").fill("0.3");
    await page.locator("#steps").fill("50");
    await clickPlot(page, 0.25, 0.75);
    await clickPlot(page, 0.8, 0.25);
    await eventually(async () => assert.equal(await page.locator(".plot.paths .handle").count(), 3));
    await run(page, 6);
    const asked = host.calls("minimize").map(({ params }) => params as MinimizeParams);
    assert.deepEqual(
      asked.map(({ optimizer, learningRate, steps }) => [optimizer, learningRate, steps]),
      [...Array(3).fill(["sgd", 0.01, 50]), ...Array(3).fill(["adam", 0.3, 50])],
    );
    const [, second, third] = asked.map(({ start }) => start as { x: number; y: number });
    assert.ok(second!.x < 0 && second!.y > 0 && third!.x > 0 && third!.y < 0, JSON.stringify([second, third]));
    assert.equal(await page.locator(".run .end").count(), 6);
    const strokes = await page
      .locator(".run > path:not(.halo):not(.end)")
      .evaluateAll((paths) =>
        paths.map((path) => `${path.getAttribute("stroke")} ${path.getAttribute("stroke-dasharray")}`),
      );
    assert.equal(new Set(strokes).size, 2, "a colour and a dash for each optimizer");
    assert.deepEqual(await column(page, 2), ["1", "2", "3", "1", "2", "3"]);
    assert.match(String(await page.locator(".summary").textContent()), /^Lowest value: \S+, by (Adam|SGD), start \d\./);
    assert.equal(await page.locator(".runs .best").count(), 1);
    const state = host.received.filter((message) => message.type === "state").at(-1)!.state;
    assert.deepEqual(
      [state.optimize?.choices.map(({ optimizer }) => optimizer), state.optimize?.starts?.length],
      [["sgd", "adam"], 2],
    );
  });

  it("moves and removes starts by keyboard, and adds them by a button", async () => {
    const { page } = await open("himmelblau");
    await drawn(page);
    await button(page, "Add start").click();
    const other = page.getByRole("slider", { name: /^Start 2/ });
    await other.press("ArrowRight");
    await other.press("Shift+ArrowUp");
    await eventually(async () =>
      assert.match(String(await other.getAttribute("aria-valuetext")), /^x = 0\.\d+, y = (0\.\d|1)/),
    );
    assert.match(String(await page.locator(".starts li").nth(1).textContent()), /x = 0\.\d+, y = /);
    const first = page.getByRole("slider", { name: /^Start 1, the point/ });
    await first.press("ArrowLeft");
    await eventually(async () => assert.match(String(await page.locator(".where").textContent()), /at \(-0\.\d+, 0\)/));
    await other.press("Delete");
    await eventually(async () => assert.equal(await page.locator(".plot.paths .handle").count(), 1));
  });

  it("drags a start: the contours stand still", async () => {
    const { page, host } = await open("himmelblau", himmelblau);
    await drawn(page);
    const samples = host.calls("plane").length;
    const handle = page.locator(".handle.other").first();
    const box = (await handle.boundingBox())!;
    const before = await handle.getAttribute("aria-valuetext");
    await page.mouse.move(box.x + 12, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + 42, box.y + 2, { steps: 6 });
    await page.mouse.up();
    assert.notEqual(await handle.getAttribute("aria-valuetext"), before);
    const after = (await handle.boundingBox())!;
    assert.ok(Math.abs(after.x - box.x - 30) < 3 && Math.abs(after.y - box.y + 10) < 3);
    assert.equal(host.calls("plane").length, samples);
    assert.equal(await page.locator(".plot.paths .handle").count(), 3, "a drag adds none");
  });

  it("runs again while a start is dragged, where that is quick", async function () {
    // On a busy machine the runs may be slow.
    this.retries(2);
    const { page, host } = await open("himmelblau", himmelblau);
    await drawn(page);
    await run(page, 9);
    await page.getByRole("slider", { name: "Step of the runs" }).fill("20");
    const before = host.calls("minimize").length;
    const end = page.locator(".run > path:not(.halo):not(.end):not(.to-come)").last();
    const path = await end.getAttribute("d");
    await page.getByRole("slider", { name: /^Start 3/ }).press("Shift+ArrowUp");
    await eventually(() => assert.ok(host.calls("minimize").length >= before + 9));
    await eventually(async () => assert.notEqual(await end.getAttribute("d"), path));
    assert.equal(await page.locator(".player .count").textContent(), "20 / 60", "at the same step");
    await button(page, "Remove start 2").click();
    await eventually(async () => assert.deepEqual(await column(page, 2), ["1", "2", "1", "2", "1", "2"]));
    await button(page, "Remove Adam").click();
    await eventually(async () => assert.equal(await rows(page).count(), 4));
    await page.getByText("changed since the run").waitFor({ state: "hidden" });
  });

  it("says that long runs are old once something has changed", async () => {
    const { page } = await open("himmelblau", {
      optimize: { choices: [{ optimizer: "sgd", learningRate: 1e-7 }], steps: 300_000 },
    });
    await drawn(page);
    await run(page, 1);
    await page.locator("#rate-0").fill("1e-6");
    await page.getByText("changed since the run").waitFor();
    await run(page, 1);
    await page.getByText("1 run", { exact: true }).waitFor();
  });

  it("plays, pauses, steps and scrubs, on one axis of time", async () => {
    const { page } = await open("himmelblau", himmelblau);
    await drawn(page);
    await run(page, 9);
    const count = page.locator(".player .count");
    assert.equal(await count.textContent(), "60 / 60");
    const slider = page.getByRole("slider", { name: "Step of the runs" });
    await slider.fill("10");
    assert.equal(await count.textContent(), "10 / 60");
    assert.match(String(await slider.getAttribute("aria-valuetext")), /^step 10, SGD, start 1: \S+, SGD, start 2/);
    assert.equal(await page.locator(".run .to-come").count(), 9);
    assert.ok((await page.locator("svg.now path").count()) >= 3, "a line on every chart");
    const place = () => page.locator(".run circle.end").first().getAttribute("cx");
    const there = await place();
    await button(page, "One step back").click();
    assert.equal(await count.textContent(), "9 / 60");
    assert.notEqual(await place(), there);
    await slider.press("ArrowRight");
    await button(page, "One step on").click();
    assert.equal(await count.textContent(), "11 / 60");
    const [start] = await column(page, 3);
    await button(page, "To the start").click();
    assert.equal(await count.textContent(), "0 / 60");
    assert.deepEqual((await column(page, 3))[0], start, "the table stays");
    await button(page, "Play").click();
    await eventually(async () => assert.ok(Number.parseInt(String(await count.textContent()), 10) > 3));
    await button(page, "Pause").click();
    const paused = await count.textContent();
    await page.waitForTimeout(200);
    assert.equal(await count.textContent(), paused);
    await button(page, "Play").click();
    await eventually(async () => assert.equal(await count.textContent(), "60 / 60"));
    await button(page, "Play").waitFor();
  });

  it("shows few pictures to who wants no motion", async () => {
    const { page } = await open("himmelblau", himmelblau);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await drawn(page);
    await run(page, 9);
    await button(page, "Play").click();
    const seen = new Set<string>();
    await eventually(async () => {
      seen.add(String(await page.locator(".player .count").textContent()));
      assert.ok(seen.size >= 3);
    });
    assert.deepEqual(
      [...seen].map((text) => Number.parseInt(text, 10) % 6),
      [...seen].map(() => 0),
      [...seen].join(),
    );
  });

  it("offers every optimizer with its framework's defaults, and schedules", async () => {
    const { page, host } = await open("himmelblau");
    await drawn(page);
    const optimizer = page.locator("#optimizer-0");
    assert.equal(await optimizer.locator("option").count(), 20);
    await optimizer.selectOption({ label: "RMSprop" });
    assert.equal(await page.locator("#rate-0").inputValue(), "0.001");
    await page.getByText("Parameters").click();
    assert.equal(await page.getByLabel("ρ").inputValue(), "0.9");
    await page.getByLabel("As in").selectOption("PyTorch");
    assert.equal(await page.getByLabel("ρ").inputValue(), "0.99");
    assert.equal(await page.locator("#rate-0").inputValue(), "0.01");
    await page.getByLabel("Momentum").fill("0.5");
    await page.getByLabel("Momentum").fill("1.5");
    await page.getByLabel("Centred").check();
    await page.getByLabel("Rate over the steps").selectOption("cosine");
    await page.getByLabel("Warm-up steps").fill("10");
    await run(page, 1);
    const { params } = host.calls("minimize").at(-1)! as { params: MinimizeParams };
    assert.deepEqual(params.options, { momentum: 0.5, centered: true });
    assert.deepEqual([params.like, params.schedule], ["torch", { name: "cosine", options: { warmupSteps: 10 } }]);
    assert.equal(await page.getByRole("heading", { name: "Learning rate" }).count(), 1);
    await optimizer.selectOption({ label: "Newton" });
    assert.equal(await page.locator("#rate-0").count(), 0);
    assert.equal(await page.getByText("Parameters").count(), 0);
    await optimizer.selectOption({ label: "SGD" });
    assert.equal(await page.locator("#rate-0").inputValue(), "0.01");
  });

  it("keeps to bounds, and says who takes none", async () => {
    const { page, host } = await open("himmelblau");
    await drawn(page);
    await page.getByRole("heading", { name: "Bounds" }).click();
    await page.getByLabel("x, highest").fill("1");
    await page.locator("#optimizer-0").selectOption({ label: "L-BFGS" });
    await page.locator("path.outside").waitFor();
    await run(page, 1);
    const { params } = host.calls("minimize").at(-1)! as { params: MinimizeParams };
    assert.deepEqual(params.bounds, { x: ["-Infinity", 1] });
    await button(page, "Use this point: L-BFGS, start 1").click();
    await eventually(async () => assert.match(String(await page.locator(".where").textContent()), /at \(1, /));
    await page.locator("#optimizer-0").selectOption({ label: "Newton" });
    await page.locator(".choice .reason").waitFor();
    await run(page, 1);
    assert.match((await column(page, 3)).join(), /newton takes no bounds/);
  });

  it("says at which step a run diverges or meets NaN", async () => {
    const { page } = await open("himmelblau", {
      optimize: { choices: [{ optimizer: "sgd", learningRate: 0.5 }, { optimizer: "bfgs" }], steps: 40 },
      point: { x: 1, y: 2 },
    });
    await drawn(page);
    await run(page, 2);
    assert.match((await column(page, 9))[0]!, /^(diverged|.* not a finite number) at step \d+$/);
    assert.equal(await page.locator(".run .failed").count(), 1);
    assert.match(String(await page.locator(".summary").textContent()), /SGD, start 1: .* at step \d+\./);
    const seen = page.locator(".run path:not(.halo):not(.end)").last();
    assert.ok(((await seen.boundingBox())?.width ?? 0) > 30, "the other path can be seen all the same");
    await panel.picture("optimize-diverged");
    await panel.close();
    const { page: other } = await open("steep", {
      optimize: { choices: [{ optimizer: "sgd", learningRate: 0.2 }], steps: 40 },
    });
    await drawn(other);
    await run(other, 1);
    assert.match((await column(other, 9))[0]!, /math domain error|not a finite number at step 1|failed at step 1/);
    assert.equal(await other.locator(".run .failed").count(), 1);
    await panel.picture("optimize-curve-nan");
  });

  it("tells how far a long run is, and stops it with the path so far", async () => {
    const { page, host } = await open("slow", {
      optimize: {
        choices: [
          { optimizer: "sgd", learningRate: 1e-7 },
          { optimizer: "adam", learningRate: 1e-7 },
        ],
        steps: 1_000_000,
      },
    });
    await drawn(page);
    await button(page, "Run").click();
    const progress = page.getByRole("progressbar", { name: "Progress of the runs" });
    await eventually(async () => assert.ok(Number(await progress.getAttribute("value")) > 0));
    await page.getByText("run 1 of 2").waitFor();
    await button(page, "Stop").click();
    await button(page, "Run").waitFor();
    assert.equal(host.received.filter((message) => message.type === "cancel").length, 1);
    assert.equal(host.calls("minimize").length, 1, "the second run is not begun");
    assert.match((await column(page, 9)).join(), /^cancelled after \d+ steps$/);
  });

  it("shows more than two parameters in the plane of their principal components, or in two of them", async () => {
    const { page, host } = await open("valley", {
      optimize: { choices: [{ optimizer: "bfgs" }, { optimizer: "adam", learningRate: 0.1 }], steps: 80 },
    });
    await drawn(page);
    await run(page, 2);
    await page.locator(".notes", { hasText: /principal components.* % and .* % of their variance/ }).waitFor();
    await eventually(async () =>
      assert.match(String(await page.locator(".xtitle").first().textContent()), /^PC 1 \(\d/),
    );
    const { directions, origin } = host.calls("plane").at(-1)!.params as PlaneParams;
    assert.deepEqual([directions.shape, origin.shape], [[2, 3], [3]]);
    assert.equal(await page.locator(".run .end").count(), 2);
    await panel.picture("optimize-components");
    await page.locator(".choosers select").first().selectOption("axes");
    await page.locator(".choosers select").last().selectOption("z");
    await eventually(async () => assert.equal(await page.locator(".plot.paths .ytitle").textContent(), "z"));
    await clickPlot(page, 0.5, 0.5);
    await eventually(async () => assert.equal(await page.locator(".starts li").count(), 2));
  });

  it("maps basins, and stops when told", async () => {
    const { page, host } = await open("himmelblau", {
      optimize: { choices: [{ optimizer: "bfgs" }], steps: 100 },
    });
    await drawn(page);
    await button(page, "Basin map").click();
    const legend = page.locator(".basin-legend");
    await legend.getByText(/10201 starts; places reached: [4-9]/).waitFor();
    const values = await legend.locator("tbody tr td:nth-child(2)").allTextContents();
    assert.ok(
      values.slice(0, 4).every((value) => Math.abs(Number(value)) < 1e-6),
      values.join(),
    );
    const first = host.calls("basins")[0]!.params as BasinParams;
    assert.deepEqual([first.optimizer, first.starts.shape[1]], ["bfgs", 2]);
    const colors = await page.locator(".basins canvas").evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
      return new Set(Array.from({ length: data.length / 4 }, (_, k) => data.slice(4 * k, 4 * k + 3).join())).size;
    });
    assert.ok(colors > 8, "hues and shades");
    await panel.picture("optimize-basins");
    await button(page, "Basin map").click();
    await eventually(async () => assert.equal(await legend.count(), 0));
    await page.locator("#optimizer-0").selectOption({ label: "SGD" });
    await page.locator("#rate-0").fill("1e-9");
    await page.locator("#steps").fill("100000");
    await button(page, "Basin map").click();
    await legend.getByText(/^\d+ of 10201 starts$/).waitFor();
    await button(page, "Stop the map").click();
    await legend.getByText(/\d+ starts; places reached: 0/).waitFor();
    assert.ok(host.received.some((message) => message.type === "cancel"));
  });

  it("draws the loops of the file beside the runs", async () => {
    const { page, host } = await open("f", { optimize: { choices: [{ optimizer: "bfgs" }], steps: 20 } });
    await drawn(page);
    assert.equal(await page.locator(".paths .loop").count(), 1);
    await button(page, "loop in line 41").click();
    await eventually(() => assert.equal(host.calls("reveal").length, 1));
    await button(page, "Basin map").click();
    await page.locator(".basin-legend").getByText("161 starts; places reached: 1.").waitFor();
    await run(page, 1);
    const line = page.locator(".plot.paths .scatterlayer .trace path.js-line").first();
    assert.doesNotMatch(
      String(await line.getAttribute("style")),
      /stroke-dasharray: [^n;]/,
      "the function's own curve is solid",
    );
    await panel.picture("optimize-curve");
  });

  it("fits residuals by Levenberg–Marquardt beside others", async () => {
    const { page, host } = await open("decay");
    await drawn(page);
    assert.equal(await page.locator("#optimizer-0").inputValue(), "levenberg-marquardt");
    assert.equal(await page.locator("#optimizer-0 option").count(), 22);
    await button(page, "Add optimizer").click();
    assert.equal(await page.locator("#optimizer-1").inputValue(), "gauss-newton");
    await page.locator("#optimizer-1").selectOption({ label: "BFGS" });
    await run(page, 2);
    assert.ok((host.calls("minimize") as { params: MinimizeParams }[]).every(({ params }) => params.squares === true));
    for (const value of await column(page, 3)) assert.ok(Number(value) < 1e-12, value);
    await panel.picture("optimize-residuals");
  });

  it("zooms, samples anew and goes back", async () => {
    const { page, host } = await open("himmelblau");
    await drawn(page);
    await page.locator(".plot.paths").hover();
    const before = host.calls("plane").length;
    await button(page, "Zoom in").click();
    await eventually(() => assert.equal(host.calls("plane").length, before + 1));
    const { window } = host.calls("plane").at(-1)!.params as PlaneParams;
    assert.ok(Math.abs(window[0]![1] - window[0]![0] - 3.6) < 1e-9, JSON.stringify(window));
    await button(page, "Reset the view").click();
    await eventually(() => assert.equal(host.calls("plane").length, before + 2));
    await button(page, "Log levels").click();
    await eventually(() => assert.equal((host.calls("plane").at(-1)!.params as PlaneParams).samples, 193));
  });

  it("begins at its top, wherever the other view was scrolled to", async () => {
    const { page } = await open("himmelblau", { ...himmelblau, height: 400 });
    await drawn(page);
    await page.getByRole("tab", { name: "Function" }).click();
    await panel.drawn();
    await page.evaluate(() => window.scrollTo(0, 300));
    await panel.send({
      type: "event",
      event: "show",
      data: { subject: { kind: "function", uri: "file:///tf_diffs.py", name: "himmelblau" }, tab: "optimize" },
    });
    await drawn(page);
    assert.equal(await page.evaluate(() => window.scrollY), 0);
  });

  it("keeps what was chosen over a reload, and lets go of it with the function", async () => {
    const { page, host } = await open("himmelblau", himmelblau);
    await drawn(page);
    await page.reload();
    await drawn(page);
    assert.equal(await page.locator(".choice").count(), 3);
    assert.equal(await page.locator(".starts li").count(), 3);
    await panel.send({
      type: "event",
      event: "show",
      data: { subject: { kind: "function", uri: "file:///tf_diffs.py", name: "rosenbrock" } },
    });
    await eventually(async () => assert.equal(await page.locator("h1").textContent(), "rosenbrock(x, y)"));
    assert.equal(await page.locator(".choice").count(), 3);
    assert.equal(await page.locator(".starts li").count(), 1);
    assert.equal(host.calls("plot").length, 0, "the other view's plot is not asked for");
  });

  it("speaks Chinese", async () => {
    const l10n = JSON.parse(readFileSync("l10n/bundle.l10n.zh-cn.json", "utf8")) as Record<string, string>;
    const { page } = await open("himmelblau", { ...himmelblau, l10n });
    await drawn(page);
    await button(page, l10n.Run!).click();
    await eventually(async () => assert.equal(await rows(page).count(), 9));
    await page.locator(".choice summary").first().click();
    await panel.picture("optimize-chinese");
    const words = await page.locator("main").textContent().then(String);
    assert.doesNotMatch(words, /\b(Optimizers|Starts|Run|Play|Steps|best|Paths|Value|Parameters|evaluations)\b/);
  });

  for (const theme of Object.keys(themes)) {
    it(`is accessible and tidy in ${theme}`, async () => {
      const { page } = await open("himmelblau", { ...himmelblau, theme });
      await drawn(page);
      assert.deepEqual(await panel.accessibility(), [], "before a run");
      const before = (await page.locator(".plot.paths").boundingBox())!;
      await run(page, 9);
      const after = (await page.locator(".plot.paths").boundingBox())!;
      assert.deepEqual([after.x, after.width, after.height], [before.x, before.width, before.height], "nothing jumps");
      await page.locator(".choice summary").nth(1).click();
      await page.locator(".charts details summary").first().click();
      await page.getByRole("slider", { name: "Step of the runs" }).fill("12");
      assert.deepEqual(await panel.accessibility(), []);
      await panel.picture(`optimize-${theme}`);
      await button(page, "Basin map").click();
      await page
        .locator(".basin-legend")
        .getByText(/places reached/)
        .waitFor();
      assert.deepEqual(await panel.accessibility(), [], "with a map");
      await panel.picture(`optimize-basins-${theme}`);
    });
  }

  for (const width of [320, 640]) {
    it(`fits ${width} pixels`, async () => {
      const { page } = await open("himmelblau", { ...himmelblau, width, theme: "vscode-dark" });
      await drawn(page);
      await run(page, 9);
      await page.locator(".choice summary").first().click();
      await page.getByRole("heading", { name: "Bounds" }).click();
      const tooWide = () => panel.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok((await tooWide()) <= 0, `${await tooWide()} pixels too wide`);
      await panel.picture(`optimize-${width}`);
      await panel.close();
      const { page: other } = await open("valley", { width });
      await drawn(other);
      assert.ok((await tooWide()) <= 0, `with choices of a plane ${await tooWide()} pixels too wide`);
      await panel.picture(`optimize-plane-${width}`);
    });
  }
});
