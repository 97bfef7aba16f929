/**
 * Graphs of scalars at many points at once: two points in the lanes of a vector, one after the other along an inner axis,
 * row by row along an outer one. What depends on one axis only is computed once for each of its points.
 */
import { type Graph, nodesOf } from "../../graph/graph";
import { type Guard, Input, type Node } from "../../interpreters/stage";
import { Tensor, type Value } from "../../tensor";
import { applied, rounded } from "./apply";
import { Emitter, instantiate, type Numbered, Numbering, Shared } from "./emit";
import { Body } from "./encoder";
import { and, eq, holds, input, type Lanes, ne, not, sameBits, splat } from "./lanes";
import { layout, reserve } from "./memory";
import { isWorthSharing, type Part, runAlone, runTogether } from "./second";

/** Along which axis an input of the graph varies, if it does. */
export type Role = "fixed" | "inner" | "outer";

/** The outputs at every point; views of a memory that the next kernel writes over. */
export interface Planes {
  /** For each output its numbers, row by row. */
  readonly outputs: readonly Float64Array[];
  /** Whether the guards hold, for each point; absent where they do everywhere. */
  readonly holds?: (point: number) => boolean;
}

/**
 * @param values for each input of the graph its number, or its numbers along its axis
 * @throws RangeError where the memory does not suffice
 */
export type GridKernel = (values: readonly (number | ArrayLike<number>)[], columns: number, rows: number) => Planes;

const INNER = 1;
const OUTER = 2;
const CLASSES: { readonly [R in Role]: number } = { fixed: 0, inner: INNER, outer: OUTER };

/** A graph of more operations, or one that makes more instructions, is not lowered. */
const MOST_NODES = 5_000;
const MOST_INSTRUCTIONS = 60_000;

/** A node's value from those of its inputs. @throws RangeError for an operation on arrays */
function lanesOf({ op, dtype }: Node, inputs: readonly Lanes[]): Lanes {
  if (op.kind === "elementwise") return applied(op, dtype, inputs);
  if (op.name === "cast" || op.javascript === "#1") return rounded(dtype, inputs[0]!);
  throw new RangeError(`${op.name} is not lowered`);
}

/** Where a guard holds: the node is what it was, −0 not 0. */
function guardOf({ node }: Guard, value: Lanes): Lanes {
  const seen = node.primal.item();
  if (node.dtype === "bool") return seen === 0 ? not(holds(value)) : holds(value);
  if (Number.isNaN(seen)) return ne(value, value);
  return seen === 0 ? sameBits(value, splat(seen)) : eq(value, splat(seen));
}

/**
 * Compiles a graph of scalars for points along axes.
 * @returns undefined where WebAssembly is not to be had, or the graph is too large for it
 */
export function lowerGrid(graph: Graph, roles: readonly Role[]): GridKernel | undefined {
  const nodes = nodesOf([...graph.guards.map(({ node }) => node), ...graph.outputs]);
  if (nodes.length > MOST_NODES) return undefined;
  const numbering = new Numbering((index) => CLASSES[roles[index]!]);
  const values = new Map<Value, Lanes>();
  const at = (value: Value) => (value instanceof Tensor ? splat(value.item()) : values.get(value)!);
  for (const node of nodes) {
    const lanes = node instanceof Input ? input(graph.inputs.indexOf(node)) : lanesOf(node, node.inputs.map(at));
    values.set(node, lanes);
    // Numbered here and named, expressions stay shallow.
    numbering.of(lanes).named = true;
    if (numbering.all.length > MOST_INSTRUCTIONS) return undefined;
  }
  const outputs = graph.outputs.map((output) => numbering.of(at(output)));
  const mask =
    graph.guards.length > 0 ? graph.guards.map((guard) => guardOf(guard, at(guard.node))).reduce(and) : undefined;
  return assemble(numbering, outputs, mask && numbering.of(mask), roles);
}

/** What is needed for the roots, in order. */
function needed(all: readonly Numbered[], roots: readonly Numbered[]): Numbered[] {
  const found = new Set<Numbered>(roots);
  for (let k = all.length - 1; k >= 0; k--) if (found.has(all[k]!)) for (const arg of all[k]!.args) found.add(arg);
  return all.filter((lanes) => found.has(lanes));
}

function assemble(
  numbering: Numbering,
  outputs: readonly Numbered[],
  mask: Numbered | undefined,
  roles: readonly Role[],
): GridKernel | undefined {
  const roots = mask ? [...outputs, mask] : outputs;
  const all = needed(numbering.all, roots);
  // A loop for the points of the inner axis alone pays where there is an outer one.
  const inTable = roles.includes("outer")
    ? (lanes: Numbered) => lanes.depends === INNER && lanes.making.kind !== "constant"
    : () => false;
  const wanted = new Set<Numbered>();
  for (const lanes of all)
    for (const arg of lanes.args)
      if (arg.depends !== lanes.depends) {
        arg.named = true;
        if (inTable(arg)) wanted.add(arg);
      }
  for (const root of roots) if (inTable(root)) wanted.add(root);
  const table = [...wanted];
  const places = (role: Role) => roles.flatMap((own, index) => (own === role ? [index] : []));
  const [fixed, inner, outer] = [places("fixed"), places("inner"), places("outer")];
  const shared = new Shared();

  /** Emits an input, from the addresses of its kind; false for anything else. */
  const readInput = (body: Body, addresses: { [R in Role]?: number }, lanes: Numbered): boolean => {
    if (lanes.making.kind !== "input") return false;
    const { index } = lanes.making;
    const role = roles[index]!;
    body.get(addresses[role]!);
    if (role === "inner") body.memory("v128.load", 16 * inner.indexOf(index));
    else body.memory("v128.load64_splat", 8 * (role === "fixed" ? fixed : outer).indexOf(index));
    return true;
  };

  /** columns(fixed, inner, table, end of inner): the table, an entry for each pair of points of the inner axis. */
  const columns = (): Body => {
    const body = new Body(["i32", "i32", "i32", "i32"]);
    const emitter = new Emitter(body, shared, (lanes) => readInput(body, { fixed: 0, inner: 1 }, lanes));
    const own = needed(all, table);
    emitter.prepare(own, (lanes) => lanes.depends === 0);
    body.until(
      1,
      16 * inner.length,
      () => body.get(3),
      () => {
        emitter.prepare(own, (lanes) => lanes.depends === INNER);
        table.forEach((lanes, k) => {
          body.get(2);
          emitter.value(lanes);
          body.memory("v128.store", 16 * k);
        });
        body.advance(2, 16 * table.length);
      },
    );
    return body;
  };

  /** Vectors for each pair of points. */
  const step = Math.max(1, table.length > 0 ? table.length : inner.length);
  /**
   * rows(fixed, pairs, end of pairs, outer, mask, out, bytes from output to output, bytes of a row, rows): the outputs of
   * all rows; whether the guards held everywhere.
   */
  const rows = (): Body => {
    const body = new Body(["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
    const [pair, out, row] = [body.local("i32"), body.local("i32"), body.local("i32")];
    const starts = outputs.map((_, k) => (k > 0 ? body.local("i32") : undefined));
    const every = body.local("v128");
    const entries = new Map(table.map((lanes, k) => [lanes, 16 * k]));
    const emitter = new Emitter(body, shared, (lanes) => {
      const entry = entries.get(lanes);
      if (entry === undefined) return readInput(body, { fixed: 0, inner: pair, outer: 3 }, lanes);
      body.get(pair);
      body.memory("v128.load", entry);
      return true;
    });
    const here = all.filter((lanes) => entries.has(lanes) || !inTable(lanes));
    starts.forEach((start, k) => {
      if (start === undefined) return;
      body.get(6);
      body.i32(k);
      body.op("i32.mul");
      body.set(start);
    });
    body.v128(0xffffffffffffffffn);
    body.set(every);
    emitter.prepare(here, (lanes) => lanes.depends === 0);
    body.until(
      row,
      1,
      () => body.get(8),
      () => {
        emitter.prepare(here, (lanes) => lanes.depends === OUTER);
        body.get(1);
        body.set(pair);
        body.get(5);
        body.set(out);
        body.until(
          pair,
          16 * step,
          () => body.get(2),
          () => {
            emitter.prepare(here, (lanes) => (lanes.depends & INNER) !== 0);
            outputs.forEach((output, k) => {
              body.get(out);
              const start = starts[k];
              if (start !== undefined) {
                body.get(start);
                body.op("i32.add");
              }
              emitter.value(output);
              body.memory("v128.store", 0);
            });
            body.advance(out, 16);
            if (!mask) return;
            body.get(4);
            emitter.value(mask);
            body.simd("i64x2.bitmask");
            body.store8();
            body.get(every);
            emitter.value(mask);
            body.simd("v128.and");
            body.set(every);
            body.advance(4, 1);
          },
        );
        body.advance(3, 8 * outer.length);
        body.get(5);
        body.get(7);
        body.op("i32.add");
        body.set(5);
      },
    );
    body.get(every);
    body.simd("i64x2.all_true");
    return body;
  };

  const functions = [
    ...(table.length > 0 ? [{ name: "columns", body: columns(), results: [] }] : []),
    { name: "rows", body: rows(), results: ["i32" as const] },
  ];
  const instance = instantiate(functions, shared);
  if (!instance) return undefined;

  return (values, count, rowCount) => {
    const pairs = Math.ceil(count / 2);
    const points = count * rowCount;
    const together = instance.shareable && isWorthSharing(points * all.length);
    // The last pair of an odd row writes one number too many: over the beginning of the next row, which comes after it,
    // or into a gap, for all rows where another thread may be at the next one.
    const rowLength = together ? 2 * pairs : count;
    const { starts, end: bytes } = layout([
      8 * fixed.length,
      16 * inner.length * pairs,
      16 * table.length * pairs,
      8 * outer.length * rowCount,
      mask ? pairs * rowCount : 0,
      ...outputs.map(() => 8 * (rowLength * rowCount + 1)),
    ]);
    const [fixedAt, innerAt, tableAt, outerAt, maskAt, outAt] = starts as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const buffer = reserve(bytes);
    const numbers = new Float64Array(buffer);
    fixed.forEach((index, k) => {
      numbers[fixedAt / 8 + k] = values[index] as number;
    });
    inner.forEach((index, k) => {
      const along = values[index] as ArrayLike<number>;
      for (let i = 0; i < 2 * pairs; i++) {
        const place = innerAt / 8 + 2 * ((i >> 1) * inner.length + k) + (i & 1);
        numbers[place] = along[Math.min(i, count - 1)]!;
      }
    });
    outer.forEach((index, k) => {
      const along = values[index] as ArrayLike<number>;
      for (let j = 0; j < rowCount; j++) numbers[outerAt / 8 + j * outer.length + k] = along[j]!;
    });
    const end = innerAt + 16 * inner.length * pairs;
    if (table.length > 0) instance.exports.columns!(fixedAt, innerAt, tableAt, end);
    const first = table.length > 0 ? tableAt : innerAt;
    const stride = (starts[6] ?? bytes) - outAt;
    const part = (row: number, rows: number, from: number, to: number): Part => [
      [
        "rows",
        [
          fixedAt,
          first + 16 * step * from,
          first + 16 * step * to,
          outerAt + 8 * outer.length * row,
          maskAt + pairs * row + from,
          outAt + 8 * rowLength * row + 16 * from,
          stride,
          8 * rowLength,
          rows,
        ],
      ],
    ];
    // In parts, also so that the engine can change to its better code in between.
    const parts: Part[] = [];
    if (rowCount > 1)
      for (let row = 0; row < rowCount; row += ROWS_AT_ONCE)
        parts.push(part(row, Math.min(ROWS_AT_ONCE, rowCount - row), 0, pairs));
    else
      for (let pair = 0; pair < pairs; pair += PAIRS_AT_ONCE)
        parts.push(part(0, 1, pair, Math.min(pair + PAIRS_AT_ONCE, pairs)));
    const held = together ? runTogether(instance, parts) : runAlone(instance, parts);
    const planes = outputs.map((_, k) => {
      const start = (outAt + stride * k) / 8;
      if (rowLength > count)
        for (let row = 1; row < rowCount; row++)
          numbers.copyWithin(start + row * count, start + row * rowLength, start + row * rowLength + count);
      return numbers.subarray(start, start + points);
    });
    if (held) return { outputs: planes };
    const masks = new Uint8Array(buffer, maskAt, pairs * rowCount);
    return {
      outputs: planes,
      holds: (point) => {
        const column = point % count;
        return ((masks[((point - column) / count) * pairs + (column >> 1)]! >> (column & 1)) & 1) === 1;
      },
    };
  };
}

const ROWS_AT_ONCE = 8;
const PAIRS_AT_ONCE = 2048;
