import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pythonTable } from "../python-table";

describe("docs/python.md", () => {
  it("tells what the evaluator supports (node scripts/python-docs.mjs writes it)", () => {
    assert.equal(readFileSync("docs/python.md", "utf8"), pythonTable());
  });
});
