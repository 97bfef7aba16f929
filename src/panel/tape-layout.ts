/** Where the nodes and edges of a computation graph stand. */
import { layout as arrange, graphlib } from "@dagrejs/dagre";

export interface Box {
  /** The middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface EdgeLine {
  readonly from: number;
  readonly to: number;
  /** Which argument of the operation it is. */
  readonly k: number;
  readonly path: string;
  /** What it carries forwards, and what comes back on it. */
  readonly value: string;
  readonly passed: string;
  /** The middle and the width of both. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface Arranged {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Box[];
  readonly edges: readonly EdgeLine[];
}

interface Described {
  /** What stands in the box. */
  readonly lines: readonly string[];
  readonly from: readonly { readonly node: number; readonly value: string; readonly passed: string }[];
}

/** Of the page's font at 12 pixels. */
const CHARACTER = 7.3;
const HEIGHT = 67;
/** The same for the smaller text at edges, and the height of a line of it. */
const SMALL = 6.6;
export const LINE = 14;
const MARGIN = 6;

/** Inputs left and the result right; `down`: inputs above and the result below. */
export function layout(nodes: readonly Described[], down: boolean): Arranged {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({
    rankdir: down ? "TB" : "LR",
    nodesep: 18,
    ranksep: down ? 26 : 34,
    marginx: MARGIN,
    marginy: MARGIN,
  });
  nodes.forEach(({ lines }, index) => {
    const longest = Math.max(...lines.map((line) => line.length));
    graph.setNode(String(index), { width: Math.max(56, longest * CHARACTER + 22), height: HEIGHT });
  });
  nodes.forEach(({ from }, index) => {
    from.forEach(({ node, value, passed }, k) => {
      const width = Math.max(value.length, passed.length) * SMALL + 8;
      const height = LINE * (passed ? 2 : 1) + 2;
      graph.setEdge(String(node), String(index), { width, height, labelpos: "c" }, String(k));
    });
  });
  arrange(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width: Math.max(width, 1),
    height: Math.max(height, 1),
    nodes: nodes.map((_, index) => graph.node(String(index)) as Box),
    edges: nodes.flatMap(({ from }, index) =>
      from.map(({ node, value, passed }, k): EdgeLine => {
        const edge = graph.edge(String(node), String(index), String(k)) as {
          points: { x: number; y: number }[];
          x: number;
          y: number;
          width: number;
        };
        const { x, y, width } = edge;
        return { from: node, to: index, k, path: smooth(edge.points), value, passed, x, y, width };
      }),
    ),
  };
}

/** A line through the corners with rounded turns: quadratic between the middles. */
function smooth(points: readonly { x: number; y: number }[]): string {
  const at = ({ x, y }: { x: number; y: number }) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const [first, ...rest] = points;
  if (!first || rest.length === 0) return "";
  const last = rest[rest.length - 1]!;
  const turns = rest.slice(0, -1).map((point, i) => {
    const next = rest[i + 1]!;
    const end = i + 2 === rest.length ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${at(point)} ${at(end)}`;
  });
  return `M${at(first)}${turns.length > 0 ? turns.join("") : `L${at(last)}`}`;
}
