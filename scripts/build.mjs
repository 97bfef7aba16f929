// Bundles every entry point into dist/ (and the tests into out/ with --test).
// usage: node scripts/build.mjs [--watch] [--test] [--dev]
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
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
  // The part of Python's library that is written in Python, and the page about the findings.
  loader: { ".py": "text", ".md": "text" },
  define: { "process.env.NODE_ENV": '"production"' },
};
// Without import() of its own: a module apart is required when it is wanted.
const supported = { "dynamic-import": false };
const node = { ...common, platform: "node", format: "cjs", external: ["vscode"], supported };
const web = { ...common, platform: "browser", external: ["vscode"] };

/** MathJax is a file of its own that the servers load with the first formula. */
const separateMathjax = {
  name: "MathJax apart",
  setup(build) {
    build.onResolve({ filter: /^\.\/mathjax$/ }, () => ({ path: "./mathjax.js", external: true }));
  },
};

/** Plotly asks for the style sheet of maps, which we do not draw. */
const withoutMaps = {
  name: "without maps",
  setup(build) {
    build.onLoad({ filter: /[\\/]maplibre-gl\.css$/ }, () => ({ contents: "", loader: "css" }));
  },
};

/** Every file under a folder whose name matches. */
function find(folder, pattern) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((item) => {
    const path = join(folder, item.name);
    if (item.isDirectory()) return item.name === "fixtures" ? [] : find(path, pattern);
    return pattern.test(item.name) ? [path] : [];
  });
}

/** What both servers stand on: one file in the package for the two of them, dist/core.js. */
const coreModules = [
  "@vscode/l10n",
  ...[...find("src/analysis", /\.ts$/), ...find("src/render", /\.ts$/)]
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.endsWith("/mathjax.ts")),
];
const coreText = [
  ...coreModules.map((path, k) => `import * as m${k} from ${JSON.stringify(path.replace(/^src/, "./src"))};`),
  `export const modules = { ${coreModules.map((path, k) => `${JSON.stringify(path)}: m${k}`).join(", ")} };`,
].join("\n");

/** Imports of those modules become look-ups in the core, which `access` names. */
const coreApart = (access) => ({
  name: "core apart",
  setup(build) {
    build.onResolve({ filter: /^(@vscode\/l10n$|\.)/ }, ({ path, resolveDir, namespace }) => {
      if (namespace === "core") return { path, external: true };
      if (path === "@vscode/l10n") return { path, namespace: "core" };
      const file = relative(".", resolve(resolveDir, path)).replaceAll("\\", "/");
      const found = coreModules.find((module) => module === `${file}.ts` || module === `${file}/index.ts`);
      return found && { path: found, namespace: "core" };
    });
    build.onLoad({ filter: /.*/, namespace: "core" }, ({ path }) => ({
      contents: `module.exports = ${access}.modules[${JSON.stringify(path)}];`,
    }));
  },
});

const entries = [
  { ...node, entryPoints: { extension: "src/client/node.ts" } },
  { ...web, format: "cjs", entryPoints: { "extension.web": "src/client/browser.ts" } },
  { ...node, entryPoints: { thread: "src/thread/node.ts" } },
  { ...node, entryPoints: { server: "src/server/node.ts" }, plugins: [coreApart('require("./core.js")')] },
  {
    // The worker's script is core.js with this behind it.
    ...web,
    format: "iife",
    entryPoints: { "server.web": "src/server/browser.ts" },
    plugins: [coreApart("gradlensCore")],
  },
  {
    ...web,
    format: "iife",
    globalName: "gradlensCore",
    stdin: { contents: coreText, resolveDir: "." },
    outfile: "dist/core.js",
    supported,
    plugins: [separateMathjax],
    footer: { js: "if (typeof module === 'object') module.exports = gradlensCore;" },
  },
  {
    // For `require` as well as for a worker's `importScripts`.
    ...web,
    format: "iife",
    globalName: "gradlensMathjax",
    entryPoints: { mathjax: "src/render/mathjax.ts" },
    footer: { js: "if (typeof module === 'object') module.exports = gradlensMathjax;" },
  },
  {
    ...node,
    entryPoints: { cli: "src/cli/main.ts" },
    banner: { js: "#!/usr/bin/env node" },
    plugins: [separateMathjax],
  },
  {
    ...web,
    format: "iife",
    entryPoints: { panel: "src/panel/main.tsx" },
    jsx: "automatic",
    jsxImportSource: "preact",
    plugins: [withoutMaps],
  },
].map((entry) => (entry.outfile ? entry : { ...entry, outdir: "dist" }));

/** mocha's build for browsers is a script that looks for CommonJS's `module`; it must not find the bundle's own. */
const mochaForBrowsers = {
  name: "mocha for browsers",
  setup(build) {
    build.onLoad({ filter: /[\\/]mocha[\\/]mocha\.js$/ }, ({ path }) => ({
      contents: `let module, exports, define;\n${readFileSync(path, "utf8")}`,
    }));
  },
};

/** One module that has all of the others. */
const together = (paths) => ({
  contents: paths.map((path) => `export * from ${JSON.stringify(`./${path.replaceAll("\\", "/")}`)};`).join("\n"),
  resolveDir: ".",
});

const builds = [...entries];
if (flags.has("--test")) {
  rmSync("out/test", { recursive: true, force: true });
  const test = {
    ...node,
    minify: false,
    sourcemap: "inline",
    external: ["vscode", "playwright-core", "mocha", "@vscode/test-electron", "esbuild", "fast-check"],
  };
  const [pages, others] = [[], []];
  for (const path of find("test", /\.test\.tsx?$/)) (/vscode.page/.test(path) ? pages : others).push(path);
  builds.push({ ...test, entryPoints: others, outdir: "out/test", outbase: "test" });
  // The tests on VS Code's page share one browser.
  builds.push({ ...test, stdin: together(pages), outfile: "out/test/vscode/page/page.test.js" });
  // The suites that run inside VS Code: one module for Node's extension host and the web's. `run` comes first: it defines
  // the `describe` that the suites call.
  const suites = find("test/vscode/suite", /\.suite\.ts$/);
  builds.push({
    ...web,
    format: "cjs",
    minify: false,
    sourcemap: "inline",
    stdin: together(["test/vscode/suite/run.ts", ...suites]),
    outfile: "out/test/vscode/suite.js",
    plugins: [mochaForBrowsers],
  });
}

if (flags.has("--watch")) {
  const contexts = await Promise.all(builds.map((options) => esbuild.context(options)));
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  rmSync("dist", { recursive: true, force: true });
  await Promise.all(builds.map((options) => esbuild.build(options)));
}
