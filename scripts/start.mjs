// npm start: opens VS Code with the extension and the examples. Needs nothing but Node: installs what is missing, builds,
// and takes the first that can be had: the desktop's `code`; what @vscode/test-electron can download; the server VS Code
// from npm, in the browser. Runs until Ctrl-C.
//
// usage: npm start [-- --browser] [-- --port N] [-- --check]
//   --browser: the server VS Code, whatever else there is
//   --check: only proves that VS Code comes up with the extension, then ends
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensurePackages } from "./lib/ensure.mjs";
import { desktopExecutable } from "./lib/in-host.mjs";
import { hasDisplay, root, run, say, which } from "./lib/process.mjs";
import { temporaryFolder, userSettings, writeSettings } from "./lib/profile.mjs";
import { startServer, today, versions, workbenchAddress } from "./lib/vscode-server.mjs";

const { values: options } = parseArgs({
  options: { browser: { type: "boolean" }, port: { type: "string" }, check: { type: "boolean" } },
});
const examples = join(root, "examples");
mkdirSync(examples, { recursive: true });

// So that the server and its folders go, too.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(0));

// What a program that was called has to say, it has said: no stack trace of ours.
process.on("uncaughtException", (error) => {
  console.error(error.code === undefined ? error.stack : error.message);
  process.exit(1);
});

await ensurePackages();
say("Building the extension");
await run(process.execPath, ["scripts/build.mjs"]);
if (options.browser || options.check || !(await onDesktop())) await inBrowser();

/** Opens a desktop VS Code if there is one. @returns {Promise<boolean>} */
async function onDesktop() {
  if (!hasDisplay()) {
    say("There is no display here: VS Code will run in a browser");
    return false;
  }
  const isRoot = process.platform === "linux" && process.getuid?.() === 0; // the desktop VS Code refuses to run as root
  const flags = [`--extensionDevelopmentPath=${root}`, "--new-window", examples];
  const code = isRoot ? undefined : which("code");
  if (code) {
    say(`Opening ${code} with the extension and the examples`);
    await run(code, flags);
    return true;
  }
  const executable = await desktopExecutable();
  if (!executable) {
    say("There is no desktop VS Code here, and its download is not reachable: VS Code will run in a browser");
    return false;
  }
  say("Opening the downloaded VS Code with the extension and the examples; Ctrl-C ends it");
  const profile = temporaryFolder("start");
  await run(executable, [...flags, `--user-data-dir=${profile}`, ...(isRoot ? ["--no-sandbox"] : [])], { quiet: true });
  return true;
}

/** Opens the server VS Code from npm in the user's browser. */
async function inBrowser() {
  const base = options.check ? temporaryFolder("start") : join(root, ".cache", "start");
  // Settings of the first start; what the user changes later stays.
  if (!existsSync(join(base, "user"))) writeSettings(base, { ...userSettings(), "workbench.colorTheme": undefined });
  const port = options.port ? Number(options.port) : undefined;
  // The extension is "installed" by a link: a new build is there as soon as the window is loaded anew.
  const extensions = join(base, "extensions");
  const { publisher, name, version } = JSON.parse(readFileSync("package.json", "utf8"));
  rmSync(extensions, { recursive: true, force: true });
  mkdirSync(extensions, { recursive: true });
  symlinkSync(root, join(extensions, `${publisher}.${name}-${version}`), "junction");
  const server = await startServer({ base, extensions, workspace: examples, port });
  const address = workbenchAddress(server, { folder: examples });
  say(`VS Code ${versions[today].vscode} with the extension and the examples:\n\n    ${address}\n`);
  if (options.check) {
    await check(server, address);
    await server.stop();
    process.exit();
  }
  if (hasDisplay()) openInBrowser(address);
  say("Ctrl-C ends it");
  await server.exited;
}

/** Whether the page and the extension are served. */
async function check(server, address) {
  const file = join(root, "package.json")
    .replaceAll("\\", "/")
    .replace(/^(?!\/)/, "/");
  for (const [what, url] of [
    ["page", address],
    ["extension", `${server.origin}/vscode-remote-resource?path=${encodeURIComponent(file)}`],
  ]) {
    const { status } = await fetch(url);
    say(`The ${what} answers with HTTP ${status}`);
    if (status !== 200) process.exitCode = 1;
  }
}

/** Opens an address in the user's default browser. */
function openInBrowser(address) {
  const [command, ...args] = {
    darwin: ["open", address],
    win32: ["rundll32", "url.dll,FileProtocolHandler", address],
  }[process.platform] ?? ["xdg-open", address];
  spawn(command, args, { stdio: "ignore", detached: true }).on("error", () => say("Open that address in a browser"));
}
