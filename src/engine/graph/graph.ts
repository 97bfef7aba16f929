/** Graphs: what staging leaves behind. */
import { bind, setSource, withoutRecorders } from "../bind";
import { currentDialect, type Dialect } from "../dialect";
import { isFloat } from "../dtype";
import { type Guard, type Input, Node, peek, Stage } from "../interpreters/stage";
import type { Op } from "../op";
import { add, cast, div, larger, matmulOp, mul, neg, smaller, sqrt, sub } from "../ops";
import { broadcastOffsets, full, type Shape, sizeOf, type Tensor, type Value } from "../tensor";
import { backward } from "../transforms/backward";

/** Outputs as operations on inputs; holds wherever every guard's value is what it was. */
export interface Graph {
  readonly inputs: readonly Input[];
  readonly outputs: readonly Value[];
  readonly guards: readonly Guard[];
}

export interface Parameter {
  readonly name: string;
  readonly primal: Tensor;
}

/** Runs `f` once on tracers that stand at the parameters' values. */
export function stage(parameters: readonly Parameter[], f: (inputs: readonly Value[]) => readonly Value[]): Graph {
  const stage = new Stage();
  const inputs = parameters.map(({ name, primal }) => stage.input(name, primal));
  const outputs = f(inputs);
  return { inputs, outputs, guards: stage.guards };
}

/** The nodes on which `values` depend, inputs of a node before it. */
export function nodesOf(values: readonly Value[]): Node[] {
  const found = new Set<Node>();
  const pending = values.filter((value) => value instanceof Node);
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    for (const input of node.inputs) if (input instanceof Node) pending.push(input);
  }
  return [...found].sort((a, b) => a.id - b.id);
}

/** ∂output/∂input for each input, as further nodes; null where the output does not depend on it. */
export function gradientNodes(
  output: Value,
  inputs: readonly Node[],
  dialect: Dialect = currentDialect(),
): (Value | null)[] {
  const nodes = nodesOf([output]);
  const reached = new Set<Value>(inputs);
  for (const node of nodes) if (node.inputs.some((input) => reached.has(input))) reached.add(node);
  if (!reached.has(output) || !isFloat(output.dtype)) return inputs.map(() => null);
  const cotangents = new Map<Value, Value>([[output, full(output.shape, 1, output.dtype)]]);
  return withoutRecorders(() => {
    backward(nodes, cotangents, (value) => reached.has(value) && isFloat(value.dtype), dialect);
    return inputs.map((input) => cotangents.get(input) ?? null);
  });
}

/** Applies the graph's operations to other values: tensors, duals, the inputs of another graph. */
export function replay(outputs: readonly Value[], inputs: ReadonlyMap<Value, Value>): Value[] {
  const values = new Map<Value, Value>(inputs);
  const at = (value: Value) => values.get(value) ?? value;
  for (const node of nodesOf(outputs))
    if (!values.has(node)) values.set(node, bind(node.op, node.inputs.map(at), node.attributes));
  return outputs.map(at);
}

/**
 * The same graph over scalars only: every array becomes its elements, every input `w` of shape [2] two inputs `w[0]`, `w[1]`.
 * @throws RangeError when an array has more than `limit` elements.
 */
export function scalarize(graph: Graph, limit = 256): Graph {
  const stage = new Stage();
  const elements = new Map<Value, readonly Value[]>();
  const inputs: Input[] = [];
  for (const input of graph.inputs) {
    if (sizeOf(input.shape) > limit) throw new RangeError(`an array of ${sizeOf(input.shape)} elements`);
    const own = Array.from(input.primal.data, (number, i) =>
      stage.input(input.name + indexText(i, input.shape), full([], number, input.dtype)),
    );
    inputs.push(...own);
    elements.set(input, own);
  }
  const at = (value: Value): readonly Value[] => {
    let own = elements.get(value);
    if (!own) {
      const constant = value as Tensor;
      own = Array.from(constant.data, (number) => full([], number, constant.dtype));
      elements.set(value, own);
    }
    return own;
  };
  const outputs = graph.outputs;
  for (const node of nodesOf([...outputs, ...graph.guards.map((guard) => guard.node)])) {
    if (elements.has(node)) continue;
    if (sizeOf(node.shape) > limit) throw new RangeError(`an array of ${sizeOf(node.shape)} elements`);
    // The elements of an operation belong to the text that made it.
    const before = setSource(node.source);
    try {
      elements.set(node, expand(node, at));
    } finally {
      setSource(before);
    }
  }
  const guards = graph.guards.flatMap((guard) =>
    at(guard.node).flatMap((node) => (node instanceof Node ? [{ node, source: guard.source }] : [])),
  );
  return { inputs, outputs: outputs.flatMap(at), guards };
}

/** The elements of a node, row-major, from those of its inputs. */
function expand(node: Node, at: (value: Value) => readonly Value[]): readonly Value[] {
  const [x, y] = node.inputs as [Value, Value?];
  const { op } = node;
  if (op.kind === "elementwise") {
    const columns = node.inputs.map((input) => {
      const own = at(input);
      const offsets = broadcastOffsets(input.shape, node.shape);
      return (i: number) => own[offsets[i]!]!;
    });
    return Array.from({ length: sizeOf(node.shape) }, (_, i) =>
      bind(
        op as Op,
        columns.map((column) => column(i)),
        undefined,
      ),
    );
  }
  switch (op.name) {
    case "reshape":
    case "read":
      return at(x);
    case "broadcast_to":
      return Array.from(broadcastOffsets(x.shape, node.shape), (offset) => at(x)[offset]!);
    case "take":
      return Array.from((node.attributes as { offsets: Int32Array }).offsets, (offset) => at(x)[offset]!);
    case "stack":
      return node.inputs.flatMap(at);
    case "cast":
      return at(x).map((element) => cast(element, node.dtype));
    case "stop_gradient":
      return at(x).map((element) => bind(op as Op, [element], undefined));
    case "sum": {
      const { axes } = node.attributes as { axes: readonly number[] };
      const small = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
      return addUp(at(x), broadcastOffsets(small, x.shape), sizeOf(small), node);
    }
    case "max":
    case "min": {
      const { axes } = node.attributes as { axes: readonly number[] };
      const small = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
      const best: Value[] = [];
      const offsets = broadcastOffsets(small, x.shape);
      at(x).forEach((value, i) => {
        const before = best[offsets[i]!];
        best[offsets[i]!] = before ? (op.name === "max" ? larger : smaller)(before, value) : value;
      });
      return best;
    }
    case "cumsum": {
      const { axis, reverse } = node.attributes as { axis: number; reverse: boolean };
      const after = sizeOf(x.shape.slice(axis + 1));
      const out = [...at(x)];
      const last = x.shape[axis]! - 1;
      for (let k = 0; k < out.length; k++) {
        const i = reverse ? out.length - 1 - k : k;
        const index = Math.floor(i / after) % (last + 1);
        if (index !== (reverse ? last : 0)) out[i] = add(out[i + (reverse ? after : -after)]!, out[i]!);
      }
      return out;
    }
    case "concat":
      return node.inputs.flatMap(at);
    case "scatter_add":
      return addUp(at(x), (node.attributes as { offsets: Int32Array }).offsets, sizeOf(node.shape), node);
    case matmulOp.name: {
      const [m, k] = x.shape.slice(-2) as [number, number];
      const n = y!.shape.at(-1)!;
      return Array.from({ length: sizeOf(node.shape) }, (_, i) => {
        const row = Math.floor(i / n);
        const first = Math.floor(row / m) * k * n + (i % n);
        return Array.from({ length: k }, (_, p) => mul(at(x)[row * k + p]!, at(y!)[first + p * n]!)).reduce((a, b) =>
          add(a, b),
        );
      });
    }
    case "solve":
    case "det":
    case "cholesky":
      return expandMatrices(node, at);
    default:
      throw new RangeError(`${op.name} does not fall apart into scalars`);
  }
}

/** Equations on scalars, in the order of pivots that is best at the point of staging: the values are the same in any order. */
function expandMatrices(node: Node, at: (value: Value) => readonly Value[]): readonly Value[] {
  const [a, b] = node.inputs as [Value, Value?];
  const n = a.shape.at(-1)!;
  const width = b ? b.shape.at(-1)! : 0;
  return Array.from({ length: sizeOf(a.shape.slice(0, -2)) }, (_, batch): Value[] => {
    const rows = Array.from({ length: n }, (_, i) => at(a).slice((batch * n + i) * n, (batch * n + i + 1) * n));
    if (node.op.name === "cholesky") return choleskyOf(rows, node);
    const table = rows.map((row, i) => [
      ...row,
      ...(b ? at(b).slice((batch * n + i) * width, (batch * n + i + 1) * width) : []),
    ]);
    let determinant: Value = full([], 1, node.dtype);
    for (let k = 0; k < n; k++) {
      const size = (i: number) => Math.abs(peek(table[i]![k]!).item());
      let best = k;
      for (let i = k + 1; i < n; i++) if (size(i) > size(best)) best = i;
      if (best !== k) {
        [table[k], table[best]] = [table[best]!, table[k]!];
        determinant = neg(determinant);
      }
      const pivot = table[k]![k]!;
      determinant = mul(determinant, pivot);
      for (let i = k + 1; i < n; i++) {
        const factor = div(table[i]![k]!, pivot);
        table[i] = table[i]!.map((element, j) => (j <= k ? element : sub(element, mul(factor, table[k]![j]!))));
      }
    }
    if (!b) return [determinant];
    for (let i = n - 1; i >= 0; i--)
      for (let c = n; c < n + width; c++) {
        let total = table[i]![c]!;
        for (let j = i + 1; j < n; j++) total = sub(total, mul(table[i]![j]!, table[j]![c]!));
        table[i]![c] = div(total, table[i]![i]!);
      }
    return table.flatMap((row) => row.slice(n));
  }).flat();
}

function choleskyOf(rows: readonly (readonly Value[])[], node: Node): Value[] {
  const zero = full([], 0, node.dtype);
  const l: Value[][] = rows.map((row) => row.map(() => zero));
  for (let j = 0; j < rows.length; j++)
    for (let i = j; i < rows.length; i++) {
      // Both triangles count alike, as in the derivative of the whole.
      let total: Value = i === j ? rows[i]![j]! : mul(0.5, add(rows[i]![j]!, rows[j]![i]!));
      for (let k = 0; k < j; k++) total = sub(total, mul(l[i]![k]!, l[j]![k]!));
      l[i]![j] = i === j ? sqrt(total) : div(total, l[j]![j]!);
    }
  return l.flat();
}

function addUp(values: readonly Value[], offsets: Int32Array, size: number, node: Node): Value[] {
  const sums: (Value | undefined)[] = new Array(size).fill(undefined);
  values.forEach((value, i) => {
    const sum = sums[offsets[i]!];
    sums[offsets[i]!] = sum ? add(sum, value) : value;
  });
  return sums.map((sum) => sum ?? full([], 0, node.dtype));
}

/** `[1, 2]` for element 5 of shape [2, 3]; nothing for a scalar. */
export function indexText(i: number, shape: Shape): string {
  if (shape.length === 0) return "";
  const index: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(i % shape[axis]!);
    i = Math.floor(i / shape[axis]!);
  }
  return `[${index.join(", ")}]`;
}
