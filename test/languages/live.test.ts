/** An edit runs what it touches, and the answers are those of a run of everything. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { liveScript, runScript, type Script } from "../../src/analysis/script";
import { parse } from "../../src/languages/python";
import { fresh, options, presented } from "./live";

/** Versions of a text, one after the other, in one live module. */
class Editor {
  private readonly live = liveScript(options);
  version(text: string): Script {
    return runScript(parse(text), options, this.live);
  }
  /** How many statements ran; the answers are those of a fresh run. */
  ran(text: string): number {
    const script = this.version(text);
    assert.deepEqual(presented(script), presented(fresh(text)));
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
]
  // It writes an object's hash, which is its address.
  .filter((path) => !path.endsWith("errors_in_words.py"))
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));

const example = (name: string): string => readFileSync(join("examples", name), "utf8");

const TRAINING = `import numpy as np
import tensorflow as tf

np.random.seed(0)
inputs = np.random.rand(20, 3).astype("float32")
targets = inputs @ np.array([[1.], [2.], [3.]], dtype="float32")
w = tf.Variable(tf.zeros([3, 1]))


def loss():
    return tf.reduce_mean((inputs @ w - targets) ** 2)


losses = []
for step in range(50):
    with tf.GradientTape() as tape:
        value = loss()
    w.assign_sub(0.1 * tape.gradient(value, w))
    losses.append(float(value))

print("last loss", losses[-1])
print(w.numpy())
`;

// ── how much runs ───────────────────────────────────────────────────────────

describe("a live module: an edit runs what it touches", () => {
  /** A text, what is replaced in it by what, and how many statements run then. */
  const cases: readonly [title: string, text: string, from: string, to: string, ran: number][] = [
    ["a comment between statements", example("tf_diffs.py"), "# Gradient descent", "# More\n\n# Gradient descent", 0],
    ["a comment in a function", example("tf_diffs.py"), "def g(x1, x2):\n", "def g(x1, x2):\n    # a product\n\n", 0],
    ["spaces in an expression", example("tf_diffs.py"), "(x1 + 5) * (x2 ** 2)", "(x1+5) * (x2**2)", 0],
    ["one section of tf_diffs.py", example("tf_diffs.py"), "x = tf.Variable(5.0)", "x = tf.Variable(6.0)", 4],
    [
      "the last line of tf_diffs.py",
      example("tf_diffs.py"),
      "apply_gradients([(dz_dx, x)])\nprint(x)",
      "apply_gradients([(dz_dx, x)])\nprint(x + 1)",
      1,
    ],
    // Its definition, the difference, two loops and what they print.
    ["a function of tf_diffs.py", example("tf_diffs.py"), "3. * x ** 2", "4. * x ** 2", 6],
    ["a print behind a training loop", TRAINING, "last loss", "the last loss", 1],
    ["the length of a training loop", TRAINING, "range(50)", "range(60)", 3],
    ["the seed of a training", TRAINING, "seed(0)", "seed(1)", 6],
    ["the function that a training uses", TRAINING, "(inputs @ w - targets) ** 2)", "(inputs @ w - targets) ** 4)", 4],
    ["a number that stays the same", "a = 1 + 2\nb = a * 2\nprint(b)\n", "1 + 2", "3", 1],
    ["a list that another name means too", "a = [1]\nb = a\nb.append(2)\nprint(a)\nprint('end')\n", "(2)", "(3)", 2],
    [
      "what a loop changes, before the loop",
      "a = [0]\nfor k in range(9): a[0] += k\nprint(a)\n",
      "range(9)",
      "range(8)",
      2,
    ],
    [
      "a global statement",
      "n = 0\ndef up():\n    global n\n    n += 1\nup()\nprint(n)\nm = 5\n",
      "n += 1",
      "n += 2",
      3,
    ],
    [
      "a default that is kept",
      "def f(x, seen=[]):\n    seen.append(x)\n    return seen\nprint(f(1))\nprint(f(2))\nprint(f(3))\n",
      "f(2)",
      "f(4)",
      2,
    ],
    [
      "a closure's count",
      "def make():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n        return n\n    return up\nup = make()\nprint(up())\nprint(up(), 'second')\nprint(up())\n",
      "'second'",
      "'2nd'",
      1,
    ],
    [
      "an attribute of a class",
      "class A: k = 1\na = A()\nA.k = 2\nprint(a.k)\nprint('end')\n",
      "A.k = 2",
      "A.k = 3",
      2,
    ],
    [
      "random numbers that are drawn behind",
      "import random\nrandom.seed(1)\na = random.random()\nb = random.random()\nprint(a)\nprint(b)\n",
      "b = random.random()",
      "b = random.random() + 1",
      2,
    ],
    [
      "random numbers that are drawn before",
      "import random\nrandom.seed(1)\na = random.random()\nb = random.random()\nprint(a)\nprint(b)\n",
      "a = random.random()",
      "a = [random.random() for _ in range(2)]",
      4,
    ],
    ["a name that is deleted", "x = 1\ny = 2\ndel x\nprint(y)\n", "x = 1", "x = 3", 2],
    ["an error that ends a statement", "a = 0\nb = 1 / a\nc = 3\nprint(b)\n", "a = 0", "a = 2", 3],
    [
      "the main part",
      "def main():\n    print(1)\n\nif __name__ == '__main__':\n    main()\nx = [k for k in range(100)]\n",
      "print(1)",
      "print(2)",
      2,
    ],
    ["an unknown import", "import nowhere\nx = 1\nnowhere.f(x)\n", "x = 1", "x = 2", 1],
    [
      "a figure",
      "import matplotlib.pyplot as plt\nx = [k ** 2 for k in range(50)]\nplt.plot(x)\nplt.title('squares')\nprint(len(x))\n",
      "'squares'",
      "'Squares'",
      2,
    ],
    [
      "two views of one array",
      "import numpy as np\na = np.zeros(4)\nb = a[1:]\nb[0] = 5\nprint(a)\nprint('end')\n",
      "= 5",
      "= 6",
      2,
    ],
  ];
  for (const [title, text, from, to, ran] of cases)
    it(`${title}: ${ran}`, () => {
      const editor = new Editor();
      assert.ok(text.includes(from));
      editor.ran(text);
      assert.equal(editor.ran(text.replace(from, () => to)), ran);
      // And back.
      editor.ran(text);
    });

  it("what is typed word by word, with mistakes in between, runs nothing of the rest", () => {
    const editor = new Editor();
    editor.ran(TRAINING);
    for (const typed of ["p", "print", "print(", "print(len(los", "print(len(losses"])
      editor.ran(`${TRAINING}${typed}`);
    for (const [k, line] of ["if (", "if (x", "if True:"].entries())
      assert.ok(editor.ran(TRAINING.replace("losses = []", `${line}\nlosses = []`)) >= k - 2);
    assert.equal(editor.ran(`${TRAINING}print(len(losses))`), 1);
  });

  it("a statement that is moved keeps what it did", () => {
    const editor = new Editor();
    editor.ran("a = [k for k in range(1000)]\nb = 2\nprint(b)\nprint(len(a))\n");
    assert.equal(editor.ran("b = 2\nprint(b)\na = [k for k in range(1000)]\nprint(len(a))\n"), 0);
  });

  it("what was changed under the name of a library, or by a text, makes all run again", () => {
    const text = "import math\nx = 1\nmath.tau = 2\nprint(math.tau, x)\nexec('x = 3')\nprint(x)\n";
    const editor = new Editor();
    assert.equal(editor.ran(text), 7);
    assert.equal(editor.ran(`# a comment\n${text}`), 0);
    assert.equal(editor.ran(text.replace("tau = 2", "tau = 3")), 7);
    assert.equal(editor.ran("import math\nprint(math.tau)\n"), 3);
  });

  it("a test that looks for its cases in the script sees the newest", () => {
    const text = `import unittest

class Sums(unittest.TestCase):
    def test_sum(self):
        self.assertEqual(1 + 1, 2)

unittest.main(argv=[""], exit=False)
`;
    const editor = new Editor();
    editor.ran(text);
    editor.ran(text.replace("1 + 1", "1 + 2"));
    editor.ran(text.replace("unittest.main", "class More(Sums): pass\n\nunittest.main"));
  });

  it("the budget counts what is not run again", () => {
    const loop = (steps: number) => `for k in range(${steps}): pass\n`;
    const text = `${loop(150_000)}print(1)\n${loop(150_000)}print(2)\n${loop(150_000)}print(3)\n`;
    const editor = new Editor();
    assert.match(editor.version(text).problem ?? "", /^stopped after 400000 steps \(line 5\)$/);
    // The same again, from another line.
    assert.equal(editor.ran(`# a comment\n${text}`), 0);
    assert.match(editor.version(`\n\n${text}`).problem ?? "", /line 7/);
    assert.equal(editor.ran(text.replace("print(1)", "print(0)")), 1);
    assert.equal(
      editor.ran(text.replace("print(2)\nfor k in range(150000): pass", "print(2)\nfor k in range(9): pass")),
      3,
    );
    assert.equal(editor.version(text.replace("range(150000)", "range(399000)")).output, "1\n");
  });
});

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
  it("whatever is edited, the answers are those of a fresh run", function () {
    // Scripts that train networks, each of them run again and again.
    this.timeout(300_000);
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
            assert.deepEqual(presented(script), presented(expected));
        }
      }),
      { numRuns: Number(process.env.LIVE_RUNS ?? 20) },
    );
  });
});
