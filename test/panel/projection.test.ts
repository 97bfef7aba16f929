/** The plane of the paths' principal components, and the map of basins: without a page. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { BasinBuilder, cellOrder, ELSEWHERE, MOST_PLACES, NOWHERE, placeOfCell, UNKNOWN } from "../../src/panel/basins";
import { alongAxes, alongComponents, placeOf, pointAt } from "../../src/panel/projection";
import { encodeArray } from "../../src/protocol/values";

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);
const near = (a: number, b: number, within = 1e-9) => assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`);

describe("projections of paths", () => {
  it("finds the plane in which paths lie, whatever their scale", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })), {
          minLength: 4,
          maxLength: 40,
        }),
        fc.integer({ min: 3, max: 60 }),
        fc.constantFrom(1e-6, 1, 1e6),
        (places, width, scale) => {
          const first = Float64Array.from({ length: width }, (_, i) => Math.cos(i + 1));
          const second = Float64Array.from({ length: width }, (_, i) => Math.sin(3 * i + 2));
          const rows = places.map(([a, b]) => first.map((x, i) => scale * (a * x + b * second[i]!)));
          const path = Float64Array.from(rows.flatMap((row) => Array.from(row)));
          const origin = rows[rows.length - 1]!;
          const spread = Math.max(...rows.map((row) => Math.hypot(...row.map((x, i) => x - origin[i]!))));
          fc.pre(spread > 0.1 * scale);
          const found = alongComponents([path], width, origin)!;
          near(dot(found.directions[0]!, found.directions[0]!), 1);
          near(dot(found.directions[1]!, found.directions[1]!), 1);
          near(dot(found.directions[0]!, found.directions[1]!), 0);
          near(found.shares![0]! + found.shares![1]!, 1);
          assert.ok(found.shares![0]! >= found.shares![1]!);
          for (const row of rows) {
            const back = pointAt(found, placeOf(found, row));
            row.forEach((x, i) => {
              near(back[i]!, x, 1e-5 * scale);
            });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("counts each path alike, and leaves out what is not finite", () => {
    const long = Float64Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? i / 3000 : 0));
    const short = Float64Array.of(0, 0, 0, 0, 4, 0, Number.NaN, 1, 1, Number.POSITIVE_INFINITY, 0, 0);
    const { directions } = alongComponents([long, short], 3, Float64Array.of(0, 0, 0))!;
    assert.ok(Math.abs(directions[0]![1]! - directions[0]![0]! * 0) > 0.01 || Math.abs(directions[1]![1]!) > 0.9);
    assert.ok(directions.every((direction) => direction.every(Number.isFinite)));
    assert.equal(alongComponents([Float64Array.of(1, 2, 3)], 3, Float64Array.of(1, 2, 3)), undefined);
    assert.equal(alongComponents([Float64Array.of(1, 2, 3, 1, 2, 3)], 3, Float64Array.of(1, 2, 3)), undefined);
  });

  it("makes a plane of paths along one line too", () => {
    const path = Float64Array.from({ length: 30 }, (_, i) => (i % 3 === 1 ? i : 0));
    const { directions, shares } = alongComponents([path], 3, Float64Array.of(0, 28, 0))!;
    assert.deepEqual(Array.from(directions[0]!, Math.round), [0, 1, 0]);
    near(dot(directions[0]!, directions[1]!), 0);
    near(shares![0]!, 1);
  });

  it("goes along axes with the others held", () => {
    const projection = alongAxes(["a", "b", "c"], [2, 0], [1, 2, 3]);
    assert.deepEqual(projection.names, ["c", "a"]);
    assert.deepEqual(placeOf(projection, [5, 9, 7]), [7, 5]);
    assert.deepEqual(Array.from(pointAt(projection, [7, 5])), [5, 2, 7]);
  });
});

describe("maps of basins", () => {
  const projection = alongAxes(["x", "y"], [0, 1], [0, 0]);
  const answer = (finals: number[], steps: number[], converged: number[]) => ({
    finals: encodeArray(finals, [steps.length, 2]),
    values: encodeArray(steps.map(() => 0)),
    steps: encodeArray(steps),
    converged: encodeArray(converged),
  });

  it("goes over every cell once, coarse cells first", () => {
    for (const [side, dimensions] of [
      [41, 2],
      [161, 1],
    ] as const) {
      const order = cellOrder(side, dimensions);
      assert.equal(new Set(order.map(({ cell }) => cell)).size, side ** dimensions);
      assert.ok(order.every(({ size }, k) => k === 0 || size <= order[k - 1]!.size));
    }
    const map = { window: [[0, 41] as [number, number], [0, 82] as [number, number]], side: 41 };
    assert.deepEqual(placeOfCell(map, 41 * 2 + 3), [3.5, 5]);
  });

  it("tells places apart, and what leads nowhere", () => {
    const builder = new BasinBuilder(projection, [
      [-1, 1],
      [-1, 1],
    ]);
    builder.add(answer([0, 0, 0.001, 0, 1, 1, 0.05, 0, 0.5, 0.5], [3, 9, 4, 20, 20], [1, 1, 1, 0, 0]));
    const cell = (k: number) => builder.map.cells[builder.order[k]!.cell];
    assert.deepEqual([0, 1, 2, 3, 4].map(cell), [0, 0, 1, NOWHERE, NOWHERE]);
    assert.equal(cell(5), UNKNOWN);
    assert.deepEqual(
      builder.map.places.map(({ starts, fewest, most }) => [starts, fewest, most]),
      [
        [2, 3, 9],
        [1, 4, 4],
      ],
    );
    builder.end();
    // What had all but arrived belongs to the place beside it.
    assert.deepEqual([cell(3), cell(4), builder.map.running, builder.map.nowhere], [0, NOWHERE, false, 1]);
    assert.deepEqual([builder.map.places[0]!.starts, builder.map.places[0]!.most], [3, 20]);
  });

  it("does not tell apart more places than one can", () => {
    const builder = new BasinBuilder(projection, [
      [-1, 1],
      [-1, 1],
    ]);
    const many = Array.from({ length: MOST_PLACES + 3 }, (_, k) => k);
    builder.add(
      answer(
        many.flatMap((k) => [k, 0]),
        many,
        many.map(() => 1),
      ),
    );
    builder.end();
    assert.equal(builder.map.places.length, MOST_PLACES);
    assert.equal(builder.map.elsewhere, 3);
    assert.ok(builder.map.cells.includes(ELSEWHERE));
  });
});
