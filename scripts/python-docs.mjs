// Writes docs/python.md: what of Python, its library and NumPy is supported.
// usage: node scripts/python-docs.mjs
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as esbuild from "esbuild";

const outfile = join("out", "python-table.cjs");
await esbuild.build({
  entryPoints: ["test/python-table.ts"],
  bundle: true,
  platform: "node",
  format: "cjs",
  loader: { ".py": "text" },
  outfile,
  logLevel: "warning",
});
const { pythonTable } = createRequire(import.meta.url)(join(process.cwd(), outfile));
writeFileSync("docs/python.md", pythonTable());
