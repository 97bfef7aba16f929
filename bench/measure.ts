/** Times side by side: every number is printed with its ratio to a baseline of the same run, and goals with whether they are met. */

let loops = 0;

/**
 * The least time of one call in nanoseconds, over rounds of at least half a millisecond, which on a busy machine passes
 * now and then without anything else in between: what the code costs while nothing else runs. Every case has a loop of its own, so that none is slower for what another did to the compiler.
 */
export function time(body: () => unknown, rounds = 150): number {
  const make = new Function("body", `/* ${loops++} */ return (count) => { for (let i = 0; i < count; i++) body(); };`);
  const loop = make(body) as (count: number) => void;
  // Compilers need a while, the longer the busier the machine is.
  let count = 1;
  for (const warm = performance.now(); ; ) {
    const start = performance.now();
    loop(count);
    const now = performance.now();
    if (now - start <= 0.5) count *= 2;
    else if (now - warm > 300) break;
  }
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    loop(count);
    least = Math.min(least, ((performance.now() - start) * 1e6) / count);
  }
  return least;
}

/** The time of one call of something that takes a point and an array to write to; the point moves a little each time. */
export function timeKernel(
  kernel: (point: Float64Array, out: Float64Array) => unknown,
  point: Float64Array,
  out: Float64Array,
  calls = 1000,
): number {
  const make = new Function(
    "kernel",
    "point",
    "out",
    `/* ${loops++} */ return () => { let last = 0; for (let i = 0; i < ${calls}; i++) { point[0] = 1e-3 * i; last = kernel(point, out); } return last; };`,
  );
  return time(make(kernel, point, out) as () => unknown) / calls;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

export function nanoseconds(value: number): string {
  if (value < 1e3) return `${value.toPrecision(3)} ns`;
  if (value < 1e6) return `${(value / 1e3).toPrecision(3)} µs`;
  if (value < 1e9) return `${(value / 1e6).toPrecision(3)} ms`;
  return `${(value / 1e9).toPrecision(3)} s`;
}

/** A row may be missing where its tool is not installed. */
export type Row = readonly [name: string, time: number | undefined];

/** One row may take at most so many times another's time, or so many nanoseconds. */
export interface Goal {
  readonly row: string;
  readonly most: number;
  readonly beside?: string;
}

/** Prints a group: the first row is the baseline. */
export function report(title: string, rows: readonly Row[], goals: readonly Goal[] = []): void {
  console.log(`\n${title}`);
  const times = new Map(rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
  const baseline = times.values().next().value ?? Number.NaN;
  for (const [name, value] of times)
    console.log(`  ${name.padEnd(44)} ${nanoseconds(value).padStart(10)}   ×${(value / baseline).toPrecision(3)}`);
  for (const { row, most, beside } of goals) {
    const [value, other] = [times.get(row), beside === undefined ? 1 : times.get(beside)];
    if (value === undefined || other === undefined) continue;
    const limit = beside === undefined ? nanoseconds(most) : `${most}× ${beside}`;
    const own = beside === undefined ? nanoseconds(value) : `${(value / other).toPrecision(3)}×`;
    console.log(`  goal: ${row} ≤ ${limit}: ${own}, ${value <= most * other ? "met" : "MISSED"}`);
  }
}
