/** What package.json contributes fits together. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

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
});
