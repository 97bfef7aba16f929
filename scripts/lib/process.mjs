// Small helpers around child processes, ports and the console, shared by the scripts.
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";

/** The project's folder: npm runs every script there. */
export const root = process.cwd();

const onWindows = process.platform === "win32";

/** Prints one line about what the script is doing. */
export function say(text) {
  console.log(text);
}

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: object, quiet?: boolean, timeout?: number}} [options] quiet: show the output only if it fails
 * @returns {Promise<string>} what it printed (empty unless quiet)
 */
export function run(command, args, { cwd = root, env, quiet = false, timeout } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", quiet ? "pipe" : "inherit", quiet ? "pipe" : "inherit"],
      shell: onWindows && !command.endsWith(".exe"),
      timeout,
    });
    let output = "";
    child.stdout?.on("data", (data) => {
      output += data;
    });
    child.stderr?.on("data", (data) => {
      output += data;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(output);
      const what = signal ? `ended by ${signal}` : `exit code ${code}`;
      reject(Object.assign(new Error(`${command} ${args.join(" ")}: ${what}${output && `\n${output}`}`), { code }));
    });
  });
}

/** The full path of a program on the PATH, or undefined. */
export function which(name) {
  const endings = onWindows ? (process.env.PATHEXT ?? ".EXE;.CMD").split(";") : [""];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (isProgram(path)) return path;
    }
  }
  return undefined;
}

/** Whether there is a file at that path that may be executed. */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether windows can be shown here. */
export function hasDisplay() {
  if (process.platform !== "linux") return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** A port of 127.0.0.1 that is free now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Ends a child that was started with `detached: true`, with everything that it started; resolves when it is gone. */
export async function killGroup(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once("close", resolve));
  const signal = (name) => {
    try {
      if (onWindows) spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"]);
      else process.kill(-child.pid, name);
    } catch {
      // it went by itself
    }
  };
  signal("SIGTERM");
  const timer = setTimeout(() => signal("SIGKILL"), 500);
  await gone;
  clearTimeout(timer);
}
