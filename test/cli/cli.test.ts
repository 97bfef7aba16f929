/** The command line, as a process: what it prints, where, and how it exits. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { compareTexts } from "../compare";

const F = "examples/tf_diffs.py";

function gradlens(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["dist/cli.js", ...args], { encoding: "utf8" });
  return { stdout, stderr, status };
}

/** Fails with one line on stderr that matches, nothing on stdout, exit 2. */
function fails(pattern: RegExp, ...args: string[]): void {
  const { stdout, stderr, status } = gradlens(...args);
  assert.deepEqual([stdout, status], ["", 2], `${args.join(" ")}: ${stdout}${stderr}`);
  assert.match(stderr, pattern);
  assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
}

describe("gradlens", function () {
  this.timeout(20_000);
  let folder: string;
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "gradlens-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  describe("run", () => {
    for (const name of ["tf_diffs.py", "tf_diffs.zh-cn.py"])
      it(`prints the transcript of examples/${name}`, () => {
        const { stdout, stderr, status } = gradlens("run", `examples/${name}`);
        assert.deepEqual([stderr, status], ["", 0]);
        const expected = readFileSync("test/fixtures/tf_diffs.out", "utf8");
        assert.equal(compareTexts(expected, stdout), null, stdout);
      });

    it("imports from beside the file", () => {
      file("beside.py", "def square(x):\n    return x * x\n");
      const main = file("main.py", "from beside import square\ndef f(x):\n    return 3 * square(x)\nprint(f(2))\n");
      assert.deepEqual(gradlens("run", main), { stdout: "12\n", stderr: "", status: 0 });
      const { stdout } = gradlens("grad", `${main}::f`, "--at", '{"x": 2}', "--json");
      assert.deepEqual(JSON.parse(stdout), { value: 12, gradient: { x: 12 } });
    });

    it("ends quietly when its reader does", async () => {
      const endless = file("lines.py", "for i in range(200000):\n    print(i)\n");
      const child = spawn(process.execPath, ["dist/cli.js", "run", endless]);
      let words = "";
      child.stderr.on("data", (data) => {
        words += data;
      });
      child.stdout.once("data", () => child.stdout.destroy());
      const status = await new Promise((resolve) => child.on("exit", resolve));
      assert.deepEqual([words, status], ["", 0]);
    });

    it("ends with the status that the script asks for", () => {
      const asked = gradlens("run", file("exit.py", "import sys\nprint(1)\nsys.exit(3)\nprint(2)\n"));
      assert.deepEqual(asked, { stdout: "1\n", stderr: "", status: 3 });
      const worded = gradlens("run", file("words.py", "raise SystemExit('no data')\n"));
      assert.deepEqual(worded, { stdout: "", stderr: "no data\n", status: 1 });
    });

    it("ends as Python ends on an uncaught error", () => {
      const path = file("error.py", "print('before')\ndef f():\n    return 1 / 0\nf()\nprint('after')\n");
      const { stdout, stderr, status } = gradlens("run", path);
      assert.deepEqual([stdout, status], ["before\n", 1]);
      assert.match(stderr, /^Traceback \(most recent call last\):\n {2}File ".*error\.py", line 4, in <module>/);
      assert.match(stderr, /line 3, in f/);
      assert.match(stderr, /\nZeroDivisionError: division by zero\n$/);
    });
  });

  it("grad answers for a function", () => {
    const { stdout, status } = gradlens("grad", `${F}::g`, "--at", '{"x1": 2, "x2": 3}', "--json");
    assert.equal(status, 0);
    assert.deepEqual(JSON.parse(stdout), { value: 63, gradient: { x1: 9, x2: 42 } });
  });

  it("grad answers for an expression, in mathjs's and in Python's syntax", () => {
    for (const text of ["x^2*sin(y)", "x**2*math.sin(y)"]) {
      const { stdout, stderr } = gradlens("grad", "--expression", text, "--at", '{"x": 2, "y": 1}', "--json");
      const { value, gradient } = JSON.parse(stdout || stderr) as { value: number; gradient: { x: number; y: number } };
      assert.ok(Math.abs(value - 4 * Math.sin(1)) < 1e-14);
      assert.ok(Math.abs(gradient.x - 4 * Math.sin(1)) < 1e-14 && Math.abs(gradient.y - 4 * Math.cos(1)) < 1e-14);
    }
  });

  it("grad gives arrays the shape of their parameter", () => {
    const path = file("w.py", "def loss(w, b):\n    return w[0]**2 + 3*w[1] + b\n");
    const { stdout } = gradlens("grad", `${path}::loss`, "--at", '{"w": [1, 2], "b": 3}', "--json");
    assert.deepEqual(JSON.parse(stdout), { value: 10, gradient: { w: [2, 3], b: 1 } });
  });

  it("differentiates with respect to a thousand numbers that are given", () => {
    const path = file(
      "rosenbrock.py",
      "import numpy as np\ndef f(x):\n    return np.sum(100 * (x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)\n",
    );
    const x = Array.from({ length: 1000 }, (_, i) => 1 + Math.sin(i) / 4);
    const { stdout, stderr } = gradlens("grad", `${path}::f`, "--at", JSON.stringify({ x }), "--json");
    assert.equal(stderr, "");
    const { gradient } = JSON.parse(stdout) as { gradient: { x: number[] } };
    const inner = (i: number) => 200 * (x[i]! - x[i - 1]! ** 2);
    gradient.x.forEach((entry, i) => {
      const left = i > 0 ? inner(i) : 0;
      const right = i < 999 ? -2 * x[i]! * inner(i + 1) - 2 * (1 - x[i]!) : 0;
      assert.ok(Math.abs(entry - left - right) <= 1e-11 * (Math.abs(left) + Math.abs(right)), `x[${i}]: ${entry}`);
    });
  });

  it("hessian answers over all scalars", () => {
    const { stdout } = gradlens("hessian", `${F}::g`, "--at", '{"x1": 2, "x2": 3}', "--json");
    assert.deepEqual(JSON.parse(stdout), {
      hessian: [
        [0, 6],
        [6, 14],
      ],
    });
  });

  it("jacobian answers for a function of several results", () => {
    const path = file("polar.py", "def polar(r, s):\n    return r * s, r + s\n");
    const { stdout } = gradlens("jacobian", `${path}::polar`, "--at", "r=2, s=3", "--json");
    assert.deepEqual(JSON.parse(stdout), {
      jacobian: [
        [3, 2],
        [1, 1],
      ],
    });
  });

  it("jacobian puts the numbers of several arrays in a row", () => {
    const path = file("pair.py", "def pair(x):\n    return x[0] * x[1], [x[1], 3 * x[0]]\n");
    const { stdout } = gradlens("jacobian", `${path}::pair`, "--at", "x=[2, 5]", "--json");
    assert.deepEqual(JSON.parse(stdout), {
      jacobian: [
        [5, 2],
        [0, 1],
        [3, 0],
      ],
    });
  });

  it("answers for what np.vectorize decorates", () => {
    const text =
      "import numpy as np\n\n@np.vectorize\ndef ramp(x, a=2.0):\n    return 0.0 if x < 0 else a * x * x\n\nramp([1, 2])\n";
    const path = file("ramp.py", text);
    const at = (point: string) => JSON.parse(gradlens("jacobian", `${path}::ramp`, "--at", point, "--json").stdout);
    assert.deepEqual(at("x=3, a=2"), { jacobian: [[12, 9]] });
    assert.deepEqual(at("x=[3, -1], a=2"), {
      jacobian: [
        [12, 0, 9],
        [0, 0, 0],
      ],
    });
  });

  it("takes a list for *args", () => {
    const path = file("mean.py", "def mean(first, *rest):\n    return (first + sum(rest)) / (1 + len(rest))\n");
    const { stdout } = gradlens("grad", `${path}::mean`, "--at", "first=1, rest=[2, 3, 4]", "--json");
    assert.deepEqual(JSON.parse(stdout), { value: 2.5, gradient: { first: 0.25, rest: [0.25, 0.25, 0.25] } });
    const alone = gradlens("grad", `${path}::mean`, "--at", "first=1", "--json");
    assert.deepEqual(JSON.parse(alone.stdout), { value: 1, gradient: { first: 1 } });
  });

  it("gives tensors to a function that wants them", () => {
    const body = "    with tf.GradientTape() as tape:\n        tape.watch(x)\n        y = x * x * x\n";
    const text = `import tensorflow as tf\n\ndef slope(x):\n${body}    return tape.gradient(y, x)\n`;
    const { stdout, stderr } = gradlens("grad", `${file("slope.py", text)}::slope`, "--at", "x=2", "--json");
    assert.deepEqual([JSON.parse(stdout || "null"), stderr], [{ value: 12, gradient: { x: 12 } }, ""]);
    // As it is called in the file, in double precision.
    const called = file("called.py", `${text}\nslope(tf.constant(3.0, tf.float64))\n`);
    const { value } = JSON.parse(gradlens("grad", `${called}::slope`, "--at", "x=0.1", "--json").stdout);
    assert.equal(value, 3 * 0.1 * 0.1);
  });

  it("minimize reaches the minimum", () => {
    const args = ["--from", '{"x": 0}', "--optimizer", "sgd", "--learning-rate", "0.1", "--steps", "100", "--json"];
    const result = JSON.parse(gradlens("minimize", `${F}::f`, ...args).stdout) as { at: { x: number }; steps: number };
    assert.ok(Math.abs(result.at.x + 1 / 3) < 1e-9);
    assert.equal(result.steps, 100);
  });

  it("minimize finds its own steps by name, or fits residuals", () => {
    const path = file(
      "rosen.py",
      "def f(x, y):\n    return 100*(y - x**2)**2 + (1 - x)**2\ndef r(x, y):\n    return 10*(y - x**2), 1 - x\n",
    );
    const newton = gradlens("minimize", `${path}::f`, "--from", "x=-1.2, y=1", "--optimizer", "newton");
    const [point, value, end] = newton.stdout.split("\n");
    assert.match(point!, /^x, y = \((1|0\.9{8}\d*), (1|0\.9{8}\d*)\)$/);
    assert.match(value!, /^value \S+e-\d+, gradient norm \S+e-\d+$/);
    assert.match(end!, /^converged after \d+ steps$/);
    const fit = ["--from", "x=-1.2, y=1", "--optimizer", "levenberg-marquardt", "--json"];
    const { at, ...rest } = JSON.parse(gradlens("minimize", `${path}::r`, ...fit).stdout);
    assert.ok(Math.abs(at.x - 1) < 1e-6 && Math.abs(at.y - 1) < 1e-6);
    assert.equal(rest.end, "converged");
    const simplex = gradlens("minimize", `${path}::f`, "--from", "x=-1.2, y=1", "--optimizer", "nelder-mead");
    assert.match(simplex.stdout, /\nvalue \S+\n/);
    assert.doesNotMatch(simplex.stdout, /gradient/);
  });

  it("minimize gives the point also where it took no step", () => {
    const none = gradlens("minimize", "--expression", "x^2*y", "--from", "x=3, y=1", "--steps", "0", "--json");
    assert.deepEqual(JSON.parse(none.stdout), {
      at: { x: 3, y: 1 },
      value: 9,
      gradientNorm: Math.hypot(6, 9),
      steps: 0,
      end: "steps",
    });
  });

  it("check prints findings with their places, and exits 1 for errors", () => {
    const warned = gradlens("check", F);
    assert.match(
      warned.stdout,
      /^examples\/tf_diffs\.py:\d+:\d+: warning: A non-persistent GradientTape can only .* \[tape-used-twice\]$/m,
    );
    assert.equal(warned.status, 0);
    const failed = gradlens("check", file("bad.py", "x = 1\ny = x / 0\n"));
    assert.match(failed.stdout, /bad\.py:2:\d+: error: ZeroDivisionError: division by zero \[uncaught\]/);
    assert.equal(failed.status, 1);
  });

  it("takes a point as it is written, also where the file works in float32", () => {
    const { stdout } = gradlens("grad", `${F}::g`, "--at", "x1=3, x2=5.48");
    assert.match(stdout, /^value 240\.24320000000003\n/);
  });

  it("shares large products with a second thread, where there is a second core", () => {
    const program = (n: number) =>
      file(
        `product${n}.py`,
        `import numpy as np\na = np.arange(${n}.0 * ${n}).reshape(${n}, ${n}) % 7\nprint((a @ a).sum())\n`,
      );
    const run = (n: number) =>
      spawnSync(process.execPath, ["dist/cli.js", "run", program(n)], {
        encoding: "utf8",
        env: { ...process.env, NODE_DEBUG: "worker" },
      });
    const [small, large] = [run(30), run(300)];
    assert.doesNotMatch(small.stderr, /created Worker/);
    assert.equal(large.stdout, "242994290.0\n");
    assert.equal(/created Worker/.test(large.stderr), availableParallelism() > 1);
  });

  it("speaks the language server's protocol", async () => {
    const server = spawn(process.execPath, ["dist/cli.js", "lsp", "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
    const send = (message: object) => {
      const text = JSON.stringify({ jsonrpc: "2.0", ...message });
      server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    };
    let answers = "";
    const answered = (pattern: RegExp) =>
      new Promise<void>((resolve) => {
        server.stdout.on("data", (chunk: Buffer) => {
          answers += chunk;
          if (pattern.test(answers)) resolve();
        });
      });
    // The end of the input ends the server, so it stays open until the server has answered.
    const ready = answered(/"hoverProvider":true/);
    send({ id: 1, method: "initialize", params: { processId: null, rootUri: null, capabilities: {} } });
    await ready;
    const closed = new Promise((resolve) => server.on("close", resolve));
    send({ id: 2, method: "shutdown" });
    send({ method: "exit" });
    assert.equal(await closed, 0);
  });

  it("answers a client that sends everything at once and closes", () => {
    const session = (...messages: object[]) =>
      spawnSync(process.execPath, ["dist/cli.js", "lsp", "--stdio"], {
        encoding: "utf8",
        input: messages
          .map((message) => JSON.stringify({ jsonrpc: "2.0", ...message }))
          .map((text) => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
          .join(""),
      });
    const initialize = { id: 1, method: "initialize", params: { processId: null, rootUri: null, capabilities: {} } };
    const orderly = session(initialize, { id: 2, method: "shutdown" }, { method: "exit" });
    assert.match(orderly.stdout, /"hoverProvider":true/);
    assert.equal(orderly.status, 0);
    // Without `shutdown` the protocol wants 1.
    const hasty = session(initialize);
    assert.match(hasty.stdout, /"hoverProvider":true/);
    assert.equal(hasty.status, 1);
  });

  it("says in one line what is wrong with an optimizer", () => {
    fails(
      /unknown optimizer magic: choose sgd, .*bfgs, .*nelder-mead/,
      "minimize",
      `${F}::f`,
      "--from",
      '{"x": 0}',
      "--optimizer",
      "magic",
    );
    const bfgs = ["--from", '{"x": 0}', "--optimizer", "bfgs", "--learning-rate", "0.1"];
    fails(/bfgs finds its own steps: it takes no learning rate/, "minimize", `${F}::f`, ...bfgs);
    const fit = ["--from", '{"x": 0}', "--optimizer", "gauss-newton"];
    fails(/gauss-newton minimizes a sum of squares: the function must return/, "minimize", `${F}::f`, ...fit);
  });

  it("says in one line what is wrong with its input", () => {
    fails(/nosuch\.py: no such file/, "run", "nosuch.py");
    fails(/no function nosuch; there is f, /, "grad", `${F}::nosuch`, "--at", "{}");
    fails(/has no parameter q; it has x1, x2/, "grad", `${F}::g`, "--at", '{"q": 1}');
    fails(/is not JSON/, "grad", `${F}::g`, "--at", "{x1: 2");
    fails(/x1: expected a number/, "grad", `${F}::g`, "--at", '{"x1": "two"}');
    fails(/expected FILE::NAME/, "grad", F);
    fails(/unknown command frobnicate/, "frobnicate");
    fails(/Unknown option '--frobnicate'/, "grad", "--frobnicate");
    fails(/--steps: expected a number, not many/, "minimize", `${F}::f`, "--from", '{"x": 0}', "--steps", "many");
    fails(/Option '--steps' argument is ambiguous$/m, "minimize", `${F}::f`, "--steps", "-1");
    fails(/minimize takes --from, not --at/, "minimize", `${F}::f`, "--at", "x=1");
    fails(/expected FILE::NAME/, "grad", `${F}::`);
    fails(/usage: gradlens lsp --stdio/, "lsp");
    fails(/--expression: is empty/, "grad", "--expression", " ");
    fails(/y: no value given/, "grad", "--expression", "x*y", "--at", '{"x": 1}');
    fails(/not an expression/, "grad", "--expression", "x +* y", "--at", '{"x": 1}');
    fails(
      /ZeroDivisionError/,
      "grad",
      `${file("zero.py", "def f(x):\n    return 1 / (x - x)\n")}::f`,
      "--at",
      '{"x": 1}',
    );
    const complex = file(
      "complex.py",
      "import numpy as np\ndef f(x):\n    return np.abs(np.asarray(x, dtype=complex))\n",
    );
    fails(
      /derivatives through complex numbers are not supported here \(line 3\)/,
      "grad",
      `${complex}::f`,
      "--at",
      "x=1",
    );
    fails(/:2: /, "grad", `${file("torn.py", "x = 1\ndef f(x:\n")}::f`, "--at", '{"x": 1}');
    fails(/usage: gradlens run FILE/, "run");
  });
});
