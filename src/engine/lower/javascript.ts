/** Lowering a graph of scalars to JavaScript: source that is compiled, or a plan that is followed step by step. */
import { type DType, roundTo } from "../dtype";
import type { Graph } from "../graph/graph";
import { nodesOf } from "../graph/graph";
import { Input, type Node } from "../interpreters/stage";
import type { Elementwise } from "../op";
import { helpers } from "../ops";
import { Tensor, type Value } from "../tensor";

/** Numbers to write to. */
export type Numbers = Float64Array | number[];

/**
 * Writes the outputs at `point` into `out`.
 * @returns false, with nothing written, where a guard does not hold.
 */
export type Lowered = (point: ArrayLike<number>, out: Numbers) => boolean;

/** Writes what it computes at `point` into `out`, and returns one number of it; allocates nothing. */
export interface Kernel {
  (point: ArrayLike<number>, out: Numbers): number;
  /** Arrays that it can be called with, in which nothing need be copied. */
  readonly own?: { readonly point: Float64Array; readonly out: Float64Array };
}

// ── one operation ───────────────────────────────────────────────────────────

const ROUND: { readonly [D in DType]: (code: string) => string } = {
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

/** `code`, rounded to `dtype`. */
export const rounded = (dtype: DType, code: string): string => ROUND[dtype](code);

/** A number as JavaScript reads it, with the sign of a zero. */
export function literal(number: number): string {
  return Object.is(number, -0) ? "(-0)" : number < 0 ? `(${number})` : String(number);
}

/**
 * An elementwise operation on names or literals. A square or cube is multiplied out: within 2 units in the last place of
 * the power, and many times faster.
 */
export function applied(op: Elementwise, dtype: DType, inputs: readonly string[]): string {
  const [x, y] = inputs;
  const power = op.name === "pow" ? y : op.name === "square" ? "2" : undefined;
  const code =
    power === "2"
      ? `(${x} * ${x})`
      : power === "3"
        ? `(${x} * ${x} * ${x})`
        : op.javascript.replace(/#(\d)/g, (_, k) => inputs[Number(k) - 1]!);
  // Tests give 0 or 1 as they are.
  return op.result && dtype === "bool" ? code : ROUND[dtype](code);
}

/** A test of a number against a constant, −0 not being 0. */
export const differs = (code: string, number: number): string =>
  Number.isNaN(number) || number === 0 ? `!Object.is(${code}, ${literal(number)})` : `${code} !== ${literal(number)}`;

// ── source of a graph ───────────────────────────────────────────────────────

/** Functions of more statements are cut into several: V8 optimises none of much more. */
const MOST_STATEMENTS = 1000;

/** What a kernel computes besides its guards: numbers that go to `out`, and the one that it returns. */
interface Wanted {
  readonly graph: Graph;
  readonly outputs: readonly Value[];
  readonly returned?: Value;
  /** What is returned where a guard does not hold. */
  readonly otherwise: string;
  /** `out` has its length: it can be filled. */
  readonly fixed?: boolean;
}

/**
 * Statements of a function whose parameters are `point` and `out`; `before` stands outside of it.
 * @throws RangeError for arrays
 */
function source({ graph, outputs, returned, otherwise, fixed }: Wanted): { before: string; body: string } {
  const checked = nodesOf(graph.guards.map(({ node }) => node));
  const first = new Set(checked);
  const wanted = nodesOf(returned ? [...outputs, returned] : outputs);
  const nodes = [...checked, ...wanted.filter((node) => !first.has(node))];
  const array = nodes.find((node) => node.shape.length > 0);
  if (array) throw new RangeError("only scalars are lowered");

  const places = new Map<Value, number>(graph.inputs.map((input, k) => [input, k]));
  const numbers = new Map<Value, number>(nodes.map((node, k) => [node, k]));
  const long = nodes.length > MOST_STATEMENTS;
  const chunkOf = (value: Value) => Math.floor((numbers.get(value) ?? 0) / MOST_STATEMENTS);
  // In several functions, a number that a later one reads is kept in an array.
  const kept = new Set<Value>();
  if (long) {
    for (const node of nodes) for (const input of node.inputs) if (chunkOf(input) !== chunkOf(node)) kept.add(input);
    for (const value of [...checked, ...outputs, ...(returned ? [returned] : [])]) kept.add(value);
  }
  const code = (value: Value, chunk = -1): string => {
    if (value instanceof Tensor) return literal(value.item());
    const k = numbers.get(value)!;
    return long && chunkOf(value) !== chunk ? `kept[${k}]` : `v${k}`;
  };
  const statement = (node: Node, chunk: number): string => {
    const place = places.get(node);
    const inputs = node.inputs.map((input) => code(input, chunk));
    const own = `const v${numbers.get(node)} = ${place === undefined ? expression(node, inputs) : `point[${place}]`};`;
    return long && kept.has(node) ? `${own} kept[${numbers.get(node)}] = v${numbers.get(node)};` : own;
  };
  const checks = graph.guards.map(({ node }) => `if (${differs(code(node), node.primal.item())}) return ${otherwise};`);
  const isZero = (value: Value) => value instanceof Tensor && Object.is(value.item(), 0);
  const sparse = fixed === true && outputs.filter(isZero).length > outputs.length / 2;
  const writes = [
    ...(sparse ? [`out.fill(0, 0, ${outputs.length});`] : []),
    ...outputs.flatMap((output, k) => (sparse && isZero(output) ? [] : [`out[${k}] = ${code(output)};`])),
  ];
  const end = `return ${returned ? code(returned) : "true"};`;
  if (!long) {
    const [own, rest] = [nodes.slice(0, checked.length), nodes.slice(checked.length)];
    const lines = (of: readonly Node[]) => of.map((node) => statement(node, 0));
    return { before: "", body: [...lines(own), ...checks, ...lines(rest), ...writes, end].join("\n") };
  }
  const chunks = pieces(nodes).map(
    (own, chunk) => `function part${chunk}(point) {\n${own.map((node) => statement(node, chunk)).join("\n")}\n}`,
  );
  const writers = pieces(writes).map((own, k) => `function write${k}(out) {\n${own.join("\n")}\n}`);
  const calls = [
    ...chunks.map((_, k) => `part${k}(point);`),
    ...checks,
    ...writers.map((_, k) => `write${k}(out);`),
    end,
  ];
  return {
    before: [`const kept = new Float64Array(${nodes.length});`, ...chunks, ...writers].join("\n"),
    body: calls.join("\n"),
  };
}

/**
 * A graph's statements, given the code of its inputs, and the code of its outputs behind them.
 * @param leave what is done where a guard does not hold
 */
export function statements(
  graph: Graph,
  inputs: readonly string[],
  leave = "",
): { lines: string[]; outputs: string[] } {
  const codes = new Map<Value, string>(graph.inputs.map((input, k) => [input, inputs[k]!]));
  const code = (value: Value) => codes.get(value) ?? literal((value as Tensor).item());
  const lines: string[] = [];
  const nodes = nodesOf([...graph.guards.map(({ node }) => node), ...graph.outputs]);
  for (const node of nodes) {
    const name = `v${lines.length}`;
    lines.push(`const ${name} = ${codes.get(node) ?? expression(node, node.inputs.map(code))};`);
    codes.set(node, name);
  }
  const checks = graph.guards.map(({ node }) => `if (${differs(code(node), node.primal.item())}) ${leave}`);
  return { lines: [...lines, ...checks], outputs: graph.outputs.map(code) };
}

function pieces<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / MOST_STATEMENTS) }, (_, k) =>
    items.slice(k * MOST_STATEMENTS, (k + 1) * MOST_STATEMENTS),
  );
}

function expression(node: Node, inputs: readonly string[]): string {
  const { op } = node;
  if (op.kind === "elementwise") return applied(op, node.dtype, inputs);
  if (op.name === "cast") return ROUND[node.dtype](inputs[0]!);
  if (op.javascript) return op.javascript.replace("#1", inputs[0]!);
  throw new RangeError(`${op.name} is not lowered`);
}

/** The source of a function of `point` and `out`: for people to read. @throws RangeError for arrays. */
export function javascriptOf(graph: Graph): string {
  const { before, body } = source({ graph, outputs: graph.outputs, otherwise: "false" });
  return before === "" ? body : `${before}\n${body}`;
}

// ── compiling ───────────────────────────────────────────────────────────────

type Factory<F> = (otherwise: Kernel | undefined, buffers: unknown) => F;

/** Source that has been compiled before need not be again: the same function at other points of a document, for example. */
const compiled = new Map<string, Factory<unknown>>();
const MOST_COMPILED = 256;
/** Longer source is not kept. */
const LONGEST_KEPT = 50_000;

/**
 * The function with this body; `before` stands outside of it, where `otherwise`, `buffers` and the helpers of operations
 * are known.
 * @returns undefined where a content security policy forbids code generation
 */
function factoryOf<F>(before: string, body: string, parameters: string): Factory<F> | undefined {
  const text = `${before}\nreturn (${parameters}) => {\n${body}\n};`;
  const known = compiled.get(text);
  if (known) return known as Factory<F>;
  let make: (...of: unknown[]) => F;
  try {
    make = new Function("otherwise", "buffers", "roundTo", ...Object.keys(helpers), text) as typeof make;
  } catch (error) {
    // A strict content security policy.
    if (error instanceof EvalError) return undefined;
    throw error;
  }
  const own = Object.values(helpers);
  const factory: Factory<F> = (otherwise, buffers) => make(otherwise, buffers, roundTo, ...own);
  if (text.length <= LONGEST_KEPT) {
    if (compiled.size >= MOST_COMPILED) compiled.delete(compiled.keys().next().value!);
    compiled.set(text, factory);
  }
  return factory;
}

/** A function from its source: see {@link factoryOf}. The type is what the source was written for. */
export function compile<F = Kernel>(
  before: string,
  body: string,
  {
    parameters = "point, out",
    otherwise,
    buffers,
  }: { readonly parameters?: string; readonly otherwise?: Kernel; readonly buffers?: unknown } = {},
): F | undefined {
  return factoryOf<F>(before, body, parameters)?.(otherwise, buffers);
}

/** Compiles a graph of scalars; where code generation is forbidden, interprets it instead. */
export function lower(graph: Graph): Lowered {
  const { before, body } = source({ graph, outputs: graph.outputs, otherwise: "false" });
  return compile<Lowered>(before, body) ?? interpret(graph);
}

/**
 * Compiled: `outputs` of a graph's scalars written, `returned` (absent: the number 1) returned.
 * @param otherwise answers at points where a guard does not hold
 */
export function kernel(
  graph: Graph,
  outputs: readonly Value[],
  returned: Value | undefined,
  otherwise: Kernel,
): Kernel {
  const wanted = { graph, outputs, returned: returned ?? ONE };
  const { before, body } = source({ ...wanted, otherwise: "otherwise(point, out)", fixed: true });
  const made = compile(before, body, { otherwise });
  if (made) return made;
  const all = interpret({ ...graph, outputs: [...outputs, wanted.returned] });
  const room = new Float64Array(outputs.length + 1);
  return (point, out) => {
    if (!all(point, room)) return otherwise(point, out);
    for (let i = 0; i < outputs.length; i++) out[i] = room[i]!;
    return room[outputs.length]!;
  };
}

const ONE = new Tensor([1], [], "float64");

// ── without compiling ───────────────────────────────────────────────────────

/** The same answers without generating code: slower at each point, ready at once. */
export function interpret(graph: Graph): Lowered {
  const nodes = nodesOf([...graph.guards.map((guard) => guard.node), ...graph.outputs]);
  const array = nodes.find((node) => node.shape.length > 0);
  if (array) throw new RangeError("only scalars are lowered");
  const places = new Map<Value, number>();
  const constants: number[] = [];
  const placeOf = (value: Value): number => {
    const known = places.get(value);
    if (known !== undefined) return known;
    const place = nodes.length + constants.length;
    places.set(value, place);
    constants.push((value as Tensor).item());
    return place;
  };
  nodes.forEach((node, k) => {
    places.set(node, k);
  });
  const inputs = new Map<Value, number>(graph.inputs.map((input, k) => [input, k]));
  const steps = nodes.map((node) => {
    const [x, y, z] = node.inputs.map(placeOf);
    return {
      node,
      evaluate: evaluation(node),
      from: inputs.get(node) ?? -1,
      x: x ?? 0,
      y: y ?? x ?? 0,
      z: z ?? x ?? 0,
    };
  });
  const outputs = Int32Array.from(graph.outputs, placeOf);
  const guards = graph.guards.map(({ node }) => ({ place: placeOf(node), number: node.primal.item() }));
  const values = new Float64Array(nodes.length + constants.length);
  values.set(constants, nodes.length);
  return (point, out) => {
    for (let k = 0; k < steps.length; k++) {
      const { evaluate, from, x, y, z } = steps[k]!;
      values[k] = from >= 0 ? point[from]! : evaluate(values[x]!, values[y]!, values[z]!);
    }
    for (const { place, number } of guards) if (!Object.is(values[place], number)) return false;
    for (let k = 0; k < outputs.length; k++) out[k] = values[outputs[k]!]!;
    return true;
  };
}

function evaluation(node: Node): Elementwise["evaluate"] {
  const round = roundTo[node.dtype];
  if (node instanceof Input || node.op.kind !== "elementwise") return round;
  const { evaluate } = node.op;
  return node.dtype === "float64" ? evaluate : (x, y, z) => round(evaluate(x, y, z));
}

/** How many calls are interpreted before compiling pays: bench/README.md has the measurement. */
const CALLS_INTERPRETED = 16;

/** Interprets the first calls, then compiles. */
export function tiered(graph: Graph): Lowered {
  let run: Lowered | undefined;
  let calls = 0;
  return (point, out) => {
    if (calls++ === CALLS_INTERPRETED) run = lower(graph);
    run ??= interpret(graph);
    return run(point, out);
  };
}
