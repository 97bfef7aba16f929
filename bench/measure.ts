/** Medians, side by side: every number is printed with its ratio to a baseline of the same run. */

/** The median time of one call in nanoseconds, over rounds of at least 20 ms each. */
export function time(body: () => unknown, rounds = 7): number {
  let count = 1;
  for (;;) {
    const start = performance.now();
    for (let i = 0; i < count; i++) body();
    if (performance.now() - start > 20) break;
    count *= 2;
  }
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    for (let i = 0; i < count; i++) body();
    return ((performance.now() - start) * 1e6) / count;
  });
  return median(times);
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

/** Prints a group: the first row is the baseline. */
export function report(title: string, rows: readonly (readonly [name: string, time: number])[]): void {
  console.log(`\n${title}`);
  const baseline = rows[0]![1];
  for (const [name, value] of rows)
    console.log(`  ${name.padEnd(44)} ${nanoseconds(value).padStart(10)}   ×${(value / baseline).toPrecision(3)}`);
}
