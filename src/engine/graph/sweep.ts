/** One reverse sweep over a graph with all its numbers: for showing how the gradient comes about. */
import { withoutRecorders } from "../bind";
import { currentDialect, type Dialect } from "../dialect";
import { isFloat } from "../dtype";
import { Input, type Node, peek } from "../interpreters/stage";
import { add } from "../ops";
import { full, sizeOf, type Tensor, type Value } from "../tensor";
import { vjp } from "../transforms/backward";
import { type Graph, nodesOf } from "./graph";

/** One operation of the graph, or one of its inputs. */
export interface SweepStep {
  readonly node: Node;
  /** ∂output/∂node, of the node's shape; null where the sweep does not come by. */
  readonly adjoint: Tensor | null;
  /** What each of the node's inputs receives: adjoint · ∂node/∂input; null where nothing passes. */
  readonly contributions: readonly (Tensor | null)[];
}

/**
 * The steps of reverse mode for the graph's one output at the point where it was staged: in the order of the forward
 * sweep, inputs on which the output does not depend included. The reverse sweep runs from the last to the first
 * (Griewank and Walther, Evaluating Derivatives, 2008, table 3.4).
 * @throws RangeError unless the output is one number
 */
export function reverseSweep(graph: Graph, dialect: Dialect = currentDialect()): SweepStep[] {
  const output = graph.outputs[0]!;
  if (sizeOf(output.shape) !== 1)
    throw new RangeError(`a sweep starts from one number, not from shape (${output.shape})`);
  const nodes = [...new Set<Node>([...graph.inputs, ...nodesOf([output])])].sort((a, b) => a.id - b.id);
  const reached = new Set<Value>(graph.inputs);
  for (const node of nodes) if (node.inputs.some((input) => reached.has(input))) reached.add(node);
  const adjoints = new Map<Value, Tensor>();
  if (reached.has(output) && isFloat(output.dtype)) adjoints.set(output, full(output.shape, 1, output.dtype));
  const contributions = new Map<Node, readonly (Tensor | null)[]>();
  withoutRecorders(() => {
    for (const node of nodes.toReversed()) {
      const adjoint = adjoints.get(node);
      if (!adjoint || node instanceof Input) continue;
      const follows = node.inputs.map((input) => reached.has(input) && isFloat(input.dtype));
      const passed = vjp(node.op, node.inputs.map(peek), node.attributes, node.primal, adjoint, follows, dialect);
      const own = passed.map((value, k) => (value && follows[k] ? peek(value) : null));
      contributions.set(node, own);
      own.forEach((value, k) => {
        if (!value) return;
        const sum = adjoints.get(node.inputs[k]!);
        adjoints.set(node.inputs[k]!, sum ? peek(add(sum, value)) : value);
      });
    }
  });
  return nodes.map((node) => ({
    node,
    adjoint: adjoints.get(node) ?? null,
    contributions: contributions.get(node) ?? node.inputs.map(() => null),
  }));
}
