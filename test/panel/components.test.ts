/** The panel's page where a function gives several numbers, none, or not all in time; and what it keeps. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import type { PanelState } from "../../src/protocol/panel";
import { eventually, type Options, type Panel, usePages } from "./page";
import { themes } from "./themes";

describe("the panel's page in less common states", function () {
  this.timeout(60_000);
  const newPage = usePages();
  let panel: Panel;

  const open = async (name: string, options: Options & Pick<PanelState, "layers" | "axes" | "component"> = {}) => {
    const { layers, axes, component, ...rest } = options;
    const subject = { kind: "function", uri: "file:///tf_diffs.py", name } as const;
    const state = { subject, ...(layers && { layers }), ...(axes && { axes }), ...(component && { component }) };
    panel = await newPage(name, { ...rest, state });
    return panel;
  };

  const heading = (page: Page, section: string) => page.locator(`[data-section=${section}] h2`).first().textContent();

  it("draws every result of one variable, and looks at the one that is chosen", async () => {
    const { page, host } = await open("ellipse");
    await panel.drawn();
    assert.equal(await panel.value(), "[2.476007, 0.9320391]");
    assert.equal(await page.locator(".one .numbers").textContent(), "= 2.476006844729035");
    assert.equal(await heading(page, "gradient"), "Derivative of ellipse[0]");
    const lines = () => page.locator(".plot .scatterlayer .trace path.js-line").count();
    assert.equal(await lines(), 2);
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    await button("f′").click();
    await eventually(async () => assert.equal(await lines(), 4));
    await button("[1]").click();
    await eventually(async () => assert.deepEqual(await panel.gradient(), ["0.724715509"]));
    assert.equal((host.calls("plot").at(-1)!.params as { component?: unknown }).component, 1);
    assert.equal(await heading(page, "gradient"), "Derivative of ellipse[1]");
    assert.equal(await heading(page, "tape"), "Computation graph of ellipse[1]");
    await page.getByLabel("Looked at").selectOption("squares");
    await eventually(async () =>
      assert.match(String(await heading(page, "hessian")), /^(Jacobian|Second derivative of ½‖ellipse‖²)$/),
    );
    await eventually(async () => assert.match(String(await page.locator(".one .numbers").textContent()), /^= 3\.499/));
  });

  it("draws two results against each other, and three in space", async () => {
    let { page } = await open("ellipse");
    await panel.drawn();
    await page.getByRole("button", { name: "Path of the results" }).click();
    const path = page.getByRole("img", {
      name: /^Path of ellipse\(t\) while t goes from -2.4 to 3.6; at t = 0.6 it is at/,
    });
    await path.waitFor();
    const spot = () => page.locator(".results-path .spot").getAttribute("cx");
    await page.locator(".results-path .spot").waitFor();
    const before = await spot();
    await page.getByLabel("t", { exact: true }).fill("1.2");
    await eventually(async () => assert.notEqual(await spot(), before));
    await panel.end();
    ({ page } = await open("helix", { layers: ["results"] }));
    const space = page.getByRole("img", { name: /^Path of helix\(t\).*Turn it with the arrow keys/ });
    const picture = () => space.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const first = await picture();
    await space.press("ArrowRight");
    await eventually(async () => assert.notEqual(await picture(), first));
  });

  it("draws contours of the result that is chosen, and slices of all", async () => {
    const { page, host } = await open("rotation");
    await panel.drawn();
    assert.equal(await page.locator(".overlay .arrow").count(), 1);
    await page.locator(".choosers select").first().selectOption("2");
    await eventually(async () => assert.deepEqual(await panel.gradient(), ["none", "4"]));
    await page.getByRole("button", { name: "Newton step" }).click();
    await page.getByText("Slices along every variable").click();
    await eventually(async () => assert.equal(await page.locator(".slice path").count(), 6));
    assert.equal((host.calls("slices").at(-1)!.params as { component?: unknown }).component, 2);
    const state = host.received.filter((message) => message.type === "state").at(-1)!.state;
    assert.equal(state.component, 2);
  });

  it("shows a coarser picture when time is up, and goes on when it is asked to", async () => {
    const { page, host } = await open("crawl");
    await panel.drawn();
    host.budget = 0;
    await page.getByRole("button", { name: "Zoom out" }).click();
    const note = page.locator("[data-section=plot] .partial");
    await note.getByText("The time limit was reached: a coarser picture.").waitFor();
    assert.equal(await page.locator("[data-section=plot] .problem").count(), 0);
    host.budget = 20_000;
    await note.getByRole("button", { name: "Go on for longer" }).click();
    await note.waitFor({ state: "detached" });
    assert.equal((host.calls("plot").at(-1)!.params as { effort?: number }).effort, 4);
  });

  it("plots a function that refuses the point where it has values", async () => {
    const { page } = await open("refuses");
    await panel.drawn();
    assert.equal(await page.locator(".problem").count(), 1);
    assert.ok((await page.locator(".contourlayer path").count()) > 4);
    assert.equal(await page.locator(".overlay .arrow").count(), 0);
    await page.getByLabel("x", { exact: true }).fill("-1");
    await eventually(async () => assert.equal(await panel.value(), "-2"));
    assert.equal(await page.locator(".problem").count(), 0);
  });

  it("says so where there is no value anywhere, and where there are no parameters", async () => {
    let { page } = await open("nothing");
    await page.getByText("The function has no value in this window.").waitFor();
    assert.equal(await page.locator(".kind").count(), 0);
    await panel.end();
    ({ page } = await open("constant"));
    await page.getByText("It has no parameters.").waitFor();
    assert.equal(await panel.value(), "7.853981633974483");
    assert.equal(await page.locator("[data-section=plot], [data-section=tape], .problem").count(), 0);
  });

  it("keeps long formulas closed until they are wanted", async () => {
    const { page } = await open("network", { width: 500 });
    await panel.drawn();
    const summary = page.getByText(/^Long formulas: Derivative by/);
    assert.equal(await page.locator(".formulas .formula-line:visible").count(), 1);
    await summary.click();
    await eventually(async () => assert.equal(await page.locator(".formulas .formula-line:visible").count(), 4));
  });

  it("plays the sweeps of the graph, and shows what each edge carries and passes back", async () => {
    const { page } = await open("g");
    await page.locator(".graph .node").first().waitFor();
    const texts = (name: string) => page.locator(`.graph .edge .${name}`).allTextContents();
    assert.deepEqual(
      [await texts("carried"), await texts("passed")],
      [
        ["2", "3", "7", "9"],
        ["9", "42", "9", "7"],
      ],
    );
    const widths = await page
      .locator(".graph .edge path")
      .evaluateAll((paths) => paths.map((path) => Number(path.getAttribute("stroke-width"))));
    assert.ok(widths[1]! > widths[0]! && widths[0]! > widths[3]!, widths.join());
    await page.clock.install();
    await page.getByRole("button", { name: "Play" }).click();
    assert.equal(await page.locator(".sweep .count").textContent(), "0 / 10");
    await page.clock.runFor(900);
    await eventually(async () => assert.equal(await page.locator(".sweep .count").textContent(), "1 / 10"));
    await page.getByRole("button", { name: "Pause" }).click();
    await page.clock.runFor(5000);
    assert.equal(await page.locator(".sweep .count").textContent(), "1 / 10");
    await page.getByRole("button", { name: "Play" }).click();
    for (let k = 0; k < 12; k++) await page.clock.runFor(800);
    await eventually(async () => assert.equal(await page.locator(".sweep .count").textContent(), "10 / 10"));
    await page.getByRole("button", { name: "Play" }).waitFor();
  });

  it("comes back as it was: axes, zoom, layers, component, settings of the optimizers", async () => {
    panel = await newPage(null);
    const { page, host } = panel;
    const subject = { kind: "function", uri: "file:///tf_diffs.py", name: "rotation" } as const;
    await panel.send({ type: "event", event: "show", data: { subject } });
    await panel.drawn();
    await page.getByLabel("Looked at").selectOption("1");
    await page.getByLabel("across").selectOption("x");
    await page.getByLabel("up").selectOption("");
    await page.getByRole("button", { name: "f′" }).click();
    await panel.drawn();
    await page.getByRole("button", { name: "Zoom in" }).click();
    await eventually(() => assert.ok((host.calls("plot").at(-1)!.params as { window?: unknown }).window));
    await page.getByLabel("x", { exact: true }).fill("1.25");
    await page.getByRole("tab", { name: "Optimize" }).click();
    await page.locator("#steps").fill("37");
    await page.locator("#optimizer-0").selectOption("adam");
    const { window } = host.calls("plot").at(-1)!.params as { window?: unknown };
    await eventually(() =>
      assert.equal(host.received.filter((message) => message.type === "state").at(-1)!.state.optimize?.steps, 37),
    );
    await page.reload();
    await eventually(async () => assert.equal(await page.locator("#steps").inputValue(), "37"));
    assert.equal(await page.locator("#optimizer-0").inputValue(), "adam");
    await page.getByRole("tab", { name: "Function" }).click();
    await panel.drawn();
    assert.equal(await page.getByLabel("across").inputValue(), "x");
    assert.equal(await page.getByLabel("up").inputValue(), "");
    assert.equal(await page.getByLabel("Looked at").inputValue(), "1");
    assert.equal(await page.getByRole("button", { name: "f′" }).getAttribute("aria-pressed"), "true");
    assert.equal(await page.getByLabel("x", { exact: true }).inputValue(), "1.25");
    assert.deepEqual((host.calls("plot").at(-1)!.params as { window?: unknown }).window, window);
  });

  it("speaks Chinese in all of them", async () => {
    const l10n = JSON.parse(readFileSync("l10n/bundle.l10n.zh-cn.json", "utf8")) as Record<string, string>;
    for (const name of ["helix", "crawl", "refuses", "constant"]) {
      await open(name, { l10n, layers: ["results", "derivative", "tangent"] });
      await panel.page.locator("h1").waitFor();
      if (name !== "constant") await panel.drawn();
      const words = await panel.page.locator("main").textContent().then(String);
      assert.doesNotMatch(words, /\b(Looked|Curves|Path|norm|squares|Plot|Play|steps|time limit|parameters|none)\b/);
      if (name !== "constant") await panel.end();
    }
  });

  const states: [string, Parameters<typeof open>[1]][] = [
    ["ellipse", { layers: ["tangent", "results", "derivative", "second", "circle"] }],
    ["helix", { layers: ["results"], width: 320 }],
    ["rotation", { layers: ["gradient", "descent", "newton", "field", "surface"] }],
    ["decay", { axes: ["rate"], component: "squares", width: 320 }],
    ["refuses", {}],
    ["nothing", {}],
    ["constant", {}],
    ["options", { width: 320 }],
    ["network", {}],
    ["attention", {}],
    ["there is none", {}],
  ];
  for (const theme of Object.keys(themes)) {
    it(`is accessible and fits in ${theme}`, async function () {
      this.timeout(180_000);
      for (const [name, options] of states) {
        const { page } = await open(name, { ...options, theme });
        await page.locator("h1").waitFor();
        if (!["constant", "there is none"].includes(name)) await panel.drawn();
        assert.deepEqual(await panel.accessibility(), [], name);
        // axe-core does not see all of them.
        const unreachable = await page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>(".scroll:not([tabindex])")]
            .filter((one) => one.scrollWidth > one.clientWidth + 1 && !one.closest("details:not([open])"))
            .map((one) => one.outerHTML.slice(0, 200)),
        );
        assert.deepEqual(unreachable, [], `${name} scrolls where no key reaches`);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(over <= 0, `${name} is ${over} pixels too wide`);
        await panel.picture(`${theme}-${name.replaceAll(" ", "-")}`);
        if (name !== "there is none") await panel.end();
      }
    });
  }
});
