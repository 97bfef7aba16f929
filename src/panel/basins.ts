/** Which start goes where: the map that fills up while answers come in. */
import type { BasinResult } from "../protocol/lsp";
import { decodeArray } from "../protocol/values";
import type { Projection } from "./projection";
import type { Range } from "./session";

export interface Place {
  point: Float64Array;
  value: number;
  starts: number;
  /** Steps of the fastest start and of the slowest. */
  fewest: number;
  most: number;
}

/** More places than these are not told apart. */
export const MOST_PLACES = 8;

/** Of a cell: its start has not been run; it led to no minimum; it led to one beyond the first few. */
export const UNKNOWN = -1;
export const NOWHERE = -2;
export const ELSEWHERE = MOST_PLACES;

export interface BasinMap {
  readonly projection: Projection;
  readonly window: Range[];
  /** Cells along each direction. */
  readonly side: number;
  /** Places by number, row by row from below. */
  readonly cells: Int8Array;
  readonly steps: Float64Array;
  readonly places: readonly Place[];
  readonly done: number;
  readonly total: number;
  /** Starts that led nowhere, and to places beyond those that are told apart. */
  readonly nowhere: number;
  readonly elsewhere: number;
  readonly running: boolean;
  readonly problem?: string;
}

/** Cells along the one direction of a line, and along both of a plane. */
const sides = [161, 101] as const;

/** All cells, a coarse grid first and the rest between it: with the size of what each stands for until others come. */
export function cellOrder(side: number, dimensions: number): { cell: number; size: number }[] {
  const order: { cell: number; size: number }[] = [];
  const seen = new Uint8Array(dimensions === 1 ? side : side * side);
  for (let size = 8; size >= 1; size /= 2) {
    for (let row = 0; row < (dimensions === 1 ? 1 : side); row += size) {
      for (let column = 0; column < side; column += size) {
        const cell = row * side + column;
        if (seen[cell]) continue;
        seen[cell] = 1;
        order.push({ cell, size });
      }
    }
  }
  return order;
}

/** Where a cell's middle lies along each direction. */
export function placeOfCell({ window, side }: Pick<BasinMap, "window" | "side">, cell: number): number[] {
  return window.map(([low, high], k) => {
    const index = k === 0 ? cell % side : Math.floor(cell / side);
    return low + ((high - low) * (index + 0.5)) / side;
  });
}

/** Ends closer than this part of the picture's diagonal are one. */
const SAME = 0.01;
/** An end that has not converged belongs to a minimum this many times as far away. */
const NEARLY = 5;

export class BasinBuilder {
  map: BasinMap;
  readonly order: readonly { cell: number; size: number }[];
  private readonly places: Place[] = [];
  private readonly unsettled: { cell: number; final: Float64Array; steps: number }[] = [];
  private readonly near: number;

  constructor(projection: Projection, window: Range[]) {
    const side = sides[window.length - 1]!;
    this.order = cellOrder(side, window.length);
    this.near = SAME * Math.hypot(...window.map(([low, high]) => high - low));
    this.map = {
      projection,
      window,
      side,
      cells: new Int8Array(this.order.length).fill(UNKNOWN),
      steps: new Float64Array(this.order.length),
      places: [],
      done: 0,
      total: this.order.length,
      nowhere: 0,
      elsewhere: 0,
      running: true,
    };
  }

  /** The answer for the next cells in order. */
  add(answer: BasinResult): void {
    const [finals, values, steps, converged] = [answer.finals, answer.values, answer.steps, answer.converged].map(
      decodeArray,
    );
    const width = answer.finals.shape[1] ?? 0;
    const { done } = this.map;
    steps!.forEach((count, k) => {
      const next = this.order[done + k];
      if (!next) return;
      const final = finals!.slice(k * width, (k + 1) * width);
      if (converged![k] === 1) this.settle(next.cell, this.placeFor(final, values![k]!), count);
      else {
        this.map.cells[next.cell] = NOWHERE;
        if (final.every(Number.isFinite)) this.unsettled.push({ cell: next.cell, final, steps: count });
      }
    });
    this.publish(done + steps!.length);
  }

  /** No more answers come. */
  end(problem?: string): void {
    for (const { cell, final, steps } of this.unsettled) {
      const place = this.nearest(final, NEARLY * this.near);
      if (place !== undefined) this.settle(cell, place, steps);
    }
    this.publish(this.map.done);
    this.map = { ...this.map, running: false, ...(problem === undefined ? {} : { problem }) };
  }

  private publish(done: number): void {
    const count = (what: number) => this.map.cells.reduce((sum, cell) => sum + Number(cell === what), 0);
    this.map = {
      ...this.map,
      places: this.places.map((place) => ({ ...place })),
      done,
      nowhere: count(NOWHERE),
      elsewhere: count(ELSEWHERE),
    };
  }

  private settle(cell: number, place: number, steps: number): void {
    this.map.cells[cell] = place;
    this.map.steps[cell] = steps;
    const known = this.places[place];
    if (!known) return;
    known.starts++;
    known.fewest = Math.min(known.fewest, steps);
    known.most = Math.max(known.most, steps);
  }

  private nearest(final: Float64Array, within: number): number | undefined {
    let best: number | undefined;
    let least = within;
    this.places.forEach(({ point }, place) => {
      const distance = Math.hypot(...point.map((x, i) => x - final[i]!));
      if (!(distance <= least)) return;
      best = place;
      least = distance;
    });
    return best;
  }

  private placeFor(point: Float64Array, value: number): number {
    const known = this.nearest(point, this.near);
    if (known !== undefined) return known;
    if (this.places.length === MOST_PLACES) return ELSEWHERE;
    this.places.push({ point, value, starts: 0, fewest: Number.POSITIVE_INFINITY, most: 0 });
    return this.places.length - 1;
  }
}
