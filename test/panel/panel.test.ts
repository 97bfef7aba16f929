import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { eventually, type Options, type Panel, usePages } from "./page";
import { themes } from "./themes";

describe("the panel's page", function () {
  this.timeout(60_000);
  const newPage = usePages();
  let panel: Panel;

  const open = async (name: string | null, options: Options = {}) => {
    panel = await newPage(name, options);
    return panel;
  };

  const field = (page: Page, name: string): Locator => page.getByLabel(name, { exact: true });
  /** Opens the first table of numbers: it is made when its `details` says that it is open. */
  const openTable = async (page: Page) => {
    await page.locator("details.data summary").first().click();
    await page.locator("details.data[open] tbody tr").first().waitFor();
  };

  it("shows a function: formulas, value, gradient, Hessian, plot", async () => {
    const { page } = await open("g");
    await panel.drawn();
    assert.equal(await page.locator("h1").textContent().then(String), "g(x1, x2)");
    assert.match(await page.locator(".where").textContent().then(String), /at x1 = 2, x2 = 3 from the call in line 23/);
    assert.equal(await page.locator(".formulas .formula svg use").first().isVisible(), true);
    assert.equal(await page.locator(".formulas .formula.display svg").count(), 4);
    assert.equal(await panel.value(), "63");
    assert.deepEqual(await panel.gradient(), ["9", "42"]);
    assert.deepEqual(await page.locator(".matrix td.number").allTextContents(), ["0", "6", "6", "14"]);
    assert.ok((await page.locator(".contourlayer path").count()) > 4);
    assert.equal(await page.locator(".overlay .arrow").count(), 1);
    assert.match(await page.locator(".guards").textContent().then(String), /for/);
  });

  it("follows a typed value", async () => {
    const { page } = await open("g");
    await panel.drawn();
    await field(page, "x1").fill("3");
    await eventually(async () => assert.equal(await panel.value(), "72"));
    assert.deepEqual(await panel.gradient(), ["9", "48"]);
    await field(page, "x1").fill("1e1");
    await eventually(async () => assert.equal(await panel.value(), "135"));
    assert.equal(await field(page, "x1").inputValue(), "1e1");
    await field(page, "x1").fill("abc");
    assert.equal(await field(page, "x1").getAttribute("aria-invalid"), "true");
    await field(page, "x2").fill("0");
    assert.equal(await field(page, "x1").inputValue(), "10");
    await field(page, "x2").press("ArrowUp");
    await eventually(async () => assert.match(await panel.value(), /^0\.15/));
    await eventually(() => assert.deepEqual(panel.host.state?.point, { x1: 10, x2: 0.1 }));
    await page.getByRole("button", { name: "Reset point" }).click();
    await eventually(async () => assert.equal(await panel.value(), "63"));
  });

  it("follows a dragged slider without questions that pile up, and keeps the contours", async () => {
    const { page, host } = await open("g");
    await panel.drawn();
    host.delay = 50;
    const plots = host.calls("plot").length;
    const slider = page.getByRole("slider", { name: "x1 on a slider" });
    const box = (await slider.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    for (let i = 0; i <= 40; i++) await page.mouse.move(box.x + box.width * (0.5 + i / 100), box.y + box.height / 2);
    await page.mouse.up();
    await eventually(async () => assert.ok(Number(await field(page, "x1").inputValue()) > 5));
    await eventually(async () => {
      const x1 = Number(await field(page, "x1").inputValue());
      assert.ok(Math.abs(Number(await panel.value()) - (x1 + 5) * 9) < 1e-9);
    });
    assert.equal(host.calls("plot").length, plots, "the samples still hold");
    assert.equal(host.mostViews, 3);
  });

  it("shows new values while it drags, even if each comes late", async () => {
    const { page, host } = await open("rosenbrock");
    await panel.drawn();
    const seen = host.calls("view").length;
    host.delay = 350;
    const slider = page.getByRole("slider", { name: "x on a slider" });
    const box = (await slider.boundingBox())!;
    const before = await panel.value();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    let k = 0;
    await eventually(async () => {
      await page.mouse.move(box.x + box.width * (0.5 + (++k % 40) / 100), box.y + box.height / 2);
      assert.notEqual(await panel.value(), before);
    });
    await page.mouse.up();
    assert.ok(host.calls("view").length > seen + 1);
  });

  it("asks for what stays the same while the point moves only once", async () => {
    const { page, host } = await open("neuron");
    await panel.drawn();
    const formulas = await page.locator(".formulas").innerHTML();
    for (const at of ["0.25", "0.75"]) {
      await field(page, "x").fill(at);
      await eventually(async () =>
        assert.match(String(await page.locator("header .where").textContent()), new RegExp(at)),
      );
    }
    const [, ...later] = host.views;
    assert.ok(later.length >= 2);
    assert.deepEqual(later.at(-1)!.derivatives, []);
    assert.equal(await page.locator(".formulas").innerHTML(), formulas);
  });

  it("shows float32 beside float64 where the file works in it, or where it is wanted", async () => {
    const { page, host } = await open("halves");
    await panel.drawn();
    const singles = page.locator(".gradient td.single");
    // By TensorFlow: tf.cos(0.1) * 0.7 / 3.0 and tf.sin(0.1) / 3.0.
    await eventually(async () => assert.deepEqual(await singles.allTextContents(), ["0.23216765", "0.03327781"]));
    await page.getByText("The value in float32: 0.023294464").waitFor();
    assert.equal(await field(page, "x").inputValue(), "0.1");
    await panel.picture("float32");
    const button = page.getByRole("button", { name: "float32" });
    await button.click();
    await eventually(async () => assert.equal(await singles.count(), 0));
    assert.equal(host.state?.single, false);
    await panel.end();
    const other = await open("neuron");
    await panel.drawn();
    assert.equal(await other.page.locator(".gradient td.single").count(), 0);
    await other.page.getByRole("button", { name: "float32" }).click();
    await eventually(async () => assert.equal(await other.page.locator(".gradient td.single").count(), 3));
  });

  it("moves the point on the plot, by mouse and by keyboard", async () => {
    const { page, host } = await open("g");
    await panel.drawn();
    const plots = host.calls("plot").length;
    const handle = page.locator(".handle");
    const box = (await handle.boundingBox())!;
    await page.mouse.move(box.x + 12, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y - 20, { steps: 8 });
    await page.mouse.up();
    const x1 = Number(await field(page, "x1").inputValue());
    const x2 = Number(await field(page, "x2").inputValue());
    assert.ok(x1 > 2.2 && x2 > 3.2, `${x1}, ${x2}`);
    await eventually(async () => assert.ok(Math.abs(Number(await panel.value()) - (x1 + 5) * x2 ** 2) < 1e-6));
    const after = (await handle.boundingBox())!;
    assert.ok(Math.abs(after.x - box.x - 48) < 3 && Math.abs(after.y - box.y + 32) < 3);
    await handle.press("ArrowLeft");
    assert.ok(Number(await field(page, "x1").inputValue()) < x1);
    assert.equal(host.calls("plot").length, plots);
  });

  it("samples anew when zoomed, and goes back", async () => {
    const { page, host } = await open("g");
    await panel.drawn();
    await page.locator(".plot").hover();
    await page.getByRole("button", { name: "Zoom in" }).click();
    await eventually(() => assert.equal(host.calls("plot").length, 2));
    const { window } = host.calls("plot")[1]!.params as { window: number[][] };
    assert.ok(Math.abs(window[0]![1]! - window[0]![0]! - 6) < 1e-9);
    // The plot is dragged from what it shows.
    const shown = () =>
      page
        .locator(".plot .chart")
        .evaluate(
          (chart) => (chart as unknown as { _fullLayout: { yaxis: { range: number[] } } })._fullLayout.yaxis.range,
        );
    await eventually(async () => assert.deepEqual(await shown(), window[1]));
    const box = (await page.locator(".plot").boundingBox())!;
    await page.mouse.move(box.x + 150, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 200, box.y + 130, { steps: 5 });
    await page.mouse.up();
    await eventually(() => assert.equal(host.calls("plot").length, 3));
    const panned = (host.calls("plot")[2]!.params as { window: number[][] }).window;
    assert.ok(panned[0]![0]! < window[0]![0]! && panned[1]![0]! > window[1]![0]!);
    await page.getByRole("button", { name: "Reset the view" }).click();
    await eventually(() => assert.equal(host.calls("plot").length, 4));
    assert.equal((host.calls("plot")[3]!.params as { window?: unknown }).window, undefined);
  });

  it("draws the loops of the file and leads to their lines", async () => {
    const { page, host } = await open("f");
    await panel.drawn();
    assert.equal(await page.locator(".plot .scatterlayer .trace").count(), 4);
    await page.getByRole("button", { name: "loop in line 41" }).click();
    await eventually(() =>
      assert.deepEqual(host.calls("reveal")[0]?.params, { uri: "file:///tf_diffs.py", line: 40, character: 0 }),
    );
    await page.getByRole("button", { name: "f(x)" }).click();
    await eventually(() => assert.equal(host.calls("reveal").length, 2));
  });

  it("edits arrays, chooses axes, gives reasons", async () => {
    const { page, host } = await open("loss");
    await panel.drawn();
    const before = await panel.value();
    await field(page, "w[1, 2]").fill("2.5");
    await eventually(async () => assert.notEqual(await panel.value(), before));
    const { point } = host.calls("view").at(-1)!.params as { point: Record<string, unknown> };
    assert.deepEqual(point.w, [
      [0.1, 0.2, 0.3],
      [0.4, 0.5, 2.5],
    ]);
    assert.match(await page.locator("td.reason").textContent().then(String), /cut by .numpy\(\)/);
    await page.getByLabel("up").selectOption("rate");
    await eventually(() =>
      assert.deepEqual((host.calls("plot").at(-1)!.params as { axes: unknown }).axes, ["b", "rate"]),
    );
    await page.getByLabel("up").selectOption("");
    await eventually(async () => assert.equal(await page.locator(".overlay .tangent").count(), 1));
  });

  it("says what there was no time for", async () => {
    const { page } = await open("slow");
    await page.getByText("The time limit was reached. Missing: the Hessian, formulas.").waitFor();
    await panel.drawn();
    assert.deepEqual(await panel.gradient(), ["9", "42"]);
    await panel.picture("partial");
  });

  it("reads values where the pointer is", async () => {
    const { page } = await open("g");
    await panel.drawn();
    const plot = (await page.locator(".plot .nsewdrag").boundingBox())!;
    // The point (2, 3) is in the middle: beside it, not on it.
    await page.mouse.move(plot.x + plot.width / 4, plot.y + plot.height / 2);
    await eventually(async () => {
      const words = String(await page.locator(".hoverlayer .hovertext").textContent());
      const [, x1, x2, value] = /x1 = (\S+?)x2 = (\S+?)(\d[\d.]*)$/.exec(words.replaceAll("−", "-")) ?? [];
      assert.ok(Math.abs(Number(x1) + 0.5) < 0.2 && x2 !== undefined && Number(value) > 30, words);
    });
  });

  it("says whether the gradient is right once the point rests", async () => {
    const { page, host } = await open("edges");
    await panel.drawn();
    const verdicts = page.locator("[data-section=gradient] tbody tr:nth-child(2) td");
    await eventually(async () => assert.match((await verdicts.allTextContents()).join("|"), /right/));
    const [x, y, n, name] = await verdicts.allTextContents();
    assert.match(x!, /not differentiable here/);
    assert.match(y!, /right complex step ± \S+/);
    assert.match(n!, /does not depend on n/);
    assert.match(name!, /a text has no derivative/);
    assert.equal(host.calls("check").length, 1);
    await field(page, "x").fill("1");
    await field(page, "x").fill("1.5");
    await eventually(() => {
      const { point } = host.calls("check").at(-1)!.params as { point: unknown };
      assert.deepEqual(point, { x: 1.5, y: 0, n: 2.5 });
    });
    await eventually(async () => assert.match(String(await verdicts.first().textContent()), /right/));
  });

  it("shows the Hessian as a heat map, and what it says of the point", async () => {
    const { page } = await open("saddle");
    await panel.drawn();
    const section = page.locator("[data-section=hessian]");
    assert.deepEqual(await section.locator("table").first().locator("td.heat").allTextContents(), [
      ...["2", "0", "0"],
      ...["0", "-2", "0"],
      ...["0", "0", "0"],
    ]);
    const shades = await section
      .locator("table")
      .first()
      .locator("td.heat")
      .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell).backgroundColor));
    assert.equal(new Set(shades).size, 3, "positive, negative and zero differ");
    assert.match(String(await section.textContent()), /A saddle point.*indefinite.*∞.*eigenvalue/);
    await field(page, "x").fill("1");
    await eventually(async () => assert.match(String(await section.textContent()), /Not a stationary point.* 2, /));
  });

  it("shows a Jacobian: small in numbers, large as a picture that can be read", async () => {
    let { page } = await open("rotation");
    await page.locator("#jacobian").waitFor();
    assert.equal(await panel.value(), "[1.755165, 0.9588511, 4]");
    const jacobian = page.getByRole("table", { name: "Jacobian", exact: true });
    assert.equal(await jacobian.locator("td.heat").count(), 6);
    assert.equal(await jacobian.locator("td.heat.never").count(), 1);
    assert.equal(await page.locator("[role=alert]").count(), 0);
    await panel.close();
    ({ page } = await open("differences"));
    const picture = page.getByRole("img", { name: "Jacobian as a picture" });
    await picture.focus();
    await picture.press("ArrowDown");
    await picture.press("ArrowRight");
    await eventually(async () =>
      assert.equal(await page.locator(".readout").first().textContent().then(String), "row [0], v[1]: 0.4"),
    );
    assert.match(String(await page.locator("main").textContent()), /38 of 380 entries can differ from 0/);
  });

  it("shows the layers of a curve: derivatives, tangent, circle, breaks", async () => {
    const { page, host } = await open("broken");
    await panel.drawn();
    const lines = () => page.locator(".plot .scatterlayer .trace path.js-line").count();
    const before = await lines();
    assert.match(
      String(await page.locator(".notes").textContent()),
      /^pole at -2 · jump at 0 · kink at 0.75 · jump at 2$/,
    );
    // Four pieces, and the line where the pole is: none runs through it.
    assert.equal(before, 5);
    await page.getByRole("button", { name: "f′" }).click();
    await eventually(async () => assert.ok((await lines()) > before));
    const more = await lines();
    await page.getByRole("button", { name: "f″" }).click();
    await eventually(async () => assert.ok((await lines()) > more));
    assert.equal((host.calls("plot").at(-1)!.params as { seconds?: boolean }).seconds, true);
    await page.getByRole("button", { name: "Curvature" }).click();
    await page.locator(".overlay .circle ellipse").waitFor();
    await page.getByRole("button", { name: "Tangent" }).press("Enter");
    await eventually(async () => assert.equal(await page.locator(".overlay .tangent").count(), 0));
    assert.match(String(await page.locator(".notes").textContent()), /radius of curvature \d/);
    const state = host.received.filter((message) => message.type === "state").at(-1)!.state;
    assert.deepEqual(state.layers, ["gradient", "derivative", "second", "circle"]);
  });

  it("shows the layers of a plane, and slices", async () => {
    const { page, host } = await open("rosenbrock");
    await panel.drawn();
    for (const name of ["Descent", "Newton step", "Field", "Log levels"])
      await page.getByRole("button", { name }).click();
    await eventually(async () => assert.ok((await page.locator(".overlay .field path").count()) > 100));
    await panel.drawn();
    assert.equal(await page.locator(".overlay .arrow").count(), 2);
    assert.equal(await page.locator(".overlay .newton circle").count(), 1);
    assert.match(String(await page.locator(".notes").textContent()), /Newton's step leads to \(-1.0202, 1.0404\)/);
    await page.getByRole("button", { name: "Surface" }).click();
    const surface = page.getByRole("img", { name: /^Surface of rosenbrock\(x, y\) over x and y/ });
    const picture = () => surface.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const before = await picture();
    await surface.press("ArrowRight");
    await eventually(async () => assert.notEqual(await picture(), before));
    assert.equal(host.calls("slices").length, 0);
    await page.getByText("Slices along every variable").click();
    await eventually(async () => assert.equal(await page.locator(".slice path").count(), 2));
    await page.getByRole("button", { name: /^y from/ }).click();
    await eventually(() => assert.deepEqual((host.calls("plot").at(-1)!.params as { axes: unknown }).axes, ["y"]));
  });

  it("moves an element of an array on the plot", async () => {
    const { page } = await open("product");
    await panel.drawn();
    await page.locator(".handle").press("ArrowRight");
    await eventually(async () => assert.notEqual(await field(page, "v[0]").inputValue(), "0.5"));
    assert.equal(await field(page, "v[1]").inputValue(), "1.5");
  });

  it("draws the computation graph, walks its sweeps, and shows where its nodes stand", async () => {
    const { page, host } = await open("g");
    const node = (name: string) => page.locator(".graph .node", { hasText: name });
    await node("v₃ = v₁·v₂").waitFor();
    const texts = () =>
      page
        .locator(".graph .node")
        .evaluateAll((nodes) =>
          nodes.map((each) => [...each.querySelectorAll("text")].map((text) => text.textContent)),
        );
    const all = [
      ["x₁", "2", "9"],
      ["x₂", "3", "42"],
      ["v₁ = x₁ + 5", "7", "9"],
      ["v₂ = x₂²", "9", "7"],
      ["v₃ = v₁·v₂", "63", "1"],
    ];
    assert.deepEqual(await texts(), all);
    const caption = () => page.locator(".caption").textContent().then(String);
    await page.getByRole("button", { name: "To the start" }).click();
    assert.deepEqual((await texts())[4], ["v₃ = v₁·v₂", "", ""]);
    for (let k = 0; k < 5; k++) await page.getByRole("button", { name: "One step on" }).click();
    assert.equal(await caption(), "v₃ = v₁·v₂ = 63");
    assert.equal(await page.locator(".node.current .hit").getAttribute("aria-label"), "v3 = v1·v2, value 63");
    await page.getByRole("slider", { name: "Step of the sweeps" }).press("ArrowRight");
    assert.equal(
      await caption(),
      "The sweep back begins at the result, whose adjoint is 1. v₃ has the adjoint 1, and passes on: 9 to v₁, 7 to v₂.",
    );
    assert.equal(await page.locator(".edge.lit").count(), 2);
    assert.deepEqual(
      (await texts()).map(([, , adjoint]) => adjoint),
      ["", "", "9", "7", "1"],
    );
    await page.getByRole("button", { name: "To the end" }).click();
    assert.deepEqual(await texts(), all);

    await node("v₂ = x₂²").hover();
    await eventually(() => {
      const { params } = host.calls("highlight").at(-1)! as { params: { uri: string; range?: { start: object } } };
      assert.deepEqual([params.uri, params.range?.start], ["file:///tf_diffs.py", { line: 7, character: 22 }]);
    });
    await page.mouse.move(0, 0);
    await eventually(() =>
      assert.equal((host.calls("highlight").at(-1)!.params as { range?: object }).range, undefined),
    );
    await panel.send({ type: "event", event: "cursor", data: { uri: "file:///tf_diffs.py", line: 7, character: 13 } });
    await eventually(async () =>
      assert.equal(
        await page.locator(".node.under .hit").getAttribute("aria-label"),
        "v1 = x1 + 5, value 7, adjoint 9",
      ),
    );
    await node("x₁").first().locator(".hit").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await eventually(() => assert.equal(host.calls("reveal").length, 1));
    await panel.close();
    const { page: other } = await open("long");
    await other.getByText(/operations are too many to draw: at most 150/).waitFor();
  });

  it("pins the point and lets go of the cursor", async () => {
    const { page, host } = await open("g");
    await panel.drawn();
    await page.getByRole("button", { name: "Pin point" }).click();
    await eventually(() =>
      assert.deepEqual((host.calls("pin")[0]?.params as { point: unknown })?.point, { x1: 2, x2: 3 }),
    );
    const follow = page.getByRole("button", { name: "Follow cursor" });
    assert.equal(await follow.getAttribute("aria-pressed"), "true");
    await follow.click();
    await eventually(() => assert.equal(host.received.filter((m) => m.type === "state").at(-1)?.state.locked, true));
  });

  it("shows what it is told, keeps its state, and asks again when the document changed", async () => {
    const { page, host } = await open("g");
    await panel.drawn();
    const views = host.calls("view").length;
    await panel.send({ type: "event", event: "changed", data: { uri: "file:///other.py" } });
    await panel.send({ type: "event", event: "changed", data: { uri: "file:///tf_diffs.py" } });
    await eventually(() => assert.equal(host.calls("view").length, views + 1));
    await panel.send({
      type: "event",
      event: "show",
      data: { subject: { kind: "function", uri: "file:///tf_diffs.py", name: "f" }, tab: "optimize", run: true },
    });
    await page.locator(".runs tbody tr").waitFor();
    assert.equal(await page.locator("h1").textContent().then(String), "f(x)");
    await page.evaluate(() => window.postMessage({ type: "event", event: "show", data: 7 }, "*"));
    await page.evaluate(() => window.postMessage("nonsense", "*"));
    const kept = await page.evaluate(() => JSON.parse(sessionStorage.getItem("state")!));
    assert.equal(kept.subject.name, "f");
    assert.equal("run" in kept, false);
  });

  it("waits without flicker, and dims what is old", async () => {
    const { page, host } = await open("g");
    await panel.drawn();
    // The page's time stands still but for what is let pass.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    const views = host.calls("view").length;
    host.delay = Number.POSITIVE_INFINITY;
    await field(page, "x1").fill("4");
    await page.clock.runFor(200);
    await eventually(() => assert.equal(host.calls("view").length, views + 1));
    assert.equal(await page.locator("main.stale").count(), 0);
    assert.equal(await panel.value(), "63");
    await page.clock.runFor(200);
    assert.equal(await page.locator("main.stale").count(), 1);
    host.delay = 0;
    await eventually(async () => {
      await page.clock.runFor(20);
      assert.equal(await panel.value(), "81");
    });
    assert.equal(await page.locator("main.stale").count(), 0);
  });

  it("is never blank", async () => {
    let { page } = await open(null);
    await page.getByText("Put the cursor in a function").waitFor();
    await panel.picture("empty");
    await panel.close();
    ({ page } = await open("absent"));
    await page.getByText("There is no such function in this file.").waitFor();
    await panel.close();
    ({ page } = await open("log"));
    await page.getByText("line 3: math domain error").waitFor();
    await panel.drawn();
    assert.equal(await panel.value(), "nan");
    await panel.picture("problem");
  });

  it("speaks Chinese", async () => {
    const l10n = JSON.parse(readFileSync("l10n/bundle.l10n.zh-cn.json", "utf8")) as Record<string, string>;
    const { page } = await open("g", { l10n });
    await panel.drawn();
    await page.locator("details.data summary").first().click();
    await panel.picture("chinese");
    const words = await page.locator("main").textContent().then(String);
    assert.doesNotMatch(words, /\b(Gradient|Point|Minimize|automatic|Learning|Steps|across|Lowest)\b/);
  });

  for (const theme of Object.keys(themes)) {
    it(`is accessible and tidy in ${theme}`, async () => {
      const { page } = await open("g", { theme });
      await panel.drawn();
      await openTable(page);
      await page.locator("[data-section=plot] > .data-row .export summary").click();
      assert.deepEqual(await panel.accessibility(), []);
      await page.locator(".copies summary").click();
      assert.deepEqual(await panel.accessibility(), []);
      await panel.picture(`${theme}-1000`);
    });
  }

  for (const width of [320, 500]) {
    it(`fits ${width} pixels`, async () => {
      for (const name of ["f", "g", "loss"]) {
        const { page } = await open(name, { width, theme: "vscode-dark" });
        await panel.drawn();
        await page.locator(".graph .node").first().waitFor();
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(over <= 0, `${name} is ${over} pixels too wide`);
        await panel.picture(`${name}-${width}`);
        if (name !== "loss") await panel.close();
      }
    });
  }

  it("draws marks at full strength where the theme has only a tint", async () => {
    const { page } = await open("g", { theme: "vscode-dark" });
    await panel.drawn();
    await page.evaluate(() => document.documentElement.style.setProperty("--vscode-charts-orange", "#ea5c0055"));
    const mark = () => page.locator(".arrow .head").evaluate((head) => getComputedStyle(head).fill);
    await eventually(async () => assert.equal(await mark(), "rgb(234, 92, 0)"));
    await page.evaluate(() => document.documentElement.style.setProperty("--vscode-charts-orange", "#3a2010"));
    await eventually(async () => assert.ok(Number((await mark()).match(/\d+/)) > 100, await mark()));
  });

  it("follows the theme while it is open", async () => {
    const { page } = await open("f");
    await panel.drawn();
    const stroke = () =>
      page
        .locator(".plot .scatterlayer .trace path.js-line")
        .first()
        .evaluate((line) => getComputedStyle(line).stroke);
    const before = await stroke();
    await panel.setTheme("vscode-dark");
    await eventually(async () => assert.notEqual(await stroke(), before));
    await panel.picture("f-dark");
  });

  describe("script view", () => {
    const uriOf = (file: string) => `file:///${file}`;
    const openScript = async (file: string, options: Options = {}) => {
      await open(null, { ...options, state: { document: uriOf(file), tab: "script" } });
      await panel.page.locator("main h1, main .problem").first().waitFor();
      return panel;
    };
    /** Every chart is drawn, and so is what stands on canvases. */
    const figuresDrawn = (count: number) =>
      eventually(async () =>
        assert.equal(
          await panel.page.locator(".chart[aria-busy=false]").count(),
          count,
          `${panel.problems} ${(await panel.page.locator("main").textContent())?.slice(0, 300)}`,
        ),
      );

    it("draws each kind of figure, with a legend, a summary and a table", async () => {
      const { page } = await openScript("plots.py");
      await figuresDrawn(12);
      assert.deepEqual(await page.locator("figcaption h3").allTextContents(), [
        "Waves",
        "Rosenbrock",
        "Six kinds",
        "In space",
        "Training",
        "Shares",
        "Stems",
        "Boxes",
      ]);
      const waves = page.locator("[data-figure='0']");
      assert.deepEqual(await waves.locator(".legend li").allTextContents(), ["sin(x)", "cos(x)", "samples"]);
      assert.match(
        String(await waves.locator(".chart").getAttribute("aria-label")),
        /^Waves: .*f\(θ\) over θ \(rad\); line “sin\(x\)”: 100 points, values from -0.99987 to 0.99987;/,
      );
      await waves.locator(".data summary").click();
      await eventually(async () => assert.equal(await waves.locator("tbody tr").count(), 11 + 11 + 10));
      assert.equal(await page.locator("[data-figure='2'] .figure-cell").count(), 6);
      assert.equal(await page.locator("[data-figure='2'] .barlayer .point").count(), 4 + 20 + 20);
      assert.ok((await page.locator("[data-figure='1'] .contourlayer path").count()) > 8);
      assert.equal(await page.locator("[data-figure='4'] .legend li").count(), 2);
    });

    it("turns a plot in space by keyboard", async () => {
      const { page } = await openScript("plots.py");
      const canvas = page.locator("canvas.space");
      const picture = () => canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
      await eventually(async () => assert.ok((await picture()).length > 5000));
      const before = await picture();
      await canvas.focus();
      await canvas.press("ArrowLeft");
      await eventually(async () => assert.notEqual(await picture(), before));
    });

    it("shows losses, Variables, tapes and output, each with its line", async () => {
      const { page, host } = await openScript("training.py");
      await figuresDrawn(4);
      assert.match(await page.locator("[data-section=losses]").textContent().then(String), /loss 40 steps/);
      assert.match(await page.locator("[data-section=losses] .finals").textContent().then(String), /^14 → /);
      assert.deepEqual(await page.locator("[data-section=variables] h3").allTextContents(), [
        "x 40 updates",
        "w 40 updates",
      ]);
      const tapes = await page.locator(".tapes > li").allTextContents();
      assert.match(tapes[0]!, /line 14.*made 40 times.*line 16.*the last of 40 times/);
      assert.match(tapes[1]!, /persistent tape.*None: the tape does not watch it.*2\.0/);
      assert.deepEqual(await page.locator(".output pre").allTextContents(), [
        "step 0: loss = 14.0000",
        ...[10, 20, 30].map((step) => `step ${step}: loss = ${(14 * 0.64 ** step).toFixed(4)}`),
        "None tf.Tensor(2.0, shape=(), dtype=float32)",
        "done",
      ]);
      await page.locator(".output button").last().click();
      await eventually(() =>
        assert.deepEqual(host.calls("reveal").at(-1)?.params, { uri: uriOf("training.py"), line: 33, character: 0 }),
      );
      await page.locator("[data-figure='0'] .line-link").click();
      await eventually(() => {
        const { line } = host.calls("reveal").at(-1)!.params as { line: number };
        assert.equal(line, 32);
      });
    });

    it("changes between the views by tab and by keyboard, and keeps where it was", async () => {
      const { page, host } = await open("g");
      await panel.drawn();
      host.scripts.set("file:///tf_diffs.py", "print(7)\n");
      assert.equal(host.calls("script").length, 0, "asked only when it is looked at");
      await page.getByRole("tab", { name: "Script" }).click();
      await page.locator(".output pre").waitFor();
      assert.equal(await page.locator(".output pre").textContent().then(String), "7");
      const kept = await page.evaluate(() => JSON.parse(sessionStorage.getItem("state")!));
      assert.deepEqual([kept.tab, kept.document, kept.subject.name], ["script", "file:///tf_diffs.py", "g"]);
      host.scripts.set("file:///tf_diffs.py", "print(8)\n");
      await panel.send({ type: "event", event: "changed", data: { uri: "file:///tf_diffs.py" } });
      await eventually(async () => assert.equal(await page.locator(".output pre").textContent().then(String), "8"));
      await page.getByRole("tab", { name: "Script" }).press("ArrowLeft");
      await page.getByRole("tab", { name: "Optimize" }).press("ArrowLeft");
      await panel.drawn();
      assert.equal(await panel.value(), "63");
    });

    it("brings the figure of a lens into view", async () => {
      const { page } = await openScript("plots.py", { height: 500 });
      await figuresDrawn(12);
      await panel.send({
        type: "event",
        event: "show",
        data: { document: uriOf("plots.py"), tab: "script", figure: 3 },
      });
      await eventually(async () => {
        const box = (await page.locator("[data-figure='3']").boundingBox())!;
        assert.ok(box.y >= -1 && box.y < 500, String(box.y));
      });
    });

    it("has something to say when there is nothing, and when there is an error", async () => {
      await open(null);
      panel.host.scripts.set("file:///empty.py", "x = 1\n");
      panel.host.scripts.set("file:///wrong.py", "print('before')\nprint(1 / 0)\n");
      await panel.send({ type: "event", event: "show", data: { document: "file:///empty.py", tab: "script" } });
      await panel.page.getByText("This file prints and plots nothing").waitFor();
      await panel.picture("script-empty");
      await panel.send({ type: "event", event: "show", data: { document: "file:///wrong.py", tab: "script" } });
      await panel.page.getByText("ZeroDivisionError: division by zero").waitFor();
      assert.equal(await panel.page.locator(".output pre").textContent().then(String), "before");
      await panel.picture("script-error");
    });

    it("speaks Chinese", async () => {
      const l10n = JSON.parse(readFileSync("l10n/bundle.l10n.zh-cn.json", "utf8")) as Record<string, string>;
      const { page } = await openScript("training.py", { l10n });
      await figuresDrawn(4);
      await openTable(page);
      const words = await page.locator("body").textContent().then(String);
      assert.doesNotMatch(words, /\b(Script|Figures|Variables|Tapes|Output|updates|points|times|In words)\b/);
    });

    for (const theme of Object.keys(themes)) {
      it(`is accessible and tidy in ${theme}`, async () => {
        const { page } = await openScript("plots.py", { theme });
        await figuresDrawn(12);
        await openTable(page);
        assert.deepEqual(await panel.accessibility(), []);
        await panel.picture(`script-plots-${theme}`);
        await panel.close();
        await openScript("training.py", { theme });
        await figuresDrawn(4);
        assert.deepEqual(await panel.accessibility(), []);
        await panel.picture(`script-training-${theme}`);
      });
    }

    it("fits 320 pixels", async () => {
      for (const file of ["plots.py", "training.py"]) {
        const { page } = await openScript(file, { width: 320, theme: "vscode-dark" });
        await figuresDrawn(file === "plots.py" ? 12 : 4);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(over <= 0, `${file} is ${over} pixels too wide`);
        await panel.picture(`script-${file}-320`);
        if (file === "plots.py") await panel.close();
      }
    });

    it("follows the theme while it is open", async () => {
      const { page } = await openScript("training.py");
      await figuresDrawn(4);
      const stroke = () =>
        page
          .locator("[data-figure='0'] path.js-line")
          .first()
          .evaluate((line) => getComputedStyle(line).stroke);
      const before = await stroke();
      await panel.setTheme("vscode-dark");
      await eventually(async () => assert.notEqual(await stroke(), before));
    });
  });
});
