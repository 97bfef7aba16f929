// npm test: installs what is missing and checks everything. Its last line is "N passed, N failed".
//
// usage: npm test -- [--only STAGE,…] [--skip STAGE,…] [--version 4.139.1] [--host desktop|web] [--grep TEXT]
//                    [--desktop] [--update-pictures]
//   stages: types biome imports unit package in-host desktop page; `vscode` means the last three
//   --desktop: the desktop VS Code must run; without it, it runs where one can be had
//   --update-pictures: copies the README's pictures to media/screenshots/
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkImports } from "./check-imports.mjs";
import { launchBrowser } from "./lib/browser.mjs";
import { ensurePackages } from "./lib/ensure.mjs";
import { runInServer, runOnDesktop } from "./lib/in-host.mjs";
import { run } from "./lib/process.mjs";
import { configurations, temporaryFolder } from "./lib/profile.mjs";
import { ensureServer, today, versions } from "./lib/vscode-server.mjs";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    skip: { type: "string", default: "" },
    version: { type: "string" },
    host: { type: "string" },
    grep: { type: "string" },
    desktop: { type: "boolean" },
    "update-pictures": { type: "boolean" },
  },
});
const stages = ["types", "biome", "imports", "unit", "package", "in-host", "desktop", "page"];
const named = (list) => {
  const names = list.split(",").flatMap((name) => (name === "vscode" ? ["in-host", "desktop", "page"] : name || []));
  const unknown = names.find((name) => !stages.includes(name));
  if (unknown) throw new Error(`There is no stage "${unknown}": ${stages.join(" ")} vscode`);
  return names;
};
const only = options.only ? named(options.only) : stages;
const skip = named(options.skip);
const wanted = (name) => only.includes(name) && !skip.includes(name);
const inVSCode = wanted("in-host") || wanted("desktop") || wanted("page");

const total = { passed: 0, failed: 0, skipped: 0 };
let flaky = 0;
const add = (counts) => {
  for (const state of Object.keys(total)) total[state] += counts[state] ?? 0;
};
const seconds = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;
const start = performance.now();

/** A part of the run. What it throws counts as one failure; if it counts no tests itself, its success counts as one. */
async function stage(title, body) {
  const begin = performance.now();
  console.log(`\n── ${title}`);
  try {
    const counts = (await body()) ?? { passed: 1 };
    add(counts);
    console.log(`   ${counts.failed ? "FAILED" : "ok"} (${seconds(begin)})`);
    return !counts.failed;
  } catch (error) {
    add({ failed: 1 });
    const known = error.code !== undefined && /exit code/.test(error.message); // the program has said what is wrong
    console.log(known ? `   ${error.message.split("\n")[0]}` : `   ${error.stack}`);
    console.log(`   FAILED (${seconds(begin)})`);
    return false;
  }
}

const node = (script, ...args) => run(process.execPath, [join("node_modules", ...script.split("/")), ...args]);

/** Runs mocha over built test files; `suites`: the titles of the only ones to run. */
async function mocha(files, { env = {}, grep, suites, timeout = 10_000 } = {}) {
  const counts = join(temporaryFolder("counts"), "counts");
  const program = [join("node_modules", "mocha", "bin", "mocha.js"), "--reporter", "scripts/lib/mocha-reporter.cjs"];
  const args = [
    "--exit",
    "--require",
    "./scripts/lib/seed.cjs",
    "--timeout",
    String(timeout),
    "--enable-source-maps",
    ...(suites ? ["--grep", `^(?=.*${literally(grep ?? "")})(${suites.map(literally).join("|")})`] : []),
    ...(grep && !suites ? ["--fgrep", grep] : []),
    ...files,
  ];
  const failure = await run(process.execPath, [...program, ...args], { env: { ...env, GRADLENS_COUNTS: counts } }).then(
    () => undefined,
    (error) => error,
  );
  if (!existsSync(counts)) throw failure ?? new Error("mocha gave no report");
  const result = JSON.parse(readFileSync(counts, "utf8"));
  if (failure && result.failed === 0) throw failure;
  if (result.passed + result.failed + result.skipped === 0 && !grep) throw new Error("There are no tests here");
  return result;
}

const literally = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * A VS Code in a browser is many processes, and on a busy machine one may lose a click. What fails there is tried once
 * more in a fresh one: it is told, and counted as flaky; what fails twice has failed.
 * @param attempt runs the tests, or of the second time those that failed in the first, and gives their counts
 */
async function twice(attempt) {
  const first = await attempt();
  if (first.failed === 0) return first;
  console.log("  Once more, in a fresh VS Code:");
  const second = await attempt(first);
  if (second.failed > 0 || second.passed === 0) return first;
  flaky += first.failed;
  return { ...first, failed: 0, passed: first.passed + first.failed };
}

/** Prints the report of the suites inside VS Code. */
function reported({ vscode, appHost, results }) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { title, state, error } of results) {
    counts[state]++;
    if (state === "failed") console.log(`  ✗ ${title}\n${error?.replace(/^/gm, "      ")}`);
    if (state === "skipped") console.log(`  - ${title}`);
  }
  console.log(`  VS Code ${vscode} (${appHost}): ${counts.passed} passed, ${counts.failed} failed`);
  if (results.length === 0 && !options.grep) throw new Error("There were no tests");
  return counts;
}

/** Two runs in the same folder must not build at the same time. */
async function lock() {
  const path = join(".cache", "test.lock");
  mkdirSync(".cache", { recursive: true });
  const owner = () => {
    try {
      const pid = Number(readFileSync(path, "utf8"));
      process.kill(pid, 0);
      return pid;
    } catch {
      rmSync(path, { force: true });
      return undefined;
    }
  };
  let told = false;
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      break;
    } catch {
      const pid = owner();
      if (pid && !told) console.log(`Waiting for another npm test in this folder (process ${pid}) to finish building`);
      told ||= Boolean(pid);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  const release = () => {
    if (existsSync(path) && readFileSync(path, "utf8") === String(process.pid)) rmSync(path, { force: true });
  };
  process.on("exit", release);
  return release;
}

/** Every built test under a folder. */
function builtTests(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith(".test.js"))
    .map((path) => join(folder, path));
}

async function main() {
  await ensurePackages();
  if (wanted("types")) await stage("Type check", () => node("typescript/bin/tsc", "--noEmit"));
  if (wanted("biome")) await stage("Biome", () => node("@biomejs/biome/bin/biome", "ci", "--max-diagnostics=50"));
  if (wanted("imports")) {
    await stage("Import rules", () => {
      const found = checkImports();
      for (const line of found) console.log(`  ${line}`);
      if (found.length > 0) return { failed: 1 };
    });
  }
  if (!wanted("unit") && !wanted("package") && !inVSCode) return;

  const release = await lock();
  if (!(await stage("Build", () => run(process.execPath, ["scripts/build.mjs", "--test"])))) return;
  // What runs in VS Code is copied first: a build beside this run does not disturb it.
  const folder = temporaryFolder("test");
  const vsix = join(folder, "gradlens.vsix");
  let packed = true;
  if (wanted("package") || inVSCode) {
    packed = await stage("Package", () => run(process.execPath, ["scripts/package.mjs", "--no-build", "--out", vsix]));
    if (existsSync("out/test/vscode/suite.js")) cpSync("out/test/vscode/suite.js", join(folder, "suite.js"));
  }
  const pages = join(".cache", `page-${process.pid}`); // inside the project, where node_modules is found
  process.on("exit", () => rmSync(pages, { recursive: true, force: true }));
  if (wanted("page") && existsSync("out/test/vscode/page")) cpSync("out/test/vscode/page", pages, { recursive: true });

  if (wanted("unit")) {
    const files = builtTests("out/test").filter((path) => !path.startsWith(join("out", "test", "vscode")));
    await stage("Unit tests", () => mocha(files, { grep: options.grep }));
  }
  release();
  if (inVSCode && packed) await vscode({ folder, vsix, pages });
}

async function vscode({ folder, vsix, pages }) {
  const prepared = join(folder, "prepared");
  const suite = join(folder, "suite.js");
  const chosen = configurations.filter(
    ({ version, host }) =>
      (!options.version || options.version === version) && (!options.host || options.host === host),
  );
  if (chosen.length === 0)
    throw new Error(`No configuration: versions ${Object.keys(versions).join(" ")}, hosts desktop web`);
  const title = ({ version, host }) => `VS Code ${versions[version].vscode}, ${host} extension host`;

  let browser;
  const ready = await stage("Browser and VS Code", async () => {
    browser = await launchBrowser();
    for (const version of new Set(chosen.map((configuration) => configuration.version))) await ensureServer(version);
    console.log(`  ${browser.browserType().name()} ${browser.version()}`);
  });
  if (!ready) return;
  try {
    if (wanted("in-host")) {
      for (const configuration of chosen) {
        const grep = options.grep;
        await stage(`Inside ${title(configuration)}`, () =>
          twice(async () => reported(await runInServer({ ...configuration, browser, suite, prepared, vsix, grep }))),
        );
      }
    }
  } finally {
    await browser.close();
  }
  if (wanted("desktop")) {
    await stage("Inside a desktop VS Code", async () => {
      const { report, skipped } = await runOnDesktop({ suite, prepared, vsix, grep: options.grep, version: today });
      if (report) return reported(report);
      if (options.desktop) throw new Error(skipped);
      console.log(`  SKIPPED: ${skipped}`);
      return {};
    });
  }
  if (wanted("page")) {
    for (const configuration of chosen) {
      const usual = configuration === configurations[0];
      const env = {
        GRADLENS_VERSION: configuration.version,
        GRADLENS_HOST: configuration.host,
        GRADLENS_VSIX: vsix,
        GRADLENS_PREPARED: prepared,
        ...(options["update-pictures"] ? { GRADLENS_UPDATE_PICTURES: "1" } : {}),
      };
      const grep = options.grep ?? (usual ? undefined : "@every");
      await stage(`On the page of ${title(configuration)}`, () =>
        twice((first) => mocha(builtTests(pages), { env, grep, suites: first?.failedSuites, timeout: 120_000 })),
      );
    }
  }
}

// So that servers and temporary folders go, too.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
await main().catch((error) => {
  add({ failed: 1 });
  console.error(error.stack);
});
if (flaky > 0) console.log(`\nFLAKY: ${flaky} passed only when tried once more`);
console.log(`\nTook ${seconds(start)}`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exit(total.failed > 0 ? 1 : 0);
