/** Looking at functions changes nothing: neither what the script shows nor what the next look sees. */
import assert from "node:assert/strict";
import type { CodeLens, Hover, InlayHint, MarkupContent } from "vscode-languageserver/node";
import { patient, startClient, type TestClient } from "./client";

const uri = "file:///script.py";
const everything = { start: { line: 0, character: 0 }, end: { line: 100_000, character: 0 } };

describe("looking at a function", function () {
  this.timeout(20_000);
  let client: TestClient;
  beforeEach(async () => {
    client = await startClient({ settings: patient });
  });
  afterEach(() => client.stop());

  const lensTitles = async (): Promise<string[]> => {
    const lenses = (await client.connection.sendRequest("textDocument/codeLens", {
      textDocument: { uri },
    })) as CodeLens[];
    const titles: string[] = [];
    for (const lens of lenses) {
      if (lens.command) continue;
      titles.push(((await client.connection.sendRequest("codeLens/resolve", lens)) as CodeLens).command!.title);
    }
    return titles;
  };
  const hintLabels = async () =>
    (
      (await client.connection.sendRequest("textDocument/inlayHint", {
        textDocument: { uri },
        range: everything,
      })) as InlayHint[]
    ).map(({ label }) => label);
  const valueAt = async (name: string, point = {}) =>
    (await client.request("gradlens/view", { subject: { kind: "function", uri, name }, point })).value?.value;

  it("leaves the script's variables, lists, dictionaries and objects as they were", async () => {
    await client.open(
      uri,
      [
        "counter = 0",
        "log = [1.0]",
        'table = {"n": 0}',
        "class Box:",
        "    total = 0",
        "box = Box()",
        "def tick(x):",
        "    global counter",
        "    counter += 1",
        "    log.append(x)",
        '    table["n"] += 1',
        "    table[x] = 1",
        "    box.total += 1",
        "    Box.total += 1",
        "    print('tick', x)",
        '    return x * (100 * counter + 10 * len(log) + table["n"] + box.total + len(table) - 2)',
        "def tally(x):",
        "    return x * counter + len(log) + box.total + Box.total",
        "",
      ].join("\n"),
    );
    for (let i = 0; i < 3; i++) {
      assert.equal(await valueAt("tick", { x: 2 + i }), (2 + i) * 122);
      assert.equal(await valueAt("tally", { x: 1 + i }), 1);
    }
    assert.deepEqual(await hintLabels(), []);
  });

  it("leaves Variables and captured variables as they were", async () => {
    await client.open(
      uri,
      [
        "import tensorflow as tf",
        "x = tf.Variable(3.0)",
        "def make():",
        "    n = 0",
        "    def count(y):",
        "        nonlocal n",
        "        n += 1",
        "        return y * n",
        "    return count",
        "count = make()",
        "def step(y):",
        "    x.assign_add(1.0)",
        "    return x * y",
        "def loss():",
        "    return x**2",
        "def counted(y):",
        "    return count(y)",
        "print(loss())",
        "",
      ].join("\n"),
    );
    const titles = ["step′ = 4 at y = 1", "loss = 9", "counted′ = 1 at y = 1"];
    assert.deepEqual((await lensTitles()).slice(1), titles);
    assert.equal(await valueAt("step", { y: 2 }), 8);
    assert.equal(await valueAt("loss"), 9);
    assert.deepEqual((await lensTitles()).slice(1), titles);
    assert.ok((await hintLabels()).includes("9.0"));
  });

  it("leaves what a function remembers as it was", async () => {
    await client.open(
      uri,
      [
        "from functools import lru_cache",
        "@lru_cache",
        "def power(x, n):",
        "    return x ** n",
        "def twice(x):",
        "    return power(x, 2) + power(x, 2)",
        "print(power(3.0, 2))",
        "",
      ].join("\n"),
    );
    for (const x of [2, 3, 2, 5]) assert.equal(await valueAt("twice", { x }), 2 * x * x);
    for (const x of [2, 3]) assert.equal(await valueAt("power", { x }), x * x);
  });

  it("has no hint for an empty line that is printed", async () => {
    await client.open(uri, "print()\nprint('')\nprint('a')\n");
    assert.deepEqual(await hintLabels(), ["a"]);
  });

  it("passes a decorated function the parameters that are written", async () => {
    await client.open(
      uri,
      [
        "import functools",
        "def logged(fn):",
        "    @functools.wraps(fn)",
        "    def wrapper(*args, **kwargs):",
        "        return fn(*args, **kwargs)",
        "    return wrapper",
        "@logged",
        "def f(x, w=[1.0, 2.0]):",
        "    return w[0] * x**2 + w[1]",
        "print(f(3.0))",
        "",
      ].join("\n"),
    );
    assert.deepEqual((await lensTitles()).slice(1), ["∇f = (6, 9, 1) at x = 3, w = [1, 2]"]);
  });

  it("shows a function of the module where its name means that, and not where it means something else", async () => {
    const text = [
      "def f(x):",
      "    return x**2",
      "def slope(f, x):",
      "    return f(x + 1) - f(x)",
      "def other(x):",
      "    f = x",
      "    return f",
      "class Box:",
      "    def f(self): return 1",
      "y = Box().f() + f(2)",
      "",
    ].join("\n");
    await client.open(uri, text);
    const shown = async (line: number, part: string) => {
      const hover = (await client.connection.sendRequest("textDocument/hover", {
        textDocument: { uri },
        position: { line, character: text.split("\n")[line]!.indexOf(part) },
      })) as Hover | null;
      return hover !== null && (hover.contents as MarkupContent).value.includes("<strong>f(x)</strong>");
    };
    for (const [line, part] of [
      [0, "f(x"],
      [9, "f(2)"],
    ] as const)
      assert.ok(await shown(line, part), `${line} ${part}`);
    for (const [line, part] of [
      [2, "f, x"],
      [3, "f(x)"],
      [6, "f"],
      [8, "f(self"],
      [9, "f() +"],
    ] as const)
      assert.ok(!(await shown(line, part)), `${line} ${part}`);
  });
});
