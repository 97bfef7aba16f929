/** What the page saves and copies, and what it keeps. */
import assert from "node:assert/strict";
import type { PanelState } from "../../src/protocol/panel";
import { type Options, type Panel, usePages } from "./page";

describe("the panel's page saves", function () {
  this.timeout(60_000);
  const newPage = usePages();
  let panel: Panel;
  const open = async (name: string | null, options: Options = {}) => {
    panel = await newPage(name, options);
    return panel;
  };

  type Saved = { name: string; data: string | Uint8Array };
  /** Chooses a format in the menu of a part of the page, and waits for the file. */
  const save = async (part: string, format: string): Promise<Saved> => {
    const { page, host } = panel;
    const before = host.calls("save").length;
    const menu = page.locator(`${part} .export`).first();
    await menu.locator("summary").click();
    await menu.getByRole("button", { name: new RegExp(`^${format}`) }).click();
    await menu.locator("[role=status]", { hasText: "Saved." }).waitFor();
    assert.equal(await menu.locator("details[open]").count(), 0, "the menu closes");
    assert.equal(host.calls("save").length, before + 1);
    return host.calls("save").at(-1)!.params as Saved;
  };
  /** How many pictures an animation has. */
  const frames = ({ data }: Saved) => {
    const bytes = data as Uint8Array;
    assert.equal(String.fromCharCode(...bytes.subarray(0, 6)), "GIF89a");
    let count = 0;
    // A graphic control extension stands before each picture.
    for (let i = 0; i + 2 < bytes.length; i++)
      if (bytes[i] === 0x21 && bytes[i + 1] === 0xf9 && bytes[i + 2] === 4 && bytes[i + 8] === 0x2c) count++;
    return count;
  };
  const plot = "[data-section=plot] > .data-row";

  it("a plot as a picture, a drawing and numbers, its paths as JSON", async () => {
    const { page } = await open("g", { theme: "vscode-dark" });
    await panel.drawn();
    const png = await save(plot, "PNG");
    assert.equal(png.name, "g-x1-x2.png");
    const view = new DataView((png.data as Uint8Array).buffer, (png.data as Uint8Array).byteOffset);
    assert.equal(view.getUint32(0), 0x89504e47);
    const box = (await page.locator(".plot").boundingBox())!;
    assert.deepEqual(
      [view.getUint32(16), view.getUint32(20)],
      [2 * Math.ceil(box.width + 16), 2 * Math.ceil(box.height + 16)],
    );
    const { data: svg } = (await save(plot, "SVG")) as { data: string };
    // It is a document of its own: no classes, nothing from outside, the contours, the arrow and the point in it.
    assert.doesNotMatch(svg, / class=|var\(--|https?:(?!\/\/www\.w3\.org)/);
    const shapes = await page.evaluate((text) => {
      const drawing = new DOMParser().parseFromString(text, "image/svg+xml");
      const count = (selector: string) => drawing.querySelectorAll(selector).length;
      return [count("parsererror"), count("path"), count("text"), count("circle")] as const;
    }, svg);
    assert.equal(shapes[0], 0);
    assert.ok(shapes[1] > 10 && shapes[2] > 8 && shapes[3] >= 1, shapes.join());
    const { data: csv } = (await save(plot, "CSV")) as { data: string };
    const lines = csv.trim().split("\r\n");
    assert.equal(lines[0], "x1,x2,value");
    assert.equal(lines.length, 1 + 64 * 64);
    const [x1, x2, value] = lines[100]!.split(",").map(Number);
    assert.equal(value, (x1! + 5) * x2! ** 2);
    const { paths } = JSON.parse(String((await save(plot, "JSON")).data));
    assert.deepEqual(paths[0].points[0], [4, 4]);
    assert.equal(paths[0].points.length, 26);
  });

  it("a surface and the sweeps as animations", async () => {
    const { page } = await open("rosenbrock", { width: 700 });
    await panel.drawn();
    await page.getByRole("button", { name: "Surface" }).click();
    await page.locator(".surface canvas").waitFor();
    assert.equal(frames(await save(".surface", "GIF")), 30);
    const { data: svg } = (await save(".surface", "SVG")) as { data: string };
    assert.ok((svg.match(/<path/g) ?? []).length > 1000);
    const steps = Number(/\/ (\d+)/.exec(String(await page.locator(".sweep .count").textContent()))![1]);
    assert.equal(frames(await save("[data-section=tape]", "GIF")), steps + 1);
    assert.match(String(await page.locator(".sweep .count").textContent()), new RegExp(`^${steps} /`));
    const { data: csv } = (await save("[data-section=tape]", "CSV")) as { data: string };
    assert.match(csv, /^name,operation,shape,value,adjoint\r\nx,x,,-1,196\r\n/);
  });

  it("the gradient with its check, and the Hessian", async () => {
    const { page } = await open("edges");
    await panel.drawn();
    await page.locator("[data-section=gradient] table[aria-busy=false]").waitFor();
    const { data } = (await save("[data-section=gradient]", "CSV")) as { data: string };
    const rows = data.trim().split("\r\n");
    assert.match(rows[1]!, /^x,[\d.]+,.*,not differentiable,/);
    assert.match(rows[4]!, /^name,,,,,,,a text has no derivative$/);
    const { name, data: hessian } = (await save("[data-section=hessian]", "CSV")) as { name: string; data: string };
    assert.equal(name, "edges-Hessian.csv");
    assert.match(hessian, /^,x,y,n\r\nx,0,-?0,0\r\n/);
  });

  it("figures and histories of a script", async () => {
    await open(null, { state: { document: "file:///training.py", tab: "script" } });
    await panel.page.locator("[data-section=losses] .chart[aria-busy=false]").waitFor();
    const { data: losses } = (await save("[data-section=losses]", "CSV")) as { data: string };
    assert.match(losses, /^step,loss\r\n0,14\r\n1,/);
    const { name, data } = await save("[data-figure='0']", "SVG");
    assert.match(name, /\.svg$/);
    assert.match(String(data), /<path/);
    const { data: points } = (await save("[data-figure='0']", "CSV")) as { data: string };
    assert.equal(points.trim().split("\r\n").length, 1 + 40);
  });

  it("paths over their map as a picture and as an animation, and what the runs reached", async () => {
    const optimize: PanelState["optimize"] = {
      choices: [{ optimizer: "sgd", learningRate: 0.01 }, { optimizer: "bfgs" }],
      steps: 70,
      starts: [{ x: -4, y: 0.5 }],
    };
    const subject = { kind: "function", uri: "file:///tf_diffs.py", name: "himmelblau" } as const;
    const { page } = await open(null, { state: { subject, tab: "optimize", optimize }, theme: "vscode-dark" });
    await page.locator(".plot.paths .handle").first().waitFor();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.locator(".runs tbody tr").nth(3).waitFor();
    await page.getByRole("button", { name: "Basin map" }).click();
    await page.locator(".basin-legend", { hasText: "10201 starts; places reached" }).waitFor();
    await page.getByRole("slider", { name: "Step of the runs" }).fill("12");
    const { name, data: svg } = (await save(".optimize-plot", "SVG")) as { name: string; data: string };
    assert.equal(name, "himmelblau-Paths.svg");
    const found = await page.evaluate((text) => {
      const drawing = new DOMParser().parseFromString(text, "image/svg+xml");
      const words = [...drawing.querySelectorAll("text")].map((word) => word.textContent ?? "");
      const all = [...drawing.querySelectorAll("image, path")];
      const lies = (name: string) => all.findIndex((it) => it.localName === name);
      return { words, beneath: lies("image") >= 0 && lies("image") < lies("path") };
    }, svg);
    assert.ok(found.beneath, "the map lies beneath the contours");
    for (const word of ["step 12", "SGD, start 1", "BFGS, start 2", "1", "2", "A"])
      assert.ok(found.words.includes(word), `${word} of ${found.words.join()}`);
    assert.ok(
      found.words.some((word) => /^[A-D] \(3, 2\)$/.test(word)),
      found.words.join(),
    );
    // It pauses what is played, and goes back to where that was.
    await page.getByRole("button", { name: "Play", exact: true }).click();
    assert.equal(frames(await save(".optimize-plot", "GIF")), 60);
    await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    const chart = (await save(".charts .tile", "CSV")) as { data: string };
    const rows = chart.data.trim().split("\r\n");
    assert.equal(rows[0], 'step,"SGD, start 1","SGD, start 2","BFGS, start 1","BFGS, start 2"');
    assert.equal(rows.length, 1 + 71);
    assert.match(rows[71]!, /^70,[^,]+,[^,]+,,$/);
    const { data: drawn } = (await save(".charts .tile", "SVG")) as { data: string };
    assert.match(drawn, />BFGS, start 2</);
    const table = (await save(".results", "CSV")) as { name: string; data: string };
    assert.equal(table.name, "himmelblau-Results.csv");
    const lines = table.data.trim().split("\r\n");
    assert.equal(lines.length, 5);
    assert.match(lines[0]!, /^optimizer,start,value,.*,x,y$/);
    assert.match(lines[4]!, /^bfgs,2,/);
    const { runs, labels } = JSON.parse(String((await save(".results", "JSON")).data));
    assert.deepEqual([labels, runs.length], [["x", "y"], 4]);
    assert.deepEqual([runs[1].path[0], runs[1].path.length, runs[1].values.length], [[-4, 0.5], 71, 71]);
  });

  it("copies the point, the gradient and the Hessian", async () => {
    const { page, host } = await open("rosenbrock");
    await panel.drawn();
    const copy = async (name: string) => {
      const before = host.calls("copy").length;
      await page.locator(".copies summary").click();
      await page.getByRole("button", { name, exact: true }).click();
      while (host.calls("copy").length === before) await new Promise((resolve) => setTimeout(resolve, 10));
      return (host.calls("copy").at(-1)!.params as { text: string }).text;
    };
    assert.equal(await copy("Point as Python"), "x = -1.0\ny = 1.5");
    assert.equal(await copy("Gradient as JSON"), '{"d_x":196,"d_y":100}');
    assert.equal(
      await copy("Hessian as LaTeX"),
      String.raw`\nabla^{2} \operatorname{rosenbrock} = \begin{pmatrix} 602 & 400 \\ 400 & 200 \end{pmatrix}`,
    );
    await page.locator(".copies summary").press("Enter");
    await page.getByRole("button", { name: "Point as JSON" }).press("Escape");
    assert.equal(await page.locator(".copies[open]").count(), 0);
  });

  it("says why a file could not be written", async () => {
    const { page, host } = await open("g");
    await panel.drawn();
    host.refusal = "the disk is full";
    const menu = page.locator(`${plot} .export`);
    await menu.locator("summary").click();
    await menu.getByRole("button", { name: /^CSV/ }).click();
    await page.getByText("It could not be saved: the disk is full").waitFor();
  });

  it("does not draw the contours again while the point moves", async () => {
    const { page } = await open("rosenbrock");
    await panel.drawn();
    await page.evaluate(() => {
      const world = window as unknown as { drawn: number };
      world.drawn = 0;
      new MutationObserver(() => world.drawn++).observe(document.querySelector(".plot .chart")!, {
        childList: true,
        subtree: true,
      });
    });
    const before = await panel.value();
    const box = (await page.locator(".handle").boundingBox())!;
    await page.mouse.move(box.x + 12, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + 80, box.y - 30, { steps: 12 });
    await page.mouse.up();
    await page.waitForFunction((old) => document.querySelector(".value-number")?.textContent !== old, before);
    assert.equal(await page.evaluate(() => (window as unknown as { drawn: number }).drawn), 0);
  });

  it("comes back as it was: axes, zoom, pin, layers", async () => {
    const { page, host } = await open("loss");
    await panel.drawn();
    await page.getByLabel("across").selectOption("rate");
    await page.getByRole("button", { name: "Pin point" }).click();
    await page.getByRole("button", { name: "Field" }).click();
    await panel.drawn();
    await page.locator(".plot").hover();
    await page.getByRole("button", { name: "Zoom in" }).click();
    const kept = await page.evaluate(() => JSON.parse(sessionStorage.getItem("state")!));
    assert.equal(kept.axes[0], "rate");
    assert.equal(kept.pinned, true);
    const { window } = host.received.filter((message) => message.type === "state").at(-1)!.state;
    assert.deepEqual(kept.window, window);
    await panel.close();
    await open(null, { state: kept });
    await panel.drawn();
    const plots = panel.host.calls("plot");
    const params = plots[0]!.params as { axes: string[]; window: number[][] };
    assert.deepEqual([params.axes, params.window], [kept.axes, kept.window]);
    assert.equal(await panel.page.getByRole("button", { name: "Pin point" }).getAttribute("aria-pressed"), "true");
    assert.equal(await panel.page.getByRole("button", { name: "Field" }).getAttribute("aria-pressed"), "true");
  });
});
