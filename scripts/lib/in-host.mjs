// Runs the suites of test/vscode/suite inside a VS Code's extension host, and reads their report.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasDisplay, root, run, say, which } from "./process.mjs";
import { prepareExtension, temporaryFolder, userSettings, writeSettings } from "./profile.mjs";
import { startServer, workbenchAddress } from "./vscode-server.mjs";

/** What a VS Code without internet and without native modules always says. */
const noise = /bindings file|watchdog|vsx|gallery|ERR_NAME_NOT_RESOLVED|status of 404|ServiceWorker|^warning|^log/i;

/** Whether the file is there, at once or within two seconds. */
async function appears(path) {
  const end = Date.now() + 2000;
  while (!existsSync(path) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  return existsSync(path);
}

const timeLimit = 5 * 60_000;

/** A workspace (a copy of examples/) in a new folder, with the options that the suites read beside it. */
function newWorkspace({ version, grep }) {
  const base = temporaryFolder("host");
  const workspace = join(base, "workspace");
  mkdirSync(workspace);
  if (existsSync(join(root, "examples"))) cpSync(join(root, "examples"), workspace, { recursive: true });
  writeFileSync(join(base, "options.json"), JSON.stringify({ grep }));
  writeSettings(base, userSettings({ version }));
  return { base, workspace, report: join(base, "report.json") };
}

/** An extension that does nothing: VS Code runs tests in the host of the extension, under development, that they lie in. */
function testExtension({ base, suite, host }) {
  const folder = join(base, "tests");
  mkdirSync(folder);
  const manifest = { name: "gradlens-tests", publisher: "gradlens", version: "0.0.0" };
  const entry = { [host === "web" ? "browser" : "main"]: "./suite.js" };
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ ...manifest, ...entry, engines: { vscode: "^1.100.0" } }),
  );
  copyFileSync(suite, join(folder, "suite.js"));
  return folder;
}

/**
 * The server VS Code, opened in the browser.
 * @param {{version: string, host: string, browser: import("playwright-core").Browser, suite: string, prepared: string, vsix: string, grep?: string}} options
 *   suite: the bundled suites; prepared: a folder for the installed extension, shared by all runs
 */
export async function runInServer({ version, host, browser, suite, prepared, vsix, grep }) {
  const extensions = await prepareExtension({ version, host, folder: prepared, vsix });
  const { base, workspace, report } = newWorkspace({ version, grep });
  const developed = testExtension({ base, suite, host });
  const testsPath = join(developed, "suite.js");

  const server = await startServer({ version, base, extensions, workspace, development: true });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const log = [];
  try {
    const page = await context.newPage();
    page.on("console", (message) => log.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => log.push(`error: ${error.message}`));
    await page.goto(workbenchAddress(server, { folder: workspace, developmentPaths: [developed], testsPath }));
    const end = Date.now() + timeLimit;
    while (!existsSync(report)) {
      // When the tests cannot even be loaded, the host says so in the console, and ends.
      const failure =
        log.find((line) => line.includes("suite.js")) ?? (/Host Process exited/.test(server.log()) && "exit");
      if ((failure && !(await appears(report))) || Date.now() > end) {
        const tail = log.filter((line) => !noise.test(line)).map((line) => line.split("\n").slice(0, 8).join("\n"));
        throw new Error(`The tests gave no report. The console says:\n${tail.slice(-30).join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return JSON.parse(readFileSync(report, "utf8"));
  } finally {
    await context.close();
    await server.stop();
  }
}

/**
 * A desktop VS Code, by @vscode/test-electron: one that is installed here, or that can be downloaded.
 * @returns {Promise<{report?: object, skipped?: string}>}
 */
export async function runOnDesktop({ suite, prepared, vsix, grep, version }) {
  const xvfb = hasDisplay() ? undefined : which("xvfb-run");
  if (!hasDisplay() && !xvfb) return { skipped: "no display and no xvfb-run" };
  const executable = await desktopExecutable();
  if (!executable) return { skipped: "the download of a desktop VS Code is not reachable from here" };

  const extensions = await prepareExtension({ version, host: "desktop", folder: prepared, vsix });
  const { base, workspace, report } = newWorkspace({ version, grep });
  const developed = testExtension({ base, suite, host: "desktop" });
  const flags = [
    workspace,
    ...[`--extensionDevelopmentPath=${developed}`, `--extensionTestsPath=${join(developed, "suite.js")}`],
    ...[`--extensions-dir=${extensions}`, `--user-data-dir=${join(base, "user")}`],
    ...["--no-sandbox", "--disable-gpu", "--disable-updates", "--disable-workspace-trust", "--skip-welcome"],
    ...["--skip-release-notes", "--disable-telemetry"],
  ];
  const [command, ...args] = [...(xvfb ? [xvfb, "-a"] : []), executable, ...flags];
  const env = { ELECTRON_RUN_AS_NODE: undefined };
  const output = await run(command, args, { quiet: true, timeout: timeLimit, env }).catch((error) => error.message);
  if (!existsSync(report)) throw new Error(`The desktop VS Code gave no report:\n${output}`);
  return { report: JSON.parse(readFileSync(report, "utf8")) };
}

/** The Electron program of a desktop VS Code, downloaded if that is possible; undefined if not. */
export async function desktopExecutable() {
  try {
    await fetch("https://update.code.visualstudio.com/api/releases/stable", { signal: AbortSignal.timeout(5000) });
  } catch {
    return undefined;
  }
  const { downloadAndUnzipVSCode, SilentReporter } = await import("@vscode/test-electron");
  say("Downloading a desktop VS Code (@vscode/test-electron)");
  const cachePath = join(root, ".cache", "vscode-desktop");
  return downloadAndUnzipVSCode({ version: "stable", cachePath, reporter: new SilentReporter() });
}
