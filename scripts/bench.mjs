// npm run bench [-- NAME…]: bundles and runs bench/*.bench.ts one after the other.
import { readdirSync } from "node:fs";
import { ensurePackages } from "./lib/ensure.mjs";
import { run } from "./lib/process.mjs";

await ensurePackages();
const { build } = await import("esbuild");
const wanted = process.argv.slice(2);
const names = readdirSync("bench")
  .filter((name) => name.endsWith(".bench.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)));
await build({
  entryPoints: [
    ...names.map((name) => ({ in: `bench/${name}`, out: name.replace(/\.ts$/, "") })),
    { in: "src/thread/node.ts", out: "thread" },
  ],
  outdir: "out/bench",
  bundle: true,
  platform: "node",
  format: "cjs",
  // They find their programs beside themselves.
  external: ["playwright-core", "esbuild"],
  loader: { ".py": "text", ".md": "text" },
  logLevel: "error",
});
for (const name of names) await run(process.execPath, [`out/bench/${name.replace(/ts$/, "js")}`]);
