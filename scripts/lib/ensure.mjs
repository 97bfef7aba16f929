// Installs the project's npm packages if they are missing or older than the lockfile.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { root, run, say } from "./process.mjs";

export async function ensurePackages() {
  const lock = join(root, "package-lock.json");
  const installed = join(root, "node_modules", ".package-lock.json"); // npm writes it last
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  // A checkout sets the lockfile's time to now: packages that are the same need not be installed again.
  if (existsSync(installed) && (await isComplete())) return;
  say("Installing npm packages (npm ci --ignore-scripts)");
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund"];
  await run("npm", ["ci", ...flags], { quiet: true }).catch(async (error) => {
    // `npm ci` refuses a lockfile that lacks optional packages of other platforms, as one does that was written where the
    // registry had none of them. `npm install` takes the same locked versions and checksums.
    if (!error.message.includes("EUSAGE")) throw error;
    say(
      "npm ci wants packages of other platforms in the lockfile: npm install --no-save takes the rest of it as it is",
    );
    await run("npm", ["install", "--no-save", ...flags], { quiet: true });
  });
}

async function isComplete() {
  const { readFile, utimes } = await import("node:fs/promises");
  const read = async (...path) => JSON.parse(await readFile(join(root, ...path), "utf8")).packages;
  const wanted = await read("package-lock.json");
  const found = await read("node_modules", ".package-lock.json");
  for (const [name, { version, optional }] of Object.entries(wanted)) {
    if (name !== "" && !optional && found[name]?.version !== version) return false;
  }
  const now = new Date();
  await utimes(join(root, "node_modules", ".package-lock.json"), now, now);
  return true;
}
