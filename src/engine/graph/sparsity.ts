/**
 * Where derivatives can differ from 0, and colourings by which few directions tell all of them apart: Curtis, Powell and
 * Reid (1974) for Jacobians; Coleman and Moré (1984) and Gebremedhin, Manne and Pothen, "What color is your Jacobian?"
 * (SIAM Review 47, 2005) for Hessians.
 */
import { withoutRecorders } from "../bind";
import { Pattern } from "../interpreters/pattern";
import type { Input } from "../interpreters/stage";
import { sizeOf, type Value } from "../tensor";
import { replay } from "./graph";

/** The places of a sparse matrix, row by row, ascending in each (compressed sparse rows). */
export interface SparsityPattern {
  readonly shape: readonly [rows: number, columns: number];
  /** Row i has the places from `starts[i]` up to `starts[i + 1]`. */
  readonly starts: Int32Array;
  /** The column of each place. */
  readonly columns: Int32Array;
}

/** A pattern and its colouring: columns of one colour never hide each other. */
export interface Colouring {
  /** The colour of each column, from 0. */
  readonly colours: Int32Array;
  readonly count: number;
}

/** More places than this are not worth a sparse matrix. */
const MOST_PLACES = 20_000_000;
/** Steps of a colouring; a pattern that needs more is taken for dense, with a colour for each column. */
const MOST_STEPS = 500_000_000;

/**
 * The pattern of ∂outputs/∂inputs: rows are the elements of the outputs in their order, columns those of the inputs. It
 * is a property of the graph, hence of the branch that was staged: where a guard fails, another pattern may hold. Never
 * too small on that branch; larger than needed where terms cancel or an operation does not fall apart into elements.
 * @throws RangeError for more than 20 million places.
 */
export function jacobianPattern(outputs: readonly Value[], inputs: readonly Input[]): SparsityPattern {
  const count = inputs.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const pattern = new Pattern(count);
  let first = 0;
  const own = inputs.map((input): [Input, Value] => {
    const value = pattern.input(input.primal, first);
    first += sizeOf(input.shape);
    return [input, value];
  });
  const results = withoutRecorders(() => replay(outputs, new Map(own)));
  const rows = results.flatMap((result) => pattern.inputsOf(result));
  return patternOf(rows, count);
}

/** @throws RangeError for more than 20 million places. */
function patternOf(rows: readonly ArrayLike<number>[], width: number): SparsityPattern {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    starts[i + 1] = starts[i]! + row.length;
    if (starts[i + 1]! > MOST_PLACES) throw new RangeError(`a sparse matrix of more than ${MOST_PLACES} places`);
  });
  const columns = new Int32Array(starts[rows.length]!);
  rows.forEach((row, i) => {
    columns.set(row, starts[i]);
  });
  return { shape: [rows.length, width], starts, columns };
}

export function transposed({ shape: [height, width], starts, columns }: SparsityPattern): SparsityPattern {
  const next = new Int32Array(width + 1);
  for (const column of columns) next[column + 1]!++;
  for (let j = 0; j < width; j++) next[j + 1]! += next[j]!;
  const turned = next.slice();
  const rows = new Int32Array(columns.length);
  for (let i = 0; i < height; i++) for (let k = starts[i]!; k < starts[i + 1]!; k++) rows[next[columns[k]!]!++] = i;
  return { shape: [width, height], starts: turned, columns: rows };
}

/** The places of a square pattern and of its transpose. @throws RangeError for more than 20 million places. */
export function symmetrized(pattern: SparsityPattern): SparsityPattern {
  const other = transposed(pattern);
  const rows = Array.from({ length: pattern.shape[0] }, (_, i) =>
    Int32Array.from(new Set([...rowOf(pattern, i), ...rowOf(other, i)])).sort(),
  );
  return patternOf(rows, pattern.shape[1]);
}

const rowOf = ({ starts, columns }: SparsityPattern, i: number): Int32Array =>
  columns.subarray(starts[i], starts[i + 1]);

const lengthOf = ({ starts }: SparsityPattern, i: number): number => starts[i + 1]! - starts[i]!;

/** Fewer colours than places in the fullest row are not possible. */
export function fewestColours(pattern: SparsityPattern): number {
  let most = 0;
  for (let i = 0; i < pattern.shape[0]; i++) most = Math.max(most, lengthOf(pattern, i));
  return most;
}

/** The indices of rows, the fullest first. */
function largestFirst(pattern: SparsityPattern): Int32Array {
  return Int32Array.from({ length: pattern.shape[0] }, (_, i) => i).sort(
    (i, j) => lengthOf(pattern, j) - lengthOf(pattern, i) || i - j,
  );
}

/** What greedy colourings share: the smallest colour that is not forbidden to the vertex at hand. */
class Palette {
  readonly colours: Int32Array;
  count = 0;
  private readonly forbidden: Int32Array;

  constructor(vertices: number) {
    this.colours = new Int32Array(vertices).fill(-1);
    this.forbidden = new Int32Array(vertices).fill(-1);
  }

  /** Keeps the colour of `other`, if it has one, from `vertex`. */
  forbid(vertex: number, other: number): void {
    const colour = this.colours[other]!;
    if (colour >= 0) this.forbidden[colour] = vertex;
  }

  choose(vertex: number): void {
    let colour = 0;
    while (this.forbidden[colour] === vertex) colour++;
    this.colours[vertex] = colour;
    this.count = Math.max(this.count, colour + 1);
  }
}

const oneEach = (count: number): Colouring => ({ colours: Int32Array.from({ length: count }, (_, i) => i), count });

/** Σ of squared row lengths: what it takes to visit the neighbours of all neighbours. */
function steps(pattern: SparsityPattern): number {
  let total = 0;
  for (let i = 0; i < pattern.shape[0]; i++) total += lengthOf(pattern, i) ** 2;
  return total;
}

/**
 * Colours of columns such that no two of a colour meet in a row: greedy, fullest columns first (Curtis, Powell and Reid
 * 1974; Coleman and Moré 1983).
 */
export function colourColumns(pattern: SparsityPattern): Colouring {
  const width = pattern.shape[1];
  if (fewestColours(pattern) === width || steps(pattern) > MOST_STEPS) return oneEach(width);
  const byColumn = transposed(pattern);
  const palette = new Palette(width);
  for (const column of largestFirst(byColumn)) {
    for (const row of rowOf(byColumn, column)) for (const other of rowOf(pattern, row)) palette.forbid(column, other);
    palette.choose(column);
  }
  return palette;
}

/**
 * A star colouring of a symmetric pattern: neighbours differ, and every path of four vertices has three colours, so that
 * each entry stands alone in a row of the compressed matrix or its mirror image does. Greedy, largest degree first:
 * algorithm 4.1 of Gebremedhin, Tarafdar, Manne and Pothen, "New acyclic and star coloring algorithms with application to
 * computing Hessians" (SIAM J. Sci. Comput. 29, 2007), which follows the two-coloured stars as they grow.
 */
export function colourSymmetric(pattern: SparsityPattern): Colouring {
  const n = pattern.shape[0];
  if (steps(pattern) > MOST_STEPS) return oneEach(n);
  const { starts, columns } = pattern;
  const palette = new Palette(n);
  const { colours } = palette;
  const mirror = mirrored(pattern);
  /** For each colour the last vertex that has a neighbour of it, and the place of the edge to the first such neighbour. */
  const seenBy = new Int32Array(n).fill(-1);
  const firstEdge = new Int32Array(n);
  const treated = new Int32Array(n).fill(-1);
  const star = new Int32Array(columns.length);
  /** The middle of each star; −1 while it has two vertices only. */
  const hubs: number[] = [];

  const treat = (vertex: number, neighbour: number) => {
    for (const other of rowOf(pattern, neighbour)) if (other !== vertex) palette.forbid(vertex, other);
    treated[neighbour] = vertex;
  };
  const join = (edge: number, to: number) => {
    star[edge] = to;
    star[mirror[edge]!] = to;
  };
  for (const v of largestFirst(pattern)) {
    for (let edge = starts[v]!; edge < starts[v + 1]!; edge++) {
      const w = columns[edge]!;
      const colour = colours[w]!;
      if (w === v || colour < 0) continue;
      palette.forbid(v, w);
      if (seenBy[colour] === v) {
        // Two neighbours of one colour: v would be in the middle of a path whose ends must have a third.
        const first = columns[firstEdge[colour]!]!;
        if (treated[first] !== v) treat(v, first);
        treat(v, w);
      } else {
        seenBy[colour] = v;
        firstEdge[colour] = edge;
        for (let next = starts[w]!; next < starts[w + 1]!; next++) {
          const x = columns[next]!;
          // The edge from w leads to the middle of a star: v must not prolong it.
          if (x !== v && x !== w && colours[x]! >= 0 && hubs[star[next]!] === x) palette.forbid(v, x);
        }
      }
    }
    palette.choose(v);
    for (let edge = starts[v]!; edge < starts[v + 1]!; edge++) {
      const w = columns[edge]!;
      const colour = colours[w]!;
      if (w === v || colour < 0) continue;
      let through = -1;
      for (let next = starts[w]!; next < starts[w + 1]! && through < 0; next++) {
        const x = columns[next]!;
        if (x !== v && x !== w && colours[x] === colours[v]) through = next;
      }
      const first = firstEdge[colour]!;
      if (through >= 0) {
        hubs[star[through]!] = w;
        join(edge, star[through]!);
      } else if (seenBy[colour] === v && first !== edge) {
        hubs[star[first]!] = v;
        join(edge, star[first]!);
      } else {
        hubs.push(-1);
        join(edge, hubs.length - 1);
      }
    }
  }
  return palette;
}

/** For each place (i, j) of a symmetric pattern that of (j, i). */
function mirrored(pattern: SparsityPattern): Int32Array {
  const { shape, starts, columns } = pattern;
  const next = starts.slice();
  const mirror = new Int32Array(columns.length);
  // Rows are visited in ascending order, so the places of column j are met in the order of row j.
  for (let i = 0; i < shape[0]; i++) for (let k = starts[i]!; k < starts[i + 1]!; k++) mirror[k] = next[columns[k]!]!++;
  return mirror;
}
