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
 * @returns how many steps it took: fewer where a guard does not hold
 */
export type Iteration = (state: Float64Array, numbers: Float64Array, steps: number) => number;

/**
 * A graph whose outputs are the next state and whose inputs are the state and then the step's numbers, as one loop that
 * keeps the state in variables.
 * @returns undefined where code generation is forbidden
 */
export function iteration(graph: Graph): Iteration | undefined {
  const size = graph.outputs.length;
  const { lines, outputs } = statements(graph, stepNames(graph, size), "break;");
  return compile<Iteration>("", loop(size, [...lines, ...assigned(outputs)]), { parameters: "state, numbers, steps" });
}

/** Where a recorded run writes to, and what ends it. */
export interface Rows {
  readonly parameters: Float64Array;
  readonly values: Float64Array;
  readonly norms: Float64Array;
  /** As many numbers as there are parameters, of no meaning afterwards. */
  readonly room: Float64Array;
  /** One for each parameter; absent: there are no bounds. */
  readonly lower?: Float64Array;
  readonly upper?: Float64Array;
  /** The 2-norm of `room`. */
  readonly norm: (room: Float64Array) => number;
  /** A row whose value or gradient's norm is at most this is left to the caller. */
  readonly target: number;
  readonly tolerance: number;
}

/**
 * As an {@link Iteration}: every step leaves a row behind, from row `first` on, of the parameters before it, the value
 * there and the gradient's norm.
 * @returns how many steps it took: fewer where a guard does not hold, or where the next row is one to look at
 */
export type RecordedIteration = (
  state: Float64Array,
  numbers: Float64Array,
  steps: number,
  first: number,
  rows: Rows,
) => number;

/** A sum of squares between these has lost nothing to overflow or underflow. */
export const [LEAST_SQUARE, MOST_SQUARE] = [1e-280, 1e280] as const;
/** Numbers below this are finite, and no sign of a divergence. */
const MODERATE = 1e100;

/**
 * A graph whose outputs are the next state, then the gradient and the value before the step, as one loop.
 * @param size how many parameters there are: the first numbers of the state
 * @param bounded every step ends at the nearest point within bounds, and the norm is that of P(x − g) − x
 * @returns undefined where code generation is forbidden
 */
export function recordedIteration(graph: Graph, size: number, bounded: boolean): RecordedIteration | undefined {
  const width = graph.outputs.length - size - 1;
  const { lines, outputs } = statements(graph, stepNames(graph, width), "break;");
  const places = Array.from({ length: size }, (_, k) => k);
  const inside = (code: string, k: number) => `Math.min(Math.max(${code}, lower[${k}]), upper[${k}])`;
  const slopes = places.map((k) => {
    const code = outputs[width + k]!;
    return bounded ? `${inside(`s${k} - ${code}`, k)} - s${k}` : code;
  });
  const square = places.map((k) => `g${k} * g${k}`).join(" + ");
  const written = places.map((k) => `room[${k}] = g${k};`).join(" ");
  const body = loop(width, [
    ...lines,
    `const value = ${outputs[width + size]};`,
    ...slopes.map((code, k) => `const g${k} = ${code};`),
    ...(size === 1
      ? ["const steepness = Math.abs(g0);"]
      : [
          `let steepness = ${square};`,
          `if (steepness > ${LEAST_SQUARE} && steepness < ${MOST_SQUARE}) steepness = Math.sqrt(steepness);`,
          `else { ${written} steepness = norm(room); }`,
        ]),
    `if (!(value > target && value < ${MODERATE} && steepness > tolerance && steepness < ${MODERATE}) ||`,
    `  value < -${MODERATE} || !(${places.map((k) => `Math.abs(s${k}) < Infinity`).join(" && ")})) break;`,
    "const row = first + step;",
    ...places.map((k) => `parameters[row * ${size} + ${k}] = s${k};`),
    "values[row] = value;",
    "norms[row] = steepness;",
    ...assigned(outputs.slice(0, width).map((code, k) => (bounded && k < size ? inside(code, k) : code))),
  ]);
  const before = "const { parameters, values, norms, room, lower, upper, norm, target, tolerance } = rows;";
  return compile<RecordedIteration>("", `${before}\n${body}`, { parameters: "state, numbers, steps, first, rows" });
}

/** The code of a step's inputs, of which the first `size` are the state. */
function stepNames({ inputs }: Graph, size: number): string[] {
  const width = inputs.length - size;
  return inputs.map((_, k) => (k < size ? `s${k}` : `numbers[step * ${width} + ${k - size}]`));
}

/** The code of an output reads no variable of the state. */
const assigned = (outputs: readonly string[]) => outputs.map((code, k) => `s${k} = ${code};`);

function loop(size: number, step: readonly string[]): string {
  const state = Array.from({ length: size }, (_, k) => k);
  return [
    ...state.map((k) => `let s${k} = state[${k}];`),
    "let step = 0;",
    "for (; step < steps; step++) {",
    ...step,
    "}",
    ...state.map((k) => `state[${k}] = s${k};`),
    "return step;",
  ].join("\n");
}
