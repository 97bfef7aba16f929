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

  it("lines of one length, put in and taken out", () => {
    const random = generator(7);
    const line = () => `${"abcd"[random(4)]} = ${random(10)}\n`;
    let lines = Array.from({ length: 40 }, line);
    let syntax = parse(lines.join(""));
    for (let n = 0; n < 200; n++) {
      const at = random(lines.length);
      const count = random(3);
      lines = [...lines.slice(0, at), ...Array.from({ length: random(3) }, line), ...lines.slice(at + count)];
      const text = lines.join("");
      syntax = parse(text, undefined, syntax);
      assert.deepEqual(visible(syntax), visible(parse(text)), text);
    }
  });

  it("what an edit left as it was is not read again", () => {
    const text = Array.from({ length: 30 }, (_, k) => `def f${k}(x):\n    return x ** ${k}\n\n`).join("");
    const before = parse(text);
    const after = parse(text.replace("x ** 20", "x ** 2"), undefined, before);
    assert.equal(after.body[19], before.body[19]);
    assert.notEqual(after.body[20], before.body[20]);
  });
});
