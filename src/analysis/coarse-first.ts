/** Samples on a grid for as long as there is time: from coarse to fine, so that what there is by then shows all of it. */
import type { Look } from "./subject";

type Axes = Parameters<Look["onGrid"]>[1];

export interface Sampled {
  /** Where the last axis was sampled; ascending as it was given. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Row by row; NaN where there is no value. */
  readonly values: Float64Array;
  /** The derivatives along the axes, where asked for. */
  readonly partials: readonly Float64Array[];
  /** Time was up. */
  readonly partial: boolean;
}

/** No function gives this by chance. */
const NOT_SAMPLED = 7 * Number.MIN_VALUE;
/** Fewer rows show nothing: the others are gaps then. */
const FEWEST = 5;

/**
 * As `look.onGrid`; once time is up with as many rows (of a curve: positions) as were sampled, spread over the whole.
 * @param spent whether what `proceed` threw means that time is up; anything else passes through
 */
export function sampleCoarseFirst(
  look: Look,
  point: ArrayLike<number>,
  axes: Axes,
  options: { slopes?: boolean; proceed?: (() => void) | undefined; spent?: ((error: unknown) => boolean) | undefined },
): Sampled {
  const { slopes = false, proceed, spent } = options;
  const [inner, outer] = axes;
  const { place, numbers } = outer ?? inner;
  const width = outer ? inner.numbers.length : 1;
  const order = coarseFirst(numbers.length);
  const moved = { place, numbers: order.map((row) => numbers[row]!) };
  const array = () => new Float64Array(numbers.length * width).fill(NOT_SAMPLED);
  const out = { values: array(), partials: slopes ? axes.map(array) : [] };
  let partial = false;
  try {
    look.onGrid(point, outer ? [inner, moved] : [moved], { slopes, proceed, out });
  } catch (error) {
    if (!spent?.(error)) throw error;
    partial = true;
  }
  const rowOf = (array: Float64Array, k: number) => array.subarray(k * width, (k + 1) * width);
  const sampled = order.map((_, k) => !partial || !rowOf(out.values, k).includes(NOT_SAMPLED));
  const enough = sampled.filter(Boolean).length >= FEWEST;
  // Where each row of the answer lies among those that were sampled.
  const kept = order
    .map((row, k) => ({ row, k }))
    .filter(({ k }) => sampled[k] || !enough)
    .sort((a, b) => a.row - b.row);
  const arranged = (array: Float64Array) => {
    const answer = new Float64Array(kept.length * width);
    kept.forEach(({ k }, to) => {
      answer.set(rowOf(array, k), to * width);
    });
    return partial ? answer.map((value) => (value === NOT_SAMPLED ? Number.NaN : value)) : answer;
  };
  return {
    numbers: Float64Array.from(kept, ({ row }) => numbers[row]!),
    values: arranged(out.values),
    partials: out.partials.map(arranged),
    partial,
  };
}

/** 0 … n − 1 so that its beginnings, of any length, are spread over the whole. */
function coarseFirst(n: number): number[] {
  const order = new Set<number>();
  for (let step = 2 ** Math.ceil(Math.log2(Math.max(n, 1))); step >= 1; step /= 2)
    for (let k = 0; k < n; k += step) order.add(k);
  return [...order];
}
