/** Every kind of hover as it looks in VS Code. */
import { isSeen, openWorkbench, succeeds, type Theme, until, type Workbench } from "../workbench";

const themes: readonly Theme[] = ["dark", "light"];

const SCRIPT = `import tensorflow as tf


class Model:
    def __init__(self, k):
        self.k = k

    def loss(self, x):
        return self.k * x ** 2 + abs(x)


def g(x1, x2):
    y = (x1 + 5) * x2
    return y * x2


m = Model(3.0)
print(m.loss(0.0), g(2.0, 3.0), g(0.5, 1.0))

w = tf.Variable([4.0, 1.0])
for _ in range(30):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(w ** 2)
    w.assign_sub(0.1 * tape.gradient(loss, w))
`;

const NOTE = `# A note

<!-- gradlens: x=2, y=3 -->

The loss is $f(x, y) = \\frac{x^2}{1 + y} + \\sin x$.

It costs $5.
`;

const PAPER = `% gradlens: m=1, c=3
\\begin{equation}
  E = m c^2
\\end{equation}
`;

describe("hovers @every", function () {
  this.timeout(180_000);
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({
      file: "hovers.py",
      files: { "hovers.py": SCRIPT, "note.md": NOTE, "paper.tex": PAPER },
      viewport: { width: 1200, height: 760 },
    });
  });
  after(() => workbench?.close());

  const inThemes = async (body: () => Promise<void>) => {
    for (const theme of themes) {
      await workbench.setTheme(theme);
      await body();
      await workbench.page.keyboard.press("Escape");
    }
  };
  const shows = async (name: string, over: string, saying: string, pictures: number, nth = 0) => {
    const hover = await workbench.hoverOn(over, { saying, nth, pictures });
    await workbench.screenshot(`hover-${name}`);
    return hover;
  };

  it("on a method at a kink, with links", () =>
    inThemes(async () => {
      const hover = await shows("method", "loss(self", "Frameworks disagree", 3);
      await hover.locator("a", { hasText: "Check gradient" }).waitFor();
    }));

  it("on a call, with its own arguments", () =>
    inThemes(async () => {
      await shows("call", ", g(0", "at (0.5, 1)", 4);
    }));

  it("on a name in an expression", () =>
    inThemes(async () => {
      await shows("name", "x2", "∂g/∂x2", 1, 2);
    }));

  it("on what is selected", () =>
    inThemes(async () => {
      await workbench.goTo(1);
      // Lenses that come meanwhile move the text away from under the mouse.
      const selected = async () => {
        await workbench.select("(x1 + 5) * x2");
        return workbench.find("(x1 + 5) * x2");
      };
      await workbench.hoverAt(selected, "over the selection", { saying: "∇f", pictures: 4 });
      await workbench.screenshot("hover-selection");
    }));

  it("on a Variable, a tape, and what it was asked", () =>
    inThemes(async () => {
      await workbench.goTo(22);
      await shows("variable", "(w ", "after 30 updates", 2);
      await shows("tape", "tape:", "watched w", 0);
      await shows("gradient", "gradient(loss", "the last of 30 times", 4);
    }));

  it("checks a gradient from its link", async () => {
    await until(async () => {
      const link = (await workbench.hoverOn("g(x1", { saying: "∇g" })).locator("a", { hasText: "Check gradient" });
      await succeeds(() => link.click({ timeout: 2000 }));
      return isSeen(workbench.notification("The gradient is right"), 5000);
    }, "what the check says");
    await workbench.runCommand("Notifications: Clear All Notifications");
  });

  it("on formulas of Markdown and LaTeX", async () => {
    await workbench.openFile("note.md");
    await inThemes(async () => {
      await shows("markdown", "frac", "the comment in line 3", 4);
    });
    await workbench.openFile("paper.tex");
    await inThemes(async () => {
      await shows("latex", "m c", "∇E", 4);
    });
  });
});
