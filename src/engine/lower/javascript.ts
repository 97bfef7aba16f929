/** Lowering a graph of scalars to one JavaScript function. */
import { roundTo } from "../dtype";
import type { Graph } from "../graph/graph";
import { nodesOf } from "../graph/graph";
import { Input, type Node } from "../interpreters/stage";
import { helpers } from "../ops";
import { Tensor, type Value } from "../tensor";

/**
 * Writes the outputs at `point` into `out`.
 * @returns false, with nothing written, where a guard does not hold.
 */
export type Lowered = (point: ArrayLike<number>, out: Float64Array | number[]) => boolean;

const ROUND: { [D in Value["dtype"]]: (code: string) => string } = {
  float64: (code) => code,
  float32: (code) => `Math.fround(${code})`,
  float16: (code) => `roundTo.float16(${code})`,
  int64: (code) => `Math.trunc(${code})`,
  int32: (code) => `(${code} | 0)`,
  int16: (code) => `(${code} << 16 >> 16)`,
  int8: (code) => `(${code} << 24 >> 24)`,
  uint64: (code) => `roundTo.uint64(${code})`,
  uint32: (code) => `(${code} >>> 0)`,
  uint16: (code) => `(${code} & 65535)`,
  uint8: (code) => `(${code} & 255)`,
  bool: (code) => `(${code} !== 0 ? 1 : 0)`,
};

/** The source of the function's body: `point` and `out` are its parameters. @throws RangeError for arrays. */
export function javascriptOf(graph: Graph): string {
  const names = new Map<Value, string>();
  const lines: string[] = [];
  const code = (value: Value): string => {
    if (value instanceof Tensor) {
      const number = value.item();
      return Object.is(number, -0) ? "(-0)" : number < 0 ? `(${number})` : String(number);
    }
    return names.get(value)!;
  };
  for (const node of nodesOf([...graph.guards.map((guard) => guard.node), ...graph.outputs])) {
    if (node.shape.length > 0) throw new RangeError("only scalars are lowered");
    const name = `v${node.id}`;
    names.set(node, name);
    lines.push(`const ${name} = ${expression(node, graph, node.inputs.map(code))};`);
  }
  const checks = graph.guards.map(({ node }) => `if (!Object.is(${code(node)}, ${code(node.primal)})) return false;`);
  const writes = graph.outputs.map((output, k) => `out[${k}] = ${code(output)};`);
  return [...lines, ...checks, ...writes, "return true;"].join("\n");
}

function expression(node: Node, graph: Graph, inputs: readonly string[]): string {
  if (node instanceof Input) return `point[${graph.inputs.indexOf(node)}]`;
  const { op } = node;
  if (op.kind === "elementwise") {
    const code = op.javascript.replace(/#(\d)/g, (_, k) => inputs[Number(k) - 1]!);
    // Tests give 0 or 1 as they are.
    return op.result && node.dtype === "bool" ? code : ROUND[node.dtype](code);
  }
  if (op.name === "cast") return ROUND[node.dtype](inputs[0]!);
  if (op.javascript) return op.javascript.replace("#1", inputs[0]!);
  throw new RangeError(`${op.name} is not lowered`);
}

/** Compiles a graph of scalars; where code generation is forbidden, interprets it instead. */
export function lower(graph: Graph): Lowered {
  const body = javascriptOf(graph);
  try {
    const make = new Function("roundTo", ...Object.keys(helpers), `return (point, out) => {\n${body}\n};`);
    return make(roundTo, ...Object.values(helpers)) as Lowered;
  } catch (error) {
    // A strict content security policy throws EvalError.
    if (!(error instanceof EvalError)) throw error;
    return interpret(graph);
  }
}

/** The same answers without generating code. */
export function interpret(graph: Graph): Lowered {
  const nodes = nodesOf([...graph.guards.map((guard) => guard.node), ...graph.outputs]);
  return (point, out) => {
    const values = new Map<Value, number>();
    const at = (value: Value) => values.get(value) ?? (value as Tensor).data[0]!;
    for (const node of nodes) values.set(node, compute(node, graph, point, node.inputs.map(at)));
    if (graph.guards.some(({ node }) => !Object.is(at(node), node.primal.item()))) return false;
    graph.outputs.forEach((output, k) => {
      out[k] = at(output);
    });
    return true;
  };
}

function compute(node: Node, graph: Graph, point: ArrayLike<number>, inputs: readonly number[]): number {
  if (node instanceof Input) return point[graph.inputs.indexOf(node)]!;
  const round = roundTo[node.dtype];
  if (node.op.kind === "elementwise") return round(node.op.evaluate(inputs[0]!, inputs[1] ?? 0, inputs[2] ?? 0));
  return round(inputs[0]!);
}
