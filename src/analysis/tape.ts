/** The operations of a function at a point as people read them: names, formulas, values, adjoints. */
import * as l10n from "@vscode/l10n";
import {
  type Expression,
  expressionOf,
  Input,
  Node,
  type Source,
  type SweepStep,
  sizeOf,
  Tensor,
  templateOf,
  text,
  type Value,
} from "../engine";
import { Problem } from "./subject";

export interface TapeNode {
  /** `x1` for an input; v1, v2, … for what is computed, in order (Griewank and Walther's names). */
  readonly name: string;
  /** `x1 + 5`, `v1·v2`: in terms of other nodes' names; the name again for an input. */
  readonly formula: string;
  readonly input: boolean;
  readonly shape: readonly number[];
  /** The first few elements. */
  readonly value: readonly number[];
  /** ∂output/∂node; null where the sweep does not come by. */
  readonly adjoint: readonly number[] | null;
  /** What it is computed from: places in the list, and what the adjoint passes to each of them. */
  readonly from: readonly { readonly node: number; readonly passed: readonly number[] | null }[];
  readonly source: Source | undefined;
}

/** A graph of more nodes cannot be read. */
export const MOST_NODES = 150;
/** Of an array so many elements are told. */
const ELEMENTS = 4;

/** @throws Problem for more than 150 nodes */
export function tapeNodes(steps: readonly SweepStep[]): TapeNode[] {
  if (steps.length > MOST_NODES)
    throw new Problem(l10n.t("{0} operations are too many to draw: at most {1}", steps.length, MOST_NODES));
  const taken = new Set(steps.flatMap(({ node }) => (node instanceof Input ? [node.name] : [])));
  const letter = ["v", "t", "u", "tmp"].find((name) => ![...taken].some((other) => other.startsWith(name))) ?? "_";
  const names = new Map<Value, string>();
  let count = 0;
  for (const { node } of steps) names.set(node, node instanceof Input ? node.name : `${letter}${++count}`);
  const places = new Map<Value, number>(steps.map(({ node }, place) => [node, place]));
  return steps.map(({ node, adjoint, contributions }) => ({
    name: names.get(node)!,
    formula: node instanceof Input ? node.name : formulaOf(node, names),
    input: node instanceof Input,
    shape: node.shape,
    value: numbers(node.primal),
    adjoint: adjoint && numbers(adjoint),
    from: node.inputs.flatMap((input, k) => {
      const place = places.get(input);
      const passed = contributions[k];
      return place === undefined ? [] : [{ node: place, passed: passed ? numbers(passed) : null }];
    }),
    source: node.source,
  }));
}

const numbers = ({ data }: Tensor): number[] => Array.from(data.slice(0, ELEMENTS));

/** One operation, its arguments by their names; what an axis or a shape decides as NumPy writes it. */
function formulaOf(node: Node, names: ReadonlyMap<Value, string>): string {
  const template = node.op.kind === "elementwise" ? null : templateOf(node, "numpy");
  if (template && template !== "#1") {
    const named = (input: Value) =>
      names.get(input) ?? (sizeOf(input.shape) === 1 ? text(expressionOf(input)) : `[${input.shape.join("×")}]`);
    return template.replace(/@(?=\w)/g, "").replace(/#(\d)/g, (_, k: string) => named(node.inputs[Number(k) - 1]!));
  }
  const known = new Map<Value, Expression>();
  node.inputs.forEach((input) => {
    const name = names.get(input);
    const place = input instanceof Node ? input.id : 0;
    if (name !== undefined) known.set(input, { kind: "symbol", name, place });
    else if (input instanceof Tensor && sizeOf(input.shape) !== 1)
      known.set(input, { kind: "symbol", name: `[${input.shape.join("×")}]`, place });
  });
  const expression = expressionOf(node, known);
  // What cuts the derivative, or changes what it is, is not the same value again.
  if (expression.kind === "symbol" && node.op.kind !== "elementwise" && node.op.kind !== "linear")
    return `${node.op.name}(${expression.name})`;
  // What comes to a constant is still computed from its inputs.
  if (expression.kind === "number" && node.inputs.length > 0)
    return `${node.op.name}(${node.inputs.map((input) => names.get(input) ?? text(expressionOf(input, known))).join(", ")})`;
  return text(expression);
}
