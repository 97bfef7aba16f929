/** What samples say about a curve or a surface: where it breaks, which part of its range is worth showing, which levels. */
import { quantileSorted, ticks } from "d3-array";

type Samples = ArrayLike<number>;

const sortedFinite = (values: Samples): number[] =>
  Array.from(Float64Array.from(values).filter(Number.isFinite).sort());

/** A curve's runs of samples that belong together: it breaks at what is not finite, at poles and at jumps. */
export function segments(x: Samples, y: Samples, slopes?: Samples): [start: number, end: number][] {
  const span = visibleRange(y);
  const height = span ? span[1] - span[0] : 0;
  const runs: [number, number][] = [];
  let start = -1;
  for (let i = 0; i <= y.length; i++) {
    const finite = i < y.length && Number.isFinite(y[i]);
    if (start >= 0 && (!finite || jumps(i - 1))) {
      runs.push([start, i]);
      start = -1;
    }
    if (finite && start < 0) start = i;
  }
  return runs;

  /** Whether samples i and i + 1 lie on different sides of a pole or a jump. */
  function jumps(i: number): boolean {
    const dy = y[i + 1]! - y[i]!;
    if (!(Math.abs(dy) > height * 0.02)) return false;
    const [a, b] = slopes ? [slopes[i]!, slopes[i + 1]!] : [difference(i - 1), difference(i + 1)];
    if (!Number.isFinite(a) || !Number.isFinite(b)) return Math.abs(dy) > height * 0.5;
    // Rising on both sides, yet lower on the right one: a pole. A step that both slopes together cannot explain: a jump.
    if (a * dy < 0 && b * dy < 0) return true;
    const step = Math.abs(x[i + 1]! - x[i]!);
    return (
      Math.abs(dy) > height * (slopes ? 0.02 : 0.2) && Math.abs(dy) > 25 * step * Math.max(Math.abs(a), Math.abs(b))
    );
  }

  function difference(i: number): number {
    return i >= 0 && i + 1 < y.length ? (y[i + 1]! - y[i]!) / (x[i + 1]! - x[i]!) : Number.NaN;
  }
}

/**
 * The range of values to show: all of them, unless a few are so far out that they would flatten the rest. `include` is
 * always in it. Undefined where nothing is finite.
 */
export function visibleRange(values: Samples, include: readonly number[] = []): [number, number] | undefined {
  const finite = sortedFinite(values);
  const wanted = include.filter(Number.isFinite);
  if (finite.length === 0 && wanted.length === 0) return undefined;
  let low = finite[0] ?? wanted[0]!;
  let high = finite[finite.length - 1] ?? wanted[0]!;
  if (finite.length > 8) {
    const lower = quantileSorted(finite, 0.06)!;
    const upper = quantileSorted(finite, 0.94)!;
    const core = upper - lower;
    if (core > 0 && high - low > 5 * core) {
      low = Math.max(low, lower - core);
      high = Math.min(high, upper + core);
    }
  }
  return [Math.min(low, ...wanted), Math.max(high, ...wanted)];
}

/** About `count` levels for contours: round numbers, or closer at the bottom where a valley has high walls. */
export function contourLevels(values: Samples, count = 9): number[] {
  const finite = sortedFinite(values);
  if (finite.length === 0) return [];
  const [low, high] = visibleRange(finite)!;
  if (!(high > low)) return [];
  const middle = (quantileSorted(finite, 0.5)! - low) / (high - low);
  const power = middle > 0 && middle < 1 ? Math.log(middle) / Math.log(0.5) : 1;
  if (power <= 3 && power >= 0.35) return ticks(low, high, count).filter((level) => level > low && level < high);
  // The lowest level encloses a part of the picture that can be seen.
  const first = Math.max(low, quantileSorted(finite, 0.05)!);
  const bend = Math.min(Math.max(power, 0.25), 4);
  return Array.from({ length: count }, (_, i) => first + (high - first) * ((i + 1) / (count + 1)) ** bend);
}

/** Levels that grow by the same factor above the lowest value: a valley's floor shows as well as its walls. */
export function logarithmicLevels(values: Samples, count = 12): number[] {
  const finite = sortedFinite(values);
  const low = finite[0];
  const high = finite[finite.length - 1];
  if (low === undefined || high === undefined || !(high > low)) return [];
  // The lowest level encloses a part of the picture that can be seen.
  const first = Math.max(quantileSorted(finite, 0.01)! - low, (high - low) * 1e-9);
  const factor = ((high - low) / first) ** (1 / count);
  return Array.from({ length: count }, (_, i) => low + first * factor ** i);
}

/** Round numbers for an axis. */
export const axisTicks = (low: number, high: number, count: number): number[] => ticks(low, high, count);

/** Between which samples a value lies, as a fractional index; clamped. */
export function indexOf(grid: Samples, value: number): number {
  const last = grid.length - 1;
  if (last < 1 || value <= grid[0]!) return 0;
  if (value >= grid[last]!) return last;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (grid[middle]! <= value) low = middle;
    else high = middle;
  }
  return low + (value - grid[low]!) / (grid[high]! - grid[low]!);
}
