/** The built page in a browser, under the extension's policy, with a fake host. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../scripts/lib/browser.mjs";
import type { PanelState, ToHost, ToPage } from "../../src/protocol/panel";
import { FakeHost } from "./host";
import { themes } from "./themes";

export interface Options {
  state?: PanelState | null;
  l10n?: Record<string, string>;
  theme?: string;
  width?: number;
  height?: number;
  delay?: number;
}

/** The pages of a suite, one open at a time, which is looked over when a test ends: call it in `describe`. */
export function usePages(): (name: string | null, options?: Options) => Promise<Panel> {
  let pages: Pages;
  let panel: Panel | undefined;
  before(async () => {
    pages = await Pages.start();
  });
  after(() => pages?.close());
  afterEach(() => panel?.end());
  return async (name, options) => {
    panel = await pages.open(name, options);
    return panel;
  };
}

export class Pages {
  private constructor(
    private readonly browser: Browser,
    private readonly server: Server,
  ) {}

  static async start(): Promise<Pages> {
    const dist = process.env.GRADLENS_DIST ?? "dist";
    if (!existsSync(join(dist, "panel.js"))) throw new Error("dist/panel.js is not built");
    const server = createServer(({ url }, response) => {
      const file = url === "/panel.js" || url === "/panel.css" ? join(dist, url) : undefined;
      if (file) {
        response.setHeader("Content-Type", file.endsWith(".js") ? "text/javascript" : "text/css");
        response.end(readFileSync(file));
        return;
      }
      const nonce = "0123456789abcdef";
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.setHeader(
        "Content-Security-Policy",
        `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'self'; img-src data:`,
      );
      response.end(
        `<!DOCTYPE html><html lang="en"><head><title>Gradlens</title><link rel="stylesheet" href="/panel.css"></head>` +
          `<body><div id="root"></div><script nonce="${nonce}" src="/panel.js"></script></body></html>`,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Pages(await launchBrowser(), server);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async open(name: string | null, options: Options = {}): Promise<Panel> {
    const { theme = "vscode-light", width = 1000, height = 900 } = options;
    const context = await this.browser.newContext({ viewport: { width, height } });
    const page = await context.newPage();
    const host = await FakeHost.create();
    host.delay = options.delay ?? 0;
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
    });
    const subject = { kind: "function" as const, uri: "file:///tf_diffs.py", name: name ?? "" };
    const state = options.state !== undefined ? options.state : name === null ? null : { subject };
    const send = (message: ToPage) =>
      page.evaluate((data: unknown) => window.postMessage(data, "*"), message as unknown).catch(() => {});
    host.emit = (message) => void send(message);
    await page.exposeFunction("toHost", async (message: ToHost) => {
      const reply = await host.answer(message);
      if (message.type === "ready")
        await send({ type: "event", event: "start", data: { l10n: options.l10n ?? {}, state } });
      if (reply) await send(reply);
    });
    await page.addInitScript((variables) => {
      const world = window as unknown as Record<string, unknown>;
      world.acquireVsCodeApi = () => ({
        postMessage: world.toHost,
        getState: () => JSON.parse(sessionStorage.getItem("state") ?? "null"),
        setState: (kept: unknown) => sessionStorage.setItem("state", JSON.stringify(kept)),
      });
      world.violations = [];
      document.addEventListener("securitypolicyviolation", (event) => {
        (world.violations as string[]).push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
      });
      world.setTheme = (kind: string) => {
        const root = document.documentElement;
        root.removeAttribute("style");
        for (const [key, value] of Object.entries(variables[kind] ?? {}))
          root.style.setProperty(`--vscode-${key}`, value);
        document.body.className = kind === "vscode-high-contrast-light" ? `${kind} vscode-high-contrast` : kind;
      };
    }, themes);
    // The theme is there before the page's own script runs, as in VS Code.
    await page.addInitScript((kind) => {
      new MutationObserver((_, observer) => {
        if (!document.body) return;
        observer.disconnect();
        (window as unknown as { setTheme: (kind: string) => void }).setTheme(kind);
      }).observe(document, { childList: true, subtree: true });
    }, theme);
    await page.goto(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`);
    return new Panel(page, host, problems, send);
  }
}

export class Panel {
  constructor(
    readonly page: Page,
    readonly host: FakeHost,
    readonly problems: string[],
    readonly send: (message: ToPage) => Promise<void>,
  ) {}

  async setTheme(kind: string): Promise<void> {
    await this.page.evaluate((to) => (window as unknown as { setTheme: (kind: string) => void }).setTheme(to), kind);
  }

  violations(): Promise<string[]> {
    return this.page.evaluate(() => (window as unknown as { violations: string[] }).violations);
  }

  /** Waits until the plot is drawn. */
  async drawn(): Promise<void> {
    await this.page.locator(".plot .chart[aria-busy=false]").waitFor();
    await this.page.locator(".handle").waitFor();
  }

  gradient(): Promise<string[]> {
    return this.page.locator("[data-section=gradient] td.strong").allTextContents();
  }

  value(): Promise<string> {
    return this.page.locator(".value-number").textContent().then(String);
  }

  /** A picture in out/panel/. */
  async picture(name: string): Promise<void> {
    mkdirSync("out/panel", { recursive: true });
    await this.page.mouse.move(0, 0);
    await this.page.screenshot({ path: `out/panel/${name}.png`, fullPage: true });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Closes it, and says whether anything went wrong that no one sees. */
  async end(): Promise<void> {
    const violations = await this.violations();
    await this.close();
    assert.deepEqual(violations, [], "the policy was violated");
    assert.deepEqual(this.problems, [], "errors or warnings in the console");
  }

  /** What axe-core finds. */
  async accessibility(): Promise<string[]> {
    await this.page.evaluate(readFileSync("node_modules/axe-core/axe.min.js", "utf8"));
    return this.page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> };
      };
      const { violations } = await axe.run();
      return violations.map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(" | ")}`,
      );
    });
  }
}

/** Checks again and again until nothing is wrong. */
export async function eventually(check: () => Promise<void> | void): Promise<void> {
  const end = Date.now() + 15_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
