// Tests that run inside VS Code's extension host, with the whole `vscode` API: on the desktop's kind of host and on the
// web's, in today's VS Code and the oldest supported.
//
// To add a suite: write `test/vscode/suite/<feature>.suite.ts` with mocha's `describe` and `it`; it is picked up by itself.
//   - the same file runs in the browser: no `node:` modules; assertions come from ./assert
//   - the workspace is a copy of examples/, which a test may change; `file(name)` of ./workspace is a file's Uri
//   - wait by condition: `until(() => ...)` of ./workspace
// To run: npm test -- --only in-host [--version 4.139.1] [--host desktop] [--grep text]
//
// scripts/build.mjs bundles this file and all suites into out/test/vscode/suite.js; VS Code calls run().
import "mocha/mocha.js";
import * as vscode from "vscode";

interface Result {
  title: string;
  state: "passed" | "failed" | "skipped";
  duration: number;
  error?: string;
}

// The browser's build of mocha, which needs no Node, and puts itself into the global object.
const { mocha, Mocha: Runner } = globalThis as unknown as { mocha: Mocha; Mocha: typeof Mocha };
(mocha as unknown as { setup(options: object): void }).setup({ ui: "bdd", timeout: 20_000, reporter: class {} });

export async function run(): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!folder) throw new Error("The tests need a workspace folder");
  const beside = (name: string) => vscode.Uri.joinPath(folder, "..", name);
  const { grep } = JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(beside("options.json"))));
  if (grep) mocha.grep(grep);

  const results: Result[] = [];
  await new Promise<void>((resolve) => {
    // Not mocha.run of the browser's build: that one reads the page's address.
    const runner = Runner.prototype.run.call(mocha, () => resolve());
    const record = (state: Result["state"]) => (test: Mocha.Runnable, error?: Error) => {
      results.push({
        title: test.fullTitle(),
        state,
        duration: test.duration ?? 0,
        error: error && (error.stack?.includes(error.message) ? error.stack : `${error.message}\n${error.stack}`),
      });
    };
    runner.on("pass", record("passed"));
    runner.on("fail", record("failed"));
    runner.on("pending", record("skipped"));
  });
  // The driver waits for this file: a write that it sees half done must not look complete.
  const report = { vscode: vscode.version, appHost: vscode.env.appHost, uiKind: vscode.env.uiKind, results };
  await vscode.workspace.fs.writeFile(beside("report.partial"), new TextEncoder().encode(JSON.stringify(report)));
  await vscode.workspace.fs.rename(beside("report.partial"), beside("report.json"));
}
