// Finds a Chromium-like browser and starts it, headless, for the tests.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isProgram, run, say, which } from "./process.mjs";

const names = [
  ...["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
  ...["microsoft-edge", "microsoft-edge-stable", "msedge"],
];

/** The usual places on macOS and Windows, where browsers are not on the PATH. */
function usualPlaces() {
  if (process.platform === "darwin") {
    return ["Google Chrome", "Chromium", "Microsoft Edge"].map(
      (app) => `/Applications/${app}.app/Contents/MacOS/${app}`,
    );
  }
  if (process.platform !== "win32") return [];
  const folders = [process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"], process.env.LOCALAPPDATA].filter(
    Boolean,
  );
  const programs = ["Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe"];
  return folders.flatMap((folder) => programs.map((program) => join(folder, program)));
}

/** A browser that is already here: GRADLENS_BROWSER, then the PATH, then the usual places. */
export function findBrowser() {
  const wished = process.env.GRADLENS_BROWSER;
  if (wished) {
    if (isProgram(wished)) return wished;
    throw new Error(`GRADLENS_BROWSER is ${wished}, which is no program`);
  }
  for (const name of names) {
    const path = which(name);
    if (path) return path;
  }
  return usualPlaces().find(isProgram);
}

/** A browser, installed first if there is none. @returns {Promise<string>} its path */
export async function ensureBrowser() {
  const found = findBrowser();
  if (found) return found;

  if (existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    say("No Chrome, Chromium or Edge here: installing Chromium with apt-get");
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], { quiet: true, env });
    await run("apt-get", ["install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"], {
      quiet: true,
      env,
    });
    const installed = findBrowser();
    if (installed) return installed;
  }

  const { chromium } = await import("playwright-core");
  if (!existsSync(chromium.executablePath())) {
    say("No Chrome, Chromium or Edge here: installing playwright's Chromium");
    await run(process.execPath, [join("node_modules", "playwright-core", "cli.js"), "install", "chromium"]);
  }
  return chromium.executablePath();
}

/** Starts the browser. @returns {Promise<import("playwright-core").Browser>} */
export async function launchBrowser() {
  const executablePath = await ensureBrowser();
  const { chromium } = await import("playwright-core");
  return chromium.launch({
    executablePath,
    headless: true,
    handleSIGINT: false,
    handleSIGTERM: false,
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ...["--disable-gpu", "--disable-quic", "--no-first-run", "--force-color-profile=srgb"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
}
