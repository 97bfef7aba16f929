/** Every code has its section, its setting and its words; settings decide; diagnostics are pushed or pulled. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import {
  createConnection,
  createProtocolConnection,
  type DocumentDiagnosticReport,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { FINDINGS } from "../../src/analysis/findings";
import { startServer } from "../../src/server/server";
import { Findings, lines } from "./findings";

const CODES = Object.keys(FINDINGS);
const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));
const TWICE = lines(
  "import tensorflow as tf",
  "x = tf.Variable(3.0)",
  "with tf.GradientTape() as tape:",
  "    y = x * x",
  "tape.gradient(y, x)",
  "tape.gradient(y, x)",
  "def f(x): return abs(x)",
  "f(0.0)",
);

describe("every finding", () => {
  const page = readFileSync("docs/findings.md", "utf8");
  const sections = new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf("\n")).trim(), section.split(/\n\n# /)[0]!]),
  );

  it("has a section of the page, and no section is of none", () => {
    assert.deepEqual([...sections.keys()].sort(), [...CODES].sort());
  });

  it("says there what it is and what mends it, with an example where there is something to show", () => {
    const without = new Set(["skipped", "stopped", "unknown-import", "plot", "framework-warning", "kink"]);
    for (const [code, section] of sections) {
      assert.match(section, /^\*\*Fix:\*\* \S/m, code);
      assert.ok(section.length > 100, code);
      if (!without.has(code)) assert.match(section, /```python\n[^`]+```/, code);
    }
  });

  it("has the same page in Chinese: the same sections with the same examples, part by part", () => {
    const shape = (text: string) => {
      const parts = text.split(/^```\w*$/m);
      return parts.flatMap((part, k) =>
        k % 2 === 1
          ? [part]
          : part
              .trim()
              .split(/\n{2,}/)
              .map((paragraph) => {
                const section = /^## .*/.exec(paragraph)?.[0];
                if (section !== undefined) return section;
                const [start] = /^(?:# |\*\*|- )?/.exec(paragraph)!;
                return `${start}${start === "- " ? paragraph.split(/\n- /).length : ""}`;
              }),
      );
    };
    const chinese = readFileSync("docs/findings.zh-cn.md", "utf8");
    assert.deepEqual(shape(chinese), shape(page));
    // No paragraph was left in English, but for codes and names.
    for (const paragraph of chinese.replace(/^```[\s\S]*?^```$/gm, "").split(/\n{2,}/))
      if (!paragraph.startsWith("## ") && paragraph.trim() !== "") assert.match(paragraph, /[\u4e00-\u9fff]/);
    const fixes = (text: string, word: RegExp) => text.match(word)?.length;
    assert.equal(fixes(chinese, /^\*\*修正：\*\*/gm), fixes(page, /^\*\*Fix:\*\*/gm));
  });

  it("has a setting with its usual severity, described in both languages", () => {
    const { properties } = json("package.json").contributes.configuration.properties["gradlens.diagnostics.severity"];
    assert.deepEqual(
      Object.fromEntries(Object.entries(properties).map(([code, one]) => [code, (one as { default: string }).default])),
      FINDINGS,
    );
    for (const code of CODES) {
      assert.deepEqual(properties[code].enum, ["error", "warning", "information", "hint", "off"]);
      assert.equal(properties[code].description, `%finding.${code}%`);
      for (const file of ["package.nls.json", "package.nls.zh-cn.json"])
        assert.ok(json(file)[`finding.${code}`], `${file}: ${code}`);
    }
  });

  it("comes with the page in the package", () => {
    assert.match(readFileSync(".vscodeignore", "utf8"), /^!docs\/findings\*\.md$/m);
  });
});

describe("the settings of findings", function () {
  this.timeout(60_000);
  const told = async (severity: object) => {
    const findings = await Findings.start({
      settings: { budget: { evaluation: 5000 }, diagnostics: { severity } },
      findingsPage: "file:///{code}/page.md#L{line}",
    });
    try {
      return await findings.of(TWICE);
    } finally {
      await findings.stop();
    }
  };

  it("make them milder, stronger or silent", async () => {
    const brief = async (severity: object) => (await told(severity)).map((one) => [one.code, one.severity]);
    assert.deepEqual(await brief({}), [
      ["tape-used-twice", "error"],
      ["kink", "hint"],
    ]);
    assert.deepEqual(await brief({ kink: "error", "tape-used-twice": "information" }), [
      ["tape-used-twice", "information"],
      ["kink", "error"],
    ]);
    assert.deepEqual(await brief({ "tape-used-twice": "off" }), [["kink", "hint"]]);
  });

  it("do not make an error of what the evaluator merely lacks", async () => {
    const findings = await Findings.start({ settings: { diagnostics: { severity: { uncaught: "error" } } } });
    const [one] = await findings.coded("import numpy as np\nnp.char.upper('a')\n", "uncaught");
    assert.equal(one!.severity, "hint");
    await findings.stop();
  });

  it("every finding links to its section", async () => {
    const page = readFileSync("docs/findings.md", "utf8").split("\n");
    for (const { code, diagnostic } of await told({}))
      assert.deepEqual(diagnostic.codeDescription, {
        href: `file:///${code}/page.md#L${page.indexOf(`## ${code}`) + 1}`,
      });
  });

  it("links to the page in the editor's language", async () => {
    for (const [locale, name] of [
      ["zh-cn", "findings.zh-cn.md"],
      ["zh-Hans", "findings.zh-cn.md"],
      ["de", "findings.md"],
    ]) {
      const findings = await Findings.start({ locale, findingsPage: "file:///docs/findings.md#L{line}" });
      const [one] = await findings.coded(TWICE, "tape-used-twice");
      const text = readFileSync(`docs/${name}`, "utf8").split("\n");
      const line = text.indexOf("## tape-used-twice") + 1;
      assert.equal(one!.diagnostic.codeDescription!.href, `file:///docs/${name}#L${line}`);
      await findings.stop();
    }
  });

  it("a fix is not offered for what is switched off", async () => {
    const findings = await Findings.start({ settings: { diagnostics: { severity: { "tape-used-twice": "off" } } } });
    await assert.rejects(findings.fixed(TWICE, "tape-used-twice"));
    await findings.stop();
  });
});

describe("findings after an edit", function () {
  this.timeout(60_000);
  it("stand where their text stands now, fixes too, and only what changed is looked at", async () => {
    const findings = await Findings.start();
    const { client } = findings;
    const f = lines(
      "import tensorflow as tf",
      "def f(x):",
      "    return tf.where(x > 0, tf.math.log(x), 0.0)",
      "f(0.0)",
    );
    const uri = "file:///moved.py";
    await client.open(uri, f);
    for (const before of ["# a line\n\n", "def other(y): return y\n", ""]) {
      const text = before + f;
      const list = await client.change(uri, text);
      const one = list.find(({ code }) => code === "where-nan")!;
      const line = text.split("\n").indexOf("    return tf.where(x > 0, tf.math.log(x), 0.0)");
      assert.deepEqual([one.range.start.line, one.range.start.character], [line, 27]);
    }
    await findings.stop();
  });
});

describe("diagnostics", function () {
  this.timeout(60_000);
  it("are pulled by a client that can, and then not pushed", async () => {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    startServer(createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient)));
    const client = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
    const pushed: { diagnostics: unknown[] }[] = [];
    client.onNotification("textDocument/publishDiagnostics", (params: { diagnostics: unknown[] }) => {
      pushed.push(params);
    });
    client.listen();
    const { capabilities } = (await client.sendRequest("initialize", {
      processId: null,
      rootUri: null,
      capabilities: { textDocument: { diagnostic: {} } },
    })) as { capabilities: { diagnosticProvider?: object } };
    assert.deepEqual(capabilities.diagnosticProvider, {
      identifier: "gradlens",
      interFileDependencies: true,
      workspaceDiagnostics: false,
    });
    await client.sendNotification("initialized", {});
    const uri = "file:///pulled.py";
    await client.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId: "python", version: 1, text: TWICE },
    });
    const pull = async () =>
      (await client.sendRequest("textDocument/diagnostic", { textDocument: { uri } })) as DocumentDiagnosticReport;
    const report = await pull();
    assert.equal(report.kind, "full");
    const codes = (one: DocumentDiagnosticReport) => (one.kind === "full" ? one.items.map(({ code }) => code) : []);
    assert.deepEqual(codes(report), ["tape-used-twice", "kink"]);
    await client.sendNotification("textDocument/didChange", {
      textDocument: { uri, version: 2 },
      contentChanges: [{ text: TWICE.replace("()", "(persistent=True)") }],
    });
    assert.deepEqual(codes(await pull()), ["kink"]);
    await client.sendRequest("shutdown");
    assert.deepEqual(pushed, []);
    client.dispose();
  });
});
