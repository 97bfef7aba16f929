/** What package.json contributes fits together. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { isExampleArgument } from "../../src/client/validate";

interface Setting {
  order: number;
  scope: string;
  type: string;
  default: unknown;
  markdownDescription: string;
}
interface Place {
  command: string;
  when?: string;
  key?: string;
}

const { contributes } = JSON.parse(readFileSync("package.json", "utf8")) as {
  contributes: {
    commands: { command: string; title: string; category: string }[];
    keybindings: Place[];
    menus: Record<string, (Partial<Place> & { submenu?: string })[]>;
    configuration: { properties: Record<string, Setting> };
    walkthroughs: { steps: { description: string; media: { svg: string } }[] }[];
  };
};
const commands = new Set(contributes.commands.map(({ command }) => command));
const words = JSON.parse(readFileSync("package.nls.json", "utf8")) as Record<string, string>;

describe("the manifest", () => {
  it("has settings that are ordered, described and of a resource", () => {
    const settings = Object.entries(contributes.configuration.properties);
    assert.deepEqual(
      settings.map(([, { order }]) => order),
      settings.map((_, k) => k + 1),
    );
    for (const [name, { scope, markdownDescription, type }] of settings) {
      assert.equal(scope, "resource", name);
      assert.ok(type && words[markdownDescription.slice(1, -1)]!.length > 20, name);
    }
  });

  it("binds keys only where they make sense, and no two to one", () => {
    const { keybindings } = contributes;
    for (const { command, when } of keybindings) assert.ok(commands.has(command) && when, command);
    assert.equal(new Set(keybindings.map(({ key }) => key)).size, keybindings.length);
  });

  it("names in menus and in the walkthrough only commands that there are", () => {
    for (const [menu, items] of Object.entries(contributes.menus))
      for (const { command, submenu } of items) assert.ok(submenu ?? commands.has(command!), `${menu}: ${command}`);
    const [walkthrough] = contributes.walkthroughs;
    assert.equal(walkthrough!.steps.length, 5);
    for (const { description } of walkthrough!.steps)
      for (const [, command] of words[description.slice(1, -1)]!.matchAll(/\(command:(gradlens\.\w+)/g))
        assert.ok(commands.has(command!), command);
  });

  for (const [name, example] of [
    ["package.nls.json", "examples/tf_diffs.py"],
    ["package.nls.zh-cn.json", "examples/tf_diffs.zh-cn.py"],
  ] as const)
    it(`describes steps as VS Code reads them, with places that the example has: ${name}`, () => {
      const text = readFileSync(example, "utf8");
      const found = Object.entries(JSON.parse(readFileSync(name, "utf8")) as Record<string, string>)
        .filter(([key]) => /^walkthrough\..*description$/.test(key))
        .flatMap(([key, description]) => {
          // Even in code two stars are bold there.
          assert.doesNotMatch(description, /\*\*/, key);
          return [...description.matchAll(/\(command:gradlens\.\w+\?([^)]*)\)/g)].map((match) => match[1]!);
        })
        .map((query) => JSON.parse(decodeURIComponent(query)) as unknown[]);
      assert.equal(found.length, 4);
      for (const [argument] of found) assert.ok(isExampleArgument(argument) && text.includes(argument.example), name);
    });

  it("leads from the README to files that there are, and that come with the extension", () => {
    const packed = readFileSync(".vscodeignore", "utf8");
    const links = [...readFileSync("README.md", "utf8").matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]!);
    assert.ok(links.length > 8);
    for (const link of links) {
      assert.ok(existsSync(link), link);
      assert.ok(
        link.startsWith("media/") || packed.includes(`!${link.replace(/findings.*/, "findings*.md")}\n`),
        `${link} is not in the package`,
      );
    }
  });
});
