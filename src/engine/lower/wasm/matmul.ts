/**
 * Products of matrices, in blocks that stay in registers and caches (Goto and van de Geijn, 2008): both matrices are
 * packed into panels, and a tile of the product is summed over the inner index. Every element is summed in the order of
 * that index, as a plain loop does it, so that the result is the same to the last bit.
 *
 * Memories hold float64 throughout. Large products of float32 are packed as float32 and summed in it, as frameworks do:
 * twice as many lanes.
 */
import { instantiate, Shared } from "./emit";
import { Body, encodeModule, type SimdOpcode } from "./encoder";
import { layout, MOST_BYTES, reserve } from "./memory";
import { type Call, hasSecond, type Instance, isWorthSharing, type Part, runAlone, runTogether } from "./second";

/** The columns of a tile are those of two vectors. */
const VECTORS = 2;
/** A block of the left matrix: about so many rows, of so many bytes at most, fill half of a usual second cache. */
const BLOCK_ROWS = 128;
const BLOCK_BYTES = 4096;
/** Products of fewer rows are done otherwise. */
const FEWEST_ROWS = 4;

/** How numbers are multiplied and added. */
interface Element {
  readonly bytes: 4 | 8;
  /** Rows of a tile: as many as the 16 registers of most processors hold. */
  readonly rows: number;
  readonly splat: SimdOpcode;
  readonly mul: SimdOpcode;
  readonly add: SimdOpcode;
  /** Both in one instruction. */
  readonly fused?: SimdOpcode;
}

const FLOAT64: Element = { bytes: 8, rows: 4, splat: "v128.load64_splat", mul: "f64x2.mul", add: "f64x2.add" };
const FLOAT32: Element = { bytes: 4, rows: 4, splat: "v128.load32_splat", mul: "f32x4.mul", add: "f32x4.add" };
// No register is needed for a product.
const FUSED64: Element = { ...FLOAT64, rows: 6, fused: "f64x2.relaxed_madd" };
const FUSED32: Element = { ...FLOAT32, rows: 6, fused: "f32x4.relaxed_madd" };

let fusing: boolean | undefined;

/** Whether the engine multiplies and adds in one instruction (relaxed SIMD, WebAssembly 3.0). */
export function canFuse(): boolean {
  if (fusing === undefined) {
    const body = new Body([]);
    const sum = body.local("v128");
    for (let k = 0; k < 3; k++) body.get(sum);
    body.simd(FUSED64.fused!);
    body.set(sum);
    fusing = WebAssembly.validate(encodeModule([], [{ name: "fused", body, results: [] }]));
  }
  return fusing;
}
const columnsOf = ({ bytes }: Element): number => (VECTORS * 16) / bytes;
/** A panel of more columns there is not. */
const MOST_COLUMNS = columnsOf(FLOAT32);

/** Products of float32 with at least so many multiplications are summed in it: those of examples keep all their digits. */
const FEWEST_SINGLE = 100_000;

/** Whether a product [m, k] · [k, n] of float32 is summed in it, each product and each sum rounded; otherwise in float64. */
export const summedInSingle = ([m, k, n]: readonly [m: number, k: number, n: number]): boolean =>
  m * k * n >= FEWEST_SINGLE && m >= FEWEST_ROWS && n >= MOST_COLUMNS;

/**
 * pack(from, to, bytes to the next member, bytes to the next index, count, panels): for each index the elements of a
 * panel's members, one behind the other, from float64; then those of the next panel. `together`: they lie so already.
 */
function packing({ bytes }: Element, members: number, together: boolean): Body {
  const body = new Body(["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [from, to, across, along, count, panels] = [0, 1, 2, 3, 4, 5];
  const [panel, k, at, member] = [body.local("i32"), body.local("i32"), body.local("i32"), body.local("i32")];
  const element = (place: number) => {
    body.get(to);
    body.get(at);
    if (together) {
      body.memory("v128.load", 8 * place);
      if (bytes === 8) body.memory("v128.store", 8 * place);
      else {
        body.simd("f32x4.demote_f64x2_zero");
        body.half("v128.store64_lane", 0, 4 * place);
      }
      return;
    }
    body.loadFloat(8, 0);
    if (bytes === 4) body.op("f32.demote_f64");
    body.storeFloat(bytes, bytes * place);
    body.move(at, across);
  };
  body.get(from);
  body.set(member);
  body.until(
    panel,
    1,
    () => body.get(panels),
    () => {
      body.get(member);
      body.set(from);
      body.i32(0);
      body.set(k);
      body.until(
        k,
        1,
        () => body.get(count),
        () => {
          body.get(from);
          body.set(at);
          for (let place = 0; place < members; place += together ? 2 : 1) element(place);
          body.move(from, along);
          body.advance(to, members * bytes);
        },
      );
      body.get(member);
      body.get(across);
      body.i32(members);
      body.op("i32.mul");
      body.op("i32.add");
      body.set(member);
    },
  );
  return body;
}

/**
 * unpack(from, to, bytes from row to row of both, pairs, odd, rows): rows of float32 as float64; `odd`: one number more than
 * the pairs.
 */
function unpacking(): Body {
  const body = new Body(["i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [fromRow, toRow, fromBytes, toBytes, pairs, odd, rows] = [0, 1, 2, 3, 4, 5, 6] as const;
  const [row, k, from, to] = [body.local("i32"), body.local("i32"), body.local("i32"), body.local("i32")];
  body.until(
    row,
    1,
    () => body.get(rows),
    () => {
      body.get(fromRow);
      body.set(from);
      body.get(toRow);
      body.set(to);
      body.i32(0);
      body.set(k);
      body.until(
        k,
        1,
        () => body.get(pairs),
        () => {
          body.get(to);
          body.get(from);
          body.memory("v128.load64_zero", 0);
          body.simd("f64x2.promote_low_f32x4");
          body.memory("v128.store", 0);
          body.advance(from, 8);
          body.advance(to, 16);
        },
      );
      body.get(odd);
      body.when(() => {
        body.get(to);
        body.get(from);
        body.loadFloat(4, 0);
        body.op("f64.promote_f32");
        body.storeFloat(8, 0);
      });
      body.move(fromRow, fromBytes);
      body.move(toRow, toBytes);
    },
  );
  return body;
}

/**
 * multiply(rows, columns, out, bytes of a row of out, count, row panels, column panels, more): writes the product of packed
 * panels to `out`, whose rows and columns are whole panels; `more`: adds it to what is there.
 */
function multiplying({ bytes, rows: height, splat, mul, add, fused }: Element): Body {
  const body = new Body(["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [rows, columns, out, rowBytes, count, rowPanels, columnPanels, more] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const [i, j, k, a, b, c, at] = Array.from({ length: 7 }, () => body.local("i32")) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const tile = Array.from({ length: height }, () => Array.from({ length: VECTORS }, () => body.local("v128")));
  const right = tile[0]!.map(() => body.local("v128"));
  const left = body.local("v128");
  const sum = (local: number, step: () => void) => {
    body.get(local);
    step();
    body.op("i32.add");
    body.set(local);
  };
  const eachRow = (then: (row: number[]) => void) => {
    body.get(c);
    body.set(at);
    tile.forEach((row, r) => {
      if (r > 0) sum(at, () => body.get(rowBytes));
      then(row);
    });
  };
  body.get(columns);
  body.set(b);
  body.until(
    j,
    1,
    () => body.get(columnPanels),
    () => {
      body.get(rows);
      body.set(a);
      body.get(out);
      body.set(c);
      body.i32(0);
      body.set(i);
      body.until(
        i,
        1,
        () => body.get(rowPanels),
        () => {
          for (const local of tile.flat()) {
            body.v128(0n);
            body.set(local);
          }
          body.get(more);
          body.when(() =>
            eachRow((row) => {
              row.forEach((local, q) => {
                body.get(at);
                body.memory("v128.load", 16 * q);
                body.set(local);
              });
            }),
          );
          body.i32(0);
          body.set(k);
          body.until(
            k,
            1,
            () => body.get(count),
            () => {
              right.forEach((local, q) => {
                body.get(b);
                body.memory("v128.load", 16 * q);
                body.set(local);
              });
              tile.forEach((row, r) => {
                body.get(a);
                body.memory(splat, r * bytes);
                body.set(left);
                row.forEach((local, q) => {
                  if (!fused) body.get(local);
                  body.get(left);
                  body.get(right[q]!);
                  if (fused) {
                    body.get(local);
                    body.simd(fused);
                  } else {
                    body.simd(mul);
                    body.simd(add);
                  }
                  body.set(local);
                });
              });
              body.advance(a, height * bytes);
              body.advance(b, VECTORS * 16);
            },
          );
          eachRow((row) => {
            row.forEach((local, q) => {
              body.get(at);
              body.get(local);
              body.memory("v128.store", 16 * q);
            });
          });
          sum(c, () => {
            body.get(rowBytes);
            body.i32(height);
            body.op("i32.mul");
          });
          // The same columns again for the next rows.
          sum(b, () => {
            body.get(count);
            body.i32(-VECTORS * 16);
            body.op("i32.mul");
          });
        },
      );
      sum(b, () => {
        body.get(count);
        body.i32(VECTORS * 16);
        body.op("i32.mul");
      });
      body.advance(out, VECTORS * 16);
    },
  );
  return body;
}

/**
 * dots(matrix, bytes of a row, vector, out, rows, pairs, odd): for each group of `together` rows the sums of products with
 * the vector, two lanes of every row at once; `odd`: one number more than the pairs.
 */
function dotting({ mul, add }: Element, together: number): Body {
  const body = new Body(["i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [matrix, rowBytes, vector, out, rows, pairs, odd] = [0, 1, 2, 3, 4, 5, 6] as const;
  const [row, k, at] = [body.local("i32"), body.local("i32"), body.local("i32")];
  const sums = Array.from({ length: together }, () => ({ at: body.local("i32"), sum: body.local("v128") }));
  const right = body.local("v128");
  const step = (load: "v128.load" | "v128.load64_zero") => {
    body.get(at);
    body.memory(load, 0);
    body.set(right);
    for (const own of sums) {
      body.get(own.sum);
      body.get(own.at);
      body.memory(load, 0);
      body.get(right);
      body.simd(mul);
      body.simd(add);
      body.set(own.sum);
      body.advance(own.at, 16);
    }
    body.advance(at, 16);
  };
  body.until(
    row,
    together,
    () => body.get(rows),
    () => {
      for (const own of sums) {
        body.get(matrix);
        body.tee(own.at);
        body.get(rowBytes);
        body.op("i32.add");
        body.set(matrix);
        body.v128(0n);
        body.set(own.sum);
      }
      body.get(vector);
      body.set(at);
      body.i32(0);
      body.set(k);
      body.until(
        k,
        1,
        () => body.get(pairs),
        () => step("v128.load"),
      );
      body.get(odd);
      body.when(() => step("v128.load64_zero"));
      for (const [r, own] of sums.entries()) {
        body.get(out);
        for (const lane of [0, 1]) {
          body.get(own.sum);
          body.lane("f64x2.extract_lane", lane);
        }
        body.op("f64.add");
        body.storeFloat(8, 8 * r);
      }
      body.advance(out, 8 * together);
    },
  );
  return body;
}

const multiplyingBy = (element: Element) => [
  { name: "packRows", body: packing(element, element.rows, false), results: [] },
  { name: "packRowsTogether", body: packing(element, element.rows, true), results: [] },
  { name: "packColumns", body: packing(element, columnsOf(element), false), results: [] },
  { name: "packColumnsTogether", body: packing(element, columnsOf(element), true), results: [] },
  { name: "multiply", body: multiplying(element), results: [] },
];

function makeKernels(element: Element, memory?: WebAssembly.Memory): Instance | undefined {
  const functions =
    element.bytes === 8
      ? [
          ...multiplyingBy(element),
          { name: "dots1", body: dotting(FLOAT64, 1), results: [] },
          { name: "dots4", body: dotting(FLOAT64, 4), results: [] },
        ]
      : [...multiplyingBy(element), { name: "unpack", body: unpacking(), results: [] }];
  return instantiate(functions, new Shared(), memory);
}

/** A matrix in a memory: where it begins, and how many bytes it is from row to row and from column to column. */
export interface Placed {
  readonly at: number;
  readonly row: number;
  readonly column: number;
}

const panelsOf = (element: Element, m: number, n: number) => ({
  rows: Math.ceil(m / element.rows),
  columns: Math.ceil(n / columnsOf(element)),
});

/** Inner indices of a block. */
const innerOf = ({ bytes }: Element, k: number) => Math.min(k, BLOCK_BYTES / bytes);
/** Row panels of a block. */
const blockOf = ({ rows }: Element) => Math.floor(BLOCK_ROWS / rows);
/** Row panels that are packed before they are multiplied: of many blocks, where another thread takes some. */
const packedAtOnce = (element: Element, together: boolean) => (together ? BLOCKS_TOGETHER : 1) * blockOf(element);
const BLOCKS_TOGETHER = 8;
/** A stage of a product has about so many parts for two threads. */
const PARTS_TOGETHER = 8;

/** How many rows or columns beyond a matrix its last panel reads at most. */
export const MOST_BEYOND = MOST_COLUMNS - 1;

/** Whether another thread is to have a part in a product. */
export const isShared = ([m, k, n]: Sizes): boolean => isWorthSharing(2 * m * k * n);

/** Of the product [m, k] · [k, n]. */
export type Sizes = readonly [m: number, k: number, n: number];

/**
 * Numbers of float64 that a product needs beside its operands, and beside a result of whole panels; those of float32 take
 * no more.
 */
export function roomFor([m, k, n]: Sizes, element = canFuse() ? FUSED64 : FLOAT64): { packed: number; out: number } {
  const panels = panelsOf(element, m, n);
  const rows = element.rows * Math.min(panels.rows, packedAtOnce(element, hasSecond()));
  const columns = MOST_COLUMNS * Math.ceil(n / MOST_COLUMNS);
  return { packed: (rows + columns) * innerOf(element, k), out: element.rows * panels.rows * columns };
}

/** So many things in about so many groups: where each begins and ends. */
function groups(count: number, wanted: number): [from: number, to: number][] {
  const size = Math.ceil(count / wanted);
  const all: [number, number][] = [];
  for (let from = 0; from < count; from += size) all.push([from, Math.min(from + size, count)]);
  return all;
}

/** Where a product of packed panels goes. */
interface Target {
  /** Row-major, of whole panels. */
  readonly out: number;
  /** Where the last row panel goes, in the place of `out`. */
  readonly edge?: number | undefined;
}

/**
 * Writes a product. A panel at the edge reads beyond its matrix, by up to {@link MOST_BEYOND} rows or columns: what it
 * finds goes into rows and columns of no use.
 * @param packed room for what {@link roomFor} says
 */
function multiplyPlaced(
  instance: Instance,
  element: Element,
  left: Placed,
  right: Placed,
  [m, k, n]: Sizes,
  packed: number,
  { out, edge }: Target,
): void {
  const together = instance.shareable && isShared([m, k, n]);
  const run = together ? runTogether : runAlone;
  const wanted = together ? PARTS_TOGETHER : 1;
  const { bytes, rows: height } = element;
  const width = columnsOf(element);
  const panels = panelsOf(element, m, n);
  const inner = innerOf(element, k);
  const columns = packed;
  const rows = packed + bytes * width * panels.columns * inner;
  const packRows = left.row === 8 ? "packRowsTogether" : "packRows";
  const packColumns = right.column === 8 ? "packColumnsTogether" : "packColumns";
  const rowBytes = bytes * width * panels.columns;
  for (let p = 0; p < k; p += inner) {
    const count = Math.min(inner, k - p);
    const columnBytes = bytes * width * count;
    const panelBytes = bytes * height * count;
    const columnPanels = (from: number, to: number): Call => [
      packColumns,
      [
        right.at + p * right.row + from * width * right.column,
        columns + from * columnBytes,
        right.column,
        right.row,
        count,
        to - from,
      ],
    ];
    const more = p > 0 ? 1 : 0;
    for (let first = 0; first < panels.rows; first += packedAtOnce(element, together)) {
      const end = Math.min(first + packedAtOnce(element, together), panels.rows);
      const rowPanels = (from: number, to: number): Call => [
        packRows,
        [
          left.at + (first + from) * height * left.row + p * left.column,
          rows + from * panelBytes,
          left.row,
          left.column,
          count,
          to - from,
        ],
      ];
      /** Packed row panels times column panels. */
      const product = (
        [row, rowEnd]: readonly [number, number],
        [column, columnEnd]: readonly [number, number],
      ): Part => {
        const multiply = (from: number, to: number, at: number): Call => [
          "multiply",
          [
            rows + from * panelBytes,
            columns + column * columnBytes,
            at + bytes * width * column,
            rowBytes,
            count,
            to - from,
            columnEnd - column,
            more,
          ],
        ];
        const last = edge !== undefined && first + rowEnd === panels.rows ? rowEnd - 1 : rowEnd;
        return [
          ...(last > row ? [multiply(row, last, out + (first + row) * height * rowBytes)] : []),
          ...(last < rowEnd ? [multiply(last, rowEnd, edge!)] : []),
        ];
      };
      const packing = (count: number, panels: (from: number, to: number) => Call): Part[] =>
        groups(count, wanted).map((part) => [panels(...part)]);
      run(instance, [
        ...(first === 0 ? packing(panels.columns, columnPanels) : []),
        ...packing(end - first, rowPanels),
      ]);
      const blocks = groups(end - first, Math.ceil((end - first) / blockOf(element)));
      const across = groups(panels.columns, Math.ceil(wanted / blocks.length));
      run(
        instance,
        blocks.flatMap((block) => across.map((part) => product(block, part))),
      );
    }
  }
}

// ── of arrays ───────────────────────────────────────────────────────────────

let kernels: Instance | null | undefined;
let singleKernels: Instance | null | undefined;

/** Products of fewer multiplications are done sooner by a loop. */
const FEWEST_PRODUCTS = 2_000;

/**
 * The product of row-major matrices [m, k] · [k, n] in float64, each element summed in the order of k.
 * @param left begins at `leftStart` in it, `right` at `rightStart`
 * @param single summed in float32
 * @returns a view that the next kernel writes over; undefined where a loop is better, or WebAssembly is not to be had
 */
export function multiplyMatrices(
  left: ArrayLike<number>,
  leftStart: number,
  right: ArrayLike<number>,
  rightStart: number,
  sizes: Sizes,
  single = false,
): { readonly data: Float64Array | Float32Array; readonly rowLength: number } | undefined {
  const [m, k, n] = sizes;
  const element = single ? FLOAT32 : FLOAT64;
  // Of few rows or columns most of a tile would be lost.
  if (m * k * n < FEWEST_PRODUCTS || m < FEWEST_ROWS || n < columnsOf(FLOAT64)) return undefined;
  if (single) singleKernels ??= makeKernels(FLOAT32) ?? null;
  else kernels ??= makeKernels(FLOAT64) ?? null;
  const run = single ? singleKernels : kernels;
  if (!run) return undefined;
  const room = roomFor(sizes, FLOAT64);
  const lengths = [m * k, k * n, room.packed, room.out, MOST_COLUMNS * Math.max(k, n)];
  const { starts, end } = layout(lengths.map((length) => 8 * length));
  if (end > MOST_BYTES) return undefined;
  const numbers = new Float64Array(reserve(end));
  const [leftAt, rightAt, packed, out] = starts as [number, number, number, number];
  copy(left, leftStart, m * k, numbers, leftAt / 8);
  copy(right, rightStart, k * n, numbers, rightAt / 8);
  const rowLength = columnsOf(element) * panelsOf(element, m, n).columns;
  multiplyPlaced(
    run,
    element,
    { at: leftAt, row: 8 * k, column: 8 },
    { at: rightAt, row: 8 * n, column: 8 },
    sizes,
    packed,
    { out },
  );
  const View = single ? Float32Array : Float64Array;
  return { data: new View(numbers.buffer, out, m * rowLength), rowLength };
}

function copy(from: ArrayLike<number>, start: number, length: number, to: Float64Array, at: number): void {
  if (Array.isArray(from) || (start === 0 && from.length === length)) to.set(from as ArrayLike<number>, at);
  else to.set((from as Float64Array).subarray(start, start + length), at);
}

// ── in a memory ─────────────────────────────────────────────────────────────

/** Writes the product of matrices of a memory, row-major, to the address. */
export type ProductInMemory = (
  left: Placed,
  right: Placed,
  sizes: Sizes,
  out: number,
  /** Room for what {@link roomFor} says. */
  scratch: number,
  /** Summed in float32. */
  single: boolean,
) => void;

/**
 * Where the engine can, products and sums are fused, so that each element is off by no more than the one of a plain loop:
 * by k units in the last place of Σ |left·right|. Undefined where WebAssembly is not to be had.
 */
export function productsIn(memory: WebAssembly.Memory): ProductInMemory | undefined {
  const [double, float] = canFuse() ? [FUSED64, FUSED32] : [FLOAT64, FLOAT32];
  const instance = makeKernels(double, memory);
  if (!instance) return undefined;
  let single: Instance | undefined;
  const numbers = new Float64Array(memory.buffer);
  const { dots1, dots4 } = instance.exports;
  const dots = (matrix: Placed, vector: number, out: number, rows: number, inner: number) => {
    const four = rows - (rows % 4);
    const [pairs, odd] = [inner >> 1, inner & 1];
    if (four > 0) dots4!(matrix.at, matrix.row, vector, out, four, pairs, odd);
    if (rows > four) dots1!(matrix.at + four * matrix.row, matrix.row, vector, out + 8 * four, rows - four, pairs, odd);
  };
  return (left, right, sizes, out, scratch, isSingle) => {
    const [m, k, n] = sizes;
    // A row or column of results: sums of products, if the numbers lie so that they can be loaded in pairs.
    if (n === 1 && k > 1 && left.column === 8 && right.row === 8) return dots(left, right.at, out, m, k);
    if (m === 1 && k > 1 && right.row === 8 && left.column === 8)
      return dots({ at: right.at, row: right.column, column: 8 }, left.at, out, n, k);
    const target = scratch + 8 * roomFor(sizes).packed;
    if (isSingle) {
      single ??= makeKernels(float, memory)!;
      multiplyPlaced(single, float, left, right, sizes, scratch, { out: target });
      const rowBytes = 4 * columnsOf(float) * panelsOf(float, m, n).columns;
      const rows = ([from, to]: [number, number]): Part => [
        ["unpack", [target + from * rowBytes, out + 8 * from * n, rowBytes, 8 * n, n >> 1, n & 1, to - from]],
      ];
      const together = single.shareable && isShared(sizes);
      (together ? runTogether : runAlone)(single, groups(m, together ? PARTS_TOGETHER : 1).map(rows));
      return;
    }
    const rowLength = columnsOf(double) * panelsOf(double, m, n).columns;
    const copyRows = (first: number, from: number) => {
      for (let i = first; i < m; i++) {
        const start = from / 8 + (i - first) * rowLength;
        numbers.copyWithin(out / 8 + i * n, start, start + n);
      }
    };
    if (rowLength !== n) {
      multiplyPlaced(instance, double, left, right, sizes, scratch, { out: target });
      copyRows(0, target);
    } else {
      // Only the rows beyond the last have no room in the result.
      const whole = m % double.rows === 0;
      multiplyPlaced(instance, double, left, right, sizes, scratch, { out, edge: whole ? undefined : target });
      if (!whole) copyRows(m - (m % double.rows), target);
    }
  };
}
