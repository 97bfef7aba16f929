/** The panel while a point is dragged: frames in a browser, answers of the server, and a fine grid sampled anew. */
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Point } from "../src/protocol/lsp";
import { decodeArray, withNumbers } from "../src/protocol/values";
import { loadTypesetter } from "../src/render";
import { plot } from "../src/server/plot";
import { Session } from "../src/server/session";
import { view } from "../src/server/view";
import { Pages } from "../test/panel/page";
import { nanoseconds, quantile, report, time } from "./measure";

const uri = "file:///bench.py";
const program = `import math

def polynomial(x, y):
    return (1 - x)**2 + 100 * (y - x**2)**2

def waves(x, y):
    return math.sin(3 * x) * math.cos(2 * y) + math.exp(-(x * x + y * y)) * math.sqrt(1 + x * x)
`;
const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => {} }) };
const FRAME = 1000 / 60;

async function server(): Promise<void> {
  await loadTypesetter();
  const session = new Session(new Map([[uri, TextDocument.create(uri, "python", 1, program)]]));
  for (const name of ["polynomial", "waves"]) {
    const subject = { kind: "function", uri, name } as const;
    const point: Point = { x: 0.5, y: 0.25 };
    const sampled = () => plot(session, { subject, point, axes: ["x", "y"], samples: 256 }, token);
    const answer = sampled();
    const line = JSON.stringify(answer);
    report(`${name}: 256 × 256 samples anew (one frame: ${FRAME.toFixed(1)} ms)`, [
      ["sampled and encoded", time(sampled, 5)],
      ["to the extension: JSON of base64", time(() => JSON.parse(JSON.stringify(answer)), 5)],
      ["there: numbers again", time(() => withNumbers(JSON.parse(line)), 5)],
      ["to the page: a copy of typed arrays", time(() => structuredClone(withNumbers(answer)), 5)],
      ["beside it: as JSON of numbers", time(() => JSON.parse(JSON.stringify([...decodeArray(answer.values)])), 5)],
    ]);
    const times: number[] = [];
    for (let k = 0; k < 300; k++) {
      const start = performance.now();
      await view(session, { subject, point: { x: k / 300, y: 0.25 } }, token);
      times.push((performance.now() - start) * 1e6);
    }
    console.log(
      `  view at a new point: ${nanoseconds(quantile(times, 0.5))}, p95 ${nanoseconds(quantile(times, 0.95))}`,
    );
  }
}

async function browser(): Promise<void> {
  const pages = await Pages.start();
  const { page, host, drawn, close } = bound(await pages.open("rosenbrock", { width: 1200 }));
  await drawn();
  const box = (await page.locator(".handle").boundingBox())!;
  const views = host.calls("view").length;
  const plots = host.calls("plot").length;
  await page.evaluate(() => {
    const seen = { frames: [] as number[], values: 0, contours: 0 };
    Object.assign(window, { seen });
    const frame = (at: number) => {
      seen.frames.push(at);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    const watch = (selector: string, count: () => void) =>
      new MutationObserver(count).observe(document.querySelector(selector)!, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    watch(".value-number", () => seen.values++);
    watch(".plot .chart", () => seen.contours++);
  });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  const busy = async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    const seconds = (name: string) => metrics.find((metric) => metric.name === name)!.value;
    return ["ScriptDuration", "LayoutDuration", "RecalcStyleDuration", "TaskDuration"].map(seconds);
  };
  const before = await busy();
  await page.mouse.move(box.x + 12, box.y + 12);
  await page.mouse.down();
  const end = Date.now() + 4000;
  let moves = 0;
  for (let k = 0; Date.now() < end; k++, moves++)
    await page.mouse.move(box.x + 12 + 60 * Math.sin(k / 25), box.y + 12 + 40 * Math.sin(k / 18));
  await page.mouse.up();
  const [script, layout, style, task] = (await busy()).map((seconds, k) => (1000 * (seconds - before[k]!)) as number);
  const { frames, values, contours } = await page.evaluate(
    () => (window as unknown as { seen: { frames: number[]; values: number; contours: number } }).seen,
  );
  const gaps = frames.slice(1).map((at, k) => at - frames[k]!);
  const late = gaps.filter((gap) => gap > 1.5 * FRAME).length;
  console.log(`\ndragging a point over two variables, ${gaps.length} frames and ${moves} moves in a headless browser`);
  console.log(
    `  a frame: ${quantile(gaps, 0.5).toFixed(1)} ms, p95 ${quantile(gaps, 0.95).toFixed(1)} ms, longest ${Math.max(...gaps).toFixed(1)} ms; ${late} left out`,
  );
  const seconds = (frames.at(-1)! - frames[0]!) / 1000;
  console.log(
    `  new values on the page: ${(values / seconds).toFixed(0)} a second (${host.calls("view").length - views} asked); contours drawn anew: ${contours} times, sampled ${host.calls("plot").length - plots} times`,
  );
  const each = (milliseconds: number | undefined) => `${(milliseconds! / gaps.length).toFixed(2)} ms`;
  console.log(
    `  the page's own work a frame: ${each(task)} (script ${each(script)}, style ${each(style)}, layout ${each(layout)})`,
  );
  await close();
  await pages.close();
}

const bound = (panel: Awaited<ReturnType<Pages["open"]>>) => ({
  page: panel.page,
  host: panel.host,
  drawn: () => panel.drawn(),
  close: () => panel.close(),
});

server().then(browser);
