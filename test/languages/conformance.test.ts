/** Scripts with the output that the real Python (3.11) and TensorFlow gave: ours prints the same. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, run } from "../../src/languages/python";
import { compareTexts } from "../compare";

const root = join(process.cwd(), "test/fixtures/conformance");

for (const folder of readdirSync(root)) {
  describe(`conformance: ${folder}`, () => {
    for (const file of readdirSync(join(root, folder)).filter((name) => name.endsWith(".py"))) {
      it(file, () => {
        const syntax = parse(readFileSync(join(root, folder, file), "utf8"));
        assert.deepEqual(syntax.errors, []);
        const result = run(syntax, { fileName: file });
        assert.equal(result.error?.text, undefined);
        const expected = readFileSync(join(root, folder, file.replace(/py$/, "out")), "utf8");
        assert.equal(compareTexts(expected, result.output, { strict: folder !== "tensorflow" }), null);
      });
    }
  });
}
