/** Imports: files beside the one that runs, packages, relative ones; where what happens in them is told. */
import assert from "node:assert/strict";
import { callFunction, type PyEvent, parse, type RunOptions, reprOf, run } from "../../src/languages/python";

const at = (text: string, span: { from: number; to: number }): string => text.slice(span.from, span.to);

describe("python: imports", () => {
  const FILES: Record<string, string> = {
    "utils.py":
      "import math\ncount = 0\ndef bump():\n    global count\n    count += 1\ndef area(r):\n    return math.pi * r ** 2\ndef fail(x):\n    raise ValueError(f'bad {x}')\n",
    "pkg/__init__.py": "__all__ = ['shown']\nshown = 1\nhidden = 2\n",
    "pkg/helper.py":
      "from .sub.deep import double\nfrom .. import utils\ndef both(x):\n    return double(x) + utils.area(x)\n",
    "pkg/sub/deep.py": "def double(x):\n    return 2 * x\n",
    "left.py": "import right\nx = 1\n",
    "right.py": "import left\ny = 2\n",
    "broken.py": "def f(:\n",
    "talks.py": "print('loaded')\ndef say(x):\n    print('said', x)\n",
  };
  const evaluate = (text: string, options: RunOptions = {}) =>
    run(parse(text), { fileName: "folder/main.py", read: (name) => FILES[name], ...options });
  const output = (text: string): string => {
    const result = evaluate(text);
    assert.equal(result.error?.text, undefined);
    return result.output;
  };

  it("takes modules from beside the file, and their variables live on", () => {
    const text =
      "import utils\nfrom utils import bump, area as a\nbump(); utils.bump()\nprint(utils.count, round(a(1), 3))\n";
    assert.equal(output(text), "2 3.142\n");
    assert.equal(
      output("import utils\nutils.count = 5\nutils.bump()\nprint(utils.count, utils.__name__)\n"),
      "6 utils\n",
    );
  });

  it("takes packages, relative imports and folders without a text of their own", () => {
    assert.equal(output("from pkg import helper\nprint(round(helper.both(1.0), 3))\n"), "5.142\n");
    assert.equal(output("import pkg.sub.deep\nprint(pkg.sub.deep.double(4), pkg.hidden)\n"), "8 2\n");
    assert.equal(output("from .pkg.helper import both\nfrom . import utils\nprint(both(0), utils.count)\n"), "0.0 0\n");
    assert.equal(output("from pkg import *\nprint(shown, 'hidden' in globals())\n"), "1 False\n");
    assert.equal(output("import left\nprint(left.x, left.right.y)\n"), "1 2\n");
  });

  it("prefers the file to the library, but not to what Python has built in", () => {
    const read = (name: string) => (name === "random.py" || name === "math.py" ? "mine = True\n" : undefined);
    assert.equal(evaluate("import random, math\nprint(random.mine, math.pi > 3)\n", { read }).output, "True True\n");
  });

  it("fails where a name is used that neither has", () => {
    assert.equal(evaluate("from utils import missing\n").error!.type, "ImportError");
    assert.equal(evaluate("from nowhere import f\nx = 1\nf(x)\n").error!.message, "No module named 'nowhere'");
    assert.equal(evaluate("import broken\n").error!.type, "SyntaxError");
  });

  it("tells of errors inside at the call, with both files in the traceback", () => {
    const text = "import utils\ndef g(x):\n    return utils.fail(x)\ng(3)\n";
    const { error } = evaluate(text);
    assert.equal(at(text, error!), "utils.fail(x)");
    assert.deepEqual(
      error!.trace.map(({ file, line, name }) => [file, line, name]),
      [
        ["folder/main.py", 4, "<module>"],
        ["folder/main.py", 3, "g"],
        ["folder/utils.py", 9, "fail"],
      ],
    );
    assert.match(error!.text, /ValueError: bad 3$/);
  });

  it("tells what is printed inside at the statement of the file that runs", () => {
    const text = "import talks\nx = 1\ntalks.say(x)\n";
    const events: PyEvent[] = [];
    evaluate(text, { onEvent: (event) => events.push(event) });
    const printed = events.filter((event) => event.kind === "print");
    assert.deepEqual(
      printed.map((event) => [event.text, at(text, event.span)]),
      [
        ["loaded\n", "talks"],
        ["said 1\n", "talks.say(x)"],
      ],
    );
    assert.ok(events.every((event) => event.span.to <= text.length));
  });

  it("calls functions from beside, and puts their variables back", () => {
    const syntax = parse(
      "from utils import area, bump\nimport utils\ndef f(x):\n    bump()\n    return area(x) + utils.count\n",
    );
    const { globals } = run(syntax, { read: (name) => FILES[name] });
    for (let k = 0; k < 2; k++)
      assert.equal(reprOf(callFunction(globals.get("f")!, [1], { syntax })), String(Math.PI + 1));
  });
});
