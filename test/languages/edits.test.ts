/** A text that is read after an edit is read as if it were new. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { type PyModuleSyntax, parse } from "../../src/languages/python";
import { edited, generator } from "../edits";

const folder = "test/fixtures/conformance/python";
const scripts = [
  "examples/tf_diffs.py",
  ...readdirSync(folder)
    .filter((name) => name.endsWith(".py"))
    .map((name) => `${folder}/${name}`),
];

describe("reading after an edit", () => {
  const visible = ({ body, errors, skipped, lineStarts }: PyModuleSyntax) => ({ body, errors, skipped, lineStarts });

  for (const [k, script] of scripts.entries())
    it(script, () => {
      const original = readFileSync(script, "utf8");
      const random = generator(k + 1);
      let text = original;
      let syntax = parse(text);
      for (let n = 0; n < 20; n++) {
        text = edited(n % 4 === 0 ? original : text, random);
        syntax = parse(text, undefined, syntax);
        assert.deepEqual(visible(syntax), visible(parse(text)), text);
      }
    });
});
