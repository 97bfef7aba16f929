/** An edit runs what it touches, and the answers are those of a run of everything. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { liveScript, runScript, type Script } from "../../src/analysis/script";
import { parse } from "../../src/languages/python";
import { fresh, options, plain } from "./live";

/** Versions of a text, one after the other, in one live module. */
class Editor {
  private readonly live = liveScript(options);
  version(text: string): Script {
    return runScript(parse(text), options, this.live);
  }
  /** How many statements ran; the answers are those of a fresh run. */
  ran(text: string): number {
    const script = this.version(text);
    assert.deepEqual(plain(script), plain(fresh(text)));
    return script.ran;
  }
}

const root = join(process.cwd(), "test/fixtures/conformance");
const scripts = [
  ...["tf_diffs.py", "curves.py"].map((name) => join("examples", name)),
  ...readdirSync(root).flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".py"))
      .map((name) => join(root, folder, name)),
  ),
].map((path) => ({ path, text: readFileSync(path, "utf8") }));

// ── random edits ────────────────────────────────────────────────────────────

const SNIPPETS = [
  "# a comment",
  "",
  "NAME",
  "print(NAME)",
  "NAME = OTHER",
  "NAME = [OTHER, OTHER]",
  "NAME.append(1)",
  "NAME[0] = 2",
  "NAME += 1",
  "del NAME",
  "def NAME(x): return x",
  "NAME.note = OTHER",
  "NAME = OTHER = 3.0",
  "for NAME in range(3): pass",
  "import numpy as np; np.random.seed(NUMBER); print(np.random.rand())",
  "import random; print(random.random())",
  "import tensorflow as tf; print(tf.random.normal([2]))",
  "import tensorflow as tf; v = tf.Variable(NUMBER); v.assign_add(1.)",
  "import tensorflow as tf; print(tf.keras.layers.Dense(2).name)",
  "import matplotlib.pyplot as plt; plt.plot([1, NUMBER]); plt.title('t')",
  "import matplotlib.pyplot as plt; plt.show()",
  "import time; print(time.time())",
  "import nowhere",
  "1 / 0",
  "raise ValueError(NAME)",
  "exec('NAME = 1')",
  "def change():\n    global NAME\n    NAME = NUMBER\nchange()",
  "if __name__ == '__main__':\n    print('main')",
  "it = iter([1, 2, 3]); print(next(it))",
  "print(next(it))",
  "(",
  "    x",
];

interface Edit {
  kind: "insert" | "line" | "delete" | "number" | "swap" | "rename" | "undo" | "copy";
  at: number;
  to: number;
  snippet: number;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom("insert", "line", "delete", "number", "swap", "rename", "undo", "copy"),
  at: fc.nat(10_000),
  to: fc.nat(10_000),
  snippet: fc.nat(SNIPPETS.length - 1),
});

/** A statement with the lines behind it, up to the next. */
function blocks(text: string): string[] {
  const { body } = parse(text);
  const starts = body.map(({ from }) => text.lastIndexOf("\n", from) + 1);
  return [...new Set([0, ...starts])].map((from, k, all) => text.slice(from, all[k + 1] ?? text.length));
}

function edited(versions: readonly string[], { kind, at, to, snippet }: Edit): string {
  const text = versions.at(-1)!;
  const parts = blocks(text);
  const [k, j] = [at % parts.length, to % parts.length];
  const names = text.match(/\b[A-Za-z_]\w*\b/g) ?? ["x"];
  const written = SNIPPETS[snippet]!.replaceAll("NAME", names[at % names.length]!)
    .replaceAll("OTHER", names[to % names.length]!)
    .replaceAll("NUMBER", String(to % 7));
  switch (kind) {
    case "insert":
      return parts.toSpliced(k, 0, `${written}\n`).join("");
    case "line": {
      const lines = text.split("\n");
      return lines.toSpliced(at % lines.length, 0, written).join("\n");
    }
    case "delete":
      return parts.toSpliced(k, 1).join("");
    case "copy":
      return parts.toSpliced(j, 0, parts[k]!).join("");
    case "swap":
      return parts.toSpliced(k, 1).toSpliced(j, 0, parts[k]!).join("");
    case "number": {
      const numbers = [...text.matchAll(/\b\d+\b/g)];
      const found = numbers[at % Math.max(1, numbers.length)];
      return found ? text.slice(0, found.index) + (to % 9) + text.slice(found.index + found[0].length) : text;
    }
    case "rename":
      return text.replace(new RegExp(`\\b${names[at % names.length]}\\b`), names[to % names.length]!);
    case "undo":
      return versions[at % versions.length]!;
  }
}

describe("a live module: random edits", () => {
  it("whatever is edited, the answers are those of a fresh run", () => {
    fc.assert(
      fc.property(fc.constantFrom(...scripts), fc.array(edit, { minLength: 1, maxLength: 6 }), ({ text }, edits) => {
        const editor = new Editor();
        const versions = [text];
        editor.version(text);
        for (const one of edits) {
          const next = edited(versions, one);
          versions.push(next);
          const script = editor.version(next);
          const expected = fresh(next);
          // Where the budget ends depends on what was loaded before.
          if (script.problem === undefined && expected.problem === undefined)
            assert.deepEqual(plain(script), plain(expected));
        }
      }),
      { numRuns: Number(process.env.LIVE_RUNS ?? 60) },
    );
  });
});
