/** The panel while a point is dragged: frames in a browser, answers of the server, and a fine grid sampled anew. */
import { TextDocument } from "vscode-languageserver-textdocument";
import type { BasinParams, PlaneData, Point } from "../src/protocol/lsp";
import { decodeArray, encodeArray, withNumbers } from "../src/protocol/values";
import { loadTypesetter } from "../src/render";
import { basins } from "../src/server/basins";
import { plane } from "../src/server/plane";
import { plot } from "../src/server/plot";
import { Session } from "../src/server/session";
import { view } from "../src/server/view";
import { Pages } from "../test/panel/page";
import { nanoseconds, quantile, type Row, report, time } from "./measure";

const uri = "file:///bench.py";
const program = `import math

def polynomial(x, y):
    return (1 - x)**2 + 100 * (y - x**2)**2

def himmelblau(x, y):
    return (x**2 + y - 11)**2 + (x + y**2 - 7)**2

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
    const askew = (): PlaneData =>
      plane(
        session,
        {
          subject,
          point,
          origin: encodeArray([0, 0]),
          directions: encodeArray([0.8, 0.6, -0.6, 0.8], [2, 2]),
          window: [
            [-2, 2],
            [-2, 2],
          ],
        },
        token,
      );
    const moved = "the same and all of it as the panel gets it";
    const rows: Row[] = [
      ["sampled and encoded", time(sampled, 5)],
      ["to the extension: JSON of base64", time(() => JSON.parse(JSON.stringify(answer)), 5)],
      ["there: numbers again", time(() => withNumbers(JSON.parse(line)), 5)],
      ["to the page: a copy of typed arrays", time(() => structuredClone(withNumbers(answer)), 5)],
      [moved, time(() => structuredClone(withNumbers(JSON.parse(JSON.stringify(sampled())))), 5)],
      [`a plane askew, ${askew().values.shape.join(" × ")} samples`, time(askew, 5)],
      ["beside it: as JSON of numbers", time(() => JSON.parse(JSON.stringify([...decodeArray(answer.values)])), 5)],
    ];
    report(`${name}: 256 × 256 samples anew`, rows, [{ row: moved, most: FRAME * 1e6 }]);
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

/** As the panel asks for it: some hundred starts at a time, each answer through JSON to the page. */
async function maps(): Promise<void> {
  const session = new Session(new Map([[uri, TextDocument.create(uri, "python", 1, program)]]));
  const side = 100;
  const starts = Float64Array.from({ length: 2 * side * side }, (_, i) =>
    i % 2 === 0 ? -5 + (10 * ((i / 2) % side)) / side : -5 + (10 * Math.floor(i / 2 / side)) / side,
  );
  const choices = [
    { optimizer: "sgd", learningRate: 0.01 },
    { optimizer: "adam", learningRate: 0.1 },
    { optimizer: "bfgs" },
  ] as const;
  for (const choice of choices) {
    const subject = { kind: "function", uri, name: "himmelblau" } as const;
    let [done, asked, steps] = [0, 0, 0];
    const begin = performance.now();
    const { user, system } = process.cpuUsage();
    while (done < side * side) {
      const part = starts.subarray(2 * done, 2 * (done + 400));
      const params: BasinParams = {
        ...choice,
        subject,
        steps: 500,
        tolerance: 1e-4,
        starts: encodeArray(part, [part.length / 2, 2]),
      };
      const answer = structuredClone(withNumbers(JSON.parse(JSON.stringify(await basins(session, params, token)))));
      steps += decodeArray(answer.steps).reduce((sum, count) => sum + count, 0);
      done += answer.values.shape[0]!;
      asked++;
    }
    const wall = (performance.now() - begin) * 1e6;
    const processor = process.cpuUsage();
    report(
      `a basin map of Himmelblau's function by ${choice.optimizer}: 10,000 runs to a tolerance, ${steps} steps, ${asked} questions`,
      [
        ["until the last answer", wall],
        ["of it processor time", 1e3 * (processor.user + processor.system - user - system)],
      ],
      [{ row: "until the last answer", most: 1e9 }],
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
  // The mouse of a test waits for two frames with each move: the page moves it itself, once a frame as a browser does.
  const moves = await page.evaluate(
    ([x, y]) =>
      new Promise<number>((resolve) => {
        const handle = document.querySelector(".handle")!;
        const end = performance.now() + 4000;
        let k = 0;
        const move = (at: number) => {
          if (at > end) return resolve(k);
          k++;
          const place = { clientX: x! + 60 * Math.sin(k / 25), clientY: y! + 40 * Math.sin(k / 18) };
          handle.dispatchEvent(new PointerEvent("pointermove", { ...place, bubbles: true }));
          requestAnimationFrame(move);
        };
        requestAnimationFrame(move);
      }),
    [box.x + 12, box.y + 12],
  );
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

server().then(maps).then(browser);
