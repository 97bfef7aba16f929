// Packs the extension: npm run package [-- --out FILE]. dist/ must be built. Prints the size; over 3 MB is an error.
import { readFileSync, statSync } from "node:fs";
import { parseArgs } from "node:util";
import { ensurePackages } from "./lib/ensure.mjs";
import { run } from "./lib/process.mjs";

const limit = 3_000_000;
const { values } = parseArgs({ options: { out: { type: "string" }, "no-build": { type: "boolean" } } });
const { name, version } = JSON.parse(readFileSync("package.json", "utf8"));
const path = values.out ?? `${name}-${version}.vsix`;

await ensurePackages();
if (!values["no-build"]) await run(process.execPath, ["scripts/build.mjs"]);
// Links in the README stay as they are: the package needs no repository's address.
const flags = ["--no-dependencies", "--no-rewrite-relative-links", "--allow-missing-repository", "--skip-license"];
const output = await run(process.execPath, ["node_modules/@vscode/vsce/vsce", "package", ...flags, "--out", path], {
  quiet: true,
});
const lines = output.split("\n").filter((line) => /WARN|ERROR|├─|└─|^\S+\.vsix$/.test(line));
if (lines.length > 0) console.log(lines.join("\n"));

const { size } = statSync(path);
console.log(`${path}: ${(size / 1e6).toFixed(2)} MB of at most ${limit / 1e6} MB`);
if (size > limit) {
  console.error(`The package is too large: ${size} bytes`);
  process.exitCode = 1;
}
