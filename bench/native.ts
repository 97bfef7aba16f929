/** Peers that are not JavaScript: C where there is a compiler, Python's libraries where GRADLENS_BENCH_PYTHON names one. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CLOCK = `
#include <stdio.h>
#include <stdlib.h>
#include <math.h>
#include <time.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec * 1e9 + t.tv_nsec; }
static int order(const void *a, const void *b) { double x = *(double *)a, y = *(double *)b; return x < y ? -1 : x > y; }
#define KEEP(x) asm volatile("" : : "r"(x) : "memory")
/* The median nanoseconds of a call. */
#define TIME(call) do { double t[41]; for (int r = 0; r < 41; r++) { double start = now(); \\
  for (int c = 0; c < COUNT; c++) { call; } t[r] = (now() - start) / COUNT; } \\
  qsort(t, 41, sizeof *t, order); printf("%.1f\\n", t[20]); } while (0)
`;

/** Nanoseconds that a C program prints, one a line, compiled by gcc -O3 -march=native; undefined without gcc. */
export function timesOfC(program: string, ...flags: readonly string[]): number[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-bench-"));
  try {
    writeFileSync(join(folder, "a.c"), CLOCK + program);
    execFileSync("gcc", ["-O3", "-march=native", ...flags, "a.c", "-o", "a", "-lm"], { cwd: folder, stdio: "pipe" });
    return lines(execFileSync(join(folder, "a"), { encoding: "utf8" }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Nanoseconds that a Python program prints, `name time` a line, on one thread; none where no interpreter is named. */
export function timesOfPython(program: string): [name: string, time: number][] {
  const python = process.env.GRADLENS_BENCH_PYTHON;
  if (!python) return [];
  const env = {
    ...process.env,
    OMP_NUM_THREADS: "1",
    OPENBLAS_NUM_THREADS: "1",
    XLA_FLAGS: "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
  };
  const text = execFileSync(python, ["-"], {
    input: program,
    encoding: "utf8",
    env,
    stdio: ["pipe", "pipe", "ignore"],
  });
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space))];
    });
}

const lines = (text: string) => text.trim().split("\n").map(Number);
