// Tests that drive the workbench's page: a real VS Code in a headless browser, as a user sees it.
//
// To add a page test: write `test/vscode/page/<feature>.test.ts` with mocha's `describe` and `it`, and open a workbench:
//   const workbench = await openWorkbench({ theme: "dark", file: "tf_diffs.py" });
//   const hover = await workbench.hoverOn("f(x1");
//   await workbench.screenshot("hover");            // out/screenshots/dark/hover.png
//   await workbench.close();                        // in `after` or `afterEach`
// Tests run in today's VS Code on the desktop's kind of host; those with "@every" in their title (or their suite's) run
// in all four configurations. The workspace is a copy of examples/, so tests may edit it.
// Wait by condition (locators wait by themselves, `until` for the rest), never for a time.
// To run: npm test -- --only page [--version 4.139.1] [--host desktop] [--grep text] [--update-pictures]
// A failed test leaves a picture and the log of each open workbench in out/screenshots/failed/.
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser, BrowserContext, Frame, Locator, Page } from "playwright-core";
import { launchBrowser } from "../../scripts/lib/browser.mjs";
import {
  type Host,
  prepareExtension,
  type Theme,
  temporaryFolder,
  themeClasses,
  themeName,
  userSettings,
  writeSettings,
} from "../../scripts/lib/profile.mjs";
import { type Server, startServer, today, workbenchAddress } from "../../scripts/lib/vscode-server.mjs";

export type { Host, Theme };

export interface Options {
  /** The configuration; by default the one that the test run asks for, else today's VS Code with the desktop's host. */
  version?: string;
  host?: Host;
  theme?: Theme;
  /** A folder whose copy is the workspace; by default examples/. */
  folder?: string;
  /** Files to write into the workspace: name → text. */
  files?: Record<string, string>;
  /** Of `files` the .code-workspace that is opened in place of the folder. */
  workspaceFile?: string;
  /** A file of the workspace to open. */
  file?: string;
  /** User settings over the usual ones. */
  settings?: Record<string, unknown>;
  /** VS Code's display language, as a language pack makes it: what extensions say is in it, VS Code's own words are not. */
  language?: string;
  /** false: keep workspace trust on, so that the workspace is not trusted. */
  trust?: boolean;
  viewport?: { width: number; height: number };
  /** Pixels per CSS pixel in screenshots. */
  scale?: number;
}

/** The configuration that the test run asks for. */
export const configuration = {
  version: process.env.GRADLENS_VERSION ?? today,
  host: (process.env.GRADLENS_HOST ?? "desktop") as Host,
};

const patience = 20_000;

/** Asks again until there is an answer that is truthy; then returns it. */
export async function until<T>(
  ask: () => T | Promise<T>,
  what = "the condition",
  timeout = patience,
): Promise<Exclude<T, false | null | undefined>> {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Exclude<T, false | null | undefined>;
    if (Date.now() > end) throw new Error(`${what} did not come true within ${timeout} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Whether it went through: what was refused is tried again. */
export const succeeds = (action: () => Promise<unknown>): Promise<boolean> =>
  action().then(
    () => true,
    () => false,
  );

/** Whether it comes into view in time. */
export const isSeen = (locator: Locator, timeout: number): Promise<boolean> =>
  succeeds(() => locator.first().waitFor({ timeout }));

let browser: Promise<Browser> | undefined;
let prepared: string | undefined;
const open = new Set<Workbench>();

/** Starts a VS Code with the packed extension and opens its page. */
export async function openWorkbench(options: Options = {}): Promise<Workbench> {
  const { version = configuration.version, host = configuration.host, theme = "dark", trust = true } = options;
  prepared ??= process.env.GRADLENS_PREPARED ?? temporaryFolder("extension");
  const extensions = await prepareExtension({ version, host, folder: prepared });

  const base = temporaryFolder("page");
  const workspace = join(base, "workspace");
  mkdirSync(workspace);
  const folder = options.folder ?? "examples";
  if (existsSync(folder)) cpSync(folder, workspace, { recursive: true });
  for (const [name, text] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), text);
  }
  const extra = { ...options.settings, ...(trust ? {} : { "security.workspace.trust.startupPrompt": "never" }) };
  writeSettings(base, userSettings({ version, theme, extra }));

  browser ??= launchBrowser();
  const server = await startServer({ version, base, extensions, workspace, trust });
  const context = await (await browser).newContext({
    viewport: options.viewport ?? { width: 1280, height: 800 },
    deviceScaleFactor: options.scale ?? 1,
  });
  if (options.language)
    await context.addInitScript((language) => {
      Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: language });
    }, options.language);
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const workbench = new Workbench(page, context, server, { base, workspace, version, host, theme });
  open.add(workbench);
  const openFile = options.file && join(workspace, options.file);
  const workspaceFile = options.workspaceFile && join(workspace, options.workspaceFile);
  await page.goto(workbenchAddress(server, { folder: workspace, workspaceFile, openFile }));
  await workbench.hasTheme(theme);
  await page.locator(".part.statusbar .statusbar-item").first().waitFor();
  if (options.file) await workbench.isShown(options.file);
  return workbench;
}

export class Workbench {
  readonly log: string[] = [];

  constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    readonly server: Server,
    readonly state: {
      base: string;
      workspace: string;
      version: string;
      host: Host;
      theme: Theme;
    },
  ) {
    page.on("console", (message) => this.log.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => this.log.push(`error: ${error.message}`));
  }

  /** The input box of the command palette, of quick picks and of questions. */
  get quickInput(): Locator {
    return this.page.locator(".quick-input-widget:visible input[type=text]");
  }

  /** The rows of the command palette and of quick picks. */
  get quickRows(): Locator {
    return this.page.locator(".quick-input-widget:visible .quick-input-list .monaco-list-row");
  }

  /** The text of the editor, line by line. A notebook's cells lie over the group of editors, not in it. */
  get lines(): Locator {
    return this.page.locator(
      ":is(.editor-group-container.active, .notebookOverlay) .monaco-editor .view-lines .view-line",
    );
  }

  /** The code lenses that are shown. */
  get lenses(): Locator {
    return this.page.locator(".monaco-editor .codelens-decoration");
  }

  /** Runs a command of the palette, by its whole title ("Gradlens: Open Panel") or a part of it. */
  async runCommand(title: string): Promise<void> {
    // An extension's commands may come a moment later than the palette: an empty question asks anew.
    await this.pick("F1", [">", `>${title}`], title);
  }

  /** Opens a quick pick, types, and chooses the first row with these words; again if what takes the focus closes it. */
  private async pick(key: string, texts: string[], words: string): Promise<void> {
    const timeout = 2000;
    await until(async () => {
      if (!(await this.quickInput.isVisible())) await this.page.keyboard.press(key);
      const chosen = await succeeds(async () => {
        for (const text of texts) await this.quickInput.fill(text, { timeout });
        await this.quickRows.filter({ hasText: words }).first().click({ timeout });
      });
      if (!chosen && (await this.quickInput.isVisible())) await this.page.keyboard.press("Escape");
      return chosen;
    }, `"${words}" in the quick pick`);
  }

  /** Answers the question in the input box. */
  async answer(text: string): Promise<void> {
    await this.quickInput.fill(text);
    await this.quickInput.press("Enter");
  }

  /** The notification that contains the text. */
  notification(text: string): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item").filter({ hasText: text }).first();
  }

  /** The modal dialog that is shown. */
  get dialog(): Locator {
    return this.page.locator(".monaco-dialog-box:visible");
  }

  /** Opens a file of the workspace. */
  async openFile(name: string): Promise<void> {
    await this.pick("ControlOrMeta+P", [join(this.state.workspace, name)], name.split("/").pop()!);
    await this.isShown(name);
  }

  /** Waits until that file is in the active editor. */
  async isShown(name: string): Promise<void> {
    const tab = name.split("/").pop();
    await this.page.locator(`.tab.active[data-resource-name="${tab}"]`).first().waitFor();
    await this.lines.first().waitFor();
  }

  /** Puts the cursor at a line and column, both from 1, and shows them. */
  async goTo(line: number, column = 1): Promise<void> {
    const there = this.page.locator(".statusbar-item", { hasText: new RegExp(`^Ln ${line}, `) });
    await until(async () => {
      await this.page.keyboard.press("Control+G");
      const gone = await succeeds(async () => {
        await this.quickInput.fill(`:${line}:${column}`, { timeout: 2000 });
        await this.quickInput.press("Enter", { timeout: 2000 });
        await this.page.locator(".quick-input-widget:visible").waitFor({ state: "hidden", timeout: 2000 });
      });
      return gone && isSeen(there, 2000);
    }, `the cursor in line ${line}`);
  }

  /** Where the nth occurrence of a text lies that is visible in the active editor. */
  async find(text: string, nth = 0): Promise<{ x: number; y: number; width: number; height: number }> {
    return until(
      () =>
        this.lines.evaluateAll(
          (lines, { text, nth }) => {
            let left = nth;
            const ordered = lines
              .map((line) => ({ line, top: line.getBoundingClientRect().top }))
              .sort((a, b) => a.top - b.top);
            for (const { line } of ordered) {
              const content = (line.textContent ?? "").replaceAll("\u00a0", " ");
              for (let at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + 1)) {
                if (left-- > 0) continue;
                const range = document.createRange();
                const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
                let before = 0;
                for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                  const length = node.textContent?.length ?? 0;
                  if (at >= before && at < before + length) range.setStart(node, at - before);
                  if (at + text.length > before && at + text.length <= before + length) {
                    range.setEnd(node, at + text.length - before);
                    break;
                  }
                  before += length;
                }
                const { x, y, width, height } = range.getBoundingClientRect();
                return { x, y, width, height };
              }
            }
            return undefined;
          },
          { text, nth },
        ),
      `"${text}" in the editor`,
    );
  }

  /** Points at the middle of a text, and waits for the hover: for one that says this, and has so many pictures. */
  async hoverOn(
    text: string,
    { nth = 0, saying, pictures }: { nth?: number; saying?: string | RegExp; pictures?: number } = {},
  ): Promise<Locator> {
    await this.page.keyboard.press("Escape");
    return this.hoverAt(() => this.find(text, nth), `over "${text}"`, { saying, pictures });
  }

  /** Waits for a hover where `place` says, asking for it again if VS Code takes it away. */
  async hoverAt(
    place: () => Promise<{ x: number; y: number; width: number; height: number }>,
    where: string,
    { saying, pictures }: { saying?: string | RegExp; pictures?: number } = {},
  ): Promise<Locator> {
    const contents = this.page.locator(".monaco-hover:visible .hover-contents:not(:empty)");
    const shown = (
      saying ? contents.filter({ hasText: saying }) : contents.filter({ hasNotText: "Loading..." })
    ).first();
    /** Its pictures are there; on a busy machine the first answer may lack what did not come in time: the next has it. */
    const isComplete = () =>
      shown.evaluate(
        (hover, pictures) => {
          const images = [...hover.querySelectorAll("img")];
          return (pictures === undefined || images.length === pictures) && images.every((image) => image.complete);
        },
        pictures,
        { timeout: 1000 },
      );
    await until(
      async () => {
        // From elsewhere each time: VS Code asks again only if the mouse comes anew.
        await this.page.mouse.move(2, 2);
        const { x, y, width, height } = await place();
        await this.page.mouse.move(x + width / 2 - 1, y + height / 2);
        await this.page.mouse.move(x + width / 2, y + height / 2);
        return (await isSeen(shown, 5000)) && (await succeeds(() => until(isComplete, "the hover's pictures", 2000)));
      },
      `a hover ${where}${saying ? ` that says ${saying}` : ""}${pictures === undefined ? "" : `, with ${pictures} pictures`}`,
    );
    return shown;
  }

  /** Selects a text that is visible in the editor, with the mouse. */
  async select(text: string, nth = 0): Promise<void> {
    const { x, y, width, height } = await this.find(text, nth);
    await this.page.mouse.click(x + 0.5, y + height / 2);
    await this.page.keyboard.down("Shift");
    await this.page.mouse.click(x + width - 0.5, y + height / 2);
    await this.page.keyboard.up("Shift");
  }

  /** The document of the webview that is shown (of the one whose body contains `saying`). */
  async panelFrame(saying = ""): Promise<Frame> {
    return until(
      async () => {
        for (const frame of this.page.frames()) {
          // The page is the innermost frame, inside the two frames of the webview's own machinery.
          if (!frame.parentFrame()?.parentFrame() || frame.childFrames().length > 0) continue;
          const text = await frame
            .locator("body")
            .innerText({ timeout: 500 })
            .catch(() => undefined);
          if (text?.includes(saying) && text.trim() !== "") return frame;
        }
        return undefined;
      },
      `a webview${saying && ` that says "${saying}"`}`,
    );
  }

  /** Changes the theme while VS Code runs, as a user does. */
  async setTheme(theme: Theme): Promise<void> {
    this.state.theme = theme;
    const name = themeName(theme, this.state.version).replace(/^Default (?=Dark|Light)/, "");
    const timeout = 5000;
    await until(async () => {
      await this.runCommand("Preferences: Color Theme");
      return succeeds(async () => {
        const input = this.page.locator('.quick-input-widget:visible input[placeholder*="Theme"]');
        await input.fill(name, { timeout });
        await this.quickRows.filter({ hasText: name }).first().click({ timeout });
        await this.hasTheme(theme, timeout);
      });
    }, `the theme "${name}"`);
  }

  async hasTheme(theme: Theme, timeout = 60_000): Promise<void> {
    await this.page.locator(`.monaco-workbench.${themeClasses[theme]}`).waitFor({ timeout });
  }

  /**
   * Takes a picture of the page, or of a part, into out/screenshots/<theme>/<name>.png
   * (of other configurations than the usual one, into out/screenshots/<version>-<host>/<theme>/).
   * With `picture` it is one of the README's: `npm test -- --update-pictures` copies it to media/screenshots/.
   */
  async screenshot(
    name: string,
    {
      of,
      picture = false,
    }: { of?: Locator | { x: number; y: number; width: number; height: number }; picture?: boolean } = {},
  ): Promise<string> {
    const { version, host, theme } = this.state;
    const usual = version === today && host === "desktop";
    const path = join("out", "screenshots", ...(usual ? [] : [`${version}-${host}`]), theme, `${name}.png`);
    mkdirSync(dirname(path), { recursive: true });
    if (of && "screenshot" in of) await of.screenshot({ path, animations: "disabled" });
    else await this.page.screenshot({ path, clip: of, animations: "disabled" });
    if (picture && usual && process.env.GRADLENS_UPDATE_PICTURES) {
      mkdirSync(join("media", "screenshots"), { recursive: true });
      cpSync(path, join("media", "screenshots", `${name}-${theme}.png`));
    }
    return path;
  }

  async close(): Promise<void> {
    open.delete(this);
    await this.context.close();
    await this.server.stop();
  }
}

// Hooks at the root: they belong to every page test, wherever they are imported.
afterEach(async function () {
  if (this.currentTest?.state !== "failed") return;
  const title = this.currentTest
    .fullTitle()
    .replace(/[^\w.-]+/g, "-")
    .slice(0, 100);
  mkdirSync(join("out", "screenshots", "failed"), { recursive: true });
  let number = 0;
  for (const workbench of open) {
    const name = `${title}-${workbench.state.version}-${workbench.state.host}${number++ || ""}`;
    await workbench.page
      .screenshot({ path: join("out", "screenshots", "failed", `${name}.png`) })
      .catch(() => undefined);
    writeFileSync(
      join("out", "screenshots", "failed", `${name}.log`),
      [...workbench.log, workbench.server.log()].join("\n"),
    );
  }
});

after(async () => {
  await Promise.all([...open].map((workbench) => workbench.close()));
  await (await browser)?.close();
  browser = undefined;
});
