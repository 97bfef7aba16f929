/** The product as a user sees it, with the pictures of the README. */
import { isSeen, openWorkbench, succeeds, type Theme, until, type Workbench } from "../workbench";

const themes: readonly Theme[] = ["dark", "light", "hc-dark", "hc-light"];

describe("tf_diffs.py in the editor @every", function () {
  this.timeout(120_000);
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ file: "tf_diffs.py", viewport: { width: 1200, height: 760 } });
  });
  after(() => workbench?.close());

  it("shows lenses and hints", async () => {
    await workbench.lenses.filter({ hasText: "f′ = 8 at x = 1" }).first().waitFor();
    await until(
      async () => (await workbench.lines.filter({ hasText: "7.999999999999119" }).count()) > 0,
      "the hint of the difference",
    );
    for (const theme of ["light", "dark"] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot("lenses-and-hints", { picture: theme === "light" });
    }
  });

  it("hovers with formula, gradient and plot, readable in every theme", async () => {
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await workbench.goTo(26);
      await workbench.hoverOn("g(", { saying: "∇g = (9, 42)", pictures: 4 });
      await workbench.screenshot("hover", { picture: theme === "dark" });
      await workbench.page.keyboard.press("Escape");
      await workbench.goTo(12);
      await workbench.hoverOn("f(", { saying: "f′ = 8" });
      await workbench.screenshot("hover-curve");
    }
    await workbench.setTheme("dark");
  });

  it("marks the second use of the tape, and mends it", async () => {
    await workbench.goTo(45);
    await workbench.page.locator(".monaco-editor .squiggly-warning").first().waitFor();
    const saying = /A non-persistent GradientTape can only be used to compute one set of gradients/;
    for (const theme of ["light", "dark"] as const) {
      await workbench.setTheme(theme);
      await workbench.hoverOn("gradient(z, x2)", { saying });
      await workbench.screenshot("squiggle", { picture: theme === "dark" });
    }
    await until(async () => {
      const explained = await workbench.hoverOn("gradient(z, x2)", { saying });
      await succeeds(() => explained.locator("a", { hasText: "tape-used-twice" }).click({ timeout: 2000 }));
      return isSeen(workbench.page.locator('.tab.active[data-resource-name="findings.md"]'), 5000);
    }, "the page about the finding");
    await workbench.find("## tape-used-twice");
    await workbench.openFile("tf_diffs.py");
    await workbench.page.keyboard.press("Escape");
    await workbench.goTo(45, 20);
    const chosen = workbench.page.locator(".action-widget .monaco-list-row.focused").filter({ hasText: "persistent" });
    // The menu stays away where the editor has not heard of the finding yet.
    await until(async () => {
      await workbench.page.keyboard.press("ControlOrMeta+.");
      if (await isSeen(chosen, 4000)) {
        await workbench.page.keyboard.press("Enter");
        const squiggle = workbench.page.locator(".monaco-editor .squiggly-warning").first();
        if (await succeeds(() => squiggle.waitFor({ state: "detached", timeout: 5000 }))) return true;
      }
      await workbench.page.keyboard.press("Escape");
    }, "the quick fix in the menu, and its effect");
    await workbench.goTo(37);
    await workbench.find("GradientTape(persistent=True)");
  });
});

describe("commands @every", function () {
  this.timeout(120_000);
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({
      file: "tf_diffs.py",
      files: { "notes.md": "The surface is (x1 + 5) * x2**2, and a sum: 2x^2 + y.\n\nHello nonsense +* here.\n" },
      viewport: { width: 1400, height: 900 },
    });
  });
  after(() => workbench?.close());

  it("shows the gradient and the Hessian of the function at the cursor", async () => {
    await workbench.goTo(24, 6);
    await workbench.runCommand("Gradlens: Show Gradient");
    await workbench.notification("∇g = (9, 42) at (2, 3)").waitFor();
    await workbench.screenshot("show-gradient");
    await workbench.runCommand("Notifications: Clear All Notifications");
    await workbench.runCommand("Gradlens: Show Hessian");
    await workbench.notification("∇²g = [[0, 6], [6, 14]] at (2, 3)").waitFor();
    await workbench.runCommand("Notifications: Clear All Notifications");
  });

  it("asks for the unknown values of a selected expression in a note", async () => {
    await workbench.openFile("notes.md");
    await workbench.select("(x1 + 5) * x2**2");
    await workbench.runCommand("Gradlens: Show Gradient");
    await until(async () => (await workbench.quickInput.inputValue()) === "x1=1, x2=1", "the question, prefilled");
    await workbench.screenshot("unknown-values");
    await workbench.answer("x1=2, x2=3");
    await workbench.notification("(9, 42)").waitFor();
    await workbench.runCommand("Notifications: Clear All Notifications");
  });

  it("says in one line what a selection is not", async () => {
    await workbench.select("nonsense +*");
    await workbench.runCommand("Gradlens: Show Gradient");
    await workbench.notification("not an expression").waitFor();
    await workbench.runCommand("Notifications: Clear All Notifications");
    await workbench.goTo(1);
    await workbench.runCommand("Gradlens: Show Gradient");
    await workbench.notification("Select an expression").waitFor();
    await workbench.runCommand("Notifications: Clear All Notifications");
  });

  it("runs the file, and shows its channel of output", async () => {
    await workbench.openFile("tf_diffs.py");
    await workbench.goTo(1);
    await workbench.runCommand("Gradlens: Run File");
    // What stands in the channel is for test/server to say: this VS Code comes without the native module that writes channels.
    await workbench.page.locator(".part.panel").filter({ hasText: "Gradlens Run" }).waitFor();
    await workbench.screenshot("run-file");
  });
});

describe("the panel @every", function () {
  this.timeout(180_000);
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({ file: "tf_diffs.py", viewport: { width: 1360, height: 900 } });
  });
  after(() => workbench?.close());

  it("shows g: formula, gradient beside central differences, Hessian, contours", async () => {
    await workbench.goTo(24, 6);
    await workbench.runCommand("Gradlens: Open Panel");
    const panel = await workbench.panelFrame("g(x1, x2)");
    // All digits stand in the number's title.
    await panel.getByTitle("41.999999999994486").first().waitFor();
    await panel.locator(".js-plotly-plot .contourlayer, .js-plotly-plot .cartesianlayer").first().waitFor();
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await workbench.screenshot("panel", { picture: theme === "light" });
    }
    await workbench.setTheme("dark");
  });

  it("follows an edited value", async () => {
    const panel = await workbench.panelFrame("g(x1, x2)");
    const field = panel.locator("input[type=number], input[inputmode=decimal]").first();
    await field.fill("0");
    await field.press("Enter");
    await panel.getByText("at (0, 3)").first().waitFor();
  });

  it("minimizes f and draws the path of the file's own loops", async () => {
    await workbench.page.locator(".editor-group-container").first().locator(".view-lines").click();
    await workbench.goTo(13, 6);
    await workbench.runCommand("Gradlens: Minimize");
    const panel = await workbench.panelFrame("f(x)");
    await panel.locator(".runs tbody tr", { hasText: "100 steps" }).waitFor();
    await panel.locator(".paths .loop").nth(1).waitFor({ state: "attached" });
    for (const theme of ["light", "dark"] as const) {
      await workbench.setTheme(theme);
      await panel.locator(".optimize-plot").evaluate((section) => section.scrollIntoView());
      await workbench.screenshot("minimize", { picture: theme === "dark" });
    }
  });
});
