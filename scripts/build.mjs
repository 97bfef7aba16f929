// Bundles every entry point into dist/ (and the tests into out/ with --test).
// usage: node scripts/build.mjs [--watch] [--test] [--dev]
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";

const flags = new Set(process.argv.slice(2));
const dev = flags.has("--dev") || flags.has("--watch");

const common = {
  bundle: true,
  minify: !dev,
  sourcemap: dev ? "linked" : false,
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
  define: { "process.env.NODE_ENV": '"production"' },
};
const node = { ...common, platform: "node", format: "cjs", external: ["vscode"] };
const web = { ...common, platform: "browser", external: ["vscode"] };

const entries = [
  { ...node, entryPoints: { extension: "src/client/node.ts" } },
  { ...web, format: "cjs", entryPoints: { "extension.web": "src/client/browser.ts" } },
  { ...node, entryPoints: { server: "src/server/node.ts" } },
  { ...web, format: "iife", entryPoints: { "server.web": "src/server/browser.ts" } },
  { ...node, entryPoints: { cli: "src/cli/main.ts" }, banner: { js: "#!/usr/bin/env node" } },
  { ...web, format: "iife", entryPoints: { panel: "src/panel/main.tsx" }, jsx: "automatic", jsxImportSource: "preact" },
].map((entry) => ({ ...entry, outdir: "dist" }));

/** Every `*.test.ts` under test/ (the suites that run inside VS Code are built with the same options). */
function testFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((item) => {
    const path = join(folder, item.name);
    if (item.isDirectory()) return item.name === "fixtures" ? [] : testFiles(path);
    return /\.(test|suite)\.tsx?$/.test(item.name) ? [path] : [];
  });
}

const builds = entries.filter((entry) => existsSync(Object.values(entry.entryPoints)[0]));
if (flags.has("--test")) {
  rmSync("out", { recursive: true, force: true });
  builds.push({
    ...node,
    minify: false,
    sourcemap: "inline",
    external: ["vscode", "playwright-core", "mocha", "@vscode/test-electron", "esbuild"],
    entryPoints: testFiles("test"),
    outdir: "out/test",
    outbase: "test",
  });
}

if (flags.has("--watch")) {
  const contexts = await Promise.all(builds.map((options) => esbuild.context(options)));
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  rmSync("dist", { recursive: true, force: true });
  await Promise.all(builds.map((options) => esbuild.build(options)));
}
