/** Graphs: what staging leaves behind. */
import { bind, setSource, withoutRecorders } from "../bind";
import { currentDialect, type Dialect } from "../dialect";
import { isFloat } from "../dtype";
import { type Guard, Input, Node, Stage } from "../interpreters/stage";
import type { Op } from "../op";
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

/** The stages whose functions are running: an inner one may use values of those around it. */
const running: Stage[] = [];

/**
 * Runs `f` once on tracers that stand at the parameters' values.
 * @throws TooManyOperations beyond `limit` nodes; RangeError for a function that uses values which an earlier run of it
 *   left behind: what it gives depends on more than its inputs
 */
export function stage(
  parameters: readonly Parameter[],
  f: (inputs: readonly Value[]) => readonly Value[],
  limit?: number,
): Graph {
  const stage = new Stage(limit);
  const inputs = parameters.map(({ name, primal }) => stage.input(name, primal));
  running.push(stage);
  try {
    const outputs = f(inputs);
    const used = nodesOf([...outputs, ...stage.guards.map(({ node }) => node)]);
    if (!used.every(({ interpreter }) => running.includes(interpreter)))
      throw new RangeError("the function uses values that an earlier call of it has kept");
    return { inputs, outputs, guards: stage.guards };
  } finally {
    running.pop();
  }
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

/**
 * Applies the graph's operations to other values: tensors, duals, the inputs of another graph.
 * @param nodes those on which the outputs depend, in order, where they are known already
 */
export function replay(
  outputs: readonly Value[],
  inputs: ReadonlyMap<Value, Value>,
  nodes: readonly Node[] = nodesOf(outputs),
): Value[] {
  const values = new Map<Value, Value>(inputs);
  const at = (value: Value) => values.get(value) ?? value;
  for (const node of nodes)
    if (!values.has(node)) values.set(node, bind(node.op, node.inputs.map(at), node.attributes));
  return outputs.map(at);
}

/** A graph's guards on other values of its inputs, those of another graph that is being staged at the same point. */
export function guardsOver(guards: readonly Guard[], inputs: ReadonlyMap<Value, Value>): Guard[] {
  const nodes = replay(
    guards.map(({ node }) => node),
    inputs,
  );
  return guards.flatMap((guard, k) => (nodes[k] instanceof Node ? [{ ...guard, node: nodes[k] }] : []));
}

/** A graph is not followed into its elements: too many of them, or an operation that does not fall apart. */
export class NotScalarizable extends RangeError {}

/** A graph over scalars of more nodes costs more to compile than it saves. */
const MOST_SCALARS = 50_000;

/** Inputs may be longer than other arrays where only a few elements at a time are taken: the code loops over them. */
const MOST_INPUTS = 10_000;

const isChoice = ({ op, attributes }: Node) => op.kind !== "elementwise" && op.movement?.(attributes).kind === "choose";

/** Whether a node is a scalar made of scalars by an operation on numbers. */
const isScalar = ({ op, shape }: Node) =>
  shape.length === 0 && (op.kind === "elementwise" || op.name === "cast" || op.name === "input" || "javascript" in op);

/**
 * The same graph over scalars only: every array becomes its elements, every input `w` of shape [2] two inputs `w[0]`, `w[1]`.
 * @throws NotScalarizable when an array has more than `limit` elements, or an operation has no rule for them;
 * TooManyOperations when the elements take far more operations than the arrays.
 */
export function scalarize(graph: Graph, limit = 256): Graph {
  const wanted = nodesOf([...graph.outputs, ...graph.guards.map((guard) => guard.node)]);
  const whole = new Set([
    ...graph.outputs,
    ...wanted.filter((node) => !isChoice(node)).flatMap(({ inputs }) => inputs),
  ]);
  const most = (node: Node) => (node instanceof Input && !whole.has(node) ? MOST_INPUTS : limit);
  const large = wanted.find((node) => sizeOf(node.shape) > most(node));
  if (large) throw new NotScalarizable(`an array of ${sizeOf(large.shape)} elements`);
  const [first] = graph.inputs;
  if (first && !first.interpreter.recorded && [...graph.inputs, ...wanted].every(isScalar)) return graph;
  const stage = new Stage(wanted.length + MOST_SCALARS);
  const elements = new Map<Value, readonly Value[]>();
  const inputs: Input[] = [];
  for (const input of graph.inputs) {
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
  for (const node of wanted) {
    if (elements.has(node)) continue;
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
  // Falling apart may look at numbers too: which pivot is largest.
  return { inputs, outputs: outputs.flatMap(at), guards: [...guards, ...stage.guards] };
}

/** The elements of a node, row-major, from those of its inputs. @throws NotScalarizable where the operation has no such rule. */
function expand({ op, inputs, attributes, shape }: Node, at: (value: Value) => readonly Value[]): readonly Value[] {
  if (op.kind === "elementwise") {
    const columns = inputs.map((input) => {
      const own = at(input);
      const offsets = broadcastOffsets(input.shape, shape);
      return (i: number) => own[offsets[i]!]!;
    });
    return Array.from({ length: sizeOf(shape) }, (_, i) =>
      bind(
        op as Op,
        columns.map((column) => column(i)),
        undefined,
      ),
    );
  }
  const own = op.scalars?.(inputs.map(at), inputs, attributes);
  if (!own) throw new NotScalarizable(`${op.name} is not followed into its elements`);
  return own;
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
