/** Graphs of scalars in loops: over the elements of arrays, and over steps from one state to the next. */
import type { Graph } from "../graph/graph";
import { compile, interpret, statements } from "./javascript";

/**
 * Applies a graph to every element of arrays of one length. Its first inputs are the arrays' elements, the others the
 * numbers from `first` on; its outputs go to other arrays, or to the same.
 */
export type EachElement = (
  arrays: readonly ArrayLike<number>[],
  numbers: ArrayLike<number>,
  first: number,
  out: readonly Float64Array[],
) => void;

/**
 * Compiled, or interpreted where code generation is forbidden. The graph has no guards.
 * @param arrays how many of the inputs are arrays
 */
export function eachElement(graph: Graph, arrays: number): EachElement {
  return compiledForEach(graph, arrays) ?? interpretedForEach(graph, arrays);
}

function compiledForEach(graph: Graph, arrays: number): EachElement | undefined {
  const names = graph.inputs.map((_, k) => (k < arrays ? `a${k}[i]` : `c${k - arrays}`));
  const { lines, outputs } = statements(graph, names);
  const body = [
    ...names.map((_, k) =>
      k < arrays ? `const a${k} = point[${k}];` : `const c${k - arrays} = numbers[first + ${k - arrays}];`,
    ),
    ...outputs.map((_, k) => `const out${k} = out[${k}];`),
    "for (let i = 0; i < out0.length; i++) {",
    ...lines,
    ...outputs.map((code, k) => `out${k}[i] = ${code};`),
    "}",
  ].join("\n");
  return compile<EachElement>("", body, { parameters: "point, numbers, first, out" });
}

function interpretedForEach(graph: Graph, arrays: number): EachElement {
  const run = interpret(graph);
  const point = new Float64Array(graph.inputs.length);
  const results = new Float64Array(graph.outputs.length);
  return (from, numbers, first, out) => {
    for (let k = arrays; k < point.length; k++) point[k] = numbers[first + k - arrays]!;
    for (let i = 0; i < out[0]!.length; i++) {
      for (let k = 0; k < arrays; k++) point[k] = from[k]![i]!;
      run(point, results);
      for (let k = 0; k < results.length; k++) out[k]![i] = results[k]!;
    }
  };
}

/**
 * Goes so many steps from a state, in place, with the numbers of each step one behind the other.
 * @param records what is recorded goes there, one step behind the other
 * @returns how many steps it took: fewer where a guard does not hold
 */
export type Iteration = (state: Float64Array, numbers: Float64Array, steps: number, records?: Float64Array) => number;

/**
 * A graph whose first outputs are the next state and whose inputs are the state and then the step's numbers, as one loop
 * that keeps the state in variables.
 * @param size numbers of the state; further outputs are recorded
 * @returns undefined where code generation is forbidden
 */
export function iteration(graph: Graph, size = graph.outputs.length): Iteration | undefined {
  const width = graph.inputs.length - size;
  const names = graph.inputs.map((_, k) => (k < size ? `s${k}` : `numbers[step * ${width} + ${k - size}]`));
  const { lines, outputs } = statements(graph, names, "break;");
  const next = outputs.slice(0, size);
  const recorded = outputs.slice(size);
  const body = [
    ...next.map((_, k) => `let s${k} = state[${k}];`),
    "let step = 0;",
    "for (; step < steps; step++) {",
    ...lines,
    ...recorded.map((code, k) => `records[step * ${recorded.length} + ${k}] = ${code};`),
    ...next.map((code, k) => `s${k} = ${code};`),
    "}",
    ...next.map((_, k) => `state[${k}] = s${k};`),
    "return step;",
  ].join("\n");
  return compile<Iteration>("", body, { parameters: "state, numbers, steps, records" });
}
