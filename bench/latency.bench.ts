/** From edit to answer: the language server over an in-memory connection, files of 50, 500 and 5,000 lines. */
import { startClient } from "../test/server/client";
import { nanoseconds, quantile } from "./measure";

const functionText = (i: number) =>
  `def f${i}(x, y):\n    u = x ** 2 + ${i} * y\n    v = u * y - 3. * x\n    return u * v + ${i}\n\n`;

async function main(): Promise<void> {
  console.log("\nlatency (p50 / p95)");
  for (const lines of [50, 500, 5000]) {
    const client = await startClient();
    const uri = `file:///bench${lines}.py`;
    const count = lines / 5;
    let text = Array.from({ length: count }, (_, i) => functionText(i)).join("");
    await client.open(uri, text);
    const textDocument = { uri };
    const viewport = { start: { line: 0, character: 0 }, end: { line: 60, character: 0 } };
    const hover = (i: number) =>
      client.connection.sendRequest("textDocument/hover", { textDocument, position: { line: 5 * i, character: 4 } });
    /** Over `u` of the line that returns: its derivative, by a run of the function. */
    const hoverName = (i: number) =>
      client.connection.sendRequest("textDocument/hover", {
        textDocument,
        position: { line: 5 * i + 3, character: 11 },
      });
    const lenses = () => client.connection.sendRequest("textDocument/codeLens", { textDocument });
    const hints = () => client.connection.sendRequest("textDocument/inlayHint", { textDocument, range: viewport });
    // MathJax loads with the first formula.
    await hover(0);
    const times: { [name: string]: number[] } = {};
    const measure = async (name: string, body: () => Promise<unknown>) => {
      const start = performance.now();
      await body();
      times[name] = [...(times[name] ?? []), (performance.now() - start) * 1e6];
    };
    let version = 1;
    for (let round = 0; round < 10; round++) {
      const i = (round * 7) % count;
      await measure("hover, new function", () => hover(i));
      await measure("hover, known", () => hover(i));
      await measure("hover on a name, new", () => hoverName(i));
      await measure("hover on a name, known", () => hoverName(i));
      await measure("lenses, positions", lenses);
      text = text.replace(`return u * v + ${i}\n`, `return u * v + ${i}.${round}\n`);
      await client.connection.sendNotification("textDocument/didChange", {
        textDocument: { uri, version: ++version },
        contentChanges: [{ text }],
      });
      await measure("hints of a viewport, after an edit", hints);
      await measure("hover, after an edit", () => hover(i));
    }
    console.log(`  ${lines} lines`);
    for (const [name, values] of Object.entries(times))
      console.log(
        `    ${name.padEnd(40)} ${nanoseconds(quantile(values, 0.5)).padStart(10)} / ${nanoseconds(quantile(values, 0.95))}`,
      );
    await client.stop();
  }
}

main();
