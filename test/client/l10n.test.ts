// Every string that the user sees has a Simplified Chinese one with the same placeholders, and none is left over.
// A string is the literal of `l10n.t("…")`, of `t("…")`, or of `new PointError("…")`; VS Code reads one file per language.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const read = (path: string): Record<string, string> => JSON.parse(readFileSync(path, "utf8"));
const manifest = readFileSync("package.json", "utf8");

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((item) => {
    const path = join(folder, item.name);
    return item.isDirectory() ? sources(path) : /\.tsx?$/.test(item.name) ? [path] : [];
  });
}

const LITERAL = String.raw`("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|` + "`(?:[^`\\\\]|\\\\.)*`)";
const EVERYWHERE = new RegExp(String.raw`\b(?:l10n\.t|new PointError)\(\s*${LITERAL}`, "g");
// In the engine and the languages `t` may be a tensor.
const OUTSIDE = new RegExp(String.raw`(?<![\w.$])t\(\s*${LITERAL}`, "g");
const COMMENT = /^\s*(?:\*|\/\/|\/\*)/;

/** Literals in a source, with the place where each stands. */
function literalsOf(path: string, text: string): { text: string; place: string }[] {
  const patterns = /^src[\\/](?:engine|languages)[\\/]/.test(path) ? [EVERYWHERE] : [EVERYWHERE, OUTSIDE];
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const lines = text.slice(0, match.index).split("\n");
      if (COMMENT.test(lines.at(-1)!)) return [];
      const place = `${path}:${lines.length}`;
      const literal = match[1]!;
      assert(
        literal[0] !== "`" || !literal.includes("${"),
        `${place}: a string with \${…} cannot be translated: use {0}`,
      );
      const inner = literal.slice(1, -1);
      return [{ text: inner.replace(/\\(.)/gs, (_, char) => (char === "n" ? "\n" : char)), place }];
    }),
  );
}

const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort().join(" ");

describe("localization", () => {
  const used = new Map<string, string>();
  for (const path of sources("src")) {
    for (const { text, place } of literalsOf(path, readFileSync(path, "utf8"))) used.set(text, place);
  }
  const bundles = readdirSync("l10n").filter((name) => /^bundle\.l10n\..+\.json$/.test(name));

  it("has a Simplified Chinese bundle", () => assert(bundles.includes("bundle.l10n.zh-cn.json"), bundles.join()));

  for (const name of bundles) {
    const bundle = read(join("l10n", name));

    it(`${name} has every string`, () => {
      const missing = [...used].filter(([text]) => !Object.hasOwn(bundle, text)).map(([text, at]) => `${at}: ${text}`);
      assert.deepEqual(missing, []);
    });

    it(`${name} has no string that nothing uses`, () => {
      assert.deepEqual(
        Object.keys(bundle).filter((text) => !used.has(text)),
        [],
      );
    });

    it(`${name} keeps the placeholders`, () => {
      const changed = Object.entries(bundle).filter(([text, to]) => !to || placeholders(text) !== placeholders(to));
      assert.deepEqual(changed, []);
    });
  }

  it("the manifest's strings agree in both languages and with the manifest", () => {
    const english = read("package.nls.json");
    const wanted = [...manifest.matchAll(/"%([^"%]+)%"/g)].map((match) => match[1]!);
    assert.deepEqual(Object.keys(english).sort(), [...new Set(wanted)].sort());
    const others = readdirSync(".").filter((name) => /^package\.nls\..+\.json$/.test(name) && existsSync(name));
    assert(others.includes("package.nls.zh-cn.json"));
    for (const name of others) assert.deepEqual(Object.keys(read(name)), Object.keys(english), name);
  });
});
