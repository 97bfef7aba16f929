/** The examples of docs/engine.md give what the page says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { transformSync } from "esbuild";
import * as engine from "../../src/engine";

/** An expression and what the page says that it gives. */
interface Claim {
  readonly code: string;
  readonly gives: string;
}

/** A block's statements before each claim, and the claims. */
function claimsOf(block: string): { readonly setup: string; readonly claims: readonly Claim[] } {
  const claims: Claim[] = [];
  let setup = "";
  for (const line of block.split("\n")) {
    const [code, gives] = line.split(" // → ") as [string, string?];
    const last = claims.at(-1);
    if (gives !== undefined) {
      const expression = code.replace(/;$/, "");
      claims.push({ code: expression, gives });
      setup += `told.push(${expression});\n`;
    } else if (line.startsWith("//") && last) {
      // The next line of what it gives.
      claims[claims.length - 1] = { ...last, gives: `${last.gives}\n${line.slice(2)}` };
    } else setup += `${line}\n`;
  }
  return { setup, claims };
}

const plain = (x: unknown) => String(x).replace(/\s+/g, " ");

describe("docs/engine.md", () => {
  const page = readFileSync("docs/engine.md", "utf8");
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => claimsOf(match[1]!));

  it("has examples", () => assert.ok(blocks.length >= 7));

  it("says what the engine gives", () => {
    const scope = { ...engine, show: (x: engine.Value) => engine.arrayRepr(engine.peek(x)) };
    // One program: a block may use what an earlier one has made.
    const program = blocks.map(({ setup }) => setup).join("\n");
    const { code } = transformSync(program, { loader: "ts" });
    const told: unknown[] = [];
    new Function(...Object.keys(scope), "told", code)(...Object.values(scope), told);
    const expected = blocks.flatMap((block) => block.claims);
    assert.equal(told.length, expected.length);
    expected.forEach(({ code, gives }, k) => {
      assert.equal(plain(told[k]), plain(gives), code);
    });
  });
});
