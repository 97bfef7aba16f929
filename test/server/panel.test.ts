/** What the panel asks about functions of several results, about points without a value, and with too little time. */
import assert from "node:assert/strict";
import { TextDocument } from "vscode-languageserver-textdocument";
import { sample } from "../../src/analysis/sample";
import type { Component } from "../../src/protocol/lsp";
import { decodeArray } from "../../src/protocol/values";
import { isSpent, OutOfTime, Session } from "../../src/server/session";
import { patient, startClient, type TestClient } from "./client";

describe("what the panel asks", function () {
  this.timeout(60_000);
  let client: TestClient;
  before(async () => {
    client = await startClient({ settings: patient });
  });
  after(() => client?.stop());

  it("looks at a function of several results as one number: an element, the norm, half the sum of squares", async () => {
    const uri = "file:///one.py";
    const lines = ["import numpy as np", "def r(a, x):", "    return np.array([np.cos(a) * x, x**2])", "r(0.0, 3.0)"];
    await client.open(uri, lines.join("\n"));
    const subject = { kind: "function", uri, name: "r" } as const;
    const at = async (component?: Component) => {
      const view = await client.request("gradlens/view", {
        subject,
        ...(component === undefined ? {} : { component }),
      });
      return {
        value: view.value!.value,
        gradient: view.gradient.map(({ automatic }) => (automatic ? Number(automatic.text) || 0 : null)),
        second: view.hessian!.rows.map((row) => row.map((cell) => Number(cell.value))),
        formulas: view.derivatives.map(({ formula }) => formula.text),
        component: view.result!.component,
      };
    };
    // By hand: r = (x cos a, x²) at (0, 3).
    const first = {
      value: 3,
      gradient: [0, 1],
      second: [
        [-3, 0],
        [0, 0],
      ],
      component: 0,
    };
    assert.deepEqual(await at(), { ...first, formulas: ["∂r[0]/∂a = −x·sin(a)", "∂r[0]/∂x = cos(a)"] });
    assert.deepEqual(await at(7), await at(0), "an element that is not there is the first");
    assert.deepEqual(await at(1), {
      value: 9,
      gradient: [null, 6],
      second: [
        [0, 0],
        [0, 2],
      ],
      formulas: ["∂r[1]/∂x = 2x"],
      component: 1,
    });
    // ½(x² cos²a + x⁴): −x² cos 2a = −9, cos²a + 6x² = 55.
    const squares = await at("squares");
    assert.deepEqual(
      [squares.value, squares.gradient, squares.second],
      [
        45,
        [0, 3 + 2 * 27],
        [
          [-9, 0],
          [0, 55],
        ],
      ],
    );
    const norm = await at("norm");
    assert.ok(Math.abs(Number(norm.value) - Math.sqrt(90)) < 1e-12 && norm.component === "norm");
    assert.match(norm.formulas.at(-1)!, /^∂‖r‖\/∂x = /);

    const point = { a: 0, x: 3 };
    const plot = await client.request("gradlens/plot", { subject, point, component: 1, axes: ["x"] });
    const [xs, own] = [plot.grid[0]!, plot.values].map(decodeArray) as [Float64Array, Float64Array];
    assert.deepEqual(
      [...own],
      [...xs].map((x) => x * x),
    );
    const { labels, values, slopes } = plot.components!;
    assert.deepEqual(
      [labels, values.shape],
      [
        ["[0]", "[1]"],
        [2, xs.length],
      ],
    );
    assert.deepEqual([...decodeArray(values)], [...xs, ...own]);
    assert.deepEqual(
      [...decodeArray(slopes).subarray(xs.length)],
      [...xs].map((x) => 2 * x),
    );
    const slices = await client.request("gradlens/slices", { subject, point, component: "squares" });
    assert.deepEqual(slices.components!.values.shape, [2, 2, 81]);
    const check = await client.request("gradlens/check", { subject, component: "squares" });
    assert.deepEqual(
      check.rows.map(({ verdict }) => verdict),
      ["right", "right"],
    );
    const tape = await client.request("gradlens/tape", { subject, component: "squares" });
    assert.deepEqual(tape.nodes.at(-1)!.value, [45]);
  });

  // Eigenvalues are not followed into scalars: one point at a time.
  const crawl = [
    ...["import numpy as np", "def crawl(x, y):"],
    ...["    return np.linalg.eigvalsh(np.array([[x, y], [y, 1.0]]))[0]", "crawl(0.5, 1.0)"],
  ].join("\n");

  it("samples from coarse to fine: what there is when time is up is spread over the window", () => {
    const N = 17;
    const uri = "file:///crawl.py";
    // A function that is asked often is compiled, and samples all at once: each time another one.
    const lookAt = () =>
      new Session(new Map([[uri, TextDocument.create(uri, "python", 1, crawl)]])).look({
        kind: "function",
        uri,
        name: "crawl",
      });
    const until = (most: number) => {
      let count = 0;
      const proceed = () => {
        if (++count > most) throw new OutOfTime();
      };
      const look = lookAt();
      return sample(look, look.point, ["x", "y"], { samples: N, field: true, proceed, spent: isSpent });
    };
    const whole = until(Number.POSITIVE_INFINITY);
    assert.deepEqual([whole.partial, whole.grid[1]!.length, whole.field!.length > 0], [false, N, true]);
    const half = until(N * 9);
    assert.deepEqual([half.partial, half.field], [true, undefined]);
    const rows = half.grid[1]!;
    assert.equal(rows.length, 9);
    for (let k = 1; k < rows.length; k++) assert.ok(Math.abs(rows[k]! - rows[k - 1]! - 6 / 8) < 1e-9);
    rows.forEach((y, k) => {
      const row = whole.grid[1]!.indexOf(y);
      const of = (all: Float64Array, at: number) => [...all.subarray(N * at, N * (at + 1))];
      assert.deepEqual(of(half.values, k), of(whole.values, row));
    });
    const hardly = until(N + 3);
    assert.deepEqual([hardly.partial, hardly.grid[1]!.length], [true, N]);
    assert.equal(hardly.values.filter(Number.isFinite).length, N + 3);
    const look = lookAt();
    const stopped = () => {
      throw new Error("cancelled");
    };
    assert.throws(() => sample(look, look.point, ["x", "y"], { proceed: stopped, spent: isSpent }), /cancelled/);
  });

  it("has nothing of another branch where time was up before its own", () => {
    const uri = "file:///branches.py";
    const text = [
      ...["import math", "def f(x, y):", "    total = 0.0", "    for k in range(60):"],
      ...[
        "        total = total + math.sin(x * k) * y",
        "        if math.sin(total) > 0.1:",
        "            total = -total",
      ],
      ...["    return total", "f(0.5, 1.0)"],
    ].join("\n");
    const lookAt = () =>
      new Session(new Map([[uri, TextDocument.create(uri, "python", 1, text)]])).look({
        kind: "function",
        uri,
        name: "f",
      });
    const look = lookAt();
    const proceed = () => {
      throw new OutOfTime();
    };
    const { grid, values, partial } = sample(look, look.point, ["x", "y"], { samples: 64, proceed, spent: isSpent });
    assert.equal(partial, true);
    const each = lookAt();
    const [xs, ys] = grid as [Float64Array, Float64Array];
    values.forEach((value, k) => {
      if (Number.isNaN(value) || k % 37 > 0) return;
      const own = each.valueAt([xs[k % 64]!, ys[Math.floor(k / 64)]!]);
      assert.ok(Math.abs(value - own) <= 1e-9 * (1 + Math.abs(own)), `${value} is not ${own}`);
    });
  });

  it("says when a picture is not all there is", async () => {
    const hasty = await startClient({ settings: { budget: { evaluation: 5000, command: 0 } } });
    try {
      const uri = "file:///crawl.py";
      await hasty.open(uri, crawl);
      const subject = { kind: "function", uri, name: "crawl" } as const;
      const point = { x: 0.5, y: 1 };
      // So few that it does not pay to compile them.
      const plot = await hasty.request("gradlens/plot", { subject, point, axes: ["x", "y"], samples: 9 });
      assert.deepEqual([plot.partial, plot.values.shape], [true, [plot.grid[1]!.shape[0], plot.grid[0]!.shape[0]]]);
      assert.equal((await hasty.request("gradlens/slices", { subject, point })).partial, true);
    } finally {
      await hasty.stop();
    }
  });

  it("samples around a point that has no value", async () => {
    const uri = "file:///refuses.py";
    const lines = ["def f(x):", "    if x > 0:", "        raise ValueError('no')", "    return x * x", "f(1.0)"];
    await client.open(uri, lines.join("\n"));
    const subject = { kind: "function", uri, name: "f" } as const;
    const plot = await client.request("gradlens/plot", { subject, point: { x: 1 }, axes: ["x"] });
    assert.equal(plot.value, "NaN");
    const [xs, values] = [plot.grid[0]!, plot.values].map(decodeArray) as [Float64Array, Float64Array];
    assert.deepEqual(
      [...values],
      [...xs].map((x) => (x > 0 ? Number.NaN : x * x)),
    );
    const view = await client.request("gradlens/view", { subject });
    assert.match(view.problem!, /no \(line 3\)/);
  });

  it("calls nothing a kind of point where there is no value", async () => {
    const uri = "file:///nan.py";
    await client.open(uri, "import math\ndef f(x):\n    return x * 0 + math.nan\nf(1.0)");
    const view = await client.request("gradlens/view", { subject: { kind: "function", uri, name: "f" } });
    assert.deepEqual([view.value!.value, view.hessian?.spectrum], ["NaN", undefined]);
  });

  it("breaks formulas to the width of the page", async () => {
    const uri = "file:///wide.py";
    const lines = [
      "import math",
      "def f(x, y):",
      `    return ${Array.from({ length: 9 }, (_, k) => `math.sin(${k + 2}*x*y)`).join(" + ")}`,
    ];
    await client.open(uri, lines.join("\n"));
    const widthAt = async (width: number) => {
      const { formula } = await client.request("gradlens/view", {
        subject: { kind: "function", uri, name: "f" },
        width,
      });
      return Number(/ width="([\d.]+)/.exec(formula!.svg)![1]);
    };
    assert.ok((await widthAt(400)) <= 400);
    assert.ok((await widthAt(1200)) > 500);
  });
});
