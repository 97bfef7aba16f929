// What a VS Code under test looks like: its settings, its themes, and how the packed extension gets into it.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./process.mjs";
import { installExtension, oldest, today } from "./vscode-server.mjs";

/** The four configurations: today's and the oldest VS Code, each with the desktop's kind of host and with the web's. */
export const configurations = [today, oldest].flatMap((version) =>
  ["desktop", "web"].map((host) => ({ version, host, name: `${version}-${host}` })),
);

/** A theme's names in today's VS Code and before (the modern themes lost their "Default" on the way). */
const themes = {
  dark: ["Dark Modern", "Default Dark Modern"],
  light: ["Light Modern", "Default Light Modern"],
  "hc-dark": ["Default High Contrast", "Default High Contrast"],
  "hc-light": ["Default High Contrast Light", "Default High Contrast Light"],
};

/** What a theme is called in that version. */
export const themeName = (theme, version = today) => themes[theme][version === oldest ? 1 : 0];

/** The class that the workbench carries in each theme. */
export const themeClasses = { dark: "vs-dark", light: "vs", "hc-dark": "hc-black", "hc-light": "hc-light" };

/** User settings for tests and pictures: quiet, the same everywhere. */
export function userSettings({ version = today, theme = "dark", extra = {} } = {}) {
  return {
    "workbench.colorTheme": themeName(theme, version),
    "workbench.startupEditor": "none",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.tips.enabled": false,
    "workbench.enableExperiments": false,
    "window.autoDetectColorScheme": false,
    "window.autoDetectHighContrast": false,
    "chat.disableAIFeatures": true,
    "chat.commandCenter.enabled": false,
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "extensions.autoUpdate": false,
    "extensions.autoCheckUpdates": false,
    "extensions.ignoreRecommendations": true,
    "git.enabled": false,
    "editor.accessibilitySupport": "off",
    "editor.minimap.enabled": false,
    "editor.cursorBlinking": "solid",
    ...extra,
  };
}

const temporary = new Set();
process.on("exit", () => {
  for (const folder of temporary) {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // a browser or server may hold on to a file for a moment
    }
  }
});

/** A new empty folder that is removed when the process ends. */
export function temporaryFolder(name = "run") {
  const folder = mkdtempSync(join(tmpdir(), `gradlens-${name}-`));
  temporary.add(folder);
  return folder;
}

/** Writes the user settings of the profile below `base`. */
export function writeSettings(base, settings) {
  const folder = join(base, "user", "User");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "settings.json"), JSON.stringify(settings, null, 2));
}

/** The package under test: GRADLENS_VSIX, else what `npm run package` leaves in the project's folder. */
export function packedExtension() {
  if (process.env.GRADLENS_VSIX) return process.env.GRADLENS_VSIX;
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const path = join(root, `${name}-${version}.vsix`);
  if (!existsSync(path)) throw new Error(`There is no ${name}-${version}.vsix here: npm run package makes it`);
  return path;
}

/**
 * Installs the packed extension as a user does. For the web host, its manifest then loses its `main`, and says that it
 * wants to run on the web: a server would take it for itself, as `extensionKind` asks where there is one.
 * @param {{version: string, host: string, folder: string, vsix?: string}} options folder: where to put things; used again if filled
 * @returns {Promise<string>} the folder of installed extensions
 */
export async function prepareExtension({ version, host, folder, vsix = packedExtension() }) {
  const base = join(folder, `${version}-${host}`);
  const extensions = join(base, "extensions");
  if (existsSync(join(base, "done"))) return extensions;
  mkdirSync(extensions, { recursive: true });
  await installExtension({ version, base, extensions, vsix });
  if (host === "web") {
    const name = readdirSync(extensions).find((item) => existsSync(join(extensions, item, "package.json")));
    const path = join(extensions, name, "package.json");
    const manifest = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...manifest, main: undefined, extensionKind: ["web"] }));
  }
  writeFileSync(join(base, "done"), "");
  return extensions;
}
