// Holds the rules of who may import whom in src/ (see the table below), and where `vscode`, `node:` and the DOM may be used.
// usage: node scripts/check-imports.mjs. It first tries itself on texts that break each rule.
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, posix } from "node:path";
import { pathToFileURL } from "node:url";

/** Which layers a layer may import, and of which only the types. */
const layers = {
  engine: { may: [] },
  languages: { may: ["engine"] },
  analysis: { may: ["languages", "engine"] },
  render: { may: [], types: ["engine"] },
  protocol: { may: [] },
  thread: { may: ["engine"] },
  server: { may: ["analysis", "render", "protocol", "thread"] },
  client: { may: ["protocol"] },
  panel: { may: ["protocol", "render"] },
  cli: { may: ["analysis", "render", "protocol", "thread"] },
};

/** npm packages that the engine may use. */
const enginePackages = ["ml-matrix"];

const nodeAllowed = (file) => /^(?:(?:server|client)\/node\.ts$|cli\/|thread\/)/.test(file);

/** Names of the DOM, written so that a TextDocument called `document` and VS Code's `window` do not count. */
const dom = new RegExp(
  [
    "\\bdocument\\s*\\.\\s*(?:createElement|createTextNode|createRange|querySelector|getElement|body|head|documentElement|addEventListener|activeElement|cookie)\\w*",
    "\\bwindow\\s*\\.\\s*(?:addEventListener|removeEventListener|document|location|inner|outer|matchMedia|requestAnimationFrame|getComputedStyle|parent|postMessage|localStorage)\\w*",
    "\\b(?:HTML|SVG)\\w*Element\\b",
    "\\b(?:localStorage|sessionStorage|MutationObserver|ResizeObserver|DOMParser|acquireVsCodeApi)\\b",
  ].join("|"),
  "g",
);

const comment = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/;
const string = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/;
const commentOrString = new RegExp(`(${string.source})|${comment.source}`, "g");
const blank = (text) => text.replace(/[^\n]/g, " ");

const statement =
  /(?<![\w$.])(?:(import|export)\s+(type\s)?[\w$*{}\s,]*?\bfrom\s*|(import)\s*|(?:import|require)\s*\(\s*)["']([^"'\n]+)["']/g;

/**
 * What a file breaks.
 * @param {string} file its path in src/, with forward slashes
 * @param {string} text
 * @returns {{line: number, message: string}[]}
 */
export function violations(file, text) {
  const layer = file.split("/")[0];
  const rule = layers[layer];
  const found = [];
  const code = text.replace(commentOrString, (all, isString) => isString ?? blank(all));
  const report = (index, message) => found.push({ line: code.slice(0, index).split("\n").length, message });
  if (!rule) return [{ line: 1, message: `src/${layer} is not a layer that scripts/check-imports.mjs knows` }];

  for (const match of code.matchAll(statement)) {
    const [whole, , typeOnly, , target] = match;
    const onlyTypes = Boolean(typeOnly) || /^(?:import|export)\s*\{(?:\s*type\s[^,}]*,?)+\s*\}/.test(whole);
    if (target.startsWith(".")) {
      const to = posix.join(posix.dirname(file), target).split("/")[0];
      // A page of docs/ is bundled as a text.
      if (to === ".." && layer === "server" && /^(?:\.\.\/)+docs\/[\w.-]+\.md$/.test(target)) continue;
      if (to === layer || rule.may.includes(to) || (onlyTypes && rule.types?.includes(to))) continue;
      const types = rule.types?.includes(to) ? " (only its types, by `import type`)" : "";
      report(match.index, `${layer} may not import ${to}${types}: ${target}`);
    } else if (target === "vscode" || target.startsWith("vscode/")) {
      if (layer !== "client") report(match.index, `only client may import vscode`);
    } else if (target.startsWith("node:") || builtinModules.includes(target)) {
      if (!nodeAllowed(file)) report(match.index, `only entry points (node.ts), cli and thread may import ${target}`);
    } else if (layer === "engine" && !enginePackages.includes(target)) {
      report(match.index, `engine may not import the package ${target}`);
    }
  }
  if (layer !== "panel") {
    const bare = code.replace(new RegExp(string.source, "g"), blank);
    for (const match of bare.matchAll(dom)) report(match.index, `only panel may use the DOM: ${match[0]}`);
  }
  return found;
}

/** Texts that break a rule, and texts that break none. */
function selfTest() {
  const bad = [
    ["engine/op.ts", 'import { x } from "../languages/x";'],
    ["engine/op.ts", 'import { parse } from "mathjs";'],
    ["engine/ops/sum.ts", 'export * from "../../render/svg";'],
    ["languages/python/a.ts", 'import {\n  a,\n  type B,\n} from "../../analysis/b";'],
    ["render/latex.ts", 'import { Tensor } from "../engine/tensor";'],
    ["render/latex.ts", 'import { type Tensor, zeros } from "../engine/tensor";'],
    ["server/hover.ts", 'import * as vscode from "vscode";'],
    ["server/hover.ts", 'const fs = require("fs");'],
    ["server/hover.ts", 'import { x } from "../client/x";'],
    ["client/browser.ts", 'const fs = await import("node:fs");'],
    ["client/hover.ts", 'import { evaluate } from "../engine/op";'],
    ["panel/main.tsx", 'import "../analysis/functions";'],
    ["analysis/a.ts", "const div = document.createElement('div');"],
    ["other/a.ts", ""],
  ];
  const good = [
    ["engine/op.ts", 'import { x } from "./tensor"; // import { y } from "../languages/y"'],
    ["render/latex.ts", 'import type { Tensor } from "../engine/tensor";'],
    ["render/latex.ts", 'import { type Tensor } from "../engine/tensor";'],
    ["server/node.ts", 'import { createServer } from "node:net"; const text = document.getText();'],
    ["server/hover.ts", 'const s = "document.body"; /* window.location */ document.uri;'],
    ["client/node.ts", 'import { window } from "vscode"; window.showInformationMessage("x");'],
    ["cli/main.ts", 'import fs from "node:fs"; import { run } from "../analysis/run";'],
    ["panel/main.tsx", 'import { render } from "preact"; document.body.append("x");'],
  ];
  for (const [file, text] of bad) {
    if (violations(file, text).length === 0) throw new Error(`The check overlooks this in ${file}: ${text}`);
  }
  for (const [file, text] of good) {
    const [first] = violations(file, text);
    if (first) throw new Error(`The check wrongly complains in ${file}: ${first.message}: ${text}`);
  }
}

/** Checks src/. @returns {string[]} what breaks the rules, as file:line: message */
export function checkImports(folder = "src") {
  selfTest();
  return readdirSync(folder, { recursive: true })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => /\.tsx?$/.test(path))
    .flatMap((path) =>
      violations(path, readFileSync(join(folder, path), "utf8")).map(
        ({ line, message }) => `${folder}/${path}:${line}: ${message}`,
      ),
    );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const found = checkImports();
  for (const line of found) console.error(line);
  if (found.length > 0) process.exitCode = 1;
  else console.log("All imports keep to the rules");
}
