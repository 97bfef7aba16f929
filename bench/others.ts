/** Baselines that are no JavaScript: C, where there is a compiler, and Python's libraries, where an interpreter is named. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Nanoseconds by name, from lines of a name, a tab and a number. */
type Times = ReadonlyMap<string, number>;

const timesOf = (text: string): Times =>
  new Map(
    text.split("\n").flatMap((line) => {
      const [name, number] = line.split("\t");
      return name && number ? [[name, Number(number)] as const] : [];
    }),
  );

/** For vectors of 128 bits, which WebAssembly has, where the machine has wider ones. */
export const NARROW = ["-msse4.2", "-mno-avx"];

/** What bench/c/NAME.c measures, compiled with gcc -O3 for this machine or as asked; empty where there is no gcc. */
export function native(name: string, machine: readonly string[] = ["-march=native"]): Times {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-bench-"));
  try {
    const program = join(folder, name);
    const flags = ["-O3", ...machine, "-o", program, `bench/c/${name}.c`, "-lm"];
    if (spawnSync("gcc", flags, { stdio: ["ignore", "inherit", "inherit"] }).status !== 0) return new Map();
    return timesOf(spawnSync(program, { encoding: "utf8" }).stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What bench/javascript/NAME.mjs measures, with what is installed in GRADLENS_BENCH_PACKAGES; empty where that is not set. */
export function packages(name: string): Times {
  const folder = process.env.GRADLENS_BENCH_PACKAGES;
  if (!folder) return new Map();
  const { stdout } = spawnSync(process.execPath, [`bench/javascript/${name}.mjs`, folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return timesOf(stdout);
}

/** What bench/python/NAME.py measures, run by GRADLENS_BENCH_PYTHON; empty where that is not set. */
export function python(name: string): Times {
  const interpreter = process.env.GRADLENS_BENCH_PYTHON;
  if (!interpreter) return new Map();
  const { stdout } = spawnSync(interpreter, [`bench/python/${name}.py`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return timesOf(stdout);
}
