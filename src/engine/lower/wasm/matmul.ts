/**
 * Products of matrices, in blocks that stay in registers and caches (Goto and van de Geijn, 2008): both matrices are
 * packed into panels, and a tile of the product is summed over the inner index. Every element is summed in the order of
 * that index, as a plain loop does it, so that the result is the same to the last bit.
 */
import { Imports, instantiate } from "./emit";
import { Body, type SimdOpcode } from "./encoder";
import { layout, MOST_BYTES, reserve } from "./memory";

/** Rows of a tile. Its columns are those of two vectors. */
const ROWS = 4;
const VECTORS = 2;
/** A block of the left matrix: so many rows and inner indices of it fill half of a usual second cache. */
const BLOCK_ROWS = 128;
const BLOCK_INNER = 512;

interface Element {
  readonly bytes: 4 | 8;
  readonly splat: SimdOpcode;
  readonly mul: SimdOpcode;
  readonly add: SimdOpcode;
}

const FLOAT64: Element = { bytes: 8, splat: "v128.load64_splat", mul: "f64x2.mul", add: "f64x2.add" };
const COLUMNS = (VECTORS * 16) / FLOAT64.bytes;

/**
 * pack(from, to, bytes to the next member, bytes to the next index, count): for each index the elements of a panel's
 * members, one behind the other. `together`: they lie so already.
 */
function packing({ bytes }: Element, members: number, together: boolean): Body {
  const body = new Body(["i32", "i32", "i32", "i32", "i32"]);
  const [from, to, across, along, count] = [0, 1, 2, 3, 4];
  const k = body.local("i32");
  const at = body.local("i32");
  body.until(
    k,
    1,
    () => body.get(count),
    () => {
      body.get(from);
      body.set(at);
      for (let byte = 0; byte < members * bytes; byte += together ? 16 : bytes) {
        body.get(to);
        body.get(at);
        if (together) {
          body.memory("v128.load", byte);
          body.memory("v128.store", byte);
          continue;
        }
        body.loadFloat(bytes, 0);
        body.storeFloat(bytes, byte);
        body.get(at);
        body.get(across);
        body.op("i32.add");
        body.set(at);
      }
      body.get(from);
      body.get(along);
      body.op("i32.add");
      body.set(from);
      body.advance(to, members * bytes);
    },
  );
  return body;
}

/**
 * multiply(rows, columns, out, bytes of a row of out, count, row panels, column panels): adds the product of packed
 * panels to `out`, whose rows and columns are whole panels.
 */
function multiplying({ bytes, splat, mul, add }: Element): Body {
  const body = new Body(["i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [rows, columns, out, rowBytes, count, rowPanels, columnPanels] = [0, 1, 2, 3, 4, 5, 6] as const;
  const [i, j, k, a, b, c, at] = Array.from({ length: 7 }, () => body.local("i32")) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const tile = Array.from({ length: ROWS }, () => Array.from({ length: VECTORS }, () => body.local("v128")));
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
          eachRow((row) => {
            row.forEach((local, q) => {
              body.get(at);
              body.memory("v128.load", 16 * q);
              body.set(local);
            });
          });
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
                  body.get(local);
                  body.get(left);
                  body.get(right[q]!);
                  body.simd(mul);
                  body.simd(add);
                  body.set(local);
                });
              });
              body.advance(a, ROWS * bytes);
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
            body.i32(ROWS);
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

type Call = (...numbers: number[]) => void;
interface Kernels {
  readonly packRows: Call;
  readonly packRowsTogether: Call;
  readonly packColumns: Call;
  readonly packColumnsTogether: Call;
  readonly multiply: Call;
}

let kernels: Kernels | null | undefined;

/** Null where WebAssembly is not to be had. */
function kernelsOf(): Kernels | null {
  if (kernels === undefined) {
    const functions = [
      { name: "packRows", body: packing(FLOAT64, ROWS, false), results: [] },
      { name: "packRowsTogether", body: packing(FLOAT64, ROWS, true), results: [] },
      { name: "packColumns", body: packing(FLOAT64, COLUMNS, false), results: [] },
      { name: "packColumnsTogether", body: packing(FLOAT64, COLUMNS, true), results: [] },
      { name: "multiply", body: multiplying(FLOAT64), results: [] },
    ];
    kernels = (instantiate(functions, new Imports()) as unknown as Kernels | undefined) ?? null;
  }
  return kernels;
}

/** Products of fewer multiplications are done sooner by a loop. */
const FEWEST_PRODUCTS = 2_000;

/**
 * The product of row-major matrices [m, k] · [k, n] in float64, each element summed in the order of k.
 * @param left begins at `leftStart` in it, `right` at `rightStart`
 * @returns a view that the next kernel writes over; undefined where a loop is better, or WebAssembly is not to be had
 */
export function multiplyMatrices(
  left: ArrayLike<number>,
  leftStart: number,
  right: ArrayLike<number>,
  rightStart: number,
  [m, k, n]: readonly [m: number, k: number, n: number],
): { readonly data: Float64Array; readonly rowLength: number } | undefined {
  // Of few rows or columns most of a tile would be lost.
  if (m * k * n < FEWEST_PRODUCTS || m < ROWS || n < COLUMNS) return undefined;
  const run = kernelsOf();
  if (!run) return undefined;
  const [rowPanels, columnPanels] = [Math.ceil(m / ROWS), Math.ceil(n / COLUMNS)];
  const inner = Math.min(k, BLOCK_INNER);
  const rowLength = columnPanels * COLUMNS;
  const { starts, end } = layout(
    [
      m * k,
      k * n,
      ROWS * Math.min(rowPanels, BLOCK_ROWS / ROWS) * inner,
      rowLength * inner,
      ROWS * rowPanels * rowLength,
      // The last panels read beyond their matrix: what they find there goes into columns and rows of no use.
      ROWS * Math.max(k, n),
    ].map((length) => 8 * length),
  );
  if (end > MOST_BYTES) return undefined;
  const numbers = new Float64Array(reserve(end));
  const [leftAt, rightAt, rows, columns, out] = starts as [number, number, number, number, number];
  copy(left, leftStart, m * k, numbers, leftAt / 8);
  copy(right, rightStart, k * n, numbers, rightAt / 8);
  numbers.fill(0, out / 8, out / 8 + ROWS * rowPanels * rowLength);
  for (let p = 0; p < k; p += inner) {
    const count = Math.min(inner, k - p);
    for (let panel = 0; panel < columnPanels; panel++)
      run.packColumnsTogether(
        rightAt + 8 * (p * n + panel * COLUMNS),
        columns + 8 * panel * COLUMNS * count,
        8,
        8 * n,
        count,
      );
    for (let block = 0; block < rowPanels; block += BLOCK_ROWS / ROWS) {
      const panels = Math.min(BLOCK_ROWS / ROWS, rowPanels - block);
      for (let panel = 0; panel < panels; panel++)
        run.packRows(leftAt + 8 * ((block + panel) * ROWS * k + p), rows + 8 * panel * ROWS * count, 8 * k, 8, count);
      run.multiply(rows, columns, out + 8 * block * ROWS * rowLength, 8 * rowLength, count, panels, columnPanels);
    }
  }
  return { data: numbers.subarray(out / 8, out / 8 + m * rowLength), rowLength };
}

function copy(from: ArrayLike<number>, start: number, length: number, to: Float64Array, at: number): void {
  if (Array.isArray(from) || (start === 0 && from.length === length)) to.set(from as ArrayLike<number>, at);
  else to.set((from as Float64Array).subarray(start, start + length), at);
}
